//! What is certified of an experiment, for those who check it again.

use super::decide::Decider;
use super::follow::Followed;
use super::report::Evidence;
use crate::descent::Budget;
use crate::descent::models::{self, Point};
use crate::elaborate::{Experiment, ExperimentClaim, Run, Subject};

/// The runs of an experiment whose ends are known as tightly as its claims ask for, and the claims that hold.
#[derive(Debug)]
pub struct Certified<'e> {
    /// The experiment.
    pub experiment: &'e Experiment,
    /// Its runs, as far as they are known.
    pub runs: Vec<(&'e Run, Known)>,
    /// The interpolators of least norm and of least sharpness, where there is exactly one.
    pub minimisers: [Option<Point>; 2],
    /// The claims that are certified, or exact.
    pub claims: Vec<&'e ExperimentClaim>,
}

/// What is known of a run.
#[derive(Debug)]
pub enum Known {
    /// How it ends.
    Ends(Box<models::Certified>),
    /// Where it stops.
    Stops(Box<Point>),
}

/// Follows the runs of an experiment and decides its claims.
pub fn certified<'e>(experiment: &'e Experiment, budget: &Budget) -> Certified<'e> {
    let followed = Followed::new(experiment, budget);
    let decider = Decider { followed: &followed };
    let holds = |claim: &&ExperimentClaim| matches!(decider.claim(claim).0, Evidence::Certified | Evidence::Exact);
    let claims = experiment.claims.iter().filter(holds).collect();
    let width = followed.widest();
    let known =
        experiment.runs.iter().enumerate().filter_map(|(number, run)| Some((run, followed.known(number, width)?)));
    let minimiser = |subject| followed.point(subject, width).ok();
    Certified {
        experiment,
        runs: known.collect(),
        minimisers: [minimiser(Subject::NormMinimiser), minimiser(Subject::SharpnessMinimiser)],
        claims,
    }
}
