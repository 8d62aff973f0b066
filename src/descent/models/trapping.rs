//! The lemma `trapping` for any depth D ≥ 2 and any number n of samples.
//!
//! # Statement
//!
//! f_k(w) = Σ x_ki wᵢᴰ, r = f − y, gradient descent wᵢ⁺ = wᵢ(1 − uᵢ) with uᵢ = (ηD/n) wᵢᴰ⁻²gᵢ, g = Xᵀr, η > 0. Let w₀ be
//! given; coordinates with w₀ᵢ = 0 stay 0 and are dropped. Let ‖r(w₀)‖ ≤ δ (Euclidean), 0 ≤ q < 1, κᵢ ≥ 0,
//!
//! ```text
//! B = { w : wᵢ has the sign of w₀ᵢ and |log(wᵢ/w₀ᵢ)| ≤ κᵢ for all i },   Wᵢ = max |wᵢ| on B,
//! sᵢ = (ηD/n) ‖X eᵢ‖ Wᵢᴰ⁻² δ,   K(p) = (ηD²/n) X diag(p) Xᵀ.
//! ```
//!
//! Suppose sᵢ < 1 and sᵢ/((1 − q)(1 − sᵢ)) ≤ κᵢ for all i, and ‖I − K(p)‖₂ ≤ q for all p with pᵢ between the least
//! and the largest w²ᴰ⁻² on B. Then every iterate lies in B, ‖r_t‖ ≤ qᵗδ, and w_t converges to
//! a point of B with r = 0.
//!
//! # Proof
//!
//! By induction on t: w₀, …, w_t ∈ B and ‖r_k‖ ≤ q^k δ for k ≤ t. By Cauchy–Schwarz |gᵢ| = |⟨Xeᵢ, r_k⟩| ≤ ‖Xeᵢ‖ q^k δ, so
//! |uᵢ| ≤ q^k sᵢ < 1 at step k ≤ t: signs are kept, and |log(1 − u)| ≤ |u|/(1 − |u|) gives
//!
//! ```text
//! |log(w_{t+1,i}/w₀ᵢ)| ≤ Σ_k q^k sᵢ/(1 − q^k sᵢ) ≤ sᵢ/((1 − q)(1 − sᵢ)) ≤ κᵢ,
//! ```
//!
//! so w_{t+1} ∈ B. From wᵢ⁺ᴰ − wᵢᴰ = (wᵢ⁺ − wᵢ) Σ_j wᵢ⁺ʲwᵢᴰ⁻¹⁻ʲ and wᵢ⁺ − wᵢ = −(ηD/n) wᵢᴰ⁻¹gᵢ,
//!
//! ```text
//! r_{t+1} = (I − K(p)) r_t,   pᵢ = wᵢᴰ⁻¹ · (1/D) Σ_j wᵢ⁺ʲwᵢᴰ⁻¹⁻ʲ.
//! ```
//!
//! wᵢ and wᵢ⁺ have one sign, so pᵢ = |wᵢ|ᴰ⁻¹ times a mean of numbers between |wᵢ|ᴰ⁻¹ and |wᵢ⁺|ᴰ⁻¹: it lies between the
//! least and the largest w²ᴰ⁻² on B, and ‖r_{t+1}‖ ≤ q‖r_t‖. The increments of log|wᵢ| are summable, so w_t converges in B,
//! and r there is lim r_t = 0. ∎
//!
//! # Use
//!
//! w₀ is known through enclosures. [`Trap::verify`] checks the hypotheses for every such w₀ at once, exactly:
//!
//! - e^κ ≤ 1 + κ + 2κ² and e^{−κ} ≥ 1 − κ for 0 ≤ κ ≤ ½ (from e^{−κ} ≥ 1 − κ, as (1 + κ + 2κ²)(1 − κ) = 1 + κ²(1 − 2κ) ≥ 1),
//!   which bounds |wᵢ| on B;
//! - K increases in the Loewner order with each pᵢ, so ‖I − K(p)‖ ≤ q on the whole range follows from K(lo) − (1 − q)I ≻ 0 and
//!   (1 + q)I − K(hi) ≻ 0: two matrices, each tested exactly after a rounding downwards;
//! - with σ = κ(1 − q)/(1 + κ(1 − q)) < 1, both conditions on s say s ≤ σ, that is s² ≤ σ², which has no root;
//! - an enclosure that contains 0 includes w₀ᵢ = 0, where coordinate i is dropped: pᵢ = 0 then, which is the lower end.

use std::fmt;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, Zero};

use super::interval::{magnitude, power, root_above, sum};
use super::matrix::{Rounded, Symmetric, above, below, gram, positive_definite};
use super::problem::Diagonal;
use crate::exact::{Enclosure, Grid};

/// Fraction bits of the matrices that are tested.
const MATRIX_BITS: u64 = 128;

