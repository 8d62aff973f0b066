//! Points of a sweep whose limits are certified.
//!
//! The exact rational data are given to [`models::certify`], which encloses the limit of the infinite, real run.
//! Nothing that the sweep observed takes part. A step size in units of η_c is a double, and as such a rational number.

use num_rational::BigRational;

use super::{Data, Model, Number, Run, Sweep, Unit};
use crate::descent::models::{self, Certified, Outcome, Problem, Schedule};
use crate::descent::{self, Budget};
use crate::exact::Enclosure;

/// Enclosures of βᵢ at most this many bits wide are asked for: 2⁻⁶⁴.
const WIDTH: u64 = 64;

/// The budget of one certification: steps get longer with the number of features.
fn budget(features: usize) -> Budget {
    let usual = Budget::default();
    Budget { steps: usual.steps.min((4_000_000 / features.max(1)).max(100)), ..usual }
}

/// What was found out about the limit of a run.
#[derive(Clone, Debug)]
pub struct Point {
    /// The run.
    pub index: usize,
    /// Its step size, exactly.
    pub eta: BigRational,
    /// Its limit.
    pub finding: Finding,
}

/// A limit, or why there is none.
#[derive(Clone, Debug)]
pub enum Finding {
    /// The limit is enclosed.
    Certified(Box<Limit>),
    /// It was not shown to exist.
    Undecided(String),
}

/// Enclosures of what is measured of a limit.
#[derive(Clone, Debug)]
pub struct Limit {
    /// Σ (βᵢ − β*ᵢ)².
    pub risk: Option<Enclosure>,
    /// The operator norm of the Hessian.
    pub sharpness: Enclosure,
    /// ‖w‖².
    pub norm: Enclosure,
    /// The step from which on the run is trapped, or at which it lands on an interpolator.
    pub step: usize,
}

/// The runs whose limits are asked for: `count` of those that were seen to converge, evenly spread.
pub fn chosen(runs: &[Run], count: usize) -> Vec<&Run> {
    let ended: Vec<&Run> = runs.iter().filter(|run| run.outcome.word() == "converged").collect();
    let count = count.min(ended.len());
    (0..count).map(|k| ended[(2 * k + 1) * ended.len() / (2 * count)]).collect()
}

/// What is known of the limit of one run.
pub fn point(sweep: &Sweep, run: &Run) -> Point {
    let eta = match sweep.step_sizes().unit() {
        Unit::One => sweep.step_sizes().exact(run.step_size),
        Unit::Edge => BigRational::from_float(run.eta).unwrap_or_default(),
    };
    let finding = limit(sweep, run.start, &eta).unwrap_or_else(Finding::Undecided);
    Point { index: run.index, eta, finding }
}

/// The limit of one run.
fn limit(sweep: &Sweep, start: usize, eta: &BigRational) -> Result<Finding, String> {
    let weights = &sweep.starts()[start].weights;
    let certified = end(sweep.model(), sweep.data(), weights, eta)?;
    let Some(limit) = certified.ending.limit() else { return Err(certified.ending.to_string()) };
    let in_words = |error: descent::Error| error.to_string();
    let truth = sweep.data().truth().map(exact);
    let risk = truth.map(|truth| limit.risk(&truth, None)).transpose().map_err(in_words)?;
    let sharpness = limit.sharpness(WIDTH).map_err(in_words)?;
    Ok(Finding::Certified(Box::new(Limit { risk, sharpness, norm: limit.norm(), step: certified.ending.step() })))
}

fn exact(numbers: &[Number]) -> Vec<BigRational> {
    numbers.iter().map(|number| number.exact().clone()).collect()
}

/// The one place where sweeps and tables meet certified gradient descent: how it ends from these weights with this step size.
pub(crate) fn end(model: Model, data: &Data, weights: &[Number], eta: &BigRational) -> Result<Certified, String> {
    let in_words = |error: descent::Error| error.to_string();
    let weights = exact(weights);
    let model = match model {
        Model::Shared => models::Model::Shared { w: weights },
        Model::TwoLayers => {
            let (u, v) = weights.split_at(data.features().min(weights.len()));
            models::Model::TwoLayers { u: u.to_vec(), v: v.to_vec() }
        }
        Model::Depth(depth) => models::Model::Depth { depth, w: weights },
    };
    let samples = data.samples().iter().map(|sample| exact(sample)).collect();
    let problem = Problem::new(model, samples, exact(data.targets())).map_err(in_words)?;
    let schedule = Schedule::constant(eta.clone()).map_err(in_words)?;
    match models::certify(&problem, &schedule, WIDTH, &budget(data.features())).map_err(in_words)? {
        Outcome::Certified(certified) => Ok(*certified),
        Outcome::Undecided(undecided) => Err(format!("{}: {}", undecided.reason, undecided.evidence)),
    }
}
