//! The bodies of anti-entropy: fixed widths, since roots, salts and positions are as good as random.

use super::message::put_number;
use super::reader::Reader;
use crate::error::CodecError;
use alloc::vec::Vec;
use haulout::Out;
use haulout::codec::{Leaves, LeavesRef, MAX_HAVE, Page, Plane, Position, Pull, PullRef};

/// Leaves of a plane.
const LEAVES: usize = 256;
/// Beside the number of a plane: a pull is a back pull, a page has a next one.
const FLAG: u8 = 0x80;

pub(super) fn put_sync(
    number: u16,
    version: u8,
    roots: (u64, Option<u64>),
    clock: u64,
    out: &mut Out<'_>,
) -> bool {
    let (members, records) = roots;
    put_number(number, out)
        && out.put_u8(version)
        && out.put(&members.to_le_bytes())
        && out.put_u8(records.is_some().into())
        && records.is_none_or(|records| out.put(&records.to_le_bytes()))
        && out.put_varint(clock)
}

/// The root of the records plane, where there is one.
pub(super) fn take_records(reader: &mut Reader<'_>) -> Result<Option<u64>, CodecError> {
    match reader.u8()? {
        0 => Ok(None),
        1 => reader.u64().map(Some),
        _ => Err(CodecError::Field { name: "records" }),
    }
}

/// A zero byte says that no plane differs.
pub(super) fn put_leaves(
    number: u16,
    leaves: Option<LeavesRef<'_>>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    let Some(LeavesRef { plane, salt, leaves }) = leaves else {
        return Ok(put_number(number, out) && out.put_u8(0));
    };
    if leaves.len() != LEAVES {
        return Err(CodecError::Field { name: "leaves" });
    }
    Ok(put_number(number, out)
        && out.put_u8(plane.number() + 1)
        && out.put(&salt.to_le_bytes())
        && put_all(leaves, out))
}

pub(super) fn take_leaves(reader: &mut Reader<'_>) -> Result<Option<Leaves>, CodecError> {
    let plane = match reader.u8()? {
        0 => return Ok(None),
        number => Plane::from_number(number - 1).ok_or(CodecError::Field { name: "plane" })?,
    };
    let salt = reader.u64()?;
    let leaves = take_all(LEAVES, reader)?;
    Ok(Some(Leaves { plane, salt, leaves }))
}

pub(super) fn put_pull(pull: PullRef<'_>, out: &mut Out<'_>) -> Result<bool, CodecError> {
    let PullRef { number, plane, back, from, until, salt, have } = pull;
    if have.len() > MAX_HAVE {
        return Err(CodecError::Field { name: "have" });
    }
    Ok(put_number(number, out)
        && out.put_u8(plane.number() | if back { FLAG } else { 0 })
        && put_position(plane, from, out)
        && put_position(plane, until, out)
        && out.put(&salt.to_le_bytes())
        && out.put_varint(have.len() as u64)
        && put_all(have, out))
}

pub(super) fn take_pull(reader: &mut Reader<'_>) -> Result<Pull, CodecError> {
    let number = reader.u16()?;
    let (plane, back) = take_plane(reader)?;
    let (from, until) = (take_position(plane, reader)?, take_position(plane, reader)?);
    let salt = reader.u64()?;
    let count: usize = reader.narrow()?;
    if count > MAX_HAVE {
        return Err(CodecError::Field { name: "have" });
    }
    let have = take_all(count, reader)?;
    Ok(Pull { number, plane, back, from, until, salt, have })
}

pub(super) fn put_page(page: Page, out: &mut Out<'_>) -> bool {
    let Page { number, plane, from, next } = page;
    put_number(number, out)
        && out.put_u8(plane.number() | if next.is_some() { FLAG } else { 0 })
        && put_position(plane, from, out)
        && next.is_none_or(|next| put_position(plane, next, out))
}

pub(super) fn take_page(reader: &mut Reader<'_>) -> Result<Page, CodecError> {
    let number = reader.u16()?;
    let (plane, more) = take_plane(reader)?;
    let from = take_position(plane, reader)?;
    let next = if more { Some(take_position(plane, reader)?) } else { None };
    Ok(Page { number, plane, from, next })
}

fn take_plane(reader: &mut Reader<'_>) -> Result<(Plane, bool), CodecError> {
    let byte = reader.u8()?;
    let plane = Plane::from_number(byte & !FLAG).ok_or(CodecError::Field { name: "plane" })?;
    Ok((plane, byte & FLAG != 0))
}

/// In the members plane a position is its key alone.
fn put_position(plane: Plane, position: Position, out: &mut Out<'_>) -> bool {
    out.put(&position.key.to_le_bytes()) && (plane == Plane::Members || out.put(&position.item.to_le_bytes()))
}

fn take_position(plane: Plane, reader: &mut Reader<'_>) -> Result<Position, CodecError> {
    let key = reader.u64()?;
    let item = if plane == Plane::Members { 0 } else { reader.u64()? };
    Ok(Position { key, item })
}

fn put_all(values: &[u32], out: &mut Out<'_>) -> bool {
    values.iter().all(|value| out.put(&value.to_le_bytes()))
}

fn take_all(count: usize, reader: &mut Reader<'_>) -> Result<Vec<u32>, CodecError> {
    let bytes = reader.bytes(count * 4)?;
    Ok(bytes.chunks_exact(4).map(|four| u32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect())
}
