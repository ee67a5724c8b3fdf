//! Two processes with one key: who hears what, and when the silence ends.

use crate::codec::Message;
use crate::event::Event;
use crate::protocol::fixture::{address, otter, update};
use crate::protocol::{Life, Protocol, Say};
use crate::seeds::Ask;
use crate::state::State;
use crate::timers::Timer;
use alloc::vec;

type Otter = crate::protocol::fixture::Otter;

/// Loses its key to `a@9` while it holds a member `b`.
fn loser() -> Protocol<Otter> {
    let mut loser = Protocol::among(&otter("a", 1, 5), &[otter("b", 2, 0)]);
    loser.hears(&otter("b", 2, 0), Message::Gossip, vec![update(&otter("a", 3, 9), 0, State::Alive)]);
    assert_eq!(loser.told(), [Event::Conflict { rival: otter("a", 3, 9) }]);
    loser
}

#[test]
fn a_notice_from_the_winner_itself_tells_the_loser() {
    let (mut loser, winner) = (Protocol::among(&otter("a", 1, 5), &[]), otter("a", 3, 9));
    loser.hears(&winner, Message::YouAreDown, vec![update(&winner, 0, State::Alive)]);
    assert_eq!(loser.told(), [Event::Conflict { rival: winner }]);
    assert!(loser.sent().is_empty(), "the winner is not pinged: it would not believe us");
}

#[test]
fn a_winner_that_answers_is_not_taken_for_gone() {
    let (mut loser, winner) = (loser(), otter("a", 3, 9));
    for round in 1..=10 {
        loser.at(round * 10_000_000);
        loser.conflict_due();
        loser.hears(&winner, Message::YouAreDown, vec![update(&winner, 0, State::Alive)]);
    }
    assert!(matches!(loser.me.life, Life::Conflict(_)));
    assert_eq!(loser.told(), []);
}

#[test]
fn an_answer_to_a_question_from_before_the_conflict_ends_nothing() {
    let mut loser = Protocol::among(&otter("a", 1, 5), &[otter("b", 2, 0)]);
    loser.announce_to(address(2));
    let sent = loser.sent();
    let [crate::outbox::Intent { say: Say::Announce { number }, .. }] = sent[..] else {
        panic!("one announce");
    };
    loser.hears(&otter("b", 2, 0), Message::Gossip, vec![update(&otter("a", 3, 9), 0, State::Alive)]);
    loser.hears(&otter("b", 2, 0), Message::Feed { number, clock: 0 }, vec![]);
    assert!(matches!(loser.me.life, Life::Conflict(_)));
    assert!(loser.meeting.requests.find(loser.now, number, Ask::Announce).is_none());
}

#[test]
fn suspects_have_as_long_after_a_conflict_as_they_had_before() {
    let mut loser = loser();
    assert!(matches!(loser.me.life, Life::Conflict(_)));
    loser.leave_conflict();
    let b = loser.members.find(&otter("b", 2, 0).name().clone()).unwrap();
    loser.set_suspect(b, 0, crate::codec::Suspecters::new());
    let left = loser.suspicions.next().unwrap().since(loser.now);
    loser.enter_conflict(otter("a", 3, 9));
    loser.at(10_000_000);
    loser.leave_conflict();
    assert_eq!(loser.suspicions.next().unwrap().since(loser.now), left);
    loser.timers.clear(Timer::Seeds);
}

#[test]
fn a_joiner_that_wins_its_key_is_a_member_like_any_other() {
    let mut joiner = Protocol::new(otter("a", 1, 5), (), crate::config::Config::lan(), 7);
    joiner.join(address(2));
    joiner.enter_conflict(otter("a", 3, 9));
    joiner.quiet();
    joiner.conflict_won();
    assert!(joiner.me.served, "who leaves and joins again comes under a newer identity");
    assert!(joiner.told().contains(&Event::Active));
}

#[test]
fn seeds_have_as_long_to_answer_after_a_conflict_as_they_had_before() {
    let mut joiner = Protocol::new(otter("a", 1, 5), (), crate::config::Config::lan(), 7);
    joiner.join(address(2));
    joiner.enter_conflict(otter("a", 3, 9));
    joiner.quiet();
    joiner.at(100_000);
    joiner.conflict_won();
    joiner.seeds_due();
    let is_report = |event: &Event<Otter>| matches!(event, Event::Seed { .. });
    assert!(!joiner.told().iter().any(is_report), "it was not asked meanwhile");
}
