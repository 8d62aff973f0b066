//! Terms and formulas as a Coq user would write them.

use std::collections::BTreeSet;

use num_traits::{One, Signed};

use super::names::local;
use super::shape::{Shape, bare, shape};
use super::{Failure, Source};
use crate::kernel::{
    Application, Argument, Binder, Dimension, Formula, FormulaKind, Function, Rational, Relation, Sort, Term, TermKind,
    Variable,
};

/// A variable as Coq knows it.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// What an index or an argument is written as.
    pub name: String,
    /// The name of the fact that an index is in its range; empty for others.
    pub range: String,
    pub sort: Sort,
    /// Whether a natural number is kept as a real one, as in definitions.
    pub real: bool,
}

/// The names in force.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub dimensions: Vec<String>,
    pub free: Vec<Known>,
    pub taken: BTreeSet<String>,
}

impl Scope {
    /// A new local name.
    pub(super) fn fresh(&mut self, name: &str) -> String {
        let name = local(name, |name| self.taken.contains(name));
        self.taken.insert(name.clone());
        name
    }

    pub(super) fn known(&mut self, binder: &Binder, real: bool) -> Known {
        let name = self.fresh(&binder.name);
        let range =
            if matches!(binder.sort, Sort::Index(_)) { self.fresh(&format!("{name}_in")) } else { String::new() };
        Known { name, range, sort: binder.sort.clone(), real }
    }

    pub(super) fn size(&self, dimension: Dimension) -> Result<&str, Failure> {
        let size = usize::try_from(dimension.0).ok().and_then(|d| self.dimensions.get(d));
        size.map(String::as_str).ok_or(Failure::IllSorted)
    }
}

/// Prints below binders.
pub(super) struct Text<'a> {
    pub source: &'a Source,
    pub scope: Scope,
    /// The binders around, the innermost last.
    pub bound: Vec<Known>,
}

const ATOM: u8 = 0;
const APPLIED: u8 = 1;
const POWER: u8 = 2;
const PRODUCT: u8 = 3;
const SUM: u8 = 4;

fn wrap(text: String, level: u8, most: u8) -> String {
    if level > most { format!("({text})") } else { text }
}

/// A rational number that is not negative, and how tightly it binds.
fn number(q: &Rational) -> (String, u8) {
    if q.is_negative() {
        (format!("(IZR ({}) / {})", q.numer(), q.denom()), ATOM)
    } else if q.denom().is_one() {
        (q.numer().to_string(), ATOM)
    } else {
        (format!("{} / {}", q.numer(), q.denom()), PRODUCT)
    }
}

impl<'a> Text<'a> {
    pub(super) fn new(source: &'a Source, scope: &Scope) -> Self {
        Text { source, scope: scope.clone(), bound: vec![] }
    }

    pub(super) fn variable(&self, variable: Variable) -> Result<&Known, Failure> {
        let known = match variable {
            Variable::Free(n) => usize::try_from(n).ok().and_then(|n| self.scope.free.get(n)),
            Variable::Bound(k) => {
                let k = usize::try_from(k).map_err(|_| Failure::IllSorted)?;
                self.bound.len().checked_sub(k + 1).and_then(|k| self.bound.get(k))
            }
        };
        known.ok_or(Failure::IllSorted)
    }

    fn index(&self, variable: Variable) -> Result<String, Failure> {
        Ok(self.variable(variable)?.name.clone())
    }

    /// Prints below one more binder.
    pub(super) fn below<T>(
        &mut self,
        name: &str,
        sort: Sort,
        real: bool,
        print: impl FnOnce(&mut Self, &Known) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let taken = self.scope.taken.clone();
        let name = self.scope.fresh(name);
        let known = Known { name, range: String::new(), sort, real };
        self.bound.push(known.clone());
        let printed = print(self, &known);
        self.bound.pop();
        self.scope.taken = taken;
        printed
    }

