//! The decimal digits that an enclosure guarantees.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{Pow, Signed, Zero};

use super::Enclosure;

/// Digits of each end shown when the two ends share no leading digit.
const DIGITS_OF_AN_END: usize = 4;

/// Numbers below 10^-6 are written with an exponent.
const SMALLEST_PLAIN_EXPONENT: i64 = -6;

/// Writes what the enclosure guarantees, with at most `cap` significant digits.
///
/// `1.25223…`: every number in the enclosure, truncated towards zero, shows exactly
/// these digits; the ellipsis stands for what is not known or not shown. A number
/// known exactly that fits into `cap` digits has no ellipsis: `20`, `0.125`.
/// Powers of ten are written `5.09…e-9`. Where not even the leading digit is common
/// to both ends, the interval is shown instead, its ends rounded outwards:
/// `[0.9999, 1.001]`.
pub fn digits(enclosure: &Enclosure, cap: usize) -> String {
    let cap = cap.max(1);
    let zero = BigRational::zero();
    if enclosure.is_point() && enclosure.lo().is_zero() {
        return "0".to_owned();
    }
    let shared = if enclosure.lo() > &zero {
        shared_digits(enclosure.lo(), enclosure.hi(), cap)
    } else if enclosure.hi() < &zero {
        shared_digits(&-enclosure.hi(), &-enclosure.lo(), cap).map(|text| format!("-{text}"))
    } else {
        None
    };
    shared.unwrap_or_else(|| {
        let (low, high) = (outward(enclosure.lo(), false), outward(enclosure.hi(), true));
        format!("[{low}, {high}]")
    })
}

/// The digits common to all numbers of [lo, hi], 0 < lo ≤ hi.
///
/// Truncating to n digits is monotone, so the numbers between two ends with the
/// same truncation have it too; and ⌊⌊z⌋ / 10⌋ = ⌊z / 10⌋ drops one digit.
fn shared_digits(lo: &BigRational, hi: &BigRational, cap: usize) -> Option<String> {
    let exponent = decimal_exponent(lo);
    if decimal_exponent(hi) != exponent {
        return None;
    }
    let shift = i64::try_from(cap).ok()? - 1 - exponent;
    let (scaled_lo, scaled_hi) = (times_power_of_ten(lo, shift), times_power_of_ten(hi, shift));
    let (mut a, mut b) = (scaled_lo.floor().to_integer(), scaled_hi.floor().to_integer());
    let exact = lo == hi && scaled_lo.is_integer();
    let ten = BigInt::from(10);
    while a != b {
        a = a.div_floor(&ten);
        b = b.div_floor(&ten);
    }
    (!a.is_zero()).then(|| layout(&a.to_string(), exponent, exact))
}

/// One end of an interval to a few digits, rounded up or down.
fn outward(value: &BigRational, up: bool) -> String {
    if value.is_zero() {
        return "0".to_owned();
    }
    let exponent = decimal_exponent(&value.abs());
    let shift = DIGITS_OF_AN_END as i64 - 1 - exponent;
    let scaled = times_power_of_ten(value, shift);
    let rounded = if up { scaled.ceil() } else { scaled.floor() };
    let text = rounded.to_integer().magnitude().to_string();
    // Rounding may carry into a new leading digit: 9.9999 becomes 10.00.
    let carried = i64::from(text.len() > DIGITS_OF_AN_END);
    let sign = if value.is_negative() { "-" } else { "" };
    format!("{sign}{}", layout(&text, exponent + carried, true))
}

/// Places the decimal point: the first digit counts 10^exponent.
fn layout(digits: &str, exponent: i64, exact: bool) -> String {
    let digits = if exact { digits.trim_end_matches('0') } else { digits };
    let ellipsis = if exact { "" } else { "…" };
    let len = digits.len() as i64;
    if exponent < SMALLEST_PLAIN_EXPONENT || exponent >= len + 15 || (!exact && exponent >= len) {
        let (first, rest) = digits.split_at_checked(1).unwrap_or((digits, ""));
        let point = if rest.is_empty() && exact { "" } else { "." };
        return format!("{first}{point}{rest}{ellipsis}e{exponent}");
    }
    if exponent < 0 {
        let zeros = "0".repeat(exponent.unsigned_abs() as usize - 1);
        return format!("0.{zeros}{digits}{ellipsis}");
    }
    let whole = exponent as usize + 1;
    match digits.split_at_checked(whole) {
        Some((whole, "")) if exact => whole.to_owned(),
        Some((whole, rest)) => format!("{whole}.{rest}{ellipsis}"),
        None => format!("{digits}{}", "0".repeat(whole - digits.len())),
    }
}

