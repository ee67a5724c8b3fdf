//! `haulout members`: whom an agent knows.

use super::print_json;
use super::target::{connect, failure};
use crate::cli::MembersArgs;
use crate::clock::since_ms;
use crate::control::api::{self, Member, Members};
use crate::exit::{Answer, Failure};
use crate::table::{Cell, DOUBTFUL, FAINT, Table, ago, style_of};
use std::io::Write;

/// Lists members; the answer is no if none is in the states asked for.
pub(crate) async fn members(args: &MembersArgs, out: &mut impl Write) -> Result<Answer, Failure> {
    let (mut client, endpoint) = connect(&args.target).await?;
    let mut reply: Members = client.get(api::MEMBERS).await.map_err(|error| failure(&endpoint, &error))?;
    if !args.status.is_empty() {
        reply.members.retain(|member| args.status.contains(&member.state));
    }
    if args.json {
        print_json(out, &reply)?;
    } else {
        print(&reply, out)?;
    }
    Ok(if reply.members.is_empty() { Answer::No } else { Answer::Yes })
}

fn print(reply: &Members, out: &mut impl Write) -> Result<(), Failure> {
    let mut table = Table::new(&["NAME", "ADDRESS", "STATE", "SINCE", "INCARNATION", "HEALTH"]);
    for member in &reply.members {
        table.row(row(member));
    }
    if !reply.members.is_empty() {
        table.print(out)?;
    }
    if reply.stale {
        let hint = "this agent is not part of a cluster at present, so the list is old: see `haulout info`";
        writeln!(out, "{DOUBTFUL}{hint}{DOUBTFUL:#}")?;
    }
    Ok(())
}

fn row(member: &Member) -> [Cell; 6] {
    let name = if member.own { format!("{} (this agent)", member.name) } else { member.name.clone() };
    [
        name.into(),
        member.address.clone().into(),
        Cell::styled(member.state.to_string(), style_of(member.state)),
        ago(since_ms(member.since_ms)).into(),
        member.incarnation.to_string().into(),
        member.health.map_or_else(|| Cell::styled("-", FAINT), |health| health_of(health).into()),
    ]
}

/// Lifeguard's local health in words.
pub(super) fn health_of(health: u8) -> String {
    let word = match health {
        0 => "healthy",
        1..=3 => "slow",
        _ => "very slow",
    };
    format!("{health} {word}")
}
