//! The connectives: conjunctions, disjunctions, implications, negation.

use tightrope_kernel::{FactKind, Refusal, Sign};

use crate::common::*;

/// x, y real, with 0: x ≥ 0 or y > 0.
fn world() -> (World, Symbol, Symbol) {
    let mut w = World::new();
    let (x, y) = (w.declare(real()), w.declare(real()));
    w.assume(or([x.at_least(0), y.above(0)]));
    (w, x, y)
}

#[test]
fn cases_cover_every_alternative() {
    let (w, x, y) = world();
    let case = || w.added();
    let goal = or([x.at_least(-1), y.at_least(0)]);
    let left = || choose(0, arithmetic(plus([given(case()), constant(1, 1)])));
    let right = || choose(1, by(case()));
    accepts! { w; goal => cases(hypothesis(0), [left(), right()]), }
    refuses! { w;
        goal => cases(hypothesis(0), [left()]) => Refusal::Unfit { .. },
        goal => cases(hypothesis(0), [left(), right(), right()]) => Refusal::Unfit { .. },
        goal => cases(hypothesis(0), []) => Refusal::Unfit { .. },
        // The case of one branch does not hold in the other.
        goal => cases(hypothesis(0), [left(), left()]) => Refusal::Remainder(_),
        goal => cases(hypothesis(0), [right(), right()]) => Refusal::Remainder(_),
        // … nor after the branches.
        and([goal.clone(), x.at_least(0)]) => all([cases(hypothesis(0), [left(), right()]), by(case())])
            => Refusal::IllSorted,
        x.at_least(0) => cases(hypothesis(0), [by(case()), by(hypothesis(2))]) => Refusal::IllSorted,
        goal => cases(derived(x.equals(x), identity()), [left(), right()]) => Refusal::Unfit { .. },
    }
}

#[test]
fn an_alternative_is_chosen_and_shown() {
    let (w, x, _) = world();
    accepts! { w; or([x.above(x), x.equals(x)]) => choose(1, identity()), }
    refuses! { w;
        or([x.above(x), x.equals(x)]) => choose(0, identity()) => Refusal::TooWeak { found: Sign::Zero, .. },
        or([x.above(x), x.equals(x)]) => choose(2, identity()) => Refusal::IllSorted,
        or([x.above(x), x.equals(x)]) => choose(u32::MAX, identity()) => Refusal::IllSorted,
        or([x.above(x), x.equals(x)]) => identity() => Refusal::Unfit { .. },
        falsity() => choose(0, identity()) => Refusal::IllSorted,
        and([x.equals(x)]) => choose(0, identity()) => Refusal::Unfit { .. },
    }
}

#[test]
fn a_conjunction_is_shown_part_by_part() {
    let (mut w, x, y) = world();
    let both = w.assume(and([x.above(0), y.equals(1)]));
    accepts! { w;
        and([]) => all([]),
        and([x.equals(x), y.at_least(y)]) => all([identity(), identity()]),
        y.equals(1) => exact(part(both.clone(), 1)),
    }
    refuses! { w;
        and([x.equals(x), y.at_least(y)]) => all([identity()]) => Refusal::Unfit { .. },
        and([x.equals(x)]) => all([identity(), identity()]) => Refusal::Unfit { .. },
        and([x.equals(x), y.above(y)]) => all([identity(), identity()]) => Refusal::TooWeak { .. },
        or([x.equals(x)]) => all([identity()]) => Refusal::Unfit { .. },
        falsity() => all([]) => Refusal::Unfit { .. },
        y.equals(1) => exact(part(both.clone(), 0)) => Refusal::OtherFact { .. },
        y.equals(1) => exact(part(both.clone(), 2)) => Refusal::IllSorted,
        x.at_least(0) => exact(part(hypothesis(0), 0)) => Refusal::Unfit { .. },
    }
}

