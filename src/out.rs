//! A bounded writer over the caller's buffer.
//!
//! A codec appends to it; what did not fit is taken back with [`Out::truncate`], so that packing a
//! datagram is a loop of appends of which only the last one fails.

/// Writes into a borrowed buffer and never past its end.
#[derive(Debug)]
pub struct Out<'b> {
    buf: &'b mut [u8],
    len: usize,
}

impl<'b> Out<'b> {
    /// An empty writer over `buf`.
    #[inline]
    pub fn new(buf: &'b mut [u8]) -> Self {
        Self { buf, len: 0 }
    }

    /// Bytes written.
    #[inline]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Bytes that still fit.
    #[inline]
    pub fn remaining(&self) -> usize {
        self.buf.len() - self.len
    }

    /// What was written.
    #[inline]
    pub fn written(&self) -> &[u8] {
        &self.buf[..self.len]
    }

    /// Forgets everything after the first `len` bytes; no effect if fewer were written.
    #[inline]
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Appends a byte; false, and nothing written, if it does not fit.
    #[inline]
    #[must_use]
    pub fn put_u8(&mut self, byte: u8) -> bool {
        self.put(&[byte])
    }

    /// Appends bytes; false, and nothing written, if they do not all fit.
    #[inline]
    #[must_use]
    pub fn put(&mut self, bytes: &[u8]) -> bool {
        let end = self.len + bytes.len();
        let Some(target) = self.buf.get_mut(self.len..end) else { return false };
        target.copy_from_slice(bytes);
        self.len = end;
        true
    }

    /// Appends a LEB128 varint, seven bits a byte, least significant first: 1 to 10 bytes.
    #[inline]
    #[must_use]
    pub fn put_varint(&mut self, value: u64) -> bool {
        if value < 0x80 { self.put_u8(value as u8) } else { self.put_long_varint(value) }
    }

    #[inline(never)]
    fn put_long_varint(&mut self, value: u64) -> bool {
        if let Some(room) = self.spare().first_chunk_mut() {
            self.len += varint(value, room);
            return true;
        }
        let mut bytes = [0; LONGEST];
        let len = varint(value, &mut bytes);
        self.put(&bytes[..len])
    }

    /// Appends `count` zero bytes; false, and nothing written, if they do not all fit.
    #[must_use]
    pub fn put_zeros(&mut self, count: usize) -> bool {
        let end = self.len + count;
        let Some(target) = self.buf.get_mut(self.len..end) else { return false };
        target.fill(0);
        self.len = end;
        true
    }

    /// The unwritten rest, for encoders that write into a slice; [`Out::advance`] keeps what they wrote.
    #[inline]
    pub fn spare(&mut self) -> &mut [u8] {
        &mut self.buf[self.len..]
    }

    /// Counts `written` bytes of [`Out::spare`] as written, at most all of them.
    #[inline]
    pub fn advance(&mut self, written: usize) {
        self.len = (self.len + written).min(self.buf.len());
    }
}

/// Bytes of a varint at most.
const LONGEST: usize = 10;

/// Writes a varint to the start of a buffer, and returns its length.
#[inline]
fn varint(mut value: u64, to: &mut [u8; LONGEST]) -> usize {
    let mut len = 0;
    while value >= 0x80 {
        to[len] = value as u8 | 0x80;
        value >>= 7;
        len += 1;
    }
    to[len] = value as u8;
    len + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_leaves_nothing_behind() {
        let mut buf = [0; 3];
        let mut out = Out::new(&mut buf);
        assert!(out.put(&[1, 2]));
        assert!(!out.put(&[3, 4]));
        assert!(!out.put_varint(300));
        assert_eq!(out.written(), [1, 2]);
        assert!(out.put_varint(7));
        assert_eq!((out.written(), out.remaining()), (&[1, 2, 7][..], 0));
        out.truncate(1);
        assert_eq!(out.written(), [1]);
    }

    #[test]
    fn varints_are_shortest() {
        for (value, len) in [(0, 1), (127, 1), (128, 2), (u64::from(u32::MAX), 5), (u64::MAX, 10)] {
            let mut buf = [0; 10];
            let mut out = Out::new(&mut buf);
            assert!(out.put_varint(value));
            assert_eq!(out.len(), len, "{value}");
            let written = out.written().to_vec();
            // Where there is just enough room, and where a byte is missing.
            let mut buf = [0; 10];
            let mut out = Out::new(&mut buf[..len]);
            assert!(out.put_varint(value));
            assert_eq!(out.written(), written);
            let mut out = Out::new(&mut buf[..len - 1]);
            assert!(!out.put_varint(value) && out.is_empty(), "{value}");
        }
    }
}
