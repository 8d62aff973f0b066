//! Numbers, vectors and matrices that are written out.

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::super::scope::Elaborated;
use super::super::term::wrong;
use crate::descent::models::Matrix;
use crate::syntax::ast::{Expr, ExprKind, Factor, Sign};

pub(super) fn vector(expr: &Expr) -> Elaborated<Vec<BigRational>> {
    match &expr.kind {
        ExprKind::Vector(entries) => entries.iter().map(number).collect(),
        _ => Err(wrong(expr.span, "expected a list of numbers: `[5, 2]`")),
    }
}

pub(super) fn matrix(expr: &Expr) -> Elaborated<Matrix> {
    match &expr.kind {
        ExprKind::Vector(rows) => rows.iter().map(vector).collect(),
        _ => Err(wrong(expr.span, "expected a list of rows: `[[1, 0], [0, 1]]`")),
    }
}

/// A natural number below 2^32.
pub(super) fn natural(expr: &Expr, what: &str) -> Elaborated<u32> {
    let value = number(expr)?;
    let whole = value.is_integer().then(|| u32::try_from(value.to_integer()).ok()).flatten();
    whole.ok_or_else(|| wrong(expr.span, format!("{what} is a natural number")))
}

/// The longest power of a number.
const MAX_BITS: u64 = 1 << 16;

/// A rational number that is written out with + − * / and integer powers up to 64.
pub(in crate::elaborate) fn number(expr: &Expr) -> Elaborated<BigRational> {
    match &expr.kind {
        ExprKind::Number(q) => Ok(q.clone()),
        ExprKind::Negate(inner) => Ok(-number(inner)?),
        ExprKind::Add(terms) => terms.iter().try_fold(BigRational::zero(), |sum, (sign, term)| {
            let term = number(term)?;
            Ok(if *sign == Sign::Plus { sum + term } else { sum - term })
        }),
        ExprKind::Multiply(factors) => factors.iter().try_fold(BigRational::one(), |product, (kind, factor)| {
            let value = number(factor)?;
            match kind {
                Factor::Times => Ok(product * value),
                Factor::Over if value.is_zero() => Err(wrong(factor.span, "division by zero")),
                Factor::Over => Ok(product / value),
            }
        }),
        ExprKind::Power(base, exponent) => {
            let (base_value, exponent_value) = (number(base)?, number(exponent)?);
            let n = exponent_value.is_integer().then(|| i32::try_from(exponent_value.to_integer()).ok()).flatten();
            let n = n
                .filter(|n| n.abs() <= 64)
                .ok_or_else(|| wrong(exponent.span, "an exponent is an integer up to 64"))?;
            let bits = base_value.numer().bits().max(base_value.denom().bits());
            if bits.saturating_mul(u64::from(n.unsigned_abs())) > MAX_BITS {
                return Err(wrong(expr.span, "this number is too long"));
            }
            if n < 0 && base_value.is_zero() {
                return Err(wrong(base.span, "division by zero"));
            }
            Ok(num_traits::Pow::pow(base_value, n))
        }
        _ => Err(wrong(expr.span, "expected a number")),
    }
}
