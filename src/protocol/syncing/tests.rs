//! Anti-entropy between two members, step by step.

use crate::codec::{DIGEST_VERSION, Leaves, MAX_HAVE, Message, Page, Plane, Position, Pull, Update};
use crate::config::Config;
use crate::digest::{Entry, salted};
use crate::event::Event;
use crate::exchange::{PULLS, Range};
use crate::fingerprint::fingerprint;
use crate::outbox::{Intent, Say};
use crate::protocol::Protocol;
use crate::protocol::fixture::{Seal, address, seal, update};
use crate::state::State;
use crate::timers::Timer;
use alloc::vec::Vec;

const EVERYTHING: Range = Range { plane: Plane::Members, from: Position::FIRST, until: Position::LAST };

fn me() -> Protocol<Seal> {
    Protocol::among(&seal(1, 5), &[seal(2, 5), seal(3, 5)])
}

fn crowd(n: u16) -> impl Iterator<Item = Seal> {
    (0..n).map(|n| seal(1_000 + n, 5))
}

fn sync(number: u16, members: u64) -> Message<Seal> {
    Message::Sync { number, version: DIGEST_VERSION, members, records: None, clock: 0 }
}

fn pull(number: u16, range: Range, back: bool, have: Vec<u32>) -> Message<Seal> {
    let Range { plane, from, until } = range;
    Message::SyncPull(Pull { number, plane, back, from, until, salt: 9, have })
}

fn page(number: u16, next: Option<u64>) -> Message<Seal> {
    let next = next.map(|key| Position { key, item: 0 });
    Message::SyncPage(Page { number, plane: Plane::Members, from: Position::FIRST, next })
}

/// What of a protocol's intents an answer to a comparison or a pull is.
fn asked(sent: &[Intent<Seal>]) -> Vec<(u16, core::net::SocketAddr)> {
    let number = |intent: &Intent<Seal>| match &intent.say {
        Say::Sync { number, .. } => Some((*number, intent.to)),
        Say::SyncPull(pull) => Some((pull.number, intent.to)),
        _ => None,
    };
    sent.iter().filter_map(number).collect()
}

fn pulls(sent: Vec<Intent<Seal>>) -> Vec<(Pull, core::net::SocketAddr)> {
    let pull = |intent: Intent<Seal>| match intent.say {
        Say::SyncPull(pull) => Some((*pull, intent.to)),
        _ => None,
    };
    sent.into_iter().filter_map(pull).collect()
}

/// It compares with member 2, which answers that these leaves are its own.
fn compared(
    a: &mut Protocol<Seal>,
    leaves: &dyn Fn(usize, u32) -> u32,
) -> Vec<(Pull, core::net::SocketAddr)> {
    a.sync_with(&address(2));
    let [(number, _)] = asked(&a.sent())[..] else { panic!("one comparison") };
    let leaves = a.digest().salted(9).into_iter().enumerate().map(|(n, leaf)| leaves(n, leaf)).collect();
    let leaves = Some(Leaves { plane: Plane::Members, salt: 9, leaves });
    a.hears(&seal(2, 5), Message::SyncLeaves { number, leaves }, Vec::new());
    pulls(a.sent())
}

#[test]
fn an_equal_digest_is_answered_by_no_leaves_and_another_by_salted_ones() {
    let mut a = me();
    let root = a.digest().root();
    let answers = |a: &mut Protocol<Seal>| a.sent().into_iter().map(|intent| intent.say).collect::<Vec<_>>();
    a.hears(&seal(2, 5), sync(7, root), Vec::new());
    assert!(matches!(answers(&mut a)[..], [Say::SyncLeaves { number: 7, leaves: None }]));
    let mut salt = || {
        a.hears(&seal(2, 5), sync(8, root ^ 1), Vec::new());
        let [Say::SyncLeaves { number: 8, leaves: Some((Plane::Members, salt)) }] = answers(&mut a)[..]
        else {
            panic!("leaves")
        };
        salt
    };
    assert_ne!(salt(), salt(), "a fresh one each time");
}

