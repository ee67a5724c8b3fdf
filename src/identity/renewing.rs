//! An address and an epoch: the identity for most.

use super::serial::{epoch_after, serial_newer};
use super::{Address, Identity};
use crate::fingerprint::{Canonical, CanonicalSink};
use core::fmt;
use core::hash::Hasher;

/// A member known by its address, each life-span of which has an epoch.
///
/// Take the epoch from the clock at start ([`super::epoch_from_unix`]), or from a counter on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Renewing<A> {
    pub(super) addr: A,
    pub(super) epoch: u64,
}

impl<A: Address> Renewing<A> {
    /// An identity; flow label and scope of an IPv6 address are dropped.
    pub fn new(addr: A, epoch: u64) -> Self {
        Self { addr: addr.normal(), epoch }
    }

    /// The address, which is both key and route.
    pub fn address(&self) -> &A {
        &self.addr
    }

    /// The epoch, a serial number.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }
}

impl<A: Canonical> Canonical for Renewing<A> {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        self.addr.canonical(out);
        out.u64(self.epoch);
    }
}

impl<A: Address> Identity for Renewing<A> {
    type Addr = A;
    type Route = A;
    const RENEWS: bool = true;

    fn addr(&self) -> A {
        self.addr.clone()
    }

    #[inline]
    fn is_at(&self, addr: &A) -> bool {
        self.addr == *addr
    }

    #[inline]
    fn hash_key<H: Hasher>(addr: &A, state: &mut H) {
        addr.hash_key(state);
    }

    fn route(&self) -> A {
        self.addr.clone()
    }

    fn route_of(addr: &A) -> Option<A> {
        Some(addr.clone())
    }

    fn renew(&self, rival: &Self) -> Option<Self> {
        Some(Self { addr: self.addr.clone(), epoch: epoch_after(self.epoch, rival.epoch) })
    }

    fn supersedes(&self, other: &Self) -> bool {
        serial_newer(self.epoch, other.epoch)
    }
}

impl<A: fmt::Display> fmt::Display for Renewing<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.addr, self.epoch)
    }
}
