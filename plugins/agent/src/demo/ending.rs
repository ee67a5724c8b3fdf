//! How the demo ends: a table of what was seen, and, if wanted, how to talk to the cluster.

use super::story::{Seen, Story, agents, seconds};
use crate::cli::DemoArgs;
use crate::cluster::Cluster;
use crate::exit::{Answer, Failure};
use crate::table::{BAD, BOLD, Cell, GOOD, Table};
use crate::voice::Voice;
use std::io::Write;
use std::path::PathBuf;

/// Prints the table and what is left behind.
pub(super) fn print(
    args: &DemoArgs,
    cluster: &mut Cluster,
    voice: &Voice,
    seen: &[Seen],
) -> Result<Answer, Failure> {
    let mut out = anstream::stdout();
    let held = seen.iter().filter(|seen| seen.after_ms.is_some()).count();
    let all = held == Story::STEPS;
    writeln!(out)?;
    table(seen).print(&mut out)?;
    writeln!(out)?;
    let took = voice.elapsed().as_secs_f64();
    if all {
        writeln!(out, "{GOOD}All {held} steps held; the whole story took {took:.1} s.{GOOD:#}")?;
    } else {
        writeln!(out, "{BAD}Only {held} of {} steps held; it took {took:.1} s.{BAD:#}", Story::STEPS)?;
        cluster.keep_logs();
        writeln!(out, "The agents are stopped; their logs are in {}", cluster.directory().path().display())?;
    }
    if all && args.keep {
        cluster.keep();
        farewell(cluster, &mut out)?;
    }
    Ok(if all { Answer::Yes } else { Answer::No })
}

fn table(seen: &[Seen]) -> Table {
    let mut table = Table::new(&["WHAT", "SEEN BY", "AFTER"]);
    for Seen { what, by, after_ms } in seen {
        let after = match after_ms {
            Some(after) => Cell::styled(seconds(*after), GOOD),
            None => Cell::styled("not seen", BAD),
        };
        table.row([what.clone().into(), agents(*by).into(), after]);
    }
    table
}

/// The exact commands to go on with.
fn farewell(cluster: &Cluster, out: &mut impl Write) -> Result<(), Failure> {
    let program = program();
    let running = || cluster.seats().iter().filter(|seat| seat.pid().is_some());
    writeln!(out, "\n{BOLD}The cluster stays up.{BOLD:#} Talk to it:")?;
    if let (Some(first), Some(last)) = (running().next(), running().next_back()) {
        writeln!(out, "  {program} members --control {}", first.control())?;
        writeln!(out, "  {program} info --control {}", first.control())?;
        writeln!(out, "  {program} services --control {}", first.control())?;
        writeln!(out, "  {program} event send --control {} hello", first.control())?;
        writeln!(out, "  {program} leave --control {}", last.control())?;
    }
    writeln!(out, "The agents:")?;
    for seat in running() {
        let (name, address, pid) = (seat.name(), seat.address(), seat.pid().unwrap_or_default());
        writeln!(out, "  {name} at {address}, process {pid}, log {}", seat.log().display())?;
    }
    let pids: Vec<String> = running().filter_map(|seat| Some(seat.pid()?.to_string())).collect();
    writeln!(out, "Stop them:\n  kill {}\n  rm -r {}", pids.join(" "), cluster.directory().path().display())?;
    Ok(())
}

/// The command that runs this program, as short as it can be.
fn program() -> String {
    let Ok(path) = std::env::current_exe() else { return "haulout".into() };
    let in_path = std::env::var_os("PATH").is_some_and(|paths| {
        std::env::split_paths(&paths).any(|directory| directory.join("haulout") == path)
    });
    if in_path {
        return "haulout".into();
    }
    let here = std::env::current_dir().unwrap_or_default();
    match path.strip_prefix(&here) {
        Ok(inside) => PathBuf::from(".").join(inside).display().to_string(),
        Err(_) => path.display().to_string(),
    }
}
