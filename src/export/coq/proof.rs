//! Derivations as proof terms: each rule is a lemma of the prelude, or a constructor of Coq's logic.

use super::derivative::Around;
use super::reify::{Question, Value, rational};
use super::text::{Scope, Text, kind};
use super::unfold::unfold;
use super::{Failure, Source, opened};
use crate::kernel::{
    Argument, Binder, Derivation, DerivationKind, Dimension, Evidence, EvidenceKind, Fact, FactKind, Formula,
    FormulaKind, Function, Instantiate, Library, Name, Rational, Relation, Sign, Sort, Term, TermKind, Tree, Variable,
    instantiate,
};
use num_traits::{One, Signed, Zero};

/// Writes a proof below the variables and hypotheses in force.
pub(super) struct Prover<'a> {
    pub library: &'a Library,
    pub source: &'a mut Source,
    pub scope: Scope,
    /// Their names in Coq, and what they say.
    pub hypotheses: Vec<(String, Formula)>,
    pub dimensions: Vec<Name>,
}

type Proved = Result<String, Failure>;
type Inferred = Result<(Formula, String), Failure>;

fn compare(relation: Relation, left: Term, right: Term) -> Result<Formula, Failure> {
    Ok(Tree::new(FormulaKind::Compare(relation, left, right))?)
}

fn number(n: i64) -> Result<Term, Failure> {
    Ok(Tree::new(TermKind::Constant(Rational::from_integer(n.into())))?)
}

fn falsity() -> Result<Formula, Failure> {
    Ok(Tree::new(FormulaKind::Or(vec![]))?)
}

fn opposite(formula: &Formula) -> Result<Formula, Failure> {
    match &**formula {
        FormulaKind::Not(negated) => Ok(negated.clone()),
        _ => Ok(Tree::new(FormulaKind::Not(formula.clone()))?),
    }
}

