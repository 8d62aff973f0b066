//! Terms as the normaliser of the prelude reads them, with all definitions unfolded.

use std::collections::{BTreeMap, BTreeSet};

use super::shape::{Shape, bare, shape};
use super::text::{Known, Scope, Text};
use super::unfold::{map_variables, unfold};
use super::{Failure, Source};
use crate::kernel::{
    Argument, Context, Dimension, Function, Head, Position, Rational, Sort, Term, TermKind, Tree, Variable, instantiate,
};

/// Variables from here on stand for bound indices.
const BOUND: u32 = 1 << 20;
/// Stands for the list of entries until it is complete. No name holds this character.
const ENTRIES: char = '\u{1}';

/// The value of evidence.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Term(Term),
    Minus(Box<Value>, Box<Value>),
    Square(Box<Value>),
    Plus(Box<Value>, Box<Value>),
    Times(Box<Value>, Box<Value>),
    /// Σ over an index that was declared under this number.
    Over(Dimension, u32, Box<Value>),
}

/// An opaque function with its named indices made parameters.
struct Opaque {
    head: usize,
    /// The kernel's normal form of it, and which parameters stand at its indices.
    form: Option<(Head, Vec<usize>)>,
}

/// One call of the normaliser: its entries, indices and aliases.
pub(super) struct Question<'a> {
    source: &'a Source,
    library: &'a crate::kernel::Library,
    scope: &'a Scope,
    /// The named indices, in the order of their levels.
    named: Vec<u32>,
    /// Bound indices, outermost first.
    inner: Vec<u32>,
    sorts: BTreeMap<u32, Dimension>,
    heads: Vec<String>,
    entries: BTreeMap<u32, usize>,
    opaque: BTreeMap<(Function, Term), Opaque>,
    aliases: Vec<(usize, String, String)>,
}

impl<'a> Question<'a> {
    pub(super) fn new(
        source: &'a Source,
        library: &'a crate::kernel::Library,
        scope: &'a Scope,
        values: &[&Value],
    ) -> Result<Self, Failure> {
        let mut found = BTreeSet::new();
        values.iter().try_for_each(|value| indices(source, value, &mut found))?;
        let mut sorts = BTreeMap::new();
        for id in &found {
            if let Some(Known { sort: Sort::Index(dimension), .. }) = scope.free.get(*id as usize) {
                sorts.insert(*id, *dimension);
            }
        }
        let named = found.into_iter().filter(|id| sorts.contains_key(id)).collect();
        Ok(Question {
            source,
            library,
            scope,
            named,
            inner: vec![],
            sorts,
            heads: vec![],
            entries: BTreeMap::new(),
            opaque: BTreeMap::new(),
            aliases: vec![],
        })
    }

    /// The arguments that each rule lemma takes first.
    pub(super) fn context(&self) -> Result<String, Failure> {
        let mut range = "I".to_owned();
        let mut names = vec![];
        let mut sorts = vec![];
        for id in self.named.iter().rev() {
            let known = self.scope.free.get(*id as usize).ok_or(Failure::IllSorted)?;
            range = format!("(conj {} {range})", known.range);
            names.insert(0, known.name.clone());
            sorts.insert(0, self.sorts.get(id).ok_or(Failure::IllSorted)?.0.to_string());
        }
        let proofs =
            self.aliases.iter().rev().fold("I".to_owned(), |rest, (_, _, proof)| format!("(conj {proof} {rest})"));
        let proofs = proofs.replace(ENTRIES, &list(&self.heads));
        let aliases: Vec<_> = self.aliases.iter().map(|(h, alias, _)| format!("({h}%nat, {alias})")).collect();
        Ok(format!(
            "{} {} {} {} {} {proofs} {range}",
            list(&self.scope.dimensions),
            list(&self.heads),
            list(&aliases),
            list(&names),
            numbers(&sorts),
        ))
    }

    /// The sizes, the entries, the named indices, their sorts, and that they are in range.
    pub(super) fn parts(&self) -> Result<(String, Vec<String>, String, String, String), Failure> {
        let known = |id: &u32| self.scope.free.get(*id as usize).ok_or(Failure::IllSorted);
        let names: Vec<String> =
            self.named.iter().map(|id| Ok(known(id)?.name.clone())).collect::<Result<_, Failure>>()?;
        let sorts: Vec<String> = self.named.iter().filter_map(|id| Some(self.sorts.get(id)?.0.to_string())).collect();
        let mut range = "I".to_owned();
        for id in self.named.iter().rev() {
            range = format!("(conj {} {range})", known(id)?.range);
        }
        Ok((list(&self.scope.dimensions), self.heads.clone(), list(&names), numbers(&sorts), range))
    }

