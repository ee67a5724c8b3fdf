//! `sim table lifeguard`: Tables IV to VII of the paper, published beside measured, and what was to be reached.

use super::ledger::Ledger;
use super::{CliError, TableArgs, json, progress};
use crate::papers::Arm;
use crate::papers::front::{self, Point};
use crate::papers::lifeguard::{Alarms, Latencies};
use crate::papers::published::{CONFIGURATIONS, Configuration, TUNED};
use crate::papers::resample::{Estimate, Strata};
use crate::table::Table;
use std::io::Write;

/// An arm by its short name.
pub(super) fn arm(text: &str) -> Result<Arm, String> {
    let numbers = || text.split_once('/').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    match text {
        "probe" => Ok(Arm::health_only()),
        "suspicion" => Ok(Arm::dynamic_only()),
        "buddy" => Ok(Arm::buddy_only()),
        "shipped" => Ok(Arm::shipped()),
        _ => numbers()
            .map(|(a, b)| Arm::lifeguard(a, b))
            .ok_or_else(|| "an arm is probe, suspicion, buddy, shipped, or α/β such as 5/6".to_owned()),
    }
}

/// Plain SWIM, and the arms that were asked for, or those of the paper: all, or the main ones.
fn arms(args: &TableArgs) -> Vec<Arm> {
    let mut arms = vec![Arm::swim()];
    if args.arms.is_empty() {
        arms.extend([Arm::lifeguard(5, 6), Arm::health_only(), Arm::dynamic_only(), Arm::buddy_only()]);
        arms.extend([Arm::lifeguard(2, 6), Arm::shipped()]);
        let others = TUNED
            .into_iter()
            .map(|tuned| (tuned.alpha, tuned.beta))
            .filter(|point| !args.quick && ![(5, 6), (2, 6)].contains(point));
        arms.extend(others.map(|(alpha, beta)| Arm::lifeguard(alpha, beta)));
    } else {
        arms.extend(args.arms.iter().cloned());
    }
    arms
}

/// Measures arms, with progress, from the ledger where it has them.
pub(super) fn measured(args: &TableArgs, arms: &[Arm], threads: usize) -> Result<Vec<Point>, CliError> {
    let repetitions = args.repetitions.unwrap_or(if args.quick { 1 } else { 10 });
    let ledger = Ledger::open(args.results.as_deref())?;
    let jobs = front::jobs(arms.len(), args.quick, repetitions);
    let bar = progress::bar(jobs.len() as u64, "Lifeguard");
    let points = front::measure(arms, &jobs, threads, |job| ledger.outcome(arms, job), |_| bar.inc(1));
    bar.finish_and_clear();
    Ok(points)
}

pub(super) fn execute(args: &TableArgs, threads: usize, out: &mut dyn Write) -> Result<bool, CliError> {
    let points = measured(args, &arms(args), threads)?;
    if args.json {
        json(out, &points)?;
        return Ok(true);
    }
    let all = claims(&points, out)?;
    alarms(&points, out)?;
    latencies(&points, out)?;
    load(&points, out)?;
    tuned(&points, out)?;
    let cells: Vec<_> = points[0].alarms.iter().map(|(cell, _)| *cell).collect();
    let drawn = if Strata::of(&cells).are_combinations() { " within their combination" } else { "" };
    writeln!(
        out,
        "\nRuns an arm: {} Interval, {} Threshold. Intervals: 95 %, bootstrap, runs drawn{drawn}, arms run by run.",
        cells.len(),
        points[0].latencies.len()
    )?;
    Ok(all)
}

pub(super) fn all(alarms: &Alarms) -> u64 {
    alarms.all
}

fn healthy(alarms: &Alarms) -> u64 {
    alarms.healthy
}

fn datagrams(alarms: &Alarms) -> u64 {
    alarms.datagrams
}

fn bytes(alarms: &Alarms) -> u64 {
    alarms.bytes
}

fn first(latencies: &Latencies) -> &[f64] {
    &latencies.first
}

fn first_healthy(latencies: &Latencies) -> &[f64] {
    &latencies.first_healthy
}

pub(super) fn full(latencies: &Latencies) -> &[f64] {
    &latencies.full
}

fn range(estimate: Estimate) -> String {
    format!("{:.2} to {:.2}", estimate.low, estimate.high)
}

/// What was to be reached, of the arms that were measured.
fn claims(points: &[Point], out: &mut dyn Write) -> Result<bool, CliError> {
    let swim = &points[0];
    let named = |name: &str| points.iter().find(|point| point.name == name);
    let mut table =
        Table::new(["figure, % of plain SWIM here", "published", "to reach", "measured", "95 %", "reached"]);
    let mut every = true;
    let mut row = |what: &str, published: &str, most: f64, measured: Estimate| {
        let holds = measured.value <= most;
        every &= holds;
        let (published, most) = (published.to_owned(), format!("≤ {most}"));
        let verdict = if holds { "yes" } else { "NO" };
        table.row([
            what.into(),
            published,
            most,
            format!("{:.2}", measured.value),
            range(measured),
            verdict.into(),
        ]);
    };
    if let Some(five) = named("Lifeguard α 5, β 6") {
        row("α 5, β 6, Interval: FP", "1.53", 1.53, five.sum_of(swim, all));
        row("α 5, β 6, Interval: FP-", "1.89", 1.89, five.sum_of(swim, healthy));
        row(
            "α 5, β 6, Threshold: median first detection",
            "100.08",
            101.0,
            five.latency_of(swim, first, 0.5),
        );
        row(
            "α 5, β 6, Threshold: median full dissemination",
            "100.08",
            101.0,
            five.latency_of(swim, full, 0.5),
        );
    }
    if let Some(two) = named("Lifeguard α 2, β 6") {
        row("α 2, β 6, Threshold: median first detection", "54.34", 54.34, two.latency_of(swim, first, 0.5));
        row("α 2, β 6, Interval: FP", "24.16", 24.16, two.sum_of(swim, all));
    }
    if let Some(shipped) = named("shipped (lan)") {
        // The next point of the published front is α 4, β 6.
        row("shipped, Threshold: median full dissemination", "-", 84.42, shipped.latency_of(swim, full, 0.5));
        row("shipped, Interval: FP", "-", 1.53, shipped.sum_of(swim, all));
    }
    write!(out, "{table}")?;
    Ok(every)
}

