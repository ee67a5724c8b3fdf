//! Identity and restart: who comes back is the same member, renewed, and leaves no ghost.

use crate::world::{
    EPOCH, Fate, Mark, Rover, Seal, Seat, Stone, World, ms, route, rover, seal, seal_at, secs, stone,
};
use core::time::Duration;
use haulout::codec::{Message, MessageKind, Update};
use haulout::{CommandError, Config, Event, Phase, SeedOutcome, State};

/// Time for a piece of news to reach a handful of members: two rounds and the way.
fn gossip_time() -> Duration {
    Config::lan().gossip.interval * 2 + ms(20)
}

/// A cluster of five, seat 2 of which has crashed and is suspected by somebody.
fn with_one_suspected(seed: u64) -> World<Seal> {
    suspect_one(World::of(seed, Config::lan(), (0..5).map(seal)))
}

fn suspect_one(mut w: World<Seal>) -> World<Seal> {
    let mark = w.mark();
    w.crash(Seat(2));
    w.within(secs(15), "somebody suspects the crashed", |w| {
        w.count(mark, |event| matches!(event, Event::Suspected { .. })) > 0
    });
    w
}

#[test]
fn a_restart_within_the_suspicion_window_is_renewed_once_at_each_peer() {
    for seed in 0..8 {
        let mut w = with_one_suspected(seed);
        let mark = w.mark();
        let new = seal_at(2, EPOCH + 60);
        w.restart(Seat(2), new);
        w.join(Seat(2), route(0));
        w.within(gossip_time(), "peers hold the new identity", |w| w.seen_by(&w.running(), &new));
        w.capture();
        let settled = w.mark();
        w.run_for(secs(30));
        assert!(w.converged());
        for peer in [0, 1, 3, 4].map(Seat) {
            let about: Vec<_> = w.events_of(peer, mark).into_iter().cloned().collect();
            let renewed = Event::Renewed { old: seal(2), new };
            assert_eq!(about.iter().filter(|event| **event == renewed).count(), 1, "{about:?}");
            assert!(
                !about
                    .iter()
                    .any(|event| matches!(event, Event::Up { .. } | Event::Down { .. } | Event::Left { .. })),
                "{about:?}"
            );
        }
        assert_eq!(w.count(settled, |event| matches!(event, Event::Suspected { .. })), 0);
        assert!(w.letters(settled).iter().all(|l| l.updates.iter().all(|u| u.identity != seal(2))));
    }
}

#[test]
fn a_restart_within_the_same_second_is_a_continuation_without_an_event() {
    for seed in 0..8 {
        // Who has published renews past what its earlier life published; see the next test.
        let mut w = suspect_one(World::plain(seed, Config::lan(), (0..5).map(seal)));
        let mark = w.mark();
        w.restart(Seat(2), seal(2));
        w.join(Seat(2), route(0));
        w.within(secs(3), "it refutes", World::converged);
        w.run_for(secs(30));
        assert!(w.converged());
        for peer in [0, 1, 3, 4].map(Seat) {
            let events = w.events_of(peer, mark);
            assert!(
                events.iter().all(|event| matches!(event, Event::Suspected { .. } | Event::Refuted { .. })),
                "{events:?}"
            );
        }
    }
}

#[test]
fn a_restart_within_the_same_second_of_one_that_published_renews_once() {
    for seed in 0..8 {
        let mut w = with_one_suspected(seed);
        let mark = w.mark();
        w.restart(Seat(2), seal(2));
        w.join(Seat(2), route(0));
        w.within(secs(10), "it has renewed, and its note is its own", World::converged);
        w.run_for(secs(30));
        assert!(w.converged());
        for peer in [0, 1, 3, 4].map(Seat) {
            let events = w.events_of(peer, mark);
            let renewals = events.iter().filter(|event| matches!(event, Event::Renewed { .. })).count();
            assert_eq!(renewals, 1, "{events:?}");
        }
    }
}

#[test]
fn a_restart_after_it_was_declared_down_is_renewed_and_not_up() {
    let mut w = World::of(1, Config::lan(), (0..5).map(seal));
    w.crash(Seat(2));
    w.within(secs(40), "all know", World::converged);
    let mark = w.mark();
    w.restart(Seat(2), seal_at(2, EPOCH + 60));
    w.join(Seat(2), route(4));
    w.within(secs(1), "it is back", World::converged);
    for peer in [0, 1, 3, 4].map(Seat) {
        let renewed = Event::Renewed { old: seal(2), new: seal_at(2, EPOCH + 60) };
        assert_eq!(w.events_of(peer, mark), [&renewed]);
        assert_eq!(w.member(peer).departed().count(), 0, "no ghost stays behind");
    }
}

