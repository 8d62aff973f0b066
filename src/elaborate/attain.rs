//! `because terms of CLAIM`: who attains a bound.
//!
//! The claim l ≥ r was shown by l − r = Σ_k c_k + equalities, every c_k ≥ 0 a product under sums.
//! Then l = r exactly when every c_k vanishes everywhere:
//!
//! * if l = r, each c_k(m) is 0, for otherwise 0 = c_k(m)² + c_k(m) (Σ_i (1 − \[i=m\]) c_k(i) + the others) > 0;
//!   a product that is 0 has a factor that is 0;
//! * if one factor of each c_k(i) is 0, the whole sum is 0, and l = r.

use num_rational::BigRational;
use num_traits::{One, ToPrimitive};
use tightrope_kernel::{
    Argument, Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind, Formula, FormulaKind, Relation, Sort,
    Term, TermKind, Tree,
};

use super::auto::{compare, minus, multiple, negated, number, ratio};
use super::opaque::product;
use super::proof::derived;
use super::scope::{Elaborated, at, tree};
use super::state::{State, step};
use super::term::{constant, reciprocal, wrong};
use crate::syntax::ast::{self, Certificate, Expr, ExprKind, Factor, Ident, Sign, Span};

/// A product under sums, as it stands in a certificate.
struct ConeTerm<'e> {
    binders: Vec<&'e ast::Binder>,
    factors: Vec<(Factor, &'e Expr)>,
}

/// A factor's base with its exponent.
type Powers = Vec<(Term, u32)>;

/// Shows an equivalence or implication between equality in a claim and the vanishing of the
/// terms of its certificate.
pub(crate) fn terms_of(state: &mut State<'_>, goal: &Formula, claim: &Ident, span: Span) -> Elaborated<Derivation> {
    let certificate = state.claims.certificate(claim)?;
    let cone = match &certificate.cone {
        Some(cone) => flatten(cone)?,
        None => vec![],
    };
    let task = Attainment { cone, certificate: &certificate, span };
    let exposed = state.expose(goal, span)?;
    match &*exposed {
        FormulaKind::And(parts) if matches!(&**goal, FormulaKind::Iff(..)) => {
            let parts: Elaborated<Vec<_>> = parts.iter().map(|part| task.direction(state, part)).collect();
            step(span, DerivationKind::All(parts?))
        }
        FormulaKind::Implies(..) => task.direction(state, &exposed),
        _ => Err(state.misfit("`terms of` shows when equality holds: `equality in … <-> …`", goal, span)),
    }
}

/// The terms of a cone, products of sums multiplied out.
fn flatten(cone: &Expr) -> Elaborated<Vec<ConeTerm<'_>>> {
    Ok(match &cone.kind {
        ExprKind::Add(terms) => {
            let mut found = vec![];
            for (sign, term) in terms {
                if *sign == Sign::Minus {
                    return Err(wrong(term.span, "the certificate is not a sum of nonnegative terms"));
                }
                found.extend(flatten(term)?);
            }
            found
        }
        ExprKind::Sum { binders, body } => {
            let mut inner = flatten(body)?;
            inner.iter_mut().for_each(|term| term.binders.splice(0..0, binders).for_each(drop));
            inner
        }
        ExprKind::Multiply(factors) => {
            let place = factors.iter().position(|(kind, f)| {
                *kind == Factor::Times && matches!(f.kind, ExprKind::Sum { .. } | ExprKind::Add(_))
            });
            let others =
                |skip| factors.iter().enumerate().filter(move |(k, _)| Some(*k) != skip).map(|(_, (f, e))| (*f, e));
            match place {
                Some(place) if matches!(factors[place].1.kind, ExprKind::Sum { .. }) => {
                    let mut inner = flatten(&factors[place].1)?;
                    inner.iter_mut().for_each(|term| term.factors.extend(others(Some(place))));
                    inner
                }
                _ => vec![ConeTerm { binders: vec![], factors: others(None).collect() }],
            }
        }
        _ => vec![ConeTerm { binders: vec![], factors: vec![(Factor::Times, cone)] }],
    })
}

