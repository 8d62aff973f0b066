//! Why the kernel refuses.

use core::fmt;

use crate::polynomial::Polynomial;
use crate::term::{Formula, Name};

/// How much is known of the sign of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// It is not less than 0.
    Nonnegative,
    /// It is greater than 0.
    Positive,
    /// It is 0.
    Zero,
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

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::TooDeep => f.write_str("nested too deeply"),
            Refusal::TooLarge => f.write_str("too large: the normal form passes the kernel's bounds"),
            Refusal::IllSorted => f.write_str("a variable is undeclared or of another sort"),
            Refusal::Unknown(name) => write!(f, "nothing is called {name}"),
            Refusal::Taken(name) => write!(f, "the name {name} is taken"),
            Refusal::NotDifferentiable => f.write_str("a root or a reciprocal cannot be differentiated"),
            Refusal::Unfit { rule, .. } => write!(f, "{rule} does not fit the formula"),
            Refusal::OtherFact { .. } => f.write_str("the fact is not what was to be shown"),
            Refusal::Remainder(_) => f.write_str("the two sides differ, and nothing pays for the rest"),
            Refusal::Negative => f.write_str("a constant that is to be nonnegative is negative"),
            Refusal::Nonzero => f.write_str("what is multiplied by any term is not known to be 0"),
            Refusal::TooWeak { .. } => f.write_str("the sign of the evidence is not enough"),
        }
    }
}

impl core::error::Error for Refusal {}
