//! Makes a failing scenario smaller while the same theorem still fails.
//!
//! One part after another is left out; whatever the failure does not need stays out. Cost: a run for each
//! attempt, 200 at most.

use super::violations;
use crate::network::Weather;
use crate::scenario::{Identities, Scenario, Settings, Span, Wire};

/// Most runs.
const RUNS: usize = 200;

/// A smaller scenario in which `theorem` is violated, or the same.
pub fn shrink(failing: &Scenario, theorem: &str) -> Scenario {
    let (mut smallest, mut runs) = (failing.clone(), 0);
    loop {
        let before = smallest.clone();
        for attempt in attempts(&before) {
            // An attempt is made of the scenario before; what was left out meanwhile stays out.
            let attempt = attempt(&smallest);
            if runs >= RUNS {
                return smallest;
            }
            if attempt == smallest || attempt.check().is_err() {
                continue;
            }
            runs += 1;
            if violations(&attempt).iter().any(|violation| violation.theorem == theorem) {
                smallest = attempt;
            }
        }
        if smallest == before {
            return smallest;
        }
    }
}

type Attempt = Box<dyn Fn(&Scenario) -> Scenario>;

/// What may be left out.
fn attempts(scenario: &Scenario) -> Vec<Attempt> {
    let change = |change: fn(&mut Scenario)| -> Attempt {
        Box::new(move |scenario| {
            let mut smaller = scenario.clone();
            change(&mut smaller);
            smaller
        })
    };
    let mut attempts = vec![
        change(|scenario| scenario.churn = None),
        change(|scenario| scenario.records = None),
        change(|scenario| scenario.moments = None),
        change(|scenario| scenario.variants.clear()),
        change(|scenario| scenario.identity = Identities::Renewing),
        change(|scenario| scenario.codec = Wire::Postcard),
        change(|scenario| scenario.network = Weather::default()),
        change(|scenario| scenario.settings = Settings::default()),
        change(|scenario| scenario.members = (scenario.members / 2).max(2)),
        change(|scenario| scenario.members = scenario.members.saturating_sub(1).max(2)),
        change(|scenario| {
            let last = scenario.faults.iter().map(|fault| fault.at).max().unwrap_or_default();
            scenario.duration = last.max(Span::from_secs(1));
        }),
    ];
    // The last first: the numbers of those before it stay.
    for index in (0..scenario.faults.len()).rev() {
        attempts.push(Box::new(move |scenario| {
            let mut smaller = scenario.clone();
            if index < smaller.faults.len() {
                smaller.faults.remove(index);
            }
            smaller
        }));
    }
    attempts
}
