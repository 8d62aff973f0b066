//! 1/e and √e: opaque, total, and known only where e ≠ 0 or e ≥ 0 is shown.

use tightrope_kernel::{Derivation, Refusal};

use crate::common::*;

/// x : vec d, m : index d, t real.
fn world() -> (World, Symbol, Symbol, Symbol) {
    let mut w = World::new();
    let (x, m, t) = (w.declare(vector(D)), w.declare(index(D)), w.declare(real()));
    (w, x, m, t)
}

#[test]
fn a_reciprocal_needs_evidence() {
    let (mut w, x, m, t) = world();
    let positive = w.assume(x.at(m).above(0));
    let nonnegative = w.assume(t.at_least(0));
    let goal = (x.at(m) * reciprocal(x.at(m))).equals(1);
    let unit = |e: Expression, shown| by(reciprocal_of(e, shown));
    accepts! { w;
        goal => unit(x.at(m), by(positive.clone())),
        (x.at(m).pow(2) * reciprocal(x.at(m))).equals(x.at(m))
            => arithmetic(multiple(x.at(m), given(reciprocal_of(x.at(m), by(positive.clone()))))),
        (reciprocal(q(3, 1)) * 6).equals(2) => identity(),
        // The same argument in another form.
        (x.at(m) * 2 * reciprocal(x.at(m) + x.at(m))).equals(1) => unit(x.at(m) * 2,
            arithmetic(times([constant(2, 1), given(positive.clone())]))),
    }
    refuses! { w;
        goal => identity() => Refusal::Remainder(_),
        goal => unit(x.at(m), identity()) => Refusal::Remainder(_),
        goal => unit(t.into(), by(positive.clone())) => Refusal::Remainder(_),
        (t * reciprocal(t)).equals(1) => unit(t.into(), by(nonnegative.clone())) => Refusal::TooWeak { .. },
        (t * reciprocal(t)).equals(1) => identity() => Refusal::Remainder(_),
        // Cancelling without evidence, in every disguise.
        (t.pow(2) * reciprocal(t)).equals(t) => identity() => Refusal::Remainder(_),
        reciprocal(reciprocal(t)).equals(t) => identity() => Refusal::Remainder(_),
        (reciprocal(t) * reciprocal(t)).equals(reciprocal(t.pow(2))) => identity() => Refusal::Remainder(_),
        (reciprocal(t) + reciprocal(t)).equals(reciprocal(t * 2) * 4) => identity() => Refusal::Remainder(_),
        // Nothing is known of 1/0.
        (reciprocal(0) * 0).equals(1) => identity() => Refusal::Remainder(_),
        (reciprocal(0) * 0).equals(1) => unit(0.into(), identity()) => Refusal::TooWeak { .. },
        (reciprocal(t - t) * (t - t)).equals(1) => identity() => Refusal::Remainder(_),
        (reciprocal(t) * (t - t)).equals(1) => identity() => Refusal::Remainder(_),
        reciprocal(t).at_least(0) => by(nonnegative.clone()) => Refusal::Remainder(_),
    }
}

#[test]
fn evidence_stays_in_its_branch() {
    let (w, _, _, t) = world();
    let split = excluded_middle(t.differs(0));
    let unit = || exact(reciprocal_of(t, exact(w.added())));
    let goal = or([(reciprocal(t) * t).equals(1), t.equals(0)]);
    accepts! { w; goal => cases(split.clone(), [choose(0, unit()), choose(1, exact(w.added()))]), }
    refuses! { w;
        goal => cases(split.clone(), [choose(0, unit()), choose(0, unit())]) => Refusal::OtherFact { .. },
        goal => choose(0, unit()) => Refusal::IllSorted,
        (reciprocal(t) * t).equals(1) => cases(split.clone(), [unit(), by(w.added())]) => Refusal::Remainder(_),
        and([goal.clone(), (reciprocal(t) * t).equals(1)])
            => all([cases(split.clone(), [choose(0, unit()), choose(1, exact(w.added()))]), unit()])
            => Refusal::IllSorted,
        // Nor does it leave an implication or an existence.
        and([implies(t.differs(0), (reciprocal(t) * t).equals(1)), (reciprocal(t) * t).equals(1)])
            => all([assume(unit()), unit()]) => Refusal::IllSorted,
    }
}

