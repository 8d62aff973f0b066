//! Sharpness, decided by the eigenvalues of the Hessian.
//!
//! The statement's predicate speaks of all directions u, which samples cannot decide. Here the
//! Hessian matrix is evaluated exactly, entry by entry, and its spectrum is found numerically.

use nalgebra::DMatrix;
use num_traits::{One, ToPrimitive, Zero};
use tightrope::kernel::{Library, Meaning, Name, Rational};
use tightrope::model::{Array, Model, Value};

use super::values::{number, ratio};

/// The predicate `sharpness(w, S)` of a loss, in a model of its parameters.
pub struct Sharpness<'a> {
    library: &'a Library,
    hessian: Name,
    point: Vec<(Name, Value)>,
    sizes: Vec<usize>,
}

impl<'a> Sharpness<'a> {
    /// None if the predicate is another one.
    pub fn of(library: &'a Library, predicate: &Name, model: &Model) -> Option<Self> {
        let hessian = Name::from(format!("{}.hessian", predicate.strip_suffix(".sharpness")?));
        library.definition(&hessian).ok()?;
        let parameters = &library.definition(predicate).ok()?.parameters;
        let point = parameters.iter().map(|p| p.name.clone()).zip(model.values.iter().cloned()).collect();
        Some(Sharpness { library, hessian, point, sizes: model.sizes.clone() })
    }

    fn array(&self, name: &str) -> Option<&[Rational]> {
        self.point.iter().find(|(own, _)| **own == *name).and_then(|(_, value)| match value {
            Value::Array(array) => Some(array.entries()),
            _ => None,
        })
    }

    /// 4 Σ x_i² w_i², the sharpness of an interpolator.
    pub fn closed_form(&self) -> Option<Rational> {
        Some(weighted_square(self.array("x")?, self.array("w")?))
    }

    /// The Hessian form along a direction.
    fn form(&self, direction: Vec<Rational>) -> Option<Rational> {
        let definition = self.library.definition(&self.hessian).ok()?;
        let u = Value::Array(Array::vector(direction));
        let value = |name: &Name| match self.point.iter().find(|(own, _)| own == name) {
            Some((_, value)) => value.clone(),
            None => u.clone(),
        };
        let values = definition.parameters.iter().map(|p| value(&p.name)).collect();
        let Meaning::Term(body) = &definition.body else { return None };
        number(self.library, body, &Model { sizes: self.sizes.clone(), values }).ok()
    }

    /// The largest absolute value of an eigenvalue; none without directions.
    pub fn norm_of_hessian(&self) -> Option<f64> {
        let n = self.array("w")?.len();
        let along = |j: usize, k: usize| {
            let entry = |i| if i == j || i == k { Rational::one() } else { Rational::zero() };
            self.form((0..n).map(entry).collect())
        };
        let mut matrix = DMatrix::zeros(n, n);
        for j in 0..n {
            for k in 0..n {
                // h(e_j + e_k) = h(e_j) + h(e_k) + 2 H_jk.
                let entry = match j == k {
                    true => along(j, j)?,
                    false => (along(j, k)? - along(j, j)? - along(k, k)?) * ratio(1, 2),
                };
                matrix[(j, k)] = entry.to_f64()?;
            }
        }
        if n == 0 {
            return None;
        }
        if n == 1 {
            return Some(matrix[(0, 0)].abs());
        }
        matrix.symmetric_eigenvalues().iter().map(|e| e.abs()).reduce(f64::max)
    }

    /// Everything but the number that is claimed.
    pub fn place(&self) -> (Name, Vec<Value>) {
        let place = self.point.iter().filter(|(name, _)| &**name != "S").map(|(_, value)| value.clone());
        (self.hessian.clone(), place.collect())
    }

    /// Whether S is the sharpness, given the norm of the Hessian; not known if it is close to it
    /// and not of the closed form.
    pub fn holds(&self, norm: Option<f64>) -> Option<bool> {
        if self.array("w")?.is_empty() {
            return Some(false);
        }
        let claimed = self.array("S")?.first()?;
        let (value, norm) = (claimed.to_f64()?, norm?);
        let distance = (value - norm).abs() / (1.0 + norm);
        match self.closed_form() {
            Some(closed) if closed == *claimed && distance <= 1e-9 => Some(true),
            _ if distance > 1e-6 => Some(false),
            _ => None,
        }
    }
}

/// 4 Σ a_i² b_i².
pub fn weighted_square(a: &[Rational], b: &[Rational]) -> Rational {
    let four = ratio(4, 1);
    a.iter().zip(b).map(|(a, b)| &four * a * a * b * b).sum()
}
