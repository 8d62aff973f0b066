//! Has Coq check an export: the prelude, the theorems, what they say and what they rest on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::instances::AtNumbers;
use super::{Exported, HEADER, PRELUDE, Part, development};
use crate::export::folder::Folder;

/// What Coq's real numbers and classical logic rest on.
pub const STANDARD_AXIOMS: [&str; 4] = [
    "ClassicalDedekindReals.sig_forall_dec",
    "ClassicalDedekindReals.sig_not_dec",
    "FunctionalExtensionality.functional_extensionality_dep",
    "Classical_Prop.classic",
];

/// The longest that Coq may take for one file.
pub const LIMIT: Duration = Duration::from_secs(900);
/// The longest that it may take for one theorem, where one was refused.
const THEOREM_SECONDS: u32 = 120;

/// What Coq refuses.
const CONTROL: &str = "Theorem control : 0 = 1.\nProof.\nexact (eq_refl 0).\nQed.\n";

/// Why Coq gave no verdict.
#[derive(Debug)]
pub enum Problem {
    /// No program of this name.
    Missing(&'static str),
    /// A file cannot be written or read, or a program not run.
    Io(io::Error),
    /// What Coq says to text that was to be accepted by it.
    Unexpected(String),
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Problem::Io(error)
    }
}

/// What Coq says of an export.
#[derive(Debug)]
pub struct Outcome {
    /// The Coq names of the statements that it accepted.
    pub accepted: BTreeSet<String>,
    /// What the accepted ones rest on.
    pub axioms: BTreeSet<String>,
    /// How long it took.
    pub seconds: f64,
}

fn theorems(parts: &[Part]) -> impl Iterator<Item = &Exported> {
    parts.iter().filter_map(|part| if let Part::Theorem(theorem) = part { Some(theorem) } else { None })
}

/// Whether each theorem has the type that was exported, asked of Coq again.
fn audit(number: usize, theorem: &Exported) -> String {
    format!("Definition audit_{number} : {} := {}.\n", theorem.statement, theorem.coq)
}

/// What stands before text that cites theorems.
fn after_theorems() -> String {
    HEADER.replace("Require Import Prelude.", "Require Import Prelude Theorems.")
}

/// The file that compares what the theorems say with what was exported, and lists what they
/// rest on.
pub fn audits(parts: &[Part]) -> String {
    let mut text = after_theorems();
    let mut names = vec![];
    for (number, theorem) in theorems(parts).enumerate() {
        text.push_str(&audit(number, theorem));
        names.push(theorem.coq.as_str());
    }
    if !names.is_empty() {
        text.push_str(&format!("Definition everything := ({}).\nPrint Assumptions everything.\n", names.join(", ")));
    }
    text
}

/// The theorems one by one, so that Coq goes on after one that it refuses.
fn one_by_one(header: &str, parts: &[Part]) -> String {
    let mut text = header.to_owned();
    let mut number = 0;
    for part in parts {
        match part {
            Part::Definition(definition) => text.push_str(&definition.replace("\nQed.\n", "\nQed.\nAbort All.\n")),
            Part::Theorem(theorem) => {
                text.push_str(&theorem.text().replace("\nexact ", &format!("\nTimeout {THEOREM_SECONDS} exact ")));
                text.push_str("Abort All.\n");
                text.push_str(&audit(number, theorem));
                number += 1;
            }
            Part::Failed(..) => {}
        }
    }
    text
}

/// Runs a program in the folder; its output goes into a file there.
fn run(
    folder: &Path,
    program: &'static str,
    input: Option<&str>,
    arguments: &[&str],
) -> Result<(Option<ExitStatus>, String), Problem> {
    let output = folder.join("output.txt");
    let out = File::create(&output)?;
    let stdin = match input {
        Some(name) => Stdio::from(File::open(folder.join(name))?),
        None => Stdio::null(),
    };
    let mut command = Command::new(program);
    // Libraries of the same names elsewhere are not ours.
    command.env_remove("COQPATH");
    command.args(arguments).current_dir(folder).stdin(stdin).stderr(out.try_clone()?).stdout(out);
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing(program),
        _ => Problem::Io(error),
    })?;
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok((Some(status), fs::read_to_string(&output)?));
        }
        if start.elapsed() > LIMIT {
            child.kill()?;
            child.wait()?;
            return Ok((None, fs::read_to_string(&output)?));
        }
        sleep(Duration::from_millis(20));
    }
}

fn compiled(folder: &Path, name: &str, text: &str) -> Result<Result<String, String>, Problem> {
    fs::write(folder.join(name), text)?;
    let (status, output) = run(folder, "coqc", None, &["-q", name])?;
    Ok(if status.is_some_and(|status| status.success()) { Ok(output) } else { Err(output) })
}

/// The names that `Print Assumptions` lists: each begins a line.
fn axioms(output: &str) -> BTreeSet<String> {
    let lines = output.lines().skip_while(|line| !line.starts_with("Axioms:")).skip(1);
    let names =
        lines.filter(|line| !line.starts_with(char::is_whitespace) && line.contains(|c: char| !c.is_whitespace()));
    names.filter_map(|line| line.split([' ', ':']).next()).map(str::to_owned).collect()
}

