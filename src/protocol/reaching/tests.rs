//! Who cannot be reached is held, relayed and left alone.

use crate::codec::Message;
use crate::identity::Identity;
use crate::protocol::fixture::{Seal, address, seal, suspicion, update};
use crate::protocol::{Protocol, Say};
use crate::state::State;
use crate::timers::Timer;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec;
use alloc::vec::Vec;
use core::net::SocketAddr;
use core::sync::atomic::{AtomicU16, Ordering};

/// A member with a table that knows the ports below the number that comes along; others are at 2, 3, ….
fn among(others: u16, known: u16) -> (Protocol<Seal>, Arc<AtomicU16>) {
    let known = Arc::new(AtomicU16::new(known));
    let table = known.clone();
    let others: Vec<Seal> = (2..2 + others).map(|port| seal(port, 0)).collect();
    let mut protocol = Protocol::among(&seal(1, 0), &others);
    protocol.set_reach(Box::new(move |to: &SocketAddr| to.port() < table.load(Ordering::Relaxed)));
    (protocol, known)
}

/// Serves probe intervals, and gives the ports that were pinged; each of them acks.
fn probed(protocol: &mut Protocol<Seal>, intervals: u32) -> Vec<u16> {
    let mut ports = Vec::new();
    for _ in 0..intervals {
        protocol.probe_due();
        for intent in protocol.sent() {
            if let Say::Ping { number } = intent.say {
                ports.push(intent.to.port());
                protocol.hears(&seal(intent.to.port(), 0), Message::Ack { number }, vec![]);
            }
        }
    }
    ports.sort_unstable();
    ports.dedup();
    ports
}

#[test]
fn the_unreachable_are_not_probed_until_the_table_has_grown() {
    let (mut protocol, table) = among(6, 4);
    assert_eq!(probed(&mut protocol, 20), [2, 3]);
    assert!(protocol.stats.dropped.unreachable >= 20, "they were passed over");
    assert!((2..8).all(|port| protocol.holds(&address(port)) == Some((seal(port, 0), 0, State::Alive))));
    table.store(8, Ordering::Relaxed);
    assert_eq!(probed(&mut protocol, 20), [2, 3, 4, 5, 6, 7]);
}

#[test]
fn where_nobody_can_be_reached_probing_waits_and_goes_on() {
    let (mut protocol, table) = among(3, 0);
    protocol.timers.clear(Timer::Probe);
    assert_eq!(probed(&mut protocol, 5), []);
    assert_eq!(protocol.stats.dropped.unreachable, 15, "each once an interval");
    assert!(protocol.timers.is_set(Timer::Probe));
    table.store(8, Ordering::Relaxed);
    assert_eq!(probed(&mut protocol, 10), [2, 3, 4]);
}

#[test]
fn news_of_the_unreachable_is_relayed_and_none_is_sent_to_it() {
    let (mut protocol, _) = among(3, 4);
    protocol.hears(&seal(2, 0), Message::Gossip, vec![update(&seal(9, 0), 0, State::Alive)]);
    assert_eq!(protocol.queued(), [seal(9, 0)]);
    for _ in 0..50 {
        protocol.gossip_due();
    }
    let mut told: Vec<u16> = protocol.sent().iter().map(|intent| intent.to.port()).collect();
    told.dedup();
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, [2, 3]);
}

#[test]
fn the_unreachable_is_down_when_others_say_so() {
    let (mut protocol, _) = among(4, 4);
    let subject = seal(5, 0);
    protocol.hears(&seal(2, 0), Message::Gossip, vec![suspicion(&subject, 0, &[address(2)])]);
    assert_eq!(protocol.holds(&subject.addr()), Some((subject, 0, State::Suspect)));
    protocol.hears(&seal(2, 0), Message::Gossip, vec![update(&subject, 0, State::Down)]);
    assert_eq!(protocol.holds(&subject.addr()), Some((subject, 0, State::Down)));
}

#[test]
fn a_request_to_ping_the_unreachable_is_answered_by_a_nack_at_once() {
    let (mut protocol, _) = among(4, 4);
    protocol.hears(&seal(2, 0), Message::PingReq { number: 7, target: address(5), route: None }, vec![]);
    assert!(matches!(protocol.sent()[..], [crate::outbox::Intent { say: Say::Nack { number: 7 }, .. }]));
    protocol.hears(&seal(5, 0), Message::Ping { number: 8 }, vec![]);
    assert!(protocol.sent().is_empty(), "it spoke, and cannot be answered");
}

#[test]
fn helpers_and_partners_of_comparisons_are_in_reach() {
    let (mut protocol, _) = among(12, 5);
    protocol.probe_due();
    let probed = protocol.sent()[0].to.port();
    protocol.probe_timeout_due();
    let mut helpers: Vec<u16> = protocol.sent().iter().map(|intent| intent.to.port()).collect();
    helpers.sort_unstable();
    let others: Vec<u16> = (2..5).filter(|port| *port != probed).collect();
    assert_eq!(helpers, others);
    let in_reach = (0..100).filter(|_| {
        let drawn = protocol.draw_active();
        protocol.members[drawn].identity.address().port() < 5
    });
    assert!(in_reach.count() >= 80, "eight draws, and a quarter is in reach");
}
