//! A run of gradient descent, enclosed step by step.
//!
//! # Scaling
//!
//! Write the features as xᵢ = s·pᵢ with integers pᵢ and one rational s > 0, and put
//!
//! ```text
//! Bᵢ = 2ηs² wᵢ²,   t = 2ηs y,   ρ = 2ηs r = Σ pᵢBᵢ − t,   gᵢ = 1 − pᵢρ.
//! ```
//!
//! Gradient descent wᵢ⁺ = wᵢ(1 − 2ηrxᵢ) = wᵢgᵢ becomes Bᵢ⁺ = Bᵢgᵢ², and ρ is an integer
//! combination of the Bᵢ: nothing but Bᵢgᵢ² is ever rounded. Coordinates with xᵢwᵢ = 0
//! never move and do not enter ρ; they are left out and put back at the end.
//!
//! # Errors
//!
//! True values are Bᵢ = bᵢ + Δᵢ and ρ = ρ̂ + Δ, with |Δᵢ| ≤ eᵢ and |Δ| ≤ ε. The midpoints
//! are kept consistent, ρ̂ = Σ pᵢbᵢ − t̂ exactly, where |t − t̂| ≤ τ; so
//!
//! ```text
//! (∗)  Δ = Σ pᵢΔᵢ − (t − t̂).
//! ```
//!
//! Let ĝ = 1 − pρ̂. Since g = ĝ − pΔ, the error of a new value is, exactly,
//!
//! ```text
//! Bg² − bĝ² = ĝ²Δᵢ − 2bĝpΔ + [−2ĝpΔᵢΔ + bp²Δ² + p²ΔᵢΔ²].
//! ```
//!
//! Taking absolute values term by term bounds it by what the ball product of B, g, g
//! gives. Inserting (∗) into the linear part instead turns that into
//! (ĝ² − 2bĝp²)Δᵢ − 2bĝp(Σ_{j≠i} pⱼΔⱼ − (t − t̂)), with the bound
//!
//! ```text
//! |ĝ||ĝ − 2p²b| eᵢ + 2|p||b||ĝ| (Σ_{j≠i} |pⱼ|eⱼ + τ) + |p|ε(2|ĝ|eᵢ + |p|ε(|b| + eᵢ)):
//! ```
//!
//! this one sees that a coordinate's own error also pulls ρ. Both hold; each step takes
//! the smaller.
//!
//! For ρ there are two bounds as well. By (∗), |Δ⁺| ≤ Σ |pᵢ|eᵢ⁺ + τ: this forgets that the
//! residual contracts. It does so because of the identity
//!
//! ```text
//! ρ⁺ = ρ + Σ pᵢBᵢ(gᵢ² − 1) = Φ(B, ρ),   Φ(B, ρ) = ρ − 2ρ Σp²B + ρ² Σp³B,
//! ```
//!
//! (from gᵢ² − 1 = −pᵢρ(2 − pᵢρ)). The midpoints obey it up to their own rounding: if
//! bᵢ⁺ = bᵢĝᵢ² + θᵢ then ρ̂⁺ = Φ(b, ρ̂) + Σ pᵢθᵢ. Hence Δ⁺ = Φ(B, ρ) − Φ(b, ρ̂) − Σ pᵢθᵢ, and
//! as Φ is linear in B and quadratic in ρ, its Taylor expansion ends with
//!
//! ```text
//! Δ⁺ = (1 − 2Σp²bĝ)Δ − ρ̂ Σp²(1 + ĝ)Δᵢ
//!      + Δ²Σp³b − 2ΔΣp²ĝΔᵢ + Δ²Σp³Δᵢ − Σ pᵢθᵢ.
//! ```
//!
//! Again the smaller bound is taken. Close to the limit the factor 1 − 2Σp²bĝ is less
//! than 1 in absolute value and ρ̂ is small, so ε shrinks along with ρ and the eᵢ stop
//! growing; far from it the two-sided bound for eᵢ keeps 2-cycles in hand.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::problem::Problem;
use crate::exact::{Ball, Enclosure, Grid, coarsened, digits};

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

