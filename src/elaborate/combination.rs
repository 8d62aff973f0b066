//! What a certificate lacks, and hypotheses that contradict each other: multiples of known facts
//! with a given sum, found by linear programming over exact rationals.
//!
//! Each monomial counts as a variable of its own, so that what is found is linear in the facts, their
//! products with terms of known sign, and their sums over indices. It is evidence, which the kernel weighs as any other.

use std::collections::{BTreeMap, BTreeSet};

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};
use simplex_trace::{Method, Options, PivotRule, Problem, Rational, Relation as Row, Status, solve};
use tightrope_kernel::{
    Argument, Atom, Component, Dimension, Evidence, EvidenceKind, Fact, FactKind, Factors, FormulaKind, Function, Head,
    Monomial, Polynomial, Refusal, Relation, Sign, Sort, Term, TermKind, Tree, Variable,
};

use super::auto::multiple;
use super::opaque::{divide, opened};
use super::readback;
use super::state::{Compared, State};
use crate::syntax::ast::Span;

/// The most payers and monomials of a programme, whose tableau is dense, and the most pivots.
const MAX_PAYERS: usize = 64;
const MAX_MONOMIALS: usize = 64;
const MAX_PIVOTS: usize = 128;

/// A value of known sign, with the text that a certificate would have for it.
struct Payer {
    text: String,
    evidence: Evidence,
    value: Polynomial,
    sign: Sign,
}

/// A product, its sums opened or not.
struct Product<'m> {
    factors: Factors,
    components: &'m [Component],
}

/// What else the sum of the payers may hold.
struct Slack {
    /// Nothing, not even a positive number.
    equality: bool,
    /// It is to be shown that the sum is positive.
    strict: bool,
}

/// How often each payer is taken, and a number that is not negative.
struct Combination {
    weights: Vec<BigRational>,
    constant: BigRational,
}

