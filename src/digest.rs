//! Digests of a plane: 256 leaves of 64-bit XOR and their root (PROTOCOL §6).
//!
//! A leaf is the XOR of the values of the entries whose key's fingerprint begins with its number; the root
//! is the XOR of mix(leaf, number). Invariant: equal sets of entries have equal digests, in every language;
//! unequal ones have unequal digests but for one chance in 2⁶⁴. Cost: O(1) a change.

use crate::codec::Position;
use crate::fingerprint::{fin, fingerprint, mix};
use crate::identity::Identity;

/// Leaves of a plane.
pub(crate) const LEAVES: usize = 256;

/// The root of nothing: the XOR of mix(0, number).
const EMPTY: u64 = {
    let (mut root, mut number) = (0, 0);
    while number < LEAVES as u64 {
        root ^= fin(fin(0) ^ number);
        number += 1;
    }
    root
};

/// The digest of a plane.
#[derive(Clone, Debug)]
pub struct Digest {
    leaves: [u64; LEAVES],
    root: u64,
}

impl Digest {
    /// The digest of nothing.
    pub const fn new() -> Self {
        Self { leaves: [0; LEAVES], root: EMPTY }
    }

    /// What two digests are compared by first.
    pub fn root(&self) -> u64 {
        self.root
    }

    /// Adds an entry, or takes it out again; `key` is the first half of its position.
    pub fn toggle(&mut self, key: u64, value: u64) {
        let number = leaf_of(key);
        let leaf = &mut self.leaves[number];
        self.root ^= mix(&[*leaf, number as u64]);
        *leaf ^= value;
        self.root ^= mix(&[*leaf, number as u64]);
    }

    /// The digest with one entry more: that of oneself.
    pub(crate) fn with(&self, entry: &Entry) -> Self {
        let mut digest = self.clone();
        digest.toggle(entry.position.key, entry.value);
        digest
    }

    /// The leaves as they are compared: 32 bits of each, salted, so that a collision is none the next time.
    pub(crate) fn salted(&self, salt: u64) -> [u32; LEAVES] {
        self.leaves.map(|leaf| salted(leaf, salt))
    }
}

impl PartialEq for Digest {
    fn eq(&self, other: &Self) -> bool {
        self.leaves == other.leaves && self.root == other.root
    }
}

impl Default for Digest {
    fn default() -> Self {
        Self::new()
    }
}

/// What a digest says of one member, manifest or record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Where in its plane it is.
    pub position: Position,
    /// Its value in the digest.
    pub value: u64,
    /// Leads whoever keeps the plane to what it stands for; means nothing to others.
    pub token: u64,
}

impl Entry {
    /// The entry of a member.
    pub(crate) fn of<I: Identity>(identity: &I, incarnation: u32, token: u64) -> Self {
        let key = fingerprint(&identity.addr());
        let value = member_value(key, fingerprint(identity), incarnation);
        Self { position: Position { key, item: 0 }, value, token }
    }
}

/// The leaf of a position: the top 8 bits of the key's fingerprint.
pub(crate) fn leaf_of(key: u64) -> usize {
    (key >> 56) as usize
}

/// 32 salted bits of a leaf or of a value.
pub(crate) fn salted(value: u64, salt: u64) -> u32 {
    fin(value ^ salt) as u32
}

/// The value of a member: its key, its identity and its incarnation. Suspicion is none of it.
pub(crate) fn member_value(key: u64, identity: u64, incarnation: u32) -> u64 {
    mix(&[key, identity, u64::from(incarnation)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_of_nothing_is_that_of_empty_leaves() {
        let root = (0..LEAVES as u64).fold(0, |root, number| root ^ mix(&[0, number]));
        assert_eq!(Digest::new().root(), root);
    }
    use alloc::vec::Vec;

    #[test]
    fn order_does_not_matter_and_taking_out_undoes_putting_in() {
        let entries: Vec<(u64, u64)> = (1..200).map(|n| (fin(n), fin(n + 1_000))).collect();
        let (mut forward, mut backward) = (Digest::new(), Digest::new());
        for (position, value) in &entries {
            forward.toggle(*position, *value);
        }
        for (position, value) in entries.iter().rev() {
            backward.toggle(*position, *value);
        }
        assert_eq!(forward, backward);
        let from_leaves = forward.leaves.iter().enumerate();
        let from_leaves = from_leaves.fold(0, |root, (number, leaf)| root ^ mix(&[*leaf, number as u64]));
        assert_eq!(forward.root(), from_leaves);
        for (position, value) in &entries {
            forward.toggle(*position, *value);
        }
        assert_eq!(forward, Digest::new());
    }

    #[test]
    fn one_different_entry_shows_in_its_leaf_alone() {
        let (mut a, mut b) = (Digest::new(), Digest::new());
        a.toggle(0x07 << 56, 1);
        b.toggle(0x07 << 56, 2);
        assert_ne!(a.root(), b.root());
        let differing: Vec<usize> = core::iter::zip(a.salted(9), b.salted(9))
            .enumerate()
            .filter(|(_, (a, b))| a != b)
            .map(|(number, _)| number)
            .collect();
        assert_eq!(differing, [7]);
    }
}
