//! Experiments: from clauses to data, runs and comparisons. Nothing is run here.

use num_rational::BigRational;
use num_traits::{One, Zero};

use super::corpus::Heading;
use super::scope::Elaborated;
use super::term::wrong;
use crate::descent::{Error, Problem};
use crate::syntax::ast::{
    self, Assignment, ExperimentClause, ExperimentClauseKind, Expr, ExprKind, Factor, Ident, Relation, Sign, Span,
};
use crate::syntax::diagnostic::{Diagnostic, nearest};

/// An experiment: one problem, several step sizes, claims about the limits.
#[derive(Clone, Debug)]
pub struct Experiment {
    /// Name, sentence, source.
    pub heading: Heading,
    /// Features, target, start.
    pub problem: Problem,
    /// The ground truth β*, if there is one.
    pub truth: Option<Vec<BigRational>>,
    /// The runs, in order.
    pub runs: Vec<Run>,
    /// The claims, in order.
    pub claims: Vec<ExperimentClaim>,
}

/// One run.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// Its step size η.
    pub eta: BigRational,
}

/// A claim about limits.
#[derive(Clone, Debug)]
pub struct ExperimentClaim {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub span: Span,
    /// The claim as it stands in the file, printed canonically.
    pub statement: String,
    /// All of these hold.
    pub comparisons: Vec<Comparison>,
}

/// Two numbers compared.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The left side.
    pub left: Quantity,
    /// <, ≤, >, ≥, = or ≠.
    pub relation: Relation,
    /// The right side.
    pub right: Quantity,
    /// Where it stands.
    pub span: Span,
}

/// A number in a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quantity {
    /// A number that was written out.
    Number(BigRational),
    /// A measure of an interpolator.
    Measured(Subject, Measure),
}

/// An interpolator in a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The limit of the n-th run.
    Run(usize),
    /// The interpolator of least norm.
    NormMinimiser,
    /// The interpolator of least sharpness.
    SharpnessMinimiser,
}

/// What is measured of an interpolator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Σ (β_i − β*_i)².
    Risk,
    /// The largest eigenvalue of the Hessian of ½ r².
    Sharpness,
    /// Σ β_i.
    Norm,
}

impl Measure {
    const ALL: [Measure; 3] = [Measure::Risk, Measure::Sharpness, Measure::Norm];

    /// How it is called in a claim.
    pub const fn name(self) -> &'static str {
        match self {
            Measure::Risk => "risk",
            Measure::Sharpness => "sharpness",
            Measure::Norm => "norm",
        }
    }
}

impl Experiment {
    /// How an interpolator is called in a claim.
    pub fn name_of(&self, subject: Subject) -> &str {
        match subject {
            Subject::Run(number) => self.runs.get(number).map_or("?", |run| run.name.as_str()),
            Subject::NormMinimiser => NORM_MINIMISER,
            Subject::SharpnessMinimiser => SHARPNESS_MINIMISER,
        }
    }

    /// Whether two quantities are the same number, whatever it is: runs with the same step size are the same run.
    pub fn same(&self, left: &Quantity, right: &Quantity) -> bool {
        let eta = |number: usize| self.runs.get(number).map(|run| &run.eta);
        match (left, right) {
            (Quantity::Measured(Subject::Run(m), p), Quantity::Measured(Subject::Run(n), q)) => {
                p == q && eta(*m) == eta(*n)
            }
            _ => left == right,
        }
    }
}

const NORM_MINIMISER: &str = "norm_minimiser";
const SHARPNESS_MINIMISER: &str = "sharpness_minimiser";

/// The only setting whose runs can be certified.
const NETWORK: &str = "shared";
const LOSS: &str = "half_square";

/// Reads an experiment; `None` if it has no meaning.
pub(crate) fn experiment(
    heading: Heading,
    item: &ast::Experiment,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Experiment> {
    let before = diagnostics.len();
    let mut reader = Reader::new(&item.name);
    for clause in &item.clauses {
        diagnostics.extend(reader.clause(clause).err());
    }
    let problem = reader.problem().map_err(|error| diagnostics.push(error)).ok();
    let mut claims = vec![];
    for clause in &item.clauses {
        if let ExperimentClauseKind::Certify { name, formula } = &clause.kind {
            match reader.claim(name, formula) {
                Ok(claim) => claims.push(claim),
                Err(error) => diagnostics.push(error),
            }
        }
    }
    let complete = diagnostics.len() == before;
    problem.filter(|_| complete).map(|problem| Experiment {
        heading,
        problem,
        truth: reader.truth.map(|(_, truth)| truth),
        runs: reader.runs,
        claims,
    })
}

struct Reader<'e> {
    name: &'e Ident,
    used: Vec<&'e ast::Use>,
    features: Option<(Span, Vec<BigRational>)>,
    target: Option<(Span, BigRational)>,
    start: Option<(Span, Vec<BigRational>)>,
    truth: Option<(Span, Vec<BigRational>)>,
    runs: Vec<Run>,
    claims: Vec<&'e str>,
}

