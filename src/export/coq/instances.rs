//! Statements at given numbers: that a refuted statement does not hold, and that hypotheses can hold. Each is a theorem whose
//! proof is found by the tactics of `instances.v`; what is written here only tells them where to look.

use std::collections::BTreeSet;

use num_traits::{One, Signed, Zero};

use super::derivative::Around;
use super::text::{Scope, Text, kind};
use super::{Defining, Exporter, Failure, SCOPES};
use crate::elaborate::Instance;
use crate::kernel::{Context, Formula, FormulaKind, Name, Rational, Sort, Statement};
use crate::model::{Array, Evaluator, Model, Value};

/// The tactics.
const TACTICS: &str = include_str!("instances.v");

/// The most seconds that Coq searches for one proof.
const SECONDS: u32 = 60;

/// What stands before the tactics. The definitions are those of the audit, which restates them.
const HEADER: &str = "From Coq Require Import Reals List QArith Lra Lia.\nRequire Import Prelude Audit.\n";

/// A statement at given numbers, with the tactics that prove it.
#[derive(Clone, Debug)]
pub struct Searched {
    /// The name in the `.thm` file.
    pub name: Name,
    /// The name in Coq.
    pub coq: String,
    /// The statement in Coq.
    pub statement: String,
    /// Definitions that stand before it.
    before: Vec<Defining>,
    /// What the tactics try.
    settings: String,
    script: String,
}

impl Searched {
    /// The text for Coq.
    pub fn text(&self) -> String {
        let Searched { coq, statement, before, settings, script, .. } = self;
        let before: String = before.iter().map(|defining| defining.whole() + "\n").collect();
        format!("{before}{settings}Theorem {coq} : {statement}.\nProof.\n{script}\nQed.\n")
    }
}

/// Statements at given numbers, which come after the theorems.
#[derive(Clone, Debug, Default)]
pub struct AtNumbers {
    header: String,
    /// The statements.
    pub searched: Vec<Searched>,
}

impl AtNumbers {
    /// The file, which lists at its end what the statements rest on.
    pub fn text(&self) -> String {
        let mut text = self.header.clone();
        for one in &self.searched {
            text.push('\n');
            text.push_str(&one.text());
        }
        let names: Vec<&str> = self.searched.iter().map(|one| one.coq.as_str()).collect();
        if !names.is_empty() {
            text.push_str(&format!(
                "\nDefinition everything := ({}).\nPrint Assumptions everything.\n",
                names.join(", ")
            ));
        }
        text
    }

    /// The statements one by one, so that Coq goes on after one that it does not prove; it says of the n-th that it does
    /// by defining `audit_n`.
    pub(super) fn one_by_one(&self) -> String {
        let mut text = self.header.clone();
        for (number, one) in self.searched.iter().enumerate() {
            text.push_str(&one.text());
            text.push_str(&format!("Abort All.\nDefinition audit_{number} : {} := {}.\n", one.statement, one.coq));
        }
        text
    }
}

/// The values that the tactics try, by their shapes.
#[derive(Default)]
struct Tried {
    roots: Vec<Rational>,
    numbers: Vec<Rational>,
    vectors: Vec<Vec<Rational>>,
    /// Entry by entry, of two of the vectors that were given.
    products: BTreeSet<Vec<Rational>>,
    matrices: Vec<Array>,
}

