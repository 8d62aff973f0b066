//! Short words to write statements, facts and evidence down as mathematics.
//!
//! Binders take closures: `sum(D, |i| x.at(i))`. The closure is called with a fresh free
//! variable, which is then bound in what it returns, so that a test never counts binders.

use std::cell::Cell;
use std::ops::{Add, Mul, Neg, Sub};

use num_bigint::BigInt;
use num_rational::BigRational;
use tightrope_kernel::*;

/// The dimensions that most tests use.
pub const D: Dimension = Dimension(0);
pub const N: Dimension = Dimension(1);

/// A variable to be used in expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Symbol(pub Variable);

/// The n-th variable of a context.
pub const fn free(n: u32) -> Symbol {
    Symbol(Variable::Free(n))
}

impl Symbol {
    pub fn at(self, indices: impl Indices) -> Expression {
        term(TermKind::Entry(self.0, indices.variables()))
    }
    pub fn pow(self, n: u32) -> Expression {
        Expression::from(self).pow(n)
    }
}

pub trait Indices {
    fn variables(self) -> Vec<Variable>;
}

impl Indices for Symbol {
    fn variables(self) -> Vec<Variable> {
        vec![self.0]
    }
}

impl<const K: usize> Indices for [Symbol; K] {
    fn variables(self) -> Vec<Variable> {
        self.iter().map(|s| s.0).collect()
    }
}

/// A term that can be written with operators.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression(pub Term);

pub fn term(kind: TermKind) -> Expression {
    Expression(Tree::new(kind).unwrap())
}

pub fn formula(kind: FormulaKind) -> Formula {
    Tree::new(kind).unwrap()
}

impl From<Symbol> for Expression {
    fn from(symbol: Symbol) -> Self {
        symbol.at([])
    }
}

impl From<i64> for Expression {
    fn from(n: i64) -> Self {
        q(n, 1)
    }
}

pub fn rational(numerator: i64, denominator: i64) -> Rational {
    BigRational::new(BigInt::from(numerator), BigInt::from(denominator))
}

pub fn q(numerator: i64, denominator: i64) -> Expression {
    term(TermKind::Constant(rational(numerator, denominator)))
}

macro_rules! operators {
    ($($left:ty),*) => {$(
        impl<R: Into<Expression>> Add<R> for $left {
            type Output = Expression;
            fn add(self, right: R) -> Expression {
                term(TermKind::Add(vec![Expression::from(self).0, right.into().0]))
            }
        }
        impl<R: Into<Expression>> Sub<R> for $left {
            type Output = Expression;
            fn sub(self, right: R) -> Expression {
                term(TermKind::Add(vec![Expression::from(self).0, (-right.into()).0]))
            }
        }
        impl<R: Into<Expression>> Mul<R> for $left {
            type Output = Expression;
            fn mul(self, right: R) -> Expression {
                term(TermKind::Multiply(vec![Expression::from(self).0, right.into().0]))
            }
        }
        impl Neg for $left {
            type Output = Expression;
            fn neg(self) -> Expression {
                q(-1, 1) * self
            }
        }
    )*};
}
operators!(Expression, Symbol);

impl Expression {
    pub fn pow(self, n: u32) -> Expression {
        term(TermKind::Power(self.0, n))
    }
}

/// Comparisons, for symbols, numbers and expressions alike.
pub trait Compare: Into<Expression> + Sized {
    fn compare(self, relation: Relation, right: impl Into<Expression>) -> Formula {
        formula(FormulaKind::Compare(relation, self.into().0, right.into().0))
    }
    fn equals(self, right: impl Into<Expression>) -> Formula {
        self.compare(Relation::Equal, right)
    }
    fn differs(self, right: impl Into<Expression>) -> Formula {
        self.compare(Relation::Unequal, right)
    }
    fn at_least(self, right: impl Into<Expression>) -> Formula {
        self.compare(Relation::AtLeast, right)
    }
    fn above(self, right: impl Into<Expression>) -> Formula {
        self.compare(Relation::Greater, right)
    }
}
impl<T: Into<Expression>> Compare for T {}

