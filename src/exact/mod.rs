//! Rigorous arithmetic for runs: dyadic balls in fixed point with outward
//! rounding, rational enclosures, and the decimal digits an enclosure guarantees.
//!
//! Nothing here is approximate in the floating-point sense: every operation
//! returns a set that contains the true value, and the bound that makes it so is
//! derived beside the code.

mod ball;
mod digits;
mod elementary;
mod enclosure;
pub mod fixed;
mod spectrum;

pub use ball::{Ball, Grid, coarsened};
pub use digits::digits;
pub use elementary::{exp, log, sqrt};
pub use enclosure::{Enclosure, compare};
pub use spectrum::{is_positive_definite, largest_eigenvalue, weighted_gram};
