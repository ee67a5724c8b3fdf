//! Strangers: challenged before they are answered or listed, and never sent more than they are worth.

use crate::world::{Doll, EPOCH, Letter, Seal, Seat, World, ms, route, seal, seal_at, secs};
use haulout::codec::{Header, Message, MessageKind, Refusal, Update, Version};
use haulout::fingerprint::label_hash;
use haulout::{Config, DatagramError, State};

const A: Seat = Seat(0);

/// One active member and a stranger.
fn at_the_door(config: Config) -> (World<Seal>, Doll) {
    let mut w: World<Seal> = World::new(1, config);
    let a = w.add(seal(0));
    w.start(a);
    let p = w.puppet(seal(1));
    (w, p)
}

/// What the stranger is told next.
fn answers(w: &mut World<Seal>, p: Doll, say: impl FnOnce(&mut World<Seal>)) -> Vec<Letter<Seal>> {
    w.run_for(secs(1));
    let read = w.doll(p).mail.len();
    say(w);
    w.run_for(ms(10));
    w.doll(p).mail[read..].to_vec()
}

/// The cookie of the one challenge that answers an announce.
fn challenge(w: &mut World<Seal>, p: Doll, number: u16) -> u64 {
    let told = answers(w, p, |w| w.announce(p, A, number, None));
    match &told[..] {
        [Letter { header: Header { message: Message::Challenge { number: n, cookie }, .. }, .. }] => {
            assert_eq!(*n, number, "it names the request");
            *cookie
        }
        other => panic!("one challenge: {other:?}"),
    }
}

#[test]
fn a_stranger_is_challenged_before_it_is_answered_or_listed() {
    let (mut w, p) = at_the_door(Config::lan());
    let cookie = challenge(&mut w, p, 5);
    assert_eq!(w.state(A, &route(1)), None);
    let told = answers(&mut w, p, |w| w.announce(p, A, 6, Some(cookie)));
    assert!(told.iter().any(|l| matches!(l.header.message, Message::Feed { number: 6, .. })), "{told:?}");
    assert!(w.sees(A, &seal(1)));
}

#[test]
fn a_ping_from_a_stranger_is_challenged_and_with_the_cookie_acked() {
    let (mut w, p) = at_the_door(Config::lan());
    let told = answers(&mut w, p, |w| w.tell(p, A, Message::Ping { number: 3 }, &[]));
    let [letter] = &told[..] else { panic!("one answer: {told:?}") };
    let Message::Challenge { number: 3, cookie } = letter.header.message else { panic!("{letter:?}") };
    assert_eq!(w.state(A, &route(1)), None);
    let told = answers(&mut w, p, |w| {
        let header = Header { cookie: Some(cookie), ..w.header(p, A, Message::Ping { number: 3 }) };
        let bytes = w.write(&header, &[]);
        w.inject(A, &bytes).expect("it is taken");
    });
    assert!(told.iter().any(|l| matches!(l.header.message, Message::Ack { number: 3 })), "{told:?}");
    assert!(w.sees(A, &seal(1)));
}

#[test]
fn a_cookie_serves_only_who_was_given_it_and_not_for_long() {
    let (mut w, p) = at_the_door(Config::lan());
    let cookie = challenge(&mut w, p, 5);
    let q = w.puppet(seal(2));
    for (who, cookie) in [(q, cookie), (p, cookie ^ 1), (p, 0), (p, !cookie)] {
        w.announce(who, A, 7, Some(cookie));
        assert_eq!(w.member(A).members().count(), 0);
    }
    w.run_for(secs(25));
    w.announce(p, A, 8, Some(cookie));
    assert_eq!(w.member(A).members().count(), 0, "it has expired");
    let cookie = challenge(&mut w, p, 5);
    w.run_for(secs(9));
    w.announce(p, A, 9, Some(cookie));
    assert!(w.sees(A, &seal(1)), "the slot before is valid too");
}

#[test]
fn a_strangers_sections_are_not_applied() {
    let (mut w, p) = at_the_door(Config::lan());
    let news = [Update::new(seal(60), 0, State::Alive), Update::new(seal(61), 3, State::Suspect)];
    for message in every_message() {
        let _ = w.say(p, A, message, &news);
        assert_eq!(w.member(A).members().count() + w.member(A).departed().count(), 0);
    }
    assert!(w.stats(A).dropped.unapplied > 0 || w.stats(A).dropped.stranger > 0);
}

fn every_message() -> Vec<Message<Seal>> {
    let number = 9;
    vec![
        Message::Ping { number },
        Message::Ack { number },
        Message::Gossip,
        Message::PingReq { number, target: route(0), route: None },
        Message::PingReq { number, target: route(44), route: None },
        Message::ForwardedAck { number, identity: seal(44), incarnation: 1 },
        Message::Nack { number },
        Message::Announce { number, flags: 0, padding: 0 },
        Message::Announce { number, flags: 0, padding: 200 },
        Message::Announce { number, flags: 0, padding: 1_000 },
        Message::Challenge { number, cookie: 1 },
        Message::Feed { number, clock: 0 },
        Message::Refused { number, reason: Refusal::Full, cluster: None, min: 1, max: 1 },
    ]
}