pub fn delta(i: Symbol, j: Symbol) -> Expression {
    term(TermKind::Delta(i.0, j.0))
}

pub fn reciprocal(e: impl Into<Expression>) -> Expression {
    term(TermKind::Apply(Function::Reciprocal, e.into().0))
}

pub fn sqrt(e: impl Into<Expression>) -> Expression {
    term(TermKind::Apply(Function::SquareRoot, e.into().0))
}

pub fn call(name: &str, dimensions: &[Dimension], arguments: &[Argument]) -> Expression {
    term(TermKind::Defined(application(name, dimensions, arguments)))
}

pub fn holds(name: &str, dimensions: &[Dimension], arguments: &[Argument]) -> Formula {
    formula(FormulaKind::Defined(application(name, dimensions, arguments)))
}

fn application(name: &str, dimensions: &[Dimension], arguments: &[Argument]) -> Application {
    Application { definition: name.into(), dimensions: dimensions.to_vec(), arguments: arguments.to_vec() }
}

// Sorts.

pub fn real() -> Sort {
    Sort::Real(vec![])
}
pub fn vector(d: Dimension) -> Sort {
    Sort::Real(vec![d])
}
pub fn matrix(rows: Dimension, columns: Dimension) -> Sort {
    Sort::Real(vec![rows, columns])
}
pub fn index(d: Dimension) -> Sort {
    Sort::Index(d)
}
pub fn binder(name: &str, sort: Sort) -> Binder {
    Binder { name: name.into(), sort }
}

// Binders.

/// A variable that no context declares.
fn fresh() -> Symbol {
    thread_local!(static NEXT: Cell<u32> = const { Cell::new(1 << 30) });
    NEXT.with(|next| {
        next.set(next.get() + 1);
        free(next.get())
    })
}

pub fn sum(d: Dimension, body: impl FnOnce(Symbol) -> Expression) -> Expression {
    let i = fresh();
    term(TermKind::Sum("i".into(), d, bind_term(&body(i).0, &[i])))
}

/// d/dt body(t) at t = `at`.
pub fn derivative(body: impl FnOnce(Symbol) -> Expression, at: impl Into<Expression>) -> Expression {
    let t = fresh();
    let body = bind_term(&body(t).0, &[t]);
    term(TermKind::Derivative { name: "t".into(), body, at: at.into().0 })
}

pub fn forall(sort: Sort, body: impl FnOnce(Symbol) -> Formula) -> Formula {
    let v = fresh();
    formula(FormulaKind::Forall(binder("v", sort), bind_formula(&body(v), &[v])))
}

pub fn exists(sort: Sort, body: impl FnOnce(Symbol) -> Formula) -> Formula {
    let v = fresh();
    formula(FormulaKind::Exists(binder("v", sort), bind_formula(&body(v), &[v])))
}

pub fn and<const K: usize>(parts: [Formula; K]) -> Formula {
    formula(FormulaKind::And(parts.to_vec()))
}
pub fn or<const K: usize>(parts: [Formula; K]) -> Formula {
    formula(FormulaKind::Or(parts.to_vec()))
}
pub fn implies(premise: Formula, conclusion: Formula) -> Formula {
    formula(FormulaKind::Implies(premise, conclusion))
}
pub fn iff(left: Formula, right: Formula) -> Formula {
    formula(FormulaKind::Iff(left, right))
}
pub fn not(inner: Formula) -> Formula {
    formula(FormulaKind::Not(inner))
}
pub fn falsity() -> Formula {
    or([])
}

// Arguments.

