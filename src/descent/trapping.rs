//! The named lemma `trapping`: when a run can be certified to converge, and where.
//!
//! # Statement
//!
//! One sample, f(w) = Σ xᵢwᵢ², r = f − y, gradient descent wᵢ⁺ = wᵢ(1 − 2ηrxᵢ) with
//! η > 0, A(w) = Σ xᵢ²wᵢ². Let w₀ be given. Coordinates with w₀ᵢ = 0 stay 0 and contribute
//! to nothing below; drop them. Let δ ≥ |r(w₀)|, sᵢ = 2η|xᵢ|δ, 0 ≤ q < 1, κᵢ ≥ 0, and
//!
//! ```text
//! K = { w : wᵢ has the sign of w₀ᵢ and |log(wᵢ/w₀ᵢ)| ≤ κᵢ for all i }.
//! ```
//!
//! Suppose
//!
//! 1. sᵢ < 1 for all i,
//! 2. sᵢ / ((1 − q)(1 − sᵢ)) ≤ κᵢ for all i,
//! 3. |1 − 4ηA(w)| ≤ q for all w ∈ K.
//!
//! Then every iterate lies in K, |r_t| ≤ qᵗδ, and w_t converges to some w_∞ ∈ K with
//! f(w_∞) = y.
//!
//! # Proof
//!
//! By induction on t: w₀, …, w_t ∈ K and |r_k| ≤ q^k δ for k ≤ t. This holds for t = 0.
//!
//! *The step stays in K.* Put uᵢ = 2ηr_k xᵢ for a step k ≤ t. Then |uᵢ| ≤ q^k sᵢ < 1, so
//! 1 − uᵢ > 0 and the sign of wᵢ is kept. For |u| < 1,
//!
//! ```text
//! |log(1 − u)| ≤ −log(1 − |u|) ≤ 1/(1 − |u|) − 1 = |u|/(1 − |u|),
//! ```
//!
//! the first because log(1 + v) ≤ v ≤ −log(1 − v) for 0 ≤ v < 1, the second because
//! log z ≤ z − 1. Summing over the steps up to t,
//!
//! ```text
//! |log(w_{t+1,i}/w₀ᵢ)| ≤ Σ_{k≤t} q^k sᵢ/(1 − q^k sᵢ) ≤ sᵢ/(1 − sᵢ) · Σ_k q^k
//!                      ≤ sᵢ/((1 − q)(1 − sᵢ)) ≤ κᵢ.
//! ```
//!
//! Hence w_{t+1} ∈ K.
//!
//! *The residual contracts.* With u = uᵢ at step t, (1 − u)² − 1 = −2u(1 − u/2), so
//!
//! ```text
//! r_{t+1} − r_t = Σ xᵢwᵢ²((1 − uᵢ)² − 1) = −4ηr_t Σ xᵢ²w̃ᵢ²,   w̃ᵢ² = wᵢ²(1 − uᵢ/2).
//! ```
//!
//! For |u| < 1 the number 1 − u/2 lies between 1 and (1 − u)²: if u ≥ 0 then
//! (1 − u)² ≤ 1 − u ≤ 1 − u/2 ≤ 1, and if u < 0 then 1 ≤ 1 − u/2 ≤ 1 − u ≤ (1 − u)². So w̃ᵢ,
//! taken with the sign of wᵢ, lies between w_{t,i} and w_{t+1,i}; both lie in K, which is a
//! product of intervals, so w̃ ∈ K, and 3 gives |r_{t+1}| = |r_t| |1 − 4ηA(w̃)| ≤ q|r_t|.
//!
//! *The limit.* The increments of log|w_{t,i}| are summable by the estimate above, so
//! log|w_{t,i}| converges, to a value within κᵢ of log|w₀ᵢ|; and r(w_∞) = lim r_t = 0. ∎
//!
//! Without 1 the lemma is false: for x = 1, y = 2, η = ½, w₀ = 7/10 one has s = 1.51, and
//! the left side of 2, read literally, is negative.
//!
//! # Use
//!
//! The run is known only through enclosures βᵢ ∈ [loᵢ, hiᵢ] of βᵢ = w₀ᵢ² (w₀ being the
//! iterate reached). [`Trapping::verify`] checks the hypotheses for every such w₀ at once,
//! in exact rational arithmetic:
//!
//! - |r(w₀)| is largest at an end of the interval Σ xᵢ[loᵢ, hiᵢ] − y;
//! - on K, βᵢ lies between βᵢ(w₀)e^{−2κᵢ} and βᵢ(w₀)e^{2κᵢ}. From 1 + z ≤ e^z with
//!   z = −2κᵢ, e^{−2κᵢ} ≥ 1 − 2κᵢ =: kᵢ⁻, and so e^{2κᵢ} ≤ 1/(1 − 2κᵢ) for κᵢ < ½. For
//!   κᵢ ≤ ¼ this is at most kᵢ⁺ := 1 + 2κᵢ + 8κᵢ², because
//!   (1 + 2κ + 8κ²)(1 − 2κ) = 1 + 4κ²(1 − 4κ) ≥ 1; kᵢ⁺ divides by nothing. A = Σ xᵢ²βᵢ
//!   increases in each βᵢ, so over all these K it lies between Σ xᵢ²loᵢkᵢ⁻ and
//!   Σ xᵢ²hiᵢkᵢ⁺;
//! - a w₀ in the enclosure with w₀ᵢ = 0 drops coordinate i: fewer hypotheses, the same
//!   bounds. If hiᵢ = 0 this holds for every w₀ and 1 and 2 are not asked of i.
//!
//! By the lemma the limit has βᵢ ∈ [loᵢkᵢ⁻, hiᵢkᵢ⁺].

