//! Trees of any shape, most of them nonsense: an answer, never a panic.

use num_bigint::BigInt;
use num_rational::Ratio;
use proptest::collection::vec;
use proptest::prelude::*;
use tightrope_kernel::*;

use crate::common::binder;

fn variable() -> impl Strategy<Value = Variable> {
    let level = || prop_oneof![8 => 0..5_u32, 1 => Just(u32::MAX), 1 => Just(u32::MAX - 1)];
    prop_oneof![level().prop_map(Variable::Bound), level().prop_map(Variable::Free)]
}

fn dimension() -> impl Strategy<Value = Dimension> {
    prop_oneof![8 => 0..3_u32, 1 => Just(u32::MAX)].prop_map(Dimension)
}

fn sort() -> impl Strategy<Value = Sort> {
    prop_oneof![vec(dimension(), 0..3).prop_map(Sort::Real), Just(Sort::Nat), dimension().prop_map(Sort::Index),]
}

fn rational() -> impl Strategy<Value = Rational> {
    (-3..4_i32, -1..3_i32).prop_map(|(n, d)| Ratio::new_raw(BigInt::from(n), BigInt::from(d)))
}

fn name() -> impl Strategy<Value = Name> {
    prop_oneof![Just("f"), Just("p"), Just("lemma"), Just("none"), Just("")].prop_map(Into::into)
}

fn tree<T: Node>(kind: T) -> Tree<T> {
    Tree::new(kind).unwrap()
}

fn argument(term: impl Strategy<Value = Term>) -> impl Strategy<Value = Argument> {
    let arity = prop_oneof![8 => 0..3_u32, 1 => Just(u32::MAX)];
    prop_oneof![
        variable().prop_map(Argument::Index),
        (arity, term).prop_map(|(arity, body)| Argument::Array { arity, body }),
    ]
}

fn application(term: impl Strategy<Value = Term>) -> impl Strategy<Value = Application> {
    (name(), vec(dimension(), 0..3), vec(argument(term), 0..3))
        .prop_map(|(definition, dimensions, arguments)| Application { definition, dimensions, arguments })
}

fn term() -> BoxedStrategy<Term> {
    let leaf = prop_oneof![
        rational().prop_map(TermKind::Constant),
        (variable(), vec(variable(), 0..3)).prop_map(|(head, indices)| TermKind::Entry(head, indices)),
        (variable(), variable()).prop_map(|(i, j)| TermKind::Delta(i, j)),
    ];
    let grow = |inner: BoxedStrategy<Term>| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(TermKind::Add),
            vec(inner.clone(), 0..3).prop_map(TermKind::Multiply),
            (inner.clone(), prop_oneof![8 => 0..4_u32, 1 => Just(u32::MAX)]).prop_map(|(t, n)| TermKind::Power(t, n)),
            (dimension(), inner.clone()).prop_map(|(d, t)| TermKind::Sum("i".into(), d, t)),
            inner.clone().prop_map(|t| TermKind::Apply(Function::Reciprocal, t)),
            inner.clone().prop_map(|t| TermKind::Apply(Function::SquareRoot, t)),
            application(inner.clone()).prop_map(TermKind::Defined),
            (inner.clone(), inner).prop_map(|(body, at)| TermKind::Derivative { name: "t".into(), body, at }),
        ]
        .prop_map(tree)
        .boxed()
    };
    leaf.prop_map(tree).boxed().prop_recursive(4, 24, 3, move |inner| grow(inner.boxed())).boxed()
}

fn formula() -> BoxedStrategy<Formula> {
    let relation =
        prop_oneof![Just(Relation::Equal), Just(Relation::Unequal), Just(Relation::AtLeast), Just(Relation::Greater)];
    let leaf = prop_oneof![
        4 => (relation, term(), term()).prop_map(|(r, a, b)| FormulaKind::Compare(r, a, b)),
        1 => application(term()).prop_map(FormulaKind::Defined),
    ];
    let grow = |inner: BoxedStrategy<Formula>| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(FormulaKind::And),
            vec(inner.clone(), 0..3).prop_map(FormulaKind::Or),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| FormulaKind::Implies(a, b)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| FormulaKind::Iff(a, b)),
            inner.clone().prop_map(FormulaKind::Not),
            (sort(), inner.clone()).prop_map(|(s, f)| FormulaKind::Forall(binder("v", s), f)),
            (sort(), inner).prop_map(|(s, f)| FormulaKind::Exists(binder("v", s), f)),
        ]
        .prop_map(tree)
        .boxed()
    };
    leaf.prop_map(tree).boxed().prop_recursive(3, 12, 3, move |inner| grow(inner.boxed())).boxed()
}

