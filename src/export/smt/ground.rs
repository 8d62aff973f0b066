//! Statements at fixed dimensions: sums and quantifiers over indices are written out, arrays become
//! their entries, definitions what they stand for, derivatives are computed.
//!
//! This reads terms by their meaning, as `src/model` does, and shares no rule with the kernel.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::{One, Signed, Zero};

use super::expr::{self, Expr};
use super::{Constant, Skipped};
use crate::kernel::{
    Application, Argument, Binder, Derivation, DerivationKind, Dimension, Formula, FormulaKind, Function, Library,
    Meaning, Rational, Relation, Sort, Term, TermKind, Variable,
};
use crate::model::exact_root;

/// The most nodes of terms and formulas that are visited for one problem.
const MAX_STEPS: u64 = 400_000;
/// The greatest length of a term when it is written.
const MAX_SIZE: usize = 10_000;
/// The natural numbers that a variable of sort `nat` is tried at.
const NATURALS: [u8; 4] = [0, 1, 2, 3];

/// What a variable stands for.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// An index, counted from 0.
    Index(usize),
    /// The sizes of an array and its entries, row by row; a number has no sizes.
    Array(Vec<usize>, Vec<Expr>),
}

/// A formula over real constants.
#[derive(Clone, Debug)]
pub(super) enum Ground {
    Compare(Relation, Expr, Expr),
    All(Vec<Ground>),
    Any(Vec<Ground>),
    /// For all, or for some, values of the constants for which the conditions hold.
    Quantified {
        universal: bool,
        bound: Vec<usize>,
        conditions: Vec<Ground>,
        body: Box<Ground>,
    },
}

impl Ground {
    pub(super) fn write(&self, names: &[String], text: &mut String) {
        match self {
            Ground::Compare(relation, left, right) => {
                let (open, sign, close) = match relation {
                    Relation::Equal => ("(", "=", ")"),
                    Relation::Unequal => ("(not (", "=", "))"),
                    Relation::AtLeast => ("(", ">=", ")"),
                    Relation::Greater => ("(", ">", ")"),
                };
                text.push_str(open);
                text.push_str(sign);
                for side in [left, right] {
                    text.push(' ');
                    expr::write(side, names, text);
                }
                text.push_str(close);
            }
            Ground::All(parts) => connected("and", "true", parts, names, text),
            Ground::Any(parts) => connected("or", "false", parts, names, text),
            Ground::Quantified { universal, bound, conditions, body } => {
                let (quantifier, connective) = if *universal { ("forall", "=>") } else { ("exists", "and") };
                let name = |id: &usize| format!("({} Real)", names.get(*id).map_or("?", String::as_str));
                let bound: Vec<String> = bound.iter().map(name).collect();
                text.push_str(&format!("({quantifier} ({}) ", bound.join(" ")));
                if conditions.is_empty() {
                    body.write(names, text);
                } else {
                    text.push_str(&format!("({connective} "));
                    connected("and", "true", conditions, names, text);
                    text.push(' ');
                    body.write(names, text);
                    text.push(')');
                }
                text.push(')');
            }
        }
    }

    /// The constants that quantifiers bind.
    pub(super) fn bound(&self, found: &mut BTreeSet<usize>) {
        match self {
            Ground::Compare(..) => {}
            Ground::All(parts) | Ground::Any(parts) => parts.iter().for_each(|part| part.bound(found)),
            Ground::Quantified { bound, body, .. } => {
                found.extend(bound);
                body.bound(found);
            }
        }
    }
}

fn connected(word: &str, empty: &str, parts: &[Ground], names: &[String], text: &mut String) {
    match parts {
        [] => text.push_str(empty),
        [one] => one.write(names, text),
        _ => {
            text.push('(');
            text.push_str(word);
            for part in parts {
                text.push(' ');
                part.write(names, text);
            }
            text.push(')');
        }
    }
}

