//! `sim table swim`: the published figure, the measured one, and the ratio.

use super::{CliError, TableArgs, progress};
use crate::papers::{Arm, swim};
use crate::parallel;
use crate::table::Table;
use haulout::Config;
use std::io::Write;

/// Sizes, and instants at which waiting begins.
const PROBED: [(usize, u64); 4] = [(8, 4_000), (16, 2_000), (128, 300), (1_000, 40)];
/// Below these, a wait of a whole round and more was long enough watched.
const ROUNDS: usize = 200;

pub(super) fn execute(args: &TableArgs, threads: usize, out: &mut dyn Write) -> Result<bool, CliError> {
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
