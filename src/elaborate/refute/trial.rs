//! Formulas evaluated at an instance, and what they say there in numbers.

use tightrope_kernel::{Library, Rational, Sort};

use crate::elaborate::scope::Scope;
use crate::model::{Evaluator, Failure, Model, Reason, Samples, Truth, Value};
use crate::syntax::ast::{self, Expr, ExprKind, Ident, Quantifier, Relation};
use crate::syntax::print_expr;

/// An instance of the variables in scope.
#[derive(Clone)]
pub(super) struct Trial<'a> {
    pub library: &'a Library,
    pub samples: &'a Samples,
    /// Every variable is free.
    pub scope: Scope,
    /// A value for each of them.
    pub model: Model,
}

/// A formula in numbers, `2 <= 1`, or the part of it that decides whether it holds; and the values
/// of bound variables at which it says that.
pub(super) struct Trace {
    pub at: Vec<String>,
    pub text: String,
}

/// ∀ and ∃ over at most so many indices are written out.
const WRITTEN_OUT: usize = 4;
/// Numbers of more digits are not written out.
const LONGEST: usize = 40;

impl Trace {
    fn of(text: String) -> Self {
        Trace { at: vec![], text }
    }

    /// In one line.
    pub(super) fn whole(&self) -> String {
        if self.at.is_empty() { self.text.clone() } else { format!("at {}: {}", self.at.join(", "), self.text) }
    }
}