fn published(point: &Point) -> Option<Configuration> {
    CONFIGURATIONS.into_iter().find(|configuration| configuration.name == point.name)
}

/// A percentage that is published, the one that is measured, and their ratio.
fn beside(published: Option<f64>, measured: f64) -> (String, String) {
    published.map_or(("-".into(), "-".into()), |published| {
        (format!("{published:.2}"), format!("{:.2}", measured / published))
    })
}

/// Table IV.
fn alarms(points: &[Point], out: &mut dyn Write) -> Result<(), CliError> {
    let mut table =
        Table::new(["false positives (Table IV)", "counted", "published %", "measured %", "95 %", "ratio"]);
    for (what, count) in [("FP", all as fn(&Alarms) -> u64), ("FP-", healthy)] {
        for point in points {
            let measured = point.sum_of(&points[0], count);
            let (paper, ratio) = beside(
                published(point).map(|of| if what == "FP" { of.alarms.0 } else { of.alarms.1 }),
                measured.value,
            );
            let counted = point.sum(count).to_string();
            let value = format!("{:.2}", measured.value);
            table.row([format!("{what}, {}", point.name), counted, paper, value, range(measured), ratio]);
        }
    }
    Ok(write!(out, "\n{table}")?)
}

/// Which latencies of a run.
type Seconds = fn(&Latencies) -> &[f64];

/// Table V. The paper counts a first detection by anybody; that by a member that does not block stands beside it.
fn latencies(points: &[Point], out: &mut dyn Write) -> Result<(), CliError> {
    let mut table = Table::new([
        "latency (Table V)",
        "published s: 50, 99, 99.9 %",
        "measured s: 50, 99, 99.9 %",
        "median, % of SWIM",
        "95 %",
    ]);
    let kinds: [(&str, Seconds, usize); 3] =
        [("first", first, 0), ("first at a healthy one", first_healthy, 6), ("full", full, 3)];
    for (what, of, at) in kinds {
        for point in points {
            let paper = published(point).and_then(|it| it.latency.get(at..at + 3).map(three));
            let measured = three(&[0.5, 0.99, 0.999].map(|part| point.latency(of, part)));
            let median = point.latency_of(&points[0], of, 0.5);
            let name = format!("{what}, {}", point.name);
            let value = format!("{:.2}", median.value);
            table.row([name, paper.unwrap_or_else(|| "-".into()), measured, value, range(median)]);
        }
    }
    Ok(write!(out, "\n{table}")?)
}

fn three(values: &[f64]) -> String {
    values.iter().map(|value| format!("{value:.2}")).collect::<Vec<_>>().join(", ")
}

/// Table VI.
fn load(points: &[Point], out: &mut dyn Write) -> Result<(), CliError> {
    let mut table = Table::new([
        "load (Table VI)",
        "messages: published %",
        "measured %",
        "95 %",
        "bytes: published %",
        "measured %",
        "95 %",
    ]);
    for point in points {
        let (messages, octets) = (point.sum_of(&points[0], datagrams), point.sum_of(&points[0], bytes));
        let paper = |of: fn(Configuration) -> f64| {
            published(point).map_or("-".into(), |configuration| format!("{:.2}", of(configuration)))
        };
        table.row([
            point.name.clone(),
            paper(|of| of.load.0),
            format!("{:.2}", messages.value),
            range(messages),
            paper(|of| of.load.1),
            format!("{:.2}", octets.value),
            range(octets),
        ]);
    }
    Ok(write!(out, "\n{table}")?)
}

/// Table VII, of the arms that were measured; each cell is what is published and what was measured.
fn tuned(points: &[Point], out: &mut dyn Write) -> Result<(), CliError> {
    let mut table = Table::new([
        "published / measured, % of SWIM (Table VII)",
        "first: 50 %",
        "99 %",
        "99.9 %",
        "full: 50 %",
        "99 %",
        "99.9 %",
        "FP",
        "FP-",
    ]);
    for paper in TUNED {
        let name = Arm::lifeguard(paper.alpha, paper.beta).name;
        let Some(point) = points.iter().find(|point| point.name == name) else { continue };
        let latency = |of: fn(&Latencies) -> &[f64], part: f64, published: f64| {
            format!("{published:.2} / {:.2}", point.latency(of, part) / points[0].latency(of, part) * 100.0)
        };
        let count = |of: fn(&Alarms) -> u64, published: f64| {
            format!("{published:.2} / {:.2}", point.sum(of) as f64 / points[0].sum(of) as f64 * 100.0)
        };
        table.row([
            name,
            latency(first, 0.5, paper.first[0]),
            latency(first, 0.99, paper.first[1]),
            latency(first, 0.999, paper.first[2]),
            latency(full, 0.5, paper.full[0]),
            latency(full, 0.99, paper.full[1]),
            latency(full, 0.999, paper.full[2]),
            count(all, paper.alarms.0),
            count(healthy, paper.alarms.1),
        ]);
    }
    Ok(write!(out, "\n{table}")?)
}
