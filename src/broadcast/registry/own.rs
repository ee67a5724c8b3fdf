//! What we publish ourselves: a life, a counter, a manifest, and the right to outbid stale copies
//! (PROTOCOL §7).
//!
//! Invariants: the counter is at least the version of every record of ours and at least the floor; tombstones
//! are collected by putting the live records above the last of them, and, once these were told, raising the
//! floor. Cost: a put O(log of our records); a collection O(our records).

use super::items::Owner;
use super::store::{Place, Store};
use crate::broadcast::Context;
use crate::codec::{Manifest, Record};
use crate::error::CommandError;
use crate::event::Event;
use crate::identity::Identity;
use crate::members::Slot;
use crate::time::Instant;
use core::time::Duration;

/// Tombstones that are left lying.
const TOMBSTONES: usize = 16;
/// No owner counts as far as this: what is above it was forged.
const HONEST: u64 = u64::MAX / 2;
/// Three twins in a minute, and the smaller life stops publishing.
const TWIN_ALARMS: u8 = 3;
const TWIN_WINDOW: Duration = Duration::from_secs(60);

/// Our own side of the store.
#[derive(Debug, Default)]
pub(super) struct Own {
    /// Where our manifest and records are; `None` until we publish.
    pub(super) slot: Option<Slot>,
    life: Option<u32>,
    counter: u64,
    /// The live records were put above the first of these versions, up to the second: the floor follows once they
    /// were told.
    collecting: Option<(u64, u64)>,
    /// Another process publishes under our identity, and wins.
    silenced: bool,
    alarms: Option<(Instant, u8)>,
}

impl Own {
    /// Our life, drawn when it is first needed, kept as long as this process.
    pub(super) fn life<I: Identity>(&mut self, context: &mut Context<'_, I>) -> u32 {
        *self.life.get_or_insert_with(|| context.random() as u32)
    }

    /// Whether a key is ours and we answer for it.
    pub(super) fn is<I: Identity>(&self, key: &I::Addr, context: &Context<'_, I>) -> bool {
        !self.silenced && context.me().is_at(key)
    }

