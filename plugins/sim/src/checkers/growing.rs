//! Incarnations and epochs only grow.
//!
//! For each observer and key, what is held later is the same identity at no lower an incarnation, or one that
//! supersedes it; and the same of what a process says of itself. Tables of up to 32 are read after every
//! step, larger ones after every sixty-fourth. Cost: O(members) then.

use super::{Checker, Verdict};
use crate::observe::{Act, Observation, View};
use crate::world::Seat;
use haulout::identity::serial_newer;
use haulout::{Identity, Instant};
use std::collections::HashMap;

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct OnlyGrow<I: Identity> {
    seats: HashMap<Seat, Known<I>>,
}

#[derive(Debug)]
struct Known<I: Identity> {
    steps: u64,
    held: HashMap<I::Addr, (I, u32)>,
}

impl<I: Identity> Default for OnlyGrow<I> {
    fn default() -> Self {
        Self { seats: HashMap::new() }
    }
}

impl<I: Identity> OnlyGrow<I> {
    /// Nothing is known yet.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<I: Identity> Known<I> {
    fn read(&mut self, seat: Seat, view: &dyn View<I>) -> Verdict {
        let mut verdict = Ok(());
        let mut note = |identity: &I, incarnation: u32| {
            let known = self.held.entry(identity.addr()).or_insert_with(|| (identity.clone(), incarnation));
            if !grows(known, identity, incarnation) && verdict.is_ok() {
                verdict = Err(format!(
                    "{seat} knew {:?}@{}, and now has {identity:?}@{incarnation}",
                    known.0, known.1
                ));
            }
            if known.0 != *identity || known.1 != incarnation {
                *known = (identity.clone(), incarnation);
            }
        };
        note(view.identity(), view.incarnation());
        view.each_member(&mut |identity, incarnation, _| note(identity, incarnation));
        verdict
    }
}

fn grows<I: Identity>((before, at): &(I, u32), identity: &I, incarnation: u32) -> bool {
    if before != identity {
        return identity.supersedes(before);
    }
    if I::RENEWS {
        incarnation >= *at
    } else {
        // Serial numbers, widened to those that the engine compares epochs by.
        incarnation == *at || serial_newer(u64::from(incarnation) << 32, u64::from(*at) << 32)
    }
}

impl<I: Identity> Checker<I> for OnlyGrow<I> {
    fn theorem(&self) -> &'static str {
        "incarnations and epochs only grow"
    }

    fn observe(&mut self, _at: Instant, seen: &Observation<'_, I>) -> Verdict {
        match *seen {
            Observation::Act { seat, act: Act::Started(_) } => {
                self.seats.remove(&seat);
                Ok(())
            }
            Observation::Stepped { seat, view } => {
                let known =
                    self.seats.entry(seat).or_insert_with(|| Known { steps: 0, held: HashMap::new() });
                known.steps += 1;
                // Whoever was forgotten may be heard of again under an older identity.
                if view.stats().dropped.forgotten > 0 {
                    known.held.retain(|key, _| view.held(key).is_some());
                }
                if view.stats().gauges.members <= 32 || known.steps.is_multiple_of(64) {
                    return known.read(seat, view);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
