//! Whole statements with their proofs, through `check`.

use tightrope_kernel::{Derivation, Formula, Proof, Refusal, Sort, Statement, check};

use crate::common::*;

/// x, w : vec d, y : real, m : index d; x_i ≤ x_m for all i, x_m > 0, Σ x w² = y.
fn floor() -> (World, [Symbol; 4]) {
    let mut world = World { dimensions: 1, ..World::new() };
    let (x, w) = (world.declare(vector(D)), world.declare(vector(D)));
    let (y, m) = (world.declare(real()), world.declare(index(D)));
    world.assume(forall(index(D), |i| x.at(m).at_least(x.at(i))));
    world.assume(x.at(m).above(0));
    world.assume(sum(D, |i| x.at(i) * w.at(i).pow(2)).equals(y));
    (world, [x, w, y, m])
}

fn norm(w: Symbol) -> Expression {
    sum(D, |i| w.at(i).pow(2))
}

/// Under the hypotheses, x_m > 0 among them, x_m ≠ 0.
fn defined() -> Derivation {
    all([assume(assume(assume(by(hypothesis(1)))))])
}

/// x_m · 1/x_m = 1.
fn unit(x: Symbol, m: Symbol) -> tightrope_kernel::Fact {
    reciprocal_of(x.at(m), by(hypothesis(1)))
}

#[test]
fn the_norm_floor() {
    let (world, [x, w, y, m]) = floor();
    let z = || reciprocal(x.at(m));
    let goal = norm(w).at_least(y * z());
    // Σ w² − y z = z (Σ (x_m − x_i) w_i²) + z (Σ x w² − y) − Σ w² (z x_m − 1), and z = x_m z² − z (z x_m − 1).
    let top = given(instance(hypothesis(0), [at(world.next())]));
    let cone = total(D, times([square(w.at(world.next()) * z()), given(hypothesis(1)), top]));
    // Each w_i² (x_m − x_i) z² x_m is w_i² (x_m − x_i) z up to multiples of z x_m − 1.
    let slack = sum(D, |i| w.at(i).pow(2) * (x.at(m) - x.at(i)));
    let evidence = |cone| {
        plus([
            cone,
            multiple(-(z() * slack.clone()), given(unit(x, m))),
            multiple(z(), given(hypothesis(2))),
            multiple(-norm(w), given(unit(x, m))),
        ])
    };
    let theorem = world.check(&goal, defined(), arithmetic(evidence(cone.clone()))).unwrap();
    assert!(theorem.lemmas().is_empty());
    let refused = |goal: &Formula, derivation| world.check(goal, defined(), derivation).unwrap_err();
    assert!(matches!(refused(&norm(w).above(y * z()), arithmetic(evidence(cone.clone()))), Refusal::TooWeak { .. }));
    assert!(matches!(
        refused(&norm(w).at_least(y * z() * 2), arithmetic(evidence(cone.clone()))),
        Refusal::Remainder(_)
    ));
    assert!(matches!(refused(&goal, arithmetic(cone.clone())), Refusal::Remainder(_)));
    // Without Σ it is about one index only; with the raw slack, its index is not bound.
    let one = times([square(w.at(m) * z()), given(hypothesis(1)), given(instance(hypothesis(0), [at(m)]))]);
    assert!(matches!(refused(&goal, arithmetic(evidence(one))), Refusal::Remainder(_)));
    // Each hypothesis is needed, and each is worth what it says.
    for dropped in 0..3 {
        let mut weaker = World { dimensions: 1, ..World::new() };
        weaker.sorts = world.sorts.clone();
        weaker.hypotheses = world.hypotheses.clone();
        weaker.hypotheses[dropped] = q(0, 1).equals(0);
        assert!(weaker.check(&goal, defined(), arithmetic(evidence(cone.clone()))).is_err());
    }
}

