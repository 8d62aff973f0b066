//! False variants of the theorems of the corpus, as they come about by a slip: an inequality
//! flipped, a hypothesis dropped, a factor 2 forgotten, a condition for equality too wide.
//!
//! Each is refuted by an exact instance, in the language. And each is put in the place of every
//! claim of the corpus about the same setting, before the proof of that claim: no proof may show it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use tightrope::elaborate::{self, Corpus, Source, Standing};
use tightrope::syntax::ast::{Clause, ClauseKind, Expr, File, Ident, Item, Proof, Show, Span, Theorem};
use tightrope::syntax::{parse, print};

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found: BTreeSet<PathBuf> = entries.collect();
    found.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn sources(folder: &str, asked: bool) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &PathBuf| Source {
        name: path.strip_prefix(root).expect("a file of the package").display().to_string(),
        text: std::fs::read_to_string(path).expect("text"),
        asked,
    };
    let theorems = files(&root.join(folder));
    theorems.iter().filter(|path| path.extension().is_some_and(|e| e == "thm")).map(read).collect()
}

fn theorems(sources: &[Source]) -> Vec<Theorem> {
    let items = sources.iter().flat_map(|source| parse(&source.text).0.items);
    let theorems = items.filter_map(|item| match item {
        Item::Theorem(theorem) => Some(theorem),
        _ => None,
    });
    theorems.collect()
}

/// A statement to be put in the place of a claim: settings, variables and hypotheses, and the
/// formula.
struct Statement {
    clauses: Vec<Clause>,
    formula: Expr,
}

/// The false statements of a theorem of variants.
fn variants(theorem: &Theorem) -> Vec<Statement> {
    let refutations = theorem.clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Refute(refute) => Some(refute),
        _ => None,
    });
    let statement = |refute: &tightrope::syntax::ast::Refute| Statement {
        clauses: context(theorem, &refute.without),
        formula: refute.formula.clone(),
    };
    refutations.map(statement).collect()
}

/// Everything before the claims of a theorem, without some hypotheses.
fn context(theorem: &Theorem, without: &[Ident]) -> Vec<Clause> {
    let kept = |clause: &&Clause| match &clause.kind {
        ClauseKind::Assume(assume) => !without.contains(&assume.name),
        ClauseKind::Show(_) | ClauseKind::Refute(_) => false,
        _ => true,
    };
    theorem.clauses.iter().filter(kept).cloned().collect()
}

fn shows(theorem: &Theorem) -> impl Iterator<Item = &Show> {
    theorem.clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Show(show) => Some(show),
        _ => None,
    })
}

fn show(name: &str, formula: &Expr, proof: Option<Proof>) -> Clause {
    let name = Ident { span: Span::default(), name: name.to_owned() };
    Clause { span: Span::default(), kind: ClauseKind::Show(Show { name, formula: formula.clone(), proof }) }
}

/// The names of claims in which a statement is tried.
const TRIAL: &str = "in_place_of_";

/// A theorem in which a statement is tried with every proof of a theorem of the corpus. The claims
/// of that theorem stand between, under the hypotheses of the statement, since later ones cite them.
fn trial(number: usize, statement: &Statement, theorem: &Theorem) -> Item {
    let mut clauses = statement.clauses.clone();
    for own in shows(theorem) {
        let name = format!("{TRIAL}{}", own.name.name);
        clauses.push(show(&name, &statement.formula, own.proof.clone()));
        clauses.push(show(&own.name.name, &own.formula, own.proof.clone()));
    }
    let name = Ident { span: Span::default(), name: format!("trial_{number}_{}", theorem.name.name) };
    Item::Theorem(Theorem { span: Span::default(), name, title: None, clauses })
}

/// The settings that clauses name, as they are written.
fn settings(clauses: &[Clause]) -> Vec<&ClauseKind> {
    clauses.iter().map(|clause| &clause.kind).filter(|kind| matches!(kind, ClauseKind::Uses(_))).collect()
}

/// The corpus, and beside it items that may cite it.
fn beside_the_corpus(items: Vec<Item>) -> Corpus {
    let text = print(&File { items, comments: vec![] });
    let mut all = sources("theorems", false);
    all.push(Source { name: "trials.thm".to_owned(), text, asked: true });
    elaborate::corpus(&all)
}

