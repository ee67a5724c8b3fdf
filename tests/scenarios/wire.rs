//! The wire: whatever arrives is read, refused whole, or skipped and counted.

use crate::world::{Fate, Rover, Seal, Seat, World, route, rover, seal, secs, write};
use haulout::codec::{Header, Message, MessageKind, Refusal, SectionKind, SectionRef, Update};
use haulout::{Config, DatagramError, Event, State};

const A: Seat = Seat(0);

/// All that a member holds, as text.
fn snapshot(w: &World<Seal>) -> String {
    let engine = w.member(A);
    let members: Vec<_> = engine.members().collect();
    let departed: Vec<_> = engine.departed().collect();
    let (identity, phase, due) = (engine.identity(), engine.phase(), engine.poll_timeout());
    format!("{identity:?} @{} {phase:?} {due:?} {members:?} {departed:?}", engine.incarnation())
}

/// A datagram of every kind, from a member, each with sections.
fn corpus(w: &World<Seal>) -> Vec<Vec<u8>> {
    let number = 7;
    let mut suspicion = Update::new(seal(2), 0, State::Suspect);
    suspicion.by.insert(route(1));
    suspicion.by.insert(route(3));
    let updates = [Update::new(seal(1), 0, State::Alive), suspicion, Update::new(seal(900), 70, State::Down)];
    let messages = [
        Message::Ping { number },
        Message::Ack { number },
        Message::Gossip,
        Message::PingReq { number, target: route(2), route: None },
        Message::PingReq { number, target: route(2), route: Some(route(2)) },
        Message::ForwardedAck { number, identity: seal(2), incarnation: 9 },
        Message::Nack { number },
        Message::Announce { number, flags: 0, padding: 40 },
        Message::Challenge { number, cookie: 1 },
        Message::Feed { number, clock: 77 },
        Message::Refused { number, reason: Refusal::Full, cluster: None, min: 1, max: 1 },
    ];
    messages
        .map(|message| w.write(&Header { cookie: Some(3), ..w.header_of(seal(1), 0, A, message) }, &updates))
        .into()
}

/// Whether all of the real members are members again.
fn the_real_agree(w: &World<Seal>) -> bool {
    (0..4).all(|n| w.seen_by(&[Seat(0), Seat(1), Seat(2), Seat(3)], &w.identity(Seat(n))))
}

#[test]
fn a_datagram_cut_anywhere_but_between_two_sections_is_refused_whole() {
    let mut w = World::of(1, Config::lan(), (0..4).map(seal));
    for whole in corpus(&w) {
        let _ = w.inject(A, &whole);
        let mut taken = 0;
        for len in 0..whole.len() {
            let before = snapshot(&w);
            let malformed = w.stats(A).dropped.malformed;
            match w.inject(A, &whole[..len]) {
                Ok(()) => taken += 1,
                Err(DatagramError::Malformed(_)) => {
                    assert_eq!(snapshot(&w), before, "cut after {len} bytes of {whole:?}");
                    assert_eq!(w.stats(A).dropped.malformed, malformed + 1);
                }
                Err(other) => panic!("cut after {len} bytes of {whole:?}: {other:?}"),
            }
        }
        assert_eq!(taken, 3, "after the header, the first and the second section: {whole:?}");
    }
    w.within(secs(60), "all is well", the_real_agree);
}

#[test]
fn a_datagram_with_a_flipped_bit_is_refused_whole_or_acts_as_what_it_says() {
    let mut w = World::of(2, Config::lan(), (0..4).map(seal));
    for whole in corpus(&w) {
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let before = snapshot(&w);
            if w.inject(A, &flipped).is_err() {
                assert_eq!(snapshot(&w), before, "bit {bit} of {whole:?}");
            }
        }
        w.run_for(secs(1));
    }
    w.within(secs(900), "the real ones are members again", the_real_agree);
}

#[test]
fn random_bytes_behind_a_good_start_change_nothing_or_act_as_what_they_say() {
    let mut w = World::of(3, Config::lan(), (0..4).map(seal));
    let mut rng = crate::world::Rng::new(3);
    for whole in corpus(&w) {
        for _ in 0..300 {
            let mut bytes = whole[..rng.below(whole.len() as u64) as usize].to_vec();
            bytes.extend((0..rng.below(60)).map(|_| rng.next() as u8));
            let before = snapshot(&w);
            if w.inject(A, &bytes).is_err() {
                assert_eq!(snapshot(&w), before, "{bytes:?}");
            }
        }
    }
    w.within(secs(900), "the real ones are members again", the_real_agree);
}

