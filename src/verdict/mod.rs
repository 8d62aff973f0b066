//! The report of a check, as data: what was asked, and how each claim stands.
//!
//! Evidence is computed here and nowhere else: a claim of a theorem has what the kernel
//! gave it, a claim of an experiment what exact arithmetic and the enclosures of limits
//! decide. No verdict is ever rounded up to a better one.

mod certified;
mod decide;
mod experiment;
mod follow;
mod measure;
mod report;

pub use certified::{Certified, Known, certified};
pub use experiment::{Ending, Minimiser, Run, Trial};
pub use measure::{DIGITS, Measures, written};
pub use report::{Claim, Entry, Evidence, Finding, Kind, Problem, Report, Status, Summary};

use crate::descent::Budget;
use crate::elaborate::{Corpus, Heading, Instance, Located, Source, Standing, Theorem};
use crate::syntax::ast::Span;
use crate::syntax::diagnostic::Severity;

/// Runs the experiments of a corpus and reports on everything that was asked for, in the
/// order of the files.
pub fn report(corpus: &Corpus, sources: &[Source], budget: &Budget) -> Report {
    let files = Files::new(sources);
    let mut placed = vec![];
    for theorem in &corpus.theorems {
        placed.push((place(&theorem.heading), theorem_entry(corpus, &files, theorem)));
    }
    for experiment in &corpus.experiments {
        let heading = &experiment.heading;
        let (claims, trial) = experiment::carry_out(experiment, budget, |span| files.line(heading.file, span));
        let mut entry = entry(Kind::Experiment, heading, &files, claims);
        entry.trial = Some(trial);
        placed.push((place(heading), entry));
    }
    placed.sort_by_key(|(place, _)| *place);
    let problems = corpus.diagnostics.iter().map(|located| problem(&files, located)).collect();
    Report::new(placed.into_iter().map(|(_, entry)| entry).collect(), problems)
}

fn problem(files: &Files<'_>, located: &Located) -> Problem {
    let diagnostic = &located.diagnostic;
    let label = diagnostic.labels.iter().find(|label| label.primary);
    Problem {
        severity: match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        },
        file: files.name(located.file),
        line: files.line(located.file, diagnostic.span().unwrap_or_default()),
        message: diagnostic.message.clone(),
        label: label.map(|label| label.text.clone()).unwrap_or_default(),
        help: diagnostic.help.clone(),
    }
}

/// The number of the file, and the place in it.
fn place(heading: &Heading) -> (usize, u32) {
    (heading.file, heading.span.start)
}

fn theorem_entry(corpus: &Corpus, files: &Files<'_>, theorem: &Theorem) -> Entry {
    let heading = &theorem.heading;
    let claims = theorem.claims.iter().map(|claim| {
        let (evidence, lemmas, findings) = standing(corpus, &claim.standing);
        let (name, statement) = (claim.name.clone(), claim.statement.clone());
        let (line, refutation) = (files.line(heading.file, claim.span), claim.refutation);
        Claim { name, statement, evidence, lemmas, line, findings, refutation }
    });
    let mut entry = entry(Kind::Theorem, heading, files, claims.collect());
    entry.assumptions = theorem.assumed.clone();
    entry.lemmas = theorem.lemmas.clone();
    entry
}

/// The evidence for a claim of a theorem, the named lemmas that it rests on, and what is
/// to be said where there is no evidence.
fn standing(corpus: &Corpus, standing: &Standing) -> (Evidence, Vec<String>, Vec<Finding>) {
    let undecided = |why: &str| (Evidence::Undecided, vec![], vec![Finding::open(why)]);
    match standing {
        Standing::Proved(name) => match corpus.library.theorem(name) {
            Ok(theorem) => {
                let lemmas = theorem.lemmas().iter().map(|lemma| lemma.to_string()).collect();
                (Evidence::Proved, lemmas, vec![])
            }
            Err(refusal) => undecided(&format!("the library does not hold its theorem: {refusal:?}")),
        },
        Standing::Exact(instance) => (Evidence::Exact, vec![], at_instance(instance)),
        Standing::Unproved => undecided("it has no proof"),
        Standing::Refused => undecided("it is not accepted; the errors say why"),
    }
}

/// The instance of a refutation, and what hypotheses and formula come down to there.
fn at_instance(instance: &Instance) -> Vec<Finding> {
    let values = if instance.values.is_empty() { "there are no variables" } else { &instance.values };
    let hypotheses = instance.hypotheses.iter().map(|own| format!("{} holds: {}", own.name, own.text));
    let texts = [format!("at {values}")].into_iter().chain(hypotheses);
    let texts = texts.chain([format!("the formula does not: {}", instance.formula)]);
    texts.map(|text| Finding { holds: Some(true), text: unbroken(text) }).collect()
}

/// A text of which no comparison is broken between lines.
fn unbroken(text: String) -> String {
    let relations = ["=", "!=", "<", "<=", ">", ">="];
    relations.iter().fold(text, |text, sign| text.replace(&format!(" {sign} "), &format!("\u{a0}{sign}\u{a0}")))
}

fn entry(kind: Kind, heading: &Heading, files: &Files<'_>, claims: Vec<Claim>) -> Entry {
    Entry {
        kind,
        name: heading.name.clone(),
        file: files.name(heading.file),
        line: files.line(heading.file, heading.span),
        title: heading.title.clone(),
        source: heading.source.clone(),
        claims,
        trial: None,
        assumptions: vec![],
        lemmas: vec![],
    }
}

/// The files, and where their lines end.
struct Files<'s> {
    sources: &'s [Source],
    breaks: Vec<Vec<usize>>,
}

impl<'s> Files<'s> {
    fn new(sources: &'s [Source]) -> Self {
        let breaks = |source: &Source| source.text.match_indices('\n').map(|(offset, _)| offset).collect();
        Files { sources, breaks: sources.iter().map(breaks).collect() }
    }

    /// The number of the line on which a span starts.
    fn line(&self, file: usize, span: Span) -> usize {
        let breaks = self.breaks.get(file).map(Vec::as_slice).unwrap_or_default();
        breaks.partition_point(|offset| *offset < span.start as usize).saturating_add(1)
    }

    fn name(&self, file: usize) -> String {
        self.sources.get(file).map(|source| source.name.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
