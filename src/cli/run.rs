//! From the arguments to what is printed and the exit code.

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Write};

use super::arguments::{Check, Format, Request};
use super::files::{self, Loaded};
use super::layout::Palette;
use super::{Exit, axioms, explain, export, fmt, render, sweep, text, verify};
use crate::descent::Budget;
use crate::elaborate::{self, Corpus};
use crate::syntax::diagnostic::{Diagnostic, Severity};
use crate::verdict::{self, Report, Status};

/// After so many diagnostics the rest is only counted.
const MOST_DIAGNOSTICS: usize = 50;

pub(super) fn run(arguments: &[OsString]) -> Exit {
    match Request::read(arguments) {
        Ok(Request::Check(check)) => self::check(&check),
        Ok(Request::Fmt(arguments)) => fmt::fmt(&arguments),
        Ok(Request::ExportCoq(arguments)) => export::coq::export(&arguments),
        Ok(Request::ExportCertificates(arguments)) => export::certificates::export(&arguments),
        Ok(Request::ExportSmt(arguments)) => export::smt::export(&arguments),
        Ok(Request::Sweep(arguments)) => sweep::sweep(&arguments),
        Ok(Request::Verify(arguments)) => verify::verify(&arguments),
        Err(error) => {
            // Where help cannot be printed there is nobody to tell.
            let _ = error.print();
            if error.use_stderr() { Exit::Malformed } else { Exit::Holds }
        }
    }
}

/// Checks what the arguments name.
fn check(check: &Check) -> Exit {
    let loaded = files::load(&check.paths);
    let corpus = elaborate::corpus(&loaded.sources);
    let report = verdict::report(&corpus, &loaded.sources, &Budget::default());
    let errors = complain(&loaded, &corpus, check.colour.wanted(io::stderr().is_terminal()));
    let exit = match report.status() {
        _ if errors > 0 => Exit::Malformed,
        Status::Holds => Exit::Holds,
        Status::Fails => Exit::Fails,
        Status::Undecided => Exit::Undecided,
    };
    match answer(check, &loaded, &corpus, &report, errors).and_then(|text| to_stdout(&text)) {
        Ok(()) => exit,
        Err((message, exit)) => {
            to_stderr(&message);
            exit
        }
    }
}

/// What was asked for: the report, or what lies behind it.
fn answer(
    check: &Check,
    loaded: &Loaded,
    corpus: &Corpus,
    report: &Report,
    errors: usize,
) -> Result<String, (String, Exit)> {
    let palette = Palette { colour: check.colour.wanted(io::stdout().is_terminal()) };
    if check.axioms {
        return Ok(axioms::text(&corpus.library, report, palette));
    }
    if let Some(name) = &check.explain {
        return explain::explain(corpus, report, name, palette).map_err(|message| (message, Exit::Malformed));
    }
    match check.format {
        Format::Text => Ok(text::text(report, loaded.origin, errors, palette)),
        Format::Json => match serde_json::to_string_pretty(report) {
            Ok(text) => Ok(format!("{text}\n")),
            Err(error) => Err((format!("error: the report cannot be written as JSON: {error}\n"), Exit::Internal)),
        },
    }
}

/// Prints what is wrong with the files, and counts the errors.
pub(super) fn complain(loaded: &Loaded, corpus: &Corpus, colour: bool) -> usize {
    let unread = loaded.failures.iter().map(|(name, diagnostic)| (diagnostic, name.as_str(), ""));
    let wrong = corpus.diagnostics.iter().map(|located| {
        let source = loaded.sources.get(located.file);
        let (name, text) = source.map_or(("", ""), |source| (source.name.as_str(), source.text.as_str()));
        (&located.diagnostic, name, text)
    });
    let all: Vec<(&Diagnostic, &str, &str)> = unread.chain(wrong).collect();
    let mut message = String::new();
    for (diagnostic, name, text) in all.iter().take(MOST_DIAGNOSTICS) {
        message.push_str(&render::diagnostic(diagnostic, name, text, colour));
        message.push('\n');
    }
    if let Some(more) = all.len().checked_sub(MOST_DIAGNOSTICS).filter(|more| *more > 0) {
        message.push_str(&format!("and {more} more\n\n"));
    }
    to_stderr(&message);
    all.iter().filter(|(diagnostic, ..)| diagnostic.severity == Severity::Error).count()
}

/// Prints a text. A reader who has gone, as in `tightrope | head`, is no error.
pub(super) fn to_stdout(text: &str) -> Result<(), (String, Exit)> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err((format!("error: the report cannot be written: {error}\n"), Exit::Internal))
        }
        _ => Ok(()),
    }
}

/// Prints a message; where that is impossible there is nobody to tell.
pub(super) fn to_stderr(message: &str) {
    let _ = io::stderr().lock().write_all(message.as_bytes());
}