#[test]
fn a_named_member_that_moves_is_renewed_and_nobody_writes_to_its_old_address() {
    let names = ["a", "b", "c", "d"];
    let mut w: World<Rover> =
        World::of(2, Config::lan(), names.iter().enumerate().map(|(n, name)| rover(name, n, EPOCH)));
    w.crash(Seat(2));
    let mark = w.mark();
    let (old, new) = (rover("c", 2, EPOCH), rover("c", 77, EPOCH + 3));
    w.restart(Seat(2), new.clone());
    w.join(Seat(2), route(0));
    w.within(secs(1), "it is a member at its new address", World::converged);
    w.capture();
    let settled = w.mark();
    w.run_for(secs(30));
    assert!(w.letters(settled).iter().all(|letter| letter.to != route(2)));
    for peer in [0, 1, 3].map(Seat) {
        let renewed = Event::Renewed { old: old.clone(), new: new.clone() };
        assert_eq!(w.events_of(peer, mark).into_iter().filter(|event| **event == renewed).count(), 1);
    }
}

#[test]
fn an_epoch_that_went_back_is_renewed_past_the_known_one_within_a_second() {
    let cases = [(1_000, 500), (1_000, 0), (u64::MAX, u64::MAX - 9), (3, u64::MAX - 3)];
    for (case, (known, lower)) in cases.into_iter().enumerate() {
        for dead_for in [ms(0), secs(4), secs(60)] {
            let identities = [seal(0), seal(1), seal_at(2, known), seal(3), seal(4)];
            let mut w = World::of(case as u64, Config::lan(), identities);
            w.crash(Seat(2));
            w.run_for(dead_for);
            let mark = w.mark();
            w.restart(Seat(2), seal_at(2, lower));
            w.join(Seat(2), route(1));
            let new = seal_at(2, known.wrapping_add(1));
            w.within(secs(1), "it is a member past its rival", |w| w.seen_by(&w.running(), &new));
            w.run_for(secs(20));
            assert!(w.converged());
            assert_eq!(w.identity(Seat(2)), new, "it renewed once");
            for peer in [0, 1, 3, 4].map(Seat) {
                let renewed = Event::Renewed { old: seal_at(2, known), new };
                assert_eq!(w.events_of(peer, mark).into_iter().filter(|event| **event == renewed).count(), 1);
            }
            assert_eq!(w.count(mark, |event| matches!(event, Event::Conflict { .. })), 0);
        }
    }
}

/// Whether a datagram of this kind has left one address for another.
fn sent(w: &World<Seal>, from: usize, to: usize, kind: MessageKind) -> bool {
    !w.between(Mark::START, route(from), route(to), kind).is_empty()
}

/// No suspicion of anybody, and every probe that was under way is neither success nor failure.
fn nobody_is_suspected(mut w: World<Seal>, mark: Mark) {
    w.run_for(secs(20));
    assert!(w.converged());
    let suspected = w.count(mark, |event| matches!(event, Event::Suspected { .. } | Event::Down { .. }));
    assert_eq!(suspected, 0, "{:?}", w.events(mark));
}

#[test]
fn an_identity_that_changes_while_its_ping_is_under_way_is_not_suspected() {
    for seed in 0..6 {
        let mut w = World::of(seed, Config::lan(), (0..3).map(seal));
        w.net.rule(|letter| {
            let probe = letter.is(MessageKind::Ping) && letter.from == route(0) && letter.to == route(1);
            if probe { Fate::Delay(ms(100)) } else { Fate::Pass }
        });
        w.capture();
        w.within(secs(5), "it is probed", |w| sent(w, 0, 1, MessageKind::Ping));
        let mark = w.mark();
        w.run_for(ms(20));
        w.act(Seat(1), |engine, now| engine.replace_identity(now, seal_at(1, EPOCH + 1)))
            .expect("it is newer");
        nobody_is_suspected(w, mark);
    }
}

