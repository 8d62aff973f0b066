//! Sweeps against what is known of them.

use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use super::*;

fn numbers(text: &str) -> Vec<Number> {
    text.split_whitespace().map(|word| word.parse().unwrap()).collect()
}

fn data(samples: &[&str], y: &str, truth: &str) -> Data {
    let truth = Some(numbers(truth)).filter(|truth| !truth.is_empty());
    Data::new(samples.iter().map(|sample| numbers(sample)).collect(), numbers(y), truth).unwrap()
}

fn sweep(model: Model, data: Data, etas: &str, start: &str) -> Sweep {
    let sizes = StepSizes::list(numbers(etas), Unit::One).unwrap();
    Sweep::new(model, data, sizes, vec![Start::given(numbers(start))], Settings::default()).unwrap()
}

fn near(found: f64, expected: f64) {
    assert!((found - expected).abs() <= 1e-4 * expected.abs().max(1e-5), "{found} instead of {expected}");
}

/// The table of runs with approximate end values.
#[test]
fn limits_of_known_runs() {
    let u_shape = sweep(Model::Shared, data(&["5 2"], "13/4", "1/4 1"), "1/60 1/32 1/30", "1 3/4").all();
    for (run, (risk, sharpness, norm)) in
        u_shape.iter().zip([(0.33775, 53.950, 0.92624), (1.6005e-5, 40.911, 1.25223), (0.17090, 31.788, 1.48030)])
    {
        assert_eq!(run.outcome, Outcome::Converged);
        near(run.risk.unwrap(), risk);
        near(run.sharpness, sharpness);
        near(run.norm, norm);
    }
    let several = data(&["1 0 1 2", "3 1 0 0"], "5/3 9/4", "1/4 3/2 3/4 1/3");
    let runs = sweep(Model::Shared, several, "1/12 1/9 2/15", "1 1 1 1").all();
    for (run, risk) in runs.iter().zip([0.21344, 0.0060896, 0.60700]) {
        near(run.risk.unwrap(), risk);
    }
    let runs = sweep(Model::Shared, data(&["5 4 1"], "47/12", "1/4 2/3 0"), "1/100 1/60 1/50", "1 1 1/10").all();
    for (run, risk) in runs.iter().zip([0.042549, 0.0011767, 0.13494]) {
        near(run.risk.unwrap(), risk);
    }
}

/// On the axis: converges below η_c, cycles with period 2 for 1 < Y < √5 − 1, diverges for large steps.
#[test]
fn outcomes_on_the_axis() {
    let runs = sweep(Model::Shared, data(&["1"], "1", ""), "0.45 0.55 3", "0.5").all();
    let outcomes: Vec<Outcome> = runs.iter().map(|run| run.outcome).collect();
    assert_eq!(outcomes, [Outcome::Converged, Outcome::Cycling { period: 2 }, Outcome::Diverged]);
    // b₁ + b₂ = 1 + Y and b₁b₂ = 1 with b = 2ηβ and Y = 2η.
    let b = 2.0 * 0.55 * runs[1].norm;
    near(b + 1.0 / b, 2.1);
    // d = x = y = 1, w₀ = 1/2, η = 2/3 meets w = 1, where ηS = 8/3.
    let landed = &sweep(Model::Shared, data(&["1"], "1", ""), "2/3", "1/2").all()[0];
    assert!(matches!(landed.outcome, Outcome::Landed) || landed.loss == 0.0, "{landed:?}");
    near(landed.norm, 1.0);
    let chaos = &sweep(Model::Shared, data(&["1"], "1", ""), "0.99", "0.5").all()[0];
    assert_eq!(chaos.outcome, Outcome::OutOfSteps);
}

/// Model B with u = v is model A; so is depth 2.
#[test]
fn models_agree_where_they_should() {
    let data = data(&["3 1"], "2", "1/6 3/2");
    let shared = &sweep(Model::Shared, data.clone(), "3/40", "1/5 1/3").all()[0];
    // f = Σ x u v has half the gradient in each of u and v, and half the sharpness: twice the step.
    let layers = &sweep(Model::TwoLayers, data.clone(), "3/20", "1/5 1/3 1/5 1/3").all()[0];
    let depth = &sweep(Model::Depth(2), data, "3/40", "1/5 1/3").all()[0];
    near(layers.norm, 2.0 * shared.norm);
    near(layers.sharpness, 0.5 * shared.sharpness);
    near(layers.risk.unwrap(), shared.risk.unwrap());
    assert_eq!(depth.weights, shared.weights);
}

