//! Side conditions that need no words: signs that can be read off the shape of a term or off
//! a hypothesis, premises that are hypotheses.

use std::mem::discriminant;
use std::rc::Rc;

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use tightrope_kernel::{
    Argument, Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind, Formula, FormulaKind, Function, Name,
    Polynomial, Refusal, Relation, Sign, Sort, Term, TermKind, Tree,
};

use super::fact::Known;
use super::state::{Compared, State};
use crate::syntax::ast::Span;

/// The most facts that are looked at for one side condition.
const MAX_CANDIDATES: usize = 256;
/// How deep the search for a side condition goes.
pub(crate) const MAX_EFFORT: u32 = 12;

/// Evidence with its sign.
type Weighed = (Evidence, Sign);

impl State<'_> {
    /// A derivation of a goal that is a hypothesis or an earlier claim, or needs no words.
    pub(crate) fn auto(&mut self, goal: &Formula) -> Option<Derivation> {
        let exposed = self.context.expose(goal).ok()?;
        if let Some(found) = self.hypothesis_that_is(&exposed) {
            return Some(found);
        }
        match &*exposed {
            FormulaKind::And(parts) => {
                let derivations: Option<Vec<_>> = parts.iter().map(|p| self.auto(p)).collect();
                Tree::new(DerivationKind::All(derivations?)).ok()
            }
            FormulaKind::Forall(binder, body) => {
                let inner = self.scoped(|state| {
                    let variable = state.push("", binder.sort.clone(), Span::default()).ok()?;
                    let body = state.open(binder, body, variable).ok()?;
                    state.auto(&body)
                });
                Tree::new(DerivationKind::Generalize(inner?)).ok()
            }
            FormulaKind::Implies(premise, conclusion) => {
                let inner = self.scoped(|state| {
                    state.assume(None, premise.clone(), Span::default()).ok()?;
                    state.auto(conclusion)
                });
                Tree::new(DerivationKind::Assume(inner?)).ok()
            }
            FormulaKind::Compare(relation, left, right) => self
                .auto_compare(&exposed, *relation, left, right)
                .or_else(|| self.with_claims(|state| state.auto(&exposed))),
            _ => self.with_claims(|state| state.hypothesis_that_is(&exposed)),
        }
    }

    /// A hypothesis, its part or its instance that says the same as an exposed goal.
    fn hypothesis_that_is(&mut self, goal: &Formula) -> Option<Derivation> {
        let exact = |fact| Tree::new(DerivationKind::Exact(fact)).ok();
        if let FormulaKind::Compare(relation, left, right) = &**goal {
            let difference = self.context.normal_form(&minus(left, right).ok()?).ok()?;
            let compared = self.compared();
            let same = compared.iter().find(|c| c.relation == *relation && c.difference == difference);
            return exact(same?.fact.clone());
        }
        let mut facts = self.facts_here(false);
        facts.retain(|(_, formula)| discriminant(&**formula) == discriminant(&**goal));
        facts.into_iter().find_map(|(fact, _)| {
            let derivation = exact(fact)?;
            self.proves(goal, &derivation).then_some(derivation)
        })
    }

    fn auto_compare(&mut self, goal: &Formula, relation: Relation, left: &Term, right: &Term) -> Option<Derivation> {
        let difference = minus(left, right).ok()?;
        let evidence = match relation {
            Relation::Equal => Tree::new(EvidenceKind::Constant(BigRational::zero())).ok()?,
            Relation::Unequal => return self.nonzero(&difference, goal, MAX_EFFORT),
            _ => self.sign(&difference, MAX_EFFORT)?.0,
        };
        let derivation = Tree::new(DerivationKind::Arithmetic(evidence)).ok()?;
        self.proves(goal, &derivation).then_some(derivation)
    }

    /// Facts that compare, or with `compare` false all facts, from hypotheses: their parts, and
    /// their instances at the declared indices. With the exposed formula that each shows.
    pub(crate) fn facts_here(&mut self, compare: bool) -> Vec<(Fact, Formula)> {
        let mut found = vec![];
        let formulas = self.context.hypotheses().to_vec();
        for (number, formula) in formulas.iter().enumerate().rev() {
            if let Some(fact) = u32::try_from(number).ok().and_then(|n| Tree::new(FactKind::Hypothesis(n)).ok()) {
                self.expand(fact, formula, compare, &mut found);
            }
        }
        for (fact, formula) in self.known_claims.clone().unwrap_or_default() {
            self.expand(fact, &formula, compare, &mut found);
        }
        found
    }

    /// Runs something with the earlier claims of this theorem at hand as well, as far as their
    /// premises are hypotheses.
    fn with_claims<T>(&mut self, run: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.known_claims.is_some() || self.claims.own.is_empty() {
            return None;
        }
        let cited: Vec<Name> = self.claims.own.values().map(|(full, _)| full.clone()).collect();
        let comparisons = self.comparisons.leave();
        self.known_claims = Some(vec![]);
        for full in &cited {
            // A premise may be an earlier claim.
            let known = self.claim_here(full);
            self.known_claims.get_or_insert_default().extend(known);
            self.comparisons.leave();
        }
        let result = run(self);
        self.known_claims = None;
        self.comparisons.back_to(comparisons);
        result
    }

    fn claim_here(&mut self, full: &Name) -> Option<Known> {
        let (mut fact, mut formula) = self.cite(full, &[], Span::default()).ok()?;
        for _ in &self.library.theorem(full).ok()?.statement().hypotheses {
            let FormulaKind::Implies(premise, conclusion) = &*formula else { return None };
            let derivation = self.auto(premise)?;
            fact = Tree::new(FactKind::Detach(fact, derivation)).ok()?;
            formula = conclusion.clone();
        }
        Some((fact, formula))
    }

    fn expand(&mut self, fact: Fact, formula: &Formula, compare: bool, found: &mut Vec<(Fact, Formula)>) {
        if found.len() >= MAX_CANDIDATES {
            return;
        }
        let Ok(exposed) = self.context.expose(formula) else { return };
        if !compare || matches!(&*exposed, FormulaKind::Compare(..)) {
            found.push((fact.clone(), exposed.clone()));
        }
        match &*exposed {
            FormulaKind::And(parts) => {
                for (number, part) in parts.iter().enumerate() {
                    let number = u32::try_from(number).unwrap_or(u32::MAX);
                    if let Ok(fact) = Tree::new(FactKind::Part(fact.clone(), number)) {
                        self.expand(fact, part, compare, found);
                    }
                }
            }
            FormulaKind::Forall(binder, body) if matches!(binder.sort, Sort::Index(_)) => {
                for level in 0..self.scope.free {
                    if self.scope.entries[level].sort != binder.sort {
                        continue;
                    }
                    let variable = self.scope.variable(level);
                    let instance = FactKind::Instantiate(fact.clone(), vec![Argument::Index(variable)]);
                    if let (Ok(fact), Ok(body)) = (Tree::new(instance), self.open(binder, body, variable)) {
                        self.expand(fact, &body, compare, found);
                    }
                }
            }
            _ => {}
        }
    }

    /// Evidence for the sign of a term whose value it is.
    pub(crate) fn sign_of(&mut self, term: &Term) -> Option<Weighed> {
        self.sign(term, MAX_EFFORT).or_else(|| self.with_claims(|state| state.sign(term, MAX_EFFORT)))
    }

    fn sign(&mut self, term: &Term, effort: u32) -> Option<Weighed> {
        let effort = effort.checked_sub(1)?;
        let form = self.context.normal_form(term).ok()?;
        if let Some(q) = form.as_constant() {
            let evidence = Tree::new(EvidenceKind::Constant(q.clone())).ok()?;
            return if q.is_zero() {
                Some((evidence, Sign::Zero))
            } else {
                (!q.is_negative()).then_some((evidence, Sign::Positive))
            };
        }
        let found = self.sign_from_facts(&form).or_else(|| self.sign_from_shape(term, effort));
        found.or_else(|| self.sign_of_idempotent(term, &form))
    }

    /// e = e² ≥ 0, as for 1 − \[i=m\].
    fn sign_of_idempotent(&mut self, term: &Term, form: &Polynomial) -> Option<Weighed> {
        if form.terms().all(|(monomial, _)| monomial.deltas.is_empty()) {
            return None;
        }
        let square = Tree::new(TermKind::Power(term.clone(), 2)).ok()?;
        if self.context.normal_form(&square).ok()? != *form {
            return None;
        }
        self.weighed(Tree::new(EvidenceKind::Square(term.clone())).ok()?)
    }

    /// The facts that compare, from hypotheses, with their differences.
    pub(crate) fn compared(&mut self) -> Rc<Vec<Compared>> {
        if let Some(known) = self.comparisons.here() {
            return known;
        }
        let facts = self.facts_here(true);
        let found: Vec<_> =
            facts.into_iter().filter_map(|(fact, formula)| self.compare_sides(fact, &formula)).collect();
        let found = Rc::new(found);
        self.comparisons.remember(found.clone());
        found
    }

    fn compare_sides(&mut self, fact: Fact, formula: &Formula) -> Option<Compared> {
        let FormulaKind::Compare(relation, left, right) = &**formula else { return None };
        let difference = self.context.normal_form(&minus(left, right).ok()?).ok()?;
        Some(Compared { fact, relation: *relation, difference })
    }

    /// The strongest hypothesis whose difference is a positive multiple of the value.
    fn sign_from_facts(&mut self, form: &Polynomial) -> Option<Weighed> {
        let mut best: Option<Weighed> = None;
        for compared in self.compared().iter() {
            let Some((evidence, sign)) = multiple_of(compared, form) else { continue };
            if sign == Sign::Positive {
                return Some((evidence, sign));
            }
            best = best.or(Some((evidence, sign)));
        }
        best
    }

    /// The sign of a term by its outermost shape.
    pub(crate) fn sign_from_shape(&mut self, term: &Term, effort: u32) -> Option<Weighed> {
        let evidence = match &**term {
            TermKind::Constant(q) => EvidenceKind::Constant(q.clone()),
            TermKind::Add(terms) => EvidenceKind::Add(self.signs(terms, effort)?),
            TermKind::Multiply(factors) => EvidenceKind::Multiply(self.signs(factors, effort)?),
            TermKind::Power(base, n) => return self.sign_of_power(base, *n, effort),
            TermKind::Sum(_, dimension, body) => {
                let inner = self.scoped(|state| {
                    let sort = Sort::Index(*dimension);
                    let index = state.push("", sort, Span::default()).ok()?;
                    let body = tightrope_kernel::instantiate(body, &[Argument::Index(index)]).ok()?;
                    state.sign(&body, effort)
                });
                EvidenceKind::Sum(*dimension, inner?.0)
            }
            TermKind::Delta(..) => EvidenceKind::Square(term.clone()),
            TermKind::Apply(function, inner) => return self.sign_of_function(*function, inner, effort),
            TermKind::Defined(application) => {
                let unfolded = self.library.unfold_term(application).ok()?;
                return self.sign(&unfolded, effort);
            }
            TermKind::Entry(..) => return self.natural(term),
            TermKind::Derivative { .. } => return None,
        };
        self.weighed(Tree::new(evidence).ok()?)
    }

    fn weighed(&mut self, evidence: Evidence) -> Option<Weighed> {
        let (_, sign) = self.context.weigh(&evidence).ok()?;
        Some((evidence, sign))
    }

    fn signs(&mut self, terms: &[Term], effort: u32) -> Option<Vec<Evidence>> {
        terms.iter().map(|term| Some(self.sign(term, effort)?.0)).collect()
    }

    fn natural(&mut self, term: &Term) -> Option<Weighed> {
        let fact = Tree::new(FactKind::Natural(term.clone())).ok()?;
        self.weighed(Tree::new(EvidenceKind::Fact(fact)).ok()?)
    }

    fn sign_of_power(&mut self, base: &Term, n: u32, effort: u32) -> Option<Weighed> {
        let half = Tree::new(TermKind::Power(base.clone(), n / 2)).ok()?;
        let square = match self.nonzero_fact(&half, effort) {
            Some(fact) => Tree::new(EvidenceKind::NonzeroSquare(fact)).ok()?,
            None => Tree::new(EvidenceKind::Square(half)).ok()?,
        };
        if n.is_multiple_of(2) {
            return self.weighed(square);
        }
        let (single, _) = self.sign(base, effort)?;
        self.weighed(Tree::new(EvidenceKind::Multiply(vec![square, single])).ok()?)
    }

    fn sign_of_function(&mut self, function: Function, inner: &Term, effort: u32) -> Option<Weighed> {
        let (evidence, sign) = self.sign(inner, effort)?;
        let fact = match (function, sign) {
            (Function::Reciprocal, Sign::Positive) => positive_reciprocal(inner, &evidence).ok()?,
            (Function::Reciprocal | Function::Exponential | Function::Logarithm, _) => return None,
            (Function::SquareRoot, Sign::Positive) => positive_root(inner, &evidence).ok()?,
            (Function::SquareRoot, _) => Tree::new(FactKind::Part(root_fact(inner, &evidence).ok()?, 0)).ok()?,
        };
        self.weighed(Tree::new(EvidenceKind::Fact(fact)).ok()?)
    }

    /// The fact term ≠ 0.
    pub(crate) fn nonzero_fact_of(&mut self, term: &Term) -> Option<Fact> {
        self.nonzero_fact(term, MAX_EFFORT).or_else(|| self.with_claims(|state| state.nonzero_fact(term, MAX_EFFORT)))
    }

    fn nonzero_fact(&mut self, term: &Term, effort: u32) -> Option<Fact> {
        let goal = compare(Relation::Unequal, term.clone(), number(0).ok()?).ok()?;
        let derivation = self.nonzero(term, &goal, effort.checked_sub(1)?)?;
        Tree::new(FactKind::Derived(goal, derivation)).ok()
    }

    /// Shows `goal`, which says that the term is not 0.
    fn nonzero(&mut self, term: &Term, goal: &Formula, effort: u32) -> Option<Derivation> {
        let effort = effort.checked_sub(1)?;
        let form = self.context.normal_form(term).ok()?;
        if let Some((fact, ratio)) = self.unequal_fact(&form) {
            return self.by_square(goal, term, fact, &ratio);
        }
        let evidence = self.sign(term, effort);
        if let Some((evidence, Sign::Positive)) = evidence {
            let derivation = Tree::new(DerivationKind::Arithmetic(evidence)).ok()?;
            return self.proves(goal, &derivation).then_some(derivation);
        }
        let factors = match &**term {
            TermKind::Multiply(factors) => factors.clone(),
            TermKind::Power(base, n) if *n > 0 => vec![base.clone(); usize::try_from(*n).ok()?],
            TermKind::Defined(application) => {
                let unfolded = self.library.unfold_term(application).ok()?;
                return self.nonzero(&unfolded, goal, effort);
            }
            TermKind::Apply(Function::Reciprocal, inner) => return self.nonzero_reciprocal(inner, goal, effort),
            _ => return self.negative(term, goal, effort),
        };
        let squares: Option<Vec<Evidence>> = factors
            .iter()
            .map(|f| Tree::new(EvidenceKind::NonzeroSquare(self.nonzero_fact(f, effort)?)).ok())
            .collect();
        let product = Tree::new(EvidenceKind::Multiply(squares?)).ok()?;
        self.by_positive_square(goal, term, product)
    }

    fn negative(&mut self, term: &Term, goal: &Formula, effort: u32) -> Option<Derivation> {
        let negated = minus(&number(0).ok()?, term).ok()?;
        let (evidence, Sign::Positive) = self.sign(&negated, effort)? else { return None };
        let squared = Tree::new(EvidenceKind::Multiply(vec![evidence.clone(), evidence])).ok()?;
        self.by_positive_square(goal, term, squared)
    }

    fn nonzero_reciprocal(&mut self, inner: &Term, goal: &Formula, effort: u32) -> Option<Derivation> {
        let nonzero = self.nonzero_fact(inner, effort)?;
        let exact = Tree::new(DerivationKind::Exact(nonzero)).ok()?;
        let reciprocal = Tree::new(FactKind::Reciprocal(inner.clone(), exact)).ok()?;
        // z = 0 and z e = 1 give 0 = 1.
        let assumed = Tree::new(FactKind::Recent(0)).ok()?;
        let parts = vec![
            Tree::new(EvidenceKind::Constant(BigRational::one())).ok()?,
            Tree::new(EvidenceKind::Fact(reciprocal)).ok()?,
            multiple(&negated(inner).ok()?, assumed).ok()?,
        ];
        let contradiction = Tree::new(DerivationKind::Arithmetic(Tree::new(EvidenceKind::Add(parts)).ok()?)).ok()?;
        let derivation = Tree::new(DerivationKind::Contradict(contradiction)).ok()?;
        self.proves(goal, &derivation).then_some(derivation)
    }

    /// A fact a ≠ b with a − b a multiple of the value, and the factor.
    fn unequal_fact(&mut self, form: &Polynomial) -> Option<(Fact, BigRational)> {
        let compared = self.compared();
        let mut unequal = compared.iter().filter(|c| c.relation == Relation::Unequal);
        unequal.find_map(|c| Some((c.fact.clone(), ratio(form, &c.difference)?)))
    }

    /// Shows that a term is not 0 from a ≠ b, where the term is `ratio` times a − b.
    fn by_square(&mut self, goal: &Formula, term: &Term, fact: Fact, ratio: &BigRational) -> Option<Derivation> {
        let exact = Tree::new(DerivationKind::Exact(fact.clone())).ok()?;
        if self.proves(goal, &exact) {
            return Some(exact);
        }
        let scale = Tree::new(EvidenceKind::Constant(ratio * ratio)).ok()?;
        let square = Tree::new(EvidenceKind::NonzeroSquare(fact)).ok()?;
        let scaled = Tree::new(EvidenceKind::Multiply(vec![scale, square])).ok()?;
        self.by_positive_square(goal, term, scaled)
    }

    /// Shows that a term is not 0 from evidence whose value is its square and positive.
    fn by_positive_square(&mut self, goal: &Formula, term: &Term, square: Evidence) -> Option<Derivation> {
        let assumed = Tree::new(FactKind::Recent(0)).ok()?;
        let parts = vec![square, multiple(&negated(term).ok()?, assumed).ok()?];
        let contradiction = Tree::new(DerivationKind::Arithmetic(Tree::new(EvidenceKind::Add(parts)).ok()?)).ok()?;
        let derivation = Tree::new(DerivationKind::Contradict(contradiction)).ok()?;
        self.proves(goal, &derivation).then_some(derivation)
    }
}

