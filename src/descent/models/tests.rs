//! Certified ends of runs of every model, against independent numbers and attempts to cheat.

use num_rational::BigRational;
use proptest::prelude::*;

use super::super::limit::Budget;
use super::super::testing::{rational, vector};
use super::follow::{Descent, Health};
use super::*;
use crate::exact::{Enclosure, Grid, digits};

fn shared(x: &[&str], y: &str, w: &str) -> Problem {
    Problem::new(Model::Shared { w: vector(w) }, x.iter().map(|row| vector(row)).collect(), vector(y)).unwrap()
}

fn constant(eta: &str) -> Schedule {
    Schedule::constant(rational(eta)).unwrap()
}

fn certified(problem: &Problem, schedule: &Schedule) -> Certified {
    match certify(problem, schedule, 64, &Budget::default()) {
        Ok(Outcome::Certified(certified)) => *certified,
        other => panic!("{other:?}"),
    }
}

fn signed(problem: &Problem, schedule: &Schedule) -> Certified {
    match certify_signed(problem, schedule, 64, &Budget::default()) {
        Ok(Outcome::Certified(certified)) => *certified,
        other => panic!("{other:?}"),
    }
}

fn risk(truth: &str) -> Quantity {
    Quantity::Risk { truth: vector(truth), second_moment: None }
}

fn shown(quantity: &Quantity, certified: &Certified, places: usize) -> String {
    digits(&quantity.of(certified.ending.limit().expect("a limit"), 64).unwrap(), places)
}

#[test]
fn several_samples() {
    let p = shared(&["1 0 1 2", "3 1 0 0"], "5/3 9/4", "1 1 1 1");
    for (eta, expected) in [("1/12", "0.2134…"), ("1/9", "0.006089…"), ("2/15", "0.6070…")] {
        let found = certified(&p, &constant(eta));
        let places = expected.len() - if eta == "1/9" { 7 } else { 5 };
        assert_eq!(shown(&risk("1/4 3/2 3/4 1/3"), &found, places), expected, "eta = {eta}");
        assert_eq!(recheck(&found.certificate, &Budget::default()), Ok(found.ending));
    }
}

/// The same limits by following w in balls as by the recurrence for one sample.
#[test]
fn both_ways_of_following_agree() {
    let p = shared(&["5 2"], "13/4", "1 3/4");
    for eta in ["1/60", "1/32", "1/30"] {
        let (fast, slow) = (certified(&p, &constant(eta)), signed(&p, &constant(eta)));
        for quantity in [Quantity::Norm, Quantity::L1, Quantity::Sharpness, risk("1/4 1"), Quantity::Beta(1)] {
            assert_eq!(shown(&quantity, &fast, 15), shown(&quantity, &slow, 15));
        }
    }
}

#[test]
fn depth_three() {
    let model = Model::Depth { depth: 3, w: vector("1/2 1/2 1/2") };
    let p = Problem::new(model, vec![vector("3 2 1")], vector("1")).unwrap();
    let found = certified(&p, &constant("1/20"));
    let limit = found.ending.limit().unwrap();
    let least = rational("8121/1000");
    assert!(limit.sharpness(64).unwrap().lo() > &least);
    let output = limit
        .beta()
        .unwrap()
        .iter()
        .zip(vector("3 2 1"))
        .fold(Enclosure::point(rational("0")), |sum, (beta, x)| sum.plus(&beta.times(&x)));
    assert!(output.contains(&rational("1")));
}

