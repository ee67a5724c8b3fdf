//! The members as readers see them, apart from the engine.
//!
//! One writer, the node's task; any number of readers. A reader holds the lock of one shard for as long as
//! it clones entries out of it, and no code of the user runs meanwhile but `Clone`, `Eq`, `Hash` and
//! `Canonical` of its identity. Each entry is consistent in itself; a listing is not a snapshot of one instant, but whatever
//! changes during it has its event after it.

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use haulout::fingerprint::fingerprint;
use haulout::{Identity, Member, State};
use std::time::SystemTime;

/// What a node holds of another member.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemberView<I> {
    /// Who it is.
    pub identity: I,
    /// Its incarnation, as of the last event about it or the last
    /// [`Handle::refresh`](crate::Handle::refresh).
    pub incarnation: u32,
    /// What it is held to be.
    pub state: State,
    /// Since when it has been held so, under this identity, by the wall clock of this machine.
    pub since: SystemTime,
}

#[derive(Debug)]
pub(crate) struct View<I: Identity> {
    entries: DashMap<I::Addr, MemberView<I>>,
}

impl<I: Identity> View<I> {
    pub(crate) fn new() -> Self {
        Self { entries: DashMap::new() }
    }

    pub(crate) fn get(&self, key: &I::Addr) -> Option<MemberView<I>> {
        self.entries.get(key).map(|entry| entry.clone())
    }

    /// Whose key has this fingerprint.
    pub(crate) fn find(&self, print: u64) -> Option<I> {
        let found = self.entries.iter().find(|entry| fingerprint(entry.key()) == print)?;
        Some(found.identity.clone())
    }

    /// Everyone whose state is active, or everyone whose state is not.
    pub(crate) fn list(&self, active: bool) -> Vec<MemberView<I>> {
        let wanted = self.entries.iter().filter(|entry| entry.state.is_active() == active);
        wanted.map(|entry| entry.clone()).collect()
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Writes what the engine holds.
    pub(crate) fn put(&self, member: &Member<I>) {
        let (state, incarnation) = (member.state(), member.incarnation());
        match self.entries.entry(member.identity().addr()) {
            Entry::Occupied(mut entry) => {
                let seen = entry.get_mut();
                seen.incarnation = incarnation;
                if seen.state != state || seen.identity != *member.identity() {
                    seen.identity = member.identity().clone();
                    seen.state = state;
                    seen.since = SystemTime::now();
                }
            }
            Entry::Vacant(entry) => {
                let identity = member.identity().clone();
                entry.insert(MemberView { identity, incarnation, state, since: SystemTime::now() });
            }
        }
    }

    /// Takes out who is no longer held.
    pub(crate) fn remove(&self, key: &I::Addr) {
        self.entries.remove(key);
    }

    /// Takes out everyone for whom `held` is false.
    pub(crate) fn retain(&self, held: impl Fn(&I::Addr) -> bool) {
        self.entries.retain(|key, _| held(key));
    }
}
