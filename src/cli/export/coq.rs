//! `export coq`: theorems for Coq, which checks them again.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;

use serde::Serialize;

use super::asked;
use crate::cli::arguments::{Export, Format};
use crate::cli::run::{complain, to_stderr, to_stdout};
use crate::cli::{Exit, files, layout};
use crate::elaborate::{self, Corpus, Standing};
use crate::export::coq::check::{self, Outcome, Problem, STANDARD_AXIOMS};
use crate::export::coq::instances::{AtNumbers, Searched};
use crate::export::coq::{self, Exported, Exporter, PRELUDE, Part};
use crate::kernel::{Library, Name};
use crate::model;

/// The folder that is written to where none is named.
const FOLDER: &str = "coq";

/// What Coq says of one claim.
#[derive(Debug, Serialize)]
struct Verdict {
    theorem: String,
    /// `accepted`, `refused`, or `not written`.
    verdict: &'static str,
    /// The named lemmas that it rests on.
    lemmas: Vec<String>,
}

/// What Coq says of statements at given numbers.
#[derive(Debug, Default, Serialize)]
struct Numbers {
    /// How many theorems there are, and for how many Coq accepts an instance of the hypotheses.
    theorems: usize,
    with_instance: usize,
    /// How many refutations there are, and how many Coq accepts.
    refutations: usize,
    refuted: usize,
    refused: Vec<String>,
    missing: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    claims: Vec<Verdict>,
    accepted: usize,
    at_numbers: Numbers,
    /// What Coq lists as the assumptions of all accepted claims together.
    assumptions: Vec<String>,
    /// Assumptions that are neither Coq's real numbers' own nor named lemmas of the claims.
    unexpected: Vec<String>,
    seconds: f64,
}

pub(in crate::cli) fn export(arguments: &Export) -> Exit {
    let loaded = files::load(&arguments.paths);
    let corpus = elaborate::corpus(&loaded.sources);
    let errors = complain(&loaded, &corpus, io::stderr().is_terminal());
    let asked = asked(&corpus);
    let needed = needed(&corpus.library, &asked);
    let mut exporter = Exporter::new(&corpus.library);
    let parts: Vec<Part> = exporter.parts(&|name| needed.contains(name));
    let stated = at_numbers(&corpus, &mut exporter);
    let numbers = exporter.at_numbers(stated.instances.iter().chain(&stated.refutations).cloned().collect());
    for part in &parts {
        if let Part::Failed(name, failure) = part {
            to_stderr(&format!("error: {name} cannot be written in Coq: {failure}\n"));
        }
    }
    for what in &stated.missing {
        to_stderr(&format!("error: {what}\n"));
    }
    let done = match arguments.check {
        true => checked(arguments, &corpus, &asked, &parts, &stated, &numbers),
        false => written(arguments, &parts, &numbers),
    };
    match done {
        Ok(exit) if errors == 0 => exit,
        Ok(_) => Exit::Malformed,
        Err((message, exit)) => {
            to_stderr(&message);
            exit
        }
    }
}

/// How many random models are tried for the hypotheses of a theorem.
const ATTEMPTS: usize = 20_000;

/// Statements at given numbers.
#[derive(Default)]
struct Stated {
    /// That the hypotheses of each theorem hold somewhere.
    instances: Vec<Searched>,
    /// That what is refuted does not hold.
    refutations: Vec<Searched>,
    /// The theorems for whose hypotheses no model is found, and what cannot be written.
    missing: Vec<String>,
    /// How many theorems and refutations there are.
    theorems: usize,
    standing: usize,
}

impl Stated {
    fn judged(&self, outcome: &Outcome) -> Numbers {
        let accepted = |list: &[Searched]| list.iter().filter(|one| outcome.accepted.contains(&one.coq)).count();
        let all = self.instances.iter().chain(&self.refutations);
        Numbers {
            theorems: self.theorems,
            with_instance: accepted(&self.instances),
            refutations: self.standing,
            refuted: accepted(&self.refutations),
            refused: all.filter(|one| !outcome.accepted.contains(&one.coq)).map(|one| one.coq.clone()).collect(),
            missing: self.missing.clone(),
        }
    }
}