/// The trials that were accepted, and how many there were.
fn accepted(corpus: &Corpus) -> (Vec<String>, usize) {
    let claims = corpus.theorems.iter().flat_map(|theorem| theorem.claims.iter().map(move |claim| (theorem, claim)));
    let trials: Vec<_> = claims.filter(|(_, claim)| claim.name.starts_with(TRIAL)).collect();
    let proved = trials.iter().filter(|(_, claim)| matches!(claim.standing, Standing::Proved(_)));
    let name = |(theorem, claim): &(&elaborate::Theorem, &elaborate::Claim)| {
        format!("{}.{}: {}", theorem.heading.name, claim.name, claim.statement)
    };
    (proved.map(name).collect(), trials.len())
}

#[test]
fn every_variant_is_refuted() {
    let mut all = sources("theorems", false);
    all.extend(sources("tests/variants", true));
    let corpus = elaborate::corpus(&all);
    assert!(corpus.diagnostics.is_empty(), "{:#?}", corpus.diagnostics);
    let claims: Vec<_> = corpus.theorems.iter().flat_map(|theorem| &theorem.claims).collect();
    let refuted = claims.iter().filter(|claim| matches!(claim.standing, Standing::Exact(_))).count();
    assert_eq!(refuted, claims.len());
    assert!(refuted >= 60, "{refuted} variants");
    println!("{refuted} variants");
}

/// Trials that are checked at once: more would be too long for one file.
const BATCH: usize = 128;

/// The trials that are accepted, and how many there are.
fn checked(trials: &[Item]) -> (Vec<String>, usize) {
    let batches: Vec<&[Item]> = trials.chunks(BATCH).collect();
    let check = |batches: &[&[Item]]| -> Vec<(Vec<String>, usize)> {
        batches.iter().map(|batch| accepted(&beside_the_corpus(batch.to_vec()))).collect()
    };
    let (left, right) = batches.split_at(batches.len() / 2);
    let mut found = std::thread::scope(|scope| {
        let left = scope.spawn(|| check(left));
        let right = check(right);
        [left.join().expect("no panic"), right].concat()
    });
    let count = found.iter().map(|(_, count)| count).sum();
    (found.iter_mut().flat_map(|(names, _)| std::mem::take(names)).collect(), count)
}

#[test]
fn no_proof_of_the_corpus_shows_a_variant() {
    let proofs = theorems(&sources("theorems", false));
    let statements: Vec<Statement> = theorems(&sources("tests/variants", false)).iter().flat_map(variants).collect();
    let (mut trials, mut expected) = (vec![], 0);
    for (number, statement) in statements.iter().enumerate() {
        let same = |theorem: &&Theorem| settings(&theorem.clauses) == settings(&statement.clauses);
        for theorem in proofs.iter().filter(same) {
            trials.push(trial(number, statement, theorem));
            expected += shows(theorem).count();
        }
    }
    let (accepted, count) = checked(&trials);
    assert_eq!(count, expected);
    assert!(accepted.is_empty(), "{accepted:#?}");
    println!("{count} trials of {} variants", statements.len());
}

/// So that the other test can fail: the true statements are accepted where they are put in
/// the place of themselves, with the proof that they have.
#[test]
fn a_true_statement_is_accepted_in_its_own_place() {
    let (mut trials, mut places) = (vec![], vec![]);
    for theorem in theorems(&sources("theorems", false)) {
        for (number, show) in shows(&theorem).enumerate() {
            let (name, formula) = (show.name.name.clone(), show.formula.clone());
            places.push(format!("trial_{number}_{}.{TRIAL}{name}: ", theorem.name.name));
            trials.push(trial(number, &Statement { clauses: context(&theorem, &[]), formula }, &theorem));
        }
    }
    let (accepted, _) = checked(&trials);
    let accepted: BTreeSet<&str> = accepted.iter().map(String::as_str).collect();
    for place in places {
        assert!(accepted.range(place.as_str()..).next().is_some_and(|found| found.starts_with(&place)), "{place}");
    }
}
