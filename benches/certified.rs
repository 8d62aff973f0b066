//! Steps of certified gradient descent per second, d = 2, 256 bits, one thread, next to arb from
//! C (`benches/peers/arb.c`) in the same run: `cargo bench --bench certified`. Ours includes
//! what arb's numbers do not: the start, the factorised radius, and the check of each step's
//! health. Both take the best of many short runs, in turns.
//!
//! Not a test: the exit status says only whether the runs were followed.

use std::hint::black_box;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One;
use tightrope::descent::{Problem, follow};

const BITS: u64 = 256;

/// In turns, so that a slower moment of the machine meets both.
const ROUNDS: usize = 5;

/// arb's balls are still of use after so many steps.
const STEPS: usize = 100;

/// Ours are timed over runs of several lengths: setting up a run from rational data and
/// reading it off costs as much as some hundred steps.
const LENGTHS: [usize; 3] = [100, 1_000, 4_000];

fn rational(numerator: i64, denominator: i64) -> BigRational {
    BigRational::new(numerator.into(), denominator.into())
}

/// The experiment `u_shape`: x = (5, 2), y = 13/4, w = (1, 3/4).
fn problem() -> Option<Problem> {
    Problem::new(vec![rational(5, 1), rational(2, 1)], rational(13, 4), vec![rational(1, 1), rational(3, 4)]).ok()
}

/// Steps per second: the best of what a fifth of a second allows.
fn ours(problem: &Problem, eta: &BigRational, steps: usize) -> Option<f64> {
    let (mut least, start) = (f64::INFINITY, Instant::now());
    while start.elapsed() < Duration::from_millis(200) {
        let once = Instant::now();
        black_box(follow(problem, eta, steps, BITS)?);
        least = least.min(once.elapsed().as_secs_f64());
    }
    Some(steps as f64 / least)
}

/// The exponent of the smallest power of two that no width of an enclosure exceeds.
fn width(problem: &Problem, eta: &BigRational, steps: usize) -> Option<i64> {
    let beta = follow(problem, eta, steps, BITS)?;
    let widest = beta.iter().map(|b| b.width()).max()?;
    let two = BigRational::from(BigInt::from(2));
    let mut exponent = 0;
    let mut bound = BigRational::one();
    while &bound / &two >= widest && exponent > -(BITS as i64) {
        bound /= &two;
        exponent -= 1;
    }
    Some(exponent)
}

/// arb.c as a program, or why there is none.
fn compile() -> Result<PathBuf, String> {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/peers/arb.c");
    let program = std::env::temp_dir().join(format!("tightrope-arb-{}", std::process::id()));
    let compiled = |library: &str| {
        let mut cc = Command::new("cc");
        cc.args(["-O3", "-march=native", "-o"]).arg(&program).arg(source).args([library, "-lflint", "-lgmp"]);
        cc.output().map_err(|error| format!("no C compiler `cc`: {error}"))
    };
    // Debian calls arb flint-arb; since FLINT 3 it is a part of FLINT.
    let mut complaint = String::new();
    for library in ["-lflint-arb", "-larb", "-lflint"] {
        let output = compiled(library)?;
        if output.status.success() {
            return Ok(program);
        }
        complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    }
    let first = complaint.lines().next().unwrap_or_default();
    Err(format!("arb.c does not compile (on Debian: apt-get install libflint-arb-dev): {first}"))
}

/// Steps per second of arb, and the exponent of the width at the end.
fn arb(program: &PathBuf, mode: &str, eta: &BigRational) -> Option<(f64, i64)> {
    let eta = format!("{}/{}", eta.numer(), eta.denom());
    let output = Command::new(program).args([mode, &eta, &STEPS.to_string(), &BITS.to_string()]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (speed, width) = text.trim().split_once(' ')?;
    Some((speed.parse().ok()?, width.parse().ok()?))
}

fn report(problem: &Problem, eta: &BigRational, peer: Option<&PathBuf>) -> Option<()> {
    let mut own = LENGTHS.map(|steps| (steps, 0f64));
    let mut peers = [("scaled", 0f64, 0), ("textbook", 0f64, 0)];
    for _ in 0..ROUNDS {
        for (steps, best) in &mut own {
            *best = best.max(ours(problem, eta, *steps)?);
        }
        for (mode, best, end) in &mut peers {
            if let Some((speed, width)) = peer.and_then(|program| arb(program, mode, eta)) {
                (*best, *end) = (best.max(speed), width);
            }
        }
    }
    println!("eta = {eta}");
    for (mode, speed, width) in peers.iter().filter(|(_, speed, _)| *speed > 0.0) {
        println!("  arb, {mode} step, {STEPS} steps: {speed:.3e} steps/s, width 2^{width}");
    }
    for (steps, speed) in own {
        print!("  tightrope, {steps} steps: {speed:.3e} steps/s, width 2^{}", width(problem, eta, steps)?);
        for (mode, peer, _) in peers.iter().filter(|(_, speed, _)| *speed > 0.0) {
            print!(", {:.1} x arb {mode}", speed / peer);
        }
        println!();
    }
    Some(())
}

fn main() -> ExitCode {
    let peer = match compile() {
        Ok(program) => Some(program),
        Err(why) => {
            println!("missing: {why}");
            None
        }
    };
    let reports = problem()
        .and_then(|problem| [60, 32, 30].iter().try_for_each(|&n| report(&problem, &rational(1, n), peer.as_ref())));
    if let Some(program) = peer {
        let _ = std::fs::remove_file(program);
    }
    if reports.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
