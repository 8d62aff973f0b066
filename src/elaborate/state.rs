//! A proof in progress: the kernel's context with names for its variables and hypotheses.

use std::collections::BTreeMap;
use std::rc::Rc;

use tightrope_kernel::{
    Binder, Context, Derivation, DerivationKind, Fact, FactKind, Formula, FormulaKind, Library, Polynomial, Refusal,
    Relation, Sort, Tree, Variable, instantiate, variable_argument,
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
    /// Earlier claims, while side conditions may rest on them.
    pub known_claims: Option<Vec<(Fact, Formula)>>,
    /// What the context can compare, worked out once for each context.
    pub comparisons: Comparisons,
    /// The goal for which a certificate is being completed, as it is written.
    pub closing: Option<Formula>,
}

/// A fact that compares: left − right in normal form, and how it stands to 0.
pub(crate) struct Compared {
    pub fact: Fact,
    pub relation: Relation,
    pub difference: Polynomial,
}

/// The comparing facts of a context, by the context's number: every variable declared and every
/// hypothesis added makes a new number, and forgetting brings an old one back.
#[derive(Default)]
pub(crate) struct Comparisons {
    current: u64,
    latest: u64,
    known: BTreeMap<u64, Rc<Vec<Compared>>>,
}

impl Comparisons {
    fn renew(&mut self) {
        self.latest += 1;
        self.current = self.latest;
    }

    /// Makes way for what another set of facts compares; returns what to go back to.
    pub(crate) fn leave(&mut self) -> u64 {
        let before = self.current;
        self.renew();
        before
    }

    pub(crate) fn back_to(&mut self, before: u64) {
        self.current = before;
    }

    /// What was worked out for the present context.
    pub(crate) fn here(&self) -> Option<Rc<Vec<Compared>>> {
        self.known.get(&self.current).cloned()
    }

    /// Remembers what was worked out for the present context.
    pub(crate) fn remember(&mut self, compared: Rc<Vec<Compared>>) {
        self.known.insert(self.current, compared);
    }
}

impl<'a> State<'a> {
    /// The state at the start of a proof: the context has no hypotheses yet.
    pub(crate) fn new(context: Context<'a>, library: &'a Library, mut scope: Scope, claims: &'a Claims) -> Self {
        scope.free = context.variables().len();
        let comparisons = Comparisons::default();
        State { context, library, scope, hypotheses: vec![], claims, known_claims: None, comparisons, closing: None }
    }
}

impl State<'_> {
    /// Runs something and forgets what it declared and assumed.
    pub(crate) fn scoped<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let entries = self.scope.entries.len();
        let (hypotheses, comparisons) = (self.hypotheses.len(), self.comparisons.current);
        let result = run(self);
        self.comparisons.current = comparisons;
        self.scope.entries.truncate(entries);
        self.scope.free = entries;
        for name in self.hypotheses.drain(hypotheses..).flatten() {
            self.scope.facts.remove(&name);
        }
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
        self.comparisons.renew();
        Ok(variable)
    }

    /// Adds a hypothesis by a name that a person chose, or without one.
    pub(crate) fn assume(&mut self, name: Option<&Ident>, formula: Formula, span: Span) -> Elaborated<Fact> {
        let number = u32::try_from(self.hypotheses.len()).unwrap_or(u32::MAX);
        if let Some(name) = name {
            self.scope.ensure_new(name)?;
        }
        at(span, self.context.assume(formula.clone()))?;
        if let Some(name) = name {
            let binders = self.leading_sorts(&formula);
            self.scope.facts.insert(name.name.clone(), FactName { span: name.span, binders });
        }
        self.hypotheses.push(name.map(|n| n.name.clone()));
        self.comparisons.renew();
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
