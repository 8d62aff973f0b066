//! The runs of an experiment, followed as tightly as a claim asks for.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use super::certified::Known;
use super::experiment::{Ending, measured};
use crate::descent::models::{
    self, Answer, Evidence, Model, Outcome, Point, Problem, after, certify, certify_signed, interpolator, no_overshoot,
};
use crate::descent::{Budget, Error, norm_minimiser, sharpness_minimiser};
use crate::elaborate::{Experiment, Measure, Property, Quantity, Run, Subject};
use crate::exact::Enclosure;
use crate::flow::{Flow, Flows};

/// Limits are enclosed to 2^-64 first, and more tightly where a comparison asks for it.
pub(super) const WIDTH: u64 = 64;
/// The roots of a minimiser are enclosed once.
const MINIMISER_WIDTH: u64 = 1024;
/// Into how many pieces the flow's clock is cut at most.
const PIECES: usize = 4096;

/// An experiment whose runs are followed when they are asked for, each once for every width.
pub(super) struct Followed<'e> {
    pub(super) experiment: &'e Experiment,
    pub(super) budget: &'e Budget,
    minimisers: [Result<Point, String>; 2],
    runs: RefCell<BTreeMap<(usize, u64), Rc<Seen>>>,
    /// The exponent of the tightest width that settled a comparison.
    widest: Cell<u64>,
}

/// What is known of a run.
enum Seen {
    /// How it ends.
    Outcome(Box<Outcome>),
    /// Where it stops.
    State(Box<Point>),
    /// Nothing, for this reason.
    Unknown(String),
}

impl<'e> Followed<'e> {
    pub(super) fn new(experiment: &'e Experiment, budget: &'e Budget) -> Self {
        Followed {
            experiment,
            budget,
            minimisers: [norm_minimiser, sharpness_minimiser].map(|find| minimiser(&experiment.problem, find)),
            runs: RefCell::new(BTreeMap::new()),
            widest: Cell::new(WIDTH),
        }
    }

    /// Notes that enclosures to 2^-width settled a comparison.
    pub(super) fn settled(&self, width: u64) {
        self.widest.set(self.widest.get().max(width));
    }

    /// The exponent of the tightest width that settled a comparison.
    pub(super) fn widest(&self) -> u64 {
        self.widest.get()
    }

    /// What is known of a run, enclosed to 2^-width.
    pub(super) fn known(&self, number: usize, width: u64) -> Option<Known> {
        match &*self.seen(number, width) {
            Seen::Outcome(outcome) => match &**outcome {
                Outcome::Certified(certified) => Some(Known::Ends(certified.clone())),
                Outcome::Undecided(_) => None,
            },
            Seen::State(point) => Some(Known::Stops(point.clone())),
            Seen::Unknown(_) => None,
        }
    }

    fn seen(&self, number: usize, width: u64) -> Rc<Seen> {
        if let Some(seen) = self.runs.borrow().get(&(number, width)) {
            return Rc::clone(seen);
        }
        let seen = match self.experiment.runs.get(number) {
            Some(run) => self.follow(run, width),
            None => Seen::Unknown("there is no such run".to_owned()),
        };
        let seen = Rc::new(seen);
        self.runs.borrow_mut().insert((number, width), Rc::clone(&seen));
        seen
    }

    fn follow(&self, run: &Run, width: u64) -> Seen {
        let problem = &self.experiment.problem;
        let unknown = |error: Error| Seen::Unknown(error.to_string());
        match run.stops {
            None => certify(problem, &run.schedule, width, self.budget)
                .map_or_else(unknown, |outcome| Seen::Outcome(Box::new(outcome))),
            Some(steps) => match after(problem, &run.schedule, steps, width, self.budget) {
                Ok(point) => Seen::State(Box::new(point)),
                Err(undecided) => Seen::Unknown(undecided.reason.to_string()),
            },
        }
    }

