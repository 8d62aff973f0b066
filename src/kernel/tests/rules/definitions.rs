//! Functions and predicates: closed, unfolded, one meaning for each name.

use tightrope_kernel::{Argument, Definition, Dimension, Library, Meaning, Refusal, Statement};

use crate::common::*;

fn inner(name: &str) -> Definition {
    function(name, 1, vec![vector(D), vector(D)], |p| sum(D, |i| p[0].at(i) * p[1].at(i)))
}

#[test]
fn definitions_are_unfolded() {
    let mut w = World::new();
    w.library.define(inner("inner")).unwrap();
    w.library
        .define(predicate("orthogonal", 1, vec![vector(D), vector(D)], |p| {
            call("inner", &[D], &[whole_vector(p[0]), whole_vector(p[1])]).equals(0)
        }))
        .unwrap();
    let (u, v, z) = (w.declare(vector(D)), w.declare(vector(D)), w.declare(vector(N)));
    let dot = |a: Symbol, b: Symbol| call("inner", &[D], &[whole_vector(a), whole_vector(b)]);
    let orthogonal = |a: Symbol, b: Symbol| holds("orthogonal", &[D], &[whole_vector(a), whole_vector(b)]);
    let h = w.assume(orthogonal(u, v));
    accepts! { w;
        dot(u, v).equals(sum(D, |i| u.at(i) * v.at(i))) => identity(),
        dot(u, v).equals(dot(v, u)) => identity(),
        orthogonal(v, u) => exact(h.clone()),
        sum(D, |i| u.at(i) * v.at(i)).equals(0) => exact(h.clone()),
        call("inner", &[N], &[whole_vector(z), whole_vector(z)]).equals(sum(N, |k| z.at(k).pow(2))) => identity(),
    }
    refuses! { w;
        dot(u, v).equals(dot(u, u)) => identity() => Refusal::Remainder(_),
        orthogonal(u, u) => exact(h.clone()) => Refusal::OtherFact { .. },
        not(orthogonal(u, v)) => exact(h.clone()) => Refusal::OtherFact { .. },
        // A predicate is not a function, nor the other way round; both have sorts.
        call("orthogonal", &[D], &[whole_vector(u), whole_vector(v)]).equals(0) => identity() => Refusal::IllSorted,
        holds("inner", &[D], &[whole_vector(u), whole_vector(v)]) => exact(h.clone()) => Refusal::IllSorted,
        call("inner", &[D], &[whole_vector(u)]).equals(0) => identity() => Refusal::IllSorted,
        call("inner", &[D], &[whole_vector(u), whole_vector(v), whole_vector(v)]).equals(0) => identity()
            => Refusal::IllSorted,
        call("inner", &[D], &[whole_vector(u), whole_vector(z)]).equals(0) => identity() => Refusal::IllSorted,
        call("inner", &[N], &[whole_vector(u), whole_vector(v)]).equals(0) => identity() => Refusal::IllSorted,
        call("inner", &[D], &[number(0), number(0)]).equals(0) => identity() => Refusal::IllSorted,
        call("inner", &[], &[whole_vector(u), whole_vector(v)]).equals(0) => identity() => Refusal::IllSorted,
        call("inner", &[D, N], &[whole_vector(u), whole_vector(v)]).equals(0) => identity() => Refusal::IllSorted,
        call("inner", &[Dimension(2)], &[whole_vector(u), whole_vector(v)]).equals(0) => identity()
            => Refusal::IllSorted,
        call("outer", &[D], &[]).equals(0) => identity() => Refusal::Unknown(_),
        holds("outer", &[D], &[]) => identity() => Refusal::Unknown(_),
    }
}

#[test]
fn arguments_are_not_captured_by_a_body() {
    // (A x)_k with x := A's own row, below binders with the same numbers.
    let mut w = World::new();
    w.library
        .define(function("row", 1, vec![matrix(D, D), vector(D), index(D)], |p| {
            sum(D, |j| p[0].at([p[2], j]) * p[1].at(j))
        }))
        .unwrap();
    let (a, m) = (w.declare(matrix(D, D)), w.declare(index(D)));
    let transposed = || matrix_of(|i, j| a.at([j, i]));
    let row = |matrix: Argument, vector: Argument, k: Symbol| call("row", &[D], &[matrix, vector, at(k)]);
    let whole = || matrix_of(|i, j| a.at([i, j]));
    same! { w;
        row(whole(), vector_of(|j| a.at([m, j])), m) => sum(D, |j| a.at([m, j]).pow(2)),
        row(whole(), vector_of(|j| a.at([j, m])), m) => sum(D, |j| a.at([m, j]) * a.at([j, m])),
        row(transposed(), vector_of(|j| a.at([j, m])), m) => sum(D, |j| a.at([j, m]).pow(2)),
        sum(D, |k| row(whole(), vector_of(|j| a.at([k, j])), k)) => sum(D, |k| sum(D, |j| a.at([k, j]).pow(2))),
        sum(D, |k| row(whole(), vector_of(|j| row(whole(), vector_of(|l| a.at([l, k])), j)), k))
            => sum(D, |k| sum(D, |j| sum(D, |l| a.at([k, j]) * a.at([j, l]) * a.at([l, k])))),
    }
    different! { w;
        row(whole(), vector_of(|j| a.at([j, m])), m) => sum(D, |j| a.at([m, j]).pow(2)),
        sum(D, |k| row(whole(), vector_of(|j| a.at([k, j])), k)) => sum(D, |k| sum(D, |j| a.at([k, j]) * a.at([j, k]))),
        sum(D, |k| row(whole(), vector_of(|j| a.at([j, j])), k)) => sum(D, |k| row(whole(), vector_of(|j| a.at([k, j])), k)),
    }
}

