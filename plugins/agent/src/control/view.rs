//! From what the node holds to what the control API says.

use super::api::{Counts, Equal, Info, JoinOutcome, JoinResult, Member, Members, State, Traffic};
use crate::agent::{Agent, Identity};
use crate::clock::unix_ms;
use haulout::codec::Refusal;
use haulout::{Phase, SeedOutcome};
use haulout_tokio::{JoinError, JoinReport, MemberView};
use std::collections::BTreeMap;
use std::num::NonZeroU32;

/// The agent itself, then the others by name.
pub(super) fn members(agent: &Agent) -> Members {
    let mut others: Vec<Member> = everyone(agent).iter().map(member).collect();
    others.sort_by(|a, b| a.name.cmp(&b.name));
    others.insert(0, own(agent));
    Members { stale: agent.handle.local().stale, members: others }
}

fn everyone(agent: &Agent) -> Vec<MemberView<Identity>> {
    let mut all = agent.handle.members();
    all.extend(agent.handle.departed());
    all
}

fn member(view: &MemberView<Identity>) -> Member {
    Member {
        name: view.identity.name().to_string(),
        address: view.identity.address().to_string(),
        epoch: view.identity.epoch(),
        incarnation: view.incarnation,
        state: view.state,
        since_ms: unix_ms(view.since),
        own: false,
        health: None,
    }
}

fn own(agent: &Agent) -> Member {
    let local = agent.handle.local();
    let state = if matches!(local.phase, Phase::Leaving) { State::Left } else { State::Alive };
    Member {
        name: local.identity.name().to_string(),
        address: local.identity.address().to_string(),
        epoch: local.identity.epoch(),
        incarnation: local.incarnation,
        state,
        since_ms: agent.about.started_ms,
        own: true,
        health: Some(agent.handle.health()),
    }
}

/// The agent's description of itself.
pub(super) fn info(agent: &Agent) -> Info {
    let (local, stats) = (agent.handle.local(), agent.handle.stats());
    let mut counts = Counts::default();
    counts.add(own(agent).state);
    let mut changed_ms = agent.about.started_ms;
    for view in everyone(agent) {
        counts.add(view.state);
        changed_ms = changed_ms.max(unix_ms(view.since));
    }
    let traffic =
        |traffic: &haulout::Traffic| Traffic { datagrams: traffic.datagrams(), bytes: traffic.bytes };
    Info {
        version: env!("CARGO_PKG_VERSION").into(),
        pid: std::process::id(),
        name: local.identity.name().to_string(),
        address: local.identity.address().to_string(),
        bind: agent.handle.bound().to_string(),
        control: agent.about.control.to_string(),
        epoch: local.identity.epoch(),
        incarnation: local.incarnation,
        phase: phase(local.phase).into(),
        stale: local.stale,
        health: agent.handle.health(),
        profile: agent.about.profile.into(),
        cluster: agent.about.cluster.map(|hash| format!("{hash:08x}")),
        started_ms: agent.about.started_ms,
        changed_ms,
        members: counts,
        synced: local.synced,
        last_equal: agent.handle.last_equal().map(equal),
        notices: agent.notices().list(),
        received: traffic(&stats.engine.received),
        sent: traffic(&stats.engine.sent),
        dropped: dropped(&stats.engine.dropped),
    }
}

fn equal(last: haulout_tokio::Equal<Identity>) -> Equal {
    Equal { at_ms: unix_ms(last.at), with: last.with.map(|member| member.name().to_string()) }
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Dormant => "dormant",
        Phase::Joining => "joining",
        Phase::Active => "active",
        Phase::Leaving => "leaving",
        Phase::Conflict => "conflict",
        _ => "unknown",
    }
}

/// The counters under the names of their fields.
fn dropped(dropped: &haulout::Dropped) -> BTreeMap<String, u64> {
    serde_json::to_value(dropped).and_then(serde_json::from_value).unwrap_or_default()
}

/// What became of one address that was asked to take the agent in: a row for each route that it led to.
pub(super) fn joined(agent: &Agent, address: &str, report: Result<JoinReport, JoinError>) -> Vec<JoinResult> {
    let result = |route: Option<String>, outcome, reason: Option<&str>, detail: String| JoinResult {
        address: address.into(),
        route,
        outcome,
        reason: reason.map(Into::into),
        detail,
    };
    let report = match report {
        Ok(report) => report,
        Err(error @ (JoinError::Resolve { .. } | JoinError::Seed(_))) => {
            return vec![result(None, JoinOutcome::Unresolved, None, error.to_string())];
        }
        Err(error) => return vec![result(None, JoinOutcome::NoAnswer, None, error.to_string())],
    };
    let row = |(route, outcome): (std::net::SocketAddr, SeedOutcome)| {
        let (outcome, reason, detail) = match outcome {
            SeedOutcome::Reached => (JoinOutcome::Reached, None, "a member took this agent in".into()),
            SeedOutcome::Refused { reason, cluster, .. } => {
                (JoinOutcome::Refused, Some(word(reason)), refused(agent, reason, cluster))
            }
            SeedOutcome::Myself => {
                (JoinOutcome::Myself, None, "the address leads to this agent itself".into())
            }
            SeedOutcome::NoAnswer => (
                JoinOutcome::NoAnswer,
                None,
                "nobody answered in time; it is asked again from time to time".into(),
            ),
            other => (JoinOutcome::NoAnswer, None, format!("{other:?}")),
        };
        result(Some(route.to_string()), outcome, reason, detail)
    };
    report.outcomes.into_iter().map(row).collect()
}

fn refused(agent: &Agent, reason: Refusal, theirs: Option<NonZeroU32>) -> String {
    let hash = |hash: Option<u32>| hash.map_or("no label".into(), |hash| format!("label hash {hash:08x}"));
    match reason {
        Refusal::Cluster => format!(
            "{reason} (it has {}, this agent {}): give both the same --label, or none",
            hash(theirs.map(NonZeroU32::get)),
            hash(agent.about.cluster)
        ),
        Refusal::Conflict => format!("{reason}: give this agent another --name, or stop the other one"),
        _ => reason.to_string(),
    }
}

fn word(reason: Refusal) -> &'static str {
    match reason {
        Refusal::Cluster => "cluster",
        Refusal::Version => "version",
        Refusal::NotAdmitted => "not_admitted",
        Refusal::Full => "full",
        Refusal::Conflict => "conflict",
        _ => "other",
    }
}
