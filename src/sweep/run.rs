//! The runs of a sweep: when one ends, and how all of them are spread over lanes and cores.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use super::Sweep;
use super::kernel::Lanes;
use super::network::{Network, dot};

/// Runs that may be finished before an earlier one is: bounds what is held in memory.
const WINDOW: usize = 1 << 16;
/// Finished runs are handed over so many at a time, or after a while: a hand-over wakes a thread.
const HANDFUL: usize = 64;
const WHILE: Duration = Duration::from_millis(50);
/// After so many steps lanes look up, so that a sweep can be stopped …
const LONGEST_STRETCH: u64 = 1 << 16;
/// … or after as many as this allows, times the entries of the samples: a tenth of a second or so.
const STRETCH_WORK: u64 = 1 << 24;
/// The first step at which a run is examined for a cycle; then at four times as many, and so on.
const FIRST_EXAMINATION: u64 = 4096;
/// The longest period that is looked for.
const LONGEST_PERIOD: u32 = 64;
/// By so much, relative to itself, a weight may change over a period.
const CYCLE_RETURNS: f64 = 1e-12;
/// By so much, relative to ‖w‖, weights have to move within a period. Near a fixed point with ηS = 2
/// amplitudes a shrink by about a³ a period: above this they would be seen to shrink.
const CYCLE_AMPLITUDE: f64 = 1e-3;
/// Weights below this fraction of ‖w‖ may shrink in a cycle.
const NEGLIGIBLE: f64 = 1e-9;
/// Steps of this size, relative to the weights, are rounding errors.
const ROUNDING: f64 = 64.0 * f64::EPSILON;

/// How a run ended, as observed in floating point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// What is left of the way is about tolerance · ‖w‖: ‖w⁺ − w‖ ≤ tolerance · (1 − q) · ‖w‖, where steps shrink
    /// by the factor q < 1.
    Converged,
    /// The gradient is zero up to rounding at a point that is not stable, ηλ_max > 2: the run met a critical
    /// point, or passes so near to one that doubles cannot tell.
    Landed,
    /// The residual exceeded 10³⁰ times the scale of the data, or is not a number.
    Diverged,
    /// After so many steps the weights return, up to rounding, having moved in between.
    Cycling {
        /// The number of steps.
        period: u32,
    },
    /// None of these within the steps that were allowed.
    OutOfSteps,
}

impl Outcome {
    /// The word for it in tables.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Converged => "converged",
            Outcome::Landed => "landed",
            Outcome::Diverged => "diverged",
            Outcome::Cycling { .. } => "cycling",
            Outcome::OutOfSteps => "out of steps",
        }
    }
}

/// A run, and what was observed of its last weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// Its place in the sweep, from 0.
    pub index: usize,
    /// The place of its start.
    pub start: usize,
    /// The place of its step size.
    pub step_size: usize,
    /// η.
    pub eta: f64,
    /// η/η_c.
    pub relative_eta: Option<f64>,
    /// How it ended.
    pub outcome: Outcome,
    /// After how many steps.
    pub steps: u64,
    /// 1/(2n) Σ (f_k − y_k)².
    pub loss: f64,
    /// Σ (βᵢ − β*ᵢ)² against the ground truth.
    pub risk: Option<f64>,
    /// The operator norm of the Hessian.
    pub sharpness: f64,
    /// The largest eigenvalue of the Hessian.
    pub lambda_max: f64,
    /// ‖w‖².
    pub norm: f64,
    /// ‖w‖₁.
    pub l1: f64,
    /// The last weights.
    pub weights: Vec<f64>,
}

/// A run on its way.
struct Traveller {
    index: usize,
    eta: f64,
    start: usize,
    steps: u64,
    examination: u64,
}

/// What a look at a lane decides.
enum Verdict {
    End(Outcome),
    /// Go on, and ask again at this threshold.
    Threshold(f64),
}

/// What is made of a run where it was computed.
type Make<'a, T> = &'a (dyn Fn(Run) -> T + Sync);

