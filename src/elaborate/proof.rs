//! From proofs as they are written to derivations.

use num_rational::BigRational;
use num_traits::{One, Zero};
use tightrope_kernel::{
    Argument, Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind, Formula, FormulaKind, Refusal,
    Relation, Sort, TermKind, Tree,
};

use super::attain;
use super::auto::multiple;
use super::scope::{Elaborated, at, in_words, tree};
use super::state::{State, step};
use super::term::{constant, wrong};
use crate::syntax::ast::{Binding, Branch, Conclusion, ConclusionKind, Expr, ExprKind, Ident, Proof, Span, StepKind};
use crate::syntax::diagnostic::Diagnostic;

impl State<'_> {
    /// A derivation of the goal.
    pub(crate) fn proof(&mut self, goal: &Formula, proof: &Proof) -> Elaborated<Derivation> {
        self.scoped(|state| state.steps(goal, &proof.steps, &proof.conclusion))
    }

    fn steps(
        &mut self,
        goal: &Formula,
        steps: &[crate::syntax::ast::Step],
        conclusion: &Conclusion,
    ) -> Elaborated<Derivation> {
        let Some((first, rest)) = steps.split_first() else { return self.conclude(goal, conclusion) };
        let span = first.span;
        match &first.kind {
            StepKind::Have { .. } => {
                let (facts, rest) = self.haves(steps)?;
                let inner = self.steps(goal, rest, conclusion)?;
                step(span, DerivationKind::Have(facts, inner))
            }
            StepKind::Fix(names) => self.fix(goal, names, |state, goal| state.steps(goal, rest, conclusion)),
            StepKind::Suppose(name) => self.suppose(goal, name, |state, goal| state.steps(goal, rest, conclusion)),
            StepKind::Contrary(name) => {
                let negation = tree(span, FormulaKind::Not(goal.clone()))?;
                let negation = self.expose(&negation, span)?;
                self.assume(Some(name), negation, span)?;
                let nothing = tree(span, FormulaKind::Or(vec![]))?;
                let inner = self.steps(&nothing, rest, conclusion)?;
                step(span, DerivationKind::Contradict(inner))
            }
            StepKind::Obtain { variables, hypothesis, from } => {
                let (fact, formula) = self.fact(from)?;
                self.obtain(&fact, &formula, variables, hypothesis, span, |state| state.steps(goal, rest, conclusion))
            }
            StepKind::Take(bindings) => self.take(goal, bindings, |state, goal| state.steps(goal, rest, conclusion)),
        }
    }

    /// Facts on the way, as many as follow each other.
    fn haves<'s>(
        &mut self,
        mut steps: &'s [crate::syntax::ast::Step],
    ) -> Elaborated<(Vec<Fact>, &'s [crate::syntax::ast::Step])> {
        let mut facts = vec![];
        while let Some((first, rest)) = steps.split_first() {
            let StepKind::Have { name, formula, proof } = &first.kind else { break };
            let formula = self.scope.formula(&self.claims.resolved(formula)?)?;
            let derivation = self.proof(&formula, proof)?;
            facts.push(tree(first.span, FactKind::Derived(formula.clone(), derivation))?);
            self.assume(Some(name), formula, first.span)?;
            steps = rest;
        }
        Ok((facts, steps))
    }

    fn fix(
        &mut self,
        goal: &Formula,
        names: &[Ident],
        inner: impl FnOnce(&mut Self, &Formula) -> Elaborated<Derivation>,
    ) -> Elaborated<Derivation> {
        let mut goal = goal.clone();
        for name in names {
            let exposed = self.expose(&goal, name.span)?;
            let FormulaKind::Forall(binder, body) = &*exposed else {
                return Err(self.misfit("`fix` needs a goal that begins with `forall`", &goal, name.span));
            };
            let variable = self.declare(name, binder.sort.clone())?;
            goal = at(name.span, self.open(binder, body, variable))?;
        }
        let derivation = inner(self, &goal)?;
        names.iter().try_fold(derivation, |d, name| step(name.span, DerivationKind::Generalize(d)))
    }

    fn suppose(
        &mut self,
        goal: &Formula,
        name: &Ident,
        inner: impl FnOnce(&mut Self, &Formula) -> Elaborated<Derivation>,
    ) -> Elaborated<Derivation> {
        // `not p` is `p -> a contradiction`, unless its negation can be written without `not`.
        if let FormulaKind::Not(negated) = &**goal {
            self.assume(Some(name), negated.clone(), name.span)?;
            let nothing = tree(name.span, FormulaKind::Or(vec![]))?;
            let derivation = inner(self, &nothing)?;
            return step(name.span, DerivationKind::Contradict(derivation));
        }
        let exposed = self.expose(goal, name.span)?;
        match &*exposed {
            FormulaKind::Implies(premise, conclusion) => {
                self.assume(Some(name), premise.clone(), name.span)?;
                let derivation = inner(self, conclusion)?;
                step(name.span, DerivationKind::Assume(derivation))
            }
            _ => Err(self.misfit("`suppose` needs a goal `p -> q` or `not p`", goal, name.span)),
        }
    }

    fn obtain(
        &mut self,
        fact: &Fact,
        formula: &Formula,
        variables: &[Ident],
        hypothesis: &Ident,
        span: Span,
        inner: impl FnOnce(&mut Self) -> Elaborated<Derivation>,
    ) -> Elaborated<Derivation> {
        let Some((name, others)) = variables.split_first() else { return inner(self) };
        let exposed = self.expose(formula, span)?;
        let FormulaKind::Exists(binder, body) = &*exposed else {
            return Err(self.misfit("`obtain` needs a fact that begins with `exists`", formula, span));
        };
        let variable = self.declare(name, binder.sort.clone())?;
        let body = at(span, self.open(binder, body, variable))?;
        let named = others.is_empty().then_some(hypothesis);
        let next = self.assume(named, body.clone(), span)?;
        let derivation = self.obtain(&next, &body, others, hypothesis, span, inner)?;
        step(span, DerivationKind::Unpack(fact.clone(), derivation))
    }

    fn take(
        &mut self,
        goal: &Formula,
        bindings: &[Binding],
        inner: impl FnOnce(&mut Self, &Formula) -> Elaborated<Derivation>,
    ) -> Elaborated<Derivation> {
        let mut goal = goal.clone();
        let mut witnesses = vec![];
        for binding in bindings {
            let span = binding.name.span;
            let exposed = self.expose(&goal, span)?;
            let FormulaKind::Exists(binder, body) = &*exposed else {
                return Err(self.misfit("`take` needs a goal that begins with `exists`", &goal, span));
            };
            if *binder.name != *binding.name.name {
                return Err(wrong(span, format!("the goal asks for `{}`", binder.name)));
            }
            let witness = self.witness(binding, &binder.sort)?;
            self.natural_witness(&witness, &binder.sort, binding.value.span)?;
            goal = at(span, tightrope_kernel::instantiate(body, std::slice::from_ref(&witness)))?;
            witnesses.push((span, witness));
        }
        let derivation = inner(self, &goal)?;
        witnesses.into_iter().rev().try_fold(derivation, |d, (span, w)| step(span, DerivationKind::Witness(w, d)))
    }

    /// Refuses a witness of sort nat that is no natural number by its shape.
    fn natural_witness(&mut self, witness: &Argument, sort: &Sort, span: Span) -> Elaborated<()> {
        let (Argument::Array { body, .. }, Sort::Nat) = (witness, sort) else { return Ok(()) };
        let natural = tree(span, FactKind::Natural(body.clone()))?;
        match self.context.infer(&natural) {
            Ok(_) => Ok(()),
            Err(_) => Err(wrong(span, "this is not known to be a natural number")
                .help("natural numbers are 0, 1, 2, …, variables of sort `nat`, and their sums, products and powers")),
        }
    }

    fn witness(&mut self, binding: &Binding, sort: &Sort) -> Elaborated<Argument> {
        if binding.indices.is_empty() {
            return self.scope.argument(&binding.value, sort);
        }
        let span = binding.name.span.to(binding.value.span);
        let lambda = ExprKind::Lambda { parameters: binding.indices.clone(), body: Box::new(binding.value.clone()) };
        self.scope.argument(&Expr::new(span, lambda), sort)
    }

    /// Introduces ∀ and → by themselves, then concludes.
    fn introduced(
        &mut self,
        goal: &Formula,
        span: Span,
        inner: &mut dyn FnMut(&mut Self, &Formula) -> Elaborated<Derivation>,
    ) -> Elaborated<Derivation> {
        let exposed = self.expose(goal, span)?;
        match &*exposed {
            FormulaKind::Forall(binder, body) => {
                let name = Ident { span, name: binder.name.to_string() };
                let taken = self.scope.ensure_new(&name).is_err();
                let shown = if taken { "" } else { &name.name };
                let variable = at(span, self.push(shown, binder.sort.clone(), span))?;
                let body = at(span, self.open(binder, body, variable))?;
                let derivation = self.introduced(&body, span, inner)?;
                step(span, DerivationKind::Generalize(derivation))
            }
            FormulaKind::Implies(premise, conclusion) => {
                self.assume(None, premise.clone(), span)?;
                let derivation = self.introduced(conclusion, span, inner)?;
                step(span, DerivationKind::Assume(derivation))
            }
            _ => inner(self, &exposed),
        }
    }

    fn conclude(&mut self, goal: &Formula, conclusion: &Conclusion) -> Elaborated<Derivation> {
        let span = conclusion.span;
        match &conclusion.kind {
            ConclusionKind::Because(certificate) => {
                self.introduced(goal, span, &mut |state, goal| state.because(goal, certificate, span))
            }
            ConclusionKind::Absurd(certificate) => {
                self.introduced(goal, span, &mut |state, goal| state.absurd(goal, certificate, span))
            }
            ConclusionKind::Ring => self.by_ring(goal, span),
            ConclusionKind::By(expr) => self.by_fact(goal, expr),
            ConclusionKind::TermsOf(name) => attain::terms_of(self, goal, name, span),
            ConclusionKind::Cases { subject, branches } => self.cases(goal, subject, branches, span),
            ConclusionKind::Parts(proofs) => {
                let exposed = self.expose(goal, span)?;
                let FormulaKind::And(parts) = &*exposed else {
                    return Err(self.misfit("`part:` needs a goal `p and q`", goal, span));
                };
                if parts.len() != proofs.len() {
                    return Err(wrong(span, format!("the goal has {} parts, found {}", parts.len(), proofs.len())));
                }
                let derivations: Elaborated<Vec<_>> =
                    parts.iter().zip(proofs).map(|(part, proof)| self.proof(part, proof)).collect();
                step(span, DerivationKind::All(derivations?))
            }
            ConclusionKind::Equivalence { forward, backward } => {
                let exposed = self.expose(goal, span)?;
                let (FormulaKind::Iff(..), FormulaKind::And(parts)) = (&**goal, &*exposed) else {
                    return Err(self.misfit("`forward` and `backward` need a goal `p <-> q`", goal, span));
                };
                let directions = parts.iter().zip([&**forward, &**backward]);
                let derivations: Elaborated<Vec<_>> = directions
                    .map(|(part, branch)| {
                        self.scoped(|state| {
                            state.suppose(part, &branch.name, |state, goal| state.proof(goal, &branch.proof))
                        })
                    })
                    .collect();
                step(span, DerivationKind::All(derivations?))
            }
            ConclusionKind::Induction { variable, base, step } => self.induction(goal, variable, base, step, span),
            ConclusionKind::Left(proof) => {
                let first = self.alternatives(goal, span)?.remove(0);
                let derivation = self.proof(&first, proof)?;
                step(span, DerivationKind::Choose(0, derivation))
            }
            ConclusionKind::Right(proof) => self.right(goal, proof, span),
        }
    }

    fn induction(
        &mut self,
        goal: &Formula,
        variable: &Ident,
        base: &Proof,
        next: &Branch,
        span: Span,
    ) -> Elaborated<Derivation> {
        let exposed = self.expose(goal, span)?;
        let (binder, body) = match &*exposed {
            FormulaKind::Forall(binder, body) if binder.sort == Sort::Nat => (binder, body),
            _ => return Err(self.misfit("`induction` needs a goal `forall n : nat, …`", goal, span)),
        };
        let claim_at = |n| at(span, tightrope_kernel::instantiate(body, &[Argument::Array { arity: 0, body: n }]));
        let base = self.proof(&claim_at(constant(span, BigRational::zero())?)?, base)?;
        let next = self.scoped(|state| {
            let n = state.declare(variable, binder.sort.clone())?;
            let n = tree(span, TermKind::Entry(n, vec![]))?;
            let successor = tree(span, TermKind::Add(vec![n.clone(), constant(span, BigRational::one())?]))?;
            state.assume(Some(&next.name), claim_at(n)?, next.name.span)?;
            state.proof(&claim_at(successor)?, &next.proof)
        })?;
        step(span, DerivationKind::Induct { base, step: next })
    }

    fn alternatives(&self, goal: &Formula, span: Span) -> Elaborated<Vec<Formula>> {
        match &*self.expose(goal, span)? {
            FormulaKind::Or(parts) if parts.len() > 1 => Ok(parts.clone()),
            _ => Err(self.misfit("`left:` and `right:` need a goal `p or q`", goal, span)),
        }
    }

    /// Shows the alternatives after the first.
    fn right(&mut self, goal: &Formula, proof: &Proof, span: Span) -> Elaborated<Derivation> {
        let mut others = self.alternatives(goal, span)?.split_off(1);
        if others.len() == 1 {
            let derivation = self.proof(&others.remove(0), proof)?;
            return step(span, DerivationKind::Choose(1, derivation));
        }
        let rest = tree(span, FormulaKind::Or(others.clone()))?;
        let derivation = self.proof(&rest, proof)?;
        let fact = tree(span, FactKind::Derived(rest, derivation))?;
        let branches: Elaborated<Vec<_>> = (1..=others.len())
            .map(|n| {
                let exact = step(span, DerivationKind::Exact(tree(span, FactKind::Recent(0))?))?;
                step(span, DerivationKind::Choose(u32::try_from(n).unwrap_or(u32::MAX), exact))
            })
            .collect();
        step(span, DerivationKind::Cases(fact, branches?))
    }

    fn by_ring(&mut self, goal: &Formula, span: Span) -> Elaborated<Derivation> {
        self.introduced(goal, span, &mut |state, goal| match &**goal {
            FormulaKind::And(parts) => {
                let derivations: Elaborated<Vec<_>> =
                    parts.iter().map(|part| state.scoped(|s| s.by_ring(part, span))).collect();
                step(span, DerivationKind::All(derivations?))
            }
            FormulaKind::Compare(..) => state.ring(goal, span),
            _ => Err(state.misfit("`by ring` shows equalities", goal, span)),
        })
    }

    fn by_fact(&mut self, goal: &Formula, expr: &Expr) -> Elaborated<Derivation> {
        let span = expr.span;
        let (fact, formula) = self.fact(expr)?;
        if matches!(&*self.expose(&formula, span)?, FormulaKind::Or(parts) if parts.is_empty()) {
            return step(span, DerivationKind::Cases(fact, vec![]));
        }
        let exact = step(span, DerivationKind::Exact(fact.clone()))?;
        if self.proves(goal, &exact) {
            return Ok(exact);
        }
        self.scoped(|state| {
            state.introduced(goal, span, &mut |state, goal| {
                let exact = step(span, DerivationKind::Exact(fact.clone()))?;
                if state.proves(goal, &exact) {
                    return Ok(exact);
                }
                if let FormulaKind::Compare(relation, ..) = &**goal {
                    for evidence in weaker(*relation, &fact, span)? {
                        if let Ok(derivation) = state.attempt(goal, evidence, span) {
                            return Ok(derivation);
                        }
                    }
                }
                Err(state.other_fact(&formula, goal, span))
            })
        })
    }

    fn other_fact(&self, fact: &Formula, goal: &Formula, span: Span) -> Diagnostic {
        let (fact, goal) = (self.notation().formula(fact), self.notation().formula(goal));
        Diagnostic::error("this fact is not what is to be shown")
            .primary(span, format!("this says: {fact}"))
            .help(format!("to be shown is: {goal}"))
    }

    fn cases(&mut self, goal: &Formula, subject: &Expr, branches: &[Branch], span: Span) -> Elaborated<Derivation> {
        let (fact, formula) = if self.is_fact(subject) {
            self.fact(subject)?
        } else {
            let formula = self.scope.formula(subject)?;
            let fact = tree(subject.span, FactKind::ExcludedMiddle(formula))?;
            let said = at(subject.span, self.context.infer(&fact))?;
            (fact, said)
        };
        let exposed = self.expose(&formula, subject.span)?;
        let FormulaKind::Or(parts) = &*exposed else {
            return Err(self.misfit(
                "`cases` needs a fact `p or q`, or a formula that holds or not",
                &formula,
                subject.span,
            ));
        };
        if parts.len() != branches.len() {
            let message = format!("there are {} cases, found {}", parts.len(), branches.len());
            return Err(wrong(span, message).help(format!("the cases of: {}", self.notation().formula(&formula))));
        }
        let mut derivations = vec![];
        for (part, branch) in parts.iter().zip(branches) {
            let derivation = self.scoped(|state| {
                let said = state.expose(part, branch.name.span)?;
                state.assume(Some(&branch.name), said, branch.name.span)?;
                state.proof(goal, &branch.proof)
            })?;
            derivations.push(derivation);
        }
        step(span, DerivationKind::Cases(fact, derivations))
    }

    /// A proof step that does not fit what it is applied to.
    pub(crate) fn misfit(&self, message: &str, formula: &Formula, span: Span) -> Diagnostic {
        Diagnostic::error(message).primary(span, format!("found: {}", self.notation().formula(formula)))
    }

    /// A refusal of the kernel in the words of the file.
    pub(crate) fn refused(&self, refusal: Refusal, span: Span) -> Diagnostic {
        match refusal {
            Refusal::TooWeak { goal, .. } => {
                let error = Diagnostic::error("the certificate adds up, but its sign is not enough")
                    .primary(span, format!("to be shown is: {}", self.notation().formula(&goal)));
                error.help("`>` needs a positive term outside of sums, `=` needs equalities only")
            }
            Refusal::Unfit { rule: "arithmetic", formula } => {
                let error = self.misfit("a certificate shows one comparison", &formula, span);
                match way_to_show(&formula) {
                    Some(way) => error.help(way),
                    None => error,
                }
            }
            Refusal::Unfit { rule, formula } => self.misfit(&format!("{rule} does not fit here"), &formula, span),
            other => Diagnostic::error(in_words(&other)).primary(span, "here"),
        }
    }
}

