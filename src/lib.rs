//! Tightrope: theorems about gradient descent at the edge of stability, decided by a machine.

pub use tightrope_kernel as kernel;

pub mod cli;
pub mod descent;
pub mod elaborate;
pub mod exact;
pub mod export;
pub mod flow;
pub mod model;
pub mod sweep;
pub mod syntax;
pub mod trajectory;
pub mod verdict;
