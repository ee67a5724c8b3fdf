//! All records that are held, by owner, and what of them is digested (PROTOCOL §6, §7).
//!
//! Invariants: the owners shown are exactly those listed in the leaves; the digest is that of their manifests
//! and records; only what is shown is in a lane. Cost: find an owner O(1), a record O(log of its owner's);
//! put O(1) beside that; show and hide O(the owner's records).

use super::items::{Item, Owner, item_print};
use super::lanes::Lanes;
use crate::broadcast::{Digest, Entry};
use crate::codec::Position;
use crate::digest::{LEAVES, leaf_of};
use crate::dissemination::Dissemination;
use crate::identity::{Identity, key_hash};
use crate::members::{Slot, Slots};
use alloc::vec::Vec;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashTable;

/// In an entry's token: it is a manifest's, not a record's.
const MANIFEST: u64 = 1 << 32;

/// The store.
#[derive(Debug)]
pub(super) struct Store<I> {
    pub(super) owners: Slots<Owner<I>>,
    pub(super) items: Slots<Item>,
    index: HashTable<Slot>,
    hasher: SeedableRandomState,
    digest: Digest,
    leaves: Vec<Vec<Slot>>,
    /// Records, tombstones among them.
    pub(super) count: usize,
    pub(super) manifests: Dissemination,
    pub(super) lanes: Lanes,
}

/// Whether an owner has a record, and where; or where it belongs.
pub(super) type Place = Result<usize, usize>;

impl<I: Identity> Store<I> {
    pub(super) fn new() -> Self {
        Self {
            owners: Slots::new(),
            items: Slots::new(),
            index: HashTable::new(),
            hasher: SeedableRandomState::with_seed(0, foldhash::SharedSeed::global_fixed()),
            digest: Digest::new(),
            leaves: (0..LEAVES).map(|_| Vec::new()).collect(),
            count: 0,
            manifests: Dissemination::new(),
            lanes: Lanes::new(),
        }
    }

    pub(super) fn digest(&self) -> &Digest {
        &self.digest
    }

    /// How many owners are held.
    pub(super) fn len(&self) -> usize {
        self.index.len()
    }

    pub(super) fn find(&self, key: &I::Addr) -> Option<Slot> {
        let hash = key_hash::<I>(&self.hasher, key);
        self.index.find(hash, |slot| self.owners[*slot].identity.is_at(key)).copied()
    }

    /// Adds an owner, hidden. `seed` is used while there is none.
    pub(super) fn insert(&mut self, owner: Owner<I>, seed: u64) -> Slot {
        if self.index.is_empty() {
            self.hasher = SeedableRandomState::with_seed(seed, foldhash::SharedSeed::global_fixed());
        }
        let hash = key_hash::<I>(&self.hasher, &owner.identity.addr());
        let slot = self.owners.insert(owner);
        let Self { owners, index, hasher, .. } = self;
        index.insert_unique(hash, slot, |slot| key_hash::<I>(hasher, &owners[*slot].identity.addr()));
        slot
    }

    /// Removes an owner and all its records.
    pub(super) fn forget(&mut self, slot: Slot) {
        self.hide(slot);
        self.retain(slot, |_| false);
        let hash = key_hash::<I>(&self.hasher, &self.owners[slot].identity.addr());
        if let Ok(entry) = self.index.find_entry(hash, |at| *at == slot) {
            entry.remove();
        }
        self.owners.remove(slot);
    }

    /// From now on an owner is digested, with its records.
    pub(super) fn show(&mut self, slot: Slot) {
        let owner = &mut self.owners[slot];
        debug_assert!(!owner.shown);
        owner.shown = true;
        let leaf = &mut self.leaves[leaf_of(owner.print)];
        owner.place = leaf.len() as u32;
        leaf.push(slot);
        self.toggle_all(slot);
    }

    /// From now on an owner is neither digested nor transmitted; its records are kept.
    pub(super) fn hide(&mut self, slot: Slot) {
        if !core::mem::replace(&mut self.owners[slot].shown, false) {
            return;
        }
        self.toggle_all(slot);
        let Owner { print, place, .. } = self.owners[slot];
        let leaf = &mut self.leaves[leaf_of(print)];
        leaf.swap_remove(place as usize);
        if let Some(moved) = leaf.get(place as usize) {
            self.owners[*moved].place = place;
        }
        self.manifests.remove(slot, &mut self.owners);
        for at in 0..self.owners[slot].items.len() {
            self.untell(self.owners[slot].items[at]);
        }
    }

    fn toggle_all(&mut self, slot: Slot) {
        let Self { owners, items, digest, .. } = self;
        let owner = &owners[slot];
        digest.toggle(owner.print, owner.value);
        for item in &owner.items {
            digest.toggle(owner.print, items[*item].value);
        }
    }

    /// Changes an owner's manifest, and nothing else of it.
    pub(super) fn declare(&mut self, slot: Slot, change: impl FnOnce(&mut Owner<I>)) {
        let owner = &mut self.owners[slot];
        let before = owner.value;
        change(owner);
        owner.evaluate();
        if owner.shown {
            self.digest.toggle(owner.print, before);
            self.digest.toggle(owner.print, owner.value);
        }
    }

    /// Where an owner has a record, or where it belongs among the owner's.
    pub(super) fn locate(&self, slot: Slot, topic: u32, key: &[u8]) -> Place {
        let wanted = (item_print(topic, key), topic, key);
        self.owners[slot].items.binary_search_by(|at| {
            let item = &self.items[*at];
            (item.print, item.topic, item.key()).cmp(&wanted)
        })
    }

