//! What a node logs. A process of its own: the log is one for all of it.

use haulout::{Config, Renewing};
use haulout_codec_serde::PostcardCodec;
use haulout_tokio::Node;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

static WARNINGS: AtomicUsize = AtomicUsize::new(0);

#[tokio::test]
async fn foreign_bytes_are_one_line_however_many_there_are() {
    tracing::subscriber::set_global_default(Warnings).unwrap();
    let node = Node::builder()
        .bind(([127, 0, 0, 1], 0))
        .identity_with(|address| Renewing::new(address, 1))
        .codec(PostcardCodec)
        .config(Config::local())
        .start()
        .await
        .unwrap();
    let stranger = UdpSocket::bind(("127.0.0.1", 0)).unwrap();
    let start = Instant::now();
    for n in 1..=100 {
        stranger.send_to(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", node.bound()).unwrap();
        while node.stats().engine.dropped.malformed + node.stats().engine.dropped.version < n {
            assert!(start.elapsed() < Duration::from_secs(20), "not counted");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    // One more for each time that it is let through again.
    let lines = 1 + start.elapsed().as_secs() as usize / 10;
    assert!((1..=lines).contains(&WARNINGS.load(Ordering::Relaxed)));
}

/// Counts warnings, of which all are the driver's.
struct Warnings;

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
        WARNINGS.fetch_add(1, Ordering::Relaxed);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}
