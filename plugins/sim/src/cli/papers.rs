//! `sim table swim` and `sim table lifeguard`: the published figure, the measured one, and the ratio.

use super::{CliError, TableArgs, json, progress};
use crate::papers::front::{self, PUBLISHED, Point};
use crate::papers::{Arm, swim};
use crate::parallel;
use crate::table::Table;
use haulout::Config;
use std::io::Write;

/// Sizes, and instants at which waiting begins.
const PROBED: [(usize, u64); 4] = [(8, 4_000), (16, 2_000), (128, 300), (1_000, 40)];
/// Below these, a wait of a whole round and more was long enough watched.
const ROUNDS: usize = 200;

pub(super) fn swim(args: &TableArgs, threads: usize, out: &mut dyn Write) -> Result<bool, CliError> {
    let heads = ["figure", "published", "to reach", "measured", "ratio", "reached"];
    let (mut table, mut all) = (Table::new(heads), true);
    all &= swim_probed(&mut table, threads);
    all &= swim_load(&mut table, if args.quick { 1_024 } else { 4_096 }, threads);
    all &= swim_joined(&mut table, threads);
    write!(out, "{table}")?;
    Ok(all)
}

fn swim_probed(table: &mut Table, threads: usize) -> bool {
    let bar = progress::bar(PROBED.len() as u64, "first pings");
    let probed =
        parallel::map(&PROBED, threads, |(n, instants)| swim::probed(*n, *instants, 1), |_| bar.inc(1));
    bar.finish_and_clear();
    let mut all = true;
    for probed in probed {
        let (n, ratio) = (probed.members, probed.periods / probed.expected);
        let holds = (ratio - 1.0).abs() <= 0.03;
        all &= holds;
        let reach = format!("{:.2} ± 3 %", probed.expected);
        let what = format!("periods to the first ping, n = {n}");
        table.row([
            what,
            "1.58 (large n)".into(),
            reach,
            format!("{:.3}", probed.periods),
            format!("{ratio:.3}"),
            yes(holds),
        ]);
        if n < ROUNDS {
            let most = 2 * n as u64 - 1;
            let holds = probed.longest <= most;
            all &= holds;
            let ratio = probed.longest as f64 / most as f64;
            let what = format!("longest wait of a pair, n = {n}");
            table.row([
                what,
                format!("{most}"),
                format!("≤ {most}"),
                format!("{}", probed.longest),
                format!("{ratio:.2}"),
                yes(holds),
            ]);
        }
    }
    all
}

fn swim_load(table: &mut Table, largest: usize, threads: usize) -> bool {
    let sizes: Vec<_> = [4_096, 1_024, 256, 64, 16].into_iter().filter(|n| *n <= largest).collect();
    let bar = progress::bar(sizes.len() as u64, "load");
    let loads = parallel::map(&sizes, threads, |n| swim::load(*n, 60, 1), |_| bar.inc(1));
    bar.finish_and_clear();
    let mut all = true;
    for load in loads.into_iter().rev() {
        let holds = load.probing <= 2.1 && load.other <= 0.5;
        all &= holds;
        let what = format!("sent a member and period, probing + other, n = {}", load.members);
        let measured = format!("{:.3} + {:.3}", load.probing, load.other);
        table.row([
            what,
            "2.0".into(),
            "≤ 2.1 + 0.5".into(),
            measured,
            format!("{:.3}", load.probing / 2.0),
            yes(holds),
        ]);
    }
    all
}

fn swim_joined(table: &mut Table, threads: usize) -> bool {
    let seeds: Vec<u64> = (0..100).collect();
    let mut plain = swim::joining_config(Arm::swim().config);
    // Nine periods of suspicion among 17, as 3⌈ln(N + 1)⌉ has it.
    plain.suspicion.alpha = 7;
    let arms = [("plain SWIM", plain), ("shipped (lan)", swim::joining_config(Config::lan()))];
    let mut all = true;
    for (name, config) in arms {
        let bar = progress::bar(100, "joining");
        let remain = parallel::map(&seeds, threads, |seed| swim::joining(&config, *seed), |_| bar.inc(1));
        bar.finish_and_clear();
        let complete = remain.iter().filter(|remain| **remain == 17).count();
        let mean = remain.iter().sum::<usize>() as f64 / remain.len() as f64;
        let holds = complete >= 95;
        all &= holds;
        let what = format!("17 join at 10 % loss, k = 1, {name}");
        let measured = format!("17 in {complete} of 100, mean {mean:.2}");
        table.row([
            what,
            "12 of 17".into(),
            "17 in ≥ 95 of 100".into(),
            measured,
            format!("{:.2}", mean / 12.0),
            yes(holds),
        ]);
    }
    all
}

fn yes(holds: bool) -> String {
    if holds { "yes".into() } else { "NO".into() }
}

