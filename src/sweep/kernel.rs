//! The inner loop: many runs side by side, one in each lane of a vector register.
//!
//! A block is four vectors wide, 32 lanes with AVX-512, 16 with AVX2 and FMA: four chains of
//! additions that do not wait for each other, and features that are loaded once for all four. A
//! run that has ended leaves its lane, and the next one takes its place, so that no lane idles while
//! there is work. What a lane computes does not depend on its neighbours, on the place in the block, or on the
//! instruction set: multiplications and additions are fused (rounded once) everywhere, if need be in
//! software. So the results are the same bits on every machine, with any number of threads.

use pulp::{Arch, Simd, WithSimd};

use super::network::Network;

/// Vectors in a block.
const VECTORS: usize = 4;

/// A run whose monitored number exceeds this times the scale of its data is taken to diverge.
const HUGE: f64 = 1e30;

/// The block of runs that advance together.
pub(super) struct Lanes<'a> {
    network: &'a Network,
    arch: Arch,
    form: Form,
    /// The number of lanes.
    count: usize,
    /// One row for each coordinate, one entry for each lane.
    state: Aligned,
    /// The residuals: one row for each sample.
    residual: Vec<f64>,
    /// Residuals times −ηD/n, within a step.
    pull: Vec<f64>,
    /// −ηD/n.
    rate: Vec<f64>,
    /// What is compared with the threshold after each step.
    monitor: Vec<f64>,
    /// A lane asks for attention when its monitored number is at most this.
    threshold: Vec<f64>,
    /// … or is not less than this.
    huge: f64,
}

/// How a step is computed, and what is monitored.
enum Form {
    /// One sample, degree 2. The lanes hold uᵢ = √|xᵢ| wᵢ, for which f = Σ ±uᵢ² and a step is
    /// uᵢ ← uᵢ(1 − 2ηrxᵢ): two fused operations and a product for each coordinate. Coordinates with xᵢ = 0
    /// never move and are left out. Monitored is |r|.
    OneSample {
        /// The coordinates with xᵢ > 0, then those with xᵢ < 0.
        places: Vec<usize>,
        /// Their features.
        features: Vec<f64>,
        /// √|xᵢ|.
        roots: Vec<f64>,
        /// How many of them are positive.
        positive: usize,
    },
    /// Several samples, or another degree. Monitored is ‖w⁺ − w‖².
    Many,
}

