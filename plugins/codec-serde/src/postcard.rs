//! Postcard: the default.

use crate::format::{Failure, Format};
use crate::wire::serde_codec;
use postcard::ser_flavors::Flavor;
use postcard::{Deserializer, Error, Serializer};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The wire of this crate, identities, keys and routes in [postcard](https://postcard.jamesmunns.com)'s
/// form, which is specified and stable.
///
/// An update of a stock IPv4 identity takes 12 bytes. Nothing is allocated to write or to read it.
///
/// ```
/// use core::net::SocketAddr;
/// use haulout::codec::{Codec, HeaderRef, MessageRef, Version};
/// use haulout::{Out, Renewing};
/// use haulout_codec_serde::PostcardCodec;
///
/// let source = Renewing::<SocketAddr>::new(([10, 0, 0, 1], 7946).into(), 28_300_000);
/// let header = HeaderRef {
///     version: Version::CURRENT,
///     cluster: None,
///     dst: None,
///     cookie: None,
///     source: &source,
///     incarnation: 0,
///     message: MessageRef::Ping { number: 7 },
/// };
/// let mut buf = [0; 1400];
/// let mut out = Out::new(&mut buf);
/// assert!(PostcardCodec.put_header(header, &mut out)?);
///
/// let (read, sections) = Codec::<Renewing<SocketAddr>>::decode(&PostcardCodec, out.written())?;
/// assert_eq!(read.source, source);
/// assert_eq!(sections.count(), 0);
/// # Ok::<(), haulout_codec_serde::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct PostcardCodec;

impl Format for PostcardCodec {
    #[inline]
    fn put<T: Serialize>(value: &T, buf: &mut [u8]) -> Result<usize, Failure> {
        let mut serializer = Serializer { output: Pieces { buf, len: 0 } };
        match value.serialize(&mut serializer) {
            Ok(()) => Ok(serializer.output.len),
            Err(Error::SerializeBufferFull) => Err(Failure::End),
            Err(_) => Err(Failure::Value),
        }
    }

    #[inline]
    fn take<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, usize), Failure> {
        let mut deserializer = Deserializer::from_bytes(bytes);
        match T::deserialize(&mut deserializer).and_then(|value| Ok((value, deserializer.finalize()?))) {
            Ok((value, rest)) => Ok((value, bytes.len() - rest.len())),
            Err(Error::DeserializeUnexpectedEnd) => Err(Failure::End),
            Err(_) => Err(Failure::Value),
        }
    }
}

serde_codec!(PostcardCodec);

/// Writes into a slice, as postcard's own `Slice` does, but that the short pieces of which identities are made
/// are copied without a call.
struct Pieces<'b> {
    buf: &'b mut [u8],
    len: usize,
}

impl Flavor for Pieces<'_> {
    type Output = usize;

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        *self.buf.get_mut(self.len).ok_or(Error::SerializeBufferFull)? = byte;
        self.len += 1;
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, piece: &[u8]) -> postcard::Result<()> {
        let end = self.len + piece.len();
        let target = self.buf.get_mut(self.len..end).ok_or(Error::SerializeBufferFull)?;
        copy(target, piece);
        self.len = end;
        Ok(())
    }

    fn finalize(self) -> postcard::Result<usize> {
        Ok(self.len)
    }
}

/// Copies a slice to another of its length: a byte, 8 to 16 as two halves that may overlap, or any.
#[inline]
fn copy(to: &mut [u8], from: &[u8]) {
    if let ([to], [from]) = (&mut *to, from) {
        *to = *from;
    } else if from.len() <= 16
        && let (Some(head), Some(tail)) = (from.first_chunk::<8>(), from.last_chunk::<8>())
        && let Some(to_head) = to.first_chunk_mut::<8>()
    {
        *to_head = *head;
        if let Some(to_tail) = to.last_chunk_mut::<8>() {
            *to_tail = *tail;
        }
    } else {
        copy_any(to, from);
    }
}

/// Kept out of the way, so that all the rest is small enough to be inlined.
#[inline(never)]
fn copy_any(to: &mut [u8], from: &[u8]) {
    to.copy_from_slice(from);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_of_every_length_are_written_as_postcard_writes_them() {
        let all: [u8; 40] = core::array::from_fn(|at| at as u8 + 1);
        for len in 0..=all.len() {
            let piece = serde_bytes(&all[..len]);
            let (mut ours, mut theirs) = ([0; 48], [0; 48]);
            let written = PostcardCodec::put(&piece, &mut ours);
            assert_eq!(written, Ok(postcard::to_slice(&piece, &mut theirs).map_or(0, |it| it.len())));
            assert_eq!(ours, theirs);
            assert_eq!(PostcardCodec::put(&piece, &mut [0; 48][..len]), Err(Failure::End));
        }
    }

    fn serde_bytes(bytes: &[u8]) -> impl Serialize {
        struct Bytes<'a>(&'a [u8]);
        impl Serialize for Bytes<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_bytes(self.0)
            }
        }
        Bytes(bytes)
    }
}
