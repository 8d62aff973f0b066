//! Random trees come back from their text, and no input makes the parser panic.

use std::ops::Range;

use num_rational::BigRational;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::super::ast::*;
use super::super::{Spelling, format, parse, print, print_expr, source};
use super::{expr, parsed};

// Trees. They keep to what the grammar can say; see the printer.

fn at_no_place<K>(kind: K, make: fn(Span, K) -> Expr) -> Expr {
    make(Span::default(), kind)
}

fn node(kind: ExprKind) -> Expr {
    at_no_place(kind, Expr::new)
}

fn ident() -> impl Strategy<Value = Ident> {
    select(vec![
        "a", "x_max", "w'", "β", "i", "d", "loss", "at", "in", "of", "ring", "terms", "equality", "left", "right",
        "data", "start", "truth", "index", "vec", "mat", "real", "nat", "from", "without",
    ])
    .prop_map(|name| Ident { span: Span::default(), name: name.to_owned() })
}

fn idents(size: Range<usize>) -> impl Strategy<Value = Vec<Ident>> {
    vec(ident(), size)
}

fn sort() -> impl Strategy<Value = Sort> {
    prop_oneof![
        Just(SortKind::Real),
        Just(SortKind::Natural),
        ident().prop_map(SortKind::Index),
        ident().prop_map(SortKind::Vector),
        (ident(), ident()).prop_map(|(n, d)| SortKind::Matrix(n, d)),
    ]
    .prop_map(|kind| Sort { span: Span::default(), kind })
}

fn binders() -> impl Strategy<Value = Vec<Binder>> {
    let binder = (ident(), option::of(sort())).prop_map(|(name, sort)| Binder { name, sort });
    vec(binder, 1..4)
}

fn leaf() -> impl Strategy<Value = Expr> {
    let number = (0u32..10_000, 0u32..4).prop_map(|(digits, places)| {
        let power = 10u32.pow(places);
        ExprKind::Number(BigRational::new(digits.into(), power.into()))
    });
    prop_oneof![
        number,
        ident().prop_map(|name| ExprKind::Name(name.name)),
        (ident(), ident()).prop_map(|(i, j)| ExprKind::Delta(i, j)),
        ident().prop_map(ExprKind::EqualityIn),
        Just(ExprKind::Vector(Vec::new())),
    ]
    .prop_map(node)
}

fn relation() -> impl Strategy<Value = Relation> {
    select(vec![
        Relation::Equal,
        Relation::NotEqual,
        Relation::Less,
        Relation::LessEqual,
        Relation::Greater,
        Relation::GreaterEqual,
    ])
}

/// A list whose first element enters it in the plain way.
fn signed<S: Clone + std::fmt::Debug + 'static>(
    part: BoxedStrategy<Expr>,
    plain: S,
    other: S,
) -> impl Strategy<Value = Vec<(S, Expr)>> {
    let rest = vec((select(vec![plain.clone(), other]), part.clone()), 1..4);
    (part, rest).prop_map(move |(first, rest)| {
        let mut all = vec![(plain.clone(), first)];
        all.extend(rest);
        all
    })
}

fn argument(part: BoxedStrategy<Expr>) -> impl Strategy<Value = Argument> {
    let lambda = (idents(1..3), part.clone())
        .prop_map(|(parameters, body)| node(ExprKind::Lambda { parameters, body: Box::new(body) }));
    (option::of(ident()), prop_oneof![part, lambda]).prop_map(|(name, value)| Argument { name, value })
}

