//! A run of gradient descent in ball arithmetic, for any depth and number of samples.
//!
//! The step is wᵢ⁺ = wᵢ(1 − uᵢ), uᵢ = (ηD/n) wᵢᴰ⁻²gᵢ, g = Xᵀr. The residual is kept by a
//! recurrence of its own: wᵢ⁺ᴰ − wᵢᴰ = (wᵢ⁺ − wᵢ)Sᵢ with Sᵢ = Σ_j wᵢ⁺ʲwᵢᴰ⁻¹⁻ʲ, hence
//!
//! ```text
//! r⁺ = (I − (ηD/n) X diag(wᴰ⁻¹S) Xᵀ) r,
//! ```
//!
//! one matrix of balls times r: its own error is multiplied by a matrix that contracts, and the errors
//! of w enter multiplied by r. Computed as X wᴰ − y instead, the residual would forget
//! that it contracts. Both are enclosures, and each entry takes the narrower.

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::problem::Diagonal;
use crate::exact::{Ball, Enclosure, Grid, coarsened, digits};

/// Weights and residuals beyond 2 to this power are given up.
const ESCAPE_BITS: u64 = 64;

/// What a run says about going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// Go on.
    Sound,
    /// The enclosure is too wide to be of use.
    Wide,
    /// The weights have become huge.
    Huge,
}

/// The enclosed state of a run after some number of steps.
pub(super) struct Descent<'p> {
    diagonal: &'p Diagonal,
    grid: Grid,
    step: usize,
    samples: Vec<Vec<Ball>>,
    targets: Vec<Ball>,
    weights: Vec<Ball>,
    residual: Vec<Ball>,
    /// Whether every uᵢ so far is known to be below 1.
    below_one: bool,
    /// The first step, and the entry, with uᵢ ≥ 1 for sure.
    overshoot: Option<(usize, usize)>,
}

impl<'p> Descent<'p> {
    pub(super) fn start(diagonal: &'p Diagonal, grid: Grid) -> Self {
        let balls = |values: &[BigRational]| -> Vec<Ball> { values.iter().map(|value| grid.enclose(value)).collect() };
        Descent {
            grid,
            step: 0,
            samples: diagonal.samples.iter().map(|row| balls(row)).collect(),
            targets: balls(&diagonal.targets),
            weights: balls(&diagonal.start),
            residual: balls(&diagonal.residual(&diagonal.start)),
            below_one: true,
            overshoot: None,
            diagonal,
        }
    }

    pub(super) fn step(&self) -> usize {
        self.step
    }

    pub(super) fn grid(&self) -> Grid {
        self.grid
    }

    /// Whether no step so far overshoots, for sure.
    pub(super) fn stays_below_one(&self) -> bool {
        self.below_one
    }

    /// The first step, and the entry, that overshoots for sure.
    pub(super) fn overshoot(&self) -> Option<(usize, usize)> {
        self.overshoot
    }

    /// wᵢ
    pub(super) fn weights(&self) -> Vec<Enclosure> {
        let pairs = self.weights.iter().zip(&self.diagonal.start);
        // Zero weights stay zero.
        let enclosed = pairs.map(|(ball, start)| match start.is_zero() {
            true => Enclosure::point(BigRational::zero()),
            false => self.grid.enclosure(ball),
        });
        enclosed.collect()
    }

    /// r_k
    pub(super) fn residual(&self) -> Vec<Enclosure> {
        self.residual.iter().map(|ball| self.grid.enclosure(ball)).collect()
    }

    /// Whether r = 0 is possible.
    pub(super) fn may_interpolate(&self) -> bool {
        self.residual.iter().all(|r| r.mignitude().is_zero())
    }

    /// Whether wᵢᴰ⁻¹gᵢ = 0 is possible for all i.
    pub(super) fn may_be_critical(&self) -> bool {
        let mut pairs = self.weights.iter().zip(self.pull());
        pairs.all(|(w, g)| w.mignitude().is_zero() || g.mignitude().is_zero())
    }

    pub(super) fn health(&self) -> Health {
        let one = self.grid.one();
        let one = one.magnitude();
        let all = || self.weights.iter().chain(&self.residual);
        if all().any(|ball| &ball.radius >= one) {
            return Health::Wide;
        }
        if all().any(|ball| ball.mignitude() > (one << ESCAPE_BITS)) {
            return Health::Huge;
        }
        Health::Sound
    }

    /// One step of gradient descent with step size `eta` of the problem.
    pub(super) fn advance(&mut self, eta: &BigRational) {
        let (grid, depth) = (self.grid, self.diagonal.depth);
        let rate = grid.enclose(&self.diagonal.rate(eta));
        let one = Ball::point(grid.one());
        let mut next = Vec::with_capacity(self.weights.len());
        let mut curvature = Vec::with_capacity(self.weights.len());
        for (i, (w, g)) in self.weights.iter().zip(self.pull()).enumerate() {
            let low = self.power(w, depth.saturating_sub(2));
            let u = grid.multiply(&grid.multiply(&rate, &low), &g);
            self.below_one &= u.high() < one.midpoint;
            if self.overshoot.is_none() && u.low() >= one.midpoint {
                self.overshoot = Some((self.step, i));
            }
            let moved = grid.multiply(w, &one.minus(&u));
            // wᴰ⁻¹ Σ_j w⁺ʲ wᴰ⁻¹⁻ʲ, the sum by Horner's rule in w⁺.
            let mut sum = one.clone();
            for j in 1..depth {
                sum = grid.multiply(&sum, &moved).plus(&self.power(w, j));
            }
            let factor = grid.multiply(&grid.multiply(&low, w), &sum);
            curvature.push(grid.multiply(&rate, &factor));
            next.push(tidy(moved));
        }
        let residual = self.contracted(&curvature);
        self.weights = next;
        self.residual = residual.into_iter().zip(self.direct()).map(|(a, b)| narrower(a, b)).collect();
        self.step = self.step.saturating_add(1);
    }

