//! Records: seen by everybody, by late joiners too, gone with their owner and back with it (PROTOCOL §7).

use crate::world::{Mark, NOTES, Seal, Seat, Stone, World, ms, route, seal, seal_at, secs, stone};
use haulout::codec::{Manifest, Record, Section};
use haulout::{CommandError, Config, Event, Identity};

fn three(seed: u64) -> (World<Seal>, [Seat; 3]) {
    (World::plain(seed, Config::lan(), (0..3).map(seal)), [Seat(0), Seat(1), Seat(2)])
}

/// The manifest and a record that a member held, as forgers and late datagrams bring them.
fn old_record(owner: &Seal, life: u32, version: u64, value: Option<&'static str>) -> Section<'static, Seal> {
    let (owner, topic, key) = (*owner.address(), NOTES.id(), b"role");
    Section::Record(Record { owner, topic, key, life, version, value: value.map(str::as_bytes) })
}

#[test]
fn a_record_is_seen_by_all_changed_by_its_owner_and_removed_for_ever() {
    let (mut w, all) = three(1);
    let owner = w.key(all[0]);
    w.put(all[0], "role", "leader").unwrap();
    w.within(secs(1), "all hold it", |w| w.all_note(&all, &owner, "role", Some("leader")));
    w.put(all[0], "role", "follower").unwrap();
    w.within(secs(1), "all hold the newer", |w| w.all_note(&all, &owner, "role", Some("follower")));
    let mark = w.mark();
    w.remove(all[0], "role");
    w.within(secs(1), "nobody holds it", |w| w.all_note(&all, &owner, "role", None));
    w.run_for(secs(120));
    assert!(w.all_note(&all, &owner, "role", None), "it does not come back");
    let published = |event: &Event<Seal>| matches!(event, Event::Published { .. });
    assert_eq!(w.count(mark, published), 0);
    assert!(all.iter().all(|seat| w.stats(*seat).gauges.broadcast_backlog == 0), "nothing is left to tell");
}

#[test]
fn a_late_joiner_has_every_record_when_it_says_that_it_is_synced() {
    let (mut w, all) = three(2);
    for n in 0..40 {
        for seat in all {
            w.put(seat, &format!("key {n}"), "value").unwrap();
        }
    }
    w.run_for(secs(60));
    let (joiner, mark) = (w.add(seal(9)), w.mark());
    w.join(joiner, route(0));
    w.within(secs(2), "it is synced", |w| w.member(joiner).is_synced());
    assert_eq!(w.member(joiner).registry().stored().count(), 120);
    w.run_for(secs(5));
    assert_eq!(w.stats(joiner).sent.broadcasts, 0, "what it learnt is no news to the others");
    assert!(w.when(joiner, mark, |event| *event == Event::Synced).is_some());
}

#[test]
fn records_go_with_their_owner_at_once() {
    let (mut w, all) = three(3);
    let (owner, rest) = (w.key(all[0]), [all[1], all[2]]);
    w.put(all[0], "role", "leader").unwrap();
    w.within(secs(1), "all hold it", |w| w.all_note(&all, &owner, "role", Some("leader")));
    w.crash(all[0]);
    w.within(secs(20), "it is down", |w| rest.iter().all(|at| !w.lists(*at, &owner)));
    assert!(w.all_note(&rest, &owner, "role", None));
}

#[test]
fn a_member_that_was_declared_down_while_alive_brings_its_records_back_with_one_section() {
    let (mut w, all) = three(4);
    let (owner, rest) = (w.key(all[0]), [all[1], all[2]]);
    for n in 0..30 {
        w.put(all[0], &format!("key {n}"), "value").unwrap();
    }
    w.within(secs(2), "all hold them", |w| w.all_note(&all, &owner, "key 29", Some("value")));
    w.run_for(secs(60));
    let before = w.stats(all[0]).sent.broadcasts;
    w.pause(all[0]);
    w.within(secs(30), "it is down", |w| rest.iter().all(|at| !w.lists(*at, &owner)));
    assert!(w.all_note(&rest, &owner, "key 3", None));
    w.resume(all[0]);
    let back =
        |w: &World<Seal>| (0..30).all(|n| w.all_note(&rest, &owner, &format!("key {n}"), Some("value")));
    w.within(secs(2), "all are back", back);
    assert_ne!(w.identity(all[0]), seal(0), "it renewed");
    let told = w.stats(all[0]).sent.broadcasts - before;
    assert!(told <= 8, "the manifest alone is told: {told} sections");
}

#[test]
fn a_restart_voids_what_the_earlier_life_published() {
    for clock in [3, 0, -3_i64] {
        let (mut w, all) = three(5);
        let owner = w.key(all[0]);
        w.put(all[0], "role", "leader").unwrap();
        w.put(all[0], "zone", "north").unwrap();
        w.within(secs(1), "all hold it", |w| w.all_note(&all, &owner, "zone", Some("north")));
        w.crash(all[0]);
        let epoch = crate::world::EPOCH.saturating_add_signed(clock);
        w.restart(all[0], seal_at(0, epoch));
        w.join(all[0], route(1));
        w.put(all[0], "role", "learner").unwrap();
        let done = |w: &World<Seal>| {
            w.all_note(&all, &owner, "role", Some("learner")) && w.all_note(&all, &owner, "zone", None)
        };
        w.within(secs(10), "the earlier life is void", done);
        w.run_for(secs(60));
        assert!(done(&w), "and stays so, the clock being {clock} s off");
    }
}

#[test]
fn a_life_that_ends_without_having_published_voids_nothing_of_the_next_and_is_voided_itself() {
    let (mut w, all) = three(6);
    let owner = w.key(all[0]);
    w.put(all[0], "role", "leader").unwrap();
    w.within(secs(1), "all hold it", |w| w.all_note(&all, &owner, "role", Some("leader")));
    w.crash(all[0]);
    // Within the same second, so it is the same identity; this life publishes nothing.
    w.restart(all[0], seal(0));
    w.join(all[0], route(1));
    w.within(secs(10), "the old record is gone", |w| w.all_note(&all, &owner, "role", None));
    w.run_for(secs(30));
    assert!(w.all_note(&all, &owner, "role", None) && w.converged());
}

#[test]
fn who_cannot_renew_outbids_the_records_of_its_earlier_life() {
    let mut w: World<Stone> = World::plain(7, Config::lan(), (0..3).map(stone));
    let all = [Seat(0), Seat(1), Seat(2)];
    let owner = w.key(all[0]);
    w.put(all[0], "role", "leader").unwrap();
    w.put(all[0], "zone", "north").unwrap();
    w.within(secs(1), "all hold it", |w| w.all_note(&all, &owner, "zone", Some("north")));
    w.crash(all[0]);
    w.restart(all[0], stone(0));
    w.join(all[0], route(1));
    w.put(all[0], "role", "learner").unwrap();
    let done = |w: &World<Stone>| {
        w.all_note(&all, &owner, "role", Some("learner")) && w.all_note(&all, &owner, "zone", None)
    };
    w.within(secs(40), "the earlier life is void", done);
    w.run_for(secs(60));
    assert!(done(&w));
}

#[test]
fn who_left_and_returned_wins_with_its_newer_records() {
    let (mut w, all) = three(8);
    let owner = w.key(all[0]);
    w.put(all[0], "role", "leader").unwrap();
    w.within(secs(1), "all hold it", |w| w.all_note(&all, &owner, "role", Some("leader")));
    w.leave(all[0]);
    w.within(secs(5), "it has left", |w| w.all_note(&[all[1], all[2]], &owner, "role", None));
    w.run_for(secs(5));
    w.put(all[0], "role", "learner").unwrap();
    w.join(all[0], route(1));
    w.within(secs(5), "its newer record wins", |w| w.all_note(&all, &owner, "role", Some("learner")));
    w.run_for(secs(60));
    assert!(w.all_note(&all, &owner, "role", Some("learner")));
}

#[test]
fn old_copies_of_a_record_change_nothing_and_forged_newer_ones_are_outbid() {
    let (mut w, all) = three(9);
    let me = w.identity(all[0]);
    w.put(all[0], "role", "leader").unwrap();
    w.put(all[0], "role", "follower").unwrap();
    w.within(secs(1), "all hold it", |w| w.all_note(&all, me.address(), "role", Some("follower")));
    w.capture();
    let mark = w.mark();
    w.put(all[0], "zone", "north").unwrap();
    w.run_for(ms(300));
    let life = life_of(&w, mark, &me).expect("the life is on the wire");
    for version in [0, 1] {
        w.publish(&seal(2), all[1], &[old_record(&me, life, version, Some("leader"))]);
        assert_eq!(w.note(all[1], me.address(), "role").as_deref(), Some("follower"));
    }
    for (version, value) in
        [(9, Some("usurper")), (50, None), (u64::MAX / 3, Some("usurper")), (u64::MAX, None)]
    {
        w.publish(&seal(2), all[1], &[old_record(&me, life, version, value)]);
        w.within(secs(10), "the owner has outbid it", |w| {
            w.all_note(&all, me.address(), "role", Some("follower"))
                && w.all_note(&all, me.address(), "zone", Some("north"))
        });
        w.run_for(secs(35));
        assert!(w.all_note(&all, me.address(), "role", Some("follower")), "and it lasts: {version}");
    }
}

/// The life of a member's records, as a listener reads it from the wire.
fn life_of(w: &World<Seal>, mark: Mark, owner: &Seal) -> Option<u32> {
    use haulout::codec::Codec;
    w.letters(mark).iter().find_map(|letter| {
        let wire = haulout_codec_serde::PostcardCodec;
        let (_, mut sections) = Codec::<Seal>::decode(&wire, &letter.bytes).ok()?;
        sections.find_map(|section| match section {
            Ok(Section::Record(record)) if owner.is_at(&record.owner) => Some(record.life),
            _ => None,
        })
    })
}

#[test]
fn records_of_strangers_and_manifests_of_identities_that_are_not_held_are_dropped_and_counted() {
    let (mut w, all) = three(10);
    let before = w.stats(all[1]).dropped.records_void;
    let stranger = seal(7);
    w.publish(
        &seal(2),
        all[1],
        &[
            Section::Manifest(Manifest { identity: stranger, life: 1, floor: 0 }),
            old_record(&stranger, 1, 1, Some("leader")),
            Section::Manifest(Manifest { identity: seal_at(0, 7), life: 1, floor: 0 }),
            old_record(&seal(0), 1, 1, Some("leader")),
        ],
    );
    assert_eq!(w.stats(all[1]).dropped.records_void - before, 4);
    assert_eq!(w.member(all[1]).registry().stored().count(), 0);
    assert_eq!(w.stats(all[1]).gauges.owners, 0);
}

#[test]
fn somebody_who_publishes_in_our_name_makes_us_renew_once_even_if_we_publish_nothing() {
    let (mut w, all) = three(11);
    let mark = w.mark();
    let forged = Section::Manifest(Manifest { identity: seal(0), life: 77, floor: 9 });
    w.publish(&seal(2), all[1], &[forged]);
    w.within(secs(5), "it has renewed, everywhere", |w| w.converged() && w.identity(all[0]) != seal(0));
    w.run_for(secs(60));
    assert!(w.converged());
    assert_eq!(w.count(mark, |event| matches!(event, Event::Rejoined { .. })), 1);
}

#[test]
fn tombstones_are_collected_by_their_owner_and_nothing_returns() {
    let (mut w, all) = three(12);
    let owner = w.key(all[0]);
    w.put(all[0], "stays", "here").unwrap();
    for n in 0..500 {
        w.put(all[0], &format!("brief {n}"), "value").unwrap();
        w.run_for(ms(20));
        w.remove(all[0], &format!("brief {n}"));
    }
    w.run_for(secs(120));
    for seat in all {
        assert!(w.stats(seat).gauges.records <= 20, "{}", w.stats(seat).gauges.records);
        assert_eq!(w.member(seat).registry().stored().count(), 1);
        assert_eq!(w.stats(seat).dropped.records_full, 0);
    }
    assert!(w.all_note(&all, &owner, "stays", Some("here")));
}

#[test]
fn limits_are_errors_that_name_them_and_change_nothing() {
    let mut config = Config::lan();
    config.limits.records_per_owner = 4;
    let mut w: World<Seal> = World::plain(13, config, (0..2).map(seal));
    let me = Seat(0);
    let long = "x".repeat(1_025);
    assert_eq!(w.put(me, "key", &long), Err(CommandError::ValueTooLong { len: 1_025, limit: 1_024 }));
    assert_eq!(w.put(me, &long[..65], "value"), Err(CommandError::KeyTooLong { len: 65, limit: 64 }));
    assert_eq!(w.shout(me, &long, None), Err(CommandError::ValueTooLong { len: 1_025, limit: 1_024 }));
    for key in ["a", "b", "c", "d"] {
        w.put(me, key, &long[..1_024]).unwrap();
    }
    assert_eq!(w.put(me, "e", "value"), Err(CommandError::TooManyRecords { limit: 4 }));
    w.put(me, "d", "again").unwrap();
    // A tombstone makes room, since its owner may collect it at once.
    w.remove(me, "a");
    w.put(me, "e", "value").unwrap();
    let owner = w.key(me);
    w.within(secs(20), "all arrive, the largest too", |w| {
        w.note(Seat(1), &owner, "b").is_some_and(|note| note.len() == 1_024)
            && w.note(Seat(1), &owner, "e").as_deref() == Some("value")
            && w.note(Seat(1), &owner, "a").is_none()
    });
}

#[test]
fn what_would_exceed_a_receivers_limit_is_counted_and_the_rest_is_kept() {
    let mut w: World<Seal> = World::new(14, Config::lan());
    let owner = w.add(seal(0));
    w.start(owner);
    w.config.limits.records = 10;
    let reader = w.add(seal(1));
    w.join(reader, route(0));
    for n in 0..20 {
        w.put(owner, &format!("key {n}"), "value").unwrap();
    }
    w.run_for(secs(300));
    assert_eq!(w.member(reader).registry().stored().count(), 10);
    assert!(w.stats(reader).dropped.records_full > 0);
    // An honest cause of lasting difference ends in the longest interval, not in a loop.
    let before = w.traffic(reader).datagrams;
    w.run_for(secs(60));
    assert!(w.traffic(reader).datagrams - before < 200, "{}", w.traffic(reader).datagrams - before);
}

#[test]
fn records_are_compared_although_the_members_never_agree() {
    let mut w: World<Seal> = World::plain(15, Config::lan(), (0..3).map(seal));
    let [a, b] = [Seat(0), Seat(1)];
    // Nobody but a knows of this one, and nobody lets it in.
    for seat in [b, Seat(2)] {
        w.act(seat, |engine, _| engine.set_admission(Box::new(|who: &Seal| *who != seal(9))));
    }
    let doll = w.puppet(seal(9));
    w.admit(doll, a);
    w.run_for(secs(60));
    w.net.loss = 1_000;
    let owner = w.key(a);
    for n in 0..5 {
        w.put(a, &format!("key {n}"), "value").unwrap();
    }
    // All that gossip would tell is lost.
    w.run_until(secs(8), |w| w.stats(a).gauges.broadcast_backlog == 0).expect("it is told, in vain");
    w.net.loss = 0;
    w.within(secs(120), "anti-entropy brings it", |w| w.all_note(&[b], &owner, "key 4", Some("value")));
    assert!(!w.lists(b, &route(9)));
}

#[test]
fn a_partition_that_outlasts_every_timeout_heals_with_the_records_of_both_sides() {
    let mut w: World<Seal> = World::plain(16, Config::lan(), (0..6).map(seal));
    let all: Vec<_> = (0..6).map(Seat).collect();
    let (left, right) = all.split_at(3);
    w.put(all[0], "role", "leader").unwrap();
    w.put(all[5], "role", "leader").unwrap();
    w.run_for(secs(5));
    w.split(left, right);
    w.run_for(secs(120));
    let keys: Vec<_> = all.iter().map(|seat| w.key(*seat)).collect();
    assert!(w.all_note(right, &keys[0], "role", None) && w.all_note(left, &keys[5], "role", None));
    w.put(all[0], "role", "follower").unwrap();
    w.remove(all[5], "role");
    w.put(all[5], "zone", "south").unwrap();
    w.run_for(secs(60));
    w.net.heal();
    w.within(secs(30), "one view, one registry", |w| {
        w.converged()
            && w.all_note(&all, &keys[0], "role", Some("follower"))
            && w.all_note(&all, &keys[5], "role", None)
            && w.all_note(&all, &keys[5], "zone", Some("south"))
    });
}

#[test]
fn forty_restarts_leave_one_owner_and_its_last_records() {
    let (mut w, all) = three(17);
    let owner = w.key(all[0]);
    for life in 1..=40 {
        w.crash(all[0]);
        w.restart(all[0], seal_at(0, crate::world::EPOCH + life));
        w.join(all[0], route(1));
        w.put(all[0], "life", &life.to_string()).unwrap();
        w.put(all[0], &format!("of life {life}"), "value").unwrap();
        w.run_for(ms(700));
    }
    w.within(secs(10), "the last life is held", |w| w.all_note(&all, &owner, "life", Some("40")));
    w.run_for(secs(60));
    for seat in all {
        assert_eq!((w.stats(seat).gauges.records, w.stats(seat).gauges.owners), (2, 1));
        assert_eq!(w.stats(seat).gauges.broadcast_backlog, 0);
    }
}
