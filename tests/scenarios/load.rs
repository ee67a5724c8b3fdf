//! Load and memory: hostile and clumsy inputs meet a bound, a counter, and members that stay.

use crate::world::{Doll, Mark, Seal, Seat, World, ms, route, seal, secs};
use haulout::codec::{Header, Message, MessageKind, Refusal, Suspecters, Update};
use haulout::{Config, Event, State};

const A: Seat = Seat(0);
const FORGED: usize = 10_000;

/// Three members that list at most a hundred others each.
fn capped(seed: u64) -> World<Seal> {
    let mut config = Config::lan();
    config.limits.members = 100;
    World::of(seed, config, (0..3).map(seal))
}

/// The real ones keep their places, in every view and at every moment since the mark.
fn the_real_stay(w: &World<Seal>, mark: Mark) {
    assert!(
        w.seen_by(&w.running(), &seal(0))
            && w.seen_by(&w.running(), &seal(1))
            && w.seen_by(&w.running(), &seal(2))
    );
    let real = |identity: &Seal| [0, 1, 2].map(route).contains(identity.address());
    let lost = w.count(
        mark,
        |event| matches!(event, Event::Down { identity } | Event::Left { identity } if real(identity)),
    );
    assert_eq!(lost, 0);
}

#[test]
fn ten_thousand_forged_identities_in_gossip_fill_the_table_to_its_cap_and_evict_nobody() {
    let mut w = capped(1);
    let mark = w.mark();
    for chunk in 0..FORGED / 100 {
        let forged: Vec<_> =
            (0..100).map(|n| Update::new(seal(1_000 + chunk * 100 + n), 0, State::Alive)).collect();
        w.whisper(&seal(1), A, &forged);
        assert!(w.stats(A).gauges.members <= 100);
        w.run_for(ms(10));
    }
    assert_eq!(w.member(A).members().count(), 100);
    assert!(w.stats(A).dropped.full >= (FORGED - 98) as u64, "{}", w.stats(A).dropped.full);
    the_real_stay(&w, mark);
    w.within(secs(3_600), "the forged are found out", World::converged);
    the_real_stay(&w, mark);
}

#[test]
fn ten_thousand_forged_announces_list_nobody_and_are_answered_within_the_limit() {
    let mut w = capped(2);
    w.capture();
    let mark = w.mark();
    for n in 0..FORGED {
        let message = Message::Announce { number: 1, flags: 0, padding: 200 };
        let header = Header { dst: None, ..w.header_of(seal(1_000 + n), 0, A, message) };
        let bytes = w.write(&header, &[]);
        w.inject(A, &bytes).expect("it is a datagram");
    }
    assert_eq!(w.member(A).members().count(), 2);
    let challenges = w.sent_by(mark, route(0), MessageKind::Challenge).len() as u64;
    let limit = u64::from(w.config.limits.challenges_per_second);
    assert!((1..=limit).contains(&challenges), "{challenges} challenges at once");
    assert_eq!(w.stats(A).dropped.challenges_limited, FORGED as u64 - challenges);
    w.run_for(secs(30));
    assert!(w.converged());
    the_real_stay(&w, mark);
    let answered = w.letters(mark).iter().filter(|l| l.to.ip() > route(999).ip()).count() as u64;
    assert_eq!(answered, challenges, "one answer each at most");
}

/// An announce of the puppet, and the cookie of the challenge that answers it.
fn cookie(w: &mut World<Seal>, doll: Doll) -> u64 {
    let mark = w.mark();
    w.announce(doll, A, 9, None);
    let to = *w.doll(doll).identity.address();
    let letter = w.letters(mark).iter().find(|l| l.to == to).expect("a stranger is challenged");
    match letter.header.message {
        Message::Challenge { cookie, .. } => cookie,
        ref other => panic!("a stranger is answered by {other:?}"),
    }
}

