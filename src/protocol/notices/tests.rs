//! What a notice makes us say, and to whom.

use crate::codec::Message;
use crate::protocol::apply::Speaker;
use crate::protocol::fixture::{Otter, address, otter, update};
use crate::protocol::{Protocol, Say};
use crate::state::State;
use alloc::vec;

#[test]
fn news_goes_to_a_member_and_not_to_a_route_that_somebody_claims_for_it() {
    let (me, b) = (otter("a", 1, 5), otter("b", 2, 7));
    let mut protocol = Protocol::among(&me, core::slice::from_ref(&b));
    let outdated = || vec![update(&otter("a", 1, 4), 0, State::Down)];
    protocol.hears(&b, Message::YouAreDown, outdated());
    assert!(matches!(&protocol.sent()[..], [intent] if matches!(intent.say, Say::Gossip)));
    let forged: Otter = otter("b", 66, 6);
    for _ in 0..3 {
        protocol.hears(&forged, Message::YouAreDown, outdated());
    }
    let sent = protocol.sent();
    assert_eq!(sent.len(), 1, "what goes to strangers is limited");
    assert!(sent[0].to == address(66) && sent[0].slot.is_none() && matches!(sent[0].say, Say::Ping { .. }));
}

#[test]
fn a_notice_that_the_limit_holds_back_is_not_counted_as_the_answer_to_an_accuser() {
    let (me, b) = (otter("a", 1, 5), otter("b", 2, 7));
    let mut protocol = Protocol::among(&me, core::slice::from_ref(&b));
    let (held, asked) = ((b.clone(), 0, State::Down), Speaker::Subject { proven: false });
    protocol.notify(&b, held.clone(), asked);
    assert_eq!(protocol.notices().len(), 1);
    protocol.hears(&b, Message::YouAreDown, vec![update(&me, 0, State::Suspect)]);
    protocol.sent();
    protocol.notify(&b, held.clone(), asked);
    assert_eq!(protocol.notices().len(), 0, "one an interval");
    protocol.at(2_500);
    protocol.notify(&b, held.clone(), asked);
    assert_eq!(protocol.notices().len(), 1, "the first since it accused us");
    protocol.at(4_500);
    protocol.notify(&b, held, asked);
    assert_eq!(protocol.notices().len(), 0, "one in five seconds");
}

#[test]
fn forged_notices_do_not_use_up_the_limit_of_our_own() {
    let (me, b) = (otter("a", 1, 5), otter("b", 2, 7));
    let mut protocol = Protocol::among(&me, core::slice::from_ref(&b));
    for accuser in 0..100_u16 {
        let outdated = vec![update(&otter("a", 1, 4), 0, State::Down)];
        protocol.hears(&otter(&alloc::format!("x{accuser}"), 100, 0), Message::YouAreDown, outdated);
    }
    assert_eq!(protocol.sent().len(), 32, "pings, limited too");
    let asked = Speaker::Subject { proven: false };
    protocol.notify(&b, (b.clone(), 0, State::Down), asked);
    assert_eq!(protocol.notices().len(), 1);
}
