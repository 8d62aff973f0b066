//! Numbers a + Σ_S b_S ε_S with ε_k² = 0, for nested derivatives: f(a + ε) = f(a) + f′(a) ε
//! holds for every polynomial f, because it holds for constants and the identity, and both
//! sides respect sums and products.

use num_traits::{One, Zero};

use crate::kernel::Rational;

/// A set of infinitesimals, as the bits of a mask; their product is meant.
type Infinitesimals = u32;

/// A number with infinitesimal parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dual {
    /// The part without infinitesimals.
    value: Rational,
    /// The nonzero others, sorted; no set is empty.
    slopes: Vec<(Infinitesimals, Rational)>,
}

impl Dual {
    pub(crate) fn constant(value: Rational) -> Self {
        Dual { value, slopes: vec![] }
    }

    /// This plus the k-th infinitesimal, which must not occur in it yet.
    pub(crate) fn vary(&self, k: u32) -> Self {
        self.add(&Dual { value: Rational::zero(), slopes: vec![(mask(k), Rational::one())] })
    }

    /// The coefficient of the k-th infinitesimal: what the derivative along it is.
    pub(crate) fn slope(&self, k: u32) -> Self {
        let mut slope = Dual::constant(Rational::zero());
        for (set, q) in &self.slopes {
            if *set == mask(k) {
                slope.value = q.clone();
            } else if set & mask(k) != 0 {
                slope.slopes.push((set & !mask(k), q.clone()));
            }
        }
        // Taking one and the same bit out of sets keeps their order.
        slope
    }

    /// The number, if it has no infinitesimal part.
    pub(crate) fn finite(self) -> Option<Rational> {
        self.slopes.is_empty().then_some(self.value)
    }

    pub(crate) fn add(&self, other: &Dual) -> Self {
        let value = sum(&self.value, &other.value);
        if self.slopes.is_empty() && other.slopes.is_empty() {
            return Dual::constant(value);
        }
        Dual { value, slopes: collect(self.slopes.iter().chain(&other.slopes).cloned().collect()) }
    }

    pub(crate) fn multiply(&self, other: &Dual) -> Self {
        let value = product(&self.value, &other.value);
        if self.slopes.is_empty() && other.slopes.is_empty() {
            return Dual::constant(value);
        }
        let mut slopes: Vec<_> = self.slopes.iter().map(|(set, q)| (*set, q * &other.value)).collect();
        slopes.extend(other.slopes.iter().map(|(set, q)| (*set, q * &self.value)));
        for (left, p) in &self.slopes {
            let disjoint = other.slopes.iter().filter(|(right, _)| left & right == 0);
            slopes.extend(disjoint.map(|(right, q)| (left | right, p * q)));
        }
        Dual { value, slopes: collect(slopes) }
    }

    /// About how many machine words this takes.
    pub(crate) fn words(&self) -> u64 {
        self.slopes.iter().fold(words(&self.value), |sum, (_, q)| sum.saturating_add(words(q)))
    }
}

/// p + q. Most numbers of a model are integers, whose sums need no reducing.
fn sum(p: &Rational, q: &Rational) -> Rational {
    if p.is_integer() && q.is_integer() { Rational::from_integer(p.numer() + q.numer()) } else { p + q }
}

/// p q, likewise.
fn product(p: &Rational, q: &Rational) -> Rational {
    if p.is_integer() && q.is_integer() { Rational::from_integer(p.numer() * q.numer()) } else { p * q }
}

fn words(q: &Rational) -> u64 {
    1_u64.saturating_add(q.numer().bits().max(q.denom().bits()) / 64)
}

fn mask(k: u32) -> Infinitesimals {
    1_u32.checked_shl(k).unwrap_or(0)
}

fn collect(mut parts: Vec<(Infinitesimals, Rational)>) -> Vec<(Infinitesimals, Rational)> {
    parts.sort_by_key(|(set, _)| *set);
    let mut sums: Vec<(Infinitesimals, Rational)> = Vec::with_capacity(parts.len());
    for (set, q) in parts {
        match sums.last_mut() {
            Some((last, sum)) if *last == set => *sum += q,
            _ => sums.push((set, q)),
        }
    }
    sums.retain(|(_, q)| !q.is_zero());
    sums
}
