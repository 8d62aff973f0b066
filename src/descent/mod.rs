//! Gradient descent on one sample, f(w) = Σ xᵢwᵢ² with loss ½(f − y)², certified.
//!
//! A real, infinite run with rational data is followed in ball arithmetic
//! until the lemma [`trapping`] applies: from there on it provably converges, to a point
//! of a box whose size is known. What comes out is a rigorous enclosure of the limit
//! ([`certify`]), with a [`Certificate`] from which everything can be checked again
//! ([`recheck`]). No floating-point number takes part.

mod limit;
mod minimiser;
pub mod models;
mod problem;
mod run;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
pub mod trapping;

pub use limit::{
    Budget, Certificate, CertifiedLimit, Landing, Limit, Outcome, Reason, Refusal, Undecided, certify, recheck,
};
pub use minimiser::{Minimiser, norm_minimiser, sharpness_minimiser};
pub use problem::{Error, Problem, exact_step};
pub use run::follow;
pub use trapping::{Trapping, Violation};
