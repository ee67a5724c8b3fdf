//! foca as a subject: the same cluster, the same work.
//!
//! Its runtime copies what is sent into one buffer and keeps what is scheduled, which is the least that a
//! host can do. Its identities are an address and a 16-bit counter, as its examples have them.

use crate::{Datagrams, Draw, Fill, Op, Subject, WAITING, pool};
use core::net::SocketAddr;
use foca::{
    Codec, Config, Foca, Header, Identity, Member, Message, NoCustomBroadcast, Notification, PostcardCodec,
    Runtime, State, Timer,
};
use rand::SeedableRng;
use rand::rngs::SmallRng;
use serde::{Deserialize, Serialize};
use std::num::{NonZeroU8, NonZeroU32, NonZeroUsize};
use std::time::Duration;

/// An address and how often it came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Id {
    addr: SocketAddr,
    bump: u16,
}

impl Identity for Id {
    type Addr = SocketAddr;

    fn renew(&self) -> Option<Self> {
        Some(Self { addr: self.addr, bump: self.bump.wrapping_add(1) })
    }

    fn addr(&self) -> SocketAddr {
        self.addr
    }

    fn win_addr_conflict(&self, adversary: &Self) -> bool {
        self.bump > adversary.bump
    }
}

fn id(number: usize) -> Id {
    let [.., high, middle, low] = number.to_be_bytes();
    Id { addr: ([10, high, middle, low], 7946).into(), bump: 1 }
}

fn number(id: &Id) -> usize {
    match id.addr {
        SocketAddr::V4(addr) => u32::from_be_bytes(addr.ip().octets()) as usize & 0x00ff_ffff,
        SocketAddr::V6(_) => unreachable!("the cluster is IPv4"),
    }
}

/// The host of a foca.
#[derive(Debug)]
struct Host {
    buf: [u8; 1_400],
    sent: usize,
    to: usize,
    datagrams: usize,
    /// The timers of a probe, which is all that is measured of timers.
    probe: Option<Timer<Id>>,
    indirect: Option<Timer<Id>>,
}

impl Runtime<Id> for Host {
    fn notify(&mut self, _: Notification<'_, Id>) {}

    fn send_to(&mut self, to: Id, data: &[u8]) {
        self.buf[..data.len()].copy_from_slice(data);
        self.sent = data.len();
        self.to = number(&to);
        self.datagrams += 1;
    }

    fn submit_after(&mut self, event: Timer<Id>, _: Duration) {
        match event {
            Timer::ProbeRandomMember(_) => self.probe = Some(event),
            Timer::SendIndirectProbe { .. } => self.indirect = Some(event),
            _ => {}
        }
    }
}

/// A foca that knows many others.
pub struct Peer {
    foca: Foca<Id, PostcardCodec, SmallRng, NoCustomBroadcast>,
    host: Host,
    size: usize,
    draw: Draw,
    incarnations: Vec<u16>,
    datagrams: Datagrams,
    updates: Vec<Member<Id>>,
    acks: Datagrams,
    ready: Option<Op>,
    runs: usize,
    /// Milliseconds that it took to learn all others.
    pub learning: f64,
}

impl core::fmt::Debug for Peer {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Peer").field("size", &self.size).finish_non_exhaustive()
    }
}

impl Peer {
    /// A foca that has learnt `size` others, whose news waits to be told.
    pub fn new(size: usize) -> Self {
        let host = Host { buf: [0; 1_400], sent: 0, to: 0, datagrams: 0, probe: None, indirect: None };
        let config = config(size, 1_400);
        let foca = Foca::new(id(0), config, SmallRng::seed_from_u64(7), PostcardCodec);
        let mut peer = Self {
            foca,
            host,
            size,
            draw: Draw::new(size),
            incarnations: vec![0; size + 1],
            datagrams: Datagrams::default(),
            updates: Vec::new(),
            acks: Datagrams::default(),
            ready: None,
            runs: 0,
            learning: 0.0,
        };
        let all: Vec<_> = (1..=size).map(|n| Member::alive(id(n))).collect();
        let start = std::time::Instant::now();
        peer.foca.apply_many(all.into_iter(), true, &mut peer.host).expect("they are well-formed");
        peer.learning = start.elapsed().as_secs_f64() * 1e3;
        assert_eq!(peer.foca.iter_members().count(), size);
        peer
    }

    fn datagram(&self, source: usize, message: Message<Id>, updates: &[Member<Id>]) -> Vec<u8> {
        let (mut bytes, mut codec) = (Vec::new(), PostcardCodec);
        let announces = message == Message::Announce;
        let src_incarnation = self.incarnations[source];
        let header = Header { src: id(source), src_incarnation, dst: id(0), message };
        codec.encode_header(&header, &mut bytes).expect("a header can be written");
        if !announces {
            bytes.extend_from_slice(&(updates.len() as u16).to_be_bytes());
            for update in updates {
                codec.encode_member(update, &mut bytes).expect("an update can be written");
            }
        }
        bytes
    }

    fn hear(&mut self, datagram: &[u8]) {
        self.foca.handle_data(datagram, &mut self.host).expect("it is well-formed");
    }

    /// Pings until nothing is left to tell.
    fn flush(&mut self) {
        for turn in 0.. {
            if self.foca.updates_backlog() == 0 {
                return;
            }
            let ping = self.datagram(1 + turn % self.size.min(16), Message::Ping(0), &[]);
            self.hear(&ping);
        }
    }

    fn renew(&mut self, count: usize) {
        let subjects = self.draw.distinct(count);
        self.updates.clear();
        for subject in subjects {
            self.incarnations[subject] += 1;
            self.updates.push(Member::new(id(subject), self.incarnations[subject], State::Alive));
        }
    }

