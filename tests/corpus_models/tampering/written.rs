//! False statements that stand in files, with proofs that do not prove them.
//!
//! What `refute` blocks refute, in the corpus and in `tests/variants`, is tried with the proofs of
//! claims about the same variables, and with simple proofs of each form. The claims of `tests/traps` that are to be refused are tried
//! likewise with the proofs of their sound neighbours, and with simple ones.

use std::collections::BTreeSet;
use std::path::Path;

use tightrope::elaborate::{self, Claim, Corpus, Source, Standing};
use tightrope::export::Problem;
use tightrope::export::coq::check::judge_after;
use tightrope::export::coq::{Exporter, Part};
use tightrope::kernel::{
    Argument, Binder, Derivation, DerivationKind, Dimension, Evidence, EvidenceKind, Fact, FactKind, Formula,
    FormulaKind, Hypothesis, Instantiate, Library, Name, Node, Proof, Rational, Sort, Statement, TermKind, Tree,
    Variable, variable_argument,
};
use tightrope::syntax::ast::{
    Assume, Clause, ClauseKind, Conclusion, ConclusionKind, Expr, ExprKind, File, Ident, Item, Proof as Written,
    Relation, Show, Span, Theorem,
};
use tightrope::syntax::{parse, print};

use super::super::falsity::is_false;
use super::super::{files, root};
use super::coq_names;

/// With how many proofs a refuted variant is tried.
const MOST: usize = 6;
/// How many simple proofs of a refuted variant are tried.
const SIMPLE: usize = 4;
/// How many of the latest hypotheses simple proofs use.
const RECENT: u32 = 3;

fn sources(folder: &str) -> Vec<Source> {
    let theorems = files(&root().join(folder)).into_iter().filter(|path| path.extension().is_some_and(|e| e == "thm"));
    theorems.map(|path| source(&path)).collect()
}

fn source(path: &Path) -> Source {
    Source { name: path.display().to_string(), text: std::fs::read_to_string(path).expect("text"), asked: true }
}

fn claims(corpus: &Corpus) -> impl Iterator<Item = (&str, &Claim)> {
    corpus.theorems.iter().flat_map(|t| t.claims.iter().map(|claim| (t.heading.name.as_str(), claim)))
}

/// What is put to Coq, by Coq names.
#[derive(Default)]
struct Trial {
    parts: Vec<Part>,
    wrong: BTreeSet<String>,
    twins: BTreeSet<String>,
    /// The false statements with a proof that could be written.
    statements: BTreeSet<String>,
    unwritten: usize,
}

impl Trial {
    /// A false statement with a derivation. Whether it is well defined is not what is tried.
    fn add(&mut self, exporter: &mut Exporter<'_>, name: &str, statement: &Statement, conclusion: &Derivation) {
        let proof = Proof { definedness: tree(DerivationKind::All(vec![])), conclusion: conclusion.clone() };
        let full: Name = format!("wrong{}.{name}", self.wrong.len() + self.unwritten).into();
        match exporter.theorem(&full, statement, Some(&proof)) {
            Ok(written) => {
                self.statements.insert(name.to_owned());
                self.wrong.extend(coq_names(&written).last());
                self.parts.extend(written);
            }
            Err(_) => self.unwritten += 1,
        }
    }

    /// A proved claim, by the same route.
    fn add_twin(&mut self, exporter: &mut Exporter<'_>, library: &Library, name: &Name) {
        let theorem = library.theorem(name).expect("a proved claim");
        let twin: Name = format!("twin.{name}").into();
        let written = exporter.theorem(&twin, theorem.statement(), theorem.proof()).expect("the claim itself");
        self.twins.extend(coq_names(&written));
        self.parts.extend(written);
    }

    /// Asks Coq, which must accept the twins and nothing else. Whether there is a Coq to ask.
    fn judge(&self, export: &[Part]) -> bool {
        let accepted = match judge_after(export, &self.parts) {
            Err(Problem::Missing(program)) => {
                println!("there is no program {program}: nothing was tried");
                return false;
            }
            other => other.expect("a verdict"),
        };
        let believed: Vec<_> = self.wrong.intersection(&accepted).collect();
        let refused: Vec<_> = self.twins.difference(&accepted).collect();
        assert!(believed.is_empty(), "Coq accepts {believed:?}");
        assert!(refused.is_empty(), "Coq refuses {refused:?}");
        true
    }
}

