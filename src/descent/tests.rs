//! The room as a whole: certified limits, against independent numbers and attempts to
//! cheat.

use std::time::{Duration, Instant};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Zero};
use proptest::prelude::*;

use super::testing::{problem, rational, vector};
use super::*;
use crate::exact::{Enclosure, digits};

fn certified(problem: &Problem, eta: &str, width: u64) -> CertifiedLimit {
    match certify(problem, &rational(eta), width, &Budget::default()) {
        Ok(Outcome::Converged(limit)) => limit,
        other => panic!("eta = {eta}: {other:?}"),
    }
}

fn undecided(problem: &Problem, eta: &str) -> Undecided {
    match certify(problem, &rational(eta), 64, &Budget::default()) {
        Ok(Outcome::Undecided(undecided)) => undecided,
        other => panic!("eta = {eta}: {other:?}"),
    }
}

/// A problem with its truth, and for each step size the risk, sharpness and norm of the
/// limit from a floating-point run of 1,200 steps with 2,000 bits.
type Row = ((&'static str, &'static str, &'static str, &'static str), [(&'static str, [&'static str; 3]); 3]);

const RUNS: [Row; 3] = [
    (
        ("5 2", "13/4", "1 3/4", "1/4 1"),
        [
            ("1/60", ["0.337751404671854", "53.9503298150980", "0.926241754622549"]),
            ("1/32", ["0.0000160048751093856", "40.9108526594329", "1.25222868351417"]),
            ("1/30", ["0.170898047645472", "31.7880664239169", "1.48029833940207"]),
        ],
    ),
    (
        ("3 1", "2", "1/5 1/3", "1/6 3/2"),
        [
            ("3/40", ["1.56457256042980", "21.4931227465337", "0.875573104455519"]),
            ("3/20", ["0.00185889133878713", "12.3272187970061", "1.63939843358282"]),
            ("5/32", ["0.228226445404023", "8.37428031209364", "1.96880997399219"]),
        ],
    ),
    (
        ("5 4 1", "47/12", "1 1 1/10", "1/4 2/3 0"),
        [
            ("1/100", ["0.0425486107142173", "70.1135309339133", "0.891393891014979"]),
            ("1/60", ["0.00117672577804099", "67.0952249551466", "0.930846131024400"]),
            ("1/50", ["0.134940403070074", "62.8419783368839", "0.986946721204737"]),
        ],
    ),
];

#[test]
fn nine_runs_to_fifteen_digits() {
    for ((x, y, w, truth), runs) in RUNS {
        let problem = problem(x, y, w);
        for (eta, expected) in runs {
            let CertifiedLimit { limit, certificate } = certified(&problem, eta, 64);
            let risk = limit.risk(&vector(truth)).unwrap();
            let found = [&risk, &limit.sharpness, &limit.norm];
            for (enclosure, expected) in found.into_iter().zip(expected) {
                assert_eq!(digits(enclosure, 15), format!("{expected}…"), "eta = {eta}");
            }
            let tolerance = BigRational::new(1.into(), BigInt::one() << 64u8);
            assert!(limit.beta.iter().all(|b| b.width() <= tolerance));
            let again = recheck(&problem, &rational(eta), &certificate, &Budget::default());
            assert_eq!(again, Ok(limit));
        }
    }
}

/// A limit enclosed to 2^-256 lies in the one enclosed to 2^-64, and on M.
#[test]
fn tighter_limits_lie_inside() {
    for ((x, y, w, _), runs) in RUNS {
        let problem = problem(x, y, w);
        for (eta, _) in runs {
            let (loose, tight) = (certified(&problem, eta, 64), certified(&problem, eta, 256));
            assert!(tight.certificate.precision >= 256);
            let mut pairs = loose.limit.beta.iter().zip(&tight.limit.beta);
            assert!(pairs.all(|(l, t)| l.encloses(t)), "eta = {eta}");
            let zero = Enclosure::point(BigRational::zero());
            let pairs = problem.features().iter().zip(&tight.limit.beta);
            let output = pairs.fold(zero, |sum, (x, b)| sum.plus(&b.times(x)));
            assert!(output.contains(problem.target()), "eta = {eta}");
        }
    }
}

