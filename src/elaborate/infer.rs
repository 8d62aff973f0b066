//! The range of an index that was bound without one, from where it is used.

use tightrope_kernel::{Dimension, Sort};

use super::scope::{Elaborated, Scope};
use crate::syntax::ast::{self, Expr, ExprKind, Ident};
use crate::syntax::diagnostic::Diagnostic;

impl Scope {
    /// Binders with their sorts; those that were not written are inferred from the body.
    pub(crate) fn index_binders(&self, binders: &[ast::Binder], body: &Expr) -> Elaborated<Vec<(Ident, Sort)>> {
        binders.iter().map(|binder| Ok((binder.name.clone(), self.binder_sort(binder, body)?))).collect()
    }

    fn binder_sort(&self, binder: &ast::Binder, body: &Expr) -> Elaborated<Sort> {
        if let Some(sort) = &binder.sort {
            return self.sort(sort);
        }
        let name = &binder.name.name;
        self.range_in(name, body).map(Sort::Index).ok_or_else(|| {
            Diagnostic::error(format!("what `{name}` ranges over cannot be read off its use"))
                .primary(binder.name.span, "needs a sort")
                .help(format!("write `({name} : d)` for an index of d, or `{name} : real`, `{name} : vec d`"))
        })
    }

    /// The dimension of an index by the first place where it is used as one.
    fn range_in(&self, name: &str, expr: &Expr) -> Option<Dimension> {
        let is = |e: &Expr| matches!(&e.kind, ExprKind::Name(n) if n == name);
        let own = match &expr.kind {
            ExprKind::Index { base, indices } => {
                let place = indices.iter().position(is);
                place.and_then(|k| self.ranges_of(base).get(k).copied().flatten())
            }
            ExprKind::EntryDerivative { variable, indices, .. } => {
                let place = indices.iter().position(is);
                place.and_then(|k| self.shape_of(&variable.name).get(k).copied().flatten())
            }
            ExprKind::Call { function, arguments } if matches!(&function.kind, ExprKind::Name(f) if f == "delta") => {
                arguments.iter().filter(|a| !is(&a.value)).find_map(|a| self.range_of_expr(&a.value))
            }
            ExprKind::Call { function, arguments } => {
                let place = arguments.iter().position(|a| is(&a.value));
                place.and_then(|k| self.parameters_of(function).get(k).copied().flatten())
            }
            ExprKind::Delta(i, j) if i.name == name => self.range_of(&j.name),
            ExprKind::Delta(i, j) if j.name == name => self.range_of(&i.name),
            ExprKind::Compare { first, rest } if is(first) => rest.iter().find_map(|(_, e)| self.range_of_expr(e)),
            ExprKind::Compare { first, rest } if rest.iter().any(|(_, e)| is(e)) => self.range_of_expr(first),
            _ => None,
        };
        own.or_else(|| children(expr).into_iter().find_map(|child| self.range_in(name, child)))
    }

    fn range_of_expr(&self, expr: &Expr) -> Option<Dimension> {
        match &expr.kind {
            ExprKind::Name(name) => self.range_of(name),
            _ => None,
        }
    }

    fn range_of(&self, name: &str) -> Option<Dimension> {
        range(&self.entries[self.find(name)?].sort)
    }

    /// The dimensions of a variable's indices.
    fn shape_of(&self, name: &str) -> Vec<Option<Dimension>> {
        match self.find(name).map(|level| &self.entries[level].sort) {
            Some(Sort::Real(shape)) => shape.iter().copied().map(Some).collect(),
            _ => vec![],
        }
    }

    /// The dimensions of what stands in brackets after an expression.
    fn ranges_of(&self, base: &Expr) -> Vec<Option<Dimension>> {
        match &base.kind {
            ExprKind::Name(name) if self.find(name).is_some() => self.shape_of(name),
            ExprKind::Name(name) => match (self.fact(name), self.definitions.get(name)) {
                (Some(fact), _) => fact.binders.iter().map(range).collect(),
                (None, Some(defined)) => defined.indices.iter().map(|d| self.here(defined, *d)).collect(),
                (None, None) => vec![],
            },
            ExprKind::Call { function, .. } => match &function.kind {
                ExprKind::Name(name) => match self.definitions.get(name) {
                    Some(defined) => defined.indices.iter().map(|d| self.here(defined, *d)).collect(),
                    None => vec![],
                },
                _ => vec![],
            },
            _ => vec![],
        }
    }

    /// The dimensions of a function's or fact's parameters that are indices.
    fn parameters_of(&self, function: &Expr) -> Vec<Option<Dimension>> {
        let ExprKind::Name(name) = &function.kind else { return vec![] };
        if let Some(fact) = self.fact(name) {
            return fact.binders.iter().map(range).collect();
        }
        let Some(defined) = self.definitions.get(name) else { return vec![] };
        let own = defined.parameters.iter().map(|(_, sort)| range(sort));
        own.map(|d| d.and_then(|d| self.here(defined, d))).collect()
    }

    fn here(&self, defined: &super::scope::Defined, dimension: Dimension) -> Option<Dimension> {
        self.find_dimension(defined.dimensions.get(dimension.0 as usize)?)
    }
}

fn range(sort: &Sort) -> Option<Dimension> {
    match sort {
        Sort::Index(dimension) => Some(*dimension),
        _ => None,
    }
}

/// The expressions directly inside an expression.
pub(crate) fn children(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Name(_) | ExprKind::Delta(..) | ExprKind::EqualityIn(_) => vec![],
        ExprKind::Vector(entries) | ExprKind::And(entries) | ExprKind::Or(entries) => entries.iter().collect(),
        ExprKind::Index { base, indices } => std::iter::once(&**base).chain(indices).collect(),
        ExprKind::Call { function, arguments } => {
            std::iter::once(&**function).chain(arguments.iter().map(|a| &a.value)).collect()
        }
        ExprKind::Field { base, .. } => vec![base],
        ExprKind::Lambda { body, .. } | ExprKind::Sum { body, .. } | ExprKind::Quantified { body, .. } => vec![body],
        ExprKind::Power(a, b) | ExprKind::Implies(a, b) | ExprKind::Iff(a, b) => vec![a, b],
        ExprKind::Multiply(factors) => factors.iter().map(|(_, e)| e).collect(),
        ExprKind::Derivative { body, at, .. } => vec![body, at],
        ExprKind::EntryDerivative { indices, body, .. } => indices.iter().chain(std::iter::once(&**body)).collect(),
        ExprKind::Negate(inner) | ExprKind::Not(inner) => vec![inner],
        ExprKind::Add(terms) => terms.iter().map(|(_, e)| e).collect(),
        ExprKind::Compare { first, rest } => std::iter::once(&**first).chain(rest.iter().map(|(_, e)| e)).collect(),
    }
}
