//! A statement divides by nothing that may be 0 and takes no root of what may be negative.

use tightrope_kernel::{Formula, Refusal};

use crate::common::*;

/// What has to hold for a statement of this world to be well defined.
fn obligation(w: &World, conclusion: &Formula) -> Formula {
    let statement = w.statement(conclusion);
    let (context, hypotheses, conclusion) = tightrope_kernel::Context::of(&w.library, &statement).unwrap();
    context.definedness(&hypotheses, &conclusion).unwrap()
}

#[test]
fn a_division_is_justified_by_the_hypotheses_before_it() {
    let mut w = World::new();
    let t = w.declare(real());
    w.assume(t.above(0));
    w.assume(reciprocal(t).above(0));
    let goal = reciprocal(t).at_least(0);
    // Both obligations, that of hypothesis 1 and that of the goal, come after t > 0.
    let positive = implies(t.above(0), t.differs(0));
    let expected = and([positive.clone(), implies(t.above(0), implies(reciprocal(t).above(0), t.differs(0)))]);
    assert_eq!(obligation(&w, &goal), expected);
    let shown = all([assume(by(hypothesis(0))), assume(assume(by(hypothesis(0))))]);
    w.check(&goal, shown.clone(), by(hypothesis(1))).unwrap();
    // The hypotheses are not in the context of their own definedness.
    let refused = |definedness| w.check(&goal, definedness, by(hypothesis(1))).unwrap_err();
    assert!(matches!(refused(all([])), Refusal::Unfit { .. }));
    assert!(matches!(refused(all([exact(hypothesis(0)), exact(hypothesis(0))])), Refusal::IllSorted));
    assert!(matches!(
        refused(all([assume(by(hypothesis(0))), assume(assume(by(hypothesis(1))))])),
        Refusal::Remainder(_)
    ));
}

#[test]
fn dropping_the_hypothesis_makes_the_statement_ill_formed() {
    let mut w = World::new();
    let (x, m) = (w.declare(vector(D)), w.declare(index(D)));
    let goal = (x.at(m) * reciprocal(x.at(m))).equals(1);
    // Without x_m > 0 there is nothing to be said, whatever the proof is.
    assert_eq!(obligation(&w, &goal), and([x.at(m).differs(0)]));
    assert!(w.check(&goal, all([identity()]), identity()).is_err());
    assert!(w.check(&goal, all([]), identity()).is_err());
    let h = w.assume(x.at(m).above(0));
    w.check(&goal, all([assume(by(h.clone()))]), by(reciprocal_of(x.at(m), by(h)))).unwrap();
}

#[test]
fn the_order_of_hypotheses_matters() {
    let mut w = World::new();
    let t = w.declare(real());
    w.assume(sqrt(t).equals(1));
    w.assume(t.at_least(0));
    // √t = 1 comes first and is not justified by what follows.
    assert_eq!(obligation(&w, &t.equals(1)), and([t.at_least(0)]));
    assert!(w.check(&t.equals(1), all([by(hypothesis(1))]), identity()).is_err());
}

#[test]
fn connectives_guard_what_follows() {
    let w = {
        let mut w = World::new();
        w.declare(real());
        w
    };
    let t = free(0);
    let (zero, one) = (|| t.equals(0), || reciprocal(t).equals(1));
    let nonzero = || t.differs(0);
    assert_eq!(obligation(&w, &implies(nonzero(), one())), and([implies(nonzero(), nonzero())]));
    assert_eq!(obligation(&w, &and([nonzero(), one()])), and([implies(nonzero(), nonzero())]));
    assert_eq!(obligation(&w, &or([zero(), one()])), and([implies(not(zero()), nonzero())]));
    // The other way round nothing is guarded.
    assert_eq!(obligation(&w, &implies(one(), nonzero())), and([nonzero()]));
    assert_eq!(obligation(&w, &and([one(), nonzero()])), and([nonzero()]));
    assert_eq!(obligation(&w, &or([one(), zero()])), and([nonzero()]));
    assert_eq!(obligation(&w, &iff(nonzero(), one())), and([nonzero()]));
    assert_eq!(obligation(&w, &not(one())), and([nonzero()]));
    // A third part stands under the first and the second.
    assert_eq!(obligation(&w, &and([nonzero(), zero(), one()])), and([implies(nonzero(), implies(zero(), nonzero()))]));
}

#[test]
fn binders_and_definitions_are_looked_into() {
    let mut w = World::new();
    w.define("inverse", vec![real()], |p| reciprocal(p[0]));
    w.define("ignore", vec![real()], |_| q(1, 1));
    let (x, t) = (w.declare(vector(D)), w.declare(real()));
    let inverse = |e: Expression| call("inverse", &[D, N], &[number(e)]);
    let every = |f: fn(Expression) -> Formula| forall(index(D), |i| f(x.at(i)));
    let nonzero: fn(Expression) -> Formula = |e| e.differs(0);
    assert_eq!(obligation(&w, &sum(D, |i| reciprocal(x.at(i))).equals(0)), and([forall_named_i(every(nonzero))]));
    assert_eq!(obligation(&w, &inverse(t + 1).equals(0)), and([(t + 1).differs(0)]));
    assert_eq!(obligation(&w, &forall(index(D), |i| sqrt(x.at(i)).equals(0))), and([every(|e| e.at_least(0))]));
    assert_eq!(obligation(&w, &exists(index(D), |i| sqrt(x.at(i)).equals(0))), and([every(|e| e.at_least(0))]));
    // Also where the definition ignores its argument.
    assert_eq!(obligation(&w, &call("ignore", &[D, N], &[number(reciprocal(t))]).equals(1)), and([t.differs(0)]));
    // Inside first: 1/(1/t) needs t ≠ 0 and 1/t ≠ 0.
    assert_eq!(obligation(&w, &reciprocal(reciprocal(t)).equals(t)), and([t.differs(0), reciprocal(t).differs(0)]));
    assert_eq!(
        obligation(&w, &derivative(|s| s * reciprocal(t), t).equals(0)),
        and([forall_named_t(forall(real(), |_| t.differs(0)))])
    );
    let statement = w.statement(&derivative(|s| reciprocal(s), t).equals(0));
    let (context, hypotheses, conclusion) = tightrope_kernel::Context::of(&w.library, &statement).unwrap();
    assert_eq!(context.definedness(&hypotheses, &conclusion), Err(Refusal::NotDifferentiable));
}

/// The same formula with its outermost binder called as that of Σ, which names print it by.
fn forall_named_i(f: Formula) -> Formula {
    renamed(f, "i")
}
fn forall_named_t(f: Formula) -> Formula {
    renamed(f, "t")
}
fn renamed(f: Formula, name: &str) -> Formula {
    match &*f {
        tightrope_kernel::FormulaKind::Forall(b, body) => {
            formula(tightrope_kernel::FormulaKind::Forall(binder(name, b.sort.clone()), body.clone()))
        }
        _ => f,
    }
}
