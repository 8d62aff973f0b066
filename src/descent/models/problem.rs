//! The data of a run: model, samples, start, step sizes; and the reduction of model B.
//!
//! # Model B is model A in rotated coordinates
//!
//! Model B is f_k(u, v) = Σ x_ki uᵢvᵢ, L = 1/(2n) Σ r_k². Its gradient descent is
//!
//! ```text
//! uᵢ⁺ = uᵢ − (η/n) gᵢvᵢ,   vᵢ⁺ = vᵢ − (η/n) gᵢuᵢ,   gᵢ = Σ_k x_ki r_k.
//! ```
//!
//! Put pᵢ = uᵢ + vᵢ and mᵢ = uᵢ − vᵢ, which is √2 times a rotation of (uᵢ, vᵢ). Adding and
//! subtracting the two lines gives pᵢ⁺ = pᵢ(1 − (η/n)gᵢ), mᵢ⁺ = mᵢ(1 + (η/n)gᵢ), and
//! uᵢvᵢ = (pᵢ² − mᵢ²)/4. Model A with weights w, features z and step size η' is
//!
//! ```text
//! f_k = Σ z_kj wⱼ²,   wⱼ⁺ = wⱼ(1 − (2η'/n) Σ_k z_kj r_k).
//! ```
//!
//! With w = (p, m), z = (x/4, −x/4) and η' = 2η the outputs, hence the residuals, are the
//! same, and so are the steps: the two runs are one run, for any number of samples. (The
//! rotation itself, weights p/√2 and features ±x/2, needs no new step size but irrational
//! weights.) In terms of the enclosed wⱼ², whose signs need not be known:
//!
//! ```text
//! uᵢvᵢ = (pᵢ² − mᵢ²)/4,   Σ u² + v² = ½ Σ p² + m²,   |uᵢ| + |vᵢ| = max(|pᵢ|, |mᵢ|),
//! ```
//!
//! the last because the larger of |u + v|, |u − v| is |u| + |v|. The weights uᵢ = (pᵢ + mᵢ)/2 and
//! vᵢ = (pᵢ − mᵢ)/2 themselves need the signs. With w = √2 Q(u, v) for an orthogonal Q the
//! Hessians obey ∇²_(u,v) L = 2 Qᵀ ∇²_w L Q: the eigenvalues are doubled, so that η times an
//! eigenvalue is the same for both.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, Zero};

use super::super::problem::{Error, check_size, check_step_size};

/// The largest depth of model C.
pub const LARGEST_DEPTH: u32 = 16;

/// The largest number of entries of the matrix X.
pub const MOST_ENTRIES: usize = 4096;

/// The largest number of samples.
pub const MOST_SAMPLES: usize = 32;

/// The largest number of changes of the step size.
pub const MOST_PHASES: usize = 4096;

/// A diagonal network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Model {
    /// f = Σ xᵢwᵢ²
    Shared {
        /// w at the start.
        w: Vec<BigRational>,
    },
    /// f = Σ xᵢuᵢvᵢ
    TwoLayers {
        /// u at the start.
        u: Vec<BigRational>,
        /// v at the start.
        v: Vec<BigRational>,
    },
    /// f = Σ xᵢwᵢᴰ
    Depth {
        /// D ≥ 2
        depth: u32,
        /// w at the start.
        w: Vec<BigRational>,
    },
}

/// A network with its start, and the samples (x_k, y_k) that it is trained on with the
/// loss L = 1/(2n) Σ (f(x_k) − y_k)².
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    model: Model,
    samples: Vec<Vec<BigRational>>,
    targets: Vec<BigRational>,
    diagonal: Diagonal,
}

/// What gradient descent is followed on: f_k = Σ x_ki wᵢᴰ with weights for which a step
/// size η of the problem is `step_factor`·η.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Diagonal {
    pub depth: u32,
    pub samples: Vec<Vec<BigRational>>,
    pub targets: Vec<BigRational>,
    pub start: Vec<BigRational>,
    pub step_factor: BigRational,
}

/// Step sizes: each of finitely many for a number of steps, and then one for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    phases: Vec<Phase>,
    last: BigRational,
}

/// A step size and for how many steps it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    /// η
    pub eta: BigRational,
    /// The number of steps.
    pub steps: usize,
}

impl Schedule {
    /// The same step size for ever.
    ///
    /// # Errors
    /// If it is not positive, or too long.
    pub fn constant(eta: BigRational) -> Result<Self, Error> {
        Schedule::new(vec![], eta)
    }