/// How a formula is shown that is no comparison.
fn way_to_show(formula: &Formula) -> Option<&'static str> {
    match &**formula {
        FormulaKind::Or(_) => Some("show one side, `left: …` or `right: …`, or begin with `cases …`"),
        FormulaKind::And(_) => Some("show each part: `part: … part: …`"),
        FormulaKind::Iff(..) => Some("show both directions: `forward h: … backward h: …`"),
        FormulaKind::Exists(..) => Some("name what exists: `take …`"),
        FormulaKind::Not(_) => Some("assume what is negated, `suppose h`, and show a contradiction: `absurd …`"),
        _ => None,
    }
}

/// Evidence from a fact for what is weaker; an equality also turned round.
fn weaker(relation: Relation, fact: &Fact, span: Span) -> Elaborated<Vec<Evidence>> {
    let own = tree(span, EvidenceKind::Fact(fact.clone()))?;
    Ok(match relation {
        Relation::Unequal => vec![],
        Relation::Equal => vec![own, at(span, multiple(&constant(span, -BigRational::one())?, fact.clone()))?],
        Relation::AtLeast | Relation::Greater => vec![own],
    })
}

/// An existing derivation as the proof of a formula.
pub(crate) fn derived(formula: Formula, derivation: Derivation) -> Result<Fact, Refusal> {
    Tree::new(FactKind::Derived(formula, derivation))
}
