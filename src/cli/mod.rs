//! The command line: what is shown to people.

pub mod render;
