//! Fingerprints: 64 bits for a key, an identity or an entry, the same in every language.
//!
//! A value lists its *canonical fields* ([`Canonical`]); FNV-1a-64 runs over their bytes and the
//! finaliser of splitmix64 closes it. Neither a language's own hash nor the bytes of a codec take
//! part, so that members with different codecs, builds and languages agree. The heads of datagrams
//! (`dst`), cookies and, in anti-entropy, digests are built on it.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use core::num::NonZeroU32;

/// A value with canonical fields.
///
/// Integers are written little-endian in their width, byte strings as their `u32` length and their
/// bytes, an IP address as the byte string of its 4 or 16 bytes. Equal values must write equal
/// bytes; unequal values of one type must write unequal bytes.
pub trait Canonical {
    /// Writes the canonical fields, in their fixed order.
    fn canonical<S: CanonicalSink>(&self, out: &mut S);
}

/// Where canonical fields go: a [`Fingerprinter`], or a `Vec<u8>` that keeps them.
pub trait CanonicalSink {
    /// Takes bytes as they are.
    fn raw(&mut self, bytes: &[u8]);

    /// Takes a `u8`.
    fn u8(&mut self, value: u8) {
        self.raw(&[value]);
    }

    /// Takes a `u16`, little-endian.
    fn u16(&mut self, value: u16) {
        self.raw(&value.to_le_bytes());
    }

    /// Takes a `u32`, little-endian.
    fn u32(&mut self, value: u32) {
        self.raw(&value.to_le_bytes());
    }

    /// Takes a `u64`, little-endian.
    fn u64(&mut self, value: u64) {
        self.raw(&value.to_le_bytes());
    }

    /// Takes a byte string: its `u32` length, then its bytes.
    #[inline]
    fn bytes(&mut self, bytes: &[u8]) {
        self.u32(bytes.len() as u32);
        self.raw(bytes);
    }
}

/// FNV-1a-64 over canonical fields, closed by [`fin`].
#[derive(Clone, Copy, Debug)]
pub struct Fingerprinter(u64);

impl Fingerprinter {
    /// A fingerprinter that has seen nothing.
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// The fingerprint of what was written.
    pub const fn finish(self) -> u64 {
        fin(self.0)
    }
}

impl Default for Fingerprinter {
    fn default() -> Self {
        Self::new()
    }
}

impl CanonicalSink for Fingerprinter {
    #[inline]
    fn raw(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

impl CanonicalSink for Vec<u8> {
    #[inline]
    fn raw(&mut self, bytes: &[u8]) {
        self.extend_from_slice(bytes);
    }
}

/// The fingerprint of a value.
#[inline]
pub fn fingerprint<T: Canonical + ?Sized>(value: &T) -> u64 {
    let mut out = Fingerprinter::new();
    value.canonical(&mut out);
    out.finish()
}

/// The finaliser of splitmix64: every bit of the input moves every bit of the output.
pub const fn fin(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Folds 64-bit values into one: `h = fin(h ^ x)` from `h = 0`.
pub fn mix(values: &[u64]) -> u64 {
    values.iter().fold(0, |h, &x| fin(h ^ x))
}

/// What a datagram says of the key it is meant for: the low half of the key's fingerprint.
///
/// `None` (whoever is there) for the one key in 2³² whose low half is zero.
#[inline]
pub fn destination<A: Canonical + ?Sized>(key: &A) -> Option<NonZeroU32> {
    NonZeroU32::new(fingerprint(key) as u32)
}

/// The 32 bits by which the members of a labelled cluster know each other.
///
/// The low half of the fingerprint of the label as a byte string, 1 where that is zero.
pub fn label_hash(label: &str) -> NonZeroU32 {
    NonZeroU32::new(fingerprint(label) as u32).unwrap_or(NonZeroU32::MIN)
}

macro_rules! integers {
    ($($int:ident)*) => {$(
        impl Canonical for $int {
            #[inline]
            fn canonical<S: CanonicalSink>(&self, out: &mut S) {
                out.$int(*self);
            }
        }
    )*};
}
integers!(u8 u16 u32 u64);

impl Canonical for str {
    #[inline]
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        out.bytes(self.as_bytes());
    }
}

impl Canonical for String {
    #[inline]
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        self.as_str().canonical(out);
    }
}

impl Canonical for Ipv4Addr {
    #[inline]
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        out.bytes(&self.octets());
    }
}

impl Canonical for Ipv6Addr {
    #[inline]
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        out.bytes(&self.octets());
    }
}

impl Canonical for IpAddr {
    #[inline]
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        match self {
            Self::V4(ip) => ip.canonical(out),
            Self::V6(ip) => ip.canonical(out),
        }
    }
}

impl Canonical for SocketAddrV4 {
    #[inline]
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        self.ip().canonical(out);
        out.u16(self.port());
    }
}

impl Canonical for SocketAddrV6 {
    #[inline]
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        self.ip().canonical(out);
        out.u16(self.port());
    }
}

impl Canonical for SocketAddr {
    #[inline]
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        match self {
            Self::V4(addr) => addr.canonical(out),
            Self::V6(addr) => addr.canonical(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_laid_out_as_the_protocol_says() {
        let mut bytes = Vec::new();
        let addr: SocketAddr = "10.0.0.1:7946".parse().unwrap();
        addr.canonical(&mut bytes);
        assert_eq!(bytes, [4, 0, 0, 0, 10, 0, 0, 1, 0x0a, 0x1f]);
    }

    #[test]
    fn values_are_those_that_another_language_gets() {
        // FNV-1a-64 of nothing is its offset basis; the rest follows from the published constants.
        assert_eq!(Fingerprinter::new().finish(), fin(0xcbf2_9ce4_8422_2325));
        assert_eq!(fingerprint(&0u8), fin(0xcbf2_9ce4_8422_2325_u64.wrapping_mul(0x0100_0000_01b3)));
        // splitmix64 seeded with 0 yields fin(golden gamma) first: a published test value.
        assert_eq!(fin(0x9e37_79b9_7f4a_7c15), 0xe220_a839_7b1d_cdaf);
        assert_eq!(mix(&[1, 2]), fin(fin(1) ^ 2));
    }

    #[test]
    fn labels_differ_from_each_other() {
        assert_ne!(label_hash("blue"), label_hash("green"));
    }
}
