//! The least value of a polynomial of degree at most 2, exactly.
//!
//! With u₀ = 1, q(u) = Σ_kl m_kl u_k u_l for a symmetric matrix m. One variable after the other is
//! minimised over: if m_kk > 0, the minimum over u_k, the others fixed, lies at
//! u_k = -Σ_l≠k m_kl u_l / m_kk and takes m_ik m_kj / m_kk off each other entry. If m_kk < 0, or m_kk = 0 and
//! some other m_kl is not 0, q is unbounded below. When every variable has gone, the entry of u₀
//! is left, the minimum, which is attained.

use num_traits::{Signed, Zero};

use super::dual::Quadratic;
use crate::kernel::Rational;

/// The infimum of a polynomial over all values of its variables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Infimum {
    /// It takes arbitrarily small values.
    Unbounded,
    /// It takes this value, and none below it.
    Minimum(Rational),
}

impl Infimum {
    pub(super) fn of(quadratic: &Quadratic) -> Infimum {
        Matrix::of(quadratic, &symbols(std::iter::once(quadratic))).infimum()
    }
}

/// A symmetric matrix. The last row is that of the constant 1.
struct Matrix(Vec<Vec<Rational>>);

/// The symbols that occur in polynomials, sorted.
fn symbols<'q>(quadratics: impl Iterator<Item = &'q Quadratic>) -> Vec<u32> {
    let mut symbols = vec![];
    for quadratic in quadratics {
        symbols.extend(quadratic.linear.iter().map(|(symbol, _)| *symbol));
        symbols.extend(quadratic.products.iter().flat_map(|((first, second), _)| [*first, *second]));
    }
    symbols.sort_unstable();
    symbols.dedup();
    symbols
}

impl Matrix {
    fn of(quadratic: &Quadratic, symbols: &[u32]) -> Self {
        let place = |symbol: &u32| symbols.binary_search(symbol).unwrap_or_default();
        let one = symbols.len();
        let size = one.saturating_add(1);
        let mut matrix = Matrix(vec![vec![Rational::zero(); size]; size]);
        matrix.add(one, one, &quadratic.constant);
        quadratic.linear.iter().for_each(|(symbol, q)| matrix.add(place(symbol), one, q));
        quadratic.products.iter().for_each(|((first, second), q)| matrix.add(place(first), place(second), q));
        matrix
    }

    /// Adds q u_row u_column to the form.
    fn add(&mut self, row: usize, column: usize, q: &Rational) {
        let half = q / Rational::from_integer(2.into());
        for (i, j) in [(row, column), (column, row)] {
            if let Some(entry) = self.0.get_mut(i).and_then(|row| row.get_mut(j)) {
                *entry += &half;
            }
        }
    }

    fn infimum(mut self) -> Infimum {
        while let Some(last) = self.0.len().checked_sub(1).filter(|last| *last > 0) {
            let diagonal: Vec<&Rational> = (0..last).filter_map(|k| self.0.get(k)?.get(k)).collect();
            if diagonal.iter().any(|q| q.is_negative()) {
                return Infimum::Unbounded;
            }
            match diagonal.iter().position(|q| q.is_positive()) {
                Some(pivot) => self.minimise(pivot),
                // Only what does not occur at all is left, or the form is not bounded.
                None if self.0.iter().take(last).flatten().any(|q| !q.is_zero()) => return Infimum::Unbounded,
                None => break,
            }
        }
        let constant = self.0.last().and_then(|row| row.last()).cloned();
        Infimum::Minimum(constant.unwrap_or_else(Rational::zero))
    }

    /// Minimises over a variable whose square has a positive coefficient.
    fn minimise(&mut self, pivot: usize) {
        let own = self.0.remove(pivot);
        let Some(square) = own.get(pivot).cloned().filter(|q| !q.is_zero()) else { return };
        let rest: Vec<&Rational> = own.iter().enumerate().filter(|(k, _)| *k != pivot).map(|(_, q)| q).collect();
        for row in &mut self.0 {
            let factor = row.remove(pivot) / &square;
            row.iter_mut().zip(&rest).for_each(|(entry, q)| *entry -= &factor * *q);
        }
    }
}

/// Linear equations, solved as far as they are independent.
struct Equations {
    /// Each with the place of its first coefficient, which is 1, and which later rows do not have. The
    /// last entry is the constant.
    rows: Vec<(usize, Vec<Rational>)>,
}

impl Equations {
    /// What is left of an equation when multiples of the others are taken off.
    fn reduced(&self, mut row: Vec<Rational>) -> Vec<Rational> {
        for (place, own) in &self.rows {
            let factor = row.get(*place).cloned().unwrap_or_else(Rational::zero);
            row.iter_mut().zip(own).for_each(|(entry, q)| *entry -= &factor * q);
        }
        row
    }

