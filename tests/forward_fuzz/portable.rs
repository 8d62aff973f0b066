//! Which derivations mean the same when variables or hypotheses are added to the context.
//!
//! What a derivation adds itself is numbered from the size of the context, so that only
//! derivations that add nothing can be moved as they are.

use tightrope::kernel::{Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind};

pub fn fact(tree: &Fact) -> bool {
    match &**tree {
        FactKind::Hypothesis(_) | FactKind::Cite { .. } | FactKind::ExcludedMiddle(_) | FactKind::Natural(_) => true,
        FactKind::Recent(_) => false,
        FactKind::Derived(_, by) | FactKind::Reciprocal(_, by) | FactKind::SquareRoot(_, by) => derivation(by),
        FactKind::Instantiate(inner, _)
        | FactKind::Part(inner, _)
        | FactKind::Choice(inner)
        | FactKind::Extremum(inner, _) => fact(inner),
        FactKind::Detach(inner, by) => fact(inner) && derivation(by),
    }
}

fn derivation(tree: &Derivation) -> bool {
    match &**tree {
        DerivationKind::Exact(inner) => fact(inner),
        DerivationKind::Arithmetic(inner) => evidence(inner),
        DerivationKind::All(parts) => parts.iter().all(derivation),
        DerivationKind::Choose(_, inner) | DerivationKind::Witness(_, inner) => derivation(inner),
        DerivationKind::Assume(_)
        | DerivationKind::Generalize(_)
        | DerivationKind::Induct { .. }
        | DerivationKind::Contradict(_)
        | DerivationKind::Cases(..)
        | DerivationKind::Unpack(..)
        | DerivationKind::Have(..) => false,
    }
}

pub fn evidence(tree: &Evidence) -> bool {
    match &**tree {
        EvidenceKind::Fact(inner) | EvidenceKind::NonzeroSquare(inner) => fact(inner),
        EvidenceKind::Constant(_) | EvidenceKind::Square(_) => true,
        EvidenceKind::Multiple(_, inner) => evidence(inner),
        EvidenceKind::Add(parts) | EvidenceKind::Multiply(parts) => parts.iter().all(evidence),
        EvidenceKind::Sum(..) => false,
    }
}
