//! Members whose tables differ.

use crate::kinds::Kind;
use crate::world::World;
use haulout::{Event, State};
use haulout_identity_golf::RosterId;

type Entry = RosterId<8, 8>;

fn is_alive(world: &World<Entry>, of: usize, place: u8) -> bool {
    world.view(of, place.into()) == Some((Entry::make(place, 0), State::Alive))
}

/// Six members; the second's table knows the first four.
fn differing() -> World<Entry> {
    let mut world = World::new(6);
    world.know(1, 4);
    (0..6).for_each(|place| world.boot(place, 0));
    world.settle(20_000);
    world
}

fn alarms(world: &World<Entry>) -> usize {
    let alarm = |event: &&Event<Entry>| matches!(event, Event::Suspected { .. } | Event::Down { .. });
    world.told.iter().flatten().filter(alarm).count()
}

#[test]
fn whom_an_older_table_lacks_is_held_counted_and_left_alone_and_nobody_is_suspected() {
    let mut world = differing();
    assert!(is_alive(&world, 1, 4) && is_alive(&world, 1, 5));
    assert_eq!(world.node(1).unreachable().count(), 2);
    assert_eq!(world.node(0).unreachable().count(), 0);
    world.run(300_000);
    assert!(world.is_agreed());
    assert_eq!(alarms(&world), 0, "the one that cannot answer acks through helpers");
    assert_eq!(world.traffic.get(&(1, 4)), None);
    assert_eq!(world.traffic.get(&(1, 5)), None);
    assert!(world.traffic[&(4, 1)] > 0, "it is spoken to");
    assert!(world.node(1).stats().dropped.unreachable > 100, "each is passed over once a round");
    assert_eq!(world.node(1).health(), 0);
    assert_eq!(world.node(4).health(), 0);
}

#[test]
fn a_table_may_grow_while_its_member_runs() {
    let mut world = differing();
    world.know(1, 5);
    world.run(30_000);
    assert!(world.traffic[&(1, 4)] >= 4, "it is probed, once a round");
    assert_eq!(world.traffic.get(&(1, 5)), None);
    assert_eq!(world.node(1).unreachable().count(), 1);
    world.know(1, 6);
    let before = world.node(1).stats().dropped.unreachable;
    world.run(30_000);
    assert!(world.traffic[&(1, 5)] >= 4);
    assert_eq!(world.node(1).stats().dropped.unreachable, before);
}

#[test]
fn news_of_whom_it_cannot_reach_passes_through_a_member() {
    let mut world = World::<Entry>::new(4);
    world.know(1, 3);
    (0..3).for_each(|place| world.boot(place, 0));
    world.settle(5_000);
    // The third hears of the fourth from the second alone, whose table does not have it.
    world.cut(2, 0, true);
    world.cut(2, 3, true);
    world.boot(3, 0);
    world.run(2_000);
    assert!(is_alive(&world, 1, 3) && is_alive(&world, 2, 3));
}

#[test]
fn the_death_and_the_return_of_whom_it_cannot_reach_are_told_by_others() {
    let mut world = differing();
    world.crash(5);
    world.run(60_000);
    assert_eq!(world.view(1, 5), Some((Entry::make(5, 0), State::Down)));
    world.boot(5, 0);
    world.settle(2_000);
    assert_eq!(world.view(1, 5), Some((Entry::make(5, 1), State::Alive)));
    assert_eq!(world.traffic.get(&(1, 5)), None);
}

#[test]
fn who_joins_through_an_older_table_is_answered_by_nobody_and_goes_on_with_another_seed() {
    let mut world = World::<Entry>::new(4);
    world.know(1, 3);
    (0..3).for_each(|place| world.boot(place, 0));
    world.settle(5_000);
    world.boot_at(3, 0, 1);
    world.run(20_000);
    assert_eq!(world.node(3).members().count(), 0);
    assert_eq!(world.view(1, 3), None, "it has not shown that it can be reached");
    let seed = Entry::make(2, 0).index();
    world.act(3, |engine, now| engine.join(now, seed));
    world.settle(2_000);
}

#[test]
fn where_half_of_the_tables_are_old_suspicions_are_refuted_and_nobody_is_declared_down() {
    let mut world = World::<Entry>::new(12);
    (0..6).for_each(|place| world.know(place, 6));
    // The seed knows all, so that all can join.
    world.know(0, 12);
    (0..12).for_each(|place| world.boot(place, 0));
    world.settle(60_000);
    world.run(600_000);
    assert!(world.is_agreed());
    let down = |event: &&Event<Entry>| matches!(event, Event::Down { .. } | Event::Renewed { .. });
    assert_eq!(world.told.iter().flatten().filter(down).count(), 0);
    (0..6).for_each(|place| world.know(place, 12));
    world.run(60_000);
    let before = alarms(&world);
    world.run(120_000);
    assert_eq!(alarms(&world), before, "once all tables are new, nobody is suspected");
}