#[test]
fn no_leaves_mean_equal_and_are_noted_with_whom() {
    let mut a = me();
    a.sync_with(&address(2));
    let [(number, to)] = asked(&a.sent())[..] else { panic!("one comparison") };
    assert_eq!(to, address(2));
    a.hears(&seal(3, 5), Message::SyncLeaves { number, leaves: None }, Vec::new());
    a.hears(&seal(2, 5), Message::SyncLeaves { number: number ^ 1, leaves: None }, Vec::new());
    assert_eq!((a.stats.dropped.unmatched, a.stats.last_equal), (2, None), "neither is the answer");
    a.hears(&seal(2, 5), Message::SyncLeaves { number, leaves: None }, Vec::new());
    let equal = a.stats.last_equal.expect("it is the answer");
    assert_eq!((equal.at, equal.with), (a.now, fingerprint(&address(2))));
    assert!(a.exchange.is_idle() && a.sent().is_empty());
}

#[test]
fn one_comparison_is_under_way_at_a_time() {
    let mut a = me();
    a.sync_with(&address(2));
    a.sync_with(&address(3));
    assert_eq!(asked(&a.sent()).len(), 1);
    a.sync_with(&address(99));
    assert!(a.sent().is_empty());
}

#[test]
fn adjacent_leaves_that_differ_are_one_range_of_sixteen_leaves_at_most() {
    let mut a = me();
    let differing = |n: usize| n == 0 || (10..=11).contains(&n) || (100..=117).contains(&n) || n == 255;
    let pulls = compared(&mut a, &|n, leaf| leaf ^ u32::from(differing(n)));
    let leaves: Vec<_> = pulls.iter().map(|(pull, _)| (pull.from.key >> 56, pull.until.key >> 56)).collect();
    assert_eq!(leaves, [(0, 0), (10, 11), (100, 115), (116, 117), (255, 255)]);
    assert!(pulls.iter().all(|(pull, to)| *to == address(2) && pull.from.key << 8 == 0));
    assert!(pulls.iter().all(|(pull, _)| pull.until.key | 0xff << 56 == u64::MAX));
}

#[test]
fn a_pull_names_what_is_held_and_the_exchange_ends_with_its_page() {
    let mut a = me();
    let [(asked, _)] = &compared(&mut a, &|n, leaf| leaf ^ u32::from(n == leaf_of(&seal(2, 5))))[..] else {
        panic!("one range")
    };
    let value = Entry::of(&seal(2, 5), 0, 0).value;
    assert_eq!(asked.have, [salted(value, asked.salt)]);
    let newcomer = update(&seal(7, 5), 0, State::Alive);
    a.hears(&seal(2, 5), page(asked.number, None), Vec::from([newcomer]));
    assert!(a.holds(&address(7)).is_some() && a.exchange.is_idle());
}

fn leaf_of(identity: &Seal) -> usize {
    crate::digest::leaf_of(fingerprint(identity.address()))
}

#[test]
fn what_the_asker_has_and_the_answerer_lacks_is_pulled_back_once() {
    let mut a = me();
    a.hears(&seal(2, 5), pull(7, EVERYTHING, false, Vec::from([1])), Vec::new());
    let sent = a.sent();
    assert!(matches!(&sent[0].say, Say::SyncPage(pull) if pull.number == 7));
    let [(back, to)] = &pulls(sent)[..] else { panic!("one pull back") };
    assert!(back.back && *to == address(2));
    assert_eq!((back.from.key, back.until.key, back.have.len()), (0, u64::MAX, 3));
    a.hears(&seal(3, 5), pull(8, EVERYTHING, true, Vec::from([1])), Vec::new());
    assert!(pulls(a.sent()).is_empty(), "a pull back is not pulled back");
    let known: Vec<u32> = [1, 2, 3].map(|n| salted(Entry::of(&seal(n, 5), 0, 0).value, 9)).into();
    a.hears(&seal(3, 5), pull(9, EVERYTHING, false, known), Vec::new());
    assert!(pulls(a.sent()).is_empty(), "it lacks nothing");
}

#[test]
fn another_version_of_digests_another_plane_and_a_range_backwards_are_not_answered() {
    let mut a = me();
    let other = Message::Sync { number: 7, version: DIGEST_VERSION + 1, members: 0, records: None, clock: 0 };
    a.hears(&seal(2, 5), other, Vec::new());
    a.hears(
        &seal(2, 5),
        pull(8, Range { from: Position::LAST, until: Position::FIRST, ..EVERYTHING }, false, Vec::new()),
        Vec::new(),
    );
    let Message::SyncPull(records) = pull(9, EVERYTHING, false, Vec::new()) else { unreachable!() };
    a.hears(&seal(2, 5), Message::SyncPull(Pull { plane: Plane::Records, ..records }), Vec::new());
    assert!(a.sent().is_empty());
}

