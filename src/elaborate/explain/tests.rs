use num_traits::{One, Zero};
use tightrope_kernel::{
    Derivation, DerivationKind, EvidenceKind, FactKind, FormulaKind, Rational, Relation, TermKind, Tree, Variable,
};

use super::layout::{WIDTH, columns};
use super::*;
use crate::elaborate::Source;

fn read(files: &[(&str, &str)]) -> Corpus {
    let source = |(name, text): &(&str, &str)| Source { name: (*name).into(), text: (*text).into(), asked: true };
    crate::elaborate::corpus(&files.iter().map(source).collect::<Vec<_>>())
}

/// The whole corpus.
fn corpus() -> Corpus {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/theorems"))];
    let mut sources = vec![];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the corpus") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "thm") {
                let text = std::fs::read_to_string(&path).expect("a file of the corpus");
                sources.push(Source { name: path.to_string_lossy().into_owned(), text, asked: true });
            }
        }
    }
    crate::elaborate::corpus(&sources)
}

#[test]
fn explanations_as_they_are_printed() {
    let corpus = corpus();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let _bound = settings.bind_to_scope();
    for name in [
        "norm_floor.floor",
        "norm_floor.attained",
        "sharpness_floor.floor",
        "uncertainty.product",
        "sharpness_of_interpolators.only",
        "conflict.conflict",
        "escape.farther",
        "hessian.hessian_form",
    ] {
        insta::assert_snapshot!(format!("explain_{name}"), explain(&corpus, name).expect("a claim"));
    }
}

#[test]
fn every_claim_is_explained_on_short_lines() {
    let corpus = corpus();
    let (mut claims, mut lines, mut wide) = (0, 0, 0);
    for theorem in &corpus.theorems {
        for claim in theorem.claims.iter().filter(|claim| claim.proved().is_some()) {
            let name = format!("{}.{}", theorem.heading.name, claim.name);
            let explanation = explain(&corpus, &name).expect("a claim");
            assert!(explanation.statement.is_some() && !explanation.proof.is_empty(), "{name}");
            let text = explanation.to_string();
            assert!(!text.contains("cannot be shown") && !text.contains("not unfolded"), "{text}");
            for line in text.lines() {
                assert!(line.trim_end() == line, "{name}: {line}");
                lines += 1;
                wide += usize::from(columns(line) > WIDTH);
            }
            claims += 1;
        }
    }
    assert!(claims > 15);
    // Formulas nested so deep that indentation takes most of the line.
    assert!(wide * 100 <= lines, "{wide} of {lines} lines are too wide");
}

#[test]
fn unfolded_statements_speak_of_no_definition() {
    let corpus = corpus();
    for name in ["conflict.conflict", "uncertainty.product", "hessian.step_form"] {
        let statement = explain(&corpus, name).and_then(|e| e.statement).expect("proved");
        let formulas = statement.hypotheses.iter().chain([&statement.conclusion]);
        for formula in formulas.map(|named| &named.formula) {
            for defined in ["f(", "residual(", "norm(", "loss(", "hessian(", "sharpness(", "step(", "gradient("] {
                assert!(!formula.contains(defined), "{formula}");
            }
        }
    }
}

#[test]
fn claims_without_proof_say_so() {
    let text = "theorem t\n  dimension d\n  let x : vec d\n  show s: sum i, x[i]^2 >= 0\n";
    let corpus = read(&[("t.thm", text)]);
    let explanation = explain(&corpus, "t.s").expect("a claim");
    assert_eq!((explanation.statement.clone(), explanation.proof.len()), (None, 0));
    assert!(explanation.to_string().contains("no proof"));
    for unknown in ["t", "t.", ".s", "t.s.s", "", "u.s"] {
        assert!(explain(&corpus, unknown).is_none());
    }
}

#[test]
fn what_is_too_large_stays_folded() {
    let mut text = String::from("theorem t\n  let a : real\n  define g0(b : real) = b + b\n");
    for k in 1..15 {
        text += &format!("  define g{k}(b : real) = g{}(b) + g{}(b)\n", k - 1, k - 1);
    }
    text += "  show s: g14(a)^2 >= 0 or 1 >= 0\n    right: because 1\n";
    let corpus = read(&[("t.thm", &text)]);
    assert!(!corpus.has_errors(), "{:?}", corpus.diagnostics);
    let statement = explain(&corpus, "t.s").and_then(|e| e.statement);
    let formula = statement.map(|s| s.conclusion.formula).unwrap_or_default();
    assert!(formula.starts_with("g14(a)^2 >= 0 or 1 >= 0 (not unfolded"), "{formula}");
}

/// ∀ n : nat, n ≥ 0 by induction, which no file can say yet.
#[test]
fn inductions_are_told() {
    fn node<T: tightrope_kernel::Node>(node: T) -> Tree<T> {
        Tree::new(node).expect("small")
    }
    let arithmetic = |evidence| -> Derivation { node(DerivationKind::Arithmetic(node(evidence))) };
    let nonnegative = |term| {
        let zero = node(TermKind::Constant(Rational::zero()));
        node(FormulaKind::Compare(Relation::AtLeast, term, zero))
    };
    let n = node(TermKind::Entry(Variable::Bound(0), vec![]));
    let binder = Binder { name: "n".into(), sort: Sort::Nat };
    let conclusion = node(FormulaKind::Forall(binder, nonnegative(n)));
    let statement = Statement { dimensions: vec![], variables: vec![], hypotheses: vec![], conclusion };
    let before = node(EvidenceKind::Fact(node(FactKind::Recent(0))));
    let step = EvidenceKind::Add(vec![before, node(EvidenceKind::Constant(Rational::one()))]);
    let proof = Proof {
        definedness: node(DerivationKind::All(vec![])),
        conclusion: node(DerivationKind::Induct {
            base: arithmetic(EvidenceKind::Constant(Rational::zero())),
            step: arithmetic(step),
        }),
    };
    let library = Library::default();
    let steps = outline(&library, "t", &statement, &proof, &mut Used::default()).expect("readable");
    let [base, step] = &steps[..] else { panic!("{steps:?}") };
    assert_eq!((base.words.as_str(), base.formula.as_str()), ("by induction, at n = 0:", "0 >= 0"));
    assert_eq!(step.words, "from n to n + 1:");
    assert_eq!(step.inner[0].words, "suppose h1:");
    let chain = step.inner[1].chain.as_ref().expect("a chain");
    let summands: Vec<_> = chain.summands.iter().map(|s| (s.value.as_str(), s.relation(), s.reasons.clone())).collect();
    assert_eq!(summands, [("n", ">= 0", vec!["h1".to_owned()]), ("1", "> 0", vec![])]);
}
