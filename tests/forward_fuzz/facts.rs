//! The rules that determine what they show.

use tightrope::kernel::{
    Context, Derivation, DerivationKind, FactKind, Formula, FormulaKind, Function, Hypothesis, Name, Proof, Relation,
    Sort, Statement, Term, Variable,
};

use crate::common::{D, E, World, add, binder, bound, compare, entry, multiply, number, placed, power, sum, tree};
use crate::evidence::fact_evidence;
use crate::formulas::{self, comparison, difference};
use crate::session::{Known, Session};

/// Lemmas that can be cited: their dimensions and the sorts of their variables.
const LEMMAS: [&str; 4] = ["square", "rows", "largest", "counted"];

/// Definitions, true lemmas, and a theorem.
pub fn world_with_lemmas() -> World {
    let mut world = World::new();
    let e = |head: u32, indices: &[u32]| entry(bound(head), &indices.iter().map(|k| bound(*k)).collect::<Vec<_>>());
    let (real, vector) = (Sort::Real(vec![]), Sort::Real(vec![D]));
    let forall = |sort: Sort, body: Formula| tree(FormulaKind::Forall(binder(sort), body));
    let statement = |dimensions: usize, sorts: Vec<Sort>, hypotheses: Vec<Formula>, conclusion| Statement {
        dimensions: (0..dimensions).map(|k| Name::from(format!("d{k}"))).collect(),
        variables: sorts.into_iter().map(binder).collect(),
        hypotheses: hypotheses.into_iter().map(|formula| Hypothesis { name: "h".into(), formula }).collect(),
        conclusion,
    };
    // t² ≥ 0, a theorem.
    let square = compare(Relation::AtLeast, power(e(0, &[]), 2), number(0));
    let evidence = tree(tightrope::kernel::EvidenceKind::Square(entry(Variable::Free(0), &[])));
    let proof = Proof {
        definedness: tree(DerivationKind::All(vec![])),
        conclusion: tree(DerivationKind::Arithmetic(evidence)),
    };
    world.library.admit("square".into(), statement(0, vec![real], vec![], square), proof).expect("a square");
    // If A[k,j] u[j] ≥ 0 for all k, j, then Σ_k Σ_j A[k,j] u[j] ≥ 0.
    let product = |a, u| multiply(vec![e(a, &[1, 0]), e(u, &[0])]);
    let entries = forall(Sort::Index(E), forall(Sort::Index(D), compare(Relation::AtLeast, product(3, 2), number(0))));
    let total = compare(Relation::AtLeast, sum(E, sum(D, product(3, 2))), number(0));
    let rows = statement(2, vec![Sort::Real(vec![E, D]), vector.clone()], vec![entries], total);
    world.library.postulate("rows".into(), rows).expect("well sorted");
    // If u[m] ≥ u[i] for all i, then Σ_i (u[m] − u[i]) ≥ 0.
    let top = forall(Sort::Index(D), compare(Relation::AtLeast, e(2, &[1]), e(2, &[0])));
    let gaps = sum(D, add(vec![e(2, &[1]), multiply(vec![number(-1), e(2, &[0])])]));
    let largest = statement(1, vec![vector, Sort::Index(D)], vec![top], compare(Relation::AtLeast, gaps, number(0)));
    world.library.postulate("largest".into(), largest).expect("well sorted");
    // The dimension of an index is at least 1.
    let size = compare(Relation::AtLeast, sum(D, number(1)), number(1));
    world.library.postulate("counted".into(), statement(1, vec![Sort::Index(D)], vec![], size)).expect("well sorted");
    world
}

impl<'w> Session<'w> {
    pub fn fact_step(&mut self, context: &mut Context<'w>) {
        match self.generator.below(23) {
            0..=5 => self.instantiate(context),
            6..=8 => self.detach(context),
            9 => self.refute(context),
            10 | 11 => self.part(context),
            12 => {
                let formula = self.confused(|g| formulas::formula(g, 5));
                self.learn(context, "excluded middle", tree(FactKind::ExcludedMiddle(formula)), 1);
            }
            13 | 14 => self.reciprocal(context),
            15 => self.root(context),
            16 => {
                let term = if self.generator.chance(80) { self.generator.natural() } else { self.generator.term(3) };
                self.learn(context, "natural", tree(FactKind::Natural(term)), 1);
            }
            17 => {
                let number = self.generator.below(self.hypotheses.len() + 2);
                let number = u32::try_from(number).expect("few");
                let recent = self.generator.chance(50);
                let kind = if recent { FactKind::Recent(number) } else { FactKind::Hypothesis(number) };
                // What is counted back means something else in other scopes.
                let size = if recent { usize::MAX - 1 } else { 1 };
                self.learn(context, if recent { "recent hypothesis" } else { "hypothesis" }, tree(kind), size);
            }
            18 | 19 => self.cite(context),
            20 => self.choice(context),
            _ => self.extremum(context),
        }
    }

