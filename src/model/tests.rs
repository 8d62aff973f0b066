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

/// Decides a formula about x = (2, 3, 5), where v, u and t of a quantifier may be named values.
fn decided(formula: &Formula, named: &[(&str, Value)]) -> Truth {
    let named = named.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    let (library, model, samples) = (Library::default(), model(), Samples { named, ..Samples::default() });
    Evaluator::new(&library, &model, &samples).deciding().formula(formula)
}

fn forall(binder: Binder, body: Formula) -> Formula {
    tree(FormulaKind::Forall(binder, body))
}

fn exists(binder: Binder, body: Formula) -> Formula {
    tree(FormulaKind::Exists(binder, body))
}

/// Σ_i of a term in x_i and v_i, below the binder of v.
fn sum_of(body: impl Fn(Term, Term) -> Term) -> Term {
    sum(body(at(free(0), &[bound(0)]), at(bound(1), &[bound(0)])))
}

#[test]
fn quadratic_comparisons_are_decided_for_all_vectors() {
    use Relation::{AtLeast, Equal, Greater, Unequal};
    let all = |relation, left, right| decided(&forall(real(&[D]), compare(relation, left, right)), &[]);
    let norm = || sum_of(|_, v| power(v, 2));
    let (dot, weighted) = (|| sum_of(|x, v| times(&[x, v])), || sum_of(|x, v| times(&[x, power(v, 2)])));
    // |v|² ≥ 0, but not > 0, and |v|² + 1 > 0; Cauchy and Schwarz with |x|² = 38, and not with less.
    assert_eq!(all(AtLeast, norm(), num(0)), Truth::True);
    assert_eq!(all(Greater, norm(), num(0)), Truth::False);
    assert_eq!(all(Greater, plus(&[norm(), num(1)]), num(0)), Truth::True);
    assert_eq!(all(AtLeast, times(&[num(38), norm()]), power(dot(), 2)), Truth::True);
    assert_eq!(all(AtLeast, times(&[tree(TermKind::Constant(q(379, 10))), norm()]), power(dot(), 2)), Truth::False);
    // The largest entry bounds the weighted sum; 4.9 does not.
    assert_eq!(all(AtLeast, times(&[num(5), norm()]), weighted()), Truth::True);
    assert_eq!(all(AtLeast, times(&[tree(TermKind::Constant(q(49, 10))), norm()]), weighted()), Truth::False);
    // |v|² - 2 x·v + 38 = |v - x|² is 0 at v = x and only there.
    let distance = |c| plus(&[norm(), times(&[num(-2), dot()]), num(c)]);
    assert_eq!(all(AtLeast, distance(38), num(0)), Truth::True);
    assert_eq!(all(Unequal, distance(38), num(0)), Truth::False);
    assert_eq!(all(Unequal, distance(39), num(0)), Truth::True);
    assert_eq!(all(Unequal, times(&[num(-1), distance(39)]), num(0)), Truth::True);
    assert_eq!(all(AtLeast, distance(37), num(0)), Truth::False);
    // Identities of any degree; of other comparisons of degree 4 nothing is known.
    assert_eq!(all(Equal, power(dot(), 2), times(&[dot(), dot()])), Truth::True);
    assert_eq!(all(Equal, power(dot(), 4), power(dot(), 3)), Truth::False);
    assert_eq!(all(AtLeast, power(dot(), 4), num(0)), Truth::Unknown(Reason::Samples));
    // Linear functions are not bounded.
    assert_eq!(all(AtLeast, dot(), num(-1000)), Truth::False);
}

