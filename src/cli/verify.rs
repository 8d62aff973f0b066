//! `verify`: a trajectory, or an end point, from another program.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use num_rational::BigRational;
use serde::Serialize;

use super::Exit;
use super::arguments::Format;
use super::run::{to_stderr, to_stdout};
use super::samples::{Samples, bytes, in_file};
use crate::descent;
use crate::descent::models::Ending;
use crate::exact::{Enclosure, digits};
use crate::sweep::certified::end;
use crate::sweep::{CsvTable, Error, Model, Number, rows_of_csv};
use crate::trajectory::{Consistency, Precision, Row, Trajectory};

/// Enclosures of the limit are asked for to 2⁻⁶⁴.
const WIDTH: u64 = 64;
/// Digits that are shown.
const DIGITS: usize = 10;

/// What to verify, against which data.
#[derive(Debug, Args)]
#[command(
    after_help = "Two questions are answered. Does every row follow from the one before it by a step of gradient \
    descent, up to the rounding of a program that computes in floating point and prints what it printed? This is decided \
    exactly; a table that passes is `observed` to follow, one that does not is `refuted`. And does gradient descent, \
    started exactly at the last row, converge? If so its limit is `certified`.\n\
    Exit codes: 0 it follows, and the limit is certified; 1 refuted; 2 no limit is certified; 3 the input is malformed; \
    4 internal error."
)]
pub(super) struct Verify {
    /// A CSV file with the weights of a step in each row, or of the end alone. Columns called step (or t, iteration) and eta
    /// (or lr, learning_rate) are that; columns called w…, u…, v… are weights, where there are some; otherwise all others are.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    samples: Samples,
    /// The step size, where the table has no column for it.
    #[arg(long, value_name = "ETA", allow_hyphen_values = true)]
    eta: Option<Number>,
    /// The arithmetic of the program that wrote the table.
    #[arg(long, value_enum, default_value_t = PrecisionName::Double)]
    precision: PrecisionName,
    /// The significant digits of printed weights; the largest number in the table, if it is not given.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..=40))]
    digits: Option<u8>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PrecisionName {
    /// 53 bits, as NumPy's default.
    Double,
    /// 24 bits, as PyTorch's default.
    Single,
}

/// What is said of a table.
#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    rows: usize,
    trajectory: Part,
    limit: Part,
}

