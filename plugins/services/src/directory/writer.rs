//! The one that writes: it changes the store, and tells the watches.
//!
//! Invariant: whoever changes something holds the lock, so that watches are told in the order of the changes;
//! no waker is woken under it. Readers of the store do not take it. Cost: O(watches of the name) beside the
//! change.

use super::store::Store;
use crate::error::ServiceError;
use crate::instance::Instance;
use crate::service::Service;
use crate::watch::{Queue, Watch, WatchEvent, Watches};
use core::hash::Hash;
use haulout::fingerprint::Canonical;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;

/// A record of the topic of services that is no valid service. Its owner is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected<A> {
    /// The key of the owner.
    pub owner: A,
    /// The key of the record.
    pub key: Vec<u8>,
    /// What is wrong.
    pub error: ServiceError,
}

/// What the handles of a directory share.
pub(crate) struct Shared<A> {
    pub(crate) store: Store<A>,
    state: Mutex<State<A>>,
}

struct State<A> {
    watches: Watches<A>,
    rejected: HashMap<A, BTreeMap<Vec<u8>, ServiceError>>,
    needs_resync: bool,
}

impl<A: Clone + Eq + Hash> Shared<A> {
    pub(super) fn new() -> Self {
        let state = State { watches: Watches::new(), rejected: HashMap::new(), needs_resync: false };
        Self { store: Store::new(), state: Mutex::new(state) }
    }

    /// Changes something, then wakes those who wait for it.
    pub(super) fn change(&self, change: impl FnOnce(&mut Writer<'_, A>)) {
        let mut state = self.lock();
        let State { watches, rejected, needs_resync } = &mut *state;
        let mut writer = Writer { store: &self.store, watches, rejected, needs_resync, wakers: Vec::new() };
        change(&mut writer);
        let wakers = writer.wakers;
        drop(state);
        wakers.into_iter().for_each(Waker::wake);
    }

    pub(super) fn needs_resync(&self) -> bool {
        self.lock().needs_resync
    }

    pub(super) fn rejected(&self) -> Vec<Rejected<A>>
    where
        A: Canonical,
    {
        let mut all = Vec::new();
        for (owner, keys) in &self.lock().rejected {
            all.extend(keys.iter().map(|(key, error)| Rejected {
                owner: owner.clone(),
                key: key.clone(),
                error: error.clone(),
            }));
        }
        all.sort_by_cached_key(|rejected| (canonical(&rejected.owner), rejected.key.clone()));
        all
    }

    pub(super) fn watch(self: &Arc<Self>, name: Option<&str>, capacity: usize) -> Watch<A> {
        let queue = Arc::new(Queue::new(capacity));
        self.lock().watches.add(name, &queue);
        Watch::new(Arc::downgrade(self), name.map(Into::into), queue)
    }

    /// A watch is behind: it gets what is held now, and what changes from now on.
    pub(crate) fn catch_up(&self, name: Option<&str>, queue: &Queue<A>) -> WatchEvent<A> {
        // Nothing changes meanwhile.
        let _state = self.lock();
        queue.catch_up(|| match name {
            Some(name) => self.store.named(name),
            None => self.store.all(),
        })
    }

    /// A watch is gone.
    pub(crate) fn forget(&self, name: Option<&str>, queue: &Arc<Queue<A>>) {
        self.lock().watches.remove(name, queue);
    }

    #[cfg(test)]
    pub(super) fn watches(&self) -> usize {
        self.lock().watches.len()
    }

    fn lock(&self) -> MutexGuard<'_, State<A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The directory is gone: the watches end.
impl<A> Drop for Shared<A> {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.watches.close().into_iter().for_each(Waker::wake);
    }
}

/// The right to write, for the length of one change.
pub(super) struct Writer<'a, A> {
    store: &'a Store<A>,
    watches: &'a mut Watches<A>,
    rejected: &'a mut HashMap<A, BTreeMap<Vec<u8>, ServiceError>>,
    pub(super) needs_resync: &'a mut bool,
    wakers: Vec<Waker>,
}

/// Owner and key of each record, and the service that it is.
type Held<A> = Vec<(A, Vec<u8>, Result<Service, ServiceError>)>;

impl<A: Clone + Eq + Hash + Canonical> Writer<'_, A> {
    /// A record was put.
    pub(super) fn publish(&mut self, owner: &A, key: &[u8], service: Result<Service, ServiceError>) {
        let service = service.and_then(|service| {
            let fits = service.instance().as_bytes() == key;
            if fits { Ok(service) } else { Err(ServiceError::key(key, service.instance())) }
        });
        match service {
            Ok(service) => {
                self.accept(owner, key);
                self.put(Arc::new(Instance::new(owner.clone(), service)));
            }
            Err(error) => {
                self.remove(owner, key);
                self.rejected.entry(owner.clone()).or_default().insert(key.into(), error);
            }
        }
    }

    /// A record was removed.
    pub(super) fn withdraw(&mut self, owner: &A, key: &[u8]) {
        self.accept(owner, key);
        self.remove(owner, key);
    }

    /// All records of an owner are gone.
    pub(super) fn withdraw_all(&mut self, owner: &A) {
        self.rejected.remove(owner);
        for instance in &self.store.offered_by(owner) {
            self.remove(owner, instance.instance().as_bytes());
        }
    }

    /// These are all the records that there are.
    pub(super) fn replace_all(&mut self, mut held: Held<A>) {
        held.sort_by_cached_key(|(owner, key, _)| (canonical(owner), key.clone()));
        self.rejected.clear();
        let kept: HashSet<(&A, &[u8])> = held.iter().map(|(owner, key, _)| (owner, &**key)).collect();
        for instance in &self.store.all() {
            if !kept.contains(&(instance.owner(), instance.instance().as_bytes())) {
                self.remove(instance.owner(), instance.instance().as_bytes());
            }
        }
        drop(kept);
        for (owner, key, service) in held {
            self.publish(&owner, &key, service);
        }
        *self.needs_resync = false;
    }

    fn put(&mut self, new: Arc<Instance<A>>) {
        if self.store.get(new.owner(), new.instance()).is_some_and(|old| old == new) {
            return;
        }
        match self.store.put(&new) {
            Some(old) if old.name() == new.name() => self.tell(&WatchEvent::Changed { old, new }),
            Some(old) => {
                self.tell(&WatchEvent::Removed(old));
                self.tell(&WatchEvent::Added(new));
            }
            None => self.tell(&WatchEvent::Added(new)),
        }
    }

    fn remove(&mut self, owner: &A, key: &[u8]) {
        let instance = core::str::from_utf8(key).ok();
        if let Some(old) = instance.and_then(|instance| self.store.remove(owner, instance)) {
            self.tell(&WatchEvent::Removed(old));
        }
    }

    /// Nothing is wrong with a record any more.
    fn accept(&mut self, owner: &A, key: &[u8]) {
        if let Some(keys) = self.rejected.get_mut(owner) {
            keys.remove(key);
            if keys.is_empty() {
                self.rejected.remove(owner);
            }
        }
    }

    fn tell(&mut self, event: &WatchEvent<A>) {
        self.watches.tell(event, &mut self.wakers);
    }
}

fn canonical<A: Canonical>(owner: &A) -> Vec<u8> {
    let mut bytes = Vec::new();
    owner.canonical(&mut bytes);
    bytes
}
