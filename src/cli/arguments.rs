//! The arguments.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::sweep::SweepArguments;
use super::verify::Verify;
use crate::syntax::Spelling;

/// Theorems about gradient descent at the edge of stability, decided by a machine.
#[derive(Debug, Parser)]
#[command(name = "tightrope", version, args_conflicts_with_subcommands = true)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    check: Check,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check theorems and experiments; the same as no command at all.
    Check(Check),
    /// Write files in their canonical layout.
    Fmt(Fmt),
    /// Write theorems for another program, which checks them again.
    #[command(subcommand)]
    Export(Target),
    /// Run gradient descent for many step sizes and starts, in floating point; tabulate and draw it.
    Sweep(Box<SweepArguments>),
    /// Check a trajectory, or an end point, that another program computed.
    Verify(Box<Verify>),
}

#[derive(Debug, Subcommand)]
enum Target {
    /// The Coq proof assistant: statements, proofs and all that they rest on.
    #[command(after_help = "Exit codes: 0 written, with --check: all accepted; 1 a claim is refused or cannot be \
        written; 2 coqc is missing, or no instance of some hypotheses is found; 3 the input is malformed; \
        4 internal error.")]
    Coq(Export),
    /// SMT solvers, Z3 and cvc5: what would be a counterexample at small dimensions.
    #[command(after_help = "Exit codes: 0 written, with --check: no claim has a counterexample and every refutation \
        may be one; 1 a solver finds otherwise, or an error in a question; 2 no solver is there; 3 the input is \
        malformed; 4 internal error.")]
    Smt2(ExportSmt),
    /// A small program that follows certified runs in another arithmetic.
    #[command(after_help = "Exit codes: 0 written, with --check: all confirmed; 1 something is refused; 2 Python or \
        a library is missing; 3 the input is malformed; 4 internal error.")]
    Certificates(Export),
}

/// What to export, and where to.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Files, or folders with .thm files; the corpus without any.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The folder that is written to: new or empty. Without --check, by default the name of this command.
    #[arg(short, long, value_name = "DIR")]
    pub output: Option<PathBuf>,
    /// Write into a folder that holds files already; those of the same names are replaced.
    #[arg(long)]
    pub force: bool,
    /// Have the other program check what is exported, and report what it says.
    #[arg(long)]
    pub check: bool,
    /// How the report of --check is written: for people, or for programs, with the name of its schema.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text, hide_possible_values = true, value_name = "text|json")]
    pub format: ReportFormat,
}

/// What to ask SMT solvers, and where to write the questions to.
#[derive(Debug, Args)]
pub(super) struct ExportSmt {
    #[command(flatten)]
    pub export: Export,
    /// The sizes of the dimensions.
    #[arg(long, value_name = "SIZES", value_delimiter = ',', default_values_t = [1, 2, 3, 4],
        value_parser = clap::value_parser!(u8).range(1..=6))]
    pub dimensions: Vec<u8>,
    /// The solvers that are asked; without any, those that are installed.
    #[arg(long, value_enum, value_name = "NAME")]
    pub solver: Vec<SolverName>,
    /// The most seconds for one question.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub seconds: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SolverName {
    Z3,
    Cvc5,
}

/// What the command line asks for.
#[derive(Debug)]
pub(super) enum Request {
    Check(Check),
    Fmt(Fmt),
    ExportCoq(Export),
    ExportSmt(ExportSmt),
    ExportCertificates(Export),
    Sweep(Box<SweepArguments>),
    Verify(Box<Verify>),
}

/// What to check, and what to show of it.
#[derive(Debug, Args)]
#[command(after_help = "Exit codes: 0 everything holds, 1 a claim is refuted, 2 a claim is undecided, \
    3 the input is malformed, 4 internal error.")]
pub(super) struct Check {
    /// Files, or folders with .thm files. Without any: the folder theorems, or where there
    /// is none the corpus that is built into this program. What the files cite may stand
    /// there too.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
    /// List everything that is trusted, and which claims rest on which lemma.
    #[arg(long, conflicts_with = "explain")]
    pub axioms: bool,
    /// Show a claim in full: what it says, what it assumes, what it rests on.
    #[arg(long, value_name = "THEOREM[.CLAIM]")]
    pub explain: Option<String>,
    /// Whether to use colour; `auto` does on a terminal, unless NO_COLOR is set.
    #[arg(long, alias = "color", value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub colour: Colour,
}

