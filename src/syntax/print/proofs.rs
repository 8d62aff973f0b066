//! Printing of proofs.

use super::super::ast::{
    Binding, Branch, Certificate, Conclusion, ConclusionKind, Expr, ExprKind, Proof, Step, StepKind,
};
use super::Printer;

/// The words with which a proof may go on where a proof inside it has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Case,
    Part,
    Other,
}

/// Whether `next` after the proof would be read as a part of it: whether its
/// last branch, or the last branch of that, and so on, is such a branch.
fn absorbs(proof: &Proof, next: Next) -> bool {
    match &proof.conclusion.kind {
        ConclusionKind::Cases { branches, .. } => {
            next == Next::Case || branches.last().is_some_and(|branch| absorbs(&branch.proof, next))
        }
        ConclusionKind::Parts(parts) => next == Next::Part || parts.last().is_some_and(|part| absorbs(part, next)),
        ConclusionKind::Equivalence { backward: last, .. } | ConclusionKind::Induction { step: last, .. } => {
            absorbs(&last.proof, next)
        }
        ConclusionKind::Left(proof) | ConclusionKind::Right(proof) => absorbs(proof, next),
        _ => false,
    }
}

impl Printer {
    /// Writes a proof that nothing of an outer proof follows.
    pub(super) fn proof(&mut self, proof: &Proof) {
        for (number, step) in proof.steps.iter().enumerate() {
            let is_last = number + 1 == proof.steps.len();
            let is_before_parts = matches!(proof.conclusion.kind, ConclusionKind::Parts(_));
            let next = if is_last && is_before_parts { Next::Part } else { Next::Other };
            self.step(step, next);
        }
        self.conclusion(&proof.conclusion);
    }

    /// Writes a proof that `next` follows, in braces where it has to be.
    fn proof_before(&mut self, proof: &Proof, next: Next) {
        if absorbs(proof, next) {
            self.line(|printer| printer.push("{"));
            self.indented(|printer| printer.proof(proof));
            self.line(|printer| printer.push("}"));
        } else {
            self.proof(proof);
        }
    }

    fn step(&mut self, step: &Step, next: Next) {
        match &step.kind {
            StepKind::Have { name, formula, proof } => {
                self.line(|printer| printer.claim("have", name, formula));
                self.indented(|printer| printer.proof_before(proof, next));
            }
            StepKind::Fix(names) => self.line(|printer| {
                printer.push("fix ");
                printer.names(names);
            }),
            StepKind::Suppose(name) => self.word_line("suppose ", &name.name, ""),
            StepKind::Contrary(name) => self.word_line("contrary ", &name.name, ""),
            StepKind::Obtain { variables, hypothesis, from } => self.line(|printer| {
                printer.push("obtain ");
                printer.names(variables);
                printer.format(format_args!(", {} from ", hypothesis.name));
                printer.whole(from);
            }),
            StepKind::Take(bindings) => self.line(|printer| {
                printer.push("take ");
                printer.list(bindings, ", ", Self::binding);
            }),
        }
    }

    fn word_line(&mut self, before: &str, name: &str, after: &str) {
        self.line(|printer| printer.format(format_args!("{before}{name}{after}")));
    }

    fn binding(&mut self, binding: &Binding) {
        self.push(&binding.name.name);
        if !binding.indices.is_empty() {
            self.push("[");
            self.names(&binding.indices);
            self.push("]");
        }
        self.push(" = ");
        self.whole(&binding.value);
    }

    fn conclusion(&mut self, conclusion: &Conclusion) {
        match &conclusion.kind {
            ConclusionKind::Because(certificate) => self.certificate("because", certificate),
            ConclusionKind::Absurd(certificate) => self.certificate("absurd", certificate),
            ConclusionKind::TermsOf(claim) => self.word_line("because terms of ", &claim.name, ""),
            ConclusionKind::Ring => self.line(|printer| printer.push("by ring")),
            ConclusionKind::By(fact) => self.line(|printer| printer.by(fact)),
            ConclusionKind::Cases { subject, branches } => {
                self.line(|printer| {
                    printer.push("cases ");
                    printer.whole(subject);
                });
                self.indented(|printer| printer.branches(branches));
            }
            ConclusionKind::Parts(parts) => self.parts(parts),
            ConclusionKind::Equivalence { forward, backward } => {
                self.branch("forward ", forward, Next::Other);
                self.branch("backward ", backward, Next::Other);
            }
            ConclusionKind::Induction { variable, base, step } => {
                self.word_line("induction ", &variable.name, "");
                self.indented(|printer| {
                    printer.line(|printer| printer.push("base:"));
                    printer.indented(|printer| printer.proof(base));
                    printer.branch("step ", step, Next::Other);
                });
            }
            ConclusionKind::Left(proof) => {
                self.line(|printer| printer.push("left:"));
                self.indented(|printer| printer.proof(proof));
            }
            ConclusionKind::Right(proof) => {
                self.line(|printer| printer.push("right:"));
                self.indented(|printer| printer.proof(proof));
            }
        }
    }

    fn certificate(&mut self, word: &str, certificate: &Certificate) {
        self.line(|printer| {
            printer.push(word);
            if let Some(cone) = &certificate.cone {
                printer.push(" ");
                printer.whole(cone);
            }
            if !certificate.given.is_empty() {
                printer.push(" given ");
                printer.list(&certificate.given, ", ", Self::whole);
            }
        });
    }

    /// Writes `by fact`; a fact with the name `ring` keeps out of the way of `by ring`.
    fn by(&mut self, fact: &Expr) {
        self.push("by ");
        if matches!(&fact.kind, ExprKind::Name(name) if name == "ring") {
            self.push("(ring)");
        } else {
            self.whole(fact);
        }
    }

    fn branches(&mut self, branches: &[Branch]) {
        for (number, branch) in branches.iter().enumerate() {
            let is_last = number + 1 == branches.len();
            let next = if is_last { Next::Other } else { Next::Case };
            self.branch("case ", branch, next);
        }
    }

    fn branch(&mut self, word: &str, branch: &Branch, next: Next) {
        self.word_line(word, &branch.name.name, ":");
        self.indented(|printer| printer.proof_before(&branch.proof, next));
    }

    fn parts(&mut self, parts: &[Proof]) {
        for (number, part) in parts.iter().enumerate() {
            let is_last = number + 1 == parts.len();
            let next = if is_last { Next::Other } else { Next::Part };
            self.line(|printer| printer.push("part:"));
            self.indented(|printer| printer.proof_before(part, next));
        }
    }
}
