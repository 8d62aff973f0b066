//! Derivatives become definitions. Each is printed with a lemma that it is the derivative, which
//! is proved from the function being a polynomial in the variable.

use num_traits::{One, Zero};

use super::reify::{Question, Value, list};
use super::text::{Scope, Text, kind};
use super::unfold::map_variables;
use super::{Defined, Defining, Failure, Lemma, Source};
use crate::kernel::{
    Application, Argument, Binder, Definition, Formula, FormulaKind, Instantiate, Library, Meaning, Name, Rational,
    Sort, Term, TermKind, Tree, Variable, instantiate, variable_argument,
};

/// The variables around a term.
pub(super) struct Around {
    pub dimensions: Vec<Name>,
    pub free: Vec<Binder>,
    /// The innermost last.
    pub bound: Vec<Binder>,
}

impl Around {
    fn binder(&self, variable: Variable) -> Result<Binder, Failure> {
        let binder = match variable {
            Variable::Free(n) => self.free.get(n as usize),
            Variable::Bound(k) => self.bound.len().checked_sub(k as usize + 1).and_then(|k| self.bound.get(k)),
        };
        binder.cloned().ok_or(Failure::IllSorted)
    }

    fn below<T>(
        &mut self,
        binders: &[Binder],
        run: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let height = self.bound.len();
        self.bound.extend_from_slice(binders);
        let result = run(self);
        self.bound.truncate(height);
        result
    }
}

impl Source {
    /// The term with each derivative replaced by what it was defined as.
    pub(super) fn clean(&mut self, library: &Library, term: &Term, around: &mut Around) -> Result<Term, Failure> {
        let kind = match &**term {
            TermKind::Constant(_) | TermKind::Entry(..) | TermKind::Delta(..) => return Ok(term.clone()),
            TermKind::Add(terms) => TermKind::Add(self.clean_all(library, terms, around)?),
            TermKind::Multiply(terms) => TermKind::Multiply(self.clean_all(library, terms, around)?),
            TermKind::Power(base, n) => TermKind::Power(self.clean(library, base, around)?, *n),
            TermKind::Sum(name, d, body) => {
                let body = around.below(&[Binder { name: name.clone(), sort: Sort::Index(*d) }], |around| {
                    self.clean(library, body, around)
                })?;
                TermKind::Sum(name.clone(), *d, body)
            }
            TermKind::Apply(f, inner) => TermKind::Apply(*f, self.clean(library, inner, around)?),
            TermKind::Defined(application) => {
                TermKind::Defined(self.clean_application(library, application, around)?)
            }
            TermKind::Derivative { name, body, at } => {
                let body = around.below(&[Binder { name: name.clone(), sort: Sort::Real(vec![]) }], |around| {
                    self.clean(library, body, around)
                })?;
                let at = self.clean(library, at, around)?;
                return self.differentiated(library, name, &body, &at, around);
            }
        };
        Ok(Tree::new(kind)?)
    }

    fn clean_all(&mut self, library: &Library, terms: &[Term], around: &mut Around) -> Result<Vec<Term>, Failure> {
        terms.iter().map(|term| self.clean(library, term, around)).collect()
    }

    fn clean_application(
        &mut self,
        library: &Library,
        application: &Application,
        around: &mut Around,
    ) -> Result<Application, Failure> {
        let parameters = self.definition(&application.definition)?.definition.parameters.clone();
        let mut arguments = vec![];
        for (argument, binder) in application.arguments.iter().zip(&parameters) {
            let sort = binder.sort.substitute(&[], Some(&application.dimensions))?;
            arguments.push(self.clean_argument(library, argument, &sort, around)?);
        }
        Ok(Application { arguments, ..application.clone() })
    }

    pub(super) fn clean_argument(
        &mut self,
        library: &Library,
        argument: &Argument,
        sort: &Sort,
        around: &mut Around,
    ) -> Result<Argument, Failure> {
        let Argument::Array { arity, body } = argument else { return Ok(argument.clone()) };
        let indices: Vec<Binder> = match sort {
            Sort::Real(shape) => shape.iter().map(|d| Binder { name: "i".into(), sort: Sort::Index(*d) }).collect(),
            _ => vec![],
        };
        let body = around.below(&indices, |around| self.clean(library, body, around))?;
        Ok(Argument::Array { arity: *arity, body })
    }

