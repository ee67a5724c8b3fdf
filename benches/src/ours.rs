//! Our engine as a subject.

use crate::{Datagrams, Draw, Op, Subject, WAITING, pool};
use core::net::SocketAddr;
use haulout::codec::{Codec, HeaderRef, Message, MessageRef, Section, Update, Version};
use haulout::{Config, Engine, Instant, Out, Renewing, State};
use std::time::Duration;

/// An IPv4 address and an epoch in minutes since 1970.
pub type Node = Renewing<SocketAddr>;

/// Epochs are seconds or minutes in the field: four bytes.
const EPOCH: u64 = 28_300_000;

/// A member of a cluster by its number; the subject is number 0.
pub fn node(number: usize) -> Node {
    let [.., high, middle, low] = number.to_be_bytes();
    Node::new(([10, high, middle, low], 7946).into(), EPOCH)
}

fn number(addr: SocketAddr) -> usize {
    match addr {
        SocketAddr::V4(addr) => u32::from_be_bytes(addr.ip().octets()) as usize & 0x00ff_ffff,
        SocketAddr::V6(_) => unreachable!("the cluster is IPv4"),
    }
}

/// A datagram from a member.
fn datagram<C: Codec<Node>>(
    codec: &C,
    (source, incarnation): (usize, u32),
    message: MessageRef<'_, Node>,
    updates: &[Update<Node>],
) -> Vec<u8> {
    let source = node(source);
    let head = HeaderRef {
        version: Version::CURRENT,
        cluster: None,
        dst: haulout::fingerprint::destination(node(0).address()),
        cookie: None,
        source: &source,
        incarnation,
        message,
    };
    let mut buf = vec![0; 8_192];
    let mut out = Out::new(&mut buf);
    assert!(codec.put_header(head, &mut out).expect("a header can be written"));
    for update in updates {
        let section = Section::Update(update.clone());
        assert!(codec.put_section(section.as_ref(), &mut out).expect("an update can be written"));
    }
    out.written().to_vec()
}

/// A member that knows many others.
pub struct Ours<C: Codec<Node>>
where
    (Node, C, ()): haulout::Spec<Identity = Node, Codec = C, Broadcasts = ()>,
{
    engine: Engine<(Node, C, ())>,
    /// The host's buffer.
    buf: Box<[u8]>,
    codec: C,
    now: Instant,
    size: usize,
    draw: Draw,
    incarnations: Vec<u32>,
    datagrams: Datagrams,
    updates: Vec<Update<Node>>,
    acks: Datagrams,
    ready: Option<Op>,
    runs: usize,
}

