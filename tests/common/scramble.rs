//! Terms that are equal by the laws of rings and finite sums.

use rand::seq::SliceRandom;
use tightrope::kernel::{Application, Argument, Dimension, Sort, Term, TermKind, Variable};

use super::{Generator, add, bound, multiply, number, placed, power, raise, raised, ratio, rename, sum, tree};

/// Makes equal terms.
pub struct Scrambler<'g, 'w>(pub &'g mut Generator<'w>);

impl Scrambler<'_, '_> {
    fn all(&mut self, terms: &[Term]) -> Vec<Term> {
        let mut terms: Vec<Term> = terms.iter().map(|t| self.term(t)).collect();
        terms.shuffle(&mut self.0.rng);
        terms
    }

    /// The term with its parts scrambled, and then changed itself.
    pub fn term(&mut self, term: &Term) -> Term {
        let scrambled = match &**term {
            TermKind::Add(terms) => {
                let terms = self.all(terms);
                self.regroup(terms, add)
            }
            TermKind::Multiply(terms) => self.product(terms),
            TermKind::Power(base, n) => self.power(base, *n),
            TermKind::Sum(_, dimension, body) => self.sum(*dimension, body),
            TermKind::Delta(i, j) => {
                let delta = tree(TermKind::Delta(*j, *i));
                if self.0.chance(30) { power(delta, 2) } else { delta }
            }
            TermKind::Apply(function, inner) => tree(TermKind::Apply(*function, self.term(inner))),
            TermKind::Derivative { name, body, at } => {
                let body = self.0.inside(vec![Sort::Real(vec![])], |g| Scrambler(g).term(body));
                tree(TermKind::Derivative { name: name.clone(), body, at: self.term(at) })
            }
            TermKind::Defined(application) => self.application(application),
            TermKind::Constant(_) | TermKind::Entry(..) => term.clone(),
        };
        self.outside(scrambled)
    }

    fn outside(&mut self, term: Term) -> Term {
        match self.0.below(24) {
            0 => add(vec![term, number(0)]),
            1 => multiply(vec![number(2), term, tree(TermKind::Constant(ratio(1, 2)))]),
            2 => {
                let other = self.0.term(3);
                add(vec![other.clone(), term, multiply(vec![number(-1), other])])
            }
            3 => {
                // d/ds (s·t) at anything is t.
                let raised = raise(&term);
                let body = multiply(vec![tree(TermKind::Entry(bound(0), vec![])), raised]);
                tree(TermKind::Derivative { name: "s".into(), body, at: self.0.term(2) })
            }
            _ => term,
        }
    }

    fn regroup(&mut self, mut terms: Vec<Term>, make: fn(Vec<Term>) -> Term) -> Term {
        if terms.len() > 2 && self.0.chance(50) {
            let rest = terms.split_off(1);
            terms.push(make(rest));
        }
        make(terms)
    }

    /// a (b + c) = a b + a c, and a Σ_i t = Σ_i a t.
    fn product(&mut self, factors: &[Term]) -> Term {
        let mut factors = self.all(factors);
        carry(&mut factors);
        let found = factors.iter().position(|f| matches!(&**f, TermKind::Add(_) | TermKind::Sum(..)));
        let Some(place) = found.filter(|_| self.0.chance(60)) else { return self.regroup(factors, multiply) };
        let (mut others, chosen) = (factors.clone(), factors[place].clone());
        others.remove(place);
        match &*chosen {
            TermKind::Add(terms) => {
                add(terms.iter().map(|t| multiply(others.iter().chain([t]).cloned().collect())).collect())
            }
            TermKind::Sum(_, dimension, body) => {
                let raised = others.iter().map(raise);
                sum(*dimension, multiply(raised.chain([body.clone()]).collect()))
            }
            _ => multiply(factors),
        }
    }

    fn power(&mut self, base: &Term, n: u32) -> Term {
        let base = self.term(base);
        match self.0.below(3) {
            0 => multiply((0..n).map(|_| base.clone()).collect()),
            1 if n > 0 => multiply(vec![power(base.clone(), n - 1), base]),
            _ => power(base, n),
        }
    }

    /// Σ (a + b) = Σ a + Σ b; Σ_i Σ_j t = Σ_j Σ_i t; Σ_i t(i) = Σ_i Σ_j [i=j] t(j).
    fn sum(&mut self, dimension: Dimension, body: &Term) -> Term {
        let body = self.0.inside(vec![Sort::Index(dimension)], |g| Scrambler(g).term(body));
        match (&*body, self.0.below(3)) {
            (TermKind::Add(terms), 0 | 1) => add(terms.iter().map(|t| sum(dimension, t.clone())).collect()),
            (TermKind::Sum(_, inner, body), 0 | 1) => {
                let swap = |v| match v {
                    Variable::Bound(0) => bound(1),
                    Variable::Bound(1) => bound(0),
                    other => other,
                };
                sum(*inner, sum(dimension, rename(body, &swap)))
            }
            (_, 2) => {
                let j_inside = rename(&body, &|v| if v == bound(0) { v } else { raised(v) });
                let delta = tree(TermKind::Delta(bound(1), bound(0)));
                sum(dimension, sum(dimension, multiply(vec![j_inside, delta])))
            }
            _ => sum(dimension, body),
        }
    }

    fn application(&mut self, application: &Application) -> Term {
        let Application { definition, dimensions, arguments } = application;
        let signature = self.0.world.signatures.iter().find(|s| s.name == *definition).expect("defined");
        let arguments = arguments.iter().zip(&signature.parameters).map(|(argument, sort)| match argument {
            Argument::Array { arity, body } if *sort != Sort::Nat => {
                let Sort::Real(shape) = placed(sort, dimensions) else { return argument.clone() };
                let indices = shape.iter().map(|d| Sort::Index(*d)).collect();
                Argument::Array { arity: *arity, body: self.0.inside(indices, |g| Scrambler(g).term(body)) }
            }
            other => other.clone(),
        });
        let arguments = arguments.collect();
        let (definition, dimensions) = (definition.clone(), dimensions.clone());
        tree(TermKind::Defined(Application { definition, dimensions, arguments }))
    }
}

/// [i=j] t(i) = [i=j] t(j). Not through opaque functions: [i=j]/(x_i + x_j) and [i=j]/(2 x_i)
/// have different normal forms.
fn carry(factors: &mut [Term]) {
    let Some(place) = factors.iter().position(|f| matches!(&**f, TermKind::Delta(..))) else { return };
    let TermKind::Delta(i, j) = *factors[place] else { return };
    for (k, factor) in factors.iter_mut().enumerate() {
        if k != place && !opaque(factor) {
            *factor = rename(factor, &|v| if v == i { j } else { v });
        }
    }
}

fn opaque(term: &Term) -> bool {
    match &**term {
        TermKind::Constant(_) | TermKind::Entry(..) | TermKind::Delta(..) => false,
        TermKind::Add(terms) | TermKind::Multiply(terms) => terms.iter().any(opaque),
        TermKind::Power(inner, _) | TermKind::Sum(_, _, inner) => opaque(inner),
        // A definition may hide one.
        TermKind::Apply(..) | TermKind::Defined(_) => true,
        TermKind::Derivative { body, at, .. } => opaque(body) || opaque(at),
    }
}
