//! A kernel context with names, in which formulas, terms and facts are put into words.

use tightrope_kernel::{
    Argument, Context, Derivation, Fact, FactKind, Formula, FormulaKind, Library, Name, Refusal, Sort, Statement, Term,
    Tree, Variable,
};

use super::chain::reason;
use super::unfold::{self, Used};
use super::value::tidy;
use crate::elaborate::leaves::Leaves;
use crate::elaborate::notation::Notation;

/// What reads a proof: the kernel's context at the place that is read, with names.
pub(super) struct Reader<'a> {
    pub library: &'a Library,
    pub context: Context<'a>,
    /// The definitions that were printed.
    pub used: Used,
    /// The theorem whose claim is read.
    theorem: &'a str,
    notation: Notation,
    hypotheses: Vec<String>,
    /// The names of the statement's hypotheses.
    assumed: Vec<String>,
    /// How many hypotheses were numbered.
    numbered: u32,
}

/// A fact's name as it grows from the inside out.
struct Citation {
    name: String,
    arguments: Vec<String>,
    /// Whether all arguments are indices, which stand in square brackets.
    indices: bool,
    /// What the premises were shown with.
    premises: Vec<String>,
    /// Whether it is a claim of the theorem that is read: it has the same hypotheses.
    own: bool,
}

impl<'a> Reader<'a> {
    /// A reader of what is shown from the hypotheses of a statement; also its conclusion.
    pub(super) fn of(
        library: &'a Library,
        theorem: &'a str,
        statement: &Statement,
    ) -> Result<(Self, Formula), Refusal> {
        let (mut context, hypotheses, conclusion) = Context::of(library, statement)?;
        let mut names = vec![];
        for hypothesis in hypotheses {
            context.assume(hypothesis.formula)?;
            names.push(hypothesis.name.to_string());
        }
        let mut notation = Notation::default();
        notation.dimensions.extend(statement.dimensions.iter().map(|d| d.to_string()));
        notation.free.extend(statement.variables.iter().map(|v| v.name.to_string()));
        let used = Used::default();
        Ok((
            Reader {
                library,
                context,
                used,
                theorem,
                notation,
                hypotheses: names.clone(),
                assumed: names,
                numbered: 0,
            },
            conclusion,
        ))
    }

    /// Runs something and forgets what it declared and assumed.
    pub(super) fn scoped<T>(&mut self, run: impl FnOnce(&mut Self) -> T) -> T {
        let (variables, hypotheses) = (self.notation.free.len(), self.hypotheses.len());
        let result = run(self);
        self.notation.free.truncate(variables);
        self.hypotheses.truncate(hypotheses);
        self.context.forget(variables, hypotheses);
        result
    }

    /// Declares a variable by this name or one like it that is not taken.
    pub(super) fn declare(&mut self, name: &str, sort: Sort) -> Result<(Variable, String), Refusal> {
        let mut fresh = if name.is_empty() { "k".to_owned() } else { name.to_owned() };
        while self.notation.free.contains(&fresh) {
            fresh.push('\'');
        }
        let variable = self.context.declare(sort)?;
        self.notation.free.push(fresh.clone());
        Ok((variable, fresh))
    }

