//! Partitions heal by themselves, and broken links do not make views flap.

use crate::world::{Seal, Seat, World, route, seal, secs};
use core::time::Duration;
use haulout::codec::Refusal;
use haulout::fingerprint::label_hash;
use haulout::{Config, Event, SeedOutcome, State};

fn seats(range: core::ops::Range<usize>) -> Vec<Seat> {
    range.map(Seat).collect()
}

/// Sixteen members, split into two halves for two minutes.
fn split_for_two_minutes(seed: u64, config: Config) -> World<Seal> {
    let mut w = World::of(seed, config, (0..16).map(seal));
    w.split(&seats(0..8), &seats(8..16));
    w.run_for(secs(120));
    assert!(w.agree(&seats(0..8)) && w.agree(&seats(8..16)), "each half is a cluster\n{}", w.describe());
    w
}

/// Two announce intervals.
fn healing_time(w: &World<Seal>) -> Duration {
    w.config.join.announce_interval * 2
}

#[test]
fn a_partition_longer_than_every_timeout_heals_into_one_view() {
    for seed in 0..4 {
        let mut w = split_for_two_minutes(seed, Config::lan());
        assert_eq!(w.state(Seat(0), &route(15)), Some(State::Down));
        w.net.heal();
        let limit = healing_time(&w);
        w.within(limit, "one view", World::converged);
        w.run_for(secs(60));
        assert!(w.converged(), "and it stays one\n{}", w.describe());
    }
}

#[test]
fn a_partition_heals_after_all_seeds_are_gone() {
    for seed in 0..4 {
        let mut w = split_for_two_minutes(seed, Config::lan());
        w.crash(Seat(0));
        w.within(secs(60), "its half knows", |w| w.agree(&seats(1..8)));
        w.net.heal();
        let limit = healing_time(&w);
        w.within(limit, "one view", World::converged);
        w.run_for(secs(60));
        assert!(w.converged());
    }
}

#[test]
fn a_partition_heals_that_lasted_longer_than_memory() {
    for seed in 0..4 {
        let mut config = Config::lan();
        config.join.forget_after = secs(30);
        let mut w = split_for_two_minutes(seed, config);
        assert!(
            (0..16).all(|n| w.member(Seat(n)).departed().count() == 0),
            "each half has forgotten the other"
        );
        w.crash(Seat(0));
        w.within(secs(60), "its half knows", |w| w.agree(&seats(1..8)));
        w.net.heal();
        let limit = healing_time(&w);
        w.within(limit, "one view", World::converged);
    }
}

#[test]
fn a_member_cut_off_alone_is_back_after_it_heals() {
    for seed in 0..4 {
        let mut w = World::of(seed, Config::lan(), (0..6).map(seal));
        w.split(&seats(0..5), &seats(5..6));
        w.run_for(secs(120));
        assert!(w.agree(&seats(0..5)) && w.agree(&seats(5..6)));
        w.net.heal();
        let limit = healing_time(&w);
        w.within(limit, "one view", World::converged);
    }
}

#[test]
fn a_partition_shorter_than_the_suspicion_timeout_ends_without_a_death() {
    for seed in 0..4 {
        let mut w = World::of(seed, Config::lan(), (0..16).map(seal));
        let mark = w.mark();
        w.split(&seats(0..8), &seats(8..16));
        w.run_for(secs(2));
        w.net.heal();
        w.within(secs(10), "one view", World::converged);
        w.run_for(secs(60));
        assert!(w.converged());
        assert_eq!(w.count(mark, |event| matches!(event, Event::Down { .. })), 0);
    }
}

#[test]
fn a_partition_of_identities_that_cannot_renew_heals() {
    use crate::world::stone;
    let mut w = World::of(1, Config::lan(), (0..8).map(stone));
    w.split(&seats(0..4), &seats(4..8));
    w.run_for(secs(120));
    assert!(w.agree(&seats(0..4)) && w.agree(&seats(4..8)));
    w.net.heal();
    w.within(secs(20), "one view", World::converged);
    w.run_for(secs(60));
    assert!(w.converged());
}

/// Ten minutes in which no view changes.
fn is_stable(mut w: World<Seal>) {
    w.run_for(secs(10));
    let mark = w.mark();
    w.run_for(secs(600));
    assert!(w.converged());
    assert!(w.events(mark).is_empty(), "{:?}", w.events(mark));
}

#[test]
fn two_members_that_reach_each_other_only_through_a_third_stay_members() {
    for seed in 0..4 {
        let mut w = World::of(seed, Config::lan(), (0..3).map(seal));
        w.cut(Seat(0), Seat(2));
        w.cut(Seat(2), Seat(0));
        is_stable(w);
    }
}

#[test]
fn two_members_that_never_met_but_through_a_third_are_members() {
    for seed in 0..4 {
        let mut w: World<Seal> = World::new(seed, Config::lan());
        let [a, b, c] = [0, 1, 2].map(|n| w.add(seal(n)));
        w.cut(a, c);
        w.cut(c, a);
        w.start(b);
        w.join(a, route(1));
        w.join(c, route(1));
        w.within(secs(3), "all know each other", World::converged);
        is_stable(w);
    }
}

#[test]
fn one_way_loss_between_two_members_does_not_make_them_flap() {
    for seed in 0..4 {
        for n in [3, 5] {
            let mut w = World::of(seed, Config::lan(), (0..n).map(seal));
            w.cut(Seat(0), Seat(2));
            is_stable(w);
        }
    }
}

#[test]
fn one_way_loss_from_two_members_to_a_third_does_not_make_it_flap() {
    for seed in 0..4 {
        let mut w = World::of(seed, Config::lan(), (0..5).map(seal));
        w.cut(Seat(0), Seat(2));
        w.cut(Seat(1), Seat(2));
        is_stable(w);
    }
}

#[test]
fn another_clusters_members_are_not_adopted_where_addresses_were_reused() {
    let mut w = World::of(3, Config::lan().with_label("blue"), (0..4).map(seal));
    w.crash(Seat(3));
    w.within(secs(60), "all know", World::converged);
    // A process of another cluster gets the dead member's address, and the two write to each other.
    w.config = Config::lan().with_label("green");
    w.restart(Seat(3), crate::world::seal_at(3, 5_000));
    w.start(Seat(3));
    let mark = w.mark();
    w.run_for(secs(120));
    w.join(Seat(3), route(0));
    w.run_for(secs(60));
    assert!(w.agree(&seats(0..3)) && w.agree(&seats(3..4)));
    assert!(w.stats(Seat(0)).dropped.cluster > 0 && w.stats(Seat(3)).dropped.cluster > 0);
    let refused = w.events_of(Seat(3), mark).into_iter().find_map(|event| match event {
        Event::Seed { outcome: SeedOutcome::Refused { reason, cluster, .. }, .. } => {
            Some((*reason, *cluster))
        }
        _ => None,
    });
    assert_eq!(refused, Some((Refusal::Cluster, Some(label_hash("blue")))), "the joiner learns why");
    let views = w.count(mark, |event| !matches!(event, Event::Active | Event::Seed { .. }));
    assert_eq!(views, 0, "{:?}", w.events(mark));
}
