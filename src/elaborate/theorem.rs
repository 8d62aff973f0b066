//! Settings and theorems: from clauses to definitions, statements and proofs.

use std::collections::BTreeMap;
use std::rc::Rc;

use tightrope_kernel::{
    Binder, Context, Definition, Derivation, Formula, Hypothesis, Library, Meaning, Name, Proof, Sort, Statement,
};

use super::corpus::{Claim, Standing};
use super::definedness;
use super::hypotheses;
use super::refute;
use super::scope::{Defined, Definitions, Elaborated, Entry, FactName, Scope, at};
use super::state::State;
use super::term::wrong;
use crate::syntax::ast::{
    self, Assume, Certificate, Clause, ClauseKind, ConclusionKind, Define, DefineKind, Expr, ExprKind, Ident, Refute,
    Show, Span,
};
use crate::syntax::diagnostic::Diagnostic;

/// The dimensions, variables and definitions that a setting brings.
#[derive(Clone, Debug, Default)]
pub(crate) struct Brought {
    pub dimensions: Vec<String>,
    /// In order; names only once.
    pub variables: Vec<(String, Sort)>,
    pub definitions: Definitions,
}

impl Brought {
    /// A scope that begins with what was brought.
    pub(crate) fn scope(&self) -> Scope {
        let mut scope = Scope::new(self.definitions.clone());
        scope.dimensions = self.dimensions.clone();
        for (name, sort) in &self.variables {
            scope.push(name, sort.clone(), Span::default());
        }
        scope.mark_outer(0);
        scope
    }
}

/// The claims that proofs can cite.
pub(crate) struct Claims {
    theorem: String,
    pub own: BTreeMap<String, (Name, Option<(Expr, Certificate)>)>,
    /// The names of its own claims, for the scopes of later proofs.
    names: Rc<BTreeMap<String, FactName>>,
    all: Rc<BTreeMap<(String, String), Name>>,
}

impl Claims {
    pub(crate) fn own(&self, name: &str) -> Option<Name> {
        self.own.get(name).map(|(full, _)| full.clone())
    }

    /// Makes a claim, or a named lemma, known to what follows.
    fn add(&mut self, name: &str, full: Name, sorts: Vec<Sort>, proved: Option<(Expr, Certificate)>) {
        self.own.insert(name.to_string(), (full, proved));
        let known = FactName { span: Span::default(), binders: sorts };
        Rc::make_mut(&mut self.names).insert(name.to_string(), known);
    }

    /// A claim of a theorem.
    pub(crate) fn of(&self, theorem: &str, claim: &str, span: Span) -> Elaborated<Name> {
        if theorem == self.theorem
            && let Some(full) = self.own(claim)
        {
            return Ok(full);
        }
        self.all
            .get(&(theorem.to_string(), claim.to_string()))
            .cloned()
            .ok_or_else(|| wrong(span, format!("no claim `{claim}` of a theorem `{theorem}` is proved before this")))
    }

    /// The certificate by which a claim of this theorem was proved.
    pub(crate) fn certificate(&self, name: &Ident) -> Elaborated<Certificate> {
        let (_, found) = self.own.get(&name.name).ok_or_else(|| {
            wrong(name.span, format!("no claim `{}` of this theorem is proved before this", name.name))
        })?;
        let (_, certificate) =
            found.clone().ok_or_else(|| wrong(name.span, "this claim was not proved by `because` a cone"))?;
        Ok(certificate)
    }