#[test]
fn swapped_dimensions_are_swapped() {
    let mut w = World::new();
    w.library
        .define(function("entries", 2, vec![matrix(D, N)], |p| {
            sum(D, |i| sum(N, |k| p[0].at([i, k]))) - sum(D, |_| q(1, 1))
        }))
        .unwrap();
    let a = w.declare(matrix(D, N));
    let entries = |dimensions: &[Dimension], argument| call("entries", dimensions, &[argument]);
    same! { w;
        entries(&[D, N], matrix_of(|i, k| a.at([i, k])))
            => sum(D, |i| sum(N, |k| a.at([i, k]))) - sum(D, |_| q(1, 1)),
        entries(&[N, D], matrix_of(|k, i| a.at([i, k])))
            => sum(D, |i| sum(N, |k| a.at([i, k]))) - sum(N, |_| q(1, 1)),
    }
    assert_eq!(w.normal_form(entries(&[N, D], matrix_of(|i, k| a.at([i, k])))), Err(Refusal::IllSorted));
    assert_eq!(w.normal_form(entries(&[D, D], matrix_of(|i, k| a.at([i, k])))), Err(Refusal::IllSorted));
}

#[test]
fn a_name_has_one_meaning() {
    let mut library = Library::default();
    library.define(inner("inner")).unwrap();
    let taken = |r: Result<(), Refusal>| assert!(matches!(r, Err(Refusal::Taken(_))));
    taken(library.define(inner("inner")));
    taken(library.define(function("inner", 0, vec![], |_| q(0, 1))));
    let trivial =
        || Statement { dimensions: vec![], variables: vec![], hypotheses: vec![], conclusion: q(0, 1).equals(0) };
    taken(library.postulate("inner".into(), trivial()));
    library.postulate("lemma".into(), trivial()).unwrap();
    taken(library.postulate("lemma".into(), trivial()));
    taken(library.define(function("lemma", 0, vec![], |_| q(0, 1))));
    assert_eq!(library.names().map(|n| &**n).collect::<Vec<_>>(), ["inner", "lemma"]);
    // A lemma is not a function, a function not a lemma.
    let world = World { library, ..World::new() };
    refuses! { world;
        call("lemma", &[], &[]).equals(0) => identity() => Refusal::Unknown(_),
        q(0, 1).equals(0) => exact(cite("inner", &[D], &[])) => Refusal::Unknown(_),
    }
}

#[test]
fn a_definition_uses_what_was_defined_before() {
    let mut library = Library::default();
    let unknown = |r: Result<(), Refusal>| assert!(matches!(r, Err(Refusal::Unknown(_))));
    unknown(library.define(function("f", 0, vec![], |_| call("f", &[], &[]))));
    unknown(library.define(predicate("f", 0, vec![], |_| not(holds("f", &[], &[])))));
    unknown(library.define(function("f", 0, vec![], |_| call("g", &[], &[]))));
    library.define(function("g", 0, vec![], |_| q(1, 1))).unwrap();
    library.define(function("f", 0, vec![], |_| call("g", &[], &[]))).unwrap();
    // What was refused left nothing behind.
    assert_eq!(library.names().count(), 2);
}

#[test]
fn a_definition_is_closed() {
    let mut library = Library::default();
    let ill_sorted = |r: Result<(), Refusal>| assert_eq!(r, Err(Refusal::IllSorted));
    ill_sorted(library.define(function("f", 1, vec![real()], |_| free(0).into())));
    ill_sorted(library.define(function("f", 1, vec![vector(N)], |_| q(0, 1))));
    ill_sorted(library.define(function("f", 1, vec![vector(D)], |p| sum(N, |i| p[0].at(i)))));
    ill_sorted(library.define(Definition {
        body: Meaning::Term(term(tightrope_kernel::TermKind::Entry(tightrope_kernel::Variable::Bound(1), vec![])).0),
        ..function("f", 0, vec![real()], |_| q(0, 1))
    }));
    ill_sorted(library.define(predicate("f", 0, vec![], |_| exists(index(D), |_| q(0, 1).equals(0)))));
    assert_eq!(library.names().count(), 0);
    // Nor does it take a predicate for a function, whether or not it is ever unfolded.
    library.define(predicate("p", 0, vec![], |_| q(0, 1).equals(0))).unwrap();
    library.define(function("f", 0, vec![], |_| q(0, 1))).unwrap();
    ill_sorted(library.define(function("g", 0, vec![], |_| call("p", &[], &[]))));
    ill_sorted(library.define(predicate("g", 0, vec![], |_| holds("f", &[], &[]))));
}
