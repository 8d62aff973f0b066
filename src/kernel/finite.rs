//! What holds because dimensions are finite: choices can be made at every index, and among
//! some indices there is one at which a term is largest.

use alloc::vec;

use crate::check::{Context, compare};
use crate::derivation::Fact;
use crate::refusal::Refusal;
use crate::substitute::instantiate;
use crate::term::{Argument, Binder, Formula, FormulaKind, Relation, Sort, Term, TermKind, Variable};
use crate::tree::Tree;

impl Context<'_> {
    /// ∀ i ∃ r φ(i, r) gives ∃ v ∀ i φ(i, v\[i\]). Where r is an array, v has one index more.
    pub(crate) fn choice(&mut self, fact: &Fact) -> Result<Formula, Refusal> {
        let formula = self.exposed(fact)?;
        if let FormulaKind::Forall(index, body) = &*formula
            && let (Sort::Index(dimension), FormulaKind::Exists(value, body)) = (&index.sort, &**body)
            && let Sort::Real(shape) = &value.sort
        {
            let rank = u32::try_from(shape.len()).map_err(|_| Refusal::TooDeep)?;
            // Below ∃ v ∀ i, and below the indices of r itself, v is Bound(rank + 1) and i is Bound(rank).
            let head = Variable::Bound(rank.checked_add(1).ok_or(Refusal::TooDeep)?);
            let entry = Tree::new(TermKind::Entry(head, (0..=rank).rev().map(Variable::Bound).collect()))?;
            let arguments = [Argument::Index(Variable::Bound(0)), Argument::Array { arity: rank, body: entry }];
            let chosen = Tree::new(FormulaKind::Forall(index.clone(), instantiate(body, &arguments)?))?;
            let sort = Sort::Real([&[*dimension], &shape[..]].concat());
            return Tree::new(FormulaKind::Exists(Binder { name: value.name.clone(), sort }, chosen));
        }
        Err(Refusal::Unfit { rule: "a choice", formula })
    }

    /// ∃ m φ(m) gives ∃ m (φ(m) ∧ ∀ i (φ(i) → t(m) ≥ t(i))), for a term t that binds its index.
    pub(crate) fn extremum(&mut self, fact: &Fact, value: &Term) -> Result<Formula, Refusal> {
        let formula = self.exposed(fact)?;
        if let FormulaKind::Exists(index, body) = &*formula
            && let Sort::Index(dimension) = index.sort
        {
            let argument = Argument::Array { arity: 1, body: value.clone() };
            self.sorts().argument(&argument, &Sort::Real(vec![dimension]))?;
            // Below ∃ m ∀ i, i is Bound(0) and m is Bound(1).
            let largest = instantiate(value, &[Argument::Index(Variable::Bound(1))])?;
            let bound = compare(Relation::AtLeast, largest, value.clone())?;
            let others = Tree::new(FormulaKind::Implies(body.clone(), bound))?;
            let others = Tree::new(FormulaKind::Forall(index.clone(), others))?;
            let both = Tree::new(FormulaKind::And(vec![body.clone(), others]))?;
            return Tree::new(FormulaKind::Exists(index.clone(), both));
        }
        Err(Refusal::Unfit { rule: "an extremum", formula })
    }
}
