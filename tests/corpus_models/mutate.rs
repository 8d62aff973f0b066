//! Statements that say something else: one relation turned around, or one constant raised.

use num_traits::One;
use tightrope::kernel::{Application, Argument, Formula, FormulaKind, Rational, Relation, Term, TermKind, Tree};

fn formula(kind: FormulaKind) -> Formula {
    Tree::new(kind).expect("no larger than the original")
}

fn term(kind: TermKind) -> Term {
    Tree::new(kind).expect("no larger than the original")
}

/// All lists in which one part is replaced by one of its mutants.
fn one_of<T: Clone>(parts: &[T], mutants: impl Fn(&T) -> Vec<T>) -> Vec<Vec<T>> {
    let at = |place: usize| {
        let replaced = move |mutant: T| {
            let mut parts = parts.to_vec();
            parts[place] = mutant;
            parts
        };
        mutants(&parts[place]).into_iter().map(replaced).collect::<Vec<_>>()
    };
    (0..parts.len()).flat_map(at).collect()
}

/// The mutants of a formula.
pub fn formulas(original: &Formula) -> Vec<Formula> {
    let pair = |left: &Formula, right: &Formula, make: fn(Formula, Formula) -> FormulaKind| {
        let mutants = one_of(&[left.clone(), right.clone()], formulas);
        mutants.into_iter().map(|parts| formula(make(parts[0].clone(), parts[1].clone()))).collect()
    };
    match &**original {
        FormulaKind::Compare(relation, left, right) => {
            let turned = match relation {
                Relation::Equal => FormulaKind::Compare(Relation::Unequal, left.clone(), right.clone()),
                Relation::Unequal => FormulaKind::Compare(Relation::Equal, left.clone(), right.clone()),
                other => FormulaKind::Compare(*other, right.clone(), left.clone()),
            };
            let compared = |sides: Vec<Term>| FormulaKind::Compare(*relation, sides[0].clone(), sides[1].clone());
            let raised = one_of(&[left.clone(), right.clone()], terms).into_iter().map(compared);
            std::iter::once(turned).chain(raised).map(formula).collect()
        }
        FormulaKind::And(parts) => one_of(parts, formulas).into_iter().map(|p| formula(FormulaKind::And(p))).collect(),
        FormulaKind::Or(parts) => one_of(parts, formulas).into_iter().map(|p| formula(FormulaKind::Or(p))).collect(),
        FormulaKind::Implies(left, right) => pair(left, right, FormulaKind::Implies),
        FormulaKind::Iff(left, right) => pair(left, right, FormulaKind::Iff),
        FormulaKind::Not(inner) => formulas(inner).into_iter().map(|f| formula(FormulaKind::Not(f))).collect(),
        FormulaKind::Forall(binder, body) => {
            formulas(body).into_iter().map(|f| formula(FormulaKind::Forall(binder.clone(), f))).collect()
        }
        FormulaKind::Exists(binder, body) => {
            formulas(body).into_iter().map(|f| formula(FormulaKind::Exists(binder.clone(), f))).collect()
        }
        FormulaKind::Defined(application) => {
            applications(application).into_iter().map(|a| formula(FormulaKind::Defined(a))).collect()
        }
    }
}

fn applications(application: &Application) -> Vec<Application> {
    let mutants = one_of(&application.arguments, |argument| match argument {
        Argument::Index(_) => vec![],
        Argument::Array { arity, body } => {
            terms(body).into_iter().map(|body| Argument::Array { arity: *arity, body }).collect()
        }
    });
    mutants.into_iter().map(|arguments| Application { arguments, ..application.clone() }).collect()
}

/// The mutants of a term.
pub fn terms(original: &Term) -> Vec<Term> {
    match &**original {
        TermKind::Constant(q) => vec![term(TermKind::Constant(q + Rational::one()))],
        TermKind::Add(parts) => one_of(parts, terms).into_iter().map(|p| term(TermKind::Add(p))).collect(),
        TermKind::Multiply(parts) => one_of(parts, terms).into_iter().map(|p| term(TermKind::Multiply(p))).collect(),
        TermKind::Power(base, n) => {
            let bases = terms(base).into_iter().map(|base| term(TermKind::Power(base, *n)));
            bases.chain([term(TermKind::Power(base.clone(), n + 1))]).collect()
        }
        TermKind::Sum(name, dimension, body) => {
            terms(body).into_iter().map(|body| term(TermKind::Sum(name.clone(), *dimension, body))).collect()
        }
        TermKind::Apply(function, inner) => {
            terms(inner).into_iter().map(|inner| term(TermKind::Apply(*function, inner))).collect()
        }
        TermKind::Defined(application) => {
            applications(application).into_iter().map(|a| term(TermKind::Defined(a))).collect()
        }
        TermKind::Entry(..) | TermKind::Delta(..) | TermKind::Derivative { .. } => vec![],
    }
}
