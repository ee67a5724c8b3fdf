//! Three agents, two members in Python and two in Go are one cluster.

mod lab;
mod loss;
mod noise;

use lab::{Lab, PATIENCE};
use std::time::Duration;

#[test]
fn every_view_is_complete_and_equal_in_every_language() {
    let Some(mut lab) = Lab::new() else { return };
    lab.cluster(0.0);
    let took = lab.until(PATIENCE, "every view is complete", Lab::complete);
    assert!(took < Duration::from_secs(3), "complete after {took:?}");
    lab.until(PATIENCE, "every service is known everywhere", |lab| {
        let expected = ["go-1", "go-2", "python-1", "python-2", "rust-1", "rust-2", "rust-3"];
        lab.names().iter().all(|name| lab.services(name) == expected)
    });
    lab.until(PATIENCE, "digests are equal", |lab| {
        let digests: Vec<_> = lab.names().iter().filter_map(|name| lab.digest(name)).collect();
        digests.len() == 4 && digests.iter().all(|digest| *digest == digests[0])
    });
    // An agent does not tell its digest, but with whom it was last found equal.
    lab.until(PATIENCE, "agents are found equal", |lab| {
        ["rust-1", "rust-2", "rust-3"].iter().all(|name| lab.info(name)["last_equal"].is_object())
    });
    for name in ["rust-1", "rust-2", "rust-3"] {
        assert_eq!(lab.info(name)["dropped"]["malformed"], 0, "{name} could not read what others wrote");
    }
}

#[test]
fn the_death_of_one_of_each_is_found_by_all() {
    let Some(mut lab) = Lab::new() else { return };
    lab.cluster(0.0);
    lab.until(PATIENCE, "every view is complete", Lab::complete);
    for name in ["rust-2", "python-1", "go-1"] {
        lab.kill(name);
    }
    lab.until(PATIENCE, "all three are down everywhere", |lab| {
        ["rust-2", "python-1", "go-1"].iter().all(|name| lab.everywhere(name, "down"))
    });
    let left = ["go-2", "python-2", "rust-1", "rust-3"];
    lab.until(PATIENCE, "their services are gone", |lab| left.iter().all(|name| lab.services(name) == left));
}

#[test]
fn whoever_was_frozen_rejoins_and_whoever_leaves_has_left() {
    let Some(mut lab) = Lab::new() else { return };
    lab.cluster(0.0);
    lab.until(PATIENCE, "every view is complete", Lab::complete);
    for name in ["python-2", "go-2"] {
        lab.signal(name, "STOP");
    }
    lab.until(PATIENCE, "both are down everywhere", |lab| {
        ["python-2", "go-2"].iter().all(|name| lab.everywhere_but(name, "down", &["python-2", "go-2"]))
    });
    for name in ["python-2", "go-2"] {
        lab.signal(name, "CONT");
    }
    lab.until(PATIENCE, "both are back, without a ghost", Lab::complete);
    for name in ["python-1", "go-1", "rust-3"] {
        lab.leave(name);
    }
    lab.until(PATIENCE, "all three have left everywhere", |lab| {
        ["python-1", "go-1", "rust-3"].iter().all(|name| lab.everywhere(name, "left"))
    });
}