#[test]
fn ten_thousand_forged_identities_that_answer_challenges_are_refused_beyond_the_cap() {
    let mut w = capped(3);
    w.capture();
    let mark = w.mark();
    for n in 0..FORGED {
        let doll = w.puppet(seal(1_000 + n));
        w.doll_mut(doll).acks = false;
        let cookie = cookie(&mut w, doll);
        w.announce(doll, A, 9, Some(cookie));
        assert!(w.stats(A).gauges.members <= 100);
        if n % 500 == 499 {
            w.run_for(secs(1));
        }
    }
    assert!(w.stats(A).dropped.full >= (FORGED - 98 - 100) as u64, "{}", w.stats(A).dropped.full);
    let refused = w.sent_by(mark, route(0), MessageKind::Refused);
    assert!(
        refused.iter().all(|l| matches!(l.header.message, Message::Refused { reason: Refusal::Full, .. }))
    );
    let limit = u64::from(w.config.limits.refusals_per_second) * (FORGED as u64 / 500 + 1);
    assert!((1..=limit).contains(&(refused.len() as u64)), "{} refusals", refused.len());
    assert!(w.stats(A).dropped.refusals_limited > 0);
    the_real_stay(&w, mark);
    w.within(secs(3_600), "the forged are found out", World::converged);
    the_real_stay(&w, mark);
}

#[test]
fn a_consumer_that_reads_no_events_does_not_stop_the_engine_and_learns_how_many_it_missed() {
    let mut config = Config::lan();
    config.limits.events = 16;
    let mut w = World::of(4, config, (0..4).map(seal));
    w.consume_events(A, false);
    let mark = w.mark();
    for n in 0..50 {
        w.whisper(&seal(1), A, &[Update::new(seal(100 + n), 0, State::Alive)]);
        w.whisper(&seal(1), A, &[Update::new(seal(100 + n), 0, State::Left)]);
    }
    w.run_for(secs(60));
    assert!(w.seen_by(&[Seat(1), Seat(2), Seat(3)], &seal(0)), "it goes on answering");
    let accused = w.count(mark, |event| matches!(event, Event::Suspected { .. }));
    assert_eq!(accused, 0);

    w.consume_events(A, true);
    w.run_for(secs(2));
    let events: Vec<_> = w.events_of(A, mark).into_iter().cloned().collect();
    let Some(Event::Lagged { missed }) = events.first() else { panic!("it learns first: {events:?}") };
    assert_eq!(*missed + events.len() as u64 - 1, 100, "every event was kept or counted");
    assert!(events.len() <= 17, "at most as many as are kept, and the notice: {}", events.len());
    assert_eq!(w.stats(A).dropped.events, *missed);
    assert!(w.converged(), "from the members it goes on");

    w.crash(Seat(3));
    let mark = w.mark();
    w.within(secs(60), "later events come as ever", |w| {
        w.when(A, mark, |event| *event == Event::Down { identity: seal(3) }).is_some()
    });
    assert_eq!(w.count(mark, |event| matches!(event, Event::Lagged { .. })), 0, "it is told once");
}

#[test]
fn a_consumer_that_keeps_up_never_hears_of_a_lag() {
    let mut config = Config::lan();
    config.limits.events = 16;
    let mut w = World::of(5, config, (0..4).map(seal));
    for n in 0..200 {
        w.whisper(&seal(1), A, &[Update::new(seal(100 + n), 0, State::Alive)]);
        w.whisper(&seal(1), A, &[Update::new(seal(100 + n), 0, State::Left)]);
    }
    assert_eq!(w.count(Mark::START, |event| matches!(event, Event::Lagged { .. })), 0);
    assert_eq!(w.stats(A).dropped.events, 0);
}

#[test]
fn ten_thousand_epochs_of_one_key_are_one_entry() {
    let mut w = capped(6);
    for chunk in 0..100 {
        let forged: Vec<_> = (0..100)
            .map(|n| Update::new(crate::world::seal_at(77, chunk * 100 + n + 1), n as u32 % 3, State::Alive))
            .collect();
        w.whisper(&seal(1), A, &forged);
        assert_eq!(w.member(A).members().count() + w.member(A).departed().count(), 3);
    }
    assert!(w.sees(A, &crate::world::seal_at(77, 10_000)));
    w.within(secs(120), "it is found out", World::converged);
    assert_eq!(w.stats(A).gauges.departed, 1);
}

