//! Datagrams that are read.

use crate::Good;
use crate::write::{
    EPOCH, Node, bytes, datagram, fixed32, gossip, header, member, packet, seal, seal_fields, uint, unknown,
    update,
};
use core::num::NonZeroU32;
use haulout::codec::{
    Custom, DIGEST_VERSION, Header, Leaves, MAX_HAVE, Manifest, Message, Page, Plane, Position, Pull, Record,
    Refusal, Section, TopicName, Update, UserEvent, Version,
};
use haulout::fingerprint::{destination, label_hash};
use haulout::{Identity, State};

const NUMBER: u16 = 0x1234;

pub(crate) fn all() -> Vec<Good> {
    let mut all = Vec::new();
    let mut add = |name: &str, bytes: Vec<u8>| all.push(Good { name: name.into(), bytes });
    for (name, message) in messages() {
        let full = Header {
            version: Version { spoken: 1, highest: 15 },
            cluster: Some(label_hash("orders")),
            dst: destination(&seal(2).addr()),
            cookie: Some(u64::MAX),
            incarnation: u32::MAX,
            ..header(message.clone())
        };
        add(name, datagram(&header(message), &[]));
        add(&format!("{name}, every field of the header"), datagram(&full, &[]));
    }
    for (name, header) in headers() {
        add(name, datagram(&header, &[]));
    }
    for (name, sections) in sections() {
        add(name, datagram(&header(Message::Gossip), &sections));
    }
    for (name, bytes) in liberal().into_iter().chain(later()) {
        add(name, bytes);
    }
    all
}

fn messages() -> Vec<(&'static str, Message<Node>)> {
    let number = NUMBER;
    let (key, last) = (Position { key: 1 << 56, item: 0 }, Position { key: u64::MAX, item: 0 });
    let (from, until) = (Position { key: 5, item: 9 }, Position::LAST);
    let salt = 0x0102_0304_0506_0708;
    let have = |count: u32| (0..count).map(|at| at.wrapping_mul(0x9e37_79b9)).collect::<Vec<_>>();
    let pull = |plane, back, from, until, count| {
        Message::SyncPull(Pull { number, plane, back, from, until, salt, have: have(count) })
    };
    let page = |plane, from, next| Message::SyncPage(Page { number, plane, from, next });
    let leaves =
        |plane| Message::SyncLeaves { number, leaves: Some(Leaves { plane, salt, leaves: have(256) }) };
    let (target, route) = (seal(3).addr(), Some(seal(3).route()));
    let (version, cluster) = (DIGEST_VERSION, Some(label_hash("orders")));
    vec![
        ("ping", Message::Ping { number }),
        ("ping with number 0", Message::Ping { number: 0 }),
        ("ack", Message::Ack { number }),
        ("gossip", Message::Gossip),
        ("ping-req", Message::PingReq { number, target, route }),
        ("forwarded-ack", Message::ForwardedAck { number, identity: seal(3), incarnation: 4 }),
        ("nack", Message::Nack { number }),
        ("announce", Message::Announce { number, flags: 0, padding: 212 }),
        ("announce of an observer", Message::Announce { number, flags: 1, padding: 0 }),
        ("challenge", Message::Challenge { number, cookie: salt }),
        ("feed", Message::Feed { number, clock: 300 }),
        ("refused: cluster", Message::Refused { number, reason: Refusal::Cluster, cluster, min: 1, max: 1 }),
        (
            "refused: version",
            Message::Refused { number, reason: Refusal::Version, cluster: None, min: 2, max: 3 },
        ),
        ("you-are-down", Message::YouAreDown),
        ("sync", Message::Sync { number, version, members: salt, records: Some(0), clock: 300 }),
        ("sync without records", Message::Sync { number, version, members: 0, records: None, clock: 0 }),
        ("sync-leaves: nothing differs", Message::SyncLeaves { number, leaves: None }),
        ("sync-leaves of members", leaves(Plane::Members)),
        ("sync-leaves of records", leaves(Plane::Records)),
        ("sync-pull of all members", pull(Plane::Members, false, Position::FIRST, last, 0)),
        (
            "sync-pull of a leaf, with values",
            pull(Plane::Members, true, key, Position { key: key.key * 2 - 1, item: 0 }, 3),
        ),
        (
            "sync-pull of records, as many values as there may be",
            pull(Plane::Records, false, from, until, MAX_HAVE as u32),
        ),
        ("sync-page, the last", page(Plane::Members, key, None)),
        ("sync-page that goes on", page(Plane::Records, from, Some(until))),
    ]
}

