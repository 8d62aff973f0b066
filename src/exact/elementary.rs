//! exp, log and square roots of enclosures, rounded outwards.
//!
//! All arithmetic is on the integers of a [`Grid`]; what a series leaves out is bounded beside it.

use num_bigint::{BigInt, BigUint};
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{Ball, Enclosure, Grid};

/// exp is computed for arguments up to 2^20 in absolute value: longer results would not fit into any budget.
const LARGEST_ARGUMENT: u64 = 1 << 20;

/// Bits beyond those asked for.
const GUARD_BITS: u64 = 64;

/// The numbers e^u for u in the enclosure, to a relative precision of about 2^-bits at each end; `None` if the upper end
/// exceeds 2^20. Below −2^20 the lower bound is 0.
pub fn exp(argument: &Enclosure, bits: u64) -> Option<Enclosure> {
    // exp increases.
    let high = exp_of_number(argument.hi(), bits)?;
    if argument.is_point() {
        return Some(high);
    }
    let low = exp_of_number(argument.lo(), bits)?;
    Some(Enclosure::hull(low.lo().clone(), high.hi().clone()))
}

/// The numbers log u for u in the enclosure, to an absolute precision of about 2^-bits at each end; `None` if it holds a
/// number that is not positive.
pub fn log(argument: &Enclosure, bits: u64) -> Option<Enclosure> {
    if !argument.lo().is_positive() {
        return None;
    }
    let (low, high) = (log_of_number(argument.lo(), bits), log_of_number(argument.hi(), bits));
    Some(Enclosure::hull(low.lo().clone(), high.hi().clone()))
}

/// The numbers √u for u in the enclosure, to an absolute precision of 2^-bits at each end; `None` if it holds a negative
/// number.
pub fn sqrt(argument: &Enclosure, bits: u64) -> Option<Enclosure> {
    if argument.lo().is_negative() {
        return None;
    }
    // ⌊√⌊4^b u⌋⌋ = ⌊2^b √u⌋ from below, and one more than the root of a larger number from above.
    let (double, grid) = (Grid::new(bits.saturating_mul(2)), Grid::new(bits));
    let low = double.floor(argument.lo()).sqrt();
    let top = double.ceil(argument.hi());
    let root = top.sqrt();
    let high = if &root * &root == top { root } else { root + 1 };
    Some(Enclosure::hull(grid.value(&low), grid.value(&high)))
}

/// e^q for a number q.
///
/// With k the integer next to q/log 2 and t = q − k log 2, |t| ≤ 0.35 + 2^-40, e^q = 2^k (e^{t/2^j})^{2^j}. Units of 2^-G
/// become units of 2^-(G+j) of t/2^j with the same integers. Radii carry all errors, so the enclosure holds in any case; it is
/// tight because that of t, from q and k log 2, is below 2^21 units times the few thousand of log 2, and a squaring at most doubles
/// relative errors: some 2^34 units of 2^-G, against 64 guard bits.
fn exp_of_number(q: &BigRational, bits: u64) -> Option<Enclosure> {
    let bound = BigRational::from(BigInt::from(LARGEST_ARGUMENT));
    if q > &bound {
        return None;
    }
    if q.is_zero() {
        return Some(Enclosure::point(BigRational::one()));
    }
    if q < &-bound {
        // e^q < e^-N < 2^-N.
        let tiny = BigRational::new_raw(BigInt::one(), BigInt::one() << LARGEST_ARGUMENT);
        return Some(Enclosure::hull(BigRational::zero(), tiny));
    }
    let grid = Grid::new(bits.saturating_add(GUARD_BITS));
    let two = log_two(grid);
    let argument = grid.enclose(q);
    let power = (&argument.midpoint + (&two.midpoint >> 1u8)).div_floor(&two.midpoint);
    let reduced = argument.minus(&two.times(&power));
    let halvings = bits.isqrt().saturating_div(2).saturating_add(2);
    let fine = Grid::new(grid.bits().saturating_add(halvings));
    let mut value = exp_series(fine, &reduced);
    for _ in 0..halvings {
        value = fine.multiply(&value, &value);
    }
    // The value is about 1: eight bits beyond those asked for are kept.
    let spare = fine.bits().saturating_sub(bits.saturating_add(8));
    let kept = fine.bits().saturating_sub(spare);
    let (low, high) = (value.low() >> spare, -(-value.high() >> spare));
    Some(Enclosure::hull(scaled(low, &power, kept)?, scaled(high, &power, kept)?))
}

