//! `sweep`: gradient descent for many step sizes and starts, observed; some limits certified.

use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, ErrorKind, IsTerminal, Read, Seek, SeekFrom, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::Exit;
use super::run::to_stderr;
use super::samples::{Samples, in_file, numbers};
use crate::exact::Enclosure;
use crate::sweep::certified::{self, Finding, Point};
use crate::sweep::table::{self, Format, Record};
use crate::sweep::{Error, Number, Outcome, Run, Settings, Start, StepSizes, Sweep, Unit, available_threads, figure};

/// The most limits that are certified.
const MOST_CERTIFIED: u16 = 1000;
/// Longer lines are in no table of ours.
const LONGEST_LINE: u64 = 1 << 16;
/// The scale of the start where none is given.
const USUAL_SCALE: &str = "1/100";

/// What to run, and what to write.
#[derive(Debug, Args)]
#[command(
    after_help = "All that a table shows is observed in floating point: its column `evidence` says so. With --certify the \
    limits of some runs are enclosed rigorously, for the exact numbers that were given; they go to a table of their own and \
    into the figure as circles.\n\
    A run has converged when what is left of the way is about TOLERANCE·‖w‖: the step is at most \
    TOLERANCE·(1 − q)·‖w‖, where steps shrink by the factor q. It has landed when the gradient is zero up to rounding where the \
    point is unstable; diverged when the residual exceeds 1e30 times the scale of the data; it is cycling when the weights \
    return after at most 64 steps, up to rounding.\n\
    η_c = 2/s_GF is 1/(2·y·x_max) for one sample, shared weights, x ≥ 0; otherwise s_GF is the largest sharpness along the \
    gradient flow from the start, computed numerically.\n\
    Exit codes: 0 done; 2 interrupted, the table is valid and --resume goes on; 3 the input is malformed, or a file \
    cannot be written; 4 internal error."
)]
pub(super) struct SweepArguments {
    #[command(flatten)]
    samples: Samples,
    /// The step sizes: a list `1/60,1/32`, a range with equal differences `0.01..0.1:1000`, or with equal ratios
    /// `0.001..0.1:1000:log`.
    #[arg(long, value_name = "SIZES", allow_hyphen_values = true, help_heading = "Runs")]
    eta: String,
    /// Step sizes are multiples of η_c.
    #[arg(long, help_heading = "Runs")]
    in_eta_c: bool,
    /// A start, `1,3/4`; may be given several times. Of two layers u, then v.
    #[arg(long, value_name = "W", allow_hyphen_values = true, help_heading = "Runs")]
    start: Vec<String>,
    /// Starts α·1; 1/100 where no start is given.
    #[arg(long, value_name = "ALPHA,…", allow_hyphen_values = true, help_heading = "Runs")]
    scale: Option<String>,
    /// So many random starts: independent normal weights with mean 0 and standard deviation --spread, from --seed;
    /// for depth:D their absolute values.
    #[arg(long, value_name = "N", default_value_t = 0, help_heading = "Runs")]
    random: usize,
    /// The standard deviation of random starts.
    #[arg(long, value_name = "SIGMA", default_value = "1/10", allow_hyphen_values = true, help_heading = "Runs")]
    spread: Number,
    /// The accuracy of limits, relative to ‖w‖.
    #[arg(long, default_value_t = 1e-10, help_heading = "Runs")]
    tolerance: f64,
    /// The most steps of a run.
    #[arg(long, default_value_t = 1_000_000, help_heading = "Runs")]
    max_steps: u64,
    /// The number of threads; that of the cores, if it is not given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Runs")]
    threads: Option<u16>,
    /// The table, and FILE.record.json beside it; without it, the table goes to the standard output.
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    output: Option<PathBuf>,
    /// How the table is written; by the ending of FILE, if it is not given.
    #[arg(long, value_enum, help_heading = "Output")]
    format: Option<TableFormat>,
    /// A figure, as SVG.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    figure: Option<PathBuf>,
    /// Certify the limits of K runs that converged, evenly spread; FILE.certified.csv beside the table has them.
    #[arg(long, value_name = "K", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=i64::from(MOST_CERTIFIED)),
        help_heading = "Output")]
    certify: u16,
    /// Go on with the table that an interrupted sweep has left.
    #[arg(long, requires = "output", conflicts_with = "force", help_heading = "Output")]
    resume: bool,
    /// Overwrite files that exist.
    #[arg(long, help_heading = "Output")]
    force: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TableFormat {
    /// Comma-separated values with a header.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

pub(super) fn sweep(arguments: &SweepArguments) -> Exit {
    match observe(arguments) {
        Ok(exit) => exit,
        Err(problem) => {
            to_stderr(&format!("error: {problem}\n"));
            Exit::Malformed
        }
    }
}

fn observe(arguments: &SweepArguments) -> Result<Exit, Error> {
    let sweep = planned(arguments)?;
    let format = arguments.table_format();
    let files = Files::of(arguments);
    files.check(arguments)?;
    let keeps_runs = arguments.figure.is_some() || arguments.certify > 0;
    let mut seen = Seen::new(&sweep, keeps_runs);
    let mut table = match &arguments.output {
        Some(path) if arguments.resume && path.exists() => resumed(path, format, &sweep, &mut seen)?,
        Some(path) => begun(path, format, &sweep, arguments.force || arguments.resume)?,
        None => started(Box::new(io::stdout()), format)?,
    };
    let stop = stopper();
    let progress = progress(&sweep, seen.count);
    let threads = arguments.threads.map_or(available_threads(), usize::from);
    let row = |run: Run| {
        let mut line = String::with_capacity(256);
        table::line(&mut line, format, &sweep, &run);
        (line, Run { weights: vec![], ..run })
    };
    let mut failure = None;
    sweep.each(seen.count, threads, &stop, &row, &mut |(line, run): (String, Run)| {
        if let Err(problem) = table.write_all(line.as_bytes()) {
            failure = Some(problem);
            return ControlFlow::Break(());
        }
        seen.take(run);
        progress.inc(1);
        ControlFlow::Continue(())
    });
    progress.finish_and_clear();
    match failure.map_or_else(|| table.flush(), Err) {
        Err(problem) if problem.kind() == ErrorKind::BrokenPipe && arguments.output.is_none() => {
            return Ok(Exit::Holds);
        }
        Err(problem) => return Err(Error(format!("the table cannot be written: {problem}"))),
        Ok(()) => {}
    }
    to_stderr(&seen.summary());
    if seen.count < sweep.count() {
        let hint = if arguments.output.is_some() { "; --resume goes on from here" } else { "" };
        to_stderr(&format!("interrupted after {} of {} runs{hint}\n", seen.count, sweep.count()));
        return Ok(Exit::Undecided);
    }
    let points = certify(arguments, &sweep, &seen, &files, &stop)?;
    if let Some(path) = &arguments.figure {
        let svg = figure::svg(&sweep, &seen.runs, &points)?;
        write(path, svg.as_bytes(), arguments.force || arguments.resume)?;
    }
    Ok(Exit::Holds)
}

/// The sweep that the arguments describe.
fn planned(arguments: &SweepArguments) -> Result<Sweep, Error> {
    let data = arguments.samples.read()?;
    let (model, features) = (arguments.samples.model, data.features());
    let unit = if arguments.in_eta_c { Unit::Edge } else { Unit::One };
    let sizes = step_sizes(&arguments.eta, unit).map_err(|problem| Error(format!("--eta: {problem}")))?;
    let mut starts = vec![];
    for weights in &arguments.start {
        starts.push(Start::given(numbers("--start", weights)?));
    }
    let none_given = arguments.start.is_empty() && arguments.random == 0;
    let scales = arguments.scale.as_deref().or(none_given.then_some(USUAL_SCALE));
    for scale in scales.map_or(Ok(vec![]), |scales| numbers("--scale", scales))? {
        starts.push(Start::scaled(&scale, model, features));
    }
    starts.extend(Start::random(arguments.random, &arguments.spread, arguments.samples.seed, model, features)?);
    let settings = Settings { tolerance: arguments.tolerance, most_steps: arguments.max_steps };
    Sweep::new(model, data, sizes, starts, settings)
}

/// `a,b,c`, `a..b:n` or `a..b:n:log`.
fn step_sizes(text: &str, unit: Unit) -> Result<StepSizes, Error> {
    let Some((first, rest)) = text.split_once("..") else {
        let read = |word: &str| word.parse().map_err(Error);
        return StepSizes::list(text.split(',').map(read).collect::<Result<_, _>>()?, unit);
    };
    let form = || Error(format!("`{text}` is no range; write 0.01..0.1:1000 or 0.01..0.1:1000:log"));
    let mut rest = rest.split(':');
    let (Some(last), Some(count), kind, None) = (rest.next(), rest.next(), rest.next(), rest.next()) else {
        return Err(form());
    };
    let (first, last): (Number, Number) = (first.parse().map_err(Error)?, last.parse().map_err(Error)?);
    let count = count.trim().parse().map_err(|_| form())?;
    match kind.map(str::trim) {
        None | Some("linear") => StepSizes::linear(&first, &last, count, unit),
        Some("log") => StepSizes::logarithmic(&first, &last, count, unit),
        Some(_) => Err(form()),
    }
}

impl SweepArguments {
    fn table_format(&self) -> Format {
        let ends_in_json = self.output.as_ref().and_then(|path| path.extension()).is_some_and(|extension| {
            ["jsonl", "json", "ndjson"].iter().any(|known| extension.eq_ignore_ascii_case(known))
        });
        match self.format {
            Some(TableFormat::Csv) => Format::Csv,
            Some(TableFormat::Jsonl) => Format::Jsonl,
            None if ends_in_json => Format::Jsonl,
            None => Format::Csv,
        }
    }
}

/// What is written beside the table.
struct Files {
    record: Option<PathBuf>,
    certified: Option<PathBuf>,
}

/// FILE with a suffix.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

impl Files {
    fn of(arguments: &SweepArguments) -> Self {
        let table = arguments.output.as_deref();
        let certified = table.or(arguments.figure.as_deref()).filter(|_| arguments.certify > 0);
        Files {
            record: table.map(|path| beside(path, ".record.json")),
            certified: certified.map(|path| beside(path, ".certified.csv")),
        }
    }

    /// Refuses what would overwrite something, before anything is run.
    fn check(&self, arguments: &SweepArguments) -> Result<(), Error> {
        if arguments.force || arguments.resume {
            return Ok(());
        }
        let all = [&arguments.output, &self.record, &self.certified, &arguments.figure];
        match all.into_iter().flatten().find(|path| path.exists()) {
            Some(path) if self.record.as_deref() == Some(path) || arguments.output.as_deref() == Some(path) => {
                Err(in_file(path, &Error("it exists; --resume goes on with it, --force overwrites it".to_owned())))
            }
            Some(path) => Err(in_file(path, &Error("it exists; --force overwrites it".to_owned()))),
            None => Ok(()),
        }
    }
}

fn write(path: &Path, bytes: &[u8], overwrite: bool) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true);
    let options = if overwrite { options.create(true).truncate(true) } else { options.create_new(true) };
    let written = options.open(path).and_then(|mut file| file.write_all(bytes));
    written.map_err(|problem| in_file(path, &Error(format!("it cannot be written: {problem}"))))
}

