//! Random histories: lists of operations on a few engines over a hostile network, in virtual time.
//!
//! After every step the invariants of [`node`] hold; when the network heals, everybody sees exactly those
//! who live. A failure prints the command that replays it. `HAULOUT_HISTORIES=n` runs n of each kind.

mod forge;
mod kind;
mod network;
mod node;
mod published;
mod world;

use core::net::SocketAddr;
use haulout::{Fixed, Named, Renewing};
use kind::{Golfed, Kind};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use world::World;

/// Histories of each kind, ten thousand in all.
const HISTORIES: u64 = 3_334;

/// Runs the histories of one kind, or the one that `HAULOUT_HISTORY` names.
fn run<I: Kind>(test: &str) {
    if let Some(seed) = variable("HAULOUT_HISTORY") {
        World::<I>::new(seed, true).run();
        return;
    }
    let count = variable("HAULOUT_HISTORIES").unwrap_or(HISTORIES);
    let (mut slowest, mut sum) = ((0, 0), 0);
    for seed in 0..count {
        match catch_unwind(AssertUnwindSafe(|| World::<I>::new(seed, false).run())) {
            Ok(seconds) => (slowest, sum) = (slowest.max((seconds, seed)), sum + seconds),
            Err(panic) => {
                println!("replay: HAULOUT_HISTORY={seed} cargo test --test histories {test} -- --nocapture");
                resume_unwind(panic);
            }
        }
    }
    println!(
        "{count} histories healed in {} s on average, {} s at most (history {})",
        sum / count.max(1),
        slowest.0,
        slowest.1
    );
}

#[test]
fn two_processes_of_one_key_end_with_one_member() {
    let test = "two_processes";
    let only = variable("HAULOUT_HISTORY");
    let seeds =
        only.map_or(0..variable("HAULOUT_HISTORIES").unwrap_or(HISTORIES) / 20, |seed| seed..seed + 1);
    for seed in seeds {
        let history = || World::<Named<SocketAddr>>::with_twin(seed, only.is_some()).run_with_twin();
        if let Err(panic) = catch_unwind(AssertUnwindSafe(history)) {
            println!("replay: HAULOUT_HISTORY={seed} cargo test --test histories {test} -- --nocapture");
            resume_unwind(panic);
        }
    }
}

fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} must be a number, not {text:?}")))
}

#[test]
fn identities_that_renew_survive_every_history() {
    run::<Renewing<SocketAddr>>("identities_that_renew");
}

#[test]
fn identities_that_cannot_renew_survive_every_history() {
    run::<Fixed<SocketAddr>>("identities_that_cannot_renew");
}

#[test]
fn identities_that_move_survive_every_history() {
    run::<Named<SocketAddr>>("identities_that_move");
}

#[test]
fn golfed_identities_whose_epoch_wraps_survive_every_history() {
    run::<Golfed>("golfed_identities");
}