fn operators(part: BoxedStrategy<Expr>) -> impl Strategy<Value = ExprKind> {
    let boxed = part.clone().prop_map(Box::new).boxed();
    let pair = (boxed.clone(), boxed.clone());
    prop_oneof![
        3 => signed(part.clone(), Sign::Plus, Sign::Minus).prop_map(ExprKind::Add),
        3 => signed(part.clone(), Factor::Times, Factor::Over).prop_map(ExprKind::Multiply),
        2 => boxed.clone().prop_map(ExprKind::Negate),
        2 => pair.clone().prop_map(|(a, b)| ExprKind::Power(a, b)),
        2 => (boxed.clone(), vec((relation(), part.clone()), 1..3))
            .prop_map(|(first, rest)| ExprKind::Compare { first, rest }),
        1 => boxed.prop_map(ExprKind::Not),
        1 => vec(part.clone(), 2..4).prop_map(ExprKind::And),
        1 => vec(part, 2..4).prop_map(ExprKind::Or),
        1 => pair.clone().prop_map(|(a, b)| ExprKind::Implies(a, b)),
        1 => pair.prop_map(|(a, b)| ExprKind::Iff(a, b)),
    ]
}

fn forms(part: BoxedStrategy<Expr>) -> impl Strategy<Value = ExprKind> {
    let boxed = part.clone().prop_map(Box::new).boxed();
    let quantifier = select(vec![Quantifier::Forall, Quantifier::Exists]);
    prop_oneof![
        vec(part.clone(), 1..3).prop_map(ExprKind::Vector),
        (boxed.clone(), vec(part.clone(), 1..3)).prop_map(|(base, indices)| ExprKind::Index { base, indices }),
        (boxed.clone(), vec(argument(part.clone()), 0..3))
            .prop_map(|(function, arguments)| { ExprKind::Call { function, arguments } }),
        (boxed.clone(), ident()).prop_map(|(base, field)| ExprKind::Field { base, field }),
        (binders(), boxed.clone()).prop_map(|(binders, body)| ExprKind::Sum { binders, body }),
        (ident(), boxed.clone(), boxed.clone()).prop_map(|(variable, body, at)| ExprKind::Derivative {
            variable,
            body,
            at
        }),
        (ident(), vec(part, 1..3), boxed.clone())
            .prop_map(|(variable, indices, body)| { ExprKind::EntryDerivative { variable, indices, body } }),
        (quantifier, binders(), boxed)
            .prop_map(|(quantifier, binders, body)| { ExprKind::Quantified { quantifier, binders, body } }),
    ]
}

fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 40, 4, |part| prop_oneof![operators(part.clone()), forms(part)].prop_map(node))
}

fn small_tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(2, 6, 3, |part| prop_oneof![operators(part.clone()), forms(part)].prop_map(node))
}

// Proofs.

fn certificate() -> impl Strategy<Value = Certificate> {
    (option::of(small_tree()), vec(small_tree(), 0..3))
        .prop_filter("something is given", |(cone, given)| cone.is_some() || !given.is_empty())
        .prop_map(|(cone, given)| Certificate { cone, given })
}

fn binding() -> impl Strategy<Value = Binding> {
    (ident(), idents(0..3), small_tree()).prop_map(|(name, indices, value)| Binding { name, indices, value })
}

fn step(proof: BoxedStrategy<Proof>) -> impl Strategy<Value = Step> {
    prop_oneof![
        (ident(), small_tree(), proof).prop_map(|(name, formula, proof)| StepKind::Have { name, formula, proof }),
        idents(1..3).prop_map(StepKind::Fix),
        ident().prop_map(StepKind::Suppose),
        ident().prop_map(StepKind::Contrary),
        (idents(1..3), ident(), small_tree())
            .prop_map(|(variables, hypothesis, from)| { StepKind::Obtain { variables, hypothesis, from } }),
        vec(binding(), 1..3).prop_map(StepKind::Take),
    ]
    .prop_map(|kind| Step { span: Span::default(), kind })
}

fn simple_conclusion() -> impl Strategy<Value = ConclusionKind> {
    prop_oneof![
        certificate().prop_map(ConclusionKind::Because),
        certificate().prop_map(ConclusionKind::Absurd),
        ident().prop_map(ConclusionKind::TermsOf),
        Just(ConclusionKind::Ring),
        small_tree().prop_map(ConclusionKind::By),
    ]
}

