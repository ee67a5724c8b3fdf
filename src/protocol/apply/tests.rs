//! What each change of the merge table does: events, gossip, notices, corrections.

use super::*;
use crate::codec::Message;
use crate::config::Config;
use crate::protocol::fixture::{Seal, Walrus, address, otter, seal, suspicion, update, walrus};
use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

/// Seal 2 at epoch 5 and incarnation 3, held in a state.
fn holding(state: State) -> Protocol<Seal> {
    let mut protocol = Protocol::among(&seal(1, 0), &[seal(2, 5), seal(3, 0), seal(4, 0)]);
    protocol.members.set_incarnation(Slot::at(0), 3);
    match state {
        State::Alive => {}
        State::Suspect => protocol.apply(suspicion(&seal(2, 5), 3, &[address(3)]), Speaker::Us),
        State::Down | State::Left => protocol.apply(update(&seal(2, 5), 3, state), Speaker::Us),
    }
    assert_eq!(protocol.holds(&address(2)), Some((seal(2, 5), 3, state)));
    protocol.quiet();
    protocol
}

/// Applies and gives the events and what is queued.
fn after(protocol: &mut Protocol<Seal>, update: Update<Seal>) -> (Vec<Event<Seal>>, Vec<Seal>) {
    protocol.apply(update, Speaker::Us);
    protocol.settle();
    (protocol.told(), protocol.queued())
}

#[test]
fn an_unknown_member_is_up_and_told_on() {
    let mut protocol = holding(State::Alive);
    let new = seal(9, 0);
    let expected = (vec![Event::Up { identity: new }], vec![new]);
    assert_eq!(after(&mut protocol, update(&new, 4, State::Alive)), expected);
    assert_eq!(protocol.holds(&address(9)), Some((new, 4, State::Alive)));
}

#[test]
fn an_unknown_suspect_is_up_and_then_suspected() {
    let mut protocol = holding(State::Alive);
    let new = seal(9, 0);
    let expected = (vec![Event::Up { identity: new }, Event::Suspected { identity: new }], vec![new]);
    assert_eq!(after(&mut protocol, suspicion(&new, 4, &[address(3)])), expected);
}

#[test]
fn the_death_of_an_unknown_member_is_neither_held_nor_told_on() {
    let mut protocol = holding(State::Alive);
    for state in [State::Down, State::Left] {
        assert_eq!(after(&mut protocol, update(&seal(9, 0), 4, state)), (vec![], vec![]));
        assert_eq!(protocol.holds(&address(9)), None);
    }
}

#[test]
fn a_higher_incarnation_is_told_on_without_an_event() {
    let mut protocol = holding(State::Alive);
    assert_eq!(after(&mut protocol, update(&seal(2, 5), 4, State::Alive)), (vec![], vec![seal(2, 5)]));
    assert_eq!(protocol.holds(&address(2)), Some((seal(2, 5), 4, State::Alive)));
}

#[test]
fn what_is_known_is_not_told_on() {
    let mut protocol = holding(State::Alive);
    assert_eq!(after(&mut protocol, update(&seal(2, 5), 3, State::Alive)), (vec![], vec![]));
}

#[test]
fn a_suspect_that_answers_is_refuted_and_its_timer_is_gone() {
    let mut protocol = holding(State::Suspect);
    let expected = (vec![Event::Refuted { identity: seal(2, 5) }], vec![seal(2, 5)]);
    assert_eq!(after(&mut protocol, update(&seal(2, 5), 4, State::Alive)), expected);
    assert_eq!(protocol.suspicions.next(), None);
}

#[test]
fn a_suspicion_starts_a_timer_and_names_its_suspecters() {
    let mut protocol = holding(State::Alive);
    let expected = (vec![Event::Suspected { identity: seal(2, 5) }], vec![seal(2, 5)]);
    assert_eq!(after(&mut protocol, suspicion(&seal(2, 5), 3, &[address(3)])), expected);
    assert_eq!(protocol.suspicions.by(Slot::at(0)), [address(3)]);
    assert!(protocol.suspicions.next().is_some());
}

