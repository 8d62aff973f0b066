//! Certified comparisons between quantities of limits.

use std::cmp::Ordering;

use num_rational::BigRational;

use super::limit::{Budget, Limit, Outcome, Undecided, certify};
use super::problem::{Error, Problem};
use crate::exact::{Enclosure, compare};

/// The exponent of the width that is tried first.
const FIRST_WIDTH: u64 = 64;

/// A number read off a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// Σ βᵢ
    Norm,
    /// 4 Σ xᵢ²βᵢ
    Sharpness,
    /// Σ (βᵢ − β*ᵢ)² against the ground truth β*.
    Risk(Vec<BigRational>),
}

impl Quantity {
    /// The enclosure of this number at a limit.
    pub fn of(&self, limit: &Limit) -> Result<Enclosure, Error> {
        match self {
            Quantity::Norm => Ok(limit.norm.clone()),
            Quantity::Sharpness => Ok(limit.sharpness.clone()),
            Quantity::Risk(truth) => limit.risk(truth),
        }
    }
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub enum Side<'a> {
    /// A number known exactly.
    Exact(&'a BigRational),
    /// A quantity at the limit of a run.
    Run {
        /// The data.
        problem: &'a Problem,
        /// The step size.
        eta: &'a BigRational,
        /// The quantity.
        quantity: &'a Quantity,
    },
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

/// Compares two numbers, enclosing limits to 2^-64, 2^-128, 2^-256, … until the
/// enclosures separate or the budget ends.
pub fn certify_order(left: &Side<'_>, right: &Side<'_>, budget: &Budget) -> Result<Comparison, Error> {
    let mut width = FIRST_WIDTH;
    let mut overlap = None;
    loop {
        let sides = (enclose(left, width, budget)?, enclose(right, width, budget)?);
        let (left, right) = match sides {
            (Ok(left), Ok(right)) => (left, right),
            (Err(undecided), _) | (_, Err(undecided)) => {
                return Ok(Comparison::Undecided { undecided, overlap });
            }
        };
        if let Some(order) = compare(&left, &right) {
            return Ok(Comparison::Decided { order, left, right });
        }
        overlap = Some((left, right));
        // Beyond the precision of the budget `certify` gives up, so this ends.
        width = width.saturating_mul(2);
    }
}

fn enclose(side: &Side<'_>, width: u64, budget: &Budget) -> Result<Result<Enclosure, Undecided>, Error> {
    match side {
        Side::Exact(value) => Ok(Ok(Enclosure::point((*value).clone()))),
        Side::Run { problem, eta, quantity } => match certify(problem, eta, width, budget)? {
            Outcome::Converged(certified) => quantity.of(&certified.limit).map(Ok),
            Outcome::Landed(landing) => quantity.of(&landing.limit).map(Ok),
            Outcome::Undecided(undecided) => Ok(Err(undecided)),
        },
    }
}
