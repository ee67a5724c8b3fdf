//! # The protobuf codec of Haulout
//!
//! [`ProtobufCodec`] writes each datagram as one `haulout.v1.Packet`, which any protobuf runtime parses in one
//! call, so that members in every language take part. The schema is `proto/haulout/v1/haulout.proto`, the
//! specification `proto/README.md`.
//!
//! Any identity that implements [`ProtoIdentity`] goes on this wire: it names its protobuf message and
//! converts to and from it. The stock identities over socket addresses and texts are ready-made; their message
//! is [`v1::Node`].
//!
//! Invariants: encoding is canonical (ascending fields, shortest varints, defaults left out), so equal values
//! are equal bytes in every language; whatever the generated types of [`v1`] read, the codec reads as the same.
//!
//! Costs: bytes are written to the datagram and read from it directly, without messages in between. Nothing is
//! allocated to write. Reading allocates what the identities own (nothing, for the stock ones over socket
//! addresses), a small vector for a suspicion that names suspecters, and one for the values of a comparison.
#![no_std]

extern crate alloc;

mod codec;
mod error;
mod identity;
mod node;
mod reader;
pub mod v1;
mod wire;
mod writer;

pub use codec::ProtobufCodec;
pub use error::CodecError;
pub use identity::{InvalidNode, MAX_NODE, ProtoIdentity};
pub use node::{NodeAddress, SocketNode};
pub use wire::Sections;
