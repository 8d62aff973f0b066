//! The figure of a sweep, as SVG: risk, sharpness with 2/η, norm and steps against η.

use std::fmt::Display;

use plotters::coord::Shift;
use plotters::prelude::*;

use super::certified::{Finding, Point};
use super::data::Error;
use super::{Outcome, Run, Sweep};
use crate::exact::Enclosure;

/// The most runs that are drawn.
pub const MOST_DRAWN: usize = 20_000;
/// The most starts that are told apart.
const MOST_COLOURS: usize = 7;
/// Colours that people with any colour vision tell apart (Okabe and Ito).
const COLOURS: [RGBColor; MOST_COLOURS] = [
    RGBColor(0, 114, 178),
    RGBColor(213, 94, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
    RGBColor(86, 180, 233),
    RGBColor(230, 159, 0),
    RGBColor(90, 90, 90),
];
const WIDTH: u32 = 1000;
const HEIGHT: u32 = 800;

/// Whether a run is drawn: all of them, or every k-th step size where there are too many.
pub fn is_drawn(sweep: &Sweep, run: &Run) -> bool {
    run.step_size.is_multiple_of(sweep.count().div_ceil(MOST_DRAWN).max(1))
}

/// A number of a run, the enclosure of it at a certified limit, and how it is drawn.
struct Panel {
    title: &'static str,
    of: fn(&Run) -> f64,
    certified: fn(&super::certified::Limit) -> Option<&Enclosure>,
    is_logarithmic: bool,
    with_edge: bool,
}

/// An axis: where a number lies, and how a place is labelled.
#[derive(Clone, Copy)]
struct Axis {
    is_logarithmic: bool,
    low: f64,
    high: f64,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64>, is_logarithmic: bool) -> Option<Self> {
        let usable = values.filter(|v| v.is_finite() && (!is_logarithmic || *v > 0.0));
        let (low, high) = usable.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), v| (a.min(v), b.max(v)));
        if low > high {
            return None;
        }
        let axis = Axis { is_logarithmic, low: 0.0, high: 0.0 };
        let (low, high) = (axis.place(low), axis.place(high));
        let margin = if high > low { 0.05 * (high - low) } else { 0.1 * high.abs().max(1e-9) };
        Some(Axis { is_logarithmic, low: low - margin, high: high + margin })
    }

    fn place(&self, value: f64) -> f64 {
        if self.is_logarithmic { value.log10() } else { value }
    }

    fn holds(&self, value: f64) -> bool {
        let place = self.place(value);
        place.is_finite() && self.low <= place && place <= self.high
    }

    fn label(&self, place: f64) -> String {
        let value = if self.is_logarithmic { 10f64.powf(place) } else { place };
        match value.abs() {
            0.0 => "0".to_owned(),
            size if !(1e-3..1e5).contains(&size) && place.fract() == 0.0 => format!("{value:.0e}"),
            size if !(1e-3..1e5).contains(&size) => format!("{value:.1e}"),
            size if self.is_logarithmic && size >= 10.0 => format!("{value:.0}"),
            _ if self.is_logarithmic => format!("{value:.3}").trim_end_matches('0').trim_end_matches('.').to_owned(),
            size if size >= 100.0 => format!("{value:.0}"),
            _ => {
                let text = format!("{value:.4}");
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
        }
    }
}

fn failed(problem: impl Display) -> Error {
    Error(format!("the figure cannot be drawn: {problem}"))
}

/// The figure of the runs that are given, with certified points over the curves.
pub fn svg(sweep: &Sweep, runs: &[Run], points: &[Point]) -> Result<String, Error> {
    let mut text = String::new();
    {
        let root = SVGBackend::with_string(&mut text, (WIDTH, HEIGHT)).into_drawing_area();
        root.fill(&WHITE).map_err(failed)?;
        let (main, caption) = root.split_vertically(HEIGHT - 70);
        let ratio = |runs: &[Run]| {
            let axis = Axis::of(runs.iter().map(|run| run.eta), true);
            axis.is_some_and(|axis| axis.high - axis.low > 1.5)
        };
        let eta = Axis::of(runs.iter().map(|run| run.eta), ratio(runs));
        let Some(eta) = eta else { return Err(Error("there is no run to draw".to_owned())) };
        for (panel, area) in panels(sweep).iter().zip(main.split_evenly((2, 2))) {
            draw(sweep, runs, points, panel, eta, &area)?;
        }
        describe(sweep, runs, points, &caption)?;
        root.present().map_err(failed)?;
    }
    Ok(text)
}

