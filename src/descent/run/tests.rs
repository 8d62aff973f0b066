//! Runs against exact ones.

use num_bigint::BigUint;
use proptest::prelude::*;

use super::super::problem::exact_step;
use super::super::testing::{problem, rational};
use super::*;

fn whole(n: impl Into<BigInt>) -> BigRational {
    BigRational::from(n.into())
}

/// An enclosed state together with true values inside it, in units.
#[derive(Debug)]
struct Truth {
    state: State,
    shares: Vec<BigRational>,
    target: BigRational,
}

/// A coordinate: p, y, e, and the place of the true Y in quarters of e.
type Drawn = (i64, i64, u64, i64);

impl Truth {
    /// Coordinates on the grid of `bits`, t̂ with τ = 1 and a true t, and ε as small as the
    /// true ρ allows, plus `slack`; all of it then multiplied by 2^`finer` on a grid so much
    /// finer.
    fn new(bits: u64, coordinates: &[Drawn], t: (i64, i64), slack: u64, finer: u64) -> Self {
        let features = coordinates.iter().enumerate().map(|(index, &(p, ..))| Feature { index, p: p.into() });
        let ball = |m: i64, e: u64| Ball { midpoint: BigInt::from(m) << finer, radius: BigUint::from(e) << finer };
        let shares = coordinates.iter().map(|&(_, y, e, _)| ball(y, e)).collect();
        let unit = whole(BigInt::one() << finer);
        let quarters = |m: i64, e: u64, place: i64| (whole(m) + whole(e) * whole(place) / BigInt::from(4)) * &unit;
        let mut truth = Truth {
            state: State::new(Grid::new(bits + finer), features.collect(), shares, ball(t.0, 1)),
            shares: coordinates.iter().map(|&(_, y, e, place)| quarters(y, e, place)).collect(),
            target: quarters(t.0, 1, t.1),
        };
        let residual = &truth.state.residual;
        let error = truth.rho() - whole(residual.midpoint.clone());
        let least = error.abs().ceil().to_integer().magnitude() + (BigUint::from(slack) << finer);
        truth.state.residual.radius = least.min(residual.radius.clone());
        truth
    }

    /// The true ρ, in units.
    fn rho(&self) -> BigRational {
        let pairs = self.state.features.iter().zip(&self.shares);
        pairs.map(|(f, y)| y * f.p.signum()).sum::<BigRational>() - &self.target
    }

    /// The true values go on by one step.
    fn go_on(&mut self) {
        let rho = self.rho() * self.state.grid.value(&BigInt::one());
        for (f, y) in self.state.features.iter().zip(&mut self.shares) {
            let g = BigRational::one() - &rho * &f.p;
            *y *= &g * &g;
        }
    }

    fn is_enclosed(&self) -> bool {
        let inside = |ball: &Ball, value: &BigRational| {
            let error = whole(ball.midpoint.clone()) - value;
            error.abs() <= whole(BigInt::from(ball.radius.clone()))
        };
        let mut pairs = self.state.shares.iter().zip(&self.shares);
        pairs.all(|(share, y)| inside(share, y)) && inside(&self.state.residual, &self.rho())
    }
}

/// States of every kind: coarse and fine grids, tight and wide balls, ends of balls drawn
/// often, ρ̂ of order 1 and tiny, features of both signs.
fn truth(finer: impl Strategy<Value = u64>) -> impl Strategy<Value = Truth> {
    let place = || prop_oneof![Just(-4i64), Just(4i64), -4i64..=4];
    let coordinate = move |bits: u32| {
        let one = 1i64 << bits;
        let p = prop_oneof![1i64..6, -3i64..0];
        let radius = prop_oneof![0u64..4, 0u64..1 << (bits / 2), 0u64..1 << bits];
        (p, 0..2 * one, radius, place())
    };
    let bits = prop_oneof![Just(2u32), Just(4), Just(6), Just(12), Just(24)];
    let state = (bits, finer).prop_flat_map(move |(bits, finer)| {
        let one = 1i64 << bits;
        let coordinates = prop::collection::vec(coordinate(bits), 1..4);
        let slack = prop_oneof![Just(0u64), 0u64..1 << bits];
        let rho = prop_oneof![-3i64..4, -one..one];
        (Just((bits, finer)), coordinates, rho, place(), slack)
    });
    state.prop_map(|((bits, finer), coordinates, rho, place, slack)| {
        let output: i64 = coordinates.iter().map(|&(p, y, _, _)| p.signum() * y).sum();
        Truth::new(bits.into(), &coordinates, (output - rho, place), slack, finer)
    })
}

