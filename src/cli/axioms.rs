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
        "For certified claims: arithmetic with outward rounding along the gradient descent run, the check of the \
         hypotheses of the lemma trapping, and the comparison of enclosures. For the gradient flow: its end on its own \
         clock, exp and log. For minimisers: the exact formulas for the interpolators of least norm and least sharpness.",
    ),
];

/// The lemma by which limits of runs are enclosed.
const TRAPPING: &str = "Let r_k(w)\u{a0}=\u{a0}Σᵢ x_ki wᵢᴰ\u{a0}−\u{a0}y_k for n samples, D\u{a0}≥\u{a0}2, and let gradient descent \
    wᵢ⁺\u{a0}=\u{a0}wᵢ(1\u{a0}−\u{a0}(ηD/n) wᵢᴰ⁻²\u{a0}Σ_k x_ki r_k) start at w₀, η\u{a0}>\u{a0}0; leave out coordinates with w₀ᵢ\u{a0}=\u{a0}0. Let K be the box \
    {w : wᵢ has the sign of w₀ᵢ and |log(wᵢ/w₀ᵢ)|\u{a0}≤\u{a0}κᵢ}, Wᵢ the largest |wᵢ| on it, ‖r(w₀)‖\u{a0}≤\u{a0}δ, \
    sᵢ\u{a0}=\u{a0}(ηD/n) ‖X eᵢ‖ Wᵢᴰ⁻² δ\u{a0}<\u{a0}1, 0\u{a0}≤\u{a0}q\u{a0}<\u{a0}1 and sᵢ/((1\u{a0}−\u{a0}q)(1\u{a0}−\u{a0}sᵢ))\u{a0}≤\u{a0}κᵢ for all i, and let \
    ‖I\u{a0}−\u{a0}(ηD²/n) X diag(p) Xᵀ‖\u{a0}≤\u{a0}q for all p with pᵢ between the least and the largest w²ᴰ⁻² on K (for n\u{a0}=\u{a0}1, D\u{a0}=\u{a0}2: \
    |1\u{a0}−\u{a0}4η\u{a0}Σ xᵢ²wᵢ²|\u{a0}≤\u{a0}q on K). Then every iterate lies in K, ‖r_t‖\u{a0}≤\u{a0}qᵗδ, and w_t converges to some w\u{a0}∈\u{a0}K with r\u{a0}=\u{a0}0.";

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
