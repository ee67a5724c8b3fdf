//! The records as readers see them, apart from the engine, and what changes of them.
//!
//! One writer, the node's task; any number of readers. A change is published after the view shows it. Cost: a
//! change O(log of the owner's records) and O(streams); an owner that is gone, O(its records).

use crate::buffer::Subscribers;
use dashmap::DashMap;
use haulout::Identity;
use haulout::broadcast::Registry;
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// A record that is there now, or is not any more.
#[derive(Clone, Debug)]
pub(crate) struct Change<A> {
    pub(crate) owner: A,
    pub(crate) topic: u32,
    pub(crate) key: Bytes,
    /// Its encoded value; `None` if it is gone.
    pub(crate) value: Option<Bytes>,
}

pub(crate) type Bytes = Arc<[u8]>;

/// What an owner has under each topic.
type Owned = BTreeMap<u32, BTreeMap<Bytes, Bytes>>;

pub(crate) struct RecordView<I: Identity> {
    owners: DashMap<I::Addr, Owned>,
    pub(crate) changes: Subscribers<Change<I::Addr>>,
}

impl<I: Identity> RecordView<I> {
    pub(crate) fn new() -> Self {
        Self { owners: DashMap::new(), changes: Subscribers::new() }
    }

    pub(crate) fn get(&self, owner: &I::Addr, topic: u32, key: &[u8]) -> Option<Bytes> {
        self.owners.get(owner)?.get(&topic)?.get(key).cloned()
    }

    /// The records of a topic, with owner and key.
    pub(crate) fn list(&self, topic: u32) -> Vec<(I::Addr, Bytes, Bytes)> {
        let mut all = Vec::new();
        for entry in &self.owners {
            let records = entry.value().get(&topic).into_iter().flatten();
            all.extend(records.map(|(key, value)| (entry.key().clone(), key.clone(), value.clone())));
        }
        all
    }

    /// A record has a value.
    pub(crate) fn put(&self, owner: &I::Addr, topic: u32, key: &[u8], value: &[u8]) {
        let (key, value): (Bytes, Bytes) = (key.into(), value.into());
        let before = {
            let mut topics = self.owners.entry(owner.clone()).or_default();
            topics.entry(topic).or_default().insert(key.clone(), value.clone())
        };
        if before.as_ref() != Some(&value) {
            self.changes.publish(&Change { owner: owner.clone(), topic, key, value: Some(value) });
        }
    }

    /// A record is gone.
    pub(crate) fn remove(&self, owner: &I::Addr, topic: u32, key: &[u8]) {
        let removed = {
            let Some(mut topics) = self.owners.get_mut(owner) else { return };
            let Some(records) = topics.get_mut(&topic) else { return };
            let removed = records.remove_entry(key);
            if records.is_empty() {
                topics.remove(&topic);
            }
            removed
        };
        self.owners.remove_if(owner, |_, topics| topics.is_empty());
        if let Some((key, _)) = removed {
            self.changes.publish(&Change { owner: owner.clone(), topic, key, value: None });
        }
    }

    /// An owner is gone, and all its records are.
    pub(crate) fn forget(&self, owner: &I::Addr) {
        let Some((owner, topics)) = self.owners.remove(owner) else { return };
        for (topic, records) in topics {
            for key in records.into_keys() {
                self.changes.publish(&Change { owner: owner.clone(), topic, key, value: None });
            }
        }
    }

    /// Brings the view up to what the registry holds. O(all).
    pub(crate) fn follow(&self, registry: &Registry<I>) {
        let mut held = HashSet::new();
        for record in registry.stored() {
            let owner = record.owner.addr();
            self.put(&owner, record.topic, record.key, record.value);
            held.insert((owner, record.topic, record.key));
        }
        let mut gone = Vec::new();
        for entry in &self.owners {
            for (topic, records) in entry.value() {
                gone.extend(records.keys().map(|key| (entry.key().clone(), *topic, key.clone())));
            }
        }
        gone.retain(|(owner, topic, key)| !held.contains(&(owner.clone(), *topic, &key[..])));
        for (owner, topic, key) in gone {
            self.remove(&owner, topic, &key);
        }
    }
}
