//! Who a member is: a key that stays, a route that leads there, and a life-span that renews.
//!
//! An identity is one life-span of a key. When a member restarts, or is declared down while it
//! lives, it does not fight for its old identity: it takes a newer one of the same key, which
//! *supersedes* every older one wherever it is met. That is why nobody is ever banned and no ghost
//! stays behind.
//!
//! [`Renewing`], [`Fixed`] and [`Named`] serve most clusters; implement [`Identity`] for facts of
//! your own, and hold it against the laws with the `conformance` kit.

mod address;
mod fixed;
mod named;
mod renewing;
mod resolver;
mod serial;
#[cfg(feature = "serde")]
mod wire;

pub use address::{Address, AddressBytes, MAX_ADDRESS};
pub use fixed::Fixed;
pub use named::{Name, NameError, Named};
pub use renewing::Renewing;
pub use resolver::{Direct, Resolver};
pub(crate) use serial::serial_newer_u32;
pub use serial::{EPOCH_ORIGIN_UNIX, epoch_from_unix, serial_newer};

use crate::fingerprint::Canonical;
use core::fmt::Debug;
use core::hash::{BuildHasher, Hash, Hasher};

/// One life-span of a member.
///
/// # Laws
/// For identities `a`, `b` of one key:
/// - `a.addr()` and `a.route()` are constant; `a.is_at(&k)` holds exactly if `a.addr() == k`;
/// - `route_of(&a.addr())` is `None` or the route of both;
/// - if `a != b`, exactly one of `a.supersedes(&b)` and `b.supersedes(&a)` holds; if `a == b`, neither;
/// - if `a.renew(&b)` is `Some(c)`, then `c.addr() == a.addr()`, `c.supersedes(&b)`, and `c.supersedes(&a)`
///   wherever the order is transitive (serial numbers are, within half of their range);
/// - equal keys feed [`hash_key`](Identity::hash_key) the same;
/// - `RENEWS == false` means that `renew` always is `None`;
/// - equal values have equal canonical fields, unequal ones unequal fields.
///
/// The `conformance` feature checks them.
pub trait Identity: Clone + Eq + Debug + Canonical {
    /// The key: stable, unique in the cluster, what tables are indexed by.
    ///
    /// `Hash` is what makes every look-up O(1).
    type Addr: Clone + Eq + Hash + Debug + Canonical;
    /// Where datagrams go; the same as the key for most.
    type Route: Clone + Eq + Debug;
    /// Whether this kind of identity can renew. Where it cannot, `Down` and `Left` are not final: a
    /// higher incarnation overrides them.
    const RENEWS: bool;

    /// The key.
    fn addr(&self) -> Self::Addr;

    /// Whether this identity is of the given key; override it where [`addr`](Identity::addr) allocates.
    fn is_at(&self, addr: &Self::Addr) -> bool {
        self.addr() == *addr
    }

    /// Feeds a key to a hasher, once for every datagram and update; override it where `Hash` is slow.
    ///
    /// Equal keys feed the same.
    fn hash_key<H: Hasher>(addr: &Self::Addr, state: &mut H) {
        addr.hash(state);
    }

    /// Where datagrams for this identity go.
    fn route(&self) -> Self::Route;

    /// The route that a key implies by itself, if it does; then it is not sent beside the key.
    fn route_of(addr: &Self::Addr) -> Option<Self::Route> {
        let _ = addr;
        None
    }

    /// A newer life-span of the same key that supersedes both `self` and `rival`.
    ///
    /// `rival` is of the same key. `None` if this identity cannot renew; the member then is `Defunct`.
    fn renew(&self, rival: &Self) -> Option<Self>;

    /// Whether `self` replaces `other`, an identity of the same key, wherever they meet.
    fn supersedes(&self, other: &Self) -> bool;
}

/// The hash under which tables find a key.
#[inline]
pub(crate) fn key_hash<I: Identity>(hasher: &impl BuildHasher, addr: &I::Addr) -> u64 {
    let mut state = hasher.build_hasher();
    I::hash_key(addr, &mut state);
    state.finish()
}
