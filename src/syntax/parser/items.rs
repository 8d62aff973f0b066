//! Items and their clauses, and how parsing goes on after an error.

use super::super::ast::{
    Assignment, Assume, Clause, ClauseKind, Define, DefineKind, Experiment, ExperimentClause, ExperimentClauseKind,
    Ident, Item, Let, Parameter, Refute, Setting, SettingKind, Show, Sort, SortKind, Span, Text, Theorem, Use,
};
use super::super::diagnostic::{Diagnostic, nearest};
use super::super::lexer::Token;
use super::proofs::{PROOF_WORDS, is_piece};
use super::{Parse, Parser, Stop, help_after_expression};

/// The kinds of item, with the clauses that each may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Network,
    Loss,
    Theorem,
    Experiment,
}

impl Owner {
    const fn description(self) -> &'static str {
        match self {
            Self::Network => "a network",
            Self::Loss => "a loss",
            Self::Theorem => "a theorem",
            Self::Experiment => "an experiment",
        }
    }

    const fn clauses(self) -> &'static [&'static str] {
        match self {
            Self::Network => &["source", "dimension", "let", "define"],
            Self::Loss => &["source", "network", "dimension", "let", "define"],
            Self::Theorem => {
                &["source", "network", "loss", "dimension", "let", "assume", "define", "show", "lemma", "refute"]
            }
            Self::Experiment => &["source", "network", "loss", "data", "start", "truth", "run", "certify"],
        }
    }

    /// Whether the item may refer to a setting of this kind.
    const fn may_use(self, kind: SettingKind) -> bool {
        match self {
            Self::Network => false,
            Self::Loss => matches!(kind, SettingKind::Network),
            Self::Theorem | Self::Experiment => true,
        }
    }
}

/// The words that an item starts with.
const ITEM_WORDS: [&str; 4] = ["theorem", "experiment", "network", "loss"];

/// The clauses of an experiment whose words are names elsewhere.
const EXPERIMENT_WORDS: [&str; 3] = ["data", "start", "truth"];

/// Name and title of an item.
type Header = (Ident, Option<Text>);

