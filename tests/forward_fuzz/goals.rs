//! The rules that work on a goal: goals that they fit, and goals that are slightly off.

use tightrope::kernel::{
    Argument, Context, Derivation, DerivationKind, EvidenceKind, FactKind, Formula, FormulaKind, Hypothesis, Proof,
    Refusal, Relation, Sort, Statement, Variable, check, variable_argument,
};
use tightrope::model::Truth;

use crate::common::scramble::Scrambler;
use crate::common::{D, E, add, binder, bound, compare, entry, multiply, number, raise, tree};
use crate::evidence::fact_evidence;
use crate::formulas::{self, abstracted, mentions, perturbed, rename_formula, scrambled};
use crate::session::{Known, Session, Weighed};

fn exact(known: &Known) -> Derivation {
    tree(DerivationKind::Exact(known.fact.clone()))
}

impl<'w> Session<'w> {
    /// Tries a derivation on its goal, and now and then on another one.
    pub fn derive(
        &mut self,
        context: &mut Context<'w>,
        rule: &'static str,
        goal: Formula,
        by: Derivation,
        size: usize,
    ) {
        let goal = if self.generator.chance(18) { perturbed(&mut self.generator, &goal) } else { goal };
        self.learn(context, rule, tree(FactKind::Derived(goal, by)), size);
    }

    pub fn goal_step(&mut self, context: &mut Context<'w>) {
        match self.generator.below(14) {
            0..=4 => self.arithmetic(context),
            5 => self.contradict(context),
            6 => self.exact(context),
            7 => self.all(context),
            8 => self.choose(context),
            9 => self.have(context),
            10 | 11 => self.witness(context),
            12 => self.induct(context),
            _ => self.vacuous(context),
        }
    }

    /// A comparison that says what the evidence shows, its value moved about.
    fn claim(&mut self, weighed: &Weighed) -> Formula {
        let relation = match (weighed.relation, self.generator.below(10)) {
            (_, 0) => formulas::relation(&mut self.generator),
            (Relation::Equal | Relation::Greater, 1) => Relation::AtLeast,
            (Relation::Greater, 2) => Relation::Unequal,
            (relation, _) => relation,
        };
        let (left, right) = match self.generator.below(3) {
            0 => {
                let moved = self.generator.term(3);
                (add(vec![weighed.reading.clone(), moved.clone()]), moved)
            }
            1 => (number(0), multiply(vec![number(-1), weighed.reading.clone()])),
            _ => (weighed.reading.clone(), number(0)),
        };
        let mut scrambler = Scrambler(&mut self.generator);
        compare(relation, scrambler.term(&left), scrambler.term(&right))
    }

    fn arithmetic(&mut self, context: &mut Context<'w>) {
        let Some(weighed) = self.weighed() else { return };
        let goal = self.claim(&weighed);
        let by = tree(DerivationKind::Arithmetic(weighed.evidence));
        self.derive(context, "arithmetic", goal, by, weighed.size);
    }

    /// The goal's negation against the evidence for the goal.
    fn contradict(&mut self, context: &mut Context<'w>) {
        let Some(weighed) = self.weighed() else { return };
        let goal = compare(weighed.relation, weighed.reading.clone(), number(0));
        let denied = self.next_hypothesis();
        let parts = if weighed.relation == Relation::Equal {
            let factor = multiply(vec![number(-1), weighed.reading.clone()]);
            vec![tree(EvidenceKind::NonzeroSquare(denied)), tree(EvidenceKind::Multiple(factor, weighed.evidence))]
        } else {
            vec![weighed.evidence, fact_evidence(&denied)]
        };
        let absurd = tree(DerivationKind::Arithmetic(tree(EvidenceKind::Add(parts))));
        self.derive(context, "contradict", goal, tree(DerivationKind::Contradict(absurd)), weighed.size * 2);
    }

    fn exact(&mut self, context: &mut Context<'w>) {
        let Some(known) = self.known() else { return };
        let goal = scrambled(&mut self.generator, &known.formula);
        self.derive(context, "exact", goal, exact(&known), known.size);
    }

