//! Tokens to syntax tree, by recursive descent.
//!
//! The first error of a clause ends that clause; parsing goes on at the next
//! one, so that one run reports the errors of all clauses. Where a proof breaks
//! off, what follows of it is still read piece by piece, for its errors only.
//!
//! Recursion is bounded: by [`MAX_DEPTH`] for the height of what is built, and
//! by a small multiple of it for the parser itself, since parentheses leave no
//! trace in the tree.

mod exprs;
mod items;
mod proofs;

use super::ast::{File, Ident, Span, Text};
use super::diagnostic::Diagnostic;
use super::lexer::{Lexeme, MAX_ERRORS, Token, lex};
use super::source;

/// The height of the highest expression, and of the deepest nesting of proofs.
pub const MAX_DEPTH: u32 = 128;

/// The most clauses of one item together with the names in lists of names: what is declared is
/// compared with all that was declared before.
pub const MAX_ENTRIES: usize = 1_000;

/// How many calls of the expression parser may be under way.
const MAX_CALLS: u32 = 2 * MAX_DEPTH;

/// What a step of the parser returns: its result, or nothing after an error
/// that has been reported already.
type Parse<T> = Result<T, Stop>;

/// The reason is among the diagnostics.
struct Stop;

/// Reads a file. The tree holds the clauses without errors; it stands for the
/// file only if there is no diagnostic.
///
/// ```
/// let (file, diagnostics) = tightrope::syntax::parse("theorem t  show s: 1 < 2 by ring");
/// assert!(diagnostics.is_empty());
/// assert_eq!(file.items.len(), 1);
/// ```
pub fn parse(text: &str) -> (File, Vec<Diagnostic>) {
    if text.len() > source::MAX_BYTES {
        return (File::default(), vec![source::too_large(text.len())]);
    }
    let lexed = lex(text);
    let mut parser = Parser::new(text, lexed.lexemes, lexed.diagnostics);
    let items = parser.file();
    let file = File { items, comments: lexed.comments };
    (file, in_order(parser.diagnostics))
}

/// In the order of the file, and no more than a person can use.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(Diagnostic::span);
    if diagnostics.len() > MAX_ERRORS {
        diagnostics.truncate(MAX_ERRORS);
        diagnostics.push(Diagnostic::error(format!("there are more errors than the {MAX_ERRORS} that are shown")));
    }
    diagnostics
}

