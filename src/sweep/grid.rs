//! Step sizes and starts.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::StandardNormal;

use super::Number;
use super::data::{Error, Model, error};

/// The most step sizes of a sweep.
pub const MOST_STEP_SIZES: usize = 1_000_000;

/// Step sizes, in the order in which they are run.
#[derive(Clone, Debug, PartialEq)]
pub struct StepSizes {
    values: Vec<f64>,
    exact: Exact,
    unit: Unit,
}

/// What the values are the nearest doubles of. Of ranges most is never asked for.
#[derive(Clone, Debug, PartialEq)]
enum Exact {
    List(Vec<Number>),
    /// first + k · difference
    Linear {
        first: BigRational,
        difference: BigRational,
    },
    /// The ends, and in between the values themselves.
    Logarithmic(Number, Number),
}

/// What step sizes are multiples of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// 1.
    One,
    /// η_c, of the start at hand.
    Edge,
}

impl StepSizes {
    /// The step sizes of a list.
    pub fn list(values: Vec<Number>, unit: Unit) -> Result<Self, Error> {
        if values.is_empty() {
            return error("no step sizes are given");
        }
        if values.len() > MOST_STEP_SIZES {
            return error(format!("more than {MOST_STEP_SIZES} step sizes are asked for"));
        }
        match values.iter().find(|value| value.value() <= 0.0) {
            Some(value) => error(format!("the step size {value} is not positive")),
            None => Ok(StepSizes { values: super::data::values(&values), exact: Exact::List(values), unit }),
        }
    }

    /// `count` step sizes from `first` to `last`, with equal differences: exact.
    pub fn linear(first: &Number, last: &Number, count: usize, unit: Unit) -> Result<Self, Error> {
        check(first, last, count)?;
        let difference = (last.exact() - first.exact()) / BigInt::from(count - 1);
        let Some(values) = quotients(first.exact(), &difference, count).or_else(|| {
            let at = |k: usize| Number::exactly(first.exact() + &difference * BigRational::from(BigInt::from(k)));
            (0..count).map(|k| at(k).map(|number| number.value())).collect()
        }) else {
            return error("a step size is not a finite number");
        };
        Ok(StepSizes { values, exact: Exact::Linear { first: first.exact().clone(), difference }, unit })
    }

    /// `count` step sizes from `first` to `last`, with equal ratios: doubles, rounded.
    pub fn logarithmic(first: &Number, last: &Number, count: usize, unit: Unit) -> Result<Self, Error> {
        check(first, last, count)?;
        let (low, high) = (first.value().ln(), last.value().ln());
        let at = |k: usize| match k {
            0 => first.value(),
            k if k == count - 1 => last.value(),
            k => (low + (high - low) * (k as f64 / (count - 1) as f64)).exp(),
        };
        let values = (0..count).map(at).collect();
        Ok(StepSizes { values, exact: Exact::Logarithmic(first.clone(), last.clone()), unit })
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// The multiples, as doubles.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// A multiple, exactly.
    pub fn exact(&self, place: usize) -> BigRational {
        match &self.exact {
            Exact::List(numbers) => numbers[place].exact().clone(),
            Exact::Linear { first, difference } => first + difference * BigRational::from(BigInt::from(place)),
            Exact::Logarithmic(first, _) if place == 0 => first.exact().clone(),
            Exact::Logarithmic(_, last) if place == self.values.len() - 1 => last.exact().clone(),
            Exact::Logarithmic(..) => BigRational::from_float(self.values[place]).unwrap_or_default(),
        }
    }

    /// Of what.
    pub fn unit(&self) -> Unit {
        self.unit
    }
}

/// The doubles nearest to first + k · difference, where numerators and denominator over a common one are integers
/// that doubles hold: a quotient of two such is rounded once.
fn quotients(first: &BigRational, difference: &BigRational, count: usize) -> Option<Vec<f64>> {
    let below = first.denom().lcm(difference.denom());
    let over = |number: &BigRational| i64::try_from(number.numer() * (&below / number.denom())).ok();
    let (start, step, below) = (over(first)?, over(difference)?, i64::try_from(&below).ok()?);
    let end = step.checked_mul(i64::try_from(count).ok()?)?.checked_add(start)?;
    let largest = 1i64 << f64::MANTISSA_DIGITS;
    (end <= largest && below <= largest)
        .then(|| (0..count as i64).map(|k| (start + step * k) as f64 / below as f64).collect())
}

fn check(first: &Number, last: &Number, count: usize) -> Result<(), Error> {
    if let Some(bad) = [first, last].into_iter().find(|end| end.value() <= 0.0) {
        return error(format!("the step size {bad} is not positive"));
    }
    if last.value() <= first.value() {
        return error(format!("the last step size, {last}, must be larger than the first, {first}"));
    }
    if count < 2 {
        return error("a range of step sizes needs at least 2 of them");
    }
    if count > MOST_STEP_SIZES {
        return error(format!("{count} step sizes are asked for; {MOST_STEP_SIZES} are the most of one sweep"));
    }
    Ok(())
}

/// Where runs begin.
#[derive(Clone, Debug, PartialEq)]
pub struct Start {
    /// How it is called in tables.
    pub name: String,
    /// The weights.
    pub weights: Vec<Number>,
}

impl Start {
    /// Weights that are given.
    pub fn given(weights: Vec<Number>) -> Self {
        let shown: Vec<String> = weights.iter().take(8).map(Number::to_string).collect();
        let more = if weights.len() > shown.len() { " …" } else { "" };
        Start { name: format!("({}{more})", shown.join(" ")), weights }
    }

