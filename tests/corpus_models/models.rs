//! Random models that satisfy the hypotheses of a statement.

use num_traits::Zero;
use rand::Rng;
use rand::rngs::StdRng;
use tightrope::kernel::{
    Argument, Formula, FormulaKind, Library, Rational, Relation, Sort, Statement, Term, TermKind, Variable,
};
use tightrope::model::{Array, Model, Value};

use super::candidates::small;
use super::sharpness::Sharpness;
use super::values::{called, number, ratio, shape, size};
use super::verdict::{Judge, Verdict};

const LARGEST: usize = 3;

/// Draws models of one statement.
pub struct Sampler<'a> {
    pub library: &'a Library,
    pub statement: &'a Statement,
    pub rng: StdRng,
}

impl Sampler<'_> {
    /// Random values for everything but the indices, and then every choice of these for which
    /// the hypotheses hold.
    pub fn draw(&mut self) -> Vec<Model> {
        let indexed = |d: usize| {
            let is = |sort: &Sort| matches!(sort, Sort::Index(own) if usize::try_from(own.0) == Ok(d));
            self.statement.variables.iter().any(|v| is(&v.sort))
        };
        let least: Vec<usize> = (0..self.statement.dimensions.len()).map(|d| usize::from(indexed(d))).collect();
        let sizes: Vec<usize> = least.into_iter().map(|least| self.rng.random_range(least..=LARGEST)).collect();
        let values = self.statement.variables.iter().map(|v| self.value(&v.sort, &sizes)).collect();
        let drawn = Model { sizes, values };
        let models = self.indices().fold(vec![drawn], |models, (place, dimension)| {
            models.iter().flat_map(|model| at_every_index(model, place, dimension)).collect()
        });
        models.into_iter().map(|model| self.fitted(model)).filter(|model| self.satisfied(model)).collect()
    }

    fn indices(&self) -> impl Iterator<Item = (usize, tightrope::kernel::Dimension)> + use<'_> {
        self.statement.variables.iter().enumerate().filter_map(|(place, binder)| match binder.sort {
            Sort::Index(dimension) => Some((place, dimension)),
            _ => None,
        })
    }

    fn value(&mut self, sort: &Sort, sizes: &[usize]) -> Value {
        match (sort, shape(sort, sizes)) {
            (_, Some(shape)) => {
                let count = shape.iter().product();
                let scale = if shape.is_empty() { [1, 1, 4, 10][self.rng.random_range(0..4)] } else { 1 };
                let entries = (0..count).map(|_| small(&mut self.rng) * ratio(scale, 1)).collect();
                Value::Array(Array::new(shape, entries).expect("as many entries as the shape has"))
            }
            (Sort::Nat, _) => Value::Natural(self.rng.random_range(0_u32..4).into()),
            // Replaced by every index.
            _ => Value::Index(0),
        }
    }

    /// Numbers are chosen so that equalities hold and that they are the sharpness they stand for.
    fn fitted(&self, mut model: Model) -> Model {
        for hypothesis in &self.statement.hypotheses {
            let fit = match &*hypothesis.formula {
                FormulaKind::Compare(Relation::Equal, left, right) => self.solved(left, right, &model),
                FormulaKind::Defined(_) => self.measured(&hypothesis.formula, &model),
                _ => None,
            };
            if let Some((place, value)) = fit {
                set(&mut model, place, value);
            }
        }
        model
    }

    /// A number in which the difference of two terms is affine, and its root.
    fn solved(&self, left: &Term, right: &Term, model: &Model) -> Option<(usize, Rational)> {
        let scalar = |place: &usize| self.statement.variables[*place].sort == Sort::Real(vec![]);
        (0..model.values.len()).filter(scalar).find_map(|place| {
            let at = |n: i64| {
                let mut model = model.clone();
                set(&mut model, place, ratio(n, 1));
                Some(number(self.library, left, &model).ok()? - number(self.library, right, &model).ok()?)
            };
            let (zero, one, two) = (at(0)?, at(1)?, at(2)?);
            let slope = &one - &zero;
            let affine = two - one == slope && !slope.is_zero();
            affine.then(|| (place, -zero / slope))
        })
    }

    fn measured(&self, formula: &Formula, model: &Model) -> Option<(usize, Rational)> {
        let FormulaKind::Defined(application) = &**formula else { return None };
        let parameters = &self.library.definition(&application.definition).ok()?.parameters;
        let inside = called(self.library, &application.arguments, &application.dimensions, parameters, model).ok()?;
        let closed = Sharpness::of(self.library, &application.definition, &inside)?.closed_form()?;
        let measured = parameters.iter().position(|p| &*p.name == "S")?;
        Some((variable(application.arguments.get(measured)?, model)?, closed))
    }

    fn satisfied(&self, model: &Model) -> bool {
        let mut judge = Judge::new(self.library, 0, vec![]);
        let mut hypotheses = self.statement.hypotheses.iter();
        hypotheses.all(|h| judge.judge(&h.formula, model, vec![], false) == Verdict::True)
    }
}

/// The place of the variable that an argument is.
fn variable(argument: &Argument, model: &Model) -> Option<usize> {
    match argument {
        Argument::Array { arity: 0, body } => match &**body {
            TermKind::Entry(Variable::Bound(k), indices) if indices.is_empty() => {
                (model.values.len() - 1).checked_sub(usize::try_from(*k).ok()?)
            }
            _ => None,
        },
        _ => None,
    }
}

fn set(model: &mut Model, place: usize, value: Rational) {
    model.values[place] = Value::Array(Array::number(value));
}

fn at_every_index(model: &Model, place: usize, dimension: tightrope::kernel::Dimension) -> Vec<Model> {
    let count = size(dimension, &model.sizes).unwrap_or(0);
    let at = |i| {
        let mut model = model.clone();
        model.values[place] = Value::Index(i);
        model
    };
    (0..count).map(at).collect()
}
