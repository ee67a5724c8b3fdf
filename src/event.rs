//! What the engine tells its user.

use crate::codec::Refusal;
use crate::identity::Identity;
use core::num::NonZeroU32;

/// A change that the user should know of.
///
/// Replaying the events in order always equals [`members()`](crate::Engine::members) in identity and
/// state: `Up` adds, `Down` and `Left` remove if it is there, `Suspected` and `Refuted` switch the state,
/// `Renewed` replaces the entry of its key by an alive one, or adds it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(
        rename_all = "snake_case",
        bound(
            serialize = "I: serde::Serialize, I::Route: serde::Serialize",
            deserialize = "I: serde::Deserialize<'de>, I::Route: serde::Deserialize<'de>"
        )
    )
)]
#[non_exhaustive]
pub enum Event<I: Identity> {
    /// A member is there that was not.
    Up {
        /// The member.
        identity: I,
    },
    /// A member is suspected.
    Suspected {
        /// The member.
        identity: I,
    },
    /// A suspected member is alive.
    Refuted {
        /// The member.
        identity: I,
    },
    /// A member was declared down.
    Down {
        /// The member.
        identity: I,
    },
    /// A member left, or one that was held down turns out to have left.
    Left {
        /// The member.
        identity: I,
    },
    /// A newer identity has taken the place of an older one of the same key. It is alive.
    Renewed {
        /// The identity that was held.
        old: I,
        /// The identity that is held from now on.
        new: I,
    },
    /// We are an active member: by `start`, or because a cluster took us in.
    Active,
    /// We have left; the engine is dormant.
    Idle,
    /// We had been declared down, or to have left, and are back under a newer identity.
    Rejoined {
        /// Our identity from now on.
        identity: I,
    },
    /// We had been declared down and our identity cannot renew: the engine is dormant.
    Defunct,
    /// An exchange has gone through all that differed since we joined: we hold what the cluster holds.
    Synced,
    /// Another process holds our key under a newer identity. We are silent until it is gone.
    Conflict {
        /// The identity that won.
        rival: I,
    },
    /// Another process claims our key under an older identity. It is told that it has lost.
    Rival {
        /// The identity that it claims.
        identity: I,
    },
    /// What became of an address given to `join`.
    Seed {
        /// The address.
        route: I::Route,
        /// What became of it.
        outcome: SeedOutcome,
    },
    /// Events were not fetched and the oldest were dropped: read the members anew.
    Lagged {
        /// How many were dropped.
        missed: u64,
    },
}

/// What became of an address given to `join`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
#[non_exhaustive]
pub enum SeedOutcome {
    /// A member answered and took us in.
    Reached,
    /// A member answered and refused.
    Refused {
        /// Why.
        reason: Refusal,
        /// The hash of its cluster's label.
        cluster: Option<NonZeroU32>,
        /// The lowest and the highest version of the protocol that it speaks.
        versions: (u8, u8),
    },
    /// Nobody answered within `join.timeout`. It is asked again from time to time.
    NoAnswer,
    /// The address leads to ourselves.
    Myself,
}
