//! Statements have to mean what they say: denominators are not 0, what stands under a root is
//! not negative.

use tightrope_kernel::{Derivation, DerivationKind, Formula, FormulaKind, Relation};

use super::infer::children;
use super::scope::{Elaborated, tree};
use super::state::{State, step};
use crate::syntax::ast::{Expr, ExprKind, Factor, Span};
use crate::syntax::diagnostic::Diagnostic;

/// A derivation that hypotheses and conclusion are well defined.
pub(crate) fn derivation(state: &mut State<'_>, obligations: &Formula, claim: &Expr) -> Elaborated<Derivation> {
    let FormulaKind::And(parts) = &**obligations else {
        return step(claim.span, DerivationKind::All(vec![]));
    };
    let mut derivations = vec![];
    for part in parts {
        match state.auto(part) {
            Some(derivation) => derivations.push(derivation),
            None => return Err(undefined(state, part, claim)?),
        }
    }
    step(claim.span, DerivationKind::All(derivations))
}

/// What is not known of which term.
fn undefined(state: &mut State<'_>, obligation: &Formula, claim: &Expr) -> Elaborated<Diagnostic> {
    state.scoped(|state| {
        let mut goal = obligation.clone();
        loop {
            goal = match &*goal {
                FormulaKind::Forall(binder, body) => {
                    let variable =
                        super::scope::at(claim.span, state.push(&binder.name, binder.sort.clone(), claim.span))?;
                    super::scope::at(claim.span, state.open(binder, body, variable))?
                }
                FormulaKind::Implies(_, body) => body.clone(),
                _ => break,
            };
        }
        let FormulaKind::Compare(relation, term, _) = &*goal else {
            let unknown = tree(claim.span, FormulaKind::And(vec![]))?;
            return Ok(state.misfit("this is not well defined", &unknown, claim.span));
        };
        let text = state.notation().term(term);
        let place = |found: Option<Span>| found.unwrap_or(claim.span);
        Ok(match relation {
            Relation::Unequal => Diagnostic::error(format!("`{text}` is not known to be nonzero"))
                .primary(place(find(claim, &text, true)), "divides here")
                .help(format!("add `assume pos: {text} > 0`, or `!= 0`")),
            _ => Diagnostic::error(format!("`{text}` is not known to be nonnegative"))
                .primary(place(find(claim, &text, false)), "a root is taken of it here")
                .help(format!("add `assume pos: {text} >= 0`")),
        })
    })
}

/// Where a term stands as a denominator or under a root.
pub(super) fn find(expr: &Expr, text: &str, denominator: bool) -> Option<Span> {
    let squeeze = |text: &str| text.replace([' ', '(', ')'], "");
    let is = |e: &Expr| squeeze(&crate::syntax::print_expr(e)) == squeeze(text);
    let own = match &expr.kind {
        ExprKind::Multiply(factors) if denominator => {
            factors.iter().find(|(kind, f)| *kind == Factor::Over && is(f)).map(|(_, f)| f.span)
        }
        ExprKind::Call { arguments, .. } if !denominator => {
            arguments.iter().map(|a| &a.value).find(|e| is(e)).map(|e| e.span)
        }
        _ => None,
    };
    own.or_else(|| children(expr).into_iter().find_map(|child| find(child, text, denominator)))
}
