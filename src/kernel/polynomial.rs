//! Normal forms over dimensions of unknown size.
//!
//! A term without definitions and derivatives is a polynomial with rational coefficients in
//! scalars, entries at named indices (x\[m\]), deltas of named indices, and sums
//! Σ_{i,j,…} of products of entries at bound and named indices. Three steps make the form canonical:
//!
//! * a delta with a bound index is contracted, Σ_i \[i=m\] t(i) = t(m); deltas of named indices
//!   are idempotent and carry their equality into the rest of their monomial,
//!   \[m=s\] x\[s\] = \[m=s\] x\[m\], the least index standing for its class;
//! * a sum of products that share no bound index is a product of sums, Σ_{i,j} a_i b_j = Σ_i a_i Σ_j b_j:
//!   a monomial holds a multiset of connected [`Component`]s, and products need no renaming;
//! * the bound indices of a component are numbered so that its factors are least: indices are told
//!   apart by what they occur in (colour refinement), and only ties are permuted.
//!
//! Equal normal forms mean equal terms, for every size of the dimensions. A dimension of size
//! 0 needs nothing special: each step is an identity of finite sums, the empty one included.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;

use num_traits::{One, Zero};

use crate::refusal::Refusal;
use crate::term::{Dimension, Function, Rational};

/// Exponents beyond this are refused.
pub const MAX_EXPONENT: u32 = 1024;
/// The most renamings of tied bound indices that are tried for one component.
const MAX_RENAMINGS: usize = 40_320;
/// The most bits of a numerator or denominator.
const MAX_BITS: u64 = 1 << 16;

/// Where an atom is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Position {
    /// A named index of the context.
    Free(u32),
    /// A bound index of the component.
    Local(u32),
    /// An index of the opaque function around the polynomial.
    Parameter(u32),
}

/// What an atom is an entry of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Head {
    /// An array or a number of the context.
    Variable(u32),
    /// An opaque function of a polynomial, whose free indices are the atom's indices.
    Function(Function, Arc<Polynomial>),
}

/// An indivisible factor.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Atom {
    /// What it is an entry of.
    pub head: Head,
    /// Which entry.
    pub indices: Vec<Position>,
}

/// Atoms with positive exponents, sorted, each once.
pub type Factors = Vec<(Atom, u32)>;

/// A sum over bound indices, connected by their common atoms: Σ Π factors.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Component {
    /// The ranges of the bound indices, `Local(0)` first.
    pub dimensions: Vec<Dimension>,
    /// The product under the sum; none for the size of the dimension.
    pub factors: Factors,
}

/// A product of atoms, deltas and sums.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monomial {
    /// The atoms outside of sums.
    pub factors: Factors,
    /// Pairs (least index of a class, other index), sorted.
    pub deltas: Vec<(Position, Position)>,
    /// The sums, sorted, repeated as often as they occur.
    pub components: Vec<Component>,
}

/// A polynomial in normal form. Equality is equality for every size of the dimensions.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Polynomial {
    /// Sorted, each monomial once, no coefficient 0.
    terms: Vec<(Monomial, Rational)>,
}

/// Bounds the work of one question to the kernel.
#[derive(Debug)]
pub struct Work(u64);

impl Work {
    /// Enough for any statement a person would write: about a second.
    pub const DEFAULT: Work = Work(4_000_000);

    pub(crate) fn spend(&mut self, amount: impl TryInto<u64>) -> Result<(), Refusal> {
        let amount = amount.try_into().map_err(|_| Refusal::TooLarge)?;
        self.0 = self.0.checked_sub(amount).ok_or(Refusal::TooLarge)?;
        Ok(())
    }
}

impl Polynomial {
    /// A constant.
    pub fn constant(q: Rational) -> Self {
        let term = (Monomial::default(), q);
        Self { terms: Some(term).into_iter().filter(|(_, q)| !q.is_zero()).collect() }
    }

    /// An atom.
    pub fn atom(atom: Atom) -> Self {
        Self::monomial(Monomial { factors: vec![(atom, 1)], ..Monomial::default() })
    }

