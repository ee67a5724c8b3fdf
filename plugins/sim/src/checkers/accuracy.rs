//! No more false alarms than allowed.
//!
//! A false alarm is a `Down` of the present identity of a process that runs undisturbed, told by one that
//! runs undisturbed as well; each observer that tells it counts (Lifeguard §V: FP⁻). Cost: O(1) an event.

use super::{Checker, Verdict};
use crate::observe::{Act, Observation};
use crate::world::Seat;
use haulout::{Event, Identity, Instant};
use std::collections::{BTreeSet, HashMap};

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct Accuracy<I: Identity> {
    budget: u64,
    alarms: u64,
    live: HashMap<I::Addr, (Seat, I)>,
    disturbed: BTreeSet<Seat>,
}

impl<I: Identity> Accuracy<I> {
    /// Up to `budget` false alarms in a run.
    pub fn new(budget: u64) -> Self {
        Self { budget, alarms: 0, live: HashMap::new(), disturbed: BTreeSet::new() }
    }
}

impl<I: Identity> Checker<I> for Accuracy<I> {
    fn theorem(&self) -> &'static str {
        "no more false alarms than allowed"
    }

    fn observe(&mut self, _at: Instant, seen: &Observation<'_, I>) -> Verdict {
        match *seen {
            Observation::Act { seat, act } => match act {
                Act::Started(identity) => {
                    self.live.insert(identity.addr(), (seat, identity.clone()));
                    self.disturbed.remove(&seat);
                }
                Act::Crashed(identity) | Act::Leaving(identity) => drop(self.live.remove(&identity.addr())),
                Act::Stopped => drop(self.disturbed.insert(seat)),
                Act::Resumed => drop(self.disturbed.remove(&seat)),
                Act::Network => {}
            },
            Observation::Event { seat, event: Event::Rejoined { identity }, .. } => {
                self.live.insert(identity.addr(), (seat, identity.clone()));
            }
            Observation::Event { seat, event: Event::Down { identity }, .. } => {
                let subject = self.live.get(&identity.addr()).filter(|(_, live)| live == identity);
                let is_false = subject.is_some_and(|(at, _)| !self.disturbed.contains(at))
                    && !self.disturbed.contains(&seat);
                self.alarms += u64::from(is_false);
                if is_false && self.alarms > self.budget {
                    return Err(format!(
                        "{seat} declared {identity:?} down, which lives: alarm {} of {} allowed",
                        self.alarms, self.budget
                    ));
                }
            }
            _ => {}
        }
        Ok(())
    }
}
