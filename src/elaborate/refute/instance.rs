//! The instance of a refutation: from `x = [2, 1], m = 1` to sizes of dimensions and values of
//! variables.

use num_bigint::BigUint;
use num_rational::BigRational;
use num_traits::{One, Signed};
use tightrope_kernel::{Dimension, Name, Sort};

use crate::elaborate::experiment::number;
use crate::elaborate::scope::{Elaborated, Scope};
use crate::elaborate::term::wrong;
use crate::model::{Array, Model, Samples, Value};
use crate::syntax::ast::{Assignment, Expr, ExprKind, Ident, Span};
use crate::syntax::diagnostic::{Diagnostic, nearest};

/// `NAME = value`, before it is known what the name is.
pub(super) struct Given<'t> {
    pub name: &'t Ident,
    span: Span,
    value: Written,
}

enum Written {
    Number(BigRational),
    List(Vec<BigRational>),
    Rows(Vec<Vec<BigRational>>),
}

impl<'t> Given<'t> {
    pub(super) fn new(assignment: &'t Assignment) -> Elaborated<Self> {
        let Assignment { name, value } = assignment;
        Ok(Given { name, span: value.span, value: Written::new(value)? })
    }
}

impl Written {
    fn new(expr: &Expr) -> Elaborated<Self> {
        let ExprKind::Vector(entries) = &expr.kind else { return Ok(Written::Number(number(expr)?)) };
        let rows = entries.iter().map(|entry| match &entry.kind {
            ExprKind::Vector(row) => Some(row.iter().map(number).collect::<Elaborated<Vec<_>>>()),
            _ => None,
        });
        match rows.collect::<Option<Elaborated<Vec<_>>>>() {
            Some(rows) if !entries.is_empty() => Written::rectangular(entries, rows?),
            _ => Ok(Written::List(entries.iter().map(number).collect::<Elaborated<_>>()?)),
        }
    }

    fn rectangular(entries: &[Expr], rows: Vec<Vec<BigRational>>) -> Elaborated<Self> {
        let columns = rows.first().map_or(0, Vec::len);
        match rows.iter().zip(entries).find(|(row, _)| row.len() != columns) {
            Some((row, place)) => {
                let message = format!("the rows of a matrix are of one length: {columns}, not {}", row.len());
                Err(wrong(place.span, message))
            }
            None => Ok(Written::Rows(rows)),
        }
    }

    /// The sizes that this gives to dimensions as a value of a sort.
    fn sizes(&self, sort: &Sort) -> Vec<(Dimension, usize)> {
        let Sort::Real(shape) = sort else { return vec![] };
        match (self, shape.as_slice()) {
            (Written::List(entries), [d]) => vec![(*d, entries.len())],
            (Written::List(entries), [n, _]) if entries.is_empty() => vec![(*n, 0)],
            (Written::Rows(rows), [n, d]) => vec![(*n, rows.len()), (*d, rows.first().map_or(0, Vec::len))],
            _ => vec![],
        }
    }

    fn describe(&self) -> String {
        match self {
            Written::Number(_) => "a number".into(),
            Written::List(entries) => format!("a list of length {}", entries.len()),
            Written::Rows(rows) => {
                let columns = rows.first().map_or(0, Vec::len);
                format!("a matrix of {} rows and {columns} columns", rows.len())
            }
        }
    }
}

/// What the names of an instance can mean.
pub(super) struct Names<'a> {
    /// Dimensions and variables of the statement.
    pub scope: &'a Scope,
    /// The variables that its quantifiers bind.
    pub bound: &'a [(Name, Sort)],
    /// Indices that the theorem declares and the statement does not mention.
    pub unmentioned: Vec<(String, Sort)>,
    /// The name of the refutation, for what is missing.
    pub claim: &'a Ident,
}

/// The size of a dimension, and where it is given.
type Size = Option<(usize, Span)>;

/// Reads an instance: a model of the statement's variables, and what quantifiers are to try.
pub(super) fn read(names: &Names<'_>, given: &[Given<'_>]) -> Elaborated<(Model, Samples)> {
    names.ensure_known(given)?;
    let sizes = names.sizes(given)?;
    let mut values = vec![];
    let mut missing = vec![];
    for entry in &names.scope.entries {
        match given.iter().find(|one| one.name.name == entry.name) {
            Some(one) => values.push(names.value(one, &entry.sort, &sizes)?),
            None => missing.push(format!("`{}`", entry.name)),
        }
    }
    if !missing.is_empty() {
        return Err(names.no_value(&missing));
    }
    names.ensure_inhabited(&sizes)?;
    let samples = Samples { named: names.exhibited(given, &sizes)?, ..Samples::default() };
    Ok((Model { sizes, values }, samples))
}