/// The contraction 1 − q is at least 2 to minus this power.
const CONTRACTION_BITS: u64 = 40;

/// The numbers with which the lemma is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trap {
    /// Enclosures of the weights at the iterate where the trap closes.
    pub weights: Vec<Enclosure>,
    /// A bound δ for the Euclidean norm of the residual there.
    pub delta: BigRational,
    /// The half-widths κᵢ of the box, in log|wᵢ|.
    pub kappa: Vec<BigRational>,
    /// The contraction factor q of the residual.
    pub q: BigRational,
}

/// The hypothesis that a [`Trap`] fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Violation {
    /// Not one entry per weight, or q ∉ [0, 1), κᵢ ∉ [0, ½], δ < 0.
    Malformed,
    /// ‖r‖ may exceed δ.
    Residual,
    /// The weight, counted from 0, may leave the box.
    Displacement(usize),
    /// ‖I − K‖ may exceed q in the box.
    Contraction,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Violation::Malformed => write!(out, "the recorded numbers are out of range"),
            Violation::Residual => write!(out, "the residual may exceed delta"),
            Violation::Displacement(i) => write!(out, "weight {} may leave the box of size kappa", i.saturating_add(1)),
            Violation::Contraction => write!(out, "the residual may contract slower than q"),
        }
    }
}

impl std::error::Error for Violation {}

impl Trap {
    /// Checks every hypothesis from the recorded numbers alone, but not that the enclosures of the weights hold.
    pub(super) fn verify(&self, diagonal: &Diagonal, eta: &BigRational) -> Result<(), Violation> {
        let (zero, one) = (BigRational::zero(), BigRational::one());
        let half = BigRational::new(1.into(), 2.into());
        let d = diagonal.start.len();
        let sound = self.weights.len() == d
            && self.kappa.len() == d
            && self.q >= zero
            && self.q < one
            && self.delta >= zero
            && self.kappa.iter().all(|kappa| kappa >= &zero && kappa <= &half);
        if !sound {
            return Err(Violation::Malformed);
        }
        if residual_square(diagonal, &self.weights) > &self.delta * &self.delta {
            return Err(Violation::Residual);
        }
        let sizes = self.boxed();
        for (i, (size, kappa)) in sizes.iter().zip(&self.kappa).enumerate() {
            let room = kappa * (&one - &self.q);
            let sigma = &room / (&one + &room);
            if square_of_s(diagonal, eta, &self.delta, i, size.hi()) > &sigma * &sigma && !size.hi().is_zero() {
                return Err(Violation::Displacement(i));
            }
        }
        let (low, high) = contraction(diagonal, eta, &sizes);
        let gap = &one - &self.q;
        if contracts(&low, &high, &gap) { Ok(()) } else { Err(Violation::Contraction) }
    }

    /// Whether no step overshoots once the trap is closed: |uᵢ| ≤ sᵢ ≤ σᵢ < 1 for every weight that moves, and
    /// uᵢ is asked of weights that are 0 too, with D = 2.
    pub(super) fn keeps_below_one(&self, diagonal: &Diagonal, eta: &BigRational) -> bool {
        let mut sizes = self.boxed().into_iter().enumerate();
        sizes.all(|(i, size)| square_of_s(diagonal, eta, &self.delta, i, size.hi()) < BigRational::one())
    }

    /// |wᵢ| on the box, for every enclosed w₀.
    fn boxed(&self) -> Vec<Enclosure> {
        let pairs = self.weights.iter().map(magnitude).zip(&self.kappa);
        pairs.map(|(size, kappa)| widened(&size, kappa)).collect()
    }

    /// Enclosures of the weights at the limit, rounded outwards to the grid.
    pub(super) fn limit(&self, grid: Grid) -> Vec<Enclosure> {
        let pairs = self.weights.iter().zip(&self.kappa);
        let enclosed = pairs.map(|(weight, kappa)| {
            if kappa.is_zero() {
                return weight.clone();
            }
            // An end moves away from 0 at its upper factor, or towards it at the lower.
            let (shrink, grow) = factors(kappa);
            let low = weight.lo() * if weight.lo().is_negative() { &grow } else { &shrink };
            let high = weight.hi() * if weight.hi().is_negative() { &shrink } else { &grow };
            Enclosure::hull(low, high).outward(grid)
        });
        enclosed.collect()
    }
}

