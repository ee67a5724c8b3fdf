//! Topics: a number on the wire, a name for people, the type of their values and how it is encoded.

use crate::error::CommandError;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A type with a wire form of its own, for [`Topic::new`].
pub trait Value: Sized {
    /// Appends the wire form.
    fn encode(&self, out: &mut Vec<u8>);

    /// Reads it; an error says what is wrong.
    fn decode(bytes: &[u8]) -> Result<Self, &'static str>;
}

impl Value for Vec<u8> {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self);
    }

    fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        Ok(bytes.into())
    }
}

impl Value for String {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.as_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        core::str::from_utf8(bytes).map(Into::into).map_err(|_| "not UTF-8")
    }
}

/// A topic of values of type `T`.
///
/// Its number is what the wire carries, so it stays what it is for ever; numbers below 256 cost one byte
/// less. Its name is told to joiners and by them, so that two uses of one number are noticed.
pub struct Topic<T> {
    pub(super) id: u32,
    pub(super) name: &'static str,
    pub(super) encode: fn(&T, &mut Vec<u8>) -> Result<(), &'static str>,
    pub(super) decode: fn(&[u8]) -> Result<T, &'static str>,
}

impl<T> Topic<T> {
    /// A topic of values that have a wire form of their own: bytes, text, or any [`Value`].
    pub const fn new(id: u32, name: &'static str) -> Self
    where
        T: Value,
    {
        Self::with(id, name, encode_value, T::decode)
    }

    /// A topic whose values these functions write and read. Errors say what is wrong.
    pub const fn with(
        id: u32,
        name: &'static str,
        encode: fn(&T, &mut Vec<u8>) -> Result<(), &'static str>,
        decode: fn(&[u8]) -> Result<T, &'static str>,
    ) -> Self {
        Self { id, name, encode, decode }
    }

    /// A topic of serde values, encoded by `postcard`.
    #[cfg(feature = "postcard")]
    pub const fn postcard(id: u32, name: &'static str) -> Self
    where
        T: serde::Serialize + serde::de::DeserializeOwned,
    {
        Self::with(
            id,
            name,
            |value, out| {
                let flavor = postcard::ser_flavors::ExtendFlavor::new(core::mem::take(out));
                *out = postcard::serialize_with_flavor(value, flavor).map_err(|_| "does not serialise")?;
                Ok(())
            },
            |bytes| postcard::from_bytes(bytes).map_err(|_| "not such a serde value"),
        )
    }

    /// A topic of protobuf messages, for members in any language.
    #[cfg(feature = "prost")]
    pub const fn prost(id: u32, name: &'static str) -> Self
    where
        T: prost::Message + Default,
    {
        Self::with(
            id,
            name,
            |value, out| value.encode(out).map_err(|_| "does not encode"),
            |bytes| T::decode(bytes).map_err(|_| "not such a protobuf message"),
        )
    }

    /// The number on the wire.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The name.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Writes a value of this topic, to be published by [`Registry::put`](super::Registry::put) or
    /// [`Registry::send`](super::Registry::send).
    pub fn encode(&self, value: &T) -> Result<Encoded<T>, CommandError> {
        let mut bytes = Vec::new();
        let encoded = (self.encode)(value, &mut bytes);
        encoded.map_err(|problem| CommandError::Unencodable { topic: self.id, problem })?;
        Ok(Encoded { topic: *self, bytes })
    }

    /// Reads a value of this topic, as events carry it.
    pub fn decode(&self, bytes: &[u8]) -> Result<T, DecodeError> {
        (self.decode)(bytes).map_err(|problem| DecodeError { topic: self.id, problem })
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is one of those that may fail")]
fn encode_value<T: Value>(value: &T, out: &mut Vec<u8>) -> Result<(), &'static str> {
    value.encode(out);
    Ok(())
}

impl<T> Clone for Topic<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Topic<T> {}

impl<T> fmt::Debug for Topic<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topic").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

/// A value of a topic in its wire form, which may go to another thread whatever the value may: see
/// [`Topic::encode`].
pub struct Encoded<T> {
    pub(super) topic: Topic<T>,
    pub(super) bytes: Vec<u8>,
}

impl<T> Encoded<T> {
    /// The topic that it is a value of.
    pub fn topic(&self) -> &Topic<T> {
        &self.topic
    }

    /// The wire form.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl<T> Clone for Encoded<T> {
    fn clone(&self) -> Self {
        Self { topic: self.topic, bytes: self.bytes.clone() }
    }
}

impl<T> fmt::Debug for Encoded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoded").field("topic", &self.topic).field("bytes", &self.bytes).finish()
    }
}

/// Bytes that a member published are not a value of their topic. The publisher is to blame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The number of the topic.
    pub topic: u32,
    /// What is wrong.
    pub problem: &'static str,
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "value of topic {}: {}", self.topic, self.problem)
    }
}

impl core::error::Error for DecodeError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip<T: PartialEq + fmt::Debug>(topic: &Topic<T>, value: &T) -> Vec<u8> {
        let mut bytes = Vec::new();
        (topic.encode)(value, &mut bytes).unwrap();
        assert_eq!(topic.decode(&bytes).as_ref(), Ok(value));
        bytes
    }

    #[test]
    fn text_and_bytes_are_their_own_form() {
        assert_eq!(round_trip(&Topic::<String>::new(7, "text"), &"größer".into()), "größer".as_bytes());
        assert_eq!(round_trip(&Topic::<Vec<u8>>::new(7, "bytes"), &[0xff, 0].into()), [0xff, 0]);
        let error = Topic::<String>::new(7, "text").decode(&[0xff]).unwrap_err();
        assert_eq!(error, DecodeError { topic: 7, problem: "not UTF-8" });
    }

    #[cfg(feature = "postcard")]
    #[test]
    fn serde_values_are_encoded_by_postcard() {
        #[derive(Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        struct Load {
            cpu: u16,
            disk: String,
        }
        let topic = Topic::<Load>::postcard(7, "load");
        // A varint of two bytes, then a length and the text: postcard's specification.
        assert_eq!(round_trip(&topic, &Load { cpu: 300, disk: "a".into() }), [0xac, 2, 1, b'a']);
        assert!(topic.decode(&[0xac, 2, 9, b'a']).is_err());
    }

    #[cfg(feature = "prost")]
    #[test]
    fn protobuf_messages_are_encoded_by_prost() {
        let topic = Topic::<String>::prost(7, "wrapped");
        // google.protobuf.StringValue: field 1, of its length.
        assert_eq!(round_trip(&topic, &"ab".into()), [0x0a, 2, b'a', b'b']);
        assert!(topic.decode(&[0x0a, 9, b'a']).is_err());
    }
}