fn branching(proof: BoxedStrategy<Proof>) -> impl Strategy<Value = ConclusionKind> {
    let branch = (ident(), proof.clone()).prop_map(|(name, proof)| Branch { name, proof }).boxed();
    let boxed = branch.clone().prop_map(Box::new);
    prop_oneof![
        3 => (small_tree(), vec(branch, 1..4))
            .prop_map(|(subject, branches)| ConclusionKind::Cases { subject, branches }),
        3 => vec(proof.clone(), 1..4).prop_map(ConclusionKind::Parts),
        1 => (boxed.clone(), boxed.clone())
            .prop_map(|(forward, backward)| ConclusionKind::Equivalence { forward, backward }),
        1 => (ident(), proof.clone().prop_map(Box::new), boxed)
            .prop_map(|(variable, base, step)| ConclusionKind::Induction { variable, base, step }),
        1 => proof.clone().prop_map(|proof| ConclusionKind::Left(Box::new(proof))),
        1 => proof.prop_map(|proof| ConclusionKind::Right(Box::new(proof))),
    ]
}

fn with_conclusion(steps: Vec<Step>, kind: ConclusionKind) -> Proof {
    let span = Span::default();
    Proof { span, steps, conclusion: Conclusion { span, kind } }
}

fn proof() -> impl Strategy<Value = Proof> {
    simple_conclusion().prop_map(|kind| with_conclusion(Vec::new(), kind)).prop_recursive(4, 12, 3, |proof| {
        (vec(step(proof.clone()), 0..3), branching(proof)).prop_map(|(steps, kind)| with_conclusion(steps, kind))
    })
}

// Items.

fn text() -> impl Strategy<Value = Text> {
    "[a-zé .#\\\\']{0,8}".prop_map(|value| Text { span: Span::default(), value })
}

fn uses() -> impl Strategy<Value = Vec<Use>> {
    let one = |kind| move |name| Use { kind, name };
    let network = one(SettingKind::Network);
    let loss = one(SettingKind::Loss);
    prop_oneof![
        ident().prop_map(move |a| vec![network(a)]),
        ident().prop_map(move |b| vec![loss(b)]),
        (ident(), ident()).prop_map(move |(a, b)| vec![network(a), loss(b)]),
    ]
}

fn parameters(size: Range<usize>) -> impl Strategy<Value = Vec<Parameter>> {
    let parameter = (ident(), sort()).prop_map(|(name, sort)| Parameter { name, sort });
    vec(parameter, size)
}

fn define() -> impl Strategy<Value = Define> {
    let function = (ident(), parameters(0..3), parameters(0..3), small_tree());
    let predicate = (ident(), parameters(0..3), small_tree());
    prop_oneof![
        function.prop_map(|(name, parameters, indices, body)| Define {
            name,
            parameters,
            indices,
            kind: DefineKind::Function,
            body,
        }),
        predicate.prop_map(|(name, parameters, body)| Define {
            name,
            parameters,
            indices: Vec::new(),
            kind: DefineKind::Predicate,
            body,
        }),
    ]
}

fn variables() -> impl Strategy<Value = ClauseKind> {
    (idents(1..3), sort()).prop_map(|(names, sort)| ClauseKind::Let(Let { names, sort }))
}

fn body_clause() -> impl Strategy<Value = ClauseKind> {
    prop_oneof![
        idents(1..3).prop_map(ClauseKind::Dimension),
        variables(),
        text().prop_map(ClauseKind::Source),
        define().prop_map(ClauseKind::Define),
        (ident(), small_tree()).prop_map(|(name, formula)| ClauseKind::Assume(Assume { name, formula })),
        (ident(), small_tree()).prop_map(|(name, formula)| ClauseKind::Lemma(Assume { name, formula })),
        (ident(), small_tree(), option::of(proof()))
            .prop_map(|(name, formula, proof)| { ClauseKind::Show(Show { name, formula, proof }) }),
        (ident(), small_tree(), idents(0..3), values())
            .prop_map(|(name, formula, without, values)| Refute { name, formula, without, values })
            .prop_map(ClauseKind::Refute),
    ]
}

