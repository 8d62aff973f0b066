//! Text to tokens.
//!
//! A spelling that is common elsewhere but wrong here (`=>`, `==`, `&&`) is
//! reported and then read as what it was meant to be, so that it hides no
//! further errors.

use logos::Logos;

use super::ast::{Comment, Span};
use super::diagnostic::Diagnostic;

/// More errors than this in one file are not reported.
pub(super) const MAX_ERRORS: usize = 50;

/// The most tokens and comments of one file: some megabytes of theorems. It bounds the memory that
/// a tree takes.
pub const MAX_TOKENS: usize = 1 << 18;

/// The kinds of token. Words that are keywords only where the grammar expects
/// them (`loss`, `in`, `vec`, …) are names here.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\n\f]+")]
#[logos(subpattern letter = r"[\p{L}_--Σ]")]
#[logos(subpattern tail = r"[\p{L}0-9_--Σ]*'*")]
pub(super) enum Token {
    #[token("theorem")]
    Theorem,
    #[token("experiment")]
    Experiment,
    #[token("network")]
    Network,
    #[token("dimension")]
    Dimension,
    #[token("let")]
    Let,
    #[token("assume")]
    Assume,
    #[token("define")]
    Define,
    #[token("show")]
    Show,
    #[token("lemma")]
    Lemma,
    #[token("refute")]
    Refute,
    #[token("because")]
    Because,
    #[token("given")]
    Given,
    #[token("by")]
    By,
    #[token("have")]
    Have,
    #[token("fix")]
    Fix,
    #[token("suppose")]
    Suppose,
    #[token("contrary")]
    Contrary,
    #[token("obtain")]
    Obtain,
    #[token("take")]
    Take,
    #[token("cases")]
    Cases,
    #[token("case")]
    Case,
    #[token("part")]
    Part,
    #[token("forward")]
    Forward,
    #[token("backward")]
    Backward,
    #[token("absurd")]
    Absurd,
    #[token("forall")]
    #[token("∀")]
    Forall,
    #[token("exists")]
    #[token("∃")]
    Exists,
    #[token("sum")]
    #[token("Σ")]
    Sum,
    #[token("and")]
    #[token("∧")]
    And,
    #[token("or")]
    #[token("∨")]
    Or,
    #[token("not")]
    #[token("¬")]
    Not,
    #[token("run")]
    Run,
    #[token("certify")]
    Certify,
    #[token("source")]
    Source,

    #[regex(r"(?&letter)(?&tail)")]
    Name,
    /// `d/dt`: the derivative in `t`.
    #[regex(r"d/d(?&letter)(?&tail)")]
    Derivative,
    #[regex(r"[0-9]+(\.[0-9]+)?")]
    Number,
    #[regex(r#""[^"\n]*""#)]
    Text,
    /// A text without its second quote; read as a text, after an error.
    #[regex(r#""[^"\n]*"#)]
    OpenText,
    #[regex(r"#[^\n]*", allow_greedy = true)]
    Comment,

    #[token("<->")]
    #[token("↔")]
    Iff,
    #[token("->")]
    #[token("→")]
    Implies,
    #[token("|->")]
    #[token("↦")]
    MapsTo,
    #[token("=")]
    Equal,
    #[token("!=")]
    #[token("≠")]
    NotEqual,
    #[token("<")]
    Less,
    #[token("<=")]
    #[token("≤")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    #[token("≥")]
    GreaterEqual,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    #[token("·")]
    #[token("×")]
    Times,
    #[token("/")]
    Over,
    #[token("^")]
    Power,
    #[token("²")]
    Squared,
    #[token("³")]
    Cubed,
    #[token("√")]
    Root,
    #[token("(")]
    OpenParenthesis,
    #[token(")")]
    CloseParenthesis,
    #[token("[")]
    OpenBracket,
    #[token("]")]
    CloseBracket,
    #[token("{")]
    OpenBrace,
    #[token("}")]
    CloseBrace,
    #[token(",")]
    Comma,
    #[token(";")]
    Semicolon,
    #[token(":")]
    Colon,
    #[token(":=")]
    Assign,
    #[token(".")]
    Dot,