fn at_numbers(corpus: &Corpus, exporter: &mut Exporter<'_>) -> Stated {
    let mut found = Stated::default();
    for theorem in &corpus.theorems {
        let name = &theorem.heading.name;
        let instances = theorem.claims.iter().filter_map(|claim| match &claim.standing {
            Standing::Exact(instance) => Some((claim, instance)),
            _ => None,
        });
        for (claim, instance) in instances.clone() {
            found.standing += 1;
            let full = format!("{name}.{}", claim.name);
            match exporter.refutation(&Name::from(full.as_str()), instance) {
                Ok(one) => found.refutations.push(one),
                Err(failure) => found.missing.push(format!("{full} cannot be written in Coq: {failure}")),
            }
        }
        let proved = theorem.claims.iter().filter_map(elaborate::Claim::proved);
        let statements = proved.filter_map(|claim| Some(corpus.library.theorem(claim).ok()?.statement()));
        // All claims have the same hypotheses; the one with the most variables declares all of theirs.
        let Some(statement) = statements.max_by_key(|statement| statement.variables.len()) else { continue };
        found.theorems += 1;
        let known: Vec<_> = instances.map(|(_, instance)| (&instance.variant, &instance.model)).collect();
        let written = model::satisfying(&corpus.library, statement, &known, ATTEMPTS)
            .map(|model| exporter.satisfied(&Name::from(name.as_str()), statement, &model));
        match written {
            Some(Ok(one)) => found.instances.push(one),
            Some(Err(failure)) => {
                found.missing.push(format!("the instance of {name} cannot be written in Coq: {failure}"))
            }
            None => found.missing.push(format!("no instance of the hypotheses of {name} is found")),
        }
    }
    found
}

/// They and all that they rest on.
fn needed(library: &Library, asked: &[Name]) -> BTreeSet<Name> {
    let mut needed = BTreeSet::new();
    let mut open = asked.to_vec();
    while let Some(name) = open.pop() {
        if let Ok(theorem) = library.theorem(&name)
            && needed.insert(name)
        {
            open.extend(theorem.cited().iter().cloned());
        }
    }
    needed
}

fn written(arguments: &Export, parts: &[Part], numbers: &AtNumbers) -> Result<Exit, (String, Exit)> {
    let folder = arguments.output.as_deref().unwrap_or(Path::new(FOLDER));
    write(folder, parts, numbers)
        .map_err(|error| (format!("error: {} cannot be written: {error}\n", folder.display()), Exit::Malformed))?;
    let theorems = parts.iter().filter(|part| matches!(part, Part::Theorem(_))).count();
    let failed = parts.iter().any(|part| matches!(part, Part::Failed(..)));
    let folder = folder.display();
    to_stdout(&format!(
        "{folder}: Prelude.v, Theorems.v with {theorems} statements, Audit.v, Instances.v with {}.\n\
         Compile them in this order:\n    cd {folder} && for f in Prelude Theorems Audit Instances; do coqc $f.v; done\n",
        numbers.searched.len()
    ))?;
    Ok(if failed { Exit::Fails } else { Exit::Holds })
}

fn write(folder: &Path, parts: &[Part], numbers: &AtNumbers) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("Prelude.v"), PRELUDE)?;
    fs::write(folder.join("Theorems.v"), coq::development(parts))?;
    fs::write(folder.join("Audit.v"), check::audits(parts))?;
    fs::write(folder.join("Instances.v"), numbers.text())
}

fn checked(
    arguments: &Export,
    corpus: &Corpus,
    asked: &[Name],
    parts: &[Part],
    stated: &Stated,
    numbers: &AtNumbers,
) -> Result<Exit, (String, Exit)> {
    if let Some(folder) = &arguments.output {
        write(folder, parts, numbers)
            .map_err(|error| (format!("error: {} cannot be written: {error}\n", folder.display()), Exit::Malformed))?;
    }
    let outcome = check::check(parts, numbers).map_err(|problem| match problem {
        Problem::Missing(program) => (
            format!("error: there is no program {program}: nothing was checked; on Debian the package is coq\n"),
            Exit::Undecided,
        ),
        Problem::Io(error) => (format!("error: Coq cannot be run: {error}\n"), Exit::Internal),
        Problem::Unexpected(output) => (format!("error: Coq gives no verdict: {output}\n"), Exit::Internal),
    })?;
    let report = Report { at_numbers: stated.judged(&outcome), ..report(corpus, asked, parts, &outcome) };
    let text = match arguments.format {
        Format::Text => text(&report),
        Format::Json => {
            serde_json::to_string_pretty(&report)
                .map_err(|error| (format!("error: the report cannot be written as JSON: {error}\n"), Exit::Internal))?
                + "\n"
        }
    };
    to_stdout(&text)?;
    let numbers = &report.at_numbers;
    let all = report.accepted == report.claims.len()
        && report.unexpected.is_empty()
        && numbers.refused.is_empty()
        && numbers.missing.is_empty();
    Ok(if all { Exit::Holds } else { Exit::Fails })
}