    pub(super) fn value(&mut self, value: &Value) -> Result<String, Failure> {
        Ok(match value {
            Value::Term(term) => self.term(&unfold(self.source, term)?)?,
            Value::Minus(a, b) => format!("(Sub {} {})", self.value(a)?, self.value(b)?),
            Value::Plus(a, b) => format!("(Add {} {})", self.value(a)?, self.value(b)?),
            Value::Times(a, b) => format!("(Mul {} {})", self.value(a)?, self.value(b)?),
            Value::Square(a) => format!("(Pow {} 2)", self.value(a)?),
            Value::Over(dimension, id, body) => {
                self.sorts.insert(*id, *dimension);
                self.inner.push(*id);
                let body = self.value(body)?;
                self.inner.pop();
                format!("(Sig {} {body})", dimension.0)
            }
        })
    }

    fn level(&self, variable: Variable) -> Result<usize, Failure> {
        let Variable::Free(id) = variable else { return Err(Failure::IllSorted) };
        if let Some(k) = self.inner.iter().rposition(|i| *i == id) {
            return Ok(self.named.len() + k);
        }
        self.named.iter().position(|i| *i == id).ok_or(Failure::IllSorted)
    }

    fn levels(&self, variables: &[Variable]) -> Result<String, Failure> {
        let levels: Result<Vec<String>, Failure> = variables.iter().map(|v| Ok(self.level(*v)?.to_string())).collect();
        Ok(numbers(&levels?))
    }

    /// A closed term without definitions.
    pub(super) fn term(&mut self, term: &Term) -> Result<String, Failure> {
        let term = &bare(term);
        Ok(match shape(term)? {
            Shape::Constant(q) => format!("(Cst {})", rational(&q)),
            Shape::Negate(a) => format!("(Neg {})", self.term(&a)?),
            Shape::Plus(a, b) => format!("(Add {} {})", self.term(&a)?, self.term(&b)?),
            Shape::Minus(a, b) => format!("(Sub {} {})", self.term(&a)?, self.term(&b)?),
            Shape::Times(a, b) => format!("(Mul {} {})", self.term(&a)?, self.term(&b)?),
            Shape::Over(a, b) => format!("(Mul {} {})", self.term(&a)?, self.function(Function::Reciprocal, &b)?),
            Shape::Power(a, n) => format!("(Pow {} {n})", self.term(&a)?),
            Shape::Other => match &**term {
                TermKind::Entry(Variable::Free(id), indices) => {
                    let head = self.entry(*id, indices.len())?;
                    format!("(Ent {head} {})", self.levels(indices)?)
                }
                TermKind::Delta(i, j) => format!("(Dlt {} {})", self.level(*i)?, self.level(*j)?),
                TermKind::Sum(_, dimension, body) => {
                    let id = BOUND + u32::try_from(self.inner.len()).map_err(|_| Failure::IllSorted)?;
                    let body = instantiate(body, &[Argument::Index(Variable::Free(id))])?;
                    self.sorts.insert(id, *dimension);
                    self.inner.push(id);
                    let body = self.term(&body);
                    self.inner.pop();
                    format!("(Sig {} {})", dimension.0, body?)
                }
                TermKind::Apply(function, inner) => self.function(*function, inner)?,
                _ => return Err(Failure::IllSorted),
            },
        })
    }

    /// The number of the entry of a variable.
    pub(super) fn entry(&mut self, id: u32, rank: usize) -> Result<usize, Failure> {
        if let Some(head) = self.entries.get(&id) {
            return Ok(*head);
        }
        let known = self.scope.free.get(id as usize).ok_or(Failure::IllSorted)?;
        let text = match known.sort {
            Sort::Nat if !known.real => format!("E0 (INR {})", known.name),
            Sort::Index(_) => return Err(Failure::IllSorted),
            _ => format!("E{rank} {}", known.name),
        };
        self.heads.push(text);
        self.entries.insert(id, self.heads.len() - 1);
        Ok(self.heads.len() - 1)
    }

    fn function(&mut self, function: Function, inner: &Term) -> Result<String, Failure> {
        let mut found = vec![];
        map_variables(inner, 0, &mut |v, _| {
            if let Variable::Free(id) = v
                && !found.contains(&id)
                && (self.inner.contains(&id) || self.named.contains(&id))
            {
                found.push(id);
            }
            v
        })?;
        let count = u32::try_from(found.len()).map_err(|_| Failure::IllSorted)?;
        let place = |id: u32| found.iter().position(|i| *i == id).and_then(|k| u32::try_from(k).ok());
        let open = map_variables(inner, 0, &mut |v, depth| match v {
            Variable::Free(id) => place(id).map_or(v, |k| Variable::Bound(depth + count - 1 - k)),
            Variable::Bound(_) => v,
        })?;
        let variables: Vec<Variable> = found.iter().map(|id| Variable::Free(*id)).collect();
        let levels = self.levels(&variables)?;
        if let Some(known) = self.opaque.get(&(function, open.clone())) {
            return Ok(format!("(Ent {} {levels})", known.head));
        }
        let sorts: Vec<Dimension> = found.iter().filter_map(|id| self.sorts.get(id).copied()).collect();
        let head = self.heads.len();
        self.heads.push(self.written(function, &open, found.len())?);
        let form = self.alias(function, &open, &sorts, head)?;
        self.opaque.insert((function, open), Opaque { head, form });
        Ok(format!("(Ent {head} {levels})"))
    }