/// Model B with u = v is model A with half the… squares: f = Σ x u², a step multiplies u by 1 − ηrx.
#[test]
fn two_layers_with_equal_layers() {
    let model = Model::TwoLayers { u: vector("1 3/4"), v: vector("1 3/4") };
    let b = Problem::new(model, vec![vector("5 2")], vector("13/4")).unwrap();
    let a = shared(&["5 2"], "13/4", "1 3/4");
    let (b, a) = (signed(&b, &constant("1/16")), signed(&a, &constant("1/32")));
    let pairs =
        [(Quantity::Beta(0), Quantity::Beta(0)), (Quantity::U(1), Quantity::W(1)), (Quantity::V(0), Quantity::W(0))];
    for (of_b, of_a) in pairs {
        assert_eq!(shown(&of_b, &b, 15), shown(&of_a, &a, 15));
    }
    let double = |q: &Quantity| q.of(a.ending.limit().unwrap(), 64).unwrap().times(&rational("2"));
    assert_eq!(shown(&Quantity::Norm, &b, 15), digits(&double(&Quantity::Norm), 15));
    let half = Quantity::Sharpness.of(a.ending.limit().unwrap(), 64).unwrap().times(&rational("1/2"));
    assert_eq!(shown(&Quantity::Sharpness, &b, 15), digits(&half, 15));
}

#[test]
fn landings_stuck_runs_and_divergence() {
    let land = certified(&shared(&["1 0 1", "0 1 1"], "18 1", "3 4 1"), &constant("1/20"));
    assert!(matches!(land.ending, Ending::Lands { step: 1, .. }));
    assert_eq!(shown(&Quantity::Norm, &land, 9), "18.64");
    assert_eq!(shown(&Quantity::W(0), &land, 9), "4.2");

    // r = 3 and 2ηr = 1.
    let stuck = certified(&shared(&["1"], "1", "2"), &constant("1/6"));
    assert!(matches!(stuck.ending, Ending::Stuck { step: 1, .. }));
    let far = certified(&shared(&["5 2"], "13/4", "1 3/4"), &constant("1"));
    assert!(matches!(far.ending, Ending::Diverges { .. }));
    assert_eq!(recheck(&far.certificate, &Budget::default()), Ok(far.ending));
}

#[test]
fn schedules_settle() {
    let p = shared(&["5 2"], "13/4", "1 3/4");
    let schedule = Schedule::new(vec![Phase { eta: rational("1/60"), steps: 3 }], rational("1/32")).unwrap();
    let state = after(&p, &schedule, 3, 64, &Budget::default()).unwrap();
    let weights = |i| Quantity::W(i).of(&state, 64).unwrap().lo().clone();
    let Ok(later) =
        Problem::new(Model::Shared { w: vec![weights(0), weights(1)] }, p.samples().to_vec(), vector("13/4"))
    else {
        panic!("three steps are short")
    };
    let (a, b) = (certified(&p, &schedule), certified(&later, &constant("1/32")));
    assert_eq!(shown(&Quantity::Norm, &a, 15), shown(&Quantity::Norm, &b, 15));
}

#[test]
fn overshooting_is_decided() {
    let budget = Budget::default();
    let calm = no_overshoot(&shared(&["3 1"], "1", "1/2 1/5"), &constant("5/17"), &budget);
    assert_eq!(calm, Ok(Answer::Yes));
    let wild = no_overshoot(&shared(&["2 1"], "2", "1 1"), &constant("1/2"), &budget);
    assert!(matches!(wild, Ok(Answer::No(_))), "{wild:?}");
}

/// Every number of a certificate, and its data, changed in more than a thousand ways: refused, or still true by recomputation.
#[test]
fn tampering() {
    let layers = Model::TwoLayers { u: vector("1/5 1/4"), v: vector("1/10 1/4") };
    let deep = Model::Depth { depth: 3, w: vector("1/2 1/2 1/2") };
    let originals = [
        signed(&shared(&["1 0 1 2", "3 1 0 0"], "5/3 9/4", "1 1 1 1"), &constant("1/9")),
        signed(&shared(&["1 0 1 2", "3 1 0 0"], "5/3 9/4", "1 1 1 1"), &constant("2/15")),
        signed(&shared(&["5 2"], "13/4", "1 3/4"), &constant("1/60")),
        signed(&shared(&["2 1"], "1", "1/3 1/5"), &constant("1/8")),
        signed(&Problem::new(layers, vec![vector("5 2")], vector("13/4")).unwrap(), &constant("1/80")),
        signed(&Problem::new(deep, vec![vector("3 2 1")], vector("1")).unwrap(), &constant("1/10")),
    ];
    let (mut refused, mut still_true) = (0, 0);
    for original in &originals {
        for forged in forgeries(original) {
            match recheck(&forged, &Budget::default()) {
                Err(_) => refused += 1,
                Ok(ending) => {
                    still_true += 1;
                    assert!(agrees(&ending, &forged), "{forged:?}");
                }
            }
        }
    }
    assert!(refused + still_true >= 1_000 && refused > still_true, "{refused} refused, {still_true} still true");
}

