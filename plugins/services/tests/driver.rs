//! A directory that is fed by a node on real sockets, as the README has it.

use haulout::broadcast::Registry;
use haulout::{Config, Renewing};
use haulout_codec_serde::PostcardCodec;
use haulout_services::{Directory, Health, SERVICES, Service, Watch, WatchEvent};
use haulout_tokio::{Handle, Node, NodeIdentity, Stopped};
use std::net::SocketAddr;
use std::time::Duration;

type Id = Renewing<SocketAddr>;

/// How long something may take on a busy machine before the test has failed.
const PATIENCE: Duration = Duration::from_secs(20);

async fn feed<I: NodeIdentity>(node: Handle<I, Registry<I>>, directory: Directory<I>) -> Result<(), Stopped> {
    let mut events = node.events();
    loop {
        let fed = directory.clone();
        node.publish(move |registry, _| fed.resync(registry)).await?;
        while !directory.needs_resync() {
            let Some(event) = events.next().await else { return Ok(()) };
            directory.apply(&event);
        }
    }
}

async fn node(seed: Option<SocketAddr>) -> Handle<Id, Registry<Id>> {
    let builder = Node::builder()
        .bind(([127, 0, 0, 1], 0))
        .identity_with(|address| Renewing::new(address, 1))
        .codec(PostcardCodec)
        .config(Config::local().with_label("a directory on real sockets"));
    let registry = Registry::new().record(SERVICES).expect("one topic");
    builder.broadcasts(registry).seeds(seed).start().await.expect("a free port")
}

fn web(health: Health) -> Service {
    let builder = Service::builder("web", "127.0.0.1", 8080).instance("web-1");
    builder.health(health).build().expect("within the bounds")
}

async fn put(node: &Handle<Id, Registry<Id>>, service: &Service) {
    let records = node.records(&SERVICES).expect("it is registered");
    records.put(service.instance(), service).await.expect("within the limits");
}

async fn next(watch: &mut Watch<SocketAddr>) -> WatchEvent<SocketAddr> {
    let next = tokio::time::timeout(PATIENCE, watch.next()).await;
    next.expect("something changes in time").expect("the directory is there")
}

#[tokio::test]
async fn what_one_node_offers_is_found_on_another_until_it_leaves() {
    let owner = node(None).await;
    put(&owner, &web(Health::Passing)).await;
    let reader = node(Some(owner.bound())).await;
    let directory = Directory::new();
    let mut watch = directory.watch("web");
    assert!(
        matches!(next(&mut watch).await, WatchEvent::Snapshot { instances, missed: 0 } if instances.is_empty())
    );
    tokio::spawn(feed(reader.clone(), directory.clone()));

    let WatchEvent::Added(added) = next(&mut watch).await else { panic!("it was not there") };
    assert_eq!((added.owner(), added.service()), (&owner.bound(), &web(Health::Passing)));
    put(&owner, &web(Health::Critical)).await;
    let WatchEvent::Changed { new, .. } = next(&mut watch).await else { panic!("it was there") };
    assert_eq!(new.service(), &web(Health::Critical));
    assert_eq!((directory.lookup("web").len(), directory.lookup("web").healthy().len()), (1, 0));

    owner.leave(PATIENCE).await.expect("it leaves");
    assert!(matches!(next(&mut watch).await, WatchEvent::Removed(old) if old == new));
    assert!(directory.is_empty());
}
