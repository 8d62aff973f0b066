//! Statements: sorts, terms, formulas, definitions. Plain data; nothing here decides anything.
//!
//! Variables are *locally nameless*: a variable that a binder inside the tree binds is
//! `Bound(k)`, k counting binders outwards from 0; one that the context declares is
//! `Free(n)`, n its place in the context. Names of binders are kept for printing only.

use alloc::sync::Arc;
use alloc::vec::Vec;

use num_rational::BigRational;

use crate::tree::{Extent, Node, Tree};

/// Exact rational numbers.
pub type Rational = BigRational;
/// A name, for citing and printing.
pub type Name = Arc<str>;

/// An index range of unknown size d ≥ 0, by its place in the statement or definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dimension(pub u32);

/// What a variable ranges over.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// Real numbers (no dimension), vectors (one), matrices (two), and so on.
    Real(Vec<Dimension>),
    /// Natural numbers, 0 included; as terms they are real numbers.
    Nat,
    /// Indices of a dimension.
    Index(Dimension),
}

/// A variable, see the module's description.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variable {
    /// Bound inside the tree, counted outwards.
    Bound(u32),
    /// Declared by the context.
    Free(u32),
}

/// A binder: what it ranges over, and the name it is printed with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binder {
    /// For printing only.
    pub name: Name,
    /// The range.
    pub sort: Sort,
}

/// Functions that normal forms treat as opaque. They are total: 1/0 and the root of a
/// negative number are 0. No rule uses these values, and no statement passes
/// [`check`](crate::check) in which one could occur.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// 1/e.
    Reciprocal,
    /// √e.
    SquareRoot,
    /// exp e.
    Exponential,
    /// log e; meaningful where e > 0.
    Logarithm,
}

/// A real-valued term.
pub type Term = Tree<TermKind>;

/// The shapes of terms.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TermKind {
    /// A rational number.
    Constant(Rational),
    /// An entry of an array; a real or natural number if there are no indices.
    Entry(Variable, Vec<Variable>),
    /// Kronecker's delta: 1 if the two indices are equal, else 0.
    Delta(Variable, Variable),
    /// A sum of terms; 0 if empty.
    Add(Vec<Term>),
    /// A product of terms; 1 if empty.
    Multiply(Vec<Term>),
    /// A natural power; e⁰ is 1.
    Power(Term, u32),
    /// Σ over a dimension; binds the index. 0 if the dimension is empty.
    Sum(Name, Dimension, Term),
    /// An opaque function of a term.
    Apply(Function, Term),
    /// A defined function, to be unfolded.
    Defined(Application),
    /// The derivative of `body`, which binds a real variable, at the value `at`.
    Derivative {
        /// For printing only.
        name: Name,
        /// The function of the bound variable.
        body: Term,
        /// Where the derivative is taken.
        at: Term,
    },
}

/// A definition's name with what its parameters stand for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Application {
    /// The definition.
    pub definition: Name,
    /// One for each of its dimensions.
    pub dimensions: Vec<Dimension>,
    /// One for each of its parameters.
    pub arguments: Vec<Argument>,
}

/// What a variable is instantiated by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Argument {
    /// For an index.
    Index(Variable),
    /// For an array with `arity` dimensions: the index function (i, j, …) ↦ body, which binds
    /// `arity` indices, the last as `Bound(0)`. Arity 0 for real and natural numbers.
    Array {
        /// The number of indices.
        arity: u32,
        /// The entry.
        body: Term,
    },
}

/// Relations between real numbers; < and ≤ are written the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// =
    Equal,
    /// ≠
    Unequal,
    /// ≥
    AtLeast,
    /// >
    Greater,
}

impl Relation {
    /// The relation that holds exactly when this one does not, and whether its sides are swapped.
    pub fn negation(self) -> (Relation, bool) {
        match self {
            Relation::Equal => (Relation::Unequal, false),
            Relation::Unequal => (Relation::Equal, false),
            Relation::AtLeast => (Relation::Greater, true),
            Relation::Greater => (Relation::AtLeast, true),
        }
    }
}

