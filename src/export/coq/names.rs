//! Names that Coq accepts, whatever the names in a file are.
//!
//! Global names (of definitions and theorems) hold a prime and local names do not, so that no
//! local name hides a global one; local names avoid every word that the export itself writes.

use std::collections::{BTreeMap, BTreeSet};

pub(super) use crate::export::names::{plain, unused};

/// Words of Coq's language and what the export writes without a module's name before it.
const RESERVED: &[&str] = &[
    "as",
    "at",
    "Axiom",
    "by",
    "cofix",
    "CoFixpoint",
    "Definition",
    "else",
    "end",
    "exists",
    "exists2",
    "fix",
    "Fixpoint",
    "for",
    "forall",
    "fun",
    "Hypothesis",
    "if",
    "IF",
    "in",
    "let",
    "match",
    "mod",
    "Parameter",
    "Prop",
    "return",
    "Set",
    "SProp",
    "then",
    "Theorem",
    "Type",
    "using",
    "Variable",
    "where",
    "with",
    "R",
    "nat",
    "Sum",
    "delta",
    "sqrt",
    "exp",
    "ln",
    "INR",
    "Cst",
    "Ent",
    "Dlt",
    "Neg",
    "Add",
    "Sub",
    "Mul",
    "Pow",
    "Sig",
    "E0",
    "E1",
    "E2",
    "E3",
    "E4",
    "Same",
    "Number",
    "conj",
    "or_introl",
    "or_intror",
    "ex_intro",
    "I",
    "True",
    "False",
    "nth",
    "O",
    "proj1",
    "proj2",
    "iff_refl",
    "iff_trans",
    "not_iff_compat",
    "classic",
    "NNPP",
    "f_equal",
    "Rinv",
    "Prelude",
    "False_ind",
    "eq_refl",
    "Rinv_l",
    "derivable_pt_lim",
    "pair",
    "computed",
];

/// A local name that is neither reserved nor taken.
pub(super) fn local(name: &str, taken: impl Fn(&str) -> bool) -> String {
    unused(plain(name), |name| RESERVED.contains(&name) || taken(name))
}

/// The global names that were given out: each source name has its own.
#[derive(Debug, Default)]
pub(super) struct Globals {
    given: BTreeMap<String, String>,
    taken: BTreeSet<String>,
}

impl Globals {
    /// The name of a definition or theorem; the same for the same source name.
    pub(super) fn name(&mut self, source: &str) -> String {
        if let Some(name) = self.given.get(source) {
            return name.clone();
        }
        let base = match source.split_once('.') {
            Some((front, back)) => format!("{}'{}", plain(front), plain(back)),
            None => format!("{}'", plain(source)),
        };
        let name = self.made(base);
        self.given.insert(source.to_owned(), name.clone());
        name
    }

    /// A name for something that has none in the source.
    pub(super) fn made(&mut self, base: String) -> String {
        let name = unused(base, |name| self.taken.contains(name));
        self.taken.insert(name.clone());
        name
    }
}