#[test]
fn an_identity_that_changes_while_helpers_ask_is_not_suspected() {
    for seed in 0..6 {
        let mut w = World::of(seed, Config::lan(), (0..4).map(seal));
        w.cut(Seat(0), Seat(1));
        w.capture();
        w.within(secs(8), "helpers are asked", |w| {
            (2..4).any(|helper| sent(w, 0, helper, MessageKind::PingReq))
        });
        let mark = w.mark();
        w.act(Seat(1), |engine, now| engine.replace_identity(now, seal_at(1, EPOCH + 1)))
            .expect("it is newer");
        w.net.heal();
        nobody_is_suspected(w, mark);
    }
}

#[test]
fn a_process_restarted_while_its_ping_is_under_way_is_not_suspected() {
    for seed in 0..6 {
        let mut w = World::of(seed, Config::lan(), (0..3).map(seal));
        w.capture();
        w.within(secs(5), "it is probed", |w| sent(w, 0, 1, MessageKind::Ping));
        let mark = w.mark();
        w.crash(Seat(1));
        w.restart(Seat(1), seal_at(1, EPOCH + 1));
        w.join(Seat(1), route(2));
        nobody_is_suspected(w, mark);
    }
}

#[test]
fn a_prober_that_changes_its_own_identity_in_the_middle_suspects_nobody() {
    for seed in 0..6 {
        let mut w = World::of(seed, Config::lan(), (0..3).map(seal));
        w.capture();
        w.within(secs(5), "it probes", |w| sent(w, 0, 1, MessageKind::Ping));
        let mark = w.mark();
        w.act(Seat(0), |engine, now| engine.replace_identity(now, seal_at(0, EPOCH + 1)))
            .expect("it is newer");
        nobody_is_suspected(w, mark);
    }
}

#[test]
fn a_suspicion_at_the_highest_incarnation_is_answered_by_renewing() {
    let mut w = World::of(3, Config::lan(), (0..4).map(seal));
    let mark = w.mark();
    w.whisper(&seal(1), Seat(0), &[Update::new(seal(0), u32::MAX, State::Suspect)]);
    assert_eq!(w.identity(Seat(0)), seal_at(0, EPOCH + 1));
    assert_eq!(w.events_of(Seat(0), mark), [&Event::Rejoined { identity: seal_at(0, EPOCH + 1) }]);
    w.within(gossip_time(), "all hold the new identity", World::converged);
}

#[test]
fn no_single_message_evicts_a_member_for_good() {
    for incarnation in [0, 1, u32::MAX - 1, u32::MAX] {
        for state in [State::Alive, State::Suspect, State::Down, State::Left] {
            for told in 0..4 {
                let mut w = World::of(4, Config::lan(), (0..4).map(seal));
                w.whisper(&seal(3), Seat(told), &[Update::new(seal(0), incarnation, state)]);
                let limit = Config::lan().probe.interval + gossip_time();
                w.run_for(ms(1));
                w.within(limit, "it is a member everywhere", World::converged);
                w.run_for(secs(20));
                assert!(w.converged(), "{incarnation} {state} told to {told}: it stays one");
            }
        }
    }
}

#[test]
fn no_single_message_evicts_a_member_for_good_that_cannot_renew() {
    for incarnation in [0, 1, (1 << 31) - 1, 1 << 31, u32::MAX] {
        for state in [State::Alive, State::Suspect, State::Down, State::Left] {
            for told in 0..4 {
                let mut w: World<Stone> = World::of(5, Config::lan(), (0..4).map(stone));
                w.whisper(&stone(3), Seat(told), &[Update::new(stone(0), incarnation, state)]);
                let limit = Config::lan().probe.interval + gossip_time();
                w.run_for(ms(1));
                w.within(limit, "it is a member everywhere", World::converged);
                w.run_for(secs(20));
                assert!(w.converged(), "{incarnation} {state} told to {told}: it stays one");
            }
        }
    }
}

#[test]
fn an_address_where_nobody_answers_is_never_listed() {
    let mut w: World<Seal> = World::new(6, Config::lan());
    let a = w.add(seal(0));
    let mark = w.mark();
    w.join(a, route(9));
    let placeholder = w.run_until(secs(120), |w| {
        let engine = w.member(a);
        engine.members().chain(engine.departed()).next().is_some()
    });
    assert_eq!(placeholder, None);
    let outcome = Event::Seed { route: route(9), outcome: SeedOutcome::NoAnswer };
    assert_eq!(w.events_of(a, mark), [&outcome]);
    assert_eq!(w.member(a).phase(), Phase::Joining);
}

