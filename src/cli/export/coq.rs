//! `export coq`: theorems for Coq, which checks them again.

use std::collections::BTreeSet;
use std::io::{self, IsTerminal};

use serde::Serialize;

use super::{Done, asked, from_corpus, print, quoted, unchecked, write};
use crate::cli::arguments::Export;
use crate::cli::run::{to_stderr, to_stdout};
use crate::cli::{Exit, layout};
use crate::elaborate::{self, Corpus, Standing};
use crate::export::coq::check::{self, Outcome};
use crate::export::coq::instances::{AtNumbers, Searched};
use crate::export::coq::{self, Exported, Exporter, PRELUDE, Part};
use crate::kernel::{Library, Name};
use crate::model;

/// The folder that is written to where none is named.
const FOLDER: &str = "coq";

/// What Coq says of one claim.
#[derive(Debug, Serialize)]
struct Verdict {
    theorem: String,
    /// `accepted`, `refused`, or `not written`.
    verdict: &'static str,
    /// The named lemmas that it rests on.
    lemmas: Vec<String>,
    /// What Coq took for it; none where it had to be asked one by one.
    seconds: Option<f64>,
}

/// What Coq says of statements at given numbers.
#[derive(Debug, Default, Serialize)]
struct Numbers {
    /// How many theorems there are, and for how many Coq accepts an instance of the hypotheses.
    theorems: usize,
    with_instance: usize,
    /// How many refutations there are, and how many Coq accepts.
    refutations: usize,
    refuted: usize,
    refused: Vec<String>,
    /// What cannot be written in Coq, and why.
    unwritten: Vec<String>,
    /// The theorems for whose hypotheses no instance is found.
    without_instance: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Report {
    schema: &'static str,
    claims: Vec<Verdict>,
    accepted: usize,
    at_numbers: Numbers,
    /// What Coq lists as the assumptions of all accepted claims together.
    assumptions: Vec<String>,
    /// Assumptions of a claim that are neither Coq's real numbers' own nor named lemmas that it cites.
    unexpected: Vec<String>,
    seconds: f64,
}

/// What is exported of a corpus.
struct Development {
    /// The claims that were asked for.
    asked: Vec<Name>,
    /// They and all that they rest on.
    parts: Vec<Part>,
    stated: Stated,
    numbers: AtNumbers,
}

pub(in crate::cli) fn export(arguments: &Export) -> Exit {
    from_corpus(arguments, |corpus, _| {
        let development = Development::new(corpus);
        development.complain();
        let written = write(arguments, FOLDER, &development.files())?;
        if arguments.check {
            return checked(arguments, corpus, &development);
        }
        if let Some(folder) = written {
            let (shown, folder) = (folder.display().to_string(), quoted(&folder));
            to_stdout(&format!(
                "{shown}: Prelude.v, Theorems.v with {} statements, Audit.v, Instances.v with {}.\n\
                 Compile them in this order:\n    \
                 cd {folder} && for f in Prelude Theorems Audit Instances; do coqc $f.v; done\n",
                development.theorems().count(),
                development.numbers.searched.len()
            ))?;
        }
        Ok(development.standing())
    })
}

impl Development {
    fn new(corpus: &Corpus) -> Self {
        let asked = asked(corpus);
        let needed = needed(&corpus.library, &asked);
        let mut exporter = Exporter::new(&corpus.library);
        let parts: Vec<Part> = exporter.parts(&|name| needed.contains(name));
        let stated = at_numbers(corpus, &mut exporter);
        let numbers = exporter.at_numbers(stated.instances.iter().chain(&stated.refutations).cloned().collect());
        Development { asked, parts, stated, numbers }
    }

    fn theorems(&self) -> impl Iterator<Item = &Exported> {
        self.parts.iter().filter_map(|part| if let Part::Theorem(theorem) = part { Some(theorem) } else { None })
    }

    /// Says what is not exported.
    fn complain(&self) {
        for part in &self.parts {
            if let Part::Failed(name, failure) = part {
                to_stderr(&format!("error: {name} cannot be written in Coq: {failure}\n"));
            }
        }
        for what in &self.stated.unwritten {
            to_stderr(&format!("error: {what}\n"));
        }
        for theorem in &self.stated.without_instance {
            to_stderr(&format!("warning: no instance of the hypotheses of {theorem} is found\n"));
        }
    }

