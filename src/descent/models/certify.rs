//! From a problem and a schedule to the certified end of the run.

use num_bigint::{BigInt, BigUint};
use num_rational::BigRational;
use num_traits::Zero;

use super::super::limit::{self, Budget};
use super::super::problem::{Error, Problem as OneSample};
use super::follow::{Descent, Health};
use super::outcome::{Answer, Certificate, Certified, Ending, Evidence, Outcome, Reason, Refusal, Undecided};
use super::point::Point;
use super::problem::{Diagonal, Problem, Schedule};
use super::trapping::propose;
use crate::exact::Grid;

/// The least number of fraction bits a run is followed with.
const LEAST_PRECISION: u64 = 128;

/// Fraction bits kept beyond the width asked for, for what rounding loses.
const GUARD_BITS: u64 = 64;

/// Exact iterates are followed for at most this many steps, while their numbers have at most so many bits.
const EXACT_STEPS: usize = 12;
const EXACT_BITS: u64 = 1 << 14;

/// The largest number of products of 64-bit words that one attempt may take.
const WORK: u64 = 1 << 36;

/// Follows gradient descent until its end is certified, a limit to a width of at most 2^-`width` in each weight and
/// each entry of the predictor. The certificate has been checked again.
///
/// # Errors
/// None for data that were accepted, but what is found may not be affordable.
pub fn certify(problem: &Problem, schedule: &Schedule, width: u64, budget: &Budget) -> Result<Outcome, Error> {
    match one_sample(problem, schedule) {
        Some((one, eta)) => quickly(problem, schedule, (&one, &eta), width, budget),
        None => certify_signed(problem, schedule, width, budget),
    }
}

/// The same, but signs of weights are always known at a limit; slower for a single sample.
///
/// # Errors
/// As for [`certify`].
pub fn certify_signed(problem: &Problem, schedule: &Schedule, width: u64, budget: &Budget) -> Result<Outcome, Error> {
    let wanted = width.saturating_add(GUARD_BITS);
    let mut bits = LEAST_PRECISION;
    while bits < wanted && bits <= budget.precision {
        bits = bits.saturating_mul(2);
    }
    let mut evidence = format!("the width asked for needs {wanted} bits");
    while bits <= budget.precision {
        match attempt(problem, schedule, width, Grid::new(bits), budget.steps) {
            Attempt::Found(found) => return Ok(checked(problem, schedule, found, budget)),
            Attempt::Undecided(reason, seen) => return Ok(undecided(reason, seen)),
            Attempt::Wide(seen) => evidence = seen,
        }
        bits = bits.saturating_mul(2);
    }
    Ok(undecided(Reason::Precision, evidence))
}

/// Follows the run of a certificate again and verifies why it ends as it does from the recorded numbers.
///
/// # Errors
/// Why the certificate is not accepted.
pub fn recheck(certificate: &Certificate, budget: &Budget) -> Result<Ending, Refusal> {
    let Certificate { problem, schedule, evidence } = certificate;
    let diagonal = problem.diagonal();
    // The lemma and the argument for growth speak of one step size from the recorded step on.
    if let Evidence::Trapped { step, .. } | Evidence::Grows { step, .. } = evidence
        && *step < schedule.settled()
    {
        return Err(Refusal::Phases);
    }
    match evidence {
        Evidence::OneSample(inner) => {
            let (one, eta) = one_sample(problem, schedule).ok_or(Refusal::Phases)?;
            let limit = limit::recheck(&one, &eta, inner, budget).map_err(Refusal::OneSample)?;
            let limit = Point::of_squares(problem, limit.beta, inner.precision.saturating_mul(2));
            Ok(Ending::Converges { limit, step: inner.step })
        }
        Evidence::Lands { step } => {
            let weights = exact_iterate(diagonal, schedule, *step).ok_or(Refusal::NotLanded)?;
            let limit = Point::exact(problem, weights);
            if limit.interpolates() { Ok(Ending::Lands { limit, step: *step }) } else { Err(Refusal::NotLanded) }
        }
        Evidence::Stuck { step } => {
            let weights = exact_iterate(diagonal, schedule, *step).ok_or(Refusal::NotStuck)?;
            let point = Point::exact(problem, weights.clone());
            // One step of any size that moves nothing: the gradient is zero.
            let critical = diagonal.step(&weights, schedule.last()) == weights;
            if critical && !point.interpolates() {
                Ok(Ending::Stuck { point, step: *step })
            } else {
                Err(Refusal::NotStuck)
            }
        }
        Evidence::Grows { precision, step, index } => {
            let descent = followed(diagonal, schedule, (*precision, *step), budget)?;
            if descent.growing(schedule.last()) == Some(*index) {
                Ok(Ending::Diverges { index: *index, step: *step })
            } else {
                Err(Refusal::NotGrowing)
            }
        }
        Evidence::Trapped { precision, step, trap } => {
            trap.verify(diagonal, schedule.last()).map_err(Refusal::Trapping)?;
            let descent = followed(diagonal, schedule, (*precision, *step), budget)?;
            let mut pairs = trap.weights.iter().zip(descent.weights());
            if let Some(i) = pairs.position(|(recorded, now)| !recorded.encloses(&now)) {
                return Err(Refusal::Enclosure(i));
            }
            let limit = Point::of_weights(problem, trap.limit(Grid::new(*precision)), None);
            Ok(Ending::Converges { limit, step: *step })
        }
    }
}

