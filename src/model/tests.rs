use std::sync::Arc;

use super::*;
use crate::kernel::{
    Application, Argument, Binder, Definition, Dimension, FormulaKind, Function, Hypothesis, Meaning, Node, Relation,
    TermKind, Tree, Variable,
};

const D: Dimension = Dimension(0);

fn tree<T: Node>(node: T) -> Tree<T> {
    Tree::new(node).unwrap()
}

fn q(n: i64, d: i64) -> Rational {
    Rational::new(n.into(), d.into())
}

fn num(n: i64) -> Term {
    tree(TermKind::Constant(q(n, 1)))
}

fn at(head: Variable, indices: &[Variable]) -> Term {
    tree(TermKind::Entry(head, indices.to_vec()))
}

fn free(n: u32) -> Variable {
    Variable::Free(n)
}

fn bound(n: u32) -> Variable {
    Variable::Bound(n)
}

fn sum(body: Term) -> Term {
    tree(TermKind::Sum("i".into(), D, body))
}

fn times(terms: &[Term]) -> Term {
    tree(TermKind::Multiply(terms.to_vec()))
}

fn plus(terms: &[Term]) -> Term {
    tree(TermKind::Add(terms.to_vec()))
}

fn power(base: Term, n: u32) -> Term {
    tree(TermKind::Power(base, n))
}

fn apply(function: Function, inner: Term) -> Term {
    tree(TermKind::Apply(function, inner))
}

fn derivative(body: Term, at: Term) -> Term {
    tree(TermKind::Derivative { name: "t".into(), body, at })
}

fn compare(relation: Relation, left: Term, right: Term) -> Formula {
    tree(FormulaKind::Compare(relation, left, right))
}

fn real(shape: &[Dimension]) -> Binder {
    Binder { name: "v".into(), sort: Sort::Real(shape.to_vec()) }
}

/// x = (2, 3, 5) and m = the last index.
fn model() -> Model {
    let x = Array::vector(vec![q(2, 1), q(3, 1), q(5, 1)]);
    Model { sizes: vec![3], values: vec![Value::Array(x), Value::Index(2)] }
}

fn value(term: &Term) -> Result<Rational, Failure> {
    evaluate_term(&Library::default(), term, &model())
}

fn truth(formula: &Formula, model: &Model) -> Truth {
    evaluate_formula(&Library::default(), formula, model, &Samples::small())
}

#[test]
fn sums_deltas_and_powers_mean_what_they_say() {
    let x_i = at(free(0), &[bound(0)]);
    assert_eq!(value(&sum(x_i.clone())), Ok(q(10, 1)));
    assert_eq!(value(&sum(times(&[x_i.clone(), tree(TermKind::Delta(bound(0), free(1)))]))), Ok(q(5, 1)));
    assert_eq!(value(&sum(power(x_i, 2))), Ok(q(38, 1)));
    assert_eq!(value(&power(num(0), 0)), Ok(q(1, 1)));
    let empty = Model { sizes: vec![0], values: vec![] };
    assert_eq!(evaluate_term(&Library::default(), &sum(num(1)), &empty), Ok(q(0, 1)));
}

#[test]
fn opaque_functions_are_exact_or_have_no_value() {
    let four_ninths = tree(TermKind::Constant(q(4, 9)));
    assert_eq!(value(&apply(Function::SquareRoot, four_ninths)), Ok(q(2, 3)));
    assert_eq!(value(&apply(Function::SquareRoot, num(2))), Err(Failure::Irrational));
    assert_eq!(value(&apply(Function::SquareRoot, num(-1))), Err(Failure::Undefined));
    assert_eq!(value(&apply(Function::Reciprocal, num(-4))), Ok(q(-1, 4)));
    let pole = apply(Function::Reciprocal, num(0));
    assert_eq!(value(&pole), Err(Failure::Undefined));
    let (library, model, samples) = (Library::default(), model(), Samples::default());
    let total = Evaluator::new(&library, &model, &samples).with_partiality(Partiality::Zero).term(&pole);
    assert_eq!(total, Ok(q(0, 1)));
}

#[test]
fn derivatives_nest_without_confusion() {
    // d/dt t³ at 5 is 75.
    assert_eq!(value(&derivative(power(at(bound(0), &[]), 3), num(5))), Ok(q(75, 1)));
    // d/dt (t · d/ds (t s²) at s = t) at t = 2 is d/dt 2t³ = 6t² = 24.
    let (t, s) = (at(bound(0), &[]), at(bound(0), &[]));
    let inner = derivative(times(&[at(bound(1), &[]), power(s, 2)]), t.clone());
    assert_eq!(value(&derivative(times(&[t, inner]), num(2))), Ok(q(24, 1)));
    // d/dt d/ds (s² t²) at s = t at t = 1: d/dt 2t³ = 6.
    let inner = derivative(times(&[power(at(bound(0), &[]), 2), power(at(bound(1), &[]), 2)]), at(bound(0), &[]));
    assert_eq!(value(&derivative(inner, num(1))), Ok(q(6, 1)));
}

#[test]
fn definitions_bind_their_parameters_to_values() {
    let mut library = Library::default();
    let name: Arc<str> = "dot".into();
    // dot(a, b) = Σ_i a[i] b[i]
    let body = sum(times(&[at(bound(2), &[bound(0)]), at(bound(1), &[bound(0)])]));
    let parameters = vec![real(&[D]), real(&[D])];
    let definition =
        Definition { name: name.clone(), dimensions: vec!["d".into()], parameters, body: Meaning::Term(body) };
    library.define(definition).unwrap();
    // dot(i ↦ x[i], i ↦ 1/[i=m]) is undefined, but with x[i] [i=m] in the second place it is x[m]².
    let vector = |body| Argument::Array { arity: 1, body };
    let delta = tree(TermKind::Delta(bound(0), free(1)));
    let x_i = at(free(0), &[bound(0)]);
    let call = |second| {
        tree(TermKind::Defined(Application {
            definition: name.clone(),
            dimensions: vec![D],
            arguments: vec![vector(x_i.clone()), vector(second)],
        }))
    };
    let (picked, pole) = (call(times(&[x_i.clone(), delta.clone()])), call(apply(Function::Reciprocal, delta)));
    assert_eq!(evaluate_term(&library, &picked, &model()), Ok(q(25, 1)));
    assert_eq!(evaluate_term(&library, &pole, &model()), Err(Failure::Undefined));
}