#[test]
fn tampering_is_refused() {
    let p = problem("5 2", "13/4", "1 3/4");
    let eta = rational("1/32");
    let budget = Budget::default();
    let CertifiedLimit { certificate, .. } = certified(&p, "1/32", 64);
    let refused = |change: &dyn Fn(&mut Certificate)| {
        let mut forged = certificate.clone();
        change(&mut forged);
        recheck(&p, &eta, &forged, &budget).expect_err("a forged certificate")
    };
    let (half, tiny) = (rational("1/2"), rational("1/1000000"));
    let trapping = |violation| Refusal::Trapping(violation);

    assert_eq!(refused(&|c| c.trapping.q *= &half), trapping(Violation::Contraction));
    assert_eq!(refused(&|c| c.trapping.q += &tiny), trapping(Violation::Displacement(0)));
    assert_eq!(refused(&|c| c.trapping.kappa[1] *= &half), trapping(Violation::Displacement(1)));
    assert_eq!(refused(&|c| c.trapping.delta *= &half), trapping(Violation::Residual));
    assert_eq!(refused(&|c| c.trapping.delta *= rational("2")), trapping(Violation::Displacement(0)));
    assert_eq!(refused(&|c| c.step -= 1), Refusal::Enclosure(0));
    assert_eq!(refused(&|c| c.step += 1), Refusal::Enclosure(0));
    assert_eq!(refused(&|c| c.precision = 16), Refusal::Enclosure(0));
    assert_eq!(refused(&|c| c.precision = 0), Refusal::Lost);
    assert_eq!(refused(&|c| c.step = usize::MAX), Refusal::OverBudget);
    assert_eq!(refused(&|c| c.trapping.beta[0] = Enclosure::point(rational("1/10"))), trapping(Violation::Residual));
    assert_eq!(refused(&|c| drop(c.trapping.kappa.pop())), trapping(Violation::Malformed));
    // Another step size, another limit.
    let other = recheck(&p, &rational("1/33"), &certificate, &budget);
    assert!(other.is_err());
}

/// A narrower enclosure that still meets M exactly is refused by the run, not the lemma.
#[test]
fn a_neighbouring_interpolator_is_refused() {
    let p = problem("5 2", "13/4", "1 3/4");
    let mut certificate = certified(&p, "1/32", 64).certificate;
    let shift = rational("1/1000");
    let [a, b] = certificate.trapping.beta.as_mut_slice() else { panic!("two entries") };
    *a = a.minus(&(&shift * BigInt::from(2)));
    *b = b.minus(&(&shift * BigInt::from(-5)));
    let refusal = recheck(&p, &rational("1/32"), &certificate, &Budget::default());
    assert!(refusal.is_err(), "{refusal:?}");
}

/// Without sᵢ < 1 the lemma would trap the first iterate; the run is a chaotic one.
#[test]
fn an_overshooting_start_is_not_trapped() {
    let seen = undecided(&problem("1", "2", "7/10"), "1/2");
    assert_eq!(seen.reason, Reason::Precision, "{seen:?}");
}

#[test]
fn hopeless_runs_end_quickly() {
    let start = Instant::now();
    let p = problem("5 2", "13/4", "1 3/4");
    assert_eq!(undecided(&p, "1").reason, Reason::Diverges(0));
    assert_eq!(undecided(&p, "1000000").reason, Reason::Diverges(0));
    // η S = 2 at the only interpolator: q < 1 cannot be had.
    let marginal = undecided(&problem("1", "1", "1/2"), "1/2");
    assert_eq!(marginal.reason, Reason::Steps);
    assert!(marginal.evidence.contains("4 eta sum(x^2 w^2) = 2.00"), "{marginal:?}");
    // A stable 2-cycle, and features of both signs.
    assert_eq!(undecided(&problem("1", "1", "1/2"), "11/20").reason, Reason::Steps);
    assert_eq!(undecided(&problem("1 -10", "1", "1/2 1/3"), "1/7").reason, Reason::Huge);
    // An impossible width.
    let wide = certify(&p, &rational("1/60"), u64::MAX, &Budget::default());
    assert!(matches!(wide, Ok(Outcome::Undecided(u)) if u.reason == Reason::Precision));
    let patience = if cfg!(debug_assertions) { 30 } else { 2 };
    assert!(start.elapsed() < Duration::from_secs(patience));
}

#[test]
fn landings_are_exact() {
    let cases = [
        // An unstable interpolator (ηS = 8/3), the start itself, a killed coordinate, and
        // a negative feature.
        ("1", "1", "1/2", "2/3", 1, "1"),
        ("1", "1", "-1", "2/3", 0, "-1"),
        ("2 1", "2", "1 1", "1/2", 1, "-1 0"),
        ("1 -1", "2", "1 1", "1/8", 1, "3/2 1/2"),
        ("2 1", "3", "1/2 2/3", "9/74", 1, "1 1"),
    ];
    for (x, y, w, eta, step, end) in cases {
        let outcome = certify(&problem(x, y, w), &rational(eta), 64, &Budget::default());
        let Ok(Outcome::Landed(landing)) = outcome else { panic!("{outcome:?}") };
        assert_eq!((landing.step, landing.iterate), (step, vector(end)));
        assert!(landing.limit.norm.is_point());
    }
}

