//! A run of gradient descent, enclosed step by step.
//!
//! # Scaling
//!
//! Write the features as xᵢ = s·pᵢ with integers pᵢ = σᵢ|pᵢ| and one rational s > 0, and put
//!
//! ```text
//! Yᵢ = 2ηs|xᵢ| wᵢ²,   t = 2ηs y,   ρ = 2ηs r = Σ σᵢYᵢ − t,   gᵢ = 1 − pᵢρ.
//! ```
//!
//! Gradient descent wᵢ⁺ = wᵢ(1 − 2ηrxᵢ) = wᵢgᵢ becomes Yᵢ⁺ = Yᵢgᵢ², and ρ is a sum of the
//! Yᵢ with signs: nothing but Yᵢgᵢ² is ever rounded. Coordinates with xᵢwᵢ = 0
//! never move and do not enter ρ; they are left out and put back at the end.
//!
//! # Errors
//!
//! True values are Yᵢ = yᵢ + Δᵢ and ρ = ρ̂ + Δ, with |Δᵢ| ≤ eᵢ and |Δ| ≤ ε. The midpoints
//! are kept consistent, ρ̂ = Σ σᵢyᵢ − t̂ exactly, where |t − t̂| ≤ τ; so
//!
//! ```text
//! (∗)  Δ = Σ σᵢΔᵢ − (t − t̂).
//! ```
//!
//! Let ĝ = 1 − pρ̂. Since g = ĝ − pΔ, the error of a new value is, exactly,
//!
//! ```text
//! Yg² − yĝ² = ĝ²Δᵢ − 2yĝpΔ + [−2ĝpΔᵢΔ + yp²Δ² + p²ΔᵢΔ²].
//! ```
//!
//! Taking absolute values term by term bounds it by what the ball product of Y, g, g
//! gives:
//!
//! ```text
//! |ĝ|²eᵢ + 2|p|y|ĝ| ε + |p|ε(2|ĝ|eᵢ + |p|ε(y + eᵢ)).
//! ```
//!
//! Inserting (∗) into the linear part instead turns that into
//! (ĝ² − 2yĝ|p|)Δᵢ − 2yĝp(Σ_{j≠i} σⱼΔⱼ − (t − t̂)), with the bound
//!
//! ```text
//! |ĝ||ĝ − 2|p|y| eᵢ + 2|p|y|ĝ| (Σ_{j≠i} eⱼ + τ) + |p|ε(2|ĝ|eᵢ + |p|ε(y + eᵢ)):
//! ```
//!
//! this one sees that a coordinate's own error also pulls ρ. Both hold; each step takes
//! the smaller.
//!
//! For ρ there are two bounds as well. By (∗), |Δ⁺| ≤ Σ eᵢ⁺ + τ: this forgets that the
//! residual contracts. It does so because of the identity
//!
//! ```text
//! ρ⁺ = ρ + Σ σᵢYᵢ(gᵢ² − 1) = Φ(Y, ρ),   Φ(Y, ρ) = ρ − 2ρ Σ|p|Y + ρ² Σ|p|pY,
//! ```
//!
//! (from gᵢ² − 1 = −pᵢρ(2 − pᵢρ)). The midpoints obey it up to their own rounding: if
//! yᵢ⁺ = yᵢĝᵢ² + θᵢ then ρ̂⁺ = Φ(y, ρ̂) + Σ σᵢθᵢ. Hence Δ⁺ = Φ(Y, ρ) − Φ(y, ρ̂) − Σ σᵢθᵢ, and
//! as Φ is linear in Y and quadratic in ρ, its Taylor expansion ends with
//!
//! ```text
//! Δ⁺ = (1 − 2Σ|p|yĝ)Δ − ρ̂ Σ|p|(1 + ĝ)Δᵢ
//!      + Δ²Σ|p|py − 2ΔΣ|p|ĝΔᵢ + Δ²Σ|p|pΔᵢ − Σ σᵢθᵢ.
//! ```
//!
//! Again the smaller bound is taken. Close to the limit the factor 1 − 2Σ|p|yĝ is less
//! than 1 in absolute value and ρ̂ is small, so ε shrinks along with ρ and the eᵢ stop
//! growing; far from it the two-sided bound for eᵢ keeps 2-cycles in hand.
//!
//! # Representation
//!
//! Runs of usual precision and size are followed on stack words ([`stack`]). Where a
//! number leaves that range, or for other precisions, [`heap`] does the same in big integers.