/// What dimensions and bound variables mean at one place.
#[derive(Clone)]
pub(super) struct Frame {
    sizes: Vec<usize>,
    /// The innermost last.
    bound: Vec<Value>,
}

/// Writes the constants and assertions of a problem.
pub(super) struct Grounder<'a> {
    library: &'a Library,
    constants: Vec<Constant>,
    assertions: Vec<Ground>,
    /// The variables of the derivation's context, for its witnesses.
    context: Vec<Value>,
    /// Roots and reciprocals that have a constant: what they are of, and its number.
    opaque: BTreeMap<(Function, Expr), usize>,
    /// The variables of derivatives that are being computed.
    varied: Vec<usize>,
    /// The quantifiers that are open, the innermost last.
    scopes: Vec<Scope>,
    /// The variables of quantifiers that became constants, and what they stand for.
    exhibited: Vec<(Binder, Value)>,
    steps: u64,
}

/// A quantifier that is open: the constants that it binds, and what is known of those that are roots or reciprocals.
#[derive(Default)]
struct Scope {
    bound: Vec<usize>,
    conditions: Vec<Ground>,
}

type Outcome<T> = Result<T, Skipped>;

impl<'a> Grounder<'a> {
    pub(super) fn new(library: &'a Library) -> Self {
        let (constants, assertions) = (vec![], vec![]);
        Grounder {
            library,
            constants,
            assertions,
            context: vec![],
            opaque: BTreeMap::new(),
            varied: vec![],
            scopes: vec![],
            exhibited: vec![],
            steps: MAX_STEPS,
        }
    }

    /// The constants, what is asserted of them, and the variables of quantifiers that became constants.
    pub(super) fn finished(self) -> (Vec<Constant>, Vec<Ground>, Vec<(Binder, Value)>) {
        (self.constants, self.assertions, self.exhibited)
    }

    pub(super) fn assert(&mut self, ground: Ground) {
        self.assertions.push(ground);
    }

    fn spend(&mut self, steps: usize) -> Outcome<()> {
        let steps = u64::try_from(steps).map_err(|_| Skipped::TooLarge)?;
        self.steps = self.steps.checked_sub(steps).ok_or(Skipped::TooLarge)?;
        Ok(())
    }

    fn constant(&mut self, of: Constant) -> usize {
        self.constants.push(of);
        self.constants.len() - 1
    }

    /// A frame for these sizes and values of the variables of a statement.
    pub(super) fn frame(&mut self, sizes: &[usize], values: Vec<Value>) -> Frame {
        self.context.clone_from(&values);
        Frame { sizes: sizes.to_vec(), bound: values }
    }

    /// A value made of new constants; an index has none.
    pub(super) fn unknown(&mut self, binder: &Binder, sizes: &[usize]) -> Outcome<Value> {
        match &binder.sort {
            Sort::Index(_) => Err(Skipped::IllSorted),
            Sort::Nat => {
                let id = self.constant(Constant::Entry(binder.name.clone(), vec![]));
                let own = expr::constant(id);
                let tried = NATURALS.map(|n| {
                    Ground::Compare(Relation::Equal, own.clone(), expr::number(Rational::from_integer(n.into())))
                });
                self.assert(Ground::Any(tried.to_vec()));
                Ok(Value::Array(vec![], vec![own]))
            }
            Sort::Real(shape) => {
                let shape = shape.iter().map(|d| size(sizes, *d)).collect::<Outcome<Vec<usize>>>()?;
                let entries = places(&shape).into_iter().map(|place| {
                    let id = self.constant(Constant::Entry(binder.name.clone(), place));
                    expr::constant(id)
                });
                let entries = entries.collect();
                Ok(Value::Array(shape, entries))
            }
        }
    }

    // Terms.