/// ⌊log₁₀ value⌋ for value > 0, by integers alone: a guess from the bit lengths,
/// corrected by comparison.
fn decimal_exponent(value: &BigRational) -> i64 {
    let bits = value.numer().bits() as i64 - value.denom().bits() as i64;
    let one = BigRational::from(BigInt::from(1));
    let ten = BigRational::from(BigInt::from(10));
    let mut exponent = bits * 30_103 / 100_000;
    let mut mantissa = times_power_of_ten(value, -exponent);
    while mantissa < one {
        mantissa *= &ten;
        exponent -= 1;
    }
    while mantissa >= ten {
        mantissa /= &ten;
        exponent += 1;
    }
    exponent
}

/// value · 10^power.
fn times_power_of_ten(value: &BigRational, power: i64) -> BigRational {
    let factor = BigInt::from(10).pow(power.unsigned_abs());
    if power >= 0 { value * factor } else { value / factor }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rational(n: i64, d: i64) -> BigRational {
        BigRational::new(n.into(), d.into())
    }

    fn show(lo: BigRational, hi: BigRational, cap: usize) -> String {
        digits(&Enclosure::hull(lo, hi), cap)
    }

    #[test]
    fn conventions() {
        let cases = [
            (rational(125, 1000), rational(125, 1000), "0.125"),
            (rational(20, 1), rational(20, 1), "20"),
            (rational(1, 3), rational(1, 3), "0.333333…"),
            (rational(-1, 3), rational(-1, 3), "-0.333333…"),
            (rational(12345, 10000), rational(12346, 10000), "1.234…"),
            (rational(9999, 10000), rational(10001, 10000), "[0.9999, 1.001]"),
            (rational(-1, 3), rational(2, 3), "[-0.3334, 0.6667]"),
            (rational(0, 1), rational(1, 1 << 40), "[0, 9.095e-13]"),
            (rational(99999, 10000), rational(123, 1), "[9.999, 123]"),
            (rational(160051, 10_000_000_000), rational(160052, 10_000_000_000), "0.000016005…"),
            (rational(509, 100_000_000_000), rational(5099, 1_000_000_000_000), "5.09…e-9"),
            (rational(1234, 1), rational(1267, 1), "1.2…e3"),
            (rational(12340, 10), rational(12349, 10), "1234.…"),
            (rational(0, 1), rational(0, 1), "0"),
            (rational(10_000_000, 1), rational(10_000_000, 1), "10000000"),
            (rational(10_000_001, 1), rational(10_000_001, 1), "1.00000…e7"),
        ];
        for (lo, hi, expected) in cases {
            assert_eq!(show(lo, hi, 6), expected);
        }
    }

    proptest! {
        /// Truncating any number of the enclosure gives the digits shown.
        #[test]
        fn shown_digits_are_the_truncation(
            n in 1i64..1_000_000_000, gap in 0i64..1000, d in 1i64..1_000_000, place in 0i64..=4,
        ) {
            let (lo, hi) = (rational(n, d), rational(n + gap, d));
            let text = show(lo.clone(), hi.clone(), 12);
            prop_assume!(text.contains('…'));
            let (mantissa, exponent) = text.split_once("…").unwrap();
            let exponent: i64 = exponent.strip_prefix('e').map_or(0, |e| e.parse().unwrap());
            let (whole, fraction) = mantissa.split_once('.').unwrap();
            let shown: BigInt = format!("{whole}{fraction}").parse().unwrap();
            let inside = &lo + (&hi - &lo) * rational(place, 4);
            let scaled = times_power_of_ten(&inside, fraction.len() as i64 - exponent);
            prop_assert_eq!(scaled.floor().to_integer(), shown);
        }

        #[test]
        fn exponent_is_the_logarithm(n in 1i64..i64::MAX, d in 1i64..i64::MAX) {
            let (value, one) = (rational(n, d), rational(1, 1));
            let e = decimal_exponent(&value);
            prop_assert!(times_power_of_ten(&one, e) <= value);
            prop_assert!(times_power_of_ten(&one, e + 1) > value);
        }
    }
}