mod heap;
mod stack;

use std::sync::Arc;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::problem::Problem;
use crate::exact::{Ball, Enclosure, Grid, digits};
use heap::{Feature, State};
use stack::{Forecast, Stack};

/// A mixed-sign run whose gᵢ exceeds 2 to this power is given up.
const ESCAPE_BITS: u64 = 32;

/// What a run says about going on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// Go on.
    Sound,
    /// The enclosure is too wide to be of use; more precision is needed.
    Wide,
    /// The run provably diverges; the coordinate that grows for ever.
    Diverges(usize),
    /// The iterates have become huge, without a proof that they stay so.
    Huge,
}

/// The enclosed state of a run after some number of steps.
#[derive(Debug)]
pub(super) struct Run {
    grid: Grid,
    step: usize,
    place: Place,
    /// Bᵢ = Yᵢ/|pᵢ| = to_effective · βᵢ and ρ = to_residual · r.
    to_effective: BigRational,
    to_residual: BigRational,
}

/// Where the state is kept.
#[derive(Debug)]
enum Place {
    Stack(Box<dyn Stack>),
    Heap(State),
}

impl Run {
    /// The start of the run, on the given grid.
    pub(super) fn start(problem: &Problem, eta: &BigRational, grid: Grid) -> Self {
        let (scale, moving) = scaled_features(problem);
        let to_residual = eta * &scale * BigInt::from(2);
        let to_effective = &to_residual * &scale;
        let share = |(_, p, w): &(usize, BigInt, &BigRational)| grid.enclose(&(&to_effective * p.abs() * *w * *w));
        let shares = moving.iter().map(share).collect();
        let features: Arc<[Feature]> = moving.into_iter().map(|(index, p, _)| Feature { index, p }).collect();
        let target = grid.enclose(&(&to_residual * problem.target()));
        let state = State::new(grid, features, shares, target);
        let place = match stack::place(&state) {
            Some(stack) => Place::Stack(stack),
            None => Place::Heap(state),
        };
        Run { grid, step: 0, place, to_effective, to_residual }
    }

    /// The number of steps made.
    pub(super) fn step(&self) -> usize {
        self.step
    }

    /// The grid the run lives on.
    pub(super) fn grid(&self) -> Grid {
        self.grid
    }

    /// One step of gradient descent.
    pub(super) fn advance(&mut self) {
        match &mut self.place {
            Place::Stack(stack) => {
                if !stack.advance() {
                    let mut state = stack.state();
                    state.advance();
                    self.place = Place::Heap(state);
                }
            }
            Place::Heap(state) => state.advance(),
        }
        self.step += 1;
    }

    /// An answer that stack words give at once, or else big integers.
    fn ask<T>(&self, quick: impl Fn(&dyn Stack) -> Option<T>, exact: impl Fn(&State) -> T) -> T {
        match &self.place {
            Place::Stack(stack) => quick(stack.as_ref()).unwrap_or_else(|| exact(&stack.state())),
            Place::Heap(state) => exact(state),
        }
    }

    /// Whether r = 0 is possible at this step.
    pub(super) fn residual_may_vanish(&self) -> bool {
        self.ask(|stack| stack.surely_moves().then_some(false), State::residual_may_vanish)
    }

    /// Whether the residual is no larger than what the errors of the βᵢ alone make of
    /// it: going on does not shrink the box any more.
    pub(super) fn residual_is_lost(&self) -> bool {
        self.ask(|stack| stack.surely_moves().then_some(false), State::residual_is_lost)
    }

