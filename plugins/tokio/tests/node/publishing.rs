//! Records and user events, from put to everybody.

use crate::support::{Id, PATIENCE, all_meet, eventually, node_at, soon};
use haulout::broadcast::{DecodeError, Registry, Topic};
use haulout::{CommandError, Event, State};
use haulout_tokio::{Handle, PublishError, Received, RecordChange, Records, UserEventStream};
use std::net::SocketAddr;
use std::time::Duration;

type Node = Handle<Id, Registry<Id>>;

const LOAD: Topic<String> = Topic::new(1, "load");
const DEPLOY: Topic<String> = Topic::new(2, "deploy");
/// The number of another, for values that are none of it.
const RAW_LOAD: Topic<Vec<u8>> = Topic::new(1, "load");

fn registry() -> Registry<Id> {
    Registry::new().record(LOAD).unwrap().event(DEPLOY).unwrap()
}

async fn member_at(bind: SocketAddr, epoch: u64, seed: Option<SocketAddr>) -> Node {
    node_at(bind, epoch).broadcasts(registry()).seeds(seed).start().await.unwrap()
}

async fn member(seed: Option<SocketAddr>) -> Node {
    member_at(([127, 0, 0, 1], 0).into(), 1, seed).await
}

async fn cluster(size: usize) -> Vec<Node> {
    let mut nodes = vec![member(None).await];
    while nodes.len() < size {
        nodes.push(member(Some(nodes[0].bound())).await);
    }
    all_meet(&nodes).await;
    nodes
}

fn load(node: &Node) -> Records<Id, String> {
    node.records(&LOAD).unwrap()
}

async fn put(node: &Node, key: &str, value: &str) {
    load(node).put(key, &value.into()).await.unwrap();
}

/// What a node reads of an owner's key.
fn read(node: &Node, owner: SocketAddr, key: &str) -> Option<String> {
    load(node).get(&owner, key).map(Result::unwrap)
}

async fn all_read(nodes: &[Node], owner: SocketAddr, key: &str, value: Option<&str>) {
    let what = format!("all read {value:?} under {key}");
    eventually(&what, || nodes.iter().all(|node| read(node, owner, key).as_deref() == value)).await;
}

/// Every record that a node reads, sorted.
fn all(node: &Node) -> Vec<(SocketAddr, Vec<u8>, String)> {
    let mut all: Vec<_> =
        load(node).iter().map(|record| (record.owner, record.key.to_vec(), record.value.unwrap())).collect();
    all.sort();
    all
}

#[tokio::test]
async fn a_record_put_on_one_is_read_on_all_and_by_who_joins_later() {
    let mut nodes = cluster(3).await;
    let owner = nodes[0].bound();
    put(&nodes[0], "cpu", "0.7").await;
    assert_eq!(read(&nodes[0], owner, "cpu").as_deref(), Some("0.7"), "at once where it was put");
    all_read(&nodes, owner, "cpu", Some("0.7")).await;

    put(&nodes[0], "cpu", "0.9").await;
    put(&nodes[1], "cpu", "0.1").await;
    all_read(&nodes, owner, "cpu", Some("0.9")).await;
    all_read(&nodes, nodes[1].bound(), "cpu", Some("0.1")).await;

    let late = member(Some(owner)).await;
    soon("its view is complete", late.synced()).await.unwrap();
    let expected = all(&nodes[0]);
    assert_eq!(expected.len(), 2);
    eventually("the latecomer has all of it", || all(&late) == expected).await;

    assert!(load(&nodes[0]).remove("cpu").await.unwrap());
    assert!(!load(&nodes[0]).remove("cpu").await.unwrap());
    nodes.push(late);
    all_read(&nodes, owner, "cpu", None).await;
    all_read(&nodes, nodes[1].bound(), "cpu", Some("0.1")).await;
}

#[tokio::test]
async fn records_go_with_an_owner_that_is_killed_and_void_with_its_life() {
    let mut nodes = cluster(3).await;
    let owner = nodes[2].bound();
    put(&nodes[2], "cpu", "0.7").await;
    all_read(&nodes, owner, "cpu", Some("0.7")).await;

    // The last handle: the task ends without a farewell.
    drop(nodes.pop());
    all_read(&nodes, owner, "cpu", None).await;
    assert_eq!(nodes[0].member(&owner).map(|member| member.state), Some(State::Down));

    let again = member_at(owner, 2, Some(nodes[0].bound())).await;
    put(&again, "disk", "0.2").await;
    nodes.push(again);
    all_read(&nodes, owner, "disk", Some("0.2")).await;
    all_read(&nodes, owner, "cpu", None).await;
}

