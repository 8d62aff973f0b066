//! The program as a person meets it: what it prints, and how it exits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// Where the tests run: the folder of the package, which holds `theorems`.
const HOME: &str = env!("CARGO_MANIFEST_DIR");

fn program(folder: impl AsRef<Path>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightrope"));
    command.current_dir(folder).env_remove("NO_COLOR");
    command
}

fn run(folder: impl AsRef<Path>, arguments: &[&str]) -> Output {
    program(folder).args(arguments).output().unwrap()
}

fn code(output: &Output) -> i32 {
    output.status.code().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

/// An empty folder outside of the repository's own files.
fn elsewhere(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The names of the `.thm` files of a folder, without the extension, in order.
fn cases(folder: &str) -> Vec<String> {
    let files = fs::read_dir(Path::new(HOME).join(folder)).unwrap();
    let mut names: Vec<String> = files
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "thm"))
        .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_corpus_as_text() {
    let output = run(HOME, &[]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    assert!(stdout(&output).lines().all(|line| line.chars().count() <= 80));
    snapshot("corpus_text", stdout(&output));
    assert_eq!(run(HOME, &["check"]).stdout, output.stdout);
    assert_eq!(run(HOME, &["check", "--format", "text", "--colour", "auto"]).stdout, output.stdout);
}

#[test]
fn the_corpus_as_json() {
    let output = run(HOME, &["--format", "json"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    snapshot("corpus_json", stdout(&output));
    let value: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    let summary = &value["summary"];
    assert_eq!(value["schema"], "tightrope.check/1");
    assert!(summary["proved"].as_u64().unwrap() >= 8, "{summary}");
    assert!(summary["certified"].as_u64().unwrap() >= 5, "{summary}");
    assert_eq!(summary["refuted"], 0);
    assert_eq!(summary["undecided"], 0);
}

#[test]
fn what_is_trusted() {
    let output = run(HOME, &["--axioms"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    snapshot("axioms", stdout(&output));
}

#[test]
fn a_claim_in_full() {
    let output = run(HOME, &["--explain", "norm_floor.attained"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let text = stdout(&output);
    assert!(text.contains("theorems/landscape/norm_floor.thm:"), "{text}");
    assert!(text.contains("equality in floor <->") && text.contains("named lemmas: none"), "{text}");
    let output = run(HOME, &["--explain", "u_shape.best"]);
    assert!(stdout(&output).contains("= slow.risk"), "{}", stdout(&output));
    let all = run(HOME, &["--explain", "norm_floor"]);
    assert!(stdout(&all).contains("norm_floor.floor") && stdout(&all).contains("norm_floor.attained"));
    let unknown = run(HOME, &["--explain", "norm_floor.atained"]);
    assert_eq!((code(&unknown), stdout(&unknown)), (3, ""));
    assert!(stderr(&unknown).contains("a similar name exists: `norm_floor.attained`"), "{}", stderr(&unknown));
}

#[test]
fn a_refutation_in_full() {
    let file = "tests/verdicts/refutations.thm";
    let output = run(HOME, &["--explain", "norm_floor_variants", file]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    snapshot("explain_refutations", stdout(&run(HOME, &["--explain", "norm_floor_variants.one_weight", file])));
    let json = run(HOME, &["--format", "json", file]);
    let value: serde_json::Value = serde_json::from_str(stdout(&json)).unwrap();
    assert_eq!((&value["summary"]["proved"], &value["summary"]["exact"]), (&2.into(), &5.into()));
    let claim = &value["theorems"][0]["claims"][2];
    assert_eq!((&claim["name"], &claim["evidence"]), (&"without_top".into(), &"exact".into()));
    assert_eq!(claim["statement"], "not: norm(w) >= y / x[m], without top");
}

/// Outside of the repository the corpus that is built in is checked, with the same report
/// but for the line that says so.
#[test]
fn the_corpus_is_built_in() {
    let folder = elsewhere("built_in");
    let (here, there) = (run(HOME, &[]), run(&folder, &[]));
    assert_eq!((code(&there), stderr(&there)), (0, ""));
    let rest = |output: &Output| stdout(output).split_once('\n').unwrap().1.to_owned();
    assert!(stdout(&there).starts_with("Checking the corpus that is built in"), "{}", stdout(&there));
    assert_eq!(rest(&here), rest(&there));
    let json = ["--format", "json"];
    assert_eq!(stdout(&run(HOME, &json)), stdout(&run(&folder, &json)));
}

#[test]
fn a_file_outside_of_the_repository_may_use_the_corpus() {
    let folder = elsewhere("citing");
    fs::write(
        folder.join("mine.thm"),
        "theorem mine\n  network shared\n  let m : index d\n  assume top: forall i, x[i] <= x[m]\n  \
         assume pos: x[m] > 0\n  assume fit: f(w) = y\n  show floor: 2*norm(w) >= 2*y / x[m]\n    \
         because 2*norm_floor.floor\n",
    )
    .unwrap();
    let output = run(&folder, &["mine.thm"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    assert!(stdout(&output).ends_with("1 claim: 1 proved for every dimension.\n"), "{}", stdout(&output));
}

/// A copy of a file of the corpus takes the place of the one that is built in.
#[test]
fn a_copy_of_the_corpus_does_not_clash_with_it() {
    let folder = elsewhere("copy");
    let original = Path::new(HOME).join("theorems/landscape/norm_floor.thm");
    fs::copy(&original, folder.join("copy.thm")).unwrap();
    let output = run(&folder, &["copy.thm"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    // The same file under two names is read once.
    let twice = run(HOME, &["theorems/landscape/norm_floor.thm", "./theorems/landscape/../landscape"]);
    let once = run(HOME, &["theorems/landscape"]);
    assert_eq!((code(&twice), stderr(&twice)), (0, ""));
    assert_eq!(stdout(&twice).lines().last(), stdout(&once).lines().last());
}

#[test]
fn verdicts_and_exit_codes() {
    let expected = [
        ("holds", 0),
        ("no_claims", 0),
        ("refutations", 0),
        ("refuted", 1),
        ("refuted_and_malformed", 3),
        ("triangle_inequality", 0),
        ("undecided", 2),
    ];
    assert_eq!(cases("tests/verdicts"), expected.map(|(name, _)| name));
    for (name, exit) in expected {
        let file = format!("tests/verdicts/{name}.thm");
        let output = run(HOME, &[&file]);
        assert_eq!(code(&output), exit, "{name}: {}", stderr(&output));
        assert_eq!(stderr(&output).is_empty(), exit != 3, "{name}");
        snapshot(&format!("verdicts__{name}"), stdout(&output));
        assert_eq!(code(&run(HOME, &["--format", "json", &file])), exit, "{name}");
    }
    // Of several, the first of 3, 1, 2.
    let both = run(HOME, &["tests/verdicts/refuted.thm", "tests/verdicts/no_claims.thm", "tests/verdicts/holds.thm"]);
    assert_eq!(code(&both), 1);
}

/// Every file in `tests/reject` is refused with an error at the place.
#[test]
fn broken_files_are_refused_at_the_place() {
    let names = cases("tests/reject");
    assert!(names.len() >= 10);
    for name in names {
        let file = format!("tests/reject/{name}.thm");
        let output = run(HOME, &[&file]);
        assert_eq!(code(&output), 3, "{name}: {}", stdout(&output));
        assert!(stderr(&output).contains(&format!("{file}:")), "{name}: {}", stderr(&output));
        assert!(stdout(&output).contains("in the input"), "{name}: {}", stdout(&output));
        snapshot(&format!("reject__{name}"), stderr(&output));
    }
}

#[test]
fn what_is_no_text_is_refused() {
    let folder = elsewhere("no_text");
    fs::create_dir(folder.join("empty")).unwrap();
    fs::write(folder.join("binary.thm"), b"theorem t\n\xff\xfe").unwrap();
    fs::write(folder.join("nul.thm"), b"theorem t\n\0\n").unwrap();
    fs::write(folder.join("large.thm"), vec![b' '; (16 << 20) + 1]).unwrap();
    let cases = [
        ("binary.thm", "error: line 2 is not UTF-8\n --> binary.thm\n"),
        ("nul.thm", "error: line 2 holds a NUL byte\n --> nul.thm\n"),
        ("large.thm", "error: the file has 16777217 bytes, more than the 16777216 that are read\n"),
        ("missing.thm", "error: this file cannot be read: it does not exist\n --> missing.thm\n"),
        ("empty", "error: this folder holds no .thm file\n --> empty\n"),
    ];
    for (path, message) in cases {
        let output = run(&folder, &[path]);
        assert_eq!(code(&output), 3, "{path}");
        assert!(stderr(&output).starts_with(message), "{path}: {}", stderr(&output));
        assert_eq!(stdout(&output), "No claims.\n1 error in the input, not all of which was therefore checked.\n");
    }
    // What can be read is checked all the same.
    fs::write(folder.join("good.thm"), "theorem t\n  show s: 1 > 0\n    because 1\n").unwrap();
    let output = run(&folder, &["missing.thm", "good.thm"]);
    assert_eq!(code(&output), 3);
    assert!(stdout(&output).contains("proved     s  1 > 0"), "{}", stdout(&output));
}

#[test]
fn a_folder_may_be_named_like_a_file() {
    let folder = elsewhere("folder");
    fs::create_dir_all(folder.join("a.thm/b")).unwrap();
    fs::write(folder.join("a.thm/b/c.thm"), "# nothing\n").unwrap();
    assert_eq!(code(&run(&folder, &["a.thm"])), 0);
    assert_eq!(code(&run(&folder, &["."])), 0);
}

#[test]
fn a_wrong_command_line_is_malformed_input() {
    for arguments in [&["--nonsense"][..], &["--format", "yaml"], &["--format", "json", "--axioms"], &["--explain"]] {
        let output = run(HOME, arguments);
        assert_eq!((code(&output), stdout(&output)), (3, ""), "{arguments:?}");
        assert!(stderr(&output).starts_with("error: "), "{}", stderr(&output));
    }
    for arguments in [&["--help"][..], &["check", "--help"], &["--version"]] {
        let output = run(HOME, arguments);
        assert_eq!((code(&output), stderr(&output)), (0, ""), "{arguments:?}");
    }
}

#[test]
fn colour_is_only_where_it_is_wanted() {
    let file = "tests/verdicts/refuted.thm";
    let coloured = |command: &mut Command| stdout(&command.arg(file).output().unwrap()).contains('\u{1b}');
    assert!(!coloured(&mut program(HOME)));
    assert!(coloured(program(HOME).args(["--colour", "always"]).env("NO_COLOR", "1")));
    assert!(!coloured(program(HOME).args(["--color", "never"])));
}

#[test]
fn a_reader_who_leaves_is_no_error() {
    let mut child =
        program(HOME).args(["--format", "json"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((code(&output), stderr(&output)), (0, ""));
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_an_error() {
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = program(HOME).stdout(full).output().unwrap();
    assert_eq!(code(&output), 4);
    assert!(stderr(&output).starts_with("error: the report cannot be written: "), "{}", stderr(&output));
}

/// A text with brackets, or names, or lines without end is refused in time and without
/// harm to the stack.
#[test]
fn hostile_files_are_refused() {
    let folder = elsewhere("hostile");
    let cases = [
        ("deep", format!("theorem t\n show s: {}1 > 0\n", "(".repeat(100_000))),
        ("nots", format!("theorem t\n show s: {} 1 > 0\n", "not ".repeat(100_000))),
        ("long", format!("theorem {}\n show s: 1 > 0\n", "t".repeat(1_000_000))),
        ("many", "theorem t show\n".repeat(20_000)),
        ("title", format!("theorem t \"{}\"\n show s: 1 > 0\n", "\u{1b}[31m".repeat(1000))),
    ];
    for (name, text) in cases {
        let file = format!("{name}.thm");
        fs::write(folder.join(&file), text).unwrap();
        let output = run(&folder, &[&file]);
        assert!([2, 3].contains(&code(&output)), "{name}: {}", code(&output));
        assert!(!stdout(&output).contains('\u{1b}'), "{name}");
        assert!(!stderr(&output).contains('\u{1b}'), "{name}");
    }
}
