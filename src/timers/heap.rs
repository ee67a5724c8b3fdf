//! An indexed binary heap of deadlines.
//!
//! Entries are named by small numbers of the owner's (a slab's keys). Ties are served in the order of
//! those numbers, so that runs repeat. Invariant: `places[id]` is where `id` stands in `heap`. Cost: peek
//! O(1), set and remove O(log n).

use crate::time::Instant;
use alloc::vec::Vec;

/// Deadlines by id.
#[derive(Debug, Default)]
pub(crate) struct DeadlineHeap {
    heap: Vec<(Instant, u32)>,
    places: Vec<u32>,
}

/// Not in the heap.
const NOWHERE: u32 = u32::MAX;

impl DeadlineHeap {
    /// The earliest deadline and whose it is.
    pub(crate) fn peek(&self) -> Option<(Instant, u32)> {
        self.heap.first().copied()
    }

    /// Sets or moves the deadline of `id`.
    pub(crate) fn set(&mut self, id: u32, deadline: Instant) {
        if self.places.len() <= id as usize {
            self.places.resize(id as usize + 1, NOWHERE);
        }
        let at = match self.places[id as usize] {
            NOWHERE => {
                self.heap.push((deadline, id));
                self.heap.len() - 1
            }
            at => {
                self.heap[at as usize].0 = deadline;
                at as usize
            }
        };
        let at = self.up(at);
        self.down(at);
    }

    /// Removes the deadline of `id`, if it has one.
    pub(crate) fn remove(&mut self, id: u32) {
        let Some(place) = self.places.get_mut(id as usize) else { return };
        let at = core::mem::replace(place, NOWHERE) as usize;
        if at >= self.heap.len() {
            return;
        }
        self.heap.swap_remove(at);
        if at < self.heap.len() {
            let at = self.up(at);
            self.down(at);
        }
    }

    fn up(&mut self, mut at: usize) -> usize {
        while at > 0 && self.heap[at] < self.heap[(at - 1) / 2] {
            let parent = (at - 1) / 2;
            self.heap.swap(at, parent);
            self.note(at);
            at = parent;
        }
        self.note(at);
        at
    }

    fn down(&mut self, mut at: usize) {
        loop {
            let left = 2 * at + 1;
            let Some(&first) = self.heap.get(left) else { break };
            let child =
                if self.heap.get(left + 1).is_some_and(|second| *second < first) { left + 1 } else { left };
            if self.heap[at] <= self.heap[child] {
                break;
            }
            self.heap.swap(at, child);
            self.note(at);
            at = child;
        }
        self.note(at);
    }

    fn note(&mut self, at: usize) {
        if let Some(&(_, id)) = self.heap.get(at) {
            self.places[id as usize] = at as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use rand::rngs::SmallRng;
    use rand::{RngExt, SeedableRng};

    #[test]
    fn the_earliest_is_first_after_any_history() {
        let mut rng = SmallRng::seed_from_u64(5);
        let (mut heap, mut plain) = (DeadlineHeap::default(), BTreeMap::new());
        for _ in 0..20_000 {
            let id = rng.random_range(0..50);
            if rng.random_bool(0.3) {
                heap.remove(id);
                plain.remove(&id);
            } else {
                let deadline = Instant::from_micros(rng.random_range(0..100));
                heap.set(id, deadline);
                plain.insert(id, deadline);
            }
            assert_eq!(heap.peek(), plain.iter().map(|(id, deadline)| (*deadline, *id)).min());
        }
    }
}
