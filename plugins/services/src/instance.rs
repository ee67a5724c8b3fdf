//! A service, and whose it is.
//!
//! Invariant: instances are ordered by name of service, name of instance, and the canonical bytes of their
//! owner's key: in the same way on every member, whatever the order in which they were learnt.

use crate::hashing;
use crate::service::Service;
use core::cmp::Ordering;
use core::ops::Deref;
use haulout::fingerprint::Canonical;

/// A service that a member offers, as a [`Directory`](crate::Directory) holds it. It derefs to the [`Service`].
#[derive(Clone, Debug)]
pub struct Instance<A> {
    owner: A,
    service: Service,
    /// The canonical bytes of the owner's key.
    order: Box<[u8]>,
    print: u64,
}

impl<A: Canonical> Instance<A> {
    pub(crate) fn new(owner: A, service: Service) -> Self {
        let mut order = Vec::new();
        owner.canonical(&mut order);
        let print = hashing::print(&owner, service.instance());
        Self { owner, service, order: order.into(), print }
    }
}

impl<A> Instance<A> {
    /// The key of the member that offers it.
    pub fn owner(&self) -> &A {
        &self.owner
    }

    /// What the member says of it.
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// 64 bits for owner and name of instance, the same on every member and in every language.
    pub(crate) fn print(&self) -> u64 {
        self.print
    }

    /// The order of instances.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        let (one, two) = (&self.service, &other.service);
        let by_name = one.name().cmp(two.name());
        by_name.then_with(|| one.instance().cmp(two.instance())).then_with(|| self.order.cmp(&other.order))
    }
}

impl<A> Deref for Instance<A> {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}

/// Equal if owner and service are.
impl<A: PartialEq> PartialEq for Instance<A> {
    fn eq(&self, other: &Self) -> bool {
        self.owner == other.owner && self.service == other.service
    }
}

impl<A: Eq> Eq for Instance<A> {}
