//! Probing, message by message.

use crate::world::{Bench, Doll, Letter, Mark, Seal, Seat, World, ms, route, rover, seal, secs};
use core::time::Duration;
use haulout::codec::{Message, MessageKind};
use haulout::{Config, Event, State};
use std::collections::HashMap;

#[test]
fn one_ping_goes_out_an_interval_and_an_ack_ends_it() {
    let mut b = Bench::new(1, Config::lan(), 5);
    let mark = b.w.mark();
    b.w.run_for(secs(20));
    let pings = b.w.sent_by(mark, route(0), MessageKind::Ping);
    assert_eq!(pings.len(), 20);
    assert!(pings.windows(2).all(|pair| pair[1].at.since(pair[0].at) == secs(1)));
    assert!(b.w.sent_by(mark, route(0), MessageKind::PingReq).is_empty());
    for round in pings.chunks(5) {
        let mut targets: Vec<_> = round.iter().map(|l| l.to).collect();
        targets.sort();
        assert_eq!(targets, [1, 2, 3, 4, 5].map(route), "each once a round");
    }
    assert!(b.w.events(mark).is_empty());
}

/// The moment at which a silent puppet is pinged next, and the request to each helper half a second later.
fn until_helpers_are_asked(b: &mut Bench, silent: Doll) -> (Letter<Seal>, Vec<Letter<Seal>>) {
    b.silence(&[silent]);
    let target = *b.w.doll(silent).identity.address();
    let mark = b.w.mark();
    b.w.within(secs(30), "it is pinged", |w| {
        !w.between(mark, route(0), target, MessageKind::Ping).is_empty()
    });
    let ping = b.w.between(mark, route(0), target, MessageKind::Ping)[0].clone();
    b.w.run_for(ms(499));
    assert!(b.w.sent_by(mark, route(0), MessageKind::PingReq).is_empty(), "not before the timeout");
    b.w.run_for(ms(1));
    let requests: Vec<_> = b.w.sent_by(mark, route(0), MessageKind::PingReq).into_iter().cloned().collect();
    (ping, requests)
}

/// The puppet at an address.
fn doll_at(b: &Bench, to: core::net::SocketAddr) -> Doll {
    b.dolls.iter().copied().find(|doll| *b.w.doll(*doll).identity.address() == to).expect("a puppet is there")
}

#[test]
fn after_the_timeout_three_distinct_helpers_are_asked_to_ping_the_target() {
    let mut b = Bench::new(2, Config::lan(), 6);
    let silent = b.dolls[5];
    let (_, requests) = until_helpers_are_asked(&mut b, silent);
    assert_eq!(requests.len(), 3);
    let mut helpers: Vec<_> = requests.iter().map(|l| l.to).collect();
    helpers.sort();
    helpers.dedup();
    assert!(helpers.len() == 3 && !helpers.contains(&route(6)), "{helpers:?}");
    for letter in &requests {
        let Message::PingReq { target, route: way, .. } = &letter.header.message else {
            panic!("{letter:?}")
        };
        assert_eq!((*target, *way), (route(6), None), "the key says where it is");
    }
}

#[test]
fn without_an_answer_the_target_is_suspected_at_the_end_of_the_interval_by_the_prober() {
    let mut b = Bench::new(3, Config::lan(), 6);
    let silent = b.dolls[5];
    let mark = b.w.mark();
    let (ping, _) = until_helpers_are_asked(&mut b, silent);
    b.w.run_for(secs(1));
    assert_eq!(b.w.when(b.me, mark, |e| matches!(e, Event::Suspected { .. })), Some(ping.at + secs(1)));
    b.w.run_for(ms(300));
    let told: Vec<_> =
        b.w.letters(mark).iter().flat_map(|l| &l.updates).filter(|u| u.identity == seal(6)).collect();
    assert!(!told.is_empty(), "it tells");
    for update in told {
        assert_eq!((update.state, update.by.as_slice()), (State::Suspect, &[route(0)][..]));
    }
}

#[test]
fn a_forwarded_ack_of_one_helper_saves_the_target() {
    let mut b = Bench::new(4, Config::lan(), 6);
    let silent = b.dolls[5];
    let mark = b.w.mark();
    let (_, requests) = until_helpers_are_asked(&mut b, silent);
    b.w.run_for(ms(200));
    let helper = doll_at(&b, requests[1].to);
    let number = requests[1].number().expect("a request has a number");
    b.w.tell(helper, b.me, Message::ForwardedAck { number, identity: seal(6), incarnation: 0 }, &[]);
    b.w.run_for(ms(900));
    assert_eq!(b.state(silent), Some(State::Alive));
    assert!(b.w.events(mark).is_empty());
    assert_eq!(b.w.member(b.me).health(), 0);
}

