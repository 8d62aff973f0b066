//! `tightrope fmt`: what it does to files, and that it never changes what they mean.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tightrope::descent::Budget;
use tightrope::elaborate::{Source, corpus};
use tightrope::syntax::{Spelling, format, parse};
use tightrope::verdict::report;

const HOME: &str = env!("CARGO_MANIFEST_DIR");

fn run(folder: impl AsRef<Path>, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_tightrope")).current_dir(folder).args(arguments).output();
    shown(output.unwrap())
}

fn shown(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fmt").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Every `.thm` file below a folder of the package, with its text.
fn all(folder: &str) -> Vec<(PathBuf, String)> {
    let mut files = vec![];
    let mut folders = vec![Path::new(HOME).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "thm") {
                let text = fs::read_to_string(&path).unwrap();
                files.push((path, text));
            }
        }
    }
    files.sort();
    files
}

/// What is decided about the claims of a file, and what is wrong with it, without the places.
fn verdicts(texts: &[&String]) -> (Vec<String>, serde_json::Value) {
    let sources = texts.iter().map(|text| Source { name: "f.thm".to_owned(), text: (*text).clone(), asked: true });
    let sources: Vec<Source> = sources.collect();
    let corpus = corpus(&sources);
    let report = report(&corpus, &sources, &Budget::default());
    let mut value = serde_json::to_value(&report).unwrap();
    forget_places(&mut value);
    (corpus.diagnostics.iter().map(|one| one.diagnostic.message.clone()).collect(), value)
}

fn forget_places(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.retain(|name, _| !["line", "column", "file", "span", "at", "place"].contains(&name.as_str()));
            fields.values_mut().for_each(forget_places);
        }
        serde_json::Value::Array(values) => values.iter_mut().for_each(forget_places),
        _ => {}
    }
}

#[test]
fn the_corpus_is_in_layout() {
    assert_eq!(run(HOME, &["fmt", "--check"]), (0, String::new(), String::new()));
}

#[test]
fn no_file_changes_its_meaning() {
    let settings = fs::read_to_string(Path::new(HOME).join("theorems/network.thm")).unwrap();
    let files = all("tests");
    assert!(files.len() > 30);
    for (path, text) in files {
        let (file, errors) = parse(&text);
        if !errors.is_empty() {
            assert!(format(&text, Spelling::Kept).is_err(), "{path:?}");
            continue;
        }
        let before = verdicts(&[&settings, &text]);
        for spelling in [Spelling::Kept, Spelling::Ascii, Spelling::Unicode] {
            let formatted = format(&text, spelling).unwrap();
            assert_eq!(parse(&formatted).0, file, "{path:?}");
            assert_eq!(format(&formatted, spelling).unwrap(), formatted, "{path:?}");
            assert_eq!(verdicts(&[&settings, &formatted]), before, "{path:?}");
        }
    }
}

#[test]
fn the_corpus_does_not_change_its_meaning() {
    let texts: Vec<String> = all("theorems").into_iter().map(|(_, text)| text).collect();
    let before = verdicts(&texts.iter().collect::<Vec<_>>());
    assert_eq!(before.0, [""; 0]);
    for spelling in [Spelling::Ascii, Spelling::Unicode] {
        let formatted: Vec<String> = texts.iter().map(|text| format(text, spelling).unwrap()).collect();
        assert_eq!(verdicts(&formatted.iter().collect::<Vec<_>>()), before);
    }
}