    pub(super) fn clean_formula(
        &mut self,
        library: &Library,
        formula: &Formula,
        around: &mut Around,
    ) -> Result<Formula, Failure> {
        let kind = match &**formula {
            FormulaKind::Compare(relation, left, right) => {
                FormulaKind::Compare(*relation, self.clean(library, left, around)?, self.clean(library, right, around)?)
            }
            FormulaKind::And(parts) => FormulaKind::And(self.clean_formulas(library, parts, around)?),
            FormulaKind::Or(parts) => FormulaKind::Or(self.clean_formulas(library, parts, around)?),
            FormulaKind::Implies(left, right) => FormulaKind::Implies(
                self.clean_formula(library, left, around)?,
                self.clean_formula(library, right, around)?,
            ),
            FormulaKind::Iff(left, right) => FormulaKind::Iff(
                self.clean_formula(library, left, around)?,
                self.clean_formula(library, right, around)?,
            ),
            FormulaKind::Not(inner) => FormulaKind::Not(self.clean_formula(library, inner, around)?),
            FormulaKind::Forall(binder, body) => {
                let body =
                    around.below(std::slice::from_ref(binder), |around| self.clean_formula(library, body, around))?;
                FormulaKind::Forall(binder.clone(), body)
            }
            FormulaKind::Exists(binder, body) => {
                let body =
                    around.below(std::slice::from_ref(binder), |around| self.clean_formula(library, body, around))?;
                FormulaKind::Exists(binder.clone(), body)
            }
            FormulaKind::Defined(application) => {
                FormulaKind::Defined(self.clean_application(library, application, around)?)
            }
        };
        Ok(Tree::new(kind)?)
    }

    fn clean_formulas(
        &mut self,
        library: &Library,
        parts: &[Formula],
        around: &mut Around,
    ) -> Result<Vec<Formula>, Failure> {
        parts.iter().map(|part| self.clean_formula(library, part, around)).collect()
    }

    /// d/dt body at a value, as the application of a definition of its own.
    fn differentiated(
        &mut self,
        library: &Library,
        name: &Name,
        body: &Term,
        at: &Term,
        around: &Around,
    ) -> Result<Term, Failure> {
        let node = Tree::new(TermKind::Derivative { name: name.clone(), body: body.clone(), at: at.clone() })?;
        let mut found = vec![];
        map_variables(&node, 0, &mut |v, depth| {
            let outer = match v {
                Variable::Bound(k) => Variable::Bound(k - depth),
                free => free,
            };
            if !found.contains(&outer) {
                found.push(outer);
            }
            v
        })?;
        // Free ones first, then bound ones from the outside in.
        found.sort_by_key(|v| match v {
            Variable::Free(n) => (0, *n),
            Variable::Bound(k) => (1, u32::MAX - k),
        });
        let binders: Vec<Binder> = found.iter().map(|v| around.binder(*v)).collect::<Result<_, _>>()?;
        let sorts: Vec<Sort> = binders.iter().map(|binder| binder.sort.clone()).collect();
        let count = u32::try_from(found.len()).map_err(|_| Failure::IllSorted)?;
        let closed = map_variables(&node, 0, &mut |v, depth| {
            let outer = match v {
                Variable::Bound(k) => Variable::Bound(k - depth),
                free => free,
            };
            let place = found.iter().position(|f| *f == outer).and_then(|k| u32::try_from(k).ok()).unwrap_or(0);
            Variable::Bound(depth + count - 1 - place)
        })?;
        let TermKind::Derivative { body, at, .. } = &*closed else { return Err(Failure::IllSorted) };
        let key = (closed.clone(), sorts.clone(), around.dimensions.len());
        let definition = match self.derivatives.get(&key) {
            Some(name) => name.clone(),
            None => {
                let name = self.define_derivative(library, body, at, binders, around)?;
                self.derivatives.insert(key, name.clone());
                name
            }
        };
        let arguments: Result<Vec<_>, _> =
            found.iter().zip(&sorts).map(|(v, sort)| variable_argument(*v, sort)).collect();
        let dimensions = 0..u32::try_from(around.dimensions.len()).map_err(|_| Failure::IllSorted)?;
        let dimensions = dimensions.map(crate::kernel::Dimension).collect();
        Ok(Tree::new(TermKind::Defined(Application { definition, dimensions, arguments: arguments? }))?)
    }