impl<'a> Lanes<'a> {
    pub(super) fn new(network: &'a Network) -> Self {
        let arch = Arch::new();
        let count = VECTORS * arch.dispatch(Width);
        let form = if network.samples() == 1 && network.degree == 2 { one_sample(network) } else { Form::Many };
        let rows = match &form {
            Form::OneSample { places, .. } => places.len(),
            Form::Many => network.coordinates(),
        };
        let scale = 1.0 + network.targets.iter().map(|y| y.abs()).sum::<f64>();
        let mut lanes = Lanes {
            network,
            arch,
            form,
            count,
            state: Aligned::zeros(rows * count),
            residual: vec![0.0; network.samples() * count],
            pull: vec![0.0; network.samples() * count],
            rate: vec![0.0; count],
            monitor: vec![f64::INFINITY; count],
            threshold: vec![-1.0; count],
            huge: HUGE * scale,
        };
        for lane in 0..count {
            lanes.empty(lane);
        }
        lanes
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// The power of the distance moved that is monitored, up to a factor that hardly changes: |r| goes
    /// with it, ‖w⁺ − w‖² with its square.
    pub(super) fn power(&self) -> i32 {
        if matches!(self.form, Form::Many) { 2 } else { 1 }
    }

    /// The threshold that is tried first for a tolerance.
    pub(super) fn first_threshold(&self, tolerance: f64) -> f64 {
        match self.form {
            Form::OneSample { .. } => tolerance * self.network.targets.iter().map(|y| y.abs()).sum::<f64>(),
            Form::Many => tolerance * tolerance,
        }
    }

    /// Nothing is in a lane: it moves nothing and asks for nothing.
    pub(super) fn empty(&mut self, lane: usize) {
        for entry in self.state.entries_mut().iter_mut().skip(lane).step_by(self.count) {
            *entry = 0.0;
        }
        for (entry, y) in self.residual.iter_mut().skip(lane).step_by(self.count).zip(&self.network.targets) {
            *entry = -y;
        }
        self.rate[lane] = 0.0;
        self.threshold[lane] = -1.0;
    }

    /// Puts a run into a lane.
    pub(super) fn load(&mut self, lane: usize, weights: &[f64], eta: f64, threshold: f64) {
        let count = self.count;
        let state = self.state.entries_mut();
        match &self.form {
            Form::OneSample { places, roots, .. } => {
                for (row, (place, root)) in places.iter().zip(roots).enumerate() {
                    state[row * count + lane] = root * weights[*place];
                }
            }
            Form::Many => {
                for (row, weight) in weights.iter().enumerate() {
                    state[row * count + lane] = *weight;
                }
            }
        }
        for (sample, r) in self.network.residuals(weights).into_iter().enumerate() {
            self.residual[sample * count + lane] = r;
        }
        self.rate[lane] = -eta * f64::from(self.network.degree) / self.network.samples() as f64;
        self.threshold[lane] = threshold;
    }

    /// Takes the weights out of a lane; coordinates that are not in it keep their values.
    pub(super) fn unload(&self, lane: usize, weights: &mut [f64]) {
        let rows = self.state.entries().iter().skip(lane).step_by(self.count);
        match &self.form {
            Form::OneSample { places, roots, .. } => {
                for ((place, root), entry) in places.iter().zip(roots).zip(rows) {
                    weights[*place] = entry / root;
                }
            }
            Form::Many => {
                for (weight, entry) in weights.iter_mut().zip(rows) {
                    *weight = *entry;
                }
            }
        }
    }

    pub(super) fn set_threshold(&mut self, lane: usize, threshold: f64) {
        self.threshold[lane] = threshold;
    }

    pub(super) fn threshold(&self, lane: usize) -> f64 {
        self.threshold[lane]
    }

    pub(super) fn monitor(&self, lane: usize) -> f64 {
        self.monitor[lane]
    }

    /// Whether a lane asks for attention. Not a number compares as false, so that it does.
    pub(super) fn asks(&self, lane: usize) -> bool {
        !(self.threshold[lane] < self.monitor[lane] && self.monitor[lane] < self.huge)
    }

    /// Whether the run in a lane has blown up.
    pub(super) fn is_huge(&self, lane: usize) -> bool {
        // Not a number is not less than anything.
        let within = self.monitor[lane] < self.huge;
        !within
    }

    /// Takes steps, `most` of them or until a lane asks for attention, and says how many.
    pub(super) fn advance(&mut self, most: u64) -> u64 {
        match &self.form {
            Form::OneSample { features, positive, .. } => {
                let (above, below) = features.split_at(*positive);
                self.arch.dispatch(OneSampleSteps {
                    above,
                    below,
                    target: self.network.targets[0],
                    most,
                    huge: self.huge,
                    state: self.state.entries_mut(),
                    residual: &mut self.residual,
                    rate: &self.rate,
                    monitor: &mut self.monitor,
                    threshold: &self.threshold,
                })
            }
            Form::Many => self.arch.dispatch(ManySteps {
                network: self.network,
                most,
                huge: self.huge,
                state: self.state.entries_mut(),
                residual: &mut self.residual,
                pull: &mut self.pull,
                rate: &self.rate,
                monitor: &mut self.monitor,
                threshold: &self.threshold,
            }),
        }
    }
}

fn one_sample(network: &Network) -> Form {
    let signed = |sign: f64| {
        let features = network.features.iter().enumerate();
        features.filter(move |(_, x)| sign * **x > 0.0).map(|(i, _)| i)
    };
    let mut places: Vec<usize> = signed(1.0).collect();
    let positive = places.len();
    places.extend(signed(-1.0));
    let features: Vec<f64> = places.iter().map(|i| network.features[*i]).collect();
    let roots = features.iter().map(|x| x.abs().sqrt()).collect();
    Form::OneSample { places, features, roots, positive }
}

/// Bytes of a line of the cache.
const LINE: usize = 64;

/// Numbers that begin with a line of the cache: a vector that lies in two lines takes twice as long.
struct Aligned {
    room: Vec<f64>,
    offset: usize,
    length: usize,
}

impl Aligned {
    fn zeros(length: usize) -> Self {
        let most = LINE / size_of::<f64>();
        let room = vec![0.0; length + most];
        // Where alignment cannot be had it is only slower.
        let offset = Some(room.as_ptr().align_offset(LINE)).filter(|offset| *offset <= most).unwrap_or(0);
        Aligned { room, offset, length }
    }

    fn entries(&self) -> &[f64] {
        &self.room[self.offset..self.offset + self.length]
    }