impl<'e> Reader<'e> {
    fn new(name: &'e Ident) -> Self {
        Reader {
            name,
            used: vec![],
            features: None,
            target: None,
            start: None,
            truth: None,
            runs: vec![],
            claims: vec![],
        }
    }

    fn clause(&mut self, clause: &'e ExperimentClause) -> Elaborated<()> {
        match &clause.kind {
            ExperimentClauseKind::Source(_) => Ok(()),
            ExperimentClauseKind::Uses(uses) => {
                self.used.extend(uses);
                Ok(())
            }
            ExperimentClauseKind::Data(assignments) => {
                assignments.iter().try_for_each(|a| match a.name.name.as_str() {
                    "x" => once(&mut self.features, a, vector(&a.value)?),
                    "y" => once(&mut self.target, a, number(&a.value)?),
                    _ => Err(wrong(a.name.span, "the data are `x`, the features, and `y`, the target")),
                })
            }
            ExperimentClauseKind::Start(assignments) => {
                assignments.iter().try_for_each(|a| match a.name.name.as_str() {
                    "w" => once(&mut self.start, a, vector(&a.value)?),
                    _ => Err(wrong(a.name.span, "the start is that of `w`")),
                })
            }
            ExperimentClauseKind::Truth(assignments) => {
                assignments.iter().try_for_each(|a| match a.name.name.as_str() {
                    "beta_star" => once(&mut self.truth, a, vector(&a.value)?),
                    _ => Err(wrong(a.name.span, "the truth is `beta_star`, the β of the data")),
                })
            }
            ExperimentClauseKind::Run { name, assignments } => self.run(name, assignments),
            ExperimentClauseKind::Certify { name, .. } => {
                let taken = self.claims.contains(&name.name.as_str());
                self.claims.push(&name.name);
                if taken { Err(wrong(name.span, format!("two claims are called `{}`", name.name))) } else { Ok(()) }
            }
        }
    }

    fn run(&mut self, name: &Ident, assignments: &[Assignment]) -> Elaborated<()> {
        let reserved = [NORM_MINIMISER, SHARPNESS_MINIMISER].contains(&name.name.as_str());
        if reserved || self.runs.iter().any(|run| run.name == name.name) {
            return Err(wrong(name.span, format!("the name `{}` is already in use", name.name)));
        }
        match assignments {
            [a] if a.name.name == "eta" => {
                let eta = number(&a.value)?;
                if eta <= BigRational::zero() {
                    return Err(wrong(a.value.span, "a step size is positive"));
                }
                self.runs.push(Run { name: name.name.clone(), span: name.span, eta });
                Ok(())
            }
            _ => Err(wrong(name.span, "a run is given by its step size: `run NAME: eta = 1/60`")),
        }
    }

    fn problem(&self) -> Elaborated<Problem> {
        for used in &self.used {
            let known = match used.kind {
                ast::SettingKind::Network => NETWORK,
                ast::SettingKind::Loss => LOSS,
            };
            if used.name.name != known {
                return Err(wrong(used.name.span, "runs of this setting cannot be certified")
                    .help(format!("runs of `network {NETWORK}, loss {LOSS}` can")));
            }
        }
        if self.used.len() != 2 {
            return Err(wrong(self.name.span, "this experiment does not say what it is a run of")
                .help(format!("add `network {NETWORK}, loss {LOSS}`")));
        }
        let missing = |what: &str, help: &str| {
            wrong(self.name.span, format!("this experiment has no {what}")).help(format!("add `{help}`"))
        };
        let (features_at, features) =
            self.features.clone().ok_or_else(|| missing("features", "data x = […], y = …"))?;
        let (target_at, target) = self.target.clone().ok_or_else(|| missing("target", "data x = […], y = …"))?;
        let (start_at, start) = self.start.clone().ok_or_else(|| missing("start", "start w = […]"))?;
        let length = features.len();
        if let Some((truth_at, truth)) = &self.truth
            && truth.len() != length
        {
            return Err(wrong(*truth_at, format!("the truth has {} entries, the features have {length}", truth.len())));
        }
        Problem::new(features, target, start).map_err(|error| {
            let span = match error {
                Error::NoFeatures | Error::NoPositiveFeature => features_at,
                Error::TargetNotPositive | Error::NumberTooLong { place: "y" } => target_at,
                Error::NumberTooLong { place: "x" } => features_at,
                _ => start_at,
            };
            wrong(span, error.to_string())
        })
    }