fn report(corpus: &Corpus, asked: &[Name], parts: &[Part], outcome: &Outcome) -> Report {
    let of = |name: &Name| -> Vec<&Exported> {
        let theorems = parts.iter().filter_map(|part| if let Part::Theorem(t) = part { Some(t) } else { None });
        theorems.filter(|theorem| theorem.name == *name).collect()
    };
    let claims: Vec<Verdict> = asked
        .iter()
        .map(|name| {
            let statements = of(name);
            let verdict = match &statements[..] {
                [] => "not written",
                all if all.iter().all(|theorem| outcome.accepted.contains(&theorem.coq)) => "accepted",
                _ => "refused",
            };
            let lemmas = corpus.library.theorem(name).map(|t| t.lemmas().iter().map(ToString::to_string).collect());
            Verdict { theorem: name.to_string(), verdict, lemmas: lemmas.unwrap_or_default() }
        })
        .collect();
    let named: BTreeSet<&str> = claims.iter().flat_map(|claim| &claim.lemmas).map(String::as_str).collect();
    let lemmas = parts.iter().filter_map(|part| match part {
        Part::Theorem(lemma) if lemma.is_axiom() && named.contains(&*lemma.name) => {
            Some(format!("Theorems.{}", lemma.coq))
        }
        _ => None,
    });
    let allowed: BTreeSet<String> =
        STANDARD_AXIOMS.iter().map(|name| (*name).to_owned()).chain(lemmas.clone()).collect();
    // Coq leaves a module's name out where the rest is unique.
    let short: BTreeSet<&str> =
        allowed.iter().filter_map(|name| name.split_once('.')).map(|(_, short)| short).collect();
    let unexpected = outcome.axioms.iter().filter(|name| !allowed.contains(*name) && !short.contains(name.as_str()));
    Report {
        schema: "tightrope.coq/1",
        accepted: claims.iter().filter(|claim| claim.verdict == "accepted").count(),
        at_numbers: Numbers::default(),
        unexpected: unexpected.cloned().collect(),
        assumptions: outcome.axioms.iter().cloned().collect(),
        claims,
        seconds: outcome.seconds,
    }
}

fn text(report: &Report) -> String {
    let width = report.claims.iter().map(|claim| claim.theorem.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Verdict { theorem, verdict, lemmas } in &report.claims {
        let lemmas = if lemmas.is_empty() { String::new() } else { format!("  modulo {}", lemmas.join(", ")) };
        text.push_str(&format!("{theorem:width$}  {verdict}{lemmas}\n"));
    }
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    text.push('\n');
    text.push_str(&layout::paragraph(&format!("Axioms, as Coq lists them: {}.", list(&report.assumptions)), 0));
    if !report.unexpected.is_empty() {
        text.push_str(&layout::paragraph(&format!("Not allowed: {}.", report.unexpected.join(", ")), 0));
    }
    text.push_str(&format!(
        "{} of {} claims accepted by Coq in {:.1} s.\n",
        report.accepted,
        report.claims.len(),
        report.seconds
    ));
    let Numbers { theorems, with_instance, refutations, refuted, refused, missing } = &report.at_numbers;
    text.push_str(&format!(
        "{refuted} of {refutations} refutations proved by Coq; {with_instance} of {theorems} theorems with an instance.\n"
    ));
    if !refused.is_empty() {
        text.push_str(&layout::paragraph(&format!("Coq does not prove: {}.", refused.join(", ")), 0));
    }
    if !missing.is_empty() {
        text.push_str(&layout::paragraph(&format!("Missing: {}.", missing.join("; ")), 0));
    }
    text
}
