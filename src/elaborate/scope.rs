//! What names mean at a place: dimensions, variables, definitions.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use tightrope_kernel::{Dimension, Instantiate, Name, Refusal, Sort, Tree, Variable};

use crate::syntax::ast::{self, Ident, SortKind, Span};
use crate::syntax::diagnostic::{Diagnostic, nearest};

/// What elaboration gives, or the first thing that is wrong.
pub(crate) type Elaborated<T> = Result<T, Diagnostic>;

/// A definition as its users see it. Sorts are in the dimensions of the definition.
#[derive(Debug)]
pub(crate) struct Defined {
    /// The name in the library.
    pub name: Name,
    /// The names of its dimensions, which its users must have too.
    pub dimensions: Vec<String>,
    /// Variables of its setting that it depends on, which its users must have too.
    pub implicit: Vec<String>,
    /// What stands in parentheses.
    pub parameters: Vec<(String, Sort)>,
    /// The dimensions of what stands in brackets.
    pub indices: Vec<Dimension>,
    /// Whether it is a predicate.
    pub predicate: bool,
}

/// Definitions by the name they are used with.
pub(crate) type Definitions = Rc<BTreeMap<String, Rc<Defined>>>;

/// A declared variable.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub name: String,
    pub sort: Sort,
    pub span: Span,
    /// Whether a setting or a theorem declares it, so that definitions may depend on it; parameters
    /// and bound variables of the same name are something else.
    pub outer: bool,
}

/// The names in scope. The first `free` variables are those of a kernel context; the others
/// are bound, the innermost last.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub dimensions: Vec<String>,
    pub entries: Vec<Entry>,
    pub free: usize,
    pub definitions: Definitions,
    /// The variables that something elaborated here mentions.
    pub used: BTreeSet<usize>,
    /// Names of facts, which variables must not take.
    pub facts: BTreeMap<String, FactName>,
    /// Names of the theorem's earlier claims, likewise.
    pub claims: Rc<BTreeMap<String, FactName>>,
}

/// What is known of a fact by its name.
#[derive(Clone, Debug)]
pub(crate) struct FactName {
    pub span: Span,
    /// The sorts of its outermost ∀.
    pub binders: Vec<Sort>,
}

impl Scope {
    pub(crate) fn new(definitions: Definitions) -> Self {
        Scope {
            dimensions: vec![],
            entries: vec![],
            free: 0,
            definitions,
            used: BTreeSet::new(),
            facts: BTreeMap::new(),
            claims: Rc::default(),
        }
    }

    /// The variable of a level as the kernel writes it here.
    pub(crate) fn variable(&self, level: usize) -> Variable {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        if level < self.free {
            Variable::Free(number(level))
        } else {
            Variable::Bound(number(self.entries.len() - 1 - level))
        }
    }

    /// The innermost variable of a name, by its level.
    pub(crate) fn find(&self, name: &str) -> Option<usize> {
        self.entries.iter().rposition(|entry| entry.name == name)
    }

    /// The variable of a name; it counts as used.
    pub(crate) fn lookup(&mut self, name: &str) -> Option<(Variable, Sort)> {
        let level = self.find(name)?;
        self.used.insert(level);
        Some((self.variable(level), self.entries[level].sort.clone()))
    }

    /// What is known of a fact by its name: a hypothesis, or an earlier claim of the theorem.
    pub(crate) fn fact(&self, name: &str) -> Option<&FactName> {
        self.facts.get(name).or_else(|| self.claims.get(name))
    }

    pub(crate) fn dimension(&self, name: &Ident) -> Elaborated<Dimension> {
        self.find_dimension(&name.name).ok_or_else(|| {
            let error = Diagnostic::error(format!("no dimension is called `{}`", name.name))
                .primary(name.span, "unknown dimension");
            match nearest(&name.name, self.dimensions.iter().map(String::as_str)) {
                Some(close) => error.help(format!("a dimension with a similar name exists: `{close}`")),
                None => error.help(format!("declare it: `dimension {}`", name.name)),
            }
        })
    }

    pub(crate) fn find_dimension(&self, name: &str) -> Option<Dimension> {
        let place = self.dimensions.iter().position(|d| d == name)?;
        Some(Dimension(u32::try_from(place).ok()?))
    }

    /// The name of a dimension, for messages.
    pub(crate) fn dimension_name(&self, dimension: Dimension) -> &str {
        self.dimensions.get(dimension.0 as usize).map_or("?", String::as_str)
    }

    pub(crate) fn sort(&self, sort: &ast::Sort) -> Elaborated<Sort> {
        Ok(match &sort.kind {
            SortKind::Real => Sort::Real(vec![]),
            SortKind::Natural => Sort::Nat,
            SortKind::Index(d) => Sort::Index(self.dimension(d)?),
            SortKind::Vector(d) => Sort::Real(vec![self.dimension(d)?]),
            SortKind::Matrix(n, d) => Sort::Real(vec![self.dimension(n)?, self.dimension(d)?]),
        })
    }