/// A value as a multiple of a fact's difference, with the sign that the fact gives it.
fn multiple_of(compared: &Compared, form: &Polynomial) -> Option<Weighed> {
    let ratio = ratio(form, &compared.difference)?;
    let plain = Tree::new(EvidenceKind::Fact(compared.fact.clone())).ok()?;
    let sign = match compared.relation {
        Relation::Equal => {
            let factor = Tree::new(TermKind::Constant(ratio)).ok()?;
            return Some((Tree::new(EvidenceKind::Multiple(factor, plain)).ok()?, Sign::Zero));
        }
        Relation::AtLeast => Sign::Nonnegative,
        Relation::Greater => Sign::Positive,
        Relation::Unequal => return None,
    };
    if ratio.is_one() {
        return Some((plain, sign));
    }
    let factor = Tree::new(EvidenceKind::Constant(ratio.is_positive().then_some(ratio)?)).ok()?;
    Some((Tree::new(EvidenceKind::Multiply(vec![factor, plain])).ok()?, sign))
}

/// 1/e > 0 from evidence that e > 0: otherwise 0 = −z e + (z e − 1) + 1 > 0 for z = 1/e.
fn positive_reciprocal(inner: &Term, positive: &Evidence) -> Result<Fact, Refusal> {
    let nonzero = Tree::new(DerivationKind::Arithmetic(positive.clone()))?;
    let identity = Tree::new(FactKind::Reciprocal(inner.clone(), nonzero))?;
    let parts = vec![
        Tree::new(EvidenceKind::Multiply(vec![assumed()?, positive.clone()]))?,
        Tree::new(EvidenceKind::Fact(identity))?,
        Tree::new(EvidenceKind::Constant(BigRational::one()))?,
    ];
    let reciprocal = Tree::new(TermKind::Apply(Function::Reciprocal, inner.clone()))?;
    otherwise(reciprocal, parts)
}

