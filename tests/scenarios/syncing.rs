//! Anti-entropy: members make their views equal, at a cost that follows the difference.

use crate::world::{Fate, Letter, Mark, Seal, Seat, World, ms, route, seal, secs};
use core::cell::Cell;
use haulout::codec::{Message, MessageKind, Update};
use haulout::{Config, Event, State};
use std::rc::Rc;

const A: Seat = Seat(0);
const B: Seat = Seat(1);

fn is_sync(letter: &Letter<Seal>) -> bool {
    use MessageKind::{Sync, SyncLeaves, SyncPage, SyncPull};
    matches!(letter.kind(), Sync | SyncLeaves | SyncPull | SyncPage)
}

/// What two members or all said of anti-entropy since a mark.
fn said(w: &World<Seal>, since: Mark) -> Vec<MessageKind> {
    w.letters(since).iter().filter(|letter| is_sync(letter)).map(Letter::kind).collect()
}

/// When a member compared, since a mark.
fn comparisons(w: &World<Seal>, of: Seat, since: Mark) -> Vec<haulout::Instant> {
    w.sent_by(since, w.route(of), MessageKind::Sync).iter().map(|letter| letter.at).collect()
}

/// No gossip from now on: what members learn, they learn by anti-entropy.
fn without_gossip(w: &mut World<Seal>) {
    w.net.rule(|letter| if letter.is(MessageKind::Gossip) { Fate::Drop } else { Fate::Pass });
}

/// Two members that know each other, at rest, with every datagram kept.
fn pair(seed: u64, config: Config) -> World<Seal> {
    let mut w = World::of(seed, config, (0..2).map(seal));
    w.capture();
    w
}

/// The two hold a puppet each that the other does not know, and what they told of it is lost.
fn differing(seed: u64) -> World<Seal> {
    let mut config = Config::lan();
    config.gossip.retransmit = 1;
    let mut w = pair(seed, config);
    w.run_for(secs(120));
    without_gossip(&mut w);
    for (seat, n) in [(A, 10), (B, 11)] {
        w.puppet(seal(n));
        let teller = w.identity(if seat == A { B } else { A });
        w.whisper(&teller, seat, &[Update::new(seal(n), 0, State::Alive)]);
    }
    w.run_for(ms(1));
    assert!([A, B].iter().all(|seat| w.stats(*seat).gauges.gossip_backlog == 0));
    assert!(!w.lists(A, &route(11)) && !w.lists(B, &route(10)));
    w.net.heal();
    w
}

fn compare(w: &mut World<Seal>) -> Mark {
    let mark = w.mark();
    w.act(A, |engine, now| engine.sync_with(now, &route(1)));
    assert_eq!(said(w, mark), [MessageKind::Sync]);
    mark
}

#[test]
fn two_equal_members_compare_and_nothing_else_is_sent() {
    let mut w = pair(1, Config::lan());
    let mark = compare(&mut w);
    w.run_for(ms(10));
    assert_eq!(said(&w, mark), [MessageKind::Sync, MessageKind::SyncLeaves]);
    let equal = w.stats(A).last_equal.expect("it is noted");
    assert_eq!(equal.with, haulout::fingerprint::fingerprint(&route(1)));
    assert!(w.now().since(equal.at) < ms(10));
}

#[test]
fn the_interval_doubles_up_to_the_longest_while_views_are_equal() {
    let mut w = pair(2, Config::lan());
    let mark = w.mark();
    w.run_for(secs(300));
    let at = comparisons(&w, A, mark);
    let pauses: Vec<_> = at.windows(2).map(|pair| pair[1].since(pair[0])).collect();
    let longest = w.config.sync.longest;
    assert!(pauses.windows(2).all(|pair| pair[1] > pair[0] || pair[0] >= longest), "{pauses:?}");
    assert!(pauses.last().is_some_and(|last| *last >= longest && *last <= longest * 5 / 4 + ms(10)));
    assert!(at.len() <= 12, "{} comparisons in five minutes", at.len());
}

#[test]
fn the_interval_halves_after_a_useful_comparison() {
    let mut w = differing(3);
    let mark = compare(&mut w);
    w.run_for(secs(60));
    let at = comparisons(&w, A, mark);
    let pause = at[1].since(at[0]);
    assert!(pause >= secs(15) && pause < secs(19), "{pause:?}");
}

#[test]
fn one_difference_each_way_is_repaired_by_one_exchange() {
    let mut w = differing(4);
    let mark = compare(&mut w);
    w.run_for(ms(20));
    assert!(w.lists(A, &route(11)), "pulled");
    assert!(w.lists(B, &route(10)), "pulled back");
    let back = w.between(mark, route(1), route(0), MessageKind::SyncPull);
    assert!(back.iter().all(|l| matches!(&l.header.message, Message::SyncPull(pull) if pull.back)));
    assert!(!back.is_empty());
    w.run_for(ms(20));
    let mark = compare(&mut w);
    w.run_for(ms(20));
    assert_eq!(said(&w, mark), [MessageKind::Sync, MessageKind::SyncLeaves], "equal now");
}

