//! The report for people.

use num_rational::BigRational;

use super::files::Origin;
use super::formula;
use super::layout::{Look, Palette, WIDTH, columns, hanging, padded, paragraph};
use crate::descent::models::{Model, Schedule};
use crate::exact::Enclosure;
use crate::syntax::source::printable;
use crate::verdict::{Claim, Ending, Entry, Evidence, Kind, Measures, Report, Summary, Trial, written};

/// Columns before a claim, and the width of the column that says how it stands.
const INDENT: usize = 4;
const EVIDENCE: usize = 11;

/// A longer name has the statement on the line below it.
const LONGEST_NAME: usize = 14;

/// Digits of a number in a table: as many as the line has room for.
const MOST_DIGITS: usize = 10;
const LEAST_DIGITS: usize = 4;

/// A step size that takes more columns is shown by its first digits.
const LONGEST_FRACTION: usize = 12;

/// The whole report: theorems and experiments under the names of their files, and how
/// many claims stand how.
pub(super) fn text(report: &Report, origin: Origin, errors: usize, palette: Palette) -> String {
    let mut text = match origin {
        Origin::Paths => String::new(),
        Origin::Folder => "Checking the folder theorems.\n\n".to_owned(),
        Origin::Embedded => "Checking the corpus that is built in: there is no folder theorems here.\n\n".to_owned(),
    };
    let mut file = "";
    for entry in &report.theorems {
        if entry.file != file {
            file = &entry.file;
            text.push_str(&palette.paint(Look::Faint, &printable(file)));
            text.push_str("\n\n");
        }
        text.push_str(&self::entry(entry, palette));
        text.push('\n');
    }
    text + &summary(report, errors, palette)
}

/// A theorem or experiment: its sentence, what it assumes or is a run of, its claims.
fn entry(entry: &Entry, palette: Palette) -> String {
    let mut text = sentence(entry, palette);
    if entry.trial.is_some() || !entry.claims.is_empty() || !entry.lemmas.is_empty() {
        text.push('\n');
    }
    if let Some(trial) = &entry.trial {
        text.push_str(&paragraph(&data(trial), INDENT));
        text.push('\n');
        text.push_str(&table(trial, palette));
        text.push('\n');
    }
    let names = entry.claims.iter().map(|claim| &claim.name).chain(entry.lemmas.iter().map(|(name, _)| name));
    let widest = names.map(|name| columns(name)).filter(|width| *width <= LONGEST_NAME).max();
    let name = widest.unwrap_or(LONGEST_NAME);
    if !entry.assumptions.is_empty() {
        let label = format!("{}{}", " ".repeat(INDENT), padded("given", EVIDENCE));
        text.push_str(&palette.paint(Look::Faint, &label));
        text.push_str(&formula::hanging(&entry.assumptions.join("; "), INDENT + EVIDENCE));
    }
    entry.lemmas.iter().for_each(|(own, said)| text.push_str(&row("trusted", Look::Open, own, said, name, palette)));
    entry.claims.iter().for_each(|claim| text.push_str(&self::claim(claim, name, palette)));
    text
}

/// `Theorem norm_floor. Every interpolator has …`
pub(super) fn sentence(entry: &Entry, palette: Palette) -> String {
    let kind = match entry.kind {
        Kind::Theorem => "Theorem",
        Kind::Experiment => "Experiment",
    };
    let name = format!("{kind} {}.", entry.name);
    let mut text = paragraph(&format!("{name} {}", entry.title), 2);
    text = text.replacen(&name, &palette.paint(Look::Strong, &name), 1);
    if entry.source != "ours" {
        text.push_str(&palette.paint(Look::Faint, &paragraph(&format!("Source: {}.", entry.source), 2)));
    }
    text
}

fn claim(claim: &Claim, name_width: usize, palette: Palette) -> String {
    let look = match claim.evidence {
        Evidence::Refuted => Look::Bad,
        Evidence::Undecided | Evidence::Observed => Look::Open,
        Evidence::Proved | Evidence::Exact | Evidence::Certified => Look::Good,
    };
    let mut text = row(claim.evidence.word(), look, &claim.name, &claim.statement, name_width, palette);
    let indent = INDENT + EVIDENCE + name_width + 2;
    if claim.evidence == Evidence::Proved && !claim.lemmas.is_empty() {
        text.push_str(&paragraph(&format!("modulo {}", claim.lemmas.join(", ")), indent));
    }
    if !claim.evidence.holds() {
        let against = claim.findings.iter().filter(|finding| finding.holds != Some(true));
        against.for_each(|finding| text.push_str(&paragraph(&format!("but {}", finding.text), indent)));
    }
    text
}