/// Whether an end lies where the run is known to go, by following it with more bits.
fn agrees(ending: &Ending, certificate: &Certificate) -> bool {
    let limit = ending.limit().expect("a limit");
    let own = signed(&certificate.problem, &certificate.schedule);
    let meets = |a: Enclosure, b: Enclosure| a.lo() <= b.hi() && b.lo() <= a.hi();
    meets(limit.norm(), own.ending.limit().expect("a limit").norm())
}

/// What numbers are multiplied by.
const FACTORS: [&str; 17] = [
    "0",
    "1/100",
    "1/10",
    "1/2",
    "9/10",
    "99/100",
    "999/1000",
    "999999/1000000",
    "1000001/1000000",
    "1001/1000",
    "101/100",
    "11/10",
    "3/2",
    "2",
    "10",
    "100",
    "-1",
];

fn forgeries(original: &Certified) -> Vec<Certificate> {
    let certificate = &original.certificate;
    let Evidence::Trapped { precision, step, trap } = certificate.evidence.clone() else { panic!("trapped") };
    let with = |precision, step, trap| Certificate {
        evidence: Evidence::Trapped { precision, step, trap },
        ..certificate.clone()
    };
    let mut forged = vec![];
    for factor in FACTORS {
        let factor = rational(factor);
        forged.push(with(precision, step, Trap { delta: &trap.delta * &factor, ..trap.clone() }));
        forged.push(with(precision, step, Trap { q: &trap.q * &factor, ..trap.clone() }));
        for i in 0..trap.kappa.len() {
            let mut changed = trap.clone();
            changed.kappa[i] *= &factor;
            forged.push(with(precision, step, changed));
            let mut changed = trap.clone();
            changed.weights[i] = changed.weights[i].times(&factor);
            forged.push(with(precision, step, changed));
        }
        if let Ok(schedule) = Schedule::constant(certificate.schedule.last() * &factor) {
            forged.push(Certificate { schedule, ..certificate.clone() });
        }
        let targets = certificate.problem.targets().iter().map(|y| y * &factor).collect();
        let (model, samples) = (certificate.problem.model().clone(), certificate.problem.samples().to_vec());
        if let Ok(problem) = Problem::new(model, samples, targets) {
            forged.push(Certificate { problem, ..certificate.clone() });
        }
    }
    let steps = [step.saturating_sub(1), step + 1, step + 2, 2 * step, usize::MAX, 0];
    forged.extend(steps.map(|step| with(precision, step, trap.clone())));
    forged.extend([0, 1, 8, precision / 2, precision - 1, 1 << 40].map(|bits| with(bits, step, trap.clone())));
    forged
}

#[test]
fn bad_data_are_refused() {
    let new = |x: &[&str], y: &str, w: &str| {
        let model = Model::Shared { w: vector(w) };
        Problem::new(model, x.iter().map(|row| vector(row)).collect(), vector(y)).expect_err("bad data").to_string()
    };
    assert!(new(&[], "", "1").contains("no rows"));
    assert!(new(&["1 2", "1"], "1 1", "1 1").contains("row 2 of X has 1"));
    assert!(new(&["1 2", "1 1"], "1", "1 1").contains("there are 2 samples"));
    assert!(new(&["1 2", "1 1"], "0 0", "1 1").contains("every target is zero"));
    assert!(new(&["0 0"], "1", "1 1").contains("every feature is zero"));
    assert!(new(&["1 1"], "1", "0 0").contains("start w is zero"));
    assert!(new(&["1 1"], "0", "1 1").contains("must be positive"));
    assert!(Schedule::constant(BigRational::from_integer(0.into())).is_err());
    let deep = Problem::new(Model::Depth { depth: 99, w: vector("1") }, vec![vector("1")], vector("1"));
    assert!(deep.is_err());
}