/// √e > 0 from evidence that e > 0: otherwise 0 = −s·s + (s² − e) + e > 0 for s = √e.
fn positive_root(inner: &Term, positive: &Evidence) -> Result<Fact, Refusal> {
    let root = root_fact(inner, positive)?;
    let nonnegative = Tree::new(EvidenceKind::Fact(Tree::new(FactKind::Part(root.clone(), 0))?))?;
    let parts = vec![
        Tree::new(EvidenceKind::Multiply(vec![assumed()?, nonnegative]))?,
        Tree::new(EvidenceKind::Fact(Tree::new(FactKind::Part(root, 1))?))?,
        positive.clone(),
    ];
    let root = Tree::new(TermKind::Apply(Function::SquareRoot, inner.clone()))?;
    otherwise(root, parts)
}

fn root_fact(inner: &Term, nonnegative: &Evidence) -> Result<Fact, Refusal> {
    let derivation = Tree::new(DerivationKind::Arithmetic(nonnegative.clone()))?;
    Tree::new(FactKind::SquareRoot(inner.clone(), derivation))
}

/// The negation that a contradiction assumes, as evidence.
fn assumed() -> Result<Evidence, Refusal> {
    Tree::new(EvidenceKind::Fact(Tree::new(FactKind::Recent(0))?))
}