    /// The step sizes of the phases, one after the other, and then `last` for ever.
    ///
    /// # Errors
    /// If a step size is not positive or too long, or there are too many phases.
    pub fn new(phases: Vec<Phase>, last: BigRational) -> Result<Self, Error> {
        if phases.len() > MOST_PHASES {
            return Err(Error::TooManyPhases);
        }
        phases.iter().map(|phase| &phase.eta).chain([&last]).try_for_each(check_step_size)?;
        Ok(Schedule { phases: phases.into_iter().filter(|phase| phase.steps > 0).collect(), last })
    }

    /// The phases before the last step size.
    pub fn phases(&self) -> &[Phase] {
        &self.phases
    }

    /// The step size that is used for ever.
    pub fn last(&self) -> &BigRational {
        &self.last
    }

    /// The number of steps before the last step size is used.
    pub fn settled(&self) -> usize {
        self.phases.iter().fold(0, |sum, phase| sum.saturating_add(phase.steps))
    }

    /// The step sizes in order, for ever.
    pub(super) fn steps(&self) -> impl Iterator<Item = &BigRational> {
        let phases = self.phases.iter().flat_map(|phase| std::iter::repeat_n(&phase.eta, phase.steps));
        phases.chain(std::iter::repeat(&self.last))
    }
}

impl Model {
    /// D: f is homogeneous of this degree in the weights.
    pub fn degree(&self) -> u32 {
        match self {
            Model::Shared { .. } | Model::TwoLayers { .. } => 2,
            Model::Depth { depth, .. } => *depth,
        }
    }

    /// The vectors of the start, as they are called.
    fn starts(&self) -> Vec<(&'static str, &[BigRational])> {
        match self {
            Model::Shared { w } | Model::Depth { w, .. } => vec![("the start w", w)],
            Model::TwoLayers { u, v } => vec![("the start u", u), ("the start v", v)],
        }
    }
}

impl Problem {
    /// Checks the data.
    ///
    /// # Errors
    /// If lengths do not fit, there is no sample or feature, the start is zero, numbers are too long or too many; if the
    /// targets are all zero; and for a single sample, if its target is not positive or the run cannot reach it.
    pub fn new(model: Model, samples: Vec<Vec<BigRational>>, targets: Vec<BigRational>) -> Result<Self, Error> {
        let features = check_shape(&samples, &targets)?;
        check_size("y", &targets)?;
        for row in &samples {
            check_size("x", row)?;
        }
        for (name, start) in model.starts() {
            if start.len() != features {
                return Err(Error::Length { vector: name, found: start.len(), features });
            }
            check_size(name, start)?;
        }
        if let Model::Depth { depth, .. } = model
            && !(2..=LARGEST_DEPTH).contains(&depth)
        {
            return Err(Error::Depth { largest: LARGEST_DEPTH });
        }
        if model.starts().iter().all(|(_, start)| start.iter().all(Zero::is_zero)) {
            return Err(Error::StartIsZero);
        }
        let diagonal = Diagonal::of(&model, &samples, &targets);
        check_targets(&model, &samples, &targets)?;
        diagonal.check_reach()?;
        Ok(Problem { model, samples, targets, diagonal })
    }

    /// The network and its start.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The features of each sample.
    pub fn samples(&self) -> &[Vec<BigRational>] {
        &self.samples
    }

    /// The target of each sample.
    pub fn targets(&self) -> &[BigRational] {
        &self.targets
    }

    /// The number of features.
    pub fn dimension(&self) -> usize {
        self.samples.first().map_or(0, Vec::len)
    }

    pub(super) fn diagonal(&self) -> &Diagonal {
        &self.diagonal
    }
}

impl Diagonal {
    fn of(model: &Model, samples: &[Vec<BigRational>], targets: &[BigRational]) -> Self {
        let targets = targets.to_vec();
        match model {
            Model::Shared { w } | Model::Depth { w, .. } => Diagonal {
                depth: model.degree(),
                samples: samples.to_vec(),
                targets,
                start: w.clone(),
                step_factor: BigRational::one(),
            },
            Model::TwoLayers { u, v } => {
                let quarter = BigRational::new(1.into(), 4.into());
                let doubled = |row: &Vec<BigRational>| {
                    let plus = row.iter().map(|x| x * &quarter);
                    plus.chain(row.iter().map(|x| -(x * &quarter))).collect()
                };
                let sums = u.iter().zip(v).map(|(u, v)| u + v);
                Diagonal {
                    depth: 2,
                    samples: samples.iter().map(doubled).collect(),
                    targets,
                    start: sums.chain(u.iter().zip(v).map(|(u, v)| u - v)).collect(),
                    step_factor: BigRational::from(BigInt::from(2)),
                }
            }
        }
    }