/// units · 2^(power − bits), for a power below 2^21 in absolute value.
fn scaled(units: BigInt, power: &BigInt, bits: u64) -> Option<BigRational> {
    let exponent = i64::try_from(power).ok()?.checked_sub(i64::try_from(bits).ok()?)?;
    Some(if exponent >= 0 {
        BigRational::from(units << exponent.unsigned_abs())
    } else {
        Grid::new(exponent.unsigned_abs()).value(&units)
    })
}

/// e^s for |s| ≤ ½ by Σ s^n/n!. The terms fall at least by half, so all from a term T on are at most 2|T|.
fn exp_series(grid: Grid, s: &Ball) -> Ball {
    let mut term = Ball::point(grid.one());
    let mut sum = term.clone();
    let mut n = BigInt::one();
    loop {
        term = divided(&grid.multiply(&term, s), &n);
        // The radius of a term falls as well, down to a few units; the count bounds the loop in any case.
        if term.magnitude() <= BigUint::from(16u8) || n > BigInt::from(grid.bits()) {
            sum.radius += term.magnitude() * 2u8;
            return sum;
        }
        sum = sum.plus(&term);
        n += 1;
    }
}

/// log q for q > 0: q = 2^k m with ½ < m < 2, and log m = 2 artanh u for u = (m − 1)/(m + 1), |u| < ⅓.
fn log_of_number(q: &BigRational, bits: u64) -> Enclosure {
    let one = BigRational::one();
    if q == &one {
        return Enclosure::point(BigRational::zero());
    }
    let (above, below) = (q.numer().bits(), q.denom().bits());
    let grid = Grid::new(bits.saturating_add(GUARD_BITS));
    let power = BigInt::from(above) - BigInt::from(below);
    let (up, down) = (above.saturating_sub(below), below.saturating_sub(above));
    // (q − 2^k)/(q + 2^k), without reducing m.
    let (n, d) = (q.numer() << down, q.denom() << up);
    let u = BigRational::new(&n - &d, n + d);
    let log = artanh(grid, &grid.enclose(&u)).times(&BigInt::from(2)).plus(&log_two(grid).times(&power));
    grid.enclosure(&log).outward(Grid::new(bits.saturating_add(2)))
}

/// log 2 = 2 artanh ⅓.
fn log_two(grid: Grid) -> Ball {
    let third = BigRational::new(BigInt::one(), BigInt::from(3));
    artanh(grid, &grid.enclose(&third)).times(&BigInt::from(2))
}

/// artanh u = Σ u^(2n+1)/(2n+1) for |u| ≤ ⅓ + a unit. Powers fall by more than a quarter each time, so all terms from a power P
/// on are at most P(1 + ¼ + …) ≤ 2P.
fn artanh(grid: Grid, u: &Ball) -> Ball {
    let square = grid.multiply(u, u);
    let (mut power, mut sum) = (u.clone(), u.clone());
    let mut n = BigInt::from(3);
    loop {
        power = grid.multiply(&power, &square);
        if power.magnitude() <= BigUint::from(16u8) || n > BigInt::from(grid.bits()) * 2 {
            sum.radius += power.magnitude() * 2u8;
            return sum;
        }
        sum = sum.plus(&divided(&power, &n));
        n += 2;
    }
}

