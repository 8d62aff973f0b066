//! Values of arguments, by evaluating them at all indices.

use tightrope::kernel::{Argument, Binder, Dimension, Library, Rational, Sort, Term, Variable};
use tightrope::model::{Array, Evaluator, Failure, Model, Samples, Value};

/// A rational number.
pub fn ratio(n: i64, d: i64) -> Rational {
    Rational::new(n.into(), d.into())
}

/// A term's value.
pub fn number(library: &Library, term: &Term, model: &Model) -> Result<Rational, Failure> {
    Evaluator::new(library, model, &Samples::default()).term(term)
}

/// The shape of a sort of arrays.
pub fn shape(sort: &Sort, sizes: &[usize]) -> Option<Vec<usize>> {
    match sort {
        Sort::Real(shape) => shape.iter().map(|d| size(*d, sizes)).collect(),
        _ => None,
    }
}

/// The size of a dimension.
pub fn size(dimension: Dimension, sizes: &[usize]) -> Option<usize> {
    sizes.get(usize::try_from(dimension.0).ok()?).copied()
}

/// All tuples of indices below these sizes, the last running fastest.
pub fn tuples(sizes: &[usize]) -> Vec<Vec<usize>> {
    sizes.iter().fold(vec![vec![]], |found, size| {
        found.iter().flat_map(|t: &Vec<usize>| (0..*size).map(|i| [&t[..], &[i]].concat())).collect()
    })
}

/// The model with more variables, the last innermost.
pub fn extended(model: &Model, values: impl IntoIterator<Item = Value>) -> Model {
    let mut model = model.clone();
    model.values.extend(values);
    model
}

/// What an argument stands for, if it is an index or an array of this shape.
pub fn argument(library: &Library, argument: &Argument, shape: &[usize], model: &Model) -> Result<Value, Failure> {
    match argument {
        Argument::Index(Variable::Free(n)) => place(model, usize::try_from(*n).ok()),
        Argument::Index(Variable::Bound(k)) => {
            place(model, usize::try_from(*k).ok().and_then(|k| (model.values.len() - 1).checked_sub(k)))
        }
        Argument::Array { arity, body } if usize::try_from(*arity) == Ok(shape.len()) => {
            let at = |tuple: Vec<usize>| number(library, body, &extended(model, tuple.into_iter().map(Value::Index)));
            let entries: Result<Vec<_>, _> = tuples(shape).into_iter().map(at).collect();
            Array::new(shape.to_vec(), entries?).map(Value::Array).ok_or(Failure::IllSorted)
        }
        Argument::Array { .. } => Err(Failure::IllSorted),
    }
}

fn place(model: &Model, level: Option<usize>) -> Result<Value, Failure> {
    level.and_then(|level| model.values.get(level)).cloned().ok_or(Failure::IllSorted)
}

/// The model in which parameters stand for arguments.
pub fn called(
    library: &Library,
    arguments: &[Argument],
    dimensions: &[Dimension],
    parameters: &[Binder],
    model: &Model,
) -> Result<Model, Failure> {
    let sizes: Option<Vec<usize>> = dimensions.iter().map(|d| size(*d, &model.sizes)).collect();
    let sizes = sizes.ok_or(Failure::IllSorted)?;
    let value = |(a, p): (&Argument, &Binder)| argument(library, a, &shape(&p.sort, &sizes).unwrap_or_default(), model);
    let values = arguments.iter().zip(parameters).map(value).collect::<Result<_, _>>()?;
    Ok(Model { sizes, values })
}
