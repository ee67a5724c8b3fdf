//! Every row of PROTOCOL §3, in every phase of a life.

use super::*;
use crate::codec::Message;
use crate::config::Config;
use crate::protocol::Say;
use crate::protocol::fixture::{Otter, Seal, Walrus, address, otter, seal, update, walrus};
use alloc::vec;
use alloc::vec::Vec;

/// Seal 1 at epoch 5 and incarnation 3, active, with one member.
fn active() -> Protocol<Seal> {
    let mut protocol = Protocol::among(&seal(1, 5), &[seal(2, 0)]);
    protocol.me.incarnation = 3;
    protocol
}

/// The same, joining for the first time in this process.
fn joining() -> Protocol<Seal> {
    let mut protocol = Protocol::new(seal(1, 5), (), Config::lan(), 7);
    protocol.join(address(2));
    protocol.admit(&seal(2, 0), 0).unwrap();
    protocol.me.incarnation = 3;
    protocol.quiet();
    protocol
}

fn fixed() -> Protocol<Walrus> {
    let mut protocol = Protocol::among(&walrus(1), &[walrus(2)]);
    protocol.me.incarnation = 3;
    protocol
}

/// Identity, incarnation, whether our own state is gossiped, and the events.
type After<I> = (I, u32, bool, Vec<Event<I>>);

/// After a member says something of us.
fn after<I: Identity>(protocol: &mut Protocol<I>, identity: &I, incarnation: u32, state: State) -> After<I> {
    protocol.hear_about_me(&update(identity, incarnation, state));
    protocol.settle();
    (protocol.me.identity.clone(), protocol.me.incarnation, protocol.tells_own(), protocol.told())
}

#[test]
fn that_we_are_alive_is_nothing_new() {
    for protocol in [active, joining] {
        for incarnation in [0, 3] {
            let mut protocol = protocol();
            let expected = (seal(1, 5), 3, false, vec![]);
            assert_eq!(after(&mut protocol, &seal(1, 5), incarnation, State::Alive), expected);
        }
    }
}

#[test]
fn an_incarnation_that_we_never_had_is_outbid() {
    for protocol in [active, joining] {
        let expected = (seal(1, 5), 8, true, vec![]);
        assert_eq!(after(&mut protocol(), &seal(1, 5), 7, State::Alive), expected);
    }
}

#[test]
fn three_of_them_in_a_minute_are_a_twin_and_we_renew_after_a_random_delay() {
    let mut protocol = active();
    for incarnation in [7, 9] {
        after(&mut protocol, &seal(1, 5), incarnation, State::Alive);
    }
    assert!(!protocol.timers.is_set(Timer::Twin));
    after(&mut protocol, &seal(1, 5), 20, State::Alive);
    assert!(protocol.timers.is_set(Timer::Twin));
    protocol.give_way_to_twin();
    assert_eq!((protocol.me.identity, protocol.me.incarnation), (seal(1, 6), 0));
}

#[test]
fn three_of_them_in_more_than_a_minute_are_no_twin() {
    let mut protocol = active();
    for (millis, incarnation) in [(1_000, 7), (2_000, 9), (61_001, 20)] {
        protocol.at(millis);
        after(&mut protocol, &seal(1, 5), incarnation, State::Alive);
    }
    assert!(!protocol.timers.is_set(Timer::Twin));
}

#[test]
fn a_suspicion_is_refuted_and_costs_health() {
    for protocol in [active, joining] {
        for incarnation in [3, 6] {
            let mut protocol = protocol();
            let expected = (seal(1, 5), incarnation + 1, true, vec![]);
            assert_eq!(after(&mut protocol, &seal(1, 5), incarnation, State::Suspect), expected);
            assert_eq!(protocol.health(), 1);
        }
    }
}

#[test]
fn at_the_highest_incarnation_we_renew() {
    for (state, health) in [(State::Suspect, 1), (State::Alive, 0)] {
        let mut protocol = active();
        let expected = (seal(1, 6), 0, true, vec![Event::Rejoined { identity: seal(1, 6) }]);
        assert_eq!(after(&mut protocol, &seal(1, 5), u32::MAX, state), expected);
        assert_eq!(protocol.health(), health);
    }
}

#[test]
fn an_identity_that_cannot_renew_goes_on_behind_the_highest_incarnation() {
    let mut protocol = fixed();
    protocol.me.incarnation = u32::MAX;
    let expected = (walrus(1), 0, true, vec![]);
    assert_eq!(after(&mut protocol, &walrus(1), u32::MAX, State::Suspect), expected);
}

