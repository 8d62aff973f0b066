//! The claims of an experiment.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::super::scope::Elaborated;
use super::super::term::wrong;
use super::numbers::number;
use super::{
    Assertion, Comparison, ExperimentClaim, FLOW, Measure, NORM_MINIMISER, Property, Quantity, Run,
    SHARPNESS_MINIMISER, Side, Subject,
};
use crate::descent::models::{Model, Problem};
use crate::syntax::ast::{Expr, ExprKind, Factor, Ident, Sign, Span};
use crate::syntax::diagnostic::nearest;
use crate::syntax::print_expr;

/// The step size of a run, which is a number and not measured.
const STEP_SIZE: &str = "eta";

/// What claims may speak of.
pub(super) struct Claims<'e> {
    pub(super) runs: &'e [Run],
    /// Whether there is a truth.
    pub(super) truth: bool,
    /// None if it has no meaning.
    pub(super) problem: Option<&'e Problem>,
}

impl Claims<'_> {
    pub(super) fn claim(&self, name: &Ident, formula: &Expr) -> Elaborated<ExperimentClaim> {
        let parts = match &formula.kind {
            ExprKind::And(parts) => parts.iter().collect(),
            _ => vec![formula],
        };
        let mut assertions = vec![];
        for part in parts {
            assertions.extend(self.assertions(part)?);
        }
        Ok(ExperimentClaim { name: name.name.clone(), span: name.span, statement: print_expr(formula), assertions })
    }

    fn assertions(&self, part: &Expr) -> Elaborated<Vec<Assertion>> {
        match &part.kind {
            ExprKind::Compare { first, rest } => {
                let mut found = vec![];
                let mut left = &**first;
                for (relation, right) in rest {
                    let (l, r) = (self.side(left)?, self.side(right)?);
                    found.push(Assertion::Compares(Comparison { left: l, relation: *relation, right: r }));
                    left = right;
                }
                Ok(found)
            }
            ExprKind::Not(inner) => Ok(vec![self.says(inner, false)?]),
            _ => Ok(vec![self.says(part, true)?]),
        }
    }

    fn says(&self, expr: &Expr, holds: bool) -> Elaborated<Assertion> {
        let what = "a claim about runs compares numbers, or says how a run goes";
        let help = "`middle.risk < slow.risk`, `middle.converges`, `not middle.overshoots`";
        let ExprKind::Field { base, field } = &expr.kind else { return Err(wrong(expr.span, what).help(help)) };
        let Some(property) = Property::ALL.into_iter().find(|property| property.name() == field.name) else {
            let names = Property::ALL.map(|property| format!("`{}`", property.name()));
            return Err(wrong(field.span, what).help(format!("a run {}; {help}", names.join(", "))));
        };
        match self.subject(base)? {
            Subject::Run(run) if self.runs.get(run).is_some_and(|run| run.stops.is_none()) => {
                Ok(Assertion::Says { run, property, holds })
            }
            _ => Err(wrong(base.span, "only a run that goes on for ever can be said to do this")),
        }
    }

    fn side(&self, expr: &Expr) -> Elaborated<Side> {
        Ok(Side { text: print_expr(expr), quantity: self.quantity(expr)? })
    }

    fn quantity(&self, expr: &Expr) -> Elaborated<Quantity> {
        if let Some(measured) = self.measured(expr)? {
            return Ok(measured);
        }
        match &expr.kind {
            ExprKind::Negate(inner) => Ok(negative(self.quantity(inner)?)),
            ExprKind::Add(terms) => {
                let term = |(sign, term): &(Sign, Expr)| {
                    let value = self.quantity(term)?;
                    Ok(if *sign == Sign::Plus { value } else { negative(value) })
                };
                Ok(sum(terms.iter().map(term).collect::<Elaborated<_>>()?))
            }
            ExprKind::Multiply(factors) => {
                let one = Quantity::Number(BigInt::from(1).into());
                factors.iter().try_fold(one, |product, (kind, factor)| self.multiplied(product, *kind, factor))
            }
            ExprKind::Power(base, exponent) if number(base).is_err() => self.power(base, exponent),
            _ => Ok(Quantity::Number(number(expr)?)),
        }
    }

    fn multiplied(&self, product: Quantity, kind: Factor, factor: &Expr) -> Elaborated<Quantity> {
        let value = self.quantity(factor)?;
        let zero = matches!(&value, Quantity::Number(q) if *q == BigRational::from(BigInt::from(0)));
        match kind {
            Factor::Over if zero => Err(wrong(factor.span, "division by zero")),
            Factor::Over => Ok(match (product, value) {
                (Quantity::Number(a), Quantity::Number(b)) => Quantity::Number(a / b),
                (a, b) => Quantity::Quotient(Box::new(a), Box::new(b)),
            }),
            Factor::Times => Ok(times(product, value)),
        }
    }

    /// A small power of a measured number.
    fn power(&self, base: &Expr, exponent: &Expr) -> Elaborated<Quantity> {
        let value = self.quantity(base)?;
        let n = number(exponent)?;
        let n = (1..=8_u32).find(|k| n == BigRational::from(BigInt::from(*k)));
        let n = n.ok_or_else(|| wrong(exponent.span, "an exponent of a measured number is an integer from 1 to 8"))?;
        Ok((1..n).fold(value.clone(), |product, _| times(product, value.clone())))
    }

    /// `slow.risk`, `slow.beta[1]`, `slow.eta`; none for what has no field.
    fn measured(&self, expr: &Expr) -> Elaborated<Option<Quantity>> {
        let (field, index) = match &expr.kind {
            ExprKind::Field { .. } => (expr, None),
            ExprKind::Index { base, indices } if matches!(base.kind, ExprKind::Field { .. }) => {
                let [index] = indices.as_slice() else {
                    return Err(wrong(expr.span, "an entry of a vector has one index"));
                };
                (&**base, Some(index))
            }
            _ => return Ok(None),
        };
        let ExprKind::Field { base, field } = &field.kind else { return Ok(None) };
        let subject = self.subject(base)?;
        if let (STEP_SIZE, None, Subject::Run(run)) = (field.name.as_str(), index, subject) {
            let last = self.runs.get(run).map(|run| run.schedule.last().clone());
            return Ok(last.map(Quantity::Number));
        }
        let measure = self.measure(field, index)?;
        if measure == Measure::SupSharpness && subject != Subject::Flow {
            return Err(wrong(field.span, "the supremum of the sharpness is that of the gradient flow")
                .help("write `flow.sup_sharpness`"));
        }
        if measure == Measure::Risk && !self.truth {
            let error = wrong(expr.span, "there is no truth to measure the risk against");
            return Err(error.help("add `truth beta_star = […]`"));
        }
        Ok(Some(Quantity::Measured(subject, measure)))
    }

    fn measure(&self, field: &Ident, index: Option<&Expr>) -> Elaborated<Measure> {
        let single = Measure::SINGLE.into_iter().find(|measure| measure.name() == field.name);
        let entries = Measure::ENTRIES.into_iter().find(|entry| entry(0).name() == field.name);
        match (single, entries, index) {
            (Some(measure), _, None) => Ok(measure),
            (_, Some(entry), Some(index)) => {
                let measure = entry(self.index(index)?);
                let layers = self.problem.map(|problem| matches!(problem.model(), Model::TwoLayers { .. }));
                match (measure, layers) {
                    (Measure::W(_), Some(true)) | (Measure::U(_) | Measure::V(_), Some(false)) => {
                        Err(wrong(field.span, format!("this network has no weights `{}`", field.name)))
                    }
                    _ => Ok(measure),
                }
            }
            (Some(_), _, Some(index)) => Err(wrong(index.span, format!("`{}` is a number", field.name))),
            (None, Some(_), None) => Err(wrong(field.span, format!("`{}` is a vector", field.name))
                .help(format!("an entry of it is a number: `{}[1]`", field.name))),
            (None, None, _) => {
                let single = Measure::SINGLE.map(|measure| format!("`{}`", measure.name()));
                let entries = Measure::ENTRIES.map(|entry| format!("`{}[1]`", entry(0).name()));
                let error = wrong(field.span, format!("`{}` is not measured", field.name));
                Err(error.help(format!("measured are {}, {}", single.join(", "), entries.join(", "))))
            }
        }
    }

    /// An index as it is written, counted from 1, becomes one that is counted from 0.
    fn index(&self, expr: &Expr) -> Elaborated<usize> {
        let value = number(expr)?;
        let entries = self.problem.map_or(usize::MAX, Problem::dimension);
        let index = value.is_integer().then(|| usize::try_from(value.to_integer()).ok()).flatten();
        index.filter(|index| (1..=entries).contains(index)).map(|index| index - 1).ok_or_else(|| {
            let range = if entries == usize::MAX { String::new() } else { format!(" to {entries}") };
            wrong(expr.span, format!("an entry is counted from 1{range}"))
        })
    }

    fn subject(&self, base: &Expr) -> Elaborated<Subject> {
        let ExprKind::Name(subject) = &base.kind else {
            return Err(wrong(base.span, "expected the name of a run"));
        };
        match subject.as_str() {
            NORM_MINIMISER => Ok(Subject::NormMinimiser),
            SHARPNESS_MINIMISER => Ok(Subject::SharpnessMinimiser),
            FLOW => Ok(Subject::Flow),
            name => Ok(Subject::Run(self.run_named(name, base.span)?)),
        }
    }

    fn run_named(&self, name: &str, span: Span) -> Elaborated<usize> {
        self.runs.iter().position(|run| run.name == name).ok_or_else(|| {
            let error = wrong(span, format!("no run is called `{name}`"));
            let known =
                self.runs.iter().map(|run| run.name.as_str()).chain([NORM_MINIMISER, SHARPNESS_MINIMISER, FLOW]);
            match nearest(name, known) {
                Some(close) => error.help(format!("a similar name exists: `{close}`")),
                None => error,
            }
        })
    }
}

fn negative(quantity: Quantity) -> Quantity {
    match quantity {
        Quantity::Number(q) => Quantity::Number(-q),
        other => Quantity::Negative(Box::new(other)),
    }
}

/// A sum; of numbers, a number.
fn sum(terms: Vec<Quantity>) -> Quantity {
    let known: Option<Vec<&BigRational>> =
        terms.iter().map(|term| if let Quantity::Number(q) = term { Some(q) } else { None }).collect();
    match known {
        Some(numbers) => Quantity::Number(numbers.into_iter().sum()),
        None => Quantity::Sum(terms),
    }
}

/// A product; of numbers, a number.
fn times(a: Quantity, b: Quantity) -> Quantity {
    let one = BigRational::from(BigInt::from(1));
    match (a, b) {
        (Quantity::Number(a), Quantity::Number(b)) => Quantity::Number(a * b),
        (Quantity::Number(a), b) if a == one => b,
        (a, b) => Quantity::Product(Box::new(a), Box::new(b)),
    }
}
