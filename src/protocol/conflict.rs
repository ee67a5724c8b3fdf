//! Two processes with one key (PROTOCOL §3): the one that lost is silent until the other is gone.

use super::{Life, Protocol};
use crate::broadcast::Broadcasts;
use crate::codec::Update;
use crate::event::Event;
use crate::identity::Identity;
use crate::suspicion::longest;
use crate::time::Instant;
use crate::timers::Timer;
use alloc::vec::Vec;
use core::time::Duration;
use rand::RngExt;

/// The longest pause between two rounds, and how long a quiet time makes the pauses short again.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// Rounds without any answer after which nobody is left to contradict.
const SILENT_ROUNDS: u8 = 3;

/// What a member in conflict keeps.
#[derive(Debug)]
pub(crate) struct Conflict<I> {
    pub(crate) rival: I,
    rounds: u8,
    silent: u8,
    answered: bool,
}

/// The pause before the next round; it outlives the conflict, so that one that comes back soon goes on
/// where it was.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pacing {
    pause: Duration,
    ended: Option<Instant>,
}

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// We have lost our key to `rival`.
    pub(super) fn enter_conflict(&mut self, rival: I) {
        let pacing = &mut self.restraint.conflict;
        if pacing.ended.is_none_or(|ended| self.now.since(ended) >= LONGEST_PAUSE) {
            pacing.pause = longest(&self.config, self.members.len() + 1);
        }
        self.timers.clear_all();
        self.outbox.clear();
        self.watch.relays.clear();
        self.restart_sync();
        // What was asked before is no question about the rival, and its answer none either.
        self.meeting.requests.clear();
        self.void_probe();
        self.me.life =
            Life::Conflict(Conflict { rival: rival.clone(), rounds: 0, silent: 0, answered: false });
        self.pause();
        self.event(Event::Conflict { rival });
        self.arm_conflict();
    }

    /// The next round comes after the pause and up to as long again, at random.
    fn arm_conflict(&mut self) {
        let pause = self.restraint.conflict.pause;
        let jitter = Duration::from_micros(self.rng.random_range(0..=pause.as_micros() as u64));
        self.timers.set(Timer::Conflict, self.now + pause + jitter);
        self.restraint.conflict.pause = (pause * 2).min(LONGEST_PAUSE);
    }

    /// A round: asks the rival's route and at most two members and seeds whether the rival is still there.
    pub(super) fn conflict_due(&mut self) {
        let Life::Conflict(conflict) = &mut self.me.life else { return };
        let silent = conflict.rounds > 0 && !core::mem::take(&mut conflict.answered);
        conflict.silent = if silent { conflict.silent + 1 } else { 0 };
        conflict.rounds = conflict.rounds.saturating_add(1);
        let rival = conflict.rival.clone();
        if conflict.silent >= SILENT_ROUNDS {
            return self.renew_past(&rival);
        }
        if rival.route() != self.me.identity.route() {
            self.announce_to(rival.route());
        }
        for route in self.witnesses() {
            self.announce_to(route);
        }
        self.arm_conflict();
    }

    /// Two routes to ask: a member and a seed if there are both, drawn at random.
    fn witnesses(&mut self) -> Vec<I::Route> {
        let mut drawn = core::mem::take(&mut self.watch.drawn);
        self.members.sample(&mut self.rng, 2, |_| true, &mut drawn);
        let mut routes: Vec<_> = drawn.iter().map(|slot| self.members[*slot].identity.route()).collect();
        self.watch.drawn = drawn;
        let seeds = self.meeting.seeds.as_slice();
        if !seeds.is_empty() {
            let seed = seeds[self.rng.random_range(0..seeds.len())].route.clone();
            routes.truncate(1);
            routes.push(seed);
        }
        routes.dedup();
        routes
    }

    /// Somebody answered in this round.
    pub(super) fn conflict_answered(&mut self) {
        if let Life::Conflict(conflict) = &mut self.me.life {
            conflict.answered = true;
        }
    }

    /// Whoever asks for it is gone, or nobody there knows of it: the key is ours again.
    pub(super) fn conflict_won(&mut self) {
        if let Life::Conflict(conflict) = &self.me.life {
            let rival = conflict.rival.clone();
            self.renew_past(&rival);
        }
    }

    /// What an answer says of our key.
    pub(super) fn hear_about_me_in_conflict(&mut self, update: &Update<I>) {
        let Life::Conflict(conflict) = &mut self.me.life else { return };
        conflict.answered = true;
        let newer = update.identity != conflict.rival && update.identity.supersedes(&conflict.rival);
        if newer {
            conflict.rival = update.identity.clone();
        }
        if !update.state.is_active() {
            self.conflict_won();
        }
    }

    /// The conflict is over: we are a member again.
    pub(super) fn leave_conflict(&mut self) {
        self.restraint.conflict.ended = Some(self.now);
        self.timers.clear(Timer::Conflict);
        self.resume();
        if !self.me.served {
            return self.activate();
        }
        self.me.life = Life::Active;
        self.arm_all();
    }
}

#[cfg(test)]
mod tests;
