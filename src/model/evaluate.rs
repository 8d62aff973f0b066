//! The evaluator: one function for each kind of term and formula, by its meaning.

use std::collections::BTreeSet;
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::{One, Signed, Zero};

use super::dual::Dual;
use super::{Array, Failure, Model, Partiality, Reason, Samples, Truth, Value, size, volume};
use crate::kernel::{
    Application, Argument, Binder, Dimension, Formula, FormulaKind, Function, Library, MAX_DEPTH, MAX_EXPONENT,
    Meaning, Rational, Relation, Sort, Statement, Term, TermKind, Variable,
};

/// Steps for one evaluator: about a second.
const DEFAULT_STEPS: u64 = 2_000_000;
/// Definitions are evaluated in place, so that what is evaluated may be deeper than one tree.
const MAX_NESTING: u32 = 2 * MAX_DEPTH;
/// The most derivatives inside each other.
const MAX_DERIVATIVES: u32 = 8;
/// The most machine words of a number.
const MAX_WORDS: u64 = 1 << 10;

/// Evaluates terms and formulas in one model, within one budget of steps.
#[derive(Debug)]
pub struct Evaluator<'a> {
    library: &'a Library,
    model: &'a Model,
    samples: &'a Samples,
    partiality: Partiality,
    variables: Vec<Binding>,
    steps: u64,
    nesting: u32,
    derivatives: u32,
    deciding: bool,
    roots: BTreeSet<Rational>,
    /// How many symbols are in use.
    pub(super) symbols: u32,
}

/// An array whose entries may be undefined one by one, row by row.
#[derive(Debug)]
pub(super) struct Table {
    shape: Vec<usize>,
    entries: Vec<Result<Dual, Failure>>,
}

#[derive(Clone, Debug)]
pub(super) enum Binding {
    Index(usize),
    Table(Rc<Table>),
}

/// What dimensions and bound variables mean at one place.
pub(super) struct Frame {
    pub(super) sizes: Vec<usize>,
    /// The innermost last.
    bound: Vec<Binding>,
}

pub(super) type Outcome<T> = Result<T, Failure>;

impl<'a> Evaluator<'a> {
    /// An evaluator with the default budget, for which 1/0 is undefined.
    pub fn new(library: &'a Library, model: &'a Model, samples: &'a Samples) -> Self {
        let variables = model.values.iter().map(bind).collect();
        let partiality = Partiality::default();
        Evaluator {
            library,
            model,
            samples,
            partiality,
            variables,
            steps: DEFAULT_STEPS,
            nesting: 0,
            derivatives: 0,
            deciding: false,
            roots: BTreeSet::new(),
            symbols: 0,
        }
    }

    /// With another meaning of 1/0 and of roots of negative numbers.
    pub fn with_partiality(self, partiality: Partiality) -> Self {
        Evaluator { partiality, ..self }
    }

    /// With another budget: about one step for each node visited, more where numbers are long.
    pub fn with_steps(self, steps: u64) -> Self {
        Evaluator { steps, ..self }
    }

    /// Decides quantifiers over numbers and arrays also where no sample does, if what they bind
    /// occurs in polynomials of degree at most 2.
    pub fn deciding(self) -> Self {
        Evaluator { deciding: true, ..self }
    }

    /// See [`evaluate_term`](super::evaluate_term).
    ///
    /// # Errors
    /// If the term has no rational value here, or the budget is exhausted.
    pub fn term(&mut self, term: &Term) -> Result<Rational, Failure> {
        let mut frame = self.frame();
        self.value(term, &mut frame)?.finite().ok_or(Failure::IllSorted)
    }

    /// See [`evaluate_formula`](super::evaluate_formula).
    pub fn formula(&mut self, formula: &Formula) -> Truth {
        let mut frame = self.frame();
        self.truth(formula, &mut frame)
    }

    /// See [`evaluate_statement`](super::evaluate_statement).
    pub fn statement(&mut self, statement: &Statement) -> Truth {
        let sorts = statement.variables.iter().map(|binder| &binder.sort);
        if self.model.sizes.len() != statement.dimensions.len() || !self.model.fits(sorts) {
            return Truth::Unknown(Reason::Failure(Failure::IllSorted));
        }
        let mut premise = Truth::True;
        for hypothesis in &statement.hypotheses {
            premise = premise.and(self.formula(&hypothesis.formula));
            if premise == Truth::False {
                return Truth::True;
            }
        }
        premise.not().or(self.formula(&statement.conclusion))
    }

