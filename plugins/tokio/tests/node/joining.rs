//! What becomes of seeds: addresses and host names.

use crate::support::{PATIENCE, all_meet, event, eventually, node, quick, silent_address, soon};
use haulout::codec::Refusal;
use haulout::{Event, Phase, SeedOutcome};
use haulout_tokio::{JoinError, Seed};
use std::time::Duration;

#[tokio::test]
async fn a_seed_that_is_reached_is_reported_by_call_and_by_event() {
    let (a, b) = (node().start().await.unwrap(), node().start().await.unwrap());
    let mut events = b.events();
    let report = soon("an outcome", b.join(a.bound())).await.unwrap();
    assert!(report.reached());
    assert_eq!(report.outcomes, [(a.bound(), SeedOutcome::Reached)]);
    let reached = event(&mut events, "the outcome as an event", |event| match event {
        Event::Seed { route, outcome } => Some((*route, *outcome)),
        _ => None,
    });
    assert_eq!(reached.await, (a.bound(), SeedOutcome::Reached));
    all_meet(&[a, b]).await;
}

#[tokio::test]
async fn a_silent_seed_is_reported_and_found_when_it_comes() {
    let address = silent_address();
    let joiner = node().start().await.unwrap();
    let report = soon("an outcome", joiner.join(address)).await.unwrap();
    assert_eq!(report.outcomes, [(address, SeedOutcome::NoAnswer)]);
    let late = crate::support::node_at(address, 1).start().await.unwrap();
    all_meet(&[joiner, late]).await;
}

#[tokio::test]
async fn a_seed_of_another_cluster_refuses_and_says_why() {
    let blue = node().label("blue").start().await.unwrap();
    let green = node().label("green").start().await.unwrap();
    let report = soon("an outcome", green.join(blue.bound())).await.unwrap();
    let [(_, SeedOutcome::Refused { reason, cluster, .. })] = report.outcomes[..] else {
        panic!("not refused: {report}")
    };
    assert_eq!(reason, Refusal::Cluster);
    assert_eq!(cluster, quick().with_label("blue").cluster);
    assert!(report.to_string().contains("another label"), "{report}");
    assert!(blue.members().is_empty() && green.members().is_empty());
    assert!(blue.stats().engine.dropped.cluster > 0);
}

#[tokio::test]
async fn a_node_among_its_own_seeds_finds_itself_and_the_others() {
    let a = node().start().await.unwrap();
    let report = soon("an outcome", a.join(a.bound())).await.unwrap();
    assert_eq!(report.outcomes, [(a.bound(), SeedOutcome::Myself)]);
    assert!(a.members().is_empty());
}

#[tokio::test]
async fn nodes_that_are_only_given_each_other_meet() {
    let (a, b) = (silent_address(), silent_address());
    let seeds = [a, b];
    let a = crate::support::node_at(a, 1).seeds(seeds).start().await.unwrap();
    let b = crate::support::node_at(b, 1).seeds(seeds).start().await.unwrap();
    all_meet(&[a, b]).await;
}

#[tokio::test]
async fn a_host_name_leads_to_its_addresses() {
    let a = node().start().await.unwrap();
    let b = node().start().await.unwrap();
    let name = format!("localhost:{}", a.bound().port());
    let report = soon("an outcome", b.join(&name)).await.unwrap();
    assert_eq!(report.seed, name.parse::<Seed>().unwrap());
    assert_eq!(report.outcomes, [(a.bound(), SeedOutcome::Reached)]);
    let c = node().seed(name).start().await.unwrap();
    all_meet(&[a, b, c]).await;
}

#[tokio::test]
async fn a_host_name_is_resolved_again_until_somebody_is_there() {
    let address = silent_address();
    let joiner = node().seed(format!("localhost:{}", address.port())).start().await.unwrap();
    let mut events = joiner.events();
    event(&mut events, "no answer", |event| {
        matches!(event, Event::Seed { outcome: SeedOutcome::NoAnswer, .. }).then_some(())
    })
    .await;
    let late = crate::support::node_at(address, 1).start().await.unwrap();
    all_meet(&[joiner, late]).await;
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_reported_and_leaving_ends_the_search() {
    let node = node().start().await.unwrap();
    let error = soon("an answer", node.join("no-such-host.invalid:7946")).await.unwrap_err();
    assert!(matches!(error, JoinError::Resolve { .. }), "{error}");
    assert!(error.to_string().contains("no-such-host.invalid:7946"), "{error}");
    node.leave(PATIENCE).await.unwrap();
    assert_eq!(node.local().phase, Phase::Dormant);
}

#[tokio::test]
async fn leaving_cancels_a_join_that_waits() {
    let mut config = quick();
    config.join.timeout = Duration::from_secs(3600);
    let node = node().config(config).start().await.unwrap();
    let joining = tokio::spawn({
        let node = node.clone();
        async move { node.join(silent_address()).await }
    });
    eventually("it asks", || node.stats().engine.sent.datagrams() > 0).await;
    node.leave(PATIENCE).await.unwrap();
    assert!(matches!(soon("an answer", joining).await.unwrap(), Err(JoinError::Left)));
}

#[tokio::test]
async fn what_is_no_seed_is_an_error_that_says_what_is() {
    let node = node().start().await.unwrap();
    let error = node.join("10.0.0.1").await.unwrap_err();
    assert!(matches!(error, JoinError::Seed(_)));
    assert!(error.to_string().contains("10.0.0.1:7946"), "{error}");
}