#[test]
fn quantifiers_over_indices_are_exhausted_and_others_sampled() {
    let index = Binder { name: "i".into(), sort: Sort::Index(D) };
    let large = |bound_by| compare(Relation::AtLeast, at(free(0), &[bound(0)]), num(bound_by));
    assert_eq!(truth(&tree(FormulaKind::Forall(index.clone(), large(2))), &model()), Truth::True);
    assert_eq!(truth(&tree(FormulaKind::Forall(index.clone(), large(3))), &model()), Truth::False);
    assert_eq!(truth(&tree(FormulaKind::Exists(index, large(6))), &model()), Truth::False);
    let square = |n| compare(Relation::Equal, power(at(bound(0), &[]), 2), num(n));
    assert_eq!(truth(&tree(FormulaKind::Exists(real(&[]), square(1))), &model()), Truth::True);
    assert_eq!(truth(&tree(FormulaKind::Exists(real(&[]), square(9))), &model()), Truth::Unknown(Reason::Samples));
    assert_eq!(truth(&tree(FormulaKind::Forall(real(&[]), square(1))), &model()), Truth::False);
    // There is one vector without entries.
    let empty = Model { sizes: vec![0], values: vec![] };
    let zero = compare(Relation::Equal, sum(at(bound(1), &[bound(0)])), num(0));
    assert_eq!(truth(&tree(FormulaKind::Forall(real(&[D]), zero)), &empty), Truth::True);
}

#[test]
fn an_undefined_part_does_not_hide_what_is_known() {
    let undefined = compare(Relation::Equal, apply(Function::Reciprocal, num(0)), num(0));
    let (yes, no) = (compare(Relation::Equal, num(0), num(0)), compare(Relation::Greater, num(0), num(0)));
    let unknown = Truth::Unknown(Reason::Failure(Failure::Undefined));
    assert_eq!(truth(&undefined, &model()), unknown);
    assert_eq!(truth(&tree(FormulaKind::And(vec![no.clone(), undefined.clone()])), &model()), Truth::False);
    assert_eq!(truth(&tree(FormulaKind::And(vec![undefined.clone(), no.clone()])), &model()), Truth::False);
    assert_eq!(truth(&tree(FormulaKind::Or(vec![undefined.clone(), yes.clone()])), &model()), Truth::True);
    assert_eq!(truth(&tree(FormulaKind::Implies(no, undefined.clone())), &model()), Truth::True);
    assert_eq!(truth(&tree(FormulaKind::Iff(yes, undefined)), &model()), unknown);
}

#[test]
fn statements_are_refuted_by_models_of_their_hypotheses_only() {
    // x ≥ 1 ⊢ x ≥ 2.
    let x = || at(bound(0), &[]);
    let statement = Statement {
        dimensions: vec![],
        variables: vec![real(&[])],
        hypotheses: vec![Hypothesis { name: "h".into(), formula: compare(Relation::AtLeast, x(), num(1)) }],
        conclusion: compare(Relation::AtLeast, x(), num(2)),
    };
    let verdict = |n| {
        let model = Model { sizes: vec![], values: vec![Value::Array(Array::number(q(n, 1)))] };
        evaluate_statement(&Library::default(), &statement, &model, &Samples::small())
    };
    assert_eq!((verdict(0), verdict(1), verdict(2)), (Truth::True, Truth::False, Truth::True));
    let misfit = evaluate_statement(&Library::default(), &statement, &Model::default(), &Samples::small());
    assert_eq!(misfit, Truth::Unknown(Reason::Failure(Failure::IllSorted)));
}

#[test]
fn hostile_input_runs_out_of_budget() {
    let huge = Model { sizes: vec![usize::MAX], values: vec![] };
    let too_large = Truth::Unknown(Reason::Failure(Failure::TooLarge));
    assert_eq!(evaluate_term(&Library::default(), &sum(num(0)), &huge), Err(Failure::TooLarge));
    let nothing = compare(Relation::Equal, num(0), num(0));
    assert_eq!(truth(&tree(FormulaKind::Forall(real(&[D, D]), nothing)), &huge), too_large);
    let tower = (0..3).fold(num(2), |base, _| power(base, 1000));
    assert_eq!(value(&tower), Err(Failure::TooLarge));
    // Each definition uses the one before twice.
    let mut library = Library::default();
    for k in 0..60 {
        let previous = |k: u32| {
            let application =
                Application { definition: format!("f{}", k - 1).into(), dimensions: vec![], arguments: vec![] };
            tree(TermKind::Defined(application))
        };
        let body = if k == 0 { num(0) } else { plus(&[previous(k), previous(k)]) };
        let name = format!("f{k}").into();
        let definition = Definition { name, dimensions: vec![], parameters: vec![], body: Meaning::Term(body) };
        library.define(definition).unwrap();
    }
    let application = Application { definition: "f59".into(), dimensions: vec![], arguments: vec![] };
    let doubled = tree(TermKind::Defined(application));
    assert_eq!(evaluate_term(&library, &doubled, &Model::default()), Err(Failure::TooLarge));
}
