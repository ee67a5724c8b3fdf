//! The header: `version · kind and flags · cluster? · dst? · cookie? · source · incarnation · body`.

use super::reader::Reader;
use super::section::Sections;
use super::{message, put_value};
use crate::error::CodecError;
use crate::format::{Format, SerdeIdentity};
use haulout::Out;
use haulout::codec::{Header, HeaderRef, Message, MessageKind, VERSION, Version};

/// Bits of the second byte that hold the kind of message; the others say which fields are present.
pub(super) const KIND: u8 = 0b0001_1111;
const CLUSTER: u8 = 0b0010_0000;
const DST: u8 = 0b0100_0000;
const COOKIE: u8 = 0b1000_0000;

/// The first byte of almost every datagram.
const CURRENT: u8 = Version::CURRENT.highest << 4 | Version::CURRENT.spoken;

/// Appends a header; `Ok(false)` if it does not fit.
pub(crate) fn put<F: Format, I: SerdeIdentity>(
    header: HeaderRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    let version = write_version(header.version)?;
    let flag = |present: bool, bit: u8| if present { bit } else { 0 };
    let kind = message::number(header.message)?
        | flag(header.cluster.is_some(), CLUSTER)
        | flag(header.dst.is_some(), DST)
        | flag(header.cookie.is_some(), COOKIE);
    Ok(out.put(&[version, kind])
        && header.cluster.is_none_or(|cluster| out.put(&cluster.get().to_le_bytes()))
        && header.dst.is_none_or(|dst| out.put(&dst.get().to_le_bytes()))
        && header.cookie.is_none_or(|cookie| out.put(&cookie.to_le_bytes()))
        && put_value::<F, I>(header.source, out)?
        && out.put_varint(header.incarnation.into())
        && message::put::<F, I>(header.message, out)?)
}

/// Reads a header and leaves the sections to be read.
///
/// Of a version that is not spoken here only the layout of the header is known: a body that does not
/// parse is an unknown message, and no section is read.
pub(crate) fn take<F: Format, I: SerdeIdentity>(
    datagram: &[u8],
) -> Result<(Header<I>, Sections<'_, I, F>), CodecError> {
    let Some((&[version, kind], rest)) = datagram.split_first_chunk() else {
        let version = datagram.first().map(|byte| read_version(*byte));
        return Err(version.and_then(Result::err).unwrap_or(CodecError::Truncated));
    };
    let version = read_version(version)?;
    let mut reader = Reader::new(rest);
    let present = |bit: u8| kind & bit != 0;
    let cluster = if present(CLUSTER) { Some(reader.nonzero("cluster")?) } else { None };
    let dst = if present(DST) { Some(reader.nonzero("dst")?) } else { None };
    let cookie = if present(COOKIE) { Some(reader.u64()?) } else { None };
    let source = reader.value::<F, I>()?;
    let incarnation = reader.narrow()?;
    // Messages are large: a ping's is written where it stays.
    if kind & KIND == MessageKind::Ping.number()
        && version.spoken == VERSION
        && let Some((number, rest)) = reader.rest().split_first_chunk()
    {
        let message = Message::Ping { number: u16::from_le_bytes(*number) };
        let header = Header { version, cluster, dst, cookie, source, incarnation, message };
        return Ok((header, Sections::new(Reader::new(rest))));
    }
    // Lent here alone, so that up to here the reader stays in registers.
    let mut body = reader;
    let message = match message::take::<F, I>(kind & KIND, &mut body) {
        Err(_) if version.spoken != VERSION => Message::Unknown(kind & KIND),
        result => result?,
    };
    let legible = version.spoken == VERSION && !matches!(message, Message::Unknown(_));
    let sections = Sections::new(if legible { body } else { Reader::new(&[]) });
    Ok((Header { version, cluster, dst, cookie, source, incarnation, message }, sections))
}

/// The first byte.
#[inline]
fn write_version(version: Version) -> Result<u8, CodecError> {
    if version == Version::CURRENT {
        return Ok(CURRENT);
    }
    let Version { spoken, highest } = check(version)?;
    Ok(highest << 4 | spoken)
}

#[inline]
fn read_version(byte: u8) -> Result<Version, CodecError> {
    if byte == CURRENT {
        return Ok(Version::CURRENT);
    }
    if byte == 0 {
        return Err(CodecError::Sealed);
    }
    check(Version { spoken: byte & 0x0f, highest: byte >> 4 })
}

/// Versions are 1 to 15, and nobody speaks one above the highest that it speaks.
fn check(version: Version) -> Result<Version, CodecError> {
    let Version { spoken, highest } = version;
    if spoken == 0 || highest < spoken || highest > 0x0f {
        return Err(CodecError::Version { spoken, highest });
    }
    Ok(version)
}
