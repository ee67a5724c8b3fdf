//! Rounds of gossip (SWIM §4.1): while there is news, a few members at random are told.

use super::{Life, Protocol, Say};
use crate::broadcast::{Broadcasts, Change};
use crate::identity::Identity;
use crate::members::Slot;
use crate::timers::Timer;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// There is something to tell: at once, unless the last round was less than an interval ago.
    pub(super) fn arm_gossip(&mut self) {
        if matches!(self.me.life, Life::Dormant | Life::Conflict(_)) || self.timers.is_set(Timer::Gossip) {
            return;
        }
        let earliest = self.watch.last_gossip.map_or(self.now, |last| last + self.config.gossip.interval);
        self.timers.set(Timer::Gossip, self.now.max(earliest));
    }

    pub(super) fn gossip_due(&mut self) {
        if matches!(self.me.life, Life::Leaving { .. }) && self.has_left() {
            return self.fall_idle();
        }
        self.end_farewell();
        if self.members.len() == 0 {
            // Nobody to tell; whoever comes learns it from our header and feed.
            self.me.news = None;
            self.news.clear(&mut self.members);
            self.tell_plugin(Change::Alone);
        }
        let quiet = self.news.is_empty() && self.me.news.is_none() && self.broadcasts.backlog() == 0;
        if quiet && !matches!(self.me.life, Life::Leaving { .. }) {
            return;
        }
        self.watch.last_gossip = Some(self.now);
        self.timers.set(Timer::Gossip, self.now + self.config.gossip.interval);
        let mut drawn = core::mem::take(&mut self.watch.drawn);
        let (horizon, members) = (&self.horizon, &self.members);
        let hears = |slot: Slot| horizon.reaches(&members[slot].identity);
        members.sample(&mut self.rng, usize::from(self.config.gossip.fanout), hears, &mut drawn);
        for slot in drawn.iter().copied() {
            self.send_to(slot, Say::Gossip);
        }
        self.watch.drawn = drawn;
    }
}
