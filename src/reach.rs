//! Whether the host can send to a route.
//!
//! Most routes are addresses, and any datagram can leave. Where a route is an index into a table, this
//! member's table may be older than that of others: whom it cannot reach it holds and relays like any
//! other, and says nothing to. What this costs is one question a datagram; nothing where no hook is set.

use crate::identity::Identity;
use alloc::boxed::Box;

/// Decides whether the host can send to a route: true if it can.
pub type Reach<R> = Box<dyn Fn(&R) -> bool + Send>;

/// The hook, if there is one.
pub(crate) struct Horizon<R>(Option<Reach<R>>);

impl<R> Horizon<R> {
    /// Everybody can be reached.
    pub(crate) fn new() -> Self {
        Self(None)
    }

    pub(crate) fn set(&mut self, hook: Reach<R>) {
        self.0 = Some(hook);
    }

    /// Whether the host can send to a member.
    pub(crate) fn reaches<I: Identity<Route = R>>(&self, member: &I) -> bool {
        self.0.is_none() || self.covers(&member.route())
    }

    /// Whether the host can send to a route.
    pub(crate) fn covers(&self, route: &R) -> bool {
        self.0.as_ref().is_none_or(|reaches| reaches(route))
    }
}