#[test]
fn a_difference_that_gossip_lost_is_found_within_the_longest_interval() {
    let mut w = World::of(5, Config::lan(), (0..5).map(seal));
    w.run_for(secs(120));
    w.puppet(seal(10));
    without_gossip(&mut w);
    w.net.rule(|l| if l.updates.is_empty() || is_sync(l) { Fate::Pass } else { Fate::Drop });
    w.whisper(&seal(1), A, &[Update::new(seal(10), 0, State::Alive)]);
    w.within(secs(80), "all know it", |w| (0..5).all(|n| w.lists(Seat(n), &route(10))));
}

#[test]
fn a_joiner_of_a_large_cluster_pulls_from_several_members_and_is_synced() {
    let mut w = World::of(6, Config::lan(), (0..64).map(seal));
    w.capture();
    let joiner = w.add(seal(100));
    let mark = w.mark();
    w.join(joiner, route(0));
    w.within(ms(60), "it is synced", |w| w.member(joiner).is_synced());
    assert_eq!(w.member(joiner).members().count(), 64);
    let pulls = w.sent_by(mark, route(100), MessageKind::SyncPull);
    let mut asked: Vec<_> = pulls.iter().map(|letter| letter.to).collect();
    asked.sort_unstable();
    asked.dedup();
    assert!(asked.len() >= 8, "{asked:?}");
    w.run_for(secs(5));
    assert_eq!(w.count(mark, |event| *event == Event::Synced), 1);
}

#[test]
fn a_joiner_of_a_small_cluster_compares_with_its_seed_and_is_synced() {
    let mut w = World::of(7, Config::lan(), (0..5).map(seal));
    w.capture();
    let joiner = w.add(seal(100));
    let mark = w.mark();
    w.join(joiner, route(0));
    w.within(ms(60), "it is synced", |w| w.member(joiner).is_synced());
    assert_eq!(w.member(joiner).members().count(), 5);
    assert_eq!(w.sent_by(mark, route(100), MessageKind::Sync)[0].to, route(0));
}

#[test]
fn a_lost_pull_or_page_is_repeated() {
    for lost in [MessageKind::SyncPull, MessageKind::SyncPage] {
        let mut w = differing(8);
        let left = Cell::new(2);
        w.net.rule(move |letter| {
            let hit = letter.is(lost) && left.get() > 0;
            left.set(left.get() - u32::from(hit));
            if hit { Fate::Drop } else { Fate::Pass }
        });
        compare(&mut w);
        w.run_for(ms(300));
        assert!(!w.lists(A, &route(11)), "{lost:?} is lost");
        w.within(secs(3), "it comes all the same", |w| w.lists(A, &route(11)));
    }
}

#[test]
fn a_joiner_is_synced_although_one_member_answers_no_pull() {
    let mut w = World::of(9, Config::lan(), (0..40).map(seal));
    w.net.rule(|l| {
        let mute = l.to == route(3) && l.is(MessageKind::SyncPull);
        if mute { Fate::Drop } else { Fate::Pass }
    });
    for n in 100..110 {
        let joiner = w.add(seal(n));
        w.join(joiner, route(0));
        w.within(secs(3), "it is synced", |w| w.member(joiner).is_synced());
    }
}

#[test]
fn an_exchange_that_nobody_answers_is_given_up_and_tried_again_later() {
    let mut w = differing(10);
    let silent = Rc::new(Cell::new(true));
    let is_silent = Rc::clone(&silent);
    w.net.rule(move |l| if is_silent.get() && l.is(MessageKind::SyncPage) { Fate::Drop } else { Fate::Pass });
    let mark = compare(&mut w);
    w.run_for(secs(30));
    let pulls = w.sent_by(mark, route(0), MessageKind::SyncPull).len();
    assert!((4..=60).contains(&pulls), "{pulls} pulls");
    assert!(!w.lists(A, &route(11)));
    silent.set(false);
    w.within(secs(80), "the next exchange succeeds", |w| w.lists(A, &route(11)) && w.lists(B, &route(10)));
}

/// Datagrams of anti-entropy in five minutes among members that differ for good, once they have settled.
fn five_minutes(w: &mut World<Seal>) -> usize {
    w.run_for(secs(120));
    w.capture();
    let mark = w.mark();
    w.run_for(secs(300));
    said(w, mark).len()
}

#[test]
fn an_admission_hook_that_differs_ends_in_the_longest_interval() {
    let mut w = World::of(16, Config::lan(), (0..4).map(seal));
    w.act(A, |engine, _| engine.set_admission(Box::new(|who| *who.address() != route(7))));
    let refused = w.add(seal(7));
    w.join(refused, route(1));
    let sent = five_minutes(&mut w);
    assert!(!w.lists(A, &route(7)) && w.lists(B, &route(7)));
    println!("{sent} datagrams in five minutes");
    // Five members, ten comparisons each, of two to seven datagrams.
    assert!(sent <= 5 * 11 * 7, "{sent} datagrams");
    assert!(w.stats(A).dropped.not_admitted > 0);
}