    fn add(&mut self, row: Vec<Rational>) {
        let mut row = self.reduced(row);
        if let Some(place) = row.iter().position(|q| !q.is_zero())
            && let Some(first) = row.get(place).cloned()
        {
            row.iter_mut().for_each(|q| *q /= &first);
            self.rows.push((place, row));
        }
    }
}

/// The common zeros of affine functions that do not all vanish everywhere: a set without inner points.
#[derive(Clone, Debug)]
pub(super) struct Zeros {
    functions: Vec<Quadratic>,
}

impl Zeros {
    /// The zeros of affine functions; none if these vanish everywhere.
    pub(super) fn of(functions: Vec<Quadratic>) -> Option<Self> {
        let affine = functions.iter().all(|function| function.products.is_empty());
        let zeros = Zeros { functions };
        (affine && zeros.codimension() > 0).then_some(zeros)
    }

    /// Where a polynomial takes its minimum 0: where its gradient vanishes. None if 0 is not its minimum.
    pub(super) fn of_nonnegative(quadratic: &Quadratic) -> Option<Self> {
        if Infimum::of(quadratic) != Infimum::Minimum(Rational::zero()) {
            return None;
        }
        let own = symbols(std::iter::once(quadratic));
        let Matrix(mut rows) = Matrix::of(quadratic, &own);
        rows.pop();
        let affine = rows.into_iter().map(|mut row| {
            let constant = row.pop().unwrap_or_else(Rational::zero);
            Quadratic { constant, linear: own.iter().copied().zip(row).collect(), products: vec![] }
        });
        Zeros::of(affine.collect())
    }

    /// The number of independent equations. If they contradict each other, there are no zeros.
    pub(super) fn codimension(&self) -> usize {
        let own = symbols(self.functions.iter());
        self.equations(&own).rows.len()
    }

    fn equations(&self, symbols: &[u32]) -> Equations {
        let mut equations = Equations { rows: vec![] };
        self.functions.iter().for_each(|function| equations.add(affine_row(function, symbols)));
        equations
    }

    /// Whether all points where a polynomial takes its minimum are zeros. These points are the solutions of
    /// linear equations, that its gradient is 0, and there are some; a function vanishes on them if and
    /// only if it is a combination of the equations.
    pub(super) fn contain_minimisers(&self, quadratic: &Quadratic) -> bool {
        let all = symbols(self.functions.iter().chain([quadratic]));
        let Matrix(mut gradient) = Matrix::of(quadratic, &all);
        gradient.pop();
        let mut equations = Equations { rows: vec![] };
        gradient.into_iter().for_each(|row| equations.add(row));
        let vanishes = |function| equations.reduced(affine_row(function, &all)).iter().all(Zero::is_zero);
        self.functions.iter().all(vanishes)
    }
}

/// The coefficients of an affine function, the constant last.
fn affine_row(function: &Quadratic, symbols: &[u32]) -> Vec<Rational> {
    let mut row = vec![Rational::zero(); symbols.len()];
    for (symbol, q) in &function.linear {
        if let Some(entry) = symbols.binary_search(symbol).ok().and_then(|place| row.get_mut(place)) {
            *entry += q;
        }
    }
    row.push(function.constant.clone());
    row
}

#[cfg(test)]
mod tests {
    use num_traits::One;
    use proptest::prelude::*;

    use super::*;

    fn q(n: i64) -> Rational {
        Rational::from_integer(n.into())
    }

    /// a₀₀ u₀² + a₀₁ u₀u₁ + a₁₁ u₁² + b₀ u₀ + b₁ u₁ + c.
    fn quadratic(products: [i64; 3], linear: [i64; 2], constant: i64) -> Quadratic {
        let [square, mixed, other] = products.map(q);
        let [first, second] = linear.map(q);
        Quadratic {
            constant: q(constant),
            linear: vec![(0, first), (1, second)],
            products: vec![((0, 0), square), ((0, 1), mixed), ((1, 1), other)],
        }
    }

    #[test]
    fn minima_by_hand() {
        let infimum = |products, linear, constant| Infimum::of(&quadratic(products, linear, constant));
        // (u₀ - 1)² + (u₁ + 2)² + 3
        assert_eq!(infimum([1, 0, 1], [-2, 4], 8), Infimum::Minimum(q(3)));
        // (u₀ - u₁)² has its minimum 0 on a line; with a slope along that line there is none.
        assert_eq!(infimum([1, -2, 1], [0, 0], 0), Infimum::Minimum(q(0)));
        assert_eq!(infimum([1, -2, 1], [2, -2], 0), Infimum::Minimum(q(-1)));
        assert_eq!(infimum([1, -2, 1], [1, 0], 0), Infimum::Unbounded);
        assert_eq!(infimum([0, 1, 0], [0, 0], 0), Infimum::Unbounded);
        assert_eq!(infimum([1, 3, 1], [0, 0], 0), Infimum::Unbounded);
        assert_eq!(infimum([0, 0, 0], [0, 0], -7), Infimum::Minimum(q(-7)));
        assert_eq!(infimum([0, 0, 0], [0, 5], 0), Infimum::Unbounded);
        assert_eq!(infimum([1, 0, -1], [0, 0], 0), Infimum::Unbounded);
    }

