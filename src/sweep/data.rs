//! The samples of a sweep.

use std::fmt;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

use super::Number;

/// The most entries that samples may have, so that memory is bounded.
pub const MOST_ENTRIES: usize = 1_000_000;

/// The most samples: eigenvalues of matrices of that size are computed for each run.
pub const MOST_SAMPLES: usize = 256;

/// The network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// f(w) = Σ xᵢ wᵢ².
    Shared,
    /// f(u, v) = Σ xᵢ uᵢ vᵢ; weights are u, then v.
    TwoLayers,
    /// f(w) = Σ xᵢ wᵢ^D.
    Depth(u32),
}

impl Model {
    /// The number of weights for a number of features.
    pub fn weights(self, features: usize) -> usize {
        if self == Model::TwoLayers { 2 * features } else { features }
    }
}

impl fmt::Display for Model {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Model::Shared => write!(out, "shared"),
            Model::TwoLayers => write!(out, "two-layers"),
            Model::Depth(depth) => write!(out, "depth:{depth}"),
        }
    }
}

/// What is wrong with what a sweep is asked to do, in the user's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(pub String);

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

pub(super) fn error<T>(message: impl Into<String>) -> Result<T, Error> {
    Err(Error(message.into()))
}

/// Samples (x_k, y_k), and what the labels come from if that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Data {
    samples: Vec<Vec<Number>>,
    targets: Vec<Number>,
    truth: Option<Vec<Number>>,
}

/// The law of the entries of generated samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// Standard normal.
    Normal,
    /// The absolute value of a standard normal number.
    HalfNormal,
    /// Uniform on (0, 1).
    Uniform,
}

impl Data {
    /// Samples with their targets, and the ground truth β* if there is one.
    pub fn new(samples: Vec<Vec<Number>>, targets: Vec<Number>, truth: Option<Vec<Number>>) -> Result<Self, Error> {
        let Some(features) = samples.first().map(Vec::len).filter(|features| *features > 0) else {
            return error("x has no entries; at least one sample with one feature is needed");
        };
        if let Some((place, sample)) = samples.iter().enumerate().find(|(_, sample)| sample.len() != features) {
            let found = sample.len();
            return error(format!("sample {} has {found} features, but sample 1 has {features}", place + 1));
        }
        if targets.len() != samples.len() {
            return error(format!("y has {} entries, but there are {} samples", targets.len(), samples.len()));
        }
        if let Some(found) = truth.as_ref().map(Vec::len).filter(|found| *found != features) {
            return error(format!("the truth has {found} entries, but x has {features}"));
        }
        if samples.iter().flatten().all(|x| x.value() == 0.0) {
            return error("x is zero: f(w) = 0 for all weights, and nothing moves");
        }
        if targets.iter().all(|y| y.value() == 0.0) {
            return error(
                "y is zero: every run tends to w = 0 or to a point where f(w) = 0; give a target that is not 0",
            );
        }
        if samples.len() == 1 && targets[0].value() < 0.0 {
            return error("the target y must be positive; change the sign of x and y");
        }
        if samples.len().saturating_mul(features) > MOST_ENTRIES {
            return error(format!("x has more than {MOST_ENTRIES} entries"));
        }
        if samples.len() > MOST_SAMPLES {
            return error(format!("there are {} samples; {MOST_SAMPLES} are the most", samples.len()));
        }
        Ok(Data { samples, targets, truth })
    }

    /// `samples` × `features` numbers by a law, from a seed. Then β*ᵢ, absolute values of standard normal
    /// numbers, and y = Xβ*; a sample with y < 0 changes its sign. The generator is ChaCha12 (`rand::StdRng`).
    pub fn generated(samples: usize, features: usize, law: Law, seed: u64) -> Result<Self, Error> {
        if samples == 0 || features == 0 || samples.saturating_mul(features) > MOST_ENTRIES {
            return error(format!("generated samples need 1 to {MOST_ENTRIES} entries"));
        }
        let mut random = StdRng::seed_from_u64(seed);
        let mut entry = || -> f64 {
            match law {
                Law::Normal => random.sample(StandardNormal),
                Law::HalfNormal => random.sample::<f64, _>(StandardNormal).abs(),
                Law::Uniform => random.sample(rand::distr::Open01),
            }
        };
        let mut rows: Vec<Vec<f64>> = (0..samples).map(|_| (0..features).map(|_| entry()).collect()).collect();
        let truth: Vec<f64> = (0..features).map(|_| random.sample::<f64, _>(StandardNormal).abs()).collect();
        let mut targets = vec![];
        for row in &mut rows {
            let y: f64 = row.iter().zip(&truth).map(|(x, b)| x * b).sum();
            if y < 0.0 {
                row.iter_mut().for_each(|x| *x = -*x);
            }
            targets.push(y.abs());
        }
        let rows: Option<Vec<_>> = rows.iter().map(|row| numbers(row)).collect();
        match (rows, numbers(&targets), numbers(&truth)) {
            (Some(rows), Some(targets), Some(truth)) => Data::new(rows, targets, Some(truth)),
            _ => error("a generated number is not finite"),
        }
    }

    /// A table whose rows are samples: features, then the target.
    pub fn from_rows(rows: Vec<Vec<Number>>) -> Result<Self, Error> {
        let mut samples = vec![];
        let mut targets = vec![];
        for mut row in rows {
            let Some(y) = row.pop() else { return error("a sample has no entries") };
            targets.push(y);
            samples.push(row);
        }
        Data::new(samples, targets, None)
    }

    /// The same samples with a ground truth.
    pub fn with_truth(self, truth: Vec<Number>) -> Result<Self, Error> {
        Data::new(self.samples, self.targets, Some(truth))
    }

    /// The features of each sample.
    pub fn samples(&self) -> &[Vec<Number>] {
        &self.samples
    }

    /// The target of each sample.
    pub fn targets(&self) -> &[Number] {
        &self.targets
    }

    /// β*.
    pub fn truth(&self) -> Option<&[Number]> {
        self.truth.as_deref()
    }

    /// The number of features d.
    pub fn features(&self) -> usize {
        self.samples.first().map_or(0, Vec::len)
    }
}

/// Finite doubles as numbers.
pub(super) fn numbers(values: &[f64]) -> Option<Vec<Number>> {
    values.iter().map(|value| Number::of(*value)).collect()
}

/// Numbers as doubles.
pub(super) fn values(numbers: &[Number]) -> Vec<f64> {
    numbers.iter().map(Number::value).collect()
}
