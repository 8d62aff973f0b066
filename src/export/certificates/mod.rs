//! Certified runs as files that another program checks, in another arithmetic.

pub mod check;

use std::cmp::Ordering;

use num_rational::BigRational;
use serde::Serialize;

use crate::descent::{
    Budget, Certificate, CertifiedLimit, Error, Limit, Minimiser, Outcome, certify, norm_minimiser, sharpness_minimiser,
};
use crate::elaborate::{Comparison, Experiment, Measure, Quantity, Subject};
use crate::exact::{Enclosure, compare};

/// The program that checks certificates: Python, with python-flint or mpmath.
pub const CHECKER: &str = include_str!("recheck.py");

/// The exponent of the width to which limits are enclosed first.
const FIRST_WIDTH: u64 = 64;

/// A number, as a fraction.
fn text(q: &BigRational) -> String {
    q.to_string()
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
    model: Model,
    /// β*
    truth: Option<Vec<String>>,
    runs: Vec<Run>,
    minimisers: Minimisers,
    claims: Vec<Claim>,
}

#[derive(Clone, Debug, Serialize)]
struct Model {
    network: &'static str,
    loss: &'static str,
    samples: Vec<Sample>,
    start: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Sample {
    x: Vec<String>,
    y: String,
}

#[derive(Clone, Debug, Serialize)]
struct Run {
    name: String,
    eta: String,
    #[serde(flatten)]
    ending: Ending,
    limit: Measured,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "ending", rename_all = "snake_case")]
enum Ending {
    /// By the lemma `trapping`, with its numbers at a step.
    Trapped { precision: u64, step: usize, beta: Vec<Interval>, delta: String, kappa: Vec<String>, q: String },
    /// Exactly at an interpolator.
    Landed { step: usize, iterate: Vec<String> },
}

/// Where a limit lies, and what is measured of it.
#[derive(Clone, Debug, Serialize)]
struct Measured {
    beta: Vec<Interval>,
    norm: Interval,
    sharpness: Interval,
    risk: Option<Interval>,
}

#[derive(Clone, Debug, Serialize)]
struct Minimisers {
    norm_minimiser: Option<Point>,
    sharpness_minimiser: Option<Point>,
}

#[derive(Clone, Debug, Serialize)]
struct Point {
    beta: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
struct Claim {
    name: String,
    comparisons: Vec<Compared>,
}

#[derive(Clone, Debug, Serialize)]
struct Compared {
    left: Side,
    relation: &'static str,
    right: Side,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Side {
    Number { number: String },
    Of { of: String, measure: &'static str },
}

/// The limits of an experiment's runs, as far as they are certified.
struct Limits<'e> {
    experiment: &'e Experiment,
    outcomes: Vec<Outcome>,
    minimisers: [Option<Minimiser>; 2],
}

impl File {
    /// The certificates of an experiment, tight enough for those of its claims that hold; claims that are not certified are left
    /// out. `None` if no limit is certified.
    ///
    /// # Errors
    /// If a run has no meaning.
    pub fn of(experiment: &Experiment, budget: &Budget) -> Result<Option<File>, Error> {
        let mut width = FIRST_WIDTH;
        let mut limits = Limits::of(experiment, width, budget)?;
        // Enclosures that do not separate what a claim compares are made tighter, as long as the budget allows.
        while limits.open() && width < budget.precision {
            width = width.saturating_mul(2);
            let tighter = Limits::of(experiment, width, budget)?;
            if tighter
                .outcomes
                .iter()
                .zip(&limits.outcomes)
                .any(|(new, old)| new.limit().is_none() && old.limit().is_some())
            {
                break;
            }
            limits = tighter;
        }
        Ok(limits.outcomes.iter().any(|outcome| outcome.limit().is_some()).then(|| limits.file()))
    }
}

impl File {
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
        let all = runs.chain(minimisers.map(|(name, _)| ("minimiser", name))).chain(claims);
        all.map(|(kind, name)| (kind, format!("{}.{name}", self.experiment))).collect()
    }
}

impl<'e> Limits<'e> {
    fn of(experiment: &'e Experiment, width: u64, budget: &Budget) -> Result<Self, Error> {
        let problem = &experiment.problem;
        let outcomes = experiment.runs.iter().map(|run| certify(problem, &run.eta, width, budget));
        Ok(Limits {
            experiment,
            outcomes: outcomes.collect::<Result<_, _>>()?,
            minimisers: [norm_minimiser(problem).ok(), sharpness_minimiser(problem).ok()],
        })
    }

    fn truth(&self) -> Option<&[BigRational]> {
        self.experiment.truth.as_deref()
    }

