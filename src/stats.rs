//! What happened, counted; and how full things are.

use crate::codec::MessageKind;
use crate::time::Instant;

/// Counters since the engine was made, and gauges as of the last call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Stats {
    /// Datagrams and bytes that came in and were decoded.
    pub received: Traffic,
    /// Datagrams and bytes that went out.
    pub sent: Traffic,
    /// What was not taken or not done, by reason.
    pub dropped: Dropped,
    /// How full things are.
    pub gauges: Gauges,
    /// The last comparison of digests that found them equal.
    pub last_equal: Option<Comparison>,
}

/// A comparison of digests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Comparison {
    /// When.
    pub at: Instant,
    /// The fingerprint of the other's key.
    pub with: u64,
}

/// Datagrams by kind, and bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Traffic {
    /// Datagrams by kind: the one of kind `k` at index `k - 1`.
    pub messages: [u64; MessageKind::ALL.len()],
    /// Bytes of all of them.
    pub bytes: u64,
    /// Updates in all of them.
    pub updates: u64,
    /// Other sections in all of them: what members published.
    pub broadcasts: u64,
}

impl Traffic {
    /// Datagrams of a kind.
    pub fn of(&self, kind: MessageKind) -> u64 {
        self.messages[usize::from(kind.number()) - 1]
    }

    /// Datagrams of all kinds.
    pub fn datagrams(&self) -> u64 {
        self.messages.iter().sum()
    }

    pub(crate) fn count(&mut self, kind: MessageKind, bytes: usize) {
        self.messages[usize::from(kind.number()) - 1] += 1;
        self.bytes += bytes as u64;
    }
}

/// What was not taken or not done, by reason.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Dropped {
    /// Datagrams that the codec could not read.
    pub malformed: u64,
    /// Datagrams over `limits.datagram_received`.
    pub too_long: u64,
    /// Sealed datagrams.
    pub sealed: u64,
    /// Datagrams in another version of the protocol.
    pub version: u64,
    /// Datagrams from a cluster with another label.
    pub cluster: u64,
    /// Datagrams meant for another member.
    pub misdirected: u64,
    /// Datagrams that came while the engine was dormant.
    pub dormant: u64,
    /// Datagrams that claimed to come from ourselves, or from another process with our key.
    pub own_key: u64,
    /// Datagrams from strangers that were neither answered by a challenge nor admitted.
    pub stranger: u64,
    /// Datagrams whose sections were not applied, since their sender is not an active member.
    pub unapplied: u64,
    /// Answers that matched nothing outstanding.
    pub unmatched: u64,
    /// Messages of a kind that this version does not know.
    pub unknown_messages: u64,
    /// Sections of a kind that this version does not know.
    pub unknown_sections: u64,
    /// Newcomers that the admission hook refused.
    pub not_admitted: u64,
    /// Newcomers beyond `limits.members`.
    pub full: u64,
    /// Departed members forgotten, by age or beyond `limits.departed`.
    pub forgotten: u64,
    /// Requests to help beyond `limits.relays`.
    pub relays_full: u64,
    /// Notices left out, by `limits.notices_per_second`, or 4 a second to those who did not speak to us, or one
    /// a subject and probe interval.
    pub notices_limited: u64,
    /// Corrections left out, by `limits.notices_per_second` or one a subject and probe interval.
    pub corrections_limited: u64,
    /// Challenges left out, by `limits.challenges_per_second`.
    pub challenges_limited: u64,
    /// Refusals left out, by `limits.refusals_per_second`.
    pub refusals_limited: u64,
    /// Requests of anti-entropy left without an answer, by `limits.answers_per_second` and `_per_peer`.
    pub answers_limited: u64,
    /// Pages that said that they go on where they cannot.
    pub broken_pages: u64,
    /// Sections that the broadcast plugin does not keep.
    pub unkept: u64,
    /// Manifests and records of an owner that is no member under that identity, of another life, or under the
    /// floor.
    pub records_void: u64,
    /// Records beyond `limits.records` or `limits.records_per_owner`.
    pub records_full: u64,
    /// Keys and values over `limits.record_key` and `limits.value`.
    pub values_too_long: u64,
    /// Records and user events of topics that are not registered here: kept and told on, but not read.
    pub unregistered: u64,
    /// User events whose time to live was over when they came.
    pub events_over: u64,
    /// User events from origins beyond `limits.origins`.
    pub origins_full: u64,
    /// User events beyond `limits.user_events`: delivered, but not told on.
    pub events_untold: u64,
    /// Datagrams shed beyond `limits.intents`.
    pub shed: u64,
    /// Datagrams and probes left out, since the host cannot send to the route: see `Engine::set_reach`.
    pub unreachable: u64,
    /// Datagrams that did not fit the caller's buffer or `limits.datagram_sent`.
    pub oversized: u64,
    /// Events dropped beyond `limits.events`.
    pub events: u64,
}

/// How full things are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Gauges {
    /// Members, oneself not counted.
    pub members: u32,
    /// Members held suspect.
    pub suspects: u32,
    /// Departed members remembered.
    pub departed: u32,
    /// Updates that are still being transmitted.
    pub gossip_backlog: u32,
    /// Datagrams waiting for `poll_transmit`.
    pub intents: u32,
    /// Pings under way for others.
    pub relays: u32,
    /// Records held, tombstones among them.
    pub records: u32,
    /// Owners of records.
    pub owners: u32,
    /// Manifests, records and user events that are still being transmitted.
    pub broadcast_backlog: u32,
    /// Origins of user events that are told apart.
    pub origins: u32,
    /// Lifeguard's local health: 0 is healthy, 8 the worst.
    pub health: u8,
}