/// A trap is no trap while the step size still changes.
#[test]
fn phases_after_the_trap_are_refused() {
    let p = shared(&["5 2"], "13/4", "1 3/4");
    let found = signed(&p, &constant("1/32"));
    let late = Phase { eta: rational("1/32"), steps: found.ending.step() + 1 };
    let schedule = Schedule::new(vec![late], rational("1")).unwrap();
    let forged = Certificate { schedule, ..found.certificate };
    assert_eq!(recheck(&forged, &Budget::default()), Err(Refusal::Phases));
}

/// Far above the threshold for a while, and back.
#[test]
fn unusual_runs() {
    let far = certified(&shared(&["4 1"], "1", "9/100 9/100"), &constant("21/80"));
    assert_eq!(shown(&Quantity::Sharpness, &far, 12), "4.00286863724…");
}

fn any_problem() -> impl Strategy<Value = (Problem, BigRational)> {
    let entry = || (-4i64..7, 1i64..4).prop_map(|(n, d)| BigRational::new(n.into(), d.into()));
    let vector = move |length| prop::collection::vec(entry(), length);
    (1usize..4, 1usize..4, 0u32..4, 1i64..9).prop_flat_map(move |(n, d, kind, eta)| {
        let parts = (prop::collection::vec(vector(d), n), vector(n), vector(d), vector(d));
        let made = parts.prop_filter_map("bad data", move |(x, y, w, v)| {
            let model = match kind {
                0 => Model::Shared { w },
                1 => Model::TwoLayers { u: w, v },
                kind => Model::Depth { depth: kind + 1, w },
            };
            Problem::new(model, x, y).ok()
        });
        (made, Just(BigRational::new(eta.into(), 60.into())))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// Exact iterates and a run with four times the bits lie in the enclosures.
    #[test]
    fn runs_are_enclosed((problem, eta) in any_problem(), bits in 24u64..90) {
        let diagonal = problem.diagonal();
        let mut coarse = Descent::start(diagonal, Grid::new(bits));
        let mut fine = Descent::start(diagonal, Grid::new(4 * bits));
        let mut exact = diagonal.start.clone();
        for step in 0..24 {
            if coarse.health() != Health::Sound {
                break;
            }
            let meet = |a: &Enclosure, b: &Enclosure| a.lo() <= b.hi() && b.lo() <= a.hi();
            let pairs = coarse.weights().into_iter().chain(coarse.residual());
            let finer = fine.weights().into_iter().chain(fine.residual());
            prop_assert!(pairs.zip(finer).all(|(a, b)| meet(&a, &b)));
            if step < 4 {
                prop_assert!(coarse.weights().iter().zip(&exact).all(|(a, w)| a.contains(w)));
                prop_assert!(coarse.residual().iter().zip(diagonal.residual(&exact)).all(|(a, r)| a.contains(&r)));
                exact = diagonal.step(&exact, &eta);
            }
            coarse.advance(&eta);
            fine.advance(&eta);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// What is certified passes its check, and a tighter enclosure meets it.
    #[test]
    fn limits_are_consistent((problem, eta) in any_problem()) {
        let budget = Budget { steps: 200, precision: 512 };
        let schedule = Schedule::constant(eta).unwrap();
        let Ok(Outcome::Certified(found)) = certify(&problem, &schedule, 40, &budget) else { return Ok(()) };
        prop_assert_eq!(recheck(&found.certificate, &budget), Ok(found.ending.clone()));
        let tighter = certify_signed(&problem, &schedule, 100, &budget).unwrap();
        if let (Some(loose), Some(tight)) = (found.ending.limit(), tighter.limit()) {
            let (a, b) = (loose.norm(), tight.norm());
            prop_assert!(a.lo() <= b.hi() && b.lo() <= a.hi());
        }
    }
}
