//! What readers read: services by name and by owner, in sharded maps.
//!
//! Invariants: one thread writes at a time; a service is under its name iff it is under its owner; neither a
//! name nor an owner without services is held. Cost: O(log instances of the name) for each tag of a change.

use super::groups::Groups;
use crate::instance::Instance;
use crate::instances::Instances;
use core::hash::Hash;
use core::sync::atomic::{AtomicUsize, Ordering};
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(crate) struct Store<A> {
    names: DashMap<Box<str>, Groups<A>>,
    owners: DashMap<A, BTreeMap<Box<str>, Arc<Instance<A>>>>,
    len: AtomicUsize,
}

impl<A: Clone + Eq + Hash> Store<A> {
    pub(super) fn new() -> Self {
        Self { names: DashMap::new(), owners: DashMap::new(), len: AtomicUsize::new(0) }
    }

    pub(super) fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    pub(crate) fn named(&self, name: &str) -> Instances<A> {
        self.names.get(name).map(|groups| groups.list()).unwrap_or_default()
    }

    pub(super) fn tagged(&self, name: &str, tag: &str) -> Instances<A> {
        self.names.get(name).map(|groups| groups.tagged(tag)).unwrap_or_default()
    }

    pub(super) fn get(&self, owner: &A, instance: &str) -> Option<Arc<Instance<A>>> {
        self.owners.get(owner)?.get(instance).cloned()
    }

    pub(super) fn offered_by(&self, owner: &A) -> Instances<A> {
        let held =
            |entry: dashmap::mapref::one::Ref<'_, _, BTreeMap<_, _>>| entry.values().cloned().collect();
        sorted(self.owners.get(owner).map(held).unwrap_or_default())
    }

    pub(crate) fn all(&self) -> Instances<A> {
        let mut all = Vec::with_capacity(self.len());
        for entry in &self.owners {
            all.extend(entry.values().cloned());
        }
        sorted(all)
    }

    pub(super) fn names(&self) -> Vec<(Box<str>, usize)> {
        let mut names: Vec<_> =
            self.names.iter().map(|entry| (entry.key().clone(), entry.value().len())).collect();
        names.sort_unstable();
        names
    }

    /// Adds a service, or takes it in the place of the one with its owner and its name of instance, which is
    /// returned.
    pub(super) fn put(&self, new: &Arc<Instance<A>>) -> Option<Arc<Instance<A>>> {
        let mut owner = self.owners.entry(new.owner().clone()).or_default();
        let old = owner.insert(new.instance().into(), new.clone());
        drop(owner);
        let same_name = old.as_ref().filter(|old| old.name() == new.name());
        if let Some(old) = old.as_ref().filter(|old| old.name() != new.name()) {
            self.unname(old);
        }
        self.names.entry(new.name().into()).or_insert_with(Groups::new).put(same_name, new);
        if old.is_none() {
            self.len.fetch_add(1, Ordering::Relaxed);
        }
        old
    }

    /// Removes a service, which is returned.
    pub(super) fn remove(&self, owner: &A, instance: &str) -> Option<Arc<Instance<A>>> {
        let Entry::Occupied(mut entry) = self.owners.entry(owner.clone()) else { return None };
        let old = entry.get_mut().remove(instance)?;
        if entry.get().is_empty() {
            entry.remove();
        } else {
            drop(entry);
        }
        self.unname(&old);
        self.len.fetch_sub(1, Ordering::Relaxed);
        Some(old)
    }

    fn unname(&self, old: &Arc<Instance<A>>) {
        let Entry::Occupied(mut entry) = self.names.entry(old.name().into()) else { return };
        entry.get_mut().remove(old);
        if entry.get().len() == 0 {
            entry.remove();
        }
    }
}

fn sorted<A>(mut instances: Vec<Arc<Instance<A>>>) -> Instances<A> {
    instances.sort_unstable_by(|one, two| one.order(two));
    Instances::new(instances)
}
