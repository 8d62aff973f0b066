//! Why the kernel refuses.

use crate::polynomial::Polynomial;
use crate::term::{Formula, Name};

/// The n-th item, counted from 0.
///
/// # Errors
/// [`Refusal::IllSorted`] if there are fewer.
pub(crate) fn nth<T>(mut items: impl Iterator<Item = T>, n: u32) -> Result<T, Refusal> {
    usize::try_from(n).ok().and_then(|n| items.nth(n)).ok_or(Refusal::IllSorted)
}

/// How much is known of the sign of a value. In this order a sum has the greatest sign of its
/// terms, and a product the least of its factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// It is 0.
    Zero,
    /// It is not less than 0.
    Nonnegative,
    /// It is greater than 0.
    Positive,
}

/// Why a statement, a definition or a derivation is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A tree is nested too deeply.
    TooDeep,
    /// A tree, a normal form or the work on it is too large.
    TooLarge,
    /// A variable is not declared, or is used at a place for another sort.
    IllSorted,
    /// No definition, lemma or theorem has this name.
    Unknown(Name),
    /// The name is taken.
    Taken(Name),
    /// The derivative of an opaque function was asked for.
    NotDifferentiable,
    /// The rule does not fit the formula.
    Unfit {
        /// The rule.
        rule: &'static str,
        /// The formula, its outermost definitions unfolded.
        formula: Formula,
    },
    /// The fact is not the goal.
    OtherFact {
        /// What the fact says.
        fact: Formula,
        /// What was to be shown.
        goal: Formula,
    },
    /// The two sides differ by this, and nothing pays for it.
    Remainder(Polynomial),
    /// A constant that is to be nonnegative is negative.
    Negative,
    /// What is multiplied by any term is not known to be 0.
    Nonzero,
    /// The evidence has the right value, but its sign is not enough for the goal.
    TooWeak {
        /// What the evidence shows.
        found: Sign,
        /// What was to be shown.
        goal: Formula,
    },
}
