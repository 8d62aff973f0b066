//! Numbers and arrays that quantifiers try: random ones and such as the model suggests.

use std::collections::BTreeSet;

use num_traits::{One, Signed, Zero};
use rand::Rng;
use rand::rngs::StdRng;
use tightrope::kernel::Rational;
use tightrope::model::{Array, Model, Value};

use super::sharpness::weighted_square;
use super::values::ratio;

const RANDOM: usize = 4;

/// A small number; more often than not one with a rational root.
pub fn small(rng: &mut StdRng) -> Rational {
    const SQUARES: [(i64, i64); 6] = [(0, 1), (1, 1), (1, 1), (4, 1), (1, 4), (9, 4)];
    match rng.random_range(0..3) {
        0 => ratio(rng.random_range(-3..=3), rng.random_range(1..=2)),
        _ => {
            let (n, d) = SQUARES[rng.random_range(0..SQUARES.len())];
            ratio(n, d)
        }
    }
}

/// The arrays of a shape to be tried in a model, each once: at most `most`, the telling ones first.
pub fn arrays(shape: &[usize], model: &Model, terms: &[Value], rng: &mut StdRng, most: usize) -> Vec<Value> {
    let volume: usize = shape.iter().product();
    let vectors = |values: &[Value]| -> Vec<Vec<Rational>> {
        values.iter().rev().filter_map(entries_of(shape)).map(<[Rational]>::to_vec).collect()
    };
    let (own, terms) = (vectors(&model.values), vectors(terms));
    let mut found = vec![];
    match shape {
        [] => found.extend(weights(model).into_iter().map(|q| vec![q])),
        [_] => found.extend(on_quadrics(&own, &scalars(model))),
        _ => {}
    }
    found.extend(terms);
    found.extend(own.iter().cloned());
    found.push(vec![Rational::zero(); volume]);
    found.extend((0..RANDOM).map(|_| (0..volume).map(|_| small(rng)).collect()));
    found.extend((0..volume).map(|k| one_hot(volume, k)));
    found.extend(own.iter().flat_map(|a| own.iter().map(move |b| products(a, b))));
    found.extend(own.iter().map(|entries| entries.iter().map(|q| -q).collect()));
    let mut seen = BTreeSet::new();
    found.retain(|entries| seen.insert(entries.clone()));
    found.truncate(most);
    found.into_iter().filter_map(|entries| Array::new(shape.to_vec(), entries)).map(Value::Array).collect()
}

fn entries_of<'v>(shape: &[usize]) -> impl Fn(&'v Value) -> Option<&'v [Rational]> {
    move |value| match value {
        Value::Array(array) if array.shape() == shape => Some(array.entries()),
        _ => None,
    }
}

fn one_hot(length: usize, place: usize) -> Vec<Rational> {
    (0..length).map(|k| if k == place { Rational::one() } else { Rational::zero() }).collect()
}

fn products(a: &[Rational], b: &[Rational]) -> Vec<Rational> {
    a.iter().zip(b).map(|(a, b)| a * b).collect()
}

fn scalars(model: &Model) -> Vec<Rational> {
    model.values.iter().filter_map(entries_of(&[])).filter_map(|entries| entries.first().cloned()).collect()
}

/// 4 Σ a_i² b_i² for all vectors a and b of the model, the innermost first.
fn weights(model: &Model) -> Vec<Rational> {
    let vectors: Vec<&Array> = model
        .values
        .iter()
        .rev()
        .filter_map(|value| match value {
            Value::Array(array) if array.shape().len() == 1 => Some(array),
            _ => None,
        })
        .collect();
    let pairs = vectors.iter().flat_map(|a| vectors.iter().map(move |b| (a, b)));
    pairs.filter(|(a, b)| a.shape() == b.shape()).map(|(a, b)| weighted_square(a.entries(), b.entries())).collect()
}

/// Points u of Σ a_i u_i² = b for vectors a and numbers b, with one or two entries that are not 0.
fn on_quadrics(vectors: &[Vec<Rational>], values: &[Rational]) -> Vec<Vec<Rational>> {
    let mut found = vec![];
    for a in vectors {
        for b in values {
            let radii: Vec<Option<Rational>> = a.iter().map(|a| root(b, a)).collect();
            for (i, r) in radii.iter().enumerate() {
                let Some(r) = r else { continue };
                found.push(scaled(a.len(), &[(i, r.clone())]));
                for (j, s) in radii.iter().enumerate().filter(|(j, _)| *j != i) {
                    let Some(s) = s else { continue };
                    found.push(scaled(a.len(), &[(i, r * ratio(3, 5)), (j, s * ratio(-4, 5))]));
                }
            }
        }
    }
    found
}

fn scaled(length: usize, entries: &[(usize, Rational)]) -> Vec<Rational> {
    let entry = |k| entries.iter().find(|(place, _)| *place == k).map_or_else(Rational::zero, |(_, q)| q.clone());
    (0..length).map(entry).collect()
}

/// √(b/a), if it is rational and not 0.
fn root(b: &Rational, a: &Rational) -> Option<Rational> {
    if a.is_zero() || !(b / a).is_positive() {
        return None;
    }
    let q = b / a;
    let root = Rational::new(q.numer().sqrt(), q.denom().sqrt());
    (&root * &root == q).then_some(root)
}
