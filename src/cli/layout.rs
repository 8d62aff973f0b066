//! Words on lines: wrapping, alignment, colour.

use crate::syntax::source::printable;

/// Columns of a line.
pub(super) const WIDTH: usize = 80;

/// How a piece of text looks, where there is colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    Strong,
    Faint,
    Good,
    Bad,
    Open,
}

/// Paints text, or does not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Palette {
    pub colour: bool,
}

impl Palette {
    pub(super) fn paint(self, look: Look, text: &str) -> String {
        if !self.colour || text.is_empty() {
            return text.to_owned();
        }
        let code = match look {
            Look::Strong => "1",
            Look::Faint => "2",
            Look::Good => "32",
            Look::Bad => "1;31",
            Look::Open => "33",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// The number of columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// The text, filled up with spaces on the right.
pub(super) fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(columns(text))))
}

/// Breaks a text into lines of at most `width` columns, at spaces; a word that is longer
/// has a line of its own. No line is broken at a no-break space. Control characters, which
/// could speak to a terminal, are left out.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![];
    let mut line = String::new();
    for word in text.split_ascii_whitespace() {
        let word = printable(word);
        let word = word.replace('\u{a0}', " ");
        let needed = columns(&line).saturating_add(1).saturating_add(columns(&word));
        if !line.is_empty() && needed > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// A text below a text of `indent` columns that already stands on the first line: wrapped,
/// later lines indented, ending in a line break.
pub(super) fn hanging(text: &str, indent: usize) -> String {
    let lines = wrapped(text, WIDTH.saturating_sub(indent));
    format!("{}\n", lines.join(&format!("\n{}", " ".repeat(indent))))
}

/// A paragraph, every line indented.
pub(super) fn paragraph(text: &str, indent: usize) -> String {
    format!("{}{}", " ".repeat(indent), hanging(text, indent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_filled_and_never_longer_than_asked() {
        assert_eq!(wrapped("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrapped("aaaaaa b", 3), ["aaaaaa", "b"]);
        assert_eq!(wrapped("  \u{1b}[31m ", 9), ["[31m"]);
        assert!(wrapped("", 9).is_empty());
        assert_eq!(wrapped("a b\u{a0}=\u{a0}c", 5), ["a", "b = c"]);
        assert_eq!(paragraph("a b", 2), "  a b\n");
        assert_eq!(padded("≤", 3), "≤  ");
    }

    #[test]
    fn paint_leaves_text_alone_without_colour() {
        assert_eq!(Palette { colour: false }.paint(Look::Bad, "x"), "x");
        assert_eq!(Palette { colour: true }.paint(Look::Bad, "x"), "\u{1b}[1;31mx\u{1b}[0m");
    }
}
