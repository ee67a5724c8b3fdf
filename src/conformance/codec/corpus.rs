//! What is put on the wire: every message, header and section, with their edges.

use crate::codec::{
    Custom, DIGEST_VERSION, Header, Leaves, MAX_HAVE, MAX_SUSPECTERS, Manifest, Message, Page, Plane,
    Position, Pull, Record, Refusal, Section, Suspecters, TopicName, Update, UserEvent, VERSION, Version,
};
use crate::conformance::samples::keys;
use crate::identity::Identity;
use crate::state::State;
use alloc::vec;
use alloc::vec::Vec;
use core::num::NonZeroU32;

/// Incarnations around which forms may change their length.
const INCARNATIONS: [u32; 9] = [0, 1, 30, 31, 127, 128, 1 << 14, 1 << 31, u32::MAX];

/// Values for messages and sections, made of the samples.
pub(super) struct Corpus<'s, I: Identity> {
    samples: &'s [I],
    keys: Vec<I::Addr>,
}

impl<'s, I: Identity> Corpus<'s, I> {
    pub(super) fn new(samples: &'s [I]) -> Self {
        Self { samples, keys: keys(samples) }
    }

    /// The first sample says `message`, in the smallest header.
    pub(super) fn header(&self, message: Message<I>) -> Header<I> {
        Header {
            version: Version::CURRENT,
            cluster: None,
            dst: None,
            cookie: None,
            source: self.samples[0].clone(),
            incarnation: 0,
            message,
        }
    }

    /// The same with every optional field and the highest values.
    fn full_header(&self, message: Message<I>) -> Header<I> {
        Header {
            version: Version { spoken: VERSION, highest: 15 },
            cluster: Some(NonZeroU32::MAX),
            dst: Some(NonZeroU32::MAX),
            cookie: Some(u64::MAX),
            incarnation: u32::MAX,
            ..self.header(message)
        }
    }

    /// Headers: each message in the smallest and the fullest, then each field of a header by itself.
    pub(super) fn headers(&self) -> Vec<Header<I>> {
        let mut headers = Vec::new();
        for message in self.messages() {
            headers.push(self.header(message.clone()));
            headers.push(self.full_header(message));
        }
        let ping = self.header(Message::Ping { number: 1 });
        for bits in 0..8 {
            let present = |bit: u8| bits & bit != 0;
            headers.push(Header {
                cluster: present(1).then_some(NonZeroU32::MIN),
                dst: NonZeroU32::new(0x0102_0304).filter(|_| present(2)),
                cookie: present(4).then_some(0),
                ..ping.clone()
            });
        }
        headers.extend(INCARNATIONS.map(|incarnation| Header { incarnation, ..ping.clone() }));
        headers.extend(self.samples.iter().map(|source| Header { source: source.clone(), ..ping.clone() }));
        for (spoken, highest) in [(VERSION, 2), (2, 2), (3, 7), (15, 15)] {
            headers.push(Header { version: Version { spoken, highest }, ..ping.clone() });
        }
        headers
    }

    /// Every message, each of its fields at its edges.
    fn messages(&self) -> Vec<Message<I>> {
        let mut messages = vec![Message::Gossip, Message::YouAreDown];
        messages.extend(unknown_messages());
        messages.extend(sync_messages());
        for number in [0, 1, 0x0102, u16::MAX] {
            messages.extend([Message::Ping { number }, Message::Ack { number }, Message::Nack { number }]);
            for (flags, padding) in [(0, 0), (1, 1), (0, 127), (1, 300)] {
                messages.push(Message::Announce { number, flags, padding });
            }
            for value in [0, 1, 0x0102_0304_0506_0708, u64::MAX] {
                messages.push(Message::Challenge { number, cookie: value });
                messages.push(Message::Feed { number, clock: value });
            }
        }
        for (at, sample) in self.samples.iter().enumerate() {
            let (number, incarnation) = (at as u16, INCARNATIONS[at % INCARNATIONS.len()]);
            for route in [None, Some(sample.route())] {
                messages.push(Message::PingReq { number, target: sample.addr(), route });
            }
            messages.push(Message::ForwardedAck { number, identity: sample.clone(), incarnation });
        }
        for reason in 0..=5 {
            let reason = Refusal::from_number(reason);
            for (cluster, min, max) in
                [(None, 1, 1), (Some(NonZeroU32::MIN), 1, 15), (Some(NonZeroU32::MAX), 2, 9)]
            {
                messages.push(Message::Refused { number: 7, reason, cluster, min, max });
            }
        }
        messages
    }

