//! A corpus: files of settings, theorems and experiments, elaborated in the order in which they
//! rest on each other.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use tightrope_kernel::{Library, Name};

use super::experiment::{self, Experiment};
use super::refute::Instance;
use super::scope::Defined;
use super::theorem::{self, Brought};
use crate::syntax::ast::{
    self, Clause, ClauseKind, ExperimentClauseKind, Expr, Ident, Item, Refute, Setting, SettingKind, Show, Span, Use,
};
use crate::syntax::diagnostic::{Diagnostic, Severity, nearest};

/// A file's name and text.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name that is shown.
    pub name: String,
    /// The text.
    pub text: String,
    /// Whether its claims were asked for; other files only bring what those rest on.
    pub asked: bool,
}

/// A diagnostic and the number of its file.
#[derive(Clone, Debug)]
pub struct Located {
    /// The place of the file in the list.
    pub file: usize,
    /// What is wrong.
    pub diagnostic: Diagnostic,
}

/// How a claim stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The kernel made a theorem of this name.
    Proved(Name),
    /// A statement is refuted, as was claimed, by an exact instance.
    Exact(Box<Instance>),
    /// There is no proof to check.
    Unproved,
    /// Something is wrong; a diagnostic says what.
    Refused,
}

/// A claim of a theorem.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Its name within the theorem.
    pub name: String,
    /// The statement as it stands in the file, printed canonically.
    pub statement: String,
    /// Where it stands.
    pub span: Span,
    /// How it stands.
    pub standing: Standing,
    /// Whether it says that something does not follow.
    pub refutation: bool,
}

impl Claim {
    /// The kernel's theorem, if it is proved.
    pub fn proved(&self) -> Option<&Name> {
        match &self.standing {
            Standing::Proved(full) => Some(full),
            Standing::Exact(_) | Standing::Unproved | Standing::Refused => None,
        }
    }

    pub(crate) fn new(show: &Show, standing: Standing) -> Self {
        let statement = crate::syntax::print_expr(&show.formula);
        Claim { name: show.name.name.clone(), statement, span: show.name.span, standing, refutation: false }
    }

    /// That a formula, as it is written, does not follow.
    pub(crate) fn refutation(refute: &Refute, formula: &Expr, standing: Standing) -> Self {
        let mut statement = format!("not: {}", crate::syntax::print_expr(formula));
        if !refute.without.is_empty() {
            let names: Vec<&str> = refute.without.iter().map(|name| name.name.as_str()).collect();
            statement.push_str(&format!(", without {}", names.join(", ")));
        }
        Claim { name: refute.name.name.clone(), statement, span: refute.name.span, standing, refutation: true }
    }
}

/// What a theorem or an experiment says of itself.
#[derive(Clone, Debug)]
pub struct Heading {
    /// The place of its file in the list.
    pub file: usize,
    /// Where its name stands.
    pub span: Span,
    /// Its name.
    pub name: String,
    /// Its sentence.
    pub title: String,
    /// Where the statement comes from.
    pub source: String,
}

/// A theorem with its claims.
#[derive(Clone, Debug)]
pub struct Theorem {
    /// Name, sentence, source.
    pub heading: Heading,
    /// What it assumes, printed canonically.
    pub assumed: Vec<String>,
    /// The named lemmas that it states, and what they say, printed canonically.
    pub lemmas: Vec<(String, String)>,
    /// Its claims, in order.
    pub claims: Vec<Claim>,
}

/// Everything that was read.
#[derive(Debug, Default)]
pub struct Corpus {
    /// Definitions and theorems.
    pub library: Library,
    /// The theorems that were asked for, in the order of the files.
    pub theorems: Vec<Theorem>,
    /// The experiments that were asked for, in the order of the files.
    pub experiments: Vec<Experiment>,
    /// What is wrong, in the order of the files.
    pub diagnostics: Vec<Located>,
}

/// Where an item stands.
struct Place<'f, T> {
    file: usize,
    item: &'f T,
}

impl<T> Clone for Place<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Place<'_, T> {}

#[derive(Default)]
struct Items<'f> {
    settings: BTreeMap<(bool, String), Place<'f, Setting>>,
    theorems: BTreeMap<String, Place<'f, ast::Theorem>>,
    experiments: Vec<Place<'f, ast::Experiment>>,
    /// Theorems whose name was taken.
    again: Vec<Place<'f, ast::Theorem>>,
    /// Settings whose name was taken: nothing in their file may mean those of other files by it.
    hidden: BTreeSet<(usize, (bool, String))>,
    /// Names of theorems in the order of the files.
    order: Vec<String>,
}

