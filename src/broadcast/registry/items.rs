//! Owners and their records, as they are held.

use crate::codec::{ManifestRef, RecordRef};
use crate::dissemination::{Link, Links};
use crate::fingerprint::{CanonicalSink, Fingerprinter, fingerprint, mix};
use crate::identity::Identity;
use crate::members::{Slot, Slots};
use alloc::boxed::Box;
use alloc::vec::Vec;

/// Who publishes, and what is said of it all: the manifest.
#[derive(Debug)]
pub(super) struct Owner<I> {
    /// As the manifest names it.
    pub(super) identity: I,
    /// The fingerprint of its key.
    pub(super) print: u64,
    pub(super) life: u32,
    pub(super) floor: u64,
    /// The manifest's value in the digest.
    pub(super) value: u64,
    /// Its records, sorted by position, topic and key.
    pub(super) items: Vec<Slot>,
    /// Its place in its leaf while it is shown.
    pub(super) place: u32,
    /// It is a member under this identity, or ourselves: digested, transmitted, visible.
    pub(super) shown: bool,
    pub(super) link: Link,
}

impl<I: Identity> Owner<I> {
    pub(super) fn new(identity: I, life: u32, floor: u64) -> Self {
        let print = fingerprint(&identity.addr());
        let items = Vec::new();
        let mut owner =
            Self { identity, print, life, floor, value: 0, items, place: 0, shown: false, link: Link::NONE };
        owner.evaluate();
        owner
    }

    /// Computes the value anew.
    pub(super) fn evaluate(&mut self) {
        self.value = mix(&[fingerprint(&self.identity), u64::from(self.life), self.floor]);
    }

    pub(super) fn manifest(&self) -> ManifestRef<'_, I> {
        ManifestRef { identity: &self.identity, life: self.life, floor: self.floor }
    }
}

/// A record.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) owner: Slot,
    pub(super) topic: u32,
    pub(super) version: u64,
    /// The second half of its position.
    pub(super) print: u64,
    /// Its value in the digest.
    pub(super) value: u64,
    /// Key and value.
    bytes: Box<[u8]>,
    key: u8,
    pub(super) removed: bool,
    pub(super) link: Link,
}

impl Item {
    pub(super) fn new<I: Identity>(
        (slot, owner): (Slot, &Owner<I>),
        (topic, key): (u32, &[u8]),
        version: u64,
        value: Option<&[u8]>,
    ) -> Self {
        let bytes = [key, value.unwrap_or_default()].concat().into_boxed_slice();
        let mut item = Self {
            owner: slot,
            topic,
            version,
            print: item_print(topic, key),
            value: 0,
            bytes,
            key: key.len() as u8,
            removed: value.is_none(),
            link: Link::NONE,
        };
        item.value = item.evaluate(owner);
        item
    }

    /// Takes another version, and what is put under it.
    pub(super) fn set<I: Identity>(&mut self, owner: &Owner<I>, version: u64, value: Option<&[u8]>) {
        self.version = version;
        self.removed = value.is_none();
        let (key, value) = (usize::from(self.key), value.unwrap_or_default());
        if self.bytes.len() == key + value.len() {
            self.bytes[key..].copy_from_slice(value);
        } else {
            self.bytes = [&self.bytes[..key], value].concat().into_boxed_slice();
        }
        self.value = self.evaluate(owner);
    }

    /// PROTOCOL §6.
    fn evaluate<I: Identity>(&self, owner: &Owner<I>) -> u64 {
        let print = |bytes: &[u8]| {
            let mut out = Fingerprinter::new();
            out.bytes(bytes);
            out.finish()
        };
        let (life, removed) = (u64::from(owner.life), u64::from(self.removed));
        let (key, value) = (print(self.key()), print(self.bytes_put()));
        mix(&[owner.print, u64::from(self.topic), key, life, self.version, removed, value])
    }

    /// Takes another version, its value unchanged.
    pub(super) fn raise<I: Identity>(&mut self, owner: &Owner<I>, version: u64) {
        self.version = version;
        self.value = self.evaluate(owner);
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.bytes[..usize::from(self.key)]
    }

    fn bytes_put(&self) -> &[u8] {
        &self.bytes[usize::from(self.key)..]
    }

    /// What is put under the key, if it was not removed.
    pub(super) fn put(&self) -> Option<&[u8]> {
        (!self.removed).then(|| self.bytes_put())
    }

    /// Bytes of key and value.
    pub(super) fn len(&self) -> usize {
        self.bytes.len()
    }

    /// What decides between two of one life: version, tombstone, value.
    pub(super) fn rank(&self) -> (u64, bool, &[u8]) {
        (self.version, self.removed, self.bytes_put())
    }

    pub(super) fn record<'a, I: Identity>(&'a self, owner: &'a I::Addr, life: u32) -> RecordRef<'a, I> {
        let (topic, key, version, value) = (self.topic, self.key(), self.version, self.put());
        RecordRef { owner, topic, key, life, version, value }
    }
}

/// The second half of a record's position; 0 is the manifest's.
pub(super) fn item_print(topic: u32, key: &[u8]) -> u64 {
    let mut out = Fingerprinter::new();
    out.u32(topic);
    out.bytes(key);
    out.finish().max(1)
}

impl<I> Links for Slots<Owner<I>> {
    fn link(&self, slot: Slot) -> &Link {
        &self[slot].link
    }

    fn link_mut(&mut self, slot: Slot) -> &mut Link {
        &mut self[slot].link
    }
}

impl Links for Slots<Item> {
    fn link(&self, slot: Slot) -> &Link {
        &self[slot].link
    }

    fn link_mut(&mut self, slot: Slot) -> &mut Link {
        &mut self[slot].link
    }
}