    fn all(&mut self, context: &mut Context<'w>) {
        let (Some(one), Some(two)) = (self.known(), self.known()) else { return };
        let size = one.size + two.size;
        let mut by = vec![exact(&one), exact(&two)];
        let (one, two) = (one.formula, two.formula);
        let goal = if self.generator.chance(30) {
            by = by.into_iter().rev().map(|d| tree(DerivationKind::Assume(d))).collect();
            FormulaKind::Iff(one, two)
        } else {
            FormulaKind::And(vec![one, two])
        };
        if self.generator.chance(5) {
            by.reverse();
        }
        self.derive(context, "all", tree(goal), tree(DerivationKind::All(by)), size);
    }

    fn choose(&mut self, context: &mut Context<'w>) {
        let Some(known) = self.known() else { return };
        let other = formulas::formula(&mut self.generator, 5);
        let (parts, mut place) = if self.generator.chance(50) {
            (vec![known.formula.clone(), other], 0)
        } else {
            (vec![other, known.formula.clone()], 1)
        };
        if self.generator.chance(10) {
            place = (place + 1) % 3;
        }
        let by = tree(DerivationKind::Choose(place, exact(&known)));
        self.derive(context, "choose", tree(FormulaKind::Or(parts)), by, known.size);
    }

    fn have(&mut self, context: &mut Context<'w>) {
        let (Some(one), Some(mut two)) = (self.known(), self.known()) else { return };
        let size = one.size + two.size;
        if self.generator.chance(15) {
            // Nothing may be had that is not shown.
            two.formula = perturbed(&mut self.generator, &two.formula);
            two.fact = tree(FactKind::Derived(two.formula.clone(), exact(&two)));
        }
        let count = u32::try_from(self.hypotheses.len()).expect("few");
        let wrong = u32::from(self.generator.chance(10));
        let second = tree(DerivationKind::Exact(tree(FactKind::Hypothesis(count + 1 - wrong))));
        let by = tree(DerivationKind::Have(vec![one.fact, two.fact], second));
        self.derive(context, "have", two.formula, by, size);
    }

    /// ∃ v, φ(v) from φ(u), some occurrences of u abstracted.
    fn witness(&mut self, context: &mut Context<'w>) {
        let Some(known) = self.known() else { return };
        if self.generator.chance(6) {
            return self.unfounded_witness(context, &known);
        }
        let variables: Vec<Variable> =
            self.generator.reach(|_| true).into_iter().filter(|v| mentions(&known.formula, *v)).collect();
        let Some(variable) = self.generator.pick(&variables) else { return };
        let sort = self.generator.sort_of(variable);
        let coins: Vec<bool> = (0..16).map(|_| self.generator.chance(70)).collect();
        let next = std::cell::Cell::new(0_usize);
        let some = |v: Variable| {
            next.set(next.get() + 1);
            if coins[next.get() % coins.len()] { abstracted(variable)(v) } else { crate::common::raised(v) }
        };
        let body = rename_formula(&known.formula, 0, &some);
        let goal = tree(FormulaKind::Exists(binder(sort.clone()), body));
        let argument = if self.generator.chance(90) {
            variable_argument(variable, &sort).ok()
        } else {
            self.confused(|g| g.argument(&sort, 3))
        };
        let Some(argument) = argument else { return };
        let by = tree(DerivationKind::Witness(argument, exact(&known)));
        self.derive(context, "witness", goal, by, known.size);
    }

    /// ∃ i, φ where i does not occur in φ, and the witness is no index or one of another dimension.
    fn unfounded_witness(&mut self, context: &mut Context<'w>, known: &Known) {
        let dimension = if self.generator.chance(50) { D } else { E };
        let undeclared = Variable::Free(u32::try_from(self.generator.free.len()).expect("few"));
        let others = self.generator.reach(|sort| *sort != Sort::Index(dimension));
        let witness = if self.generator.chance(50) { self.generator.pick(&others) } else { None };
        let body = rename_formula(&known.formula, 0, &crate::common::raised);
        let goal = tree(FormulaKind::Exists(binder(Sort::Index(dimension)), body));
        let argument = Argument::Index(witness.unwrap_or(undeclared));
        let by = tree(DerivationKind::Witness(argument, exact(known)));
        self.learn(context, "witness", tree(FactKind::Derived(goal, by)), known.size);
    }