    fn define_derivative(
        &mut self,
        library: &Library,
        body: &Term,
        at: &Term,
        binders: Vec<Binder>,
        around: &Around,
    ) -> Result<Name, Failure> {
        let number = self.derivatives.len() + 1;
        let name: Name = format!("derivative %{number}").into();
        let coq = self.globals.made(format!("derivative'{number}"));
        let coefficients = coefficients(self, body, 0)?;
        // No coefficient holds the variable: whatever is put in for it does not matter.
        let zero = Argument::Array { arity: 0, body: constant(Rational::zero())? };
        let lowered: Vec<Term> =
            coefficients.iter().map(|c| instantiate(c, std::slice::from_ref(&zero))).collect::<Result<_, _>>()?;
        let value = slope(&lowered, at)?;
        let definition = Definition {
            name: name.clone(),
            dimensions: around.dimensions.clone(),
            parameters: binders,
            body: Meaning::Term(value.clone()),
        };
        self.definitions.insert(name.clone(), Defined { coq: coq.clone(), definition: definition.clone() });
        let text = self.define(&definition, &coq)?;
        let lemma = Some(self.lemma(library, &definition, &coq, body, at, &value, &lowered)?);
        self.pending.push(Defining { text, lemma });
        Ok(name)
    }

    #[allow(clippy::too_many_arguments)]
    fn lemma(
        &mut self,
        library: &Library,
        definition: &Definition,
        coq: &str,
        body: &Term,
        at: &Term,
        value: &Term,
        coefficients: &[Term],
    ) -> Result<Lemma, Failure> {
        let mut scope = Scope::default();
        let mut heading = String::new();
        let mut applied = coq.to_owned();
        let mut intros = vec![];
        for name in &definition.dimensions {
            let d = scope.fresh(name);
            heading.push_str(&format!(" ({d} : nat)"));
            applied.push_str(&format!(" {d}"));
            intros.push(d.clone());
            scope.dimensions.push(d);
        }
        let mut arguments = vec![];
        let mut ranges = String::new();
        for (n, binder) in (0_u32..).zip(&definition.parameters) {
            let known = scope.known(binder, true);
            heading.push_str(&format!(" ({} : {})", known.name, kind(&known.sort, true)));
            applied.push_str(&format!(" {}", known.name));
            intros.push(known.name.clone());
            if let Sort::Index(d) = known.sort {
                ranges.push_str(&format!("({} < {})%nat -> ", known.name, scope.size(d)?));
            }
            arguments.push(variable_argument(Variable::Free(n), &known.sort)?);
            scope.free.push(known);
        }
        intros.extend(scope.free.iter().filter(|k| !k.range.is_empty()).map(|k| k.range.clone()));
        let forall = if heading.is_empty() { String::new() } else { format!("forall{heading}, ") };
        let t = u32::try_from(scope.free.len()).map_err(|_| Failure::IllSorted)?;
        let mut inside = scope.clone();
        let known = inside.known(&Binder { name: "t".into(), sort: Sort::Real(vec![]) }, false);
        let variable = known.name.clone();
        inside.free.push(known);
        let with_t: Vec<Argument> =
            [&arguments[..], &[variable_argument(Variable::Free(t), &Sort::Real(vec![]))?][..]].concat();
        let body = instantiate(body, &with_t)?;
        let at = instantiate(at, &arguments)?;
        let value = instantiate(value, &arguments)?;
        let coefficients: Vec<Value> = coefficients
            .iter()
            .map(|c| Ok(Value::Term(instantiate(c, &arguments)?)))
            .collect::<Result<_, Failure>>()?;
        let function = Text::new(self, &inside).term(&body, 4)?;
        let place = Text::new(self, &scope).term(&at, 0)?;
        let statement =
            format!("{forall}{ranges}\n  derivable_pt_lim (fun {variable} => {function}) {place} ({applied})");
        let (body, at, value) = (Value::Term(body), Value::Term(at), Value::Term(value));
        let mut question = Question::new(self, library, &inside, &[&body, &at, &value])?;
        let head = question.entry(t, 0)?;
        let cs: Vec<String> = coefficients.iter().map(|c| question.value(c)).collect::<Result<_, _>>()?;
        let (b, a, v) = (question.value(&body)?, question.value(&at)?, question.value(&value)?);
        let (sizes, heads, named, sorts, range) = question.parts()?;
        let heads = format!("(fun {variable} : R => {})", list(&heads));
        let cs = list(&cs);
        let constants = format!("(map (Prelude.meaning {sizes} ({heads} 0) {named} {sorts}) {cs})");
        let fun = if intros.is_empty() { String::new() } else { format!("fun {} => ", intros.join(" ")) };
        let proof = format!(
            "{fun}Prelude.derivative_by {sizes} {heads} {named} {sorts} {head} {b} {cs} {a} {v} {constants} {range} \
             (fun _ => eq_refl) (fun _ => eq_refl) Prelude.computed Prelude.computed"
        );
        Ok(Lemma { coq: self.globals.made(format!("{coq}_correct")), statement, proof })
    }
}

