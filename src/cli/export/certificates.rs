//! `export certificates`: certified runs for a small program that checks them in another arithmetic.

use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::time::Instant;

use serde::Serialize;

use crate::cli::arguments::{ExportCertificates, Format};
use crate::cli::run::{complain, to_stderr, to_stdout};
use crate::cli::{Exit, files};
use crate::descent::Budget;
use crate::elaborate::{self, Corpus};
use crate::export::certificates::check::{self, Part, Problem};
use crate::export::certificates::{CHECKER, File};

/// The folder that is written to where none is named.
const FOLDER: &str = "certificates";

#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    /// What checked them.
    arithmetic: Vec<String>,
    parts: Vec<Part>,
    confirmed: usize,
    seconds: f64,
}

pub(in crate::cli) fn export(arguments: &ExportCertificates) -> Exit {
    let loaded = files::load(&arguments.paths);
    let corpus = elaborate::corpus(&loaded.sources);
    let errors = complain(&loaded, &corpus, io::stderr().is_terminal());
    let done = certificates(&corpus).and_then(|found| match arguments.check {
        true => checked(arguments, &found),
        false => written(arguments.output.as_deref().unwrap_or(Path::new(FOLDER)), &found),
    });
    match done {
        Ok(exit) if errors == 0 => exit,
        Ok(_) => Exit::Malformed,
        Err((message, exit)) => {
            to_stderr(&message);
            exit
        }
    }
}

fn certificates(corpus: &Corpus) -> Result<Vec<File>, (String, Exit)> {
    let mut found = vec![];
    for experiment in &corpus.experiments {
        let file = File::of(experiment, &Budget::default())
            .map_err(|error| (format!("error: {}: {error}\n", experiment.heading.name), Exit::Malformed))?;
        found.extend(file);
    }
    Ok(found)
}

fn written(folder: &Path, found: &[File]) -> Result<Exit, (String, Exit)> {
    write(folder, found)?;
    let folder = folder.display();
    to_stdout(&format!(
        "{folder}: recheck.py and {} certificates.\nCheck them: python3 {folder}/recheck.py {folder}/*.json\n",
        found.len()
    ))?;
    Ok(Exit::Holds)
}

fn write(folder: &Path, found: &[File]) -> Result<(), (String, Exit)> {
    let failed =
        |error: io::Error| (format!("error: {} cannot be written: {error}\n", folder.display()), Exit::Malformed);
    fs::create_dir_all(folder).map_err(failed)?;
    fs::write(folder.join("recheck.py"), CHECKER).map_err(failed)?;
    for (number, file) in found.iter().enumerate() {
        let name = format!("{}_{}.json", number + 1, crate::export::file_name(&file.experiment));
        fs::write(folder.join(name), json(file)?).map_err(failed)?;
    }
    Ok(())
}

fn json<T: Serialize>(value: &T) -> Result<String, (String, Exit)> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| (format!("error: this cannot be written as JSON: {error}\n"), Exit::Internal))
}

fn checked(arguments: &ExportCertificates, found: &[File]) -> Result<Exit, (String, Exit)> {
    if let Some(folder) = &arguments.output {
        write(folder, found)?;
    }
    let start = Instant::now();
    let mut report =
        Report { schema: "tightrope.certificates/1", arithmetic: vec![], parts: vec![], confirmed: 0, seconds: 0.0 };
    for file in found {
        let answer = check::check(file).map_err(|problem| match problem {
            Problem::Missing(what) => (
                format!(
                    "error: there is no {what}: nothing was checked; install Debian's python3-mpmath, or python-flint \
                     with pip\n"
                ),
                Exit::Undecided,
            ),
            Problem::Io(error) => (format!("error: python3 cannot be run: {error}\n"), Exit::Internal),
            Problem::Unexpected(output) => {
                (format!("error: no verdict on {}: {output}\n", file.experiment), Exit::Internal)
            }
        })?;
        if !report.arithmetic.contains(&answer.arithmetic) {
            report.arithmetic.push(answer.arithmetic);
        }
        report.parts.extend(answer.parts);
    }
    report.confirmed = report.parts.iter().filter(|part| part.verdict == "confirmed").count();
    report.seconds = start.elapsed().as_secs_f64();
    let text = match arguments.format {
        Format::Text => text(&report),
        Format::Json => json(&report)?,
    };
    to_stdout(&text)?;
    Ok(if report.confirmed == report.parts.len() { Exit::Holds } else { Exit::Fails })
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
