//! Statements and derivations that the kernel refuses, put to Coq past it.
//!
//! Here, false statements with the proofs of true ones. Each claim of the corpus is changed in one relation or one constant, so that it is false in a
//! model of its hypotheses. With the proof of the unchanged claim it is refused by the kernel, and
//! must be refused by Coq; the unchanged claim, written by the same route, must be accepted. In
//! [`derivations`] the derivation is changed and not the statement; in [`written`] are the false
//! statements that stand in files: refuted variants and traps.
//!
//!     cargo test --release --test corpus_models -- --ignored --nocapture tampering

mod derivations;
mod written;

use std::collections::BTreeSet;

use tightrope::export::Problem;
use tightrope::export::coq::check::judge_after;
use tightrope::export::coq::{Exporter, Part};
use tightrope::kernel::{Name, Statement, check};

use super::mutate;
use super::verdict::Verdict;
use super::{corpus, subjects};

/// How many false variants of a claim are tried.
const MOST: usize = 2;

fn coq_names(parts: &[Part]) -> impl Iterator<Item = String> {
    parts.iter().filter_map(|part| if let Part::Theorem(theorem) = part { Some(theorem.coq.clone()) } else { None })
}

#[test]
#[ignore = "takes Coq and some minutes"]
fn false_claims_with_proofs_of_true_ones_are_refused_by_coq() {
    let corpus = corpus();
    let mut exporter = Exporter::new(&corpus.library);
    let export = exporter.parts(&|_| true);
    let (mut parts, mut twins, mut mutants) = (vec![], BTreeSet::new(), BTreeSet::new());
    let mut unwritten = 0;
    for subject in subjects(&corpus) {
        let statement = subject.theorem.statement();
        let Some(proof) = subject.theorem.proof() else { continue };
        let found = mutate::formulas(&statement.conclusion)
            .into_iter()
            .filter(|mutant| subject.models.iter().any(|model| subject.judge(mutant, model).0 == Verdict::False));
        let variants: Vec<_> = found.take(MOST).collect();
        for (n, conclusion) in variants.iter().enumerate() {
            let statement = Statement { conclusion: conclusion.clone(), ..statement.clone() };
            assert!(check(&corpus.library, statement.clone(), proof.clone()).is_err(), "{} is false", subject.name);
            let name: Name = format!("mutant{n}.{}", subject.name).into();
            match exporter.theorem(&name, &statement, Some(proof)) {
                Ok(written) => {
                    mutants.extend(coq_names(&written).last());
                    parts.extend(written);
                }
                Err(_) => unwritten += 1,
            }
        }
        if !variants.is_empty() {
            let name: Name = format!("twin.{}", subject.name).into();
            let written = exporter.theorem(&name, statement, Some(proof)).expect("the claim itself");
            twins.extend(coq_names(&written));
            parts.extend(written);
        }
    }
    let accepted = match judge_after(&export, &parts) {
        Err(Problem::Missing(program)) => return println!("there is no program {program}: nothing was tried"),
        other => other.expect("a verdict"),
    };
    let wrong: Vec<_> = mutants.intersection(&accepted).collect();
    let refused: Vec<_> = twins.difference(&accepted).collect();
    println!(
        "{} false statements: {} not accepted by Coq, {} accepted; {unwritten} more cannot be written; \
         {} of {} unchanged statements accepted",
        mutants.len(),
        mutants.len() - wrong.len(),
        wrong.len(),
        twins.len() - refused.len(),
        twins.len()
    );
    assert!(wrong.is_empty(), "Coq accepts {wrong:?}");
    assert!(refused.is_empty(), "Coq refuses {refused:?}");
    assert!(mutants.len() >= 200, "only {} false statements", mutants.len());
}
