//! A steady cluster does not allocate: two members probe each other, gossip and compare for ten minutes of
//! virtual time. `allocation-counter` brings the global allocator that counts.

use haulout::broadcast::{Registry, Topic};
use haulout::codec::{Codec, HeaderRef, Manifest, Message, MessageRef, Record, Section, Update, Version};
use haulout::{Config, Engine, Instant, Out, Renewing, State};
use haulout_codec_serde::PostcardCodec;
use std::net::SocketAddr;
use std::time::Duration;

type Node = Renewing<SocketAddr>;
type Member = Engine<(Node, PostcardCodec, ())>;

struct Pair {
    members: [Member; 2],
    now: Instant,
}

impl Pair {
    fn new() -> Self {
        let member = |host: u8| {
            let node = Node::new(([10, 0, 0, host], 7946).into(), 28_300_000);
            Engine::new(node, PostcardCodec, (), Config::lan(), host.into()).expect("the profile is possible")
        };
        let mut pair = Self { members: [member(0), member(1)], now: Instant::from_millis(1_000) };
        pair.members[0].start(pair.now);
        let seed = *pair.members[0].identity().address();
        pair.members[1].join(pair.now, seed);
        pair
    }

    /// Serves deadlines and delivers datagrams at once, for so long.
    fn run(&mut self, duration: Duration) -> u64 {
        let (end, mut delivered, mut buf) = (self.now + duration, 0, [0; 1_400]);
        while self.now < end {
            let mut quiet = false;
            while !quiet {
                quiet = true;
                for at in 0..2 {
                    while let Some(transmit) = self.members[at].poll_transmit(self.now, &mut buf) {
                        let taken = self.members[1 - at].handle_datagram(self.now, &buf[..transmit.len]);
                        assert_eq!(taken, Ok(()));
                        (quiet, delivered) = (false, delivered + 1);
                    }
                    while self.members[at].poll_event().is_some() {}
                }
            }
            let deadlines = self.members.iter().filter_map(Engine::poll_timeout);
            self.now = deadlines.min().expect("members probe");
            for member in &mut self.members {
                member.handle_timeout(self.now);
            }
        }
        delivered
    }
}

#[test]
fn a_steady_cluster_does_not_allocate() {
    let mut pair = Pair::new();
    pair.run(Duration::from_secs(60));
    assert!(pair.members.iter().all(|member| member.members().count() == 1 && member.is_synced()));
    let mut delivered = 0;
    let counted = allocation_counter::measure(|| delivered = pair.run(Duration::from_secs(600)));
    assert!(delivered > 2_400, "a ping and an ack a second each, and comparisons: {delivered}");
    assert_eq!(counted.count_total, 0);
}

const BYTES: Topic<Vec<u8>> = Topic::new(1, "bytes");

/// Who hears of others, and holds what they publish.
struct Reader {
    engine: Engine<(Node, PostcardCodec, Registry<Node>)>,
    now: Instant,
}

impl Reader {
    const FRIEND: u32 = 1;

    fn new() -> Self {
        let registry = Registry::new().record(BYTES).expect("one topic");
        let engine = Engine::new(node(0), PostcardCodec, registry, Config::lan(), 7).expect("it is possible");
        let mut reader = Self { engine, now: Instant::from_millis(1_000) };
        reader.engine.join(reader.now, *node(Self::FRIEND).address());
        let mut buf = [0; 1_400];
        let announce = reader.engine.poll_transmit(reader.now, &mut buf).expect("it announces itself");
        let (header, _) = decode(&buf[..announce.len]);
        let Message::Announce { number, .. } = header.message else { panic!("an announce") };
        reader.hear(MessageRef::Feed { number, clock: 0 }, &[]);
        reader
    }

    /// A datagram of its friend's, with these sections.
    fn hear(&mut self, message: MessageRef<'_, Node>, sections: &[Section<'_, Node>]) {
        let source = node(Self::FRIEND);
        let version = Version::CURRENT;
        let header = HeaderRef {
            version,
            cluster: None,
            dst: None,
            cookie: None,
            source: &source,
            incarnation: 0,
            message,
        };
        let mut buf = [0; 8_192];
        let mut out = Out::new(&mut buf);
        assert_eq!(PostcardCodec.put_header(header, &mut out).ok(), Some(true));
        for section in sections {
            assert_eq!(PostcardCodec.put_section(section.as_ref(), &mut out).ok(), Some(true));
        }
        let len = out.len();
        self.engine.handle_datagram(self.now, &buf[..len]).expect("it is well-formed");
        while self.engine.poll_event().is_some() {}
        while self.engine.poll_transmit(self.now, &mut buf).is_some() {}
    }

    /// A member, and what it publishes: so many keys of 16 bytes, with values of so many.
    fn meet(&mut self, n: u32, keys: u32, value: usize) {
        let identity = node(n);
        let (owner, life, value) = (*identity.address(), 7, vec![b'v'; value]);
        let names: Vec<_> = (0..keys).map(|key| format!("a key of 16 {key:04}")).collect();
        let mut sections = vec![Section::Update(Update::new(identity, 0, State::Alive))];
        if keys > 0 {
            sections.push(Section::Manifest(Manifest { identity, life, floor: 0 }));
        }
        sections.extend(names.iter().map(|key| {
            let (key, value) = (key.as_bytes(), Some(&value[..]));
            Section::Record(Record { owner, topic: 1, key, life, version: 1, value })
        }));
        self.hear(MessageRef::Gossip, &sections);
    }
}

fn node(n: u32) -> Node {
    let [_, high, middle, low] = n.to_be_bytes();
    Node::new(([10, high, middle, low], 7946).into(), 28_300_000)
}

fn decode(datagram: &[u8]) -> (haulout::codec::Header<Node>, usize) {
    let (header, sections) = Codec::<Node>::decode(&PostcardCodec, datagram).expect("it is well-formed");
    (header, sections.count())
}

/// Bytes that are live afterwards and were not before, for each of `n` members with such records.
fn bytes_a_member(n: u32, keys: u32, value: usize) -> f64 {
    let mut reader = Reader::new();
    // What is there once, whatever follows.
    (2..10).for_each(|n| reader.meet(n, keys, value));
    let counted = allocation_counter::measure(|| (10..10 + n).for_each(|n| reader.meet(n, keys, value)));
    let members = reader.engine.members().count();
    assert_eq!(members, n as usize + 9);
    assert_eq!(reader.engine.registry().stored().count(), (members - 1) * keys as usize);
    f64::from(u32::try_from(counted.bytes_current).expect("it grows")) / f64::from(n)
}

#[test]
fn members_and_records_take_little_memory() {
    let (members, records) = (bytes_a_member(20_000, 0, 0), bytes_a_member(1_000, 40, 64));
    let record = (records - members) / 40.0;
    let node = bytes_a_member(10_000, 5, 16);
    println!(
        "a member: {members:.0} bytes; a record of 64 bytes: {record:.0}; a member with 5 keys of 16: {node:.0}"
    );
    assert!(members <= 96.0, "a member takes {members:.0}");
    assert!(record <= 200.0, "a record of 64 bytes takes {record:.0}");
    assert!(node <= 800.0, "a member with 5 keys of 16 bytes takes {node:.0}");
}
