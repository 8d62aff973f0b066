//! Theorems as a Coq development: the prelude, the definitions, and for each theorem its
//! statement and a proof term made from its derivation. Nothing is checked here: Coq does that.

pub mod check;
mod derivative;
pub mod instances;
mod names;
mod proof;
mod reify;
mod shape;
mod text;
mod unfold;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use derivative::Around;
use names::Globals;
use text::{Scope, Text, kind};

use crate::kernel::{
    Application, Context, Definition, Derivation, Formula, Hypothesis, Instantiate, Library, Meaning, Name, Proof,
    Refusal, Sort, Statement, Term, instantiate, variable_argument,
};

/// Sums, normal forms and rules, with their proofs.
pub const PRELUDE: &str = include_str!("prelude.v");

/// What stands before the theorems.
const HEADER: &str = "From Coq Require Import Reals List QArith Classical.\nRequire Import Prelude.\n";
/// What makes texts mean what they say.
const SCOPES: &str = "Import ListNotations.\nOpen Scope nat_scope.\nOpen Scope Q_scope.\nOpen Scope R_scope.\n";

/// Why something cannot be written in Coq.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// A variable is not declared, or is used at a place for another sort.
    IllSorted,
    /// A root, a reciprocal, exp or log that holds the variable is to be differentiated.
    NotDifferentiable,
    /// A rule of the derivation does not fit its goal or its fact.
    Unfit(&'static str),
    /// An opaque function depends on more indices than the prelude provides for.
    TooManyIndices,
    /// What the kernel's own syntax says of it.
    Refused(Box<Refusal>),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Failure::Refused(Box::new(refusal))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::IllSorted => write!(f, "a variable is used as what it is not"),
            Failure::NotDifferentiable => write!(f, "a root, reciprocal, exp or log is differentiated"),
            Failure::Unfit(rule) => write!(f, "the rule '{rule}' does not fit"),
            Failure::TooManyIndices => write!(f, "a root, reciprocal, exp or log depends on too many indices"),
            Failure::Refused(refusal) => write!(f, "{refusal:?}"),
        }
    }
}

/// A definition without derivatives, and its name in Coq.
#[derive(Debug)]
struct Defined {
    coq: String,
    definition: Definition,
}

/// What was exported so far.
#[derive(Debug, Default)]
struct Source {
    definitions: BTreeMap<Name, Defined>,
    theorems: BTreeMap<Name, (String, Statement)>,
    globals: Globals,
    derivatives: BTreeMap<(Term, Vec<Sort>, usize), Name>,
    /// Definitions of derivatives that are still to be written.
    pending: Vec<Defining>,
}

impl Source {
    fn definition(&self, name: &Name) -> Result<&Defined, Failure> {
        self.definitions.get(name).ok_or_else(|| Refusal::Unknown(name.clone()).into())
    }

    fn unfold_term(&self, application: &Application) -> Result<Term, Failure> {
        match &self.definition(&application.definition)?.definition.body {
            Meaning::Term(body) => Ok(body.substitute(&application.arguments, Some(&application.dimensions))?),
            Meaning::Formula(_) => Err(Failure::IllSorted),
        }
    }

    fn unfold_formula(&self, application: &Application) -> Result<Formula, Failure> {
        match &self.definition(&application.definition)?.definition.body {
            Meaning::Formula(body) => Ok(body.substitute(&application.arguments, Some(&application.dimensions))?),
            Meaning::Term(_) => Err(Failure::IllSorted),
        }
    }

    /// The text of a definition.
    fn define(&self, definition: &Definition, coq: &str) -> Result<String, Failure> {
        let mut text = Text::new(self, &Scope::default());
        let mut heading = format!("Definition {coq}");
        for name in &definition.dimensions {
            let d = text.scope.fresh(name);
            heading.push_str(&format!(" ({d} : nat)"));
            text.scope.dimensions.push(d);
        }
        for binder in &definition.parameters {
            let known = text.scope.known(binder, true);
            heading.push_str(&format!(" ({} : {})", known.name, kind(&binder.sort, true)));
            text.bound.push(known);
        }
        let (result, body) = match &definition.body {
            Meaning::Term(term) => ("R", text.term(term, 4)?),
            Meaning::Formula(formula) => ("Prop", text.formula(formula)?),
        };
        Ok(format!("{heading} : {result} :=\n  {body}.\n"))
    }
}

/// A theorem's name in the file, its name in Coq, and its statement in Coq.
#[derive(Clone, Debug)]
pub struct Exported {
    /// The name in the `.thm` file.
    pub name: Name,
    /// The name in Coq.
    pub coq: String,
    /// The statement in Coq.
    pub statement: String,
    /// The proof in Coq; none for a named lemma.
    pub proof: Option<String>,
    /// The named lemmas that it rests on, by their names in the `.thm` file.
    pub lemmas: BTreeSet<Name>,
}