type Table = BufWriter<Box<dyn Write>>;

fn started(to: Box<dyn Write>, format: Format) -> Result<Table, Error> {
    let mut table = BufWriter::new(to);
    let written = table.write_all(table::header(format).as_bytes());
    written.map_err(|problem| Error(format!("the table cannot be written: {problem}")))?;
    Ok(table)
}

/// A new table, with its record.
fn begun(path: &Path, format: Format, sweep: &Sweep, overwrite: bool) -> Result<Table, Error> {
    let record =
        serde_json::to_string_pretty(&Record::of(sweep, format)).map_err(|problem| Error(problem.to_string()))?;
    // The table first: where there is none, nothing is resumed.
    write(path, &[], overwrite)?;
    write(&beside(path, ".record.json"), (record + "\n").as_bytes(), overwrite)?;
    let opened = OpenOptions::new().append(true).open(path);
    let file = opened.map_err(|problem| in_file(path, &Error(format!("it cannot be written: {problem}"))))?;
    started(Box::new(file), format)
}

/// A table that is gone on with: its rows are read, what is not a whole line at its end is removed.
fn resumed(path: &Path, format: Format, sweep: &Sweep, seen: &mut Seen<'_>) -> Result<Table, Error> {
    let trouble = |problem: io::Error| in_file(path, &Error(problem.to_string()));
    let of_record = beside(path, ".record.json");
    let text = fs::read_to_string(&of_record).map_err(|problem| {
        in_file(&of_record, &Error(format!("it is needed to go on, but cannot be read: {problem}")))
    })?;
    let record: Record = serde_json::from_str(&text)
        .map_err(|problem| in_file(&of_record, &Error(format!("this is no record of a sweep: {problem}"))))?;
    let wanted = Record::of(sweep, format);
    if record != wanted {
        return Err(in_file(
            &of_record,
            &Error(format!("the table is of another sweep: {}", difference(&record, &wanted))),
        ));
    }
    let mut file = OpenOptions::new().read(true).write(true).open(path).map_err(trouble)?;
    let header = table::header(format);
    let mut reader = BufReader::new(&mut file);
    let mut line = vec![];
    let (mut valid, mut number) = (0, 0);
    loop {
        line.clear();
        let length = reader.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut line).map_err(trouble)?;
        // A line that was cut off is run again; one that is too long is none of ours.
        if !line.ends_with(b"\n") && (length as u64) < LONGEST_LINE {
            break;
        }
        number += 1;
        let text = std::str::from_utf8(&line).unwrap_or("");
        let is_header = number == 1 && text == header;
        if !is_header {
            let run =
                (number > 1 || header.is_empty()).then(|| table::parsed(format, sweep, seen.count, text.trim_end()));
            let Some(run) = run.flatten() else {
                return Err(in_file(
                    path,
                    &Error(format!("line {number} is not what this sweep writes there; was it changed?")),
                ));
            };
            seen.take(run);
        }
        valid += length as u64;
    }
    file.set_len(valid).and_then(|()| file.seek(SeekFrom::Start(valid))).map_err(trouble)?;
    if valid == 0 { started(Box::new(file), format) } else { Ok(BufWriter::new(Box::new(file))) }
}

