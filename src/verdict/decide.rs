//! Deciding the claims of an experiment from what is known of its runs.

use std::cmp::Ordering;

use num_bigint::BigInt;

use super::follow::{Followed, WIDTH};
use super::measure::written;
use super::report::{Evidence, Finding};
use crate::elaborate::{Assertion, Comparison, ExperimentClaim, Measure, Property, Quantity, Side, Subject};
use crate::exact::{Enclosure, compare, digits};

/// The lemma that a certified limit rests on, unless the run lands exactly.
const TRAPPING: &str = "trapping";

/// Numbers that differ are shown with this many digits, and with more where they would
/// look the same.
const FEW_DIGITS: usize = 9;
const MANY_DIGITS: usize = 1 << 11;

/// Decides claims.
pub(super) struct Decider<'e> {
    pub(super) followed: &'e Followed<'e>,
}

/// The order of two numbers, with the enclosures that settle it.
struct Settled {
    order: Ordering,
    left: Enclosure,
    right: Enclosure,
}

impl Decider<'_> {
    /// The evidence for a claim, the lemmas that it rests on, and what was found: the claim
    /// is refuted by one assertion that is false, and holds when all are true.
    pub(super) fn claim(&self, claim: &ExperimentClaim) -> (Evidence, Vec<String>, Vec<Finding>) {
        let findings: Vec<Finding> = claim.assertions.iter().map(|one| self.finding(one)).collect();
        let decided = if findings.iter().any(|finding| finding.holds == Some(false)) {
            Some(false)
        } else {
            findings.iter().all(|finding| finding.holds == Some(true)).then_some(true)
        };
        let subjects: Vec<Subject> = claim.assertions.iter().flat_map(Assertion::subjects).collect();
        let exact = subjects.iter().all(|one| matches!(one, Subject::NormMinimiser | Subject::SharpnessMinimiser));
        let evidence = match decided {
            Some(true) if exact => Evidence::Exact,
            Some(true) => Evidence::Certified,
            Some(false) => Evidence::Refuted,
            None => Evidence::Undecided,
        };
        let mut subjects = subjects.into_iter();
        let trapped = subjects.any(|one| matches!(one, Subject::Run(run) if self.followed.rests_on_trapping(run)));
        let lemmas = if trapped && decided.is_some() { vec![TRAPPING.to_owned()] } else { vec![] };
        (evidence, lemmas, findings)
    }

    fn finding(&self, assertion: &Assertion) -> Finding {
        match assertion {
            Assertion::Compares(comparison) => self.compared(comparison),
            Assertion::Says { run, property: Property::Stable, holds } => self.stable(*run, *holds),
            Assertion::Says { run, property, holds } => {
                let name = self.followed.experiment.name_of(Subject::Run(*run));
                match self.followed.says(*run, *property) {
                    Ok((found, why)) => Finding { holds: Some(found == *holds), text: format!("of `{name}`: {why}") },
                    Err(why) => Finding::open(format!("whether `{name}` {} is not known: {why}", property.name())),
                }
            }
        }
    }

    fn compared(&self, comparison: &Comparison) -> Finding {
        let Comparison { left, relation, right } = comparison;
        match self.settle(left, right) {
            Ok(settled) => Finding { holds: Some(relation.admits(settled.order)), text: shown(left, &settled, right) },
            Err(why) => Finding::open(why),
        }
    }

    /// η S < 2 at the limit.
    fn stable(&self, run: usize, holds: bool) -> Finding {
        let experiment = self.followed.experiment;
        let name = experiment.name_of(Subject::Run(run));
        let Some(eta) = experiment.runs.get(run).map(|run| run.schedule.last().clone()) else {
            return Finding::open("there is no such run");
        };
        let sharpness = Quantity::Measured(Subject::Run(run), Measure::Sharpness);
        let product = Quantity::Product(Box::new(Quantity::Number(eta)), Box::new(sharpness));
        let left = Side { text: format!("{name}.eta*{name}.sharpness"), quantity: product };
        let right = Side { text: "2".to_owned(), quantity: Quantity::Number(BigInt::from(2).into()) };
        match self.settle(&left, &right) {
            Ok(settled) => {
                Finding { holds: Some(settled.order.is_lt() == holds), text: shown(&left, &settled, &right) }
            }
            Err(why) => Finding::open(why),
        }
    }

    /// Orders two quantities, by enclosures that are made tighter until they separate or the budget ends.
    fn settle(&self, left: &Side, right: &Side) -> Result<Settled, String> {
        let same = self.followed.experiment.same(&left.quantity, &right.quantity);
        let mut width = WIDTH;
        let mut overlap: Option<(Enclosure, Enclosure)> = None;
        loop {
            let sides = self.enclosed(left, width).and_then(|a| Ok(a.zip(self.enclosed(right, width)?)));
            let (a, b) = match sides {
                Ok(Some(sides)) => sides,
                Ok(None) if width < self.followed.budget.precision => {
                    width = width.saturating_mul(2);
                    continue;
                }
                Ok(None) => return Err(format!("{} or {} may divide by 0", left.text, right.text)),
                Err(why) => return Err(Self::not_told_apart(left, right, overlap.as_ref(), why)),
            };
            if let Some(order) = if same { Some(Ordering::Equal) } else { compare(&a, &b) } {
                self.followed.settled(width);
                return Ok(Settled { order, left: a, right: b });
            }
            if width >= self.followed.budget.precision {
                let why = "more precision than the budget has would be needed".to_owned();
                return Err(Self::not_told_apart(left, right, Some(&(a, b)), why));
            }
            overlap = Some((a, b));
            width = width.saturating_mul(2);
        }
    }

    fn enclosed(&self, side: &Side, width: u64) -> Result<Option<Enclosure>, String> {
        self.followed.quantity(&side.quantity, width)
    }

    /// Why the order is open, with the tightest enclosures that there were.
    fn not_told_apart(left: &Side, right: &Side, overlap: Option<&(Enclosure, Enclosure)>, why: String) -> String {
        let Some((a, b)) = overlap else { return why };
        let width = a.width().max(b.width());
        // 2^-bits ≥ width: with n/d = width, d/n ≥ 2^(bits(d) − 1 − bits(n)).
        let bits = (width.denom().bits().saturating_sub(1)).saturating_sub(width.numer().bits());
        format!("{} and {} agree to 2^-{bits} and are not told apart: {why}", left.text, right.text)
    }
}

/// `middle.risk = 0.0000160051… < 0.337753… = slow.risk`
fn shown(left: &Side, settled: &Settled, right: &Side) -> String {
    let (mut a, mut b) = numbers(settled);
    if !matches!(left.quantity, Quantity::Number(_)) {
        a = format!("{} = {a}", left.text);
    }
    if !matches!(right.quantity, Quantity::Number(_)) {
        b = format!("{b} = {}", right.text);
    }
    let sign = match settled.order {
        Ordering::Less => '<',
        Ordering::Equal => '=',
        Ordering::Greater => '>',
    };
    format!("{a} {sign} {b}")
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
