//! Who is down stays down until it renews.
//!
//! For each observer: after `Down` or `Left` of an identity, no event may bring it, or one that it
//! supersedes, back. Identities that cannot renew come back at a higher incarnation. What an observer has
//! forgotten it may hear of again, so an entry ends when the observer holds nothing of the key. Cost: O(1) an
//! event.

use super::{Checker, Verdict};
use crate::observe::{Act, Observation, View};
use crate::world::Seat;
use haulout::identity::serial_newer;
use haulout::{Event, Identity, Instant};
use std::collections::HashMap;

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct NoResurrection<I: Identity> {
    /// What each observer holds for dead: the identity and its incarnation, where the step that ended with its
    /// death shows it.
    dead: HashMap<(Seat, I::Addr), (I, Option<u32>)>,
}

impl<I: Identity> Default for NoResurrection<I> {
    fn default() -> Self {
        Self { dead: HashMap::new() }
    }
}

impl<I: Identity> NoResurrection<I> {
    /// Nobody is dead yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn died(&mut self, seat: Seat, identity: &I, view: &dyn View<I>) {
        let held = view.held(&identity.addr()).filter(|(.., state)| !state.is_active());
        let incarnation = held.map(|(_, incarnation, _)| incarnation);
        self.dead.insert((seat, identity.addr()), (identity.clone(), incarnation));
    }

    fn lives(&mut self, seat: Seat, identity: &I, view: &dyn View<I>) -> Verdict {
        let key = (seat, identity.addr());
        let Some((dead, at)) = self.dead.get(&key) else { return Ok(()) };
        let incarnation = view.held(&key.1).map_or(0, |(_, incarnation, _)| incarnation);
        let may = if I::RENEWS {
            identity.supersedes(dead)
        } else {
            identity == dead
                && at.is_none_or(|at| serial_newer(u64::from(incarnation) << 32, u64::from(at) << 32))
        };
        if !may {
            return Err(format!(
                "{seat} held {dead:?} at {at:?} for dead, and {identity:?}@{incarnation} is back"
            ));
        }
        self.dead.remove(&key);
        Ok(())
    }
}

impl<I: Identity> Checker<I> for NoResurrection<I> {
    fn theorem(&self) -> &'static str {
        "who is down stays down until it renews"
    }

    fn observe(&mut self, _at: Instant, seen: &Observation<'_, I>) -> Verdict {
        match *seen {
            // A process that starts anew has forgotten everything.
            Observation::Act { seat, act: Act::Started(_) } => {
                self.dead.retain(|(observer, _), _| *observer != seat);
            }
            Observation::Event { seat, event, view } => match event {
                Event::Down { identity } | Event::Left { identity } => self.died(seat, identity, view),
                Event::Up { identity } | Event::Refuted { identity } | Event::Suspected { identity } => {
                    return self.lives(seat, identity, view);
                }
                Event::Renewed { new, .. } => return self.lives(seat, new, view),
                _ => {}
            },
            Observation::Stepped { seat, view } if view.stats().dropped.forgotten > 0 => {
                self.dead.retain(|(observer, key), _| *observer != seat || view.held(key).is_some());
            }
            _ => {}
        }
        Ok(())
    }
}