#[test]
fn an_outbox_that_is_small_sheds_and_recovers() {
    let mut config = Config::lan();
    config.limits.intents = 64;
    let mut w: World<Seal> = World::new(7, config);
    for n in 0..32 {
        let seat = w.add(seal(n));
        if n == 0 { w.start(seat) } else { w.join(seat, route(0)) }
    }
    w.within(secs(15), "all are members", World::converged);
    // More at once than fits, to one member that stands still and then goes on.
    w.pause(A);
    w.run_for(secs(60));
    w.resume(A);
    w.within(secs(5), "it is back", World::converged);
    assert!((0..32).all(|n| w.stats(Seat(n)).gauges.intents == 0));
}

#[test]
fn a_buffer_that_is_too_small_loses_what_does_not_fit_and_is_counted() {
    let mut w = capped(8);
    let engine_was_quiet = w.stats(A).dropped.oversized;
    let lost = w.act(A, |engine, now| {
        // A command that wants to send, and a caller who gives it nothing to write to.
        engine.join(now, route(55));
        engine.poll_transmit(now, &mut [0; 8])
    });
    assert_eq!(lost, None);
    assert_eq!(w.stats(A).dropped.oversized, engine_was_quiet + 1);
    w.run_for(secs(30));
    assert!(w.converged());
}

#[test]
fn a_clock_that_runs_backwards_is_held() {
    let mut w = capped(9);
    let mark = w.mark();
    for _ in 0..50 {
        w.run_for(ms(700));
        w.act(A, |engine, now| {
            let earlier = haulout::Instant::from_micros(now.as_micros() - 60_000_000);
            engine.handle_timeout(earlier);
        });
    }
    assert!(w.converged());
    assert!(w.events(mark).is_empty());
}

/// So many identities that are made up, accused by two members, so that each is declared down.
fn accused(w: &mut World<Seal>, count: usize) {
    let mut by = Suspecters::new();
    by.insert(route(1));
    by.insert(route(2));
    for chunk in 0..count / 50 {
        let accusation =
            |n| Update { by: by.clone(), ..Update::new(seal(1_000 + chunk * 50 + n), 0, State::Suspect) };
        let forged: Vec<_> = (0..50).map(accusation).collect();
        w.whisper(&seal(1), A, &forged);
    }
}

#[test]
fn a_member_that_declares_many_down_tells_few_of_them_and_those_who_ask_all_the_same() {
    let mut w = World::<Seal>::of(10, Config::lan(), (0..3).map(seal));
    w.capture();
    let mark = w.mark();
    accused(&mut w, 500);
    w.within(secs(60), "all are declared down", |w| w.stats(A).gauges.departed == 500);
    let notices = w.sent_by(mark, route(0), MessageKind::YouAreDown);
    let took = notices[notices.len() - 1].at.since(notices[0].at).as_secs() as usize;
    let told = notices.len();
    assert!((4..=4 * (took + 2)).contains(&told), "{told} of 500 are told in {took} s");
    // What others say of the dead is answered as sparingly.
    let mark = w.mark();
    for _ in 0..10 {
        let alive: Vec<_> = (0..50).map(|n| Update::new(seal(1_000 + n), 0, State::Alive)).collect();
        w.whisper(&seal(1), A, &alive);
        w.run_for(ms(100));
    }
    let told = w.sent_by(mark, route(0), MessageKind::YouAreDown).len();
    assert!((4..=8).contains(&told), "{told} are told in a second");
    // Thirty of them speak for themselves at the same moment, and each is told.
    let mark = w.mark();
    for n in 0..30 {
        w.whisper(&seal(1_100 + n), A, &[]);
    }
    let told = w.sent_by(mark, route(0), MessageKind::YouAreDown).len();
    assert_eq!(told, 30, "the other notices took nothing from these");
}
