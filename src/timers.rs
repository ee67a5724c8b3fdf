//! Deadlines of which there is one each, in a fixed array.
//!
//! Deadlines of which there are many live with their owners: suspicions in an indexed heap, pings for
//! others and departed members in the order in which they came. Cost: O(1) to peek, one pass over eight
//! when the earliest changes.

mod heap;

pub(crate) use heap::DeadlineHeap;

use crate::time::Instant;

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Timer {
    /// The interval of the present probe is over.
    Probe,
    /// The present probe has had no direct answer.
    ProbeTimeout,
    /// A round of gossip.
    Gossip,
    /// A seed, a member held down or a forgotten route is asked.
    Announce,
    /// A seed is asked again, or has not answered in time.
    Seeds,
    /// A comparison, or a request of one without an answer.
    Sync,
    /// A round of a member in conflict.
    Conflict,
    /// We give way to a twin by renewing.
    Twin,
}

impl Timer {
    const ALL: [Self; 8] = [
        Self::Probe,
        Self::ProbeTimeout,
        Self::Gossip,
        Self::Announce,
        Self::Seeds,
        Self::Sync,
        Self::Conflict,
        Self::Twin,
    ];
}

/// The deadlines.
#[derive(Clone, Debug)]
pub(crate) struct Timers {
    deadlines: [Instant; Timer::ALL.len()],
    /// The earliest of them: it is asked for with every datagram, and they change seldom.
    next: Instant,
}

/// The deadline of a timer that is not set; being the latest, it needs no case of its own.
const UNSET: Instant = Instant::from_micros(u64::MAX);

impl Default for Timers {
    fn default() -> Self {
        Self { deadlines: [UNSET; Timer::ALL.len()], next: UNSET }
    }
}

impl Timers {
    #[inline]
    pub(crate) fn set(&mut self, timer: Timer, deadline: Instant) {
        let was = core::mem::replace(&mut self.deadlines[timer as usize], deadline);
        self.next = if was == self.next { self.earliest() } else { self.next.min(deadline) };
    }

    #[inline]
    pub(crate) fn clear(&mut self, timer: Timer) {
        self.set(timer, UNSET);
    }

    pub(crate) fn clear_all(&mut self) {
        *self = Self::default();
    }

    #[inline]
    pub(crate) fn is_set(&self, timer: Timer) -> bool {
        self.deadlines[timer as usize] != UNSET
    }

    /// The earliest deadline.
    #[inline]
    pub(crate) fn next(&self) -> Option<Instant> {
        (self.next != UNSET).then_some(self.next)
    }

    fn earliest(&self) -> Instant {
        self.deadlines.iter().fold(UNSET, |next, at| next.min(*at))
    }

    /// Takes a deadline that has come.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Timer> {
        if self.next > now || self.next == UNSET {
            return None;
        }
        let is_due = |at: Instant| at != UNSET && at <= now;
        let due = Timer::ALL.into_iter().find(|timer| is_due(self.deadlines[*timer as usize]))?;
        self.clear(due);
        Some(due)
    }

    /// Brings deadlines that were missed up to `now`.
    pub(crate) fn catch_up(&mut self, now: Instant) {
        for deadline in &mut self.deadlines {
            *deadline = (*deadline).max(now);
        }
        self.next = self.earliest();
    }
}
