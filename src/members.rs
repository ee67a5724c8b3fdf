//! The table of members: everything that is held of others, by key.
//!
//! Records live in chunks; an index leads from a key to its record; two dense arrays list the active
//! (in the order of probing) and the departed (the ones held down first, threaded by age); the active are
//! digested and listed by the fingerprint of their key. Invariant: a
//! record is in the array that its state says, at the position that it notes. Cost: find, insert, remove
//! and move O(1); k random ones O(k).

mod check;
mod departed;
mod order;
mod plane;
mod slots;

pub(crate) use slots::{Slot, Slots};

use crate::digest::{Digest, Entry, member_value};
use crate::dissemination::{Link, Links};
use crate::fingerprint::{destination, fingerprint};
use crate::identity::{Identity, key_hash};
use crate::state::State;
use crate::time::Instant;
use alloc::vec::Vec;
use core::num::NonZeroU32;
use departed::Departed;
use foldhash::fast::SeedableRandomState;
use hashbrown::HashTable;
use order::{Order, Positions};
use plane::Plane;
use rand::RngExt;
use rand::rngs::SmallRng;

/// Another member, as it is held here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Member<I> {
    pub(crate) identity: I,
    pub(crate) incarnation: u32,
    pub(crate) state: State,
}

impl<I> Member<I> {
    /// Who it is.
    pub fn identity(&self) -> &I {
        &self.identity
    }

    /// How often it has answered suspicion under this identity.
    pub fn incarnation(&self) -> u32 {
        self.incarnation
    }

    /// What it is held to be.
    pub fn state(&self) -> State {
        self.state
    }
}

/// A member and its places in the engine's structures.
#[derive(Debug)]
struct Record<I> {
    member: Member<I>,
    /// What datagrams to it say of whom they are meant for.
    dst: Option<NonZeroU32>,
    /// Its position among the active or the departed.
    position: u32,
    /// Its place in its leaf while it is active.
    place: u32,
    link: Link,
}

/// The table.
pub(crate) struct Members<I> {
    slots: Slots<Record<I>>,
    index: HashTable<Slot>,
    hasher: SeedableRandomState,
    active: Order,
    departed: Departed,
    plane: Plane,
}

