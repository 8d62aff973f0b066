//! Statements as they are written by hand: mathematical signs, and line breaks where a
//! mathematician would make them.

use super::layout::{WIDTH, columns};

/// Signs for what the canonical spelling says in ASCII; the language reads both alike.
/// Products and fractions are set tight.
const SIGNS: [(&str, &str); 15] = [
    ("<->", "↔"),
    ("|->", "↦"),
    ("->", "→"),
    ("<=", "≤"),
    (">=", "≥"),
    ("!=", "≠"),
    (" * ", "·"),
    ("*", "·"),
    (" / ", "/"),
    ("^2", "²"),
    ("^3", "³"),
    ("forall", "∀"),
    ("exists", "∃"),
    ("sum", "Σ"),
    ("sqrt(", "√("),
];

/// A statement in the canonical spelling, with mathematical signs.
fn mathematical(statement: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '\'';
    let mut text = String::new();
    let mut rest = statement;
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let sign = SIGNS.iter().find_map(|(ascii, sign)| {
            let after = rest.strip_prefix(ascii)?;
            // Part of a longer name or number, as in `sums` and x^20.
            let inside = ascii.ends_with(word) && after.starts_with(word) || first.is_alphabetic() && word(before);
            (!inside).then_some((*sign, after, ascii.chars().last()))
        });
        match sign {
            Some((sign, after, last)) => {
                text.push_str(sign);
                (rest, before) = (after, last.unwrap_or(first));
            }
            None => {
                text.push(first);
                (rest, before) = (rest.get(first.len_utf8()..).unwrap_or_default(), first);
            }
        }
    }
    text
}

/// A statement below a text of `indent` columns that already stands on the first line, with
/// signs, wrapped, later lines indented, ending in a line break.
pub(super) fn hanging(statement: &str, indent: usize) -> String {
    let lines = broken(&mathematical(statement), WIDTH.saturating_sub(indent));
    format!("{}\n", lines.join(&format!("\n{}", " ".repeat(indent))))
}

/// What a line costs, and one that is too long, next to what its break costs.
const LINE: u32 = 12;
const TOO_LONG: u32 = 10_000;

/// Breaks a statement at spaces into lines of at most `width` columns, as cheaply as
/// possible; a word that is longer has a line of its own. The cheapest way to break before
/// the k-th word is the cheapest way before an earlier word, and a line from there.
fn broken(text: &str, width: usize) -> Vec<String> {
    let words = words(text);
    // For each word: the cost of what stands before it, and where the line before began.
    let mut best: Vec<(u32, usize)> = vec![(0, 0)];
    for end in 1..=words.len() {
        let mut cheapest = (u32::MAX, 0);
        let mut length = 0_usize;
        for start in (0..end).rev() {
            let (Some(word), Some((before, _))) = (words.get(start), best.get(start)) else { break };
            length = length.saturating_add(columns(word.text)).saturating_add(usize::from(length > 0));
            let long = length > width;
            if long && start.saturating_add(1) < end {
                break;
            }
            let cost = before.saturating_add(LINE).saturating_add(if start > 0 { word.cost } else { 0 });
            let cost = cost.saturating_add(if long { TOO_LONG } else { 0 });
            if cost < cheapest.0 {
                cheapest = (cost, start);
            }
        }
        best.push(cheapest);
    }
    let mut lines = vec![];
    let mut end = words.len();
    while let Some((_, start)) = best.get(end).filter(|_| end > 0) {
        let line = words.get(*start..end).unwrap_or_default();
        lines.push(line.iter().map(|word| word.text).collect::<Vec<_>>().join(" "));
        end = *start;
    }
    lines.reverse();
    lines
}

/// A word and what it costs to break the line before it.
struct Word<'t> {
    text: &'t str,
    cost: u32,
}

const CONNECTIVES: [&str; 5] = ["↔", "→", "and", "or", "not"];
const RELATIONS: [&str; 6] = ["=", "≠", "≤", "≥", "<", ">"];
const SUMS: [&str; 2] = ["+", "-"];

/// What it costs to break inside of one more bracket, and inside of an index.
const BRACKET: u32 = 10;
const INDEX: u32 = 40;