    fn files(&self) -> Vec<(String, String)> {
        let files = [
            ("Prelude.v", PRELUDE.to_owned()),
            ("Theorems.v", coq::development(&self.parts)),
            ("Audit.v", check::audits(&self.parts)),
            ("Instances.v", self.numbers.text()),
        ];
        files.map(|(name, text)| (name.to_owned(), text)).into()
    }

    /// What the writing alone amounts to.
    fn standing(&self) -> Exit {
        let failed = self.parts.iter().any(|part| matches!(part, Part::Failed(..)));
        if failed || !self.stated.unwritten.is_empty() {
            Exit::Fails
        } else if !self.stated.without_instance.is_empty() {
            Exit::Undecided
        } else {
            Exit::Holds
        }
    }
}

/// How many random models are tried for the hypotheses of a theorem.
const ATTEMPTS: usize = 20_000;

/// Statements at given numbers.
#[derive(Default)]
struct Stated {
    /// That the hypotheses of each theorem hold somewhere.
    instances: Vec<Searched>,
    /// That what is refuted does not hold.
    refutations: Vec<Searched>,
    /// What cannot be written, and why.
    unwritten: Vec<String>,
    /// The theorems for whose hypotheses no model is found.
    without_instance: Vec<String>,
    /// How many theorems and refutations there are.
    theorems: usize,
    standing: usize,
}

impl Stated {
    fn judged(&self, outcome: &Outcome) -> Numbers {
        let accepted = |list: &[Searched]| list.iter().filter(|one| outcome.accepted.contains(&one.coq)).count();
        let all = self.instances.iter().chain(&self.refutations);
        Numbers {
            theorems: self.theorems,
            with_instance: accepted(&self.instances),
            refutations: self.standing,
            refuted: accepted(&self.refutations),
            refused: all.filter(|one| !outcome.accepted.contains(&one.coq)).map(|one| one.coq.clone()).collect(),
            unwritten: self.unwritten.clone(),
            without_instance: self.without_instance.clone(),
        }
    }
}

fn at_numbers(corpus: &Corpus, exporter: &mut Exporter<'_>) -> Stated {
    let mut found = Stated::default();
    for theorem in &corpus.theorems {
        let name = &theorem.heading.name;
        let instances = theorem.claims.iter().filter_map(|claim| match &claim.standing {
            Standing::Exact(instance) => Some((claim, instance)),
            _ => None,
        });
        for (claim, instance) in instances.clone() {
            found.standing += 1;
            let full = format!("{name}.{}", claim.name);
            match exporter.refutation(&Name::from(full.as_str()), instance) {
                Ok(one) => found.refutations.push(one),
                Err(failure) => found.unwritten.push(format!("{full} cannot be written in Coq: {failure}")),
            }
        }
        let proved = theorem.claims.iter().filter_map(elaborate::Claim::proved);
        let statements = proved.filter_map(|claim| Some(corpus.library.theorem(claim).ok()?.statement()));
        // All claims have the same hypotheses; the one with the most variables declares all of theirs.
        let Some(statement) = statements.max_by_key(|statement| statement.variables.len()) else { continue };
        found.theorems += 1;
        let known: Vec<_> = instances.map(|(_, instance)| (&instance.variant, &instance.model)).collect();
        let written = model::satisfying(&corpus.library, statement, &known, ATTEMPTS)
            .map(|model| exporter.satisfied(&Name::from(name.as_str()), statement, &model));
        match written {
            Some(Ok(one)) => found.instances.push(one),
            Some(Err(failure)) => {
                found.unwritten.push(format!("the instance of {name} cannot be written in Coq: {failure}"))
            }
            None => found.without_instance.push(name.clone()),
        }
    }
    found
}

/// They and all that they rest on.
fn needed(library: &Library, asked: &[Name]) -> BTreeSet<Name> {
    let mut needed = BTreeSet::new();
    let mut open = asked.to_vec();
    while let Some(name) = open.pop() {
        if let Ok(theorem) = library.theorem(&name)
            && needed.insert(name)
        {
            open.extend(theorem.cited().iter().cloned());
        }
    }
    needed
}

fn checked(arguments: &Export, corpus: &Corpus, development: &Development) -> Done {
    let shown = io::stderr().is_terminal();
    let progress = |what: &str| {
        if shown {
            to_stderr(&format!("coqc: {what}\n"));
        }
    };
    let outcome = check::check(&development.parts, &development.numbers, &progress)
        .map_err(|problem| unchecked(problem, "Coq", "on Debian the package is coq"))?;
    let report = report(corpus, development, &outcome);
    print(&report, arguments.format, text)?;
    let accepted =
        report.accepted == report.claims.len() && report.unexpected.is_empty() && report.at_numbers.refused.is_empty();
    Ok(if accepted { development.standing() } else { Exit::Fails })
}

fn report(corpus: &Corpus, development: &Development, outcome: &Outcome) -> Report {
    let claims: Vec<Verdict> =
        development.asked.iter().map(|name| verdict(corpus, development, outcome, name)).collect();
    Report {
        schema: "tightrope.coq/1",
        accepted: claims.iter().filter(|claim| claim.verdict == "accepted").count(),
        at_numbers: development.stated.judged(outcome),
        unexpected: outcome.unexpected.iter().cloned().collect(),
        assumptions: outcome.axioms.iter().cloned().collect(),
        claims,
        seconds: outcome.seconds,
    }
}

fn verdict(corpus: &Corpus, development: &Development, outcome: &Outcome, name: &Name) -> Verdict {
    let statements: Vec<&Exported> = development.theorems().filter(|theorem| theorem.name == *name).collect();
    let verdict = match &statements[..] {
        [] => "not written",
        all if all.iter().all(|theorem| outcome.accepted.contains(&theorem.coq)) => "accepted",
        _ => "refused",
    };
    let lemmas = corpus.library.theorem(name).map(|t| t.lemmas().iter().map(ToString::to_string).collect());
    let seconds = statements.iter().map(|theorem| outcome.each.get(&theorem.coq)).sum();
    Verdict { theorem: name.to_string(), verdict, lemmas: lemmas.unwrap_or_default(), seconds }
}

fn text(report: &Report) -> String {
    let width = report.claims.iter().map(|claim| claim.theorem.len()).max().unwrap_or(0);
    let mut text = String::new();
    for Verdict { theorem, verdict, lemmas, seconds } in &report.claims {
        let lemmas = if lemmas.is_empty() { String::new() } else { format!("  modulo {}", lemmas.join(", ")) };
        let seconds = seconds.map_or(String::new(), |seconds| format!("  {seconds:.2} s"));
        text.push_str(&format!("{theorem:width$}  {verdict}{seconds}{lemmas}\n"));
    }
    let list = |names: &[String]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    text.push('\n');
    text.push_str(&layout::paragraph(&format!("Axioms, as Coq lists them: {}.", list(&report.assumptions)), 0));
    if !report.unexpected.is_empty() {
        text.push_str(&layout::paragraph(&format!("Not allowed: {}.", report.unexpected.join(", ")), 0));
    }
    text.push_str(&format!(
        "{} of {} claims accepted by Coq in {:.1} s.\n",
        report.accepted,
        report.claims.len(),
        report.seconds
    ));
    let Numbers { theorems, with_instance, refutations, refuted, refused, unwritten, without_instance } =
        &report.at_numbers;
    text.push_str(&format!(
        "{refuted} of {refutations} refutations proved by Coq; {with_instance} of {theorems} theorems with an instance.\n"
    ));
    if !refused.is_empty() {
        text.push_str(&layout::paragraph(&format!("Coq does not prove: {}.", refused.join(", ")), 0));
    }
    if !unwritten.is_empty() {
        text.push_str(&layout::paragraph(&format!("Not written: {}.", unwritten.join("; ")), 0));
    }
    if !without_instance.is_empty() {
        text.push_str(&layout::paragraph(&format!("No instance is found of: {}.", without_instance.join(", ")), 0));
    }
    text
}
