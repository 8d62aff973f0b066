//! The supremum of the sharpness ‖∇²L‖ (operator norm) along the whole flow of one sample.
//!
//! H = D + 4vvᵀ with D = diag(2r xᵢ) and vᵢ² = xᵢ²βᵢ. Equal features are put together: on the coordinates of a group D is one
//! number δ, and H acts as 4vvᵀ on one direction of them, with v² the group's sum, and as δ on all others.
//!
//! # Tests
//!
//! For T with T > δ wherever v ≠ 0, and T ≥ δ elsewhere: T·I − D − 4vvᵀ ⪰ 0 iff Σ 4v²/(T − δ) ≤ 1 (Schur complement). So this
//! says whether λ_max ≤ T. λ_max increases with every δ, and with every |vᵢ|: after conjugation with signs the entries off the
//! diagonal are ≥ 0, and xᵀHx over x ≥ 0 increases, where the largest eigenvalue has an eigenvector (Perron). For a box of δ and v²
//! the test at the upper ends bounds λ_max from above, at the lower ends from below.
//!
//! −λ_min ≤ T iff D + T + 4vvᵀ ⪰ 0. This holds if all δ + T ≥ 0. If exactly one coordinate k has δ_k + T < 0 and the others
//! δ + T > 0, it holds iff 1 + Σ 4v²/(δ + T) ≤ 0, because the determinant is Π(δ + T) times that number and at most one
//! eigenvalue is negative. If two coordinates have δ + T < 0 it fails, since a matrix of rank one lifts only one. In δ the
//! condition is Loewner monotone; in v² its worst case is visible from the signs of the terms.
//!
//! # The search
//!
//! On a piece [a, b] of the clock each βᵢ and r lie between their values at the ends, because they are monotone in τ. A piece is
//! done when the tests show ‖H‖ ≤ T on it, T = L + width, for a lower bound L of the supremum; otherwise it is halved. L is raised
//! at ends of pieces. It only rises, so pieces that are done stay done. All pieces cover the flow up to its limit.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::{Flow, LARGEST_PRECISION, Unknown};
use crate::exact::{Enclosure, Grid};

/// Pieces that are tried at most.
const MOST_PIECES: usize = 20_000;

/// The supremum of the operator norm of the Hessian along a flow, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supremum {
    /// Where it lies.
    pub enclosure: Enclosure,
    /// Whether the enclosure is as narrow as was asked for.
    pub narrow: bool,
}

impl Supremum {
    /// 2/s, the step size at which the flow's sharpness meets the edge of stability; `None` if s may be 0.
    pub fn critical_step(&self) -> Option<Enclosure> {
        let two = BigRational::from(BigInt::from(2));
        let s = &self.enclosure;
        s.lo().is_positive().then(|| Enclosure::hull(&two / s.hi(), &two / s.lo()))
    }
}

/// What is known of a group of coordinates with the same feature.
struct Group {
    /// Coordinates, those with weight 0 among them.
    count: usize,
    /// 2r x
    delta: Enclosure,
    /// 4 Σ x²β
    square: Enclosure,
}

