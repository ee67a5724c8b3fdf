//! The bytes of an address: the one thing that the stock identities ask of it.

use crate::fingerprint::Canonical;
use alloc::string::String;
use core::fmt::Debug;
use core::hash::{Hash, Hasher};
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

/// The most bytes that an address may write, 96.
///
/// The whole identity is encoded in at most 128 bytes: beside a name of 64 bytes and an epoch, 53 are left.
/// [`Engine::new`](crate::Engine::new) refuses what does not fit.
pub const MAX_ADDRESS: usize = 96;

/// An address that stock identities can carry: it has a short, self-delimiting form in bytes.
///
/// Implemented for the `SocketAddr` family and `String`, and open to types of your own.
///
/// # Laws
/// `split` undoes `put`: for any bytes `t` after those of `a` it gives back `a` and `t`, or, where the
/// length of the whole tells the form apart, as for socket addresses, at least for `t` of up to 8 bytes.
pub trait Address: Clone + Eq + Hash + Debug + Canonical {
    /// Appends the address's bytes, at most [`MAX_ADDRESS`].
    fn put(&self, out: &mut AddressBytes<'_>);

    /// Reads an address from the start of `bytes` and returns what follows it; `None` if there is none.
    fn split(bytes: &[u8]) -> Option<(Self, &[u8])>;

    /// Feeds it to a hasher as a key; equal addresses feed the same. A socket address is fed in one piece.
    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        self.hash(state);
    }

    /// The form in which an identity keeps it; IPv6 flow labels and scopes are dropped.
    fn normal(self) -> Self {
        self
    }
}

/// Where the bytes of an address, a name and an epoch go.
#[derive(Debug)]
pub struct AddressBytes<'b> {
    bytes: &'b mut [u8],
    len: usize,
    overflow: bool,
}

impl<'b> AddressBytes<'b> {
    /// Writes into `buf`, from its start.
    #[inline]
    pub const fn new(buf: &'b mut [u8]) -> Self {
        Self { bytes: buf, len: 0, overflow: false }
    }

    /// Appends bytes. Past the end of the buffer they are dropped and [`AddressBytes::as_slice`] is `None`.
    #[inline]
    pub fn extend(&mut self, bytes: &[u8]) {
        match self.bytes.get_mut(self.len..self.len + bytes.len()) {
            Some(target) => {
                target.copy_from_slice(bytes);
                self.len += bytes.len();
            }
            None => self.overflow = true,
        }
    }

    /// Appends the first `len` of eight bytes: one copy of known size.
    #[cfg(feature = "serde")]
    #[inline]
    pub(super) fn extend_up_to(&mut self, bytes: [u8; 8], len: usize) {
        match self.bytes.get_mut(self.len..self.len + 8) {
            Some(target) => {
                target.copy_from_slice(&bytes);
                self.len += len;
            }
            None => self.extend(&bytes[..len]),
        }
    }

    /// What was written, or `None` if it did not fit.
    #[inline]
    pub fn as_slice(&self) -> Option<&[u8]> {
        (!self.overflow).then(|| &self.bytes[..self.len])
    }
}

/// Bytes of an IPv6 socket address: ip 16, port 2 (little-endian).
const V6: usize = 18;

impl Address for SocketAddrV4 {
    #[inline]
    fn put(&self, out: &mut AddressBytes<'_>) {
        out.extend(&self.ip().octets());
        out.extend(&self.port().to_le_bytes());
    }

    #[inline]
    fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (ip, rest) = bytes.split_first_chunk::<4>()?;
        let (port, rest) = rest.split_first_chunk::<2>()?;
        Some((Self::new(Ipv4Addr::from(*ip), u16::from_le_bytes(*port)), rest))
    }

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.ip().to_bits()) << 16 | u64::from(self.port()));
    }
}

impl Address for SocketAddrV6 {
    #[inline]
    fn put(&self, out: &mut AddressBytes<'_>) {
        out.extend(&self.ip().octets());
        out.extend(&self.port().to_le_bytes());
    }

