//! Pictures.
//!
//! How a run went: views complete, false alarms, bytes a member, and how each crash was detected. One code draws
//! every picture, as SVG; where a PNG is wanted, that is rendered.

mod bitmap;
mod picture;
#[cfg(test)]
mod tests;

pub use picture::{Picture, PictureError};

use crate::run::{Detection, Report, Sample};
use plotters::coord::Shift;
use plotters::prelude::*;

/// Width and height of a picture of four charts.
const SIZE: (u32, u32) = (1_000, 640);
/// Width and height of a picture of one.
const ONE: (u32, u32) = (760, 420);

/// A line of a chart.
type Points = Vec<(f64, f64)>;

/// Lines over one pair of axes.
struct Chart<'a> {
    title: &'a str,
    /// What the horizontal axis counts.
    unit: &'a str,
    /// Each with its name; one alone may have none.
    lines: Vec<(&'a str, Points)>,
}

/// Draws a run.
pub fn report(report: &Report, picture: &Picture) -> Result<(), PictureError> {
    let series = |value: fn(&Sample) -> f64| -> Vec<(&str, Points)> {
        vec![("", report.samples.iter().map(|sample| (sample.seconds, value(sample))).collect())]
    };
    let values = |value: fn(&Detection) -> Option<f64>| {
        cumulated(report.detections.iter().filter_map(value).collect())
    };
    let detected = vec![("first", values(|d| d.first)), ("all", values(|d| d.all))];
    let charts = [
        ("pairs that know each other, %", series(|sample| sample.known * 100.0)),
        ("false alarms so far", series(|sample| sample.false_alarms as f64)),
        ("bytes a member and second", series(|sample| sample.bytes)),
        ("crashes detected, %, after", detected),
    ]
    .map(|(title, lines)| Chart { title, unit: "s", lines });
    picture.draw(SIZE, &charts)
}

/// Draws lines over one pair of axes; each has a name.
pub fn lines(
    title: &str,
    unit: &str,
    lines: &[(&str, Points)],
    picture: &Picture,
) -> Result<(), PictureError> {
    picture.draw(ONE, &[Chart { title, unit, lines: lines.to_vec() }])
}

/// Which part of the values is at or below each of them, in percent.
fn cumulated(mut values: Vec<f64>) -> Points {
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len() as f64;
    values.into_iter().enumerate().map(|(index, value)| (value, (index + 1) as f64 * 100.0 / n)).collect()
}

/// One chart fills the area; several stand in two columns.
fn charts(root: &DrawingArea<SVGBackend<'_>, Shift>, charts: &[Chart<'_>]) -> Result<(), String> {
    root.fill(&WHITE).map_err(|error| error.to_string())?;
    let columns = charts.len().min(2);
    for (area, drawn) in root.split_evenly((charts.len().div_ceil(columns), columns)).iter().zip(charts) {
        chart(area, drawn)?;
    }
    root.present().map_err(|error| error.to_string())
}

fn chart(area: &DrawingArea<SVGBackend<'_>, Shift>, drawn: &Chart<'_>) -> Result<(), String> {
    let points = || drawn.lines.iter().flat_map(|(_, points)| points);
    // Where all is nothing, the axis still has a length.
    let most = |of: fn(&(f64, f64)) -> f64| points().map(of).fold(1.0, f64::max);
    let (right, top) = (most(|point| point.0) * 1.02, most(|point| point.1) * 1.08);
    let mut chart = ChartBuilder::on(area)
        .margin(12)
        .caption(drawn.title, ("sans-serif", 17))
        .x_label_area_size(32)
        .y_label_area_size(56)
        .build_cartesian_2d(0.0..right, 0.0..top)
        .map_err(|error| error.to_string())?;
    chart
        .configure_mesh()
        .x_desc(drawn.unit)
        .x_label_formatter(&|value| label(*value))
        .y_label_formatter(&|value| label(*value))
        .light_line_style(WHITE)
        .draw()
        .map_err(|error| error.to_string())?;
    let mut is_named = false;
    for (index, (name, points)) in drawn.lines.iter().enumerate() {
        let colour = Palette99::pick(index).to_rgba();
        let marks = points.iter().map(|point| Circle::new(*point, 2, colour.filled()));
        let line = chart.draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)));
        let line = line.map_err(|error| error.to_string())?;
        if !name.is_empty() {
            is_named = true;
            let sample = move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(2));
            line.label(*name).legend(sample);
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

/// A number at an axis, without digits that say nothing: steps are round, but computed in binary.
fn label(value: f64) -> String {
    // Nothing has no sign.
    ((value * 1e3).round() / 1e3 + 0.0).to_string()
}