    /// The delta of two named indices.
    pub fn delta(i: Position, j: Position) -> Self {
        let deltas = if i == j { vec![] } else { vec![(i.min(j), i.max(j))] };
        Self::monomial(Monomial { deltas, ..Monomial::default() })
    }

    fn monomial(monomial: Monomial) -> Self {
        Self { terms: vec![(monomial, Rational::one())] }
    }

    /// The monomials with their nonzero coefficients, in a fixed order.
    pub fn terms(&self) -> impl Iterator<Item = (&Monomial, &Rational)> {
        self.terms.iter().map(|(monomial, q)| (monomial, q))
    }

    /// Whether this is 0, for every size of the dimensions.
    pub fn is_zero(&self) -> bool {
        self.terms.is_empty()
    }

    /// The value of a polynomial without atoms, deltas and sums.
    pub fn as_constant(&self) -> Option<Rational> {
        match &self.terms[..] {
            [] => Some(Rational::zero()),
            [(monomial, q)] => (*monomial == Monomial::default()).then(|| q.clone()),
            _ => None,
        }
    }

    /// The sum of terms in any order.
    fn collect(terms: Vec<(Monomial, Rational)>, work: &mut Work) -> Result<Polynomial, Refusal> {
        let mut terms = collect(terms, |p, q| bounded(p + q, work))?;
        terms.retain(|(_, q)| !q.is_zero());
        Ok(Polynomial { terms })
    }

    /// The sum of polynomials.
    pub(crate) fn sum(parts: Vec<Polynomial>, work: &mut Work) -> Result<Polynomial, Refusal> {
        let terms: Vec<_> = parts.into_iter().flat_map(|part| part.terms).collect();
        work.spend(terms.len())?;
        Self::collect(terms, work)
    }

    /// self − other.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] beyond the bounds.
    pub fn minus(self, mut other: Polynomial, work: &mut Work) -> Result<Polynomial, Refusal> {
        other.terms.iter_mut().for_each(|(_, q)| *q = -&*q);
        Self::sum(vec![self, other], work)
    }

    pub(crate) fn multiply(&self, other: &Polynomial, work: &mut Work) -> Result<Polynomial, Refusal> {
        let mut products = vec![];
        for (left, p) in &self.terms {
            for (right, q) in &other.terms {
                work.spend(left.size().saturating_add(right.size()))?;
                products.push((left.multiply(right, work)?, bounded(times(p, q), work)?));
            }
        }
        Self::collect(products, work)
    }

    /// The product of polynomials, 1 if there are none.
    pub(crate) fn product(mut parts: impl Iterator<Item = Polynomial>, work: &mut Work) -> Result<Polynomial, Refusal> {
        let Some(first) = parts.next() else { return Ok(Polynomial::constant(Rational::one())) };
        parts.try_fold(first, |product, part| product.multiply(&part, work))
    }

    pub(crate) fn power(&self, exponent: u32, work: &mut Work) -> Result<Polynomial, Refusal> {
        if exponent > MAX_EXPONENT {
            return Err(Refusal::TooLarge);
        }
        Self::product((0..exponent).map(|_| self.clone()), work)
    }

    /// Σ over the named index `id`, which is bound by this.
    pub(crate) fn sum_over(&self, id: u32, dimension: Dimension, work: &mut Work) -> Result<Polynomial, Refusal> {
        self.map_monomials(work, |monomial, work| monomial.sum_over(id, dimension, work))
    }

