//! `sim table knobs`: the shipped settings with one knob turned at a time.

use super::{CliError, TableArgs, json, progress};
use crate::parallel;
use crate::plan::{Wish, simulate};
use crate::scenario::{Rate, Span};
use crate::table::Table;
use core::time::Duration;
use haulout::Config;
use std::io::Write;

/// Members of each run.
const MEMBERS: usize = 128;
/// Crashes of each run; fewer if it is quick.
const CRASHES: (usize, usize) = (32, 12);

/// What is turned, and to what.
fn variants() -> Vec<(String, Config)> {
    let mut all = vec![("as shipped (lan)".to_owned(), Config::lan())];
    let mut add = |name: String, turn: &dyn Fn(&mut Config)| {
        let mut config = Config::lan();
        turn(&mut config);
        all.push((name, config));
    };
    for millis in [500, 2_000, 5_000] {
        add(format!("probe.interval {} s", millis as f64 / 1e3), &|config| {
            config.probe.interval = Duration::from_millis(millis);
            config.probe.timeout = Duration::from_millis(millis / 2);
        });
    }
    for helpers in [0, 1, 6] {
        add(format!("probe.helpers {helpers}"), &|config| config.probe.helpers = helpers);
    }
    for millis in [50, 500, 1_000] {
        add(format!("gossip.interval {millis} ms"), &|config| {
            config.gossip.interval = Duration::from_millis(millis);
        });
    }
    for fanout in [1, 2, 6] {
        add(format!("gossip.fanout {fanout}"), &|config| config.gossip.fanout = fanout);
    }
    for retransmit in [1, 2, 6] {
        add(format!("gossip.retransmit {retransmit}"), &|config| config.gossip.retransmit = retransmit);
    }
    for (alpha, beta) in [(1, 6), (2, 6), (5, 6), (3, 1), (3, 8)] {
        add(format!("suspicion α {alpha}, β {beta}"), &|config| {
            (config.suspicion.alpha, config.suspicion.beta) = (alpha, beta);
        });
    }
    all
}

pub(super) fn execute(args: &TableArgs, threads: usize, out: &mut dyn Write) -> Result<bool, CliError> {
    let wish = Wish { members: MEMBERS, loss: Rate::percent(2), rtt: Span::from_millis(1), within: None };
    let (variants, crashes) = (variants(), if args.quick { CRASHES.1 } else { CRASHES.0 });
    let bar = progress::bar(variants.len() as u64, "knobs");
    let measured = parallel::map(
        &variants,
        threads,
        |(_, config)| simulate(wish, config, MEMBERS, crashes),
        |_| bar.inc(1),
    );
    bar.finish_and_clear();
    if args.json {
        let named: Vec<_> = variants.iter().map(|(name, _)| name).zip(&measured).collect();
        json(out, &named)?;
        return Ok(true);
    }
    let mut table = Table::new([
        "128 members, 2 % loss",
        "first knows, s",
        "all know, s",
        "false alarms in 2 min",
        "suspicions a member and hour",
        "datagrams a member and second",
        "bytes",
    ]);
    for ((name, _), it) in variants.into_iter().zip(measured) {
        table.row([
            name,
            format!("{:.1}", it.first),
            format!("{:.1}", it.all),
            it.false_alarms.to_string(),
            format!("{:.1}", it.suspicions),
            format!("{:.2}", it.datagrams),
            format!("{:.0}", it.bytes),
        ]);
    }
    write!(out, "{table}")?;
    Ok(true)
}
