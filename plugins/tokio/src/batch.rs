//! Datagrams by the batch: what one call of a transport took, and what one call is to send.
//!
//! Both hold at most [`BATCH`] datagrams in memory that is allocated once. An inbox has a slot for each; pages of
//! slots that a transport never uses are never touched. An outbox packs datagrams one after the other.

use std::io;
use std::net::SocketAddr;

/// Most datagrams of a call: what a system call costs by itself is less than what one of its datagrams costs, and a
/// thirty-second of that is nothing.
pub(crate) const BATCH: usize = 32;

/// A cache line: slots that all began at the same place within a page would drive each other out of the cache.
const LINE: usize = 64;

/// Room for received datagrams; a transport [puts](Inbox::put) each into the next free [slot](Inbox::slot).
#[derive(Debug)]
pub struct Inbox {
    bytes: Box<[u8]>,
    /// The length of a slot, and how far the next one is.
    slot: usize,
    stride: usize,
    received: Vec<io::Result<(usize, SocketAddr)>>,
}

impl Inbox {
    /// Room for datagrams of so many bytes.
    pub(crate) fn new(slot: usize) -> Self {
        let stride = (slot.div_ceil(LINE) | 1) * LINE;
        Self { bytes: vec![0; BATCH * stride].into(), slot, stride, received: Vec::with_capacity(BATCH) }
    }

    pub(crate) fn clear(&mut self) {
        self.received.clear();
    }

    /// What is in a place: a datagram and where it came from, or an error in the place of one; `None` at the end.
    pub(crate) fn get(&self, place: usize) -> Option<Result<(&[u8], SocketAddr), &io::Error>> {
        let received = self.received.get(place)?.as_ref();
        Some(received.map(|(len, from)| (&self.bytes[place * self.stride..][..*len], *from)))
    }

    /// Whether there may have been more than was taken.
    pub(crate) fn may_go_on(&self) -> bool {
        self.is_full() || self.received.last().is_some_and(Result::is_err)
    }

    /// How many datagrams and errors are in it.
    pub fn len(&self) -> usize {
        self.received.len()
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.received.is_empty()
    }

    /// Whether there is no room left.
    pub fn is_full(&self) -> bool {
        self.len() == BATCH
    }

    /// The free slots, in order, all of the same length, to receive into. A longer datagram is cut.
    pub fn slots(&mut self) -> impl Iterator<Item = &mut [u8]> {
        let free = self.bytes.chunks_exact_mut(self.stride).skip(self.received.len());
        free.map(|chunk| &mut chunk[..self.slot])
    }

    /// The next free slot; an empty one if the inbox is full.
    pub fn slot(&mut self) -> &mut [u8] {
        self.slots().next().unwrap_or_default()
    }

    /// Notes that the next free slot holds a datagram of this length from this address, or that an error came in
    /// the place of one. Of a datagram that is longer than the slot, what the slot holds is taken. A full inbox
    /// takes nothing.
    pub fn put(&mut self, received: io::Result<(usize, SocketAddr)>) {
        if !self.is_full() {
            self.received.push(received.map(|(len, from)| (len.min(self.slot), from)));
        }
    }
}

/// Datagrams to send.
#[derive(Debug)]
pub struct Outbox {
    bytes: Box<[u8]>,
    longest: usize,
    /// Where each ends, and where it goes.
    datagrams: Vec<(usize, SocketAddr)>,
}

impl Outbox {
    /// Room for datagrams of so many bytes at most.
    pub(crate) fn new(longest: usize) -> Self {
        let bytes = vec![0; BATCH * longest].into();
        Self { bytes, longest, datagrams: Vec::with_capacity(BATCH) }
    }

    pub(crate) fn clear(&mut self) {
        self.datagrams.clear();
    }

    pub(crate) fn is_full(&self) -> bool {
        self.len() == BATCH
    }

    fn end(&self) -> usize {
        self.datagrams.last().map_or(0, |(end, _)| *end)
    }

    /// Room for the next datagram.
    pub(crate) fn room(&mut self) -> &mut [u8] {
        let end = self.end();
        &mut self.bytes[end..end + self.longest]
    }

    /// Notes that the room holds a datagram of this length for this address.
    pub(crate) fn push(&mut self, len: usize, to: SocketAddr) {
        self.datagrams.push((self.end() + len, to));
    }

    /// How many datagrams there are.
    pub fn len(&self) -> usize {
        self.datagrams.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.datagrams.is_empty()
    }

    /// The datagrams, in the order in which the engine made them, and where each goes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], SocketAddr)> + Clone {
        (0..self.len()).map(|place| {
            let start = if place == 0 { 0 } else { self.datagrams[place - 1].0 };
            let (end, to) = self.datagrams[place];
            (&self.bytes[start..end], to)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(port: u16) -> SocketAddr {
        ([127, 0, 0, 1], port).into()
    }

    #[test]
    fn an_inbox_gives_what_was_put_in_its_place_and_takes_no_more_than_it_has_room_for() {
        let mut inbox = Inbox::new(100);
        for n in 0..BATCH {
            assert_eq!((inbox.len(), inbox.is_full(), inbox.slots().count()), (n, false, BATCH - n));
            if n == 3 {
                inbox.put(Err(io::ErrorKind::ConnectionRefused.into()));
                continue;
            }
            let slot = inbox.slot();
            assert_eq!(slot.len(), 100);
            slot.fill(n as u8);
            inbox.put(Ok((n * 4, address(n as u16))));
        }
        assert!(inbox.is_full() && inbox.slot().is_empty());
        inbox.put(Ok((1, address(1))));
        assert_eq!(inbox.len(), BATCH);
        for n in 0..BATCH {
            match inbox.get(n).unwrap() {
                Ok(got) => assert_eq!(got, (&[n as u8; 100][..(n * 4).min(100)], address(n as u16))),
                Err(error) => assert_eq!((n, error.kind()), (3, io::ErrorKind::ConnectionRefused)),
            }
        }
        assert!(inbox.get(BATCH).is_none());
        inbox.clear();
        assert!(inbox.is_empty() && inbox.get(0).is_none());
    }

    #[test]
    fn an_outbox_gives_datagrams_of_any_length_in_their_order() {
        let mut outbox = Outbox::new(50);
        for n in 0..BATCH {
            assert!(!outbox.is_full());
            let room = outbox.room();
            assert_eq!(room.len(), 50);
            room.fill(n as u8);
            outbox.push(if n == 5 { 0 } else { 50 - n }, address(n as u16));
        }
        assert!(outbox.is_full());
        assert_eq!(outbox.iter().len(), BATCH);
        for (n, (bytes, to)) in outbox.iter().enumerate() {
            let len = if n == 5 { 0 } else { 50 - n };
            assert_eq!((bytes, to), (&[n as u8; 50][..len], address(n as u16)));
        }
        outbox.clear();
        assert!(outbox.is_empty());
    }
}
