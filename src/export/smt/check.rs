//! Has SMT solvers answer questions.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use num_bigint::BigInt;

use super::{Counterexample, Problem};
use crate::export::program::{self, Folder};
use crate::kernel::Rational;

/// The most memory for a solver, in MB.
const MEMORY: u32 = 2000;
/// What solvers say that run out of time or memory.
const GIVES_UP: [&str; 3] = ["interrupted by timeout", "out of memory", "bad_alloc"];

/// A solver that is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Solver {
    /// Z3.
    Z3,
    /// cvc5.
    Cvc5,
}

/// What a solver answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing is so.
    Unsat,
    /// Something is so: the values as the solver writes them, and what they are, if they are rational.
    Sat(String, Option<Counterexample>),
    /// It does not know, or not in time.
    Unknown,
    /// It says something else: the question is broken.
    Error(String),
}

/// A question that is put to a solver, with the text that it is given.
#[derive(Clone, Debug)]
pub struct Question {
    /// What is asked.
    pub problem: Problem,
    /// In SMT-LIB 2.
    pub text: String,
}

impl Solver {
    /// All that are known.
    pub const ALL: [Solver; 2] = [Solver::Z3, Solver::Cvc5];

    /// The program, which is also the name of Debian's package.
    pub fn program(self) -> &'static str {
        match self {
            Solver::Z3 => "z3",
            Solver::Cvc5 => "cvc5",
        }
    }

    /// Whether the program can be run.
    pub fn is_installed(self) -> bool {
        let version =
            Command::new(self.program()).arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    }

    /// Whether the program tells what can be from what cannot.
    ///
    /// # Errors
    /// If a file cannot be written or read, or the program not run.
    pub fn is_a_solver(self) -> io::Result<bool> {
        let folder = Folder::new("smt")?;
        let says = |name: &str, control: &str| {
            let text = format!("(set-logic QF_NRA)\n(declare-const x Real)\n(assert {control})\n(check-sat)\n");
            let said = self.run(folder.path(), name, &text, Duration::from_secs(10))?;
            Ok::<_, io::Error>(said.map_or(String::new(), |(_, said)| said))
        };
        Ok(says("can", "(= (* x x) 4.0)")? == "sat" && says("cannot", "(< (* x x) 0.0)")? == "unsat")
    }

    /// The program with limits. Not every solver has one of memory, so the shell sets one too, beyond the solver's own.
    fn command(self, limit: Duration) -> Command {
        let mut command = Command::new("sh");
        let script = format!("ulimit -v {}000 2>/dev/null; exec \"$@\"", 2 * MEMORY);
        command.args(["-c", &script, "sh", self.program()]);
        match self {
            Solver::Z3 => command.arg(format!("-T:{}", limit.as_secs().max(1))).arg(format!("-memory:{MEMORY}")),
            Solver::Cvc5 => command.arg(format!("--tlimit={}", limit.as_millis())).arg("--produce-models"),
        };
        command
    }

    /// What the program prints for a file, and whether it succeeds; none if it is not done in time.
    fn run(self, folder: &Path, name: &str, text: &str, limit: Duration) -> io::Result<Option<(bool, String)>> {
        let (input, output) = (folder.join(format!("{name}.smt2")), folder.join(format!("{name}.out")));
        fs::write(&input, text)?;
        let out = File::create(&output)?;
        let mut command = self.command(limit);
        command.arg(&input).stdin(Stdio::null()).stderr(out.try_clone()?).stdout(out).current_dir(folder);
        let Some(status) = program::run(&mut command, limit + Duration::from_secs(1))? else { return Ok(None) };
        let text = fs::read(&output)?;
        Ok(Some((status.success(), String::from_utf8_lossy(&text).trim().to_owned())))
    }

    fn answer(self, folder: &Path, name: &str, question: &Question, limit: Duration) -> io::Result<Answer> {
        let Some((succeeds, output)) = self.run(folder, name, &question.text, limit)? else {
            return Ok(Answer::Unknown);
        };
        match output.as_str() {
            "unsat" if succeeds => Ok(Answer::Unsat),
            "sat" if succeeds => self.model(folder, name, question, limit),
            // It was stopped at its limit of time after it had answered: that is not counted.
            "unsat" | "sat" | "unknown" | "timeout" => Ok(Answer::Unknown),
            _ if GIVES_UP.iter().any(|said| output.contains(said)) => Ok(Answer::Unknown),
            "" => Ok(Answer::Error("it ends without an answer".to_owned())),
            _ => Ok(Answer::Error(output.lines().next().unwrap_or_default().to_owned())),
        }
    }

    /// The values with which something is so.
    fn model(self, folder: &Path, name: &str, question: &Question, limit: Duration) -> io::Result<Answer> {
        let asked = question.problem.asked();
        if asked.is_empty() {
            return Ok(Answer::Sat(String::new(), question.problem.counterexample(std::iter::empty())));
        }
        let text = format!("(set-option :produce-models true)\n{}(get-value ({}))\n", question.text, asked.join(" "));
        let output = self.run(folder, name, &text, limit)?.map_or(String::new(), |(_, output)| output);
        let values = output.trim_start_matches("sat").trim().to_owned();
        let model = rationals(&values, &asked).and_then(|values| question.problem.counterexample(values.into_iter()));
        Ok(Answer::Sat(values, model))
    }
}

