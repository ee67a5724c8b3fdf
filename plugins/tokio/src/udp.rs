//! Datagrams over UDP, IPv4 and IPv6: many a system call on Linux, one elsewhere.
//!
//! Invariant: nothing waits longer than [`MOMENT`] for room in the socket's buffer, a batch taken together.

#[cfg(target_os = "linux")]
use crate::batch::Inbox;
use crate::batch::Outbox;
#[cfg(target_os = "linux")]
use crate::mmsg;
use crate::transport::Transport;
use std::io;
use std::net::{SocketAddr, UdpSocket as StdSocket};
use std::time::Duration;
use tokio::io::Interest;
use tokio::net::UdpSocket;
use tokio::time::{Instant, timeout, timeout_at};

/// How long a full buffer is waited for. A probe's answer is still of use that much later; the queue of a network
/// that drains at all has room again long before.
const MOMENT: Duration = Duration::from_millis(10);

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

    /// Receives without waiting, whether or not the runtime has noticed that something is there. If it has, it is
    /// told when nothing is left, and need not find that out by a call of its own.
    fn at_once<R>(&self, mut receive: impl FnMut() -> io::Result<R>) -> io::Result<R> {
        let mut asked = false;
        let received = self.socket.try_io(Interest::READABLE, || {
            asked = true;
            receive()
        });
        if asked { received } else { receive() }
    }

    /// Sends the datagram in a place, and on Linux those after it; how many. A lone one by the plain call, which is
    /// cheaper for one.
    fn send_without_waiting(&self, outbox: &Outbox, place: usize) -> io::Result<usize> {
        let rest = outbox.iter().skip(place);
        let mut rest = rest.map(|(datagram, to)| (datagram, in_family_of(self.local, to)));
        #[cfg(target_os = "linux")]
        if rest.len() > 1 {
            return mmsg::send(&self.waiting, rest);
        }
        match rest.next() {
            Some((datagram, to)) => self.waiting.send_to(datagram, to).map(|_| 1),
            None => Ok(0),
        }
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
        self.at_once(|| self.waiting.recv_from(buf))
    }

    async fn send(&self, datagram: &[u8], to: SocketAddr) -> io::Result<()> {
        let to = in_family_of(self.local, to);
        let sent = match self.socket.try_send_to(datagram, to) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                timeout(MOMENT, self.socket.send_to(datagram, to)).await.unwrap_or_else(|_| Err(full()))
            }
            sent => sent,
        };
        sent.map(drop)
    }

    /// One by the plain call, which finds out more cheaply that there is none, the rest by one call for many.
    #[cfg(target_os = "linux")]
    fn try_recv_many(&self, inbox: &mut Inbox) {
        let first = self.try_recv(inbox.slot());
        if matches!(&first, Err(error) if error.kind() == io::ErrorKind::WouldBlock) {
            return;
        }
        let is_there_more = first.is_ok();
        inbox.put(first);
        match if is_there_more { mmsg::recv(&self.waiting, inbox) } else { Ok(()) } {
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => inbox.put(Err(error)),
            _ => {}
        }
    }

    async fn send_many(&self, outbox: &Outbox) -> Vec<io::Error> {
        let send_from = |place| {
            self.socket.async_io(Interest::WRITABLE, move || self.send_without_waiting(outbox, place))
        };
        send_all(outbox.len(), send_from).await
    }
}

/// Sends so many datagrams by calls that begin at a place, send some and say how many, or fail with the first.
/// Gives an error for each that was not sent.
async fn send_all<F: Future<Output = io::Result<usize>>>(
    count: usize,
    send_from: impl Fn(usize) -> F,
) -> Vec<io::Error> {
    let (mut place, mut errors) = (0, Vec::new());
    let until = Instant::now() + MOMENT;
    while place < count {
        match timeout_at(until, send_from(place)).await {
            Ok(Ok(sent)) => place += sent,
            Ok(Err(error)) => {
                errors.push(error);
                place += 1;
            }
            Err(_) => {
                errors.extend((place..count).map(|_| full()));
                break;
            }
        }
    }
    errors
}

fn full() -> io::Error {
    io::Error::new(io::ErrorKind::WouldBlock, "the socket's buffer was full for too long")
}

/// An IPv6 socket takes an IPv4 address in its mapped form only.
fn in_family_of(local: SocketAddr, to: SocketAddr) -> SocketAddr {
    match (local, to) {
        (SocketAddr::V6(_), SocketAddr::V4(to)) => (to.ip().to_ipv6_mapped(), to.port()).into(),
        _ => to,
    }
}

#[cfg(test)]
mod tests;
