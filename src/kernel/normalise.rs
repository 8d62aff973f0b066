//! From terms to normal forms: definitions unfolded, derivatives taken, products multiplied out.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use num_traits::Zero;

use crate::differentiate::derivative;
use crate::library::Library;
use crate::polynomial::{Atom, Head, Polynomial, Position, Work, bounded, orders};
use crate::refusal::Refusal;
use crate::substitute::instantiate;
use crate::term::{Argument, Dimension, Function, Term, TermKind, Variable};

/// The most named indices of an opaque function whose order is normalised.
const MAX_PARAMETERS: usize = 4;

/// Normal forms of terms that unfold. They depend on nothing but the term and the library.
pub(crate) type NormalForms = BTreeMap<Term, Polynomial>;

/// Computes normal forms of well-sorted closed terms.
pub(crate) struct Normaliser<'a> {
    pub(crate) library: &'a Library,
    /// Variables from here on are not declared by the context; sums are opened with them.
    pub(crate) fresh: u32,
    pub(crate) known: &'a mut NormalForms,
    pub(crate) work: &'a mut Work,
}

impl Normaliser<'_> {
    pub(crate) fn term(&mut self, term: &Term) -> Result<Polynomial, Refusal> {
        self.work.spend(1_u8)?;
        if !matches!(**term, TermKind::Defined(_) | TermKind::Derivative { .. }) {
            return self.form(term);
        }
        if let Some(known) = self.known.get(term) {
            self.work.spend(known.terms().count())?;
            return Ok(known.clone());
        }
        let form = self.form(term)?;
        self.known.insert(term.clone(), form.clone());
        Ok(form)
    }

    fn form(&mut self, term: &Term) -> Result<Polynomial, Refusal> {
        match &**term {
            TermKind::Constant(q) => Ok(Polynomial::constant(bounded(q.clone(), self.work)?)),
            TermKind::Entry(head, indices) => entry(*head, indices),
            TermKind::Delta(i, j) => Ok(Polynomial::delta(position(*i)?, position(*j)?)),
            TermKind::Add(terms) => self.sum(terms),
            TermKind::Multiply(factors) => self.product(factors),
            TermKind::Power(base, exponent) => self.term(base)?.power(*exponent, self.work),
            TermKind::Sum(_, dimension, body) => self.sum_over(*dimension, body),
            TermKind::Apply(function, inner) => {
                let inner = self.term(inner)?;
                self.opaque(*function, &inner)
            }
            TermKind::Defined(application) => {
                let unfolded = self.library.unfold_term(application)?;
                self.term(&unfolded)
            }
            TermKind::Derivative { body, at, .. } => {
                let derivative = derivative(self.library, body, at)?;
                self.term(&derivative)
            }
        }
    }

    /// The normal form of `left − right`.
    pub(crate) fn difference(&mut self, left: &Term, right: &Term) -> Result<Polynomial, Refusal> {
        let (left, right) = (self.term(left)?, self.term(right)?);
        left.minus(right, self.work)
    }

    fn sum(&mut self, terms: &[Term]) -> Result<Polynomial, Refusal> {
        let terms: Result<_, _> = terms.iter().map(|term| self.term(term)).collect();
        Polynomial::sum(terms?, self.work)
    }

    fn product(&mut self, factors: &[Term]) -> Result<Polynomial, Refusal> {
        let factors: Result<Vec<_>, _> = factors.iter().map(|factor| self.term(factor)).collect();
        Polynomial::product(factors?.into_iter(), self.work)
    }

    fn sum_over(&mut self, dimension: Dimension, body: &Term) -> Result<Polynomial, Refusal> {
        let id = self.fresh;
        self.fresh = id.checked_add(1).ok_or(Refusal::TooDeep)?;
        let opened = instantiate(body, &[Argument::Index(Variable::Free(id))])?;
        let sum = self.term(&opened)?.sum_over(id, dimension, self.work);
        self.fresh = id;
        sum
    }

    /// An atom whose head is the function of the polynomial with its named indices made
    /// parameters, in the order that makes the polynomial least. Another order would still be
    /// true, only fewer equal terms would be seen to be equal.
    fn opaque(&mut self, function: Function, inner: &Polynomial) -> Result<Polynomial, Refusal> {
        if let (Function::Reciprocal, Some(q)) = (function, inner.as_constant()) {
            let reciprocal = if q.is_zero() { q } else { q.recip() };
            return Ok(Polynomial::constant(reciprocal));
        }
        let named = inner.free_positions();
        let mut least: Option<(Polynomial, Vec<Position>)> = None;
        // Few indices are tried in every order; many only in the given one.
        let colours = if named.len() > MAX_PARAMETERS { (0..named.len()).collect() } else { vec![0; named.len()] };
        for order in orders(&colours)? {
            let order: Vec<Position> = order.iter().filter_map(|k| named.get(*k).copied()).collect();
            let parameter = |p| {
                let place = order.iter().position(|q| *q == p).and_then(|k| u32::try_from(k).ok());
                place.map_or(p, Position::Parameter)
            };
            let candidate = inner.rename(&parameter, self.work)?;
            if least.as_ref().is_none_or(|(polynomial, _)| candidate < *polynomial) {
                least = Some((candidate, order));
            }
        }
        let (polynomial, indices) = least.ok_or(Refusal::TooLarge)?;
        Ok(Polynomial::atom(Atom { head: Head::Function(function, Arc::new(polynomial)), indices }))
    }
}

fn position(variable: Variable) -> Result<Position, Refusal> {
    match variable {
        Variable::Free(id) => Ok(Position::Free(id)),
        Variable::Bound(_) => Err(Refusal::IllSorted),
    }
}

fn entry(head: Variable, indices: &[Variable]) -> Result<Polynomial, Refusal> {
    let Variable::Free(id) = head else { return Err(Refusal::IllSorted) };
    let indices: Result<_, _> = indices.iter().map(|i| position(*i)).collect();
    Ok(Polynomial::atom(Atom { head: Head::Variable(id), indices: indices? }))
}
