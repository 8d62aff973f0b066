//! `tightrope export coq`, as a user runs it: what it writes, and what Coq says of it.
//!
//! Coq (Debian's package `coq`) is optional: where it is absent the tests say so and compare only
//! what is written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("export").join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// Exports files to a folder.
fn export(paths: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightrope"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["export", "coq"]).args(paths).arg("-o").arg(folder);
    command.output().expect("the program runs")
}

/// Whether Coq accepts a folder's files; `None` if there is no Coq here.
fn accepted(folder: &Path) -> Option<bool> {
    for file in ["Prelude.v", "Theorems.v"] {
        match Command::new("coqc").current_dir(folder).arg(file).output() {
            Ok(output) if output.status.success() => {}
            Ok(output) => {
                eprintln!("{file}: {}", String::from_utf8_lossy(&output.stderr));
                return Some(false);
            }
            Err(_) => {
                eprintln!("coqc is not here, so that nothing was checked by it: install the package `coq`");
                return None;
            }
        }
    }
    Some(true)
}

/// The last theorem of an export, from its statement on.
fn last(folder: &Path) -> String {
    let text = fs::read_to_string(folder.join("Theorems.v")).expect("it was written");
    let start = text.rfind("Theorem ").expect("there is a theorem");
    text[start..].to_owned()
}

#[test]
fn theorems_of_every_chapter_are_accepted() {
    let folder = folder("chapters");
    let files = ["landscape/norm_floor.thm", "landscape/hessian.thm", "generalization/u_shape.thm", "analysis.thm"];
    let paths = files.map(|file| format!("theorems/{file}"));
    let output = export(&paths.each_ref().map(String::as_str), &folder);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_ne!(accepted(&folder), Some(false));
}

#[test]
fn names_neither_clash_with_coq_nor_reach_it_as_text() {
    let folder = folder("names");
    let output = export(&["tests/export/names.thm"], &folder);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(folder.join("Theorems.v")).expect("it was written");
    assert!(!text.contains("wrong") && !text.contains("Axiom wrong"), "the title is in the development");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("export_coq_names", last(&folder));
    });
    assert_ne!(accepted(&folder), Some(false));
}

#[test]
fn another_statement_is_not_what_the_proof_proves() {
    let folder = folder("tampered");
    assert!(export(&["tests/export/names.thm"], &folder).status.success());
    if accepted(&folder) != Some(true) {
        return;
    }
    let path = folder.join("Theorems.v");
    let text = fs::read_to_string(&path).expect("it was written");
    for (from, to) in [("(0 < sumR) ->\n", ""), ("\n  0 < Qed'exp_", "\n  1 < Qed'exp_"), ("(1 # 1)", "(2 # 1)")] {
        let tampered = text.replacen(from, to, 1);
        assert_ne!(tampered, text, "{from} is not in the development");
        fs::write(&path, tampered).expect("it can be written");
        assert_eq!(accepted(&folder), Some(false), "{from} → {to}");
    }
}