    /// The first of i, j, k, … that is not taken.
    pub(super) fn index_name(&self) -> &'static str {
        let free = |name: &&str| !self.notation.free.iter().any(|taken| taken == name);
        ["i", "j", "k", "l", "m", "n"].into_iter().find(free).unwrap_or("i")
    }

    /// Adds a hypothesis under the next number.
    pub(super) fn assume(&mut self, formula: Formula) -> Result<String, Refusal> {
        self.context.assume(formula)?;
        let taken = |name: &String, reader: &Self| reader.hypotheses.contains(name);
        let mut name = String::new();
        while name.is_empty() || taken(&name, self) {
            self.numbered = self.numbered.checked_add(1).ok_or(Refusal::TooLarge)?;
            name = format!("h{}", self.numbered);
        }
        self.hypotheses.push(name.clone());
        Ok(name)
    }

    pub(super) fn term(&mut self, term: &Term) -> Result<String, Refusal> {
        small(term)?;
        self.used.term(term);
        Ok(self.notation.term(&tidy(term)?))
    }

    /// A formula as text, a negation carried to where it can be read.
    pub(super) fn formula(&mut self, formula: &Formula) -> Result<String, Refusal> {
        let shown = match &**formula {
            FormulaKind::Not(_) => self.context.expose(formula)?,
            _ => formula.clone(),
        };
        small(&shown)?;
        self.used.formula(&shown);
        Ok(self.notation.formula(&unfold::tidy(&shown)?))
    }

    pub(super) fn argument(&self, argument: &Argument) -> String {
        self.notation.value(argument)
    }

    pub(super) fn sort(&self, sort: &Sort) -> String {
        self.notation.sort(sort)
    }

    /// What a fact says.
    pub(super) fn says(&mut self, fact: &Fact) -> Result<Formula, Refusal> {
        match &**fact {
            // It was shown before, or is about to be read.
            FactKind::Derived(formula, _) => Ok(formula.clone()),
            _ => self.context.infer(fact),
        }
    }

    /// A fact by its name, or by what it says if it has none, with the facts that its
    /// premises were shown with.
    pub(super) fn cite(&mut self, fact: &Fact) -> Result<String, Refusal> {
        let citation = self.citation(fact)?;
        let premises = citation.premises.join(", ");
        let name = citation.finished();
        Ok(if premises.is_empty() { name } else { format!("{name} (from {premises})") })
    }

    /// What the sign of a fact's difference is known by. A fact that was only made on the
    /// way, as 1/e > 0 is from e > 0, is replaced by what it was made of.
    pub(super) fn grounds(&mut self, fact: &Fact, found: &mut Vec<String>) -> Result<(), Refusal> {
        let mut leaves = vec![];
        if matches!(&**fact, FactKind::Derived(..)) {
            self.leaves_of(&mut leaves, |walk| walk.fact(fact));
        }
        if leaves.is_empty() {
            leaves.push(self.cite(fact)?);
        }
        leaves.into_iter().for_each(|leaf| reason(found, leaf));
        Ok(())
    }

    fn citation(&mut self, fact: &Fact) -> Result<Citation, Refusal> {
        Ok(match &**fact {
            FactKind::Hypothesis(_) | FactKind::Recent(_) => {
                Citation::of(self.hypothesis(fact, self.hypotheses.len()).unwrap_or_default())
            }
            FactKind::Cite { theorem, arguments, .. } => self.theorem(theorem, arguments)?,
            FactKind::Instantiate(general, arguments) => {
                let mut citation = self.citation(general)?;
                for argument in arguments {
                    citation.indices &= matches!(argument, Argument::Index(_));
                    citation.arguments.push(self.argument(argument));
                }
                citation
            }
            FactKind::Detach(fact, premise) => {
                let mut citation = self.citation(fact)?;
                self.leaves(premise, &mut citation.premises);
                if citation.own {
                    citation.premises.retain(|name| !self.assumed.contains(name));
                }
                citation
            }
            FactKind::Part(fact, number) if !matches!(&**fact, FactKind::SquareRoot(..)) => {
                let mut citation = self.citation(fact)?;
                let part = match number {
                    0 => "first".to_owned(),
                    1 => "second".to_owned(),
                    2 => "third".to_owned(),
                    n => format!("part {}", u64::from(*n).saturating_add(1)),
                };
                let premises = std::mem::take(&mut citation.premises);
                Citation { premises, ..Citation::of(format!("{}.{part}", citation.finished())) }
            }
            _ => {
                let says = self.says(fact)?;
                let mut citation = Citation::of(self.formula(&says)?);
                self.leaves_of(&mut citation.premises, |walk| walk.fact(fact));
                citation
            }
        })
    }

    /// A theorem with what stands for those of its variables that do not keep their names.
    fn theorem(&mut self, theorem: &Name, arguments: &[Argument]) -> Result<Citation, Refusal> {
        let variables = &self.library.theorem(theorem)?.statement().variables;
        let values =
            variables.iter().zip(arguments).map(|(variable, argument)| (&variable.name, self.argument(argument)));
        let changed: Vec<String> = values
            .filter(|(name, value)| ***name != **value)
            .map(|(name, value)| format!("{name} := {value}"))
            .collect();
        let name = self.short(theorem).to_owned();
        let own = name.len() < theorem.len();
        Ok(Citation {
            own,
            ..Citation::of(if changed.is_empty() { name } else { format!("{name}({})", changed.join(", ")) })
        })
    }

    /// Claims of the same theorem are cited without its name.
    fn short<'n>(&self, name: &'n str) -> &'n str {
        name.strip_prefix(self.theorem).and_then(|rest| rest.strip_prefix('.')).unwrap_or(name)
    }

    /// The name of a hypothesis, cited where there are so many.
    fn hypothesis(&self, fact: &Fact, count: usize) -> Option<String> {
        let number = match &**fact {
            FactKind::Hypothesis(number) => usize::try_from(*number).ok()?,
            FactKind::Recent(back) => count.checked_sub(1)?.checked_sub(usize::try_from(*back).ok()?)?,
            _ => return None,
        };
        self.hypotheses.get(number).cloned()
    }

    /// The names of the hypotheses and theorems in a part of a derivation. Hypotheses of the
    /// derivation itself have no name.
    fn leaves_of(&self, found: &mut Vec<String>, look: impl FnOnce(&mut Leaves<'_>)) {
        let mut visit = |fact: &Fact, count: usize| match &**fact {
            FactKind::Cite { theorem, .. } => reason(found, self.short(theorem).to_owned()),
            _ => self.hypothesis(fact, count).into_iter().for_each(|name| reason(found, name)),
        };
        look(&mut Leaves { hypotheses: self.hypotheses.len(), visit: &mut visit });
    }

    /// The hypotheses and theorems on which a derivation rests.
    fn leaves(&self, derivation: &Derivation, found: &mut Vec<String>) {
        self.leaves_of(found, |walk| walk.derivation(derivation));
    }
}

impl Citation {
    fn of(name: String) -> Self {
        Citation { name, arguments: vec![], indices: true, premises: vec![], own: false }
    }

    fn finished(self) -> String {
        match (self.arguments.is_empty(), self.indices) {
            (true, _) => self.name,
            (_, true) => format!("{}[{}]", self.name, self.arguments.join(", ")),
            (_, false) => format!("{}({})", self.name, self.arguments.join(", ")),
        }
    }
}

/// Refuses what is too large to be printed.
fn small<T>(tree: &Tree<T>) -> Result<(), Refusal> {
    if tree.size() > unfold::LARGEST { Err(Refusal::TooLarge) } else { Ok(()) }
}

/// The negation that a proof by contradiction assumes.
pub(super) fn contrary(goal: &Formula) -> Result<Formula, Refusal> {
    match &**goal {
        FormulaKind::Not(negated) => Ok(negated.clone()),
        _ => Tree::new(FormulaKind::Not(goal.clone())),
    }
}
