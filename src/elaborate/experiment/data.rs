//! The data of an experiment: network, samples, targets, start, truth, and the runs.

use num_rational::BigRational;
use num_traits::Zero;

use super::super::scope::Elaborated;
use super::super::term::wrong;
use super::numbers::{matrix, natural, number, vector};
use super::{FLOW, NORM_MINIMISER, Run, SHARPNESS_MINIMISER};
use crate::descent::Error;
use crate::descent::models::{Matrix, Model, Phase, Problem, Schedule};
use crate::syntax::ast::{
    Assignment, ExperimentClause, ExperimentClauseKind, Expr, ExprKind, Ident, SettingKind, Span, Use,
};

/// The networks whose runs can be certified.
const NETWORKS: [&str; 5] = ["shared", "samples", "two_layer", "depth_three", "depth"];
/// The losses ½ r² of one sample.
const LOSSES: [&str; 3] = ["half_square", "two_layer_half_square", "depth_three_half_square"];
/// The loss 1/(2n) Σ r_k² of n samples.
const MEAN_LOSS: &str = "mean_square";

/// The depth of the network `depth_three`.
const THREE: u32 = 3;

/// What is given once: its values by their names.
type Given<'e> = Vec<&'e Assignment>;

/// The data, as far as they were read.
pub(super) struct Data<'e> {
    name: &'e Ident,
    used: Vec<&'e Use>,
    data: Given<'e>,
    start: Given<'e>,
    truths: Given<'e>,
    truth: Option<Vec<BigRational>>,
    pub(super) runs: Vec<Run>,
    claims: Vec<&'e str>,
}

impl<'e> Data<'e> {
    pub(super) fn new(name: &'e Ident) -> Self {
        Data {
            name,
            used: vec![],
            data: vec![],
            start: vec![],
            truths: vec![],
            truth: None,
            runs: vec![],
            claims: vec![],
        }
    }

    /// β*
    pub(super) fn truth(&self) -> Option<&[BigRational]> {
        self.truth.as_deref()
    }

    pub(super) fn clause(&mut self, clause: &'e ExperimentClause) -> Elaborated<()> {
        match &clause.kind {
            ExperimentClauseKind::Source(_) => Ok(()),
            ExperimentClauseKind::Uses(uses) => {
                self.used.extend(uses);
                Ok(())
            }
            ExperimentClauseKind::Data(assignments) => {
                let known = "the data are `x` and `y`, the features and the target of one sample; or `X` and `y`, \
                    with a row and a target for each sample; and the `depth` of a network `depth`";
                given(&mut self.data, assignments, &["x", "X", "y", "depth"], known)
            }
            ExperimentClauseKind::Start(assignments) => {
                let known = "the start is that of `w`; of `u` and `v` for a network of two layers";
                given(&mut self.start, assignments, &["w", "u", "v"], known)
            }
            ExperimentClauseKind::Truth(assignments) => {
                let known =
                    "the truth is `beta_star`, the β of the data, and `Sigma`, the second moments of the test data";
                given(&mut self.truths, assignments, &["beta_star", "Sigma"], known)?;
                if let Some(truth) = find(&self.truths, "beta_star") {
                    self.truth = Some(vector(&truth.value)?);
                }
                Ok(())
            }
            ExperimentClauseKind::Run { name, assignments } => self.run(name, assignments),
            ExperimentClauseKind::Certify { name, .. } => {
                let taken = self.claims.contains(&name.name.as_str());
                self.claims.push(&name.name);
                if taken { Err(wrong(name.span, format!("two claims are called `{}`", name.name))) } else { Ok(()) }
            }
        }
    }

    /// `run a: eta = 1/60`, which goes on for ever; `run a: eta = 1/60, steps = 12`, which stops; `run a: eta = [1/60, 1/30],
    /// steps = [12]`, which goes on with the last step size.
    fn run(&mut self, name: &Ident, assignments: &[Assignment]) -> Elaborated<()> {
        let reserved = [NORM_MINIMISER, SHARPNESS_MINIMISER, FLOW].contains(&name.name.as_str());
        if reserved || self.runs.iter().any(|run| run.name == name.name) {
            return Err(wrong(name.span, format!("the name `{}` is already in use", name.name)));
        }
        let (mut etas, mut steps) = (None, vec![]);
        for assignment in assignments {
            match assignment.name.name.as_str() {
                "eta" if etas.is_none() => etas = Some(list(&assignment.value, number)?),
                "steps" if steps.is_empty() => steps = list(&assignment.value, |e| natural(e, "a number of steps"))?,
                "eta" | "steps" => return Err(twice(assignment)),
                _ => {
                    return Err(wrong(assignment.name.span, "a run is given by its step size: `run NAME: eta = 1/60`")
                        .help("and by `steps`, after which it stops, or goes on with the next step size"));
                }
            }
        }
        let etas = etas.ok_or_else(|| wrong(name.span, "a run is given by its step size: `run NAME: eta = 1/60`"))?;
        let (schedule, stops) = schedule(name.span, &etas, &steps)?;
        self.runs.push(Run { name: name.name.clone(), span: name.span, schedule, stops });
        Ok(())
    }

