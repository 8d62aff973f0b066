//! Syntax tree to canonical text: ASCII, one clause a line, no more parentheses
//! than needed. Parsing what was printed gives the same tree.
//!
//! That holds for every tree that the parser builds. A tree made by other means
//! must keep to what the grammar can say: keywords are no names, numbers are
//! decimals and not negative, uses of settings come first in an item, and an
//! item before a setting has a clause that is neither a use nor a source.

mod exprs;
mod proofs;

use std::fmt::Write;

use super::ast::{
    Assignment, Clause, ClauseKind, Define, DefineKind, ExperimentClause, ExperimentClauseKind, Expr, File, Ident,
    Item, Let, Parameter, Proof, Refute, SettingKind, Show, Sort, SortKind, Text, Use,
};

/// The canonical text of a file, without its comments.
///
/// ```
/// use tightrope::syntax::{parse, print};
/// let (file, _) = parse("theorem t let x:real show s: ∀ i, ((x))² ≥ 0 because (x^2)");
/// assert_eq!(
///     print(&file),
///     "theorem t\n  let x : real\n  show s: forall i, x^2 >= 0\n    because x^2\n"
/// );
/// ```
pub fn print(file: &File) -> String {
    let mut printer = Printer::default();
    for (number, item) in file.items.iter().enumerate() {
        if number > 0 {
            printer.text.push('\n');
        }
        printer.item(item);
    }
    printer.text
}

/// The canonical text of an expression.
pub fn print_expr(expr: &Expr) -> String {
    let mut printer = Printer::default();
    printer.whole(expr);
    printer.text
}

/// The canonical text of values: `x = [2, 1], m = 1`.
pub fn print_values(values: &[Assignment]) -> String {
    let mut printer = Printer::default();
    printer.assignments("", values);
    printer.text
}

/// The canonical text of a proof, every line indented by `indent` spaces.
pub fn print_proof(proof: &Proof, indent: usize) -> String {
    let mut printer = Printer { indent, ..Printer::default() };
    printer.proof(proof);
    printer.text
}

#[derive(Default)]
struct Printer {
    text: String,
    /// Spaces before a line.
    indent: usize,
}

impl Printer {
    // Layout.

    /// Writes one line.
    fn line(&mut self, content: impl FnOnce(&mut Self)) {
        self.text.extend(std::iter::repeat_n(' ', self.indent));
        content(self);
        self.text.push('\n');
    }

    /// Writes lines that are indented further.
    fn indented(&mut self, content: impl FnOnce(&mut Self)) {
        self.indent += 2;
        content(self);
        self.indent -= 2;
    }

