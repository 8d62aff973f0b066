//! What stands between two tokens of a line: spaces, or perhaps a line break.

use super::super::lexer::Token;
use super::pieces::Piece;

/// What stands before a token.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Joint {
    /// So many spaces.
    pub(super) spaces: usize,
    /// Whether the line may be broken instead, and how bad that is: the depth of brackets first,
    /// then how tightly the operator binds.
    pub(super) rank: Option<usize>,
}

/// The ranks of breaks outside of brackets, from the best to the worst.
mod rank {
    pub(super) const GIVEN: usize = 0;
    pub(super) const LIST: usize = 1;
    pub(super) const BODY: usize = 2;
    pub(super) const IFF: usize = 3;
    pub(super) const IMPLIES: usize = 4;
    pub(super) const OR: usize = 5;
    pub(super) const AND: usize = 6;
    pub(super) const RELATION: usize = 7;
    pub(super) const TERM: usize = 8;
    /// After `sum i,`.
    pub(super) const SUMMAND: usize = 9;
    /// One bracket further in is as bad as this.
    pub(super) const BRACKET: usize = 10;
    /// A product is torn apart only where sums two brackets further in cannot be.
    pub(super) const FACTOR: usize = 2 * BRACKET + SUMMAND;
}

/// What stands before each piece of a line.
pub(super) fn joints(line: &[Piece<'_>]) -> Vec<Joint> {
    let mut sweep = Sweep::new(line);
    (0..line.len()).map(|place| sweep.joint(place)).collect()
}

/// What is known at one depth of brackets.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Whether the variables of a quantifier or `sum` are being named, and of which.
    binder: Option<Token>,
    /// Whether the bracket belongs to `d/dw[…]`.
    is_derivative: bool,
    /// Whether it is `[`.
    is_bracket: bool,
}

struct Sweep<'a> {
    line: &'a [Piece<'a>],
    /// The place of the word that the line starts with, after braces.
    head: usize,
    word: Token,
    /// The brackets that are open, after the line as a whole.
    open: Vec<Level>,
    /// The bracket that was closed last.
    closed: Level,
    /// Whether the token before is a sign and no operator.
    signed: bool,
    /// Whether a definition has come to its `=` or `<->`.
    defined: bool,
    /// What gives the token before it a break of its own after it.
    after: Option<usize>,
}