    fn entries_mut(&mut self) -> &mut [f64] {
        &mut self.room[self.offset..self.offset + self.length]
    }
}

/// Asks for the number of lanes in a vector.
struct Width;

impl WithSimd for Width {
    type Output = usize;
    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> usize {
        S::F64_LANES
    }
}

type Block<S> = [<S as Simd>::f64s; VECTORS];

/// A row of the state as vectors. Rows have exactly one block of lanes.
#[inline(always)]
fn block<S: Simd>(row: &[f64]) -> Block<S> {
    let (vectors, _) = S::as_simd_f64s(row);
    [vectors[0], vectors[1], vectors[2], vectors[3]]
}

#[inline(always)]
fn block_mut<S: Simd>(row: &mut [f64]) -> &mut Block<S> {
    let (vectors, _) = S::as_mut_simd_f64s(row);
    match vectors.try_into() {
        Ok(block) => block,
        Err(_) => unreachable!("a row is one block"),
    }
}

/// Whether every monitored number lies above its threshold and below `huge`.
#[inline(always)]
fn all_go_on<S: Simd>(simd: S, monitor: &Block<S>, threshold: &Block<S>, huge: S::f64s) -> bool {
    let mut all = simd.less_than_f64s(threshold[0], monitor[0]);
    for v in 0..VECTORS {
        all = simd.and_m64s(all, simd.less_than_f64s(threshold[v], monitor[v]));
        all = simd.and_m64s(all, simd.less_than_f64s(monitor[v], huge));
    }
    let yes = simd.less_than_f64s(simd.splat_f64s(0.0), simd.splat_f64s(1.0));
    simd.first_true_m64s(simd.xor_m64s(all, yes)) >= S::F64_LANES
}

/// |u|. (The library's own is a chain of calls that are not inlined.)
#[inline(always)]
fn size<S: Simd>(simd: S, u: S::f64s) -> S::f64s {
    simd.max_f64s(u, simd.sub_f64s(simd.splat_f64s(0.0), u))
}

struct OneSampleSteps<'a> {
    above: &'a [f64],
    below: &'a [f64],
    target: f64,
    most: u64,
    huge: f64,
    state: &'a mut [f64],
    residual: &'a mut [f64],
    rate: &'a [f64],
    monitor: &'a mut [f64],
    threshold: &'a [f64],
}

// Plain loops over indices and arrays: what is not inlined here would not use the instruction set.
impl WithSimd for OneSampleSteps<'_> {
    type Output = u64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> u64 {
        let (rate, threshold): (Block<S>, Block<S>) = (block::<S>(self.rate), block::<S>(self.threshold));
        let mut residual: Block<S> = block::<S>(self.residual);
        let mut monitor = residual;
        let (zero, one) = (simd.splat_f64s(0.0), simd.splat_f64s(1.0));
        let (huge, start) = (simd.splat_f64s(self.huge), simd.splat_f64s(-self.target));
        let (state, _) = S::as_mut_simd_f64s(self.state);
        let (above, below) = state.split_at_mut(self.above.len() * VECTORS);
        let mut taken = 0;
        while taken < self.most {
            taken += 1;
            let mut pull = residual;
            for v in 0..VECTORS {
                pull[v] = simd.mul_f64s(residual[v], rate[v]);
            }
            residual = [start; VECTORS];
            for i in 0..self.above.len() {
                let x = simd.splat_f64s(self.above[i]);
                let row = &mut above[i * VECTORS..(i + 1) * VECTORS];
                for v in 0..VECTORS {
                    let u = simd.mul_f64s(row[v], simd.mul_add_f64s(pull[v], x, one));
                    row[v] = u;
                    residual[v] = simd.mul_add_f64s(u, u, residual[v]);
                }
            }
            for i in 0..self.below.len() {
                let x = simd.splat_f64s(self.below[i]);
                let row = &mut below[i * VECTORS..(i + 1) * VECTORS];
                for v in 0..VECTORS {
                    let u = simd.mul_f64s(row[v], simd.mul_add_f64s(pull[v], x, one));
                    row[v] = u;
                    residual[v] = simd.mul_add_f64s(simd.sub_f64s(zero, u), u, residual[v]);
                }
            }
            for v in 0..VECTORS {
                monitor[v] = size(simd, residual[v]);
            }
            if !all_go_on(simd, &monitor, &threshold, huge) {
                break;
            }
        }
        *block_mut::<S>(self.monitor) = monitor;
        *block_mut::<S>(self.residual) = residual;
        taken
    }
}

struct ManySteps<'a> {
    network: &'a Network,
    most: u64,
    huge: f64,
    state: &'a mut [f64],
    residual: &'a mut [f64],
    pull: &'a mut [f64],
    rate: &'a [f64],
    monitor: &'a mut [f64],
    threshold: &'a [f64],
}

/// w^exponent, multiplied out in a fixed order.
#[inline(always)]
fn power<S: Simd>(simd: S, w: S::f64s, exponent: u32) -> S::f64s {
    let mut product = simd.splat_f64s(1.0);
    for _ in 0..exponent {
        product = simd.mul_f64s(product, w);
    }
    product
}

