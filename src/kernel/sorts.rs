//! Every variable declared, and used as what it is.

use alloc::vec::Vec;

use num_traits::Signed;

use crate::library::Library;
use crate::polynomial::MAX_EXPONENT;
use crate::refusal::Refusal;
use crate::substitute::Instantiate;
use crate::term::{
    Application, Argument, Binder, Dimension, Formula, FormulaKind, Meaning, Sort, Term, TermKind, Variable,
};

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

impl Sorts<'_> {
    fn of(&self, variable: Variable) -> Result<&Sort, Refusal> {
        let found = match variable {
            Variable::Free(id) => usize::try_from(id).ok().and_then(|n| self.free.get(n)),
            Variable::Bound(level) => usize::try_from(level).ok().and_then(|n| self.bound.iter().rev().nth(n)),
        };
        found.ok_or(Refusal::IllSorted)
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

    pub(crate) fn term(&mut self, term: &Term) -> Result<(), Refusal> {
        match &**term {
            TermKind::Constant(_) => Ok(()),
            TermKind::Entry(head, indices) => self.entry(*head, indices),
            TermKind::Delta(i, j) => match self.of(*i)? {
                Sort::Index(dimension) => self.index(*j, *dimension),
                _ => Err(Refusal::IllSorted),
            },
            TermKind::Add(terms) | TermKind::Multiply(terms) => terms.iter().try_for_each(|t| self.term(t)),
            TermKind::Power(_, exponent) if *exponent > MAX_EXPONENT => Err(Refusal::TooLarge),
            TermKind::Power(inner, _) | TermKind::Apply(_, inner) => self.term(inner),
            TermKind::Sum(_, dimension, body) => {
                self.dimension(*dimension)?;
                self.below(&[Sort::Index(*dimension)], |sorts| sorts.term(body))
            }
            TermKind::Defined(application) => ensure(matches!(self.application(application)?, Meaning::Term(_))),
            TermKind::Derivative { body, at, .. } => {
                self.term(at)?;
                self.below(&[Sort::Real(Vec::new())], |sorts| sorts.term(body))
            }
        }
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

    fn application(&mut self, application: &Application) -> Result<&Meaning, Refusal> {
        let definition = self.library.definition(&application.definition)?;
        ensure(definition.dimensions.len() == application.dimensions.len())?;
        application.dimensions.iter().try_for_each(|d| self.dimension(*d))?;
        self.arguments(&application.arguments, &definition.parameters, &application.dimensions)?;
        Ok(&definition.body)
    }

    /// Checks arguments for binders whose dimensions are replaced by the given ones.
    pub(crate) fn arguments(
        &mut self,
        arguments: &[Argument],
        binders: &[Binder],
        dimensions: &[Dimension],
    ) -> Result<(), Refusal> {
        ensure(arguments.len() == binders.len())?;
        arguments
            .iter()
            .zip(binders)
            .try_for_each(|(argument, binder)| self.argument(argument, &binder.sort.substitute(&[], Some(dimensions))?))
    }

    pub(crate) fn argument(&mut self, argument: &Argument, sort: &Sort) -> Result<(), Refusal> {
        match (argument, sort) {
            (Argument::Index(index), Sort::Index(dimension)) => self.index(*index, *dimension),
            (Argument::Array { arity, body }, Sort::Real(shape)) => {
                ensure(usize::try_from(*arity) == Ok(shape.len()))?;
                let indices: Vec<Sort> = shape.iter().map(|d| Sort::Index(*d)).collect();
                self.below(&indices, |sorts| sorts.term(body))
            }
            (Argument::Array { arity: 0, body }, Sort::Nat) => {
                self.term(body)?;
                ensure(self.natural(body))
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

    pub(crate) fn formula(&mut self, formula: &Formula) -> Result<(), Refusal> {
        match &**formula {
            FormulaKind::Compare(_, left, right) => {
                self.term(left)?;
                self.term(right)
            }
            FormulaKind::And(parts) | FormulaKind::Or(parts) => parts.iter().try_for_each(|p| self.formula(p)),
            FormulaKind::Implies(left, right) | FormulaKind::Iff(left, right) => {
                self.formula(left)?;
                self.formula(right)
            }
            FormulaKind::Not(inner) => self.formula(inner),
            FormulaKind::Forall(binder, body) | FormulaKind::Exists(binder, body) => {
                self.sort(&binder.sort)?;
                self.below(core::slice::from_ref(&binder.sort), |sorts| sorts.formula(body))
            }
            FormulaKind::Defined(application) => ensure(matches!(self.application(application)?, Meaning::Formula(_))),
        }
    }
}
