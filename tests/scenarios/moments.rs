//! User events: at most once a member, ordered by Lamport time, never lost in silence (PROTOCOL §7).

use crate::world::{Mark, NOTES, SHOUTS, Seal, Seat, World, ms, route, seal, secs};
use haulout::broadcast::{Registry, RegistryError, Topic};
use haulout::codec::{Codec, Section, TopicName, UserEvent};
use haulout::{CommandError, Config, Event};

fn herd(seed: u64, n: usize) -> (World<Seal>, Vec<Seat>) {
    (World::of(seed, Config::lan(), (0..n).map(seal)), (0..n).map(Seat).collect())
}

fn times(w: &World<Seal>, seat: Seat, since: Mark) -> Vec<u64> {
    let time = |event: &&Event<Seal>| match event {
        Event::UserEvent { time, .. } => Some(*time),
        _ => None,
    };
    w.events_of(seat, since).iter().filter_map(time).collect()
}

#[test]
fn everybody_hears_a_user_event_once_although_datagrams_come_twice_and_out_of_order() {
    let (mut w, all) = herd(1, 12);
    w.net.duplication = 500;
    w.net.latency = (ms(1), ms(400));
    let mark = w.mark();
    for n in 0..20 {
        w.shout(all[n % 12], &format!("shout {n}"), None).unwrap();
        w.run_for(ms(50));
    }
    w.run_for(secs(30));
    for seat in &all {
        let mut heard = w.heard(*seat, mark);
        assert_eq!(heard.len(), 20, "{seat:?} heard {heard:?}");
        heard.sort();
        heard.dedup();
        assert_eq!(heard.len(), 20);
        assert_eq!(w.stats(*seat).gauges.broadcast_backlog, 0);
    }
}

#[test]
fn what_is_sent_after_something_was_heard_has_a_later_time() {
    let (mut w, all) = herd(2, 3);
    let mark = w.mark();
    for n in 0..30 {
        w.shout(all[n % 3], &n.to_string(), None).unwrap();
        w.run_for(secs(2));
    }
    for seat in all {
        let times = times(&w, seat, mark);
        assert!(times.len() == 30 && times.is_sorted_by(|a, b| a < b), "{times:?}");
    }
}

#[test]
fn a_joiner_adopts_the_clock_and_hears_nothing_of_the_past() {
    let (mut w, all) = herd(3, 3);
    for n in 0..20 {
        w.shout(all[0], &n.to_string(), None).unwrap();
    }
    w.run_for(secs(60));
    let (joiner, mark) = (w.add(seal(9)), w.mark());
    w.join(joiner, route(1));
    w.within(secs(5), "it is synced", |w| w.member(joiner).is_synced());
    assert!(w.heard(joiner, mark).is_empty());
    w.shout(joiner, "hello", None).unwrap();
    w.within(secs(2), "all hear it", |w| all.iter().all(|seat| w.heard(*seat, mark) == ["hello"]));
    assert_eq!(times(&w, all[0], mark), [21]);
}

#[test]
fn a_clock_that_leaps_is_not_followed() {
    let (mut w, all) = herd(4, 3);
    w.shout(all[0], "before", None).unwrap();
    w.run_for(secs(5));
    let (origin, topic, payload) = (route(2), SHOUTS.id(), b"forged");
    let leap = UserEvent { origin, topic, life: 1, seq: 1, time: u64::MAX, ttl: None, payload };
    w.publish(&seal(2), all[1], &[Section::UserEvent(leap)]);
    w.run_for(secs(5));
    let mark = w.mark();
    w.shout(all[1], "after", None).unwrap();
    w.run_for(secs(2));
    assert_eq!(times(&w, all[0], mark), [2]);
}

#[test]
fn the_65th_in_flight_is_an_error_and_none_of_the_64_is_lost() {
    let (mut w, all) = herd(5, 3);
    let mark = w.mark();
    for n in 0..64 {
        w.shout(all[0], &n.to_string(), None).unwrap();
    }
    assert_eq!(w.shout(all[0], "more", None), Err(CommandError::EventsInFlight { limit: 64 }));
    w.within(secs(10), "all are heard", |w| all.iter().all(|seat| w.heard(*seat, mark).len() == 64));
    w.within(secs(10), "they are told often enough", |w| w.stats(all[0]).gauges.broadcast_backlog == 0);
    w.shout(all[0], "more", None).unwrap();
    w.within(secs(2), "it is heard", |w| w.heard(all[2], mark).len() == 65);
}

