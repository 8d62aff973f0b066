//! Carrying out an experiment: every run once, then the claims.

use num_rational::BigRational;
use serde::Serialize;

use super::decide::Decider;
use super::follow::{Followed, WIDTH};
use super::measure::Measures;
use super::report::Claim;
use crate::descent::Budget;
use crate::descent::models::{self, Matrix, Model, Point, Problem, Schedule};
use crate::elaborate::{Experiment, Measure, Subject};
use crate::syntax::ast::Span;

/// How a run ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// By the lemma `trapping`, which applies from this step on, it converges to the limit
    /// that is enclosed.
    Trapped(usize),
    /// It is exactly at an interpolator after this many steps.
    Landed(usize),
    /// It was asked to stop after this many steps.
    Stopped(usize),
    /// It has no limit among the interpolators, which is certified; in words.
    Elsewhere(String),
    /// Its end is not certified, for this reason.
    Undecided(String),
}

impl Ending {
    /// Why there are no numbers, if so.
    pub fn remark(&self) -> Option<&str> {
        match self {
            Ending::Elsewhere(text) | Ending::Undecided(text) => Some(text),
            Ending::Trapped(_) | Ending::Landed(_) | Ending::Stopped(_) => None,
        }
    }
}

/// A run and its end.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// Risk, sharpness and norm at the limit, or where it stops.
    #[serde(flatten)]
    pub measures: Measures,
    /// The step sizes η.
    #[serde(skip)]
    pub schedule: Schedule,
    /// How it ends.
    #[serde(skip)]
    pub ending: Ending,
}

/// The interpolator of least norm or of least sharpness, exactly.
#[derive(Clone, Debug)]
pub struct Minimiser {
    /// What it is called in claims.
    pub name: String,
    /// Its risk, sharpness and norm, all exact.
    pub measures: Measures,
    /// Why there is not exactly one, if so.
    pub tie: Option<String>,
}

/// What an experiment consists of, besides its claims.
#[derive(Clone, Debug, Serialize)]
pub struct Trial {
    /// The runs, in order.
    pub runs: Vec<Run>,
    /// The interpolators of least norm and of least sharpness; where they are known: for shared weights and one sample.
    #[serde(skip)]
    pub minimisers: Vec<Minimiser>,
    /// The data.
    #[serde(skip)]
    pub problem: Problem,
    /// β*
    #[serde(skip)]
    pub truth: Option<Vec<BigRational>>,
    /// Σ
    #[serde(skip)]
    pub second_moment: Option<Matrix>,
}

/// Follows the runs of an experiment and decides its claims.
pub(super) fn carry_out(experiment: &Experiment, budget: &Budget, line: impl Fn(Span) -> usize) -> (Vec<Claim>, Trial) {
    let followed = Followed::new(experiment, budget);
    let runs = experiment.runs.iter().enumerate().map(|(number, run)| Run {
        name: run.name.clone(),
        measures: measures(&followed, Subject::Run(number)),
        schedule: run.schedule.clone(),
        ending: followed.ending(number),
    });
    let known = matches!(experiment.problem.model(), Model::Shared { .. }) && experiment.problem.samples().len() == 1;
    let minimisers = [Subject::NormMinimiser, Subject::SharpnessMinimiser].into_iter().filter(|_| known);
    let minimisers = minimisers.map(|subject| Minimiser {
        name: experiment.name_of(subject).to_owned(),
        measures: measures(&followed, subject),
        tie: followed.point(subject, WIDTH).err(),
    });
    let trial = Trial {
        runs: runs.collect(),
        minimisers: minimisers.collect(),
        problem: experiment.problem.clone(),
        truth: experiment.truth.clone(),
        second_moment: experiment.second_moment.clone(),
    };
    let decider = Decider { followed: &followed };
    let claims = experiment.claims.iter().map(|claim| {
        let (evidence, lemmas, findings) = decider.claim(claim);
        let (name, statement) = (claim.name.clone(), claim.statement.clone());
        Claim { name, statement, evidence, lemmas, line: line(claim.span), findings, refutation: false }
    });
    (claims.collect(), trial)
}

fn measures(followed: &Followed<'_>, subject: Subject) -> Measures {
    let measured = |measure| followed.measure(subject, measure, WIDTH).ok();
    let truth = followed.experiment.truth.is_some();
    Measures {
        risk: if truth { measured(Measure::Risk) } else { None },
        sharpness: measured(Measure::Sharpness),
        norm: measured(Measure::Norm),
    }
}

/// A measure of weights as the library of runs knows it.
fn quantity(experiment: &Experiment, measure: Measure) -> Option<models::Quantity> {
    Some(match measure {
        Measure::SupSharpness => return None,
        Measure::Risk => models::Quantity::Risk {
            truth: experiment.truth.clone().unwrap_or_default(),
            second_moment: experiment.second_moment.clone(),
        },
        Measure::Sharpness => models::Quantity::Sharpness,
        Measure::LambdaMax => models::Quantity::LambdaMax,
        Measure::Norm => models::Quantity::Norm,
        Measure::L1 => models::Quantity::L1,
        Measure::Loss => models::Quantity::Loss,
        Measure::Beta(index) => models::Quantity::Beta(index),
        Measure::W(index) => models::Quantity::W(index),
        Measure::U(index) => models::Quantity::U(index),
        Measure::V(index) => models::Quantity::V(index),
    })
}

/// What a measure of weights is.
pub(super) fn measured(
    experiment: &Experiment,
    measure: Measure,
    point: &Point,
    width: u64,
) -> Result<crate::exact::Enclosure, String> {
    let quantity = quantity(experiment, measure).ok_or("this is not measured of weights")?;
    quantity.of(point, width).map_err(|error| error.to_string())
}
