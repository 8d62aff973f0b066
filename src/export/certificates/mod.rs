//! Certified runs as files that another program checks, in another arithmetic.

pub mod check;

use num_rational::BigRational;
use serde::Serialize;

use crate::descent::Budget;
use crate::descent::models::{self, Evidence, Model, Point, Problem};
use crate::elaborate::{Assertion, ExperimentClaim, Quantity, Subject};
use crate::exact::Enclosure;
use crate::flow::Flow;
use crate::verdict::{self, Certified, Known};

/// The program that checks certificates: Python, with python-flint or mpmath.
pub const CHECKER: &str = include_str!("recheck.py");

/// The end of the flow is enclosed to 2^-128.
const FLOW_WIDTH: u64 = 128;

/// A number, as a fraction.
fn text(q: &BigRational) -> String {
    q.to_string()
}

fn texts(numbers: &[BigRational]) -> Vec<String> {
    numbers.iter().map(text).collect()
}

/// An interval, by its ends.
type Interval = [String; 2];

fn interval(enclosure: &Enclosure) -> Interval {
    [text(enclosure.lo()), text(enclosure.hi())]
}

/// A file: the data of an experiment, how its limits are known, and its claims. Numbers are fractions, as text.
#[derive(Clone, Debug, Serialize)]
pub struct File {
    schema: &'static str,
    /// The experiment's name.
    pub experiment: String,
    model: Network,
    /// β*
    truth: Option<Vec<String>>,
    /// Σ
    second_moment: Option<Vec<Vec<String>>>,
    flow: Option<Clock>,
    runs: Vec<Run>,
    minimisers: Minimisers,
    claims: Vec<Claim>,
}

#[derive(Clone, Debug, Serialize)]
struct Network {
    network: &'static str,
    /// D: the output is homogeneous of this degree in the weights.
    degree: u32,
    samples: Vec<Sample>,
    start: Vec<Vec<String>>,
}

/// Between which points of its clock the gradient flow of one sample ends.
#[derive(Clone, Debug, Serialize)]
struct Clock {
    precision: u64,
    clock: Interval,
}

#[derive(Clone, Debug, Serialize)]
struct Sample {
    x: Vec<String>,
    y: String,
}

#[derive(Clone, Debug, Serialize)]
struct Phase {
    eta: String,
    steps: usize,
}

#[derive(Clone, Debug, Serialize)]
struct Run {
    name: String,
    phases: Vec<Phase>,
    eta: String,
    #[serde(flatten)]
    ending: Ending,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "ending", rename_all = "snake_case")]
enum Ending {
    /// By the lemma `trapping`, with its numbers at a step.
    Trapped { precision: u64, step: usize, squares: Vec<Interval>, delta: String, kappa: Vec<String>, q: String },
    /// Exactly at an interpolator.
    Landed { step: usize },
    /// Asked to stop.
    Stopped { step: usize },
    /// A weight grows for ever.
    Diverged { step: usize, index: usize },
}

#[derive(Clone, Debug, Serialize)]
struct Minimisers {
    norm_minimiser: Option<Beta>,
    sharpness_minimiser: Option<Beta>,
}

