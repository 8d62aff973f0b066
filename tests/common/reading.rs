//! Evaluates the kernel's normal forms.

use num_traits::{One, Zero};
use tightrope::kernel::{Atom, Component, Factors, Function, Head, Monomial, Polynomial, Position, Rational};
use tightrope::model::{Array, Model, Value};

/// Evaluates normal forms by their meaning. None if a root is irrational.
pub struct Reading<'a> {
    model: &'a Model,
    locals: Vec<usize>,
    parameters: Vec<usize>,
}

impl<'a> Reading<'a> {
    pub fn new(model: &'a Model) -> Self {
        Reading { model, locals: vec![], parameters: vec![] }
    }

    fn index(&self, position: Position) -> usize {
        match position {
            Position::Local(k) => self.locals[k as usize],
            Position::Parameter(k) => self.parameters[k as usize],
            Position::Free(n) => match &self.model.values[n as usize] {
                Value::Index(i) => *i,
                other => panic!("{other:?} is no index"),
            },
        }
    }

    pub fn polynomial(&self, polynomial: &Polynomial) -> Option<Rational> {
        let mut sum = Rational::zero();
        for (monomial, q) in polynomial.terms() {
            sum += q * self.monomial(monomial)?;
        }
        Some(sum)
    }

    fn monomial(&self, monomial: &Monomial) -> Option<Rational> {
        let equal = monomial.deltas.iter().all(|(i, j)| self.index(*i) == self.index(*j));
        let mut product = self.factors(&monomial.factors)?;
        for component in &monomial.components {
            product *= self.component(component)?;
        }
        Some(if equal { product } else { Rational::zero() })
    }

    fn component(&self, component: &Component) -> Option<Rational> {
        let sizes: Vec<usize> = component.dimensions.iter().map(|d| self.model.sizes[d.0 as usize]).collect();
        let mut sum = Rational::zero();
        for locals in tuples(&sizes) {
            let inside = Reading { model: self.model, locals, parameters: self.parameters.clone() };
            sum += inside.factors(&component.factors)?;
        }
        Some(sum)
    }

    fn factors(&self, factors: &Factors) -> Option<Rational> {
        let mut product = Rational::one();
        for (atom, exponent) in factors {
            product *= num_traits::pow(self.atom(atom)?, *exponent as usize);
        }
        Some(product)
    }

    fn atom(&self, atom: &Atom) -> Option<Rational> {
        let indices: Vec<usize> = atom.indices.iter().map(|p| self.index(*p)).collect();
        match &atom.head {
            Head::Variable(n) => Some(match &self.model.values[*n as usize] {
                Value::Natural(n) => Rational::from_integer(n.clone().into()),
                Value::Array(array) => look_up(array, &indices),
                Value::Index(_) => panic!("an index is no number"),
            }),
            Head::Function(function, inner) => {
                let inner = Reading { model: self.model, locals: vec![], parameters: indices }.polynomial(inner)?;
                opaque(*function, &inner)
            }
        }
    }
}

fn opaque(function: Function, inner: &Rational) -> Option<Rational> {
    match function {
        Function::Reciprocal => Some(if inner.is_zero() { inner.clone() } else { inner.recip() }),
        Function::SquareRoot if *inner < Rational::zero() => Some(Rational::zero()),
        Function::SquareRoot => {
            let root = Rational::new(inner.numer().sqrt(), inner.denom().sqrt());
            (&root * &root == *inner).then_some(root)
        }
        Function::Exponential => inner.is_zero().then(Rational::one),
        Function::Logarithm if *inner <= Rational::zero() => Some(Rational::zero()),
        Function::Logarithm => (*inner == Rational::one()).then(Rational::zero),
    }
}

fn look_up(array: &Array, indices: &[usize]) -> Rational {
    let place = array.shape().iter().zip(indices).fold(0, |place, (size, i)| place * size + i);
    array.entries()[place].clone()
}

/// All tuples of indices below these sizes, the last running fastest.
pub fn tuples(sizes: &[usize]) -> Vec<Vec<usize>> {
    sizes.iter().fold(vec![vec![]], |found, size| {
        found.iter().flat_map(|t: &Vec<usize>| (0..*size).map(|i| [&t[..], &[i]].concat())).collect()
    })
}