#[derive(Debug, Serialize)]
struct Part {
    evidence: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    row: Option<usize>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<(&'static str, String)>,
}

impl Part {
    fn new(evidence: &'static str, text: String) -> Self {
        Part { evidence, text, row: None, values: vec![] }
    }
}

pub(super) fn verify(arguments: &Verify) -> Exit {
    let report = match report(arguments) {
        Ok(report) => report,
        Err(problem) => {
            to_stderr(&format!("error: {problem}\n"));
            return Exit::Malformed;
        }
    };
    let text = match arguments.format {
        Format::Text => text(&report),
        Format::Json => serde_json::to_string_pretty(&report).unwrap_or_default() + "\n",
    };
    if let Err((message, exit)) = to_stdout(&text) {
        to_stderr(&message);
        return exit;
    }
    match (report.trajectory.evidence, report.limit.evidence) {
        ("refuted", _) => Exit::Fails,
        (_, "certified" | "exact") => Exit::Holds,
        _ => Exit::Undecided,
    }
}

fn report(arguments: &Verify) -> Result<Report, Error> {
    let data = arguments.samples.read()?;
    let table = bytes(&arguments.file).and_then(|bytes| rows_of_csv(&bytes));
    let columns =
        table.and_then(|table| columns(arguments, table)).map_err(|problem| in_file(&arguments.file, &problem))?;
    let precision = match arguments.precision {
        PrecisionName::Double => Precision::Double,
        PrecisionName::Single => Precision::Single,
    };
    let digits = arguments.digits.map_or(columns.digits, usize::from);
    let trajectory = Trajectory { model: arguments.samples.model, data, rows: columns.rows, digits, precision };
    trajectory.check().map_err(|problem| in_file(&arguments.file, &problem))?;
    Ok(Report {
        schema: "tightrope.verify/1",
        rows: trajectory.rows.len(),
        trajectory: consistency(&trajectory),
        limit: limit(&trajectory),
    })
}

struct Columns {
    rows: Vec<Row>,
    digits: usize,
}

/// Which column is what.
fn columns(arguments: &Verify, table: CsvTable) -> Result<Columns, Error> {
    let width = table.rows.first().map_or(0, Vec::len);
    let names: Vec<String> = table.names.unwrap_or_default().iter().map(|name| name.to_ascii_lowercase()).collect();
    let called = |wanted: &[&str]| names.iter().position(|name| wanted.contains(&name.as_str()));
    let step = called(&["step", "steps", "t", "iteration", "iter"]);
    let eta = called(&["eta", "lr", "learning_rate", "step_size"]);
    let others: Vec<usize> = (0..width).filter(|column| ![step, eta].contains(&Some(*column))).collect();
    let is_weight = |column: &&usize| {
        let Some(name) = names.get(**column) else { return false };
        let rest = name.trim_start_matches(['w', 'u', 'v']).trim_start_matches(['_', '[']).trim_end_matches(']');
        name.starts_with(['w', 'u', 'v']) && rest.bytes().all(|byte| byte.is_ascii_digit())
    };
    let named: Vec<usize> = others.iter().filter(is_weight).copied().collect();
    let weights = if named.is_empty() { others } else { named };
    let digits = weights.iter().filter_map(|column| table.digits.get(*column)).max().copied().unwrap_or(0);
    let mut rows = vec![];
    for (place, row) in table.rows.into_iter().enumerate() {
        let size = match (eta, &arguments.eta) {
            (Some(column), _) => row[column].clone(),
            (None, Some(eta)) => eta.clone(),
            (None, None) => return Err(Error("no step size: give --eta, or a column eta".to_owned())),
        };
        let step = match step {
            None => place as u64,
            Some(column) => u64::try_from(row[column].exact().to_integer())
                .ok()
                .filter(|_| row[column].exact().is_integer())
                .ok_or_else(|| Error(format!("row {}: {} is no number of steps", place + 1, row[column])))?,
        };
        rows.push(Row { step, eta: size, weights: weights.iter().map(|column| row[*column].clone()).collect() });
    }
    Ok(Columns { rows, digits })
}

fn consistency(trajectory: &Trajectory) -> Part {
    let way = format!(
        "up to the rounding of a program in {} precision that prints {} digits",
        trajectory.precision, trajectory.digits
    );
    match trajectory.consistency() {
        Consistency::Consistent { compared: 0, skipped: 0, .. } => {
            Part::new("undecided", "the table is an end point: there is no step to compare".to_owned())
        }
        Consistency::Consistent { compared: 0, skipped, .. } => {
            Part::new("undecided", format!("no step could be compared: {skipped} pairs of rows are too far apart"))
        }
        Consistency::Consistent { compared, skipped, thousandths } => {
            let skipped =
                if skipped > 0 { format!("; {skipped} pairs of rows are too far apart") } else { String::new() };
            let share = format!("{}.{}", thousandths / 10, thousandths % 10);
            Part::new(
                "observed",
                format!(
                    "all {compared} pairs of rows that were compared follow gradient descent, {way}; \
                     the largest difference is {share} % of what is allowed{skipped}"
                ),
            )
        }
        Consistency::Refuted(mismatch) => {
            let show = |value: &BigRational| digits(&Enclosure::point(value.clone()), 20);
            let mut part = Part::new(
                "refuted",
                format!("row {} is not what gradient descent makes of the row before it, {way}", mismatch.row),
            );
            part.row = Some(mismatch.row);
            part.values = vec![
                ("weight", mismatch.weight.to_string()),
                ("found", show(&mismatch.found)),
                ("expected", show(&mismatch.expected)),
                ("difference", digits(&Enclosure::point(&mismatch.found - &mismatch.expected), 3)),
                ("allowed", digits(&Enclosure::point(mismatch.tolerance.clone()), 3)),
            ];
            part
        }
    }
}

/// The one place where a table meets certified gradient descent: the last row is the start.
fn limit(trajectory: &Trajectory) -> Part {
    certified(trajectory).unwrap_or_else(|why| Part::new("undecided", format!("no limit is certified: {why}")))
}

fn certified(trajectory: &Trajectory) -> Result<Part, String> {
    let last = trajectory.rows.last().ok_or("there is no row")?;
    let in_words = |error: descent::Error| error.to_string();
    let certified = end(trajectory.model, &trajectory.data, &last.weights, last.eta.exact())?;
    let (evidence, how) = match &certified.ending {
        Ending::Converges { .. } => ("certified", "converges to an interpolator".to_owned()),
        Ending::Lands { step, .. } => ("exact", format!("is at an interpolator after {step} steps")),
        other => return Err(other.to_string()),
    };
    let limit = certified.ending.limit().ok_or("there is none")?;
    let start = predictor(trajectory.model, &last.weights);
    let moved = limit.beta().map_err(in_words)?.iter().zip(start).map(|(b, from)| b.minus(&from).magnitude()).max();
    let sharpness = limit.sharpness(WIDTH).map_err(in_words)?;
    let mut part = Part::new(evidence, format!("gradient descent from the last row, taken as exact numbers, {how}"));
    part.values = vec![
        ("norm", digits(&limit.norm(), DIGITS)),
        ("sharpness", digits(&sharpness, DIGITS)),
        ("eta*sharpness", digits(&sharpness.times(last.eta.exact()), DIGITS)),
        ("largest change of a beta[i], at most", digits(&Enclosure::point(moved.unwrap_or_default()), 3)),
    ];
    if let Some(truth) = trajectory.data.truth() {
        let truth: Vec<BigRational> = truth.iter().map(|number| number.exact().clone()).collect();
        part.values.push(("risk", digits(&limit.risk(&truth, None).map_err(in_words)?, DIGITS)));
    }
    Ok(part)
}

/// β of weights: wᵢ², uᵢvᵢ or wᵢᴰ.
fn predictor(model: Model, weights: &[Number]) -> Vec<BigRational> {
    let exact = |number: &Number| number.exact().clone();
    match model {
        Model::Shared => weights.iter().map(|w| exact(w) * exact(w)).collect(),
        Model::TwoLayers => {
            let (u, v) = weights.split_at(weights.len() / 2);
            u.iter().zip(v).map(|(u, v)| exact(u) * exact(v)).collect()
        }
        Model::Depth(depth) => weights.iter().map(|w| num_traits::Pow::pow(exact(w), depth)).collect(),
    }
}

fn text(report: &Report) -> String {
    let mut text = String::new();
    for (name, part) in [("trajectory", &report.trajectory), ("limit", &report.limit)] {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{:<10} {name:<11} {}", part.evidence, part.text);
        for (name, value) in &part.values {
            let _ = writeln!(text, "{:>22} {name}  {value}", "");
        }
    }
    text
}
