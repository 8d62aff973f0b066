//! The export to Coq: what it writes, what Coq says of it, and what hostile names do to it.

use std::path::PathBuf;
use std::process::{Command, Output};

use tightrope::elaborate::{self, Source, Standing};
use tightrope::export::Problem;
use tightrope::export::coq::check;
use tightrope::export::coq::{Exported, Exporter, Part};
use tightrope::kernel::Name;
use tightrope::model::satisfying;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn tightrope(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightrope"));
    command.arg("export").arg("coq").args(arguments).current_dir(root());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A folder that does not exist yet.
fn new_folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("export_coq").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the folder is removed");
    }
    folder
}

/// The file of theorems that an export of one file writes.
fn exported(name: &str, file: &str) -> String {
    let folder = new_folder(name);
    let output = tightrope(&[file, "-o", &folder.display().to_string()]).output().expect("a run");
    assert!(output.status.success(), "{}", text(&output.stderr));
    std::fs::read_to_string(folder.join("Theorems.v")).expect("the theorems")
}

/// What Coq says of a file; none without Coq.
fn checked(file: &str) -> Option<Output> {
    let output = tightrope(&[file, "--check"]).output().expect("a run");
    if text(&output.stderr).contains("there is no coqc") {
        println!("coqc is not installed: {file} is not checked");
        return None;
    }
    Some(output)
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// The statement of a theorem and its proof.
fn theorem<'t>(text: &'t str, name: &str) -> &'t str {
    let start = text.find(&format!("Theorem {name} :")).expect("the theorem");
    let end = text[start..].find("Qed.").expect("the end of its proof");
    &text[start..start + end]
}

#[test]
fn statements_read_as_mathematics() {
    let text = exported("norm_floor", "theorems/landscape/norm_floor.thm");
    snapshot("export_coq_norm_floor", theorem(&text, "norm_floor'floor"));
    let text = exported("edge", "theorems/dynamics/edge.thm");
    let definitions = text.split("\n\n").filter(|part| part.contains("half_square'"));
    // Without the proof that a derivative is one.
    let stated = definitions.take(6).map(|part| part.split("Proof.").next().unwrap_or_default().trim_end());
    snapshot("export_coq_definitions", &stated.collect::<Vec<_>>().join("\n\n"));
}

#[test]
fn coq_accepts_a_theorem() {
    if let Some(output) = checked("theorems/landscape/norm_floor.thm") {
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stdout).contains("3 of 3 claims accepted by Coq"), "{}", text(&output.stdout));
    }
}

#[test]
fn hostile_names_do_nothing() {
    let file = "tests/export_coq/hostile.thm";
    let written = exported("hostile", file);
    assert!(written.is_ascii());
    for line in written.lines() {
        let word = line.split([' ', '(']).next().unwrap_or_default();
        assert!(!["Axiom", "Admitted.", "Parameter"].contains(&word), "{line}");
    }
    if let Some(output) = checked(file) {
        assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    }
}

#[test]
fn without_coq_nothing_is_accepted() {
    let output = tightrope(&["theorems/landscape/norm_floor.thm", "--check"]).env("PATH", "").output().expect("a run");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("on Debian the package is coq"), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
}

#[test]
fn a_named_lemma_that_coq_cannot_prove_is_an_axiom() {
    let file = "tests/export_coq/lemma.thm";
    assert!(exported("lemma", file).contains("Axiom borrowed'large : forall (x : R),\n  forall t : R, 1000 < t."));
    if let Some(output) = checked(file) {
        let said = text(&output.stdout);
        assert!(said.contains("borrowed.own  accepted"), "{said}");
        assert!(said.contains(" s  modulo borrowed.large"), "{said}");
        assert!(said.contains("Theorems.borrowed'large") && !said.contains("Not allowed"), "{said}");
    }
}

/// What Coq does not accept of the hostile file when its theorems are changed; none without Coq.
fn refused(change: impl Fn(&mut Exported)) -> Option<Vec<String>> {
    let name = "tests/export_coq/hostile.thm";
    let source = Source {
        name: name.to_owned(),
        text: std::fs::read_to_string(root().join(name)).expect("the file"),
        asked: true,
    };
    let corpus = elaborate::corpus(&[source]);
    let mut exporter = Exporter::new(&corpus.library);
    let mut parts = exporter.parts(&|_| true);
    let mut names = vec![];
    for part in &mut parts {
        if let Part::Theorem(theorem) = part {
            change(theorem);
            names.push(theorem.coq.clone());
        }
    }
    match check::check(&parts, &exporter.at_numbers(vec![]), &|_| ()) {
        Err(Problem::Missing(program)) => {
            println!("{program} is not installed: nothing is refused");
            None
        }
        outcome => {
            let accepted = outcome.expect("a verdict").accepted;
            names.retain(|name| !accepted.contains(name));
            Some(names)
        }
    }
}

fn replaced(text: &mut String, from: &str, to: &str) {
    assert!(text.contains(from), "{from} is not in {text}");
    *text = text.replacen(from, to, 1);
}

#[test]
fn what_is_refused_does_not_keep_the_rest_from_being_judged() {
    let names = refused(|theorem| {
        if &*theorem.name == "gauss.nonneg" {
            replaced(&mut theorem.statement, "0 <=", "1 <=");
        }
    });
    assert!(names.is_none_or(|names| names == ["gauss'nonneg"]));
}

