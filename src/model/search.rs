//! Looks for values at which the hypotheses of a statement hold, so that it says something.

use std::collections::BTreeSet;

use num_traits::Zero;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::{Array, Evaluator, Model, Samples, Truth, Value, volume};
use crate::kernel::{Binder, Dimension, Formula, FormulaKind, Library, Rational, Relation, Sort, Statement, Term};

/// The largest dimensions of models, of the first that are tried and of the others.
const SMALL: usize = 2;
const LARGEST: usize = 3;
/// The most steps of evaluation for one hypothesis.
const STEPS: u64 = 50_000;

/// An entry of an array among the values of a model.
type Place = (usize, usize);

/// A model in which all hypotheses hold, if one of so many random ones can be made one: numbers are changed so that
/// equalities hold that are affine in them, and numbers of which a predicate speaks so that it holds. Models of other statements
/// about the same variables are tried first.
pub fn satisfying(
    library: &Library,
    statement: &Statement,
    known: &[(&Statement, &Model)],
    attempts: usize,
) -> Option<Model> {
    let mut search = Search { library, statement, rng: StdRng::seed_from_u64(0), solved: BTreeSet::new() };
    let mut known = known.iter().filter_map(|(other, model)| renamed(statement, other, model));
    // Small ones first, which say the same with less.
    let largest = |attempt: usize| if attempt < attempts / 2 { SMALL } else { LARGEST };
    known.find(|model| search.holds(model)).or_else(|| (0..attempts).find_map(|k| search.attempt(largest(k))))
}

/// The values of the variables of another statement for those of the same names.
fn renamed(statement: &Statement, other: &Statement, model: &Model) -> Option<Model> {
    let size = |name| Some(*model.sizes.get(other.dimensions.iter().position(|own| own == name)?)?);
    let value = |binder: &Binder| {
        let place = other.variables.iter().position(|own| own.name == binder.name)?;
        model.values.get(place).cloned()
    };
    let found = Model {
        sizes: statement.dimensions.iter().map(size).collect::<Option<_>>()?,
        values: statement.variables.iter().map(value).collect::<Option<_>>()?,
    };
    found.fits(statement.variables.iter().map(|binder| &binder.sort)).then_some(found)
}

struct Search<'a> {
    library: &'a Library,
    statement: &'a Statement,
    rng: StdRng,
    /// The entries that were chosen for an equality.
    solved: BTreeSet<Place>,
}

impl Search<'_> {
    fn attempt(&mut self, largest: usize) -> Option<Model> {
        let mut model = self.drawn(largest);
        self.solved.clear();
        for hypothesis in &self.statement.hypotheses {
            self.solve(&hypothesis.formula, &mut model);
        }
        if self.holds(&model) { Some(model) } else { self.measured(model) }
    }

    /// Random sizes and values.
    fn drawn(&mut self, largest: usize) -> Model {
        let sizes: Vec<usize> = self.statement.dimensions.iter().map(|_| self.rng.random_range(1..=largest)).collect();
        let positive = self.rng.random_bool(0.6);
        let values = self.statement.variables.iter().map(|binder| match &binder.sort {
            Sort::Index(dimension) => {
                let size = size(&sizes, *dimension);
                Value::Index(self.rng.random_range(0..size.max(1)))
            }
            Sort::Nat => Value::Natural(self.rng.random_range(0_u32..4).into()),
            Sort::Real(shape) => {
                let shape: Vec<usize> = shape.iter().map(|d| size(&sizes, *d)).collect();
                Value::Array(self.array(shape, positive))
            }
        });
        let values = values.collect();
        Model { sizes, values }
    }

    /// A random array; matrices with as many rows as columns are often the identity.
    fn array(&mut self, shape: Vec<usize>, positive: bool) -> Array {
        let count = volume(&shape).unwrap_or(0);
        let entries = match shape[..] {
            [rows, columns] if rows == columns && self.rng.random_bool(0.5) => {
                (0..count).map(|k| Rational::from_integer(i32::from(k % (columns + 1) == 0).into())).collect()
            }
            _ => (0..count).map(|_| small(&mut self.rng, positive)).collect(),
        };
        Array { shape, entries }
    }

    fn evaluator<'m>(&'m self, model: &'m Model, samples: &'m Samples) -> Evaluator<'m> {
        Evaluator::new(self.library, model, samples).with_steps(STEPS).deciding()
    }

    fn holds(&self, model: &Model) -> bool {
        let samples = Samples::default();
        let true_at = |formula: &Formula| self.evaluator(model, &samples).formula(formula) == Truth::True;
        self.statement.hypotheses.iter().all(|hypothesis| true_at(&hypothesis.formula))
    }

    /// Changes entries so that the equalities of a hypothesis hold, one by one.
    fn solve(&mut self, formula: &Formula, model: &mut Model) {
        match &**formula {
            FormulaKind::Compare(Relation::Equal, left, right) => {
                if let Some((place, value)) = self.solution(left, right, model) {
                    set(model, place, value);
                    self.solved.insert(place);
                }
            }
            FormulaKind::And(parts) => parts.iter().for_each(|part| self.solve(part, model)),
            FormulaKind::Forall(binder, body) => {
                let Sort::Index(dimension) = binder.sort else { return };
                for k in 0..size(&model.sizes, dimension) {
                    model.values.push(Value::Index(k));
                    self.solve(body, model);
                    model.values.pop();
                }
            }
            FormulaKind::Defined(application) => {
                if let Ok(unfolded) = self.library.unfold_formula(application) {
                    self.solve(&unfolded, model);
                }
            }
            _ => {}
        }
    }

    /// An entry in which the difference of two terms is affine, and its root.
    fn solution(&self, left: &Term, right: &Term, model: &Model) -> Option<(Place, Rational)> {
        let difference = |model: &Model| {
            let samples = Samples::default();
            let value = |term| self.evaluator(model, &samples).term(term).ok();
            Some(value(left)? - value(right)?)
        };
        if difference(model)?.is_zero() {
            return None;
        }
        let free = places(self.statement, model).into_iter().filter(|place| !self.solved.contains(place));
        free.into_iter().find_map(|place| {
            let at = |n: i64| {
                let mut model = model.clone();
                set(&mut model, place, Rational::from_integer(n.into()));
                difference(&model)
            };
            let (zero, one, two) = (at(0)?, at(1)?, at(2)?);
            let slope = &one - &zero;
            let affine = two - one == slope && !slope.is_zero();
            affine.then(|| (place, -zero / slope))
        })
    }

    /// The model with a number that makes all hypotheses hold, such as the sharpness of a point.
    fn measured(&self, model: Model) -> Option<Model> {
        let numbers = (0..self.statement.variables.len()).filter(|place| {
            self.statement.variables[*place].sort == Sort::Real(vec![]) && !self.solved.contains(&(*place, 0))
        });
        let candidates = weighted_squares(&model);
        numbers.into_iter().find_map(|place| {
            candidates.iter().find_map(|value| {
                let mut model = model.clone();
                set(&mut model, (place, 0), value.clone());
                self.holds(&model).then_some(model)
            })
        })
    }
}

