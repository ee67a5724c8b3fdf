//! Which of an owner's values are ordered: those that were published since its key has gone to later identities
//! only.
//!
//! Where a process starts under an identity that an earlier process of its key had, or an older one (a restart
//! within the same second, a clock that stepped back, an identity that has no epoch), its manifest and that of
//! the life before compete until the process answers, and either may show; so values from before it are not
//! ordered any more. Where two processes of one key run at once, nothing of that key is. Cost: O(identities
//! that the key had) a start.

use crate::world::Seat;
use haulout::Identity;
use std::collections::{HashMap, HashSet};

/// The lives of one key.
#[derive(Debug)]
struct Key<I> {
    /// Identities of processes before the last.
    before: Vec<I>,
    /// Identities of the last.
    present: Vec<I>,
    /// The highest value when the last process started.
    began: u64,
    /// Values up to this are not ordered.
    unordered: u64,
}

/// The lives of all keys.
#[derive(Debug)]
pub(super) struct Lives<I: Identity> {
    keys: HashMap<I::Addr, Key<I>>,
    running: HashMap<Seat, I::Addr>,
    /// Keys that two processes had at once.
    shared: HashSet<I::Addr>,
    /// The highest value so far.
    highest: u64,
}

impl<I: Identity> Default for Lives<I> {
    fn default() -> Self {
        Self { keys: HashMap::new(), running: HashMap::new(), shared: HashSet::new(), highest: 0 }
    }
}

impl<I: Identity> Lives<I> {
    /// A process starts.
    pub(super) fn started(&mut self, seat: Seat, identity: &I) {
        let addr = identity.addr();
        if self.running.values().any(|other| *other == addr) {
            self.shared.insert(addr.clone());
        }
        self.running.insert(seat, addr.clone());
        let began = self.highest;
        let key = self.keys.entry(addr).or_insert_with(|| Key {
            before: Vec::new(),
            present: Vec::new(),
            began,
            unordered: 0,
        });
        let present = core::mem::take(&mut key.present);
        key.before.extend(present);
        key.began = began;
        key.takes(identity);
    }

    /// A process goes on under another identity.
    pub(super) fn renewed(&mut self, identity: &I) {
        if let Some(key) = self.keys.get_mut(&identity.addr()) {
            key.takes(identity);
        }
    }

    /// A process is gone.
    pub(super) fn ended(&mut self, seat: Seat) {
        self.running.remove(&seat);
    }

    /// A value is seen.
    pub(super) fn published(&mut self, number: u64) {
        self.highest = self.highest.max(number);
    }

    /// Whether a value may be compared with others of its owner.
    pub(super) fn orders(&self, owner: &I::Addr, number: u64) -> bool {
        !self.shared.contains(owner) && self.keys.get(owner).is_none_or(|key| number > key.unordered)
    }

    /// Whether all of an owner's values are ordered.
    pub(super) fn are_ordered(&self, owner: &I::Addr) -> bool {
        self.orders(owner, 1)
    }
}

impl<I: Identity> Key<I> {
    fn takes(&mut self, identity: &I) {
        if !self.before.iter().all(|before| identity.supersedes(before)) {
            self.unordered = self.began;
        }
        self.present.push(identity.clone());
    }
}
