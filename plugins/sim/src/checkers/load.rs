//! Load a member does not depend on the size of the cluster.
//!
//! Between two surveys a member sends, averaged over all, at most so many datagrams a probe interval, the
//! same for every size. Cost: O(members) a survey.

use super::{Checker, Verdict};
use crate::observe::Survey;
use crate::world::Seat;
use core::time::Duration;
use haulout::{Identity, Instant};
use std::collections::HashMap;

/// See the [module's table](crate::checkers).
#[derive(Debug)]
pub struct ConstantLoad {
    budget: f64,
    interval: Duration,
    before: Option<(Instant, HashMap<Seat, u64>)>,
}

impl ConstantLoad {
    /// At most `budget` datagrams a member and `interval`, on average over all members.
    pub fn new(budget: f64, interval: Duration) -> Self {
        Self { budget, interval, before: None }
    }
}

impl<I: Identity> Checker<I> for ConstantLoad {
    fn theorem(&self) -> &'static str {
        "load a member does not depend on the size of the cluster"
    }

    fn survey(&mut self, survey: &Survey<'_, I>) -> Verdict {
        let now: HashMap<_, _> =
            survey.processes.iter().map(|process| (process.seat, process.sent)).collect();
        let Some((at, before)) = self.before.replace((survey.at, now)) else { return Ok(()) };
        let intervals = survey.at.since(at).as_secs_f64() / self.interval.as_secs_f64();
        // Over less than an interval a probe falls in or out by chance.
        if intervals < 1.0 {
            return Ok(());
        }
        let both: Vec<_> = survey
            .processes
            .iter()
            .filter_map(|process| Some(process.sent.saturating_sub(*before.get(&process.seat)?)))
            .collect();
        let mean = both.iter().sum::<u64>() as f64 / both.len().max(1) as f64 / intervals;
        if mean > self.budget {
            let n = both.len();
            return Err(format!("{n} members send {mean:.1} datagrams an interval, {} at most", self.budget));
        }
        Ok(())
    }
}