/// A word on what stands behind a statement, its name, the statement.
fn row(word: &str, look: Look, name: &str, statement: &str, name_width: usize, palette: Palette) -> String {
    let indent = INDENT + EVIDENCE + name_width + 2;
    let mut text = format!("{}{}", " ".repeat(INDENT), palette.paint(look, &padded(word, EVIDENCE)));
    if columns(name) <= name_width {
        text.push_str(&padded(name, name_width + 2));
    } else {
        text.push_str(&format!("{name}\n{}", " ".repeat(indent)));
    }
    text.push_str(&formula::hanging(statement, indent));
    text
}

/// `x = [5, 2], y = 13/4, w₀ = [1, 3/4], β* = [1/4, 1]`
fn data(trial: &Trial) -> String {
    let problem = &trial.problem;
    let mut parts = match (problem.samples(), problem.targets()) {
        ([features], [target]) => vec![format!("x = {}", vector(features)), format!("y = {target}")],
        (samples, targets) => vec![format!("X = {}", matrix(samples)), format!("y = {}", vector(targets))],
    };
    match problem.model() {
        Model::Shared { w } => parts.push(format!("w₀ = {}", vector(w))),
        Model::TwoLayers { u, v } => parts.extend([format!("u₀ = {}", vector(u)), format!("v₀ = {}", vector(v))]),
        Model::Depth { depth, w } => parts.extend([format!("depth {depth}"), format!("w₀ = {}", vector(w))]),
    }
    parts.extend(trial.truth.as_ref().map(|truth| format!("β* = {}", vector(truth))));
    parts.extend(trial.second_moment.as_ref().map(|moment| format!("Σ = {}", matrix(moment))));
    parts.join(", ")
}

fn matrix(rows: &[Vec<BigRational>]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| vector(row)).collect();
    format!("[{}]", rows.join(", "))
}

fn vector(entries: &[BigRational]) -> String {
    let entries: Vec<String> = entries.iter().map(ToString::to_string).collect();
    format!("[{}]", entries.join(", "))
}

/// A line of the table.
struct Row<'t> {
    name: &'t str,
    eta: String,
    measures: &'t Measures,
    /// Stands in place of the numbers.
    remark: Option<&'t str>,
}

/// The runs, the minimisers, and what the numbers are.
fn table(trial: &Trial, palette: Palette) -> String {
    let runs = trial.runs.iter().map(|run| Row {
        name: &run.name,
        eta: step_sizes(&run.schedule),
        measures: &run.measures,
        remark: run.ending.remark(),
    });
    let minimisers = trial.minimisers.iter().map(|minimiser| {
        let remark = minimiser.tie.is_some().then_some("not unique");
        Row { name: &minimiser.name, eta: String::new(), measures: &minimiser.measures, remark }
    });
    let rows: Vec<Row<'_>> = runs.chain(minimisers).collect();
    let mut lines = vec![];
    for digits in (LEAST_DIGITS..=MOST_DIGITS).rev() {
        lines = laid_out(&rows, trial.truth.is_some(), digits);
        if lines.iter().all(|line| columns(line) <= WIDTH) {
            break;
        }
    }
    let mut lines = lines.into_iter();
    let mut text = lines.next().map(|head| palette.paint(Look::Faint, &head) + "\n").unwrap_or_default();
    lines.for_each(|line| text.push_str(&(line + "\n")));
    text.push('\n');
    text + &palette.paint(Look::Faint, &paragraph(&legend(trial), INDENT))
}

