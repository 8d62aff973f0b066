//! Lines to text.

use super::super::lexer::Token;
use super::WIDTH;
use super::lines::{Line, Role};
use super::pieces::{Piece, Pieces, Remark};
use super::spacing::{Joint, joints};

/// A line is not broken before this column, if it can be broken later.
const EARLY: usize = 30;
/// Continued lines are not indented further than this, whatever the brackets.
const DEEPEST: usize = 60;

/// The text of all lines.
pub(super) fn written(pieces: &Pieces<'_>, lines: &[Line]) -> String {
    let mut writer = Writer::default();
    let mut rest = lines;
    while let Some((line, after)) = rest.split_first() {
        let range = |line: &Line, next: Option<&Line>| {
            let end = next.map_or(pieces.all.len(), |next| next.first);
            pieces.all.get(line.first..end).unwrap_or_default()
        };
        let own = range(line, after.first());
        writer.before(own, line);
        let only = after.iter().take_while(|line| matches!(line.role, Role::Only { .. }));
        let only = after.get(..only.count()).unwrap_or_default();
        let parts = std::iter::once(own).chain(only.iter().zip(1..).map(|(line, next)| range(line, after.get(next))));
        let is_whole = only.last().is_some_and(|line| line.role == Role::Only { last: true });
        rest = match joined(parts, line.indent).filter(|_| is_whole) {
            Some(text) => {
                writer.line(line.indent, &text);
                after.get(only.len()..).unwrap_or_default()
            }
            None => {
                writer.broken(own, line.indent);
                after
            }
        };
    }
    writer.remarks(&pieces.tail, 0, !lines.is_empty());
    writer.text
}

/// The head of a branch and all there is in it on one line, if it fits and nothing in it asks
/// for a line of its own.
fn joined<'a>(parts: impl Iterator<Item = &'a [Piece<'a>]>, indent: usize) -> Option<String> {
    let mut text = String::new();
    let mut width = indent;
    for part in parts {
        let is_inner = !text.is_empty();
        for (number, (piece, joint)) in part.iter().zip(joints(part)).enumerate() {
            let starts_line = number == 0 && !is_inner;
            let breaks = number > 0 && piece.breaks && joint.rank.is_some();
            let spaces = if number == 0 && is_inner { 1 } else { joint.spaces };
            width = width.saturating_add(spaces).saturating_add(piece.text.chars().count());
            if breaks || width > WIDTH || !(starts_line || piece.remarks.is_empty()) {
                return None;
            }
            text.extend(std::iter::repeat_n(' ', spaces));
            text.push_str(&piece.text);
        }
    }
    Some(text)
}

#[derive(Default)]
struct Writer {
    text: String,
}