pub fn number(e: impl Into<Expression>) -> Argument {
    Argument::Array { arity: 0, body: e.into().0 }
}
pub fn at(i: Symbol) -> Argument {
    Argument::Index(i.0)
}
/// The vector i ↦ body(i).
pub fn vector_of(body: impl FnOnce(Symbol) -> Expression) -> Argument {
    let i = fresh();
    Argument::Array { arity: 1, body: bind_term(&body(i).0, &[i]) }
}
/// The matrix (i, j) ↦ body(i, j).
pub fn matrix_of(body: impl FnOnce(Symbol, Symbol) -> Expression) -> Argument {
    let (i, j) = (fresh(), fresh());
    Argument::Array { arity: 2, body: bind_term(&body(i, j).0, &[i, j]) }
}
pub fn whole_vector(v: Symbol) -> Argument {
    vector_of(|i| v.at(i))
}

// Facts.

pub fn fact(kind: FactKind) -> Fact {
    Tree::new(kind).unwrap()
}
pub fn hypothesis(n: u32) -> Fact {
    fact(FactKind::Hypothesis(n))
}
pub fn instance<const K: usize>(general: Fact, arguments: [Argument; K]) -> Fact {
    fact(FactKind::Instantiate(general, arguments.to_vec()))
}
pub fn detach(implication: Fact, premise: Derivation) -> Fact {
    fact(FactKind::Detach(implication, premise))
}
pub fn part(conjunction: Fact, n: u32) -> Fact {
    fact(FactKind::Part(conjunction, n))
}
pub fn cite(name: &str, dimensions: &[Dimension], arguments: &[Argument]) -> Fact {
    fact(FactKind::Cite { theorem: name.into(), dimensions: dimensions.to_vec(), arguments: arguments.to_vec() })
}
pub fn derived(formula: Formula, derivation: Derivation) -> Fact {
    fact(FactKind::Derived(formula, derivation))
}
pub fn excluded_middle(formula: Formula) -> Fact {
    fact(FactKind::ExcludedMiddle(formula))
}
pub fn reciprocal_of(e: impl Into<Expression>, nonzero: Derivation) -> Fact {
    fact(FactKind::Reciprocal(e.into().0, nonzero))
}
pub fn root_of(e: impl Into<Expression>, nonnegative: Derivation) -> Fact {
    fact(FactKind::SquareRoot(e.into().0, nonnegative))
}
pub fn natural(e: impl Into<Expression>) -> Fact {
    fact(FactKind::Natural(e.into().0))
}

// Evidence.

pub fn evidence(kind: EvidenceKind) -> Evidence {
    Tree::new(kind).unwrap()
}
pub fn given(f: Fact) -> Evidence {
    evidence(EvidenceKind::Fact(f))
}
pub fn constant(numerator: i64, denominator: i64) -> Evidence {
    evidence(EvidenceKind::Constant(rational(numerator, denominator)))
}
pub fn square(e: impl Into<Expression>) -> Evidence {
    evidence(EvidenceKind::Square(e.into().0))
}
pub fn nonzero_square(f: Fact) -> Evidence {
    evidence(EvidenceKind::NonzeroSquare(f))
}
pub fn multiple(e: impl Into<Expression>, zero: Evidence) -> Evidence {
    evidence(EvidenceKind::Multiple(e.into().0, zero))
}
pub fn plus<const K: usize>(parts: [Evidence; K]) -> Evidence {
    evidence(EvidenceKind::Add(parts.to_vec()))
}
pub fn times<const K: usize>(parts: [Evidence; K]) -> Evidence {
    evidence(EvidenceKind::Multiply(parts.to_vec()))
}
/// Σ over a dimension. The index is the variable that the context declares next.
pub fn total(d: Dimension, inner: Evidence) -> Evidence {
    evidence(EvidenceKind::Sum(d, inner))
}
/// The evidence that nothing is left to pay for.
pub fn nothing() -> Evidence {
    plus([])
}

// Derivations.

