//! Definitions, named lemmas and theorems, in the order in which they were added.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use crate::check::{Context, check, sorts_of};
use crate::definedness::Definedness;
use crate::derivation::Proof;
use crate::polynomial::Work;
use crate::refusal::Refusal;
use crate::substitute::Instantiate;
use crate::term::{Application, Definition, Formula, Meaning, Name, Statement, Term};

/// A statement that was checked. Only [`check`] makes one.
#[derive(Clone, Debug)]
pub struct Theorem {
    pub(crate) statement: Statement,
    pub(crate) proof: Option<Proof>,
    pub(crate) lemmas: BTreeSet<Name>,
    pub(crate) cited: BTreeSet<Name>,
}

impl Theorem {
    /// What holds.
    pub fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The proof; none for a named lemma.
    pub fn proof(&self) -> Option<&Proof> {
        self.proof.as_ref()
    }

    /// The named lemmas that it rests on, directly or through theorems.
    pub fn lemmas(&self) -> &BTreeSet<Name> {
        &self.lemmas
    }

    /// The theorems and named lemmas that its proof cites.
    pub fn cited(&self) -> &BTreeSet<Name> {
        &self.cited
    }
}

/// What statements may use and derivations may cite. It only grows, and a name never
/// changes its meaning.
#[derive(Debug, Default)]
pub struct Library {
    /// Each with the height of its body.
    definitions: BTreeMap<Name, (Definition, u32)>,
    /// The definitions that are well defined whatever their parameters are.
    pub(crate) total: BTreeSet<Name>,
    theorems: BTreeMap<Name, Theorem>,
    order: Vec<Name>,
}

impl Library {
    /// Adds a definition.
    ///
    /// # Errors
    /// If the name is taken, or its body is ill-sorted or uses what is not defined yet.
    pub fn define(&mut self, definition: Definition) -> Result<(), Refusal> {
        self.ensure_new(&definition.name)?;
        let mut sorts = sorts_of(self, definition.dimensions.len(), &definition.parameters)?;
        let height = match &definition.body {
            Meaning::Term(term) => sorts.term(term)?,
            Meaning::Formula(formula) => sorts.formula(formula)?,
        };
        let mut definedness = Definedness { library: self, work: Work::DEFAULT };
        if definedness.body(&definition.body).is_ok_and(|obligations| obligations.is_empty()) {
            self.total.insert(definition.name.clone());
        }
        self.order.push(definition.name.clone());
        self.definitions.insert(definition.name.clone(), (definition, height));
        Ok(())
    }

    /// Adds a named lemma, which is trusted and shows in every theorem that rests on it.
    ///
    /// # Errors
    /// If the name is taken or the statement is ill-sorted.
    pub fn postulate(&mut self, name: Name, statement: Statement) -> Result<(), Refusal> {
        self.ensure_new(&name)?;
        Context::of(self, &statement)?;
        let lemmas = BTreeSet::from([name.clone()]);
        self.insert(name, Theorem { statement, proof: None, lemmas, cited: BTreeSet::new() });
        Ok(())
    }

    /// Checks a theorem and adds it.
    ///
    /// # Errors
    /// If the name is taken, and as [`check`].
    pub fn admit(&mut self, name: Name, statement: Statement, proof: Proof) -> Result<(), Refusal> {
        self.ensure_new(&name)?;
        let theorem = check(self, statement, proof)?;
        self.insert(name, theorem);
        Ok(())
    }

    fn insert(&mut self, name: Name, theorem: Theorem) {
        self.order.push(name.clone());
        self.theorems.insert(name, theorem);
    }

    fn ensure_new(&self, name: &Name) -> Result<(), Refusal> {
        let taken = self.definitions.contains_key(name) || self.theorems.contains_key(name);
        if taken { Err(Refusal::Taken(name.clone())) } else { Ok(()) }
    }

    /// All names, in the order in which they were added.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.order.iter()
    }

    /// A definition.
    ///
    /// # Errors
    /// [`Refusal::Unknown`].
    pub fn definition(&self, name: &Name) -> Result<&Definition, Refusal> {
        self.definitions.get(name).map(|(d, _)| d).ok_or_else(|| Refusal::Unknown(name.clone()))
    }

    /// The height of a definition's body.
    pub(crate) fn height(&self, name: &Name) -> u32 {
        self.definitions.get(name).map_or(0, |(_, height)| *height)
    }

    /// A theorem or named lemma.
    ///
    /// # Errors
    /// [`Refusal::Unknown`].
    pub fn theorem(&self, name: &Name) -> Result<&Theorem, Refusal> {
        self.theorems.get(name).ok_or_else(|| Refusal::Unknown(name.clone()))
    }

    /// The body of a defined function with its parameters replaced.
    ///
    /// # Errors
    /// If there is no such function, and as [`Instantiate::substitute`].
    pub fn unfold_term(&self, application: &Application) -> Result<Term, Refusal> {
        match &self.definition(&application.definition)?.body {
            Meaning::Term(body) => body.substitute(&application.arguments, Some(&application.dimensions)),
            Meaning::Formula(_) => Err(Refusal::IllSorted),
        }
    }

    /// The body of a defined predicate with its parameters replaced.
    ///
    /// # Errors
    /// If there is no such predicate, and as [`Instantiate::substitute`].
    pub fn unfold_formula(&self, application: &Application) -> Result<Formula, Refusal> {
        match &self.definition(&application.definition)?.body {
            Meaning::Formula(body) => body.substitute(&application.arguments, Some(&application.dimensions)),
            Meaning::Term(_) => Err(Refusal::IllSorted),
        }
    }
}