    /// g = Xᵀr
    fn pull(&self) -> Vec<Ball> {
        let mut pull = vec![Ball::point(BigInt::ZERO); self.weights.len()];
        for (row, r) in self.samples.iter().zip(&self.residual) {
            for (sum, x) in pull.iter_mut().zip(row) {
                *sum = sum.plus(&self.grid.multiply(x, r));
            }
        }
        pull
    }

    /// (I − X diag(c) Xᵀ) r
    fn contracted(&self, curvature: &[Ball]) -> Vec<Ball> {
        let grid = self.grid;
        let scaled =
            |row: &Vec<Ball>| -> Vec<Ball> { row.iter().zip(curvature).map(|(x, c)| grid.multiply(x, c)).collect() };
        let mut next = Vec::with_capacity(self.samples.len());
        for (k, row) in self.samples.iter().enumerate() {
            let row = scaled(row);
            let mut sum = Ball::point(BigInt::ZERO);
            for (l, (other, r)) in self.samples.iter().zip(&self.residual).enumerate() {
                let identity = Ball::point(if k == l { grid.one() } else { BigInt::ZERO });
                let entry = row.iter().zip(other).fold(identity, |entry, (a, b)| entry.minus(&grid.multiply(a, b)));
                sum = sum.plus(&grid.multiply(&entry, r));
            }
            next.push(tidy(sum));
        }
        next
    }

    /// X wᴰ − y
    fn direct(&self) -> Vec<Ball> {
        let powers: Vec<Ball> = self.weights.iter().map(|w| self.power(w, self.diagonal.depth)).collect();
        let rows = self.samples.iter().zip(&self.targets);
        let output = |row: &Vec<Ball>, y: &Ball| {
            let zero = Ball::point(BigInt::ZERO);
            let pairs = row.iter().zip(&powers);
            pairs.fold(zero, |sum, (x, p)| sum.plus(&self.grid.multiply(x, p))).minus(y)
        };
        rows.map(|(row, y)| tidy(output(row, y))).collect()
    }

    fn power(&self, w: &Ball, n: u32) -> Ball {
        (0..n).fold(Ball::point(self.grid.one()), |power, _| self.grid.multiply(&power, w))
    }

    /// What is known at this step, for a reader.
    pub(super) fn describe(&self) -> String {
        let squares = self.residual().into_iter().map(|r| r.square());
        let loss = super::interval::sum(squares).times(&(self.diagonal.n() * BigInt::from(2)).recip());
        format!("after {} steps at {} bits: loss = {}", self.step, self.grid.bits(), digits(&loss, 6))
    }

    /// The size of the residual, in units; only to see whether it shrinks.
    pub(super) fn size(&self) -> BigUint {
        self.residual.iter().map(Ball::magnitude).max().unwrap_or_default()
    }

    /// A weight that grows for ever with this step size, if every x_ki ≥ 0 and D is even.
    ///
    /// Then f_k ≥ x_ki|wᵢ|ᴰ, so gᵢ ≥ a|wᵢ|ᴰ − b with a = Σ_k x_ki² and b = Σ_k x_ki y_k, and uᵢ ≥
    /// (ηD/n)|wᵢ|ᴰ⁻²(a|wᵢ|ᴰ − b). Where the right side exceeds 2 it is a product of factors ≥ 0 that do not
    /// decrease in |wᵢ|, and |wᵢ⁺| = |wᵢ||1 − uᵢ| > |wᵢ|: it exceeds 2 again, by at least as much, and |wᵢ|
    /// grows by a factor that is bounded away from 1, for ever.
    pub(super) fn growing(&self, eta: &BigRational) -> Option<usize> {
        if self.diagonal.depth % 2 == 1 || self.diagonal.samples.iter().flatten().any(Signed::is_negative) {
            return None;
        }
        (0..self.weights.len()).find(|&index| self.grows(index, eta))
    }

    fn grows(&self, index: usize, eta: &BigRational) -> bool {
        let Some(ball) = self.weights.get(index) else { return false };
        let depth = self.diagonal.depth;
        let size = self.grid.value(&BigInt::from(ball.mignitude()));
        // Few weights are large enough to be worth an exact check.
        if size.is_zero() || self.residual.iter().all(|r| r.high().is_negative()) {
            return false;
        }
        let column = || self.diagonal.samples.iter().filter_map(|row| row.get(index));
        let a: BigRational = column().map(|x| x * x).sum();
        let b: BigRational = column().zip(&self.diagonal.targets).map(|(x, y)| x * y).sum();
        let excess = a * num_traits::Pow::pow(&size, depth) - b;
        let u = self.diagonal.rate(eta) * num_traits::Pow::pow(&size, depth.saturating_sub(2)) * &excess;
        excess.is_positive() && u > BigRational::from(BigInt::from(2))
    }
}

fn narrower(a: Ball, b: Ball) -> Ball {
    if b.radius < a.radius { b } else { a }
}

fn tidy(ball: Ball) -> Ball {
    Ball { midpoint: ball.midpoint, radius: coarsened(ball.radius) }
}
