//! `tightrope export`: theorems with their proofs, for other programs to check.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, IsTerminal};
use std::path::Path;

use super::arguments::{Export, ExportCoq};
use super::run::{complain, to_stderr, to_stdout};
use super::{Exit, files};
use crate::elaborate::{self, Corpus};
use crate::export::coq::{Exporter, PRELUDE, Part, development};
use crate::kernel::Name;

/// Exports what the arguments name.
pub(super) fn export(arguments: &Export) -> Exit {
    match arguments {
        Export::Coq(arguments) => coq(arguments),
    }
}

fn coq(arguments: &ExportCoq) -> Exit {
    let loaded = files::load(&arguments.paths);
    let corpus = elaborate::corpus(&loaded.sources);
    let errors = complain(&loaded, &corpus, io::stderr().is_terminal());
    let asked = proved(&corpus);
    let parts = Exporter::new(&corpus.library).theorems(&asked);
    let (mut written, mut failed) = (0_usize, 0_usize);
    for part in &parts {
        match part {
            Part::Theorem(theorem) if asked.contains(&theorem.name) && !theorem.companion => written += 1,
            Part::Failed(name, failure) => {
                failed += 1;
                to_stderr(&format!("error: {name} cannot be written in Coq: {failure}\n"));
            }
            Part::Theorem(_) | Part::Definition(_) => {}
        }
    }
    let folder = &arguments.output;
    if let Err(error) = write(folder, &development(&parts)) {
        to_stderr(&format!("error: {} cannot be written: {error}\n", folder.display()));
        return Exit::Internal;
    }
    let shown = folder.display();
    let text = format!(
        "{written} theorems are in {shown}/Theorems.v; nothing has been checked by Coq yet.\n\n    \
         cd {shown} && coqc Prelude.v && coqc Theorems.v\n"
    );
    match to_stdout(&text) {
        Err((message, exit)) => {
            to_stderr(&message);
            exit
        }
        Ok(()) if errors > 0 => Exit::Malformed,
        Ok(()) if failed > 0 => Exit::Undecided,
        Ok(()) => Exit::Holds,
    }
}

/// The theorems that were asked for and are proved.
fn proved(corpus: &Corpus) -> BTreeSet<Name> {
    corpus.theorems.iter().flat_map(|theorem| &theorem.claims).filter_map(|claim| claim.proved().cloned()).collect()
}

fn write(folder: &Path, theorems: &str) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("Prelude.v"), PRELUDE)?;
    fs::write(folder.join("Theorems.v"), theorems)
}