fn panels(sweep: &Sweep) -> [Panel; 4] {
    let risk = match sweep.data().truth() {
        Some(_) => Panel {
            title: "risk  Σ(βᵢ − β*ᵢ)²",
            of: |run| run.risk.unwrap_or(f64::NAN),
            certified: |limit| limit.risk.as_ref(),
            is_logarithmic: true,
            with_edge: false,
        },
        None => Panel {
            title: "‖w‖₁", of: |run| run.l1, certified: |_| None, is_logarithmic: false, with_edge: false
        },
    };
    [
        risk,
        Panel {
            title: "sharpness ‖∇²L‖, and 2/η (dotted)",
            of: |run| run.sharpness,
            certified: |limit| Some(&limit.sharpness),
            is_logarithmic: false,
            with_edge: true,
        },
        Panel {
            title: "‖w‖²",
            of: |run| run.norm,
            certified: |limit| Some(&limit.norm),
            is_logarithmic: false,
            with_edge: false,
        },
        Panel {
            title: "steps",
            of: |run| run.steps as f64,
            certified: |_| None,
            is_logarithmic: true,
            with_edge: false,
        },
    ]
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn is_settled(run: &Run) -> bool {
    matches!(run.outcome, Outcome::Converged | Outcome::Landed)
}

fn draw(sweep: &Sweep, runs: &[Run], points: &[Point], panel: &Panel, eta: Axis, area: &Area<'_>) -> Result<(), Error> {
    let settled: Vec<&Run> = runs.iter().filter(|run| is_settled(run)).collect();
    let values = settled.iter().map(|run| (panel.of)(run));
    let Some(height) = Axis::of(values, panel.is_logarithmic) else {
        return area
            .titled(&format!("{}: no run converged", panel.title), ("sans-serif", 16))
            .map(|_| ())
            .map_err(failed);
    };
    let mut chart = ChartBuilder::on(area)
        .caption(panel.title, ("sans-serif", 17))
        .margin(12)
        .x_label_area_size(42)
        .y_label_area_size(68)
        .build_cartesian_2d(eta.low..eta.high, height.low..height.high)
        .map_err(failed)?;
    chart
        .configure_mesh()
        .disable_mesh()
        .x_desc("step size η")
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&|place| eta.label(*place))
        .y_label_formatter(&|place| height.label(*place))
        .label_style(("sans-serif", 13))
        .draw()
        .map_err(failed)?;
    let at = |run: &Run| (eta.place(run.eta), height.place((panel.of)(run)));
    if panel.with_edge {
        let mut sizes: Vec<f64> = runs.iter().map(|run| run.eta).filter(|eta| height.holds(2.0 / eta)).collect();
        sizes.sort_by(f64::total_cmp);
        let curve = sizes.into_iter().map(|size| (eta.place(size), height.place(2.0 / size)));
        chart.draw_series(DashedLineSeries::new(curve, 2, 4, BLACK.stroke_width(1))).map_err(failed)?;
    }
    // Runs come by starts.
    for mine in runs.chunk_by(|a, b| a.start == b.start) {
        let start = mine[0].start;
        let colour = COLOURS[start % MOST_COLOURS];
        if let Some(edge) = sweep.edge(start).filter(|edge| eta.holds(*edge) && start < MOST_COLOURS) {
            let line = [(eta.place(edge), height.low), (eta.place(edge), height.high)];
            chart.draw_series(DashedLineSeries::new(line, 7, 5, colour.stroke_width(1))).map_err(failed)?;
            let name = Text::new(" η_c", line[1], ("sans-serif", 13).into_font().color(&colour));
            chart.draw_series([name]).map_err(failed)?;
        }
        for piece in mine.chunk_by(|a, b| is_settled(a) && is_settled(b)) {
            let places: Vec<(f64, f64)> =
                piece.iter().filter(|run| is_settled(run) && height.holds((panel.of)(run))).map(&at).collect();
            if let [only] = places.as_slice() {
                chart.draw_series([Circle::new(*only, 1, colour.filled())]).map_err(failed)?;
            }
            chart.draw_series(LineSeries::new(places, colour.stroke_width(2))).map_err(failed)?;
        }
    }
    let over = points.iter().filter_map(|point| {
        let Finding::Certified(limit) = &point.finding else { return None };
        let enclosure = (panel.certified)(limit)?;
        let run = runs.iter().find(|run| run.index == point.index)?;
        // Wider than a pixel it would not be a point.
        let value = num_traits::ToPrimitive::to_f64(enclosure.lo())?;
        height.holds(value).then_some((eta.place(run.eta), height.place(value)))
    });
    let circles: Vec<_> = over.map(|place| Circle::new(place, 5, BLACK.stroke_width(2))).collect();
    chart.draw_series(circles).map_err(failed)?;
    Ok(())
}

/// What is seen, and what of it is certified.
fn describe(sweep: &Sweep, runs: &[Run], points: &[Point], area: &Area<'_>) -> Result<(), Error> {
    let certified = points.iter().filter(|point| matches!(point.finding, Finding::Certified(_))).count();
    let drawn = if runs.len() < sweep.count() {
        format!("{} of {} runs drawn. ", runs.len(), sweep.count())
    } else {
        String::new()
    };
    let curves = format!(
        "Curves: observed in floating point where runs converged, to a tolerance of {:e}. {drawn}Dashed: η_c.",
        sweep.settings().tolerance
    );
    let circles = match (certified, points.len()) {
        (_, 0) => "No point is certified.".to_owned(),
        (0, asked) => format!("No point is certified: {asked} asked for, undecided."),
        (certified, _) => {
            format!("Circles: certified limits of {certified} runs (risk, sharpness, norm); nothing else is certified.")
        }
    };
    let style = ("sans-serif", 14).into_font().color(&BLACK);
    area.draw(&Text::new(curves, (20, 4), style.clone())).map_err(failed)?;
    area.draw(&Text::new(circles, (20, 24), style.clone())).map_err(failed)?;
    let mut across = 20;
    for (start, colour) in sweep.starts().iter().zip(COLOURS) {
        let name: String = start.name.chars().take(24).collect();
        area.draw(&Rectangle::new([(across, 50), (across + 18, 53)], colour.filled())).map_err(failed)?;
        let width = 30 + 8 * i32::try_from(name.chars().count()).unwrap_or(0);
        area.draw(&Text::new(name, (across + 22, 44), style.clone())).map_err(failed)?;
        across += width;
    }
    Ok(())
}
