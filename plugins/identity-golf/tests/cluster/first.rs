//! Processes that do not know how often they have started.

use crate::kinds::{Kind, Short};
use crate::world::World;
use haulout::Event;
use haulout_identity_golf::{RosterId, SubnetId};

/// Restarts a member of `held` as `first`, with this pause between; gives what the second was told of it.
fn restart<I: Kind>(held: u64, first: u64, pause: u64) -> Vec<Event<I>> {
    let mut world = World::<I>::of(4, held);
    world.crash(3);
    world.run(pause);
    let before = world.told[1].len();
    world.boot(3, first);
    world.settle(1_000);
    world.run(20_000);
    assert!(world.is_agreed(), "{held} restarted as {first}: it stays a member");
    world.told[1].split_off(before)
}

#[test]
fn any_epoch_will_do_for_a_restart() {
    for held in [0, 5, 15] {
        for first in 0..16 {
            let told = restart::<Short>(held, first, 300);
            let renewed = |event: &Event<Short>| matches!(event, Event::Renewed { .. });
            let expected = usize::from(held != first);
            assert_eq!(told.iter().filter(|e| renewed(e)).count(), expected, "{held}, {first}: {told:?}");
            assert!(!told.iter().any(|event| matches!(event, Event::Conflict { .. })), "{told:?}");
        }
    }
}

#[test]
fn any_epoch_will_do_after_it_was_found_down() {
    for held in [0, 9] {
        for first in (0..16).step_by(3) {
            let told = restart::<Short>(held, first, 60_000);
            assert!(matches!(&told[..], [Event::Renewed { new, .. }] if new.place() == 3), "{told:?}");
        }
    }
}

#[test]
fn places_of_a_subnet_and_entries_of_a_roster_restart_like_any() {
    let told = restart::<SubnetId<16, 16>>(65_535, 0, 300);
    assert!(matches!(told[..], [Event::Renewed { .. }]), "{told:?}");
    let told = restart::<RosterId<8, 8>>(255, 0, 300);
    assert!(matches!(told[..], [Event::Renewed { .. }]), "{told:?}");
    // It has no epoch: the restart is a continuation.
    let told = restart::<RosterId<8, 0>>(0, 0, 300);
    assert!(told.is_empty(), "{told:?}");
    let told = restart::<RosterId<8, 0>>(0, 0, 60_000);
    assert!(matches!(told[..], [Event::Up { .. }]), "{told:?}");
}
