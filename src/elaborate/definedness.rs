//! Statements have to mean what they say: denominators are not 0, what stands under a root is
//! not negative.

use tightrope_kernel::{Derivation, DerivationKind, Formula, FormulaKind, Relation};

use super::infer::children;
use super::scope::{Elaborated, tree};
use super::state::{State, step};
use crate::syntax::ast::{Expr, ExprKind, Factor, Span};
use crate::syntax::diagnostic::Diagnostic;

/// A derivation that hypotheses, each with its text, and the claim are well defined.
pub(crate) fn derivation(
    state: &mut State<'_>,
    obligations: &Formula,
    hypotheses: &[(&Formula, &Expr)],
    claim: &Expr,
) -> Elaborated<Derivation> {
    let FormulaKind::And(parts) = &**obligations else {
        return step(claim.span, DerivationKind::All(vec![]));
    };
    let mut derivations = vec![];
    for part in parts {
        match state.auto(part) {
            Some(derivation) => derivations.push(derivation),
            None => {
                let owner = hypotheses.get(before(part, hypotheses)).map(|(_, text)| *text);
                return Err(undefined(state, part, owner.unwrap_or(claim), owner.is_some())?);
            }
        }
    }
    step(claim.span, DerivationKind::All(derivations))
}

/// How many hypotheses an obligation stands under: those before the one that it stems from, or all if it
/// stems from the claim.
fn before(obligation: &Formula, hypotheses: &[(&Formula, &Expr)]) -> usize {
    let mut inner = obligation;
    let given = hypotheses.iter().take_while(|(hypothesis, _)| match &**inner {
        FormulaKind::Implies(premise, body) if premise == *hypothesis => {
            inner = body;
            true
        }
        _ => false,
    });
    given.count()
}

/// What is not known of which term of a hypothesis or a claim.
fn undefined(state: &mut State<'_>, obligation: &Formula, text: &Expr, hypothesis: bool) -> Elaborated<Diagnostic> {
    let span = text.span;
    state.scoped(|state| {
        let mut goal = obligation.clone();
        loop {
            goal = match &*goal {
                FormulaKind::Forall(binder, body) => {
                    let variable = super::scope::at(span, state.push(&binder.name, binder.sort.clone(), span))?;
                    super::scope::at(span, state.open(binder, body, variable))?
                }
                FormulaKind::Implies(_, body) => body.clone(),
                _ => break,
            };
        }
        let FormulaKind::Compare(relation, term, _) = &*goal else {
            let unknown = tree(span, FormulaKind::And(vec![]))?;
            return Ok(state.misfit("this is not well defined", &unknown, span));
        };
        let shown = state.notation().term(term);
        let (unknown, wanted, what) = match relation {
            Relation::Unequal => ("nonzero", "!= 0", "divides here"),
            Relation::Greater => ("positive", "> 0", "its logarithm is taken here"),
            _ => ("nonnegative", ">= 0", "a root is taken of it here"),
        };
        let place = find(text, &shown, *relation).unwrap_or(span);
        let error = Diagnostic::error(format!("`{shown}` is not known to be {unknown}")).primary(place, what);
        Ok(match (hypothesis, relation) {
            (true, _) => error.help(format!("before this hypothesis, assume that `{shown} {wanted}`")),
            (_, Relation::Unequal) => error.help(format!("add `assume pos: {shown} > 0`, or `!= 0`")),
            _ => error.help(format!("add `assume pos: {shown} {wanted}`")),
        })
    })
}

/// Where a term stands that has to be ≠ 0 as a denominator, ≥ 0 under a root, or > 0 in a logarithm or below
/// a symbolic exponent, which is one.
pub(super) fn find(expr: &Expr, text: &str, needed: Relation) -> Option<Span> {
    let squeeze = |text: &str| text.replace([' ', '(', ')'], "");
    let is = |e: &Expr| squeeze(&crate::syntax::print_expr(e)) == squeeze(text);
    let own = match &expr.kind {
        ExprKind::Multiply(factors) if needed == Relation::Unequal => {
            factors.iter().find(|(kind, f)| *kind == Factor::Over && is(f)).map(|(_, f)| f.span)
        }
        ExprKind::Call { arguments, .. } if needed != Relation::Unequal => {
            arguments.iter().map(|a| &a.value).find(|e| is(e)).map(|e| e.span)
        }
        ExprKind::Power(base, _) if needed == Relation::Greater && is(base) => Some(base.span),
        _ => None,
    };
    own.or_else(|| children(expr).into_iter().find_map(|child| find(child, text, needed)))
}