    /// The square roots that were taken so far.
    pub fn roots(&self) -> impl Iterator<Item = &Rational> {
        self.roots.iter()
    }

    fn frame(&self) -> Frame {
        Frame { sizes: self.model.sizes.clone(), bound: self.variables.clone() }
    }

    pub(super) fn spend(&mut self, steps: u64) -> Outcome<()> {
        match self.steps.checked_sub(steps) {
            Some(left) => self.steps = left,
            None => {
                // What is left must not be enough for anything else.
                self.steps = 0;
                return Err(Failure::TooLarge);
            }
        }
        Ok(())
    }

    /// Runs something one level deeper.
    pub(super) fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        self.spend(1)?;
        if self.nesting >= MAX_NESTING {
            return Err(Failure::TooLarge);
        }
        self.nesting += 1;
        let result = run(self);
        self.nesting -= 1;
        result
    }

    pub(super) fn value(&mut self, term: &Term, frame: &mut Frame) -> Outcome<Dual> {
        self.nested(|this| match &**term {
            TermKind::Constant(q) => this.bounded(Dual::constant(q.clone())),
            TermKind::Entry(head, indices) => this.entry(*head, indices, frame),
            TermKind::Delta(i, j) => {
                let equal = this.index(*i, frame)? == this.index(*j, frame)?;
                Ok(Dual::constant(if equal { Rational::one() } else { Rational::zero() }))
            }
            TermKind::Add(terms) => this.fold(terms, frame, Rational::zero(), Dual::add),
            TermKind::Multiply(terms) => this.fold(terms, frame, Rational::one(), Dual::multiply),
            TermKind::Power(base, exponent) => this.power(base, *exponent, frame),
            TermKind::Sum(_, dimension, body) => this.sum(*dimension, body, frame),
            TermKind::Apply(function, inner) => {
                let inner = this.value(inner, frame)?;
                let undefined = if inner.is_symbolic() { Failure::Quantified } else { Failure::Undefined };
                let inner = inner.finite().ok_or(undefined)?;
                Ok(Dual::constant(this.apply(*function, inner)?))
            }
            TermKind::Defined(application) => {
                let (body, mut callee) = this.call(application, frame)?;
                match body {
                    Meaning::Term(body) => this.value(body, &mut callee),
                    Meaning::Formula(_) => Err(Failure::IllSorted),
                }
            }
            TermKind::Derivative { body, at, .. } => this.derivative(body, at, frame),
        })
    }

    fn bounded(&mut self, value: Dual) -> Outcome<Dual> {
        let words = value.words();
        // Reducing a fraction takes time quadratic in its length.
        self.spend(words.saturating_mul(words))?;
        if words > MAX_WORDS { Err(Failure::TooLarge) } else { Ok(value) }
    }

    fn fold(
        &mut self,
        terms: &[Term],
        frame: &mut Frame,
        start: Rational,
        step: fn(&Dual, &Dual) -> Dual,
    ) -> Outcome<Dual> {
        terms.iter().try_fold(Dual::constant(start), |value, term| {
            let next = self.value(term, frame)?;
            self.bounded(step(&value, &next))
        })
    }

    fn power(&mut self, base: &Term, exponent: u32, frame: &mut Frame) -> Outcome<Dual> {
        if exponent > MAX_EXPONENT {
            return Err(Failure::IllSorted);
        }
        let base = self.value(base, frame)?;
        (0..exponent).try_fold(Dual::constant(Rational::one()), |value, _| self.bounded(value.multiply(&base)))
    }

    fn sum(&mut self, dimension: Dimension, body: &Term, frame: &mut Frame) -> Outcome<Dual> {
        let size = size(&frame.sizes, dimension.0).ok_or(Failure::IllSorted)?;
        (0..size).try_fold(Dual::constant(Rational::zero()), |sum, i| {
            let next = self.below(vec![Binding::Index(i)], frame, |this, frame| this.value(body, frame))?;
            self.bounded(sum.add(&next))
        })
    }

    /// Runs something below more binders.
    pub(super) fn below<T>(
        &mut self,
        bindings: Vec<Binding>,
        frame: &mut Frame,
        run: impl FnOnce(&mut Self, &mut Frame) -> T,
    ) -> T {
        let height = frame.bound.len();
        frame.bound.extend(bindings);
        let result = run(self, frame);
        frame.bound.truncate(height);
        result
    }

    fn binding<'b>(&'b self, variable: Variable, frame: &'b Frame) -> Outcome<&'b Binding> {
        let found = match variable {
            Variable::Free(id) => usize::try_from(id).ok().and_then(|n| self.variables.get(n)),
            Variable::Bound(level) => usize::try_from(level).ok().and_then(|n| frame.bound.iter().nth_back(n)),
        };
        found.ok_or(Failure::IllSorted)
    }

    fn index(&self, variable: Variable, frame: &Frame) -> Outcome<usize> {
        match self.binding(variable, frame)? {
            Binding::Index(i) => Ok(*i),
            Binding::Table(_) => Err(Failure::IllSorted),
        }
    }

    fn entry(&mut self, head: Variable, indices: &[Variable], frame: &Frame) -> Outcome<Dual> {
        let Binding::Table(table) = self.binding(head, frame)? else { return Err(Failure::IllSorted) };
        if table.shape.len() != indices.len() {
            return Err(Failure::IllSorted);
        }
        let mut place = 0_usize;
        for (size, index) in table.shape.iter().zip(indices) {
            let index = self.index(*index, frame)?;
            if index >= *size {
                return Err(Failure::IllSorted);
            }
            place = place.checked_mul(*size).and_then(|p| p.checked_add(index)).ok_or(Failure::TooLarge)?;
        }
        let value = table.entries.get(place).cloned().ok_or(Failure::IllSorted)??;
        self.bounded(value)
    }

    fn apply(&mut self, function: Function, inner: Rational) -> Outcome<Rational> {
        let undefined = match self.partiality {
            Partiality::Undefined => Err(Failure::Undefined),
            Partiality::Zero => Ok(Rational::zero()),
        };
        match function {
            Function::Reciprocal if inner.is_zero() => undefined,
            Function::Reciprocal => Ok(inner.recip()),
            Function::SquareRoot if inner.is_negative() => undefined,
            Function::SquareRoot => {
                let root = exact_root(&inner).ok_or(Failure::Irrational)?;
                self.roots.insert(root.clone());
                Ok(root)
            }
            Function::Exponential if inner.is_zero() => Ok(Rational::one()),
            Function::Exponential => Err(Failure::Irrational),
            Function::Logarithm if !inner.is_positive() => undefined,
            Function::Logarithm if inner.is_one() => Ok(Rational::zero()),
            Function::Logarithm => Err(Failure::Irrational),
        }
    }

    /// d/dt body(t) at t = a is the coefficient of ε in body(a + ε).
    fn derivative(&mut self, body: &Term, at: &Term, frame: &mut Frame) -> Outcome<Dual> {
        let at = self.value(at, frame)?;
        let infinitesimal = self.derivatives;
        if infinitesimal >= MAX_DERIVATIVES {
            return Err(Failure::TooLarge);
        }
        let point = table(vec![], vec![Ok(at.vary(infinitesimal))]);
        self.derivatives += 1;
        let value = self.below(vec![point], frame, |this, frame| this.value(body, frame));
        self.derivatives -= 1;
        Ok(value?.slope(infinitesimal))
    }

    /// A definition's body, and the frame in which its parameters stand for the arguments.
    pub(super) fn call(&mut self, application: &Application, frame: &mut Frame) -> Outcome<(&'a Meaning, Frame)> {
        let definition = self.library.definition(&application.definition).map_err(|_| Failure::IllSorted)?;
        let sizes: Option<Vec<usize>> = application.dimensions.iter().map(|d| size(&frame.sizes, d.0)).collect();
        let sizes = sizes.filter(|s| s.len() == definition.dimensions.len()).ok_or(Failure::IllSorted)?;
        if application.arguments.len() != definition.parameters.len() {
            return Err(Failure::IllSorted);
        }
        let mut bound = vec![];
        for (argument, parameter) in application.arguments.iter().zip(&definition.parameters) {
            bound.push(self.argument(argument, parameter, &sizes, frame)?);
        }
        Ok((&definition.body, Frame { sizes, bound }))
    }

    /// All entries of an argument. One without a value matters only where the body uses it.
    fn argument(
        &mut self,
        argument: &Argument,
        parameter: &Binder,
        sizes: &[usize],
        frame: &mut Frame,
    ) -> Outcome<Binding> {
        match (argument, &parameter.sort) {
            (Argument::Index(index), Sort::Index(_)) => Ok(Binding::Index(self.index(*index, frame)?)),
            (Argument::Array { arity: 0, body }, Sort::Nat) => Ok(table(vec![], vec![self.value(body, frame)])),
            (Argument::Array { arity, body }, Sort::Real(shape)) if usize::try_from(*arity) == Ok(shape.len()) => {
                let shape: Option<Vec<usize>> = shape.iter().map(|d| size(sizes, d.0)).collect();
                let shape = shape.ok_or(Failure::IllSorted)?;
                let count = self.affordable(&shape)?;
                let places = (0..count).map(|place| position(place, &shape));
                let entries = places.map(|p| self.below(p, frame, |this, frame| this.value(body, frame))).collect();
                Ok(table(shape, entries))
            }
            _ => Err(Failure::IllSorted),
        }
    }

    /// The number of entries of a shape, paid for.
    pub(super) fn affordable(&mut self, shape: &[usize]) -> Outcome<usize> {
        let count = volume(shape).ok_or(Failure::TooLarge)?;
        self.spend(u64::try_from(count).map_err(|_| Failure::TooLarge)?)?;
        Ok(count)
    }

    fn truth(&mut self, formula: &Formula, frame: &mut Frame) -> Truth {
        let nested = self.nested(|this| this.connective(formula, frame));
        nested.unwrap_or_else(|failure| Truth::Unknown(Reason::Failure(failure)))
    }

    fn connective(&mut self, formula: &Formula, frame: &mut Frame) -> Outcome<Truth> {
        Ok(match &**formula {
            FormulaKind::Compare(relation, left, right) => self.compare(*relation, left, right, frame)?,
            FormulaKind::And(parts) => self.all(parts, frame),
            FormulaKind::Or(parts) => self.any(parts, frame),
            FormulaKind::Implies(left, right) => match self.truth(left, frame) {
                Truth::False => Truth::True,
                premise => premise.not().or(self.truth(right, frame)),
            },
            FormulaKind::Iff(left, right) => match (self.truth(left, frame), self.truth(right, frame)) {
                (Truth::Unknown(reason), _) | (_, Truth::Unknown(reason)) => Truth::Unknown(reason),
                (left, right) => Truth::from(left == right),
            },
            FormulaKind::Not(inner) => self.truth(inner, frame).not(),
            FormulaKind::Forall(binder, body) => self.forall(binder, body, frame)?,
            FormulaKind::Exists(binder, body) => self.exists(binder, body, frame)?,
            FormulaKind::Defined(application) => {
                let (body, mut callee) = self.call(application, frame)?;
                match body {
                    Meaning::Formula(body) => self.truth(body, &mut callee),
                    Meaning::Term(_) => return Err(Failure::IllSorted),
                }
            }
        })
    }

    fn compare(&mut self, relation: Relation, left: &Term, right: &Term, frame: &mut Frame) -> Outcome<Truth> {
        let left = self.value(left, frame)?.finite().ok_or(Failure::IllSorted)?;
        let right = self.value(right, frame)?.finite().ok_or(Failure::IllSorted)?;
        Ok(Truth::from(match relation {
            Relation::Equal => left == right,
            Relation::Unequal => left != right,
            Relation::AtLeast => left >= right,
            Relation::Greater => left > right,
        }))
    }

    fn all(&mut self, parts: &[Formula], frame: &mut Frame) -> Truth {
        let mut truth = Truth::True;
        for part in parts {
            truth = truth.and(self.truth(part, frame));
            if truth == Truth::False {
                break;
            }
        }
        truth
    }

    fn any(&mut self, parts: &[Formula], frame: &mut Frame) -> Truth {
        let mut truth = Truth::False;
        for part in parts {
            truth = truth.or(self.truth(part, frame));
            if truth == Truth::True {
                break;
            }
        }
        truth
    }

    fn forall(&mut self, binder: &Binder, body: &Formula, frame: &mut Frame) -> Outcome<Truth> {
        let (range, exhaustive) = self.range(binder, frame)?;
        let mut truth = if exhaustive { Truth::True } else { Truth::Unknown(Reason::Samples) };
        for binding in range {
            truth = truth.and(self.below(vec![binding], frame, |this, frame| this.truth(body, frame)));
            if truth == Truth::False {
                break;
            }
        }
        match truth {
            Truth::Unknown(_) if self.deciding && !exhaustive => Ok(self.for_all(binder, body, true, frame)),
            known => Ok(known),
        }
    }

    fn exists(&mut self, binder: &Binder, body: &Formula, frame: &mut Frame) -> Outcome<Truth> {
        let (range, exhaustive) = self.range(binder, frame)?;
        let mut truth = if exhaustive { Truth::False } else { Truth::Unknown(Reason::Samples) };
        for binding in range {
            truth = truth.or(self.below(vec![binding], frame, |this, frame| this.truth(body, frame)));
            if truth == Truth::True {
                break;
            }
        }
        match truth {
            Truth::Unknown(_) if self.deciding && !exhaustive => Ok(self.for_all(binder, body, false, frame).not()),
            known => Ok(known),
        }
    }

    /// What a quantifier tries, and whether that is all there is.
    pub(super) fn range(&mut self, binder: &Binder, frame: &Frame) -> Outcome<(Vec<Binding>, bool)> {
        let here = Model { sizes: frame.sizes.clone(), values: vec![] };
        let named =
            self.samples.named.iter().filter(|(name, value)| *name == binder.name && here.admits(value, &binder.sort));
        let named: Vec<Binding> = named.map(|(_, value)| bind(value)).collect();
        match &binder.sort {
            Sort::Index(dimension) => {
                let size = self.affordable(&[size(&frame.sizes, dimension.0).ok_or(Failure::IllSorted)?])?;
                Ok(((0..size).map(Binding::Index).collect(), true))
            }
            Sort::Nat => {
                let naturals = self.samples.naturals.iter().map(|n| bind(&Value::Natural(n.clone())));
                Ok((named.into_iter().chain(naturals).collect(), false))
            }
            Sort::Real(shape) => {
                let shape: Option<Vec<usize>> = shape.iter().map(|d| size(&frame.sizes, d.0)).collect();
                let shape = shape.ok_or(Failure::IllSorted)?;
                let count = self.affordable(&shape)?;
                // At most so many arrays are made of as many entries.
                self.affordable(&[count, count, self.samples.reals.len()])?;
                let arrays = self.samples.arrays(&shape, count);
                let arrays = arrays.into_iter().map(|array| bind(&Value::Array(array)));
                Ok((named.into_iter().chain(arrays).collect(), count == 0))
            }
        }
    }
}

