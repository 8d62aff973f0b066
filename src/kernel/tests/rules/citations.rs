//! Theorems and named lemmas, cited for other variables and dimensions.

use tightrope_kernel::{Dimension, Hypothesis, Library, Proof, Refusal, Statement};

use crate::common::*;

/// "total": over one dimension, from ∀i x_i ≥ 0 and t > 0 follows t Σ x ≥ 0; "rows": for a
/// matrix over two dimensions, its sum does not depend on the order.
fn world() -> World {
    let mut w = World { dimensions: 1, ..World::new() };
    let (x, t) = (w.declare(vector(D)), w.declare(real()));
    let h = w.assume(forall(index(D), |i| x.at(i).at_least(0)));
    let p = w.assume(t.above(0));
    let shown = total(D, given(instance(h, [at(w.next())])));
    w.admit("total", &(t * sum(D, |i| x.at(i))).at_least(0), arithmetic(times([given(p), shown]))).unwrap();
    let mut w = World { dimensions: 2, ..w.reset() };
    let a = w.declare(matrix(D, N));
    let goal = sum(D, |i| sum(N, |k| a.at([i, k]))).equals(sum(N, |k| sum(D, |i| a.at([i, k]))));
    w.admit("rows", &goal, identity()).unwrap();
    w.reset()
}

#[test]
fn premises_are_discharged_for_the_arguments() {
    let mut w = world();
    let (z, m) = (w.declare(vector(N)), w.declare(index(N)));
    let h = w.assume(forall(index(N), |k| z.at(k).at_least(0)));
    let cited = || cite("total", &[N], &[whole_vector(z), number(3)]);
    let three = || arithmetic(constant(3, 1));
    let goal = (sum(N, |k| z.at(k)) * 3).at_least(0);
    let premise = || forall(index(N), |k| z.at(k).at_least(0));
    accepts! { w;
        goal => exact(detach(detach(cited(), exact(h.clone())), three())),
        implies(premise(), implies(q(3, 1).above(0), goal.clone())) => exact(cited()),
        // For Σ z_k², with a premise that is an identity of squares.
        sum(N, |k| z.at(k).pow(2)).at_least(0) => exact(detach(detach(
            cite("total", &[N], &[vector_of(|k| z.at(k).pow(2)), number(1)]),
            generalize(arithmetic(square(z.at(w.next()))))), arithmetic(constant(1, 1)))),
        // An argument that mentions an index outside does not meet the sum's own.
        (sum(N, |k| delta(k, m)) * z.at(m)).at_least(0) => exact(detach(detach(
            cite("total", &[N], &[vector_of(|k| delta(k, m) * z.at(m)), number(1)]),
            generalize(arithmetic(times([square(delta(w.next(), m)), given(instance(h.clone(), [at(m)]))])))),
            arithmetic(constant(1, 1)))),
    }
    refuses! { w;
        goal => exact(cited()) => Refusal::OtherFact { .. },
        goal => exact(detach(cited(), exact(h.clone()))) => Refusal::OtherFact { .. },
        goal => exact(detach(cited(), three())) => Refusal::Unfit { .. },
        goal => exact(detach(detach(cited(), three()), exact(h.clone()))) => Refusal::Unfit { .. },
        goal => exact(detach(detach(cited(), exact(h.clone())), identity())) => Refusal::Remainder(_),
        (sum(N, |k| z.at(k)) * 3).above(0) => exact(detach(detach(cited(), exact(h.clone())), three()))
            => Refusal::OtherFact { .. },
        // The premise for another vector is another premise.
        sum(N, |k| -z.at(k)).at_least(0) => exact(detach(detach(
            cite("total", &[N], &[vector_of(|k| -z.at(k)), number(1)]), exact(h.clone())), three()))
            => Refusal::OtherFact { .. },
        (sum(N, |k| z.at(k)) * -1).at_least(0) => exact(detach(detach(
            cite("total", &[N], &[whole_vector(z), number(-1)]), exact(h.clone())), three()))
            => Refusal::Remainder(_),
    }
}

#[test]
fn arguments_and_dimensions_fit() {
    let mut w = world();
    let (x, z, b) = (w.declare(vector(D)), w.declare(vector(N)), w.declare(matrix(N, D)));
    let whole = || matrix_of(|k, i| b.at([k, i]));
    let sums = || sum(N, |k| sum(D, |i| b.at([k, i])));
    let goal = sums().equals(sums());
    accepts! { w; goal => exact(cite("rows", &[N, D], &[whole()])), }
    refuses! { w;
        goal => exact(cite("rows", &[D, N], &[whole()])) => Refusal::IllSorted,
        goal => exact(cite("rows", &[N, N], &[whole()])) => Refusal::IllSorted,
        goal => exact(cite("rows", &[N], &[whole()])) => Refusal::IllSorted,
        goal => exact(cite("rows", &[N, D, D], &[whole()])) => Refusal::IllSorted,
        goal => exact(cite("rows", &[N, Dimension(2)], &[whole()])) => Refusal::IllSorted,
        goal => exact(cite("rows", &[N, D], &[matrix_of(|i, k| b.at([k, i]))])) => Refusal::IllSorted,
        goal => exact(cite("rows", &[N, D], &[])) => Refusal::IllSorted,
        goal => exact(cite("rows", &[N, D], &[whole(), whole()])) => Refusal::IllSorted,
        goal => exact(cite("rows", &[N, D], &[whole_vector(z)])) => Refusal::IllSorted,
        goal => exact(cite("rows", &[N, D], &[number(1)])) => Refusal::IllSorted,
        goal => exact(cite("column", &[N, D], &[whole()])) => Refusal::Unknown(_),
        goal => exact(cite("total", &[D], &[whole_vector(z), number(1)])) => Refusal::IllSorted,
        goal => exact(cite("total", &[D], &[number(1), whole_vector(x)])) => Refusal::IllSorted,
    }
    // One dimension for both of a theorem's is fine, where the argument is square.
    let a = w.declare(matrix(D, D));
    let all_of = sum(D, |i| sum(D, |j| a.at([i, j])));
    accepts! { w; all_of.clone().equals(all_of.clone()) => exact(cite("rows", &[D, D], &[matrix_of(|i, j| a.at([i, j]))])), }
}