#[test]
fn what_is_over_is_neither_heard_nor_told() {
    let (mut w, all) = herd(6, 3);
    let mark = w.mark();
    w.net.loss = 1_000;
    w.shout(all[0], "brief", Some(ms(100))).unwrap();
    w.shout(all[0], "lasting", Some(secs(60))).unwrap();
    w.run_for(ms(150));
    w.net.loss = 0;
    w.run_for(secs(10));
    for seat in [all[1], all[2]] {
        assert_eq!(w.heard(seat, mark), ["lasting"]);
    }
    assert!(all.iter().all(|seat| w.stats(*seat).gauges.broadcast_backlog == 0));
}

#[test]
fn what_was_published_before_leaving_is_told_first() {
    let (mut w, all) = herd(7, 8);
    let (leaver, mark) = (all[3], w.mark());
    for n in 0..20 {
        w.shout(leaver, &format!("farewell {n}"), None).unwrap();
    }
    w.put(leaver, "last", "words").unwrap();
    w.leave(leaver);
    let rest: Vec<_> = all.iter().copied().filter(|seat| *seat != leaver).collect();
    w.within(secs(5), "all hear it", |w| rest.iter().all(|seat| w.heard(*seat, mark).len() == 20));
    w.within(secs(10), "it has left", |w| rest.iter().all(|seat| !w.lists(*seat, &route(3))));
    w.within(secs(10), "it is idle", |w| w.when(leaver, mark, |event| *event == Event::Idle).is_some());
    assert_eq!(w.count(mark, |event| matches!(event, Event::Down { .. })), 0);
    let left = |w: &World<Seal>| w.count(mark, |event| matches!(event, Event::Left { .. }));
    assert_eq!(left(&w), 7);
    // Leaving, then joining again with the same engine, works.
    w.join(leaver, route(0));
    w.within(secs(5), "it is back, with its record", |w| {
        w.converged() && w.all_note(&rest, &route(3), "last", Some("words"))
    });
}

#[test]
fn two_names_for_one_topic_are_told_on_both_sides_and_once() {
    let mut w: World<Seal> = World::of(8, Config::lan(), (0..2).map(seal));
    let mark = w.mark();
    let names = [TopicName { id: 1, name: "weather" }, TopicName { id: 2, name: "shout" }];
    for _ in 0..3 {
        w.publish(&seal(1), Seat(0), &names.map(Section::Topic));
    }
    let conflict = Event::TopicConflict { topic: 1, ours: NOTES.name().into(), theirs: "weather".into() };
    assert_eq!(w.events_of(Seat(0), mark), [&conflict]);
}

#[test]
fn topics_are_told_to_joiners_and_by_them() {
    let mut w: World<Seal> = World::new(9, Config::lan());
    w.capture();
    let (a, b) = (w.add(seal(0)), w.add(seal(1)));
    w.start(a);
    w.join(b, route(0));
    w.within(secs(2), "they meet", World::converged);
    let names = |from: usize, kind| {
        let letters = w.sent_by(Mark::START, route(from), kind);
        let codec = haulout_codec_serde::PostcardCodec;
        let topics = letters.iter().flat_map(|letter| {
            let (_, sections) = haulout::codec::Codec::<Seal>::decode(&codec, &letter.bytes).unwrap();
            let names = sections.filter_map(|section| match section.unwrap() {
                Section::Topic(topic) => Some(topic.name.to_owned()),
                _ => None,
            });
            names.collect::<Vec<_>>()
        });
        topics.collect::<Vec<_>>()
    };
    assert_eq!(names(0, haulout::codec::MessageKind::Feed), ["note", "shout"]);
    assert!(names(1, haulout::codec::MessageKind::Announce).starts_with(&["note".into(), "shout".into()]));
}

