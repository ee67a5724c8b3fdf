//! IPv6, wildcards and addresses that lead through something else.

use crate::support::{all_meet, eventually, node, node_at};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::SocketAddr;
use tokio::net::UdpSocket;

#[tokio::test]
async fn nodes_meet_over_ipv6() {
    let loopback: SocketAddr = "[::1]:0".parse().unwrap();
    let a = node_at(loopback, 1).start().await.unwrap();
    let b = node_at(loopback, 1).seed(a.bound()).start().await.unwrap();
    let c = node_at(loopback, 1).seed(b.bound().to_string()).start().await.unwrap();
    all_meet(&[a, b, c]).await;
}

#[tokio::test]
async fn an_ipv6_wildcard_speaks_ipv4_too() {
    let both = node_at("[::]:0".parse().unwrap(), 1).advertise(([127, 0, 0, 1], 0)).start().await.unwrap();
    let v4 = node().seed(*both.local().identity.address()).start().await.unwrap();
    all_meet(&[both, v4]).await;
}

#[tokio::test]
async fn a_node_behind_a_forwarded_address_is_a_member_under_it() {
    let inside = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
    let outside = UdpSocket::bind(("127.0.0.1", 0)).await.unwrap();
    let advertised = outside.local_addr().unwrap();
    let bind = inside.local_addr().unwrap();
    drop(inside);
    let hidden = node_at(bind, 1).advertise(advertised).start().await.unwrap();
    let _forwarder = Forwarder::start(outside, bind);

    let others =
        [node().seed(advertised).start().await.unwrap(), node().seed(advertised).start().await.unwrap()];
    assert_eq!(*hidden.local().identity.address(), advertised);
    assert_eq!(hidden.bound(), bind);
    let nodes = [hidden, others[0].clone(), others[1].clone()];
    all_meet(&nodes).await;
    let probed = |node: usize| nodes[node].stats().engine.received.of(haulout::codec::MessageKind::Ack);
    let before = probed(1) + probed(2);
    eventually("its members probe it and each other", || probed(1) + probed(2) > before + 10).await;
    all_meet(&nodes).await;
}

/// Forwards what comes to the outside address to the inside one, each sender through a port of its own.
struct Forwarder(tokio::task::JoinHandle<()>);

impl Forwarder {
    fn start(outside: UdpSocket, inside: SocketAddr) -> Self {
        Self(tokio::spawn(async move {
            let mut ports: HashMap<SocketAddr, UdpSocket> = HashMap::new();
            let mut buf = [0; 9_000];
            while let Ok((len, from)) = outside.recv_from(&mut buf).await {
                let port = match ports.entry(from) {
                    Entry::Occupied(port) => port.into_mut(),
                    Entry::Vacant(place) => place.insert(UdpSocket::bind(("127.0.0.1", 0)).await.unwrap()),
                };
                port.send_to(&buf[..len], inside).await.unwrap();
            }
        }))
    }
}

impl Drop for Forwarder {
    fn drop(&mut self) {
        self.0.abort();
    }
}