fn few() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0..4_u32, 1 => Just(u32::MAX)]
}

/// Facts, derivations and evidence, each made of the others, `levels` deep.
fn fact(levels: u32) -> BoxedStrategy<Fact> {
    let leaf = prop_oneof![
        3 => few().prop_map(FactKind::Hypothesis),
        1 => few().prop_map(FactKind::Recent),
        1 => formula().prop_map(FactKind::ExcludedMiddle),
        1 => term().prop_map(FactKind::Natural),
        1 => (name(), vec(dimension(), 0..3), vec(argument(term()), 0..3))
            .prop_map(|(theorem, dimensions, arguments)| FactKind::Cite { theorem, dimensions, arguments }),
    ]
    .prop_map(tree);
    if levels == 0 {
        return leaf.boxed();
    }
    let (inner, shown) = (fact(levels - 1), derivation(levels - 1));
    let grown = prop_oneof![
        (inner.clone(), vec(argument(term()), 0..3)).prop_map(|(f, a)| FactKind::Instantiate(f, a)),
        (inner.clone(), shown.clone()).prop_map(|(f, d)| FactKind::Detach(f, d)),
        (inner.clone(), few()).prop_map(|(f, n)| FactKind::Part(f, n)),
        inner.clone().prop_map(FactKind::Choice),
        (inner, term()).prop_map(|(f, t)| FactKind::Extremum(f, t)),
        (formula(), shown.clone()).prop_map(|(f, d)| FactKind::Derived(f, d)),
        (term(), shown.clone()).prop_map(|(t, d)| FactKind::Reciprocal(t, d)),
        (term(), shown).prop_map(|(t, d)| FactKind::SquareRoot(t, d)),
    ];
    prop_oneof![leaf, grown.prop_map(tree)].boxed()
}

fn evidence(levels: u32) -> BoxedStrategy<Evidence> {
    let leaf = prop_oneof![
        rational().prop_map(EvidenceKind::Constant),
        term().prop_map(EvidenceKind::Square),
        Just(EvidenceKind::Add(vec![])),
    ]
    .prop_map(tree);
    if levels == 0 {
        return leaf.boxed();
    }
    let (inner, facts) = (evidence(levels - 1), fact(levels - 1));
    let grown = prop_oneof![
        facts.clone().prop_map(EvidenceKind::Fact),
        facts.prop_map(EvidenceKind::NonzeroSquare),
        (term(), inner.clone()).prop_map(|(t, e)| EvidenceKind::Multiple(t, e)),
        vec(inner.clone(), 0..3).prop_map(EvidenceKind::Add),
        vec(inner.clone(), 0..3).prop_map(EvidenceKind::Multiply),
        (dimension(), inner).prop_map(|(d, e)| EvidenceKind::Sum(d, e)),
    ];
    prop_oneof![leaf, grown.prop_map(tree)].boxed()
}

fn derivation(levels: u32) -> BoxedStrategy<Derivation> {
    if levels == 0 {
        return evidence(0).prop_map(|e| tree(DerivationKind::Arithmetic(e))).boxed();
    }
    let (inner, facts) = (derivation(levels - 1), fact(levels - 1));
    prop_oneof![
        facts.clone().prop_map(DerivationKind::Exact),
        evidence(levels - 1).prop_map(DerivationKind::Arithmetic),
        vec(inner.clone(), 0..3).prop_map(DerivationKind::All),
        (few(), inner.clone()).prop_map(|(n, d)| DerivationKind::Choose(n, d)),
        inner.clone().prop_map(DerivationKind::Assume),
        inner.clone().prop_map(DerivationKind::Generalize),
        (argument(term()), inner.clone()).prop_map(|(a, d)| DerivationKind::Witness(a, d)),
        (inner.clone(), inner.clone()).prop_map(|(base, step)| DerivationKind::Induct { base, step }),
        inner.clone().prop_map(DerivationKind::Contradict),
        (facts.clone(), vec(inner.clone(), 0..3)).prop_map(|(f, d)| DerivationKind::Cases(f, d)),
        (facts.clone(), inner.clone()).prop_map(|(f, d)| DerivationKind::Unpack(f, d)),
        (vec(facts, 0..3), inner).prop_map(|(f, d)| DerivationKind::Have(f, d)),
    ]
    .prop_map(tree)
    .boxed()
}

