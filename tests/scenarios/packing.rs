//! What leaves first: updates and what members published do not starve each other, small goes before large.

use crate::world::{Mark, NOTES, Seal, Seat, World, ms, route, seal, secs};
use core::net::SocketAddr;
use haulout::codec::{Codec, Manifest, MessageKind, Record, Section, Update};
use haulout::{Config, State};

const A: Seat = Seat(0);

fn manifest(n: usize) -> Section<'static, Seal> {
    Section::Manifest(Manifest { identity: seal(n), life: 1, floor: 0 })
}

fn record<'a>(n: usize, key: &'a [u8], value: &'a [u8]) -> Section<'a, Seal> {
    let (owner, topic) = (route(n), NOTES.id());
    Section::Record(Record { owner, topic, key, life: 1, version: 1, value: Some(value) })
}

/// A member among puppets, which holds records of theirs that are all still to be told.
fn laden(seed: u64, owners: usize, records: usize, value: &[u8]) -> World<Seal> {
    let mut config = Config::lan();
    config.limits.records_per_owner = 1_000;
    let mut w: World<Seal> = World::new(seed, config);
    w.net.latency = (ms(1), ms(1));
    w.has_notes = false;
    w.add(seal(0));
    w.start(A);
    let dolls: Vec<_> = (1..=owners).map(|n| w.puppet(seal(n))).collect();
    w.admit(dolls[0], A);
    let others: Vec<_> = (2..=owners).map(|n| Update::new(seal(n), 0, State::Alive)).collect();
    others.chunks(300).for_each(|chunk| w.whisper(&seal(1), A, chunk));
    w.run_for(secs(60));
    let mut sections: Vec<_> = (1..=owners).map(manifest).collect();
    let keys: Vec<_> = (0..records.div_ceil(owners)).map(|n| format!("key {n}")).collect();
    for key in &keys {
        sections.extend((1..=owners).map(|n| record(n, key.as_bytes(), value)));
    }
    for chunk in sections[..owners + records].chunks((6_000 / (value.len() + 60)).max(1)) {
        w.publish(&seal(1), A, chunk);
    }
    assert_eq!(w.member(A).registry().stored().count(), records);
    w
}

/// What is in the gossip that left since a mark, datagram by datagram.
fn told(w: &World<Seal>, since: Mark) -> Vec<Vec<(&'static str, SocketAddr)>> {
    let wire = haulout_codec_serde::PostcardCodec;
    let read = |bytes: &[u8]| {
        let (_, sections) = Codec::<Seal>::decode(&wire, bytes).expect("it is well-formed");
        let named = sections.map(|section| match section.expect("so are its sections") {
            Section::Update(update) => ("update", *update.identity.address()),
            Section::Manifest(manifest) => ("manifest", *manifest.identity.address()),
            Section::Record(record) if record.value.is_some_and(|value| value.len() > 256) => {
                ("large", record.owner)
            }
            Section::Record(record) => ("small", record.owner),
            other => panic!("nobody publishes {other:?}"),
        });
        named.collect()
    };
    w.sent_by(since, route(0), MessageKind::Gossip).iter().map(|letter| read(&letter.bytes)).collect()
}

fn count(told: &[Vec<(&'static str, SocketAddr)>], what: &str) -> usize {
    told.iter().flatten().filter(|(kind, _)| *kind == what).count()
}

#[test]
fn a_small_record_overtakes_ten_megabytes_of_others_records() {
    let mut w = laden(1, 200, 10_000, &[b'v'; 1_000]);
    w.capture();
    let mark = w.mark();
    w.put(A, "urgent", "now").unwrap();
    w.run_for(ms(250));
    let told = told(&w, mark);
    let own: Vec<_> =
        told.iter().map(|sections| sections.iter().position(|it| *it == ("small", route(0)))).collect();
    // In the first packet after it was put, and in the next round again.
    assert!(own[0].is_some() && own.iter().flatten().count() >= 2, "{own:?}");
}

#[test]
fn ten_thousand_records_of_two_hundred_owners_all_leave_and_a_packet_costs_what_fits_in_it() {
    let mut w = laden(2, 200, 10_000, &[b'v'; 64]);
    let before = w.stats(A).gauges.broadcast_backlog;
    assert!(before >= 10_000, "{before}");
    w.capture();
    let mark = w.mark();
    w.run_for(secs(20));
    let told = told(&w, mark);
    assert!(told.iter().all(|sections| sections.len() <= 1_400 / 12), "a packet holds what fits");
    let full = told.iter().filter(|sections| sections.len() >= 12).count();
    assert!(full * 10 >= told.len() * 9, "packets are full: {full} of {}", told.len());
    w.run_until(secs(36_000), |w| w.stats(A).gauges.broadcast_backlog == 0).expect("all are told");
}

#[test]
fn updates_and_records_that_wait_share_each_packet() {
    let mut w = laden(3, 200, 2_000, &[b'v'; 64]);
    w.capture();
    let mark = w.mark();
    // As many updates as would fill every packet for a while.
    let raised: Vec<_> = (2..=200).map(|n| Update::new(seal(n), 1, State::Alive)).collect();
    w.whisper(&seal(1), A, &raised);
    w.run_for(secs(2));
    let told = told(&w, mark);
    let (updates, records) = (count(&told, "update"), count(&told, "small"));
    assert!(updates >= 199 && records >= 100, "{updates} updates, {records} records");
    let both = told.iter().filter(|sections| {
        let has = |what| sections.iter().any(|(kind, _)| *kind == what);
        has("update") && has("small")
    });
    assert!(both.count() >= 5, "{told:?}");
}

#[test]
fn large_records_get_their_turn_among_small_ones_and_updates() {
    let mut w = laden(4, 100, 3_000, &[b'v'; 64]);
    let large = [b'l'; 1_000];
    w.publish(&seal(1), A, &(1..=20).map(|n| record(n, b"large", &large)).collect::<Vec<_>>()[..6]);
    w.capture();
    let mark = w.mark();
    let raised: Vec<_> = (2..=100).map(|n| Update::new(seal(n), 1, State::Alive)).collect();
    w.whisper(&seal(1), A, &raised);
    w.run_for(secs(4));
    let told = told(&w, mark);
    let (small, large) = (count(&told, "small"), count(&told, "large"));
    assert!(large >= 6 && small >= 10 * large, "{small} small ones, {large} large ones");
}
