//! Carrying out an experiment: every run once, then the claims.

use num_rational::BigRational;
use serde::Serialize;

use super::decide::Decider;
use super::measure::Measures;
use super::report::Claim;
use crate::descent::{self, Budget, Outcome, certify, norm_minimiser, recheck, sharpness_minimiser};
use crate::elaborate::Experiment;
use crate::syntax::ast::Span;

/// Limits are enclosed to 2^-64 first, and more tightly where a comparison asks for it.
const WIDTH: u64 = 64;

/// How a run ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By the lemma `trapping`, which applies from this step on, it converges to the limit
    /// that is enclosed.
    Trapped(usize),
    /// It is exactly at an interpolator after this many steps.
    Landed(usize),
    /// Its limit is not certified, for this reason.
    Undecided(String),
}

/// A run and its limit.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// Risk, sharpness and norm at the limit.
    #[serde(flatten)]
    pub measures: Measures,
    /// The step size η.
    #[serde(skip)]
    pub eta: BigRational,
    /// How it ends.
    #[serde(skip)]
    pub ending: Ending,
}

/// The interpolator of least norm or of least sharpness, exactly.
#[derive(Clone, Debug)]
pub struct Minimiser {
    /// What it is called in claims.
    pub name: &'static str,
    /// Its risk, sharpness and norm, all exact.
    pub measures: Measures,
    /// Why there is not exactly one, if so.
    pub tie: Option<String>,
}

/// The rational data of an experiment.
#[derive(Clone, Debug)]
pub struct Data {
    /// x
    pub features: Vec<BigRational>,
    /// y
    pub target: BigRational,
    /// w at the start.
    pub start: Vec<BigRational>,
    /// β*
    pub truth: Option<Vec<BigRational>>,
}

/// What an experiment consists of, besides its claims.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// The runs, in order.
    pub runs: Vec<Run>,
    /// The interpolators of least norm and of least sharpness.
    #[serde(skip)]
    pub minimisers: [Minimiser; 2],
    /// The data.
    #[serde(skip)]
    pub data: Data,
}

/// Follows the runs of an experiment and decides its claims.
pub(super) fn carry_out(experiment: &Experiment, budget: &Budget, line: impl Fn(Span) -> usize) -> (Vec<Claim>, Trial) {
    let problem = &experiment.problem;
    let truth = experiment.truth.as_deref();
    let trial = Trial {
        runs: experiment.runs.iter().map(|run| follow(experiment, run, budget)).collect(),
        minimisers: [
            minimiser("norm_minimiser", norm_minimiser(problem), truth),
            minimiser("sharpness_minimiser", sharpness_minimiser(problem), truth),
        ],
        data: Data {
            features: problem.features().to_vec(),
            target: problem.target().clone(),
            start: problem.start().to_vec(),
            truth: experiment.truth.clone(),
        },
    };
    let decider = Decider { experiment, trial: &trial, budget };
    let claims = experiment.claims.iter().map(|claim| {
        let (evidence, lemmas, findings) = decider.claim(claim);
        let (name, statement) = (claim.name.clone(), claim.statement.clone());
        Claim { name, statement, evidence, lemmas, line: line(claim.span), findings, refutation: false }
    });
    let claims = claims.collect();
    (claims, trial)
}

fn follow(experiment: &Experiment, run: &crate::elaborate::Run, budget: &Budget) -> Run {
    let (measures, ending) = certified(experiment, &run.eta, budget)
        .unwrap_or_else(|error| (Measures::default(), Ending::Undecided(error.to_string())));
    Run { name: run.name.clone(), measures, eta: run.eta.clone(), ending }
}

fn certified(
    experiment: &Experiment,
    eta: &BigRational,
    budget: &Budget,
) -> Result<(Measures, Ending), descent::Error> {
    let (limit, ending) = match certify(&experiment.problem, eta, WIDTH, budget)? {
        Outcome::Converged(certified) => match recheck(&experiment.problem, eta, &certified.certificate, budget) {
            Ok(limit) => (limit, Ending::Trapped(certified.certificate.step)),
            Err(refusal) => return Ok((Measures::default(), Ending::Undecided(refusal.to_string()))),
        },
        Outcome::Landed(landing) => (landing.limit, Ending::Landed(landing.step)),
        Outcome::Undecided(undecided) => {
            return Ok((Measures::default(), Ending::Undecided(undecided.reason.to_string())));
        }
    };
    Ok((Measures::of_limit(&limit, experiment.truth.as_deref())?, ending))
}

fn minimiser(
    name: &'static str,
    found: Result<descent::Minimiser, descent::Error>,
    truth: Option<&[BigRational]>,
) -> Minimiser {
    match found.and_then(|minimiser| Measures::of_minimiser(&minimiser, truth)) {
        Ok(measures) => Minimiser { name, measures, tie: None },
        Err(error) => Minimiser { name, measures: Measures::default(), tie: Some(error.to_string()) },
    }
}
