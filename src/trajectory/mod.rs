//! Trajectories from other programs: do their rows follow gradient descent, and where does it lead?
//!
//! A program computes w⁺ from w in floating point and prints both. The exact step F is a polynomial in w, in the
//! data and in η; let M be the same polynomial with all coefficients made positive. If the program's weights
//! were within eᵢ of what it printed before the step and within e⁺ᵢ after it, then what is printed differs from
//! F(printed) by at most
//!
//! ```text
//! toleranceᵢ = (Mᵢ(|w| + e) − Mᵢ(|w|)) + γ Mᵢ(|w| + e) + e⁺ᵢ,    γ = m·u/(1 − m·u).
//! ```
//!
//! The first term: |F(w + δ) − F(w)| ≤ M(|w| + |δ|) − M(|w|), because each monomial of the difference is one of
//! M's. The second: a sum of products evaluated in floating point, in any order, with at most m roundings on the way of
//! any term, errs by at most γ times the sum of the absolute values of the terms (Higham, Accuracy and Stability of
//! Numerical Algorithms, lemma 3.1); u is the unit roundoff. For a step of a network of degree D with d
//! features and n samples, m = d + n + 2D + 10 counts: data and η rounded when they are read (4), w^D (D − 1), times x, the
//! sum over d and y (d + 2), times x and the sum over n (n + 1), times D w^{D−1}/n and η (D + 2), the final difference
//! (1); two to spare. The third term is the printing. Nothing is computed in floating point here.
//!
//! Where rows are missing the exact step is repeated, with its tolerance: e is then the tolerance so far.

use std::fmt;

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, Zero};

use crate::sweep::{Data, Error, Model, Number};

/// The most steps between two rows.
const LONGEST_GAP: u64 = 64;
/// Between rows that are far apart numbers are rounded to this many bits after the point, which the tolerance pays for.
const GAP_BITS: u64 = 512;
/// The longest common denominator of a row or of the data, in bits.
const LONGEST_DENOMINATOR: u64 = 8192;
/// Above this fraction of the weight a tolerance says nothing.
const USEFUL: (i64, i64) = (1, 100);

/// The arithmetic of the program that wrote a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Precision {
    /// 53 bits.
    Double,
    /// 24 bits.
    Single,
}

impl Precision {
    /// The unit roundoff u.
    fn roundoff(self) -> BigRational {
        let bits = match self {
            Precision::Double => 53,
            Precision::Single => 24,
        };
        BigRational::new(BigInt::one(), BigInt::one() << bits)
    }

    /// So many significant digits are read back as the number that was printed.
    fn digits(self) -> usize {
        match self {
            Precision::Double => 17,
            Precision::Single => 9,
        }
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// After how many steps.
    pub step: u64,
    /// The step size of the step that follows.
    pub eta: Number,
    /// The weights, as printed.
    pub weights: Vec<Number>,
}

/// A table, and how it was made.
#[derive(Clone, Debug)]
pub struct Trajectory {
    /// The network.
    pub model: Model,
    /// The samples.
    pub data: Data,
    /// The rows, with increasing steps.
    pub rows: Vec<Row>,
    /// The significant digits with which weights are printed.
    pub digits: usize,
    /// The arithmetic of the program.
    pub precision: Precision,
}

/// Whether a table follows gradient descent.
#[derive(Clone, Debug, PartialEq)]
pub enum Consistency {
    /// Every row that could be compared is as far from the exact step as rounding allows.
    Consistent {
        /// Pairs of rows that were compared.
        compared: usize,
        /// Pairs that were not: too far apart for the tolerance to say anything.
        skipped: usize,
        /// The largest difference as a fraction of its tolerance, in thousandths, rounded up.
        thousandths: u64,
    },
    /// A row is not what gradient descent makes of the one before it.
    Refuted(Box<Mismatch>),
}

/// The first row that does not follow, and a weight in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Mismatch {
    /// The row, from 1.
    pub row: usize,
    /// The weight, from 1.
    pub weight: usize,
    /// What is printed.
    pub found: BigRational,
    /// The exact step from the row before.
    pub expected: BigRational,
    /// By how much they may differ.
    pub tolerance: BigRational,
}