impl Exporter<'_> {
    /// That a refuted statement does not hold: at the instance its hypotheses hold, everything in it has a meaning, and its conclusion fails.
    ///
    /// # Errors
    /// If something has no meaning in Coq.
    pub fn refutation(&mut self, name: &Name, instance: &Instance) -> Result<Searched, Failure> {
        let (context, hypotheses, conclusion) = Context::of(self.library, &instance.variant)?;
        let defined = context.definedness(&hypotheses, &conclusion)?;
        let fails = Formula::new(FormulaKind::Not(conclusion))?;
        let formulas = hypotheses.into_iter().map(|hypothesis| hypothesis.formula).chain([defined, fails]).collect();
        let mut evaluator = Evaluator::new(self.library, &instance.model, &instance.samples).deciding();
        evaluator.statement(&instance.variant);
        let tried = Tried::of(&instance.model, instance.samples.named.iter().map(|(_, value)| value))
            .with_roots(evaluator.roots().cloned().collect());
        let coq = self.source.globals.name(name);
        self.exists(name, coq, &instance.variant, formulas, &instance.model, &tried)
    }

    /// That the hypotheses of a statement can hold: they do in a model.
    ///
    /// # Errors
    /// If something has no meaning in Coq.
    pub fn satisfied(&mut self, name: &Name, statement: &Statement, model: &Model) -> Result<Searched, Failure> {
        let (context, hypotheses, _) = Context::of(self.library, statement)?;
        let defined = context.definedness(&hypotheses, &Formula::new(FormulaKind::And(vec![]))?)?;
        let formulas = hypotheses.into_iter().map(|hypothesis| hypothesis.formula).chain([defined]).collect();
        let tried = Tried::of(model, std::iter::empty()).with_roots(vec![]);
        let coq = self.source.globals.name(&format!("{name}.instance"));
        self.exists(name, coq, statement, formulas, model, &tried)
    }

    /// That formulas about the variables of a statement can hold together: they do in a model.
    fn exists(
        &mut self,
        name: &Name,
        coq: String,
        statement: &Statement,
        formulas: Vec<Formula>,
        model: &Model,
        tried: &Tried,
    ) -> Result<Searched, Failure> {
        let mut scope = Scope::default();
        let mut text = String::new();
        let mut script = String::new();
        for (dimension, size) in statement.dimensions.iter().zip(&model.sizes) {
            let d = scope.fresh(dimension);
            text.push_str(&format!("exists {d} : nat, "));
            script.push_str(&format!("exists {size}%nat. "));
            scope.dimensions.push(d);
        }
        for (binder, value) in statement.variables.iter().zip(&model.values) {
            let known = scope.known(binder, false);
            text.push_str(&format!("exists {} : {}, ", known.name, kind(&known.sort, false)));
            script.push_str(&format!("exists {}. ", written(value)));
            if let Sort::Index(d) = known.sort {
                text.push_str(&format!("({} < {})%nat /\\ ", known.name, scope.size(d)?));
                script.push_str("split; [lia|]. ");
            }
            scope.free.push(known);
        }
        let mut around =
            Around { dimensions: statement.dimensions.clone(), free: statement.variables.clone(), bound: vec![] };
        let mut said = vec![];
        for formula in formulas {
            let formula = self.source.clean_formula(self.library, &formula, &mut around)?;
            if !matches!(&*formula, FormulaKind::And(parts) if parts.is_empty()) {
                said.push(format!("({})", Text::new(&self.source, &scope).formula(&formula)?));
            }
        }
        let said = if said.is_empty() { "True".to_owned() } else { said.join(" /\\\n  ") };
        let script = format!("{script}\nTimeout {SECONDS} (computed; prove).");
        Ok(Searched {
            name: name.clone(),
            coq,
            statement: format!("{text}\n  {said}"),
            before: std::mem::take(&mut self.source.pending),
            settings: tried.settings(),
            script,
        })
    }

    /// The file of statements at given numbers.
    pub fn at_numbers(&self, searched: Vec<Searched>) -> AtNumbers {
        AtNumbers { header: format!("{HEADER}{SCOPES}\n{TACTICS}\n{}", self.unfolding()), searched }
    }

    /// What unfolds all that the statements are made of.
    fn unfolding(&self) -> String {
        let names: Vec<&str> = self.source.definitions.values().map(|defined| defined.coq.as_str()).collect();
        let what = format!("cbv beta iota zeta delta [Sum delta Nat.eqb pow INR nth {}]", names.join(" "));
        format!("Ltac computed ::= {what}.\nLtac computed_in h ::= {what} in h.\n")
    }
}