/// Has Coq judge every theorem.
///
/// # Errors
/// If Coq is missing, cannot be run, or does not accept the prelude.
pub fn check(parts: &[Part], at_numbers: &AtNumbers) -> Result<Outcome, Problem> {
    let folder = Folder::new("coq")?;
    let folder = folder.path();
    let start = Instant::now();
    if compiled(folder, "Control.v", CONTROL)?.is_ok() {
        return Err(Problem::Unexpected("it accepts that 0 = 1, so it is not Coq".to_owned()));
    }
    compiled(folder, "Prelude.v", PRELUDE)?.map_err(Problem::Unexpected)?;
    let mut accepted: Vec<Part> = parts.iter().filter(|part| !matches!(part, Part::Failed(..))).cloned().collect();
    let first = compiled(folder, "Theorems.v", &development(&accepted))?;
    let audited = match first {
        Ok(_) => compiled(folder, "Audit.v", &audits(&accepted))?,
        Err(output) => Err(output),
    };
    let output = match audited {
        Ok(output) => output,
        Err(_) => {
            accepted = judged(folder, HEADER, &accepted)?;
            compiled(folder, "Theorems.v", &development(&accepted))?.map_err(Problem::Unexpected)?;
            compiled(folder, "Audit.v", &audits(&accepted))?.map_err(Problem::Unexpected)?
        }
    };
    let (found, more) = at_given_numbers(folder, at_numbers)?;
    if theorems(&accepted).next().is_some()
        && !output.contains("Axioms:")
        && !output.contains("Closed under the global")
    {
        return Err(Problem::Unexpected("it does not say what the theorems rest on".to_owned()));
    }
    let mut axioms = axioms(&output);
    axioms.extend(more);
    Ok(Outcome {
        accepted: theorems(&accepted).map(|theorem| theorem.coq.clone()).chain(found).collect(),
        axioms,
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// The Coq names of the statements at given numbers that Coq proves, and what they rest on.
fn at_given_numbers(folder: &Path, at_numbers: &AtNumbers) -> Result<(Vec<String>, BTreeSet<String>), Problem> {
    let names = |kept: &AtNumbers| kept.searched.iter().map(|one| one.coq.clone()).collect();
    if at_numbers.searched.is_empty() {
        return Ok((vec![], BTreeSet::new()));
    }
    if let Ok(output) = compiled(folder, "Instances.v", &at_numbers.text())? {
        return if says_assumptions(&output) { Ok((names(at_numbers), axioms(&output))) } else { Err(silent()) };
    }
    fs::write(folder.join("one_by_one.v"), at_numbers.one_by_one())?;
    let (_, output) = run(folder, "coqtop", Some("one_by_one.v"), &["-q"])?;
    let mut kept = at_numbers.clone();
    let mut number = 0..;
    kept.searched.retain(|_| number.next().is_some_and(|n| is_defined(&output, &format!("audit_{n}"))));
    let output = compiled(folder, "Instances.v", &kept.text())?.map_err(Problem::Unexpected)?;
    Ok((names(&kept), axioms(&output)))
}

/// Whether Coq answers `Print Assumptions`.
fn says_assumptions(output: &str) -> bool {
    output.contains("Axioms:") || output.contains("Closed under the global context")
}

fn silent() -> Problem {
    Problem::Unexpected("it does not say what the theorems rest on".to_owned())
}

/// Whether Coq says that it defined something of this name.
fn is_defined(output: &str, name: &str) -> bool {
    // A definition of the export, whose name holds a prime, may end like one of an audit.
    let in_a_name = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
    let said = format!("{name} is defined");
    output.match_indices(&said).any(|(at, _)| !output[..at].ends_with(in_a_name))
}

/// Has Coq judge parts one by one that may cite the theorems of an export, and returns the Coq
/// names of the statements that it accepts.
///
/// # Errors
/// As [`check`], also if Coq does not accept the export itself.
pub fn judge_after(export: &[Part], parts: &[Part]) -> Result<BTreeSet<String>, Problem> {
    let folder = Folder::new("coq")?;
    let folder = folder.path();
    compiled(folder, "Prelude.v", PRELUDE)?.map_err(Problem::Unexpected)?;
    compiled(folder, "Theorems.v", &development(export))?.map_err(Problem::Unexpected)?;
    let accepted = judged(folder, &after_theorems(), parts)?;
    Ok(theorems(&accepted).map(|theorem| theorem.coq.clone()).collect())
}

/// The parts that Coq accepts when it is asked one by one.
fn judged(folder: &Path, header: &str, parts: &[Part]) -> Result<Vec<Part>, Problem> {
    fs::write(folder.join("one_by_one.v"), one_by_one(header, parts))?;
    let (_, output) = run(folder, "coqtop", Some("one_by_one.v"), &["-q"])?;
    let numbers: BTreeMap<&str, usize> =
        theorems(parts).enumerate().map(|(n, theorem)| (theorem.coq.as_str(), n)).collect();
    let kept = parts.iter().filter(|part| match part {
        Part::Theorem(theorem) => {
            numbers.get(theorem.coq.as_str()).is_some_and(|n| is_defined(&output, &format!("audit_{n}")))
        }
        _ => true,
    });
    Ok(kept.cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assumptions_are_read_by_name() {
        let output = "Axioms:\nA.b\n  : forall x,\n      x\nc : True\n";
        assert_eq!(axioms(output), BTreeSet::from(["A.b".to_owned(), "c".to_owned()]));
        assert!(axioms("Closed under the global context\n").is_empty());
    }
}
