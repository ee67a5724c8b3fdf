//! Who was declared down stays so until it renews, whatever arrives late.

use crate::world::{EPOCH, Seal, Seat, Stone, World, ms, route, seal, seal_at, secs, stone};
use haulout::codec::{Message, MessageKind, Update};
use haulout::{Config, Event, State};

/// Four members, the last of which has crashed and is held down by the others at this incarnation.
fn with_one_down(seed: u64, config: Config, incarnation: u32) -> World<Seal> {
    let mut w = World::of(seed, config, (0..4).map(seal));
    if incarnation > 0 {
        for told in 0..3 {
            let source = seal((told + 1) % 3);
            w.whisper(&source, Seat(told), &[Update::new(seal(3), incarnation, State::Alive)]);
        }
    }
    w.crash(Seat(3));
    w.within(secs(60), "all know", World::converged);
    w
}

#[test]
fn a_late_alive_about_a_member_declared_down_changes_nothing_at_any_incarnation() {
    for held in [0, 3, u32::MAX - 1, u32::MAX] {
        let mut w = with_one_down(u64::from(held), Config::lan(), held);
        w.run_for(secs(20));
        let mark = w.mark();
        let late = [0, 1, 2, 3, 4, 9, u32::MAX / 2, u32::MAX - 1, u32::MAX];
        for incarnation in late {
            for state in [State::Alive, State::Suspect] {
                w.whisper(&seal(1), Seat(0), &[Update::new(seal(3), incarnation, state)]);
                assert_eq!(
                    w.state(Seat(0), &route(3)),
                    Some(State::Down),
                    "{state}@{incarnation} over {held}"
                );
            }
        }
        w.run_for(secs(30));
        assert!(w.events(mark).is_empty(), "{:?}", w.events(mark));
    }
}

#[test]
fn a_late_datagram_of_a_member_declared_down_changes_nothing_and_tells_it() {
    for incarnation in [0, 1, 7, u32::MAX] {
        let mut w = with_one_down(5, Config::lan(), 0);
        w.run_for(secs(20));
        let ghost = w.puppet(seal(3));
        w.doll_mut(ghost).incarnation = incarnation;
        let mark = w.mark();
        for message in [Message::Ping { number: 3 }, Message::Gossip, Message::Ack { number: 3 }] {
            w.tell(ghost, Seat(0), message, &[Update::new(seal(50), 0, State::Alive)]);
            w.run_for(secs(2));
            assert_eq!(w.state(Seat(0), &route(3)), Some(State::Down));
            assert_eq!(w.state(Seat(0), &route(50)), None, "what it says is not applied");
        }
        assert!(w.mail(ghost, MessageKind::YouAreDown).iter().all(|l| l.opens_with(&route(3), State::Down)));
        assert!(!w.mail(ghost, MessageKind::YouAreDown).is_empty());
        assert!(w.events(mark).is_empty(), "{:?}", w.events(mark));
    }
}

#[test]
fn only_a_newer_identity_brings_a_member_back_that_was_declared_down() {
    let mut w = with_one_down(6, Config::lan(), 2);
    let mark = w.mark();
    w.whisper(&seal(1), Seat(0), &[Update::new(seal_at(3, EPOCH - 1), 9, State::Alive)]);
    assert_eq!(w.state(Seat(0), &route(3)), Some(State::Down), "an older one does not");
    w.whisper(&seal(1), Seat(0), &[Update::new(seal_at(3, EPOCH + 1), 0, State::Alive)]);
    assert_eq!(w.state(Seat(0), &route(3)), Some(State::Alive));
    assert_eq!(w.events_of(Seat(0), mark), [&Event::Renewed { old: seal(3), new: seal_at(3, EPOCH + 1) }]);
}

#[test]
fn of_an_identity_that_cannot_renew_only_a_higher_incarnation_counts_after_down_and_left() {
    for gone in [State::Down, State::Left] {
        let mut w: World<Stone> = World::of(7, Config::lan(), (0..4).map(stone));
        w.crash(Seat(3));
        w.whisper(&stone(1), Seat(0), &[Update::new(stone(3), 5, gone)]);
        assert_eq!(w.state(Seat(0), &route(3)), Some(gone));
        for incarnation in [0, 4, 5] {
            for state in [State::Alive, State::Suspect] {
                w.whisper(&stone(1), Seat(0), &[Update::new(stone(3), incarnation, state)]);
                assert_eq!(w.state(Seat(0), &route(3)), Some(gone), "{state}@{incarnation}");
            }
        }
        w.whisper(&stone(1), Seat(0), &[Update::new(stone(3), 6, State::Alive)]);
        assert_eq!(w.state(Seat(0), &route(3)), Some(State::Alive));
    }
}

