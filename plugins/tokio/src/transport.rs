//! What carries datagrams: the driver's seam to the network.

use crate::batch::{Inbox, Outbox};
use std::future::Future;
use std::io;
use std::net::SocketAddr;

/// Sends and receives datagrams, each whole or not at all, in any order, with losses.
///
/// [`Udp`](crate::Udp) is the first. Wrap it to seal datagrams, to count them or to lose some; write your own for another
/// network that has socket addresses.
///
/// Four methods must be written. The node calls those for many datagrams at once, which by default call the ones
/// for a single datagram; a transport with cheaper ways overrides them, as `Udp` does on Linux. One that wraps
/// another and looks at each datagram leaves them as they are.
///
/// # Laws
/// - An error concerns one datagram, never the transport: it is counted in
///   [`TransportStats`](crate::TransportStats) and the node goes on.
/// - A full buffer is such an error, at the latest after a moment: sending ends, whatever the network does. The
///   node does nothing else meanwhile.
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

    /// Waits for datagrams; puts at least one, or an error, into an inbox that is empty. Those that are there
    /// may come along.
    ///
    /// Cancel safe like [`recv`](Self::recv), which it calls by default.
    fn recv_many(&self, inbox: &mut Inbox) -> impl Future<Output = ()> + Send {
        async {
            let received = self.recv(inbox.slot()).await;
            inbox.put(received);
        }
    }

    /// Puts datagrams that are there already into an inbox that is empty; none if none is there.
    ///
    /// It must see everything, as [`try_recv`](Self::try_recv) does: an inbox that is neither full nor ends with an
    /// error means that nothing is left. By default it calls `try_recv` until that is so.
    fn try_recv_many(&self, inbox: &mut Inbox) {
        while !inbox.is_full() {
            match self.try_recv(inbox.slot()) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                received => {
                    let failed = received.is_err();
                    inbox.put(received);
                    if failed {
                        return;
                    }
                }
            }
        }
    }

    /// Sends datagrams; gives an error for each that could not be sent. Each is tried, whatever becomes of those
    /// before it. By default it calls [`send`](Self::send) for one after the other.
    fn send_many(&self, outbox: &Outbox) -> impl Future<Output = Vec<io::Error>> + Send {
        async {
            let mut errors = Vec::new();
            for (datagram, to) in outbox.iter() {
                errors.extend(self.send(datagram, to).await.err());
            }
            errors
        }
    }
}
