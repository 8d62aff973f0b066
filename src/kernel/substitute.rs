//! Simultaneous substitution for the outermost bound variables of a tree.

use alloc::vec::Vec;

use crate::refusal::{Refusal, nth};
use crate::term::{Application, Argument, Binder, Dimension, Formula, FormulaKind, Sort, Term, TermKind, Variable};
use crate::tree::Tree;

/// Replaces the n = `arguments.len()` outermost dangling variables of a tree, the last
/// argument standing for `Bound(0)`, and adds `shift` to the variables dangling beyond them.
///
/// Below k binders of the tree, `Bound(j)` with j < k is bound there and stays;
/// k ≤ j < k + n is replaced, the argument's own dangling variables raised by k, so that
/// nothing is captured; k + n ≤ j becomes `Bound(j − n + shift)`.
struct Substitution<'a> {
    arguments: &'a [Argument],
    dimensions: Option<&'a [Dimension]>,
    shift: u32,
}

enum Image<'a> {
    Variable(Variable),
    Array { arity: u32, body: &'a Term },
}

impl<'a> Substitution<'a> {
    fn count(&self) -> u32 {
        u32::try_from(self.arguments.len()).unwrap_or(u32::MAX)
    }

    fn variable(&self, variable: Variable, depth: u32) -> Result<Image<'a>, Refusal> {
        let Variable::Bound(level) = variable else { return Ok(Image::Variable(variable)) };
        let Some(outer) = level.checked_sub(depth) else { return Ok(Image::Variable(variable)) };
        if let Some(beyond) = outer.checked_sub(self.count()) {
            let level = beyond.checked_add(self.shift).and_then(|l| l.checked_add(depth));
            return Ok(Image::Variable(Variable::Bound(level.ok_or(Refusal::TooDeep)?)));
        }
        match nth(self.arguments.iter().rev(), outer)? {
            Argument::Index(index) => Ok(Image::Variable(raise(*index, depth)?)),
            Argument::Array { arity, body } => Ok(Image::Array { arity: *arity, body }),
        }
    }

    fn index(&self, variable: Variable, depth: u32) -> Result<Variable, Refusal> {
        match self.variable(variable, depth)? {
            Image::Variable(v) => Ok(v),
            Image::Array { .. } => Err(Refusal::IllSorted),
        }
    }

    fn dimension(&self, dimension: Dimension) -> Result<Dimension, Refusal> {
        let Some(dimensions) = self.dimensions else { return Ok(dimension) };
        nth(dimensions.iter(), dimension.0).copied()
    }

    fn untouched<T>(&self, tree: &Tree<T>, depth: u32) -> bool {
        self.dimensions.is_none() && tree.loose() <= depth
    }

    fn term(&self, term: &Term, depth: u32) -> Result<Term, Refusal> {
        if self.untouched(term, depth) {
            return Ok(term.clone());
        }
        let kind = match &**term {
            TermKind::Constant(q) => TermKind::Constant(q.clone()),
            TermKind::Entry(head, indices) => return self.entry(*head, indices, depth),
            TermKind::Delta(i, j) => TermKind::Delta(self.index(*i, depth)?, self.index(*j, depth)?),
            TermKind::Add(terms) => TermKind::Add(self.terms(terms, depth)?),
            TermKind::Multiply(terms) => TermKind::Multiply(self.terms(terms, depth)?),
            TermKind::Power(base, n) => TermKind::Power(self.term(base, depth)?, *n),
            TermKind::Sum(name, dimension, body) => {
                let body = self.term(body, below(depth, 1)?)?;
                TermKind::Sum(name.clone(), self.dimension(*dimension)?, body)
            }
            TermKind::Apply(function, inner) => TermKind::Apply(*function, self.term(inner, depth)?),
            TermKind::Defined(application) => TermKind::Defined(self.application(application, depth)?),
            TermKind::Derivative { name, body, at } => TermKind::Derivative {
                name: name.clone(),
                body: self.term(body, below(depth, 1)?)?,
                at: self.term(at, depth)?,
            },
        };
        Tree::new(kind)
    }

    fn terms(&self, terms: &[Term], depth: u32) -> Result<Vec<Term>, Refusal> {
        terms.iter().map(|t| self.term(t, depth)).collect()
    }

    fn entry(&self, head: Variable, indices: &[Variable], depth: u32) -> Result<Term, Refusal> {
        let indices: Result<Vec<_>, _> = indices.iter().map(|i| self.index(*i, depth)).collect();
        let indices = indices?;
        match self.variable(head, depth)? {
            Image::Variable(head) => Tree::new(TermKind::Entry(head, indices)),
            Image::Array { arity, body } => {
                if usize::try_from(arity) != Ok(indices.len()) {
                    return Err(Refusal::IllSorted);
                }
                let body = shifted(body, arity, depth)?;
                let arguments: Vec<_> = indices.into_iter().map(Argument::Index).collect();
                instantiate(&body, &arguments)
            }
        }
    }

    fn application(&self, application: &Application, depth: u32) -> Result<Application, Refusal> {
        let dimensions: Result<_, _> = application.dimensions.iter().map(|d| self.dimension(*d)).collect();
        let arguments: Result<_, _> = application.arguments.iter().map(|a| self.argument(a, depth)).collect();
        Ok(Application { definition: application.definition.clone(), dimensions: dimensions?, arguments: arguments? })
    }

    fn argument(&self, argument: &Argument, depth: u32) -> Result<Argument, Refusal> {
        Ok(match argument {
            Argument::Index(i) => Argument::Index(self.index(*i, depth)?),
            Argument::Array { arity, body } => {
                Argument::Array { arity: *arity, body: self.term(body, below(depth, *arity)?)? }
            }
        })
    }

    fn binder(&self, binder: &Binder) -> Result<Binder, Refusal> {
        Ok(Binder { name: binder.name.clone(), sort: self.sort(&binder.sort)? })
    }

    fn sort(&self, sort: &Sort) -> Result<Sort, Refusal> {
        Ok(match sort {
            Sort::Real(shape) => {
                let shape: Result<_, _> = shape.iter().map(|d| self.dimension(*d)).collect();
                Sort::Real(shape?)
            }
            Sort::Nat => Sort::Nat,
            Sort::Index(dimension) => Sort::Index(self.dimension(*dimension)?),
        })
    }

    fn formula(&self, formula: &Formula, depth: u32) -> Result<Formula, Refusal> {
        if self.untouched(formula, depth) {
            return Ok(formula.clone());
        }
        let kind = match &**formula {
            FormulaKind::Compare(relation, left, right) => {
                FormulaKind::Compare(*relation, self.term(left, depth)?, self.term(right, depth)?)
            }
            FormulaKind::And(parts) => FormulaKind::And(self.formulas(parts, depth)?),
            FormulaKind::Or(parts) => FormulaKind::Or(self.formulas(parts, depth)?),
            FormulaKind::Implies(left, right) => {
                FormulaKind::Implies(self.formula(left, depth)?, self.formula(right, depth)?)
            }
            FormulaKind::Iff(left, right) => FormulaKind::Iff(self.formula(left, depth)?, self.formula(right, depth)?),
            FormulaKind::Not(inner) => FormulaKind::Not(self.formula(inner, depth)?),
            FormulaKind::Forall(binder, body) => {
                FormulaKind::Forall(self.binder(binder)?, self.formula(body, below(depth, 1)?)?)
            }
            FormulaKind::Exists(binder, body) => {
                FormulaKind::Exists(self.binder(binder)?, self.formula(body, below(depth, 1)?)?)
            }
            FormulaKind::Defined(application) => FormulaKind::Defined(self.application(application, depth)?),
        };
        Tree::new(kind)
    }

    fn formulas(&self, formulas: &[Formula], depth: u32) -> Result<Vec<Formula>, Refusal> {
        formulas.iter().map(|f| self.formula(f, depth)).collect()
    }
}

