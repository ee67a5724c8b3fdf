//! An address alone: an identity that cannot renew.

use super::{Address, Identity};
use crate::fingerprint::{Canonical, CanonicalSink};
use core::fmt;
use core::hash::Hasher;

/// A member known by its address alone.
///
/// It has no epoch, so a restart cannot be told from a pause, and `Down` and `Left` are not final: a
/// higher incarnation overrides them. Prefer [`super::Renewing`] unless the bytes matter more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fixed<A> {
    pub(super) addr: A,
}

impl<A: Address> Fixed<A> {
    /// An identity; flow label and scope of an IPv6 address are dropped.
    pub fn new(addr: A) -> Self {
        Self { addr: addr.normal() }
    }

    /// The address, which is both key and route.
    pub fn address(&self) -> &A {
        &self.addr
    }
}

impl<A: Canonical> Canonical for Fixed<A> {
    fn canonical<S: CanonicalSink>(&self, out: &mut S) {
        self.addr.canonical(out);
    }
}

impl<A: Address> Identity for Fixed<A> {
    type Addr = A;
    type Route = A;
    const RENEWS: bool = false;

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

    fn renew(&self, _rival: &Self) -> Option<Self> {
        None
    }

    fn supersedes(&self, _other: &Self) -> bool {
        false
    }
}

impl<A: fmt::Display> fmt::Display for Fixed<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.addr.fmt(f)
    }
}
