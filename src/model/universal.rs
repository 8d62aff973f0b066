//! Quantifiers over numbers and arrays, decided where that is possible.
//!
//! What ∀u binds becomes symbols; a comparison below it is one of a polynomial in these with 0,
//! and of degree at most 2 it is decided exactly: q ≥ 0 and q > 0 everywhere by the minimum of q,
//! q = 0 by its coefficients, and q ≠ 0, since q is continuous, if q or -q is > 0 everywhere. ∀
//! commutes with ∧ and with other ∀. A disjunction holds everywhere if one of its parts does; a part
//! that holds nowhere can be left out of it; and a part that holds just on an affine set leaves the other to hold
//! outside of it, see [`outside`](super::outside). ∃ is ¬∀¬. Where this says nothing, nothing is said.

use num_traits::{Signed, Zero};

use super::dual::Dual;
use super::evaluate::{Binding, Evaluator, Frame, Outcome, table};
use super::quadratic::Infimum;
use super::{Reason, Truth, size};
use crate::kernel::{Binder, Formula, FormulaKind, Meaning, Rational, Relation, Sort, Term};

pub(super) const OPEN: Truth = Truth::Unknown(Reason::Samples);

/// A formula or its negation, below more binders.
#[derive(Clone)]
pub(super) struct Part<'f> {
    pub formula: &'f Formula,
    /// Not negated.
    pub positive: bool,
    pub bindings: Vec<Binding>,
}

impl<'f> Part<'f> {
    pub(super) fn new(formula: &'f Formula, positive: bool) -> Self {
        Part { formula, positive, bindings: vec![] }
    }

    pub(super) fn all(formulas: &'f [Formula], positive: bool) -> Vec<Self> {
        formulas.iter().map(|formula| Part::new(formula, positive)).collect()
    }

    pub(super) fn below(formula: &'f Formula, positive: bool, binding: Binding) -> Self {
        Part { formula, positive, bindings: vec![binding] }
    }

    fn negated(&self) -> Self {
        Part { positive: !self.positive, ..self.clone() }
    }
}

