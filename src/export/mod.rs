//! Theorems for other programs, so that nobody has to trust ours.

pub mod coq;
mod folder;
mod names;
pub mod smt;
