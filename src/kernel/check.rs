//! `check`: the one way to a theorem.
//!
//! Invariant of a [`Context`]: every hypothesis and every goal is well sorted and closed up to
//! the variables that the context declares. Whatever comes from a derivation (arguments,
//! terms, formulas) is sorted before it is used; substitution and normal forms preserve that.

use alloc::collections::BTreeSet;
use alloc::vec;
use alloc::vec::Vec;

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use crate::definedness::Definedness;
use crate::derivation::{Derivation, DerivationKind, Evidence, EvidenceKind, Fact, FactKind, Proof};
use crate::library::{Library, Theorem};
use crate::normalise::{NormalForms, Normaliser};
use crate::polynomial::{Polynomial, Work};
use crate::refusal::{Refusal, Sign, nth};
use crate::sorts::Sorts;
use crate::substitute::{Instantiate, instantiate, variable_argument};
use crate::term::{
    Argument, Binder, Dimension, Formula, FormulaKind, Hypothesis, Name, Rational, Relation, Sort, Statement, Term,
    TermKind, Variable,
};
use crate::tree::Tree;

/// Checks that the proof proves the statement.
///
/// # Errors
/// The first thing that does not hold.
pub fn check(library: &Library, statement: Statement, proof: Proof) -> Result<Theorem, Refusal> {
    let (mut context, hypotheses, conclusion) = Context::of(library, &statement)?;
    let defined = Definedness { library, work: Work::DEFAULT }.statement(&hypotheses, &conclusion)?;
    context.derive(&defined, &proof.definedness)?;
    context.hypotheses = hypotheses.into_iter().map(|h| h.formula).collect();
    context.derive(&conclusion, &proof.conclusion)?;
    let Context { lemmas, cited, .. } = context;
    Ok(Theorem { statement, proof: Some(proof), lemmas, cited })
}

/// The sorts below the binders of a definition or statement.
pub(crate) fn sorts_of<'a>(library: &'a Library, dimensions: usize, binders: &[Binder]) -> Result<Sorts<'a>, Refusal> {
    let mut sorts = Sorts { library, dimensions, free: &[], bound: vec![] };
    binders.iter().try_for_each(|b| sorts.sort(&b.sort))?;
    sorts.bound = binders.iter().map(|b| b.sort.clone()).collect();
    Ok(sorts)
}

/// The declared variables and the hypotheses in which something is shown. It can be used to
/// try derivations out; it makes no theorem.
#[derive(Debug)]
pub struct Context<'a> {
    library: &'a Library,
    dimensions: usize,
    variables: Vec<Sort>,
    hypotheses: Vec<Formula>,
    lemmas: BTreeSet<Name>,
    cited: BTreeSet<Name>,
    known: NormalForms,
    work: Work,
}

/// A value's normal form with what is known of its sign.
type Weighed = (Polynomial, Sign);

impl<'a> Context<'a> {
    /// A context without variables and hypotheses, over a number of dimensions.
    pub fn new(library: &'a Library, dimensions: usize) -> Self {
        Context {
            library,
            dimensions,
            variables: vec![],
            hypotheses: vec![],
            lemmas: BTreeSet::new(),
            cited: BTreeSet::new(),
            known: NormalForms::new(),
            work: Work::DEFAULT,
        }
    }

    /// The context of a statement's variables, with its hypotheses (not yet assumed) and its
    /// conclusion, in which `Free(n)` is the n-th variable.
    ///
    /// # Errors
    /// If the statement is ill sorted.
    pub fn of(library: &'a Library, statement: &Statement) -> Result<(Self, Vec<Hypothesis>, Formula), Refusal> {
        let mut sorts = sorts_of(library, statement.dimensions.len(), &statement.variables)?;
        statement.hypotheses.iter().try_for_each(|h| sorts.formula(&h.formula).map(drop))?;
        sorts.formula(&statement.conclusion)?;
        let mut context = Context::new(library, statement.dimensions.len());
        let mut arguments = vec![];
        for binder in &statement.variables {
            arguments.push(variable_argument(context.add(binder.sort.clone())?, &binder.sort)?);
        }
        let close =
            |h: &Hypothesis| Ok(Hypothesis { name: h.name.clone(), formula: instantiate(&h.formula, &arguments)? });
        let hypotheses = statement.hypotheses.iter().map(close).collect::<Result<_, Refusal>>()?;
        let conclusion = instantiate(&statement.conclusion, &arguments)?;
        Ok((context, hypotheses, conclusion))
    }