impl State<'_> {
    /// What a certificate has to add to pay for what remains, as it would be written.
    pub(crate) fn missing_payment(&mut self, rest: &Polynomial) -> Option<String> {
        let mut payers = self.named_facts();
        for (monomial, _) in rest.terms().take(MAX_MONOMIALS) {
            payers.extend(self.payers_for(monomial).ok()?);
        }
        // For an equality only equalities pay.
        let equality = self.closes(Relation::Equal);
        payers.retain(|payer| !equality || payer.sign == Sign::Zero);
        let payers = useful(payers, rest);
        let Combination { weights, constant } = combination(&payers, rest, Slack { equality, strict: false })?;
        let (mut cone, mut given) = (vec![], vec![]);
        for (payer, weight) in payers.iter().zip(&weights).filter(|(_, weight)| !weight.is_zero()) {
            let text = if weight.is_one() { payer.text.clone() } else { format!("{weight}*{}", payer.text) };
            if payer.sign == Sign::Zero { given.push(text) } else { cone.push(text) }
        }
        if !constant.is_zero() {
            cone.push(constant.to_string());
        }
        let given = if given.is_empty() { None } else { Some(format!("given {}", given.join(" + "))) };
        let cone = if cone.is_empty() { None } else { Some(cone.join(" + ")) };
        Some(cone.into_iter().chain(given).collect::<Vec<_>>().join(" "))
    }

    /// Evidence for 0 > 0 from the facts at hand and the signs of their monomials.
    pub(crate) fn contradictory_sum(&mut self) -> Option<Evidence> {
        let facts: Vec<(Fact, Polynomial)> =
            self.compared().iter().map(|compared| (compared.fact.clone(), compared.difference.clone())).collect();
        let monomials: BTreeSet<&Monomial> =
            facts.iter().flat_map(|(_, difference)| difference.terms().map(|(monomial, _)| monomial)).collect();
        let mut payers: Vec<Payer> = vec![];
        for (fact, _) in &facts {
            payers.extend(self.payer(String::new(), EvidenceKind::Fact(fact.clone())).ok());
        }
        for monomial in monomials {
            payers.extend(self.signed_monomial(monomial).ok().flatten());
        }
        let nothing = Polynomial::constant(BigRational::zero());
        let payers = useful(payers, &nothing);
        let negative = |payer: &Payer| coefficient(&payer.value, &Monomial::default()).is_negative();
        if !payers.iter().any(|payer| payer.sign == Sign::Positive || payer.sign == Sign::Zero || negative(payer)) {
            return None;
        }
        let Combination { weights, constant } =
            combination(&payers, &nothing, Slack { equality: false, strict: true })?;
        let chosen = payers.iter().zip(&weights).filter(|(_, weight)| !weight.is_zero());
        let mut parts = vec![Tree::new(EvidenceKind::Constant(constant)).ok()?];
        for (payer, weight) in chosen {
            parts.push(payer.times(weight).ok()?);
        }
        Tree::new(EvidenceKind::Add(parts)).ok()
    }

    /// A hypothesis without which the certificate fails and with which it would not: what remains is
    /// a term of known sign times what the hypothesis says is not negative, under the same sum.
    pub(crate) fn missing_hypothesis(&mut self, rest: &Polynomial) -> Option<String> {
        if !self.closes(Relation::AtLeast) && !self.closes(Relation::Greater) || !simple(rest) {
            return None;
        }
        let dimension = common_sum(rest);
        let scoped = self.scoped(|state| {
            let (name, variable) = match dimension {
                Some(dimension) => {
                    let name = state.unused_name();
                    (Some(name.clone()), Some(state.push(&name, Sort::Index(dimension), Span::default())?))
                }
                None => (None, None),
            };
            let products: Vec<(Monomial, &BigRational)> =
                rest.terms().map(|(monomial, q)| (inner(monomial, variable), q)).collect();
            let shared = common_factors(&products);
            let factor = readback::monomial(&Monomial { factors: shared.clone(), ..Monomial::default() }, &one())?;
            if state.sign_of(&factor).is_none() {
                return Ok(None);
            }
            let mut terms = vec![];
            for (product, q) in &products {
                let divisor = Monomial { factors: shared.clone(), ..Monomial::default() };
                let Some((factors, components)) = divide(&product.factors, &product.components, &divisor) else {
                    return Ok(None);
                };
                let quotient = Monomial { factors, deltas: product.deltas.clone(), components };
                terms.push(readback::monomial(&quotient, q)?);
            }
            let said = state.notation().term(&sum(terms)?);
            Ok::<_, Refusal>(Some(match name {
                Some(name) => format!("forall {name}, {said} >= 0"),
                None => format!("{said} >= 0"),
            }))
        });
        scoped.ok().flatten()
    }

    /// Whether what is being closed compares so.
    fn closes(&self, relation: Relation) -> bool {
        let goal = self.closing.as_ref().and_then(|goal| self.context.expose(goal).ok());
        goal.is_some_and(|goal| matches!(&*goal, FormulaKind::Compare(own, ..) if *own == relation))
    }

    fn payer(&mut self, text: String, evidence: EvidenceKind) -> Result<Payer, Refusal> {
        let evidence = Tree::new(evidence)?;
        let (value, sign) = self.context.weigh(&evidence)?;
        Ok(Payer { text, evidence, value, sign })
    }

    /// The facts that compare and that a certificate can name.
    fn named_facts(&mut self) -> Vec<Payer> {
        let compared = self.compared();
        let named = compared.iter().filter(|compared| compared.relation != Relation::Unequal);
        let named: Vec<(String, Fact)> =
            named.filter_map(|compared| Some((self.cited(&compared.fact)?, compared.fact.clone()))).collect();
        named.into_iter().filter_map(|(text, fact)| self.payer(text, EvidenceKind::Fact(fact)).ok()).collect()
    }

    /// A fact as a certificate cites it, if hypotheses, their parts and instances suffice.
    fn cited(&self, fact: &Fact) -> Option<String> {
        match &**fact {
            FactKind::Hypothesis(number) => self.hypotheses.get(usize::try_from(*number).ok()?)?.clone(),
            FactKind::Part(fact, 0) => Some(format!("{}.first", self.cited(fact)?)),
            FactKind::Part(fact, 1) => Some(format!("{}.second", self.cited(fact)?)),
            FactKind::Part(fact, 2) => Some(format!("{}.third", self.cited(fact)?)),
            FactKind::Part(fact, 3) => Some(format!("{}.fourth", self.cited(fact)?)),
            FactKind::Instantiate(fact, arguments) => {
                let [Argument::Index(Variable::Free(level))] = arguments[..] else { return None };
                let name = &self.scope.entries.get(usize::try_from(level).ok()?)?.name;
                (!name.is_empty()).then_some(format!("{}[{name}]", self.cited(fact)?))
            }
            _ => None,
        }
    }

    /// What may pay for a monomial: itself, if its sign is known, and what is a fact times a cofactor.
    fn payers_for(&mut self, monomial: &Monomial) -> Result<Vec<Payer>, Refusal> {
        let mut found: Vec<Payer> = self.signed_monomial(monomial)?.into_iter().collect();
        found.extend(self.multiples(&Product { factors: monomial.factors.clone(), components: &monomial.components })?);
        for place in 0..monomial.components.len() {
            found.extend(self.sums_of_multiples(monomial, place)?);
        }
        Ok(found)
    }

    fn signed_monomial(&mut self, monomial: &Monomial) -> Result<Option<Payer>, Refusal> {
        if *monomial == Monomial::default() {
            return Ok(None);
        }
        let term = readback::monomial(monomial, &one())?;
        let Some((evidence, _)) = self.sign_of(&term) else { return Ok(None) };
        self.payer(self.notation().term(&term), (*evidence).clone()).map(Some)
    }

    /// Facts times cofactors of known sign, where a monomial of the fact divides a product.
    fn multiples(&mut self, product: &Product<'_>) -> Result<Vec<Payer>, Refusal> {
        let mut found = vec![];
        for compared in self.compared().iter() {
            let Some(text) = self.cited(&compared.fact) else { continue };
            for (monomial, _) in compared.difference.terms() {
                let Some((factors, components)) = divide(&product.factors, product.components, monomial) else {
                    continue;
                };
                let cofactor = Monomial { factors, components, ..Monomial::default() };
                if cofactor != Monomial::default() {
                    found.extend(self.multiple_of(compared, &text, &cofactor)?);
                }
            }
        }
        Ok(found)
    }

    fn multiple_of(&mut self, compared: &Compared, text: &str, cofactor: &Monomial) -> Result<Option<Payer>, Refusal> {
        let term = readback::monomial(cofactor, &one())?;
        let evidence = if compared.relation == Relation::Equal {
            (*multiple(&term, compared.fact.clone())?).clone()
        } else {
            let Some((sign, _)) = self.sign_of(&term) else { return Ok(None) };
            EvidenceKind::Multiply(vec![sign, Tree::new(EvidenceKind::Fact(compared.fact.clone()))?])
        };
        let written = self.notation().term(&term);
        let text = match cofactor.components[..] {
            [] => format!("{written}*{text}"),
            _ => format!("({written})*{text}"),
        };
        Ok(self.payer(text, evidence).ok())
    }

    /// The same under the sums of a component.
    fn sums_of_multiples(&mut self, monomial: &Monomial, place: usize) -> Result<Vec<Payer>, Refusal> {
        let component = &monomial.components[place];
        let mut others = monomial.components.clone();
        others.remove(place);
        let (names, inside) = self.scoped(|state| {
            let (mut names, mut variables) = (vec![], vec![]);
            for dimension in &component.dimensions {
                names.push(state.unused_name());
                variables.push(state.push(&names[names.len() - 1], Sort::Index(*dimension), Span::default())?);
            }
            let factors = opened(component, &variables).into_iter().chain(monomial.factors.iter().cloned()).collect();
            Ok((names, state.multiples(&Product { factors, components: &others })?))
        })?;
        let mut found = vec![];
        for Payer { text, evidence, .. } in inside {
            let summed = component
                .dimensions
                .iter()
                .rev()
                .try_fold(evidence, |inner, dimension| Tree::new(EvidenceKind::Sum(*dimension, inner)))?;
            found.extend(self.payer(format!("(sum {}, {text})", names.join(" ")), (*summed).clone()).ok());
        }
        Ok(found)
    }

    /// A name for an index.
    fn unused_name(&self) -> String {
        let letters = ["i", "j", "k", "l"].into_iter().map(str::to_owned);
        let mut names = letters.chain((1_u32..).map(|n| format!("i{n}")));
        let taken = |name: &String| self.scope.find(name).is_some() || self.scope.fact(name).is_some();
        names.find(|name| !taken(name)).unwrap_or_default()
    }
}