    pub(super) fn term(&mut self, term: &Term, most: u8) -> Result<String, Failure> {
        let term = &bare(term);
        let (text, level) = match shape(term)? {
            Shape::Constant(q) => number(&q),
            Shape::Negate(t) => (format!("(- {})", self.term(&t, POWER)?), ATOM),
            Shape::Plus(a, b) => (format!("{} + {}", self.term(&a, SUM)?, self.term(&b, PRODUCT)?), SUM),
            Shape::Minus(a, b) => (format!("{} - {}", self.term(&a, SUM)?, self.term(&b, PRODUCT)?), SUM),
            Shape::Times(a, b) => (format!("{} * {}", self.term(&a, PRODUCT)?, self.term(&b, POWER)?), PRODUCT),
            Shape::Over(a, b) => (format!("{} / {}", self.term(&a, PRODUCT)?, self.term(&b, POWER)?), PRODUCT),
            Shape::Power(a, n) => (format!("{} ^ {n}", self.term(&a, APPLIED)?), POWER),
            Shape::Other => self.other(term)?,
        };
        Ok(wrap(text, level, most))
    }

    fn other(&mut self, term: &Term) -> Result<(String, u8), Failure> {
        match &**term {
            TermKind::Entry(head, indices) => {
                let known = self.variable(*head)?;
                let head = match known.sort {
                    Sort::Nat if !known.real => format!("INR {}", known.name),
                    _ => known.name.clone(),
                };
                let level = if indices.is_empty() && !head.contains(' ') { ATOM } else { APPLIED };
                let indices: Result<Vec<_>, _> = indices.iter().map(|i| self.index(*i)).collect();
                Ok(([&[head][..], &indices?].concat().join(" "), level))
            }
            TermKind::Delta(i, j) => Ok((format!("delta {} {}", self.index(*i)?, self.index(*j)?), APPLIED)),
            TermKind::Sum(name, dimension, body) => {
                let size = self.scope.size(*dimension)?.to_owned();
                self.below(name, Sort::Index(*dimension), false, |text, i| {
                    Ok((format!("Sum {size} (fun {} => {})", i.name, text.term(body, SUM)?), APPLIED))
                })
            }
            TermKind::Apply(function, inner) => Ok(match function {
                Function::Reciprocal => (format!("(/ {})", self.term(inner, POWER)?), ATOM),
                Function::SquareRoot => (format!("sqrt {}", self.term(inner, ATOM)?), APPLIED),
                Function::Exponential => (format!("exp {}", self.term(inner, ATOM)?), APPLIED),
                Function::Logarithm => (format!("ln {}", self.term(inner, ATOM)?), APPLIED),
            }),
            TermKind::Defined(application) => self.application(application),
            _ => Err(Failure::IllSorted),
        }
    }

    fn application(&mut self, application: &Application) -> Result<(String, u8), Failure> {
        let definition = self.source.definition(&application.definition)?;
        let mut parts = vec![definition.coq.clone()];
        for dimension in &application.dimensions {
            parts.push(self.scope.size(*dimension)?.to_owned());
        }
        for argument in &application.arguments {
            parts.push(self.argument(argument, &application.dimensions)?);
        }
        let level = if parts.len() == 1 { ATOM } else { APPLIED };
        Ok((parts.join(" "), level))
    }

    /// An argument, as an atom. The sorts of an index function's indices do not matter here.
    pub(super) fn argument(&mut self, argument: &Argument, _: &[Dimension]) -> Result<String, Failure> {
        match argument {
            Argument::Index(i) => self.index(*i),
            Argument::Array { arity: 0, body } => self.term(body, ATOM),
            Argument::Array { arity, body } => {
                if let TermKind::Entry(head, indices) = &**body
                    && indices.iter().copied().eq((0..*arity).rev().map(Variable::Bound))
                {
                    match head {
                        Variable::Free(_) => return self.index(*head),
                        Variable::Bound(k) if k >= arity => return self.index(Variable::Bound(k - arity)),
                        Variable::Bound(_) => {}
                    }
                }
                self.function(*arity, vec![], body)
            }
        }
    }

