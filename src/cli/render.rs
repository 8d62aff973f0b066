//! Diagnostics as text, in the style of rustc.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::syntax::ast::Span;
use crate::syntax::diagnostic::{Diagnostic, Severity};
use crate::syntax::source::printable;

/// What is longer than this, in bytes, is not shown: nobody reads it, and lining
/// it up takes long. Its line and column are.
const LONGEST_SNIPPET: usize = 1 << 16;

/// The diagnostic with the lines that it is about, ending in a line break.
///
/// The spans must be those of `source`; what lies outside of it is cut off.
///
/// ```
/// use tightrope::cli::render;
/// let source = "theorem t\n  show s: 1 <\n";
/// let (_, diagnostics) = tightrope::syntax::parse(source);
/// let text = render::diagnostic(&diagnostics[0], "t.thm", source, false);
/// assert!(text.starts_with("error: expected an expression after `<`, found the end of the file"));
/// assert!(text.contains("t.thm:2:14"));
/// ```
pub fn diagnostic(diagnostic: &Diagnostic, file_name: &str, source: &str, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let path = printable(file_name);
    let title = level.primary_title(diagnostic.message.as_str());
    let group = match window(diagnostic, source) {
        Some(window) if window.len() <= LONGEST_SNIPPET => title.element(snippet(diagnostic, source, &window, &path)),
        Some(_) => title.element(origin(diagnostic, source, &path)),
        None => title.element(Origin::path(path.as_str())),
    };
    let helps = diagnostic.help.iter().map(String::as_str);
    let report: [Group<'_>; 1] = [group.elements(helps.map(|help| Level::HELP.message(help)))];
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    let mut text = renderer.render(&report);
    text.push('\n');
    text
}

/// File, line and column of a diagnostic.
fn origin<'a>(diagnostic: &Diagnostic, source: &str, path: &'a str) -> Origin<'a> {
    let place = inside(diagnostic.span().unwrap_or_default(), source);
    let before = source.get(..place.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    Origin::path(path)
        .line(before.matches('\n').count().saturating_add(1))
        .char_column(line.chars().count().saturating_add(1))
}

fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    source: &'a str,
    window: &Range<usize>,
    path: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let before = source.get(..window.start).unwrap_or_default();
    let lines = source.get(window.clone()).unwrap_or_default();
    let annotations = diagnostic.labels.iter().map(|label| {
        let range = inside(label.span, source);
        let range = range.start.saturating_sub(window.start)..range.end.saturating_sub(window.start);
        let kind = if label.primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let annotation = kind.span(range);
        if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
    });
    Snippet::source(lines)
        .line_start(before.matches('\n').count().saturating_add(1))
        .path(path)
        .annotations(annotations)
}

/// The lines from the first to the last label, so that the cost of rendering is
/// that of what is shown and not that of the file. Nothing if there is no label.
fn window(diagnostic: &Diagnostic, source: &str) -> Option<Range<usize>> {
    let spans = diagnostic.labels.iter().map(|label| label.span);
    let covered = inside(spans.reduce(Span::to)?, source);
    let start = source
        .get(..covered.start)
        .and_then(|before| before.rfind('\n'))
        .map_or(0, |line_break| line_break.saturating_add(1));
    let end = source
        .get(covered.end..)
        .and_then(|after| after.find('\n'))
        .map_or(source.len(), |line_break| covered.end.saturating_add(line_break));
    Some(start..end)
}

/// The part of a span that lies in the source, from character to character.
fn inside(span: Span, source: &str) -> Range<usize> {
    let range = span.range();
    let start = character(range.start, source);
    let end = character(range.end, source).max(start);
    start..end
}

/// The start of the character at an offset; the end of the source if it is beyond.
fn character(offset: usize, source: &str) -> usize {
    let mut boundary = offset.min(source.len());
    while !source.is_char_boundary(boundary) {
        boundary = boundary.saturating_sub(1);
    }
    boundary
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    fn rendered(source: &str) -> String {
        let (_, diagnostics) = parse(source);
        let texts = diagnostics.iter().map(|one| diagnostic(one, "norm.thm", source, false));
        texts.collect()
    }

    #[test]
    fn an_unclosed_bracket_shows_where_it_was_opened() {
        let source = "theorem floor\n  # β\n  assume fit: f(w = y\n  show s: 1 < 2 by ring\n";
        insta::assert_snapshot!(rendered(source), @r"
        error: expected `)`, found `show`
         --> norm.thm:4:3
          |
        3 |   assume fit: f(w = y
          |                - `(` opened here
        4 |   show s: 1 < 2 by ring
          |   ^^^^
        ");
    }

    #[test]
    fn labels_on_two_lines_and_help() {
        let source = "theorem floor\n  assume fit: norm(w\n    2) = y\n";
        insta::assert_snapshot!(rendered(source), @r"
        error: expected `)`, found `2`
         --> norm.thm:3:5
          |
        2 |   assume fit: norm(w
          |                   - `(` opened here
        3 |     2) = y
          |     ^
          |
          = help: a product is written with `*`
        ");
    }

    #[test]
    fn a_diagnostic_without_a_place_names_the_file() {
        let about_all = Diagnostic::warning("the file holds nothing").help("write a theorem");
        let text = diagnostic(&about_all, "a.thm", "", false);
        insta::assert_snapshot!(text, @r"
        warning: the file holds nothing
         --> a.thm
          = help: write a theorem
        ");
    }

    #[test]
    fn spans_that_are_not_in_the_source_are_cut_off() {
        let wrong = Diagnostic::error("e").primary(Span::new(1, 900), "far").secondary(Span::new(5, 2), "reversed");
        for source in ["", "β", "ββ\n\r\nβ\n", "\n"] {
            assert!(diagnostic(&wrong, "a\u{1b}.thm", source, false).contains("error: e"));
        }
    }

    #[test]
    fn of_a_line_that_is_too_long_the_place_is_given() {
        let source = format!("# first\ntheorem t assume h: {}b", "β + ".repeat(100_000));
        insta::assert_snapshot!(rendered(&source.replace("+ b", "b")), @r"
        error: expected a clause of a theorem, found `b`
         --> norm.thm:2:400019
          = help: a product is written with `*`
        ");
    }

    #[test]
    fn colour_is_only_where_it_is_asked_for() {
        let one = Diagnostic::error("e").primary(Span::new(0, 1), "here");
        assert!(diagnostic(&one, "a.thm", "x", true).contains('\u{1b}'));
        assert!(!diagnostic(&one, "a.thm", "x", false).contains('\u{1b}'));
    }
}