#[test]
fn evidence_is_of_its_index() {
    let (mut w, x, m, _) = world();
    let at_m = w.assume(x.at(m).differs(0));
    let s = w.declare(index(D));
    let i = w.next();
    let unit = |j: Symbol, shown: Derivation| by(reciprocal_of(x.at(j), shown));
    let summed = sum(D, |i| x.at(i) * reciprocal(x.at(i))).equals(sum(D, |_| q(1, 1)));
    let under = |shown: Derivation| arithmetic(total(D, given(reciprocal_of(x.at(i), shown))));
    accepts! { w; (x.at(m) * reciprocal(x.at(m))).equals(1) => unit(m, exact(at_m.clone())), }
    refuses! { w;
        (x.at(s) * reciprocal(x.at(s))).equals(1) => unit(m, exact(at_m.clone())) => Refusal::Remainder(_),
        (x.at(s) * reciprocal(x.at(s))).equals(1) => unit(s, exact(at_m.clone())) => Refusal::OtherFact { .. },
        (x.at(s) * reciprocal(x.at(m))).equals(1) => unit(m, exact(at_m.clone())) => Refusal::Remainder(_),
        // Under Σ every index needs its own.
        summed => under(exact(at_m.clone())) => Refusal::OtherFact { .. },
        summed => arithmetic(total(D, given(reciprocal_of(x.at(m), exact(at_m.clone()))))) => Refusal::Remainder(_),
        forall(index(D), |i| (x.at(i) * reciprocal(x.at(i))).equals(1)) => generalize(unit(m, exact(at_m.clone())))
            => Refusal::Remainder(_),
        forall(index(D), |i| (x.at(i) * reciprocal(x.at(i))).equals(1)) => generalize(unit(i, exact(at_m.clone())))
            => Refusal::OtherFact { .. },
    }
    let every = w.assume(forall(index(D), |i| x.at(i).differs(0)));
    accepts! { w;
        summed => under(exact(instance(every.clone(), [at(i)]))),
        (x.at(s) * reciprocal(x.at(s))).equals(1) => unit(s, exact(instance(every.clone(), [at(s)]))),
    }
}

#[test]
fn substituting_zero_takes_the_premise_along() {
    let (mut w, _, _, t) = world();
    let rule = w.assume(forall(real(), |t| implies(t.differs(0), (t * reciprocal(t)).equals(1))));
    let two = || detach(instance(rule.clone(), [number(2)]), arithmetic(constant(2, 1)));
    accepts! { w; (reciprocal(2) * 2).equals(1) => exact(two()), }
    refuses! { w;
        (reciprocal(0) * 0).equals(1) => exact(detach(instance(rule.clone(), [number(0)]), identity()))
            => Refusal::TooWeak { .. },
        (reciprocal(0) * 0).equals(1) => exact(two()) => Refusal::OtherFact { .. },
        (reciprocal(t - t) * (t - t)).equals(1)
            => exact(detach(instance(rule.clone(), [number(t - t)]), arithmetic(constant(2, 1))))
            => Refusal::Remainder(_),
        q(0, 1).equals(1) => exact(instance(rule.clone(), [number(0)])) => Refusal::OtherFact { .. },
    }
}

