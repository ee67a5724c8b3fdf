//! A seat: an address, and the process that runs there, if one does.

use super::parcels::{Parcel, Parcels};
use crate::model::Life;
use core::fmt;
use haulout::{Engine, Instant, Spec};

/// Names a seat. Whoever restarts at the same address sits in the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Seat(pub usize);

impl fmt::Display for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "m{}", self.0)
    }
}

/// How a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// As it should.
    Running,
    /// It stands still.
    Paused,
    /// It blocks before sending and after receiving while its timers run.
    Blocked,
}

/// Datagrams that a socket holds for a process that stands still, as Linux does by default; later ones are
/// lost.
const SOCKET: usize = 256;
/// The same for one that reads and blocks afterwards.
const HANDOFF: usize = 4_096;

/// A seat.
pub(super) struct Place<S: Spec> {
    pub(super) engine: Option<Engine<S>>,
    pub(super) life: Life,
    pub(super) standing: Standing,
    pub(super) inbox: Vec<Parcel>,
    pub(super) held: Vec<Parcel>,
    /// When its wake-up in the queue is; the end of time if it has none.
    pub(super) woken: Instant,
    /// Datagrams that left.
    pub(super) sent: u64,
}

/// No wake-up.
pub(super) const NEVER: Instant = Instant::from_micros(u64::MAX);

impl<S: Spec> Place<S> {
    pub(super) fn new(seat: Seat) -> Self {
        Self {
            engine: None,
            life: Life { seat, key: seat.0 as u32, epoch: 0 },
            standing: Standing::Running,
            inbox: Vec::new(),
            held: Vec::new(),
            woken: NEVER,
            sent: 0,
        }
    }

    pub(super) fn boot(&mut self, engine: Engine<S>, life: Life) {
        assert!(self.engine.is_none(), "{} is taken: crash it first", life.seat);
        (self.engine, self.life, self.standing, self.woken) = (Some(engine), life, Standing::Running, NEVER);
    }

    /// Nobody will read what waits here.
    pub(super) fn empty(&mut self, parcels: &mut Parcels) {
        for parcel in self.inbox.drain(..).chain(self.held.drain(..)) {
            parcels.discard(parcel);
        }
        (self.standing, self.woken) = (Standing::Running, NEVER);
    }

    /// Keeps what arrived for later; false if there is no room.
    pub(super) fn keep(&mut self, parcel: Parcel) -> bool {
        let room = if self.standing == Standing::Paused { SOCKET } else { HANDOFF };
        let has_room = self.inbox.len() < room;
        if has_room {
            self.inbox.push(parcel);
        }
        has_room
    }
}