/// Σ w² = y z exactly if every summand w_i² (x_m − x_i) of the slack vanishes.
#[test]
fn the_floor_is_attained_on_the_largest_inputs_only() {
    let (world, [x, w, y, m]) = floor();
    let z = || reciprocal(x.at(m));
    let vanish = || forall(index(D), |i| (w.at(i).pow(2) * (x.at(m) - x.at(i))).equals(0));
    let attained = || norm(w).equals(y * z());
    let (i, j) = (free(4), free(5));
    // (⇐) x_m (Σ w² − y z) is a sum of terms that vanish.
    let back = assume(arithmetic(plus([
        multiple(z(), total(D, given(instance(hypothesis(3), [at(i)])))),
        multiple(z(), given(hypothesis(2))),
        multiple(-norm(w), given(unit(x, m))),
    ])));
    // (⇒) Were the i-th summand t not 0, then, all being ≥ 0, 0 = Σ ≥ t; so t ≤ 0 ≤ t and t² > 0
    // gives 0 < t² + t (others) = t · Σ = 0.
    let summand = |k: Symbol| w.at(k).pow(2) * (x.at(m) - x.at(k));
    let value = |k: Symbol| times([square(w.at(k)), given(instance(hypothesis(0), [at(k)]))]);
    let others = total(D, times([square(q(1, 1) - delta(j, i)), value(j)]));
    let all_zero = plus([
        // Σ (x_m − x) w² = x_m (Σ w² − y z) + y (x_m z − 1) − (Σ x w² − y).
        multiple(x.at(m), given(hypothesis(3))),
        multiple(y, given(unit(x, m))),
        multiple(-1, given(hypothesis(2))),
    ]);
    let clash = |others| {
        plus([nonzero_square(hypothesis(4)), times([value(i), others]), multiple(-summand(i), all_zero.clone())])
    };
    let forth = |others| assume(generalize(contradict(arithmetic(clash(others)))));
    let goal = iff(attained(), vanish());
    let definedness = all([assume(assume(assume(by(hypothesis(1)))))]);
    world.check(&goal, definedness.clone(), all([forth(others.clone()), back.clone()])).unwrap();
    let refused = |proof| world.check(&goal, definedness.clone(), proof).unwrap_err();
    assert!(matches!(
        refused(all([back.clone(), forth(others.clone())])),
        Refusal::Unfit { .. } | Refusal::OtherFact { .. }
    ));
    assert!(matches!(refused(all([forth(total(D, value(j))), back.clone()])), Refusal::Remainder(_)));
    assert!(matches!(refused(all([forth(nothing()), back.clone()])), Refusal::Remainder(_)));
}

/// A point of norm y/x_m fits: v = √(y/x_m) e_m. One witness for ∃ v.
#[test]
fn a_one_hot_root_is_an_interpolator() {
    let mut world = World { dimensions: 1, ..World::new() };
    let (x, y, m) = (world.declare(vector(D)), world.declare(real()), world.declare(index(D)));
    let positive = world.assume(x.at(m).above(0));
    let nonnegative = world.assume(y.at_least(0));
    let z = || reciprocal(x.at(m));
    let goal = exists(vector(D), |v| {
        and([sum(D, |i| x.at(i) * v.at(i).pow(2)).equals(y), sum(D, |i| v.at(i).pow(2)).equals(y * z())])
    });
    let unit = || given(reciprocal_of(x.at(m), by(positive.clone())));
    // y z = y x_m z² − y z (x_m z − 1) ≥ 0.
    let ratio = || {
        arithmetic(plus([
            times([given(nonnegative.clone()), given(positive.clone()), square(z())]),
            multiple(-(y * z()), unit()),
        ]))
    };
    let root = |shown| given(part(root_of(y * z(), shown), 1));
    let v = |k: Symbol| sqrt(y * z()) * delta(k, m);
    let shown = |ratio: Derivation| {
        all([arithmetic(plus([multiple(x.at(m), root(ratio.clone())), multiple(y, unit())])), arithmetic(root(ratio))])
    };
    let defined = all([assume(assume(generalize(assume(by(hypothesis(0))))))]);
    world.check(&goal, defined.clone(), witness(vector_of(v), shown(ratio()))).unwrap();
    let refused = |proof| world.check(&goal, defined.clone(), proof).unwrap_err();
    // Not without y/x_m ≥ 0, not at another entry, not without the root.
    assert!(matches!(refused(witness(vector_of(v), shown(identity()))), Refusal::Remainder(_)));
    assert!(matches!(refused(witness(vector_of(|_| sqrt(y * z())), shown(ratio()))), Refusal::Remainder(_)));
    assert!(matches!(refused(witness(vector_of(|k| y * z() * delta(k, m)), shown(ratio()))), Refusal::Remainder(_)));
}