/// The longest chain of theorems that cite each other.
const MAX_CITED: usize = 1_000;

/// Reads and checks a corpus. Experiments are read, not run.
pub fn corpus(sources: &[Source]) -> Corpus {
    let mut corpus = Corpus::default();
    let mut files = vec![];
    for (file, source) in sources.iter().enumerate() {
        let (tree, diagnostics) = crate::syntax::parse(&source.text);
        corpus.diagnostics.extend(diagnostics.into_iter().map(|diagnostic| Located { file, diagnostic }));
        files.push(tree);
    }
    let mut builder = Builder {
        sources,
        items: Items::default(),
        settings: BTreeMap::new(),
        claims: Rc::default(),
        found: BTreeMap::new(),
        entered: BTreeSet::new(),
        depth: 0,
        corpus,
    };
    for (file, tree) in files.iter().enumerate() {
        tree.items.iter().for_each(|item| builder.collect(file, item));
    }
    builder.run()
}

struct Builder<'f> {
    sources: &'f [Source],
    items: Items<'f>,
    settings: BTreeMap<(bool, String), Option<Brought>>,
    /// Claims and named lemmas that can be cited.
    claims: Rc<BTreeMap<(String, String), Name>>,
    found: BTreeMap<String, Vec<Claim>>,
    /// Theorems that were begun.
    entered: BTreeSet<String>,
    /// How many theorems are being checked, each because the one before cites it.
    depth: usize,
    corpus: Corpus,
}

impl<'f> Builder<'f> {
    fn report(&mut self, file: usize, diagnostic: Diagnostic) {
        self.corpus.diagnostics.push(Located { file, diagnostic });
    }

    fn collect(&mut self, file: usize, item: &'f Item) {
        let (name, earlier) = match item {
            Item::Setting(item) => {
                let key = (item.kind == SettingKind::Loss, item.name.name.clone());
                let earlier = self.items.settings.get(&key).map(|place| place.file);
                if earlier.is_some() {
                    self.items.hidden.insert((file, key));
                } else {
                    self.items.settings.insert(key, Place { file, item });
                }
                (&item.name, earlier)
            }
            Item::Theorem(item) => {
                let earlier = self.items.theorems.get(&item.name.name).map(|place| place.file);
                if earlier.is_some() {
                    self.items.again.push(Place { file, item });
                } else {
                    self.items.order.push(item.name.name.clone());
                    self.items.theorems.insert(item.name.name.clone(), Place { file, item });
                }
                (&item.name, earlier)
            }
            Item::Experiment(item) => {
                let mut others = self.items.experiments.iter();
                let earlier = others.find(|other| other.item.name.name == item.name.name).map(|place| place.file);
                self.items.experiments.push(Place { file, item });
                (&item.name, earlier)
            }
        };
        if let Some(other) = earlier {
            let error = Diagnostic::error(format!("the name `{}` is already in use", name.name))
                .primary(name.span, "declared again here");
            let error = match self.sources.get(other) {
                Some(source) if other != file => {
                    error.help(format!("`{}` declares it: choose another name", source.name))
                }
                _ => error.help("choose another name"),
            };
            self.report(file, error);
        }
    }

    fn run(mut self) -> Corpus {
        // Other theorems are checked where one that was asked for cites them.
        for name in self.items.order.clone() {
            if self.items.theorems.get(&name).is_some_and(|place| self.sources[place.file].asked) {
                self.theorem(&name);
            }
        }
        for name in std::mem::take(&mut self.items.order) {
            let Some(place) = self.items.theorems.get(&name).copied() else { continue };
            let claims = self.found.remove(&name).unwrap_or_default();
            self.answer(place, claims);
        }
        for place in std::mem::take(&mut self.items.again) {
            self.answer(place, theorem::refused(place.item));
        }
        for Place { file, item } in std::mem::take(&mut self.items.experiments) {
            if self.sources[file].asked {
                self.experiment(file, item);
            }
        }
        self.corpus.diagnostics.sort_by_key(|located| {
            let diagnostic = &located.diagnostic;
            (located.file, diagnostic.span().unwrap_or_default().start)
        });
        self.corpus
    }

    /// Adds a theorem to what is reported, if it was asked for.
    fn answer(&mut self, Place { file, item }: Place<'f, ast::Theorem>, claims: Vec<Claim>) {
        if self.sources[file].asked {
            let heading = heading(file, &item.name, item.title.as_ref(), theorem_source(&item.clauses));
            let (assumed, lemmas) = taken_for_granted(&item.clauses);
            self.corpus.theorems.push(Theorem { heading, assumed, lemmas, claims });
        }
    }

