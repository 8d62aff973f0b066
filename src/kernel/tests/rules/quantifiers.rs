//! ∀ and ∃, and the substitution below them.

use tightrope_kernel::{Argument, Refusal, Variable};

use crate::common::*;

#[test]
fn a_general_fact_has_instances() {
    let mut w = World::new();
    let (x, m, k) = (w.declare(vector(D)), w.declare(index(D)), w.declare(index(N)));
    let positive = w.assume(forall(index(D), |i| x.at(i).above(0)));
    let squares = w.assume(forall(real(), |t| forall(real(), |s| t.pow(2).at_least(s))));
    accepts! { w;
        x.at(m).above(0) => exact(instance(positive.clone(), [at(m)])),
        q(9, 1).at_least(x.at(m)) => exact(instance(squares.clone(), [number(-3), number(x.at(m))])),
        forall(index(D), |i| x.at(i).at_least(0)) => generalize(by(instance(positive.clone(), [at(w.next())]))),
    }
    refuses! { w;
        x.at(m).above(0) => exact(positive.clone()) => Refusal::OtherFact { .. },
        x.at(m).above(0) => exact(instance(positive.clone(), [at(k)])) => Refusal::IllSorted,
        x.at(m).above(0) => exact(instance(positive.clone(), [at(x)])) => Refusal::IllSorted,
        x.at(m).above(0) => exact(instance(positive.clone(), [number(0)])) => Refusal::IllSorted,
        x.at(m).above(0) => exact(instance(positive.clone(), [at(m), at(m)])) => Refusal::Unfit { .. },
        q(9, 1).at_least(1) => exact(instance(squares.clone(), [at(m), number(1)])) => Refusal::IllSorted,
        q(9, 1).at_least(1) => exact(instance(squares.clone(), [vector_of(|_| q(3, 1)), number(1)]))
            => Refusal::IllSorted,
        q(3, 1).at_least(9) => exact(instance(squares.clone(), [number(-3), number(9)])) => Refusal::OtherFact { .. },
    }
}

#[test]
fn substitution_does_not_capture() {
    // ∀ A x i: P, with P about (Σ_j A_ij x_j)[i := j], for a j outside.
    let mut w = World::new();
    let (a, x, j, i) = (w.declare(matrix(D, D)), w.declare(vector(D)), w.declare(index(D)), w.declare(index(D)));
    let row = w.assume(forall(index(D), |i| sum(D, |j| a.at([i, j]) * x.at(j)).equals(0)));
    let swap = w.assume(forall(index(D), |i| forall(index(D), |j| a.at([i, j]).above(a.at([j, i]) * 2))));
    let general = w.assume(forall(vector(D), |v| sum(D, |j| v.at(j) * x.at(j)).at_least(v.at(i))));
    accepts! { w;
        sum(D, |k| a.at([j, k]) * x.at(k)).equals(0) => exact(instance(row.clone(), [at(j)])),
        // Simultaneous: swapping i and j is not replacing both by one.
        a.at([j, i]).above(a.at([i, j]) * 2) => exact(instance(swap.clone(), [at(j), at(i)])),
        // v_j := A_{i,j}, with i outside, and v_j := Σ_i A_{i,j}, with binders of its own.
        sum(D, |k| a.at([i, k]) * x.at(k)).at_least(a.at([i, i]))
            => exact(instance(general.clone(), [vector_of(|j| a.at([i, j]))])),
        sum(D, |k| a.at([j, k]) * x.at(k)).at_least(a.at([j, i]))
            => exact(instance(general.clone(), [vector_of(|k| a.at([j, k]))])),
        sum(D, |k| sum(D, |l| a.at([l, k])) * x.at(k)).at_least(sum(D, |l| a.at([l, i])))
            => exact(instance(general.clone(), [vector_of(|j| sum(D, |i| a.at([i, j])))])),
    }
    refuses! { w;
        sum(D, |k| a.at([k, k]) * x.at(k)).equals(0) => exact(instance(row.clone(), [at(j)]))
            => Refusal::OtherFact { .. },
        a.at([i, j]).above(a.at([j, i]) * 2) => exact(instance(swap.clone(), [at(j), at(i)]))
            => Refusal::OtherFact { .. },
        a.at([i, i]).above(a.at([i, i]) * 2) => exact(instance(swap.clone(), [at(j), at(i)]))
            => Refusal::OtherFact { .. },
        sum(D, |k| a.at([k, k]) * x.at(k)).at_least(a.at([i, i]))
            => exact(instance(general.clone(), [vector_of(|j| a.at([i, j]))])) => Refusal::OtherFact { .. },
        sum(D, |k| a.at([k, i]) * x.at(k)).at_least(a.at([i, i]))
            => exact(instance(general.clone(), [vector_of(|j| a.at([i, j]))])) => Refusal::OtherFact { .. },
        // An argument may not refer to a binder that is not its own.
        sum(D, |k| a.at([i, k]) * x.at(k)).at_least(a.at([i, i])) => exact(instance(general.clone(), [
            Argument::Array { arity: 1, body: a.at([Symbol(Variable::Bound(1)), Symbol(Variable::Bound(0))]).0 }]))
            => Refusal::IllSorted,
        sum(D, |k| a.at([i, k]) * x.at(k)).at_least(a.at([i, i])) => exact(instance(row.clone(), [
            Argument::Index(Variable::Bound(0))])) => Refusal::IllSorted,
    }
}

