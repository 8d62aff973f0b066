//! One context with its models, and what was accepted in it so far.

use std::collections::BTreeMap;
use std::fmt;

use tightrope::kernel::{
    Context, Evidence, Fact, FactKind, Formula, FormulaKind, Polynomial, Rational, Refusal, Relation, Sort, Statement,
    Term, Variable,
};
use tightrope::model::{Array, Evaluator, Failure, Model, Partiality, Reason, Samples, Truth, Value};

use crate::common::reading::Reading;
use crate::common::{Generator, World, binder, bound, compare, entry, ratio, tree};
use crate::{formulas, portable};

/// Steps of one evaluation in a model.
const STEPS: u64 = 2_000;
/// In how many models an accepted statement is evaluated.
const EVALUATIONS: usize = 3;
/// Larger derivations are not built on.
const LARGEST: usize = 25;
/// About so many facts and pieces of evidence are kept.
const MEMORY: usize = 40;

/// A fact that was accepted.
#[derive(Clone, Debug)]
pub struct Known {
    pub fact: Fact,
    pub formula: Formula,
    pub size: usize,
}

/// Evidence that was accepted, with its value read off independently and the relation of the
/// value to 0.
#[derive(Clone, Debug)]
pub struct Weighed {
    pub evidence: Evidence,
    pub reading: Term,
    pub relation: Relation,
    pub size: usize,
}

/// What happened.
#[derive(Default, Debug)]
pub struct Counts {
    pub sessions: u64,
    pub applications: u64,
    pub accepted: u64,
    pub nontrivial: u64,
    pub evaluations: u64,
    /// For each rule, how often it was tried and accepted.
    pub rules: BTreeMap<&'static str, (u64, u64)>,
}

impl Counts {
    pub fn add(&mut self, other: &Counts) {
        self.sessions += other.sessions;
        self.applications += other.applications;
        self.accepted += other.accepted;
        self.nontrivial += other.nontrivial;
        self.evaluations += other.evaluations;
        for (rule, (tried, accepted)) in &other.rules {
            let entry = self.rules.entry(rule).or_default();
            *entry = (entry.0 + tried, entry.1 + accepted);
        }
    }

    pub fn count(&mut self, rule: &'static str, accepted: bool) {
        self.applications += 1;
        self.accepted += u64::from(accepted);
        let entry = self.rules.entry(rule).or_default();
        *entry = (entry.0 + 1, entry.1 + u64::from(accepted));
    }

    /// Every rule was accepted at least once: the fuzzer reaches it.
    pub fn expect_every_rule(&self) {
        for (rule, (tried, accepted)) in &self.rules {
            assert!(*accepted > 0, "{rule} was never accepted in {tried} attempts");
        }
        assert!(self.rules.len() >= 30, "rules that were never tried: {:?}", self.rules.keys());
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { sessions, applications, accepted, nontrivial, evaluations, .. } = self;
        writeln!(f, "{applications} rule applications in {sessions} contexts, {accepted} accepted,")?;
        writeln!(f, "{nontrivial} of them nontrivial, {evaluations} evaluations in models, 0 false")?;
        for (rule, (tried, accepted)) in &self.rules {
            writeln!(f, "  {rule:<32} {accepted:>9} of {tried:>9}")?;
        }
        Ok(())
    }
}

/// A context, seen from outside.
pub struct Session<'w> {
    pub world: &'w World,
    pub generator: Generator<'w>,
    pub models: Vec<Model>,
    pub hypotheses: Vec<Formula>,
    pub facts: Vec<Known>,
    pub weights: Vec<Weighed>,
    pub counts: Counts,
    /// The kernel's work for this context is used up.
    pub exhausted: bool,
    samples: Samples,
    /// How many facts and weights were there when the scope was entered.
    floor: (usize, usize),
    seed: u64,
}

impl<'w> Session<'w> {
    /// Runs the session of a seed.
    ///
    /// # Panics
    /// If the kernel accepts what is false in a model.
    pub fn run(world: &'w World, seed: u64) -> Counts {
        let mut generator = Generator::new(world, seed);
        generator.roots = generator.chance(30);
        let count = 2 + generator.below(6);
        generator.declare(count);
        let mut session = Session {
            world,
            generator,
            models: vec![],
            hypotheses: vec![],
            facts: vec![],
            weights: vec![],
            counts: Counts { sessions: 1, ..Counts::default() },
            exhausted: false,
            samples: Samples::small(),
            floor: (0, 0),
            seed,
        };
        let hypotheses = session.choose_hypotheses();
        if session.models.len() < 5 {
            return session.counts;
        }
        let mut context = Context::new(&world.library, 2);
        for sort in &session.generator.free {
            context.declare(sort.clone()).expect("a known dimension");
        }
        for hypothesis in hypotheses {
            session.suppose(&mut context, &hypothesis);
        }
        session.grow(&mut context, 120, 2);
        session.conclude(&mut context);
        session.counts
    }

