//! The end of the gradient flow for several samples, through its convex dual.
//!
//! L = 1/(2n) Σ r_k² with r = Xβ − y, so d log βᵢ/dt = −(4/n)(Xᵀr)ᵢ where βᵢ(0) > 0, and entries that are 0 stay 0 and are left out
//! below. Hence log β = log β(0) + Xᵀν with ν(0) = 0, ν′ = −(4/n) r: the flow stays on β(0)e^{Xᵀν}.
//!
//! # Where it ends
//!
//! Suppose Xβ* = y for some β* of that form (all entries positive). Then β(t) → β*. Proof: let
//! V(b, β) = Σ bᵢ log(bᵢ/βᵢ) − bᵢ + βᵢ ≥ 0, which is 0 only at β = b. For any b ≥ 0 with Xb = y,
//!
//! ```text
//! dV(b, β(t))/dt = Σ (βᵢ − bᵢ)(log βᵢ)′ = −(4/n)(Xβ − Xb)ᵀr = −(4/n)‖r‖².
//! ```
//!
//! With b = β*, V is bounded, so β stays in a compact set of positive vectors, exists for ever, and ∫‖r‖² < ∞. L decreases, so
//! r → 0, and every cluster point b of β(t) has Xb = y, b > 0. V(b, β(t)) decreases and tends to 0 along a subsequence, so it
//! tends to 0: β(t) → b. The image of Xᵀ is closed, so b has the form β(0)e^{Xᵀν}. There is only one such point with Xb = y: for
//! two, Σ (bᵢ − bᵢ′)(log bᵢ − log bᵢ′) = (ν − ν′)ᵀX(b − b′) = 0, a sum of terms ≥ 0, so b = b′. Hence b = β*. ∎
//!
//! # How it is enclosed
//!
//! g(ν) = Xβ(ν) − y is the gradient of the convex Σ βᵢ(0)e^{(Xᵀν)ᵢ} − yᵀν, its derivative J = X diag(β) Xᵀ. Newton's method proposes
//! ν̂, and some C near J⁻¹. Let N be the box |ν − ν̂|_∞ ≤ ρ, |Cg(ν̂)|_∞ ≤ ε and ‖I − CJ(ν)‖_∞ ≤ θ for all matrices with entries in
//! the ranges of J over N. If θ < 1 and ε + θρ ≤ ρ, the map ν − Cg(ν) takes N into itself and contracts it by θ (mean values), so it has a fixed
//! point there; CJ is invertible, so C is, and g = 0 at the fixed point. Whatever the proposal was, that is a proof.
//!
//! The step along Newton's direction δ is log(1+M)/M for M = ‖Xᵀδ‖_∞. Along it the second derivative grows at most by
//! e^{Mt}, and this t minimises the bound that follows: the dual always decreases. If no minimum exists (no positive weights fit), this
//! does not end, and the end is not known: it may have entries 0.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{LARGEST_EXPONENT_BITS, LARGEST_PRECISION, MOST_FEATURES, Unknown, too_long, total};
use crate::exact::{Enclosure, exp, largest_eigenvalue, log, weighted_gram};

const MOST_SAMPLES: usize = 32;
const MOST_ITERATIONS: usize = 200;

type Matrix = Vec<Vec<BigRational>>;

/// Several samples and a start of the flow.
#[derive(Clone, Debug)]
pub struct Flows {
    /// X, on the entries that are not 0 at the start.
    rows: Matrix,
    targets: Vec<BigRational>,
    start: Vec<BigRational>,
    /// Their places among all entries.
    places: Vec<usize>,
    entries: usize,
}

/// Where it ends.
#[derive(Clone, Debug)]
pub struct DualEnd {
    /// ν
    pub multipliers: Vec<Enclosure>,
    /// βᵢ
    pub beta: Vec<Enclosure>,
    rows: Matrix,
}

impl Flows {
    /// The flow from squared weights β(0) for samples X (one row each) and targets y.
    pub fn new(rows: Matrix, targets: Vec<BigRational>, start: &[BigRational]) -> Result<Self, Unknown> {
        if start.is_empty() || rows.is_empty() {
            return Err(Unknown::NoFeatures);
        }
        for found in rows.iter().map(Vec::len).chain([start.len()]) {
            if found != start.len() || rows.len() != targets.len() {
                return Err(Unknown::Length { found, features: start.len() });
            }
        }
        let all: Vec<BigRational> = rows.iter().flatten().chain(&targets).chain(start).cloned().collect();
        if rows.len() > MOST_SAMPLES || start.len() > MOST_FEATURES || too_long(&all) {
            return Err(Unknown::TooLarge);
        }
        if let Some(i) = start.iter().position(Signed::is_negative) {
            return Err(Unknown::NegativeStart(i));
        }
        let places: Vec<usize> = start.iter().enumerate().filter(|(_, b)| !b.is_zero()).map(|(i, _)| i).collect();
        let kept = |v: &[BigRational]| places.iter().filter_map(|i| v.get(*i).cloned()).collect::<Vec<_>>();
        let rows = rows.iter().map(|row| kept(row)).collect();
        Ok(Flows { rows, targets, start: kept(start), entries: start.len(), places })
    }