#[test]
fn connectives_below_quantified_numbers_are_decided_with_care() {
    use Relation::{AtLeast, Equal, Greater};
    let t = || at(bound(0), &[]);
    let square_at_least = |n| compare(AtLeast, power(t(), 2), num(n));
    let open = Truth::Unknown(Reason::Samples);
    let all = |body| decided(&forall(real(&[]), body), &[]);
    let some = |body| decided(&exists(real(&[]), body), &[]);
    assert_eq!(all(tree(FormulaKind::And(vec![square_at_least(0), square_at_least(-1)]))), Truth::True);
    assert_eq!(all(tree(FormulaKind::And(vec![square_at_least(0), square_at_least(1)]))), Truth::False);
    // t ≥ 0 or t ≤ 0 holds for every t, but neither part does: nothing is said.
    let (up, down) = (compare(AtLeast, t(), num(0)), compare(AtLeast, num(0), t()));
    assert_eq!(all(tree(FormulaKind::Or(vec![up.clone(), down.clone()]))), open);
    // A part that never holds can be left out.
    let never = || compare(Greater, num(0), power(t(), 2));
    assert_eq!(all(tree(FormulaKind::Or(vec![never(), square_at_least(0)]))), Truth::True);
    assert_eq!(all(tree(FormulaKind::Or(vec![never(), square_at_least(1)]))), Truth::False);
    assert_eq!(all(tree(FormulaKind::Implies(square_at_least(0), square_at_least(1)))), Truth::False);
    assert_eq!(all(tree(FormulaKind::Implies(never(), square_at_least(1)))), Truth::True);
    assert_eq!(all(tree(FormulaKind::Not(never()))), Truth::True);
    assert_eq!(all(tree(FormulaKind::Iff(square_at_least(0), never()))), Truth::False);
    // ∃ is ¬∀¬: t² = 2 has a root, though no rational one; t² = -1 has none.
    assert_eq!(some(compare(Equal, power(t(), 2), num(2))), Truth::True);
    assert_eq!(some(compare(Equal, power(t(), 2), num(-1))), Truth::False);
    assert_eq!(some(compare(Greater, num(0), power(t(), 2))), Truth::False);
    // Two conditions at once have no witness unless one is named.
    let both = || tree(FormulaKind::And(vec![square_at_least(4), up.clone()]));
    assert_eq!(some(both()), open);
    let two = ("v", Value::Array(Array::number(q(2, 1))));
    assert_eq!(decided(&exists(real(&[]), both()), std::slice::from_ref(&two)), Truth::True);
    assert_eq!(decided(&forall(real(&[]), tree(FormulaKind::Not(both()))), &[two]), Truth::False);
    // A value of another sort is no candidate, and 1/t is no polynomial.
    let index = ("v", Value::Index(0));
    assert_eq!(decided(&exists(real(&[]), both()), &[index]), open);
    let pole = compare(Equal, apply(Function::Reciprocal, t()), num(0));
    assert_eq!(all(pole), Truth::Unknown(Reason::Failure(Failure::Quantified)));
}

#[test]
fn quantifiers_inside_each_other_are_decided() {
    use Relation::{AtLeast, Equal, Greater};
    let (s, t) = (|| at(bound(1), &[]), || at(bound(0), &[]));
    let square = |n| times(&[num(n), s(), t()]);
    let body = |n| compare(AtLeast, plus(&[power(s(), 2), power(t(), 2), square(n)]), num(0));
    let two = |n| forall(real(&[]), forall(real(&[]), body(n)));
    assert_eq!(decided(&two(2), &[]), Truth::True);
    assert_eq!(decided(&two(3), &[]), Truth::False);
    // ∀s ∃t t > s is true, but no value of t serves all s: nothing is said.
    let above = forall(real(&[]), exists(real(&[]), compare(Greater, t(), s())));
    assert_eq!(decided(&above, &[]), Truth::Unknown(Reason::Samples));
    let below = exists(real(&[]), compare(Greater, num(0), plus(&[power(s(), 2), power(t(), 2)])));
    assert_eq!(decided(&forall(real(&[]), below), &[]), Truth::False);
    // Over indices inside: every x_i t² ≥ 0, some x_i t² ≥ 5 t², and not every one.
    let index = || Binder { name: "i".into(), sort: Sort::Index(D) };
    let entry =
        |n| compare(AtLeast, times(&[at(free(0), &[bound(0)]), power(s(), 2)]), times(&[num(n), power(s(), 2)]));
    assert_eq!(decided(&forall(real(&[]), forall(index(), entry(0))), &[]), Truth::True);
    assert_eq!(decided(&forall(real(&[]), exists(index(), entry(5))), &[]), Truth::True);
    assert_eq!(decided(&forall(real(&[]), forall(index(), entry(5))), &[]), Truth::False);
    // The second derivative of t⁴ s² along t at t = 1 is 12 s², a polynomial of degree 2 in s.
    let inner = derivative(times(&[power(at(bound(0), &[]), 4), power(at(bound(2), &[]), 2)]), at(bound(0), &[]));
    let second = derivative(inner, num(1));
    let twelve = times(&[num(12), power(at(bound(0), &[]), 2)]);
    assert_eq!(decided(&forall(real(&[]), compare(Equal, second, twelve)), &[]), Truth::True);
}

