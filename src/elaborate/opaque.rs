//! Payments for reciprocals and roots: what remains of a difference is rewritten by
//! (1/e) e = 1 and (√e)² = e until nothing remains.
//!
//! The kernel knows no negative exponents. A monomial q·M·z·l of the remainder, where z = 1/e
//! and l is the leading monomial of e with coefficient c, is paid for by (q/c)·M times the equality
//! z e − 1 = 0; one that holds s² with s = √e, by its cofactor times s² − e = 0.

use num_rational::BigRational;
use num_traits::{One, Zero};
use tightrope_kernel::{
    Atom, Component, Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind, Factors, Formula, FormulaKind,
    Function, Head, Monomial, Polynomial, Position, Refusal, Sort, Term, TermKind, Tree, Variable, Work,
};

use super::auto::multiple;
use super::readback;
use super::scope::{Elaborated, at};
use super::state::State;
use crate::syntax::ast::Span;
use crate::syntax::diagnostic::Diagnostic;

/// The most rounds of payments.
const MAX_ROUNDS: usize = 48;

/// An equality and how the cofactor of what it removes is found.
struct Rule {
    equality: Fact,
    /// What the equality removes, up to the coefficient.
    lead: Monomial,
    coefficient: BigRational,
}

impl State<'_> {
    /// Shows a goal by evidence, paying for reciprocals and roots; says what would pay for what remains.
    pub(crate) fn close(&mut self, goal: &Formula, evidence: Evidence, span: Span) -> Elaborated<Derivation> {
        self.closing(goal, |state| match state.close_with_roots(goal, evidence, span)? {
            Ok(derivation) => Ok(derivation),
            Err(rest) => Err(state.suggesting(state.remains(&rest, span), &rest)),
        })
    }

    /// The same, as one attempt of several.
    pub(crate) fn attempt(&mut self, goal: &Formula, evidence: Evidence, span: Span) -> Elaborated<Derivation> {
        self.closing(goal, |state| {
            state.close_with_roots(goal, evidence, span)?.map_err(|rest| state.remains(&rest, span))
        })
    }

    fn closing<T>(&mut self, goal: &Formula, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.closing.replace(goal.clone());
        let result = run(self);
        self.closing = before;
        result
    }

    /// A radicand as the goal or a hypothesis writes it. Its normal form is expanded, and that may not show
    /// any more that it is not negative, as the shape of Σ (aᵢ + bᵢ)² does.
    fn sign_as_written(&mut self, radicand: &Term) -> Option<Evidence> {
        let form = self.context.normal_form(radicand).ok()?;
        let mut found = vec![];
        for formula in self.closing.iter().chain(self.context.hypotheses()) {
            if let FormulaKind::Compare(_, left, right) = &*self.context.expose(formula).ok()? {
                [left, right].into_iter().for_each(|side| radicands(side, &mut found));
            }
        }
        found.iter().find_map(|written| {
            (self.context.normal_form(written).ok()? == form).then_some(())?;
            self.sign_of(written).map(|(evidence, _)| evidence)
        })
    }

    /// The derivation, or what remains.
    fn close_with_roots(
        &mut self,
        goal: &Formula,
        evidence: Evidence,
        span: Span,
    ) -> Elaborated<Result<Derivation, Polynomial>> {
        let derivation = at(span, Tree::new(DerivationKind::Arithmetic(evidence.clone())))?;
        let mut rest = match self.context.prove(goal, &derivation) {
            Ok(()) => return Ok(Ok(derivation)),
            Err(Refusal::Remainder(rest)) => rest,
            Err(refusal) => return Err(self.refused(refusal, span)),
        };
        let mut parts = vec![evidence];
        for _ in 0..MAX_ROUNDS {
            let payments = self.payments(&rest).unwrap_or_default();
            if payments.is_empty() {
                break;
            }
            parts.extend(payments.iter().cloned());
            rest = at(span, self.without(rest, payments))?;
            if rest.is_zero() {
                let paid = at(span, Tree::new(EvidenceKind::Add(parts)))?;
                let derivation = at(span, Tree::new(DerivationKind::Arithmetic(paid)))?;
                return match self.context.prove(goal, &derivation) {
                    Ok(()) => Ok(Ok(derivation)),
                    Err(refusal) => Err(self.refused(refusal, span)),
                };
            }
        }
        Ok(Err(rest))
    }

    /// What remains when payments are made.
    fn without(&mut self, rest: Polynomial, payments: Vec<Evidence>) -> Result<Polynomial, Refusal> {
        let (paid, _) = self.context.weigh(&Tree::new(EvidenceKind::Add(payments))?)?;
        let mut work = Work::DEFAULT;
        rest.minus(paid, &mut work)
    }

    fn remains(&self, rest: &Polynomial, span: Span) -> Diagnostic {
        let error = Diagnostic::error("the certificate does not add up");
        let remainder = readback::polynomial(rest).ok().map(|term| self.notation().term(&term));
        let error = match remainder {
            Some(remainder) => error.primary(span, format!("what remains is {remainder}")),
            None => error.primary(span, "something remains"),
        };
        error.help("the larger side minus the smaller has to be the cone plus multiples of the given equalities")
    }

    /// Says which facts would pay for what remains, or which hypothesis.
    fn suggesting(&mut self, error: Diagnostic, rest: &Polynomial) -> Diagnostic {
        if let Some(payment) = self.missing_payment(rest) {
            return error.help(format!("these facts pay for it: `{payment}`"));
        }
        match self.missing_hypothesis(rest) {
            Some(hypothesis) => error.help(format!("a hypothesis `{hypothesis}` would pay for it")),
            None => error,
        }
    }

    fn payments(&mut self, rest: &Polynomial) -> Result<Vec<Evidence>, Refusal> {
        let mut payments = vec![];
        for (monomial, q) in rest.terms() {
            if let Some(payment) = self.payment(monomial, q)? {
                payments.push(payment);
            }
        }
        Ok(payments)
    }

    fn payment(&mut self, monomial: &Monomial, q: &BigRational) -> Result<Option<Evidence>, Refusal> {
        if let Some((rule, rest)) = self.rule_for(&monomial.factors, &monomial.components)? {
            let cofactor = Monomial { factors: rest.0, deltas: monomial.deltas.clone(), components: rest.1 };
            let cofactor = readback::monomial(&cofactor, &(q / rule.coefficient))?;
            return Ok(Some(multiple(&cofactor, rule.equality)?));
        }
        for (place, component) in monomial.components.iter().enumerate() {
            if let Some(inner) = self.payment_inside(component)? {
                let mut outer = monomial.clone();
                outer.components.remove(place);
                let outer = readback::monomial(&outer, q)?;
                return Ok(Some(Tree::new(EvidenceKind::Multiple(outer, inner))?));
            }
        }
        Ok(None)
    }

    /// A payment under the sums of a component.
    fn payment_inside(&mut self, component: &Component) -> Result<Option<Evidence>, Refusal> {
        let inner = self.scoped(|state| -> Result<Option<Evidence>, Refusal> {
            let mut variables = vec![];
            for dimension in &component.dimensions {
                variables.push(state.push("", Sort::Index(*dimension), Span::default())?);
            }
            let factors = opened(component, &variables);
            let Some((rule, rest)) = state.rule_for(&factors, &[])? else { return Ok(None) };
            let cofactor = Monomial { factors: rest.0, ..Monomial::default() };
            let cofactor = readback::monomial(&cofactor, &rule.coefficient.recip())?;
            Ok(Some(multiple(&cofactor, rule.equality)?))
        })?;
        let Some(inner) = inner else { return Ok(None) };
        let sum = component
            .dimensions
            .iter()
            .rev()
            .try_fold(inner, |inner, dimension| Tree::new(EvidenceKind::Sum(*dimension, inner)))?;
        Ok(Some(sum))
    }

    /// The first rule whose leading monomial divides a product, with the quotient.
    #[allow(clippy::type_complexity)]
    fn rule_for(
        &mut self,
        factors: &Factors,
        components: &[Component],
    ) -> Result<Option<(Rule, (Factors, Vec<Component>))>, Refusal> {
        for (atom, n) in factors {
            let Head::Function(function, inner) = &atom.head else { continue };
            let inner = readback::inside(inner, &atom.indices)?;
            let rule = match function {
                Function::Reciprocal => self.reciprocal_rule(atom, &inner, factors, components)?,
                Function::SquareRoot if *n >= 2 => self.root_rule(atom, &inner)?,
                Function::SquareRoot | Function::Exponential | Function::Logarithm => None,
            };
            let Some(rule) = rule else { continue };
            if let Some(rest) = divide(factors, components, &rule.lead) {
                return Ok(Some((rule, rest)));
            }
        }
        Ok(None)
    }

    /// (1/e) e = 1, read with a monomial of e that makes the product divisible.
    fn reciprocal_rule(
        &mut self,
        atom: &Atom,
        inner: &Term,
        factors: &Factors,
        components: &[Component],
    ) -> Result<Option<Rule>, Refusal> {
        let form = self.context.normal_form(inner)?;
        let divides = |(monomial, _): &(&Monomial, &BigRational)| {
            divide(factors, components, &times(monomial, atom, 1)).is_some()
        };
        // The monomial of highest degree leads, so that rewriting ends.
        let Some((leading, coefficient)) = form.terms().max_by_key(|(m, _)| degree(m)).filter(divides) else {
            return Ok(None);
        };
        let Some(nonzero) = self.nonzero_fact_of(inner) else { return Ok(None) };
        let exact = Tree::new(DerivationKind::Exact(nonzero))?;
        Ok(Some(Rule {
            equality: Tree::new(FactKind::Reciprocal(inner.clone(), exact))?,
            lead: times(leading, atom, 1),
            coefficient: coefficient.clone(),
        }))
    }

    fn root_rule(&mut self, atom: &Atom, inner: &Term) -> Result<Option<Rule>, Refusal> {
        let signed = self.sign_of(inner).map(|(evidence, _)| evidence);
        let Some(evidence) = signed.or_else(|| self.sign_as_written(inner)) else { return Ok(None) };
        let nonnegative = Tree::new(DerivationKind::Arithmetic(evidence))?;
        let root = Tree::new(FactKind::SquareRoot(inner.clone(), nonnegative))?;
        Ok(Some(Rule {
            equality: Tree::new(FactKind::Part(root, 1))?,
            lead: times(&Monomial::default(), atom, 2),
            coefficient: BigRational::one(),
        }))
    }

    /// Whether both sides of an equality have the same normal form, reciprocals and roots paid for.
    pub(crate) fn ring(&mut self, goal: &Formula, span: Span) -> Elaborated<Derivation> {
        let nothing = at(span, Tree::new(EvidenceKind::Constant(BigRational::zero())))?;
        self.close(goal, nothing, span)
    }
}

