//! The gradient flow, certified: of one sample here, of several in `several`.
//!
//! f(w) = Σ xᵢwᵢ², loss ½r² with r = f − y, and dw/dt = −∇L from a start w(0). Write βᵢ = wᵢ².
//!
//! # The clock
//!
//! ∇L = 2r(x⊙w), so d log|wᵢ|/dt = −2r xᵢ where wᵢ ≠ 0, and weights that are 0 stay 0. With one clock τ, τ(0) = 0, τ′ = −2r,
//!
//! ```text
//! log|wᵢ| = log|wᵢ(0)| + xᵢτ,   βᵢ = βᵢ(0)e^{2xᵢτ},   F(τ) = Σ xᵢβᵢ(0)e^{2xᵢτ} − y = r.
//! ```
//!
//! # Where it ends
//!
//! If no xᵢwᵢ(0) differs from 0, nothing moves. Otherwise F′ = 2 Σ xᵢ²βᵢ > 0: F increases, so it has at most one zero; one
//! exists iff F takes values of both signs or vanishes at 0. Suppose that τ* is that zero. Then the flow exists for all times and
//! τ(t) → τ*. For along it r′ = −4(Σ xᵢ²βᵢ) r, so r = F(τ(t)) never changes its sign; so τ is monotone, and it moves towards τ*
//! and does not pass it (τ′ = −2F(τ) has the sign of τ* − τ). Bounded, it exists for ever and converges to some τ∞; there
//! τ′ → −2F(τ∞), which has to be 0. Hence τ∞ = τ*. ∎
//!
//! This holds for features and weights of any sign, zeros included.
//!
//! # How it is enclosed
//!
//! τ* lies between two dyadic numbers where rigorous enclosures of F have opposite signs; bisection halves the gap. Nothing else is
//! asked of the numbers, so no proof depends on how they were found. (At a rational τ ≠ 0 the sign is always found in the end:
//! by Lindemann and Weierstrass F(τ) ≠ 0, since the exponents 2xᵢτ of the terms are not 0 and rational. A limit on precision
//! bounds the search all the same.)

mod several;
mod sharpness;
#[cfg(test)]
mod tests;

use std::fmt;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::exact::{Enclosure, exp, sqrt};
pub use several::{DualEnd, Flows};
pub use sharpness::Supremum;

/// Longest number that is accepted, in bits, and most features.
const LONGEST_NUMBER: u64 = 1024;
const MOST_FEATURES: usize = 4096;
/// Most bits of precision.
const LARGEST_PRECISION: u64 = 2048;
/// The end is sought where every |2xᵢτ| is at most 2^14.
const LARGEST_EXPONENT_BITS: u64 = 14;

/// One sample and a start of the flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    features: Vec<BigRational>,
    target: BigRational,
    /// β(0)
    start: Vec<BigRational>,
}

/// Where the flow ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    /// The clock τ at the end.
    pub clock: Enclosure,
    /// βᵢ at the end.
    pub beta: Vec<Enclosure>,
    features: Vec<BigRational>,
}

/// Why the end of a flow is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// There is no feature.
    NoFeatures,
    /// The start has another length.
    Length {
        /// The entries of the start.
        found: usize,
        /// The features.
        features: usize,
    },
    /// Too many features, or a number that is too long.
    TooLarge,
    /// βᵢ(0) < 0.
    NegativeStart(usize),
    /// No xᵢwᵢ(0) differs from 0, and the residual is not 0.
    Stuck,
    /// No point of the clock has f = y.
    NoInterpolator,
    /// Newton's method on the dual did not end.
    NotFound,
    /// The end was not found within the limits on precision.
    Limits,
}

impl fmt::Display for Unknown {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unknown::NoFeatures => write!(out, "x has no entries; at least one feature is needed"),
            Unknown::Length { found, features } => {
                write!(out, "the start has {found} entries, but x has {features}")
            }
            Unknown::TooLarge => write!(
                out,
                "there are more than {MOST_FEATURES} features, or a number (a square, or a common denominator) is longer than {LONGEST_NUMBER} bits"
            ),
            Unknown::NegativeStart(i) => {
                write!(out, "entry {} of the start is negative, but it is a square", i.saturating_add(1))
            }
            Unknown::Stuck => write!(out, "every x[i]*w[i] is zero at the start: the flow does not move"),
            Unknown::NoInterpolator => write!(
                out,
                "no weights that the flow can reach fit y: zero weights stay zero, and no weight changes its sign"
            ),
            Unknown::NotFound => write!(
                out,
                "no positive weights that fit all samples were found: there may be none, or the samples are dependent"
            ),
            Unknown::Limits => write!(out, "the end of the flow was not found within the limits on precision"),
        }
    }
}

