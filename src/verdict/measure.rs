//! The numbers of the table of runs.

use serde::{Serialize, Serializer};

use crate::exact::{Enclosure, digits};

/// The most significant digits of a number in the JSON.
pub const DIGITS: usize = 12;

/// Risk, sharpness and norm of weights, each enclosed; `None` for what is not known:
/// everything where the limit of a run is not certified, the risk where there is no truth to
/// measure it against. As JSON: guaranteed digits, or null.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Measures {
    /// (β − β*)ᵀ Σ (β − β*)
    #[serde(serialize_with = "guaranteed")]
    pub risk: Option<Enclosure>,
    /// The operator norm of the Hessian.
    #[serde(serialize_with = "guaranteed")]
    pub sharpness: Option<Enclosure>,
    /// The sum of the squares of all weights.
    #[serde(serialize_with = "guaranteed")]
    pub norm: Option<Enclosure>,
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
