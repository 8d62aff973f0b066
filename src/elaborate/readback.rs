//! From normal forms back to terms, for multipliers and for messages.

use num_rational::BigRational;
use tightrope_kernel::{
    Atom, Component, Dimension, Factors, Head, Monomial, Name, Polynomial, Position, Refusal, Term, TermKind, Tree,
    Variable,
};

/// Where a position of a normal form lies: a variable of the context, or a binder counted
/// from the outside.
#[derive(Clone, Copy)]
enum Place {
    Free(u32),
    Level(u32),
}

/// What positions mean inside a component or an opaque function.
#[derive(Clone)]
struct Around {
    /// The number of binders around.
    depth: u32,
    locals: Vec<Place>,
    parameters: Vec<Place>,
}

/// A term with a given normal form.
pub(crate) fn polynomial(polynomial: &Polynomial) -> Result<Term, Refusal> {
    Around { depth: 0, locals: vec![], parameters: vec![] }.polynomial(polynomial)
}

/// A term with a given normal form, q · monomial.
pub(crate) fn monomial(monomial: &Monomial, q: &BigRational) -> Result<Term, Refusal> {
    Around { depth: 0, locals: vec![], parameters: vec![] }.monomial(monomial, q)
}

/// The term inside an opaque function of an atom at named indices.
pub(crate) fn inside(inner: &Polynomial, indices: &[Position]) -> Result<Term, Refusal> {
    let around = Around { depth: 0, locals: vec![], parameters: vec![] };
    around.function(inner, indices)
}

impl Around {
    fn place(&self, position: Position) -> Result<Place, Refusal> {
        let at = |places: &[Place], k: u32| places.get(k as usize).copied().ok_or(Refusal::IllSorted);
        match position {
            Position::Free(id) => Ok(Place::Free(id)),
            Position::Local(k) => at(&self.locals, k),
            Position::Parameter(k) => at(&self.parameters, k),
        }
    }

    fn variable(&self, position: Position) -> Result<Variable, Refusal> {
        Ok(match self.place(position)? {
            Place::Free(id) => Variable::Free(id),
            Place::Level(level) => Variable::Bound(self.depth - 1 - level),
        })
    }

    fn polynomial(&self, polynomial: &Polynomial) -> Result<Term, Refusal> {
        let mut terms = vec![];
        for (monomial, q) in polynomial.terms() {
            terms.push(self.monomial(monomial, q)?);
        }
        match terms.len() {
            1 => Ok(terms.remove(0)),
            _ => Tree::new(TermKind::Add(terms)),
        }
    }

    fn monomial(&self, monomial: &Monomial, q: &BigRational) -> Result<Term, Refusal> {
        let mut factors = vec![Tree::new(TermKind::Constant(q.clone()))?];
        for (i, j) in &monomial.deltas {
            factors.push(Tree::new(TermKind::Delta(self.variable(*i)?, self.variable(*j)?))?);
        }
        self.factors(&monomial.factors, &mut factors)?;
        for component in &monomial.components {
            factors.push(self.component(component)?);
        }
        match factors.len() {
            1 => Ok(factors.remove(0)),
            _ => Tree::new(TermKind::Multiply(factors)),
        }
    }

    fn factors(&self, factors: &Factors, terms: &mut Vec<Term>) -> Result<(), Refusal> {
        for (atom, n) in factors {
            let atom = self.atom(atom)?;
            terms.push(if *n == 1 { atom } else { Tree::new(TermKind::Power(atom, *n))? });
        }
        Ok(())
    }

    fn component(&self, component: &Component) -> Result<Term, Refusal> {
        let mut inner = self.clone();
        inner.locals = (0..component.dimensions.len() as u32).map(|k| Place::Level(self.depth + k)).collect();
        inner.depth += component.dimensions.len() as u32;
        let mut factors = vec![];
        inner.factors(&component.factors, &mut factors)?;
        let body = Tree::new(TermKind::Multiply(factors))?;
        component
            .dimensions
            .iter()
            .rev()
            .try_fold(body, |body, dimension: &Dimension| Tree::new(TermKind::Sum(Name::from("i"), *dimension, body)))
    }

    fn atom(&self, atom: &Atom) -> Result<Term, Refusal> {
        match &atom.head {
            Head::Variable(id) => {
                let indices: Result<_, _> = atom.indices.iter().map(|p| self.variable(*p)).collect();
                Tree::new(TermKind::Entry(Variable::Free(*id), indices?))
            }
            Head::Function(function, inner) => {
                Tree::new(TermKind::Apply(*function, self.function(inner, &atom.indices)?))
            }
        }
    }

    fn function(&self, inner: &Polynomial, indices: &[Position]) -> Result<Term, Refusal> {
        let parameters: Result<_, _> = indices.iter().map(|p| self.place(*p)).collect();
        Around { depth: self.depth, locals: vec![], parameters: parameters? }.polynomial(inner)
    }
}
