//! The edge of stability as a step size: η_c = 2/s_GF.
//!
//! With one sample, shared weights and x ≥ 0 the gradient flow from a start that tends to 0 has s_GF = 4y·x_max, so
//! η_c = 1/(2y·x_max): this value is used whatever the start. Otherwise s_GF is computed: the flow
//! ẇ = −∇L(w) is followed from the start at hand by the Bogacki–Shampine pair of orders 3 and 2 with local
//! error 10⁻¹⁰ ‖w‖, until the gradient has shrunk so far that what is left of the way is small; s_GF is the largest
//! operator norm of the Hessian over its steps. It is a number of floating point, without a guarantee.

use super::network::{Network, dot};

/// The local error of a step, relative to the weights.
const LOCAL_ERROR: f64 = 1e-10;
/// The flow ends where the gradient is so small, relative to sharpness and weights: what is left is about that
/// fraction of the weights.
const END: f64 = 1e-8;
/// The most steps of a flow …
const MOST_STEPS: usize = 100_000;
/// … and of all flows together, times the entries of the samples: some seconds.
const MOST_WORK: usize = 100_000_000;

/// η_c, by the formula where it holds.
pub(super) fn by_formula(network: &Network) -> Option<f64> {
    let x_max = network.features.iter().fold(0.0, |a: f64, x| a.max(*x));
    let applies = network.samples() == 1 && network.degree == 2 && network.features.iter().all(|x| *x >= 0.0);
    (applies && x_max > 0.0).then(|| 1.0 / (2.0 * network.targets[0] * x_max))
}

/// η_c from the flow, which is one of `flows`; none if it does not settle within the steps that all of them may take.
pub(super) fn by_flow(network: &Network, start: &[f64], flows: usize) -> Option<f64> {
    let most = MOST_STEPS.min(MOST_WORK / network.features.len().saturating_mul(flows).max(1));
    let mut w = start.to_vec();
    let mut slope = network.gradient(&w);
    let mut sharpest = network.curvature(&w).norm;
    let mut time = 1e-3 / sharpest.max(f64::MIN_POSITIVE);
    for _ in 0..most {
        let size = dot(&w, &w).sqrt();
        let (next, next_slope, error) = step(network, &w, &slope, time);
        let allowed = LOCAL_ERROR * size;
        if error <= allowed {
            w = next;
            slope = next_slope;
            let sharpness = network.curvature(&w).norm;
            sharpest = sharpest.max(sharpness);
            if dot(&slope, &slope).sqrt() <= END * sharpness * size {
                return Some(2.0 / sharpest).filter(|eta| eta.is_finite() && *eta > 0.0);
            }
        } else if !error.is_finite() && time < f64::MIN_POSITIVE {
            return None;
        }
        let ratio = (allowed / error).cbrt();
        time *= if ratio.is_finite() {
            (0.9 * ratio).clamp(0.2, 5.0)
        } else if error == 0.0 {
            5.0
        } else {
            0.2
        };
    }
    None
}

/// One step of the pair: the point, the gradient there, the estimated error.
fn step(network: &Network, w: &[f64], first: &[f64], time: f64) -> (Vec<f64>, Vec<f64>, f64) {
    let moved = |parts: &[(&[f64], f64)]| -> Vec<f64> {
        let mut to = w.to_vec();
        for (slope, share) in parts {
            to.iter_mut().zip(*slope).for_each(|(w, g)| *w -= time * share * g);
        }
        to
    };
    let second = network.gradient(&moved(&[(first, 0.5)]));
    let third = network.gradient(&moved(&[(&second, 0.75)]));
    let next = moved(&[(first, 2.0 / 9.0), (&second, 1.0 / 3.0), (&third, 4.0 / 9.0)]);
    let fourth = network.gradient(&next);
    let difference = first.iter().zip(&second).zip(third.iter().zip(&fourth)).map(|((a, b), (c, d))| {
        let error = time * (-5.0 / 72.0 * a + b / 12.0 + c / 9.0 - d / 8.0);
        error * error
    });
    let error = difference.sum::<f64>().sqrt();
    (next, fourth, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_flow_from_a_small_start_ends_at_the_formula() {
        let network = Network::new(2, vec![3.0, 1.0], vec![2.0]);
        let (formula, flow) = (by_formula(&network).unwrap(), by_flow(&network, &[1e-4, 1e-4], 1).unwrap());
        assert!((formula - 1.0 / 12.0).abs() < 1e-15);
        assert!((flow / formula - 1.0).abs() < 1e-4, "{flow}");
    }

    /// S at the end of the flow from (1, 1) for x = (2, 1): β = (c², c), 2c² + c = 3 has c = 1. From (1, 1/2) with
    /// y = 2: 2c² + c/4 = 2, and S = 16c² + c.
    #[test]
    fn a_flow_by_its_clock() {
        let network = Network::new(2, vec![2.0, 1.0], vec![2.0]);
        let c = (-0.25 + (0.0625f64 + 16.0).sqrt()) / 4.0;
        let end = 16.0 * c * c + c;
        let at = |w: &[f64]| network.curvature(w).norm;
        let flow = 2.0 / by_flow(&network, &[1.0, 0.5], 1).unwrap();
        let start = at(&[1.0, 0.5]);
        assert!((flow - end.max(start)).abs() < 1e-6, "{flow} {end} {start}");
    }
}