fn below(depth: u32, binders: u32) -> Result<u32, Refusal> {
    depth.checked_add(binders).ok_or(Refusal::TooDeep)
}

fn raise(variable: Variable, by: u32) -> Result<Variable, Refusal> {
    match variable {
        Variable::Bound(level) => Ok(Variable::Bound(below(level, by)?)),
        free @ Variable::Free(_) => Ok(free),
    }
}

/// A body below `arity` binders of its own, moved below `by` more binders outside of them.
fn shifted(body: &Term, arity: u32, by: u32) -> Result<Term, Refusal> {
    Substitution { arguments: &[], dimensions: None, shift: by }.term(body, arity)
}

/// Trees in which the outermost bound variables can be replaced.
pub trait Instantiate: Sized {
    /// Replaces the outermost bound variables, and the dimensions where a list is given.
    ///
    /// # Errors
    /// [`Refusal::IllSorted`] where an argument does not fit, and the bounds of [`Tree`].
    fn substitute(&self, arguments: &[Argument], dimensions: Option<&[Dimension]>) -> Result<Self, Refusal>;
}

impl Instantiate for Term {
    fn substitute(&self, arguments: &[Argument], dimensions: Option<&[Dimension]>) -> Result<Self, Refusal> {
        Substitution { arguments, dimensions, shift: 0 }.term(self, 0)
    }
}

impl Instantiate for Formula {
    fn substitute(&self, arguments: &[Argument], dimensions: Option<&[Dimension]>) -> Result<Self, Refusal> {
        Substitution { arguments, dimensions, shift: 0 }.formula(self, 0)
    }
}

impl Instantiate for Sort {
    fn substitute(&self, arguments: &[Argument], dimensions: Option<&[Dimension]>) -> Result<Self, Refusal> {
        Substitution { arguments, dimensions, shift: 0 }.sort(self)
    }
}

/// Replaces the outermost bound variables; the last argument stands for `Bound(0)`.
///
/// # Errors
/// As [`Instantiate::substitute`].
pub fn instantiate<T: Instantiate>(tree: &T, arguments: &[Argument]) -> Result<T, Refusal> {
    tree.substitute(arguments, None)
}

/// Replaces variables that dangle beyond `depth` binders.
pub(crate) fn instantiate_below(term: &Term, depth: u32, arguments: &[Argument]) -> Result<Term, Refusal> {
    Substitution { arguments, dimensions: None, shift: 0 }.term(term, depth)
}

/// The argument that passes a variable of a sort on as it is.
///
/// # Errors
/// The bounds of [`Tree`].
pub fn variable_argument(variable: Variable, sort: &Sort) -> Result<Argument, Refusal> {
    let rank = match sort {
        Sort::Index(_) => return Ok(Argument::Index(variable)),
        Sort::Nat => 0,
        Sort::Real(shape) => u32::try_from(shape.len()).map_err(|_| Refusal::TooDeep)?,
    };
    let indices = (0..rank).rev().map(Variable::Bound).collect();
    let body = Tree::new(TermKind::Entry(raise(variable, rank)?, indices))?;
    Ok(Argument::Array { arity: rank, body })
}
