//! What the tests of the wire share.

use core::net::SocketAddr;
use haulout::codec::{Codec, Header, Message, Section, SectionRef, Update, Version};
use haulout::{Identity, Out, Renewing, State};
use haulout_codec_serde::CodecError;

/// The stock identity.
pub(crate) type Node = Renewing<SocketAddr>;

/// Seconds from 2026-01-01 to a day in late November of the same year.
pub(crate) const EPOCH: u64 = 28_300_000;

/// Calls a function, generic over the codec, with each codec that is compiled in.
macro_rules! with_codecs {
    ($check:path) => {{
        #[cfg(feature = "postcard")]
        $check(&haulout_codec_serde::PostcardCodec);
        #[cfg(feature = "bincode")]
        $check(&haulout_codec_serde::BincodeCodec);
    }};
}
pub(crate) use with_codecs;

/// The member at 10.0.0.`host`:7946.
pub(crate) fn node(host: u8) -> Node {
    Node::new(([10, 0, 0, host], 7946).into(), EPOCH)
}

/// The bytes of `node(host)`: a length, the address, the epoch.
pub(crate) fn node_bytes(host: u8) -> Vec<u8> {
    let mut bytes = vec![10, 10, 0, 0, host, 0x0a, 0x1f];
    bytes.extend(&(EPOCH as u32).to_le_bytes());
    bytes
}

/// The smallest header: nothing optional, no gossip.
pub(crate) fn header<I: Identity>(source: I, message: Message<I>) -> Header<I> {
    Header {
        version: Version::CURRENT,
        cluster: None,
        dst: None,
        cookie: None,
        source,
        incarnation: 0,
        message,
    }
}

/// A datagram of this header and these updates.
pub(crate) fn datagram<I: Identity, C: Codec<I, Error = CodecError>>(
    codec: &C,
    header: &Header<I>,
    updates: &[Update<I>],
) -> Vec<u8> {
    let mut buf = vec![0; 8192];
    let mut out = Out::new(&mut buf);
    assert_eq!(codec.put_header(header.as_ref(), &mut out), Ok(true));
    for update in updates {
        assert_eq!(codec.put_section(SectionRef::Update(update.as_ref()), &mut out), Ok(true));
    }
    out.written().to_vec()
}

/// A gossip of `node(1)` that carries these bytes where its sections are.
pub(crate) fn gossip_with<C: Codec<Node, Error = CodecError>>(codec: &C, sections: &[u8]) -> Vec<u8> {
    let mut bytes = datagram(codec, &header(node(1), Message::Gossip), &[]);
    bytes.extend(sections);
    bytes
}

/// Reads a datagram to its end.
pub(crate) fn read<'a, I: Identity + 'a, C: Codec<I, Error = CodecError>>(
    codec: &'a C,
    bytes: &'a [u8],
) -> Result<(Header<I>, Vec<Section<'a, I>>), CodecError> {
    let (header, sections) = codec.decode(bytes)?;
    Ok((header, sections.collect::<Result<_, _>>()?))
}

/// The sections of a gossip that carries these bytes, as owned updates or the error; panics on others.
pub(crate) fn updates_in<C: Codec<Node, Error = CodecError>>(
    codec: &C,
    sections: &[u8],
) -> Result<Vec<Update<Node>>, CodecError> {
    let bytes = gossip_with(codec, sections);
    let (_, sections) = read(codec, &bytes)?;
    Ok(sections
        .into_iter()
        .map(|section| match section {
            Section::Update(update) => update,
            other => panic!("not an update: {other:?}"),
        })
        .collect())
}

/// An update without suspecters.
pub(crate) fn alive(host: u8, incarnation: u32) -> Update<Node> {
    Update::new(node(host), incarnation, State::Alive)
}
