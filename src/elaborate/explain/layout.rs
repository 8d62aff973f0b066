//! Formulas on lines of limited length, broken at their loosest operators.

/// Columns of a line.
pub(super) const WIDTH: usize = 80;
/// However deep a formula is nested, its parts get this many columns.
const NARROWEST: usize = 16;
/// Factors around the longest one that take more columns than this get lines of their own.
const SHORT: usize = 24;

/// Operators by how loosely they bind; a formula is broken at the first of these classes
/// that occurs outside of brackets.
const CLASSES: [&[&str]; 8] =
    [&["<->"], &["->"], &["or"], &["and"], &["=", "!=", ">=", ">", ":="], &["|->"], &["+", "-"], &["at"]];
/// What binds looser than this does not stand in a list of arguments.
const MAPS: usize = 5;
/// Sums are filled, as text is; other operators begin a line each.
const FILLED: usize = 6;

/// The number of columns that a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// Breaks a formula into lines of at most `width` columns, where its structure allows that.
pub(super) fn broken(text: &str, width: usize) -> Vec<String> {
    let width = width.max(NARROWEST);
    if columns(text) <= width {
        return vec![text.to_owned()];
    }
    if let Some((head, body)) = binder(text, &["forall ", "exists "]) {
        return below_binder(head, body, width);
    }
    let derivative = text.starts_with("d/d");
    let classes = CLASSES.iter().enumerate().filter(|(_, class)| !derivative || class.contains(&"at"));
    for (number, class) in classes {
        if number == MAPS && !text.starts_with("sum ") {
            let arguments = split(text, ", ");
            if arguments.len() > 1 {
                return filled_with(&arguments, width, ", ");
            }
        }
        let pieces = pieces(text, class);
        if pieces.len() > 1 {
            return operands(&pieces, width, number == FILLED);
        }
    }
    if let Some((head, body)) = binder(text, &["sum "]) {
        return below_binder(head, body, width);
    }
    if let Some(lines) = multiplied(text, width) {
        return lines;
    }
    bracketed(text, width).unwrap_or_else(|| vec![text.to_owned()])
}

/// A text that starts with words, broken so that its later lines hang below the first.
pub(super) fn hanging(words: &str, formula: &str, width: usize) -> Vec<String> {
    if formula.is_empty() {
        return filled(words, width);
    }
    let indent = if words.is_empty() { 0 } else { columns(words).saturating_add(1) };
    if indent.saturating_add(columns(formula)) > width && indent > 14 {
        let mut lines = filled(words, width);
        lines.extend(broken(formula, width.saturating_sub(4)).iter().map(|line| format!("    {line}")));
        return lines;
    }
    let mut lines = broken(formula, width.saturating_sub(indent));
    hang(&mut lines, &format!("{words:indent$}"), indent);
    lines
}

/// Words on lines.
pub(super) fn filled(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line).saturating_add(columns(word)) < width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Puts words before the first line and so many columns before the others.
fn hang(lines: &mut [String], words: &str, indent: usize) {
    for (number, line) in lines.iter_mut().enumerate() {
        let blank = " ".repeat(indent);
        line.insert_str(0, if number > 0 { &blank } else { words });
    }
}

/// A binder in front that begins with one of these words, and what it binds.
fn binder<'t>(text: &'t str, words: &[&str]) -> Option<(&'t str, &'t str)> {
    words.iter().any(|word| text.starts_with(word)).then(|| text.split_once(", "))?
}

fn below_binder(head: &str, mut body: &str, width: usize) -> Vec<String> {
    let mut first = format!("{head},");
    while let Some((next, rest)) = binder(body, &["forall ", "exists "]) {
        if columns(&first).saturating_add(columns(next)).saturating_add(2) > width {
            break;
        }
        first = format!("{first} {next},");
        body = rest;
    }
    let mut lines = vec![first];
    lines.extend(broken(body, width.saturating_sub(2)).iter().map(|line| format!("  {line}")));
    lines
}