/// Writes theorems, in the order in which they rest on each other.
#[derive(Debug)]
pub struct Exporter<'a> {
    library: &'a Library,
    source: Source,
}

/// A definition in Coq.
#[derive(Clone, Debug)]
pub struct Defining {
    /// The definition.
    text: String,
    /// For a derivative, that it is one.
    lemma: Option<Lemma>,
}

/// That a definition is the derivative of a function.
#[derive(Clone, Debug)]
struct Lemma {
    coq: String,
    statement: String,
    proof: String,
}

impl Defining {
    /// The definition and its lemma.
    fn whole(&self) -> String {
        let lemma = self.lemma.as_ref().map(|lemma| {
            format!("\nLemma {} : {}.\nProof.\nexact ({}).\nQed.\n", lemma.coq, lemma.statement, lemma.proof)
        });
        self.text.clone() + &lemma.unwrap_or_default()
    }
}

/// A part of the development.
#[derive(Clone, Debug)]
pub enum Part {
    /// A definition.
    Definition(Defining),
    /// Statement and proof.
    Theorem(Exported),
    /// A theorem that could not be written.
    Failed(Name, Failure),
}

impl Part {
    /// The text for Coq, which begins with an empty line.
    fn text(&self) -> String {
        match self {
            Part::Definition(defining) => format!("\n{}", defining.whole()),
            Part::Theorem(theorem) => format!("\n{}", theorem.text()),
            Part::Failed(..) => String::new(),
        }
    }
}

impl<'a> Exporter<'a> {
    /// An exporter that has written nothing yet.
    pub fn new(library: &'a Library) -> Self {
        Exporter { library, source: Source::default() }
    }

    /// The definitions of the library and the theorems that are wanted, in order.
    pub fn parts(&mut self, wanted: &dyn Fn(&Name) -> bool) -> Vec<Part> {
        let mut parts = vec![];
        let library = self.library;
        for name in library.names().filter(|name| library.definition(name).is_ok() || wanted(name)) {
            let done = match self.library.definition(name) {
                Ok(definition) => self.definition(definition).map(|defining| vec![Part::Definition(defining)]),
                Err(_) => library
                    .theorem(name)
                    .map_err(Failure::from)
                    .and_then(|theorem| self.theorem(name, theorem.statement(), theorem.proof())),
            };
            parts.extend(self.pending());
            match done {
                Ok(done) => parts.extend(done),
                Err(failure) => parts.push(Part::Failed(name.clone(), failure)),
            }
        }
        parts
    }

    fn pending(&mut self) -> Vec<Part> {
        self.source.pending.drain(..).map(Part::Definition).collect()
    }

    fn definition(&mut self, definition: &Definition) -> Result<Defining, Failure> {
        let mut around =
            Around { dimensions: definition.dimensions.clone(), free: vec![], bound: definition.parameters.clone() };
        let body = match &definition.body {
            Meaning::Term(term) => Meaning::Term(self.source.clean(self.library, term, &mut around)?),
            Meaning::Formula(f) => Meaning::Formula(self.source.clean_formula(self.library, f, &mut around)?),
        };
        let definition = Definition { body, ..definition.clone() };
        let coq = self.source.globals.name(&definition.name);
        let text = self.source.define(&definition, &coq)?;
        self.source.definitions.insert(definition.name.clone(), Defined { coq, definition });
        Ok(Defining { text, lemma: None })
    }

    /// A statement with its proof, and before it that it is well defined. Nothing is checked, so
    /// that what the kernel refuses can be put to Coq as well. Definitions of derivatives come first.
    ///
    /// # Errors
    /// If something has no meaning in Coq.
    pub fn theorem(&mut self, name: &Name, statement: &Statement, proof: Option<&Proof>) -> Result<Vec<Part>, Failure> {
        let coq = self.source.globals.name(name);
        let (context, hypotheses, conclusion) = Context::of(self.library, statement)?;
        let mut exported = vec![];
        if let Some(proof) = proof {
            let defined = context.definedness(&hypotheses, &conclusion)?;
            if !matches!(&*defined, crate::kernel::FormulaKind::And(parts) if parts.is_empty()) {
                let companion = self.source.globals.made(format!("{coq}_defined"));
                exported.push(self.claim(name, companion, statement, &[], &defined, Some(&proof.definedness))?);
            }
        }
        let derivation = proof.map(|proof| &proof.conclusion);
        let cleaned = self.cleaned(statement)?;
        exported.push(self.claim(name, coq.clone(), statement, &hypotheses, &conclusion, derivation)?);
        self.source.theorems.insert(name.clone(), (coq, cleaned));
        let mut parts = self.pending();
        parts.extend(exported.into_iter().map(Part::Theorem));
        Ok(parts)
    }