/// What two records differ in, in words.
fn difference(one: &Record, other: &Record) -> String {
    let fields = |record: &Record| match serde_json::to_value(record) {
        Ok(serde_json::Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (one, other) = (fields(one), fields(other));
    let differs = one.iter().find(|(name, value)| *name != "fingerprint" && other.get(*name) != Some(*value));
    match differs {
        Some((name, value)) => {
            format!("{name} was {value}, and is {}", other.get(name).map_or(String::new(), ToString::to_string))
        }
        None => "the numbers of the data, the starts or the step sizes are others".to_owned(),
    }
}

/// What has been seen of a sweep.
struct Seen<'a> {
    sweep: &'a Sweep,
    keeps_runs: bool,
    /// Runs for the figure, without their weights.
    runs: Vec<Run>,
    count: usize,
    outcomes: [usize; 5],
}

impl<'a> Seen<'a> {
    fn new(sweep: &'a Sweep, keeps_runs: bool) -> Self {
        Seen { sweep, keeps_runs, runs: vec![], count: 0, outcomes: [0; 5] }
    }

    fn take(&mut self, run: Run) {
        self.count += 1;
        let place = match run.outcome {
            Outcome::Converged => 0,
            Outcome::Landed => 1,
            Outcome::Diverged => 2,
            Outcome::Cycling { .. } => 3,
            Outcome::OutOfSteps => 4,
        };
        self.outcomes[place] += 1;
        if self.keeps_runs && figure::is_drawn(self.sweep, &run) {
            self.runs.push(run);
        }
    }

    fn summary(&self) -> String {
        let words = ["converged", "landed", "diverged", "cycling", "out of steps"];
        let counted = words.iter().zip(self.outcomes).filter(|(_, count)| *count > 0);
        let counted: Vec<String> = counted.map(|(word, count)| format!("{count} {word}")).collect();
        format!("{} runs observed: {}\n", self.count, counted.join(", "))
    }
}

/// Certifies what was asked for, and writes it.
fn certify(
    arguments: &SweepArguments,
    sweep: &Sweep,
    seen: &Seen<'_>,
    files: &Files,
    stop: &AtomicBool,
) -> Result<Vec<Point>, Error> {
    if arguments.certify == 0 {
        return Ok(vec![]);
    }
    let mut points = vec![];
    for run in certified::chosen(&seen.runs, usize::from(arguments.certify)) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        points.push(certified::point(sweep, run));
    }
    let certified = points.iter().filter(|point| matches!(point.finding, Finding::Certified(_))).count();
    to_stderr(&format!("{certified} limits certified, {} undecided\n", points.len() - certified));
    let undecided = points.iter().find_map(|point| match &point.finding {
        Finding::Undecided(why) => Some(format!("undecided, eta = {}: {why}\n", point.eta)),
        Finding::Certified(_) => None,
    });
    to_stderr(&undecided.unwrap_or_default());
    if let Some(path) = &files.certified {
        write(path, certified_table(sweep, &points).as_bytes(), arguments.force || arguments.resume)?;
    }
    Ok(points)
}

