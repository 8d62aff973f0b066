//! d/dt at a point: of terms only, definitions unfolded.

use tightrope_kernel::{Dimension, Refusal};

use crate::common::*;

/// ½ (Σ x w² − y)², in two definitions, below x : vec d, y, w : vec d.
fn world() -> (World, [Symbol; 5]) {
    let mut w = World::new();
    w.define("predicted", vec![vector(D), vector(D)], |p| sum(D, |i| p[0].at(i) * p[1].at(i).pow(2)));
    w.define("loss", vec![vector(D), real(), vector(D)], |p| {
        let fit = call("predicted", &[D, N], &[whole_vector(p[0]), whole_vector(p[2])]);
        q(1, 2) * (fit - p[1]).pow(2)
    });
    let x = w.declare(vector(D));
    let (y, v, k, u) = (w.declare(real()), w.declare(vector(D)), w.declare(index(D)), w.declare(vector(D)));
    (w, [x, y, v, k, u])
}

fn loss(x: Symbol, y: Symbol, w: impl FnOnce(Symbol) -> Expression) -> Expression {
    call("loss", &[D, N], &[whole_vector(x), number(y), vector_of(w)])
}

#[test]
fn the_gradient_and_the_hessian_form_of_the_loss() {
    let (world, [x, y, w, k, u]) = world();
    let r = || sum(D, |i| x.at(i) * w.at(i).pow(2)) - y;
    let gradient = || derivative(|t| loss(x, y, |i| w.at(i) + t * delta(i, k)), 0);
    let along = |s: Symbol| derivative(move |t| loss(x, y, |i| w.at(i) + (t + s) * u.at(i)), 0);
    let second = || derivative(along, 0);
    let slope = || sum(D, |i| x.at(i) * w.at(i) * u.at(i));
    accepts! { world;
        gradient().equals(r() * 2 * x.at(k) * w.at(k)) => identity(),
        // The variable inside of an argument that binds an index.
        derivative(|t| call("predicted", &[D, N], &[vector_of(|_| t.into()), vector_of(|_| q(3, 1))]), 7)
            .equals(sum(D, |_| q(9, 1))) => identity(),
        // uᵀHu = 4 (Σ x w u)² + 2 r Σ x u².
        second().equals(q(4, 1) * slope().pow(2) + r() * 2 * sum(D, |i| x.at(i) * u.at(i).pow(2))) => identity(),
    }
    refuses! { world;
        gradient().equals(r() * x.at(k) * w.at(k)) => identity() => Refusal::Remainder(_),
        gradient().equals(r() * 2 * sum(D, |i| x.at(i) * w.at(i))) => identity() => Refusal::Remainder(_),
        second().equals(q(4, 1) * slope().pow(2)) => identity() => Refusal::Remainder(_),
    }
}

#[test]
fn the_rules_of_calculus() {
    let mut w = World::new();
    let (a, b) = (w.declare(real()), w.declare(real()));
    same! { w;
        derivative(|t| t.pow(3), a) => a.pow(2) * 3,
        derivative(|t| t.pow(3), 0) => q(0, 1),
        derivative(|t| t.pow(1), 0) => q(1, 1),
        derivative(|t| t.pow(0), a) => q(0, 1),
        derivative(|_| b.pow(2), a) => q(0, 1),
        derivative(|t| (t + b).pow(2) * (t - b), a) => (a + b) * 2 * (a - b) + (a + b).pow(2),
        derivative(|t| sum(D, |_| t * t), a) => sum(D, |_| q(2, 1)) * a,
        // The inner variable is another one, and the point may depend on the outer one.
        derivative(|t| t * derivative(|s| s * s * t, t), a) => a.pow(2) * 6,
        derivative(|t| derivative(|s| s * t, t), a) => q(1, 1),
        derivative(|t| derivative(|t| t.pow(2), t), a) => q(2, 1),
        derivative(|_| derivative(|t| t.pow(2), b), a) => q(0, 1),
    }
    different! { w;
        derivative(|t| t.pow(2), a) => q(2, 1) * b,
        derivative(|t| t * derivative(|s| s * s * t, t), a) => a.pow(2) * 4,
        derivative(|t| t * b, a) => q(1, 1),
    }
}

