//! The syntax tree of a `.thm` file.
//!
//! One expression type serves terms, formulas and facts: which of them an
//! expression is, elaboration decides. Every node knows the bytes it was read
//! from; equality of nodes is equality of the syntax and ignores those places.
//!
//! Chains (`a + b - c`, `p and q and r`, `have … have …`) are lists, not nested
//! pairs, so that the height of a tree is bounded by the nesting that a person
//! wrote, and code that recurses over it needs no bound of its own: the parser
//! builds no expression higher than `MAX_DEPTH`.

use std::cmp::Ordering;

use num_rational::BigRational;

/// A half-open range of byte offsets into the text of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The offset of the first byte.
    pub start: u32,
    /// The offset just after the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` up to `end`, excluding `end`.
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The least range that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self::new(self.start.min(other.start), self.end.max(other.end))
    }

    /// The range as indices into the text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Equality of syntax: every field but the span.
macro_rules! equal_up_to_span {
    ($($node:ident { $($field:ident),+ })+) => {
        $(impl PartialEq for $node {
            fn eq(&self, other: &Self) -> bool {
                $(self.$field == other.$field)&&+
            }
        }

        impl Eq for $node {})+
    };
}

equal_up_to_span! {
    Ident { name }
    Text { value }
    Comment { text }
    Sort { kind }
    Expr { kind }
    Step { kind }
    Conclusion { kind }
    Proof { steps, conclusion }
    Clause { kind }
    ExperimentClause { kind }
    Setting { kind, name, title, clauses }
    Theorem { name, title, clauses }
    Experiment { name, title, clauses }
}

/// A name at a place in the file.
#[derive(Clone, Debug)]
pub struct Ident {
    /// Where it stands.
    pub span: Span,
    /// The name, primes included.
    pub name: String,
}

/// A quoted text: a title or a source. It has no escapes and lies on one line.
#[derive(Clone, Debug)]
pub struct Text {
    /// Where it stands, quotes included.
    pub span: Span,
    /// What stands between the quotes.
    pub value: String,
}

/// A comment, from `#` to the end of its line.
#[derive(Clone, Debug)]
pub struct Comment {
    /// Where it stands, the `#` included.
    pub span: Span,
    /// The text after the `#`.
    pub text: String,
}

/// A file: settings, theorems and experiments in the order in which they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct File {
    /// The items, in order.
    pub items: Vec<Item>,
    /// All comments, in order.
    pub comments: Vec<Comment>,
}

/// What may stand at the top level of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A network or a loss that theorems and experiments refer to.
    Setting(Setting),
    /// A theorem.
    Theorem(Theorem),
    /// A certified run.
    Experiment(Experiment),
}

/// Which of the two kinds of setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SettingKind {
    /// `network NAME`.
    Network,
    /// `loss NAME`.
    Loss,
}

/// `network NAME "title" …` or `loss NAME "title" …` at the top level.
#[derive(Clone, Debug)]
pub struct Setting {
    /// Where it stands, clauses included.
    pub span: Span,
    /// Network or loss.
    pub kind: SettingKind,
    /// Its name.
    pub name: Ident,
    /// Its title, if it has one.
    pub title: Option<Text>,
    /// Its clauses: sources, uses (of a loss only), dimensions, variables and
    /// definitions; no hypotheses, no claims.
    pub clauses: Vec<Clause>,
}

/// `theorem NAME "title" …`.
#[derive(Clone, Debug)]
pub struct Theorem {
    /// Where it stands, clauses included.
    pub span: Span,
    /// Its name.
    pub name: Ident,
    /// Its title, if it has one.
    pub title: Option<Text>,
    /// Its clauses, of every kind; the uses come first.
    pub clauses: Vec<Clause>,
}

/// One clause of a theorem or a setting.
#[derive(Clone, Debug)]
pub struct Clause {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: ClauseKind,
}

/// What a clause of a theorem or a setting says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClauseKind {
    /// `source "…"`: where the statement comes from.
    Source(Text),
    /// `network NAME, loss NAME`, or one of the two.
    Uses(Vec<Use>),
    /// `dimension d, n`.
    Dimension(Vec<Ident>),
    /// `let m, k : index d`.
    Let(Let),
    /// `assume NAME : formula`.
    Assume(Assume),
    /// `define NAME(…)[…] = term` or `define NAME(…) <-> formula`.
    Define(Define),
    /// `show NAME : formula`, with or without a proof.
    Show(Show),
    /// `lemma NAME : formula`: a named lemma, which is trusted.
    Lemma(Assume),
    /// `refute NAME : formula without h by x = [2, 1]`.
    Refute(Refute),
}

