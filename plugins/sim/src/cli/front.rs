//! `sim table front`: which α and β are worth having.

use super::lifeguard::{all, full, measured};
use super::{CliError, TableArgs, json};
use crate::papers::Arm;
use crate::papers::front::Point;
use crate::papers::published::TUNED;
use crate::plot::Picture;
use crate::table::Table;
use std::io::Write;

/// Every α and β that may be worth having, or those that were asked for, beside the published points.
pub(super) fn execute(args: &TableArgs, threads: usize, out: &mut dyn Write) -> Result<bool, CliError> {
    let grid = [(1, 6), (1, 8), (2, 4), (2, 6), (2, 8), (3, 4), (3, 6), (3, 8), (4, 6), (5, 6)];
    let mut arms = vec![Arm::swim()];
    if args.arms.is_empty() {
        arms.extend(grid.map(|(alpha, beta)| Arm::lifeguard(alpha, beta)));
    } else {
        arms.extend(args.arms.iter().cloned());
    }
    let points = measured(args, &arms, threads)?;
    let places: Vec<_> = points.iter().map(|point| place(point, &points[0])).collect();
    if let Some(picture) = &args.plot {
        draw(&places[1..], picture)?;
    }
    if args.json {
        json(out, &points)?;
        return Ok(true);
    }
    let beaten = |(slow, false_alarms): (f64, f64)| {
        let better =
            |at: &(f64, f64)| at.0 <= slow && at.1 <= false_alarms && (at.0 < slow || at.1 < false_alarms);
        places.iter().position(better).map_or("-".into(), |index| points[index].name.clone())
    };
    let mut table = Table::new(["settings", "median full, %", "95 %", "FP, %", "95 %", "beaten by"]);
    for (point, place) in points.iter().zip(&places) {
        let (slow, false_alarms) = (point.latency_of(&points[0], full, 0.5), point.sum_of(&points[0], all));
        table.row([
            point.name.clone(),
            format!("{:.1}", slow.value),
            format!("{:.1} to {:.1}", slow.low, slow.high),
            format!("{:.2}", false_alarms.value),
            format!("{:.2} to {:.2}", false_alarms.low, false_alarms.high),
            beaten(*place),
        ]);
    }
    for paper in TUNED {
        let (slow, false_alarms) = (paper.full[0], paper.alarms.0);
        table.row([
            format!("published α {}, β {}", paper.alpha, paper.beta),
            format!("{slow:.1}"),
            "-".into(),
            format!("{false_alarms:.2}"),
            "-".into(),
            beaten((slow, false_alarms)),
        ]);
    }
    write!(out, "{table}")?;
    Ok(true)
}

/// Draws what no other beats, of the paper and of these places.
fn draw(places: &[(f64, f64)], picture: &Picture) -> Result<(), CliError> {
    let unbeaten = |mut points: Vec<(f64, f64)>| {
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        // Those that no other beats in both.
        let mut least = f64::INFINITY;
        points.retain(|point| {
            let is_best = point.1 < least;
            least = least.min(point.1);
            is_best
        });
        points
    };
    let published = unbeaten(TUNED.iter().map(|paper| (paper.full[0], paper.alarms.0)).collect());
    let lines = [("Lifeguard's Table VII", published), ("measured here", unbeaten(places.to_vec()))];
    let (title, unit) = ("false positives, % of plain SWIM", "median full dissemination, % of plain SWIM");
    crate::plot::lines(title, unit, &lines, picture).map_err(|error| CliError::Failed(error.to_string()))
}

/// Median full dissemination and false positives, in percent of plain SWIM.
fn place(point: &Point, swim: &Point) -> (f64, f64) {
    let alarms = point.sum(all) as f64 / swim.sum(all) as f64;
    (point.latency(full, 0.5) / swim.latency(full, 0.5) * 100.0, alarms * 100.0)
}
