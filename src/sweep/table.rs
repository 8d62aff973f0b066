//! Tables of runs: CSV or JSON lines, one line for each run, in order.
//!
//! Beside a table that goes to a file stands a record of what made it, so that a sweep that was interrupted can be
//! gone on with: the bytes are those of a sweep that was not.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{Outcome, Run, Sweep, Unit};

/// How runs are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// The columns. What is not a finite number is left empty, or null.
const COLUMNS: [&str; 14] = [
    "eta",
    "eta_over_eta_c",
    "outcome",
    "steps",
    "loss",
    "risk",
    "sharpness",
    "lambda_max",
    "eta_sharpness",
    "norm_squared",
    "norm_l1",
    "start",
    "period",
    "evidence",
];

/// The word for what a sweep knows.
const EVIDENCE: &str = "observed";

/// What comes before the first run.
pub fn header(format: Format) -> String {
    match format {
        Format::Csv => COLUMNS.join(",") + "\n",
        Format::Jsonl => String::new(),
    }
}

/// Appends the line of a run.
pub fn line(text: &mut String, format: Format, sweep: &Sweep, run: &Run) {
    let start = sweep.starts().get(run.start).map_or("", |start| start.name.as_str());
    let undefined = f64::NAN;
    let fields = [
        Field::Number(run.eta),
        Field::Number(run.relative_eta.unwrap_or(undefined)),
        Field::Word(run.outcome.word()),
        Field::Count(Some(run.steps)),
        Field::Number(run.loss),
        Field::Number(run.risk.unwrap_or(undefined)),
        Field::Number(run.sharpness),
        Field::Number(run.lambda_max),
        Field::Number(run.eta * run.sharpness),
        Field::Number(run.norm),
        Field::Number(run.l1),
        Field::Word(start),
        Field::Count(if let Outcome::Cycling { period } = run.outcome { Some(period.into()) } else { None }),
        Field::Word(EVIDENCE),
    ];
    for (place, (name, field)) in COLUMNS.iter().zip(fields).enumerate() {
        let comma = if place > 0 { "," } else { "" };
        // Writing to a string does not fail.
        let _ = match format {
            Format::Csv => text.write_str(comma),
            Format::Jsonl => write!(text, "{}\"{name}\":", if place > 0 { "," } else { "{" }),
        };
        field.write(text, format);
    }
    text.push_str(if format == Format::Jsonl { "}\n" } else { "\n" });
}

/// An entry of a line.
enum Field<'a> {
    Number(f64),
    Count(Option<u64>),
    Word(&'a str),
}

impl Field<'_> {
    fn write(&self, text: &mut String, format: Format) {
        let quote = if format == Format::Jsonl { "\"" } else { "" };
        let nothing = if format == Format::Jsonl { "null" } else { "" };
        let _ = match self {
            // The shortest digits that are read as the same double.
            Field::Number(number) if !number.is_finite() => text.write_str(nothing),
            Field::Number(number) => text.write_str(zmij::Buffer::new().format_finite(*number)),
            Field::Count(None) => text.write_str(nothing),
            Field::Count(Some(count)) => write!(text, "{count}"),
            Field::Word(word) => write!(text, "{quote}{word}{quote}"),
        };
    }
}

