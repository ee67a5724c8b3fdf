//! About oneself (PROTOCOL §3): what a member does with what others say of it.

use super::Protocol;
use super::conflict::Conflict;
use super::merge::later;
use crate::broadcast::{Broadcasts, Change};
use crate::codec::Update;
use crate::error::CommandError;
use crate::event::Event;
use crate::fingerprint::destination;
use crate::identity::Identity;
use crate::state::State;
use crate::time::Instant;
use crate::timers::Timer;
use core::num::NonZeroU32;
use core::time::Duration;
use rand::RngExt;

/// Three of these in a minute, and another process has our identity.
const TWIN_ALARMS: u8 = 3;
const TWIN_WINDOW: Duration = Duration::from_secs(60);

/// What a member knows of itself.
pub(crate) struct Myself<I: Identity> {
    pub(crate) identity: I,
    pub(crate) addr: I::Addr,
    pub(crate) dst: Option<NonZeroU32>,
    pub(crate) incarnation: u32,
    pub(crate) life: Life<I>,
    /// How often our own state was sent since it changed; `None` once it was told often enough. Every
    /// header says it, so it needs no section.
    pub(crate) news: Option<u8>,
    /// It was active in this process before.
    pub(super) served: bool,
    /// While joining: it has met its earlier life, and renewed.
    pub(super) met_earlier_life: bool,
    /// The last number given to a request.
    pub(super) number: u16,
    reassured: Option<Instant>,
    /// When requests under way were last made again, for a newer identity.
    asked_again: Option<Instant>,
    /// When the first of the present alarms was, and how many there are.
    alarms: (Instant, u8),
}

/// Where a member is in its life.
#[derive(Debug)]
pub(crate) enum Life<I> {
    /// Not started, or left.
    Dormant,
    /// Never active in this process, and no cluster has answered yet.
    Joining,
    /// A member.
    Active,
    /// Telling that it leaves: since when, how often it was told, and whether what it published is told first.
    Leaving { since: Instant, told: u8, farewell: bool },
    /// Another process has won its key.
    Conflict(Conflict<I>),
}

impl<I: Identity> Myself<I> {
    pub(super) fn new(identity: I, number: u16) -> Self {
        let addr = identity.addr();
        Self {
            dst: destination(&addr),
            addr,
            identity,
            incarnation: 0,
            life: Life::Dormant,
            news: None,
            served: false,
            met_earlier_life: false,
            number,
            reassured: None,
            asked_again: None,
            alarms: (Instant::ZERO, 0),
        }
    }

