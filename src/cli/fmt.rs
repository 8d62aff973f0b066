//! `tightrope fmt`: files in their canonical layout.

use std::fs;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::slice;

use super::arguments::Fmt;
use super::run::{to_stderr, to_stdout};
use super::{Exit, files, render};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::{format, source};

/// The path that stands for the standard streams.
const STANDARD: &str = "-";
/// The name under which errors in the standard input are shown.
const STANDARD_NAME: &str = "<stdin>";

/// Formats what the arguments name.
pub(super) fn fmt(arguments: &Fmt) -> Exit {
    let colour = io::stderr().is_terminal();
    if arguments.paths.iter().any(|path| path.as_os_str() == STANDARD) {
        return standard(arguments, colour);
    }
    let mut unread = vec![];
    let mut changed = String::new();
    let paths = files::named(&arguments.paths, &mut unread);
    for (name, diagnostic) in &unread {
        complain(slice::from_ref(diagnostic), name, "", colour);
    }
    let mut all_good = unread.is_empty();
    for path in paths {
        let name = files::shown(&path);
        match one(&path, arguments) {
            Ok(true) => changed.push_str(&format!("{name}\n")),
            Ok(false) => {}
            Err(Failure { text, diagnostics }) => {
                complain(&diagnostics, &name, &text, colour);
                all_good = false;
            }
        }
    }
    let would_change = arguments.check && !changed.is_empty();
    printed(
        &changed,
        if !all_good {
            Exit::Malformed
        } else if would_change {
            Exit::Fails
        } else {
            Exit::Holds
        },
    )
}

/// Prints what is wrong with a file.
fn complain(diagnostics: &[Diagnostic], name: &str, text: &str, colour: bool) {
    for diagnostic in diagnostics {
        to_stderr(&format!("{}\n", render::diagnostic(diagnostic, name, text, colour)));
    }
}

fn printed(text: &str, exit: Exit) -> Exit {
    match to_stdout(text) {
        Ok(()) => exit,
        Err((message, exit)) => {
            to_stderr(&message);
            exit
        }
    }
}

/// From the standard input to the standard output.
fn standard(arguments: &Fmt, colour: bool) -> Exit {
    let fail = |diagnostics: &[Diagnostic], text: &str| {
        complain(diagnostics, STANDARD_NAME, text, colour);
        Exit::Malformed
    };
    if arguments.paths.len() > 1 {
        let error = Diagnostic::error("`-`, the standard input, is formatted alone, without files beside it");
        return fail(&[error], "");
    }
    let mut bytes = vec![];
    if let Err(error) = io::stdin().lock().take(files::limit()).read_to_end(&mut bytes) {
        return fail(&[files::unreadable("file", &error)], "");
    }
    let text = match source::read(&bytes) {
        Ok(text) => text,
        Err(error) => return fail(&[error], ""),
    };
    match format(text, arguments.spelling()) {
        Err(diagnostics) => fail(&diagnostics, text),
        Ok(formatted) if !arguments.check => printed(&formatted, Exit::Holds),
        Ok(formatted) if formatted.as_bytes() == bytes => Exit::Holds,
        Ok(_) => printed(&format!("{STANDARD_NAME}\n"), Exit::Fails),
    }
}

/// Why a file was left as it is: what is wrong with it, or with its text.
struct Failure {
    text: String,
    diagnostics: Vec<Diagnostic>,
}

impl From<Diagnostic> for Failure {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { text: String::new(), diagnostics: vec![diagnostic] }
    }
}

/// Formats a file, or only says whether that would change it.
fn one(path: &Path, arguments: &Fmt) -> Result<bool, Failure> {
    let bytes = files::bytes(path).map_err(|error| files::unreadable("file", &error))?;
    let text = source::read(&bytes)?;
    let formatted =
        format(text, arguments.spelling()).map_err(|diagnostics| Failure { text: text.to_owned(), diagnostics })?;
    let is_changed = formatted.as_bytes() != bytes;
    if is_changed && !arguments.check {
        replace(path, &bytes, &formatted)
            .map_err(|error| Diagnostic::error(format!("this file cannot be written, and stays as it is: {error}")))?;
    }
    Ok(is_changed)
}

/// Puts a text in the place of a file in one step, so that at every moment the file is there as
/// a whole: the old one or the new one.
fn replace(path: &Path, former: &[u8], text: &str) -> io::Result<()> {
    // Through a link, so that the link stays one.
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    if permissions.readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it is read-only"));
    }
    let beside = beside(&path)?;
    let written = write(&beside, text)
        .and_then(|()| fs::set_permissions(&beside, permissions))
        .and_then(|()| match files::bytes(&path) {
            Ok(now) if now == former => Ok(()),
            Ok(_) => Err(io::Error::other("it was changed in the meantime")),
            Err(error) => Err(error),
        })
        .and_then(|()| fs::rename(&beside, &path));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&beside);
    }
    written
}

/// A name for a new file in the same folder.
fn beside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().ok_or_else(|| io::Error::other("it has no name"))?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.tmp", std::process::id()));
    Ok(path.with_file_name(hidden))
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