pub(super) fn lifeguard(args: &TableArgs, threads: usize, out: &mut dyn Write) -> Result<bool, CliError> {
    let arms = [Arm::swim(), Arm::lifeguard(5, 6), Arm::lifeguard(2, 6), Arm::shipped()];
    let points = measured(args, &arms, threads);
    if args.json {
        json(out, &points)?;
        return Ok(true);
    }
    let [swim, five, two, shipped] = &points[..] else { return Ok(false) };
    let mut table =
        Table::new(["figure, % of plain SWIM here", "published", "to reach", "measured", "95 %", "reached"]);
    let mut row = |what: &str, published: &str, most: f64, (measured, width): (f64, f64)| {
        let holds = measured <= most;
        let width = if width.is_nan() { "-".into() } else { format!("± {width:.2}") };
        table.row([
            what.into(),
            published.into(),
            format!("≤ {most}"),
            format!("{measured:.2}"),
            width,
            yes(holds),
        ]);
        holds
    };
    let latency = |point: &Point| point.latency_of(swim);
    let mut all = row("α 5, β 6, Interval: FP", "1.53", 1.53, five.alarms_of(swim));
    all &= row("α 5, β 6, Interval: FP-", "1.89", 1.89, five.healthy_of(swim));
    all &= row("α 5, β 6, Threshold: median first detection", "100.08", 101.0, (latency(five).0, f64::NAN));
    all &=
        row("α 5, β 6, Threshold: median full dissemination", "100.08", 101.0, (latency(five).1, f64::NAN));
    all &= row("α 5, β 6, Interval: datagrams", "110.59", 110.59, five.datagrams_of(swim));
    all &= row("α 2, β 6, Threshold: median first detection", "54.34", 54.34, (latency(two).0, f64::NAN));
    all &= row("α 2, β 6, Interval: FP", "24.16", 24.16, two.alarms_of(swim));
    row("shipped, Threshold: median full dissemination", "-", 84.42, (latency(shipped).1, f64::NAN));
    row("shipped, Interval: FP", "-", 3.18, shipped.alarms_of(swim));
    write!(out, "{table}")?;
    let sum = |point: &Point| point.alarms.iter().sum::<f64>();
    writeln!(
        out,
        "\nruns an arm: {} Interval; FP in all: SWIM {}, α 5 β 6 {}, α 2 β 6 {}, shipped {}",
        swim.alarms.len(),
        sum(swim),
        sum(five),
        sum(two),
        sum(shipped)
    )?;
    Ok(all)
}

/// Every α and β that may be worth having, beside the published points.
pub(super) fn front(args: &TableArgs, threads: usize, out: &mut dyn Write) -> Result<bool, CliError> {
    let grid = [(1, 6), (1, 8), (2, 4), (2, 6), (2, 8), (3, 4), (3, 6), (3, 8), (4, 6), (5, 6)];
    let mut arms = vec![Arm::swim()];
    arms.extend(grid.map(|(alpha, beta)| Arm::lifeguard(alpha, beta)));
    let points = measured(args, &arms, threads);
    if args.json {
        json(out, &points)?;
        return Ok(true);
    }
    let place = |point: &Point| (point.latency_of(&points[0]).1, point.alarms_of(&points[0]).0);
    let mut table = Table::new(["settings", "median full, %", "FP, %", "95 %", "beaten by"]);
    for point in &points {
        let (full, alarms) = place(point);
        let better =
            |other: &&Point| place(other).0 <= full && place(other).1 <= alarms && other.name != point.name;
        let beaten = points.iter().find(better).map_or("-".into(), |other| other.name.clone());
        table.row([
            point.name.clone(),
            format!("{full:.1}"),
            format!("{alarms:.2}"),
            format!("± {:.2}", point.alarms_of(&points[0]).1),
            beaten,
        ]);
    }
    for (alpha, beta, full, alarms) in PUBLISHED {
        let better = |other: &&Point| place(other).0 <= full && place(other).1 <= alarms;
        let beaten = points.iter().find(better).map_or("-".into(), |other| other.name.clone());
        table.row([
            format!("published α {alpha}, β {beta}"),
            format!("{full:.1}"),
            format!("{alarms:.2}"),
            "-".into(),
            beaten,
        ]);
    }
    if let Some(path) = &args.plot {
        let mut measured: Vec<_> = points[1..].iter().map(place).collect();
        measured.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut published: Vec<_> = PUBLISHED.iter().map(|(_, _, full, alarms)| (*full, *alarms)).collect();
        published.sort_by(|a, b| a.0.total_cmp(&b.0));
        let lines = [("Lifeguard's Table VII", published), ("measured here", measured)];
        crate::plot::lines(
            "false positives, % of plain SWIM",
            "median full dissemination, % of plain SWIM",
            &lines,
            path,
        )
        .map_err(CliError::Failed)?;
    }
    write!(out, "{table}")?;
    Ok(true)
}

fn measured(args: &TableArgs, arms: &[Arm], threads: usize) -> Vec<Point> {
    let repetitions = args.repetitions.unwrap_or(if args.quick { 1 } else { 10 });
    let bar = progress::bar(front::runs(arms, args.quick, repetitions) as u64, "Lifeguard");
    let points = front::measure(arms, args.quick, repetitions, threads, |_| bar.inc(1));
    bar.finish_and_clear();
    points
}