impl<'a> Sweep<'a> {
    fn new(line: &'a [Piece<'a>]) -> Self {
        let head = line.iter().take_while(|piece| piece.token == Token::OpenBrace).count();
        let word = line.get(head).map_or(Token::End, |piece| piece.token);
        Self {
            line,
            head,
            word,
            open: vec![Level::default()],
            closed: Level::default(),
            signed: false,
            defined: word != Token::Define,
            after: None,
        }
    }

    fn token(&self, place: Option<usize>) -> Token {
        place.and_then(|place| self.line.get(place)).map_or(Token::End, |piece| piece.token)
    }

    fn text(&self, place: Option<usize>) -> &str {
        place.and_then(|place| self.line.get(place)).map_or("", |piece| &*piece.text)
    }

    fn level(&self) -> Level {
        self.open.last().copied().unwrap_or_default()
    }

    fn depth(&self) -> usize {
        self.open.len().saturating_sub(1)
    }

    /// What stands before the piece at the place; takes the piece.
    fn joint(&mut self, place: usize) -> Joint {
        let follows = self.is_operand(place.checked_sub(1));
        let is_sign = self.token(Some(place)) == Token::Minus && !follows;
        let rank = match self.token(Some(place)) {
            // It stays with the head of its branch.
            Token::OpenBrace => None,
            _ if is_sign => self.after,
            _ => self.after.or_else(|| self.rank(place)),
        };
        let deeper = self.depth().saturating_mul(rank::BRACKET);
        let joint = Joint {
            spaces: if place == 0 { 0 } else { self.spaces(place, follows) },
            rank: rank.filter(|_| place > self.head).map(|rank| rank.saturating_add(deeper)),
        };
        self.take(place);
        self.signed = is_sign;
        joint
    }

    /// Whether an operand ends with the piece at the place, which was taken last.
    fn is_operand(&self, place: Option<usize>) -> bool {
        match self.token(place) {
            Token::Name => !self.is_from(place),
            Token::CloseBracket => !self.closed.is_derivative,
            Token::Number | Token::CloseParenthesis | Token::Squared | Token::Cubed => true,
            _ => false,
        }
    }

    /// Whether `from` is the word of `obtain v, h from fact`.
    fn is_from(&self, place: Option<usize>) -> bool {
        let before = place.and_then(|place| place.checked_sub(1));
        self.word == Token::Obtain && self.text(place) == "from" && self.token(before) == Token::Name
    }

    fn spaces(&self, place: usize, follows: bool) -> usize {
        let before = place.checked_sub(1);
        let (previous, next) = (self.token(before), self.token(Some(place)));
        if matches!(next, Token::Times | Token::Over) || matches!(previous, Token::Times | Token::Over) {
            return usize::from(self.is_near_derivative(place));
        }
        let opens = matches!(next, Token::OpenParenthesis | Token::OpenBracket);
        let is_tight = match (previous, next) {
            (
                _,
                Token::Comma
                | Token::CloseParenthesis
                | Token::CloseBracket
                | Token::Dot
                | Token::Power
                | Token::Squared
                | Token::Cubed,
            ) => true,
            (Token::OpenParenthesis | Token::OpenBracket | Token::Dot | Token::Power | Token::Root, _) => true,
            (Token::Derivative, Token::OpenBracket) => true,
            (Token::Minus, _) if self.signed => true,
            (_, Token::Colon) => self.is_head_colon(place),
            _ => opens && follows && self.level().binder.is_none(),
        };
        match next {
            _ if is_tight => 0,
            Token::Given if !matches!(previous, Token::Because | Token::Absurd) => 2,
            _ => 1,
        }
    }

    /// Whether `/` without spaces around it would make a derivative out of names: `d / dt`.
    fn is_near_derivative(&self, place: usize) -> bool {
        let over = if self.token(Some(place)) == Token::Over { Some(place) } else { place.checked_sub(1) };
        let before = over.and_then(|over| over.checked_sub(1));
        let after = over.map(|over| over.saturating_add(1));
        self.token(over) == Token::Over
            && self.text(before) == "d"
            && self.token(after) == Token::Name
            && self.text(after).starts_with('d')
    }

    /// Whether the colon ends the head of a line: `show NAME:`, `part:`.
    fn is_head_colon(&self, place: usize) -> bool {
        self.word != Token::Let && self.depth() == 0 && place.saturating_sub(self.head) <= 2
    }

    /// How bad a break before the piece is, within its brackets.
    fn rank(&self, place: usize) -> Option<usize> {
        Some(match self.token(Some(place)) {
            Token::Given | Token::By => rank::GIVEN,
            Token::Iff if self.defined => rank::IFF,
            Token::Implies => rank::IMPLIES,
            Token::Or => rank::OR,
            Token::And => rank::AND,
            Token::Equal if self.is_assignment(place) => return None,
            Token::Equal | Token::NotEqual | Token::Less | Token::LessEqual | Token::Greater | Token::GreaterEqual => {
                rank::RELATION
            }
            Token::Plus | Token::Minus => rank::TERM,
            Token::Times | Token::Over => rank::FACTOR,
            _ => return None,
        })
    }

    /// Whether `=` is no relation between terms: it gives a value, stands in `[i = m]`, in
    /// `at t = 0` or in a definition.
    fn is_assignment(&self, place: usize) -> bool {
        let before = place.checked_sub(1);
        let gives = matches!(self.word, Token::Name | Token::Run | Token::Take | Token::Define);
        let is_at = self.token(before) == Token::Name
            && before.and_then(|before| before.checked_sub(1)).is_some_and(|at| self.text(Some(at)) == "at");
        (gives && self.depth() == 0) || self.level().is_bracket || is_at
    }

    fn take(&mut self, place: usize) {
        self.after = None;
        let before = place.checked_sub(1);
        let token = self.token(Some(place));
        match token {
            Token::OpenParenthesis | Token::OpenBracket => self.open.push(Level {
                binder: None,
                is_derivative: token == Token::OpenBracket && self.token(before) == Token::Derivative,
                is_bracket: token == Token::OpenBracket,
            }),
            Token::CloseParenthesis | Token::CloseBracket if self.open.len() > 1 => {
                self.closed = self.open.pop().unwrap_or_default();
            }
            Token::Forall | Token::Exists | Token::Sum => {
                if let Some(level) = self.open.last_mut() {
                    level.binder = Some(token);
                }
            }
            Token::Comma => {
                self.after = Some(match self.open.last_mut().and_then(|level| level.binder.take()) {
                    Some(Token::Sum) => rank::SUMMAND,
                    Some(_) => rank::BODY,
                    None => rank::LIST,
                });
            }
            Token::Equal | Token::Iff if !self.defined && self.depth() == 0 => {
                self.defined = true;
                self.after = Some(rank::BODY);
            }
            Token::Colon if self.is_head_colon(place) => self.after = Some(rank::BODY),
            _ => {}
        }
    }
}
