//! Evidence, each with an independent reading of its value.

use tightrope::kernel::{Context, DerivationKind, Evidence, EvidenceKind, Relation, Sign, Sort, TermKind};

use crate::common::{D, E, add, compare, multiply, number, power, rename, sum, tree};
use crate::formulas::{abstracted, comparison, difference};
use crate::session::{Session, Weighed};

/// What a sign says of a value and 0.
pub fn relation_of(sign: Sign) -> Relation {
    match sign {
        Sign::Zero => Relation::Equal,
        Sign::Positive => Relation::Greater,
        Sign::Nonnegative => Relation::AtLeast,
    }
}

impl<'w> Session<'w> {
    pub fn evidence_step(&mut self, context: &mut Context<'w>, depth: usize) {
        match self.generator.below(16) {
            0..=3 => self.fact_evidence(context),
            4 => {
                let q = self.generator.small();
                let reading = tree(TermKind::Constant(q.clone()));
                self.weigh(context, "evidence: constant", tree(EvidenceKind::Constant(q)), reading, 1);
            }
            5 | 6 => {
                let term = self.confused(|g| g.term(5));
                let evidence = tree(EvidenceKind::Square(term.clone()));
                self.weigh(context, "evidence: square", evidence, power(term, 2), 1);
            }
            7 | 8 => self.multiple(context),
            9..=11 => self.several(context),
            _ if depth > 0 => self.sum_evidence(context, depth - 1),
            _ => self.several(context),
        }
    }

    fn fact_evidence(&mut self, context: &mut Context<'w>) {
        let Some(known) = self.known_where(|k| comparison(&k.formula).is_some()) else { return };
        let Some((relation, left, right)) = comparison(&known.formula) else { return };
        let reading = difference(&left, &right);
        let as_square = if relation == Relation::Unequal { 90 } else { 5 };
        if self.generator.chance(as_square) {
            let evidence = tree(EvidenceKind::NonzeroSquare(known.fact));
            self.weigh(context, "evidence: square of nonzero", evidence, power(reading, 2), known.size);
        } else {
            let evidence = tree(EvidenceKind::Fact(known.fact));
            self.weigh(context, "evidence: fact", evidence, reading, known.size);
        }
    }

    fn multiple(&mut self, context: &mut Context<'w>) {
        let zero = self.weights.iter().filter(|w| w.relation == Relation::Equal).cloned().collect::<Vec<_>>();
        let chosen = if self.generator.chance(85) { self.generator.pick(&zero) } else { self.weighed() };
        let Some(Weighed { evidence, reading, size, .. }) = chosen else { return };
        let term = self.confused(|g| g.term(4));
        let multiple = tree(EvidenceKind::Multiple(term.clone(), evidence));
        self.weigh(context, "evidence: multiple", multiple, multiply(vec![term, reading]), size);
    }

    fn several(&mut self, context: &mut Context<'w>) {
        let count = if self.generator.chance(5) { 0 } else { 2 + self.generator.below(2) };
        let parts: Option<Vec<Weighed>> = (0..count).map(|_| self.weighed()).collect();
        let Some(parts) = parts else { return };
        let size = parts.iter().map(|p| p.size).sum();
        let evidence = parts.iter().map(|p| p.evidence.clone()).collect();
        let readings = parts.iter().map(|p| p.reading.clone()).collect();
        if self.generator.chance(55) {
            self.weigh(context, "evidence: sum", tree(EvidenceKind::Add(evidence)), add(readings), size);
        } else {
            self.weigh(context, "evidence: product", tree(EvidenceKind::Multiply(evidence)), multiply(readings), size);
        }
    }

    /// Σ of what is shown of a new index; sometimes of one that is declared already.
    fn sum_evidence(&mut self, context: &mut Context<'w>, depth: usize) {
        let dimension = if self.generator.chance(75) { D } else { E };
        let inner = self.scope(context, |session, context| {
            let index = session.declare(context, &Sort::Index(dimension));
            let before = session.weights.len();
            session.instantiate_at(context, index);
            session.grow(context, 8, depth);
            let made = session.weights.len() > before && session.generator.chance(85);
            let from = if made { before } else { 0 };
            let candidates = session.weights[from..].to_vec();
            session.generator.pick(&candidates).map(|weighed| (weighed, index))
        });
        let Some((Weighed { evidence, reading, relation, size }, index)) = inner else { return };
        let evidence = tree(EvidenceKind::Sum(dimension, evidence));
        if self.generator.chance(20)
            && let Some(declared) = self.generator.index(dimension)
        {
            // What is shown of a declared index is not shown of all, and the sum may be empty.
            let goal = compare(relation, sum(dimension, rename(&reading, &abstracted(declared))), number(0));
            self.derive(context, "arithmetic", goal, tree(DerivationKind::Arithmetic(evidence.clone())), size);
        }
        let reading = sum(dimension, rename(&reading, &abstracted(index)));
        self.weigh(context, "evidence: sum over", evidence, reading, size);
    }
}

/// Evidence that two values known to be equal are, for use in derivations.
pub fn fact_evidence(fact: &tightrope::kernel::Fact) -> Evidence {
    tree(EvidenceKind::Fact(fact.clone()))
}
