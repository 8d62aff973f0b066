//! Natural numbers and induction.

use tightrope_kernel::{Refusal, Sort};

use crate::common::*;

#[test]
fn natural_numbers_are_not_negative() {
    let mut w = World::new();
    let (n, t) = (w.declare(Sort::Nat), w.declare(real()));
    let m = w.declare(Sort::Nat);
    accepts! { w;
        n.at_least(0) => exact(natural(n)),
        (n * m + 3).at_least(0) => exact(natural(n * m + 3)),
        forall(Sort::Nat, |k| k.at_least(0)) => generalize(exact(natural(w.next()))),
        exists(Sort::Nat, |k| k.above(n)) => witness(number(n + 1), arithmetic(constant(1, 1))),
    }
    refuses! { w;
        t.at_least(0) => exact(natural(t)) => Refusal::IllSorted,
        (n + t).at_least(0) => exact(natural(n + t)) => Refusal::IllSorted,
        (n - m).at_least(0) => exact(natural(n - m)) => Refusal::IllSorted,
        q(1, 2).at_least(0) => exact(natural(q(1, 2))) => Refusal::IllSorted,
        q(-1, 1).at_least(0) => exact(natural(q(-1, 1))) => Refusal::IllSorted,
        n.above(0) => exact(natural(n)) => Refusal::OtherFact { .. },
        exists(Sort::Nat, |k| n.above(k)) => witness(number(n - 1), arithmetic(constant(1, 1))) => Refusal::IllSorted,
        exists(Sort::Nat, |k| (k * 2).equals(1)) => witness(number(q(1, 2)), identity()) => Refusal::IllSorted,
        forall(real(), |k| k.at_least(0)) => generalize(exact(natural(w.next()))) => Refusal::IllSorted,
        forall(Sort::Nat, |k| t.at(k).equals(0)) => generalize(identity()) => Refusal::IllSorted,
    }
}

#[test]
fn what_holds_of_numbers_is_instantiated_by_numbers() {
    let mut w = World::new();
    let (n, t) = (w.declare(Sort::Nat), w.declare(real()));
    let h = w.assume(forall(Sort::Nat, |k| k.at_least(0)));
    accepts! { w; (n + 2).at_least(0) => exact(instance(h.clone(), [number(n + 2)])), }
    refuses! { w;
        t.at_least(0) => exact(instance(h.clone(), [number(t)])) => Refusal::IllSorted,
        q(-1, 1).at_least(0) => exact(instance(h.clone(), [number(-1)])) => Refusal::IllSorted,
        forall(real(), |k| k.at_least(0)) => exact(h.clone()) => Refusal::OtherFact { .. },
    }
}

#[test]
fn induction_starts_and_steps() {
    let w = World::new();
    let step_of = w.next();
    let premise = w.added();
    let square_sum = |n: Symbol| (n.pow(2) + n).at_least(n * 2);
    // n² + n ≥ 2n: 0 at 0; (n+1)² + (n+1) − 2(n+1) = (n² + n − 2n) + 2n.
    let step = arithmetic(plus([given(premise.clone()), times([constant(2, 1), given(natural(step_of))])]));
    accepts! { w;
        forall(Sort::Nat, square_sum) => induct(identity(), step.clone()),
    }
    refuses! { w;
        forall(Sort::Nat, square_sum) => induct(step.clone(), step.clone()) => Refusal::IllSorted,
        forall(Sort::Nat, square_sum) => induct(identity(), identity()) => Refusal::Remainder(_),
        forall(Sort::Nat, square_sum) => induct(identity(), by(premise.clone())) => Refusal::Remainder(_),
        // Without a base.
        forall(Sort::Nat, |n| n.equals(n + 1)) => induct(identity(), by(premise.clone())) => Refusal::Remainder(_),
        forall(Sort::Nat, |n| n.above(0)) => induct(identity(), arithmetic(plus([given(premise.clone()), constant(1, 1)])))
            => Refusal::TooWeak { .. },
        // Over the reals and over indices.
        forall(real(), |n| (n.pow(2) + n).at_least(n * 2)) => induct(identity(), step.clone()) => Refusal::Unfit { .. },
        forall(index(D), |_| q(0, 1).equals(0)) => induct(identity(), identity()) => Refusal::Unfit { .. },
        exists(Sort::Nat, |n| n.equals(0)) => induct(identity(), identity()) => Refusal::Unfit { .. },
        // The hypothesis of the step is about n, not about n + 1, and is gone after it.
        forall(Sort::Nat, |n| n.above(-1)) => induct(arithmetic(constant(1, 1)), exact(premise.clone()))
            => Refusal::OtherFact { .. },
        and([forall(Sort::Nat, square_sum), q(0, 1).at_least(0)])
            => all([induct(identity(), step.clone()), exact(premise.clone())]) => Refusal::IllSorted,
    }
    accepts! { w;
        forall(Sort::Nat, |n| n.above(-1)) => induct(arithmetic(constant(1, 1)),
            arithmetic(plus([given(premise.clone()), constant(1, 1)]))),
    }
}