    /// Picks models and hypotheses that hold in several of them.
    fn choose_hypotheses(&mut self) -> Vec<Formula> {
        self.models = (0..32).map(|_| self.generator.model(3)).collect();
        let mut chosen: Vec<Formula> = vec![];
        for _ in 0..self.generator.below(6) {
            let candidate = match self.generator.below(8) {
                0 | 1 => self.bounded_below(),
                2 | 3 => self.bounded_everywhere(),
                4 => self.definition(&chosen),
                5 => self.consequence(&chosen),
                _ => {
                    let size = 4 + self.generator.below(5);
                    Some(formulas::formula(&mut self.generator, size))
                }
            };
            let Some(candidate) = candidate else { continue };
            let holding: Vec<Model> =
                self.models.iter().filter(|m| self.truth(&candidate, m) == Truth::True).cloned().collect();
            if holding.len() >= 5 {
                self.models = holding;
                chosen.push(candidate);
            }
        }
        chosen
    }

    /// t ≥ q for a term and its least value.
    fn bounded_below(&mut self) -> Option<Formula> {
        let term = self.generator.term(6);
        let values: Vec<Rational> = self.models.iter().filter_map(|m| self.value(&term, m)).collect();
        let least = values.into_iter().min()?;
        Some(self.bound_of(term, least))
    }

    fn bound_of(&mut self, term: Term, least: Rational) -> Formula {
        let constant = |q| tree(tightrope::kernel::TermKind::Constant(q));
        match self.generator.below(3) {
            0 => compare(Relation::AtLeast, term, constant(least)),
            1 => compare(Relation::Greater, term, constant(least - ratio(1, 2))),
            _ => compare(Relation::Unequal, term, constant(least - ratio(1, 1))),
        }
    }

    /// ∀ i, t(i) ≥ q for a term and its least value.
    fn bounded_everywhere(&mut self) -> Option<Formula> {
        let sort = Sort::Index(crate::common::D);
        let term = self.generator.inside(vec![sort.clone()], |g| g.term(6));
        let mut values = vec![];
        for model in &self.models {
            for i in 0..model.sizes[0] {
                let mut inside = model.clone();
                inside.values.push(Value::Index(i));
                values.extend(self.value(&term, &inside));
            }
        }
        let body = self.bound_of(term, values.into_iter().min()?);
        Some(tree(FormulaKind::Forall(binder(sort), body)))
    }

    /// v = t for a variable that nothing else speaks of, made true in every model.
    fn definition(&mut self, chosen: &[Formula]) -> Option<Formula> {
        let heads = self.generator.reach(|sort| matches!(sort, Sort::Real(shape) if shape.len() < 2));
        let head @ Variable::Free(id) = self.generator.pick(&heads)? else { return None };
        let Sort::Real(shape) = self.generator.sort_of(head) else { return None };
        let indices: Vec<Sort> = shape.iter().map(|d| Sort::Index(*d)).collect();
        let term = self.generator.inside(indices.clone(), |g| g.term(6));
        let equation = compare(
            Relation::Equal,
            entry(head, &(0..shape.len() as u32).map(bound).collect::<Vec<_>>()),
            term.clone(),
        );
        let right = compare(Relation::Equal, term.clone(), term.clone());
        if chosen.iter().chain([&right]).any(|f| formulas::mentions(f, head)) {
            return None;
        }
        let mut models = self.models.clone();
        for model in &mut models {
            let sizes: Vec<usize> = shape.iter().map(|d| model.sizes[d.0 as usize]).collect();
            let entries: Option<Vec<Rational>> = (0..sizes.iter().product())
                .map(|i| {
                    let mut inside = model.clone();
                    inside.values.extend(indices.iter().map(|_| Value::Index(i)));
                    self.value(&term, &inside)
                })
                .collect();
            model.values[id as usize] = Value::Array(Array::new(sizes, entries?)?);
        }
        self.models = models;
        Some(indices.into_iter().fold(equation, |f, sort| tree(FormulaKind::Forall(binder(sort), f))))
    }

    /// Something that another hypothesis implies or is an alternative to.
    fn consequence(&mut self, chosen: &[Formula]) -> Option<Formula> {
        let premise = self.generator.pick(chosen)?;
        let other =
            if self.generator.chance(50) { self.bounded_below()? } else { formulas::formula(&mut self.generator, 5) };
        Some(tree(if self.generator.chance(60) {
            FormulaKind::Implies(premise, other)
        } else {
            FormulaKind::Or(vec![tree(FormulaKind::Not(premise)), other])
        }))
    }