/// Two steps in big integers, and the same two on stack words where the grid has any.
fn check_two_steps(mut truth: Truth) -> Result<(), TestCaseError> {
    prop_assert!(truth.is_enclosed());
    let mut stack = stack::place(&truth.state);
    for _ in 0..2 {
        truth.go_on();
        if let Some(fixed) = &mut stack
            && fixed.advance()
        {
            let heap = std::mem::replace(&mut truth.state, fixed.state());
            prop_assert!(truth.is_enclosed(), "on stack words");
            truth.state = heap;
        } else {
            stack = None;
        }
        truth.state.advance();
        prop_assert!(truth.is_enclosed(), "in big integers");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(5_000))]

    /// The recurrences for the radii, from arbitrary states.
    #[test]
    fn a_step_encloses_every_true_state(truth in truth(Just(0))) {
        check_two_steps(truth)?;
    }

    /// The same on grids of 128 and 256 bits; radii from one unit to the whole range.
    #[test]
    fn a_step_on_stack_words_encloses_every_true_state(
        truth in truth(prop_oneof![Just(104u64), Just(116), Just(122), Just(124), Just(126), Just(232), Just(252)]),
    ) {
        check_two_steps(truth)?;
    }
}

/// Data with small numbers: features, target, start, step size, as a problem if they are one.
fn data() -> impl Strategy<Value = Option<(Problem, BigRational)>> {
    let entries = prop::collection::vec((-4i64..7, 1i64..4, -5i64..6), 1..4);
    (entries, 1i64..9, 1i64..9).prop_map(|(entries, y, eta)| {
        let part = |n: i64, d: i64| BigRational::new(n.into(), d.into());
        let x = entries.iter().map(|&(n, d, _)| part(n, d)).collect();
        let w = entries.iter().map(|&(_, _, w)| part(w, 4)).collect();
        Some((Problem::new(x, part(y, 2), w).ok()?, part(eta, 40)))
    })
}

/// Scaling, signs, frozen coordinates and several steps, against rational gradient descent.
fn check_prefix(problem: &Problem, eta: &BigRational, bits: u64, steps: usize) -> Result<(), TestCaseError> {
    let mut run = Run::start(problem, eta, Grid::new(bits));
    let mut w = problem.start().to_vec();
    for _ in 0..steps {
        for (enclosure, w) in run.beta(problem).iter().zip(&w) {
            prop_assert!(enclosure.contains(&(w * w)));
        }
        let rho = problem.residual(&w).unwrap() * &run.to_residual;
        prop_assert!(run.grid.enclosure(&run.state().residual).contains(&rho));
        check_quick_answers(&run)?;
        if run.health() != Health::Sound {
            break;
        }
        run.advance();
        w = exact_step(problem, &w, eta).unwrap();
    }
    Ok(())
}

/// What stack words say at once is what big integers say.
fn check_quick_answers(run: &Run) -> Result<(), TestCaseError> {
    let state = run.state();
    prop_assert_eq!(run.residual_may_vanish(), state.residual_may_vanish());
    prop_assert_eq!(run.residual_is_lost(), state.residual_is_lost());
    prop_assert_eq!(run.health(), state.health());
    for width in [1, 40, 64] {
        let tolerance = run.grid.ceil(&run.to_effective) >> width;
        prop_assert_eq!(run.may_be_trapped(width), state.may_be_trapped(&tolerance));
    }
    Ok(())
}

/// A run encloses the same run at four times the precision for as long as it is sound.
fn check_refinement(problem: &Problem, eta: &BigRational, bits: u64, steps: usize) -> Result<(), TestCaseError> {
    let mut coarse = Run::start(problem, eta, Grid::new(bits));
    let mut fine = Run::start(problem, eta, Grid::new(4 * bits));
    while coarse.step() < steps && coarse.health() == Health::Sound {
        coarse.advance();
        fine.advance();
        if !coarse.step.is_multiple_of(5) {
            continue;
        }
        check_quick_answers(&coarse)?;
        for (c, f) in coarse.beta(problem).iter().zip(&fine.beta(problem)) {
            prop_assert!(c.lo() <= f.hi() && f.lo() <= c.hi(), "at step {}", coarse.step);
            // The midpoint of the fine run errs by far less than a step of the coarse grid.
            prop_assert!(c.encloses(f) || f.width() > c.width() / BigInt::from(1u64 << 32), "at step {}", coarse.step);
        }
    }
    Ok(())
}