#[tokio::test]
async fn records_are_back_with_an_owner_that_is_renewed() {
    let nodes = cluster(2).await;
    let owner = nodes[1].bound();
    put(&nodes[1], "cpu", "0.7").await;
    all_read(&nodes, owner, "cpu", Some("0.7")).await;
    let mut changes = load(&nodes[0]).changes();

    nodes[1].replace_identity(haulout::Renewing::new(owner, 9)).await.unwrap();
    eventually("it is renewed", || nodes[0].member(&owner).is_some_and(|m| m.identity.epoch() == 9)).await;
    all_read(&nodes, owner, "cpu", Some("0.7")).await;

    let (RecordChange::Removed { owner: of, .. }, RecordChange::Put(back)) =
        (changes.try_next().unwrap(), changes.try_next().unwrap())
    else {
        panic!("hidden, then back")
    };
    assert_eq!((of, back.owner, back.value), (owner, owner, Ok("0.7".into())));
}

#[tokio::test]
async fn what_is_too_long_or_of_another_type_is_refused_with_the_reason() {
    let node = member(None).await;
    let limit = haulout::Config::local().limits.value;
    let long = "x".repeat(limit as usize + 1);
    let refused = PublishError::Refused(CommandError::ValueTooLong { len: long.len(), limit });
    assert_eq!(load(&node).put("cpu", &long).await, Err(refused));
    assert!(refused.to_string().contains(&limit.to_string()), "{refused}");
    assert_eq!(node.user_events(&DEPLOY).unwrap().send(&long).await, Err(refused));
    assert!(load(&node).snapshot().is_empty());

    let wrong = CommandError::OtherType { topic: 1 };
    assert_eq!(node.records(&RAW_LOAD).unwrap_err(), wrong);
    assert_eq!(node.user_events(&LOAD).unwrap_err(), wrong);
    let unknown: Topic<String> = Topic::new(9, "unknown");
    assert_eq!(node.records(&unknown).unwrap_err(), CommandError::NotRegistered { topic: 9 });
}

/// Everything up to the one that says `last`, in order, without a lag.
async fn heard(stream: &mut UserEventStream<Id, String>, last: &str) -> Vec<(SocketAddr, String)> {
    let all = async {
        let mut all: Vec<(SocketAddr, String)> = Vec::new();
        while all.last().is_none_or(|(_, said)| said != last) {
            match stream.next().await.unwrap() {
                Received::UserEvent { origin, value, .. } => all.push((origin, value.unwrap())),
                other => panic!("{other:?}"),
            }
        }
        all
    };
    soon("the last user event", all).await
}

#[tokio::test]
async fn a_user_event_is_heard_at_most_once_by_everybody_who_is_there() {
    let nodes = cluster(4).await;
    let mut streams: Vec<_> = nodes.iter().map(|node| node.user_events(&DEPLOY).unwrap().stream()).collect();
    let sender = nodes[1].user_events(&DEPLOY).unwrap();
    let mut sent: Vec<(SocketAddr, String)> = Vec::new();
    for n in 0..20 {
        sender.send(&n.to_string()).await.unwrap();
        sent.push((nodes[1].bound(), n.to_string()));
    }
    for (node, stream) in nodes.iter().zip(&mut streams) {
        // Each of them, in whatever order, before one that is sent when all of them are there.
        let mut all = Vec::new();
        while all.len() < sent.len() {
            let next = soon("a user event", stream.next()).await.unwrap();
            let Received::UserEvent { origin, value, .. } = next else { panic!("{next:?}") };
            all.push((origin, value.unwrap()));
        }
        all.sort_by_key(|(_, said)| said.parse::<u32>().unwrap());
        assert_eq!(all, sent, "at {}", node.bound());
    }
    sender.send_within(Duration::from_secs(60), &"end".into()).await.unwrap();
    for stream in &mut streams {
        assert_eq!(heard(stream, "end").await, [(nodes[1].bound(), "end".into())], "nothing comes twice");
    }

    let late = member(Some(nodes[0].bound())).await;
    let mut stream = late.user_events(&DEPLOY).unwrap().stream();
    soon("its view is complete", late.synced()).await.unwrap();
    nodes[0].user_events(&DEPLOY).unwrap().send(&"after".into()).await.unwrap();
    assert_eq!(heard(&mut stream, "after").await.last(), Some(&(nodes[0].bound(), "after".into())));
}

