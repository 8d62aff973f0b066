//! The extreme eigenvalues of a diagonal matrix plus a few dyads, H = diag(h) + V Vᵀ with V of size d × n.
//!
//! For λ above all hᵢ, H − λI is negative definite exactly when I − Vᵀ(λI − diag(h))⁻¹V is positive
//! definite, a matrix of size n: no matrix of size d is formed. The least eigenvalue is needed only where it is
//! the largest in absolute value; it is found by counting the negative eigenvalues of H − λI, which by
//! Sylvester's law of inertia (Haynsworth) are those of diag(h) − λI and of −I − Vᵀ(diag(h) − λI)⁻¹V, less n.

/// What is asked of a Hessian.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Extremes {
    /// The largest absolute value of an eigenvalue.
    pub norm: f64,
    /// The largest eigenvalue.
    pub largest: f64,
}

/// Halvings of a bracket: more than a double has bits.
const HALVINGS: u32 = 64;

/// h and V, whose row i is `factors[i * n..][..n]`.
pub(super) fn extremes(h: &[f64], factors: &[f64]) -> Extremes {
    let undefined = Extremes { norm: f64::NAN, largest: f64::NAN };
    if h.is_empty() || h.iter().chain(factors).any(|entry| !entry.is_finite()) {
        return undefined;
    }
    let n = factors.len() / h.len();
    let (low, high) = h.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), h| (a.min(*h), b.max(*h)));
    let largest = if n == 1 { largest_of_one(h, factors, high) } else { largest_of_many(h, factors, n, low, high) };
    // V Vᵀ is positive semidefinite, so no eigenvalue lies below the least hᵢ.
    let norm = if largest >= -low { largest } else { largest.abs().max(-least(h, factors, n, low)) };
    Extremes { norm, largest }
}

/// One dyad: the root above all hᵢ of ψ(λ) = Σ vᵢ²/(λ − hᵢ) = 1. Where the hᵢ are small 1/ψ is nearly
/// linear, so that Newton's method for 1/ψ = 1 needs few steps; it is kept within a bracket.
fn largest_of_one(h: &[f64], v: &[f64], high: f64) -> f64 {
    let weight: f64 = v.iter().map(|v| v * v).sum();
    if weight == 0.0 {
        return high;
    }
    let mean = h.iter().zip(v).map(|(h, v)| h * v * v).sum::<f64>() / weight;
    // vᵀHv/vᵀv is a lower bound, and the norms of the summands an upper one.
    let (mut below, mut above) = ((weight + mean).max(high), weight + high);
    let mut at = below;
    for _ in 0..HALVINGS {
        let (mut psi, mut slope) = (0.0, 0.0);
        for (h, v) in h.iter().zip(v) {
            let term = v / (at - h);
            psi += v * term;
            slope += term * term;
        }
        if psi >= 1.0 || !psi.is_finite() {
            below = at;
        } else {
            above = at;
        }
        let newton = at + (psi - 1.0) * psi / slope;
        let next = if below < newton && newton < above { newton } else { f64::midpoint(below, above) };
        if (next - at).abs() <= 2.0 * f64::EPSILON * next.abs() {
            return next;
        }
        at = next;
    }
    at
}

fn largest_of_many(h: &[f64], factors: &[f64], n: usize, low: f64, high: f64) -> f64 {
    let top = eigenvalues(gram(factors, n, |_| 1.0)).into_iter().fold(0.0, f64::max);
    // Weyl's inequalities; the other bound is a diagonal summand.
    let (mut below, mut above) = ((top + low).max(high), top + high);
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(below, above);
        if middle <= below || middle >= above {
            break;
        }
        let inner = gram(factors, n, |i| 1.0 / (middle - h[i]));
        if is_below_identity(inner) {
            above = middle;
        } else {
            below = middle;
        }
    }
    f64::midpoint(below, above)
}