    fn next(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// Where we publish; the manifest is told with the first record.
    fn publish<I: Identity>(&mut self, store: &mut Store<I>, context: &mut Context<'_, I>) -> Slot {
        if let Some(slot) = self.slot {
            return slot;
        }
        let owner = Owner::new(context.me().clone(), self.life(context), 0);
        let slot = store.insert(owner, context.random());
        store.show(slot);
        store.tell_manifest(slot);
        self.slot = Some(slot);
        slot
    }

    /// Puts a value under a key.
    pub(super) fn put<I: Identity>(
        &mut self,
        store: &mut Store<I>,
        (topic, key): (u32, &[u8]),
        value: &[u8],
        context: &mut Context<'_, I>,
    ) -> Result<(), CommandError> {
        let limits = context.limits().clone();
        if self.silenced {
            return Err(CommandError::Twin);
        }
        if key.len() > limits.record_key as usize {
            return Err(CommandError::KeyTooLong { len: key.len(), limit: limits.record_key });
        }
        if value.len() > limits.value_limit() as usize {
            return Err(CommandError::ValueTooLong { len: value.len(), limit: limits.value_limit() });
        }
        let slot = self.publish(store, context);
        let mut place = store.locate(slot, topic, key);
        if let Ok(at) = place
            && store.items[store.owners[slot].items[at]].put() == Some(value)
        {
            return Ok(());
        }
        if place.is_err() {
            let own = store.owners[slot].items.len();
            if own >= limits.records_per_owner as usize || store.count >= limits.records as usize {
                if !self.collect_at_once(store, slot) {
                    let limit = limits.records_per_owner.min(limits.records);
                    return Err(CommandError::TooManyRecords { limit });
                }
                place = store.locate(slot, topic, key);
            }
        }
        self.set(store, slot, place, (topic, key), Some(value));
        context.emit(Event::Published {
            owner: context.me().addr(),
            topic,
            key: key.into(),
            value: value.into(),
        });
        Ok(())
    }

    /// Removes what is under a key; false if there is nothing.
    pub(super) fn remove<I: Identity>(
        &mut self,
        store: &mut Store<I>,
        (topic, key): (u32, &[u8]),
        context: &mut Context<'_, I>,
    ) -> Result<bool, CommandError> {
        if self.silenced {
            return Err(CommandError::Twin);
        }
        let Some(slot) = self.slot else { return Ok(false) };
        let place = store.locate(slot, topic, key);
        let Ok(at) = place else { return Ok(false) };
        if store.items[store.owners[slot].items[at]].removed {
            return Ok(false);
        }
        self.set(store, slot, place, (topic, key), None);
        context.emit(Event::Withdrawn { owner: context.me().addr(), topic, key: key.into() });
        self.collect(store, slot);
        Ok(true)
    }

    /// Begins to collect the tombstones, if there are many.
    fn collect<I: Identity>(&mut self, store: &mut Store<I>, slot: Slot) {
        let removed = |at: &&Slot| store.items[**at].removed;
        if self.collecting.is_none() && store.owners[slot].items.iter().filter(removed).count() > TOMBSTONES {
            let last = self.counter;
            self.put_all(store, slot, false);
            self.collecting = Some((last, self.counter));
        }
    }

    fn set<I: Identity>(
        &mut self,
        store: &mut Store<I>,
        slot: Slot,
        place: Place,
        name: (u32, &[u8]),
        value: Option<&[u8]>,
    ) {
        let version = self.next();
        let item = store.put(slot, place, name, version, value);
        store.tell(item);
    }

    /// Puts our records again, above all that was put before: the live ones, or the tombstones as well.
    fn put_all<I: Identity>(&mut self, store: &mut Store<I>, slot: Slot, tombstones: bool) {
        for at in 0..store.owners[slot].items.len() {
            let item = store.owners[slot].items[at];
            if tombstones || !store.items[item].removed {
                let version = self.next();
                store.change(slot, item, |item, owner| item.raise(owner, version));
                store.tell(item);
            }
        }
    }

    /// The records that were put above the tombstones have been told: the floor follows.
    pub(super) fn told<I: Identity>(&mut self, store: &mut Store<I>) {
        let (Some((last, until)), Some(slot)) = (self.collecting, self.slot) else { return };
        let waits = |at: &Slot| {
            let item = &store.items[*at];
            (last + 1..=until).contains(&item.version) && item.link.is_listed()
        };
        if !store.owners[slot].items.iter().any(waits) {
            self.raise_floor(store, slot, last);
            self.collect(store, slot);
        }
    }

    fn raise_floor<I: Identity>(&mut self, store: &mut Store<I>, slot: Slot, last: u64) {
        self.collecting = None;
        self.counter = self.counter.max(last + 1);
        store.retain(slot, |item| item.version > last);
        store.declare(slot, |owner| owner.floor = last + 1);
        store.tell_manifest(slot);
    }

    /// Makes room for a record now. False if there is no tombstone.
    fn collect_at_once<I: Identity>(&mut self, store: &mut Store<I>, slot: Slot) -> bool {
        let any = store.owners[slot].items.iter().any(|at| store.items[*at].removed);
        if any {
            let last = self.counter;
            self.put_all(store, slot, false);
            self.raise_floor(store, slot, last);
        }
        any
    }

    /// A record of ours, as somebody holds it.
    pub(super) fn hear_record<I: Identity>(
        &mut self,
        store: &mut Store<I>,
        record: &Record<'_, I>,
        context: &mut Context<'_, I>,
    ) {
        let (slot, life) = (self.publish(store, context), self.life(context));
        if record.life != life {
            return store.tell_manifest(slot);
        }
        if record.version < store.owners[slot].floor {
            context.dropped.records_void += 1;
            return;
        }
        let name = (record.topic, record.key);
        let mut place = store.locate(slot, record.topic, record.key);
        let theirs = (record.version, record.value.is_none(), record.value.unwrap_or_default());
        if let Ok(at) = place
            && store.items[store.owners[slot].items[at]].rank() >= theirs
        {
            return;
        }
        self.counter = self.counter.max(record.version);
        if self.counter > HONEST {
            let floor = store.owners[slot].floor;
            return self.begin_life(store, slot, floor, context);
        }
        if place.is_err() && store.owners[slot].items.len() >= context.limits().records_per_owner as usize {
            // Below the new floor, nobody holds it any more.
            let last = self.counter;
            self.put_all(store, slot, false);
            return self.raise_floor(store, slot, last);
        }
        if let Ok(at) = place {
            let item = store.owners[slot].items[at];
            let version = self.next();
            store.change(slot, item, |item, owner| item.raise(owner, version));
            return store.tell(item);
        }
        place = store.locate(slot, record.topic, record.key);
        self.set(store, slot, place, name, None);
    }

    /// A manifest of ours, as somebody holds it.
    pub(super) fn hear_manifest<I: Identity>(
        &mut self,
        store: &mut Store<I>,
        manifest: &Manifest<I>,
        context: &mut Context<'_, I>,
    ) {
        if manifest.identity != *context.me() {
            context.dropped.records_void += 1;
            return;
        }
        let life = self.life(context);
        if I::RENEWS && manifest.life != life {
            return context.renew();
        }
        let first = self.slot.is_none();
        let slot = self.publish(store, context);
        let floor = store.owners[slot].floor;
        let beaten = (manifest.floor, manifest.life) > (floor, life);
        if manifest.life == life && manifest.floor <= floor {
            return;
        }
        if !beaten && !first {
            return store.tell_manifest(slot);
        }
        if manifest.life != life && !first && self.is_third_twin(context.now()) && life < manifest.life {
            return self.fall_silent(store, slot, (manifest.life, manifest.floor), context);
        }
        if manifest.floor > HONEST {
            return self.begin_life(store, slot, manifest.floor, context);
        }
        self.counter = self.counter.max(manifest.floor);
        let floor = self.next();
        self.put_all(store, slot, true);
        store.declare(slot, |owner| owner.floor = floor);
        store.tell_manifest(slot);
    }

    fn is_third_twin(&mut self, now: Instant) -> bool {
        let (first, count) = match self.alarms {
            Some((first, count)) if now.since(first) <= TWIN_WINDOW => (first, count + 1),
            _ => (now, 1),
        };
        self.alarms = Some((first, count));
        count >= TWIN_ALARMS
    }

    /// The other process owns our records from now on.
    fn fall_silent<I: Identity>(
        &mut self,
        store: &mut Store<I>,
        slot: Slot,
        (life, floor): (u32, u64),
        context: &mut Context<'_, I>,
    ) {
        (self.slot, self.silenced) = (None, true);
        let owner = context.me().addr();
        for at in &store.owners[slot].items {
            let item = &store.items[*at];
            if !item.removed {
                let (topic, key) = (item.topic, item.key().into());
                context.emit(Event::Withdrawn { owner: owner.clone(), topic, key });
            }
        }
        store.retain(slot, |_| false);
        store.declare(slot, |owner| (owner.life, owner.floor) = (life, floor));
        context.emit(Event::Conflict { rival: context.me().clone() });
    }

    /// The numbers are used up, by somebody who forged ours: we begin another life, above the floor that is
    /// held. Where that is used up as well, only another identity's manifest can have a lower one.
    fn begin_life<I: Identity>(
        &mut self,
        store: &mut Store<I>,
        slot: Slot,
        held: u64,
        context: &mut Context<'_, I>,
    ) {
        let life = context.random() as u32;
        let floor = match held {
            0..=HONEST => held + 1,
            _ if I::RENEWS => {
                context.renew();
                0
            }
            _ => return self.fall_silent(store, slot, (life, held), context),
        };
        (self.life, self.counter, self.collecting) = (Some(life), floor, None);
        store.retain(slot, |item| !item.removed);
        store.declare(slot, |owner| (owner.life, owner.floor) = (life, floor));
        self.put_all(store, slot, true);
        store.tell_manifest(slot);
    }

    /// We go on under another identity: what was said of the old one holds for the new one.
    pub(super) fn renewed<I: Identity>(&mut self, store: &mut Store<I>, context: &mut Context<'_, I>) {
        if let Some(slot) = self.slot {
            store.declare(slot, |owner| owner.identity = context.me().clone());
            store.tell_manifest(slot);
        }
        self.silenced &= self.slot.is_some();
    }

    /// How many manifests and records of ours are still to be told.
    pub(super) fn backlog<I: Identity>(&self, store: &Store<I>) -> usize {
        let Some(slot) = self.slot else { return 0 };
        let owner = &store.owners[slot];
        let records = owner.items.iter().filter(|at| store.items[**at].link.is_listed()).count();
        records + usize::from(owner.link.is_listed())
    }
}
