//! The export to SMT solvers: what it writes, what they answer, and that a false statement is found.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use tightrope::elaborate::{self, Source};
use tightrope::export::smt::check::{Answer, Question, Solver, answers};
use tightrope::export::smt::{Skipped, negation, refutation};
use tightrope::kernel::{Formula, FormulaKind, Library, Name, Statement};
use tightrope::model::Truth;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn tightrope(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tightrope"));
    command.args(["export", "smt2"]).args(arguments).current_dir(root());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The solvers that are here; says which are not.
fn solvers() -> Vec<Solver> {
    let (here, absent): (Vec<Solver>, Vec<Solver>) = Solver::ALL.into_iter().partition(|solver| solver.is_installed());
    absent.iter().for_each(|solver| println!("{} is not installed: it is not asked", solver.program()));
    here
}

/// What the solvers say of a file; none without a solver.
fn checked(arguments: &[&str]) -> Option<Output> {
    if solvers().is_empty() {
        return None;
    }
    Some(tightrope(arguments).arg("--check").output().expect("a run"))
}

fn theorem(file: &str, name: &str) -> (Library, Statement) {
    let read = |name: &str| Source {
        name: name.to_owned(),
        text: std::fs::read_to_string(root().join(name)).expect("the file"),
        asked: true,
    };
    let corpus = elaborate::corpus(&[read("theorems/network.thm"), read(file)]);
    assert!(!corpus.has_errors(), "{:?}", corpus.diagnostics);
    let statement = corpus.library.theorem(&Name::from(name)).expect("the theorem").statement().clone();
    (corpus.library, statement)
}

#[test]
fn questions_read_as_mathematics() {
    let (library, statement) = theorem("theorems/landscape/norm_floor.thm", "norm_floor.floor");
    let problems = negation(&library, &statement, None, 2).expect("a finite form");
    let texts: Vec<String> = problems.iter().map(|problem| problem.text("norm_floor.floor")).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("export_smt2_norm_floor", texts.join("\n")));
}

#[test]
fn indices_take_every_value_up_to_a_renaming() {
    let (library, statement) = theorem("tests/export_smt2/indices.thm", "indices.fixed");
    let count = |size| negation(&library, &statement, None, size).expect("a finite form").len();
    // The set partitions of three indices into at most so many classes.
    assert_eq!([count(1), count(2), count(3), count(4)], [1, 4, 5, 5]);
}

#[test]
fn solvers_find_no_counterexample_to_a_theorem() {
    if let Some(output) = checked(&["theorems/landscape/norm_floor.thm", "--dimensions", "1,2"]) {
        assert!(output.status.success(), "{}", text(&output.stdout));
        let said = text(&output.stdout);
        assert!(said.contains("0 failures"), "{said}");
    }
}

/// The statement without its hypotheses.
fn unconditional(statement: &Statement) -> Statement {
    Statement { hypotheses: vec![], ..statement.clone() }
}

#[test]
fn a_false_statement_has_a_counterexample_that_evaluates_to_one() {
    let (library, statement) = theorem("tests/export_smt2/indices.thm", "indices.largest");
    let statement = unconditional(&statement);
    for solver in solvers() {
        let problems = negation(&library, &statement, None, 2).expect("a finite form");
        let questions: Vec<Question> =
            problems.into_iter().map(|problem| Question { text: problem.text(""), problem }).collect();
        let found = answers(solver, &questions, Duration::from_secs(10), &|_| ()).expect("answers");
        let models =
            found.iter().filter_map(|answer| if let Answer::Sat(_, model) = answer { model.as_ref() } else { None });
        let truths: Vec<Truth> = models.map(|model| model.truth(&library, &statement)).collect();
        assert!(!truths.is_empty() && truths.iter().all(|truth| *truth == Truth::False), "{found:?}");
    }
}

#[test]
fn a_refutation_is_asked_at_its_instance() {
    let source = Source {
        name: "refuted.thm".to_owned(),
        text: std::fs::read_to_string(root().join("tests/export_smt2/refuted.thm")).expect("the file"),
        asked: true,
    };
    let corpus = elaborate::corpus(&[source]);
    let claims = corpus.theorems.iter().flat_map(|theorem| &theorem.claims);
    let instances: Vec<_> = claims
        .filter_map(
            |claim| if let elaborate::Standing::Exact(instance) = &claim.standing { Some(instance) } else { None },
        )
        .collect();
    assert_eq!(instances.len(), 1);
    // The same statement is no refutation where it holds.
    let mut holds = instances[0].clone();
    holds.variant.conclusion = Formula::new(FormulaKind::And(vec![])).expect("a formula");
    for solver in solvers() {
        for (instance, expected) in [(instances[0], true), (&holds, false)] {
            let problem = refutation(&corpus.library, instance).expect("a finite form");
            let question = Question { text: problem.text(""), problem };
            let found = answers(solver, &[question], Duration::from_secs(10), &|_| ()).expect("answers");
            assert_eq!(matches!(found[..], [Answer::Sat(..)]), expected, "{found:?}");
        }
    }
}