    /// c + n·e ≥ c (or =, or >) for all n, where e is ≥ 0 (or 0, or c > 0).
    fn induct(&mut self, context: &mut Context<'w>) {
        let Some(weighed) = self.weighed() else { return };
        let start = if weighed.relation == Relation::Greater { 1 } else { 0 };
        let n = entry(bound(0), &[]);
        let value = add(vec![number(start), multiply(vec![n, raise(&weighed.reading)])]);
        let body = compare(weighed.relation, value, number(0));
        let goal = tree(FormulaKind::Forall(binder(Sort::Nat), body));
        let constant = tree(EvidenceKind::Constant(crate::common::ratio(start, 1)));
        let base = tree(DerivationKind::Arithmetic(constant));
        let mut parts = vec![fact_evidence(&self.next_hypothesis()), weighed.evidence.clone()];
        if self.generator.chance(10) {
            parts.pop();
        }
        let step = tree(DerivationKind::Arithmetic(tree(EvidenceKind::Add(parts))));
        let by = tree(DerivationKind::Induct { base, step });
        self.derive(context, "induct", goal, by, weighed.size + 2);
    }

    /// Anything from a contradiction: 0 > e, where e is shown to be ≥ 0.
    fn vacuous(&mut self, context: &mut Context<'w>) {
        let Some(weighed) = self.weighed() else { return };
        let mut parts = vec![weighed.evidence.clone(), fact_evidence(&self.next_hypothesis())];
        if self.generator.chance(10) {
            parts.pop();
        }
        let absurd = tree(DerivationKind::Arithmetic(tree(EvidenceKind::Add(parts))));
        let premise = compare(Relation::Greater, number(0), weighed.reading);
        if self.generator.chance(30) {
            let goal = tree(FormulaKind::Not(premise));
            let by = tree(DerivationKind::Contradict(absurd));
            return self.derive(context, "contradict a negation", goal, by, weighed.size);
        }
        let absurd = tree(FactKind::Derived(tree(FormulaKind::Or(vec![])), absurd));
        let goal = tree(FormulaKind::Implies(premise, formulas::formula(&mut self.generator, 4)));
        let by = tree(DerivationKind::Assume(tree(DerivationKind::Cases(absurd, vec![]))));
        self.derive(context, "no cases", goal, by, weighed.size);
    }

    pub fn scope_step(&mut self, context: &mut Context<'w>, depth: usize) {
        match self.generator.below(8) {
            0 | 1 => self.generalize(context, depth),
            2 | 3 => self.assume(context, depth),
            4 | 5 => self.cases(context, depth),
            _ => self.unpack(context, depth),
        }
    }

    /// Something learnt in a scope, most likely by means of it.
    fn discover(&mut self, context: &mut Context<'w>, depth: usize) -> Option<Known> {
        let before = self.facts.len().saturating_sub(1);
        self.grow(context, 8, depth);
        let new = self.facts.get(before..).unwrap_or_default().to_vec();
        self.generator.pick(&new)
    }

    fn generalize(&mut self, context: &mut Context<'w>, depth: usize) {
        let sort = formulas::random_sort(&mut self.generator);
        let inner = self.scope(context, |session, context| {
            let variable = session.declare(context, &sort);
            if matches!(sort, Sort::Index(_)) {
                session.instantiate_at(context, variable);
            }
            session.discover(context, depth).map(|known| (known, variable))
        });
        let Some((known, mut variable)) = inner else { return };
        if self.generator.chance(15) {
            // What holds of a declared variable need not hold of all.
            let declared = self.generator.reach(|s| *s == sort);
            variable = self.generator.pick(&declared).unwrap_or(variable);
        }
        let body = rename_formula(&known.formula, 0, &abstracted(variable));
        let goal = tree(FormulaKind::Forall(binder(sort), body));
        self.derive(context, "generalize", goal, tree(DerivationKind::Generalize(exact(&known))), known.size);
    }

    fn assume(&mut self, context: &mut Context<'w>, depth: usize) {
        let premise = formulas::formula(&mut self.generator, 6);
        let inner = self.scope(context, |session, context| {
            session.suppose(context, &premise);
            session.discover(context, depth)
        });
        let Some(known) = inner else { return };
        let goal = if self.generator.chance(4) {
            known.formula.clone()
        } else {
            tree(FormulaKind::Implies(premise, known.formula.clone()))
        };
        self.derive(context, "assume", goal, tree(DerivationKind::Assume(exact(&known))), known.size);
    }