    /// How a run ends.
    pub(super) fn ending(&self, number: usize) -> Ending {
        match &*self.seen(number, WIDTH) {
            Seen::State(_) => {
                Ending::Stopped(self.experiment.runs.get(number).and_then(|run| run.stops).unwrap_or_default())
            }
            Seen::Unknown(reason) => Ending::Undecided(reason.clone()),
            Seen::Outcome(outcome) => match &**outcome {
                Outcome::Undecided(undecided) => Ending::Undecided(undecided.reason.to_string()),
                Outcome::Certified(certified) => match &certified.ending {
                    models::Ending::Converges { step, .. } => Ending::Trapped(*step),
                    models::Ending::Lands { step, .. } => Ending::Landed(*step),
                    other => Ending::Elsewhere(other.to_string()),
                },
            },
        }
    }

    /// Whether what is known of a run rests on the lemma `trapping`.
    pub(super) fn rests_on_trapping(&self, number: usize) -> bool {
        match &*self.seen(number, WIDTH) {
            Seen::Outcome(outcome) => match &**outcome {
                Outcome::Certified(certified) => {
                    matches!(certified.certificate.evidence, Evidence::OneSample(_) | Evidence::Trapped { .. })
                }
                Outcome::Undecided(_) => false,
            },
            Seen::State(_) | Seen::Unknown(_) => false,
        }
    }

    /// The weights that are measured, or why they are not known.
    pub(super) fn point(&self, subject: Subject, width: u64) -> Result<Point, String> {
        let number = match subject {
            Subject::NormMinimiser => return self.minimisers[0].clone(),
            Subject::SharpnessMinimiser => return self.minimisers[1].clone(),
            Subject::Flow => return self.flow(width),
            Subject::Run(number) => number,
        };
        let name = self.experiment.name_of(subject);
        match &*self.seen(number, width) {
            Seen::State(point) => Ok((**point).clone()),
            Seen::Unknown(reason) => Err(format!("`{name}` is not known: {reason}")),
            Seen::Outcome(outcome) => match &**outcome {
                Outcome::Undecided(undecided) => {
                    Err(format!("the limit of `{name}` is not certified: {}", undecided.reason))
                }
                Outcome::Certified(certified) => match certified.ending.limit() {
                    Some(limit) => Ok(limit.clone()),
                    None => Err(format!("`{name}` has no limit among the interpolators: {}", certified.ending)),
                },
            },
        }
    }

    /// The end of the gradient flow.
    fn flow(&self, width: u64) -> Result<Point, String> {
        let problem = &self.experiment.problem;
        let Model::Shared { w } = problem.model() else {
            return Err("the gradient flow is known for networks with shared weights".to_owned());
        };
        let squares = match (problem.samples(), problem.targets()) {
            ([features], [target]) => Flow::from_weights(features.clone(), target.clone(), w)
                .and_then(|flow| flow.end(width))
                .map(|end| end.beta),
            (samples, targets) => {
                let start: Vec<_> = w.iter().map(|w| w * w).collect();
                Flows::new(samples.to_vec(), targets.to_vec(), &start)
                    .and_then(|flow| flow.end(width))
                    .map(|end| end.beta)
            }
        };
        let squares = squares.map_err(|why| format!("the end of the flow is not certified: {why}"))?;
        interpolator(problem, squares, width).map_err(|error| error.to_string())
    }

    /// The supremum of the sharpness along the flow.
    fn sup_sharpness(&self, width: u64) -> Result<Enclosure, String> {
        let problem = &self.experiment.problem;
        let (Model::Shared { w }, [features], [target]) = (problem.model(), problem.samples(), problem.targets())
        else {
            return Err("the supremum of the sharpness is known for shared weights and one sample".to_owned());
        };
        let supremum = Flow::from_weights(features.clone(), target.clone(), w)
            .and_then(|flow| flow.sup_sharpness(width, PIECES))
            .map_err(|why| format!("the supremum of the sharpness is not certified: {why}"))?;
        // Beyond the first width only what is narrow can settle more.
        if supremum.narrow || width <= WIDTH {
            Ok(supremum.enclosure)
        } else {
            Err("the supremum of the sharpness is not enclosed more tightly with so many pieces of the clock"
                .to_owned())
        }
    }