/// Runs `sweep` from the run `first` on, on `threads` threads, and hands what is made of the runs to `take` in order;
/// `stop` and `take` can end it early.
pub(super) fn run<T: Send>(
    sweep: &Sweep,
    first: usize,
    threads: usize,
    stop: &AtomicBool,
    make: Make<'_, T>,
    take: &mut dyn FnMut(T) -> ControlFlow<()>,
) {
    let (next, given, end) = (AtomicUsize::new(first), AtomicUsize::new(first), AtomicBool::new(false));
    let queue = Queue { next: &next, given: &given, count: sweep.count(), stop, end: &end };
    let lanes = Lanes::new(&sweep.network).count();
    let threads = threads.clamp(1, sweep.count().saturating_sub(first).div_ceil(lanes).max(1));
    thread::scope(|scope| {
        let (send, receive) = sync_channel(64);
        for _ in 0..threads {
            let send = send.clone();
            scope.spawn(move || work(sweep, queue, make, &send));
        }
        drop(send);
        in_order(first, &receive, queue, take);
        end.store(true, Ordering::Relaxed);
        // Workers that wait to hand over see that nobody takes any more.
        drop(receive);
    });
}

/// Puts finished runs into their order.
fn in_order<T>(
    first: usize,
    receive: &Receiver<Vec<(usize, T)>>,
    queue: Queue<'_>,
    take: &mut dyn FnMut(T) -> ControlFlow<()>,
) {
    let mut waiting: BTreeMap<usize, T> = BTreeMap::new();
    let mut wanted = first;
    loop {
        match receive.recv_timeout(Duration::from_millis(50)) {
            Ok(runs) => waiting.extend(runs),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        while let Some(run) = waiting.remove(&wanted) {
            wanted += 1;
            queue.given.store(wanted, Ordering::Relaxed);
            if take(run).is_break() {
                return;
            }
        }
        if queue.stop.load(Ordering::Relaxed) {
            return;
        }
    }
}

/// The runs that nobody has begun.
#[derive(Clone, Copy)]
struct Queue<'a> {
    next: &'a AtomicUsize,
    given: &'a AtomicUsize,
    count: usize,
    stop: &'a AtomicBool,
    end: &'a AtomicBool,
}

/// What the queue has to offer.
enum Offer {
    Run(usize),
    /// Too many runs wait for an earlier one.
    Later,
    Nothing,
}

impl Queue<'_> {
    fn take(&self) -> Offer {
        loop {
            let index = self.next.load(Ordering::Relaxed);
            if index >= self.count {
                return Offer::Nothing;
            }
            if index - self.given.load(Ordering::Relaxed).min(index) >= WINDOW {
                return Offer::Later;
            }
            if self.next.compare_exchange_weak(index, index + 1, Ordering::Relaxed, Ordering::Relaxed).is_ok() {
                return Offer::Run(index);
            }
        }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.end.load(Ordering::Relaxed)
    }
}

fn work<T>(sweep: &Sweep, queue: Queue<'_>, make: Make<'_, T>, send: &SyncSender<Vec<(usize, T)>>) {
    let mut done = vec![];
    let mut handed = Instant::now();
    let mut lanes = Lanes::new(&sweep.network);
    let mut travellers: Vec<Option<Traveller>> = (0..lanes.count()).map(|_| None).collect();
    let mut weights = vec![0.0; sweep.network.coordinates()];
    let mut all_begun = false;
    let stretch = (STRETCH_WORK / sweep.network.features.len() as u64).clamp(1, LONGEST_STRETCH);
    while !queue.is_over() {
        for (lane, place) in travellers.iter_mut().enumerate() {
            while place.is_none() && !all_begun {
                match queue.take() {
                    Offer::Run(index) => match begin(sweep, &mut lanes, lane, index) {
                        Ok(traveller) => *place = Some(traveller),
                        Err(run) => done.push((index, make(*run))),
                    },
                    Offer::Later => break,
                    Offer::Nothing => all_begun = true,
                }
            }
        }
        let Some(most) = travellers.iter().flatten().map(|t| t.examination.min(sweep.most_steps) - t.steps).min()
        else {
            if send.send(std::mem::take(&mut done)).is_err() || all_begun {
                return;
            }
            thread::sleep(Duration::from_millis(1));
            continue;
        };
        if done.len() >= HANDFUL || (!done.is_empty() && handed.elapsed() >= WHILE) {
            handed = Instant::now();
            if send.send(std::mem::take(&mut done)).is_err() {
                return;
            }
        }
        let taken = lanes.advance(most.min(stretch));
        for (lane, place) in travellers.iter_mut().enumerate() {
            let Some(traveller) = place else { continue };
            traveller.steps += taken;
            let is_due = traveller.steps >= traveller.examination.min(sweep.most_steps);
            if !is_due && !lanes.asks(lane) {
                continue;
            }
            weights.copy_from_slice(&sweep.starts[traveller.start].coordinates);
            lanes.unload(lane, &mut weights);
            match look(sweep, &lanes, lane, traveller, &weights) {
                Verdict::Threshold(threshold) => lanes.set_threshold(lane, threshold),
                Verdict::End(outcome) => {
                    let index = traveller.index;
                    let run = sweep.observed(index, outcome, traveller.steps, &weights);
                    lanes.empty(lane);
                    *place = None;
                    done.push((index, make(run)));
                }
            }
        }
    }
}