impl Payer {
    /// The value this many times.
    fn times(&self, weight: &BigRational) -> Result<Evidence, Refusal> {
        if self.sign == Sign::Zero {
            let factor = Tree::new(TermKind::Constant(weight.clone()))?;
            return Tree::new(EvidenceKind::Multiple(factor, self.evidence.clone()));
        }
        let factor = Tree::new(EvidenceKind::Constant(weight.clone()))?;
        Tree::new(EvidenceKind::Multiply(vec![factor, self.evidence.clone()]))
    }
}

/// The payers without those that hold a monomial which nothing else can cancel: in a sum that is the target, the target's part and
/// that of the payers have both signs, or none.
fn useful(mut payers: Vec<Payer>, target: &Polynomial) -> Vec<Payer> {
    loop {
        let before = payers.len();
        let mut signs: BTreeMap<Monomial, [bool; 2]> = BTreeMap::new();
        let mut hold = |value: &Polynomial, either: bool, taken: bool| {
            for (monomial, q) in value.terms() {
                let [plus, minus] = signs.entry(monomial.clone()).or_default();
                *plus |= either || q.is_positive() == taken;
                *minus |= either || q.is_negative() == taken;
            }
        };
        hold(target, false, false);
        payers.iter().for_each(|payer| hold(&payer.value, payer.sign == Sign::Zero, true));
        let cancels = |monomial: &Monomial| *monomial == Monomial::default() || signs[monomial] == [true, true];
        payers.retain(|payer| payer.value.terms().all(|(monomial, _)| cancels(monomial)));
        if payers.len() == before {
            return payers;
        }
    }
}

