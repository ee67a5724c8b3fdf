//! Transports that fail, and what is asked of them.

use crate::support::{all_meet, eventually, node};
use haulout_tokio::{Inbox, Outbox, Transport, Udp};
use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

/// Reports an ICMP error before every other datagram, in both directions.
struct Icmp {
    udp: Udp,
    calls: AtomicU32,
}

impl Icmp {
    fn refused(&self) -> Result<()> {
        match self.calls.fetch_add(1, Ordering::Relaxed) % 2 {
            0 => Err(Error::from(ErrorKind::ConnectionRefused)),
            _ => Ok(()),
        }
    }
}

impl Transport for Icmp {
    fn local_addr(&self) -> SocketAddr {
        self.udp.local_addr()
    }

    async fn recv(&self, buf: &mut [u8]) -> Result<(usize, SocketAddr)> {
        self.refused()?;
        self.udp.recv(buf).await
    }

    fn try_recv(&self, buf: &mut [u8]) -> Result<(usize, SocketAddr)> {
        self.udp.try_recv(buf)
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> Result<()> {
        self.udp.send(datagram, to).await?;
        self.refused()
    }
}

#[tokio::test]
async fn errors_of_the_socket_are_counted_and_stop_nobody() {
    let udp = Udp::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let shaky = node().transport(Icmp { udp, calls: AtomicU32::new(0) }).start().await.unwrap();
    let other = node().seed(shaky.bound()).start().await.unwrap();
    all_meet(&[shaky.clone(), other]).await;
    eventually("both are counted", || {
        let stats = shaky.stats().transport;
        stats.receive_errors > 0 && stats.send_errors > 0
    })
    .await;
}

/// Fails at once and always.
struct Broken(Udp);

impl Transport for Broken {
    fn local_addr(&self) -> SocketAddr {
        self.0.local_addr()
    }

    async fn recv(&self, _: &mut [u8]) -> Result<(usize, SocketAddr)> {
        Err(Error::other("broken"))
    }

    fn try_recv(&self, _: &mut [u8]) -> Result<(usize, SocketAddr)> {
        Err(Error::other("broken"))
    }

    async fn send(&self, _: &[u8], _: SocketAddr) -> Result<()> {
        Err(Error::other("broken"))
    }
}

#[tokio::test]
async fn a_broken_transport_keeps_neither_commands_nor_deadlines_from_being_served() {
    let udp = Udp::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let node = node().transport(Broken(udp)).start().await.unwrap();
    let report =
        crate::support::soon("an outcome", node.join(crate::support::silent_address())).await.unwrap();
    assert!(!report.reached());
    assert!(node.stats().transport.receive_errors < 100_000);
}

/// Has its own ways for many datagrams: errors come along with what was received, and after what was sent.
struct Mixed(Udp);

impl Transport for Mixed {
    fn local_addr(&self) -> SocketAddr {
        self.0.local_addr()
    }

    async fn recv(&self, _: &mut [u8]) -> Result<(usize, SocketAddr)> {
        unreachable!("the node takes many")
    }

    fn try_recv(&self, _: &mut [u8]) -> Result<(usize, SocketAddr)> {
        unreachable!("the node takes many")
    }

    async fn send(&self, _: &[u8], _: SocketAddr) -> Result<()> {
        unreachable!("the node sends many")
    }

    async fn recv_many(&self, inbox: &mut Inbox) {
        inbox.put(Err(ErrorKind::ConnectionRefused.into()));
        self.0.recv_many(inbox).await;
        inbox.put(Err(ErrorKind::ConnectionRefused.into()));
    }

    fn try_recv_many(&self, inbox: &mut Inbox) {
        self.0.try_recv_many(inbox);
    }

    async fn send_many(&self, outbox: &Outbox) -> Vec<Error> {
        assert!(!outbox.is_empty() && outbox.iter().count() == outbox.len());
        let mut errors = self.0.send_many(outbox).await;
        errors.push(ErrorKind::ConnectionRefused.into());
        errors
    }
}

#[tokio::test]
async fn datagrams_among_errors_are_taken() {
    let udp = Udp::bind(([127, 0, 0, 1], 0).into()).unwrap();
    let mixed = node().transport(Mixed(udp)).start().await.unwrap();
    let other = node().seed(mixed.bound()).start().await.unwrap();
    all_meet(&[mixed.clone(), other]).await;
    eventually("both are counted", || {
        let stats = mixed.stats().transport;
        stats.receive_errors > 1 && stats.send_errors > 0
    })
    .await;
}
