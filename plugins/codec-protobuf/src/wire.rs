//! The packet: fields of `haulout.v1.Packet`, one after the other.

mod header;
mod message;
mod published;
mod section;
mod sync;

pub(crate) use header::put as put_header;
pub use section::Sections;
pub(crate) use section::put as put_section;

use crate::error::CodecError;
use crate::identity::{MAX_NODE, ProtoIdentity};
use crate::reader::{Part, Reader, Value};
use crate::writer;
use haulout::Out;
use haulout::codec::{Header, Message, VERSION};

/// The field of the header; the section of kind `k` is field `k + 1`.
const HEADER: u32 = 1;

/// The first byte of a datagram that was sealed and not opened.
const SEALED: u8 = 0;

/// Reads the header, wherever in the packet it is, and leaves the sections to be read.
///
/// All fields of the packet are walked over once for that: a few nanoseconds each.
pub(crate) fn decode<I: ProtoIdentity>(datagram: &[u8]) -> Result<(Header<I>, Sections<'_, I>), CodecError> {
    if datagram.first() == Some(&SEALED) {
        return Err(CodecError::Sealed);
    }
    // Most datagrams are a header and nothing else.
    if let Some((bytes, [])) = header::usual_bytes(HEADER, datagram) {
        return Ok((header::take(bytes)?, Sections::new(Reader::new(&[]))));
    }
    let (mut part, mut reader) = (Part::default(), Reader::new(datagram));
    while let Some((field, value)) = reader.field()? {
        if let (HEADER, Value::Bytes(bytes)) = (field, value) {
            part.add(bytes)?;
        }
    }
    let header: Header<I> = header::take(part.require("header")?)?;
    let legible = header.version.spoken == VERSION && !matches!(header.message, Message::Unknown(_));
    if !legible {
        section::check::<I>(datagram)?;
    }
    let sections = Sections::new(Reader::new(if legible { datagram } else { &[] }));
    Ok((header, sections))
}

/// Appends an identity, key or route; `Ok(false)` if the datagram is full.
#[inline]
fn put_node(
    field: u32,
    out: &mut Out<'_>,
    put: impl FnOnce(&mut Out<'_>) -> bool,
) -> Result<bool, CodecError> {
    writer::message(field, out, |out| match put(out) {
        true if out.len() > MAX_NODE => Err(CodecError::TooLong),
        fits => Ok(fits),
    })
}

/// The bytes of an identity, key or route, if they are not too many.
#[inline]
fn node(bytes: &[u8]) -> Result<&[u8], CodecError> {
    if bytes.len() > MAX_NODE { Err(CodecError::TooLong) } else { Ok(bytes) }
}

/// A field of 32 bits: protobuf reads the low half of a longer varint.
#[inline]
fn narrow<T: TryFrom<u32>>(value: u64, name: &'static str) -> Result<T, CodecError> {
    T::try_from(value as u32).map_err(|_| CodecError::Field { name })
}
