//! The language as a whole: what each construct means, what is said of broken
//! input, and that printing and parsing undo each other.

mod broken;
mod examples;
mod exprs;
mod format;
mod items;
mod limits;
mod proofs;
mod properties;
mod show;

use super::ast::{Clause, ClauseKind, Expr, File, Item, Proof};
use super::parse;

/// The tree of a text without errors.
fn parsed(text: &str) -> File {
    let (file, diagnostics) = parse(text);
    assert!(diagnostics.is_empty(), "{text}: {diagnostics:#?}");
    file
}

/// The clauses of the only item of a text, a theorem or a setting.
fn clauses(text: &str) -> Vec<Clause> {
    match parsed(text).items.pop() {
        Some(Item::Theorem(theorem)) => theorem.clauses,
        Some(Item::Setting(setting)) => setting.clauses,
        other => panic!("{text}: {other:#?}"),
    }
}

/// The expression of a text.
fn expr(text: &str) -> Expr {
    match clauses(&format!("theorem t assume h: {text}")).pop() {
        Some(Clause { kind: ClauseKind::Assume(assume), .. }) => assume.formula,
        other => panic!("{text}: {other:#?}"),
    }
}

/// The proof of a text.
fn proof(text: &str) -> Proof {
    match clauses(&format!("theorem t show s: p {text}")).pop() {
        Some(Clause { kind: ClauseKind::Show(show), .. }) => show.proof.expect("a proof"),
        other => panic!("{text}: {other:#?}"),
    }
}
