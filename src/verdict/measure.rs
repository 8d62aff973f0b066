//! The three numbers that are measured of an interpolator.

use num_rational::BigRational;
use serde::{Serialize, Serializer};

use crate::descent::{Error, Limit, Minimiser};
use crate::elaborate::Measure;
use crate::exact::{Enclosure, digits};

/// The most significant digits of a number in the JSON.
pub const DIGITS: usize = 12;

/// Risk, sharpness and norm of an interpolator, each enclosed; `None` for what is not
/// known: everything where the limit of a run is not certified, the risk where there is no
/// truth to measure it against. As JSON: guaranteed digits, or null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// Σ (βᵢ − β*ᵢ)²
    #[serde(serialize_with = "guaranteed")]
    pub risk: Option<Enclosure>,
    /// The largest eigenvalue of the Hessian.
    #[serde(serialize_with = "guaranteed")]
    pub sharpness: Option<Enclosure>,
    /// Σ βᵢ
    #[serde(serialize_with = "guaranteed")]
    pub norm: Option<Enclosure>,
}

impl Measures {
    pub(super) fn of_limit(limit: &Limit, truth: Option<&[BigRational]>) -> Result<Self, Error> {
        Ok(Measures {
            risk: truth.map(|truth| limit.risk(truth)).transpose()?,
            sharpness: Some(limit.sharpness.clone()),
            norm: Some(limit.norm.clone()),
        })
    }

    pub(super) fn of_minimiser(minimiser: &Minimiser, truth: Option<&[BigRational]>) -> Result<Self, Error> {
        let risk = truth.map(|truth| minimiser.risk(truth)).transpose()?;
        Ok(Measures {
            risk: risk.map(Enclosure::point),
            sharpness: Some(Enclosure::point(minimiser.sharpness.clone())),
            norm: Some(Enclosure::point(minimiser.norm.clone())),
        })
    }

    /// One of the three.
    pub fn get(&self, measure: Measure) -> Option<&Enclosure> {
        match measure {
            Measure::Risk => self.risk.as_ref(),
            Measure::Sharpness => self.sharpness.as_ref(),
            Measure::Norm => self.norm.as_ref(),
        }
    }
}

fn guaranteed<S: Serializer>(number: &Option<Enclosure>, serializer: S) -> Result<S::Ok, S::Error> {
    number.as_ref().map(|number| digits(number, DIGITS)).serialize(serializer)
}

/// A number for people: the digits that are guaranteed, at most `cap` of them; or a
/// fraction, where the number is known exactly and that is the shorter way to say it.
pub fn written(number: &Enclosure, cap: usize) -> String {
    let text = digits(number, cap);
    if number.is_point() && text.contains('…') {
        let fraction = number.lo().to_string();
        if fraction.len() <= text.chars().count() {
            return fraction;
        }
    }
    text
}