    fn push(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// Writes elements with something between them.
    fn list<T>(&mut self, elements: &[T], between: &str, mut element: impl FnMut(&mut Self, &T)) {
        for (number, one) in elements.iter().enumerate() {
            if number > 0 {
                self.push(between);
            }
            element(self, one);
        }
    }

    fn names(&mut self, names: &[Ident]) {
        self.list(names, ", ", |printer, name| printer.push(&name.name));
    }

    /// Writes to a `String`, which cannot fail.
    fn format(&mut self, arguments: std::fmt::Arguments<'_>) {
        let _ = self.text.write_fmt(arguments);
    }

    // Items.

    fn item(&mut self, item: &Item) {
        match item {
            Item::Setting(setting) => {
                let word = setting_word(setting.kind);
                self.header(word, &setting.name, setting.title.as_ref());
                self.indented(|printer| printer.clauses(&setting.clauses));
            }
            Item::Theorem(theorem) => {
                self.header("theorem", &theorem.name, theorem.title.as_ref());
                self.indented(|printer| printer.clauses(&theorem.clauses));
            }
            Item::Experiment(experiment) => {
                self.header("experiment", &experiment.name, experiment.title.as_ref());
                self.indented(|printer| {
                    for clause in &experiment.clauses {
                        printer.line(|printer| printer.experiment_clause(clause));
                    }
                });
            }
        }
    }

    fn header(&mut self, word: &str, name: &Ident, title: Option<&Text>) {
        self.line(|printer| printer.format(format_args!("{word} {}", name.name)));
        if let Some(title) = title {
            self.indented(|printer| {
                printer.line(|printer| printer.format(format_args!("\"{}\"", title.value)));
            });
        }
    }

    fn source(&mut self, source: &Text) {
        self.format(format_args!("source \"{}\"", source.value));
    }

    fn uses(&mut self, uses: &[Use]) {
        self.list(uses, ", ", |printer, one| {
            printer.format(format_args!("{} {}", setting_word(one.kind), one.name.name));
        });
    }

    // Clauses.

    fn clauses(&mut self, clauses: &[Clause]) {
        for clause in clauses {
            match &clause.kind {
                ClauseKind::Show(show) => self.show(show),
                kind => self.line(|printer| printer.clause(kind)),
            }
        }
    }

    fn clause(&mut self, clause: &ClauseKind) {
        match clause {
            ClauseKind::Source(source) => self.source(source),
            ClauseKind::Uses(uses) => self.uses(uses),
            ClauseKind::Dimension(names) => {
                self.push("dimension ");
                self.names(names);
            }
            ClauseKind::Let(Let { names, sort }) => {
                self.push("let ");
                self.names(names);
                self.push(" : ");
                self.sort(sort);
            }
            ClauseKind::Assume(assume) => {
                self.claim("assume", &assume.name, &assume.formula);
            }
            ClauseKind::Define(define) => self.define(define),
            ClauseKind::Show(show) => self.claim("show", &show.name, &show.formula),
            ClauseKind::Lemma(lemma) => self.claim("lemma", &lemma.name, &lemma.formula),
            ClauseKind::Refute(refute) => self.refute(refute),
        }
    }

    fn refute(&mut self, refute: &Refute) {
        self.claim("refute", &refute.name, &refute.formula);
        if !refute.without.is_empty() {
            self.push(" without ");
            self.names(&refute.without);
        }
        if !refute.values.is_empty() {
            self.assignments(" by ", &refute.values);
        }
    }

    fn show(&mut self, show: &Show) {
        self.line(|printer| printer.claim("show", &show.name, &show.formula));
        if let Some(proof) = &show.proof {
            self.indented(|printer| printer.proof(proof));
        }
    }

    /// Writes `word NAME: formula`.
    fn claim(&mut self, word: &str, name: &Ident, formula: &Expr) {
        self.format(format_args!("{word} {}: ", name.name));
        self.whole(formula);
    }

    fn define(&mut self, define: &Define) {
        self.format(format_args!("define {}", define.name.name));
        if !define.parameters.is_empty() {
            self.push("(");
            self.parameters(&define.parameters, Self::sort);
            self.push(")");
        }
        if !define.indices.is_empty() {
            self.push("[");
            self.parameters(&define.indices, Self::index_sort);
            self.push("]");
        }
        self.push(match define.kind {
            DefineKind::Function => " = ",
            DefineKind::Predicate => " <-> ",
        });
        self.whole(&define.body);
    }

    fn parameters(&mut self, parameters: &[Parameter], sort: fn(&mut Self, &Sort)) {
        self.list(parameters, ", ", |printer, parameter| {
            printer.format(format_args!("{} : ", parameter.name.name));
            sort(printer, &parameter.sort);
        });
    }

    fn sort(&mut self, sort: &Sort) {
        match &sort.kind {
            SortKind::Real => self.push("real"),
            SortKind::Natural => self.push("nat"),
            SortKind::Index(dimension) => self.format(format_args!("index {}", dimension.name)),
            SortKind::Vector(dimension) => self.format(format_args!("vec {}", dimension.name)),
            SortKind::Matrix(rows, columns) => {
                self.format(format_args!("mat {} {}", rows.name, columns.name));
            }
        }
    }

    /// Writes a sort where a dimension alone says `index`.
    fn index_sort(&mut self, sort: &Sort) {
        match &sort.kind {
            SortKind::Index(dimension) if !matches!(&*dimension.name, "real" | "nat") => {
                self.push(&dimension.name);
            }
            _ => self.sort(sort),
        }
    }

    fn experiment_clause(&mut self, clause: &ExperimentClause) {
        match &clause.kind {
            ExperimentClauseKind::Source(source) => self.source(source),
            ExperimentClauseKind::Uses(uses) => self.uses(uses),
            ExperimentClauseKind::Data(assignments) => self.assignments("data ", assignments),
            ExperimentClauseKind::Start(assignments) => self.assignments("start ", assignments),
            ExperimentClauseKind::Truth(assignments) => self.assignments("truth ", assignments),
            ExperimentClauseKind::Run { name, assignments } => {
                self.assignments(&format!("run {}: ", name.name), assignments);
            }
            ExperimentClauseKind::Certify { name, formula } => {
                self.claim("certify", name, formula);
            }
        }
    }

    fn assignments(&mut self, before: &str, assignments: &[Assignment]) {
        self.push(before);
        self.list(assignments, ", ", |printer, assignment| {
            printer.format(format_args!("{} = ", assignment.name.name));
            printer.whole(&assignment.value);
        });
    }
}

const fn setting_word(kind: SettingKind) -> &'static str {
    match kind {
        SettingKind::Network => "network",
        SettingKind::Loss => "loss",
    }
}
