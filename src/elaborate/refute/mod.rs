//! Refutations: that hypotheses do not imply a formula, by an exact instance.
//!
//! A refutation holds if at its instance every remaining hypothesis is true and the formula is
//! well defined and false. That is found out by evaluation in the finite model that the instance
//! is; the kernel has no part in it but to say which conditions make the statement well defined.

mod instance;
mod trial;

use std::collections::BTreeSet;

use tightrope_kernel::{
    Context, Dimension, Formula, FormulaKind, Instantiate, Library, Meaning, Name, Relation, Sort, Statement,
};

use self::instance::{Given, Names};
use self::trial::Trial;
use super::definedness;
use super::notation::Notation;
use super::scope::{Elaborated, at};
use super::term::wrong;
use super::theorem::{Claims, Parts, statement};
use crate::model::{Evaluator, Failure, Model, Reason, Samples, Truth};
use crate::syntax::ast::{Expr, ExprKind, Ident, Refute, Span};
use crate::syntax::diagnostic::{Diagnostic, nearest};
use crate::syntax::print_values;

/// An instance that refutes a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// The values as they are written: `x = [2, 1], m = 1`.
    pub values: String,
    /// The hypotheses that are not left out; each holds.
    pub hypotheses: Vec<Evaluated>,
    /// The formula, which does not hold.
    pub formula: String,
    /// The statement that is refuted.
    pub variant: Statement,
    /// The values, one for each of its variables.
    pub model: Model,
    /// Values of quantified variables at which it is decided.
    pub samples: Samples,
}

/// A hypothesis at an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evaluated {
    /// Its name.
    pub name: String,
    /// What it comes down to, in numbers: `2 <= 2`.
    pub text: String,
}

/// The formula that a refutation is about: that of a claim or of a named lemma, if it is its name.
pub(super) fn named<'p>(parts: &Parts<'p>, refute: &'p Refute) -> &'p Expr {
    let ExprKind::Name(name) = &refute.formula.kind else { return &refute.formula };
    parts.formulas().find(|(own, _)| own.name == *name).map_or(&refute.formula, |(_, formula)| formula)
}

/// Checks a refutation.
pub(super) fn refuted(library: &Library, parts: &Parts<'_>, refute: &Refute, claims: &Claims) -> Elaborated<Instance> {
    ensure_claim(parts, &refute.formula)?;
    let formula = claims.resolved(named(parts, refute))?;
    let assumed = remaining(parts, refute)?;
    let given = refute.values.iter().map(Given::new).collect::<Elaborated<Vec<_>>>()?;
    let has_value = |name: &str| given.iter().any(|one| one.name.name == name);
    let (mut scope, variant) = statement(parts, &assumed, &formula, |_, entry| has_value(&entry.name))?;
    scope.free = scope.entries.len();
    let (context, hypotheses, conclusion) = at(formula.span, Context::of(library, &variant))?;
    let formulas: Vec<&Formula> = hypotheses.iter().map(|h| &h.formula).chain([&conclusion]).collect();
    let bound = Bound::of(library, &formulas);
    let own = parts.scope.entries.get(parts.brought..).unwrap_or_default();
    let unmentioned = own.iter().filter(|entry| scope.find(&entry.name).is_none());
    let unmentioned = unmentioned.map(|entry| (entry.name.clone(), entry.sort.clone())).collect();
    let names = Names { scope: &scope, bound: &bound, unmentioned, claim: &refute.name };
    let (model, samples) = instance::read(&names, &given)?;
    let obligations = at(formula.span, context.definedness(&hypotheses, &conclusion))?;
    let check = Check { refute, trial: Trial { library, samples: &samples, scope, model } };
    check.well_defined(&obligations, &formula)?;
    let hypotheses = assumed.iter().map(|(name, hypothesis)| check.hypothesis(name, hypothesis));
    let hypotheses = hypotheses.collect::<Elaborated<_>>()?;
    let formula = check.formula(&formula)?;
    let (model, samples) = (check.trial.model, samples.clone());
    Ok(Instance { values: print_values(&refute.values), hypotheses, formula, variant, model, samples })
}

/// A name alone is that of a claim or of a predicate.
fn ensure_claim(parts: &Parts<'_>, formula: &Expr) -> Elaborated<()> {
    let ExprKind::Name(name) = &formula.kind else { return Ok(()) };
    if parts.formulas().any(|(own, _)| own.name == *name) || parts.scope.definitions.contains_key(name) {
        return Ok(());
    }
    let error = wrong(formula.span, format!("no claim that this theorem shows is called `{name}`"));
    Err(match nearest(name, parts.formulas().map(|(own, _)| own.name.as_str())) {
        Some(close) => error.help(format!("a similar name exists: `{close}`")),
        None => error.help("write the formula, or the name of a claim that the theorem shows"),
    })
}