#[test]
fn files_are_changed_only_where_that_is_wanted() {
    let folder = folder("changed");
    let (good, bad) =
        ("theorem t\n  show s: 1 > 0\n    because 1\n", "\u{FEFF}theorem u # c\r\n show s: 1>0 because 1");
    fs::create_dir(folder.join("inner")).unwrap();
    fs::write(folder.join("good.thm"), good).unwrap();
    fs::write(folder.join("inner/bad.thm"), bad).unwrap();
    let bad_name = "inner/bad.thm\n".to_owned();
    assert_eq!(run(&folder, &["fmt", "--check", "."]), (1, bad_name.clone(), String::new()));
    assert_eq!(fs::read_to_string(folder.join("inner/bad.thm")).unwrap(), bad);
    assert_eq!(run(&folder, &["fmt", ".", "inner", "inner/bad.thm"]), (0, bad_name, String::new()));
    let text = fs::read_to_string(folder.join("inner/bad.thm")).unwrap();
    assert_eq!(text, "theorem u  # c\n  show s: 1 > 0\n    because 1\n");
    assert_eq!(run(&folder, &["fmt", "--check", "."]), (0, String::new(), String::new()));
    assert_eq!(run(&folder, &["fmt", "--check", "--unicode", "."]).0, 0);
    let names = |folder: &Path| fs::read_dir(folder).unwrap().count();
    assert_eq!((names(&folder), names(&folder.join("inner"))), (2, 1));
}

#[test]
fn files_that_are_wrong_stay_as_they_are() {
    let folder = folder("wrong");
    let cases: [(&str, &[u8]); 3] =
        [("syntax", b"theorem t\r\n  show s: (1"), ("binary", b"theorem \xFF"), ("nul", b"theorem t\0")];
    for (name, bytes) in cases {
        let file = format!("{name}.thm");
        fs::write(folder.join(&file), bytes).unwrap();
        for check in [&["fmt", &file][..], &["fmt", "--check", &file]] {
            let (code, out, err) = run(&folder, check);
            assert_eq!((code, out), (3, String::new()));
            assert!(err.starts_with("error: ") && err.contains(&file), "{err}");
        }
        assert_eq!(fs::read(folder.join(&file)).unwrap(), bytes);
    }
    // The others are formatted all the same.
    fs::write(folder.join("fine.thm"), "theorem t").unwrap();
    let (code, out, _) = run(&folder, &["fmt", "."]);
    assert_eq!((code, out.as_str()), (3, "fine.thm\n"));
    assert_eq!(run(&folder, &["fmt"]).0, 3);
    assert_eq!(run(&folder, &["fmt", "missing.thm"]).0, 3);
}

#[test]
fn the_standard_input_is_formatted_to_the_standard_output() {
    let piped = |arguments: &[&str], text: &[u8]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tightrope"));
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text).unwrap();
        shown(child.wait_with_output().unwrap())
    };
    let text = "theorem t\n  let x : real\n".to_owned();
    assert_eq!(piped(&["fmt", "-"], b"theorem t let x:real"), (0, text.clone(), String::new()));
    assert_eq!(piped(&["fmt", "--check", "-"], b"theorem t let x:real"), (1, "<stdin>\n".to_owned(), String::new()));
    assert_eq!(piped(&["fmt", "--check", "-"], text.as_bytes()), (0, String::new(), String::new()));
    let (code, out, err) = piped(&["fmt", "-"], b"theorem t let x:");
    assert_eq!((code, out.as_str()), (3, ""));
    assert!(err.contains("<stdin>:1:"), "{err}");
    assert_eq!(piped(&["fmt", "-", "other"], b"").0, 3);
    assert_eq!(piped(&["fmt", "-"], b"\xFF").0, 3);
}

#[cfg(unix)]
#[test]
fn links_and_permissions_are_kept() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder("links");
    let file = folder.join("file.thm");
    fs::write(&file, "theorem  t").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    symlink("file.thm", folder.join("link.thm")).unwrap();
    assert_eq!(run(&folder, &["fmt", "link.thm"]), (0, "link.thm\n".to_owned(), String::new()));
    assert!(fs::symlink_metadata(folder.join("link.thm")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "theorem t\n");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o640);
    fs::write(&file, "theorem  t").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o440)).unwrap();
    let (code, _, err) = run(&folder, &["fmt", "file.thm"]);
    assert_eq!((code, fs::read_to_string(&file).unwrap().as_str()), (3, "theorem  t"), "{err}");
}
