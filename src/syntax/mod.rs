//! The language of `.thm` files: text to syntax tree and back.

pub mod ast;
pub mod diagnostic;
mod format;
mod lexer;
mod parser;
mod precedence;
mod print;
pub mod source;

pub use format::{Spelling, WIDTH, format};
pub use lexer::MAX_TOKENS;
pub use parser::{MAX_DEPTH, MAX_ENTRIES, parse};
pub use print::{print, print_expr, print_proof, print_values};

#[cfg(test)]
mod tests;