    fn function(&mut self, arity: u32, mut names: Vec<String>, body: &Term) -> Result<String, Failure> {
        if arity == 0 {
            return Ok(format!("(fun {} => {})", names.join(" "), self.term(body, SUM)?));
        }
        let name = ["i", "j", "k"].get(names.len()).copied().unwrap_or("l");
        self.below(name, Sort::Index(Dimension(0)), false, |text, i| {
            names.push(i.name.clone());
            text.function(arity - 1, names, body)
        })
    }

    /// A formula, in parentheses unless it is a comparison, a definition or a constant.
    fn part(&mut self, formula: &Formula) -> Result<String, Failure> {
        let text = self.formula(formula)?;
        match &**formula {
            FormulaKind::And(parts) | FormulaKind::Or(parts) if parts.is_empty() => Ok(text),
            FormulaKind::Compare(..) | FormulaKind::Defined(_) => Ok(text),
            _ => Ok(format!("({text})")),
        }
    }

    fn chain(&mut self, parts: &[Formula], link: &str, none: &str) -> Result<String, Failure> {
        match parts {
            [] => Ok(none.to_owned()),
            [only] => self.formula(only),
            [first, rest @ ..] => {
                let first = self.part(first)?;
                let rest = if let [last] = rest { self.part(last)? } else { self.chain(rest, link, none)? };
                Ok(format!("{first} {link} {rest}"))
            }
        }
    }

    pub(super) fn formula(&mut self, formula: &Formula) -> Result<String, Failure> {
        match &**formula {
            FormulaKind::Compare(relation, left, right) => {
                let (left, right) = (self.term(left, SUM)?, self.term(right, SUM)?);
                Ok(match relation {
                    Relation::Equal => format!("{left} = {right}"),
                    Relation::Unequal => format!("{left} <> {right}"),
                    Relation::AtLeast => format!("{right} <= {left}"),
                    Relation::Greater => format!("{right} < {left}"),
                })
            }
            FormulaKind::And(parts) => self.chain(parts, "/\\", "True"),
            FormulaKind::Or(parts) => self.chain(parts, "\\/", "False"),
            FormulaKind::Implies(left, right) => Ok(format!("{} -> {}", self.part(left)?, self.part(right)?)),
            FormulaKind::Iff(left, right) => Ok(format!("{} <-> {}", self.part(left)?, self.part(right)?)),
            FormulaKind::Not(inner) => Ok(format!("~ ({})", self.formula(inner)?)),
            FormulaKind::Forall(binder, body) => self.quantified("forall", binder, body),
            FormulaKind::Exists(binder, body) => self.quantified("exists", binder, body),
            FormulaKind::Defined(application) => Ok(self.application(application)?.0),
        }
    }

    fn quantified(&mut self, word: &str, binder: &Binder, body: &Formula) -> Result<String, Failure> {
        let kind = kind(&binder.sort, false);
        let range = match binder.sort {
            Sort::Index(dimension) => Some(self.scope.size(dimension)?.to_owned()),
            _ => None,
        };
        self.below(&binder.name, binder.sort.clone(), false, |text, x| {
            let name = &x.name;
            let range = match (range, word) {
                (None, _) => String::new(),
                (Some(d), "forall") => format!("({name} < {d})%nat -> "),
                (Some(d), _) => format!("({name} < {d})%nat /\\ "),
            };
            let body = if range.is_empty() { text.formula(body)? } else { text.part(body)? };
            Ok(format!("{word} {name} : {kind}, {range}{body}"))
        })
    }
}

/// The type of a variable.
pub(super) fn kind(sort: &Sort, real: bool) -> String {
    match sort {
        Sort::Real(shape) => format!("{}R", "nat -> ".repeat(shape.len())),
        Sort::Nat if real => "R".to_owned(),
        Sort::Nat | Sort::Index(_) => "nat".to_owned(),
    }
}
