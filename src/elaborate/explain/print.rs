//! Explanations on lines of 80 columns.

use std::fmt;

use super::chain::{Chain, Summand};
use super::layout::{WIDTH, broken, columns, filled, hanging};
use super::outline::Step;
use super::{Explanation, Named, Unfolded};
use crate::syntax::source::printable;

/// The widest value of a summand that shares its line with its sign and reasons.
const WIDEST_VALUE: usize = 46;

impl Explanation {
    /// The explanation as lines of 80 columns, where its formulas can be broken.
    pub fn lines(&self) -> Vec<String> {
        let mut page = Page(vec![self.name.clone()]);
        page.indented(2, filled(&self.title, WIDTH - 2));
        page.indented(2, filled(&format!("source: {}", self.source), WIDTH - 2));
        page.section("Statement, as written");
        page.indented(2, broken(&self.written, WIDTH - 2));
        match &self.statement {
            Some(statement) => {
                page.section("Statement, unfolded");
                page.statement(statement);
            }
            None => page.section("There is no proof yet, and so no theorem to unfold."),
        }
        if !self.definitions.is_empty() {
            page.section("Definitions");
            self.definitions.iter().for_each(|equation| page.indented(2, broken(equation, WIDTH - 2)));
        }
        if !self.proof.is_empty() {
            page.section("Proof");
            self.proof.iter().for_each(|step| page.step(step, 2));
            page.section("Rests on");
            page.rests("theorems", &self.cited);
            page.rests("named lemmas", &self.lemmas);
        }
        page.0.iter_mut().for_each(|line| *line = printable(line));
        page.0
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines().iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

struct Page(Vec<String>);

impl Page {
    fn section(&mut self, title: &str) {
        self.0.push(String::new());
        self.0.push(title.to_owned());
    }

    fn indented(&mut self, indent: usize, lines: Vec<String>) {
        self.0.extend(lines.into_iter().map(|line| format!("{:indent$}{line}", "")));
    }

    fn statement(&mut self, statement: &Unfolded) {
        let sizes = statement.dimensions.iter().map(|size| format!("every {size}"));
        let all = if statement.variables.is_empty() { None } else { Some("all".to_owned()) };
        let quantified: Vec<String> = sizes.chain(all).collect();
        if !quantified.is_empty() {
            self.indented(2, filled(&format!("for {}", quantified.join(" and ")), WIDTH - 2));
        }
        statement.variables.iter().for_each(|group| self.indented(4, vec![group.clone()]));
        if statement.hypotheses.is_empty() {
            self.indented(2, vec!["one has".into()]);
        } else {
            self.indented(2, vec!["if".into()]);
            statement.hypotheses.iter().for_each(|hypothesis| self.named(hypothesis));
            self.indented(2, vec!["then".into()]);
        }
        self.named(&statement.conclusion);
    }

    fn named(&mut self, named: &Named) {
        let name = if named.name.is_empty() { String::new() } else { format!("{}:", named.name) };
        self.indented(4, hanging(&name, &named.formula, WIDTH - 4));
        if let Some(taken) = &named.differentiated {
            self.indented(4, vec!["that is, with the derivatives taken:".into()]);
            self.indented(6, broken(taken, WIDTH - 6));
        }
    }

    fn rests(&mut self, what: &str, names: &[String]) {
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        self.indented(2, filled(&format!("{what}: {names}"), WIDTH - 2));
    }

    fn step(&mut self, step: &Step, indent: usize) {
        let width = WIDTH.saturating_sub(indent);
        let mut lines = hanging(&step.words, &step.formula, width);
        if !step.reasons.is_empty() {
            let reasons = format!("by {}", step.reasons.join(", "));
            match lines.last_mut() {
                Some(last) if columns(last).saturating_add(columns(&reasons)).saturating_add(2) <= width => {
                    last.push_str(", ");
                    last.push_str(&reasons);
                }
                _ => lines.extend(filled(&reasons, width.saturating_sub(4)).iter().map(|l| format!("    {l}"))),
            }
        }
        self.indented(indent, lines);
        if let Some(chain) = &step.chain {
            self.chain(chain, indent.saturating_add(2));
        }
        step.inner.iter().for_each(|inner| self.step(inner, indent.saturating_add(2)));
    }

    /// The difference, then its summands, their signs and reasons in columns of their own.
    fn chain(&mut self, chain: &Chain, indent: usize) {
        if chain.difference != "0" {
            self.indented(indent, broken(&chain.difference, WIDTH.saturating_sub(indent)));
        }
        let widths = chain.summands.iter().map(|s| columns(&s.value));
        let column = widths.filter(|width| *width <= WIDEST_VALUE).max().unwrap_or(0);
        for (number, summand) in chain.summands.iter().enumerate() {
            let sign = match (number, summand.negative) {
                (0, false) => "=",
                (0, true) => "= -",
                (_, false) => "+",
                (_, true) => "-",
            };
            self.summand(sign, summand, column, indent.saturating_add(2));
        }
    }

    fn summand(&mut self, sign: &str, summand: &Summand, column: usize, indent: usize) {
        let reasons = if summand.reasons.is_empty() { "a number".to_owned() } else { summand.reasons.join(", ") };
        let width = WIDTH.saturating_sub(indent);
        let mut lines = hanging(sign, &summand.value, width);
        let relation = format!("{:<4}  {reasons}", summand.relation());
        let place = column.saturating_add(columns(sign)).saturating_add(3);
        match lines.last_mut() {
            Some(line) if columns(line) < place && place.saturating_add(columns(&relation)) <= width => {
                *line = format!("{line:place$}{relation}");
            }
            _ => {
                let below = filled(&reasons, width.saturating_sub(12));
                for (number, line) in below.iter().enumerate() {
                    let relation = if number == 0 { summand.relation() } else { "" };
                    lines.push(format!("      {relation:<4}  {line}"));
                }
            }
        }
        self.indented(indent, lines);
    }
}
