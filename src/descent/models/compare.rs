//! Certified comparisons between numbers that are read off runs, or known otherwise.

use std::cmp::Ordering;

use num_rational::BigRational;

use super::super::limit::Budget;
use super::super::problem::Error;
use super::certify::{after, certify, certify_signed};
use super::outcome::{Outcome, Reason, Undecided};
use super::point::{Point, Quantity};
use super::problem::{Problem, Schedule};
use crate::exact::{Enclosure, compare};

/// The exponent of the width that is tried first.
const FIRST_WIDTH: u64 = 64;

/// A number that is enclosed to 2^-width on request, or why it is not.
pub type Refinable<'a> = dyn Fn(u64) -> Result<Result<Enclosure, Undecided>, Error> + 'a;

/// One side of a comparison.
pub enum Side<'a> {
    /// A number known exactly.
    Exact(&'a BigRational),
    /// A quantity of a run.
    Run {
        /// The data.
        problem: &'a Problem,
        /// The step sizes.
        schedule: &'a Schedule,
        /// The number of steps, or the limit.
        steps: Option<usize>,
        /// The quantity.
        quantity: &'a Quantity,
    },
    /// Any other number, a quantity of the gradient flow for instance.
    Other(&'a Refinable<'a>),
}

/// What came of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The order is certified by these enclosures of the two sides.
    Decided {
        /// Left against right.
        order: Ordering,
        /// The left side.
        left: Enclosure,
        /// The right side.
        right: Enclosure,
    },
    /// The enclosures were never separated.
    Undecided {
        /// Why no tighter enclosure was had.
        undecided: Undecided,
        /// The tightest overlapping enclosures, if there were any.
        overlap: Option<(Enclosure, Enclosure)>,
    },
}

/// Compares two numbers, enclosed to 2^-64, 2^-128, 2^-256, … until they separate or the budget ends.
///
/// # Errors
/// If a quantity makes no sense for its problem.
pub fn certify_order(left: &Side<'_>, right: &Side<'_>, budget: &Budget) -> Result<Comparison, Error> {
    let mut width = FIRST_WIDTH;
    let mut overlap = None;
    loop {
        let (left, right) = match (enclose(left, width, budget)?, enclose(right, width, budget)?) {
            (Ok(left), Ok(right)) => (left, right),
            (Err(undecided), _) | (_, Err(undecided)) => return Ok(Comparison::Undecided { undecided, overlap }),
        };
        if let Some(order) = compare(&left, &right) {
            return Ok(Comparison::Decided { order, left, right });
        }
        overlap = Some((left, right));
        width = width.saturating_mul(2);
        if width > budget.precision {
            let undecided = Undecided { reason: Reason::Precision, evidence: "the enclosures overlap".to_owned() };
            return Ok(Comparison::Undecided { undecided, overlap });
        }
    }
}

/// A quantity of a run, enclosed to about 2^-width, or why it is not.
///
/// # Errors
/// If the quantity makes no sense for the problem.
pub fn measure(
    problem: &Problem,
    schedule: &Schedule,
    steps: Option<usize>,
    quantity: &Quantity,
    width: u64,
    budget: &Budget,
) -> Result<Result<Enclosure, Undecided>, Error> {
    quantity.check(problem)?;
    match state(problem, schedule, steps, quantity.needs_signs(problem), width, budget)? {
        Ok(point) => quantity.of(&point, width).map(Ok),
        Err(undecided) => Ok(Err(undecided)),
    }
}

fn state(
    problem: &Problem,
    schedule: &Schedule,
    steps: Option<usize>,
    signs: bool,
    width: u64,
    budget: &Budget,
) -> Result<Result<Point, Undecided>, Error> {
    if let Some(steps) = steps {
        return Ok(after(problem, schedule, steps, width, budget));
    }
    let outcome = if signs { certify_signed } else { certify }(problem, schedule, width, budget)?;
    Ok(match outcome {
        Outcome::Undecided(undecided) => Err(undecided),
        Outcome::Certified(certified) => match certified.ending.limit() {
            Some(limit) => Ok(limit.clone()),
            None => {
                let reason = Reason::NoLimit(certified.ending.to_string());
                Err(Undecided { reason, evidence: String::new() })
            }
        },
    })
}

fn enclose(side: &Side<'_>, width: u64, budget: &Budget) -> Result<Result<Enclosure, Undecided>, Error> {
    match side {
        Side::Exact(value) => Ok(Ok(Enclosure::point((*value).clone()))),
        Side::Run { problem, schedule, steps, quantity } => measure(problem, schedule, *steps, quantity, width, budget),
        Side::Other(number) => number(width),
    }
}
