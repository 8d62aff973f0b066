//! The state of a run in big integers: any precision, numbers of any size.

use std::sync::Arc;

use num_bigint::{BigInt, BigUint};
use num_traits::{One, Signed, Zero};

use super::{ESCAPE_BITS, Health};
use crate::exact::{Ball, Grid, coarsened};

/// The scaled feature p of a moving coordinate.
#[derive(Clone, Debug)]
pub(super) struct Feature {
    /// The place of the coordinate in the problem.
    pub(super) index: usize,
    pub(super) p: BigInt,
}

/// The enclosed state of a run.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) grid: Grid,
    pub(super) features: Arc<[Feature]>,
    /// Yᵢ, with radius eᵢ.
    pub(super) shares: Vec<Ball>,
    /// t, with radius τ.
    pub(super) target: Ball,
    /// ρ, with the consistent midpoint ρ̂ = Σ σᵢyᵢ − t̂.
    pub(super) residual: Ball,
}

impl State {
    /// The state with these Yᵢ and t, and what they say about ρ.
    pub(super) fn new(grid: Grid, features: Arc<[Feature]>, shares: Vec<Ball>, target: Ball) -> Self {
        let residual = residual(&features, &shares, &target);
        State { grid, features, shares, target, residual }
    }

    /// One step of gradient descent.
    pub(super) fn advance(&mut self) {
        let grid = self.grid;
        let one = grid.one();
        let rho = self.residual.clone();
        let pull = self.direct_radius();
        let mut factorised = Factorised::new(&one);
        for (feature, share) in self.features.iter().zip(&mut self.shares) {
            let g = Ball::point(one.clone()).minus(&rho.times(&feature.p));
            let half = grid.multiply(share, &g);
            let mut next = grid.multiply(&half, &g);
            // yᵢ⁺ comes from two floors: |⌊yĝ⌋ − yĝ| < 1 is multiplied by ĝ, and the
            // second adds less than 1.
            let theta = grid.multiply_up(g.midpoint.magnitude(), &BigUint::one()) + 1u8;
            let moving = Moving { a: feature.p.magnitude(), share, g: &g, half: &half.midpoint };
            factorised.add(grid, feature, &moving, &theta);
            let two_sided = moving.two_sided_radius(grid, &pull) + theta;
            next.radius = coarsened(next.radius.min(two_sided));
            *share = next;
        }
        self.residual = residual(&self.features, &self.shares, &self.target);
        let direct = std::mem::take(&mut self.residual.radius);
        self.residual.radius = coarsened(direct.min(factorised.radius(grid, &rho)));
    }

    /// Σ eᵢ + τ, the bound for |Δ| that (∗) gives.
    pub(super) fn direct_radius(&self) -> BigUint {
        self.shares.iter().map(|share| &share.radius).sum::<BigUint>() + &self.target.radius
    }

    fn pairs(&self) -> impl Iterator<Item = (&Feature, &Ball)> {
        self.features.iter().zip(&self.shares)
    }

    /// Whether r = 0 is possible.
    pub(super) fn residual_may_vanish(&self) -> bool {
        self.residual.mignitude().is_zero()
    }

    /// Whether the residual is no larger than what the errors of the Yᵢ alone make of it.
    pub(super) fn residual_is_lost(&self) -> bool {
        self.residual_may_vanish() || self.residual.midpoint.magnitude() <= &self.direct_radius()
    }

    /// Whether, and why not, the run is worth continuing.
    pub(super) fn health(&self) -> Health {
        if let Some(index) = self.diverging_coordinate() {
            return Health::Diverges(index);
        }
        let one = self.grid.one();
        let one = one.magnitude();
        // Trapping needs |pᵢρ| < 1 and 0 < 4ηA = 2Σ|pᵢ|Yᵢ < 2 for everything enclosed.
        let spread: BigUint = self.pairs().map(|(f, share)| f.p.magnitude() * &share.radius).sum();
        let step_error = self.largest_feature() * &self.residual.radius;
        if &step_error >= one || &spread >= one {
            return Health::Wide;
        }
        if self.largest_feature() * self.residual.mignitude() > (one << ESCAPE_BITS) {
            return Health::Huge;
        }
        Health::Sound
    }

    fn largest_feature(&self) -> BigUint {
        let sizes = self.features.iter().map(|f| f.p.magnitude());
        sizes.max().cloned().unwrap_or_default()
    }

    /// A coordinate that grows for ever, if all features are ≥ 0 and one has
    /// ηxᵢ(xᵢβᵢ − y) > 1.
    ///
    /// Then f ≥ xᵢβᵢ gives 2ηrxᵢ > 2, so |1 − 2ηrxᵢ| > 1 and βᵢ⁺ > βᵢ. The condition
    /// holds again and the factor never falls below its first value, so βᵢ → ∞. In
    /// scaled terms the condition is p(Y − t) > 2.
    fn diverging_coordinate(&self) -> Option<usize> {
        if self.features.iter().any(|f| f.p.is_negative()) {
            return None;
        }
        let two = self.grid.one() << 1u8;
        let grows = |(f, share): &(&Feature, &Ball)| share.minus(&self.target).low() * &f.p > two;
        self.pairs().find(grows).map(|(f, _)| f.index)
    }

    /// 2Σ|pᵢ|Yᵢ, which is 4ηA.
    pub(super) fn curvature(&self) -> Ball {
        let twice = |f: &Feature| BigInt::from(f.p.magnitude() << 1u8);
        self.pairs().fold(Ball::point(BigInt::ZERO), |sum, (f, share)| sum.plus(&share.times(&twice(f))))
    }

