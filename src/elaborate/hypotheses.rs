//! What can be wrong with hypotheses: no proof uses one, or they contradict each other.

use std::collections::BTreeSet;

use tightrope_kernel::{
    DerivationKind, Evidence, Fact, FactKind, FormulaKind, Library, Name, Proof, Relation, Sign, Tree,
};

use super::auto::{MAX_EFFORT, minus};
use super::leaves::Leaves;
use super::state::{Compared, State};
use crate::syntax::ast::Ident;
use crate::syntax::diagnostic::Diagnostic;

/// Warns of hypotheses that no proof of the claims uses, not even to be well defined. Where a
/// claim has no proof yet, it may need them all.
pub(crate) fn unused(library: &Library, hypotheses: &[&Ident], claims: &[Name]) -> Vec<Diagnostic> {
    let mut used = BTreeSet::new();
    for claim in claims {
        if let Some(proof) = library.theorem(claim).ok().and_then(|theorem| theorem.proof()) {
            used.append(&mut rests_on(proof, hypotheses.len()));
        }
    }
    let idle = (0..hypotheses.len()).filter(|number| !used.contains(number)).map(|number| hypotheses[number]);
    idle.map(|name| {
        Diagnostic::warning(format!("no proof uses the hypothesis `{}`", name.name))
            .primary(name.span, "not needed")
            .help("without it the theorem says more: leave it out")
    })
    .collect()
}

/// The numbers of the hypotheses that a proof uses, of so many. Where it shows that the statement is
/// well defined, the first premises are the first hypotheses.
fn rests_on(proof: &Proof, count: usize) -> BTreeSet<usize> {
    let mut used = BTreeSet::new();
    let mut visit = |fact: &Fact, around: usize| used.extend(number(fact, around).filter(|number| *number < count));
    Leaves { hypotheses: 0, visit: &mut visit }.derivation(&proof.definedness);
    Leaves { hypotheses: count, visit: &mut visit }.derivation(&proof.conclusion);
    used
}

/// The number of a hypothesis, cited where there are so many.
fn number(fact: &Fact, around: usize) -> Option<usize> {
    match &**fact {
        FactKind::Hypothesis(number) => usize::try_from(*number).ok(),
        FactKind::Recent(back) => around.checked_sub(1)?.checked_sub(usize::try_from(*back).ok()?),
        _ => None,
    }
}

/// The numbers of the hypotheses of a theorem that contradict each other, as far as that needs no words: one
/// whose negation follows from the others, and those. From them every claim would follow, and say nothing.
pub(crate) fn contradictory(state: &mut State<'_>) -> Option<Vec<usize>> {
    let count = state.hypotheses.len();
    for compared in state.compared().iter() {
        if let Some(evidence) = sides_that_differ(state, compared) {
            return Some(cited(count, |leaves| {
                leaves.fact(&compared.fact);
                leaves.evidence(&evidence);
            }));
        }
        let formula = state.context.infer(&compared.fact).ok()?;
        let negation = Tree::new(FormulaKind::Not(formula)).ok()?;
        let Some(derivation) = state.auto(&negation) else { continue };
        return Some(cited(count, |leaves| {
            leaves.fact(&compared.fact);
            leaves.derivation(&derivation);
        }));
    }
    let evidence = state.contradictory_sum()?;
    let derivation = Tree::new(DerivationKind::Arithmetic(evidence)).ok()?;
    let nothing = Tree::new(FormulaKind::Or(vec![])).ok()?;
    state.proves(&nothing, &derivation).then(|| cited(count, |leaves| leaves.derivation(&derivation)))
}

/// The numbers of the hypotheses, of so many, that something cites.
fn cited(count: usize, walk: impl FnOnce(&mut Leaves<'_>)) -> Vec<usize> {
    let mut found = BTreeSet::new();
    let mut visit = |fact: &Fact, around: usize| found.extend(number(fact, around).filter(|number| *number < count));
    walk(&mut Leaves { hypotheses: count, visit: &mut visit });
    found.into_iter().collect()
}

/// Evidence from its shape that a side of an equality is larger than the other, as in a² = −1.
fn sides_that_differ(state: &mut State<'_>, compared: &Compared) -> Option<Evidence> {
    let formula = state.context.infer(&compared.fact).ok()?;
    let exposed = state.context.expose(&formula).ok()?;
    let FormulaKind::Compare(Relation::Equal, left, right) = &*exposed else { return None };
    [(left, right), (right, left)].into_iter().find_map(|(larger, smaller)| {
        let difference = minus(larger, smaller).ok()?;
        match state.sign_from_shape(&difference, MAX_EFFORT)? {
            (evidence, Sign::Positive) => Some(evidence),
            _ => None,
        }
    })
}

/// The error that hypotheses contradict each other.
pub(crate) fn contradiction(names: &[&Ident]) -> Option<Diagnostic> {
    let (first, others) = names.split_first()?;
    let error = match others {
        [] => Diagnostic::error("this hypothesis never holds").primary(first.span, "is refuted by itself"),
        _ => Diagnostic::error("these hypotheses contradict each other")
            .primary(first.span, "cannot hold with the others"),
    };
    let error = others.iter().fold(error, |error, other| error.secondary(other.span, "and this"));
    Some(error.help("nothing satisfies the theorem, so that it says nothing: drop or change a hypothesis"))
}
