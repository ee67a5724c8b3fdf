//! Random headers and sections, and random damage; the same for the same seed.

use core::net::{Ipv6Addr, SocketAddr};
use core::num::NonZeroU32;
use haulout::codec::{
    Custom, Header, Leaves, Manifest, Message, Page, Plane, Position, Pull, Record, Refusal, Section,
    Suspecters, TopicName, Update, UserEvent, Version,
};
use haulout::{Identity, Renewing, State};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};

type Node = Renewing<SocketAddr>;

static BYTES: [u8; 300] = [0x5a; 300];
static TEXT: &str = "größer als gedacht";

pub(crate) struct Random(SmallRng);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(SmallRng::seed_from_u64(seed))
    }

    pub(crate) fn below(&mut self, below: usize) -> usize {
        self.0.random_range(0..below)
    }

    fn coin(&mut self) -> bool {
        self.0.random()
    }

    /// As often zero, small, at an edge, or anything.
    fn number(&mut self) -> u64 {
        match self.below(4) {
            0 => 0,
            1 => self.0.random_range(1..300),
            2 => [u64::MAX, 1 << 63, (1 << 32) - 1, 1 << 32, 127, 128, 1 << 14][self.below(7)],
            _ => self.0.random(),
        }
    }

    fn bytes(&mut self) -> &'static [u8] {
        &BYTES[..[0, 1, 5, 127, 128, 300][self.below(6)]]
    }

    fn address(&mut self) -> SocketAddr {
        let port = self.number() as u16;
        if self.below(4) == 0 {
            return (Ipv6Addr::from_bits(self.0.random()), port).into();
        }
        ([10, 0, 0, self.below(9) as u8], port).into()
    }

    fn node(&mut self) -> Node {
        Node::new(self.address(), self.number())
    }

    fn position(&mut self, plane: Plane) -> Position {
        Position { key: self.number(), item: if plane == Plane::Members { 0 } else { self.number() } }
    }

    pub(crate) fn header(&mut self) -> Header<Node> {
        Header {
            version: Version { spoken: 1, highest: 1 + self.below(15) as u8 },
            cluster: NonZeroU32::new(self.number() as u32),
            dst: NonZeroU32::new(self.number() as u32),
            cookie: self.coin().then(|| self.number()),
            source: self.node(),
            incarnation: self.number() as u32,
            message: self.message(),
        }
    }

    fn message(&mut self) -> Message<Node> {
        let number = self.number() as u16;
        let plane = if self.coin() { Plane::Members } else { Plane::Records };
        match self.below(15) {
            0 => Message::Ping { number },
            1 => Message::Ack { number },
            2 => Message::Gossip,
            3 => {
                let target = self.address();
                Message::PingReq { number, target, route: self.coin().then(|| self.address()) }
            }
            4 => Message::ForwardedAck { number, identity: self.node(), incarnation: self.number() as u32 },
            5 => Message::Nack { number },
            6 => Message::Announce { number, flags: self.number() as u8, padding: self.below(300) as u16 },
            7 => Message::Challenge { number, cookie: self.number() },
            8 => Message::Feed { number, clock: self.number() },
            9 => Message::Refused {
                number,
                reason: Refusal::from_number(self.below(6) as u8),
                cluster: NonZeroU32::new(self.number() as u32),
                min: self.number() as u8,
                max: self.number() as u8,
            },
            10 => Message::YouAreDown,
            11 => {
                let (version, members, clock) = (self.number() as u8, self.number(), self.number());
                let records = self.coin().then(|| self.number());
                Message::Sync { number, version, members, records, clock }
            }
            12 => {
                let leaves = (0..256).map(|_| self.number() as u32).collect();
                let leaves = Leaves { plane, salt: self.number(), leaves };
                Message::SyncLeaves { number, leaves: self.coin().then_some(leaves) }
            }
            13 => {
                let (from, until, salt) = (self.position(plane), self.position(plane), self.number());
                let have = (0..[0, 1, 20, 240][self.below(4)]).map(|_| self.number() as u32).collect();
                Message::SyncPull(Pull { number, plane, back: self.coin(), from, until, salt, have })
            }
            _ => {
                let (from, next) = (self.position(plane), self.position(plane));
                Message::SyncPage(Page { number, plane, from, next: self.coin().then_some(next) })
            }
        }
    }

    /// Sections in the order of their kinds.
    pub(crate) fn sections(&mut self) -> Vec<Section<'static, Node>> {
        let mut kinds: Vec<_> = (0..self.below(9)).map(|_| self.below(9).min(5)).collect();
        kinds.sort_unstable();
        kinds.into_iter().map(|kind| self.section(kind)).collect()
    }

    fn section(&mut self, kind: usize) -> Section<'static, Node> {
        let (topic, life) = (self.number() as u32, self.number() as u32);
        match kind {
            0 => Section::Update(self.update()),
            1 => Section::Manifest(Manifest { identity: self.node(), life, floor: self.number() }),
            2 => {
                let (owner, key, version) = (self.address(), self.bytes(), self.number());
                let value = self.coin().then(|| self.bytes());
                Section::Record(Record { owner, topic, key, life, version, value })
            }
            3 => {
                let (origin, seq, time, payload) =
                    (self.address(), self.number(), self.number(), self.bytes());
                let ttl = self.coin().then(|| self.number() as u32);
                Section::UserEvent(UserEvent { origin, topic, life, seq, time, ttl, payload })
            }
            4 => Section::Topic(TopicName { id: topic, name: ["", TEXT][self.below(2)] }),
            _ => Section::Custom(Custom { topic, payload: self.bytes() }),
        }
    }

    fn update(&mut self) -> Update<Node> {
        let state = State::from_number(self.below(4) as u8).expect("there are four states");
        let mut by = Suspecters::new();
        for _ in 0..if state == State::Suspect { self.below(5) } else { 0 } {
            by.insert(self.node().addr());
        }
        Update { identity: self.node(), incarnation: self.number() as u32, state, by }
    }

    /// Changes, removes, doubles and inserts bytes.
    pub(crate) fn damage(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(3) {
            if bytes.is_empty() {
                return;
            }
            let at = self.below(bytes.len());
            match self.below(6) {
                0 => bytes[at] ^= 1 << self.below(8),
                1 => bytes[at] = self.number() as u8,
                2 => bytes.insert(at, self.number() as u8),
                3 => drop(bytes.remove(at)),
                4 => bytes.truncate(at),
                _ => {
                    let end = bytes.len().min(at + self.below(40));
                    let piece = bytes[at..end].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, piece);
                }
            }
        }
    }
}