/// The state after a number of steps: exactly where that is short, else enclosed to 2^-`width` in each weight and each
/// entry of the predictor.
pub fn after(
    problem: &Problem,
    schedule: &Schedule,
    steps: usize,
    width: u64,
    budget: &Budget,
) -> Result<Point, Undecided> {
    let diagonal = problem.diagonal();
    if let Some(weights) = exact_iterate(diagonal, schedule, steps) {
        return Ok(Point::exact(problem, weights));
    }
    let fail = |reason, evidence| Undecided { reason, evidence };
    if steps > budget.steps {
        return Err(fail(Reason::Steps, format!("{steps} steps are more than the budget of {}", budget.steps)));
    }
    let tolerance = BigRational::new(1.into(), BigInt::from(1) << width.min(budget.precision.saturating_mul(2)));
    let mut bits = LEAST_PRECISION;
    let mut evidence = String::new();
    while bits <= budget.precision {
        if bits >= width.saturating_add(GUARD_BITS) {
            match followed(diagonal, schedule, (bits, steps), budget) {
                Ok(descent) => {
                    let point = Point::of_weights(problem, descent.weights(), Some(descent.residual()));
                    if point.width() <= tolerance {
                        return Ok(point);
                    }
                    evidence = descent.describe();
                }
                Err(Refusal::OverBudget) => return Err(fail(Reason::Work, evidence)),
                Err(_) => evidence = format!("the enclosure is useless at {bits} bits"),
            }
        }
        bits = bits.saturating_mul(2);
    }
    Err(fail(Reason::Precision, evidence))
}

/// Whether no step of a run that converges overshoots: uᵢ < 1 for every step and weight, where a step multiplies wᵢ by 1 − uᵢ
/// (uᵢ = 2ηr xᵢ for model A with a single sample). Finitely many steps are followed; from the trap on, |uᵢ| < 1.
///
/// # Errors
/// As for [`certify`].
pub fn no_overshoot(problem: &Problem, schedule: &Schedule, budget: &Budget) -> Result<Answer, Error> {
    let certified = match certify_signed(problem, schedule, GUARD_BITS, budget)? {
        Outcome::Certified(certified) => certified,
        Outcome::Undecided(undecided) => return Ok(Answer::Open(undecided)),
    };
    if let Ending::Stuck { .. } = certified.ending {
        let reason = Reason::NoLimit(certified.ending.to_string());
        return Ok(Answer::Open(Undecided { reason, evidence: String::new() }));
    }
    let diagonal = problem.diagonal();
    let step = certified.ending.step();
    let (precision, later) = match &certified.certificate.evidence {
        Evidence::Trapped { precision, trap, .. } => (*precision, trap.keeps_below_one(diagonal, schedule.last())),
        // r = 0 after a landing.
        Evidence::Lands { .. } => (LEAST_PRECISION, true),
        Evidence::Grows { precision, .. } => (*precision, false),
        Evidence::OneSample(_) | Evidence::Stuck { .. } => (LEAST_PRECISION, false),
    };
    let open = |evidence| Ok(Answer::Open(Undecided { reason: Reason::Precision, evidence }));
    let mut bits = precision;
    while bits <= budget.precision {
        if let Ok(descent) = followed(diagonal, schedule, (bits, step), budget) {
            if let Some((step, index)) = descent.overshoot() {
                let (step, index) = (step.saturating_add(1), index.saturating_add(1));
                return Ok(Answer::No(format!("step {step} overshoots in weight {index}")));
            }
            if matches!(certified.ending, Ending::Diverges { .. }) {
                return Ok(Answer::No("a run that diverges overshoots at every step".to_owned()));
            }
            if later && descent.stays_below_one() {
                return Ok(Answer::Yes);
            }
        }
        bits = bits.saturating_mul(2);
    }
    open("a step is not told from one that sets a weight to zero".to_owned())
}

