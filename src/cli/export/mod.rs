//! `export`: theorems for other programs, which check them again.

pub(super) mod certificates;
pub(super) mod coq;
pub(super) mod smt;

use std::fs;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::arguments::{Export, ReportFormat};
use super::run::{complain, to_stderr, to_stdout};
use super::{Exit, files};
use crate::descent::Budget;
use crate::elaborate::{self, Corpus};
use crate::export::{Problem, interrupt};
use crate::kernel::Name;
use crate::verdict::{self, Report, Status};

/// How an export ends: a message and an exit code where it is given up.
type Done = Result<Exit, (String, Exit)>;

/// Reads what the arguments name and exports it. Nothing is exported from files with errors; and a claim that is not exported
/// because it does not hold counts even if the rest goes well.
fn from_corpus(arguments: &Export, export: impl FnOnce(&Corpus, &Report) -> Done) -> Exit {
    let loaded = files::load(&arguments.paths);
    let corpus = elaborate::corpus(&loaded.sources);
    if complain(&loaded, &corpus, io::stderr().is_terminal()) > 0 {
        to_stderr("error: nothing is exported from files with errors\n");
        return Exit::Malformed;
    }
    if arguments.check {
        // Without a handler, Ctrl-C leaves programs and temporary folders behind.
        let _ = ctrlc::set_handler(interrupt);
    }
    let report = verdict::report(&corpus, &loaded.sources, &Budget::default());
    for (entry, claim) in report.claims().filter(|(_, claim)| !claim.evidence.holds()) {
        to_stderr(&format!(
            "warning: {}.{} is {}: it is not exported\n",
            entry.name,
            claim.name,
            claim.evidence.word()
        ));
    }
    match (export(&corpus, &report), report.status()) {
        (Ok(Exit::Holds | Exit::Undecided), Status::Fails) => Exit::Fails,
        (Ok(Exit::Holds), Status::Undecided) => Exit::Undecided,
        (Ok(exit), _) => exit,
        (Err((message, exit)), _) => {
            to_stderr(&message);
            exit
        }
    }
}

/// The claims that were asked for and are proved.
fn asked(corpus: &Corpus) -> Vec<Name> {
    let claims = corpus.theorems.iter().flat_map(|theorem| &theorem.claims);
    claims.filter_map(|claim| claim.proved().cloned()).collect()
}

/// Writes files, by name, into the folder that is asked for, else into `folder` unless they are only to be checked. Returns the
/// folder that was written to.
fn write(arguments: &Export, folder: &str, files: &[(String, String)]) -> Result<Option<PathBuf>, (String, Exit)> {
    let folder = match (&arguments.output, arguments.check) {
        (Some(folder), _) => folder.clone(),
        (None, false) => PathBuf::from(folder),
        (None, true) => return Ok(None),
    };
    let failed =
        |error: io::Error| (format!("error: {} cannot be written: {error}\n", folder.display()), Exit::Malformed);
    fs::create_dir_all(&folder).map_err(failed)?;
    if !arguments.force && fs::read_dir(&folder).map_err(failed)?.next().is_some() {
        let message = format!(
            "error: {} holds files already, and nothing was written\nhelp: name a new folder with -o, or add --force\n",
            folder.display()
        );
        return Err((message, Exit::Malformed));
    }
    for (name, text) in files {
        fs::write(folder.join(name), text).map_err(failed)?;
    }
    Ok(Some(folder))
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
    let text = path.display().to_string();
    let quoted = format!("'{}'", text.replace('\'', "'\\''"));
    match text.chars().next() {
        Some(first) if first != '-' && text.chars().all(plain) => text,
        Some('-') => format!("./{quoted}"),
        _ => quoted,
    }
}

/// Prints a report.
fn print<T: Serialize>(report: &T, format: ReportFormat, text: impl Fn(&T) -> String) -> Result<(), (String, Exit)> {
    to_stdout(&match format {
        ReportFormat::Text => text(report),
        ReportFormat::Json => json(report)?,
    })
}

fn json<T: Serialize>(value: &T) -> Result<String, (String, Exit)> {
    serde_json::to_string_pretty(value)
        .map(|text| text + "\n")
        .map_err(|error| (format!("error: this cannot be written as JSON: {error}\n"), Exit::Internal))
}

/// What is said where a program gave no verdict, and `install` says where it comes from.
fn unchecked(problem: Problem, what: &str, install: &str) -> (String, Exit) {
    match problem {
        Problem::Missing(missing) => {
            (format!("error: there is no {missing}: nothing was checked; {install}\n"), Exit::Undecided)
        }
        Problem::Io(error) if error.kind() == io::ErrorKind::Interrupted => {
            ("error: interrupted: nothing was decided\n".to_owned(), Exit::Undecided)
        }
        Problem::Io(error) => (format!("error: {what} cannot be run: {error}\n"), Exit::Internal),
        Problem::Unexpected(output) => (format!("error: {what} gives no verdict: {output}\n"), Exit::Internal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_reads_a_quoted_path_as_one_word() {
        let cases = [
            ("a/b-1.v", "a/b-1.v"),
            ("a b", "'a b'"),
            ("it's", "'it'\\''s'"),
            ("-o", "./'-o'"),
            ("$(rm x)", "'$(rm x)'"),
        ];
        for (path, quoted_path) in cases {
            assert_eq!(quoted(Path::new(path)), quoted_path);
        }
    }
}
