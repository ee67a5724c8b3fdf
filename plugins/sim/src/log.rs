//! The event log of a run, folded into one number.
//!
//! Every datagram that leaves a process, every event that an engine tells and everything that is done to a
//! process goes in, with its time. Two runs with one hash did the same, in all likelihood. Cost: about a
//! nanosecond for each eight bytes.

use haulout::fingerprint::{fin, fingerprint};
use haulout::{Event, Identity, Instant};

const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// The log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log {
    state: u64,
    entries: u64,
}

impl Log {
    /// The hash of everything so far.
    pub fn hash(&self) -> u64 {
        fin(self.state ^ self.entries)
    }

    /// How many entries went in.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// A datagram leaves `from` for `to`.
    pub(crate) fn datagram(&mut self, at: Instant, from: usize, to: usize, bytes: &[u8]) {
        self.begin(at, (from as u64) << 32 | to as u64);
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.fold(u64::from_le_bytes(word.try_into().expect("chunks of eight")));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        self.fold(u64::from_le_bytes(last) ^ (bytes.len() as u64) << 56);
    }

    /// An engine tells an event.
    pub(crate) fn event<I: Identity>(&mut self, at: Instant, seat: usize, event: &Event<I>) {
        let (kind, what) = code(event);
        self.begin(at, (kind << 56) | seat as u64);
        self.fold(what);
    }

    /// Something is done to a seat.
    pub(crate) fn act(&mut self, at: Instant, seat: usize, what: u64) {
        self.begin(at, (64 << 56) | seat as u64);
        self.fold(what);
    }

    fn begin(&mut self, at: Instant, what: u64) {
        self.entries += 1;
        self.fold(at.as_micros());
        self.fold(what);
    }

    fn fold(&mut self, word: u64) {
        self.state = (self.state ^ word).wrapping_mul(FACTOR).rotate_left(29);
    }
}

/// An event as a kind and a number.
fn code<I: Identity>(event: &Event<I>) -> (u64, u64) {
    match event {
        Event::Up { identity } => (1, fingerprint(identity)),
        Event::Suspected { identity } => (2, fingerprint(identity)),
        Event::Refuted { identity } => (3, fingerprint(identity)),
        Event::Down { identity } => (4, fingerprint(identity)),
        Event::Left { identity } => (5, fingerprint(identity)),
        Event::Renewed { old, new } => (6, fingerprint(old) ^ fingerprint(new).rotate_left(1)),
        Event::Active => (7, 0),
        Event::Idle => (8, 0),
        Event::Rejoined { identity } => (9, fingerprint(identity)),
        Event::Defunct => (10, 0),
        Event::Synced => (11, 0),
        Event::Conflict { rival } => (12, fingerprint(rival)),
        Event::Rival { identity } => (13, fingerprint(identity)),
        Event::Seed { .. } => (14, 0),
        Event::Lagged { missed } => (15, *missed),
        Event::Published { owner, key, value, .. } => (17, fingerprint(owner) ^ folded(key) ^ folded(value)),
        Event::Withdrawn { owner, key, .. } => (18, fingerprint(owner) ^ folded(key)),
        Event::UserEvent { origin, time, payload, .. } => (19, fingerprint(origin) ^ time ^ folded(payload)),
        _ => (16, 0),
    }
}

fn folded(bytes: &[u8]) -> u64 {
    bytes.iter().fold(FACTOR, |state, byte| (state ^ u64::from(*byte)).wrapping_mul(FACTOR).rotate_left(29))
}
