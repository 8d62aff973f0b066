//! Theorems for other programs, so that nobody has to trust ours.

pub mod certificates;
pub mod coq;
mod folder;
mod names;
pub mod smt;

/// A file's name for a claim or an experiment.
pub fn file_name(name: &str) -> String {
    names::plain(name)
}
