//! Facts as proofs cite them: hypotheses, claims, theorems, and what follows from them by
//! instantiating, detaching premises and taking parts.

use tightrope_kernel::{
    Argument, Binder, Dimension, Fact, FactKind, Formula, FormulaKind, Name, Sort, Tree, variable_argument,
};

use super::auto::negated;
use super::scope::{Elaborated, at, sort_in, tree};
use super::state::State;
use super::term::wrong;
use crate::syntax::ast::{self, Expr, ExprKind, Span};
use crate::syntax::diagnostic::Diagnostic;

/// A fact with what it says.
pub(crate) type Known = (Fact, Formula);

impl State<'_> {
    /// Whether an expression cites a fact.
    pub(crate) fn is_fact(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Name(name) => self.scope.fact(name).is_some(),
            ExprKind::Index { base, .. } => self.is_fact(base),
            ExprKind::Call { function, .. } => self.is_fact(function) || self.finite_rule(function).is_some(),
            ExprKind::Field { .. } => true,
            _ => false,
        }
    }

    /// A cited fact; premises that are hypotheses or need no words are detached.
    pub(crate) fn fact(&mut self, expr: &Expr) -> Elaborated<Known> {
        let span = expr.span;
        let known = match &expr.kind {
            ExprKind::Name(name) => self.named_fact(name, span)?,
            ExprKind::Field { base, field } => self.field(base, field, &[], span)?,
            ExprKind::Index { base, indices } => {
                let general = self.fact(base)?;
                indices.iter().try_fold(general, |known, index| self.instance(known, index))?
            }
            ExprKind::Call { function, arguments } => match self.finite_rule(function) {
                Some(rule) => self.by_finiteness(rule, arguments, span)?,
                None => self.called(function, arguments, span)?,
            },
            _ => return Err(wrong(span, "expected a fact: the name of a hypothesis, a claim or a theorem")),
        };
        self.detached(known, span)
    }

    /// The rules about finite dimensions are called like facts, unless a fact or function has the name.
    fn finite_rule<'e>(&self, function: &'e Expr) -> Option<&'e str> {
        let ExprKind::Name(name) = &function.kind else { return None };
        let taken = self.scope.fact(name).is_some() || self.scope.definitions.contains_key(name);
        (!taken && matches!(name.as_str(), "choice" | "largest" | "smallest")).then_some(name)
    }

    /// `choice(FACT)`, from ∀ i ∃ r φ(i, r); `largest(i |-> t, FACT)`, from ∃ m φ(m).
    fn by_finiteness(&mut self, rule: &str, arguments: &[ast::Argument], span: Span) -> Elaborated<Known> {
        let fact = match (rule, arguments) {
            ("choice", [fact]) => FactKind::Choice(self.fact(&fact.value)?.0),
            ("largest" | "smallest", [value, fact]) => {
                let (fact, formula) = self.fact(&fact.value)?;
                let exposed = self.expose(&formula, span)?;
                let dimension = match &*exposed {
                    FormulaKind::Exists(Binder { sort: Sort::Index(dimension), .. }, _) => *dimension,
                    _ => return Err(self.misfit("this needs a fact `exists i : index d, …`", &formula, span)),
                };
                let value = self.scope.argument(&value.value, &Sort::Real(vec![dimension]))?;
                let Argument::Array { body, .. } = value else { return Err(wrong(span, "expected `i |-> term`")) };
                let body = if rule == "largest" { body } else { at(span, negated(&body))? };
                FactKind::Extremum(fact, body)
            }
            ("choice", _) => return Err(wrong(span, "`choice` takes one fact: `choice(FACT)`")),
            _ => return Err(wrong(span, format!("this takes a term and a fact: `{rule}(i |-> x[i], FACT)`"))),
        };
        let fact = at(span, Tree::new(fact))?;
        let formula = match self.context.infer(&fact) {
            Ok(formula) => formula,
            Err(refusal) => return Err(self.refused(refusal, span)),
        };
        Ok((fact, formula))
    }

    fn named_fact(&mut self, name: &str, span: Span) -> Elaborated<Known> {
        if let Some(number) = self.hypotheses.iter().rposition(|own| own.as_deref() == Some(name)) {
            let fact = at(span, Tree::new(FactKind::Hypothesis(u32::try_from(number).unwrap_or(u32::MAX))))?;
            return Ok((fact, self.context.hypotheses()[number].clone()));
        }
        match self.claims.own(name) {
            Some(full) => self.cite(&full, &[], span),
            None => {
                let known: Vec<&str> =
                    self.scope.facts.keys().chain(self.scope.claims.keys()).map(String::as_str).collect();
                let error = Diagnostic::error(format!("no hypothesis or claim is called `{name}`"))
                    .primary(span, "unknown fact");
                Err(match crate::syntax::diagnostic::nearest(name, known) {
                    Some(close) => error.help(format!("a similar name exists: `{close}`")),
                    None => error,
                })
            }
        }
    }

    /// `theorem.claim`, or a part of a fact.
    fn field(&mut self, base: &Expr, field: &ast::Ident, arguments: &[ast::Argument], span: Span) -> Elaborated<Known> {
        let part = match field.name.as_str() {
            "first" | "forward" => Some(0),
            "second" | "backward" => Some(1),
            "third" => Some(2),
            "fourth" => Some(3),
            _ => None,
        };
        match (part, &base.kind) {
            (None, ExprKind::Name(theorem)) => {
                let full = self.claims.of(theorem, &field.name, span)?;
                self.cite(&full, arguments, span)
            }
            (Some(part), _) => {
                let known = self.fact(base)?;
                self.part(known, part, span)
            }
            (None, _) => Err(wrong(
                field.span,
                "parts of a fact are `first`, `second`, `third`, `fourth`, and `forward`, `backward`",
            )),
        }
    }

    fn part(&mut self, (fact, formula): Known, part: u32, span: Span) -> Elaborated<Known> {
        let exposed = self.expose(&formula, span)?;
        let FormulaKind::And(parts) = &*exposed else {
            return Err(wrong(span, "this fact has no parts: it is not a conjunction or an equivalence"));
        };
        let said = parts.get(part as usize).cloned().ok_or_else(|| wrong(span, "this fact has fewer parts"))?;
        Ok((at(span, Tree::new(FactKind::Part(fact, part)))?, said))
    }

    fn called(&mut self, function: &Expr, arguments: &[ast::Argument], span: Span) -> Elaborated<Known> {
        let (named, positional): (Vec<_>, Vec<_>) = arguments.iter().cloned().partition(|a| a.name.is_some());
        let general = match &function.kind {
            ExprKind::Field { base, field } if !named.is_empty() => {
                let known = self.field(base, field, &named, span)?;
                self.detached(known, span)?
            }
            ExprKind::Name(name) if !named.is_empty() => match self.claims.own(name) {
                Some(full) => {
                    let known = self.cite(&full, &named, span)?;
                    self.detached(known, span)?
                }
                None => return Err(wrong(span, "only the variables of a theorem are instantiated by name")),
            },
            _ => self.fact(function)?,
        };
        positional.iter().try_fold(general, |known, argument| self.instance(known, &argument.value))
    }

    fn instance(&mut self, known: Known, value: &Expr) -> Elaborated<Known> {
        let span = value.span;
        let (fact, formula) = self.detached(known, span)?;
        let exposed = self.expose(&formula, span)?;
        let FormulaKind::Forall(binder, body) = &*exposed else {
            let error = wrong(span, "the fact does not say something for all, so that nothing can be put in here");
            return Err(match &*exposed {
                FormulaKind::Implies(premise, _) => {
                    let premise = self.notation().formula(premise);
                    error.help(format!("its premise `{premise}` is not among the facts: show it first, with `have`"))
                }
                _ => error,
            });
        };
        let argument = self.scope.argument(value, &binder.sort)?;
        let said = at(span, tightrope_kernel::instantiate(body, std::slice::from_ref(&argument)))?;
        Ok((at(span, Tree::new(FactKind::Instantiate(fact, vec![argument])))?, said))
    }

    /// Detaches premises as long as they are hypotheses or need no words.
    pub(crate) fn detached(&mut self, (mut fact, mut formula): Known, span: Span) -> Elaborated<Known> {
        loop {
            let exposed = self.expose(&formula, span)?;
            let (premise, conclusion) = match (&*formula, &*exposed) {
                (_, FormulaKind::Implies(premise, conclusion)) => (premise, conclusion.clone()),
                (FormulaKind::Not(negated), _) => (negated, tree(span, FormulaKind::Or(vec![]))?),
                _ => return Ok((fact, formula)),
            };
            let Some(derivation) = self.auto(premise) else { return Ok((fact, formula)) };
            fact = at(span, Tree::new(FactKind::Detach(fact, derivation)))?;
            formula = conclusion;
        }
    }

    /// A theorem; what is not given by name is the variable of the same name here.
    pub(crate) fn cite(&mut self, full: &Name, named: &[ast::Argument], span: Span) -> Elaborated<Known> {
        let statement = at(span, self.library.theorem(full))?.statement();
        let dimensions: Elaborated<Vec<Dimension>> = statement
            .dimensions
            .iter()
            .map(|name| {
                let missing = || wrong(span, format!("`{full}` needs a dimension `{name}` here"));
                self.scope.find_dimension(name).ok_or_else(missing)
            })
            .collect();
        let dimensions = dimensions?;
        for argument in named {
            let known = argument.name.as_ref().is_some_and(|n| statement.variables.iter().any(|v| *v.name == *n.name));
            if !known {
                return Err(wrong(argument.value.span, format!("`{full}` has no variable of this name")));
            }
        }
        let mut arguments = vec![];
        for binder in &statement.variables {
            let sort = sort_in(&binder.sort, &dimensions, span)?;
            let given = named.iter().find(|a| a.name.as_ref().is_some_and(|n| *n.name == *binder.name));
            arguments.push(match given {
                Some(argument) => self.scope.argument(&argument.value, &sort)?,
                None => self.same_name(&binder.name, &sort, full, span)?,
            });
        }
        let fact = at(span, Tree::new(FactKind::Cite { theorem: full.clone(), dimensions, arguments }))?;
        let formula = at(span, self.context.infer(&fact))?;
        Ok((fact, formula))
    }

    fn same_name(&mut self, name: &Name, sort: &Sort, full: &Name, span: Span) -> Elaborated<Argument> {
        match self.scope.lookup(name) {
            Some((variable, own)) if own == *sort => at(span, variable_argument(variable, sort)),
            _ => Err(wrong(span, format!("`{full}` is about some `{name}`, {}", self.scope.describe(sort)))
                .help(format!("say which: `{name} := …`"))),
        }
    }
}
