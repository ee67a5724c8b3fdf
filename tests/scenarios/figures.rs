//! What it costs to know everybody, in virtual time and in bytes: each figure is asserted, and printed with
//! `cargo test -p haulout --test scenarios figures -- --nocapture`.

use crate::world::{Fate, NOTES, Rng, Seal, Seat, World, ms, route, seal, secs};
use core::cell::Cell;
use core::time::Duration;
use haulout::codec::{Manifest, Message, MessageKind, Record, Section, Update};
use haulout::{Config, Event, State};
use std::rc::Rc;

/// A world in which every datagram takes one millisecond.
fn calm(seed: u64, config: Config) -> World<Seal> {
    let mut w = World::new(seed, config);
    w.net.latency = (ms(1), ms(1));
    w.has_notes = false;
    w
}

fn is_sync(kind: MessageKind) -> bool {
    use MessageKind::{Sync, SyncLeaves, SyncPage, SyncPull};
    matches!(kind, Sync | SyncLeaves | SyncPull | SyncPage)
}

/// A member learns of all of these while nothing is delivered: the first of them feeds it.
fn preload(w: &mut World<Seal>, seat: Seat, everybody: &[Seal]) {
    let asked = Rc::new(Cell::new(0));
    let note = Rc::clone(&asked);
    w.net.rule(move |letter| {
        if letter.is(MessageKind::Announce) {
            note.set(letter.number().unwrap_or(0));
        }
        Fate::Drop
    });
    let me = w.identity(seat);
    let others: Vec<_> = everybody.iter().filter(|other| **other != me).copied().collect();
    w.join(seat, *others[0].address());
    w.net.heal();
    w.net.loss = 1_000;
    let feed = w.header_of(others[0], 0, seat, Message::Feed { number: asked.get(), clock: 0 });
    let updates: Vec<_> = others.iter().map(|other| Update::new(*other, 0, State::Alive)).collect();
    let mut chunks = updates.chunks(300);
    let bytes = w.write(&feed, chunks.next().unwrap_or_default());
    w.inject(seat, &bytes).expect("a joiner takes what it asked for");
    for chunk in chunks {
        w.whisper(&others[0], seat, chunk);
    }
    assert_eq!(w.member(seat).members().count(), others.len());
    w.net.loss = 0;
}

/// Spreads no old news: what a member tells, it tells soon and seldom.
fn terse() -> Config {
    let mut config = Config::lan();
    (config.gossip.retransmit, config.gossip.fanout) = (1, 32);
    config.gossip.interval = ms(20);
    config
}

#[test]
fn of_256_members_that_start_within_a_second_everybody_sees_everybody_two_seconds_after_the_first() {
    let mut w = calm(1, Config::lan());
    let mut rng = Rng::new(w.seed() ^ 1);
    let mut starts: Vec<_> = (1..256).map(|_| Duration::from_micros(rng.below(1_000_000))).collect();
    starts.sort_unstable();
    let began = w.now();
    let first = w.add(seal(0));
    w.start(first);
    for (n, start) in starts.into_iter().enumerate() {
        w.run_for((began + start).since(w.now()));
        let seat = w.add(seal(n + 1));
        w.join(seat, route(0));
    }
    w.within(secs(10), "everybody sees everybody", World::converged);
    let took = w.now().since(began);
    println!("256 members, starts over 1 s: all views complete {took:?} after the first start");
    assert!(took <= secs(2), "{took:?}");
}

#[test]
fn a_joiner_of_1024_members_has_the_complete_view_within_a_second() {
    const N: usize = 1_024;
    let mut w = calm(2, terse());
    let everybody: Vec<_> = (0..N).map(seal).collect();
    for who in &everybody {
        let seat = w.add(*who);
        preload(&mut w, seat, &everybody);
    }
    w.within(secs(20), "the old news is told", |w| {
        (0..N).all(|n| w.stats(Seat(n)).gauges.gossip_backlog == 0)
    });
    w.config = Config::lan();
    let joiner = w.add(seal(N));
    let (began, mark) = (w.now(), w.mark());
    w.join(joiner, route(0));
    w.within(secs(5), "it sees everybody", |w| w.member(joiner).members().count() == N);
    let complete = w.now().since(began);
    w.within(secs(5), "it knows that", |w| w.member(joiner).is_synced());
    let synced = w.when(joiner, mark, |event| *event == Event::Synced).expect("it says so").since(began);
    let traffic = w.traffic(joiner);
    println!(
        "a joiner of {N} members: complete after {complete:?}, synced after {synced:?}, {} datagrams and {} bytes sent",
        traffic.datagrams, traffic.bytes
    );
    assert!(complete <= secs(1) && synced <= secs(1), "{complete:?} {synced:?}");
}

#[test]
fn two_equal_members_compare_in_64_bytes_out_and_40_back() {
    let mut w = World::of(3, Config::lan(), (0..2).map(seal));
    w.capture();
    let mark = w.mark();
    w.act(Seat(0), |engine, now| engine.sync_with(now, &route(1)));
    w.run_for(ms(20));
    let bytes = |from: usize, to: usize, kind| -> Vec<usize> {
        w.between(mark, route(from), route(to), kind).iter().map(|letter| letter.bytes.len()).collect()
    };
    let ([out], [back]) = (&bytes(0, 1, MessageKind::Sync)[..], &bytes(1, 0, MessageKind::SyncLeaves)[..])
    else {
        panic!("one comparison")
    };
    println!("two equal members compare: {out} bytes out, {back} back");
    assert!(*out <= 64 && *back <= 40, "{out} {back}");
    assert_eq!(w.letters(mark).iter().filter(|letter| is_sync(letter.kind())).count(), 2);
}

