//! Meeting strangers (PROTOCOL §5): announcing, being challenged, being fed, being refused.

use super::inbound::Sender;
use super::{Intent, Life, Protocol, Say};
use crate::broadcast::Broadcasts;
use crate::codec::{Header, Message, Refusal};
use crate::event::{Event, SeedOutcome};
use crate::identity::Identity;
use crate::seeds::{Ask, SeedDue};
use crate::timers::Timer;
use rand::RngExt;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// The user starts a cluster, or goes on without seeds.
    pub(crate) fn start(&mut self) {
        match self.me.life {
            Life::Dormant => {
                self.wake();
                self.activate();
                self.completed();
            }
            Life::Joining => {
                self.activate();
                self.completed();
            }
            Life::Active | Life::Leaving { .. } | Life::Conflict(_) => {}
        }
    }

    /// The user names somebody who may know the cluster.
    pub(crate) fn join(&mut self, seed: I::Route) {
        if matches!(self.me.life, Life::Leaving { .. }) {
            self.fall_idle();
        }
        if matches!(self.me.life, Life::Dormant) {
            self.wake();
            if self.me.served {
                self.activate();
            } else {
                self.me.life = Life::Joining;
                self.arm_all();
            }
        }
        if seed == self.me.identity.route() {
            self.timers.set(Timer::Seeds, self.now + self.config.join.timeout);
            return self.event(Event::Seed { route: seed, outcome: SeedOutcome::Myself });
        }
        self.meeting.seeds.ask(self.now, seed.clone(), self.config.join.timeout);
        self.announce_to(seed);
        self.arm_seeds();
    }

    /// Back from dormancy: whoever left in this process returns under a newer identity.
    fn wake(&mut self) {
        self.restart_sync();
        if !self.resume() {
            return;
        }
        match self.me.identity.renew(&self.me.identity) {
            Some(identity) => {
                self.become_identity(identity);
            }
            None => self.me.incarnation = self.me.incarnation.wrapping_add(1),
        }
    }

    /// From now on an active member.
    pub(super) fn activate(&mut self) {
        self.me.life = Life::Active;
        self.me.served = true;
        self.event(Event::Active);
        self.arm_all();
        self.tell_own();
    }

    /// Sets what must be set while we serve.
    pub(super) fn arm_all(&mut self) {
        self.arm_probe();
        self.arm_seeds();
        self.arm_sync();
        if !self.news.is_empty() || self.me.news.is_some() || self.broadcasts.backlog() > 0 {
            self.arm_gossip();
        }
        if !self.timers.is_set(Timer::Announce) {
            let interval = self.config.join.announce_interval.as_micros() as u64;
            let phase = core::time::Duration::from_micros(self.rng.random_range(0..interval));
            self.timers.set(Timer::Announce, self.now + phase);
        }
    }

    fn arm_seeds(&mut self) {
        if let Some(at) = self.meeting.seeds.next() {
            // What fell due while we did not serve is due now, and nobody is late for it.
            self.timers.set(Timer::Seeds, at.max(self.now));
        }
    }

    /// Asks whoever is at a route to take us in.
    pub(super) fn announce_to(&mut self, route: I::Route) {
        let number = self.next_number();
        self.meeting.requests.add(self.now, number, route.clone(), Ask::Announce);
        self.send(Intent { to: route, dst: None, slot: None, cookie: None, say: Say::Announce { number } });
    }

    /// A number for a ping to one who is no member here.
    pub(super) fn request_ping(&mut self, route: I::Route) -> u16 {
        let number = self.next_number();
        self.meeting.requests.add(self.now, number, route, Ask::Ping);
        number
    }

    pub(super) fn seeds_due(&mut self) {
        while let Some(due) = self.meeting.seeds.due(self.now) {
            match due {
                SeedDue::Ask(route) => self.announce_to(route),
                SeedDue::Report(route, outcome) => self.event(Event::Seed { route, outcome }),
            }
        }
        if matches!(self.me.life, Life::Joining) && self.meeting.seeds.as_slice().is_empty() {
            // Every seed was ourselves: we are the first of this cluster.
            self.activate();
            self.completed();
        }
        self.arm_seeds();
    }

    /// One of the seeds, of the members held down, or of the forgotten routes, drawn evenly.
    pub(super) fn announce_due(&mut self) {
        self.timers.set(Timer::Announce, self.now + self.config.join.announce_interval);
        let (seeds, down) = (self.meeting.seeds.as_slice().len(), self.members.departed().down());
        let forgotten = &self.meeting.requests.forgotten;
        let all = seeds + down + forgotten.len();
        // A seed that is an active member needs no announce: another one is drawn, a few times.
        for _ in 0..8.min(all) {
            let drawn = self.rng.random_range(0..all);
            let route = if drawn < seeds {
                let seed = &self.meeting.seeds.as_slice()[drawn];
                let member =
                    seed.key.as_ref().and_then(|key| self.members.find(key)).map(|slot| &self.members[slot]);
                if member.is_some_and(|m| m.state.is_active() && m.identity.route() == seed.route) {
                    continue;
                }
                seed.route.clone()
            } else if drawn < seeds + down {
                self.members[self.members.departed().nth_down(drawn - seeds)].identity.route()
            } else {
                self.meeting.requests.forgotten[drawn - seeds - down].clone()
            };
            if !self.horizon.covers(&route) {
                continue;
            }
            return self.announce_to(route);
        }
    }

    /// Somebody wants to join, or to be heard again.
    pub(super) fn hear_announce(&mut self, header: &Header<I>, sender: Sender, number: u16) {
        if !self.me.is_serving() {
            return;
        }
        match sender {
            Sender::Member(slot) => {
                let to = self.members[slot].identity.route();
                let dst = crate::fingerprint::destination(&header.source.addr());
                self.send(Intent { to, dst, slot: Some(slot), cookie: None, say: Say::Feed { number } });
            }
            Sender::Known if self.is_proven(header) => self.refuse(&header.source, number, Refusal::Conflict),
            Sender::Stranger(Some(reason)) => self.refuse(&header.source, number, reason),
            Sender::Known | Sender::Stranger(None) => self.challenge(&header.source, number),
        }
    }

    /// Whoever gets a challenge against a request repeats it once, with the cookie. To a ping it is as good
    /// as an ack: whoever answered is there, it has only forgotten us.
    pub(super) fn hear_challenge(&mut self, source: &I, number: u16, cookie: u64) {
        let key = source.addr();
        let dst = crate::fingerprint::destination(&key);
        if self.probe_challenged(source, number, cookie)
            || self.relay_challenged(source, number, cookie)
            || self.sync_challenged(source, number, cookie)
        {
            return;
        }
        let now = self.now;
        for ask in [Ask::Announce, Ask::Ping] {
            let Some(request) = self.meeting.requests.find(now, number, ask) else { continue };
            if core::mem::replace(&mut request.challenged, true) {
                return;
            }
            let (to, slot, cookie) = (request.route.clone(), None, Some(cookie));
            let (say, dst) = match ask {
                Ask::Announce => (Say::Announce { number }, None),
                Ask::Ping => (Say::Ping { number }, dst),
            };
            return self.send(Intent { to, dst, slot, cookie, say });
        }
        self.stats.dropped.unmatched += 1;
    }

    /// The feed that answers one of our announces was applied; `before` is how many members there were.
    pub(super) fn fed(&mut self, source: &I, number: u16, before: usize) {
        let Some(request) = self.meeting.requests.take(self.now, number, Ask::Announce) else { return };
        let learnt = self.members.len() > before;
        if self.meeting.seeds.reached(self.now, &request.route, source.addr(), learnt) {
            self.event(Event::Seed { route: request.route, outcome: SeedOutcome::Reached });
        }
        if matches!(self.me.life, Life::Joining) {
            self.activate();
        }
        self.arm_seeds();
    }

    /// A request was refused, perhaps by one of another cluster or version.
    pub(super) fn hear_refused(&mut self, message: &Message<I>) {
        let Message::Refused { number, reason, cluster, min, max } = *message else { return };
        let Some(request) = self.meeting.requests.take(self.now, number, Ask::Announce) else {
            self.stats.dropped.unmatched += 1;
            return;
        };
        if matches!(self.me.life, Life::Conflict(_)) {
            self.conflict_answered();
            if reason != Refusal::Conflict {
                self.conflict_won();
            }
            return;
        }
        let outcome = SeedOutcome::Refused { reason, cluster, versions: (min, max) };
        let awaits_notice = reason == Refusal::Conflict;
        if let Some(outcome) = self.meeting.seeds.refused(&request.route, outcome, awaits_notice) {
            self.event(Event::Seed { route: request.route, outcome });
        }
        self.arm_seeds();
    }

    /// One of our own datagrams came back: if it is an announce, that seed is ourselves.
    pub(super) fn met_myself(&mut self, message: &Message<I>) {
        let Message::Announce { number, .. } = *message else { return };
        let Some(request) = self.meeting.requests.take(self.now, number, Ask::Announce) else { return };
        if self.meeting.seeds.is_myself(&request.route) {
            self.timers.set(Timer::Seeds, self.now);
            self.event(Event::Seed { route: request.route, outcome: SeedOutcome::Myself });
        }
    }
}

#[cfg(test)]
mod tests;
