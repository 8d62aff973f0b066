//! Whether a formula holds in a model, as far as exact evaluation and samples can tell.

use std::collections::{BTreeMap, BTreeSet};

use rand::SeedableRng;
use rand::rngs::StdRng;
use tightrope::kernel::{Application, Binder, Formula, FormulaKind, Library, Meaning, Name, Sort};
use tightrope::model::{Evaluator, Failure, Model, Reason, Samples, Truth, Value};

use super::candidates;
use super::guide::Guide;
use super::sharpness::Sharpness;
use super::values::{called, extended, shape, size};

/// Ordered, so that ∧ is the least and ∨ the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    False,
    /// Some ∃ found no witness among the samples.
    Doubtful,
    /// A term has no value.
    Unknown,
    /// Some ∀ found no counterexample among the samples.
    Supported,
    True,
}

impl Verdict {
    fn not(self) -> Self {
        match self {
            Verdict::False => Verdict::True,
            Verdict::Doubtful => Verdict::Supported,
            Verdict::Unknown => Verdict::Unknown,
            Verdict::Supported => Verdict::Doubtful,
            Verdict::True => Verdict::False,
        }
    }

    pub fn holds(self) -> bool {
        self >= Verdict::Supported
    }
}

/// Evaluates formulas; one for each model.
pub struct Judge<'a> {
    library: &'a Library,
    rng: StdRng,
    /// Arrays that quantifiers try: the values of the terms in the proof.
    terms: Vec<Value>,
    /// The largest eigenvalues of the Hessians that were needed.
    norms: BTreeMap<(Name, Vec<Value>), Option<f64>>,
    /// How many quantifiers over numbers and arrays are around.
    depth: usize,
    /// Why terms have no value.
    pub reasons: BTreeSet<&'static str>,
}

/// How many samples quantifiers try, from the outermost inwards.
const MOST: [usize; 3] = [40, 24, 10];

/// Stands for a number or an array that is still to be chosen: a term that mentions it is ill-sorted.
const PENDING: Value = Value::Index(usize::MAX);

impl<'a> Judge<'a> {
    pub fn new(library: &'a Library, seed: u64, terms: Vec<Value>) -> Self {
        let (norms, reasons) = (BTreeMap::new(), BTreeSet::new());
        Judge { library, rng: StdRng::seed_from_u64(seed), terms, norms, depth: 0, reasons }
    }

    /// In a positive place the formula is claimed, in a negative one it is a premise.
    pub fn judge(&mut self, formula: &Formula, model: &Model, guides: Vec<Guide<'a>>, positive: bool) -> Verdict {
        let guides: Vec<Guide<'a>> = guides.into_iter().flat_map(|g| g.opened(self.library)).collect();
        match &**formula {
            FormulaKind::Compare(..) => self.compare(formula, model),
            FormulaKind::And(parts) => self.least(parts.iter().enumerate(), |this, (k, part)| {
                this.judge(part, model, guides.iter().filter_map(|g| g.part(k)).collect(), positive)
            }),
            FormulaKind::Or(parts) => self.greatest(parts.iter().enumerate(), |this, (k, part)| {
                this.judge(part, model, guides.iter().filter_map(|g| g.alternative(k)).collect(), positive)
            }),
            FormulaKind::Implies(left, right) => self.implication(left, right, model, &guides, positive),
            FormulaKind::Iff(left, right) => {
                let directions = [(left, right), (right, left)].into_iter().enumerate();
                self.least(directions, |this, (k, (from, to))| {
                    let guides: Vec<_> = guides.iter().filter_map(|g| g.part(k)).collect();
                    this.implication(from, to, model, &guides, positive)
                })
            }
            FormulaKind::Not(inner) => self.judge(inner, model, vec![], !positive).not(),
            FormulaKind::Forall(binder, body) => self.forall(binder, body, model, &guides, positive),
            FormulaKind::Exists(binder, body) => self.exists(binder, body, model, &guides, positive),
            FormulaKind::Defined(application) => self.defined(application, model, guides, positive),
        }
    }

    fn compare(&mut self, formula: &Formula, model: &Model) -> Verdict {
        match Evaluator::new(self.library, model, &Samples::default()).formula(formula) {
            Truth::True => Verdict::True,
            Truth::False => Verdict::False,
            Truth::Unknown(Reason::Failure(failure)) => self.unknown(failure),
            Truth::Unknown(Reason::Samples) => Verdict::Unknown,
        }
    }

    fn unknown(&mut self, failure: Failure) -> Verdict {
        self.reasons.insert(match failure {
            Failure::Undefined => "a term is undefined",
            Failure::Irrational => "a root is irrational",
            Failure::Quantified => "a root is of a quantified number",
            Failure::IllSorted => "a term is ill-sorted",
            Failure::TooLarge => "a term is too large",
        });
        Verdict::Unknown
    }

    fn least<T>(&mut self, parts: impl Iterator<Item = T>, mut judge: impl FnMut(&mut Self, T) -> Verdict) -> Verdict {
        let mut verdict = Verdict::True;
        for part in parts {
            verdict = verdict.min(judge(self, part));
            if verdict == Verdict::False {
                break;
            }
        }
        verdict
    }

