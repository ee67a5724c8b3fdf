//! The bodies of messages.

use super::header::{LAST_MESSAGE, MESSAGES};
use super::{narrow, node, put_node, sync};
use crate::error::CodecError;
use crate::identity::ProtoIdentity;
use crate::reader::{Part, VARINT, Value, each, long_varint};
use crate::writer::{self, fixed32, fixed64, uint, zeros};
use core::num::NonZeroU32;
use haulout::Out;
use haulout::codec::{Message, MessageKind, MessageRef, Refusal};

/// The field of the number, in every message that has one.
pub(super) const NUMBER: u32 = 1;

const TARGET: u32 = 2;
const ROUTE: u32 = 3;
const IDENTITY: u32 = 2;
const INCARNATION: u32 = 3;
const FLAGS: u32 = 2;
const PADDING: u32 = 3;
const COOKIE: u32 = 2;
const CLOCK: u32 = 2;
const REASON: u32 = 2;
const CLUSTER: u32 = 3;
const MIN: u32 = 4;
const MAX: u32 = 5;

/// Appends a message; `Ok(false)` if it does not fit.
#[inline]
pub(super) fn put<I: ProtoIdentity>(
    message: MessageRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    let number = message.number();
    match message {
        // A packet without a message.
        MessageRef::Unknown(0) => return Ok(true),
        MessageRef::Unknown(_)
            if MessageKind::from_number(number).is_some() || u32::from(number) + MESSAGES > LAST_MESSAGE =>
        {
            return Err(CodecError::Kind);
        }
        _ => {}
    }
    writer::message(u32::from(number) + MESSAGES, out, |out| put_body(message, out))
}

fn put_body<I: ProtoIdentity>(message: MessageRef<'_, I>, out: &mut Out<'_>) -> Result<bool, CodecError> {
    Ok(match message {
        MessageRef::Ping { number } | MessageRef::Ack { number } | MessageRef::Nack { number } => {
            uint(NUMBER, number, out)
        }
        MessageRef::Gossip | MessageRef::YouAreDown | MessageRef::Unknown(_) => true,
        MessageRef::PingReq { number, target, route } => {
            uint(NUMBER, number, out)
                && put_node(TARGET, out, |out| I::put_key(target, out))?
                && match route {
                    Some(route) => put_node(ROUTE, out, |out| I::put_route(route, out))?,
                    None => true,
                }
        }
        MessageRef::ForwardedAck { number, identity, incarnation } => {
            uint(NUMBER, number, out)
                && put_node(IDENTITY, out, |out| identity.put_identity(out))?
                && uint(INCARNATION, incarnation, out)
        }
        MessageRef::Announce { number, flags, padding } => {
            uint(NUMBER, number, out) && uint(FLAGS, flags, out) && zeros(PADDING, padding, out)
        }
        MessageRef::Challenge { number, cookie } => uint(NUMBER, number, out) && fixed64(COOKIE, cookie, out),
        MessageRef::Feed { number, clock } => uint(NUMBER, number, out) && uint(CLOCK, clock, out),
        MessageRef::Refused { number, reason, cluster, min, max } => {
            uint(NUMBER, number, out)
                && uint(REASON, reason.number(), out)
                && fixed32(CLUSTER, cluster.map_or(0, NonZeroU32::get), out)
                && uint(MIN, min, out)
                && uint(MAX, max, out)
        }
        MessageRef::Sync { number, version, members, records, clock } => {
            uint(NUMBER, number, out) && sync::put_sync(version, (members, records), clock, out)
        }
        MessageRef::SyncLeaves { number, leaves } => {
            uint(NUMBER, number, out) && sync::put_leaves(leaves, out)?
        }
        MessageRef::SyncPull(pull) => sync::put_pull(pull, out)?,
        MessageRef::SyncPage(page) => sync::put_page(page, out)?,
        _ => return Err(CodecError::Kind),
    })
}

/// Reads a message of this kind.
#[inline]
pub(super) fn take<I: ProtoIdentity>(kind: MessageKind, bytes: &[u8]) -> Result<Message<I>, CodecError> {
    Ok(match kind {
        MessageKind::Ping => Message::Ping { number: number(bytes)? },
        MessageKind::Ack => Message::Ack { number: number(bytes)? },
        MessageKind::Nack => Message::Nack { number: number(bytes)? },
        MessageKind::Gossip => each(bytes, |_, _| Ok(())).map(|()| Message::Gossip)?,
        MessageKind::YouAreDown => each(bytes, |_, _| Ok(())).map(|()| Message::YouAreDown)?,
        MessageKind::PingReq => take_ping_req(bytes)?,
        MessageKind::ForwardedAck => take_forwarded_ack(bytes)?,
        MessageKind::Announce => take_announce(bytes)?,
        MessageKind::Challenge => take_challenge(bytes)?,
        MessageKind::Feed => take_feed(bytes)?,
        MessageKind::Refused => take_refused(bytes)?,
        MessageKind::Sync => sync::take_sync(bytes)?,
        MessageKind::SyncLeaves => sync::take_leaves(bytes)?,
        MessageKind::SyncPull => Message::SyncPull(sync::take_pull(bytes)?),
        MessageKind::SyncPage => Message::SyncPage(sync::take_page(bytes)?),
        _ => return Err(CodecError::Kind),
    })
}