    /// The indices at which atoms and deltas of this stand, outside of opaque functions.
    pub(crate) fn free_positions(&self) -> Vec<Position> {
        let mut found: Vec<Position> = self.terms.iter().flat_map(|(monomial, _)| monomial.positions()).collect();
        found.retain(|p| !matches!(p, Position::Local(_)));
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Replaces named indices; a class of equal indices stays one.
    pub(crate) fn rename(&self, map: &dyn Fn(Position) -> Position, work: &mut Work) -> Result<Polynomial, Refusal> {
        self.map_monomials(work, |monomial, work| monomial.rename(map, work))
    }

    fn map_monomials(
        &self,
        work: &mut Work,
        map: impl Fn(&Monomial, &mut Work) -> Result<Monomial, Refusal>,
    ) -> Result<Polynomial, Refusal> {
        let image: Result<Vec<_>, _> = self.terms.iter().map(|(m, q)| Ok((map(m, work)?, q.clone()))).collect();
        Self::collect(image?, work)
    }
}

/// p q. Integers need no fraction reduced.
fn times(p: &Rational, q: &Rational) -> Rational {
    match (p.is_integer(), q.is_integer()) {
        (true, _) if p.is_one() => q.clone(),
        (_, true) if q.is_one() => p.clone(),
        (true, true) => Rational::from_integer(p.numer() * q.numer()),
        _ => p * q,
    }
}

/// Spends what it costs to reduce a fraction: about b/2⁴ + b²/2¹⁶ for b bits.
pub(crate) fn bounded(q: Rational, work: &mut Work) -> Result<Rational, Refusal> {
    let bits = q.numer().bits().max(q.denom().bits());
    if bits > MAX_BITS {
        return Err(Refusal::TooLarge);
    }
    work.spend(bits.saturating_mul(bits.saturating_add(1 << 12)) / (1 << 16))?;
    Ok(q)
}

impl Monomial {
    fn size(&self) -> usize {
        let sums: usize = self.components.iter().map(|c| c.factors.len()).fold(0, usize::saturating_add);
        self.factors.len().saturating_add(sums).saturating_add(1)
    }

    fn positions(&self) -> impl Iterator<Item = Position> {
        let components = self.components.iter().flat_map(|c| &c.factors);
        let atoms = self.factors.iter().chain(components).flat_map(|(atom, _)| &atom.indices);
        atoms.copied().chain(self.deltas.iter().flat_map(|(i, j)| [*i, *j]))
    }

    fn multiply(&self, other: &Monomial, work: &mut Work) -> Result<Monomial, Refusal> {
        let mut product = Monomial {
            factors: collect_factors(self.factors.iter().chain(&other.factors).cloned())?,
            deltas: [&self.deltas[..], &other.deltas[..]].concat(),
            components: [&self.components[..], &other.components[..]].concat(),
        };
        product.components.sort();
        if product.deltas.is_empty() { Ok(product) } else { product.unify(work) }
    }

    /// Makes the least index of each class of equal indices stand for the class.
    fn unify(mut self, work: &mut Work) -> Result<Monomial, Refusal> {
        let pairs = core::mem::take(&mut self.deltas);
        let mut classes: BTreeMap<Position, Position> = BTreeMap::new();
        let least = |classes: &BTreeMap<Position, Position>, p| classes.get(&p).copied().unwrap_or(p);
        for (i, j) in pairs {
            let (i, j) = (least(&classes, i), least(&classes, j));
            let (low, high) = (i.min(j), i.max(j));
            classes.values_mut().filter(|p| **p == high).for_each(|p| *p = low);
            classes.insert(high, low);
            classes.insert(low, low);
        }
        let mut unified = self.rename_atoms(&|p| least(&classes, p), work)?;
        unified.deltas = classes.iter().filter(|(p, low)| p != low).map(|(p, low)| (*low, *p)).collect();
        unified.deltas.sort_unstable();
        Ok(unified)
    }

    fn rename(&self, map: &dyn Fn(Position) -> Position, work: &mut Work) -> Result<Monomial, Refusal> {
        let mut renamed = self.rename_atoms(map, work)?;
        renamed.deltas = self.deltas.iter().map(|(i, j)| (map(*i), map(*j))).collect();
        if renamed.deltas.is_empty() { Ok(renamed) } else { renamed.unify(work) }
    }