/// The entries of the statement's variables, numbers first.
fn places(statement: &Statement, model: &Model) -> Vec<Place> {
    let values = model.values.iter().take(statement.variables.len()).enumerate();
    let mut found: Vec<(usize, Place)> = values
        .flat_map(|(place, value)| match value {
            Value::Array(array) => (0..array.entries.len()).map(|k| (array.shape.len(), (place, k))).collect(),
            _ => vec![],
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, place)| place).collect()
}

fn set(model: &mut Model, (place, entry): Place, value: Rational) {
    if let Some(Value::Array(array)) = model.values.get_mut(place)
        && let Some(slot) = array.entries.get_mut(entry)
    {
        *slot = value;
    }
}

fn size(sizes: &[usize], dimension: Dimension) -> usize {
    super::size(sizes, dimension.0).unwrap_or(0)
}

/// A small number; more often than not one with a rational root.
fn small(rng: &mut StdRng, positive: bool) -> Rational {
    const SQUARES: [(i64, i64); 8] = [(1, 1), (1, 1), (4, 1), (1, 4), (9, 4), (2, 1), (1, 2), (3, 4)];
    let (n, d) = SQUARES[rng.random_range(0..SQUARES.len())];
    let sign = if positive { 1 } else { rng.random_range(-1..=1) };
    Rational::new((sign * n).into(), d.into())
}

/// c Σ aᵢ²bᵢ² and Σ aᵢ²(bᵢ² + cᵢ²) for vectors a, b, c of the model and c = 1, 2, 4: what the sharpness of an interpolator is.
fn weighted_squares(model: &Model) -> Vec<Rational> {
    let vectors: Vec<&[Rational]> = model
        .values
        .iter()
        .filter_map(|value| match value {
            Value::Array(Array { shape, entries }) if shape.len() == 1 => Some(entries.as_slice()),
            _ => None,
        })
        .collect();
    let sum = |a: &[Rational], b: &[Rational]| -> Rational { a.iter().zip(b).map(|(p, q)| p * p * q * q).sum() };
    let mut found = BTreeSet::new();
    for a in &vectors {
        for b in vectors.iter().filter(|b| b.len() == a.len()) {
            let value = sum(a, b);
            for factor in [1, 2, 4] {
                found.insert(&value * Rational::from_integer(factor.into()));
            }
            for c in vectors.iter().filter(|c| c.len() == a.len()) {
                found.insert(&value + sum(a, c));
            }
        }
    }
    found.into_iter().collect()
}