fn certified_table(sweep: &Sweep, points: &[Point]) -> String {
    let mut text = String::from(
        "run,eta,start,evidence,step,risk_low,risk_high,sharpness_low,sharpness_high,norm_squared_low,norm_squared_high\n",
    );
    for point in points {
        let start = sweep.starts().get(point.index / sweep.step_sizes().count());
        let start = start.map_or("", |start| start.name.as_str());
        let rest = match &point.finding {
            Finding::Undecided(_) => "undecided,,,,,,,".to_owned(),
            Finding::Certified(limit) => {
                let ends = |enclosure: &Enclosure| format!("{:?},{:?}", below(enclosure.lo()), above(enclosure.hi()));
                let risk = limit.risk.as_ref().map_or(",".to_owned(), ends);
                format!("certified,{},{risk},{},{}", limit.step, ends(&limit.sharpness), ends(&limit.norm))
            }
        };
        text.push_str(&format!("{},{},{start},{rest}\n", point.index, point.eta));
    }
    text
}

/// A double that is at most a number: the nearest, or its lower neighbour.
fn below(value: &BigRational) -> f64 {
    let near = value.to_f64().unwrap_or(f64::NEG_INFINITY);
    let mut low = near;
    while BigRational::from_float(low).is_some_and(|low| low > *value) {
        low = low.next_down();
    }
    low
}

