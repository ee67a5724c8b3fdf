//! Reads fields from the start of a slice; never past its end, and never panics.

use super::MAX_VALUE;
use crate::error::CodecError;
use crate::format::{Failure, Format};
use core::num::NonZeroU32;
use serde::de::DeserializeOwned;

/// What is left to read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn rest(self) -> &'a [u8] {
        self.0
    }

    #[inline]
    pub(super) fn bytes(&mut self, len: usize) -> Result<&'a [u8], CodecError> {
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(CodecError::Truncated)?;
        self.0 = rest;
        Ok(bytes)
    }

    /// So many bytes, if they are there.
    #[inline]
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*bytes)
    }

    #[inline]
    pub(super) fn u8(&mut self) -> Result<u8, CodecError> {
        self.array().map(u8::from_le_bytes).ok_or(CodecError::Truncated)
    }

    #[inline]
    pub(super) fn u16(&mut self) -> Result<u16, CodecError> {
        self.array().map(u16::from_le_bytes).ok_or(CodecError::Truncated)
    }

    #[inline]
    pub(super) fn u32(&mut self) -> Result<u32, CodecError> {
        self.array().map(u32::from_le_bytes).ok_or(CodecError::Truncated)
    }

    #[inline]
    pub(super) fn u64(&mut self) -> Result<u64, CodecError> {
        self.array().map(u64::from_le_bytes).ok_or(CodecError::Truncated)
    }

    /// Four bytes that cannot be zero: zero would be a second form of an absent field.
    #[inline]
    pub(super) fn nonzero(&mut self, name: &'static str) -> Result<NonZeroU32, CodecError> {
        NonZeroU32::new(self.u32()?).ok_or(CodecError::Field { name })
    }

    /// A LEB128 varint of at most ten bytes; it need not be the shortest.
    #[inline]
    pub(super) fn varint(&mut self) -> Result<u64, CodecError> {
        match self.0.split_first() {
            Some((&byte, rest)) if byte < 0x80 => {
                self.0 = rest;
                Ok(byte.into())
            }
            _ => {
                let (value, rest) = self.long_varint()?;
                *self = rest;
                Ok(value)
            }
        }
    }

    /// The varint, and what follows it. By value, so that a reader can stay in registers.
    #[inline(never)]
    fn long_varint(mut self) -> Result<(u64, Self), CodecError> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(CodecError::Varint);
            }
            value |= bits << shift;
            if byte < 0x80 {
                return Ok((value, self));
            }
        }
        Err(CodecError::Varint)
    }

    /// A varint of a field that is narrower than 64 bits.
    #[inline]
    pub(super) fn narrow<T: TryFrom<u64>>(&mut self) -> Result<T, CodecError> {
        T::try_from(self.varint()?).map_err(|_| CodecError::Varint)
    }

    /// An identity, key or route.
    #[inline]
    pub(super) fn value<F: Format, T: DeserializeOwned>(&mut self) -> Result<T, CodecError> {
        let room = self.0.len().min(MAX_VALUE);
        match F::take(&self.0[..room]) {
            Ok((value, len)) => {
                self.0 = &self.0[len..];
                Ok(value)
            }
            Err(Failure::End) if self.0.len() > MAX_VALUE => Err(CodecError::TooLong),
            Err(Failure::End) => Err(CodecError::Truncated),
            Err(Failure::Value) => Err(CodecError::Value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varint_has_at_most_ten_bytes_and_64_bits() {
        let read = |bytes: &[u8]| Reader::new(bytes).varint();
        assert_eq!(read(&[0x80, 0x00]), Ok(0));
        assert_eq!(read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]), Ok(u64::MAX));
        assert_eq!(
            read(&[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02]),
            Err(CodecError::Varint)
        );
        assert_eq!(read(&[0x80; 11]), Err(CodecError::Varint));
        assert_eq!(read(&[0x80; 9]), Err(CodecError::Truncated));
    }

    #[test]
    fn a_varint_over_its_field_is_refused() {
        let mut reader = Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x10]);
        assert_eq!(reader.narrow::<u32>(), Err(CodecError::Varint));
        let mut reader = Reader::new(&[0xff, 0xff, 0xff, 0xff, 0x0f]);
        assert_eq!(reader.narrow::<u32>(), Ok(u32::MAX));
    }
}
