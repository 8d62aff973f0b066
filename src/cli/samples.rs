//! Samples and numbers on the command line: what `sweep` and `verify` have in common.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::files;
use crate::sweep::{self, Data, Error, Law, Model, Number};

/// The largest file that is read, in bytes.
const LARGEST_FILE: u64 = 256 << 20;

/// The data.
#[derive(Debug, Args)]
pub(super) struct Samples {
    /// The features of a sample, `5,2`; of several samples `1,0,1,2;3,1,0,0`. Numbers are exact: 13/4, 0.25, 1e-3.
    #[arg(long, value_name = "X", allow_hyphen_values = true, help_heading = "Data")]
    x: Option<String>,
    /// The targets, one for each sample.
    #[arg(long, value_name = "Y", allow_hyphen_values = true, help_heading = "Data", requires = "x")]
    y: Option<String>,
    /// A file with a sample in each row, its target last: CSV, with or without a header, or .npy.
    #[arg(long, value_name = "FILE", help_heading = "Data", conflicts_with = "x")]
    data: Option<PathBuf>,
    /// N samples of D features by --law, with y = Xβ* for β*ᵢ absolute values of standard normal numbers;
    /// a sample with y < 0 changes its sign.
    #[arg(long, value_name = "N,D", help_heading = "Data", conflicts_with_all = ["x", "data"])]
    generate: Option<String>,
    /// The law of the entries of generated samples.
    #[arg(long, value_enum, default_value_t = LawName::Normal, help_heading = "Data")]
    law: LawName,
    /// The seed of what is random.
    #[arg(long, default_value_t = 0, help_heading = "Data")]
    pub seed: u64,
    /// The ground truth β*, against which the risk is measured.
    #[arg(long, value_name = "B", allow_hyphen_values = true, help_heading = "Data")]
    truth: Option<String>,
    /// The network: `shared` Σ xᵢwᵢ², `two-layers` Σ xᵢuᵢvᵢ, `depth:D` Σ xᵢwᵢ^D.
    #[arg(long, value_name = "MODEL", default_value = "shared", value_parser = model, help_heading = "Data")]
    pub model: Model,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum LawName {
    /// Standard normal.
    Normal,
    /// Absolute values of standard normal numbers.
    HalfNormal,
    /// Uniform on (0, 1).
    Uniform,
}

fn model(text: &str) -> Result<Model, String> {
    let depth = |text: &str| text.strip_prefix("depth:").and_then(|depth| depth.parse().ok()).map(Model::Depth);
    match text {
        "shared" => Ok(Model::Shared),
        "two-layers" => Ok(Model::TwoLayers),
        _ => depth(text).ok_or_else(|| "a model is shared, two-layers or depth:D, as in depth:3".to_owned()),
    }
}

impl Samples {
    /// The data that are asked for.
    pub(super) fn read(&self) -> Result<Data, Error> {
        let data = match (&self.x, &self.data, &self.generate) {
            (Some(x), ..) => {
                let Some(y) = &self.y else {
                    return Err(Error("--y is missing: the target of each sample".to_owned()));
                };
                let samples: Result<Vec<_>, Error> = x.split(';').map(|sample| numbers("--x", sample)).collect();
                Data::new(samples?, numbers("--y", y)?, None)
            }
            (_, Some(path), _) => from_file(path).map_err(|problem| in_file(path, &problem)),
            (.., Some(shape)) => {
                let law = match self.law {
                    LawName::Normal => Law::Normal,
                    LawName::HalfNormal => Law::HalfNormal,
                    LawName::Uniform => Law::Uniform,
                };
                let sizes = shape.split_once(',').map(|(n, d)| (n.trim().parse(), d.trim().parse()));
                match sizes {
                    Some((Ok(samples), Ok(features))) => Data::generated(samples, features, law, self.seed),
                    _ => Err(Error(format!("--generate {shape}: write N,D, as in 1,20"))),
                }
            }
            _ => Err(Error("no data: give --x and --y, or --data FILE, or --generate N,D".to_owned())),
        }?;
        match &self.truth {
            Some(truth) => data.with_truth(numbers("--truth", truth)?),
            None => Ok(data),
        }
    }
}

fn from_file(path: &Path) -> Result<Data, Error> {
    let bytes = bytes(path)?;
    let is_npy = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("npy"));
    let rows = if is_npy { sweep::rows_of_npy(&bytes)? } else { sweep::rows_of_csv(&bytes)?.rows };
    Data::from_rows(rows)
}

/// The bytes of a file that is not too large.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let read = || -> io::Result<Vec<u8>> {
        let mut bytes = vec![];
        File::open(path)?.take(LARGEST_FILE + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) if bytes.len() as u64 > LARGEST_FILE => {
            Err(Error(format!("the file is larger than {LARGEST_FILE} bytes")))
        }
        Ok(bytes) => Ok(bytes),
        Err(problem) => Err(Error(format!("it cannot be read: {problem}"))),
    }
}

/// What is wrong, with the file it is in.
pub(super) fn in_file(path: &Path, problem: &Error) -> Error {
    Error(format!("{}: {problem}", files::shown(path)))
}

/// Numbers separated by commas.
pub(super) fn numbers(option: &str, text: &str) -> Result<Vec<Number>, Error> {
    let read = |(place, word): (usize, &str)| {
        word.parse().map_err(|problem| Error(format!("{option}, entry {}: {problem}", place + 1)))
    };
    text.split(',').enumerate().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_name_their_place() {
        assert_eq!(numbers("--x", "5, 13/4,-2").unwrap().len(), 3);
        assert!(numbers("--x", "5,nan").unwrap_err().0.starts_with("--x, entry 2: `nan` is not a finite number"));
        assert!(numbers("--x", "").is_err());
        assert_eq!(model("depth:3"), Ok(Model::Depth(3)));
        assert!(model("depth:x").is_err() && model("deep").is_err());
    }
}