    /// What is measured, enclosed to about 2^-width.
    pub(super) fn measure(&self, subject: Subject, measure: Measure, width: u64) -> Result<Enclosure, String> {
        if measure == Measure::SupSharpness {
            return self.sup_sharpness(width);
        }
        let signed = matches!(measure, Measure::W(_) | Measure::U(_) | Measure::V(_));
        if let (true, Subject::Run(number)) = (signed, subject)
            && let Some(run) = self.experiment.runs.get(number).filter(|run| run.stops.is_none())
        {
            // A run in the squares does not know the signs.
            let outcome = certify_signed(&self.experiment.problem, &run.schedule, width, self.budget);
            let outcome = outcome.map_err(|error| error.to_string())?;
            let limit = outcome.limit().ok_or_else(|| format!("the limit of `{}` is not certified", run.name))?;
            return measured(self.experiment, measure, limit, width);
        }
        measured(self.experiment, measure, &self.point(subject, width)?, width)
    }

    /// A number of a claim, enclosed to about 2^-width; `None` if a denominator may be 0 at this width.
    pub(super) fn quantity(&self, quantity: &Quantity, width: u64) -> Result<Option<Enclosure>, String> {
        Ok(match quantity {
            Quantity::Number(q) => Some(Enclosure::point(q.clone())),
            Quantity::Measured(subject, measure) => Some(self.measure(*subject, *measure, width)?),
            Quantity::Negative(inner) => self.quantity(inner, width)?.map(|value| value.negated()),
            Quantity::Sum(terms) => {
                let mut sum = Some(Enclosure::point(num_traits::Zero::zero()));
                for term in terms {
                    let value = self.quantity(term, width)?;
                    sum = sum.zip(value).map(|(sum, value)| sum.plus(&value));
                }
                sum
            }
            Quantity::Product(a, b) => {
                self.quantity(a, width)?.zip(self.quantity(b, width)?).map(|(a, b)| a.product(&b))
            }
            Quantity::Quotient(a, b) => {
                let divisor = self.quantity(b, width)?.and_then(|value| value.recip());
                self.quantity(a, width)?.zip(divisor).map(|(a, b)| a.product(&b))
            }
        })
    }

    /// Whether a run has a property; an error says why that is not known.
    pub(super) fn says(&self, number: usize, property: Property) -> Result<(bool, String), String> {
        let run = self.experiment.runs.get(number).ok_or("there is no such run")?;
        if property == Property::Overshoots {
            return match no_overshoot(&self.experiment.problem, &run.schedule, self.budget) {
                Ok(Answer::Yes) => Ok((false, "no step makes a weight 0 or changes its sign".to_owned())),
                Ok(Answer::No(why)) => Ok((true, why)),
                Ok(Answer::Open(undecided)) => Err(undecided.reason.to_string()),
                Err(error) => Err(error.to_string()),
            };
        }
        let seen = self.seen(number, WIDTH);
        let outcome = match &*seen {
            Seen::Outcome(outcome) => outcome,
            Seen::Unknown(reason) => return Err(reason.clone()),
            Seen::State(_) => return Err("the run stops".to_owned()),
        };
        let ending = match &**outcome {
            Outcome::Certified(certified) => &certified.ending,
            Outcome::Undecided(undecided) => return Err(undecided.reason.to_string()),
        };
        let holds = match (property, ending) {
            (Property::Lands, models::Ending::Converges { .. }) => {
                return Err("it converges; whether it is ever exactly at an interpolator is not known".to_owned());
            }
            (Property::Converges, _) => ending.limit().is_some(),
            (Property::Diverges, _) => matches!(ending, models::Ending::Diverges { .. }),
            (Property::Lands, _) => matches!(ending, models::Ending::Lands { .. }),
            (Property::Stable | Property::Overshoots, _) => return Err("this is asked otherwise".to_owned()),
        };
        Ok((holds, ending.to_string()))
    }
}

/// A minimiser as a state of the weights.
fn minimiser(
    problem: &Problem,
    find: fn(&crate::descent::Problem) -> Result<crate::descent::Minimiser, Error>,
) -> Result<Point, String> {
    let (Model::Shared { w }, [row], [target]) = (problem.model(), problem.samples(), problem.targets()) else {
        return Err("the minimisers are known for the network `shared` with one sample".to_owned());
    };
    crate::descent::Problem::new(row.clone(), target.clone(), w.clone())
        .and_then(|one| find(&one))
        .and_then(|minimiser| {
            interpolator(problem, minimiser.beta.into_iter().map(Enclosure::point).collect(), MINIMISER_WIDTH)
        })
        .map_err(|error| error.to_string())
}