impl Trajectory {
    /// Checks that the table fits the data.
    pub fn check(&self) -> Result<(), Error> {
        let refuse = |message: String| Err(Error(message));
        let wanted = self.model.weights(self.data.features());
        if self.rows.is_empty() {
            return refuse("the table has no rows".to_owned());
        }
        for (place, row) in self.rows.iter().enumerate() {
            if row.weights.len() != wanted {
                let found = row.weights.len();
                return refuse(format!("row {} has {found} weights, but {wanted} are needed", place + 1));
            }
            if row.eta.value() <= 0.0 {
                return refuse(format!("row {}: the step size {} is not positive", place + 1, row.eta));
            }
        }
        let lines = self.data.samples().iter().map(Vec::as_slice).chain([self.data.targets()]);
        if !lines.chain(self.rows.iter().map(|row| row.weights.as_slice())).all(has_short_denominator) {
            return refuse(format!("numbers have a common denominator of more than {LONGEST_DENOMINATOR} bits"));
        }
        for (place, pair) in self.rows.windows(2).enumerate() {
            if pair[1].step <= pair[0].step {
                return refuse(format!(
                    "row {}: step {} does not come after step {}",
                    place + 2,
                    pair[1].step,
                    pair[0].step
                ));
            }
        }
        Ok(())
    }

    /// Compares every row with the exact step from the row before.
    pub fn consistency(&self) -> Consistency {
        let exact = Step::of(self.model, &self.data);
        let majorant = exact.majorant();
        let gamma = self.gamma();
        let (mut compared, mut skipped, mut thousandths) = (0, 0, 0);
        for (place, pair) in self.rows.windows(2).enumerate() {
            let Some((expected, error)) = self.follow(&exact, &majorant, &gamma, &pair[0], pair[1].step - pair[0].step)
            else {
                skipped += 1;
                continue;
            };
            compared += 1;
            for (weight, found) in pair[1].weights.iter().enumerate() {
                let tolerance = &error[weight] + self.printing(found);
                let difference = (found.exact() - &expected[weight]).abs();
                if difference > tolerance {
                    return Consistency::Refuted(Box::new(Mismatch {
                        row: place + 2,
                        weight: weight + 1,
                        found: found.exact().clone(),
                        expected: expected[weight].clone(),
                        tolerance,
                    }));
                }
                if !tolerance.is_zero() {
                    let share = (difference / tolerance * BigInt::from(1000)).ceil().to_integer();
                    thousandths = thousandths.max(u64::try_from(share).unwrap_or(1000));
                }
            }
        }
        Consistency::Consistent { compared, skipped, thousandths }
    }

    /// γ.
    fn gamma(&self) -> BigRational {
        let degree = if let Model::Depth(depth) = self.model { u64::from(depth) } else { 2 };
        let roundings = self.data.features() as u64 + self.data.samples().len() as u64 + 2 * degree + 10;
        let share = self.precision.roundoff() * BigInt::from(roundings);
        &share / (BigRational::one() - &share)
    }

    /// By how much a printed weight may differ from the program's.
    fn printing(&self, weight: &Number) -> BigRational {
        let size = weight.exact().abs();
        if self.digits >= self.precision.digits() {
            // The program's number is the one nearest to what is printed, so it is within u|w|, up to a factor 1 + u.
            return size * self.precision.roundoff() * BigInt::from(2);
        }
        let units = Pow::pow(BigInt::from(10), self.digits.max(1) - 1);
        // Half a unit of the last of k digits is at most ½·10^{1−k} times the number's power of ten, which is at most the number.
        size / (units * BigInt::from(2))
    }

