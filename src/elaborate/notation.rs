//! Kernel statements as text, with the names of variables and hypotheses.

use num_rational::BigRational;
use num_traits::{One, Signed};
use tightrope_kernel::{
    Application, Argument, Binder, Dimension, Formula, FormulaKind, Function, Relation, Sort, Statement, Term,
    TermKind, Variable,
};

use super::state::State;

/// Names for printing.
#[derive(Clone, Debug, Default)]
pub struct Notation {
    /// The names of dimensions.
    pub dimensions: Vec<String>,
    /// The names of free variables.
    pub free: Vec<String>,
    /// The names of bound variables, the innermost last.
    bound: Vec<String>,
}

/// How tightly an expression binds, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Formula,
    Implication,
    Disjunction,
    Conjunction,
    Sum,
    Product,
    Power,
}

impl State<'_> {
    /// The names that are in use here.
    pub(crate) fn notation(&self) -> Notation {
        let free = self.scope.entries.iter().map(|entry| entry.name.clone()).collect();
        Notation { dimensions: self.scope.dimensions.clone(), free, bound: vec![] }
    }
}

impl Notation {
    /// Names for a statement.
    pub fn of(statement: &Statement) -> Self {
        Notation {
            dimensions: statement.dimensions.iter().map(|d| d.to_string()).collect(),
            free: vec![],
            bound: statement.variables.iter().map(|binder| binder.name.to_string()).collect(),
        }
    }

    /// The names below one more binder.
    pub(crate) fn binding(mut self, name: &str) -> Self {
        self.bound.push(name.to_owned());
        self
    }

    /// A term as text.
    pub fn term(&self, term: &Term) -> String {
        self.clone().terms(term, Level::Sum)
    }

    /// A formula as text.
    pub fn formula(&self, formula: &Formula) -> String {
        self.clone().formulas(formula, Level::Formula)
    }

    /// What a variable is instantiated by, as text.
    pub fn value(&self, argument: &Argument) -> String {
        self.clone().argument(argument)
    }

    fn dimension(&self, dimension: Dimension) -> &str {
        self.dimensions.get(dimension.0 as usize).map_or("?", String::as_str)
    }

    fn variable(&self, variable: Variable) -> String {
        let (name, number) = match variable {
            Variable::Free(id) => (self.free.get(id as usize), id),
            Variable::Bound(level) => (self.bound.iter().rev().nth(level as usize), level),
        };
        match name {
            Some(name) if !name.is_empty() => name.clone(),
            _ => format!("k{number}"),
        }
    }

    /// Runs something below a binder, whose name is made different from all others.
    fn below(&mut self, name: &str, run: impl FnOnce(&mut Self, &str) -> String) -> String {
        let mut fresh = if name.is_empty() { "k".to_string() } else { name.to_string() };
        while self.bound.contains(&fresh) || self.free.contains(&fresh) {
            fresh.push('\'');
        }
        self.bound.push(fresh.clone());
        let text = run(self, &fresh);
        self.bound.pop();
        text
    }

    fn indices(&self, indices: &[Variable]) -> String {
        indices.iter().map(|i| self.variable(*i)).collect::<Vec<_>>().join(", ")
    }

    fn terms(&mut self, term: &Term, level: Level) -> String {
        match &**term {
            TermKind::Constant(q) => constant(q, level),
            TermKind::Entry(head, indices) if indices.is_empty() => self.variable(*head),
            TermKind::Entry(head, indices) => format!("{}[{}]", self.variable(*head), self.indices(indices)),
            TermKind::Delta(i, j) => format!("[{} = {}]", self.variable(*i), self.variable(*j)),
            TermKind::Add(terms) => self.sum(terms, level),
            TermKind::Multiply(factors) => self.product(factors, level),
            TermKind::Power(base, n) => format!("{}^{n}", self.terms(base, Level::Power)),
            TermKind::Sum(..) => {
                let text = self.sums("sum", term);
                parenthesised(text, level > Level::Sum)
            }
            TermKind::Apply(Function::Reciprocal, inner) => {
                let text = format!("1/{}", self.terms(inner, Level::Power));
                parenthesised(text, level >= Level::Power)
            }
            TermKind::Apply(Function::SquareRoot, inner) => format!("sqrt({})", self.terms(inner, Level::Sum)),
            TermKind::Apply(Function::Exponential, inner) => format!("exp({})", self.terms(inner, Level::Sum)),
            TermKind::Apply(Function::Logarithm, inner) => format!("log({})", self.terms(inner, Level::Sum)),
            TermKind::Defined(application) => self.application(application),
            TermKind::Derivative { name, body, at } => {
                let at = self.terms(at, Level::Sum);
                let text = self.below(name, |notation, name| {
                    format!("d/d{name} {} at {name} = {at}", notation.terms(body, Level::Power))
                });
                parenthesised(text, level > Level::Formula)
            }
        }
    }

