//! The networks in coordinates in which all of them are diagonal, in floating point.
//!
//! f_k(w) = Σᵢ x_kᵢ wᵢ^D with loss L = 1/(2n) Σ_k (f_k − y_k)². Two layers, f = Σ xᵢuᵢvᵢ, are the case D = 2
//! of twice as many coordinates p = (u + v)/√2, m = (u − v)/√2 with features ±x/2: uv = (p² − m²)/2, and
//! gradient descent commutes with rotations.

use super::spectrum;

/// Samples and degree. Coordinates come first: x_kᵢ is `features[i * n + k]`.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Network {
    pub degree: u32,
    pub features: Vec<f64>,
    pub targets: Vec<f64>,
}

/// Steps over which it is observed by which factor the steps of a run shrink.
const PROBE: u32 = 16;

impl Network {
    pub(super) fn new(degree: u32, features: Vec<f64>, targets: Vec<f64>) -> Self {
        Network { degree, features, targets }
    }

    pub(super) fn samples(&self) -> usize {
        self.targets.len()
    }

    pub(super) fn coordinates(&self) -> usize {
        self.features.len() / self.samples()
    }

    /// The features of one coordinate over the samples, with its weight.
    fn rows<'a>(&'a self, weights: &'a [f64]) -> impl Iterator<Item = (&'a [f64], f64)> {
        self.features.chunks_exact(self.samples()).zip(weights.iter().copied())
    }

    fn power(&self, w: f64, less: u32) -> f64 {
        (less..self.degree).fold(1.0, |product, _| product * w)
    }

    /// f_k − y_k.
    pub(super) fn residuals(&self, weights: &[f64]) -> Vec<f64> {
        let mut residuals: Vec<f64> = self.targets.iter().map(|y| -y).collect();
        for (x, w) in self.rows(weights) {
            let output = self.power(w, 0);
            for (r, x) in residuals.iter_mut().zip(x) {
                *r += x * output;
            }
        }
        residuals
    }

    pub(super) fn loss(&self, weights: &[f64]) -> f64 {
        self.residuals(weights).iter().map(|r| r * r).sum::<f64>() / (2.0 * self.samples() as f64)
    }

    /// The gradient of the loss.
    pub(super) fn gradient(&self, weights: &[f64]) -> Vec<f64> {
        let residuals = self.residuals(weights);
        let rate = f64::from(self.degree) / self.samples() as f64;
        let entry = |(x, w): (&[f64], f64)| rate * self.power(w, 1) * dot(x, &residuals);
        self.rows(weights).map(entry).collect()
    }

    /// One step of gradient descent; its length.
    pub(super) fn step(&self, weights: &mut [f64], eta: f64) -> f64 {
        if let ([y], 2) = (self.targets.as_slice(), self.degree) {
            let f: f64 = self.features.iter().zip(&*weights).map(|(x, w)| x * w * w).sum();
            let pull = 2.0 * eta * (f - y);
            let mut moved = 0.0;
            for (w, x) in weights.iter_mut().zip(&self.features) {
                let step = pull * x * *w;
                *w -= step;
                moved += step * step;
            }
            return moved.sqrt();
        }
        let gradient = self.gradient(weights);
        for (w, g) in weights.iter_mut().zip(&gradient) {
            *w -= eta * g;
        }
        eta * dot(&gradient, &gradient).sqrt()
    }

    /// The length of the next step, and the factor q by which steps shrink near a limit. With one sample a
    /// step multiplies r by 1 − ηD² Σ xᵢ²wᵢ^{2D−2} at an interpolator; otherwise q is the mean over the
    /// next steps.
    pub(super) fn pace(&self, weights: &[f64], eta: f64) -> (f64, f64) {
        if self.samples() == 1 {
            let degree = f64::from(self.degree);
            let slopes: f64 = self.rows(weights).map(|(x, w)| x[0] * self.power(w, 1)).map(|slope| slope * slope).sum();
            let f: f64 = self.rows(weights).map(|(x, w)| x[0] * self.power(w, 0)).sum();
            let length = eta * degree * (f - self.targets[0]).abs() * slopes.sqrt();
            return (length, (1.0 - eta * degree * degree * slopes).abs());
        }
        let mut probe = weights.to_vec();
        let first = self.step(&mut probe, eta);
        let last = (0..PROBE).fold(first, |_, _| self.step(&mut probe, eta));
        (first, (last / first).powf(1.0 / f64::from(PROBE)))
    }

    /// The operator norm and the largest eigenvalue of the Hessian,
    /// (D²/n) Σ_k v_k v_kᵀ + diag(h) with v_kᵢ = x_kᵢ wᵢ^{D−1} and hᵢ = D(D−1)/n · wᵢ^{D−2} Σ_k r_k x_kᵢ.
    pub(super) fn curvature(&self, weights: &[f64]) -> spectrum::Extremes {
        let residuals = self.residuals(weights);
        let (degree, samples) = (f64::from(self.degree), self.samples() as f64);
        let scale = degree / samples.sqrt();
        let bend = degree * (degree - 1.0) / samples;
        let mut factors = Vec::with_capacity(self.features.len());
        let mut diagonal = Vec::with_capacity(weights.len());
        for (x, w) in self.rows(weights) {
            let slope = scale * self.power(w, 1);
            factors.extend(x.iter().map(|x| slope * x));
            diagonal.push(bend * self.power(w, 2) * dot(x, &residuals));
        }
        spectrum::extremes(&diagonal, &factors)
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
