//! Symmetric matrices: exact tests for positive definiteness, and enclosed eigenvalues.
//!
//! Matrices are integers in units of a [`Grid`]. Rounding a symmetric matrix entrywise to
//! the grid changes it by a symmetric E with |E_kl| < 2^-F, and ‖E‖₂ ≤ n·2^-F; so with
//! [`Rounded`], which moves the diagonal by n units after rounding, A − 2n·2^-F ⪯ lower ⪯ A ⪯ upper.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::exact::{Enclosure, Grid};

/// A symmetric matrix of integers.
pub(super) type Symmetric = Vec<Vec<BigInt>>;

/// Whether a symmetric matrix is positive definite.
///
/// Fraction-free elimination (Bareiss): the k-th pivot is the k-th leading principal
/// minor, an integer, and the divisions are exact. By Sylvester's criterion all are
/// positive iff the matrix is positive definite.
pub(super) fn positive_definite(mut a: Symmetric) -> bool {
    let n = a.len();
    let mut previous = BigInt::one();
    for k in 0..n {
        let (done, rest) = a.split_at_mut(k.saturating_add(1));
        let Some(row) = done.last() else { return false };
        let Some(pivot) = row.get(k).filter(|pivot| pivot.is_positive()) else { return false };
        for lower in rest {
            let Some(factor) = lower.get(k).cloned() else { return false };
            for (entry, above) in lower.iter_mut().zip(row).skip(k.saturating_add(1)) {
                *entry = (&*entry * pivot - &factor * above) / &previous;
            }
        }
        previous = pivot.clone();
    }
    true
}

/// t·I − A
pub(super) fn below(a: &Symmetric, t: &BigInt) -> Symmetric {
    let rows = a.iter().enumerate();
    let negated = rows.map(|(i, row)| {
        let entries = row.iter().enumerate();
        entries.map(|(j, entry)| if i == j { t - entry } else { -entry }).collect()
    });
    negated.collect()
}

/// A − t·I
pub(super) fn above(a: &Symmetric, t: &BigInt) -> Symmetric {
    let mut shifted = a.clone();
    for (i, row) in shifted.iter_mut().enumerate() {
        if let Some(entry) = row.get_mut(i) {
            *entry -= t;
        }
    }
    shifted
}

/// Bounds on the grid for one or two symmetric matrices in the Loewner order.
pub(super) struct Rounded {
    grid: Grid,
}

impl Rounded {
    pub(super) fn new(grid: Grid) -> Self {
        Rounded { grid }
    }

    /// A matrix on the grid that is ⪯ the given one.
    pub(super) fn below(&self, a: &[Vec<BigRational>]) -> Symmetric {
        above(&self.rounded(a), &BigInt::from(a.len()))
    }

    /// A matrix on the grid that is ⪰ the given one.
    pub(super) fn above(&self, a: &[Vec<BigRational>]) -> Symmetric {
        above(&self.rounded(a), &-BigInt::from(a.len()))
    }

    fn rounded(&self, a: &[Vec<BigRational>]) -> Symmetric {
        a.iter().map(|row| row.iter().map(|entry| self.grid.floor(entry)).collect()).collect()
    }
}

/// An enclosure of the largest eigenvalues of all symmetric A with lower ⪯ A ⪯ upper, as
/// tight as the two bounds allow, to one unit of the grid.
///
/// λ_max increases in the Loewner order. By bisection: t·I − upper ≻ 0 proves
/// λ_max(upper) < t, and if t·I − lower is not positive definite then λ_max(lower) ≥ t.
pub(super) fn largest_eigenvalue(lower: &Symmetric, upper: &Symmetric, grid: Grid) -> Enclosure {
    let (low, _) = bracket(lower);
    let (_, high) = bracket(upper);
    Enclosure::hull(grid.value(&low), grid.value(&high))
}

