//! The bodies of the messages: their fields in the order of `Message`, each at its full width.
//!
//! An option is a byte, 0 or 1, and then, if 1, the value. Lists of `u32` are of 256 leaves, or, in a pull,
//! of as many as the byte before them says.

use super::codec::{Id, Malformed};
use super::field::{Reader, put_address, put_life, put_option, put_optional};
use haulout::Out;
use haulout::codec::{
    Leaves, LeavesRef, MAX_HAVE, Message, MessageKind, MessageRef, Page, Plane, Position, Pull, PullRef,
    Refusal,
};
use std::num::NonZeroU32;

/// `Ok(false)` if it does not fit.
pub(super) fn put_message(message: MessageRef<'_, Id>, out: &mut Out<'_>) -> Result<bool, Malformed> {
    Ok(match message {
        MessageRef::Ping { number } | MessageRef::Ack { number } | MessageRef::Nack { number } => {
            out.put(&number.to_le_bytes())
        }
        MessageRef::Gossip | MessageRef::YouAreDown | MessageRef::Unknown(_) => true,
        MessageRef::PingReq { number, target, route } => {
            out.put(&number.to_le_bytes())
                && put_address(*target, out)
                && put_option(route, out, |route, out| put_address(*route, out))
        }
        MessageRef::ForwardedAck { number, identity, incarnation } => {
            out.put(&number.to_le_bytes()) && put_life(*identity, incarnation, out)
        }
        MessageRef::Announce { number, flags, padding } => {
            out.put(&number.to_le_bytes())
                && out.put_u8(flags)
                && out.put(&padding.to_le_bytes())
                && out.put_zeros(padding.into())
        }
        MessageRef::Challenge { number, cookie: value } | MessageRef::Feed { number, clock: value } => {
            out.put(&number.to_le_bytes()) && out.put(&value.to_le_bytes())
        }
        MessageRef::Refused { number, reason, cluster, min, max } => {
            out.put(&number.to_le_bytes())
                && out.put_u8(reason.number())
                && put_optional(cluster, out)
                && out.put(&[min, max])
        }
        MessageRef::Sync { number, version, members, records, clock } => {
            out.put(&number.to_le_bytes())
                && out.put_u8(version)
                && out.put(&members.to_le_bytes())
                && put_option(records, out, |records, out| out.put(&records.to_le_bytes()))
                && out.put(&clock.to_le_bytes())
        }
        MessageRef::SyncLeaves { number, leaves } => {
            // The length of what is not 256 leaves could not be read back.
            if leaves.is_some_and(|leaves| leaves.leaves.len() != LEAVES) {
                return Err(Malformed("leaves"));
            }
            out.put(&number.to_le_bytes()) && put_option(leaves, out, put_leaves)
        }
        MessageRef::SyncPull(pull) if pull.have.len() > MAX_HAVE => return Err(Malformed("have")),
        MessageRef::SyncPull(pull) => put_pull(pull, out),
        MessageRef::SyncPage(page) => {
            out.put(&page.number.to_le_bytes())
                && out.put_u8(page.plane.number())
                && put_position(page.from, out)
                && put_option(page.next, out, put_position)
        }
        _ => return Err(Malformed("message")),
    })
}

/// How many leaves a plane has.
const LEAVES: usize = 256;

fn put_leaves(leaves: LeavesRef<'_>, out: &mut Out<'_>) -> bool {
    out.put_u8(leaves.plane.number()) && out.put(&leaves.salt.to_le_bytes()) && put_list(leaves.leaves, out)
}

fn put_pull(pull: PullRef<'_>, out: &mut Out<'_>) -> bool {
    out.put(&pull.number.to_le_bytes())
        && out.put(&[pull.plane.number(), pull.back.into()])
        && put_position(pull.from, out)
        && put_position(pull.until, out)
        && out.put(&pull.salt.to_le_bytes())
        && out.put_u8(pull.have.len() as u8)
        && put_list(pull.have, out)
}

fn put_position(position: Position, out: &mut Out<'_>) -> bool {
    out.put(&position.key.to_le_bytes()) && out.put(&position.item.to_le_bytes())
}

