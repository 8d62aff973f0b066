//! Certificates: cones, which are nonnegative by construction, and multiples of equalities.

use tightrope_kernel::{
    Derivation, DerivationKind, Evidence, EvidenceKind, Formula, FormulaKind, Relation, Sort, Term, TermKind,
};

use super::infer::children;
use super::opaque::product;
use super::scope::{Elaborated, at, tree};
use super::state::{State, step};
use super::term::{constant, even, reciprocal, wrong};
use crate::syntax::ast::{Certificate, Expr, ExprKind, Factor, Ident, Sign, Span};
use crate::syntax::diagnostic::Diagnostic;

/// The largest exponent of a fact in a cone.
const MAX_POWER_OF_FACT: usize = 16;

impl State<'_> {
    /// `because CONE given …`, for a goal that compares.
    pub(crate) fn because(&mut self, goal: &Formula, certificate: &Certificate, span: Span) -> Elaborated<Derivation> {
        let evidence = self.certificate(certificate, span)?;
        self.close(goal, evidence, span)
    }

    /// `absurd CONE given …`: 0 is shown to be positive.
    pub(crate) fn absurd(&mut self, goal: &Formula, certificate: &Certificate, span: Span) -> Elaborated<Derivation> {
        let evidence = self.certificate(certificate, span)?;
        let nothing = tree(span, FormulaKind::Or(vec![]))?;
        let contradiction = self.close(&nothing, evidence, span)?;
        match &*self.expose(goal, span)? {
            FormulaKind::Or(parts) if parts.is_empty() => Ok(contradiction),
            _ => step(span, DerivationKind::Contradict(contradiction)),
        }
    }

    fn certificate(&mut self, certificate: &Certificate, span: Span) -> Elaborated<Evidence> {
        let mut parts = vec![];
        if let Some(cone) = &certificate.cone {
            parts.push(self.cone(cone)?);
        }
        for equality in &certificate.given {
            parts.push(self.given(equality)?);
        }
        tree(span, EvidenceKind::Add(parts))
    }

    /// An expression that is nonnegative by construction.
    pub(crate) fn cone(&mut self, expr: &Expr) -> Elaborated<Evidence> {
        let span = expr.span;
        if self.is_fact(expr) {
            return self.comparing_fact(expr);
        }
        match &expr.kind {
            ExprKind::Add(terms) if terms.iter().all(|(sign, _)| *sign == Sign::Plus) => {
                let parts: Elaborated<Vec<_>> = terms.iter().map(|(_, t)| self.cone(t)).collect();
                match parts {
                    Ok(parts) => tree(span, EvidenceKind::Add(parts)),
                    Err(error) => self.plain(expr, error),
                }
            }
            ExprKind::Multiply(factors) => {
                let parts: Elaborated<Vec<_>> = factors.iter().map(|(kind, f)| self.factor(*kind, f)).collect();
                match parts {
                    Ok(parts) => tree(span, EvidenceKind::Multiply(parts)),
                    Err(error) => self.plain(expr, error),
                }
            }
            ExprKind::Power(base, exponent) if self.is_fact(base) => self.power_of_fact(base, exponent, span),
            ExprKind::Power(_, exponent) => match &exponent.kind {
                ExprKind::Number(n) if even(n) => self.even_power(expr),
                _ => self.plain(expr, self.unsigned(expr)),
            },
            ExprKind::Sum { binders, body } => {
                let binders = self.scope.index_binders(binders, body)?;
                self.over(&binders, span, |state| state.cone(body))
            }
            _ => self.plain(expr, self.unsigned(expr)),
        }
    }

    /// A power of a fact's difference; an even one also of a fact a ≠ b, and then positive.
    fn power_of_fact(&mut self, base: &Expr, exponent: &Expr, span: Span) -> Elaborated<Evidence> {
        let ExprKind::Number(n) = &exponent.kind else { return Err(wrong(exponent.span, "expected a number")) };
        let n = usize::try_from(n.to_integer()).ok().filter(|n| *n <= MAX_POWER_OF_FACT);
        let n = n.ok_or_else(|| wrong(exponent.span, format!("powers of a fact go up to {MAX_POWER_OF_FACT}")))?;
        let (fact, formula) = self.fact(base)?;
        let unequal = matches!(&*self.expose(&formula, span)?, FormulaKind::Compare(Relation::Unequal, ..));
        if unequal && n.is_multiple_of(2) {
            let square = tree(span, EvidenceKind::NonzeroSquare(fact))?;
            return tree(span, EvidenceKind::Multiply(vec![square; n / 2]));
        }
        let fact = self.cone(base)?;
        tree(span, EvidenceKind::Multiply(vec![fact; n]))
    }

    /// A factor of a cone.
    pub(crate) fn factor(&mut self, kind: Factor, expr: &Expr) -> Elaborated<Evidence> {
        match kind {
            Factor::Times => self.cone(expr),
            Factor::Over => {
                let inverse = self.scope.term(expr).and_then(|term| reciprocal(&term, expr.span))?;
                match self.sign_of(&inverse) {
                    Some((evidence, _)) => Ok(evidence),
                    None => Err(self.unsigned(expr)),
                }
            }
        }
    }

    /// A term whose sign needs no words, or else the error.
    fn plain(&mut self, expr: &Expr, error: Diagnostic) -> Elaborated<Evidence> {
        let Ok(term) = self.scope.term(expr) else { return Err(error) };
        match self.sign_of(&term) {
            Some((evidence, _)) => Ok(evidence),
            None => Err(error),
        }
    }

    /// A square, unless it is not well formed or too large.
    fn even_power(&mut self, expr: &Expr) -> Elaborated<Evidence> {
        let term = self.scope.term(expr)?;
        at(expr.span, self.context.normal_form(&term))?;
        self.plain(expr, self.unsigned(expr))
    }

    fn unsigned(&self, expr: &Expr) -> Diagnostic {
        let text = crate::syntax::print_expr(expr);
        Diagnostic::error(format!("`{text}` is not known to be nonnegative"))
            .primary(expr.span, "a cone is built from squares, hypotheses and nonnegative numbers")
            .help(format!("cite the hypothesis that says so by its name, or add `assume …: {text} >= 0`"))
    }

    fn comparing_fact(&mut self, expr: &Expr) -> Elaborated<Evidence> {
        let (fact, formula) = self.fact(expr)?;
        let exposed = self.expose(&formula, expr.span)?;
        match &*exposed {
            FormulaKind::Compare(Relation::Unequal, ..) => Err(wrong(expr.span, "`!=` says nothing of a sign")),
            FormulaKind::Compare(..) => tree(expr.span, EvidenceKind::Fact(fact)),
            _ => Err(self.not_a_comparison(&formula, expr.span)),
        }
    }

    fn not_a_comparison(&self, formula: &Formula, span: Span) -> Diagnostic {
        let said = self.notation().formula(formula);
        let error =
            Diagnostic::error("this fact does not compare two numbers").primary(span, format!("it says: {said}"));
        match &**formula {
            FormulaKind::Forall(..) => error.help("say for which index: `name[i]`"),
            FormulaKind::Implies(..) => error.help("its premise is not among the facts: show it first, with `have`"),
            _ => error,
        }
    }

    /// Evidence under sums.
    pub(crate) fn over(
        &mut self,
        binders: &[(Ident, Sort)],
        span: Span,
        inner: impl FnOnce(&mut Self) -> Elaborated<Evidence>,
    ) -> Elaborated<Evidence> {
        let evidence = self.scoped(|state| {
            for (name, sort) in binders {
                state.declare(name, sort.clone())?;
            }
            inner(state)
        })?;
        binders.iter().rev().try_fold(evidence, |evidence, (name, sort)| match sort {
            Sort::Index(dimension) => tree(span, EvidenceKind::Sum(*dimension, evidence)),
            _ => Err(wrong(name.span, "a sum is over an index")),
        })
    }

    /// Equalities times whatever terms: their value is 0.
    pub(crate) fn given(&mut self, expr: &Expr) -> Elaborated<Evidence> {
        let span = expr.span;
        if self.is_fact(expr) {
            return self.equality(expr);
        }
        match &expr.kind {
            ExprKind::Negate(inner) => {
                let minus = constant(span, -num_traits::one::<num_rational::BigRational>())?;
                let inner = self.given(inner)?;
                tree(span, EvidenceKind::Multiple(minus, inner))
            }
            ExprKind::Add(terms) => {
                let parts: Elaborated<Vec<_>> = terms
                    .iter()
                    .map(|(sign, term)| {
                        let inner = self.given(term)?;
                        match sign {
                            Sign::Plus => Ok(inner),
                            Sign::Minus => {
                                let minus = constant(span, -num_traits::one::<num_rational::BigRational>())?;
                                tree(span, EvidenceKind::Multiple(minus, inner))
                            }
                        }
                    })
                    .collect();
                tree(span, EvidenceKind::Add(parts?))
            }
            ExprKind::Multiply(factors) => self.given_product(factors, span),
            ExprKind::Sum { binders, body } => {
                let binders = self.scope.index_binders(binders, body)?;
                self.over(&binders, span, |state| state.given(body))
            }
            _ => Err(wrong(span, "`given` takes equalities by their names, times anything")),
        }
    }

    fn given_product(&mut self, factors: &[(Factor, Expr)], span: Span) -> Elaborated<Evidence> {
        let equalities: Vec<_> = factors.iter().filter(|(_, f)| self.cites(f)).collect();
        let [(Factor::Times, equality)] = equalities[..] else {
            return Err(wrong(span, "`given` takes equalities by their names, one in each product"));
        };
        let mut terms = vec![];
        for (kind, expr) in factors {
            if std::ptr::eq(expr, equality) {
                continue;
            }
            let term = self.scope.term(expr)?;
            terms.push(match kind {
                Factor::Times => term,
                Factor::Over => self.safe_reciprocal(&term, expr.span)?,
            });
        }
        let factor = at(span, product(terms))?;
        let equality = self.given(equality)?;
        tree(span, EvidenceKind::Multiple(factor, equality))
    }

    /// 1/term, where the term is known not to be 0.
    fn safe_reciprocal(&mut self, term: &Term, span: Span) -> Elaborated<Term> {
        if self.nonzero_fact_of(term).is_none() && !matches!(&**term, TermKind::Constant(_)) {
            let text = self.notation().term(term);
            return Err(wrong(span, format!("`{text}` is not known to be nonzero"))
                .help(format!("add `assume pos: {text} > 0`")));
        }
        reciprocal(term, span)
    }

    /// Whether a fact is cited somewhere in a product or sum.
    fn cites(&self, expr: &Expr) -> bool {
        self.is_fact(expr) || children(expr).into_iter().any(|child| self.cites(child))
    }

    fn equality(&mut self, expr: &Expr) -> Elaborated<Evidence> {
        let (fact, formula) = self.fact(expr)?;
        match &*self.expose(&formula, expr.span)? {
            FormulaKind::Compare(Relation::Equal, ..) => tree(expr.span, EvidenceKind::Fact(fact)),
            FormulaKind::Compare(..) => Err(wrong(expr.span, "`given` takes equalities, this is an inequality")
                .help("an inequality belongs into the cone, before `given`")),
            _ => Err(self.not_a_comparison(&formula, expr.span)),
        }
    }
}
