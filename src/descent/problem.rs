//! The data of a run, and the rational step itself.

use std::fmt;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

/// Longest numerator, denominator or common denominator that is accepted, in bits.
/// Longer data would take longer than any budget of steps suggests.
const LONGEST_NUMBER: u64 = 1024;

/// One sample of the model with shared weights, f(w) = Σ xᵢwᵢ², and a start.
///
/// The loss is L(w) = ½ (f(w) − y)².
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    features: Vec<BigRational>,
    target: BigRational,
    start: Vec<BigRational>,
}

/// What is wrong with the data of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// There is not a single feature.
    NoFeatures,
    /// A vector does not have one entry for each feature.
    Length {
        /// The vector, as the user calls it.
        vector: &'static str,
        /// Its number of entries.
        found: usize,
        /// The number of features.
        features: usize,
    },
    /// y ≤ 0.
    TargetNotPositive,
    /// No xᵢ > 0, so no w has f(w) = y.
    NoPositiveFeature,
    /// w = 0 is a critical point.
    StartIsZero,
    /// wᵢ = 0 wherever xᵢ > 0, and zero weights stay zero.
    StartCannotReachTarget,
    /// η ≤ 0.
    StepSizeNotPositive,
    /// A number has too many digits for a run to be affordable.
    NumberTooLong {
        /// Where it stands.
        place: &'static str,
    },
    /// There is not a single sample.
    NoSamples,
    /// A row of X has another length than the first.
    Ragged {
        /// The row, counted from 0.
        row: usize,
        /// Its number of entries.
        found: usize,
        /// The number of entries of the first row.
        features: usize,
    },
    /// Not one target for each sample.
    Targets {
        /// The number of targets.
        found: usize,
        /// The number of samples.
        samples: usize,
    },
    /// X has too many rows or entries for a run to be affordable.
    TooManyEntries {
        /// The largest number of rows.
        samples: usize,
        /// The largest number of entries.
        entries: usize,
    },
    /// Every feature is zero.
    FeaturesAreZero,
    /// Every target is zero.
    TargetsAreZero,
    /// The depth is not between 2 and the largest.
    Depth {
        /// The largest depth.
        largest: u32,
    },
    /// The step size changes too often.
    TooManyPhases,
    /// The second moments are not a symmetric matrix with a row for each feature.
    SecondMoment,
    /// An entry that is not there.
    NoSuchEntry {
        /// The index, counted from 0.
        index: usize,
        /// The number of entries.
        entries: usize,
    },
    /// A quantity that this model or this state does not have.
    NotMeasured {
        /// Which, and why.
        why: &'static str,
    },
    /// The largest feature is attained more than once.
    NormMinimiserNotUnique {
        /// The indices that attain it, counted from 0.
        indices: Vec<usize>,
    },
    /// The least positive feature is attained more than once, or a feature is zero.
    SharpnessMinimiserNotUnique {
        /// The indices that attain it or have xᵢ = 0, counted from 0.
        indices: Vec<usize>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NoFeatures => write!(out, "x has no entries; at least one feature is needed"),
            Error::Length { vector, found, features } => {
                write!(out, "{vector} has {found} entries, but x has {features}")
            }
            Error::TargetNotPositive => write!(out, "the target y must be positive"),
            Error::NoPositiveFeature => {
                write!(out, "no feature x[i] is positive, so no weights fit the positive target y")
            }
            Error::StartIsZero => {
                write!(out, "the start w is zero, where the gradient vanishes: the run would never move")
            }
            Error::StartCannotReachTarget => write!(
                out,
                "the start w is zero wherever x[i] > 0; zero weights stay zero, so the run \
                 cannot reach the positive target y"
            ),
            Error::StepSizeNotPositive => write!(out, "the step size eta must be positive"),
            Error::NumberTooLong { place } => write!(
                out,
                "{place}: a number, or the common denominator, is longer than \
                 {LONGEST_NUMBER} bits"
            ),
            Error::NoSamples => write!(out, "X has no rows; at least one sample is needed"),
            Error::Ragged { row, found, features } => {
                let row = row.saturating_add(1);
                write!(out, "row {row} of X has {found} entries, but the first has {features}")
            }
            Error::Targets { found, samples } => {
                write!(out, "y has {found} entries, but there are {samples} samples")
            }
            Error::TooManyEntries { samples, entries } => {
                write!(out, "X is too large: at most {samples} samples and {entries} entries are accepted")
            }
            Error::FeaturesAreZero => write!(out, "every feature is zero: the run would never move"),
            Error::TargetsAreZero => write!(out, "every target is zero; at least one has to be nonzero"),
            Error::Depth { largest } => write!(out, "the depth is an integer from 2 to {largest}"),
            Error::TooManyPhases => write!(out, "the step size changes too often"),
            Error::SecondMoment => {
                write!(out, "the second moments are a symmetric matrix with a row and a column for each feature")
            }
            Error::NoSuchEntry { index, entries } => {
                let index = index.saturating_add(1);
                write!(out, "there is no entry {index}: there are {entries}")
            }
            Error::NotMeasured { why } => write!(out, "{why}"),
            Error::NormMinimiserNotUnique { indices } => {
                write!(out, "the norm minimiser is not unique: the largest feature is attained at {}", Places(indices))
            }
            Error::SharpnessMinimiserNotUnique { indices } => write!(
                out,
                "the sharpness minimiser is not unique: every interpolator supported on {} \
                 attains the least sharpness",
                Places(indices)
            ),
        }
    }
}

