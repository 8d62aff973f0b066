//! A proof in progress: the kernel's context with names for its variables and hypotheses.

use tightrope_kernel::{
    Binder, Context, Derivation, DerivationKind, Fact, FactKind, Formula, FormulaKind, Library, Refusal, Sort, Tree,
    Variable, instantiate, variable_argument,
};

use super::scope::{Elaborated, FactName, Scope, at};
use super::theorem::Claims;
use crate::syntax::ast::{Ident, Span};

/// A kernel context with names. Whatever is built in it is checked again by the kernel.
pub(crate) struct State<'a> {
    pub context: Context<'a>,
    pub library: &'a Library,
    pub scope: Scope,
    /// The names of the context's hypotheses.
    pub hypotheses: Vec<Option<String>>,
    pub claims: &'a Claims,
}

impl State<'_> {
    /// Runs something and forgets what it declared and assumed.
    pub(crate) fn scoped<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let (entries, facts) = (self.scope.entries.len(), self.scope.facts.clone());
        let hypotheses = self.hypotheses.len();
        let result = run(self);
        self.scope.entries.truncate(entries);
        self.scope.free = entries;
        self.scope.facts = facts;
        self.hypotheses.truncate(hypotheses);
        self.context.forget(entries, hypotheses);
        result
    }

    /// Declares a variable by a name that a person chose.
    pub(crate) fn declare(&mut self, name: &Ident, sort: Sort) -> Elaborated<Variable> {
        self.scope.ensure_new(name)?;
        at(name.span, self.push(&name.name, sort, name.span))
    }

    /// Declares a variable whatever its name.
    pub(crate) fn push(&mut self, name: &str, sort: Sort, span: Span) -> Result<Variable, Refusal> {
        let variable = self.context.declare(sort.clone())?;
        self.scope.push(name, sort, span);
        self.scope.free = self.scope.entries.len();
        Ok(variable)
    }

    /// Adds a hypothesis by a name that a person chose, or without one.
    pub(crate) fn assume(&mut self, name: Option<&Ident>, formula: Formula, span: Span) -> Elaborated<Fact> {
        let number = u32::try_from(self.hypotheses.len()).unwrap_or(u32::MAX);
        if let Some(name) = name {
            self.scope.ensure_new(name)?;
            let binders = self.leading_sorts(&formula);
            self.scope.facts.insert(name.name.clone(), FactName { span: name.span, binders });
        }
        at(span, self.context.assume(formula))?;
        self.hypotheses.push(name.map(|n| n.name.clone()));
        at(span, Tree::new(FactKind::Hypothesis(number)))
    }

    /// The sorts of a formula's outermost ∀.
    pub(crate) fn leading_sorts(&self, formula: &Formula) -> Vec<Sort> {
        let mut sorts = vec![];
        let mut formula = formula.clone();
        while let Ok(exposed) = self.context.expose(&formula) {
            let FormulaKind::Forall(binder, body) = &*exposed else { break };
            sorts.push(binder.sort.clone());
            formula = body.clone();
        }
        sorts
    }

    /// A formula with its outermost definitions unfolded.
    pub(crate) fn expose(&self, formula: &Formula, span: Span) -> Elaborated<Formula> {
        at(span, self.context.expose(formula))
    }

    /// Puts a variable into the body of a binder.
    pub(crate) fn open(&self, binder: &Binder, body: &Formula, variable: Variable) -> Result<Formula, Refusal> {
        instantiate(body, &[variable_argument(variable, &binder.sort)?])
    }

    /// Whether a derivation shows a goal here.
    pub(crate) fn proves(&mut self, goal: &Formula, derivation: &Derivation) -> bool {
        self.context.prove(goal, derivation).is_ok()
    }
}

/// A node of a derivation.
pub(crate) fn step(span: Span, kind: DerivationKind) -> Elaborated<Derivation> {
    at(span, Tree::new(kind))
}
