//! Gradient descent on every diagonal network of the theory, certified.
//!
//! Model A (f = Σ xᵢwᵢ²), B (Σ xᵢuᵢvᵢ) and C (Σ xᵢwᵢᴰ), one or several samples, step sizes that are constant in the end.
//! [`certify`] follows the real, infinite run until its end is known: trapped by an interpolator, exactly on one, stuck, diverging.
//! Each end has a [`Certificate`] that [`recheck`] verifies from scratch. What is rational stays
//! rational; no floating-point number takes part.

mod certify;
mod compare;
mod follow;
mod interval;
mod matrix;
mod outcome;
mod point;
mod problem;
#[cfg(test)]
mod tests;
pub mod trapping;

pub use certify::{after, certify, certify_signed, no_overshoot, recheck};
pub use compare::{Comparison, Refinable, Side, certify_order, measure};
pub use outcome::{Answer, Certificate, Certified, Ending, Evidence, Matrix, Outcome, Reason, Refusal, Undecided};
pub use point::{Point, Quantity};
pub use problem::{LARGEST_DEPTH, MOST_ENTRIES, MOST_PHASES, MOST_SAMPLES, Model, Phase, Problem, Schedule};
pub use trapping::{Trap, Violation};