/// The least eigenvalue: none lies below the least hᵢ.
fn least(h: &[f64], factors: &[f64], n: usize, low: f64) -> f64 {
    let rows = h.iter().zip(factors.chunks_exact(n));
    let diagonal = rows.map(|(h, v)| h + v.iter().map(|v| v * v).sum::<f64>());
    let (mut below, mut above) = (low, diagonal.fold(f64::INFINITY, f64::min));
    for _ in 0..HALVINGS {
        let middle = f64::midpoint(below, above);
        if middle <= below || middle >= above {
            break;
        }
        let negative = h.iter().filter(|h| **h < middle).count();
        let inner = gram(factors, n, |i| 1.0 / (h[i] - middle));
        let more = eigenvalues(inner).iter().filter(|value| **value > -1.0).count();
        if negative + more <= n {
            below = middle;
        } else {
            above = middle;
        }
    }
    f64::midpoint(below, above)
}

/// A symmetric matrix by rows.
type Square = Vec<Vec<f64>>;

/// Vᵀ diag(s) V.
fn gram(factors: &[f64], n: usize, scale: impl Fn(usize) -> f64) -> Square {
    let mut matrix = vec![vec![0.0; n]; n];
    for (i, v) in factors.chunks_exact(n).enumerate() {
        let s = scale(i);
        for (row, a) in matrix.iter_mut().zip(v) {
            for (entry, b) in row.iter_mut().zip(v) {
                *entry += s * a * b;
            }
        }
    }
    matrix
}

/// Whether I − A is positive definite, by Cholesky's factorisation.
fn is_below_identity(a: Square) -> bool {
    let n = a.len();
    let mut l = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..=i {
            let known: f64 = (0..j).map(|k| l[i][k] * l[j][k]).sum();
            let rest = f64::from(u8::from(i == j)) - a[i][j] - known;
            if i == j {
                if !rest.is_finite() || rest <= 0.0 {
                    return false;
                }
                l[i][i] = rest.sqrt();
            } else {
                l[i][j] = rest / l[j][j];
            }
        }
    }
    true
}

/// All eigenvalues of a small symmetric matrix, by Jacobi's rotations.
pub(super) fn eigenvalues(mut a: Square) -> Vec<f64> {
    let n = a.len();
    let size: f64 = a.iter().flatten().map(|entry| entry * entry).sum();
    for _ in 0..40 {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[i][j]).sum();
        if off.is_nan() || off <= f64::EPSILON * f64::EPSILON * size * 1e-4 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, p, q);
            }
        }
    }
    (0..n).map(|i| a[i][i]).collect()
}

/// Makes the entry (p, q) zero.
fn rotate(a: &mut Square, p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let tangent = theta.signum() / (theta.abs() + theta.hypot(1.0));
    let cosine = 1.0 / tangent.hypot(1.0);
    let sine = tangent * cosine;
    for row in a.iter_mut() {
        let (x, y) = (row[p], row[q]);
        row[p] = cosine * x - sine * y;
        row[q] = sine * x + cosine * y;
    }
    let (above, below) = a.split_at_mut(q);
    for (x, y) in above[p].iter_mut().zip(&mut below[0]) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        /// Against an independent solver on the full matrix.
        #[test]
        fn extremes_are_those_of_the_full_matrix(
            n in 1usize..4,
            rows in prop::collection::vec((-3.0f64..3.0, prop::array::uniform4(-2.0f64..2.0)), 1..8),
            damping in prop_oneof![Just(0.0), Just(1e-10), Just(1.0)],
            size in prop_oneof![Just(1.0), Just(1e-3)],
        ) {
            let h: Vec<f64> = rows.iter().map(|(h, _)| h * damping).collect();
            let factors: Vec<f64> = rows.iter().flat_map(|(_, v)| v[..n].iter().map(|v| v * size)).collect();
            let full = DMatrix::from_fn(h.len(), h.len(), |i, j| {
                let dyads: f64 = (0..n).map(|k| factors[i * n + k] * factors[j * n + k]).sum();
                dyads + if i == j { h[i] } else { 0.0 }
            });
            let values = full.symmetric_eigenvalues();
            let found = extremes(&h, &factors);
            let scale = values.amax().max(1e-300);
            prop_assert!((found.largest - values.max()).abs() <= 1e-11 * scale, "{found:?} {values}");
            prop_assert!((found.norm - values.amax()).abs() <= 1e-11 * scale, "{found:?} {values}");
        }
    }
}
