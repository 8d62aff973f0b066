//! From a problem and a step size to a certified limit.

use std::fmt;
use std::ops::ControlFlow;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::problem::{Error, Problem, check_length, check_step_size, exact_step};
use super::run::{Health, Run};
use super::trapping::{Trapping, Violation, propose};
use crate::exact::{Enclosure, Grid};

/// The least number of fraction bits a run is followed with.
const LEAST_PRECISION: u64 = 128;

/// Fraction bits kept beyond the width asked for, for what rounding loses.
const GUARD_BITS: u64 = 64;

/// An exact rational iterate is followed for at most this many steps (its
/// denominators about triple in length with each) …
const EXACT_STEPS: usize = 12;

/// … and while its numbers are at most this long, in bits.
const EXACT_BITS: u64 = 1 << 14;

/// What a certification may spend. Time is at worst proportional to the steps times,
/// roughly, the square of the precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// The largest number of steps.
    pub steps: usize,
    /// The largest number of fraction bits.
    pub precision: u64,
}

impl Default for Budget {
    fn default() -> Self {
        Budget { steps: 20_000, precision: 4096 }
    }
}

/// What is known about the interpolator that a run converges to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// βᵢ = wᵢ².
    pub beta: Vec<Enclosure>,
    /// Σ βᵢ = ‖w‖².
    pub norm: Enclosure,
    /// 4 Σ xᵢ²βᵢ, the largest eigenvalue of the Hessian of the loss ½r².
    pub sharpness: Enclosure,
}

impl Limit {
    fn new(problem: &Problem, beta: Vec<Enclosure>) -> Self {
        let zero = Enclosure::point(BigRational::zero());
        let norm = beta.iter().fold(zero.clone(), |sum, b| sum.plus(b));
        let pairs = problem.features().iter().zip(&beta);
        let curvature = pairs.fold(zero, |sum, (x, b)| sum.plus(&b.times(&(x * x))));
        Limit { norm, sharpness: curvature.times(&BigInt::from(4).into()), beta }
    }

    /// Σ (βᵢ − β*ᵢ)², the risk against a ground truth β*.
    pub fn risk(&self, truth: &[BigRational]) -> Result<Enclosure, Error> {
        check_length("the truth", truth, self.beta.len())?;
        let zero = Enclosure::point(BigRational::zero());
        let pairs = self.beta.iter().zip(truth);
        Ok(pairs.fold(zero, |sum, (b, t)| sum.plus(&b.minus(t).square())))
    }
}

/// Everything needed to check a certified limit again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The fraction bits of the ball arithmetic.
    pub precision: u64,
    /// The step at which the trap closes.
    pub step: usize,
    /// The enclosure of the iterate there, and the constants of the lemma.
    pub trapping: Trapping,
}

/// A limit that the lemma `trapping` certifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertifiedLimit {
    /// The enclosed limit.
    pub limit: Limit,
    /// Why it holds.
    pub certificate: Certificate,
}

/// A run that meets an interpolator exactly, after finitely many steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Landing {
    /// The number of steps.
    pub step: usize,
    /// The iterate w, signs included.
    pub iterate: Vec<BigRational>,
    /// The limit, exactly.
    pub limit: Limit,
}

/// Why a run was not certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The run provably diverges: the given βᵢ, counted from 0, grows for ever.
    Diverges(usize),
    /// The iterates became huge; no proof that they stay so is known here.
    Huge,
    /// The budget of steps ended before the run was trapped.
    Steps,
    /// More precision than the budget has would be needed.
    Precision,
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Diverges(i) => write!(out, "the run diverges: w[{}]^2 grows for ever", i.saturating_add(1)),
            Reason::Huge => write!(out, "the iterates became huge"),
            Reason::Steps => write!(out, "not trapped within the budget of steps"),
            Reason::Precision => write!(out, "the enclosure needs more bits than the budget has"),
        }
    }
}

/// A run without a certified limit, and what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Why.
    pub reason: Reason,
    /// The last state seen, in words.
    pub evidence: String,
}

/// What came of a certification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The run converges, to a point of the enclosure.
    Converged(CertifiedLimit),
    /// The run is exactly at an interpolator after finitely many steps.
    Landed(Landing),
    /// Neither was shown.
    Undecided(Undecided),
}

impl Outcome {
    /// The limit, if it is certified.
    pub fn limit(&self) -> Option<&Limit> {
        match self {
            Outcome::Converged(certified) => Some(&certified.limit),
            Outcome::Landed(landing) => Some(&landing.limit),
            Outcome::Undecided(_) => None,
        }
    }
}

/// Why a certificate is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The step size makes no sense.
    Problem(Error),
    /// Checking would take more steps or bits than the budget has.
    OverBudget,
    /// The enclosure of the run is useless before the recorded step.
    Lost,
    /// The enclosure recorded for an entry, counted from 0, does not follow.
    Enclosure(usize),
    /// A hypothesis of the lemma fails.
    Trapping(Violation),
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Problem(error) => error.fmt(out),
            Refusal::OverBudget => write!(out, "the certificate is longer than the budget"),
            Refusal::Lost => write!(out, "the run cannot be followed to the recorded step at the recorded precision"),
            Refusal::Enclosure(i) => {
                write!(out, "the enclosure of entry {} does not follow from the run", i.saturating_add(1))
            }
            Refusal::Trapping(violation) => violation.fmt(out),
        }
    }
}

