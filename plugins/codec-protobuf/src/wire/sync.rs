//! The bodies of anti-entropy.

use super::message::NUMBER;
use super::narrow;
use crate::error::CodecError;
use crate::identity::ProtoIdentity;
use crate::reader::{Part, Value, each};
use crate::writer::{self, fixed64, packed_fixed32, some_fixed64, uint};
use alloc::vec::Vec;
use haulout::Out;
use haulout::codec::{Leaves, LeavesRef, MAX_HAVE, Message, Page, Plane, Position, Pull, PullRef};

/// Leaves of a plane.
const LEAVES: usize = 256;

/// Fields of a `Sync`.
mod comparison {
    pub(super) const VERSION: u32 = 2;
    pub(super) const MEMBERS: u32 = 3;
    pub(super) const RECORDS: u32 = 4;
    pub(super) const CLOCK: u32 = 5;
}
/// Fields of a `SyncLeaves`; the plane is at the same place in the others.
mod leaf {
    pub(super) const PLANE: u32 = 2;
    pub(super) const SALT: u32 = 3;
    pub(super) const LEAVES: u32 = 4;
}
/// Fields of a `SyncPull`.
mod range {
    pub(super) const PLANE: u32 = 2;
    pub(super) const BACK: u32 = 3;
    pub(super) const FROM: u32 = 4;
    pub(super) const UNTIL: u32 = 5;
    pub(super) const SALT: u32 = 6;
    pub(super) const HAVE: u32 = 7;
}
/// Fields of a `SyncPage`.
mod paging {
    pub(super) const PLANE: u32 = 2;
    pub(super) const FROM: u32 = 3;
    pub(super) const NEXT: u32 = 4;
}
/// Fields of a `Position`.
mod place {
    pub(super) const KEY: u32 = 1;
    pub(super) const ITEM: u32 = 2;
}

pub(super) fn put_sync(version: u8, roots: (u64, Option<u64>), clock: u64, out: &mut Out<'_>) -> bool {
    let (members, records) = roots;
    uint(comparison::VERSION, version, out)
        && fixed64(comparison::MEMBERS, members, out)
        && records.is_none_or(|records| some_fixed64(comparison::RECORDS, records, out))
        && uint(comparison::CLOCK, clock, out)
}

pub(super) fn take_sync<I: ProtoIdentity>(bytes: &[u8]) -> Result<Message<I>, CodecError> {
    let (mut number, mut version, mut members, mut records, mut clock) = (0, 0, 0, None, 0);
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (comparison::VERSION, Value::Varint(value)) => version = value,
            (comparison::MEMBERS, Value::Fixed64(value)) => members = value,
            (comparison::RECORDS, Value::Fixed64(value)) => records = Some(value),
            (comparison::CLOCK, Value::Varint(value)) => clock = value,
            _ => {}
        }
        Ok(())
    })?;
    let (number, version) = (narrow(number, "number")?, narrow(version, "version")?);
    Ok(Message::Sync { number, version, members, records, clock })
}

/// Without leaves there is nothing but the number: no plane differs.
pub(super) fn put_leaves(leaves: Option<LeavesRef<'_>>, out: &mut Out<'_>) -> Result<bool, CodecError> {
    let Some(LeavesRef { plane, salt, leaves }) = leaves else { return Ok(true) };
    if leaves.len() != LEAVES {
        return Err(CodecError::Field { name: "leaves" });
    }
    Ok(uint(leaf::PLANE, plane.number(), out)
        && fixed64(leaf::SALT, salt, out)
        && packed_fixed32(leaf::LEAVES, leaves, out))
}

pub(super) fn take_leaves<I: ProtoIdentity>(bytes: &[u8]) -> Result<Message<I>, CodecError> {
    let (mut number, mut plane, mut salt, mut leaves) = (0, 0, 0, Vec::new());
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (leaf::PLANE, Value::Varint(value)) => plane = value as u32,
            (leaf::SALT, Value::Fixed64(value)) => salt = value,
            (leaf::LEAVES, value) => take_values(value, LEAVES, "leaves", &mut leaves)?,
            _ => {}
        }
        Ok(())
    })?;
    let (number, plane) = (narrow(number, "number")?, take_plane(plane)?);
    let leaves = match leaves.len() {
        0 => None,
        LEAVES => Some(Leaves { plane, salt, leaves }),
        _ => return Err(CodecError::Field { name: "leaves" }),
    };
    Ok(Message::SyncLeaves { number, leaves })
}

pub(super) fn put_pull(pull: PullRef<'_>, out: &mut Out<'_>) -> Result<bool, CodecError> {
    let PullRef { number, plane, back, from, until, salt, have } = pull;
    if have.len() > MAX_HAVE {
        return Err(CodecError::Field { name: "have" });
    }
    Ok(uint(NUMBER, number, out)
        && uint(range::PLANE, plane.number(), out)
        && uint(range::BACK, back, out)
        && put_position(range::FROM, plane, from, out)?
        && put_position(range::UNTIL, plane, until, out)?
        && fixed64(range::SALT, salt, out)
        && packed_fixed32(range::HAVE, have, out))
}

