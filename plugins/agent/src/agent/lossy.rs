//! A transport that loses a share of what is sent, for tests: the same of every sequence of datagrams for a seed.

use haulout_tokio::{Inbox, Outbox, Transport};
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

/// What is lost: a share from 0 to 1, drawn from a seed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loss {
    /// The share of datagrams that are dropped instead of sent.
    pub(super) share: f64,
    /// What the draws begin with.
    pub(super) seed: u64,
}

/// A transport, less what is lost.
#[derive(Debug)]
pub(super) struct Lossy<T> {
    inner: T,
    share: f64,
    /// The state of the draws.
    state: AtomicU64,
}

impl<T> Lossy<T> {
    pub(super) fn new(inner: T, loss: Loss) -> Self {
        Self { inner, share: loss.share, state: AtomicU64::new(loss.seed) }
    }

    fn loses(&self) -> bool {
        f64::from((draw(&self.state) >> 32) as u32) / 2_f64.powi(32) < self.share
    }
}

/// The next number of `SplitMix64`.
fn draw(state: &AtomicU64) -> u64 {
    const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut x = state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

impl<T: Transport> Transport for Lossy<T> {
    fn local_addr(&self) -> SocketAddr {
        self.inner.local_addr()
    }

    fn reaches(&self, to: SocketAddr) -> bool {
        self.inner.reaches(to)
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.inner.recv(buf).await
    }

    fn try_recv(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.inner.try_recv(buf)
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        if self.loses() { Ok(()) } else { self.inner.send(datagram, to).await }
    }

    async fn recv_many(&self, inbox: &mut Inbox) {
        self.inner.recv_many(inbox).await;
    }

    fn try_recv_many(&self, inbox: &mut Inbox) {
        self.inner.try_recv_many(inbox);
    }

    async fn send_many(&self, outbox: &Outbox) -> Vec<io::Error> {
        if self.share <= 0.0 {
            return self.inner.send_many(outbox).await;
        }
        let mut errors = Vec::new();
        for (datagram, to) in outbox.iter() {
            errors.extend(self.send(datagram, to).await.err());
        }
        errors
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(share: f64, seed: u64) -> Vec<bool> {
        let lossy = Lossy::new((), Loss { share, seed });
        (0..10_000).map(|_| lossy.loses()).collect()
    }

    #[test]
    fn the_share_is_lost_and_a_seed_loses_the_same() {
        let count = |lost: &[bool]| lost.iter().filter(|lost| **lost).count();
        assert_eq!((count(&lost(0.0, 1)), count(&lost(1.0, 1))), (0, 10_000));
        let tenth = lost(0.1, 1);
        assert!((900..1_100).contains(&count(&tenth)), "{} of 10,000", count(&tenth));
        assert_eq!(lost(0.1, 1), tenth);
        assert_ne!(lost(0.1, 2), tenth);
    }
}
