//! From a route to a socket address and back, for hosts whose network has socket addresses.

use alloc::sync::Arc;
use core::net::SocketAddr;

/// Maps routes to socket addresses.
///
/// A compressed identity may have a route that is no address: an index into a table, the host part of a
/// subnet. A host asks a resolver where to send, and names a seed's address by its route. It asks on each
/// datagram: answer from memory.
///
/// # Laws
/// - `resolve(&r)` may change from `None` to an address, as a table grows, and never otherwise;
/// - if `route_at(a)` is `Some(r)`, then `resolve(&r)` is `Some(a)`.
pub trait Resolver<R> {
    /// Where datagrams for a route go; `None` if that is not known, or not yet.
    fn resolve(&self, route: &R) -> Option<SocketAddr>;

    /// The route that leads to an address; `None` if none does.
    fn route_at(&self, address: SocketAddr) -> Option<R>;
}

/// The resolver of routes that are addresses already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Direct;

impl Resolver<SocketAddr> for Direct {
    fn resolve(&self, route: &SocketAddr) -> Option<SocketAddr> {
        Some(*route)
    }

    fn route_at(&self, address: SocketAddr) -> Option<SocketAddr> {
        Some(address)
    }
}

impl<R, T: Resolver<R> + ?Sized> Resolver<R> for Arc<T> {
    fn resolve(&self, route: &R) -> Option<SocketAddr> {
        (**self).resolve(route)
    }

    fn route_at(&self, address: SocketAddr) -> Option<R> {
        (**self).route_at(address)
    }
}