/// One moving coordinate.
#[derive(Clone, Debug)]
struct Coordinate {
    /// Its place in the problem.
    index: usize,
    /// The scaled feature p and the powers of its absolute value.
    p: BigInt,
    p2: BigUint,
    p3: BigUint,
    /// B = 2ηs²β.
    effective: Ball,
}

/// The enclosed state of a run after some number of steps.
#[derive(Clone, Debug)]
pub(super) struct Run {
    grid: Grid,
    step: usize,
    coordinates: Vec<Coordinate>,
    /// t, with radius τ.
    target: Ball,
    /// ρ, with the consistent midpoint ρ̂ = Σ pᵢbᵢ − t̂.
    residual: Ball,
    /// B = to_effective · β and ρ = to_residual · r.
    to_effective: BigRational,
    to_residual: BigRational,
}

impl Run {
    /// The start of the run, on the given grid.
    pub(super) fn start(problem: &Problem, eta: &BigRational, grid: Grid) -> Self {
        let (scale, moving) = scaled_features(problem);
        let to_residual = eta * &scale * BigInt::from(2);
        let to_effective = &to_residual * &scale;
        let coordinates: Vec<Coordinate> = moving
            .into_iter()
            .map(|(index, p, w)| {
                let effective = grid.enclose(&(&to_effective * w * w));
                Coordinate::new(index, p, effective)
            })
            .collect();
        let target = grid.enclose(&(&to_residual * problem.target()));
        Run { grid, step: 0, residual: residual(&coordinates, &target), coordinates, target, to_effective, to_residual }
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
        let grid = self.grid;
        let one = grid.one();
        let rho = self.residual.clone();
        // Σ |pⱼ|eⱼ + τ
        let pull = self.direct_radius();
        let mut factorised = Factorised::new(&one);
        for c in &mut self.coordinates {
            let g = Ball::point(one.clone()).minus(&rho.times(&c.p));
            let half = grid.multiply(&c.effective, &g);
            let mut next = grid.multiply(&half, &g);
            // bᵢ⁺ comes from two floors: |⌊bĝ⌋ − bĝ| < 1 is multiplied by ĝ, and the
            // second adds less than 1.
            let theta = grid.multiply_up(g.midpoint.magnitude(), &BigUint::one()) + 1u8;
            factorised.add(grid, c, &g, &half.midpoint, &theta);
            let two_sided = c.two_sided_radius(grid, &g, &half.midpoint, &pull) + theta;
            next.radius = coarsened(next.radius.min(two_sided));
            c.effective = next;
        }
        self.residual = residual(&self.coordinates, &self.target);
        let direct = std::mem::take(&mut self.residual.radius);
        self.residual.radius = coarsened(direct.min(factorised.radius(grid, &rho)));
        self.step += 1;
    }

    /// Σ |pᵢ|eᵢ + τ, the bound for |Δ| that (∗) gives.
    fn direct_radius(&self) -> BigUint {
        let own = self.coordinates.iter().map(Coordinate::own_pull);
        own.sum::<BigUint>() + &self.target.radius
    }

    /// Whether r = 0 is possible at this step.
    pub(super) fn residual_may_vanish(&self) -> bool {
        self.residual.mignitude().is_zero()
    }

