//! Terms without sums, arrays and definitions: what is left at fixed dimensions.

use std::sync::Arc;

use num_traits::{One, Signed, Zero};

use crate::kernel::Rational;

/// A real-valued expression in the constants of a [`Problem`](super::Problem), by their numbers.
pub(super) type Expr = Arc<Node>;

/// An expression, and how long it is when it is written: parts that are shared count as often as they occur.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node {
    pub kind: ExprKind,
    pub size: usize,
}

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ExprKind {
    Number(Rational),
    Constant(usize),
    Add(Vec<Expr>),
    Multiply(Vec<Expr>),
    Power(Expr, u32),
}

fn made(kind: ExprKind) -> Expr {
    let inside = match &kind {
        ExprKind::Number(_) | ExprKind::Constant(_) => 0,
        ExprKind::Add(parts) | ExprKind::Multiply(parts) => {
            parts.iter().fold(0, |size: usize, part| size.saturating_add(part.size))
        }
        ExprKind::Power(base, n) => base.size.saturating_mul(*n as usize),
    };
    Arc::new(Node { kind, size: inside.saturating_add(1) })
}

pub(super) fn number(q: Rational) -> Expr {
    made(ExprKind::Number(q))
}

pub(super) fn constant(id: usize) -> Expr {
    made(ExprKind::Constant(id))
}

pub(super) fn value(expr: &Expr) -> Option<&Rational> {
    match &expr.kind {
        ExprKind::Number(q) => Some(q),
        _ => None,
    }
}

pub(super) fn as_constant(expr: &Expr) -> Option<usize> {
    match &expr.kind {
        ExprKind::Constant(id) => Some(*id),
        _ => None,
    }
}

/// A sum; numbers in it are added up.
pub(super) fn add(terms: Vec<Expr>) -> Expr {
    let mut rest = vec![];
    let mut known = Rational::zero();
    let flat = |term: Expr| match &term.kind {
        ExprKind::Add(inner) => inner.clone(),
        _ => vec![term],
    };
    for term in terms.into_iter().flat_map(flat) {
        match &term.kind {
            ExprKind::Number(q) => known += q,
            _ => rest.push(term),
        }
    }
    if rest.is_empty() {
        return number(known);
    }
    if !known.is_zero() {
        rest.push(number(known));
    }
    if rest.len() == 1 { rest.remove(0) } else { made(ExprKind::Add(rest)) }
}

/// A product; numbers in it are multiplied.
pub(super) fn multiply(factors: Vec<Expr>) -> Expr {
    let mut rest = vec![];
    let mut known = Rational::one();
    let flat = |factor: Expr| match &factor.kind {
        ExprKind::Multiply(inner) => inner.clone(),
        _ => vec![factor],
    };
    for factor in factors.into_iter().flat_map(flat) {
        match &factor.kind {
            ExprKind::Number(q) => known *= q,
            _ => rest.push(factor),
        }
    }
    if known.is_zero() || rest.is_empty() {
        return number(known);
    }
    if !known.is_one() {
        rest.insert(0, number(known));
    }
    if rest.len() == 1 { rest.remove(0) } else { made(ExprKind::Multiply(rest)) }
}

pub(super) fn power(base: &Expr, n: u32) -> Expr {
    match (&base.kind, n) {
        (_, 0) => number(Rational::one()),
        (_, 1) => base.clone(),
        (ExprKind::Number(q), _) => multiply(vec![number(q.clone()); n as usize]),
        _ => made(ExprKind::Power(base.clone(), n)),
    }
}

/// Whether a constant occurs.
pub(super) fn holds(expr: &Expr, id: usize) -> bool {
    match &expr.kind {
        ExprKind::Number(_) => false,
        ExprKind::Constant(own) => *own == id,
        ExprKind::Add(parts) | ExprKind::Multiply(parts) => parts.iter().any(|part| holds(part, id)),
        ExprKind::Power(base, _) => holds(base, id),
    }
}

/// The derivative with respect to a constant.
pub(super) fn derivative(expr: &Expr, id: usize) -> Expr {
    match &expr.kind {
        ExprKind::Number(_) => number(Rational::zero()),
        ExprKind::Constant(own) if *own == id => number(Rational::one()),
        ExprKind::Constant(_) => number(Rational::zero()),
        ExprKind::Add(terms) => add(terms.iter().map(|term| derivative(term, id)).collect()),
        ExprKind::Multiply(factors) => {
            let one = |place: usize| {
                let with =
                    |(k, factor): (usize, &Expr)| if k == place { derivative(factor, id) } else { factor.clone() };
                multiply(factors.iter().enumerate().map(with).collect())
            };
            add((0..factors.len()).map(one).collect())
        }
        ExprKind::Power(base, n) => {
            let factor = number(Rational::from_integer((*n).into()));
            multiply(vec![factor, power(base, n.saturating_sub(1)), derivative(base, id)])
        }
    }
}

/// The expression with another one in place of a constant.
pub(super) fn replace(expr: &Expr, id: usize, by: &Expr) -> Expr {
    match &expr.kind {
        ExprKind::Number(_) => expr.clone(),
        ExprKind::Constant(own) => {
            if *own == id {
                by.clone()
            } else {
                expr.clone()
            }
        }
        ExprKind::Add(terms) => add(terms.iter().map(|term| replace(term, id, by)).collect()),
        ExprKind::Multiply(factors) => multiply(factors.iter().map(|factor| replace(factor, id, by)).collect()),
        ExprKind::Power(base, n) => power(&replace(base, id, by), *n),
    }
}

/// A number as SMT-LIB writes real ones.
pub(super) fn written(q: &Rational) -> String {
    let size = q.abs();
    let text = if size.denom().is_one() {
        format!("{}.0", size.numer())
    } else {
        format!("(/ {}.0 {}.0)", size.numer(), size.denom())
    };
    if q.is_negative() { format!("(- {text})") } else { text }
}

/// Writes an expression, given the names of the constants.
pub(super) fn write(expr: &Expr, names: &[String], text: &mut String) {
    let list = |sign: &str, parts: &mut dyn Iterator<Item = &Expr>, text: &mut String| {
        text.push('(');
        text.push_str(sign);
        parts.for_each(|part| {
            text.push(' ');
            write(part, names, text);
        });
        text.push(')');
    };
    match &expr.kind {
        ExprKind::Number(q) => text.push_str(&written(q)),
        ExprKind::Constant(id) => text.push_str(names.get(*id).map_or("?", String::as_str)),
        ExprKind::Add(parts) => list("+", &mut parts.iter(), text),
        ExprKind::Multiply(parts) => list("*", &mut parts.iter(), text),
        ExprKind::Power(base, n) => list("*", &mut std::iter::repeat_n(base, *n as usize), text),
    }
}
