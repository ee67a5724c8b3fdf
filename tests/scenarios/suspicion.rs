//! Suspicion and local health: how long an accused member has, who shortens it, who is told first.

use crate::world::{Bench, Doll, Mark, ms, route, seal, secs};
use core::time::Duration;
use haulout::codec::{Message, MessageKind, Update};
use haulout::{Config, Event, Instant, State};

/// When the member declared somebody down.
fn down(b: &Bench, since: Mark) -> Option<Instant> {
    b.w.when(b.me, since, |event| matches!(event, Event::Down { .. }))
}

/// How long the last puppet had when these accusations came at these times.
fn lasts(config: &Config, n: usize, accusations: &[(Duration, &[usize])]) -> Duration {
    let mut b = Bench::new(1, config.clone(), n);
    let accused = b.dolls[n - 1];
    let mark = b.w.mark();
    let began = b.w.now();
    for (at, by) in accusations {
        let wait = (began + *at).since(b.w.now());
        b.w.run_for(wait);
        b.accuse(accused, by);
        assert_eq!(b.state(accused), Some(State::Suspect));
    }
    b.w.run_for(secs(120));
    down(&b, mark).expect("it is declared down").since(began)
}

fn about(a: Duration, b: Duration) -> bool {
    a.abs_diff(b) <= ms(2)
}

#[test]
fn each_distinct_suspecter_shortens_the_time_that_an_accused_member_has() {
    // Eight members: α = 3, β = 6, an interval of 1 s, so from 18 s down to 3 s in three steps.
    let at_once = |by| lasts(&Config::lan(), 7, &[(ms(0), by)]);
    for (by, expected) in
        [(&[1][..], ms(18_000)), (&[1, 2], ms(10_500)), (&[1, 2, 3], ms(6_113)), (&[1, 2, 3, 4], ms(3_000))]
    {
        let took = at_once(by);
        assert!(about(took, expected), "by {by:?} it has {took:?}");
    }
}

#[test]
fn suspecters_that_are_told_of_one_by_one_count_as_those_told_of_at_once() {
    let one_by_one: [(Duration, &[usize]); 4] =
        [(ms(0), &[1]), (ms(300), &[2]), (ms(900), &[3]), (ms(1_500), &[4])];
    for (count, expected) in [(2, ms(10_500)), (3, ms(6_113)), (4, ms(3_000))] {
        let took = lasts(&Config::lan(), 7, &one_by_one[..count]);
        assert!(about(took, expected), "after {count} it has {took:?}");
    }
}

#[test]
fn a_suspecter_that_comes_after_its_deadline_ends_the_suspicion_at_once() {
    let took = lasts(&Config::lan(), 7, &[(ms(0), &[1]), (secs(12), &[1])]);
    assert!(about(took, secs(18)), "the same one again changes nothing: {took:?}");
    let mut b = Bench::new(2, Config::lan(), 7);
    let (accused, mark) = (b.dolls[6], b.w.mark());
    b.accuse(accused, &[1]);
    b.w.run_for(secs(12));
    let confirmed = b.w.now();
    b.accuse(accused, &[2]);
    b.w.run_for(secs(1));
    assert!(down(&b, mark).expect("it is declared down").since(confirmed) <= ms(2));
}

#[test]
fn suspecters_that_are_no_active_members_do_not_count_and_the_suspicion_stands() {
    for by in [&[1, 88, 89, 90][..], &[1, 7], &[1, 1], &[88]] {
        let took = lasts(&Config::lan(), 7, &[(ms(0), by)]);
        assert!(about(took, secs(18)), "by {by:?} it has {took:?}");
    }
}

#[test]
fn in_a_small_cluster_and_without_the_dynamic_timeout_the_shortest_time_holds() {
    for n in [1, 2, 3] {
        let took = lasts(&Config::lan(), n, &[(ms(0), &[1])]);
        assert!(about(took, secs(3)), "among {n} others it has {took:?}");
    }
    let mut config = Config::lan();
    config.suspicion.dynamic = false;
    let took = lasts(&config, 7, &[(ms(0), &[1])]);
    assert!(about(took, secs(3)), "{took:?}");
}