/// The hypotheses that are not left out.
fn remaining<'t>(parts: &Parts<'t>, refute: &Refute) -> Elaborated<Vec<(&'t Ident, &'t Expr)>> {
    for name in &refute.without {
        if !parts.hypotheses.iter().any(|(own, _)| own.name == name.name) {
            let error = wrong(name.span, format!("no hypothesis is called `{}`", name.name));
            return Err(match nearest(&name.name, parts.hypotheses.iter().map(|(own, _)| own.name.as_str())) {
                Some(close) => error.help(format!("a similar name exists: `{close}`")),
                None => error.help("hypotheses that the theorem assumes can be left out"),
            });
        }
    }
    let left_out = |name: &Ident| refute.without.contains(name);
    Ok(parts.hypotheses.iter().copied().filter(|(name, _)| !left_out(name)).collect())
}

/// A refutation at its instance.
struct Check<'a> {
    refute: &'a Refute,
    trial: Trial<'a>,
}

impl Check<'_> {
    /// The conditions under which the statement is well defined hold, as far as they are decided;
    /// where one that matters is not, neither is the truth of what it is about.
    fn well_defined(&self, obligations: &Formula, formula: &Expr) -> Elaborated<()> {
        let FormulaKind::And(parts) = &**obligations else { return Ok(()) };
        let Trial { library, model, samples, .. } = &self.trial;
        let fails = |part: &&Formula| Evaluator::new(library, model, samples).deciding().formula(part) == Truth::False;
        parts.iter().find(fails).map_or(Ok(()), |part| Err(self.undefined(part, formula)))
    }

    fn undefined(&self, obligation: &Formula, formula: &Expr) -> Diagnostic {
        let mut notation = Notation::default();
        notation.dimensions.clone_from(&self.trial.scope.dimensions);
        notation.free.extend(self.trial.scope.entries.iter().map(|entry| entry.name.clone()));
        let mut goal = obligation;
        loop {
            match &**goal {
                FormulaKind::Forall(binder, body) => (goal, notation) = (body, notation.binding(&binder.name)),
                FormulaKind::Implies(_, body) => goal = body,
                FormulaKind::Compare(relation, term, _) => {
                    return self.undefined_term(&notation.term(term), *relation, formula);
                }
                _ => return wrong(self.refute.formula.span, "the statement is not well defined at this instance"),
            }
        }
    }

    fn undefined_term(&self, term: &str, needed: Relation, formula: &Expr) -> Diagnostic {
        let place = definedness::find(formula, term, needed).unwrap_or(self.refute.formula.span);
        let (what, label) = match needed {
            Relation::Unequal => ("is 0", "divides here"),
            Relation::Greater => ("is not positive", "its logarithm is taken here"),
            _ => ("is negative", "a root is taken of it here"),
        };
        Diagnostic::error(format!("the statement is not well defined at this instance: `{term}` {what}"))
            .primary(self.refute.name.span, "does not refute it")
            .secondary(place, label)
            .help("a statement is refuted where it has a meaning and is false")
    }

    fn hypothesis(&self, name: &Ident, hypothesis: &Expr) -> Elaborated<Evaluated> {
        let what = format!("the hypothesis `{}`", name.name);
        match self.trial.truth(hypothesis) {
            Truth::True => {
                let text = self.trial.trace(hypothesis, true).whole();
                Ok(Evaluated { name: name.name.clone(), text })
            }
            Truth::False => {
                let trace = self.trial.trace(hypothesis, false);
                let place = if trace.at.is_empty() { String::new() } else { format!(" at {}", trace.at.join(", ")) };
                Err(Diagnostic::error(format!("{what} fails{place}: {}", trace.text))
                    .primary(self.refute.name.span, "at the instance of this refutation")
                    .secondary(name.span, "assumed here")
                    .help(format!("choose an instance at which it holds, or leave it out: `without {}`", name.name)))
            }
            Truth::Unknown(reason) => Err(self.open(&what, hypothesis, name.span, reason)),
        }
    }

    /// What the formula comes down to at the instance, if it is false.
    fn formula(&self, formula: &Expr) -> Elaborated<String> {
        match self.trial.truth(formula) {
            Truth::False => Ok(self.trial.trace(formula, false).whole()),
            Truth::True => {
                let text = self.trial.trace(formula, true).whole();
                Err(Diagnostic::error(format!("the statement holds at this instance: {text}"))
                    .primary(self.refute.name.span, "does not refute it")
                    .help("a refutation needs an instance at which the hypotheses hold and the formula does not"))
            }
            Truth::Unknown(reason) => Err(self.open("the formula", formula, self.refute.formula.span, reason)),
        }
    }

    /// That the truth of something is not found out.
    fn open(&self, what: &str, formula: &Expr, span: Span, reason: Reason) -> Diagnostic {
        let why = match reason {
            Reason::Samples => "a quantifier ranges over infinitely many values",
            Reason::Failure(Failure::Undefined) => "a term has no value there",
            Reason::Failure(Failure::Irrational) => "a number is irrational there",
            Reason::Failure(Failure::Quantified) => "it holds a root, a reciprocal or the like of a quantified number",
            Reason::Failure(Failure::TooLarge) => "it is too much work",
            Reason::Failure(Failure::IllSorted) => "it is ill-sorted",
        };
        let error = Diagnostic::error(format!("whether {what} holds at this instance cannot be decided: {why}"))
            .primary(self.refute.name.span, "not evaluated");
        let error = if span == self.refute.formula.span { error } else { error.secondary(span, "this hypothesis") };
        match reason {
            Reason::Samples | Reason::Failure(Failure::Quantified) => match self.open_variables(formula) {
                names if names.is_empty() => error,
                names => error.help(format!("give a value to {} after `by`, which is then tried", names.join(", "))),
            }
            .help("without a value, only comparisons of polynomials of degree at most 2 are decided"),
            Reason::Failure(Failure::Irrational) => error.help("choose values at which every number is rational"),
            _ => error.help("choose another instance"),
        }
    }

    /// Bound variables over infinitely many values for which nothing is tried.
    fn open_variables(&self, formula: &Expr) -> Vec<String> {
        let Ok(formula) = self.trial.scope.clone().formula(formula) else { return vec![] };
        let tried = |name: &Name| self.trial.samples.named.iter().any(|(own, _)| own == name);
        let bound = Bound::of(self.trial.library, &[&formula]);
        let open = bound.into_iter().filter(|(name, sort)| !matches!(sort, Sort::Index(_)) && !tried(name));
        open.map(|(name, _)| format!("`{name}`")).collect()
    }
}

