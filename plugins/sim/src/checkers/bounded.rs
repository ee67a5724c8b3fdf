//! Queues and tables stay within their limits, and what is to be told comes to an end.
//!
//! Held against the engine's gauges after every step. Cost: O(1).

use super::{Checker, Verdict};
use crate::observe::{Observation, Survey};
use haulout::{Identity, Instant};

/// See the [module's table](crate::checkers).
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounded;

impl Bounded {
    /// The limits are each engine's own.
    pub fn new() -> Self {
        Self
    }
}

impl<I: Identity> Checker<I> for Bounded {
    fn theorem(&self) -> &'static str {
        "queues and tables stay within their limits, and empty"
    }

    fn observe(&mut self, _at: Instant, seen: &Observation<'_, I>) -> Verdict {
        let Observation::Stepped { seat, view } = *seen else { return Ok(()) };
        let (gauges, limits) = (&view.stats().gauges, &view.config().limits);
        let held = gauges.members + gauges.departed;
        for (what, is, most) in [
            ("members", gauges.members, limits.members),
            ("departed members", gauges.departed, limits.departed),
            ("relays", gauges.relays, limits.relays),
            ("datagrams waiting after the drain", gauges.intents, 0),
            // One update for each member that is held, and one for itself.
            ("updates to tell", gauges.gossip_backlog, held + 1),
            ("records", gauges.records, limits.records),
            ("owners of records", gauges.owners, held + 1),
            ("origins of user events", gauges.origins, limits.origins),
            ("health", u32::from(gauges.health), 8),
        ] {
            if is > most {
                return Err(format!("{seat} has {is} {what}, {most} at most"));
            }
        }
        Ok(())
    }

    fn conclude(&mut self, survey: &Survey<'_, I>) -> Verdict {
        for process in survey.members() {
            let gauges = &process.view.stats().gauges;
            let (updates, pieces) = (gauges.gossip_backlog, gauges.broadcast_backlog);
            if updates + pieces > 0 {
                let seat = process.seat;
                return Err(format!("{seat} still has {updates} updates and {pieces} broadcasts to tell"));
            }
        }
        Ok(())
    }
}