impl Writer {
    fn line(&mut self, indent: usize, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// Leaves a line empty, but not the first one and not two.
    fn blank(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Goes on on the line before, which is finished.
    fn append(&mut self, remark: &Remark<'_>) {
        if self.text.ends_with('\n') {
            self.text.pop();
            self.text.push_str("  ");
        }
        self.text.push_str(remark.text);
        self.text.push('\n');
    }

    /// What comes before a line: comments, and an empty line where the author left one or an
    /// item starts.
    fn before(&mut self, line: &[Piece<'_>], Line { indent, role, .. }: &Line) {
        let Some(first) = line.first() else { return };
        let is_item = *role == Role::Item;
        let is_separate = self.remarks(&first.remarks, *indent, is_item && !self.text.is_empty());
        if first.blank || (is_item && !is_separate) {
            self.blank();
        }
    }

    /// Writes comments at the indentation of what follows. Those before an item that are
    /// indented belong to the item before, if there is one; the others get an empty line before
    /// them. Says whether there are such.
    fn remarks(&mut self, remarks: &[Remark<'_>], indent: usize, follows_item: bool) -> bool {
        let mut is_separate = false;
        let mut lines = 0;
        for remark in remarks {
            if !remark.alone && !self.text.is_empty() {
                self.append(remark);
                continue;
            }
            lines += 1;
            let belongs_before = follows_item && indent == 0 && !is_separate && !remark.outermost;
            let starts = indent == 0 && follows_item && !belongs_before && !is_separate;
            if remark.blank || starts {
                self.blank();
            }
            is_separate |= starts;
            self.line(if belongs_before { 2 } else { indent }, remark.text);
        }
        is_separate || (lines > 0 && !follows_item)
    }

    /// Writes a line with the breaks that its author made, and those that it needs.
    fn broken(&mut self, line: &[Piece<'_>], indent: usize) {
        let joints = joints(line);
        let mut line = Broken { writer: self, line, joints: &joints, indent, number: 0, open: Vec::new() };
        line.write();
        self.text.push('\n');
    }
}

/// A line while it is written.
struct Broken<'a> {
    writer: &'a mut Writer,
    line: &'a [Piece<'a>],
    joints: &'a [Joint],
    indent: usize,
    /// How often it was broken so far.
    number: usize,
    /// For each open bracket, whether it stands behind a break.
    open: Vec<bool>,
}

impl Broken<'_> {
    fn write(&mut self) {
        self.writer.text.extend(std::iter::repeat_n(' ', self.indent));
        let mut first = 0;
        let mut column = self.indent;
        while first < self.line.len() {
            let end = self.end(first, column);
            self.pieces(first, end);
            if end < self.line.len() {
                column = self.turn(end);
            }
            first = end;
        }
    }

    /// Where the line that starts with the piece `first` at the column ends: at the first break
    /// that has to be, or at the best one before the line gets too long.
    fn end(&self, first: usize, column: usize) -> usize {
        let start = column;
        let mut column = column;
        let mut early: Option<(usize, usize)> = None;
        let mut best: Option<(usize, usize)> = None;
        let rest = self.line.iter().zip(self.joints).enumerate().skip(first);
        for (place, (piece, joint)) in rest {
            let is_inner = place > first;
            if is_inner && (!piece.remarks.is_empty() || (piece.breaks && joint.rank.is_some())) {
                return place;
            }
            let spaces = if is_inner { joint.spaces } else { 0 };
            let after = column.saturating_add(spaces).saturating_add(piece.text.chars().count());
            if let Some(rank) = joint.rank.filter(|_| is_inner && column <= WIDTH) {
                let kept = if column >= start.saturating_add(EARLY) { &mut best } else { &mut early };
                if kept.is_none_or(|(least, _)| rank <= least) {
                    *kept = Some((rank, place));
                }
            } else if joint.rank.is_some() && is_inner && best.or(early).is_none() {
                return place;
            }
            column = after;
            if let Some((_, place)) = best.or(early).filter(|_| column > WIDTH) {
                return place;
            }
        }
        self.line.len()
    }

    /// Writes pieces side by side.
    fn pieces(&mut self, first: usize, end: usize) {
        let pieces = self.line.iter().zip(self.joints).enumerate().take(end).skip(first);
        for (place, (piece, joint)) in pieces {
            if place > first {
                self.writer.text.extend(std::iter::repeat_n(' ', joint.spaces));
            }
            self.writer.text.push_str(&piece.text);
            match piece.token {
                Token::OpenParenthesis | Token::OpenBracket => self.open.push(self.number > 0),
                Token::CloseParenthesis | Token::CloseBracket => drop(self.open.pop()),
                _ => {}
            }
        }
    }

    /// Breaks the line before a piece, with the comments that stand there; gives the column.
    fn turn(&mut self, place: usize) -> usize {
        self.number = self.number.saturating_add(1);
        let indent = self.continued();
        self.writer.text.push('\n');
        for remark in self.line.get(place).map(|piece| &piece.remarks).into_iter().flatten() {
            if remark.alone {
                self.writer.line(indent, remark.text);
            } else {
                self.writer.append(remark);
            }
        }
        self.writer.text.extend(std::iter::repeat_n(' ', indent));
        indent
    }

    /// The indentation after a break: more than that of the proof below, if there is one, and
    /// yet more inside of brackets that stand behind a break themselves.
    fn continued(&self) -> usize {
        let braces = self.line.iter().take_while(|piece| piece.token == Token::OpenBrace).count();
        let word = self.line.get(braces).map_or(Token::End, |piece| piece.token);
        let first = if matches!(word, Token::Show | Token::Have | Token::Cases) { 4 } else { 2 };
        let brackets = self.open.iter().filter(|&&behind| behind).count();
        let braces = if braces > 0 { 2 } else { 0 };
        let deeper = brackets.saturating_mul(2).min(DEEPEST.saturating_sub(self.indent));
        self.indent.saturating_add(braces).saturating_add(first).saturating_add(deeper)
    }
}
