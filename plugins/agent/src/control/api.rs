//! What the control API takes and gives: the stable JSON forms, documented in the README of this crate.
//!
//! Fields are added, never renamed or given another meaning; a reader ignores those that it does not know.

mod events;
mod services;

pub(crate) use events::*;
pub(crate) use services::*;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `GET`: the members.
pub(crate) const MEMBERS: &str = "/v1/members";
/// `GET`: the agent itself.
pub(crate) const INFO: &str = "/v1/info";
/// `POST`: ask addresses to take the agent in.
pub(crate) const JOIN: &str = "/v1/join";
/// `POST`: leave the cluster and stop.
pub(crate) const LEAVE: &str = "/v1/leave";

/// The four states of a member.
pub(crate) use haulout::State;

/// Answer of [`MEMBERS`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Members {
    /// Whether the agent is out of the cluster at present, so that the list is old.
    pub(crate) stale: bool,
    /// The agent itself, then the others by name; those that are down or left as well.
    pub(crate) members: Vec<Member>,
}

/// One member.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Member {
    /// Its name, unique in the cluster.
    pub(crate) name: String,
    /// Its address, IP and port.
    pub(crate) address: String,
    /// Which life of this name it is; newer lives have later epochs.
    pub(crate) epoch: u64,
    /// How often it has answered suspicion in this life.
    pub(crate) incarnation: u32,
    /// `alive`, `suspect`, `down` or `left`.
    pub(crate) state: State,
    /// Since when this agent has held that state of this life, in milliseconds of Unix time.
    pub(crate) since_ms: u64,
    /// Whether it is the agent that answers.
    #[serde(rename = "self")]
    pub(crate) own: bool,
    /// The agent's own health, 0 (healthy) to 8; only on its own row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) health: Option<u8>,
}

/// Answer of [`INFO`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Info {
    /// Version of the program.
    pub(crate) version: String,
    /// The agent's process.
    pub(crate) pid: u32,
    /// The agent's name.
    pub(crate) name: String,
    /// The address that others reach it by.
    pub(crate) address: String,
    /// The address that it listens on.
    pub(crate) bind: String,
    /// Its control socket.
    pub(crate) control: String,
    /// Which life of its name this is.
    pub(crate) epoch: u64,
    /// How often it has answered suspicion in this life.
    pub(crate) incarnation: u32,
    /// `joining`, `active`, `leaving`, `conflict` or `dormant`.
    pub(crate) phase: String,
    /// Whether it is out of the cluster at present, so that what it knows of others is old.
    pub(crate) stale: bool,
    /// 0 (healthy) to 8: how much it distrusts its own timing.
    pub(crate) health: u8,
    /// `lan`, `wan` or `local`.
    pub(crate) profile: String,
    /// Hash of the cluster's label, eight hexadecimal digits; `null` without a label.
    pub(crate) cluster: Option<String>,
    /// When it started, in milliseconds of Unix time.
    pub(crate) started_ms: u64,
    /// When a member last changed its state or its life, in milliseconds of Unix time.
    pub(crate) changed_ms: u64,
    /// How many members it lists in each state, itself among them.
    pub(crate) members: Counts,
    /// Whether its view is complete: it went through all that differed since it joined.
    pub(crate) synced: bool,
    /// The last comparison that found another member's view equal to its own; `null` before the first.
    pub(crate) last_equal: Option<Equal>,
    /// What an operator should know, oldest first.
    pub(crate) notices: Vec<Notice>,
    /// What came in.
    pub(crate) received: Traffic,
    /// What went out.
    pub(crate) sent: Traffic,
    /// What was not taken or not done, by reason; the names are those of `haulout::Dropped`.
    pub(crate) dropped: BTreeMap<String, u64>,
}

/// A comparison of views that found them equal.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Equal {
    /// When, in milliseconds of Unix time.
    pub(crate) at_ms: u64,
    /// The other member's name; `null` once it is forgotten.
    pub(crate) with: Option<String>,
}

/// Members by state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Counts {
    /// Members that answer.
    pub(crate) alive: u32,
    /// Members that somebody had no answer from.
    pub(crate) suspect: u32,
    /// Members that did not answer in time.
    pub(crate) down: u32,
    /// Members that said that they leave.
    pub(crate) left: u32,
}

impl Counts {
    /// Counts one more member.
    pub(crate) fn add(&mut self, state: State) {
        *match state {
            State::Alive => &mut self.alive,
            State::Suspect => &mut self.suspect,
            State::Down => &mut self.down,
            State::Left => &mut self.left,
        } += 1;
    }
}

/// Something that an operator should know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Notice {
    /// `conflict` (this agent lost its name), `rival` (another was turned away), `defunct`.
    pub(crate) kind: String,
    /// When it was last seen, in milliseconds of Unix time.
    pub(crate) at_ms: u64,
    /// How often it was seen.
    pub(crate) times: u64,
    /// What happened.
    pub(crate) message: String,
    /// What to do.
    pub(crate) advice: String,
}

/// Datagrams and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Traffic {
    /// Datagrams.
    pub(crate) datagrams: u64,
    /// Their bytes, without the heads of UDP and IP.
    pub(crate) bytes: u64,
}

/// Request of [`JOIN`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Join {
    /// Host names or IP addresses, with or without a port.
    pub(crate) addresses: Vec<String>,
}

/// Answer of [`JOIN`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Joined {
    /// Whether any address was reached.
    pub(crate) reached: bool,
    /// What became of each address, in the order of the request.
    pub(crate) results: Vec<JoinResult>,
}

/// What became of one address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JoinResult {
    /// The address as it was asked for.
    pub(crate) address: String,
    /// The IP address and port that were tried; `null` where the name leads to none.
    pub(crate) route: Option<String>,
    /// What became of it.
    pub(crate) outcome: JoinOutcome,
    /// Why it was refused, or did not resolve: one word for `refused` (`cluster`, `version`,
    /// `not_admitted`, `full`, `conflict`, `other`), else `null`.
    pub(crate) reason: Option<String>,
    /// The same for people.
    pub(crate) detail: String,
}

/// What became of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum JoinOutcome {
    /// A member answered and took the agent in.
    Reached,
    /// A member answered and refused.
    Refused,
    /// Nobody answered in time.
    NoAnswer,
    /// The address leads to the agent itself.
    Myself,
    /// The host name leads nowhere.
    Unresolved,
}

/// Answer of [`LEAVE`]: sent when the agent has left, just before it stops.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Left {
    /// Whether the farewell was sent in time; else the agent stops all the same.
    pub(crate) left: bool,
    /// How long it took, in milliseconds.
    pub(crate) took_ms: u64,
}

/// Answer to whatever fails.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Error {
    /// What is wrong and what to do.
    pub(crate) error: String,
}
