//! The interpolators of least norm and of least sharpness, exactly.
//!
//! On { w : Σ xᵢβᵢ = y }, with x_max and x_min⁺ the largest and the least positive feature,
//!
//! ```text
//! x_max Σβᵢ − y = Σ βᵢ(x_max − xᵢ) ≥ 0,
//! Σxᵢ²βᵢ − x_min⁺ y = Σ xᵢβᵢ(xᵢ − x_min⁺) ≥ 0,
//! ```
//!
//! for features of any sign. So N = Σβᵢ ≥ y/x_max with equality iff β lives where
//! xᵢ = x_max, and S = 4Σxᵢ²βᵢ ≥ 4yx_min⁺ with equality iff β lives where xᵢ ∈ {x_min⁺, 0}.
//! In β the minimiser is unique iff that is a single place.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::problem::{Error, Problem, check_length};

/// An interpolator with a single nonzero weight, β = (y/x_m) e_m.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Minimiser {
    /// The index m, counted from 0.
    pub index: usize,
    /// β.
    pub beta: Vec<BigRational>,
    /// Σ βᵢ = y/x_m.
    pub norm: BigRational,
    /// 4 Σ xᵢ²βᵢ = 4 y x_m.
    pub sharpness: BigRational,
}

impl Minimiser {
    /// Σ (βᵢ − β*ᵢ)², the risk against a ground truth β*.
    pub fn risk(&self, truth: &[BigRational]) -> Result<BigRational, Error> {
        check_length("the truth", truth, self.beta.len())?;
        let pairs = self.beta.iter().zip(truth);
        Ok(pairs.map(|(b, t)| (b - t) * (b - t)).sum())
    }

    fn one_hot(problem: &Problem, index: usize, feature: &BigRational) -> Self {
        let norm = problem.target() / feature;
        let d = problem.features().len();
        let entry = |i| {
            if i == index { norm.clone() } else { BigRational::zero() }
        };
        Minimiser {
            index,
            beta: (0..d).map(entry).collect(),
            sharpness: problem.target() * feature * BigInt::from(4),
            norm,
        }
    }
}

/// The interpolator of least norm Σβᵢ, if it is unique.
pub fn norm_minimiser(problem: &Problem) -> Result<Minimiser, Error> {
    let largest = problem.features().iter().max().ok_or(Error::NoFeatures)?;
    match places(problem, |x| x == largest).as_slice() {
        [index] => Ok(Minimiser::one_hot(problem, *index, largest)),
        indices => Err(Error::NormMinimiserNotUnique { indices: indices.to_vec() }),
    }
}

/// The interpolator of least sharpness 4Σxᵢ²βᵢ (the loss being ½r²), if it is unique.
pub fn sharpness_minimiser(problem: &Problem) -> Result<Minimiser, Error> {
    let positive = problem.features().iter().filter(|x| x.is_positive());
    let least = positive.min().ok_or(Error::NoPositiveFeature)?;
    match places(problem, |x| x == least || x.is_zero()).as_slice() {
        [index] => Ok(Minimiser::one_hot(problem, *index, least)),
        indices => Err(Error::SharpnessMinimiserNotUnique { indices: indices.to_vec() }),
    }
}

fn places(problem: &Problem, attains: impl Fn(&BigRational) -> bool) -> Vec<usize> {
    let features = problem.features().iter().enumerate();
    features.filter(|(_, x)| attains(x)).map(|(i, _)| i).collect()
}

#[cfg(test)]
mod tests {
    use super::super::testing::{problem, rational, vector};
    use super::*;

    #[test]
    fn both_minimisers_by_hand() {
        let p = problem("5 -9 2", "13/4", "1 1 1");
        let (norm, sharp) = (norm_minimiser(&p).unwrap(), sharpness_minimiser(&p).unwrap());
        assert_eq!(norm.beta, vector("13/20 0 0"));
        assert_eq!((norm.norm.clone(), norm.sharpness.clone()), (rational("13/20"), rational("65")));
        assert_eq!(sharp.beta, vector("0 0 13/8"));
        assert_eq!((sharp.index, sharp.sharpness.clone()), (2, rational("26")));
        // (2/5)² + 1, and (1/4)² + (5/8)²
        assert_eq!(norm.risk(&vector("1/4 0 1")).unwrap(), rational("29/25"));
        assert_eq!(sharp.risk(&vector("1/4 0 1")).unwrap(), rational("29/64"));
        assert!(sharp.risk(&vector("1/4")).is_err());
    }

    #[test]
    fn ties_are_named() {
        let tie = norm_minimiser(&problem("2 1 2", "1", "1 1 1")).unwrap_err();
        assert!(tie.to_string().ends_with("attained at entries 1, 3"), "{tie}");
        let p = problem("2 1 0", "1", "1 1 1");
        assert!(norm_minimiser(&p).is_ok());
        let tie = sharpness_minimiser(&p).unwrap_err();
        assert!(tie.to_string().contains("supported on entries 2, 3"), "{tie}");
    }
}