    /// Replaces named indices in atoms, leaving the deltas out.
    fn rename_atoms(&self, map: &dyn Fn(Position) -> Position, work: &mut Work) -> Result<Monomial, Refusal> {
        let components: Result<Vec<_>, _> =
            self.components.iter().map(|component| component.rename(map, work)).collect();
        let mut components = components?;
        components.sort();
        Ok(Monomial { factors: rename_factors(&self.factors, map)?, deltas: vec![], components })
    }

    fn sum_over(&self, id: u32, dimension: Dimension, work: &mut Work) -> Result<Monomial, Refusal> {
        let bound = Position::Free(id);
        let partner = self.deltas.iter().find_map(|(i, j)| match (*i == bound, *j == bound) {
            (true, _) => Some(*j),
            (_, true) => Some(*i),
            _ => None,
        });
        if let Some(partner) = partner {
            return self.rename(&|p| if p == bound { partner } else { p }, work);
        }
        let (inside, factors): (Factors, Factors) =
            self.factors.iter().cloned().partition(|(atom, _)| atom.indices.contains(&bound));
        let (touching, mut components): (Vec<_>, Vec<_>) =
            self.components.iter().cloned().partition(|c| c.mentions(bound));
        let joined = Component::join(bound, dimension, inside, touching)?;
        components.push(joined.canonical(work)?);
        components.sort();
        Ok(Monomial { factors, deltas: self.deltas.clone(), components })
    }
}

impl Component {
    fn mentions(&self, position: Position) -> bool {
        self.factors.iter().any(|(atom, _)| atom.indices.contains(&position))
    }

    /// One component of the factors and components in which `bound` occurs.
    fn join(bound: Position, dimension: Dimension, inside: Factors, touching: Vec<Component>) -> Result<Self, Refusal> {
        let mut dimensions = vec![dimension];
        let mut factors = inside;
        for component in touching {
            let offset = u32::try_from(dimensions.len()).map_err(|_| Refusal::TooLarge)?;
            dimensions.extend(component.dimensions);
            let raised = |p| if let Position::Local(k) = p { Position::Local(k.saturating_add(offset)) } else { p };
            factors.extend(rename_factors(&component.factors, &raised)?);
        }
        let bind = |p| if p == bound { Position::Local(0) } else { p };
        Ok(Component { dimensions, factors: rename_factors(&factors, &bind)? })
    }

    fn rename(&self, map: &dyn Fn(Position) -> Position, work: &mut Work) -> Result<Component, Refusal> {
        let named = |p| if let Position::Local(_) = p { p } else { map(p) };
        let factors = rename_factors(&self.factors, &named)?;
        if factors == self.factors {
            return Ok(self.clone());
        }
        Component { dimensions: self.dimensions.clone(), factors }.canonical(work)
    }

    /// Numbers the bound indices so that the dimensions and factors are least.
    fn canonical(self, work: &mut Work) -> Result<Component, Refusal> {
        if self.dimensions.len() == 1 {
            return Ok(self);
        }
        let colours = self.colours(work)?;
        let mut best: Option<Component> = None;
        for order in orders(&colours)? {
            work.spend(self.factors.len())?;
            let candidate = self.reorder(&order)?;
            if best.as_ref().is_none_or(|b| candidate < *b) {
                best = Some(candidate);
            }
        }
        best.ok_or(Refusal::TooLarge)
    }

    /// The component with its bound index `order[k]` renamed to k.
    fn reorder(&self, order: &[usize]) -> Result<Component, Refusal> {
        let dimensions = order.iter().filter_map(|old| self.dimensions.get(*old).copied()).collect();
        let place = |old| order.iter().position(|o| u32::try_from(*o) == Ok(old)).and_then(|k| u32::try_from(k).ok());
        let map = |p| if let Position::Local(old) = p { place(old).map_or(p, Position::Local) } else { p };
        Ok(Component { dimensions, factors: rename_factors(&self.factors, &map)? })
    }

