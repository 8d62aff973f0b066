//! Derivations: plain data that `check` follows. Nothing here decides anything.
//!
//! A derivation is read top down in a context of declared variables and hypotheses. Both are
//! numbered as they are added, so `Free(n)` and [`FactKind::Hypothesis`] mean the same
//! wherever they occur below the rule that added them.

use alloc::vec::Vec;

use crate::term::{Argument, Dimension, Formula, Name, Rational, Term};
use crate::tree::{Extent, Node, Tree};

/// Shows a given formula, its goal.
pub type Derivation = Tree<DerivationKind>;
/// Shows a formula that it determines itself.
pub type Fact = Tree<FactKind>;
/// A value whose sign is evident.
pub type Evidence = Tree<EvidenceKind>;

/// The rules that work on a goal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DerivationKind {
    /// The goal is this fact, up to normal forms and definitions.
    Exact(Fact),
    /// The goal compares l with r, and l − r is the evidence's value: l = r if that is 0,
    /// l ≥ r if it is ≥ 0, l > r and l ≠ r if it is > 0. False, if 0 itself is shown to be > 0.
    Arithmetic(Evidence),
    /// ∧: one for each part.
    All(Vec<Derivation>),
    /// ∨: the alternative that holds, counted from 0.
    Choose(u32, Derivation),
    /// →: adds the premise as a hypothesis.
    Assume(Derivation),
    /// ∀: adds a variable.
    Generalize(Derivation),
    /// ∃: what there is.
    Witness(Argument, Derivation),
    /// ∀ over the natural numbers.
    Induct {
        /// The formula at 0.
        base: Derivation,
        /// Adds a number n and the formula at n as a hypothesis; shows it at n + 1.
        step: Derivation,
    },
    /// Adds the negation of the goal as a hypothesis and shows a contradiction.
    Contradict(Derivation),
    /// A disjunction: shows the goal in each case, with the case as a hypothesis.
    Cases(Fact, Vec<Derivation>),
    /// An existence: adds a variable, and what is said of it as a hypothesis.
    Unpack(Fact, Derivation),
    /// Adds the facts as hypotheses, in order.
    Have(Vec<Fact>, Derivation),
}

/// The rules that determine what they show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FactKind {
    /// A hypothesis of the context, by its number.
    Hypothesis(u32),
    /// A hypothesis of the context, counted back from the latest, which is 0. Parts of
    /// derivations that add hypotheses of their own can be moved when they name them so.
    Recent(u32),
    /// A theorem or named lemma of the library with its variables instantiated; its
    /// hypotheses are premises to be detached.
    Cite {
        /// The theorem.
        theorem: Name,
        /// For its dimensions.
        dimensions: Vec<Dimension>,
        /// For its variables.
        arguments: Vec<Argument>,
    },
    /// A formula with its derivation.
    Derived(Formula, Derivation),
    /// ∀ instantiated, as often as there are arguments.
    Instantiate(Fact, Vec<Argument>),
    /// → with its premise shown.
    Detach(Fact, Derivation),
    /// The k-th part of a conjunction, counted from 0.
    Part(Fact, u32),
    /// φ ∨ ¬φ.
    ExcludedMiddle(Formula),
    /// (1/e) e = 1, with a derivation of e ≠ 0.
    Reciprocal(Term, Derivation),
    /// √e ≥ 0 and (√e)² = e, with a derivation of e ≥ 0.
    SquareRoot(Term, Derivation),
    /// n ≥ 0, for a term that is a natural number by its shape.
    Natural(Term),
    /// ∃ v ∀ i φ(i, v\[i\]), from a fact ∀ i ∃ r φ(i, r) whose i is an index.
    Choice(Fact),
    /// ∃ m (φ(m) ∧ ∀ i (φ(i) → t(m) ≥ t(i))), from a fact ∃ m φ(m) whose m is an index; the term
    /// binds its index.
    Extremum(Fact, Term),
}

