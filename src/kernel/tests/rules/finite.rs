//! Choices at every index, and extrema over a dimension.

use tightrope_kernel::{Argument, Fact, FactKind, Refusal};

use crate::common::*;

fn choice(f: Fact) -> Fact {
    fact(FactKind::Choice(f))
}

/// The extremum of i ↦ value(i).
fn extremum(f: Fact, value: impl FnOnce(Symbol) -> Expression) -> Fact {
    let Argument::Array { body, .. } = vector_of(value) else { unreachable!() };
    fact(FactKind::Extremum(f, body))
}

#[test]
fn choices_make_a_vector() {
    let mut w = World::new();
    let x = w.declare(vector(D));
    let m = w.declare(index(D));
    let each = w.assume(forall(index(D), |i| exists(real(), |r| r.pow(2).equals(x.at(i)))));
    let some = w.assume(exists(real(), |r| forall(index(D), |i| r.pow(2).equals(x.at(i)))));
    let here = w.assume(exists(real(), |r| r.pow(2).equals(x.at(m))));
    let among = w.assume(forall(real(), |t| exists(real(), |r| r.pow(3).equals(t))));
    let indices = w.assume(forall(index(D), |i| exists(index(D), |j| x.at(j).at_least(x.at(i)))));
    let roots = exists(vector(D), |v| forall(index(D), |i| v.at(i).pow(2).equals(x.at(i))));
    accepts! { w;
        roots.clone() => exact(choice(each.clone())),
    }
    refuses! { w;
        // One for all is more than one for each.
        exists(real(), |r| forall(index(D), |i| r.pow(2).equals(x.at(i)))) => exact(choice(each.clone())) => Refusal::OtherFact { .. },
        exists(vector(D), |v| forall(index(D), |i| v.at(m).pow(2).equals(x.at(i)))) => exact(choice(each.clone())) => Refusal::OtherFact { .. },
        exists(vector(D), |v| forall(index(D), |i| v.at(i).pow(2).equals(x.at(m)))) => exact(choice(each.clone())) => Refusal::OtherFact { .. },
        exists(vector(N), |v| forall(index(N), |i| v.at(i).equals(v.at(i)))) => exact(choice(each)) => Refusal::OtherFact { .. },
        roots.clone() => exact(choice(some)) => Refusal::Unfit { .. },
        roots.clone() => exact(choice(here)) => Refusal::Unfit { .. },
        // Real numbers are not finitely many, and an index is not an entry.
        roots.clone() => exact(choice(among)) => Refusal::Unfit { .. },
        roots => exact(choice(indices)) => Refusal::Unfit { .. },
    }
}

#[test]
fn choices_of_arrays_gain_an_index_in_front() {
    let mut w = World::new();
    let a = w.declare(matrix(N, D));
    let rows =
        w.assume(forall(index(N), |k| exists(vector(D), |v| forall(index(D), |i| (v.at(i) + 1).equals(a.at([k, i]))))));
    let every = w.assume(forall(index(N), |k| forall(index(D), |i| exists(real(), |r| (r + 1).equals(a.at([k, i]))))));
    let inner = |k| exact(choice(instance(every.clone(), [at(k)])));
    let row_of = |k: Symbol| exists(vector(D), |v| forall(index(D), |i| (v.at(i) + 1).equals(a.at([k, i]))));
    let k = w.next();
    accepts! { w;
        exists(matrix(N, D), |b| forall(index(N), |k| forall(index(D), |i| (b.at([k, i]) + 1).equals(a.at([k, i]))))) =>
            exact(choice(rows.clone())),
        // Twice, from the inside.
        exists(matrix(N, D), |b| forall(index(N), |k| forall(index(D), |i| (b.at([k, i]) + 1).equals(a.at([k, i]))))) =>
            exact(choice(derived(forall(index(N), row_of), generalize(inner(k))))),
    }
    refuses! { w;
        exists(matrix(N, D), |b| forall(index(N), |k| forall(index(D), |i| (b.at([k, i]) + 1).equals(a.at([k, i]))))) =>
            exact(choice(every)) => Refusal::Unfit { .. },
        exists(matrix(D, N), |b| forall(index(N), |k| forall(index(D), |i| (b.at([i, k]) + 1).equals(a.at([k, i]))))) =>
            exact(choice(rows)) => Refusal::OtherFact { .. },
    }
}

#[test]
fn some_index_has_the_largest_value() {
    let mut w = World::new();
    let (x, y) = (w.declare(vector(D)), w.declare(vector(N)));
    let k = w.declare(index(N));
    let some = w.assume(exists(index(D), |i| x.at(i).above(0)));
    let all = w.assume(forall(index(D), |i| x.at(i).above(0)));
    let number = w.assume(exists(real(), |t| t.above(0)));
    let largest = |weight: Symbol| {
        exists(index(D), move |m| {
            and([
                x.at(m).above(0),
                forall(index(D), move |i| {
                    implies(x.at(i).above(0), (x.at(m) * weight.at(k)).at_least(x.at(i) * weight.at(k)))
                }),
            ])
        })
    };
    let square = |i: Symbol| x.at(i) * y.at(k);
    accepts! { w; largest(y) => exact(extremum(some.clone(), square)), }
    let without = exists(index(D), |m| forall(index(D), |i| x.at(m).at_least(x.at(i))));
    let smallest = exists(index(D), |m| {
        and([x.at(m).above(0), forall(index(D), |i| implies(x.at(i).above(0), x.at(i).at_least(x.at(m))))])
    });
    accepts! { w; smallest.clone() => exact(extremum(some.clone(), |i| x.at(i) * -1)), }
    refuses! { w;
        smallest => exact(extremum(some.clone(), |i| x.at(i))) => Refusal::OtherFact { .. },
        // Not among all indices, but among those for which it is known.
        without.clone() => exact(extremum(some.clone(), |i| x.at(i))) => Refusal::OtherFact { .. },
        // Where there may be no index, there is no largest value.
        without.clone() => exact(extremum(all, |i| x.at(i))) => Refusal::Unfit { .. },
        without.clone() => exact(extremum(number, |i| x.at(i))) => Refusal::Unfit { .. },
        // The term is one of the same index.
        without.clone() => exact(extremum(some.clone(), |i| y.at(i))) => Refusal::IllSorted,
        without => exact(extremum(some, |i| x.at([i, i]))) => Refusal::IllSorted,
    }
}