    /// The weights after some steps from a row, and how far the program's may be from them; none if that says nothing.
    fn follow(
        &self,
        exact: &Step,
        majorant: &Step,
        gamma: &BigRational,
        row: &Row,
        steps: u64,
    ) -> Option<(Vec<BigRational>, Vec<BigRational>)> {
        let eta = row.eta.exact();
        let mut weights: Vec<BigRational> = row.weights.iter().map(|weight| weight.exact().clone()).collect();
        let mut error: Vec<BigRational> = row.weights.iter().map(|weight| self.printing(weight)).collect();
        if steps > LONGEST_GAP {
            return None;
        }
        for done in 0..steps {
            if done > 0 {
                coarsen(&mut weights, &mut error);
            }
            let sizes: Vec<BigRational> = weights.iter().map(Signed::abs).collect();
            let wide: Vec<BigRational> = sizes.iter().zip(&error).map(|(size, error)| size + error).collect();
            let (near, far) = (majorant.take(&sizes, &-eta), majorant.take(&wide, &-eta));
            error = near.iter().zip(&far).map(|(near, far)| far - near + gamma * far).collect();
            weights = exact.take(&weights, eta);
        }
        let limit = BigRational::new(USEFUL.0.into(), USEFUL.1.into());
        let size = weights.iter().map(Signed::abs).max()? * limit;
        (steps == 1 || error.iter().all(|error| *error <= size)).then_some((weights, error))
    }
}

/// Whether sums of numbers stay short enough to be computed with. Those of doubles do.
fn has_short_denominator(numbers: &[Number]) -> bool {
    let mut common = BigInt::one();
    numbers.iter().all(|number| {
        common = common.lcm(number.exact().denom());
        common.bits() <= LONGEST_DENOMINATOR
    })
}

/// Rounds weights to a grid, and errors up to it, with room for both roundings.
fn coarsen(weights: &mut [BigRational], error: &mut [BigRational]) {
    let grid = BigInt::one() << GAP_BITS;
    for (weight, error) in weights.iter_mut().zip(error) {
        *weight = BigRational::new((&*weight * &grid).round().to_integer(), grid.clone());
        *error = BigRational::new((&*error * &grid).ceil().to_integer() + 1, grid.clone());
    }
}

/// A step of gradient descent in exact arithmetic.
struct Step {
    model: Model,
    samples: Vec<Vec<BigRational>>,
    targets: Vec<BigRational>,
}

impl Step {
    fn of(model: Model, data: &Data) -> Self {
        let exact = |numbers: &[Number]| numbers.iter().map(|number| number.exact().clone()).collect::<Vec<_>>();
        Step { model, samples: data.samples().iter().map(|x| exact(x)).collect(), targets: exact(data.targets()) }
    }

    /// The step whose terms are all positive: for positive weights and a negative step size.
    fn majorant(&self) -> Self {
        Step {
            model: self.model,
            samples: self.samples.iter().map(|x| x.iter().map(Signed::abs).collect()).collect(),
            targets: self.targets.iter().map(|y| -y.abs()).collect(),
        }
    }

    /// w − η∇L(w).
    fn take(&self, weights: &[BigRational], eta: &BigRational) -> Vec<BigRational> {
        let features = self.samples.first().map_or(0, Vec::len);
        let (first, second) = weights.split_at(features);
        let beta: Vec<BigRational> = match self.model {
            Model::TwoLayers => first.iter().zip(second).map(|(u, v)| u * v).collect(),
            Model::Shared => first.iter().map(|w| w * w).collect(),
            Model::Depth(depth) => first.iter().map(|w| power(w, depth)).collect(),
        };
        let mut pull = vec![BigRational::zero(); features];
        for (x, y) in self.samples.iter().zip(&self.targets) {
            let residual = x.iter().zip(&beta).map(|(x, b)| x * b).sum::<BigRational>() - y;
            pull.iter_mut().zip(x).for_each(|(pull, x)| *pull += &residual * x);
        }
        let rate = eta / BigInt::from(self.samples.len());
        let with = |factors: Vec<BigRational>| {
            let moves = factors.into_iter().zip(&pull).map(|(factor, pull)| factor * pull * &rate);
            moves.collect::<Vec<_>>()
        };
        let moves: Vec<BigRational> = match self.model {
            Model::TwoLayers => with(second.to_vec()).into_iter().chain(with(first.to_vec())).collect(),
            Model::Shared => with(first.iter().map(|w| w * BigInt::from(2)).collect()),
            Model::Depth(depth) => {
                with(first.iter().map(|w| power(w, depth.saturating_sub(1)) * BigInt::from(depth)).collect())
            }
        };
        weights.iter().zip(&moves).map(|(w, moved)| w - moved).collect()
    }
}