/// The rules that build values of known sign.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EvidenceKind {
    /// a − b for a fact that compares a with b: a = b makes it 0, a ≥ b nonnegative, a > b positive.
    Fact(Fact),
    /// A rational number that is not negative.
    Constant(Rational),
    /// e² ≥ 0.
    Square(Term),
    /// (a − b)² > 0, for a fact a ≠ b.
    NonzeroSquare(Fact),
    /// Any term times a value that is 0.
    Multiple(Term, Evidence),
    /// A sum of values, positive as soon as one is.
    Add(Vec<Evidence>),
    /// A product of values, positive if all are, 0 as soon as one is.
    Multiply(Vec<Evidence>),
    /// Σ over a dimension; adds the index as a variable. Never positive: the dimension may be empty.
    Sum(Dimension, Evidence),
}

/// What makes a statement a theorem.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// For the formula that says that hypotheses and conclusion are well defined,
    /// [`Context::definedness`](crate::Context::definedness); without hypotheses in the context.
    pub definedness: Derivation,
    /// For the conclusion, with the hypotheses in the context.
    pub conclusion: Derivation,
}

impl Node for DerivationKind {
    fn measure<'a>(&self, extent: &'a mut Extent) -> &'a mut Extent {
        match self {
            DerivationKind::Exact(fact) => extent.child(fact, 0),
            DerivationKind::Arithmetic(evidence) => extent.child(evidence, 0),
            DerivationKind::All(parts) => extent.children(parts),
            DerivationKind::Choose(_, inner)
            | DerivationKind::Assume(inner)
            | DerivationKind::Generalize(inner)
            | DerivationKind::Contradict(inner) => extent.child(inner, 0),
            DerivationKind::Witness(argument, inner) => argument.measure(extent).child(inner, 0),
            DerivationKind::Induct { base, step } => extent.children([base, step]),
            DerivationKind::Cases(fact, branches) => extent.child(fact, 0).children(branches),
            DerivationKind::Unpack(fact, inner) => extent.child(fact, 0).child(inner, 0),
            DerivationKind::Have(facts, inner) => extent.children(facts).child(inner, 0),
        }
    }
}

impl Node for FactKind {
    fn measure<'a>(&self, extent: &'a mut Extent) -> &'a mut Extent {
        match self {
            FactKind::Hypothesis(_) | FactKind::Recent(_) => extent,
            FactKind::Cite { arguments, .. } => extent.parts(arguments),
            FactKind::Derived(formula, derivation) => extent.child(formula, 0).child(derivation, 0),
            FactKind::Instantiate(fact, arguments) => extent.child(fact, 0).parts(arguments),
            FactKind::Detach(fact, premise) => extent.child(fact, 0).child(premise, 0),
            FactKind::Part(fact, _) | FactKind::Choice(fact) => extent.child(fact, 0),
            FactKind::ExcludedMiddle(formula) => extent.child(formula, 0),
            FactKind::Reciprocal(term, derivation) | FactKind::SquareRoot(term, derivation) => {
                extent.child(term, 0).child(derivation, 0)
            }
            FactKind::Natural(term) => extent.child(term, 0),
            FactKind::Extremum(fact, value) => extent.child(fact, 0).child(value, 1),
        }
    }
}

impl Node for EvidenceKind {
    fn measure<'a>(&self, extent: &'a mut Extent) -> &'a mut Extent {
        match self {
            EvidenceKind::Fact(fact) | EvidenceKind::NonzeroSquare(fact) => extent.child(fact, 0),
            EvidenceKind::Constant(_) => extent,
            EvidenceKind::Square(term) => extent.child(term, 0),
            EvidenceKind::Multiple(term, inner) => extent.child(term, 0).child(inner, 0),
            EvidenceKind::Add(parts) | EvidenceKind::Multiply(parts) => extent.children(parts),
            EvidenceKind::Sum(_, inner) => extent.child(inner, 0),
        }
    }
}
