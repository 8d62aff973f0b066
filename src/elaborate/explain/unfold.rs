//! Formulas without definitions, and without derivatives.

use std::collections::BTreeSet;

use tightrope_kernel::{
    Application, Argument, Context, Definition, Formula, FormulaKind, Hypothesis, Library, Meaning, Name, Node,
    Refusal, Relation, Statement, Term, TermKind, Tree, Variable, instantiate, variable_argument,
};

use super::value;
use crate::elaborate::bind::bind_formula;
use crate::elaborate::notation::Notation;
use crate::elaborate::readback;

/// Larger formulas are not printed: nobody reads them.
pub(super) const LARGEST: u32 = 1 << 13;
/// A normal form with more terms is no easier to read than the derivative.
const LONGEST: usize = 8;

/// A tree that is not too large to be printed.
fn readable<T: Node>(node: T) -> Result<Tree<T>, Refusal> {
    let tree = Tree::new(node)?;
    if tree.size() > LARGEST { Err(Refusal::TooLarge) } else { Ok(tree) }
}

/// A term with its definitions unfolded all the way down.
fn term(library: &Library, folded: &Term) -> Result<Term, Refusal> {
    let all = |terms: &[Term]| terms.iter().map(|t| term(library, t)).collect::<Result<Vec<_>, _>>();
    readable(match &**folded {
        TermKind::Constant(_) | TermKind::Entry(..) | TermKind::Delta(..) => return Ok(folded.clone()),
        TermKind::Defined(application) => return term(library, &library.unfold_term(application)?),
        TermKind::Add(terms) => TermKind::Add(all(terms)?),
        TermKind::Multiply(factors) => TermKind::Multiply(all(factors)?),
        TermKind::Power(base, n) => TermKind::Power(term(library, base)?, *n),
        TermKind::Sum(name, dimension, body) => TermKind::Sum(name.clone(), *dimension, term(library, body)?),
        TermKind::Apply(function, inner) => TermKind::Apply(*function, term(library, inner)?),
        TermKind::Derivative { name, body, at } => {
            TermKind::Derivative { name: name.clone(), body: term(library, body)?, at: term(library, at)? }
        }
    })
}

/// A formula with its definitions unfolded all the way down.
pub(super) fn formula(library: &Library, folded: &Formula) -> Result<Formula, Refusal> {
    if let FormulaKind::Defined(application) = &**folded {
        return formula(library, &library.unfold_formula(application)?);
    }
    rebuilt(
        folded,
        &mut (),
        |(), relation, left, right| {
            Tree::new(FormulaKind::Compare(relation, term(library, left)?, term(library, right)?))
        },
        |(), part| formula(library, part),
    )
}

/// A formula whose terms are written as by hand.
pub(super) fn tidy(plain: &Formula) -> Result<Formula, Refusal> {
    let compare = |(): &mut (), relation, left: &Term, right: &Term| {
        Tree::new(FormulaKind::Compare(relation, value::tidy(left)?, value::tidy(right)?))
    };
    rebuilt(plain, &mut (), compare, |(), part| tidy(part))
}

/// A formula with its comparisons and its parts replaced.
fn rebuilt<S>(
    whole: &Formula,
    state: &mut S,
    compare: impl Fn(&mut S, Relation, &Term, &Term) -> Result<Formula, Refusal>,
    part: impl Fn(&mut S, &Formula) -> Result<Formula, Refusal>,
) -> Result<Formula, Refusal> {
    readable(match &**whole {
        FormulaKind::Compare(relation, left, right) => return compare(state, *relation, left, right),
        FormulaKind::And(parts) => FormulaKind::And(parts.iter().map(|p| part(state, p)).collect::<Result<_, _>>()?),
        FormulaKind::Or(parts) => FormulaKind::Or(parts.iter().map(|p| part(state, p)).collect::<Result<_, _>>()?),
        FormulaKind::Implies(left, right) => FormulaKind::Implies(part(state, left)?, part(state, right)?),
        FormulaKind::Iff(left, right) => FormulaKind::Iff(part(state, left)?, part(state, right)?),
        FormulaKind::Not(inner) => FormulaKind::Not(part(state, inner)?),
        FormulaKind::Forall(binder, body) => FormulaKind::Forall(binder.clone(), part(state, body)?),
        FormulaKind::Exists(binder, body) => FormulaKind::Exists(binder.clone(), part(state, body)?),
        FormulaKind::Defined(_) => return Ok(whole.clone()),
    })
}

