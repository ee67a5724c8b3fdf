//! Bytes that are no datagrams of ours. That they are logged once is shown in `tests/log.rs`.

use crate::support::{all_meet, cluster, eventually, node};
use std::net::UdpSocket;

const HTTP: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn foreign_bytes_are_counted_and_harmless() {
    let nodes = cluster(2).await;
    let stranger = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let counted = || {
        let dropped = nodes[0].stats().engine.dropped;
        dropped.malformed + dropped.sealed + dropped.version
    };
    for n in 1..=20 {
        stranger.send_to(if n % 2 == 0 { HTTP } else { &[0xff; 100] }, nodes[0].bound()).unwrap();
        eventually("it is counted", || counted() == n).await;
    }
    stranger.send_to(&[], nodes[0].bound()).unwrap();
    eventually("an empty one is counted too", || counted() == 21).await;
    assert_eq!((nodes[0].members().len(), nodes[0].health()), (1, 0));
    let third = node().seed(nodes[0].bound()).start().await.unwrap();
    all_meet(&[nodes[0].clone(), nodes[1].clone(), third]).await;
}

#[tokio::test]
async fn a_datagram_over_the_limit_is_known_by_its_length() {
    let node = node().start().await.unwrap();
    let stranger = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    stranger.send_to(&vec![0x11; 20_000], node.bound()).unwrap();
    eventually("it is counted", || node.stats().engine.dropped.too_long == 1).await;
}