/// A limit of depth 3 is an interpolator with S = D² Σ xᵢ²wᵢ^{2D−2}.
#[test]
fn depth_three() {
    let run = &sweep(Model::Depth(3), data(&["3 2 1"], "1", ""), "1/40", "1/2 1/2 1/2").all()[0];
    assert_eq!(run.outcome, Outcome::Converged);
    let terms = run.weights.iter().zip([3.0, 2.0, 1.0]);
    let (f, s) = terms.fold((0.0, 0.0), |(f, s), (w, x)| (f + x * w.powi(3), s + 9.0 * x * x * w.powi(4)));
    near(f, 1.0);
    near(run.sharpness, s);
}

fn line(format: table::Format, sweep: &Sweep, run: &Run) -> String {
    let mut text = String::new();
    table::line(&mut text, format, sweep, run);
    text
}

#[test]
fn threads_and_places_change_nothing() {
    let sizes = StepSizes::linear(&numbers("0.01")[0], &numbers("0.2")[0], 300, Unit::One).unwrap();
    let data = Data::generated(1, 7, Law::HalfNormal, 3).unwrap();
    let starts = Start::random(2, &numbers("0.3")[0], 1, Model::Shared, 7).unwrap();
    let settings = Settings { most_steps: 5_000, ..Settings::default() };
    let sweep = Sweep::new(Model::Shared, data, sizes, starts, settings).unwrap();
    let collected = |first: usize, threads: usize| {
        let mut lines = vec![];
        sweep.each(first, threads, &AtomicBool::new(false), &|run| run, &mut |run| {
            lines.push(self::line(table::Format::Csv, &sweep, &run));
            ControlFlow::Continue(())
        });
        lines
    };
    let all = collected(0, 1);
    assert_eq!(all.len(), 600);
    assert_eq!(all, collected(0, 4));
    assert_eq!(all[123..], collected(123, 3));
    for (index, line) in all.iter().enumerate() {
        for format in [table::Format::Csv, table::Format::Jsonl] {
            let read = table::parsed(table::Format::Csv, &sweep, index, line.trim_end()).unwrap();
            let written = self::line(format, &sweep, &read);
            let again = table::parsed(format, &sweep, index, written.trim_end()).unwrap();
            assert_eq!(&self::line(table::Format::Csv, &sweep, &again), line);
        }
        assert!(table::parsed(table::Format::Csv, &sweep, index + 1, line.trim_end()).is_none());
    }
}