    /// A spelling from elsewhere; [`meant`] says what it is read as.
    #[token("=>")]
    #[token("⇒")]
    #[token("==>")]
    #[token("<=>")]
    #[token("⇔")]
    #[token("==")]
    #[token("<>")]
    #[token("/=")]
    #[token("=<")]
    #[token("&&")]
    #[token("&")]
    #[token("||")]
    #[token("!")]
    #[token("**")]
    #[token("−")]
    #[token("∑")]
    #[token("⋅")]
    Foreign,
    /// What is no token of the language; reported where it was found.
    Unknown,
    /// The end of the file.
    End,
}

impl Token {
    /// Whether it is a word that can never be a name.
    pub(super) const fn is_keyword(self) -> bool {
        (self as u8) <= (Self::Source as u8)
    }
}

/// A token and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lexeme {
    pub(super) token: Token,
    pub(super) span: Span,
}

/// What the lexer makes of a text.
#[derive(Default)]
pub(super) struct Lexed {
    pub(super) lexemes: Vec<Lexeme>,
    pub(super) comments: Vec<Comment>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

/// The token that a foreign spelling is read as, and its proper spelling.
fn meant(spelling: &str) -> (Token, &'static str) {
    match spelling {
        "=>" | "⇒" | "==>" => (Token::Implies, "->"),
        "<=>" | "⇔" => (Token::Iff, "<->"),
        "==" => (Token::Equal, "="),
        "<>" | "/=" => (Token::NotEqual, "!="),
        "=<" => (Token::LessEqual, "<="),
        "&&" | "&" => (Token::And, "and"),
        "||" => (Token::Or, "or"),
        "!" => (Token::Not, "not"),
        "**" => (Token::Power, "^"),
        "−" => (Token::Minus, "-"),
        "⋅" => (Token::Times, "*"),
        _ => (Token::Sum, "sum"),
    }
}

/// The range of a token; a text is too short for its offsets to overflow.
fn span_of(range: std::ops::Range<usize>) -> Span {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(range.start), offset(range.end))
}

/// Splits a text into tokens and comments; into none, after a report, if they are too many.
pub(super) fn lex(text: &str) -> Lexed {
    let mut lexed = Lexed::default();
    let mut lexer = Token::lexer(text);
    while let Some(result) = lexer.next() {
        let span = span_of(lexer.span());
        if lexed.lexemes.len().saturating_add(lexed.comments.len()) >= MAX_TOKENS {
            return too_many(span);
        }
        let token = result.unwrap_or(Token::Unknown);
        if token == Token::Comment {
            let line = lexer.slice().trim_end_matches('\r');
            lexed.comments.push(Comment {
                span: Span::new(span.start, span.start + span_of(0..line.len()).end),
                text: line.strip_prefix('#').unwrap_or(line).to_owned(),
            });
        } else {
            let token = lexed.checked(token, span, lexer.slice());
            lexed.lexemes.push(Lexeme { token, span });
        }
    }
    lexed
}

fn too_many(span: Span) -> Lexed {
    let message = format!("files of more than {MAX_TOKENS} words, symbols and comments are not read");
    let diagnostic = Diagnostic::error(message).primary(span, "").help("divide it into several files");
    Lexed { diagnostics: vec![diagnostic], ..Lexed::default() }
}

impl Lexed {
    /// The token to go on with, after a report if the text was not proper.
    fn checked(&mut self, token: Token, span: Span, spelling: &str) -> Token {
        match token {
            Token::Foreign => {
                let (token, proper) = meant(spelling);
                self.report(
                    Diagnostic::error(format!("`{spelling}` is not a symbol of this language"))
                        .primary(span, "")
                        .help(format!("did you mean `{proper}`?")),
                );
                token
            }
            Token::OpenText => {
                let quote = Span::new(span.start, span.start + 1);
                self.report(Diagnostic::error("this quote is not closed on its line").primary(quote, "opened here"));
                Token::Text
            }
            Token::Unknown => {
                self.unknown(span, spelling);
                token
            }
            token => token,
        }
    }