    /// What a term is. Arguments of definitions are shared, so that a short term can be long when it is written.
    fn term(&mut self, term: &Term, frame: &mut Frame) -> Outcome<Expr> {
        self.spend(1)?;
        let found = self.meaning(term, frame)?;
        if found.size > MAX_SIZE { Err(Skipped::TooLarge) } else { Ok(found) }
    }

    fn meaning(&mut self, term: &Term, frame: &mut Frame) -> Outcome<Expr> {
        match &**term {
            TermKind::Constant(q) => Ok(expr::number(q.clone())),
            TermKind::Entry(head, indices) => self.entry(*head, indices, frame),
            TermKind::Delta(i, j) => {
                let equal = self.index(*i, frame)? == self.index(*j, frame)?;
                Ok(expr::number(if equal { Rational::one() } else { Rational::zero() }))
            }
            TermKind::Add(terms) => Ok(expr::add(self.terms(terms, frame)?)),
            TermKind::Multiply(terms) => Ok(expr::multiply(self.terms(terms, frame)?)),
            TermKind::Power(base, n) => {
                if *n > 64 {
                    return Err(Skipped::TooLarge);
                }
                Ok(expr::power(&self.term(base, frame)?, *n))
            }
            TermKind::Sum(_, dimension, body) => {
                let count = size(&frame.sizes, *dimension)?;
                let terms: Outcome<Vec<Expr>> =
                    (0..count).map(|k| self.below(Value::Index(k), frame, |this, f| this.term(body, f))).collect();
                Ok(expr::add(terms?))
            }
            TermKind::Apply(function, inner) => {
                let inner = self.term(inner, frame)?;
                self.apply(*function, &inner)
            }
            TermKind::Defined(application) => {
                let Meaning::Term(body) = &self.definition(application)?.body else { return Err(Skipped::IllSorted) };
                let mut own = self.called(application, frame)?;
                self.term(body, &mut own)
            }
            TermKind::Derivative { body, at, .. } => self.derivative(body, at, frame),
        }
    }

    fn terms(&mut self, terms: &[Term], frame: &mut Frame) -> Outcome<Vec<Expr>> {
        terms.iter().map(|term| self.term(term, frame)).collect()
    }

    /// The derivative: the body at a new constant, derived, with the place put in.
    fn derivative(&mut self, body: &Term, at: &Term, frame: &mut Frame) -> Outcome<Expr> {
        let at = self.term(at, frame)?;
        let id = self.constant(Constant::Varied);
        self.varied.push(id);
        let body = self.below(Value::Array(vec![], vec![expr::constant(id)]), frame, |this, f| this.term(body, f));
        self.varied.pop();
        let body = body?;
        // A product of n factors has a derivative of n products: the time is at most the square of the size.
        self.spend(body.size.saturating_mul(body.size) / 100)?;
        let derivative = expr::derivative(&body, id);
        self.spend(derivative.size.saturating_mul(at.size) / 100)?;
        Ok(expr::replace(&derivative, id, &at))
    }