    fn experiment(&mut self, file: usize, item: &ast::Experiment) {
        let source = item.clauses.iter().find_map(|clause| match &clause.kind {
            ExperimentClauseKind::Source(text) => Some(text.value.clone()),
            _ => None,
        });
        let heading = heading(file, &item.name, item.title.as_ref(), source);
        let uses = item.clauses.iter().filter_map(|clause| match &clause.kind {
            ExperimentClauseKind::Uses(uses) => Some(uses.as_slice()),
            _ => None,
        });
        let uses: Vec<Use> = uses.flatten().cloned().collect();
        if self.brought(file, &uses).is_none() {
            return;
        }
        if !certifiable(&self.corpus.library) {
            let error = Diagnostic::error("these are not the network and the loss whose runs can be certified")
                .primary(item.name.span, "a run of other definitions of the same names")
                .help("name your network and your loss otherwise");
            self.report(file, error);
            return;
        }
        let mut diagnostics = vec![];
        if let Some(experiment) = experiment::experiment(heading, item, &mut diagnostics) {
            self.corpus.experiments.push(experiment);
        }
        diagnostics.into_iter().for_each(|diagnostic| self.report(file, diagnostic));
    }

    /// Checks a theorem, after those that it cites.
    fn theorem(&mut self, name: &str) {
        let Some(Place { file, item }) = self.items.theorems.get(name).copied() else { return };
        if !self.entered.insert(name.to_string()) {
            return;
        }
        if self.depth >= MAX_CITED {
            let error = Diagnostic::error(format!("more than {MAX_CITED} theorems rest on each other in one chain"))
                .primary(item.name.span, "this one is not checked");
            self.report(file, error);
            return;
        }
        self.depth += 1;
        self.theorem_and_cited(name, file, item);
        self.depth -= 1;
    }

    fn theorem_and_cited(&mut self, name: &str, file: usize, item: &ast::Theorem) {
        for (cited, span) in super::cited::theorems(item) {
            if self.entered.contains(&cited) && !self.found.contains_key(&cited) && cited != name {
                let error = Diagnostic::error(format!("`{cited}` and `{name}` rest on each other"))
                    .primary(span, "this closes the circle");
                self.report(file, error);
            } else {
                self.theorem(&cited);
            }
        }
        let uses: Vec<Use> = uses(&item.clauses);
        let Some(brought) = self.brought(file, &uses) else {
            self.found.insert(name.to_string(), theorem::refused(item));
            return;
        };
        let mut diagnostics = vec![];
        let (claims, citable) =
            theorem::theorem(&mut self.corpus.library, &brought, item, &self.claims, &mut diagnostics);
        diagnostics.into_iter().for_each(|diagnostic| self.report(file, diagnostic));
        let known = Rc::make_mut(&mut self.claims);
        known.extend(citable.into_iter().map(|(claim, full)| ((name.to_string(), claim), full)));
        self.found.insert(name.to_string(), claims);
    }

    /// What the settings in use bring, one after the other.
    fn brought(&mut self, file: usize, uses: &[Use]) -> Option<Brought> {
        let mut all = Some(Brought::default());
        for used in uses {
            let brought = self.setting(file, used);
            all = match (all, brought) {
                (Some(all), Some(brought)) => match merged(all, &brought, used) {
                    Ok(all) => Some(all),
                    Err(error) => {
                        self.report(file, error);
                        None
                    }
                },
                _ => None,
            };
        }
        all
    }

    fn setting(&mut self, file: usize, used: &Use) -> Option<Brought> {
        let loss = used.kind == SettingKind::Loss;
        let key = (loss, used.name.name.clone());
        if self.items.hidden.contains(&(file, key.clone())) {
            return None;
        }
        if let Some(brought) = self.settings.get(&key) {
            return brought.clone();
        }
        let Some(Place { file: own, item }) = self.items.settings.get(&key).copied() else {
            self.report(file, self.unknown_setting(used));
            return None;
        };
        self.settings.insert(key.clone(), None);
        let base = self.brought(own, &uses(&item.clauses));
        let brought = base.and_then(|base| {
            theorem::setting(&mut self.corpus.library, base, &item.name.name, &item.clauses)
                .map_err(|errors| errors.into_iter().for_each(|error| self.report(own, error)))
                .ok()
        });
        self.settings.insert(key, brought.clone());
        brought
    }