struct Attainment<'e> {
    cone: Vec<ConeTerm<'e>>,
    certificate: &'e Certificate,
    span: Span,
}

impl ConeTerm<'_> {
    fn sorts(&self, state: &State<'_>) -> Elaborated<Vec<(Ident, Sort)>> {
        let range = |binder: &&ast::Binder| {
            let binder = std::slice::from_ref(*binder);
            let mut found = None;
            for (_, factor) in &self.factors {
                if let Ok(sorts) = state.scope.index_binders(binder, factor) {
                    found = sorts.into_iter().next();
                    break;
                }
            }
            found.ok_or_else(|| wrong(binder[0].name.span, "needs a sort: write `(i : d)`"))
        };
        self.binders.iter().map(range).collect()
    }

    /// The bases of the factors, in a scope that knows the binders.
    fn powers(&self, state: &mut State<'_>) -> Elaborated<Powers> {
        let mut powers = vec![];
        for (kind, factor) in &self.factors {
            let (base, n) = power(factor);
            let base = if state.is_fact(base) {
                let (_, formula) = state.fact(base)?;
                match &*state.expose(&formula, base.span)? {
                    FormulaKind::Compare(_, left, right) => at(base.span, minus(left, right))?,
                    _ => return Err(wrong(base.span, "this fact does not compare two numbers")),
                }
            } else {
                state.scope.term(base)?
            };
            let base = if *kind == Factor::Over { reciprocal(&base, factor.span)? } else { base };
            split(&base, n, &mut powers);
        }
        Ok(powers)
    }

    /// Evidence for the product, in a scope that knows the binders.
    fn evidence(&self, state: &mut State<'_>, span: Span) -> Elaborated<Evidence> {
        let parts: Elaborated<Vec<_>> = self.factors.iter().map(|(kind, f)| state.factor(*kind, f)).collect();
        tree(span, EvidenceKind::Multiply(parts?))
    }
}

/// Splits products and powers into the powers of their factors.
fn split(term: &Term, n: u32, powers: &mut Powers) {
    match &**term {
        TermKind::Multiply(factors) => factors.iter().for_each(|factor| split(factor, n, powers)),
        TermKind::Power(base, m) if *m > 0 && n.checked_mul(*m).is_some() => split(base, n * m, powers),
        _ => powers.push((term.clone(), n)),
    }
}

/// A factor as base and exponent.
fn power(factor: &Expr) -> (&Expr, u32) {
    if let ExprKind::Power(base, exponent) = &factor.kind
        && let ExprKind::Number(n) = &exponent.kind
        && let Some(n) = n.to_integer().to_u32().filter(|n| *n > 0)
    {
        return (base, n);
    }
    (factor, 1)
}

fn value(powers: &Powers, span: Span) -> Elaborated<Term> {
    let terms: Elaborated<Vec<_>> =
        powers.iter().map(|(base, n)| tree(span, TermKind::Power(base.clone(), *n))).collect();
    at(span, product(terms?))
}

