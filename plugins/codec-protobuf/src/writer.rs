//! Writes protobuf fields in their canonical form: shortest varints, a default left out.
//!
//! Each function is false, or `Ok(false)`, where the field does not fit.

use crate::error::CodecError;
use haulout::Out;

const VARINT: u32 = 0;
const FIXED64: u32 = 1;
const BYTES: u32 = 2;
const FIXED32: u32 = 5;

#[inline]
fn tag(field: u32, wire: u32, out: &mut Out<'_>) -> bool {
    out.put_varint(u64::from(field << 3 | wire))
}

#[inline]
pub(crate) fn uint(field: u32, value: impl Into<u64>, out: &mut Out<'_>) -> bool {
    let value = value.into();
    value == 0 || some_uint(field, value, out)
}

/// A field that knows absence.
#[inline]
pub(crate) fn some_uint(field: u32, value: u64, out: &mut Out<'_>) -> bool {
    tag(field, VARINT, out) && out.put_varint(value)
}

#[inline]
pub(crate) fn fixed32(field: u32, value: u32, out: &mut Out<'_>) -> bool {
    value == 0 || tag(field, FIXED32, out) && out.put(&value.to_le_bytes())
}

#[inline]
pub(crate) fn fixed64(field: u32, value: u64, out: &mut Out<'_>) -> bool {
    value == 0 || some_fixed64(field, value, out)
}

/// A field that knows absence.
#[inline]
pub(crate) fn some_fixed64(field: u32, value: u64, out: &mut Out<'_>) -> bool {
    tag(field, FIXED64, out) && out.put(&value.to_le_bytes())
}

#[inline]
pub(crate) fn bytes(field: u32, value: &[u8], out: &mut Out<'_>) -> bool {
    value.is_empty() || some_bytes(field, value, out)
}

/// A field that knows absence.
#[inline]
pub(crate) fn some_bytes(field: u32, value: &[u8], out: &mut Out<'_>) -> bool {
    tag(field, BYTES, out) && out.put_varint(value.len() as u64) && out.put(value)
}

/// Zeros, as many as this.
pub(crate) fn zeros(field: u32, count: u16, out: &mut Out<'_>) -> bool {
    count == 0 || tag(field, BYTES, out) && out.put_varint(count.into()) && out.put_zeros(count.into())
}

/// A packed field.
pub(crate) fn packed_fixed32(field: u32, values: &[u32], out: &mut Out<'_>) -> bool {
    values.is_empty()
        || tag(field, BYTES, out)
            && out.put_varint(values.len() as u64 * 4)
            && values.iter().all(|value| out.put(&value.to_le_bytes()))
}

/// A message, whose fields `put` writes.
///
/// They are written behind one byte for their length, and moved where it takes more: no length is computed
/// before there are bytes.
#[inline]
pub(crate) fn message(
    field: u32,
    out: &mut Out<'_>,
    put: impl FnOnce(&mut Out<'_>) -> Result<bool, CodecError>,
) -> Result<bool, CodecError> {
    if !tag(field, BYTES, out) {
        return Ok(false);
    }
    let spare = out.spare();
    let Some((_, room)) = spare.split_first_mut() else { return Ok(false) };
    let mut body = Out::new(room);
    if !put(&mut body)? {
        return Ok(false);
    }
    let len = body.len();
    if len < 0x80 {
        spare[0] = len as u8;
        out.advance(1 + len);
        return Ok(true);
    }
    let mut prefix = [0; 10];
    let mut prefix = Out::new(&mut prefix);
    if !prefix.put_varint(len as u64) || prefix.len() + len > spare.len() {
        return Ok(false);
    }
    spare.copy_within(1..=len, prefix.len());
    spare[..prefix.len()].copy_from_slice(prefix.written());
    out.advance(prefix.len() + len);
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use alloc::vec::Vec;

    fn written(len: usize, room: usize) -> (Result<bool, CodecError>, Vec<u8>) {
        let mut buf = vec![0xee; room];
        let mut out = Out::new(&mut buf);
        let result = message(1, &mut out, |out| Ok(out.put(&vec![7; len])));
        (result, out.written().to_vec())
    }

    #[test]
    fn the_length_of_a_message_takes_as_many_bytes_as_it_needs() {
        for (len, prefix) in [(0, &[0][..]), (127, &[127]), (128, &[0x80, 1]), (20_000, &[0xa0, 0x9c, 1])] {
            let whole = [&[0x0a], prefix, &vec![7; len]].concat();
            assert_eq!(written(len, whole.len()), (Ok(true), whole.clone()), "{len}");
            assert_eq!(written(len, whole.len() + 9), (Ok(true), whole.clone()), "{len}");
            assert_eq!(written(len, whole.len() - 1).0, Ok(false), "{len}");
        }
    }

    #[test]
    fn what_is_absent_or_a_default_takes_nothing() {
        let mut buf = [0; 64];
        let mut out = Out::new(&mut buf);
        let fits = uint(1, 0u32, &mut out)
            && fixed32(2, 0, &mut out)
            && fixed64(3, 0, &mut out)
            && bytes(4, &[], &mut out)
            && zeros(5, 0, &mut out)
            && packed_fixed32(6, &[], &mut out);
        assert!(fits && out.is_empty());
        assert!(some_uint(1, 0, &mut out) && some_bytes(2, &[], &mut out));
        assert_eq!(out.written(), [0x08, 0, 0x12, 0]);
    }
}
