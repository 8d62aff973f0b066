//! The types of a report; serialised in this order, they are the schema `tightrope.check/1`.

use serde::Serialize;

use super::experiment::Trial;

/// How a claim ends: as exactly one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Evidence {
    /// For all dimensions and all reals, by the kernel.
    Proved,
    /// One rational instance, by exact arithmetic.
    Exact,
    /// One rational instance, by a rigorous enclosure of a limit.
    Certified,
    /// Seen in floating point.
    Observed,
    /// Asked to hold, and false by an exact or certified instance.
    Refuted,
    /// Neither shown nor refuted; the findings say why.
    Undecided,
}

impl Evidence {
    /// The word for it, as in the JSON.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Proved => "proved",
            Evidence::Exact => "exact",
            Evidence::Certified => "certified",
            Evidence::Observed => "observed",
            Evidence::Refuted => "refuted",
            Evidence::Undecided => "undecided",
        }
    }

    /// Whether what was asked for holds.
    pub fn holds(self) -> bool {
        !matches!(self, Evidence::Refuted | Evidence::Undecided)
    }
}

/// One thing that was found out on the way to the evidence of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it speaks for the claim; `None` if it leaves the claim open.
    pub holds: Option<bool>,
    /// In words and numbers.
    pub text: String,
}

impl Finding {
    pub(super) fn open(text: impl Into<String>) -> Self {
        Finding { holds: None, text: text.into() }
    }
}

/// A claim and how it stands.
#[derive(Clone, Debug, Serialize)]
pub struct Claim {
    /// Its name within the theorem or experiment.
    pub name: String,
    /// What it says, in the canonical spelling of the language.
    pub statement: String,
    /// How it ends.
    pub evidence: Evidence,
    /// The named lemmas that the evidence rests on.
    pub lemmas: Vec<String>,
    /// The line on which it stands.
    #[serde(skip)]
    pub line: usize,
    /// What the evidence consists of (experiments), or why there is none.
    #[serde(skip)]
    pub findings: Vec<Finding>,
    /// Whether it says that something does not follow.
    #[serde(skip)]
    pub refutation: bool,
}

/// Theorem or experiment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Quantified claims with proofs.
    Theorem,
    /// Claims about the limits of runs.
    Experiment,
}

/// A theorem or an experiment.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Which of the two.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// The file that it stands in, with forward slashes.
    pub file: String,
    /// The line of its name.
    pub line: usize,
    /// Its sentence.
    pub title: String,
    /// Where the statement comes from.
    pub source: String,
    /// Its claims, in order.
    pub claims: Vec<Claim>,
    /// Data and runs; experiments only.
    #[serde(flatten)]
    pub trial: Option<Trial>,
    /// What a theorem assumes, in the canonical spelling of the language.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assumptions: Vec<String>,
    /// The named lemmas that it states, and what they say.
    #[serde(skip)]
    pub lemmas: Vec<(String, String)>,
}

/// How many claims end how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Proved for every dimension, with and without named lemmas.
    pub proved: usize,
    /// Those of the proved ones that name a lemma.
    pub proved_modulo_lemmas: usize,
    /// Shown for one instance, exactly; refutations included.
    pub exact: usize,
    /// Those of the exact ones that refute a statement, as they were asked to.
    #[serde(skip)]
    pub refutations: usize,
    /// Shown for one instance, by enclosures.
    pub certified: usize,
    /// Seen in floating point.
    pub observed: usize,
    /// Asked to hold, and false.
    pub refuted: usize,
    /// Asked to hold, and neither shown nor refuted.
    pub undecided: usize,
}

impl Summary {
    /// The number of claims.
    pub fn claims(&self) -> usize {
        [self.proved, self.exact, self.certified, self.observed, self.refuted, self.undecided].iter().sum()
    }

    fn count(&mut self, claim: &Claim) {
        let counter = match claim.evidence {
            Evidence::Proved => &mut self.proved,
            Evidence::Exact => &mut self.exact,
            Evidence::Certified => &mut self.certified,
            Evidence::Observed => &mut self.observed,
            Evidence::Refuted => &mut self.refuted,
            Evidence::Undecided => &mut self.undecided,
        };
        *counter = counter.saturating_add(1);
        if claim.evidence == Evidence::Proved && !claim.lemmas.is_empty() {
            self.proved_modulo_lemmas = self.proved_modulo_lemmas.saturating_add(1);
        }
        if claim.evidence == Evidence::Exact && claim.refutation {
            self.refutations = self.refutations.saturating_add(1);
        }
    }
}

/// How a whole check stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Every claim holds.
    Holds,
    /// At least one claim is refuted.
    Fails,
    /// None is refuted, but at least one is undecided.
    Undecided,
}

/// Something that is wrong in a file, or perhaps not as intended.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// `error` or `warning`.
    pub severity: &'static str,
    /// The file, with forward slashes.
    pub file: String,
    /// The line of its place.
    pub line: usize,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What is said of its place.
    pub label: String,
    /// What would help, one sentence each.
    pub help: Vec<String>,
}

/// What a check found. It holds no timings and no paths but those of the files as they
/// were named, so the same input gives the same bytes everywhere.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Name and version of this layout.
    pub schema: &'static str,
    /// How many claims end how.
    pub summary: Summary,
    /// Theorems and experiments, in the order of the files.
    pub theorems: Vec<Entry>,
    /// What is wrong with the files, in their order.
    pub diagnostics: Vec<Problem>,
    /// Reserved for which claims of the paper are settled by what; empty in this version.
    pub ledger: [(); 0],
}

impl Report {
    pub(super) fn new(theorems: Vec<Entry>, diagnostics: Vec<Problem>) -> Self {
        let mut summary = Summary::default();
        theorems.iter().flat_map(|entry| &entry.claims).for_each(|claim| summary.count(claim));
        Report { schema: "tightrope.check/1", summary, theorems, diagnostics, ledger: [] }
    }

    /// How the check stands as a whole.
    pub fn status(&self) -> Status {
        match self.summary {
            Summary { refuted: 0, undecided: 0, .. } => Status::Holds,
            Summary { refuted: 0, .. } => Status::Undecided,
            _ => Status::Fails,
        }
    }

    /// Every claim, with the theorem or experiment that it belongs to.
    pub fn claims(&self) -> impl Iterator<Item = (&Entry, &Claim)> {
        self.theorems.iter().flat_map(|entry| entry.claims.iter().map(move |claim| (entry, claim)))
    }
}