pub fn derivation(kind: DerivationKind) -> Derivation {
    Tree::new(kind).unwrap()
}
pub fn exact(f: Fact) -> Derivation {
    derivation(DerivationKind::Exact(f))
}
pub fn arithmetic(e: Evidence) -> Derivation {
    derivation(DerivationKind::Arithmetic(e))
}
pub fn all<const K: usize>(parts: [Derivation; K]) -> Derivation {
    derivation(DerivationKind::All(parts.to_vec()))
}
pub fn choose(n: u32, inner: Derivation) -> Derivation {
    derivation(DerivationKind::Choose(n, inner))
}
pub fn assume(inner: Derivation) -> Derivation {
    derivation(DerivationKind::Assume(inner))
}
pub fn generalize(inner: Derivation) -> Derivation {
    derivation(DerivationKind::Generalize(inner))
}
pub fn witness(argument: Argument, inner: Derivation) -> Derivation {
    derivation(DerivationKind::Witness(argument, inner))
}
pub fn induct(base: Derivation, step: Derivation) -> Derivation {
    derivation(DerivationKind::Induct { base, step })
}
pub fn contradict(inner: Derivation) -> Derivation {
    derivation(DerivationKind::Contradict(inner))
}
pub fn cases<const K: usize>(f: Fact, branches: [Derivation; K]) -> Derivation {
    derivation(DerivationKind::Cases(f, branches.to_vec()))
}
pub fn unpack(f: Fact, inner: Derivation) -> Derivation {
    derivation(DerivationKind::Unpack(f, inner))
}
pub fn have<const K: usize>(facts: [Fact; K], inner: Derivation) -> Derivation {
    derivation(DerivationKind::Have(facts.to_vec(), inner))
}
/// Both sides have the same normal form.
pub fn identity() -> Derivation {
    arithmetic(nothing())
}
pub fn by(f: Fact) -> Derivation {
    arithmetic(given(f))
}

// Worlds.

/// Declared variables and hypotheses, with what they may use.
#[derive(Default)]
pub struct World {
    pub library: Library,
    pub dimensions: usize,
    pub sorts: Vec<Sort>,
    pub hypotheses: Vec<Formula>,
}

impl World {
    /// Two dimensions, nothing declared, nothing assumed.
    pub fn new() -> Self {
        World { dimensions: 2, ..World::default() }
    }
    pub fn declare(&mut self, sort: Sort) -> Symbol {
        self.sorts.push(sort);
        free(u32::try_from(self.sorts.len() - 1).unwrap())
    }
    pub fn assume(&mut self, formula: Formula) -> Fact {
        self.hypotheses.push(formula);
        hypothesis(u32::try_from(self.hypotheses.len() - 1).unwrap())
    }
    /// The variable that the next binder declares.
    pub fn next(&self) -> Symbol {
        free(u32::try_from(self.sorts.len()).unwrap())
    }
    /// The number of the hypothesis that the next rule adds.
    pub fn added(&self) -> Fact {
        hypothesis(u32::try_from(self.hypotheses.len()).unwrap())
    }
    pub fn context(&self) -> Context<'_> {
        let mut context = Context::new(&self.library, self.dimensions);
        for sort in &self.sorts {
            context.declare(sort.clone()).unwrap();
        }
        for hypothesis in &self.hypotheses {
            context.assume(hypothesis.clone()).unwrap();
        }
        context
    }
    pub fn prove(&self, goal: &Formula, derivation: &Derivation) -> Result<(), Refusal> {
        self.context().prove(goal, derivation)
    }
    pub fn normal_form(&self, e: impl Into<Expression>) -> Result<Polynomial, Refusal> {
        self.context().normal_form(&e.into().0)
    }
    pub fn define(&mut self, name: &str, parameters: Vec<Sort>, body: impl FnOnce(&[Symbol]) -> Expression) {
        let definition = function(name, self.dimensions, parameters, body);
        self.library.define(definition).unwrap();
    }
    /// The statement that the hypotheses imply the conclusion.
    pub fn statement(&self, conclusion: &Formula) -> Statement {
        let variables: Vec<Symbol> = (0..).map(free).take(self.sorts.len()).collect();
        let hypothesis = |f: &Formula| Hypothesis { name: "h".into(), formula: bind_formula(f, &variables) };
        Statement {
            dimensions: vec!["d".into(); self.dimensions],
            variables: self.sorts.iter().map(|s| binder("x", s.clone())).collect(),
            hypotheses: self.hypotheses.iter().map(hypothesis).collect(),
            conclusion: bind_formula(conclusion, &variables),
        }
    }
    pub fn check(&self, conclusion: &Formula, definedness: Derivation, proof: Derivation) -> Result<Theorem, Refusal> {
        check(&self.library, self.statement(conclusion), Proof { definedness, conclusion: proof })
    }
    /// Admits the statement as a theorem; nothing in it can be ill defined.
    pub fn admit(&mut self, name: &str, conclusion: &Formula, proof: Derivation) -> Result<(), Refusal> {
        let statement = self.statement(conclusion);
        self.library.admit(name.into(), statement, Proof { definedness: all([]), conclusion: proof })
    }
    /// Forgets variables and hypotheses, keeps the library.
    pub fn reset(self) -> World {
        World { library: self.library, dimensions: self.dimensions, ..World::default() }
    }
}

