//! Derivatives of terms along a real variable, by the rules of calculus on the syntax tree.
//!
//! Every term that is differentiated here is a polynomial in the variable for each fixed value
//! of everything else, so its derivative exists everywhere and the rules apply. Opaque
//! functions are refused as soon as the variable occurs in them. Hypotheses play no part:
//! only terms are differentiated, and definitions are unfolded first.

use alloc::vec;
use alloc::vec::Vec;

use num_bigint::BigInt;
use num_traits::{One, Zero};

use crate::library::Library;
use crate::refusal::Refusal;
use crate::substitute::{instantiate, instantiate_below};
use crate::term::{Argument, Rational, Term, TermKind};
use crate::tree::Tree;

/// d/dt body(t) at t = `at`, where `body` binds t.
pub(crate) fn derivative(library: &Library, body: &Term, at: &Term) -> Result<Term, Refusal> {
    let derived = differentiate(library, body, 0)?;
    instantiate(&derived, &[Argument::Array { arity: 0, body: at.clone() }])
}

/// The derivative along `Bound(level)`.
fn differentiate(library: &Library, term: &Term, level: u32) -> Result<Term, Refusal> {
    if !occurs(term, level)? {
        return constant(Rational::zero());
    }
    match &**term {
        TermKind::Constant(_) | TermKind::Delta(..) => constant(Rational::zero()),
        // The variable is a number, so that it can only be the head, and without indices.
        TermKind::Entry(..) => constant(Rational::one()),
        TermKind::Add(terms) => {
            let derived: Result<Vec<_>, _> = terms.iter().map(|t| differentiate(library, t, level)).collect();
            Tree::new(TermKind::Add(derived?))
        }
        TermKind::Multiply(factors) => product(library, factors, level),
        TermKind::Power(base, exponent) => {
            let lower = Tree::new(TermKind::Power(base.clone(), exponent.saturating_sub(1)))?;
            let scale = constant(Rational::from_integer(BigInt::from(*exponent)))?;
            Tree::new(TermKind::Multiply(vec![scale, lower, differentiate(library, base, level)?]))
        }
        TermKind::Sum(name, dimension, body) => {
            let derived = differentiate(library, body, level.checked_add(1).ok_or(Refusal::TooDeep)?)?;
            Tree::new(TermKind::Sum(name.clone(), *dimension, derived))
        }
        TermKind::Apply(..) => Err(Refusal::NotDifferentiable),
        TermKind::Defined(application) => differentiate(library, &library.unfold_term(application)?, level),
        TermKind::Derivative { body, at, .. } => differentiate(library, &derivative(library, body, at)?, level),
    }
}

/// (Π f)′ = Σ_k f_k′ Π_{j≠k} f_j.
fn product(library: &Library, factors: &[Term], level: u32) -> Result<Term, Refusal> {
    let mut terms = Vec::new();
    for (k, factor) in factors.iter().enumerate() {
        if occurs(factor, level)? {
            let derived = differentiate(library, factor, level)?;
            let others = factors.iter().enumerate().filter(|(j, _)| *j != k).map(|(_, f)| f.clone());
            terms.push(Tree::new(TermKind::Multiply(core::iter::once(derived).chain(others).collect()))?);
        }
    }
    Tree::new(TermKind::Add(terms))
}

/// Whether `Bound(level)` occurs: whether it makes a difference to put in 0 or 1.
fn occurs(term: &Term, level: u32) -> Result<bool, Refusal> {
    if term.loose() <= level {
        return Ok(false);
    }
    let with = |value: Rational| {
        let argument = Argument::Array { arity: 0, body: constant(value)? };
        instantiate_below(term, level, core::slice::from_ref(&argument))
    };
    Ok(with(Rational::zero())? != with(Rational::one())?)
}

fn constant(q: Rational) -> Result<Term, Refusal> {
    Tree::new(TermKind::Constant(q))
}