    /// Whether a trapping box can be expected now that encloses every Bᵢ = Yᵢ/|pᵢ| to
    /// `tolerance` units. Only a forecast, in integers.
    ///
    /// The box has κᵢ ≈ sᵢ/(1 − q) with sᵢ = |pᵢ|(|ρ̂| + Σeⱼ + τ) and 1 − q = 15/16 of
    /// min(c, 2 − c), c = 2Σ|pᵢ|Yᵢ; in Yᵢ it is about 4κᵢyᵢ + 2eᵢ wide, and 13/3 > 4 · 16/15.
    pub(super) fn may_be_trapped(&self, tolerance: &BigInt) -> bool {
        let two = self.grid.one() << 1u8;
        let c = self.curvature().midpoint;
        let gap = c.clone().min(two - c);
        if !gap.is_positive() {
            return false;
        }
        let residual = BigInt::from(self.residual.midpoint.magnitude() + self.direct_radius());
        self.pairs().all(|(f, share)| {
            let a = f.p.magnitude();
            let room = tolerance * BigInt::from(a.clone()) - BigInt::from(&share.radius << 1u8);
            let needed = BigInt::from(a * 13u8) * &residual * &share.midpoint;
            needed <= room * &gap * 3u8
        })
    }
}

/// One coordinate in the middle of a step: g = ĝ ± |p|ε, and `half` = ⌊yĝ⌋, so that
/// |yĝ| < |half| + 1.
struct Moving<'a> {
    a: &'a BigUint,
    share: &'a Ball,
    g: &'a Ball,
    half: &'a BigInt,
}

impl Moving<'_> {
    /// The second bound for |Yg² − yĝ²|, where `pull` = Σⱼeⱼ + τ.
    fn two_sided_radius(&self, grid: Grid, pull: &BigUint) -> BigUint {
        let (y, e) = (&self.share.midpoint, &self.share.radius);
        let (g_size, a_eps) = (self.g.midpoint.magnitude(), &self.g.radius);
        let curvature = BigInt::from(self.a << 1u8) * y;
        let own = grid.multiply_up(g_size, (&self.g.midpoint - curvature).magnitude());
        let coupling = (self.half.magnitude() + 1u8) * (self.a << 1u8);
        let others = pull - e;
        let linear = grid.multiply_up(&own, e) + grid.multiply_up(&coupling, &others);
        let inner = grid.multiply_up(&(g_size << 1u8), e) + grid.multiply_up(a_eps, &(y.magnitude() + e));
        linear + grid.multiply_up(a_eps, &inner)
    }
}

/// The sums in the factorised bound for ρ⁺, gathered coordinate by coordinate.
struct Factorised {
    /// 1 − 2Σ|p|⌊yĝ⌋, and a bound 2Σ|p| for what the floors change.
    slope: BigInt,
    slope_error: BigUint,
    /// Σ |p||1 + ĝ|eᵢ
    drift: BigUint,
    /// Σ |p|py
    cubic: BigInt,
    /// Σ |p|(2|ĝ| + |p|ε) eᵢ
    mixed: BigUint,
    /// Σ θᵢ
    rounding: BigUint,
    one: BigInt,
}

impl Factorised {
    fn new(one: &BigInt) -> Self {
        Factorised {
            slope: one.clone(),
            slope_error: BigUint::ZERO,
            drift: BigUint::ZERO,
            cubic: BigInt::ZERO,
            mixed: BigUint::ZERO,
            rounding: BigUint::ZERO,
            one: one.clone(),
        }
    }

    /// Adds one coordinate, with |θ| ≤ `theta`.
    fn add(&mut self, grid: Grid, feature: &Feature, c: &Moving<'_>, theta: &BigUint) {
        let e = &c.share.radius;
        let twice = c.a << 1u8;
        self.slope -= BigInt::from(twice.clone()) * c.half;
        self.slope_error += &twice;
        let drift = c.a * (&self.one + &c.g.midpoint).magnitude();
        self.drift += grid.multiply_up(&drift, e);
        self.cubic += BigInt::from(c.a.clone()) * &feature.p * &c.share.midpoint;
        // |p|ε is the radius of g.
        let mixed = twice * c.g.midpoint.magnitude() + c.a * &c.g.radius;
        self.mixed += grid.multiply_up(&mixed, e);
        self.rounding += theta;
    }

    /// The bound for |Δ⁺|, given the ball of ρ before the step.
    fn radius(&self, grid: Grid, rho: &Ball) -> BigUint {
        let eps = &rho.radius;
        let slope = self.slope.magnitude() + &self.slope_error;
        let higher = grid.multiply_up(self.cubic.magnitude(), eps) + &self.mixed;
        grid.multiply_up(&slope, eps)
            + grid.multiply_up(rho.midpoint.magnitude(), &self.drift)
            + grid.multiply_up(eps, &higher)
            + &self.rounding
    }
}

/// Σ σᵢYᵢ − t as a ball: exact midpoint, radius Σeᵢ + τ.
fn residual(features: &[Feature], shares: &[Ball], target: &Ball) -> Ball {
    let zero = Ball::point(BigInt::ZERO);
    let signed = |(f, share): (&Feature, &Ball)| share.times(&f.p.signum());
    let output = features.iter().zip(shares).map(signed).fold(zero, |sum, share| sum.plus(&share));
    output.minus(target)
}
