//! Fields: how they are put, and a reader that never goes past the end.

use super::codec::{Id, Malformed};
use haulout::{Fixed, Out};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::num::NonZeroU32;

/// Four bytes, zero for none.
pub(super) fn put_optional(value: Option<NonZeroU32>, out: &mut Out<'_>) -> bool {
    out.put(&value.map_or(0, NonZeroU32::get).to_le_bytes())
}

/// A byte that says whether there is a value, then the value.
pub(super) fn put_option<T>(
    value: Option<T>,
    out: &mut Out<'_>,
    put: impl FnOnce(T, &mut Out<'_>) -> bool,
) -> bool {
    out.put_u8(value.is_some().into()) && value.is_none_or(|value| put(value, out))
}

pub(super) fn put_life(identity: Id, incarnation: u32, out: &mut Out<'_>) -> bool {
    put_address(*identity.address(), out) && out.put(&incarnation.to_le_bytes())
}

pub(super) fn put_address(address: SocketAddrV4, out: &mut Out<'_>) -> bool {
    out.put(&address.ip().octets()) && out.put(&address.port().to_le_bytes())
}

/// Reads from the start of a slice, and never past its end.
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(Malformed("length"))?;
        self.0 = rest;
        Ok(bytes)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(Malformed("length"))?;
        self.0 = rest;
        Ok(*bytes)
    }

    pub(super) fn u8(&mut self) -> Result<u8, Malformed> {
        self.array().map(u8::from_le_bytes)
    }
    pub(super) fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }
    pub(super) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }
    pub(super) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn flag(&mut self) -> Result<bool, Malformed> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Malformed("flag")),
        }
    }

    pub(super) fn option<T>(
        &mut self,
        take: impl FnOnce(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Option<T>, Malformed> {
        if self.flag()? { take(self).map(Some) } else { Ok(None) }
    }

    pub(super) fn life(&mut self) -> Result<(Id, u32), Malformed> {
        Ok((Fixed::new(self.address()?), self.u32()?))
    }

    pub(super) fn address(&mut self) -> Result<SocketAddrV4, Malformed> {
        let ip = self.array::<4>()?;
        Ok(SocketAddrV4::new(Ipv4Addr::from(ip), self.u16()?))
    }
}
