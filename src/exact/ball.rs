//! Balls in fixed point.
//!
//! A [`Grid`] with F bits is the set 2^-F ℤ; its step 2^-F is called one unit. A
//! [`Ball`] with midpoint m and radius e (integers, e ≥ 0) is the set of reals u
//! with |u − m·2^-F| ≤ e·2^-F. A ball does not store F: the grid that made it does.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::One;

use super::Enclosure;

/// The dyadic grid 2^-F ℤ on which midpoints and radii lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    bits: u64,
}

/// The reals within `radius` units of `midpoint` units of some [`Grid`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ball {
    /// The midpoint, in units.
    pub midpoint: BigInt,
    /// The radius, in units.
    pub radius: BigUint,
}

impl Grid {
    /// The grid with `bits` fraction bits.
    pub fn new(bits: u64) -> Self {
        Grid { bits }
    }

    /// The number of fraction bits F.
    pub fn bits(self) -> u64 {
        self.bits
    }

    /// The number 1, in units.
    pub fn one(self) -> BigInt {
        BigInt::one() << self.bits
    }

    /// The largest grid point ≤ `value`, in units.
    pub fn floor(self, value: &BigRational) -> BigInt {
        (value.numer() << self.bits).div_floor(value.denom())
    }

    /// The smallest grid point ≥ `value`, in units.
    pub fn ceil(self, value: &BigRational) -> BigInt {
        (value.numer() << self.bits).div_ceil(value.denom())
    }

    /// The rational number that is `units` units.
    ///
    /// The fraction units / 2^F is reduced by shifting out common factors 2, which
    /// are its only common factors.
    pub fn value(self, units: &BigInt) -> BigRational {
        let shared = units.trailing_zeros().unwrap_or(self.bits).min(self.bits);
        let denominator = BigInt::one() << (self.bits - shared);
        BigRational::new_raw(units >> shared, denominator)
    }

    /// The product of two magnitudes in units, rounded up: ⌈a·b / 2^F⌉.
    pub fn multiply_up(self, a: &BigUint, b: &BigUint) -> BigUint {
        shift_up(a * b, self.bits)
    }

    /// The smallest ball around the grid point below `value`.
    ///
    /// With m = ⌊value·2^F⌋ the error lies in [0, 1) unit, and is 0 on the grid.
    pub fn enclose(self, value: &BigRational) -> Ball {
        let (midpoint, remainder) = (value.numer() << self.bits).div_mod_floor(value.denom());
        let on_grid = remainder == BigInt::ZERO;
        Ball { midpoint, radius: BigUint::from(u8::from(!on_grid)) }
    }

    /// The product of two balls.
    ///
    /// Let |α| ≤ r, |β| ≤ s be the errors of midpoints a, b. Then
    /// (a + α)(b + β) − ab = aβ + bα + αβ, at most |a|s + |b|r + rs in absolute
    /// value, rounded up; and the midpoint ⌊ab / 2^F⌋ adds less than one unit.
    pub fn multiply(self, a: &Ball, b: &Ball) -> Ball {
        let (r, s) = (&a.radius, &b.radius);
        let spread = a.midpoint.magnitude() * s + b.midpoint.magnitude() * r + r * s;
        Ball {
            // A right shift of a BigInt rounds towards −∞, for either sign.
            midpoint: (&a.midpoint * &b.midpoint) >> self.bits,
            radius: shift_up(spread, self.bits) + 1u8,
        }
    }

    /// The ball as an interval with rational ends.
    pub fn enclosure(self, ball: &Ball) -> Enclosure {
        Enclosure::hull(self.value(&ball.low()), self.value(&ball.high()))
    }
}

impl Ball {
    /// The ball that is one grid point.
    pub fn point(midpoint: BigInt) -> Self {
        Ball { midpoint, radius: BigUint::ZERO }
    }

    /// The lower end, in units.
    pub fn low(&self) -> BigInt {
        &self.midpoint - BigInt::from(self.radius.clone())
    }

    /// The upper end, in units.
    pub fn high(&self) -> BigInt {
        &self.midpoint + BigInt::from(self.radius.clone())
    }

    /// A bound for |u| over the ball, in units: |m| + e.
    pub fn magnitude(&self) -> BigUint {
        self.midpoint.magnitude() + &self.radius
    }

    /// A bound from below for |u| over the ball: |m| − e, or 0 if the ball meets 0.
    pub fn mignitude(&self) -> BigUint {
        let size = self.midpoint.magnitude();
        if size > &self.radius { size - &self.radius } else { BigUint::ZERO }
    }

    /// The sum of two balls: midpoints add exactly, errors add at worst.
    pub fn plus(&self, other: &Ball) -> Ball {
        Ball { midpoint: &self.midpoint + &other.midpoint, radius: &self.radius + &other.radius }
    }

    /// The difference of two balls; the errors still add.
    pub fn minus(&self, other: &Ball) -> Ball {
        Ball { midpoint: &self.midpoint - &other.midpoint, radius: &self.radius + &other.radius }
    }

