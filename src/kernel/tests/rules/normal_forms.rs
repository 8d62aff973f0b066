//! A normal form has the value of its term, for dimensions of size 0, 1, 2, 3.

use num_bigint::BigInt;
use num_traits::Zero;
use proptest::collection::vec;
use proptest::prelude::*;
use tightrope_kernel::*;

use crate::common::{D, N, World, index, matrix, real, vector};

/// The variables that random terms use: vectors x and z, a matrix a, a number t, indices m and s.
const X: u32 = 0;
const Z: u32 = 1;
const A: u32 = 2;
const T: u32 = 3;
const M: u32 = 4;
const S: u32 = 5;

fn world() -> World {
    let mut w = World::new();
    for sort in [vector(D), vector(N), matrix(D, D), real(), index(D), index(D)] {
        w.declare(sort);
    }
    w
}

/// A well-sorted term read off random bytes; `around` are the dimensions of the sums around it.
fn term(bytes: &mut impl Iterator<Item = u8>, levels: u32, around: &mut Vec<Dimension>) -> Term {
    let mut next = |bound: u8| bytes.next().unwrap_or(0) % bound;
    let kind = if levels == 0 { next(5) } else { next(12) };
    let named = [Variable::Free(M), Variable::Free(S)];
    let choose = |dimension: Dimension, choice: u8| {
        let bound = around.iter().rev().enumerate().filter(|(_, d)| **d == dimension);
        let mut found: Vec<Variable> = bound.map(|(k, _)| Variable::Bound(u32::try_from(k).unwrap())).collect();
        if dimension == D {
            found.extend(named);
        }
        found.get(usize::from(choice) % found.len().max(1)).copied()
    };
    let (one, two) = (next(8), next(8));
    let kind = match kind {
        0 => TermKind::Constant(Rational::new(BigInt::from(one) - 3, BigInt::from(two % 3 + 1))),
        1 => TermKind::Entry(Variable::Free(X), vec![choose(D, one).unwrap()]),
        2 => TermKind::Entry(Variable::Free(A), vec![choose(D, one).unwrap(), choose(D, two).unwrap()]),
        3 => TermKind::Delta(choose(D, one).unwrap(), choose(D, two).unwrap()),
        4 => match choose(N, one) {
            Some(k) => TermKind::Entry(Variable::Free(Z), vec![k]),
            None => TermKind::Entry(Variable::Free(T), vec![]),
        },
        5 | 6 => TermKind::Multiply(vec![term(bytes, levels - 1, around), term(bytes, levels - 1, around)]),
        7 => TermKind::Add(vec![term(bytes, levels - 1, around), term(bytes, levels - 1, around)]),
        8 => TermKind::Power(term(bytes, levels - 1, around), u32::from(one % 3)),
        9 | 10 => {
            let dimension = if one < 6 { D } else { N };
            around.push(dimension);
            let body = term(bytes, levels - 1, around);
            around.pop();
            TermKind::Sum("i".into(), dimension, body)
        }
        _ => {
            let function = if one < 4 { Function::Reciprocal } else { Function::SquareRoot };
            TermKind::Apply(function, term(bytes, levels - 1, around))
        }
    };
    Tree::new(kind).unwrap()
}

/// Sizes of the dimensions and values of the variables.
#[derive(Debug)]
struct Model {
    sizes: [usize; 2],
    values: Vec<i64>,
    indices: [usize; 2],
}

impl Model {
    fn size(&self, dimension: Dimension) -> usize {
        self.sizes[usize::try_from(dimension.0).unwrap()]
    }

    fn entry(&self, variable: u32, place: &[usize]) -> Rational {
        let start = usize::try_from(variable).unwrap() * 11;
        let offset = place.iter().fold(0, |sum, p| sum * 3 + p);
        Rational::from_integer(BigInt::from(self.values[(start + offset) % self.values.len()]))
    }

    /// The real reciprocal, as normal forms compute it for constants. For the others any functions
    /// will do: nothing is assumed of them.
    fn apply(function: Function, e: &Rational) -> Rational {
        match function {
            Function::Reciprocal if e.is_zero() => Rational::zero(),
            Function::Reciprocal => e.recip(),
            Function::SquareRoot => e * e * e + e + Rational::from_integer(BigInt::from(1)),
            Function::Exponential => e * e - e,
            Function::Logarithm => e * e + Rational::from_integer(BigInt::from(3)),
        }
    }

