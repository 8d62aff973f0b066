//! Every variable declared, and used as what it is.
//!
//! Terms and formulas are measured on the way: their *height* is their depth once all
//! definitions are unfolded and all derivatives taken. It is bounded as the depth of a tree is,
//! so that definitions, which may double it at each step, do not overflow the stack.

use alloc::vec::Vec;

use num_traits::Signed;

use crate::library::Library;
use crate::polynomial::MAX_EXPONENT;
use crate::refusal::{Refusal, nth};
use crate::substitute::Instantiate;
use crate::term::{
    Application, Argument, Binder, Dimension, Formula, FormulaKind, Meaning, Sort, Term, TermKind, Variable,
};
use crate::tree::MAX_DEPTH;

/// Checks sorts below the binders of a context.
pub(crate) struct Sorts<'a> {
    pub(crate) library: &'a Library,
    /// The number of dimensions.
    pub(crate) dimensions: usize,
    pub(crate) free: &'a [Sort],
    /// The sorts of the binders around, the innermost last.
    pub(crate) bound: Vec<Sort>,
}

fn ensure(holds: bool) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::IllSorted) }
}

/// A tree's height with its definitions unfolded, or why it is ill sorted.
type Height = Result<u32, Refusal>;

fn highest<T>(items: impl IntoIterator<Item = T>, mut height: impl FnMut(T) -> Height) -> Height {
    items.into_iter().try_fold(0, |highest, item| Ok(height(item)?.max(highest)))
}

fn above(height: u32) -> Height {
    height.checked_add(1).filter(|h| *h <= MAX_DEPTH).ok_or(Refusal::TooDeep)
}