#[test]
fn a_declared_index_is_a_hypothesis() {
    // d ≥ 1 is a theorem about dimensions that have an index, to be cited with one in hand.
    let mut w = World::new();
    let m = w.declare(index(D));
    let goal = sum(D, |_| q(1, 1)).at_least(1);
    w.admit("inhabited", &goal, arithmetic(total(D, square(q(1, 1) - delta(w.next(), m))))).unwrap();
    let mut w = w.reset();
    let i = w.next();
    refuses! { w;
        goal => exact(cite("inhabited", &[D, N], &[at(i)])) => Refusal::IllSorted,
        goal => exact(cite("inhabited", &[D, N], &[])) => Refusal::IllSorted,
        goal => exact(cite("inhabited", &[D, N], &[number(0)])) => Refusal::IllSorted,
    }
    let k = w.declare(index(N));
    let m = w.declare(index(D));
    refuses! { w;
        goal => exact(cite("inhabited", &[D, N], &[at(k)])) => Refusal::IllSorted,
        // All of a theorem's dimensions are given, used or not.
        goal => exact(cite("inhabited", &[D], &[at(m)])) => Refusal::IllSorted,
    }
    accepts! { w; goal => exact(cite("inhabited", &[D, N], &[at(m)])), }
    accepts! { w; sum(N, |_| q(1, 1)).at_least(1) => exact(cite("inhabited", &[N, D], &[at(k)])), }
}

#[test]
fn a_theorem_names_the_lemmas_it_rests_on() {
    let mut library = Library::default();
    let statement = |conclusion| Statement { dimensions: vec![], variables: vec![], hypotheses: vec![], conclusion };
    let (two, three) = (|| q(2, 1).equals(2), || q(3, 1).equals(3));
    let proof = |conclusion| Proof { definedness: all([]), conclusion };
    library.postulate("lemma".into(), statement(two())).unwrap();
    library.admit("uses".into(), statement(two()), proof(exact(cite("lemma", &[], &[])))).unwrap();
    library.admit("plain".into(), statement(three()), proof(identity())).unwrap();
    library
        .admit(
            "both".into(),
            statement(and([two(), three()])),
            proof(all([exact(cite("uses", &[], &[])), exact(cite("plain", &[], &[]))])),
        )
        .unwrap();
    let names = |name: &str| {
        let theorem = library.theorem(&name.into()).unwrap();
        let list = |set: &std::collections::BTreeSet<tightrope_kernel::Name>| {
            set.iter().map(|n| n.to_string()).collect::<Vec<_>>()
        };
        (list(theorem.lemmas()), list(theorem.cited()))
    };
    let strings = |names: &[&str]| names.iter().map(|n| n.to_string()).collect::<Vec<_>>();
    assert_eq!(names("uses"), (strings(&["lemma"]), strings(&["lemma"])));
    assert_eq!(names("plain"), (vec![], vec![]));
    assert_eq!(names("both"), (strings(&["lemma"]), strings(&["plain", "uses"])));
    assert!(library.theorem(&"lemma".into()).unwrap().proof().is_none());
}

#[test]
fn a_theorem_does_not_prove_itself() {
    let mut library = Library::default();
    let f = Statement {
        dimensions: vec![],
        variables: vec![],
        hypotheses: vec![Hypothesis { name: "h".into(), formula: falsity() }],
        conclusion: falsity(),
    };
    let absurd = Statement { hypotheses: vec![], ..f.clone() };
    let cited = || Proof { definedness: all([]), conclusion: exact(cite("absurd", &[], &[])) };
    assert!(matches!(library.admit("absurd".into(), absurd.clone(), cited()), Err(Refusal::Unknown(_))));
    // With the hypothesis it is a theorem, and then still none without.
    library.admit("from".into(), f, Proof { definedness: all([]), conclusion: exact(hypothesis(0)) }).unwrap();
    let from = Proof { definedness: all([]), conclusion: exact(cite("from", &[], &[])) };
    assert!(matches!(library.admit("absurd".into(), absurd, from), Err(Refusal::OtherFact { .. })));
}