    #[inline]
    fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (ip, rest) = bytes.split_first_chunk::<16>()?;
        let (port, rest) = rest.split_first_chunk::<2>()?;
        Some((Self::new(Ipv6Addr::from(*ip), u16::from_le_bytes(*port), 0, 0), rest))
    }

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        state.write_u128(self.ip().to_bits());
        state.write_u16(self.port());
    }

    #[inline]
    fn normal(self) -> Self {
        Self::new(*self.ip(), self.port(), 0, 0)
    }
}

impl Address for SocketAddr {
    #[inline]
    fn put(&self, out: &mut AddressBytes<'_>) {
        match self {
            Self::V4(addr) => addr.put(out),
            Self::V6(addr) => addr.put(out),
        }
    }

    /// The family follows from the length of the whole: an epoch of at most 8 bytes comes after it.
    #[inline]
    fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        if bytes.len() >= V6 {
            let (addr, rest) = SocketAddrV6::split(bytes)?;
            Some((Self::V6(addr), rest))
        } else {
            let (addr, rest) = SocketAddrV4::split(bytes)?;
            Some((Self::V4(addr), rest))
        }
    }

    #[inline]
    fn hash_key<H: Hasher>(&self, state: &mut H) {
        match self {
            Self::V4(addr) => addr.hash_key(state),
            Self::V6(addr) => addr.hash_key(state),
        }
    }

    #[inline]
    fn normal(self) -> Self {
        match self {
            Self::V4(_) => self,
            Self::V6(addr) => Self::V6(addr.normal()),
        }
    }
}

impl Address for IpAddr {
    #[inline]
    fn put(&self, out: &mut AddressBytes<'_>) {
        match self {
            Self::V4(ip) => out.extend(&ip.octets()),
            Self::V6(ip) => out.extend(&ip.octets()),
        }
    }

    #[inline]
    fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        if let Some((ip, rest)) = bytes.split_first_chunk::<16>() {
            return Some((Self::V6(Ipv6Addr::from(*ip)), rest));
        }
        let (ip, rest) = bytes.split_first_chunk::<4>()?;
        Some((Self::V4(Ipv4Addr::from(*ip)), rest))
    }
}

impl Address for String {
    /// A length byte, then the text. A longer text than 95 bytes does not fit any datagram; the codec
    /// refuses it.
    fn put(&self, out: &mut AddressBytes<'_>) {
        let len = u8::try_from(self.len()).unwrap_or(u8::MAX);
        out.extend(&[len]);
        out.extend(self.as_bytes());
        if self.len() >= MAX_ADDRESS {
            out.overflow = true;
        }
    }

    fn split(bytes: &[u8]) -> Option<(Self, &[u8])> {
        let (&len, rest) = bytes.split_first()?;
        let (text, rest) = rest.split_at_checked(usize::from(len))?;
        (text.len() < MAX_ADDRESS).then_some(())?;
        Some((core::str::from_utf8(text).ok()?.into(), rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn round_trip<A: Address>(addr: &A, tail: &[u8]) {
        let mut buf = [0; 192];
        let mut out = AddressBytes::new(&mut buf);
        addr.put(&mut out);
        out.extend(tail);
        let bytes = out.as_slice().unwrap();
        let (back, rest) = A::split(bytes).unwrap();
        assert_eq!((&back, rest), (addr, tail));
    }

    #[test]
    fn split_undoes_put_whatever_epoch_follows() {
        for tail in [&[][..], &[1], &[1, 2, 3, 4, 5, 6, 7, 8]] {
            for text in ["10.0.0.1:7946", "[2001:db8::1]:7946"] {
                round_trip::<SocketAddr>(&text.parse().unwrap(), tail);
            }
            round_trip(&"seal-7.example".to_string(), tail);
        }
    }

    #[test]
    fn a_text_too_long_for_the_wire_overflows() {
        let mut buf = [0; 192];
        let mut out = AddressBytes::new(&mut buf);
        "x".repeat(300).put(&mut out);
        assert_eq!(out.as_slice(), None);
    }
}