#[test]
fn a_departed_member_is_forgotten_by_age_and_its_death_is_not_learned_again() {
    let mut config = Config::lan();
    config.join.forget_after = secs(60);
    let mut w = with_one_down(8, config, 0);
    assert_eq!(w.state(Seat(0), &route(3)), Some(State::Down));
    w.within(secs(120), "all forget", |w| (0..3).all(|n| w.member(Seat(n)).departed().count() == 0));
    assert_eq!(w.stats(Seat(0)).dropped.forgotten, 1);
    let mark = w.mark();
    for state in [State::Down, State::Left] {
        w.whisper(&seal(1), Seat(0), &[Update::new(seal(3), 9, state)]);
    }
    assert_eq!(w.member(Seat(0)).departed().count(), 0, "neither stored");
    w.capture();
    w.run_for(secs(5));
    assert!(w.letters(mark).iter().all(|l| !l.tells(&route(3), State::Down)), "nor relayed");
    assert!(w.events(mark).is_empty());
}

#[test]
fn members_that_forget_at_different_times_do_not_create_the_dead_again() {
    let mut w: World<Seal> = World::new(9, Config::lan());
    for n in 0..5 {
        w.config.join.forget_after = secs(40 + 37 * n as u64);
        let seat = w.add(seal(n));
        if n == 0 { w.start(seat) } else { w.join(seat, route(0)) }
    }
    w.within(secs(10), "the cluster forms", World::converged);
    w.crash(Seat(4));
    w.within(secs(60), "all know", World::converged);
    let mark = w.mark();
    w.run_for(secs(600));
    assert!(w.events(mark).is_empty(), "{:?}", w.events(mark));
    assert!((0..4).all(|n| w.member(Seat(n)).departed().count() == 0));
}

#[test]
fn a_member_that_lags_and_holds_a_dead_one_alive_makes_nobody_flap() {
    for (seed, pauses) in (0..4).flat_map(|seed| [(seed, true), (seed, false)]) {
        let mut w = World::of(seed, Config::lan(), (0..6).map(seal));
        let (others, lagging) = ([0, 1, 2, 3].map(Seat), Seat(5));
        if pauses {
            w.pause(lagging);
        } else {
            w.split(&[0, 1, 2, 3, 4].map(Seat), &[lagging]);
        }
        w.crash(Seat(4));
        let are_down = |w: &World<Seal>| others.iter().all(|at| w.state(*at, &route(4)) == Some(State::Down));
        w.within(secs(60), "the others know", are_down);
        assert_ne!(w.state(lagging, &route(4)), Some(State::Down), "it lags");
        let mark = w.mark();
        if pauses {
            w.resume(lagging);
        } else {
            w.net.heal();
        }
        // It was not told, so it finds out by itself, alone.
        w.within(secs(60), "one view", World::converged);
        w.run_for(secs(60));
        for other in others {
            let flaps = w.events_of(other, mark).into_iter().any(|event| match event {
                Event::Up { identity } | Event::Suspected { identity } | Event::Down { identity } => {
                    *identity == seal(4)
                }
                Event::Renewed { old, .. } => *old == seal(4),
                _ => false,
            });
            assert!(!flaps, "{other:?}: {:?}", w.events_of(other, mark));
        }
    }
}

#[test]
fn beyond_the_bound_the_member_that_departed_first_is_forgotten() {
    let mut config = Config::lan();
    config.limits.departed = 3;
    let mut w = World::of(10, config, (0..3).map(seal));
    for n in 10..15 {
        w.whisper(&seal(1), Seat(0), &[Update::new(seal(n), 0, State::Alive)]);
        w.whisper(&seal(1), Seat(0), &[Update::new(seal(n), 0, State::Down)]);
        w.run_for(ms(50));
    }
    let departed: Vec<_> = [10, 11, 12, 13, 14].map(|n| w.state(Seat(0), &route(n))).into();
    let down = Some(State::Down);
    assert_eq!(departed, [None, None, down, down, down]);
    assert_eq!(w.stats(Seat(0)).dropped.forgotten, 2);
    assert_eq!(w.stats(Seat(0)).gauges.departed, 3);
}
