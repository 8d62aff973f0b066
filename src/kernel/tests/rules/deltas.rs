//! Kronecker's delta: equality of indices, and nothing else.

use tightrope_kernel::Refusal;

use crate::common::*;

/// x : vec d, indices i, j, m, s of d and k of n.
fn world() -> (World, Symbol, [Symbol; 4], Symbol) {
    let mut w = World::new();
    let x = w.declare(vector(D));
    let indices = [(); 4].map(|()| w.declare(index(D)));
    let k = w.declare(index(N));
    (w, x, indices, k)
}

fn size() -> Expression {
    sum(D, |_| q(1, 1))
}

#[test]
fn deltas_are_contracted() {
    let (mut w, x, [_, _, m, s], _) = world();
    let a = w.declare(matrix(D, D));
    same! { w;
        sum(D, |i| sum(D, |j| delta(i, j))) => size(),
        sum(D, |i| delta(i, m)) => q(1, 1),
        sum(D, |j| delta(m, j) * delta(s, j)) => delta(m, s),
        sum(D, |j| delta(m, j) * x.at(j)) => x.at(m),
        sum(D, |i| sum(D, |j| delta(i, j) * x.at(i) * x.at(j))) => sum(D, |i| x.at(i).pow(2)),
        sum(D, |i| sum(D, |j| delta(i, j) * a.at([i, j]))) => sum(D, |i| a.at([i, i])),
        sum(D, |i| delta(i, m) * sum(D, |j| a.at([i, j]) * x.at(i))) => sum(D, |j| a.at([m, j])) * x.at(m),
        sum(D, |i| delta(i, i)) => size(),
    }
    different! { w;
        sum(D, |i| sum(D, |j| delta(i, j))) => q(1, 1),
        sum(D, |i| sum(D, |j| delta(i, j))) => size().pow(2),
        sum(D, |j| delta(m, j) * delta(s, j)) => q(1, 1),
        sum(D, |j| delta(m, j) * delta(s, j)) => q(0, 1),
        sum(D, |j| delta(m, j) * x.at(j)) => x.at(s),
        sum(D, |j| delta(m, j) * x.at(j)) => sum(D, |j| x.at(j)),
        sum(D, |i| sum(D, |j| delta(i, j) * a.at([i, j]))) => sum(D, |i| sum(D, |j| a.at([i, j]))),
    }
}

#[test]
fn deltas_carry_their_equality() {
    let (w, x, [i, j, m, s], _) = world();
    same! { w;
        delta(m, s) * x.at(m) => delta(m, s) * x.at(s),
        delta(m, s) => delta(s, m),
        delta(m, s).pow(3) => delta(m, s),
        delta(m, s) * (q(1, 1) - delta(m, s)) => q(0, 1),
        // Classes of three and four, whichever pairs name them.
        delta(i, j) * delta(j, m) => delta(i, m) * delta(m, j),
        delta(i, j) * delta(j, m) => delta(i, j) * delta(i, m) * delta(j, m),
        delta(i, j) * delta(j, m) * x.at(m) => delta(m, j) * delta(i, m) * x.at(j),
        delta(i, j) * delta(m, s) * delta(j, s) => delta(s, i) * delta(i, m) * delta(m, j),
        delta(i, j) * delta(m, s) * (x.at(i) - x.at(j)) => q(0, 1),
        // Inside of sums too.
        delta(m, s) * sum(D, |k| delta(k, m) * x.at(k)) => delta(m, s) * x.at(s),
    }
    different! { w;
        delta(m, s) * x.at(m) => x.at(m),
        delta(i, j) * delta(m, s) => delta(i, m) * delta(j, s),
        delta(i, j) * delta(m, s) => delta(i, j) * delta(j, m) * delta(m, s),
        delta(i, j) * x.at(m) => delta(i, j) * x.at(s),
        delta(i, j) + delta(j, m) => delta(i, m) + delta(j, m),
    }
}

#[test]
fn a_delta_is_not_negative_and_at_most_one() {
    let (w, _, [i, j, ..], _) = world();
    accepts! { w;
        delta(i, j).at_least(0) => arithmetic(square(delta(i, j))),
        q(1, 1).at_least(delta(i, j)) => arithmetic(square(q(1, 1) - delta(i, j))),
    }
    refuses! { w;
        delta(i, j).above(0) => arithmetic(square(delta(i, j))) => Refusal::TooWeak { .. },
        delta(i, j).equals(0) => identity() => Refusal::Remainder(_),
        delta(i, j).equals(1) => identity() => Refusal::Remainder(_),
        delta(i, j).at_least(1) => arithmetic(square(delta(i, j))) => Refusal::Remainder(_),
    }
}

#[test]
fn different_entries_tell_indices_apart() {
    // x_m > x_s gives [m=s] = 0: [m=s](x_m − x_s) = 0.
    let (mut w, x, [_, _, m, s], _) = world();
    let gap = w.assume(x.at(m).above(x.at(s)));
    let differ = w.added();
    // Were [m=s] not 0, then 0 < [m=s]² (x_m − x_s) = 0.
    let clash = |gap| contradict(arithmetic(times([nonzero_square(differ.clone()), given(gap)])));
    accepts! { w; delta(m, s).equals(0) => clash(gap.clone()), }
    let equal = w.assume(x.at(m).at_least(x.at(s)));
    let differ = w.added();
    refuses! { w;
        delta(m, s).equals(0) => contradict(arithmetic(times([nonzero_square(differ.clone()), given(equal.clone())])))
            => Refusal::TooWeak { .. },
        delta(m, s).equals(1) => contradict(arithmetic(times([nonzero_square(differ.clone()), given(gap.clone())])))
            => Refusal::Remainder(_),
    }
}

#[test]
fn a_delta_compares_indices_of_one_dimension() {
    let (w, x, [i, ..], k) = world();
    refuses! { w;
        delta(i, k).equals(delta(k, i)) => identity() => Refusal::IllSorted,
        (delta(i, k) * 0).equals(0) => identity() => Refusal::IllSorted,
        sum(N, |k| delta(i, k)).equals(1) => identity() => Refusal::IllSorted,
        sum(D, |i| sum(N, |k| delta(i, k))).equals(0) => identity() => Refusal::IllSorted,
        delta(x, x).equals(1) => identity() => Refusal::IllSorted,
        delta(i, x).equals(1) => identity() => Refusal::IllSorted,
        forall(real(), |t| delta(t, t).equals(1)) => generalize(identity()) => Refusal::IllSorted,
        x.at(k).equals(x.at(k)) => identity() => Refusal::IllSorted,
        x.at([i, i]).equals(0) => identity() => Refusal::IllSorted,
        x.at([]).equals(0) => identity() => Refusal::IllSorted,
        i.at([]).equals(0) => identity() => Refusal::IllSorted,
    }
    accepts! { w; delta(k, k).equals(1) => identity(), }
}
