//! The command line of Tightrope.

fn main() {}
