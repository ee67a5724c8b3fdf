//! Members find each other, lose each other and come back.

use crate::support::{Id, alive, all_meet, cluster, event, eventually, listed, node, node_at};
use haulout::{Event, Phase, State};
use std::collections::BTreeMap;
use std::time::SystemTime;

#[tokio::test]
async fn two_nodes_meet() {
    let nodes = cluster(2).await;
    assert!(nodes.iter().all(|node| node.local().phase == Phase::Active));
    let other = nodes[1].local().identity;
    let held = nodes[0].member(other.address()).unwrap();
    assert_eq!((held.identity, held.state), (other, State::Alive));
    assert!(held.since <= SystemTime::now());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_nodes_meet_through_one_seed() {
    let nodes = cluster(5).await;
    assert!(nodes.iter().all(|node| node.members().len() == 4 && node.departed().is_empty()));
    eventually("it is counted", || nodes.iter().all(|node| node.stats().engine.gauges.members == 4)).await;
}

#[tokio::test]
async fn the_view_equals_the_engine_and_the_replayed_events() {
    let (first, mut events) = node().start_with_events().await.unwrap();
    let mut nodes = vec![first];
    for _ in 0..4 {
        nodes.push(node().seed(nodes[0].bound()).start().await.unwrap());
    }
    all_meet(&nodes).await;
    drop(nodes.pop());
    let left = nodes.pop().unwrap();
    left.leave(crate::support::PATIENCE).await.unwrap();
    let watcher = &nodes[0];
    eventually("one down, one left", || {
        let departed = watcher.departed();
        departed.len() == 2 && departed.iter().any(|member| member.state == State::Left)
    })
    .await;

    let before = listed(watcher);
    watcher.refresh().await.unwrap();
    assert_eq!(listed(watcher), before);

    let mut replayed = BTreeMap::new();
    while let Some(event) = events.try_next() {
        replay(&mut replayed, &event);
    }
    let members: BTreeMap<_, _> = before
        .into_iter()
        .filter(|(_, state)| state.is_active())
        .map(|(id, state)| (*id.address(), (id, state)))
        .collect();
    assert_eq!(replayed, members);
}

fn replay(members: &mut BTreeMap<std::net::SocketAddr, (Id, State)>, event: &Event<Id>) {
    match *event {
        Event::Up { identity } | Event::Refuted { identity } | Event::Renewed { new: identity, .. } => {
            members.insert(*identity.address(), (identity, State::Alive));
        }
        Event::Suspected { identity } => {
            members.insert(*identity.address(), (identity, State::Suspect));
        }
        Event::Down { identity } | Event::Left { identity } => {
            members.remove(identity.address());
        }
        _ => {}
    }
}

#[tokio::test]
async fn dropping_the_last_handle_frees_the_port_and_others_find_it_down() {
    let mut nodes = cluster(2).await;
    let gone = nodes.pop().unwrap();
    let (address, clone, mut events) = (gone.bound(), gone.clone(), gone.events());
    drop(gone);
    assert_eq!(clone.members().len(), 1);
    drop(clone);
    eventually("the port is free", || std::net::UdpSocket::bind(address).is_ok()).await;
    crate::support::soon("events end", async { while events.next().await.is_some() {} }).await;
    eventually("it is down", || nodes[0].member(&address).is_some_and(|held| held.state == State::Down))
        .await;
    assert!(nodes[0].members().is_empty());
}

#[tokio::test]
async fn a_restart_at_the_same_address_is_renewed_without_a_ghost() {
    let mut nodes = cluster(3).await;
    let mut events = nodes[0].events();
    let gone = nodes.pop().unwrap();
    let (address, old) = (gone.bound(), gone.local().identity);
    drop(gone);
    eventually("the port is free", || std::net::UdpSocket::bind(address).is_ok()).await;
    nodes.push(node_at(address, 2).seed(nodes[0].bound()).start().await.unwrap());
    let renewed = event(&mut events, "it is renewed", |event| match event {
        Event::Renewed { old, new } => Some((*old, *new)),
        _ => None,
    })
    .await;
    assert_eq!(renewed, (old, nodes[2].local().identity));
    all_meet(&nodes).await;
    assert_eq!(alive(&nodes[0]).len(), 2);
    assert!(nodes[0].departed().is_empty());
}

#[tokio::test]
async fn a_restart_with_a_clock_that_stepped_back_is_a_member_again() {
    let mut nodes = cluster(2).await;
    let gone = nodes.pop().unwrap();
    let address = gone.bound();
    drop(gone);
    eventually("the port is free", || std::net::UdpSocket::bind(address).is_ok()).await;
    nodes.push(node_at(address, 0).seed(nodes[0].bound()).start().await.unwrap());
    all_meet(&nodes).await;
    assert!(nodes[1].local().identity.epoch() > 1);
}

/// The test's thread runs the one node and stands still; another runtime runs the others.
#[tokio::test]
async fn a_node_that_stood_still_suspects_nobody_and_is_back_by_itself() {
    let (frozen, mut events) = node().start_with_events().await.unwrap();
    let elsewhere =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let seed = frozen.bound();
    let (one, two) = (node().seed(seed), node().seed(seed));
    let start = async move { [one.start().await, two.start().await] };
    let others = elsewhere.spawn(start).await.unwrap().map(Result::unwrap);
    let nodes = [frozen.clone(), others[0].clone(), others[1].clone()];
    all_meet(&nodes).await;
    while events.try_next().is_some() {}

    let old = frozen.local().identity;
    let found_down =
        || others.iter().all(|node| node.member(&seed).is_some_and(|held| held.state == State::Down));
    let start = std::time::Instant::now();
    while !found_down() {
        assert!(start.elapsed() < crate::support::PATIENCE, "it is not found down");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }

    let renewed = event(&mut events, "it is back", |event| match event {
        Event::Rejoined { identity } => Some(*identity),
        Event::Suspected { .. } | Event::Down { .. } => panic!("it blames others: {event:?}"),
        _ => None,
    });
    assert_ne!(renewed.await, old);
    all_meet(&nodes).await;
    drop(nodes);
    elsewhere.shutdown_background();
}