/// Puts a run into a lane, unless it ends before its first step.
fn begin(sweep: &Sweep, lanes: &mut Lanes<'_>, lane: usize, index: usize) -> Result<Traveller, Box<Run>> {
    let (start, eta) = sweep.place(index);
    let weights = &sweep.starts[start].coordinates;
    if let Some(outcome) = ended(sweep, weights, eta, &mut 0.0) {
        return Err(Box::new(sweep.observed(index, outcome, 0, weights)));
    }
    lanes.load(lane, weights, eta, lanes.first_threshold(sweep.tolerance));
    Ok(Traveller { index, eta, start, steps: 0, examination: FIRST_EXAMINATION })
}

fn look(sweep: &Sweep, lanes: &Lanes<'_>, lane: usize, traveller: &mut Traveller, weights: &[f64]) -> Verdict {
    if lanes.is_huge(lane) {
        return Verdict::End(Outcome::Diverged);
    }
    let mut shrink = 0.5;
    if lanes.asks(lane)
        && let Some(outcome) = ended(sweep, weights, traveller.eta, &mut shrink)
    {
        return Verdict::End(outcome);
    }
    if traveller.steps >= traveller.examination {
        traveller.examination = traveller.examination.saturating_mul(4);
        if let Some(period) = period(&sweep.network, weights, traveller.eta) {
            return Verdict::End(Outcome::Cycling { period });
        }
    }
    if traveller.steps >= sweep.most_steps {
        return Verdict::End(Outcome::OutOfSteps);
    }
    let threshold = lanes.threshold(lane);
    Verdict::Threshold(if lanes.asks(lane) { lanes.monitor(lane) * shrink.powi(lanes.power()) } else { threshold })
}

/// Whether a run has ended at these weights, and if not by which factor its steps have to shrink before it
/// is worth looking again.
fn ended(sweep: &Sweep, weights: &[f64], eta: f64, shrink: &mut f64) -> Option<Outcome> {
    let (length, pace) = sweep.network.pace(weights, eta);
    if length == 0.0 {
        return Some(Outcome::Converged);
    }
    let size = dot(weights, weights).sqrt();
    let allowed = sweep.tolerance * (1.0 - pace) * size;
    if length <= allowed {
        return Some(Outcome::Converged);
    }
    if length <= ROUNDING * size && eta * sweep.network.curvature(weights).largest > 2.0 {
        return Some(Outcome::Landed);
    }
    *shrink = if allowed > 0.0 { (allowed / length).clamp(1e-3, 0.5) } else { 0.5 };
    None
}

/// The period of the cycle that a run is in, if it is in one.
fn period(network: &Network, weights: &[f64], eta: f64) -> Option<u32> {
    let size = dot(weights, weights).sqrt();
    // Where a step is this short, a cycle would have to rest: it is examined again later, elsewhere.
    if network.pace(weights, eta).0 < CYCLE_AMPLITUDE / f64::from(LONGEST_PERIOD) * size {
        return None;
    }
    let mut later = weights.to_vec();
    let mut amplitude: f64 = 0.0;
    for steps in 1..=LONGEST_PERIOD {
        network.step(&mut later, eta);
        let returns = later.iter().zip(weights).all(|(later, now)| {
            let (later, now) = (later.abs(), now.abs());
            later <= now * (1.0 + CYCLE_RETURNS) && (now <= NEGLIGIBLE * size || later >= now * (1.0 - CYCLE_RETURNS))
        });
        if returns {
            return (amplitude > CYCLE_AMPLITUDE * size).then_some(steps);
        }
        let moved: f64 = later.iter().zip(weights).map(|(a, b)| (a.abs() - b.abs()).powi(2)).sum();
        amplitude = amplitude.max(moved.sqrt());
    }
    None
}
