//! Golfed nodes on real loopback sockets, each kind as `haulout-tokio` takes it. Nothing sleeps for a fixed
//! time: tests wait for conditions, with a deadline.
#![expect(clippy::unwrap_used, reason = "tests and what they share")]

use haulout::{Config, Event, State};
use haulout_codec_serde::{PostcardCodec, SerdeIdentity};
use haulout_identity_golf::{
    Course, Roster, RosterError, RosterId, SharedRoster, SubnetId, With, golf_facts, golf_identity,
};
use haulout_tokio::{Handle, Node, NodeIdentity, Resolver, StartError, Udp};
use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

golf_identity! {
    /// A port of the loopback, and ten bits of epoch: four bytes, and no resolver.
    struct Local: u32 { port: 16, epoch: 10 }
    addr = (port);
    renew = epoch;
    route = |(port,)| SocketAddr::from(([127, 0, 0, 1], port));
}

golf_facts! {
    struct Role: u8 { shard: 4, zone: 2 }
}

/// How long a condition may take on a busy machine before the test has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Each test is a cluster of its own: the system gives ports of one test to the next.
fn quick() -> Config {
    let mut config = Config::local().with_label(std::thread::current().name().unwrap_or("tests"));
    config.probe.interval = Duration::from_millis(200);
    config.probe.timeout = Duration::from_millis(80);
    config.gossip.interval = Duration::from_millis(20);
    config.join.announce_interval = Duration::from_millis(400);
    config
}

fn sockets<const N: usize>() -> [UdpSocket; N] {
    core::array::from_fn(|_| UdpSocket::bind(("127.0.0.1", 0)).unwrap())
}

fn address(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().unwrap()
}

async fn start<I: NodeIdentity + SerdeIdentity>(
    identity: I,
    resolver: impl Resolver<I::Route> + Send + Sync + 'static,
    socket: UdpSocket,
    seed: SocketAddr,
) -> Result<Handle<I>, StartError> {
    let builder = Node::builder().resolved_identity(identity, resolver).codec(PostcardCodec).config(quick());
    builder.transport(Udp::from_std(socket).unwrap()).seed(seed).start().await
}

async fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "not within {PATIENCE:?}: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Waits until each holds exactly the others, alive and under their present identities.
async fn all_meet<I: NodeIdentity>(nodes: &[Handle<I>]) {
    let sees = |node: &Handle<I>, other: &Handle<I>| {
        let identity = other.local().identity;
        let held = node.member(&identity.addr());
        held.is_some_and(|held| held.identity == identity && held.state == State::Alive)
    };
    eventually("everybody knows everybody", || {
        nodes.iter().enumerate().all(|(n, node)| {
            node.members().len() == nodes.len() - 1
                && nodes.iter().enumerate().all(|(m, other)| n == m || sees(node, other))
        })
    })
    .await;
}

#[tokio::test]
async fn declared_identities_meet_and_one_that_restarts_is_renewed() {
    let start = |bind: SocketAddr, seed: SocketAddr| {
        let builder = Node::builder().identity_with(|address| Local::new(address.port(), 1023).unwrap());
        builder.codec(PostcardCodec).config(quick()).bind(bind).seed(seed).start()
    };
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let seed = address(&sockets::<1>()[0]);
    let mut nodes = vec![start(seed, seed).await.unwrap()];
    for _ in 0..3 {
        nodes.push(start(any, seed).await.unwrap());
    }
    all_meet(&nodes).await;

    let mut events = nodes[0].events();
    let gone = nodes.pop().unwrap();
    let (at, old) = (gone.bound(), gone.local().identity);
    drop(gone);
    eventually("its port is free", || UdpSocket::bind(at).is_ok()).await;
    eventually("it is down", || nodes[0].members().len() == 2).await;
    nodes.push(start(at, seed).await.unwrap());
    all_meet(&nodes).await;
    let new = nodes[3].local().identity;
    assert_eq!(new, Local::new(at.port(), 0).unwrap(), "1023 wraps to 0");
    eventually("one Renewed", || {
        std::iter::from_fn(|| events.try_next()).any(|event| event == Event::Renewed { old, new })
    })
    .await;
}

#[tokio::test]
async fn entries_of_a_roster_meet_while_the_table_grows() {
    let sockets = sockets::<5>();
    let addresses: Vec<_> = sockets.iter().map(address).collect();
    let shared = SharedRoster::new(Roster::of(addresses[..3].iter().copied()).unwrap());
    let mut nodes = Vec::new();
    for (n, socket) in sockets.into_iter().enumerate() {
        let own = addresses[n];
        if n >= 3 {
            let unknown = shared.with(|roster| roster.identity::<8, 8>(own, 0));
            assert_eq!(unknown, Err(RosterError::Unknown { address: own }));
            assert_eq!(shared.push(own), Ok(n as u16));
        }
        let identity: RosterId<8, 8> = shared.with(|roster| roster.identity(own, 0)).unwrap();
        nodes.push(start(identity, shared.clone(), socket, addresses[0]).await.unwrap());
    }
    all_meet(&nodes).await;
    assert!(nodes.iter().all(|node| node.stats().engine.dropped.unreachable == 0));
}

#[tokio::test]
async fn an_older_table_holds_and_counts_whom_it_lacks() {
    let sockets = sockets::<3>();
    let addresses: Vec<_> = sockets.iter().map(address).collect();
    let new = Roster::of(addresses.iter().copied()).unwrap();
    let old = SharedRoster::new(Roster::of(addresses[..2].iter().copied()).unwrap());
    let [a, b, c] = sockets;
    let identity = |own| new.identity::<16, 8>(addresses[own], 0).unwrap();
    let nodes = [
        start(identity(0), new.clone(), a, addresses[0]).await.unwrap(),
        start(identity(1), old.clone(), b, addresses[0]).await.unwrap(),
        start(identity(2), new.clone(), c, addresses[0]).await.unwrap(),
    ];
    all_meet(&nodes).await;
    eventually("it is passed over", || nodes[1].stats().engine.dropped.unreachable > 5).await;
    all_meet(&nodes).await;
    assert_eq!(old.grow(new.clone()), Ok(1));
    let report = nodes[1].join(addresses[2]).await.unwrap();
    assert!(report.reached(), "{report}");
}

#[tokio::test]
async fn an_index_that_the_table_lacks_cannot_start() {
    let [socket, other] = sockets();
    let identity =
        Roster::of([address(&other), address(&socket)]).unwrap().identity::<8, 8>(address(&socket), 0);
    let short = Roster::of([address(&other)]).unwrap();
    let seed = address(&other);
    let error = start(identity.unwrap(), short, socket, seed).await.unwrap_err();
    assert!(matches!(error, StartError::Unresolved { .. }), "{error}");
}

#[tokio::test]
async fn places_of_a_course_meet_with_facts_in_four_bytes() {
    // One host, and every port that the system gives.
    let course = Course::with_ports("127.0.0.1/32".parse().unwrap(), 1 << 15, 15).unwrap();
    let sockets = sockets::<4>();
    let seed = address(&sockets[0]);
    let mut nodes = Vec::new();
    for (n, socket) in sockets.into_iter().enumerate() {
        let place: SubnetId<15, 11> = course.identity(address(&socket), 2047).unwrap();
        let member = With::new(place, Role::new(n as u8, 1).unwrap());
        nodes.push(start(member, course, socket, seed).await.unwrap());
    }
    all_meet(&nodes).await;
    let mut shards: Vec<_> =
        nodes[3].members().iter().map(|member| member.identity.facts().shard()).collect();
    shards.sort_unstable();
    assert_eq!(shards, [0, 1, 2]);
}
