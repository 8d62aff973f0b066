//! Printing of expressions.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::super::ast::{Argument, Binder, Expr, ExprKind, Factor, Quantifier, Sign, Sort};
use super::super::precedence::Level;
use super::Printer;

/// Whether the end of an expression is the end of all that could be taken for
/// more of it. Only there may a quantifier stand without parentheses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Closed,
    Open,
    /// A sign follows: a sum ends before it, and parentheses say so to people.
    Sign,
}

/// How tightly an expression holds together when printed.
const fn level(kind: &ExprKind) -> Level {
    match kind {
        ExprKind::Iff(..) | ExprKind::Lambda { .. } => Level::Iff,
        ExprKind::Implies(..) => Level::Implies,
        ExprKind::Or(_) => Level::Or,
        ExprKind::And(_) => Level::And,
        ExprKind::Not(_) | ExprKind::Quantified { .. } => Level::Not,
        ExprKind::Compare { .. } => Level::Compare,
        ExprKind::Add(_) => Level::Add,
        ExprKind::Negate(_) => Level::Negate,
        ExprKind::Multiply(_) => Level::Multiply,
        ExprKind::Sum { .. } | ExprKind::Derivative { .. } | ExprKind::EntryDerivative { .. } => Level::Factor,
        ExprKind::Power(..) => Level::Power,
        _ => Level::Primary,
    }
}

impl Printer {
    /// Writes an expression that nothing follows which could be taken for more of it.
    pub(super) fn whole(&mut self, expr: &Expr) {
        self.expr(expr, Level::Iff, End::Closed);
    }

    /// Writes an expression where operators of at least the level `min` are read.
    fn expr(&mut self, expr: &Expr, min: Level, end: End) {
        let swallows = match expr.kind {
            ExprKind::Quantified { .. } => end != End::Closed,
            ExprKind::Sum { .. } | ExprKind::Derivative { .. } | ExprKind::EntryDerivative { .. } => end == End::Sign,
            _ => false,
        };
        if level(&expr.kind) < min || swallows {
            self.parenthesised(expr);
        } else {
            self.bare(&expr.kind, end);
        }
    }

    fn parenthesised(&mut self, expr: &Expr) {
        self.push("(");
        self.whole(expr);
        self.push(")");
    }

    fn bare(&mut self, kind: &ExprKind, end: End) {
        match kind {
            ExprKind::Number(value) => self.number(value),
            ExprKind::Name(name) => self.push(name),
            ExprKind::Vector(entries) => self.entries(entries),
            ExprKind::Delta(left, right) => {
                self.format(format_args!("[{} = {}]", left.name, right.name));
            }
            ExprKind::EqualityIn(claim) => self.format(format_args!("equality in {}", claim.name)),
            ExprKind::Index { base, indices } => {
                self.base(base);
                self.entries(indices);
            }
            ExprKind::Call { function, arguments } => self.call(function, arguments),
            ExprKind::Field { base, field } => {
                self.base(base);
                self.format(format_args!(".{}", field.name));
            }
            ExprKind::Lambda { parameters, body } => {
                self.list(parameters, " ", |printer, name| printer.push(&name.name));
                self.push(" |-> ");
                self.whole(body);
            }
            ExprKind::Sum { binders, body } => {
                self.push("sum ");
                self.binders(binders, true);
                self.expr(body, Level::Negate, End::Open);
            }
            ExprKind::Quantified { quantifier, binders, body } => self.quantified(*quantifier, binders, body),
            _ => self.operators(kind, end),
        }
    }

