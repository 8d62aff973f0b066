//! The theorems that a theorem's proofs cite, read off the syntax.

use super::infer::children;
use crate::syntax::ast::{
    self, Branch, Certificate, ClauseKind, Conclusion, ConclusionKind, Expr, ExprKind, Proof, Span, StepKind,
};

/// Names of theorems with the first place where each is cited.
pub(crate) fn theorems(theorem: &ast::Theorem) -> Vec<(String, Span)> {
    let mut cited = Cited(vec![]);
    for clause in &theorem.clauses {
        if let ClauseKind::Show(show) = &clause.kind
            && let Some(proof) = &show.proof
        {
            cited.proof(proof);
        }
    }
    cited.0
}

struct Cited(Vec<(String, Span)>);

impl Cited {
    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Field { base, .. } = &expr.kind
            && let ExprKind::Name(name) = &base.kind
            && !self.0.iter().any(|(known, _)| known == name)
        {
            self.0.push((name.clone(), base.span));
        }
        children(expr).into_iter().for_each(|child| self.expr(child));
    }

    fn proof(&mut self, proof: &Proof) {
        for step in &proof.steps {
            match &step.kind {
                StepKind::Have { proof, .. } => self.proof(proof),
                StepKind::Obtain { from, .. } => self.expr(from),
                StepKind::Fix(_) | StepKind::Suppose(_) | StepKind::Contrary(_) | StepKind::Take(_) => {}
            }
        }
        self.conclusion(&proof.conclusion);
    }

    fn conclusion(&mut self, conclusion: &Conclusion) {
        match &conclusion.kind {
            ConclusionKind::Because(certificate) | ConclusionKind::Absurd(certificate) => self.certificate(certificate),
            ConclusionKind::By(expr) => self.expr(expr),
            ConclusionKind::Cases { subject, branches } => {
                self.expr(subject);
                branches.iter().for_each(|branch| self.branch(branch));
            }
            ConclusionKind::Parts(proofs) => proofs.iter().for_each(|proof| self.proof(proof)),
            ConclusionKind::Equivalence { forward, backward } => {
                self.branch(forward);
                self.branch(backward);
            }
            ConclusionKind::Induction { base, step, .. } => {
                self.proof(base);
                self.branch(step);
            }
            ConclusionKind::Left(proof) | ConclusionKind::Right(proof) => self.proof(proof),
            ConclusionKind::TermsOf(_) | ConclusionKind::Ring => {}
        }
    }

    fn branch(&mut self, branch: &Branch) {
        self.proof(&branch.proof);
    }

    fn certificate(&mut self, certificate: &Certificate) {
        certificate.cone.iter().chain(&certificate.given).for_each(|expr| self.expr(expr));
    }
}