#[test]
#[ignore = "takes Coq and some minutes"]
fn refuted_variants_are_shown_by_no_proof() {
    let corpus = elaborate::corpus(&[sources("theorems"), sources("tests/variants")].concat());
    assert!(corpus.diagnostics.is_empty(), "{:?}", corpus.diagnostics);
    let mut exporter = Exporter::new(&corpus.library);
    let export = exporter.parts(&|_| true);
    let proved: Vec<_> = claims(&corpus).filter_map(|(of, claim)| Some((of, claim.proved()?))).collect();
    let (mut trial, mut without) = (Trial::default(), vec![]);
    for (of, claim) in claims(&corpus) {
        let Standing::Exact(instance) = &claim.standing else { continue };
        let full = format!("{of}.{}", claim.name);
        let variant = &instance.variant;
        let place = |name: &Name| {
            let theorem = corpus.library.theorem(name).expect("a proved claim");
            Some((in_place_of(theorem.statement(), variant)?, theorem.proof()?))
        };
        // First the claims of the theorem that the block stands in.
        let (own, others): (Vec<_>, Vec<_>) = proved.iter().partition(|(theorem, _)| *theorem == of);
        let chosen: Vec<_> = own.iter().chain(&others).filter_map(|(_, name)| place(name)).take(MOST).collect();
        for (statement, proof) in &chosen {
            trial.add(&mut exporter, &full, statement, &proof.conclusion);
        }
        let written = trial.wrong.len() + SIMPLE;
        for derivation in simple_proofs(variant) {
            if trial.wrong.len() < written {
                trial.add(&mut exporter, &full, variant, &derivation);
            }
        }
        if !trial.statements.contains(&full) {
            without.push(full);
        }
    }
    if trial.judge(&export) {
        println!(
            "{} refuted variants with {} proofs: none is accepted by Coq; {} more proofs cannot be written, \
             among them all of {without:?}",
            trial.statements.len(),
            trial.wrong.len(),
            trial.unwritten
        );
    }
    assert!(trial.wrong.len() >= 200, "only {} proofs", trial.wrong.len());
}

/// A refuted variant over the variables of a claim, with its hypotheses at the places of those of the claim: so a proof of
/// the claim names what it means to name. What the variant does not assume is 0 = 0 there. None if the variant has
/// variables that the claim does not have.
fn in_place_of(claim: &Statement, variant: &Statement) -> Option<Statement> {
    let size = |name: &Name| {
        let place = claim.dimensions.iter().position(|own| own == name)?;
        Some(Dimension(u32::try_from(place).ok()?))
    };
    let dimensions: Vec<Dimension> = variant.dimensions.iter().map(size).collect::<Option<_>>()?;
    let argument = |binder: &Binder| {
        let sort = binder.sort.substitute(&[], Some(&dimensions)).ok()?;
        let place = claim.variables.iter().rev().position(|own| own.name == binder.name && own.sort == sort)?;
        variable_argument(Variable::Bound(u32::try_from(place).ok()?), &sort).ok()
    };
    let arguments: Vec<Argument> = variant.variables.iter().map(argument).collect::<Option<_>>()?;
    let moved = |formula: &Formula| formula.substitute(&arguments, Some(&dimensions)).ok();
    let zero = || tree(TermKind::Constant(Rational::from_integer(0.into())));
    let nothing = tree(FormulaKind::Compare(tightrope::kernel::Relation::Equal, zero(), zero()));
    let hypothesis = |own: &Hypothesis| {
        let kept = variant.hypotheses.iter().find(|other| other.name == own.name);
        let formula = kept.map_or(Some(nothing.clone()), |other| moved(&other.formula))?;
        Some(Hypothesis { name: own.name.clone(), formula })
    };
    Some(Statement {
        hypotheses: claim.hypotheses.iter().map(hypothesis).collect::<Option<_>>()?,
        conclusion: moved(&variant.conclusion)?,
        ..claim.clone()
    })
}

fn ident(name: &str) -> Ident {
    Ident { span: Span::default(), name: name.to_owned() }
}

fn clause(kind: ClauseKind) -> Clause {
    Clause { span: Span::default(), kind }
}

/// The name of the claim in which a trap's formula is said.
const SAID: &str = "said";

