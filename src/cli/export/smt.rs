//! `export smt2`: claims for SMT solvers, which look for counterexamples.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use serde::Serialize;

use super::{Done, asked, from_corpus, print, unchecked, write};
use crate::cli::arguments::{ExportSmt, SolverName};
use crate::cli::run::{to_stderr, to_stdout};
use crate::cli::{Exit, layout};
use crate::elaborate::{self, Corpus, Standing};
use crate::export::Problem;
use crate::export::smt::check::{self, Answer, Question, Solver};
use crate::export::smt::{self, Skipped};
use crate::kernel::{Library, Name, Statement};
use crate::model::Truth;

/// The folder that is written to where none is named.
const FOLDER: &str = "smt2";

/// A claim at one size of its dimensions, or a refutation at its instance.
struct Subject<'c> {
    name: String,
    /// The size; none for a refutation.
    size: Option<usize>,
    statement: &'c Statement,
    questions: Result<Vec<Question>, Skipped>,
}

/// What a solver says of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Verdict {
    Unsat,
    Unknown,
    Sat(String),
    Error(String),
}

/// How often a solver gave each answer.
#[derive(Clone, Debug, Default, Serialize)]
struct Tally {
    solver: &'static str,
    /// The size of the dimensions; none for refutations.
    dimension: Option<usize>,
    unsat: usize,
    sat: usize,
    unknown: usize,
    skipped: usize,
}

#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    tallies: Vec<Tally>,
    /// What is skipped, by the reason.
    skipped: BTreeMap<String, Vec<String>>,
    /// What no solver answered.
    unknown: Vec<String>,
    /// Counterexamples to claims, refutations without one, and questions that a solver does not understand.
    failures: Vec<String>,
    seconds: f64,
}

pub(in crate::cli) fn export(arguments: &ExportSmt) -> Exit {
    from_corpus(&arguments.export, |corpus, _| {
        let sizes: Vec<usize> = arguments.dimensions.iter().map(|size| usize::from(*size)).collect();
        let subjects = subjects(corpus, &sizes);
        let files = files(&subjects);
        let written = write(&arguments.export, FOLDER, &files)?;
        if arguments.export.check {
            return checked(arguments, &corpus.library, &subjects);
        }
        if let Some(folder) = written {
            let skipped: usize = subjects.iter().filter(|subject| subject.questions.is_err()).count();
            let (folder, count) = (folder.display(), files.len());
            to_stdout(&format!("{folder}: {count} questions; {skipped} claims and refutations skipped.\n"))?;
        }
        Ok(Exit::Holds)
    })
}

/// The claims that were asked for at each size, and the refutations.
fn subjects<'c>(corpus: &'c Corpus, sizes: &[usize]) -> Vec<Subject<'c>> {
    let mut subjects = vec![];
    for name in asked(corpus) {
        subjects.extend(claim(&corpus.library, &name, sizes));
    }
    for theorem in &corpus.theorems {
        for claim in &theorem.claims {
            let Standing::Exact(instance) = &claim.standing else { continue };
            let name = format!("{}.{}", theorem.heading.name, claim.name);
            let questions = smt::refutation(&corpus.library, instance).map(|problem| {
                let text = problem.text(&format!("{name}: {}\nExpected: sat", claim.statement));
                vec![Question { problem, text }]
            });
            subjects.push(Subject { name, size: None, statement: &instance.variant, questions });
        }
    }
    subjects
}

fn claim<'c>(library: &'c Library, name: &Name, sizes: &[usize]) -> Vec<Subject<'c>> {
    let Ok(theorem) = library.theorem(name) else { return vec![] };
    let statement = theorem.statement();
    // Without dimensions one size says all.
    let sizes = if statement.dimensions.is_empty() { sizes.get(..1).unwrap_or_default() } else { sizes };
    let said = elaborate::Notation::of(statement).formula(&statement.conclusion);
    let at = |size: &usize| {
        let derivation = theorem.proof().map(|proof| &proof.conclusion);
        let questions = smt::negation(library, statement, derivation, *size).map(|problems| {
            let question = |problem: smt::Problem| {
                let text = problem.text(&format!("{name}: {said}\nThe negation at dimension {size}. Expected: unsat"));
                Question { problem, text }
            };
            problems.into_iter().map(question).collect()
        });
        Subject { name: name.to_string(), size: Some(*size), statement, questions }
    };
    sizes.iter().map(at).collect()
}