    /// An expression in which `equality in CLAIM` is written out.
    pub(crate) fn resolved(&self, expr: &Expr) -> Elaborated<Expr> {
        let boxed = |e: &Expr| self.resolved(e).map(Box::new);
        let all = |es: &[Expr]| es.iter().map(|e| self.resolved(e)).collect::<Elaborated<Vec<_>>>();
        let kind = match &expr.kind {
            ExprKind::EqualityIn(claim) => return self.equality_in(claim, expr.span),
            ExprKind::Not(inner) => ExprKind::Not(boxed(inner)?),
            ExprKind::And(parts) => ExprKind::And(all(parts)?),
            ExprKind::Or(parts) => ExprKind::Or(all(parts)?),
            ExprKind::Implies(left, right) => ExprKind::Implies(boxed(left)?, boxed(right)?),
            ExprKind::Iff(left, right) => ExprKind::Iff(boxed(left)?, boxed(right)?),
            ExprKind::Quantified { quantifier, binders, body } => {
                ExprKind::Quantified { quantifier: *quantifier, binders: binders.clone(), body: boxed(body)? }
            }
            other => other.clone(),
        };
        Ok(Expr::new(expr.span, kind))
    }

    fn equality_in(&self, claim: &Ident, span: Span) -> Elaborated<Expr> {
        let found = self.own.get(&claim.name).and_then(|(_, proved)| proved.clone());
        let (formula, _) = found.ok_or_else(|| {
            wrong(claim.span, format!("no claim `{}` of this theorem was proved before by a cone", claim.name))
        })?;
        match formula.kind {
            ExprKind::Compare { first, mut rest } if rest.len() == 1 => {
                rest[0].0 = ast::Relation::Equal;
                Ok(Expr::new(span, ExprKind::Compare { first, rest }))
            }
            _ => Err(wrong(claim.span, "this claim is not one inequality")),
        }
    }
}

/// Adds the clauses of a setting to what it builds on.
pub(crate) fn setting(
    library: &mut Library,
    mut brought: Brought,
    name: &str,
    clauses: &[Clause],
) -> Result<Brought, Vec<Diagnostic>> {
    let mut errors = vec![];
    for clause in clauses {
        if let Err(error) = setting_clause(library, &mut brought, name, clause) {
            errors.push(error);
        }
    }
    if errors.is_empty() { Ok(brought) } else { Err(errors) }
}

fn setting_clause(library: &mut Library, brought: &mut Brought, setting: &str, clause: &Clause) -> Elaborated<()> {
    let scope = brought.scope();
    match &clause.kind {
        ClauseKind::Dimension(names) => names.iter().try_for_each(|name| {
            scope.ensure_new(name)?;
            brought.dimensions.push(name.name.clone());
            Ok(())
        }),
        ClauseKind::Let(declaration) => declaration.names.iter().try_for_each(|name| {
            scope.ensure_new(name)?;
            brought.variables.push((name.name.clone(), scope.sort(&declaration.sort)?));
            Ok(())
        }),
        ClauseKind::Define(define) => {
            let defined = definition(library, &scope, setting, define, clause.span)?;
            Rc::make_mut(&mut brought.definitions).insert(define.name.name.clone(), Rc::new(defined));
            Ok(())
        }
        ClauseKind::Source(_) | ClauseKind::Uses(_) => Ok(()),
        ClauseKind::Assume(_) | ClauseKind::Show(_) | ClauseKind::Lemma(_) | ClauseKind::Refute(_) => {
            Err(wrong(clause.span, "a setting declares and defines; it assumes and shows nothing"))
        }
    }
}