#[test]
fn a_sweep_can_be_ended_early() {
    let sizes = StepSizes::linear(&numbers("0.01")[0], &numbers("0.2")[0], 100_000, Unit::One).unwrap();
    let sweep = Sweep::new(
        Model::Shared,
        data(&["2 1"], "1", ""),
        sizes,
        vec![Start::given(numbers("1 1"))],
        Settings::default(),
    )
    .unwrap();
    let mut seen = 0;
    sweep.each(0, 2, &AtomicBool::new(false), &|run| run, &mut |run| {
        assert_eq!(run.index, seen);
        seen += 1;
        if seen == 10 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(seen, 10);
    sweep.each(0, 2, &AtomicBool::new(true), &|run| run, &mut |_| panic!("it was stopped before"));
}

#[test]
fn refusals_name_the_fault() {
    let refused = |x: &str, y: &str| Data::new(vec![numbers(x)], numbers(y), None).unwrap_err().0;
    assert!(refused("0 0", "1").contains("x is zero"));
    assert!(refused("1 2", "0").contains("y is zero"));
    assert!(refused("1 2", "-1").contains("must be positive"));
    assert!(refused("", "1").contains("no entries"));
    assert!(refused("1", "1 2").contains("y has 2 entries"));
    let ragged = Data::new(vec![numbers("1 2"), numbers("1")], numbers("1 1"), None).unwrap_err();
    assert!(ragged.0.contains("sample 2 has 1 features"));
    let new = |start: &str, settings| {
        let sizes = StepSizes::list(numbers("1"), Unit::One).unwrap();
        Sweep::new(Model::Shared, data(&["1 2"], "1", ""), sizes, vec![Start::given(numbers(start))], settings)
            .map(|_| ())
            .unwrap_err()
            .0
    };
    let usual = Settings::default();
    assert!(new("0 0", usual).contains("nothing would move"));
    assert!(new("1", usual).contains("has 1 weights, but 2"));
    assert!(new("1 1", Settings { tolerance: 0.0, ..usual }).contains("tolerance is 0"));
    assert!(new("1 1", Settings { tolerance: f64::NAN, ..usual }).contains("tolerance is NaN"));
    assert!(new("1 1", Settings { most_steps: 0, ..usual }).contains("at least one step"));
}

/// The stated accuracy: runs to a coarse tolerance end as near to the limit as they say.
#[test]
fn limits_are_as_accurate_as_stated() {
    let end = |tolerance| {
        let sizes = StepSizes::linear(&numbers("1/200")[0], &numbers("1/31")[0], 40, Unit::One).unwrap();
        let settings = Settings { tolerance, ..Settings::default() };
        let starts = vec![Start::given(numbers("1 3/4"))];
        Sweep::new(Model::Shared, data(&["5 2"], "13/4", ""), sizes, starts, settings).unwrap().all()
    };
    for (coarse, fine) in end(1e-5).iter().zip(&end(1e-12)) {
        let distance: f64 = coarse.weights.iter().zip(&fine.weights).map(|(a, b)| (a - b) * (a - b)).sum();
        assert!(distance.sqrt() <= 1.1e-5 * fine.norm.sqrt(), "{coarse:?} {fine:?}");
    }
}

/// A double is in the enclosure that is certified, up to its own error.
#[test]
fn certified_limits_lie_on_the_curves() {
    let sweep = sweep(Model::Shared, data(&["5 2"], "13/4", "1/4 1"), "1/60 1/32 1/30", "1 3/4");
    let runs = sweep.all();
    let chosen = certified::chosen(&runs, 2);
    assert_eq!(chosen.iter().map(|run| run.index).collect::<Vec<_>>(), [0, 2]);
    for run in chosen {
        let point = certified::point(&sweep, run);
        let certified::Finding::Certified(limit) = &point.finding else { panic!("{point:?}") };
        let low = num_traits::ToPrimitive::to_f64(limit.norm.lo()).unwrap();
        assert!((low - run.norm).abs() < 1e-8 * low);
    }
}

/// The plainest gradient descent, one run at a time.
fn plain(x: &[f64], y: f64, w: &[f64], eta: f64, steps: u64) -> Vec<f64> {
    let mut w = w.to_vec();
    for _ in 0..steps {
        let r: f64 = x.iter().zip(&w).map(|(x, w)| x * w * w).sum::<f64>() - y;
        w.iter_mut().zip(x).for_each(|(w, x)| *w -= eta * 2.0 * r * x * *w);
    }
    w
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn runs_are_those_of_plain_gradient_descent(
        rows in prop::collection::vec((-10i32..=30, 1i32..20), 1..6), y in 1i32..20, eta in 1u32..20,
    ) {
        let x: Vec<f64> = rows.iter().map(|(x, _)| f64::from(*x) / 10.0).collect();
        prop_assume!(x.iter().any(|x| *x > 0.0));
        let w: Vec<f64> = rows.iter().map(|(_, w)| f64::from(*w) / 10.0).collect();
        let (y, eta) = (f64::from(y) / 10.0, f64::from(eta) / 100.0);
        let of = |values: &[f64]| data::numbers(values).unwrap();
        let data = Data::new(vec![of(&x)], of(&[y]), None).unwrap();
        let sizes = StepSizes::list(of(&[eta]), Unit::One).unwrap();
        let settings = Settings { most_steps: 2_000, ..Settings::default() };
        let sweep = Sweep::new(Model::Shared, data, sizes, vec![Start::given(of(&w))], settings).unwrap();
        let run = &sweep.all()[0];
        if run.outcome == Outcome::Converged && eta * run.sharpness < 1.9 {
            let expected = plain(&x, y, &w, eta, run.steps);
            let size = run.norm.sqrt();
            for (a, b) in run.weights.iter().zip(&expected) {
                prop_assert!((a - b).abs() <= 1e-7 * size, "{:?} {:?}", run, expected);
            }
        }
    }
}