/// Has a solver answer every question, so many at a time; `done` is told how many are answered.
///
/// # Errors
/// If a file cannot be written or read, or the program not run.
pub fn answers(
    solver: Solver,
    questions: &[Question],
    limit: Duration,
    done: &(dyn Fn(usize) + Sync),
) -> io::Result<Vec<Answer>> {
    let folder = Folder::new("smt")?;
    let next = AtomicUsize::new(0);
    let answered = AtomicUsize::new(0);
    let found: Mutex<Vec<(usize, io::Result<Answer>)>> = Mutex::new(vec![]);
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(question) = questions.get(number) else { return };
            let answer = solver.answer(folder.path(), &number.to_string(), question, limit);
            found.lock().unwrap_or_else(PoisonError::into_inner).push((number, answer));
            done(answered.fetch_add(1, Ordering::Relaxed) + 1);
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, answer)| answer).collect()
}

/// The values in `((x 1.0) (y (- (/ 1.0 2.0))))`, if they are rational.
fn rationals(text: &str, asked: &[String]) -> Option<Vec<Rational>> {
    let spaced = text.replace('(', " ( ").replace(')', " ) ");
    let mut tokens = spaced.split_whitespace();
    (tokens.next()? == "(").then_some(())?;
    let mut found = vec![];
    for name in asked {
        (tokens.next()? == "(" && tokens.next()? == name).then_some(())?;
        found.push(rational(&mut tokens)?);
        (tokens.next()? == ")").then_some(())?;
    }
    Some(found)
}

fn rational<'t>(tokens: &mut impl Iterator<Item = &'t str>) -> Option<Rational> {
    match tokens.next()? {
        "(" => {
            let value = match tokens.next()? {
                "-" => -rational(tokens)?,
                "/" => {
                    let (numerator, denominator) = (rational(tokens)?, rational(tokens)?);
                    (denominator != Rational::from_integer(0.into())).then(|| numerator / denominator)?
                }
                _ => return None,
            };
            (tokens.next()? == ")").then_some(value)
        }
        number => {
            let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
            let digits: BigInt = format!("{whole}{fraction}").parse().ok()?;
            let scale = BigInt::from(10).pow(u32::try_from(fraction.len()).ok()?);
            Some(Rational::new(digits, scale))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_solvers_write_them() {
        let asked = ["x.1".to_owned(), "y.".to_owned()];
        let read =
            |text| rationals(text, &asked).map(|found| found.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(read("((x.1 (- (/ 1.0 2.0)))\n (y. 2.5))").unwrap(), ["-1/2", "5/2"]);
        assert_eq!(read("((x.1 3) (y. (/ (- 1) 4)))").unwrap(), ["3", "-1/4"]);
        assert_eq!(read("((x.1 (root-obj (+ (^ x 2) (- 2)) 1)) (y. 0.0))"), None);
        assert_eq!(read("((x.1 (/ 1.0 0.0)) (y. 0.0))"), None);
    }
}
