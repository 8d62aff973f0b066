//! Whether a statement has a counterexample.

use tightrope::kernel::{Formula, FormulaKind, Hypothesis, Library, Rational, Sort, Statement};
use tightrope::model::{Array, Model, Samples, Truth, Value, evaluate_statement, satisfying};

/// How many random models are tried.
const ATTEMPTS: usize = 400;

/// Whether a statement is false in some model of its hypotheses.
pub fn is_false(library: &Library, statement: &Statement) -> bool {
    let formula = Formula::new(FormulaKind::Not(statement.conclusion.clone())).expect("a formula");
    let mut contrary = statement.clone();
    contrary.hypotheses.push(Hypothesis { name: "contrary".into(), formula });
    satisfying(library, &contrary, &[], ATTEMPTS).is_some() || is_false_without_indices(library, statement)
}

/// Whether a statement is false where its dimensions are 0, at some small values of its numbers.
fn is_false_without_indices(library: &Library, statement: &Statement) -> bool {
    let numbers = [-1, 0, 1, 2].map(|n| Value::Array(Array::number(Rational::from_integer(n.into()))));
    let values = |sort: &Sort| match sort {
        Sort::Real(shape) if shape.is_empty() => numbers.to_vec(),
        Sort::Real(shape) => vec![Value::Array(Array::new(vec![0; shape.len()], vec![]).expect("an empty array"))],
        Sort::Nat => (0_u32..3).map(|n| Value::Natural(n.into())).collect(),
        Sort::Index(_) => vec![],
    };
    let mut models = vec![Model { sizes: vec![0; statement.dimensions.len()], values: vec![] }];
    for binder in &statement.variables {
        let extended = |model: &Model, value| Model { values: [&model.values[..], &[value]].concat(), ..model.clone() };
        models = models.iter().flat_map(|m| values(&binder.sort).into_iter().map(move |v| extended(m, v))).collect();
    }
    models.iter().any(|model| evaluate_statement(library, statement, model, &Samples::small()) == Truth::False)
}