#[test]
fn a_suspicion_at_a_higher_incarnation_starts_a_new_timer_and_forgets_the_old_suspecters() {
    let mut protocol = holding(State::Suspect);
    protocol.at(3_000);
    let before = protocol.suspicions.next().unwrap();
    assert_eq!(after(&mut protocol, suspicion(&seal(2, 5), 4, &[address(4)])), (vec![], vec![seal(2, 5)]));
    assert_eq!(protocol.suspicions.next().unwrap().since(before).as_secs(), 2);
    assert_eq!(protocol.suspicions.by(Slot::at(0)), [address(4)]);
}

#[test]
fn a_new_suspecter_is_told_on_and_a_known_one_is_not() {
    let mut protocol = holding(State::Suspect);
    assert_eq!(after(&mut protocol, suspicion(&seal(2, 5), 3, &[address(3)])), (vec![], vec![]));
    assert_eq!(after(&mut protocol, suspicion(&seal(2, 5), 3, &[address(4)])), (vec![], vec![seal(2, 5)]));
    assert_eq!(protocol.suspicions.by(Slot::at(0)), [address(3), address(4)]);
}

#[test]
fn a_subject_and_a_stranger_are_struck_out_of_the_suspecters_and_the_suspicion_stands() {
    let mut protocol = holding(State::Alive);
    protocol.apply(update(&seal(4, 0), 0, State::Down), Speaker::Us);
    let by = [address(2), address(4), address(99)];
    protocol.apply(suspicion(&seal(2, 5), 3, &by), Speaker::Us);
    assert_eq!(protocol.holds(&address(2)).unwrap().2, State::Suspect);
    assert!(protocol.suspicions.by(Slot::at(0)).is_empty());
    protocol.apply(suspicion(&seal(3, 0), 0, &[address(1)]), Speaker::Us);
    assert_eq!(protocol.suspicions.by(Slot::at(1)), [address(1)]);
}

#[test]
fn a_death_ends_the_suspicion_and_the_probe() {
    for (state, event) in [
        (State::Down, Event::Down { identity: seal(2, 5) }),
        (State::Left, Event::Left { identity: seal(2, 5) }),
    ] {
        let mut protocol = holding(State::Suspect);
        while !protocol.is_probing(Slot::at(0)) {
            protocol.probe_due();
            protocol.quiet();
        }
        assert_eq!(after(&mut protocol, update(&seal(2, 5), 3, state)), (vec![event], vec![seal(2, 5)]));
        assert_eq!(protocol.holds(&address(2)), Some((seal(2, 5), 3, state)));
        assert!(protocol.watch.probe.is_none());
    }
}

#[test]
fn one_held_down_that_left_is_left_and_told_on() {
    let mut protocol = holding(State::Down);
    let expected = (vec![Event::Left { identity: seal(2, 5) }], vec![seal(2, 5)]);
    assert_eq!(after(&mut protocol, update(&seal(2, 5), 1, State::Left)), expected);
    assert_eq!(protocol.holds(&address(2)), Some((seal(2, 5), 3, State::Left)), "the higher incarnation");
}

#[test]
fn a_later_death_of_the_dead_raises_the_incarnation_and_is_not_told_on() {
    for state in [State::Down, State::Left] {
        let mut protocol = holding(state);
        assert_eq!(after(&mut protocol, update(&seal(2, 5), 7, state)), (vec![], vec![]));
        assert_eq!(after(&mut protocol, update(&seal(2, 5), 4, state)), (vec![], vec![]));
        assert_eq!(protocol.holds(&address(2)), Some((seal(2, 5), 7, state)));
    }
}

#[test]
fn the_incarnation_of_the_dead_is_a_serial_number_where_identities_cannot_renew() {
    for state in [State::Down, State::Left] {
        let mut protocol = Protocol::<Walrus>::among(&walrus(1), &[walrus(2)]);
        protocol.members.set_incarnation(Slot::at(0), u32::MAX);
        protocol.apply(update(&walrus(2), 1, State::Down), Speaker::Us);
        protocol.apply(update(&walrus(2), u32::MAX, state), Speaker::Us);
        protocol.apply(update(&walrus(2), u32::MAX, state), Speaker::Us);
        assert_eq!(protocol.holds(&address(2)), Some((walrus(2), 1, state)), "1 comes after the last");
    }
}

