//! Terms, formulas and facts: operators by precedence climbing.

use num_bigint::BigInt;
use num_rational::BigRational;

use super::super::ast::{Argument, Binder, Expr, ExprKind, Factor, Ident, Quantifier, Relation, Sign, Span};
use super::super::diagnostic::Diagnostic;
use super::super::lexer::Token;
use super::super::precedence::Level;
use super::{MAX_CALLS, MAX_DEPTH, PRODUCT_HELP, Parse, Parser, Stop};

/// The longest numeral, in digits.
const MAX_DIGITS: usize = 4_000;

/// An expression and its height, the number of nodes on its longest branch.
struct Tree {
    expr: Expr,
    height: u32,
}

impl Tree {
    fn boxed(self) -> Box<Expr> {
        Box::new(self.expr)
    }
}

/// Expressions side by side, and the greatest of their heights.
#[derive(Default)]
struct Trees {
    exprs: Vec<Expr>,
    height: u32,
}

impl Trees {
    fn push(&mut self, tree: Tree) {
        self.height = self.height.max(tree.height);
        self.exprs.push(tree.expr);
    }
}

impl Parser<'_> {
    /// Takes an expression; `what` is what a reader would call it here.
    pub(super) fn expression(&mut self, what: &'static str) -> Parse<Expr> {
        self.wanted = (self.position, what);
        self.calls = 0;
        Ok(self.at_least(Level::Iff)?.expr)
    }

    /// Takes an expression whose operators bind at least as tightly as `min`.
    fn at_least(&mut self, min: Level) -> Parse<Tree> {
        self.calls += 1;
        if self.calls > MAX_CALLS {
            return Err(self.too_deep());
        }
        let start = self.here();
        let mut left = self.operand(min)?;
        while let Some(level) = Level::of(self.peek()).filter(|&level| level >= min) {
            left = self.operators(level, start, left)?;
        }
        self.calls -= 1;
        Ok(left)
    }

    fn too_deep(&mut self) -> Stop {
        let diagnostic = Diagnostic::error(format!("expressions nested more than {MAX_DEPTH} deep are not read"))
            .primary(self.here(), "")
            .help("name a part with `define` or `have`");
        self.stop(diagnostic)
    }

    /// Makes a node that starts at `start` and ends with the last token taken.
    fn node(&mut self, start: Span, height_of_parts: u32, kind: ExprKind) -> Parse<Tree> {
        let height = height_of_parts.saturating_add(1);
        if height > MAX_DEPTH {
            return Err(self.too_deep());
        }
        let span = self.since(Span::new(start.start, start.start));
        Ok(Tree { expr: Expr::new(span, kind), height })
    }

    // Operators.

    /// Takes all operators of one level, with what stands to their right.
    fn operators(&mut self, level: Level, start: Span, left: Tree) -> Parse<Tree> {
        match level {
            Level::Iff => self.iff(start, left),
            Level::Implies => self.implies(start, left),
            Level::Or => self.connected(Token::Or, Level::And, ExprKind::Or, start, left),
            Level::And => self.connected(Token::And, Level::Not, ExprKind::And, start, left),
            Level::Compare => self.compare(start, left),
            Level::Add => self.add(start, left),
            Level::Multiply => self.multiply(start, left),
            _ => self.power(start, left),
        }
    }

    fn iff(&mut self, start: Span, left: Tree) -> Parse<Tree> {
        self.bump();
        let right = self.at_least(Level::Implies)?;
        if self.peek() == Token::Iff {
            let diagnostic = Diagnostic::error("`<->` does not associate")
                .primary(self.here(), "a second `<->`")
                .help("use parentheses");
            return Err(self.stop(diagnostic));
        }
        let height = left.height.max(right.height);
        self.node(start, height, ExprKind::Iff(left.boxed(), right.boxed()))
    }

    fn implies(&mut self, start: Span, left: Tree) -> Parse<Tree> {
        self.bump();
        let right = self.at_least(Level::Implies)?;
        let height = left.height.max(right.height);
        let kind = ExprKind::Implies(left.boxed(), right.boxed());
        self.node(start, height, kind)
    }

    fn connected(
        &mut self,
        connective: Token,
        operands: Level,
        kind: fn(Vec<Expr>) -> ExprKind,
        start: Span,
        left: Tree,
    ) -> Parse<Tree> {
        let mut parts = Trees::default();
        parts.push(left);
        while self.eat(connective) {
            parts.push(self.at_least(operands)?);
        }
        self.node(start, parts.height, kind(parts.exprs))
    }

    fn compare(&mut self, start: Span, left: Tree) -> Parse<Tree> {
        let mut height = left.height;
        let mut rest = Vec::new();
        while let Some(relation) = relation(self.peek()) {
            self.bump();
            let right = self.at_least(Level::Add)?;
            height = height.max(right.height);
            rest.push((relation, right.expr));
        }
        let first = left.boxed();
        self.node(start, height, ExprKind::Compare { first, rest })
    }

    fn add(&mut self, start: Span, left: Tree) -> Parse<Tree> {
        let mut height = left.height;
        let mut terms = vec![(Sign::Plus, left.expr)];
        loop {
            let sign = match self.peek() {
                Token::Plus => Sign::Plus,
                Token::Minus => Sign::Minus,
                _ => return self.node(start, height, ExprKind::Add(terms)),
            };
            self.bump();
            let term = self.at_least(Level::Negate)?;
            height = height.max(term.height);
            terms.push((sign, term.expr));
        }
    }

    fn multiply(&mut self, start: Span, left: Tree) -> Parse<Tree> {
        let mut height = left.height;
        let mut factors = vec![(Factor::Times, left.expr)];
        loop {
            let how = match self.peek() {
                Token::Times => Factor::Times,
                Token::Over => Factor::Over,
                _ => return self.node(start, height, ExprKind::Multiply(factors)),
            };
            self.bump();
            let factor = self.at_least(Level::Factor)?;
            height = height.max(factor.height);
            factors.push((how, factor.expr));
        }
    }

    fn power(&mut self, start: Span, base: Tree) -> Parse<Tree> {
        let token = self.peek();
        let sign = self.bump();
        let exponent = match token {
            Token::Squared => self.small_number(sign, 2)?,
            Token::Cubed => self.small_number(sign, 3)?,
            _ => self.at_least(Level::Exponent)?,
        };
        if matches!(self.peek(), Token::Squared | Token::Cubed | Token::Power) {
            let diagnostic = Diagnostic::error("a power of a power needs parentheses here")
                .primary(self.here(), "")
                .secondary(sign, "already a power");
            return Err(self.stop(diagnostic));
        }
        let height = base.height.max(exponent.height);
        let kind = ExprKind::Power(base.boxed(), exponent.boxed());
        self.node(start, height, kind)
    }

    fn small_number(&mut self, start: Span, value: u32) -> Parse<Tree> {
        let value = BigRational::from_integer(value.into());
        self.node(start, 0, ExprKind::Number(value))
    }

    // Operands.

    /// Takes what an operator of the level `min` may have to its right.
    fn operand(&mut self, min: Level) -> Parse<Tree> {
        let start = self.here();
        match self.peek() {
            Token::Not => {
                self.needs(min, Level::Not)?;
                self.bump();
                let operand = self.at_least(Level::Not)?;
                self.node(start, operand.height, ExprKind::Not(operand.boxed()))
            }
            Token::Forall | Token::Exists => {
                self.needs(min, Level::Not)?;
                self.quantified()
            }
            Token::Minus => {
                self.bump();
                let operand = self.at_least(min.max(Level::Negate))?;
                self.node(start, operand.height, ExprKind::Negate(operand.boxed()))
            }
            Token::Sum => {
                self.needs(min, Level::Factor)?;
                self.sum()
            }
            Token::Derivative => {
                self.needs(min, Level::Factor)?;
                self.derivative()
            }
            _ => self.postfix(),
        }
    }

    /// Refuses a prefix that binds more loosely than its place allows.
    fn needs(&mut self, min: Level, level: Level) -> Parse<()> {
        if min <= level {
            return Ok(());
        }
        let word = self.text_of(self.here());
        let diagnostic = Diagnostic::error(format!("`{word}` needs parentheses here"))
            .primary(self.here(), "")
            .help(format!("write `({word} …)`"));
        Err(self.stop(diagnostic))
    }

    fn quantified(&mut self) -> Parse<Tree> {
        let quantifier = match self.peek() {
            Token::Exists => Quantifier::Exists,
            _ => Quantifier::Forall,
        };
        let start = self.bump();
        let binders = self.binders(false)?;
        let body = self.at_least(Level::Iff)?;
        let height = body.height;
        let kind = ExprKind::Quantified { quantifier, binders, body: body.boxed() };
        self.node(start, height, kind)
    }

    fn sum(&mut self) -> Parse<Tree> {
        let start = self.bump();
        let binders = self.binders(true)?;
        let body = self.at_least(Level::Negate)?;
        let height = body.height;
        let body = body.boxed();
        self.node(start, height, ExprKind::Sum { binders, body })
    }

    /// Takes bound variables and the comma after them: `i j`, `v : vec d`,
    /// `(v : vec d) (s : real)`; in a sum, where only indices are bound, the
    /// dimension alone is a sort.
    fn binders(&mut self, in_sum: bool) -> Parse<Vec<Binder>> {
        let mut binders = Vec::new();
        loop {
            match self.peek() {
                Token::Comma if !binders.is_empty() => {
                    self.bump();
                    return Ok(binders);
                }
                Token::OpenParenthesis => {
                    let opened = self.bump();
                    self.binder_group(in_sum, &mut binders)?;
                    self.close(Token::CloseParenthesis, ")", opened)?;
                }
                Token::Name => self.binder_group(in_sum, &mut binders)?,
                _ if binders.is_empty() => return Err(self.unexpected("a variable")),
                _ => {
                    let diagnostic =
                        self.expected("`,` after the bound variables").help("write `forall i, …` or `sum i, …`");
                    return Err(self.stop(diagnostic));
                }
            }
        }
    }

    fn binder_group(&mut self, in_sum: bool, binders: &mut Vec<Binder>) -> Parse<()> {
        let mut names = vec![self.ident("a variable")?];
        while self.peek() == Token::Name {
            names.push(self.ident("a variable")?);
        }
        let sort = if self.eat(Token::Colon) { Some(self.sort(in_sum)?) } else { None };
        binders.extend(names.into_iter().map(|name| Binder { name, sort: sort.clone() }));
        Ok(())
    }

    /// Takes `d/dt e at t = v` or `d/dw[k] e`.
    fn derivative(&mut self) -> Parse<Tree> {
        const PREFIX: usize = "d/d".len();
        let start = self.bump();
        let name = self.text_of(start).get(PREFIX..).unwrap_or_default();
        let variable = Ident { span: Span::new(start.start.saturating_add(3), start.end), name: name.to_owned() };
        if self.peek() == Token::OpenBracket {
            let indices = self.indices()?;
            let body = self.at_least(Level::Negate)?;
            let height = indices.height.max(body.height);
            let kind = ExprKind::EntryDerivative { variable, indices: indices.exprs, body: body.boxed() };
            return self.node(start, height, kind);
        }
        let body = self.at_least(Level::Add)?;
        self.expect_word("at", &format!("`at {name} = …` after `d/d{name} …`"))?;
        self.expect_word(name, &format!("`{name}` after `at`"))?;
        self.expect(Token::Equal, &format!("`=` after `at {name}`"))?;
        let at = self.at_least(Level::Negate)?;
        let height = body.height.max(at.height);
        let kind = ExprKind::Derivative { variable, body: body.boxed(), at: at.boxed() };
        self.node(start, height, kind)
    }

    // Primaries and what follows them.

    /// Takes a primary with its indices, arguments and fields.
    fn postfix(&mut self) -> Parse<Tree> {
        let start = self.here();
        let first = self.peek();
        let mut base = self.primary()?;
        let bare = matches!(first, Token::Number)
            || (first == Token::OpenBracket && matches!(base.expr.kind, ExprKind::Delta(..)));
        loop {
            match self.peek() {
                Token::OpenBracket | Token::OpenParenthesis if bare => {
                    let diagnostic = self.expected("an operator").help(PRODUCT_HELP);
                    return Err(self.stop(diagnostic));
                }
                Token::OpenBracket => base = self.index(start, base)?,
                Token::OpenParenthesis => base = self.call(start, base)?,
                Token::Dot => base = self.field(start, base)?,
                _ => return Ok(base),
            }
        }
    }

    fn index(&mut self, start: Span, base: Tree) -> Parse<Tree> {
        let indices = self.indices()?;
        let height = base.height.max(indices.height);
        let kind = ExprKind::Index { base: base.boxed(), indices: indices.exprs };
        self.node(start, height, kind)
    }

    /// Takes indices in brackets.
    fn indices(&mut self) -> Parse<Trees> {
        let opened = self.bump();
        let mut indices = Trees::default();
        loop {
            let index = self.at_least(Level::Add)?;
            indices.push(index);
            if !self.eat(Token::Comma) {
                break;
            }
        }
        if self.peek() == Token::Equal {
            let diagnostic = Diagnostic::error("an index is no equation")
                .primary(self.here(), "")
                .secondary(opened, "this `[` follows what it indexes")
                .help("a Kronecker delta is a factor: write `* [i = m]` or `delta(i, m)`");
            return Err(self.stop(diagnostic));
        }
        self.close(Token::CloseBracket, "]", opened)?;
        Ok(indices)
    }

    fn call(&mut self, start: Span, function: Tree) -> Parse<Tree> {
        let opened = self.bump();
        let mut height = function.height;
        let mut arguments = Vec::new();
        if self.peek() != Token::CloseParenthesis {
            loop {
                let (argument, height_of_value) = self.argument()?;
                height = height.max(height_of_value);
                arguments.push(argument);
                if !self.eat(Token::Comma) {
                    break;
                }
            }
        }
        self.close(Token::CloseParenthesis, ")", opened)?;
        let kind = ExprKind::Call { function: function.boxed(), arguments };
        self.node(start, height, kind)
    }

    /// Takes `e`, `NAME := e` or either with an index function for `e`.
    fn argument(&mut self) -> Parse<(Argument, u32)> {
        let name = if self.peek() == Token::Name && self.peek_at(1) == Token::Assign {
            let name = self.ident("a name")?;
            self.bump();
            Some(name)
        } else {
            None
        };
        let value = if self.at_lambda() { self.lambda()? } else { self.at_least(Level::Iff)? };
        let argument = Argument { name, value: value.expr };
        Ok((argument, value.height))
    }

    /// Whether names and then `|->` come next.
    fn at_lambda(&self) -> bool {
        let names = (0..).take_while(|&ahead| self.peek_at(ahead) == Token::Name).count();
        names > 0 && self.peek_at(names) == Token::MapsTo
    }

    fn lambda(&mut self) -> Parse<Tree> {
        let start = self.here();
        let mut parameters = Vec::new();
        while self.peek() == Token::Name {
            parameters.push(self.ident("an index")?);
        }
        self.bump();
        let body = self.at_least(Level::Iff)?;
        let height = body.height;
        let body = body.boxed();
        self.node(start, height, ExprKind::Lambda { parameters, body })
    }

    fn field(&mut self, start: Span, base: Tree) -> Parse<Tree> {
        self.bump();
        let field = match self.peek() {
            // Parts of an equivalence are called as in proofs.
            Token::Forward | Token::Backward => {
                let span = self.bump();
                Ident { span, name: self.text_of(span).to_owned() }
            }
            _ => self.ident("a name after `.`")?,
        };
        let height = base.height;
        let base = base.boxed();
        self.node(start, height, ExprKind::Field { base, field })
    }

    fn primary(&mut self) -> Parse<Tree> {
        let start = self.here();
        match self.peek() {
            Token::Number => {
                let value = self.number()?;
                self.node(start, 0, ExprKind::Number(value))
            }
            Token::Name if self.is_equality_in() => {
                self.bump();
                self.bump();
                let claim = self.ident("the name of a claim after `in`")?;
                self.node(start, 0, ExprKind::EqualityIn(claim))
            }
            Token::Name => {
                let name = self.ident("a name")?.name;
                self.node(start, 0, ExprKind::Name(name))
            }
            Token::OpenParenthesis => {
                let opened = self.bump();
                let inner = self.at_least(Level::Iff)?;
                self.close(Token::CloseParenthesis, ")", opened)?;
                Ok(inner)
            }
            Token::OpenBracket if self.is_delta() => self.delta(),
            Token::OpenBracket => self.vector(),
            Token::Root => self.root(),
            _ => Err(self.missing_operand()),
        }
    }

    fn is_equality_in(&self) -> bool {
        self.is_word("equality") && self.is_word_at(1, "in")
    }

    fn is_delta(&self) -> bool {
        self.peek_at(1) == Token::Name && self.peek_at(2) == Token::Equal
    }

    fn delta(&mut self) -> Parse<Tree> {
        let opened = self.bump();
        let left = self.ident("an index")?;
        self.bump();
        let right = self.ident("the name of an index after `=`")?;
        self.close(Token::CloseBracket, "]", opened)?;
        self.node(opened, 0, ExprKind::Delta(left, right))
    }

    fn vector(&mut self) -> Parse<Tree> {
        let opened = self.bump();
        let mut entries = Trees::default();
        if self.peek() != Token::CloseBracket {
            loop {
                entries.push(self.at_least(Level::Add)?);
                if !self.eat(Token::Comma) {
                    break;
                }
            }
        }
        if self.peek() == Token::Equal {
            let diagnostic = Diagnostic::error("a Kronecker delta compares two names of indices")
                .primary(self.here(), "")
                .help("write `[i = m]`");
            return Err(self.stop(diagnostic));
        }
        self.close(Token::CloseBracket, "]", opened)?;
        self.node(opened, entries.height, ExprKind::Vector(entries.exprs))
    }

    /// Takes `√e`, which is `sqrt(e)`; it takes one primary.
    fn root(&mut self) -> Parse<Tree> {
        let sign = self.bump();
        self.calls += 1;
        if self.calls > MAX_CALLS {
            return Err(self.too_deep());
        }
        let radicand = self.postfix()?;
        self.calls -= 1;
        let height = radicand.height.max(1);
        let kind = ExprKind::Call {
            function: Box::new(Expr::new(sign, ExprKind::Name("sqrt".to_owned()))),
            arguments: vec![Argument { name: None, value: radicand.expr }],
        };
        self.node(sign, height, kind)
    }

    /// Takes a numeral: digits, and exactly as many tenths as it says.
    fn number(&mut self) -> Parse<BigRational> {
        let span = self.here();
        let numeral = self.text_of(span);
        if numeral.len() > MAX_DIGITS {
            let diagnostic =
                Diagnostic::error(format!("numbers of more than {MAX_DIGITS} digits are not read")).primary(span, "");
            return Err(self.stop(diagnostic));
        }
        let (whole, fraction) = numeral.split_once('.').unwrap_or((numeral, ""));
        let numerator = BigInt::parse_bytes(format!("{whole}{fraction}").as_bytes(), 10);
        let places = u32::try_from(fraction.len()).unwrap_or(u32::MAX);
        let Some(numerator) = numerator else {
            return Err(self.unexpected("a number"));
        };
        self.bump();
        Ok(BigRational::new(numerator, BigInt::from(10).pow(places)))
    }

    fn missing_operand(&mut self) -> Stop {
        let (position, what) = self.wanted;
        let expected = if position == self.position {
            what.to_owned()
        } else {
            let previous = self.previous();
            format!("an expression after `{previous}`")
        };
        self.unexpected(&expected)
    }

    /// The text of the last token taken.
    fn previous(&self) -> &str {
        self.position
            .checked_sub(1)
            .and_then(|last| self.lexemes.get(last))
            .map_or("", |lexeme| self.text_of(lexeme.span))
    }
}

const fn relation(token: Token) -> Option<Relation> {
    Some(match token {
        Token::Equal => Relation::Equal,
        Token::NotEqual => Relation::NotEqual,
        Token::Less => Relation::Less,
        Token::LessEqual => Relation::LessEqual,
        Token::Greater => Relation::Greater,
        Token::GreaterEqual => Relation::GreaterEqual,
        _ => return None,
    })
}