#[test]
fn an_implication_needs_its_premise() {
    let (mut w, x, y) = world();
    let rule = w.assume(implies(x.above(0), y.equals(1)));
    let step = w.assume(x.equals(2));
    let premise = arithmetic(plus([given(step.clone()), constant(2, 1)]));
    accepts! { w;
        y.equals(1) => exact(detach(rule.clone(), premise.clone())),
        implies(x.above(0), y.equals(1)) => exact(rule.clone()),
        implies(x.above(0), x.at_least(0)) => assume(by(w.added())),
    }
    refuses! { w;
        y.equals(1) => exact(rule.clone()) => Refusal::OtherFact { .. },
        y.equals(1) => exact(detach(rule.clone(), identity())) => Refusal::Remainder(_),
        x.above(0) => exact(detach(rule.clone(), premise.clone())) => Refusal::OtherFact { .. },
        y.equals(1) => exact(detach(step.clone(), premise.clone())) => Refusal::Unfit { .. },
        implies(x.at_least(0), x.above(0)) => assume(by(w.added())) => Refusal::TooWeak { .. },
        implies(y.equals(1), x.above(0)) => exact(rule.clone()) => Refusal::OtherFact { .. },
        // What is assumed is gone afterwards.
        and([implies(x.above(3), x.above(3)), x.above(3)]) => all([assume(by(w.added())), by(w.added())])
            => Refusal::IllSorted,
    }
}

#[test]
fn negation_and_contradiction() {
    let (mut w, x, y) = world();
    let neither = w.assume(not(or([x.above(1), y.differs(2)])));
    let not_both = w.assume(not(and([x.above(0), y.equals(2)])));
    let no_rule = w.assume(not(implies(x.above(5), y.above(5))));
    let no_all = w.assume(not(forall(real(), |t| t.above(x))));
    accepts! { w;
        y.equals(2) => exact(part(neither.clone(), 1)),
        q(1, 1).at_least(x) => exact(part(neither.clone(), 0)),
        or([q(0, 1).at_least(x), y.differs(2)]) => exact(not_both.clone()),
        x.above(5) => exact(part(no_rule.clone(), 0)),
        q(5, 1).at_least(y) => exact(part(no_rule.clone(), 1)),
        exists(real(), |t| x.at_least(t)) => exact(no_all.clone()),
        not(not(x.equals(x))) => identity(),
        not(x.above(x)) => identity(),
        x.equals(x) => contradict(arithmetic(nonzero_square(w.added()))),
    }
    refuses! { w;
        y.differs(2) => exact(part(neither.clone(), 1)) => Refusal::OtherFact { .. },
        q(1, 1).above(x) => exact(part(neither.clone(), 0)) => Refusal::OtherFact { .. },
        and([q(0, 1).at_least(x), y.differs(2)]) => exact(not_both.clone()) => Refusal::OtherFact { .. },
        y.above(5) => exact(part(no_rule.clone(), 1)) => Refusal::OtherFact { .. },
        forall(real(), |t| x.at_least(t)) => exact(no_all.clone()) => Refusal::OtherFact { .. },
        not(x.equals(x)) => identity() => Refusal::TooWeak { .. },
        x.above(0) => contradict(by(w.added())) => Refusal::Remainder(_),
        falsity() => contradict(by(w.added())) => Refusal::Unfit { .. },
    }
}

#[test]
fn the_excluded_middle_has_two_sides() {
    let (w, x, _) = world();
    let middle = excluded_middle(x.above(0));
    accepts! { w;
        or([x.above(0), q(0, 1).at_least(x)]) => exact(middle.clone()),
        or([x.above(0), not(x.above(0))]) => exact(middle.clone()),
    }
    refuses! { w;
        or([x.above(0), q(0, 1).above(x)]) => exact(middle.clone()) => Refusal::OtherFact { .. },
        or([x.above(0), (-x).above(0)]) => exact(middle.clone()) => Refusal::OtherFact { .. },
        x.above(0) => exact(middle.clone()) => Refusal::OtherFact { .. },
        or([x.above(0), not(x.above(0))]) => exact(excluded_middle(w.next().above(0))) => Refusal::IllSorted,
    }
}