impl std::error::Error for Error {}

/// Indices as a reader counts them: "entries 1, 3".
struct Places<'a>(&'a [usize]);

impl fmt::Display for Places<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "entries")?;
        for (position, index) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { "," };
            write!(out, "{comma} {}", index.saturating_add(1))?;
        }
        Ok(())
    }
}

impl Problem {
    /// Checks the data: every vector has the length of x, y > 0, some xᵢ > 0 with
    /// wᵢ ≠ 0, and no number is unreasonably long.
    pub fn new(features: Vec<BigRational>, target: BigRational, start: Vec<BigRational>) -> Result<Self, Error> {
        if features.is_empty() {
            return Err(Error::NoFeatures);
        }
        check_length("the start w", &start, features.len())?;
        check_size("x", &features)?;
        check_size("y", std::slice::from_ref(&target))?;
        check_size("w", &start)?;
        if !target.is_positive() {
            return Err(Error::TargetNotPositive);
        }
        if !features.iter().any(Signed::is_positive) {
            return Err(Error::NoPositiveFeature);
        }
        if start.iter().all(Zero::is_zero) {
            return Err(Error::StartIsZero);
        }
        let mut pairs = features.iter().zip(&start);
        if !pairs.any(|(x, w)| x.is_positive() && !w.is_zero()) {
            return Err(Error::StartCannotReachTarget);
        }
        Ok(Problem { features, target, start })
    }

    /// The features x.
    pub fn features(&self) -> &[BigRational] {
        &self.features
    }

    /// The target y.
    pub fn target(&self) -> &BigRational {
        &self.target
    }

    /// The start w₀.
    pub fn start(&self) -> &[BigRational] {
        &self.start
    }

    /// The residual r = Σ xᵢwᵢ² − y, for a w with one entry per feature.
    pub fn residual(&self, w: &[BigRational]) -> Result<BigRational, Error> {
        check_length("w", w, self.features.len())?;
        let pairs = self.features.iter().zip(w);
        let output: BigRational = pairs.map(|(x, w)| x * w * w).sum();
        Ok(output - &self.target)
    }
}

/// One step of gradient descent, exactly: wᵢ⁺ = wᵢ (1 − 2ηrxᵢ).
pub fn exact_step(problem: &Problem, w: &[BigRational], eta: &BigRational) -> Result<Vec<BigRational>, Error> {
    let pull = problem.residual(w)? * eta * BigInt::from(2);
    let pairs = problem.features.iter().zip(w);
    Ok(pairs.map(|(x, w)| w * (BigRational::one() - &pull * x)).collect())
}

/// Refuses a step size that is not positive, or too long to compute with.
pub(super) fn check_step_size(eta: &BigRational) -> Result<(), Error> {
    check_size("eta", std::slice::from_ref(eta))?;
    if eta.is_positive() { Ok(()) } else { Err(Error::StepSizeNotPositive) }
}

/// Refuses a vector that has not one entry for each feature.
pub(super) fn check_length(vector: &'static str, entries: &[BigRational], features: usize) -> Result<(), Error> {
    let found = entries.len();
    if found == features { Ok(()) } else { Err(Error::Length { vector, found, features }) }
}

/// Refuses numbers that are too long, alone or brought to a common denominator.
pub(super) fn check_size(place: &'static str, numbers: &[BigRational]) -> Result<(), Error> {
    let mut common = BigInt::one();
    for number in numbers {
        if number.numer().bits().max(number.denom().bits()) > LONGEST_NUMBER {
            return Err(Error::NumberTooLong { place });
        }
        common = common.lcm(number.denom());
        if common.bits() > LONGEST_NUMBER {
            return Err(Error::NumberTooLong { place });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::{rational, vector};
    use super::*;

    fn problem(x: &str, y: &str, w: &str) -> Result<Problem, Error> {
        Problem::new(vector(x), rational(y), vector(w))
    }

    #[test]
    fn refusals_name_the_fault() {
        let long = format!("1/1{}", "0".repeat(400));
        let cases = [
            ("", "1", "", "no entries"),
            ("1 2", "1", "1", "the start w has 1 entries, but x has 2"),
            ("1", "0", "1", "y must be positive"),
            ("-1 0", "1", "1 1", "no feature"),
            ("1", "1", "0", "start w is zero,"),
            ("1 -1", "1", "0 1", "zero wherever"),
            (long.as_str(), "1", "1", "x: a number"),
        ];
        for (x, y, w, message) in cases {
            let refusal = problem(x, y, w).expect_err(message).to_string();
            assert!(refusal.contains(message), "{refusal}");
        }
    }

    #[test]
    fn a_step_by_hand() {
        // f = 5 + 2·9/16 = 49/8, r = 23/8, 2ηr = 23/240.
        let p = problem("5 2", "13/4", "1 3/4").unwrap();
        assert_eq!(p.residual(p.start()).unwrap(), rational("23/8"));
        let next = exact_step(&p, p.start(), &rational("1/60")).unwrap();
        assert_eq!(next, vector("25/48 97/160"));
        assert!(exact_step(&p, &vector("1"), &rational("1/60")).is_err());
    }
}