/// Finds the variables that quantifiers bind, those inside of definitions included.
struct Bound<'a> {
    library: &'a Library,
    seen: BTreeSet<(Name, Vec<Dimension>)>,
    found: BTreeSet<(Name, Sort)>,
}

impl Bound<'_> {
    /// Names and sorts.
    fn of(library: &Library, formulas: &[&Formula]) -> Vec<(Name, Sort)> {
        let mut bound = Bound { library, seen: BTreeSet::new(), found: BTreeSet::new() };
        formulas.iter().for_each(|formula| bound.formula(formula, None));
        bound.found.into_iter().collect()
    }

    /// Of a formula whose dimensions are replaced.
    fn formula(&mut self, formula: &Formula, dimensions: Option<&[Dimension]>) {
        match &**formula {
            FormulaKind::Compare(..) => {}
            FormulaKind::And(parts) | FormulaKind::Or(parts) => parts.iter().for_each(|p| self.formula(p, dimensions)),
            FormulaKind::Implies(left, right) | FormulaKind::Iff(left, right) => {
                self.formula(left, dimensions);
                self.formula(right, dimensions);
            }
            FormulaKind::Not(inner) => self.formula(inner, dimensions),
            FormulaKind::Forall(binder, body) | FormulaKind::Exists(binder, body) => {
                if let Ok(sort) = binder.sort.substitute(&[], dimensions) {
                    self.found.insert((binder.name.clone(), sort));
                }
                self.formula(body, dimensions);
            }
            FormulaKind::Defined(application) => {
                let placed = |d: &Dimension| match dimensions {
                    Some(dimensions) => dimensions.get(d.0 as usize).copied(),
                    None => Some(*d),
                };
                let own: Option<Vec<Dimension>> = application.dimensions.iter().map(placed).collect();
                if let (Some(own), Ok(definition)) = (own, self.library.definition(&application.definition))
                    && self.seen.insert((application.definition.clone(), own.clone()))
                    && let Meaning::Formula(body) = &definition.body
                {
                    self.formula(body, Some(&own));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