impl<C: Codec<Node> + Clone> Ours<C>
where
    (Node, C, ()): haulout::Spec<Identity = Node, Codec = C, Broadcasts = ()>,
{
    /// A member that has learnt `size` others, whose news waits to be told.
    pub fn new(codec: C, size: usize) -> Self {
        let mut config = Config::lan();
        config.limits.members = 1 << 20;
        config.limits.answers_per_second = 1_000_000;
        config.limits.answers_per_peer = 1_000_000;
        // Comparisons are another operation, and nobody is there to answer them.
        (config.sync.shortest, config.sync.longest) =
            (Duration::from_secs(3_600), Duration::from_secs(3_600));
        let now = Instant::from_millis(1_000);
        let engine = Engine::new(node(0), codec.clone(), (), config, 7).expect("it is possible");
        let mut ours = Self {
            engine,
            buf: Box::new([0; 1_400]),
            codec,
            now,
            size,
            draw: Draw::new(size),
            incarnations: vec![0; size + 1],
            datagrams: Datagrams::default(),
            updates: Vec::new(),
            acks: Datagrams::default(),
            ready: None,
            runs: 0,
        };
        ours.join();
        ours.learn();
        ours
    }

    /// Member 1 takes us in.
    fn join(&mut self) {
        self.engine.join(self.now, *node(1).address());
        let mut buf = [0; 1_400];
        let len = self.engine.poll_transmit(self.now, &mut buf).expect("it announces itself").len;
        let (header, _) = self.codec.decode(&buf[..len]).expect("it is well-formed");
        let Message::Announce { number, .. } = header.message else { panic!("an announce comes first") };
        self.hear(1, MessageRef::Feed { number, clock: 0 }, &[]);
        self.drain();
    }

    /// All others, one update each, in datagrams of fifty.
    fn learn(&mut self) {
        let all: Vec<_> = (2..=self.size).map(|n| Update::new(node(n), 0, State::Alive)).collect();
        for some in all.chunks(50) {
            self.hear(1, MessageRef::Gossip, some);
        }
        assert_eq!(self.engine.members().count(), self.size);
    }

    fn hear(&mut self, source: usize, message: MessageRef<'_, Node>, updates: &[Update<Node>]) {
        let bytes = datagram(&self.codec, (source, self.incarnations[source]), message, updates);
        self.engine.handle_datagram(self.now, &bytes).expect("it is well-formed");
        while self.engine.poll_event().is_some() {}
    }

    fn drain(&mut self) -> usize {
        let (mut buf, mut bytes) = ([0; 1_400], 0);
        while let Some(transmit) = self.engine.poll_transmit(self.now, &mut buf) {
            bytes += transmit.len;
        }
        while self.engine.poll_event().is_some() {}
        bytes
    }

    /// Pings until nothing is left to tell.
    fn flush(&mut self) {
        for turn in 0.. {
            if self.engine.stats().gauges.gossip_backlog == 0 {
                return;
            }
            self.hear(1 + turn % self.size.min(16), MessageRef::Ping { number: 0 }, &[]);
            self.drain();
        }
    }

    /// New incarnations of so many members.
    fn renew(&mut self, count: usize) {
        let subjects = self.draw.distinct(count);
        self.updates.clear();
        for subject in subjects {
            self.incarnations[subject] += 1;
            self.updates.push(Update::new(node(subject), self.incarnations[subject], State::Alive));
        }
    }

    fn renewed_in_datagrams(&mut self, count: usize) -> Datagrams {
        let teller = (1, self.incarnations[1]);
        self.renew(count);
        let mut all = Datagrams::default();
        for some in self.updates.chunks(50) {
            all.push(&datagram(&self.codec, teller, MessageRef::Gossip, some));
        }
        all
    }

    /// News of exactly so many members waits.
    fn refill(&mut self) {
        let all = self.renewed_in_datagrams(WAITING.min(self.size));
        for at in 0..all.len() {
            self.engine.handle_datagram(self.now, all.at(at)).expect("it is well-formed");
        }
        while self.engine.poll_event().is_some() {}
    }

    fn ping_with(&mut self, known: usize) -> Vec<u8> {
        let (sender, number) = (self.draw.any(), self.draw.any() as u16);
        let known: Vec<_> = (0..known)
            .map(|_| {
                let subject = self.draw.any();
                Update::new(node(subject), self.incarnations[subject], State::Alive)
            })
            .collect();
        let source = (sender, self.incarnations[sender]);
        datagram(&self.codec, source, MessageRef::Ping { number }, &known)
    }

    fn pings(&mut self, known: usize) {
        self.datagrams = Datagrams::default();
        for _ in 0..pool(self.size) {
            let ping = self.ping_with(known);
            self.datagrams.push(&ping);
        }
    }

    /// Acks of all members to the number 0x0102, of which a probe patches the number in.
    fn ready_acks(&mut self) {
        self.acks = Datagrams::default();
        for n in 1..=self.size {
            let ack = MessageRef::Ack { number: 0 };
            self.acks.push(&datagram(&self.codec, (n, self.incarnations[n]), ack, &[]));
        }
    }

    fn answer(&mut self) -> usize {
        let datagram = self.datagrams.turn();
        self.engine.handle_datagram(self.now, datagram).expect("it is well-formed");
        let mut bytes = 0;
        while let Some(transmit) = self.engine.poll_transmit(self.now, &mut self.buf) {
            bytes += transmit.len;
        }
        while self.engine.poll_event().is_some() {}
        bytes
    }

    /// One probe: deadlines are served until a ping leaves; its ack comes at once.
    fn probe(&mut self) -> usize {
        loop {
            self.now = self.engine.poll_timeout().expect("members are probed");
            self.engine.handle_timeout(self.now);
            let mut pinged = None;
            while let Some(transmit) = self.engine.poll_transmit(self.now, &mut self.buf) {
                pinged = Some((number(transmit.to), transmit.len));
            }
            let Some((target, len)) = pinged else { continue };
            // The ping's number is where its header ends, in two bytes, as in the ack that answers it.
            let mut ack = [0; 64];
            let ready = self.acks.at(target - 1);
            let ack = &mut ack[..ready.len()];
            ack.copy_from_slice(ready);
            ack[ready.len() - 2..].copy_from_slice(&self.buf[len - 2..len]);
            self.engine.handle_datagram(self.now, ack).expect("it is well-formed");
            return len;
        }
    }

    /// Deadlines are served until three members were gossiped to. Probes that fall due meanwhile are answered.
    fn gossip(&mut self) -> usize {
        let (mut buf, mut bytes, mut rounds) = ([0; 1_400], 0, 0);
        while rounds < 3 {
            self.now = self.engine.poll_timeout().expect("there is news");
            self.engine.handle_timeout(self.now);
            while let Some(transmit) = self.engine.poll_transmit(self.now, &mut buf) {
                let (header, _) = self.codec.decode(&buf[..transmit.len]).expect("it is well-formed");
                if let Message::Ping { number: ping } = header.message {
                    self.hear(number(transmit.to), MessageRef::Ack { number: ping }, &[]);
                } else {
                    (bytes, rounds) = (bytes + transmit.len, rounds + 1);
                }
            }
        }
        bytes
    }
}