    /// A constant for a root or a reciprocal, with what is known of it where it has a meaning.
    fn apply(&mut self, function: Function, inner: &Expr) -> Outcome<Expr> {
        if let (Function::Reciprocal, Some(q)) = (function, expr::value(inner)) {
            return Ok(expr::number(if q.is_zero() { Rational::zero() } else { q.recip() }));
        }
        if let (Function::SquareRoot, Some(root)) = (function, expr::value(inner).and_then(exact_root)) {
            return Ok(expr::number(root));
        }
        if self.varied.iter().any(|id| expr::holds(inner, *id)) {
            return Err(Skipped::Derivative);
        }
        let meaningful = match function {
            Function::Reciprocal => Relation::Equal,
            Function::SquareRoot => Relation::Greater,
            Function::Exponential | Function::Logarithm => return Err(Skipped::Transcendental),
        };
        if let Some(id) = self.opaque.get(&(function, inner.clone())) {
            return Ok(expr::constant(*id));
        }
        self.spend(inner.size.saturating_mul(2))?;
        let id = self.constant(Constant::Function(function, self.opaque.len()));
        self.opaque.insert((function, inner.clone()), id);
        let (own, zero) = (expr::constant(id), expr::number(Rational::zero()));
        let without_meaning = match meaningful {
            Relation::Equal => Ground::Compare(Relation::Equal, inner.clone(), zero.clone()),
            _ => Ground::Compare(Relation::Greater, zero.clone(), inner.clone()),
        };
        let equation = match function {
            Function::Reciprocal => {
                let product = expr::multiply(vec![own, inner.clone()]);
                Ground::Compare(Relation::Equal, product, expr::number(Rational::one()))
            }
            _ => Ground::All(vec![
                Ground::Compare(Relation::AtLeast, own.clone(), zero),
                Ground::Compare(Relation::Equal, expr::power(&own, 2), inner.clone()),
            ]),
        };
        // 1/0 and the root of a negative number can be anything: no theorem depends on them.
        let decided = expr::value(inner).is_some_and(|q| !q.is_negative());
        let known = if decided { equation } else { Ground::Any(vec![without_meaning, equation]) };
        match self.scopes.iter_mut().rev().find(|scope| scope.bound.iter().any(|id| expr::holds(inner, *id))) {
            Some(scope) => {
                scope.bound.push(id);
                scope.conditions.push(known);
            }
            None => self.assert(known),
        }
        Ok(expr::constant(id))
    }

    fn entry(&mut self, head: Variable, indices: &[Variable], frame: &Frame) -> Outcome<Expr> {
        let places: Outcome<Vec<usize>> = indices.iter().map(|i| self.index(*i, frame)).collect();
        let places = places?;
        let Value::Array(shape, entries) = self.value(head, frame)? else { return Err(Skipped::IllSorted) };
        if shape.len() != places.len() {
            return Err(Skipped::IllSorted);
        }
        let place = shape.iter().zip(&places).fold(0, |place, (size, k)| place * size + k);
        entries.get(place).cloned().ok_or(Skipped::IllSorted)
    }

    fn index(&self, variable: Variable, frame: &Frame) -> Outcome<usize> {
        match self.value(variable, frame)? {
            Value::Index(k) => Ok(*k),
            Value::Array(..) => Err(Skipped::IllSorted),
        }
    }

    fn value<'f>(&'f self, variable: Variable, frame: &'f Frame) -> Outcome<&'f Value> {
        let found = match variable {
            Variable::Free(id) => self.context.get(id as usize),
            Variable::Bound(k) => frame.bound.len().checked_sub(1 + k as usize).and_then(|n| frame.bound.get(n)),
        };
        found.ok_or(Skipped::IllSorted)
    }

    fn below<T>(
        &mut self,
        value: Value,
        frame: &mut Frame,
        run: impl FnOnce(&mut Self, &mut Frame) -> Outcome<T>,
    ) -> Outcome<T> {
        frame.bound.push(value);
        let result = run(self, frame);
        frame.bound.pop();
        result
    }

    // Definitions.