    fn ping_with(&mut self, known: usize) -> Vec<u8> {
        let sender = self.draw.any();
        let known: Vec<_> = (0..known)
            .map(|_| {
                let subject = self.draw.any();
                Member::new(id(subject), self.incarnations[subject], State::Alive)
            })
            .collect();
        self.datagram(sender, Message::Ping(sender as u8), &known)
    }

    /// Packets that end full to the byte, or five bytes short: as long as a header and so many updates.
    fn fill(&mut self, fill: Fill) {
        let header = self.datagram(1, Message::Ack(0), &[]).len();
        let update = self.datagram(1, Message::Ack(0), &[Member::alive(id(1))]).len() - header;
        let whole = header + (1_395 - header) / update * update;
        let limit = whole + if fill == Fill::Exact { 0 } else { 5 };
        self.foca.set_config(config(self.size, limit)).expect("it is possible");
    }

    fn answer(&mut self) -> usize {
        self.foca.handle_data(self.datagrams.turn(), &mut self.host).expect("it is well-formed");
        self.host.sent
    }

    /// One probe: its timer, the ack, the timer of indirect probes.
    fn probe(&mut self) -> usize {
        let probe = self.host.probe.take().expect("a probe is scheduled");
        self.foca.handle_timer(probe, &mut self.host).expect("it is well-formed");
        let (len, target) = (self.host.sent, self.host.to);
        // The ping's number is the byte before the count of updates.
        let mut ack = [0; 64];
        let ready = self.acks.at(target - 1);
        let ack = &mut ack[..ready.len()];
        ack.copy_from_slice(ready);
        ack[ready.len() - 3] = self.host.buf[len - 3];
        self.foca.handle_data(ack, &mut self.host).expect("it is well-formed");
        let indirect = self.host.indirect.take().expect("indirect probes are scheduled");
        self.foca.handle_timer(indirect, &mut self.host).expect("it is well-formed");
        len
    }
}

fn config(size: usize, packet: usize) -> Config {
    let size = NonZeroU32::new(size as u32 + 1).expect("it is above zero");
    let mut config = Config::new_lan(size);
    config.max_packet_size = NonZeroUsize::new(packet).expect("it is above zero");
    config.max_transmissions = NonZeroU8::new(4 * (size.ilog10() as u8 + 1)).expect("it is above zero");
    config
}

impl Subject for Peer {
    fn prepare(&mut self, op: Op) {
        let first = self.ready != Some(op);
        self.ready = Some(op);
        self.runs = if first { 0 } else { self.runs + 1 };
        let operations = self.operations(op);
        match op {
            Op::Apply => self.renew(operations),
            Op::ApplyDatagrams => {
                self.renew(operations);
                self.datagrams = Datagrams::default();
                for some in self.updates.chunks(50) {
                    let bytes = self.datagram(1, Message::Gossip, some);
                    self.datagrams.push(&bytes);
                }
            }
            Op::FullAck(fill) | Op::Gossip(fill) => {
                if self.runs.is_multiple_of(8) {
                    self.flush();
                    self.fill(fill);
                    self.renew(WAITING.min(self.size));
                    let updates = core::mem::take(&mut self.updates);
                    let applied = self.foca.apply_many(updates.into_iter(), true, &mut self.host);
                    applied.expect("they are well-formed");
                }
                self.datagrams = Datagrams::default();
                let ping = self.ping_with(0);
                self.datagrams.push(&ping);
            }
            _ if !first => {}
            Op::Ping | Op::PingKnown => {
                self.flush();
                self.datagrams = Datagrams::default();
                for _ in 0..pool(self.size) {
                    let ping = self.ping_with(if op == Op::Ping { 0 } else { 16 });
                    self.datagrams.push(&ping);
                }
            }
            Op::Probe => {
                self.flush();
                self.acks = Datagrams::default();
                for n in 1..=self.size {
                    let ack = self.datagram(n, Message::Ack(0), &[]);
                    self.acks.push(&ack);
                }
            }
            Op::Feed => {
                self.flush();
                self.datagrams = Datagrams::default();
                for _ in 0..pool(self.size) {
                    let sender = self.draw.any();
                    let announce = self.datagram(sender, Message::Announce, &[]);
                    self.datagrams.push(&announce);
                }
            }
        }
    }

    fn run(&mut self, op: Op) -> usize {
        let operations = self.operations(op);
        match op {
            Op::Apply => {
                self.foca.apply_many(self.updates.drain(..), true, &mut self.host).expect("well-formed");
                operations
            }
            Op::ApplyDatagrams => {
                for at in 0..self.datagrams.len() {
                    self.foca.handle_data(self.datagrams.at(at), &mut self.host).expect("it is well-formed");
                }
                operations
            }
            Op::Probe => (0..operations).map(|_| self.probe()).sum(),
            Op::Gossip(_) => (0..operations)
                .map(|_| {
                    self.host.datagrams = 0;
                    self.foca.gossip(&mut self.host).expect("there is news");
                    assert_eq!(self.host.datagrams, 3);
                    self.host.sent
                })
                .sum(),
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
        // What costs in proportion to the cluster is done less often in a larger one.
        let few = (2_000_000 / self.size).clamp(16, 4_096);
        match op {
            Op::Apply | Op::ApplyDatagrams => few.min(self.size - 1),
            Op::FullAck(_) => 8,
            Op::Gossip(_) => 2,
            Op::Ping | Op::Probe => few,
            Op::PingKnown | Op::Feed => (few / 8).max(8),
        }
    }
}