fn headers() -> Vec<(&'static str, Header<Node>)> {
    let ping = header(Message::Ping { number: 1 });
    let from = |source| Header { source, ..ping.clone() };
    vec![
        ("header: only a cluster", Header { cluster: NonZeroU32::new(1), ..ping.clone() }),
        ("header: only a receiver", Header { dst: NonZeroU32::new(u32::MAX), ..ping.clone() }),
        ("header: a cookie that is 0", Header { cookie: Some(0), ..ping.clone() }),
        ("header: highest incarnation", Header { incarnation: u32::MAX, ..ping.clone() }),
        ("source: IPv6", from(member("seal-6", "[2001:db8::6]:7946", EPOCH))),
        ("source: lowest values", from(member("a", "0.0.0.0:0", 0))),
        ("source: highest values", from(member(&"n".repeat(64), "255.255.255.255:65535", u64::MAX))),
        (
            "source: a name that begins with a byte order mark",
            from(member("\u{feff}seal", "10.0.0.1:7946", EPOCH)),
        ),
        ("source: a name that is not ASCII", from(member("größer-海豹", "10.0.0.1:7946", EPOCH))),
    ]
}

fn sections() -> Vec<(&'static str, Vec<Section<'static, Node>>)> {
    static LONG: [u8; 300] = [0x5a; 300];
    let suspected = |count: u8| {
        let mut update = Update::new(seal(9), 4, State::Suspect);
        for n in 1..=count {
            update.by.insert(seal(n).addr());
        }
        vec![Section::Update(update)]
    };
    let owner = || seal(1).addr();
    let record = |key, version, value| {
        vec![Section::Record(Record { owner: owner(), topic: 1, key, life: 0xdead_beef, version, value })]
    };
    let event = |seq, ttl, payload| {
        let (topic, life, time) = (2, 0xdead_beef, seq);
        vec![Section::UserEvent(UserEvent { origin: owner(), topic, life, seq, time, ttl, payload })]
    };
    let manifest = |life, floor| vec![Section::Manifest(Manifest { identity: seal(1), life, floor })];
    let small = |n| Section::Update(Update::new(member("s", "10.0.0.1:1", 1), n, State::Alive));
    let topic = |id, name| vec![Section::Topic(TopicName { id, name })];
    let custom = |topic, payload| vec![Section::Custom(Custom { topic, payload })];
    vec![
        ("update: alive at 0", vec![update(2, 0, State::Alive)]),
        ("update: alive, the last incarnation in one byte", vec![update(2, 15, State::Alive)]),
        ("update: down, the first incarnation in two bytes", vec![update(2, 16, State::Down)]),
        ("update: left at the highest incarnation", vec![update(2, u32::MAX, State::Left)]),
        ("update: of IPv6", vec![Section::Update(Update::new(member("s", "[::1]:1", 1), 0, State::Alive))]),
        ("suspect: by nobody", suspected(0)),
        ("suspect: by one", suspected(1)),
        ("suspect: by four", suspected(4)),
        ("manifest", manifest(0xdead_beef, 1)),
        ("manifest: lowest values", manifest(0, 0)),
        ("manifest: highest values", manifest(u32::MAX, u64::MAX)),
        ("record", record(b"web", 3, Some(b"value"))),
        ("record: an empty value", record(b"web", 3, Some(b""))),
        ("record: a tombstone", record(b"web", 4, None)),
        ("record: an empty key", record(b"", 1, Some(b"v"))),
        ("record: longer than a length of one byte", record(b"web", u64::MAX, Some(&LONG))),
        ("user event", event(1, None, b"deployed")),
        ("user event with a time to live", event(300, Some(5_000), b"")),
        ("user event that lives no longer", event(u64::MAX, Some(0), &LONG)),
        ("topic", topic(1, "service")),
        ("topic: lowest values", topic(0, "")),
        ("custom", custom(7, b"\x00\xff")),
        ("custom: highest topic", custom(u32::MAX, b"")),
        (
            "three sections of different kinds",
            [manifest(7, 1), record(b"k", 1, None), topic(1, "t")].concat(),
        ),
        ("300 sections", (0..300).map(small).collect()),
    ]
}