/// A reference to a setting: `network shared`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// Network or loss.
    pub kind: SettingKind,
    /// The name of the setting.
    pub name: Ident,
}

/// Declared variables, all of one sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Let {
    /// The variables; at least one.
    pub names: Vec<Ident>,
    /// Their sort.
    pub sort: Sort,
}

/// What a variable ranges over.
#[derive(Clone, Debug)]
pub struct Sort {
    /// Where it stands.
    pub span: Span,
    /// The sort.
    pub kind: SortKind,
}

/// What a variable ranges over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SortKind {
    /// `real`.
    Real,
    /// `nat`.
    Natural,
    /// `index d`; in a `sum` and in brackets also just `d`.
    Index(Ident),
    /// `vec d`.
    Vector(Ident),
    /// `mat n d`: rows, then columns.
    Matrix(Ident, Ident),
}

/// `assume NAME : formula` or `lemma NAME : formula`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assume {
    /// The name of the hypothesis or lemma.
    pub name: Ident,
    /// What it says.
    pub formula: Expr,
}

/// `define NAME(parameters)[indices] = body`, or `<->` and a formula.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Define {
    /// What is defined.
    pub name: Ident,
    /// The parameters in parentheses; empty if there are no parentheses.
    pub parameters: Vec<Parameter>,
    /// The indices in brackets: one for a vector, two for a matrix.
    pub indices: Vec<Parameter>,
    /// `=` or `<->`.
    pub kind: DefineKind,
    /// The right-hand side.
    pub body: Expr,
}

/// Whether a definition names a term or a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DefineKind {
    /// `=`: a number, or in brackets the entry of a vector or a matrix.
    Function,
    /// `<->`: a formula.
    Predicate,
}

/// A parameter of a definition: `w : vec d`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: Ident,
    /// Its sort; an index for the parameters in brackets.
    pub sort: Sort,
}

/// `show NAME : formula proof`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Show {
    /// The name of the claim.
    pub name: Ident,
    /// The claim.
    pub formula: Expr,
    /// Its proof; a claim that has none is a conjecture.
    pub proof: Option<Proof>,
}

/// `refute NAME : formula without hypotheses by values`: the theorem's hypotheses, without those
/// that are named, do not imply the formula, as the values show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refute {
    /// The name of this claim.
    pub name: Ident,
    /// What does not follow; the name of a claim of the theorem stands for its formula.
    pub formula: Expr,
    /// The hypotheses that are left out, possibly none.
    pub without: Vec<Ident>,
    /// The values of variables and the sizes of dimensions; none where there is nothing to give.
    pub values: Vec<Assignment>,
}

/// Steps, and what concludes them.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Where it stands.
    pub span: Span,
    /// What comes before the conclusion, in order.
    pub steps: Vec<Step>,
    /// What proves the goal that the steps leave.
    pub conclusion: Conclusion,
}

/// One step of a proof: it changes the goal or the facts, and the proof goes on.
#[derive(Clone, Debug)]
pub struct Step {
    /// Where it stands.
    pub span: Span,
    /// What it does.
    pub kind: StepKind,
}

/// What a step of a proof does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// `have NAME : formula proof`: a fact on the way.
    Have {
        /// The name of the fact.
        name: Ident,
        /// The fact.
        formula: Expr,
        /// Its own proof.
        proof: Proof,
    },
    /// `fix i, w`: introduces the variables of a goal `forall …`.
    Fix(Vec<Ident>),
    /// `suppose h`: introduces the premise of `p -> q`, or the `p` of `not p`.
    Suppose(Ident),
    /// `contrary h`: assumes the negation of the goal, which becomes a contradiction.
    Contrary(Ident),
    /// `obtain v, h from fact`: names what a fact `exists …` provides.
    Obtain {
        /// The variables.
        variables: Vec<Ident>,
        /// The name of what holds of them.
        hypothesis: Ident,
        /// The fact `exists …`.
        from: Expr,
    },
    /// `take v[i] = …`: the witnesses of a goal `exists …`.
    Take(Vec<Binding>),
}

