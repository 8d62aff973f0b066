//! A claim explained: its statement with every definition unfolded, and its proof as the
//! kernel reads it.

mod chain;
mod layout;
mod outline;
mod print;
mod reader;
mod unfold;
mod value;

#[cfg(test)]
mod tests;

use tightrope_kernel::{Binder, Context, Dimension, Formula, Library, Proof, Refusal, Sort, Statement};

pub use chain::{Chain, Summand};
pub use outline::Step;

use super::corpus::{Claim, Corpus, Theorem};
use super::notation::Notation;
use super::scope::in_words;
use crate::syntax::ast::Span;
use reader::Reader;
use unfold::Used;

/// A claim explained. [`Display`](std::fmt::Display) prints it on lines of 80 columns.
#[derive(Clone, Debug)]
pub struct Explanation {
    /// Theorem and claim, `theorem.claim`.
    pub name: String,
    /// The theorem's sentence.
    pub title: String,
    /// Where the statement comes from.
    pub source: String,
    /// The place of its file in the list of sources.
    pub file: usize,
    /// Where the claim stands in that file.
    pub span: Span,
    /// The claim as it is written, in the canonical spelling.
    pub written: String,
    /// What was proved, unfolded; none if nothing was proved.
    pub statement: Option<Unfolded>,
    /// The definitions that statement and proof speak of, and those that these rest on, as
    /// equations.
    pub definitions: Vec<String>,
    /// The proof; empty if there is none.
    pub proof: Vec<Step>,
    /// The theorems and named lemmas that the proof cites.
    pub cited: Vec<String>,
    /// The named lemmas on which the claim rests, directly or through theorems.
    pub lemmas: Vec<String>,
}

/// A statement with every definition unfolded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfolded {
    /// `d >= 0`; `d >= 1` where one of the variables is an index of the dimension.
    pub dimensions: Vec<String>,
    /// The variables with their sorts, those of one sort together.
    pub variables: Vec<String>,
    /// The hypotheses.
    pub hypotheses: Vec<Named>,
    /// The conclusion; without a name.
    pub conclusion: Named,
}

/// A formula of a statement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The name by which proofs cite it.
    pub name: String,
    /// What it says.
    pub formula: String,
    /// The same with every derivative taken, if there are any.
    pub differentiated: Option<String>,
}

/// Explains the claim `theorem.claim`; `None` if no such claim was asked for, or it is a refutation,
/// of which the report says everything.
pub fn explain(corpus: &Corpus, name: &str) -> Option<Explanation> {
    let (theorem, claim) = corpus.theorems.iter().find_map(|theorem| {
        let own = |claim: &&Claim| name.strip_prefix(&theorem.heading.name)?.strip_prefix('.').map(|n| n == claim.name);
        Some((theorem, theorem.claims.iter().find(|claim| own(claim) == Some(true))?))
    })?;
    if claim.refutation {
        return None;
    }
    let mut explanation = heading(theorem, claim, name);
    let library = &corpus.library;
    let Ok(proved) = library.theorem(&name.into()) else { return Some(explanation) };
    explanation.cited = proved.cited().iter().map(|n| n.to_string()).collect();
    explanation.lemmas = proved.lemmas().iter().map(|n| n.to_string()).collect();
    let mut used = Used::default();
    explanation.statement = Some(unfolded(library, proved.statement(), &mut used));
    if let Some(proof) = proved.proof() {
        explanation.proof = outline(library, &theorem.heading.name, proved.statement(), proof, &mut used)
            .unwrap_or_else(|refusal| vec![unreadable(&refusal)]);
    }
    explanation.definitions = used.equations(library);
    Some(explanation)
}

fn heading(theorem: &Theorem, claim: &Claim, name: &str) -> Explanation {
    Explanation {
        name: name.to_owned(),
        title: theorem.heading.title.clone(),
        source: theorem.heading.source.clone(),
        file: theorem.heading.file,
        span: claim.span,
        written: claim.statement.clone(),
        statement: None,
        definitions: vec![],
        proof: vec![],
        cited: vec![],
        lemmas: vec![],
    }
}

fn unreadable(refusal: &Refusal) -> Step {
    Step {
        words: format!("the proof was checked, but it cannot be shown here: {}", in_words(refusal)),
        ..Step::default()
    }
}

fn outline(
    library: &Library,
    theorem: &str,
    statement: &Statement,
    proof: &Proof,
    used: &mut Used,
) -> Result<Vec<Step>, Refusal> {
    let (mut reader, conclusion) = Reader::of(library, theorem, statement)?;
    std::mem::swap(&mut reader.used, used);
    let steps = reader.outline(&conclusion, &proof.conclusion);
    std::mem::swap(&mut reader.used, used);
    steps
}

fn unfolded(library: &Library, statement: &Statement, used: &mut Used) -> Unfolded {
    let indexed = |number: usize| {
        statement.variables.iter().any(|v| matches!(v.sort, Sort::Index(Dimension(own)) if own as usize == number))
    };
    let size = |(number, name)| format!("{name} >= {}", u8::from(indexed(number)));
    let named = |name: &str, formula: &Formula, used: &mut Used| {
        used.formula(formula);
        unfolded_formula(library, statement, name, formula).unwrap_or_else(|refusal| Named {
            name: name.to_owned(),
            formula: format!("{} (not unfolded: {})", Notation::of(statement).formula(formula), in_words(&refusal)),
            differentiated: None,
        })
    };
    Unfolded {
        dimensions: statement.dimensions.iter().enumerate().map(size).collect(),
        variables: by_sort(&Notation::of(statement), &statement.variables),
        hypotheses: statement.hypotheses.iter().map(|h| named(&h.name, &h.formula, used)).collect(),
        conclusion: named("", &statement.conclusion, used),
    }
}

/// A formula below the variables of a statement.
fn unfolded_formula(library: &Library, statement: &Statement, name: &str, formula: &Formula) -> Result<Named, Refusal> {
    let alone = Statement { hypotheses: vec![], conclusion: formula.clone(), ..statement.clone() };
    let (mut context, _, closed) = Context::of(library, &alone)?;
    let unfolded = unfold::formula(library, &closed)?;
    let mut notation = Notation::default();
    notation.dimensions.extend(statement.dimensions.iter().map(|d| d.to_string()));
    notation.free.extend(statement.variables.iter().map(|v| v.name.to_string()));
    let differentiated = unfold::differentiated(&mut context, &unfolded).ok();
    let differentiated = differentiated.filter(|taken| *taken != unfolded);
    Ok(Named {
        name: name.to_owned(),
        formula: notation.formula(&unfolded),
        differentiated: differentiated.map(|taken| notation.formula(&taken)),
    })
}

/// `x, w : vec d`, the sorts in the order in which they first occur.
fn by_sort(notation: &Notation, variables: &[Binder]) -> Vec<String> {
    let mut groups: Vec<(&Sort, String)> = vec![];
    for variable in variables {
        match groups.iter_mut().find(|(sort, _)| **sort == variable.sort) {
            Some((_, names)) => {
                names.push_str(", ");
                names.push_str(&variable.name);
            }
            None => groups.push((&variable.sort, variable.name.to_string())),
        }
    }
    groups.iter().map(|(sort, names)| format!("{names} : {}", notation.sort(sort))).collect()
}