    /// The end, every βᵢ enclosed to a width of 2^-width.
    pub fn end(&self, width: u64) -> Result<DualEnd, Unknown> {
        let narrow = BigRational::new_raw(BigInt::one(), BigInt::one() << width.min(LARGEST_PRECISION));
        let mut bits = width.saturating_add(64);
        while bits <= LARGEST_PRECISION {
            let (nu, inverse) = self.proposed(bits).ok_or(Unknown::NotFound)?;
            if let Some(found) = self.verified(&nu, &inverse, bits)
                && found.beta.iter().all(|b| b.width() <= narrow)
            {
                return Ok(found);
            }
            bits = bits.saturating_mul(2);
        }
        Err(Unknown::Limits)
    }

    /// (Xᵀν)ᵢ
    fn exponents(&self, nu: &[BigRational]) -> Vec<BigRational> {
        let column = |i: usize| self.rows.iter().zip(nu).filter_map(move |(row, v)| row.get(i).map(|x| x * v)).sum();
        (0..self.start.len()).map(column).collect()
    }

    /// β for all exponents within these bounds of Xᵀν.
    fn beta(&self, nu: &[BigRational], slack: &[BigRational], bits: u64) -> Option<Vec<Enclosure>> {
        let exponents = self.exponents(nu);
        let all = self.start.iter().zip(exponents.iter().zip(slack));
        all.map(|(b, (e, s))| exp(&Enclosure::hull(e - s, e + s), bits).map(|f| f.times(b))).collect()
    }

    fn gradient(&self, beta: &[Enclosure]) -> Vec<Enclosure> {
        let row =
            |(row, y): (&Vec<BigRational>, &BigRational)| total(row.iter().zip(beta).map(|(x, b)| b.times(x))).minus(y);
        self.rows.iter().zip(&self.targets).map(row).collect()
    }

    /// Newton's method in rounded arithmetic: ν and the inverse of J there. Nothing of it is trusted.
    fn proposed(&self, bits: u64) -> Option<(Vec<BigRational>, Matrix)> {
        let mut nu = vec![BigRational::zero(); self.rows.len()];
        let none = vec![BigRational::zero(); self.start.len()];
        let small = BigRational::new_raw(BigInt::one(), BigInt::one() << (bits / 2 + 4));
        let far = BigRational::from(BigInt::one() << LARGEST_EXPONENT_BITS);
        for _ in 0..MOST_ITERATIONS {
            if self.exponents(&nu).iter().any(|e| e.abs() > far) {
                return None;
            }
            let beta = self.beta(&nu, &none, bits)?;
            let points: Vec<BigRational> = beta.iter().map(|b| trimmed(b.lo(), bits)).collect();
            let inverse = inverse(&weighted_gram(&self.rows, &points, &BigRational::one()), bits)?;
            let slope: Vec<BigRational> = self.gradient(&beta).iter().map(|g| g.lo().clone()).collect();
            let step: Vec<BigRational> = inverse.iter().map(|row| -inner(row, &slope)).collect();
            let longest = self.exponents(&step).iter().map(Signed::abs).max()?;
            let one = BigRational::one();
            let factor = if longest < small {
                one
            } else {
                let logarithm = log(&Enclosure::point(trimmed(&(one + &longest), bits)), bits)?;
                trimmed(&(logarithm.lo() / &longest), 64)
            };
            nu = nu.iter().zip(&step).map(|(v, s)| trimmed(&(v + s * &factor), bits)).collect();
            if longest < small {
                return Some((nu, inverse));
            }
        }
        None
    }