#[test]
fn a_broken_page_is_counted_and_its_range_goes_on_at_another_member() {
    let mut a = me();
    let [(asked, _)] = &compared(&mut a, &|n, leaf| leaf ^ u32::from(n == 3))[..] else {
        panic!("one range")
    };
    let (from, until) = (asked.from.key, asked.until.key);
    a.hears(&seal(2, 5), page(asked.number, Some(from)), Vec::new());
    assert_eq!(a.stats.dropped.broken_pages, 1);
    let [(again, to)] = &pulls(a.sent())[..] else { panic!("the range is not lost") };
    assert_eq!((again.from.key, again.until.key, *to), (from, until, address(3)));
    a.hears(&seal(3, 5), page(again.number, None), Vec::new());
    assert!(a.exchange.is_idle());
}

#[test]
fn a_page_without_a_pull_is_counted_and_costs_no_budget() {
    let mut a = me();
    a.hears(&seal(2, 5), page(7, Some(5)), Vec::new());
    assert_eq!((a.stats.dropped.unmatched, a.stats.dropped.broken_pages), (1, 0));
    let [(asked, _)] = &compared(&mut a, &|n, leaf| leaf ^ u32::from(n == 3))[..] else {
        panic!("one range")
    };
    let peer = |n| a.members.find(&address(n)).unwrap();
    assert!(a.exchange.awaits(asked.number, peer(2)));
    assert!(!a.exchange.awaits(asked.number, peer(3)) && !a.exchange.awaits(asked.number ^ 1, peer(2)));
}

#[test]
fn a_chain_of_pages_waits_for_the_budget() {
    let mut a = me();
    let [(asked, _)] = &compared(&mut a, &|n, leaf| leaf ^ u32::from(n == 3))[..] else {
        panic!("one range")
    };
    a.exchange.spend(1_000_000);
    let cursor = asked.from.key + 1;
    a.hears(&seal(2, 5), page(asked.number, Some(cursor)), Vec::new());
    assert!(a.sent().is_empty() && !a.exchange.is_idle());
    a.at(600_000);
    a.sync_due();
    let [(on, to)] = &pulls(a.sent())[..] else { panic!("it goes on") };
    assert_eq!((on.from.key, *to), (cursor, address(2)));
}

/// A joiner that was fed by member 2 of a large cluster.
fn joiner() -> Protocol<Seal> {
    let mut a = Protocol::new(seal(1, 5), (), Config::lan(), 7);
    a.at(1_000);
    a.join(address(2));
    let Some(Say::Announce { number }) = a.sent().into_iter().map(|intent| intent.say).next() else {
        panic!("it announces")
    };
    let members: Vec<Update<Seal>> = crowd(40).map(|other| update(&other, 0, State::Alive)).collect();
    a.hears(&seal(2, 5), Message::Feed { number, clock: 0 }, members);
    a
}

#[test]
fn a_joiner_of_a_large_cluster_pulls_sixteen_parts_of_the_space_and_is_synced_with_the_last() {
    let mut a = joiner();
    let pulls = pulls(a.sent());
    assert_eq!(pulls.len(), PULLS);
    let mut ranges: Vec<_> = pulls.iter().map(|(pull, _)| (pull.from.key, pull.until.key)).collect();
    ranges.sort_unstable();
    assert_eq!((ranges[0].0, ranges[PULLS - 1].1), (0, u64::MAX));
    assert!(ranges.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0));
    let mut peers: Vec<_> = pulls.iter().map(|(_, to)| *to).collect();
    peers.sort_unstable();
    peers.dedup();
    assert!(peers.len() > 8, "spread over {} members", peers.len());
    for (n, (pull, to)) in pulls.iter().enumerate() {
        assert!(!a.told().contains(&Event::Synced), "{n} parts are not all");
        a.hears(&seal(to.port(), 5), page(pull.number, None), Vec::new());
    }
    assert_eq!(a.told(), [Event::Synced]);
}