/// Numbers with which the lemma may apply, not yet verified.
pub(super) fn propose(diagonal: &Diagonal, eta: &BigRational, weights: Vec<Enclosure>, grid: Grid) -> Option<Trap> {
    let one = BigRational::one();
    let delta = root_above(&residual_square(diagonal, &weights), grid);
    let sizes: Vec<Enclosure> = weights.iter().map(magnitude).collect();
    let gap = gap(diagonal, eta, &sizes)?;
    let mut kappa = Vec::with_capacity(weights.len());
    for (i, size) in sizes.iter().enumerate() {
        if size.hi().is_zero() {
            kappa.push(BigRational::zero());
            continue;
        }
        // For D > 2 the bound W depends on κ: two rounds come close enough, with some room.
        let mut least = BigRational::zero();
        for _ in 0..2 {
            let wide = widened(size, &least);
            let s = root_above(&square_of_s(diagonal, eta, &delta, i, wide.hi()), grid);
            if s >= BigRational::new(1.into(), 2.into()) {
                return None;
            }
            let exact = &s / (&gap * (&one - &s));
            let room = if diagonal.depth == 2 { exact } else { exact * BigRational::new(17.into(), 16.into()) };
            least = grid.value(&grid.ceil(&room));
            if least > BigRational::new(1.into(), 2.into()) {
                return None;
            }
        }
        kappa.push(least);
    }
    Some(Trap { weights, delta, kappa, q: one - gap })
}

/// 15/16 of a lower bound for 1 − ‖I − K‖ at the enclosed weights, by bisection, on a coarse grid.
fn gap(diagonal: &Diagonal, eta: &BigRational, sizes: &[Enclosure]) -> Option<BigRational> {
    let (low, high) = contraction(diagonal, eta, sizes);
    let value = |units: i64, bits: u64| Grid::new(bits).value(&BigInt::from(units));
    let fits = |units: i64, bits: u64| contracts(&low, &high, &value(units, bits));
    let bits = (1..=CONTRACTION_BITS).find(|&bits| fits(1, bits))?;
    // Between 2^-bits and twice that, to four more bits.
    let (mut a, mut b) = (16i64, 32i64);
    let fine = bits.saturating_add(4);
    while b - a > 1 {
        let middle = (a + b) / 2;
        if fits(middle, fine) { a = middle } else { b = middle }
    }
    Some(value(a * 15, fine.saturating_add(4)))
}

/// Matrices below K at the lower ends and above K at the upper ends, on the grid.
fn contraction(diagonal: &Diagonal, eta: &BigRational, sizes: &[Enclosure]) -> (Symmetric, Symmetric) {
    let factor = diagonal.rate(eta) * BigInt::from(diagonal.depth);
    let exponent = diagonal.depth.saturating_mul(2).saturating_sub(2);
    let at = |end: fn(&Enclosure) -> &BigRational| -> Vec<BigRational> {
        sizes.iter().map(|size| Pow::pow(end(size), exponent) * &factor).collect()
    };
    let rounded = Rounded::new(Grid::new(MATRIX_BITS));
    let low = gram(&diagonal.samples, &at(Enclosure::lo));
    let high = gram(&diagonal.samples, &at(Enclosure::hi));
    (rounded.below(&low), rounded.above(&high))
}

/// Whether low ≻ gap·I and high ≺ (2 − gap)·I; rounding the gap up asks for more.
fn contracts(low: &Symmetric, high: &Symmetric, gap: &BigRational) -> bool {
    let grid = Grid::new(MATRIX_BITS);
    let gap = grid.ceil(gap);
    positive_definite(above(low, &gap)) && positive_definite(below(high, &((grid.one() << 1u8) - gap)))
}

/// sᵢ² with Wᵢ = `size`.
fn square_of_s(
    diagonal: &Diagonal,
    eta: &BigRational,
    delta: &BigRational,
    i: usize,
    size: &BigRational,
) -> BigRational {
    let column: BigRational = diagonal.samples.iter().filter_map(|row| row.get(i)).map(|x| x * x).sum();
    let linear = diagonal.rate(eta) * delta * Pow::pow(size, diagonal.depth.saturating_sub(2));
    &linear * &linear * column
}

/// The largest ‖X wᴰ − y‖² over the enclosures.
fn residual_square(diagonal: &Diagonal, weights: &[Enclosure]) -> BigRational {
    let powers: Vec<Enclosure> = weights.iter().map(|w| power(w, diagonal.depth)).collect();
    let rows = diagonal.samples.iter().zip(&diagonal.targets);
    let size = |row: &[BigRational], y: &BigRational| {
        let output = sum(row.iter().zip(&powers).map(|(x, p)| p.times(x)));
        output.minus(y).magnitude()
    };
    rows.map(|(row, y)| size(row, y)).map(|size| &size * &size).sum()
}

/// Bounds for e^{∓κ}, 0 ≤ κ ≤ ½.
fn factors(kappa: &BigRational) -> (BigRational, BigRational) {
    let one = BigRational::one();
    let grow = &one + kappa + kappa * kappa * BigInt::from(2);
    (one - kappa, grow)
}

/// The sizes of weights in the box around every enclosed one.
fn widened(size: &Enclosure, kappa: &BigRational) -> Enclosure {
    let (shrink, grow) = factors(kappa);
    Enclosure::hull(size.lo() * shrink, size.hi() * grow)
}