/// A witness: `s = e`, or entry by entry `v[i] = e`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binding {
    /// The variable that receives a value.
    pub name: Ident,
    /// The indices in brackets, if any.
    pub indices: Vec<Ident>,
    /// The value.
    pub value: Expr,
}

/// What ends a proof.
#[derive(Clone, Debug)]
pub struct Conclusion {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: ConclusionKind,
}

/// What ends a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConclusionKind {
    /// `because cone given equalities`.
    Because(Certificate),
    /// `because terms of NAME`: term by term from the certificate of a claim.
    TermsOf(Ident),
    /// `by ring`: both sides have the same normal form.
    Ring,
    /// `by fact`.
    By(Expr),
    /// `absurd cone given equalities`: a contradiction.
    Absurd(Certificate),
    /// `cases fact case NAME: … case NAME: …`.
    Cases {
        /// A fact that is a disjunction, or a formula that holds or does not.
        subject: Expr,
        /// One branch for each disjunct; at least one.
        branches: Vec<Branch>,
    },
    /// `part: … part: …`, one for each conjunct; at least one.
    Parts(Vec<Proof>),
    /// `forward NAME: … backward NAME: …`, for `<->`.
    Equivalence {
        /// From left to right.
        forward: Box<Branch>,
        /// From right to left.
        backward: Box<Branch>,
    },
    /// `induction n base: … step NAME: …`, for `forall n : nat, …`.
    Induction {
        /// The number.
        variable: Ident,
        /// What is claimed of 0.
        base: Box<Proof>,
        /// From a number to the next.
        step: Box<Branch>,
    },
    /// `left: …`: proves the first disjunct.
    Left(Box<Proof>),
    /// `right: …`: proves the disjuncts after the first.
    Right(Box<Proof>),
}

/// `NAME : proof`: a proof from one more hypothesis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The name of the hypothesis.
    pub name: Ident,
    /// The proof that may use it.
    pub proof: Proof,
}

/// `cone given e, …`; one of the two parts may be missing, not both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// What is nonnegative by construction.
    pub cone: Option<Expr>,
    /// Multiples of equalities.
    pub given: Vec<Expr>,
}

/// `experiment NAME "title" …`.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Where it stands, clauses included.
    pub span: Span,
    /// Its name.
    pub name: Ident,
    /// Its title, if it has one.
    pub title: Option<Text>,
    /// Its clauses; the uses come first.
    pub clauses: Vec<ExperimentClause>,
}

/// One clause of an experiment.
#[derive(Clone, Debug)]
pub struct ExperimentClause {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub kind: ExperimentClauseKind,
}

/// What a clause of an experiment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExperimentClauseKind {
    /// `source "…"`.
    Source(Text),
    /// `network NAME, loss NAME`, or one of the two.
    Uses(Vec<Use>),
    /// `data x = [5, 2], y = 13/4`.
    Data(Vec<Assignment>),
    /// `start w = [1, 3/4]`.
    Start(Vec<Assignment>),
    /// `truth beta_star = [1/4, 1]`.
    Truth(Vec<Assignment>),
    /// `run slow: eta = 1/60`.
    Run {
        /// The name of the run.
        name: Ident,
        /// What is set for it.
        assignments: Vec<Assignment>,
    },
    /// `certify best: middle.risk < slow.risk`.
    Certify {
        /// The name of the claim.
        name: Ident,
        /// The claim.
        formula: Expr,
    },
}

/// `NAME = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// What receives a value.
    pub name: Ident,
    /// The value.
    pub value: Expr,
}