    fn instantiate(&mut self, context: &mut Context<'w>) {
        let general = |k: &Known| matches!(&*k.formula, FormulaKind::Forall(..) | FormulaKind::Defined(_));
        let Some(known) = self.known_where(general) else { return };
        let exposed = context.expose(&known.formula);
        let Ok(exposed) = exposed else { return };
        let FormulaKind::Forall(binder, body) = &*exposed else { return };
        let mut sorts = vec![binder.sort.clone()];
        if let (FormulaKind::Forall(inner, _), true) = (&**body, self.generator.chance(50)) {
            sorts.push(inner.sort.clone());
        }
        if self.generator.chance(3) {
            sorts[0] = formulas::random_sort(&mut self.generator);
        }
        let arguments: Option<Vec<_>> = self.confused(|g| sorts.iter().map(|sort| g.argument(sort, 4)).collect());
        let Some(arguments) = arguments else { return };
        self.learn(context, "instantiate", tree(FactKind::Instantiate(known.fact, arguments)), known.size);
    }

    /// Instantiates what is known of all indices at this one.
    pub fn instantiate_at(&mut self, context: &mut Context<'w>, index: Variable) {
        let sort = self.generator.sort_of(index);
        let general: Vec<Known> = self.facts.iter().rev().take(12).cloned().collect();
        for known in general {
            if matches!(&*known.formula, FormulaKind::Forall(binder, _) if binder.sort == sort) {
                let argument = tightrope::kernel::Argument::Index(index);
                let fact = tree(FactKind::Instantiate(known.fact, vec![argument]));
                self.learn(context, "instantiate", fact, known.size);
            }
        }
    }

    /// A derivation of a goal that may well be one.
    pub fn attempt(&mut self, goal: &Formula) -> (Derivation, usize) {
        let same = self.known_where(|k| k.formula == *goal);
        if let Some(known) = same.filter(|_| self.generator.chance(90)) {
            return (tree(DerivationKind::Exact(known.fact)), known.size);
        }
        let evidence = if self.generator.chance(50) { self.weighed() } else { None };
        match (evidence, self.known()) {
            (Some(weighed), _) => (tree(DerivationKind::Arithmetic(weighed.evidence)), weighed.size),
            (None, Some(known)) if comparison(&known.formula).is_some() => {
                (tree(DerivationKind::Arithmetic(fact_evidence(&known.fact))), known.size)
            }
            (None, Some(known)) => (tree(DerivationKind::Exact(known.fact)), known.size),
            (None, None) => (tree(DerivationKind::All(vec![])), 1),
        }
    }

    fn detach(&mut self, context: &mut Context<'w>) {
        let Some(known) = self.known_where(|k| matches!(&*k.formula, FormulaKind::Implies(..))) else { return };
        let FormulaKind::Implies(premise, _) = &*known.formula else { return };
        let (derivation, size) = self.attempt(premise);
        self.learn(context, "detach", tree(FactKind::Detach(known.fact, derivation)), known.size + size);
    }

    /// A contradiction from ¬φ and φ, which there is only under a premise that is not true.
    fn refute(&mut self, context: &mut Context<'w>) {
        let Some(known) = self.known() else { return };
        let denied = tree(FormulaKind::Not(known.formula.clone()));
        let falsity = tree(FormulaKind::Or(vec![]));
        let exact = tree(DerivationKind::Exact(known.fact.clone()));
        let absurd = tree(FactKind::Detach(tree(FactKind::Recent(0)), exact));
        let by = tree(DerivationKind::Assume(tree(DerivationKind::Exact(absurd))));
        let goal = tree(FormulaKind::Implies(denied, falsity));
        self.derive(context, "detach from a negation", goal, by, known.size + 2);
    }

    fn part(&mut self, context: &mut Context<'w>) {
        let conjunction =
            |k: &Known| matches!(&*k.formula, FormulaKind::And(_) | FormulaKind::Iff(..) | FormulaKind::Not(_));
        let chosen = if self.generator.chance(90) { self.known_where(conjunction) } else { self.known() };
        let Some(known) = chosen else { return };
        let number = u32::from(self.generator.chance(45)) + u32::from(self.generator.chance(5));
        self.learn(context, "part", tree(FactKind::Part(known.fact, number)), known.size);
    }