    /// A sort in words.
    pub(crate) fn describe(&self, sort: &Sort) -> String {
        match sort {
            Sort::Nat => "a natural number".into(),
            Sort::Index(d) => format!("an index of {}", self.dimension_name(*d)),
            Sort::Real(shape) => match &shape[..] {
                [] => "a real number".into(),
                [d] => format!("a vector over {}", self.dimension_name(*d)),
                [n, d] => format!("a matrix over {} and {}", self.dimension_name(*n), self.dimension_name(*d)),
                _ => format!("an array with {} indices", shape.len()),
            },
        }
    }

    /// Refuses a name that already means something here.
    pub(crate) fn ensure_new(&self, name: &Ident) -> Elaborated<()> {
        let earlier = self.find(&name.name).map(|level| self.entries[level].span);
        let fact = self.fact(&name.name).map(|fact| fact.span);
        let taken = Diagnostic::error(format!("the name `{}` is already in use", name.name))
            .primary(name.span, "would hide the earlier meaning");
        if let Some(span) = earlier.or(fact) {
            let local = span.end > span.start;
            return Err(if local { taken.secondary(span, "declared here") } else { taken }.help("choose another name"));
        }
        let defined = self.definitions.contains_key(&name.name);
        if defined || self.find_dimension(&name.name).is_some() || RESERVED.contains(&name.name.as_str()) {
            return Err(taken.help("choose another name"));
        }
        Ok(())
    }

    /// Declares a variable.
    pub(crate) fn declare(&mut self, name: &Ident, sort: Sort) -> Elaborated<()> {
        self.ensure_new(name)?;
        self.push(&name.name, sort, name.span);
        Ok(())
    }

    /// Declares a variable whatever its name.
    pub(crate) fn push(&mut self, name: &str, sort: Sort, span: Span) {
        self.entries.push(Entry { name: name.into(), sort, span, outer: false });
    }

    /// Runs something below more variables.
    pub(crate) fn below<T>(
        &mut self,
        binders: &[(Ident, Sort)],
        run: impl FnOnce(&mut Self) -> Elaborated<T>,
    ) -> Elaborated<T> {
        let height = self.entries.len();
        let declared = binders.iter().try_for_each(|(name, sort)| self.declare(name, sort.clone()));
        let result = declared.and_then(|()| run(self));
        self.entries.truncate(height);
        result
    }

    /// Declares the latest variables, from `first` on, for definitions to depend on.
    pub(crate) fn mark_outer(&mut self, first: usize) {
        self.entries[first..].iter_mut().for_each(|entry| entry.outer = true);
    }

    /// The dimensions that a definition's dimensions are here.
    pub(crate) fn dimensions_of(&self, defined: &Defined, span: Span) -> Elaborated<Vec<Dimension>> {
        let missing = |name: &String| {
            Diagnostic::error(format!("this needs the dimension `{name}` of its setting")).primary(span, "used here")
        };
        defined.dimensions.iter().map(|name| self.find_dimension(name).ok_or_else(|| missing(name))).collect()
    }

    /// All names that could have been meant.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = &str> {
        let variables = self.entries.iter().map(|entry| entry.name.as_str());
        variables.chain(self.definitions.keys().map(String::as_str))
    }

    pub(crate) fn unknown(&self, what: &str, name: &str, span: Span) -> Diagnostic {
        let error = Diagnostic::error(format!("no {what} is called `{name}`")).primary(span, "unknown name");
        match nearest(name, self.candidates()) {
            Some(close) => error.help(format!("a similar name exists: `{close}`")),
            None => error,
        }
    }
}

/// Names with a fixed meaning.
const RESERVED: [&str; 2] = ["sqrt", "delta"];

/// A refusal of the kernel in words.
pub(crate) fn in_words(refusal: &Refusal) -> String {
    match refusal {
        Refusal::TooDeep => "nested too deeply".into(),
        Refusal::TooLarge => "too large: this passes the bounds of the kernel".into(),
        Refusal::IllSorted => "a variable is undeclared or of another sort".into(),
        Refusal::Unknown(name) => format!("nothing is called `{name}`"),
        Refusal::Taken(name) => format!("the name `{name}` is already in use"),
        Refusal::NotDifferentiable => "a root or a reciprocal cannot be differentiated".into(),
        Refusal::Unfit { rule, .. } => format!("{rule} does not fit here"),
        Refusal::OtherFact { .. } => "this fact is not what is to be shown".into(),
        Refusal::Remainder(_) => "the two sides differ, and nothing pays for the rest".into(),
        Refusal::Negative => "a constant that is to be nonnegative is negative".into(),
        Refusal::Nonzero => "what is multiplied by any term is not known to be 0".into(),
        Refusal::TooWeak { .. } => "the sign of the evidence is not enough".into(),
    }
}

/// Turns a refusal of the kernel's bounds into a diagnostic at a place.
pub(crate) fn at<T>(span: Span, result: Result<T, Refusal>) -> Elaborated<T> {
    result.map_err(|refusal| Diagnostic::error(in_words(&refusal)).primary(span, "here"))
}

/// A tree at a place.
pub(crate) fn tree<T: tightrope_kernel::Node>(span: Span, node: T) -> Elaborated<Tree<T>> {
    at(span, Tree::new(node))
}

/// A sort with a definition's dimensions replaced.
pub(crate) fn sort_in(sort: &Sort, dimensions: &[Dimension], span: Span) -> Elaborated<Sort> {
    at(span, sort.substitute(&[], Some(dimensions)))
}