#[test]
fn reciprocals_of_equal_terms_are_equal() {
    let (mut w, x, m, t) = world();
    let s = w.declare(index(D));
    same! { w;
        reciprocal(x.at(m) + t) => reciprocal(t + x.at(m)),
        reciprocal(x.at(m) + x.at(s) * 2) => reciprocal(x.at(s) * 2 + x.at(m)),
        sum(D, |i| reciprocal(x.at(i) + t)) => sum(D, |j| reciprocal(t + x.at(j))),
        sum(D, |i| delta(i, m) * reciprocal(x.at(i))) => reciprocal(x.at(m)),
        reciprocal(sum(D, |i| x.at(i))) => reciprocal(sum(D, |j| x.at(j))),
    }
    different! { w;
        reciprocal(x.at(m)) => reciprocal(x.at(s)),
        reciprocal(x.at(m) + x.at(s) * 2) => reciprocal(x.at(m) * 2 + x.at(s)),
        reciprocal(x.at(m)) => sqrt(x.at(m)),
        sum(D, |i| reciprocal(x.at(i))) => reciprocal(sum(D, |i| x.at(i))),
        sum(D, |i| reciprocal(x.at(i) + x.at(m))) => sum(D, |i| reciprocal(x.at(i) + x.at(s))),
        sum(D, |i| sum(D, |j| reciprocal(x.at(i) + x.at(j)))) => sum(D, |i| sum(D, |_| reciprocal(x.at(i) + x.at(i)))),
        delta(m, s) * reciprocal(x.at(m)) => reciprocal(x.at(s)),
    }
    same! { w; delta(m, s) * reciprocal(x.at(m)) => delta(m, s) * reciprocal(x.at(s)), }
}

#[test]
fn a_root_needs_evidence() {
    let (mut w, x, m, t) = world();
    let h = w.assume(t.at_least(0));
    let root = |e: Expression, shown| root_of(e, shown);
    accepts! { w;
        sqrt(t).pow(2).equals(t) => exact(part(root(t.into(), by(h.clone())), 1)),
        sqrt(t).at_least(0) => exact(part(root(t.into(), by(h.clone())), 0)),
        (sqrt(t) * sqrt(t)).equals(t) => by(part(root(t.into(), by(h.clone())), 1)),
        sqrt(x.at(m).pow(2)).at_least(0) => exact(part(root(x.at(m).pow(2), arithmetic(square(x.at(m)))), 0)),
        sqrt(0).pow(2).equals(0) => exact(part(root(0.into(), identity()), 1)),
    }
    refuses! { w;
        sqrt(t).pow(2).equals(t) => identity() => Refusal::Remainder(_),
        sqrt(t).at_least(0) => identity() => Refusal::Remainder(_),
        // s² = −1 would give −1 ≥ 0.
        q(-1, 1).at_least(0) => arithmetic(plus([square(sqrt(-1)),
            multiple(-1, given(part(root((-1).into(), arithmetic(constant(-1, 1))), 1)))])) => Refusal::Negative,
        sqrt(-1).pow(2).equals(-1) => exact(part(root((-1).into(), identity()), 1)) => Refusal::Remainder(_),
        sqrt(-1).pow(2).equals(-1) => exact(part(root((-1).into(), by(h.clone())), 1)) => Refusal::Remainder(_),
        sqrt(x.at(m)).at_least(0) => exact(part(root(x.at(m), by(h.clone())), 0)) => Refusal::Remainder(_),
        sqrt(t.pow(2)).equals(t) => identity() => Refusal::Remainder(_),
        sqrt(t).above(0) => by(part(root(t.into(), by(h.clone())), 0)) => Refusal::TooWeak { .. },
        (sqrt(t) * sqrt(x.at(m))).equals(sqrt(t * x.at(m))) => identity() => Refusal::Remainder(_),
        sqrt(t).equals(-sqrt(t)) => identity() => Refusal::Remainder(_),
    }
}

#[test]
fn the_term_of_a_premise_is_sorted() {
    let (w, x, m, _) = world();
    refuses! { w;
        q(0, 1).equals(0) => exact(reciprocal_of(x.at(w.next()), identity())) => Refusal::IllSorted,
        q(0, 1).equals(0) => exact(root_of(x.at(w.next()).pow(2), arithmetic(square(x.at(m))))) => Refusal::IllSorted,
        q(0, 1).equals(0) => exact(root_of(m, identity())) => Refusal::IllSorted,
    }
}
