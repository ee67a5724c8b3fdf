//! The header. Its layout is the same in all versions.

use super::{HEADER, message, narrow, node, put_node};
use crate::error::CodecError;
use crate::identity::ProtoIdentity;
use crate::reader::{BYTES, FIXED32, Part, VARINT, Value, each, long_varint};
use crate::writer::{self, fixed32, some_fixed64, uint};
use core::num::NonZeroU32;
use haulout::Out;
use haulout::codec::{Header, HeaderRef, Message, MessageKind, VERSION, Version};

const SPOKEN: u32 = 1;
const HIGHEST: u32 = 2;
const CLUSTER: u32 = 3;
const DST: u32 = 4;
const COOKIE: u32 = 5;
const SOURCE: u32 = 6;
const INCARNATION: u32 = 7;
/// The message of kind `k` is field `k` + this.
pub(super) const MESSAGES: u32 = 7;
/// The last field that is a message.
pub(super) const LAST_MESSAGE: u32 = 63;

/// The highest version that there can be.
const MAX_VERSION: u32 = 15;

/// Appends a header; `Ok(false)` if it does not fit.
pub(crate) fn put<I: ProtoIdentity>(header: HeaderRef<'_, I>, out: &mut Out<'_>) -> Result<bool, CodecError> {
    let Version { spoken, highest } = header.version;
    check(spoken.into(), highest.into())?;
    writer::message(HEADER, out, |out| {
        Ok(uint(SPOKEN, spoken, out)
            && (highest == spoken || uint(HIGHEST, highest, out))
            && fixed32(CLUSTER, header.cluster.map_or(0, NonZeroU32::get), out)
            && fixed32(DST, header.dst.map_or(0, NonZeroU32::get), out)
            && header.cookie.is_none_or(|cookie| some_fixed64(COOKIE, cookie, out))
            && put_node(SOURCE, out, |out| header.source.put_identity(out))?
            && uint(INCARNATION, header.incarnation, out)
            && message::put(header.message, out)?)
    })
}

/// Reads a header.
#[inline]
pub(super) fn take<I: ProtoIdentity>(bytes: &[u8]) -> Result<Header<I>, CodecError> {
    match take_usual(bytes) {
        Some(header) => Ok(header),
        None => take_any(bytes),
    }
}

/// The canonical header of a ping or an ack without a cookie, which is what nearly every header is. `None` of any
/// other, and of what is wrong.
#[inline]
fn take_usual<I: ProtoIdentity>(bytes: &[u8]) -> Option<Header<I>> {
    let rest = bytes.strip_prefix(&[tag(SPOKEN, VARINT), VERSION])?;
    let (cluster, rest) = usual_fixed32(CLUSTER, rest);
    let (dst, rest) = usual_fixed32(DST, rest);
    let (source, rest) = usual_bytes(SOURCE, rest)?;
    let (incarnation, rest) = match rest.split_first()? {
        (&first, rest) if first == tag(INCARNATION, VARINT) => long_varint(rest).ok()?,
        _ => (0, rest),
    };
    let kind = [MessageKind::Ping, MessageKind::Ack]
        .into_iter()
        .find(|kind| rest.first() == Some(&tag(u32::from(kind.number()) + MESSAGES, BYTES)))?;
    let (body, []) = usual_bytes(u32::from(kind.number()) + MESSAGES, rest)? else { return None };
    let number = message::usual_number(body)?;
    let version = Version { spoken: VERSION, highest: VERSION };
    let source = I::take_identity(node(source).ok()?).ok()?;
    let message = if kind == MessageKind::Ping { Message::Ping { number } } else { Message::Ack { number } };
    let (cluster, dst) = (NonZeroU32::new(cluster), NonZeroU32::new(dst));
    Some(Header { version, cluster, dst, cookie: None, source, incarnation: incarnation as u32, message })
}

/// The first byte of a field, of which the low numbers have no other.
#[inline]
const fn tag(field: u32, wire: u32) -> u8 {
    (field << 3 | wire) as u8
}

/// A field that may be left out.
#[inline]
fn usual_fixed32(field: u32, bytes: &[u8]) -> (u32, &[u8]) {
    match bytes.split_first_chunk() {
        Some((&[first, a, b, c, d], rest)) if first == tag(field, FIXED32) => {
            (u32::from_le_bytes([a, b, c, d]), rest)
        }
        _ => (0, bytes),
    }
}

/// A field of less than 128 bytes, and what follows it.
#[inline]
pub(super) fn usual_bytes(field: u32, bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[first, len], rest) = bytes.split_first_chunk()?;
    if first != tag(field, BYTES) || len >= 0x80 {
        return None;
    }
    rest.split_at_checked(usize::from(len))
}

/// Any header.
///
/// Of a version that is not spoken here only the header itself is known: a body with values that this one does
/// not allow is an unknown message.
#[inline(never)]
fn take_any<I: ProtoIdentity>(bytes: &[u8]) -> Result<Header<I>, CodecError> {
    let (mut spoken, mut highest, mut cluster, mut dst, mut incarnation) = (0, 0, 0, 0, 0);
    let (mut cookie, mut source, mut said) = (None, Part::default(), Said::default());
    each(bytes, |field, value| {
        match (field, value) {
            (SPOKEN, Value::Varint(value)) => spoken = value as u32,
            (HIGHEST, Value::Varint(value)) => highest = value as u32,
            (CLUSTER, Value::Fixed32(value)) => cluster = value,
            (DST, Value::Fixed32(value)) => dst = value,
            (COOKIE, Value::Fixed64(value)) => cookie = Some(value),
            (SOURCE, Value::Bytes(bytes)) => source.add(bytes)?,
            (INCARNATION, Value::Varint(value)) => incarnation = value as u32,
            (field, Value::Bytes(bytes)) if field > MESSAGES && field <= LAST_MESSAGE => {
                said.hear::<I>((field - MESSAGES) as u8, bytes);
            }
            _ => {}
        }
        Ok(())
    })?;
    let highest = if highest == 0 { spoken } else { highest };
    check(spoken, highest)?;
    let version =
        Version { spoken: narrow(spoken.into(), "version")?, highest: narrow(highest.into(), "highest")? };
    let source = I::take_identity(node(source.require("source")?)?)?;
    let number = said.number();
    let message = match said.message() {
        Err(error) if version.spoken != VERSION && !error.is_malformed() => Message::Unknown(number),
        result => result?,
    };
    let (cluster, dst) = (NonZeroU32::new(cluster), NonZeroU32::new(dst));
    Ok(Header { version, cluster, dst, cookie, source, incarnation, message })
}