/// A defined function of its parameters.
pub fn function(
    name: &str,
    dimensions: usize,
    parameters: Vec<Sort>,
    body: impl FnOnce(&[Symbol]) -> Expression,
) -> Definition {
    let (symbols, parameters) = open(parameters);
    let body = Meaning::Term(bind_term(&body(&symbols).0, &symbols));
    Definition { name: name.into(), dimensions: vec!["d".into(); dimensions], parameters, body }
}

/// A defined predicate of its parameters.
pub fn predicate(
    name: &str,
    dimensions: usize,
    parameters: Vec<Sort>,
    body: impl FnOnce(&[Symbol]) -> Formula,
) -> Definition {
    let (symbols, parameters) = open(parameters);
    let body = Meaning::Formula(bind_formula(&body(&symbols), &symbols));
    Definition { name: name.into(), dimensions: vec!["d".into(); dimensions], parameters, body }
}

fn open(parameters: Vec<Sort>) -> (Vec<Symbol>, Vec<Binder>) {
    let symbols = parameters.iter().map(|_| fresh()).collect();
    (symbols, parameters.into_iter().map(|s| binder("p", s)).collect())
}

/// Each goal is shown by its derivation.
macro_rules! accepts {
    ($world:expr; $($goal:expr => $proof:expr,)+) => {$(
        if let Err(refusal) = $world.prove(&$goal, &$proof) {
            panic!("{}: refused: {refusal:?}", stringify!($goal => $proof));
        }
    )+};
}

/// Each derivation is refused, for the reason that is named.
macro_rules! refuses {
    ($world:expr; $($goal:expr => $proof:expr => $reason:pat,)+) => {$(
        match $world.prove(&$goal, &$proof) {
            Err($reason) => {}
            other => panic!("{}: {other:?}", stringify!($goal => $proof => $reason)),
        }
    )+};
}

/// Pairs of terms with the same normal form.
macro_rules! same {
    ($world:expr; $($left:expr => $right:expr,)+) => {$(
        assert_eq!($world.normal_form($left).unwrap(), $world.normal_form($right).unwrap(),
            "{}", stringify!($left => $right));
    )+};
}

/// Pairs of terms with different normal forms.
macro_rules! different {
    ($world:expr; $($left:expr => $right:expr,)+) => {$(
        assert_ne!($world.normal_form($left).unwrap(), $world.normal_form($right).unwrap(),
            "{}", stringify!($left => $right));
    )+};
}
pub(crate) use {accepts, different, refuses, same};