    fn cleaned(&mut self, statement: &Statement) -> Result<Statement, Failure> {
        let mut around =
            Around { dimensions: statement.dimensions.clone(), free: vec![], bound: statement.variables.clone() };
        let mut hypotheses = vec![];
        for hypothesis in &statement.hypotheses {
            let formula = self.source.clean_formula(self.library, &hypothesis.formula, &mut around)?;
            hypotheses.push(Hypothesis { name: hypothesis.name.clone(), formula });
        }
        let conclusion = self.source.clean_formula(self.library, &statement.conclusion, &mut around)?;
        Ok(Statement { hypotheses, conclusion, ..statement.clone() })
    }

    fn claim(
        &mut self,
        name: &Name,
        coq: String,
        statement: &Statement,
        hypotheses: &[Hypothesis],
        conclusion: &Formula,
        derivation: Option<&Derivation>,
    ) -> Result<Exported, Failure> {
        let mut scope = Scope::default();
        let mut heading = String::new();
        let mut intros = vec![];
        let mut separator = "forall";
        for name in &statement.dimensions {
            let d = scope.fresh(name);
            heading.push_str(&format!("{separator} ({d} : nat)"));
            separator = "";
            intros.push(d.clone());
            scope.dimensions.push(d);
        }
        for binder in &statement.variables {
            let known = scope.known(binder, false);
            let forall = if separator.is_empty() { "" } else { "forall" };
            heading.push_str(&format!("{forall} ({} : {})", known.name, kind(&known.sort, false)));
            separator = "";
            intros.push(known.name.clone());
            if let Sort::Index(d) = known.sort {
                heading.push_str(&format!(", ({} < {})%nat ->\n  ", known.name, scope.size(d)?));
                separator = "forall";
                intros.push(known.range.clone());
            }
            scope.free.push(known);
        }
        if separator.is_empty() {
            heading.push_str(",\n  ");
        }
        let mut around =
            Around { dimensions: statement.dimensions.clone(), free: statement.variables.clone(), bound: vec![] };
        let mut assumed = vec![];
        for hypothesis in hypotheses {
            let formula = self.source.clean_formula(self.library, &hypothesis.formula, &mut around)?;
            heading.push_str(&format!("({}) ->\n  ", Text::new(&self.source, &scope).formula(&formula)?));
            let known = scope.fresh(&format!("H_{}", names::plain(&hypothesis.name)));
            intros.push(known.clone());
            assumed.push((known, formula));
        }
        let conclusion = self.source.clean_formula(self.library, conclusion, &mut around)?;
        heading.push_str(&Text::new(&self.source, &scope).formula(&conclusion)?);
        let proof = match derivation {
            None => None,
            Some(derivation) => {
                let fun = if intros.is_empty() { String::new() } else { format!("fun {} =>\n", intros.join(" ")) };
                let mut prover = proof::Prover {
                    library: self.library,
                    source: &mut self.source,
                    scope,
                    hypotheses: assumed,
                    dimensions: statement.dimensions.clone(),
                };
                Some(format!("{fun}{}", prover.derive(&conclusion, derivation)?))
            }
        };
        let lemmas = self.library.theorem(name).map(|theorem| theorem.lemmas().clone()).unwrap_or_default();
        Ok(Exported { name: name.clone(), coq, statement: heading, proof, lemmas })
    }
}

/// The facts of analysis that the prelude proves, by what they say.
const ANALYSIS: [(&str, &str); 4] = [
    ("forall t : R, 1 + t <= exp t", "Prelude.exp_above_tangent"),
    ("forall s : R, forall t : R, exp (s + t) = exp s * exp t", "Prelude.exp_of_sum"),
    ("forall t : R, 0 < t -> exp (ln t) = t", "Prelude.exp_of_log"),
    ("exp 0 = 1", "Prelude.exp_of_zero"),
];

impl Exported {
    /// The proof: its own, or the prelude's of a fact of analysis.
    fn proved(&self) -> Option<&str> {
        let known = || ANALYSIS.iter().find(|(text, _)| *text == self.statement).map(|(_, proof)| *proof);
        self.proof.as_deref().or_else(known)
    }

    /// Whether Coq is told to take it on trust.
    pub fn is_axiom(&self) -> bool {
        self.proved().is_none()
    }

    /// The text for Coq.
    pub fn text(&self) -> String {
        let Exported { coq, statement, .. } = self;
        match self.proved() {
            Some(proof) => format!("Theorem {coq} : {statement}.\nProof.\nexact ({proof}).\nQed.\n"),
            None => format!("Axiom {coq} : {statement}.\n"),
        }
    }
}

/// The file of definitions and theorems.
pub fn development(parts: &[Part]) -> String {
    let text = parts.iter().map(Part::text);
    [HEADER, SCOPES].into_iter().map(str::to_owned).chain(text).collect()
}

/// The variables that stand for themselves in a formula below one binder.
fn opened(body: &Formula, number: usize, sort: &Sort) -> Result<Formula, Failure> {
    let id = u32::try_from(number).map_err(|_| Failure::IllSorted)?;
    let argument = variable_argument(crate::kernel::Variable::Free(id), sort)?;
    Ok(instantiate(body, &[argument])?)
}
