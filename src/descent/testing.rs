//! Short spellings of data, for tests.

use num_rational::BigRational;

use super::Problem;

/// "13/4" or "2".
pub fn rational(text: &str) -> BigRational {
    text.parse().expect("a rational number")
}

/// Rational numbers separated by spaces.
pub fn vector(text: &str) -> Vec<BigRational> {
    text.split_whitespace().map(rational).collect()
}

/// A problem from its features, target and start.
pub fn problem(x: &str, y: &str, w: &str) -> Problem {
    Problem::new(vector(x), rational(y), vector(w)).expect("a well-formed problem")
}