    fn missing(&self, what: &str, help: &str) -> crate::syntax::diagnostic::Diagnostic {
        wrong(self.name.span, format!("this experiment has no {what}")).help(format!("add `{help}`"))
    }

    /// The names of network and loss.
    fn setting(&self) -> Elaborated<(&'e Ident, &'e Ident)> {
        let named = |kind| self.used.iter().find(move |used| used.kind == kind).map(|used| &used.name);
        let refused = |name: &Ident| {
            let known = NETWORKS.map(|name| format!("`network {name}`")).join(", ");
            let losses = LOSSES.map(|name| format!("`loss {name}`")).join(", ");
            wrong(name.span, "runs of this setting cannot be certified")
                .help(format!("runs of {known} can, with {losses} for one sample and `loss {MEAN_LOSS}` for several"))
        };
        for used in &self.used {
            let known = match used.kind {
                SettingKind::Network => NETWORKS.contains(&used.name.name.as_str()),
                SettingKind::Loss => LOSSES.contains(&used.name.name.as_str()) || used.name.name == MEAN_LOSS,
            };
            if !known {
                return Err(refused(&used.name));
            }
        }
        match (named(SettingKind::Network), named(SettingKind::Loss)) {
            (Some(network), Some(loss)) => Ok((network, loss)),
            _ => Err(wrong(self.name.span, "this experiment does not say what it is a run of")
                .help("add `network shared, loss half_square`")),
        }
    }

    /// Network, samples, targets and start.
    pub(super) fn problem(&self) -> Elaborated<Problem> {
        let (network, loss) = self.setting()?;
        let (samples, targets) = self.samples(loss)?;
        let model = self.model(network)?;
        let features = samples.first().map_or(0, Vec::len);
        if let Some(truth) = &self.truth
            && truth.len() != features
            && let Some(place) = find(&self.truths, "beta_star")
        {
            let message = format!("the truth has {} entries, the features have {features}", truth.len());
            return Err(wrong(place.value.span, message));
        }
        Problem::new(model, samples, targets).map_err(|error| wrong(self.place(&error), error.to_string()))
    }

    /// X and y.
    fn samples(&self, loss: &Ident) -> Elaborated<(Matrix, Vec<BigRational>)> {
        let (one, several) = (find(&self.data, "x"), find(&self.data, "X"));
        let mean = loss.name == MEAN_LOSS;
        match (one, several) {
            (Some(_), Some(several)) => Err(wrong(several.name.span, "the data are `x` or `X`, not both")),
            (Some(x), None) if !mean => {
                let y = find(&self.data, "y").ok_or_else(|| self.missing("target", "data x = […], y = …"))?;
                Ok((vec![vector(&x.value)?], vec![number(&y.value)?]))
            }
            (None, Some(x)) if mean => {
                let y = find(&self.data, "y").ok_or_else(|| self.missing("targets", "data X = [[…], […]], y = […]"))?;
                Ok((matrix(&x.value)?, vector(&y.value)?))
            }
            (Some(x), None) => Err(wrong(x.name.span, format!("the loss `{MEAN_LOSS}` is that of several samples"))
                .help("write `X`, with a row for each sample, or `loss half_square`")),
            (None, Some(x)) => Err(wrong(x.name.span, format!("the loss `{}` is that of one sample", loss.name))
                .help(format!("write `x`, or `loss {MEAN_LOSS}`"))),
            (None, None) if mean => Err(self.missing("features", "data X = [[…], […]], y = […]")),
            (None, None) => Err(self.missing("features", "data x = […], y = …")),
        }
    }

