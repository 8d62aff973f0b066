//! The state of a run on stack words.
//!
//! Midpoints yᵢ, t̂, |ρ̂| are [`Words`], exact multiples of a unit 2^-F. The radii eᵢ, τ, ε
//! are integers below 2^62 in one common unit 2^(E−16−F), where E only grows from 0: if a
//! radius becomes longer, E grows by 32 and all are divided by 2^32, rounded up. Factors
//! of radii (|ĝ| and the like) are integers in units of 2^-32. Every bound below is thus a sum
//! of products of integers, rounded up.
//!
//! Integer parts of yᵢ, t̂, |pᵢ|yᵢ and |pᵢρ̂| are below 2^10 ([`LIMIT`]), features below 2^31,
//! and there are at most 2^10 coordinates; a step that leaves this range is not made, and
//! says so.

use std::fmt::Debug;
use std::sync::Arc;

use num_bigint::{BigInt, BigUint, Sign};
use num_traits::{Signed, ToPrimitive};

use super::heap::{Feature, State};
use crate::exact::fixed::{self, Words};
use crate::exact::{Ball, Grid};

/// Integer parts are below this.
const LIMIT: u64 = 1 << 10;

/// At most so many coordinates.
const COORDINATES: usize = 1 << 10;

/// Radii are below this, in their unit.
const RADIUS_LIMIT: u128 = 1 << 62;

/// At first radii are counted in units of this many bits below those of midpoints.
const FINER: u64 = 16;

/// Radii are divided by 2 to this power when they become too long.
const COARSENING: u64 = 32;

/// What a trapping box is asked for: every βᵢ within 2^-width, where Bᵢ < 2^scale_bits βᵢ.
pub(super) struct Forecast {
    pub(super) scale_bits: i64,
    pub(super) width: u64,
}

/// A state on stack words of some number. Its quick answers may fail to see what is
/// true, but are never wrong.
pub(super) trait Stack: Debug {
    /// One step of gradient descent; false if it would leave the range, and was not made.
    fn advance(&mut self) -> bool;
    /// The same state in big integers.
    fn state(&self) -> State;
    /// Whether |ρ̂| exceeds both bounds for its error.
    fn surely_moves(&self) -> bool;
    /// Whether the run is worth continuing.
    fn surely_sound(&self) -> bool;
    /// Whether the exact forecast says no.
    fn surely_free(&self, forecast: &Forecast) -> bool;
}

/// The state on stack words, if it fits.
pub(super) fn place(state: &State) -> Option<Box<dyn Stack>> {
    fn boxed<const N: usize>(state: &State) -> Option<Box<dyn Stack>> {
        Some(Box::new(Fixed::<N>::new(state)?))
    }
    match state.grid.bits() {
        128 => boxed::<3>(state),
        192 => boxed::<4>(state),
        256 => boxed::<5>(state),
        384 => boxed::<7>(state),
        512 => boxed::<9>(state),
        1024 => boxed::<17>(state),
        2048 => boxed::<33>(state),
        4096 => boxed::<65>(state),
        _ => None,
    }
}

/// One moving coordinate, and room for its next value.
#[derive(Clone, Debug)]
struct Coordinate<const N: usize> {
    /// |p|, and whether p < 0.
    a: u64,
    negative: bool,
    /// y and e.
    share: Words<N>,
    radius: u64,
    next_share: Words<N>,
    next_radius: u64,
}

#[derive(Clone, Debug)]
struct Fixed<const N: usize> {
    features: Arc<[Feature]>,
    coordinates: Vec<Coordinate<N>>,
    /// The largest |pᵢ|.
    largest: u64,
    target: Words<N>,
    target_radius: u64,
    /// |ρ̂|, and whether ρ̂ < 0.
    residual: Words<N>,
    residual_negative: bool,
    residual_radius: u64,
    /// Σ eᵢ + τ
    pull: u64,
    /// E
    exponent: u64,
}

/// Why a step was not made.
enum Stop {
    /// A radius is too long.
    Coarsen,
    /// A number left the range.
    Range,
}

