//! What happened in a world, and a hash of all of it.

use super::letter::Letter;
use super::people::Peer;
use super::seat::Seat;
use core::net::SocketAddr;
use haulout::fingerprint::{Canonical, CanonicalSink, Fingerprinter};
use haulout::{Event, Identity, Instant};

/// An event, when and where.
#[derive(Clone, Debug)]
pub struct Happened<I: Identity> {
    pub at: Instant,
    pub seat: Seat,
    pub event: Event<I>,
}

/// A point in the log: what came before it is not asked for.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    pub(super) events: usize,
    pub(super) letters: usize,
}

impl Mark {
    /// The beginning of the log.
    pub const START: Self = Self { events: 0, letters: 0 };
}

pub(super) struct Log<I: Peer> {
    pub(super) events: Vec<Happened<I>>,
    pub(super) letters: Vec<Letter<I>>,
    pub(super) capture: bool,
    hash: Fingerprinter,
}

impl<I: Peer> Log<I> {
    pub(super) fn new() -> Self {
        Self { events: Vec::new(), letters: Vec::new(), capture: false, hash: Fingerprinter::new() }
    }

    pub(super) fn event(&mut self, at: Instant, seat: Seat, event: Event<I>) {
        self.hash.u64(at.as_micros());
        self.hash.raw(format!("{seat:?} {event:?}").as_bytes());
        self.events.push(Happened { at, seat, event });
    }

    pub(super) fn datagram(&mut self, at: Instant, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        self.hash.u64(at.as_micros());
        from.canonical(&mut self.hash);
        to.canonical(&mut self.hash);
        self.hash.bytes(bytes);
    }

    pub(super) fn hash(&self) -> u64 {
        self.hash.finish()
    }
}