    fn model(&self, network: &Ident) -> Elaborated<Model> {
        let start = |name: &str| {
            let given = find(&self.start, name);
            let given = given.ok_or_else(|| self.missing("start", &format!("start {name} = […]")))?;
            vector(&given.value)
        };
        let layers = network.name == "two_layer";
        let other = self.start.iter().find(|given| (given.name.name == "w") == layers);
        if let Some(other) = other {
            let message = format!("the network `{}` has no weights `{}`", network.name, other.name.name);
            return Err(wrong(other.name.span, message));
        }
        let depth = find(&self.data, "depth");
        match (network.name.as_str(), depth) {
            ("depth", Some(depth)) => Ok(Model::Depth { depth: natural(&depth.value, "a depth")?, w: start("w")? }),
            ("depth", None) => Err(self.missing("depth", "data depth = 4")),
            (_, Some(depth)) => {
                Err(wrong(depth.name.span, format!("the depth of the network `{}` is known", network.name))
                    .help("the network `depth` has any"))
            }
            ("two_layer", None) => Ok(Model::TwoLayers { u: start("u")?, v: start("v")? }),
            ("depth_three", None) => Ok(Model::Depth { depth: THREE, w: start("w")? }),
            _ => Ok(Model::Shared { w: start("w")? }),
        }
    }

    /// Σ
    pub(super) fn second_moment(&self) -> Elaborated<Option<Matrix>> {
        find(&self.truths, "Sigma").map(|given| matrix(&given.value)).transpose()
    }

    /// Where what is wrong stands.
    fn place(&self, error: &Error) -> Span {
        let data = |names: &[&str]| names.iter().find_map(|name| find(&self.data, name)).map(|given| given.value.span);
        let found = match error {
            Error::NoFeatures
            | Error::NoSamples
            | Error::NoPositiveFeature
            | Error::FeaturesAreZero
            | Error::Ragged { .. }
            | Error::TooManyEntries { .. }
            | Error::NumberTooLong { place: "x" } => data(&["x", "X"]),
            Error::TargetNotPositive
            | Error::TargetsAreZero
            | Error::Targets { .. }
            | Error::NumberTooLong { place: "y" } => data(&["y"]),
            Error::Depth { .. } => data(&["depth"]),
            _ => self.start.first().map(|given| given.value.span),
        };
        found.unwrap_or(self.name.span)
    }
}

/// The step sizes, and after how many steps the run stops.
fn schedule(span: Span, etas: &[(Span, BigRational)], steps: &[(Span, u32)]) -> Elaborated<(Schedule, Option<usize>)> {
    if let Some((span, _)) = etas.iter().find(|(_, eta)| *eta <= BigRational::zero()) {
        return Err(wrong(*span, "a step size is positive"));
    }
    let counts: Vec<usize> = steps.iter().map(|(_, count)| *count as usize).collect();
    let Some(((_, last), before)) = etas.split_last() else {
        return Err(wrong(span, "a run has at least one step size"));
    };
    let stops = (counts.len() == etas.len()).then(|| counts.iter().fold(0_usize, |sum, n| sum.saturating_add(*n)));
    if counts.len() != before.len() && stops.is_none() {
        let message = format!("there are {} step sizes and {} numbers of steps", etas.len(), counts.len());
        return Err(wrong(span, message)
            .help("each step size has a number of steps; without that of the last the run goes on for ever"));
    }
    let phases = before.iter().zip(&counts).map(|((_, eta), steps)| Phase { eta: eta.clone(), steps: *steps });
    let schedule = Schedule::new(phases.collect(), last.clone()).map_err(|error| wrong(span, error.to_string()))?;
    Ok((schedule, stops))
}

/// One entry, or a list of them, with their places.
fn list<T>(expr: &Expr, read: impl Fn(&Expr) -> Elaborated<T>) -> Elaborated<Vec<(Span, T)>> {
    match &expr.kind {
        ExprKind::Vector(entries) => entries.iter().map(|entry| Ok((entry.span, read(entry)?))).collect(),
        _ => Ok(vec![(expr.span, read(expr)?)]),
    }
}

fn find<'e>(given: &Given<'e>, name: &str) -> Option<&'e Assignment> {
    given.iter().find(|assignment| assignment.name.name == name).copied()
}

fn twice(assignment: &Assignment) -> crate::syntax::diagnostic::Diagnostic {
    wrong(assignment.name.span, format!("`{}` is given twice", assignment.name.name))
}

fn given<'e>(into: &mut Given<'e>, assignments: &'e [Assignment], known: &[&str], help: &str) -> Elaborated<()> {
    for assignment in assignments {
        if !known.contains(&assignment.name.name.as_str()) {
            return Err(wrong(assignment.name.span, help));
        }
        if find(into, &assignment.name.name).is_some() {
            return Err(twice(assignment));
        }
        into.push(assignment);
    }
    Ok(())
}