/// A theorem that says the formula of a claim, or that 0 = 0, and assumes it: so the elaborator
/// gives a statement even where the claim has no proof.
fn saying(theorem: &Theorem, show: &Show) -> Item {
    let kept = |clause: &&Clause| !matches!(clause.kind, ClauseKind::Show(_) | ClauseKind::Refute(_));
    let mut clauses: Vec<Clause> = theorem.clauses.iter().filter(kept).cloned().collect();
    let zero = || Expr::new(Span::default(), ExprKind::Number(num_traits::zero()));
    let nothing = ExprKind::Compare { first: Box::new(zero()), rest: vec![(Relation::Equal, zero())] };
    let formula =
        Expr::new(Span::default(), ExprKind::Or(vec![show.formula.clone(), Expr::new(Span::default(), nothing)]));
    let assumed = Expr::new(Span::default(), ExprKind::Name("assumed".to_owned()));
    let conclusion = Conclusion { span: Span::default(), kind: ConclusionKind::By(assumed) };
    let proof = Some(Written { span: Span::default(), steps: vec![], conclusion });
    clauses.push(clause(ClauseKind::Assume(Assume { name: ident("assumed"), formula: formula.clone() })));
    clauses.push(clause(ClauseKind::Show(Show { name: ident(SAID), formula, proof })));
    let name = ident(&format!("{}__{}", theorem.name.name, show.name.name));
    Item::Theorem(Theorem { span: Span::default(), name, title: None, clauses })
}

/// A file of traps, with a theorem more for each claim that is to be refused.
fn with_sayings(source: &Source) -> Source {
    let mut file = parse(&source.text).0;
    let refused = file.items.iter().filter_map(|item| match item {
        Item::Theorem(theorem) if theorem.name.name.ends_with("_refused") => Some(theorem),
        _ => None,
    });
    let shows = |theorem: &Theorem| {
        let said = theorem.clauses.iter().filter_map(|clause| match &clause.kind {
            ClauseKind::Show(show) => Some(saying(theorem, show)),
            _ => None,
        });
        said.collect::<Vec<_>>()
    };
    let more: Vec<Item> = refused.flat_map(shows).collect();
    file.items.extend(more);
    Source { text: print(&File { items: file.items, comments: vec![] }), ..source.clone() }
}

/// The statement of a trap, from the theorem that says it or that 0 = 0.
fn trap(saying: &Statement) -> Statement {
    let mut trap = saying.clone();
    trap.hypotheses.pop();
    if let FormulaKind::Or(parts) = &*saying.conclusion {
        trap.conclusion = parts[0].clone();
    }
    trap
}

fn tree<T: Node>(node: T) -> Tree<T> {
    Tree::new(node).expect("small")
}

/// Simple proofs of a goal, one of each form, below its quantifiers and premises.
fn simple(goal: &Formula, variables: u32, dimensions: u32) -> Vec<Derivation> {
    let under = |inner: &Formula, variables, make: fn(Derivation) -> DerivationKind| -> Vec<Derivation> {
        simple(inner, variables, dimensions).into_iter().map(|d| tree(make(d))).collect()
    };
    match &**goal {
        FormulaKind::Forall(_, body) => under(body, variables + 1, DerivationKind::Generalize),
        FormulaKind::Implies(_, body) => under(body, variables, DerivationKind::Assume),
        FormulaKind::Exists(Binder { sort: Sort::Real(shape), .. }, body) if shape.is_empty() => {
            let zero = tree(TermKind::Constant(Rational::from_integer(0.into())));
            let witness = Argument::Array { arity: 0, body: zero };
            simple(body, variables, dimensions)
                .into_iter()
                .map(|d| tree(DerivationKind::Witness(witness.clone(), d)))
                .collect()
        }
        FormulaKind::And(parts) => {
            let all: Vec<Vec<Derivation>> = parts.iter().map(|p| simple(p, variables, dimensions)).collect();
            let least = all.iter().map(Vec::len).min().unwrap_or(0);
            let nth = |k: usize| tree(DerivationKind::All(all.iter().map(|list| list[k].clone()).collect()));
            (0..least).map(nth).collect()
        }
        _ => leaves(variables, dimensions),
    }
}

