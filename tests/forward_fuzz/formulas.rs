//! Random formulas, equal ones, and wrong ones.

use std::cell::Cell;

use tightrope::kernel::{Formula, FormulaKind, Relation, Sort, Term, Variable};

use crate::common::scramble::Scrambler;
use crate::common::{
    D, E, Generator, add, binder, bound, compare, multiply, number, raised, rename_application, rename_below,
    rename_variable, tree,
};

pub fn relation(generator: &mut Generator) -> Relation {
    let all = [Relation::Equal, Relation::Unequal, Relation::AtLeast, Relation::Greater];
    generator.pick(&all).expect("four")
}

pub fn difference(left: &Term, right: &Term) -> Term {
    add(vec![left.clone(), multiply(vec![number(-1), right.clone()])])
}

/// A comparison, read through negations, as (relation, left, right).
pub fn comparison(formula: &Formula) -> Option<(Relation, Term, Term)> {
    match &**formula {
        FormulaKind::Compare(relation, left, right) => Some((*relation, left.clone(), right.clone())),
        FormulaKind::Not(inner) => {
            let (relation, left, right) = comparison(inner)?;
            Some(match relation {
                Relation::Equal => (Relation::Unequal, left, right),
                Relation::Unequal => (Relation::Equal, left, right),
                Relation::AtLeast => (Relation::Greater, right, left),
                Relation::Greater => (Relation::AtLeast, right, left),
            })
        }
        _ => None,
    }
}

/// A random formula of about this size.
pub fn formula(generator: &mut Generator, size: usize) -> Formula {
    if size <= 4 || generator.chance(35) {
        let relation = relation(generator);
        let left = generator.term(size.min(6));
        let right = if generator.chance(50) { number(0) } else { generator.term(2) };
        return compare(relation, left, right);
    }
    let half = size / 2;
    let kind = match generator.below(9) {
        0 => FormulaKind::And(vec![formula(generator, half), formula(generator, half)]),
        1 => FormulaKind::Or(vec![formula(generator, half), formula(generator, half)]),
        2 => FormulaKind::Implies(formula(generator, half), formula(generator, half)),
        3 => FormulaKind::Iff(formula(generator, half), formula(generator, half)),
        4 => FormulaKind::Not(formula(generator, size - 1)),
        5 | 6 => quantified(generator, size, FormulaKind::Forall),
        7 => quantified(generator, size, FormulaKind::Exists),
        _ => match generator.application(true, half) {
            Some(application) => FormulaKind::Defined(application),
            None => return formula(generator, half),
        },
    };
    tree(kind)
}

fn quantified(
    generator: &mut Generator,
    size: usize,
    make: fn(tightrope::kernel::Binder, Formula) -> FormulaKind,
) -> FormulaKind {
    let sort = random_sort(generator);
    let body = generator.inside(vec![sort.clone()], |g| formula(g, size - 1));
    make(binder(sort), body)
}

/// A sort to quantify over: mostly an index.
pub fn random_sort(generator: &mut Generator) -> Sort {
    match generator.below(10) {
        0..=4 => Sort::Index(D),
        5 => Sort::Index(E),
        6 | 7 => Sort::Real(vec![]),
        8 => Sort::Real(vec![D]),
        _ => Sort::Nat,
    }
}

/// Renames the variables of a formula that its binders do not bind, seen from outside.
pub fn rename_formula(formula: &Formula, depth: u32, map: &dyn Fn(Variable) -> Variable) -> Formula {
    let term = |t: &Term| rename_below(t, depth, map);
    let same = |f: &Formula| rename_formula(f, depth, map);
    let inside = |f: &Formula| rename_formula(f, depth + 1, map);
    tree(match &**formula {
        FormulaKind::Compare(relation, left, right) => FormulaKind::Compare(*relation, term(left), term(right)),
        FormulaKind::And(parts) => FormulaKind::And(parts.iter().map(same).collect()),
        FormulaKind::Or(parts) => FormulaKind::Or(parts.iter().map(same).collect()),
        FormulaKind::Implies(left, right) => FormulaKind::Implies(same(left), same(right)),
        FormulaKind::Iff(left, right) => FormulaKind::Iff(same(left), same(right)),
        FormulaKind::Not(inner) => FormulaKind::Not(same(inner)),
        FormulaKind::Forall(binder, body) => FormulaKind::Forall(binder.clone(), inside(body)),
        FormulaKind::Exists(binder, body) => FormulaKind::Exists(binder.clone(), inside(body)),
        FormulaKind::Defined(application) => FormulaKind::Defined(rename_application(application, depth, map)),
    })
}

/// Below one more binder, which takes the place of the variable.
pub fn abstracted(variable: Variable) -> impl Fn(Variable) -> Variable {
    move |v| if v == variable { bound(0) } else { raised(v) }
}