#[test]
fn what_a_challenged_pull_has_no_room_for_any_more_is_pulled_afterwards() {
    let mut a = joiner();
    let pulls_sent = pulls(a.sent());
    let (part, to) = &pulls_sent[0];
    let range = Range { plane: Plane::Members, from: part.from, until: part.until };
    let inside = |other: &Seal| (range.from.key..=range.until.key).contains(&fingerprint(other.address()));
    for other in crowd(10_000).filter(inside).take(MAX_HAVE + 20) {
        if a.members.find(other.address()).is_none() {
            a.admit(&other, 0).unwrap();
        }
    }
    a.sent();
    let challenge = Message::Challenge { number: part.number, cookie: 77 };
    a.hears(&seal(to.port(), 5), challenge.clone(), Vec::new());
    let sent = a.sent();
    assert_eq!(sent[0].cookie, Some(77));
    let [(again, _)] = &pulls(sent)[..] else { panic!("it is repeated") };
    assert_eq!((again.number, again.from, again.have.len()), (part.number, part.from, MAX_HAVE));
    assert!(again.until < part.until);
    a.hears(&seal(to.port(), 5), challenge, Vec::new());
    assert!(a.sent().is_empty(), "it is repeated once");
    a.hears(&seal(to.port(), 5), page(again.number, None), Vec::new());
    let [(rest, _)] = &pulls(a.sent())[..] else { panic!("the rest of the part") };
    assert_eq!((rest.from.key, rest.until), (again.until.key + 1, part.until));
}

#[test]
fn silence_once_changes_nothing_and_then_slows_down_to_the_longest_interval() {
    let mut a = me();
    let mut last = a.now;
    let mut pauses = Vec::new();
    for _ in 0..12 {
        while a.exchange.comparison.is_none() {
            let at = a.exchange.next.max(a.now);
            a.now = at;
            a.sync_due();
        }
        pauses.push(a.now.since(last).as_secs());
        last = a.now;
        a.now += a.config.probe.timeout;
        a.sync_due();
        assert!(a.exchange.is_idle());
    }
    assert!(pauses[2] < 2, "{pauses:?}");
    assert!(pauses[11] >= 30 && pauses[11] <= 38, "{pauses:?}");
    assert!(a.timers.is_set(Timer::Sync));
}

#[test]
fn after_a_long_standstill_it_asks_before_it_answers() {
    let mut a = me();
    let root = a.digest().root();
    a.at(100_000);
    let now = a.now;
    a.advance(now);
    a.hears(&seal(2, 5), sync(7, root), Vec::new());
    a.hears(&seal(2, 5), pull(8, EVERYTHING, false, Vec::new()), Vec::new());
    let answers = |sent: &[Intent<Seal>]| {
        sent.iter().filter(|i| matches!(i.say, Say::SyncLeaves { .. } | Say::SyncPage(_))).count()
    };
    assert_eq!(answers(&a.sent()), 0);
    a.timeout();
    let [(number, to)] = asked(&a.sent())[..] else { panic!("it asks at once") };
    a.hears(&seal(to.port(), 5), Message::SyncLeaves { number, leaves: None }, Vec::new());
    a.hears(&seal(2, 5), sync(9, root), Vec::new());
    assert_eq!(answers(&a.sent()), 1);
}

#[test]
fn nobody_is_left_without_an_answer_for_longer_than_the_longest_interval() {
    let mut a = me();
    let root = a.digest().root();
    a.at(100_000);
    a.doubt_view();
    a.hears(&seal(2, 5), sync(7, root), Vec::new());
    a.at(100_000 + a.config.sync.longest.as_millis() as u64);
    a.hears(&seal(2, 5), sync(8, root), Vec::new());
    let sent = a.sent();
    assert!(matches!(sent.last().unwrap().say, Say::SyncLeaves { number: 8, .. }));
    assert_eq!(sent.iter().filter(|i| matches!(i.say, Say::SyncLeaves { .. })).count(), 1);
}

#[test]
fn a_short_standstill_raises_no_doubt() {
    let mut a = me();
    a.at(6_000);
    let now = a.now;
    a.advance(now);
    assert_eq!(a.exchange.doubt, None);
}
