//! From paths to sources: which files are read, in which order, under which names.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::elaborate::Source;
use crate::syntax::ast::{Clause, ClauseKind, File, Ident, Item};
use crate::syntax::diagnostic::Diagnostic;
use crate::syntax::source;

/// The corpus, as it was when the program was compiled.
static EMBEDDED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/theorems");

/// The folder that is checked where no path is given.
const FOLDER: &str = "theorems";
const EXTENSION: &str = "thm";

/// Chapters come in this order, before folders and files of other names.
const CHAPTERS: [&str; 4] = ["landscape", "dynamics", "generalization", "beyond"];

/// Where the claims that are checked come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The folder `theorems`.
    Folder,
    /// The corpus that is built in.
    Embedded,
    /// The paths that were given.
    Paths,
}

/// What was read, and what could not be.
#[derive(Debug)]
pub(super) struct Loaded {
    pub origin: Origin,
    /// Those that only bring what others rest on first.
    pub sources: Vec<Source>,
    /// Names of files and folders, and what is wrong with each.
    pub failures: Vec<(String, Diagnostic)>,
}

/// Reads what the paths name, and beside it the corpus, so that it can be cited; or the
/// corpus alone, if there are no paths.
pub(super) fn load(paths: &[PathBuf]) -> Loaded {
    let mut failures = vec![];
    if paths.is_empty() {
        let (origin, sources) = corpus(&BTreeSet::new(), true, &mut failures);
        return Loaded { origin, sources, failures };
    }
    let mut seen = BTreeSet::new();
    let mut own = vec![];
    for path in paths {
        let found = found(path, &mut failures);
        own.extend(found.iter().filter_map(|path| read(path, true, &mut seen, &mut failures)));
    }
    let (_, mut sources) = corpus(&seen, false, &mut failures);
    sources.retain(|source| !own.iter().any(|own| replaces(own, source)));
    sources.extend(own);
    Loaded { origin: Origin::Paths, sources, failures }
}

/// Whether a file is another version of a file of the corpus, which then gives way to it: it declares all
/// that the other does, claims and definitions included. Otherwise a name that the corpus has is taken.
fn replaces(own: &Source, corpus: &Source) -> bool {
    declared(&corpus.text).is_subset(&declared(&own.text))
}

/// The files that the paths stand for, each once; those of the folder `theorems` if there are
/// no paths.
pub(super) fn named(paths: &[PathBuf], failures: &mut Vec<(String, Diagnostic)>) -> Vec<PathBuf> {
    let folder = [PathBuf::from(FOLDER)];
    let paths = if paths.is_empty() { &folder } else { paths };
    let mut seen = BTreeSet::new();
    let mut files: Vec<PathBuf> = paths.iter().flat_map(|path| found(path, failures)).collect();
    // What does not exist stays, to be complained of when it is read.
    files.retain(|path| fs::canonicalize(path).map_or(true, |full| seen.insert(full)));
    files
}

/// The corpus of the working directory, or the embedded one, without the files in `seen`.
fn corpus(seen: &BTreeSet<PathBuf>, asked: bool, failures: &mut Vec<(String, Diagnostic)>) -> (Origin, Vec<Source>) {
    let folder = Path::new(FOLDER);
    if folder.is_dir() {
        let mut seen = seen.clone();
        let paths = found(folder, failures);
        let sources = paths.iter().filter_map(|path| read(path, asked, &mut seen, failures));
        return (Origin::Folder, sources.collect());
    }
    let mut files = vec![];
    let mut folders = vec![&EMBEDDED];
    while let Some(folder) = folders.pop() {
        files.extend(folder.files());
        folders.extend(folder.dirs());
    }
    files.retain(|file| file.path().extension().is_some_and(|extension| extension == EXTENSION));
    files.sort_by_cached_key(|file| place(file.path()));
    let sources = files.into_iter().filter_map(|file| {
        let name = shown(&folder.join(file.path()));
        Some(Source { name, text: file.contents_utf8()?.to_owned(), asked })
    });
    (Origin::Embedded, sources.collect())
}

/// The files that a path stands for: itself, or all `.thm` files below it.
fn found(path: &Path, failures: &mut Vec<(String, Diagnostic)>) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let mut files = vec![];
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        match listed(&folder) {
            Ok(entries) => entries.into_iter().for_each(|(path, kind)| match kind {
                Found::Folder => folders.push(path),
                Found::File => files.push(path),
            }),
            Err(error) => failures.push((shown(&folder), unreadable("folder", &error))),
        }
    }
    if files.is_empty() && !failures.iter().any(|(name, _)| *name == shown(path)) {
        let error = Diagnostic::error(format!("this folder holds no .{EXTENSION} file"));
        failures.push((shown(path), error.help("name a file or folder that holds theorems")));
    }
    files.sort_by_cached_key(|file| place(file.strip_prefix(path).unwrap_or(file)));
    files
}

enum Found {
    File,
    Folder,
}