#[test]
fn hypotheses_are_not_differentiated() {
    // From Σ x w² = y nothing follows about derivatives: it holds at one point.
    let (mut world, [x, y, w, k, _]) = world();
    let h = world.assume(sum(D, |i| x.at(i) * w.at(i).pow(2)).equals(y));
    let partial = || derivative(|t| sum(D, |i| x.at(i) * (w.at(i) + t * delta(i, k)).pow(2)), 0);
    let frozen = || derivative(|_| y.into(), 0);
    refuses! { world;
        partial().equals(0) => exact(h.clone()) => Refusal::OtherFact { .. },
        partial().equals(frozen()) => by(h.clone()) => Refusal::Remainder(_),
        partial().equals(0) => identity() => Refusal::Remainder(_),
        partial().equals(0) => arithmetic(multiple(x.at(k), given(h.clone()))) => Refusal::Remainder(_),
    }
    accepts! { world;
        partial().equals(x.at(k) * w.at(k) * 2) => identity(),
        frozen().equals(0) => identity(),
        // What holds at every point is another matter, and is a hypothesis about terms.
        derivative(|_| sum(D, |i| x.at(i) * w.at(i).pow(2)), 0).equals(0) => identity(),
    }
}

#[test]
fn opaque_functions_are_not_differentiated() {
    let mut w = World::new();
    let a = w.declare(real());
    w.define("inverse", vec![real()], |p| reciprocal(p[0]));
    let inverse = |e: Expression| call("inverse", &[D, N], &[number(e)]);
    refuses! { w;
        derivative(|t| reciprocal(t), 1).equals(0) => identity() => Refusal::NotDifferentiable,
        derivative(|t| sqrt(t), 1).equals(0) => identity() => Refusal::NotDifferentiable,
        derivative(|t| sqrt(t.pow(2)), 0).equals(0) => identity() => Refusal::NotDifferentiable,
        derivative(|t| sum(D, |_| a * sqrt(t + a)), 0).equals(0) => identity() => Refusal::NotDifferentiable,
        derivative(|t| inverse(t + 1), 0).equals(0) => identity() => Refusal::NotDifferentiable,
        derivative(|t| derivative(|s| s * reciprocal(t), a), 1).equals(0) => identity() => Refusal::NotDifferentiable,
        // Even where it cancels.
        derivative(|t| reciprocal(t) * 0, 1).equals(0) => identity() => Refusal::NotDifferentiable,
        derivative(|t| reciprocal(t - t), 1).equals(0) => identity() => Refusal::NotDifferentiable,
        derivative(|t| sqrt(t).pow(0), 1).equals(0) => identity() => Refusal::NotDifferentiable,
    }
    accepts! { w;
        derivative(|t| t * reciprocal(a), 1).equals(reciprocal(a)) => identity(),
        derivative(|t| t * inverse(a.into()), 1).equals(reciprocal(a)) => identity(),
        // A root at which the derivative is taken is a number.
        derivative(|t| t.pow(2), sqrt(a)).equals(sqrt(a) * 2) => identity(),
    }
}

#[test]
fn the_variable_of_a_derivative_is_a_number() {
    let mut w = World::new();
    let (x, m) = (w.declare(vector(D)), w.declare(index(D)));
    refuses! { w;
        derivative(|t| x.at(t), 0).equals(0) => identity() => Refusal::IllSorted,
        derivative(|t| t.at(m), 0).equals(0) => identity() => Refusal::IllSorted,
        derivative(|t| delta(t, m), 0).equals(0) => identity() => Refusal::IllSorted,
        derivative(|t| t.into(), x.at([])).equals(0) => identity() => Refusal::IllSorted,
        derivative(|t| t.into(), m.at([])).equals(0) => identity() => Refusal::IllSorted,
        // It is bound in the body only.
        derivative(|t| t.into(), term(tightrope_kernel::TermKind::Entry(tightrope_kernel::Variable::Bound(0), vec![])))
            .equals(1) => identity() => Refusal::IllSorted,
        derivative(|t| sum(Dimension(9), |_| t.into()), 0).equals(0) => identity() => Refusal::IllSorted,
    }
}
