//! A member that is declared down while it lives, or comes back, is a member again within a second.

use crate::world::{EPOCH, Mark, Peer, Seal, Seat, Stone, World, ms, route, seal, seal_at, secs, stone};
use haulout::codec::{Message, MessageKind, Update};
use haulout::{Config, Event, Phase, State};

#[test]
fn a_member_declared_down_while_it_lives_renews_and_is_back_everywhere_within_a_second() {
    for seed in 0..5 {
        let mut w = World::of(seed, Config::lan(), (0..5).map(seal));
        let b = Seat(1);
        let others = [0, 2, 3, 4].map(Seat);
        w.net.rule(|l| {
            let silent = (l.from == route(1) || l.to == route(1)) && !l.is(MessageKind::YouAreDown);
            if silent { crate::world::Fate::Drop } else { crate::world::Fate::Pass }
        });
        let mark = w.mark();
        w.within(secs(60), "somebody declares it down", |w| {
            w.count(mark, |event| matches!(event, Event::Down { .. })) > 0
        });
        w.net.heal();
        w.within(secs(1), "it renews, told by whoever declared it down", |w| {
            w.when(b, mark, |event| matches!(event, Event::Rejoined { .. })).is_some()
        });
        let new = w.identity(b);
        assert_eq!(new, seal_at(1, EPOCH + 1));
        w.within(secs(1), "all hold it", |w| w.seen_by(&others, &new));
        for peer in others {
            let renewed = Event::Renewed { old: seal(1), new };
            assert_eq!(w.events_of(peer, mark).into_iter().filter(|event| **event == renewed).count(), 1);
            assert!(w.member(peer).departed().all(|member| *member.identity() != seal(1)), "no ghost");
        }
        let rejoined =
            w.events_of(b, mark).into_iter().filter(|e| matches!(e, Event::Rejoined { .. })).count();
        assert_eq!(rejoined, 1);
    }
}

#[test]
fn a_ping_from_a_member_held_down_is_acked_and_answered_by_a_notice() {
    let mut w: World<Seal> = World::new(1, Config::lan());
    let a = w.add(seal(0));
    w.start(a);
    let (p, q) = (w.puppet(seal(1)), w.puppet(seal(2)));
    w.admit(p, a);
    w.admit(q, a);
    w.whisper(&seal(2), a, &[Update::new(seal(1), 0, State::Down)]);
    assert_eq!(w.state(a, &route(1)), Some(State::Down));
    w.run_for(secs(2));
    w.doll_mut(p).mail.clear();
    w.tell(p, a, Message::Ping { number: 77 }, &[]);
    w.run_for(ms(10));
    assert_eq!(w.mail(p, MessageKind::Ack).len(), 1);
    let notices = w.mail(p, MessageKind::YouAreDown);
    assert_eq!(notices.len(), 1);
    assert_eq!(notices[0].updates.len(), 1, "its one section is what is held of the receiver");
    assert!(notices[0].opens_with(&route(1), State::Down));
    assert_eq!(w.state(a, &route(1)), Some(State::Down), "it stays down until it renews");
}

#[test]
fn notices_to_one_member_are_limited_to_one_a_probe_interval_and_never_cease() {
    let mut w: World<Seal> = World::new(2, Config::lan());
    let a = w.add(seal(0));
    w.start(a);
    let (p, q) = (w.puppet(seal(1)), w.puppet(seal(2)));
    w.admit(p, a);
    w.admit(q, a);
    w.whisper(&seal(2), a, &[Update::new(seal(1), 0, State::Down)]);
    w.capture();
    let mark = w.mark();
    for _ in 0..600 {
        w.tell(p, a, Message::Ping { number: 1 }, &[]);
        w.run_for(ms(100));
    }
    let notices = w.sent_by(mark, route(0), MessageKind::YouAreDown);
    assert!((10..=61).contains(&notices.len()), "{} notices in a minute", notices.len());
    assert!(notices.windows(2).all(|pair| pair[1].at.since(pair[0].at) >= secs(1)));
    assert!(w.now().since(notices.last().expect("there are some").at) < secs(10));
    assert!(w.stats(a).dropped.notices_limited > 0);
}

#[test]
fn a_notice_is_taken_whatever_is_held_of_its_sender() {
    let mut w: World<Seal> = World::new(3, Config::lan());
    let a = w.add(seal(0));
    w.start(a);
    let stranger = w.puppet(seal(9));
    let mark = w.mark();
    w.tell(stranger, a, Message::YouAreDown, &[Update::new(seal(0), 0, State::Down)]);
    assert_eq!(w.identity(a), seal_at(0, EPOCH + 1));
    assert_eq!(w.events_of(a, mark), [&Event::Rejoined { identity: seal_at(0, EPOCH + 1) }]);
    assert!(!w.lists(a, &route(9)), "the stranger is not listed for it");
}

