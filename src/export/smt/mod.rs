//! Claims at small dimensions for SMT solvers, in SMT-LIB 2: what would be a counterexample, with
//! everything finite written out. A solver answers `unsat` where there is none.

pub mod check;
mod expr;
mod ground;

use std::collections::BTreeSet;
use std::fmt;

use num_bigint::BigInt;

use self::ground::{Ground, Grounder, Value};
use super::names::{plain, unused};
use crate::elaborate::Instance;
use crate::kernel::{Binder, Derivation, Function, Library, Name, Rational, Sort, Statement};
use crate::model::{self, Array, Evaluator, Model, Samples, Truth};
use crate::syntax::source::printable;

/// A question for a solver: constants, and what is asserted of them.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The sizes of the statement's dimensions.
    sizes: Vec<usize>,
    /// The sorts of its variables, and what they stand for.
    values: Vec<(Sort, Value)>,
    constants: Vec<Constant>,
    assertions: Vec<Ground>,
    /// The variables of quantifiers that became constants, and what they stand for.
    exhibited: Vec<(Binder, Value)>,
}

/// What a solver's values are: of the variables, and of variables of quantifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counterexample {
    /// The sizes of the dimensions and the values of the variables.
    pub model: Model,
    /// The values of variables that are quantified, at which a quantifier fails or holds.
    pub samples: Samples,
}

impl Counterexample {
    /// Whether a statement holds there, by exact evaluation.
    pub fn truth(&self, library: &Library, statement: &Statement) -> Truth {
        Evaluator::new(library, &self.model, &self.samples).deciding().statement(statement)
    }
}

/// What a constant is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Constant {
    /// An entry of a variable, at these indices.
    Entry(Name, Vec<usize>),
    /// A root or a reciprocal, by its number.
    Function(Function, usize),
    /// The variable of a derivative, which is gone.
    Varied,
}

/// Why a claim is not put to a solver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skipped {
    /// A quantifier over natural numbers for which the proof gives no witness.
    Natural,
    /// exp or log.
    Transcendental,
    /// A root or a reciprocal is differentiated.
    Derivative,
    /// It is too large when it is written out.
    TooLarge,
    /// A variable is used as what it is not.
    IllSorted,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Skipped::Natural => "it quantifies over natural numbers",
            Skipped::Transcendental => "it holds exp or log",
            Skipped::Derivative => "a root or a reciprocal is differentiated",
            Skipped::TooLarge => "it is too large",
            Skipped::IllSorted => "a variable is used as what it is not",
        })
    }
}

/// The negation of a statement where all dimensions are `size`, as several questions: the variables that are
/// indices take all values, up to a renaming of the indices.
///
/// # Errors
/// If it has no finite form.
pub fn negation(
    library: &Library,
    statement: &Statement,
    derivation: Option<&Derivation>,
    size: usize,
) -> Result<Vec<Problem>, Skipped> {
    let sizes = vec![size; statement.dimensions.len()];
    let sorts: Vec<&Sort> = statement.variables.iter().map(|binder| &binder.sort).collect();
    places_of_indices(&sorts, size)
        .into_iter()
        .map(|mut indices| {
            let mut grounder = Grounder::new(library);
            let mut values = vec![];
            for binder in &statement.variables {
                values.push(match binder.sort {
                    Sort::Index(_) => Value::Index(indices.remove(0)),
                    _ => grounder.unknown(binder, &sizes)?,
                });
            }
            asserted(grounder, statement, derivation, &sizes, values)
        })
        .collect()
}

/// That a statement does not hold at an instance: there all is known but roots and what quantifiers bind.
///
/// # Errors
/// If it has no finite form.
pub fn refutation(library: &Library, instance: &Instance) -> Result<Problem, Skipped> {
    asserted(Grounder::new(library), &instance.variant, None, &instance.model.sizes, known(&instance.model))
}

/// The values of a model, as expressions.
fn known(model: &Model) -> Vec<Value> {
    let number = |q: &Rational| expr::number(q.clone());
    let value = |value: &model::Value| match value {
        model::Value::Index(k) => Value::Index(*k),
        model::Value::Natural(n) => {
            Value::Array(vec![], vec![expr::number(Rational::from_integer(BigInt::from(n.clone())))])
        }
        model::Value::Array(array) => {
            Value::Array(array.shape().to_vec(), array.entries().iter().map(number).collect())
        }
    };
    model.values.iter().map(value).collect()
}

fn asserted(
    mut grounder: Grounder<'_>,
    statement: &Statement,
    derivation: Option<&Derivation>,
    sizes: &[usize],
    values: Vec<Value>,
) -> Result<Problem, Skipped> {
    let mut frame = grounder.frame(sizes, values.clone());
    for hypothesis in &statement.hypotheses {
        let said = grounder.says(&hypothesis.formula, true, None, &mut frame)?;
        grounder.assert(said);
    }
    let said = grounder.says(&statement.conclusion, false, derivation, &mut frame)?;
    grounder.assert(said);
    let (constants, assertions, exhibited) = grounder.finished();
    let sorts = statement.variables.iter().map(|binder| binder.sort.clone());
    Ok(Problem { sizes: sizes.to_vec(), values: sorts.zip(values).collect(), constants, assertions, exhibited })
}

