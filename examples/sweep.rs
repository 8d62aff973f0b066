//! A sweep over step sizes, and three of its limits certified: what is observed lies where it is proved to lie.
//!
//!     cargo run --release --example sweep

use std::error::Error;

use num_traits::ToPrimitive;
use tightrope::sweep::certified::{self, Finding};
use tightrope::sweep::{Data, Model, Number, Settings, Start, StepSizes, Sweep, Unit, figure};

fn numbers(text: &str) -> Result<Vec<Number>, String> {
    text.split_whitespace().map(str::parse).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    // One sample (x, y), labels from β* = (1/4, 1).
    let data = Data::new(vec![numbers("5 2")?], numbers("13/4")?, Some(numbers("1/4 1")?))?;
    let ends = numbers("1/100 1/25")?;
    let sizes = StepSizes::linear(&ends[0], &ends[1], 500, Unit::One)?;
    let start = Start::given(numbers("1 3/4")?);
    let sweep = Sweep::new(Model::Shared, data, sizes, vec![start], Settings::default())?;

    let runs = sweep.all();
    let best = runs.iter().min_by(|a, b| a.risk.unwrap_or(f64::NAN).total_cmp(&b.risk.unwrap_or(f64::NAN)));
    if let Some(best) = best {
        println!(
            "observed:  the risk is least at η = {:.6}, {:.3} η_c",
            best.eta,
            best.relative_eta.unwrap_or(f64::NAN)
        );
    }

    // The limits of the infinite, real runs, enclosed.
    let points: Vec<_> = certified::chosen(&runs, 3).into_iter().map(|run| certified::point(&sweep, run)).collect();
    for point in &points {
        let observed = runs[point.index].sharpness;
        match &point.finding {
            Finding::Certified(limit) => {
                let proved = limit.sharpness.lo().to_f64().unwrap_or(f64::NAN);
                println!("certified: η = {}, sharpness {proved:.10}; observed {observed:.10}", point.eta);
                assert!((proved / observed - 1.0).abs() < 1e-8);
            }
            Finding::Undecided(why) => println!("undecided: η = {}: {why}", point.eta),
        }
    }

    let svg = figure::svg(&sweep, &runs, &points)?;
    println!("a figure of {} bytes", svg.len());
    Ok(())
}