/// What stands in place of the word before, where that ends the variables of a quantifier
/// or of a sum.
const QUANTIFIED: &str = "∀";
const SUMMED: &str = "Σ";

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = vec![];
    let (mut depth, mut last, mut binder) = (0_u32, "", None);
    for text in text.split_whitespace() {
        let cost = place(last, text, binder.is_some()).saturating_add(depth);
        words.push(Word { text, cost });
        depth = depths(depth, text);
        last = text;
        if text.ends_with('Σ') {
            binder = Some(SUMMED);
        } else if text.ends_with(['∀', '∃']) {
            binder = Some(QUANTIFIED);
        } else if text.ends_with(',') {
            last = binder.take().unwrap_or(text);
        }
    }
    words
}

/// The cost of the brackets that are open after a word.
fn depths(before: u32, word: &str) -> u32 {
    word.chars().fold(before, |depth, c| match c {
        '(' => depth.saturating_add(BRACKET),
        '[' => depth.saturating_add(INDEX),
        ')' => depth.saturating_sub(BRACKET),
        ']' => depth.saturating_sub(INDEX),
        _ => depth,
    })
}

/// What a break between two words costs, brackets apart: little before a connective, most
/// between a quantifier and the variables that it binds.
fn place(last: &str, next: &str, binder: bool) -> u32 {
    let operator =
        |word: &str| CONNECTIVES.contains(&word) || RELATIONS.contains(&word) || SUMS.contains(&word) || word == "↦";
    match next {
        _ if binder => 60,
        "↔" => 0,
        "and" | "or" => 1,
        "→" => 2,
        _ if last == QUANTIFIED => 4,
        _ if last == SUMMED => 50,
        _ if last.ends_with(';') => 0,
        _ if RELATIONS.contains(&next) => 6,
        _ if SUMS.contains(&next) => 8,
        _ if operator(last) => 30,
        _ => 40,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_by_hand() {
        let cases = [
            ("forall i, x[i]^2 <= 1 -> y != 0", "∀ i, x[i]² ≤ 1 → y ≠ 0"),
            ("4 * (sum i j, w[i]^2*x[j]^3) >= 0", "4·(Σ i j, w[i]²·x[j]³) ≥ 0"),
            ("a <-> exists v, f(i |-> v[i]) = y / 2", "a ↔ ∃ v, f(i ↦ v[i]) = y/2"),
            ("sqrt(y)^2 = my_sqrt(y)", "√(y)² = my_sqrt(y)"),
            ("sums^20 + resum + sum_1 + x^21", "sums^20 + resum + sum_1 + x^21"),
            ("", ""),
        ];
        for (canonical, written) in cases {
            assert_eq!(mathematical(canonical), written);
        }
    }

    #[test]
    fn both_spellings_are_the_same_statement() {
        let canonical = "theorem t show s: forall i, sqrt(x[i])^2*sum_a / 3 <= (sum j, w[j]^3) \
            -> not y != 0 <-> exists k, k >= 1";
        let (read, errors) = crate::syntax::parse(canonical);
        let (again, more) = crate::syntax::parse(&mathematical(canonical));
        assert!(errors.is_empty() && more.is_empty(), "{errors:?} {more:?}");
        assert_eq!(read, again);
    }

    #[test]
    fn lines_break_where_a_hand_would_break_them() {
        let text = "equality in floor ↔ ∀ i, w[i] = 0 or x[i] = 0 or x[i] = x[s]";
        assert_eq!(broken(text, 50), ["equality in floor", "↔ ∀ i, w[i] = 0 or x[i] = 0 or x[i] = x[s]"]);
        let text = "residual(step(eta, w)) = residual(w)·(1 - 4·eta·Σ i, x[i]²)";
        assert_eq!(broken(text, 40), ["residual(step(eta, w))", "= residual(w)·(1 - 4·eta·Σ i, x[i]²)"]);
    }

    #[test]
    fn what_cannot_be_broken_is_left_whole() {
        assert_eq!(broken("aaaaaa b", 3), ["aaaaaa", "b"]);
        assert_eq!(broken("b aaaaaa", 3), ["b", "aaaaaa"]);
        assert!(broken("", 3).is_empty());
        assert_eq!(broken(")) ]] ((", 3), [")) ", "]] ", "(( "].map(str::trim));
    }
}