/// What is not canonical, and means the same.
fn liberal() -> Vec<(&'static str, Vec<u8>)> {
    let source = bytes(6, &seal_fields(1));
    let ping = bytes(8, &uint(1, 7));
    let fields = seal_fields(1);
    let (ip_and_port, rest) = fields.split_at(9);
    let halves = [bytes(6, ip_and_port), bytes(6, rest)].concat();
    let updates = [bytes(2, &bytes(1, &seal_fields(2))), bytes(2, &bytes(1, &seal_fields(3)))].concat();
    let single = [uint(1, 7), fixed32(7, 1), fixed32(7, 2)].concat();
    let packs =
        [uint(1, 7), bytes(7, &[1, 0, 0, 0]), fixed32(7, 3), bytes(7, &[2, 0, 0, 0, 4, 0, 0, 0])].concat();
    let not_a_suspicion = [bytes(1, &seal_fields(2)), uint(2, 0), bytes(3, &bytes(4, b"seal-3"))].concat();
    let stray_item =
        [uint(1, 7), bytes(3, &[9, 1, 0, 0, 0, 0, 0, 0, 0, 17, 9, 0, 0, 0, 0, 0, 0, 0])].concat();
    vec![
        ("liberal: fields from last to first", bytes(1, &[&ping[..], &source, &uint(1, 1)].concat())),
        ("liberal: a header behind its sections", [&updates[..], &packet(&bytes(10, &[]))].concat()),
        (
            "liberal: a header in two parts",
            [bytes(1, &[uint(1, 1), source.clone()].concat()), bytes(1, &ping)].concat(),
        ),
        ("liberal: a source in two parts", bytes(1, &[&uint(1, 1)[..], &halves, &ping].concat())),
        ("liberal: the last of two numbers", packet(&bytes(8, &[uint(1, 9), uint(1, 7)].concat()))),
        ("liberal: the last of two messages", packet(&[ping.clone(), bytes(9, &uint(1, 9))].concat())),
        ("liberal: a default that is written", packet(&bytes(8, &uint(1, 0)))),
        ("liberal: a highest version that is the same", packet(&[uint(2, 1), ping.clone()].concat())),
        (
            "liberal: a varint of ten bytes",
            packet(&bytes(8, &[&[0x08, 0x87][..], &[0x80; 8], &[0x01]].concat())),
        ),
        ("liberal: a varint that is not the shortest", packet(&bytes(8, &[0x08, 0x87, 0x80, 0x00]))),
        ("liberal: a list that is not packed", packet(&bytes(21, &single))),
        ("liberal: a list in several packs", packet(&bytes(21, &packs))),
        ("liberal: suspecters of one that is alive", gossip(&bytes(2, &not_a_suspicion))),
        ("liberal: an item in the members plane", packet(&bytes(22, &stray_item))),
    ]
}

/// What later versions may write.
fn later() -> Vec<(&'static str, Vec<u8>)> {
    let update = |fields: &[u8]| bytes(2, &[bytes(1, &seal_fields(2)), fields.to_vec()].concat());
    let everywhere = {
        let source = bytes(6, &[unknown(5), seal_fields(1), unknown(77)].concat());
        let ping = bytes(8, &[unknown(2), uint(1, 7)].concat());
        let header = bytes(1, &[uint(1, 1), unknown(64), source, ping, unknown(2000)].concat());
        [header, update(&unknown(4)), unknown(40), update(&uint(2, 8))].concat()
    };
    let version_2 = |message: &[u8]| {
        let head = [uint(1, 2), uint(2, 3), bytes(6, &seal_fields(1)), message.to_vec()].concat();
        [bytes(1, &head), bytes(2, &uint(2, 8))].concat()
    };
    let refused = [uint(1, 7), uint(2, 9), uint(4, 1), uint(5, 1)].concat();
    vec![
        ("later: unknown fields everywhere", everywhere),
        ("later: message of kind 16, with sections", [packet(&bytes(23, b"??")), update(&[])].concat()),
        ("later: message of kind 56", packet(&bytes(63, &[]))),
        ("later: no message", packet(&[])),
        ("later: a known message beside an unknown one", packet(&[bytes(10, &[]), bytes(30, &[])].concat())),
        (
            "later: a section of kind 7",
            gossip(&[update(&[]), bytes(8, &[0xff]), update(&uint(2, 8))].concat()),
        ),
        ("later: a section of kind 1,999", gossip(&bytes(2000, b""))),
        ("later: an update of state 4", gossip(&update(&uint(2, 8 + 4)))),
        ("later: an update of state 7", gossip(&update(&uint(2, 7)))),
        ("later: a refusal for reason 9", packet(&bytes(17, &refused))),
        ("later: version 2, an announce", version_2(&bytes(14, &uint(1, 7)))),
        ("later: version 2, no message", version_2(&[])),
    ]
}
