//! Sweeps: gradient descent in floating point for many step sizes and starts.
//!
//! Everything here is *observed*: computed in doubles, without a guarantee. What a sweep shows can be
//! certified in places by [`certified`], whose answers come from [`crate::descent`].
//!
//! ```
//! use tightrope::sweep::{Data, Model, Settings, Start, StepSizes, Sweep, Unit};
//!
//! let numbers = |text: &str| text.split(' ').map(|n| n.parse().unwrap()).collect::<Vec<_>>();
//! let data = Data::new(vec![numbers("5 2")], numbers("13/4"), Some(numbers("1/4 1"))).unwrap();
//! let sizes = StepSizes::list(numbers("1/60 1/32 1/30"), Unit::One).unwrap();
//! let starts = vec![Start::given(numbers("1 3/4"))];
//! let sweep = Sweep::new(Model::Shared, data, sizes, starts, Settings::default()).unwrap();
//! let risks: Vec<f64> = sweep.all().iter().filter_map(|run| run.risk).collect();
//! assert!(risks[1] < risks[2] && risks[2] < risks[0]);
//! ```

pub mod certified;
mod data;
mod edge;
pub mod figure;
mod grid;
mod kernel;
mod network;
mod number;
mod read;
mod run;
mod spectrum;
pub mod table;

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;

pub use data::{Data, Error, Law, MOST_ENTRIES, MOST_SAMPLES, Model};
pub use grid::{MOST_STEP_SIZES, Start, StepSizes, Unit};
pub use number::Number;
pub use read::{CsvTable, rows_of_csv, rows_of_npy};
pub use run::{Outcome, Run};

use data::{error, values};
use network::Network;

/// The most runs of one sweep.
pub const MOST_RUNS: usize = 10_000_000;
/// The largest depth.
pub const DEEPEST: u32 = 64;
/// The least tolerance: rounding errors are not much smaller.
pub const LEAST_TOLERANCE: f64 = 1e-13;

/// When a run ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// The accuracy of the limit, relative to ‖w‖; see [`Outcome::Converged`].
    pub tolerance: f64,
    /// The most steps of a run.
    pub most_steps: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { tolerance: 1e-10, most_steps: 1_000_000 }
    }
}

/// A sweep that can be run.
#[derive(Clone, Debug)]
pub struct Sweep {
    model: Model,
    data: Data,
    sizes: StepSizes,
    given: Vec<Start>,
    network: Network,
    truth: Option<Vec<f64>>,
    starts: Vec<Place>,
    tolerance: f64,
    most_steps: u64,
}

/// A start in the coordinates of the diagonal network, with its η_c.
#[derive(Clone, Debug)]
struct Place {
    coordinates: Vec<f64>,
    edge: Option<f64>,
}

impl Sweep {
    /// Checks that everything fits together. Where η_c has no formula it is computed here, by the flow from each start.
    pub fn new(
        model: Model,
        data: Data,
        sizes: StepSizes,
        starts: Vec<Start>,
        settings: Settings,
    ) -> Result<Self, Error> {
        check_settings(model, &settings)?;
        check_starts(model, &data, &starts)?;
        let count = starts.len().saturating_mul(sizes.count());
        if count > MOST_RUNS {
            return error(format!(
                "{} step sizes from {} starts are {count} runs; {MOST_RUNS} are the most of one sweep",
                sizes.count(),
                starts.len()
            ));
        }
        let network = network(model, &data)?;
        let formula = edge::by_formula(&network).filter(|_| model == Model::Shared);
        let places = starts.iter().map(|start| {
            let coordinates = coordinates(model, &values(&start.weights));
            let edge = formula.or_else(|| edge::by_flow(&network, &coordinates, starts.len()));
            Place { coordinates, edge }
        });
        let places: Vec<Place> = places.collect();
        if sizes.unit() == Unit::Edge
            && let Some((start, _)) = starts.iter().zip(&places).find(|(_, place)| place.edge.is_none())
        {
            return error(format!(
                "step sizes in units of eta_c cannot be had: the gradient flow from {} was not seen to settle",
                start.name
            ));
        }
        let truth = data.truth().map(values);
        Ok(Sweep {
            model,
            data,
            sizes,
            given: starts,
            network,
            truth,
            starts: places,
            tolerance: settings.tolerance,
            most_steps: settings.most_steps,
        })
    }

    /// The number of runs.
    pub fn count(&self) -> usize {
        self.starts.len() * self.sizes.count()
    }

    /// The network.
    pub fn model(&self) -> Model {
        self.model
    }

    /// The samples.
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// The step sizes.
    pub fn step_sizes(&self) -> &StepSizes {
        &self.sizes
    }

    /// The starts.
    pub fn starts(&self) -> &[Start] {
        &self.given
    }

    /// When runs end.
    pub fn settings(&self) -> Settings {
        Settings { tolerance: self.tolerance, most_steps: self.most_steps }
    }

    /// η_c of a start, if it is known.
    pub fn edge(&self, start: usize) -> Option<f64> {
        self.starts.get(start).and_then(|place| place.edge)
    }

    /// All runs, in order: all step sizes for the first start, then for the next.
    pub fn all(&self) -> Vec<Run> {
        let mut runs = vec![];
        self.each(0, available_threads(), &AtomicBool::new(false), &|run| run, &mut |run| {
            runs.push(run);
            ControlFlow::Continue(())
        });
        runs
    }

    /// The runs from the place `first` on: what `make` makes of each, on the thread that computed it, is handed to `take` in
    /// order. Each is the same, bit for bit, whatever the number of threads. Setting `stop` ends it soon.
    pub fn each<T: Send>(
        &self,
        first: usize,
        threads: usize,
        stop: &AtomicBool,
        make: &(dyn Fn(Run) -> T + Sync),
        take: &mut dyn FnMut(T) -> ControlFlow<()>,
    ) {
        run::run(self, first, threads, stop, make, take);
    }

