//! Deadlines: the earliest of all, serving them, and a process that stood still.

use super::{Life, Protocol};
use crate::broadcast::Broadcasts;
use crate::identity::Identity;
use crate::state::State;
use crate::suspicion::longest;
use crate::time::Instant;
use crate::timers::Timer;
use core::time::Duration;

/// The earlier of two deadlines, of which either may be missing.
#[inline]
fn earlier(one: Option<Instant>, other: Option<Instant>) -> Option<Instant> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// Takes the time; one that runs backwards is clamped, here and nowhere else. If a deadline was missed by
    /// more than half a probe timeout, this process stood still.
    #[inline]
    pub(crate) fn advance(&mut self, now: Instant) {
        self.clamp(now);
        self.judge_lateness();
    }

    /// The same as a datagram arrives: whoever heard something a moment ago did not stand still, and
    /// deadlines that the host left to pass meanwhile are judged when it serves them.
    #[inline]
    pub(crate) fn advance_to_datagram(&mut self, now: Instant) {
        self.clamp(now);
        if self.now > self.watch.judged_until {
            self.judge_lateness();
        }
    }

    fn judge_lateness(&mut self) {
        self.watch.judged_until = self.now + self.config.probe.timeout / 2;
        if let Some(due) = self.next_deadline() {
            let lateness = self.now.since(due);
            if lateness > self.config.probe.timeout / 2 {
                self.stood_still(lateness);
            }
        }
    }

    /// Takes the time where nothing is judged by it.
    #[inline]
    pub(crate) fn clamp(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    /// The earliest of the deadlines that lateness is measured by.
    #[inline]
    fn next_deadline(&self) -> Option<Instant> {
        if matches!(self.me.life, Life::Dormant) {
            return None;
        }
        let one = self.timers.next();
        if !self.me.is_serving() {
            return one;
        }
        earlier(earlier(one, self.suspicions.next()), self.watch.relays.next())
    }

    /// When [`Protocol::timeout`] is to be called next.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let forget = if self.me.is_serving() { self.next_to_forget() } else { None };
        earlier(self.next_deadline(), forget)
    }

    fn next_to_forget(&self) -> Option<Instant> {
        self.members.departed().oldest().map(|(_, since)| since + self.config.join.forget_after)
    }

    /// Nobody is to suffer for deadlines that passed while this process did not run: they move, the probe in
    /// flight says nothing, and we trust ourselves less. The others may hold us for dead: they are told.
    fn stood_still(&mut self, lateness: Duration) {
        crate::trace::stood_still(&self.me.identity, lateness);
        self.suspicions.postpone(lateness);
        self.watch.relays.postpone(lateness);
        self.meeting.seeds.postpone(lateness);
        self.timers.catch_up(self.now);
        self.void_probe();
        self.watch.health.worsen(1);
        if self.me.is_serving() {
            self.tell_own();
            if lateness > longest(&self.config, self.size()) {
                self.doubt_view();
            }
        }
    }

    /// We stop serving: from now on suspicions wait.
    pub(super) fn pause(&mut self) {
        self.watch.paused.get_or_insert(self.now);
    }

    /// We serve again: suspicions, and the time that seeds have to answer, go on from where they stopped. False if we never served before.
    pub(super) fn resume(&mut self) -> bool {
        let Some(since) = self.watch.paused.take() else { return false };
        let stood = self.now.since(since);
        self.suspicions.postpone(stood);
        self.meeting.seeds.postpone(stood);
        true
    }

    /// Serves every deadline that has come; what is due afterwards lies in the future.
    pub(crate) fn timeout(&mut self) {
        // Bounded: each pass serves a deadline, and what it sets anew lies in the future, but for news to tell
        // and a suspicion that a failed probe confirms.
        while self.poll_timeout().is_some_and(|due| due <= self.now) {
            while let Some(timer) = self.timers.take_due(self.now) {
                self.serve(timer);
            }
            if !self.me.is_serving() {
                continue;
            }
            self.relays_due();
            self.suspicions_due();
            while let Some((oldest, _)) = self.members.departed().oldest()
                && self.next_to_forget().is_some_and(|at| at <= self.now)
            {
                self.forget(oldest);
            }
        }
    }

    fn serve(&mut self, timer: Timer) {
        match timer {
            Timer::Probe => self.probe_due(),
            Timer::ProbeTimeout => self.probe_timeout_due(),
            Timer::Gossip => self.gossip_due(),
            Timer::Announce => self.announce_due(),
            Timer::Seeds => self.seeds_due(),
            Timer::Sync => self.sync_due(),
            Timer::Conflict => self.conflict_due(),
            Timer::Twin => self.give_way_to_twin(),
        }
    }

    /// Suspects whose time is up are down; whoever declares it tells the subject at once.
    fn suspicions_due(&mut self) {
        while let Some(slot) = self.suspicions.due(self.now) {
            let identity = self.members[slot].identity.clone();
            let incarnation = self.members[slot].incarnation;
            self.set_departed(slot, incarnation, State::Down);
            self.declare(&identity, incarnation);
        }
    }
}

#[cfg(test)]
mod tests;