/// Checks a definition and adds it to the library. It depends on those variables in scope that
/// its body mentions; its parameters may reuse their names.
fn definition(library: &mut Library, scope: &Scope, prefix: &str, define: &Define, span: Span) -> Elaborated<Defined> {
    scope.ensure_new(&define.name)?;
    let mut parameters = vec![];
    for parameter in define.parameters.iter().chain(&define.indices) {
        parameters.push((parameter.name.clone(), scope.sort(&parameter.sort)?));
    }
    for (k, (name, _)) in parameters.iter().enumerate() {
        if parameters[..k].iter().any(|(other, _)| other.name == name.name) {
            return Err(wrong(name.span, format!("two parameters are called `{}`", name.name)));
        }
    }
    let hidden = |name: &str| parameters.iter().any(|(parameter, _)| parameter.name == name);
    let mut full = scope.clone();
    full.entries.retain(|entry| !hidden(&entry.name));
    let outer = full.entries.clone();
    body(&mut full, &parameters, define)?;
    let implicit: Vec<_> =
        (0..outer.len()).filter(|level| full.used.contains(level)).map(|l| outer[l].clone()).collect();
    let mut own = full.clone();
    own.entries = implicit.clone();
    let meaning = body(&mut own, &parameters, define)?;
    let name = Name::from(format!("{prefix}.{}", define.name.name));
    let implicit_binders = implicit.iter().map(|e| Binder { name: e.name.as_str().into(), sort: e.sort.clone() });
    let own_binders = parameters.iter().map(|(n, s)| Binder { name: n.name.as_str().into(), sort: s.clone() });
    let kernel_definition = Definition {
        name: name.clone(),
        dimensions: scope.dimensions.iter().map(|d| d.as_str().into()).collect(),
        parameters: implicit_binders.chain(own_binders).collect(),
        body: meaning,
    };
    at(span, library.define(kernel_definition))?;
    let explicit = define.parameters.len();
    Ok(Defined {
        name,
        dimensions: scope.dimensions.clone(),
        implicit: implicit.into_iter().map(|e| e.name).collect(),
        parameters: parameters[..explicit].iter().map(|(n, s)| (n.name.clone(), s.clone())).collect(),
        indices: parameters[explicit..]
            .iter()
            .filter_map(|(_, s)| match s {
                Sort::Index(d) => Some(*d),
                _ => None,
            })
            .collect(),
        predicate: define.kind == DefineKind::Predicate,
    })
}

fn body(scope: &mut Scope, parameters: &[(Ident, Sort)], define: &Define) -> Elaborated<Meaning> {
    scope.below(parameters, |scope| match define.kind {
        DefineKind::Function => Ok(Meaning::Term(scope.term(&define.body)?)),
        DefineKind::Predicate => Ok(Meaning::Formula(scope.formula(&define.body)?)),
    })
}

/// A theorem's clauses, sorted.
pub(crate) struct Parts<'t> {
    pub scope: Scope,
    /// How many variables come from settings: those that a claim does not mention are left out of it.
    pub brought: usize,
    pub hypotheses: Vec<(&'t Ident, &'t Expr)>,
    pub said: Vec<Said<'t>>,
}

