//! Deadlines of which there is one each, in a fixed array.
//!
//! Deadlines of which there are many live with their owners: suspicions in an indexed heap, pings for
//! others and departed members in the order in which they came. Cost: O(1) to set, one pass over eight
//! to peek.

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
#[derive(Clone, Debug, Default)]
pub(crate) struct Timers {
    deadlines: [Option<Instant>; Timer::ALL.len()],
}

impl Timers {
    pub(crate) fn set(&mut self, timer: Timer, deadline: Instant) {
        self.deadlines[timer as usize] = Some(deadline);
    }

    pub(crate) fn clear(&mut self, timer: Timer) {
        self.deadlines[timer as usize] = None;
    }

    pub(crate) fn clear_all(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn is_set(&self, timer: Timer) -> bool {
        self.deadlines[timer as usize].is_some()
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.deadlines.iter().flatten().min().copied()
    }

    /// Takes a deadline that has come.
    pub(crate) fn take_due(&mut self, now: Instant) -> Option<Timer> {
        let due = Timer::ALL
            .into_iter()
            .find(|timer| self.deadlines[*timer as usize].is_some_and(|at| at <= now))?;
        self.clear(due);
        Some(due)
    }

    /// Brings deadlines that were missed up to `now`.
    pub(crate) fn catch_up(&mut self, now: Instant) {
        for deadline in self.deadlines.iter_mut().flatten() {
            *deadline = (*deadline).max(now);
        }
    }
}