    fn operators(&mut self, kind: &ExprKind, end: End) {
        match kind {
            ExprKind::Power(base, exponent) => {
                self.expr(base, Level::Primary, End::Open);
                self.push("^");
                self.exponent(exponent);
            }
            ExprKind::Multiply(factors) => self.product(factors, end),
            ExprKind::Negate(operand) => {
                self.push("-");
                self.expr(operand, Level::Negate, end);
            }
            ExprKind::Add(terms) => self.terms(terms),
            ExprKind::Compare { first, rest } => {
                self.expr(first, Level::Add, End::Open);
                for (relation, right) in rest {
                    self.push(&format!(" {} ", relation.sign()));
                    self.expr(right, Level::Add, End::Open);
                }
            }
            ExprKind::Not(operand) => {
                self.push("not ");
                self.expr(operand, Level::Not, end);
            }
            ExprKind::And(parts) => self.connected(parts, " and ", Level::Not, end),
            ExprKind::Or(parts) => self.connected(parts, " or ", Level::And, end),
            ExprKind::Implies(left, right) => {
                self.expr(left, Level::Or, End::Open);
                self.push(" -> ");
                self.expr(right, Level::Implies, end);
            }
            ExprKind::Iff(left, right) => {
                self.expr(left, Level::Implies, End::Open);
                self.push(" <-> ");
                self.expr(right, Level::Implies, end);
            }
            _ => self.derivative(kind),
        }
    }

    fn derivative(&mut self, kind: &ExprKind) {
        match kind {
            ExprKind::Derivative { variable, body, at } => {
                self.format(format_args!("d/d{} ", variable.name));
                // A bracket here would be read as the entry to derive in.
                let start = self.text.len();
                self.expr(body, Level::Add, End::Open);
                let has_bracket = |text: &str| text.starts_with('[');
                if self.text.get(start..).is_some_and(has_bracket) {
                    self.text.insert(start, '(');
                    self.push(")");
                }
                self.format(format_args!(" at {} = ", variable.name));
                self.expr(at, Level::Negate, End::Open);
            }
            ExprKind::EntryDerivative { variable, indices, body } => {
                self.format(format_args!("d/d{}", variable.name));
                self.entries(indices);
                self.push(" ");
                self.expr(body, Level::Negate, End::Open);
            }
            _ => {}
        }
    }

    // Operators.

    fn connected(&mut self, parts: &[Expr], between: &str, min: Level, end: End) {
        for (number, part) in parts.iter().enumerate() {
            if number > 0 {
                self.push(between);
            }
            let is_last = number + 1 == parts.len();
            self.expr(part, min, if is_last { end } else { End::Open });
        }
    }

    fn terms(&mut self, terms: &[(Sign, Expr)]) {
        for (number, (sign, term)) in terms.iter().enumerate() {
            let end = if number + 1 == terms.len() { End::Open } else { End::Sign };
            if number == 0 {
                self.expr(term, Level::Negate, end);
                continue;
            }
            self.push(match sign {
                Sign::Plus => " + ",
                Sign::Minus => " - ",
            });
            self.expr(term, Level::Multiply, end);
        }
    }

    /// Writes factors; a `sum` takes all the factors after it, so only the last
    /// may be one without parentheses.
    fn product(&mut self, factors: &[(Factor, Expr)], end: End) {
        for (number, (how, factor)) in factors.iter().enumerate() {
            if number > 0 {
                self.push(match how {
                    Factor::Times => " * ",
                    Factor::Over => " / ",
                });
            }
            let is_last = number + 1 == factors.len();
            let (min, end) = if is_last { (Level::Factor, end) } else { (Level::Power, End::Open) };
            self.expr(factor, min, end);
        }
    }

    fn exponent(&mut self, exponent: &Expr) {
        match &exponent.kind {
            ExprKind::Negate(operand) => {
                self.push("-");
                self.exponent(operand);
            }
            _ => self.expr(exponent, Level::Exponent, End::Open),
        }
    }

    // Binders.

    fn quantified(&mut self, quantifier: Quantifier, binders: &[Binder], body: &Expr) {
        self.push(match quantifier {
            Quantifier::Forall => "forall ",
            Quantifier::Exists => "exists ",
        });
        self.binders(binders, false);
        self.whole(body);
    }