use std::fmt;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::problem::Problem;
use crate::exact::{Enclosure, Grid};

/// Fraction bits of the recorded contraction factor q.
const CONTRACTION_BITS: u64 = 64;

/// The numbers with which the lemma `trapping` is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trapping {
    /// Enclosures of βᵢ = wᵢ² at the iterate where the trap closes.
    pub beta: Vec<Enclosure>,
    /// A bound δ for the residual there.
    pub delta: BigRational,
    /// The half-widths κᵢ of the box, in log|wᵢ|.
    pub kappa: Vec<BigRational>,
    /// The contraction factor q of the residual.
    pub q: BigRational,
}

/// The hypothesis of the lemma that a [`Trapping`] fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Not one entry per coordinate, or βᵢ < 0, q ∉ [0, 1), κᵢ ∉ [0, ¼] or η ≤ 0.
    Malformed,
    /// |r| may exceed δ.
    Residual,
    /// sᵢ ≥ 1: a step may be long enough to change the sign of wᵢ.
    StepTooLong(usize),
    /// sᵢ / ((1 − q)(1 − sᵢ)) > κᵢ: the run may leave the box.
    Displacement(usize),
    /// |1 − 4ηA| may exceed q in the box.
    Contraction,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Malformed => write!(out, "the recorded numbers are out of range"),
            Violation::Residual => write!(out, "the residual may exceed delta"),
            Violation::StepTooLong(i) => write!(out, "a step may overshoot zero in entry {}", i.saturating_add(1)),
            Violation::Displacement(i) => write!(out, "entry {} may leave the box of size kappa", i.saturating_add(1)),
            Violation::Contraction => write!(out, "the residual may contract slower than q"),
        }
    }
}

impl std::error::Error for Violation {}

impl Trapping {
    /// Checks every hypothesis of the lemma from the recorded numbers alone.
    ///
    /// What it does not check is that the enclosures `beta` hold.
    pub fn verify(&self, problem: &Problem, eta: &BigRational) -> Result<(), Violation> {
        self.check_ranges(problem, eta)?;
        if residual_bound(problem, &self.beta) > self.delta {
            return Err(Violation::Residual);
        }
        self.check_displacement(problem, eta)?;
        let (low, high) = contraction_range(problem, eta, &self.beta, &self.kappa);
        let one = BigRational::one();
        // |1 − 4ηA| ≤ q
        if low < &one - &self.q || high > &one + &self.q {
            return Err(Violation::Contraction);
        }
        Ok(())
    }