#[test]
fn the_time_grows_with_the_logarithm_of_the_live_size() {
    let mut config = Config::lan();
    config.suspicion.dynamic = false;
    let took = lasts(&config, 99, &[(ms(0), &[1])]);
    assert!(about(took, secs(6)), "a hundred members, twice as long as ten: {took:?}");
}

#[test]
fn an_answer_at_a_higher_incarnation_ends_a_suspicion_and_one_at_the_same_does_not() {
    let mut b = Bench::new(3, Config::lan(), 7);
    let accused = b.dolls[6];
    let mark = b.w.mark();
    b.accuse(accused, &[1, 2, 3, 4]);
    b.w.tell(b.dolls[0], b.me, Message::Gossip, &[Update::new(seal(7), 0, State::Alive)]);
    assert_eq!(b.state(accused), Some(State::Suspect));
    b.w.tell(b.dolls[0], b.me, Message::Gossip, &[Update::new(seal(7), 1, State::Alive)]);
    assert_eq!(b.state(accused), Some(State::Alive));
    b.w.run_for(secs(60));
    let expected = [&Event::Suspected { identity: seal(7) }, &Event::Refuted { identity: seal(7) }];
    assert_eq!(b.w.events_of(b.me, mark), expected);
}

#[test]
fn an_accused_member_refutes_at_once_with_a_higher_incarnation_and_its_health_suffers() {
    let mut b = Bench::new(4, Config::lan(), 7);
    assert_eq!((b.w.member(b.me).incarnation(), b.w.member(b.me).health()), (0, 0));
    let mark = b.w.mark();
    b.w.tell(b.dolls[0], b.me, Message::Gossip, &[Update::new(seal(0), 4, State::Suspect)]);
    assert_eq!((b.w.member(b.me).incarnation(), b.w.member(b.me).health()), (5, 1));
    b.w.run_for(ms(5));
    let said = b.w.sent_by(mark, route(0), MessageKind::Gossip);
    assert_eq!(said.len(), 3, "at once, to as many as a round has");
    assert!(said.iter().all(|l| l.header.incarnation == 5), "every datagram says it in its head");
}

/// The pings to a puppet since a mark.
fn pings_to(b: &Bench, since: Mark, n: usize) -> Vec<bool> {
    b.w.between(since, route(0), route(n), MessageKind::Ping)
        .iter()
        .map(|l| l.opens_with(&route(n), State::Suspect))
        .collect()
}

#[test]
fn a_suspected_member_is_told_first_in_every_datagram_that_carries_gossip() {
    let mut b = Bench::new(5, Config::lan(), 7);
    let accused = b.dolls[6];
    let mark = b.w.mark();
    b.accuse(accused, &[1]);
    // Long enough for its gossip to be spent.
    b.w.run_for(secs(8));
    assert_eq!(b.w.stats(b.me).gauges.gossip_backlog, 0);
    b.w.tell(accused, b.me, Message::Ping { number: 3 }, &[]);
    b.w.run_for(secs(8));
    let told: Vec<_> = b.w.letters(mark).iter().filter(|l| l.from == route(0) && l.to == route(7)).collect();
    let carries = [MessageKind::Ping, MessageKind::Ack, MessageKind::Gossip, MessageKind::ForwardedAck];
    for letter in told.iter().filter(|l| carries.contains(&l.kind())) {
        assert!(letter.opens_with(&route(7), State::Suspect), "{letter:?}");
        assert_eq!(letter.updates[0].by.as_slice(), [route(1)], "with who suspects it");
    }
    assert!(told.iter().any(|l| l.is(MessageKind::Ack)));
    assert!(told.iter().any(|l| l.is(MessageKind::Ping)));
}

