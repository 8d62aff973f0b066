//! Exact evaluation of statements in finite models, straight from their meaning.
//!
//! A [`Model`] gives every dimension a size and every variable a value. Terms are evaluated with
//! loops over indices in exact rationals: no normal forms, no substitution (the parameters of a
//! definition are bound to values), and derivatives by dual numbers rather than by the rules of
//! calculus on syntax. The kernel and this module share data types only, so that each can
//! be held against the other; and a statement that is [`Truth::False`] here is refuted.
//!
//! Formulas get one of three truth values. Quantifiers over indices are exhausted; those over
//! numbers and arrays try the given [`Samples`], so that ∀ can turn out false and ∃ can turn
//! out true; the other way round only an [`Evaluator::deciding`] finds out, for polynomials of degree
//! at most 2.

mod dual;
mod evaluate;
mod outside;
mod quadratic;
mod search;
mod universal;

use std::collections::BTreeSet;
use std::fmt;

use num_bigint::BigUint;
use num_traits::{One, Zero};

use crate::kernel::{Formula, Library, Name, Rational, Sort, Statement, Term};

pub use evaluate::{Evaluator, exact_root};
pub use search::satisfying;

/// An array of rationals, row by row. Without dimensions it is a number, its one entry.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Array {
    shape: Vec<usize>,
    entries: Vec<Rational>,
}

impl Array {
    /// An array of this shape, if there are as many entries as it needs.
    pub fn new(shape: Vec<usize>, entries: Vec<Rational>) -> Option<Self> {
        (volume(&shape) == Some(entries.len())).then_some(Array { shape, entries })
    }

    /// A number.
    pub fn number(q: Rational) -> Self {
        Array { shape: vec![], entries: vec![q] }
    }

    /// A vector.
    pub fn vector(entries: Vec<Rational>) -> Self {
        Array { shape: vec![entries.len()], entries }
    }

    /// The sizes of the dimensions.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// The entries, row by row.
    pub fn entries(&self) -> &[Rational] {
        &self.entries
    }
}

/// How many entries an array of a shape has; none if that is more than a `usize`.
fn volume(shape: &[usize]) -> Option<usize> {
    // A factor 0 makes the product 0 even where the others would overflow.
    if shape.contains(&0) {
        return Some(0);
    }
    shape.iter().try_fold(1_usize, |product, size| product.checked_mul(*size))
}

/// What a variable stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// An index, counted from 0.
    Index(usize),
    /// A natural number.
    Natural(BigUint),
    /// A real number, a vector, a matrix and so on.
    Array(Array),
}

/// As a refutation writes it: `3/4`, `[1, 2]`, `[[1, 0], [0, 1]]`; indices are counted from 1.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |entries: &[Rational]| entries.iter().map(Rational::to_string).collect::<Vec<_>>().join(", ");
        match self {
            Value::Index(place) => write!(f, "{}", place.saturating_add(1)),
            Value::Natural(n) => write!(f, "{n}"),
            Value::Array(Array { shape, entries }) => match shape[..] {
                [] => write!(f, "{}", list(entries)),
                [_, columns] if columns > 0 => {
                    let rows: Vec<String> = entries.chunks(columns).map(|row| format!("[{}]", list(row))).collect();
                    write!(f, "[{}]", rows.join(", "))
                }
                _ => write!(f, "[{}]", list(entries)),
            },
        }
    }
}

/// Sizes for the dimensions and values for the variables of a statement or a context.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// The size of each dimension.
    pub sizes: Vec<usize>,
    /// The value of each variable, in their order.
    pub values: Vec<Value>,
}

impl Model {
    /// Whether the values are of these sorts, one by one.
    pub fn fits<'s>(&self, sorts: impl ExactSizeIterator<Item = &'s Sort>) -> bool {
        sorts.len() == self.values.len() && self.values.iter().zip(sorts).all(|(value, sort)| self.admits(value, sort))
    }

    /// Whether a value is of a sort.
    pub fn admits(&self, value: &Value, sort: &Sort) -> bool {
        match (value, sort) {
            (Value::Index(i), Sort::Index(dimension)) => size(&self.sizes, dimension.0).is_some_and(|n| *i < n),
            (Value::Natural(_), Sort::Nat) => true,
            (Value::Array(array), Sort::Real(shape)) => {
                let shape: Option<Vec<usize>> = shape.iter().map(|d| size(&self.sizes, d.0)).collect();
                shape.is_some_and(|shape| shape == array.shape)
            }
            _ => false,
        }
    }
}

