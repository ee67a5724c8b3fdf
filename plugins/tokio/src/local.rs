//! What a node publishes about itself.

use haulout::{Phase, Stats};
use std::time::SystemTime;

/// A node's own side of membership.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Local<I> {
    /// Its identity, which changes when it renews.
    pub identity: I,
    /// Its incarnation.
    pub incarnation: u32,
    /// Where it stands. `Dormant` after it left, and for as long as no seed's name could be resolved.
    pub phase: Phase,
    /// Whether what the node holds of others is old: it is dormant, or in conflict.
    pub stale: bool,
    /// Whether its view is complete: an exchange went through all that differed since it joined, and it is not
    /// stale.
    pub synced: bool,
    /// In conflict: the member that holds our key.
    pub conflict: Option<I>,
    /// The last process that claimed our key and lost.
    pub rival: Option<Sighting<I>>,
}

/// An identity and when it was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sighting<I> {
    /// The identity.
    pub identity: I,
    /// When, by the wall clock of this machine.
    pub at: SystemTime,
}

/// A comparison that found another member's view equal to ours.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Equal<I> {
    /// The other one, as it is held now; `None` once it is forgotten.
    pub with: Option<I>,
    /// When, by the wall clock of this machine.
    pub at: SystemTime,
}

/// Counters of a node, as of its last turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NodeStats {
    /// Those of the engine.
    pub engine: Stats,
    /// When `engine.last_equal` was noted, by the wall clock of this machine.
    pub last_equal_at: Option<SystemTime>,
    /// Those of the transport.
    pub transport: TransportStats,
}

/// What the transport could not do. None of it stops a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransportStats {
    /// Errors in the place of a received datagram: ICMP messages, mostly.
    pub receive_errors: u64,
    /// Datagrams that could not be sent: unreachable network, another address family, full buffers.
    pub send_errors: u64,
}