/// The one field of a message, if it is there and nothing else is.
#[inline]
pub(super) fn usual_number(bytes: &[u8]) -> Option<u16> {
    let (&first, rest) = bytes.split_first()?;
    let (number, []) = long_varint(rest).ok()? else { return None };
    if u32::from(first) == NUMBER << 3 | VARINT { narrow(number, "number").ok() } else { None }
}

/// The one field of a message; those that are not known are read over.
#[inline]
fn number(bytes: &[u8]) -> Result<u16, CodecError> {
    let mut number = 0;
    each(bytes, |field, value| {
        if let (NUMBER, Value::Varint(value)) = (field, value) {
            number = value;
        }
        Ok(())
    })?;
    narrow(number, "number")
}

fn take_ping_req<I: ProtoIdentity>(bytes: &[u8]) -> Result<Message<I>, CodecError> {
    let (mut number, mut target, mut route) = (0, Part::default(), Part::default());
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (TARGET, Value::Bytes(bytes)) => target.add(bytes)?,
            (ROUTE, Value::Bytes(bytes)) => route.add(bytes)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(Message::PingReq {
        number: narrow(number, "number")?,
        target: I::take_key(node(target.require("target")?)?)?,
        route: match route.get() {
            Some(bytes) => Some(I::take_route(node(bytes)?)?),
            None => None,
        },
    })
}

fn take_forwarded_ack<I: ProtoIdentity>(bytes: &[u8]) -> Result<Message<I>, CodecError> {
    let (mut number, mut identity, mut incarnation) = (0, Part::default(), 0);
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (IDENTITY, Value::Bytes(bytes)) => identity.add(bytes)?,
            (INCARNATION, Value::Varint(value)) => incarnation = value as u32,
            _ => {}
        }
        Ok(())
    })?;
    let identity = I::take_identity(node(identity.require("identity")?)?)?;
    Ok(Message::ForwardedAck { number: narrow(number, "number")?, identity, incarnation })
}

/// What the padding is, does not matter.
fn take_announce<I: ProtoIdentity>(bytes: &[u8]) -> Result<Message<I>, CodecError> {
    let (mut number, mut flags, mut padding) = (0, 0, 0);
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (FLAGS, Value::Varint(value)) => flags = value,
            (PADDING, Value::Bytes(bytes)) => padding = bytes.len() as u64,
            _ => {}
        }
        Ok(())
    })?;
    let (number, flags) = (narrow(number, "number")?, narrow(flags, "flags")?);
    Ok(Message::Announce { number, flags, padding: narrow(padding, "padding")? })
}

fn take_challenge<I: ProtoIdentity>(bytes: &[u8]) -> Result<Message<I>, CodecError> {
    let (mut number, mut cookie) = (0, 0);
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (COOKIE, Value::Fixed64(value)) => cookie = value,
            _ => {}
        }
        Ok(())
    })?;
    Ok(Message::Challenge { number: narrow(number, "number")?, cookie })
}

fn take_feed<I: ProtoIdentity>(bytes: &[u8]) -> Result<Message<I>, CodecError> {
    let (mut number, mut clock) = (0, 0);
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (CLOCK, Value::Varint(value)) => clock = value,
            _ => {}
        }
        Ok(())
    })?;
    Ok(Message::Feed { number: narrow(number, "number")?, clock })
}

/// A reason that is not known is no error: newer members may give it.
fn take_refused<I: ProtoIdentity>(bytes: &[u8]) -> Result<Message<I>, CodecError> {
    let (mut number, mut reason, mut cluster, mut min, mut max) = (0, 0, 0, 0, 0);
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (REASON, Value::Varint(value)) => reason = value as u32,
            (CLUSTER, Value::Fixed32(value)) => cluster = value,
            (MIN, Value::Varint(value)) => min = value,
            (MAX, Value::Varint(value)) => max = value,
            _ => {}
        }
        Ok(())
    })?;
    Ok(Message::Refused {
        number: narrow(number, "number")?,
        reason: u8::try_from(reason).map_or(Refusal::Other, Refusal::from_number),
        cluster: NonZeroU32::new(cluster),
        min: narrow(min, "min")?,
        max: narrow(max, "max")?,
    })
}
