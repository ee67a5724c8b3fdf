//! Leaving (PROTOCOL §5): say so often enough, keep answering pings meanwhile, then fall silent.

use super::{Life, Protocol};
use crate::broadcast::Broadcasts;
use crate::event::Event;
use crate::identity::Identity;
use crate::timers::Timer;

/// Gossip intervals for which a leaver goes on telling, at least.
const ROUNDS: u32 = 3;
/// Gossip intervals after which it leaves although something that it published is not told yet.
const FAREWELL: u32 = 20;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// The user leaves.
    pub(crate) fn leave(&mut self) {
        match self.me.life {
            Life::Dormant | Life::Leaving { .. } => {}
            Life::Conflict(_) => self.fall_idle(),
            Life::Joining | Life::Active if self.members.len() == 0 => self.fall_idle(),
            Life::Joining | Life::Active => {
                self.void_probe();
                self.meeting.requests.clear();
                self.restart_sync();
                self.timers.clear_all();
                self.me.news = None;
                let farewell = self.broadcasts.own_backlog() > 0;
                self.me.life = Life::Leaving { since: self.now, told: 0, farewell };
                self.pause();
                self.timers.set(Timer::Gossip, self.now);
            }
        }
    }

    /// What a leaver has published is told first: nobody takes it from one that left. Then it leaves.
    pub(super) fn end_farewell(&mut self) {
        if let Life::Leaving { since, farewell: farewell @ true, .. } = &mut self.me.life
            && (self.broadcasts.own_backlog() == 0
                || self.now.since(*since) >= self.config.gossip.interval * FAREWELL)
        {
            (*since, *farewell) = (self.now, false);
        }
    }

    /// Whether a leaver has told it for long enough and often enough.
    pub(super) fn has_left(&self) -> bool {
        let Life::Leaving { since, told, farewell } = self.me.life else { return false };
        let long_enough = self.now.since(since) >= self.config.gossip.interval * ROUNDS;
        self.members.len() == 0 || !farewell && long_enough && told >= self.retransmit_limit()
    }

    pub(super) fn fall_idle(&mut self) {
        self.fall_dormant();
        self.event(Event::Idle);
    }

    /// Stops everything; what is held of others stays as it is, and is old from now on.
    pub(super) fn fall_dormant(&mut self) {
        self.void_probe();
        self.watch.relays.clear();
        self.meeting.requests.clear();
        self.meeting.seeds.clear();
        self.restart_sync();
        self.timers.clear_all();
        self.outbox.clear();
        self.me.news = None;
        self.me.life = Life::Dormant;
        self.pause();
    }
}
