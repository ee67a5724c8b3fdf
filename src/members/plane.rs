//! The members plane: the active members by the fingerprint of their key, and their digest (PROTOCOL §6).
//!
//! A list of slots a leaf, sorted only when a page is read. Invariant: exactly the active members are
//! listed, each at the position that its record notes, and the digest is that of their entries. Cost: O(1) a
//! change; a page costs its leaves.

use super::slots::Slot;
use crate::digest::{Digest, LEAVES, leaf_of};
use alloc::vec::Vec;

/// The plane.
#[derive(Debug)]
pub(super) struct Plane {
    digest: Digest,
    leaves: Vec<Vec<Slot>>,
}

impl Plane {
    pub(super) fn new() -> Self {
        Self { digest: Digest::new(), leaves: (0..LEAVES).map(|_| Vec::new()).collect() }
    }

    pub(super) fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Slots of the leaves from the one of `from` to the one of `until`.
    pub(super) fn slots(&self, from: u64, until: u64) -> impl Iterator<Item = Slot> {
        self.leaves[leaf_of(from)..=leaf_of(until).max(leaf_of(from))].iter().flatten().copied()
    }

    /// The slot at a place of a key's leaf.
    pub(super) fn at(&self, key: u64, place: u32) -> Option<Slot> {
        self.leaves[leaf_of(key)].get(place as usize).copied()
    }

    /// Lists a slot; its place in the leaf.
    pub(super) fn list(&mut self, key: u64, slot: Slot) -> u32 {
        let leaf = &mut self.leaves[leaf_of(key)];
        leaf.push(slot);
        leaf.len() as u32 - 1
    }

    /// Takes a slot out; the one that takes its place, if any does.
    pub(super) fn unlist(&mut self, key: u64, place: u32) -> Option<Slot> {
        let leaf = &mut self.leaves[leaf_of(key)];
        leaf.swap_remove(place as usize);
        leaf.get(place as usize).copied()
    }

    /// Adds the value of a key's entry to the digest, or takes it out again; the XOR of two does both.
    pub(super) fn toggle(&mut self, key: u64, value: u64) {
        self.digest.toggle(key, value);
    }
}
