//! Why bytes are not a datagram, or a value cannot be put into one.

use crate::identity::{InvalidNode, MAX_NODE};
use core::fmt;

/// The error of [`ProtobufCodec`](crate::ProtobufCodec).
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
    /// A field's number is 0 or over 2²⁹ − 1, its wire type is none, or a group is not ended. The peer is to
    /// blame.
    Tag,
    /// A varint has more than 64 bits. The peer is to blame.
    Varint,
    /// A text is not UTF-8. The peer is to blame.
    Text,
    /// The bytes of a custom identity, key or route are not its protobuf message. The peer is to blame.
    Message,
    /// A field that must be there is not. The peer is to blame.
    Missing {
        /// Its name in the schema.
        name: &'static str,
    },
    /// A field has a value that it cannot have. The peer is to blame, or, when writing, the caller.
    Field {
        /// Its name in the schema.
        name: &'static str,
    },
    /// Versions are 1 to 15, and the one spoken is not above the highest. The peer is to blame, or, when
    /// writing, the caller.
    Version {
        /// The version that the datagram claims to be in.
        spoken: u32,
        /// The highest that its sender claims to speak.
        highest: u32,
    },
    /// A suspicion names more suspecters than [`haulout::codec::MAX_SUSPECTERS`]. The peer is to blame,
    /// or, when writing, the caller.
    Suspecters {
        /// How many were counted.
        count: usize,
    },
    /// A message is no identity, key or route. The peer is to blame.
    Node(InvalidNode),
    /// An identity, key or route takes more than [`MAX_NODE`] bytes. The peer is to blame, or, when writing,
    /// the caller, who chose it.
    TooLong,
    /// This kind of message or section cannot be written. The caller is to blame.
    Kind,
}

impl CodecError {
    /// Whether the bytes are no protobuf at all, whatever the values in them.
    pub(crate) fn is_malformed(self) -> bool {
        matches!(self, Self::Truncated | Self::Tag | Self::Varint | Self::Text | Self::Message)
    }
}

impl From<InvalidNode> for CodecError {
    fn from(invalid: InvalidNode) -> Self {
        Self::Node(invalid)
    }
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Truncated => f.write_str("it ends inside a field"),
            Self::Sealed => f.write_str("it is sealed"),
            Self::Tag => f.write_str("a tag is none, or a group does not end"),
            Self::Varint => f.write_str("a varint has more than 64 bits"),
            Self::Text => f.write_str("a text is not UTF-8"),
            Self::Message => f.write_str("an identity, key or route is not its protobuf message"),
            Self::Missing { name } => write!(f, "field `{name}` is missing"),
            Self::Field { name } => write!(f, "field `{name}` has an impossible value"),
            Self::Version { spoken, highest } => {
                write!(f, "it claims version {spoken} of a sender that speaks up to {highest}")
            }
            Self::Suspecters { count } => write!(f, "a suspicion names {count} suspecters"),
            Self::Node(invalid) => write!(f, "an identity, key or route is none: {invalid}"),
            Self::TooLong => write!(f, "an identity, key or route takes more than {MAX_NODE} bytes"),
            Self::Kind => f.write_str("this kind of message or section cannot be written"),
        }
    }
}

impl core::error::Error for CodecError {}
