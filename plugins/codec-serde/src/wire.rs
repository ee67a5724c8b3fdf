//! The wire that both codecs write: PROTOCOL §8, generic over the form of a serde value.

mod header;
mod message;
mod published;
mod reader;
mod section;
mod sync;

pub(crate) use header::{put as put_header, take as decode};
pub use section::Sections;
pub(crate) use section::put as put_section;

use crate::error::CodecError;
use crate::format::{Failure, Format};
use haulout::Out;
use serde::Serialize;

/// The most bytes that an encoded identity, key or route may take, 128.
pub const MAX_VALUE: usize = 128;

/// Makes a [`Format`] a codec.
#[cfg(any(feature = "postcard", feature = "bincode"))]
macro_rules! serde_codec {
    ($codec:ident) => {
        impl<I: $crate::SerdeIdentity> haulout::codec::Codec<I> for $codec {
            type Error = $crate::CodecError;
            type Sections<'a>
                = $crate::Sections<'a, I, Self>
            where
                I: 'a;

            fn put_header(
                &self,
                header: haulout::codec::HeaderRef<'_, I>,
                out: &mut haulout::Out<'_>,
            ) -> Result<bool, $crate::CodecError> {
                $crate::wire::put_header::<Self, I>(header, out)
            }

            fn put_section(
                &self,
                section: haulout::codec::SectionRef<'_, I>,
                out: &mut haulout::Out<'_>,
            ) -> Result<bool, $crate::CodecError> {
                $crate::wire::put_section::<Self, I>(section, out)
            }

            fn decode<'a>(
                &'a self,
                datagram: &'a [u8],
            ) -> Result<(haulout::codec::Header<I>, $crate::Sections<'a, I, Self>), $crate::CodecError> {
                $crate::wire::decode(datagram)
            }
        }
    };
}
#[cfg(any(feature = "postcard", feature = "bincode"))]
pub(crate) use serde_codec;

/// Appends an identity, key or route; `Ok(false)` if the datagram is full.
#[inline]
fn put_value<F: Format, T: Serialize>(value: &T, out: &mut Out<'_>) -> Result<bool, CodecError> {
    let spare = out.spare();
    let room = spare.len().min(MAX_VALUE);
    match F::put(value, &mut spare[..room]) {
        Ok(len) => {
            out.advance(len);
            Ok(true)
        }
        Err(Failure::End) if room == MAX_VALUE => Err(CodecError::TooLong),
        Err(Failure::End) => Ok(false),
        Err(Failure::Value) => Err(CodecError::Unserializable),
    }
}