#[test]
fn a_stranger_gets_one_datagram_at_most_and_none_that_is_worth_reflecting() {
    for label in [None, Some("blue")] {
        let config = label.map_or(Config::lan(), |label| Config::lan().with_label(label));
        let mut w = World::of(2, config, (0..40).map(seal));
        w.capture();
        for (case, message) in every_message().into_iter().enumerate() {
            for (variant, cluster) in
                [w.config.cluster, Some(label_hash("green")), None].into_iter().enumerate()
            {
                let p = w.puppet(seal(500 + case * 10 + variant));
                let version = if variant == 2 { Version { spoken: 2, highest: 2 } } else { Version::CURRENT };
                let header = Header { cluster, version, ..w.header(p, A, message.clone()) };
                let bytes = w.write(&header, &[]);
                let told = answers(&mut w, p, |w| {
                    let _ = w.inject(A, &bytes);
                });
                assert!(told.len() <= 1, "{message:?} is answered by {told:?}");
                let limit = (bytes.len() * 3 / 2).max(200);
                assert!(told.iter().all(|l| l.bytes.len() <= limit), "{message:?} is answered by {told:?}");
                assert!(w.doll(p).mail.len() == told.len(), "and nothing comes later");
            }
        }
        w.run_for(secs(30));
        assert!(w.converged());
    }
}

#[test]
fn a_stranger_of_another_cluster_is_refused_and_of_another_version_too() {
    let (mut w, p) = at_the_door(Config::lan().with_label("blue"));
    let announce = Message::Announce { number: 4, flags: 0, padding: 200 };

    let header = Header { cluster: Some(label_hash("green")), dst: None, ..w.header(p, A, announce.clone()) };
    let bytes = w.write(&header, &[]);
    let told = answers(&mut w, p, |w| {
        let error = w.inject(A, &bytes).expect_err("it is of another cluster");
        assert_eq!(error, DatagramError::Cluster { theirs: Some(label_hash("green")) });
    });
    let expected = Message::Refused {
        number: 4,
        reason: Refusal::Cluster,
        cluster: Some(label_hash("blue")),
        min: 1,
        max: 1,
    };
    assert_eq!(told.iter().map(|l| l.header.message.clone()).collect::<Vec<_>>(), [expected]);

    let header = Header { version: Version { spoken: 9, highest: 9 }, dst: None, ..w.header(p, A, announce) };
    let bytes = w.write(&header, &[]);
    let told = answers(&mut w, p, |w| {
        let error = w.inject(A, &bytes).expect_err("it is of another version");
        assert_eq!(error, DatagramError::Version { spoken: 9, highest: 9 });
    });
    let reasons: Vec<_> = told.iter().map(|l| l.header.message.clone()).collect();
    assert!(
        matches!(reasons[..], [Message::Refused { number: 4, reason: Refusal::Version, min: 1, max: 1, .. }]),
        "{reasons:?}"
    );
    assert_eq!((w.stats(A).dropped.cluster, w.stats(A).dropped.version), (1, 1));
}

#[test]
fn who_lost_its_memory_challenges_its_prober_which_neither_suspects_it_nor_stays_forgotten() {
    for seed in 0..5 {
        let mut w = World::plain(seed, Config::lan(), (0..4).map(seal));
        let mark = w.mark();
        w.crash(Seat(2));
        w.restart(Seat(2), seal(2));
        w.start(Seat(2));
        assert_eq!(w.member(Seat(2)).members().count(), 0);
        w.within(secs(6), "it knows everybody again", World::converged);
        w.run_for(secs(20));
        assert!(w.converged());
        let events: Vec<_> = w.events(mark).iter().filter(|h| h.seat != Seat(2)).collect();
        assert!(events.is_empty(), "{events:?}");
    }
}

#[test]
fn a_datagram_meant_for_another_member_is_counted_and_not_answered() {
    let (mut w, p) = at_the_door(Config::lan());
    let header = Header {
        dst: haulout::fingerprint::destination(&route(99)),
        ..w.header(p, A, Message::Ping { number: 1 })
    };
    let bytes = w.write(&header, &[]);
    let told = answers(&mut w, p, |w| assert_eq!(w.inject(A, &bytes), Err(DatagramError::Misdirected)));
    assert!(told.is_empty());
    assert_eq!(w.stats(A).dropped.misdirected, 1);
}

#[test]
fn a_stranger_with_my_key_proves_nothing() {
    let (mut w, _) = at_the_door(Config::lan());
    for epoch in [EPOCH - 1, EPOCH, EPOCH + 9] {
        for message in every_message() {
            let header = w.header_of(seal_at(0, epoch), 5, A, message);
            let bytes = w.write(&header, &[Update::new(seal(60), 0, State::Alive)]);
            let _ = w.inject(A, &bytes);
            assert_eq!(w.identity(A), seal(0));
            assert_eq!(w.member(A).members().count(), 0);
        }
    }
    assert!(w.stats(A).dropped.own_key > 0);
    assert_eq!(w.mail(Doll(0), MessageKind::Ack).len(), 0);
}
