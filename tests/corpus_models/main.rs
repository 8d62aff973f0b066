//! Every claim that the corpus proves, evaluated in random small models of its hypotheses.
//!
//! The evaluation shares nothing with the kernel's normal forms, substitution or rules of
//! calculus. Quantifiers over indices are exhausted; ∀ over numbers and arrays tries samples,
//! those that the proof instantiates included; ∃ tries what the proof takes. Sharpness as a
//! premise is decided by the spectrum of the Hessian. A claim that is false in a model is a
//! mistake of the kernel or of the elaborator.
//!
//! So that the test can fail, every claim is also changed, in one relation or one constant, and
//! the changed claims must turn out false.

mod candidates;
#[path = "../common/falsity.rs"]
mod falsity;
mod guide;
mod models;
mod mutate;
mod sharpness;
mod tampering;
mod values;
mod verdict;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use guide::{Arguments, Guide};
use models::Sampler;
use rand::SeedableRng;
use rand::rngs::StdRng;
use tightrope::elaborate::{self, Corpus, Notation, Source, Standing};
use tightrope::kernel::{Formula, Library, Name, Theorem};
use tightrope::model::{Failure, Model, Value};
use verdict::{Judge, Verdict};

/// Models of each claim, unless `TIGHTROPE_MODELS` says how many, and how many of them must decide
/// it for the claim not to be named as one of which the models say little.
const MODELS: usize = 8;
const LEAST: usize = 5;
/// How many of the models may have irrational roots in the proof.
const IRRATIONAL: usize = 6;
/// Models in which the changes of a claim are tried.
const DECIDING: usize = 12;
/// Random values that are tried for each model, on average.
const ATTEMPTS: usize = 40;

/// The number of models of each claim.
fn wanted() -> usize {
    std::env::var("TIGHTROPE_MODELS").ok().and_then(|n| n.parse().ok()).unwrap_or(MODELS)
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The files of a folder and its folders, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let found: BTreeSet<PathBuf> = entries.collect();
    found.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn corpus() -> Corpus {
    let sources: Vec<Source> = files(&root().join("theorems"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|e| e == "thm"))
        .map(|path| Source {
            name: path.display().to_string(),
            text: std::fs::read_to_string(&path).expect("text"),
            asked: true,
        })
        .collect();
    elaborate::corpus(&sources)
}

/// A claim with its models.
struct Subject<'a> {
    library: &'a Library,
    name: Name,
    theorem: &'a Theorem,
    models: Vec<Model>,
}

/// How the models of a claim decide it.
#[derive(Default)]
struct Tally {
    exact: usize,
    sampled: usize,
    unknown: usize,
    reasons: BTreeSet<&'static str>,
}

/// How the changes of a claim fare in models that decide the claim itself.
#[derive(Default)]
struct Mutants {
    /// How many models decide the claim itself.
    models: usize,
    /// False in a model.
    refuted: usize,
    /// Not false, but no longer supported in some model.
    doubtful: usize,
    /// Those that nothing speaks against.
    alive: Vec<String>,
}