#[test]
fn an_equivalence_is_two_implications() {
    let (mut w, x, y) = world();
    let h = w.assume(iff(x.above(0), y.above(0)));
    accepts! { w;
        iff(x.above(0), y.above(0)) => exact(h.clone()),
        and([implies(x.above(0), y.above(0)), implies(y.above(0), x.above(0))]) => exact(h.clone()),
        iff(x.above(0), (x * 2).above(0)) => all([assume(arithmetic(times([constant(2, 1), given(w.added())]))),
            assume(arithmetic(times([constant(1, 2), given(w.added())])))]),
    }
    refuses! { w;
        iff(y.above(0), x.above(0)) => exact(h.clone()) => Refusal::OtherFact { .. },
        iff(x.above(0), y.at_least(0)) => exact(h.clone()) => Refusal::OtherFact { .. },
        iff(x.above(0), x.at_least(0)) => all([assume(by(w.added())), assume(by(w.added()))])
            => Refusal::TooWeak { .. },
        iff(x.above(0), x.above(0)) => assume(by(w.added())) => Refusal::Unfit { .. },
    }
}

#[test]
fn facts_are_added_in_order() {
    let (mut w, x, _) = world();
    let h = w.assume(x.equals(2));
    let first = w.added();
    let second = hypothesis(3);
    let one = derived(x.above(1), arithmetic(plus([given(h), constant(1, 1)])));
    let two = derived(x.above(0), arithmetic(plus([given(first.clone()), constant(1, 1)])));
    accepts! { w; x.above(0) => have([one.clone(), two.clone()], exact(second.clone())), }
    refuses! { w;
        x.above(0) => have([two.clone(), one.clone()], exact(second.clone())) => Refusal::IllSorted,
        x.above(0) => have([one.clone()], exact(second.clone())) => Refusal::IllSorted,
        x.above(1) => have([one.clone(), two.clone()], exact(second.clone())) => Refusal::OtherFact { .. },
        and([x.above(0), x.above(1)]) => all([have([one.clone(), two.clone()], exact(second.clone())), exact(first)])
            => Refusal::IllSorted,
    }
}

#[test]
fn a_negation_is_detached_by_what_it_denies() {
    let (mut w, x, y) = world();
    let denied = w.assume(not(or([x.above(1), y.above(1)])));
    let h = w.assume(y.above(1));
    let clash = detach(denied.clone(), choose(1, exact(h.clone())));
    accepts! { w;
        falsity() => exact(clash.clone()),
        x.equals(7) => cases(clash.clone(), []),
        // What is contradicted is the goal as it is stated.
        or([x.above(1), y.above(1)]) => contradict(exact(detach(w.added(), choose(1, exact(h.clone()))))),
        not(not(y.above(1))) => contradict(exact(detach(w.added(), exact(h.clone())))),
    }
    refuses! { w;
        falsity() => exact(detach(denied.clone(), choose(0, exact(h.clone())))) => Refusal::OtherFact { .. },
        falsity() => exact(detach(denied.clone(), exact(h.clone()))) => Refusal::OtherFact { .. },
        falsity() => exact(detach(h.clone(), exact(h.clone()))) => Refusal::Unfit { .. },
        y.above(1) => exact(detach(derived(not(not(y.above(1))), exact(h.clone())), identity())) => Refusal::Remainder(_),
        x.equals(7) => exact(clash.clone()) => Refusal::OtherFact { .. },
    }
}

#[test]
fn hypotheses_are_counted_back_from_the_latest() {
    let (mut w, x, y) = world();
    w.assume(x.above(1));
    w.assume(y.above(2));
    let recent = |back| fact(FactKind::Recent(back));
    accepts! { w;
        y.above(2) => exact(recent(0)),
        x.above(1) => exact(recent(1)),
        implies(x.equals(5), and([x.equals(5), y.above(2)])) => assume(all([exact(recent(0)), exact(recent(1))])),
    }
    refuses! { w;
        y.above(2) => exact(recent(1)) => Refusal::OtherFact { .. },
        y.above(2) => exact(recent(3)) => Refusal::IllSorted,
        y.above(2) => exact(recent(u32::MAX)) => Refusal::IllSorted,
        and([implies(x.equals(5), x.equals(5)), x.equals(5)]) => all([assume(exact(recent(0))), exact(recent(0))])
            => Refusal::OtherFact { .. },
    }
}
