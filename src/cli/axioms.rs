//! What is trusted, and which claims rest on it.

use super::layout::{Look, Palette, paragraph};
use crate::elaborate::Notation;
use crate::kernel::{Library, Statement};
use crate::verdict::{Evidence, Report};

/// What every claim rests on, in the order in which it is used.
const TRUSTED: [(&str, &str); 5] = [
    (
        "Reading",
        "The parser, the elaboration of text into statements, and the unfolding of definitions; \
         --explain shows a claim as it was read.",
    ),
    (
        "The kernel's logic",
        "Classical first-order logic: natural deduction with φ\u{a0}∨\u{a0}¬φ, over real numbers, natural numbers with \
         induction, indices of a dimension of unknown size d\u{a0}≥\u{a0}0, and vectors and matrices as functions of indices.",
    ),
    (
        "The kernel's algebra",
        "The real numbers as an ordered field with finite sums: normal forms of polynomials, squares are ≥\u{a0}0, sums and \
         products of what is ≥\u{a0}0 are. (1/e)·e\u{a0}=\u{a0}1 where e\u{a0}≠\u{a0}0 was shown; √e\u{a0}≥\u{a0}0 and (√e)²\u{a0}=\u{a0}e where e\u{a0}≥\u{a0}0 was shown. \
         Derivatives of polynomials, by the rules for sums, products and powers.",
    ),
    ("Exact arithmetic", "Integers and rational numbers of any length: the packages num-bigint and num-rational."),
    (
        "Enclosures of runs",
        "For certified claims: ball arithmetic with outward rounding along the gradient descent run, the check of the \
         hypotheses of the lemma trapping, and the comparison of enclosures. For minimisers: the exact formulas \
         for the interpolators of least norm and least sharpness.",
    ),
];

/// The lemma by which limits of runs are enclosed.
const TRAPPING: &str = "Let f(w)\u{a0}=\u{a0}Σ\u{a0}xᵢwᵢ², r\u{a0}=\u{a0}f\u{a0}−\u{a0}y, and let gradient descent wᵢ⁺\u{a0}=\u{a0}wᵢ(1\u{a0}−\u{a0}2ηrxᵢ) start at w₀, \
    η\u{a0}>\u{a0}0; leave out coordinates with w₀ᵢ\u{a0}=\u{a0}0. Let δ\u{a0}≥\u{a0}|r(w₀)|, sᵢ\u{a0}=\u{a0}2η|xᵢ|δ\u{a0}<\u{a0}1, 0\u{a0}≤\u{a0}q\u{a0}<\u{a0}1 and \
    sᵢ/((1\u{a0}−\u{a0}q)(1\u{a0}−\u{a0}sᵢ))\u{a0}≤\u{a0}κᵢ for all i, and let |1\u{a0}−\u{a0}4η\u{a0}Σ\u{a0}xᵢ²wᵢ²|\u{a0}≤\u{a0}q for every w in the box \
    K\u{a0}=\u{a0}{w : wᵢ has the sign of w₀ᵢ and |log(wᵢ/w₀ᵢ)|\u{a0}≤\u{a0}κᵢ}. Then every iterate lies in K, |r_t|\u{a0}≤\u{a0}qᵗδ, \
    and w_t converges to some w\u{a0}∈\u{a0}K with f(w)\u{a0}=\u{a0}y.";

/// Everything that is trusted, and which claims rest on which named lemma.
pub(super) fn text(library: &Library, report: &Report, palette: Palette) -> String {
    let heading = |name: &str| format!("  {}\n", palette.paint(Look::Strong, name));
    let mut text = "A verdict rests on the following, and on nothing else.\n\n".to_owned();
    for (name, what) in TRUSTED {
        text.push_str(&heading(name));
        text.push_str(&paragraph(what, 4));
        text.push('\n');
    }
    text.push_str("Named lemmas, which are not proved here by machine:\n\n");
    text.push_str(&heading("trapping"));
    text.push_str(&paragraph(TRAPPING, 4));
    text.push_str(&resting(report, "trapping"));
    for name in library.names() {
        let Ok(lemma) = library.theorem(name) else { continue };
        if lemma.proof().is_none() {
            text.push('\n');
            text.push_str(&heading(name));
            text.push_str(&paragraph(&statement(lemma.statement()), 4));
            text.push_str(&resting(report, name));
        }
    }
    text.push('\n');
    text + &independent(report)
}

/// A statement in one paragraph.
fn statement(statement: &Statement) -> String {
    let notation = Notation::of(statement);
    let conclusion = notation.formula(&statement.conclusion);
    let hypotheses = statement.hypotheses.iter().map(|hypothesis| notation.formula(&hypothesis.formula));
    match hypotheses.collect::<Vec<_>>().join("; ") {
        none if none.is_empty() => conclusion,
        hypotheses => format!("If {hypotheses}, then {conclusion}"),
    }
}

/// The claims that rest on a lemma.
fn resting(report: &Report, lemma: &str) -> String {
    let claims = report.claims().filter(|(_, claim)| claim.lemmas.iter().any(|name| name == lemma));
    let names: Vec<String> = claims.map(|(entry, claim)| format!("{}.{}", entry.name, claim.name)).collect();
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    paragraph(&format!("Claims that rest on it: {names}."), 4)
}

fn independent(report: &Report) -> String {
    let proved = report.claims().filter(|(_, claim)| claim.evidence == Evidence::Proved && claim.lemmas.is_empty());
    match proved.count() {
        1 => "1 claim is proved without any named lemma.\n".to_owned(),
        many => format!("{many} claims are proved without any named lemma.\n"),
    }
}