/// A term, a formula or a fact.
#[derive(Clone, Debug)]
pub struct Expr {
    /// Where it stands; parentheses around it are not included.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

impl Expr {
    /// The expression `kind` at `span`.
    pub const fn new(span: Span, kind: ExprKind) -> Self {
        Self { span, kind }
    }
}

/// What an expression is, loosest binding last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExprKind {
    /// An integer or a decimal, exactly; never negative.
    Number(BigRational),
    /// A variable, a constant, a hypothesis, a claim, …
    Name(String),
    /// `[5, 2]`.
    Vector(Vec<Expr>),
    /// `[i = m]`: the Kronecker delta, 1 if the indices are equal and 0 if not.
    Delta(Ident, Ident),
    /// `equality in NAME`: the claim with `=` in place of its inequality.
    EqualityIn(Ident),
    /// `x[i]`, `A[k, i]`; of a fact, an instance.
    Index {
        /// What is indexed.
        base: Box<Expr>,
        /// The indices; at least one.
        indices: Vec<Expr>,
    },
    /// `f(w)`; of a fact, an instance. `√e` is the call `sqrt(e)`.
    Call {
        /// What is applied.
        function: Box<Expr>,
        /// The arguments, possibly none.
        arguments: Vec<Argument>,
    },
    /// `middle.risk`, `norm_floor.floor`.
    Field {
        /// What has the field.
        base: Box<Expr>,
        /// The field.
        field: Ident,
    },
    /// `i |-> e`: a vector by its entries. It occurs as an argument only.
    Lambda {
        /// The indices; at least one.
        parameters: Vec<Ident>,
        /// The entry.
        body: Box<Expr>,
    },
    /// `base ^ exponent`.
    Power(Box<Expr>, Box<Expr>),
    /// `a * b / c`, from left to right: at least two factors, the first `Times`.
    Multiply(Vec<(Factor, Expr)>),
    /// `sum i j, body`.
    Sum {
        /// The indices; at least one.
        binders: Vec<Binder>,
        /// What is summed: one product.
        body: Box<Expr>,
    },
    /// `d/dt body at t = value`: the derivative in a scalar.
    Derivative {
        /// The scalar.
        variable: Ident,
        /// What is differentiated.
        body: Box<Expr>,
        /// Where the derivative is taken.
        at: Box<Expr>,
    },
    /// `d/dw[k] body`: the derivative in an entry.
    EntryDerivative {
        /// The vector or matrix.
        variable: Ident,
        /// Which entry; at least one index.
        indices: Vec<Expr>,
        /// What is differentiated: one product.
        body: Box<Expr>,
    },
    /// `-a`.
    Negate(Box<Expr>),
    /// `a + b - c`: at least two terms, the first `Plus`.
    Add(Vec<(Sign, Expr)>),
    /// `a < b <= c`: at least one relation.
    Compare {
        /// The leftmost side.
        first: Box<Expr>,
        /// The relations and what stands to the right of each.
        rest: Vec<(Relation, Expr)>,
    },
    /// `not p`.
    Not(Box<Expr>),
    /// `p and q and r`: at least two.
    And(Vec<Expr>),
    /// `p or q or r`: at least two.
    Or(Vec<Expr>),
    /// `p -> q`.
    Implies(Box<Expr>, Box<Expr>),
    /// `p <-> q`.
    Iff(Box<Expr>, Box<Expr>),
    /// `forall i, p` or `exists v : vec d, p`.
    Quantified {
        /// Which of the two.
        quantifier: Quantifier,
        /// The variables; at least one.
        binders: Vec<Binder>,
        /// What holds of them.
        body: Box<Expr>,
    },
}

/// An argument: `e`, `NAME := e`, `i |-> e` or `NAME := i |-> e`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// The variable that is instantiated, if it is named.
    pub name: Option<Ident>,
    /// The value.
    pub value: Expr,
}

/// A bound variable, with its sort where one was written.
/// `(u v : vec d)` is two of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binder {
    /// The variable.
    pub name: Ident,
    /// Its sort; what is missing is inferred from the use of the variable.
    pub sort: Option<Sort>,
}

/// `forall` or `exists`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `forall`.
    Forall,
    /// `exists`.
    Exists,
}

/// How a term enters a sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sign {
    /// It is added.
    Plus,
    /// It is subtracted.
    Minus,
}

/// How a factor enters a product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Factor {
    /// It multiplies.
    Times,
    /// It divides.
    Over,
}

/// A relation between two terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// `=`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterEqual,
}

impl Relation {
    /// How it is written.
    pub const fn sign(self) -> &'static str {
        match self {
            Relation::Equal => "=",
            Relation::NotEqual => "!=",
            Relation::Less => "<",
            Relation::LessEqual => "<=",
            Relation::Greater => ">",
            Relation::GreaterEqual => ">=",
        }
    }

    /// Whether it holds between numbers in this order.
    pub const fn admits(self, order: Ordering) -> bool {
        match self {
            Relation::Equal => order.is_eq(),
            Relation::NotEqual => order.is_ne(),
            Relation::Less => order.is_lt(),
            Relation::LessEqual => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterEqual => order.is_ge(),
        }
    }
}
