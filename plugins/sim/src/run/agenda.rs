//! What is to be done in a run, by time. Cost: O(log tasks) each.

use crate::scenario::Deed;
use crate::world::Seat;
use core::time::Duration;
use haulout::Instant;
use std::collections::BTreeMap;

/// Something to do.
#[derive(Clone, Debug)]
pub(super) enum Task {
    /// A member starts, the first on its own, others through the first.
    Begin(Seat),
    /// A fault.
    Deed(Deed),
    /// These go on.
    Resume(Vec<Seat>),
    /// One crashes, to come back.
    Churn,
    /// It comes back.
    Restart(Seat),
    /// Somebody publishes.
    Publish,
    /// Somebody makes a moment known.
    Moment,
    /// The meter takes a sample.
    Sample,
    /// The checkers look at everybody.
    Survey,
}

/// Tasks in the order of time; at one instant, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Agenda {
    tasks: BTreeMap<(Instant, u64), Task>,
    added: u64,
}

impl Agenda {
    pub(super) fn add(&mut self, at: Instant, task: Task) {
        self.added += 1;
        self.tasks.insert((at, self.added), task);
    }

    pub(super) fn repeat(&mut self, from: Instant, pause: Duration, until: Instant, task: &Task) {
        let mut at = from;
        while at <= until {
            self.add(at, task.clone());
            at += pause;
        }
    }

    /// The next task up to `until`.
    pub(super) fn next(&mut self, until: Instant) -> Option<(Instant, Task)> {
        let entry = self.tasks.first_entry()?;
        let at = entry.key().0;
        (at <= until).then(|| (at, entry.remove()))
    }

    /// The tasks that are left, in their order.
    pub(super) fn rest(&mut self) -> impl Iterator<Item = Task> + use<> {
        core::mem::take(&mut self.tasks).into_values()
    }
}
