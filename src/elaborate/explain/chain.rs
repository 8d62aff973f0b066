//! Certificates as chains: a difference, summand by summand, each with its sign and with what
//! it is known by.

use tightrope_kernel::{Evidence, EvidenceKind, Fact, FormulaKind, Name, Refusal, Sign, Sort, Term, TermKind, Tree};

use super::reader::Reader;
use super::value::{difference, product, sum, unsigned};
use crate::elaborate::auto::number;
use crate::elaborate::bind::bind_term;

/// A difference as a sum of terms of known sign.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The difference, left − right; 0 where a contradiction is shown.
    pub difference: String,
    /// What it is the sum of.
    pub summands: Vec<Summand>,
}

/// A summand of a difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summand {
    /// Whether it is subtracted.
    pub negative: bool,
    /// Its value, without the minus.
    pub value: String,
    /// Its sign, with the minus.
    pub sign: Sign,
    /// The facts and squares by which its sign is known.
    pub reasons: Vec<String>,
}

impl Summand {
    /// Its sign as a relation to 0.
    pub fn relation(&self) -> &'static str {
        match self.sign {
            Sign::Nonnegative => ">= 0",
            Sign::Positive => "> 0",
            Sign::Zero => "= 0",
        }
    }
}

impl Reader<'_> {
    /// The summands of evidence; those that are 0 as they stand are left out.
    pub(super) fn summands(&mut self, evidence: &Evidence) -> Result<Vec<Summand>, Refusal> {
        let mut parts = vec![];
        addends(evidence, &mut parts);
        let mut summands = vec![];
        for part in grouped(parts)? {
            let first = summands.is_empty();
            summands.extend(self.summand(&part, first)?);
        }
        Ok(summands)
    }

    fn summand(&mut self, evidence: &Evidence, first: bool) -> Result<Option<Summand>, Refusal> {
        let (weighed, sign) = self.context.weigh(evidence)?;
        if sign == Sign::Zero && weighed.is_zero() {
            return Ok(None);
        }
        let mut reasons = vec![];
        let value = self.value(evidence, &mut reasons)?;
        // What is shown is what the kernel weighs.
        if self.context.normal_form(&value)? != weighed {
            return Err(Refusal::Remainder(weighed));
        }
        let (negative, value) = unsigned(&value)?;
        let text = self.term(&value)?;
        let value =
            if (negative || !first) && matches!(&*value, TermKind::Add(_)) { format!("({text})") } else { text };
        Ok(Some(Summand { negative, value, sign, reasons }))
    }

    /// The value of evidence, built as the evidence is, and what its sign is known by.
    fn value(&mut self, evidence: &Evidence, reasons: &mut Vec<String>) -> Result<Term, Refusal> {
        let mut all = |reader: &mut Self, parts: &[Evidence]| {
            parts.iter().map(|part| reader.value(part, reasons)).collect::<Result<Vec<_>, _>>()
        };
        match &**evidence {
            EvidenceKind::Constant(q) => Tree::new(TermKind::Constant(q.clone())),
            EvidenceKind::Add(parts) => sum(all(self, parts)?),
            EvidenceKind::Multiply(parts) => product(all(self, parts)?),
            EvidenceKind::Fact(fact) => self.compared(fact, reasons),
            EvidenceKind::NonzeroSquare(fact) => square(&self.compared(fact, reasons)?),
            EvidenceKind::Square(root) => {
                if self.context.normal_form(root)?.as_constant().is_none() {
                    reason(reasons, "a square".into());
                }
                square(root)
            }
            EvidenceKind::Multiple(factor, inner) => product(vec![factor.clone(), self.value(inner, reasons)?]),
            EvidenceKind::Sum(dimension, inner) => {
                let level = self.context.variables().len();
                let (name, body) = self.scoped(|reader| {
                    let (_, name) = reader.declare(reader.index_name(), Sort::Index(*dimension))?;
                    Ok::<_, Refusal>((name, reader.value(inner, reasons)?))
                })?;
                Tree::new(TermKind::Sum(Name::from(name), *dimension, bind_term(&body, level, 1)?))
            }
        }
    }

    /// Left − right of a fact.
    fn compared(&mut self, fact: &Fact, reasons: &mut Vec<String>) -> Result<Term, Refusal> {
        let says = self.says(fact)?;
        let formula = self.context.expose(&says)?;
        let FormulaKind::Compare(_, left, right) = &*formula else {
            return Err(Refusal::Unfit { rule: "arithmetic with a fact", formula });
        };
        self.grounds(fact, reasons)?;
        difference(left, right)
    }
}

fn square(root: &Term) -> Result<Term, Refusal> {
    product(vec![root.clone(), root.clone()])
}

/// Adds a reason that is not among them.
pub(super) fn reason(reasons: &mut Vec<String>, reason: String) {
    if !reasons.contains(&reason) {
        reasons.push(reason);
    }
}

/// The parts of sums.
fn addends(evidence: &Evidence, found: &mut Vec<Evidence>) {
    match &**evidence {
        EvidenceKind::Add(parts) => parts.iter().for_each(|part| addends(part, found)),
        _ => found.push(evidence.clone()),
    }
}

/// Multiples of the same equality as one multiple: Σ_k c_k (l − r) = (Σ_k c_k) (l − r).
fn grouped(parts: Vec<Evidence>) -> Result<Vec<Evidence>, Refusal> {
    let mut groups: Vec<(Evidence, Vec<Term>)> = vec![];
    for part in parts {
        let (base, factor) = multiple(&part)?;
        match groups.iter_mut().find(|(other, factors)| *other == base && !factors.is_empty()) {
            Some((_, factors)) if factor.is_some() => factors.extend(factor),
            _ => groups.push((base, factor.into_iter().collect())),
        }
    }
    let group = |(base, factors): (Evidence, Vec<Term>)| {
        if factors.is_empty() { Ok(base) } else { Tree::new(EvidenceKind::Multiple(sum(factors)?, base)) }
    };
    groups.into_iter().map(group).collect()
}

/// Evidence as a multiple of an equality, if it is one.
fn multiple(evidence: &Evidence) -> Result<(Evidence, Option<Term>), Refusal> {
    let EvidenceKind::Multiple(factor, inner) = &**evidence else { return Ok((evidence.clone(), None)) };
    let (base, rest) = multiple(inner)?;
    let rest = rest.map_or_else(|| number(1), Ok)?;
    Ok((base, Some(product(vec![factor.clone(), rest])?)))
}