/// A claim, a named lemma or a refutation.
pub(crate) enum Said<'t> {
    Show(&'t Show),
    Lemma(&'t Assume),
    Refute(&'t Refute),
}

impl<'t> Parts<'t> {
    /// The names and formulas of claims and named lemmas.
    pub(crate) fn formulas(&self) -> impl Iterator<Item = (&'t Ident, &'t Expr)> {
        self.said.iter().filter_map(|said| match said {
            Said::Show(show) => Some((&show.name, &show.formula)),
            Said::Lemma(lemma) => Some((&lemma.name, &lemma.formula)),
            Said::Refute(_) => None,
        })
    }
}

/// Elaborates and checks a theorem; each claim that holds is added to the library, and each named
/// lemma. Returns the claims, and what can be cited.
pub(crate) fn theorem(
    library: &mut Library,
    brought: &Brought,
    theorem: &ast::Theorem,
    all: &Rc<BTreeMap<(String, String), Name>>,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Vec<Claim>, Vec<(String, Name)>) {
    let errors = diagnostics.len();
    let parts = gather(library, brought, theorem, diagnostics);
    check_hypotheses(&parts, diagnostics);
    let mut claims =
        Claims { theorem: theorem.name.name.clone(), own: BTreeMap::new(), names: Rc::default(), all: all.clone() };
    if diagnostics.len() == errors {
        diagnostics.extend(contradiction(library, &parts, &claims));
    }
    // From hypotheses that contradict each other everything would follow: no claim is shown.
    if diagnostics.len() > errors {
        return (refused(theorem), vec![]);
    }
    let mut found = vec![];
    for said in &parts.said {
        match said {
            Said::Show(show) => {
                let standing = show_claim(library, &parts, show, &mut claims, diagnostics);
                found.push(Claim::new(show, standing));
            }
            Said::Lemma(lemma) => match postulate(library, &parts, lemma, &claims) {
                Ok((full, sorts)) => claims.add(&lemma.name.name, full, sorts, None),
                Err(error) => diagnostics.push(error),
            },
            Said::Refute(refute) => {
                let standing = refute_claim(library, &parts, refute, &claims, diagnostics);
                found.push(Claim::refutation(refute, refute::named(&parts, refute), standing));
            }
        }
    }
    let names: Vec<&Ident> = parts.hypotheses.iter().map(|(name, _)| *name).collect();
    let proved: Vec<Name> = found.iter().filter_map(Claim::proved).cloned().collect();
    let shown = found.iter().filter(|claim| !claim.refutation).count();
    if proved.len() == shown && shown > 0 {
        diagnostics.extend(hypotheses::unused(library, &names, &proved));
    }
    (found, claims.own.into_iter().map(|(name, (full, _))| (name, full)).collect())
}

/// The claims of a theorem that cannot be read as a whole.
pub(crate) fn refused(theorem: &ast::Theorem) -> Vec<Claim> {
    let claims = theorem.clauses.iter().filter_map(|clause| match &clause.kind {
        ClauseKind::Show(show) => Some(Claim::new(show, Standing::Refused)),
        ClauseKind::Refute(refute) => Some(Claim::refutation(refute, &refute.formula, Standing::Refused)),
        _ => None,
    });
    claims.collect()
}

fn refute_claim(
    library: &Library,
    parts: &Parts<'_>,
    refute: &Refute,
    claims: &Claims,
    diagnostics: &mut Vec<Diagnostic>,
) -> Standing {
    match refute::refuted(library, parts, refute, claims) {
        Ok(instance) => Standing::Exact(Box::new(instance)),
        Err(error) => {
            diagnostics.push(error);
            Standing::Refused
        }
    }
}

fn gather<'t>(
    library: &mut Library,
    brought: &Brought,
    theorem: &'t ast::Theorem,
    diagnostics: &mut Vec<Diagnostic>,
) -> Parts<'t> {
    let scope = brought.scope();
    let mut parts = Parts { brought: scope.entries.len(), scope, hypotheses: vec![], said: vec![] };
    let sourced = theorem.clauses.iter().any(|clause| matches!(clause.kind, ClauseKind::Source(_)));
    for clause in &theorem.clauses {
        let result = match &clause.kind {
            ClauseKind::Dimension(names) => names.iter().try_for_each(|name| {
                parts.scope.ensure_new(name)?;
                parts.scope.dimensions.push(name.name.clone());
                Ok(())
            }),
            ClauseKind::Let(declaration) => declaration.names.iter().try_for_each(|name| {
                let sort = parts.scope.sort(&declaration.sort)?;
                parts.scope.declare(name, sort)?;
                parts.scope.mark_outer(parts.scope.entries.len() - 1);
                Ok(())
            }),
            ClauseKind::Define(define) => definition(library, &parts.scope, &theorem.name.name, define, clause.span)
                .map(|defined| {
                    Rc::make_mut(&mut parts.scope.definitions).insert(define.name.name.clone(), Rc::new(defined));
                }),
            ClauseKind::Assume(_) if !parts.said.is_empty() => Err(wrong(clause.span, "a hypothesis after a claim")
                .help("put every `assume` before the first `show` or `refute`")),
            ClauseKind::Assume(assume) => new_fact(&mut parts.scope, &assume.name).map(|()| {
                parts.hypotheses.push((&assume.name, &assume.formula));
            }),
            ClauseKind::Show(show) => {
                new_fact(&mut parts.scope, &show.name).map(|()| parts.said.push(Said::Show(show)))
            }
            ClauseKind::Lemma(lemma) if !sourced => {
                let error = wrong(lemma.name.span, "a named lemma is trusted, and this one has no source");
                Err(error.help("say where it is proved, right after the title: `source \"…\"`"))
            }
            ClauseKind::Lemma(lemma) => {
                new_fact(&mut parts.scope, &lemma.name).map(|()| parts.said.push(Said::Lemma(lemma)))
            }
            ClauseKind::Refute(refute) => {
                new_fact(&mut parts.scope, &refute.name).map(|()| parts.said.push(Said::Refute(refute)))
            }
            ClauseKind::Source(_) | ClauseKind::Uses(_) => Ok(()),
        };
        diagnostics.extend(result.err());
    }
    parts.scope.facts.clear();
    parts
}