    fn unknown_setting(&self, used: &Use) -> Diagnostic {
        let loss = used.kind == SettingKind::Loss;
        let what = if loss { "loss" } else { "network" };
        let error = Diagnostic::error(format!("no {what} is called `{}`", used.name.name))
            .primary(used.name.span, "unknown name");
        let known = self.items.settings.keys().filter(|(kind, _)| *kind == loss).map(|(_, name)| name.as_str());
        match nearest(&used.name.name, known) {
            Some(close) => error.help(format!("a similar name exists: `{close}`")),
            None => error.help(format!("define it in a file: `{what} {} …`", used.name.name)),
        }
    }
}

/// The file that defines the network, the loss and the step that certified runs follow.
const NETWORK: &str = include_str!("../../theorems/network.thm");

/// Whether the definitions in use are those that certified runs follow, where both have the name.
fn certifiable(library: &Library) -> bool {
    let (tree, _) = crate::syntax::parse(NETWORK);
    let mut own = Library::default();
    let mut brought = Brought::default();
    for item in &tree.items {
        if let Item::Setting(setting) = item
            && matches!(
                (setting.kind, setting.name.name.as_str()),
                (SettingKind::Network, "shared") | (SettingKind::Loss, "half_square")
            )
        {
            match theorem::setting(&mut own, brought, &setting.name.name, &setting.clauses) {
                Ok(more) => brought = more,
                Err(_) => return false,
            }
        }
    }
    own.names().all(|name| match library.definition(name) {
        Ok(used) => own.definition(name) == Ok(used),
        Err(_) => true,
    })
}

fn uses(clauses: &[Clause]) -> Vec<Use> {
    let used = clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Uses(uses) => Some(uses.as_slice()),
        _ => None,
    });
    used.flatten().cloned().collect()
}

/// Hypotheses, and named lemmas with their names.
fn taken_for_granted(clauses: &[Clause]) -> (Vec<String>, Vec<(String, String)>) {
    let (mut assumed, mut lemmas) = (vec![], vec![]);
    for clause in clauses {
        match &clause.kind {
            ClauseKind::Assume(assume) => assumed.push(crate::syntax::print_expr(&assume.formula)),
            ClauseKind::Lemma(lemma) => {
                lemmas.push((lemma.name.name.clone(), crate::syntax::print_expr(&lemma.formula)));
            }
            _ => {}
        }
    }
    (assumed, lemmas)
}

fn theorem_source(clauses: &[Clause]) -> Option<String> {
    clauses.iter().find_map(|clause| match &clause.kind {
        ClauseKind::Source(text) => Some(text.value.clone()),
        _ => None,
    })
}

fn heading(file: usize, name: &Ident, title: Option<&ast::Text>, source: Option<String>) -> Heading {
    Heading {
        file,
        span: name.span,
        name: name.name.clone(),
        title: title.map(|t| t.value.clone()).unwrap_or_default(),
        source: source.unwrap_or_else(|| "ours".into()),
    }
}

/// Two settings in one: what a loss builds on is named again by the network beside it.
fn merged(mut all: Brought, more: &Brought, used: &Use) -> Result<Brought, Diagnostic> {
    let starts = |long: &[String], short: &[String]| long.starts_with(short);
    if !starts(&more.dimensions, &all.dimensions) && !starts(&all.dimensions, &more.dimensions) {
        return Err(Diagnostic::error("these settings have different dimensions")
            .primary(used.name.span, "does not build on the settings before"));
    }
    if more.dimensions.len() > all.dimensions.len() {
        all.dimensions.clone_from(&more.dimensions);
    }
    for (name, sort) in &more.variables {
        match all.variables.iter().find(|(own, _)| own == name) {
            Some((_, own)) if own == sort => {}
            Some(_) => {
                return Err(Diagnostic::error(format!("these settings disagree on `{name}`"))
                    .primary(used.name.span, "does not build on the settings before"));
            }
            None => all.variables.push((name.clone(), sort.clone())),
        }
    }
    let other = |(name, defined): &(&String, &Rc<Defined>)| {
        all.definitions.get(*name).is_some_and(|own| own.name != defined.name)
    };
    if let Some((name, _)) = more.definitions.iter().find(other) {
        return Err(Diagnostic::error(format!("these settings disagree on `{name}`"))
            .primary(used.name.span, "defines it otherwise than the settings before"));
    }
    Rc::make_mut(&mut all.definitions).extend(more.definitions.iter().map(|(n, d)| (n.clone(), d.clone())));
    Ok(all)
}

impl Corpus {
    /// Whether something in the files is an error.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(|located| located.diagnostic.severity == Severity::Error)
    }
}
