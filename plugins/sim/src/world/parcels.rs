//! Datagrams under way, in buffers that are used again.
//!
//! Invariant: a [`Parcel`] is valid from `pack` to `open`. Cost: O(bytes); once as many buffers exist as are
//! ever under way together, nothing is allocated.

use super::Seat;

/// Names a datagram under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parcel(u32);

#[derive(Debug, Default)]
struct Buffer {
    from: u32,
    to: u32,
    bytes: Vec<u8>,
}

/// The datagrams under way.
#[derive(Debug, Default)]
pub(super) struct Parcels {
    buffers: Vec<Buffer>,
    free: Vec<u32>,
}

impl Parcels {
    /// Copies a datagram.
    pub(super) fn pack(&mut self, from: Seat, to: Seat, bytes: &[u8]) -> Parcel {
        let index = self.free.pop().unwrap_or_else(|| {
            self.buffers.push(Buffer::default());
            self.buffers.len() as u32 - 1
        });
        let buffer = &mut self.buffers[index as usize];
        (buffer.from, buffer.to) = (from.0 as u32, to.0 as u32);
        buffer.bytes.clear();
        buffer.bytes.extend_from_slice(bytes);
        Parcel(index)
    }

    /// From whom it is, for whom, and what it says.
    pub(super) fn read(&self, parcel: Parcel) -> (Seat, Seat, &[u8]) {
        let buffer = &self.buffers[parcel.0 as usize];
        (Seat(buffer.from as usize), Seat(buffer.to as usize), &buffer.bytes)
    }

    /// The buffer is free again.
    pub(super) fn discard(&mut self, parcel: Parcel) {
        self.free.push(parcel.0);
    }
}
