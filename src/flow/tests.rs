use super::*;

fn rational(text: &str) -> BigRational {
    text.parse().expect("a number")
}

fn vector(text: &str) -> Vec<BigRational> {
    text.split_whitespace().map(rational).collect()
}

fn flow(x: &str, y: &str, w: &str) -> Flow {
    Flow::from_weights(vector(x), rational(y), &vector(w)).expect("a flow")
}

fn near(enclosure: &Enclosure, value: &str) -> bool {
    let (value, slack) = (rational(value), rational("1/1000000"));
    enclosure.lo() > &(&value - &slack) && enclosure.hi() < &(value + slack)
}

/// x = 1: the end is w² = y. x = (1, −1), y = 2, w₀ = (1, 1): e^{2τ} − e^{−2τ} = 2, so β₁ = 1 + √2 and N = 2√2.
#[test]
fn ends_in_closed_form() {
    let end = flow("1", "3", "1").end(64).unwrap();
    assert!(end.beta[0].contains(&rational("3")));
    let end = flow("1 -1", "2", "1 1").end(64).unwrap();
    assert!(near(&end.beta[0], "241421356/100000000"));
    assert!(near(&end.norm(), "282842712/100000000"));
    // The clock runs backwards where the start is above y.
    let end = flow("1 0 2", "1", "2 7 0").end(64).unwrap();
    assert!(end.beta[0].contains(&rational("1")) && end.clock.hi().is_negative());
    assert_eq!(end.beta[1], Enclosure::point(rational("49")));
    assert!(end.beta[2].is_point());
    // x = (2, 1), β(0) = 1: 2z² + z = 1 at z = ½.
    let end = flow("2 1", "1", "1 1").end(128).unwrap();
    assert!(end.beta[0].contains(&rational("1/4")) && end.beta[1].contains(&rational("1/2")));
    assert!(end.sharpness().contains(&rational("6")));
    assert!(end.risk(&vector("0 1/2")).unwrap().contains(&rational("1/16")));
    let moment = vec![vector("2 1"), vector("1 3")];
    assert!(end.risk_with(&vector("0 0"), &moment).unwrap().contains(&rational("9/8")));
    assert!(near(&end.l1(64), "120710678/100000000"));
}

#[test]
fn what_has_no_end_says_so() {
    let reason = |x: &str, y: &str, w: &str| flow(x, y, w).end(64).unwrap_err();
    assert_eq!(reason("0 1", "1", "1 0"), Unknown::Stuck);
    assert_eq!(reason("-1 1", "1", "1 0"), Unknown::NoInterpolator);
    assert_eq!(reason("1", "0", "1"), Unknown::NoInterpolator);
    assert_eq!(reason("1", "-1", "1"), Unknown::NoInterpolator);
    assert_eq!(flow("1", "1", "1").end(64).unwrap().clock, Enclosure::point(rational("0")));
    assert!(flow("1", "2", "1").end(u64::MAX).is_err());
    assert!(Flow::new(vec![], rational("1"), vec![]).is_err());
    assert!(Flow::new(vector("1"), rational("1"), vector("-1")).is_err());
}

/// From a small start the end is the sharpest point, and no interpolator is sharper than 4 y x_max.
#[test]
fn the_supremum_is_at_the_end() {
    let small = Flow::new(vector("5 2"), rational("13/4"), vector("1/10000 1/10000")).unwrap();
    let (sup, end) = (small.sup_sharpness(16, 5000).unwrap(), small.end(64).unwrap().sharpness());
    assert!(sup.narrow && sup.enclosure.lo() <= end.hi() && end.lo() <= sup.enclosure.hi(), "{sup:?} {end:?}");
    let step = sup.critical_step().unwrap();
    assert!(step.lo() >= &rational("2/66") && step.hi() < &rational("1/29"), "{step:?}");
}