/// Proofs of a comparison: from nothing, from a hypothesis, from its instance at each index that is in sight, at one
/// that is not, or from the sum of its instances; also by contradiction.
fn leaves(variables: u32, dimensions: u32) -> Vec<Derivation> {
    let constant = |n: i64| tree(EvidenceKind::Constant(Rational::from_integer(n.into())));
    let recent = |k| tree(FactKind::Recent(k));
    let instance = |fact: Fact, n| tree(FactKind::Instantiate(fact, vec![Argument::Index(Variable::Free(n))]));
    let mut evidence: Vec<Evidence> = vec![constant(0), constant(1)];
    let mut facts: Vec<Fact> = vec![];
    for k in 0..RECENT {
        facts.push(recent(k));
        facts.extend((0..=variables).map(|n| instance(recent(k), n)));
        let summed =
            |d| tree(EvidenceKind::Sum(Dimension(d), tree(EvidenceKind::Fact(instance(recent(k), variables)))));
        evidence.extend((0..dimensions).map(summed));
    }
    evidence.extend(facts.iter().map(|fact| tree(EvidenceKind::Fact(fact.clone()))));
    let pairs = (0..RECENT).flat_map(|k| (0..k).map(move |l| (k, l)));
    let both = |(k, l)| tree(EvidenceKind::Add([k, l].map(|n| tree(EvidenceKind::Fact(recent(n)))).to_vec()));
    evidence.extend(pairs.map(both));
    let direct = evidence.iter().map(|e| tree(DerivationKind::Arithmetic(e.clone())));
    let absurd = direct.clone().map(|d| tree(DerivationKind::Contradict(d)));
    let exact = facts.into_iter().map(|fact| tree(DerivationKind::Exact(fact)));
    direct.clone().chain(absurd).chain(exact).collect()
}

/// Simple proofs of a statement.
fn simple_proofs(statement: &Statement) -> Vec<Derivation> {
    let [variables, dimensions] =
        [statement.variables.len(), statement.dimensions.len()].map(|n| u32::try_from(n).expect("few"));
    simple(&statement.conclusion, variables, dimensions)
}

/// What became of the claims that are to be refused.
#[derive(Default)]
struct Traps {
    /// False, and tried.
    tried: usize,
    /// Without a statement: an index of the wrong sort, a name that is not there, …
    meaningless: Vec<String>,
    /// Not false in any model that was found.
    not_false: Vec<String>,
    /// None of the proofs can be written.
    without: Vec<String>,
    proofs: usize,
    unwritten: usize,
    twins: usize,
}

impl Traps {
    /// Tries the traps of a file; false without Coq.
    fn file(&mut self, source: &Source) -> bool {
        let corpus = elaborate::corpus(&[with_sayings(source)]);
        let library = &corpus.library;
        let mut exporter = Exporter::new(library);
        let export = exporter.parts(&|_| true);
        let (said, others): (Vec<_>, Vec<_>) =
            claims(&corpus).partition(|(of, claim)| claim.name == SAID && of.contains("__"));
        let sound = others.iter().filter(|(of, _)| of.ends_with("_sound"));
        let sound: Vec<&Name> = sound.filter_map(|(_, claim)| claim.proved()).collect();
        let neighbours: Vec<&Proof> = sound.iter().filter_map(|name| library.theorem(name).ok()?.proof()).collect();
        let mut trial = Trial::default();
        for (of, claim) in said {
            let theorem = claim.proved().and_then(|name| library.theorem(name).ok());
            let Some(statement) = theorem.map(|theorem| trap(theorem.statement())) else {
                self.meaningless.push(of.to_owned());
                continue;
            };
            if !is_false(library, &statement) {
                self.not_false.push(of.to_owned());
                continue;
            }
            let neighbours = neighbours.iter().map(|proof| proof.conclusion.clone());
            for derivation in simple_proofs(&statement).into_iter().chain(neighbours) {
                trial.add(&mut exporter, of, &statement, &derivation);
            }
            if !trial.statements.contains(of) {
                self.without.push(of.to_owned());
            }
        }
        for name in sound {
            trial.add_twin(&mut exporter, library, name);
        }
        self.tried += trial.statements.len();
        self.proofs += trial.wrong.len();
        self.unwritten += trial.unwritten;
        self.twins += trial.twins.len();
        trial.judge(&export)
    }
}

#[test]
#[ignore = "takes Coq and some minutes"]
fn traps_are_refused_by_coq_and_their_neighbours_accepted() {
    let mut traps = Traps::default();
    if !sources("tests/traps").iter().all(|source| traps.file(source)) {
        return;
    }
    println!(
        "{} false claims of traps with {} proofs: none is accepted by Coq; {} more proofs cannot be written, among \
         them all of {:?}; {} statements of sound neighbours are accepted",
        traps.tried, traps.proofs, traps.unwritten, traps.without, traps.twins
    );
    println!("without a statement: {:?}", traps.meaningless);
    println!("not false in any model that was found: {:?}", traps.not_false);
    assert!(traps.tried >= 40, "only {} traps", traps.tried);
}
