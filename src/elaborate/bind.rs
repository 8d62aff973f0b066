//! Binding variables of a context: the inverse of opening.

use tightrope_kernel::{Application, Argument, Formula, FormulaKind, Refusal, Term, TermKind, Tree, Variable};

/// Binds `count` variables of a closed formula from `Free(first)` on, the last as `Bound(0)`.
pub(crate) fn bind_formula(formula: &Formula, first: usize, count: usize) -> Result<Formula, Refusal> {
    let number = |n: usize| u32::try_from(n).map_err(|_| Refusal::TooLarge);
    Binding { first: number(first)?, count: number(count)? }.formula(formula, 0)
}

/// Binds `count` variables of a closed term from `Free(first)` on, the last as `Bound(0)`.
pub(crate) fn bind_term(term: &Term, first: usize, count: usize) -> Result<Term, Refusal> {
    let number = |n: usize| u32::try_from(n).map_err(|_| Refusal::TooLarge);
    Binding { first: number(first)?, count: number(count)? }.term(term, 0)
}

struct Binding {
    first: u32,
    count: u32,
}

impl Binding {
    fn variable(&self, variable: Variable, depth: u32) -> Variable {
        match variable {
            Variable::Free(id) if id >= self.first => Variable::Bound(depth + self.count - 1 - (id - self.first)),
            other => other,
        }
    }

    fn term(&self, term: &Term, depth: u32) -> Result<Term, Refusal> {
        let all = |terms: &[Term]| terms.iter().map(|t| self.term(t, depth)).collect::<Result<Vec<_>, _>>();
        Tree::new(match &**term {
            TermKind::Constant(q) => TermKind::Constant(q.clone()),
            TermKind::Entry(head, indices) => {
                TermKind::Entry(self.variable(*head, depth), indices.iter().map(|i| self.variable(*i, depth)).collect())
            }
            TermKind::Delta(i, j) => TermKind::Delta(self.variable(*i, depth), self.variable(*j, depth)),
            TermKind::Add(terms) => TermKind::Add(all(terms)?),
            TermKind::Multiply(terms) => TermKind::Multiply(all(terms)?),
            TermKind::Power(base, n) => TermKind::Power(self.term(base, depth)?, *n),
            TermKind::Sum(name, dimension, body) => {
                TermKind::Sum(name.clone(), *dimension, self.term(body, depth + 1)?)
            }
            TermKind::Apply(function, inner) => TermKind::Apply(*function, self.term(inner, depth)?),
            TermKind::Defined(application) => TermKind::Defined(self.application(application, depth)?),
            TermKind::Derivative { name, body, at } => TermKind::Derivative {
                name: name.clone(),
                body: self.term(body, depth + 1)?,
                at: self.term(at, depth)?,
            },
        })
    }

    fn application(&self, application: &Application, depth: u32) -> Result<Application, Refusal> {
        let argument = |argument: &Argument| {
            Ok(match argument {
                Argument::Index(i) => Argument::Index(self.variable(*i, depth)),
                Argument::Array { arity, body } => {
                    Argument::Array { arity: *arity, body: self.term(body, depth + arity)? }
                }
            })
        };
        let arguments: Result<_, Refusal> = application.arguments.iter().map(argument).collect();
        Ok(Application { arguments: arguments?, ..application.clone() })
    }

    fn formula(&self, formula: &Formula, depth: u32) -> Result<Formula, Refusal> {
        let all = |parts: &[Formula]| parts.iter().map(|p| self.formula(p, depth)).collect::<Result<Vec<_>, _>>();
        Tree::new(match &**formula {
            FormulaKind::Compare(relation, left, right) => {
                FormulaKind::Compare(*relation, self.term(left, depth)?, self.term(right, depth)?)
            }
            FormulaKind::And(parts) => FormulaKind::And(all(parts)?),
            FormulaKind::Or(parts) => FormulaKind::Or(all(parts)?),
            FormulaKind::Implies(a, b) => FormulaKind::Implies(self.formula(a, depth)?, self.formula(b, depth)?),
            FormulaKind::Iff(a, b) => FormulaKind::Iff(self.formula(a, depth)?, self.formula(b, depth)?),
            FormulaKind::Not(inner) => FormulaKind::Not(self.formula(inner, depth)?),
            FormulaKind::Forall(binder, body) => FormulaKind::Forall(binder.clone(), self.formula(body, depth + 1)?),
            FormulaKind::Exists(binder, body) => FormulaKind::Exists(binder.clone(), self.formula(body, depth + 1)?),
            FormulaKind::Defined(application) => FormulaKind::Defined(self.application(application, depth)?),
        })
    }
}
