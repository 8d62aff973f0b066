//! Signs: what evidence is worth, and which goals it pays for.

use tightrope_kernel::{Refusal, Sign};

use crate::common::*;

/// x, y real; 0: x ≥ 0, 1: y > 0, 2: x = y, 3: x ≠ y.
fn world() -> (World, Symbol, Symbol) {
    let mut w = World::new();
    let (x, y) = (w.declare(real()), w.declare(real()));
    w.assume(x.at_least(0));
    w.assume(y.above(0));
    w.assume(x.equals(y));
    w.assume(x.differs(y));
    (w, x, y)
}

#[test]
fn a_fact_is_worth_its_relation() {
    let (w, x, y) = world();
    accepts! { w;
        x.at_least(0) => by(hypothesis(0)),
        y.above(0) => by(hypothesis(1)),
        y.at_least(0) => by(hypothesis(1)),
        y.differs(0) => by(hypothesis(1)),
        x.equals(y) => by(hypothesis(2)),
        x.at_least(y) => by(hypothesis(2)),
    }
    refuses! { w;
        x.above(0) => by(hypothesis(0)) => Refusal::TooWeak { found: Sign::Nonnegative, .. },
        x.equals(0) => by(hypothesis(0)) => Refusal::TooWeak { found: Sign::Nonnegative, .. },
        x.differs(0) => by(hypothesis(0)) => Refusal::TooWeak { found: Sign::Nonnegative, .. },
        y.equals(0) => by(hypothesis(1)) => Refusal::TooWeak { found: Sign::Positive, .. },
        x.above(y) => by(hypothesis(2)) => Refusal::TooWeak { found: Sign::Zero, .. },
        x.differs(y) => by(hypothesis(2)) => Refusal::TooWeak { found: Sign::Zero, .. },
        falsity() => by(hypothesis(2)) => Refusal::Remainder(_),
        // The other way round.
        (-x).at_least(0) => by(hypothesis(0)) => Refusal::Remainder(_),
        q(0, 1).above(y) => by(hypothesis(1)) => Refusal::Remainder(_),
        // An inequation has no sign.
        x.at_least(y) => by(hypothesis(3)) => Refusal::Unfit { .. },
        x.differs(y) => by(hypothesis(3)) => Refusal::Unfit { .. },
    }
    accepts! { w; x.differs(y) => exact(hypothesis(3)), }
}

#[test]
fn constants_and_squares_are_not_negative() {
    let (w, x, y) = world();
    accepts! { w;
        q(1, 3).above(0) => arithmetic(constant(1, 3)),
        q(1, 3).differs(0) => arithmetic(constant(1, 3)),
        q(0, 1).equals(0) => arithmetic(constant(0, 1)),
        q(0, 1).at_least(0) => arithmetic(constant(0, 1)),
        (x - y).pow(2).at_least(0) => arithmetic(square(y - x)),
        (x - y).pow(2).above(0) => arithmetic(nonzero_square(hypothesis(3))),
        (x - y).pow(2).differs(0) => arithmetic(nonzero_square(hypothesis(3))),
    }
    refuses! { w;
        q(-1, 3).at_least(0) => arithmetic(constant(-1, 3)) => Refusal::Negative,
        q(0, 1).above(0) => arithmetic(constant(0, 1)) => Refusal::TooWeak { found: Sign::Zero, .. },
        falsity() => arithmetic(constant(0, 1)) => Refusal::TooWeak { found: Sign::Zero, .. },
        falsity() => arithmetic(constant(1, 1)) => Refusal::Remainder(_),
        (x - y).pow(2).above(0) => arithmetic(square(y - x)) => Refusal::TooWeak { .. },
        (x - y).at_least(0) => arithmetic(square(x - y)) => Refusal::Remainder(_),
        // Only an inequation has a square that is not 0.
        y.pow(2).above(0) => arithmetic(nonzero_square(hypothesis(1))) => Refusal::Unfit { .. },
        x.pow(2).above(0) => arithmetic(nonzero_square(hypothesis(0))) => Refusal::Unfit { .. },
        (x - y).pow(2).above(0) => arithmetic(nonzero_square(hypothesis(2))) => Refusal::Unfit { .. },
    }
}