#[test]
fn substitution_under_binders_of_the_same_depth() {
    // The variable that is replaced has another number below each binder.
    let mut w = World::new();
    let (x, b) = (w.declare(vector(D)), w.declare(matrix(D, D)));
    let f = w.assume(forall(vector(D), |v| {
        forall(index(D), |i| {
            (sum(D, |j| b.at([i, j]) * v.at(j)) + v.at(i))
                .equals(sum(D, |j| sum(D, |k| v.at(j) * b.at([k, i]) * v.at(k))))
        })
    }));
    let square = |i: Symbol| x.at(i).pow(2);
    let goal = |left: fn(Symbol, Symbol, Symbol) -> Expression| {
        forall(index(D), |i| {
            (sum(D, |j| b.at([i, j]) * square(j)) + square(i))
                .equals(sum(D, |j| sum(D, |k| square(j) * left(b, k, i) * square(k))))
        })
    };
    let put = || instance(f.clone(), [vector_of(square)]);
    accepts! { w;
        goal(|b, k, i| b.at([k, i])) => exact(put()),
        goal(|b, k, i| b.at([k, i])) => generalize(exact(instance(put(), [at(w.next())]))),
    }
    refuses! { w;
        goal(|b, k, i| b.at([i, k])) => exact(put()) => Refusal::OtherFact { .. },
        goal(|b, k, _| b.at([k, k])) => exact(put()) => Refusal::OtherFact { .. },
        goal(|b, _, i| b.at([i, i])) => exact(put()) => Refusal::OtherFact { .. },
    }
    // A matrix argument keeps the order of its indices.
    let g = w.assume(forall(matrix(D, D), |m| forall(index(D), |i| forall(index(D), |j| m.at([i, j]).above(0)))));
    accepts! { w; forall(index(D), |i| forall(index(D), |j| b.at([j, i]).above(0)))
    => exact(instance(g.clone(), [matrix_of(|i, j| b.at([j, i]))])), }
    refuses! { w; forall(index(D), |i| forall(index(D), |j| b.at([j, i]).above(0)))
    => exact(instance(g.clone(), [matrix_of(|i, j| b.at([i, i]) * x.at(j))])) => Refusal::OtherFact { .. }, }
}

#[test]
fn generalizing_needs_a_new_variable() {
    let mut w = World::new();
    let (x, m) = (w.declare(vector(D)), w.declare(index(D)));
    let h = w.assume(x.at(m).above(0));
    refuses! { w;
        forall(index(D), |i| x.at(i).above(0)) => generalize(exact(h.clone())) => Refusal::OtherFact { .. },
        forall(index(D), |i| x.at(i).above(0)) => exact(h.clone()) => Refusal::OtherFact { .. },
        // A variable of an outer rule is not there any more once that rule is done.
        and([forall(index(D), |i| x.at(i).equals(x.at(i))), x.at(w.next()).equals(1)])
            => all([generalize(identity()), exact(h.clone())]) => Refusal::IllSorted,
        and([forall(index(D), |i| x.at(i).equals(x.at(i))), x.at(m).above(0)])
            => all([generalize(identity()), exact(derived(x.at(w.next()).above(0), exact(h.clone())))])
            => Refusal::IllSorted,
    }
    accepts! { w;
        forall(index(D), |_| x.at(m).above(0)) => generalize(exact(h.clone())),
        forall(index(D), |i| implies(x.at(i).above(0), x.at(i).at_least(0))) => generalize(assume(by(w.added()))),
    }
}

#[test]
fn an_empty_dimension_has_no_index() {
    let mut w = World::new();
    let x = w.declare(vector(D));
    let i = w.next();
    let goal = exists(index(D), |i| x.at(i).equals(x.at(i)));
    let vacuous = w.assume(forall(index(D), |i| x.at(i).above(x.at(i))));
    refuses! { w;
        goal => witness(at(i), identity()) => Refusal::IllSorted,
        goal => witness(number(0), identity()) => Refusal::IllSorted,
        goal => witness(at(x), identity()) => Refusal::IllSorted,
        // The contradiction has nothing to be instantiated by: ∀i ¬(x_i = x_i) is true when d = 0.
        goal => contradict(by(instance(w.added(), [at(i)]))) => Refusal::IllSorted,
        goal => unpack(derived(goal.clone(), witness(at(i), identity())), identity()) => Refusal::IllSorted,
        falsity() => by(instance(vacuous.clone(), [at(i)])) => Refusal::IllSorted,
        exists(index(N), |_| q(0, 1).equals(0)) => witness(at(i), identity()) => Refusal::IllSorted,
    }
    accepts! { w;
        forall(index(D), |_| falsity()) => generalize(by(instance(vacuous.clone(), [at(i)]))),
        forall(index(D), |_| exists(index(D), |j| x.at(j).equals(x.at(j)))) => generalize(witness(at(i), identity())),
        exists(real(), |t| t.equals(1)) => witness(number(1), identity()),
        exists(vector(D), |v| forall(index(D), |i| v.at(i).equals(x.at(i) * 2)))
            => witness(vector_of(|i| x.at(i) * 2), generalize(identity())),
    }
}