/// Versions are 1 to 15, and nobody speaks one above the highest that it speaks.
fn check(spoken: u32, highest: u32) -> Result<(), CodecError> {
    if spoken == 0 || highest < spoken || highest > MAX_VERSION {
        return Err(CodecError::Version { spoken, highest });
    }
    Ok(())
}

/// The message of a header. Of several the last counts; one of a kind that is known before one that is not.
#[derive(Debug, Default)]
struct Said<'a> {
    known: Option<(MessageKind, Part<'a>)>,
    /// The number of the last unknown one; 0 if there is none.
    unknown: u8,
    /// One that was replaced is no protobuf.
    broken: Option<CodecError>,
}

impl<'a> Said<'a> {
    fn hear<I: ProtoIdentity>(&mut self, kind: u8, bytes: &'a [u8]) {
        let Some(kind) = MessageKind::from_number(kind) else {
            self.unknown = kind;
            return;
        };
        match &mut self.known {
            Some((same, part)) if *same == kind => {
                let error = part.add(bytes).err();
                self.broken = self.broken.or(error);
            }
            known => {
                if let Some((other, part)) = known.take() {
                    let error = message::take::<I>(other, part.get().unwrap_or_default()).err();
                    self.broken = self.broken.or(error.filter(|error| error.is_malformed()));
                }
                *known = Some((kind, Part::Whole(bytes)));
            }
        }
    }

    fn number(&self) -> u8 {
        self.known.as_ref().map_or(self.unknown, |(kind, _)| kind.number())
    }

    fn message<I: ProtoIdentity>(self) -> Result<Message<I>, CodecError> {
        match (self.broken, &self.known) {
            (Some(error), _) => Err(error),
            (None, Some((kind, part))) => message::take(*kind, part.get().unwrap_or_default()),
            (None, None) => Ok(Message::Unknown(self.unknown)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use core::net::SocketAddr;
    use haulout::Renewing;

    type Node = Renewing<SocketAddr>;

    /// The fields of a header, as they are written.
    fn written(header: HeaderRef<'_, Node>) -> Vec<u8> {
        let mut buf = [0; 256];
        let mut out = Out::new(&mut buf);
        assert_eq!(put(header, &mut out), Ok(true));
        // Behind the tag and a length of one byte.
        out.written()[2..].to_vec()
    }

    #[test]
    fn the_short_way_reads_what_the_long_way_reads() {
        let v4 = Node::new(([10, 0, 0, 1], 7946).into(), 28_300_000);
        let v6 = Node::new(([0, 0, 0, 0, 0, 0, 0, 1], 7946).into(), 1);
        let hashes = [None, NonZeroU32::new(1), NonZeroU32::new(u32::MAX)];
        let mut usual = 0;
        for source in [&v4, &v6] {
            for (cluster, dst) in hashes.into_iter().flat_map(|one| hashes.map(|other| (one, other))) {
                for incarnation in [0, 1, 300, u32::MAX] {
                    for number in [0, 1, 127, 128, u16::MAX] {
                        let (ping, ack) = (Message::Ping { number }, Message::Ack { number });
                        for message in [ping, ack, Message::Gossip, Message::Nack { number }] {
                            let (version, source) = (Version::CURRENT, *source);
                            let cookie = (number == 1).then_some(7);
                            let header =
                                Header { version, cluster, dst, cookie, source, incarnation, message };
                            let bytes = written(header.as_ref());
                            assert_eq!(take_any(&bytes).as_ref(), Ok(&header));
                            assert_eq!(take(&bytes).as_ref(), Ok(&header));
                            usual += u32::from(take_usual::<Node>(&bytes).is_some());
                        }
                    }
                }
            }
        }
        assert_eq!(usual, 2 * 9 * 4 * 2 * 3, "pings and acks with a number and without a cookie");
    }

    #[test]
    fn what_is_broken_or_goes_on_is_not_read_in_the_short_way() {
        let source = Node::new(([10, 0, 0, 1], 7946).into(), 28_300_000);
        let (version, message) = (Version::CURRENT, Message::Ping { number: 300 });
        let (cluster, dst) = (NonZeroU32::new(5), NonZeroU32::new(9));
        let header = Header { version, cluster, dst, cookie: None, source, incarnation: 3, message };
        let bytes = written(header.as_ref());
        for len in 0..bytes.len() {
            assert!(take_usual::<Node>(&bytes[..len]).is_none(), "{len}");
        }
        assert!(take_usual::<Node>(&[&bytes[..], &[0x38, 1]].concat()).is_none());
        for at in 0..bytes.len() {
            for bit in 0..8 {
                let mut other = bytes.clone();
                other[at] ^= 1 << bit;
                if let Some(header) = take_usual::<Node>(&other) {
                    assert_eq!(take_any(&other), Ok(header), "bit {bit} of byte {at}");
                }
            }
        }
    }
}
