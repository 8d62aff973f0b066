//! What there is to say about a place in a file, as plain data.

use super::ast::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Severity {
    /// The input means nothing.
    Error,
    /// The input has a meaning, though perhaps not the intended one.
    Warning,
}

/// A place in the file and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is said of it; may be empty.
    pub text: String,
    /// Whether this is the place of the diagnostic or one that explains it.
    pub primary: bool,
}

/// An error or a warning, with the places it is about and ways out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop.
    pub message: String,
    /// The places; none if it is about the file as a whole.
    pub labels: Vec<Label>,
    /// What would help, one sentence each.
    pub help: Vec<String>,
}

impl Diagnostic {
    /// An error that is about no place yet.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message.into())
    }

    /// A warning that is about no place yet.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message.into())
    }

    const fn new(severity: Severity, message: String) -> Self {
        Self { severity, message, labels: Vec::new(), help: Vec::new() }
    }

    /// Says where it is wrong.
    #[must_use]
    pub fn primary(self, span: Span, text: impl Into<String>) -> Self {
        self.label(span, text.into(), true)
    }

    /// Adds another place that explains it.
    #[must_use]
    pub fn secondary(self, span: Span, text: impl Into<String>) -> Self {
        self.label(span, text.into(), false)
    }

    fn label(mut self, span: Span, text: String, primary: bool) -> Self {
        self.labels.push(Label { span, text, primary });
        self
    }

    /// Adds a way out.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Where it is wrong: the first primary label.
    pub fn span(&self) -> Option<Span> {
        self.labels.iter().find(|label| label.primary).map(|label| label.span)
    }
}

/// Names longer than this are nobody's typing error, and comparing them costs
/// the product of their lengths.
const LONGEST_MISSPELLING: usize = 64;

/// The candidate that `name` was probably meant to be, if any is close: at most
/// one edit (insert, delete, replace, swap neighbours) in three letters.
///
/// ```
/// use tightrope::syntax::diagnostic::nearest;
/// assert_eq!(nearest("asume", ["assume", "show"]), Some("assume"));
/// assert_eq!(nearest("x", ["y", "show"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = |text: &str| text.chars().take(LONGEST_MISSPELLING + 1).count();
    let own = length(name);
    if own > LONGEST_MISSPELLING {
        return None;
    }
    candidates
        .into_iter()
        .filter(|candidate| length(candidate) <= LONGEST_MISSPELLING)
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, candidate)| distance * 3 <= own.max(length(candidate)))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_takes_the_least_distance_and_the_first_of_equals() {
        assert_eq!(nearest("shw", ["cow", "show", "shown"]), Some("show"));
        assert_eq!(nearest("abc", ["abd", "abe"]), Some("abd"));
        assert_eq!(nearest("sohw", ["show"]), Some("show"));
    }

    #[test]
    fn nearest_refuses_what_is_far_or_long() {
        assert_eq!(nearest("risk", ["norm", "loss"]), None);
        assert_eq!(nearest("", ["a"]), None);
        let long = "a".repeat(1 << 20);
        assert_eq!(nearest(&long, [long.as_str()]), None);
        assert_eq!(nearest("a", [long.as_str()]), None);
    }

    #[test]
    fn the_span_is_that_of_the_first_primary_label() {
        let diagnostic = Diagnostic::error("e").secondary(Span::new(0, 1), "").primary(Span::new(2, 3), "");
        assert_eq!(diagnostic.span(), Some(Span::new(2, 3)));
        assert_eq!(Diagnostic::warning("w").span(), None);
    }
}