/// term > 0, from a contradiction with its negation.
fn otherwise(term: Term, parts: Vec<Evidence>) -> Result<Fact, Refusal> {
    let contradiction = Tree::new(DerivationKind::Arithmetic(Tree::new(EvidenceKind::Add(parts))?))?;
    let goal = compare(Relation::Greater, term, number(0)?)?;
    Tree::new(FactKind::Derived(goal, Tree::new(DerivationKind::Contradict(contradiction))?))
}

/// q with form = q · value, if there is one and neither is 0.
pub(crate) fn ratio(form: &Polynomial, value: &Polynomial) -> Option<BigRational> {
    let mut pairs = form.terms().zip(value.terms());
    let ((_, first), (_, other)) = pairs.next()?;
    let ratio = first / other;
    let same = form.terms().count() == value.terms().count()
        && form.terms().zip(value.terms()).all(|((m, p), (n, q))| m == n && *p == q * &ratio);
    same.then_some(ratio)
}

pub(crate) fn number(n: i64) -> Result<Term, Refusal> {
    Tree::new(TermKind::Constant(BigRational::from_integer(n.into())))
}

pub(crate) fn negated(term: &Term) -> Result<Term, Refusal> {
    Tree::new(TermKind::Multiply(vec![number(-1)?, term.clone()]))
}

pub(crate) fn minus(left: &Term, right: &Term) -> Result<Term, Refusal> {
    match &**right {
        TermKind::Constant(q) if q.is_zero() => Ok(left.clone()),
        _ => Tree::new(TermKind::Add(vec![left.clone(), negated(right)?])),
    }
}

pub(crate) fn compare(relation: Relation, left: Term, right: Term) -> Result<Formula, Refusal> {
    Tree::new(FormulaKind::Compare(relation, left, right))
}

pub(crate) fn multiple(factor: &Term, fact: Fact) -> Result<Evidence, Refusal> {
    Tree::new(EvidenceKind::Multiple(factor.clone(), Tree::new(EvidenceKind::Fact(fact))?))
}
