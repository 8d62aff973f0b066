//! Has Coq check an export: the prelude, the theorems, what they say and what they rest on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::instances::AtNumbers;
use super::{Exported, HEADER, PRELUDE, Part, SCOPES, development};
use crate::export::Problem;
use crate::export::program::{self, Folder};
use crate::kernel::Name;

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

/// What Coq says of an export.
#[derive(Debug)]
pub struct Outcome {
    /// The Coq names of the statements that it accepted.
    pub accepted: BTreeSet<String>,
    /// What the accepted ones rest on.
    pub axioms: BTreeSet<String>,
    /// Those of them that a statement rests on though it should not.
    pub unexpected: BTreeSet<String>,
    /// The seconds that Coq took for each statement and its proof, by its Coq name.
    pub each: BTreeMap<String, f64>,
    /// How long all of it took.
    pub seconds: f64,
}

fn theorems(parts: &[Part]) -> impl Iterator<Item = &Exported> {
    parts.iter().filter_map(|part| if let Part::Theorem(theorem) = part { Some(theorem) } else { None })
}

/// What stands before the audit. It imports neither the theorems, whose notations and definitions it does not take on trust, nor
/// the libraries whose axioms are then listed by their full names.
const AUDIT_HEADER: &str = "From Coq Require Import Reals List QArith.\nRequire Import Prelude.\nRequire Theorems.\n";

/// That something of a name has a type.
fn audit(number: usize, statement: &str, name: &str) -> String {
    format!("Definition audit_{number} : {statement} := {name}.\n")
}

/// What stands before text that cites theorems.
fn after_theorems() -> String {
    HEADER.replace("Require Import Prelude.", "Require Import Prelude Theorems.") + SCOPES
}

/// The axioms that a theorem may rest on besides the standard ones: the named lemmas that it cites and Coq does not prove.
type Allowed<'p> = BTreeSet<&'p str>;

/// The audits of theorems, with which each may rest on.
struct Audit<'p> {
    text: String,
    groups: Vec<Allowed<'p>>,
}

impl<'p> Audit<'p> {
    /// Restates every definition, and asks whether each theorem, and each lemma on a derivative, says of these what was exported;
    /// then what the theorems rest on, those together that may rest on the same.
    fn new(parts: &'p [Part]) -> Self {
        let mut text = [AUDIT_HEADER, SCOPES].concat();
        let axioms: BTreeMap<&Name, &str> =
            theorems(parts).filter(|one| one.is_axiom()).map(|one| (&one.name, one.coq.as_str())).collect();
        let mut groups: BTreeMap<Allowed<'p>, Vec<String>> = BTreeMap::new();
        let mut number = 0;
        let mut ask = |statement: &str, coq: &str, allowed: Allowed<'p>, text: &mut String| {
            let name = format!("Theorems.{coq}");
            text.push_str(&audit(number, statement, &name));
            groups.entry(allowed).or_default().push(name);
            number += 1;
        };
        for part in parts {
            match part {
                Part::Definition(defining) => {
                    text.push_str(&defining.text);
                    if let Some(lemma) = &defining.lemma {
                        ask(&lemma.statement, &lemma.coq, Allowed::new(), &mut text);
                    }
                }
                Part::Theorem(theorem) => {
                    let allowed = theorem.lemmas.iter().filter_map(|name| axioms.get(name).copied()).collect();
                    ask(&theorem.statement, &theorem.coq, allowed, &mut text);
                }
                Part::Failed(..) => {}
            }
        }
        for (number, names) in groups.values().enumerate() {
            text.push_str(&format!(
                "Definition group_{number} := ({}).\nPrint Assumptions group_{number}.\n",
                names.join(", ")
            ));
        }
        Audit { text, groups: groups.into_keys().collect() }
    }

    /// All axioms that Coq lists, and those that a group may not rest on.
    fn assumptions(&self, output: &str) -> Result<[BTreeSet<String>; 2], Problem> {
        let listed = assumptions(output);
        if listed.len() != self.groups.len() {
            return Err(silent());
        }
        let mut unexpected = BTreeSet::new();
        for (listed, allowed) in listed.iter().zip(&self.groups) {
            let own = |name: &&String| name.strip_prefix("Theorems.").is_some_and(|name| allowed.contains(name));
            unexpected.extend(listed.iter().filter(|name| !is_standard(name) && !own(name)).cloned());
        }
        Ok([listed.into_iter().flatten().collect(), unexpected])
    }
}

fn is_standard(name: &str) -> bool {
    STANDARD_AXIOMS.contains(&name)
}

/// The file that compares what the theorems say with what was exported, and lists what they
/// rest on.
pub fn audits(parts: &[Part]) -> String {
    Audit::new(parts).text
}

