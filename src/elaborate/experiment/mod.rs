//! Experiments: from clauses to data, runs and claims. Nothing is run here.

mod claims;
mod data;
mod numbers;

use num_rational::BigRational;

use super::corpus::Heading;
use crate::descent::models::{Matrix, Problem, Schedule};
use crate::syntax::ast::{self, ExperimentClauseKind, Relation, Span};
use crate::syntax::diagnostic::Diagnostic;

use claims::Claims;
use data::Data;
pub(super) use numbers::number;

/// What a claim calls the interpolator of least norm.
const NORM_MINIMISER: &str = "norm_minimiser";
/// What a claim calls the interpolator of least sharpness.
const SHARPNESS_MINIMISER: &str = "sharpness_minimiser";

/// What a claim calls the end of the gradient flow.
const FLOW: &str = "flow";

/// An experiment: one problem, several runs of gradient descent on it, claims about them.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Name, sentence, source.
    pub heading: Heading,
    /// Network, samples, targets, start.
    pub problem: Problem,
    /// The ground truth β*, if there is one.
    pub truth: Option<Vec<BigRational>>,
    /// The second moments Σ of the test data; the identity, if it is not given.
    pub second_moment: Option<Matrix>,
    /// The runs, in order.
    pub runs: Vec<Run>,
    /// The claims, in order.
    pub claims: Vec<ExperimentClaim>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Its step sizes η.
    pub schedule: Schedule,
    /// After how many steps it stops; none for a run that goes on for ever.
    pub stops: Option<usize>,
}

/// A claim about runs.
#[derive(Clone, Debug)]
pub struct ExperimentClaim {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// The claim as it stands in the file, printed canonically.
    pub statement: String,
    /// All of these hold.
    pub assertions: Vec<Assertion>,
}

/// What a claim says.
#[derive(Clone, Debug)]
pub enum Assertion {
    /// Two numbers are in this order.
    Compares(Comparison),
    /// A run has a property, or does not.
    Says {
        /// The run.
        run: usize,
        /// The property.
        property: Property,
        /// Whether it has it.
        holds: bool,
    },
}

/// Two numbers compared.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The left side.
    pub left: Side,
    /// <, ≤, >, ≥, = or ≠.
    pub relation: Relation,
    /// The right side.
    pub right: Side,
}

/// A side of a comparison.
#[derive(Clone, Debug)]
pub struct Side {
    /// As it stands in the file.
    pub text: String,
    /// What it means.
    pub quantity: Quantity,
}

/// A number in a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A number that is written out, or a step size.
    Number(BigRational),
    /// What is measured of weights.
    Measured(Subject, Measure),
    /// −a
    Negative(Box<Quantity>),
    /// a + b + …
    Sum(Vec<Quantity>),
    /// a · b
    Product(Box<Quantity>, Box<Quantity>),
    /// a / b
    Quotient(Box<Quantity>, Box<Quantity>),
}

/// Weights that are measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The limit of the n-th run, or its end if it stops.
    Run(usize),
    /// The interpolator of least norm.
    NormMinimiser,
    /// The interpolator of least sharpness.
    SharpnessMinimiser,
    /// Where the gradient flow from the start ends.
    Flow,
}

/// What is measured of weights. Entries are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// (β − β*)ᵀ Σ (β − β*), with Σ the identity if it is not given.
    Risk,
    /// The operator norm of the Hessian of the loss.
    Sharpness,
    /// The largest eigenvalue of the Hessian of the loss.
    LambdaMax,
    /// The supremum of the operator norm of the Hessian along the flow.
    SupSharpness,
    /// The sum of the squares of all weights.
    Norm,
    /// The sum of the absolute values of all weights.
    L1,
    /// The loss.
    Loss,
    /// An entry of the predictor.
    Beta(usize),
    /// A weight of a network with shared weights.
    W(usize),
    /// A weight of the first layer.
    U(usize),
    /// A weight of the second layer.
    V(usize),
}

/// How a run goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Property {
    /// It converges to an interpolator.
    Converges,
    /// A weight grows without bound.
    Diverges,
    /// An iterate is exactly an interpolator.
    Lands,
    /// η times the sharpness of its limit is less than 2.
    Stable,
    /// Some step changes the sign of a weight, or makes it 0.
    Overshoots,
}

impl Property {
    pub(super) const ALL: [Property; 5] =
        [Property::Converges, Property::Diverges, Property::Lands, Property::Stable, Property::Overshoots];