    /// Reports a character that starts no token, once for a run of them.
    fn unknown(&mut self, span: Span, spelling: &str) {
        let goes_on =
            self.lexemes.last().is_some_and(|last| last.token == Token::Unknown && last.span.end == span.start);
        if goes_on {
            return;
        }
        let diagnostic =
            Diagnostic::error(format!("`{}` is not a character of this language", spelling.escape_debug()))
                .primary(span, "");
        self.report(match spelling {
            "“" | "”" | "„" | "«" | "»" => diagnostic.help("quote with `\"`"),
            "′" | "’" | "‘" => diagnostic.help("a prime is written `'`"),
            "‖" | "|" => diagnostic.help("norms and absolute values are functions: `norm(w)`"),
            "∂" => diagnostic.help("a derivative is written `d/dt f(t) at t = 0` or `d/dw[k] f(w)`"),
            _ => diagnostic,
        });
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < MAX_ERRORS {
            self.diagnostics.push(diagnostic);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<Token> {
        lex(text).lexemes.iter().map(|lexeme| lexeme.token).collect()
    }

    #[test]
    fn both_spellings_of_a_symbol_are_one_token() {
        for (ascii, unicode) in [
            ("forall", "∀"),
            ("exists", "∃"),
            ("sum", "Σ"),
            ("and or not", "∧ ∨ ¬"),
            ("<-> -> |->", "↔ → ↦"),
            ("!= <= >=", "≠ ≤ ≥"),
            ("* *", "· ×"),
        ] {
            assert_eq!(tokens(ascii), tokens(unicode));
        }
        assert_eq!(tokens("√²³"), [Token::Root, Token::Squared, Token::Cubed]);
    }

    #[test]
    fn a_name_is_letters_digits_underscores_and_trailing_primes() {
        for name in ["w'", "x_max", "β", "η_0''", "_", "forall_", "dd", "ℓ2"] {
            assert_eq!(tokens(name), [Token::Name], "{name}");
        }
        assert_eq!(tokens("Σi"), [Token::Sum, Token::Name]);
        assert_eq!(tokens("w'v"), [Token::Name, Token::Name]);
        assert_eq!(tokens("2x"), [Token::Number, Token::Name]);
    }

    #[test]
    fn a_derivative_is_one_token_only_without_spaces() {
        assert_eq!(tokens("d/dt"), [Token::Derivative]);
        assert_eq!(tokens("d/ dt"), [Token::Name, Token::Over, Token::Name]);
        assert_eq!(tokens("xd/dt"), [Token::Name, Token::Over, Token::Name]);
        assert_eq!(tokens("d/d"), [Token::Name, Token::Over, Token::Name]);
    }

    #[test]
    fn a_number_takes_a_point_only_with_digits_after_it() {
        assert_eq!(tokens("1.25"), [Token::Number]);
        assert_eq!(tokens("1.x"), [Token::Number, Token::Dot, Token::Name]);
        assert_eq!(tokens("1.2.3"), [Token::Number, Token::Dot, Token::Number]);
    }

    #[test]
    fn comments_are_kept_apart_with_their_places() {
        let lexed = lex("a # b\r\n#c");
        assert_eq!(lexed.lexemes.len(), 1);
        let found: Vec<_> = lexed.comments.iter().map(|comment| (comment.span, comment.text.as_str())).collect();
        assert_eq!(found, [(Span::new(2, 5), " b"), (Span::new(7, 9), "c")]);
    }

    #[test]
    fn every_foreign_spelling_has_a_meaning_of_its_own() {
        for (foreign, token) in [
            ("=>", Token::Implies),
            ("⇔", Token::Iff),
            ("==", Token::Equal),
            ("<>", Token::NotEqual),
            ("=<", Token::LessEqual),
            ("&&", Token::And),
            ("||", Token::Or),
            ("!", Token::Not),
            ("**", Token::Power),
            ("−", Token::Minus),
            ("⋅", Token::Times),
            ("∑", Token::Sum),
        ] {
            let lexed = lex(foreign);
            assert_eq!(lexed.lexemes[0].token, token);
            assert_eq!(lexed.diagnostics.len(), 1);
        }
    }

    #[test]
    fn a_run_of_unknown_characters_is_one_error_and_errors_are_capped() {
        assert_eq!(lex("a ☃☃☃ b").diagnostics.len(), 1);
        assert_eq!(lex(&"☃ ".repeat(1000)).diagnostics.len(), MAX_ERRORS);
    }
}
