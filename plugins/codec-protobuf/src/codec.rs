//! The codec itself.

use crate::error::CodecError;
use crate::identity::ProtoIdentity;
use crate::wire::{self, Sections};
use haulout::Out;
use haulout::codec::{Codec, Header, HeaderRef, SectionRef};

/// Datagrams as `haulout.v1.Packet`.
///
/// ```
/// use core::net::SocketAddr;
/// use haulout::codec::{Codec, HeaderRef, MessageRef, Version};
/// use haulout::{Out, Renewing};
/// use haulout_codec_protobuf::{ProtobufCodec, v1};
/// use prost::Message;
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
/// assert!(ProtobufCodec.put_header(header, &mut out)?);
///
/// // Any protobuf runtime reads it in one call.
/// let packet = v1::Packet::decode(out.written())?;
/// let node = packet.header.and_then(|header| header.source).unwrap_or_default();
/// assert_eq!((node.ip, node.port), (vec![10, 0, 0, 1], 7946));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ProtobufCodec;

impl<I: ProtoIdentity> Codec<I> for ProtobufCodec {
    type Error = CodecError;
    type Sections<'a>
        = Sections<'a, I>
    where
        I: 'a;

    fn put_header(&self, header: HeaderRef<'_, I>, out: &mut Out<'_>) -> Result<bool, CodecError> {
        wire::put_header(header, out)
    }

    fn put_section(&self, section: SectionRef<'_, I>, out: &mut Out<'_>) -> Result<bool, CodecError> {
        wire::put_section(section, out)
    }

    fn decode<'a>(&'a self, datagram: &'a [u8]) -> Result<(Header<I>, Sections<'a, I>), CodecError> {
        wire::decode(datagram)
    }
}
