//! Σ over dimensions of unknown size, 0 and 1 included.

use tightrope_kernel::{Refusal, Sign};

use crate::common::*;

/// A vector x with x_i > 0 for all i, and with x_i = 1 for all i. No index is declared.
fn positive() -> (World, Symbol) {
    let mut w = World::new();
    let x = w.declare(vector(D));
    w.assume(forall(index(D), |i| x.at(i).above(0)));
    w.assume(forall(index(D), |i| x.at(i).equals(1)));
    (w, x)
}

#[test]
fn a_sum_is_never_strict() {
    let (w, x) = positive();
    let i = w.next();
    let summand = given(instance(hypothesis(0), [at(i)]));
    let s = sum(D, |i| x.at(i));
    accepts! { w; s.clone().at_least(0) => arithmetic(total(D, summand.clone())), }
    refuses! { w;
        s.clone().above(0) => arithmetic(total(D, summand.clone())) => Refusal::TooWeak { found: Sign::Nonnegative, .. },
        s.clone().differs(0) => arithmetic(total(D, summand.clone())) => Refusal::TooWeak { .. },
        // A constant under Σ is no better: d may be 0.
        sum(D, |_| q(1, 1)).above(0) => arithmetic(total(D, constant(1, 1))) => Refusal::TooWeak { .. },
        sum(D, |_| q(1, 1)).equals(1) => arithmetic(total(D, constant(1, 1))) => Refusal::Remainder(_),
        falsity() => arithmetic(total(D, constant(0, 1))) => Refusal::TooWeak { found: Sign::Zero, .. },
    }
}

#[test]
fn a_sum_is_strict_once_an_index_is_declared() {
    let (mut w, x) = positive();
    let m = w.declare(index(D));
    let i = w.next();
    // Σ x = x_m + Σ (1 − [i=m]) x_i, with 1 − [i=m] = (1 − [i=m])².
    let others = total(D, times([square(q(1, 1) - delta(i, m)), given(instance(hypothesis(0), [at(i)]))]));
    let first = given(instance(hypothesis(0), [at(m)]));
    let s = sum(D, |i| x.at(i));
    accepts! { w;
        s.clone().above(0) => arithmetic(plus([first.clone(), others.clone()])),
        sum(D, |_| q(1, 1)).at_least(1) => arithmetic(total(D, square(q(1, 1) - delta(i, m)))),
    }
    refuses! { w;
        s.clone().above(0) => arithmetic(others.clone()) => Refusal::Remainder(_),
        s.clone().above(0) => arithmetic(total(D, given(instance(hypothesis(0), [at(i)])))) => Refusal::TooWeak { .. },
        // Without the gap the index m would be counted twice.
        s.clone().above(0) => arithmetic(plus([first.clone(), total(D, given(instance(hypothesis(0), [at(i)])))]))
            => Refusal::Remainder(_),
        sum(D, |_| q(1, 1)).above(1) => arithmetic(total(D, square(q(1, 1) - delta(i, m)))) => Refusal::TooWeak { .. },
    }
}

#[test]
fn an_undeclared_index_proves_nothing() {
    // x_i ≥ 1 and x_i ≤ 0 for all i holds when d = 0.
    let mut w = World::new();
    let x = w.declare(vector(D));
    let low = w.assume(forall(index(D), |i| x.at(i).at_least(1)));
    let high = w.assume(forall(index(D), |i| q(0, 1).at_least(x.at(i))));
    let clash = |m: Symbol| {
        arithmetic(plus([
            given(instance(low.clone(), [at(m)])),
            given(instance(high.clone(), [at(m)])),
            constant(1, 1),
        ]))
    };
    let undeclared = w.next();
    refuses! { w;
        // The index cancels, but it is not there.
        falsity() => clash(undeclared) => Refusal::IllSorted,
        falsity() => clash(free(u32::MAX)) => Refusal::IllSorted,
        falsity() => clash(Symbol(tightrope_kernel::Variable::Bound(0))) => Refusal::IllSorted,
        falsity() => clash(x) => Refusal::IllSorted,
        (delta(undeclared, undeclared)).equals(1) => identity() => Refusal::IllSorted,
        (x.at(undeclared) - x.at(undeclared)).equals(0) => identity() => Refusal::IllSorted,
        q(0, 1).at_least(0) => arithmetic(multiple(x.at(undeclared), nothing())) => Refusal::IllSorted,
        q(0, 1).at_least(0) => arithmetic(times([nothing(), square(x.at(undeclared))])) => Refusal::IllSorted,
        q(0, 1).equals(0) => exact(derived((x.at(undeclared) * 0).equals(0), identity())) => Refusal::IllSorted,
        // The index of a sum is declared inside of its evidence only.
        falsity() => arithmetic(plus([total(D, nothing()), given(instance(low.clone(), [at(undeclared)]))]))
            => Refusal::IllSorted,
        // Under Σ the clash is worth 0, not more.
        falsity() => arithmetic(total(D, plus([given(instance(low.clone(), [at(undeclared)])),
            given(instance(high.clone(), [at(undeclared)]))]))) => Refusal::Remainder(_),
        // An index of another dimension does not help.
        forall(index(N), |_| falsity()) => generalize(clash(undeclared)) => Refusal::IllSorted,
    }
    accepts! { w;
        forall(index(D), |_| falsity()) => generalize(clash(undeclared)),
        // d = 0 is what the hypotheses say: Σ 1 ≤ 0.
        q(0, 1).at_least(sum(D, |_| q(1, 1))) => arithmetic(total(D, plus([
            given(instance(low.clone(), [at(undeclared)])), given(instance(high.clone(), [at(undeclared)]))]))),
    }
    let m = w.declare(index(D));
    accepts! { w; falsity() => clash(m), }
}

