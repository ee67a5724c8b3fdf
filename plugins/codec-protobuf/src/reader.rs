//! Reads protobuf fields from a slice: never past its end, never a panic, nothing believed before it is there.
//!
//! What is read is what official protobuf runtimes read: a known field of another wire type is an unknown one,
//! the last of several scalars counts, several of a singular message are one ([`Part`]).

use crate::error::CodecError;
use alloc::vec::Vec;

/// How deep groups may be nested in each other.
const MAX_DEPTH: usize = 100;

pub(crate) const VARINT: u32 = 0;
const FIXED64: u32 = 1;
pub(crate) const BYTES: u32 = 2;
const GROUP: u32 = 3;
const END_GROUP: u32 = 4;
pub(crate) const FIXED32: u32 = 5;

/// The value of a field, by its wire type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Group,
    Fixed32(u32),
}

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn len(self) -> usize {
        self.0.len()
    }

    /// The number and the value of the next field; `None` at the end.
    #[inline]
    pub(crate) fn field(&mut self) -> Result<Option<(u32, Value<'a>)>, CodecError> {
        let Some((&tag, rest)) = self.0.split_first() else { return Ok(None) };
        match short_field(tag, rest) {
            Some((value, rest)) => {
                self.0 = rest;
                Ok(Some((u32::from(tag >> 3), value)))
            }
            None => self.long_field().map(Some),
        }
    }

    #[inline(never)]
    fn long_field(&mut self) -> Result<(u32, Value<'a>), CodecError> {
        let (number, wire) = self.tag()?;
        Ok((number, self.value(number, wire, 0)?))
    }

    #[inline]
    fn tag(&mut self) -> Result<(u32, u32), CodecError> {
        let tag = u32::try_from(self.varint()?).map_err(|_| CodecError::Tag)?;
        if tag >> 3 == 0 { Err(CodecError::Tag) } else { Ok((tag >> 3, tag & 7)) }
    }

    #[inline]
    fn value(&mut self, number: u32, wire: u32, depth: usize) -> Result<Value<'a>, CodecError> {
        Ok(match wire {
            VARINT => Value::Varint(self.varint()?),
            FIXED64 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
            BYTES => {
                let len = usize::try_from(self.varint()?).map_err(|_| CodecError::Truncated)?;
                let (bytes, rest) = self.0.split_at_checked(len).ok_or(CodecError::Truncated)?;
                self.0 = rest;
                Value::Bytes(bytes)
            }
            FIXED32 => Value::Fixed32(u32::from_le_bytes(self.array()?)),
            GROUP => {
                self.skip_group(number, depth)?;
                Value::Group
            }
            _ => return Err(CodecError::Tag),
        })
    }

    /// Skips to behind the end of the group with this number.
    fn skip_group(&mut self, group: u32, depth: usize) -> Result<(), CodecError> {
        if depth == MAX_DEPTH {
            return Err(CodecError::Tag);
        }
        loop {
            let (number, wire) = self.tag()?;
            if wire == END_GROUP {
                return if number == group { Ok(()) } else { Err(CodecError::Tag) };
            }
            self.value(number, wire, depth + 1)?;
        }
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], CodecError> {
        let (bytes, rest) = self.0.split_first_chunk::<N>().ok_or(CodecError::Truncated)?;
        self.0 = rest;
        Ok(*bytes)
    }

    /// A varint of at most ten bytes; it need not be the shortest.
    #[inline]
    fn varint(&mut self) -> Result<u64, CodecError> {
        match self.0 {
            [byte, rest @ ..] if *byte < 0x80 => {
                self.0 = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, CodecError> {
        let (value, rest) = long_varint(self.0)?;
        self.0 = rest;
        Ok(value)
    }
}

/// Bytes of a varint at most.
const LONGEST: usize = 10;

/// A varint, and what follows it.
#[inline]
pub(crate) fn long_varint(bytes: &[u8]) -> Result<(u64, &[u8]), CodecError> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().take(LONGEST).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            // Of the last byte one bit is left.
            let fits = at + 1 < LONGEST || byte <= 1;
            return if fits { Ok((value, &bytes[at + 1..])) } else { Err(CodecError::Varint) };
        }
    }
    Err(if bytes.len() < LONGEST { CodecError::Truncated } else { CodecError::Varint })
}

/// The value of a field whose tag and length take a byte each, as most do, and what follows it.
#[inline]
fn short_field(tag: u8, rest: &[u8]) -> Option<(Value<'_>, &[u8])> {
    if !(1 << 3..0x80).contains(&tag) {
        return None;
    }
    match u32::from(tag & 7) {
        VARINT => {
            let (&byte, after) = rest.split_first()?;
            if byte < 0x80 {
                return Some((Value::Varint(byte.into()), after));
            }
            let (value, after) = long_varint(rest).ok()?;
            Some((Value::Varint(value), after))
        }
        BYTES => {
            let (&len, rest) = rest.split_first()?;
            let (bytes, after) = rest.split_at_checked(len.into())?;
            (len < 0x80).then_some((Value::Bytes(bytes), after))
        }
        FIXED32 => {
            let (bytes, after) = rest.split_first_chunk()?;
            Some((Value::Fixed32(u32::from_le_bytes(*bytes)), after))
        }
        _ => None,
    }
}

