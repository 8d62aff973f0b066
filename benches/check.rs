//! How long the check of the whole corpus takes: reading the files, elaborating, proving,
//! following the runs and deciding the claims.
//!
//! Times depend on the machine, so a fixed piece of arithmetic is timed beside it, in turn,
//! and the ratio is printed too.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use num_bigint::BigUint;
use tightrope::descent::Budget;
use tightrope::elaborate::{Corpus, Source, corpus};
use tightrope::verdict::{Report, Status, report};

const ROUNDS: usize = 60;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("theorems");
    let mut times: [Vec<f64>; 4] = Default::default();
    for _ in 0..ROUNDS {
        let (sources, reading) = timed(|| read(&folder));
        let (corpus, proving): (Corpus, f64) = timed(|| corpus(&sources));
        let (report, running): (Report, f64) = timed(|| report(&corpus, &sources, &Budget::default()));
        assert_eq!(report.status(), Status::Holds);
        let ((), yardstick) = timed(yardstick);
        for (all, time) in times.iter_mut().zip([reading + proving + running, proving, running, yardstick]) {
            all.push(time);
        }
    }
    let names = ["the whole corpus", "  elaborate and prove", "  run and decide", "yardstick"];
    println!("{ROUNDS} rounds        {:>10} {:>10}", "min", "median");
    for (name, times) in names.iter().zip(&mut times) {
        times.sort_by(f64::total_cmp);
        println!("{name:<22} {:>7.2} ms {:>7.2} ms", times[0], times[ROUNDS / 2]);
    }
    println!("the whole corpus takes {:.2} yardsticks (median)", times[0][ROUNDS / 2] / times[3][ROUNDS / 2]);
}

/// The result, and the milliseconds that it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let start = Instant::now();
    let result = black_box(work());
    (result, start.elapsed().as_secs_f64() * 1e3)
}

/// All `.thm` files below a folder.
fn read(folder: &Path) -> Vec<Source> {
    let mut sources = vec![];
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("the corpus is a folder") {
            let path = entry.expect("the folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "thm") {
                let text = std::fs::read_to_string(&path).expect("the corpus is text");
                sources.push(Source { name: path.display().to_string(), text, asked: true });
            }
        }
    }
    sources
}

/// Fifty products of two numbers of some 30,000 bits.
fn yardstick() {
    let (a, b) = (BigUint::from(3_u32).pow(19_000), BigUint::from(7_u32).pow(10_700));
    for _ in 0..50 {
        black_box(black_box(&a) * black_box(&b));
    }
}
