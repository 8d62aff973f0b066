//! Polynomials in infinitesimals ε_k with ε_k² = 0 and in symbols u_k, over the rationals.
//!
//! The infinitesimals are for nested derivatives: f(a + ε) = f(a) + f′(a) ε holds for every
//! polynomial f, because it holds for constants and the identity, and both sides respect sums
//! and products. The symbols are for quantified numbers: what a term is for all of their values
//! at once is a polynomial in them.

use num_traits::{One, Zero};

use crate::kernel::Rational;

/// A set of infinitesimals, as the bits of a mask; their product is meant.
type Infinitesimals = u32;

/// A product of infinitesimals and of powers of symbols.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Monomial {
    infinitesimals: Infinitesimals,
    /// Symbols with their exponents, sorted; no exponent is 0.
    symbols: Vec<(u32, u32)>,
}

/// A number, or a polynomial.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dual {
    /// The constant coefficient.
    value: Rational,
    /// The nonzero others, sorted; no monomial is empty.
    parts: Vec<(Monomial, Rational)>,
}

/// q + Σ_k b_k u_k + Σ_kl a_kl u_k u_l.
#[derive(Clone, Debug)]
pub(crate) struct Quadratic {
    /// q
    pub constant: Rational,
    /// Each symbol with its coefficient.
    pub linear: Vec<(u32, Rational)>,
    /// Each product of two symbols, the first not after the second, with its coefficient.
    pub products: Vec<((u32, u32), Rational)>,
}

impl Monomial {
    fn infinitesimal(k: u32) -> Self {
        Monomial { infinitesimals: mask(k), symbols: vec![] }
    }

    fn is_empty(&self) -> bool {
        self.infinitesimals == 0 && self.symbols.is_empty()
    }

    /// The product; none if it is 0.
    fn multiply(&self, other: &Monomial) -> Option<Monomial> {
        if self.infinitesimals & other.infinitesimals != 0 {
            return None;
        }
        let mut symbols: Vec<(u32, u32)> = self.symbols.clone();
        for (symbol, exponent) in &other.symbols {
            match symbols.binary_search_by_key(symbol, |(own, _)| *own) {
                Ok(place) => {
                    if let Some((_, own)) = symbols.get_mut(place) {
                        *own = own.saturating_add(*exponent);
                    }
                }
                Err(place) => symbols.insert(place, (*symbol, *exponent)),
            }
        }
        Some(Monomial { infinitesimals: self.infinitesimals | other.infinitesimals, symbols })
    }
}

impl Dual {
    pub(crate) fn constant(value: Rational) -> Self {
        Dual { value, parts: vec![] }
    }

    /// The k-th symbol.
    pub(crate) fn symbol(k: u32) -> Self {
        let monomial = Monomial { infinitesimals: 0, symbols: vec![(k, 1)] };
        Dual { value: Rational::zero(), parts: vec![(monomial, Rational::one())] }
    }

    /// This plus the k-th infinitesimal, which must not occur in it yet.
    pub(crate) fn vary(&self, k: u32) -> Self {
        self.add(&Dual { value: Rational::zero(), parts: vec![(Monomial::infinitesimal(k), Rational::one())] })
    }

    /// The coefficient of the k-th infinitesimal: what the derivative along it is.
    pub(crate) fn slope(&self, k: u32) -> Self {
        let mut slope = Dual::constant(Rational::zero());
        for (monomial, q) in &self.parts {
            if monomial.infinitesimals & mask(k) == 0 {
                continue;
            }
            let mut rest = monomial.clone();
            rest.infinitesimals &= !mask(k);
            if rest.is_empty() {
                slope.value = q.clone();
            } else {
                slope.parts.push((rest, q.clone()));
            }
        }
        // Taking one and the same bit out of sets keeps their order.
        slope
    }

    /// The number, if it has neither infinitesimals nor symbols.
    pub(crate) fn finite(self) -> Option<Rational> {
        self.parts.is_empty().then_some(self.value)
    }

    /// Whether a symbol occurs.
    pub(crate) fn is_symbolic(&self) -> bool {
        self.parts.iter().any(|(monomial, _)| !monomial.symbols.is_empty())
    }

    /// The coefficients of a polynomial in symbols of degree at most 2.
    pub(crate) fn quadratic(&self) -> Option<Quadratic> {
        let mut found = Quadratic { constant: self.value.clone(), linear: vec![], products: vec![] };
        for (monomial, q) in &self.parts {
            match (monomial.infinitesimals, monomial.symbols.as_slice()) {
                (0, [(symbol, 1)]) => found.linear.push((*symbol, q.clone())),
                (0, [(symbol, 2)]) => found.products.push(((*symbol, *symbol), q.clone())),
                (0, [(first, 1), (second, 1)]) => found.products.push(((*first, *second), q.clone())),
                _ => return None,
            }
        }
        Some(found)
    }

    pub(crate) fn negate(&self) -> Self {
        Dual { value: -&self.value, parts: self.parts.iter().map(|(monomial, q)| (monomial.clone(), -q)).collect() }
    }

    pub(crate) fn add(&self, other: &Dual) -> Self {
        let value = sum(&self.value, &other.value);
        if self.parts.is_empty() && other.parts.is_empty() {
            return Dual::constant(value);
        }
        Dual { value, parts: collect(self.parts.iter().chain(&other.parts).cloned().collect()) }
    }

    pub(crate) fn multiply(&self, other: &Dual) -> Self {
        let value = product(&self.value, &other.value);
        if self.parts.is_empty() && other.parts.is_empty() {
            return Dual::constant(value);
        }
        let mut parts: Vec<_> = self.parts.iter().map(|(monomial, q)| (monomial.clone(), q * &other.value)).collect();
        parts.extend(other.parts.iter().map(|(monomial, q)| (monomial.clone(), q * &self.value)));
        for (left, p) in &self.parts {
            let nonzero = other.parts.iter().filter_map(|(right, q)| Some((left.multiply(right)?, p * q)));
            parts.extend(nonzero);
        }
        Dual { value, parts: collect(parts) }
    }

    /// About how many machine words this takes.
    pub(crate) fn words(&self) -> u64 {
        self.parts.iter().fold(words(&self.value), |sum, (_, q)| sum.saturating_add(words(q)))
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

fn collect(mut parts: Vec<(Monomial, Rational)>) -> Vec<(Monomial, Rational)> {
    parts.sort_by(|(left, _), (right, _)| left.cmp(right));
    let mut sums: Vec<(Monomial, Rational)> = Vec::with_capacity(parts.len());
    for (monomial, q) in parts {
        match sums.last_mut() {
            Some((last, sum)) if *last == monomial => *sum += q,
            _ => sums.push((monomial, q)),
        }
    }
    sums.retain(|(_, q)| !q.is_zero());
    sums
}
