//! The largest eigenvalue of a symmetric matrix that is known between two others, exactly decided.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::Enclosure;

/// Whether a symmetric rational matrix is positive definite.
///
/// All leading minors have to be positive (Sylvester). Elimination without fractions (Bareiss) on the matrix times a common
/// denominator has exactly these minors as pivots, and all its divisions are exact. Only entries on and above the diagonal
/// are read; rows that are too short count as not positive definite.
pub fn is_positive_definite(matrix: &[Vec<BigRational>]) -> bool {
    let size = matrix.len();
    if matrix.iter().any(|row| row.len() != size) {
        return false;
    }
    let common = matrix.iter().flatten().fold(BigInt::one(), |lcm, q| lcm.lcm(q.denom()));
    // Row i holds its entries from the diagonal on.
    let mut rows: Vec<Vec<BigInt>> = matrix
        .iter()
        .enumerate()
        .map(|(i, row)| row.iter().skip(i).map(|q| q.numer() * (&common / q.denom())).collect())
        .collect();
    let mut previous = BigInt::one();
    while !rows.is_empty() {
        let first = rows.remove(0);
        let Some((pivot, rest)) = first.split_first() else { return false };
        if !pivot.is_positive() {
            return false;
        }
        for (i, row) in rows.iter_mut().enumerate() {
            let Some(factor) = rest.get(i) else { return false };
            for (entry, other) in row.iter_mut().zip(rest.iter().skip(i)) {
                *entry = (pivot * &*entry - factor * other) / &previous;
            }
        }
        previous.clone_from(pivot);
    }
    true
}

/// λ_max of every symmetric A with lower ⪯ A ⪯ upper (Loewner), to about `width` more than the two differ.
///
/// λ_max increases in Loewner's order. λI − upper ≻ 0 shows λ_max(A) < λ; where λI − lower is not positive definite,
/// λ ≤ λ_max(lower) ≤ λ_max(A). The search starts from the row sums of absolute values (Gershgorin). `None` for an
/// empty matrix, for sizes that differ, or for a width that is not positive.
pub fn largest_eigenvalue(
    lower: &[Vec<BigRational>],
    upper: &[Vec<BigRational>],
    width: &BigRational,
) -> Option<Enclosure> {
    if lower.is_empty() || lower.len() != upper.len() || !width.is_positive() {
        return None;
    }
    let (_, high) = bisected(upper, width)?;
    let (low, _) = bisected(lower, width)?;
    Enclosure::new(low, high)
}

/// Two numbers at most `width` apart: a lower bound of λ_max of a matrix, and an upper one.
fn bisected(matrix: &[Vec<BigRational>], width: &BigRational) -> Option<(BigRational, BigRational)> {
    let bound = matrix.iter().map(|row| row.iter().map(Signed::abs).sum::<BigRational>()).max()?.ceil() + BigInt::one();
    let (mut low, mut high) = (-bound.clone(), bound);
    while &high - &low > *width {
        let middle = (&low + &high) / BigInt::from(2);
        if is_positive_definite(&shifted(matrix, &middle)) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some((low, high))
}

/// λI − A
fn shifted(matrix: &[Vec<BigRational>], lambda: &BigRational) -> Vec<Vec<BigRational>> {
    let entry = |i: usize, j: usize, a: &BigRational| if i == j { lambda - a } else { -a };
    matrix.iter().enumerate().map(|(i, row)| row.iter().enumerate().map(|(j, a)| entry(i, j, a)).collect()).collect()
}

/// factor · X diag(a) Xᵀ for rows x of X: increases in Loewner's order with every a, if factor ≥ 0.
pub fn weighted_gram(
    rows: &[Vec<BigRational>],
    weights: &[BigRational],
    factor: &BigRational,
) -> Vec<Vec<BigRational>> {
    let entry = |p: &[BigRational], q: &[BigRational]| {
        let terms = p.iter().zip(q).zip(weights).map(|((p, q), a)| p * q * a);
        terms.fold(BigRational::zero(), |sum, one| sum + one) * factor
    };
    rows.iter().map(|p| rows.iter().map(|q| entry(p, q)).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matrix(size: usize, entries: &[i64]) -> Vec<Vec<BigRational>> {
        let at = |i: usize, j: usize| {
            let (i, j) = (i.min(j), i.max(j));
            BigRational::new(entries[i * 4 + j].into(), 3.into())
        };
        (0..size).map(|i| (0..size).map(|j| at(i, j)).collect()).collect()
    }

    #[test]
    fn by_hand() {
        let number = |n: i64| BigRational::from(BigInt::from(n));
        let a = vec![vec![number(2), number(1)], vec![number(1), number(2)]];
        let found = largest_eigenvalue(&a, &a, &BigRational::new(1.into(), 1024.into())).unwrap();
        assert!(found.contains(&number(3)) && is_positive_definite(&a));
        let singular = vec![vec![number(1), number(1)], vec![number(1), number(1)]];
        assert!(!is_positive_definite(&singular) && largest_eigenvalue(&[], &[], &number(1)).is_none());
        assert_eq!(weighted_gram(&[vec![number(1), number(2)]], &[number(3), number(5)], &number(2)), [[number(46)]]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn agrees_with_another_solver(size in 1usize..=4, entries in proptest::collection::vec(-9i64..=9, 16)) {
            let a = matrix(size, &entries);
            let found = largest_eigenvalue(&a, &a, &BigRational::new(1.into(), 1048576.into())).unwrap();
            let float = nalgebra::DMatrix::from_fn(size, size, |i, j| entries[i.min(j) * 4 + i.max(j)] as f64 / 3.0);
            let largest = float.symmetric_eigenvalues().max();
            let bounds = (BigRational::from_float(largest - 1e-5).unwrap(), BigRational::from_float(largest + 1e-5).unwrap());
            prop_assert!(found.lo() >= &bounds.0 && found.hi() <= &bounds.1);
        }
    }
}