impl Prover<'_> {
    fn around(&self) -> Around {
        Around {
            dimensions: self.dimensions.clone(),
            free: self.scope.free.iter().map(|known| known.sort.clone()).collect(),
            bound: vec![],
        }
    }

    fn clean(&mut self, term: &Term) -> Result<Term, Failure> {
        let mut around = self.around();
        self.source.clean(self.library, term, &mut around)
    }

    fn clean_formula(&mut self, formula: &Formula) -> Result<Formula, Failure> {
        let mut around = self.around();
        self.source.clean_formula(self.library, formula, &mut around)
    }

    fn clean_argument(&mut self, argument: &Argument, sort: &Sort) -> Result<Argument, Failure> {
        let mut around = self.around();
        self.source.clean_argument(self.library, argument, sort, &mut around)
    }

    fn text(&self) -> Text<'_> {
        Text::new(self.source, &self.scope)
    }

    fn say(&self, formula: &Formula) -> Proved {
        self.text().formula(formula)
    }

    /// Runs below a new variable: its number is the length of the scope before.
    fn below<T>(
        &mut self,
        binder: &Binder,
        run: impl FnOnce(&mut Self, String) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let known = self.scope.known(binder, false);
        let kind = kind(&known.sort, false);
        let heading = match known.sort {
            Sort::Index(d) => {
                format!("({} : nat) ({} : ({} < {})%nat)", known.name, known.range, known.name, self.scope.size(d)?)
            }
            _ => format!("({} : {kind})", known.name),
        };
        self.scope.free.push(known);
        let result = run(self, heading);
        self.scope.free.pop();
        result
    }

    /// fun H : formula => proof.
    fn under(&mut self, formula: &Formula, run: impl FnOnce(&mut Self, &str) -> Proved) -> Proved {
        let name = self.scope.fresh("H");
        let text = self.say(formula)?;
        self.hypotheses.push((name.clone(), formula.clone()));
        let proof = run(self, &name);
        self.hypotheses.pop();
        Ok(format!("(fun {name} : {text} =>\n{})", proof?))
    }

    /// The formula with its outermost definitions unfolded, equivalences split and negations
    /// pushed inwards; and a proof of the equivalence unless Coq sees it by computation.
    fn expose(&mut self, formula: &Formula) -> Result<(Formula, Option<String>), Failure> {
        match &**formula {
            FormulaKind::Defined(application) => {
                let unfolded = self.source.unfold_formula(application)?;
                self.expose(&unfolded)
            }
            FormulaKind::Iff(left, right) => {
                let forward = Tree::new(FormulaKind::Implies(left.clone(), right.clone()))?;
                let backward = Tree::new(FormulaKind::Implies(right.clone(), left.clone()))?;
                Ok((Tree::new(FormulaKind::And(vec![forward, backward]))?, None))
            }
            FormulaKind::Not(inner) => {
                let (exposed, first) = self.expose(inner)?;
                let (negation, second) = self.negate(&exposed)?;
                let whole = |proof: String, text: &Self| -> Proved {
                    Ok(format!("({proof} : ({}) <-> ({}))", text.say(formula)?, text.say(&negation)?))
                };
                let proof = match (first, second) {
                    (None, None) => None,
                    (None, Some(second)) => Some(whole(second, self)?),
                    (Some(first), None) => Some(whole(format!("not_iff_compat {first}"), self)?),
                    (Some(first), Some(second)) => {
                        let middle = Tree::new(FormulaKind::Not(exposed.clone()))?;
                        let text = format!(
                            "iff_trans (not_iff_compat {first}) ({second} : ({}) <-> ({}))",
                            self.say(&middle)?,
                            self.say(&negation)?
                        );
                        Some(whole(text, self)?)
                    }
                };
                Ok((negation, proof))
            }
            _ => Ok((formula.clone(), None)),
        }
    }

    /// The negation of an exposed formula, and a proof that it is equivalent to ~ of it.
    fn negate(&mut self, formula: &Formula) -> Result<(Formula, Option<String>), Failure> {
        let nots = |parts: &[Formula]| parts.iter().map(opposite).collect::<Result<Vec<_>, _>>();
        Ok(match &**formula {
            FormulaKind::Compare(relation, left, right) => {
                let (negated, swapped) = relation.negation();
                let (left, right) = if swapped { (right, left) } else { (left, right) };
                let proof = match relation {
                    Relation::Equal => None,
                    Relation::Unequal => Some("Prelude.not_ne _ _".to_owned()),
                    Relation::AtLeast => Some("Prelude.not_le _ _".to_owned()),
                    Relation::Greater => Some("Prelude.not_lt _ _".to_owned()),
                };
                (compare(negated, left.clone(), right.clone())?, proof)
            }
            FormulaKind::And(parts) => {
                let proof = self.negate_chain(parts, "not_and", "not_true")?;
                (Tree::new(FormulaKind::Or(nots(parts)?))?, Some(proof))
            }
            FormulaKind::Or(parts) => {
                let proof = self.negate_chain(parts, "not_or", "not_false")?;
                (Tree::new(FormulaKind::And(nots(parts)?))?, Some(proof))
            }
            FormulaKind::Implies(left, right) => {
                let proof = format!("Prelude.not_implies ({}) _ _ {}", self.say(left)?, self.opposed(right)?);
                (Tree::new(FormulaKind::And(vec![left.clone(), opposite(right)?]))?, Some(proof))
            }
            FormulaKind::Forall(binder, body) => {
                let proof = self.negate_quantified("forall", binder, body)?;
                (Tree::new(FormulaKind::Exists(binder.clone(), opposite(body)?))?, Some(proof))
            }
            FormulaKind::Exists(binder, body) => {
                let proof = self.negate_quantified("exists", binder, body)?;
                (Tree::new(FormulaKind::Forall(binder.clone(), opposite(body)?))?, Some(proof))
            }
            _ => return Err(Failure::Unfit("negation")),
        })
    }

    /// A proof that ~ of a formula is equivalent to its opposite.
    fn opposed(&mut self, formula: &Formula) -> Proved {
        match &**formula {
            FormulaKind::Not(inner) => Ok(format!("(Prelude.not_not ({}))", self.say(inner)?)),
            _ => Ok(format!("(iff_refl (~ ({})))", self.say(formula)?)),
        }
    }

    fn negate_chain(&mut self, parts: &[Formula], rule: &str, none: &str) -> Proved {
        match parts {
            [] => Ok(format!("Prelude.{none}")),
            [only] => self.opposed(only),
            [first, rest @ ..] => {
                let (first, rest) = (self.opposed(first)?, self.negate_chain(rest, rule, none)?);
                Ok(format!("(Prelude.{rule} _ _ _ _ {first} {rest})"))
            }
        }
    }

    fn negate_quantified(&mut self, word: &str, binder: &Binder, body: &Formula) -> Proved {
        let id = self.scope.free.len();
        let known = self.scope.known(binder, false);
        let (name, kind) = (known.name.clone(), kind(&known.sort, false));
        let opened = opened(body, id, &binder.sort)?;
        self.scope.free.push(known);
        let inner = self.opposed(&opened);
        let (body, not) = (self.say(&opened), opposite(&opened).and_then(|o| self.say(&o)));
        self.scope.free.pop();
        let (inner, body, not) = (inner?, body?, not?);
        let fun = format!("fun {name} : {kind} =>");
        Ok(match binder.sort {
            Sort::Index(d) => {
                let size = self.scope.size(d)?;
                format!("Prelude.not_{word}_index {size} ({fun} {body}) ({fun} {not}) ({fun} {inner})")
            }
            _ => format!("Prelude.not_{word} ({fun} {body}) ({fun} {not}) ({fun} {inner})"),
        })
    }

    pub(super) fn derive(&mut self, stated: &Formula, derivation: &Derivation) -> Proved {
        let (goal, bridge) = self.expose(stated)?;
        let proof = self.derive_exposed(stated, &goal, derivation)?;
        Ok(match bridge {
            Some(bridge) => format!("(proj2 {bridge} {proof})"),
            None => proof,
        })
    }

    fn derive_exposed(&mut self, stated: &Formula, goal: &Formula, derivation: &Derivation) -> Proved {
        match (&**derivation, &**goal) {
            (DerivationKind::Exact(fact), _) => {
                let (formula, proof) = self.infer(fact)?;
                self.coerce(&formula, goal, proof)
            }
            (DerivationKind::Arithmetic(evidence), _) => self.arithmetic(goal, evidence),
            (DerivationKind::All(derivations), FormulaKind::And(parts)) if derivations.len() == parts.len() => {
                let mut proofs = vec![];
                for (part, derivation) in parts.iter().zip(derivations) {
                    proofs.push(self.derive(part, derivation)?);
                }
                let Some(last) = proofs.pop() else { return Ok("I".to_owned()) };
                Ok(proofs.into_iter().rev().fold(last, |rest, first| format!("(conj {first}\n{rest})")))
            }
            (DerivationKind::Choose(place, inner), FormulaKind::Or(parts)) => {
                let place = *place as usize;
                let part = parts.get(place).ok_or(Failure::Unfit("an alternative"))?;
                let proof = self.derive(part, inner)?;
                let chosen = if place + 1 == parts.len() { proof } else { format!("(or_introl {proof})") };
                Ok((0..place).fold(chosen, |proof, _| format!("(or_intror {proof})")))
            }
            (DerivationKind::Assume(inner), FormulaKind::Implies(premise, conclusion)) => {
                self.under(premise, |prover, _| prover.derive(conclusion, inner))
            }
            (DerivationKind::Generalize(inner), FormulaKind::Forall(binder, body)) => {
                let body = opened(body, self.scope.free.len(), &binder.sort)?;
                self.below(binder, |prover, heading| {
                    Ok(format!("(fun {heading} =>\n{})", prover.derive(&body, inner)?))
                })
            }
            (DerivationKind::Witness(argument, inner), FormulaKind::Exists(binder, body)) => {
                self.witness(argument, inner, binder, body)
            }
            (DerivationKind::Induct { base, step }, FormulaKind::Forall(binder, body)) if binder.sort == Sort::Nat => {
                self.induct(binder, body, base, step)
            }
            (DerivationKind::Contradict(inner), _) => {
                let negation = opposite(stated)?;
                let falsity = falsity()?;
                let proof = self.under(&negation, |prover, _| prover.derive(&falsity, inner))?;
                // Of the stated formula; the caller wants the exposed one.
                let proof = match &**stated {
                    FormulaKind::Not(_) => proof,
                    _ => format!("(NNPP ({}) {proof})", self.say(stated)?),
                };
                Ok(match self.expose(stated)?.1 {
                    Some(bridge) => format!("(proj1 {bridge} {proof})"),
                    None => proof,
                })
            }
            (DerivationKind::Cases(fact, branches), _) => self.cases(fact, branches, goal),
            (DerivationKind::Unpack(fact, inner), _) => {
                let (formula, proof) = self.exposed(fact)?;
                let FormulaKind::Exists(binder, body) = &*formula else { return Err(Failure::Unfit("unpack")) };
                let body = opened(body, self.scope.free.len(), &binder.sort)?;
                let rule = if matches!(binder.sort, Sort::Index(_)) { "unpack_index _" } else { "unpack" };
                // The goal is written out: Coq would not guess one that speaks of what is unpacked.
                let (type_, wanted) = (self.say(&formula)?, self.say(goal)?);
                self.below(binder, |prover, heading| {
                    let inside = prover.under(&body, |prover, _| prover.derive(goal, inner))?;
                    Ok(format!("(Prelude.{rule} _ ({wanted}) ({proof} : {type_}) (fun {heading} =>\n{inside}))"))
                })
            }
            (DerivationKind::Have(facts, inner), _) => self.have(facts, goal, inner),
            _ => Err(Failure::Unfit("this rule")),
        }
    }

    fn have(&mut self, facts: &[Fact], goal: &Formula, inner: &Derivation) -> Proved {
        let Some((first, rest)) = facts.split_first() else { return self.derive(goal, inner) };
        let (formula, proof) = self.infer(first)?;
        let (type_, wanted) = (self.say(&formula)?, self.say(goal)?);
        let inside = self.under(&formula, |prover, _| prover.have(rest, goal, inner))?;
        Ok(format!("(Prelude.have ({type_}) ({wanted}) {proof}\n{inside})"))
    }

    fn cases(&mut self, fact: &Fact, branches: &[Derivation], goal: &Formula) -> Proved {
        let (formula, proof) = self.exposed(fact)?;
        match &*formula {
            FormulaKind::Or(parts) if parts.len() == branches.len() => self.branches(parts, branches, goal, &proof),
            _ => Err(Failure::Unfit("cases")),
        }
    }

    fn branches(&mut self, parts: &[Formula], branches: &[Derivation], goal: &Formula, proof: &str) -> Proved {
        match (parts, branches) {
            ([only], [branch]) => {
                let inside = self.under(only, |prover, _| prover.derive(goal, branch))?;
                Ok(format!("({inside} {proof})"))
            }
            ([first, others @ ..], [branch, rest @ ..]) => {
                let left = self.under(first, |prover, _| prover.derive(goal, branch))?;
                let other = Tree::new(FormulaKind::Or(others.to_vec()))?;
                let name = self.scope.fresh("H");
                let right = self.branches(others, rest, goal, &name)?;
                let (a, b, wanted) = (self.say(first)?, self.say(&other)?, self.say(goal)?);
                Ok(format!("(Prelude.either ({a}) ({b}) ({wanted}) {proof}\n{left}\n(fun {name} : {b} => {right}))"))
            }
            _ => Ok(format!("(False_ind _ {proof})")),
        }
    }

    fn witness(&mut self, argument: &Argument, inner: &Derivation, binder: &Binder, body: &Formula) -> Proved {
        let argument = self.clean_argument(argument, &binder.sort)?;
        let instance = instantiate(body, std::slice::from_ref(&argument))?;
        let proof = self.derive(&instance, inner)?;
        match (&argument, &binder.sort) {
            (Argument::Index(i), Sort::Index(_)) => {
                let (name, range) = self.index(*i)?;
                Ok(format!("(ex_intro _ {name} (conj {range} {proof}))"))
            }
            (Argument::Array { body: term, .. }, Sort::Nat) => {
                let natural = self.natural(term)?;
                let predicate = self.predicate(binder, body)?;
                Ok(format!("(Prelude.natural_witness {predicate} _ {natural} {proof})"))
            }
            _ => {
                let opened = opened(body, self.scope.free.len(), &binder.sort)?;
                let predicate =
                    self.below(binder, |prover, heading| Ok(format!("(fun {heading} => {})", prover.say(&opened)?)))?;
                Ok(format!("(ex_intro {predicate} {} {proof})", self.text().argument(&argument, &[])?))
            }
        }
    }

    /// The body as a predicate of a real number.
    fn predicate(&mut self, binder: &Binder, body: &Formula) -> Proved {
        let sort = Sort::Real(vec![]);
        let body = opened(body, self.scope.free.len(), &sort)?;
        let binder = Binder { name: binder.name.clone(), sort };
        self.below(&binder, |prover, heading| Ok(format!("(fun {heading} => {})", prover.say(&body)?)))
    }

    fn induct(&mut self, binder: &Binder, body: &Formula, base: &Derivation, step: &Derivation) -> Proved {
        let predicate = self.predicate(binder, body)?;
        let at = |term: Term| instantiate(body, &[Argument::Array { arity: 0, body: term }]);
        let base = self.derive(&at(number(0)?)?, base)?;
        let n = Variable::Free(u32::try_from(self.scope.free.len()).map_err(|_| Failure::IllSorted)?);
        let n = Tree::new(TermKind::Entry(n, vec![]))?;
        let (here, next) = (at(n.clone())?, at(Tree::new(TermKind::Add(vec![n, number(1)?]))?)?);
        let step = self.below(binder, |prover, heading| {
            let proof = prover.under(&here, |prover, _| prover.derive(&next, step))?;
            Ok(format!("(fun {heading} => {proof})"))
        })?;
        Ok(format!("(Prelude.induction {predicate} {base} {step})"))
    }

    fn index(&self, variable: Variable) -> Result<(String, String), Failure> {
        let text = self.text();
        let known = text.variable(variable)?;
        if known.range.is_empty() { Err(Failure::IllSorted) } else { Ok((known.name.clone(), known.range.clone())) }
    }

    /// A proof that a term is a natural number, by its shape.
    fn natural(&mut self, term: &Term) -> Proved {
        match &**term {
            TermKind::Entry(head, _) => Ok(format!("(Prelude.natural_variable {})", self.text().variable(*head)?.name)),
            TermKind::Constant(q) => Ok(format!("(Prelude.natural_constant {} eq_refl)", rational(q) + "%Q")),
            TermKind::Add(terms) => self.natural_chain(terms, "natural_add", 0),
            TermKind::Multiply(terms) => self.natural_chain(terms, "natural_mul", 1),
            _ => Err(Failure::Unfit("a natural number")),
        }
    }

    fn natural_chain(&mut self, terms: &[Term], rule: &str, none: i64) -> Proved {
        let Some((first, rest)) = terms.split_first() else { return self.natural(&number(none)?) };
        let first = self.natural(first)?;
        rest.iter().try_fold(first, |proof, term| Ok(format!("(Prelude.{rule} _ _ {proof} {})", self.natural(term)?)))
    }

    /// A fact with its formula exposed.
    fn exposed(&mut self, fact: &Fact) -> Inferred {
        let (formula, proof) = self.infer(fact)?;
        self.open(&formula, proof)
    }

    fn open(&mut self, formula: &Formula, proof: String) -> Inferred {
        let (exposed, bridge) = self.expose(formula)?;
        let proof = match bridge {
            Some(bridge) => format!("(proj1 {bridge} {proof})"),
            None if exposed != *formula => format!("({proof} : {})", self.say(&exposed)?),
            None => proof,
        };
        Ok((exposed, proof))
    }

    fn infer(&mut self, fact: &Fact) -> Inferred {
        match &**fact {
            FactKind::Hypothesis(n) => self.hypothesis(*n as usize),
            FactKind::Recent(back) => {
                let n = self.hypotheses.len().checked_sub(*back as usize + 1);
                self.hypothesis(n.ok_or(Failure::Unfit("a hypothesis"))?)
            }
            FactKind::Cite { theorem, dimensions, arguments } => self.cite(theorem, dimensions, arguments),
            FactKind::Derived(formula, derivation) => {
                let formula = self.clean_formula(formula)?;
                let proof = self.derive(&formula, derivation)?;
                let proof = format!("({proof} : {})", self.say(&formula)?);
                Ok((formula, proof))
            }
            FactKind::Instantiate(fact, arguments) => {
                let mut known = self.infer(fact)?;
                for argument in arguments {
                    known = self.instance(known, argument)?;
                }
                Ok(known)
            }
            FactKind::Detach(fact, premise) => {
                let (stated, proof) = self.infer(fact)?;
                if let FormulaKind::Not(negated) = &*stated
                    && !matches!(&*self.expose(&stated)?.0, FormulaKind::Implies(..))
                {
                    let premise = self.derive(negated, premise)?;
                    return Ok((falsity()?, format!("({proof} {premise})")));
                }
                let (formula, proof) = self.open(&stated, proof)?;
                let FormulaKind::Implies(left, right) = &*formula else { return Err(Failure::Unfit("detach")) };
                let premise = self.derive(left, premise)?;
                Ok((right.clone(), format!("({proof} {premise})")))
            }
            FactKind::Part(fact, place) => {
                let (formula, proof) = self.exposed(fact)?;
                let FormulaKind::And(parts) = &*formula else { return Err(Failure::Unfit("a part")) };
                let place = *place as usize;
                let part = parts.get(place).ok_or(Failure::Unfit("a part"))?.clone();
                let rest = (0..place).fold(proof, |proof, _| format!("(proj2 {proof})"));
                Ok((part, if place + 1 == parts.len() { rest } else { format!("(proj1 {rest})") }))
            }
            FactKind::ExcludedMiddle(formula) => {
                let formula = self.clean_formula(formula)?;
                let opposite = opposite(&formula)?;
                let text = self.say(&formula)?;
                let proof = match &*formula {
                    FormulaKind::Not(inner) => format!("(proj1 (or_comm _ _) (classic ({})))", self.say(inner)?),
                    _ => format!("(classic ({text}))"),
                };
                Ok((Tree::new(FormulaKind::Or(vec![formula, opposite]))?, proof))
            }
            FactKind::Reciprocal(term, nonzero) => {
                let term = self.clean(term)?;
                let nonzero = self.derive(&compare(Relation::Unequal, term.clone(), number(0)?)?, nonzero)?;
                let reciprocal = Tree::new(TermKind::Apply(Function::Reciprocal, term.clone()))?;
                let product = Tree::new(TermKind::Multiply(vec![reciprocal, term.clone()]))?;
                let text = self.text().term(&term, 0)?;
                Ok((compare(Relation::Equal, product, number(1)?)?, format!("(Rinv_l {text} {nonzero})")))
            }
            FactKind::SquareRoot(term, nonnegative) => {
                let term = self.clean(term)?;
                let proof = self.derive(&compare(Relation::AtLeast, term.clone(), number(0)?)?, nonnegative)?;
                let root = Tree::new(TermKind::Apply(Function::SquareRoot, term.clone()))?;
                let square = Tree::new(TermKind::Power(root.clone(), 2))?;
                let text = self.text().term(&term, 0)?;
                let parts =
                    vec![compare(Relation::AtLeast, root, number(0)?)?, compare(Relation::Equal, square, term)?];
                Ok((Tree::new(FormulaKind::And(parts))?, format!("(Prelude.root_facts {text} {proof})")))
            }
            FactKind::Natural(term) => {
                let proof = format!("(Prelude.natural_nonneg _ {})", self.natural(term)?);
                Ok((compare(Relation::AtLeast, term.clone(), number(0)?)?, proof))
            }
            FactKind::Choice(fact) => self.choice(fact),
            FactKind::Extremum(fact, value) => self.extremum(fact, value),
        }
    }

    fn hypothesis(&self, n: usize) -> Inferred {
        let (name, formula) = self.hypotheses.get(n).ok_or(Failure::Unfit("a hypothesis"))?;
        Ok((formula.clone(), name.clone()))
    }

    fn cite(&mut self, name: &Name, dimensions: &[Dimension], arguments: &[Argument]) -> Inferred {
        let known = self.source.theorems.get(name).ok_or(Failure::Unfit("citing"))?;
        let (mut proof, statement) = (known.0.clone(), known.1.clone());
        for dimension in dimensions {
            proof.push_str(&format!(" {}", self.scope.size(*dimension)?));
        }
        let mut cleaned = vec![];
        for (argument, binder) in arguments.iter().zip(&statement.variables) {
            let sort = binder.sort.substitute(&[], Some(dimensions))?;
            let argument = self.clean_argument(argument, &sort)?;
            proof.push_str(&format!(" {}", self.given(&argument, &sort)?));
            cleaned.push(argument);
        }
        let mut formula = statement.conclusion.substitute(&cleaned, Some(dimensions))?;
        for hypothesis in statement.hypotheses.iter().rev() {
            let premise = hypothesis.formula.substitute(&cleaned, Some(dimensions))?;
            formula = Tree::new(FormulaKind::Implies(premise, formula))?;
        }
        Ok((formula, format!("({proof})")))
    }

    /// What a universally quantified variable is instantiated by.
    fn given(&mut self, argument: &Argument, sort: &Sort) -> Proved {
        match (argument, sort) {
            (Argument::Index(i), _) => {
                let (name, range) = self.index(*i)?;
                Ok(format!("{name} {range}"))
            }
            (Argument::Array { body, .. }, Sort::Nat) => match &**body {
                TermKind::Entry(head, _) => Ok(self.text().variable(*head)?.name.clone()),
                _ => Err(Failure::Unfit("a natural number in a citation")),
            },
            _ => self.text().argument(argument, &[]),
        }
    }

    fn instance(&mut self, (stated, proof): (Formula, String), argument: &Argument) -> Inferred {
        let (formula, proof) = self.open(&stated, proof)?;
        let FormulaKind::Forall(binder, body) = &*formula else { return Err(Failure::Unfit("instantiate")) };
        let argument = self.clean_argument(argument, &binder.sort)?;
        let instance = instantiate(body, std::slice::from_ref(&argument))?;
        let proof = match (&argument, &binder.sort) {
            (Argument::Array { body: term, .. }, Sort::Nat) if !matches!(&**term, TermKind::Entry(..)) => {
                let predicate = self.predicate(binder, body)?;
                format!("(Prelude.at_natural {predicate} _ {proof} {})", self.natural(term)?)
            }
            _ => format!("({proof} {})", self.given(&argument, &binder.sort)?),
        };
        Ok((instance, proof))
    }

    fn choice(&mut self, fact: &Fact) -> Inferred {
        let (formula, proof) = self.exposed(fact)?;
        if let FormulaKind::Forall(index, body) = &*formula
            && let (Sort::Index(dimension), FormulaKind::Exists(value, body)) = (&index.sort, &**body)
            && let Sort::Real(shape) = &value.sort
        {
            let rank = u32::try_from(shape.len()).map_err(|_| Failure::IllSorted)?;
            let entry = (0..=rank).rev().map(Variable::Bound).collect();
            let entry = Tree::new(TermKind::Entry(Variable::Bound(rank + 1), entry))?;
            let arguments = [Argument::Index(Variable::Bound(0)), Argument::Array { arity: rank, body: entry }];
            let chosen = Tree::new(FormulaKind::Forall(index.clone(), instantiate(body, &arguments)?))?;
            let sort = Sort::Real([&[*dimension], &shape[..]].concat());
            let exists = Tree::new(FormulaKind::Exists(Binder { name: value.name.clone(), sort }, chosen))?;
            let any = format!("(fun {} => 0)", "_ ".repeat(shape.len()).trim_end());
            let any = if shape.is_empty() { "0".to_owned() } else { any };
            let proof = format!("(Prelude.finite_choice {any} {} _ {proof})", self.scope.size(*dimension)?);
            return Ok((exists, proof));
        }
        Err(Failure::Unfit("a choice"))
    }

    fn extremum(&mut self, fact: &Fact, value: &Term) -> Inferred {
        let (formula, proof) = self.exposed(fact)?;
        let FormulaKind::Exists(index, body) = &*formula else { return Err(Failure::Unfit("an extremum")) };
        let Sort::Index(dimension) = index.sort else { return Err(Failure::Unfit("an extremum")) };
        let sort = Sort::Real(vec![dimension]);
        let argument = self.clean_argument(&Argument::Array { arity: 1, body: value.clone() }, &sort)?;
        let Argument::Array { body: value, .. } = &argument else { return Err(Failure::IllSorted) };
        let largest = instantiate(value, &[Argument::Index(Variable::Bound(1))])?;
        let bound = compare(Relation::AtLeast, largest, value.clone())?;
        let others = Tree::new(FormulaKind::Implies(body.clone(), bound))?;
        let others = Tree::new(FormulaKind::Forall(index.clone(), others))?;
        let both = Tree::new(FormulaKind::And(vec![body.clone(), others]))?;
        let text = self.text().argument(&argument, &[])?;
        let predicate = self.predicate_of_index(index, body)?;
        let proof = format!("(Prelude.extremum {} {predicate} {text} {proof})", self.scope.size(dimension)?);
        let exists = Tree::new(FormulaKind::Exists(index.clone(), both))?;
        let type_ = self.say(&exists)?;
        Ok((exists, format!("({proof} : {type_})")))
    }

    fn predicate_of_index(&mut self, index: &Binder, body: &Formula) -> Proved {
        let body = opened(body, self.scope.free.len(), &index.sort)?;
        let known = self.scope.known(index, false);
        let name = known.name.clone();
        self.scope.free.push(known);
        let text = self.say(&body);
        self.scope.free.pop();
        Ok(format!("(fun {name} : nat => {})", text?))
    }

    /// A proof of one formula as a proof of another that is the same up to definitions and the
    /// normal forms of terms.
    fn coerce(&mut self, from: &Formula, to: &Formula, proof: String) -> Proved {
        if from == to {
            return Ok(proof);
        }
        let (from, proof) = self.open(from, proof)?;
        let (to, bridge) = self.expose(to)?;
        let proof = self.coerce_exposed(&from, &to, proof)?;
        Ok(match bridge {
            Some(bridge) => format!("(proj2 {bridge} {proof})"),
            None => proof,
        })
    }

    fn coerce_exposed(&mut self, from: &Formula, to: &Formula, proof: String) -> Proved {
        match (&**from, &**to) {
            _ if from == to => Ok(proof),
            (FormulaKind::Compare(r, a, b), FormulaKind::Compare(s, c, d)) if r == s => {
                let source = &*self.source;
                let same = |x: &Term, y: &Term| Ok::<bool, Failure>(unfold(source, x)? == unfold(source, y)?);
                if same(a, c)? && same(b, d)? {
                    return Ok(proof);
                }
                let values = [a, b, c, d].map(|t| Value::Term(t.clone()));
                let mut question =
                    Question::new(source, self.library, &self.scope, &values.iter().collect::<Vec<_>>())?;
                let terms: Vec<String> = values.iter().map(|v| question.value(v)).collect::<Result<_, _>>()?;
                let rule = rule(*r);
                Ok(format!(
                    "(Prelude.same_{rule} {} {} {proof} Prelude.computed)",
                    question.context()?,
                    terms.join(" ")
                ))
            }
            (FormulaKind::And(these), FormulaKind::And(those)) if these.len() == those.len() => {
                self.coerce_chain(these, those, "and_map", true, proof)
            }
            (FormulaKind::Or(these), FormulaKind::Or(those)) if these.len() == those.len() => {
                self.coerce_chain(these, those, "or_map", false, proof)
            }
            (FormulaKind::Implies(a, b), FormulaKind::Implies(c, d)) => self.under(c, |prover, name| {
                let premise = prover.coerce(c, a, name.to_owned())?;
                prover.coerce(b, d, format!("({proof} {premise})"))
            }),
            (FormulaKind::Forall(this, a), FormulaKind::Forall(that, b)) if this.sort == that.sort => {
                let id = self.scope.free.len();
                let (a, b) = (opened(a, id, &this.sort)?, opened(b, id, &this.sort)?);
                self.below(this, |prover, heading| {
                    let known = prover.scope.free.last().ok_or(Failure::IllSorted)?;
                    let applied = format!("({proof} {} {})", known.name, known.range);
                    Ok(format!("(fun {heading} => {})", prover.coerce(&a, &b, applied)?))
                })
            }
            (FormulaKind::Exists(this, a), FormulaKind::Exists(that, b)) if this.sort == that.sort => {
                let id = self.scope.free.len();
                let (a, b) = (opened(a, id, &this.sort)?, opened(b, id, &this.sort)?);
                let type_ = self.say(from)?;
                self.below(this, |prover, heading| {
                    let known = prover.scope.free.last().ok_or(Failure::IllSorted)?.clone();
                    let index = !known.range.is_empty();
                    let inside = prover.under(&a, |prover, name| {
                        let inner = prover.coerce(&a, &b, name.to_owned())?;
                        let inner = if index { format!("(conj {} {inner})", known.range) } else { inner };
                        Ok(format!("(ex_intro _ {} {inner})", known.name))
                    })?;
                    let rule = if index { "unpack_index _" } else { "unpack" };
                    Ok(format!("(Prelude.{rule} _ _ ({proof} : {type_}) (fun {heading} => {inside}))"))
                })
            }
            // They differ; Coq is to say so.
            _ => Ok(proof),
        }
    }

    fn coerce_chain(&mut self, these: &[Formula], those: &[Formula], rule: &str, and: bool, proof: String) -> Proved {
        match (these, those) {
            ([this], [that]) => self.coerce(this, that, proof),
            ([this, these @ ..], [that, those @ ..]) => {
                let chain = |rest: &[Formula]| {
                    let rest = rest.to_vec();
                    Tree::new(if and { FormulaKind::And(rest) } else { FormulaKind::Or(rest) })
                };
                let (rest, target) = (chain(these)?, chain(those)?);
                let (a, b) = (self.say(that)?, self.say(&target)?);
                let first = self.under(this, |prover, name| prover.coerce(this, that, name.to_owned()))?;
                let second =
                    self.under(&rest, |prover, name| prover.coerce_chain(these, those, rule, and, name.to_owned()))?;
                Ok(format!("(Prelude.{rule} _ ({a}) _ ({b}) {first} {second} {proof})"))
            }
            _ => Ok(proof),
        }
    }

    fn arithmetic(&mut self, goal: &Formula, evidence: &Evidence) -> Proved {
        let weighed = self.weigh(evidence)?;
        if let FormulaKind::Or(parts) = &**goal
            && parts.is_empty()
        {
            let mut question = Question::new(self.source, self.library, &self.scope, &[&weighed.value])?;
            let value = question.value(&weighed.value)?;
            let proof = weighed.proof;
            return Ok(format!("(Prelude.false_by {} {value} {proof} Prelude.computed)", question.context()?));
        }
        let FormulaKind::Compare(relation, left, right) = &**goal else { return Err(Failure::Unfit("arithmetic")) };
        let proof = if *relation == Relation::AtLeast { weighed.nonnegative() } else { weighed.proof.clone() };
        let (l, r) = (Value::Term(left.clone()), Value::Term(right.clone()));
        let mut question = Question::new(self.source, self.library, &self.scope, &[&l, &r, &weighed.value])?;
        let (l, r, v) = (question.value(&l)?, question.value(&r)?, question.value(&weighed.value)?);
        Ok(format!("(Prelude.{}_by {} {l} {r} {v} {proof} Prelude.computed)", rule(*relation), question.context()?))
    }

    fn weigh(&mut self, evidence: &Evidence) -> Result<Weighed, Failure> {
        match &**evidence {
            EvidenceKind::Fact(fact) | EvidenceKind::NonzeroSquare(fact) => {
                let (formula, proof) = self.exposed(fact)?;
                let FormulaKind::Compare(relation, left, right) = &*formula else {
                    return Err(Failure::Unfit("a sign"));
                };
                let (a, b) = (self.text().term(left, 0)?, self.text().term(right, 0)?);
                let (rule, sign) = match relation {
                    Relation::Equal => ("eq", Sign::Zero),
                    Relation::AtLeast => ("le", Sign::Nonnegative),
                    Relation::Greater => ("lt", Sign::Positive),
                    Relation::Unequal => ("ne", Sign::Positive),
                };
                let value = Value::Minus(Box::new(Value::Term(left.clone())), Box::new(Value::Term(right.clone())));
                let value = if *relation == Relation::Unequal { Value::Square(Box::new(value)) } else { value };
                Ok(Weighed { value, sign, proof: format!("(Prelude.sign_{rule} {a} {b} {proof})") })
            }
            EvidenceKind::Constant(q) => Ok(Weighed::constant(q)?),
            EvidenceKind::Square(term) => {
                let term = self.clean(term)?;
                let proof = format!("(Prelude.sign_square {})", self.text().term(&term, 0)?);
                Ok(Weighed { value: Value::Square(Box::new(Value::Term(term))), sign: Sign::Nonnegative, proof })
            }
            EvidenceKind::Multiple(term, inner) => {
                let term = self.clean(term)?;
                let inner = self.weigh(inner)?;
                let proof = format!("(Prelude.times_zero {} _ {})", self.text().term(&term, 0)?, inner.proof);
                let value = Value::Times(Box::new(Value::Term(term)), Box::new(inner.value));
                Ok(Weighed { value, sign: Sign::Zero, proof })
            }
            EvidenceKind::Add(parts) => {
                let Some((first, rest)) = parts.split_first() else { return Weighed::constant(&Rational::zero()) };
                let first = self.weigh(first)?;
                rest.iter().try_fold(first, |sum, part| Ok(sum.plus(self.weigh(part)?)))
            }
            EvidenceKind::Multiply(parts) => {
                let Some((first, rest)) = parts.split_first() else { return Weighed::constant(&Rational::one()) };
                let first = self.weigh(first)?;
                rest.iter().try_fold(first, |product, part| Ok(product.times(self.weigh(part)?)))
            }
            EvidenceKind::Sum(dimension, inner) => {
                let binder = Binder { name: "i".into(), sort: Sort::Index(*dimension) };
                let id = u32::try_from(self.scope.free.len()).map_err(|_| Failure::IllSorted)?;
                let size = self.scope.size(*dimension)?.to_owned();
                self.below(&binder, |prover, heading| {
                    let inner = prover.weigh(inner)?;
                    let (rule, sign, proof) = match inner.sign {
                        Sign::Zero => ("Sum_zero", Sign::Zero, inner.proof),
                        _ => ("Sum_nonneg", Sign::Nonnegative, inner.nonnegative()),
                    };
                    let proof = format!("(Prelude.{rule} {size} _ (fun {heading} => {proof}))");
                    Ok(Weighed { value: Value::Over(*dimension, id, Box::new(inner.value)), sign, proof })
                })
            }
        }
    }
}