impl<I: Identity> Members<I> {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            slots: Slots::new(),
            index: HashTable::new(),
            hasher: SeedableRandomState::with_seed(seed, foldhash::SharedSeed::global_fixed()),
            active: Order::default(),
            departed: Departed::new(),
            plane: Plane::new(),
        }
    }

    /// How many members there are: the others, alive or suspect.
    pub(crate) fn len(&self) -> usize {
        self.active.len()
    }

    pub(crate) fn departed(&self) -> &Departed {
        &self.departed
    }

    /// The active members, in the order of probing.
    pub(crate) fn active(&self) -> &[Slot] {
        self.active.as_slice()
    }

    /// Where a key's record is.
    #[inline]
    pub(crate) fn find(&self, addr: &I::Addr) -> Option<Slot> {
        self.find_member(addr).map(|(slot, _)| slot)
    }

    /// The same, and what it says.
    pub(crate) fn find_member(&self, addr: &I::Addr) -> Option<(Slot, &Member<I>)> {
        let hash = key_hash::<I>(&self.hasher, addr);
        let mut held = None;
        let slot = self.index.find(hash, |slot| {
            let member = &self.slots[*slot].member;
            held = Some(member);
            member.identity.is_at(addr)
        })?;
        Some((*slot, held?))
    }

    /// Whether a key is of an active member.
    pub(crate) fn is_active(&self, addr: &I::Addr) -> bool {
        self.find(addr).is_some_and(|slot| self[slot].state.is_active())
    }

    #[inline]
    pub(crate) fn get(&self, slot: Slot) -> Option<&Member<I>> {
        self.slots.get(slot).map(|record| &record.member)
    }

    /// Adds an alive member whose key is not held.
    pub(crate) fn insert(&mut self, identity: I, incarnation: u32) -> Slot {
        let addr = identity.addr();
        debug_assert!(self.find(&addr).is_none(), "a key has one record");
        let member = Member { identity, incarnation, state: State::Alive };
        let record = Record { member, dst: destination(&addr), position: 0, place: 0, link: Link::NONE };
        let slot = self.slots.insert(record);
        let Self { slots, index, hasher, active, .. } = self;
        active.insert(slot, slots);
        index.insert_unique(key_hash::<I>(hasher, &addr), slot, |slot| {
            key_hash::<I>(hasher, &slots[*slot].member.identity.addr())
        });
        self.enter_plane(slot);
        slot
    }

    /// Moves an active member to the departed.
    pub(crate) fn depart(&mut self, slot: Slot, now: Instant, state: State) {
        debug_assert!(self[slot].state.is_active() && !state.is_active());
        self.leave_plane(slot);
        let record = &mut self.slots[slot];
        record.member.state = state;
        self.active.remove(record.position, &mut self.slots);
        self.departed.insert(slot, now, state == State::Down, &mut self.slots);
    }

    /// Moves a departed member to the alive.
    pub(crate) fn revive(&mut self, slot: Slot) {
        debug_assert!(!self[slot].state.is_active());
        let record = &mut self.slots[slot];
        record.member.state = State::Alive;
        self.departed.remove(record.position, &mut self.slots);
        self.active.insert(slot, &mut self.slots);
        self.enter_plane(slot);
    }

    /// Sets a member's incarnation.
    pub(crate) fn set_incarnation(&mut self, slot: Slot, incarnation: u32) {
        let Self { slots, plane, .. } = self;
        let member = &mut slots[slot].member;
        let held = core::mem::replace(&mut member.incarnation, incarnation);
        if member.state.is_active() && held != incarnation {
            let (key, identity) = (fingerprint(&member.identity.addr()), fingerprint(&member.identity));
            plane.toggle(key, member_value(key, identity, held) ^ member_value(key, identity, incarnation));
        }
    }

    /// Puts another identity of the same key in the place of the one that is held, which is returned.
    pub(crate) fn replace(&mut self, slot: Slot, identity: I, incarnation: u32) -> I {
        let was = self.entry(slot);
        let member = &mut self.slots[slot].member;
        let old = core::mem::replace(&mut member.identity, identity);
        member.incarnation = incarnation;
        if member.state.is_active() {
            self.plane.toggle(was.position.key, was.value ^ self.entry(slot).value);
        }
        old
    }

    /// Marks an active member as suspect.
    pub(crate) fn suspect(&mut self, slot: Slot) {
        self.slots[slot].member.state = State::Suspect;
    }

    /// Marks a suspect as alive.
    pub(crate) fn clear(&mut self, slot: Slot) {
        self.slots[slot].member.state = State::Alive;
    }

    /// The digest of the active members.
    pub(crate) fn digest(&self) -> &Digest {
        self.plane.digest()
    }

    /// What the digest says of an active member.
    pub(crate) fn entry(&self, slot: Slot) -> Entry {
        let Member { identity, incarnation, .. } = &self[slot];
        Entry::of(identity, *incarnation, slot.index().into())
    }

    /// The fingerprint of a member's key.
    pub(crate) fn key(&self, slot: Slot) -> u64 {
        fingerprint(&self[slot].identity.addr())
    }

    /// Whom a datagram to a member is meant for, and what it says of that.
    #[inline]
    pub(crate) fn receiver(&self, slot: Slot) -> (&I, Option<NonZeroU32>) {
        let Record { member, dst, .. } = &self.slots[slot];
        (&member.identity, *dst)
    }

    /// The entries of the active members whose keys' fingerprints lie from `from` to `until`, both included, in
    /// their order. The token is the slot.
    pub(crate) fn entries(&self, from: u64, until: u64, out: &mut Vec<Entry>) {
        out.extend(self.plane.slots(from, until).map(|slot| self.entry(slot)));
        out.retain(|entry| (from..=until).contains(&entry.position.key));
        out.sort_unstable_by_key(|entry| (entry.position.key, entry.token));
    }

    fn enter_plane(&mut self, slot: Slot) {
        let entry = self.entry(slot);
        self.slots[slot].place = self.plane.list(entry.position.key, slot);
        self.plane.toggle(entry.position.key, entry.value);
    }

    fn leave_plane(&mut self, slot: Slot) {
        let (entry, place) = (self.entry(slot), self.slots[slot].place);
        self.plane.toggle(entry.position.key, entry.value);
        if let Some(moved) = self.plane.unlist(entry.position.key, place) {
            self.slots[moved].place = place;
        }
    }

    /// Notes that one held down has left.
    pub(crate) fn turn_left(&mut self, slot: Slot) {
        let record = &mut self.slots[slot];
        debug_assert_eq!(record.member.state, State::Down);
        record.member.state = State::Left;
        self.departed.turn_left(record.position, &mut self.slots);
    }

    /// Notes that one that left was back meanwhile, and is down since `now`.
    pub(crate) fn turn_down(&mut self, slot: Slot, now: Instant) {
        let record = &mut self.slots[slot];
        debug_assert_eq!(record.member.state, State::Left);
        record.member.state = State::Down;
        self.departed.remove(record.position, &mut self.slots);
        self.departed.insert(slot, now, true, &mut self.slots);
    }

    /// Forgets a departed member.
    pub(crate) fn forget(&mut self, slot: Slot) -> Member<I> {
        let record = &self.slots[slot];
        debug_assert!(!record.member.state.is_active());
        let hash = key_hash::<I>(&self.hasher, &record.member.identity.addr());
        if let Ok(entry) = self.index.find_entry(hash, |at| *at == slot) {
            entry.remove();
        }
        self.departed.remove(record.position, &mut self.slots);
        self.slots.remove(slot).member
    }

    /// The next member to probe.
    pub(crate) fn next_to_probe(&mut self, rng: &mut SmallRng) -> Option<Slot> {
        self.active.next(rng, &mut self.slots)
    }

    /// Has an active member probed next.
    pub(crate) fn probe_next(&mut self, slot: Slot) {
        let position = self.slots[slot].position;
        self.active.force(position, &mut self.slots);
    }

    /// Draws up to `count` distinct active members that `wanted` accepts.
    ///
    /// Cost: O(count) draws while most are wanted; at worst a walk over eight times as many. Small tables
    /// are walked whole, so that nobody who is wanted is missed.
    pub(crate) fn sample(
        &self,
        rng: &mut SmallRng,
        count: usize,
        wanted: impl Fn(Slot) -> bool,
        out: &mut Vec<Slot>,
    ) {
        out.clear();
        let active = self.active.as_slice();
        if active.len() <= 8 * count {
            out.extend(active.iter().copied().filter(|slot| wanted(*slot)));
            for at in 0..count.min(out.len()) {
                let drawn = rng.random_range(at..out.len());
                out.swap(at, drawn);
            }
            out.truncate(count);
            return;
        }
        for _ in 0..8 * count {
            let slot = active[rng.random_range(0..active.len())];
            if out.len() < count && wanted(slot) && !out.contains(&slot) {
                out.push(slot);
            }
        }
    }
}

impl<I> core::ops::Index<Slot> for Members<I> {
    type Output = Member<I>;

    #[inline]
    fn index(&self, slot: Slot) -> &Member<I> {
        &self.slots[slot].member
    }
}

impl<I> Positions for Slots<Record<I>> {
    fn place(&mut self, slot: Slot, position: u32) {
        self[slot].position = position;
    }
}

impl<I> Links for Members<I> {
    fn link(&self, slot: Slot) -> &Link {
        &self.slots[slot].link
    }

    fn link_mut(&mut self, slot: Slot) -> &mut Link {
        &mut self.slots[slot].link
    }
}

impl<I> core::fmt::Debug for Members<I> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Members")
            .field("active", &self.active.len())
            .field("departed", &self.departed.len())
            .finish_non_exhaustive()
    }
}
