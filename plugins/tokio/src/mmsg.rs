//! Many datagrams in one system call, where the system has one: Linux.
//!
//! The calls come from two crates that keep `unsafe` away from here. `quinn-udp` would be one for both, but it no
//! longer sends to several addresses in one call, and segments of one (GSO, GRO) do nothing for acks to many
//! members; besides, it sets options of the socket for QUIC's sake, which forbid the fragments that
//! `limits.datagram_sent` above the MTU asks for.
//!
//! Cost: a few allocations a call, of some kilobytes together.

use crate::batch::{BATCH, Inbox};
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg};
use rustix::net::addr::SocketAddrArg;
use rustix::net::{MMsgHdr, SendAncillaryBuffer, SendFlags, SocketAddrAny, sendmmsg};
use std::io::{self, IoSlice, IoSliceMut};
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;

/// Puts what has arrived into an inbox, as far as there is room.
///
/// # Errors
/// Those of the first datagram, in whose place nothing is put; one after it comes with the next call.
pub(crate) fn recv(socket: &UdpSocket, inbox: &mut Inbox) -> io::Result<()> {
    let mut received = [(0, None); BATCH];
    let mut headers = MultiHeaders::<SockaddrStorage>::preallocate(BATCH, None);
    let mut slots: Vec<_> = inbox.slots().map(|slot| [IoSliceMut::new(slot)]).collect();
    let flags = MsgFlags::MSG_DONTWAIT;
    let messages = recvmmsg(socket.as_raw_fd(), &mut headers, slots.iter_mut(), flags, None)?;
    let mut count = 0;
    for (message, received) in messages.zip(&mut received) {
        *received = (message.bytes, message.address.as_ref().and_then(address));
        count += 1;
    }
    for (len, from) in &received[..count] {
        // A socket of another family is none that a node is given.
        let from = from.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData));
        inbox.put(from.map(|from| (*len, from)));
    }
    Ok(())
}

fn address(from: &SockaddrStorage) -> Option<SocketAddr> {
    let v4 = from.as_sockaddr_in().map(|from| SocketAddr::V4((*from).into()));
    v4.or_else(|| from.as_sockaddr_in6().map(|from| SocketAddr::V6((*from).into())))
}

/// Sends datagrams, the first ones; how many.
///
/// # Errors
/// Those of the first datagram; one after it comes with the next call.
pub(crate) fn send<'a>(
    socket: &UdpSocket,
    datagrams: impl ExactSizeIterator<Item = (&'a [u8], SocketAddr)> + Clone,
) -> io::Result<usize> {
    let slices: Vec<_> = datagrams.clone().map(|(bytes, _)| [IoSlice::new(bytes)]).collect();
    let addresses: Vec<SocketAddrAny> = datagrams.map(|(_, to)| to.as_any()).collect();
    let mut control: Vec<_> = slices.iter().map(|_| SendAncillaryBuffer::default()).collect();
    let parts = slices.iter().zip(&addresses).zip(&mut control);
    let mut messages: Vec<_> =
        parts.map(|((slice, to), control)| MMsgHdr::new_with_addr(to, slice, control)).collect();
    Ok(sendmmsg(socket, &mut messages, SendFlags::DONTWAIT)?)
}