/// The relation's name in the prelude.
fn rule(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "eq",
        Relation::Unequal => "ne",
        Relation::AtLeast => "le",
        Relation::Greater => "lt",
    }
}

/// A value, its sign, and a proof of the sign.
struct Weighed {
    value: Value,
    sign: Sign,
    proof: String,
}

impl Weighed {
    fn constant(q: &Rational) -> Result<Self, Failure> {
        let (sign, rule) = if q.is_zero() { (Sign::Zero, "constant_zero") } else { (Sign::Positive, "constant_pos") };
        if q.is_negative() {
            return Err(Failure::Unfit("a constant"));
        }
        let proof = format!("(Prelude.{rule} {}%Q eq_refl)", rational(q));
        Ok(Weighed { value: Value::Term(Tree::new(TermKind::Constant(q.clone()))?), sign, proof })
    }

    fn nonnegative(&self) -> String {
        match self.sign {
            Sign::Zero => format!("(Prelude.from_zero _ {})", self.proof),
            Sign::Positive => format!("(Prelude.from_pos _ {})", self.proof),
            Sign::Nonnegative => self.proof.clone(),
        }
    }

    fn plus(self, other: Weighed) -> Weighed {
        let (rule, sign, left, right) = match (self.sign, other.sign) {
            (Sign::Zero, Sign::Zero) => ("add_zero", Sign::Zero, self.proof, other.proof),
            (Sign::Positive, _) => ("add_pos_l", Sign::Positive, self.proof.clone(), other.nonnegative()),
            (_, Sign::Positive) => ("add_pos_r", Sign::Positive, self.nonnegative(), other.proof.clone()),
            _ => ("add_nonneg", Sign::Nonnegative, self.nonnegative(), other.nonnegative()),
        };
        let proof = format!("(Prelude.{rule} _ _ {left} {right})");
        Weighed { value: Value::Plus(Box::new(self.value), Box::new(other.value)), sign, proof }
    }

    fn times(self, other: Weighed) -> Weighed {
        let (rule, sign, left, right) = match (self.sign, other.sign) {
            (Sign::Zero, _) => ("mul_zero_l", Sign::Zero, self.proof.clone(), other.nonnegative()),
            (_, Sign::Zero) => ("mul_zero_r", Sign::Zero, self.nonnegative(), other.proof.clone()),
            (Sign::Positive, Sign::Positive) => ("mul_pos", Sign::Positive, self.proof, other.proof),
            _ => ("mul_nonneg", Sign::Nonnegative, self.nonnegative(), other.nonnegative()),
        };
        let proof = format!("(Prelude.{rule} _ _ {left} {right})");
        Weighed { value: Value::Times(Box::new(self.value), Box::new(other.value)), sign, proof }
    }
}