    /// Whether it probes, gossips and answers as a member.
    pub(crate) fn is_serving(&self) -> bool {
        matches!(self.life, Life::Joining | Life::Active)
    }
}

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// The table of PROTOCOL §3.
    pub(super) fn hear_about_me(&mut self, update: &Update<I>) {
        match self.me.life {
            Life::Dormant | Life::Leaving { .. } => return,
            Life::Conflict(_) => return self.hear_about_me_in_conflict(update),
            Life::Joining | Life::Active => {}
        }
        let (j, k) = (update.incarnation, self.me.incarnation);
        if update.identity == self.me.identity {
            let (newer, older) = (later(j, k, I::RENEWS), later(k, j, I::RENEWS));
            match update.state {
                State::Alive if newer => self.outbid_twin(j),
                State::Alive => {}
                State::Suspect if older => self.reassure(),
                State::Suspect => self.refute(j),
                State::Down | State::Left if I::RENEWS => self.renew_past(&update.identity),
                State::Down | State::Left if older => self.reassure(),
                State::Down | State::Left => {
                    self.me.incarnation = j.wrapping_add(1);
                    self.tell_own();
                    self.event(Event::Rejoined { identity: self.me.identity.clone() });
                }
            }
        } else if self.me.identity.supersedes(&update.identity) {
            self.reassure();
        } else if !update.state.is_active() {
            self.renew_past(&update.identity);
        } else if matches!(self.me.life, Life::Joining) && !self.me.met_earlier_life {
            self.me.met_earlier_life = true;
            self.renew_past(&update.identity);
        } else {
            self.enter_conflict(update.identity.clone());
        }
    }

    /// Answers a suspicion at incarnation `j` by a higher one.
    fn refute(&mut self, j: u32) {
        self.watch.health.worsen(1);
        self.rise_above(j);
    }

    /// Somebody else speaks under our identity, at an incarnation that we never had.
    fn outbid_twin(&mut self, j: u32) {
        self.rise_above(j);
        let (first, count) = self.me.alarms;
        self.me.alarms = if count == 0 || self.now.since(first) > TWIN_WINDOW {
            (self.now, 1)
        } else {
            (first, count + 1)
        };
        if self.me.alarms.1 >= TWIN_ALARMS && I::RENEWS && !self.timers.is_set(Timer::Twin) {
            let delay = Duration::from_micros(self.rng.random_range(0..1_000_000));
            self.timers.set(Timer::Twin, self.now + delay);
        }
    }

    /// Both processes may see the alarm: whoever renews first wins, the other is in conflict.
    pub(super) fn give_way_to_twin(&mut self) {
        self.me.alarms.1 = 0;
        if self.me.is_serving() {
            self.renew_past(&self.me.identity.clone());
        }
    }

    fn rise_above(&mut self, j: u32) {
        if j == u32::MAX && I::RENEWS {
            return self.renew_past(&self.me.identity.clone());
        }
        self.me.incarnation = j.wrapping_add(1);
        self.tell_own();
    }

    /// Tells again that we are alive, at most once a gossip interval.
    fn reassure(&mut self) {
        if self.me.reassured.is_none_or(|last| self.now.since(last) >= self.config.gossip.interval) {
            self.me.reassured = Some(self.now);
            self.tell_own();
        }
    }

    /// Queues our own state for gossip.
    pub(super) fn tell_own(&mut self) {
        self.me.news = Some(0);
        self.arm_gossip();
    }

    /// Takes a newer identity of our key, or ends if there is none.
    pub(super) fn renew_past(&mut self, rival: &I) {
        let Some(identity) = self.me.identity.renew(rival) else {
            self.fall_dormant();
            return self.event(Event::Defunct);
        };
        debug_assert!(identity.is_at(&self.me.addr), "renewing keeps the key");
        self.adopt(identity.clone());
        self.event(Event::Rejoined { identity });
    }

    /// The user wants another identity of the same key.
    pub(crate) fn replace_identity(&mut self, identity: I) -> Result<(), CommandError> {
        if !identity.is_at(&self.me.addr) {
            return Err(CommandError::OtherKey);
        }
        if !identity.supersedes(&self.me.identity) {
            return Err(CommandError::NotNewer);
        }
        match &self.me.life {
            Life::Conflict(conflict) if !identity.supersedes(&conflict.rival) => Err(CommandError::NotNewer),
            Life::Dormant | Life::Leaving { .. } => {
                self.become_identity(identity);
                Ok(())
            }
            Life::Joining | Life::Active | Life::Conflict(_) => {
                self.adopt(identity);
                Ok(())
            }
        }
    }

    /// Takes another identity of our key; what we publish is ours as before.
    pub(super) fn become_identity(&mut self, identity: I) {
        self.me.identity = identity;
        self.me.incarnation = 0;
        self.tell_plugin(Change::Renewed);
        self.arm_broadcasts();
    }

    /// Goes on under another identity of our key: everybody is told at once, and requests under way are
    /// made again, since cookies are of one identity.
    pub(super) fn adopt(&mut self, identity: I) {
        if self.me.identity.route() != identity.route() {
            // Its ack would go to where we were.
            self.void_probe();
        }
        self.become_identity(identity);
        if matches!(self.me.life, Life::Conflict(_)) {
            self.leave_conflict();
        }
        self.tell_own();
        // Once a gossip interval: renewing can be forged, and is not to be worth it.
        let fresh = |at: Instant| self.now.since(at) < self.config.gossip.interval;
        if self.me.asked_again.is_some_and(fresh) {
            return;
        }
        for route in self.meeting.requests.take_announced(self.now) {
            self.me.asked_again = Some(self.now);
            self.announce_to(route);
        }
    }
}

#[cfg(test)]
mod tests;
