//! Leaving: said first, heard by all, and no obstacle to coming back.

use crate::world::{Bench, EPOCH, Fate, Seal, Seat, Stone, World, ms, route, seal, seal_at, secs, stone};
use haulout::codec::{Message, MessageKind, Update};
use haulout::{Config, Event, Phase, State};

fn has_left(w: &World<Seal>, seat: Seat) -> bool {
    w.member(seat).phase() == Phase::Dormant
}

/// Whether all of these hold that key as one that left.
fn left_at(w: &World<Seal>, watchers: &[Seat], n: usize) -> bool {
    watchers.iter().all(|at| w.state(*at, &route(n)) == Some(State::Left))
}

#[test]
fn a_leaver_is_left_and_never_down_at_all_others() {
    for seed in 0..5 {
        // Of eight, gossip passes one by now and then: these seeds are such that it does not.
        let mut w = World::plain(seed, Config::lan(), (0..8).map(seal));
        let others: Vec<_> = (0..7).map(Seat).collect();
        let mark = w.mark();
        w.leave(Seat(7));
        w.within(secs(3), "all know", |w| left_at(w, &others, 7));
        w.within(secs(10), "it is done", |w| has_left(w, Seat(7)));
        w.run_for(secs(30));
        for peer in others {
            assert_eq!(w.events_of(peer, mark), [&Event::Left { identity: seal(7) }]);
        }
        assert_eq!(w.events_of(Seat(7), mark), [&Event::Idle]);
    }
}

#[test]
fn a_leaver_says_so_first_in_all_its_gossip_for_at_least_three_rounds_and_still_acks() {
    let mut w = World::of(1, Config::lan(), (0..6).map(seal));
    w.capture();
    // There is other news to tell as well.
    w.whisper(&seal(1), Seat(5), &[Update::new(seal(50), 0, State::Alive)]);
    let mark = w.mark();
    let began = w.now();
    w.leave(Seat(5));
    w.within(secs(10), "it is done", |w| has_left(w, Seat(5)));
    let took = w.now().since(began);
    assert!(took >= Config::lan().gossip.interval * 3, "{took:?}");
    let gossip = w.sent_by(mark, route(5), MessageKind::Gossip);
    assert!(gossip.len() >= 3);
    for kind in [MessageKind::Gossip, MessageKind::Ack] {
        for letter in w.sent_by(mark, route(5), kind) {
            assert!(letter.opens_with(&route(5), State::Left), "{letter:?}");
        }
    }
    let after_leaving = w.mark();
    w.run_for(secs(10));
    assert!(w.letters(after_leaving).iter().all(|l| l.from != route(5)), "then it is silent");
}

#[test]
fn a_leaver_probes_nobody_and_acks_whoever_has_not_heard() {
    let mut w: World<Seal> = World::new(2, Config::lan());
    let a = w.add(seal(0));
    w.start(a);
    let p = w.puppet(seal(1));
    w.admit(p, a);
    w.run_for(secs(3));
    w.leave(a);
    w.doll_mut(p).mail.clear();
    w.tell(p, a, Message::Ping { number: 5 }, &[]);
    w.tell(p, a, Message::Gossip, &[Update::new(seal(0), 0, State::Suspect)]);
    w.run_for(secs(5));
    let acks = w.mail(p, MessageKind::Ack);
    assert_eq!(acks.len(), 1);
    assert!(acks[0].opens_with(&route(0), State::Left));
    assert!(w.mail(p, MessageKind::Ping).is_empty(), "it probes nobody");
    assert!(w.doll(p).mail.iter().all(|l| !l.tells(&route(0), State::Alive)), "it refutes nothing");
}

#[test]
fn a_leave_that_one_member_did_not_hear_is_left_there_as_well() {
    for seed in 0..5 {
        let mut w = World::of(seed, Config::lan(), (0..6).map(seal));
        let others: Vec<_> = (0..5).map(Seat).collect();
        // Nothing that says `Left` reaches the deaf one until the leaver is gone.
        w.net.rule(
            |l| {
                if l.to == route(2) && l.tells(&route(5), State::Left) { Fate::Drop } else { Fate::Pass }
            },
        );
        w.leave(Seat(5));
        w.within(secs(10), "it is done", |w| has_left(w, Seat(5)));
        w.crash(Seat(5));
        assert!(w.lists(Seat(2), &route(5)));
        let before = [0, 1, 3, 4].map(Seat);
        assert!(left_at(&w, &before, 5));
        w.run_for(secs(5));
        w.net.heal();
        w.within(secs(40), "views agree on `Left`", |w| left_at(w, &others, 5));
        w.run_for(secs(60));
        assert!(left_at(&w, &others, 5) && w.converged());
    }
}

