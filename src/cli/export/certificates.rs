//! `export certificates`: certified runs for a small program that checks them in another arithmetic.

use std::time::Instant;

use serde::Serialize;

use super::{Done, from_corpus, json, print, quoted, unchecked, write};
use crate::cli::Exit;
use crate::cli::arguments::{Export, ReportFormat};
use crate::cli::run::{to_stderr, to_stdout};
use crate::descent::Budget;
use crate::elaborate::Corpus;
use crate::export::certificates::check::{self, Part};
use crate::export::certificates::{CHECKER, File};
use crate::verdict::{self, Evidence};

/// The folder that is written to where none is named.
const FOLDER: &str = "certificates";

#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    /// What checked them.
    arithmetic: Vec<String>,
    parts: Vec<Part>,
    confirmed: usize,
    /// Claims that `check` certifies, but no certificate is for.
    left_out: Vec<String>,
    seconds: f64,
}

pub(in crate::cli) fn export(arguments: &Export) -> Exit {
    from_corpus(arguments, |corpus, report| {
        let found = certificates(corpus);
        let left_out = left_out(report, &found);
        for claim in &left_out {
            to_stderr(&format!("error: {claim} is certified, but no certificate is for it\n"));
        }
        let written = write(arguments, FOLDER, &files(&found)?)?;
        if arguments.check {
            return checked(arguments.format, &found, left_out);
        }
        if let Some(folder) = written {
            let (shown, folder) = (folder.display().to_string(), quoted(&folder));
            to_stdout(&format!(
                "{shown}: recheck.py and {} certificates.\nCheck them: python3 {folder}/recheck.py {folder}/*.json\n",
                found.len()
            ))?;
        }
        Ok(if left_out.is_empty() { Exit::Holds } else { Exit::Fails })
    })
}

/// The certified claims that no certificate is for.
fn left_out(report: &verdict::Report, found: &[File]) -> Vec<String> {
    let certified = report.theorems.iter().flat_map(|entry| {
        let claims = entry.claims.iter().filter(|claim| claim.evidence == Evidence::Certified);
        claims.map(|claim| (&entry.name, &claim.name))
    });
    let is_there = |experiment: &str, claim: &str| {
        let mut files = found.iter().filter(|file| file.experiment == experiment);
        files.any(|file| file.claims().any(|name| name == claim))
    };
    certified
        .filter(|(entry, claim)| !is_there(entry, claim))
        .map(|(entry, claim)| format!("{entry}.{claim}"))
        .collect()
}

fn certificates(corpus: &Corpus) -> Vec<File> {
    corpus.experiments.iter().filter_map(|experiment| File::of(experiment, &Budget::default())).collect()
}

fn files(found: &[File]) -> Result<Vec<(String, String)>, (String, Exit)> {
    let mut files = vec![("recheck.py".to_owned(), CHECKER.to_owned())];
    for (number, file) in found.iter().enumerate() {
        let name = format!("{}_{}.json", number + 1, crate::export::file_name(&file.experiment));
        files.push((name, json(file)?));
    }
    Ok(files)
}

fn checked(format: ReportFormat, found: &[File], left_out: Vec<String>) -> Done {
    let start = Instant::now();
    let mut report = Report {
        schema: "tightrope.certificates/1",
        arithmetic: vec![],
        parts: vec![],
        confirmed: 0,
        left_out,
        seconds: 0.0,
    };
    for file in found {
        let answer = check::check(file).map_err(|problem| {
            let install = "install Debian's python3-mpmath, or python-flint with pip";
            unchecked(problem, &format!("the check of {}", file.experiment), install)
        })?;
        if !report.arithmetic.contains(&answer.arithmetic) {
            report.arithmetic.push(answer.arithmetic);
        }
        report.parts.extend(answer.parts);
    }
    report.confirmed = report.parts.iter().filter(|part| part.verdict == "confirmed").count();
    report.seconds = start.elapsed().as_secs_f64();
    print(&report, format, text)?;
    Ok(if report.confirmed == report.parts.len() && report.left_out.is_empty() { Exit::Holds } else { Exit::Fails })
}

fn text(report: &Report) -> String {
    let width = report.parts.iter().map(|part| part.name.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Part { name, kind, verdict, why } in &report.parts {
        let why = why.as_ref().map_or(String::new(), |why| format!(": {why}"));
        text.push_str(&format!("{name:width$}  {kind:<9}  {verdict}{why}\n"));
    }
    let by = if report.arithmetic.is_empty() { String::new() } else { format!(" by {}", report.arithmetic.join(", ")) };
    text.push_str(&format!(
        "\n{} of {} runs, minimisers and claims confirmed{by} in {:.1} s.\n",
        report.confirmed,
        report.parts.len(),
        report.seconds
    ));
    text
}
