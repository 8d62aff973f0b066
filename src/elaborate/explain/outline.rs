//! Derivations as outlines in words.

use tightrope_kernel::{
    Argument, Binder, Derivation, DerivationKind, Evidence, Fact, FactKind, Formula, FormulaKind, Refusal, Sort, Term,
    TermKind, Tree, instantiate, variable_argument,
};

use super::chain::Chain;
use super::reader::{Reader, contrary};
use crate::elaborate::auto::number;
use crate::elaborate::readback;

/// A step of a proof.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// What is done: `suppose h1:`, `have h2:`, `case h3:`; empty where a formula is shown.
    pub words: String,
    /// The formula that this is about; may be empty.
    pub formula: String,
    /// The facts by which it holds.
    pub reasons: Vec<String>,
    /// The certificate by which it holds.
    pub chain: Option<Chain>,
    /// The steps of its own proof.
    pub inner: Vec<Step>,
}

/// Normal forms longer than this say nothing to a reader.
const LONGEST_NORMAL_FORM: usize = 160;

impl Step {
    fn new(words: impl Into<String>, formula: String) -> Self {
        Step { words: words.into(), formula, ..Step::default() }
    }

    /// Words before steps; a single step that shows the same formula stands in its place.
    fn block(words: impl Into<String>, formula: String, mut inner: Vec<Step>) -> Self {
        match inner.pop() {
            Some(only)
                if inner.is_empty() && only.words.is_empty() && (formula.is_empty() || only.formula == formula) =>
            {
                Step { words: words.into(), ..only }
            }
            last => {
                inner.extend(last);
                Step { inner, ..Step::new(words, formula) }
            }
        }
    }
}