/// Reserves the name of a fact.
fn new_fact(scope: &mut Scope, name: &Ident) -> Elaborated<()> {
    scope.ensure_new(name)?;
    scope.facts.insert(name.name.clone(), FactName { span: name.span, binders: vec![] });
    Ok(())
}

fn check_hypotheses(parts: &Parts<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut scope = parts.scope.clone();
    diagnostics.extend(parts.hypotheses.iter().filter_map(|(_, formula)| scope.formula(formula).err()));
}

fn show_claim(
    library: &mut Library,
    parts: &Parts<'_>,
    show: &Show,
    claims: &mut Claims,
    diagnostics: &mut Vec<Diagnostic>,
) -> Standing {
    match prove_claim(library, parts, show, claims) {
        Ok(Some((full, sorts))) => {
            let certificate = show.proof.as_ref().and_then(|proof| match &proof.conclusion.kind {
                ConclusionKind::Because(c) if proof.steps.is_empty() => Some((show.formula.clone(), c.clone())),
                _ => None,
            });
            claims.add(&show.name.name, full.clone(), sorts, certificate);
            Standing::Proved(full)
        }
        Ok(None) => Standing::Unproved,
        Err(error) => {
            diagnostics.push(error);
            Standing::Refused
        }
    }
}

/// A statement in whose context a proof can be tried.
struct Opened<'a> {
    state: State<'a>,
    /// Not assumed yet.
    hypotheses: Vec<Hypothesis>,
    conclusion: Formula,
    definedness: Derivation,
}

/// Opens a statement that is well defined.
fn open<'a>(
    library: &'a Library,
    parts: &Parts<'_>,
    scope: Scope,
    statement: &Statement,
    claims: &'a Claims,
    formula: &Expr,
) -> Elaborated<Opened<'a>> {
    let (context, hypotheses, conclusion) = at(formula.span, Context::of(library, statement))?;
    let obligations = at(formula.span, context.definedness(&hypotheses, &conclusion))?;
    let mut state = State::new(context, library, scope, claims);
    let texts = parts.hypotheses.iter().map(|(_, text)| *text);
    let written: Vec<(&Formula, &Expr)> = hypotheses.iter().map(|h| &h.formula).zip(texts).collect();
    let definedness = definedness::derivation(&mut state, &obligations, &written, formula)?;
    Ok(Opened { state, hypotheses, conclusion, definedness })
}

/// Proves one claim; `None` if it has no proof. With the sorts of its outermost ∀.
fn prove_claim(
    library: &mut Library,
    parts: &Parts<'_>,
    show: &Show,
    claims: &Claims,
) -> Elaborated<Option<(Name, Vec<Sort>)>> {
    let formula = claims.resolved(&show.formula)?;
    let (scope, statement) = statement(parts, &parts.hypotheses, &formula, |level, _| level >= parts.brought)?;
    let span = show.name.span;
    let full = Name::from(format!("{}.{}", claims.theorem, show.name.name));
    let Opened { mut state, hypotheses, conclusion, definedness } =
        open(library, parts, scope, &statement, claims, &formula)?;
    let Some(proof) = &show.proof else { return Ok(None) };
    for (hypothesis, (name, _)) in hypotheses.iter().zip(&parts.hypotheses) {
        state.assume(Some(name), hypothesis.formula.clone(), name.span)?;
    }
    state.scope.claims = claims.names.clone();
    let sorts = state.leading_sorts(&statement.conclusion);
    let conclusion = state.proof(&conclusion, proof)?;
    at(span, library.admit(full.clone(), statement, Proof { definedness, conclusion }))?;
    Ok(Some((full, sorts)))
}