#[test]
fn a_newer_identity_is_renewed_and_alive_whatever_was_held() {
    for held in [State::Alive, State::Suspect, State::Down, State::Left] {
        let mut protocol = holding(held);
        let new = seal(2, 6);
        let expected = (vec![Event::Renewed { old: seal(2, 5), new }], vec![new]);
        assert_eq!(after(&mut protocol, update(&new, 0, State::Alive)), expected, "{held}");
        assert_eq!(protocol.holds(&address(2)), Some((new, 0, State::Alive)));
        assert_eq!(protocol.suspicions.next(), None);
    }
}

#[test]
fn a_newer_identity_that_is_suspect_or_gone_is_renewed_first() {
    let new = seal(2, 6);
    for held in [State::Alive, State::Suspect] {
        for (state, event) in [
            (State::Suspect, Event::Suspected { identity: new }),
            (State::Down, Event::Down { identity: new }),
            (State::Left, Event::Left { identity: new }),
        ] {
            let mut protocol = holding(held);
            let expected = (vec![Event::Renewed { old: seal(2, 5), new }, event], vec![new]);
            assert_eq!(after(&mut protocol, update(&new, 0, state)), expected, "{held} {state}");
            assert_eq!(protocol.holds(&address(2)), Some((new, 0, state)));
        }
    }
}

#[test]
fn the_dead_change_hands_in_silence_unless_they_turn_out_to_have_left() {
    let new = seal(2, 6);
    let left = vec![Event::Left { identity: new }];
    for (held, state, events) in [
        (State::Down, State::Down, vec![]),
        (State::Down, State::Left, left),
        (State::Left, State::Down, vec![]),
        (State::Left, State::Left, vec![]),
    ] {
        let mut protocol = holding(held);
        assert_eq!(after(&mut protocol, update(&new, 2, state)), (events, vec![new]), "{held} {state}");
        assert_eq!(protocol.holds(&address(2)), Some((new, 2, state)));
    }
}

#[test]
fn news_of_one_held_down_tells_the_subject_what_is_held() {
    for state in [State::Alive, State::Suspect] {
        let mut protocol = holding(State::Down);
        assert_eq!(after(&mut protocol, update(&seal(2, 5), 9, state)), (vec![], vec![]));
        assert_eq!(protocol.notices(), [(address(2), (seal(2, 5), 3, State::Down))]);
    }
}

#[test]
fn an_old_death_of_an_active_member_is_told_to_it_and_it_is_probed_next() {
    for state in [State::Down, State::Left] {
        let mut protocol = holding(State::Alive);
        assert_eq!(after(&mut protocol, update(&seal(2, 5), 2, state)), (vec![], vec![]));
        assert_eq!(protocol.notices(), [(address(2), (seal(2, 5), 2, state))]);
        protocol.probe_due();
        assert!(protocol.is_probing(Slot::at(0)));
    }
}

#[test]
fn notices_and_corrections_are_one_a_subject_and_probe_interval_each_of_its_own() {
    let mut protocol = holding(State::Left);
    let old = || update(&seal(2, 5), 9, State::Alive);
    for (millis, expected) in [(1_000, 1), (1_900, 0), (2_100, 1)] {
        protocol.at(millis);
        protocol.apply(old(), Speaker::Subject { proven: false });
        assert_eq!(protocol.notices().len(), expected, "{millis}");
        assert_eq!(protocol.queued().len(), expected, "{millis}");
        protocol.quiet();
    }
    assert_eq!((protocol.stats.dropped.notices_limited, protocol.stats.dropped.corrections_limited), (1, 1));
}

