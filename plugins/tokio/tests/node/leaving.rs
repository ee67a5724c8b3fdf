//! Leaving, and coming back through the same handle.

use crate::support::{PATIENCE, all_meet, cluster, event, eventually, node, soon};
use haulout::{Event, Phase, State};
use haulout_tokio::LeaveError;
use std::time::Duration;

#[tokio::test]
async fn who_leaves_is_left_at_others_and_idle_for_itself() {
    let nodes = cluster(3).await;
    let (leaver, others) = nodes.split_last().unwrap();
    let mut events = leaver.events();
    leaver.leave(PATIENCE).await.unwrap();
    event(&mut events, "idle", |event| matches!(event, Event::Idle).then_some(())).await;
    assert_eq!(leaver.local().phase, Phase::Dormant);
    assert!(leaver.local().stale);
    eventually("left, not down", || {
        others.iter().all(|node| node.member(&leaver.bound()).is_some_and(|held| held.state == State::Left))
    })
    .await;
    assert!(others.iter().all(|node| node.members().len() == 1));
}

#[tokio::test]
async fn joining_again_on_the_same_handle_works() {
    let nodes = cluster(3).await;
    nodes[2].leave(PATIENCE).await.unwrap();
    let old = nodes[2].local().identity;
    eventually("it is left", || nodes[0].departed().len() == 1 && nodes[1].departed().len() == 1).await;
    let report = soon("an outcome", nodes[2].join(nodes[0].bound())).await.unwrap();
    assert!(report.reached(), "{report}");
    assert_ne!(nodes[2].local().identity, old);
    all_meet(&nodes).await;
    assert!(nodes.iter().all(|node| node.departed().is_empty()));
}

#[tokio::test]
async fn leaving_twice_is_leaving() {
    let nodes = cluster(2).await;
    let (a, b) = tokio::join!(nodes[1].leave(PATIENCE), nodes[1].leave(PATIENCE));
    assert_eq!((a, b), (Ok(()), Ok(())));
    assert_eq!(nodes[1].leave(PATIENCE).await, Ok(()));
}

#[tokio::test]
async fn a_leave_that_takes_too_long_says_so_and_goes_on() {
    let nodes = cluster(2).await;
    assert_eq!(nodes[1].leave(Duration::ZERO).await, Err(LeaveError::TimedOut));
    nodes[1].leave(PATIENCE).await.unwrap();
    eventually("it is left", || nodes[0].departed().first().is_some_and(|m| m.state == State::Left)).await;
}

#[tokio::test]
async fn a_node_alone_leaves_at_once() {
    let node = node().start().await.unwrap();
    node.leave(PATIENCE).await.unwrap();
    assert_eq!(node.local().phase, Phase::Dormant);
}
