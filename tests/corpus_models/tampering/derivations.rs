//! Derivations of true claims, each changed in one place.
//!
//! The claim stays as it is, so that nothing false is at stake: what is compared is what the
//! kernel and Coq say of the same derivation. What the kernel still accepts Coq must accept. Coq
//! may accept more, where a changed derivation is right by chance; those are named.

use std::collections::BTreeSet;

use num_traits::One;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tightrope::export::Problem;
use tightrope::export::coq::Exporter;
use tightrope::export::coq::check::judge_after;
use tightrope::kernel::{
    Argument, Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind, Name, Node, Proof, Rational, Tree,
    check,
};

use super::super::{corpus, mutate, seed, subjects};
use super::coq_names;

/// How many changed derivations of a claim are tried.
const MOST: usize = 3;

/// Walks through a derivation and applies one of the changes that fit somewhere in it.
struct Editor {
    /// How many changes are passed over.
    left: usize,
    /// How many changes there were.
    seen: usize,
}

fn tree<T: Node>(node: T) -> Tree<T> {
    Tree::new(node).expect("hardly larger than the original")
}

/// All lists with one part left out.
fn without_one<T: Clone>(parts: &[T]) -> Vec<Vec<T>> {
    let without =
        |place: usize| parts.iter().enumerate().filter(|(k, _)| *k != place).map(|(_, p)| p.clone()).collect();
    (0..parts.len()).map(without).collect()
}

/// An argument with another entry.
fn arguments(argument: &Argument) -> Vec<Argument> {
    match argument {
        Argument::Index(_) => vec![],
        Argument::Array { arity, body } => {
            let array = |body| Argument::Array { arity: *arity, body };
            mutate::terms(body).into_iter().map(array).collect()
        }
    }
}

fn argument_lists(list: &[Argument]) -> Vec<Vec<Argument>> {
    let at = |place: usize| {
        let replaced = move |changed: Argument| {
            let mut list = list.to_vec();
            list[place] = changed;
            list
        };
        arguments(&list[place]).into_iter().map(replaced)
    };
    let swapped = list.windows(2).next().map(|_| list.iter().rev().cloned().collect());
    (0..list.len()).flat_map(at).chain(swapped).collect()
}

impl Editor {
    /// One of the changes, if its turn has come, or else what there was.
    fn choose<T: Node>(&mut self, original: T, changes: Vec<T>) -> Tree<T> {
        let first = self.seen;
        self.seen += changes.len();
        let chosen = self.left.checked_sub(first).and_then(|k| changes.into_iter().nth(k));
        tree(chosen.unwrap_or(original))
    }

    fn derivation(&mut self, derivation: &Derivation) -> Derivation {
        use DerivationKind::{
            All, Arithmetic, Assume, Cases, Choose, Contradict, Exact, Generalize, Have, Induct, Unpack, Witness,
        };
        let many = |editor: &mut Self, list: &[Derivation]| list.iter().map(|d| editor.derivation(d)).collect();
        let (kind, changes) = match &**derivation {
            Exact(fact) => (Exact(self.fact(fact)), vec![]),
            Arithmetic(evidence) => (Arithmetic(self.evidence(evidence)), vec![]),
            All(parts) => {
                let parts: Vec<_> = many(self, parts);
                (All(parts.clone()), vec![All(parts.into_iter().rev().collect())])
            }
            Choose(n, inner) => {
                let inner = self.derivation(inner);
                (Choose(*n, inner.clone()), vec![Choose(n ^ 1, inner)])
            }
            Assume(inner) => (Assume(self.derivation(inner)), vec![]),
            Generalize(inner) => (Generalize(self.derivation(inner)), vec![]),
            Witness(argument, inner) => {
                let inner = self.derivation(inner);
                let changed = arguments(argument).into_iter().map(|a| Witness(a, inner.clone())).collect();
                (Witness(argument.clone(), inner), changed)
            }
            Induct { base, step } => {
                let (base, step) = (self.derivation(base), self.derivation(step));
                let turned = Induct { base: step.clone(), step: base.clone() };
                (Induct { base, step }, vec![turned])
            }
            Contradict(inner) => (Contradict(self.derivation(inner)), vec![]),
            Cases(fact, branches) => {
                let (fact, branches): (_, Vec<_>) = (self.fact(fact), many(self, branches));
                let turned = Cases(fact.clone(), branches.iter().rev().cloned().collect());
                (Cases(fact, branches), vec![turned])
            }
            Unpack(fact, inner) => (Unpack(self.fact(fact), self.derivation(inner)), vec![]),
            Have(facts, inner) => {
                let facts: Vec<_> = facts.iter().map(|fact| self.fact(fact)).collect();
                let inner = self.derivation(inner);
                let changed = without_one(&facts).into_iter().map(|facts| Have(facts, inner.clone())).collect();
                (Have(facts, inner), changed)
            }
        };
        self.choose(kind, changes)
    }