    fn sum(&mut self, terms: &[Term], level: Level) -> String {
        let mut text = String::new();
        for term in terms {
            let (negative, shown) = self.unsigned(term);
            match (text.is_empty(), negative) {
                (true, false) => text = shown,
                (true, true) => text = format!("-{shown}"),
                (false, false) => text = format!("{text} + {shown}"),
                (false, true) => text = format!("{text} - {shown}"),
            }
        }
        match terms.len() {
            0 => "0".into(),
            1 => text,
            _ => parenthesised(text, level > Level::Sum),
        }
    }

    /// Whether a term begins with a minus, and the term without it.
    fn unsigned(&mut self, term: &Term) -> (bool, String) {
        match &**term {
            TermKind::Constant(q) if q.is_negative() => (true, constant(&-q, Level::Product)),
            TermKind::Multiply(factors) => match factors.split_first() {
                Some((first, rest)) if !rest.is_empty() => match &**first {
                    TermKind::Constant(q) if q.is_negative() => match rest {
                        [single] if (-q).is_one() => (true, self.terms(single, Level::Product)),
                        _ => (true, self.factors(Some(-q), rest)),
                    },
                    _ => (false, self.terms(term, Level::Product)),
                },
                _ => (false, self.terms(term, Level::Product)),
            },
            _ => (false, self.terms(term, Level::Product)),
        }
    }

    fn product(&mut self, factors: &[Term], level: Level) -> String {
        match factors {
            [] => "1".into(),
            [single] => self.terms(single, level),
            [first, rest @ ..] => match &**first {
                TermKind::Constant(q) if q.is_negative() => {
                    parenthesised(format!("-{}", self.factors(Some(-q), rest)), level > Level::Sum)
                }
                TermKind::Constant(q) => parenthesised(self.factors(Some(q.clone()), rest), level > Level::Product),
                _ => parenthesised(self.factors(None, factors), level > Level::Product),
            },
        }
    }

    /// Sums of sums as one, after the binders that were met before.
    fn sums(&mut self, binders: &str, term: &Term) -> String {
        let TermKind::Sum(name, dimension, body) = &**term else {
            return format!("{binders}, {}", self.terms(term, Level::Product));
        };
        let range = self.dimension(*dimension).to_string();
        let unused = body.loose() == 0;
        self.below(name, |notation, name| {
            let binder = if unused { format!("({name} : {range})") } else { name.to_string() };
            notation.sums(&format!("{binders} {binder}"), body)
        })
    }

    fn factors(&mut self, coefficient: Option<BigRational>, factors: &[Term]) -> String {
        let mut text = coefficient.filter(|q| !q.is_one()).map_or_else(String::new, |q| constant(&q, Level::Product));
        for factor in factors {
            let over = match &**factor {
                TermKind::Apply(Function::Reciprocal, inner) => Some(self.terms(inner, Level::Power)),
                TermKind::Constant(q) if q.is_one() && factors.len() > 1 => continue,
                _ => None,
            };
            match (text.is_empty(), over) {
                (true, Some(inner)) => text = format!("1/{inner}"),
                (false, Some(inner)) => text = format!("{text}/{inner}"),
                (true, None) => text = self.terms(factor, Level::Power),
                (false, None) => text = format!("{text}*{}", self.terms(factor, Level::Power)),
            }
        }
        if text.is_empty() { "1".into() } else { text }
    }

    fn application(&mut self, application: &Application) -> String {
        let arguments: Vec<String> = application.arguments.iter().map(|a| self.argument(a)).collect();
        let name = application.definition.rsplit('.').next().unwrap_or_default().to_string();
        format!("{name}({})", arguments.join(", "))
    }