impl Attainment<'_> {
    fn direction(&self, state: &mut State<'_>, goal: &Formula) -> Elaborated<Derivation> {
        let span = self.span;
        let exposed = state.expose(goal, span)?;
        let FormulaKind::Implies(premise, conclusion) = &*exposed else {
            return Err(state.misfit("`terms of` shows implications", goal, span));
        };
        state.scoped(|state| {
            let premise_fact = state.assume(None, premise.clone(), span)?;
            // An equality may be the claim's own, or say that a factor vanishes.
            let equality = |formula: &Formula| matches!(&**formula, FormulaKind::Compare(Relation::Equal, ..));
            let inner = match (equality(premise), equality(conclusion)) {
                (true, false) => self.forward(state, premise_fact, conclusion)?,
                (false, _) => self.backward(state, conclusion)?,
                (true, true) => {
                    let found = state.scoped(|state| self.forward(state, premise_fact, conclusion));
                    found.or_else(|error| self.backward(state, conclusion).map_err(|_| error))?
                }
            };
            step(span, DerivationKind::Assume(inner))
        })
    }

    /// From l = r to the vanishing of factors.
    fn forward(&self, state: &mut State<'_>, equal: Fact, goal: &Formula) -> Elaborated<Derivation> {
        let mut facts = vec![];
        let mut vanishing = vec![];
        for number in 0..self.cone.len() {
            let (formula, derivation) = self.vanishes(state, number, &equal)?;
            facts.push(at(self.span, derived(formula.clone(), derivation))?);
            vanishing.push((state.assume(None, formula, self.span)?, number));
        }
        let inner = self.factor_vanishes(state, goal, &vanishing)?;
        step(self.span, DerivationKind::Have(facts, inner))
    }

    /// ∀ c_k = 0, with its derivation from l = r.
    fn vanishes(&self, state: &mut State<'_>, number: usize, equal: &Fact) -> Elaborated<(Formula, Derivation)> {
        let span = self.span;
        let term = &self.cone[number];
        let binders = term.sorts(state)?;
        let formula = self.vanishing_formula(state, term, &binders)?;
        let derivation = state.scoped(|state| {
            let first = state.scope.entries.len();
            binders.iter().try_for_each(|(name, sort)| state.declare(name, sort.clone()).map(drop))?;
            let own = term.evidence(state, span)?;
            let value = value(&term.powers(state)?, span)?;
            let zero = tree(span, TermKind::Constant(num_traits::zero()))?;
            let nonzero = at(span, compare(Relation::Unequal, value.clone(), zero))?;
            state.assume(None, nonzero, span)?;
            // The names are bound again under the sums.
            state.scope.entries[first..].iter_mut().for_each(|entry| entry.name.clear());
            let mut parts = vec![
                tree(span, EvidenceKind::NonzeroSquare(tree(span, FactKind::Recent(0))?))?,
                tree(span, EvidenceKind::Multiply(vec![own, self.others(state, number, first)?]))?,
            ];
            for given in &self.certificate.given {
                parts.push(tree(span, EvidenceKind::Multiple(value.clone(), state.given(given)?))?);
            }
            let nothing = tree(span, FormulaKind::Or(vec![]))?;
            // The equality may be written either way round.
            let contradiction = either(at(span, negated(&value))?, value, |factor| {
                let equal = at(span, multiple(&factor, equal.clone()))?;
                let parts = [&parts[..], &[equal]].concat();
                state.attempt(&nothing, tree(span, EvidenceKind::Add(parts))?, span)
            })?;
            let derivation = step(span, DerivationKind::Contradict(contradiction))?;
            binders.iter().try_fold(derivation, |d, _| step(span, DerivationKind::Generalize(d)))
        })?;
        Ok((formula, derivation))
    }

    fn vanishing_formula(
        &self,
        state: &mut State<'_>,
        term: &ConeTerm<'_>,
        binders: &[(Ident, Sort)],
    ) -> Elaborated<Formula> {
        let span = self.span;
        // The bases are elaborated with the binders as variables of the context, and bound after.
        let closed = state.scoped(|state| {
            let first = state.scope.entries.len();
            binders.iter().try_for_each(|(name, sort)| state.declare(name, sort.clone()).map(drop))?;
            let value = value(&term.powers(state)?, span)?;
            let zero = tree(span, TermKind::Constant(num_traits::zero()))?;
            let formula = at(span, compare(Relation::Equal, value, zero))?;
            at(span, super::bind::bind_formula(&formula, first, binders.len()))
        })?;
        binders.iter().rev().try_fold(closed, |body, (name, sort)| {
            let binder = tightrope_kernel::Binder { name: name.name.as_str().into(), sort: sort.clone() };
            tree(span, FormulaKind::Forall(binder, body))
        })
    }

    /// Σ_i (1 − \[i=m\]) c_k(i) and the other terms; m are the variables from `first` on.
    fn others(&self, state: &mut State<'_>, number: usize, first: usize) -> Elaborated<Evidence> {
        let span = self.span;
        let fixed: Vec<_> = (first..state.scope.entries.len()).map(|level| state.scope.variable(level)).collect();
        let mut parts = vec![];
        for (k, term) in self.cone.iter().enumerate() {
            if k == number && term.binders.is_empty() {
                continue;
            }
            let binders = term.sorts(state)?;
            parts.push(state.over(&binders, span, |state| {
                let inner = term.evidence(state, span)?;
                if k != number {
                    return Ok(inner);
                }
                let start = state.scope.entries.len() - binders.len();
                let mut deltas = vec![];
                for (n, m) in fixed.iter().enumerate() {
                    deltas.push(tree(span, TermKind::Delta(state.scope.variable(start + n), *m))?);
                }
                let one = constant(span, BigRational::one())?;
                let different = at(span, product(deltas).and_then(|same| minus(&one, &same)))?;
                tree(span, EvidenceKind::Multiply(vec![tree(span, EvidenceKind::Square(different))?, inner]))
            })?);
        }
        tree(span, EvidenceKind::Add(parts))
    }

    /// Shows a goal built of ∀, ∧, → around alternatives `factor = 0` from c_k = 0.
    fn factor_vanishes(
        &self,
        state: &mut State<'_>,
        goal: &Formula,
        vanishing: &[(Fact, usize)],
    ) -> Elaborated<Derivation> {
        let span = self.span;
        let exposed = state.expose(goal, span)?;
        match &*exposed {
            FormulaKind::Forall(binder, body) => state.scoped(|state| {
                let variable = at(span, state.push("", binder.sort.clone(), span))?;
                let body = at(span, state.open(binder, body, variable))?;
                step(span, DerivationKind::Generalize(self.factor_vanishes(state, &body, vanishing)?))
            }),
            FormulaKind::Implies(premise, conclusion) => state.scoped(|state| {
                state.assume(None, premise.clone(), span)?;
                step(span, DerivationKind::Assume(self.factor_vanishes(state, conclusion, vanishing)?))
            }),
            FormulaKind::And(parts) => {
                let parts: Elaborated<Vec<_>> =
                    parts.iter().map(|part| self.factor_vanishes(state, part, vanishing)).collect();
                step(span, DerivationKind::All(parts?))
            }
            FormulaKind::Or(parts) => self.alternative(state, parts, 0, vanishing),
            FormulaKind::Compare(..) => self.last_alternative(state, &exposed, vanishing),
            _ => Err(state.misfit("`terms of` cannot show this", goal, span)),
        }
    }

    /// The alternatives from `next` on: either this one holds, or, if it does not, a later one.
    fn alternative(
        &self,
        state: &mut State<'_>,
        parts: &[Formula],
        next: usize,
        vanishing: &[(Fact, usize)],
    ) -> Elaborated<Derivation> {
        let span = self.span;
        let number = u32::try_from(next).unwrap_or(u32::MAX);
        let Some(part) = parts.get(next) else { return Err(wrong(span, "there is no alternative left")) };
        if next + 1 == parts.len() {
            let inner = self.last_alternative(state, part, vanishing)?;
            return step(span, DerivationKind::Choose(number, inner));
        }
        let fact = tree(span, FactKind::ExcludedMiddle(part.clone()))?;
        let holds = step(span, DerivationKind::Exact(tree(span, FactKind::Recent(0))?))?;
        let holds = step(span, DerivationKind::Choose(number, holds))?;
        let fails = state.scoped(|state| {
            let negation = tree(span, FormulaKind::Not(part.clone()))?;
            state.assume(None, negation, span)?;
            self.alternative(state, parts, next + 1, vanishing)
        })?;
        step(span, DerivationKind::Cases(fact, vec![holds, fails]))
    }

    /// a = b: if not, no factor of some c_k is 0, but c_k = 0.
    fn last_alternative(
        &self,
        state: &mut State<'_>,
        goal: &Formula,
        vanishing: &[(Fact, usize)],
    ) -> Elaborated<Derivation> {
        let span = self.span;
        let contradiction = state.scoped(|state| {
            let negation = tree(span, FormulaKind::Not(goal.clone()))?;
            state.assume(None, negation, span)?;
            for (fact, number) in vanishing {
                let sorts: Vec<Sort> = self.cone[*number].sorts(state)?.into_iter().map(|(_, sort)| sort).collect();
                for arguments in instances(state, &sorts) {
                    if let Some(derivation) = contradiction(state, fact, arguments) {
                        return Ok(Some(derivation));
                    }
                }
            }
            Ok(None)
        })?;
        match contradiction {
            Some(inner) => step(span, DerivationKind::Contradict(inner)),
            None => Err(state.misfit("no term of the certificate vanishes only if this holds", goal, span)),
        }
    }

    /// From the vanishing of factors to l = r.
    fn backward(&self, state: &mut State<'_>, goal: &Formula) -> Elaborated<Derivation> {
        let span = self.span;
        let mut facts = vec![];
        let mut parts = vec![];
        for term in &self.cone {
            let binders = term.sorts(state)?;
            let formula = self.vanishing_formula(state, term, &binders)?;
            let derivation = state.scoped(|state| {
                binders.iter().try_for_each(|(name, sort)| state.declare(name, sort.clone()).map(drop))?;
                let powers = term.powers(state)?;
                let inner = one_vanishes(state, &powers, span)?;
                binders.iter().try_fold(inner, |d, _| step(span, DerivationKind::Generalize(d)))
            })?;
            facts.push(at(span, derived(formula.clone(), derivation))?);
            let fact = state.assume(None, formula, span)?;
            parts.push(sum_of(state, &binders, fact, span)?);
        }
        for given in &self.certificate.given {
            parts.push(state.given(given)?);
        }
        let zero = tree(span, EvidenceKind::Add(parts))?;
        let inner = either(at(span, number(1))?, at(span, number(-1))?, |sign| {
            state.attempt(goal, tree(span, EvidenceKind::Multiple(sign, zero.clone()))?, span)
        })?;
        step(span, DerivationKind::Have(facts, inner))
    }
}