fn size(sizes: &[usize], dimension: u32) -> Option<usize> {
    usize::try_from(dimension).ok().and_then(|n| sizes.get(n)).copied()
}

/// Why a term has no value here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failure {
    /// 1/0, the root of a negative number, or the derivative of an opaque function there.
    Undefined,
    /// A root that is no rational number.
    Irrational,
    /// A root or a reciprocal of a quantified number for which no value is tried.
    Quantified,
    /// A variable without a value, or with a value of another sort.
    IllSorted,
    /// The budget of steps, the depth or the size of numbers is exhausted.
    TooLarge,
}

/// Why a formula's truth is not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// A term has no value.
    Failure(Failure),
    /// No sample decides a quantifier over numbers or arrays.
    Samples,
}

/// Whether a formula holds in a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Truth {
    /// It holds.
    True,
    /// It does not hold.
    False,
    /// It is not known whether it holds.
    Unknown(Reason),
}

/// What 1/0 and the root of a negative number are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Partiality {
    /// [`Failure::Undefined`].
    #[default]
    Undefined,
    /// 0, as in the kernel's opaque functions, which are total.
    Zero,
}

/// What quantifiers over numbers and arrays try.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// For real numbers, and for the entries of arrays.
    pub reals: Vec<Rational>,
    /// For natural numbers.
    pub naturals: Vec<BigUint>,
    /// For arrays of their shapes, besides those made of `reals`.
    pub arrays: Vec<Array>,
    /// For the variables of a name.
    pub named: Vec<(Name, Value)>,
}

/// The most arrays of one shape that are made of sample numbers in every combination.
const MAX_COMBINATIONS: usize = 81;

impl Samples {
    /// A few small numbers of either sign.
    pub fn small() -> Self {
        let half = Rational::new(1.into(), 2.into());
        let reals = vec![Rational::zero(), Rational::one(), -Rational::one(), half];
        Samples { reals, naturals: (0_u32..4).map(BigUint::from).collect(), ..Samples::default() }
    }

    /// The samples of a shape: every combination of the numbers if these are few, otherwise
    /// arrays that are constant, or zero but for one entry.
    fn arrays(&self, shape: &[usize], volume: usize) -> Vec<Array> {
        let entries = match u32::try_from(volume).ok().and_then(|n| self.reals.len().checked_pow(n)) {
            Some(count) if count <= MAX_COMBINATIONS => self.combinations(volume),
            _ => self.simple(volume),
        };
        let made = entries.into_iter().map(|entries| Array { shape: shape.to_vec(), entries });
        let given = self.arrays.iter().filter(|array| array.shape == shape).cloned();
        given.chain(made).collect()
    }

    fn combinations(&self, volume: usize) -> Vec<Vec<Rational>> {
        let mut found = vec![vec![]];
        for _ in 0..volume {
            let longer = found.iter().flat_map(|row: &Vec<Rational>| {
                self.reals.iter().map(|q| row.iter().chain(std::iter::once(q)).cloned().collect())
            });
            found = longer.collect();
        }
        found
    }

    fn simple(&self, volume: usize) -> Vec<Vec<Rational>> {
        let constant = self.reals.iter().map(|q| vec![q.clone(); volume]);
        let single = self.reals.iter().flat_map(|q| {
            let entry = move |place, k| if place == k { q.clone() } else { Rational::zero() };
            (0..volume).map(move |place| (0..volume).map(|k| entry(place, k)).collect())
        });
        let distinct: BTreeSet<Vec<Rational>> = constant.chain(single).collect();
        distinct.into_iter().collect()
    }
}

/// The value of a term, in which `Free(n)` is the n-th variable and a dangling `Bound(k)` the
/// one k places before the last.
///
/// # Errors
/// If it has no rational value here, or is too much work.
pub fn evaluate_term(library: &Library, term: &Term, model: &Model) -> Result<Rational, Failure> {
    Evaluator::new(library, model, &Samples::default()).term(term)
}

/// Whether a formula holds; variables as in [`evaluate_term`].
pub fn evaluate_formula(library: &Library, formula: &Formula, model: &Model, samples: &Samples) -> Truth {
    Evaluator::new(library, model, samples).formula(formula)
}

/// Whether a statement holds for the sizes and values of the model: false if all hypotheses
/// are true and the conclusion is false, true if a hypothesis is false or the conclusion is true.
pub fn evaluate_statement(library: &Library, statement: &Statement, model: &Model, samples: &Samples) -> Truth {
    Evaluator::new(library, model, samples).statement(statement)
}

#[cfg(test)]
mod tests;
