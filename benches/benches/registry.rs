//! What publishing costs, and hearing what others publish, while few or many records wait to be told.
//!
//! ```text
//! cargo bench -p haulout-benches --bench registry
//! ```

use core::net::SocketAddr;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use haulout::broadcast::{Registry, Topic};
use haulout::codec::{Codec, HeaderRef, Manifest, Message, MessageRef, Record, Section, Update, Version};
use haulout::{Config, Engine, Instant, Out, Renewing, State};
use haulout_codec_serde::PostcardCodec;
use std::hint::black_box;

type Node = Renewing<SocketAddr>;
type Member = Engine<(Node, PostcardCodec, Registry<Node>)>;

const BYTES: Topic<Vec<u8>> = Topic::new(1, "bytes");
const NOW: Instant = Instant::from_millis(1_000);
/// Records of others that wait to be told.
const WAITING: [usize; 3] = [10, 1_000, 10_000];
const OWNERS: usize = 200;
/// Records of 64 bytes in a packet.
const PACKET: usize = 13;

fn node(n: usize) -> Node {
    let [.., high, low] = n.to_be_bytes();
    Node::new(([10, 0, high, low], 7946).into(), 28_300_000)
}

fn datagram(message: MessageRef<'_, Node>, sections: &[Section<'_, Node>]) -> Vec<u8> {
    let (source, version) = (node(1), Version::CURRENT);
    let head = HeaderRef {
        version,
        cluster: None,
        dst: None,
        cookie: None,
        source: &source,
        incarnation: 0,
        message,
    };
    let mut buf = vec![0; 8_192];
    let mut out = Out::new(&mut buf);
    assert!(PostcardCodec.put_header(head, &mut out).expect("a header can be written"));
    for section in sections {
        assert!(PostcardCodec.put_section(section.as_ref(), &mut out).expect("a section can be written"));
    }
    out.written().to_vec()
}

/// A packet with a record of each of these owners.
fn records(owners: impl Iterator<Item = usize>, key: &[u8], version: u64, value: &[u8]) -> Vec<u8> {
    let record = |owner| {
        let owner = *node(owner).address();
        Section::Record(Record { owner, topic: 1, key, life: 7, version, value: Some(value) })
    };
    datagram(MessageRef::Gossip, &owners.map(record).collect::<Vec<_>>())
}

fn drain(member: &mut Member) {
    while member.poll_event().is_some() {}
}

/// A member of many, in which so many records of 64 bytes wait to be told.
fn laden(waiting: usize) -> Member {
    let registry = Registry::new().record(BYTES).expect("one topic");
    let mut config = Config::lan();
    config.limits.records_per_owner = 65_536;
    let mut member = Engine::new(node(0), PostcardCodec, registry, config, 7).expect("it is possible");
    member.join(NOW, *node(1).address());
    let mut buf = [0; 1_400];
    let len = member.poll_transmit(NOW, &mut buf).expect("it announces itself").len;
    let (header, _) = Codec::<Node>::decode(&PostcardCodec, &buf[..len]).expect("it is well-formed");
    let Message::Announce { number, .. } = header.message else { panic!("an announce") };
    let hear = |member: &mut Member, message: MessageRef<'_, Node>, sections: &[Section<'_, Node>]| {
        member.handle_datagram(NOW, &datagram(message, sections)).expect("it is well-formed");
        drain(member);
    };
    hear(&mut member, MessageRef::Feed { number, clock: 0 }, &[]);
    for n in 1..=OWNERS {
        let update = Section::Update(Update::new(node(n), 0, State::Alive));
        let manifest = Section::Manifest(Manifest { identity: node(n), life: 7, floor: 0 });
        hear(&mut member, MessageRef::Gossip, &[update, manifest]);
    }
    for n in 0..waiting {
        let (owner, key) = (1 + n % OWNERS, format!("a key of 16 {:04}", n / OWNERS));
        let bytes = records([owner].into_iter(), key.as_bytes(), 1, &[1; 64]);
        member.handle_datagram(NOW, &bytes).expect("it is well-formed");
        drain(&mut member);
    }
    assert!(member.stats().gauges.broadcast_backlog as usize >= waiting);
    member
}

fn put(c: &mut Criterion) {
    let mut group = c.benchmark_group("put");
    for waiting in WAITING {
        let mut member = laden(waiting);
        let keys: Vec<_> = (0..16).map(|n| format!("a key of 16 {n:04}")).collect();
        let mut round = 0_u64;
        group.bench_function(BenchmarkId::from_parameter(waiting), |b| {
            b.iter_batched(
                || {
                    round += 1;
                    let mut value = vec![0; 64];
                    value[..8].copy_from_slice(&round.to_le_bytes());
                    (&keys[round as usize % keys.len()], value)
                },
                |(key, value)| {
                    let mut records = member.broadcasts(NOW).records(&BYTES).expect("it is registered");
                    records.put(key, black_box(&value)).expect("it is within the limits");
                    drop(records);
                    drain(&mut member);
                },
                BatchSize::SmallInput,
            );
        });
    }
}

fn receipt(c: &mut Criterion) {
    let mut group = c.benchmark_group("receipt");
    group.throughput(Throughput::Elements(PACKET as u64));
    for waiting in WAITING {
        let mut member = laden(waiting);
        let mut version = 1;
        group.bench_function(BenchmarkId::from_parameter(waiting), |b| {
            b.iter_batched(
                || {
                    version += 1;
                    let owners = (0..PACKET).map(|n| 1 + (version as usize * 7 + n) % OWNERS);
                    records(owners, b"a key of 16 0000", version, &[version as u8; 64])
                },
                |bytes| {
                    member.handle_datagram(NOW, black_box(&bytes)).expect("it is well-formed");
                    drain(&mut member);
                },
                BatchSize::SmallInput,
            );
        });
    }
}

criterion_group!(benches, put, receipt);
criterion_main!(benches);