impl From<bool> for Truth {
    fn from(holds: bool) -> Self {
        if holds { Truth::True } else { Truth::False }
    }
}

/// Kleene's three-valued connectives: the result is known as soon as it does not depend on what is not known.
impl Truth {
    pub(super) fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            unknown @ Truth::Unknown(_) => unknown,
        }
    }

    pub(super) fn and(self, other: Truth) -> Truth {
        match (self, other) {
            (Truth::False, _) | (_, Truth::False) => Truth::False,
            (Truth::True, other) => other,
            (unknown, _) => unknown,
        }
    }

    pub(super) fn or(self, other: Truth) -> Truth {
        self.not().and(other.not()).not()
    }
}

pub(super) fn table(shape: Vec<usize>, entries: Vec<Outcome<Dual>>) -> Binding {
    Binding::Table(Rc::new(Table { shape, entries }))
}

fn bind(value: &Value) -> Binding {
    match value {
        Value::Index(i) => Binding::Index(*i),
        Value::Natural(n) => {
            let number = Rational::from_integer(BigInt::from(n.clone()));
            table(vec![], vec![Ok(Dual::constant(number))])
        }
        Value::Array(Array { shape, entries }) => {
            table(shape.clone(), entries.iter().map(|q| Ok(Dual::constant(q.clone()))).collect())
        }
    }
}

/// The indices of the entry at a place of an array, row by row.
fn position(place: usize, shape: &[usize]) -> Vec<Binding> {
    let mut rest = place;
    let mut indices: Vec<Binding> = vec![];
    for size in shape.iter().rev() {
        indices.push(Binding::Index(rest.checked_rem(*size).unwrap_or(0)));
        rest = rest.checked_div(*size).unwrap_or(0);
    }
    indices.reverse();
    indices
}

/// The root of a number that is not negative, if it is rational.
pub fn exact_root(q: &Rational) -> Option<Rational> {
    let root = |n: &BigInt| {
        let root = n.sqrt();
        (&root * &root == *n).then_some(root)
    };
    if q.is_negative() { None } else { Some(Rational::new(root(q.numer())?, root(q.denom())?)) }
}