/// t and t + 1 with t ≤ λ_max < t + 1.
fn bracket(a: &Symmetric) -> (BigInt, BigInt) {
    // λ_max ≤ ‖A‖_∞, and it is at least every entry of the diagonal.
    let sums = a.iter().map(|row| row.iter().map(Signed::abs).sum::<BigInt>());
    let mut high: BigInt = sums.max().unwrap_or_default() + 1;
    let diagonal = a.iter().enumerate().filter_map(|(i, row)| row.get(i));
    let mut low = diagonal.max().cloned().unwrap_or_else(|| -high.clone());
    if a.len() == 1 {
        high = &low + 1;
    }
    loop {
        let middle: BigInt = (&low + &high) >> 1u8;
        if middle == low || middle == high {
            return (low, high);
        }
        if positive_definite(below(a, &middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
}

/// The Gram matrix Σ_i p_i X_ki X_li.
pub(super) fn gram(x: &[Vec<BigRational>], p: &[BigRational]) -> Vec<Vec<BigRational>> {
    let entry = |a: &[BigRational], b: &[BigRational]| -> BigRational {
        let products = a.iter().zip(b).zip(p).filter(|(_, p)| !p.is_zero());
        products.map(|((a, b), p)| a * b * p).sum()
    };
    x.iter().map(|a| x.iter().map(|b| entry(a, b)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    fn integers(rows: &[Vec<i64>]) -> Symmetric {
        rows.iter().map(|row| row.iter().map(|&n| n.into()).collect()).collect()
    }

    fn symmetric() -> impl Strategy<Value = Vec<Vec<i64>>> {
        (1usize..5).prop_flat_map(|n| prop::collection::vec(prop::collection::vec(-9i64..10, n), n)).prop_map(|a| {
            let entry = |i: usize, j: usize| a[i.max(j)][i.min(j)] + if i == j { 9 } else { 0 };
            (0..a.len()).map(|i| (0..a.len()).map(|j| entry(i, j)).collect()).collect()
        })
    }

    #[test]
    fn by_hand() {
        assert!(positive_definite(integers(&[vec![2, 1], vec![1, 2]])));
        assert!(!positive_definite(integers(&[vec![1, 1], vec![1, 1]])));
        assert!(!positive_definite(integers(&[vec![0, 0], vec![0, 1]])));
        // Leading minors 1, 0, …
        assert!(!positive_definite(integers(&[vec![1, 1, 0], vec![1, 1, 0], vec![0, 0, 5]])));
        assert!(positive_definite(integers(&[vec![2, -1, 0], vec![-1, 2, -1], vec![0, -1, 2]])));
        // Eigenvalues 1 and 3: on the grid of integers 3 lies in [3, 4].
        let a = integers(&[vec![2, 1], vec![1, 2]]);
        assert_eq!(bracket(&a), (3.into(), 4.into()));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn eigenvalues_agree_with_nalgebra(a in symmetric()) {
            let n = a.len();
            let eigenvalues = DMatrix::from_fn(n, n, |i, j| a[i][j] as f64).symmetric_eigenvalues();
            let (least, largest) = (eigenvalues.min(), eigenvalues.max());
            if least.abs() > 1e-9 {
                prop_assert_eq!(positive_definite(integers(&a)), least > 0.0);
            }
            let grid = Grid::new(16);
            let rational: Vec<Vec<BigRational>> =
                a.iter().map(|row| row.iter().map(|&n| BigRational::new(n.into(), 3.into())).collect()).collect();
            let rounded = Rounded::new(grid);
            let found = largest_eigenvalue(&rounded.below(&rational), &rounded.above(&rational), grid);
            let true_value = BigRational::from_float(largest / 3.0).unwrap();
            let slack = BigRational::new(1.into(), 1_000_000_000.into());
            prop_assert!(found.lo() - &slack <= true_value && true_value <= found.hi() + &slack);
            prop_assert!(found.width() <= grid.value(&BigInt::from(4 * n + 2)));
        }
    }
}