#[test]
fn an_identity_that_cannot_renew_returns_after_it_was_declared_down() {
    for seed in 0..5 {
        let mut w: World<Stone> = World::of(seed, Config::lan(), (0..5).map(stone));
        w.crash(Seat(2));
        w.within(secs(60), "all know", World::converged);
        let mark = w.mark();
        w.restart(Seat(2), stone(2));
        w.join(Seat(2), route(0));
        w.within(secs(1), "it is back", World::converged);
        w.run_for(secs(30));
        assert!(w.converged());
        for peer in [0, 1, 3, 4].map(Seat) {
            assert_eq!(w.events_of(peer, mark), [&Event::Up { identity: stone(2) }]);
        }
        assert!(w.member(Seat(2)).incarnation() > 0);
    }
}

#[test]
fn an_identity_that_cannot_renew_returns_after_it_left() {
    for seed in 0..5 {
        let mut w: World<Stone> = World::of(seed, Config::lan(), (0..5).map(stone));
        w.leave(Seat(2));
        w.within(secs(20), "it has left", |w| w.member(Seat(2)).phase() == Phase::Dormant);
        w.crash(Seat(2));
        assert_eq!(w.state(Seat(0), &route(2)), Some(State::Left));
        let mark = w.mark();
        w.restart(Seat(2), stone(2));
        w.join(Seat(2), route(0));
        w.within(secs(1), "it is back", World::converged);
        w.run_for(secs(30));
        assert!(w.converged());
        for peer in [0, 1, 3, 4].map(Seat) {
            assert_eq!(w.events_of(peer, mark), [&Event::Up { identity: stone(2) }]);
        }
    }
}

#[test]
fn an_identity_that_cannot_renew_answers_its_death_with_a_higher_incarnation() {
    let mut w: World<Stone> = World::of(4, Config::lan(), (0..4).map(stone));
    let mark = w.mark();
    w.whisper(&stone(1), Seat(2), &[Update::new(stone(0), 0, State::Down)]);
    assert_eq!(w.state(Seat(2), &route(0)), Some(State::Down));
    w.within(secs(2), "it is back everywhere", |w| w.converged() && w.member(Seat(0)).incarnation() > 0);
    assert_eq!(w.member(Seat(0)).incarnation(), 1);
    assert_eq!(w.count(mark, |event| matches!(event, Event::Defunct)), 0);
}

#[test]
fn a_restarted_member_that_had_left_is_told_so_and_is_back_within_a_second() {
    let mut w = World::of(5, Config::lan(), (0..4).map(seal));
    w.leave(Seat(3));
    w.within(secs(20), "it has left", |w| w.member(Seat(3)).phase() == Phase::Dormant);
    w.crash(Seat(3));
    let mark = w.mark();
    // Its clock has not moved on: the identity is the one that left.
    w.restart(Seat(3), seal(3));
    w.join(Seat(3), route(1));
    w.within(secs(1), "it is back", World::converged);
    assert_eq!(w.identity(Seat(3)), seal_at(3, EPOCH + 1));
    assert_eq!(w.events_of(Seat(0), mark), [&Event::Renewed { old: seal(3), new: seal_at(3, EPOCH + 1) }]);
    assert_eq!(w.count(Mark::START, |event| matches!(event, Event::Conflict { .. })), 0);
}

/// A process that starts again under the identity that was declared down a moment ago, and asks the very
/// member that declared it; it is told, and is back within a second.
fn is_back_although_it_was_just_declared_down<I: Peer>(seed: u64, make: fn(usize) -> I) {
    let mut w: World<I> = World::of(seed, Config::lan(), (0..5).map(make));
    w.crash(Seat(2));
    let mark = w.mark();
    let down = |event: &Event<I>| matches!(event, Event::Down { .. });
    w.within(secs(60), "somebody declares it down", |w| w.count(mark, down) > 0);
    let accuser = w.events(mark).iter().find(|h| down(&h.event)).expect("it has just happened").seat;
    // The notice that went out with it has reached nobody.
    w.run_for(ms(10));
    w.restart(Seat(2), make(2));
    w.join(Seat(2), w.route(accuser));
    w.within(secs(1), "it is back", World::converged);
}

#[test]
fn a_member_that_starts_again_right_after_it_was_declared_down_is_back_within_a_second() {
    for seed in 0..5 {
        is_back_although_it_was_just_declared_down(seed, seal);
        is_back_although_it_was_just_declared_down(seed, stone);
    }
}