impl std::error::Error for Refusal {}

/// Follows gradient descent with step size `eta` until its limit is enclosed: every βᵢ
/// to a width of at most 2^-`width`.
///
/// The run is followed with a fixed number of fraction bits; when they turn out to be
/// too few, it starts again with twice as many.
pub fn certify(problem: &Problem, eta: &BigRational, width: u64, budget: &Budget) -> Result<Outcome, Error> {
    check_step_size(eta)?;
    let wanted = width.saturating_add(GUARD_BITS);
    let mut bits = LEAST_PRECISION;
    while bits < wanted && bits <= budget.precision {
        bits = bits.saturating_mul(2);
    }
    let mut evidence = format!("the width asked for needs {wanted} bits");
    while bits <= budget.precision {
        match attempt(problem, eta, width, Grid::new(bits), budget.steps)? {
            ControlFlow::Break(outcome) => return Ok(outcome),
            ControlFlow::Continue(seen) => evidence = seen,
        }
        bits = bits.saturating_mul(2);
    }
    Ok(undecided(Reason::Precision, evidence))
}

/// Runs a certificate again: recomputes the enclosure at its step, and verifies the
/// hypotheses of the lemma from the recorded numbers.
pub fn recheck(
    problem: &Problem,
    eta: &BigRational,
    certificate: &Certificate,
    budget: &Budget,
) -> Result<Limit, Refusal> {
    check_step_size(eta).map_err(Refusal::Problem)?;
    if certificate.step > budget.steps || certificate.precision > budget.precision {
        return Err(Refusal::OverBudget);
    }
    let trapping = &certificate.trapping;
    trapping.verify(problem, eta).map_err(Refusal::Trapping)?;
    let grid = Grid::new(certificate.precision);
    let mut run = Run::start(problem, eta, grid);
    while run.step() < certificate.step {
        // A run that blows up would be followed at ever greater cost.
        if run.health() != Health::Sound {
            return Err(Refusal::Lost);
        }
        run.advance();
    }
    let recomputed = run.beta(problem);
    let mut pairs = trapping.beta.iter().zip(&recomputed);
    if let Some(i) = pairs.position(|(recorded, now)| !recorded.encloses(now)) {
        return Err(Refusal::Enclosure(i));
    }
    Ok(Limit::new(problem, trapping.limit(grid)))
}

/// One attempt, at one precision: it ends with an outcome, or asks for more bits with
/// the last state seen before the enclosure became useless.
type Attempt = ControlFlow<Outcome, String>;

fn attempt(problem: &Problem, eta: &BigRational, width: u64, grid: Grid, steps: usize) -> Result<Attempt, Error> {
    let mut run = Run::start(problem, eta, grid);
    loop {
        // An exact landing is looked for only where it is possible.
        if run.residual_may_vanish()
            && let Some(landing) = landing(problem, eta, run.step())?
        {
            return Ok(Attempt::Break(Outcome::Landed(landing)));
        }
        if let Some(certified) = trap(problem, eta, width, &run) {
            return Ok(Attempt::Break(Outcome::Converged(certified)));
        }
        if run.residual_is_lost() {
            return Ok(Attempt::Continue(run.describe()));
        }
        let reason = match run.health() {
            Health::Wide => return Ok(Attempt::Continue(run.describe())),
            Health::Diverges(index) => Some(Reason::Diverges(index)),
            Health::Huge => Some(Reason::Huge),
            Health::Sound if run.step() >= steps => Some(Reason::Steps),
            Health::Sound => None,
        };
        if let Some(reason) = reason {
            return Ok(Attempt::Break(undecided(reason, run.describe())));
        }
        run.advance();
    }
}

fn undecided(reason: Reason, evidence: String) -> Outcome {
    Outcome::Undecided(Undecided { reason, evidence })
}

/// The certified limit, if the lemma applies now and encloses it as tightly as asked.
fn trap(problem: &Problem, eta: &BigRational, width: u64, run: &Run) -> Option<CertifiedLimit> {
    if !run.may_be_trapped(width) {
        return None;
    }
    let grid = run.grid();
    let trapping = propose(problem, eta, run.beta(problem), grid)?;
    trapping.verify(problem, eta).ok()?;
    let beta = trapping.limit(grid);
    let tolerance = BigRational::new(1.into(), BigInt::from(1) << width);
    if beta.iter().any(|b| b.width() > tolerance) {
        return None;
    }
    Some(CertifiedLimit {
        limit: Limit::new(problem, beta),
        certificate: Certificate { precision: grid.bits(), step: run.step(), trapping },
    })
}

/// The exact iterate after `step` steps, if it interpolates and is short enough to be
/// computed.
fn landing(problem: &Problem, eta: &BigRational, step: usize) -> Result<Option<Landing>, Error> {
    let too_long = |w: &BigRational| w.numer().bits().max(w.denom().bits()) > EXACT_BITS;
    if step > EXACT_STEPS {
        return Ok(None);
    }
    let mut w = problem.start().to_vec();
    for _ in 0..step {
        if w.iter().any(too_long) {
            return Ok(None);
        }
        w = exact_step(problem, &w, eta)?;
    }
    if !problem.residual(&w)?.is_zero() {
        return Ok(None);
    }
    let beta = w.iter().map(|w| Enclosure::point(w * w)).collect();
    Ok(Some(Landing { step, iterate: w, limit: Limit::new(problem, beta) }))
}