/// What one attempt, at one precision, comes to.
enum Attempt {
    Found(Evidence),
    Undecided(Reason, String),
    /// More bits are needed.
    Wide(String),
}

fn attempt(problem: &Problem, schedule: &Schedule, width: u64, grid: Grid, steps: usize) -> Attempt {
    let diagonal = problem.diagonal();
    let affordable = affordable_steps(diagonal, grid).min(steps);
    let settled = schedule.settled();
    let mut descent = Descent::start(diagonal, grid);
    let mut watch = Watch::new();
    for eta in schedule.steps() {
        let step = descent.step();
        if step <= EXACT_STEPS && (descent.may_interpolate() || descent.may_be_critical()) {
            for evidence in [Evidence::Lands { step }, Evidence::Stuck { step }] {
                let certificate = Certificate { problem: problem.clone(), schedule: schedule.clone(), evidence };
                if recheck(&certificate, &Budget::default()).is_ok() {
                    return Attempt::Found(certificate.evidence);
                }
            }
        }
        if step >= settled {
            if let Some(index) = descent.growing(eta) {
                return Attempt::Found(Evidence::Grows { precision: grid.bits(), step, index });
            }
            if watch.is_worth_trying(&descent)
                && let Some(found) = trap(problem, eta, width, &descent)
            {
                return Attempt::Found(found);
            }
        }
        match descent.health() {
            Health::Wide => return Attempt::Wide(descent.describe()),
            Health::Huge => return Attempt::Undecided(Reason::Huge, descent.describe()),
            Health::Sound => {}
        }
        // A residual that is lost in its own error shrinks no more.
        if step >= settled && descent.may_interpolate() && step > EXACT_STEPS {
            return Attempt::Wide(descent.describe());
        }
        if step >= affordable {
            let reason = match () {
                () if affordable < steps => Reason::Work,
                () if step < settled => Reason::Phases,
                () if watch.shrinks(&descent) => Reason::Slow,
                () => Reason::Wanders,
            };
            return Attempt::Undecided(reason, descent.describe());
        }
        descent.advance(eta);
    }
    Attempt::Undecided(Reason::Steps, descent.describe())
}

/// When to try the lemma, which costs more than a step: whenever the residual has become a quarter smaller since the last
/// try, and now and then.
struct Watch {
    last: Option<BigUint>,
    first: Option<BigUint>,
}

impl Watch {
    fn new() -> Self {
        Watch { last: None, first: None }
    }

    fn is_worth_trying(&mut self, descent: &Descent<'_>) -> bool {
        let size = descent.size();
        self.first.get_or_insert_with(|| size.clone());
        let smaller = self.last.as_ref().is_none_or(|last| &size * 4u8 <= last * 3u8);
        if smaller || descent.step().is_multiple_of(64) {
            self.last = Some(size);
            return true;
        }
        false
    }

    fn shrinks(&self, descent: &Descent<'_>) -> bool {
        self.first.as_ref().is_some_and(|first| descent.size() * 4u8 < *first)
    }
}

fn trap(problem: &Problem, eta: &BigRational, width: u64, descent: &Descent<'_>) -> Option<Evidence> {
    let diagonal = problem.diagonal();
    let grid = descent.grid();
    let trap = propose(diagonal, eta, descent.weights(), grid)?;
    trap.verify(diagonal, eta).ok()?;
    let limit = Point::of_weights(problem, trap.limit(grid), None);
    // At most `precision` bits are asked for: `certify` starts with more than the width.
    let tolerance = BigRational::new(1.into(), BigInt::from(1) << width);
    (limit.width() <= tolerance).then(|| Evidence::Trapped { precision: grid.bits(), step: descent.step(), trap })
}

fn checked(problem: &Problem, schedule: &Schedule, evidence: Evidence, budget: &Budget) -> Outcome {
    let certificate = Certificate { problem: problem.clone(), schedule: schedule.clone(), evidence };
    match recheck(&certificate, budget) {
        Ok(ending) => Outcome::Certified(Box::new(Certified { ending, certificate })),
        Err(refusal) => undecided(Reason::Refused(refusal), "what was found is not claimed".to_owned()),
    }
}

fn undecided(reason: Reason, evidence: String) -> Outcome {
    Outcome::Undecided(Undecided { reason, evidence })
}