    /// How it is called in a claim.
    pub const fn name(self) -> &'static str {
        match self {
            Property::Converges => "converges",
            Property::Diverges => "diverges",
            Property::Lands => "lands",
            Property::Stable => "stable",
            Property::Overshoots => "overshoots",
        }
    }
}

impl Measure {
    /// The measures that are single numbers.
    pub(super) const SINGLE: [Measure; 7] = [
        Measure::Risk,
        Measure::Sharpness,
        Measure::LambdaMax,
        Measure::SupSharpness,
        Measure::Norm,
        Measure::L1,
        Measure::Loss,
    ];
    /// The vectors of which entries are measured.
    pub(super) const ENTRIES: [fn(usize) -> Measure; 4] = [Measure::Beta, Measure::W, Measure::U, Measure::V];

    /// How it is called in a claim, without an index.
    pub const fn name(self) -> &'static str {
        match self {
            Measure::Risk => "risk",
            Measure::Sharpness => "sharpness",
            Measure::LambdaMax => "lambda_max",
            Measure::SupSharpness => "sup_sharpness",
            Measure::Norm => "norm",
            Measure::L1 => "l1",
            Measure::Loss => "loss",
            Measure::Beta(_) => "beta",
            Measure::W(_) => "w",
            Measure::U(_) => "u",
            Measure::V(_) => "v",
        }
    }

    /// The index of an entry, counted from 0.
    pub const fn index(self) -> Option<usize> {
        match self {
            Measure::Beta(index) | Measure::W(index) | Measure::U(index) | Measure::V(index) => Some(index),
            _ => None,
        }
    }
}

impl Quantity {
    /// The weights that it measures.
    pub fn subjects(&self) -> Vec<Subject> {
        match self {
            Quantity::Number(_) => vec![],
            Quantity::Measured(subject, _) => vec![*subject],
            Quantity::Negative(inner) => inner.subjects(),
            Quantity::Sum(terms) => terms.iter().flat_map(Quantity::subjects).collect(),
            Quantity::Product(a, b) | Quantity::Quotient(a, b) => [a.subjects(), b.subjects()].concat(),
        }
    }
}

impl Assertion {
    /// What it speaks of.
    pub fn subjects(&self) -> Vec<Subject> {
        match self {
            Assertion::Says { run, .. } => vec![Subject::Run(*run)],
            Assertion::Compares(Comparison { left, right, .. }) => {
                [left.quantity.subjects(), right.quantity.subjects()].concat()
            }
        }
    }
}

impl Experiment {
    /// How weights are called in a claim.
    pub fn name_of(&self, subject: Subject) -> &str {
        match subject {
            Subject::Run(number) => self.runs.get(number).map_or("?", |run| run.name.as_str()),
            Subject::NormMinimiser => NORM_MINIMISER,
            Subject::SharpnessMinimiser => SHARPNESS_MINIMISER,
            Subject::Flow => FLOW,
        }
    }

    /// Whether two quantities are the same number, whatever it is: runs with the same step sizes are the same run.
    pub fn same(&self, left: &Quantity, right: &Quantity) -> bool {
        match (left, right) {
            (Quantity::Measured(Subject::Run(m), p), Quantity::Measured(Subject::Run(n), q)) => {
                let run = |number: usize| self.runs.get(number).map(|run| (&run.schedule, run.stops));
                p == q && run(*m) == run(*n)
            }
            _ => left == right,
        }
    }
}

/// Reads an experiment; `None` if it has no meaning.
pub(crate) fn experiment(
    heading: Heading,
    item: &ast::Experiment,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Experiment> {
    let before = diagnostics.len();
    let mut data = Data::new(&item.name);
    for clause in &item.clauses {
        diagnostics.extend(data.clause(clause).err());
    }
    let problem = data.problem().map_err(|error| diagnostics.push(error)).ok();
    let second_moment = data.second_moment().map_err(|error| diagnostics.push(error)).ok().flatten();
    let reader = Claims { runs: &data.runs, truth: data.truth().is_some(), problem: problem.as_ref() };
    let mut claims = vec![];
    for clause in &item.clauses {
        if let ExperimentClauseKind::Certify { name, formula } = &clause.kind {
            match reader.claim(name, formula) {
                Ok(claim) => claims.push(claim),
                Err(error) => diagnostics.push(error),
            }
        }
    }
    let complete = diagnostics.len() == before;
    let truth = data.truth().map(<[BigRational]>::to_vec);
    problem.filter(|_| complete).map(|problem| Experiment {
        heading,
        problem,
        truth,
        second_moment,
        runs: data.runs,
        claims,
    })
}
