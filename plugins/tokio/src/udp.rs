//! Datagrams over UDP, IPv4 and IPv6.

use crate::transport::Transport;
use std::io;
use std::net::{SocketAddr, UdpSocket as StdSocket};
use tokio::net::UdpSocket;

/// A UDP socket.
///
/// A socket bound to `[::]` speaks IPv4 too where the system allows it (Linux does by default); one bound to
/// another address speaks that address's family.
#[derive(Debug)]
pub struct Udp {
    socket: UdpSocket,
    /// The same socket without the runtime's readiness between: it sees what has arrived at once.
    waiting: StdSocket,
    local: SocketAddr,
}

impl Udp {
    /// Binds; port 0 lets the system choose. Call it within a tokio runtime.
    ///
    /// # Errors
    /// Those of the system: address in use, address not of this machine, port not permitted.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        Self::from_std(StdSocket::bind(address)?)
    }

    /// Takes over a socket that is bound already, from a supervisor for example. Call it within a tokio
    /// runtime.
    ///
    /// # Errors
    /// Those of the system.
    pub fn from_std(socket: StdSocket) -> io::Result<Self> {
        socket.set_nonblocking(true)?;
        let waiting = socket.try_clone()?;
        let local = socket.local_addr()?;
        Ok(Self { socket: UdpSocket::from_std(socket)?, waiting, local })
    }
}

impl Transport for Udp {
    fn local_addr(&self) -> SocketAddr {
        self.local
    }

    fn reaches(&self, to: SocketAddr) -> bool {
        match self.local {
            SocketAddr::V4(_) => to.is_ipv4(),
            SocketAddr::V6(local) => to.is_ipv6() || local.ip().is_unspecified(),
        }
    }

    async fn recv(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.socket.recv_from(buf).await
    }

    fn try_recv(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.waiting.recv_from(buf)
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        self.socket.send_to(datagram, in_family_of(self.local, to)).await.map(drop)
    }
}

/// An IPv6 socket takes an IPv4 address in its mapped form only.
fn in_family_of(local: SocketAddr, to: SocketAddr) -> SocketAddr {
    match (local, to) {
        (SocketAddr::V6(_), SocketAddr::V4(to)) => (to.ip().to_ipv6_mapped(), to.port()).into(),
        _ => to,
    }
}