/// The life under which a member sent its last event, as it is on the wire.
fn life_of(w: &World<Seal>, since: Mark, n: usize) -> u32 {
    let wire = haulout_codec_serde::PostcardCodec;
    let lives = w.letters(since).iter().flat_map(|letter| {
        let (_, sections) = Codec::<Seal>::decode(&wire, &letter.bytes).expect("it is well-formed");
        sections.filter_map(|section| match section {
            Ok(Section::UserEvent(event)) if event.origin == route(n) => Some(event.life),
            _ => None,
        })
    });
    lives.last().expect("it was sent")
}

#[test]
fn forged_events_with_high_numbers_silence_their_origin_no_longer_than_it_takes_to_hear_of_them() {
    let (mut w, all) = herd(13, 5);
    w.capture();
    let mark = w.mark();
    for round in 0..6 {
        let since = w.mark();
        let text = format!("shout {round}");
        w.shout(all[0], &text, None).unwrap();
        w.run_for(secs(3));
        assert!(all.iter().all(|seat| w.heard(*seat, since) == [text.clone()]), "all hear {text}, once");
        let (origin, life, payload) = (route(0), life_of(&w, since, 0), &b"\x06forged"[..]);
        let seq = [u64::MAX, 2, 1 << 63][round % 3];
        let forged = UserEvent { origin, topic: SHOUTS.id(), life, seq, time: 1, ttl: None, payload };
        w.publish(&seal(2), all[1], &[Section::UserEvent(forged)]);
        w.run_for(secs(3));
    }
    for seat in all {
        let own = w.heard(seat, mark).into_iter().filter(|text| text.starts_with("shout"));
        assert_eq!(own.count(), 6, "what was told before is not told again");
    }
}

#[test]
fn a_registry_refuses_what_is_ambiguous() {
    type Notes = Registry<Seal>;
    const LONG: Topic<String> =
        Topic::new(3, "a name that is longer than sixty-four bytes, which nobody would want to read");
    let taken =
        Notes::new().record(NOTES).and_then(|registry| registry.event(Topic::<String>::new(1, "other")));
    let duplicate = RegistryError::DuplicateId { id: 1, first: "note", second: "other" };
    assert_eq!(taken.err(), Some(duplicate));
    let named =
        Notes::new().record(NOTES).and_then(|registry| registry.record(Topic::<String>::new(9, "note")));
    assert_eq!(named.err(), Some(RegistryError::DuplicateName { name: "note" }));
    assert!(matches!(Notes::new().record(LONG).err(), Some(RegistryError::Name { .. })));
}

#[test]
fn a_topic_is_used_as_it_was_registered() {
    let mut w: World<Seal> = World::of(10, Config::lan(), (0..2).map(seal));
    w.act(Seat(0), |engine, now| {
        let unknown = Topic::<String>::new(7, "unknown");
        let other = Topic::<Vec<u8>>::new(1, "note");
        let records = |engine: &mut crate::world::Member<Seal>, topic: &Topic<String>| {
            engine.broadcasts(now).records(topic).map(drop).err()
        };
        assert_eq!(records(engine, &unknown), Some(CommandError::NotRegistered { topic: 7 }));
        assert_eq!(records(engine, &SHOUTS), Some(CommandError::OtherType { topic: 2 }));
        let other = engine.broadcasts(now).records(&other).map(drop).err();
        assert_eq!(other, Some(CommandError::OtherType { topic: 1 }));
        let event = engine.broadcasts(now).events(&NOTES).map(drop).err();
        assert_eq!(event, Some(CommandError::OtherType { topic: 1 }));
    });
}

#[test]
fn topics_that_are_not_registered_are_kept_told_on_and_counted() {
    let mut w: World<Seal> = World::of(11, Config::lan(), (0..3).map(seal));
    let all = [Seat(0), Seat(1), Seat(2)];
    let mark = w.mark();
    let (origin, life, payload) = (route(2), 5, b"opaque");
    let event = UserEvent { origin, topic: 40, life, seq: 1, time: 1, ttl: None, payload };
    w.publish(&seal(2), all[0], &[Section::UserEvent(event)]);
    w.run_for(secs(5));
    let hearings = |seat| {
        let is_it = |event: &&&Event<Seal>| matches!(event, Event::UserEvent { topic: 40, .. });
        w.events_of(seat, mark).iter().filter(is_it).count()
    };
    assert_eq!(all.map(hearings), [1, 1, 0], "all but who is said to have sent it");
    assert!(w.stats(all[0]).dropped.unregistered > 0);
}
