//! From expressions to terms and formulas of the kernel.

use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use tightrope_kernel::{
    Application, Argument, Binder, Dimension, Formula, FormulaKind, Function, MAX_EXPONENT, Name, Relation, Sort, Term,
    TermKind, Variable, instantiate, variable_argument,
};

use super::scope::{Defined, Elaborated, Scope, at, sort_in, tree};
use crate::syntax::ast::{self, Expr, ExprKind, Factor, Ident, Quantifier, Sign, Span};
use crate::syntax::diagnostic::Diagnostic;

impl Scope {
    /// A real-valued term.
    pub(crate) fn term(&mut self, expr: &Expr) -> Elaborated<Term> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Number(q) => tree(span, TermKind::Constant(q.clone())),
            ExprKind::Name(name) => self.entry(name, &[], span),
            ExprKind::Delta(i, j) => self.delta(i, j, span),
            ExprKind::Index { base, indices } => self.indexed(base, indices, span),
            ExprKind::Call { function, arguments } => self.call(function, arguments, &[], span),
            ExprKind::Power(base, exponent) => self.power(base, exponent, span),
            ExprKind::Multiply(factors) => self.product(factors, span),
            ExprKind::Sum { binders, body } => self.sum(binders, body, span),
            ExprKind::Derivative { variable, body, at } => self.derivative(variable, body, at, span),
            ExprKind::EntryDerivative { variable, indices, body } => {
                self.entry_derivative(variable, indices, body, span)
            }
            ExprKind::Negate(inner) => {
                let factors = vec![constant(span, -BigRational::one())?, self.term(inner)?];
                tree(span, TermKind::Multiply(factors))
            }
            ExprKind::Add(terms) => {
                let terms: Elaborated<Vec<Term>> = terms.iter().map(|(sign, t)| self.signed(*sign, t)).collect();
                tree(span, TermKind::Add(terms?))
            }
            ExprKind::Vector(_) => Err(wrong(span, "a list of numbers stands only in the data of an experiment")),
            ExprKind::Lambda { .. } => Err(wrong(span, "an index function stands only as an argument")),
            ExprKind::Field { .. } => Err(wrong(span, "this is a fact, not a number")),
            _ => Err(wrong(span, "expected a number, found a formula")),
        }
    }

    fn signed(&mut self, sign: Sign, expr: &Expr) -> Elaborated<Term> {
        let term = self.term(expr)?;
        match sign {
            Sign::Plus => Ok(term),
            Sign::Minus => tree(expr.span, TermKind::Multiply(vec![constant(expr.span, -BigRational::one())?, term])),
        }
    }

    /// A variable or a definition without parentheses, with its indices.
    fn entry(&mut self, name: &str, indices: &[Expr], span: Span) -> Elaborated<Term> {
        let Some((variable, sort)) = self.lookup(name) else {
            return match self.definitions.get(name).cloned() {
                Some(defined) if !defined.predicate => self.apply(&defined, &[], indices, span),
                Some(_) => Err(wrong(span, "expected a number, found a predicate")),
                None => Err(self.unknown("variable or function", name, span)),
            };
        };
        let shape = match &sort {
            Sort::Real(shape) => shape.clone(),
            Sort::Nat => vec![],
            Sort::Index(_) => {
                let error = wrong(span, format!("`{name}` is {}, not a number", self.describe(&sort)));
                return Err(error);
            }
        };
        if shape.len() != indices.len() {
            let found = self.describe(&sort);
            let message = format!("`{name}` is {found}, which takes {} here {}", count(shape.len()), indices.len());
            return Err(Diagnostic::error(message).primary(span, "wrong number of indices"));
        }
        let indices: Elaborated<Vec<_>> = indices.iter().zip(&shape).map(|(i, d)| self.index(i, *d)).collect();
        tree(span, TermKind::Entry(variable, indices?))
    }

    fn indexed(&mut self, base: &Expr, indices: &[Expr], span: Span) -> Elaborated<Term> {
        match &base.kind {
            ExprKind::Name(name) => self.entry(name, indices, span),
            ExprKind::Call { function, arguments } => self.call(function, arguments, indices, span),
            _ => Err(wrong(base.span, "only a vector, a matrix or a function has entries")),
        }
    }

    /// An index of a dimension.
    pub(crate) fn index(&mut self, expr: &Expr, dimension: Dimension) -> Elaborated<Variable> {
        let ExprKind::Name(name) = &expr.kind else {
            return Err(wrong(expr.span, "expected the name of an index"));
        };
        match self.lookup(name) {
            Some((variable, Sort::Index(own))) if own == dimension => Ok(variable),
            Some((_, sort)) => {
                let (found, needed) = (self.describe(&sort), self.describe(&Sort::Index(dimension)));
                Err(Diagnostic::error(format!("`{name}` is {found}, but {needed} is needed"))
                    .primary(expr.span, "index of the wrong sort"))
            }
            None => Err(self
                .unknown("index", name, expr.span)
                .help(format!("declare it: `let {name} : index {}`", self.dimension_name(dimension)))),
        }
    }

    /// The name of an index of whatever dimension.
    fn any_index(&mut self, name: &Ident) -> Elaborated<(Variable, Dimension)> {
        match self.lookup(&name.name) {
            Some((variable, Sort::Index(dimension))) => Ok((variable, dimension)),
            Some((_, sort)) => {
                let found = self.describe(&sort);
                Err(wrong(name.span, format!("`{}` is {found}, not an index", name.name)))
            }
            None => Err(self.unknown("index", &name.name, name.span)),
        }
    }

    fn delta(&mut self, i: &Ident, j: &Ident, span: Span) -> Elaborated<Term> {
        let ((first, d), (second, e)) = (self.any_index(i)?, self.any_index(j)?);
        if d != e {
            let (d, e) = (self.dimension_name(d), self.dimension_name(e));
            return Err(wrong(span, format!("`{}` is an index of {d}, `{}` of {e}", i.name, j.name)));
        }
        tree(span, TermKind::Delta(first, second))
    }

    fn call(&mut self, function: &Expr, arguments: &[ast::Argument], indices: &[Expr], span: Span) -> Elaborated<Term> {
        let ExprKind::Name(name) = &function.kind else {
            return Err(wrong(function.span, "only a function can be applied"));
        };
        match (name.as_str(), arguments) {
            ("sqrt" | "exp" | "log", [argument]) if indices.is_empty() => {
                let function = match name.as_str() {
                    "sqrt" => Function::SquareRoot,
                    "exp" => Function::Exponential,
                    _ => Function::Logarithm,
                };
                let inner = self.term(&argument.value)?;
                tree(span, TermKind::Apply(function, inner))
            }
            ("delta", [i, j]) if indices.is_empty() => match (&i.value.kind, &j.value.kind) {
                (ExprKind::Name(a), ExprKind::Name(b)) => {
                    let ident = |name: &String, at: &Expr| Ident { span: at.span, name: name.clone() };
                    self.delta(&ident(a, &i.value), &ident(b, &j.value), span)
                }
                _ => Err(wrong(span, "`delta` takes two indices")),
            },
            ("sqrt" | "exp" | "log" | "delta", _) => Err(wrong(span, format!("`{name}` takes other arguments"))),
            _ => match self.definitions.get(name).cloned() {
                Some(defined) if defined.predicate => Err(wrong(span, "expected a number, found a predicate")),
                Some(defined) => self.apply(&defined, arguments, indices, span),
                None if self.find(name).is_some() => {
                    Err(wrong(span, format!("`{name}` is not a function")).help(format!("entries are `{name}[i]`")))
                }
                None => Err(self.unknown("function", name, function.span)),
            },
        }
    }

    fn apply(
        &mut self,
        defined: &Defined,
        arguments: &[ast::Argument],
        indices: &[Expr],
        span: Span,
    ) -> Elaborated<Term> {
        if indices.len() != defined.indices.len() {
            return Err(wrong(
                span,
                format!("this function has {} indices in brackets, not {}", defined.indices.len(), indices.len()),
            ));
        }
        let mut application = self.application(defined, arguments, span)?;
        for (index, dimension) in indices.iter().zip(&defined.indices) {
            let Sort::Index(dimension) = sort_in(&Sort::Index(*dimension), &application.dimensions, span)? else {
                continue;
            };
            application.arguments.push(Argument::Index(self.index(index, dimension)?));
        }
        tree(span, TermKind::Defined(application))
    }

    /// A definition with what it depends on and what stands in parentheses, without indices.
    fn application(&mut self, defined: &Defined, arguments: &[ast::Argument], span: Span) -> Elaborated<Application> {
        let dimensions = self.dimensions_of(defined, span)?;
        let mut passed = vec![];
        for name in &defined.implicit {
            let own = self.find(name).filter(|level| self.entries[*level].outer);
            let (variable, sort) = own.and_then(|_| self.lookup(name)).ok_or_else(|| {
                wrong(span, format!("this depends on `{name}` of its setting, which has another meaning or none here"))
                    .help(format!("rename what is called `{name}` here, or name the network that `{name}` is of"))
            })?;
            passed.push(at(span, variable_argument(variable, &sort))?);
        }
        if arguments.len() != defined.parameters.len() {
            let message = format!("this takes {} arguments, found {}", defined.parameters.len(), arguments.len());
            return Err(wrong(span, message));
        }
        for (argument, (_, sort)) in arguments.iter().zip(&defined.parameters) {
            if let Some(name) = &argument.name {
                return Err(wrong(name.span, "the arguments of a function have no names"));
            }
            passed.push(self.argument(&argument.value, &sort_in(sort, &dimensions, span)?)?);
        }
        Ok(Application { definition: defined.name.clone(), dimensions, arguments: passed })
    }

    /// An argument for a variable of a sort.
    pub(crate) fn argument(&mut self, expr: &Expr, sort: &Sort) -> Elaborated<Argument> {
        let span = expr.span;
        let shape = match sort {
            Sort::Index(dimension) => return Ok(Argument::Index(self.index(expr, *dimension)?)),
            Sort::Real(shape) if !shape.is_empty() => shape,
            _ => return Ok(Argument::Array { arity: 0, body: self.term(expr)? }),
        };
        match &expr.kind {
            ExprKind::Lambda { parameters, body } if parameters.len() == shape.len() => {
                let sorts = shape.iter().map(|d| Sort::Index(*d));
                let binders: Vec<_> = parameters.iter().cloned().zip(sorts).collect();
                let body = self.below(&binders, |scope| scope.term(body))?;
                Ok(Argument::Array { arity: arity(shape), body })
            }
            ExprKind::Name(name) if self.find(name).is_some() => {
                let found = self.lookup(name);
                match found {
                    Some((variable, own)) if own == *sort => at(span, variable_argument(variable, sort)),
                    Some((_, own)) => {
                        let (found, needed) = (self.describe(&own), self.describe(sort));
                        Err(wrong(span, format!("`{name}` is {found}, but {needed} is needed")))
                    }
                    None => Err(self.unknown("variable", name, span)),
                }
            }
            ExprKind::Name(name) => self.eta(name, &[], shape, span),
            ExprKind::Call { function, arguments } => match &function.kind {
                ExprKind::Name(name) => self.eta(name, arguments, shape, span),
                _ => Err(wrong(span, "expected a vector")),
            },
            _ => {
                let needed = self.describe(sort);
                Err(wrong(span, format!("{needed} is needed here"))
                    .help("write a vector by its entries: `i |-> u[i] + t*v[i]`"))
            }
        }
    }

    /// A vector-valued function as the index function of its entries.
    fn eta(
        &mut self,
        name: &str,
        arguments: &[ast::Argument],
        shape: &[Dimension],
        span: Span,
    ) -> Elaborated<Argument> {
        let Some(defined) = self.definitions.get(name).cloned() else {
            return Err(self.unknown("vector", name, span));
        };
        let height = self.entries.len();
        shape.iter().for_each(|d| self.push("", Sort::Index(*d), span));
        let application = self.application(&defined, arguments, span);
        self.entries.truncate(height);
        let mut application = application?;
        let own: Elaborated<Vec<Sort>> =
            defined.indices.iter().map(|d| sort_in(&Sort::Index(*d), &application.dimensions, span)).collect();
        if own? != shape.iter().map(|d| Sort::Index(*d)).collect::<Vec<_>>() {
            return Err(wrong(span, format!("`{name}` is not a vector of the sort that is needed here")));
        }
        application.arguments.extend((0..arity(shape)).rev().map(|k| Argument::Index(Variable::Bound(k))));
        Ok(Argument::Array { arity: arity(shape), body: tree(span, TermKind::Defined(application))? })
    }

    fn power(&mut self, base: &Expr, exponent: &Expr, span: Span) -> Elaborated<Term> {
        let base_term = self.term(base)?;
        match integer(exponent) {
            Some(n) if n >= 0 => {
                let n = u32::try_from(n).ok().filter(|n| *n <= MAX_EXPONENT);
                let n = n.ok_or_else(|| wrong(exponent.span, format!("exponents go up to {MAX_EXPONENT}")))?;
                tree(span, TermKind::Power(base_term, n))
            }
            Some(n) => {
                let n = u32::try_from(n.unsigned_abs()).ok().filter(|n| *n <= MAX_EXPONENT);
                let n = n.ok_or_else(|| wrong(exponent.span, format!("exponents go down to -{MAX_EXPONENT}")))?;
                let positive = tree(span, TermKind::Power(base_term, n))?;
                reciprocal(&positive, span)
            }
            // a^p = exp(p log a), for a > 0.
            None => {
                let place = exponent.span;
                let named = names_something(exponent);
                let exponent = self.term(exponent)?;
                if !named && numeral(&exponent).is_none() {
                    return Err(wrong(place, "an exponent is a number as it stands, or has a variable in it"));
                }
                let logarithm = tree(span, TermKind::Apply(Function::Logarithm, base_term))?;
                let inner = tree(span, TermKind::Multiply(vec![exponent, logarithm]))?;
                tree(span, TermKind::Apply(Function::Exponential, inner))
            }
        }
    }

    fn product(&mut self, factors: &[(Factor, Expr)], span: Span) -> Elaborated<Term> {
        let mut coefficient = BigRational::one();
        let mut terms = vec![];
        for (kind, expr) in factors {
            let term = self.term(expr)?;
            match (kind, numeral(&term)) {
                (Factor::Times, Some(q)) => coefficient *= q,
                (Factor::Over, Some(q)) if q.is_zero() => return Err(wrong(expr.span, "division by zero")),
                (Factor::Over, Some(q)) => coefficient /= q,
                (Factor::Times, None) => terms.push(term),
                (Factor::Over, None) => terms.push(reciprocal(&term, expr.span)?),
            }
        }
        if !coefficient.is_one() || terms.is_empty() {
            terms.insert(0, constant(span, coefficient)?);
        }
        match terms.len() {
            1 => Ok(terms.remove(0)),
            _ => tree(span, TermKind::Multiply(terms)),
        }
    }

    fn sum(&mut self, binders: &[ast::Binder], body: &Expr, span: Span) -> Elaborated<Term> {
        let binders = self.index_binders(binders, body)?;
        let body = self.below(&binders, |scope| scope.term(body))?;
        binders.iter().rev().try_fold(body, |body, (name, sort)| match sort {
            Sort::Index(d) => tree(span, TermKind::Sum(Name::from(name.name.as_str()), *d, body)),
            _ => Err(wrong(name.span, "a sum is over an index")),
        })
    }

    fn derivative(&mut self, variable: &Ident, body: &Expr, value: &Expr, span: Span) -> Elaborated<Term> {
        let at_term = self.term(value)?;
        let binder = [(variable.clone(), Sort::Real(vec![]))];
        let body = self.below(&binder, |scope| scope.term(body))?;
        tree(span, TermKind::Derivative { name: Name::from(variable.name.as_str()), body, at: at_term })
    }

    /// d/dw\[k\] e is d/dt at t = 0 of e with w replaced by i ↦ w\[i\] + t \[i = k\].
    fn entry_derivative(&mut self, vector: &Ident, indices: &[Expr], body: &Expr, span: Span) -> Elaborated<Term> {
        let Some((_, sort @ Sort::Real(_))) = self.lookup(&vector.name) else {
            return Err(self.unknown("vector", &vector.name, vector.span));
        };
        let Sort::Real(shape) = &sort else { return Err(wrong(span, "expected a vector")) };
        if shape.len() != indices.len() || shape.is_empty() {
            return Err(wrong(span, format!("`{}` has {} indices", vector.name, shape.len())));
        }
        let at_indices: Elaborated<Vec<_>> = indices.iter().zip(shape).map(|(i, d)| self.index(i, *d)).collect();
        let at_indices = at_indices?;
        let height = self.entries.len();
        self.push("", Sort::Real(vec![]), span);
        let outer = self.find(&vector.name).is_some_and(|level| self.entries[level].outer);
        self.push(&vector.name, sort.clone(), vector.span);
        if outer {
            self.mark_outer(height + 1);
        }
        let moved = self.term(body);
        self.entries.truncate(height);
        let level = self.find(&vector.name).unwrap_or_default();
        let direction = self.moved_entry(level, shape, &at_indices, span)?;
        let body = at(span, instantiate(&moved?, &[direction]))?;
        let zero = constant(span, BigRational::zero())?;
        tree(span, TermKind::Derivative { name: Name::from("t"), body, at: zero })
    }

    /// i ↦ w\[i\] + t \[i = k\], below the binder of t.
    fn moved_entry(&mut self, level: usize, shape: &[Dimension], at: &[Variable], span: Span) -> Elaborated<Argument> {
        let rank = arity(shape);
        let raised = |v: Variable| match v {
            Variable::Bound(k) => Variable::Bound(k + 1 + rank),
            free => free,
        };
        let own: Vec<Variable> = (0..rank).rev().map(Variable::Bound).collect();
        let head = raised(self.variable(level));
        let mut step = vec![tree(span, TermKind::Entry(Variable::Bound(rank), vec![]))?];
        for (i, k) in own.iter().zip(at) {
            step.push(tree(span, TermKind::Delta(*i, raised(*k)))?);
        }
        let entry = tree(span, TermKind::Entry(head, own))?;
        let body = tree(span, TermKind::Add(vec![entry, tree(span, TermKind::Multiply(step))?]))?;
        Ok(Argument::Array { arity: rank, body })
    }

    /// A formula.
    pub(crate) fn formula(&mut self, expr: &Expr) -> Elaborated<Formula> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Compare { first, rest } => self.comparison(first, rest, span),
            ExprKind::Not(inner) => {
                let inner = self.formula(inner)?;
                tree(span, FormulaKind::Not(inner))
            }
            ExprKind::And(parts) => {
                let parts = self.formulas(parts)?;
                tree(span, FormulaKind::And(parts))
            }
            ExprKind::Or(parts) => {
                let parts = self.formulas(parts)?;
                tree(span, FormulaKind::Or(parts))
            }
            ExprKind::Implies(left, right) => {
                let (left, right) = (self.formula(left)?, self.formula(right)?);
                tree(span, FormulaKind::Implies(left, right))
            }
            ExprKind::Iff(left, right) => {
                let (left, right) = (self.formula(left)?, self.formula(right)?);
                tree(span, FormulaKind::Iff(left, right))
            }
            ExprKind::Quantified { quantifier, binders, body } => self.quantified(*quantifier, binders, body, span),
            ExprKind::Name(name) => self.predicate(name, &[], span),
            ExprKind::Call { function, arguments } => match &function.kind {
                ExprKind::Name(name) => self.predicate(name, arguments, span),
                _ => Err(wrong(span, "expected a formula")),
            },
            _ => Err(wrong(span, "expected a formula, found a number")),
        }
    }

    fn formulas(&mut self, parts: &[Expr]) -> Elaborated<Vec<Formula>> {
        parts.iter().map(|part| self.formula(part)).collect()
    }

    fn predicate(&mut self, name: &str, arguments: &[ast::Argument], span: Span) -> Elaborated<Formula> {
        match self.definitions.get(name).cloned() {
            Some(defined) if defined.predicate => {
                let application = self.application(&defined, arguments, span)?;
                tree(span, FormulaKind::Defined(application))
            }
            Some(_) => Err(wrong(span, "expected a formula, found a number").help("compare it: `… = …`, `… >= …`")),
            None => Err(self.unknown("predicate", name, span)),
        }
    }

    fn comparison(&mut self, first: &Expr, rest: &[(ast::Relation, Expr)], span: Span) -> Elaborated<Formula> {
        let mut links = vec![];
        let mut left = first;
        for (relation, right) in rest {
            links.push(self.link(left, *relation, right)?);
            left = right;
        }
        match links.len() {
            1 => Ok(links.remove(0)),
            _ => tree(span, FormulaKind::And(links)),
        }
    }

    fn link(&mut self, left: &Expr, relation: ast::Relation, right: &Expr) -> Elaborated<Formula> {
        let span = left.span.to(right.span);
        if let (Some(i), Some(j)) = (self.as_index(left), self.as_index(right)) {
            let delta = self.delta(&i, &j, span)?;
            let value = match relation {
                ast::Relation::Equal => BigRational::one(),
                ast::Relation::NotEqual => BigRational::zero(),
                _ => return Err(wrong(span, "indices have no order")),
            };
            return tree(span, FormulaKind::Compare(Relation::Equal, delta, constant(span, value)?));
        }
        let (left, right) = (self.term(left)?, self.term(right)?);
        tree(span, relate(relation, left, right))
    }

    fn as_index(&self, expr: &Expr) -> Option<Ident> {
        let ExprKind::Name(name) = &expr.kind else { return None };
        match self.entries[self.find(name)?].sort {
            Sort::Index(_) => Some(Ident { span: expr.span, name: name.clone() }),
            _ => None,
        }
    }

    fn quantified(
        &mut self,
        quantifier: Quantifier,
        binders: &[ast::Binder],
        body: &Expr,
        span: Span,
    ) -> Elaborated<Formula> {
        let binders = self.index_binders(binders, body)?;
        let body = self.below(&binders, |scope| scope.formula(body))?;
        binders.iter().rev().try_fold(body, |body, (name, sort)| {
            let binder = Binder { name: Name::from(name.name.as_str()), sort: sort.clone() };
            tree(
                span,
                match quantifier {
                    Quantifier::Forall => FormulaKind::Forall(binder, body),
                    Quantifier::Exists => FormulaKind::Exists(binder, body),
                },
            )
        })
    }
}

