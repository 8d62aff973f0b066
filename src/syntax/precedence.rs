//! How tightly the forms of an expression bind, for parser and printer alike.

use super::lexer::Token;

/// From the loosest to the tightest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// `<->`, which does not associate.
    Iff,
    /// `->`, to the right.
    Implies,
    /// `or`.
    Or,
    /// `and`.
    And,
    /// `not`, and the quantifiers, whose bodies take all that follows.
    Not,
    /// `=`, `<`, …, in chains.
    Compare,
    /// `+` and binary `-`.
    Add,
    /// Unary `-`: of a whole product, as usual.
    Negate,
    /// `*` and `/`.
    Multiply,
    /// What follows a `*`: `sum` and derivatives stand there, and take all the
    /// factors that follow.
    Factor,
    /// What follows a `^`: as [`Level::Factor`], but no `sum`, no derivative.
    Exponent,
    /// `^`, to the right.
    Power,
    /// Names, numbers, brackets, and what is indexed, applied or a field.
    Primary,
}

impl Level {
    /// The level of a binary operator, if the token is one.
    pub(super) const fn of(token: Token) -> Option<Self> {
        Some(match token {
            Token::Iff => Self::Iff,
            Token::Implies => Self::Implies,
            Token::Or => Self::Or,
            Token::And => Self::And,
            Token::Equal | Token::NotEqual | Token::Less | Token::LessEqual | Token::Greater | Token::GreaterEqual => {
                Self::Compare
            }
            Token::Plus | Token::Minus => Self::Add,
            Token::Times | Token::Over => Self::Multiply,
            Token::Power | Token::Squared | Token::Cubed => Self::Power,
            _ => return None,
        })
    }
}
