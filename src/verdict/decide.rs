//! Deciding the claims of an experiment from what is known of its runs.

use std::cmp::Ordering;

use super::experiment::{Ending, Minimiser, Run, Trial};
use super::measure::written;
use super::report::{Evidence, Finding};
use crate::descent::{self, Budget, Side, certify_order};
use crate::elaborate::{Comparison, Experiment, ExperimentClaim, Measure, Quantity, Subject};
use crate::exact::{Enclosure, compare, digits};

/// The lemma that a certified limit rests on, unless the run lands exactly.
const TRAPPING: &str = "trapping";

/// Numbers that differ are shown with this many digits, and with more where they would
/// look the same.
const FEW_DIGITS: usize = 9;
const MANY_DIGITS: usize = 1 << 11;

/// An experiment whose runs were followed.
pub(super) struct Decider<'e> {
    pub experiment: &'e Experiment,
    pub trial: &'e Trial,
    pub budget: &'e Budget,
}

/// The order of two numbers, with the enclosures that settle it.
struct Settled {
    order: Ordering,
    left: Enclosure,
    right: Enclosure,
}

impl Decider<'_> {
    /// The evidence for a claim, the lemmas that it rests on, and what was found: the claim
    /// is refuted by one comparison that is false, and holds when all are true.
    pub(super) fn claim(&self, claim: &ExperimentClaim) -> (Evidence, Vec<String>, Vec<Finding>) {
        let findings: Vec<Finding> = claim.comparisons.iter().map(|one| self.finding(one)).collect();
        let decided = if findings.iter().any(|finding| finding.holds == Some(false)) {
            Some(false)
        } else {
            findings.iter().all(|finding| finding.holds == Some(true)).then_some(true)
        };
        let runs: Vec<&Run> = claim.comparisons.iter().flat_map(|one| self.runs(one)).collect();
        let evidence = match decided {
            Some(true) if runs.is_empty() => Evidence::Exact,
            Some(true) => Evidence::Certified,
            Some(false) => Evidence::Refuted,
            None => Evidence::Undecided,
        };
        let trapped = runs.iter().any(|run| matches!(run.ending, Ending::Trapped(_)));
        let lemmas = if trapped && decided.is_some() { vec![TRAPPING.to_owned()] } else { vec![] };
        (evidence, lemmas, findings)
    }

    /// The runs that a comparison speaks of.
    fn runs(&self, comparison: &Comparison) -> impl Iterator<Item = &Run> {
        [&comparison.left, &comparison.right].into_iter().filter_map(|quantity| match quantity {
            Quantity::Measured(Subject::Run(number), _) => self.trial.runs.get(*number),
            _ => None,
        })
    }

    fn finding(&self, comparison: &Comparison) -> Finding {
        let Comparison { left, relation, right, .. } = comparison;
        match self.settle(left, right) {
            Ok(settled) => {
                let text = self.shown(left, &settled, right);
                Finding { holds: Some(relation.admits(settled.order)), text }
            }
            Err(why) => Finding::open(why),
        }
    }

    /// Orders two quantities: by what is known of them already, else by tighter enclosures.
    fn settle(&self, left: &Quantity, right: &Quantity) -> Result<Settled, String> {
        let (a, b) = (self.enclosure(left)?, self.enclosure(right)?);
        if self.experiment.same(left, right) {
            return Ok(Settled { order: Ordering::Equal, left: a, right: b });
        }
        if let Some(order) = compare(&a, &b) {
            return Ok(Settled { order, left: a, right: b });
        }
        let (of_left, of_right) = (self.measured(left), self.measured(right));
        let sides = (self.side(left, &a, of_left.as_ref()), self.side(right, &b, of_right.as_ref()));
        match certify_order(&sides.0, &sides.1, self.budget) {
            Ok(descent::Comparison::Decided { order, left, right }) => Ok(Settled { order, left, right }),
            Ok(descent::Comparison::Undecided { undecided, .. }) => {
                let (left, right) = (self.name(left), self.name(right));
                Err(format!("{left} and {right} are not told apart: {}", undecided.reason))
            }
            Err(error) => Err(error.to_string()),
        }
    }
    /// What is known of a quantity, or why nothing is.
    fn enclosure(&self, quantity: &Quantity) -> Result<Enclosure, String> {
        let (subject, measure) = match quantity {
            Quantity::Number(number) => return Ok(Enclosure::point(number.clone())),
            Quantity::Measured(subject, measure) => (subject, measure),
        };
        let (measures, why) = match subject {
            Subject::Run(number) => {
                let run = self.trial.runs.get(*number).ok_or("there is no such run")?;
                let why = match &run.ending {
                    Ending::Undecided(reason) => format!("the limit of `{}` is not certified: {reason}", run.name),
                    Ending::Trapped(_) | Ending::Landed(_) => String::new(),
                };
                (&run.measures, why)
            }
            _ => {
                let minimiser = self.minimiser(*subject);
                (&minimiser.measures, minimiser.tie.clone().unwrap_or_default())
            }
        };
        measures.get(*measure).cloned().ok_or(why)
    }

    fn minimiser(&self, subject: Subject) -> &Minimiser {
        let [norm, sharpness] = &self.trial.minimisers;
        if subject == Subject::SharpnessMinimiser { sharpness } else { norm }
    }

    /// What is measured of a run, for [`certify_order`].
    fn measured(&self, quantity: &Quantity) -> Option<descent::Quantity> {
        let Quantity::Measured(Subject::Run(_), measure) = quantity else { return None };
        Some(match measure {
            Measure::Risk => descent::Quantity::Risk(self.experiment.truth.clone().unwrap_or_default()),
            Measure::Sharpness => descent::Quantity::Sharpness,
            Measure::Norm => descent::Quantity::Norm,
        })
    }

    /// A side of [`certify_order`]: what is not measured of a run is known exactly, and
    /// `known` is that number.
    fn side<'a>(
        &'a self,
        quantity: &Quantity,
        known: &'a Enclosure,
        measured: Option<&'a descent::Quantity>,
    ) -> Side<'a> {
        let run = match quantity {
            Quantity::Measured(Subject::Run(number), _) => self.trial.runs.get(*number),
            _ => None,
        };
        match (run, measured) {
            (Some(run), Some(quantity)) => Side::Run { problem: &self.experiment.problem, eta: &run.eta, quantity },
            _ => Side::Exact(known.lo()),
        }
    }

    /// The quantity as it is written in a claim.
    fn name(&self, quantity: &Quantity) -> String {
        let (subject, measure) = match quantity {
            Quantity::Number(number) => return number.to_string(),
            Quantity::Measured(subject, measure) => (subject, measure),
        };
        format!("{}.{}", self.experiment.name_of(*subject), measure.name())
    }

    /// `middle.risk = 0.0000160051… < 0.337753… = slow.risk`
    fn shown(&self, left: &Quantity, settled: &Settled, right: &Quantity) -> String {
        let (mut a, mut b) = numbers(settled);
        if let Quantity::Measured(..) = left {
            a = format!("{} = {a}", self.name(left));
        }
        if let Quantity::Measured(..) = right {
            b = format!("{b} = {}", self.name(right));
        }
        let sign = match settled.order {
            Ordering::Less => '<',
            Ordering::Equal => '=',
            Ordering::Greater => '>',
        };
        format!("{a} {sign} {b}")
    }
}

/// The two numbers, with enough digits to see that they differ if they do.
fn numbers(settled: &Settled) -> (String, String) {
    let mut cap = FEW_DIGITS;
    loop {
        let differ = digits(&settled.left, cap) != digits(&settled.right, cap);
        if differ || settled.order == Ordering::Equal || cap >= MANY_DIGITS {
            return (written(&settled.left, cap), written(&settled.right, cap));
        }
        cap = cap.saturating_mul(2);
    }
}
