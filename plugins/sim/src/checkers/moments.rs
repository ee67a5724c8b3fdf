//! A user event is told at most once to each process, after it was sent, and its time is later than that of
//! all its sender had heard of.
//!
//! Values are numbers that are never used twice. A process remembers four lives of an origin, so once a fifth
//! process has started under its key, a late datagram of an older one may be told again. Cost: O(1) an event.

use super::{Checker, Verdict};
use crate::observe::{Act, Observation};
use crate::world::Seat;
use haulout::{Event, Identity, Instant};
use std::collections::{HashMap, HashSet};

/// Lives of an origin that a process remembers.
const LIVES: u64 = 4;

/// What was sent.
#[derive(Clone, Copy, Debug)]
struct Sent {
    time: u64,
    /// How many processes of its origin's key had started.
    life: u64,
}

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct MomentsOnce<I: Identity> {
    sent: HashMap<Vec<u8>, Sent>,
    told: HashMap<Seat, HashSet<Vec<u8>>>,
    /// The latest time that a process has told.
    clocks: HashMap<Seat, u64>,
    lives: HashMap<I::Addr, u64>,
}

impl<I: Identity> Default for MomentsOnce<I> {
    fn default() -> Self {
        Self { sent: HashMap::new(), told: HashMap::new(), clocks: HashMap::new(), lives: HashMap::new() }
    }
}

impl<I: Identity> MomentsOnce<I> {
    /// Nothing is sent yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn told(&mut self, seat: Seat, origin: &I::Addr, time: u64, payload: &[u8], is_own: bool) -> Verdict {
        let life = self.lives.get(origin).copied().unwrap_or_default();
        let clock = self.clocks.entry(seat).or_default();
        let before = core::mem::replace(clock, time.max(*clock));
        let number = || format!("the event {:?} of {origin:?}", payload.get(..8).unwrap_or(payload));
        match self.sent.get(payload) {
            None if is_own && time > before => {
                self.sent.insert(payload.into(), Sent { time, life });
            }
            None if is_own => {
                return Err(format!("{seat} sends {} at {time}, and had heard of {before}", number()));
            }
            None => return Err(format!("{seat} tells {}, which nobody sent", number())),
            Some(known) if known.time != time => {
                return Err(format!("{seat} tells {} at {time}, which was sent at {}", number(), known.time));
            }
            Some(_) => {}
        }
        let is_new = self.told.entry(seat).or_default().insert(payload.into());
        let is_remembered = life <= LIVES || self.sent.get(payload).is_some_and(|known| life == known.life);
        if is_new || !is_remembered { Ok(()) } else { Err(format!("{seat} tells {} again", number())) }
    }
}

impl<I: Identity> Checker<I> for MomentsOnce<I> {
    fn theorem(&self) -> &'static str {
        "a user event is told at most once, and after what its sender had heard"
    }

    fn observe(&mut self, _at: Instant, seen: &Observation<'_, I>) -> Verdict {
        match *seen {
            Observation::Act { seat, act: Act::Started(identity) } => {
                self.told.remove(&seat);
                self.clocks.remove(&seat);
                *self.lives.entry(identity.addr()).or_default() += 1;
                Ok(())
            }
            Observation::Event { seat, event: Event::UserEvent { origin, time, payload, .. }, view } => {
                let is_own = view.identity().is_at(origin);
                self.told(seat, origin, *time, payload, is_own)
            }
            _ => Ok(()),
        }
    }
}