    /// Whether, and why not, the run is worth continuing.
    pub(super) fn health(&self) -> Health {
        self.ask(|stack| stack.surely_sound().then_some(Health::Sound), State::health)
    }

    /// Whether a trapping box that encloses every βᵢ to 2^-width can be expected now.
    /// Only a forecast: it spares the exact check while that has no chance.
    pub(super) fn may_be_trapped(&self, width: u64) -> bool {
        let scale_bits = self.to_effective.numer().bits() as i64 - self.to_effective.denom().bits() as i64 + 1;
        let forecast = Forecast { scale_bits, width };
        self.ask(
            |stack| stack.surely_free(&forecast).then_some(false),
            |state| state.may_be_trapped(&(self.grid.ceil(&self.to_effective) >> width)),
        )
    }

    /// Enclosures of all βᵢ, those of the moving coordinates with ends on the grid.
    pub(super) fn beta(&self, problem: &Problem) -> Vec<Enclosure> {
        let mut beta: Vec<Enclosure> = problem.start().iter().map(|w| Enclosure::point(w * w)).collect();
        let state = self.state();
        for (feature, share) in state.features.iter().zip(&state.shares) {
            if let Some(slot) = beta.get_mut(feature.index) {
                *slot = self.unscaled(feature, share);
            }
        }
        beta
    }

    fn state(&self) -> State {
        self.ask(|_| None, State::clone)
    }

    /// β = Y / (2ηs²|p|), rounded outwards, and cut off at 0 because β = w².
    fn unscaled(&self, feature: &Feature, share: &Ball) -> Enclosure {
        let (above, below) = (self.to_effective.denom(), self.to_effective.numer() * feature.p.abs());
        let low = (share.low().max(BigInt::ZERO) * above).div_floor(&below);
        let high = (share.high().max(BigInt::ZERO) * above).div_ceil(&below);
        Enclosure::hull(self.grid.value(&low), self.grid.value(&high))
    }

    /// What is known at this step, for a reader.
    pub(super) fn describe(&self) -> String {
        const SHOWN: usize = 6;
        let state = self.state();
        let residual = self.grid.enclosure(&state.residual);
        let r = residual.times(&self.to_residual.recip());
        let a = self.grid.enclosure(&state.curvature());
        format!(
            "after {} steps at {} bits: r = {}, 4 eta sum(x^2 w^2) = {}",
            self.step,
            self.grid.bits(),
            digits(&r, SHOWN),
            digits(&a, SHOWN)
        )
    }
}

/// Enclosures of all βᵢ after `steps` steps of gradient descent, followed with `bits`
/// fraction bits; none if that is too few, or the iterates become huge.
pub fn follow(problem: &Problem, eta: &BigRational, steps: usize, bits: u64) -> Option<Vec<Enclosure>> {
    let mut run = Run::start(problem, eta, Grid::new(bits));
    while run.step() < steps {
        if run.health() != Health::Sound {
            return None;
        }
        run.advance();
    }
    Some(run.beta(problem))
}

/// The common scale s > 0 and, for each coordinate with xᵢwᵢ ≠ 0, its index, the
/// integer pᵢ = xᵢ/s and wᵢ. The pᵢ have no common factor.
fn scaled_features(problem: &Problem) -> (BigRational, Vec<(usize, BigInt, &BigRational)>) {
    let pairs = problem.features().iter().zip(problem.start()).enumerate();
    let moving: Vec<_> =
        pairs.filter(|(_, (x, w))| !x.is_zero() && !w.is_zero()).map(|(index, (x, w))| (index, x, w)).collect();
    let common = moving.iter().fold(BigInt::one(), |l, (_, x, _)| l.lcm(x.denom()));
    let whole = |x: &BigRational| (x * &common).to_integer();
    let shared = moving.iter().fold(BigInt::zero(), |g, (_, x, _)| g.gcd(&whole(x)));
    let scale = BigRational::new(shared.clone(), common.clone());
    let coordinates = moving.iter().map(|&(index, x, w)| (index, whole(x) / &shared, w)).collect();
    (scale, coordinates)
}

#[cfg(test)]
mod tests;