/// Hypotheses that contradict each other.
fn contradiction(library: &Library, parts: &Parts<'_>, claims: &Claims) -> Option<Diagnostic> {
    let nothing = ExprKind::Compare {
        first: Box::new(Expr::new(Span::default(), ExprKind::Number(num_traits::zero()))),
        rest: vec![(ast::Relation::Equal, Expr::new(Span::default(), ExprKind::Number(num_traits::zero())))],
    };
    let (nothing, kept) = (Expr::new(Span::default(), nothing), |level, _: &Entry| level >= parts.brought);
    let (scope, statement) = statement(parts, &parts.hypotheses, &nothing, kept).ok()?;
    let (context, hypotheses, _) = Context::of(library, &statement).ok()?;
    let mut state = State::new(context, library, scope, claims);
    for (hypothesis, (name, _)) in hypotheses.iter().zip(&parts.hypotheses) {
        state.assume(Some(name), hypothesis.formula.clone(), name.span).ok()?;
    }
    let found = hypotheses::contradictory(&mut state)?;
    let names: Vec<&Ident> = found.iter().filter_map(|n| parts.hypotheses.get(*n)).map(|(name, _)| *name).collect();
    hypotheses::contradiction(&names)
}

/// Adds a named lemma, which has to be well defined like a claim.
fn postulate(
    library: &mut Library,
    parts: &Parts<'_>,
    lemma: &Assume,
    claims: &Claims,
) -> Elaborated<(Name, Vec<Sort>)> {
    let kept = |level, _: &Entry| level >= parts.brought;
    let (scope, statement) = statement(parts, &parts.hypotheses, &lemma.formula, kept)?;
    let sorts =
        open(library, parts, scope, &statement, claims, &lemma.formula)?.state.leading_sorts(&statement.conclusion);
    let full = Name::from(format!("{}.{}", claims.theorem, lemma.name.name));
    at(lemma.name.span, library.postulate(full.clone(), statement))?;
    Ok((full, sorts))
}

/// A statement from hypotheses of a theorem, with the variables that it mentions and those that
/// are kept anyway.
pub(crate) fn statement(
    parts: &Parts<'_>,
    assumed: &[(&Ident, &Expr)],
    formula: &Expr,
    kept: impl Fn(usize, &Entry) -> bool,
) -> Elaborated<(Scope, Statement)> {
    let mut full = parts.scope.clone();
    let closed = |scope: &mut Scope| -> Elaborated<(Vec<Hypothesis>, Formula)> {
        let mut hypotheses = vec![];
        for (name, formula) in assumed {
            hypotheses.push(Hypothesis { name: name.name.as_str().into(), formula: scope.formula(formula)? });
        }
        Ok((hypotheses, scope.formula(formula)?))
    };
    closed(&mut full)?;
    let used = full.used.clone();
    let mut scope = parts.scope.clone();
    let mut level = 0;
    scope.entries.retain(|entry| {
        level += 1;
        used.contains(&(level - 1)) || kept(level - 1, entry)
    });
    let (hypotheses, conclusion) = closed(&mut scope)?;
    let variables = scope.entries.iter().map(|e| Binder { name: e.name.as_str().into(), sort: e.sort.clone() });
    let statement = Statement {
        dimensions: scope.dimensions.iter().map(|d| d.as_str().into()).collect(),
        variables: variables.collect(),
        hypotheses,
        conclusion,
    };
    Ok((scope, statement))
}
