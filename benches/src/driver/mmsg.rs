//! Many datagrams in one system call, for the generator and the echo loop.

use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, recvmmsg, sendmmsg};
use std::io::{self, IoSlice, IoSliceMut};
use std::net::UdpSocket;
use std::os::fd::AsRawFd;

/// Datagrams a call.
pub(super) const BATCH: usize = 32;

/// Longer than any datagram here.
const SLOT: usize = 2_048;

/// Room for a call's datagrams, and those that it took.
pub(super) struct Slots {
    bytes: Box<[u8]>,
    taken: Vec<(usize, SockaddrIn)>,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self { bytes: vec![0; BATCH * SLOT].into(), taken: Vec::with_capacity(BATCH) }
    }

    /// Waits for a datagram and takes those that are there, up to [`BATCH`]; none after the socket's timeout.
    pub(super) fn recv(&mut self, socket: &UdpSocket) -> io::Result<()> {
        self.taken.clear();
        let mut headers = MultiHeaders::preallocate(BATCH, None);
        let mut slots: Vec<_> =
            self.bytes.chunks_exact_mut(SLOT).map(|slot| [IoSliceMut::new(slot)]).collect();
        let flags = MsgFlags::MSG_WAITFORONE;
        match recvmmsg(socket.as_raw_fd(), &mut headers, slots.iter_mut(), flags, None) {
            Ok(messages) => {
                self.taken.extend(messages.filter_map(|message| Some((message.bytes, message.address?))));
                Ok(())
            }
            Err(error) => match io::Error::from(error) {
                error if error.kind() == io::ErrorKind::WouldBlock => Ok(()),
                error => Err(error),
            },
        }
    }

    /// The datagrams that the last call took, and from where.
    pub(super) fn taken(&self) -> impl Iterator<Item = (&[u8], SockaddrIn)> {
        self.bytes.chunks_exact(SLOT).zip(&self.taken).map(|(slot, (len, from))| (&slot[..*len], *from))
    }
}

/// Sends up to [`BATCH`] datagrams in a call.
pub(super) fn send<'a>(
    socket: &UdpSocket,
    datagrams: impl Iterator<Item = (&'a [u8], SockaddrIn)>,
) -> io::Result<()> {
    let (slices, to): (Vec<_>, Vec<_>) =
        datagrams.take(BATCH).map(|(bytes, to)| ([IoSlice::new(bytes)], Some(to))).unzip();
    let mut headers = MultiHeaders::preallocate(BATCH, None);
    sendmmsg(socket.as_raw_fd(), &mut headers, slices.iter(), &to, [], MsgFlags::empty())?;
    Ok(())
}