    /// Puts a value, or a tombstone, in its place.
    pub(super) fn put(
        &mut self,
        slot: Slot,
        place: Place,
        name: (u32, &[u8]),
        version: u64,
        value: Option<&[u8]>,
    ) -> Slot {
        let Self { owners, items, digest, count, .. } = self;
        match place {
            Ok(at) => {
                let item = owners[slot].items[at];
                self.change(slot, item, |item, owner| item.set(owner, version, value));
                item
            }
            Err(at) => {
                let owner = &mut owners[slot];
                let item = Item::new((slot, owner), name, version, value);
                if owner.shown {
                    digest.toggle(owner.print, item.value);
                }
                *count += 1;
                let item = items.insert(item);
                owner.items.insert(at, item);
                item
            }
        }
    }

    /// Changes a record; it is in no lane afterwards.
    pub(super) fn change(&mut self, slot: Slot, at: Slot, change: impl FnOnce(&mut Item, &Owner<I>)) {
        self.untell(at);
        let (owner, item) = (&self.owners[slot], &mut self.items[at]);
        let before = item.value;
        change(item, owner);
        if owner.shown {
            self.digest.toggle(owner.print, before);
            self.digest.toggle(owner.print, item.value);
        }
    }

    /// Drops the records of an owner that `keep` does not accept.
    pub(super) fn retain(&mut self, slot: Slot, mut keep: impl FnMut(&Item) -> bool) {
        let mut kept = core::mem::take(&mut self.owners[slot].items);
        kept.retain(|at| {
            let stays = keep(&self.items[*at]);
            if !stays {
                self.untell(*at);
                let item = self.items.remove(*at);
                self.count -= 1;
                if self.owners[slot].shown {
                    self.digest.toggle(self.owners[slot].print, item.value);
                }
            }
            stays
        });
        self.owners[slot].items = kept;
    }

    /// Queues a record to be told.
    pub(super) fn tell(&mut self, at: Slot) {
        let bytes = self.items[at].len();
        self.lanes.of(bytes).queue(at, &mut self.items);
    }

    fn untell(&mut self, at: Slot) {
        let bytes = self.items[at].len();
        self.lanes.of(bytes).remove(at, &mut self.items);
    }

    /// Queues a manifest to be told.
    pub(super) fn tell_manifest(&mut self, slot: Slot) {
        self.manifests.queue(slot, &mut self.owners);
    }

    /// Appends the entries of a range, in the order of positions.
    pub(super) fn entries(&self, from: Position, until: Position, out: &mut Vec<Entry>) {
        let before = out.len();
        let leaves = &self.leaves[leaf_of(from.key)..=leaf_of(until.key).max(leaf_of(from.key))];
        for slot in leaves.iter().flatten() {
            let owner = &self.owners[*slot];
            if !(from.key..=until.key).contains(&owner.print) {
                continue;
            }
            let position = |item| Position { key: owner.print, item };
            let manifest = MANIFEST | u64::from(slot.index());
            out.push(Entry { position: position(0), value: owner.value, token: manifest });
            out.extend(owner.items.iter().map(|at| {
                let item = &self.items[*at];
                Entry { position: position(item.print), value: item.value, token: at.index().into() }
            }));
        }
        let mut at = before;
        // What lies outside is in the first and the last owner alone.
        while at < out.len() {
            if (from..=until).contains(&out[at].position) {
                at += 1;
            } else {
                out.swap_remove(at);
            }
        }
        out[before..].sort_unstable_by_key(|entry| (entry.position, entry.token));
    }

    /// The owner that an entry is of, and the record that it stands for, if it is not the manifest's.
    pub(super) fn of_entry(&self, entry: &Entry) -> (&Owner<I>, Option<&Item>) {
        let slot = Slot::at(entry.token as u32);
        if entry.token & MANIFEST != 0 {
            return (&self.owners[slot], None);
        }
        let item = &self.items[slot];
        (&self.owners[item.owner], Some(item))
    }

    /// The owners that are held, in no order.
    pub(super) fn owners(&self) -> impl Iterator<Item = Slot> {
        self.index.iter().copied()
    }

    /// Panics unless all is as it should be.
    pub(super) fn check(&self) {
        let (mut digest, mut count) = (Digest::new(), 0);
        for slot in self.owners() {
            let owner = &self.owners[slot];
            count += owner.items.len();
            assert_eq!(self.find(&owner.identity.addr()), Some(slot), "the index leads to each owner");
            for at in &owner.items {
                let item = &self.items[*at];
                assert_eq!(item.owner, slot, "a record names its owner");
                assert!(item.version >= owner.floor, "no record is under the floor");
                assert!(owner.shown || !item.link.is_listed(), "what is hidden is not told");
                if owner.shown {
                    digest.toggle(owner.print, item.value);
                }
            }
            if owner.shown {
                digest.toggle(owner.print, owner.value);
                assert_eq!(self.leaves[leaf_of(owner.print)][owner.place as usize], slot);
            }
            let sorted = owner.items.is_sorted_by_key(|at| {
                let item = &self.items[*at];
                (item.print, item.topic, item.key().to_vec())
            });
            assert!(sorted, "an owner's records are in the order of positions");
        }
        assert_eq!((count, &digest), (self.count, &self.digest), "the digest is that of what is shown");
    }
}
