//! The order in which members are probed: round robin over a random order (SWIM §4.3).
//!
//! A dense array of the active members: those visited in this round, those still to be visited, and those
//! who came meanwhile and wait for the next round. Each step draws one of the second kind and swaps it to
//! the cursor, which shuffles as it goes. Invariants: nobody is visited twice in a round, and a round visits
//! only who was there when it began; so whoever stays a member is visited within 2n − 1 steps, n being the
//! most that are there at a time, whoever else comes and goes. (Were newcomers let into the present round,
//! steady churn could keep it from ever ending.) A forced visit adds a step. Cost: O(1) each.

use super::slots::Slot;
use alloc::vec::Vec;
use rand::RngExt;
use rand::rngs::SmallRng;

/// Where a slot's position in a dense array is written down.
pub(crate) trait Positions {
    /// Notes that `slot` is at `position` now.
    fn place(&mut self, slot: Slot, position: u32);
}

/// A table for tests.
#[cfg(test)]
impl Positions for alloc::collections::BTreeMap<u32, u32> {
    fn place(&mut self, slot: Slot, position: u32) {
        self.insert(slot.index(), position);
    }
}

/// Active members, in the order of probing.
#[derive(Debug, Default)]
pub(crate) struct Order {
    slots: Vec<Slot>,
    /// Positions before it were visited in this round.
    cursor: usize,
    /// Positions from it on wait for the next round.
    end: usize,
    /// What stands at the cursor is to be visited next, undrawn.
    forced: bool,
    /// The last visit was forced; the next is not, so that nobody can starve the others.
    was_forced: bool,
}

impl Order {
    pub(crate) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(crate) fn as_slice(&self) -> &[Slot] {
        &self.slots
    }

    /// Adds a slot, for the next round.
    pub(crate) fn insert(&mut self, slot: Slot, positions: &mut impl Positions) {
        positions.place(slot, self.slots.len() as u32);
        self.slots.push(slot);
    }

    /// Removes what stands at `position`.
    pub(crate) fn remove(&mut self, position: u32, positions: &mut impl Positions) {
        let mut hole = position as usize;
        self.forced &= hole > self.cursor;
        if hole < self.cursor {
            self.cursor -= 1;
            hole = self.fill(hole, self.cursor, positions);
        }
        if hole < self.end {
            self.end -= 1;
            hole = self.fill(hole, self.end, positions);
        }
        self.fill(hole, self.slots.len() - 1, positions);
        self.slots.pop();
    }

    /// Fills a hole with what stands at `from`, which is the hole from then on.
    fn fill(&mut self, hole: usize, from: usize, positions: &mut impl Positions) -> usize {
        if hole != from {
            self.set(hole, self.slots[from], positions);
        }
        from
    }

    /// The next one to probe.
    pub(crate) fn next(&mut self, rng: &mut SmallRng, positions: &mut impl Positions) -> Option<Slot> {
        if self.slots.is_empty() {
            return None;
        }
        if self.cursor == self.end {
            self.cursor = 0;
            self.end = self.slots.len();
        }
        if core::mem::take(&mut self.forced) {
            self.was_forced = true;
        } else {
            self.was_forced = false;
            let drawn = rng.random_range(self.cursor..self.end);
            self.swap(self.cursor, drawn, positions);
        }
        self.cursor += 1;
        Some(self.slots[self.cursor - 1])
    }

    /// Has what stands at `position` visited next, if the last visit was not a forced one too.
    pub(crate) fn force(&mut self, position: u32, positions: &mut impl Positions) {
        if self.was_forced {
            return;
        }
        let mut position = position as usize;
        if position < self.cursor {
            self.cursor -= 1;
        } else if position >= self.end {
            self.swap(position, self.end, positions);
            position = self.end;
            self.end += 1;
        }
        self.swap(position, self.cursor, positions);
        self.forced = true;
    }

    fn swap(&mut self, a: usize, b: usize, positions: &mut impl Positions) {
        if a != b {
            let (at_a, at_b) = (self.slots[a], self.slots[b]);
            self.set(a, at_b, positions);
            self.set(b, at_a, positions);
        }
    }

    fn set(&mut self, position: usize, slot: Slot, positions: &mut impl Positions) {
        self.slots[position] = slot;
        positions.place(slot, position as u32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use rand::SeedableRng;

    #[test]
    fn nobody_waits_longer_than_2n_minus_1_steps_while_others_come_and_go() {
        let mut rng = SmallRng::seed_from_u64(7);
        let (mut order, mut table) = (Order::default(), BTreeMap::new());
        let stays = 20;
        for slot in 0..stays {
            order.insert(Slot::at(slot), &mut table);
        }
        let mut fresh = 1000;
        let mut visitors = Vec::new();
        let mut waited = BTreeMap::new();
        for _ in 0..20_000 {
            if rng.random_bool(0.5) && visitors.len() < 20 {
                visitors.push(fresh);
                order.insert(Slot::at(fresh), &mut table);
                fresh += 1;
            } else if let Some(gone) = visitors.pop() {
                order.remove(table.remove(&gone).unwrap(), &mut table);
            }
            // 40 is the most that are there at any time, so that the bound is 2·40 − 1 at the worst.
            let visited = order.next(&mut rng, &mut table).unwrap().index();
            for slot in 0..stays {
                let wait = waited.entry(slot).or_insert(0);
                *wait = if slot == visited { 0 } else { *wait + 1 };
                assert!(*wait < 2 * 40 - 1, "{slot} waited {wait} steps");
            }
        }
    }

    #[test]
    fn a_quiet_cluster_is_visited_once_a_round() {
        let mut rng = SmallRng::seed_from_u64(1);
        let (mut order, mut table) = (Order::default(), BTreeMap::new());
        for slot in 0..9 {
            order.insert(Slot::at(slot), &mut table);
        }
        for _ in 0..50 {
            let mut round: Vec<u32> =
                (0..9).map(|_| order.next(&mut rng, &mut table).unwrap().index()).collect();
            round.sort_unstable();
            assert_eq!(round, (0..9).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_forced_one_is_next_but_never_twice_in_a_row() {
        let mut rng = SmallRng::seed_from_u64(3);
        let (mut order, mut table) = (Order::default(), BTreeMap::new());
        for slot in 0..50 {
            order.insert(Slot::at(slot), &mut table);
        }
        for step in 0..200 {
            let wanted = step % 50;
            order.force(table[&wanted], &mut table);
            assert_eq!(order.next(&mut rng, &mut table).unwrap().index(), wanted);
            order.force(table[&wanted], &mut table);
            order.next(&mut rng, &mut table);
            for (slot, position) in &table {
                assert_eq!(order.as_slice()[*position as usize].index(), *slot);
            }
        }
    }
}
