//! Executable invariants, for debug builds.

use super::{Life, Protocol};
use crate::broadcast::Broadcasts;
use crate::identity::Identity;
use crate::timers::Timer;

/// Tables up to this size are checked whole after every call.
const WHOLE: usize = 64;
/// Larger ones are checked after one call in so many, at random.
const SAMPLE: u64 = 1024;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// What must hold after every call.
    pub(super) fn check_invariants(&mut self) {
        let serving = self.me.is_serving();
        assert!(self.me.identity.is_at(&self.me.addr), "the key stays");
        assert!(self.outbox.len() <= self.config.limits.intents as usize, "the outbox is bounded");
        assert!(
            self.members.departed().len() <= self.config.limits.departed as usize,
            "the departed are bounded"
        );
        assert!(self.watch.probe.is_none() || serving, "only who serves probes");
        if let Some(probe) = &self.watch.probe {
            assert!(self.members[probe.slot].state.is_active(), "only members are probed");
        }
        if matches!(self.me.life, Life::Dormant) {
            assert!(self.timers.next().is_none(), "the dormant wait for nothing");
        }
        if serving && self.members.len() > 0 {
            assert!(self.timers.is_set(Timer::Probe), "whoever has members probes");
            assert!(self.timers.is_set(Timer::Sync), "whoever has members compares");
        }
        let news = !self.news.is_empty() || self.me.news.is_some() || self.broadcasts.backlog() > 0;
        if serving && news {
            assert!(self.timers.is_set(Timer::Gossip), "news is told");
        }
        let all = self.members.len() + self.members.departed().len();
        // A clock reading is as good as a draw here, and leaves the engine's own randomness alone.
        if all <= WHOLE || self.now.as_micros().is_multiple_of(SAMPLE) {
            self.check_tables();
        }
    }

    fn check_tables(&self) {
        self.members.check();
        self.broadcasts.check();
        let mut suspects = 0;
        for slot in self.members.active() {
            let is_suspect = self.members[*slot].state == crate::State::Suspect;
            assert_eq!(is_suspect, self.suspicions.has(*slot), "a suspicion for each suspect");
            suspects += usize::from(is_suspect);
        }
        assert_eq!(suspects, self.suspicions.len(), "a suspicion for suspects alone");
        let mut queued = 0;
        let mut next = self.news.first();
        while let Some(slot) = next {
            assert!(self.members.get(slot).is_some(), "news is of records that exist");
            queued += 1;
            assert!(queued <= self.news.len(), "the lists have no cycle");
            next = self.news.after(slot, &self.members);
        }
        assert_eq!(queued, self.news.len(), "the lists hold what they count");
    }
}