    /// An opaque function as Coq reads it, of its parameters.
    fn written(&self, function: Function, open: &Term, count: usize) -> Result<String, Failure> {
        let mut text = Text::new(self.source, self.scope);
        let mut names = vec![];
        for _ in 0..count {
            let name = text.scope.fresh("i");
            names.push(name.clone());
            text.bound.push(Known { name, range: String::new(), sort: Sort::Index(Dimension(0)), real: false });
        }
        let body = text.term(&Tree::new(TermKind::Apply(function, open.clone()))?, 4)?;
        Ok(match count {
            0 => format!("E0 ({body})"),
            1..=4 => format!("E{count} (fun {} => {body})", names.join(" ")),
            _ => return Err(Failure::TooManyIndices),
        })
    }

    /// Whether the kernel's normal form says that this is an entry known by another text.
    fn alias(
        &mut self,
        function: Function,
        open: &Term,
        sorts: &[Dimension],
        head: usize,
    ) -> Result<Option<(Head, Vec<usize>)>, Failure> {
        let mut context = Context::new(self.library, self.scope.dimensions.len());
        for known in &self.scope.free {
            context.declare(known.sort.clone())?;
        }
        let base = u32::try_from(self.scope.free.len()).map_err(|_| Failure::IllSorted)?;
        let mut arguments = vec![];
        for dimension in sorts {
            arguments.push(Argument::Index(context.declare(Sort::Index(*dimension))?));
        }
        let closed = instantiate(open, &arguments)?;
        let Ok(form) = context.normal_form(&Tree::new(TermKind::Apply(function, closed))?) else { return Ok(None) };
        if let Some(q) = form.as_constant() {
            let inverse = if q == Rational::default() { q.clone() } else { q.recip() };
            self.number(open, sorts, head, &q, &inverse)?;
            return Ok(None);
        }
        let Some((monomial, _)) = form.terms().next() else { return Ok(None) };
        let Some((atom, _)) = monomial.factors.first() else { return Ok(None) };
        let places: Option<Vec<usize>> = atom.indices.iter().map(|p| place(*p, base)).collect();
        let Some(places) = places else { return Ok(None) };
        let twin = self.opaque.iter().find_map(|((_, term), known)| {
            let (form, theirs) = known.form.as_ref()?;
            let fits = *form == atom.head && theirs.len() == places.len() && term.loose() as usize <= theirs.len();
            fits.then(|| (term.clone(), known.head, theirs.clone()))
        });
        if let Some((term, other, theirs)) = twin {
            // Their parameter j stands where ours stands in the normal form.
            let moved: Option<Vec<usize>> =
                (0..theirs.len()).map(|j| places.get(theirs.iter().position(|t| *t == j)?).copied()).collect();
            if let Some(moved) = moved {
                self.same(function, (open, head), (&term, other), sorts, &moved)?;
            }
        }
        Ok(Some((atom.head.clone(), places)))
    }

    /// Scope and indices in which two opaque functions are compared.
    fn parameters(&self, sorts: &[Dimension]) -> Result<(Scope, Vec<Variable>, String), Failure> {
        let mut scope = self.scope.clone();
        let mut variables = vec![];
        let mut names = vec![];
        let mut ranges = vec![];
        for dimension in sorts {
            let binder = crate::kernel::Binder { name: "i".into(), sort: Sort::Index(*dimension) };
            let known = scope.known(&binder, false);
            names.push(known.name.clone());
            ranges.push(known.range.clone());
            variables.push(Variable::Free(u32::try_from(scope.free.len()).map_err(|_| Failure::IllSorted)?));
            scope.free.push(known);
        }
        let heading = [names, ranges].concat();
        let fun = if heading.is_empty() { String::new() } else { format!("fun {} => ", heading.join(" ")) };
        Ok((scope, variables, fun))
    }