#[test]
fn the_index_of_a_sum_is_new() {
    // 0: x_m > 0, 1: x_m = 1. Neither speaks of another index.
    let mut w = World::new();
    let (x, m) = (w.declare(vector(D)), w.declare(index(D)));
    w.assume(x.at(m).above(0));
    w.assume(x.at(m).equals(1));
    w.assume(forall(index(D), |i| x.at(i).above(0)));
    w.assume(forall(index(D), |i| x.at(i).equals(1)));
    let (s, d, i) = (sum(D, |i| x.at(i)), sum(D, |_| q(1, 1)), w.next());
    refuses! { w;
        s.clone().at_least(0) => arithmetic(total(D, given(hypothesis(0)))) => Refusal::Remainder(_),
        s.clone().equals(d.clone()) => arithmetic(total(D, given(hypothesis(1)))) => Refusal::Remainder(_),
        s.clone().at_least(0) => arithmetic(total(D, given(instance(hypothesis(0), [at(i)])))) => Refusal::Unfit { .. },
        s.clone().at_least(0) => generalize(by(hypothesis(0))) => Refusal::Unfit { .. },
        forall(index(D), |i| x.at(i).above(0)) => generalize(by(hypothesis(0))) => Refusal::Remainder(_),
        forall(index(D), |i| x.at(i).equals(1)) => generalize(exact(hypothesis(1))) => Refusal::OtherFact { .. },
    }
    accepts! { w;
        (d.clone() * x.at(m)).at_least(0) => arithmetic(total(D, given(hypothesis(0)))),
        (d.clone() * x.at(m)).equals(d.clone()) => arithmetic(total(D, given(hypothesis(1)))),
        s.clone().at_least(0) => arithmetic(total(D, given(instance(hypothesis(2), [at(i)])))),
        s.clone().equals(d.clone()) => arithmetic(total(D, given(instance(hypothesis(3), [at(i)])))),
    }
}

#[test]
fn a_sum_ranges_over_a_dimension_of_the_context() {
    let (w, _) = positive();
    let far = tightrope_kernel::Dimension(2);
    refuses! { w;
        q(0, 1).at_least(0) => arithmetic(total(far, nothing())) => Refusal::IllSorted,
        sum(far, |_| q(0, 1)).equals(0) => identity() => Refusal::IllSorted,
        sum(tightrope_kernel::Dimension(u32::MAX), |_| q(0, 1)).equals(0) => identity() => Refusal::IllSorted,
        // Of another dimension than the vector.
        sum(N, |i| free(0).at(i)).equals(0) => identity() => Refusal::IllSorted,
    }
    accepts! { w; sum(N, |_| q(0, 1)).equals(0) => identity(), }
}

#[test]
fn sums_are_linear_and_commute() {
    let mut w = World::new();
    let (a, x, z) = (w.declare(matrix(D, N)), w.declare(vector(D)), w.declare(vector(N)));
    let (c, b) = (w.declare(real()), w.declare(matrix(D, D)));
    same! { w;
        sum(D, |i| x.at(i) * c) => sum(D, |i| x.at(i)) * c,
        sum(D, |i| sum(N, |k| a.at([i, k]))) => sum(N, |k| sum(D, |i| a.at([i, k]))),
        sum(D, |i| x.at(i)) * sum(N, |k| z.at(k)) => sum(D, |i| sum(N, |k| x.at(i) * z.at(k))),
        sum(D, |i| sum(D, |j| b.at([i, j]) * x.at(i))) => sum(D, |j| sum(D, |i| b.at([j, i]) * x.at(j))),
        sum(D, |_| sum(D, |_| q(1, 1))) => sum(D, |_| q(1, 1)).pow(2),
        sum(D, |_| q(0, 1)) => q(0, 1),
    }
    different! { w;
        sum(D, |i| x.at(i)).pow(2) => sum(D, |i| x.at(i).pow(2)),
        sum(D, |i| x.at(i)) * sum(D, |i| x.at(i)) => sum(D, |i| x.at(i) * x.at(i)),
        sum(D, |_| q(1, 1)) => q(1, 1),
        sum(D, |_| q(1, 1)) => sum(N, |_| q(1, 1)),
        sum(D, |_| Into::<Expression>::into(c)) => c,
        sum(D, |i| sum(D, |j| b.at([i, j]) * x.at(i))) => sum(D, |i| sum(D, |j| b.at([j, i]) * x.at(i))),
        sum(D, |i| b.at([i, i])) => sum(D, |i| sum(D, |j| b.at([i, j]))),
        sum(D, |_| q(1, 1)).pow(2) => sum(D, |_| q(1, 1)),
    }
}

