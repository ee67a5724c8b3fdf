//! Joining, and joining again.

use crate::config::Config;
use crate::protocol::fixture::{Seal, address, seal};
use crate::protocol::{Life, Protocol};
use crate::timers::Timer;

/// A joiner that has met a member, and leaves before it is one itself.
fn hesitant() -> Protocol<Seal> {
    let mut joiner = Protocol::new(seal(1, 5), (), Config::lan(), 7);
    joiner.join(address(2));
    joiner.admit(&seal(2, 0), 0).unwrap();
    joiner.leave();
    assert!(matches!(joiner.me.life, Life::Leaving { .. }));
    joiner.fall_idle();
    joiner
}

#[test]
fn whoever_left_while_joining_joins_again_under_a_newer_identity() {
    let mut joiner = hesitant();
    joiner.join(address(2));
    assert!(matches!(joiner.me.life, Life::Joining), "it never was active");
    assert_eq!(joiner.me.identity, seal(1, 6));
}

#[test]
fn news_that_was_left_over_is_told_after_joining_again() {
    let mut joiner = hesitant();
    assert!(!joiner.news.is_empty());
    joiner.join(address(2));
    assert!(joiner.timers.is_set(Timer::Gossip));
}
