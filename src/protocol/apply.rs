//! Carrying out the merge table: what happens to the table of members, and who is told.

use super::Protocol;
use super::merge::{Answer, Change, Relation, Standing, decide, later};
use crate::broadcast::{self, Broadcasts};
use crate::codec::{Refusal, Suspecters, Update};
use crate::event::Event;
use crate::identity::Identity;
use crate::members::{Member, Slot};
use crate::state::State;

/// Who told an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaker {
    /// The one that it is about, who may have proven just now that it can be reached.
    Subject { proven: bool },
    /// Another member.
    Member(Slot),
    /// Ourselves.
    Us,
}

/// Whether an update says nothing new, as most do: it is the cell of the table that changes nothing.
#[inline]
pub(super) fn is_known<I: Identity>(held: &Member<I>, update: &Update<I>) -> bool {
    (update.state, held.state) == (State::Alive, State::Alive)
        && held.incarnation == update.incarnation
        && held.identity == update.identity
}

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// Applies an update that `speaker` told.
    pub(super) fn apply(&mut self, update: Update<I>, speaker: Speaker) {
        self.apply_to(self.members.find(&update.identity.addr()), update, speaker);
    }

    /// The same, where what is held of its key was found already.
    pub(super) fn apply_to(&mut self, held: Option<Slot>, update: Update<I>, speaker: Speaker) {
        match held {
            Some(slot) => self.merge(slot, update, speaker),
            // Our own key is never in the table.
            None if update.identity.is_at(&self.me.addr) => self.hear_about_me(&update),
            None => self.learn(update),
        }
    }

    /// Carries out the cell of the merge table.
    fn merge(&mut self, slot: Slot, update: Update<I>, speaker: Speaker) {
        let held = &self.members[slot];
        let relation = if held.identity == update.identity {
            Relation::Same
        } else if update.identity.supersedes(&held.identity) {
            Relation::Newer
        } else {
            Relation::Older
        };
        let standing = Standing { incarnation: update.incarnation, state: update.state };
        let held = Standing { incarnation: held.incarnation, state: held.state };
        let (change, answer) = decide(relation, standing, held, I::RENEWS);
        match answer {
            Answer::Nothing => {}
            Answer::Notify => self.notify_of_death(slot, &update, speaker),
            Answer::Correct => {
                if matches!(speaker, Speaker::Subject { .. }) {
                    self.notify(&update.identity, self.held(slot), speaker);
                }
                self.correct(slot, speaker);
            }
        }
        match change {
            Change::Keep => {}
            Change::Alive => self.set_alive(slot, update.incarnation),
            Change::Suspect => self.set_suspect(slot, update.incarnation, update.by),
            Change::Confirm => self.confirm(slot, update.by),
            Change::Depart => self.set_departed(slot, update.incarnation, update.state),
            Change::TurnLeft => self.turn_left(slot, update.incarnation),
            Change::Raise => self.raise(slot, update.incarnation),
            Change::Replace => self.replace(slot, update),
        }
    }

    /// What is held of a member, as a notice says it.
    fn held(&self, slot: Slot) -> (I, u32, State) {
        let Member { identity, incarnation, state } = &self.members[slot];
        (identity.clone(), *incarnation, *state)
    }

    /// (a): the subject is told by the terminal one of what is held and the update.
    fn notify_of_death(&mut self, slot: Slot, update: &Update<I>, speaker: Speaker) {
        let held = self.held(slot);
        if held.2.is_active() {
            self.members.probe_next(slot);
            let told = (update.identity.clone(), update.incarnation, update.state);
            self.notify(&update.identity, told, speaker);
        } else {
            self.notify(&update.identity, held, speaker);
        }
    }

    /// An update about a key that is not held. News of a death is neither stored nor told on, which ends
    /// cycles of re-creation.
    fn learn(&mut self, update: Update<I>) {
        if !update.state.is_active() {
            return;
        }
        if let Ok(slot) = self.admit(&update.identity, update.incarnation)
            && update.state == State::Suspect
        {
            self.set_suspect(slot, update.incarnation, update.by);
        }
    }

    /// Takes a newcomer into the table, if the hook and the cap allow it.
    pub(super) fn admit(&mut self, identity: &I, incarnation: u32) -> Result<Slot, Refusal> {
        if self.meeting.admission.as_ref().is_some_and(|admits| !admits(identity)) {
            self.stats.dropped.not_admitted += 1;
            return Err(Refusal::NotAdmitted);
        }
        if self.members.len() >= self.config.limits.members as usize {
            self.stats.dropped.full += 1;
            return Err(Refusal::Full);
        }
        let slot = self.members.insert(identity.clone(), incarnation);
        self.event(Event::Up { identity: identity.clone() });
        self.tell_plugin(broadcast::Change::Appeared(identity));
        self.tell(slot);
        self.arm_probe();
        self.await_sync();
        Ok(slot)
    }

    fn set_alive(&mut self, slot: Slot, incarnation: u32) {
        let Member { identity, state, .. } = &self.members[slot];
        match state {
            State::Alive => {}
            State::Suspect => {
                let identity = identity.clone();
                self.end_suspicion(slot);
                self.event(Event::Refuted { identity });
            }
            State::Down | State::Left => {
                let identity = identity.clone();
                self.revive(slot, Event::Up { identity });
            }
        }
        self.members.set_incarnation(slot, incarnation);
        self.tell(slot);
    }

    fn revive(&mut self, slot: Slot, event: Event<I>) {
        self.members.revive(slot);
        self.event(event);
        let identity = self.members[slot].identity.clone();
        self.tell_plugin(broadcast::Change::Appeared(&identity));
        self.arm_probe();
        self.await_sync();
    }

    pub(super) fn set_suspect(&mut self, slot: Slot, incarnation: u32, mut by: Suspecters<I::Addr>) {
        let identity = self.members[slot].identity.clone();
        match self.members[slot].state {
            State::Alive => self.event(Event::Suspected { identity }),
            State::Suspect => self.suspicions.end(slot),
            State::Down | State::Left => {
                self.revive(slot, Event::Up { identity: identity.clone() });
                self.event(Event::Suspected { identity });
            }
        }
        self.strike_out(slot, &mut by);
        self.suspicions.start(self.now, slot, by, &self.config, self.members.len() + 1);
        self.members.set_incarnation(slot, incarnation);
        self.members.suspect(slot);
        self.tell(slot);
    }

    /// More suspecters: each new one shortens the timer and is told on.
    fn confirm(&mut self, slot: Slot, mut by: Suspecters<I::Addr>) {
        self.strike_out(slot, &mut by);
        let n = self.members.len() + 1;
        if self.suspicions.confirm(self.now, slot, by, &self.config, n) {
            self.tell(slot);
        }
    }

    /// Nobody accuses itself, and nobody who is not an active member accuses.
    fn strike_out(&self, subject: Slot, by: &mut Suspecters<I::Addr>) {
        let subject = &self.members[subject].identity;
        by.retain(|key| !subject.is_at(key) && (*key == self.me.addr || self.members.is_active(key)));
    }

    fn end_suspicion(&mut self, slot: Slot) {
        self.members.clear(slot);
        self.suspicions.end(slot);
    }

    /// A member is down, or has left.
    pub(super) fn set_departed(&mut self, slot: Slot, incarnation: u32, state: State) {
        if self.members[slot].state == State::Suspect {
            self.end_suspicion(slot);
        }
        if self.is_probing(slot) {
            self.void_probe();
        }
        self.members.set_incarnation(slot, incarnation);
        let identity = self.members[slot].identity.clone();
        self.members.depart(slot, self.now, state);
        self.tell_plugin(broadcast::Change::Departed(&identity));
        self.event(if state == State::Down { Event::Down { identity } } else { Event::Left { identity } });
        self.tell(slot);
        while self.members.departed().len() > self.config.limits.departed as usize {
            let Some((oldest, _)) = self.members.departed().oldest() else { break };
            self.forget(oldest);
        }
    }

    /// One held down has left.
    fn turn_left(&mut self, slot: Slot, incarnation: u32) {
        self.members.turn_left(slot);
        self.raise(slot, incarnation);
        let identity = self.members[slot].identity.clone();
        self.event(Event::Left { identity });
        self.tell(slot);
    }

    /// Of a departed member the later incarnation is kept.
    fn raise(&mut self, slot: Slot, incarnation: u32) {
        if later(incarnation, self.members[slot].incarnation, I::RENEWS) {
            self.members.set_incarnation(slot, incarnation);
        }
    }

    /// A newer identity takes the place of the one that is held.
    fn replace(&mut self, slot: Slot, update: Update<I>) {
        let held = self.members[slot].state;
        if held == State::Suspect {
            self.end_suspicion(slot);
        }
        let old = self.members.replace(slot, update.identity.clone(), update.incarnation);
        if !held.is_active() && !update.state.is_active() {
            // The departed change hands in silence; only that one held down has left is told to the user.
            match (held, update.state) {
                (State::Down, State::Left) => return self.turn_left(slot, update.incarnation),
                (State::Left, State::Down) => self.members.turn_down(slot, self.now),
                _ => {}
            }
            return self.tell(slot);
        }
        let renewed = Event::Renewed { old, new: update.identity.clone() };
        if held.is_active() {
            self.event(renewed);
            self.tell_plugin(broadcast::Change::Replaced(&update.identity));
        } else {
            self.revive(slot, renewed);
        }
        match update.state {
            State::Alive => self.tell(slot),
            State::Suspect => self.set_suspect(slot, update.incarnation, update.by),
            State::Down | State::Left => self.set_departed(slot, update.incarnation, update.state),
        }
    }

    /// Forgets a departed member; the route of one held down is asked for ever.
    pub(super) fn forget(&mut self, slot: Slot) {
        self.news.remove(slot, &mut self.members);
        let member = self.members.forget(slot);
        self.stats.dropped.forgotten += 1;
        self.tell_plugin(broadcast::Change::Forgotten(&member.identity.addr()));
        if member.state == State::Down {
            self.meeting.requests.remember(member.identity.route());
        }
    }
}

#[cfg(test)]
mod tests;
