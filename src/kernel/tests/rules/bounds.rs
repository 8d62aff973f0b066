//! Input of any size gets an answer: soon, and without a panic or an overflow of the stack.

use std::thread;
use std::time::{Duration, Instant};

use num_bigint::BigInt;
use num_rational::Ratio;
use tightrope_kernel::*;

use crate::common::*;

/// Runs on a stack of 2 MiB and measures the time. A debug build may take ten times as long.
fn soon<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> T {
    let start = Instant::now();
    let result = thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
    let limit = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 6 });
    assert!(start.elapsed() < limit, "took {:?}", start.elapsed());
    result
}

/// More levels than any stack has room for.
const FAR: usize = 100_000;

/// Applies a step so often that one more level still fits on top; any more are refused.
fn deepest<T>(start: &Tree<T>, step: impl Fn(Tree<T>) -> T) -> Tree<T>
where
    T: Node,
{
    let nest = |times| (0..times).try_fold(start.clone(), |tree, _| Tree::new(step(tree)));
    assert_eq!(nest(FAR).err(), Some(Refusal::TooDeep));
    nest(MAX_DEPTH as usize - 3).unwrap()
}

fn deep_terms() -> Vec<Term> {
    let steps: Vec<fn(Term) -> TermKind> = vec![
        |t| TermKind::Add(vec![t]),
        |t| TermKind::Multiply(vec![t]),
        |t| TermKind::Power(t, 1),
        |t| TermKind::Sum("i".into(), D, t),
        |t| TermKind::Apply(Function::SquareRoot, t),
        |t| TermKind::Apply(Function::Reciprocal, t),
        |t| TermKind::Derivative { name: "t".into(), body: t, at: q(1, 1).0 },
        |t| TermKind::Derivative { name: "t".into(), body: q(1, 1).0, at: t },
        |t| {
            let arguments = vec![Argument::Array { arity: 0, body: t }];
            TermKind::Defined(Application { definition: "same".into(), dimensions: vec![D, N], arguments })
        },
    ];
    let starts = [Expression::from(free(0)).0, q(1, 1).0];
    steps.iter().flat_map(|step| starts.iter().map(move |start| deepest(start, step))).collect()
}

fn deep_formulas() -> Vec<Formula> {
    let steps: Vec<fn(Formula) -> FormulaKind> = vec![
        FormulaKind::Not,
        |f| FormulaKind::And(vec![f]),
        |f| FormulaKind::Or(vec![f]),
        |f| FormulaKind::Implies(f, falsity()),
        |f| FormulaKind::Implies(falsity(), f),
        |f| FormulaKind::Forall(binder("v", real()), f),
        |f| FormulaKind::Exists(binder("v", vector(D)), f),
        |f| FormulaKind::Iff(f, falsity()),
    ];
    steps.iter().map(|step| deepest(&q(1, 1).equals(1), step)).collect()
}

fn with_identity() -> World {
    let mut w = World::new();
    w.define("same", vec![real()], |p| p[0].into());
    w.declare(real());
    w
}

#[test]
fn a_deep_term_fits_the_stack() {
    soon(|| {
        let w = with_identity();
        for term in deep_terms() {
            // The answer does not matter, only that there is one.
            let goal = formula(FormulaKind::Compare(Relation::Equal, term.clone(), term.clone()));
            let _ = w.normal_form(Expression(term.clone()));
            let _ = w.prove(&goal, &identity());
            let _ = w.check(&goal, all([]), identity());
            assert!(!format!("{term:?}").is_empty());
        }
    });
}

#[test]
fn a_deep_formula_fits_the_stack() {
    soon(|| {
        for deep in deep_formulas() {
            let mut w = with_identity();
            let given = w.assume(deep.clone());
            let _ = w.prove(&deep, &exact(given.clone()));
            let _ = w.prove(&deep, &contradict(exact(given.clone())));
            let _ = w.check(&deep, all([]), exact(given));
        }
    });
}