/// The questions of a statement at dimension 2, as texts.
fn texts(library: &Library, statement: &Statement) -> Vec<Question> {
    let problems = negation(library, statement, None, 2).expect("a finite form");
    problems.into_iter().map(|problem| Question { text: problem.text(""), problem }).collect()
}

#[test]
fn quantifiers_over_numbers_stay_where_no_constant_can_take_their_place() {
    let (library, statement) = theorem("tests/export_smt2/quantified.thm", "quantified.least");
    let questions = texts(&library, &statement);
    let read: Vec<&str> = questions.iter().map(|question| question.text.as_str()).collect();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("export_smt2_quantified", read.join("\n")));
    for solver in solvers() {
        let found = answers(solver, &questions, Duration::from_secs(10), &|_| ()).expect("answers");
        assert!(found.iter().all(|answer| matches!(answer, Answer::Unsat | Answer::Unknown)), "{found:?}");
    }
}

#[test]
fn a_counterexample_says_at_which_value_a_quantifier_fails() {
    let (library, statement) = theorem("tests/export_smt2/quantified.thm", "quantified.everywhere");
    let statement = unconditional(&statement);
    for solver in solvers() {
        let found = answers(solver, &texts(&library, &statement), Duration::from_secs(10), &|_| ()).expect("answers");
        let [Answer::Sat(_, Some(counterexample))] = &found[..] else { panic!("{found:?}") };
        assert_eq!(counterexample.samples.named.len(), 1);
        assert_eq!(counterexample.truth(&library, &statement), Truth::False);
    }
}

#[test]
fn what_has_no_finite_form_is_skipped_and_named() {
    let (library, statement) = theorem("tests/export_smt2/quantified.thm", "quantified.exponential");
    assert_eq!(negation(&library, &statement, None, 2).err(), Some(Skipped::Transcendental));
    if let Some(output) = checked(&["tests/export_smt2/quantified.thm", "--dimensions", "1"]) {
        let said = text(&output.stdout);
        assert!(said.contains("it holds exp or log: quantified.exponential."), "{said}");
    }
}

#[test]
fn hostile_names_do_nothing() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("hostile_smt2");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).expect("the folder is removed");
    }
    let file = "tests/export_coq/hostile.thm";
    let output = tightrope(&[file, "-o", &folder.display().to_string()]).output().expect("a run");
    assert!(output.status.success(), "{}", text(&output.stderr));
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let written = std::fs::read_to_string(entry.expect("a file").path()).expect("its text");
        for line in written.lines() {
            let known = ["; ", "(set-logic ", "(declare-const ", "(assert ", "(check-sat)"];
            assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
            assert_eq!(line.matches('(').count(), line.matches(')').count(), "{line}");
        }
    }
    if let Some(output) = checked(&[file, "--dimensions", "1,2"]) {
        assert!(text(&output.stdout).contains("0 failures"), "{}", text(&output.stdout));
    }
}

#[test]
fn without_a_solver_nothing_is_checked() {
    let output = tightrope(&["theorems/landscape/norm_floor.thm", "--check"]).env("PATH", "").output().expect("a run");
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("Debian's packages are z3 and cvc5"), "{}", text(&output.stderr));
    assert!(output.stdout.is_empty());
}

#[test]
fn what_is_too_long_is_skipped_without_being_written_out() {
    let output = tightrope(&["tests/export_smt2/long.thm", "--check", "--format", "json"]).output().expect("a run");
    if !solvers().is_empty() {
        assert!(text(&output.stdout).contains("it is too large"), "{}", text(&output.stdout));
    }
}

#[cfg(unix)]
#[test]
fn a_program_that_answers_nothing_or_always_the_same_is_no_solver() {
    use std::os::unix::fs::PermissionsExt;
    for (name, answer) in [("silent", ""), ("always", "echo unsat")] {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).expect("a folder");
        let program = folder.join("z3");
        std::fs::write(&program, format!("#!/bin/sh\n{answer}\n")).expect("a program");
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).expect("its permission");
        let path = std::env::var("PATH").unwrap_or_default();
        let output = tightrope(&["theorems/landscape/norm_floor.thm", "--check", "--solver", "z3"])
            .env("PATH", format!("{}:{path}", folder.display()))
            .output()
            .expect("a run");
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains("does not answer as a solver"), "{}", text(&output.stderr));
    }
}