/// Gives each field of a message to `take`.
#[inline]
pub(crate) fn each<'a>(
    bytes: &'a [u8],
    mut take: impl FnMut(u32, Value<'a>) -> Result<(), CodecError>,
) -> Result<(), CodecError> {
    let mut reader = Reader::new(bytes);
    while let Some((number, value)) = reader.field()? {
        take(number, value)?;
    }
    Ok(())
}

/// A text.
#[inline]
pub(crate) fn text(bytes: &[u8]) -> Result<&str, CodecError> {
    core::str::from_utf8(bytes).map_err(|_| CodecError::Text)
}

/// A singular message, which may come in parts: the message of their bytes in a row, says protobuf.
#[derive(Clone, Debug, Default)]
pub(crate) enum Part<'a> {
    /// It did not come so far.
    #[default]
    Absent,
    /// It came once, as it always does from whoever means well.
    Whole(&'a [u8]),
    /// It came in parts.
    Joined(Vec<u8>),
}

impl<'a> Part<'a> {
    #[inline]
    pub(crate) fn add(&mut self, bytes: &'a [u8]) -> Result<(), CodecError> {
        match self {
            Self::Absent => *self = Self::Whole(bytes),
            Self::Whole(first) => {
                // Each part is whole fields: none begins in one and ends in the next.
                each(first, |_, _| Ok(()))?;
                each(bytes, |_, _| Ok(()))?;
                *self = Self::Joined([first, bytes].concat());
            }
            Self::Joined(all) => {
                each(bytes, |_, _| Ok(()))?;
                all.extend_from_slice(bytes);
            }
        }
        Ok(())
    }

    #[inline]
    pub(crate) fn get(&self) -> Option<&[u8]> {
        match self {
            Self::Absent => None,
            Self::Whole(bytes) => Some(bytes),
            Self::Joined(bytes) => Some(bytes),
        }
    }

    /// Its bytes, where it must be there.
    #[inline]
    pub(crate) fn require(&self, name: &'static str) -> Result<&[u8], CodecError> {
        self.get().ok_or(CodecError::Missing { name })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(bytes: &[u8]) -> Result<Option<(u32, Value<'_>)>, CodecError> {
        Reader::new(bytes).field()
    }

    #[test]
    fn a_varint_has_at_most_ten_bytes_and_64_bits() {
        let read = |bytes: &[u8]| Reader::new(bytes).varint();
        assert_eq!(read(&[0x80, 0x00]), Ok(0));
        let highest = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(read(&highest), Ok(u64::MAX));
        assert_eq!(read(&[&highest[..9], &[0x02]].concat()), Err(CodecError::Varint));
        assert_eq!(read(&[0x80; 11]), Err(CodecError::Varint));
        assert_eq!(read(&[0x80; 9]), Err(CodecError::Truncated));
    }

    #[test]
    fn a_field_has_a_number_and_one_of_five_wire_types() {
        assert_eq!(first(&[]), Ok(None));
        assert_eq!(first(&[0x08, 0x96, 0x01]), Ok(Some((1, Value::Varint(150)))));
        assert_eq!(first(&[0x15, 1, 0, 0, 0]), Ok(Some((2, Value::Fixed32(1)))));
        assert_eq!(first(&[0x19, 1, 0, 0, 0, 0, 0, 0, 0]), Ok(Some((3, Value::Fixed64(1)))));
        assert_eq!(first(&[0x22, 2, 7, 8, 9]), Ok(Some((4, Value::Bytes(&[7, 8])))));
        for tag in [0x00, 0x0c, 0x0e, 0x0f] {
            assert_eq!(first(&[tag, 1]), Err(CodecError::Tag), "{tag:#x}");
        }
        assert_eq!(first(&[0xf8, 0xff, 0xff, 0xff, 0x0f, 7]), Ok(Some(((1 << 29) - 1, Value::Varint(7)))));
        assert_eq!(first(&[0xf8, 0xff, 0xff, 0xff, 0x1f, 7]), Err(CodecError::Tag));
    }

    #[test]
    fn a_group_is_skipped_to_its_own_end() {
        assert_eq!(first(&[0x0b, 0x10, 5, 0x13, 0x14, 0x0c]), Ok(Some((1, Value::Group))));
        assert_eq!(first(&[0x0b, 0x14]), Err(CodecError::Tag));
        assert_eq!(first(&[0x0b, 0x10, 5]), Err(CodecError::Truncated));
        assert_eq!(first(&[0x0b; 4000]), Err(CodecError::Tag));
    }

    #[test]
    fn a_length_beyond_the_end_is_an_error() {
        assert_eq!(first(&[0x0a, 2, 1]), Err(CodecError::Truncated));
        let huge = [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!(first(&huge), Err(CodecError::Truncated));
    }

    #[test]
    fn parts_are_read_in_a_row() {
        let mut part = Part::default();
        assert_eq!(part.require("x"), Err(CodecError::Missing { name: "x" }));
        assert_eq!(part.add(&[0x08, 1]), Ok(()));
        assert_eq!(part.add(&[]), Ok(()));
        assert_eq!(part.add(&[0x10, 2]), Ok(()));
        assert_eq!(part.require("x"), Ok(&[0x08, 1, 0x10, 2][..]));
        assert_eq!(part.add(&[0x10]), Err(CodecError::Truncated));

        let mut part = Part::default();
        assert_eq!((part.add(&[0x08]), part.add(&[1])), (Ok(()), Err(CodecError::Truncated)));
    }
}
