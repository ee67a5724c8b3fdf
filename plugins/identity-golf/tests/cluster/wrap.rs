//! Epochs of four bits that wrap, many times, and unseen.

use crate::kinds::{Kind, Long, Short};
use crate::world::World;
use haulout::Event;

/// What somebody was told of one place: words and lives, these as four bits count them.
fn told<I: Kind>(world: &World<I>, observer: usize, place: usize) -> Vec<(&'static str, u64)> {
    let of = |identity: &I, what| (identity.place() == place).then(|| (what, identity.life() % 16));
    let tell = |event: &Event<I>| match event {
        Event::Up { identity } => of(identity, "up"),
        Event::Down { identity } => of(identity, "down"),
        Event::Left { identity } => of(identity, "left"),
        Event::Renewed { new, .. } => of(new, "renewed"),
        Event::Rejoined { identity } => of(identity, "rejoined"),
        Event::Conflict { rival } => of(rival, "conflict"),
        _ => None,
    };
    world.told[observer].iter().filter_map(tell).collect()
}

/// Five members, of which the third lives through this many rounds of a restart, a false alarm and a farewell.
fn history<I: Kind>(rounds: u32) -> World<I> {
    let mut world = World::<I>::of(5, 0);
    for _ in 0..rounds {
        let next = world.identity(2).life() + 1;
        world.crash(2);
        world.run(300);
        world.boot(2, next);
        world.settle(1_000);

        world.isolate(2, true);
        world.run(60_000);
        assert_eq!(world.node(0).members().count(), 3, "it is down");
        world.isolate(2, false);
        world.settle(30_000);

        world.act(2, haulout::Engine::leave);
        world.run(5_000);
        let seed = I::make(0, 0).route();
        world.act(2, |engine, now| engine.join(now, seed));
        world.settle(1_000);
        world.run(2_000);
    }
    world
}

#[test]
fn four_bits_that_wrap_many_times_behave_like_sixty_four() {
    let (short, long) = (history::<Short>(25), history::<Long>(25));
    assert!(long.identity(2).life() >= 50, "three times around: {:?}", long.identity(2));
    assert_eq!(short.identity(2).life(), long.identity(2).life() % 16);
    for (observer, place) in [(0, 2), (1, 2), (2, 2), (3, 2), (4, 2), (0, 1), (3, 4)] {
        let (seen, expected) = (told(&short, observer, place), told(&long, observer, place));
        assert_eq!(seen, expected, "what {observer} was told of {place}");
    }
    let conflicts = |event: &&Event<Short>| matches!(event, Event::Conflict { .. } | Event::Rival { .. });
    assert_eq!(short.told.iter().flatten().filter(conflicts).count(), 0);
}

/// The third renews this many times by restarting while the last is cut off, for this long each time.
fn unseen(renewals: u64, pause: u64) -> World<Short> {
    let mut world = World::<Short>::of(5, 9);
    world.isolate(4, true);
    for renewal in 1..=renewals {
        world.crash(2);
        world.boot(2, 9 + renewal);
        world.run(pause);
    }
    world
}

#[test]
fn renewals_of_fewer_than_half_the_range_may_go_unseen() {
    for pause in [200, 9_000] {
        for renewals in 1..8 {
            let mut world = unseen(renewals, pause);
            world.isolate(4, false);
            world.settle(30_000);
            assert_eq!(world.identity(2), Short::make(2, 9 + renewals), "it was known as that everywhere");
            world.run(20_000);
            assert!(world.is_agreed(), "{renewals}: and stays so");
            assert_eq!(world.node(4).departed().count(), 0, "no ghost");
        }
    }
}

#[test]
fn past_half_the_range_the_cluster_converges_all_the_same() {
    for pause in [200, 9_000] {
        for renewals in [8, 9, 11, 13, 15, 16, 17, 24, 31, 32] {
            let mut world = unseen(renewals, pause);
            let ghost = world.view(4, 2).unwrap().0;
            assert_eq!(ghost, Short::make(2, 9), "the last holds the first life");
            world.isolate(4, false);
            world.settle(60_000);
            let winner = world.identity(2);
            assert!(
                renewals == 16 || renewals == 32 || winner != ghost,
                "{renewals}: the process has renewed"
            );
            world.run(60_000);
            assert!(world.is_agreed(), "{renewals}: and stays so");
            assert_eq!(world.identity(2), winner, "{renewals}: nobody goes on renewing");
        }
    }
}
