//! Datagrams that are not for us, and answers that are worth no forging.

use super::*;
use crate::codec::Version;
use crate::protocol::fixture::{Seal, address, seal, update};
use alloc::vec;

fn announce(version: u8, dst: Option<NonZeroU32>) -> Header<Seal> {
    let message = Message::Announce { number: 4, flags: 0, padding: 0 };
    let version = Version { spoken: version, highest: version };
    Header { version, cluster: None, dst, cookie: None, source: seal(9, 0), incarnation: 0, message }
}

#[test]
fn what_is_meant_for_another_is_not_answered_in_whatever_version_it_is() {
    let mut protocol = Protocol::among(&seal(1, 0), &[]);
    let other = crate::fingerprint::destination(&address(3));
    for version in [VERSION, 2] {
        let rejected = protocol.receive(&announce(version, other), &mut vec![], &mut vec![]);
        assert_eq!(rejected, Err(Rejected::Misdirected));
    }
    assert!(protocol.sent().is_empty());
    assert_eq!(protocol.stats.dropped.misdirected, 2);
}

#[test]
fn a_joiner_of_another_version_is_refused() {
    let mut protocol = Protocol::among(&seal(1, 0), &[]);
    let rejected = protocol.receive(&announce(2, None), &mut vec![], &mut vec![]);
    assert_eq!(rejected, Err(Rejected::Version { spoken: 2, highest: 2 }));
    let refused = Say::Refused { number: 4, reason: Refusal::Version };
    assert!(matches!(&protocol.sent()[..], [intent] if matches!(&intent.say, say if same(say, &refused))));
}

fn same(a: &Say<Seal>, b: &Say<Seal>) -> bool {
    match (a, b) {
        (Say::Refused { number: a, reason: c }, Say::Refused { number: b, reason: d }) => a == b && c == d,
        _ => false,
    }
}

#[test]
fn one_forged_notice_after_another_does_not_have_seeds_asked_each_time() {
    let mut protocol = Protocol::among(&seal(1, 5), &[]);
    for port in 11..21 {
        protocol.join(address(port));
    }
    protocol.sent();
    for epoch in 5..25 {
        let death = update(&seal(1, epoch), 0, State::Down);
        protocol.hears(&seal(9, epoch), Message::YouAreDown, vec![death]);
    }
    let asked = protocol.sent().iter().filter(|intent| matches!(intent.say, Say::Announce { .. })).count();
    assert_eq!((asked, protocol.me.identity), (10, seal(1, 25)), "once, all of them");
    protocol.at(2_000);
    let death = update(&seal(1, 25), 0, State::Down);
    protocol.hears(&seal(9, 0), Message::YouAreDown, vec![death]);
    let asked = protocol.sent().iter().filter(|intent| matches!(intent.say, Say::Announce { .. })).count();
    assert_eq!(asked, 10, "and again a gossip interval later");
}

#[test]
fn a_sender_that_its_own_sections_have_forgotten_is_not_spoken_to() {
    let mut protocol = Protocol::among(&seal(1, 0), &[seal(2, 0), seal(3, 0), seal(4, 5)]);
    protocol.config.limits.departed = 1;
    let sections = vec![
        update(&seal(2, 0), 0, State::Left),
        update(&seal(3, 0), 0, State::Left),
        update(&seal(4, 4), 0, State::Alive),
    ];
    protocol.hears(&seal(2, 0), Message::Gossip, sections);
    assert_eq!(protocol.holds(&address(2)), None, "it was forgotten for the second");
    assert_eq!(protocol.queued()[0], seal(4, 5), "everybody else is corrected");
}
