//! Members say good-bye.

use crate::support::{Lab, code, out, until};
use rustix::process::Signal;
use std::path::Path;
use std::time::{Duration, Instant};

#[test]
fn who_is_told_to_leave_is_left_and_not_down() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let mut b = lab.agent("b", &["--join", &a.at()]);
    let c = lab.agent("c", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b, &c], 3);
    let output = lab.run(&["leave", "--name", "b"]);
    assert_eq!(code(&output), 0, "{output:?}");
    assert!(out(&output).contains("left the cluster"), "{output:?}");
    assert_eq!(b.end().code(), Some(0));
    assert!(!Path::new(&b.control).exists(), "its socket is gone");
    lab.until_state(&a, "b", "left");
    lab.until_state(&c, "b", "left");
    assert!(!a.log().contains("member down"), "{}", a.log());
}

#[test]
fn a_terminated_agent_leaves_properly() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    for signal in [Signal::TERM, Signal::INT] {
        let mut b = lab.agent("b", &["--join", &a.at()]);
        lab.until_all_alive(&[&a, &b], 2);
        b.signal(signal);
        assert_eq!(b.end().code(), Some(0), "{}", b.log());
        lab.until_state(&a, "b", "left");
    }
}

#[test]
fn a_second_signal_stops_at_once() {
    let lab = Lab::new();
    // Three gossip intervals at least: leaving takes 15 s.
    let slow = ["--set", "gossip.interval=5s"];
    let a = lab.agent("a", &slow);
    let mut b = lab.agent("b", &[&slow[..], &["--join", &a.at()]].concat());
    lab.until_all_alive(&[&a, &b], 2);
    b.signal(Signal::TERM);
    until("b is leaving", || b.log().contains("a second signal stops at once"));
    let second = Instant::now();
    b.signal(Signal::INT);
    assert_eq!(b.end().code(), Some(1));
    assert!(second.elapsed() < Duration::from_secs(5));
    assert!(b.log().contains("stopped at once"), "{}", b.log());
    assert!(!Path::new(&b.control).exists(), "its socket is gone");
}

#[test]
fn who_left_may_come_back() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let mut b = lab.agent("b", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    b.signal(Signal::TERM);
    b.end();
    lab.until_state(&a, "b", "left");
    let b = lab.agent_at("b", b.address, &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
}