    /// The formula that the hypotheses and the conclusion are well defined, in their order.
    ///
    /// # Errors
    /// If they are ill sorted or a derivative cannot be taken.
    pub fn definedness(&self, hypotheses: &[Hypothesis], conclusion: &Formula) -> Result<Formula, Refusal> {
        hypotheses.iter().try_for_each(|h| self.sorts().formula(&h.formula).map(drop))?;
        self.sorts().formula(conclusion)?;
        Definedness { library: self.library, work: Work::DEFAULT }.statement(hypotheses, conclusion)
    }

    /// The sorts of the declared variables.
    pub fn variables(&self) -> &[Sort] {
        &self.variables
    }

    /// The hypotheses.
    pub fn hypotheses(&self) -> &[Formula] {
        &self.hypotheses
    }

    /// Declares a variable.
    ///
    /// # Errors
    /// If the sort's dimension is unknown.
    pub fn declare(&mut self, sort: Sort) -> Result<Variable, Refusal> {
        self.sorts().sort(&sort)?;
        self.add(sort)
    }

    /// Adds a hypothesis.
    ///
    /// # Errors
    /// If it is ill sorted.
    pub fn assume(&mut self, formula: Formula) -> Result<(), Refusal> {
        self.sorts().formula(&formula)?;
        self.hypotheses.push(formula);
        Ok(())
    }