impl Evaluator<'_> {
    /// Whether a formula (if `positive`) or its negation holds for all values of a number or array.
    pub(super) fn for_all(&mut self, binder: &Binder, body: &Formula, positive: bool, frame: &mut Frame) -> Truth {
        self.symbolic(binder, body, positive, frame).unwrap_or_else(|failure| Truth::Unknown(Reason::Failure(failure)))
    }

    fn symbolic(&mut self, binder: &Binder, body: &Formula, positive: bool, frame: &mut Frame) -> Outcome<Truth> {
        let Sort::Real(dimensions) = &binder.sort else { return Ok(OPEN) };
        let shape: Option<Vec<usize>> = dimensions.iter().map(|d| size(&frame.sizes, d.0)).collect();
        let shape = shape.ok_or(super::Failure::IllSorted)?;
        let count = self.affordable(&shape)?;
        let first = self.symbols;
        let next = u32::try_from(count).ok().and_then(|count| first.checked_add(count));
        self.symbols = next.ok_or(super::Failure::TooLarge)?;
        let entries = (first..self.symbols).map(|k| Ok(Dual::symbol(k))).collect();
        let truth = self.everywhere(&Part::below(body, positive, table(shape, entries)), frame);
        self.symbols = first;
        Ok(truth)
    }

    /// Whether a part holds for all values of the symbols.
    pub(super) fn everywhere(&mut self, part: &Part<'_>, frame: &mut Frame) -> Truth {
        let bindings = part.bindings.clone();
        let result = self
            .below(bindings, frame, |this, frame| this.nested(|this| this.decide(part.formula, part.positive, frame)));
        result.unwrap_or_else(|failure| Truth::Unknown(Reason::Failure(failure)))
    }

    fn decide(&mut self, formula: &Formula, positive: bool, frame: &mut Frame) -> Outcome<Truth> {
        Ok(match &**formula {
            FormulaKind::Compare(relation, left, right) => self.comparison(*relation, left, right, positive, frame)?,
            FormulaKind::And(parts) => self.joined(&Part::all(parts, positive), positive, frame),
            FormulaKind::Or(parts) => self.joined(&Part::all(parts, positive), !positive, frame),
            FormulaKind::Implies(left, right) => {
                let parts = [Part::new(left, !positive), Part::new(right, positive)];
                self.joined(&parts, !positive, frame)
            }
            FormulaKind::Iff(left, right) => {
                let one = [Part::new(left, false), Part::new(right, positive)];
                let other = [Part::new(left, true), Part::new(right, !positive)];
                self.one_everywhere(&one, frame).and(self.one_everywhere(&other, frame))
            }
            FormulaKind::Not(inner) => self.everywhere(&Part::new(inner, !positive), frame),
            FormulaKind::Forall(binder, body) => self.quantified(binder, body, positive, positive, frame)?,
            FormulaKind::Exists(binder, body) => self.quantified(binder, body, positive, !positive, frame)?,
            FormulaKind::Defined(application) => {
                let (body, mut callee) = self.call(application, frame)?;
                match body {
                    Meaning::Formula(body) => self.everywhere(&Part::new(body, positive), &mut callee),
                    Meaning::Term(_) => return Err(super::Failure::IllSorted),
                }
            }
        })
    }

    /// All parts, or at least one of them, everywhere.
    fn joined(&mut self, parts: &[Part<'_>], all: bool, frame: &mut Frame) -> Truth {
        if all { self.all_everywhere(parts, frame) } else { self.one_everywhere(parts, frame) }
    }

    fn all_everywhere(&mut self, parts: &[Part<'_>], frame: &mut Frame) -> Truth {
        let mut truth = Truth::True;
        for part in parts {
            truth = truth.and(self.everywhere(part, frame));
            if truth == Truth::False {
                break;
            }
        }
        truth
    }

    fn one_everywhere(&mut self, parts: &[Part<'_>], frame: &mut Frame) -> Truth {
        let mut open = vec![];
        for part in parts {
            let truth = self.everywhere(part, frame);
            if truth == Truth::True {
                return truth;
            }
            if self.everywhere(&part.negated(), frame) != Truth::True {
                open.push((truth, part));
            }
        }
        match open.as_slice() {
            [] => Truth::False,
            [(only, _)] => *only,
            [(_, first), (_, second)] => self.either_everywhere(first, second, frame),
            _ => OPEN,
        }
    }

    /// A quantifier below the symbols; `universal` where it is ∀ after the negation was carried inwards.
    fn quantified(
        &mut self,
        binder: &Binder,
        body: &Formula,
        positive: bool,
        universal: bool,
        frame: &mut Frame,
    ) -> Outcome<Truth> {
        let (range, exhaustive) = self.range(binder, frame)?;
        let parts: Vec<Part<'_>> = range.into_iter().map(|binding| Part::below(body, positive, binding)).collect();
        if exhaustive {
            return Ok(self.joined(&parts, universal, frame));
        }
        if universal {
            let falsified = parts.iter().any(|part| self.everywhere(part, frame) == Truth::False);
            return Ok(if falsified { Truth::False } else { self.for_all(binder, body, positive, frame) });
        }
        if parts.iter().any(|part| self.everywhere(part, frame) == Truth::True) {
            return Ok(Truth::True);
        }
        // If nothing is a witness for any values of the symbols, nothing is one for all of them.
        let none = self.for_all(binder, body, !positive, frame) == Truth::True;
        Ok(if none { Truth::False } else { OPEN })
    }

    fn comparison(
        &mut self,
        relation: Relation,
        left: &Term,
        right: &Term,
        positive: bool,
        frame: &mut Frame,
    ) -> Outcome<Truth> {
        let (relation, difference) = self.difference(relation, left, right, positive, frame)?;
        self.relates(relation, &difference)
    }

    /// A comparison or its negation, as one of a polynomial with 0.
    pub(super) fn difference(
        &mut self,
        relation: Relation,
        left: &Term,
        right: &Term,
        positive: bool,
        frame: &mut Frame,
    ) -> Outcome<(Relation, Dual)> {
        let (left, right) = (self.value(left, frame)?, self.value(right, frame)?);
        let (relation, swapped) = if positive { (relation, false) } else { relation.negation() };
        let (more, less) = if swapped { (right, left) } else { (left, right) };
        Ok((relation, more.add(&less.negate())))
    }

    /// Whether a polynomial has a relation to 0 for all values of its symbols.
    pub(super) fn relates(&mut self, relation: Relation, difference: &Dual) -> Outcome<Truth> {
        // A polynomial is 0 everywhere only if it has no coefficients.
        let zero = *difference == Dual::constant(Rational::zero());
        match relation {
            Relation::Equal => Ok(Truth::from(zero)),
            Relation::AtLeast => self.least(difference, |minimum| !minimum.is_negative()),
            Relation::Greater => self.least(difference, Rational::is_positive),
            Relation::Unequal => {
                let above = self.least(difference, Rational::is_positive)?;
                let below = self.least(&difference.negate(), Rational::is_positive)?;
                Ok(above.or(below))
            }
        }
    }

    /// What is asked of the minimum of a polynomial; false if it has none.
    fn least(&mut self, polynomial: &Dual, asked: fn(&Rational) -> bool) -> Outcome<Truth> {
        let Some(quadratic) = polynomial.quadratic() else { return Ok(OPEN) };
        self.eliminates(polynomial)?;
        Ok(match Infimum::of(&quadratic) {
            Infimum::Minimum(minimum) => Truth::from(asked(&minimum)),
            Infimum::Unbounded => Truth::False,
        })
    }

    /// Pays for solving as many equations as there are symbols.
    pub(super) fn eliminates(&mut self, polynomial: &Dual) -> Outcome<()> {
        let symbols = u64::from(self.symbols);
        self.spend(symbols.saturating_mul(symbols).saturating_mul(symbols).saturating_mul(polynomial.words()))
    }
}