    fn fact(&mut self, fact: &Fact) -> Fact {
        use FactKind::{
            Choice, Cite, Derived, Detach, ExcludedMiddle, Extremum, Hypothesis, Instantiate, Natural, Part, Recent,
            Reciprocal, SquareRoot,
        };
        let (kind, changes) = match &**fact {
            Hypothesis(n) => (Hypothesis(*n), vec![Hypothesis(n ^ 1), Hypothesis(n + 1)]),
            Recent(n) => (Recent(*n), vec![Recent(n ^ 1), Recent(n + 1)]),
            Cite { theorem, dimensions, arguments } => {
                let cite = |arguments| Cite { theorem: theorem.clone(), dimensions: dimensions.clone(), arguments };
                (cite(arguments.clone()), argument_lists(arguments).into_iter().map(cite).collect())
            }
            Derived(formula, derivation) => {
                let derivation = self.derivation(derivation);
                let derived = |formula| Derived(formula, derivation.clone());
                (derived(formula.clone()), mutate::formulas(formula).into_iter().map(derived).collect())
            }
            Instantiate(inner, arguments) => {
                let inner = self.fact(inner);
                let instantiate = |arguments| Instantiate(inner.clone(), arguments);
                (instantiate(arguments.clone()), argument_lists(arguments).into_iter().map(instantiate).collect())
            }
            Detach(inner, premise) => {
                let inner = self.fact(inner);
                (Detach(inner.clone(), self.derivation(premise)), vec![(*inner).clone()])
            }
            Part(inner, k) => {
                let inner = self.fact(inner);
                (Part(inner.clone(), *k), vec![Part(inner, k ^ 1)])
            }
            ExcludedMiddle(formula) => {
                (ExcludedMiddle(formula.clone()), mutate::formulas(formula).into_iter().map(ExcludedMiddle).collect())
            }
            Reciprocal(term, derivation) => {
                let derivation = self.derivation(derivation);
                let reciprocal = |term| Reciprocal(term, derivation.clone());
                (reciprocal(term.clone()), mutate::terms(term).into_iter().map(reciprocal).collect())
            }
            SquareRoot(term, derivation) => {
                let derivation = self.derivation(derivation);
                let root = |term| SquareRoot(term, derivation.clone());
                (root(term.clone()), mutate::terms(term).into_iter().map(root).collect())
            }
            Natural(term) => (Natural(term.clone()), mutate::terms(term).into_iter().map(Natural).collect()),
            Choice(inner) => (Choice(self.fact(inner)), vec![]),
            Extremum(inner, value) => {
                let inner = self.fact(inner);
                let extremum = |value| Extremum(inner.clone(), value);
                (extremum(value.clone()), mutate::terms(value).into_iter().map(extremum).collect())
            }
        };
        self.choose(kind, changes)
    }

