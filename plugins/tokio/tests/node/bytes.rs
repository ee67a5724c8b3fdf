//! Bytes that are no datagrams of ours.

use crate::support::{all_meet, cluster, eventually, node};
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const HTTP: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[tokio::test]
async fn foreign_bytes_are_counted_logged_once_and_harmless() {
    let warnings = Arc::new(AtomicUsize::new(0));
    let _guard = tracing::subscriber::set_default(Warnings(warnings.clone()));
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
    assert_eq!(warnings.load(Ordering::Relaxed), 1);
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

/// Counts the warnings of this crate.
struct Warnings(Arc<AtomicUsize>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        assert!(event.metadata().target().starts_with("haulout_tokio"), "{event:?}");
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}