/// A formula without definitions, with normal forms for those sides of its comparisons in
/// which derivatives occur, unless they are long; it has to be closed in the context.
pub(super) fn differentiated(context: &mut Context<'_>, unfolded: &Formula) -> Result<Formula, Refusal> {
    let side = |context: &mut Context<'_>, side: &Term| {
        if !differentiates(side) {
            return Ok(side.clone());
        }
        let form = context.normal_form(side)?;
        if form.terms().count() > LONGEST { Ok(side.clone()) } else { value::tidy(&readback::polynomial(&form)?) }
    };
    if let FormulaKind::Forall(binder, body) | FormulaKind::Exists(binder, body) = &**unfolded {
        let level = context.variables().len();
        let body = context.scoped(|context| {
            let argument = variable_argument(context.declare(binder.sort.clone())?, &binder.sort)?;
            differentiated(context, &instantiate(body, &[argument])?)
        })?;
        let body = bind_formula(&body, level, 1)?;
        let universal = matches!(&**unfolded, FormulaKind::Forall(..));
        let quantifier = if universal { FormulaKind::Forall } else { FormulaKind::Exists };
        return readable(quantifier(binder.clone(), body));
    }
    rebuilt(
        unfolded,
        context,
        |context, relation, left, right| {
            Tree::new(FormulaKind::Compare(relation, side(context, left)?, side(context, right)?))
        },
        differentiated,
    )
}

/// Whether a derivative occurs in a term without definitions.
fn differentiates(term: &Term) -> bool {
    match &**term {
        TermKind::Derivative { .. } => true,
        TermKind::Add(terms) | TermKind::Multiply(terms) => terms.iter().any(differentiates),
        TermKind::Power(inner, _) | TermKind::Sum(_, _, inner) | TermKind::Apply(_, inner) => differentiates(inner),
        TermKind::Constant(_) | TermKind::Entry(..) | TermKind::Delta(..) | TermKind::Defined(_) => false,
    }
}

/// The definitions that occur in terms and formulas.
#[derive(Default)]
pub(super) struct Used(BTreeSet<Name>);

impl Used {
    pub(super) fn term(&mut self, term: &Term) {
        match &**term {
            TermKind::Constant(_) | TermKind::Entry(..) | TermKind::Delta(..) => {}
            TermKind::Add(terms) | TermKind::Multiply(terms) => terms.iter().for_each(|t| self.term(t)),
            TermKind::Power(inner, _) | TermKind::Sum(_, _, inner) | TermKind::Apply(_, inner) => self.term(inner),
            TermKind::Defined(application) => self.application(application),
            TermKind::Derivative { body, at, .. } => {
                self.term(body);
                self.term(at);
            }
        }
    }

    pub(super) fn formula(&mut self, formula: &Formula) {
        match &**formula {
            FormulaKind::Compare(_, left, right) => {
                self.term(left);
                self.term(right);
            }
            FormulaKind::And(parts) | FormulaKind::Or(parts) => parts.iter().for_each(|p| self.formula(p)),
            FormulaKind::Implies(left, right) | FormulaKind::Iff(left, right) => {
                self.formula(left);
                self.formula(right);
            }
            FormulaKind::Not(inner) | FormulaKind::Forall(_, inner) | FormulaKind::Exists(_, inner) => {
                self.formula(inner);
            }
            FormulaKind::Defined(application) => self.application(application),
        }
    }

    fn application(&mut self, application: &Application) {
        self.0.insert(application.definition.clone());
        for argument in &application.arguments {
            if let Argument::Array { body, .. } = argument {
                self.term(body);
            }
        }
    }

    /// The definitions that were found and those that they use, each as an equation or an
    /// equivalence, in the order of the library.
    pub(super) fn equations(mut self, library: &Library) -> Vec<String> {
        let mut equations = vec![];
        let names: Vec<&Name> = library.names().collect();
        // A definition uses earlier ones only.
        for name in names.into_iter().rev().filter_map(|name| library.definition(name).ok()) {
            if self.0.contains(&name.name) {
                match &name.body {
                    Meaning::Term(body) => self.term(body),
                    Meaning::Formula(body) => self.formula(body),
                }
                equations.extend(equation(name));
            }
        }
        equations.reverse();
        equations
    }
}

/// A definition as a formula below its parameters.
fn equation(definition: &Definition) -> Result<String, Refusal> {
    let count = definition.parameters.len();
    let own = |(k, binder): (usize, &tightrope_kernel::Binder)| {
        let level = u32::try_from(count.saturating_sub(k).saturating_sub(1)).map_err(|_| Refusal::TooLarge)?;
        variable_argument(Variable::Bound(level), &binder.sort)
    };
    let arguments = definition.parameters.iter().enumerate().map(own).collect::<Result<_, _>>()?;
    let application = Application { definition: definition.name.clone(), dimensions: vec![], arguments };
    let conclusion = Tree::new(match &definition.body {
        Meaning::Term(body) => {
            FormulaKind::Compare(Relation::Equal, Tree::new(TermKind::Defined(application))?, body.clone())
        }
        Meaning::Formula(body) => FormulaKind::Iff(Tree::new(FormulaKind::Defined(application))?, body.clone()),
    })?;
    let statement = Statement {
        dimensions: definition.dimensions.clone(),
        variables: definition.parameters.clone(),
        hypotheses: Vec::<Hypothesis>::new(),
        conclusion,
    };
    Ok(Notation::of(&statement).formula(&statement.conclusion))
}
