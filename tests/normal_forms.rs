//! Normal forms, substitution and derivatives of random terms against direct evaluation.
//!
//! Each property is tried on `cases(n)` random terms, n scaled by the variable TIGHTROPE_CASES
//! (in percent); each case has its own seed, which a failure prints.

mod common;

use std::fmt::Debug;

use common::reading::{Reading, tuples};
use common::scramble::Scrambler;
use common::{D, E, Generator, World, bound, entry, multiply, placed, sum};
use rand::seq::SliceRandom;
use tightrope::kernel::{
    Argument, Context, Instantiate, Polynomial, Rational, Refusal, Sort, Term, Variable, instantiate,
};
use tightrope::model::{Array, Evaluator, Failure, Model, Partiality, Samples, Value};

fn cases(n: u64) -> std::ops::Range<u64> {
    let percent = std::env::var("TIGHTROPE_CASES").ok().and_then(|v| v.parse().ok()).unwrap_or(100);
    0..(n * percent / 100).max(1)
}

/// The term's value, 1/0 and roots of negative numbers being 0.
fn value(world: &World, term: &Term, model: &Model) -> Result<Rational, Failure> {
    let samples = Samples::default();
    Evaluator::new(&world.library, model, &samples).with_partiality(Partiality::Zero).term(term)
}

fn normal_form(world: &World, sorts: &[Sort], term: &Term) -> Result<Polynomial, Refusal> {
    let mut context = Context::new(&world.library, 2);
    sorts.iter().try_for_each(|sort| context.declare(sort.clone()).map(drop))?;
    context.normal_form(term)
}

/// A refusal that says nothing about right and wrong.
fn beyond(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::NotDifferentiable | Refusal::TooDeep | Refusal::TooLarge)
}

fn expect_equal<T: PartialEq + Debug>(seed: u64, left: &T, right: &T, what: &dyn Debug) {
    assert!(left == right, "seed {seed}: {left:?}\n  is not {right:?}\n  for {what:#?}");
}

/// A random term over a few random variables.
fn random_term(world: &World, seed: u64, roots: bool) -> (Generator<'_>, Term) {
    let mut generator = Generator::new(world, seed);
    generator.roots = roots;
    let count = 2 + generator.below(6);
    generator.declare(count);
    let size = 2 + generator.below(12);
    let term = generator.term(size);
    (generator, term)
}

/// Evaluating the normal form is evaluating the term.
#[test]
fn normal_forms_keep_the_value() {
    let world = World::new();
    let mut evaluated = 0_u64;
    for seed in cases(50_000) {
        let (mut generator, term) = random_term(&world, seed, true);
        let form = match normal_form(&world, &generator.free, &term) {
            Ok(form) => form,
            Err(refusal) if beyond(&refusal) => continue,
            Err(refusal) => panic!("seed {seed}: {refusal:?} {term:#?}"),
        };
        for _ in 0..2 {
            let model = generator.model(3);
            let Ok(direct) = value(&world, &term, &model) else { continue };
            if let Some(value) = Reading::new(&model).polynomial(&form) {
                evaluated += 1;
                expect_equal(seed, &value, &direct, &(&model, &term, &form));
            }
        }
    }
    println!("{evaluated} evaluations of normal forms agree");
}

/// Scrambled terms have the same normal form.
#[test]
fn equal_terms_have_one_normal_form() {
    let world = World::new();
    let mut compared = 0_u64;
    for seed in cases(40_000) {
        let (mut generator, term) = random_term(&world, seed ^ 0x5eed_0000_0000, false);
        let scrambled = Scrambler(&mut generator).term(&term);
        match (normal_form(&world, &generator.free, &term), normal_form(&world, &generator.free, &scrambled)) {
            (Ok(left), Ok(right)) => {
                compared += 1;
                expect_equal(seed, &left, &right, &(&term, &scrambled));
            }
            (Err(refusal), _) | (_, Err(refusal)) => assert!(beyond(&refusal), "seed {seed}: {refusal:?}"),
        }
    }
    println!("{compared} pairs of terms compared");
}