/// Facts about limits that are known from elsewhere: a run that goes far above the
/// stability threshold and comes back, one beside an exactly killed coordinate, and one
/// with d = 1.
#[test]
fn unusual_runs_converge() {
    let far = certified(&problem("4 1", "1", "9/100 9/100"), "21/80", 64);
    assert_eq!(digits(&far.limit.sharpness, 12), "4.00286863724…");

    // r = 2, so 2ηrx₁ = 1 and w₁ = 0 after one step.
    let p = problem("2 1", "1", "1 1");
    let killed = certified(&p, "1/8", 64);
    assert!(killed.limit.beta[0].contains(&BigRational::zero()));
    assert!(killed.limit.beta[1].contains(&BigRational::one()));

    let single = certified(&problem("3", "2", "1/2"), "1/30", 64);
    assert!(single.limit.beta[0].contains(&rational("2/3")));

    // Coordinates that never move are known exactly.
    let frozen = certified(&problem("3 0 5", "2", "1/2 7 0"), "1/30", 64);
    assert_eq!(frozen.limit.beta[1], Enclosure::point(rational("49")));
    assert_eq!(frozen.limit.beta[2], Enclosure::point(BigRational::zero()));
}

/// Sharpness falls and then rises again with the step size.
#[test]
fn sharpness_is_not_monotone_in_the_step() {
    let p = problem("3 1", "1", "1/2 1/5");
    let (small, large) = ("5/17", "3/10");
    let (left, right) = (certified(&p, small, 64).limit.sharpness, certified(&p, large, 64).limit.sharpness);
    assert!(left.hi() < right.lo());
    assert_eq!(digits(&left, 11), "4.5806152385…");
    assert!(digits(&right, 6).starts_with("6.3653"));
}

#[test]
fn bad_step_sizes_and_truths_are_errors() {
    let p = problem("5 2", "13/4", "1 3/4");
    for eta in ["0", "-1/60"] {
        let refusal = certify(&p, &rational(eta), 64, &Budget::default());
        assert_eq!(refusal, Err(Error::StepSizeNotPositive));
    }
    let limit = certified(&p, "1/60", 64).limit;
    assert!(limit.risk(&vector("1 1 1")).is_err());
}

/// Numbers of every size, zero and negative ones included.
fn any_size() -> impl Strategy<Value = BigRational> {
    let exponent = prop_oneof![8 => Just(0i32), 1 => -200i32..200];
    (-9i64..30, 1i64..7, exponent).prop_map(|(n, d, exponent)| {
        let power = BigRational::from(BigInt::from(2)).pow(exponent);
        BigRational::new(n.into(), d.into()) * power
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Any data ends in an error value or an outcome. What is certified passes its
    /// check, meets M, and encloses the same limit at higher precision.
    #[test]
    fn certified_limits_are_consistent(
        entries in prop::collection::vec((any_size(), any_size()), 0..4),
        y in any_size(), eta in any_size(), scale in 1i64..60,
    ) {
        let (x, w) = entries.into_iter().unzip();
        let eta = eta / BigInt::from(scale);
        let budget = Budget { steps: 300, precision: 1024 };
        let Ok(problem) = Problem::new(x, y, w) else { return Ok(()) };
        let Ok(outcome) = certify(&problem, &eta, 40, &budget) else { return Ok(()) };
        let Some(limit) = outcome.limit() else { return Ok(()) };
        let zero = Enclosure::point(BigRational::zero());
        let pairs = problem.features().iter().zip(&limit.beta);
        let output = pairs.fold(zero, |sum, (x, b)| sum.plus(&b.times(x)));
        prop_assert!(output.contains(problem.target()));
        if let Outcome::Converged(certified) = &outcome {
            let again = recheck(&problem, &eta, &certified.certificate, &budget);
            prop_assert_eq!(again.as_ref(), Ok(limit));
        }
        let finer = certify(&problem, &eta, 200, &budget).unwrap();
        if let Some(finer) = finer.limit() {
            for (loose, tight) in limit.beta.iter().zip(&finer.beta) {
                prop_assert!(loose.lo() <= tight.hi() && tight.lo() <= loose.hi());
            }
        }
    }
}