struct Parser<'a> {
    text: &'a str,
    lexemes: Vec<Lexeme>,
    position: usize,
    /// Calls of the expression parser under way.
    calls: u32,
    /// Proofs under way, one inside the other.
    proofs: u32,
    /// Clauses of the present item so far, and names in its lists of names.
    entries: usize,
    /// What to call an expression that is missing at a position.
    wanted: (usize, &'static str),
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, lexemes: Vec<Lexeme>, diagnostics: Vec<Diagnostic>) -> Self {
        Self { text, lexemes, position: 0, calls: 0, proofs: 0, entries: 0, wanted: (0, ""), diagnostics }
    }

    // Looking.

    /// The token `ahead` places after the next one.
    fn peek_at(&self, ahead: usize) -> Token {
        self.lexemes.get(self.position.saturating_add(ahead)).map_or(Token::End, |lexeme| lexeme.token)
    }

    /// The next token.
    fn peek(&self) -> Token {
        self.peek_at(0)
    }

    /// The place of the next token; the end of the last one if there is none.
    fn here(&self) -> Span {
        self.lexemes.get(self.position).map_or_else(
            || {
                let end = self.last_end();
                Span::new(end, end)
            },
            |lexeme| lexeme.span,
        )
    }

    /// Where the last token taken ends.
    fn last_end(&self) -> u32 {
        self.position.checked_sub(1).and_then(|last| self.lexemes.get(last)).map_or(0, |lexeme| lexeme.span.end)
    }

    /// From the start of `span` to the end of the last token taken.
    fn since(&self, span: Span) -> Span {
        Span::new(span.start, self.last_end().max(span.end))
    }

    fn text_of(&self, span: Span) -> &'a str {
        self.text.get(span.range()).unwrap_or_default()
    }

    /// Whether the token `ahead` places on is the name `word`, a keyword only here.
    fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        self.lexemes
            .get(self.position.saturating_add(ahead))
            .is_some_and(|lexeme| lexeme.token == Token::Name && self.text_of(lexeme.span) == word)
    }

    /// Whether the next token is the name `word`, a keyword only here.
    fn is_word(&self, word: &str) -> bool {
        self.is_word_at(0, word)
    }

    // Taking.

    /// Takes the next token, whatever it is.
    fn bump(&mut self) -> Span {
        let span = self.here();
        self.position = self.position.saturating_add(1).min(self.lexemes.len());
        span
    }

    fn eat(&mut self, token: Token) -> bool {
        let found = self.peek() == token;
        if found {
            self.bump();
        }
        found
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word(word);
        if found {
            self.bump();
        }
        found
    }

    /// Takes `token`, or says that `expected` was.
    fn expect(&mut self, token: Token, expected: &str) -> Parse<Span> {
        if self.peek() == token { Ok(self.bump()) } else { Err(self.unexpected(expected)) }
    }

    fn expect_word(&mut self, word: &str, expected: &str) -> Parse<Span> {
        if self.is_word(word) { Ok(self.bump()) } else { Err(self.unexpected(expected)) }
    }

    /// Whether a closing bracket comes next.
    fn at_closing(&self) -> bool {
        matches!(self.peek(), Token::CloseParenthesis | Token::CloseBracket | Token::CloseBrace)
    }

    /// Takes the bracket that closes the one at `opened`.
    fn close(&mut self, token: Token, spelling: &str, opened: Span) -> Parse<Span> {
        if self.peek() == token {
            return Ok(self.bump());
        }
        let opener = self.text_of(opened).to_owned();
        let mut diagnostic =
            self.expected(&format!("`{spelling}`")).secondary(opened, format!("`{opener}` opened here"));
        if let Some(help) = help_after_expression(self.peek()).filter(|_| !self.at_closing()) {
            diagnostic = diagnostic.help(help);
        }
        Err(self.stop(diagnostic))
    }

    /// Takes a name, `what` says of what. A keyword before what can only follow
    /// a name is reported and taken for one.
    fn ident(&mut self, what: &str) -> Parse<Ident> {
        let span = self.here();
        let ident = Ident { span, name: self.text_of(span).to_owned() };
        let is_keyword = self.peek().is_keyword();
        if !is_keyword && self.peek() != Token::Name {
            return Err(self.unexpected(what));
        }
        if is_keyword {
            let help = format!("`{}` is a keyword and cannot be a name", ident.name);
            let Stop = self.stop(self.expected(what).help(help));
            if !matches!(self.peek_at(1), Token::Colon | Token::Comma | Token::Equal) {
                return Err(Stop);
            }
        }
        self.bump();
        Ok(ident)
    }

    /// Takes names separated by commas; at least one.
    fn idents(&mut self, what: &str) -> Parse<Vec<Ident>> {
        let mut names = vec![self.ident(what)?];
        while self.eat(Token::Comma) {
            self.count_entry()?;
            names.push(self.ident("a name after `,`")?);
        }
        Ok(names)
    }

    /// Counts a clause or a name, up to [`MAX_ENTRIES`].
    fn count_entry(&mut self) -> Parse<()> {
        self.entries = self.entries.saturating_add(1);
        if self.entries <= MAX_ENTRIES {
            return Ok(());
        }
        let message = format!("clauses and names after the first {MAX_ENTRIES} of one item are not read");
        let diagnostic = Diagnostic::error(message).primary(self.here(), "").help("divide it into several items");
        let stop = self.stop(diagnostic);
        self.position = self.lexemes.len();
        Err(stop)
    }

    /// Takes a quoted text, if there is one.
    fn quoted(&mut self) -> Option<Text> {
        if self.peek() != Token::Text {
            return None;
        }
        let span = self.bump();
        let text = self.text_of(span);
        let value = text.strip_prefix('"').unwrap_or(text);
        Some(Text { span, value: value.strip_suffix('"').unwrap_or(value).to_owned() })
    }

    // Complaining.

    /// What the next token is to a reader.
    fn found(&self) -> String {
        const LONGEST: usize = 40;
        match self.peek() {
            Token::End => "the end of the file".to_owned(),
            Token::Text => "a quoted text".to_owned(),
            _ => {
                let text = self.text_of(self.here());
                let short: String = text.chars().take(LONGEST).collect();
                let dots = if short.len() < text.len() { "…" } else { "" };
                format!("`{short}{dots}`")
            }
        }
    }

    /// "expected …, found …", at the next token.
    fn expected(&self, expected: &str) -> Diagnostic {
        Diagnostic::error(format!("expected {expected}, found {}", self.found())).primary(self.here(), "")
    }

    fn unexpected(&mut self, expected: &str) -> Stop {
        let diagnostic = self.expected(expected);
        self.stop(diagnostic)
    }

    /// Reports and gives up on what is being parsed. At a character that is no
    /// token the lexer has said enough.
    fn stop(&mut self, diagnostic: Diagnostic) -> Stop {
        if self.peek() != Token::Unknown {
            self.report(diagnostic);
        }
        Stop
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Whether there are so many errors that no more will be shown.
    fn is_full(&self) -> bool {
        self.diagnostics.len() > 2 * MAX_ERRORS
    }
}

/// What to say where two expressions stand side by side.
const PRODUCT_HELP: &str = "a product is written with `*`";

/// What an author who put `token` after a complete expression may have wanted.
const fn help_after_expression(token: Token) -> Option<&'static str> {
    match token {
        Token::Name
        | Token::Number
        | Token::OpenParenthesis
        | Token::OpenBracket
        | Token::Root
        | Token::Sum
        | Token::Derivative => Some(PRODUCT_HELP),
        Token::MapsTo => Some("an index function `i |-> …` stands only as an argument"),
        Token::Assign => Some("`NAME := …` stands only as an argument"),
        Token::CloseParenthesis | Token::CloseBracket | Token::CloseBrace => {
            Some("nothing is open that it could close")
        }
        _ => None,
    }
}