impl Trial<'_> {
    pub(super) fn truth(&self, expr: &Expr) -> Truth {
        match self.scope.clone().formula(expr) {
            Ok(formula) => Evaluator::new(self.library, &self.model, self.samples).deciding().formula(&formula),
            Err(_) => Truth::Unknown(Reason::Failure(Failure::IllSorted)),
        }
    }

    /// A formula that is known to hold, or not to, in numbers where that is possible.
    pub(super) fn trace(&self, expr: &Expr, holds: bool) -> Trace {
        let found = match &expr.kind {
            ExprKind::Compare { first, rest } => self.compared(first, rest, holds).map(Trace::of),
            ExprKind::Not(inner) => {
                let inner = self.trace(inner, !holds);
                Some(Trace { text: format!("not ({})", inner.text), ..inner })
            }
            ExprKind::And(parts) => Some(self.joined(parts, " and ", holds, false)),
            ExprKind::Or(parts) => Some(self.joined(parts, " or ", holds, true)),
            ExprKind::Implies(left, right) => Some(Trace::of(format!("{} -> {}", self.part(left), self.part(right)))),
            ExprKind::Iff(left, right) => Some(Trace::of(format!("{} <-> {}", self.part(left), self.part(right)))),
            ExprKind::Quantified { quantifier, binders, body } => {
                let (first, rest) = peeled(*quantifier, binders, body);
                first.and_then(|binder| self.quantified(*quantifier, binder, &rest, holds))
            }
            _ => None,
        };
        found.unwrap_or_else(|| Trace::of(print_expr(expr)))
    }

    /// A part of a formula, whether it holds or not.
    fn part(&self, expr: &Expr) -> String {
        let holds = match self.truth(expr) {
            Truth::True => true,
            Truth::False => false,
            Truth::Unknown(_) => return print_expr(expr),
        };
        let text = self.trace(expr, holds).whole();
        if text.contains(':') { format!("({text})") } else { text }
    }

    /// The parts of a conjunction or disjunction: the one that decides it, or all of them.
    fn joined(&self, parts: &[Expr], word: &str, holds: bool, decides: bool) -> Trace {
        let one = if decides { Truth::True } else { Truth::False };
        match parts.iter().find(|part| holds == decides && self.truth(part) == one) {
            Some(part) => self.trace(part, holds),
            None => {
                let all: Vec<String> = parts.iter().map(|part| self.trace(part, holds).whole()).collect();
                Trace::of(all.join(word))
            }
        }
    }

    /// The value at which a quantified formula is decided, or what it says at each index.
    fn quantified(&self, quantifier: Quantifier, binder: &ast::Binder, body: &Expr, holds: bool) -> Option<Trace> {
        let binders = self.scope.index_binders(std::slice::from_ref(binder), body).ok()?;
        let (name, sort) = binders.first()?;
        let values = self.values(name, sort);
        if (quantifier == Quantifier::Exists) == holds {
            let wanted = if holds { Truth::True } else { Truth::False };
            let mut places = values.iter().map(|value| (value, self.with(name, sort, value)));
            let (value, trial) = places.find(|(_, trial)| trial.truth(body) == wanted)?;
            let mut trace = trial.trace(body, holds);
            trace.at.insert(0, format!("{} = {}", name.name, written(value)));
            return Some(trace);
        }
        if !matches!(sort, Sort::Index(_)) || values.len() > WRITTEN_OUT {
            return None;
        }
        let says = |value| {
            format!("{} = {}: {}", name.name, written(value), self.with(name, sort, value).trace(body, holds).whole())
        };
        let all: Vec<String> = values.iter().map(says).collect();
        let text = if all.is_empty() { format!("there is no {}", name.name) } else { all.join("; ") };
        Some(Trace::of(text))
    }

    /// All values of an index; those that were given to other variables of this name.
    fn values(&self, name: &Ident, sort: &Sort) -> Vec<Value> {
        if let Sort::Index(dimension) = sort {
            let size = self.model.sizes.get(dimension.0 as usize).copied().unwrap_or_default();
            return (0..size).map(Value::Index).collect();
        }
        let named =
            self.samples.named.iter().filter(|(own, value)| **own == *name.name && self.model.admits(value, sort));
        named.map(|(_, value)| value.clone()).collect()
    }

    /// The instance with one more variable.
    fn with(&self, name: &Ident, sort: &Sort, value: &Value) -> Self {
        let mut trial = self.clone();
        trial.scope.push(&name.name, sort.clone(), name.span);
        trial.scope.free = trial.scope.entries.len();
        trial.model.values.push(value.clone());
        trial
    }

    /// A chain of comparisons with the values of its terms; of a false one the first false link.
    fn compared(&self, first: &Expr, rest: &[(Relation, Expr)], holds: bool) -> Option<String> {
        let mut text = self.value(first)?;
        let mut left = first;
        for (relation, right) in rest {
            let link = ExprKind::Compare { first: Box::new(left.clone()), rest: vec![(*relation, right.clone())] };
            let value = self.value(right)?;
            if !holds && self.truth(&Expr::new(right.span, link)) == Truth::False {
                return Some(format!("{} {} {value}", self.value(left)?, relation.sign()));
            }
            text = format!("{text} {} {value}", relation.sign());
            left = right;
        }
        Some(text)
    }

    /// The value of a term, or of the name of an index.
    fn value(&self, expr: &Expr) -> Option<String> {
        if let ExprKind::Name(name) = &expr.kind
            && let Some(value @ Value::Index(_)) = self.scope.find(name).and_then(|level| self.model.values.get(level))
        {
            return Some(written(value));
        }
        let term = self.scope.clone().term(expr).ok()?;
        Evaluator::new(self.library, &self.model, self.samples).term(&term).ok().map(|q| digits(&q))
    }
}

/// The first variable of a quantifier, and what is said of it.
fn peeled<'e>(quantifier: Quantifier, binders: &'e [ast::Binder], body: &Expr) -> (Option<&'e ast::Binder>, Expr) {
    match binders {
        [first, rest @ ..] if !rest.is_empty() => {
            let kind = ExprKind::Quantified { quantifier, binders: rest.to_vec(), body: Box::new(body.clone()) };
            (Some(first), Expr::new(body.span, kind))
        }
        _ => (binders.first(), body.clone()),
    }
}

fn digits(q: &Rational) -> String {
    let text = q.to_string();
    if text.len() <= LONGEST { text } else { "(a long number)".to_owned() }
}

/// A value as it is written in an instance.
fn written(value: &Value) -> String {
    match value {
        Value::Index(place) => place.saturating_add(1).to_string(),
        Value::Natural(n) => n.to_string(),
        Value::Array(array) => {
            let entries: Vec<String> = array.entries().iter().map(digits).collect();
            match array.shape() {
                [] => entries.concat(),
                [_, columns] if *columns > 0 => {
                    let rows: Vec<String> =
                        entries.chunks(*columns).map(|row| format!("[{}]", row.join(", "))).collect();
                    format!("[{}]", rows.join(", "))
                }
                _ => format!("[{}]", entries.join(", ")),
            }
        }
    }
}
