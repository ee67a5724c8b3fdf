//! The operations that are measured, and who carries them out.
//!
//! One list of operations ([`Op`]), done by two subjects behind one trait: our engine ([`ours`]) and foca
//! ([`peer`]). The criterion benches, the instruction counts and `docs/performance.md` all run this code.

pub mod clock;
#[cfg(target_os = "linux")]
pub mod driver;
pub mod ours;
pub mod peer;
#[cfg(target_os = "linux")]
pub mod readers;
pub mod report;

use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// Sizes of the cluster.
pub const SIZES: [usize; 5] = [16, 128, 1_024, 10_000, 100_000];

/// Updates that wait for the operations that want full packets.
pub const WAITING: usize = 1_000;

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// A new incarnation of a random member while news of all others waits, from a decoded update.
    Apply,
    /// The same, out of datagrams of fifty.
    ApplyDatagrams,
    /// A ping in, an ack out that is full of 1,000 waiting updates.
    FullAck(Fill),
    /// A gossip round to three members, full packets.
    Gossip(Fill),
    /// A ping of a random member in, an ack out, nothing to piggyback.
    Ping,
    /// The same with sixteen random updates in the ping, all of them known.
    PingKnown,
    /// The timer of a probe: a ping out; its ack in; the timers that follow.
    Probe,
    /// An announce in, a full feed out.
    Feed,
}

/// How foca's packets end: it goes on looking for smaller updates while there is room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fill {
    /// Full to the byte.
    Exact,
    /// Five bytes short, less than any update takes.
    Short,
}

impl Op {
    /// All of them, in an order in which each finds what it needs: first with news of everybody waiting.
    pub const ALL: [Self; 10] = [
        Self::Apply,
        Self::ApplyDatagrams,
        Self::FullAck(Fill::Exact),
        Self::FullAck(Fill::Short),
        Self::Gossip(Fill::Exact),
        Self::Gossip(Fill::Short),
        Self::Ping,
        Self::PingKnown,
        Self::Probe,
        Self::Feed,
    ];

    /// Its name in tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply a new incarnation",
            Self::ApplyDatagrams => "the same, out of datagrams",
            Self::FullAck(Fill::Exact) => "ping, full ack (full to the byte)",
            Self::FullAck(Fill::Short) => "ping, full ack (5 bytes short)",
            Self::Gossip(Fill::Exact) => "gossip to three (full to the byte)",
            Self::Gossip(Fill::Short) => "gossip to three (5 bytes short)",
            Self::Ping => "ping, ack",
            Self::PingKnown => "ping with 16 known updates, ack",
            Self::Probe => "probe cycle",
            Self::Feed => "announce, full feed",
        }
    }

    /// Its name in commands and in the names of benches.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::ApplyDatagrams => "apply_datagrams",
            Self::FullAck(Fill::Exact) => "full_ack",
            Self::FullAck(Fill::Short) => "full_ack_short",
            Self::Gossip(Fill::Exact) => "gossip",
            Self::Gossip(Fill::Short) => "gossip_short",
            Self::Ping => "ping",
            Self::PingKnown => "ping_known",
            Self::Probe => "probe",
            Self::Feed => "feed",
        }
    }

    /// Whether the cluster is large enough for it: full packets need enough members.
    pub const fn fits(self, size: usize) -> bool {
        size > WAITING || !matches!(self, Self::FullAck(_) | Self::Gossip(_))
    }
}

/// Who is measured: a member that knows `size` others.
pub trait Subject {
    /// Brings about what `op` starts from; not timed. Called before each run.
    fn prepare(&mut self, op: Op);

    /// Does `op` a number of times; the bytes that it wrote, so that nothing is optimised away.
    fn run(&mut self, op: Op) -> usize;

    /// How many times.
    fn operations(&self, op: Op) -> usize;
}

/// Datagrams one after the other, as a socket's buffers would hold them.
#[derive(Debug, Default)]
pub struct Datagrams {
    bytes: Vec<u8>,
    /// Where each one begins and ends.
    places: Vec<(usize, usize)>,
    next: usize,
}

impl Datagrams {
    /// Appends a datagram.
    pub fn push(&mut self, datagram: &[u8]) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(datagram);
        self.places.push((start, self.bytes.len()));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The datagram at a place.
    pub fn at(&self, place: usize) -> &[u8] {
        let (start, end) = self.places[place];
        &self.bytes[start..end]
    }

    /// The next one, round and round.
    #[inline]
    pub fn turn(&mut self) -> &[u8] {
        if self.next == self.places.len() {
            self.next = 0;
        }
        self.next += 1;
        self.at(self.next - 1)
    }
}

/// How many datagrams of different senders are held ready: at 100,000 members at least 65,536.
pub const fn pool(size: usize) -> usize {
    if size > 16_384 { 65_536 } else { 16_384 }
}

/// The members of a cluster drawn at random: those that are not the subject, 1 to `size`.
#[derive(Debug)]
pub struct Draw {
    rng: SmallRng,
    order: Vec<usize>,
    next: usize,
}

impl Draw {
    /// Draws of a cluster of so many.
    pub fn new(size: usize) -> Self {
        let (mut rng, mut order) = (SmallRng::seed_from_u64(size as u64), (1..=size).collect::<Vec<_>>());
        order.shuffle(&mut rng);
        Self { rng, order, next: 0 }
    }

    /// Anybody.
    pub fn any(&mut self) -> usize {
        self.rng.random_range(1..=self.order.len())
    }

    /// So many different ones, others than last time while there are others.
    pub fn distinct(&mut self, count: usize) -> Vec<usize> {
        assert!(count <= self.order.len(), "as many as there are");
        let start = self.next;
        self.next = (start + count) % self.order.len();
        self.order.iter().cycle().skip(start).take(count).copied().collect()
    }
}
