//! Nothing is allocated to write or to read a datagram. `allocation-counter` brings the global allocator
//! that counts, for each thread apart.

use core::net::SocketAddr;
use haulout::codec::{Codec, HeaderRef, MessageRef, Section, SectionRef, UpdateRef, Version};
use haulout::fingerprint::destination;
use haulout::{Identity, Out, Renewing, State};
use haulout_codec_protobuf::ProtobufCodec;

type Node = Renewing<SocketAddr>;

fn node(host: u8) -> Node {
    Node::new(([10, 0, 0, host], 7946).into(), 28_300_000)
}

/// Writes a header and as many updates as fit, reads all of it, and returns how many there were.
fn round_trip(message: MessageRef<'_, Node>, full: bool) -> u32 {
    let source = node(1);
    let dst = destination(&source.addr());
    let version = Version::CURRENT;
    let header =
        HeaderRef { version, cluster: dst, dst, cookie: Some(1), source: &source, incarnation: 0, message };
    let mut buf = [0; 1400];
    let mut out = Out::new(&mut buf);
    assert_eq!(ProtobufCodec.put_header(header, &mut out), Ok(true));
    for host in 0..if full { u8::MAX } else { 0 } {
        let identity = node(host);
        let update = UpdateRef { identity: &identity, incarnation: 2, state: State::Alive, by: &[] };
        let start = out.len();
        if ProtobufCodec.put_section(SectionRef::Update(update), &mut out) != Ok(true) {
            out.truncate(start);
            break;
        }
    }
    let (header, sections) =
        Codec::<Node>::decode(&ProtobufCodec, out.written()).expect("it was written here");
    assert_eq!(header.source, source);
    let mut count = 0;
    for section in sections {
        assert!(matches!(section, Ok(Section::Update(update)) if update.identity == node(count as u8)));
        count += 1;
    }
    count
}

#[test]
fn the_counter_counts() {
    let info = allocation_counter::measure(|| drop(std::hint::black_box(vec![1u8; 100])));
    assert_eq!(info.count_total, 1);
}

#[test]
fn a_ping_and_a_full_gossip_allocate_nothing() {
    let info = allocation_counter::measure(|| {
        assert_eq!(round_trip(MessageRef::Ping { number: 7 }, false), 0);
        assert_eq!(round_trip(MessageRef::Gossip, true), 67);
    });
    assert_eq!(info.count_total, 0);
}
