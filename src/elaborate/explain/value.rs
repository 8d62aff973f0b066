//! Sums, differences and products as they are written by hand.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use tightrope_kernel::{Function, Refusal, Term, TermKind, Tree};

use crate::elaborate::auto::number;

/// A term with its sums and products as they are written by hand; its normal form is the same.
pub(super) fn tidy(term: &Term) -> Result<Term, Refusal> {
    let all = |terms: &[Term]| terms.iter().map(tidy).collect::<Result<Vec<_>, _>>();
    match &**term {
        TermKind::Constant(_) | TermKind::Entry(..) | TermKind::Delta(..) | TermKind::Defined(_) => Ok(term.clone()),
        TermKind::Add(terms) => sum(all(terms)?),
        TermKind::Multiply(factors) => product(all(factors)?),
        TermKind::Power(base, n) => product(vec![Tree::new(TermKind::Power(tidy(base)?, *n))?]),
        TermKind::Sum(name, dimension, body) => Tree::new(TermKind::Sum(name.clone(), *dimension, tidy(body)?)),
        TermKind::Apply(function, inner) => Tree::new(TermKind::Apply(*function, tidy(inner)?)),
        TermKind::Derivative { name, body, at } => {
            Tree::new(TermKind::Derivative { name: name.clone(), body: tidy(body)?, at: tidy(at)? })
        }
    }
}

/// A sum without brackets inside, its numbers added up where the first of them stood.
pub(super) fn sum(terms: Vec<Term>) -> Result<Term, Refusal> {
    let mut flat = vec![];
    let mut constant = BigRational::zero();
    let mut place = None;
    for term in terms {
        let parts = if let TermKind::Add(inner) = &*term { inner.clone() } else { vec![term] };
        for part in parts {
            match &*part {
                TermKind::Constant(q) => {
                    constant += q;
                    place = place.or(Some(flat.len()));
                }
                _ => flat.push(part),
            }
        }
    }
    if let Some(place) = place.filter(|_| !constant.is_zero()) {
        flat.insert(place, Tree::new(TermKind::Constant(constant))?);
    }
    match flat.len() {
        0 => number(0),
        1 => Ok(flat.remove(0)),
        _ => Tree::new(TermKind::Add(flat)),
    }
}

/// left − right.
pub(super) fn difference(left: &Term, right: &Term) -> Result<Term, Refusal> {
    sum(vec![left.clone(), product(vec![number(-1)?, right.clone()])?])
}

/// A product with its number in front, equal factors as powers, and reciprocals last.
pub(super) fn product(factors: Vec<Term>) -> Result<Term, Refusal> {
    let mut parts = Parts { coefficient: BigRational::one(), powers: vec![] };
    factors.iter().for_each(|factor| parts.collect(factor, 1));
    parts.term()
}

/// A term in front of which a minus may stand: whether it does, and the term without it.
pub(super) fn unsigned(term: &Term) -> Result<(bool, Term), Refusal> {
    let negative = match &**term {
        TermKind::Constant(q) => q.is_negative(),
        TermKind::Multiply(factors) => {
            factors.first().is_some_and(|f| matches!(&**f, TermKind::Constant(q) if q.is_negative()))
        }
        _ => false,
    };
    if !negative {
        return Ok((false, term.clone()));
    }
    Ok((true, product(vec![number(-1)?, term.clone()])?))
}

/// q Π base^n.
struct Parts {
    coefficient: BigRational,
    powers: Vec<(Term, u32)>,
}

impl Parts {
    fn collect(&mut self, factor: &Term, exponent: u32) {
        match &**factor {
            TermKind::Constant(q) if exponent == 1 => self.coefficient *= q,
            TermKind::Multiply(factors) => factors.iter().for_each(|f| self.collect(f, exponent)),
            TermKind::Power(base, n) if n.checked_mul(exponent).is_some() => {
                self.collect(base, n.saturating_mul(exponent));
            }
            TermKind::Add(terms) if terms.len() == 1 => terms.iter().for_each(|t| self.collect(t, exponent)),
            _ => match self.powers.iter_mut().find(|(base, _)| base == factor) {
                Some((_, n)) => *n = n.saturating_add(exponent),
                None => self.powers.push((factor.clone(), exponent)),
            },
        }
    }

    fn term(mut self) -> Result<Term, Refusal> {
        if self.coefficient.is_zero() {
            return number(0);
        }
        self.powers.retain(|(_, n)| *n > 0);
        self.powers.sort_by_key(|(base, _)| matches!(&**base, TermKind::Apply(Function::Reciprocal, _)));
        let mut factors = vec![];
        if !self.coefficient.is_one() || self.powers.is_empty() {
            factors.push(Tree::new(TermKind::Constant(self.coefficient))?);
        }
        for (base, n) in self.powers {
            // δ² = δ for Kronecker's δ.
            let plain = n == 1 || matches!(&*base, TermKind::Delta(..));
            factors.push(if plain { base } else { Tree::new(TermKind::Power(base, n))? });
        }
        match factors.len() {
            1 => Ok(factors.remove(0)),
            _ => Tree::new(TermKind::Multiply(factors)),
        }
    }
}
