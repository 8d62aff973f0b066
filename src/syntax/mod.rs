//! The language of `.thm` files: text to syntax tree and back.

pub mod ast;
pub mod diagnostic;
mod lexer;
mod parser;
mod precedence;
pub mod source;

pub use parser::{MAX_DEPTH, parse};