    /// Writes bound variables and a comma; neighbours of one sort share it.
    fn binders(&mut self, binders: &[Binder], in_sum: bool) {
        let groups: Vec<&[Binder]> = binders.chunk_by(|a, b| a.sort == b.sort).collect();
        let alone = groups.len() == 1 && !in_sum;
        self.list(&groups, " ", |printer, group| match group.first().and_then(|binder| binder.sort.as_ref()) {
            None => printer.group(group),
            Some(sort) if alone => printer.sorted_group(group, sort, in_sum),
            Some(sort) => {
                printer.push("(");
                printer.sorted_group(group, sort, in_sum);
                printer.push(")");
            }
        });
        self.push(", ");
    }

    fn group(&mut self, group: &[Binder]) {
        self.list(group, " ", |printer, binder| {
            printer.push(&binder.name.name);
        });
    }

    fn sorted_group(&mut self, group: &[Binder], sort: &Sort, in_sum: bool) {
        self.group(group);
        self.push(" : ");
        if in_sum {
            self.index_sort(sort);
        } else {
            self.sort(sort);
        }
    }

    // Primaries.

    /// Writes what is indexed, applied or has a field. After a bare number or
    /// delta the brackets would not be read.
    fn base(&mut self, base: &Expr) {
        if matches!(base.kind, ExprKind::Number(_) | ExprKind::Delta(..)) {
            self.parenthesised(base);
        } else {
            self.expr(base, Level::Primary, End::Open);
        }
    }

    fn entries(&mut self, entries: &[Expr]) {
        self.push("[");
        self.list(entries, ", ", |printer, entry| {
            printer.expr(entry, Level::Add, End::Open);
        });
        self.push("]");
    }

    fn call(&mut self, function: &Expr, arguments: &[Argument]) {
        self.base(function);
        self.push("(");
        self.list(arguments, ", ", |printer, argument| {
            if let Some(name) = &argument.name {
                printer.format(format_args!("{} := ", name.name));
            }
            printer.whole(&argument.value);
        });
        self.push(")");
    }

    /// Writes a number as a decimal; one that no decimal is equal to, or a
    /// negative one, which no file contains, as a quotient in parentheses.
    fn number(&mut self, value: &BigRational) {
        match decimal(value) {
            Some(text) => self.push(&text),
            None => self.format(format_args!("({value})")),
        }
    }
}

/// The decimal that is equal to the number, if it is not negative and there is one.
fn decimal(value: &BigRational) -> Option<String> {
    if value.is_negative() {
        return None;
    }
    let twos = value.denom().trailing_zeros().unwrap_or(0);
    let (rest, chunks) = divide_out(value.denom() >> twos, CHUNK);
    let (rest, single) = divide_out(rest, 1);
    let fives = chunks.saturating_mul(u64::from(CHUNK)).saturating_add(single);
    let places = usize::try_from(twos.max(fives)).ok()?;
    if rest != BigInt::from(1) {
        return None;
    }
    let power = BigInt::from(10).pow(u32::try_from(places).ok()?);
    let digits = (value.numer() * power / value.denom()).to_string();
    if places == 0 {
        return Some(digits);
    }
    // At least one digit stays before the point.
    let missing = places.saturating_add(1).saturating_sub(digits.len());
    let digits = "0".repeat(missing) + &digits;
    let (whole, fraction) = digits.split_at_checked(digits.len().checked_sub(places)?)?;
    Some(format!("{whole}.{fraction}"))
}

/// So many fives make a number of one machine word: long denominators are
/// divided by all of them at once while that goes.
const CHUNK: u32 = 27;

/// The quotient of a positive number by the highest power of `5^fives` that
/// divides it, and the exponent of that power.
fn divide_out(mut number: BigInt, fives: u32) -> (BigInt, u64) {
    let divisor = BigInt::from(5).pow(fives);
    let mut exponent: u64 = 0;
    while !number.is_zero() {
        let (quotient, remainder) = number.div_rem(&divisor);
        if !remainder.is_zero() {
            break;
        }
        number = quotient;
        exponent = exponent.saturating_add(1);
    }
    (number, exponent)
}