/// The theorems one by one, so that Coq goes on after one that it refuses.
fn one_by_one(header: &str, parts: &[Part]) -> String {
    let mut text = header.to_owned();
    let mut number = 0;
    for part in parts {
        match part {
            Part::Definition(defining) => {
                text.push_str(&defining.whole().replace("\nQed.\n", "\nQed.\nAbort All.\n"));
            }
            Part::Theorem(theorem) => {
                text.push_str(&theorem.text().replace("\nexact ", &format!("\nTimeout {THEOREM_SECONDS} exact ")));
                text.push_str("Abort All.\n");
                text.push_str(&audit(number, &theorem.statement, &theorem.coq));
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
    let status = program::run(&mut command, LIMIT).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing(program),
        _ => Problem::Io(error),
    })?;
    Ok((status, fs::read_to_string(&output)?))
}

fn compiled(folder: &Path, name: &str, text: &str) -> Result<Result<String, String>, Problem> {
    compiled_with(folder, &["-q", name], name, text)
}

fn compiled_with(folder: &Path, arguments: &[&str], name: &str, text: &str) -> Result<Result<String, String>, Problem> {
    fs::write(folder.join(name), text)?;
    let (status, output) = run(folder, "coqc", None, arguments)?;
    Ok(if status.is_some_and(|status| status.success()) { Ok(output) } else { Err(output) })
}

/// What each `Print Assumptions` lists, in order: a name begins a line.
fn assumptions(output: &str) -> Vec<BTreeSet<String>> {
    let mut listed: Vec<BTreeSet<String>> = vec![];
    for line in output.lines() {
        if line.starts_with("Axioms:") || line.starts_with("Closed under the global context") {
            listed.push(BTreeSet::new());
        } else if let (Some(names), false) = (listed.last_mut(), line.starts_with(char::is_whitespace)) {
            names.extend(line.split([' ', ':']).next().filter(|name| !name.is_empty()).map(str::to_owned));
        }
    }
    listed
}

/// The seconds of each theorem in `development(parts)`, from lines `Chars 26 - 44 [exact~…] 0.5 secs (…)` that Coq prints for each
/// sentence of it, at its place in bytes.
fn times(parts: &[Part], output: &str) -> BTreeMap<String, f64> {
    let mut ends = vec![];
    let start = HEADER.len() + SCOPES.len();
    let mut end = start;
    for part in parts {
        end += part.text().len();
        ends.push(end);
    }
    let mut found = BTreeMap::new();
    for line in output.lines() {
        let Some((place, rest)) = line.strip_prefix("Chars ").and_then(|line| line.split_once(" - ")) else { continue };
        let Some((_, seconds)) = rest.rsplit_once("] ") else { continue };
        let number = seconds.split(' ').next().and_then(|number| number.trim_end_matches('.').parse::<f64>().ok());
        let place = place.parse().ok().filter(|place: &usize| *place >= start);
        let part = place.and_then(|place| parts.get(ends.partition_point(|end| *end <= place)));
        if let (Some(Part::Theorem(theorem)), Some(number)) = (part, number) {
            *found.entry(theorem.coq.clone()).or_default() += number;
        }
    }
    found
}

/// Coq does not say what something rests on.
fn silent() -> Problem {
    Problem::Unexpected("it does not say what the theorems rest on".to_owned())
}

/// Has Coq judge every theorem.
///
/// # Errors
/// If Coq is missing, cannot be run, or does not accept the prelude.
pub fn check(parts: &[Part], at_numbers: &AtNumbers, progress: &dyn Fn(&str)) -> Result<Outcome, Problem> {
    let folder = Folder::new("coq")?;
    let folder = folder.path();
    let start = Instant::now();
    if compiled(folder, "Control.v", CONTROL)?.is_ok() {
        return Err(Problem::Unexpected("it accepts that 0 = 1, so it is not Coq".to_owned()));
    }
    progress("the prelude");
    compiled(folder, "Prelude.v", PRELUDE)?.map_err(Problem::Unexpected)?;
    let mut accepted: Vec<Part> = parts.iter().filter(|part| !matches!(part, Part::Failed(..))).cloned().collect();
    progress("the theorems");
    let first = compiled_with(folder, &["-q", "-time", "Theorems.v"], "Theorems.v", &development(&accepted))?;
    let mut each = BTreeMap::new();
    let audited = match first {
        Ok(output) => {
            each = times(&accepted, &output);
            progress("what they say and rest on");
            compiled(folder, "Audit.v", &audits(&accepted))?
        }
        Err(output) => Err(output),
    };
    let output = match audited {
        Ok(output) => output,
        Err(_) => {
            progress("the theorems one by one");
            accepted = judged(folder, &[HEADER, SCOPES].concat(), &accepted)?;
            compiled(folder, "Theorems.v", &development(&accepted))?.map_err(Problem::Unexpected)?;
            compiled(folder, "Audit.v", &audits(&accepted))?.map_err(Problem::Unexpected)?
        }
    };
    let [mut axioms, mut unexpected] = Audit::new(&accepted).assumptions(&output)?;
    progress("statements at given numbers");
    let (found, more) = at_given_numbers(folder, at_numbers)?;
    unexpected.extend(more.iter().filter(|name| !is_standard(name)).cloned());
    axioms.extend(more);
    Ok(Outcome {
        accepted: theorems(&accepted).map(|theorem| theorem.coq.clone()).chain(found).collect(),
        axioms,
        unexpected,
        each,
        seconds: start.elapsed().as_secs_f64(),
    })
}

/// The Coq names of the statements at given numbers that Coq proves, and what they rest on.
fn at_given_numbers(folder: &Path, at_numbers: &AtNumbers) -> Result<(Vec<String>, BTreeSet<String>), Problem> {
    if at_numbers.searched.is_empty() {
        return Ok((vec![], BTreeSet::new()));
    }
    let mut kept = at_numbers.clone();
    let output = match compiled(folder, "Instances.v", &at_numbers.text())? {
        Ok(output) => output,
        Err(_) => {
            fs::write(folder.join("one_by_one.v"), at_numbers.one_by_one())?;
            let (_, output) = run(folder, "coqtop", Some("one_by_one.v"), &["-q"])?;
            let mut number = 0..;
            kept.searched.retain(|_| number.next().is_some_and(|n| is_defined(&output, &format!("audit_{n}"))));
            compiled(folder, "Instances.v", &kept.text())?.map_err(Problem::Unexpected)?
        }
    };
    let listed = assumptions(&output);
    if listed.is_empty() && !kept.searched.is_empty() {
        return Err(silent());
    }
    let names = kept.searched.into_iter().map(|one| one.coq).collect();
    Ok((names, listed.into_iter().flatten().collect()))
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
    use super::super::{Defining, Lemma};
    use super::*;

    #[test]
    fn assumptions_are_read_by_name() {
        let output =
            "Axioms:\nA.b\n  : forall x,\n      x\nc : True\nClosed under the global context\nAxioms:\nd : False\n";
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
        assert_eq!(assumptions(output), [names(&["A.b", "c"]), names(&[]), names(&["d"])]);
        assert!(assumptions("").is_empty());
    }

    fn theorem(coq: &str, statement: &str, proof: &str) -> Part {
        Part::Theorem(Exported {
            name: Name::from(coq),
            coq: coq.to_owned(),
            statement: statement.to_owned(),
            proof: Some(proof.to_owned()),
            lemmas: BTreeSet::new(),
        })
    }

    #[test]
    fn an_axiom_among_the_definitions_is_seen_whatever_its_name() {
        let cheat = |name: &str| Part::Definition(Defining { text: format!("Axiom {name} : False.\n"), lemma: None });
        // As many other axioms are called in Coq's own libraries, and as an exported one would be.
        for name in ["classic", "lemma'large"] {
            let parts = [cheat(name), theorem("t'a", "0 = 1", &format!("False_ind _ {name}"))];
            let numbers = AtNumbers::default();
            match check(&parts, &numbers, &|_| ()) {
                Err(Problem::Missing(program)) => println!("{program} is not installed: nothing is refused"),
                outcome => {
                    let outcome = outcome.expect("a verdict");
                    assert_eq!(outcome.unexpected, BTreeSet::from([format!("Theorems.{name}")]));
                }
            }
        }
    }

    #[test]
    fn a_lemma_on_a_derivative_that_is_not_proved_is_seen() {
        let lemma =
            Lemma { coq: "d'0_correct".to_owned(), statement: "0 = 1".to_owned(), proof: "admitted".to_owned() };
        let parts = [
            Part::Definition(Defining { text: "Axiom admitted : 0 = 1.\n".to_owned(), lemma: None }),
            Part::Definition(Defining { text: "Definition d'0 (x : R) : R := 1.\n".to_owned(), lemma: Some(lemma) }),
            theorem("t'a", "d'0 2 = 1", "eq_refl"),
        ];
        match check(&parts, &AtNumbers::default(), &|_| ()) {
            Err(Problem::Missing(program)) => println!("{program} is not installed: nothing is refused"),
            outcome => {
                let outcome = outcome.expect("a verdict");
                assert_eq!(outcome.unexpected, BTreeSet::from(["Theorems.admitted".to_owned()]));
            }
        }
    }

    #[test]
    fn the_time_of_a_theorem_is_that_of_its_sentences() {
        let parts = [theorem("a", "True", "I"), theorem("b", "True", "I")];
        let at = |text: &str| development(&parts).find(text).expect("it stands there");
        let (first, second) = (at("Theorem a"), at("Theorem b"));
        let output = format!(
            "Chars 0 - 4 [From~Coq] 9. secs (0.u,0.s)\nChars {first} - {first} [Theorem~a~:~[]] 0.5 secs (0.u,0.s)\n\
             Chars {} - {second} [Qed.] 0.25 secs (0.u,0.s)\nChars {second} - {second} [Theorem] 2. secs (0.u,0.s)\n",
            second - 6
        );
        assert_eq!(times(&parts, &output), BTreeMap::from([("a".to_owned(), 0.75), ("b".to_owned(), 2.0)]));
    }
}