/// Adds what stands under roots that no binder of the term surrounds.
fn radicands(term: &Term, found: &mut Vec<Term>) {
    match &**term {
        TermKind::Apply(Function::SquareRoot, inner) => found.push(inner.clone()),
        TermKind::Apply(_, inner) | TermKind::Power(inner, _) => radicands(inner, found),
        TermKind::Add(parts) | TermKind::Multiply(parts) => parts.iter().for_each(|part| radicands(part, found)),
        _ => {}
    }
}

/// What stands under the sums of a component, with variables for their indices.
pub(crate) fn opened(component: &Component, variables: &[Variable]) -> Factors {
    let named = |p: &Position| match p {
        Position::Local(k) => match variables.get(*k as usize) {
            Some(Variable::Free(id)) => Position::Free(*id),
            _ => *p,
        },
        _ => *p,
    };
    let open = |(atom, n): &(Atom, u32)| {
        let indices = atom.indices.iter().map(named).collect();
        (Atom { head: atom.head.clone(), indices }, *n)
    };
    component.factors.iter().map(open).collect()
}

fn degree(monomial: &Monomial) -> u64 {
    let own: u64 = monomial.factors.iter().map(|(_, n)| u64::from(*n)).sum();
    let inside = monomial.components.iter().flat_map(|c| &c.factors).map(|(_, n)| u64::from(*n));
    own + inside.sum::<u64>()
}

fn times(monomial: &Monomial, atom: &Atom, n: u32) -> Monomial {
    let mut product = monomial.clone();
    match product.factors.iter_mut().find(|(own, _)| own == atom) {
        Some((_, m)) => *m += n,
        None => product.factors.push((atom.clone(), n)),
    }
    product
}

/// The quotient by a monomial without deltas, if it divides.
pub(crate) fn divide(factors: &Factors, components: &[Component], by: &Monomial) -> Option<(Factors, Vec<Component>)> {
    if !by.deltas.is_empty() {
        return None;
    }
    let mut rest: Factors = factors.clone();
    for (atom, n) in &by.factors {
        let (_, own) = rest.iter_mut().find(|(own, _)| own == atom)?;
        *own = own.checked_sub(*n)?;
    }
    rest.retain(|(_, n)| *n > 0);
    let mut sums = components.to_vec();
    for component in &by.components {
        let place = sums.iter().position(|own| own == component)?;
        sums.remove(place);
    }
    Some((rest, sums))
}

/// A product of terms.
pub(crate) fn product(terms: Vec<Term>) -> Result<Term, Refusal> {
    Tree::new(TermKind::Multiply(terms))
}