impl Reader<'_> {
    /// The steps of a derivation of what is stated.
    pub(super) fn outline(&mut self, stated: &Formula, derivation: &Derivation) -> Result<Vec<Step>, Refusal> {
        let goal = self.context.expose(stated)?;
        match (&**derivation, &*goal) {
            (DerivationKind::Exact(fact), _) => self.exact(stated, fact),
            (DerivationKind::Arithmetic(evidence), _) => Ok(vec![self.arithmetic(&goal, evidence)?]),
            (DerivationKind::All(parts), FormulaKind::And(goals)) => {
                let equivalence = matches!(&**stated, FormulaKind::Iff(..));
                self.parts(goals, parts, equivalence)
            }
            (DerivationKind::Choose(number, inner), FormulaKind::Or(parts)) => {
                let part = usize::try_from(*number).ok().and_then(|n| parts.get(n)).ok_or(Refusal::IllSorted)?;
                self.outline(part, inner)
            }
            (DerivationKind::Assume(inner), FormulaKind::Implies(premise, conclusion)) => {
                self.suppose("suppose", premise, conclusion, inner)
            }
            (DerivationKind::Generalize(inner), FormulaKind::Forall(binder, body)) => {
                self.generalize(binder, body, inner)
            }
            (DerivationKind::Witness(argument, inner), FormulaKind::Exists(binder, body)) => {
                let value = self.assigned(&binder.name, argument)?;
                let rest = self.outline(&instantiate(body, std::slice::from_ref(argument))?, inner)?;
                Ok(followed(Step::new("take", value), rest))
            }
            (DerivationKind::Induct { base, step }, FormulaKind::Forall(binder, body)) => {
                self.induct(binder, body, base, step)
            }
            (DerivationKind::Contradict(inner), _) => {
                let nothing = Tree::new(FormulaKind::Or(vec![]))?;
                self.suppose("suppose the contrary,", &contrary(stated)?, &nothing, inner)
            }
            (DerivationKind::Cases(fact, branches), _) => self.cases(fact, branches, &goal),
            (DerivationKind::Unpack(fact, inner), _) => self.unpack(fact, inner, &goal),
            (DerivationKind::Have(facts, inner), _) => {
                let equivalence = matches!(&**stated, FormulaKind::Iff(..));
                self.have(facts, inner, if equivalence { stated } else { &goal })
            }
            (_, _) => Err(Refusal::Unfit { rule: "this step", formula: goal }),
        }
    }

    fn exact(&mut self, stated: &Formula, fact: &Fact) -> Result<Vec<Step>, Refusal> {
        if let FactKind::Derived(formula, derivation) = &**fact {
            return self.outline(formula, derivation);
        }
        let formula = self.formula(stated)?;
        let reason = self.cite(fact)?;
        Ok(vec![Step { reasons: vec![reason], ..Step::new("", formula) }])
    }

    fn arithmetic(&mut self, goal: &Formula, evidence: &Evidence) -> Result<Step, Refusal> {
        let formula = self.formula(goal)?;
        let summands = self.summands(evidence)?;
        let FormulaKind::Compare(_, left, right) = &**goal else {
            let chain = Chain { difference: "0".into(), summands };
            return Ok(Step { chain: Some(chain), ..Step::new("a contradiction: 0", String::new()) });
        };
        if summands.is_empty() {
            let inner = self.multiplied_out(left, right)?.into_iter().collect();
            return Ok(Step { reasons: vec!["multiplying out".into()], inner, ..Step::new("", formula) });
        }
        let difference = super::value::difference(left, right)?;
        let chain = Chain { difference: self.term(&difference)?, summands };
        Ok(Step { chain: Some(chain), ..Step::new("", formula) })
    }

    /// The normal form that two sides have in common, unless one of them says it already.
    fn multiplied_out(&mut self, left: &Term, right: &Term) -> Result<Option<Step>, Refusal> {
        let (form, other) = (self.context.normal_form(left)?, self.context.normal_form(right)?);
        let text = self.term(&readback::polynomial(&form)?)?;
        let said = self.term(left)? == text || self.term(right)? == text;
        let show = form == other && !said && text.len() <= LONGEST_NORMAL_FORM;
        Ok(show.then(|| Step::new("both sides are", text)))
    }

    fn parts(&mut self, goals: &[Formula], parts: &[Derivation], equivalence: bool) -> Result<Vec<Step>, Refusal> {
        let mut steps = vec![];
        for (number, (goal, part)) in goals.iter().zip(parts).enumerate() {
            let inner = self.scoped(|reader| reader.outline(goal, part))?;
            steps.push(match (equivalence, number) {
                (true, 0) => Step { inner, ..Step::new("->", String::new()) },
                (true, _) => Step { inner, ..Step::new("<-", String::new()) },
                (false, n) => {
                    let formula = self.formula(goal)?;
                    Step::block(format!("part {}:", n.saturating_add(1)), formula, inner)
                }
            });
        }
        Ok(steps)
    }

    fn suppose(
        &mut self,
        words: &str,
        premise: &Formula,
        conclusion: &Formula,
        inner: &Derivation,
    ) -> Result<Vec<Step>, Refusal> {
        self.scoped(|reader| {
            let formula = reader.formula(premise)?;
            let name = reader.assume(premise.clone())?;
            let rest = reader.outline(conclusion, inner)?;
            Ok(followed(Step::new(format!("{words} {name}:"), formula), rest))
        })
    }

    /// Variables that are fixed one after the other are named together.
    fn generalize(&mut self, binder: &Binder, body: &Formula, inner: &Derivation) -> Result<Vec<Step>, Refusal> {
        self.scoped(|reader| {
            let (name, body) = reader.open(binder, body)?;
            let mut words = format!("let {name} : {}", reader.sort(&binder.sort));
            let mut rest = reader.outline(&body, inner)?;
            if let Some(more) = rest.first().and_then(|step| step.words.strip_prefix("let ")) {
                words = format!("{words}, {more}");
                rest.remove(0);
            }
            Ok(followed(Step::new(words, String::new()), rest))
        })
    }

    /// Declares the variable of a binder and puts it into the body.
    fn open(&mut self, binder: &Binder, body: &Formula) -> Result<(String, Formula), Refusal> {
        let (variable, name) = self.declare(&binder.name, binder.sort.clone())?;
        Ok((name, instantiate(body, &[variable_argument(variable, &binder.sort)?])?))
    }

    /// `v[i] := …`.
    fn assigned(&mut self, name: &str, argument: &Argument) -> Result<String, Refusal> {
        Ok(format!("{name} := {}", self.argument(argument)))
    }

    fn induct(
        &mut self,
        binder: &Binder,
        body: &Formula,
        base: &Derivation,
        step: &Derivation,
    ) -> Result<Vec<Step>, Refusal> {
        let at = |term: Term| instantiate(body, &[Argument::Array { arity: 0, body: term }]);
        let zero = at(number(0)?)?;
        let formula = self.formula(&zero)?;
        let inner = self.outline(&zero, base)?;
        let first = Step::block(format!("by induction, at {} = 0:", binder.name), formula, inner);
        let next = self.scoped(|reader| {
            let (variable, name) = reader.declare(&binder.name, Sort::Nat)?;
            let n = Tree::new(TermKind::Entry(variable, vec![]))?;
            let next = at(Tree::new(TermKind::Add(vec![n.clone(), number(1)?]))?)?;
            let rest = reader.suppose("suppose", &at(n)?, &next, step)?;
            Ok::<_, Refusal>(Step { inner: rest, ..Step::new(format!("from {name} to {name} + 1:"), String::new()) })
        })?;
        Ok(vec![first, next])
    }

    fn cases(&mut self, fact: &Fact, branches: &[Derivation], goal: &Formula) -> Result<Vec<Step>, Refusal> {
        let says = self.says(fact)?;
        let exposed = self.context.expose(&says)?;
        let FormulaKind::Or(parts) = &*exposed else {
            return Err(Refusal::Unfit { rule: "cases", formula: exposed });
        };
        let mut steps = vec![];
        match &**fact {
            FactKind::ExcludedMiddle(_) => {}
            FactKind::Derived(formula, derivation) => {
                let text = self.formula(formula)?;
                let inner = self.scoped(|reader| reader.outline(formula, derivation))?;
                steps.push(Step::block("have", text, inner));
            }
            _ => {
                let (formula, reasons) = (self.formula(&exposed)?, vec![self.cite(fact)?]);
                steps.push(Step { reasons, ..Step::new("", formula) });
            }
        }
        for (part, branch) in parts.iter().zip(branches) {
            let step = self.scoped(|reader| {
                let formula = reader.formula(part)?;
                let name = reader.assume(part.clone())?;
                let inner = reader.outline(goal, branch)?;
                Ok::<_, Refusal>(Step { inner, ..Step::new(format!("case {name}:"), formula) })
            })?;
            steps.push(step);
        }
        Ok(steps)
    }

    fn unpack(&mut self, fact: &Fact, inner: &Derivation, goal: &Formula) -> Result<Vec<Step>, Refusal> {
        let says = self.says(fact)?;
        let exposed = self.context.expose(&says)?;
        let FormulaKind::Exists(binder, body) = &*exposed else {
            return Err(Refusal::Unfit { rule: "unpacking an existence", formula: exposed });
        };
        let reasons = vec![self.cite(fact)?];
        self.scoped(|reader| {
            let (variable, body) = reader.open(binder, body)?;
            let formula = reader.formula(&body)?;
            let name = reader.assume(body)?;
            let words = format!("obtain {variable} : {} with {name}:", reader.sort(&binder.sort));
            let rest = reader.outline(goal, inner)?;
            Ok(followed(Step { reasons, ..Step::new(words, formula) }, rest))
        })
    }

    fn have(&mut self, facts: &[Fact], inner: &Derivation, goal: &Formula) -> Result<Vec<Step>, Refusal> {
        self.scoped(|reader| {
            let mut steps = vec![];
            for fact in facts {
                let says = reader.says(fact)?;
                let formula = reader.formula(&says)?;
                let mut step = match &**fact {
                    FactKind::Derived(_, derivation) => {
                        let inner = reader.scoped(|reader| reader.outline(&says, derivation))?;
                        Step::block("", formula, inner)
                    }
                    _ => Step { reasons: vec![reader.cite(fact)?], ..Step::new("", formula) },
                };
                step.words = format!("have {}:", reader.assume(says)?);
                steps.push(step);
            }
            steps.extend(reader.outline(goal, inner)?);
            Ok(steps)
        })
    }
}

fn followed(first: Step, rest: Vec<Step>) -> Vec<Step> {
    std::iter::once(first).chain(rest).collect()
}