fn placed(kinds: Vec<ClauseKind>) -> Vec<Clause> {
    let span = Span::default();
    let clause = |kind| Clause { span, kind };
    kinds.into_iter().map(clause).collect()
}

fn theorem() -> impl Strategy<Value = Item> {
    let header = prop_oneof![uses().prop_map(ClauseKind::Uses), text().prop_map(ClauseKind::Source),];
    let clauses =
        (vec(header, 0..3), variables(), vec(body_clause(), 0..4)).prop_map(|(mut header, variables, body)| {
            header.push(variables);
            header.extend(body);
            placed(header)
        });
    (ident(), option::of(text()), clauses)
        .prop_map(|(name, title, clauses)| Item::Theorem(Theorem { span: Span::default(), name, title, clauses }))
}

fn setting() -> impl Strategy<Value = Item> {
    let kind = select(vec![SettingKind::Network, SettingKind::Loss]);
    let clauses = vec(define().prop_map(ClauseKind::Define), 1..3).prop_map(placed);
    (kind, ident(), option::of(text()), clauses).prop_map(|(kind, name, title, clauses)| {
        Item::Setting(Setting { span: Span::default(), kind, name, title, clauses })
    })
}

/// None, or numbers, lists and lists of lists.
fn values() -> impl Strategy<Value = Vec<Assignment>> {
    let list = || vec(small_tree(), 0..3).prop_map(|entries| node(ExprKind::Vector(entries)));
    let rows = vec(list(), 0..3).prop_map(|rows| node(ExprKind::Vector(rows)));
    let value = prop_oneof![small_tree(), list(), rows];
    vec((ident(), value).prop_map(|(name, value)| Assignment { name, value }), 0..3)
}

fn assignments() -> impl Strategy<Value = Vec<Assignment>> {
    let assignment = (ident(), small_tree()).prop_map(|(name, value)| Assignment { name, value });
    vec(assignment, 1..3)
}

fn experiment_clause() -> impl Strategy<Value = ExperimentClauseKind> {
    prop_oneof![
        text().prop_map(ExperimentClauseKind::Source),
        assignments().prop_map(ExperimentClauseKind::Data),
        assignments().prop_map(ExperimentClauseKind::Start),
        assignments().prop_map(ExperimentClauseKind::Truth),
        (ident(), assignments()).prop_map(|(name, assignments)| ExperimentClauseKind::Run { name, assignments }),
        (ident(), small_tree()).prop_map(|(name, formula)| ExperimentClauseKind::Certify { name, formula }),
    ]
}

fn experiment() -> impl Strategy<Value = Item> {
    let uses = uses().prop_map(ExperimentClauseKind::Uses);
    let data = assignments().prop_map(ExperimentClauseKind::Data);
    let clauses = (uses, data, vec(experiment_clause(), 0..4));
    (ident(), option::of(text()), clauses).prop_map(|(name, title, (uses, data, rest))| {
        let kinds = [uses, data].into_iter().chain(rest);
        let span = Span::default();
        Item::Experiment(Experiment {
            span,
            name,
            title,
            clauses: kinds.map(|kind| ExperimentClause { span, kind }).collect(),
        })
    })
}

pub(super) fn file() -> impl Strategy<Value = File> {
    let item = prop_oneof![2 => theorem(), 1 => setting(), 1 => experiment()];
    vec(item, 0..4).prop_map(|items| File { items, comments: Vec::new() })
}

// Tokens without sense.