#[test]
fn a_deep_derivation_fits_the_stack() {
    soon(|| {
        let w = with_identity();
        let trivial = || q(0, 1).equals(0);
        // Each with the number of its levels.
        type Step = fn(Derivation) -> Derivation;
        let steps: Vec<(usize, Step)> = vec![
            (2, |d| exact(derived(q(0, 1).equals(0), d))),
            (3, |d| contradict(have([derived(q(0, 1).equals(0), d)], exact(hypothesis(1))))),
            (1, |d| cases(excluded_middle(q(0, 1).equals(0)), [d, identity()])),
            (1, |d| have([], d)),
            (1, assume),
            (1, contradict),
            (3, |d| arithmetic(given(derived(q(0, 1).equals(0), d)))),
            (3, |d| arithmetic(given(reciprocal_of(1, d)))),
        ];
        for (levels, step) in steps {
            let times = (MAX_DEPTH as usize - 8) / levels;
            let _ = w.prove(&trivial(), &(0..times).fold(identity(), |d, _| step(d)));
        }
        let steps: Vec<fn(Evidence) -> EvidenceKind> = vec![
            |e| EvidenceKind::Add(vec![e]),
            |e| EvidenceKind::Multiply(vec![e]),
            |e| EvidenceKind::Sum(D, e),
            |e| EvidenceKind::Multiple(q(2, 1).0, e),
        ];
        for step in steps {
            let deep = deepest(&nothing(), step);
            assert!(w.context().weigh(&deep).unwrap().0.is_zero());
        }
    });
}

#[test]
fn sharing_does_not_hide_size() {
    // t + t, and so on: a tree of 2^k leaves in k nodes.
    let mut shared = q(0, 1);
    let doubled = (0..40).try_for_each(|_| {
        shared = Expression(Tree::new(TermKind::Add(vec![shared.0.clone(), shared.0.clone()]))?);
        Ok(())
    });
    assert_eq!(doubled, Err(Refusal::TooLarge));
    soon(move || {
        let w = World::new();
        assert!(w.normal_form(shared.clone()).is_ok());
        // The largest tree leaves no room for a formula around it.
        let goal = FormulaKind::Compare(Relation::Equal, shared.0.clone(), shared.0.clone());
        assert_eq!(Tree::new(goal), Err(Refusal::TooLarge));
    });
}

/// Definitions f₀, f₁, …, each made of the one before, as many as are accepted.
fn chain(most: usize, first: Definition, next: impl Fn(&str) -> Definition) -> (World, usize) {
    let mut w = World { dimensions: 0, ..World::default() };
    w.library.define(Definition { name: "f0".into(), ..first }).unwrap();
    for k in 1..=most {
        let name = format!("f{k}");
        let definition = Definition { name: name.as_str().into(), ..next(&format!("f{}", k - 1)) };
        if let Err(refusal) = w.library.define(definition) {
            assert_eq!(refusal, Refusal::TooDeep);
            return (w, k - 1);
        }
    }
    (w, most)
}

#[test]
fn definitions_do_not_hide_depth() {
    soon(|| {
        let apply = |f: &str, e: Expression| call(f, &[], &[number(e)]);
        let first = || function("", 0, vec![real()], |p| p[0] + 1);
        let renamed = |f: &str| function("", 0, vec![real()], |p| apply(f, p[0].into()));
        let twice = |f: &str| function("", 0, vec![real()], |p| apply(f, apply(f, p[0].into())));
        let slope = |f: &str| function("", 0, vec![real()], |p| derivative(|t| apply(f, t.into()), p[0]));
        for (mut w, last) in [chain(FAR, first(), renamed), chain(FAR, first(), twice), chain(FAR, first(), slope)] {
            assert!(last >= 4 && last < MAX_DEPTH as usize);
            let x = w.declare(real());
            let value = apply(&format!("f{}", last - 2), x.into());
            w.normal_form(value.clone()).unwrap();
            w.check(&value.clone().equals(value), all([]), identity()).unwrap();
        }
        let first = || predicate("", 0, vec![], |_| q(0, 1).equals(0));
        let negated = |f: &str| predicate("", 0, vec![], |_| not(holds(f, &[], &[])));
        let general = |f: &str| predicate("", 0, vec![], |_| forall(real(), |_| holds(f, &[], &[])));
        for (mut w, last) in [chain(FAR, first(), negated), chain(FAR, first(), general)] {
            assert!(last >= 4 && last < MAX_DEPTH as usize);
            let goal = holds(&format!("f{}", last - 2), &[], &[]);
            let h = w.assume(goal.clone());
            w.check(&goal, all([]), exact(h)).unwrap();
        }
    });
}