    /// The enclosures of βᵢ at the limit that the lemma gives, for verified numbers.
    /// Those of coordinates that move at all are rounded outwards to the grid.
    pub(super) fn limit(&self, grid: Grid) -> Vec<Enclosure> {
        let pairs = self.beta.iter().zip(&self.kappa);
        pairs
            .map(|(beta, kappa)| {
                if kappa.is_zero() {
                    return beta.clone();
                }
                let (shrink, grow) = box_factors(kappa);
                Enclosure::hull(beta.lo() * shrink, beta.hi() * grow).outward(grid)
            })
            .collect()
    }

    fn check_ranges(&self, problem: &Problem, eta: &BigRational) -> Result<(), Violation> {
        let d = problem.features().len();
        let (zero, one) = (BigRational::zero(), BigRational::one());
        let quarter = BigRational::new(1.into(), 4.into());
        let sound = self.beta.len() == d
            && self.kappa.len() == d
            && eta > &zero
            && self.q >= zero
            && self.q < one
            && self.kappa.iter().all(|k| k >= &zero && k <= &quarter)
            && self.beta.iter().all(|b| b.lo() >= &zero);
        if sound { Ok(()) } else { Err(Violation::Malformed) }
    }

    /// Hypotheses 1 and 2. Once s < 1, 2 reads s ≤ κ(1 − q)(1 − s).
    fn check_displacement(&self, problem: &Problem, eta: &BigRational) -> Result<(), Violation> {
        let one = BigRational::one();
        let entries = problem.features().iter().zip(&self.beta).zip(&self.kappa);
        for (i, ((x, beta), kappa)) in entries.enumerate() {
            if beta.hi().is_zero() {
                continue;
            }
            let s = step_size(x, eta, &self.delta);
            if s >= one {
                return Err(Violation::StepTooLong(i));
            }
            if s > kappa * (&one - &self.q) * (&one - &s) {
                return Err(Violation::Displacement(i));
            }
        }
        Ok(())
    }
}

/// Numbers with which the lemma may apply at the enclosed iterate, not yet verified.
///
/// q leaves a sixteenth of the gap 1 − |1 − 4ηA| for what the box adds, and each κᵢ is
/// the least that 2 allows, on the grid.
pub(super) fn propose(problem: &Problem, eta: &BigRational, beta: Vec<Enclosure>, grid: Grid) -> Option<Trapping> {
    let one = BigRational::one();
    let delta = grid.value(&grid.ceil(&residual_bound(problem, &beta)));
    let flat = vec![BigRational::zero(); beta.len()];
    let (low, high) = contraction_range(problem, eta, &beta, &flat);
    let gap = low.min(BigRational::from(BigInt::from(2)) - high);
    let coarse = Grid::new(CONTRACTION_BITS);
    let gap = coarse.value(&coarse.floor(&(gap * BigRational::new(15.into(), 16.into()))));
    if !gap.is_positive() {
        return None;
    }
    let mut kappa = Vec::with_capacity(beta.len());
    for (x, beta) in problem.features().iter().zip(&beta) {
        let s = step_size(x, eta, &delta);
        if beta.hi().is_zero() || s.is_zero() {
            kappa.push(BigRational::zero());
        } else if s < one {
            let least = &s / (&gap * (&one - &s));
            kappa.push(grid.value(&grid.ceil(&least)));
        } else {
            return None;
        }
    }
    Some(Trapping { beta, delta, kappa, q: one - gap })
}

/// s = 2η|x|δ
fn step_size(x: &BigRational, eta: &BigRational, delta: &BigRational) -> BigRational {
    x.abs() * eta * delta * BigInt::from(2)
}

/// The largest |Σ xᵢβᵢ − y| over the enclosures.
fn residual_bound(problem: &Problem, beta: &[Enclosure]) -> BigRational {
    let zero = Enclosure::point(BigRational::zero());
    let pairs = problem.features().iter().zip(beta);
    let output = pairs.fold(zero, |sum, (x, beta)| sum.plus(&beta.times(x)));
    output.minus(problem.target()).magnitude()
}

/// k⁻ = 1 − 2κ and k⁺ = 1 + 2κ + 8κ²: bounds for e^{∓2κ}, 0 ≤ κ ≤ ¼.
fn box_factors(kappa: &BigRational) -> (BigRational, BigRational) {
    let one = BigRational::one();
    let twice = kappa * BigInt::from(2);
    let grow = &one + &twice + &twice * &twice * BigInt::from(2);
    (one - twice, grow)
}

