//! The probe cycle (SWIM §3.1, Lifeguard §IV-A): one probe an interval, directly, then through helpers.

use super::apply::Speaker;
use super::{Intent, Protocol, Say};
use crate::broadcast::Broadcasts;
use crate::codec::{Suspecters, Update};
use crate::fingerprint::destination;
use crate::identity::Identity;
use crate::members::Slot;
use crate::probe::{Helpers, Probe};
use crate::seeds::Ask;
use crate::state::State;
use crate::timers::Timer;
use alloc::boxed::Box;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// An interval is over: judge the present probe, start the next.
    pub(super) fn probe_due(&mut self) {
        self.timers.clear(Timer::ProbeTimeout);
        self.correct_deferred();
        if let Some(probe) = self.watch.probe.take() {
            self.judge(probe);
        }
        let Some(slot) = self.next_in_reach() else { return };
        let number = self.next_number();
        let identity = self.members[slot].identity.clone();
        self.watch.probe = Some(Probe { slot, identity, number, helpers: None, challenged: false });
        let health = self.watch.health;
        self.timers.set(Timer::Probe, self.now + health.stretch(self.config.probe.interval));
        self.timers.set(Timer::ProbeTimeout, self.now + health.stretch(self.config.probe.timeout));
        self.send_to(slot, Say::Ping { number });
    }

    /// A probe without an answer: the fault may be ours; the member is suspect all the same.
    fn judge(&mut self, probe: Probe<I>) {
        let held = &self.members[probe.slot];
        if held.identity != probe.identity || !held.state.is_active() {
            return;
        }
        let incarnation = held.incarnation;
        self.watch.health.worsen(probe.blame());
        let mut by = Suspecters::new();
        by.insert(self.me.addr.clone());
        self.apply(Update { identity: probe.identity, incarnation, state: State::Suspect, by }, Speaker::Us);
    }

    /// No direct answer in time: helpers are asked to ping on their own account.
    pub(super) fn probe_timeout_due(&mut self) {
        let Some(probe) = &mut self.watch.probe else { return };
        let (target, number) = (probe.slot, probe.number);
        let (addr, route) = (probe.identity.addr(), probe.identity.route());
        let mut drawn = core::mem::take(&mut self.watch.drawn);
        let (horizon, members) = (&self.horizon, &self.members);
        let helps = |slot: Slot| {
            slot != target && members[slot].state == State::Alive && horizon.reaches(&members[slot].identity)
        };
        members.sample(&mut self.rng, usize::from(self.config.probe.helpers), helps, &mut drawn);
        probe.helpers = Some(Helpers { asked: drawn.len() as u8, answered: 0 });
        let route = (I::route_of(&addr).as_ref() != Some(&route)).then_some(route);
        for slot in drawn.iter().copied() {
            let named = Box::new((addr.clone(), route.clone()));
            self.send_to(slot, Say::PingReq { number, target, named });
        }
        self.watch.drawn = drawn;
    }

    /// An ack from a member: of our probe, of a ping for another, or of one to who held us for dead.
    pub(super) fn hear_ack(&mut self, slot: Slot, number: u16, incarnation: u32) {
        if let Some(probe) = &self.watch.probe
            && probe.number == number
        {
            if probe.slot == slot && probe.identity == self.members[slot].identity {
                self.probe_succeeded();
            } else {
                self.stats.dropped.unmatched += 1;
            }
        } else if !self.forward_ack(slot, number, incarnation)
            && self.meeting.requests.take(self.now, number, Ask::Ping).is_none()
        {
            self.stats.dropped.unmatched += 1;
        }
    }

    /// A helper had an answer from the target. Its news of the target counts like any other; if it names
    /// another identity than the one that was probed, the probe says nothing.
    pub(super) fn hear_forwarded_ack(&mut self, helper: Slot, number: u16, identity: &I, incarnation: u32) {
        let Some(probe) = self.watch.probe.as_ref().filter(|probe| probe.number == number) else {
            self.stats.dropped.unmatched += 1;
            return;
        };
        let (slot, probed) = (probe.slot, probe.identity.clone());
        if !identity.is_at(&probed.addr()) {
            self.stats.dropped.unmatched += 1;
            return;
        }
        self.apply(Update::new(identity.clone(), incarnation, State::Alive), Speaker::Member(helper));
        if *identity == probed && self.is_probing(slot) && self.members[slot].identity == probed {
            self.probe_succeeded();
        } else if self.is_probing(slot) {
            self.count_answer();
        }
    }

    /// A helper has no word from the target, but is there itself.
    pub(super) fn hear_nack(&mut self, number: u16) {
        if self.watch.probe.as_ref().is_some_and(|probe| probe.number == number) {
            self.count_answer();
        } else {
            self.stats.dropped.unmatched += 1;
        }
    }

    fn count_answer(&mut self) {
        if let Some(Helpers { answered, .. }) =
            self.watch.probe.as_mut().and_then(|probe| probe.helpers.as_mut())
        {
            *answered = answered.saturating_add(1);
        }
    }

    /// The probed member has forgotten us, and asks us to prove our route: it is there. True if the challenge
    /// was for the present probe.
    pub(super) fn probe_challenged(&mut self, source: &I, number: u16, cookie: u64) -> bool {
        let is_its = |probe: &&mut Probe<I>| probe.number == number && source.is_at(&probe.identity.addr());
        let Some(probe) = self.watch.probe.as_mut().filter(is_its) else { return false };
        if !core::mem::replace(&mut probe.challenged, true) {
            let (to, slot) = (probe.identity.route(), Some(probe.slot));
            let dst = destination(&probe.identity.addr());
            let answered = probe.identity == *source && self.members[probe.slot].identity == *source;
            self.send(Intent { to, dst, slot, cookie: Some(cookie), say: Say::Ping { number } });
            if answered {
                self.probe_succeeded();
            }
        }
        true
    }

    fn probe_succeeded(&mut self) {
        self.void_probe();
        self.watch.health.improve();
        if matches!(self.me.life, super::Life::Joining) {
            self.activate();
        }
    }

    /// The probe in flight says nothing any more.
    pub(super) fn void_probe(&mut self) {
        self.watch.probe = None;
        self.timers.clear(Timer::ProbeTimeout);
    }

    pub(super) fn is_probing(&self, slot: Slot) -> bool {
        self.watch.probe.as_ref().is_some_and(|probe| probe.slot == slot)
    }
}

#[cfg(test)]
mod tests;