#[test]
fn a_forwarded_ack_of_another_identity_or_number_saves_nobody() {
    let mut b = Bench::new(5, Config::lan(), 6);
    let silent = b.dolls[5];
    let (_, requests) = until_helpers_are_asked(&mut b, silent);
    let helper = doll_at(&b, requests[0].to);
    let number = requests[0].number().expect("a request has a number");
    let older = crate::world::seal_at(6, crate::world::EPOCH - 1);
    for message in [
        Message::ForwardedAck { number: number.wrapping_add(999), identity: seal(6), incarnation: 0 },
        Message::ForwardedAck { number, identity: older, incarnation: 0 },
        Message::ForwardedAck { number, identity: seal(5), incarnation: 0 },
        Message::Nack { number },
    ] {
        b.w.tell(helper, b.me, message, &[]);
    }
    b.w.run_for(secs(1));
    assert_eq!(b.state(silent), Some(State::Suspect));
}

#[test]
fn a_named_targets_route_is_sent_along() {
    let names = ["a", "b", "c", "d"];
    let identities = names.iter().enumerate().map(|(n, name)| rover(name, n, 1_000));
    let mut w = World::of(6, Config::lan(), identities);
    w.capture();
    w.cut(Seat(0), Seat(1));
    let mark = w.mark();
    w.within(secs(9), "helpers are asked", |w| !w.sent_by(mark, route(0), MessageKind::PingReq).is_empty());
    let Message::PingReq { target, route: way, .. } =
        &w.sent_by(mark, route(0), MessageKind::PingReq)[0].header.message
    else {
        panic!("a request")
    };
    assert_eq!((target.as_str(), *way), ("b", Some(route(1))));
    w.run_for(secs(20));
    assert_eq!(w.count(mark, |event| matches!(event, Event::Suspected { .. })), 0);
}

#[test]
fn a_helper_pings_on_its_own_account_and_forwards_the_ack_with_the_origins_number() {
    let mut b = Bench::new(7, Config::lan(), 6);
    let (origin, other) = (b.dolls[0], b.dolls[1]);
    b.w.doll_mut(b.dolls[5]).incarnation = 4;
    // Two origins may use the same number.
    for doll in [origin, other] {
        let mark = b.w.mark();
        b.w.doll_mut(doll).mail.clear();
        b.w.tell(doll, b.me, Message::PingReq { number: 500, target: route(6), route: None }, &[]);
        let pings = b.w.between(mark, route(0), route(6), MessageKind::Ping);
        assert_eq!(pings.len(), 1, "at once");
        b.w.run_for(ms(3));
        let forwarded: Vec<_> = b.w.mail(doll, MessageKind::ForwardedAck);
        let expected = Message::ForwardedAck { number: 500, identity: seal(6), incarnation: 4 };
        assert_eq!(forwarded.iter().map(|l| l.header.message.clone()).collect::<Vec<_>>(), [expected]);
    }
    b.w.run_for(secs(2));
    assert!(b.w.mail(origin, MessageKind::Nack).is_empty(), "no nack follows");
}

#[test]
fn a_helper_nacks_in_time_for_the_origin_and_forwards_an_ack_that_comes_later_still() {
    let mut b = Bench::new(8, Config::lan(), 6);
    let (origin, target) = (b.dolls[0], b.dolls[5]);
    b.silence(&[target]);
    let asked = b.w.now();
    let mark = b.w.mark();
    b.w.tell(origin, b.me, Message::PingReq { number: 500, target: route(6), route: None }, &[]);
    let number =
        b.w.between(mark, route(0), route(6), MessageKind::Ping)[0].number().expect("a ping has one");
    b.w.run_for(ms(450));
    let nacks = b.w.between(mark, route(0), route(1), MessageKind::Nack);
    assert_eq!(nacks.iter().map(|l| l.number()).collect::<Vec<_>>(), [Some(500)]);
    // 0.8 of the shorter of 500 ms and what is left of the interval after them.
    assert_eq!(nacks[0].at.since(asked), ms(400));
    b.w.tell(target, b.me, Message::Ack { number }, &[]);
    let forwarded = b.w.between(mark, route(0), route(1), MessageKind::ForwardedAck);
    assert_eq!(forwarded.iter().map(|l| l.number()).collect::<Vec<_>>(), [Some(500)]);
}

#[test]
fn the_nack_follows_the_configured_times_and_not_those_that_health_has_stretched() {
    let mut config = Config::lan();
    config.suspicion.alpha = 100;
    let mut b = Bench::new(9, config, 12);
    let all = b.dolls.clone();
    b.silence(&all);
    b.w.run_for(secs(40));
    assert_eq!(b.w.member(b.me).health(), 8);
    let asked = b.w.now();
    let mark = b.w.mark();
    b.w.tell(b.dolls[0], b.me, Message::PingReq { number: 7, target: route(6), route: None }, &[]);
    b.w.run_for(secs(1));
    assert_eq!(b.w.sent_by(mark, route(0), MessageKind::Nack)[0].at.since(asked), ms(400));
}

