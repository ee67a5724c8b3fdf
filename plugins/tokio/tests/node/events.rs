//! Consumers of events that are slow, absent or of another kind.

use crate::support::{Id, all_meet, cluster, event, eventually, listed, node};
use futures_core::Stream;
use haulout::Event;
use haulout_tokio::Handle;
use std::future::poll_fn;
use std::pin::pin;

#[tokio::test]
async fn a_consumer_that_lags_finds_one_lagged_and_resynchronises() {
    let nodes = cluster(2).await;
    let mut slow = nodes[0].events_with(4);
    let mut quick = nodes[0].events();
    for _ in 0..3 {
        let visitor = node().seed(nodes[0].bound()).start().await.unwrap();
        let key = visitor.bound();
        eventually("the visitor is there", || nodes[0].member(&key).is_some()).await;
        visitor.leave(crate::support::PATIENCE).await.unwrap();
        eventually("the visitor has left", || nodes[0].member(&key).is_some_and(|m| !m.state.is_active()))
            .await;
    }
    assert!(!matches!(quick.try_next(), None | Some(Event::Lagged { .. })));

    assert!(matches!(slow.try_next(), Some(Event::Lagged { missed: 2.. })));
    let snapshot = nodes[0].members();
    assert_eq!(snapshot.len(), 1);
    while let Some(event) = slow.try_next() {
        assert!(!matches!(event, Event::Lagged { .. }), "a second Lagged");
    }

    let newcomer = node().seed(nodes[0].bound()).start().await.unwrap();
    let up = event(&mut slow, "the newcomer", |event| match event {
        Event::Up { identity } => Some(*identity),
        _ => None,
    });
    assert_eq!(up.await, newcomer.local().identity);
}

#[tokio::test]
async fn an_absent_consumer_holds_nobody_up() {
    let (first, _unread) = node().start_with_events().await.unwrap();
    let _also_unread = first.events_with(2);
    let nodes: Vec<Handle<Id>> = vec![
        first.clone(),
        node().seed(first.bound()).start().await.unwrap(),
        node().seed(first.bound()).start().await.unwrap(),
    ];
    all_meet(&nodes).await;
}

#[tokio::test]
async fn the_effect_of_an_event_is_published_before_it() {
    let (first, mut events) = node().start_with_events().await.unwrap();
    let others = [
        node().seed(first.bound()).start().await.unwrap(),
        node().seed(first.bound()).start().await.unwrap(),
    ];
    for _ in &others {
        let up = event(&mut events, "up", |event| match event {
            Event::Up { identity } => Some(*identity),
            _ => None,
        });
        let identity = up.await;
        assert!(first.member(identity.address()).is_some(), "{identity} in {:?}", listed(&first));
    }
}

#[tokio::test]
async fn events_are_a_stream() {
    let (first, events) = node().start_with_events().await.unwrap();
    let mut events = pin!(events);
    let next = poll_fn(|cx| events.as_mut().poll_next(cx));
    assert_eq!(crate::support::soon("an event", next).await, Some(Event::Active));
    drop(first);
}