/// Splits a formula before the operators of a class that stand outside of brackets: each
/// piece but the first with its operator.
fn pieces<'t>(text: &'t str, class: &[&str]) -> Vec<(&'t str, &'t str)> {
    let mut pieces = vec![];
    let (mut depth, mut operator, mut start, mut place) = (0_usize, "", 0, 0);
    for word in text.split(' ') {
        if depth == 0 && place > start && class.contains(&word) {
            pieces.push((operator, text.get(start..place).unwrap_or_default().trim()));
            operator = word;
            start = place.saturating_add(word.len());
        }
        for sign in word.chars() {
            match sign {
                '(' | '[' => depth = depth.saturating_add(1),
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        place = place.saturating_add(word.len()).saturating_add(1);
    }
    pieces.push((operator, text.get(start..).unwrap_or_default().trim()));
    pieces
}

fn operands(pieces: &[(&str, &str)], width: usize, filled: bool) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    let mut whole_before = false;
    for (operator, piece) in pieces {
        let whole = if operator.is_empty() { (*piece).to_owned() } else { format!("{operator} {piece}") };
        match lines.last_mut() {
            Some(line) if filled && whole_before && columns(line).saturating_add(columns(&whole)) < width => {
                line.push(' ');
                line.push_str(&whole);
            }
            _ => {
                let indent = if operator.is_empty() { 0 } else { columns(operator).saturating_add(1) };
                let mut part = broken(piece, width.saturating_sub(indent));
                // Long operands need the columns more than they need to be aligned.
                let long = columns(piece) > width.saturating_mul(3);
                hang(&mut part, &format!("{:indent$}", *operator), if long { indent.min(2) } else { indent });
                whole_before = part.len() == 1;
                lines.append(&mut part);
            }
        }
    }
    lines
}

/// Fills lines with the factors of a product, unless it is one long factor with short ones.
fn multiplied(text: &str, width: usize) -> Option<Vec<String>> {
    let factors = split(text, "*");
    let longest = factors.iter().map(|factor| columns(factor)).max()?;
    let even = longest.saturating_add(3) <= width || columns(text).saturating_sub(longest) > SHORT;
    (factors.len() > 1 && even).then(|| filled_with(&factors, width, "*"))
}

/// Splits a text where a separator stands outside of brackets.
fn split<'t>(text: &'t str, separator: &str) -> Vec<&'t str> {
    let (mut depth, mut start) = (0_usize, 0);
    let mut parts = vec![];
    for (place, sign) in text.char_indices() {
        match sign {
            '(' | '[' => depth = depth.saturating_add(1),
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 && text.get(place..).is_some_and(|rest| rest.starts_with(separator)) => {
                parts.push(text.get(start..place).unwrap_or_default());
                start = place.saturating_add(separator.len());
            }
            _ => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts
}

/// Fills lines with parts, each but the last with its separator.
fn filled_with(parts: &[&str], width: usize, separator: &str) -> Vec<String> {
    let mut lines: Vec<String> = vec![];
    for (number, part) in parts.iter().enumerate() {
        let needed = columns(part).saturating_add(columns(separator.trim_end()));
        match lines.last_mut() {
            Some(line) if columns(line).saturating_add(needed) <= width => line.push_str(part),
            _ => lines.extend(broken(part, width.saturating_sub(1))),
        }
        if let Some(line) = lines.last_mut().filter(|_| number.saturating_add(1) < parts.len()) {
            line.push_str(separator);
        }
    }
    lines.iter_mut().for_each(|line| line.truncate(line.trim_end().len()));
    lines
}

/// Breaks inside of the longest brackets.
fn bracketed(text: &str, width: usize) -> Option<Vec<String>> {
    let (mut depth, mut start) = (0_usize, 0);
    let mut longest: Option<(usize, usize)> = None;
    for (place, sign) in text.char_indices() {
        match sign {
            '(' => {
                if depth == 0 {
                    start = place.saturating_add(1);
                }
                depth = depth.saturating_add(1);
            }
            ')' => {
                depth = depth.saturating_sub(1);
                if depth == 0 && longest.is_none_or(|(from, to)| place.saturating_sub(start) > to.saturating_sub(from))
                {
                    longest = Some((start, place));
                }
            }
            _ => {}
        }
    }
    let (start, end) = longest?;
    let (before, inside, after) = (text.get(..start)?, text.get(start..end)?, text.get(end..)?);
    let indent = columns(before);
    let aligned = if indent > 8 { 4 } else { indent };
    let mut lines = broken(inside, width.saturating_sub(indent).saturating_sub(columns(after)));
    if lines.len() < 2 && indent == 0 {
        return None;
    }
    hang(&mut lines, before, aligned);
    if let Some(last) = lines.last_mut() {
        last.push_str(after);
    }
    Some(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_break_at_their_loosest_operator() {
        let text = "forall u : vec d, x[i]*(u[i] + 1) >= 0 and y > 0 -> norm(u) >= 1";
        assert_eq!(
            broken(text, 30),
            ["forall u : vec d,", "  x[i]*(u[i] + 1) >= 0", "  and y > 0", "  -> norm(u) >= 1"]
                .map(String::from)
                .to_vec()
        );
        assert_eq!(broken(text, 80), [text]);
    }

    #[test]
    fn brackets_break_inside() {
        let text = "4*(sum i, x[i]*(w[i] + u[i])^2*v[i] + aaaaaaaa)^2";
        let lines = broken(text, 42);
        assert_eq!(lines, ["4*(sum i, x[i]*(w[i] + u[i])^2*v[i]", "   + aaaaaaaa)^2"]);
        let text = "residual^2*(4*eta*aaaaaaaa - 4*eta^2*bbbb - 2)*(4*eta*aaaaaaaa - 4*eta^2*bbbbbbb)*h(a, b)";
        let lines =
            ["residual^2*", "(4*eta*aaaaaaaa - 4*eta^2*bbbb - 2)*", "(4*eta*aaaaaaaa - 4*eta^2*bbbbbbb)*", "h(a, b)"];
        assert_eq!(broken(text, 40), lines);
    }

    #[test]
    fn arguments_break_at_commas() {
        let text = "sharpness(x, y, i |-> sqrt(y/x[s])*[i = s], 4*(sum i, x[i]^2))";
        let lines = ["sharpness(x, y,", "    i |-> sqrt(y/x[s])*[i = s],", "    4*(sum i, x[i]^2))"];
        assert_eq!(broken(text, 40), lines);
    }

    #[test]
    fn derivatives_keep_their_point() {
        let text = "d/ds (aaaaaaaaaaaaaaaaaaaa + bbbbbbbbbbbbbbb) at s = 0";
        assert_eq!(broken(text, 46), ["d/ds (aaaaaaaaaaaaaaaaaaaa + bbbbbbbbbbbbbbb)", "at s = 0"].map(String::from));
    }

    #[test]
    fn what_has_no_structure_stays() {
        let long = "a".repeat(40);
        assert_eq!(broken(&long, 24), [&*long]);
        let open = "(".repeat(2000);
        assert_eq!(broken(&open, 24), [&*open]);
        assert!(filled("", 10).is_empty());
    }
}