/// A ball over a natural number n ≥ 1: the midpoint's floor is less than one unit away, the radius is rounded up.
fn divided(ball: &Ball, n: &BigInt) -> Ball {
    Ball { midpoint: ball.midpoint.div_floor(n), radius: ball.radius.div_ceil(n.magnitude()) + 1u8 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    fn point(n: i64, d: i64) -> Enclosure {
        Enclosure::point(rational(n, d))
    }

    /// e^q by exact partial sums for |q| ≤ 8: after N ≥ 16 terms the rest is at most twice the next term.
    fn taylor(q: &BigRational) -> Enclosure {
        let (mut term, mut sum) = (BigRational::one(), BigRational::zero());
        for n in 1..=48 {
            sum += &term;
            term *= q / BigInt::from(n);
        }
        let rest = term.abs() * BigInt::from(2);
        Enclosure::hull(&sum - &rest, &sum + &rest)
    }

    fn meet(a: &Enclosure, b: &Enclosure) -> bool {
        a.lo() <= b.hi() && b.lo() <= a.hi()
    }

    fn product(a: &Enclosure, b: &Enclosure) -> Enclosure {
        Enclosure::hull(a.lo() * b.lo(), a.hi() * b.hi())
    }

    /// Some operations on one input; returns how many.
    fn check(n: i64, d: i64, m: i64, bits: u64) -> usize {
        let (p, q) = (rational(n, d), rational(m, d));
        let (a, b) = (exp_of_number(&p, bits).unwrap(), exp_of_number(&q, bits).unwrap());
        assert!(meet(&a, &taylor(&p)) && a.lo().is_positive());
        assert!(a.width() <= a.lo() / (BigInt::one() << bits.saturating_sub(1)), "{p} {bits}");
        assert!(meet(&product(&a, &b), &exp_of_number(&(&p + &q), bits).unwrap()));
        // log(exp p) = p, for every number of the enclosure's images.
        assert!(log(&a, bits).unwrap().contains(&p));
        let log_again = log(&Enclosure::point(rational(n.abs() + 1, d)), bits).unwrap();
        assert!(exp(&log_again, bits).unwrap().contains(&rational(n.abs() + 1, d)));
        assert!(log_again.width() <= BigRational::new(BigInt::one(), BigInt::one() << bits.saturating_sub(2)));
        let root = sqrt(&Enclosure::point(p.abs()), bits).unwrap();
        assert!(root.square().contains(&p.abs()));
        7
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(400))]
        #[test]
        fn independent_bounds_and_functional_equations(
            n in -4000i64..4000, m in -4000i64..4000, d in 1000i64..100_000, bits in 0u64..160,
        ) {
            check(n, d, m, bits);
        }
    }

    /// `cargo test --release --lib exact::elementary -- --ignored`
    #[test]
    #[ignore = "more than 10^5 operations"]
    fn many_operations() {
        let (mut state, mut count) = (1u64, 0);
        let mut next = |bound: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33).checked_rem(bound).map_or(0, |r| r as i64)
        };
        while count < 105_000 {
            let (n, m, d, bits) = (next(8000) - 4000, next(8000) - 4000, next(90_000) + 1000, next(160));
            count += check(n, d, m, bits as u64);
        }
    }

    #[test]
    fn huge_arguments_cost_little() {
        assert_eq!(exp(&point(1 << 21, 1), 64), None);
        let tiny = exp(&point(-(1 << 40), 1), 64).unwrap();
        assert!(tiny.lo().is_zero() && tiny.hi().is_positive());
        let large = exp(&point(1 << 20, 1), 64).unwrap();
        assert!(meet(&log(&large, 32).unwrap(), &point(1 << 20, 1)));
        assert_eq!(log(&point(0, 1), 64), None);
        assert_eq!(log(&point(1, 1), 64), Some(point(0, 1)));
        assert_eq!(exp(&point(0, 1), 64), Some(point(1, 1)));
        assert_eq!(sqrt(&point(9, 4), 8), Some(point(3, 2)));
        assert_eq!(sqrt(&point(-1, 1), 8), None);
    }
}