    fn definition(&self, application: &Application) -> Outcome<&'a crate::kernel::Definition> {
        self.library.definition(&application.definition).map_err(|_| Skipped::IllSorted)
    }

    /// What the dimensions and parameters of a definition mean where it is applied.
    fn called(&mut self, application: &Application, frame: &mut Frame) -> Outcome<Frame> {
        let sizes = application.dimensions.iter().map(|d| size(&frame.sizes, *d)).collect::<Outcome<Vec<_>>>()?;
        let definition = self.definition(application)?;
        let parameters = application.arguments.iter().zip(&definition.parameters);
        let bound: Outcome<Vec<Value>> =
            parameters.map(|(argument, parameter)| self.argument(argument, &parameter.sort, &sizes, frame)).collect();
        Ok(Frame { sizes, bound: bound? })
    }

    /// What is put in for a variable of a sort, whose dimensions have these sizes.
    fn argument(&mut self, argument: &Argument, sort: &Sort, sizes: &[usize], frame: &mut Frame) -> Outcome<Value> {
        match argument {
            Argument::Index(i) => Ok(Value::Index(self.index(*i, frame)?)),
            Argument::Array { body, .. } => {
                let shape = match sort {
                    Sort::Real(shape) => shape.iter().map(|d| size(sizes, *d)).collect::<Outcome<Vec<_>>>()?,
                    Sort::Nat => vec![],
                    Sort::Index(_) => return Err(Skipped::IllSorted),
                };
                let height = frame.bound.len();
                let mut entries = vec![];
                for place in places(&shape) {
                    frame.bound.extend(place.into_iter().map(Value::Index));
                    let entry = self.term(body, frame);
                    frame.bound.truncate(height);
                    entries.push(entry?);
                }
                Ok(Value::Array(shape, entries))
            }
        }
    }

    // Formulas.

    /// That a formula holds, or that it does not; by the witnesses of a derivation where it has some.
    pub(super) fn says(
        &mut self,
        formula: &Formula,
        holds: bool,
        derivation: Option<&Derivation>,
        frame: &mut Frame,
    ) -> Outcome<Ground> {
        self.spend(1)?;
        let derivation = without_facts(derivation);
        match &**formula {
            FormulaKind::Compare(relation, left, right) => {
                let (left, right) = (self.term(left, frame)?, self.term(right, frame)?);
                self.spend(left.size.saturating_add(right.size))?;
                if holds {
                    return Ok(Ground::Compare(*relation, left, right));
                }
                let (negation, swapped) = relation.negation();
                let (left, right) = if swapped { (right, left) } else { (left, right) };
                Ok(Ground::Compare(negation, left, right))
            }
            FormulaKind::And(parts) => self.parts(parts, holds, holds, derivation, frame),
            FormulaKind::Or(parts) => self.parts(parts, holds, !holds, derivation, frame),
            FormulaKind::Not(inner) => self.says(inner, !holds, None, frame),
            FormulaKind::Implies(premise, conclusion) => {
                let inner = match derivation.map(|d| &**d) {
                    Some(DerivationKind::Assume(inner)) => Some(inner),
                    _ => None,
                };
                let parts = vec![self.says(premise, !holds, None, frame)?, self.says(conclusion, holds, inner, frame)?];
                Ok(if holds { Ground::Any(parts) } else { Ground::All(parts) })
            }
            FormulaKind::Iff(left, right) => {
                let both = [(true, holds), (false, !holds)];
                let mut cases = vec![];
                for (first, second) in both {
                    let left = self.says(left, first, None, frame)?;
                    cases.push(Ground::All(vec![left, self.says(right, second, None, frame)?]));
                }
                Ok(Ground::Any(cases))
            }
            FormulaKind::Forall(binder, body) => self.quantified(binder, body, holds, true, derivation, frame),
            FormulaKind::Exists(binder, body) => self.quantified(binder, body, holds, false, derivation, frame),
            FormulaKind::Defined(application) => {
                let Meaning::Formula(body) = &self.definition(application)?.body else {
                    return Err(Skipped::IllSorted);
                };
                let mut own = self.called(application, frame)?;
                self.says(body, holds, derivation, &mut own)
            }
        }
    }

    fn parts(
        &mut self,
        parts: &[Formula],
        holds: bool,
        together: bool,
        derivation: Option<&Derivation>,
        frame: &mut Frame,
    ) -> Outcome<Ground> {
        let inner = |number: usize| match derivation.map(|d| &**d) {
            Some(DerivationKind::All(derivations)) => derivations.get(number),
            Some(DerivationKind::Choose(chosen, inner)) if usize::try_from(*chosen).is_ok_and(|n| n == number) => {
                Some(inner)
            }
            _ => None,
        };
        let found: Outcome<Vec<Ground>> =
            parts.iter().enumerate().map(|(number, part)| self.says(part, holds, inner(number), frame)).collect();
        Ok(if together { Ground::All(found?) } else { Ground::Any(found?) })
    }

    fn quantified(
        &mut self,
        binder: &Binder,
        body: &Formula,
        holds: bool,
        universal: bool,
        derivation: Option<&Derivation>,
        frame: &mut Frame,
    ) -> Outcome<Ground> {
        let inner = match derivation.map(|d| &**d) {
            Some(DerivationKind::Generalize(inner)) => Some(inner),
            _ => None,
        };
        if let Sort::Index(dimension) = binder.sort {
            let count = size(&frame.sizes, dimension)?;
            let cases: Outcome<Vec<Ground>> =
                (0..count).map(|k| self.instance(Value::Index(k), body, holds, inner, frame)).collect();
            return Ok(if universal == holds { Ground::All(cases?) } else { Ground::Any(cases?) });
        }
        // That something exists is said of a new constant, unless it depends on what another quantifier binds.
        if universal != holds && self.scopes.is_empty() {
            let value = self.unknown(binder, &frame.sizes.clone())?;
            self.exhibited.push((binder.clone(), value.clone()));
            return self.instance(value, body, holds, inner, frame);
        }
        // Of all values, one suffices for a contradiction: that which the proof gives.
        match derivation.map(|d| &**d) {
            Some(DerivationKind::Witness(argument, inner)) => {
                let sizes = frame.sizes.clone();
                let value = self.argument(argument, &binder.sort, &sizes, frame)?;
                self.below(value, frame, |this, f| this.says(body, holds, Some(inner), f))
            }
            _ => self.bound(binder, body, holds, universal == holds, frame),
        }
    }

    /// What a quantifier says that stays one. Whatever depends on its variables is bound with them.
    fn bound(
        &mut self,
        binder: &Binder,
        body: &Formula,
        holds: bool,
        universal: bool,
        frame: &mut Frame,
    ) -> Outcome<Ground> {
        if binder.sort == Sort::Nat {
            return Err(Skipped::Natural);
        }
        let value = self.unknown(binder, &frame.sizes.clone())?;
        let ids = |value: &Value| match value {
            Value::Array(_, entries) => entries.iter().filter_map(expr::as_constant).collect(),
            Value::Index(_) => vec![],
        };
        self.scopes.push(Scope { bound: ids(&value), conditions: vec![] });
        let body = self.instance(value, body, holds, None, frame);
        let Scope { bound, conditions } = self.scopes.pop().unwrap_or_default();
        // There is one array without entries.
        if bound.is_empty() {
            body
        } else {
            Ok(Ground::Quantified { universal, bound, conditions, body: Box::new(body?) })
        }
    }

    /// The body of a quantifier at a value, which is a variable of the derivation's context as well.
    fn instance(
        &mut self,
        value: Value,
        body: &Formula,
        holds: bool,
        derivation: Option<&Derivation>,
        frame: &mut Frame,
    ) -> Outcome<Ground> {
        self.context.push(value.clone());
        let result = self.below(value, frame, |this, f| this.says(body, holds, derivation, f));
        self.context.pop();
        result
    }
}

/// A derivation after the facts that it notes on the way.
fn without_facts(mut derivation: Option<&Derivation>) -> Option<&Derivation> {
    while let Some(DerivationKind::Have(_, inner)) = derivation.map(|d| &**d) {
        derivation = Some(inner);
    }
    derivation
}

fn size(sizes: &[usize], dimension: Dimension) -> Outcome<usize> {
    sizes.get(dimension.0 as usize).copied().ok_or(Skipped::IllSorted)
}

/// The places of an array, row by row.
fn places(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut found = vec![vec![]];
    for size in shape {
        found = found.iter().flat_map(|place: &Vec<usize>| (0..*size).map(|k| [&place[..], &[k]].concat())).collect();
    }
    found
}
