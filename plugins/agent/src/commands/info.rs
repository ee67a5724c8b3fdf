//! `haulout info`: how an agent is doing.

use super::members::health_of;
use super::print_json;
use super::target::{connect, failure};
use crate::cli::InfoArgs;
use crate::clock::since_ms;
use crate::control::api::{self, Equal, Info, Traffic};
use crate::exit::{Answer, Failure};
use crate::table::{BAD, BOLD, ago, bytes};
use std::io::Write;

/// Prints an agent's description of itself.
pub(crate) async fn info(args: &InfoArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let (mut client, endpoint) = connect(&args.target).await?;
    let info: Info = client.get(api::INFO).await.map_err(|error| failure(&endpoint, &error))?;
    if args.json {
        print_json(out, &info)?;
    } else {
        print(&info, out)?;
    }
    Ok(Answer::Yes)
}

fn print(info: &Info, out: &mut impl Write) -> Result<(), Failure> {
    let listens =
        if info.bind == info.address { String::new() } else { format!(", listens on {}", info.bind) };
    let stale = if info.stale { ", out of the cluster: what it knows of others is old" } else { "" };
    let lines = [
        ("name", info.name.clone()),
        ("address", format!("{}{listens}", info.address)),
        ("phase", format!("{}{stale}", info.phase)),
        ("health", format!("{} (of 8; 0 is best)", health_of(info.health))),
        ("members", counts(info)),
        ("synced", synced(info)),
        ("changed", format!("{} ago", ago(since_ms(info.changed_ms)))),
        (
            "cluster",
            info.cluster.as_ref().map_or("no label".into(), |hash| format!("label with hash {hash}")),
        ),
        ("profile", info.profile.clone()),
        ("life", format!("epoch {}, incarnation {}", info.epoch, info.incarnation)),
        (
            "running",
            format!("{}, process {}, version {}", ago(since_ms(info.started_ms)), info.pid, info.version),
        ),
        ("control", info.control.clone()),
        ("received", traffic(info.received)),
        ("sent", traffic(info.sent)),
        ("dropped", dropped(info)),
    ];
    for (label, text) in lines {
        writeln!(out, "{BOLD}{label:<9}{BOLD:#} {text}")?;
    }
    for notice in &info.notices {
        let (kind, when) = (&notice.kind, ago(since_ms(notice.at_ms)));
        let times = if notice.times > 1 { format!(", {} times", notice.times) } else { String::new() };
        writeln!(
            out,
            "{BAD}{kind:<9}{BAD:#} {} ({when} ago{times})\n{:10}{}",
            notice.message, "", notice.advice
        )?;
    }
    Ok(())
}

fn counts(info: &Info) -> String {
    let counts = info.members;
    let all =
        [(counts.alive, "alive"), (counts.suspect, "suspect"), (counts.down, "down"), (counts.left, "left")];
    let some = all.iter().filter(|(count, _)| *count > 0).map(|(count, state)| format!("{count} {state}"));
    some.collect::<Vec<_>>().join(", ")
}

/// Whether the view is complete, and when it was last found equal to another member's.
fn synced(info: &Info) -> String {
    let complete = if info.synced { "the view is complete" } else { "the view is not complete" };
    let Some(Equal { at_ms, with }) = &info.last_equal else { return complete.into() };
    let with = with.as_deref().unwrap_or("a member");
    format!("{complete}; it was equal to that of {with} {} ago", ago(since_ms(*at_ms)))
}

fn traffic(traffic: Traffic) -> String {
    format!("{} datagrams, {}", traffic.datagrams, bytes(traffic.bytes))
}

fn dropped(info: &Info) -> String {
    let some = info
        .dropped
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(reason, count)| format!("{reason} {count}"));
    let some = some.collect::<Vec<_>>().join(", ");
    if some.is_empty() { "nothing".into() } else { some }
}
