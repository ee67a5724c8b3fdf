//! Random scenarios from consecutive seeds, each run in two phases.
//!
//! A seed determines its scenario ([`scenario`]) and its run, so a failure is replayed by its seed alone, or
//! by the smaller scenario that [`shrink`] finds. Cost: some tens of milliseconds a seed in release builds.

mod draw;
mod shrink;

pub use draw::scenario;
pub use shrink::shrink;

use crate::checkers::Violation;
use crate::parallel;
use crate::run::{Options, run};
use crate::scenario::Scenario;
use core::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// A seed that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which.
    pub seed: u64,
    /// What did not hold.
    pub violations: Vec<Violation>,
    /// The smallest scenario found in which the same theorem does not hold.
    pub smallest: Scenario,
}

impl Failure {
    /// The command that runs it again.
    pub fn replay(&self) -> String {
        format!("haulout sim swarm --seeds {}..{}", self.seed, self.seed + 1)
    }
}

/// Runs the scenarios of these seeds on up to `threads` threads; those that failed. `done` is told after each
/// how many are done.
pub fn swarm(seeds: Range<u64>, threads: usize, done: impl Fn(usize) + Sync) -> Vec<Failure> {
    let seeds: Vec<_> = seeds.collect();
    let failure = |seed: &u64| {
        let drawn = scenario(*seed);
        let violations = violations(&drawn);
        if violations.is_empty() {
            return None;
        }
        let smallest = shrink(&drawn, violations[0].theorem);
        Some(Failure { seed: *seed, violations, smallest })
    };
    parallel::map(&seeds, threads, failure, done).into_iter().flatten().collect()
}

/// What does not hold in a scenario. An engine that finds its own invariants broken, which it looks for in
/// builds with debug assertions, counts as well.
pub fn violations(scenario: &Scenario) -> Vec<Violation> {
    match catch_unwind(AssertUnwindSafe(|| run(scenario, Options::default()))) {
        Ok(Ok(report)) => report.violations,
        Ok(Err(error)) => vec![violation("scenarios that are drawn can be run", error.to_string())],
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string));
            vec![violation("engines keep their invariants", text.unwrap_or_default())]
        }
    }
}

fn violation(theorem: &'static str, what: String) -> Violation {
    Violation { theorem, at: 0, what }
}

#[cfg(test)]
mod tests;