/// A number that depends on the name alone, so that claims do not disturb each other.
fn seed(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

impl<'a> Subject<'a> {
    fn new(library: &'a Library, name: Name) -> Self {
        let theorem = library.theorem(&name).expect("a proved claim");
        let mut sampler = Sampler { library, statement: theorem.statement(), rng: StdRng::seed_from_u64(seed(&name)) };
        let mut subject = Subject { library, name, theorem, models: vec![] };
        let mut irrational = 0;
        for _ in 0..ATTEMPTS * wanted() {
            for model in sampler.draw() {
                let rational = subject.terms(&model).1;
                irrational += usize::from(!rational);
                if rational || irrational <= IRRATIONAL {
                    subject.models.push(model);
                }
            }
            if subject.models.len() >= wanted() {
                break;
            }
        }
        subject.models.truncate(wanted());
        subject
    }

    /// The values of the terms with which the proof instantiates, and whether they all are rational.
    fn terms(&self, model: &Model) -> (Vec<Value>, bool) {
        let mut arguments = Arguments::default();
        if let Some(proof) = self.theorem.proof() {
            arguments.derivation(&proof.conclusion);
        }
        let shapes = [vec![], vec![model.sizes.first().copied().unwrap_or(0)]];
        let values: Vec<Result<Value, Failure>> = arguments
            .found
            .iter()
            .flat_map(|argument| shapes.iter().map(|shape| values::argument(self.library, argument, shape, model)))
            .collect();
        let rational = !values.contains(&Err(Failure::Irrational));
        (values.into_iter().flatten().collect::<BTreeSet<Value>>().into_iter().collect(), rational)
    }

    fn judge(&self, formula: &Formula, model: &Model) -> (Verdict, BTreeSet<&'static str>) {
        let (terms, rational) = self.terms(model);
        let mut judge = Judge::new(self.library, seed(&self.name), terms);
        let guide = self.theorem.proof().map(|p| Guide { derivation: &p.conclusion, model: model.clone() });
        let verdict = judge.judge(formula, model, guide.into_iter().collect(), true);
        if verdict == Verdict::Doubtful {
            judge.reasons.insert(if rational { "no witness was found" } else { "a root in the proof is irrational" });
        }
        (verdict, judge.reasons)
    }

    fn evaluate(&self) -> Tally {
        let mut tally = Tally::default();
        for model in &self.models {
            let (verdict, reasons) = self.judge(&self.theorem.statement().conclusion, model);
            match verdict {
                Verdict::True => tally.exact += 1,
                Verdict::Supported => tally.sampled += 1,
                Verdict::Unknown | Verdict::Doubtful => {
                    tally.unknown += 1;
                    tally.reasons.extend(reasons);
                }
                Verdict::False => panic!("{} is false in {model:#?}: {:#?}", self.name, self.theorem.statement()),
            }
        }
        tally
    }

    /// How the changed claims fare.
    fn mutants(&self) -> Mutants {
        let conclusion = &self.theorem.statement().conclusion;
        let deciding = self.models.iter().filter(|model| self.judge(conclusion, model).0.holds());
        let deciding: Vec<&Model> = deciding.take(DECIDING).collect();
        let notation = Notation::of(self.theorem.statement());
        let mut found = Mutants { models: deciding.len(), ..Mutants::default() };
        for mutant in mutate::formulas(conclusion) {
            let worst = deciding.iter().try_fold(Verdict::True, |worst, model| match self.judge(&mutant, model).0 {
                Verdict::False => None,
                verdict => Some(worst.min(verdict)),
            });
            match worst {
                None => found.refuted += 1,
                Some(verdict) if !verdict.holds() => found.doubtful += 1,
                Some(_) => found.alive.push(notation.formula(&mutant)),
            }
        }
        found
    }
}

fn subjects(corpus: &Corpus) -> Vec<Subject<'_>> {
    let claims = corpus.theorems.iter().flat_map(|theorem| &theorem.claims);
    let proved = claims.filter_map(|claim| match &claim.standing {
        Standing::Proved(name) => Some(name.clone()),
        _ => None,
    });
    proved.map(|name| Subject::new(&corpus.library, name)).collect()
}

/// How a claim is evaluated, in words.
fn manner(tally: &Tally) -> String {
    let mut words = vec![];
    if tally.exact > 0 {
        words.push("decided exactly");
    }
    if tally.sampled > 0 {
        words.push("no counterexample among the samples");
    }
    words.extend(tally.reasons.iter().copied());
    words.join(", ")
}

#[test]
fn every_claim_holds_in_models_of_its_hypotheses() {
    let corpus = corpus();
    let mut pinned = String::new();
    let (mut decided, mut all) = (0, 0);
    println!("{:<44} {:>6} {:>6} {:>7} {:>7}", "claim", "models", "exact", "sampled", "unknown");
    for subject in subjects(&corpus) {
        let tally = subject.evaluate();
        let Tally { exact, sampled, unknown, .. } = tally;
        println!("{:<44} {:>6} {exact:>6} {sampled:>7} {unknown:>7}", subject.name, subject.models.len());
        all += 1;
        if exact + sampled >= LEAST {
            decided += 1;
            writeln!(pinned, "{}: {}", subject.name, manner(&tally)).expect("text");
        } else {
            writeln!(pinned, "{}: too few models decide it", subject.name).expect("text");
        }
    }
    println!("{decided} of {all} claims are decided by at least {LEAST} models");
    assert!(decided * 2 >= all, "only {decided} of {all}");
    if std::env::var_os("TIGHTROPE_MODELS").is_some() {
        return;
    }
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("corpus_models", pinned));
}

#[test]
fn changed_claims_are_false_in_a_model() {
    let corpus = corpus();
    let (mut refuted, mut idle, mut all) = (0, 0, 0);
    println!("{:<44} {:>7} {:>8} {:>5}", "claim", "refuted", "doubtful", "alive");
    // Every claim where models were asked for, else some from everywhere.
    let apart = if std::env::var_os("TIGHTROPE_MODELS").is_some() { 1 } else { 12 };
    for subject in subjects(&corpus).into_iter().step_by(apart) {
        let found = subject.mutants();
        println!("{:<44} {:>7} {:>8} {:>5}", subject.name, found.refuted, found.doubtful, found.alive.len());
        found.alive.iter().for_each(|mutant| println!("    still holds: {mutant}"));
        if found.models < LEAST {
            continue;
        }
        if found.refuted + found.doubtful == 0 {
            println!("    every change passes");
            idle += 1;
        }
        refuted += usize::from(found.refuted > 0);
        all += 1;
    }
    println!("{refuted} of {all} claims have a change that is false in a model");
    // Claims that something exists, or that hold of all minimisers, are seldom decided after a change.
    assert!(idle * 4 <= all, "{idle} of {all} claims pass every change");
    assert!(refuted * 100 >= all * 65, "only {refuted} of {all}");
}
