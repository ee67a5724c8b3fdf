//! What can go wrong, and who is to blame. Every variant leaves the engine's state unchanged.

use core::fmt;
use core::num::NonZeroU32;

/// A value in [`Config`](crate::Config), or the identity given with it, is impossible. The caller is to
/// blame; no engine was made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConfigError {
    /// The field, with its path: `probe.timeout`.
    pub field: &'static str,
    /// What is wrong with it and what is allowed.
    pub problem: &'static str,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "config field `{}`: {}", self.field, self.problem)
    }
}

impl core::error::Error for ConfigError {}

/// A command could not be carried out. The caller is to blame; nothing changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandError {
    /// The new identity is of another key. Leave, and join with an engine of its own.
    OtherKey,
    /// The new identity does not supersede the present one, so no member would take it.
    NotNewer,
    /// The topic is not registered.
    NotRegistered {
        /// Its number.
        topic: u32,
    },
    /// The topic is registered for values of another type, or for the other of records and user events.
    OtherType {
        /// Its number.
        topic: u32,
    },
    /// The value cannot be encoded.
    Unencodable {
        /// The number of its topic.
        topic: u32,
        /// What is wrong.
        problem: &'static str,
    },
    /// The key of a record is over `limits.record_key`.
    KeyTooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit.
        limit: u32,
    },
    /// The value is over `limits.value`. Put it where it can be fetched, and publish its address.
    ValueTooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit.
        limit: u32,
    },
    /// We have as many records as `limits.records_per_owner` allows, or hold as many as `limits.records` does.
    TooManyRecords {
        /// The limit.
        limit: u32,
    },
    /// So many of our user events are still being transmitted. Send it again in a moment.
    EventsInFlight {
        /// The limit.
        limit: usize,
    },
    /// Another process publishes under our identity, which cannot renew. End one of the two.
    Twin,
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherKey => {
                f.write_str("the new identity is of another key: leave, and start an engine for it")
            }
            Self::NotNewer => f.write_str("the new identity does not supersede the present one"),
            Self::NotRegistered { topic } => write!(f, "topic {topic} is not registered"),
            Self::OtherType { topic } => {
                write!(
                    f,
                    "topic {topic} is registered for another type, or for the other of records and events"
                )
            }
            Self::Unencodable { topic, problem } => write!(f, "value of topic {topic} {problem}"),
            Self::KeyTooLong { len, limit } => {
                write!(f, "the key has {len} bytes, and `limits.record_key` is {limit}")
            }
            Self::ValueTooLong { len, limit } => write!(
                f,
                "the value has {len} bytes, and `limits.value` is {limit}: put it where it can be fetched, and \
                 publish its address"
            ),
            Self::TooManyRecords { limit } => {
                write!(f, "there are {limit} records, which is the limit: remove one first")
            }
            Self::EventsInFlight { limit } => {
                write!(
                    f,
                    "{limit} user events of ours are still being transmitted: send it again in a moment"
                )
            }
            Self::Twin => f.write_str(
                "another process publishes under our identity, which cannot renew: end one of the two",
            ),
        }
    }
}

impl core::error::Error for CommandError {}

/// A datagram was not taken. The peer, or whoever wrote the bytes, is to blame; it was counted and
/// dropped, and nothing else changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DatagramError<E> {
    /// The codec could not read it.
    Malformed(E),
    /// It is longer than `limits.datagram_received`.
    TooLong {
        /// Its length in bytes.
        len: usize,
    },
    /// It is sealed, and no keys are configured here.
    Sealed,
    /// It is written in a version of the protocol that is not spoken here.
    Version {
        /// The version that it is written in.
        spoken: u8,
        /// The highest version that its sender speaks.
        highest: u8,
    },
    /// It comes from a cluster with another label.
    Cluster {
        /// The hash of that label.
        theirs: Option<NonZeroU32>,
    },
    /// It is meant for another member, which was at this address before.
    Misdirected,
    /// The engine is dormant: it was not started, or it has left.
    Dormant,
}

impl<E: fmt::Display> fmt::Display for DatagramError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "malformed datagram: {error}"),
            Self::TooLong { len } => write!(f, "datagram of {len} bytes is over the limit"),
            Self::Sealed => f.write_str("datagram is sealed, and no keys are configured here"),
            Self::Version { spoken, highest } => {
                write!(f, "datagram is in protocol version {spoken} (its sender speaks up to {highest})")
            }
            Self::Cluster { theirs: Some(hash) } => {
                write!(f, "datagram is from another cluster (label hash {hash:08x})")
            }
            Self::Cluster { theirs: None } => f.write_str("datagram is from a cluster without a label"),
            Self::Misdirected => f.write_str("datagram is meant for another member"),
            Self::Dormant => f.write_str("the engine is dormant"),
        }
    }
}

impl<E: core::error::Error + 'static> core::error::Error for DatagramError<E> {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}