pub fn mentions(formula: &Formula, variable: Variable) -> bool {
    let found = Cell::new(false);
    rename_formula(formula, 0, &|v| {
        found.set(found.get() || rename_variable(v, 0, &|v| v) == variable);
        v
    });
    found.get()
}

/// A formula that is the same up to normal forms of terms and negations.
pub fn scrambled(generator: &mut Generator, formula: &Formula) -> Formula {
    let kind = match &**formula {
        FormulaKind::Compare(relation, left, right) => {
            let (left, right) = match generator.below(3) {
                0 => (difference(left, right), number(0)),
                1 => {
                    let both = generator.term(2);
                    (add(vec![both.clone(), left.clone()]), add(vec![right.clone(), both]))
                }
                _ => (left.clone(), right.clone()),
            };
            FormulaKind::Compare(*relation, Scrambler(generator).term(&left), Scrambler(generator).term(&right))
        }
        FormulaKind::And(parts) => FormulaKind::And(parts.iter().map(|p| scrambled(generator, p)).collect()),
        FormulaKind::Or(parts) => FormulaKind::Or(parts.iter().map(|p| scrambled(generator, p)).collect()),
        FormulaKind::Implies(left, right) => {
            FormulaKind::Implies(scrambled(generator, left), scrambled(generator, right))
        }
        FormulaKind::Forall(binder, body) => {
            let body = generator.inside(vec![binder.sort.clone()], |g| scrambled(g, body));
            FormulaKind::Forall(binder.clone(), body)
        }
        FormulaKind::Exists(binder, body) => {
            let body = generator.inside(vec![binder.sort.clone()], |g| scrambled(g, body));
            FormulaKind::Exists(binder.clone(), body)
        }
        _ => return formula.clone(),
    };
    let formula = tree(kind);
    if generator.chance(10) { tree(FormulaKind::Not(tree(FormulaKind::Not(formula)))) } else { formula }
}

/// A formula that looks like this one and often is not true.
pub fn perturbed(generator: &mut Generator, formula: &Formula) -> Formula {
    let mut one = |parts: &[Formula]| {
        let mut parts = parts.to_vec();
        let place = generator.below(parts.len());
        if let Some(part) = parts.get_mut(place) {
            *part = perturbed(generator, part);
        }
        parts
    };
    let kind = match &**formula {
        FormulaKind::Compare(r, left, right) => return perturbed_comparison(generator, *r, left, right),
        FormulaKind::And(parts) => FormulaKind::And(one(parts)),
        FormulaKind::Or(parts) => FormulaKind::Or(one(parts)),
        FormulaKind::Implies(left, right) => FormulaKind::Implies(left.clone(), perturbed(generator, right)),
        FormulaKind::Iff(left, right) => FormulaKind::Iff(left.clone(), perturbed(generator, right)),
        FormulaKind::Not(inner) => FormulaKind::Not(perturbed(generator, inner)),
        FormulaKind::Exists(b, body) if matches!(b.sort, Sort::Index(_)) && generator.chance(40) => {
            let other = if b.sort == Sort::Index(D) { E } else { D };
            FormulaKind::Exists(binder(Sort::Index(other)), body.clone())
        }
        FormulaKind::Forall(binder, body) if generator.chance(30) => FormulaKind::Exists(binder.clone(), body.clone()),
        FormulaKind::Exists(binder, body) if generator.chance(30) => FormulaKind::Forall(binder.clone(), body.clone()),
        FormulaKind::Forall(binder, body) => FormulaKind::Forall(binder.clone(), perturbed(generator, body)),
        FormulaKind::Exists(binder, body) => FormulaKind::Exists(binder.clone(), perturbed(generator, body)),
        FormulaKind::Defined(_) => return formula.clone(),
    };
    tree(kind)
}

fn perturbed_comparison(generator: &mut Generator, r: Relation, left: &Term, right: &Term) -> Formula {
    let (left, right) = (left.clone(), right.clone());
    match generator.below(5) {
        0 => compare(relation(generator), left, right),
        1 => compare(r, right, left),
        2 => compare(r, add(vec![left, number(-1)]), right),
        3 => compare(r, multiply(vec![number(-2), left]), right),
        _ => {
            // One index, or one number, for another of its sort.
            let sorts = generator.free.clone();
            let Some(sort) = generator.pick(&sorts) else { return compare(r, right, left) };
            let alike = generator.reach(|s| *s == sort);
            let alike: Vec<_> = alike.into_iter().filter(|v| matches!(v, Variable::Free(_))).collect();
            let (from, to) = (generator.pick(&alike), generator.pick(&alike));
            let map = |v| if Some(v) == from { to.unwrap_or(v) } else { v };
            rename_formula(&compare(r, left, right), 0, &map)
        }
    }
}
