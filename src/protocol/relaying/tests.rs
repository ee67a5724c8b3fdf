//! Pings for others.

use crate::codec::Message;
use crate::protocol::fixture::{address, otter};
use crate::protocol::{Protocol, Say};
use alloc::vec;

#[test]
fn news_goes_along_only_to_the_route_that_is_held() {
    let (b, c) = (otter("b", 2, 0), otter("c", 3, 0));
    let mut protocol = Protocol::among(&otter("a", 1, 0), &[b.clone(), c.clone()]);
    let mut pings = |number, port| {
        let (target, route) = (c.name().clone(), Some(address(port)));
        protocol.hears(&b, Message::PingReq { number, target, route }, vec![]);
        protocol.sent()
    };
    let (held, claimed) = (pings(1, 3), pings(2, 66));
    assert!(matches!(held[..], [crate::outbox::Intent { say: Say::Ping { .. }, slot: Some(_), .. }]));
    assert!(matches!(claimed[..], [crate::outbox::Intent { say: Say::Ping { .. }, slot: None, .. }]));
}
