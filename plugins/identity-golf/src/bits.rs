//! Values of a fixed number of bits, and the bytes that they take.
//!
//! Everything in this crate is a number of at most 128 bits. On the wire, and as its canonical field, it is
//! that number in whole bytes, little-endian, always as many: never a varint, which would spend five bytes
//! on four. Cost: O(bytes).

use haulout::fingerprint::CanonicalSink;

/// A value of a fixed number of bits.
///
/// # Laws
/// `unpack(v.pack()) == Some(v)`; equal values have equal bits and unequal ones unequal bits; no bit at or
/// above [`BITS`](Pack::BITS) is set.
pub trait Pack: Copy + Eq {
    /// The bits that it takes, 1 to 128.
    const BITS: u32;

    /// Its bits, in the low end.
    fn pack(self) -> u128;

    /// The value of these bits; `None` if there is none.
    fn unpack(bits: u128) -> Option<Self>;
}

/// The bytes that a number of bits takes.
pub(crate) const fn bytes(bits: u32) -> usize {
    bits.div_ceil(8) as usize
}

/// The largest number of this many bits, 0 to 128.
pub(crate) const fn mask(bits: u32) -> u128 {
    match bits {
        0 => 0,
        bits => u128::MAX >> (128 - bits),
    }
}

/// Writes a number as the canonical field of a value: little-endian, in `len` bytes.
pub(crate) fn canonical<S: CanonicalSink>(bits: u128, len: usize, out: &mut S) {
    out.raw(&bits.to_le_bytes()[..len]);
}