/// The sums in the factorised bound for ρ⁺.
#[derive(Default)]
struct Factorised {
    /// Σ |p|yĝ, with an error less than 2 for each coordinate.
    slope: i64,
    /// Σ |pρ̂||1 + ĝ|eᵢ
    drift: u128,
    /// What is added to the radius: quadratic and cubic terms, and rounding.
    added: u64,
}

impl<const N: usize> Fixed<N> {
    fn new(state: &State) -> Option<Self> {
        if state.features.len() > COORDINATES || state.target.midpoint.is_negative() {
            return None;
        }
        let balls = state.shares.iter().chain([&state.target, &state.residual]);
        let longest = balls.map(|ball| ball.radius.bits()).max().unwrap_or(0);
        // With d ≤ 2^10 radii below 2^50 their sum is below 2^62.
        let exponent = (longest + FINER).saturating_sub(50);
        let radius = |ball: &Ball| up(&(&ball.radius << FINER), exponent).to_u64();
        let words = |ball: &Ball| {
            let words = fixed::from_units::<N>(ball.midpoint.magnitude())?;
            (fixed::integer_part(&words) < LIMIT).then_some(words)
        };
        let mut coordinates = Vec::with_capacity(state.features.len());
        for (feature, share) in state.features.iter().zip(&state.shares) {
            if share.midpoint.is_negative() {
                return None;
            }
            let a = feature.p.magnitude().to_u64().filter(|a| a >> 31 == 0)?;
            coordinates.push(Coordinate {
                a,
                negative: feature.p.is_negative(),
                share: words(share)?,
                radius: radius(share)?,
                next_share: [0; N],
                next_radius: 0,
            });
        }
        let mut fixed = Fixed {
            features: Arc::clone(&state.features),
            largest: coordinates.iter().map(|c| c.a).max().unwrap_or(0),
            coordinates,
            target: words(&state.target)?,
            target_radius: radius(&state.target)?,
            residual: [0; N],
            residual_negative: false,
            residual_radius: radius(&state.residual)?,
            pull: 0,
            exponent,
        };
        fixed.pull = fixed.coordinates.iter().map(|c| c.radius).sum::<u64>() + fixed.target_radius;
        fixed.settle_residual()?;
        (spare::<N>(exponent) >= 64).then_some(fixed)
    }

    /// ρ̂ = Σ σᵢyᵢ − t̂, exactly: sums of at most 2^10 + 1 numbers below 2^10.
    fn settle_residual(&mut self) -> Option<()> {
        let (mut above, mut below) = ([0; N], self.target);
        for c in &self.coordinates {
            let side = if c.negative { &mut below } else { &mut above };
            *side = fixed::add(side, &c.share)?;
        }
        (self.residual, self.residual_negative) = fixed::difference(&above, &below);
        Some(())
    }

    /// The step, left in the `next` fields, and the next ε and Σeᵢ + τ.
    ///
    /// The sizes: |ĝ| < 2^11, so its factor is < 2^43 + 1; |p|y and |p|⌊y|ĝ|⌋ have factors
    /// < 2^42. Products of two factors are < 2^89, cut to < 2^57; those with radii < 2^119;
    /// sums over the coordinates are checked.
    #[inline(always)]
    fn prepare(&mut self) -> Result<(u64, u64), Stop> {
        let spare = spare::<N>(self.exponent);
        let epsilon = u128::from(self.residual_radius);
        if u128::from(self.largest) * epsilon >= RADIUS_LIMIT {
            return Err(Stop::Coarsen);
        }
        let mut sums = Factorised::default();
        let mut pull = u128::from(self.target_radius);
        for c in &mut self.coordinates {
            let step = Step::new(c, &self.residual, self.residual_negative).ok_or(Stop::Range)?;
            let e = u128::from(c.radius);
            // 2|p|y|ĝ| ≤ 2(half + 2)
            let coupling = u128::from(2 * (step.half + 2));
            let own = u128::from(times_up(step.g_up, step.own_up));
            let square = u128::from(times_up(step.g_up, step.g_up));
            let two_sided = own * e + coupling * u128::from(self.pull - c.radius);
            let ball = square * e + coupling * epsilon;
            let added = step.higher(c, self.residual_radius, spare) + step.rounding(self.exponent);
            let radius = (two_sided.min(ball) >> 32) + 1 + u128::from(added);
            let drift = u128::from(times_up(step.pull_up, step.mirror_up)) * e;
            sums.drift = sums.drift.checked_add(drift).ok_or(Stop::Range)?;
            sums.slope += if step.negative { -(step.half as i64) } else { step.half as i64 };
            sums.added += added;
            pull += radius;
            if pull >= RADIUS_LIMIT {
                return Err(Stop::Coarsen);
            }
            c.next_radius = radius as u64;
        }
        // |1 − 2Σ|p|yĝ|, where each term errs by less than 2 · 2.
        let slope = ((1i64 << 32) - 2 * sums.slope).unsigned_abs() + 4 * self.coordinates.len() as u64;
        let linear = (u128::from(slope) * epsilon).checked_add(sums.drift).ok_or(Stop::Range)?;
        let factorised = (linear >> 32) + 1 + u128::from(sums.added);
        Ok((factorised.min(pull) as u64, pull as u64))
    }