pub(super) fn take_pull(bytes: &[u8]) -> Result<Pull, CodecError> {
    let (mut number, mut plane, mut back, mut salt) = (0, 0, false, 0);
    let (mut from, mut until, mut have) = (Part::default(), Part::default(), Vec::new());
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (range::PLANE, Value::Varint(value)) => plane = value as u32,
            (range::BACK, Value::Varint(value)) => back = value != 0,
            (range::FROM, Value::Bytes(bytes)) => from.add(bytes)?,
            (range::UNTIL, Value::Bytes(bytes)) => until.add(bytes)?,
            (range::SALT, Value::Fixed64(value)) => salt = value,
            (range::HAVE, value) => take_values(value, MAX_HAVE, "have", &mut have)?,
            _ => {}
        }
        Ok(())
    })?;
    let (from, until) = (take_position(&from)?, take_position(&until)?);
    let (number, plane) = (narrow(number, "number")?, take_plane(plane)?);
    let (from, until) = (in_plane(plane, from), in_plane(plane, until));
    Ok(Pull { number, plane, back, from, until, salt, have })
}

pub(super) fn put_page(page: Page, out: &mut Out<'_>) -> Result<bool, CodecError> {
    let Page { number, plane, from, next } = page;
    Ok(uint(NUMBER, number, out)
        && uint(paging::PLANE, plane.number(), out)
        && put_position(paging::FROM, plane, from, out)?
        && match next {
            Some(next) => put_some_position(paging::NEXT, plane, next, out)?,
            None => true,
        })
}

pub(super) fn take_page(bytes: &[u8]) -> Result<Page, CodecError> {
    let (mut number, mut plane, mut from, mut next) = (0, 0, Part::default(), Part::default());
    each(bytes, |field, value| {
        match (field, value) {
            (NUMBER, Value::Varint(value)) => number = value,
            (paging::PLANE, Value::Varint(value)) => plane = value as u32,
            (paging::FROM, Value::Bytes(bytes)) => from.add(bytes)?,
            (paging::NEXT, Value::Bytes(bytes)) => next.add(bytes)?,
            _ => {}
        }
        Ok(())
    })?;
    let (from, goes_on, next) = (take_position(&from)?, next.get().is_some(), take_position(&next)?);
    let (number, plane) = (narrow(number, "number")?, take_plane(plane)?);
    let next = goes_on.then(|| in_plane(plane, next));
    Ok(Page { number, plane, from: in_plane(plane, from), next })
}

fn take_plane(number: u32) -> Result<Plane, CodecError> {
    u8::try_from(number).ok().and_then(Plane::from_number).ok_or(CodecError::Field { name: "plane" })
}

/// In the members plane a position is its key alone.
fn in_plane(plane: Plane, position: Position) -> Position {
    Position { item: if plane == Plane::Members { 0 } else { position.item }, ..position }
}

/// The first position is a default, and left out.
fn put_position(field: u32, plane: Plane, position: Position, out: &mut Out<'_>) -> Result<bool, CodecError> {
    if in_plane(plane, position) == Position::FIRST {
        return Ok(true);
    }
    put_some_position(field, plane, position, out)
}

fn put_some_position(
    field: u32,
    plane: Plane,
    position: Position,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    let Position { key, item } = in_plane(plane, position);
    writer::message(field, out, |out| Ok(fixed64(place::KEY, key, out) && fixed64(place::ITEM, item, out)))
}

fn take_position(part: &Part<'_>) -> Result<Position, CodecError> {
    let mut position = Position::FIRST;
    each(part.get().unwrap_or_default(), |field, value| {
        match (field, value) {
            (place::KEY, Value::Fixed64(value)) => position.key = value,
            (place::ITEM, Value::Fixed64(value)) => position.item = value,
            _ => {}
        }
        Ok(())
    })?;
    Ok(position)
}

/// More values of a repeated field, packed or one by one; no more than `most` in all.
fn take_values(
    value: Value<'_>,
    most: usize,
    name: &'static str,
    into: &mut Vec<u32>,
) -> Result<(), CodecError> {
    match value {
        Value::Bytes(bytes) => {
            let (values, rest) = bytes.as_chunks::<4>();
            if !rest.is_empty() {
                return Err(CodecError::Truncated);
            }
            if into.len() + values.len() > most {
                return Err(CodecError::Field { name });
            }
            into.extend(values.iter().map(|four| u32::from_le_bytes(*four)));
        }
        Value::Fixed32(_) if into.len() == most => return Err(CodecError::Field { name }),
        Value::Fixed32(value) => into.push(value),
        _ => {}
    }
    Ok(())
}