/// left `relation` right, as the kernel writes it.
pub(crate) fn relate(relation: ast::Relation, left: Term, right: Term) -> FormulaKind {
    match relation {
        ast::Relation::Equal => FormulaKind::Compare(Relation::Equal, left, right),
        ast::Relation::NotEqual => FormulaKind::Compare(Relation::Unequal, left, right),
        ast::Relation::GreaterEqual => FormulaKind::Compare(Relation::AtLeast, left, right),
        ast::Relation::Greater => FormulaKind::Compare(Relation::Greater, left, right),
        ast::Relation::LessEqual => FormulaKind::Compare(Relation::AtLeast, right, left),
        ast::Relation::Less => FormulaKind::Compare(Relation::Greater, right, left),
    }
}

/// 1/term. The reciprocal of a product is the product of the reciprocals, that of a power the
/// power of the reciprocal (both also where a factor is 0, by the convention for 1/0).
pub(crate) fn reciprocal(term: &Term, span: Span) -> Elaborated<Term> {
    match &**term {
        TermKind::Multiply(factors) => {
            let factors: Elaborated<Vec<_>> = factors.iter().map(|f| reciprocal(f, span)).collect();
            tree(span, TermKind::Multiply(factors?))
        }
        TermKind::Power(base, n) => tree(span, TermKind::Power(reciprocal(base, span)?, *n)),
        TermKind::Constant(q) if !q.is_zero() => constant(span, q.recip()),
        _ => tree(span, TermKind::Apply(Function::Reciprocal, term.clone())),
    }
}