/// Weights, not negative but for payers of sign 0, with which the payers and a number that is not negative sum up to the
/// target.
fn combination(payers: &[Payer], target: &Polynomial, slack: Slack) -> Option<Combination> {
    let values = payers.iter().map(|payer| &payer.value);
    let constant = Monomial::default();
    let monomials: BTreeSet<&Monomial> = values
        .clone()
        .chain([target])
        .flat_map(|value| value.terms().map(|(monomial, _)| monomial))
        .chain([&constant])
        .collect();
    if payers.len() > MAX_PAYERS || monomials.len() > MAX_MONOMIALS {
        return None;
    }
    let costs = payers.iter().map(|payer| i64::from(payer.sign != Sign::Zero)).chain([0]);
    let mut problem = Problem::minimize(costs);
    for monomial in monomials {
        let own = Rational::from(i64::from(*monomial == constant && !slack.equality));
        let row = values.clone().map(|value| coefficient(value, monomial)).chain([own]);
        problem = problem.subject_to(row, Row::Eq, coefficient(target, monomial));
    }
    if slack.strict {
        let row = payers.iter().map(|payer| i64::from(payer.sign == Sign::Positive)).chain([1]);
        problem = problem.subject_to(row, Row::Eq, 1);
    }
    for (number, _) in payers.iter().enumerate().filter(|(_, payer)| payer.sign == Sign::Zero) {
        problem = problem.free(number);
    }
    let options = Options::default().pivot_rule(PivotRule::Bland).max_iterations(MAX_PIVOTS);
    match solve(&problem, Method::TwoPhase, &options).ok()?.status {
        Status::Optimal { values, .. } => {
            let mut weights: Vec<BigRational> = values.into_iter().map(BigRational::from).collect();
            let constant = weights.pop()?;
            Some(Combination { weights, constant })
        }
        Status::Infeasible | Status::Unbounded => None,
    }
}

fn coefficient(value: &Polynomial, monomial: &Monomial) -> Rational {
    let found = value.terms().find(|(own, _)| *own == monomial);
    found.map_or_else(Rational::default, |(_, q)| Rational::from(q.clone()))
}

/// Whether a hypothesis could say that a value is not negative: it is no number, and no root or logarithm makes it undefined.
fn simple(value: &Polynomial) -> bool {
    let defined = |(atom, _): &(Atom, u32)| {
        !matches!(atom.head, Head::Function(Function::SquareRoot | Function::Exponential | Function::Logarithm, _))
    };
    let monomial = |monomial: &Monomial| {
        let inside = monomial.components.iter().flat_map(|component| &component.factors);
        monomial.factors.iter().chain(inside).all(defined)
    };
    value.as_constant().is_none() && value.terms().all(|(own, _)| monomial(own))
}

/// The dimension of the one sum that every monomial is.
fn common_sum(value: &Polynomial) -> Option<Dimension> {
    let mut dimensions = value.terms().map(|(monomial, _)| match &monomial.components[..] {
        [Component { dimensions, .. }] => <[Dimension; 1]>::try_from(&dimensions[..]).ok().map(|[d]| d),
        _ => None,
    });
    let first = dimensions.next()??;
    dimensions.all(|dimension| dimension == Some(first)).then_some(first)
}

/// A monomial, or what stands under its one sum.
fn inner(monomial: &Monomial, variable: Option<Variable>) -> Monomial {
    let (Some(variable), [component]) = (variable, &monomial.components[..]) else { return monomial.clone() };
    let factors = opened(component, &[variable]).into_iter().chain(monomial.factors.iter().cloned()).collect();
    Monomial { factors, deltas: monomial.deltas.clone(), components: vec![] }
}

/// The factors that all products have, each as often as all have it.
fn common_factors(products: &[(Monomial, &BigRational)]) -> Factors {
    let Some(((first, _), others)) = products.split_first() else { return Factors::default() };
    let in_all = |(atom, n): &(_, u32)| {
        let counts = others
            .iter()
            .map(|(product, _)| product.factors.iter().find(|(own, _)| own == atom).map_or(0, |(_, count)| *count));
        let least = counts.min().map_or(*n, |least| least.min(*n));
        (least > 0).then(|| (Clone::clone(atom), least))
    };
    first.factors.iter().filter_map(in_all).collect()
}

fn sum(mut terms: Vec<Term>) -> Result<Term, Refusal> {
    if terms.len() == 1 { Ok(terms.remove(0)) } else { Tree::new(TermKind::Add(terms)) }
}

fn one() -> BigRational {
    BigRational::one()
}
