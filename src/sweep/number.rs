//! Numbers as they are given: exactly, and as the nearest double that a sweep computes with.

use std::fmt;
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Pow, ToPrimitive, Zero};

/// The longest spelling of a number that is read.
const LONGEST: usize = 400;
/// The largest exponent of ten; doubles have less.
const LARGEST_EXPONENT: i64 = 400;

/// A number: `13/4`, `0.25`, `-3`, `1e-3`.
#[derive(Clone, Debug, PartialEq)]
pub struct Number {
    exact: BigRational,
    value: f64,
}

impl Number {
    /// The number that a finite double is.
    pub fn of(value: f64) -> Option<Self> {
        BigRational::from_float(value).map(|exact| Number { exact, value })
    }

    /// The number, unless no double is near it.
    pub fn exactly(exact: BigRational) -> Option<Self> {
        let value = exact.to_f64().filter(|value| value.is_finite())?;
        (value != 0.0 || exact.is_zero()).then_some(Number { exact, value })
    }

    /// The nearest double.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The number itself.
    pub fn exact(&self) -> &BigRational {
        &self.exact
    }
}

impl fmt::Display for Number {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.exact.fmt(out)
    }
}

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let read = match text.split_once('/') {
            _ if text.len() > LONGEST => None,
            Some((above, below)) => {
                let (above, below) = (decimal(above.trim()), decimal(below.trim()).filter(|below| !below.is_zero()));
                above.zip(below).map(|(above, below)| above / below)
            }
            None => decimal(text),
        };
        read.and_then(Number::exactly).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            format!("`{shown}` is not a finite number; write 13/4, 0.25 or 1e-3")
        })
    }
}

/// A decimal number, exactly.
fn decimal(text: &str) -> Option<BigRational> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i64>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = format!("{whole}{fraction}");
    let unsigned = digits.strip_prefix(['-', '+']).unwrap_or(&digits);
    if unsigned.is_empty() || !unsigned.bytes().all(|byte| byte.is_ascii_digit()) || exponent.abs() > LARGEST_EXPONENT {
        return None;
    }
    let places = exponent - i64::try_from(fraction.len()).ok()?;
    let scale = Pow::pow(BigInt::from(10), places.unsigned_abs());
    let digits = BigRational::from(digits.parse::<BigInt>().ok()?);
    Some(if places < 0 { digits / scale } else { digits * scale })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings() {
        for (text, exact) in [("13/4", "13/4"), ("0.25", "1/4"), (" -3 ", "-3"), ("1e-3", "1/1000"), ("+2.50E1", "25")]
        {
            assert_eq!(text.parse::<Number>().unwrap().to_string(), exact);
        }
        let long = "1".repeat(500);
        for text in ["", "nan", "inf", "1/0", "1e999", "1e-399", "1.2.3", "--1", "0x1", ".", "1/2/3", "-", &long] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
        assert_eq!("1/3".parse::<Number>().unwrap().value(), 1.0 / 3.0);
        assert_eq!("0.1".parse::<Number>().unwrap().value(), 0.1);
        assert!(Number::of(f64::NAN).is_none());
    }
}
