//! `sim table`: what is published or aimed at, beside what is measured.

use super::{CliError, TableArgs, TableName, front, knobs, lifeguard, progress, swim};
use crate::parallel;
use crate::size;
use crate::table::Table;
use haulout::Config;
use std::io::Write;

pub(super) fn execute(args: &TableArgs, out: &mut dyn Write) -> Result<bool, CliError> {
    if args.plot.is_some() && args.table != TableName::Front {
        return Err(CliError::Usage(
            "--plot draws the front alone: haulout sim table front --plot FILE".into(),
        ));
    }
    let threads = args.threads.unwrap_or_else(parallel::cores);
    match args.table {
        TableName::Size => table_of_size(args, threads, out),
        TableName::Swim => swim::execute(args, threads, out),
        TableName::Lifeguard => lifeguard::execute(args, threads, out),
        TableName::Knobs => knobs::execute(args, threads, out),
        TableName::Front => front::execute(args, threads, out),
    }
}

/// A figure beside its goal.
fn goal(table: &mut Table, what: &str, measured: f64, most: f64, unit: &str) -> bool {
    let holds = measured <= most;
    let verdict = if holds { "yes" } else { "NO" };
    table.row([what.into(), format!("{measured:.2} {unit}"), format!("{most} {unit}"), verdict.into()]);
    holds
}

fn table_of_size(args: &TableArgs, threads: usize, out: &mut dyn Write) -> Result<bool, CliError> {
    let seeds: Vec<u64> = if args.quick { vec![1] } else { (1..=5).collect() };
    let bar = progress::bar(seeds.len() as u64 * 2, "clusters of 1,024");
    let joined =
        parallel::map(&seeds, threads, |seed| size::join(1_024, *seed, &Config::lan()), |_| bar.inc(1));
    let crashed =
        parallel::map(&seeds, threads, |seed| size::crash(1_024, *seed, &Config::lan()), |_| bar.inc(1));
    bar.finish_and_clear();
    let worst = |values: Vec<f64>| values.into_iter().fold(0.0, f64::max);
    let mut table = Table::new(["what", "measured", "goal", "reached"]);
    let mut all = goal(
        &mut table,
        "1,024 join through one seed: 99 % of pairs, worst seed",
        worst(joined.iter().map(|joined| joined.most).collect()),
        2.0,
        "s",
    );
    all &= goal(
        &mut table,
        "the same, 100 %",
        worst(joined.iter().map(|joined| joined.all).collect()),
        3.0,
        "s",
    );
    let known = crashed.iter().map(|(_, known)| *known).collect();
    all &= goal(&mut table, "crash of one of 1,024, all know, worst seed", worst(known), 13.0, "s");
    for (n, seconds, most) in [(1_024, 60, 3.0), (4_096, 20, 15.0)] {
        let what = format!("steady state of {n}, wall time a virtual second");
        all &= goal(&mut table, &what, size::steady(n, seconds, false).wall_ms, most, "ms");
        if n == 1_024 {
            let checked = size::steady(n, seconds, true).wall_ms;
            table.row(["the same, checkers on".into(), format!("{checked:.2} ms"), "-".into(), "-".into()]);
        }
    }
    if !args.quick {
        let steady = size::steady(10_000, 1, false);
        let what = "10,000 members, tables full: wall time a virtual second, after 60 of them";
        table.row([what.into(), format!("{:.2} ms", steady.wall_ms), "runs in 16 GB".into(), "-".into()]);
    }
    write!(out, "{table}")?;
    Ok(all)
}
