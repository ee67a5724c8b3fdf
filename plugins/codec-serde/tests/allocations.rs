//! Nothing is allocated to write or to read a datagram. `allocation-counter` brings the global allocator
//! that counts, for each thread apart.
#![cfg(any(feature = "postcard", feature = "bincode"))]

use core::net::SocketAddr;
use haulout::codec::{Codec, HeaderRef, MessageRef, Section, SectionRef, UpdateRef, Version};
use haulout::fingerprint::destination;
use haulout::{Identity, Out, Renewing, State};
use haulout_codec_serde::CodecError;

type Node = Renewing<SocketAddr>;

fn node(host: u8) -> Node {
    Node::new(([10, 0, 0, host], 7946).into(), 28_300_000)
}

fn header<'a>(source: &'a Node, message: MessageRef<'a, Node>) -> HeaderRef<'a, Node> {
    let dst = destination(&source.addr());
    HeaderRef {
        version: Version::CURRENT,
        cluster: dst,
        dst,
        cookie: Some(1),
        source,
        incarnation: 0,
        message,
    }
}

/// Writes a header and as many updates as fit, reads all of it, and returns how many there were.
fn round_trip(
    codec: &impl Codec<Node, Error = CodecError>,
    message: MessageRef<'_, Node>,
    full: bool,
) -> u32 {
    let source = node(1);
    let mut buf = [0; 1400];
    let mut out = Out::new(&mut buf);
    assert_eq!(codec.put_header(header(&source, message), &mut out), Ok(true));
    for host in 0..if full { u8::MAX } else { 0 } {
        let identity = node(host);
        let update = UpdateRef { identity: &identity, incarnation: 2, state: State::Alive, by: &[] };
        let start = out.len();
        if codec.put_section(SectionRef::Update(update), &mut out) != Ok(true) {
            out.truncate(start);
            break;
        }
    }
    let (header, sections) = codec.decode(out.written()).expect("it was written here");
    assert_eq!(header.source, source);
    let mut count = 0;
    for section in sections {
        assert!(matches!(section, Ok(Section::Update(update)) if update.identity == node(count as u8)));
        count += 1;
    }
    count
}

fn check(codec: &impl Codec<Node, Error = CodecError>) {
    let info = allocation_counter::measure(|| {
        assert_eq!(round_trip(codec, MessageRef::Ping { number: 7 }, false), 0);
        assert_eq!(round_trip(codec, MessageRef::Gossip, true), 114);
    });
    assert_eq!(info.count_total, 0);
}

#[test]
fn the_counter_counts() {
    let info = allocation_counter::measure(|| drop(std::hint::black_box(vec![1u8; 100])));
    assert_eq!(info.count_total, 1);
}

#[test]
#[cfg(feature = "postcard")]
fn postcard_allocates_nothing_for_a_ping_and_a_full_gossip() {
    check(&haulout_codec_serde::PostcardCodec);
}

#[test]
#[cfg(feature = "bincode")]
fn bincode_allocates_nothing_for_a_ping_and_a_full_gossip() {
    check(&haulout_codec_serde::BincodeCodec);
}
