//! What is known of a run in the end, and the numbers with which it can be checked again.

use std::fmt;

use num_rational::BigRational;

use super::super::limit;
use super::super::problem::Error;
use super::point::Point;
use super::problem::{Problem, Schedule};
use super::trapping::{Trap, Violation};

/// How a run ends, as certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The run converges to an interpolator, which is enclosed; from the given step on it is trapped.
    Converges {
        /// The limit.
        limit: Point,
        /// The step at which the trap closes.
        step: usize,
    },
    /// The run is exactly at an interpolator from the given step on.
    Lands {
        /// The limit, exactly.
        limit: Point,
        /// The number of steps.
        step: usize,
    },
    /// The run is for ever at a critical point that does not interpolate.
    Stuck {
        /// The critical point, exactly.
        point: Point,
        /// The number of steps.
        step: usize,
    },
    /// The absolute value of a weight grows for ever, without bound.
    Diverges {
        /// The weight, counted from 0.
        index: usize,
        /// The step from which on it grows.
        step: usize,
    },
}

impl Ending {
    /// The interpolator that the run converges to.
    pub fn limit(&self) -> Option<&Point> {
        match self {
            Ending::Converges { limit, .. } | Ending::Lands { limit, .. } => Some(limit),
            Ending::Stuck { .. } | Ending::Diverges { .. } => None,
        }
    }

    /// The step from which on the end is known.
    pub fn step(&self) -> usize {
        match self {
            Ending::Converges { step, .. }
            | Ending::Lands { step, .. }
            | Ending::Stuck { step, .. }
            | Ending::Diverges { step, .. } => *step,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let step = self.step();
        match self {
            Ending::Converges { .. } => write!(out, "it converges; trapped at step {step}"),
            Ending::Lands { .. } => write!(out, "it lands exactly on an interpolator at step {step}"),
            Ending::Stuck { .. } => {
                write!(out, "from step {step} on it is stuck at a critical point that is no interpolator")
            }
            Ending::Diverges { index, .. } => {
                let index = index.saturating_add(1);
                write!(out, "it diverges: from step {step} on weight {index} grows for ever")
            }
        }
    }
}

/// Data, and why a run on them ends as it does: everything that [`super::recheck`] needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// The data.
    pub problem: Problem,
    /// The step sizes.
    pub schedule: Schedule,
    /// Why.
    pub evidence: Evidence,
}

/// Why a run ends as it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// The lemma `trapping` for a single sample, in the coordinates of model A.
    OneSample(limit::Certificate),
    /// The lemma `trapping` for any depth and number of samples.
    Trapped {
        /// The fraction bits of the ball arithmetic.
        precision: u64,
        /// The step at which the trap closes.
        step: usize,
        /// Enclosures of the weights there and the constants of the lemma.
        trap: Trap,
    },
    /// The exact iterate interpolates.
    Lands {
        /// After this many steps.
        step: usize,
    },
    /// The exact iterate is a critical point that does not interpolate.
    Stuck {
        /// After this many steps.
        step: usize,
    },
    /// A weight is so large that it grows for ever.
    Grows {
        /// The fraction bits of the ball arithmetic.
        precision: u64,
        /// After this many steps.
        step: usize,
        /// The weight of model A or C, counted from 0.
        index: usize,
    },
}

/// A run whose end is certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// How it ends.
    pub ending: Ending,
    /// Why.
    pub certificate: Certificate,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its end is certified.
    Certified(Box<Certified>),
    /// It is not.
    Undecided(Undecided),
}

impl Outcome {
    /// The interpolator that the run converges to, if that is certified.
    pub fn limit(&self) -> Option<&Point> {
        match self {
            Outcome::Certified(certified) => certified.ending.limit(),
            Outcome::Undecided(_) => None,
        }
    }
}

/// A run whose end is not certified, and what was seen of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecided {
    /// Why.
    pub reason: Reason,
    /// The last state that was seen, in words.
    pub evidence: String,
}

/// Why the end of a run is not certified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// The iterates became huge, and no proof that they stay so is known here.
    Huge,
    /// The budget of steps ended, and the residual shrinks, but slowly.
    Slow,
    /// The budget of steps ended, and the residual does not shrink.
    Wanders,
    /// The budget of steps ended within the phases of the schedule.
    Phases,
    /// The budget of steps ended before the run was trapped.
    Steps,
    /// More precision than the budget has would be needed.
    Precision,
    /// More arithmetic than is reasonable would be needed.
    Work,
    /// What was found is refused when it is checked again.
    Refused(Refusal),
    /// The run ends otherwise than at an interpolator, which is certified.
    NoLimit(String),
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Huge => write!(out, "the iterates became huge, without a proof that they diverge"),
            Reason::Slow => write!(out, "not trapped within the budget of steps: the residual shrinks slowly"),
            Reason::Wanders => {
                write!(out, "not trapped within the budget of steps: the residual does not shrink (a cycle, or chaos)")
            }
            Reason::Phases => write!(out, "the budget of steps ends before the step size is constant"),
            Reason::Steps => write!(out, "not trapped within the budget of steps"),
            Reason::Precision => write!(out, "the enclosure needs more bits than the budget has"),
            Reason::Work => write!(out, "the problem is too large to be followed this long with this many bits"),
            Reason::Refused(refusal) => write!(out, "the certificate was refused: {refusal}"),
            Reason::NoLimit(ending) => write!(out, "there is no limit to measure: {ending}"),
        }
    }
}

/// Why a certificate is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The data make no sense.
    Problem(Error),
    /// Checking would take more steps, bits or arithmetic than the budget has.
    OverBudget,
    /// The step size still changes after the recorded step.
    Phases,
    /// The enclosure of the run is useless before the recorded step.
    Lost,
    /// The enclosure recorded for a weight, counted from 0, does not follow from the run.
    Enclosure(usize),
    /// A hypothesis of the lemma `trapping` fails.
    Trapping(Violation),
    /// The certificate for a single sample is refused.
    OneSample(limit::Refusal),
    /// The exact iterate does not interpolate, or is too long to be computed.
    NotLanded,
    /// The exact iterate is no critical point, or is too long to be computed.
    NotStuck,
    /// The recorded weight does not provably grow for ever.
    NotGrowing,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Problem(error) => error.fmt(out),
            Refusal::OverBudget => write!(out, "the certificate is longer than the budget"),
            Refusal::Phases => write!(out, "the step size still changes after the recorded step"),
            Refusal::Lost => write!(out, "the run cannot be followed to the recorded step at the recorded precision"),
            Refusal::Enclosure(i) => {
                write!(out, "the enclosure of weight {} does not follow from the run", i.saturating_add(1))
            }
            Refusal::Trapping(violation) => violation.fmt(out),
            Refusal::OneSample(refusal) => refusal.fmt(out),
            Refusal::NotLanded => write!(out, "the iterate at the recorded step is not known to interpolate"),
            Refusal::NotStuck => write!(out, "the iterate at the recorded step is not known to be critical"),
            Refusal::NotGrowing => write!(out, "the recorded weight is not known to grow for ever"),
        }
    }
}

impl std::error::Error for Refusal {}

/// The answer to a question about a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is true.
    Yes,
    /// It is false, for this reason.
    No(String),
    /// It is not decided.
    Open(Undecided),
}

/// A rational matrix by its rows.
pub type Matrix = Vec<Vec<BigRational>>;
