//! Views that are complete, and who waits for them to be.

use crate::support::{
    PATIENCE, all_meet, cluster, event, eventually, node, node_at, quick, silent_address, soon,
};
use haulout::{Event, SeedOutcome};
use haulout_tokio::SyncError;
use std::time::{Duration, Instant};

#[tokio::test]
async fn the_first_of_a_cluster_has_a_complete_view_at_once() {
    let first = node().start().await.unwrap();
    assert_eq!(soon("it is complete", first.synced()).await, Ok(()));
    assert!(first.local().synced);
    assert_eq!(first.last_equal(), None);
    assert_eq!(soon("it still is", first.synced()).await, Ok(()));
}

#[tokio::test]
async fn who_has_joined_and_is_synced_holds_everyone() {
    let nodes = cluster(5).await;
    let joiner = node().seed(nodes[4].bound()).start().await.unwrap();
    assert_eq!(soon("the view is complete", joiner.synced()).await, Ok(()));
    assert_eq!(joiner.members().len(), 5);
    assert!(joiner.local().synced);
}

#[tokio::test]
async fn it_waits_for_as_long_as_no_seed_answers() {
    let address = silent_address();
    let (joiner, mut events) = node().seed(address).start_with_events().await.unwrap();
    let waiting = tokio::spawn({
        let joiner = joiner.clone();
        async move { joiner.synced().await }
    });
    event(&mut events, "no answer", |event| {
        matches!(event, Event::Seed { outcome: SeedOutcome::NoAnswer, .. }).then_some(())
    })
    .await;
    assert!(!waiting.is_finished() && !joiner.local().synced);
    let late = node_at(address, 1).start().await.unwrap();
    assert_eq!(soon("the view is complete", waiting).await.unwrap(), Ok(()));
    assert_eq!(joiner.members()[0].identity, late.local().identity);
}

#[tokio::test]
async fn it_waits_for_a_name_that_does_not_resolve_until_the_node_leaves() {
    let joiner = node().seed("no-such-host.invalid:7946").start().await.unwrap();
    let waiting = tokio::spawn({
        let joiner = joiner.clone();
        async move { joiner.synced().await }
    });
    // Commands are carried out in order: the one that waits is older than this one's answer.
    tokio::task::yield_now().await;
    soon("an answer", joiner.join("no-such-host.invalid:7946")).await.unwrap_err();
    assert!(!waiting.is_finished());
    joiner.leave(PATIENCE).await.unwrap();
    assert_eq!(soon("an answer", waiting).await.unwrap(), Err(SyncError::Left));
}

#[tokio::test]
async fn who_has_left_is_not_synced_before_it_joins_again() {
    let nodes = cluster(3).await;
    soon("the view is complete", nodes[2].synced()).await.unwrap();
    nodes[2].leave(PATIENCE).await.unwrap();
    assert!(!nodes[2].local().synced);
    let error = soon("an answer", nodes[2].synced()).await.unwrap_err();
    assert_eq!(error, SyncError::Left);
    assert!(error.to_string().contains("out of the cluster"), "{error}");
    nodes[2].add_seed(nodes[0].bound()).await.unwrap();
    assert_eq!(soon("it is complete again", nodes[2].synced()).await, Ok(()));
    assert_eq!(nodes[2].members().len(), 2);
}

#[test]
fn a_node_that_stops_is_no_longer_waited_for() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (theirs, ours) = (runtime(), runtime());
    let joiner = theirs.block_on(node().seed(silent_address()).start()).unwrap();
    let waiting = ours.spawn({
        let joiner = joiner.clone();
        async move { joiner.synced().await }
    });
    ours.block_on(tokio::task::yield_now());
    drop(theirs);
    assert_eq!(ours.block_on(soon("an answer", waiting)).unwrap(), Err(SyncError::Stopped));
    assert_eq!(ours.block_on(joiner.synced()), Err(SyncError::Stopped));
    assert!(ours.block_on(joiner.sync_with(silent_address())).is_err());
}

#[tokio::test]
async fn a_comparison_that_is_asked_for_is_made_at_once() {
    let mut config = quick();
    config.sync.shortest = Duration::from_secs(3600);
    config.sync.longest = config.sync.shortest;
    let a = node().config(config.clone()).start().await.unwrap();
    let b = node().config(config).seed(a.bound()).start().await.unwrap();
    all_meet(&[a.clone(), b.clone()]).await;
    soon("the view is complete", b.synced()).await.unwrap();
    let before = b.last_equal();
    let start = Instant::now();
    while b.last_equal() == before {
        assert!(start.elapsed() < PATIENCE, "not within {PATIENCE:?}: they are found equal");
        b.sync_with(a.bound()).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(b.last_equal().unwrap().with, Some(a.local().identity));
}

#[tokio::test]
async fn a_comparison_with_nobody_does_nothing() {
    let nodes = cluster(2).await;
    nodes[0].sync_with(silent_address()).await.unwrap();
    eventually("they compare by themselves", || nodes.iter().any(|node| node.last_equal().is_some())).await;
    assert!(nodes[0].local().synced);
}
