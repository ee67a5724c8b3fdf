//! Records in chunks: stable places, no copying while it grows.
//!
//! Invariant: a [`Slot`] handed out by `insert` stays valid until `remove`; the vacant places are threaded, those
//! of a new chunk in their order. Cost: O(1) each; growth allocates one chunk and moves nothing.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// Records in a chunk.
const CHUNK: usize = 256;
/// The end of the list of vacant places.
const END: u32 = u32::MAX;

/// A place in [`Slots`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Slot(u32);

impl Slot {
    /// The place as a number, for intrusive lists.
    #[inline]
    pub(crate) const fn index(self) -> u32 {
        self.0
    }

    /// The place with this number.
    pub(crate) const fn at(index: u32) -> Self {
        Self(index)
    }
}

#[derive(Debug)]
enum Place<T> {
    Vacant(u32),
    Occupied(T),
}

/// A slab in chunks of 256.
#[derive(Debug)]
pub(crate) struct Slots<T> {
    /// Of a length that is known: a place in a chunk needs no check.
    chunks: Vec<Box<[Place<T>; CHUNK]>>,
    vacant: u32,
}

impl<T> Slots<T> {
    pub(crate) const fn new() -> Self {
        Self { chunks: Vec::new(), vacant: END }
    }

    pub(crate) fn insert(&mut self, value: T) -> Slot {
        if self.vacant == END {
            self.grow();
        }
        let slot = Slot(self.vacant);
        let place = self.place_mut(slot).expect("the list of vacant places names existing ones");
        let Place::Vacant(next) = *place else { unreachable!("the list of vacant places names vacant ones") };
        *place = Place::Occupied(value);
        self.vacant = next;
        slot
    }

    /// Adds a chunk of vacant places.
    #[cold]
    fn grow(&mut self) {
        let first = (self.chunks.len() * CHUNK) as u32;
        let next = |at: usize| if at + 1 == CHUNK { END } else { first + at as u32 + 1 };
        let places: Box<[_]> = (0..CHUNK).map(|at| Place::Vacant(next(at))).collect();
        let Ok(chunk) = places.try_into() else { unreachable!("as many places as a chunk has") };
        self.chunks.push(chunk);
        self.vacant = first;
    }

    pub(crate) fn remove(&mut self, slot: Slot) -> T {
        let vacant = self.vacant;
        let place = self.place_mut(slot).expect("slots are never given back");
        match core::mem::replace(place, Place::Vacant(vacant)) {
            Place::Occupied(value) => {
                self.vacant = slot.0;
                value
            }
            Place::Vacant(_) => unreachable!("a slot is removed once"),
        }
    }

    #[inline]
    pub(crate) fn get(&self, slot: Slot) -> Option<&T> {
        let at = slot.0 as usize;
        match &self.chunks.get(at / CHUNK)?[at % CHUNK] {
            Place::Occupied(value) => Some(value),
            Place::Vacant(_) => None,
        }
    }

    pub(crate) fn get_mut(&mut self, slot: Slot) -> Option<&mut T> {
        match self.place_mut(slot)? {
            Place::Occupied(value) => Some(value),
            Place::Vacant(_) => None,
        }
    }

    fn place_mut(&mut self, slot: Slot) -> Option<&mut Place<T>> {
        let at = slot.0 as usize;
        Some(&mut self.chunks.get_mut(at / CHUNK)?[at % CHUNK])
    }
}

impl<T> core::ops::Index<Slot> for Slots<T> {
    type Output = T;

    #[inline]
    fn index(&self, slot: Slot) -> &T {
        self.get(slot).expect("the slot is occupied")
    }
}

impl<T> core::ops::IndexMut<Slot> for Slots<T> {
    fn index_mut(&mut self, slot: Slot) -> &mut T {
        self.get_mut(slot).expect("the slot is occupied")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_stable_and_used_again() {
        let mut slots = Slots::new();
        let all: Vec<Slot> = (0..600).map(|n| slots.insert(n)).collect();
        assert_eq!(slots.remove(all[300]), 300);
        assert_eq!(slots.get(all[300]), None);
        assert_eq!(slots.insert(7), all[300]);
        assert_eq!((slots[all[599]], slots[all[0]]), (599, 0));
    }
}