    /// Longer units for the radii, if there is room: they stay at most 2^-64.
    fn coarsen(&mut self) -> bool {
        self.exponent += COARSENING;
        let up = |radius: &mut u64| *radius = radius.div_ceil(1 << COARSENING);
        self.coordinates.iter_mut().for_each(|c| up(&mut c.radius));
        up(&mut self.target_radius);
        up(&mut self.residual_radius);
        self.pull = self.coordinates.iter().map(|c| c.radius).sum::<u64>() + self.target_radius;
        spare::<N>(self.exponent) >= 64
    }
}

/// One coordinate in the middle of a step. Factors ending in `_up` are bounds from above,
/// in units of 2^-32.
struct Step {
    /// Whether ĝ < 0.
    negative: bool,
    /// |ĝ|
    g_up: u64,
    /// |ĝ − 2|p|y|
    own_up: u64,
    /// |pρ̂| and |1 + ĝ|
    pull_up: u64,
    mirror_up: u64,
    /// |p|y|ĝ|, with an error less than 2.
    half: u64,
}

impl Step {
    /// Computes y⁺ and the factors; none if they leave the range.
    ///
    /// No sign of y is needed: y ≥ 0.
    #[inline(always)]
    fn new<const N: usize>(c: &mut Coordinate<N>, residual: &Words<N>, residual_negative: bool) -> Option<Self> {
        let pull = fixed::times(residual, c.a)?;
        if fixed::integer_part(&pull) >= LIMIT {
            return None;
        }
        let mut one = [0; N];
        one[N - 1] = 1;
        let (g, negative) = if c.negative == residual_negative {
            fixed::difference(&one, &pull)
        } else {
            (fixed::add(&one, &pull)?, false)
        };
        let half = fixed::multiply(&c.share, &g)?;
        c.next_share = fixed::multiply(&half, &g)?;
        if fixed::integer_part(&c.next_share) >= LIMIT {
            return None;
        }
        let (size, curvature) = (factor(&g), scaled(&c.share, c.a)?);
        // |ĝ| is in [size, size + 1), 2|p|y in [2 curvature, 2 curvature + 4).
        let own_up = if negative { size + 1 + 2 * (curvature + 2) } else { size.abs_diff(2 * curvature) + 4 };
        let whole = 1 << 32;
        Some(Step {
            negative,
            g_up: size + 1,
            own_up,
            pull_up: factor(&pull) + 1,
            mirror_up: if negative { size.abs_diff(whole) } else { size + whole } + 1,
            half: scaled(&half, c.a)?,
        })
    }

    /// A bound θ for the rounding of the new y, in the unit of radii.
    ///
    /// With |y|ĝ| − h| < 1/2 + δ and |h|ĝ| − y⁺| < 1/2 + δ, δ = 2^-50, one has
    /// |yĝ² − y⁺| < (1/2 + δ)(|ĝ| + 1) < |ĝ|/2 + 1/2 + 2^-16, as |ĝ| < 2^11; and |ĝ|/2 is
    /// at most g_up 2^-33, rounded up to a multiple of 2^-16.
    #[inline(always)]
    fn rounding(&self, exponent: u64) -> u64 {
        let theta = (self.g_up >> (33 - FINER)) + 1 + (1 << (FINER - 1)) + 1;
        theta.checked_shr(exponent as u32).unwrap_or(0) + 1
    }