fn files(subjects: &[Subject<'_>]) -> Vec<(String, String)> {
    let mut files = vec![];
    for subject in subjects {
        for (number, question) in subject.questions.iter().flatten().enumerate() {
            let size = subject.size.map_or("refuted".to_owned(), |size| format!("d{size}"));
            let name = crate::export::file_name(&subject.name);
            let file = format!("{:05}_{name}_{size}_{}.smt2", files.len() + 1, number + 1);
            files.push((file, question.text.clone()));
        }
    }
    files
}

fn checked(arguments: &ExportSmt, library: &Library, subjects: &[Subject<'_>]) -> Done {
    let solvers = solvers(&arguments.solver)?;
    for solver in &solvers {
        let program = solver.program();
        match solver.is_a_solver() {
            Ok(true) => {}
            Ok(false) => {
                let message = format!("error: {program} does not answer as a solver does: nothing was checked\n");
                return Err((message, Exit::Undecided));
            }
            Err(error) => return Err(unchecked(Problem::Io(error), program, "")),
        }
    }
    let start = Instant::now();
    let limit = Duration::from_secs(arguments.seconds.into());
    let mut verdicts = vec![];
    for solver in &solvers {
        verdicts.push((*solver, ask(*solver, limit, library, subjects)?));
    }
    let report = report(subjects, &verdicts, start.elapsed().as_secs_f64());
    print(&report, arguments.export.format, text)?;
    Ok(if report.failures.is_empty() { Exit::Holds } else { Exit::Fails })
}

/// The solvers that are asked.
fn solvers(named: &[SolverName]) -> Result<Vec<Solver>, (String, Exit)> {
    let missing = |programs: &str| {
        let message =
            format!("error: there is no program {programs}: nothing was checked; Debian's packages are z3 and cvc5\n");
        (message, Exit::Undecided)
    };
    let named: Vec<Solver> = named
        .iter()
        .map(|name| match name {
            SolverName::Z3 => Solver::Z3,
            SolverName::Cvc5 => Solver::Cvc5,
        })
        .collect();
    if let Some(absent) = named.iter().find(|solver| !solver.is_installed()) {
        return Err(missing(absent.program()));
    }
    if !named.is_empty() {
        return Ok(named);
    }
    let there: Vec<Solver> = Solver::ALL.into_iter().filter(|solver| solver.is_installed()).collect();
    if there.is_empty() { Err(missing("z3 and no program cvc5")) } else { Ok(there) }
}

/// What a solver says of each subject; none of those that are skipped.
fn ask(
    solver: Solver,
    limit: Duration,
    library: &Library,
    subjects: &[Subject<'_>],
) -> Result<Vec<Option<Verdict>>, (String, Exit)> {
    let questions: Vec<Question> =
        subjects.iter().flat_map(|subject| subject.questions.iter().flatten()).cloned().collect();
    let shown = io::stderr().is_terminal();
    let done = |count: usize| {
        if shown {
            to_stderr(&format!("\r{}: {count} of {} questions", solver.program(), questions.len()));
        }
    };
    let answers = check::answers(solver, &questions, limit, &done)
        .map_err(|error| unchecked(Problem::Io(error), solver.program(), ""))?;
    if shown {
        to_stderr("\n");
    }
    let mut answers = answers.into_iter();
    let verdict = |subject: &Subject<'_>| {
        let own: Vec<Answer> = answers.by_ref().take(subject.questions.as_ref().ok()?.len()).collect();
        Some(together(&own, library, subject.statement))
    };
    Ok(subjects.iter().map(verdict).collect())
}

/// The verdict of several questions: all have to be unsatisfiable.
fn together(answers: &[Answer], library: &Library, statement: &Statement) -> Verdict {
    for answer in answers {
        match answer {
            Answer::Error(message) => return Verdict::Error(message.clone()),
            Answer::Sat(values, None) => return Verdict::Sat(format!("{values} (not rational)")),
            Answer::Sat(_, Some(found)) => {
                let says = match found.truth(library, statement) {
                    Truth::False => "exact evaluation agrees",
                    Truth::True => "but exact evaluation says that the statement holds there",
                    Truth::Unknown(_) => "exact evaluation does not decide",
                };
                let values = statement.variables.iter().zip(&found.model.values);
                let values: Vec<String> = values.map(|(binder, value)| format!("{} = {value}", binder.name)).collect();
                return Verdict::Sat(format!("{}; {says}", values.join(", ")));
            }
            Answer::Unsat | Answer::Unknown => {}
        }
    }
    if answers.contains(&Answer::Unknown) { Verdict::Unknown } else { Verdict::Unsat }
}

fn report(subjects: &[Subject<'_>], verdicts: &[(Solver, Vec<Option<Verdict>>)], seconds: f64) -> Report {
    let mut tallies: BTreeMap<(Solver, bool, Option<usize>), Tally> = BTreeMap::new();
    let (mut failures, mut open) = (vec![], BTreeMap::new());
    for (solver, verdicts) in verdicts {
        for (subject, verdict) in subjects.iter().zip(verdicts) {
            let tally = tallies.entry((*solver, subject.size.is_none(), subject.size)).or_default();
            (tally.solver, tally.dimension) = (solver.program(), subject.size);
            let expected_sat = subject.size.is_none();
            let place = subject.place();
            match verdict {
                None => tally.skipped += 1,
                Some(Verdict::Unsat) => tally.unsat += 1,
                Some(Verdict::Unknown) => tally.unknown += 1,
                Some(Verdict::Sat(_)) => tally.sat += 1,
                Some(Verdict::Error(_)) => {}
            }
            match verdict {
                Some(Verdict::Unsat) if expected_sat => {
                    failures.push(format!("{} refutes the refutation {place}", solver.program()))
                }
                Some(Verdict::Sat(model)) if !expected_sat => {
                    failures.push(format!("{} finds a counterexample to {place}: {model}", solver.program()));
                }
                Some(Verdict::Error(message)) => {
                    failures.push(format!("{} does not understand {place}: {message}", solver.program()))
                }
                _ => {}
            }
            let answered = matches!(verdict, Some(Verdict::Unsat | Verdict::Sat(_)));
            let known = open.entry(place).or_insert(false);
            *known |= answered || verdict.is_none();
        }
    }
    Report {
        schema: "tightrope.smt2/1",
        tallies: tallies.into_values().collect(),
        skipped: skipped(subjects),
        unknown: open.into_iter().filter(|(_, known)| !known).map(|(place, _)| place).collect(),
        failures,
        seconds,
    }
}

impl Subject<'_> {
    fn place(&self) -> String {
        match self.size {
            Some(size) => format!("{} at dimension {size}", self.name),
            None => self.name.clone(),
        }
    }
}

/// What is skipped at some size, by the reason.
fn skipped(subjects: &[Subject<'_>]) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for subject in subjects {
        let Err(reason) = &subject.questions else { continue };
        let names = found.entry(reason.to_string()).or_default();
        if names.last() != Some(&subject.name) {
            names.push(subject.name.clone());
        }
    }
    found
}

fn text(report: &Report) -> String {
    let mut text =
        format!("{:<8}{:<14}{:>8}{:>8}{:>9}{:>9}\n", "solver", "dimension", "unsat", "sat", "unknown", "skipped");
    for Tally { solver, dimension, unsat, sat, unknown, skipped } in &report.tallies {
        let dimension = dimension.map_or("refutations".to_owned(), |size| size.to_string());
        text.push_str(&format!("{solver:<8}{dimension:<14}{unsat:>8}{sat:>8}{unknown:>9}{skipped:>9}\n"));
    }
    for (reason, names) in &report.skipped {
        text.push('\n');
        text.push_str(&layout::paragraph(&format!("Skipped, because {reason}: {}.", names.join(", ")), 0));
    }
    if !report.unknown.is_empty() {
        text.push('\n');
        text.push_str(&layout::paragraph(&format!("No solver answers: {}.", report.unknown.join(", ")), 0));
    }
    for failure in &report.failures {
        text.push('\n');
        text.push_str(&layout::paragraph(&format!("FAILS: {failure}."), 0));
    }
    text.push_str(&format!("\n{} failures, {:.1} s.\n", report.failures.len(), report.seconds));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is reported of a claim at dimension 2 and of a refutation, for the verdicts of a solver on them.
    fn reported(claim: Verdict, refutation: Verdict) -> Report {
        let statement = Statement {
            dimensions: vec![],
            variables: vec![],
            hypotheses: vec![],
            conclusion: crate::kernel::Tree::new(crate::kernel::FormulaKind::And(vec![])).expect("a formula"),
        };
        let subject =
            |name: &str, size| Subject { name: name.to_owned(), size, statement: &statement, questions: Ok(vec![]) };
        let subjects = [subject("t.claim", Some(2)), subject("t.refutation", None)];
        report(&subjects, &[(Solver::Z3, vec![Some(claim), Some(refutation)])], 0.0)
    }

    #[test]
    fn a_counterexample_to_a_claim_and_a_refutation_without_one_are_failures() {
        let sat = || Verdict::Sat("x = [1, 2]; exact evaluation agrees".to_owned());
        assert!(reported(Verdict::Unsat, sat()).failures.is_empty());
        let open = reported(Verdict::Unknown, Verdict::Unknown);
        assert!(open.failures.is_empty());
        assert_eq!(open.unknown, ["t.claim at dimension 2", "t.refutation"]);
        let failing = reported(sat(), Verdict::Unsat);
        assert_eq!(failing.failures.len(), 2);
        let text = text(&failing);
        assert!(text.contains("FAILS: z3 finds a counterexample to t.claim at dimension 2: x = [1, 2]"), "{text}");
        assert!(text.contains("FAILS: z3 refutes the refutation t.refutation"), "{text}");
        assert!(text.contains("2 failures"), "{text}");
        assert_eq!(reported(Verdict::Error("line 1".to_owned()), sat()).failures.len(), 1);
    }
}
