//! Where lines start, and how far they are indented.

use super::super::ast::{
    Branch, Clause, ClauseKind, Conclusion, ConclusionKind, File, Ident, Item, Proof, Span, StepKind, Text,
};
use super::super::lexer::Token;
use super::pieces::Piece;

/// A clause, a step, a conclusion or the head of a branch: what starts a line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The piece that it starts with; it ends where the next one starts.
    pub(super) first: usize,
    /// Spaces before it.
    pub(super) indent: usize,
    pub(super) role: Role,
}

/// What a line is to the line before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// The start of an item, which an empty line comes before.
    Item,
    /// It goes on in a line of its own.
    Other,
    /// All that a branch consists of: it may stand on the line of the branch's head.
    /// If it is `last`, nothing else belongs to it.
    Only { last: bool },
}

/// All lines of a file, in order.
pub(super) fn lines(file: &File, pieces: &[Piece<'_>]) -> Vec<Line> {
    let mut lines = Lines { pieces, all: Vec::new() };
    for item in &file.items {
        lines.item(item);
    }
    lines.all
}

struct Lines<'a> {
    pieces: &'a [Piece<'a>],
    all: Vec<Line>,
}

impl Lines<'_> {
    /// The piece at a place.
    fn at(&self, span: Span) -> usize {
        self.pieces.partition_point(|piece| piece.start < span.start)
    }

    fn is(&self, piece: usize, token: Token) -> bool {
        self.pieces.get(piece).is_some_and(|piece| piece.token == token)
    }

    fn push(&mut self, first: usize, indent: usize, role: Role) {
        self.all.push(Line { first, indent, role });
    }

    fn item(&mut self, item: &Item) {
        match item {
            Item::Setting(setting) => {
                self.header(setting.span, setting.title.as_ref());
                self.clauses(&setting.clauses);
            }
            Item::Theorem(theorem) => {
                self.header(theorem.span, theorem.title.as_ref());
                self.clauses(&theorem.clauses);
            }
            Item::Experiment(experiment) => {
                self.header(experiment.span, experiment.title.as_ref());
                for clause in &experiment.clauses {
                    self.push(self.at(clause.span), 2, Role::Other);
                }
            }
        }
    }

    fn header(&mut self, item: Span, title: Option<&Text>) {
        self.push(self.at(item), 0, Role::Item);
        if let Some(title) = title {
            self.push(self.at(title.span), 2, Role::Other);
        }
    }

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            self.push(self.at(clause.span), 2, Role::Other);
            if let ClauseKind::Show(show) = &clause.kind
                && let Some(proof) = &show.proof
            {
                self.claim(proof, 4);
            }
        }
    }

    /// The first of the braces around a proof, or its first piece.
    fn opening(&self, proof: &Proof) -> usize {
        let mut first = self.at(proof.span);
        while let Some(before) = first.checked_sub(1).filter(|&before| self.is(before, Token::OpenBrace)) {
            first = before;
        }
        first
    }

    /// The proof of a claim, below it. Where it stands in braces, its first line starts with
    /// them and the others are indented as far as the words after the brace.
    fn claim(&mut self, proof: &Proof, indent: usize) {
        let opening = self.opening(proof);
        if opening == self.at(proof.span) {
            return self.proof(proof, indent, false);
        }
        let first = self.all.len();
        self.proof(proof, indent.saturating_add(2), false);
        if let Some(line) = self.all.get_mut(first) {
            (line.first, line.indent) = (opening, indent);
        }
    }

    fn proof(&mut self, proof: &Proof, indent: usize, is_branch: bool) {
        for step in &proof.steps {
            self.push(self.at(step.span), indent, Role::Other);
            if let StepKind::Have { proof, .. } = &step.kind {
                self.claim(proof, indent.saturating_add(2));
            }
        }
        self.conclusion(&proof.conclusion, indent, is_branch && proof.steps.is_empty());
    }

    fn conclusion(&mut self, conclusion: &Conclusion, indent: usize, is_only: bool) {
        let inner = indent.saturating_add(2);
        let role = |last| if is_only { Role::Only { last } } else { Role::Other };
        let first = self.at(conclusion.span);
        match &conclusion.kind {
            ConclusionKind::Cases { branches, .. } => {
                self.push(first, indent, Role::Other);
                branches.iter().for_each(|branch| self.branch(branch, inner));
            }
            ConclusionKind::Parts(parts) => parts.iter().for_each(|part| {
                // `part` and `:`, and then perhaps braces.
                self.push(self.opening(part).saturating_sub(2), indent, Role::Other);
                self.proof(part, inner, true);
            }),
            ConclusionKind::Equivalence { forward, backward } => {
                self.branch(forward, indent);
                self.branch(backward, indent);
            }
            ConclusionKind::Induction { base, step, .. } => {
                self.push(first, indent, Role::Other);
                // `base` and `:`, and then perhaps braces.
                self.push(self.opening(base).saturating_sub(2), inner, Role::Other);
                self.proof(base, inner.saturating_add(2), true);
                self.branch(step, inner);
            }
            ConclusionKind::Left(proof) | ConclusionKind::Right(proof) => {
                self.push(first, indent, role(false));
                self.proof(proof, inner, true);
            }
            _ => self.push(first, indent, role(true)),
        }
    }

    fn branch(&mut self, branch: &Branch, indent: usize) {
        let Ident { span, .. } = branch.name;
        self.push(self.at(span).saturating_sub(1), indent, Role::Other);
        self.proof(&branch.proof, indent.saturating_add(2), true);
    }
}
