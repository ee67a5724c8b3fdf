//! Postcard: the default.

use crate::format::{Failure, Format};
use crate::wire::serde_codec;
use postcard::Error;
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
        match postcard::to_slice(value, buf) {
            Ok(written) => Ok(written.len()),
            Err(Error::SerializeBufferFull) => Err(Failure::End),
            Err(_) => Err(Failure::Value),
        }
    }

    #[inline]
    fn take<T: DeserializeOwned>(bytes: &[u8]) -> Result<(T, usize), Failure> {
        match postcard::take_from_bytes(bytes) {
            Ok((value, rest)) => Ok((value, bytes.len() - rest.len())),
            Err(Error::DeserializeUnexpectedEnd) => Err(Failure::End),
            Err(_) => Err(Failure::Value),
        }
    }
}

serde_codec!(PostcardCodec);