    /// Tells bound indices apart by what they occur in: two indices that a renaming of the
    /// component exchanges have the same colour, and colours do not depend on the numbering.
    fn colours(&self, work: &mut Work) -> Result<Vec<usize>, Refusal> {
        let mut colours = rank(self.dimensions.clone());
        loop {
            work.spend(self.factors.len().saturating_mul(self.dimensions.len()) / 16)?;
            let classes = colours.iter().max().copied();
            let refined: Vec<_> =
                (0..self.dimensions.len()).map(|k| (colours.get(k).copied(), self.surroundings(k, &colours))).collect();
            colours = rank(refined);
            if colours.iter().max().copied() == classes {
                return Ok(colours);
            }
        }
    }

    /// The factors in which a bound index occurs, the other bound indices seen by colour only.
    fn surroundings(&self, local: usize, colours: &[usize]) -> Vec<(&Head, u32, Vec<Position>)> {
        let number = |k: usize| u32::try_from(k).map_or(Position::Local(u32::MAX), Position::Local);
        let colour = |k: u32| usize::try_from(k).ok().and_then(|k| colours.get(k)).copied().unwrap_or(0);
        let this = number(local);
        let see = |p: &Position| match *p {
            p if p == this => Position::Local(u32::MAX),
            Position::Local(k) => number(colour(k)),
            named => named,
        };
        let around = self.factors.iter().filter(|(atom, _)| atom.indices.contains(&this));
        let mut seen: Vec<_> =
            around.map(|(atom, n)| (&atom.head, *n, atom.indices.iter().map(see).collect())).collect();
        seen.sort();
        seen
    }
}

/// Each key's place among the distinct keys.
fn rank<K: Ord + Clone>(keys: Vec<K>) -> Vec<usize> {
    let mut distinct = keys.clone();
    distinct.sort();
    distinct.dedup();
    keys.iter().map(|key| distinct.binary_search(key).unwrap_or_default()).collect()
}

/// All orders of the indices that sort them by colour.
pub(crate) fn orders(colours: &[usize]) -> Result<Vec<Vec<usize>>, Refusal> {
    let mut found: Vec<Vec<usize>> = vec![vec![]];
    let classes = colours.iter().max().map_or(0, |c| c.saturating_add(1));
    for class in 0..classes {
        let members: Vec<usize> = (0..colours.len()).filter(|k| colours.get(*k) == Some(&class)).collect();
        for _ in &members {
            let extended = found
                .iter()
                .flat_map(|order| members.iter().filter(|m| !order.contains(m)).map(|m| [&order[..], &[*m]].concat()));
            found = extended.take(MAX_RENAMINGS.saturating_add(1)).collect();
            if found.len() > MAX_RENAMINGS {
                return Err(Refusal::TooLarge);
            }
        }
    }
    Ok(found)
}

fn rename_factors(factors: &Factors, map: &dyn Fn(Position) -> Position) -> Result<Factors, Refusal> {
    collect_factors(factors.iter().map(|(atom, n)| {
        let indices = atom.indices.iter().map(|p| map(*p)).collect();
        (Atom { head: atom.head.clone(), indices }, *n)
    }))
}

/// Sorts atoms and adds the exponents of equal ones.
fn collect_factors(factors: impl Iterator<Item = (Atom, u32)>) -> Result<Factors, Refusal> {
    let add = |m: &u32, n| m.checked_add(n).filter(|sum| *sum <= MAX_EXPONENT).ok_or(Refusal::TooLarge);
    collect(factors.collect(), add)
}

/// Sorts pairs by their keys and adds the values of equal ones.
fn collect<K: Ord, V>(
    mut pairs: Vec<(K, V)>,
    mut add: impl FnMut(&V, V) -> Result<V, Refusal>,
) -> Result<Vec<(K, V)>, Refusal> {
    pairs.sort_by(|(k, _), (l, _)| k.cmp(l));
    let mut collected: Vec<(K, V)> = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        match collected.last_mut() {
            Some((last, sum)) if *last == key => *sum = add(sum, value)?,
            _ => collected.push((key, value)),
        }
    }
    Ok(collected)
}
