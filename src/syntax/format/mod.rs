//! The layout of a file, as [`format`] writes it: the author's words, parentheses, comments and
//! choice of line breaks, with spaces, indentation and blank lines as they are in `theorems/`.
//!
//! Unlike [`print()`](super::print()), which writes a tree, this works on the tokens of a text: a
//! pair of parentheses that the grammar does not need may well help a reader, and a tree does
//! not know of it. The tree says only where lines start and how far they are indented.
//!
//! A line break inside a formula stays where it is if it stands where one may stand: before an
//! operator, `given` or `by`, or after a comma. Lines of more than [`WIDTH`] columns are broken
//! at the loosest operator. A break leads to an indentation that depends on the breaks before it
//! alone; therefore formatting twice changes nothing.

mod layout;
mod lines;
mod pieces;
mod spacing;
mod spelling;

use super::ast::File;
use super::diagnostic::Diagnostic;
use super::lexer::lex;
use super::parse;

/// The width that lines are broken to, in characters.
pub const WIDTH: usize = 100;

/// How symbols are spelled that have two spellings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spelling {
    /// As the author wrote them.
    #[default]
    Kept,
    /// `forall`, `<=`, `sqrt(x)`.
    Ascii,
    /// `∀`, `≤`, `√(x)`.
    Unicode,
}

/// The text in its canonical layout, with the same meaning and the same comments.
///
/// ```
/// use tightrope::syntax::{Spelling, format};
/// let text = "theorem t let x:real # any\n show s: ∀ i,x ^2>=0 because x*x";
/// assert_eq!(
///     format(text, Spelling::Ascii).unwrap(),
///     "theorem t\n  let x : real  # any\n  show s: forall i, x^2 >= 0\n    because x*x\n"
/// );
/// ```
///
/// # Errors
///
/// What is wrong with the text, if it does not parse.
pub fn format(text: &str, spelling: Spelling) -> Result<String, Vec<Diagnostic>> {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let (file, diagnostics) = parse(text);
    if !diagnostics.is_empty() {
        return Err(diagnostics);
    }
    let pieces = pieces::pieces(text, &lex(text));
    let pieces = pieces::Pieces { all: spelling::spelled(pieces.all, spelling), ..pieces };
    let lines = lines::lines(&file, &pieces.all);
    let formatted = layout::written(&pieces, &lines);
    // The layout of a text is not worth its meaning: what was written is read again.
    match parse(&formatted) {
        (again, errors) if errors.is_empty() && same(&file, &again) => Ok(formatted),
        _ => Err(vec![
            Diagnostic::error("this file cannot be formatted without a change of its meaning")
                .help("this is a mistake in tightrope, not in your file: please report it"),
        ]),
    }
}

/// Whether two files have the same items, and the same comments but for spaces at their ends.
fn same(one: &File, other: &File) -> bool {
    let comments = |file: &File| -> Vec<String> {
        file.comments.iter().map(|comment| pieces::trimmed(&comment.text).to_owned()).collect()
    };
    one.items == other.items && comments(one) == comments(other)
}
