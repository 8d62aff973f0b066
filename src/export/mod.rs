//! Theorems for other programs, so that nobody has to trust ours.

pub mod certificates;
pub mod coq;
mod names;
mod program;
pub mod smt;

pub use program::{Problem, interrupt};

/// A file's name for a claim or an experiment.
pub fn file_name(name: &str) -> String {
    names::plain(name)
}
