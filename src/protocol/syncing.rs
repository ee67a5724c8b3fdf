//! Anti-entropy (PROTOCOL §6), the asker: compare with one member at random, pull what differs, a range at a
//! time, from wherever it is to be had.

use super::{Intent, Protocol, Say};
use crate::broadcast::Broadcasts;
use crate::codec::{DIGEST_VERSION, Header, Leaves, MAX_HAVE, Message, Page, Plane, Position, Pull};
use crate::digest::{Digest, Entry, salted};
use crate::event::Event;
use crate::exchange::{Errand, PULLS, Range, Turned, Verdict};
use crate::identity::Identity;
use crate::members::Slot;
use crate::stats::Comparison;
use crate::timers::Timer;
use alloc::boxed::Box;
use core::time::Duration;
use rand::RngExt;

/// Updates in a feed from which on the cluster is large: its space is pulled in parts, not compared first.
const LARGE_FEED: usize = 32;
/// The token of our own entry of the members plane; no slot has this number.
pub(crate) const MYSELF: u64 = u64::MAX;
/// Most leaves of one range: the whole space makes as many ranges as pulls may be in flight.
const LEAVES_A_RANGE: usize = 256 / PULLS;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// Sets the deadline of the next step.
    pub(super) fn arm_sync(&mut self) {
        if self.me.is_serving() && self.members.len() > 0 {
            let at = self.exchange.deadline(self.now, self.config.probe.timeout);
            self.timers.set(Timer::Sync, at);
        }
    }

    /// There is somebody to compare with: soon.
    pub(super) fn await_sync(&mut self) {
        if self.me.is_serving() && !self.timers.is_set(Timer::Sync) {
            self.schedule_sync(self.exchange.pace());
        }
    }

    pub(super) fn sync_due(&mut self) {
        let patience = self.config.probe.timeout;
        if self.exchange.comparison_overdue(self.now, patience) {
            let pause = self.exchange.unanswered();
            self.schedule_sync(pause);
        }
        while let Some((pull, errand)) = self.exchange.overdue(self.now, patience) {
            match errand {
                Some(errand) => self.exchange.errands.push_back(errand),
                None if !pull.back => self.give_up(),
                None => {}
            }
        }
        self.run_errands();
        if self.exchange.is_idle() && self.exchange.next <= self.now {
            self.compare_with_any();
        }
        self.arm_sync();
    }

    fn compare_with_any(&mut self) {
        let members = self.members.len();
        if members == 0 || !self.exchange.may_ask(self.now) {
            return self.schedule_sync(self.config.sync.shortest);
        }
        let peer = self.draw_active();
        self.compare_with(peer);
    }

    /// Asks one member whether it holds what we hold.
    pub(super) fn compare_with(&mut self, peer: Slot) {
        let number = self.next_number();
        self.exchange.compare(self.now, number, peer);
        self.ask(peer, Say::Sync { number, version: DIGEST_VERSION }, None);
        self.arm_sync();
    }

    /// The user wants a comparison with the member at a route.
    pub(crate) fn sync_with(&mut self, route: &I::Route) {
        let at = |slot: &&Slot| self.members[**slot].identity.route() == *route;
        if self.me.is_serving()
            && self.exchange.is_idle()
            && let Some(peer) = self.members.active().iter().find(at)
        {
            self.compare_with(*peer);
        }
    }

    pub(super) fn ask(&mut self, peer: Slot, say: Say<I>, cookie: Option<u64>) {
        // A page may have had its own sender forgotten.
        if self.members.get(peer).is_none() {
            return;
        }
        let (identity, dst) = self.members.receiver(peer);
        self.send(Intent { to: identity.route(), dst, slot: Some(peer), cookie, say });
    }

    /// Whether a datagram answers something that we asked its sender: what others send costs our budget nothing.
    pub(crate) fn awaits(&self, header: &Header<I>) -> bool {
        let number = match &header.message {
            Message::SyncLeaves { number, .. } => *number,
            Message::SyncPage(page) => page.number,
            _ => return false,
        };
        self.members.find(&header.source.addr()).is_some_and(|peer| self.exchange.awaits(number, peer))
    }

    /// The answer to a comparison.
    pub(super) fn hear_leaves(&mut self, peer: Slot, number: u16, leaves: Option<&Leaves>) {
        if !self.exchange.answer(number, peer, leaves.map(|leaves| leaves.plane)) {
            self.stats.dropped.unmatched += 1;
            return;
        }
        let Some(leaves) = leaves else {
            let with = self.members.key(peer);
            self.stats.last_equal = Some(Comparison { at: self.now, with });
            return self.conclude(Verdict::default());
        };
        self.exchange.verdict.get_or_insert_default();
        self.plan(peer, leaves);
        self.run_errands();
        self.arm_sync();
    }

    /// Ranges of adjacent leaves that differ.
    fn plan(&mut self, peer: Slot, leaves: &Leaves) {
        let ours = match leaves.plane {
            Plane::Members => self.digest().salted(leaves.salt),
            Plane::Records => match self.broadcasts.digest() {
                Some(digest) => digest.salted(leaves.salt),
                None => return,
            },
        };
        let mut run: Option<(usize, usize)> = None;
        let differs =
            core::iter::zip(ours, leaves.leaves.iter().copied()).map(|(ours, theirs)| ours != theirs);
        for (number, differs) in differs.chain([false]).enumerate() {
            run = match run {
                Some((from, length)) if differs && length < LEAVES_A_RANGE => Some((from, length + 1)),
                Some((from, length)) => {
                    let range = Range::leaves(leaves.plane, from, from + length - 1);
                    self.exchange.errands.push_back(Errand::new(range, Some(peer)));
                    differs.then_some((number, 1))
                }
                None => differs.then_some((number, 1)),
            };
        }
    }

    /// A joiner of a large cluster pulls the whole space at once, in parts, from as many members.
    fn pull_everything(&mut self) {
        self.exchange.comparison = None;
        self.exchange.verdict = Some(Verdict::default());
        let planes = [Some(Plane::Members), self.broadcasts.digest().map(|_| Plane::Records)];
        for plane in planes.into_iter().flatten() {
            for first in (0..256).step_by(LEAVES_A_RANGE) {
                let range = Range::leaves(plane, first, first + LEAVES_A_RANGE - 1);
                self.exchange.errands.push_back(Errand::new(range, None));
            }
        }
        self.run_errands();
        self.arm_sync();
    }

    /// A member fed us: learn the rest of what it holds.
    pub(super) fn sync_after_feed(&mut self, peer: Slot, updates: usize) {
        if !self.exchange.is_idle() || !self.members.get(peer).is_some_and(|member| member.state.is_active())
        {
            return;
        }
        if !self.exchange.complete && updates >= LARGE_FEED {
            self.pull_everything();
        } else {
            self.compare_with(peer);
        }
    }

    /// Sends pulls for what is to be done, as many as may be in flight and as the budget allows.
    fn run_errands(&mut self) {
        while self.exchange.pulls.len() < PULLS && self.exchange.may_ask(self.now) {
            let Some(errand) = self.exchange.next_errand() else { break };
            let active = |slot: &Slot| self.members.get(*slot).is_some_and(|member| member.state.is_active());
            let peer = match errand.peer.filter(active) {
                Some(peer) => peer,
                None if self.members.len() == 0 => {
                    self.give_up();
                    continue;
                }
                None => self.draw_peer(errand.avoid),
            };
            self.send_pull(errand, peer, false);
        }
        let pulling = self.exchange.pulls.iter().any(|pull| !pull.back);
        if self.exchange.errands.is_empty()
            && !pulling
            && let Some(verdict) = self.exchange.verdict.take()
        {
            self.conclude(verdict);
        }
    }

    /// A member at random, but not this one if there is another.
    ///
    /// Where one failed, one that has answered in this exchange is asked, if there is one.
    fn draw_peer(&mut self, avoid: Option<Slot>) -> Slot {
        if avoid.is_some() {
            let active = |slot: Slot| self.members.get(slot).is_some_and(|member| member.state.is_active());
            let draw = self.rng.random();
            if let Some(peer) = self.exchange.answerer(draw, |slot| Some(slot) != avoid && active(slot)) {
                return peer;
            }
        }
        let active = self.members.active();
        let at = self.rng.random_range(0..active.len());
        if Some(active[at]) == avoid { active[(at + 1) % active.len()] } else { active[at] }
    }

    /// Pulls a range, or as much of it as we can say of what we have; the rest of it waits.
    pub(super) fn send_pull(&mut self, mut errand: Errand, peer: Slot, back: bool) {
        let number = self.next_number();
        let (pull, rest) = self.request(number, errand.range, back);
        if let Some(rest) = rest {
            errand.range.until = rest.from.before();
            if !back {
                self.exchange.errands.push_front(Errand::new(rest, errand.peer));
            }
        }
        self.exchange.pull(self.now, number, errand, peer, back);
        self.ask(peer, Say::SyncPull(Box::new(pull)), None);
    }

    /// The request for a range, with what we have of it; and the rest of the range, if we have too much.
    fn request(&mut self, number: u16, range: Range, back: bool) -> (Pull, Option<Range>) {
        let salt = self.rng.random();
        let mut ours = core::mem::take(&mut self.ranged);
        self.range(range, &mut ours);
        // What is at one position cannot be parted: then some of what we have goes unsaid.
        let beyond = ours.get(MAX_HAVE).map(|entry| entry.position).filter(|at| *at > range.from);
        let rest = beyond.map(|from| Range { from, ..range });
        let until = beyond.map_or(range.until, Position::before);
        let named = ours.iter().take(MAX_HAVE).take_while(|entry| entry.position <= until);
        let have = named.map(|entry| salted(entry.value, salt)).collect();
        self.ranged = ours;
        let Range { plane, from, .. } = range;
        let until = if plane == Plane::Members { Position { item: 0, ..until } } else { until };
        (Pull { number, plane, back, from, until, salt, have }, rest)
    }

    /// A page was applied; `taught` says that it changed what we hold.
    pub(super) fn hear_page(&mut self, peer: Slot, page: &Page, taught: bool) {
        let of_plane = |at: &usize| self.exchange.pulls[*at].range.plane == page.plane;
        let Some(at) = self.exchange.find(page.number, peer).filter(of_plane) else {
            self.stats.dropped.unmatched += 1;
            return;
        };
        let back = self.exchange.pulls[at].back;
        if let Some(verdict) = self.exchange.verdict.as_mut().filter(|_| !back) {
            verdict.useful |= taught;
        }
        match self.exchange.turn(at, page.next) {
            Turned::Done => {}
            Turned::On(errand) if back => {
                if errand.peer == Some(peer) && self.exchange.may_ask(self.now) {
                    self.send_pull(errand, peer, true);
                }
            }
            // First of all, but within the budget.
            Turned::On(errand) => self.exchange.errands.push_front(errand),
            Turned::Broken(errand) => {
                self.stats.dropped.broken_pages += 1;
                match errand {
                    Some(errand) => self.exchange.errands.push_back(errand),
                    None if !back => self.give_up(),
                    None => {}
                }
            }
        }
        self.run_errands();
        self.arm_sync();
    }

    fn give_up(&mut self) {
        if let Some(verdict) = &mut self.exchange.verdict {
            verdict.given_up = true;
        }
    }

    /// The exchange is over.
    fn conclude(&mut self, verdict: Verdict) {
        let pause = self.exchange.pause(verdict.useful);
        self.schedule_sync(pause);
        if !verdict.given_up {
            self.exchange.doubt = None;
            self.completed();
        }
        self.arm_sync();
    }

    /// We hold what the cluster holds.
    pub(super) fn completed(&mut self) {
        if !core::mem::replace(&mut self.exchange.complete, true) {
            self.meeting.seeds.rest();
            self.event(Event::Synced);
        }
    }

    /// The next comparison comes after the pause, and up to a quarter later, at random.
    fn schedule_sync(&mut self, pause: Duration) {
        let jitter = self.rng.random_range(0..=pause.as_micros() as u64 / 4);
        self.exchange.next = self.now + pause + Duration::from_micros(jitter);
        self.arm_sync();
    }

    /// The digest of the members plane, oneself included.
    pub(crate) fn digest(&self) -> Digest {
        let me = self.my_entry();
        self.members.digest().with(&me)
    }

    /// Our own entry of the members plane.
    pub(crate) fn my_entry(&self) -> Entry {
        Entry::of(&self.me.identity, self.me.incarnation, MYSELF)
    }

    /// The entries of a range, ours among them, in the order of positions.
    pub(crate) fn range(&self, range: Range, out: &mut alloc::vec::Vec<Entry>) {
        out.clear();
        if range.plane == Plane::Records {
            return self.broadcasts.entries(range.from, range.until, out);
        }
        let (from, until) = (range.from.key, range.until.key);
        self.members.entries(from, until, out);
        let me = self.my_entry();
        if (from..=until).contains(&me.position.key) {
            let at = out.partition_point(|entry| entry.position.key < me.position.key);
            out.insert(at, me);
        }
    }

    /// We stood still for longer than it takes to be declared dead: what we hold is old. We ask before we answer,
    /// but after the longest pause we answer all the same, for perhaps all stood still.
    pub(super) fn doubt_view(&mut self) {
        self.exchange.abandon();
        self.exchange.doubt = Some(self.now + self.config.sync.longest);
        self.exchange.next = self.now;
        self.arm_sync();
    }

    /// Whoever joins, or joins again, asks anew.
    pub(super) fn restart_sync(&mut self) {
        self.exchange.restart();
        self.exchange.next = self.now;
    }

    /// One of our requests was challenged: it is repeated once, with the cookie. True if it was one.
    pub(super) fn sync_challenged(&mut self, source: &I, number: u16, cookie: u64) -> bool {
        let Some(peer) = self.members.find(&source.addr()) else { return false };
        if let Some(comparison) = &mut self.exchange.comparison
            && (comparison.number, comparison.peer) == (number, peer)
        {
            if !core::mem::replace(&mut comparison.challenged, true) {
                self.ask(peer, Say::Sync { number, version: DIGEST_VERSION }, Some(cookie));
            }
            return true;
        }
        let Some(at) = self.exchange.find(number, peer) else { return false };
        let pull = &mut self.exchange.pulls[at];
        if core::mem::replace(&mut pull.challenged, true) {
            return true;
        }
        let (range, back) = (pull.range, pull.back);
        let (pull, rest) = self.request(number, range, back);
        if let Some(rest) = rest {
            // We have learnt so much meanwhile that it says less of it.
            self.exchange.pulls[at].range.until = rest.from.before();
            if !back {
                self.exchange.errands.push_front(Errand::new(rest, Some(peer)));
            }
        }
        self.ask(peer, Say::SyncPull(Box::new(pull)), Some(cookie));
        true
    }
}

#[cfg(test)]
mod collisions;
#[cfg(test)]
mod tests;