#[test]
fn a_statement_without_its_hypothesis_and_another_certificate_are_refused() {
    let names = refused(|theorem| match (&*theorem.name, &mut theorem.proof) {
        ("Qed.Prelude", _) => replaced(&mut theorem.statement, "(0 <= R_1) ->\n", ""),
        ("gauss.nonneg", Some(proof)) => replaced(proof, "(2 # 1)", "(3 # 1)"),
        _ => {}
    });
    assert!(names.as_ref().is_none_or(|names| names == &["Qed'Prelude", "gauss'nonneg"]), "{names:?}");
}

#[test]
fn only_instances_at_which_something_is_so_are_proved() {
    let name = "tests/export_smt2/refuted.thm";
    let text = std::fs::read_to_string(root().join(name)).expect("the file");
    let corpus = elaborate::corpus(&[Source { name: name.to_owned(), text, asked: true }]);
    let claims = corpus.theorems.iter().flat_map(|theorem| &theorem.claims);
    let instance = claims
        .filter_map(|claim| if let Standing::Exact(instance) = &claim.standing { Some(instance) } else { None })
        .next()
        .expect("a refutation");
    let statement = corpus.library.theorem(&Name::from("larger.twice")).expect("the claim").statement();
    let good = satisfying(&corpus.library, statement, &[], 1000).expect("an instance");
    // The hypothesis x_i >= x_j does not hold where the refutation needs that it does not.
    let bad = &instance.model;
    let mut holding = instance.clone();
    holding.model = good.clone();
    let mut exporter = Exporter::new(&corpus.library);
    let parts = exporter.parts(&|_| true);
    let searched = vec![
        exporter.refutation(&Name::from("a.right"), instance).expect("text"),
        exporter.refutation(&Name::from("a.wrong"), &holding).expect("text"),
        exporter.satisfied(&Name::from("b.right"), statement, &good).expect("text"),
        exporter.satisfied(&Name::from("b.wrong"), statement, bad).expect("text"),
    ];
    match check::check(&parts, &exporter.at_numbers(searched), &|_| ()) {
        Err(Problem::Missing(program)) => println!("{program} is not installed: nothing is proved"),
        outcome => {
            let accepted = outcome.expect("a verdict").accepted;
            let found: Vec<&str> =
                accepted.iter().map(String::as_str).filter(|name| !name.contains("larger")).collect();
            assert_eq!(found, ["a'right", "b'right_instance"]);
        }
    }
}

#[test]
fn claims_that_do_not_hold_are_named_and_count() {
    let folder = new_folder("open");
    let place = folder.display().to_string();
    let output = tightrope(&["tests/export_coq/open.thm", "-o", &place]).output().expect("a run");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(text(&output.stderr), "warning: open.unproved is undecided: it is not exported\n");
    assert!(folder.join("Theorems.v").exists());
    // A file with an error is not exported at all.
    let place = new_folder("malformed").display().to_string();
    let output = tightrope(&["tests/reject/unknown_run.thm", "-o", &place]).output().expect("a run");
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).ends_with("error: nothing is exported from files with errors\n"));
    assert!(!PathBuf::from(place).exists());
}

#[test]
fn a_folder_that_holds_files_is_written_to_only_by_force() {
    let folder = new_folder("full");
    std::fs::create_dir_all(&folder).expect("a folder");
    let kept = folder.join("notes.txt");
    std::fs::write(&kept, "mine").expect("a file");
    let place = folder.display().to_string();
    let arguments = ["theorems/landscape/norm_floor.thm", "-o", &place];
    let output = tightrope(&arguments).output().expect("a run");
    assert_eq!(output.status.code(), Some(3));
    let message = text(&output.stderr).replace(&place, "FOLDER");
    let expected = "error: FOLDER holds files already, and nothing was written\n\
                    help: name a new folder with -o, or add --force\n";
    assert_eq!(message, expected);
    assert!(!folder.join("Theorems.v").exists());
    let output = tightrope(&[&arguments[..], &["--force"]].concat()).output().expect("a run");
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(folder.join("Theorems.v").exists() && std::fs::read_to_string(kept).is_ok_and(|text| text == "mine"));
}

#[cfg(unix)]
#[test]
fn an_interrupted_check_leaves_nothing_behind() {
    let folder = new_folder("interrupted");
    std::fs::create_dir_all(&folder).expect("a folder");
    let mut command = tightrope(&["theorems/landscape/norm_floor.thm", "--check"]);
    let mut child = command.env("TMPDIR", &folder).stderr(std::process::Stdio::null()).spawn().expect("a run");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let id = child.id().to_string();
    let killed = Command::new("sh").args(["-c", &format!("kill -INT {id}")]).status().expect("a shell");
    // Without Coq it has ended by itself.
    let code = child.wait().expect("an end").code();
    assert!(!killed.success() || code == Some(2), "{code:?}");
    assert_eq!(std::fs::read_dir(&folder).expect("the folder").count(), 0);
}

/// A folder with a program that does nothing, and succeeds.
#[cfg(unix)]
fn impostor(name: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("impostor");
    std::fs::create_dir_all(&folder).expect("a folder");
    let program = folder.join(name);
    std::fs::write(&program, "#!/bin/sh\nexit 0\n").expect("a program");
    std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("its permission");
    folder
}

#[cfg(unix)]
#[test]
fn a_program_that_accepts_everything_is_not_coq() {
    let command = &mut tightrope(&["theorems/landscape/norm_floor.thm", "--check"]);
    let path = std::env::var("PATH").unwrap_or_default();
    let output = command.env("PATH", format!("{}:{path}", impostor("coqc").display())).output().expect("a run");
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains("it is not Coq"), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
}
