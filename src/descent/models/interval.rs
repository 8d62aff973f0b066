//! Powers, absolute values and roots of intervals with rational ends.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Pow, Signed, Zero};

use crate::exact::{Enclosure, Grid};

/// The sum of enclosed numbers.
pub(super) fn sum(terms: impl IntoIterator<Item = Enclosure>) -> Enclosure {
    let zero = Enclosure::point(BigRational::zero());
    terms.into_iter().fold(zero, |sum, term| sum.plus(&term))
}

/// The n-th powers of the numbers in an interval: an odd power increases everywhere, an
/// even one is the power of the absolute value.
pub(super) fn power(a: &Enclosure, n: u32) -> Enclosure {
    if n % 2 == 1 || !a.lo().is_negative() {
        return Enclosure::hull(Pow::pow(a.lo(), n), Pow::pow(a.hi(), n));
    }
    let size = magnitude(a);
    Enclosure::hull(Pow::pow(size.lo(), n), Pow::pow(size.hi(), n))
}

/// The absolute values of the numbers in an interval.
pub(super) fn magnitude(a: &Enclosure) -> Enclosure {
    let least = if a.contains(&BigRational::zero()) { BigRational::zero() } else { a.lo().abs().min(a.hi().abs()) };
    Enclosure::hull(least, a.magnitude())
}

/// The larger of two numbers, one from each interval: max increases in both.
pub(super) fn larger(a: &Enclosure, b: &Enclosure) -> Enclosure {
    Enclosure::hull(a.lo().max(b.lo()).clone(), a.hi().max(b.hi()).clone())
}

/// The roots of the numbers in an interval that are ≥ 0, with ends on the grid unless they are rational.
pub(super) fn root(a: &Enclosure, grid: Grid) -> Enclosure {
    Enclosure::hull(root_below(a.lo(), grid), root_above(a.hi(), grid))
}

/// A number ≤ √a (0 for a < 0), exact if √a is rational.
///
/// With N = ⌊a·4^F⌋ and s = ⌊√N⌋: s ≤ √(a·4^F), so s·2^-F ≤ √a.
fn root_below(a: &BigRational, grid: Grid) -> BigRational {
    rational_root(a).unwrap_or_else(|| {
        let scaled = Grid::new(grid.bits().saturating_mul(2)).floor(a);
        if scaled.is_positive() { grid.value(&scaled.sqrt()) } else { BigRational::zero() }
    })
}

/// A number ≥ √a, exact if √a is rational.
///
/// With N = ⌈a·4^F⌉ and s = ⌊√N⌋: √(a·4^F) ≤ √N < s + 1, and √N = s if s² = N.
pub(super) fn root_above(a: &BigRational, grid: Grid) -> BigRational {
    rational_root(a).unwrap_or_else(|| {
        let scaled = Grid::new(grid.bits().saturating_mul(2)).ceil(a);
        if !scaled.is_positive() {
            return BigRational::zero();
        }
        let root = scaled.sqrt();
        let exact = &root * &root == scaled;
        grid.value(&if exact { root } else { root + 1 })
    })
}

/// √a, if a ≥ 0 is the square of a rational number: in lowest terms, of two integers.
fn rational_root(a: &BigRational) -> Option<BigRational> {
    let whole = |n: &BigInt| {
        let root = (!n.is_negative()).then(|| n.sqrt())?;
        (&root * &root == *n).then_some(root)
    };
    Some(BigRational::new_raw(whole(a.numer())?, whole(a.denom())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    fn interval() -> impl Strategy<Value = (Enclosure, BigRational)> {
        (-60i64..60, 0i64..60, 1i64..9, 0i64..=4).prop_map(|(lo, width, d, place)| {
            let e = Enclosure::hull(rational(lo, d), rational(lo + width, d));
            let inside = e.lo() + e.width() * rational(place, 4);
            (e, inside)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn operations_contain_the_exact_result((a, u) in interval(), (b, v) in interval(), n in 0u32..6, bits in 0u64..40) {
            prop_assert!(power(&a, n).contains(&Pow::pow(&u, n)));
            prop_assert!(magnitude(&a).contains(&u.abs()));
            prop_assert!(larger(&a, &b).contains((&u).max(&v)));
            let grid = Grid::new(bits);
            // √u ∈ [lo, hi] iff lo² ≤ u ≤ hi², for u ≥ 0
            let squares = magnitude(&a);
            let root = root(&squares, grid);
            prop_assert!(!root.lo().is_negative());
            prop_assert!(root.square().contains(&u.abs()));
            prop_assert!(root.square().encloses(&squares));
        }
    }

    #[test]
    fn rational_roots_are_exact() {
        let grid = Grid::new(3);
        assert_eq!(root(&Enclosure::point(rational(4, 9)), grid), Enclosure::point(rational(2, 3)));
        let two = root(&Enclosure::point(rational(2, 1)), grid);
        assert_eq!((two.lo(), two.hi()), (&rational(11, 8), &rational(12, 8)));
    }
}
