//! The proof as a guide: what it takes for ∃, and the terms that it instantiates ∀ with.

use tightrope::kernel::{Argument, Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind, Library, Sort};
use tightrope::model::{Failure, Model, Value};

use super::values::{argument, called, extended, shape};

/// A derivation of the formula that is evaluated, with values for the variables of its context.
#[derive(Clone)]
pub struct Guide<'a> {
    pub derivation: &'a Derivation,
    pub model: Model,
}

impl<'a> Guide<'a> {
    fn at(&self, derivation: &'a Derivation) -> Guide<'a> {
        Guide { derivation, model: self.model.clone() }
    }

    /// The derivations that this one rests on and that show the same formula by its shape.
    pub fn opened(self, library: &'a Library) -> Vec<Guide<'a>> {
        match &**self.derivation {
            DerivationKind::Have(_, inner) => self.at(inner).opened(library),
            DerivationKind::Cases(_, branches) => {
                branches.iter().flat_map(|branch| self.at(branch).opened(library)).collect()
            }
            DerivationKind::Exact(fact) => self.cited(fact, library),
            _ => vec![self],
        }
    }

    /// The derivation of a fact.
    fn cited(&self, fact: &'a Fact, library: &'a Library) -> Vec<Guide<'a>> {
        match &**fact {
            FactKind::Derived(_, derivation) => self.at(derivation).opened(library),
            FactKind::Cite { theorem, dimensions, arguments } => {
                let Ok(theorem) = library.theorem(theorem) else { return vec![] };
                let Some(proof) = theorem.proof() else { return vec![] };
                let variables = &theorem.statement().variables;
                match called(library, arguments, dimensions, variables, &self.model) {
                    Ok(model) => Guide { derivation: &proof.conclusion, model }.opened(library),
                    Err(_) => vec![],
                }
            }
            // The hypotheses of a cited theorem are not part of its conclusion.
            FactKind::Detach(inner, _) if cites(inner) => self.cited(inner, library),
            FactKind::Part(inner, number) => {
                self.cited(inner, library).iter().filter_map(|guide| guide.part(*number as usize)).collect()
            }
            _ => vec![],
        }
    }

    /// For the k-th part of a conjunction.
    pub fn part(&self, number: usize) -> Option<Guide<'a>> {
        match &**self.derivation {
            DerivationKind::All(parts) => parts.get(number).map(|part| self.at(part)),
            _ => None,
        }
    }

    /// For the k-th alternative of a disjunction.
    pub fn alternative(&self, number: usize) -> Option<Guide<'a>> {
        match &**self.derivation {
            DerivationKind::Choose(chosen, inner) if usize::try_from(*chosen) == Ok(number) => Some(self.at(inner)),
            _ => None,
        }
    }

    /// For the conclusion of an implication.
    pub fn conclusion(&self) -> Option<Guide<'a>> {
        match &**self.derivation {
            DerivationKind::Assume(inner) => Some(self.at(inner)),
            _ => None,
        }
    }

    /// For the body of ∀ at a value.
    pub fn instance(&self, value: &Value) -> Option<Guide<'a>> {
        match &**self.derivation {
            DerivationKind::Generalize(inner) => {
                Some(Guide { derivation: inner, model: extended(&self.model, [value.clone()]) })
            }
            _ => None,
        }
    }

    /// What is taken for ∃, and the guide for the rest.
    pub fn witness(&self, library: &Library, sort: &Sort) -> Option<Result<(Value, Guide<'a>), Failure>> {
        match &**self.derivation {
            DerivationKind::Witness(witness, inner) => {
                let shape = shape(sort, &self.model.sizes).unwrap_or_default();
                let value = argument(library, witness, &shape, &self.model);
                Some(value.map(|value| (value, self.at(inner))))
            }
            _ => None,
        }
    }
}

fn cites(fact: &Fact) -> bool {
    match &**fact {
        FactKind::Cite { .. } => true,
        FactKind::Detach(inner, _) => cites(inner),
        _ => false,
    }
}

/// The arguments that occur in a derivation.
#[derive(Default)]
pub struct Arguments<'a> {
    pub found: Vec<&'a Argument>,
}

impl<'a> Arguments<'a> {
    pub fn derivation(&mut self, derivation: &'a Derivation) {
        match &**derivation {
            DerivationKind::Exact(fact) => self.fact(fact),
            DerivationKind::Arithmetic(evidence) => self.evidence(evidence),
            DerivationKind::All(parts) => parts.iter().for_each(|part| self.derivation(part)),
            DerivationKind::Choose(_, inner)
            | DerivationKind::Assume(inner)
            | DerivationKind::Generalize(inner)
            | DerivationKind::Contradict(inner) => self.derivation(inner),
            DerivationKind::Witness(argument, inner) => {
                self.found.push(argument);
                self.derivation(inner);
            }
            DerivationKind::Induct { base, step } => [base, step].into_iter().for_each(|d| self.derivation(d)),
            DerivationKind::Cases(fact, branches) => {
                self.fact(fact);
                branches.iter().for_each(|branch| self.derivation(branch));
            }
            DerivationKind::Unpack(fact, inner) => {
                self.fact(fact);
                self.derivation(inner);
            }
            DerivationKind::Have(facts, inner) => {
                facts.iter().for_each(|fact| self.fact(fact));
                self.derivation(inner);
            }
        }
    }

    fn fact(&mut self, fact: &'a Fact) {
        match &**fact {
            FactKind::Cite { arguments, .. } => self.found.extend(arguments),
            FactKind::Derived(_, derivation)
            | FactKind::Reciprocal(_, derivation)
            | FactKind::SquareRoot(_, derivation) => self.derivation(derivation),
            FactKind::Instantiate(inner, arguments) => {
                self.found.extend(arguments);
                self.fact(inner);
            }
            FactKind::Detach(inner, premise) => {
                self.fact(inner);
                self.derivation(premise);
            }
            FactKind::Part(inner, _) | FactKind::Choice(inner) | FactKind::Extremum(inner, _) => self.fact(inner),
            FactKind::Hypothesis(_) | FactKind::Recent(_) | FactKind::ExcludedMiddle(_) | FactKind::Natural(_) => {}
        }
    }

    fn evidence(&mut self, evidence: &'a Evidence) {
        match &**evidence {
            EvidenceKind::Fact(fact) | EvidenceKind::NonzeroSquare(fact) => self.fact(fact),
            EvidenceKind::Multiple(_, inner) | EvidenceKind::Sum(_, inner) => self.evidence(inner),
            EvidenceKind::Add(parts) | EvidenceKind::Multiply(parts) => {
                parts.iter().for_each(|part| self.evidence(part));
            }
            EvidenceKind::Constant(_) | EvidenceKind::Square(_) => {}
        }
    }
}
