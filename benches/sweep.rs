//! Steps a second of gradient descent in floating point, d = 20, one thread: the number beside which `benches/peers/sweep`
//! puts those of numba, jax and torch.
//!
//! Step sizes are so small that no run ends early; so every run takes all its steps. With `-- steps` only the number is printed.

use std::ops::ControlFlow;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use tightrope::sweep::{Data, Model, Number, Settings, Start, StepSizes, Sweep, Unit};

const FEATURES: usize = 20;
const STEPS: u64 = 20_000;
const RUNS: usize = 1024;

fn numbers(values: impl Iterator<Item = f64>) -> Vec<Number> {
    values.filter_map(Number::of).collect()
}

/// The data of `fixed` in `benches/peers/sweep.py`.
fn sweep() -> Result<Sweep, tightrope::sweep::Error> {
    let x = numbers((0..FEATURES).map(|i| 0.5 + 1.5 * i as f64 / (FEATURES - 1) as f64));
    let data = Data::new(vec![x], numbers([3.0].into_iter()), None)?;
    let sizes = StepSizes::list(numbers((0..RUNS).map(|k| 1e-6 * (1 + k % 64) as f64)), Unit::One)?;
    let start = Start::given(numbers((0..FEATURES).map(|_| 0.1)));
    Sweep::new(Model::Shared, data, sizes, vec![start], Settings { tolerance: 1e-13, most_steps: STEPS })
}

fn main() {
    let sweep = match sweep() {
        Ok(sweep) => sweep,
        Err(problem) => return eprintln!("{problem}"),
    };
    let mut best = f64::INFINITY;
    for _ in 0..7 {
        let (begin, mut steps) = (Instant::now(), 0);
        sweep.each(0, 1, &AtomicBool::new(false), &|run| run.steps, &mut |taken| {
            steps += taken;
            ControlFlow::Continue(())
        });
        assert_eq!(steps, STEPS * RUNS as u64, "every run takes all its steps");
        best = best.min(begin.elapsed().as_secs_f64());
    }
    let speed = (STEPS * RUNS as u64) as f64 / best;
    if std::env::args().any(|argument| argument == "steps") {
        println!("{speed:.4e}");
    } else {
        println!("{speed:.4e} steps/s, d = {FEATURES}, one thread");
    }
}