impl std::error::Error for Unknown {}

impl Flow {
    /// The flow from squared weights β(0) = w(0)².
    pub fn new(features: Vec<BigRational>, target: BigRational, start: Vec<BigRational>) -> Result<Self, Unknown> {
        if features.is_empty() {
            return Err(Unknown::NoFeatures);
        }
        if start.len() != features.len() {
            return Err(Unknown::Length { found: start.len(), features: features.len() });
        }
        let vectors = [&features, &start, &vec![target.clone()]];
        if features.len() > MOST_FEATURES || vectors.into_iter().any(|one| too_long(one)) {
            return Err(Unknown::TooLarge);
        }
        if let Some(i) = start.iter().position(Signed::is_negative) {
            return Err(Unknown::NegativeStart(i));
        }
        Ok(Flow { features, target, start })
    }

    /// The flow from weights w(0).
    pub fn from_weights(x: Vec<BigRational>, y: BigRational, w: &[BigRational]) -> Result<Self, Unknown> {
        Flow::new(x, y, w.iter().map(|w| w * w).collect())
    }

    /// The end of the flow, every βᵢ enclosed to a width of 2^-width.
    pub fn end(&self, width: u64) -> Result<End, Unknown> {
        let target = BigRational::new_raw(BigInt::one(), BigInt::one() << width.min(LARGEST_PRECISION));
        let mut bits = width.saturating_add(32);
        while bits <= LARGEST_PRECISION {
            let clock = self.clock(bits)?;
            let beta = self.beta(&clock, bits).ok_or(Unknown::Limits)?;
            if beta.iter().all(|b| b.width() <= target) {
                return Ok(End { clock, beta, features: self.features.clone() });
            }
            bits = bits.saturating_mul(2);
        }
        Err(Unknown::Limits)
    }

    /// τ*, between dyadic numbers 2^-bits apart, relative to the scale of 1/x.
    fn clock(&self, bits: u64) -> Result<Enclosure, Unknown> {
        let residual = self.start_residual();
        if residual.is_zero() {
            return Ok(Enclosure::point(BigRational::zero()));
        }
        let forward = residual.is_negative();
        self.check_reachable()?;
        let zero = BigRational::zero();
        let (mut near, mut far) = (zero.clone(), self.first_step());
        if !forward {
            far = -far;
        }
        // |2x far| ≤ 2 at first.
        let mut tries = LARGEST_EXPONENT_BITS;
        while (self.sign(&far, bits)? < 0) == forward {
            near = far.clone();
            far *= BigInt::from(2);
            tries = tries.checked_sub(1).ok_or(Unknown::Limits)?;
        }
        let narrow = self.first_step() / (BigInt::one() << bits);
        while (&far - &near).abs() > narrow {
            let middle = (&near + &far) / BigInt::from(2);
            if (self.sign(&middle, bits)? < 0) == forward {
                near = middle;
            } else {
                far = middle;
            }
        }
        Ok(Enclosure::hull(near, far))
    }

    /// Whether F has a zero. As τ → ∞, F → ∞ if some active xᵢ (one with wᵢ ≠ 0) is positive, else F → −y from below; as
    /// τ → −∞, F → −∞ if some active xᵢ is negative, else F → −y from above.
    fn check_reachable(&self) -> Result<(), Unknown> {
        let active = |positive: bool| {
            let mut pairs = self.features.iter().zip(&self.start);
            pairs.any(|(x, b)| !b.is_zero() && !x.is_zero() && x.is_positive() == positive)
        };
        let (up, down) = (active(true), active(false));
        if !up && !down {
            return Err(Unknown::Stuck);
        }
        let reached = (up || self.target.is_negative()) && (down || self.target.is_positive());
        if reached { Ok(()) } else { Err(Unknown::NoInterpolator) }
    }

    /// A power of two, at most 1/max|xᵢ|.
    fn first_step(&self) -> BigRational {
        let largest = self.features.iter().map(Signed::abs).max().unwrap_or_else(BigRational::one);
        let (n, d) = (largest.numer().bits(), largest.denom().bits());
        // |x| < 2^n/2^(d−1)
        let (up, down) = (d.saturating_sub(1).saturating_sub(n), n.saturating_sub(d.saturating_sub(1)));
        BigRational::new_raw(BigInt::one() << up, BigInt::one() << down)
    }

