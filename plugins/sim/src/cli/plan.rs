//! `sim plan`: settings for a cluster that one has in mind.

use super::{CliError, PlanArgs, json, progress};
use crate::parallel;
use crate::plan::{Wish, plan};
use crate::table::Table;
use std::io::Write;

pub(super) fn execute(args: &PlanArgs, out: &mut dyn Write) -> Result<bool, CliError> {
    if !(2..=100_000).contains(&args.members) {
        return Err(CliError::Usage("--members: from 2 to 100,000".into()));
    }
    let wish = Wish { members: args.members, loss: args.loss, rtt: args.rtt, within: args.within };
    let bar = progress::bar(4, "candidates");
    let plan = plan(wish, args.threads.unwrap_or_else(parallel::cores), |done| bar.set_position(done as u64));
    bar.finish_and_clear();
    if args.json {
        json(out, &plan)?;
        return Ok(plan.keeps);
    }
    writeln!(out, "# Settings for the agent's file; all others as in the profile lan.")?;
    for (name, value) in &plan.settings {
        writeln!(out, "{name} = {value}")?;
    }
    let n = plan.simulated;
    writeln!(
        out,
        "\nWhat candidates buy, simulated with {n} members at {} loss and {} round trip:\n",
        args.loss, args.rtt
    )?;
    let heads = [
        "",
        "α",
        "first knows",
        "all know",
        &format!("all of {}", args.members),
        "false alarms in 2 min",
        "suspicions/h",
        "datagrams/s",
        "bytes/s",
    ];
    let mut table = Table::new(heads);
    for (index, candidate) in plan.candidates.iter().enumerate() {
        table.row([
            if index == plan.chosen { "→".into() } else { String::new() },
            candidate.alpha.to_string(),
            format!("{:.1} s", candidate.first),
            format!("{:.1} s", candidate.all),
            format!("{:.1} s", candidate.all_at_size),
            candidate.false_alarms.to_string(),
            format!("{:.2}", candidate.suspicions),
            format!("{:.2}", candidate.datagrams),
            format!("{:.0}", candidate.bytes),
        ]);
    }
    write!(out, "{table}")?;
    writeln!(out, "\nDatagrams, bytes and suspicions are those of one member.")?;
    if !plan.keeps {
        writeln!(out, "\nNo candidate is known to all in time: allow more, or shorten probe.interval.")?;
    }
    Ok(plan.keeps)
}