/// Σ over n indices of a product of them.
fn over(n: usize, product: &dyn Fn(&[Symbol]) -> Expression) -> Expression {
    fn open(n: usize, found: &[Symbol], product: &dyn Fn(&[Symbol]) -> Expression) -> Expression {
        if found.len() == n { product(found) } else { sum(D, |i| open(n, &[found, &[i]].concat(), product)) }
    }
    open(n, &[], product)
}

#[test]
fn tied_indices_are_renamed_alike() {
    // Six indices in a cycle of b, joined in pairs by c. Each occurs in the same way as every
    // other, but in the first pairing only some are joined to their neighbour.
    let mut w = World::new();
    let (b, c) = (w.declare(matrix(D, D)), w.declare(matrix(D, D)));
    let graph = |pairs: [[usize; 2]; 3], order: [usize; 6]| {
        over(6, &move |i: &[Symbol]| {
            let i = |k: usize| i[order[k]];
            let cycle = (0..6).fold(q(1, 1), |e, k| e * b.at([i(k), i((k + 1) % 6)]));
            pairs.iter().fold(cycle, |e, [k, l]| e * c.at([i(*k), i(*l)]) * c.at([i(*l), i(*k)]))
        })
    };
    let (mixed, opposite) = ([[0, 3], [1, 2], [4, 5]], [[0, 3], [1, 4], [2, 5]]);
    let straight = [0, 1, 2, 3, 4, 5];
    for order in [[1, 2, 3, 4, 5, 0], [2, 3, 4, 5, 0, 1], [5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2]] {
        same! { w;
            graph(mixed, order) => graph(mixed, straight),
            graph(opposite, order) => graph(opposite, straight),
        }
    }
    different! { w; graph(mixed, straight) => graph(opposite, straight), }
}

#[test]
fn an_entry_is_not_another_entry() {
    let mut w = World::new();
    let (x, i, m) = (w.declare(vector(D)), w.declare(index(D)), w.declare(index(D)));
    different! { w;
        x.at(i) => x.at(m),
        sum(D, |i| x.at(i)) => x.at(m),
        sum(D, |j| x.at(j) * x.at(m)) => sum(D, |j| x.at(j) * x.at(j)),
        delta(i, m) => q(1, 1),
        delta(i, m) => q(0, 1),
    }
    same! { w;
        delta(i, m) * x.at(i) => delta(i, m) * x.at(m),
        delta(i, i) => q(1, 1),
    }
}

#[test]
fn the_square_of_a_sum_is_not_the_sum_of_squares() {
    let mut w = World::new();
    let x = w.declare(vector(D));
    let s = sum(D, |i| x.at(i));
    let squares = sum(D, |i| x.at(i).pow(2));
    let i = w.next();
    accepts! { w;
        s.clone().pow(2).at_least(0) => arithmetic(square(s.clone())),
        squares.clone().at_least(0) => arithmetic(total(D, square(x.at(i)))),
    }
    refuses! { w;
        s.clone().pow(2).at_least(0) => arithmetic(total(D, square(x.at(i)))) => Refusal::Remainder(_),
        squares.clone().at_least(0) => arithmetic(square(s.clone())) => Refusal::Remainder(_),
        s.clone().pow(2).equals(squares.clone()) => identity() => Refusal::Remainder(_),
    }
}

#[test]
fn cauchy_schwarz_by_lagranges_identity() {
    let mut w = World::new();
    let (u, v) = (w.declare(vector(D)), w.declare(vector(D)));
    let (i, j) = (free(2), free(3));
    let dot = |a: Symbol, b: Symbol| sum(D, |i| a.at(i) * b.at(i));
    let pair = total(D, total(D, times([constant(1, 2), square(u.at(i) * v.at(j) - u.at(j) * v.at(i))])));
    accepts! { w; (dot(u, u) * dot(v, v)).at_least(dot(u, v).pow(2)) => arithmetic(pair.clone()), }
    refuses! { w;
        (dot(u, u) * dot(v, v)).above(dot(u, v).pow(2)) => arithmetic(pair.clone()) => Refusal::TooWeak { .. },
        (dot(u, u) * dot(u, v)).at_least(dot(u, v).pow(2)) => arithmetic(pair.clone()) => Refusal::Remainder(_),
        dot(u, v).pow(2).at_least(dot(u, u) * dot(v, v)) => arithmetic(pair.clone()) => Refusal::Remainder(_),
        // The inner index is not the outer one.
        (dot(u, u) * dot(v, v)).at_least(dot(u, v).pow(2)) => arithmetic(total(D, total(D, times([constant(1, 2),
            square(u.at(i) * v.at(i) - u.at(i) * v.at(i))])))) => Refusal::Remainder(_),
    }
}
