//! Probes that say nothing.

use crate::codec::Message;
use crate::protocol::fixture::{otter, seal};
use crate::protocol::{Protocol, Say};
use crate::state::State;
use alloc::vec;

/// Starts a probe and gives its number.
fn probe<I: crate::identity::Identity>(protocol: &mut Protocol<I>) -> u16 {
    protocol.probe_due();
    let sent = protocol.sent();
    match sent[..] {
        [crate::outbox::Intent { say: Say::Ping { number }, .. }] => number,
        _ => panic!("one ping"),
    }
}

#[test]
fn moving_to_another_route_voids_the_probe_whose_ack_goes_to_the_old_one() {
    let b = otter("b", 2, 0);
    let mut protocol = Protocol::among(&otter("a", 1, 0), core::slice::from_ref(&b));
    probe(&mut protocol);
    protocol.replace_identity(otter("a", 9, 1)).unwrap();
    protocol.probe_due();
    assert_eq!(protocol.holds(b.name()), Some((b, 0, State::Alive)));
}

#[test]
fn only_the_probed_uses_up_the_repetition_with_a_cookie() {
    let (b, stranger) = (seal(2, 0), seal(66, 0));
    let mut protocol = Protocol::among(&seal(1, 0), core::slice::from_ref(&b));
    let number = probe(&mut protocol);
    protocol.hears(&stranger, Message::Challenge { number, cookie: 1 }, vec![]);
    assert!(protocol.sent().is_empty());
    protocol.hears(&b, Message::Challenge { number, cookie: 2 }, vec![]);
    let sent = protocol.sent();
    assert!(matches!(sent[..], [crate::outbox::Intent { cookie: Some(2), say: Say::Ping { .. }, .. }]));
    assert!(protocol.watch.probe.is_none(), "it is as good as an ack");
}