    fn greatest<T>(
        &mut self,
        parts: impl Iterator<Item = T>,
        mut judge: impl FnMut(&mut Self, T) -> Verdict,
    ) -> Verdict {
        self.least(parts, |this, part| judge(this, part).not()).not()
    }

    fn implication(
        &mut self,
        left: &Formula,
        right: &Formula,
        model: &Model,
        guides: &[Guide<'a>],
        positive: bool,
    ) -> Verdict {
        let refuted = self.judge(left, model, vec![], !positive).not();
        if refuted == Verdict::True {
            return refuted;
        }
        refuted.max(self.judge(right, model, guides.iter().filter_map(Guide::conclusion).collect(), positive))
    }

    /// What a quantifier tries, and the verdict if nothing comes of it.
    fn range(&mut self, sort: &Sort, model: &Model) -> (Vec<Value>, Verdict) {
        match (sort, shape(sort, &model.sizes)) {
            (Sort::Index(d), _) => {
                ((0..size(*d, &model.sizes).unwrap_or(0)).map(Value::Index).collect(), Verdict::True)
            }
            (_, Some(shape)) => {
                let exhaustive = if shape.contains(&0) { Verdict::True } else { Verdict::Supported };
                let most = MOST[self.depth.min(MOST.len() - 1)];
                (candidates::arrays(&shape, model, &self.terms, &mut self.rng, most), exhaustive)
            }
            _ => ((0_u32..4).map(|n| Value::Natural(n.into())).collect(), Verdict::Supported),
        }
    }

    /// The body of a quantifier.
    fn inside(
        &mut self,
        binder: &Binder,
        body: &Formula,
        model: &Model,
        guides: Vec<Guide<'a>>,
        positive: bool,
    ) -> Verdict {
        let deeper = usize::from(!matches!(binder.sort, Sort::Index(_)));
        self.depth += deeper;
        let verdict = self.judge(body, model, guides, positive);
        self.depth -= deeper;
        verdict
    }

    /// Whether a premise that does not depend on what is still to be chosen is false.
    fn vacuous(&mut self, formula: &Formula, model: &Model, positive: bool) -> bool {
        let reasons = self.reasons.clone();
        let vacuous = match &**formula {
            FormulaKind::Forall(_, body) => self.vacuous(body, &extended(model, [PENDING]), positive),
            FormulaKind::Implies(left, right) => {
                self.judge(left, model, vec![], !positive) == Verdict::False || self.vacuous(right, model, positive)
            }
            _ => false,
        };
        self.reasons = reasons;
        vacuous
    }

    fn forall(
        &mut self,
        binder: &Binder,
        body: &Formula,
        model: &Model,
        guides: &[Guide<'a>],
        positive: bool,
    ) -> Verdict {
        if self.vacuous(body, &extended(model, [PENDING]), positive) {
            return Verdict::True;
        }
        let (range, exhausted) = self.range(&binder.sort, model);
        let tried = self.least(range.into_iter(), |this, value| {
            let guides = guides.iter().filter_map(|g| g.instance(&value)).collect();
            this.inside(binder, body, &extended(model, [value]), guides, positive)
        });
        tried.min(exhausted)
    }

    /// First what the proof takes, then the samples.
    fn exists(
        &mut self,
        binder: &Binder,
        body: &Formula,
        model: &Model,
        guides: &[Guide<'a>],
        positive: bool,
    ) -> Verdict {
        let mut taken = vec![];
        for guide in guides {
            match guide.witness(self.library, &binder.sort) {
                Some(Ok(witness)) => taken.push(witness),
                Some(Err(failure)) => {
                    self.unknown(failure);
                }
                None => {}
            }
        }
        let shown = self.greatest(taken.into_iter(), |this, (value, guide)| {
            this.inside(binder, body, &extended(model, [value]), vec![guide], positive)
        });
        if shown.holds() {
            return shown;
        }
        let (range, exhausted) = self.range(&binder.sort, model);
        let found = self.greatest(range.into_iter(), |this, value| {
            this.inside(binder, body, &extended(model, [value]), vec![], positive)
        });
        shown.max(found).max(exhausted.not())
    }

    /// A claim of sharpness is evaluated as it is defined, and held against the spectrum; a
    /// premise, and what stands below quantifiers, is decided by the spectrum alone.
    fn defined(&mut self, application: &Application, model: &Model, guides: Vec<Guide<'a>>, positive: bool) -> Verdict {
        let Ok(definition) = self.library.definition(&application.definition) else { return Verdict::Unknown };
        let (arguments, dimensions) = (&application.arguments, &application.dimensions);
        let inside = match called(self.library, arguments, dimensions, &definition.parameters, model) {
            Ok(inside) => inside,
            Err(failure) => return self.unknown(failure),
        };
        let sharpness = Sharpness::of(self.library, &application.definition, &inside);
        let spectrum = sharpness.map(|s| {
            let norm = *self.norms.entry(s.place()).or_insert_with(|| s.norm_of_hessian());
            s.holds(norm)
        });
        match (spectrum, &definition.body) {
            (Some(Some(false)), _) => Verdict::False,
            (Some(Some(true)), _) if !positive || self.depth > 0 => Verdict::True,
            (_, Meaning::Formula(body)) => self.judge(body, &inside, guides, positive),
            (_, Meaning::Term(_)) => Verdict::Unknown,
        }
    }
}