impl Tried {
    /// The values of an instance and others that are given, zeros and ones.
    fn of<'v>(model: &'v Model, given: impl Iterator<Item = &'v Value>) -> Tried {
        let mut tried = Tried { numbers: vec![Rational::zero(), Rational::one()], ..Tried::default() };
        for value in given.chain(&model.values) {
            let Value::Array(array) = value else { continue };
            match array.shape() {
                [] => tried.numbers.extend(array.entries().iter().cloned()),
                [_] => tried.vectors.push(array.entries().to_vec()),
                [_, _] => tried.matrices.push(array.clone()),
                _ => {}
            }
        }
        tried.numbers.dedup();
        // At an interpolator the Hessian's eigenvector is x⊙w.
        tried.products = pairs(&tried.vectors).map(|(a, b)| product(a, b)).collect();
        tried.vectors.splice(..0, tried.products.iter().cloned());
        for size in &model.sizes {
            let unit = |k: usize| (0..*size).map(|i| if i == k { Rational::one() } else { Rational::zero() }).collect();
            tried.vectors.extend((0..=*size).map(unit));
        }
        tried
    }

    /// With roots; those of the squares of its numbers are among them.
    fn with_roots(mut self, roots: Vec<Rational>) -> Tried {
        self.roots = roots;
        let entries = self.vectors.iter().flatten().chain(&self.numbers).map(Rational::abs);
        let entries: BTreeSet<Rational> = entries.collect();
        self.roots.extend(entries);
        self
    }

    fn settings(&self) -> String {
        let numbers = |values: &[Rational]| values.iter().map(number).collect::<Vec<_>>();
        let vectors = self.vectors.iter().map(|entries| vector(entries));
        let matrices = self.matrices.iter().map(matrix);
        let kinds = [
            ("root", numbers(&self.roots)),
            ("number", numbers(&self.numbers)),
            ("vector", vectors.collect()),
            ("matrix", matrices.collect()),
        ];
        let setting = |(kind, values): (&str, Vec<String>)| {
            let each: Vec<String> = values.iter().map(|value| format!("let v := constr:({value}) in tac v")).collect();
            let each = if each.is_empty() { "fail".to_owned() } else { format!("first [{}]", each.join(" | ")) };
            format!("Ltac each_{kind} tac ::= {each}.\n")
        };
        let each: String = kinds.into_iter().map(setting).collect();
        each + &self.squares()
    }

    /// The squares that may be missing where a quadratic form is to be shown nonnegative.
    fn squares(&self) -> String {
        let longest = self.vectors.iter().map(Vec::len).max().unwrap_or(0);
        let mut single: BTreeSet<String> = (0..longest).map(|i| format!("u {i}%nat")).collect();
        let along = |a: &[Rational], u: &str| {
            let terms = a.iter().enumerate().map(|(i, q)| format!("{} * {u} {i}%nat", number(q)));
            terms.collect::<Vec<_>>().join(" + ")
        };
        single.extend(self.vectors.iter().filter(|a| !a.is_empty()).map(|a| along(a, "u")));
        for a in &self.vectors {
            for j in 0..a.len() {
                single.extend((0..j).map(|i| format!("{} * u {j}%nat - {} * u {i}%nat", number(&a[i]), number(&a[j]))));
            }
        }
        let signs = |i: usize| ["-", "+"].map(|sign| format!("u {i}%nat {sign} v {i}%nat"));
        let mut double: BTreeSet<String> = (0..longest).flat_map(signs).collect();
        for (a, b) in self.products.iter().flat_map(|a| self.products.iter().map(move |b| (a, b))) {
            let mixed = |(i, p): (usize, &Rational)| {
                let term = move |(j, q)| format!("{} * v {j}%nat - {} * u {i}%nat", number(p), number(q));
                b.iter().enumerate().map(term).collect::<Vec<_>>()
            };
            double.extend(a.iter().enumerate().flat_map(mixed));
            if !a.is_empty() && !b.is_empty() {
                double.insert(format!("{} + {}", along(a, "u"), along(b, "v")));
            }
        }
        let posed = |terms: &mut dyn Iterator<Item = String>| {
            let each: Vec<String> = terms.map(|term| format!("pose proof (Rle_0_sqr ({term}))")).collect();
            if each.is_empty() { "idtac".to_owned() } else { each.join("; ") }
        };
        format!(
            "Ltac squares_with u ::= {}.\nLtac squares_of_two u v ::= {}.\n",
            posed(&mut single.into_iter()),
            posed(&mut double.into_iter())
        )
    }
}

/// The pairs of vectors of one length.
fn pairs(vectors: &[Vec<Rational>]) -> impl Iterator<Item = (&Vec<Rational>, &Vec<Rational>)> {
    let later = |(k, a)| vectors.iter().skip(k).map(move |b| (a, b));
    vectors.iter().enumerate().flat_map(later).filter(|(a, b)| a.len() == b.len())
}

fn product(a: &[Rational], b: &[Rational]) -> Vec<Rational> {
    a.iter().zip(b).map(|(p, q)| p * q).collect()
}

fn written(value: &Value) -> String {
    match value {
        Value::Index(k) => format!("{k}%nat"),
        Value::Natural(n) => format!("{n}%nat"),
        Value::Array(array) => match array.shape() {
            [] => array.entries().first().map_or_else(String::new, number),
            [_] => format!("({})", vector(array.entries())),
            _ => format!("({})", matrix(array)),
        },
    }
}

fn number(q: &Rational) -> String {
    if q.denom().is_one() { format!("({})", q.numer()) } else { format!("({} / {})", q.numer(), q.denom()) }
}

fn list(entries: &[Rational]) -> String {
    format!("[{}]", entries.iter().map(number).collect::<Vec<_>>().join("; "))
}

fn vector(entries: &[Rational]) -> String {
    format!("fun i : nat => nth i {} 0", list(entries))
}

fn matrix(array: &Array) -> String {
    let columns = array.shape().last().copied().unwrap_or(0).max(1);
    let rows: Vec<String> = array.entries().chunks(columns).map(list).collect();
    format!("fun i j : nat => nth j (nth i [{}] []) 0", rows.join("; "))
}
