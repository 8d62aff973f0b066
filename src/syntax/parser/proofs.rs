//! Proofs: steps, and what concludes them.

use super::super::ast::{
    Binding, Branch, Certificate, Conclusion, ConclusionKind, Expr, Ident, Proof, Span, Step, StepKind,
};
use super::super::diagnostic::{Diagnostic, nearest};
use super::super::lexer::Token;
use super::super::precedence::Level;
use super::{MAX_DEPTH, Parse, Parser, Stop, help_after_expression};

/// The words that a proof can start with.
pub(super) const PROOF_WORDS: [&str; 15] = [
    "because",
    "by",
    "absurd",
    "have",
    "fix",
    "suppose",
    "contrary",
    "obtain",
    "take",
    "cases",
    "part",
    "forward",
    "left",
    "right",
    "induction",
];

/// Whether a piece of a proof starts with the token.
pub(super) const fn is_piece(token: Token) -> bool {
    matches!(
        token,
        Token::Because
            | Token::By
            | Token::Absurd
            | Token::Have
            | Token::Fix
            | Token::Suppose
            | Token::Contrary
            | Token::Obtain
            | Token::Take
            | Token::Cases
            | Token::Case
            | Token::Part
            | Token::Forward
            | Token::Backward
    )
}

impl Parser<'_> {
    /// Whether a proof starts here.
    pub(super) fn at_proof(&self) -> bool {
        match self.peek() {
            Token::Case | Token::Backward => false,
            Token::OpenBrace => true,
            Token::Name => self.at_side("left") || self.at_side("right") || self.at_induction(),
            token => is_piece(token),
        }
    }

    fn at_induction(&self) -> bool {
        self.is_word("induction") && self.peek_at(1) == Token::Name
    }

    fn at_side(&self, side: &str) -> bool {
        self.is_word(side) && self.peek_at(1) == Token::Colon
    }

    /// Takes a proof: one in braces, or steps and a conclusion. Braces are for
    /// `cases` inside a `case` and for `part` inside a `part`, which would
    /// otherwise go on with those of the outer proof.
    pub(super) fn proof(&mut self) -> Parse<Proof> {
        self.proofs += 1;
        if self.proofs > MAX_DEPTH {
            let diagnostic = Diagnostic::error(format!("proofs nested more than {MAX_DEPTH} deep are not read"))
                .primary(self.here(), "")
                .help("make a part of it a claim of its own");
            return Err(self.stop(diagnostic));
        }
        let proof = if self.peek() == Token::OpenBrace {
            let opened = self.bump();
            let inner = self.proof()?;
            self.close(Token::CloseBrace, "}", opened)?;
            inner
        } else {
            self.bare_proof()?
        };
        self.proofs -= 1;
        Ok(proof)
    }

    fn bare_proof(&mut self) -> Parse<Proof> {
        let start = self.here();
        let mut steps = Vec::new();
        while let Some(step) = self.step()? {
            steps.push(step);
        }
        let conclusion = self.conclusion()?;
        Ok(Proof { span: self.since(start), steps, conclusion })
    }

    // Steps.

    /// Takes a step, if one comes next.
    fn step(&mut self) -> Parse<Option<Step>> {
        let start = self.here();
        let kind = match self.peek() {
            Token::Have => {
                let (name, formula) = self.have()?;
                let proof = self.proof()?;
                StepKind::Have { name, formula, proof }
            }
            Token::Fix => StepKind::Fix(self.fix()?),
            Token::Suppose => StepKind::Suppose(self.hypothesis()?),
            Token::Contrary => StepKind::Contrary(self.hypothesis()?),
            Token::Obtain => self.obtain()?,
            Token::Take => StepKind::Take(self.take()?),
            _ => return Ok(None),
        };
        let span = self.since(start);
        Ok(Some(Step { span, kind }))
    }

    fn have(&mut self) -> Parse<(Ident, Expr)> {
        self.bump();
        let name = self.ident("the name of a fact after `have`")?;
        self.expect(Token::Colon, "`:` after the name of the fact")?;
        let formula = self.expression("a formula after `:`")?;
        Ok((name, formula))
    }

    fn fix(&mut self) -> Parse<Vec<Ident>> {
        self.bump();
        self.idents("a variable after `fix`")
    }

    fn hypothesis(&mut self) -> Parse<Ident> {
        let span = self.bump();
        let word = self.text_of(span);
        self.ident(&format!("the name of a hypothesis after `{word}`"))
    }

    fn obtain(&mut self) -> Parse<StepKind> {
        let start = self.bump();
        let mut variables = self.idents("a variable after `obtain`")?;
        let hypothesis = variables.pop();
        match hypothesis {
            Some(hypothesis) if !variables.is_empty() => {
                self.expect_word("from", "`,` or `from` after the names")?;
                let from = self.expression("a fact after `from`")?;
                Ok(StepKind::Obtain { variables, hypothesis, from })
            }
            _ => {
                let diagnostic = Diagnostic::error("`obtain` names a variable and a hypothesis")
                    .primary(self.since(start), "one name")
                    .help("write `obtain v, h from …`: last the name of what holds of `v`");
                Err(self.stop(diagnostic))
            }
        }
    }

    fn take(&mut self) -> Parse<Vec<Binding>> {
        self.bump();
        let mut bindings = vec![self.binding()?];
        while self.eat(Token::Comma) {
            bindings.push(self.binding()?);
        }
        Ok(bindings)
    }

    fn binding(&mut self) -> Parse<Binding> {
        let name = self.ident("the variable that receives a value")?;
        let mut indices = Vec::new();
        if self.peek() == Token::OpenBracket {
            let opened = self.bump();
            indices = self.idents("the name of an index")?;
            self.close(Token::CloseBracket, "]", opened)?;
        }
        self.expect(Token::Equal, "`=` after the variable")?;
        let value = self.expression("a value after `=`")?;
        Ok(Binding { name, indices, value })
    }

    // Conclusions.

    fn conclusion(&mut self) -> Parse<Conclusion> {
        let start = self.here();
        let kind = match self.peek() {
            Token::Because if self.is_word_at(1, "terms") && self.is_word_at(2, "of") => self.terms_of()?,
            Token::Because => ConclusionKind::Because(self.certificate()?),
            Token::Absurd => ConclusionKind::Absurd(self.certificate()?),
            Token::By => self.by()?,
            Token::Cases => self.cases()?,
            Token::Part => self.parts()?,
            Token::Forward => self.equivalence()?,
            Token::Name if self.at_induction() => self.induction()?,
            Token::Name if self.at_side("left") => ConclusionKind::Left(self.side()?),
            Token::Name if self.at_side("right") => ConclusionKind::Right(self.side()?),
            _ => return Err(self.no_proof()),
        };
        Ok(Conclusion { span: self.since(start), kind })
    }

    fn no_proof(&mut self) -> Stop {
        let meant = match self.peek() {
            Token::Name => nearest(self.text_of(self.here()), PROOF_WORDS),
            _ => None,
        };
        let help = match (meant, help_after_expression(self.peek())) {
            (Some(meant), _) => format!("did you mean `{meant}`?"),
            (None, Some(help)) => help.to_owned(),
            (None, None) => "a proof ends in `because …`, `by …`, `absurd …`, or in branches".to_owned(),
        };
        let diagnostic = self.expected("a proof").help(help);
        self.stop(diagnostic)
    }

    fn terms_of(&mut self) -> Parse<ConclusionKind> {
        self.bump();
        self.bump();
        self.bump();
        let claim = self.ident("the name of a claim after `of`")?;
        Ok(ConclusionKind::TermsOf(claim))
    }

    /// Takes what follows `because` or `absurd`.
    fn certificate(&mut self) -> Parse<Certificate> {
        let what = match self.peek() {
            Token::Absurd => "a certificate after `absurd`",
            _ => "a certificate after `because`",
        };
        self.bump();
        let cone = if self.peek() == Token::Given { None } else { Some(self.expression(what)?) };
        let mut given = Vec::new();
        if self.eat(Token::Given) {
            given.push(self.expression("an equality after `given`")?);
            while self.eat(Token::Comma) {
                given.push(self.expression("an equality after `,`")?);
            }
        }
        Ok(Certificate { cone, given })
    }

    fn by(&mut self) -> Parse<ConclusionKind> {
        self.bump();
        let next = self.peek_at(1);
        let goes_on =
            Level::of(next).is_some() || matches!(next, Token::OpenParenthesis | Token::OpenBracket | Token::Dot);
        if !goes_on && self.eat_word("ring") {
            return Ok(ConclusionKind::Ring);
        }
        let fact = self.expression("`ring` or a fact after `by`")?;
        Ok(ConclusionKind::By(fact))
    }

    fn cases(&mut self) -> Parse<ConclusionKind> {
        let subject = self.cases_head()?;
        if self.peek() != Token::Case {
            return Err(self.unexpected("`case` after what `cases` distinguishes"));
        }
        let mut branches = Vec::new();
        while self.peek() == Token::Case {
            branches.push(self.branch()?);
        }
        Ok(ConclusionKind::Cases { subject, branches })
    }

    fn cases_head(&mut self) -> Parse<Expr> {
        self.bump();
        self.expression("a fact or a formula after `cases`")
    }

    fn branch(&mut self) -> Parse<Branch> {
        let name = self.branch_head()?;
        let proof = self.proof()?;
        Ok(Branch { name, proof })
    }

    /// Takes `case NAME:`, or the same of `forward` and `backward`.
    fn branch_head(&mut self) -> Parse<Ident> {
        let name = self.hypothesis()?;
        self.expect(Token::Colon, "`:` after the name of the hypothesis")?;
        Ok(name)
    }

    fn parts(&mut self) -> Parse<ConclusionKind> {
        let mut parts = Vec::new();
        while self.peek() == Token::Part {
            self.part_head()?;
            parts.push(self.proof()?);
        }
        Ok(ConclusionKind::Parts(parts))
    }

    fn part_head(&mut self) -> Parse<Span> {
        self.bump();
        self.expect(Token::Colon, "`:` after `part`")
    }

    fn equivalence(&mut self) -> Parse<ConclusionKind> {
        let forward = Box::new(self.branch()?);
        if self.peek() != Token::Backward {
            return Err(self.unexpected("`backward` after the proof of `forward`"));
        }
        let backward = Box::new(self.branch()?);
        Ok(ConclusionKind::Equivalence { forward, backward })
    }

    fn induction(&mut self) -> Parse<ConclusionKind> {
        self.bump();
        let variable = self.ident("the number after `induction`")?;
        self.expect_word("base", "`base:`, the claim at 0, after `induction`")?;
        self.expect(Token::Colon, "`:` after `base`")?;
        let base = Box::new(self.proof()?);
        if !self.is_word("step") {
            return Err(self.unexpected("`step` and a name for what holds of the number before"));
        }
        let step = Box::new(self.branch()?);
        Ok(ConclusionKind::Induction { variable, base, step })
    }

    fn side(&mut self) -> Parse<Box<Proof>> {
        self.bump();
        self.bump();
        Ok(Box::new(self.proof()?))
    }

    // Recovery.

    /// Takes one piece of a broken proof, for its errors only. A proof is a flat
    /// sequence of such pieces, so they can be read without its structure.
    pub(super) fn piece(&mut self) -> Parse<()> {
        match self.peek() {
            Token::Have => drop(self.have()?),
            Token::Fix => drop(self.fix()?),
            Token::Suppose | Token::Contrary => drop(self.hypothesis()?),
            Token::Obtain => drop(self.obtain()?),
            Token::Take => drop(self.take()?),
            Token::Cases => drop(self.cases_head()?),
            Token::Case | Token::Forward | Token::Backward => drop(self.branch_head()?),
            Token::Part => drop(self.part_head()?),
            Token::Because if self.is_word_at(1, "terms") && self.is_word_at(2, "of") => {
                drop(self.terms_of()?);
            }
            Token::By => drop(self.by()?),
            _ => drop(self.certificate()?),
        }
        Ok(())
    }
}