/// The range of 4ηA over the boxes around all enclosed iterates; needs κᵢ ≤ ¼.
fn contraction_range(
    problem: &Problem,
    eta: &BigRational,
    beta: &[Enclosure],
    kappa: &[BigRational],
) -> (BigRational, BigRational) {
    let (mut low, mut high) = (BigRational::zero(), BigRational::zero());
    for ((x, beta), kappa) in problem.features().iter().zip(beta).zip(kappa) {
        let (shrink, grow) = box_factors(kappa);
        let square = x * x;
        low += &square * beta.lo() * shrink;
        high += square * beta.hi() * grow;
    }
    let factor = eta * BigInt::from(4);
    (low * &factor, high * factor)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{problem, rational};
    use super::*;

    fn trapping(beta: &str, delta: &str, kappa: &str, q: &str) -> Trapping {
        Trapping {
            beta: vec![Enclosure::point(rational(beta))],
            delta: rational(delta),
            kappa: vec![rational(kappa)],
            q: rational(q),
        }
    }

    /// x = 1, y = 1, η = 1/4, w² = 101/100: 4ηA = 1.01.
    #[test]
    fn accepts_and_refuses() {
        let p = problem("1", "1", "1");
        let eta = rational("1/4");
        // s = 1/200, κ ≥ s/((1 − q)(1 − s)) = 1/(199 · .96)
        let good = trapping("101/100", "1/100", "1/191", "1/25");
        assert_eq!(good.verify(&p, &eta), Ok(()));
        let faults = [
            (trapping("101/100", "1/101", "1/191", "1/25"), Violation::Residual),
            (trapping("101/100", "1/100", "1/192", "1/25"), Violation::Displacement(0)),
            (trapping("101/100", "1/100", "1/190", "1/50"), Violation::Contraction),
            (trapping("101/100", "1/100", "1/2", "1/25"), Violation::Malformed),
            (trapping("101/100", "1/100", "1/191", "1"), Violation::Malformed),
            (trapping("-1", "2", "1/191", "1/25"), Violation::Malformed),
            (trapping("101/100", "3", "1/5", "1/25"), Violation::StepTooLong(0)),
        ];
        for (wrong, violation) in faults {
            assert_eq!(wrong.verify(&p, &eta), Err(violation));
        }
        assert_eq!(good.verify(&p, &rational("0")), Err(Violation::Malformed));
        assert_eq!(good.verify(&problem("1 1", "1", "1 1"), &eta), Err(Violation::Malformed));
    }

    /// x = 1, y = 2, η = 1/2, w₀ = 7/10: s = 1.51 makes the quotient in 2 negative,
    /// and |1 − 4ηA| = .02, but the run leaves every small box at once.
    #[test]
    fn long_steps_do_not_trap() {
        let p = problem("1", "2", "7/10");
        let eta = rational("1/2");
        let naive = trapping("49/100", "151/100", "0", "1/50");
        assert_eq!(naive.verify(&p, &eta), Err(Violation::StepTooLong(0)));
        let beta = vec![Enclosure::point(rational("49/100"))];
        assert_eq!(propose(&p, &eta, beta, Grid::new(128)), None);
    }

    #[test]
    fn a_dead_coordinate_is_not_asked_to_move_slowly() {
        let p = problem("1 1000", "1", "1 0");
        let eta = rational("1/4");
        let beta = vec![Enclosure::point(rational("101/100")), Enclosure::point(rational("0"))];
        let trapping = propose(&p, &eta, beta, Grid::new(64)).expect("s = 1/200");
        assert_eq!(trapping.verify(&p, &eta), Ok(()));
        assert!(trapping.limit(Grid::new(64)).last().is_some_and(Enclosure::is_point));
    }

    /// Hypothesis 3 must hold on the whole box and for the whole enclosure.
    #[test]
    fn wide_enclosures_need_a_larger_q() {
        let p = problem("1", "1", "1");
        let eta = rational("1/4");
        let mut wide = trapping("1", "1/10", "1/9", "1/10");
        wide.beta = vec![Enclosure::hull(rational("9/10"), rational("11/10"))];
        assert_eq!(wide.verify(&p, &eta), Err(Violation::Contraction));
        wide.q = rational("1/2");
        assert_eq!(wide.verify(&p, &eta), Ok(()));
    }
}