#[test]
fn an_old_suspicion_is_answered_at_most_once_a_gossip_interval() {
    for protocol in [active, joining] {
        let mut protocol = protocol();
        for (millis, tells) in [(1_000, true), (1_199, false), (1_200, true)] {
            protocol.at(millis);
            let expected = (seal(1, 5), 3, tells, vec![]);
            assert_eq!(after(&mut protocol, &seal(1, 5), 2, State::Suspect), expected, "{millis}");
            protocol.quiet();
        }
        assert_eq!(protocol.health(), 0);
    }
}

#[test]
fn whatever_is_said_of_an_identity_that_we_supersede_is_answered_by_our_own() {
    for protocol in [active, joining] {
        for state in [State::Alive, State::Suspect, State::Down, State::Left] {
            let expected = (seal(1, 5), 3, true, vec![]);
            assert_eq!(after(&mut protocol(), &seal(1, 4), 9, state), expected, "{state}");
        }
    }
}

#[test]
fn told_of_our_death_we_renew() {
    for protocol in [active, joining] {
        for (incarnation, state) in [(0, State::Down), (9, State::Down), (0, State::Left), (9, State::Left)] {
            let expected = (seal(1, 6), 0, true, vec![Event::Rejoined { identity: seal(1, 6) }]);
            assert_eq!(after(&mut protocol(), &seal(1, 5), incarnation, state), expected);
        }
    }
}

#[test]
fn told_of_the_death_of_a_newer_identity_we_renew_past_it() {
    for protocol in [active, joining] {
        for state in [State::Down, State::Left] {
            let expected = (seal(1, 9), 0, true, vec![Event::Rejoined { identity: seal(1, 9) }]);
            assert_eq!(after(&mut protocol(), &seal(1, 8), 4, state), expected);
        }
    }
}

#[test]
fn told_of_its_death_one_that_cannot_renew_goes_on_at_the_next_incarnation() {
    for state in [State::Down, State::Left] {
        for incarnation in [3, 6] {
            let event = Event::Rejoined { identity: walrus(1) };
            let expected = (walrus(1), incarnation + 1, true, vec![event]);
            assert_eq!(after(&mut fixed(), &walrus(1), incarnation, state), expected);
        }
        let expected = (walrus(1), 3, true, vec![]);
        assert_eq!(after(&mut fixed(), &walrus(1), 2, state), expected, "it has answered that already");
    }
}

#[test]
fn a_joiner_that_meets_its_earlier_life_renews_past_it_once() {
    for state in [State::Alive, State::Suspect] {
        let mut protocol = joining();
        let expected = (seal(1, 9), 0, true, vec![Event::Rejoined { identity: seal(1, 9) }]);
        assert_eq!(after(&mut protocol, &seal(1, 8), 4, state), expected);
        let (identity, _, _, events) = after(&mut protocol, &seal(1, 12), 0, state);
        assert_eq!((identity, events), (seal(1, 9), vec![Event::Conflict { rival: seal(1, 12) }]));
    }
}

#[test]
fn a_joiner_that_renews_asks_its_seeds_again() {
    let mut protocol = joining();
    after(&mut protocol, &seal(1, 8), 0, State::Alive);
    let sent = protocol.sent();
    assert!(matches!(&sent[..], [ask] if ask.to == address(2) && matches!(ask.say, Say::Announce { .. })));
}

#[test]
fn a_member_that_meets_a_newer_identity_of_its_key_has_lost() {
    for state in [State::Alive, State::Suspect] {
        let mut protocol = active();
        let (identity, incarnation, _, events) = after(&mut protocol, &seal(1, 8), 4, state);
        assert_eq!((identity, incarnation), (seal(1, 5), 3));
        assert_eq!(events, [Event::Conflict { rival: seal(1, 8) }]);
        assert!(matches!(protocol.me.life, Life::Conflict(_)));
    }
}

#[test]
fn a_second_life_in_the_same_process_is_no_joiner() {
    let mut protocol = active();
    protocol.fall_idle();
    protocol.join(address(2));
    protocol.quiet();
    assert_eq!(protocol.me.identity, seal(1, 6), "joining again renews first");
    let (_, _, _, events) = after(&mut protocol, &seal(1, 8), 0, State::Alive);
    assert_eq!(events, [Event::Conflict { rival: seal(1, 8) }]);
}