impl Sorts<'_> {
    fn of(&self, variable: Variable) -> Result<&Sort, Refusal> {
        match variable {
            Variable::Free(id) => nth(self.free.iter(), id),
            Variable::Bound(level) => nth(self.bound.iter().rev(), level),
        }
    }

    fn index(&self, variable: Variable, dimension: Dimension) -> Result<(), Refusal> {
        ensure(*self.of(variable)? == Sort::Index(dimension))
    }

    fn dimension(&self, dimension: Dimension) -> Result<(), Refusal> {
        ensure(usize::try_from(dimension.0).is_ok_and(|n| n < self.dimensions))
    }

    pub(crate) fn sort(&self, sort: &Sort) -> Result<(), Refusal> {
        match sort {
            Sort::Real(shape) => shape.iter().try_for_each(|d| self.dimension(*d)),
            Sort::Nat => Ok(()),
            Sort::Index(dimension) => self.dimension(*dimension),
        }
    }

    fn below<T>(&mut self, sorts: &[Sort], check: impl FnOnce(&mut Self) -> Result<T, Refusal>) -> Result<T, Refusal> {
        let height = self.bound.len();
        self.bound.extend_from_slice(sorts);
        let result = check(self);
        self.bound.truncate(height);
        result
    }

    /// Checks a term and returns its height.
    pub(crate) fn term(&mut self, term: &Term) -> Height {
        let inside = match &**term {
            TermKind::Constant(q) => ensure(q.denom().is_positive()).map(|()| 0),
            TermKind::Entry(head, indices) => self.entry(*head, indices).map(|()| 0),
            TermKind::Delta(i, j) => match self.of(*i)? {
                Sort::Index(dimension) => self.index(*j, *dimension).map(|()| 0),
                _ => Err(Refusal::IllSorted),
            },
            TermKind::Add(terms) | TermKind::Multiply(terms) => highest(terms, |t| self.term(t)),
            TermKind::Power(_, exponent) if *exponent > MAX_EXPONENT => Err(Refusal::TooLarge),
            TermKind::Power(inner, _) | TermKind::Apply(_, inner) => self.term(inner),
            TermKind::Sum(_, dimension, body) => {
                self.dimension(*dimension)?;
                self.below(&[Sort::Index(*dimension)], |sorts| sorts.term(body))
            }
            TermKind::Defined(application) => match self.application(application)? {
                (Meaning::Term(_), height) => Ok(height),
                (Meaning::Formula(_), _) => Err(Refusal::IllSorted),
            },
            // The derivative has at most two levels for each of the body, with `at` below them.
            TermKind::Derivative { body, at, .. } => {
                let at = self.term(at)?;
                let body = self.below(&[Sort::Real(Vec::new())], |sorts| sorts.term(body))?;
                Ok(body.saturating_mul(2).saturating_add(at))
            }
        };
        above(inside?)
    }

    fn entry(&self, head: Variable, indices: &[Variable]) -> Result<(), Refusal> {
        let shape: &[Dimension] = match self.of(head)? {
            Sort::Real(shape) => shape,
            Sort::Nat => &[],
            Sort::Index(_) => return Err(Refusal::IllSorted),
        };
        ensure(shape.len() == indices.len())?;
        shape.iter().zip(indices).try_for_each(|(dimension, index)| self.index(*index, *dimension))
    }

    /// What is applied, and the height of its body with the arguments put in.
    fn application(&mut self, application: &Application) -> Result<(&Meaning, u32), Refusal> {
        let definition = self.library.definition(&application.definition)?;
        ensure(definition.dimensions.len() == application.dimensions.len())?;
        application.dimensions.iter().try_for_each(|d| self.dimension(*d))?;
        let arguments = self.arguments(&application.arguments, &definition.parameters, &application.dimensions)?;
        Ok((&definition.body, arguments.saturating_add(self.library.height(&application.definition))))
    }

    /// Checks arguments for binders whose dimensions are replaced by the given ones.
    pub(crate) fn arguments(&mut self, arguments: &[Argument], binders: &[Binder], dimensions: &[Dimension]) -> Height {
        ensure(arguments.len() == binders.len())?;
        highest(arguments.iter().zip(binders), |(argument, binder)| {
            self.argument(argument, &binder.sort.substitute(&[], Some(dimensions))?)
        })
    }

    pub(crate) fn argument(&mut self, argument: &Argument, sort: &Sort) -> Height {
        match (argument, sort) {
            (Argument::Index(index), Sort::Index(dimension)) => self.index(*index, *dimension).map(|()| 0),
            (Argument::Array { arity, body }, Sort::Real(shape)) => {
                ensure(usize::try_from(*arity) == Ok(shape.len()))?;
                let indices: Vec<Sort> = shape.iter().map(|d| Sort::Index(*d)).collect();
                self.below(&indices, |sorts| sorts.term(body))
            }
            (Argument::Array { arity: 0, body }, Sort::Nat) => {
                ensure(self.natural(body))?;
                self.term(body)
            }
            _ => Err(Refusal::IllSorted),
        }
    }

    /// Whether a well-sorted term is a natural number by its shape.
    fn natural(&self, term: &Term) -> bool {
        match &**term {
            TermKind::Constant(q) => q.is_integer() && !q.is_negative(),
            TermKind::Entry(head, _) => self.of(*head) == Ok(&Sort::Nat),
            TermKind::Add(terms) | TermKind::Multiply(terms) => terms.iter().all(|t| self.natural(t)),
            _ => false,
        }
    }

    /// Checks a formula and returns its height.
    pub(crate) fn formula(&mut self, formula: &Formula) -> Height {
        let inside = match &**formula {
            FormulaKind::Compare(_, left, right) => highest([left, right], |t| self.term(t)),
            FormulaKind::And(parts) | FormulaKind::Or(parts) => highest(parts, |p| self.formula(p)),
            FormulaKind::Implies(left, right) | FormulaKind::Iff(left, right) => {
                highest([left, right], |p| self.formula(p))
            }
            FormulaKind::Not(inner) => self.formula(inner),
            FormulaKind::Forall(binder, body) | FormulaKind::Exists(binder, body) => {
                self.sort(&binder.sort)?;
                self.below(core::slice::from_ref(&binder.sort), |sorts| sorts.formula(body))
            }
            FormulaKind::Defined(application) => match self.application(application)? {
                (Meaning::Formula(_), height) => Ok(height),
                (Meaning::Term(_), _) => Err(Refusal::IllSorted),
            },
        };
        above(inside?)
    }
}
