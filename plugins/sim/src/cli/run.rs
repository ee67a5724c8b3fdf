//! `sim run`: one scenario, with a table in the end.

use super::{CliError, RunArgs, json, progress};
use crate::run::{Options, Report, Sample, run};
use crate::scenario::{Scenario, ScenarioError, shipped};
use crate::table::Table;
use crate::world::BEGINNING;
use std::io::Write;
use std::time::Instant;

pub(super) fn execute(args: &RunArgs, out: &mut dyn Write) -> Result<bool, CliError> {
    let Some(name) = &args.scenario else {
        list(out)?;
        return Ok(true);
    };
    let mut scenario = read(name)?;
    scenario.seed = args.seed.unwrap_or(scenario.seed);
    scenario.members = args.members.unwrap_or(scenario.members);
    if args.print {
        write!(out, "{}", scenario.to_toml())?;
        return Ok(true);
    }
    let bar = progress::bar(1_000, &scenario.name);
    let mut advance = |part: f64| bar.set_position((part * 1_000.0) as u64);
    let narrator: Option<crate::run::Narrator> = if args.trace {
        Some(Box::new(|at: haulout::Instant, what: &str| {
            println!("{:>12.6} {what}", at.since(BEGINNING).as_secs_f64());
        }))
    } else {
        None
    };
    let options = Options { unchecked: args.unchecked, progress: Some(&mut advance), narrator };
    let began = Instant::now();
    let report = run(&scenario, options).map_err(|error| wrong(name, &error))?;
    let took = began.elapsed();
    bar.finish_and_clear();
    if let Some(picture) = &args.plot {
        crate::plot::report(&report, picture).map_err(|error| CliError::Failed(error.to_string()))?;
    }
    if args.json {
        json(out, &report)?;
    } else {
        tell(&report, took.as_secs_f64(), out)?;
        if !report.holds() {
            let members = args.members.map(|n| format!(" --members {n}")).unwrap_or_default();
            writeln!(out, "\nagain: haulout sim run {name} --seed {}{members}", report.seed)?;
        }
    }
    Ok(report.holds())
}

/// A file, or a shipped scenario.
fn read(name: &str) -> Result<Scenario, CliError> {
    let text = match shipped().into_iter().find(|(shipped, _)| *shipped == name) {
        Some((_, text)) => text.to_owned(),
        None => std::fs::read_to_string(name).map_err(|error| {
            CliError::Usage(format!(
                "{name}: {error}; `haulout sim run` lists the scenarios that are shipped"
            ))
        })?,
    };
    text.parse().map_err(|error| wrong(name, &error))
}

fn wrong(name: &str, error: &ScenarioError) -> CliError {
    CliError::Usage(format!("{name}: {error}"))
}

fn list(out: &mut dyn Write) -> Result<(), CliError> {
    let mut table = Table::new(["scenario", "what it shows"]);
    for (name, text) in shipped() {
        let scenario: Scenario = text.parse().map_err(|error| wrong(name, &error))?;
        table.row([name.into(), scenario.about]);
    }
    Ok(write!(out, "{table}")?)
}

fn tell(report: &Report, took: f64, out: &mut dyn Write) -> Result<(), CliError> {
    let mut table = Table::new([report.scenario.as_str(), "value"]);
    let mut row = |what: &str, value: String| table.row([what.into(), value]);
    row("seed", report.seed.to_string());
    row("members in the end", report.members.to_string());
    row("virtual time", format!("{:.1} s", report.seconds));
    row("wall time", format!("{took:.2} s, {:.2} ms a virtual second", took * 1e3 / report.seconds));
    row("log", format!("{} entries, hash {}", report.entries, report.hash));
    let member_seconds = report.samples.iter().map(|sample| sample.datagrams).sum::<f64>();
    let bytes = report.samples.iter().map(|sample| sample.bytes).sum::<f64>();
    let n = report.samples.len().max(1) as f64;
    row("sent a member and second", format!("{:.2} datagrams, {:.0} bytes", member_seconds / n, bytes / n));
    // The first sample counts what it took to form.
    if let Some(busiest) = report.samples.iter().skip(1).max_by(|a, b| a.datagrams.total_cmp(&b.datagrams)) {
        row("at the busiest moment", busy(busiest));
    }
    for (what, values) in [
        ("crash: first to declare it", report.detections.iter().filter_map(|d| d.first).collect::<Vec<_>>()),
        ("crash: known to all", report.detections.iter().filter_map(|d| d.all).collect()),
    ] {
        if let Some(median) = crate::stats::median(&values) {
            let of = report.detections.len();
            row(what, format!("median {median:.2} s ({} of {of})", values.len()));
        }
    }
    let last: Vec<_> = report.spreads.iter().map(|spread| spread.last).collect();
    if let Some(longest) = last.iter().copied().max_by(f64::total_cmp) {
        let told = report.spreads.iter().map(|spread| spread.told).min().unwrap_or_default();
        row("urgent record: known to all", format!("after {longest:.2} s ({told} others were told)"));
    }
    row(
        "false alarms",
        format!("{}, {} by healthy members", report.false_alarms, report.healthy_false_alarms),
    );
    let recovered =
        report.recovered_after.map_or("not in time".into(), |after| format!("after {after:.1} s"));
    row("all views equal", recovered);
    write!(out, "{table}")?;
    for violation in &report.violations {
        writeln!(out, "\nVIOLATED at {violation}")?;
    }
    Ok(())
}

/// When a sample was taken, and what was sent, the most frequent kinds first.
fn busy(sample: &Sample) -> String {
    let mut kinds: Vec<_> = sample.kinds.iter().collect();
    kinds.sort_by(|a, b| b.1.total_cmp(a.1));
    let kinds: Vec<_> = kinds.iter().take(6).map(|(kind, rate)| format!("{kind} {rate:.1}")).collect();
    format!("{:.1} datagrams at {:.1} s ({})", sample.datagrams, sample.seconds, kinds.join(", "))
}