/// What works for the first or else the second; the error of the first, if it is neither.
fn either<A, T>(first: A, second: A, mut attempt: impl FnMut(A) -> Elaborated<T>) -> Elaborated<T> {
    attempt(first).or_else(|error| attempt(second).map_err(|_| error))
}

/// Σ of a fact ∀ c = 0, as evidence.
fn sum_of(state: &mut State<'_>, binders: &[(Ident, Sort)], fact: Fact, span: Span) -> Elaborated<Evidence> {
    if binders.is_empty() {
        return tree(span, EvidenceKind::Fact(fact));
    }
    let count = binders.len();
    state.over(binders, span, |state| {
        let end = state.scope.entries.len();
        let indices = (end - count..end).map(|level| Argument::Index(state.scope.variable(level))).collect();
        tree(span, EvidenceKind::Fact(tree(span, FactKind::Instantiate(fact, indices))?))
    })
}

/// The tuples of declared indices of the given sorts, the latest first.
fn instances(state: &State<'_>, sorts: &[Sort]) -> Vec<Vec<Argument>> {
    let mut found: Vec<Vec<Argument>> = vec![vec![]];
    for sort in sorts {
        let levels: Vec<usize> =
            (0..state.scope.free).rev().filter(|l| state.scope.entries[*l].sort == *sort).collect();
        let extend = |tuple: &Vec<Argument>| {
            let longer = |level: &usize| [&tuple[..], &[Argument::Index(state.scope.variable(*level))]].concat();
            levels.iter().map(longer).collect::<Vec<_>>()
        };
        found = found.iter().flat_map(extend).take(64).collect();
    }
    found
}

