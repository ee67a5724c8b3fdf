//! What standing still is, and who notices it when.

use crate::protocol::Protocol;
use crate::protocol::fixture::{Seal, seal};
use crate::suspicion::longest;
use crate::time::Instant;
use core::time::Duration;

/// A member with a suspect, whose next deadline is a second after the start, and when its suspicion ends.
fn suspecting() -> (Protocol<Seal>, Instant) {
    let b = seal(2, 0);
    let mut protocol = Protocol::among(&seal(1, 0), core::slice::from_ref(&b));
    let slot = protocol.members.find(b.address()).unwrap();
    protocol.set_suspect(slot, 0, crate::codec::Suspecters::new());
    let ends = protocol.suspicions.next().unwrap();
    (protocol, ends)
}

#[test]
fn a_datagram_after_a_pause_shows_that_the_process_stood_still() {
    let (mut protocol, ends) = suspecting();
    let due = protocol.poll_timeout().unwrap();
    let pause = Duration::from_secs(60);
    protocol.advance_to_datagram(due + pause);
    assert_eq!(protocol.health(), 1);
    assert_eq!(protocol.suspicions.next(), Some(ends + pause));
    // Once: what was missed is served at the next opportunity.
    protocol.advance_to_datagram(due + pause);
    protocol.advance(due + pause);
    assert_eq!((protocol.health(), protocol.suspicions.next()), (1, Some(ends + pause)));
}

#[test]
fn a_host_that_reads_on_without_serving_deadlines_is_judged_when_it_serves_them() {
    let (mut protocol, ends) = suspecting();
    let due = protocol.poll_timeout().unwrap();
    let (tenth, mut now) = (protocol.config.probe.timeout / 10, due);
    for _ in 0..3 {
        protocol.advance_to_datagram(now);
        now += tenth;
    }
    assert_eq!(protocol.health(), 0, "it is not late by half a timeout yet");
    let late = protocol.config.probe.timeout * 2;
    protocol.advance(due + late);
    assert_eq!((protocol.health(), protocol.suspicions.next()), (1, Some(ends + late)));
    assert!(late < longest(&protocol.config, 2));
}