    /// What is known of a quantity.
    fn enclosure(&self, quantity: &Quantity) -> Option<Enclosure> {
        let (subject, measure) = match quantity {
            Quantity::Number(q) => return Some(Enclosure::point(q.clone())),
            Quantity::Measured(subject, measure) => (subject, measure),
        };
        let of_point = |minimiser: &Option<Minimiser>| {
            let minimiser = minimiser.as_ref()?;
            let value = match measure {
                Measure::Norm => minimiser.norm.clone(),
                Measure::Sharpness => minimiser.sharpness.clone(),
                Measure::Risk => minimiser.risk(self.truth()?).ok()?,
            };
            Some(Enclosure::point(value))
        };
        match subject {
            Subject::NormMinimiser => of_point(&self.minimisers[0]),
            Subject::SharpnessMinimiser => of_point(&self.minimisers[1]),
            Subject::Run(number) => {
                let limit = self.outcomes.get(*number)?.limit()?;
                match measure {
                    Measure::Norm => Some(limit.norm.clone()),
                    Measure::Sharpness => Some(limit.sharpness.clone()),
                    Measure::Risk => limit.risk(self.truth()?).ok(),
                }
            }
        }
    }
    /// Whether a comparison holds, as far as the enclosures decide.
    fn holds(&self, comparison: &Comparison) -> Option<bool> {
        let Comparison { left, relation, right, .. } = comparison;
        let (a, b) = (self.enclosure(left)?, self.enclosure(right)?);
        let order = if self.experiment.same(left, right) { Some(Ordering::Equal) } else { compare(&a, &b) }?;
        Some(relation.admits(order))
    }

    /// Whether a comparison of known quantities is not decided.
    fn open(&self) -> bool {
        let mut comparisons = self.experiment.claims.iter().flat_map(|claim| &claim.comparisons);
        comparisons.any(|one| {
            self.holds(one).is_none() && self.enclosure(&one.left).is_some() && self.enclosure(&one.right).is_some()
        })
    }

    fn file(&self) -> File {
        let Experiment { heading, problem, truth, runs, claims, .. } = self.experiment;
        let texts = |numbers: &[BigRational]| numbers.iter().map(text).collect();
        let point = |minimiser: &Option<Minimiser>| minimiser.as_ref().map(|m| Point { beta: texts(&m.beta) });
        let certified = runs.iter().zip(&self.outcomes).filter_map(|(run, outcome)| {
            let ending = match outcome {
                Outcome::Converged(CertifiedLimit { certificate, .. }) => trapped(certificate),
                Outcome::Landed(landing) => Ending::Landed { step: landing.step, iterate: texts(&landing.iterate) },
                Outcome::Undecided(_) => return None,
            };
            Some(Run { name: run.name.clone(), eta: text(&run.eta), ending, limit: self.measured(outcome.limit()?) })
        });
        let shown = claims.iter().filter(|claim| claim.comparisons.iter().all(|one| self.holds(one) == Some(true)));
        File {
            schema: "tightrope.certificate/1",
            experiment: heading.name.clone(),
            model: Model {
                network: "shared",
                loss: "half_square",
                samples: vec![Sample { x: texts(problem.features()), y: text(problem.target()) }],
                start: texts(problem.start()),
            },
            truth: truth.as_deref().map(texts),
            runs: certified.collect(),
            minimisers: Minimisers {
                norm_minimiser: point(&self.minimisers[0]),
                sharpness_minimiser: point(&self.minimisers[1]),
            },
            claims: shown
                .map(|claim| Claim {
                    name: claim.name.clone(),
                    comparisons: claim.comparisons.iter().map(|one| self.compared(one)).collect(),
                })
                .collect(),
        }
    }

    fn measured(&self, limit: &Limit) -> Measured {
        Measured {
            beta: limit.beta.iter().map(interval).collect(),
            norm: interval(&limit.norm),
            sharpness: interval(&limit.sharpness),
            risk: self.truth().and_then(|truth| limit.risk(truth).ok()).map(|risk| interval(&risk)),
        }
    }

    fn compared(&self, comparison: &Comparison) -> Compared {
        Compared {
            left: self.side(&comparison.left),
            relation: comparison.relation.sign(),
            right: self.side(&comparison.right),
        }
    }

    fn side(&self, quantity: &Quantity) -> Side {
        let (subject, measure) = match quantity {
            Quantity::Number(q) => return Side::Number { number: text(q) },
            Quantity::Measured(subject, measure) => (subject, measure),
        };
        Side::Of { of: self.experiment.name_of(*subject).to_owned(), measure: measure.name() }
    }
}

fn trapped(certificate: &Certificate) -> Ending {
    let Certificate { precision, step, trapping } = certificate;
    Ending::Trapped {
        precision: *precision,
        step: *step,
        beta: trapping.beta.iter().map(interval).collect(),
        delta: text(&trapping.delta),
        kappa: trapping.kappa.iter().map(text).collect(),
        q: text(&trapping.q),
    }
}
