//! Theorems for other programs, so that nobody has to trust ours.

pub mod coq;