#[test]
fn a_leave_that_one_member_takes_for_a_death_ends_as_left() {
    for seed in 0..5 {
        let mut w = World::of(seed, Config::lan(), (0..6).map(seal));
        let others: Vec<_> = (0..5).map(Seat).collect();
        w.net.rule(
            |l| {
                if l.to == route(2) && l.tells(&route(5), State::Left) { Fate::Drop } else { Fate::Pass }
            },
        );
        let mark = w.mark();
        w.leave(Seat(5));
        w.within(secs(10), "it is done", |w| has_left(w, Seat(5)));
        w.crash(Seat(5));
        w.within(secs(60), "the deaf one declares it down", |w| {
            w.state(Seat(2), &route(5)) == Some(State::Down)
        });
        w.net.heal();
        w.within(secs(10), "views agree on `Left`", |w| left_at(w, &others, 5));
        assert_eq!(w.events_of(Seat(2), mark).last(), Some(&&Event::Left { identity: seal(5) }));
        w.run_for(secs(60));
        assert!(left_at(&w, &others, 5));
    }
}

#[test]
fn leaving_and_joining_again_on_one_engine_works() {
    for seed in 0..5 {
        let mut w = World::of(seed, Config::lan(), (0..5).map(seal));
        w.leave(Seat(4));
        w.within(secs(10), "it is done", |w| has_left(w, Seat(4)));
        w.run_for(secs(3));
        let mark = w.mark();
        w.join(Seat(4), route(1));
        w.within(secs(1), "it is a member again", World::converged);
        assert_eq!(w.identity(Seat(4)), seal_at(4, EPOCH + 1));
        w.run_for(secs(30));
        assert!(w.converged());
        for peer in (0..4).map(Seat) {
            let renewed = Event::Renewed { old: seal(4), new: seal_at(4, EPOCH + 1) };
            assert_eq!(w.events_of(peer, mark), [&renewed]);
        }
        assert!(w.events_of(Seat(4), mark).contains(&&Event::Active));
    }
}

#[test]
fn joining_again_before_the_leave_is_done_ends_as_a_member() {
    for wait in [0, 1, 50, 250, 700] {
        let mut w = World::of(wait, Config::lan(), (0..5).map(seal));
        w.leave(Seat(4));
        w.run_for(ms(wait));
        w.join(Seat(4), route(1));
        w.within(secs(3), "it is a member again", |w| {
            w.converged() && w.member(Seat(4)).phase() == Phase::Active
        });
        w.run_for(secs(30));
        assert!(w.converged());
    }
}

#[test]
fn an_engine_that_cannot_renew_leaves_and_joins_again() {
    let mut w: World<Stone> = World::of(6, Config::lan(), (0..5).map(stone));
    for _ in 0..3 {
        w.leave(Seat(4));
        w.within(secs(10), "it is done", |w| w.member(Seat(4)).phase() == Phase::Dormant);
        w.run_for(secs(3));
        assert_eq!(w.state(Seat(0), &route(4)), Some(State::Left));
        w.join(Seat(4), route(1));
        w.within(secs(1), "it is a member again", World::converged);
    }
    w.run_for(secs(30));
    assert!(w.converged());
}

#[test]
fn a_member_without_others_leaves_at_once_or_soon() {
    let mut w: World<Seal> = World::new(7, Config::lan());
    let a = w.add(seal(0));
    w.start(a);
    w.run_for(secs(1));
    w.leave(a);
    w.within(secs(3), "it is done", |w| has_left(w, a));
    assert_eq!(w.member(a).poll_timeout(), None, "a dormant engine has nothing to wait for");
}

#[test]
fn a_joiner_that_leaves_before_it_was_ever_active_can_join_again() {
    for wait in [0, 100, 5_000] {
        let mut w: World<Seal> = World::new(8, Config::lan());
        let a = w.add(seal(0));
        w.join(a, route(9));
        // Others may join through one that is still joining.
        let p = w.puppet(seal(1));
        w.admit(p, a);
        assert_eq!(w.member(a).phase(), Phase::Joining);
        w.leave(a);
        w.run_for(ms(wait));
        let b = w.add(seal(2));
        w.start(b);
        w.join(a, route(2));
        w.within(secs(1), "it is a member", |w| w.sees(b, &w.identity(a)) && w.sees(a, &seal(2)));
        assert_eq!(w.member(a).phase(), Phase::Active);
    }
}