fn precision() -> impl Strategy<Value = u64> {
    prop_oneof![3 => Just(128u64), 1 => Just(192), 2 => Just(256), 1 => 16u64..90]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn exact_iterates_are_enclosed(data in data(), bits in precision()) {
        let Some((problem, eta)) = data else { return Ok(()) };
        check_prefix(&problem, &eta, bits, 6)?;
    }

    #[test]
    fn more_precision_refines(data in data(), bits in prop_oneof![Just(128u64), Just(256)]) {
        let Some((problem, eta)) = data else { return Ok(()) };
        check_refinement(&problem, &eta, bits, 40)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    /// The two properties above in earnest.
    #[test]
    #[ignore = "takes minutes"]
    fn long_runs_against_exact_and_finer_ones(data in data(), bits in prop_oneof![Just(128u64), Just(256), Just(512)]) {
        let Some((problem, eta)) = data else { return Ok(()) };
        check_prefix(&problem, &eta, bits, 9)?;
        check_refinement(&problem, &eta, bits, 1_000)?;
    }
}

/// The largest width of an enclosure after some steps is at most 2^-`width`.
fn widest_is_below(run: &Run, problem: &Problem, width: u64) -> bool {
    let bound = Grid::new(width).value(&BigInt::one());
    run.beta(problem).iter().all(|b| b.width() <= bound)
}

/// The factorised bound is what keeps a run alive: after 1,000 steps with 256 bits
/// the enclosure is still 240 bits tight. (Multiplying balls alone is useless before
/// step 280.)
#[test]
fn long_runs_stay_tight() {
    for eta in ["1/60", "1/32", "1/30"] {
        let p = problem("5 2", "13/4", "1 3/4");
        let mut run = Run::start(&p, &rational(eta), Grid::new(256));
        for _ in 0..1000 {
            run.advance();
        }
        assert!(matches!(run.place, Place::Stack(_)));
        assert!(widest_is_below(&run, &p, 240), "eta = {eta}");
    }
}

/// The two-sided bound is what follows a 2-cycle: this run leaves one and is trapped near
/// step 1,880.
#[test]
fn a_two_cycle_is_followed_until_it_is_left() {
    let p = problem("2 1", "1", "1/2 1/1000000");
    let mut run = Run::start(&p, &rational("11/40"), Grid::new(256));
    while run.step() < 2_000 {
        assert!(run.health() == Health::Sound && !run.residual_is_lost(), "{}", run.describe());
        run.advance();
    }
    assert!(matches!(run.place, Place::Stack(_)));
    assert!(run.may_be_trapped(1) && widest_is_below(&run, &p, 60), "{}", run.describe());
}

/// A number too large for stack words moves the run into big integers, and nothing else.
#[test]
fn large_numbers_leave_the_stack() {
    let p = problem("1 -10", "1", "1/2 1/3");
    let mut run = Run::start(&p, &rational("1/7"), Grid::new(256));
    assert!(matches!(run.place, Place::Stack(_)));
    let mut w = p.start().to_vec();
    for _ in 0..6 {
        run.advance();
        w = exact_step(&p, &w, &rational("1/7")).unwrap();
        assert!(run.beta(&p).iter().zip(&w).all(|(b, w)| b.contains(&(w * w))));
    }
    assert!(matches!(run.place, Place::Heap(_)));
    let large = problem("1000000000001 1", "1", "1/2 1/3");
    assert!(matches!(Run::start(&large, &rational("1/7"), Grid::new(256)).place, Place::Heap(_)));
}

#[test]
fn divergence_is_proved_for_nonnegative_features_only() {
    // η x (xβ − y) = 1/2 · (9 − 1) > 1
    let run = |x, w| Run::start(&problem(x, "1", w), &rational("1/2"), Grid::new(64));
    assert_eq!(run("1 0", "3 1").health(), Health::Diverges(0));
    assert_eq!(run("1 -1", "3 3").health(), Health::Sound);
    // ηx(xβ − y) = 1 exactly, where the run stays at |w| for ever: not diverging.
    assert_ne!(Run::start(&problem("1", "1", "2"), &rational("1/3"), Grid::new(64)).health(), Health::Diverges(0));
}