    fn index(&self, variable: Variable, bound: &[usize]) -> usize {
        match variable {
            Variable::Free(M) => self.indices[0],
            Variable::Free(_) => self.indices[1],
            Variable::Bound(level) => bound[bound.len() - 1 - usize::try_from(level).unwrap()],
        }
    }

    fn term(&self, term: &Term, bound: &mut Vec<usize>) -> Rational {
        match &**term {
            TermKind::Constant(q) => q.clone(),
            TermKind::Entry(Variable::Free(head), indices) => {
                let place: Vec<usize> = indices.iter().map(|i| self.index(*i, bound)).collect();
                self.entry(*head, &place)
            }
            TermKind::Delta(i, j) => truth(self.index(*i, bound) == self.index(*j, bound)),
            TermKind::Add(terms) => terms.iter().map(|t| self.term(t, bound)).sum(),
            TermKind::Multiply(terms) => terms.iter().map(|t| self.term(t, bound)).product(),
            TermKind::Power(base, n) => self.term(base, bound).pow(i32::try_from(*n).unwrap()),
            TermKind::Sum(_, dimension, body) => {
                let summand = |i| {
                    bound.push(i);
                    let value = self.term(body, bound);
                    bound.pop();
                    value
                };
                (0..self.size(*dimension)).map(summand).sum()
            }
            TermKind::Apply(function, inner) => Self::apply(*function, &self.term(inner, bound)),
            other => unreachable!("{other:?}"),
        }
    }

    fn polynomial(&self, polynomial: &Polynomial, parameters: &[usize]) -> Rational {
        polynomial.terms().map(|(monomial, q)| q * self.monomial(monomial, parameters)).sum()
    }

    fn monomial(&self, monomial: &Monomial, parameters: &[usize]) -> Rational {
        let at = |p: Position| self.position(p, &[], parameters);
        let deltas: Rational = monomial.deltas.iter().map(|(i, j)| truth(at(*i) == at(*j))).product();
        let sums: Rational = monomial.components.iter().map(|c| self.component(c, parameters)).product();
        deltas * sums * self.factors(&monomial.factors, &[], parameters)
    }

    fn component(&self, component: &Component, parameters: &[usize]) -> Rational {
        let mut places: Vec<Vec<usize>> = vec![vec![]];
        for dimension in &component.dimensions {
            let longer = |place: &Vec<usize>| {
                (0..self.size(*dimension)).map(|i| [&place[..], &[i]].concat()).collect::<Vec<_>>()
            };
            places = places.iter().flat_map(longer).collect();
        }
        places.iter().map(|local| self.factors(&component.factors, local, parameters)).sum()
    }

    fn factors(&self, factors: &Factors, local: &[usize], parameters: &[usize]) -> Rational {
        let value = |atom: &Atom| {
            let place: Vec<usize> = atom.indices.iter().map(|p| self.position(*p, local, parameters)).collect();
            match &atom.head {
                Head::Variable(id) => self.entry(*id, &place),
                Head::Function(function, inner) => Self::apply(*function, &self.polynomial(inner, &place)),
            }
        };
        factors.iter().map(|(atom, n)| value(atom).pow(i32::try_from(*n).unwrap())).product()
    }

    fn position(&self, position: Position, local: &[usize], parameters: &[usize]) -> usize {
        let within = |list: &[usize], k: u32| list[usize::try_from(k).unwrap()];
        match position {
            Position::Free(id) => self.index(Variable::Free(id), &[]),
            Position::Local(k) => within(local, k),
            Position::Parameter(k) => within(parameters, k),
        }
    }
}

fn truth(holds: bool) -> Rational {
    Rational::from_integer(BigInt::from(u8::from(holds)))
}

fn model() -> impl Strategy<Value = Model> {
    let sizes = (1..4_usize, 0..3_usize);
    (sizes, vec(-3..4_i64, 40), 0..3_usize, 0..3_usize).prop_map(|((d, n), values, m, s)| Model {
        sizes: [d, n],
        values,
        indices: [m % d, s % d],
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 512 } else { 8192 }))]

    #[test]
    fn a_normal_form_has_the_value_of_its_term(bytes in vec(any::<u8>(), 60), model in model()) {
        let term = term(&mut bytes.into_iter(), 4, &mut vec![]);
        let normal = world().context().normal_form(&term);
        prop_assert!(normal.is_ok());
        prop_assert_eq!(model.polynomial(&normal.unwrap(), &[]), model.term(&term, &mut vec![]), "{:?}", term);
    }
}