#[test]
fn signs_add() {
    let (w, x, y) = world();
    let (at_least, above, zero) = (given(hypothesis(0)), given(hypothesis(1)), given(hypothesis(2)));
    accepts! { w;
        (x + y).above(0) => arithmetic(plus([at_least.clone(), above.clone()])),
        (x + y).above(0) => arithmetic(plus([above.clone(), at_least.clone()])),
        (x + x - y).at_least(0) => arithmetic(plus([at_least.clone(), zero.clone()])),
        (y + x - y).above(0) => arithmetic(plus([zero.clone(), above.clone()])),
        ((x - y) * 2).equals(0) => arithmetic(plus([zero.clone(), zero.clone()])),
        q(0, 1).equals(0) => arithmetic(plus([])),
    }
    refuses! { w;
        (x + x).above(0) => arithmetic(plus([at_least.clone(), at_least.clone()])) => Refusal::TooWeak { .. },
        (x + x - y).above(0) => arithmetic(plus([at_least.clone(), zero.clone()])) => Refusal::TooWeak { .. },
        (x + x - y).equals(0) => arithmetic(plus([at_least.clone(), zero.clone()])) => Refusal::TooWeak { .. },
        (y + x - y).equals(0) => arithmetic(plus([zero.clone(), above.clone()])) => Refusal::TooWeak { .. },
        falsity() => arithmetic(plus([])) => Refusal::TooWeak { found: Sign::Zero, .. },
        falsity() => arithmetic(plus([zero.clone()])) => Refusal::Remainder(_),
    }
}

#[test]
fn signs_multiply() {
    let (w, x, y) = world();
    let (at_least, above, zero) = (given(hypothesis(0)), given(hypothesis(1)), given(hypothesis(2)));
    accepts! { w;
        y.pow(2).above(0) => arithmetic(times([above.clone(), above.clone()])),
        (x * y).at_least(0) => arithmetic(times([at_least.clone(), above.clone()])),
        ((x - y) * x).equals(0) => arithmetic(times([zero.clone(), at_least.clone()])),
        ((x - y) * x).equals(0) => arithmetic(times([at_least.clone(), zero.clone()])),
        ((x - y) * y).equals(0) => arithmetic(times([above.clone(), zero.clone()])),
        q(1, 1).above(0) => arithmetic(times([])),
        // Any term may stand before what is 0.
        ((x - y) * (q(-3, 1) - x)).equals(0) => arithmetic(multiple(q(-3, 1) - x, zero.clone())),
    }
    refuses! { w;
        (x * y).above(0) => arithmetic(times([at_least.clone(), above.clone()])) => Refusal::TooWeak { .. },
        x.pow(2).above(0) => arithmetic(times([at_least.clone(), at_least.clone()])) => Refusal::TooWeak { .. },
        ((x - y) * y).above(0) => arithmetic(times([zero.clone(), above.clone()])) => Refusal::TooWeak { .. },
        falsity() => arithmetic(times([])) => Refusal::Remainder(_),
        // … but not before what may be positive.
        (-x).at_least(0) => arithmetic(multiple(-1, at_least.clone())) => Refusal::Nonzero,
        (-y).at_least(0) => arithmetic(multiple(-1, above.clone())) => Refusal::Nonzero,
        (x * 0).equals(0) => arithmetic(multiple(0, at_least.clone())) => Refusal::Nonzero,
    }
}

#[test]
fn a_contradiction_is_zero_above_zero() {
    let mut w = World::new();
    let x = w.declare(real());
    w.assume(x.above(0));
    let lower = w.assume((-x).at_least(0));
    let sum = |upper| arithmetic(plus([given(upper), given(lower.clone())]));
    accepts! { w;
        falsity() => sum(hypothesis(0)),
        x.equals(7) => cases(derived(falsity(), sum(hypothesis(0))), []),
    }
    refuses! { w;
        falsity() => sum(lower.clone()) => Refusal::Remainder(_),
        falsity() => by(hypothesis(0)) => Refusal::Remainder(_),
        x.equals(7) => sum(hypothesis(0)) => Refusal::Remainder(_),
        // x ≥ 0 and −x ≥ 0 do not contradict each other.
        falsity() => arithmetic(plus([given(lower.clone()), given(derived(x.at_least(0), by(hypothesis(0))))]))
            => Refusal::TooWeak { found: Sign::Nonnegative, .. },
    }
}

#[test]
fn the_cone_for_antisymmetry_and_for_a_square_that_vanishes() {
    let mut w = World::new();
    let (x, y) = (w.declare(real()), w.declare(real()));
    let up = w.assume(x.at_least(y));
    let down = w.assume(y.at_least(x));
    let flat = w.assume((x - 1).pow(2).equals(0));
    let differ = nonzero_square(w.added());
    // (x − y)² + (x − y)(y − x) = 0, and its first summand is > 0 once x ≠ y.
    let antisymmetry = |product| contradict(arithmetic(plus([differ.clone(), product])));
    accepts! { w;
        x.equals(y) => antisymmetry(times([given(up.clone()), given(down.clone())])),
        x.equals(1) => contradict(arithmetic(plus([differ.clone(), multiple(-1, given(flat.clone()))]))),
    }
    refuses! { w;
        x.equals(y) => antisymmetry(times([given(up.clone()), given(up.clone())])) => Refusal::Remainder(_),
        x.equals(2) => contradict(arithmetic(plus([differ.clone(), multiple(-1, given(flat.clone()))])))
            => Refusal::Remainder(_),
        x.equals(1) => by(flat.clone()) => Refusal::Remainder(_),
    }
}