#[test]
fn the_order_of_quantifiers_matters() {
    let w = World::new();
    let (t, s) = (free(0), free(1));
    accepts! { w;
        forall(real(), |t| exists(real(), |s| s.above(t))) => generalize(witness(number(t + 1), arithmetic(constant(1, 1)))),
    }
    refuses! { w;
        // The witness may not depend on what comes later.
        exists(real(), |s| forall(real(), |t| s.above(t))) => witness(number(t + 1), generalize(arithmetic(constant(1, 1))))
            => Refusal::IllSorted,
        exists(real(), |s| forall(real(), |t| s.above(t))) => witness(number(1), generalize(arithmetic(constant(1, 1))))
            => Refusal::Remainder(_),
        forall(real(), |t| exists(real(), |s| s.above(t))) => generalize(witness(number(s), arithmetic(constant(1, 1))))
            => Refusal::IllSorted,
        exists(real(), |s| s.above(0)) => generalize(identity()) => Refusal::Unfit { .. },
        forall(real(), |s| s.equals(s)) => witness(number(0), identity()) => Refusal::Unfit { .. },
    }
}

#[test]
fn what_exists_is_unknown() {
    let mut w = World::new();
    let x = w.declare(vector(D));
    let some = w.assume(exists(index(D), |i| x.at(i).above(0)));
    let (i, at_i) = (w.next(), w.added());
    accepts! { w;
        exists(index(D), |j| x.at(j).at_least(0)) => unpack(some.clone(), witness(at(i), by(at_i.clone()))),
        // ∃ is exchanged for ¬∀¬.
        not(forall(index(D), |j| q(0, 1).at_least(x.at(j)))) => unpack(some.clone(), witness(at(i), by(at_i.clone()))),
    }
    refuses! { w;
        x.at(i).above(0) => unpack(some.clone(), exact(at_i.clone())) => Refusal::IllSorted,
        exists(index(D), |j| x.at(j).above(1)) => unpack(some.clone(), witness(at(i), by(at_i.clone())))
            => Refusal::Remainder(_),
        forall(index(D), |j| x.at(j).above(0)) => unpack(some.clone(), generalize(exact(at_i.clone())))
            => Refusal::OtherFact { .. },
        // Nor does it hold of a variable of the same number elsewhere.
        forall(index(D), |j| x.at(j).above(0)) => generalize(exact(at_i.clone())) => Refusal::IllSorted,
        and([exists(index(D), |j| x.at(j).at_least(0)), forall(index(D), |j| x.at(j).above(0))])
            => all([unpack(some.clone(), witness(at(i), by(at_i.clone()))), generalize(exact(at_i.clone()))])
            => Refusal::IllSorted,
        falsity() => unpack(hypothesis(7), identity()) => Refusal::IllSorted,
        falsity() => unpack(derived(q(0, 1).equals(0), identity()), identity()) => Refusal::Unfit { .. },
    }
}

#[test]
fn names_of_binders_say_nothing() {
    // Every binder of the tests is called v, i, t, x or p; what is meant is decided by place alone.
    let mut w = World::new();
    let x = w.declare(vector(D));
    let h = w.assume(forall(index(D), |i| exists(index(D), |j| x.at(i).above(x.at(j)))));
    accepts! { w; forall(index(D), |i| exists(index(D), |j| x.at(i).above(x.at(j)))) => exact(h.clone()), }
    refuses! { w; forall(index(D), |i| exists(index(D), |j| x.at(j).above(x.at(i)))) => exact(h.clone())
    => Refusal::OtherFact { .. }, }
    // The same dimension under two names, two dimensions under one.
    let (a, b) = (w.declare(matrix(D, N)), w.declare(matrix(N, D)));
    refuses! { w; a.equals_everywhere(b) => identity() => Refusal::Unfit { .. }, }
    refuses! { w; forall(index(D), |i| a.at([i, i]).equals(0)) => generalize(identity()) => Refusal::IllSorted, }
}

trait Everywhere {
    fn equals_everywhere(self, other: Symbol) -> tightrope_kernel::Formula;
}

impl Everywhere for Symbol {
    fn equals_everywhere(self, other: Symbol) -> tightrope_kernel::Formula {
        forall(index(D), |i| forall(index(N), |k| self.at([i, k]).equals(other.at([k, i]))))
    }
}
