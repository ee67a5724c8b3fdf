//! Every example runs, ends in time, and does what it says.

use haulout::{Event, SeedOutcome};
use std::fmt::Display;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[path = "../examples/custom_codec/main.rs"]
mod custom_codec;
#[path = "../examples/custom_identity.rs"]
mod custom_identity;
#[path = "../examples/embed.rs"]
mod embed;
#[path = "../examples/golf_scorecard/main.rs"]
mod golf_scorecard;
#[path = "../examples/identity_golf.rs"]
mod identity_golf;
#[path = "../examples/own_loop.rs"]
mod own_loop;

/// What `run` gives; fails if it panics, or has not ended within a minute.
fn ends<T: Send + 'static, E: Display>(run: impl FnOnce() -> Result<T, E> + Send + 'static) -> T {
    let (done, result) = mpsc::channel();
    thread::spawn(move || done.send(run().map_err(|error| error.to_string())));
    let result = result.recv_timeout(Duration::from_secs(60)).expect("it panicked, or took too long");
    result.expect("an example without errors")
}

/// It waits for `Up` at both nodes, for the end of `leave`, and for `Left`; anything else is an error.
#[test]
fn embed_meets_and_leaves() {
    ends(embed::main);
}

#[test]
fn own_loop_meets_and_leaves() {
    ends(own_loop::main);
    let (first, second) = ends(own_loop::run);
    let (Some(Event::Active), Some(Event::Left { identity })) = (first.first(), first.last()) else {
        panic!("{first:?}")
    };
    assert!(first.contains(&Event::Up { identity: *identity }), "{first:?}");
    assert!(second.iter().any(|event| matches!(event, Event::Seed { outcome: SeedOutcome::Reached, .. })));
    assert_eq!(second.last(), Some(&Event::Idle));
}

#[test]
fn custom_identity_renews_once_a_restart() {
    ends(custom_identity::main);
    let seen = ends(custom_identity::story);
    let [
        Event::Active,
        Event::Synced,
        Event::Up { identity: first },
        Event::Renewed { old, new },
        Event::Renewed { old: again, new: last },
    ] = &seen[..]
    else {
        panic!("{seen:?}")
    };
    assert_eq!((old, again), (first, new));
    assert_eq!([first, new, last].map(|machine| machine.lives), [1, 2, 3]);
    assert_eq!(new.zone, custom_identity::Zone::West);
}

#[test]
fn custom_codec_is_spoken_by_two() {
    ends(custom_codec::main);
    let told = ends(custom_codec::talk);
    assert_eq!(told.iter().filter(|event| matches!(event, Event::Up { .. })).count(), 2, "{told:?}");
    assert!(!told.iter().any(|event| matches!(event, Event::Suspected { .. })), "{told:?}");
}

#[test]
fn identity_golf_takes_fewer_bytes_at_each_hole_and_renews_all_the_same() {
    ends(identity_golf::main);
    let holes = ends(identity_golf::play);
    assert_eq!(holes.iter().map(|hole| hole.bytes).collect::<Vec<_>>(), [25, 11, 4, 4, 2, 1]);
    assert_eq!(holes.iter().map(|hole| hole.updates).collect::<Vec<_>>(), [52, 115, 278, 278, 465, 698]);
    for hole in &holes[..5] {
        assert!(matches!(&hole.seen[..], [seen] if seen.starts_with("Renewed")), "{:?}", hole.seen);
    }
    assert!(holes[5].seen.is_empty(), "the index alone has no lives: {:?}", holes[5].seen);
}

/// The card itself is of 1,024 members; here are smaller games.
#[test]
fn golf_scorecard_meets_its_goals_and_small_identities_pay() {
    use golf_scorecard::{Game, MachineId};
    let game = || Game { members: 64, restarts: 16, churn_seconds: 5 };
    ends(move || golf_scorecard::play(&game()).map_err(|error| error.to_string()));
    for (identity, codec, row) in ends(golf_scorecard::card) {
        assert!(row.updates >= row.goal, "{identity} with {codec}: {row:?}");
        assert!(row.ping > row.update && row.update > 1, "{row:?}");
    }
    let stock = ends(move || game().play::<haulout::Renewing<std::net::SocketAddr>>());
    let golfed = ends(move || game().play::<MachineId>());
    assert!(golfed.bytes * 10 < stock.bytes * 8, "{golfed:?} to {stock:?}");
    assert!(golfed.most_told <= golfed.nearly_all_told && golfed.nearly_all_told < 5_000, "{golfed:?}");
}
