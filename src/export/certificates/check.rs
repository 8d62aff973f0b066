//! Has the other program check certificates.

use std::fs::{self, File as Output};
use std::io;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{CHECKER, File};
use crate::export::Problem;
use crate::export::program::{self, Folder};

/// The program that runs the checker.
const PYTHON: &str = "python3";
/// The longest that it may take for one file.
const LIMIT: Duration = Duration::from_secs(300);

/// What the program says of a part of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// `experiment.name` of a run, a minimiser or a claim.
    pub name: String,
    /// `run`, `minimiser` or `claim`.
    pub kind: String,
    /// `confirmed` or `refused`.
    pub verdict: String,
    /// Why it is refused.
    pub why: Option<String>,
}

/// What the program says of a certificate.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// The arithmetic that it uses.
    pub arithmetic: String,
    /// Its verdicts.
    pub parts: Vec<Part>,
}

impl Answer {
    /// Whether everything is confirmed.
    pub fn confirms(&self) -> bool {
        self.parts.iter().all(|part| part.verdict == "confirmed")
    }
}

/// Has the program check one certificate.
///
/// # Errors
/// If it gives no verdict.
pub fn check(file: &File) -> Result<Answer, Problem> {
    let text = serde_json::to_string(file).map_err(|error| Problem::Unexpected(error.to_string()))?;
    let answer = check_text(&text)?;
    let found: Vec<(&str, String)> = answer.parts.iter().map(|part| (part.kind.as_str(), part.name.clone())).collect();
    if found == file.parts() {
        Ok(answer)
    } else {
        Err(Problem::Unexpected("it leaves out parts of the certificate".to_owned()))
    }
}

/// The same for the text of a certificate.
///
/// # Errors
/// If it gives no verdict.
pub fn check_text(text: &str) -> Result<Answer, Problem> {
    let folder = Folder::new("certificates")?;
    let folder = folder.path();
    fs::write(folder.join("recheck.py"), CHECKER)?;
    fs::write(folder.join("certificate.json"), text)?;
    let (out, err) = (folder.join("out"), folder.join("err"));
    let mut command = Command::new(PYTHON);
    command.args(["recheck.py", "--json", "certificate.json"]).current_dir(folder).stdin(Stdio::null());
    command.stdout(Output::create(&out)?).stderr(Output::create(&err)?);
    let status = program::run(&mut command, LIMIT).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Problem::Missing(PYTHON),
        _ => Problem::Io(error),
    })?;
    let Some(status) = status else {
        return Err(Problem::Unexpected(format!("no answer in {} s", LIMIT.as_secs())));
    };
    match status.code() {
        Some(0 | 1) => serde_json::from_str(&fs::read_to_string(&out)?)
            .map_err(|error| Problem::Unexpected(format!("its answer cannot be read: {error}"))),
        Some(2) => Err(Problem::Missing("python3 with the library flint or mpmath")),
        _ => Err(Problem::Unexpected(fs::read_to_string(&err)?.trim().to_owned())),
    }
}