#[test]
fn a_leave_that_all_but_one_did_not_hear_is_left_everywhere() {
    for seed in 0..5 {
        let mut w = World::of(seed, Config::lan(), (0..6).map(seal));
        let others: Vec<_> = (0..5).map(Seat).collect();
        w.net.rule(|l| {
            if l.from == route(5) && l.tells(&route(5), State::Left) { Fate::Drop } else { Fate::Pass }
        });
        w.leave(Seat(5));
        w.within(secs(10), "it is done", |w| has_left(w, Seat(5)));
        w.crash(Seat(5));
        w.net.heal();
        w.whisper(&seal(5), Seat(0), &[Update::new(seal(5), 0, State::Left)]);
        w.within(secs(3), "views agree on `Left`", |w| left_at(w, &others, 5));
        w.run_for(secs(60));
        assert!(left_at(&w, &others, 5));
    }
}

#[test]
fn a_leave_under_loss_is_left_everywhere() {
    for seed in 0..10 {
        let mut w = World::of(seed, Config::lan(), (0..10).map(seal));
        let others: Vec<_> = (0..9).map(Seat).collect();
        w.net.loss = 300;
        w.leave(Seat(9));
        w.within(secs(10), "it is done", |w| has_left(w, Seat(9)));
        w.crash(Seat(9));
        w.run_for(secs(3));
        w.net.loss = 0;
        w.within(secs(60), "views agree on `Left`", |w| left_at(w, &others, 9));
    }
}

#[test]
fn half_of_a_cluster_may_leave_at_once() {
    let mut w = World::of(11, Config::lan(), (0..16).map(seal));
    let mark = w.mark();
    for n in 8..16 {
        w.leave(Seat(n));
    }
    w.run_for(secs(10));
    for n in 8..16 {
        assert!(has_left(&w, Seat(n)));
        w.crash(Seat(n));
    }
    w.within(secs(5), "the others know", World::converged);
    w.run_for(secs(60));
    assert!(w.converged());
    let down = w.events(mark).iter().filter(|h| h.seat < Seat(8) && matches!(h.event, Event::Down { .. }));
    assert_eq!(down.count(), 0);
}

#[test]
fn after_leaving_a_start_makes_an_active_member_again_whom_the_others_find() {
    let mut w = World::of(12, Config::lan(), (0..4).map(seal));
    w.leave(Seat(3));
    w.within(secs(10), "it is done", |w| has_left(w, Seat(3)));
    w.run_for(secs(5));
    w.start(Seat(3));
    assert_eq!(w.member(Seat(3)).phase(), Phase::Active);
    w.within(secs(2), "it is a member again", World::converged);
}

#[test]
fn who_says_again_that_a_leaver_died_is_told_although_the_first_correction_was_lost() {
    let mut b = Bench::new(13, Config::lan(), 2);
    let (teller, leaver) = (b.dolls[0], b.dolls[1]);
    b.w.tell(teller, b.me, Message::Gossip, &[Update::new(seal(2), 0, State::Left)]);
    b.silence(&[leaver]);
    b.w.run_for(secs(10));
    b.w.net.rule(|l| if l.is(MessageKind::Gossip) { Fate::Drop } else { Fate::Pass });
    b.accuse(leaver, &[1]);
    // The correction has been told as often as news is, in vain.
    b.w.run_for(ms(800));
    b.w.net.heal();
    b.w.doll_mut(teller).mail.clear();
    b.w.tell(teller, b.me, Message::Gossip, &[Update::new(seal(2), 0, State::Down)]);
    b.w.within(secs(10), "it is told that it left", |w| {
        w.doll(teller).mail.iter().any(|l| l.tells(&route(2), State::Left))
    });
}

#[test]
fn a_leave_that_one_of_many_did_not_hear_is_left_there_as_well() {
    for seed in 0..4 {
        let mut w = World::of(seed, Config::lan(), (0..48).map(seal));
        let others: Vec<_> = (0..47).map(Seat).collect();
        w.net.rule(|l| {
            if l.to == route(2) && l.tells(&route(47), State::Left) { Fate::Drop } else { Fate::Pass }
        });
        w.leave(Seat(47));
        w.within(secs(10), "it is done", |w| has_left(w, Seat(47)));
        w.crash(Seat(47));
        w.run_for(secs(5));
        w.net.heal();
        // A round of probes, and the longest suspicion.
        w.within(secs(2 * 47 + 30), "views agree on `Left`", |w| left_at(w, &others, 47));
    }
}
