//! What a derivation rests on.

use tightrope_kernel::{Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind};

/// Walks through derivations and visits the facts that they rest on: hypotheses, theorems and
/// named lemmas.
pub(crate) struct Leaves<'v> {
    /// How many hypotheses there are at the place that is looked at.
    pub hypotheses: usize,
    /// Gets each fact with the number of hypotheses where it stands.
    pub visit: &'v mut dyn FnMut(&Fact, usize),
}

impl Leaves<'_> {
    fn below(&mut self, derivation: &Derivation) {
        self.hypotheses = self.hypotheses.saturating_add(1);
        self.derivation(derivation);
        self.hypotheses = self.hypotheses.saturating_sub(1);
    }

    pub(crate) fn derivation(&mut self, derivation: &Derivation) {
        match &**derivation {
            DerivationKind::Exact(fact) => self.fact(fact),
            DerivationKind::Arithmetic(evidence) => self.evidence(evidence),
            DerivationKind::All(parts) => parts.iter().for_each(|part| self.derivation(part)),
            DerivationKind::Choose(_, inner)
            | DerivationKind::Generalize(inner)
            | DerivationKind::Witness(_, inner) => {
                self.derivation(inner);
            }
            DerivationKind::Assume(inner) | DerivationKind::Contradict(inner) => self.below(inner),
            DerivationKind::Induct { base, step } => {
                self.derivation(base);
                self.below(step);
            }
            DerivationKind::Cases(fact, branches) => {
                self.fact(fact);
                branches.iter().for_each(|branch| self.below(branch));
            }
            DerivationKind::Unpack(fact, inner) => {
                self.fact(fact);
                self.below(inner);
            }
            DerivationKind::Have(facts, inner) => {
                let before = self.hypotheses;
                for fact in facts {
                    self.fact(fact);
                    self.hypotheses = self.hypotheses.saturating_add(1);
                }
                self.derivation(inner);
                self.hypotheses = before;
            }
        }
    }

    pub(crate) fn fact(&mut self, fact: &Fact) {
        match &**fact {
            FactKind::Hypothesis(_) | FactKind::Recent(_) | FactKind::Cite { .. } => {
                (self.visit)(fact, self.hypotheses)
            }
            FactKind::Derived(_, derivation)
            | FactKind::Reciprocal(_, derivation)
            | FactKind::SquareRoot(_, derivation) => self.derivation(derivation),
            FactKind::Instantiate(fact, _)
            | FactKind::Part(fact, _)
            | FactKind::Choice(fact)
            | FactKind::Extremum(fact, _) => self.fact(fact),
            FactKind::Detach(fact, premise) => {
                self.fact(fact);
                self.derivation(premise);
            }
            FactKind::ExcludedMiddle(_) | FactKind::Natural(_) => {}
        }
    }

    pub(crate) fn evidence(&mut self, evidence: &Evidence) {
        match &**evidence {
            EvidenceKind::Fact(fact) | EvidenceKind::NonzeroSquare(fact) => self.fact(fact),
            EvidenceKind::Constant(_) | EvidenceKind::Square(_) => {}
            EvidenceKind::Multiple(_, inner) | EvidenceKind::Sum(_, inner) => self.evidence(inner),
            EvidenceKind::Add(parts) | EvidenceKind::Multiply(parts) => parts.iter().for_each(|p| self.evidence(p)),
        }
    }
}
