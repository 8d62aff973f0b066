//! Closed intervals with rational ends.

use std::cmp::Ordering;

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::Grid;

/// The closed interval [lo, hi], lo ≤ hi, known to contain some real number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosure {
    lo: BigRational,
    hi: BigRational,
}

impl Enclosure {
    /// The interval [lo, hi], if lo ≤ hi.
    pub fn new(lo: BigRational, hi: BigRational) -> Option<Self> {
        (lo <= hi).then_some(Enclosure { lo, hi })
    }

    /// The smallest interval that contains both numbers, in either order.
    pub fn hull(a: BigRational, b: BigRational) -> Self {
        // Denominators are positive. Ends that agree in many digits are slow to compare by
        // continued fractions, as `a <= b` does.
        let ordered = a.numer() * b.denom() <= b.numer() * a.denom();
        let (lo, hi) = if ordered { (a, b) } else { (b, a) };
        Enclosure { lo, hi }
    }

    /// A number known exactly.
    pub fn point(value: BigRational) -> Self {
        Enclosure { lo: value.clone(), hi: value }
    }

    /// The lower end.
    pub fn lo(&self) -> &BigRational {
        &self.lo
    }

    /// The upper end.
    pub fn hi(&self) -> &BigRational {
        &self.hi
    }

    /// hi − lo.
    pub fn width(&self) -> BigRational {
        &self.hi - &self.lo
    }

    /// The largest absolute value in the interval.
    pub fn magnitude(&self) -> BigRational {
        self.lo.abs().max(self.hi.abs())
    }

    /// Whether the number is known exactly.
    pub fn is_point(&self) -> bool {
        self.lo == self.hi
    }

    /// Whether `value` lies in the interval.
    pub fn contains(&self, value: &BigRational) -> bool {
        &self.lo <= value && value <= &self.hi
    }

    /// Whether the whole of `other` lies in the interval.
    pub fn encloses(&self, other: &Enclosure) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }

    /// The sum of two intervals: ends add, because + is increasing in both.
    pub fn plus(&self, other: &Enclosure) -> Self {
        Enclosure { lo: &self.lo + &other.lo, hi: &self.hi + &other.hi }
    }

    /// The interval moved down by an exact number.
    pub fn minus(&self, offset: &BigRational) -> Self {
        Enclosure { lo: &self.lo - offset, hi: &self.hi - offset }
    }

    /// A rational multiple; a negative factor exchanges the ends.
    pub fn times(&self, factor: &BigRational) -> Self {
        Enclosure::hull(&self.lo * factor, &self.hi * factor)
    }

    /// The squares of the numbers in the interval. The square is monotone on either
    /// side of 0, and least at 0 when 0 is inside.
    pub fn square(&self) -> Self {
        let (a, b) = (&self.lo * &self.lo, &self.hi * &self.hi);
        if self.contains(&BigRational::zero()) {
            Enclosure::hull(BigRational::zero(), a.max(b))
        } else {
            Enclosure::hull(a, b)
        }
    }

    /// The negatives of the numbers in it.
    pub fn negated(&self) -> Self {
        Enclosure { lo: -&self.hi, hi: -&self.lo }
    }

    /// The products of its numbers with those of another. A bilinear function on a rectangle has
    /// its extremes at corners.
    pub fn product(&self, other: &Enclosure) -> Self {
        let (at_lo, at_hi) = (other.times(&self.lo), other.times(&self.hi));
        Enclosure { lo: at_lo.lo.min(at_hi.lo), hi: at_lo.hi.max(at_hi.hi) }
    }

    /// The reciprocals of its numbers; `None` if 0 is among them. On an interval without 0 the
    /// reciprocal decreases.
    pub fn recip(&self) -> Option<Self> {
        let zero = BigRational::zero();
        (!self.contains(&zero)).then(|| Enclosure { lo: self.hi.recip(), hi: self.lo.recip() })
    }

    /// The smallest interval around this one with ends on the grid.
    pub fn outward(&self, grid: Grid) -> Self {
        Enclosure { lo: grid.value(&grid.floor(&self.lo)), hi: grid.value(&grid.ceil(&self.hi)) }
    }
}

/// The order of two enclosed numbers, where the enclosures settle it: strictly
/// separated intervals, or two exact numbers that are equal.
pub fn compare(a: &Enclosure, b: &Enclosure) -> Option<Ordering> {
    if a.hi < b.lo {
        Some(Ordering::Less)
    } else if b.hi < a.lo {
        Some(Ordering::Greater)
    } else if a.is_point() && b.is_point() {
        // Neither of two points is below the other.
        Some(Ordering::Equal)
    } else {
        None
    }
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
        #[test]
        fn operations_contain_the_exact_result(
            (a, u) in interval(), (b, v) in interval(), k in -9i64..9, bits in 0u64..6,
        ) {
            let factor = rational(k, 7);
            prop_assert!(a.plus(&b).contains(&(&u + &v)));
            prop_assert!(a.minus(&v).contains(&(&u - &v)));
            prop_assert!(a.times(&factor).contains(&(&u * &factor)));
            prop_assert!(a.negated().contains(&-&u));
            prop_assert!(a.product(&b).contains(&(&u * &v)));
            if let Some(recip) = a.recip() {
                prop_assert!(recip.contains(&u.recip()));
            } else {
                prop_assert!(a.contains(&rational(0, 1)));
            }
            prop_assert!(a.square().contains(&(&u * &u)));
            prop_assert!(a.square().lo() >= &rational(0, 1));
            prop_assert!(a.outward(Grid::new(bits)).encloses(&a));
            prop_assert!(a.magnitude() >= u.abs());
        }

        #[test]
        fn order_agrees_with_every_pair_of_points((a, u) in interval(), (b, v) in interval()) {
            if let Some(order) = compare(&a, &b) {
                prop_assert_eq!(order, u.cmp(&v));
            }
        }
    }

    #[test]
    fn order_needs_strict_separation() {
        let touching = Enclosure::hull(rational(0, 1), rational(1, 1));
        let one = Enclosure::point(rational(1, 1));
        assert_eq!(compare(&touching, &one), None);
        assert_eq!(compare(&one, &one), Some(Ordering::Equal));
        assert_eq!(compare(&one, &Enclosure::point(rational(2, 1))), Some(Ordering::Less));
        assert_eq!(Enclosure::new(rational(1, 1), rational(0, 1)), None);
    }
}