    /// Runs something that may declare and assume, and forgets what it declared and assumed.
    ///
    /// # Errors
    /// Those of what is run.
    pub fn scoped<T, E>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, E>) -> Result<T, E> {
        let (variables, hypotheses) = (self.variables.len(), self.hypotheses.len());
        let result = run(self);
        self.forget(variables, hypotheses);
        result
    }

    /// Forgets all but the first variables and hypotheses. The hypotheses that stay must not
    /// speak of variables that go.
    pub fn forget(&mut self, variables: usize, hypotheses: usize) {
        self.variables.truncate(variables);
        self.hypotheses.truncate(hypotheses);
    }

    /// What a fact says.
    ///
    /// # Errors
    /// If it does not hold by its rule.
    pub fn infer(&mut self, fact: &Fact) -> Result<Formula, Refusal> {
        let formula = self.follow(fact)?;
        self.read(&formula)?;
        Ok(formula)
    }

    /// Spends what it costs to walk through a formula, which is less per node than arithmetic.
    fn read(&mut self, formula: &Formula) -> Result<(), Refusal> {
        self.work.spend(formula.size().saturating_add(8) / 8)
    }

    pub(crate) fn exposed(&mut self, fact: &Fact) -> Result<Formula, Refusal> {
        let formula = self.infer(fact)?;
        self.expose(&formula)
    }

    fn follow(&mut self, fact: &Fact) -> Result<Formula, Refusal> {
        match &**fact {
            FactKind::Hypothesis(number) => nth(self.hypotheses.iter(), *number).cloned(),
            FactKind::Recent(back) => nth(self.hypotheses.iter().rev(), *back).cloned(),
            FactKind::Cite { theorem, dimensions, arguments } => self.cite(theorem, dimensions, arguments),
            FactKind::Derived(formula, derivation) => {
                self.sorts().formula(formula)?;
                self.derive(formula, derivation)?;
                Ok(formula.clone())
            }
            FactKind::Instantiate(fact, arguments) => {
                let general = self.infer(fact)?;
                arguments.iter().try_fold(general, |formula, argument| self.instance(&formula, argument))
            }
            FactKind::Detach(fact, premise) => self.detach(fact, premise),
            FactKind::Part(fact, number) => {
                let formula = self.exposed(fact)?;
                let FormulaKind::And(parts) = &*formula else {
                    return Err(Refusal::Unfit { rule: "taking a part of a conjunction", formula });
                };
                nth(parts.iter(), *number).cloned()
            }
            FactKind::ExcludedMiddle(formula) => {
                self.sorts().formula(formula)?;
                Tree::new(FormulaKind::Or(vec![formula.clone(), opposite(formula)?]))
            }
            FactKind::Reciprocal(term, nonzero) => self.reciprocal(term, nonzero),
            FactKind::SquareRoot(term, nonnegative) => self.square_root(term, nonnegative),
            FactKind::Natural(term) => {
                let natural = Argument::Array { arity: 0, body: term.clone() };
                self.sorts().argument(&natural, &Sort::Nat)?;
                compare(Relation::AtLeast, term.clone(), number(0)?)
            }
            FactKind::Choice(fact) => self.choice(fact),
            FactKind::Extremum(fact, value) => self.extremum(fact, value),
        }
    }

    /// Checks that a derivation shows a goal.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn prove(&mut self, goal: &Formula, derivation: &Derivation) -> Result<(), Refusal> {
        self.sorts().formula(goal)?;
        self.derive(goal, derivation)
    }

    /// The normal form of a term.
    ///
    /// # Errors
    /// If it is ill sorted, cannot be differentiated, or is too large.
    pub fn normal_form(&mut self, term: &Term) -> Result<Polynomial, Refusal> {
        self.sorts().term(term)?;
        self.normaliser()?.term(term)
    }

    /// The value of evidence and its sign.
    ///
    /// # Errors
    /// If a fact in it does not hold, or has no sign.
    pub fn weigh(&mut self, evidence: &Evidence) -> Result<Weighed, Refusal> {
        match &**evidence {
            EvidenceKind::Fact(fact) => self.weigh_fact(fact),
            EvidenceKind::Constant(q) => {
                let value = self.normal_form(&Tree::new(TermKind::Constant(q.clone()))?)?;
                match (q.is_negative(), q.is_zero()) {
                    (true, _) => Err(Refusal::Negative),
                    (false, zero) => Ok((value, if zero { Sign::Zero } else { Sign::Positive })),
                }
            }
            EvidenceKind::Square(term) => {
                let root = self.normal_form(term)?;
                Ok((root.multiply(&root, &mut self.work)?, Sign::Nonnegative))
            }
            EvidenceKind::NonzeroSquare(fact) => match self.comparison(fact)? {
                (Relation::Unequal, root) => Ok((root.multiply(&root, &mut self.work)?, Sign::Positive)),
                _ => Err(Refusal::Unfit { rule: "the square of what is not 0", formula: self.infer(fact)? }),
            },
            EvidenceKind::Multiple(term, inner) => match (self.normal_form(term)?, self.weigh(inner)?) {
                (factor, (value, Sign::Zero)) => Ok((factor.multiply(&value, &mut self.work)?, Sign::Zero)),
                _ => Err(Refusal::Nonzero),
            },
            EvidenceKind::Add(parts) => {
                let (values, signs) = self.weigh_all(parts)?;
                Ok((Polynomial::sum(values, &mut self.work)?, signs.into_iter().max().unwrap_or(Sign::Zero)))
            }
            EvidenceKind::Multiply(parts) => {
                let (values, signs) = self.weigh_all(parts)?;
                let product = Polynomial::product(values.into_iter(), &mut self.work)?;
                Ok((product, signs.into_iter().min().unwrap_or(Sign::Positive)))
            }
            EvidenceKind::Sum(dimension, inner) => self.weigh_over(*dimension, inner),
        }
    }

    /// A formula whose outermost shape is a comparison, ∧, ∨, →, ∀ or ∃: definitions unfolded,
    /// equivalences split, negations pushed inwards.
    ///
    /// # Errors
    /// The bounds of [`Tree`].
    pub fn expose(&self, formula: &Formula) -> Result<Formula, Refusal> {
        match &**formula {
            FormulaKind::Defined(application) => self.expose(&self.library.unfold_formula(application)?),
            FormulaKind::Iff(left, right) => {
                let forward = Tree::new(FormulaKind::Implies(left.clone(), right.clone()))?;
                let backward = Tree::new(FormulaKind::Implies(right.clone(), left.clone()))?;
                Tree::new(FormulaKind::And(vec![forward, backward]))
            }
            FormulaKind::Not(inner) => self.negate(inner),
            _ => Ok(formula.clone()),
        }
    }

    /// The exposed negation of a formula (De Morgan, classically).
    fn negate(&self, formula: &Formula) -> Result<Formula, Refusal> {
        let not = |f: &Formula| opposite(f);
        let nots = |parts: &[Formula]| parts.iter().map(not).collect::<Result<Vec<_>, _>>();
        match &*self.expose(formula)? {
            FormulaKind::Compare(relation, left, right) => {
                let (relation, swapped) = relation.negation();
                let (left, right) = if swapped { (right, left) } else { (left, right) };
                compare(relation, left.clone(), right.clone())
            }
            FormulaKind::And(parts) => Tree::new(FormulaKind::Or(nots(parts)?)),
            FormulaKind::Or(parts) => Tree::new(FormulaKind::And(nots(parts)?)),
            FormulaKind::Implies(left, right) => Tree::new(FormulaKind::And(vec![left.clone(), not(right)?])),
            FormulaKind::Forall(binder, body) => Tree::new(FormulaKind::Exists(binder.clone(), not(body)?)),
            FormulaKind::Exists(binder, body) => Tree::new(FormulaKind::Forall(binder.clone(), not(body)?)),
            _ => Err(Refusal::Unfit { rule: "negation", formula: formula.clone() }),
        }
    }

    pub(crate) fn sorts(&self) -> Sorts<'_> {
        Sorts { library: self.library, dimensions: self.dimensions, free: &self.variables, bound: vec![] }
    }

    fn normaliser(&mut self) -> Result<Normaliser<'_>, Refusal> {
        let fresh = self.fresh()?;
        Ok(Normaliser { library: self.library, fresh, known: &mut self.known, work: &mut self.work })
    }

    /// The number of the next variable.
    fn fresh(&self) -> Result<u32, Refusal> {
        u32::try_from(self.variables.len()).map_err(|_| Refusal::TooLarge)
    }

    fn add(&mut self, sort: Sort) -> Result<Variable, Refusal> {
        let id = self.fresh()?;
        self.variables.push(sort);
        Ok(Variable::Free(id))
    }

    /// Declares the variable of a binder and puts it into the body.
    fn open(&mut self, binder: &Binder, body: &Formula) -> Result<Formula, Refusal> {
        let variable = self.add(binder.sort.clone())?;
        instantiate(body, &[variable_argument(variable, &binder.sort)?])
    }

    fn derive(&mut self, stated: &Formula, derivation: &Derivation) -> Result<(), Refusal> {
        let goal = self.expose(stated)?;
        self.read(&goal)?;
        match (&**derivation, &*goal) {
            (DerivationKind::Exact(fact), _) => {
                let fact = self.infer(fact)?;
                if self.same(&fact, &goal)? { Ok(()) } else { Err(Refusal::OtherFact { fact, goal }) }
            }
            (DerivationKind::Arithmetic(evidence), _) => self.arithmetic(&goal, evidence),
            (DerivationKind::All(derivations), FormulaKind::And(parts)) if derivations.len() == parts.len() => {
                parts.iter().zip(derivations).try_for_each(|(part, d)| self.derive(part, d))
            }
            (DerivationKind::Choose(number, inner), FormulaKind::Or(parts)) => {
                self.derive(nth(parts.iter(), *number)?, inner)
            }
            (DerivationKind::Assume(inner), FormulaKind::Implies(premise, conclusion)) => {
                self.under(premise, conclusion, inner)
            }
            (DerivationKind::Generalize(inner), FormulaKind::Forall(binder, body)) => self.scoped(|context| {
                let body = context.open(binder, body)?;
                context.derive(&body, inner)
            }),
            (DerivationKind::Witness(argument, inner), FormulaKind::Exists(binder, body)) => {
                self.sorts().argument(argument, &binder.sort)?;
                self.derive(&instantiate(body, core::slice::from_ref(argument))?, inner)
            }
            (DerivationKind::Induct { base, step }, FormulaKind::Forall(binder, body)) if binder.sort == Sort::Nat => {
                self.induct(binder, body, base, step)
            }
            (DerivationKind::Contradict(inner), _) => {
                let negation = opposite(stated)?;
                self.under(&negation, &Tree::new(FormulaKind::Or(vec![]))?, inner)
            }
            (DerivationKind::Cases(fact, branches), _) => self.cases(fact, branches, &goal),
            (DerivationKind::Unpack(fact, inner), _) => self.unpack(fact, inner, &goal),
            (DerivationKind::Have(facts, inner), _) => self.scoped(|context| {
                for fact in facts {
                    let formula = context.infer(fact)?;
                    context.hypotheses.push(formula);
                }
                context.derive(&goal, inner)
            }),
            _ => Err(Refusal::Unfit { rule: "this rule", formula: goal }),
        }
    }

    /// Shows a goal with one more hypothesis.
    fn under(&mut self, hypothesis: &Formula, goal: &Formula, derivation: &Derivation) -> Result<(), Refusal> {
        self.scoped(|context| {
            context.hypotheses.push(hypothesis.clone());
            context.derive(goal, derivation)
        })
    }

    fn induct(&mut self, binder: &Binder, body: &Formula, base: &Derivation, step: &Derivation) -> Result<(), Refusal> {
        let at = |term| instantiate(body, &[Argument::Array { arity: 0, body: term }]);
        self.derive(&at(number(0)?)?, base)?;
        self.scoped(|context| {
            let n = context.add(binder.sort.clone())?;
            let n = Tree::new(TermKind::Entry(n, vec![]))?;
            let next = Tree::new(TermKind::Add(vec![n.clone(), number(1)?]))?;
            context.under(&at(n)?, &at(next)?, step)
        })
    }

    fn cases(&mut self, fact: &Fact, branches: &[Derivation], goal: &Formula) -> Result<(), Refusal> {
        let formula = self.exposed(fact)?;
        match &*formula {
            FormulaKind::Or(parts) if parts.len() == branches.len() => {
                parts.iter().zip(branches).try_for_each(|(part, branch)| self.under(part, goal, branch))
            }
            _ => Err(Refusal::Unfit { rule: "cases", formula }),
        }
    }

    fn unpack(&mut self, fact: &Fact, inner: &Derivation, goal: &Formula) -> Result<(), Refusal> {
        let formula = self.exposed(fact)?;
        let FormulaKind::Exists(binder, body) = &*formula else {
            return Err(Refusal::Unfit { rule: "unpacking an existence", formula });
        };
        self.scoped(|context| {
            let body = context.open(binder, body)?;
            context.under(&body, goal, inner)
        })
    }

    fn arithmetic(&mut self, goal: &Formula, evidence: &Evidence) -> Result<(), Refusal> {
        let (difference, needs) = match &**goal {
            FormulaKind::Compare(relation, left, right) => {
                (self.normaliser()?.difference(left, right)?, Some(*relation))
            }
            FormulaKind::Or(parts) if parts.is_empty() => (Polynomial::default(), None),
            _ => return Err(Refusal::Unfit { rule: "arithmetic", formula: goal.clone() }),
        };
        let (value, found) = self.weigh(evidence)?;
        let rest = difference.minus(value, &mut self.work)?;
        if !rest.is_zero() {
            return Err(Refusal::Remainder(rest));
        }
        let enough = match needs {
            Some(Relation::AtLeast) => true,
            Some(Relation::Equal) => found == Sign::Zero,
            Some(Relation::Greater | Relation::Unequal) | None => found == Sign::Positive,
        };
        if enough { Ok(()) } else { Err(Refusal::TooWeak { found, goal: goal.clone() }) }
    }

    /// A fact's relation, and the normal form of left − right.
    fn comparison(&mut self, fact: &Fact) -> Result<(Relation, Polynomial), Refusal> {
        let formula = self.exposed(fact)?;
        match &*formula {
            FormulaKind::Compare(relation, left, right) => Ok((*relation, self.normaliser()?.difference(left, right)?)),
            _ => Err(Refusal::Unfit { rule: "arithmetic with a fact", formula }),
        }
    }

    fn weigh_fact(&mut self, fact: &Fact) -> Result<Weighed, Refusal> {
        let (relation, difference) = self.comparison(fact)?;
        let sign = match relation {
            Relation::Equal => Sign::Zero,
            Relation::AtLeast => Sign::Nonnegative,
            Relation::Greater => Sign::Positive,
            Relation::Unequal => {
                return Err(Refusal::Unfit { rule: "the sign of a difference", formula: self.infer(fact)? });
            }
        };
        Ok((difference, sign))
    }

    fn weigh_all(&mut self, parts: &[Evidence]) -> Result<(Vec<Polynomial>, Vec<Sign>), Refusal> {
        let weighed: Result<Vec<_>, _> = parts.iter().map(|part| self.weigh(part)).collect();
        Ok(weighed?.into_iter().unzip())
    }

    /// The index is new, so no hypothesis speaks of it: what is shown of it holds for every index.
    fn weigh_over(&mut self, dimension: Dimension, inner: &Evidence) -> Result<Weighed, Refusal> {
        self.sorts().sort(&Sort::Index(dimension))?;
        self.scoped(|context| {
            let id = context.fresh()?;
            context.add(Sort::Index(dimension))?;
            let (value, sign) = context.weigh(inner)?;
            Ok((value.sum_over(id, dimension, &mut context.work)?, sign.min(Sign::Nonnegative)))
        })
    }

    fn cite(&mut self, name: &Name, dimensions: &[Dimension], arguments: &[Argument]) -> Result<Formula, Refusal> {
        let theorem = self.library.theorem(name)?;
        let statement = &theorem.statement;
        if statement.dimensions.len() != dimensions.len() {
            return Err(Refusal::IllSorted);
        }
        let mut sorts = self.sorts();
        dimensions.iter().try_for_each(|d| sorts.sort(&Sort::Index(*d)))?;
        sorts.arguments(arguments, &statement.variables, dimensions)?;
        let mut formula = statement.conclusion.substitute(arguments, Some(dimensions))?;
        for hypothesis in statement.hypotheses.iter().rev() {
            let premise = hypothesis.formula.substitute(arguments, Some(dimensions))?;
            formula = Tree::new(FormulaKind::Implies(premise, formula))?;
        }
        self.lemmas.extend(theorem.lemmas.iter().cloned());
        self.cited.insert(name.clone());
        Ok(formula)
    }

    fn instance(&mut self, formula: &Formula, argument: &Argument) -> Result<Formula, Refusal> {
        let formula = self.expose(formula)?;
        let FormulaKind::Forall(binder, body) = &*formula else {
            return Err(Refusal::Unfit { rule: "instantiating", formula });
        };
        self.sorts().argument(argument, &binder.sort)?;
        instantiate(body, core::slice::from_ref(argument))
    }

    /// ¬φ is φ → a contradiction.
    fn detach(&mut self, fact: &Fact, premise: &Derivation) -> Result<Formula, Refusal> {
        let stated = self.infer(fact)?;
        let formula = self.expose(&stated)?;
        match (&*formula, &*stated) {
            (FormulaKind::Implies(left, right), _) => {
                self.derive(left, premise)?;
                Ok(right.clone())
            }
            (_, FormulaKind::Not(negated)) => {
                self.derive(negated, premise)?;
                Tree::new(FormulaKind::Or(vec![]))
            }
            _ => Err(Refusal::Unfit { rule: "detaching a premise", formula }),
        }
    }

    fn reciprocal(&mut self, term: &Term, nonzero: &Derivation) -> Result<Formula, Refusal> {
        self.sorts().term(term)?;
        self.derive(&compare(Relation::Unequal, term.clone(), number(0)?)?, nonzero)?;
        let reciprocal = Tree::new(TermKind::Apply(crate::Function::Reciprocal, term.clone()))?;
        let product = Tree::new(TermKind::Multiply(vec![reciprocal, term.clone()]))?;
        compare(Relation::Equal, product, number(1)?)
    }

    fn square_root(&mut self, term: &Term, nonnegative: &Derivation) -> Result<Formula, Refusal> {
        self.sorts().term(term)?;
        self.derive(&compare(Relation::AtLeast, term.clone(), number(0)?)?, nonnegative)?;
        let root = Tree::new(TermKind::Apply(crate::Function::SquareRoot, term.clone()))?;
        let square = Tree::new(TermKind::Power(root.clone(), 2))?;
        let parts =
            vec![compare(Relation::AtLeast, root, number(0)?)?, compare(Relation::Equal, square, term.clone())?];
        Tree::new(FormulaKind::And(parts))
    }

    /// Whether two formulas are the same up to definitions and the normal forms of terms.
    fn same(&mut self, left: &Formula, right: &Formula) -> Result<bool, Refusal> {
        self.read(left)?;
        if left == right {
            return Ok(true);
        }
        let (left, right) = (self.expose(left)?, self.expose(right)?);
        match (&*left, &*right) {
            (FormulaKind::Compare(r, a, b), FormulaKind::Compare(s, c, d)) => {
                if r != s {
                    return Ok(false);
                }
                let difference = self.normaliser()?.difference(a, b)?;
                Ok(difference == self.normaliser()?.difference(c, d)?)
            }
            (FormulaKind::And(these), FormulaKind::And(those)) | (FormulaKind::Or(these), FormulaKind::Or(those)) => {
                let mut same = these.len() == those.len();
                for (this, that) in these.iter().zip(those) {
                    same = same && self.same(this, that)?;
                }
                Ok(same)
            }
            (FormulaKind::Implies(a, b), FormulaKind::Implies(c, d)) => Ok(self.same(a, c)? && self.same(b, d)?),
            (FormulaKind::Forall(this, a), FormulaKind::Forall(that, b))
            | (FormulaKind::Exists(this, a), FormulaKind::Exists(that, b)) => {
                if this.sort != that.sort {
                    return Ok(false);
                }
                self.scoped(|context| {
                    let variable = context.add(this.sort.clone())?;
                    let argument = [variable_argument(variable, &this.sort)?];
                    context.same(&instantiate(a, &argument)?, &instantiate(b, &argument)?)
                })
            }
            _ => Ok(false),
        }
    }
}

/// The negation of a formula, without a double negation.
fn opposite(formula: &Formula) -> Result<Formula, Refusal> {
    match &**formula {
        FormulaKind::Not(negated) => Ok(negated.clone()),
        _ => Tree::new(FormulaKind::Not(formula.clone())),
    }
}

fn number(n: u32) -> Result<Term, Refusal> {
    Tree::new(TermKind::Constant(Rational::from_integer(BigInt::from(n))))
}

pub(crate) fn compare(relation: Relation, left: Term, right: Term) -> Result<Formula, Refusal> {
    Tree::new(FormulaKind::Compare(relation, left, right))
}
