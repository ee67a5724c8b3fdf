//! The bodies of messages, field by field.
//!
//! Numbers and cookies are random, so they have their full width; counts and clocks are varints.

use super::header::KIND;
use super::put_value;
use super::reader::Reader;
use super::sync;
use crate::error::CodecError;
use crate::format::{Format, SerdeIdentity};
use core::num::NonZeroU32;
use haulout::Out;
use haulout::codec::{Message, MessageKind, MessageRef, Refusal};

/// The number of a message's kind, if that fits and reads back as the same message.
#[inline]
pub(super) fn number<I: SerdeIdentity>(message: MessageRef<'_, I>) -> Result<u8, CodecError> {
    match message {
        MessageRef::Unknown(number) if number > KIND || is_read(number) => Err(CodecError::Kind),
        message => Ok(message.number()),
    }
}

/// Whether [`take`] knows the body of this kind.
const fn is_read(number: u8) -> bool {
    number >= MessageKind::Ping.number() && number <= MessageKind::SyncPage.number()
}

/// Appends a body; `Ok(false)` if it does not fit.
#[inline]
pub(super) fn put<F: Format, I: SerdeIdentity>(
    message: MessageRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    match message {
        MessageRef::Ping { number } | MessageRef::Ack { number } => Ok(put_number(number, out)),
        message => put_other::<F, I>(message, out),
    }
}

/// The bodies that are rarer and larger.
#[inline(never)]
fn put_other<F: Format, I: SerdeIdentity>(
    message: MessageRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    Ok(match message {
        MessageRef::Ping { number } | MessageRef::Ack { number } | MessageRef::Nack { number } => {
            put_number(number, out)
        }
        MessageRef::Gossip | MessageRef::YouAreDown | MessageRef::Unknown(_) => true,
        MessageRef::PingReq { number, target, route } => {
            put_number(number, out)
                && put_value::<F, _>(target, out)?
                && out.put_u8(route.is_some().into())
                && match route {
                    Some(route) => put_value::<F, _>(route, out)?,
                    None => true,
                }
        }
        MessageRef::ForwardedAck { number, identity, incarnation } => {
            put_number(number, out) && put_value::<F, _>(identity, out)? && out.put_varint(incarnation.into())
        }
        MessageRef::Announce { number, flags, padding } => {
            put_number(number, out)
                && out.put_u8(flags)
                && out.put_varint(padding.into())
                && out.put_zeros(padding.into())
        }
        MessageRef::Challenge { number, cookie } => put_number(number, out) && out.put(&cookie.to_le_bytes()),
        MessageRef::Feed { number, clock } => put_number(number, out) && out.put_varint(clock),
        MessageRef::Refused { number, reason, cluster, min, max } => {
            put_number(number, out)
                && out.put_u8(reason.number())
                && out.put(&cluster.map_or(0, NonZeroU32::get).to_le_bytes())
                && out.put(&[min, max])
        }
        MessageRef::Sync { number, version, members, records, clock } => {
            sync::put_sync(number, version, (members, records), clock, out)
        }
        MessageRef::SyncLeaves { number, leaves } => sync::put_leaves(number, leaves, out)?,
        MessageRef::SyncPull(pull) => sync::put_pull(pull, out)?,
        MessageRef::SyncPage(page) => sync::put_page(page, out),
        _ => return Err(CodecError::Kind),
    })
}

#[inline]
pub(super) fn put_number(number: u16, out: &mut Out<'_>) -> bool {
    out.put(&number.to_le_bytes())
}

/// Reads the body of a message of this kind.
#[inline(never)]
pub(super) fn take<F: Format, I: SerdeIdentity>(
    kind: u8,
    reader: &mut Reader<'_>,
) -> Result<Message<I>, CodecError> {
    Ok(match MessageKind::from_number(kind) {
        Some(MessageKind::Ping) => Message::Ping { number: reader.u16()? },
        Some(MessageKind::Ack) => Message::Ack { number: reader.u16()? },
        Some(MessageKind::Gossip) => Message::Gossip,
        Some(MessageKind::PingReq) => Message::PingReq {
            number: reader.u16()?,
            target: reader.value::<F, _>()?,
            route: match reader.u8()? {
                0 => None,
                1 => Some(reader.value::<F, _>()?),
                _ => return Err(CodecError::Field { name: "route" }),
            },
        },
        Some(MessageKind::ForwardedAck) => Message::ForwardedAck {
            number: reader.u16()?,
            identity: reader.value::<F, _>()?,
            incarnation: reader.narrow()?,
        },
        Some(MessageKind::Nack) => Message::Nack { number: reader.u16()? },
        Some(MessageKind::Announce) => {
            let (number, flags, padding) = (reader.u16()?, reader.u8()?, reader.narrow()?);
            reader.bytes(usize::from(padding))?;
            Message::Announce { number, flags, padding }
        }
        Some(MessageKind::Challenge) => Message::Challenge { number: reader.u16()?, cookie: reader.u64()? },
        Some(MessageKind::Feed) => Message::Feed { number: reader.u16()?, clock: reader.varint()? },
        Some(MessageKind::Refused) => Message::Refused {
            number: reader.u16()?,
            reason: Refusal::from_number(reader.u8()?),
            cluster: NonZeroU32::new(reader.u32()?),
            min: reader.u8()?,
            max: reader.u8()?,
        },
        Some(MessageKind::YouAreDown) => Message::YouAreDown,
        Some(MessageKind::Sync) => Message::Sync {
            number: reader.u16()?,
            version: reader.u8()?,
            members: reader.u64()?,
            records: sync::take_records(reader)?,
            clock: reader.varint()?,
        },
        Some(MessageKind::SyncLeaves) => {
            Message::SyncLeaves { number: reader.u16()?, leaves: sync::take_leaves(reader)? }
        }
        Some(MessageKind::SyncPull) => Message::SyncPull(sync::take_pull(reader)?),
        Some(MessageKind::SyncPage) => Message::SyncPage(sync::take_page(reader)?),
        _ => Message::Unknown(kind),
    })
}