    fn argument(&mut self, argument: &Argument) -> String {
        match argument {
            Argument::Index(i) => self.variable(*i),
            Argument::Array { arity: 0, body } => self.terms(body, Level::Sum),
            Argument::Array { arity, body } => {
                if let TermKind::Entry(head, indices) = &**body {
                    let passed = (0..*arity).rev().map(Variable::Bound).eq(indices.iter().copied());
                    let outer = match head {
                        Variable::Bound(level) => level.checked_sub(*arity).map(Variable::Bound),
                        free => Some(*free),
                    };
                    if let (true, Some(outer)) = (passed, outer) {
                        return self.variable(outer);
                    }
                }
                self.lambda(*arity, body, vec![])
            }
        }
    }

    fn lambda(&mut self, arity: u32, body: &Term, mut names: Vec<String>) -> String {
        if arity == 0 {
            return format!("{} |-> {}", names.join(" "), self.terms(body, Level::Sum));
        }
        self.below("i", |notation, name| {
            names.push(name.to_string());
            notation.lambda(arity - 1, body, names)
        })
    }

    fn formulas(&mut self, formula: &Formula, level: Level) -> String {
        match &**formula {
            FormulaKind::Compare(relation, left, right) => {
                let symbol = match relation {
                    Relation::Equal => "=",
                    Relation::Unequal => "!=",
                    Relation::AtLeast => ">=",
                    Relation::Greater => ">",
                };
                format!("{} {symbol} {}", self.terms(left, Level::Sum), self.terms(right, Level::Sum))
            }
            FormulaKind::And(parts) if parts.is_empty() => "true".into(),
            FormulaKind::Or(parts) if parts.is_empty() => "a contradiction".into(),
            FormulaKind::And(parts) => self.joined(parts, " and ", Level::Conjunction, level),
            FormulaKind::Or(parts) => self.joined(parts, " or ", Level::Disjunction, level),
            FormulaKind::Implies(left, right) => {
                let (left, right) = (self.formulas(left, Level::Disjunction), self.formulas(right, Level::Implication));
                parenthesised(format!("{left} -> {right}"), level > Level::Implication)
            }
            FormulaKind::Iff(left, right) => {
                let (left, right) = (self.formulas(left, Level::Disjunction), self.formulas(right, Level::Disjunction));
                parenthesised(format!("{left} <-> {right}"), level > Level::Formula)
            }
            FormulaKind::Not(inner) => format!("not {}", self.formulas(inner, Level::Power)),
            FormulaKind::Forall(binder, body) => self.quantified("forall", binder, body, level),
            FormulaKind::Exists(binder, body) => self.quantified("exists", binder, body, level),
            FormulaKind::Defined(application) => self.application(application),
        }
    }

    fn joined(&mut self, parts: &[Formula], word: &str, own: Level, level: Level) -> String {
        let inside = if own == Level::Disjunction { Level::Conjunction } else { Level::Sum };
        let parts: Vec<String> = parts.iter().map(|part| self.formulas(part, inside)).collect();
        parenthesised(parts.join(word), level > own)
    }

    fn quantified(&mut self, word: &str, binder: &Binder, body: &Formula, level: Level) -> String {
        let sort = self.sort(&binder.sort);
        let text = self.below(&binder.name, |notation, name| {
            format!("{word} {name} : {sort}, {}", notation.formulas(body, Level::Formula))
        });
        parenthesised(text, level > Level::Formula)
    }

    /// A sort as text.
    pub fn sort(&self, sort: &Sort) -> String {
        match sort {
            Sort::Nat => "nat".into(),
            Sort::Index(dimension) => format!("index {}", self.dimension(*dimension)),
            Sort::Real(shape) => match &shape[..] {
                [] => "real".into(),
                [d] => format!("vec {}", self.dimension(*d)),
                [n, d] => format!("mat {} {}", self.dimension(*n), self.dimension(*d)),
                _ => "array".into(),
            },
        }
    }
}

fn parenthesised(text: String, needed: bool) -> String {
    if needed { format!("({text})") } else { text }
}

fn constant(q: &BigRational, level: Level) -> String {
    let plain = q.is_integer() && !q.is_negative();
    parenthesised(q.to_string(), !plain && level >= Level::Power || q.is_negative() && level > Level::Sum)
}