#[test]
fn one_that_cannot_renew_joins_again_at_the_next_incarnation() {
    let mut protocol = fixed();
    protocol.fall_idle();
    protocol.join(address(2));
    assert_eq!(protocol.me.incarnation, 4);
}

#[test]
fn leavers_and_the_dormant_ignore_whatever_is_said_of_them() {
    let mut dormant = active();
    dormant.fall_idle();
    let mut leaving = active();
    leaving.leave();
    for protocol in [&mut dormant, &mut leaving] {
        protocol.quiet();
        for identity in [seal(1, 4), seal(1, 5), seal(1, 8)] {
            for state in [State::Alive, State::Suspect, State::Down, State::Left] {
                let expected = (seal(1, 5), 3, false, vec![]);
                assert_eq!(after(protocol, &identity, 9, state), expected, "{identity} {state}");
            }
        }
    }
}

#[test]
fn in_conflict_news_of_a_living_rival_changes_nothing_but_who_it_is() {
    let mut protocol = active();
    after(&mut protocol, &seal(1, 8), 0, State::Alive);
    for rival in [8, 11] {
        let (identity, _, _, events) = after(&mut protocol, &seal(1, rival), 0, State::Alive);
        assert_eq!((identity, events), (seal(1, 5), vec![]));
        assert!(matches!(&protocol.me.life, Life::Conflict(it) if it.rival == seal(1, rival)));
    }
}

#[test]
fn in_conflict_the_death_of_any_identity_of_our_key_gives_it_back() {
    for dead in [4, 5, 8, 11] {
        let mut protocol = active();
        after(&mut protocol, &seal(1, 8), 0, State::Alive);
        let (identity, _, tells, events) = after(&mut protocol, &seal(1, dead), 0, State::Down);
        let renewed = seal(1, dead.max(8) + 1);
        assert_eq!((identity, tells, events), (renewed, true, vec![Event::Rejoined { identity: renewed }]));
        assert!(matches!(protocol.me.life, Life::Active));
    }
}

#[test]
fn a_rival_that_we_supersede_is_told_and_so_is_the_user_once_in_five_seconds() {
    let mut protocol = Protocol::<Otter>::among(&otter("a", 1, 5), &[]);
    let rival = otter("a", 9, 4);
    for (millis, notices, events) in [(1_000, 1, 1), (1_500, 0, 0), (2_000, 1, 0), (6_000, 1, 1)] {
        protocol.at(millis);
        protocol.hears(&rival, Message::Gossip, vec![]);
        let told = protocol.notices();
        assert_eq!(told.len(), notices, "{millis}");
        assert!(told.iter().all(|told| *told == (address(9), (otter("a", 1, 5), 0, State::Alive))));
        assert_eq!(protocol.told().len(), events, "{millis}");
    }
}

#[test]
fn a_rival_that_supersedes_us_proves_nothing_and_is_refused() {
    let mut protocol = Protocol::<Otter>::among(&otter("a", 1, 5), &[]);
    protocol.hears(&otter("a", 9, 6), Message::Announce { number: 4, flags: 0, padding: 200 }, vec![]);
    let sent = protocol.sent();
    assert!(matches!(&sent[..], [intent] if intent.to == address(9)
        && matches!(intent.say, Say::Refused { number: 4, reason: crate::codec::Refusal::Conflict })));
    assert_eq!((protocol.told(), matches!(protocol.me.life, Life::Active)), (vec![], true));
}

#[test]
fn only_a_newer_identity_of_our_key_may_replace_our_own() {
    let mut protocol = active();
    assert_eq!(protocol.replace_identity(seal(2, 9)), Err(CommandError::OtherKey));
    assert_eq!(protocol.replace_identity(seal(1, 5)), Err(CommandError::NotNewer));
    assert_eq!(protocol.replace_identity(seal(1, 6)), Ok(()));
    assert_eq!((protocol.me.identity, protocol.me.incarnation, protocol.tells_own()), (seal(1, 6), 0, true));
}

#[test]
fn in_conflict_only_an_identity_newer_than_the_rival_will_do() {
    let mut protocol = active();
    after(&mut protocol, &seal(1, 8), 0, State::Alive);
    assert_eq!(protocol.replace_identity(seal(1, 7)), Err(CommandError::NotNewer));
    assert_eq!(protocol.replace_identity(seal(1, 9)), Ok(()));
    assert!(matches!(protocol.me.life, Life::Active));
}