// Binding free variables: the last one becomes `Bound(0)`.

fn bind(variable: Variable, symbols: &[Symbol], depth: u32) -> Variable {
    match (variable, symbols.iter().rev().position(|s| s.0 == variable)) {
        (Variable::Free(_), Some(level)) => Variable::Bound(depth + u32::try_from(level).unwrap()),
        _ => variable,
    }
}

pub fn bind_term(term: &Term, symbols: &[Symbol]) -> Term {
    bind_term_at(term, symbols, 0)
}

pub fn bind_formula(formula: &Formula, symbols: &[Symbol]) -> Formula {
    bind_formula_at(formula, symbols, 0)
}

fn bind_term_at(term: &Term, symbols: &[Symbol], depth: u32) -> Term {
    let variable = |v: &Variable| bind(*v, symbols, depth);
    let go = |t: &Term| bind_term_at(t, symbols, depth);
    let under = |t: &Term| bind_term_at(t, symbols, depth + 1);
    let kind = match &**term {
        TermKind::Constant(q) => TermKind::Constant(q.clone()),
        TermKind::Entry(head, indices) => TermKind::Entry(variable(head), indices.iter().map(variable).collect()),
        TermKind::Delta(i, j) => TermKind::Delta(variable(i), variable(j)),
        TermKind::Add(terms) => TermKind::Add(terms.iter().map(go).collect()),
        TermKind::Multiply(terms) => TermKind::Multiply(terms.iter().map(go).collect()),
        TermKind::Power(base, n) => TermKind::Power(go(base), *n),
        TermKind::Sum(name, d, body) => TermKind::Sum(name.clone(), *d, under(body)),
        TermKind::Apply(function, inner) => TermKind::Apply(*function, go(inner)),
        TermKind::Defined(application) => TermKind::Defined(bind_application(application, symbols, depth)),
        TermKind::Derivative { name, body, at } => {
            TermKind::Derivative { name: name.clone(), body: under(body), at: go(at) }
        }
    };
    Tree::new(kind).unwrap()
}

fn bind_application(application: &Application, symbols: &[Symbol], depth: u32) -> Application {
    let argument = |argument: &Argument| match argument {
        Argument::Index(i) => Argument::Index(bind(*i, symbols, depth)),
        Argument::Array { arity, body } => {
            Argument::Array { arity: *arity, body: bind_term_at(body, symbols, depth + arity) }
        }
    };
    Application { arguments: application.arguments.iter().map(argument).collect(), ..application.clone() }
}

fn bind_formula_at(formula: &Formula, symbols: &[Symbol], depth: u32) -> Formula {
    let term = |t: &Term| bind_term_at(t, symbols, depth);
    let go = |f: &Formula| bind_formula_at(f, symbols, depth);
    let under = |f: &Formula| bind_formula_at(f, symbols, depth + 1);
    let kind = match &**formula {
        FormulaKind::Compare(relation, left, right) => FormulaKind::Compare(*relation, term(left), term(right)),
        FormulaKind::And(parts) => FormulaKind::And(parts.iter().map(go).collect()),
        FormulaKind::Or(parts) => FormulaKind::Or(parts.iter().map(go).collect()),
        FormulaKind::Implies(left, right) => FormulaKind::Implies(go(left), go(right)),
        FormulaKind::Iff(left, right) => FormulaKind::Iff(go(left), go(right)),
        FormulaKind::Not(inner) => FormulaKind::Not(go(inner)),
        FormulaKind::Forall(binder, body) => FormulaKind::Forall(binder.clone(), under(body)),
        FormulaKind::Exists(binder, body) => FormulaKind::Exists(binder.clone(), under(body)),
        FormulaKind::Defined(application) => FormulaKind::Defined(bind_application(application, symbols, depth)),
    };
    Tree::new(kind).unwrap()
}
