//! What the tests of the wire share.

use core::net::SocketAddr;
use haulout::codec::{Codec, Header, Message, Section, Update, Version};
use haulout::{Name, Named, Out, Renewing, State};
use haulout_codec_protobuf::{CodecError, ProtoIdentity, ProtobufCodec};

/// The identity of most tests.
pub(crate) type Node = Renewing<SocketAddr>;
/// The agent's identity.
pub(crate) type Agent = Named<SocketAddr>;

/// Seconds from 2026-01-01 to a day in late November of the same year.
pub(crate) const EPOCH: u64 = 28_300_000;

/// The member at 10.0.0.`host`:7946.
pub(crate) fn node(host: u8) -> Node {
    Node::new(([10, 0, 0, host], 7946).into(), EPOCH)
}

/// A named one at 10.0.0.1:7946.
pub(crate) fn agent(name: &str) -> Agent {
    Agent::new(Name::new(name).expect("a test's name"), ([10, 0, 0, 1], 7946).into(), EPOCH)
}

/// The bytes of `node(host)`, with their length before them.
pub(crate) fn node_bytes(host: u8) -> Vec<u8> {
    let epoch = [0xe0, 0xa5, 0xbf, 0x0d];
    [&[14, 0x0a, 4, 10, 0, 0, host, 0x10, 0x8a, 0x3e, 0x18][..], &epoch].concat()
}

/// The smallest header: nothing optional, no gossip.
pub(crate) fn header<I: ProtoIdentity>(source: I, message: Message<I>) -> Header<I> {
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

/// A datagram of this header and these sections.
pub(crate) fn datagram<I: ProtoIdentity>(header: &Header<I>, sections: &[Section<'_, I>]) -> Vec<u8> {
    let mut buf = vec![0; 1 << 16];
    let mut out = Out::new(&mut buf);
    assert_eq!(ProtobufCodec.put_header(header.as_ref(), &mut out), Ok(true));
    for section in sections {
        assert_eq!(ProtobufCodec.put_section(section.as_ref(), &mut out), Ok(true));
    }
    out.written().to_vec()
}

/// The bytes of one section.
pub(crate) fn section_bytes<I: ProtoIdentity>(section: &Section<'_, I>) -> Vec<u8> {
    let mut buf = [0; 4096];
    let mut out = Out::new(&mut buf);
    assert_eq!(ProtobufCodec.put_section(section.as_ref(), &mut out), Ok(true));
    out.written().to_vec()
}

/// A gossip of `node(1)` that carries these bytes where its sections are.
pub(crate) fn gossip_with(sections: &[u8]) -> Vec<u8> {
    [&datagram(&header(node(1), Message::Gossip), &[])[..], sections].concat()
}

/// A datagram of `node(1)` with these bytes behind the source in its header.
pub(crate) fn header_with(fields: &[u8]) -> Vec<u8> {
    let body = [&[0x08, 1, 0x32][..], &node_bytes(1), fields].concat();
    [&[0x0a][..], &varint(body.len() as u64), &body].concat()
}

/// Bytes behind a tag of wire type 2 and their length.
pub(crate) fn frame(tag: u8, body: &[u8]) -> Vec<u8> {
    [&[tag][..], &varint(body.len() as u64), body].concat()
}

pub(crate) fn varint(value: u64) -> Vec<u8> {
    let mut buf = [0; 10];
    let mut out = Out::new(&mut buf);
    assert!(out.put_varint(value));
    out.written().to_vec()
}

/// Header and sections.
pub(crate) type Read<'a, I> = Result<(Header<I>, Vec<Section<'a, I>>), CodecError>;

/// Reads a datagram to its end.
pub(crate) fn read<'a, I: ProtoIdentity + 'a>(bytes: &'a [u8]) -> Read<'a, I> {
    let (header, sections) = Codec::<I>::decode(&ProtobufCodec, bytes)?;
    Ok((header, sections.collect::<Result<_, _>>()?))
}

/// The sections of a gossip that carries these bytes, or the error.
pub(crate) fn sections_in(sections: &[u8]) -> Result<Vec<Section<'static, Node>>, CodecError> {
    let bytes = gossip_with(sections).leak();
    read(bytes).map(|(_, sections)| sections)
}

/// An update without suspecters.
pub(crate) fn alive(host: u8, incarnation: u32) -> Section<'static, Node> {
    Section::Update(Update::new(node(host), incarnation, State::Alive))
}