    /// Whether the residual is no larger than what the errors of the βᵢ alone make of
    /// it: going on does not shrink the box any more.
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
        // Trapping needs |pᵢρ| < 1 and 0 < 4ηA = 2Σp²B < 2 for everything enclosed.
        let spread: BigUint = self.coordinates.iter().map(|c| &c.p2 * &c.effective.radius).sum();
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
        let sizes = self.coordinates.iter().map(|c| c.p.magnitude());
        sizes.max().cloned().unwrap_or_default()
    }

    /// A coordinate that grows for ever, if all features are ≥ 0 and one has
    /// ηxᵢ(xᵢβᵢ − y) > 1.
    ///
    /// Then f ≥ xᵢβᵢ gives 2ηrxᵢ > 2, so |1 − 2ηrxᵢ| > 1 and βᵢ⁺ > βᵢ. The condition
    /// holds again and the factor never falls below its first value, so βᵢ → ∞. In
    /// scaled terms the condition is p(pB − t) > 2.
    fn diverging_coordinate(&self) -> Option<usize> {
        if self.coordinates.iter().any(|c| c.p.is_negative()) {
            return None;
        }
        let two = self.grid.one() << 1u8;
        let grows = |c: &&Coordinate| {
            let excess = c.effective.times(&c.p).minus(&self.target);
            excess.low() * &c.p > two
        };
        self.coordinates.iter().find(grows).map(|c| c.index)
    }

    /// Enclosures of all βᵢ, those of the moving coordinates with ends on the grid.
    pub(super) fn beta(&self, problem: &Problem) -> Vec<Enclosure> {
        let mut beta: Vec<Enclosure> = problem.start().iter().map(|w| Enclosure::point(w * w)).collect();
        for c in &self.coordinates {
            if let Some(slot) = beta.get_mut(c.index) {
                *slot = self.unscaled(&c.effective);
            }
        }
        beta
    }

    /// β = B / (2ηs²), rounded outwards, and cut off at 0 because β = w².
    fn unscaled(&self, effective: &Ball) -> Enclosure {
        let (above, below) = (self.to_effective.denom(), self.to_effective.numer());
        let low = (effective.low().max(BigInt::ZERO) * above).div_floor(below);
        let high = (effective.high().max(BigInt::ZERO) * above).div_ceil(below);
        Enclosure::hull(self.grid.value(&low), self.grid.value(&high))
    }

    /// Whether a trapping box that encloses every βᵢ to 2^-width can be expected now.
    /// Only a forecast, in integers: it spares the exact check while that has no chance.
    ///
    /// The box has κᵢ ≈ sᵢ/(1 − q) with sᵢ = |pᵢ|(|ρ̂| + Σ|pⱼ|eⱼ + τ) and 1 − q = 15/16 of
    /// min(a, 2 − a), a = 2Σp²B; it is about 4κᵢbᵢ + 2eᵢ wide, and 13/3 > 4 · 16/15.
    pub(super) fn may_be_trapped(&self, width: u64) -> bool {
        let two = self.grid.one() << 1u8;
        let a: BigInt = self.coordinates.iter().map(Coordinate::curvature).sum();
        let gap = a.clone().min(two - a);
        if !gap.is_positive() {
            return false;
        }
        let tolerance = self.grid.ceil(&self.to_effective) >> width;
        let residual = BigInt::from(self.residual.midpoint.magnitude() + self.direct_radius());
        self.coordinates.iter().all(|c| {
            let room = &tolerance - BigInt::from(&c.effective.radius << 1u8);
            let needed = BigInt::from(c.p.magnitude() * 13u8) * &residual * &c.effective.midpoint;
            needed <= room * &gap * 3u8
        })
    }

    /// What is known at this step, for a reader.
    pub(super) fn describe(&self) -> String {
        const SHOWN: usize = 6;
        let residual = self.grid.enclosure(&self.residual);
        let r = residual.times(&self.to_residual.recip());
        let curvature = self
            .coordinates
            .iter()
            .fold(Ball::point(BigInt::ZERO), |sum, c| sum.plus(&c.effective.times(&BigInt::from(&c.p2 << 1u8))));
        let a = self.grid.enclosure(&curvature);
        format!(
            "after {} steps at {} bits: r = {}, 4 eta sum(x^2 w^2) = {}",
            self.step,
            self.grid.bits(),
            digits(&r, SHOWN),
            digits(&a, SHOWN)
        )
    }
}

