//! Notices and corrections: telling the dead of their death, and the others what is held (PROTOCOL §2 a, b).
//!
//! Each has a limit of its own, one a subject and probe interval and so many a second in all; a shared one
//! would let forged corrections starve the notices. Whoever speaks to us is told of its death by a large limit;
//! whom we declare down, or hear of, by a small one: it may well be dead, and when many die at once, every
//! member declares many of them, so that each is told by others too. To one whose own notice came lately, one
//! in 5 s: two members that hold each other for dead do not talk for ever.

use super::apply::Speaker;
use super::conflict::Pacing;
use super::{Intent, Protocol, Say};
use crate::broadcast::Broadcasts;
use crate::codec::Refusal;
use crate::config::Config;
use crate::fingerprint::{destination, fingerprint, mix};
use crate::identity::Identity;
use crate::limiter::{Bucket, Limiter, PeerLimiter};
use crate::members::Slot;
use crate::state::State;
use crate::time::Instant;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::time::Duration;

/// How long one who sent us a notice is answered sparingly.
const TRUCE: Duration = Duration::from_secs(5);
/// Corrections held back that are remembered.
const DEFERRED: usize = 32;
/// Most notices a second to those who did not speak to us. Who lives learns it from its next ping at the latest.
const UNASKED: u32 = 4;
/// Senders of notices remembered.
const ACCUSERS: usize = 64;

/// All limits on what is sent unasked.
pub(super) struct Restraint {
    notices: Limiter,
    /// Notices to those who did not speak to us.
    unasked: Limiter,
    /// Pings by which we show ourselves to accusers who are no members here.
    shown: Limiter,
    corrections: Limiter,
    /// Corrections that were held back, and for whom; made with the next probe.
    deferred: Vec<(Slot, Option<Slot>)>,
    challenges: Bucket,
    refusals: Bucket,
    pub(super) answers: PeerLimiter,
    accusers: VecDeque<Accuser>,
    pub(super) conflict: Pacing,
    pub(super) rival_told: Option<Instant>,
}

struct Accuser {
    identity: u64,
    came: Instant,
    answered: Option<Instant>,
}

impl Restraint {
    pub(super) fn new(config: &Config) -> Self {
        let (limits, period) = (&config.limits, config.probe.interval);
        Self {
            notices: Limiter::new(limits.notices_per_second, period),
            unasked: Limiter::new(limits.notices_per_second.min(UNASKED), period),
            shown: Limiter::new(limits.notices_per_second, period),
            corrections: Limiter::new(limits.notices_per_second, period),
            deferred: Vec::new(),
            challenges: Bucket::new(limits.challenges_per_second),
            refusals: Bucket::new(limits.refusals_per_second),
            answers: PeerLimiter::new(limits.answers_per_second, limits.answers_per_peer),
            accusers: VecDeque::new(),
            conflict: Pacing::default(),
            rival_told: None,
        }
    }

    fn note_accuser(&mut self, now: Instant, identity: u64) {
        if let Some(known) = self.accusers.iter_mut().find(|accuser| accuser.identity == identity) {
            known.came = now;
            return;
        }
        if self.accusers.len() == ACCUSERS {
            self.accusers.pop_front();
        }
        self.accusers.push_back(Accuser { identity, came: now, answered: None });
    }

