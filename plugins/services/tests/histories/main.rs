//! Random histories: members publish, fall silent, come back, renew, are parted, and miss events. Whenever one
//! has taken what its engine says, its directory is what its registry says, by a reading that knows nothing of
//! indices; so is what its watches told. A failure prints the command that replays it.
//! `HAULOUT_HISTORIES=n` runs n of them.

mod naive;
mod network;
mod node;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use world::World;

/// Histories, unless it is said how many.
const HISTORIES: u64 = 300;

#[test]
fn a_directory_is_what_its_registry_says() {
    let variable = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let only = variable("HAULOUT_HISTORY");
    let seeds = only.map_or(0..variable("HAULOUT_HISTORIES").unwrap_or(HISTORIES), |seed| seed..seed + 1);
    let mut sum = node::Tally::default();
    for seed in seeds {
        match catch_unwind(AssertUnwindSafe(|| World::new(seed).run())) {
            Ok(tally) => sum += tally,
            Err(panic) => {
                println!("replay: HAULOUT_HISTORY={seed} cargo test -p haulout-services --test histories");
                resume_unwind(panic);
            }
        }
    }
    println!("{sum:?}");
    if only.is_none() {
        assert!(sum.is_everything(), "a kind of history is missing: {sum:?}");
    }
}