#[test]
fn an_address_that_answers_with_anything_but_a_feed_is_never_listed() {
    let mut w: World<Seal> = World::new(7, Config::lan());
    let a = w.add(seal(0));
    let p = w.puppet(seal(9));
    w.join(a, route(9));
    w.run_for(ms(20));
    let announce = w.mail(p, MessageKind::Announce).remove(0);
    let number = announce.number().expect("an announce has a number");
    let other = number.wrapping_add(1);
    for message in [
        Message::Ack { number },
        Message::Gossip,
        Message::Feed { number: other, clock: 0 },
        Message::Challenge { number: other, cookie: 5 },
        Message::Challenge { number, cookie: 5 },
    ] {
        w.tell(p, a, message, &[Update::new(seal(10), 0, State::Alive)]);
        let engine = w.member(a);
        assert_eq!(engine.members().count() + engine.departed().count(), 0);
    }
    w.tell(p, a, Message::Feed { number, clock: 0 }, &[Update::new(seal(10), 0, State::Alive)]);
    assert!(w.sees(a, &seal(9)) && w.sees(a, &seal(10)));
}

#[test]
fn replacing_ones_identity_is_seen_as_renewed_and_refused_where_no_member_would_take_it() {
    let mut w = World::of(8, Config::lan(), (0..3).map(seal));
    let mark = w.mark();
    let replace = |w: &mut World<Seal>, identity| w.act(Seat(0), |e, now| e.replace_identity(now, identity));
    assert_eq!(replace(&mut w, seal(1)), Err(CommandError::OtherKey));
    assert_eq!(replace(&mut w, seal(0)), Err(CommandError::NotNewer));
    assert_eq!(replace(&mut w, seal_at(0, EPOCH - 1)), Err(CommandError::NotNewer));
    assert_eq!(w.identity(Seat(0)), seal(0));
    assert_eq!(replace(&mut w, seal_at(0, EPOCH + 9)), Ok(()));
    w.within(gossip_time(), "all hold it", World::converged);
    for peer in [Seat(1), Seat(2)] {
        assert_eq!(w.events_of(peer, mark), [&Event::Renewed { old: seal(0), new: seal_at(0, EPOCH + 9) }]);
    }
}

#[test]
fn a_forged_newer_identity_evicts_nobody_for_good() {
    for (case, ahead) in [1, 2, 1 << 32, (1 << 63) - 1, 1 << 63].into_iter().enumerate() {
        for state in [State::Alive, State::Suspect, State::Down, State::Left] {
            let mut w = World::of(case as u64, Config::lan(), (0..4).map(seal));
            let forged = seal_at(0, EPOCH.wrapping_add(ahead));
            w.whisper(&seal(3), Seat(2), &[Update::new(forged, 0, state)]);
            w.run_for(ms(1));
            w.within(secs(180), "it is a member everywhere", World::converged);
            w.run_for(secs(60));
            assert!(w.converged(), "{ahead} ahead, {state}: it stays one");
        }
    }
}

#[test]
fn a_named_member_that_moves_while_it_is_probed_is_not_suspected() {
    for seed in 0..6 {
        let names = ["a", "b", "c", "d"];
        let identities = names.iter().enumerate().map(|(n, name)| rover(name, n, EPOCH));
        let mut w: World<Rover> = World::of(seed, Config::lan(), identities);
        w.capture();
        let start = w.mark();
        w.within(secs(5), "it is probed", |w| {
            !w.between(start, route(0), route(1), MessageKind::Ping).is_empty()
        });
        let mark = w.mark();
        w.crash(Seat(1));
        w.restart(Seat(1), rover("b", 31, EPOCH + 1));
        w.join(Seat(1), route(2));
        w.run_for(secs(20));
        assert!(w.converged());
        assert_eq!(w.count(mark, |event| matches!(event, Event::Suspected { .. } | Event::Down { .. })), 0);
    }
}

#[test]
fn somebody_elses_higher_incarnations_end_in_one_member_that_goes_on() {
    let mut w = World::of(9, Config::lan(), (0..4).map(seal));
    // Thrice somebody else says that we are alive, at an incarnation that we never had.
    for _ in 0..3 {
        let incarnation = w.member(Seat(0)).incarnation() + 1;
        w.whisper(&seal(1), Seat(0), &[Update::new(seal(0), incarnation, State::Alive)]);
        assert_eq!(w.member(Seat(0)).incarnation(), incarnation + 1);
        w.run_for(ms(300));
    }
    w.within(secs(1), "it renews", |w| w.identity(Seat(0)) == seal_at(0, EPOCH + 1));
    w.within(gossip_time(), "all hold it", World::converged);
}