    /// Whether a notice to `identity`, whose key is `subject`, may be sent now; if so, it counts as sent.
    ///
    /// One that answers a proven announce does not wait for the next interval: somebody who restarts right
    /// after its death would.
    fn allow_notice(&mut self, now: Instant, identity: u64, subject: u64, speaker: Speaker) -> bool {
        let fresh = |at: Instant| now.since(at) < TRUCE;
        let known = self.accusers.iter_mut().find(|accuser| accuser.identity == identity);
        let accuser = known.filter(|accuser| fresh(accuser.came));
        if accuser.as_ref().is_some_and(|accuser| accuser.answered.is_some_and(fresh)) {
            return false;
        }
        let allowed = match speaker {
            Speaker::Subject { proven: true } => self.notices.take_unnamed(now),
            Speaker::Subject { proven: false } => self.notices.take(now, subject),
            Speaker::Member(_) | Speaker::Us => self.unasked.take(now, subject),
        };
        if let Some(accuser) = accuser.filter(|_| allowed) {
            accuser.answered = Some(now);
        }
        allowed
    }
}

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// Tells `to` what is held of its key, since `speaker` said otherwise.
    pub(super) fn notify(&mut self, to: &I, held: (I, u32, State), speaker: Speaker) {
        let key = to.addr();
        if !self.restraint.allow_notice(self.now, fingerprint(to), fingerprint(&key), speaker) {
            self.stats.dropped.notices_limited += 1;
            return;
        }
        self.send_notice(to, held);
    }

    /// Tells a member that we declare it down. It counts among all that are unasked, not as the one of its
    /// subject's interval: who restarts right now must not wait for the next.
    pub(super) fn declare(&mut self, subject: &I, incarnation: u32) {
        if self.restraint.unasked.take_unnamed(self.now) {
            self.send_notice(subject, (subject.clone(), incarnation, State::Down));
        } else {
            self.stats.dropped.notices_limited += 1;
        }
    }

    fn send_notice(&mut self, to: &I, held: (I, u32, State)) {
        let say = Say::YouAreDown { held: Box::new(held) };
        self.send(Intent { to: to.route(), dst: destination(&to.addr()), slot: None, cookie: None, say });
    }

    /// Tells again what is held of a member: to everybody, and first of all to whoever said otherwise, since
    /// gossip may pass it by and it says it only so often.
    pub(super) fn correct(&mut self, slot: Slot, speaker: Speaker) {
        let key = |slot: Slot| self.members.key(slot);
        // Its own sections may have had it forgotten.
        let speaker = match speaker {
            Speaker::Member(speaker) if self.members.get(speaker).is_some() => Some(speaker),
            _ => None,
        };
        let pair = mix(&[key(slot), speaker.map_or(0, key)]);
        if !self.restraint.corrections.take(self.now, pair) {
            self.stats.dropped.corrections_limited += 1;
            let deferred = &mut self.restraint.deferred;
            if deferred.len() < DEFERRED && !deferred.contains(&(slot, speaker)) {
                deferred.push((slot, speaker));
            }
            return;
        }
        self.tell(slot);
        if let Some(speaker) = speaker {
            self.send_to(speaker, Say::Gossip);
        }
    }

    /// Corrections that the limit held back are made with the next probe.
    pub(super) fn correct_deferred(&mut self) {
        for (slot, speaker) in core::mem::take(&mut self.restraint.deferred) {
            let is_held = |slot: Slot| self.members.get(slot).is_some();
            if is_held(slot) && speaker.is_none_or(is_held) {
                self.correct(slot, speaker.map_or(Speaker::Us, Speaker::Member));
            }
        }
    }

    /// Asks a stranger to show that it can be reached.
    pub(super) fn challenge(&mut self, stranger: &I, number: u16) {
        if !self.restraint.challenges.take(self.now) {
            self.stats.dropped.challenges_limited += 1;
            return;
        }
        let cookie = self.meeting.cookies.bake(self.now, stranger);
        self.answer(stranger, Say::Challenge { number, cookie });
    }

    /// Turns a stranger away.
    pub(super) fn refuse(&mut self, stranger: &I, number: u16, reason: Refusal) {
        if self.restraint.refusals.take(self.now) {
            self.answer(stranger, Say::Refused { number, reason });
        } else {
            self.stats.dropped.refusals_limited += 1;
        }
    }

    /// Answers one who need not be a member; no news travels along.
    pub(super) fn answer(&mut self, to: &I, say: Say<I>) {
        let dst = destination(&to.addr());
        self.send(Intent { to: to.route(), dst, slot: None, cookie: None, say });
    }

    /// A notice came: does what the table of PROTOCOL §3 says of it, whoever sent it, and shows its sender
    /// what has become of us.
    pub(super) fn hear_notice(&mut self, accuser: &I, update: &crate::codec::Update<I>) {
        if !update.identity.is_at(&self.me.addr) {
            self.stats.dropped.unmatched += 1;
            return;
        }
        self.restraint.note_accuser(self.now, fingerprint(accuser));
        self.hear_about_me(update);
        let outdated = self.me.identity != update.identity || self.me.incarnation != update.incarnation;
        if self.me.is_serving() && outdated && !accuser.is_at(&self.me.addr) {
            self.show_myself(accuser);
        }
    }

    /// Speaks to one who holds something old of us. To one who is no member here, by a ping, which is small
    /// and is answered by a challenge if need be.
    fn show_myself(&mut self, to: &I) {
        let key = to.addr();
        let is_it =
            |slot: &Slot| self.members[*slot].state.is_active() && self.members[*slot].identity == *to;
        let slot = self.members.find(&key).filter(is_it);
        if slot.is_none() && !self.restraint.shown.take(self.now, fingerprint(&key)) {
            self.stats.dropped.notices_limited += 1;
            return;
        }
        let say =
            if slot.is_some() { Say::Gossip } else { Say::Ping { number: self.request_ping(to.route()) } };
        self.send(Intent { to: to.route(), dst: destination(&key), slot, cookie: None, say });
    }
}

#[cfg(test)]
mod tests;
