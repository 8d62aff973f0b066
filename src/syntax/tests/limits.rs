//! Input that is deep, long or large: an answer, in little time and stack.

use super::super::ast::{ExprKind, Item};
use super::super::lexer::MAX_ERRORS;
use super::super::{MAX_DEPTH, MAX_TOKENS, parse, print, source};
use super::{expr, parsed, proof};

/// The messages about a text.
fn messages(text: &str) -> Vec<String> {
    let (_, diagnostics) = parse(text);
    diagnostics.into_iter().map(|one| one.message).collect()
}

const TOO_DEEP: &str = "expressions nested more than 128 deep are not read";

#[test]
fn nesting_of_every_kind_is_bounded() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("f(", ")"),
        ("x[", "]"),
        ("-", ""),
        ("not ", ""),
        ("√", ""),
        ("2^", ""),
        ("2^-", ""),
        ("p -> ", ""),
        ("forall i, ", ""),
        ("sum i, ", ""),
        ("d/dw[k] ", ""),
        ("d/dt ", " at t = 0"),
        ("f(i |-> ", ")"),
        ("a + (b * ", ")"),
        ("", "(x)"),
        ("", "[i]"),
        ("", ".x"),
    ] {
        let text = |depth| {
            let inner = if open == "not " || open == "p -> " { "p" } else { "a" };
            format!("theorem t assume h: {}{inner}{}", open.repeat(depth), close.repeat(depth))
        };
        assert_eq!(messages(&text(50)), [""; 0], "{open}…{close}");
        assert_eq!(messages(&text(20_000)), [TOO_DEEP], "{open}…{close}");
    }
}

#[test]
fn the_bound_is_on_the_height_of_the_tree() {
    let most = MAX_DEPTH as usize - 1;
    let formula = |depth: usize| format!("theorem t assume h: {}p", "not ".repeat(depth));
    assert_eq!(messages(&formula(most)), [""; 0]);
    assert_eq!(messages(&formula(most + 1)), [TOO_DEEP]);
}

#[test]
fn nesting_of_proofs_is_bounded() {
    for open in ["left: ", "{ ", "cases h case a: ", "part: ", "have a: p ", "forward a: "] {
        let found = messages(&format!("theorem t show s: p {}", open.repeat(20_000)));
        assert_eq!(found.first().map(String::as_str), Some("proofs nested more than 128 deep are not read"), "{open}");
    }
}

#[test]
fn chains_may_be_long() {
    const LENGTH: usize = 100_000;
    for (between, kind) in [(" + ", "Add"), (" * ", "Multiply"), (" and ", "And"), (" < ", "Compare")] {
        let chain = vec!["a"; LENGTH].join(between);
        let tree = expr(&chain);
        let found = match tree.kind {
            ExprKind::Add(parts) => ("Add", parts.len()),
            ExprKind::Multiply(parts) => ("Multiply", parts.len()),
            ExprKind::And(parts) => ("And", parts.len()),
            ExprKind::Compare { rest, .. } => ("Compare", rest.len() + 1),
            other => panic!("{other:?}"),
        };
        assert_eq!(found, (kind, LENGTH));
    }
    let steps = proof(&format!("{}by ring", "have a: p by ring ".repeat(LENGTH / 4))).steps;
    assert_eq!(steps.len(), LENGTH / 4);
}

#[test]
fn tokens_are_counted() {
    for piece in ["a ", "#\n", ";", "☃ ", "\"\n", "a#\n"] {
        let found = messages(&piece.repeat(MAX_TOKENS + 1));
        assert_eq!(found, ["files of more than 262144 words, symbols and comments are not read"], "{piece:?}");
    }
    assert_eq!(messages(&";".repeat(MAX_TOKENS)), [""; 0]);
}

#[test]
fn clauses_and_names_are_counted() {
    let error = ["clauses and names after the first 1000 of one item are not read"];
    let clauses = |count: usize| "let a : real ".repeat(count);
    let names = |count: usize| format!("let a{} : real ", ", a".repeat(count - 1));
    for text in [clauses(1_000), names(1_000), clauses(500) + &names(500)] {
        assert_eq!(messages(&format!("theorem t {text}")), [""; 0]);
        assert_eq!(messages(&format!("theorem t {text} let b : real theorem")), error);
        assert_eq!(messages(&format!("theorem t {text} theorem u {text} network n {text}")), [""; 0]);
    }
    assert_eq!(messages(&format!("experiment e {}", "run r: eta = 1 ".repeat(1_001))), error);
}

#[test]
fn numerals_are_bounded() {
    let text = |digits: usize| format!("theorem t assume h: 0.{} > 0", "7".repeat(digits));
    let (file, diagnostics) = parse(&text(3_998));
    assert!(diagnostics.is_empty());
    assert_eq!(parsed(&print(&file)), file);
    for digits in [3_999, 1_000_000] {
        assert_eq!(messages(&text(digits)), ["numbers of more than 4000 digits are not read"]);
    }
}

#[test]
fn errors_are_capped() {
    let text = "theorem t assume ".repeat(1_000);
    let found = messages(&text);
    assert_eq!(found.len(), MAX_ERRORS + 1);
    assert_eq!(found.last().map(String::as_str), Some("there are more errors than the 50 that are shown"));
}

#[test]
fn a_text_that_is_too_large_is_refused() {
    let text = " ".repeat(source::MAX_BYTES + 1);
    assert_eq!(messages(&text), ["the file has 16777217 bytes, more than the 16777216 that are read"]);
}

#[test]
fn one_error_does_not_hide_the_clauses_around_it() {
    let (file, diagnostics) = parse("theorem t let x : real assume h: 1 + show s: p by ring");
    assert_eq!(diagnostics.len(), 1);
    assert!(matches!(&*file.items, [Item::Theorem(theorem)] if theorem.clauses.len() == 2));
}