/// The lines of the table, the head first, with at most so many digits.
fn laid_out(rows: &[Row<'_>], risk: bool, digits: usize) -> Vec<String> {
    let name = rows.iter().map(|row| columns(row.name)).max().unwrap_or_default();
    let eta = rows.iter().map(|row| columns(&row.eta)).max().unwrap_or_default();
    let begin = |first: &str, second: &str| {
        let space = " ".repeat(eta.saturating_sub(columns(second)));
        format!("{}{}  {space}{second}   ", " ".repeat(INDENT), padded(first, name))
    };
    let column = |head: &str, measure: fn(&Measures) -> Option<&Enclosure>| {
        let cells = rows.iter().map(|row| cell(measure(row.measures), digits));
        aligned(head, &cells.collect::<Vec<_>>())
    };
    let mut numbers: Vec<Vec<String>> = vec![];
    if risk {
        numbers.push(column("risk", |measures| measures.risk.as_ref()));
    }
    numbers.push(column("sharpness", |measures| measures.sharpness.as_ref()));
    numbers.push(column("norm", |measures| measures.norm.as_ref()));
    let cells = |line: usize| {
        let cells = numbers.iter().filter_map(|column| column.get(line)).map(String::as_str);
        cells.collect::<Vec<_>>().join("  ")
    };
    let mut lines = vec![format!("{}{}", begin("", "η"), cells(0))];
    for (number, row) in rows.iter().enumerate() {
        let begin = begin(row.name, &row.eta);
        match row.remark {
            Some(remark) => lines.extend(
                hanging(remark, columns(&begin))
                    .lines()
                    .enumerate()
                    .map(|(k, line)| if k == 0 { format!("{begin}{line}") } else { line.to_owned() }),
            ),
            None => lines.push(format!("{begin}{}", cells(number.saturating_add(1)))),
        }
    }
    lines.iter().map(|line| line.trim_end().to_owned()).collect()
}

/// The step sizes, the last of which is used for ever: `1/60, 1/30`.
fn step_sizes(schedule: &Schedule) -> String {
    let phases = schedule.phases().iter().map(|phase| &phase.eta).chain([schedule.last()]);
    let sizes: Vec<String> = phases.map(step_size).collect();
    match sizes.as_slice() {
        [first, _, _, .., last] => format!("{first}, …, {last}"),
        sizes => sizes.join(", "),
    }
}

/// A step size as a fraction, or by its first digits where that is long.
fn step_size(eta: &BigRational) -> String {
    let fraction = eta.to_string();
    if columns(&fraction) <= LONGEST_FRACTION {
        fraction
    } else {
        written(&Enclosure::point(eta.clone()), LEAST_DIGITS)
    }
}

fn cell(number: Option<&Enclosure>, digits: usize) -> String {
    number.map(|number| written(number, digits)).unwrap_or_default()
}

/// A column: its head, then the numbers with their decimal points below each other, all
/// of one width.
fn aligned(head: &str, cells: &[String]) -> Vec<String> {
    let whole = |cell: &str| match cell.split_once('.') {
        Some((whole, _)) => columns(whole),
        None if cell.chars().all(|c| c.is_ascii_digit()) => columns(cell),
        None => 0,
    };
    let point = cells.iter().map(|cell| whole(cell)).max().unwrap_or_default();
    let shifted = cells.iter().map(|cell| {
        let room = if whole(cell) == 0 { 0 } else { point.saturating_sub(whole(cell)) };
        format!("{}{cell}", " ".repeat(room))
    });
    let column: Vec<String> = std::iter::once(head.to_owned()).chain(shifted).collect();
    let width = column.iter().map(|cell| columns(cell)).max().unwrap_or_default();
    column.iter().map(|cell| padded(cell, width)).collect()
}

fn legend(trial: &Trial) -> String {
    let steps = |ending: fn(&Ending) -> Option<usize>| {
        let steps = trial.runs.iter().filter_map(|run| ending(&run.ending)).map(|step| step.to_string());
        match steps.collect::<Vec<_>>().as_slice() {
            [] => None,
            [step] => Some(format!("step {step}")),
            steps => Some(format!("steps {}", steps.join(", "))),
        }
    };
    let trapped = steps(|ending| if let Ending::Trapped(step) = ending { Some(*step) } else { None });
    let landed = steps(|ending| if let Ending::Landed(step) = ending { Some(*step) } else { None });
    let stopped = steps(|ending| if let Ending::Stopped(step) = ending { Some(*step) } else { None });
    let mut text = String::new();
    if let Some(steps) = trapped {
        text.push_str(&format!(
            "Numbers of a run are those at the limit of the infinite run, enclosed by the lemma trapping, \
             which applies from {steps} on; the digits before … are guaranteed. "
        ));
    }
    if let Some(steps) = landed {
        text.push_str(&format!("At {steps} a run lands exactly on an interpolator. "));
    }
    if let Some(steps) = stopped {
        text.push_str(&format!("Numbers of a run that stops are those at {steps}. "));
    }
    text + "Numbers without … are exact."
}

/// The last lines: how many claims stand how, and which do not hold.
fn summary(report: &Report, errors: usize, palette: Palette) -> String {
    let mut text = paragraph(&counts(&report.summary), 0);
    for (entry, claim) in report.claims().filter(|(_, claim)| !claim.evidence.holds()) {
        let look = if claim.evidence == Evidence::Refuted { Look::Bad } else { Look::Open };
        let word = palette.paint(look, &padded(claim.evidence.word(), EVIDENCE));
        let place = printable(&format!("{}.{}  {}:{}", entry.name, claim.name, entry.file, claim.line));
        text.push_str(&format!("  {word}{place}\n"));
    }
    if errors > 0 {
        let what =
            if errors == 1 { "1 error in the input".to_owned() } else { format!("{errors} errors in the input") };
        text.push_str(&format!("{}, not all of which was therefore checked.\n", palette.paint(Look::Bad, &what)));
    }
    text
}

const REFUTED: &str = "variants refuted by exact instances";

/// `17 claims: 12 proved for every dimension, 5 certified.`
fn counts(summary: &Summary) -> String {
    let claims = match summary.claims() {
        0 => return "No claims.".to_owned(),
        1 => "1 claim".to_owned(),
        many => format!("{many} claims"),
    };
    let proved = match summary.proved_modulo_lemmas {
        0 => " for every dimension".to_owned(),
        some => format!(" for every dimension ({some} modulo a named lemma)"),
    };
    let refuted = if summary.refutations == 1 { "variant refuted by an exact instance" } else { REFUTED };
    let kinds = [
        (summary.proved, "proved", proved.as_str()),
        (summary.exact.saturating_sub(summary.refutations), "exact", ""),
        (summary.refutations, refuted, ""),
        (summary.certified, "certified", ""),
        (summary.observed, "observed", ""),
        (summary.refuted, "refuted", ""),
        (summary.undecided, "undecided", ""),
    ];
    let kinds = kinds.iter().filter(|(count, ..)| *count > 0);
    let kinds: Vec<String> = kinds.map(|(count, word, more)| format!("{count} {word}{more}")).collect();
    format!("{claims}: {}.", kinds.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_points_stand_below_each_other() {
        let cells = ["12.5", "0.333…", "7", "1/3", "[-1, 2]", ""].map(str::to_owned);
        let column = aligned("risk", &cells);
        let expected = ["risk   ", "12.5   ", " 0.333…", " 7     ", "1/3    ", "[-1, 2]", "       "];
        assert_eq!(column, expected);
    }

    #[test]
    fn step_sizes_are_fractions_unless_long() {
        let eta = |n: i64, d: i64| step_size(&BigRational::new(n.into(), d.into()));
        assert_eq!(eta(1, 32), "1/32");
        assert_eq!(eta(1_000_000_001, 30_000_000_000), "0.03333…");
    }

    #[test]
    fn counts_name_what_there_is() {
        let none = Summary::default();
        assert_eq!(counts(&none), "No claims.");
        let one = Summary { proved: 1, proved_modulo_lemmas: 1, ..none };
        assert_eq!(counts(&one), "1 claim: 1 proved for every dimension (1 modulo a named lemma).");
        let many = Summary { proved: 12, certified: 5, refuted: 1, ..none };
        assert_eq!(counts(&many), "18 claims: 12 proved for every dimension, 5 certified, 1 refuted.");
        let refuting = Summary { exact: 4, refutations: 3, ..none };
        assert_eq!(counts(&refuting), "4 claims: 1 exact, 3 variants refuted by exact instances.");
        let one = Summary { exact: 1, refutations: 1, ..none };
        assert_eq!(counts(&one), "1 claim: 1 variant refuted by an exact instance.");
    }
}
