//! Joining: what becomes of each address, and that nobody is left half joined.

use crate::world::{EPOCH, Mark, Seal, Seat, World, ms, route, seal, seal_at, secs};
use core::net::SocketAddr;
use haulout::codec::Refusal;
use haulout::fingerprint::label_hash;
use haulout::{Config, Event, Phase, SeedOutcome, State};

/// What `join` reported of an address, in order.
fn outcomes(w: &World<Seal>, seat: Seat, of: SocketAddr) -> Vec<SeedOutcome> {
    w.events_of(seat, Mark::START)
        .into_iter()
        .filter_map(|event| match event {
            Event::Seed { route, outcome } if *route == of => Some(*outcome),
            _ => None,
        })
        .collect()
}

#[test]
fn a_reached_seed_makes_the_joiner_an_active_member() {
    let mut w = World::of(1, Config::lan(), (0..3).map(seal));
    let j = w.add(seal(7));
    assert_eq!(w.member(j).phase(), Phase::Dormant);
    assert!(w.member(j).is_stale());
    let mark = w.mark();
    w.join(j, route(0));
    assert_eq!(w.member(j).phase(), Phase::Joining);
    w.within(ms(20), "it is in after two round trips", |w| w.member(j).phase() == Phase::Active);
    assert!(!w.member(j).is_stale());
    assert_eq!(outcomes(&w, j, route(0)), [SeedOutcome::Reached]);
    assert_eq!(w.events_of(j, mark).into_iter().filter(|event| **event == Event::Active).count(), 1);
    assert_eq!(w.member(j).members().count(), 3, "the first answer names everybody");
    w.within(secs(1), "everybody knows it", World::converged);
}

#[test]
fn each_seed_has_an_outcome_of_its_own() {
    let mut w = World::of(2, Config::lan(), (0..3).map(seal));
    let j = w.add(seal(7));
    for seed in [0, 90, 1, 7] {
        w.join(j, route(seed));
    }
    w.run_for(secs(10));
    assert_eq!(outcomes(&w, j, route(0)), [SeedOutcome::Reached]);
    assert_eq!(outcomes(&w, j, route(1)), [SeedOutcome::Reached]);
    assert_eq!(outcomes(&w, j, route(90)), [SeedOutcome::NoAnswer]);
    assert_eq!(outcomes(&w, j, route(7)), [SeedOutcome::Myself]);
    assert!(w.converged());
}

#[test]
fn a_seed_that_does_not_answer_is_reported_once_and_at_its_time() {
    let mut w: World<Seal> = World::new(3, Config::lan());
    let j = w.add(seal(7));
    let began = w.now();
    w.join(j, route(0));
    w.run_for(secs(60));
    assert_eq!(outcomes(&w, j, route(0)), [SeedOutcome::NoAnswer]);
    let at = w.when(j, Mark::START, |event| matches!(event, Event::Seed { .. })).expect("it is reported");
    assert_eq!(at, began + w.config.join.timeout);
    assert_eq!(w.member(j).phase(), Phase::Joining);
}

#[test]
fn a_seed_that_comes_up_late_is_joined_without_another_command() {
    let mut w: World<Seal> = World::new(4, Config::lan());
    let j = w.add(seal(7));
    w.join(j, route(0));
    w.run_for(secs(60));
    let late = w.add(seal(0));
    w.start(late);
    w.within(w.config.join.announce_interval + secs(1), "the two meet", World::converged);
    assert_eq!(w.member(j).phase(), Phase::Active);
    assert_eq!(outcomes(&w, j, route(0)).last(), Some(&SeedOutcome::Reached));
}

#[test]
fn members_that_name_each_other_as_seeds_find_each_other() {
    for seed in 0..5 {
        let mut w: World<Seal> = World::new(seed, Config::lan());
        let seats = [0, 1, 2].map(|n| w.add(seal(n)));
        for (n, seat) in seats.into_iter().enumerate() {
            w.join(seat, route((n + 1) % 3));
        }
        w.within(secs(2), "all are members", |w| {
            w.converged() && seats.iter().all(|seat| w.member(*seat).phase() == Phase::Active)
        });
    }
}

