//! What the tests share: quick settings, nodes on free ports, and waiting with a deadline.

use haulout::{Config, Event, Renewing, State};
use haulout_codec_serde::PostcardCodec;
use haulout_tokio::{Bind, Builder, Events, Handle, IdentityFrom, MemberView, Node};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

pub(crate) type Id = Renewing<SocketAddr>;
pub(crate) type Plain = Builder<IdentityFrom<Id>, PostcardCodec, Bind>;

/// How long a condition may take on a busy machine before the test has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Settings that detect a crash within a second or two and report a silent seed within one.
///
/// Each test is a cluster of its own: the system gives ports of one test to the next.
pub(crate) fn quick() -> Config {
    let mut config = Config::local().with_label(std::thread::current().name().unwrap_or("tests"));
    config.probe.interval = Duration::from_millis(200);
    config.probe.timeout = Duration::from_millis(80);
    config.gossip.interval = Duration::from_millis(20);
    config.join.timeout = Duration::from_millis(600);
    config.join.announce_interval = Duration::from_millis(400);
    config
}

/// A node in the making, at a free port of the IPv4 loopback.
pub(crate) fn node() -> Plain {
    node_at(([127, 0, 0, 1], 0).into(), 1)
}

pub(crate) fn node_at(bind: SocketAddr, epoch: u64) -> Plain {
    Node::builder()
        .bind(bind)
        .identity_with(move |address| Renewing::new(address, epoch))
        .codec(PostcardCodec)
        .config(quick())
}

/// A cluster of `size` nodes that joined through the first.
pub(crate) async fn cluster(size: usize) -> Vec<Handle<Id>> {
    let first = node().start().await.unwrap();
    let seed = first.bound();
    let mut nodes = vec![first];
    while nodes.len() < size {
        nodes.push(node().seed(seed).start().await.unwrap());
    }
    all_meet(&nodes).await;
    nodes
}

/// Waits until each node holds exactly the others alive.
pub(crate) async fn all_meet<B>(nodes: &[Handle<Id, B>]) {
    let start = Instant::now();
    while !nodes.iter().all(|node| alive(node) == others(nodes, node)) {
        let views =
            || nodes.iter().map(|node| (node.local(), listed(node), node.stats())).collect::<Vec<_>>();
        assert!(
            start.elapsed() < PATIENCE,
            "not within {PATIENCE:?}: everybody knows everybody: {:#?}",
            views()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub(crate) async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The first event that `wanted` takes; what comes before it is passed over.
pub(crate) async fn event<T>(
    events: &mut Events<Id>,
    what: &str,
    mut wanted: impl FnMut(&Event<Id>) -> Option<T>,
) -> T {
    let found = async {
        loop {
            let event = events.next().await.unwrap_or_else(|| panic!("events ended before: {what}"));
            if let Some(found) = wanted(&event) {
                return found;
            }
        }
    };
    tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"))
}

/// A future that must end.
pub(crate) async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future).await.unwrap_or_else(|_| panic!("not within {PATIENCE:?}: {what}"))
}

/// The identities that a node holds alive, sorted by address.
pub(crate) fn alive<B>(node: &Handle<Id, B>) -> Vec<Id> {
    let members = node.members().into_iter().filter(|member| member.state == State::Alive);
    sorted(members.map(|member| member.identity))
}

/// Identities and states of all that a node lists, departed included.
pub(crate) fn listed<B>(node: &Handle<Id, B>) -> Vec<(Id, State)> {
    let mut all: Vec<MemberView<Id>> = node.members();
    all.extend(node.departed());
    all.sort_by_key(|member| *member.identity.address());
    all.into_iter().map(|member| (member.identity, member.state)).collect()
}

fn others<B>(nodes: &[Handle<Id, B>], node: &Handle<Id, B>) -> Vec<Id> {
    let me = node.local().identity;
    sorted(nodes.iter().map(|node| node.local().identity).filter(|id| *id != me))
}

fn sorted(ids: impl Iterator<Item = Id>) -> Vec<Id> {
    let mut ids: Vec<Id> = ids.collect();
    ids.sort_by_key(|id| *id.address());
    ids
}

/// A port of the IPv4 loopback where nobody listens. Another process might take it; the tests that use it
/// would notice.
pub(crate) fn silent_address() -> SocketAddr {
    std::net::UdpSocket::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap()
}