impl Coordinate {
    fn new(index: usize, p: BigInt, effective: Ball) -> Self {
        let size = p.magnitude();
        let p2 = size * size;
        let p3 = &p2 * size;
        Coordinate { index, p, p2, p3, effective }
    }

    /// |p|e
    fn own_pull(&self) -> BigUint {
        self.p.magnitude() * &self.effective.radius
    }

    /// 2p²b
    fn curvature(&self) -> BigInt {
        BigInt::from(&self.p2 << 1u8) * &self.effective.midpoint
    }

    /// The second bound for |Bg² − bĝ²|, where g is the ball ĝ ± |p|ε, `half` = ⌊bĝ⌋ (so
    /// |bĝ| < |half| + 1) and `pull` = Σⱼ|pⱼ|eⱼ + τ.
    fn two_sided_radius(&self, grid: Grid, g: &Ball, half: &BigInt, pull: &BigUint) -> BigUint {
        let (b, e) = (&self.effective.midpoint, &self.effective.radius);
        let (g_size, p_eps) = (g.midpoint.magnitude(), &g.radius);
        let own = grid.multiply_up(g_size, (&g.midpoint - self.curvature()).magnitude());
        let coupling = (half.magnitude() + 1u8) * (self.p.magnitude() << 1u8);
        let others = pull - self.own_pull();
        let linear = grid.multiply_up(&own, e) + grid.multiply_up(&coupling, &others);
        let inner = grid.multiply_up(&(g_size << 1u8), e) + grid.multiply_up(p_eps, &(b.magnitude() + e));
        linear + grid.multiply_up(p_eps, &inner)
    }
}

/// The sums in the factorised bound for ρ⁺, gathered coordinate by coordinate.
struct Factorised {
    /// 1 − 2Σp²⌊bĝ⌋, and a bound 2Σp² for what the floors change.
    slope: BigInt,
    slope_error: BigUint,
    /// Σ p²|1 + ĝ|eᵢ
    drift: BigUint,
    /// Σ p³b
    cubic: BigInt,
    /// Σ (2p²|ĝ| + |p|³ε) eᵢ
    mixed: BigUint,
    /// Σ |p|θᵢ
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