/// Which files to format, and how.
#[derive(Debug, Args)]
#[command(after_help = "Names the files that it changes. Comments, parentheses and line breaks \
    that stand at an operator or a comma are kept.\n\
    Exit codes: 0 done, 1 with --check, if a file would change, 3 a file is malformed and \
    stays as it is, 4 internal error.")]
pub(super) struct Fmt {
    /// Files, or folders with .thm files; the folder theorems without any. `-` is the standard
    /// input, which is written to the standard output.
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Change nothing, but name the files that would change.
    #[arg(long)]
    pub check: bool,
    /// Spell symbols in ASCII: forall, <=, sqrt(x).
    #[arg(long, conflicts_with = "unicode")]
    ascii: bool,
    /// Spell symbols in Unicode: ∀, ≤, √(x).
    #[arg(long)]
    unicode: bool,
}

impl Fmt {
    pub(super) fn spelling(&self) -> Spelling {
        match (self.ascii, self.unicode) {
            (true, _) => Spelling::Ascii,
            (_, true) => Spelling::Unicode,
            _ => Spelling::Kept,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs: the schema `tightrope.check/1`.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

impl Request {
    /// Reads the arguments of the program, its name first. An error can also be the help
    /// that was asked for.
    pub(super) fn read(arguments: &[OsString]) -> Result<Request, clap::Error> {
        let line = CommandLine::try_parse_from(arguments)?;
        let check = match line.command {
            Some(Command::Fmt(fmt)) => return Ok(Request::Fmt(fmt)),
            Some(Command::Export(Target::Coq(export))) => return Ok(Request::ExportCoq(export)),
            Some(Command::Export(Target::Certificates(export))) => return Ok(Request::ExportCertificates(export)),
            Some(Command::Export(Target::Smt2(export))) => return Ok(Request::ExportSmt(export)),
            Some(Command::Sweep(sweep)) => return Ok(Request::Sweep(sweep)),
            Some(Command::Verify(verify)) => return Ok(Request::Verify(verify)),
            Some(Command::Check(check)) => check,
            None => line.check,
        };
        if check.format == Format::Json && (check.axioms || check.explain.is_some()) {
            let message = "--axioms and --explain are texts: they cannot be had as JSON";
            return Err(clap::Error::raw(clap::error::ErrorKind::ArgumentConflict, format!("{message}\n")));
        }
        Ok(Request::Check(check))
    }
}

impl Colour {
    /// Whether to use colour on a stream that is a terminal or not.
    pub(super) fn wanted(self, terminal: bool) -> bool {
        match self {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                terminal && !dumb && !set("NO_COLOR")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn request(line: &str) -> Result<Request, clap::Error> {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        Request::read(&arguments)
    }

    fn read(line: &str) -> Result<Check, clap::Error> {
        match request(line)? {
            Request::Check(check) => Ok(check),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_definition_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn check_is_the_command_that_may_be_left_out() {
        for line in ["tightrope a.thm b --explain t.c", "tightrope check a.thm b --explain t.c"] {
            let check = read(line).unwrap();
            assert_eq!(check.paths, [PathBuf::from("a.thm"), PathBuf::from("b")]);
            assert_eq!(check.explain.as_deref(), Some("t.c"));
        }
        assert!(read("tightrope").unwrap().paths.is_empty());
    }

    #[test]
    fn fmt_is_a_command_of_its_own() {
        for (line, spelling) in [("--ascii", Spelling::Ascii), ("--unicode", Spelling::Unicode), ("a", Spelling::Kept)]
        {
            match request(&format!("tightrope fmt {line}")).unwrap() {
                Request::Fmt(fmt) => assert_eq!(fmt.spelling(), spelling),
                other => panic!("{other:?}"),
            }
        }
        assert!(request("tightrope fmt --ascii --unicode").is_err());
        assert!(request("tightrope fmt --explain t").is_err());
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for line in ["--axioms --explain t", "--format json --axioms", "--format json --explain t", "--format yaml"] {
            assert!(read(&format!("tightrope {line}")).is_err(), "{line}");
        }
    }

    #[test]
    fn colour_is_for_terminals() {
        assert!(Colour::Always.wanted(false));
        assert!(!Colour::Never.wanted(true));
        assert!(!Colour::Auto.wanted(false));
    }
}