/// A formula.
pub type Formula = Tree<FormulaKind>;

/// The shapes of formulas.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FormulaKind {
    /// Two terms compared.
    Compare(Relation, Term, Term),
    /// All of them; true if empty.
    And(Vec<Formula>),
    /// One of them; false if empty.
    Or(Vec<Formula>),
    /// The first implies the second.
    Implies(Formula, Formula),
    /// Each implies the other.
    Iff(Formula, Formula),
    /// Not.
    Not(Formula),
    /// For all.
    Forall(Binder, Formula),
    /// There is.
    Exists(Binder, Formula),
    /// A defined predicate, to be unfolded.
    Defined(Application),
}

/// What a definition stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A function.
    Term(Term),
    /// A predicate.
    Formula(Formula),
}

/// A definition. Its body stands below one binder for each parameter, the last as `Bound(0)`,
/// and has nothing free; it can only use what was defined before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// How it is cited.
    pub name: Name,
    /// The dimensions it is generic in.
    pub dimensions: Vec<Name>,
    /// The parameters.
    pub parameters: Vec<Binder>,
    /// What it stands for.
    pub body: Meaning,
}

/// A hypothesis of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hypothesis {
    /// For printing only.
    pub name: Name,
    /// What is assumed.
    pub formula: Formula,
}

/// A statement: for all sizes d ≥ 0 of the dimensions and all values of the variables, the
/// hypotheses imply the conclusion. The formulas stand below one binder for each variable,
/// the last as `Bound(0)`, and have nothing free. A variable that is an index makes the
/// statement one about dimensions that are not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The dimensions.
    pub dimensions: Vec<Name>,
    /// The variables.
    pub variables: Vec<Binder>,
    /// The hypotheses, each of which may rely on those before it to be well defined.
    pub hypotheses: Vec<Hypothesis>,
    /// The conclusion.
    pub conclusion: Formula,
}

impl Node for TermKind {
    fn measure<'a>(&self, extent: &'a mut Extent) -> &'a mut Extent {
        match self {
            TermKind::Constant(_) => extent,
            TermKind::Entry(head, indices) => extent.variables(&[*head]).variables(indices),
            TermKind::Delta(i, j) => extent.variables(&[*i, *j]),
            TermKind::Add(terms) | TermKind::Multiply(terms) => extent.children(terms),
            TermKind::Power(base, _) => extent.child(base, 0),
            TermKind::Sum(_, _, body) => extent.child(body, 1),
            TermKind::Apply(_, inner) => extent.child(inner, 0),
            TermKind::Defined(application) => application.measure(extent),
            TermKind::Derivative { body, at, .. } => extent.child(body, 1).child(at, 0),
        }
    }
}

impl Node for Application {
    fn measure<'a>(&self, extent: &'a mut Extent) -> &'a mut Extent {
        extent.parts(&self.arguments)
    }
}

impl Node for Argument {
    fn measure<'a>(&self, extent: &'a mut Extent) -> &'a mut Extent {
        match self {
            Argument::Index(i) => extent.variables(&[*i]),
            Argument::Array { arity, body } => extent.child(body, *arity),
        }
    }
}

impl Node for FormulaKind {
    fn measure<'a>(&self, extent: &'a mut Extent) -> &'a mut Extent {
        match self {
            FormulaKind::Compare(_, left, right) => extent.children([left, right]),
            FormulaKind::And(parts) | FormulaKind::Or(parts) => extent.children(parts),
            FormulaKind::Implies(left, right) | FormulaKind::Iff(left, right) => extent.children([left, right]),
            FormulaKind::Not(inner) => extent.child(inner, 0),
            FormulaKind::Forall(_, body) | FormulaKind::Exists(_, body) => extent.child(body, 1),
            FormulaKind::Defined(application) => application.measure(extent),
        }
    }
}