    /// The start and the step size of a run.
    fn place(&self, index: usize) -> (usize, f64) {
        let (start, size) = (index / self.sizes.count(), index % self.sizes.count());
        let multiple = self.sizes.values()[size];
        let unit = if self.sizes.unit() == Unit::Edge { self.starts[start].edge.unwrap_or(f64::NAN) } else { 1.0 };
        (start, multiple * unit)
    }

    /// A run from its last weights.
    fn observed(&self, index: usize, outcome: Outcome, steps: u64, coordinates: &[f64]) -> Run {
        let (start, eta) = self.place(index);
        let curvature = self.network.curvature(coordinates);
        let weights = weights(self.model, coordinates);
        let risk = self.truth.as_ref().map(|truth| {
            let beta = predictor(self.model, self.network.degree, coordinates);
            beta.zip(truth).map(|(b, t)| (b - t) * (b - t)).sum()
        });
        Run {
            index,
            start,
            step_size: index % self.sizes.count(),
            eta,
            relative_eta: self.starts[start].edge.map(|edge| eta / edge),
            outcome,
            steps,
            loss: self.network.loss(coordinates),
            risk,
            sharpness: curvature.norm,
            lambda_max: curvature.largest,
            norm: network::dot(&weights, &weights),
            l1: weights.iter().map(|w| w.abs()).sum(),
            weights,
        }
    }
}

/// The number of threads that the machine can run at once.
pub fn available_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn check_settings(model: Model, settings: &Settings) -> Result<(), Error> {
    if let Model::Depth(depth) = model
        && !(2..=DEEPEST).contains(&depth)
    {
        return error(format!("the depth is {depth}; it can be 2 to {DEEPEST}"));
    }
    if !(LEAST_TOLERANCE..1.0).contains(&settings.tolerance) {
        return error(format!("the tolerance is {}; it can be {LEAST_TOLERANCE} to below 1", settings.tolerance));
    }
    if settings.most_steps == 0 {
        return error("at least one step must be allowed");
    }
    Ok(())
}

fn check_starts(model: Model, data: &Data, starts: &[Start]) -> Result<(), Error> {
    if starts.is_empty() {
        return error("no start is given");
    }
    let wanted = model.weights(data.features());
    for start in starts {
        let found = start.weights.len();
        if found != wanted {
            return error(format!("the start {} has {found} weights, but {wanted} are needed", start.name));
        }
        if start.weights.iter().all(|w| w.value() == 0.0) {
            return error(format!("the start {} is zero, where the gradient vanishes: nothing would move", start.name));
        }
        if let ([sample], false) = (data.samples(), model == Model::TwoLayers)
            && sample.iter().zip(&start.weights).all(|(x, w)| x.value() <= 0.0 || w.value() == 0.0)
        {
            return error(format!(
                "no weight of the start {} differs from 0 where x > 0; zero weights stay zero, so that no run can reach y",
                start.name
            ));
        }
    }
    if starts.len().saturating_mul(wanted) > MOST_ENTRIES {
        return error(format!("the starts have more than {MOST_ENTRIES} weights"));
    }
    Ok(())
}

fn network(model: Model, data: &Data) -> Result<Network, Error> {
    let rows: Vec<Vec<f64>> = data.samples().iter().map(|sample| values(sample)).collect();
    let column = |i: usize, factor: f64| rows.iter().map(move |row| factor * row[i]);
    let d = data.features();
    let (degree, features): (u32, Vec<f64>) = match model {
        Model::Shared => (2, (0..d).flat_map(|i| column(i, 1.0)).collect()),
        Model::Depth(depth) => (depth, (0..d).flat_map(|i| column(i, 1.0)).collect()),
        Model::TwoLayers => {
            (2, (0..d).flat_map(|i| column(i, 0.5)).chain((0..d).flat_map(|i| column(i, -0.5))).collect())
        }
    };
    Ok(Network::new(degree, features, values(data.targets())))
}

/// Weights in the coordinates of the diagonal network.
fn coordinates(model: Model, weights: &[f64]) -> Vec<f64> {
    if model == Model::TwoLayers { rotated(weights) } else { weights.to_vec() }
}

/// … and back: the rotation is its own inverse.
fn weights(model: Model, coordinates: &[f64]) -> Vec<f64> {
    self::coordinates(model, coordinates)
}

/// ((u + v)/√2, (u − v)/√2).
fn rotated(pairs: &[f64]) -> Vec<f64> {
    let (u, v) = pairs.split_at(pairs.len() / 2);
    let sums = u.iter().zip(v).map(|(u, v)| (u + v) * std::f64::consts::FRAC_1_SQRT_2);
    let differences = u.iter().zip(v).map(|(u, v)| (u - v) * std::f64::consts::FRAC_1_SQRT_2);
    sums.chain(differences).collect()
}

/// β: f(x) = Σ xᵢβᵢ.
fn predictor(model: Model, degree: u32, coordinates: &[f64]) -> Box<dyn Iterator<Item = f64> + '_> {
    let power = move |w: f64| (0..degree).fold(1.0, |product, _| product * w);
    if model == Model::TwoLayers {
        let (p, m) = coordinates.split_at(coordinates.len() / 2);
        Box::new(p.iter().zip(m).map(|(p, m)| 0.5 * (p - m) * (p + m)))
    } else {
        Box::new(coordinates.iter().map(move |w| power(*w)))
    }
}

#[cfg(test)]
mod tests;