fn power(base: &BigRational, exponent: u32) -> BigRational {
    (0..exponent).fold(BigRational::one(), |product, _| product * base)
}

impl fmt::Display for Precision {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Precision::Double => "double",
            Precision::Single => "single",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descent::{Problem, exact_step};
    use proptest::prelude::*;

    fn number(value: f64) -> Number {
        Number::of(value).unwrap()
    }

    fn data(x: &[Vec<f64>], y: &[f64]) -> Data {
        let numbers = |values: &[f64]| values.iter().map(|v| number(*v)).collect::<Vec<_>>();
        Data::new(x.iter().map(|x| numbers(x)).collect(), numbers(y), None).unwrap()
    }

    /// Gradient descent as a careless program writes it, in doubles or singles, printed with some digits.
    fn program(
        x: &[Vec<f64>],
        y: &[f64],
        w: &[f64],
        eta: f64,
        steps: usize,
        digits: usize,
        single: bool,
    ) -> Option<Vec<Row>> {
        let round = |v: f64| if single { f64::from(v as f32) } else { v };
        let mut w: Vec<f64> = w.iter().map(|w| round(*w)).collect();
        let mut rows = vec![];
        for step in 0..=steps {
            let print = |w: &f64| format!("{w:.*e}", digits - 1).parse().ok();
            rows.push(Row {
                step: step as u64,
                eta: number(eta),
                weights: w.iter().map(print).collect::<Option<_>>()?,
            });
            let residual = |x: &Vec<f64>, y: &f64| {
                let f = x.iter().zip(&w).fold(0.0, |f, (x, w)| round(f + round(round(round(*x) * w) * w)));
                round(f - round(*y))
            };
            let r: Vec<f64> = x.iter().zip(y).map(|(x, y)| residual(x, y)).collect();
            let n = y.len() as f64;
            w = (0..w.len())
                .map(|i| {
                    let pull = x.iter().zip(&r).fold(0.0, |pull, (x, r)| round(pull + round(r * round(x[i]))));
                    let gradient = round(round(2.0 * w[i] * pull) / n);
                    round(w[i] - round(round(eta) * gradient))
                })
                .collect();
        }
        Some(rows)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        /// What a program computes is consistent; what is changed by more than rounding is refuted, at its row.
        #[test]
        fn programs_are_consistent_and_changes_are_found(
            rows in prop::collection::vec((-20i32..=30, -12i32..=12, 1i32..20), 1..5), two in any::<bool>(),
            y in 1i32..20, eta in 1u32..9, digits in 6usize..19, single in any::<bool>(), place in 1usize..8,
        ) {
            let tenth = |v: i32| f64::from(v) / 10.0;
            let mut x = vec![rows.iter().map(|(x, ..)| tenth(*x)).collect::<Vec<_>>()];
            let mut y = vec![tenth(y)];
            if two {
                x.push(rows.iter().map(|(_, x, _)| tenth(*x)).collect());
                y.push(0.7);
            }
            prop_assume!(x.iter().flatten().any(|x| *x != 0.0));
            let w: Vec<f64> = rows.iter().map(|(.., w)| tenth(*w)).collect();
            let eta = f64::from(eta) / 100.0;
            let rows = program(&x, &y, &w, eta, 8, digits, single);
            prop_assume!(rows.is_some());
            let rows = rows.unwrap_or_default();
            prop_assume!(rows.iter().flat_map(|row| &row.weights).all(|w| w.value().abs() < 10.0 && w.value() != 0.0));
            let precision = if single { Precision::Single } else { Precision::Double };
            let mut table = Trajectory { model: Model::Shared, data: data(&x, &y), rows, digits, precision };
            table.check().unwrap();
            let found = table.consistency();
            let is_consistent = matches!(found, Consistency::Consistent { compared: 8, skipped: 0, .. });
            prop_assert!(is_consistent, "{:?}", found);
            // Every third row alone follows too, or is skipped.
            let all = table.rows.clone();
            table.rows = all.iter().step_by(3).cloned().collect();
            let found = table.consistency();
            let is_consistent = matches!(found, Consistency::Consistent { .. });
            prop_assert!(is_consistent, "{:?}", found);
            table.rows = all;
            let weight = &mut table.rows[place].weights[0];
            // Larger than the tolerance of these data, by far.
            *weight = number(weight.value() + 1.0);
            let Consistency::Refuted(mismatch) = table.consistency() else { return Err(TestCaseError::fail("not found")) };
            prop_assert_eq!((mismatch.row, mismatch.weight), (place + 1, 1));
        }
    }