    /// The proof of the module's text, for a proposal.
    fn verified(&self, nu: &[BigRational], inverse: &Matrix, bits: u64) -> Option<DualEnd> {
        let none = vec![BigRational::zero(); self.start.len()];
        let size = |row: &Vec<BigRational>, g: &[Enclosure]| -> BigRational {
            row.iter().zip(g).map(|(c, g)| c.abs() * g.magnitude()).sum()
        };
        let residual = self.gradient(&self.beta(nu, &none, bits.saturating_add(32))?);
        let epsilon = inverse.iter().map(|row| size(row, &residual)).max()?;
        let unit = BigRational::new_raw(BigInt::one(), BigInt::one() << bits);
        let rho = trimmed(&(epsilon.clone() * BigInt::from(2)), 64) + unit;
        let slack =
            |i: usize| self.rows.iter().filter_map(|row| row.get(i).map(Signed::abs)).sum::<BigRational>() * &rho;
        let slack: Vec<BigRational> = (0..self.start.len()).map(slack).collect();
        let beta = self.beta(nu, &slack, bits.saturating_add(32))?;
        let entry = |p: &[BigRational], q: &[BigRational]| {
            total(p.iter().zip(q).zip(&beta).map(|((p, q), b)| b.times(&(p * q))))
        };
        let jacobian: Vec<Vec<Enclosure>> =
            self.rows.iter().map(|p| self.rows.iter().map(|q| entry(p, q)).collect()).collect();
        let mut theta = BigRational::zero();
        for (i, row) in inverse.iter().enumerate() {
            let mut sum = BigRational::zero();
            for j in 0..self.rows.len() {
                // J is symmetric: its column j is its row j.
                let product = total(row.iter().zip(jacobian.get(j)?).map(|(c, e)| e.times(c)));
                let identity = if i == j { BigRational::one() } else { BigRational::zero() };
                sum += product.minus(&identity).magnitude();
            }
            theta = theta.max(sum);
        }
        if theta >= BigRational::one() || epsilon + &theta * &rho > rho {
            return None;
        }
        let mut all = vec![Enclosure::point(BigRational::zero()); self.entries];
        for (place, beta) in self.places.iter().zip(beta) {
            if let Some(slot) = all.get_mut(*place) {
                *slot = beta;
            }
        }
        let multipliers = nu.iter().map(|v| Enclosure::hull(v - &rho, v + &rho)).collect();
        let row = |row: &Vec<BigRational>| {
            let mut full = vec![BigRational::zero(); self.entries];
            for (place, x) in self.places.iter().zip(row) {
                if let Some(slot) = full.get_mut(*place) {
                    slot.clone_from(x);
                }
            }
            full
        };
        Some(DualEnd { multipliers, beta: all, rows: self.rows.iter().map(row).collect() })
    }
}

impl DualEnd {
    /// ‖w‖² = Σ βᵢ.
    pub fn norm(&self) -> Enclosure {
        total(self.beta.iter().cloned())
    }

    /// Σ (βᵢ − β*ᵢ)²; `None` if the truth has another length.
    pub fn risk(&self, truth: &[BigRational]) -> Option<Enclosure> {
        let same = truth.len() == self.beta.len();
        same.then(|| total(self.beta.iter().zip(truth).map(|(b, t)| b.minus(t).square())))
    }

    /// λ_max of (4/n) X diag(β) Xᵀ, the Hessian's at an interpolator, to about 2^-width more than β is known.
    pub fn sharpness(&self, width: u64) -> Option<Enclosure> {
        let width = BigRational::new_raw(BigInt::one(), BigInt::one() << width.min(LARGEST_PRECISION));
        let factor = BigRational::new(BigInt::from(4), BigInt::from(self.rows.len()));
        let at = |end: fn(&Enclosure) -> &BigRational| {
            let weights: Vec<BigRational> = self.beta.iter().map(|b| end(b).clone()).collect();
            weighted_gram(&self.rows, &weights, &factor)
        };
        largest_eigenvalue(&at(Enclosure::lo), &at(Enclosure::hi), &width)
    }
}

fn inner(a: &[BigRational], b: &[BigRational]) -> BigRational {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A number rounded down to so many significant bits.
fn trimmed(q: &BigRational, bits: u64) -> BigRational {
    let (n, d) = (q.numer().bits(), q.denom().bits());
    let shift = bits.saturating_add(d).saturating_sub(n);
    let excess = n.saturating_sub(d.saturating_add(bits));
    let units: BigInt = ((q.numer() << shift) / q.denom()) >> excess;
    BigRational::new(units << excess, BigInt::one() << shift)
}

/// An approximate inverse by elimination without pivoting, as the matrix should be positive definite; every number is trimmed.
fn inverse(matrix: &Matrix, bits: u64) -> Option<Matrix> {
    let size = matrix.len();
    let unit = |i: usize, j: usize| if i == j { BigRational::one() } else { BigRational::zero() };
    let mut rows: Matrix = matrix
        .iter()
        .enumerate()
        .map(|(i, row)| row.iter().cloned().chain((0..size).map(|j| unit(i, j))).collect())
        .collect();
    for k in 0..size {
        let first = rows.get(k)?;
        let pivot = first.get(k)?.clone();
        // A pivot of rounding errors: the samples are dependent.
        let tiny = matrix.get(k)?.get(k)? / (BigInt::one() << (bits / 2));
        if pivot <= tiny || !pivot.is_positive() {
            return None;
        }
        let first: Vec<BigRational> = first.iter().map(|e| trimmed(&(e / &pivot), bits)).collect();
        for (i, row) in rows.iter_mut().enumerate() {
            if i == k {
                row.clone_from(&first);
                continue;
            }
            let factor = row.get(k)?.clone();
            for (entry, other) in row.iter_mut().zip(&first) {
                *entry = trimmed(&(&*entry - &factor * other), bits);
            }
        }
    }
    Some(rows.into_iter().map(|row| row.into_iter().skip(size).collect()).collect())
}