#[test]
fn a_helper_that_is_asked_about_itself_or_for_too_many_nacks_at_once() {
    let mut config = Config::lan();
    config.limits.relays = 2;
    let mut b = Bench::new(10, config, 6);
    let origin = b.dolls[0];
    let silent = b.dolls[5];
    b.silence(&[silent]);
    let mark = b.w.mark();
    b.w.tell(origin, b.me, Message::PingReq { number: 1, target: route(0), route: None }, &[]);
    for number in 2..=4 {
        b.w.tell(origin, b.me, Message::PingReq { number, target: route(6), route: None }, &[]);
    }
    let at_once = b.w.between(mark, route(0), route(1), MessageKind::Nack);
    assert_eq!(at_once.iter().filter_map(|l| l.number()).collect::<Vec<_>>(), [1, 4]);
    assert_eq!(b.w.stats(b.me).dropped.relays_full, 1);
}

#[test]
fn a_link_that_is_cut_is_bridged_by_a_helper_message_by_message() {
    let mut w = World::of(11, Config::lan(), (0..4).map(seal));
    w.capture();
    w.cut(Seat(0), Seat(1));
    let mark = w.mark();
    w.within(secs(9), "helpers are asked", |w| !w.sent_by(mark, route(0), MessageKind::PingReq).is_empty());
    w.run_for(ms(20));
    let (a, b) = (route(0), route(1));
    assert!(!w.between(mark, a, b, MessageKind::Ping).is_empty(), "a pings b");
    for helper in [2, 3].map(route) {
        let [request] = w.between(mark, a, helper, MessageKind::PingReq)[..] else {
            panic!("a asks {helper}")
        };
        let ping = w.between(mark, helper, b, MessageKind::Ping).into_iter().find(|l| l.at > request.at);
        let ping = ping.expect("the helper pings b");
        let acks = w.between(mark, b, helper, MessageKind::Ack);
        assert!(acks.iter().any(|l| l.number() == ping.number()), "b acks the helper");
        let [forwarded] = w.between(mark, helper, a, MessageKind::ForwardedAck)[..] else {
            panic!("it forwards")
        };
        let Message::ForwardedAck { number, identity, incarnation } = forwarded.header.message else {
            panic!("a forwarded ack")
        };
        assert_eq!((Some(number), identity, incarnation), (request.number(), seal(1), 0));
        assert!(w.between(mark, helper, a, MessageKind::Nack).is_empty());
    }
    w.run_for(secs(20));
    assert_eq!(w.count(mark, |event| matches!(event, Event::Suspected { .. })), 0);
}

/// The longest time between two pings from one member to another that both stayed throughout.
fn longest_wait(w: &World<Seal>, since: Mark, stayed: &[usize]) -> Duration {
    let mut last: HashMap<_, _> = HashMap::new();
    let mut longest = Duration::ZERO;
    let began = w.letters(since)[0].at;
    for &from in stayed {
        for &to in stayed {
            if from != to {
                last.insert((route(from), route(to)), began);
            }
        }
    }
    for letter in w.letters(since).iter().filter(|l| l.is(MessageKind::Ping)) {
        if let Some(at) = last.get_mut(&(letter.from, letter.to)) {
            longest = longest.max(letter.at.since(*at));
            *at = letter.at;
        }
    }
    last.values().map(|at| w.now().since(*at)).fold(longest, Duration::max)
}

#[test]
fn nobody_waits_longer_for_a_ping_than_twice_the_members_while_members_come_and_go() {
    for seed in 0..4 {
        let mut w = World::of(seed, Config::lan(), (0..10).map(seal));
        w.capture();
        let mark = w.mark();
        let mut rng = crate::world::Rng::new(seed);
        // Members 6 to 11 come and go; there are never more than eleven others.
        let mut there: Vec<Option<Seat>> = (6..10).map(|n| Some(Seat(n))).chain([None, None]).collect();
        for _ in 0..100 {
            w.run_for(rng.between(ms(200), ms(2_500)));
            let n = rng.below(6) as usize;
            if let Some(seat) = there[n].take() {
                w.leave(seat);
                w.run_for(secs(3));
                w.crash(seat);
            } else {
                let epoch = 2_000 + w.now().since(haulout::Instant::ZERO).as_secs();
                let seat = w.add(crate::world::seal_at(6 + n, epoch));
                w.join(seat, route(0));
                there[n] = Some(seat);
            }
        }
        let longest = longest_wait(&w, mark, &[0, 1, 2, 3, 4, 5]);
        let bound = w.config.probe.interval * (2 * 11 - 1);
        assert!(longest <= bound, "{longest:?} between two pings, and the bound is {bound:?}");
    }
}