    #[test]
    fn a_small_change_in_the_last_digits_is_found() {
        let x = vec![vec![5.0, 2.0]];
        let mut table = Trajectory {
            model: Model::Shared,
            data: data(&x, &[3.25]),
            rows: program(&x, &[3.25], &[1.0, 0.75], 1.0 / 60.0, 20, 17, false).unwrap(),
            digits: 17,
            precision: Precision::Double,
        };
        assert!(matches!(table.consistency(), Consistency::Consistent { compared: 20, .. }));
        let weight = &mut table.rows[7].weights[1];
        *weight = number(weight.value() * (1.0 + 1e-13));
        assert!(
            matches!(table.consistency(), Consistency::Refuted(mismatch) if mismatch.row == 8 && mismatch.weight == 2)
        );
    }

    #[test]
    fn steps_are_those_of_certified_descent() {
        let numbers = |text: &str| text.split(' ').map(|n| n.parse::<Number>().unwrap()).collect::<Vec<_>>();
        let exact = |text: &str| numbers(text).iter().map(|n| n.exact().clone()).collect::<Vec<_>>();
        let problem = Problem::new(exact("5 2"), exact("13/4").remove(0), exact("1 3/4")).unwrap();
        let data = Data::new(vec![numbers("5 2")], numbers("13/4"), None).unwrap();
        let eta = exact("1/60").remove(0);
        let expected = exact_step(&problem, &exact("1 3/4"), &eta).unwrap();
        for model in [Model::Shared, Model::Depth(2)] {
            assert_eq!(Step::of(model, &data).take(&exact("1 3/4"), &eta), expected);
        }
        let layers = Step::of(Model::TwoLayers, &data).take(&exact("1 3/4 1 3/4"), &(&eta * BigInt::from(2)));
        assert_eq!(layers, [expected.clone(), expected].concat());
    }

    #[test]
    fn tables_that_do_not_fit_are_refused() {
        let row = |step, eta: f64, weights: &[f64]| Row {
            step,
            eta: number(eta),
            weights: weights.iter().map(|w| number(*w)).collect(),
        };
        let table = |rows| Trajectory {
            model: Model::Shared,
            data: data(&[vec![1.0, 2.0]], &[1.0]),
            rows,
            digits: 17,
            precision: Precision::Double,
        };
        let refused = |rows| table(rows).check().unwrap_err().0;
        assert!(refused(vec![]).contains("no rows"));
        assert!(refused(vec![row(0, 0.1, &[1.0])]).contains("row 1 has 1 weights"));
        assert!(refused(vec![row(0, 0.0, &[1.0, 1.0])]).contains("not positive"));
        assert!(refused(vec![row(3, 0.1, &[1.0, 1.0]), row(3, 0.1, &[1.0, 1.0])]).contains("row 2: step 3"));
    }
}