impl WithSimd for ManySteps<'_> {
    type Output = u64;

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) -> u64 {
        let (rate, threshold): (Block<S>, Block<S>) = (block::<S>(self.rate), block::<S>(self.threshold));
        let (huge, zero) = (simd.splat_f64s(self.huge), simd.splat_f64s(0.0));
        let (targets, degree) = (&self.network.targets, self.network.degree);
        let (samples, coordinates) = (self.network.samples(), self.network.coordinates());
        let (state, _) = S::as_mut_simd_f64s(self.state);
        let (residual, _) = S::as_mut_simd_f64s(self.residual);
        let (pull, _) = S::as_mut_simd_f64s(self.pull);
        let mut moved: Block<S> = [zero; VECTORS];
        let mut taken = 0;
        while taken < self.most {
            taken += 1;
            for k in 0..samples {
                let y = simd.splat_f64s(-targets[k]);
                for v in 0..VECTORS {
                    pull[k * VECTORS + v] = simd.mul_f64s(residual[k * VECTORS + v], rate[v]);
                    residual[k * VECTORS + v] = y;
                }
            }
            moved = [zero; VECTORS];
            for i in 0..coordinates {
                let x = &self.network.features[i * samples..(i + 1) * samples];
                let row = &mut state[i * VECTORS..(i + 1) * VECTORS];
                let mut force: Block<S> = [zero; VECTORS];
                for k in 0..samples {
                    let x = simd.splat_f64s(x[k]);
                    let pull = &pull[k * VECTORS..(k + 1) * VECTORS];
                    for v in 0..VECTORS {
                        force[v] = simd.mul_add_f64s(x, pull[v], force[v]);
                    }
                }
                let mut output: Block<S> = [zero; VECTORS];
                for v in 0..VECTORS {
                    let step = simd.mul_f64s(simd.mul_f64s(row[v], power(simd, row[v], degree - 2)), force[v]);
                    let w = simd.add_f64s(row[v], step);
                    row[v] = w;
                    moved[v] = simd.mul_add_f64s(step, step, moved[v]);
                    output[v] = simd.mul_f64s(simd.mul_f64s(w, w), power(simd, w, degree - 2));
                }
                for k in 0..samples {
                    let x = simd.splat_f64s(x[k]);
                    let residual = &mut residual[k * VECTORS..(k + 1) * VECTORS];
                    for v in 0..VECTORS {
                        residual[v] = simd.mul_add_f64s(x, output[v], residual[v]);
                    }
                }
            }
            if !all_go_on(simd, &moved, &threshold, huge) {
                break;
            }
        }
        *block_mut::<S>(self.monitor) = moved;
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same lanes in another instruction set.
    fn followed(network: &Network, arch: Arch, steps: u64) -> Vec<f64> {
        let mut lanes = Lanes::new(network);
        lanes.arch = arch;
        let width = VECTORS * arch.dispatch(Width);
        let d = network.coordinates();
        lanes.count = width;
        for rows in [&mut lanes.rate, &mut lanes.monitor, &mut lanes.threshold] {
            rows.truncate(width);
        }
        lanes.state = Aligned::zeros(lanes.state.length / (VECTORS * Arch::new().dispatch(Width)) * width);
        lanes.residual.truncate(network.samples() * width);
        lanes.pull.truncate(network.samples() * width);
        (0..width).for_each(|lane| lanes.empty(lane));
        let start: Vec<f64> = (0..d).map(|i| 0.3 + 0.1 * i as f64).collect();
        lanes.load(width - 1, &start, 0.05, -1.0);
        assert_eq!(lanes.advance(steps), steps);
        let mut end = start;
        lanes.unload(width - 1, &mut end);
        end
    }

    #[test]
    fn every_instruction_set_computes_the_same_bits() {
        let one = Network::new(2, vec![2.0, -0.5, 1.0, 0.0], vec![1.5]);
        let two = Network::new(3, vec![1.0, 0.5, 0.25, 1.0, 0.5, 0.5], vec![1.0, 0.75]);
        for network in [one, two] {
            let (fast, plain) = (followed(&network, Arch::new(), 100), followed(&network, Arch::Scalar, 100));
            assert_eq!(fast, plain);
            let mut w: Vec<f64> = (0..network.coordinates()).map(|i| 0.3 + 0.1 * i as f64).collect();
            for _ in 0..100 {
                network.step(&mut w, 0.05);
            }
            for (a, b) in fast.iter().zip(&w) {
                assert!((a - b).abs() <= 1e-13, "{a} {b}");
            }
        }
    }

    #[test]
    fn a_lane_that_blows_up_asks_for_attention() {
        let network = Network::new(2, vec![1.0], vec![1.0]);
        let mut lanes = Lanes::new(&network);
        lanes.load(3, &[3.0], 1.0, 1e-9);
        assert!(lanes.advance(1000) < 20);
        assert!(lanes.is_huge(3) && lanes.asks(3) && !lanes.asks(2));
    }
}
