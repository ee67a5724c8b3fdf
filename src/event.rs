//! What the engine tells its user.

use crate::codec::Refusal;
use crate::identity::Identity;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
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
            serialize = "I: serde::Serialize, I::Addr: serde::Serialize, I::Route: serde::Serialize",
            deserialize = "I: serde::Deserialize<'de>, I::Addr: serde::Deserialize<'de>, I::Route: serde::Deserialize<'de>"
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
    /// We go on under a newer identity, or, where ours cannot renew, at a higher incarnation.
    ///
    /// Most often we had been declared down, or to have left. It also comes when another process claimed to
    /// be us and we got past it, and, before [`Event::Active`], when a joiner meets its own earlier life in
    /// the cluster and renews past it.
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
    /// A member, or we ourselves, put a value under a key; it replaces what was there.
    ///
    /// Replaying these in order gives what the registry holds: `Published` puts, `Withdrawn` removes, and
    /// `Down`, `Left` and `Renewed` remove all that the member had published; what is still valid of it is
    /// published again.
    Published {
        /// The owner's key.
        owner: I::Addr,
        /// The number of the topic.
        topic: u32,
        /// The key under which it is put.
        key: Vec<u8>,
        /// The encoded value; [`Topic::decode`](crate::broadcast::Topic::decode) reads it.
        value: Vec<u8>,
    },
    /// The value under a key is gone.
    Withdrawn {
        /// The owner's key.
        owner: I::Addr,
        /// The number of the topic.
        topic: u32,
        /// The key under which it was.
        key: Vec<u8>,
    },
    /// A member, or we ourselves, made a moment known.
    UserEvent {
        /// The key of the member that sent it.
        origin: I::Addr,
        /// The number of the topic.
        topic: u32,
        /// Its Lamport time: later than whatever its sender had heard of before it.
        time: u64,
        /// The encoded value; [`Topic::decode`](crate::broadcast::Topic::decode) reads it.
        payload: Vec<u8>,
    },
    /// A member uses the number of one of our topics for a topic of another name: values of one are read as
    /// values of the other. Told once a minute at most.
    TopicConflict {
        /// The number.
        topic: u32,
        /// What it is called here.
        ours: String,
        /// What it is called there.
        theirs: String,
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

/// In plain words: `up 127.0.0.1:7946#5`, `seed 127.0.0.1:7946: no answer`.
impl<I: Identity + fmt::Display> fmt::Display for Event<I>
where
    I::Addr: fmt::Display,
    I::Route: fmt::Display,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Up { identity } => write!(f, "up {identity}"),
            Self::Suspected { identity } => write!(f, "suspected {identity}"),
            Self::Refuted { identity } => write!(f, "refuted {identity}"),
            Self::Down { identity } => write!(f, "down {identity}"),
            Self::Left { identity } => write!(f, "left {identity}"),
            Self::Renewed { old, new } => write!(f, "renewed {old} to {new}"),
            Self::Active => f.write_str("active"),
            Self::Idle => f.write_str("idle"),
            Self::Rejoined { identity } => write!(f, "rejoined as {identity}"),
            Self::Defunct => f.write_str("defunct"),
            Self::Synced => f.write_str("synced"),
            Self::Conflict { rival } => write!(f, "conflict with {rival}"),
            Self::Rival { identity } => write!(f, "rival {identity}"),
            Self::Seed { route, outcome } => write!(f, "seed {route}: {outcome}"),
            Self::Published { owner, topic, key, value } => {
                write!(
                    f,
                    "published topic {topic} `{}` by {owner}, {} bytes",
                    key.escape_ascii(),
                    value.len()
                )
            }
            Self::Withdrawn { owner, topic, key } => {
                write!(f, "withdrawn topic {topic} `{}` by {owner}", key.escape_ascii())
            }
            Self::UserEvent { origin, topic, time, payload } => {
                write!(f, "user event topic {topic} from {origin} at {time}, {} bytes", payload.len())
            }
            Self::TopicConflict { topic, ours, theirs } => {
                write!(f, "topic conflict: {topic} is `{ours}` here and `{theirs}` elsewhere")
            }
            Self::Lagged { missed } => write!(f, "lagged: {missed} missed"),
        }
    }
}

impl fmt::Display for SeedOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached => f.write_str("reached"),
            Self::Refused { reason: Refusal::Version, versions: (min, max), .. } => {
                write!(f, "refused: {} ({min} to {max})", Refusal::Version)
            }
            Self::Refused { reason, .. } => write!(f, "refused: {reason}"),
            Self::NoAnswer => f.write_str("no answer"),
            Self::Myself => f.write_str("myself"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::identity::Renewing;
    use alloc::string::ToString;
    use core::net::SocketAddr;

    #[test]
    fn events_are_told_in_plain_words() {
        let route = SocketAddr::from(([127, 0, 0, 1], 7946));
        let life = |epoch| Renewing::new(route, epoch);
        let (identity, missed) = (life(5), 3);
        let seed = |outcome| Event::Seed { route, outcome };
        let refused = |reason| SeedOutcome::Refused { reason, cluster: None, versions: (2, 3) };
        for (event, words) in [
            (Event::Up { identity }, "up 127.0.0.1:7946#5"),
            (Event::Suspected { identity }, "suspected 127.0.0.1:7946#5"),
            (Event::Refuted { identity }, "refuted 127.0.0.1:7946#5"),
            (Event::Down { identity }, "down 127.0.0.1:7946#5"),
            (Event::Left { identity }, "left 127.0.0.1:7946#5"),
            (Event::Renewed { old: identity, new: life(6) }, "renewed 127.0.0.1:7946#5 to 127.0.0.1:7946#6"),
            (Event::Active, "active"),
            (Event::Idle, "idle"),
            (Event::Rejoined { identity }, "rejoined as 127.0.0.1:7946#5"),
            (Event::Defunct, "defunct"),
            (Event::Conflict { rival: identity }, "conflict with 127.0.0.1:7946#5"),
            (Event::Rival { identity }, "rival 127.0.0.1:7946#5"),
            (Event::Lagged { missed }, "lagged: 3 missed"),
            (seed(SeedOutcome::Reached), "seed 127.0.0.1:7946: reached"),
            (seed(SeedOutcome::NoAnswer), "seed 127.0.0.1:7946: no answer"),
            (seed(SeedOutcome::Myself), "seed 127.0.0.1:7946: myself"),
            (seed(refused(Refusal::Full)), "seed 127.0.0.1:7946: refused: its table of members is full"),
            (
                seed(refused(Refusal::Version)),
                "seed 127.0.0.1:7946: refused: it speaks another version of the protocol (2 to 3)",
            ),
        ] {
            assert_eq!(event.to_string(), words);
        }
    }
}