impl Parser<'_> {
    // Items.

    /// Takes all items.
    pub(super) fn file(&mut self) -> Vec<Item> {
        let mut items = Vec::new();
        while !self.is_done() {
            if self.eat(Token::Semicolon) {
                continue;
            }
            match self.item_owner() {
                Some(owner) => items.extend(self.item(owner)),
                None => self.no_item(),
            }
        }
        items
    }

    /// Whether the file has come to its end, or the patience with its errors.
    fn is_done(&self) -> bool {
        self.peek() == Token::End || self.is_full()
    }

    /// The kind of item that starts here.
    fn item_owner(&self) -> Option<Owner> {
        match self.peek() {
            Token::Theorem => Some(Owner::Theorem),
            Token::Experiment => Some(Owner::Experiment),
            Token::Network => Some(Owner::Network),
            Token::Name if self.at_loss() => Some(Owner::Loss),
            _ => None,
        }
    }

    /// Whether `loss NAME` stands here; `loss(w)` is a call.
    fn at_loss(&self) -> bool {
        self.is_word("loss") && self.peek_at(1) == Token::Name
    }

    /// Reports that no item starts here, and skips to where one does. A word
    /// that is nearly `theorem` or `experiment` is read as such.
    fn no_item(&mut self) {
        let word = self.text_of(self.here());
        let close = match self.peek() {
            Token::Name => nearest(word, ITEM_WORDS),
            _ => None,
        };
        let mut diagnostic = self.expected("`theorem`, `experiment`, `network` or `loss`");
        if let Some(meant) = close {
            diagnostic = diagnostic.help(format!("did you mean `{meant}`?"));
        }
        let Stop = self.stop(diagnostic);
        match close {
            Some("theorem") => drop(self.item(Owner::Theorem)),
            Some("experiment") => drop(self.item(Owner::Experiment)),
            Some("network") => drop(self.item(Owner::Network)),
            _ => self.skip_to_item(),
        }
    }

    /// Skips to the next item. Uses of settings look like settings; those that
    /// start a line without indentation are taken for items.
    fn skip_to_item(&mut self) {
        self.bump();
        while !self.is_done() {
            match self.item_owner() {
                Some(Owner::Network | Owner::Loss) if !self.starts_line() => {}
                Some(_) => return,
                None => {}
            }
            self.bump();
        }
    }

    fn starts_line(&self) -> bool {
        let before = self.text.get(..self.here().start as usize);
        before.is_none_or(|text| text.is_empty() || text.ends_with('\n'))
    }

    /// Takes an item; nothing if its header is broken.
    fn item(&mut self, owner: Owner) -> Option<Item> {
        let start = self.bump();
        let header = self.header(owner);
        if header.is_err() {
            self.recover(owner);
        }
        match owner {
            Owner::Experiment => self.experiment(start, header.ok()),
            Owner::Theorem => self.theorem(start, header.ok()),
            Owner::Network => self.setting(start, header.ok(), SettingKind::Network, owner),
            Owner::Loss => self.setting(start, header.ok(), SettingKind::Loss, owner),
        }
    }

    fn experiment(&mut self, start: Span, header: Option<Header>) -> Option<Item> {
        let clauses = self.clauses(Owner::Experiment, Self::experiment_clause);
        let (name, title) = header?;
        Some(Item::Experiment(Experiment { span: self.since(start), name, title, clauses }))
    }

    fn theorem(&mut self, start: Span, header: Option<Header>) -> Option<Item> {
        let clauses = self.clauses(Owner::Theorem, |parser| parser.clause(Owner::Theorem));
        let (name, title) = header?;
        Some(Item::Theorem(Theorem { span: self.since(start), name, title, clauses }))
    }

    fn setting(&mut self, start: Span, header: Option<Header>, kind: SettingKind, owner: Owner) -> Option<Item> {
        let errors = self.diagnostics.len();
        let clauses = self.clauses(owner, |parser| parser.clause(owner));
        let (name, title) = header?;
        if clauses.is_empty() && self.diagnostics.len() == errors {
            self.report_empty_setting(owner, &name);
        }
        Some(Item::Setting(Setting { span: self.since(start), kind, name, title, clauses }))
    }

    fn report_empty_setting(&mut self, owner: Owner, name: &Ident) {
        let diagnostic = Diagnostic::error(format!("{} that declares nothing", owner.description()))
            .primary(name.span, "")
            .help("a theorem names the settings that it uses right after its title");
        self.report(diagnostic);
    }

    fn header(&mut self, owner: Owner) -> Parse<Header> {
        let name = self.ident(match owner {
            Owner::Network => "the name of a network after `network`",
            Owner::Loss => "the name of a loss after `loss`",
            Owner::Theorem => "the name of a theorem after `theorem`",
            Owner::Experiment => "the name of an experiment after `experiment`",
        })?;
        Ok((name, self.quoted()))
    }

    /// Takes the clauses of an item. As long as only sources and uses of
    /// settings came, `network` and `loss` are uses; then they are new items.
    fn clauses<C: HeaderClause>(&mut self, owner: Owner, clause: impl Fn(&mut Self) -> Parse<C>) -> Vec<C> {
        let mut clauses: Vec<C> = Vec::new();
        let mut in_header = true;
        self.entries = 0;
        while !self.is_done() {
            if self.eat(Token::Semicolon) {
                continue;
            }
            if self.starts_item(owner, in_header) {
                break;
            }
            if !in_header && self.at_uses() {
                self.report_late_uses();
            }
            let before = self.position;
            self.proofs = 0;
            match self.count_entry().and_then(|()| clause(self)) {
                Ok(clause) => {
                    in_header &= clause.is_header();
                    clauses.push(clause);
                }
                Err(Stop) => {
                    if self.position == before {
                        self.bump();
                    }
                    self.recover(owner);
                }
            }
        }
        clauses
    }

    /// Whether `network NAME,` stands here: settings that are used, not made.
    fn at_uses(&self) -> bool {
        self.peek() == Token::Network && self.peek_at(2) == Token::Comma
    }

    fn report_late_uses(&mut self) {
        let diagnostic = Diagnostic::error("the settings in use are named right after the title")
            .primary(self.here(), "")
            .help("move this line up, before every `let`, `assume`, `define` and `show`");
        self.report(diagnostic);
    }

    fn starts_item(&self, owner: Owner, in_header: bool) -> bool {
        match self.item_owner() {
            Some(Owner::Network) if owner.may_use(SettingKind::Network) && self.at_uses() => false,
            Some(Owner::Network) => !(in_header && owner.may_use(SettingKind::Network)),
            Some(Owner::Loss) => !(in_header && owner.may_use(SettingKind::Loss)),
            Some(Owner::Theorem | Owner::Experiment) => true,
            None => false,
        }
    }

    // Recovery.

    /// Skips to the next clause or item. Pieces of a broken proof on the way
    /// are read for their errors.
    fn recover(&mut self, owner: Owner) {
        while !self.is_done() && !self.starts_clause(owner) {
            if !is_piece(self.peek()) || self.piece().is_err() {
                self.skip_token(owner);
            }
        }
    }

    /// Takes one token, unless the error stands right before a clause.
    fn skip_token(&mut self, owner: Owner) {
        if !self.starts_clause(owner) && !is_piece(self.peek()) {
            self.bump();
        }
    }

    fn starts_clause(&self, owner: Owner) -> bool {
        match self.peek() {
            Token::Theorem
            | Token::Experiment
            | Token::Network
            | Token::Dimension
            | Token::Let
            | Token::Assume
            | Token::Define
            | Token::Show
            | Token::Lemma
            | Token::Refute
            | Token::Run
            | Token::Certify
            | Token::Source => true,
            Token::Name => self.at_loss() || (owner == Owner::Experiment && self.at_assignment()),
            _ => false,
        }
    }

    /// Whether `data NAME =` or the like stands here.
    fn at_assignment(&self) -> bool {
        EXPERIMENT_WORDS.iter().any(|word| self.is_word(word))
            && self.peek_at(1) == Token::Name
            && self.peek_at(2) == Token::Equal
    }

    /// Reports that no clause of the item starts here.
    fn no_clause(&mut self, owner: Owner) -> Stop {
        let token = self.peek();
        let word = self.text_of(self.here());
        if self.starts_clause(owner) {
            let owner_words = owner.clauses().join("`, `");
            let diagnostic = Diagnostic::error(format!("{} has no clause `{word}`", owner.description()))
                .primary(self.here(), "")
                .help(format!("its clauses are `{owner_words}`"));
            return self.stop(match owner {
                Owner::Network | Owner::Loss => {
                    diagnostic.help("a theorem names the settings that it uses right after its title")
                }
                Owner::Theorem | Owner::Experiment => diagnostic,
            });
        }
        let diagnostic = self.expected(&format!("a clause of {}", owner.description()));
        let words = owner.clauses().iter().copied().chain(PROOF_WORDS);
        let close = match token {
            Token::Name => nearest(word, words.chain(ITEM_WORDS).chain(["without"])),
            _ => None,
        };
        let help = match close {
            Some(meant) => Some(format!("did you mean `{meant}`?")),
            None if is_piece(token) => {
                Some("a proof stands once, after the formula of `show` or `have`, or in a branch".to_owned())
            }
            None => help_after_expression(token).map(str::to_owned),
        };
        self.stop(match help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        })
    }

    // Clauses of theorems and settings.

    fn clause(&mut self, owner: Owner) -> Parse<Clause> {
        let start = self.here();
        let is_theorem = owner == Owner::Theorem;
        let kind = match self.peek() {
            Token::Source => ClauseKind::Source(self.source()?),
            Token::Network => ClauseKind::Uses(self.uses()?),
            Token::Name if self.at_loss() => ClauseKind::Uses(self.uses()?),
            Token::Dimension => {
                self.bump();
                ClauseKind::Dimension(self.idents("the name of a dimension after `dimension`")?)
            }
            Token::Let => ClauseKind::Let(self.variables()?),
            Token::Define => ClauseKind::Define(self.define()?),
            Token::Assume if is_theorem => ClauseKind::Assume(self.assume()?),
            Token::Show if is_theorem => ClauseKind::Show(self.show()?),
            Token::Lemma if is_theorem => ClauseKind::Lemma(self.assume()?),
            Token::Refute if is_theorem => ClauseKind::Refute(self.refute()?),
            _ => return Err(self.no_clause(owner)),
        };
        Ok(Clause { span: self.since(start), kind })
    }

    fn source(&mut self) -> Parse<Text> {
        self.bump();
        match self.quoted() {
            Some(text) => Ok(text),
            None => Err(self.unexpected("a quoted text after `source`")),
        }
    }

    /// Takes `network NAME`, `network NAME, loss NAME` or `loss NAME`.
    fn uses(&mut self) -> Parse<Vec<Use>> {
        let mut uses = Vec::new();
        if self.eat(Token::Network) {
            let name = self.ident("the name of a network after `network`")?;
            let kind = SettingKind::Network;
            uses.push(Use { kind, name });
            if !self.eat(Token::Comma) {
                return Ok(uses);
            }
        }
        self.expect_word("loss", "`loss` after `,`")?;
        let name = self.ident("the name of a loss after `loss`")?;
        let kind = SettingKind::Loss;
        uses.push(Use { kind, name });
        Ok(uses)
    }

    fn variables(&mut self) -> Parse<Let> {
        self.bump();
        let names = self.idents("a variable after `let`")?;
        self.expect(Token::Colon, "`:` and a sort after the variables")?;
        let sort = self.sort(false)?;
        Ok(Let { names, sort })
    }

    /// Takes a sort; where only indices make sense, a dimension alone is one.
    pub(super) fn sort(&mut self, indices_only: bool) -> Parse<Sort> {
        let span = self.here();
        let next_is_name = self.peek_at(1) == Token::Name;
        let word = if self.peek() == Token::Name { self.text_of(span) } else { "" };
        let kind = match word {
            "real" => {
                self.bump();
                SortKind::Real
            }
            "nat" => {
                self.bump();
                SortKind::Natural
            }
            "index" if next_is_name || !indices_only => SortKind::Index(self.sort_argument()?),
            "vec" if next_is_name || !indices_only => SortKind::Vector(self.sort_argument()?),
            "mat" if next_is_name || !indices_only => {
                let rows = self.sort_argument()?;
                SortKind::Matrix(rows, self.ident("a second dimension after `mat`")?)
            }
            "" => return Err(self.no_sort(indices_only)),
            _ if indices_only => SortKind::Index(self.ident("a dimension")?),
            _ => return Err(self.no_sort(indices_only)),
        };
        Ok(Sort { span: self.since(span), kind })
    }

    fn sort_argument(&mut self) -> Parse<Ident> {
        let span = self.bump();
        let word = self.text_of(span);
        self.ident(&format!("a dimension after `{word}`"))
    }

    fn no_sort(&mut self, indices_only: bool) -> Stop {
        let diagnostic = self.expected(if indices_only { "a dimension" } else { "a sort" });
        let is_dimension = self.peek() == Token::Name && self.peek_at(1) != Token::Name;
        let diagnostic = if is_dimension {
            let word = self.text_of(self.here());
            diagnostic.help(format!("the sort of an index is written `index {word}`"))
        } else {
            diagnostic
        };
        let diagnostic = diagnostic
            .help("the sorts are `real`, `nat`, `index d`, `vec d` and `mat n d`, with dimensions `d` and `n`");
        self.stop(diagnostic)
    }

    fn assume(&mut self) -> Parse<Assume> {
        self.bump();
        let name = self.ident("the name of a hypothesis after `assume`")?;
        self.expect(Token::Colon, "`:` after the name of the hypothesis")?;
        let formula = self.expression("a formula after `:`")?;
        Ok(Assume { name, formula })
    }

    fn define(&mut self) -> Parse<Define> {
        self.bump();
        let name = self.ident("a name after `define`")?;
        let parameters = match self.peek() {
            Token::OpenParenthesis => self.parameters(Token::CloseParenthesis, ")")?,
            _ => Vec::new(),
        };
        let indices = match self.peek() {
            Token::OpenBracket => self.parameters(Token::CloseBracket, "]")?,
            _ => Vec::new(),
        };
        let kind = match self.peek() {
            Token::Iff if indices.is_empty() => DefineKind::Predicate,
            Token::Equal => DefineKind::Function,
            _ => {
                return Err(self.unexpected("`=` and a term, or `<->` and a formula"));
            }
        };
        self.bump();
        let body = self.expression(match kind {
            DefineKind::Function => "a term after `=`",
            DefineKind::Predicate => "a formula after `<->`",
        })?;
        Ok(Define { name, parameters, indices, kind, body })
    }

    fn parameters(&mut self, end: Token, spelling: &str) -> Parse<Vec<Parameter>> {
        let opened = self.bump();
        let mut parameters = Vec::new();
        loop {
            let name = self.ident("a parameter")?;
            self.expect(Token::Colon, "`:` and a sort after the parameter")?;
            let sort = self.sort(end == Token::CloseBracket)?;
            parameters.push(Parameter { name, sort });
            if !self.eat(Token::Comma) {
                break;
            }
        }
        self.close(end, spelling, opened)?;
        Ok(parameters)
    }

    fn show(&mut self) -> Parse<Show> {
        self.bump();
        let name = self.ident("the name of a claim after `show`")?;
        self.expect(Token::Colon, "`:` after the name of the claim")?;
        let formula = self.expression("a formula after `:`")?;
        let proof = if self.at_proof() { Some(self.proof()?) } else { None };
        Ok(Show { name, formula, proof })
    }

    fn refute(&mut self) -> Parse<Refute> {
        self.bump();
        let name = self.ident("the name of a claim after `refute`")?;
        self.expect(Token::Colon, "`:` after the name of the claim")?;
        let formula = self.expression("a formula after `:`")?;
        let without = if self.eat_word("without") {
            self.idents("the name of a hypothesis after `without`")?
        } else {
            Vec::new()
        };
        let values = if self.eat(Token::By) { self.assignments()? } else { Vec::new() };
        Ok(Refute { name, formula, without, values })
    }

    // Clauses of experiments.

    fn experiment_clause(&mut self) -> Parse<ExperimentClause> {
        let start = self.here();
        let kind = match self.peek() {
            Token::Source => ExperimentClauseKind::Source(self.source()?),
            Token::Network => ExperimentClauseKind::Uses(self.uses()?),
            Token::Name if self.at_loss() => ExperimentClauseKind::Uses(self.uses()?),
            Token::Run => self.run()?,
            Token::Certify => self.certify()?,
            Token::Name if self.eat_word("data") => ExperimentClauseKind::Data(self.assignments()?),
            Token::Name if self.eat_word("start") => ExperimentClauseKind::Start(self.assignments()?),
            Token::Name if self.eat_word("truth") => ExperimentClauseKind::Truth(self.assignments()?),
            _ => return Err(self.no_clause(Owner::Experiment)),
        };
        Ok(ExperimentClause { span: self.since(start), kind })
    }

    fn run(&mut self) -> Parse<ExperimentClauseKind> {
        self.bump();
        let name = self.ident("the name of a run after `run`")?;
        self.expect(Token::Colon, "`:` after the name of the run")?;
        let assignments = self.assignments()?;
        Ok(ExperimentClauseKind::Run { name, assignments })
    }

    fn certify(&mut self) -> Parse<ExperimentClauseKind> {
        self.bump();
        let name = self.ident("the name of a claim after `certify`")?;
        self.expect(Token::Colon, "`:` after the name of the claim")?;
        let formula = self.expression("a formula after `:`")?;
        Ok(ExperimentClauseKind::Certify { name, formula })
    }

    fn assignments(&mut self) -> Parse<Vec<Assignment>> {
        let mut assignments = Vec::new();
        loop {
            let name = self.ident("a name that receives a value")?;
            self.expect(Token::Equal, "`=` after the name")?;
            let value = self.expression("a value after `=`")?;
            assignments.push(Assignment { name, value });
            if !self.eat(Token::Comma) {
                return Ok(assignments);
            }
        }
    }
}

/// Clauses that may come before the uses of settings.
trait HeaderClause {
    fn is_header(&self) -> bool;
}

impl HeaderClause for Clause {
    fn is_header(&self) -> bool {
        matches!(self.kind, ClauseKind::Source(_) | ClauseKind::Uses(_))
    }
}

impl HeaderClause for ExperimentClause {
    fn is_header(&self) -> bool {
        use ExperimentClauseKind::{Source, Uses};
        matches!(self.kind, Source(_) | Uses(_))
    }
}
