//! The header. Its layout is the same in all versions.

use super::{HEADER, message, narrow, node, put_node};
use crate::error::CodecError;
use crate::identity::ProtoIdentity;
use crate::reader::{Part, Value, each};
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
///
/// Of a version that is not spoken here only the header itself is known: a body with values that this one does
/// not allow is an unknown message.
pub(super) fn take<I: ProtoIdentity>(bytes: &[u8]) -> Result<Header<I>, CodecError> {
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