    /// ∀ i ∃ r gives ∃ v ∀ i.
    fn choice(&mut self, context: &mut Context<'w>) {
        let each = |k: &Known| match &*k.formula {
            FormulaKind::Forall(_, body) => matches!(&**body, FormulaKind::Exists(..)),
            _ => false,
        };
        let chosen = if self.generator.chance(95) { self.known_where(each) } else { self.known() };
        let Some(known) = chosen else { return };
        self.learn(context, "choice", tree(FactKind::Choice(known.fact)), known.size);
    }

    /// Among the indices of which something is known there is one with the largest value.
    fn extremum(&mut self, context: &mut Context<'w>) {
        let some = |k: &Known| matches!(&*k.formula, FormulaKind::Exists(b, _) if matches!(b.sort, Sort::Index(_)));
        let chosen = if self.generator.chance(95) { self.known_where(some) } else { self.known() };
        let Some(known) = chosen else { return };
        let dimension = match &*known.formula {
            FormulaKind::Exists(binder, _) => match binder.sort {
                Sort::Index(dimension) if self.generator.chance(95) => dimension,
                _ => E,
            },
            _ => D,
        };
        let argument = self.confused(|g| g.argument(&Sort::Real(vec![dimension]), 4));
        let Some(tightrope::kernel::Argument::Array { body, .. }) = argument else { return };
        self.learn(context, "extremum", tree(FactKind::Extremum(known.fact, body)), known.size);
    }

    /// A term that is known not to be 0, or to be one, with a derivation that says so.
    fn nonzero(&mut self) -> Option<(Term, Derivation, usize)> {
        let strict = |k: &Known| matches!(comparison(&k.formula), Some((Relation::Greater | Relation::Unequal, _, _)));
        let known = self.known_where(strict)?;
        let (relation, left, right) = comparison(&known.formula)?;
        let derivation = match relation {
            Relation::Unequal => DerivationKind::Exact(known.fact),
            _ => DerivationKind::Arithmetic(fact_evidence(&known.fact)),
        };
        Some((difference(&left, &right), tree(derivation), known.size))
    }

    fn reciprocal(&mut self, context: &mut Context<'w>) {
        let found = if self.generator.chance(70) {
            self.nonzero()
        } else {
            let term = self.confused(|g| g.term(3));
            let goal = compare(Relation::Unequal, term.clone(), number(0));
            let (derivation, size) = self.attempt(&goal);
            Some((term, derivation, size))
        };
        let Some((term, derivation, size)) = found else { return };
        self.learn(context, "reciprocal", tree(FactKind::Reciprocal(term, derivation)), size);
    }

    fn root(&mut self, context: &mut Context<'w>) {
        let (term, derivation, size) = match self.weighed() {
            Some(weighed) if self.generator.chance(70) => {
                (weighed.reading, tree(DerivationKind::Arithmetic(weighed.evidence)), weighed.size)
            }
            _ => {
                let term = self.generator.term(3);
                let goal = compare(Relation::AtLeast, term.clone(), number(0));
                let (derivation, size) = self.attempt(&goal);
                (term, derivation, size)
            }
        };
        let fact = tree(FactKind::SquareRoot(term.clone(), derivation));
        let Some(known) = self.learn(context, "root", fact, size) else { return };
        // ∃ s, s ≥ 0 ∧ s² = e.
        let s = || entry(bound(0), &[]);
        let parts = vec![
            compare(Relation::AtLeast, s(), number(0)),
            compare(Relation::Equal, power(s(), 2), crate::common::raise(&term)),
        ];
        let goal = tree(FormulaKind::Exists(binder(Sort::Real(vec![])), tree(FormulaKind::And(parts))));
        let body = tree(tightrope::kernel::TermKind::Apply(Function::SquareRoot, term));
        let witness = tightrope::kernel::Argument::Array { arity: 0, body };
        let derivation = DerivationKind::Witness(witness, tree(DerivationKind::Exact(known.fact)));
        self.derive(context, "witness", goal, tree(derivation), known.size);
    }

    fn cite(&mut self, context: &mut Context<'w>) {
        let theorem: Name = self.generator.pick(&LEMMAS).expect("four").into();
        let statement = self.world.library.theorem(&theorem).expect("a lemma").statement().clone();
        let dimensions: Vec<_> =
            statement.dimensions.iter().map(|_| if self.generator.chance(60) { D } else { E }).collect();
        let sorts: Vec<Sort> = statement.variables.iter().map(|b| placed(&b.sort, &dimensions)).collect();
        let arguments: Option<Vec<_>> = self.confused(|g| sorts.iter().map(|sort| g.argument(sort, 4)).collect());
        let Some(arguments) = arguments else { return };
        let mut given = dimensions;
        if self.generator.chance(5) {
            given.reverse();
        }
        self.learn(context, "cite", tree(FactKind::Cite { theorem, dimensions: given, arguments }), 1);
    }
}