fn token() -> impl Strategy<Value = &'static str> {
    select(vec![
        "theorem",
        "experiment",
        "network",
        "dimension",
        "let",
        "assume",
        "define",
        "show",
        "refute",
        "without",
        "because",
        "given",
        "by",
        "have",
        "fix",
        "suppose",
        "contrary",
        "obtain",
        "take",
        "cases",
        "case",
        "part",
        "forward",
        "backward",
        "absurd",
        "forall",
        "exists",
        "sum",
        "and",
        "or",
        "not",
        "run",
        "certify",
        "source",
        "loss",
        "data",
        "start",
        "truth",
        "in",
        "of",
        "from",
        "at",
        "terms",
        "equality",
        "ring",
        "left",
        "right",
        "index",
        "vec",
        "mat",
        "real",
        "nat",
        "x",
        "w'",
        "β",
        "d/dt",
        "2",
        "0.5",
        "\"t\"",
        "\"open\n",
        "# c\n",
        "<->",
        "->",
        "|->",
        "=",
        "!=",
        "<",
        "<=",
        ">",
        ">=",
        "+",
        "-",
        "*",
        "/",
        "^",
        "²",
        "√",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ";",
        ":",
        ":=",
        ".",
        "=>",
        "==",
        "☃",
        "\u{0}",
        "∀",
        "Σ",
        "\r\n",
    ])
}

/// What holds of every answer of the parser, whatever the input.
fn check_answer(text: &str) -> Result<(), TestCaseError> {
    let (file, diagnostics) = parse(text);
    for diagnostic in &diagnostics {
        prop_assert!(!diagnostic.message.is_empty());
        for label in &diagnostic.labels {
            prop_assert!(text.get(label.span.range()).is_some(), "{diagnostic:?}");
        }
        crate::cli::render::diagnostic(diagnostic, "f.thm", text, false);
    }
    if diagnostics.is_empty() {
        prop_assert_eq!(&parsed(&print(&file)).items, &file.items);
        let once = format(text, Spelling::Kept);
        prop_assert!(once.is_ok(), "{:?}", once);
        let once = once.unwrap();
        prop_assert_eq!(&format(&once, Spelling::Kept).unwrap(), &once);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn an_expression_comes_back_from_its_text(tree in tree()) {
        let text = print_expr(&tree);
        prop_assert_eq!(expr(&text), tree, "{}", text);
    }

    #[test]
    fn random_characters_get_an_answer(text in any::<String>()) {
        check_answer(&text)?;
    }

    #[test]
    fn random_bytes_get_an_answer(bytes in vec(any::<u8>(), 0..200)) {
        if let Ok(text) = source::read(&bytes) {
            check_answer(text)?;
        }
    }

    #[test]
    fn random_tokens_get_an_answer(
        tokens in vec(token(), 0..60),
        start in select(vec!["", "theorem t ", "theorem t show s: ", "theorem t show s: p ", "experiment e "]),
    ) {
        check_answer(&format!("{start}{}", tokens.join(" ")))?;
        check_answer(&format!("{start}{}", tokens.concat()))?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_file_comes_back_from_its_text(file in file()) {
        let text = print(&file);
        prop_assert_eq!(&parsed(&text).items, &file.items, "{}", text);
    }

    /// Of a proper file some bytes are lost or doubled.
    #[test]
    fn damaged_files_get_an_answer(
        file in file(),
        at in any::<prop::sample::Index>(),
        length in 0usize..5,
        double in any::<bool>(),
    ) {
        let mut text = print(&file);
        let boundary = |offset: usize| {
            (offset..=text.len()).find(|&i| text.is_char_boundary(i)).unwrap_or(0)
        };
        let from = boundary(at.index(text.len() + 1));
        let to = boundary((from + length).min(text.len()));
        let piece = text[from..to].to_owned();
        if double {
            text.insert_str(from, &piece);
        } else {
            text.replace_range(from..to, "");
        }
        check_answer(&text)?;
    }
}
