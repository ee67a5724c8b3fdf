//! Pictures.
//!
//! How a run went: views complete, false alarms, bytes a member, and how each crash was detected.

use crate::run::Report;
use plotters::prelude::*;
use std::path::Path;

/// Width and height of a picture of four charts.
const SIZE: (u32, u32) = (1_000, 640);
/// Width and height of a picture of one.
const ONE: (u32, u32) = (760, 420);

/// A line of a chart.
type Points = Vec<(f64, f64)>;

/// Draws a run as SVG.
pub fn report(report: &Report, path: &Path) -> Result<(), String> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    let charts = root.split_evenly((2, 2));
    let series = |value: fn(&crate::run::Sample) -> f64| -> Points {
        report.samples.iter().map(|sample| (sample.seconds, value(sample))).collect()
    };
    let drawn = root.fill(&WHITE).map_err(|error| error.to_string()).and_then(|()| {
        chart(
            &charts[0],
            "pairs that know each other, %",
            "s",
            &[("", series(|sample| sample.known * 100.0))],
        )?;
        chart(&charts[1], "false alarms so far", "s", &[("", series(|sample| sample.false_alarms as f64))])?;
        chart(&charts[2], "bytes a member and second", "s", &[("", series(|sample| sample.bytes))])?;
        let values = |value: fn(&crate::run::Detection) -> Option<f64>| {
            cumulated(report.detections.iter().filter_map(value).collect())
        };
        let lines = [("first", values(|d| d.first)), ("all", values(|d| d.all))];
        chart(&charts[3], "crashes detected, %, after", "s", &lines)
    });
    drawn.and_then(|()| root.present().map_err(|error| error.to_string()))
}

/// Draws lines over one pair of axes as SVG; each has a name.
pub fn lines(title: &str, unit: &str, lines: &[(&str, Points)], path: &Path) -> Result<(), String> {
    let root = SVGBackend::new(path, ONE).into_drawing_area();
    root.fill(&WHITE).map_err(|error| error.to_string())?;
    chart(&root, title, unit, lines)?;
    root.present().map_err(|error| error.to_string())
}

/// Which part of the values is at or below each of them, in percent.
fn cumulated(mut values: Vec<f64>) -> Points {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    values.into_iter().enumerate().map(|(index, value)| (value, (index + 1) as f64 * 100.0 / n)).collect()
}

fn chart(
    area: &DrawingArea<SVGBackend<'_>, plotters::coord::Shift>,
    title: &str,
    unit: &str,
    lines: &[(&str, Points)],
) -> Result<(), String> {
    let points = || lines.iter().flat_map(|(_, points)| points);
    let most = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(0.0, f64::max).max(1e-3);
    let (right, top) = (most(|point| point.0) * 1.02, most(|point| point.1) * 1.08);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(title, ("sans-serif", 17))
        .x_label_area_size(32)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..right, 0.0..top)
        .map_err(|error| error.to_string())?;
    chart.configure_mesh().x_desc(unit).light_line_style(WHITE).draw().map_err(|error| error.to_string())?;
    let mut is_named = false;
    for (index, (name, points)) in lines.iter().enumerate() {
        let colour = Palette99::pick(index).to_rgba();
        let marks = points.iter().map(|point| Circle::new(*point, 2, colour.filled()));
        let drawn = chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)));
        let drawn = drawn.map_err(|error| error.to_string())?;
        if !name.is_empty() {
            is_named = true;
            drawn.label(*name).legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour));
        }
        if points.len() < 40 {
            chart.draw_series(marks).map_err(|error| error.to_string())?;
        }
    }
    if is_named {
        let labels = &mut chart.configure_series_labels();
        labels
            .border_style(BLACK.mix(0.3))
            .background_style(WHITE)
            .draw()
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}