    /// Adds one coordinate: g = ĝ ± |p|ε, `half` = ⌊bĝ⌋, and |θ| ≤ `theta`.
    fn add(&mut self, grid: Grid, c: &Coordinate, g: &Ball, half: &BigInt, theta: &BigUint) {
        let e = &c.effective.radius;
        let twice_p2 = &c.p2 << 1u8;
        self.slope -= BigInt::from(twice_p2.clone()) * half;
        self.slope_error += &twice_p2;
        let drift = &c.p2 * (&self.one + &g.midpoint).magnitude();
        self.drift += grid.multiply_up(&drift, e);
        self.cubic += BigInt::from_biguint(c.p.sign(), c.p3.clone()) * &c.effective.midpoint;
        // |p|³ε = p² · (|p|ε), and |p|ε is the radius of g.
        let mixed = twice_p2 * g.midpoint.magnitude() + &c.p2 * &g.radius;
        self.mixed += grid.multiply_up(&mixed, e);
        self.rounding += c.p.magnitude() * theta;
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

/// Σ pᵢBᵢ − t as a ball: exact midpoint, radius Σ|pᵢ|eᵢ + τ.
fn residual(coordinates: &[Coordinate], target: &Ball) -> Ball {
    let zero = Ball::point(BigInt::ZERO);
    let output = coordinates.iter().fold(zero, |sum, c| sum.plus(&c.effective.times(&c.p)));
    output.minus(target)
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
mod tests {
    use super::super::problem::exact_step;
    use super::super::testing::{problem, rational};
    use super::*;
    use proptest::prelude::*;

    fn whole(n: impl Into<BigInt>) -> BigRational {
        BigRational::from(n.into())
    }

    /// An enclosed state together with true values inside it, in units.
    #[derive(Debug)]
    struct Truth {
        run: Run,
        effective: Vec<BigRational>,
        target: BigRational,
    }

    impl Truth {
        /// Coordinates (p, b, e, place of the true B in quarters of e), t̂ with τ = 1
        /// and a true t, and ε as small as the true ρ allows, plus `slack`.
        fn new(bits: u64, coordinates: &[(i64, i64, u64, i64)], t: (i64, i64), slack: u64) -> Self {
            let enclosed = coordinates.iter().enumerate().map(|(index, &(p, b, e, _))| {
                let effective = Ball { midpoint: b.into(), radius: e.into() };
                Coordinate::new(index, p.into(), effective)
            });
            let enclosed: Vec<_> = enclosed.collect();
            let target = Ball { midpoint: t.0.into(), radius: 1u8.into() };
            let effective =
                coordinates.iter().map(|&(_, b, e, place)| whole(b) + whole(e) * whole(place) / BigInt::from(4));
            let mut truth = Truth {
                run: Run {
                    grid: Grid::new(bits),
                    step: 0,
                    residual: residual(&enclosed, &target),
                    coordinates: enclosed,
                    target,
                    to_effective: BigRational::one(),
                    to_residual: BigRational::one(),
                },
                effective: effective.collect(),
                target: whole(t.0) + whole(t.1) / BigInt::from(4),
            };
            let error = truth.rho() - whole(truth.run.residual.midpoint.clone());
            let least = error.abs().ceil().to_integer().magnitude() + slack;
            let direct = truth.run.residual.radius.clone();
            truth.run.residual.radius = direct.min(least);
            truth
        }

        /// The true ρ, in units.
        fn rho(&self) -> BigRational {
            let pairs = self.run.coordinates.iter().zip(&self.effective);
            pairs.map(|(c, b)| b * &c.p).sum::<BigRational>() - &self.target
        }

        fn advance(&mut self) {
            let unit = self.run.grid.value(&BigInt::one());
            let rho = self.rho() * unit;
            for (c, b) in self.run.coordinates.iter().zip(&mut self.effective) {
                let g = BigRational::one() - &rho * &c.p;
                *b *= &g * &g;
            }
            self.run.advance();
        }

        fn is_enclosed(&self) -> bool {
            let inside = |ball: &Ball, value: &BigRational| {
                let error = whole(ball.midpoint.clone()) - value;
                error.abs() <= whole(BigInt::from(ball.radius.clone()))
            };
            let mut pairs = self.run.coordinates.iter().zip(&self.effective);
            pairs.all(|(c, b)| inside(&c.effective, b)) && inside(&self.run.residual, &self.rho())
        }
    }

    /// States of every kind: coarse and fine grids, tight and wide balls, ends of balls drawn often, ρ̂ of order
    /// 1 and tiny, features of both signs.
    fn truth() -> impl Strategy<Value = Truth> {
        let place = || prop_oneof![Just(-4i64), Just(4i64), -4i64..=4];
        let coordinate = move |bits: u32| {
            let one = 1i64 << bits;
            let p = prop_oneof![1i64..6, -3i64..0];
            let radius = prop_oneof![0u64..4, 0u64..1 << (bits / 2), 0u64..1 << bits];
            (p, 0..2 * one, radius, place())
        };
        let state = prop_oneof![Just(2u32), Just(4), Just(6), Just(12), Just(24)].prop_flat_map(move |bits| {
            let one = 1i64 << bits;
            let coordinates = prop::collection::vec(coordinate(bits), 1..4);
            let slack = prop_oneof![Just(0u64), 0u64..1 << bits];
            let rho = prop_oneof![-3i64..4, -one..one];
            (Just(bits), coordinates, rho, place(), slack)
        });
        state.prop_map(|(bits, coordinates, rho, place, slack)| {
            let output: i64 = coordinates.iter().map(|&(p, b, _, _)| p * b).sum();
            Truth::new(bits.into(), &coordinates, (output - rho, place), slack)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(5_000))]

        /// The recurrences for the radii, from arbitrary states.
        #[test]
        fn a_step_encloses_every_true_state(mut truth in truth()) {
            prop_assert!(truth.is_enclosed());
            for _ in 0..2 {
                truth.advance();
                prop_assert!(truth.is_enclosed());
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// Scaling, signs, frozen coordinates and several steps, against rational
        /// gradient descent.
        #[test]
        fn exact_iterates_are_enclosed(
            entries in prop::collection::vec((-4i64..7, 1i64..4, -5i64..6), 1..4),
            y in 1i64..9, eta in 1i64..9, bits in 16u64..90,
        ) {
            let part = |n: i64, d: i64| BigRational::new(n.into(), d.into());
            let x = entries.iter().map(|&(n, d, _)| part(n, d)).collect();
            let w = entries.iter().map(|&(_, _, w)| part(w, 4)).collect();
            let Ok(problem) = Problem::new(x, part(y, 2), w) else { return Ok(()) };
            let eta = part(eta, 40);
            let mut run = Run::start(&problem, &eta, Grid::new(bits));
            let mut w = problem.start().to_vec();
            for _ in 0..6 {
                for (enclosure, w) in run.beta(&problem).iter().zip(&w) {
                    prop_assert!(enclosure.contains(&(w * w)));
                }
                let rho = problem.residual(&w).unwrap() * &run.to_residual;
                prop_assert!(run.grid.enclosure(&run.residual).contains(&rho));
                if run.health() != Health::Sound {
                    break;
                }
                run.advance();
                w = exact_step(&problem, &w, &eta).unwrap();
            }
        }
    }

    /// The factorised bound is what keeps a run alive: after 1,000 steps with 256 bits
    /// the enclosure is still 240 bits tight. (Multiplying balls alone is useless before
    /// step 280.)
    #[test]
    fn long_runs_stay_tight() {
        for eta in ["1/60", "1/32", "1/30"] {
            let p = problem("5 2", "13/4", "1 3/4");
            let mut run = Run::start(&p, &rational(eta), Grid::new(256));
            for _ in 0..1000 {
                run.advance();
            }
            let widest = run.coordinates.iter().map(|c| c.effective.radius.bits()).max();
            assert!(widest < Some(16), "eta = {eta}: {widest:?} bits");
        }
    }

    /// The same run at four times the precision lies inside.
    #[test]
    fn more_precision_refines() {
        let p = problem("3 1", "2", "1/5 1/3");
        let eta = rational("3/20");
        let mut coarse = Run::start(&p, &eta, Grid::new(128));
        let mut fine = Run::start(&p, &eta, Grid::new(512));
        for _ in 0..300 {
            for (c, f) in coarse.beta(&p).iter().zip(&fine.beta(&p)) {
                assert!(c.encloses(f), "at step {}", coarse.step);
            }
            coarse.advance();
            fine.advance();
        }
    }

    #[test]
    fn divergence_is_proved_for_nonnegative_features_only() {
        // η x (xβ − y) = 1/2 · (9 − 1) > 1
        let run = |x, w| Run::start(&problem(x, "1", w), &rational("1/2"), Grid::new(64));
        assert_eq!(run("1 0", "3 1").health(), Health::Diverges(0));
        assert_eq!(run("1 -1", "3 3").health(), Health::Sound);
        // ηx(xβ − y) = 1 exactly, where the run stays at |w| for ever: not diverging.
        assert_ne!(Run::start(&problem("1", "1", "2"), &rational("1/3"), Grid::new(64)).health(), Health::Diverges(0));
    }
}