impl<C: Codec<Node> + Clone> Subject for Ours<C>
where
    (Node, C, ()): haulout::Spec<Identity = Node, Codec = C, Broadcasts = ()>,
{
    fn prepare(&mut self, op: Op) {
        let first = self.ready != Some(op);
        self.ready = Some(op);
        self.runs = if first { 0 } else { self.runs + 1 };
        let operations = self.operations(op);
        match op {
            Op::Apply => self.renew(operations),
            Op::ApplyDatagrams => self.datagrams = self.renewed_in_datagrams(operations),
            Op::FullAck(_) | Op::Gossip(_) => {
                if self.runs.is_multiple_of(8) {
                    self.flush();
                    self.refill();
                }
                self.datagrams = Datagrams::default();
                let ping = self.ping_with(0);
                self.datagrams.push(&ping);
            }
            _ if !first => {}
            Op::Ping | Op::PingKnown => {
                self.flush();
                self.pings(if op == Op::Ping { 0 } else { 16 });
            }
            Op::Probe => {
                self.flush();
                self.ready_acks();
            }
            Op::Feed => {
                self.flush();
                self.datagrams = Datagrams::default();
                for _ in 0..pool(self.size) {
                    let sender = self.draw.any();
                    let source = (sender, self.incarnations[sender]);
                    let announce = MessageRef::Announce { number: sender as u16, flags: 0, padding: 220 };
                    self.datagrams.push(&datagram(&self.codec, source, announce, &[]));
                }
            }
        }
    }

    fn run(&mut self, op: Op) -> usize {
        let operations = self.operations(op);
        match op {
            Op::Apply => {
                self.engine.apply_updates(self.now, node(1).address(), self.updates.drain(..));
                while self.engine.poll_event().is_some() {}
                operations
            }
            Op::ApplyDatagrams => {
                for at in 0..self.datagrams.len() {
                    self.engine.handle_datagram(self.now, self.datagrams.at(at)).expect("it is well-formed");
                    while self.engine.poll_event().is_some() {}
                }
                operations
            }
            Op::Probe => (0..operations).map(|_| self.probe()).sum(),
            Op::Gossip(_) => (0..operations).map(|_| self.gossip()).sum(),
            Op::Ping | Op::PingKnown | Op::FullAck(_) | Op::Feed => {
                let bytes = (0..operations).map(|_| self.answer()).sum();
                let is_full = matches!(op, Op::FullAck(_)) || op == Op::Feed && self.size > WAITING;
                let least = if is_full { 1_300 } else { 16 };
                assert!(bytes >= least * operations, "every ping is answered: {bytes} bytes");
                bytes
            }
        }
    }

    fn operations(&self, op: Op) -> usize {
        match op {
            Op::Apply | Op::ApplyDatagrams => (self.size - 1).min(8_192),
            Op::FullAck(_) => 8,
            Op::Gossip(_) => 2,
            Op::Ping | Op::PingKnown => 4_096,
            Op::Probe => 1_024,
            Op::Feed => 512,
        }
    }
}

impl<C: Codec<Node>> core::fmt::Debug for Ours<C>
where
    (Node, C, ()): haulout::Spec<Identity = Node, Codec = C, Broadcasts = ()>,
{
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Ours").field("size", &self.size).finish_non_exhaustive()
    }
}

/// Milliseconds to learn `size` members one by one.
pub fn learning(size: usize) -> f64 {
    let mut ours = Ours::new(haulout_codec_serde::PostcardCodec, 1);
    let all: Vec<_> = (2..=size).map(|n| Update::new(node(n), 0, State::Alive)).collect();
    let start = std::time::Instant::now();
    ours.engine.apply_updates(ours.now, node(1).address(), all.into_iter());
    while ours.engine.poll_event().is_some() {}
    let took: Duration = start.elapsed();
    assert!(ours.engine.members().count() >= size.min(8_192));
    took.as_secs_f64() * 1e3
}
