//! Tokens with the comments and line breaks before them.

use std::borrow::Cow;

use super::super::lexer::{Lexed, Token};

/// A token and what stands between it and the token before.
#[derive(Clone, Debug)]
pub(super) struct Piece<'a> {
    pub(super) token: Token,
    pub(super) text: Cow<'a, str>,
    /// The offset in the text that the token starts at.
    pub(super) start: u32,
    /// Whether the author broke the line before it.
    pub(super) breaks: bool,
    /// Whether the author left a line empty before it.
    pub(super) blank: bool,
    /// The comments before it, in order.
    pub(super) remarks: Vec<Remark<'a>>,
}

/// A comment.
#[derive(Clone, Debug)]
pub(super) struct Remark<'a> {
    /// With its `#`, without white space at the end.
    pub(super) text: &'a str,
    /// Whether it stands on a line of its own.
    pub(super) alone: bool,
    /// Whether it starts its line without indentation.
    pub(super) outermost: bool,
    /// Whether the author left a line empty before it.
    pub(super) blank: bool,
}

/// All tokens of a text that mean something, and the comments after the last.
pub(super) struct Pieces<'a> {
    pub(super) all: Vec<Piece<'a>>,
    pub(super) tail: Vec<Remark<'a>>,
}

/// A comment without the white space at its end.
pub(super) fn trimmed(comment: &str) -> &str {
    comment.trim_end_matches([' ', '\t', '\r', '\u{C}'])
}

/// Brings tokens and comments together. Semicolons between clauses are left out: every clause
/// has a line of its own.
pub(super) fn pieces<'a>(text: &'a str, lexed: &Lexed) -> Pieces<'a> {
    let mut all: Vec<Piece<'a>> = Vec::with_capacity(lexed.lexemes.len());
    let mut remarks = Vec::new();
    let mut comments = lexed.comments.iter().map(|comment| comment.span).peekable();
    let mut end: u32 = 0;
    let lexemes = lexed.lexemes.iter().filter(|lexeme| lexeme.token != Token::Semicolon);
    for lexeme in lexemes {
        while let Some(span) = comments.next_if(|span| span.start < lexeme.span.start) {
            let gap = Gap::between(text, end, span.start);
            remarks.push(gap.remark(text, span.range(), all.is_empty()));
            end = span.end;
        }
        let gap = Gap::between(text, end, lexeme.span.start);
        end = lexeme.span.end;
        all.push(Piece {
            token: lexeme.token,
            text: Cow::Borrowed(text.get(lexeme.span.range()).unwrap_or_default()),
            start: lexeme.span.start,
            breaks: gap.breaks,
            blank: gap.blank,
            remarks: std::mem::take(&mut remarks),
        });
    }
    for span in comments {
        let gap = Gap::between(text, end, span.start);
        remarks.push(gap.remark(text, span.range(), all.is_empty()));
        end = span.end;
    }
    Pieces { all, tail: remarks }
}

/// What stands between two tokens or comments.
struct Gap {
    breaks: bool,
    blank: bool,
}

impl Gap {
    fn between(text: &str, from: u32, to: u32) -> Self {
        let gap = text.get(from as usize..to as usize).unwrap_or_default();
        let mut lines = gap.split('\n').skip(1).peekable();
        let breaks = lines.peek().is_some();
        let mut blank = false;
        while let Some(line) = lines.next() {
            blank |= lines.peek().is_some() && line.trim().is_empty();
        }
        Self { breaks, blank }
    }

    fn remark<'a>(&self, text: &'a str, range: std::ops::Range<usize>, is_first: bool) -> Remark<'a> {
        let before = text.get(..range.start).unwrap_or_default();
        Remark {
            text: trimmed(text.get(range).unwrap_or_default()),
            alone: is_first || self.breaks,
            outermost: before.is_empty() || before.ends_with('\n'),
            blank: self.blank,
        }
    }
}