impl Names<'_> {
    fn is_variable(&self, name: &str) -> bool {
        self.scope.find(name).is_some()
    }

    /// The sorts with which a name is bound.
    fn sorts(&self, name: &str) -> impl Iterator<Item = &Sort> {
        self.bound.iter().filter(move |(own, _)| **own == *name).map(|(_, sort)| sort)
    }

    /// Every name means something; only bound variables may have several values.
    fn ensure_known(&self, given: &[Given<'_>]) -> Elaborated<()> {
        for (number, one) in given.iter().enumerate() {
            let name = one.name.name.as_str();
            let declared = self.is_variable(name) || self.scope.find_dimension(name).is_some();
            if !declared && self.sorts(name).next().is_none() {
                return Err(self.unknown(one.name));
            }
            let earlier = given.iter().take(number).find(|other| other.name.name == name);
            if let Some(earlier) = earlier.filter(|_| declared) {
                return Err(Diagnostic::error(format!("`{name}` is given twice"))
                    .primary(one.name.span, "again here")
                    .secondary(earlier.name.span, "given here"));
            }
        }
        Ok(())
    }

    fn unknown(&self, name: &Ident) -> Diagnostic {
        let error = Diagnostic::error(format!("no variable is called `{}`", name.name))
            .primary(name.span, "no dimension and no variable of the statement");
        let variables = self.scope.entries.iter().map(|entry| entry.name.as_str());
        let dimensions = self.scope.dimensions.iter().map(String::as_str);
        let bound = self.bound.iter().map(|(name, _)| &**name);
        match nearest(&name.name, variables.chain(dimensions).chain(bound)) {
            Some(close) => error.help(format!("a similar name exists: `{close}`")),
            None => error.help("values are given to what the hypotheses and the formula mention"),
        }
    }

    fn no_value(&self, missing: &[String]) -> Diagnostic {
        let (what, have) = (missing.join(", "), if missing.len() == 1 { "has" } else { "have" });
        Diagnostic::error(format!("{what} {have} no value in this instance"))
            .primary(self.claim.span, "the hypotheses or the formula mention it")
            .help("give each variable a value after `by`: `x = [2, 1], m = 1`")
    }

    /// The sizes of all dimensions: as they are written, or as long as vectors are.
    fn sizes(&self, given: &[Given<'_>]) -> Elaborated<Vec<usize>> {
        let mut sizes: Vec<Size> = vec![None; self.scope.dimensions.len()];
        for one in given {
            if let (Some(dimension), Written::Number(size)) = (self.scope.find_dimension(&one.name.name), &one.value) {
                let size = natural(size).and_then(|size| usize::try_from(size).ok());
                let size = size.ok_or_else(|| wrong(one.span, "the size of a dimension is a natural number"))?;
                self.agree(&mut sizes, dimension, size, one)?;
            }
        }
        for one in given {
            if let Some(level) = self.scope.find(&one.name.name) {
                for (dimension, size) in one.value.sizes(&self.scope.entries[level].sort) {
                    self.agree(&mut sizes, dimension, size, one)?;
                }
            }
        }
        for (one, sort) in given.iter().flat_map(|one| self.sorts(&one.name.name).map(move |sort| (one, sort))) {
            for (dimension, size) in one.value.sizes(sort) {
                if let Some(open @ None) = sizes.get_mut(dimension.0 as usize) {
                    *open = Some((size, one.span));
                }
            }
        }
        let sized = sizes.iter().zip(&self.scope.dimensions).map(|(size, name)| match size {
            Some((size, _)) => Ok(*size),
            None => Err(Diagnostic::error(format!("no vector says how large `{name}` is in this instance"))
                .primary(self.claim.span, "needs a size")
                .help(format!("add `{name} = 2` after `by`"))),
        });
        sized.collect()
    }

    /// Notes the size of a dimension, unless it is known to be another one.
    fn agree(&self, sizes: &mut [Size], dimension: Dimension, size: usize, one: &Given<'_>) -> Elaborated<()> {
        match sizes.get_mut(dimension.0 as usize) {
            Some(Some((known, span))) if *known != size => {
                let name = self.scope.dimension_name(dimension);
                Err(Diagnostic::error(format!("`{name}` is {known} here, but {size} there"))
                    .primary(one.span, format!("{name} is {size}"))
                    .secondary(*span, format!("{name} is {known}")))
            }
            Some(slot) => {
                slot.get_or_insert((size, one.span));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// A variable that the theorem declares is an index of a dimension that is not empty, even if
    /// the statement does not mention it.
    fn ensure_inhabited(&self, sizes: &[usize]) -> Elaborated<()> {
        let empty = self.unmentioned.iter().find_map(|(name, sort)| match sort {
            Sort::Index(dimension) if sizes.get(dimension.0 as usize) == Some(&0) => Some((name, *dimension)),
            _ => None,
        });
        match empty {
            Some((name, dimension)) => {
                let dimension = self.scope.dimension_name(dimension);
                Err(Diagnostic::error(format!(
                    "`{name}` is an index of `{dimension}`, which has none in this instance"
                ))
                .primary(self.claim.span, "no instance of the theorem"))
            }
            None => Ok(()),
        }
    }

    /// The values that are given to bound variables, which quantifiers try.
    fn exhibited(&self, given: &[Given<'_>], sizes: &[usize]) -> Elaborated<Vec<(Name, Value)>> {
        let mut found = vec![];
        for one in given {
            let name = one.name.name.as_str();
            let tried: Vec<_> = self.sorts(name).map(|sort| self.value(one, sort, sizes)).collect();
            let declared = self.is_variable(name) || self.scope.find_dimension(name).is_some();
            if let (false, Some(Err(error))) = (declared || tried.iter().any(Result::is_ok), tried.first()) {
                return Err(error.clone());
            }
            found.extend(tried.into_iter().flatten().map(|value| (Name::from(name), value)));
        }
        Ok(found)
    }

    /// What is written, as a value of a sort.
    fn value(&self, one: &Given<'_>, sort: &Sort, sizes: &[usize]) -> Elaborated<Value> {
        let size = |d: &Dimension| sizes.get(d.0 as usize).copied().unwrap_or_default();
        let array = |shape: Vec<usize>, entries: &[BigRational]| Array::new(shape, entries.to_vec()).map(Value::Array);
        let found = match (sort, &one.value) {
            (Sort::Index(d), Written::Number(q)) => return self.index(one, *d, q, size(d)),
            (Sort::Nat, Written::Number(q)) => natural(q).map(Value::Natural),
            (Sort::Real(shape), Written::Number(q)) if shape.is_empty() => Some(Value::Array(Array::number(q.clone()))),
            (Sort::Real(shape), Written::List(entries)) if !shape.is_empty() => {
                array(shape.iter().map(size).collect(), entries)
            }
            (Sort::Real(shape), Written::Rows(rows)) if shape.len() == 2 => {
                let written = [rows.len(), rows.first().map_or(0, Vec::len)];
                let shape: Vec<usize> = shape.iter().map(size).collect();
                if shape == written { array(shape, &rows.concat()) } else { None }
            }
            _ => None,
        };
        found.ok_or_else(|| {
            let (needed, written) = (self.scope.describe(sort), one.value.describe());
            let error = wrong(one.span, format!("`{}` is {needed}, but this is {written}", one.name.name));
            let sizes = dimensions(sort).iter().map(|d| format!("{} = {}", self.scope.dimension_name(*d), size(d)));
            let sizes: Vec<String> = sizes.collect();
            if sizes.is_empty() { error } else { error.help(format!("in this instance {}", sizes.join(", "))) }
        })
    }

    /// An index, which is counted from 1.
    fn index(&self, one: &Given<'_>, dimension: Dimension, number: &BigRational, size: usize) -> Elaborated<Value> {
        let place = natural(number).and_then(|n| usize::try_from(n).ok()).filter(|n| (1..=size).contains(n));
        let name = self.scope.dimension_name(dimension);
        place.and_then(|n| n.checked_sub(1)).map(Value::Index).ok_or_else(|| {
            wrong(one.span, format!("`{}` is an index of `{name}`, but {number} is none", one.name.name))
                .help(format!("indices are counted from 1, and {name} = {size} in this instance"))
        })
    }
}

fn dimensions(sort: &Sort) -> &[Dimension] {
    match sort {
        Sort::Real(shape) => shape,
        Sort::Index(dimension) => std::slice::from_ref(dimension),
        Sort::Nat => &[],
    }
}

fn natural(q: &BigRational) -> Option<BigUint> {
    if q.denom().is_one() && !q.is_negative() { q.to_integer().to_biguint() } else { None }
}