impl Flow {
    /// The supremum of ‖∇²L‖ along the flow, from its start to its limit, enclosed to a width of 2^-width if `pieces` of the
    /// clock (at most 20,000) suffice.
    pub fn sup_sharpness(&self, width: u64, pieces: usize) -> Result<Supremum, Unknown> {
        if width > LARGEST_PRECISION / 2 {
            return Err(Unknown::Limits);
        }
        let bits = width.saturating_add(64);
        let end = self.end(bits)?;
        let zero = BigRational::zero();
        // Beyond τ* the pieces cover more than the flow, which is harmless for upper bounds.
        let (first, last) = (end.clock.lo().min(&zero).clone(), end.clock.hi().max(&zero).clone());
        let slack = BigRational::new_raw(BigInt::one(), BigInt::one() << width);
        let piece = |a: &BigRational, b: &BigRational| self.groups(a, b, bits).ok_or(Unknown::Limits);
        let whole = piece(&first, &last)?;
        let ceiling = ceiling(&whole);
        // Lower bounds only at points of the flow: the start, and the near end of the limit's enclosure.
        let backward = end.clock.lo().is_negative();
        let reached = if backward { end.clock.hi() } else { end.clock.lo() };
        let mut low = zero.clone();
        for point in [&zero, reached] {
            raise(&mut low, &ceiling, &piece(point, point)?, &slack, bits);
        }
        let mut open = vec![(first, last)];
        let mut left = pieces.min(MOST_PIECES);
        while let Some((a, b)) = open.pop() {
            let groups = piece(&a, &b)?;
            if at_most(&groups, &(&low + &slack), bits) {
                continue;
            }
            let middle = (&a + &b) / BigInt::from(2);
            if left == 0 {
                open.push((a, b));
                break;
            }
            left = left.saturating_sub(1);
            let inside = if backward { &middle >= reached } else { &middle <= reached };
            if inside {
                raise(&mut low, &ceiling, &piece(&middle, &middle)?, &slack, bits);
            }
            open.push((a, middle.clone()));
            open.push((middle, b));
        }
        let mut high = &low + &slack;
        let narrow = open.is_empty();
        for (a, b) in open {
            high = high.max(upper(&piece(&a, &b)?, &ceiling, &slack, bits));
        }
        Ok(Supremum { enclosure: Enclosure::hull(low, high), narrow })
    }

    /// What holds at every clock in [a, b]: r and each β are monotone in τ, and so between their values at the ends.
    fn groups(&self, a: &BigRational, b: &BigRational, bits: u64) -> Option<Vec<Group>> {
        let hull = |one: Enclosure, other: &Enclosure| {
            Enclosure::hull(one.lo().min(other.lo()).clone(), one.hi().max(other.hi()).clone())
        };
        let ends = (
            self.beta(&Enclosure::point(a.clone()), bits.saturating_add(32))?,
            self.beta(&Enclosure::point(b.clone()), bits.saturating_add(32))?,
        );
        let twice = hull(self.residual(&ends.0), &self.residual(&ends.1)).times(&BigRational::from(BigInt::from(2)));
        let mut sums: BTreeMap<&BigRational, (usize, Enclosure)> = BTreeMap::new();
        let betas = ends.0.into_iter().zip(&ends.1).map(|(one, other)| hull(one, other));
        for (x, beta) in self.features.iter().zip(betas) {
            let (count, sum) = sums.entry(x).or_insert((0, Enclosure::point(BigRational::zero())));
            *count = count.saturating_add(1);
            *sum = sum.plus(&beta);
        }
        let grid = Grid::new(bits.saturating_add(64));
        let four = BigRational::from(BigInt::from(4));
        let group = |(x, (count, sum)): (&BigRational, (usize, Enclosure))| Group {
            count,
            delta: twice.times(x).outward(grid),
            square: floored(sum.times(&(x * x * &four)).outward(grid)),
        };
        Some(sums.into_iter().map(group).collect())
    }
}

/// A square is not negative.
fn floored(square: Enclosure) -> Enclosure {
    let zero = BigRational::zero();
    Enclosure::hull(square.lo().max(&zero).clone(), square.hi().max(&zero).clone())
}

/// ‖H‖ ≤ max|δ| + Σ 4v².
fn ceiling(groups: &[Group]) -> BigRational {
    let largest = groups.iter().map(|g| g.delta.magnitude()).max().unwrap_or_else(BigRational::zero);
    groups.iter().map(|g| g.square.hi().clone()).sum::<BigRational>() + largest
}

/// Whether ‖H‖ ≤ t is shown for all of the box. Quotients are rounded up to a grid.
fn at_most(groups: &[Group], t: &BigRational, bits: u64) -> bool {
    largest_at_most(groups, t, bits) && smallest_at_least(groups, t, bits)
}