/// The values of the variables that are indices, in order: which of a dimension's indices are equal is all that
/// matters, so that each is one that occurred before or the next.
fn places_of_indices(sorts: &[&Sort], size: usize) -> Vec<Vec<usize>> {
    let dimensions: Vec<u32> =
        sorts.iter().filter_map(|sort| if let Sort::Index(d) = sort { Some(d.0) } else { None }).collect();
    let mut found: Vec<Vec<usize>> = vec![vec![]];
    for (number, dimension) in dimensions.iter().enumerate() {
        let longer = |earlier: &Vec<usize>| {
            let own = (0..number).filter(|k| dimensions[*k] == *dimension).map(|k| earlier[k] + 1);
            let next = own.max().unwrap_or(0);
            (0..size.min(next + 1)).map(|k| [&earlier[..], &[k]].concat()).collect::<Vec<_>>()
        };
        found = found.iter().flat_map(longer).collect();
    }
    found
}

impl Problem {
    /// The names of the constants that are declared; others are empty.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = vec![];
        for constant in &self.constants {
            let base = match constant {
                Constant::Entry(name, place) => {
                    let place: Vec<String> = place.iter().map(|k| format!(".{}", k + 1)).collect();
                    format!("{}{}", plain(name), if place.is_empty() { ".".to_owned() } else { place.concat() })
                }
                Constant::Function(Function::SquareRoot, number) => format!("root.{number}."),
                Constant::Function(_, number) => format!("reciprocal.{number}."),
                Constant::Varied => String::new(),
            };
            let taken = |name: &str| names.iter().any(|own| own == name);
            let name = if base.is_empty() { base } else { unused(base, taken) };
            names.push(name);
        }
        names
    }

    /// The question in SMT-LIB 2, with a comment before it.
    pub fn text(&self, comment: &str) -> String {
        let names = self.names();
        let mut bound = BTreeSet::new();
        self.assertions.iter().for_each(|assertion| assertion.bound(&mut bound));
        let mut text = String::new();
        for line in comment.lines() {
            text.push_str(&format!("; {}\n", printable(line)));
        }
        text.push_str(if bound.is_empty() { "(set-logic QF_NRA)\n" } else { "(set-logic NRA)\n" });
        let free = names.iter().enumerate().filter(|(id, name)| !name.is_empty() && !bound.contains(id));
        for (_, name) in free {
            text.push_str(&format!("(declare-const {name} Real)\n"));
        }
        for assertion in &self.assertions {
            text.push_str("(assert ");
            assertion.write(&names, &mut text);
            text.push_str(")\n");
        }
        text.push_str("(check-sat)\n");
        text
    }

    /// The constants that variables are made of, by their names: those of the statement, then those of quantifiers.
    fn asked(&self) -> Vec<String> {
        let names = self.names();
        let values = self.values.iter().map(|(_, value)| value).chain(self.exhibited.iter().map(|(_, value)| value));
        let entries = values.flat_map(|value| match value {
            Value::Array(_, entries) => entries.as_slice(),
            Value::Index(_) => &[],
        });
        entries.filter_map(|entry| names.get(expr::as_constant(entry)?).cloned()).collect()
    }

    /// What has these values for what was [asked](Problem::asked), in order.
    fn counterexample(&self, mut given: impl Iterator<Item = Rational>) -> Option<Counterexample> {
        let values = self.values.iter().map(|(sort, value)| valued(sort, value, &mut given));
        let values = values.collect::<Option<Vec<model::Value>>>()?;
        let named = self.exhibited.iter().map(|(binder, value)| {
            let value = valued(&binder.sort, value, &mut given)?;
            Some((binder.name.clone(), value))
        });
        let samples = Samples { named: named.collect::<Option<_>>()?, ..Samples::small() };
        Some(Counterexample { model: Model { sizes: self.sizes.clone(), values }, samples })
    }
}

/// A value whose constants have the next of the given numbers.
fn valued(sort: &Sort, value: &Value, given: &mut impl Iterator<Item = Rational>) -> Option<model::Value> {
    let (shape, entries) = match value {
        Value::Index(k) => return Some(model::Value::Index(*k)),
        Value::Array(shape, entries) => (shape, entries),
    };
    let mut own = vec![];
    for entry in entries {
        own.push(match expr::value(entry) {
            Some(q) => q.clone(),
            None => given.next()?,
        });
    }
    match (sort, &own[..]) {
        (Sort::Nat, [q]) => Some(model::Value::Natural(q.to_integer().to_biguint()?)),
        _ => Some(model::Value::Array(Array::new(shape.clone(), own)?)),
    }
}