/// What a folder holds: folders, but not through links, which may form circles, and files
/// of the language.
fn listed(folder: &Path) -> io::Result<Vec<(PathBuf, Found)>> {
    let mut entries = vec![];
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            entries.push((path, Found::Folder));
        } else if path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file() {
            entries.push((path, Found::File));
        }
    }
    Ok(entries)
}

/// The place of a file among others: chapters first, in their order, then by name.
fn place(path: &Path) -> Vec<(usize, String)> {
    let components = path.components().map(|component| component.as_os_str().to_string_lossy().into_owned());
    let ranked = components.map(|name| {
        let rank = CHAPTERS.iter().position(|chapter| *chapter == name).unwrap_or(CHAPTERS.len());
        (rank, name)
    });
    ranked.collect()
}

/// Reads a file, unless it was seen before.
fn read(
    path: &Path,
    asked: bool,
    seen: &mut BTreeSet<PathBuf>,
    failures: &mut Vec<(String, Diagnostic)>,
) -> Option<Source> {
    let name = shown(path);
    let result =
        fs::canonicalize(path).and_then(|full| if seen.insert(full) { bytes(path).map(Some) } else { Ok(None) });
    let bytes = match result {
        Ok(bytes) => bytes?,
        Err(error) => {
            failures.push((name, unreadable("file", &error)));
            return None;
        }
    };
    match source::read(&bytes) {
        Ok(text) => Some(Source { name, text: text.to_owned(), asked }),
        Err(error) => {
            failures.push((name, error));
            None
        }
    }
}

/// The bytes of a file, up to one more than can be used: what is longer, or never ends, is
/// refused without being read whole.
pub(super) fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    // To open a pipe is to wait for somebody who writes into it.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is neither a file nor a folder"));
    }
    let mut bytes = vec![];
    fs::File::open(path)?.take(limit()).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// One byte more than can be used.
pub(super) fn limit() -> u64 {
    u64::try_from(source::MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1)
}

pub(super) fn unreadable(what: &str, error: &io::Error) -> Diagnostic {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    };
    Diagnostic::error(format!("this {what} cannot be read: {why}"))
}

/// A path as it is shown: relative to the working directory where it lies in it, with
/// forward slashes.
pub(super) fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path);
    let parts = relative.components().filter(|component| *component != Component::CurDir);
    let shown: PathBuf = parts.collect();
    let text = shown.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '/' { text.into_owned() } else { text.replace('\\', "/") };
    if text.is_empty() { ".".to_owned() } else { text }
}

/// The names that a file declares, by kind: a network and a loss may share a name. Names within a setting
/// or theorem come after its own.
fn declared(text: &str) -> BTreeSet<(u8, String)> {
    let (File { items, .. }, _) = crate::syntax::parse(text);
    let named = |kind: u8, name: &Ident| (kind, name.name.clone());
    let names = items.iter().flat_map(|item| match item {
        Item::Setting(setting) => within(named(setting.kind as u8, &setting.name), &setting.clauses),
        Item::Theorem(theorem) => within(named(2, &theorem.name), &theorem.clauses),
        Item::Experiment(experiment) => vec![named(3, &experiment.name)],
    });
    names.collect()
}

fn within((kind, own): (u8, String), clauses: &[Clause]) -> Vec<(u8, String)> {
    let names = clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Define(define) => Some(&define.name.name),
        ClauseKind::Show(show) => Some(&show.name.name),
        ClauseKind::Lemma(lemma) => Some(&lemma.name.name),
        ClauseKind::Refute(refute) => Some(&refute.name.name),
        _ => None,
    });
    let mut all: Vec<_> = names.map(|name| (kind, format!("{own}.{name}"))).collect();
    all.push((kind, own));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chapters_come_in_their_order() {
        let mut paths = ["beyond/a", "landscape/b", "zoo/a", "dynamics/c", "landscape/a", "algebra/a"];
        paths.sort_by_cached_key(|path| place(Path::new(path)));
        assert_eq!(paths, ["landscape/a", "landscape/b", "dynamics/c", "beyond/a", "algebra/a", "zoo/a"]);
    }

    #[test]
    fn paths_are_shown_as_they_are_read() {
        assert_eq!(shown(Path::new("./a/./b.thm")), "a/b.thm");
        assert_eq!(shown(Path::new("../b.thm")), "../b.thm");
        assert_eq!(shown(Path::new(".")), ".");
        let here = std::env::current_dir().unwrap();
        assert_eq!(shown(&here.join("a.thm")), "a.thm");
    }

    #[test]
    fn the_corpus_gives_way_to_files_that_declare_all_of_the_same() {
        let source = |text: &str| Source { name: String::new(), text: text.into(), asked: true };
        let corpus = source("network n\n dimension d\ntheorem t\n show s: 1 > 0\n show r: 2 > 0\n");
        let version = source("theorem t\n show r: 3 > 0\n show s: 1 > 0\nnetwork n\n dimension n\n");
        assert!(replaces(&version, &corpus));
        for other in ["theorem t\n show s: 1 > 0\n", "network n\n dimension d\n", "loss n\n dimension d\n"] {
            assert!(!replaces(&source(other), &corpus), "{other}");
        }
    }
}
