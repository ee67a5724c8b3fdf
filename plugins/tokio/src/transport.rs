//! What carries datagrams: the driver's seam to the network.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

/// Sends and receives datagrams, each whole or not at all, in any order, with losses.
///
/// [`Udp`](crate::Udp) is the first. Wrap it to seal datagrams, to count them or to lose some; write your own for another
/// network that has socket addresses.
///
/// # Laws
/// - An error concerns one datagram, never the transport: it is counted in
///   [`TransportStats`](crate::TransportStats) and the node goes on.
/// - Dropping the transport gives its address back.
pub trait Transport: Send + Sync + 'static {
    /// Where it listens. It is what is advertised unless the node says otherwise.
    fn local_addr(&self) -> SocketAddr;

    /// Whether a datagram to `to` can leave at all, by its family. Names are resolved to such addresses only.
    fn reaches(&self, to: SocketAddr) -> bool {
        let _ = to;
        true
    }

    /// Waits for a datagram; gives its length and where it came from.
    ///
    /// Cancel safe: a future that is dropped before it is ready has taken nothing. A longer datagram than
    /// `buf` is cut; the node makes `buf` larger than the longest that it takes.
    fn recv(&self, buf: &mut [u8]) -> impl Future<Output = io::Result<(usize, SocketAddr)>> + Send;

    /// Takes a datagram that is there already, or fails with [`io::ErrorKind::WouldBlock`].
    ///
    /// It must see everything that has arrived, whether or not the runtime has noticed: the node calls it
    /// before it serves a deadline, so that an answer that waits is not taken for a missing one.
    fn try_recv(&self, buf: &mut [u8]) -> io::Result<(usize, SocketAddr)>;

    /// Sends one datagram.
    fn send(&self, datagram: &[u8], to: SocketAddr) -> impl Future<Output = io::Result<()>> + Send;
}
