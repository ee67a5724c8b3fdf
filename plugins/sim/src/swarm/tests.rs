//! The swarm: its seeds, its first band, and shrinking.

use super::*;
use crate::scenario::{Deed, Rate, Selection, Span};

#[test]
fn a_seed_is_a_scenario_that_can_be_run_and_written() {
    for seed in 0..300 {
        let drawn = scenario(seed);
        assert_eq!(drawn.check(), Ok(()), "{seed}");
        assert_eq!(drawn, scenario(seed));
        assert_eq!(drawn.to_toml().parse(), Ok(drawn), "{seed}");
    }
}

#[test]
fn the_first_seeds_hold() {
    let failures = swarm(0..24, parallel::cores(), |_| ());
    let told: Vec<_> = failures
        .iter()
        .map(|failure| {
            format!("{}\n{:?}\n{}", failure.replay(), failure.violations, failure.smallest.to_toml())
        })
        .collect();
    assert!(told.is_empty(), "{}", told.join("\n\n"));
}

#[test]
fn a_failure_is_shrunk_to_what_it_takes() {
    let mut failing = Scenario::new("x", 12)
        .at(Span::from_secs(1), Deed::Crash(Selection::Any(1)))
        .at(Span::from_secs(2), Deed::Split(vec![Selection::Part(Rate::percent(50))]))
        .at(Span::from_secs(9), Deed::Pause { who: Selection::Any(1), length: Span::from_secs(2) });
    failing.network.loss = Rate::percent(3);
    // Nobody can recover in no time.
    failing.settle = Span::ZERO;
    let [violation, ..] = &violations(&failing)[..] else { panic!("it fails") };
    let smallest = shrink(&failing, violation.theorem);
    assert!(!violations(&smallest).is_empty());
    assert!(smallest.faults.len() <= 1 && smallest.members < 12, "{}", smallest.to_toml());
}
