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
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OtherKey => "the new identity is of another key: leave, and start an engine for it",
            Self::NotNewer => "the new identity does not supersede the present one",
        })
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
