//! The derivations of the tests of the kernel's rules, put to Coq past the kernel.
//!
//! The tests of the kernel are compiled here once more, with words that also write down what they try: each derivation that
//! the kernel is to accept, and each that it is to refuse, the soundness traps among them (an undeclared index, an
//! eigenvariable, capture, deltas, division by what may be 0, roots of negative numbers, …). What Coq accepts of the refused ones must not
//! be false; what the kernel accepts Coq must accept.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::erasing_op,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::redundant_closure,
    clippy::unwrap_used,
    dead_code,
    missing_docs,
    unused_imports,
    unused_macros
)]

#[path = "../../src/kernel/tests/rules/common.rs"]
mod words;

/// The words of the tests, with those recorded that say what is accepted and refused.
mod common {
    pub use crate::words::*;

    macro_rules! accepts {
        ($world:expr; $($goal:expr => $proof:expr,)+) => {$(
            let (goal, proof) = (&$goal, &$proof);
            crate::record(&$world, goal, proof, true);
            if let Err(refusal) = $world.prove(goal, proof) {
                panic!("{}: refused: {refusal:?}", stringify!($goal => $proof));
            }
        )+};
    }
    macro_rules! refuses {
        ($world:expr; $($goal:expr => $proof:expr => $reason:pat,)+) => {$(
            let (goal, proof) = (&$goal, &$proof);
            crate::record(&$world, goal, proof, false);
            match $world.prove(goal, proof) {
                Err($reason) => {}
                other => panic!("{}: {other:?}", stringify!($goal => $proof => $reason)),
            }
        )+};
    }
    pub(crate) use {accepts, refuses};
}

#[path = "../../src/kernel/tests/rules/arithmetic.rs"]
mod arithmetic;
#[path = "../../src/kernel/tests/rules/cases.rs"]
mod cases;
#[path = "../../src/kernel/tests/rules/citations.rs"]
mod citations;
#[path = "../../src/kernel/tests/rules/definitions.rs"]
mod definitions;
#[path = "../../src/kernel/tests/rules/deltas.rs"]
mod deltas;
#[path = "../../src/kernel/tests/rules/derivatives.rs"]
mod derivatives;
#[path = "../common/falsity.rs"]
mod falsity;
#[path = "../../src/kernel/tests/rules/finite.rs"]
mod finite;
#[path = "../../src/kernel/tests/rules/naturals.rs"]
mod naturals;
#[path = "../../src/kernel/tests/rules/quantifiers.rs"]
mod quantifiers;
#[path = "../../src/kernel/tests/rules/reciprocals_roots.rs"]
mod reciprocals_roots;
#[path = "../../src/kernel/tests/rules/sums.rs"]
mod sums;

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use tightrope::export::Problem;
use tightrope::export::coq::check::judge_after;
use tightrope::export::coq::{Exporter, Part};
use tightrope::kernel::{
    Derivation, Formula, FormulaKind, Hypothesis, Library, Name, Proof, Rational, Sort, Statement,
};
use tightrope::model::{Array, Model, Samples, Truth, Value, evaluate_statement, satisfying};

/// A derivation, and whether the kernel is to accept it.
struct Tried {
    statement: Statement,
    derivation: Derivation,
    accepted: bool,
}

static TRIED: Mutex<Vec<Tried>> = Mutex::new(vec![]);

/// Writes a derivation down, unless it is about definitions, of which each test has its own.
fn record(world: &words::World, goal: &Formula, derivation: &Derivation, accepted: bool) {
    if world.library.names().next().is_none() {
        let tried = Tried { statement: world.statement(goal), derivation: derivation.clone(), accepted };
        TRIED.lock().unwrap_or_else(PoisonError::into_inner).push(tried);
    }
}

/// All that the other tests of this file try: no more comes for some time.
fn collected() -> Vec<Tried> {
    let count = || TRIED.lock().unwrap_or_else(PoisonError::into_inner).len();
    let mut before = 0;
    loop {
        sleep(Duration::from_secs(3));
        let now = count();
        if now == before && now > 0 {
            return std::mem::take(&mut *TRIED.lock().unwrap_or_else(PoisonError::into_inner));
        }
        before = now;
    }
}

/// cargo test --release --test export_coq_rules -- --include-ignored --nocapture
#[test]
#[ignore = "takes Coq and a minute"]
fn what_the_kernel_refuses_proves_nothing_false_in_coq() {
    let tried = collected();
    let library = Library::default();
    let mut exporter = Exporter::new(&library);
    let export = exporter.parts(&|_| true);
    let (mut parts, mut right, mut wrong, mut falsehoods) = (vec![], BTreeSet::new(), BTreeSet::new(), 0);
    let mut unwritten = 0;
    for (number, Tried { statement, derivation, accepted }) in tried.iter().enumerate() {
        let name = Name::from(format!("tried{number}.{}", if *accepted { "right" } else { "wrong" }));
        let proof = Proof { definedness: words::all([]), conclusion: derivation.clone() };
        // The companion on what is well defined is not what these tests are about: only the claim itself counts.
        let Ok(written) = exporter.theorem(&name, statement, Some(&proof)) else {
            unwritten += 1;
            continue;
        };
        let claim = written.iter().rev().find_map(|part| match part {
            Part::Theorem(theorem) => Some(theorem.coq.clone()),
            _ => None,
        });
        if *accepted {
            right.extend(claim);
        } else if falsity::is_false(&library, statement) {
            falsehoods += 1;
            wrong.extend(claim);
        }
        parts.extend(written);
    }
    let accepted = match judge_after(&export, &parts) {
        Err(Problem::Missing(program)) => return println!("there is no program {program}: nothing was tried"),
        other => other.expect("a verdict"),
    };
    let believed: Vec<_> = wrong.intersection(&accepted).collect();
    let missed: Vec<_> = right.difference(&accepted).collect();
    println!(
        "{} derivations; {falsehoods} of false statements, of which Coq accepts {}; {} of {} that the kernel accepts are \
         accepted by Coq; {unwritten} cannot be written",
        tried.len(),
        believed.len(),
        right.len() - missed.len(),
        right.len()
    );
    println!("not accepted: {missed:?}");
    assert!(believed.is_empty(), "Coq accepts {believed:?}");
    assert!(falsehoods >= 30, "only {falsehoods} false statements");
}