    /// Refuses a single sample that no run from this start can fit.
    ///
    /// Let y > 0, and every xᵢwᵢᴰ that can ever be: zero weights stay zero, and for even D the
    /// power is ≥ 0. So some xᵢ > 0 with wᵢ ≠ 0 is needed.
    fn check_reach(&self) -> Result<(), Error> {
        let [row] = self.samples.as_slice() else { return Ok(()) };
        let even = self.depth.is_multiple_of(2);
        let mut pairs = row.iter().zip(&self.start);
        if pairs.any(|(x, w)| !w.is_zero() && (x.is_positive() || !even && !x.is_zero())) {
            return Ok(());
        }
        Err(Error::StartCannotReachTarget)
    }

    /// The number of samples n.
    pub(super) fn count(&self) -> usize {
        self.samples.len()
    }

    /// n, as a rational number.
    pub(super) fn n(&self) -> BigRational {
        BigRational::from(BigInt::from(self.count()))
    }

    /// The residuals r = X wᴰ − y.
    pub(super) fn residual(&self, w: &[BigRational]) -> Vec<BigRational> {
        let powers: Vec<BigRational> = w.iter().map(|w| Pow::pow(w, self.depth)).collect();
        let outputs = self.samples.iter().map(|row| dot(row, &powers));
        outputs.zip(&self.targets).map(|(f, y)| f - y).collect()
    }

    /// gᵢ = Σ_k x_ki r_k
    pub(super) fn pull(&self, residual: &[BigRational]) -> Vec<BigRational> {
        let mut pull = vec![BigRational::zero(); self.start.len()];
        for (row, r) in self.samples.iter().zip(residual) {
            for (sum, x) in pull.iter_mut().zip(row) {
                *sum += x * r;
            }
        }
        pull
    }

    /// One step of gradient descent: wᵢ⁺ = wᵢ − (ηD/n) wᵢᴰ⁻¹gᵢ.
    pub(super) fn step(&self, w: &[BigRational], eta: &BigRational) -> Vec<BigRational> {
        let factor = self.rate(eta);
        let pull = self.pull(&self.residual(w));
        let power = self.depth.saturating_sub(1);
        w.iter().zip(pull).map(|(w, g)| w - &factor * Pow::pow(w, power) * g).collect()
    }

    /// ηD/n for a step size η of the problem.
    pub(super) fn rate(&self, eta: &BigRational) -> BigRational {
        eta * &self.step_factor * BigInt::from(self.depth) / self.n()
    }
}

/// Σ aᵢbᵢ
pub(super) fn dot(a: &[BigRational], b: &[BigRational]) -> BigRational {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The number of features, if X is a matrix with a target for each row.
fn check_shape(samples: &[Vec<BigRational>], targets: &[BigRational]) -> Result<usize, Error> {
    let features = samples.first().ok_or(Error::NoSamples)?.len();
    if features == 0 {
        return Err(Error::NoFeatures);
    }
    if let Some((row, sample)) = samples.iter().enumerate().find(|(_, sample)| sample.len() != features) {
        return Err(Error::Ragged { row, found: sample.len(), features });
    }
    if targets.len() != samples.len() {
        return Err(Error::Targets { found: targets.len(), samples: samples.len() });
    }
    let entries = samples.len().saturating_mul(features);
    if samples.len() > MOST_SAMPLES || entries > MOST_ENTRIES {
        return Err(Error::TooManyEntries { samples: MOST_SAMPLES, entries: MOST_ENTRIES });
    }
    Ok(features)
}

fn check_targets(model: &Model, samples: &[Vec<BigRational>], targets: &[BigRational]) -> Result<(), Error> {
    if samples.iter().flatten().all(Zero::is_zero) {
        return Err(Error::FeaturesAreZero);
    }
    let ([row], [target]) = (samples, targets) else {
        return if targets.iter().all(Zero::is_zero) { Err(Error::TargetsAreZero) } else { Ok(()) };
    };
    if !target.is_positive() {
        return Err(Error::TargetNotPositive);
    }
    // The other models have outputs of either sign.
    if matches!(model, Model::Shared { .. }) && !row.iter().any(Signed::is_positive) {
        return Err(Error::NoPositiveFeature);
    }
    Ok(())
}