    /// One alternative or the other follows, whichever case it is.
    fn cases(&mut self, context: &mut Context<'w>, depth: usize) {
        let Some(known) = self.known_where(|k| matches!(&*k.formula, FormulaKind::Or(_))) else { return };
        let FormulaKind::Or(cases) = &*known.formula else { return };
        let mut found = vec![];
        for case in cases {
            let inner = self.scope(context, |session, context| {
                session.suppose(context, case);
                session.discover(context, depth)
            });
            found.extend(inner);
        }
        if found.len() != cases.len() || found.is_empty() {
            return;
        }
        let size = known.size + found.iter().map(|k| k.size).sum::<usize>();
        let (goal, branches) = if self.generator.chance(20) {
            // What follows in one case need not follow in the others.
            let place = self.generator.below(found.len());
            let one = found.swap_remove(place);
            let count = if self.generator.chance(50) { 1 } else { cases.len() };
            (one.formula.clone(), vec![exact(&one); count])
        } else {
            let choices = (0..).zip(&found).map(|(k, known)| tree(DerivationKind::Choose(k, exact(known)))).collect();
            (tree(FormulaKind::Or(found.iter().map(|k| k.formula.clone()).collect())), choices)
        };
        self.derive(context, "cases", goal, tree(DerivationKind::Cases(known.fact, branches)), size);
    }

    fn unpack(&mut self, context: &mut Context<'w>, depth: usize) {
        let Some(known) = self.known_where(|k| matches!(&*k.formula, FormulaKind::Exists(..))) else { return };
        let FormulaKind::Exists(quantifier, body) = &*known.formula else { return };
        let sort = quantifier.sort.clone();
        let inner = self.scope(context, |session, context| {
            let variable = session.declare(context, &sort);
            let argument = variable_argument(variable, &sort).ok()?;
            // The kernel's own substitution is enough here: the result is judged in models.
            let opened = tightrope::kernel::instantiate(body, &[argument]).ok()?;
            session.suppose(context, &opened);
            session.discover(context, depth).map(|found| (found, variable))
        });
        let Some((found, variable)) = inner else { return };
        let size = known.size + found.size;
        let leaks = self.generator.chance(5);
        let (goal, by) = if mentions(&found.formula, variable) && !leaks {
            let Ok(argument) = variable_argument(variable, &sort) else { return };
            let body = rename_formula(&found.formula, 0, &abstracted(variable));
            let by = tree(DerivationKind::Witness(argument, exact(&found)));
            (tree(FormulaKind::Exists(binder(sort), body)), by)
        } else {
            (found.formula.clone(), exact(&found))
        };
        self.derive(context, "unpack", goal, tree(DerivationKind::Unpack(known.fact, by)), size);
    }

    /// Checks what was learnt as a statement of its own, and evaluates that.
    pub fn conclude(&mut self, context: &mut Context<'w>) {
        let Some(known) = self.known() else { return };
        let statement = self.statement(&known.formula);
        let hypotheses: Vec<Hypothesis> = self.hypotheses.iter().cloned().map(named).collect();
        let Ok(obligations) = context.definedness(&hypotheses, &known.formula) else { return };
        if !matches!(&*obligations, FormulaKind::And(parts) if parts.is_empty()) {
            return;
        }
        let proof = Proof { definedness: tree(DerivationKind::All(vec![])), conclusion: exact(&known) };
        let theorem = check(&self.world.library, statement.clone(), proof);
        self.counts.count("check", theorem.is_ok());
        let fits = !matches!(theorem, Err(ref refusal) if *refusal != Refusal::TooLarge);
        assert!(fits, "{:?}: {statement:#?}", theorem.err());
        for model in &self.models {
            let truth = self.statement_truth(&statement, model);
            assert!(truth != Truth::False, "UNSOUND {statement:#?} in {model:#?}");
        }
    }

    fn statement(&self, conclusion: &Formula) -> Statement {
        let count = u32::try_from(self.generator.free.len()).expect("few");
        let close = |f: &Formula| {
            rename_formula(f, 0, &|v| match v {
                Variable::Free(n) => bound(count - 1 - n),
                other => other,
            })
        };
        Statement {
            dimensions: vec!["d".into(), "e".into()],
            variables: self.generator.free.iter().cloned().map(binder).collect(),
            hypotheses: self.hypotheses.iter().map(|h| named(close(h))).collect(),
            conclusion: close(conclusion),
        }
    }
}

fn named(formula: Formula) -> Hypothesis {
    Hypothesis { name: "h".into(), formula }
}