/// Σ over bound indices of a product of entries S[i,j] is a directed graph. However its
/// vertices are numbered, it has one normal form; and graphs that differ have the same normal
/// form only if they have the same value.
#[test]
fn sums_over_graphs_have_one_normal_form() {
    let world = World::new();
    let sorts = [Sort::Real(vec![D, D])];
    let graph = |vertices: u32, edges: &[(u32, u32)]| {
        let entries = edges.iter().map(|(i, j)| entry(Variable::Free(0), &[bound(*i), bound(*j)])).collect();
        (0..vertices).fold(multiply(entries), |body, _| sum(D, body))
    };
    for seed in cases(4_000) {
        let mut generator = Generator::new(&world, seed);
        generator.declare(0);
        let vertices = 2 + generator.below(4);
        // Unions of permutations are regular, so that refinement cannot tell their vertices apart.
        let mut edges: Vec<(u32, u32)> = vec![];
        for _ in 0..=generator.below(2) {
            let to = shuffled(&mut generator, vertices);
            edges.extend((0..).zip(to));
        }
        let names = shuffled(&mut generator, vertices);
        let renamed: Vec<_> = edges.iter().map(|(i, j)| (names[*i as usize], names[*j as usize])).collect();
        let count = u32::try_from(vertices).expect("few");
        let form = |edges: &[(u32, u32)]| normal_form(&world, &sorts, &graph(count, edges)).expect("small");
        let left = form(&edges);
        expect_equal(seed, &left, &form(&renamed), &(&edges, &renamed));
        generator.free = sorts.to_vec();
        edges[0].1 = u32::try_from(generator.below(vertices)).expect("few");
        if form(&edges) == left {
            let model = generator.model(2);
            let values = [&renamed, &edges].map(|e| value(&world, &graph(count, e), &model));
            expect_equal(seed, &values[0], &values[1], &(&edges, &renamed));
        }
    }
}

fn shuffled(generator: &mut Generator, count: usize) -> Vec<u32> {
    let mut numbers: Vec<u32> = (0..).take(count).collect();
    numbers.shuffle(&mut generator.rng);
    numbers
}

/// The values of an argument: its body at all indices.
fn bind(world: &World, argument: &Argument, sort: &Sort, model: &Model) -> Option<Value> {
    match (argument, sort) {
        (Argument::Index(Variable::Free(n)), _) => Some(model.values[*n as usize].clone()),
        (Argument::Array { body, .. }, Sort::Nat) => {
            Some(Value::Natural(value(world, body, model).ok()?.to_integer().to_biguint()?))
        }
        (Argument::Array { body, .. }, Sort::Real(shape)) => {
            let shape: Vec<usize> = shape.iter().map(|d| model.sizes[d.0 as usize]).collect();
            let at = |tuple: Vec<usize>| {
                let mut inside = model.clone();
                inside.values.extend(tuple.into_iter().map(Value::Index));
                value(world, body, &inside).ok()
            };
            let entries: Option<Vec<Rational>> = tuples(&shape).into_iter().map(at).collect();
            Some(Value::Array(Array::new(shape, entries?)?))
        }
        _ => None,
    }
}

/// Substituting arguments for bound variables is binding them to their values, also where
/// dimensions are replaced.
#[test]
fn substitution_is_binding() {
    let world = World::new();
    let mut evaluated = 0_u64;
    for seed in cases(40_000) {
        let mut generator = Generator::new(&world, seed ^ 0xb1d_0000_0000);
        generator.declare(5);
        let dimensions = [[D, E], [E, D], [D, D]][generator.below(3)];
        // A body below binders of its own; nothing is free in it when dimensions change.
        let mut inner = Generator::new(&world, seed ^ 0xb0d_0000_0000);
        let count = 1 + inner.below(4);
        inner.declare(count);
        let parameters = std::mem::take(&mut inner.free);
        let changes = dimensions != [D, E];
        inner.free = if changes { vec![] } else { generator.free.clone() };
        let body = inner.inside(parameters.clone(), |g| g.term(8));
        let sorts: Vec<Sort> = parameters.iter().map(|sort| placed(sort, &dimensions)).collect();
        let arguments: Option<Vec<Argument>> = sorts.iter().map(|sort| generator.argument(sort, 5)).collect();
        let Some(arguments) = arguments else { continue };
        let substituted =
            if changes { body.substitute(&arguments, Some(&dimensions)) } else { instantiate(&body, &arguments) };
        let substituted = substituted.expect("fitting arguments");
        let model = generator.model(3);
        let values: Option<Vec<Value>> =
            arguments.iter().zip(&sorts).map(|(a, sort)| bind(&world, a, sort, &model)).collect();
        let Some(values) = values else { continue };
        let sizes = dimensions.map(|d| model.sizes[d.0 as usize]).to_vec();
        let inside = Model { sizes, values: model.values.iter().cloned().chain(values).collect() };
        if let (Ok(left), Ok(right)) = (value(&world, &substituted, &model), value(&world, &body, &inside)) {
            evaluated += 1;
            expect_equal(seed, &left, &right, &(&body, &arguments, &substituted));
        }
    }
    println!("{evaluated} substitutions agree with binding");
}