#[derive(Clone, Debug, Serialize)]
struct Beta {
    beta: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Claim {
    name: String,
    assertions: Vec<Asserted>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Asserted {
    Compared { left: Side, relation: &'static str, right: Side },
    Said { run: String, property: &'static str, holds: bool },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Side {
    Number { number: String },
    Of { of: String, measure: &'static str, index: Option<usize> },
    Negative { negative: Box<Side> },
    Sum { sum: Vec<Side> },
    Product { product: [Box<Side>; 2] },
    Quotient { quotient: [Box<Side>; 2] },
}

impl File {
    /// The certificates of an experiment, tight enough for those of its claims that hold; claims that are not certified are left
    /// out. `None` if nothing of a run is certified.
    pub fn of(experiment: &crate::elaborate::Experiment, budget: &Budget) -> Option<File> {
        let certified = verdict::certified(experiment, budget);
        let flow = flow(&experiment.problem);
        let runs: Vec<Run> = certified.runs.iter().filter_map(|(run, known)| exported(run, known)).collect();
        if runs.is_empty() {
            return None;
        }
        let shown = |claim: &&&ExperimentClaim| {
            let mut needed = claim.assertions.iter().flat_map(Assertion::subjects);
            needed.all(|subject| match subject {
                Subject::Run(_) => runs.iter().any(|run| run.name == experiment.name_of(subject)),
                Subject::Flow => flow.is_some(),
                Subject::NormMinimiser | Subject::SharpnessMinimiser => true,
            })
        };
        let claims = certified.claims.iter().filter(shown).map(|claim| claimed(&certified, claim)).collect();
        let [norm, sharpness] = &certified.minimisers;
        Some(File {
            schema: "tightrope.certificate/2",
            experiment: experiment.heading.name.clone(),
            model: network(&experiment.problem),
            truth: experiment.truth.as_deref().map(texts),
            second_moment: experiment.second_moment.as_ref().map(|rows| rows.iter().map(|row| texts(row)).collect()),
            flow,
            runs,
            minimisers: Minimisers { norm_minimiser: beta(norm), sharpness_minimiser: beta(sharpness) },
            claims,
        })
    }

    /// The names of the claims that the certificates are for.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        self.claims.iter().map(|claim| claim.name.as_str())
    }

    /// What there is to check, in order: runs, minimisers, claims.
    fn parts(&self) -> Vec<(&'static str, String)> {
        let Minimisers { norm_minimiser, sharpness_minimiser } = &self.minimisers;
        let minimisers = [("norm_minimiser", norm_minimiser), ("sharpness_minimiser", sharpness_minimiser)];
        let minimisers = minimisers.into_iter().filter(|(_, point)| point.is_some());
        let runs = self.runs.iter().map(|run| ("run", run.name.as_str()));
        let claims = self.claims.iter().map(|claim| ("claim", claim.name.as_str()));
        let flow = self.flow.iter().map(|_| ("flow", "flow"));
        let all = runs.chain(minimisers.map(|(name, _)| ("minimiser", name))).chain(flow).chain(claims);
        all.map(|(kind, name)| (kind, format!("{}.{name}", self.experiment))).collect()
    }
}

fn network(problem: &Problem) -> Network {
    let (network, start) = match problem.model() {
        Model::Shared { w } => ("shared", vec![texts(w)]),
        Model::TwoLayers { u, v } => ("two_layer", vec![texts(u), texts(v)]),
        Model::Depth { w, .. } => ("depth", vec![texts(w)]),
    };
    let samples = problem.samples().iter().zip(problem.targets());
    Network {
        network,
        degree: problem.model().degree(),
        samples: samples.map(|(x, y)| Sample { x: texts(x), y: text(y) }).collect(),
        start,
    }
}

fn flow(problem: &Problem) -> Option<Clock> {
    let (Model::Shared { w }, [features], [target]) = (problem.model(), problem.samples(), problem.targets()) else {
        return None;
    };
    let end = Flow::from_weights(features.clone(), target.clone(), w).ok()?.end(FLOW_WIDTH).ok()?;
    Some(Clock { precision: 2 * FLOW_WIDTH, clock: interval(&end.clock) })
}

/// A minimiser, which is known exactly.
fn beta(minimiser: &Option<Point>) -> Option<Beta> {
    let beta = minimiser.as_ref()?.beta().ok()?;
    Some(Beta { beta: beta.iter().map(|entry| text(entry.lo())).collect() })
}

fn exported(run: &crate::elaborate::Run, known: &Known) -> Option<Run> {
    let ending = match known {
        Known::Stops(_) => Ending::Stopped { step: run.stops? },
        Known::Ends(certified) => ending(certified)?,
    };
    let phases = run.schedule.phases().iter().map(|phase| Phase { eta: text(&phase.eta), steps: phase.steps });
    Some(Run { name: run.name.clone(), phases: phases.collect(), eta: text(run.schedule.last()), ending })
}

fn ending(certified: &models::Certified) -> Option<Ending> {
    match &certified.certificate.evidence {
        Evidence::OneSample(certificate) => {
            let trapping = &certificate.trapping;
            Some(Ending::Trapped {
                precision: certificate.precision,
                step: certificate.step,
                squares: trapping.beta.iter().map(interval).collect(),
                delta: text(&trapping.delta),
                kappa: texts(&trapping.kappa),
                q: text(&trapping.q),
            })
        }
        Evidence::Trapped { precision, step, trap } => Some(Ending::Trapped {
            precision: *precision,
            step: *step,
            squares: trap.weights.iter().map(|weight| interval(&weight.square())).collect(),
            delta: text(&trap.delta),
            kappa: texts(&trap.kappa),
            q: text(&trap.q),
        }),
        Evidence::Lands { step } => Some(Ending::Landed { step: *step }),
        Evidence::Grows { step, index, .. } => Some(Ending::Diverged { step: *step, index: *index }),
        Evidence::Stuck { .. } => None,
    }
}

fn claimed(certified: &Certified<'_>, claim: &ExperimentClaim) -> Claim {
    let name = |number: usize| certified.experiment.runs.get(number).map_or("?", |run| run.name.as_str()).to_owned();
    let assertions = claim.assertions.iter().map(|assertion| match assertion {
        Assertion::Compares(comparison) => Asserted::Compared {
            left: side(certified, &comparison.left.quantity),
            relation: comparison.relation.sign(),
            right: side(certified, &comparison.right.quantity),
        },
        Assertion::Says { run, property, holds } => {
            Asserted::Said { run: name(*run), property: property.name(), holds: *holds }
        }
    });
    Claim { name: claim.name.clone(), assertions: assertions.collect() }
}

fn side(certified: &Certified<'_>, quantity: &Quantity) -> Side {
    let inner = |quantity: &Quantity| Box::new(side(certified, quantity));
    match quantity {
        Quantity::Number(q) => Side::Number { number: text(q) },
        Quantity::Measured(subject, measure) => Side::Of {
            of: certified.experiment.name_of(*subject).to_owned(),
            measure: measure.name(),
            index: measure.index(),
        },
        Quantity::Negative(a) => Side::Negative { negative: inner(a) },
        Quantity::Sum(terms) => Side::Sum { sum: terms.iter().map(|term| side(certified, term)).collect() },
        Quantity::Product(a, b) => Side::Product { product: [inner(a), inner(b)] },
        Quantity::Quotient(a, b) => Side::Quotient { quotient: [inner(a), inner(b)] },
    }
}
