//! What others publish (PROTOCOL §7): taken if its owner is a member under the identity that its manifest
//! names.

use super::Registry;
use super::items::Owner;
use crate::broadcast::Context;
use crate::codec::{Manifest, Record};
use crate::event::Event;
use crate::identity::Identity;
use crate::members::Slot;
use alloc::vec::Vec;

impl<I: Identity> Registry<I> {
    pub(super) fn hear_manifest(&mut self, manifest: Manifest<I>, context: &mut Context<'_, I>) {
        let key = manifest.identity.addr();
        if self.own.is(&key, context) {
            return self.own.hear_manifest(&mut self.store, &manifest, context);
        }
        let is_held = match context.member(&key) {
            Some(held) => *held == manifest.identity,
            // Another process publishes in our name, and won.
            None => *context.me() == manifest.identity,
        };
        if !is_held {
            context.dropped.records_void += 1;
            return;
        }
        let slot = match self.store.find(&key) {
            None => {
                let owner = Owner::new(manifest.identity, manifest.life, manifest.floor);
                let slot = self.store.insert(owner, context.random());
                self.store.show(slot);
                slot
            }
            Some(slot) => {
                let owner = &self.store.owners[slot];
                let known = owner.identity == manifest.identity;
                if known && (manifest.floor, manifest.life) <= (owner.floor, owner.life) {
                    return;
                }
                self.take_manifest(slot, manifest, context);
                slot
            }
        };
        if context.relays() {
            self.store.tell_manifest(slot);
        }
    }

    /// A manifest that is later than the one that is held: what it voids is dropped, the rest is shown.
    fn take_manifest(&mut self, slot: Slot, manifest: Manifest<I>, context: &mut Context<'_, I>) {
        let (life, floor) = (manifest.life, manifest.floor);
        let owner = &self.store.owners[slot];
        let (shown, same_life) = (owner.shown, owner.life == life);
        let voided = |version| !same_life || version < floor;
        if shown {
            for at in &owner.items {
                let item = &self.store.items[*at];
                if voided(item.version) && !item.removed {
                    let (owner, key) = (owner.identity.addr(), item.key().into());
                    context.emit(Event::Withdrawn { owner, topic: item.topic, key });
                }
            }
        }
        self.store.retain(slot, |item| !voided(item.version));
        self.store.declare(slot, |owner| {
            (owner.identity, owner.life, owner.floor) = (manifest.identity, life, floor);
        });
        if !shown {
            self.show(slot, context);
        }
    }

    /// An owner becomes visible, with what it has published.
    fn show(&mut self, slot: Slot, context: &mut Context<'_, I>) {
        self.store.show(slot);
        let owner = &self.store.owners[slot];
        for at in &owner.items {
            let item = &self.store.items[*at];
            if let Some(value) = item.put() {
                let (owner, topic) = (owner.identity.addr(), item.topic);
                context.emit(Event::Published { owner, topic, key: item.key().into(), value: value.into() });
            }
        }
    }

    /// A member is there: what is held of it is visible again, if its manifest is of this identity.
    pub(super) fn reveal(&mut self, identity: &I, context: &mut Context<'_, I>) {
        if self.store.len() == 0 {
            return;
        }
        if let Some(slot) = self.store.find(&identity.addr())
            && self.store.owners[slot].identity == *identity
            && !self.store.owners[slot].shown
        {
            self.show(slot, context);
        }
    }

    /// A member is gone, or is another: what is held of it is hidden. The user takes that from the event that
    /// says so.
    pub(super) fn conceal(&mut self, identity: &I) {
        if self.store.len() > 0
            && let Some(slot) = self.store.find(&identity.addr())
        {
            self.store.hide(slot);
        }
    }

    pub(super) fn hear_record(&mut self, record: &Record<'_, I>, context: &mut Context<'_, I>) {
        let (key, value) = (record.key, record.value.unwrap_or_default());
        let limits = context.limits();
        if key.len() > limits.record_key as usize || value.len() > limits.value_limit() as usize {
            context.dropped.values_too_long += 1;
            return;
        }
        if self.own.is(&record.owner, context) {
            return self.own.hear_record(&mut self.store, record, context);
        }
        let slot = self.store.find(&record.owner).filter(|slot| {
            let owner = &self.store.owners[*slot];
            owner.shown && owner.life == record.life && owner.floor <= record.version
        });
        let Some(slot) = slot else {
            context.dropped.records_void += 1;
            return;
        };
        let place = self.store.locate(slot, record.topic, key);
        let mut was_live = false;
        if let Ok(at) = place {
            let held = &self.store.items[self.store.owners[slot].items[at]];
            if held.rank() >= (record.version, record.value.is_none(), value) {
                return;
            }
            was_live = !held.removed;
        } else {
            let limits = context.limits();
            let (own, all) = (self.store.owners[slot].items.len(), self.store.count);
            if own >= limits.records_per_owner as usize || all >= limits.records as usize {
                context.dropped.records_full += 1;
                return;
            }
        }
        if self.topics.find(record.topic).is_none() {
            context.dropped.unregistered += 1;
        }
        let item = self.store.put(slot, place, (record.topic, key), record.version, record.value);
        if context.relays() {
            self.store.tell(item);
        }
        let (owner, topic, key): (_, _, Vec<u8>) = (record.owner.clone(), record.topic, key.into());
        match record.value {
            Some(value) => context.emit(Event::Published { owner, topic, key, value: value.into() }),
            None if was_live => context.emit(Event::Withdrawn { owner, topic, key }),
            None => {}
        }
    }
}