    /// An integer multiple: k(m + α) = km + kα, so nothing is rounded.
    pub fn times(&self, factor: &BigInt) -> Ball {
        Ball { midpoint: &self.midpoint * factor, radius: &self.radius * factor.magnitude() }
    }
}

/// ⌈a / 2^bits⌉: one more than the floor, if a one bit is shifted out.
fn shift_up(a: BigUint, bits: u64) -> BigUint {
    let inexact = a.trailing_zeros().is_some_and(|zeros| zeros < bits);
    (a >> bits) + u8::from(inexact)
}

/// A radius rounded up to 64 significant bits, so that computing with it stays cheap
/// at any precision; it grows by a factor of at most 1 + 2^-63.
pub fn coarsened(radius: BigUint) -> BigUint {
    let excess = radius.bits().saturating_sub(64);
    shift_up(radius, excess) << excess
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    /// A ball and a true point of it: midpoint + place/4 · radius, |place| ≤ 4, so
    /// that the ends are drawn often.
    fn ball_with_point(grid: Grid, (m, e, place): (i64, u32, i8)) -> (Ball, BigRational) {
        let ball = Ball { midpoint: m.into(), radius: e.into() };
        let offset = rational(i64::from(e) * i64::from(place), 4);
        let unit = grid.value(&BigInt::one());
        (ball, (BigRational::from(BigInt::from(m)) + offset) * unit)
    }

    fn raw_ball() -> impl Strategy<Value = (i64, u32, i8)> {
        let midpoint = prop_oneof![-40i64..40, -(1i64 << 40)..(1i64 << 40)];
        let radius = prop_oneof![0u32..3, 0u32..1000, any::<u32>()];
        (midpoint, radius, -4i8..=4)
    }

    fn holds(grid: Grid, ball: &Ball, value: &BigRational) -> bool {
        grid.enclosure(ball).contains(value)
    }

    proptest! {
        // 15,000 cases of seven operations each.
        #![proptest_config(ProptestConfig::with_cases(15_000))]

        #[test]
        fn every_operation_contains_the_exact_result(
            bits in 0u64..48, a in raw_ball(), b in raw_ball(), k in -1000i64..1000,
            n in any::<i64>(), d in 1i64..1_000_000,
        ) {
            let grid = Grid::new(bits);
            let ((p, u), (q, v)) = (ball_with_point(grid, a), ball_with_point(grid, b));
            prop_assert!(holds(grid, &p.plus(&q), &(&u + &v)));
            prop_assert!(holds(grid, &p.minus(&q), &(&u - &v)));
            prop_assert!(holds(grid, &grid.multiply(&p, &q), &(&u * &v)));
            let factor = BigInt::from(k);
            prop_assert!(holds(grid, &p.times(&factor), &(&u * BigRational::from(factor.clone()))));
            prop_assert!(holds(grid, &grid.enclose(&rational(n, d)), &rational(n, d)));
            let size = if u < rational(0, 1) { -u.clone() } else { u.clone() };
            prop_assert!(size <= grid.value(&p.magnitude().into()));
            prop_assert!(size >= grid.value(&p.mignitude().into()));
        }

        #[test]
        fn rounding_is_the_tightest(bits in 0u64..80, n in any::<i64>(), d in 1i64..1_000_000) {
            let (grid, x) = (Grid::new(bits), rational(n, d));
            let (low, high) = (grid.floor(&x), grid.ceil(&x));
            prop_assert!(grid.value(&low) <= x && x <= grid.value(&high));
            prop_assert!(&high - &low <= BigInt::one());
            prop_assert!(grid.value(&(&low + 1)) > x && grid.value(&(&high - 1)) < x);
        }

        #[test]
        fn coarsening_only_enlarges(a in any::<u64>(), b in any::<u64>(), shift in 0u64..200) {
            let radius = (BigUint::from(a) * BigUint::from(b)) << shift;
            let coarse = coarsened(radius.clone());
            prop_assert!(coarse >= radius);
            prop_assert!((&coarse - &radius) << 63u8 <= radius);
        }

        #[test]
        fn multiply_up_is_a_ceiling(bits in 0u64..70, a in any::<u64>(), b in any::<u64>()) {
            let up = Grid::new(bits).multiply_up(&a.into(), &b.into()) << bits;
            let exact = BigUint::from(a) * BigUint::from(b);
            prop_assert!(up >= exact && up < exact + (BigUint::one() << bits));
        }

        #[test]
        fn a_grid_value_is_in_lowest_terms(bits in 0u64..80, n in any::<i64>()) {
            let value = Grid::new(bits).value(&n.into());
            prop_assert_eq!(value.clone(), BigRational::new(n.into(), BigInt::one() << bits));
            prop_assert_eq!(value.reduced().denom().clone(), value.denom().clone());
        }
    }
}