fn put_list(values: &[u32], out: &mut Out<'_>) -> bool {
    values.iter().all(|value| out.put(&value.to_le_bytes()))
}

pub(super) fn take_message(kind: u8, reader: &mut Reader<'_>) -> Result<Message<Id>, Malformed> {
    Ok(match MessageKind::from_number(kind) {
        Some(MessageKind::Ping) => Message::Ping { number: reader.u16()? },
        Some(MessageKind::Ack) => Message::Ack { number: reader.u16()? },
        Some(MessageKind::Nack) => Message::Nack { number: reader.u16()? },
        Some(MessageKind::Gossip) => Message::Gossip,
        Some(MessageKind::YouAreDown) => Message::YouAreDown,
        Some(MessageKind::PingReq) => Message::PingReq {
            number: reader.u16()?,
            target: reader.address()?,
            route: reader.option(Reader::address)?,
        },
        Some(MessageKind::ForwardedAck) => {
            let (number, (identity, incarnation)) = (reader.u16()?, reader.life()?);
            Message::ForwardedAck { number, identity, incarnation }
        }
        Some(MessageKind::Announce) => {
            let (number, flags, padding) = (reader.u16()?, reader.u8()?, reader.u16()?);
            reader.bytes(padding.into())?;
            Message::Announce { number, flags, padding }
        }
        Some(MessageKind::Challenge) => Message::Challenge { number: reader.u16()?, cookie: reader.u64()? },
        Some(MessageKind::Feed) => Message::Feed { number: reader.u16()?, clock: reader.u64()? },
        Some(MessageKind::Refused) => {
            let (number, reason) = (reader.u16()?, Refusal::from_number(reader.u8()?));
            let (cluster, [min, max]) = (NonZeroU32::new(reader.u32()?), reader.array()?);
            Message::Refused { number, reason, cluster, min, max }
        }
        Some(MessageKind::Sync) => Message::Sync {
            number: reader.u16()?,
            version: reader.u8()?,
            members: reader.u64()?,
            records: reader.option(Reader::u64)?,
            clock: reader.u64()?,
        },
        Some(MessageKind::SyncLeaves) => {
            Message::SyncLeaves { number: reader.u16()?, leaves: reader.option(take_leaves)? }
        }
        Some(MessageKind::SyncPull) => Message::SyncPull(take_pull(reader)?),
        Some(MessageKind::SyncPage) => Message::SyncPage(Page {
            number: reader.u16()?,
            plane: take_plane(reader)?,
            from: take_position(reader)?,
            next: reader.option(take_position)?,
        }),
        // A later version may know it.
        _ => Message::Unknown(kind),
    })
}

fn take_leaves(reader: &mut Reader<'_>) -> Result<Leaves, Malformed> {
    Ok(Leaves { plane: take_plane(reader)?, salt: reader.u64()?, leaves: take_list(LEAVES, reader)? })
}

fn take_pull(reader: &mut Reader<'_>) -> Result<Pull, Malformed> {
    let (number, plane, back) = (reader.u16()?, take_plane(reader)?, reader.flag()?);
    let (from, until) = (take_position(reader)?, take_position(reader)?);
    let (salt, count) = (reader.u64()?, usize::from(reader.u8()?));
    if count > MAX_HAVE {
        return Err(Malformed("have"));
    }
    let have = take_list(count, reader)?;
    Ok(Pull { number, plane, back, from, until, salt, have })
}

fn take_plane(reader: &mut Reader<'_>) -> Result<Plane, Malformed> {
    Plane::from_number(reader.u8()?).ok_or(Malformed("plane"))
}

fn take_position(reader: &mut Reader<'_>) -> Result<Position, Malformed> {
    Ok(Position { key: reader.u64()?, item: reader.u64()? })
}

/// The bytes are there before anything of their length is allocated.
fn take_list(count: usize, reader: &mut Reader<'_>) -> Result<Vec<u32>, Malformed> {
    let (values, _) = reader.bytes(count * 4)?.as_chunks();
    Ok(values.iter().copied().map(u32::from_le_bytes).collect())
}
