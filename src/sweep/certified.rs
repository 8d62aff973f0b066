//! Points of a sweep whose limits are certified.
//!
//! The exact rational data are given to [`descent::certify`], which encloses the limit of the infinite, real run.
//! Nothing that the sweep observed takes part. A step size in units of η_c is a double, and as such a rational number.

use num_rational::BigRational;

use super::{Model, Run, Sweep, Unit};
use crate::descent::{self, Budget};
use crate::exact::Enclosure;

/// Enclosures of βᵢ at most this many bits wide are asked for: 2⁻⁶⁴.
const WIDTH: u64 = 64;

/// The budget of one certification: steps get longer with the number of features.
pub(crate) fn budget(features: usize) -> Budget {
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

/// The limit of one run.
pub fn point(sweep: &Sweep, run: &Run) -> Point {
    let eta = match sweep.step_sizes().unit() {
        Unit::One => sweep.step_sizes().exact(run.step_size),
        Unit::Edge => BigRational::from_float(run.eta).unwrap_or_default(),
    };
    let finding = limit(sweep, run.start, &eta).unwrap_or_else(Finding::Undecided);
    Point { index: run.index, eta, finding }
}

/// The one place where a sweep meets certified gradient descent.
fn limit(sweep: &Sweep, start: usize, eta: &BigRational) -> Result<Finding, String> {
    let ([sample], [target], Model::Shared | Model::Depth(2)) =
        (sweep.data().samples(), sweep.data().targets(), sweep.model())
    else {
        return Err("limits are certified for one sample and shared weights".to_owned());
    };
    let exact = |numbers: &[super::Number]| numbers.iter().map(|number| number.exact().clone()).collect::<Vec<_>>();
    let start = exact(&sweep.starts()[start].weights);
    let in_words = |problem: descent::Error| problem.to_string();
    let problem = descent::Problem::new(exact(sample), target.exact().clone(), start).map_err(in_words)?;
    let outcome = descent::certify(&problem, eta, WIDTH, &budget(sweep.data().features())).map_err(in_words)?;
    let step = match &outcome {
        descent::Outcome::Converged(certified) => certified.certificate.step,
        descent::Outcome::Landed(landing) => landing.step,
        descent::Outcome::Undecided(undecided) => return Err(format!("{}: {}", undecided.reason, undecided.evidence)),
    };
    let Some(limit) = outcome.limit() else { return Err("there is no limit".to_owned()) };
    let risk = sweep.data().truth().map(|truth| limit.risk(&exact(truth))).transpose().map_err(in_words)?;
    Ok(Finding::Certified(Box::new(Limit { risk, sharpness: limit.sharpness.clone(), norm: limit.norm.clone(), step })))
}