#[test]
fn two_tables_of_10000_that_differ_in_10_members_are_equal_after_8_kilobytes_and_3_round_trips() {
    const N: usize = 10_000;
    let mut w = calm(4, terse());
    let (a, b) = (w.add(seal(0)), w.add(seal(1)));
    (2..N + 5).for_each(|n| {
        w.puppet(seal(n));
    });
    // The last ten but those: five are missing here, five there.
    let shared = (0..N - 5).map(seal);
    let ours: Vec<_> = shared.clone().chain((N - 5..N).map(seal)).collect();
    let theirs: Vec<_> = shared.chain((N..N + 5).map(seal)).collect();
    preload(&mut w, a, &ours);
    preload(&mut w, b, &theirs);
    w.split(&[a], &[b]);
    w.run_until(secs(30), |w| [a, b].iter().all(|seat| w.stats(*seat).gauges.gossip_backlog == 0))
        .expect("the old news is told");
    w.net.heal();
    w.capture();
    // The puppets answer no comparison; ours begins when none of theirs is under way.
    let mark = loop {
        let mark = w.mark();
        w.act(a, |engine, now| engine.sync_with(now, &route(1)));
        if !w.between(mark, route(0), route(1), MessageKind::Sync).is_empty() {
            break mark;
        }
        w.run_for(ms(100));
    };
    let began = w.now();
    let equal = |w: &World<Seal>| [a, b].iter().all(|seat| w.member(*seat).members().count() == N + 4);
    w.within(secs(5), "the tables are equal", equal);
    let took = w.now().since(began);
    w.run_for(ms(20));
    let ours = [route(0), route(1)];
    let exchanged: Vec<_> = w
        .letters(mark)
        .iter()
        .filter(|letter| is_sync(letter.kind()) && ours.contains(&letter.from) && ours.contains(&letter.to))
        .collect();
    let bytes: usize = exchanged.iter().map(|letter| letter.bytes.len()).sum();
    println!(
        "two tables of {N} that differ in 10: equal after {took:?} at 2 ms a round trip, {bytes} bytes in {} datagrams",
        exchanged.len()
    );
    assert!(took <= ms(6), "{took:?}");
    assert!(bytes <= 8_000, "{bytes} bytes");
}

#[test]
fn a_record_put_on_one_of_1024_is_everywhere_within_two_seconds() {
    const N: usize = 1_024;
    let mut w = calm(5, Config::lan());
    let everybody: Vec<_> = (0..N).map(seal).collect();
    for who in &everybody {
        let seat = w.add(*who);
        preload(&mut w, seat, &everybody);
    }
    // A thousand updates wait in each to be told, and the record with them.
    let owner = w.key(Seat(0));
    w.put(Seat(0), "role", "leader").unwrap();
    let mut waiting: Vec<_> = (0..N).map(Seat).collect();
    let began = w.now();
    while !waiting.is_empty() {
        w.run_for(ms(5));
        waiting.retain(|seat| w.note(*seat, &owner, "role").is_none());
        assert!(w.now().since(began) < secs(10), "{} do not have it", waiting.len());
    }
    let took = w.now().since(began);
    println!("a record put on one of {N}: everywhere after {took:?}");
    assert!(took <= secs(2), "{took:?}");
}

#[test]
fn a_joiner_of_10000_members_with_10000_records_holds_all_within_five_seconds() {
    const ALL: usize = 10_000;
    const REAL: usize = 128;
    let mut w = calm(6, Config::lan());
    let everybody: Vec<_> = (0..ALL).map(seal).collect();
    let engines: Vec<_> = everybody[..REAL].iter().map(|who| w.add(*who)).collect();
    for who in &everybody[REAL..] {
        w.puppet(*who);
    }
    let value = [b'v'; 64];
    let record = |owner: &Seal, key| {
        let (owner, topic, life, version) = (*owner.address(), NOTES.id(), 1, 1);
        Section::Record(Record { owner, topic, key, life, version, value: Some(&value) })
    };
    // One record each, of those that are puppets, and two of the first of them.
    let keys = |n: usize| if n < 2 * REAL { 2 } else { 1 };
    for seat in engines.iter().copied() {
        w.consume_events(seat, false);
        preload(&mut w, seat, &everybody);
        let mut sections = Vec::new();
        for (n, owner) in everybody.iter().enumerate().skip(REAL) {
            sections.push(Section::Manifest(Manifest { identity: *owner, life: 1, floor: 0 }));
            sections.extend([b"one", b"two"][..keys(n)].iter().map(|key| record(owner, *key)));
        }
        for chunk in sections.chunks(60) {
            w.publish(&everybody[ALL - 1], seat, chunk);
        }
        assert_eq!(w.member(seat).registry().stored().count(), ALL);
    }
    w.net.latency = (ms(10), ms(10));
    w.stand_in(engines);
    let joiner = w.add(seal(ALL));
    w.consume_events(joiner, false);
    w.join(joiner, route(0));
    let began = w.now();
    let complete = |w: &World<Seal>| {
        let gauges = w.stats(joiner).gauges;
        gauges.members as usize == ALL && gauges.records as usize == ALL
    };
    w.within(secs(30), "it holds all", complete);
    let took = w.now().since(began);
    w.within(secs(30), "it knows that", |w| w.member(joiner).is_synced());
    let synced = w.now().since(began);
    println!(
        "a joiner of {ALL} members with {ALL} records: complete after {took:?}, synced after {synced:?}"
    );
    assert!(took <= secs(5) && synced <= secs(5), "{took:?} {synced:?}");
}