    /// A proof of an alias. The list of all entries is not known yet: see [`ENTRIES`].
    fn proof(&self, sorts: &[Dimension], head: usize, alias: &str, fun: &str, proof: &str) -> Result<String, Failure> {
        let first = format!("{} {ENTRIES} {head} ({alias})", list(&self.scope.dimensions));
        Ok(match sorts {
            [] => format!("(Prelude.alias_0 {first} ({proof}))"),
            [s] => format!("(Prelude.alias_1 {first} {} (conj eq_refl ({fun}{proof})))", s.0),
            [s, t] => {
                format!("(Prelude.alias_2 {first} {} {} (conj (conj eq_refl eq_refl) ({fun}{proof})))", s.0, t.0)
            }
            [s, t, u] => format!(
                "(Prelude.alias_3 {first} {} {} {} (conj (conj eq_refl (conj eq_refl eq_refl)) ({fun}{proof})))",
                s.0, t.0, u.0
            ),
            _ => return Err(Failure::TooManyIndices),
        })
    }

    fn number(
        &mut self,
        open: &Term,
        sorts: &[Dimension],
        head: usize,
        q: &Rational,
        inverse: &Rational,
    ) -> Result<(), Failure> {
        let (scope, variables, fun) = self.parameters(sorts)?;
        let arguments: Vec<_> = variables.iter().map(|v| Argument::Index(*v)).collect();
        let left = Value::Term(instantiate(open, &arguments)?);
        let right = Value::Term(Tree::new(TermKind::Constant(inverse.clone()))?);
        let proof = identity(self.source, self.library, &scope, &left, &right)?;
        let proof = format!("Prelude.inverse_of_number _ {} {} eq_refl {proof}", signed(inverse), signed(q));
        let names: Vec<_> = sorts.iter().map(|d| d.0.to_string()).collect();
        let alias = format!("Number {} {}", numbers(&names), signed(q));
        let proof = self.proof(sorts, head, &alias, &fun, &proof)?;
        self.aliases.push((head, alias, proof));
        Ok(())
    }

    fn same(
        &mut self,
        function: Function,
        (ours, head): (&Term, usize),
        (theirs, other): (&Term, usize),
        sorts: &[Dimension],
        moved: &[usize],
    ) -> Result<(), Failure> {
        let (scope, variables, fun) = self.parameters(sorts)?;
        let arguments: Vec<_> = variables.iter().map(|v| Argument::Index(*v)).collect();
        let permuted: Vec<_> = moved.iter().filter_map(|p| arguments.get(*p).cloned()).collect();
        let left = Value::Term(instantiate(ours, &arguments)?);
        let right = Value::Term(instantiate(theirs, &permuted)?);
        let proof = identity(self.source, self.library, &scope, &left, &right)?;
        let function = match function {
            Function::Reciprocal => "Rinv",
            Function::SquareRoot => "sqrt",
            Function::Exponential => "exp",
            Function::Logarithm => "ln",
        };
        let names: Vec<_> = sorts.iter().map(|d| d.0.to_string()).collect();
        let places: Vec<_> = moved.iter().map(ToString::to_string).collect();
        let alias = format!("Same {} {other} {}", numbers(&names), numbers(&places));
        let proof = self.proof(sorts, head, &alias, &fun, &format!("f_equal {function} {proof}"))?;
        self.aliases.push((head, alias, proof));
        Ok(())
    }
}

fn place(position: Position, base: u32) -> Option<usize> {
    match position {
        Position::Free(id) => usize::try_from(id.checked_sub(base)?).ok(),
        _ => None,
    }
}

/// A proof that two values are equal.
fn identity(
    source: &Source,
    library: &crate::kernel::Library,
    scope: &Scope,
    left: &Value,
    right: &Value,
) -> Result<String, Failure> {
    let mut question = Question::new(source, library, scope, &[left, right])?;
    let (left, right) = (question.value(left)?, question.value(right)?);
    Ok(format!("(Prelude.identity {} {left} {right} Prelude.computed)", question.context()?))
}

/// The named indices at which a value stands.
fn indices(source: &Source, value: &Value, found: &mut BTreeSet<u32>) -> Result<(), Failure> {
    match value {
        Value::Term(term) => {
            map_variables(&unfold(source, term)?, 0, &mut |v, _| {
                if let Variable::Free(id) = v {
                    found.insert(id);
                }
                v
            })?;
            Ok(())
        }
        Value::Minus(a, b) | Value::Plus(a, b) | Value::Times(a, b) => {
            indices(source, a, found)?;
            indices(source, b, found)
        }
        Value::Square(a) => indices(source, a, found),
        Value::Over(_, id, a) => {
            let mut inside = BTreeSet::new();
            indices(source, a, &mut inside)?;
            inside.remove(id);
            found.extend(inside);
            Ok(())
        }
    }
}

pub(super) fn list(items: &[String]) -> String {
    format!("[{}]", items.join("; "))
}

fn numbers(items: &[String]) -> String {
    format!("[{}]%nat", items.join("; "))
}

pub(super) fn rational(q: &Rational) -> String {
    format!("({} # {})", q.numer(), q.denom())
}

fn signed(q: &Rational) -> String {
    format!("({} # {})%Q", q.numer(), q.denom())
}
