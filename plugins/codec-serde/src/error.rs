//! Why bytes are not a datagram, or a value cannot be put into one.

use core::fmt;

/// The error of both codecs.
///
/// Each variant says who is to blame. Reading changes nothing; after a failed `put_*` the caller takes
/// back what was written since ([`haulout::Out::truncate`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CodecError {
    /// The datagram ends inside a field. The peer is to blame.
    Truncated,
    /// The datagram is sealed (its first byte is zero) and was not opened before it came here. The
    /// caller is to blame, or a peer that seals where nobody else does.
    Sealed,
    /// Versions are 1 to 15, and the one spoken is not above the highest. The peer is to blame, or, when
    /// writing, the caller.
    Version {
        /// The version that the datagram claims to be in.
        spoken: u8,
        /// The highest that its sender claims to speak.
        highest: u8,
    },
    /// A varint is longer than ten bytes, or its number exceeds its field. The peer is to blame.
    Varint,
    /// A field has a value that it cannot have. The peer is to blame, or, when writing, the caller.
    Field {
        /// Its name in the wire's table.
        name: &'static str,
    },
    /// A suspicion names more suspecters than [`haulout::codec::MAX_SUSPECTERS`]. The peer is to blame,
    /// or, when writing, the caller.
    Suspecters {
        /// How many.
        count: usize,
    },
    /// The bytes of an identity, key or route are not one. The peer is to blame.
    Value,
    /// An identity, key or route takes more than [`crate::MAX_VALUE`] bytes. The peer is to blame, or,
    /// when writing, the caller, who chose it.
    TooLong,
    /// An identity, key or route does not serialise. The caller is to blame.
    Unserializable,
    /// This kind of message or section cannot be written. The caller is to blame.
    Kind,
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("it ends inside a field"),
            Self::Sealed => f.write_str("it is sealed"),
            Self::Version { spoken, highest } => {
                write!(f, "it claims version {spoken} of a sender that speaks up to {highest}")
            }
            Self::Varint => f.write_str("a varint is over-long or exceeds its field"),
            Self::Field { name } => write!(f, "field `{name}` has an impossible value"),
            Self::Suspecters { count } => write!(f, "a suspicion names {count} suspecters"),
            Self::Value => f.write_str("the bytes of an identity, key or route are not one"),
            Self::TooLong => {
                write!(f, "an identity, key or route takes more than {} bytes", crate::MAX_VALUE)
            }
            Self::Unserializable => f.write_str("an identity, key or route does not serialise"),
            Self::Kind => f.write_str("this kind of message or section cannot be written"),
        }
    }
}

impl core::error::Error for CodecError {}
