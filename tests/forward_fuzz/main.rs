//! Forward fuzzing of the kernel: whatever it accepts must hold in every model of its context.
//!
//! A session picks variables, models and hypotheses that are true in some of the models. Then it
//! applies rules at random, mostly well formed, to what was accepted before, and evaluates
//! every accepted statement in the models. One false value is an unsound kernel.
//!
//! TIGHTROPE_FUZZ=10000000 cargo test --release --test forward_fuzz -- --nocapture
//! applies so many rules; TIGHTROPE_SEED chooses other sessions. A failure prints its seed.

#[path = "../common/mod.rs"]
mod common;
mod evidence;
mod facts;
mod formulas;
mod goals;
mod portable;
mod session;

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use session::{Counts, Session};

/// Rule applications in a plain `cargo test`: about a minute on one core without optimisation.
const DEFAULT_APPLICATIONS: u64 = 100_000;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|v| v.parse().ok()).unwrap_or(default)
}

/// Runs sessions until there are enough rule applications over all threads.
fn work(next_seed: &AtomicU64, applied: &AtomicU64, target: u64) -> Counts {
    let world = facts::world_with_lemmas();
    let mut counts = Counts::default();
    while applied.load(Ordering::Relaxed) < target {
        let seed = next_seed.fetch_add(1, Ordering::Relaxed);
        let session = Session::run(&world, seed);
        applied.fetch_add(session.applications, Ordering::Relaxed);
        counts.add(&session);
    }
    counts
}

#[test]
fn whatever_is_accepted_is_true() {
    let target = setting("TIGHTROPE_FUZZ", DEFAULT_APPLICATIONS);
    let next_seed = AtomicU64::new(setting("TIGHTROPE_SEED", 0) << 32);
    let applied = AtomicU64::new(0);
    let start = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut total = Counts::default();
    std::thread::scope(|scope| {
        let spawn = |_| {
            let body = || work(&next_seed, &applied, target);
            // Debug builds have large frames, derivations are nested.
            std::thread::Builder::new().stack_size(64 << 20).spawn_scoped(scope, body).expect("a thread")
        };
        let handles: Vec<_> = (0..threads).map(spawn).collect();
        for handle in handles {
            match handle.join() {
                Ok(counts) => total.add(&counts),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
    });
    println!("{total} in {:?}", start.elapsed());
    assert!(total.applications >= target);
    assert!(total.nontrivial * 20 > total.applications, "too few theorems to find anything: {total}");
    total.expect_every_rule();
}