#[tokio::test]
async fn a_slow_consumer_of_changes_is_told_and_resynchronises() {
    let node = member(None).await;
    let (mut slow, mut quick) = (load(&node).changes_with(4), load(&node).changes());
    let mut membership = node.events_with(4).without_broadcasts();
    for n in 0..10 {
        put(&node, "cpu", &n.to_string()).await;
    }
    put(&node, "cpu", "9").await;
    let quick: Vec<_> = std::iter::from_fn(|| quick.try_next()).collect();
    assert_eq!(quick.len(), 10, "what is put again is no change: {quick:?}");

    assert!(matches!(slow.try_next(), Some(RecordChange::Lagged { missed: 4.. })));
    let snapshot = load(&node).snapshot();
    assert_eq!(snapshot.len(), 1);
    let mut last = None;
    while let Some(change) = slow.try_next() {
        let RecordChange::Put(record) = change else { panic!("{change:?}") };
        last = Some(record);
    }
    assert_eq!(last.as_ref(), snapshot.first());
    while let Some(event) = membership.try_next() {
        assert!(matches!(event, Event::Active | Event::Synced), "no record, and nothing missed: {event:?}");
    }
}

#[tokio::test]
async fn a_value_that_is_none_is_an_error_of_its_owner_alone() {
    let reader = member(None).await;
    let registry = Registry::new().record(RAW_LOAD).unwrap();
    let writer = node_at(([127, 0, 0, 1], 0).into(), 1).broadcasts(registry).seed(reader.bound());
    let writer = writer.start().await.unwrap();
    writer.records(&RAW_LOAD).unwrap().put("cpu", &vec![0xff]).await.unwrap();
    let owner = writer.bound();
    eventually("it is there", || load(&reader).get(&owner, "cpu").is_some()).await;
    let error = DecodeError { topic: 1, problem: "not UTF-8" };
    assert_eq!(load(&reader).get(&owner, "cpu"), Some(Err(error)));
    put(&reader, "cpu", "0.5").await;
    assert_eq!(read(&reader, reader.bound(), "cpu").as_deref(), Some("0.5"));
}

#[tokio::test]
async fn a_member_that_keeps_nothing_is_a_member_and_leaving_flushes() {
    let nodes = cluster(2).await;
    let plain = crate::support::node().seed(nodes[0].bound()).start().await.unwrap();
    eventually("the plain one knows both", || plain.members().len() == 2).await;
    let mut streams: Vec<_> = nodes.iter().map(|node| node.user_events(&DEPLOY).unwrap().stream()).collect();
    nodes[1].user_events(&DEPLOY).unwrap().send(&"bye".into()).await.unwrap();
    nodes[1].leave(PATIENCE).await.unwrap();
    assert_eq!(heard(&mut streams[0], "bye").await, [(nodes[1].bound(), "bye".into())]);
    eventually("it has left", || {
        nodes[0].member(&nodes[1].bound()).is_some_and(|member| member.state == State::Left)
    })
    .await;
    assert!(plain.stats().engine.dropped.unkept > 0, "{:?}", plain.stats().engine.dropped);
}

#[tokio::test]
async fn streams_end_and_commands_fail_once_the_node_has_stopped() {
    let node = member(None).await;
    let records = load(&node);
    let (mut changes, mut heard) = (records.changes(), node.user_events(&DEPLOY).unwrap().stream());
    // A plugin's code runs within the task, and a panic there is its end.
    let lent = node.publish(|_, _| panic!("the end of this node's task")).await;
    assert_eq!(lent, Err::<(), _>(haulout_tokio::Stopped));
    assert_eq!(records.put("cpu", &"1".into()).await, Err(PublishError::Stopped));
    assert_eq!(soon("the end", changes.next()).await, None);
    assert_eq!(soon("the end", heard.next()).await, None);
}