/// λ_max ≤ t.
fn largest_at_most(groups: &[Group], t: &BigRational, bits: u64) -> bool {
    let grid = Grid::new(bits.saturating_add(32));
    let mut sum = BigInt::zero();
    for g in groups {
        let gap = t - g.delta.hi();
        if gap.is_negative() || (gap.is_zero() && !g.square.hi().is_zero()) {
            return false;
        }
        if !gap.is_zero() {
            sum += grid.ceil(&(g.square.hi() / gap));
        }
    }
    sum <= grid.one()
}

/// −λ_min ≤ t.
fn smallest_at_least(groups: &[Group], t: &BigRational, bits: u64) -> bool {
    let grid = Grid::new(bits.saturating_add(32));
    let (mut negative, mut sum) = (0usize, grid.one());
    for g in groups {
        let shifted = g.delta.lo() + t;
        if shifted.is_negative() {
            negative = negative.saturating_add(g.count);
            sum += grid.ceil(&(g.square.lo() / shifted));
        } else if !shifted.is_zero() {
            sum += grid.ceil(&(g.square.hi() / shifted));
        } else if negative > 0 || !g.square.hi().is_zero() {
            // At 0 the determinant says nothing; a little larger T will do.
            return groups.iter().all(|g| !(g.delta.lo() + t).is_negative());
        }
    }
    negative == 0 || (negative == 1 && !sum.is_positive())
}

/// Whether ‖H‖ ≥ t is shown for all of the box. Quotients are rounded down.
fn at_least(groups: &[Group], t: &BigRational, bits: u64) -> bool {
    let grid = Grid::new(bits.saturating_add(32));
    if groups.iter().any(|g| g.delta.lo() >= t) {
        return true;
    }
    // All δ < t at the lower ends.
    let sum: BigInt = groups.iter().map(|g| grid.floor(&(g.square.lo() / (t - g.delta.lo())))).sum();
    if sum >= grid.one() {
        return true;
    }
    // −λ_min > t: two negative numbers, or one and a positive factor of the determinant.
    let (mut negative, mut factor) = (0usize, grid.one());
    for g in groups {
        let shifted = g.delta.hi() + t;
        if shifted.is_zero() {
            return false;
        }
        let square = if shifted.is_negative() { g.square.hi() } else { g.square.lo() };
        negative = negative.saturating_add(if shifted.is_negative() { g.count } else { 0 });
        factor += grid.floor(&(square / shifted));
    }
    negative > 1 || (negative == 1 && factor.is_positive())
}

/// Raises a lower bound of the supremum, by bisection, where the norm here is larger by a quarter of the slack.
fn raise(low: &mut BigRational, ceiling: &BigRational, here: &[Group], slack: &BigRational, bits: u64) {
    let quarter = slack / BigInt::from(4);
    if !at_least(here, &(&*low + &quarter), bits) {
        return;
    }
    let mut fails = ceiling + slack;
    while &fails - &*low > quarter {
        let middle = Grid::new(bits).value(&Grid::new(bits).floor(&((&fails + &*low) / BigInt::from(2))));
        if at_least(here, &middle, bits) {
            *low = middle;
        } else {
            fails = middle;
        }
    }
}

/// An upper bound of ‖H‖ on a box, to the slack.
fn upper(groups: &[Group], ceiling: &BigRational, slack: &BigRational, bits: u64) -> BigRational {
    let (mut fails, mut holds) = (BigRational::zero(), ceiling.clone());
    while &holds - &fails > *slack {
        let middle = Grid::new(bits).value(&Grid::new(bits).floor(&((&fails + &holds) / BigInt::from(2))));
        if at_most(groups, &middle, bits) {
            holds = middle;
        } else {
            fails = middle;
        }
    }
    holds
}
