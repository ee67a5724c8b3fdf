//! Events replay to the list of members.
//!
//! For each observer a list is kept that knows events alone; it must always equal what the engine says. How
//! many there are, and how many of them suspect, is compared after every step; the lists themselves after
//! each step with events up to 64 members, and after every sixty-fourth step beyond. Cost: O(members) then.

use super::{Checker, Verdict};
use crate::observe::{Act, Observation, View};
use crate::world::Seat;
use haulout::{Event, Identity, Instant, State};
use std::collections::HashMap;

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct EventsReplay<I: Identity> {
    mirrors: HashMap<Seat, Mirror<I>>,
}

/// What somebody believes who reads events alone.
#[derive(Debug)]
struct Mirror<I: Identity> {
    held: HashMap<I::Addr, (I, State)>,
    suspects: u32,
    steps: u64,
    has_news: bool,
    /// The engine said that it dropped events: the list is read anew.
    lagged: bool,
}

impl<I: Identity> Default for EventsReplay<I> {
    fn default() -> Self {
        Self { mirrors: HashMap::new() }
    }
}

impl<I: Identity> EventsReplay<I> {
    /// No events yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn mirror(&mut self, seat: Seat) -> &mut Mirror<I> {
        self.mirrors.entry(seat).or_insert_with(|| Mirror {
            held: HashMap::new(),
            suspects: 0,
            steps: 0,
            has_news: false,
            lagged: false,
        })
    }
}

impl<I: Identity> Mirror<I> {
    fn replay(&mut self, event: &Event<I>) -> Verdict {
        self.has_news = true;
        let before = match event {
            Event::Up { identity } | Event::Refuted { identity } => self.set(identity, State::Alive),
            Event::Suspected { identity } => self.set(identity, State::Suspect),
            Event::Renewed { new, .. } => self.set(new, State::Alive),
            Event::Down { identity } | Event::Left { identity } => {
                let before = self.held.remove(&identity.addr());
                self.suspects -= u32::from(matches!(before, Some((_, State::Suspect))));
                before
            }
            Event::Lagged { .. } => {
                self.lagged = true;
                None
            }
            _ => None,
        };
        let fits = self.lagged
            || match event {
                Event::Up { .. } => before.is_none(),
                Event::Suspected { identity } => before == Some((identity.clone(), State::Alive)),
                Event::Refuted { identity } => before == Some((identity.clone(), State::Suspect)),
                Event::Renewed { old, new } => {
                    old.addr() == new.addr()
                        && old != new
                        && before.as_ref().is_none_or(|(before, _)| before == old)
                }
                Event::Down { identity } | Event::Left { identity } => {
                    before.as_ref().is_none_or(|(before, _)| before == identity)
                }
                _ => true,
            };
        if fits { Ok(()) } else { Err(format!("{event:?} came where {before:?} was held")) }
    }

    fn set(&mut self, identity: &I, state: State) -> Option<(I, State)> {
        let before = self.held.insert(identity.addr(), (identity.clone(), state));
        self.suspects += u32::from(state == State::Suspect);
        self.suspects -= u32::from(matches!(before, Some((_, State::Suspect))));
        before
    }

    fn compare(&mut self, view: &dyn View<I>) -> Verdict {
        self.steps += 1;
        if core::mem::take(&mut self.lagged) {
            self.held.clear();
            self.suspects = 0;
            view.each_member(&mut |identity, _, state| drop(self.set(identity, state)));
        }
        let gauges = &view.stats().gauges;
        if (gauges.members, gauges.suspects) != (self.held.len() as u32, self.suspects) {
            return Err(format!(
                "events replay to {} members, {} of them suspect; the engine has {} and {}",
                self.held.len(),
                self.suspects,
                gauges.members,
                gauges.suspects
            ));
        }
        let news = core::mem::take(&mut self.has_news);
        if !(news && self.held.len() <= 64 || self.steps.is_multiple_of(64)) {
            return Ok(());
        }
        let mut verdict = Ok(());
        view.each_member(&mut |identity, _, state| {
            let replayed = self.held.get(&identity.addr());
            if replayed.is_none_or(|(known, said)| known != identity || *said != state) && verdict.is_ok() {
                verdict = Err(format!("the engine has {identity:?} {state}, events replay to {replayed:?}"));
            }
        });
        verdict
    }
}

impl<I: Identity> Checker<I> for EventsReplay<I> {
    fn theorem(&self) -> &'static str {
        "events replay to the list of members"
    }

    fn observe(&mut self, _at: Instant, seen: &Observation<'_, I>) -> Verdict {
        let named = |seat: Seat, verdict: Verdict| verdict.map_err(|what| format!("{seat}: {what}"));
        match *seen {
            Observation::Act { seat, act: Act::Started(_) } => {
                self.mirrors.remove(&seat);
                Ok(())
            }
            Observation::Event { seat, event, .. } => named(seat, self.mirror(seat).replay(event)),
            Observation::Stepped { seat, view } => named(seat, self.mirror(seat).compare(view)),
            _ => Ok(()),
        }
    }
}