fn above(value: &BigRational) -> f64 {
    -below(&-value)
}

/// Becomes true when the program is asked to end.
fn stopper() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let shared = Arc::clone(&stop);
    // Asked a second time, it ends at once. Where no handler can be set, it ends at once the first time.
    let _ = ctrlc::set_handler(move || {
        if shared.swap(true, Ordering::Relaxed) {
            std::process::exit(Exit::Undecided as i32);
        }
    });
    stop
}

fn progress(sweep: &Sweep, done: usize) -> ProgressBar {
    let is_seen = io::stderr().is_terminal();
    let target = if is_seen { ProgressDrawTarget::stderr_with_hz(5) } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(sweep.count() as u64), target);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len} runs, about {eta} left") {
        bar.set_style(style);
    }
    bar.set_position(done as u64);
    bar.reset_eta();
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_sizes_as_they_are_written() {
        let count = |text: &str| step_sizes(text, Unit::One).map(|sizes| sizes.count());
        assert_eq!(count("1/60,1/32"), Ok(2));
        assert_eq!(count("0.01..0.1:10"), Ok(10));
        assert_eq!(count("0.01..0.1:10:log"), Ok(10));
        for (text, message) in [
            ("", "not a finite number"),
            ("0", "0 is not positive"),
            ("nan", "not a finite number"),
            ("1..2", "is no range"),
            ("1..2:3:cubic", "is no range"),
            ("1..2:3:log:4", "is no range"),
            ("1..2:-3", "is no range"),
            ("1..2:99999999999999999999", "is no range"),
            ("1..2:100000000", "100000000 step sizes"),
        ] {
            let refusal = count(text).unwrap_err().0;
            assert!(refusal.contains(message), "{text}: {refusal}");
        }
    }

    #[test]
    fn ends_are_rounded_outwards() {
        for (n, d) in [(1, 3), (-1, 3), (2, 3), (1, 10), (-7, 1), (0, 1)] {
            let value = BigRational::new(n.into(), d.into());
            let (low, high) = (below(&value), above(&value));
            assert!(BigRational::from_float(low).unwrap() <= value && value <= BigRational::from_float(high).unwrap());
            assert!(high - low <= f64::EPSILON * value.to_f64().unwrap().abs());
        }
    }
}