    /// |p|ε(2|ĝ|e + |p|ε(y + e)) rounded up, given that |p|ε < 2^62 units 2^-spare, spare ≥ 64.
    ///
    /// Both the error of a new y and that of ρ have exactly these terms. If spare ≥ 192,
    /// then the three products are < 2^(62+62+12−192), 2^(124+10−192), 2^(186−384): less than 1.
    #[inline(always)]
    fn higher<const N: usize>(&self, c: &Coordinate<N>, epsilon: u64, spare: u64) -> u64 {
        if spare >= 192 { 1 } else { self.higher_exactly(c, epsilon, spare) }
    }

    /// With v = |p|ε: v·e and v² are < 2^124, hence < 2^60 + 1 after the shift; times factors
    /// < 2^44 and divided by 2^32 this is < 2^73, so sums stay far below 2^128.
    #[cold]
    fn higher_exactly<const N: usize>(&self, c: &Coordinate<N>, epsilon: u64, spare: u64) -> u64 {
        let shifted_up = |a: u128| a.checked_shr(spare as u32).unwrap_or(0) + 1;
        let scaled_up = |a: u128, factor: u64| ((a * u128::from(factor)) >> 32) + 1;
        let v = u128::from(c.a) * u128::from(epsilon);
        let (mixed, square) = (shifted_up(v * u128::from(c.radius)), shifted_up(v * v));
        let linear = scaled_up(mixed, 2 * self.g_up);
        let quadratic = scaled_up(square, factor(&c.share) + 1);
        let cubic = shifted_up(square * u128::from(c.radius));
        // Saturated, it is beyond the limit for radii and makes the step stop.
        u64::try_from(linear + quadratic + cubic).unwrap_or(u64::MAX).min(1 << 62)
    }
}

impl<const N: usize> Stack for Fixed<N> {
    fn advance(&mut self) -> bool {
        let (epsilon, pull) = loop {
            match self.prepare() {
                Ok(radii) => break radii,
                Err(Stop::Coarsen) if self.coarsen() => {}
                Err(_) => return false,
            }
        };
        for c in &mut self.coordinates {
            c.share = c.next_share;
            c.radius = c.next_radius;
        }
        (self.residual_radius, self.pull) = (epsilon, pull);
        // Integer parts below 2^10 add up to less than 2^64.
        self.settle_residual().is_some()
    }

    fn state(&self) -> State {
        let grid = Grid::new(fraction_bits::<N>());
        let ball = |negative: bool, words: &Words<N>, radius: u64| {
            let sign = if negative { Sign::Minus } else { Sign::Plus };
            let midpoint = BigInt::from_biguint(sign, fixed::units(words));
            Ball { midpoint, radius: up(&(BigUint::from(radius) << self.exponent), FINER) }
        };
        State {
            grid,
            features: Arc::clone(&self.features),
            shares: self.coordinates.iter().map(|c| ball(false, &c.share, c.radius)).collect(),
            target: ball(false, &self.target, self.target_radius),
            residual: ball(self.residual_negative, &self.residual, self.residual_radius),
        }
    }

    /// Both radii, even with each of their at most 2^10 + 1 summands rounded up to a whole
    /// unit, are < 2^bound + 2^11 ≤ 2^(1 + max) ≤ 2^(bits − 1) ≤ |ρ̂|.
    #[inline]
    fn surely_moves(&self) -> bool {
        let longest = self.pull.max(self.residual_radius);
        let bound = (u64::from(u64::BITS - longest.leading_zeros()) + self.exponent).saturating_sub(FINER);
        fixed::bits(&self.residual) >= bound.max(11) + 2
    }

