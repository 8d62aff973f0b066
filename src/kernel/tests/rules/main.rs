//! The rules of the kernel, one file per group: what each must accept beside what it must refuse.
//!
//! Helpers unwrap and index: a test that cannot build its input has failed. Terms such as
//! `t * 0` and `|t| reciprocal(t)` are written as one writes mathematics.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::erasing_op,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::redundant_closure,
    clippy::unwrap_used,
    missing_docs
)]

mod arithmetic;
mod bounds;
mod cases;
mod citations;
mod common;
mod definedness;
mod definitions;
mod deltas;
mod derivatives;
mod finite;
mod ill_formed;
mod naturals;
mod normal_forms;
mod quantifiers;
mod reciprocals_roots;
mod sums;
mod theorems;
