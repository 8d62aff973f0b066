//! The command line: what is shown to people and to other programs.
//!
//! # Exit codes
//!
//! | code | meaning |
//! | --- | --- |
//! | 0 | everything that was asked for holds; `sweep`: done |
//! | 1 | a claim is refuted; `fmt --check`: a file would change |
//! | 2 | a claim is undecided: it has no proof, or a limit has no certificate; `sweep`: it was interrupted |
//! | 3 | the input is malformed: a command line, a file that cannot be read, or any *error* in a file |
//! | 4 | an internal error |
//!
//! Of several, the first of 4, 3, 1, 2. A proof that is not accepted is an error in its
//! file, so it counts as 3 whether the text has no meaning or the certificate does not pay
//! for what it is to prove; the claim itself is reported as undecided. Warnings change nothing.

mod arguments;
mod axioms;
mod explain;
mod export;
mod files;
mod fmt;
mod formula;
mod guard;
mod layout;
pub mod render;
mod run;
mod samples;
mod sweep;
mod text;
mod verify;

use std::process::ExitCode;

/// How the program ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exit {
    Holds = 0,
    Fails = 1,
    Undecided = 2,
    Malformed = 3,
    Internal = 4,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Reads the command line, checks, prints. Nothing escapes from it: a panic becomes a
/// message and an exit code.
pub fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    match guard::guarded(|| run::run(&arguments)) {
        Ok(exit) => exit.into(),
        Err(message) => {
            run::to_stderr(&message);
            Exit::Internal.into()
        }
    }
}
