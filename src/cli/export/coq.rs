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
use crate::elaborate::{self, Corpus};
use crate::export::coq::check::{self, Outcome, Problem, STANDARD_AXIOMS};
use crate::export::coq::{self, Exported, Exporter, PRELUDE, Part};
use crate::kernel::{Library, Name};

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

#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    claims: Vec<Verdict>,
    accepted: usize,
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
    let parts: Vec<Part> = Exporter::new(&corpus.library).parts(&|name| needed.contains(name));
    for part in &parts {
        if let Part::Failed(name, failure) = part {
            to_stderr(&format!("error: {name} cannot be written in Coq: {failure}\n"));
        }
    }
    let done = if arguments.check { checked(arguments, &corpus, &asked, &parts) } else { written(arguments, &parts) };
    match done {
        Ok(exit) if errors == 0 => exit,
        Ok(_) => Exit::Malformed,
        Err((message, exit)) => {
            to_stderr(&message);
            exit
        }
    }
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

fn written(arguments: &Export, parts: &[Part]) -> Result<Exit, (String, Exit)> {
    let folder = arguments.output.as_deref().unwrap_or(Path::new(FOLDER));
    write(folder, parts)
        .map_err(|error| (format!("error: {} cannot be written: {error}\n", folder.display()), Exit::Malformed))?;
    let theorems = parts.iter().filter(|part| matches!(part, Part::Theorem(_))).count();
    let failed = parts.iter().any(|part| matches!(part, Part::Failed(..)));
    let folder = folder.display();
    to_stdout(&format!(
        "{folder}: Prelude.v, Theorems.v with {theorems} statements, Audit.v.\n\
         Compile them in this order: cd {folder} && coqc Prelude.v && coqc Theorems.v && coqc Audit.v\n"
    ))?;
    Ok(if failed { Exit::Fails } else { Exit::Holds })
}

fn write(folder: &Path, parts: &[Part]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("Prelude.v"), PRELUDE)?;
    fs::write(folder.join("Theorems.v"), coq::development(parts))?;
    fs::write(folder.join("Audit.v"), check::audits(parts))
}

fn checked(arguments: &Export, corpus: &Corpus, asked: &[Name], parts: &[Part]) -> Result<Exit, (String, Exit)> {
    if let Some(folder) = &arguments.output {
        write(folder, parts)
            .map_err(|error| (format!("error: {} cannot be written: {error}\n", folder.display()), Exit::Malformed))?;
    }
    let outcome = check::check(parts).map_err(|problem| match problem {
        Problem::Missing(program) => (
            format!("error: there is no program {program}: nothing was checked; on Debian the package is coq\n"),
            Exit::Undecided,
        ),
        Problem::Io(error) => (format!("error: Coq cannot be run: {error}\n"), Exit::Internal),
        Problem::Unexpected(output) => (format!("error: Coq gives no verdict: {output}\n"), Exit::Internal),
    })?;
    let report = report(corpus, asked, parts, &outcome);
    let text = match arguments.format {
        Format::Text => text(&report),
        Format::Json => {
            serde_json::to_string_pretty(&report)
                .map_err(|error| (format!("error: the report cannot be written as JSON: {error}\n"), Exit::Internal))?
                + "\n"
        }
    };
    to_stdout(&text)?;
    let all = report.accepted == report.claims.len() && report.unexpected.is_empty();
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
    text
}