#[test]
fn dimensions_of_size_zero_and_one() {
    let mut w = World { dimensions: 1, ..World::new() };
    let x = w.declare(vector(D));
    let size = || sum(D, |_| q(1, 1));
    // d = 0: said by "no index", it makes every sum 0.
    let empty = w.assume(forall(index(D), |_| falsity()));
    let absurd = |i: Symbol| cases(instance(empty.clone(), [at(i)]), []);
    let vanishes = |e: Expression| given(derived(e.equals(0), absurd(w.next())));
    let i = w.next();
    accepts! { w;
        size().equals(0) => arithmetic(total(D, given(derived(q(1, 1).equals(0), cases(instance(empty.clone(), [at(i)]), []))))),
        sum(D, |i| x.at(i)).equals(0) => arithmetic(total(D, given(derived(x.at(i).equals(0), cases(instance(empty.clone(), [at(i)]), []))))),
    }
    refuses! { w;
        sum(D, |i| x.at(i)).equals(0) => arithmetic(vanishes(sum(D, |i| x.at(i)))) => Refusal::IllSorted,
        size().equals(1) => identity() => Refusal::Remainder(_),
    }
    // d = 1: said by "every index is m", it makes every sum its one entry.
    let mut w = World { dimensions: 1, ..World::new() };
    let (x, m) = (w.declare(vector(D)), w.declare(index(D)));
    let only = w.assume(forall(index(D), |i| delta(i, m).equals(1)));
    let i = w.next();
    let entry = |value: Expression| {
        // x_i − x_i [i=m] = −x_i ([i=m] − 1).
        arithmetic(total(D, multiple(-value, given(instance(only.clone(), [at(i)])))))
    };
    accepts! { w;
        sum(D, |i| x.at(i)).equals(x.at(m)) => entry(x.at(i)),
        size().equals(1) => entry(q(1, 1)),
    }
    refuses! { w;
        sum(D, |i| x.at(i)).equals(x.at(m) * 2) => entry(x.at(i)) => Refusal::Remainder(_),
        size().equals(2) => entry(q(1, 1)) => Refusal::Remainder(_),
    }
}

#[test]
fn a_statement_is_closed_and_sorted() {
    let library = tightrope_kernel::Library::default();
    let refused = |dimensions: usize, variables: Vec<Sort>, conclusion: Formula| {
        let statement = Statement {
            dimensions: vec!["d".into(); dimensions],
            variables: variables.into_iter().map(|s| binder("x", s)).collect(),
            hypotheses: vec![],
            conclusion,
        };
        check(&library, statement, Proof { definedness: all([]), conclusion: identity() }).unwrap_err()
    };
    let bound = |n| Symbol(tightrope_kernel::Variable::Bound(n));
    assert_eq!(refused(0, vec![], free(0).equals(free(0))), Refusal::IllSorted);
    assert_eq!(refused(0, vec![real()], free(0).equals(free(0))), Refusal::IllSorted);
    assert_eq!(refused(0, vec![real()], bound(1).equals(bound(1))), Refusal::IllSorted);
    assert_eq!(refused(1, vec![vector(N)], q(0, 1).equals(0)), Refusal::IllSorted);
    assert_eq!(refused(0, vec![index(D)], q(0, 1).equals(0)), Refusal::IllSorted);
    assert_eq!(refused(1, vec![vector(D)], bound(0).equals(bound(0))), Refusal::IllSorted);
}