/// A function f(x : vec d), a predicate p(t : real) and a named lemma, to be misused.
fn library() -> Library {
    use crate::common::{Compare, D, function, predicate, real, sum, vector};
    let mut library = Library::default();
    library.define(function("f", 1, vec![vector(D)], |p| sum(D, |i| p[0].at(i)))).unwrap();
    library.define(predicate("p", 0, vec![real()], |p| p[0].at_least(0))).unwrap();
    let conclusion = tree(FormulaKind::And(vec![]));
    let variables = vec![binder("m", Sort::Index(D))];
    let statement = Statement { dimensions: vec!["d".into()], variables, hypotheses: vec![], conclusion };
    library.postulate("lemma".into(), statement).unwrap();
    library
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 96 } else { 1024 }))]

    #[test]
    fn terms_and_formulas(t in term(), f in formula(), g in formula(), a in vec(argument(term()), 0..4),
                          d in vec(dimension(), 0..3)) {
        let library = library();
        let mut context = Context::new(&library, 2);
        for sort in [Sort::Real(vec![]), Sort::Real(vec![Dimension(0)]), Sort::Index(Dimension(0)), Sort::Nat] {
            context.declare(sort).unwrap();
        }
        let _ = context.normal_form(&t);
        let _ = context.expose(&f);
        let _ = context.definedness(&[Hypothesis { name: "h".into(), formula: g.clone() }], &f);
        let _ = instantiate(&t, &a);
        let _ = f.substitute(&a, Some(&d));
        let _ = context.assume(g);
        let _ = context.prove(&f, &tree(DerivationKind::Exact(tree(FactKind::Hypothesis(0)))));
        // Where a term has a normal form it is equal to itself, and not to itself plus 1.
        if context.normal_form(&t).is_ok() {
            let e = crate::common::Expression(t);
            let equal = crate::common::Compare::equals(e.clone(), e.clone());
            prop_assert_eq!(context.prove(&equal, &crate::common::identity()), Ok(()));
            let wrong = crate::common::Compare::equals(e.clone(), e + 1);
            prop_assert!(context.prove(&wrong, &crate::common::identity()).is_err());
        }
    }

    #[test]
    fn facts_and_derivations(goal in formula(), h in formula(), f in fact(3), e in evidence(3), d in derivation(3)) {
        let library = library();
        let mut context = Context::new(&library, 2);
        context.declare(Sort::Real(vec![Dimension(0)])).unwrap();
        context.declare(Sort::Index(Dimension(0))).unwrap();
        let _ = context.assume(h);
        let before = (context.variables().len(), context.hypotheses().len());
        let _ = context.infer(&f);
        let _ = context.weigh(&e);
        let _ = context.prove(&goal, &d);
        // Without hypotheses nothing false is shown.
        let empty = tree(FormulaKind::Or(vec![]));
        prop_assert!(Context::new(&library, 2).prove(&empty, &d).is_err());
        prop_assert_eq!(before, (context.variables().len(), context.hypotheses().len()));
    }

    #[test]
    fn definitions_and_statements(t in term(), f in formula(), h in formula(), sorts in vec(sort(), 0..3), n in 0..3_usize,
                                  definedness in derivation(2), conclusion in derivation(2)) {
        let mut library = library();
        let variables: Vec<Binder> = sorts.into_iter().map(|s| binder("x", s)).collect();
        let dimensions: Vec<Name> = vec!["d".into(); n];
        let define = |name: &str, body| Definition { name: name.into(), dimensions: dimensions.clone(), parameters: variables.clone(), body };
        let _ = library.define(define("g", Meaning::Term(t)));
        let _ = library.define(define("r", Meaning::Formula(f.clone())));
        let hypotheses = vec![Hypothesis { name: "h".into(), formula: h }];
        let statement = Statement { dimensions, variables, hypotheses, conclusion: f };
        let _ = check(&library, statement.clone(), Proof { definedness, conclusion });
        let _ = library.postulate("more".into(), statement);
        prop_assert!(library.names().count() >= 3);
    }
}
