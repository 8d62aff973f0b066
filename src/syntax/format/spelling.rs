//! From one spelling of the symbols to the other.

use std::borrow::Cow;

use super::super::lexer::Token;
use super::Spelling;
use super::pieces::Piece;

/// The ASCII and the Unicode spelling of a token that has two of one meaning each.
const fn spellings(token: Token) -> Option<(&'static str, &'static str)> {
    Some(match token {
        Token::Forall => ("forall", "∀"),
        Token::Exists => ("exists", "∃"),
        Token::Sum => ("sum", "Σ"),
        Token::And => ("and", "∧"),
        Token::Or => ("or", "∨"),
        Token::Not => ("not", "¬"),
        Token::Iff => ("<->", "↔"),
        Token::Implies => ("->", "→"),
        Token::MapsTo => ("|->", "↦"),
        Token::NotEqual => ("!=", "≠"),
        Token::LessEqual => ("<=", "≤"),
        Token::GreaterEqual => (">=", "≥"),
        Token::Times => ("*", "·"),
        _ => return None,
    })
}

/// The pieces in the spelling that is wanted.
pub(super) fn spelled(mut pieces: Vec<Piece<'_>>, spelling: Spelling) -> Vec<Piece<'_>> {
    if spelling == Spelling::Kept {
        return pieces;
    }
    for piece in &mut pieces {
        if let Some((ascii, unicode)) = spellings(piece.token) {
            piece.text = Cow::Borrowed(if spelling == Spelling::Ascii { ascii } else { unicode });
        }
    }
    match spelling {
        Spelling::Ascii => spread(pieces),
        _ => contracted(pieces),
    }
}

/// A token that the author did not write, next to one that he did.
fn added<'a>(token: Token, text: &'static str, beside: &Piece<'a>) -> Piece<'a> {
    Piece { token, text: Cow::Borrowed(text), start: beside.start, breaks: false, blank: false, remarks: Vec::new() }
}

/// The place of the bracket that closes the one at each place.
fn partners(pieces: &[Piece<'_>]) -> Vec<Option<usize>> {
    let mut partners = vec![None; pieces.len()];
    let mut open = Vec::new();
    for (place, piece) in pieces.iter().enumerate() {
        match piece.token {
            Token::OpenParenthesis | Token::OpenBracket => open.push(place),
            Token::CloseParenthesis | Token::CloseBracket => {
                if let Some(partner) = open.pop().and_then(|opened: usize| partners.get_mut(opened)) {
                    *partner = Some(place);
                }
            }
            _ => {}
        }
    }
    partners
}

/// The token at a place.
fn token(pieces: &[Piece<'_>], place: usize) -> Token {
    pieces.get(place).map_or(Token::End, |piece| piece.token)
}

/// Whether what stands before the place is indexed, applied or has a field there.
fn goes_on(pieces: &[Piece<'_>], place: usize) -> bool {
    matches!(token(pieces, place), Token::OpenParenthesis | Token::OpenBracket | Token::Dot)
}

// To ASCII: `x²` is `x^2`, `√e` is `sqrt(e)`.

fn spread(pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let partners = partners(&pieces);
    let mut closed = vec![0_usize; pieces.len()];
    let mut opens = vec![false; pieces.len()];
    for place in 0..pieces.len() {
        if token(&pieces, place) != Token::Root {
            continue;
        }
        let last = radicand(&pieces, &partners, place.saturating_add(1));
        let group = place.saturating_add(1);
        let is_group =
            token(&pieces, group) == Token::OpenParenthesis && partners.get(group).copied().flatten() == Some(last);
        if !is_group && let (Some(open), Some(closes)) = (opens.get_mut(place), closed.get_mut(last)) {
            *open = true;
            *closes = closes.saturating_add(1);
        }
    }
    let mut all = Vec::with_capacity(pieces.len());
    for ((mut piece, opens), closed) in pieces.into_iter().zip(opens).zip(closed) {
        let after = (0..closed).map(|_| added(Token::CloseParenthesis, ")", &piece)).collect::<Vec<_>>();
        let exponent = match piece.token {
            Token::Squared => Some(added(Token::Number, "2", &piece)),
            Token::Cubed => Some(added(Token::Number, "3", &piece)),
            _ => None,
        };
        let open = opens.then(|| added(Token::OpenParenthesis, "(", &piece));
        if exponent.is_some() {
            (piece.token, piece.text) = (Token::Power, Cow::Borrowed("^"));
        } else if piece.token == Token::Root {
            (piece.token, piece.text) = (Token::Name, Cow::Borrowed("sqrt"));
        }
        all.push(piece);
        all.extend(exponent.into_iter().chain(open).chain(after));
    }
    all
}

/// The last piece of what a root that stands before the place takes: one primary, with its
/// indices, arguments and fields.
fn radicand(pieces: &[Piece<'_>], partners: &[Option<usize>], mut first: usize) -> usize {
    while token(pieces, first) == Token::Root {
        first = first.saturating_add(1);
    }
    let is = |place: usize, word: &str| pieces.get(place).is_some_and(|piece| piece.text == word);
    let closing = |place: usize| partners.get(place).copied().flatten().unwrap_or(place);
    let mut last = match token(pieces, first) {
        Token::OpenParenthesis | Token::OpenBracket => closing(first),
        Token::Name if is(first, "equality") && is(first.saturating_add(1), "in") => first.saturating_add(2),
        _ => first,
    };
    loop {
        let next = last.saturating_add(1);
        match token(pieces, next) {
            Token::OpenParenthesis | Token::OpenBracket if closing(next) > next => last = closing(next),
            Token::Dot => last = next.saturating_add(1),
            _ => return last,
        }
    }
}

// To Unicode: `x^2` is `x²`, `sqrt(e)` is `√(e)`.

fn contracted(mut pieces: Vec<Piece<'_>>) -> Vec<Piece<'_>> {
    let partners = partners(&pieces);
    let mut lost = vec![false; pieces.len()];
    for place in 0..pieces.len() {
        let next = place.saturating_add(1);
        let spelling = match token(&pieces, place) {
            Token::Name if is_root(&pieces, &partners, place) => Some((Token::Root, "√")),
            Token::Power => small_exponent(&pieces, next),
            _ => None,
        };
        if let (Some((new, text)), Some(piece)) = (spelling, pieces.get_mut(place)) {
            (piece.token, piece.text) = (new, Cow::Borrowed(text));
            if let Some(lost) = lost.get_mut(next).filter(|_| new != Token::Root) {
                *lost = true;
            }
        }
    }
    pieces.into_iter().zip(lost).filter(|(_, lost)| !lost).map(|(piece, _)| piece).collect()
}

/// The sign that an exponent may be written as.
fn small_exponent(pieces: &[Piece<'_>], place: usize) -> Option<(Token, &'static str)> {
    let piece = pieces.get(place)?;
    let after = place.saturating_add(1);
    // In `x^2^3` the first exponent is the power 2³.
    let is_base = matches!(token(pieces, after), Token::Power | Token::Squared | Token::Cubed);
    if piece.token != Token::Number || !piece.remarks.is_empty() || is_base || goes_on(pieces, after) {
        return None;
    }
    match &*piece.text {
        "2" => Some((Token::Squared, "²")),
        "3" => Some((Token::Cubed, "³")),
        _ => None,
    }
}

/// Whether `sqrt` at the place is applied to one argument, which nothing names, and to nothing
/// after that.
fn is_root(pieces: &[Piece<'_>], partners: &[Option<usize>], place: usize) -> bool {
    let open = place.saturating_add(1);
    let before = place.checked_sub(1).map_or(Token::End, |before| token(pieces, before));
    let Some(close) = partners.get(open).copied().flatten() else { return false };
    pieces.get(place).is_some_and(|piece| piece.text == "sqrt")
        && !matches!(before, Token::Dot | Token::Define)
        && token(pieces, open) == Token::OpenParenthesis
        && !goes_on(pieces, close.saturating_add(1))
        && pieces.get(open.saturating_add(1)..close).is_some_and(|inside| is_one_argument(inside))
}

fn is_one_argument(inside: &[Piece<'_>]) -> bool {
    let (mut depth, mut binds) = (0_usize, false);
    for piece in inside {
        match piece.token {
            Token::OpenParenthesis | Token::OpenBracket => depth = depth.saturating_add(1),
            Token::CloseParenthesis | Token::CloseBracket => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            Token::Forall | Token::Exists | Token::Sum => binds = true,
            Token::Comma if binds => binds = false,
            Token::Comma | Token::Assign | Token::MapsTo => return false,
            Token::Colon if !binds => return false,
            _ => {}
        }
    }
    !inside.is_empty()
}