    /// Σ|pᵢ|eᵢ and |p|ε are below 2^62 units, each ≤ 2^-64, so not wide; |p|(yᵢ − t̂) ≤ 2 for
    /// all i, where t̂ ≥ 0, is no proof of divergence; and |p|(|ρ̂| + 1 unit) < 2^32 is not huge.
    fn surely_sound(&self) -> bool {
        let tame = |c: &Coordinate<N>| {
            let Some(size) = scaled(&c.share, c.a) else { return false };
            let bound = 2 << 32;
            size + 2 <= bound || scaled(&self.target, c.a).is_some_and(|target| size + 2 <= bound + target)
        };
        let step_size = self.largest.checked_mul(fixed::integer_part(&self.residual) + 1);
        let longest = u128::from(self.pull.max(self.residual_radius));
        u128::from(self.largest) * longest < RADIUS_LIMIT
            && step_size.is_some_and(|size| size < 1 << super::ESCAPE_BITS)
            && self.coordinates.iter().all(tame)
    }

    /// The forecast needs 13|p||ρ̂|y ≤ 3(|p|T − 2e)·gap with gap ≤ 1, for the tolerance
    /// T = ⌈2^F to_effective⌉/2^width ≤ 2^(F + scale_bits − width) units. So it fails if
    /// 4|ρ̂|y > 2^F T in units; and |ρ̂|y ≥ 2^(bits(ρ̂) + bits(y) − 2). It fails if 2e > |p|T, too.
    fn surely_free(&self, forecast: &Forecast) -> bool {
        let fraction = fraction_bits::<N>() as i64;
        let Ok(width) = i64::try_from(forecast.width) else { return false };
        let tolerance = (fraction + forecast.scale_bits).max(0).saturating_sub(width);
        let residual = fixed::bits(&self.residual) as i64;
        self.coordinates.iter().any(|c| {
            let share = fixed::bits(&c.share) as i64;
            let (e, a) = (i64::from(64 - c.radius.leading_zeros()), i64::from(64 - c.a.leading_zeros()));
            // An empty number has no bits to reason from.
            let moves = residual > 0 && share > 0 && residual + share - fraction > tolerance;
            moves || (e > 0 && e + self.exponent as i64 - FINER as i64 > a + tolerance.max(0))
        })
    }
}

const fn fraction_bits<const N: usize>() -> u64 {
    64 * (N as u64 - 1)
}

/// Radii are counted in units of 2^-spare.
const fn spare<const N: usize>(exponent: u64) -> u64 {
    (fraction_bits::<N>() + FINER).saturating_sub(exponent)
}

/// ⌊z · 2^32⌋ for an integer part below 2^32.
#[inline(always)]
fn factor<const N: usize>(z: &Words<N>) -> u64 {
    (z[N - 1] << 32) | (z[N - 2] >> 32)
}

/// A number m with m ≤ |p|z · 2^32 < m + 2, if |p|z < [`LIMIT`].
///
/// The words below the fraction's first are worth less than |p| 2^-64 2^32 ≤ 2^-1, and the
/// shift cuts off less than 1. So where z is up to a unit away from y|ĝ|, worth
/// |p| 2^-F 2^32 ≤ 2^(31+32−128), m still errs by less than 2 from |p|y|ĝ| · 2^32.
#[inline(always)]
fn scaled<const N: usize>(z: &Words<N>, a: u64) -> Option<u64> {
    let whole = u128::from(z[N - 1]) * u128::from(a);
    // Each part is cut to units of 2^-32; the whole one is exact.
    let part = (u128::from(z[N - 2]) * u128::from(a)) >> 32;
    let whole = u64::try_from(whole).ok().filter(|&whole| whole < LIMIT)?;
    let size = (whole << 32) + part as u64;
    (size >> 32 < LIMIT).then_some(size)
}

/// The product of two factors, below 2^89, rounded up.
#[inline(always)]
fn times_up(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) >> 32) as u64 + 1
}

/// ⌈a / 2^bits⌉
fn up(a: &BigUint, bits: u64) -> BigUint {
    let inexact = a.trailing_zeros().is_some_and(|zeros| zeros < bits);
    (a >> bits) + u8::from(inexact)
}