    #[test]
    fn minimisers_lie_on_lines_and_at_points() {
        let affine = |a: i64, b: i64, c: i64| quadratic([0, 0, 0], [a, b], c);
        let zeros = |functions: Vec<[i64; 3]>| {
            let functions = functions.into_iter().map(|[a, b, c]| Quadratic { products: vec![], ..affine(a, b, c) });
            Zeros::of(functions.collect())
        };
        let line = zeros(vec![[1, -1, 0], [2, -2, 0]]).expect("a line");
        let origin = zeros(vec![[1, 0, 0], [0, 1, 0]]).expect("a point");
        let nowhere = zeros(vec![[1, 0, 0], [1, 0, 1]]).expect("no point");
        assert_eq!([line.codimension(), origin.codimension(), nowhere.codimension()], [1, 2, 2]);
        assert!(zeros(vec![]).is_none() && zeros(vec![[0, 0, 0]]).is_none());
        // (u₀ - u₁)² is least on the line, u₀² + u₁² at the origin, u₀² on another line.
        let (on_line, at_origin) = (quadratic([1, -2, 1], [0, 0], 0), quadratic([1, 0, 1], [0, 0], 0));
        let elsewhere = quadratic([1, 0, 0], [0, 0], 0);
        assert!(line.contain_minimisers(&on_line) && !origin.contain_minimisers(&on_line));
        assert!(line.contain_minimisers(&at_origin) && origin.contain_minimisers(&at_origin));
        assert!(!line.contain_minimisers(&elsewhere) && !nowhere.contain_minimisers(&at_origin));
        // (u₀ - 1)² + u₁² is least at (1, 0).
        let shifted = quadratic([1, 0, 1], [-2, 0], 1);
        assert!(!origin.contain_minimisers(&shifted) && !line.contain_minimisers(&shifted));
        let point = Zeros::of_nonnegative(&shifted).expect("a point");
        assert!(point.contain_minimisers(&shifted) && !point.contain_minimisers(&at_origin));
        assert_eq!(point.codimension(), 2);
        assert!(Zeros::of_nonnegative(&quadratic([1, 0, 1], [0, 0], 1)).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        /// On a grid nothing is below the minimum, and with a positive definite form the
        /// minimum is the value at the critical point, by Cramer's rule.
        #[test]
        fn nothing_is_below_the_minimum(
            products in prop::array::uniform3(-3_i64..=3),
            linear in prop::array::uniform2(-3_i64..=3),
            constant in -3_i64..=3,
        ) {
            let value = |u: &Rational, v: &Rational| {
                q(products[0]) * u * u + q(products[1]) * u * v + q(products[2]) * v * v
                    + q(linear[0]) * u + q(linear[1]) * v + q(constant)
            };
            let determinant = 4 * products[0] * products[2] - products[1] * products[1];
            let infimum = Infimum::of(&quadratic(products, linear, constant));
            if products[0] > 0 && determinant > 0 {
                let u = q(products[1] * linear[1] - 2 * products[2] * linear[0]) / q(determinant);
                let v = q(products[1] * linear[0] - 2 * products[0] * linear[1]) / q(determinant);
                prop_assert_eq!(&infimum, &Infimum::Minimum(value(&u, &v)));
            }
            let semidefinite = products[0] >= 0 && products[2] >= 0 && determinant >= 0;
            if !semidefinite {
                prop_assert_eq!(&infimum, &Infimum::Unbounded);
            }
            let half = Rational::new(1.into(), 2.into());
            let grid: Vec<Rational> = (-8..=8).map(|k| q(k) * &half).collect();
            let least = grid.iter().flat_map(|u| grid.iter().map(|v| value(u, v))).min();
            if let (Infimum::Minimum(minimum), Some(least)) = (&infimum, least) {
                prop_assert!(*minimum <= least);
            }
            // What is unbounded falls below any number far enough out along some direction.
            if infimum == Infimum::Unbounded {
                let far = q(1 << 20);
                let steps: Vec<Rational> = (-12..=12).map(|k| q(k) / q(2) * &far).collect();
                let lowest = steps.iter().flat_map(|u| steps.iter().map(|v| value(u, v))).min();
                prop_assert!(lowest.is_some_and(|lowest| lowest < -Rational::one()));
            }
        }
    }
}
