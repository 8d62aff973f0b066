//! The trusted core of Tightrope.
//!
//! [`check`] takes a [`Statement`] (the quantified syntax tree as it was written) and a
//! [`Proof`] (plain data) and returns a [`Theorem`] or a [`Refusal`]. It computes every normal
//! form itself; it has no floats, no input or output, no unsafe code, and does not panic.
//! Everything above it may be wrong without making a false theorem.
#![no_std]

extern crate alloc;

mod check;
mod definedness;
mod derivation;
mod differentiate;
mod finite;
mod library;
mod normalise;
mod polynomial;
mod refusal;
mod sorts;
mod substitute;
mod term;
mod tree;

pub use check::{Context, check};
pub use derivation::{Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind, Proof};
pub use library::{Library, Theorem};
pub use polynomial::{Atom, Component, Factors, Head, MAX_EXPONENT, Monomial, Polynomial, Position, Work};
pub use refusal::{Refusal, Sign};
pub use substitute::{Instantiate, instantiate, variable_argument};
pub use term::{
    Application, Argument, Binder, Definition, Dimension, Formula, FormulaKind, Function, Hypothesis, Meaning, Name,
    Rational, Relation, Sort, Statement, Term, TermKind, Variable,
};
pub use tree::{Extent, MAX_DEPTH, MAX_SIZE, Node, Tree};