#[test]
fn without_the_buddy_system_a_suspected_member_hears_it_only_while_it_is_news() {
    let mut config = Config::lan();
    config.suspicion.buddy = false;
    config.suspicion.alpha = 100;
    let mut b = Bench::new(6, config, 7);
    let accused = b.dolls[6];
    b.accuse(accused, &[1]);
    b.w.run_for(secs(8));
    let mark = b.w.mark();
    b.w.run_for(secs(30));
    let pings = pings_to(&b, mark, 7);
    assert!(!pings.is_empty() && pings.iter().all(|first| !first), "{pings:?}");
}

#[test]
fn a_request_to_help_with_a_suspect_tells_of_the_suspicion() {
    let mut config = Config::lan();
    config.suspicion.alpha = 100;
    let mut b = Bench::new(7, config, 7);
    let accused = b.dolls[6];
    b.accuse(accused, &[1]);
    b.w.run_for(secs(8));
    b.silence(&[accused]);
    let mark = b.w.mark();
    b.w.within(secs(30), "helpers are asked", |w| {
        !w.sent_by(mark, route(0), MessageKind::PingReq).is_empty()
    });
    for letter in b.w.sent_by(mark, route(0), MessageKind::PingReq) {
        assert!(letter.opens_with(&route(7), State::Suspect), "{letter:?}");
    }
}

/// The times between the pings that the member starts, puppets silent or not.
fn gaps(b: &Bench, since: Mark, count: usize) -> Vec<Duration> {
    let pings = b.w.sent_by(since, route(0), MessageKind::Ping);
    pings.windows(2).take(count).map(|pair| pair[1].at.since(pair[0].at)).collect()
}

/// Twelve puppets that are suspected but not declared down for long.
fn patient(health: bool) -> Bench {
    let mut config = Config::lan();
    config.suspicion.alpha = 100;
    config.probe.health = health;
    Bench::new(8, config, 12)
}

#[test]
fn failures_without_nacks_stretch_the_probe_interval_up_to_nine_times_and_successes_shrink_it() {
    let mut b = patient(true);
    let all = b.dolls.clone();
    b.silence(&all);
    let mark = b.w.mark();
    b.w.run_for(secs(45));
    assert_eq!(gaps(&b, mark, 5), [1, 4, 7, 9, 9].map(secs), "three helpers each time, and no nack");
    assert_eq!(b.w.member(b.me).health(), 8);
    assert_eq!(b.w.stats(b.me).gauges.health, 8);
    for doll in all {
        b.w.doll_mut(doll).acks = true;
    }
    b.w.within(secs(60), "it is healthy again", |w| w.member(b.me).health() == 0);
}

#[test]
fn failures_in_which_every_helper_nacks_do_not_touch_ones_own_health() {
    let mut b = patient(true);
    b.silence(&[Doll(11)]);
    let mark = b.w.mark();
    b.w.within(secs(30), "helpers are asked", |w| w.sent_by(mark, route(0), MessageKind::PingReq).len() == 3);
    let requests: Vec<_> =
        b.w.sent_by(mark, route(0), MessageKind::PingReq).iter().map(|l| (l.to, l.number())).collect();
    b.w.run_for(ms(400));
    for (helper, number) in requests {
        let helper = b.dolls.iter().copied().find(|doll| *b.w.doll(*doll).identity.address() == helper);
        let number = number.expect("a request has a number");
        b.w.tell(helper.expect("helpers are puppets"), b.me, Message::Nack { number }, &[]);
    }
    b.w.within(secs(1), "it is suspected", |w| w.state(b.me, &route(12)) == Some(State::Suspect));
    assert_eq!(b.w.member(b.me).health(), 0);
}

#[test]
fn with_health_switched_off_the_probe_interval_never_changes() {
    let mut b = patient(false);
    let all = b.dolls.clone();
    b.silence(&all);
    let mark = b.w.mark();
    b.w.run_for(secs(20));
    assert!(gaps(&b, mark, 15).iter().all(|gap| *gap == secs(1)), "{:?}", gaps(&b, mark, 15));
}