    fn start_residual(&self) -> BigRational {
        self.features.iter().zip(&self.start).map(|(x, b)| x * b).sum::<BigRational>() - &self.target
    }

    /// The sign of F(τ) at a number τ.
    fn sign(&self, tau: &BigRational, bits: u64) -> Result<i8, Unknown> {
        let mut bits = bits.saturating_add(64);
        while bits <= LARGEST_PRECISION.saturating_mul(2) {
            let beta = self.beta(&Enclosure::point(tau.clone()), bits).ok_or(Unknown::Limits)?;
            let residual = self.residual(&beta);
            if residual.lo().is_positive() {
                return Ok(1);
            }
            if residual.hi().is_negative() {
                return Ok(-1);
            }
            bits = bits.saturating_mul(2);
        }
        Err(Unknown::Limits)
    }

    /// βᵢ(0)e^{2xᵢτ} for all τ in the enclosure. Equal features share an exponential.
    fn beta(&self, tau: &Enclosure, bits: u64) -> Option<Vec<Enclosure>> {
        let mut known: std::collections::BTreeMap<&BigRational, Enclosure> = std::collections::BTreeMap::new();
        let mut found = Vec::with_capacity(self.start.len());
        for (x, start) in self.features.iter().zip(&self.start) {
            if start.is_zero() {
                found.push(Enclosure::point(BigRational::zero()));
                continue;
            }
            let factor = match known.get(x) {
                Some(factor) => factor,
                None => known.entry(x).or_insert(exp(&tau.times(&(x * BigInt::from(2))), bits)?),
            };
            found.push(factor.times(start));
        }
        Some(found)
    }

    /// r for all β in the enclosures.
    fn residual(&self, beta: &[Enclosure]) -> Enclosure {
        let mut sum = Enclosure::point(-&self.target);
        for (x, beta) in self.features.iter().zip(beta) {
            sum = sum.plus(&beta.times(x));
        }
        sum
    }
}

impl End {
    /// ‖w‖² = Σ βᵢ.
    pub fn norm(&self) -> Enclosure {
        total(self.beta.iter().cloned())
    }

    /// ‖w‖₁ = Σ √βᵢ, each root to 2^-bits.
    pub fn l1(&self, bits: u64) -> Enclosure {
        total(self.beta.iter().filter_map(|b| sqrt(b, bits)))
    }

    /// 4 Σ xᵢ²βᵢ: there the residual is 0, and the Hessian 4vvᵀ with v = x⊙w.
    pub fn sharpness(&self) -> Enclosure {
        total(self.features.iter().zip(&self.beta).map(|(x, b)| b.times(&(x * x * BigInt::from(4)))))
    }

    /// Σ (βᵢ − β*ᵢ)²; `None` if the truth has another length.
    pub fn risk(&self, truth: &[BigRational]) -> Option<Enclosure> {
        let same = truth.len() == self.beta.len();
        same.then(|| total(self.beta.iter().zip(truth).map(|(b, t)| b.minus(t).square())))
    }

    /// (β − β*)ᵀ Σ (β − β*) for a rational symmetric matrix Σ; `None` if sizes differ.
    pub fn risk_with(&self, truth: &[BigRational], moment: &[Vec<BigRational>]) -> Option<Enclosure> {
        let d = self.beta.len();
        if truth.len() != d || moment.len() != d || moment.iter().any(|row| row.len() != d) {
            return None;
        }
        let error: Vec<Enclosure> = self.beta.iter().zip(truth).map(|(b, t)| b.minus(t)).collect();
        let rows = moment.iter().zip(&error).map(|(row, e)| {
            let inner = total(row.iter().zip(&error).map(|(m, e)| e.times(m)));
            inner.product(e)
        });
        Some(total(rows))
    }
}

/// Whether a number, or the common denominator, is longer than sums of them should get.
fn too_long(numbers: &[BigRational]) -> bool {
    let mut common = BigInt::one();
    numbers.iter().any(|q| {
        if q.numer().bits().max(q.denom().bits()) > LONGEST_NUMBER {
            return true;
        }
        common = common.lcm(q.denom());
        common.bits() > LONGEST_NUMBER
    })
}

/// The sum of enclosures.
fn total(all: impl Iterator<Item = Enclosure>) -> Enclosure {
    all.fold(Enclosure::point(BigRational::zero()), |sum, one| sum.plus(&one))
}