#[test]
fn an_instance_of_deep_parts_fits_the_stack() {
    soon(|| {
        let apply = |f: &str, e: Expression| call(f, &[], &[number(e)]);
        let (mut w, last) = chain(FAR, function("", 0, vec![real()], |p| p[0] + 1), |f| {
            function("", 0, vec![real()], |p| apply(f, p[0].into()))
        });
        let x = w.declare(real());
        let deep = |e: Expression| apply(&format!("f{}", last - 2), e);
        let h = w.assume(forall(real(), |t| deep(t.into()).equals(t + 1)));
        let instance = instance(h, [number(deep(x.into()))]);
        // Twice the height, but no more: an instance cannot be written down and used again.
        accepts! { w; (x + 2).equals(deep(x.into()) + 1) => by(instance.clone()), }
        assert_eq!(w.prove(&deep(deep(x.into())).equals(x + 2), &by(instance)), Err(Refusal::TooDeep));
    });
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn definitions_do_not_hide_size() {
    // Each is the sum of the one before at two places, all different: 2^30 values of 0.
    let sums = || {
        let apply = |f: &str, t: Expression| call(f, &[], &[number(t)]);
        let halves =
            |f: &str| function("", 0, vec![real()], |p| apply(f, q(2, 1) * p[0]) + apply(f, q(2, 1) * p[0] + 1));
        let (w, last) = chain(30, function("", 0, vec![real()], |p| q(0, 1) * p[0]), halves);
        assert_eq!(last, 30);
        (w, apply("f30", q(0, 1)))
    };
    soon(move || {
        let (w, value) = sums();
        assert_eq!(w.normal_form(value), Err(Refusal::TooLarge));
    });
    soon(move || {
        let (w, value) = sums();
        assert!(matches!(w.check(&value.equals(0), all([]), identity()), Err(Refusal::TooLarge)));
    });
    // Twice the same is worked out once.
    soon(|| {
        let double = |f: &str| function("", 0, vec![], |_| call(f, &[], &[]) + call(f, &[], &[]));
        let (w, _) = chain(60, function("", 0, vec![], |_| q(0, 1)), double);
        w.check(&call("f60", &[], &[]).equals(0), all([]), identity()).unwrap();
    });
    soon(|| {
        let apply = |f: &str, t: Expression| holds(f, &[], &[number(t)]);
        let both = |f: &str| predicate("", 0, vec![real()], |p| and([apply(f, p[0].into()), apply(f, p[0].into())]));
        let (mut w, _) = chain(60, predicate("", 0, vec![real()], |p| p[0].equals(p[0])), both);
        let goal = |t| apply("f60", t);
        let h = w.assume(goal(q(0, 1)));
        accepts! { w; goal(q(0, 1)) => exact(h.clone()), }
        // The same, but only its normal form tells.
        assert_eq!(w.prove(&goal(q(0, 1) + 0), &exact(h)), Err(Refusal::TooLarge));
    });
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn nested_equivalences_are_compared_soon() {
    soon(|| {
        // Side by side with a long sum, which is compared anew at every level.
        let long = |k: i64| term(TermKind::Add(vec![q(k, 1).0; 5000])).equals(0);
        let deep = |leaf: Expression| (0..80).fold(leaf.equals(0), |f, k| iff(long(k), f));
        let mut w = World::new();
        let h = w.assume(deep(q(0, 1)));
        accepts! { w; deep(q(0, 1)) => exact(h.clone()), }
        assert_eq!(w.prove(&deep(q(0, 1) + 0), &exact(h)), Err(Refusal::TooLarge));
    });
}

#[test]
fn exponents_are_bounded() {
    soon(|| {
        let mut w = World::new();
        let t = w.declare(real());
        let refused = |e: Expression| assert_eq!(w.normal_form(e), Err(Refusal::TooLarge));
        assert!(w.normal_form(t.pow(MAX_EXPONENT)).is_ok());
        refused(t.pow(MAX_EXPONENT + 1));
        refused(t.pow(1_000_000_000));
        refused(t.pow(u32::MAX));
        refused(t.pow(MAX_EXPONENT) * t);
        refused(t.pow(MAX_EXPONENT).pow(MAX_EXPONENT));
        refused(q(2, 1).pow(MAX_EXPONENT).pow(MAX_EXPONENT));
        refused(q(1, 2).pow(MAX_EXPONENT).pow(MAX_EXPONENT).pow(MAX_EXPONENT));
        refused(q(1, 1).pow(1_000_000_000));
        assert_eq!(w.normal_form(q(1, 1).pow(MAX_EXPONENT).pow(MAX_EXPONENT)), w.normal_form(1));
    });
}

fn refused_as_too_large(e: Expression) {
    soon(move || assert_eq!(World::new().normal_form(e), Err(Refusal::TooLarge)));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn numerals_are_bounded() {
    let numeral = |n: Rational| term(TermKind::Constant(n));
    let long = Rational::from_integer(BigInt::from(1) << 4_000_000);
    refused_as_too_large(numeral(long.clone()));
    refused_as_too_large(numeral(long.clone()) - numeral(long.clone()));
    refused_as_too_large(reciprocal(numeral(long.clone())));
    assert!(World::new().prove(&falsity(), &arithmetic(evidence(EvidenceKind::Constant(long)))).is_err());
    assert!(World::new().normal_form(numeral(Rational::from_integer(BigInt::from(3).pow(10_000)))).is_ok());
    // Each summand is small, but not their common denominator.
    refused_as_too_large(term(TermKind::Add((0..20_000).map(|k| q(1, 1_000_003 + 2 * k).0).collect())));
    // Many additions of long fractions.
    let fraction = numeral(Rational::new(BigInt::from(3).pow(40_000), BigInt::from(1) << 63_000));
    refused_as_too_large(term(TermKind::Add(vec![fraction.0; 1000])));
}

#[test]
fn a_denominator_is_not_zero() {
    let mut w = World::new();
    let t = w.declare(real());
    for numerator in [-1, 0, 1] {
        let bad = Ratio::new_raw(BigInt::from(numerator), BigInt::from(0));
        let c = term(TermKind::Constant(bad.clone()));
        refuses! { w;
            c.clone().equals(c.clone()) => identity() => Refusal::IllSorted,
            (c.clone() * 0).equals(0) => identity() => Refusal::IllSorted,
            reciprocal(c.clone()).equals(0) => identity() => Refusal::IllSorted,
            falsity() => arithmetic(evidence(EvidenceKind::Constant(bad.clone()))) => Refusal::IllSorted,
            t.equals(t) => arithmetic(multiple(c.clone(), nothing())) => Refusal::IllSorted,
            t.at_least(0) => exact(natural(c.clone())) => Refusal::IllSorted,
        }
    }
    // A fraction that is not reduced is the number it stands for; a negative denominator is refused.
    let raw = |n, d| term(TermKind::Constant(Ratio::new_raw(BigInt::from(n), BigInt::from(d))));
    same! { w; raw(2, 4) * t => q(1, 2) * t, raw(2, 2) => q(1, 1), raw(0, 7) => q(0, 1), }
    assert_eq!(w.normal_form(raw(1, -1)), Err(Refusal::IllSorted));
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn products_are_bounded() {
    soon(|| {
        let mut w = World::new();
        let [a, b, c, d] = [(); 4].map(|()| w.declare(real()));
        assert!(w.normal_form((a + b + c + d).pow(12)).is_ok());
        assert_eq!(w.normal_form((a + b + c + d).pow(200)), Err(Refusal::TooLarge));
    });
}

/// Σ over n indices of Π a_ij over all pairs i ≠ j: no index can be told from another.
fn dense(a: Symbol, n: usize, indices: &[Symbol]) -> Expression {
    if indices.len() < n {
        return sum(D, |i| dense(a, n, &[indices, &[i]].concat()));
    }
    let pairs = indices.iter().flat_map(|i| indices.iter().filter(move |j| *j != i).map(move |j| a.at([*i, *j]).0));
    term(TermKind::Multiply(pairs.collect()))
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn dense_sums_are_bounded() {
    soon(|| {
        let mut w = World::new();
        let a = w.declare(matrix(D, D));
        assert!(w.normal_form(dense(a, 6, &[])).is_ok());
        assert_eq!(w.normal_form(dense(a, 10, &[])), Err(Refusal::TooLarge));
        // Powers of sums meet under another sum.
        let power = |n| sum(D, move |j| sum(D, |i| a.at([i, j])).pow(n));
        assert!(w.normal_form(power(6)).is_ok());
        assert_eq!(w.normal_form(power(9)), Err(Refusal::TooLarge));
        assert_eq!(w.normal_form(power(1000)), Err(Refusal::TooLarge));
    });
}

#[test]
fn long_chains_of_matrices_are_told_apart_soon() {
    // Σ a_{ij} a_{jk} a_{kl} …: the place in the chain distinguishes every index.
    soon(|| {
        let mut w = World::new();
        let a = w.declare(matrix(D, D));
        let bound = |k| Symbol(Variable::Bound(k));
        let product = |n: u32| (1..n).map(|k| a.at([bound(k - 1), bound(k)]).0).collect();
        let sums =
            |n: u32| (0..n).fold(term(TermKind::Multiply(product(n))), |e, _| term(TermKind::Sum("i".into(), D, e.0)));
        assert!(w.normal_form(sums(60)).is_ok());
        assert!(
            w.normal_form(sums(180)).is_ok_and(|p| !p.is_zero()) || w.normal_form(sums(180)) == Err(Refusal::TooLarge)
        );
    });
}