/// The run after a number of steps.
fn followed<'p>(
    diagonal: &'p Diagonal,
    schedule: &Schedule,
    (precision, step): (u64, usize),
    budget: &Budget,
) -> Result<Descent<'p>, Refusal> {
    let grid = Grid::new(precision);
    if precision > budget.precision || step > budget.steps || step > affordable_steps(diagonal, grid) {
        return Err(Refusal::OverBudget);
    }
    let mut descent = Descent::start(diagonal, grid);
    for eta in schedule.steps().take(step) {
        // A run that blows up would be followed at ever greater cost.
        if descent.health() != Health::Sound {
            return Err(Refusal::Lost);
        }
        descent.advance(eta);
    }
    Ok(descent)
}

/// The number of steps that the bound for the arithmetic leaves.
fn affordable_steps(diagonal: &Diagonal, grid: Grid) -> usize {
    let words = (grid.bits() / 64).max(1);
    let (n, d) = (diagonal.count() as u64, diagonal.start.len() as u64);
    let depth = u64::from(diagonal.depth);
    let products = d.saturating_mul(n.saturating_mul(n.saturating_add(4)).saturating_add(depth.saturating_mul(depth)));
    let cost = products.saturating_mul(words.saturating_mul(words).saturating_add(8)).max(1);
    usize::try_from(WORK / cost).unwrap_or(usize::MAX)
}

/// The exact iterate after a number of steps, if it is short enough to be computed.
fn exact_iterate(diagonal: &Diagonal, schedule: &Schedule, step: usize) -> Option<Vec<BigRational>> {
    if step > EXACT_STEPS {
        return None;
    }
    let mut weights = diagonal.start.clone();
    for eta in schedule.steps().take(step) {
        let longest = weights.iter().map(|w| w.numer().bits().max(w.denom().bits())).max().unwrap_or(0);
        let growth = u64::from(diagonal.depth).saturating_mul(weights.len() as u64);
        if longest.saturating_mul(growth) > EXACT_BITS {
            return None;
        }
        weights = diagonal.step(&weights, eta);
    }
    Some(weights)
}

/// The problem in model A with a single sample, and its step size, if it is one.
fn one_sample(problem: &Problem, schedule: &Schedule) -> Option<(OneSample, BigRational)> {
    let diagonal = problem.diagonal();
    let ([row], [target]) = (diagonal.samples.as_slice(), diagonal.targets.as_slice()) else { return None };
    if diagonal.depth != 2 || !schedule.phases().is_empty() {
        return None;
    }
    let one = OneSample::new(row.clone(), target.clone(), diagonal.start.clone()).ok()?;
    Some((one, schedule.last() * &diagonal.step_factor))
}

fn quickly(
    problem: &Problem,
    schedule: &Schedule,
    (one, eta): (&OneSample, &BigRational),
    width: u64,
    budget: &Budget,
) -> Result<Outcome, Error> {
    match limit::certify(one, eta, width, budget)? {
        limit::Outcome::Converged(found) => {
            Ok(checked(problem, schedule, Evidence::OneSample(found.certificate), budget))
        }
        limit::Outcome::Landed(landing) => {
            Ok(checked(problem, schedule, Evidence::Lands { step: landing.step }, budget))
        }
        limit::Outcome::Undecided(seen) => match seen.reason {
            // These are found, with a certificate, by following the weights.
            limit::Reason::Diverges(_) => certify_signed(problem, schedule, width, budget),
            limit::Reason::Steps if is_stuck_soon(problem, schedule) => {
                certify_signed(problem, schedule, width, budget)
            }
            limit::Reason::Huge => Ok(undecided(Reason::Huge, seen.evidence)),
            limit::Reason::Steps => Ok(undecided(Reason::Steps, seen.evidence)),
            limit::Reason::Precision if is_stuck_soon(problem, schedule) => {
                certify_signed(problem, schedule, width, budget)
            }
            limit::Reason::Precision => Ok(undecided(Reason::Precision, seen.evidence)),
        },
    }
}

/// Whether an exact iterate has no weight left that moves.
fn is_stuck_soon(problem: &Problem, schedule: &Schedule) -> bool {
    let diagonal = problem.diagonal();
    (0..=EXACT_STEPS).map_while(|step| exact_iterate(diagonal, schedule, step)).any(|weights| {
        let residual = diagonal.residual(&weights);
        let still = diagonal.pull(&residual).iter().zip(&weights).all(|(g, w)| g.is_zero() || w.is_zero());
        still && !residual.iter().all(Zero::is_zero)
    })
}