    fn claim(&self, name: &Ident, formula: &Expr) -> Elaborated<ExperimentClaim> {
        let parts = match &formula.kind {
            ExprKind::And(parts) => parts.iter().collect(),
            _ => vec![formula],
        };
        let mut comparisons = vec![];
        for part in parts {
            let ExprKind::Compare { first, rest } = &part.kind else {
                return Err(wrong(part.span, "a claim about runs compares numbers: `middle.risk < slow.risk`"));
            };
            let mut left = &**first;
            for (relation, right) in rest {
                let span = left.span.to(right.span);
                let (l, r) = (self.quantity(left)?, self.quantity(right)?);
                comparisons.push(Comparison { left: l, relation: *relation, right: r, span });
                left = right;
            }
        }
        let statement = crate::syntax::print_expr(formula);
        Ok(ExperimentClaim { name: name.name.clone(), span: name.span, statement, comparisons })
    }

    fn quantity(&self, expr: &Expr) -> Elaborated<Quantity> {
        let ExprKind::Field { base, field } = &expr.kind else { return Ok(Quantity::Number(number(expr)?)) };
        let ExprKind::Name(subject) = &base.kind else {
            return Err(wrong(base.span, "expected the name of a run"));
        };
        let subject = match subject.as_str() {
            NORM_MINIMISER => Subject::NormMinimiser,
            SHARPNESS_MINIMISER => Subject::SharpnessMinimiser,
            name => Subject::Run(self.run_named(name, base.span)?),
        };
        let measure = Measure::ALL.into_iter().find(|measure| measure.name() == field.name);
        let Some(measure) = measure else {
            let error = wrong(field.span, format!("`{}` is not measured", field.name));
            return Err(error.help("measured are `risk`, `sharpness`, `norm`"));
        };
        if measure == Measure::Risk && self.truth.is_none() {
            return Err(
                wrong(expr.span, "there is no truth to measure the risk against").help("add `truth beta_star = […]`")
            );
        }
        Ok(Quantity::Measured(subject, measure))
    }

    fn run_named(&self, name: &str, span: Span) -> Elaborated<usize> {
        self.runs.iter().position(|run| run.name == name).ok_or_else(|| {
            let error = wrong(span, format!("no run is called `{name}`"));
            let known = self.runs.iter().map(|run| run.name.as_str()).chain([NORM_MINIMISER, SHARPNESS_MINIMISER]);
            match nearest(name, known) {
                Some(close) => error.help(format!("a similar name exists: `{close}`")),
                None => error,
            }
        })
    }
}

fn once<T>(slot: &mut Option<(Span, T)>, assignment: &Assignment, value: T) -> Elaborated<()> {
    if slot.is_some() {
        return Err(wrong(assignment.name.span, format!("`{}` is given twice", assignment.name.name)));
    }
    *slot = Some((assignment.value.span, value));
    Ok(())
}

fn vector(expr: &Expr) -> Elaborated<Vec<BigRational>> {
    match &expr.kind {
        ExprKind::Vector(entries) => entries.iter().map(number).collect(),
        _ => Err(wrong(expr.span, "expected a list of numbers: `[5, 2]`")),
    }
}

/// The longest power of a number.
const MAX_BITS: u64 = 1 << 16;

/// A rational number that is written out with + − * / and integer powers up to 64.
pub(super) fn number(expr: &Expr) -> Elaborated<BigRational> {
    match &expr.kind {
        ExprKind::Number(q) => Ok(q.clone()),
        ExprKind::Negate(inner) => Ok(-number(inner)?),
        ExprKind::Add(terms) => terms.iter().try_fold(BigRational::zero(), |sum, (sign, term)| {
            let term = number(term)?;
            Ok(if *sign == Sign::Plus { sum + term } else { sum - term })
        }),
        ExprKind::Multiply(factors) => factors.iter().try_fold(BigRational::one(), |product, (kind, factor)| {
            let value = number(factor)?;
            match kind {
                Factor::Times => Ok(product * value),
                Factor::Over if value.is_zero() => Err(wrong(factor.span, "division by zero")),
                Factor::Over => Ok(product / value),
            }
        }),
        ExprKind::Power(base, exponent) => {
            let (base_value, exponent_value) = (number(base)?, number(exponent)?);
            let n = exponent_value.is_integer().then(|| i32::try_from(exponent_value.to_integer()).ok()).flatten();
            let n = n
                .filter(|n| n.abs() <= 64)
                .ok_or_else(|| wrong(exponent.span, "an exponent is an integer up to 64"))?;
            let bits = base_value.numer().bits().max(base_value.denom().bits());
            if bits.saturating_mul(u64::from(n.unsigned_abs())) > MAX_BITS {
                return Err(wrong(expr.span, "this number is too long"));
            }
            if n < 0 && base_value.is_zero() {
                return Err(wrong(base.span, "division by zero"));
            }
            Ok(num_traits::Pow::pow(base_value, n))
        }
        _ => Err(wrong(expr.span, "expected a number")),
    }
}