fn constant(q: Rational) -> Result<Term, Failure> {
    Ok(Tree::new(TermKind::Constant(q))?)
}

fn is(term: &Term, q: &Rational) -> bool {
    matches!(&**term, TermKind::Constant(p) if p == q)
}

fn add(a: Term, b: Term) -> Result<Term, Failure> {
    if is(&a, &Rational::zero()) {
        return Ok(b);
    }
    if is(&b, &Rational::zero()) {
        return Ok(a);
    }
    Ok(Tree::new(TermKind::Add(vec![a, b]))?)
}

fn multiply(a: Term, b: Term) -> Result<Term, Failure> {
    if is(&a, &Rational::one()) || is(&b, &Rational::zero()) {
        return Ok(b);
    }
    if is(&b, &Rational::one()) || is(&a, &Rational::zero()) {
        return Ok(a);
    }
    Ok(Tree::new(TermKind::Multiply(vec![a, b]))?)
}

/// Whether `Bound(level)` stands anywhere in the term.
fn mentions(term: &Term, level: u32) -> Result<bool, Failure> {
    let mut found = false;
    map_variables(term, 0, &mut |v, depth| {
        found = found || v == Variable::Bound(level + depth);
        v
    })?;
    Ok(found)
}

/// The coefficients of a polynomial in `Bound(level)`.
fn coefficients(source: &Source, term: &Term, level: u32) -> Result<Vec<Term>, Failure> {
    if !mentions(term, level)? {
        return Ok(vec![term.clone()]);
    }
    match &**term {
        TermKind::Entry(..) => Ok(vec![constant(Rational::zero())?, constant(Rational::one())?]),
        TermKind::Add(terms) => terms.iter().try_fold(vec![], |sum, t| plus(sum, coefficients(source, t, level)?)),
        TermKind::Multiply(factors) => {
            let one = vec![constant(Rational::one())?];
            factors.iter().try_fold(one, |product, t| times(&product, &coefficients(source, t, level)?))
        }
        TermKind::Power(base, n) => {
            let base = coefficients(source, base, level)?;
            (0..*n).try_fold(vec![constant(Rational::one())?], |product, _| times(&product, &base))
        }
        TermKind::Sum(name, d, body) => {
            let inside = coefficients(source, body, level + 1)?;
            let sum = |c: Term| {
                if is(&c, &Rational::zero()) {
                    return Ok(c);
                }
                Ok(Tree::new(TermKind::Sum(name.clone(), *d, c))?)
            };
            inside.into_iter().map(sum).collect()
        }
        TermKind::Defined(application) => coefficients(source, &source.unfold_term(application)?, level),
        _ => Err(Failure::NotDifferentiable),
    }
}

fn plus(mut left: Vec<Term>, right: Vec<Term>) -> Result<Vec<Term>, Failure> {
    for (k, term) in right.into_iter().enumerate() {
        match left.get_mut(k) {
            Some(sum) => *sum = add(sum.clone(), term)?,
            None => left.push(term),
        }
    }
    Ok(left)
}

fn times(left: &[Term], right: &[Term]) -> Result<Vec<Term>, Failure> {
    let mut product = vec![constant(Rational::zero())?; left.len() + right.len() - 1];
    for (i, a) in left.iter().enumerate() {
        for (j, b) in right.iter().enumerate() {
            let term = multiply(a.clone(), b.clone())?;
            if let Some(sum) = product.get_mut(i + j) {
                *sum = add(sum.clone(), term)?;
            }
        }
    }
    Ok(product)
}

/// Σ_k k c_k aᵏ⁻¹.
fn slope(coefficients: &[Term], at: &Term) -> Result<Term, Failure> {
    let mut value = constant(Rational::zero())?;
    let mut power = constant(Rational::one())?;
    for (k, c) in coefficients.iter().enumerate().skip(1) {
        let factor = constant(Rational::from_integer(k.into()))?;
        value = add(value, multiply(factor, multiply(c.clone(), power.clone())?)?)?;
        power = multiply(power, at.clone())?;
    }
    Ok(value)
}