#[test]
fn ones_own_address_among_the_seeds_is_reported_as_such() {
    let mut w: World<Seal> = World::new(5, Config::lan());
    let a = w.add(seal(0));
    w.join(a, route(0));
    w.run_for(secs(20));
    assert_eq!(outcomes(&w, a, route(0)), [SeedOutcome::Myself]);
    assert_eq!(w.member(a).members().count(), 0);
    assert_eq!(
        w.count(Mark::START, |event| matches!(event, Event::Conflict { .. } | Event::Rival { .. })),
        0
    );
}

#[test]
fn another_clusters_seed_refuses_and_the_joiner_learns_both_labels() {
    for (theirs, mine) in [(Some("blue"), Some("green")), (Some("blue"), None), (None, Some("green"))] {
        let labelled =
            |label: Option<&str>| label.map_or(Config::lan(), |label| Config::lan().with_label(label));
        let mut w = World::of(6, labelled(theirs), (0..2).map(seal));
        w.config = labelled(mine);
        let j = w.add(seal(7));
        w.join(j, route(0));
        w.run_for(secs(1));
        let refused = SeedOutcome::Refused {
            reason: Refusal::Cluster,
            cluster: theirs.map(label_hash),
            versions: (1, 1),
        };
        assert_eq!(outcomes(&w, j, route(0)), [refused]);
        assert!(w.stats(Seat(0)).dropped.cluster > 0, "counted where it was refused");
        assert_eq!(w.member(j).members().count() + w.member(Seat(0)).members().count(), 1);
    }
}

#[test]
fn whom_the_admission_hook_does_not_want_is_refused_for_that_reason_and_not_listed() {
    let mut w = World::of(7, Config::lan(), (0..3).map(seal));
    for n in 0..3 {
        w.act(Seat(n), |engine, _| engine.set_admission(Box::new(|who| *who.address() != route(7))));
    }
    let (bad, good) = (w.add(seal(7)), w.add(seal(8)));
    w.join(bad, route(0));
    w.join(good, route(0));
    w.run_for(secs(5));
    let [SeedOutcome::Refused { reason, .. }] = outcomes(&w, bad, route(0))[..] else {
        panic!("one refusal: {:?}", outcomes(&w, bad, route(0)))
    };
    assert_eq!(reason, Refusal::NotAdmitted);
    assert_eq!(w.member(bad).members().count(), 0);
    assert!(w.agree(&[Seat(0), Seat(1), Seat(2), good]));
    assert!(w.stats(Seat(0)).dropped.not_admitted > 0);
}

#[test]
fn a_newcomer_beyond_the_cap_is_refused_as_full() {
    let mut config = Config::lan();
    config.limits.members = 2;
    let mut w = World::of(8, config, (0..3).map(seal));
    let j = w.add(seal(7));
    w.join(j, route(0));
    w.run_for(secs(5));
    let [SeedOutcome::Refused { reason, .. }] = outcomes(&w, j, route(0))[..] else {
        panic!("one refusal: {:?}", outcomes(&w, j, route(0)))
    };
    assert_eq!(reason, Refusal::Full);
    assert!(w.agree(&[Seat(0), Seat(1), Seat(2)]));
    assert!(w.stats(Seat(0)).dropped.full > 0);
}

#[test]
fn a_restart_is_no_newcomer_to_the_hook_and_to_the_cap() {
    let mut config = Config::lan();
    config.limits.members = 2;
    let mut w = World::of(9, config, (0..3).map(seal));
    w.act(Seat(0), |engine, _| engine.set_admission(Box::new(|_| false)));
    w.crash(Seat(2));
    w.restart(Seat(2), seal_at(2, EPOCH + 1));
    w.join(Seat(2), route(0));
    w.within(secs(1), "it is back", World::converged);
}

/// `n` engines that join one seed at one moment; how long until everybody sees everybody.
fn mass_join(seed: u64, n: usize, loss: u32, limit: core::time::Duration) -> World<Seal> {
    let mut w: World<Seal> = World::new(seed, Config::lan());
    w.net.loss = loss;
    for seat in (0..n).map(|i| w.add(seal(i))).collect::<Vec<_>>() {
        if seat.0 == 0 { w.start(seat) } else { w.join(seat, route(0)) }
    }
    w.within(limit, "everybody sees everybody", World::converged);
    w
}

#[test]
fn sixty_four_members_that_join_through_one_seed_at_once_are_complete_within_three_seconds() {
    for seed in 0..3 {
        let mut w = mass_join(seed, 64, 0, secs(3));
        w.run_for(secs(10));
        assert!(w.converged());
        assert_eq!(w.count(Mark::START, |event| matches!(event, Event::Suspected { .. })), 0);
        assert_eq!(w.stats(Seat(0)).gauges.gossip_backlog, 0, "what was said is said");
    }
}

