//! What holds outside of an affine set: u ≠ 0 → q(u) > 0, and the like.
//!
//! Let Z be the common zeros of affine functions, not everything. The points outside of Z are dense, so
//! that there q ≥ 0 (q = 0) if and only if it is so everywhere. q > 0 outside of Z if and only if the minimum of
//! q is positive, or is 0 and taken in Z only. q ≠ 0 outside of Z if q or -q is > 0 there; if Z
//! has codimension at least 2, its outside is connected, and there is no other way.

use num_traits::{Signed, Zero};

use super::dual::Dual;
use super::evaluate::{Evaluator, Frame, Outcome};
use super::quadratic::{Infimum, Zeros};
use super::universal::{OPEN, Part};
use super::{Failure, Reason, Truth};
use crate::kernel::{FormulaKind, Meaning, Rational, Relation, Sort};

/// How a part is made of others, when negations were carried inwards.
enum Shape<'f> {
    /// All of them hold.
    All(Vec<Part<'f>>),
    /// A polynomial is compared with 0.
    Compare(Relation, Dual),
    /// Something else.
    Other,
}

/// What is asked of parts, in the frame where they stand.
type Asked<'a, 'r, T> = dyn FnMut(&mut Evaluator<'a>, &Part<'_>, Shape<'_>, &mut Frame) -> Outcome<T> + 'r;

impl<'a> Evaluator<'a> {
    /// Whether one of two parts holds for all values of the symbols, neither of which does alone.
    pub(super) fn either_everywhere(&mut self, first: &Part<'_>, second: &Part<'_>, frame: &mut Frame) -> Truth {
        for (part, other) in [(first, second), (second, first)] {
            match self.zeros(part, frame) {
                Ok(Some(zeros)) => {
                    let truth = self.outside(&zeros, other, frame);
                    return truth.unwrap_or_else(|failure| Truth::Unknown(Reason::Failure(failure)));
                }
                Ok(None) => {}
                Err(failure) => return Truth::Unknown(Reason::Failure(failure)),
            }
        }
        OPEN
    }

    /// The set on which a part holds, if that is affine.
    fn zeros(&mut self, part: &Part<'_>, frame: &mut Frame) -> Outcome<Option<Zeros>> {
        let mut functions = vec![];
        let affine = self.equations(part, &mut functions, frame)?;
        if affine {
            functions.iter().try_for_each(|function| self.eliminates(function))?;
            return Ok(Zeros::of(functions.iter().filter_map(Dual::quadratic).collect()));
        }
        self.shaped(part, frame, &mut |this, _, shape, _| {
            let Shape::Compare(relation, difference) = shape else { return Ok(None) };
            this.eliminates(&difference)?;
            let below = difference.negate().quadratic().and_then(|q| Zeros::of_nonnegative(&q));
            Ok(match relation {
                Relation::AtLeast => below,
                Relation::Equal => below.or_else(|| Zeros::of_nonnegative(&difference.quadratic()?)),
                Relation::Unequal | Relation::Greater => None,
            })
        })
    }

    /// Collects the functions whose vanishing a part says; false if it says anything else.
    fn equations(&mut self, part: &Part<'_>, found: &mut Vec<Dual>, frame: &mut Frame) -> Outcome<bool> {
        self.shaped(part, frame, &mut |this, _, shape, frame| match shape {
            Shape::All(parts) => {
                for part in &parts {
                    if !this.equations(part, found, frame)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Shape::Compare(Relation::Equal, difference) => {
                let affine = difference.quadratic().is_some_and(|q| q.products.is_empty());
                found.push(difference);
                Ok(affine)
            }
            Shape::Compare(..) | Shape::Other => Ok(false),
        })
    }

    /// Whether a part holds for all values of the symbols outside of a set.
    fn outside(&mut self, zeros: &Zeros, part: &Part<'_>, frame: &mut Frame) -> Outcome<Truth> {
        self.shaped(part, frame, &mut |this, part, shape, frame| match shape {
            Shape::All(parts) => {
                let mut truth = Truth::True;
                for part in &parts {
                    truth = truth.and(this.outside(zeros, part, frame)?);
                }
                Ok(truth)
            }
            Shape::Compare(relation, difference) => this.relates_outside(zeros, relation, &difference),
            Shape::Other => {
                let bare = Part::new(part.formula, part.positive);
                Ok(if this.everywhere(&bare, frame) == Truth::True { Truth::True } else { OPEN })
            }
        })
    }

    fn relates_outside(&mut self, zeros: &Zeros, relation: Relation, difference: &Dual) -> Outcome<Truth> {
        match relation {
            // Outside of the set is dense.
            Relation::Equal | Relation::AtLeast => self.relates(relation, difference),
            Relation::Greater => self.positive_outside(zeros, difference),
            Relation::Unequal => {
                let above = self.positive_outside(zeros, difference)?;
                let below = self.positive_outside(zeros, &difference.negate())?;
                match above.or(below) {
                    Truth::False if zeros.codimension() < 2 && *difference != Dual::constant(Rational::zero()) => {
                        Ok(OPEN)
                    }
                    decided => Ok(decided),
                }
            }
        }
    }

    fn positive_outside(&mut self, zeros: &Zeros, polynomial: &Dual) -> Outcome<Truth> {
        let Some(quadratic) = polynomial.quadratic() else { return Ok(OPEN) };
        self.eliminates(polynomial)?;
        Ok(match Infimum::of(&quadratic) {
            Infimum::Minimum(minimum) if minimum.is_zero() => Truth::from(zeros.contain_minimisers(&quadratic)),
            Infimum::Minimum(minimum) => Truth::from(minimum.is_positive()),
            Infimum::Unbounded => Truth::False,
        })
    }

    /// Opens a part as far as it is a conjunction or a comparison, and asks.
    fn shaped<T>(&mut self, part: &Part<'_>, frame: &mut Frame, ask: &mut Asked<'a, '_, T>) -> Outcome<T> {
        let bindings = part.bindings.clone();
        self.below(bindings, frame, |this, frame| this.nested(|this| this.shape(part, frame, ask)))
    }

    fn shape<T>(&mut self, part: &Part<'_>, frame: &mut Frame, ask: &mut Asked<'a, '_, T>) -> Outcome<T> {
        let positive = part.positive;
        let shape = match (&**part.formula, positive) {
            (FormulaKind::Compare(relation, left, right), _) => {
                let (relation, difference) = self.difference(*relation, left, right, positive, frame)?;
                Shape::Compare(relation, difference)
            }
            (FormulaKind::And(parts), true) | (FormulaKind::Or(parts), false) => Shape::All(Part::all(parts, positive)),
            (FormulaKind::Implies(left, right), false) => {
                Shape::All(vec![Part::new(left, true), Part::new(right, false)])
            }
            (FormulaKind::Forall(binder, body), true) | (FormulaKind::Exists(binder, body), false)
                if matches!(binder.sort, Sort::Index(_)) =>
            {
                let (range, _) = self.range(binder, frame)?;
                Shape::All(range.into_iter().map(|index| Part::below(body, positive, index)).collect())
            }
            (FormulaKind::Not(inner), _) => return self.shaped(&Part::new(inner, !positive), frame, ask),
            (FormulaKind::Defined(application), _) => {
                let (body, mut callee) = self.call(application, frame)?;
                let Meaning::Formula(body) = body else { return Err(Failure::IllSorted) };
                return self.shaped(&Part::new(body, positive), &mut callee, ask);
            }
            _ => Shape::Other,
        };
        ask(self, part, shape, frame)
    }
}
