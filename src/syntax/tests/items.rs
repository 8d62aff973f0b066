//! Items and clauses.

use super::super::ast::{ClauseKind, DefineKind, ExperimentClauseKind, Item, SettingKind};
use super::super::print;
use super::{clauses, parsed};

/// The canonical text of a text.
fn printed(text: &str) -> String {
    print(&parsed(text))
}

#[test]
fn every_clause_of_a_theorem() {
    let text = "\
theorem floor
  \"A title.\"
  source \"a book, p. 7\"
  network shared, loss half_square
  dimension d, n
  let m, k : index d
  let A : mat n d
  let s : real
  let T : nat
  assume top: forall i, x[i] <= x[m]
  define f(w : vec d, s : real) = s * sum i, w[i]
  define grad(w : vec d)[k : d] = d/dw[k] f(w)
  define H[i : d, j : d] = x[i] * x[j]
  define c = 1 / 4
  define fits(w : vec d) <-> f(w) = y
  show claim: norm(w) >= y / x[m]
    by ring
  show conjecture: x[m] > 0
  refute strict: norm(w) > y / x[m] by x = [2, 1], m = 1, A = [[1, 0], [0, -1 / 2]]
  refute without_fit: claim without top, fit by w = [], s = 0
  refute closed: 1 > 2
";
    assert_eq!(printed(text), text);
}

#[test]
fn every_clause_of_an_experiment() {
    let text = "\
experiment u_shape
  \"Best of three.\"
  source \"here\"
  network shared, loss half_square
  data x = [5, 2], y = 13 / 4
  start w = [1, 0.75]
  truth beta_star = [1 / 4, 1]
  run slow: eta = 1 / 60
  certify best: middle.risk < slow.risk
";
    assert_eq!(printed(text), text);
}

#[test]
fn white_space_semicolons_and_comments_do_not_matter() {
    let tight = "theorem t let x:real;;assume h:x>0;show s:x^2>0 by h;";
    let loose = "# one\r\ntheorem t # two\n\tlet x\n: real\nassume h : x\n\n>0 show s: x^2>0 by\nh";
    assert_eq!(parsed(tight).items, parsed(loose).items);
    let comments = parsed(loose).comments;
    let texts: Vec<&str> = comments.iter().map(|c| c.text.as_str()).collect();
    assert_eq!(texts, [" one", " two"]);
}

#[test]
fn settings_are_used_after_the_title_and_made_after_other_clauses() {
    let file = parsed(
        "network shared \"N\" dimension d let x : vec d
         loss half_square \"L\" source \"s\" network shared define loss(w : vec d) = f(w)
         theorem t loss half_square let w : vec d
         loss other network shared define g = 1",
    );
    let shapes: Vec<(&str, usize)> = file
        .items
        .iter()
        .map(|item| match item {
            Item::Setting(setting) => match setting.kind {
                SettingKind::Network => ("network", setting.clauses.len()),
                SettingKind::Loss => ("loss", setting.clauses.len()),
            },
            Item::Theorem(theorem) => ("theorem", theorem.clauses.len()),
            Item::Experiment(_) => ("experiment", 0),
        })
        .collect();
    assert_eq!(shapes, [("network", 2), ("loss", 3), ("theorem", 2), ("loss", 2)]);
}

#[test]
fn uses_name_one_or_two_settings() {
    for (text, number) in [("network a", 1), ("loss b", 1), ("network a, loss b", 2)] {
        let clauses = clauses(&format!("theorem t {text} let x : real"));
        let ClauseKind::Uses(uses) = &clauses[0].kind else {
            panic!("{text}: {clauses:?}");
        };
        assert_eq!(uses.len(), number, "{text}");
    }
}

#[test]
fn a_definition_is_of_a_function_or_a_predicate() {
    let kind = |text: &str| match &clauses(&format!("theorem t define {text}"))[0].kind {
        ClauseKind::Define(define) => define.kind,
        other => panic!("{other:?}"),
    };
    assert_eq!(kind("f(x : real) = x"), DefineKind::Function);
    assert_eq!(kind("p(x : real) <-> x = 0"), DefineKind::Predicate);
    assert_eq!(kind("p ↔ a ↔ b"), DefineKind::Predicate);
}

#[test]
fn a_claim_without_a_proof_is_a_conjecture() {
    let clauses = clauses("theorem t show a: p show b: q by ring");
    let proved: Vec<bool> =
        clauses.iter().map(|clause| matches!(&clause.kind, ClauseKind::Show(show) if show.proof.is_some())).collect();
    assert_eq!(proved, [false, true]);
}

#[test]
fn a_refutation_leaves_out_and_gives_only_what_it_names() {
    let clauses = clauses("theorem t refute a: without refute b: p without without by without = 1");
    let parts: Vec<(usize, usize)> = clauses
        .iter()
        .map(|clause| match &clause.kind {
            ClauseKind::Refute(refute) => (refute.without.len(), refute.values.len()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(parts, [(0, 0), (1, 1)]);
}

#[test]
fn words_of_experiments_are_names_inside_values() {
    let file = parsed("experiment e data start = data, truth = 1 run run_: eta = start");
    let Some(Item::Experiment(experiment)) = file.items.first() else {
        panic!("an experiment");
    };
    assert_eq!(experiment.clauses.len(), 2);
    assert!(matches!(
        &experiment.clauses[0].kind,
        ExperimentClauseKind::Data(assignments) if assignments.len() == 2
    ));
}

#[test]
fn the_span_of_an_item_covers_its_clauses() {
    let text = "  theorem t  show s: p by ring  # end\ntheorem u let x : real ";
    let file = parsed(text);
    let covered: Vec<&str> = file
        .items
        .iter()
        .map(|item| match item {
            Item::Theorem(theorem) => &text[theorem.span.range()],
            _ => "",
        })
        .collect();
    assert_eq!(covered, ["theorem t  show s: p by ring", "theorem u let x : real"]);
}

#[test]
fn nothing_is_a_file() {
    assert!(parsed("").items.is_empty());
    assert!(parsed(" # only a comment").items.is_empty());
}