#[test]
fn a_mass_join_is_complete_although_datagrams_are_lost() {
    for seed in 0..3 {
        mass_join(seed, 32, 50, secs(15));
    }
}

#[test]
fn after_a_mass_join_the_joiners_stop_announcing() {
    use haulout::codec::MessageKind;
    let mut w = mass_join(4, 16, 0, secs(3));
    w.run_for(secs(60));
    let announced: u64 = (0..16).map(|n| w.stats(Seat(n)).sent.of(MessageKind::Announce)).sum();
    w.run_for(secs(60));
    let later: u64 = (0..16).map(|n| w.stats(Seat(n)).sent.of(MessageKind::Announce)).sum();
    // One at random an announce interval is what heals partitions, and no more than that is left.
    assert!(later - announced <= 16 * 7, "{} announces in a quiet minute", later - announced);
}

#[test]
fn a_joiner_killed_while_it_joins_leaves_no_ghost() {
    for killed_after in 0..30 {
        let mut w = World::of(killed_after, Config::lan(), (0..5).map(seal));
        let j = w.add(seal(7));
        w.join(j, route(0));
        w.run_for(ms(killed_after));
        w.crash(j);
        w.run_for(secs(1));
        w.within(secs(60), "nobody lists it", |w| w.running().iter().all(|at| !w.lists(*at, &route(7))));
        let mark = w.mark();
        w.run_for(secs(90));
        assert!(w.converged());
        let later = w.events(mark);
        let again = later.iter().any(|h| matches!(h.event, Event::Up { .. } | Event::Renewed { .. }));
        assert!(!again, "killed after {killed_after} ms: {later:?}");
        for at in w.running() {
            assert!(matches!(w.state(at, &route(7)), None | Some(State::Down)));
        }
    }
}

#[test]
fn a_member_started_without_seeds_is_active_at_once_and_a_dormant_engine_answers_nobody() {
    let mut w: World<Seal> = World::new(10, Config::lan());
    let (a, b) = (w.add(seal(0)), w.add(seal(1)));
    let mark = w.mark();
    w.start(a);
    assert_eq!(w.member(a).phase(), Phase::Active);
    assert_eq!(w.events_of(a, mark), [&Event::Active, &Event::Synced]);
    w.join(a, route(1));
    w.run_for(secs(7));
    assert_eq!(outcomes(&w, a, route(1)), [SeedOutcome::NoAnswer]);
    assert!(w.stats(b).dropped.dormant > 0);
    assert_eq!(w.traffic(b).datagrams, 0);
}

#[test]
fn a_cluster_forms_in_every_profile_and_with_the_smallest_settings() {
    let mut smallest = Config::lan();
    smallest.probe.helpers = 0;
    smallest.gossip.fanout = 1;
    smallest.gossip.retransmit = 1;
    for config in [Config::local(), Config::wan(), smallest] {
        let mut w = World::of(11, config, (0..8).map(seal));
        w.crash(Seat(7));
        w.within(secs(600), "the crash is found", World::converged);
    }
}

#[test]
fn a_mass_join_through_several_seeds_is_complete() {
    let mut w: World<Seal> = World::new(12, Config::lan());
    let seats: Vec<_> = (0..40).map(|n| w.add(seal(n))).collect();
    for seat in &seats {
        for n in (0..4).filter(|n| *n != seat.0) {
            w.join(*seat, route(n));
        }
    }
    w.within(secs(3), "everybody sees everybody", World::converged);
    assert!(seats.iter().all(|seat| w.member(*seat).phase() == Phase::Active));
}

#[test]
fn joining_the_same_seed_again_and_again_changes_nothing() {
    let mut w = World::of(13, Config::lan(), (0..3).map(seal));
    let mark = w.mark();
    for _ in 0..200 {
        w.join(Seat(2), route(0));
    }
    w.run_for(secs(30));
    assert!(w.converged());
    let others = w.count(mark, |event| !matches!(event, Event::Seed { outcome: SeedOutcome::Reached, .. }));
    assert_eq!(others, 0, "{:?}", w.events(mark));
    let sent = w.traffic(Seat(2)).datagrams;
    w.run_for(secs(60));
    assert!(w.traffic(Seat(2)).datagrams - sent < 200, "nothing of it lasts");
}