/// v ≠ 0, in four ways, before what is said of v.
#[test]
fn what_holds_outside_of_an_affine_set_is_decided() {
    use Relation::{AtLeast, Equal, Greater, Unequal};
    let index = || Binder { name: "i".into(), sort: Sort::Index(D) };
    let entry = |relation| compare(relation, at(bound(1), &[bound(0)]), num(0));
    let (norm, dot) = (|| sum_of(|_, v| power(v, 2)), || sum_of(|x, v| times(&[x, v])));
    let some = exists(index(), entry(Unequal));
    let not_all = tree(FormulaKind::Not(forall(index(), entry(Equal))));
    let positive_norm = || compare(Greater, norm(), num(0));
    for nonzero in [some, not_all, positive_norm(), compare(Unequal, norm(), num(0))] {
        let all = |conclusion| {
            let body = tree(FormulaKind::Implies(nonzero.clone(), conclusion));
            decided(&forall(real(&[D]), body), &[])
        };
        let cauchy =
            |n| plus(&[times(&[tree(TermKind::Constant(q(n, 10))), norm()]), times(&[num(-1), power(dot(), 2)])]);
        // c|v|² > (x·v)² if c > 38 = |x|², and not for c = 38, where v = x makes them equal.
        assert_eq!(all(positive_norm()), Truth::True);
        assert_eq!(all(compare(Greater, cauchy(381), num(0))), Truth::True);
        assert_eq!(all(compare(Greater, cauchy(380), num(0))), Truth::False);
        assert_eq!(all(compare(AtLeast, cauchy(380), num(0))), Truth::True);
        assert_eq!(all(compare(AtLeast, cauchy(379), num(0))), Truth::False);
        // For c < 38 the difference takes both signs, hence also 0, at some v other than 0.
        assert_eq!(all(compare(Unequal, cauchy(381), num(0))), Truth::True);
        assert_eq!(all(compare(Unequal, cauchy(100), num(0))), Truth::False);
        assert_eq!(all(compare(Unequal, times(&[num(-1), norm()]), num(0))), Truth::True);
        let both = tree(FormulaKind::And(vec![positive_norm(), compare(Unequal, cauchy(100), num(0))]));
        assert_eq!(all(both), Truth::False);
        assert_eq!(all(compare(Equal, norm(), num(0))), Truth::False);
        // A disjunction is only seen to hold there if it holds everywhere.
        let either = tree(FormulaKind::Or(vec![positive_norm(), compare(Greater, dot(), num(0))]));
        assert_eq!(all(either), Truth::Unknown(Reason::Samples));
    }
}

/// The outside of a hyperplane has two sides.
#[test]
fn outside_of_a_hyperplane_signs_may_differ() {
    use Relation::{AtLeast, Equal, Greater, Unequal};
    let (s, t) = (|| at(bound(1), &[]), || at(bound(0), &[]));
    let nonzero = || compare(Unequal, t(), num(0));
    let all = |conclusion| decided(&forall(real(&[]), tree(FormulaKind::Implies(nonzero(), conclusion))), &[]);
    assert_eq!(all(compare(Greater, power(t(), 2), num(0))), Truth::True);
    assert_eq!(all(compare(Unequal, power(t(), 2), num(0))), Truth::True);
    assert_eq!(all(compare(Unequal, power(t(), 2), num(1))), Truth::Unknown(Reason::Samples));
    assert_eq!(all(compare(Unequal, power(t(), 2), power(t(), 2))), Truth::False);
    assert_eq!(all(compare(Equal, times(&[num(0), t()]), num(0))), Truth::True);
    assert_eq!(all(compare(AtLeast, t(), num(0))), Truth::False);
    // s and t are not both 0, but t² is 0 at some of these; t = 0 and t = 1 never both hold.
    let two = |premise, conclusion| {
        let body = tree(FormulaKind::Implies(premise, conclusion));
        decided(&forall(real(&[]), forall(real(&[]), body)), &[])
    };
    let either = || tree(FormulaKind::Or(vec![nonzero(), compare(Unequal, s(), num(0))]));
    let squares = || plus(&[power(s(), 2), power(t(), 2)]);
    assert_eq!(two(either(), compare(Greater, squares(), num(0))), Truth::True);
    assert_eq!(two(either(), compare(Greater, power(t(), 2), num(0))), Truth::False);
    let always = tree(FormulaKind::Or(vec![nonzero(), compare(Unequal, t(), num(1))]));
    assert_eq!(two(always, compare(Greater, squares(), num(0))), Truth::False);
}