pub(crate) fn constant(span: Span, q: BigRational) -> Elaborated<Term> {
    tree(span, TermKind::Constant(q))
}

/// The number that a term without variables writes out.
pub(crate) fn numeral(term: &Term) -> Option<BigRational> {
    match &**term {
        TermKind::Constant(q) => Some(q.clone()),
        TermKind::Multiply(factors) => factors.iter().map(numeral).product(),
        _ => None,
    }
}

fn integer(expr: &Expr) -> Option<i64> {
    match &expr.kind {
        ExprKind::Number(q) if q.denom().is_one() => q.to_integer().to_i64(),
        ExprKind::Negate(inner) => integer(inner).map(|n| -n),
        _ => None,
    }
}

/// Whether a name stands in an expression.
fn names_something(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Name(_)) || super::infer::children(expr).into_iter().any(names_something)
}

fn arity(shape: &[Dimension]) -> u32 {
    u32::try_from(shape.len()).unwrap_or(u32::MAX)
}

fn count(n: usize) -> String {
    match n {
        0 => "no index,".into(),
        1 => "one index,".into(),
        n => format!("{n} indices,"),
    }
}

pub(crate) fn wrong(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(message).primary(span, "here")
}

/// Whether a number is an even natural number.
pub(crate) fn even(n: &BigRational) -> bool {
    n.is_integer() && !n.is_negative() && n.to_integer().is_even()
}
