//! Members die, freeze, restart and move.

use crate::support::{Lab, until};
use rustix::process::Signal;

#[test]
fn a_killed_member_is_found_down_by_all() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &a.at()]);
    let mut c = lab.agent("c", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b, &c], 3);
    c.kill();
    lab.until_state(&a, "c", "down");
    lab.until_state(&b, "c", "down");
    assert_eq!(lab.row(&a, "b")["state"], "alive");
}

#[test]
fn a_frozen_member_is_found_down_and_comes_back_by_itself() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &a.at()]);
    let c = lab.agent("c", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b, &c], 3);
    let before = lab.row(&a, "c")["epoch"].as_u64().unwrap();
    c.signal(Signal::STOP);
    lab.until_state(&a, "c", "down");
    lab.until_state(&b, "c", "down");
    c.signal(Signal::CONT);
    lab.until_all_alive(&[&a, &b, &c], 3);
    for agent in [&a, &b, &c] {
        assert!(lab.row(agent, "c")["epoch"].as_u64().unwrap() > before, "it has a new life");
    }
    // It accused nobody because of what it missed.
    for agent in [&a, &b] {
        let down = agent.log().lines().filter(|line| line.contains("member down")).count();
        assert_eq!(down, 1, "{}", agent.log());
    }
    assert!(!c.log().contains("member down"), "{}", c.log());
    assert!(c.log().contains("back in the cluster"), "{}", c.log());
}

#[test]
fn a_restart_at_the_same_port_is_renewed_and_leaves_no_ghost() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let mut b = lab.agent("b", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    let before = lab.row(&a, "b")["epoch"].as_u64().unwrap();
    b.kill();
    lab.until_state(&a, "b", "down");
    let b = lab.agent_at("b", b.address, &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    assert!(lab.row(&a, "b")["epoch"].as_u64().unwrap() > before);
    until("the log says so", || a.log().contains("member renewed"));
}

#[test]
fn a_restart_at_another_address_is_renewed_and_leaves_no_ghost() {
    let lab = Lab::new();
    let a = lab.agent("a", &[]);
    let mut b = lab.agent("b", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    let before = lab.row(&a, "b");
    b.kill();
    let moved = lab.agent("b", &["--join", &a.at()]);
    until("a knows where b is now", || lab.row(&a, "b")["address"] == moved.at());
    lab.until_all_alive(&[&a, &moved], 2);
    assert_ne!(before["address"], moved.at());
    // The same epoch if it moved within a second and the new address is the one that counts more.
    assert!(lab.row(&a, "b")["epoch"].as_u64() >= before["epoch"].as_u64());
    until("the log says so", || a.log().contains("member renewed"));
}

#[test]
fn a_seed_that_was_killed_is_found_again_when_it_restarts_knowing_nobody() {
    let lab = Lab::new();
    let mut a = lab.agent("a", &[]);
    let b = lab.agent("b", &["--join", &a.at()]);
    lab.until_all_alive(&[&a, &b], 2);
    a.kill();
    lab.until_state(&b, "a", "down");
    let a = lab.agent_at("a", a.address, &[]);
    lab.until_all_alive(&[&a, &b], 2);
}
