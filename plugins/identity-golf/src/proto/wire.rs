//! The bytes of a [`GolfedNode`](crate::v1::GolfedNode), without one in between.
//!
//! What is written is canonical: fields ascend, varints are the shortest, defaults are left out. What is read is
//! what the message's own decoder reads, but that a known field of another wire type is an unknown one.

use super::{NodeFields, ProtoValue};
use haulout::Out;
use haulout_codec_protobuf::CodecError;
use prost::DecodeError;
use prost::encoding::{DecodeContext, WireType, decode_key, decode_varint, skip_field};

const SMALL: u32 = 1;
const FOUR: u32 = 2;
const EIGHT: u32 = 3;
const MANY: u32 = 4;
const IP: u32 = 5;
const PORT: u32 = 6;

/// Writes the fields that say a value; false if they do not fit.
#[inline]
pub fn put(value: &impl ProtoValue, out: &mut Out<'_>) -> bool {
    value.with_fields(|NodeFields { small, four, eight, many, ip, port }| {
        (small == 0 || tag(SMALL, WireType::Varint, out) && out.put_varint(small))
            && (four == 0 || tag(FOUR, WireType::ThirtyTwoBit, out) && out.put(&four.to_le_bytes()))
            && (eight == 0 || tag(EIGHT, WireType::SixtyFourBit, out) && out.put(&eight.to_le_bytes()))
            && put_bytes(MANY, many, out)
            && put_bytes(IP, ip, out)
            && (port == 0 || tag(PORT, WireType::Varint, out) && out.put_varint(port.into()))
    })
}

fn tag(field: u32, wire: WireType, out: &mut Out<'_>) -> bool {
    out.put_varint(u64::from(field << 3 | wire as u32))
}

fn put_bytes(field: u32, bytes: &[u8], out: &mut Out<'_>) -> bool {
    bytes.is_empty()
        || tag(field, WireType::LengthDelimited, out) && out.put_varint(bytes.len() as u64) && out.put(bytes)
}

/// Reads the value that bytes say.
#[inline]
pub fn take<T: ProtoValue>(bytes: &[u8]) -> Result<T, CodecError> {
    let fields = fields(bytes).ok_or(CodecError::Message)?;
    Ok(T::of_fields(fields)?)
}

/// The fields; of several the last counts. `None` if these are not the bytes of a message.
#[inline]
fn fields(mut bytes: &[u8]) -> Option<NodeFields<'_>> {
    let (mut fields, rest) = (NodeFields::default(), &mut bytes);
    while !rest.is_empty() {
        match decode_key(rest).ok()? {
            (SMALL, WireType::Varint) => fields.small = decode_varint(rest).ok()?,
            (FOUR, WireType::ThirtyTwoBit) => fields.four = u32::from_le_bytes(array(rest)?),
            (EIGHT, WireType::SixtyFourBit) => fields.eight = u64::from_le_bytes(array(rest)?),
            (MANY, WireType::LengthDelimited) => fields.many = slice(rest)?,
            (IP, WireType::LengthDelimited) => fields.ip = slice(rest)?,
            (PORT, WireType::Varint) => fields.port = decode_varint(rest).ok()? as u32,
            (field, wire) => skip(field, wire, rest).ok()?,
        }
    }
    Some(fields)
}

fn skip(field: u32, wire: WireType, rest: &mut &[u8]) -> Result<(), DecodeError> {
    skip_field(wire, field, rest, DecodeContext::default())
}

fn array<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (array, after) = rest.split_first_chunk()?;
    *rest = after;
    Some(*array)
}

fn slice<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let len = usize::try_from(decode_varint(rest).ok()?).ok()?;
    let (slice, after) = rest.split_at_checked(len)?;
    *rest = after;
    Some(slice)
}

/// A method that writes, and one that reads, of `ProtoIdentity`.
#[doc(hidden)]
#[macro_export]
macro_rules! __golf_proto_bytes {
    (put_identity $take:ident $value:ty) => {
        #[inline]
        fn put_identity(&self, out: &mut $crate::__private::proto::Out<'_>) -> bool {
            $crate::__private::proto::put(self, out)
        }

        $crate::__golf_proto_bytes! { $take $value }
    };
    ($put:ident $take:ident $value:ty) => {
        #[inline]
        fn $put(value: &$value, out: &mut $crate::__private::proto::Out<'_>) -> bool {
            $crate::__private::proto::put(value, out)
        }

        $crate::__golf_proto_bytes! { $take $value }
    };
    ($take:ident $value:ty) => {
        #[inline]
        fn $take(bytes: &[u8]) -> ::core::result::Result<$value, $crate::__private::proto::CodecError> {
            $crate::__private::proto::take(bytes)
        }
    };
}