    /// Every state at every incarnation, every sample, suspicions by none to four, unknown sections.
    pub(super) fn sections(&self) -> Vec<Section<'static, I>> {
        let mut sections = Vec::new();
        for state in [State::Alive, State::Suspect, State::Down, State::Left] {
            for incarnation in INCARNATIONS {
                sections.push(self.update(0, incarnation, state));
            }
            sections.extend((0..self.samples.len()).map(|at| self.update(at, 2, state)));
        }
        for start in 0..self.keys.len() {
            for count in 1..=MAX_SUSPECTERS {
                sections.push(self.suspicion(start, count));
            }
        }
        sections.extend(unknown_sections());
        sections.extend(self.published());
        sections
    }

    /// What members publish, with and without what it may lack, and at its edges.
    fn published(&self) -> Vec<Section<'static, I>> {
        static LONG: [u8; 300] = [0x5a; 300];
        let (identity, owner) = (&self.samples[0], &self.keys[0]);
        let mut sections = Vec::new();
        for (life, edge) in [(0, 0), (1, 127), (u32::MAX, 128), (7, u64::MAX)] {
            let (topic, len) = (edge as u32, edge.min(300) as usize);
            let bytes = &LONG[..len];
            sections.push(Section::Manifest(Manifest { identity: identity.clone(), life, floor: edge }));
            for value in [None, Some(bytes)] {
                let (owner, key, version) = (owner.clone(), &bytes[..len.min(64)], edge);
                sections.push(Section::Record(Record { owner, topic, key, life, version, value }));
            }
            for ttl in [None, Some(0), Some(topic)] {
                let (origin, seq, time, payload) = (owner.clone(), edge, edge, bytes);
                sections.push(Section::UserEvent(UserEvent { origin, topic, life, seq, time, ttl, payload }));
            }
            sections
                .push(Section::Topic(TopicName { id: topic, name: ["", "größer"][usize::from(len > 0)] }));
            sections.push(Section::Custom(Custom { topic, payload: bytes }));
        }
        for (identity, owner) in self.samples.iter().zip(self.samples.iter().map(Identity::addr)) {
            let (topic, life, key) = (3, 4, b"key");
            sections.push(Section::Manifest(Manifest { identity: identity.clone(), life, floor: 1 }));
            sections.push(Section::Record(Record { owner, topic, key, life, version: 2, value: Some(b"") }));
        }
        sections
    }

    /// A few sections of different kinds, for what is tried at every byte.
    pub(super) fn few_sections(&self) -> Vec<Section<'static, I>> {
        let [first, second, ..] = unknown_sections();
        vec![
            self.update(0, 0, State::Alive),
            first,
            self.suspicion(0, MAX_SUSPECTERS),
            self.update(self.samples.len() - 1, u32::MAX, State::Left),
            second,
            self.update(1, 31, State::Down),
            Section::Manifest(Manifest { identity: self.samples[0].clone(), life: 9, floor: 200 }),
            Section::Record(self.record(Some(b"value"))),
            Section::Record(self.record(None)),
            Section::UserEvent(UserEvent {
                origin: self.keys[0].clone(),
                topic: 3,
                life: 9,
                seq: 1,
                time: 300,
                ttl: Some(500),
                payload: b"payload",
            }),
            Section::Topic(TopicName { id: 300, name: "service" }),
            Section::Custom(Custom { topic: 3, payload: b"own" }),
        ]
    }

    fn record(&self, value: Option<&'static [u8]>) -> Record<'static, I> {
        let owner = self.keys[0].clone();
        Record { owner, topic: 3, key: b"key", life: 9, version: 200, value }
    }

    /// So many updates that a byte cannot count them.
    pub(super) fn many_sections(&self) -> Vec<Section<'static, I>> {
        (0..300).map(|n| self.update(n % self.samples.len(), n as u32, State::Alive)).collect()
    }

    /// The smallest that another section may be taken back for.
    pub(super) fn update(&self, sample: usize, incarnation: u32, state: State) -> Section<'static, I> {
        Section::Update(Update::new(self.samples[sample].clone(), incarnation, state))
    }

    /// The first sample, suspected by `count` keys from that at `start` on.
    fn suspicion(&self, start: usize, count: usize) -> Section<'static, I> {
        let mut by = Suspecters::new();
        for key in self.keys.iter().cycle().skip(start).take(count) {
            by.insert(key.clone());
        }
        let identity = self.samples[0].clone();
        Section::Update(Update { identity, incarnation: 3, state: State::Suspect, by })
    }
}

/// The messages of anti-entropy, with and without what they may lack. Half a position is not sent in the
/// members plane, so it is 0 there.
fn sync_messages<I: Identity>() -> Vec<Message<I>> {
    let (number, salt) = (0x0102, u64::MAX - 1);
    let mut messages = vec![Message::SyncLeaves { number, leaves: None }];
    for records in [None, Some(0), Some(u64::MAX)] {
        messages.push(Message::Sync { number, version: DIGEST_VERSION, members: salt, records, clock: 300 });
    }
    for (plane, item) in [(Plane::Members, 0), (Plane::Records, u64::MAX)] {
        let (from, until) = (Position { key: 1, item }, Position { key: u64::MAX, item });
        for (have, back) in [(0, false), (2, true)] {
            let have = (u32::MAX - have..u32::MAX).collect();
            messages.push(Message::SyncPull(Pull { number, plane, back, from, until, salt, have }));
        }
        for next in [None, Some(until)] {
            messages.push(Message::SyncPage(Page { number, plane, from, next }));
        }
    }
    messages
}

/// The two messages that are as long as a datagram may be; too long for what is tried at every bit.
pub(super) fn long_messages<I: Identity>() -> [Message<I>; 2] {
    let (number, salt, plane) = (0x0102, 7, Plane::Members);
    let (from, until) = (Position::FIRST, Position { key: u64::MAX, item: 0 });
    let have = (0..MAX_HAVE as u32).collect();
    [
        Message::SyncLeaves { number, leaves: Some(Leaves { plane, salt, leaves: (0..256).collect() }) },
        Message::SyncPull(Pull { number, plane, back: false, from, until, salt, have }),
    ]
}

/// Messages of kinds that no version has.
pub(super) fn unknown_messages<I: Identity>() -> [Message<I>; 2] {
    [Message::Unknown(16), Message::Unknown(31)]
}

/// Sections of kinds that no version has, of lengths around which forms may change.
fn unknown_sections<I: Identity>() -> [Section<'static, I>; 5] {
    static BODY: [u8; 300] = [0xa5; 300];
    [(100, 3), (127, 0), (100, 127), (127, 128), (100, 300)]
        .map(|(kind, len)| Section::Unknown { kind, body: &BODY[..len] })
}
