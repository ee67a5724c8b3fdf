//! Small tools: members, datagrams, and protobuf fields by hand.

use core::net::SocketAddr;
use haulout::codec::{Codec, Header, Message, Section, Update, Version};
use haulout::{Name, Named, Out, State};
use haulout_codec_protobuf::ProtobufCodec;

/// The identity of agents.
pub(crate) type Node = Named<SocketAddr>;

/// Seconds from 2026-01-01 to a day in late November of the same year.
pub(crate) const EPOCH: u64 = 28_300_000;

/// `seal-N` at 10.0.0.N:7946.
pub(crate) fn seal(n: u8) -> Node {
    member(&format!("seal-{n}"), &format!("10.0.0.{n}:7946"), EPOCH)
}

pub(crate) fn member(name: &str, addr: &str, epoch: u64) -> Node {
    let name = Name::new(name).expect("a vector's name");
    Node::new(name, addr.parse().expect("a vector's address"), epoch)
}

/// `seal-1` says `message`.
pub(crate) fn header(message: Message<Node>) -> Header<Node> {
    Header {
        version: Version::CURRENT,
        cluster: None,
        dst: None,
        cookie: None,
        source: seal(1),
        incarnation: 0,
        message,
    }
}

pub(crate) fn datagram(header: &Header<Node>, sections: &[Section<'_, Node>]) -> Vec<u8> {
    let mut buf = vec![0; 1 << 16];
    let mut out = Out::new(&mut buf);
    // What cannot be written is not canonical.
    let mut put = matches!(ProtobufCodec.put_header(header.as_ref(), &mut out), Ok(true));
    for section in sections {
        put = put && matches!(ProtobufCodec.put_section(section.as_ref(), &mut out), Ok(true));
    }
    if put { out.written().to_vec() } else { Vec::new() }
}

pub(crate) fn update(n: u8, incarnation: u32, state: State) -> Section<'static, Node> {
    Section::Update(Update::new(seal(n), incarnation, state))
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

pub(crate) fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A varint field.
pub(crate) fn uint(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// A field of bytes, texts, and messages.
pub(crate) fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(value.len() as u64), value.to_vec()].concat()
}

pub(crate) fn fixed32(field: u64, value: u32) -> Vec<u8> {
    [varint(field << 3 | 5), value.to_le_bytes().to_vec()].concat()
}

pub(crate) fn fixed64(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3 | 1), value.to_le_bytes().to_vec()].concat()
}

/// Fields of every wire type with this number.
pub(crate) fn unknown(field: u64) -> Vec<u8> {
    let group = [varint(field << 3 | 3), uint(1, 1), varint(field << 3 | 4)].concat();
    [uint(field, 300), fixed64(field, 7), bytes(field, b"later"), group, fixed32(field, 7)].concat()
}

/// The fields of `seal-N`.
pub(crate) fn seal_fields(n: u8) -> Vec<u8> {
    let name = format!("seal-{n}");
    [bytes(1, &[10, 0, 0, n]), uint(2, 7946), uint(3, EPOCH), bytes(4, name.as_bytes())].concat()
}

/// A packet of `seal-1` with these fields behind the source of its header.
pub(crate) fn packet(message: &[u8]) -> Vec<u8> {
    bytes(1, &[uint(1, 1), bytes(6, &seal_fields(1)), message.to_vec()].concat())
}

/// A gossip of `seal-1`, followed by these fields of the packet.
pub(crate) fn gossip(sections: &[u8]) -> Vec<u8> {
    [packet(&bytes(10, &[])), sections.to_vec()].concat()
}
