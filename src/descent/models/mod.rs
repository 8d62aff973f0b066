//! Gradient descent on every diagonal network of the theory, certified.
//!
//! Model A (f = Σ xᵢwᵢ²), B (Σ xᵢuᵢvᵢ) and C (Σ xᵢwᵢᴰ), one or several samples, step sizes that are constant in the end.
//! [`certify`] follows the real, infinite run until its end is known: trapped by an interpolator, exactly on one, stuck, diverging.
//! Each end has a [`Certificate`] that [`recheck`] verifies from scratch. What is rational stays
//! rational; no floating-point number takes part.

mod certify;
mod follow;
mod interval;
mod matrix;
mod outcome;
mod point;
mod problem;
#[cfg(test)]
mod tests;
pub mod trapping;

use super::Error;
use crate::exact::Enclosure;

pub use certify::{after, certify, certify_signed, no_overshoot, recheck};
pub use outcome::{Answer, Certificate, Certified, Ending, Evidence, Matrix, Outcome, Reason, Refusal, Undecided};
pub use point::{Point, Quantity};
pub use problem::{LARGEST_DEPTH, MOST_ENTRIES, MOST_PHASES, MOST_SAMPLES, Model, Phase, Problem, Schedule};
pub use trapping::{Trap, Violation};

/// An interpolator of model A by enclosures of the squares of its weights, with roots to about 2^-width: the caller knows
/// that there is one in them.
///
/// # Errors
/// If there is not one square for each weight, or the model is another.
pub fn interpolator(problem: &Problem, squares: Vec<Enclosure>, width: u64) -> Result<Point, Error> {
    if !matches!(problem.model(), Model::Shared { .. }) {
        return Err(Error::NotMeasured { why: "the interpolators of this network are not known by their squares" });
    }
    let (found, features) = (squares.len(), problem.dimension());
    if found != features {
        return Err(Error::Length { vector: "the interpolator", found, features });
    }
    Ok(Point::of_squares(problem, squares, width.saturating_add(32)))
}
