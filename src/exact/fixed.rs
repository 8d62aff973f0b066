//! Unsigned fixed-point numbers on stack words.
//!
//! A value is `[u64; N]`, least word first: N − 1 words of fraction, so that one unit is
//! 2^-F with F = 64(N − 1), and one word of integer part. Nothing wraps: what can leave
//! the range says so. Signs are kept by the caller.

use std::cmp::Ordering;

use num_bigint::BigUint;

/// A number ≥ 0 with N − 1 words of fraction and one of integer part.
pub type Words<const N: usize> = [u64; N];

/// The number as an integer of units.
pub fn units<const N: usize>(a: &Words<N>) -> BigUint {
    let digits = a.iter().flat_map(|&word| [word as u32, (word >> 32) as u32]);
    BigUint::new(digits.collect())
}

/// An integer of units, if it fits into N words.
pub fn from_units<const N: usize>(value: &BigUint) -> Option<Words<N>> {
    let mut words = [0; N];
    let digits = value.to_u64_digits();
    words.get_mut(..digits.len())?.copy_from_slice(&digits);
    Some(words)
}

/// The integer part.
#[inline(always)]
pub fn integer_part<const N: usize>(a: &Words<N>) -> u64 {
    a[N - 1]
}

/// The number of significant bits, counted in units: 0, or 2^(bits − 1) ≤ a < 2^bits.
#[inline]
pub fn bits<const N: usize>(a: &Words<N>) -> u64 {
    let top = a.iter().rposition(|&word| word != 0);
    top.map_or(0, |place| 64 * (place as u64 + 1) - u64::from(a[place].leading_zeros()))
}

/// Which of two numbers is larger.
#[inline]
pub fn compare<const N: usize>(a: &Words<N>, b: &Words<N>) -> Ordering {
    a.iter().rev().cmp(b.iter().rev())
}

/// a + b, if it fits.
#[inline(always)]
pub fn add<const N: usize>(a: &Words<N>, b: &Words<N>) -> Option<Words<N>> {
    let (mut sum, mut carry) = ([0; N], false);
    for i in 0..N {
        let (partial, first) = a[i].overflowing_add(b[i]);
        let (word, second) = partial.overflowing_add(u64::from(carry));
        sum[i] = word;
        carry = first | second;
    }
    (!carry).then_some(sum)
}

/// The size of a − b, and whether it is negative.
#[inline(always)]
pub fn difference<const N: usize>(a: &Words<N>, b: &Words<N>) -> (Words<N>, bool) {
    let (mut words, mut borrow) = ([0; N], false);
    for i in 0..N {
        let (partial, first) = a[i].overflowing_sub(b[i]);
        let (word, second) = partial.overflowing_sub(u64::from(borrow));
        words[i] = word;
        borrow = first | second;
    }
    if borrow {
        // The words hold 2^(64N) − (b − a).
        let mut carry = true;
        for word in &mut words {
            let (negated, next) = (!*word).overflowing_add(u64::from(carry));
            *word = negated;
            carry = next;
        }
    }
    (words, borrow)
}

/// k·a, if it fits: nothing is rounded.
#[inline(always)]
pub fn times<const N: usize>(a: &Words<N>, k: u64) -> Option<Words<N>> {
    let (mut product, mut carry) = ([0; N], 0);
    for i in 0..N {
        (product[i], carry) = multiply_add(a[i], k, carry, 0);
    }
    (carry == 0).then_some(product)
}

/// A number m with |ab − m| < 1/2 + 2^-50 units, if it fits.
///
/// With integer parts A, B and fractions α, β it is αβ, rounded, + A·b + B·α, exactly; most
/// integer parts are 0.
#[inline(always)]
pub fn multiply<const N: usize>(a: &Words<N>, b: &Words<N>) -> Option<Words<N>> {
    let mut product = multiply_fractions(a, b);
    if a[N - 1] != 0 {
        product = add(&product, &times(b, a[N - 1])?)?;
    }
    if b[N - 1] != 0 {
        let mut fraction = *a;
        fraction[N - 1] = 0;
        product = add(&product, &times(&fraction, b[N - 1])?)?;
    }
    Some(product)
}