    fn evaluator<'m>(&'m self, model: &'m Model) -> Evaluator<'m> {
        Evaluator::new(&self.world.library, model, &self.samples).with_partiality(Partiality::Zero).with_steps(STEPS)
    }

    pub fn value(&self, term: &Term, model: &Model) -> Option<Rational> {
        self.evaluator(model).term(term).ok()
    }

    pub fn truth(&self, formula: &Formula, model: &Model) -> Truth {
        self.evaluator(model).formula(formula)
    }

    pub fn statement_truth(&self, statement: &Statement, model: &Model) -> Truth {
        self.evaluator(model).statement(statement)
    }

    /// Runs something in a scope of the context; what it learns is forgotten.
    pub fn scope<T>(&mut self, context: &mut Context<'w>, run: impl FnOnce(&mut Self, &mut Context<'w>) -> T) -> T {
        let (models, floor) = (self.models.clone(), self.floor);
        let (sorts, hypotheses) = (self.generator.free.len(), self.hypotheses.len());
        let (facts, weights) = (self.facts.clone(), self.weights.clone());
        self.facts.retain(|known| portable::fact(&known.fact));
        self.weights.retain(|weighed| portable::evidence(&weighed.evidence));
        self.floor = (self.facts.len(), self.weights.len());
        let result = context.scoped(|context| Ok::<T, Refusal>(run(self, context)));
        (self.models, self.floor) = (models, floor);
        self.generator.free.truncate(sorts);
        self.hypotheses.truncate(hypotheses);
        (self.facts, self.weights) = (facts, weights);
        result.expect("nothing is refused here")
    }

    /// Declares a variable, with values for it in the models.
    pub fn declare(&mut self, context: &mut Context<'w>, sort: &Sort) -> Variable {
        let variable = context.declare(sort.clone()).expect("a known dimension");
        let mut models = vec![];
        for model in &self.models {
            for _ in 0..2 {
                if let Some(value) = self.generator.value(sort, &model.sizes) {
                    let mut extended = model.clone();
                    extended.values.push(value);
                    models.push(extended);
                }
            }
        }
        while models.len() > 12 {
            let place = self.generator.below(models.len());
            models.swap_remove(place);
        }
        self.models = models;
        self.generator.free.push(sort.clone());
        variable
    }

    /// Adds a hypothesis, and keeps the models in which it holds.
    pub fn suppose(&mut self, context: &mut Context<'w>, formula: &Formula) {
        context.assume(formula.clone()).expect("well sorted");
        let number = u32::try_from(self.hypotheses.len()).expect("few");
        self.hypotheses.push(formula.clone());
        let holding = self.models.iter().filter(|m| self.truth(formula, m) == Truth::True).cloned().collect();
        self.models = holding;
        self.facts.push(Known { fact: tree(FactKind::Hypothesis(number)), formula: formula.clone(), size: 1 });
    }

    /// The number that the next hypothesis will have.
    pub fn next_hypothesis(&self) -> Fact {
        tree(FactKind::Hypothesis(u32::try_from(self.hypotheses.len()).expect("few")))
    }

    /// Tries a fact; remembers it if it is accepted.
    pub fn learn(&mut self, context: &mut Context<'w>, rule: &'static str, fact: Fact, size: usize) -> Option<Known> {
        let inferred = context.infer(&fact);
        self.counts.count(rule, inferred.is_ok());
        self.exhausted |= inferred == Err(Refusal::TooLarge);
        let formula = inferred.ok()?;
        self.judge(&formula, &fact);
        self.counts.nontrivial += u64::from(self.nontrivial(context, rule, &formula));
        let known = Known { fact, formula, size: size + 1 };
        if known.size <= LARGEST {
            self.remember(known.clone());
        }
        Some(known)
    }

    /// Tries evidence; remembers it if it is accepted.
    pub fn weigh(
        &mut self,
        context: &mut Context<'w>,
        rule: &'static str,
        evidence: Evidence,
        reading: Term,
        size: usize,
    ) {
        let weighed = context.weigh(&evidence);
        self.counts.count(rule, weighed.is_ok());
        self.exhausted |= matches!(weighed, Err(Refusal::TooLarge));
        let Ok((value, sign)) = weighed else { return };
        let relation = crate::evidence::relation_of(sign);
        let claim = compare(relation, reading.clone(), crate::common::number(0));
        self.judge(&claim, &evidence);
        self.compare_values(&value, &reading, &evidence);
        self.counts.nontrivial += u64::from(value.as_constant().is_none());
        if size < LARGEST {
            if self.weights.len() >= MEMORY.max(self.floor.1 + 10) {
                let place = self.floor.1 + self.generator.below(self.weights.len() - self.floor.1);
                self.weights.remove(place);
            }
            self.weights.push(Weighed { evidence, reading, relation, size: size + 1 });
        }
    }

    /// Keeps a fact, if need be in the place of another one of this scope.
    fn remember(&mut self, known: Known) {
        if self.facts.len() >= MEMORY.max(self.floor.0 + 10) {
            let place = self.floor.0 + self.generator.below(self.facts.len() - self.floor.0);
            self.facts.remove(place);
        }
        self.facts.push(known);
    }

    /// Neither a hypothesis, nor a comparison that holds or fails by rearranging alone.
    fn nontrivial(&self, context: &mut Context<'w>, rule: &'static str, formula: &Formula) -> bool {
        if rule == "excluded middle" || self.hypotheses.contains(formula) {
            return false;
        }
        let Some((_, left, right)) = formulas::comparison(formula) else { return true };
        let normal = context.normal_form(&formulas::difference(&left, &right));
        normal.is_ok_and(|difference| difference.as_constant().is_none())
    }

    /// Evaluates what was accepted in a few models.
    pub fn judge(&mut self, formula: &Formula, why: &dyn fmt::Debug) {
        let count = self.models.len();
        for _ in 0..EVALUATIONS.min(count) {
            let place = self.generator.below(count);
            let model = &self.models[place];
            let truth = self.truth(formula, model);
            self.counts.evaluations += u64::from(!matches!(truth, Truth::Unknown(_)));
            let unsound = truth == Truth::False || truth == Truth::Unknown(Reason::Failure(Failure::IllSorted));
            assert!(
                !unsound,
                "UNSOUND, seed {}: {truth:?} in {model:#?}\nhypotheses {:#?}\naccepted {formula:#?}\nby {why:#?}",
                self.seed, self.hypotheses
            );
        }
    }

    /// Evaluates the kernel's value of evidence, and the independent reading, in a model.
    fn compare_values(&mut self, value: &Polynomial, reading: &Term, why: &dyn fmt::Debug) {
        let place = self.generator.below(self.models.len());
        let Some(model) = self.models.get(place) else { return };
        if let (Some(left), Some(right)) = (Reading::new(model).polynomial(value), self.value(reading, model)) {
            assert!(left == right, "UNSOUND, seed {}: {left} is not {right}\n{why:#?}\nin {model:#?}", self.seed);
        }
    }

    /// Rule applications, mostly to what was accepted before.
    pub fn grow(&mut self, context: &mut Context<'w>, steps: usize, depth: usize) {
        for _ in 0..steps {
            if self.exhausted {
                return;
            }
            match self.generator.below(20) {
                0..=6 => self.fact_step(context),
                7..=12 => self.evidence_step(context, depth),
                13..=16 => self.goal_step(context),
                _ if depth > 0 => self.scope_step(context, depth - 1),
                _ => self.goal_step(context),
            }
        }
    }

    /// Something accepted before, often lately.
    pub fn known(&mut self) -> Option<Known> {
        let recent = self.facts.len().saturating_sub(6);
        let from = if self.generator.chance(50) { recent } else { 0 };
        let facts = &self.facts[from..];
        let place = self.generator.below(facts.len());
        self.facts[from..].get(place).cloned()
    }

    pub fn known_where(&mut self, accept: impl Fn(&Known) -> bool) -> Option<Known> {
        let fitting: Vec<usize> = (0..self.facts.len()).filter(|k| accept(&self.facts[*k])).collect();
        let place = self.generator.pick(&fitting)?;
        self.facts.get(place).cloned()
    }

    pub fn weighed(&mut self) -> Option<Weighed> {
        let recent = self.weights.len().saturating_sub(6);
        let from = if self.generator.chance(50) { recent } else { 0 };
        let place = from + self.generator.below(self.weights.len() - from);
        self.weights.get(place).cloned()
    }

    /// Lets the generator now and then believe in a variable that is not declared, or mistake
    /// a dimension or the number of dimensions of an array.
    pub fn confused<T>(&mut self, run: impl FnOnce(&mut Generator<'w>) -> T) -> T {
        let sorts = self.generator.free.clone();
        match self.generator.below(50) {
            0 => self.generator.free.push(Sort::Index(crate::common::D)),
            1 => self.generator.free.push(Sort::Real(vec![])),
            2 => {
                let swapped = |s: &Sort| crate::common::placed(s, &[crate::common::E, crate::common::D]);
                self.generator.free = sorts.iter().map(swapped).collect();
            }
            3 => {
                let reshaped = |s: &Sort| match s {
                    Sort::Real(shape) if shape.is_empty() => Sort::Real(vec![crate::common::D]),
                    Sort::Real(shape) => Sort::Real(shape[1..].to_vec()),
                    other => other.clone(),
                };
                self.generator.free = sorts.iter().map(reshaped).collect();
            }
            _ => {}
        }
        let result = run(&mut self.generator);
        self.generator.free = sorts;
        result
    }
}
