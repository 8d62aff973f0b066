//! The language of `.thm` files: text to syntax tree and back.

pub mod ast;
pub mod diagnostic;
mod lexer;
pub mod source;