/// The product of the fractions, with an error less than 1/2 + 2^-50 units.
///
/// Let W = 2^64 and M = N − 1. Of Σ aᵢbⱼ W^(i+j), i, j < M, in units of W^-2M, the terms with
/// i + j ≤ M − 3 are left out. There are k + 1 with i + j = k, each < W^(k+2): in all
/// < Σ_{k≤M−3} (k + 1)W^(k+2) < (M − 2)W^(M−1)(1 + 2/W) < M·W^(M−1), which is M/W units of the
/// result, since its unit is W^M: < 2^-50 for M < 2^14. Half a unit is added, and the
/// words below M are cut off, which rounds what is there to a nearest number.
#[inline(always)]
fn multiply_fractions<const N: usize>(a: &Words<N>, b: &Words<N>) -> Words<N> {
    let m = N - 1;
    // Word k of `low` is word k of the product, word k of `high` its word M + k.
    let (mut low, mut high) = ([0u64; N], [0u64; N]);
    let kept = m.saturating_sub(2);
    low[m - 1] = 1 << 63;
    for i in 0..m {
        let mut carry = 0;
        for place in kept.max(i)..m + i {
            let word = if place < m { &mut low[place] } else { &mut high[place - m] };
            (*word, carry) = multiply_add(a[i], b[place - i], *word, carry);
        }
        high[i] = carry;
    }
    // With units u, αβ + u/2 ≤ (1 − u)² + u/2 < 1: nothing is carried out of word 2M − 1.
    high
}

/// The low and high word of ab + c + d, which is at most (W−1)² + 2(W−1) = W² − 1: nothing wraps.
#[inline(always)]
fn multiply_add(a: u64, b: u64, c: u64, d: u64) -> (u64, u64) {
    let wide = (u128::from(a) * u128::from(b)).wrapping_add(u128::from(c)).wrapping_add(u128::from(d));
    (wide as u64, (wide >> 64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_traits::One;
    use proptest::prelude::*;

    fn word() -> impl Strategy<Value = u64> {
        prop_oneof![Just(0), Just(u64::MAX), Just(1), any::<u64>()]
    }

    fn number<const N: usize>() -> impl Strategy<Value = Words<N>> {
        (prop::array::uniform::<_, N>(word()), 0..=64u32).prop_map(|(mut a, shift)| {
            a[N - 1] = a[N - 1].checked_shr(shift).unwrap_or(0);
            a
        })
    }

    fn check<const N: usize>(a: &Words<N>, b: &Words<N>, k: u64) -> Result<(), TestCaseError> {
        let (x, y) = (units(a), units(b));
        prop_assert_eq!(from_units(&x), Some(*a));
        prop_assert_eq!(bits(a), x.bits());
        prop_assert_eq!(compare(a, b), x.cmp(&y));
        prop_assert_eq!(add(a, b), from_units(&(&x + &y)));
        prop_assert_eq!(times(a, k), from_units(&(&x * k)));
        let (size, negative) = difference(a, b);
        prop_assert_eq!(negative, x < y);
        prop_assert_eq!(units(&size), if x < y { &y - &x } else { &x - &y });
        let fraction = 64 * (N - 1);
        // 2·|xy/2^F − m| < 1 + 2^-49, times 2^(F + 49)
        let exact = (&x * &y) << 50u8;
        let bound = ((BigUint::one() << 49u8) + 1u8) << fraction;
        match multiply(a, b) {
            Some(product) => {
                let found = (units(&product) << fraction) << 50u8;
                let error = if found < exact { exact - found } else { found - exact };
                prop_assert!(error < bound);
            }
            None => prop_assert!(exact + bound >= BigUint::one() << (64 * N + fraction + 50)),
        }
        Ok(())
    }

    proptest! {
        // 7,000 cases of eight operations at each of three sizes: 168,000.
        #![proptest_config(ProptestConfig::with_cases(7_000))]

        #[test]
        fn every_operation_is_within_its_bound(
            a in number::<3>(), b in number::<3>(), c in number::<5>(), d in number::<5>(),
            e in number::<9>(), f in number::<9>(), k in word(),
        ) {
            check(&a, &b, k)?;
            check(&c, &d, k)?;
            check(&e, &f, k)?;
        }
    }
}
