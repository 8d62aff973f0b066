//! The command line of Tightrope.

use std::process::ExitCode;

fn main() -> ExitCode {
    tightrope::cli::main()
}
