//! Definitions unfolded everywhere in a term, and variables exchanged for others.

use super::{Failure, Source};
use crate::kernel::{Application, Argument, Term, TermKind, Tree, Variable};

type Exchange<'f> = &'f mut dyn FnMut(Variable, u32) -> Variable;

/// Exchanges each variable; the exchange is told how many binders of the term are around.
pub(super) fn map_variables(term: &Term, depth: u32, exchange: Exchange<'_>) -> Result<Term, Failure> {
    // A variable bound in the term itself stays.
    let variable = |v: Variable, exchange: Exchange<'_>| match v {
        Variable::Bound(k) if k < depth => v,
        _ => exchange(v, depth),
    };
    let kind = match &**term {
        TermKind::Constant(q) => TermKind::Constant(q.clone()),
        TermKind::Entry(head, indices) => {
            let head = variable(*head, exchange);
            TermKind::Entry(head, indices.iter().map(|i| variable(*i, exchange)).collect())
        }
        TermKind::Delta(i, j) => TermKind::Delta(variable(*i, exchange), variable(*j, exchange)),
        TermKind::Add(terms) => TermKind::Add(map_all(terms, depth, exchange)?),
        TermKind::Multiply(terms) => TermKind::Multiply(map_all(terms, depth, exchange)?),
        TermKind::Power(base, n) => TermKind::Power(map_variables(base, depth, exchange)?, *n),
        TermKind::Sum(name, d, body) => TermKind::Sum(name.clone(), *d, map_variables(body, depth + 1, exchange)?),
        TermKind::Apply(f, inner) => TermKind::Apply(*f, map_variables(inner, depth, exchange)?),
        TermKind::Defined(application) => {
            let mut arguments = vec![];
            for argument in &application.arguments {
                arguments.push(match argument {
                    Argument::Index(i) => Argument::Index(variable(*i, exchange)),
                    Argument::Array { arity, body } => {
                        Argument::Array { arity: *arity, body: map_variables(body, depth + arity, exchange)? }
                    }
                });
            }
            TermKind::Defined(Application { arguments, ..application.clone() })
        }
        TermKind::Derivative { name, body, at } => TermKind::Derivative {
            name: name.clone(),
            body: map_variables(body, depth + 1, exchange)?,
            at: map_variables(at, depth, exchange)?,
        },
    };
    Ok(Tree::new(kind)?)
}

fn map_all(terms: &[Term], depth: u32, exchange: Exchange<'_>) -> Result<Vec<Term>, Failure> {
    terms.iter().map(|term| map_variables(term, depth, exchange)).collect()
}

/// The term with every definition unfolded.
pub(super) fn unfold(source: &Source, term: &Term) -> Result<Term, Failure> {
    let all = |terms: &[Term]| terms.iter().map(|t| unfold(source, t)).collect::<Result<Vec<_>, _>>();
    let kind = match &**term {
        TermKind::Constant(_) | TermKind::Entry(..) | TermKind::Delta(..) => return Ok(term.clone()),
        TermKind::Add(terms) => TermKind::Add(all(terms)?),
        TermKind::Multiply(terms) => TermKind::Multiply(all(terms)?),
        TermKind::Power(base, n) => TermKind::Power(unfold(source, base)?, *n),
        TermKind::Sum(name, d, body) => TermKind::Sum(name.clone(), *d, unfold(source, body)?),
        TermKind::Apply(f, inner) => TermKind::Apply(*f, unfold(source, inner)?),
        TermKind::Defined(application) => return unfold(source, &source.unfold_term(application)?),
        TermKind::Derivative { .. } => return Err(Failure::IllSorted),
    };
    Ok(Tree::new(kind)?)
}