    /// α·1.
    pub fn scaled(scale: &Number, model: Model, features: usize) -> Self {
        Start { name: format!("{scale}*1"), weights: vec![scale.clone(); model.weights(features)] }
    }

    /// `count` starts with independent normal entries of mean 0 and standard deviation `scale`, from a seed; of a
    /// network of depth D their absolute values. The generator is ChaCha12 (`rand::StdRng`).
    pub fn random(count: usize, scale: &Number, seed: u64, model: Model, features: usize) -> Result<Vec<Self>, Error> {
        if scale.value() <= 0.0 {
            return error(format!("the scale {scale} of random starts is not positive"));
        }
        if count.saturating_mul(features) > super::data::MOST_ENTRIES {
            return error(format!("{count} random starts are too many for {features} features"));
        }
        let mut random = StdRng::seed_from_u64(seed);
        let mut entry = || {
            let value = scale.value() * random.sample::<f64, _>(StandardNormal);
            Number::of(if matches!(model, Model::Depth(_)) { value.abs() } else { value })
        };
        let mut start = |number: usize| -> Option<Start> {
            let weights: Option<Vec<_>> = (0..model.weights(features)).map(|_| entry()).collect();
            Some(Start { name: format!("random {seed}.{}", number + 1), weights: weights? })
        };
        let starts: Option<Vec<_>> = (0..count).map(&mut start).collect();
        starts.ok_or_else(|| Error("a random weight is not finite".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Number {
        text.parse().unwrap()
    }

    #[test]
    fn ranges_meet_their_ends_exactly() {
        let linear = StepSizes::linear(&number("1/60"), &number("1/30"), 4, Unit::One).unwrap();
        let shown: Vec<String> = (0..4).map(|k| linear.exact(k).to_string()).collect();
        assert_eq!(shown, ["1/60", "1/45", "1/36", "1/30"]);
        assert_eq!(linear.values(), [1.0 / 60.0, 1.0 / 45.0, 1.0 / 36.0, 1.0 / 30.0]);
        // Too long for quotients of doubles.
        let long = StepSizes::linear(&number("1e-20"), &number("1"), 3, Unit::One).unwrap();
        assert_eq!((long.values()[0], long.values()[2]), (1e-20, 1.0));
        let log = StepSizes::logarithmic(&number("1/100"), &number("1"), 3, Unit::Edge).unwrap();
        assert_eq!((log.exact(0).to_string(), log.exact(2).to_string()), ("1/100".into(), "1".into()));
        assert!((log.values()[1] - 0.1).abs() < 1e-15);
        assert_eq!(log.exact(1), BigRational::from_float(log.values()[1]).unwrap());
    }

    #[test]
    fn refusals_name_the_fault() {
        let range = |a: &str, b: &str, n| StepSizes::linear(&number(a), &number(b), n, Unit::One).unwrap_err().0;
        assert!(range("0", "1", 5).contains("0 is not positive"));
        assert!(range("2", "1", 5).contains("larger than the first"));
        assert!(range("1", "2", 1).contains("at least 2"));
        assert!(range("1", "2", 100_000_000).contains("100000000 step sizes"));
        assert!(StepSizes::list(vec![], Unit::One).is_err());
        assert!(StepSizes::list(vec![number("-1/2")], Unit::One).is_err());
    }
}
