//! How sums and products are written: with minus signs and fraction bars. The printer and the
//! normaliser's terms both follow this, so that Coq sees the same operations in both.

use num_traits::{One, Signed, Zero};

use crate::kernel::{Function, Rational, Refusal, Term, TermKind, Tree};

/// The outermost operation of a term.
pub(super) enum Shape {
    /// A rational number that is not negative.
    Constant(Rational),
    Negate(Term),
    Plus(Term, Term),
    Minus(Term, Term),
    Times(Term, Term),
    /// a / b, which is a · (1/b).
    Over(Term, Term),
    Power(Term, u32),
    /// Anything else is what it is.
    Other,
}

fn constant(q: Rational) -> Result<Term, Refusal> {
    Tree::new(TermKind::Constant(q))
}

/// −t, where t is visibly negative.
fn negated(term: &Term) -> Result<Option<Term>, Refusal> {
    match &**term {
        TermKind::Constant(q) if q.is_negative() => constant(-q.clone()).map(Some),
        TermKind::Multiply(factors) => match factors.split_first() {
            Some((first, rest)) => match &**first {
                TermKind::Constant(q) if q.is_negative() && !rest.is_empty() => {
                    let mut factors = rest.to_vec();
                    if !(-q.clone()).is_one() {
                        factors.insert(0, constant(-q.clone())?);
                    }
                    product(&factors).map(Some)
                }
                _ => Ok(None),
            },
            None => Ok(None),
        },
        _ => Ok(None),
    }
}

fn product(factors: &[Term]) -> Result<Term, Refusal> {
    joined(factors, TermKind::Multiply)
}

fn sum(terms: &[Term]) -> Result<Term, Refusal> {
    joined(terms, TermKind::Add)
}

/// The sum or product of some parts; one part is itself.
fn joined(parts: &[Term], kind: fn(Vec<Term>) -> TermKind) -> Result<Term, Refusal> {
    match parts {
        [only] => Ok(only.clone()),
        _ => Tree::new(kind(parts.to_vec())),
    }
}

/// A sum or product of one part is that part.
pub(super) fn bare(term: &Term) -> Term {
    let mut term = term.clone();
    while let TermKind::Add(parts) | TermKind::Multiply(parts) = &*term
        && let [only] = &parts[..]
    {
        term = only.clone();
    }
    term
}

/// The outermost operation of a term, sums and products of one part left out.
pub(super) fn shape(term: &Term) -> Result<Shape, Refusal> {
    if let Some(positive) = negated(term)? {
        return Ok(Shape::Negate(positive));
    }
    match &**term {
        TermKind::Constant(q) => Ok(Shape::Constant(q.clone())),
        TermKind::Power(base, n) => Ok(Shape::Power(base.clone(), *n)),
        TermKind::Add(terms) => match terms.split_last() {
            None => Ok(Shape::Constant(Rational::zero())),
            Some((only, [])) => shape(only),
            Some((last, before)) => {
                let before = sum(before)?;
                Ok(match negated(last)? {
                    Some(positive) => Shape::Minus(before, positive),
                    None => Shape::Plus(before, last.clone()),
                })
            }
        },
        TermKind::Multiply(factors) => match factors.split_last() {
            None => Ok(Shape::Constant(Rational::one())),
            Some((only, [])) => shape(only),
            Some((last, before)) => {
                let before = product(before)?;
                Ok(match &**last {
                    TermKind::Apply(Function::Reciprocal, below) => Shape::Over(before, below.clone()),
                    _ => Shape::Times(before, last.clone()),
                })
            }
        },
        _ => Ok(Shape::Other),
    }
}
