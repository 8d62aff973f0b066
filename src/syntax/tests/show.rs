//! Expressions with all their structure visible: every node in parentheses, the
//! operator first. Written apart from the printer, which it is used to test.

use super::super::ast::{Binder, Expr, ExprKind, Factor, Quantifier, Sign, Sort, SortKind};

fn all(exprs: &[Expr]) -> String {
    let shown: Vec<String> = exprs.iter().map(show).collect();
    shown.join(" ")
}

fn sort(sort: &Sort) -> String {
    match &sort.kind {
        SortKind::Real => "real".to_owned(),
        SortKind::Natural => "nat".to_owned(),
        SortKind::Index(d) => format!("index {}", d.name),
        SortKind::Vector(d) => format!("vec {}", d.name),
        SortKind::Matrix(n, d) => format!("mat {} {}", n.name, d.name),
    }
}

fn binders(binders: &[Binder]) -> String {
    let shown: Vec<String> = binders
        .iter()
        .map(|binder| match &binder.sort {
            Some(s) => format!("{}:{}", binder.name.name, sort(s)),
            None => binder.name.name.clone(),
        })
        .collect();
    shown.join(" ")
}

pub(super) fn show(expr: &Expr) -> String {
    match &expr.kind {
        ExprKind::Number(value) => value.to_string(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Vector(entries) => format!("(vector {})", all(entries)),
        ExprKind::Delta(i, j) => format!("(delta {} {})", i.name, j.name),
        ExprKind::EqualityIn(claim) => format!("(equality-in {})", claim.name),
        ExprKind::Index { base, indices } => format!("(index {} {})", show(base), all(indices)),
        ExprKind::Call { function, arguments } => {
            let arguments: Vec<String> = arguments
                .iter()
                .map(|argument| match &argument.name {
                    Some(name) => format!("{}:={}", name.name, show(&argument.value)),
                    None => show(&argument.value),
                })
                .collect();
            format!("(call {} {})", show(function), arguments.join(" "))
        }
        ExprKind::Field { base, field } => format!("(field {} {})", show(base), field.name),
        ExprKind::Lambda { parameters, body } => {
            let names: Vec<&str> = parameters.iter().map(|p| p.name.as_str()).collect();
            format!("(lambda {} . {})", names.join(" "), show(body))
        }
        ExprKind::Sum { binders: b, body } => format!("(sum {} . {})", binders(b), show(body)),
        ExprKind::Derivative { variable, body, at } => {
            format!("(d/d{} {} {})", variable.name, show(body), show(at))
        }
        ExprKind::EntryDerivative { variable, indices, body } => {
            format!("(d/d{}[{}] {})", variable.name, all(indices), show(body))
        }
        ExprKind::Quantified { quantifier, binders: b, body } => {
            let word = match quantifier {
                Quantifier::Forall => "forall",
                Quantifier::Exists => "exists",
            };
            format!("({word} {} . {})", binders(b), show(body))
        }
        kind => operator(kind),
    }
}

fn operator(kind: &ExprKind) -> String {
    match kind {
        ExprKind::Power(a, b) => format!("(^ {} {})", show(a), show(b)),
        ExprKind::Negate(a) => format!("(neg {})", show(a)),
        ExprKind::Not(p) => format!("(not {})", show(p)),
        ExprKind::And(parts) => format!("(and {})", all(parts)),
        ExprKind::Or(parts) => format!("(or {})", all(parts)),
        ExprKind::Implies(p, q) => format!("(-> {} {})", show(p), show(q)),
        ExprKind::Iff(p, q) => format!("(<-> {} {})", show(p), show(q)),
        ExprKind::Multiply(factors) => {
            let shown: Vec<String> = factors
                .iter()
                .map(|(how, factor)| match how {
                    Factor::Times => format!("*{}", show(factor)),
                    Factor::Over => format!("/{}", show(factor)),
                })
                .collect();
            format!("(product {})", shown.join(" "))
        }
        ExprKind::Add(terms) => {
            let shown: Vec<String> = terms
                .iter()
                .map(|(sign, term)| match sign {
                    Sign::Plus => format!("+{}", show(term)),
                    Sign::Minus => format!("-{}", show(term)),
                })
                .collect();
            format!("(terms {})", shown.join(" "))
        }
        ExprKind::Compare { first, rest } => {
            let shown: Vec<String> =
                rest.iter().map(|(relation, right)| format!("{} {}", relation.sign(), show(right))).collect();
            format!("(compare {} {})", show(first), shown.join(" "))
        }
        other => panic!("not an operator: {other:?}"),
    }
}