/// A contradiction from c = 0 if c is known not to be 0.
fn contradiction(state: &mut State<'_>, fact: &Fact, arguments: Vec<Argument>) -> Option<Derivation> {
    let fact = match arguments.is_empty() {
        true => fact.clone(),
        false => Tree::new(FactKind::Instantiate(fact.clone(), arguments)).ok()?,
    };
    let formula = state.context.infer(&fact).ok()?;
    let FormulaKind::Compare(Relation::Equal, value, _) = &*formula else { return None };
    let nonzero = state.nonzero_fact_of(value)?;
    let square = Tree::new(EvidenceKind::NonzeroSquare(nonzero)).ok()?;
    let parts = vec![square, multiple(&negated(value).ok()?, fact).ok()?];
    let derivation = Tree::new(DerivationKind::Arithmetic(Tree::new(EvidenceKind::Add(parts)).ok()?)).ok()?;
    let nothing = Tree::new(FormulaKind::Or(vec![])).ok()?;
    state.proves(&nothing, &derivation).then_some(derivation)
}

/// Shows Π base^n = 0 from a fact by which, in each of its cases, one base is 0.
fn one_vanishes(state: &mut State<'_>, powers: &Powers, span: Span) -> Elaborated<Derivation> {
    let value = value(powers, span)?;
    let goal = at(span, number(0).and_then(|zero| compare(Relation::Equal, value, zero)))?;
    for (fact, exposed) in state.facts_here(false) {
        let derivation = match &*exposed {
            FormulaKind::Or(parts) if !parts.is_empty() => {
                let branches: Option<Vec<_>> =
                    parts.iter().map(|part| state.scoped(|state| vanishing_case(state, powers, part, &goal))).collect();
                branches.and_then(|b| Tree::new(DerivationKind::Cases(fact.clone(), b)).ok())
            }
            FormulaKind::Compare(Relation::Equal, left, right) => vanishing_by(state, powers, &fact, left, right),
            _ => None,
        };
        if let Some(derivation) = derivation.filter(|d| state.proves(&goal, d)) {
            return Ok(derivation);
        }
    }
    Err(state.misfit("nothing says that one of the factors is 0", &goal, span))
}

