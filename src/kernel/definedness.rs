//! When a statement means what it says: no division by 0, no root of a negative number.
//!
//! For each reciprocal 1/e and each root √e of a statement this computes what has to hold
//! where it stands: e ≠ 0, e ≥ 0, under the hypotheses and quantifiers around it. A part of a
//! conjunction may rely on the parts before it, a conclusion on its premise, the second
//! alternative of a disjunction on the negation of the first.

use alloc::vec;
use alloc::vec::Vec;

use num_traits::Zero;

use crate::differentiate::derivative;
use crate::library::Library;
use crate::polynomial::Work;
use crate::refusal::Refusal;
use crate::substitute::Instantiate;
use crate::term::{
    Application, Argument, Binder, Formula, FormulaKind, Function, Hypothesis, Meaning, Name, Rational, Relation, Sort,
    Term, TermKind,
};
use crate::tree::Tree;

/// Collects what has to hold for terms and formulas to be well defined.
pub(crate) struct Definedness<'a> {
    pub(crate) library: &'a Library,
    pub(crate) work: Work,
}

type Obligations = Result<Vec<Formula>, Refusal>;

impl Definedness<'_> {
    /// For a statement: one formula that hypotheses and conclusion are well defined.
    pub(crate) fn statement(mut self, hypotheses: &[Hypothesis], conclusion: &Formula) -> Result<Formula, Refusal> {
        let mut obligations = self.formula(conclusion)?;
        for hypothesis in hypotheses.iter().rev() {
            let own = self.formula(&hypothesis.formula)?;
            obligations = concat(own, given(&hypothesis.formula, obligations)?);
        }
        Tree::new(FormulaKind::And(obligations))
    }

    fn term(&mut self, term: &Term) -> Obligations {
        let obligations = match &**term {
            TermKind::Constant(_) | TermKind::Entry(..) | TermKind::Delta(..) => Ok(vec![]),
            TermKind::Add(terms) | TermKind::Multiply(terms) => self.all(terms, Self::term),
            TermKind::Power(base, _) => self.term(base),
            TermKind::Sum(name, dimension, body) => everywhere(name, Sort::Index(*dimension), self.term(body)?),
            TermKind::Apply(function, inner) => {
                let relation = match function {
                    Function::Reciprocal => Some(Relation::Unequal),
                    Function::SquareRoot => Some(Relation::AtLeast),
                    Function::Exponential => None,
                    Function::Logarithm => Some(Relation::Greater),
                };
                let zero = Tree::new(TermKind::Constant(Rational::zero()))?;
                let own = relation.map(|r| Tree::new(FormulaKind::Compare(r, inner.clone(), zero))).transpose()?;
                Ok(concat(self.term(inner)?, own.into_iter().collect()))
            }
            TermKind::Defined(application) if self.library.total.contains(&application.definition) => {
                self.arguments(application)
            }
            TermKind::Defined(application) => {
                let unfolded = self.library.unfold_term(application)?;
                Ok(concat(self.arguments(application)?, self.term(&unfolded)?))
            }
            TermKind::Derivative { name, body, at } => {
                self.work.spend(derivative(self.library, body, at)?.size())?;
                let inside = everywhere(name, Sort::Real(vec![]), self.term(body)?)?;
                Ok(concat(inside, self.term(at)?))
            }
        };
        self.paid(obligations?)
    }

    /// Arguments are well defined at all indices, also where the definition does not look at them.
    fn arguments(&mut self, application: &Application) -> Obligations {
        let mut obligations = vec![];
        let binders = &self.library.definition(&application.definition)?.parameters;
        for (argument, binder) in application.arguments.iter().zip(binders) {
            if let (Argument::Array { body, .. }, Sort::Real(shape)) = (argument, &binder.sort) {
                let own = shape.iter().rev().try_fold(self.term(body)?, |own, dimension| {
                    let index = Sort::Index(*dimension).substitute(&[], Some(&application.dimensions))?;
                    everywhere(&binder.name, index, own)
                });
                obligations = concat(obligations, own?);
            }
        }
        Ok(obligations)
    }

    /// What has to hold for a definition, whatever its parameters are.
    pub(crate) fn body(&mut self, body: &Meaning) -> Obligations {
        match body {
            Meaning::Term(term) => self.term(term),
            Meaning::Formula(formula) => self.formula(formula),
        }
    }

    fn paid(&mut self, obligations: Vec<Formula>) -> Obligations {
        self.work.spend(obligations.len().saturating_add(1))?;
        Ok(obligations)
    }

    fn formula(&mut self, formula: &Formula) -> Obligations {
        let obligations = match &**formula {
            FormulaKind::Compare(_, left, right) => Ok(concat(self.term(left)?, self.term(right)?)),
            FormulaKind::And(parts) => self.chain(parts, |part| Ok(part.clone())),
            FormulaKind::Or(parts) => self.chain(parts, |part| Tree::new(FormulaKind::Not(part.clone()))),
            FormulaKind::Implies(left, right) => Ok(concat(self.formula(left)?, given(left, self.formula(right)?)?)),
            FormulaKind::Iff(left, right) => Ok(concat(self.formula(left)?, self.formula(right)?)),
            FormulaKind::Not(inner) => self.formula(inner),
            FormulaKind::Forall(Binder { name, sort }, body) | FormulaKind::Exists(Binder { name, sort }, body) => {
                everywhere(name, sort.clone(), self.formula(body)?)
            }
            FormulaKind::Defined(application) if self.library.total.contains(&application.definition) => {
                self.arguments(application)
            }
            FormulaKind::Defined(application) => {
                let unfolded = self.library.unfold_formula(application)?;
                Ok(concat(self.arguments(application)?, self.formula(&unfolded)?))
            }
        };
        self.paid(obligations?)
    }

    fn all<T>(&mut self, items: &[T], each: impl Fn(&mut Self, &T) -> Obligations) -> Obligations {
        items.iter().try_fold(vec![], |found, item| Ok(concat(found, each(self, item)?)))
    }

    /// The obligations of a list, each under `link` of those before it.
    fn chain(&mut self, parts: &[Formula], link: impl Fn(&Formula) -> Result<Formula, Refusal>) -> Obligations {
        parts.iter().rev().try_fold(vec![], |later, part| {
            let later = if later.is_empty() { later } else { given(&link(part)?, later)? };
            Ok(concat(self.formula(part)?, later))
        })
    }
}

fn everywhere(name: &Name, sort: Sort, obligations: Vec<Formula>) -> Obligations {
    let quantify = |body| Tree::new(FormulaKind::Forall(Binder { name: name.clone(), sort: sort.clone() }, body));
    obligations.into_iter().map(quantify).collect()
}

fn given(premise: &Formula, obligations: Vec<Formula>) -> Obligations {
    obligations.into_iter().map(|o| Tree::new(FormulaKind::Implies(premise.clone(), o))).collect()
}

fn concat(mut first: Vec<Formula>, second: Vec<Formula>) -> Vec<Formula> {
    first.extend(second);
    first
}