/// The norm on a fine grid of the clock, in floating point, never exceeds the enclosure and comes close to it.
#[test]
fn the_supremum_bounds_the_norm_at_many_points() {
    for (x, y, b) in
        [("3 -1", "2", "1/5 1/3"), ("1 -10", "1", "1/1000 1/1000"), ("2 1", "1", "3 2"), ("-2 1 1", "1", "1/9 0 1/7")]
    {
        let flow = Flow::new(vector(x), rational(y), vector(b)).unwrap();
        let sup = flow.sup_sharpness(6, 5000).unwrap();
        let end = flow.end(32).unwrap();
        let float = |q: &BigRational| {
            q.numer().to_string().parse::<f64>().unwrap() / q.denom().to_string().parse::<f64>().unwrap()
        };
        let tau = float(end.clock.lo());
        let (x, b): (Vec<f64>, Vec<f64>) =
            (flow.features.iter().map(float).collect(), flow.start.iter().map(float).collect());
        let mut largest = 0f64;
        for step in 0..=1000 {
            let t = tau * f64::from(step) / 1000.0;
            let beta: Vec<f64> = x.iter().zip(&b).map(|(x, b)| b * (2.0 * x * t).exp()).collect();
            let r = x.iter().zip(&beta).map(|(x, b)| x * b).sum::<f64>() - float(&flow.target);
            let d = x.len();
            let h = nalgebra::DMatrix::from_fn(d, d, |i, j| {
                4.0 * x[i] * x[j] * (beta[i] * beta[j]).sqrt() + if i == j { 2.0 * r * x[i] } else { 0.0 }
            });
            largest = largest.max(h.symmetric_eigenvalues().iter().fold(0.0, |m, e| e.abs().max(m)));
        }
        let (low, high) = (float(sup.enclosure.lo()), float(sup.enclosure.hi()));
        assert!(sup.narrow && largest <= high + 1e-9 && largest >= low - 0.01, "{x:?} {largest} {low} {high}");
    }
}

fn flows(rows: &[&str], y: &str, b: &str) -> Flows {
    Flows::new(rows.iter().map(|row| vector(row)).collect(), vector(y), &vector(b)).expect("a flow")
}

/// X = [[1,0,1],[0,1,1]], y = (18, 1), w₀ = (3, 4, 1): N ≈ 18.8895, and β₁β₂/β₃ = 144 is conserved.
#[test]
fn several_samples_end_where_the_dual_is_least() {
    let end = flows(&["1 0 1", "0 1 1"], "18 1", "9 16 1").end(64).unwrap();
    let norm = end.norm();
    assert!(norm.lo() > &rational("188894/10000") && norm.hi() < &rational("188896/10000"));
    let [a, b, c] = &end.beta[..] else { panic!() };
    assert!(a.lo() * b.lo() <= c.hi() * rational("144") && a.hi() * b.hi() >= c.lo() * rational("144"));
    let one = Flow::new(vector("2 1"), rational("1"), vector("1 1")).unwrap().end(64).unwrap();
    let same = flows(&["2 1"], "1", "1 1").end(64).unwrap();
    assert!(same.beta[0].contains(&rational("1/4")) && one.beta[0].contains(&rational("1/4")));
    assert!(same.sharpness(32).unwrap().contains(&rational("6")));
    // A small start, a zero weight.
    let end = flows(&["1 0 1 2", "3 1 0 0"], "5/3 9/4", "1/1000000 1/1000000 0 1/1000000").end(64).unwrap();
    assert!(end.beta[2].is_point() && end.sharpness(32).is_some());
    assert!(near(&end.beta[0].times(&rational("3")).plus(&end.beta[1]), "9/4"));
}

#[test]
fn several_samples_without_an_end_say_so() {
    assert_eq!(flows(&["1 1", "1 1"], "1 2", "1 1").end(64).unwrap_err(), Unknown::NotFound);
    assert!(flows(&["1 0", "1 1"], "2 1", "1 1").end(64).is_err());
    assert!(Flows::new(vec![vector("1")], vector("1 1"), &vector("1")).is_err());
}