fn vanishing_case(state: &mut State<'_>, powers: &Powers, part: &Formula, goal: &Formula) -> Option<Derivation> {
    state.assume(None, part.clone(), Span::default()).ok()?;
    let fact = Tree::new(FactKind::Recent(0)).ok()?;
    let exposed = state.context.expose(part).ok()?;
    let FormulaKind::Compare(Relation::Equal, left, right) = &*exposed else { return None };
    vanishing_by(state, powers, &fact, left, right).filter(|d| state.proves(goal, d))
}

/// Π base^n as a multiple of left − right, which is a multiple of one base.
fn vanishing_by(state: &mut State<'_>, powers: &Powers, fact: &Fact, left: &Term, right: &Term) -> Option<Derivation> {
    let difference = minus(left, right).ok()?;
    let difference = state.context.normal_form(&difference).ok()?;
    for (place, (base, n)) in powers.iter().enumerate() {
        let form = state.context.normal_form(base).ok()?;
        let Some(ratio) = ratio(&form, &difference) else { continue };
        let mut cofactor = vec![Tree::new(TermKind::Constant(ratio)).ok()?];
        for (k, (other, m)) in powers.iter().enumerate() {
            let exponent = if k == place { n - 1 } else { *m };
            cofactor.push(Tree::new(TermKind::Power(other.clone(), exponent)).ok()?);
        }
        let evidence = multiple(&product(cofactor).ok()?, fact.clone()).ok()?;
        return Tree::new(DerivationKind::Arithmetic(evidence)).ok();
    }
    None
}