#[test]
fn who_left_is_corrected_and_told_only_if_it_speaks_itself() {
    for (speaker, from_subject) in
        [(Speaker::Member(Slot::at(1)), false), (Speaker::Subject { proven: false }, true)]
    {
        let mut protocol = holding(State::Left);
        protocol.apply(update(&seal(2, 5), 9, State::Alive), speaker);
        assert_eq!(protocol.queued(), [seal(2, 5)]);
        let notice = (address(2), (seal(2, 5), 3, State::Left));
        assert_eq!(protocol.notices(), if from_subject { vec![notice] } else { vec![] });
    }
}

#[test]
fn a_superseded_identity_is_told_where_it_speaks_from() {
    let held = otter("b", 2, 5);
    let mut protocol = Protocol::among(&otter("a", 1, 0), core::slice::from_ref(&held));
    protocol.hears(&otter("b", 7, 4), Message::Gossip, vec![]);
    assert_eq!(protocol.notices(), [(address(7), (held.clone(), 0, State::Alive))]);
    assert_eq!(protocol.queued(), [held]);
}

#[test]
fn the_death_of_a_superseded_identity_is_ignored() {
    let mut protocol = holding(State::Alive);
    assert_eq!(after(&mut protocol, update(&seal(2, 4), 9, State::Down)), (vec![], vec![]));
    assert!(protocol.sent().is_empty());
}

#[test]
fn hook_and_cap_look_at_insertions_only() {
    let mut config = Config::lan();
    config.limits.members = 1;
    let mut protocol = Protocol::new(seal(1, 0), (), config, 7);
    protocol.start();
    protocol.admit(&seal(2, 5), 0).unwrap();
    assert_eq!(protocol.admit(&seal(3, 0), 0), Err(Refusal::Full));
    protocol.set_admission(Box::new(|_| false));
    protocol.apply(update(&seal(4, 0), 0, State::Alive), Speaker::Us);
    protocol.apply(update(&seal(2, 6), 0, State::Alive), Speaker::Us);
    assert_eq!(protocol.holds(&address(2)), Some((seal(2, 6), 0, State::Alive)));
    let dropped = &protocol.stats.dropped;
    assert_eq!((protocol.members.len(), dropped.full, dropped.not_admitted), (1, 1, 1));
}

#[test]
fn beyond_the_limit_the_one_that_departed_first_is_forgotten_and_its_route_is_kept() {
    let mut config = Config::lan();
    config.limits.departed = 1;
    let mut protocol = Protocol::new(seal(1, 0), (), config, 7);
    protocol.start();
    for port in [2, 3] {
        protocol.admit(&seal(port, 0), 0).unwrap();
        protocol.apply(update(&seal(port, 0), 0, State::Down), Speaker::Us);
    }
    assert_eq!(protocol.holds(&address(2)), None);
    assert_eq!(protocol.holds(&address(3)).unwrap().2, State::Down);
    assert_eq!(protocol.meeting.requests.forgotten, [address(2)]);
}

#[test]
fn whoever_says_something_outdated_is_corrected_itself_and_again_with_the_next_probe() {
    let mut protocol = holding(State::Left);
    let speaker = Speaker::Member(Slot::at(1));
    for _ in 0..2 {
        protocol.apply(update(&seal(2, 5), 3, State::Down), speaker);
    }
    let told = |protocol: &mut Protocol<Seal>| {
        protocol.sent().iter().filter(|intent| intent.slot == Some(Slot::at(1))).count()
    };
    assert_eq!((told(&mut protocol), protocol.stats.dropped.corrections_limited), (1, 1));
    protocol.quiet();
    protocol.at(2_000);
    protocol.correct_deferred();
    assert_eq!((told(&mut protocol), protocol.queued()), (1, vec![seal(2, 5)]));
}

#[test]
fn a_proven_announce_of_the_dead_is_answered_although_its_notice_was_used_up() {
    for (proven, notices) in [(false, 1), (true, 2)] {
        let mut protocol = holding(State::Down);
        for _ in 0..2 {
            protocol.apply(update(&seal(2, 5), 9, State::Alive), Speaker::Subject { proven });
        }
        assert_eq!(protocol.notices().len(), notices, "{proven}");
    }
}