#[test]
fn huge_counts_over_long_varints_and_zero_lengths_are_errors_and_change_nothing() {
    let mut w = World::of(4, Config::lan(), (0..4).map(seal));
    let gossip = w.write(&w.header_of(seal(1), 0, A, Message::Gossip), &[]);
    let frame = 0x80 | SectionKind::Custom.number();
    let tails: [&[u8]; 9] = [
        // A frame longer than the datagram, by a little and by all of u64.
        &[frame, 5, 1, 2],
        &[frame, 0xff, 0xff, 0xff, 0xff, 0x0f],
        &[frame, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
        // A varint without an end, and one that is longer than any number.
        &[frame, 0x80, 0x80, 0x80],
        &[frame, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00],
        // An identity of no bytes, of more than there are, and of more than an identity may have.
        &[0x00, 0],
        &[0x00, 200, 1, 2, 3],
        &[0x00, 0xff, 0xff, 0xff, 0xff, 0x0f],
        // A frame for an update that holds nothing.
        &[0x80 | SectionKind::Update.number(), 0],
    ];
    for tail in tails {
        let bytes = [&gossip[..], tail].concat();
        let before = snapshot(&w);
        let result = w.inject(A, &bytes);
        assert!(matches!(result, Err(DatagramError::Malformed(_))), "{tail:?}: {result:?}");
        assert_eq!(snapshot(&w), before);
    }
    let longest = w.config.limits.datagram_received as usize;
    assert_eq!(w.inject(A, &vec![0x11; longest + 1]), Err(DatagramError::TooLong { len: longest + 1 }));
    assert_eq!(w.stats(A).dropped.too_long, 1);
    assert!(matches!(w.inject(A, &[]), Err(DatagramError::Malformed(_))));
    assert_eq!(w.inject(A, &[0, 1, 2, 3]), Err(DatagramError::Sealed));
    assert_eq!(w.stats(A).dropped.sealed, 1);
}

#[test]
fn more_than_255_sections_in_one_datagram_are_all_read() {
    let mut w = World::of(5, Config::lan(), (0..4).map(seal));
    let many: Vec<_> = (0..400).map(|n| Update::new(seal(1_000 + n), 0, State::Alive)).collect();
    w.whisper(&seal(1), A, &many);
    assert!(many.iter().all(|update| w.sees(A, &update.identity)));
    assert_eq!(w.stats(A).gauges.members, 403);
}

#[test]
fn an_unknown_message_is_ignored_and_counted_and_its_sender_is_alive() {
    let mut w = World::of(6, Config::lan(), (0..4).map(seal));
    w.whisper(&seal(2), A, &[Update::new(seal(1), 0, State::Suspect)]);
    assert_eq!(w.state(A, &route(1)), Some(State::Suspect));
    let mark = w.mark();
    let header = w.header_of(seal(1), 1, A, Message::Unknown(20));
    let mut bytes = w.write(&header, &[]);
    // What follows cannot be read, and need not be.
    bytes.extend([0xff; 30]);
    w.inject(A, &bytes).expect("it is no error");
    assert_eq!(w.stats(A).dropped.unknown_messages, 1);
    assert_eq!(w.events_of(A, mark), [&Event::Refuted { identity: seal(1) }], "its sender speaks, at 1");
}

#[test]
fn an_unknown_section_state_or_field_is_skipped_and_counted_and_what_follows_is_read() {
    let mut w = World::of(7, Config::lan(), (0..4).map(seal));
    let header = w.header_of(seal(1), 0, A, Message::Gossip);
    let (first, second) = (Update::new(seal(900), 0, State::Alive), Update::new(seal(901), 0, State::Alive));
    let framed = |n: usize, state: u8, later: &[u8]| {
        let short = w.write(&header, &[Update::new(seal(n), 0, State::Alive)]);
        let empty = w.write(&header, &[]);
        // A framed update is state, incarnation, identity, and what a later version adds.
        [&[state, 0][..], &short[empty.len() + 1..], later].concat()
    };
    let of_a_newer_state = framed(902, 9, &[]);
    let of_a_newer_field = framed(903, State::Alive.number(), &[1, 2, 3, 4]);
    let update = SectionKind::Update.number();
    let sections = [
        SectionRef::Unknown { kind: 100, body: &[] },
        SectionRef::Update(first.as_ref()),
        SectionRef::Unknown { kind: 127, body: &[0xff; 90] },
        SectionRef::Unknown { kind: update, body: &of_a_newer_state },
        SectionRef::Unknown { kind: update, body: &of_a_newer_field },
        SectionRef::Update(second.as_ref()),
    ];
    let bytes = write::<Seal>(&haulout_codec_serde::PostcardCodec, header.as_ref(), sections);
    w.inject(A, &bytes).expect("it is no error");
    assert_eq!(w.stats(A).dropped.unknown_sections, 3);
    assert!(w.sees(A, &seal(900)) && w.sees(A, &seal(901)));
    assert_eq!(w.state(A, &route(902)), None, "a state that is not known is none");
    assert!(w.sees(A, &seal(903)), "a field that is not known is passed over");
}

#[test]
fn foreign_protocols_on_the_port_are_counted_and_not_answered() {
    let mut w = World::of(8, Config::lan(), (0..4).map(seal));
    w.capture();
    let mark = w.mark();
    let before = snapshot(&w);
    let foreign: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nHost: example.org\r\nUser-Agent: curl/8\r\nAccept: */*\r\n\r\n",
        b"POST /v1/members HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\xaa\xaa\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07example\x03org\x00\x00\x01\x00\x01",
    ];
    for bytes in foreign {
        assert!(w.inject(A, bytes).is_err(), "{bytes:?}");
        assert_eq!(snapshot(&w), before);
    }
    let dropped = &w.stats(A).dropped;
    assert_eq!(dropped.malformed + dropped.version + dropped.cluster + dropped.misdirected, 6);
    assert!(w.letters(mark).is_empty(), "nobody is answered");
}

#[test]
fn a_datagram_never_exceeds_the_configured_size_whatever_is_packed_on() {
    let mut config = Config::lan();
    config.limits.datagram_sent = 1_200;
    config.limits.overhead = 100;
    let long = |n: usize| rover(&format!("{n:-<64}"), n, 1 << 60);
    let mut w: World<Rover> = World::new(9, config);
    // With such identities a plane's leaves do not fit: who started alone has nobody to tell of its note.
    w.has_notes = false;
    w.capture();
    for n in 0..40 {
        let seat = w.add(long(n));
        if n == 0 { w.start(seat) } else { w.join(seat, route(0)) }
    }
    // A feed holds a third of them, so some meet only when the first of them probes the other.
    w.within(secs(2 * 40 - 1), "all are members", World::converged);
    // News of every sort at once: deaths, suspicions with four names each, leaves, restarts.
    for n in 20..30 {
        w.crash(Seat(n));
    }
    w.net.loss = 300;
    w.run_for(secs(20));
    for n in 30..35 {
        w.leave(Seat(n));
    }
    w.run_for(secs(20));
    // The world checks every datagram; here that they were filled.
    let longest = w.letters(crate::world::Mark::START).iter().map(|l| l.bytes.len()).max().unwrap_or(0);
    assert!((1_000..=1_100).contains(&longest), "{longest}");
}

#[test]
fn a_loss_of_every_other_datagram_of_a_kind_kills_nobody() {
    for kind in [MessageKind::Ping, MessageKind::Ack, MessageKind::Gossip, MessageKind::PingReq] {
        let mut w = World::of(10, Config::lan(), (0..6).map(seal));
        let mut count = 0;
        w.net.rule(move |letter| {
            count += usize::from(letter.is(kind));
            if letter.is(kind) && count.is_multiple_of(2) { Fate::Drop } else { Fate::Pass }
        });
        let mark = w.mark();
        w.run_for(secs(60));
        assert_eq!(w.count(mark, |event| matches!(event, Event::Down { .. })), 0, "{kind:?}");
    }
}

#[test]
fn thousands_of_empty_unknown_sections_are_counted_and_what_follows_is_read() {
    let mut w = World::of(12, Config::lan(), (0..4).map(seal));
    let header = w.header_of(seal(1), 0, A, Message::Gossip);
    let last = Update::new(seal(900), 0, State::Alive);
    let sections = core::iter::repeat_n(SectionRef::Unknown { kind: 99, body: &[] }, 4_000)
        .chain([SectionRef::Update(last.as_ref())]);
    let bytes = write::<Seal>(&haulout_codec_serde::PostcardCodec, header.as_ref(), sections);
    w.inject(A, &bytes).expect("it is no error");
    assert_eq!(w.stats(A).dropped.unknown_sections, 4_000);
    assert!(w.sees(A, &seal(900)));
}

#[test]
fn messages_of_a_newer_member_are_ignored_whatever_their_kind() {
    let mut w = World::of(13, Config::lan(), (0..4).map(seal));
    w.capture();
    let mark = w.mark();
    for kind in 16..=31 {
        let header = w.header_of(seal(1), 0, A, Message::Unknown(kind));
        let bytes = w.write(&header, &[]);
        w.inject(A, &bytes).expect("it is no error");
    }
    assert_eq!(w.stats(A).dropped.unknown_messages, 16);
    assert!(w.letters(mark).is_empty());
    assert!(w.converged());
}