/// Reads a line back: the run at a place of a sweep, without its weights. None if it is another's.
pub fn parsed(format: Format, sweep: &Sweep, index: usize, line: &str) -> Option<Run> {
    let fields: Vec<String> = match format {
        Format::Csv => line.split(',').map(str::to_owned).collect(),
        Format::Jsonl => {
            let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).ok()?;
            let field = |name: &&str| match object.get(*name)? {
                serde_json::Value::String(text) => Some(text.clone()),
                serde_json::Value::Null => Some(String::new()),
                value => Some(value.to_string()),
            };
            COLUMNS.iter().map(field).collect::<Option<_>>()?
        }
    };
    let [eta, _, outcome, steps, loss, risk, sharpness, lambda_max, _, norm, l1, start, period, evidence] =
        fields.as_slice()
    else {
        return None;
    };
    let number = |field: &str| if field.is_empty() { Some(f64::NAN) } else { field.parse::<f64>().ok() };
    if index >= sweep.count() {
        return None;
    }
    let (place, expected) = sweep.place(index);
    let is_same = number(eta)? == expected && *start == sweep.starts().get(place)?.name && evidence == EVIDENCE;
    let outcome = match outcome.as_str() {
        "converged" => Outcome::Converged,
        "landed" => Outcome::Landed,
        "diverged" => Outcome::Diverged,
        "cycling" => Outcome::Cycling { period: period.parse().ok()? },
        "out of steps" => Outcome::OutOfSteps,
        _ => return None,
    };
    is_same.then_some(Run {
        index,
        start: place,
        step_size: index % sweep.step_sizes().count(),
        eta: expected,
        relative_eta: sweep.edge(place).map(|edge| expected / edge),
        outcome,
        steps: steps.parse().ok()?,
        loss: number(loss)?,
        risk: sweep.data().truth().and(Some(number(risk)?)),
        sharpness: number(sharpness)?,
        lambda_max: number(lambda_max)?,
        norm: number(norm)?,
        l1: number(l1)?,
        weights: vec![],
    })
}

/// What made a table: enough for a reader, and a fingerprint of all numbers for the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// `tightrope.sweep/1`
    pub schema: String,
    /// The version of the program: another may round differently.
    pub version: String,
    /// How runs are written.
    pub format: Format,
    /// The network.
    pub model: String,
    /// The number of samples.
    pub samples: usize,
    /// The number of features.
    pub features: usize,
    /// The number of step sizes.
    pub step_sizes: usize,
    /// The smallest and the largest.
    pub between: [String; 2],
    /// What they are multiples of.
    pub unit: String,
    /// The number of starts.
    pub starts: usize,
    /// The accuracy of limits.
    pub tolerance: f64,
    /// The most steps of a run.
    pub most_steps: u64,
    /// A hash of all of this with all samples, step sizes and starts.
    pub fingerprint: String,
}

impl Record {
    /// The record of a sweep.
    pub fn of(sweep: &Sweep, format: Format) -> Self {
        let sizes = sweep.step_sizes();
        let ends = sizes.values().iter().fold([f64::INFINITY, 0.0f64], |[a, b], v| [a.min(*v), b.max(*v)]);
        Record {
            schema: "tightrope.sweep/1".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            format,
            model: sweep.model().to_string(),
            samples: sweep.data().samples().len(),
            features: sweep.data().features(),
            step_sizes: sizes.count(),
            between: ends.map(|end| end.to_string()),
            unit: if sizes.unit() == Unit::Edge { "eta_c" } else { "1" }.to_owned(),
            starts: sweep.starts().len(),
            tolerance: sweep.settings().tolerance,
            most_steps: sweep.settings().most_steps,
            fingerprint: fingerprint(sweep),
        }
    }
}

/// FNV-1a, 64 bits: tells sweeps apart that differ by mistake.
fn fingerprint(sweep: &Sweep) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let mut add_bytes = |bytes: &[u8]| {
        for byte in bytes {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    sweep.step_sizes().values().iter().for_each(|value| add_bytes(&value.to_bits().to_le_bytes()));
    let mut add = |text: String| add_bytes(format!("{text}\n").as_bytes());
    add(format!("{} {:?}", sweep.model(), sweep.settings()));
    let data = sweep.data();
    data.samples().iter().flatten().chain(data.targets()).for_each(|number| add(number.to_string()));
    add("truth".to_owned());
    data.truth().into_iter().flatten().for_each(|number| add(number.to_string()));
    add(format!("{:?}", sweep.step_sizes().unit()));
    for start in sweep.starts() {
        add(start.name.clone());
        start.weights.iter().for_each(|number| add(number.to_string()));
    }
    format!("{hash:016x}")
}
