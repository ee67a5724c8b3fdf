//! What an identity has to do to go on this wire.

use crate::error::CodecError;
use core::fmt;
use haulout::{Identity, Out};
use prost::Message;

/// The most bytes that an encoded identity, key or route may take, 128.
pub const MAX_NODE: usize = 128;

/// Why a message is no identity, key or route: a few words for a log. The peer is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidNode(pub &'static str);

impl fmt::Display for InvalidNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for InvalidNode {}

/// An identity that goes on the protobuf wire, as a message of its own in the place of `haulout.v1.Node`.
///
/// One message serves for identity, key and route: the latter two have fewer of its fields. The six
/// conversions are all that has to be written. The six methods after them write and read the bytes through
/// these; override them to do without the message in between, with the same bytes.
///
/// # Laws
/// - `from_message` undoes `to_message`, and so for keys and routes;
/// - equal values are equal messages;
/// - none takes more than [`MAX_NODE`] bytes.
///
/// `haulout::conformance::codec` checks them, with [`ProtobufCodec`](crate::ProtobufCodec).
pub trait ProtoIdentity: Identity {
    /// The message.
    type Message: Message + Default;

    /// The identity as a message.
    fn to_message(&self) -> Self::Message;

    /// The identity that a message is.
    fn from_message(message: &Self::Message) -> Result<Self, InvalidNode>;

    /// A key as a message.
    fn key_to_message(key: &Self::Addr) -> Self::Message;

    /// The key that a message is.
    fn key_from_message(message: &Self::Message) -> Result<Self::Addr, InvalidNode>;

    /// A route as a message.
    fn route_to_message(route: &Self::Route) -> Self::Message;

    /// The route that a message is.
    fn route_from_message(message: &Self::Message) -> Result<Self::Route, InvalidNode>;

    /// Writes the fields of the identity; false if they do not fit.
    fn put_identity(&self, out: &mut Out<'_>) -> bool {
        put(&self.to_message(), out)
    }

    /// Reads the fields of an identity.
    fn take_identity(bytes: &[u8]) -> Result<Self, CodecError> {
        Ok(Self::from_message(&take(bytes)?)?)
    }

    /// Writes the fields of a key; false if they do not fit.
    fn put_key(key: &Self::Addr, out: &mut Out<'_>) -> bool {
        put(&Self::key_to_message(key), out)
    }

    /// Reads the fields of a key.
    fn take_key(bytes: &[u8]) -> Result<Self::Addr, CodecError> {
        Ok(Self::key_from_message(&take(bytes)?)?)
    }

    /// Writes the fields of a route; false if they do not fit.
    fn put_route(route: &Self::Route, out: &mut Out<'_>) -> bool {
        put(&Self::route_to_message(route), out)
    }

    /// Reads the fields of a route.
    fn take_route(bytes: &[u8]) -> Result<Self::Route, CodecError> {
        Ok(Self::route_from_message(&take(bytes)?)?)
    }
}

/// A slice as a `BufMut` panics when it is full, so the length comes first.
fn put(message: &impl Message, out: &mut Out<'_>) -> bool {
    let len = message.encoded_len();
    let Some(mut room) = out.spare().get_mut(..len) else { return false };
    if message.encode(&mut room).is_err() {
        return false;
    }
    out.advance(len);
    true
}

fn take<M: Message + Default>(bytes: &[u8]) -> Result<M, CodecError> {
    M::decode(bytes).map_err(|_| CodecError::Message)
}