#[test]
fn a_cap_that_is_reached_ends_in_the_longest_interval() {
    let mut w: World<Seal> = World::new(17, Config::lan());
    w.config.limits.members = 3;
    let full = w.add(seal(0));
    w.start(full);
    w.config = Config::lan();
    for n in 1..6 {
        let seat = w.add(seal(n));
        w.join(seat, route(n - 1));
        w.run_for(ms(100));
    }
    let sent = five_minutes(&mut w);
    assert_eq!((w.member(full).members().count(), w.member(B).members().count()), (3, 5));
    assert!(w.stats(full).dropped.full > 0);
    println!("{sent} datagrams in five minutes");
    // Six members, ten comparisons each, of two to nine datagrams.
    assert!(sent <= 6 * 11 * 9, "{sent} datagrams");
}

#[test]
fn what_a_member_asks_for_keeps_to_its_budget() {
    let mut config = Config::lan();
    (config.sync.bytes_per_second, config.sync.burst) = (100, 8_192);
    config.sync.longest = config.sync.shortest;
    // An equal comparison every quarter of a second is more than this budget allows.
    let mut w = pair(19, config);
    w.run_for(secs(300));
    let mark = w.mark();
    w.run_for(secs(100));
    let from_a = w.between(mark, route(0), route(1), MessageKind::Sync);
    let to_a = w.between(mark, route(1), route(0), MessageKind::SyncLeaves);
    let bytes: usize = from_a.iter().chain(&to_a).map(|letter| letter.bytes.len()).sum();
    assert!((8_000..=10_200).contains(&bytes), "{bytes} bytes in 100 s at 100 a second");
}

#[test]
fn a_member_back_from_a_pause_asks_before_it_answers_and_catches_up() {
    // What it published, those who came meanwhile find only when they compare.
    let mut w = World::plain(21, Config::lan(), (0..6).map(seal));
    w.capture();
    w.pause(A);
    w.run_for(secs(60));
    for n in 10..14 {
        let seat = w.add(seal(n));
        w.join(seat, route(1));
    }
    w.run_for(secs(10));
    let mark = w.mark();
    w.resume_with_an_empty_socket(A);
    w.within(secs(3), "it knows all, and all know it", World::converged);
    let first = |kind| w.sent_by(mark, route(0), kind).first().map(|letter| letter.at);
    let (asked, answered) = (first(MessageKind::Sync), first(MessageKind::SyncLeaves));
    assert!(asked.is_some() && answered.is_none_or(|at| Some(at) > asked), "{asked:?} {answered:?}");
}

#[test]
fn members_that_all_stood_still_do_not_wait_for_each_other_for_ever() {
    let mut w = World::of(25, Config::lan(), (0..3).map(seal));
    w.run_for(secs(60));
    (0..3).for_each(|n| w.pause(Seat(n)));
    w.run_for(secs(120));
    (0..3).for_each(|n| w.resume(Seat(n)));
    let resumed = w.now();
    w.run_for(secs(2));
    assert!(w.converged(), "nobody suffers for it");
    let compared =
        |w: &World<Seal>| (0..3).all(|n| w.stats(Seat(n)).last_equal.is_some_and(|equal| equal.at > resumed));
    w.within(secs(90), "they compare again", compared);
}

#[test]
fn whoever_leaves_and_joins_again_is_synced_again() {
    let mut w = World::of(22, Config::lan(), (0..4).map(seal));
    w.leave(A);
    w.within(secs(10), "it has left", |w| w.member(A).is_stale());
    let mark = w.mark();
    w.join(A, route(1));
    assert!(!w.member(A).is_synced());
    w.within(secs(5), "it is synced", |w| w.member(A).is_synced());
    assert_eq!(w.count(mark, |event| *event == Event::Synced), 1);
    w.within(secs(5), "it is back", World::converged);
}

#[test]
fn sync_with_asks_the_member_at_a_route_and_nobody_else() {
    let mut w = World::of(23, Config::lan(), (0..4).map(seal));
    w.capture();
    w.run_for(secs(60));
    let mark = w.mark();
    w.act(A, |engine, now| engine.sync_with(now, &route(99)));
    w.act(A, |engine, now| engine.sync_with(now, &route(2)));
    let asked = w.sent_by(mark, route(0), MessageKind::Sync);
    assert_eq!(asked.iter().map(|letter| letter.to).collect::<Vec<_>>(), [route(2)]);
}

#[test]
fn the_same_seed_gives_the_same_exchanges() {
    let run = |seed| {
        let mut w = World::of(seed, Config::lan(), (0..40).map(seal));
        w.net.loss = 100;
        for n in 100..104 {
            let seat = w.add(seal(n));
            w.join(seat, route(n % 5));
        }
        w.run_for(secs(10));
        w.hash()
    };
    assert_eq!(run(24), run(24));
}
