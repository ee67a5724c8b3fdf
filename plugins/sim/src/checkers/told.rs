//! An urgent record is known to all within the bound, whatever else waits to be told.
//!
//! Urgent records are those of the key `urgent`, which a scenario's `do.put` publishes. The bound runs from when
//! the owner told of it; whoever ran undisturbed and kept records then, and still does, must have told of it
//! since. Cost: O(1) an event, O(members) a survey for each urgent record.

use super::{Checker, Verdict};
use crate::observe::{Act, Observation, Survey};
use crate::run::URGENT;
use crate::world::Seat;
use core::time::Duration;
use haulout::{Event, Identity, Instant};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct ToldInTime {
    bound: Duration,
    /// By the value, which is of this record alone: when it was put, and who has told of it, the owner too.
    put: BTreeMap<Vec<u8>, (Instant, BTreeSet<Seat>)>,
    /// Since when a process runs.
    since: HashMap<Seat, Instant>,
}

impl ToldInTime {
    /// Everybody tells of an urgent record within `bound`.
    pub fn new(bound: Duration) -> Self {
        Self { bound, put: BTreeMap::new(), since: HashMap::new() }
    }
}

impl<I: Identity> Checker<I> for ToldInTime {
    fn theorem(&self) -> &'static str {
        "an urgent record is known to all within the bound"
    }

    fn observe(&mut self, at: Instant, seen: &Observation<'_, I>) -> Verdict {
        match *seen {
            Observation::Act { seat, act: Act::Started(_) | Act::Resumed } => {
                self.since.insert(seat, at);
            }
            Observation::Event { seat, event: Event::Published { key, value, .. }, .. }
                if **key == *URGENT.as_bytes() =>
            {
                let (put, told) = self.put.entry(value.clone()).or_insert_with(|| (at, BTreeSet::new()));
                let (late, runs) = (at.since(*put), self.since.get(&seat).is_none_or(|since| since <= put));
                if told.insert(seat) && late > self.bound && runs {
                    return Err(format!("{seat} is told of an urgent record after {late:?}"));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn survey(&mut self, survey: &Survey<'_, I>) -> Verdict {
        for (put, told) in self.put.values().filter(|(put, _)| survey.at.since(*put) > self.bound) {
            let keepers = survey.members().filter(|member| member.view.records().is_some());
            let ran = |seat: Seat| self.since.get(&seat).is_none_or(|since| since <= put);
            if let Some(member) =
                keepers.map(|member| member.seat).find(|seat| ran(*seat) && !told.contains(seat))
            {
                let waited = survey.at.since(*put);
                return Err(format!("{member} knows nothing of an urgent record after {waited:?}"));
            }
        }
        Ok(())
    }
}