    fn evidence(&mut self, evidence: &Evidence) -> Evidence {
        use EvidenceKind::{Add, Constant, Fact, Multiple, Multiply, NonzeroSquare, Square, Sum};
        let many = |editor: &mut Self, list: &[Evidence]| list.iter().map(|e| editor.evidence(e)).collect();
        let (kind, changes) = match &**evidence {
            Fact(fact) => (Fact(self.fact(fact)), vec![]),
            Constant(q) => (Constant(q.clone()), vec![Constant(q + Rational::one()), Constant(q - Rational::one())]),
            Square(term) => (Square(term.clone()), mutate::terms(term).into_iter().map(Square).collect()),
            NonzeroSquare(fact) => {
                let fact = self.fact(fact);
                (NonzeroSquare(fact.clone()), vec![Fact(fact)])
            }
            Multiple(term, inner) => {
                let inner = self.evidence(inner);
                let multiple = |term| Multiple(term, inner.clone());
                let mut changed: Vec<_> = mutate::terms(term).into_iter().map(multiple).collect();
                changed.push((*inner).clone());
                (multiple(term.clone()), changed)
            }
            Add(parts) => {
                let parts: Vec<_> = many(self, parts);
                (Add(parts.clone()), without_one(&parts).into_iter().map(Add).collect())
            }
            Multiply(parts) => {
                let parts: Vec<_> = many(self, parts);
                (Multiply(parts.clone()), without_one(&parts).into_iter().map(Multiply).collect())
            }
            Sum(dimension, inner) => {
                let inner = self.evidence(inner);
                (Sum(*dimension, inner.clone()), vec![(*inner).clone()])
            }
        };
        self.choose(kind, changes)
    }
}

/// Some of the derivations that differ from a given one in one place.
fn changed(derivation: &Derivation, rng: &mut StdRng) -> Vec<Derivation> {
    let mut counter = Editor { left: usize::MAX, seen: 0 };
    counter.derivation(derivation);
    let mut chosen = BTreeSet::new();
    for _ in 0..MOST.min(counter.seen) {
        chosen.insert(rng.random_range(0..counter.seen));
    }
    chosen.into_iter().map(|left| Editor { left, seen: 0 }.derivation(derivation)).collect()
}

#[test]
#[ignore = "takes Coq and some minutes"]
fn changed_derivations_that_the_kernel_accepts_are_accepted_by_coq() {
    let corpus = corpus();
    let mut exporter = Exporter::new(&corpus.library);
    let export = exporter.parts(&|_| true);
    let (mut parts, mut right, mut wrong) = (vec![], BTreeSet::new(), BTreeSet::new());
    let mut unwritten = 0;
    for subject in subjects(&corpus) {
        let statement = subject.theorem.statement();
        let Some(proof) = subject.theorem.proof() else { continue };
        let mut rng = StdRng::seed_from_u64(seed(&subject.name));
        for (n, conclusion) in changed(&proof.conclusion, &mut rng).into_iter().enumerate() {
            let proof = Proof { conclusion, definedness: proof.definedness.clone() };
            let accepted = check(&corpus.library, statement.clone(), proof.clone()).is_ok();
            let name: Name = format!("changed{n}.{}", subject.name).into();
            match exporter.theorem(&name, statement, Some(&proof)) {
                Ok(written) => {
                    let names = if accepted { &mut right } else { &mut wrong };
                    names.extend(coq_names(&written).last());
                    parts.extend(written);
                }
                Err(failure) => {
                    assert!(!accepted, "the kernel accepts {name}, which cannot be written: {failure}");
                    unwritten += 1;
                }
            }
        }
    }
    let accepted = match judge_after(&export, &parts) {
        Err(Problem::Missing(program)) => return println!("there is no program {program}: nothing was tried"),
        other => other.expect("a verdict"),
    };
    let missed: Vec<_> = right.difference(&accepted).collect();
    let by_chance: Vec<_> = wrong.intersection(&accepted).collect();
    println!(
        "{} changed derivations of true claims that the kernel refuses: Coq refuses {}; {unwritten} more cannot be \
         written; of {} that the kernel accepts Coq accepts {}",
        wrong.len(),
        wrong.len() - by_chance.len(),
        right.len(),
        right.len() - missed.len()
    );
    println!("right for Coq alone: {by_chance:?}");
    assert!(missed.is_empty(), "Coq refuses {missed:?}");
    assert!(wrong.len() >= 200, "only {} derivations", wrong.len());
}
