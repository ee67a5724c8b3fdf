//! The departed: members held `Down` or `Left`, until they are forgotten.
//!
//! A dense array with the `Down` ones first, so that one of them can be drawn, threaded by age, so that
//! the oldest is known. Cost: O(1) each.

use super::order::Positions;
use super::slots::Slot;
use crate::time::Instant;
use alloc::vec::Vec;

/// The end of the list of ages.
const END: u32 = u32::MAX;

#[derive(Debug)]
struct Entry {
    slot: Slot,
    since: Instant,
    older: u32,
    newer: u32,
}

/// The departed members.
#[derive(Debug)]
pub(crate) struct Departed {
    entries: Vec<Entry>,
    /// Entries before it are `Down`, those from it on `Left`.
    down: usize,
    oldest: u32,
    newest: u32,
}

impl Departed {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), down: 0, oldest: END, newest: END }
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// How many of them are `Down`.
    pub(crate) fn down(&self) -> usize {
        self.down
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = Slot> {
        self.entries.iter().map(|entry| entry.slot)
    }

    /// The `n`th of the `Down` ones, in no order that means anything.
    pub(crate) fn nth_down(&self, n: usize) -> Slot {
        debug_assert!(n < self.down);
        self.entries[n].slot
    }

    /// The one that departed first, and when.
    pub(crate) fn oldest(&self) -> Option<(Slot, Instant)> {
        self.entries.get(self.oldest as usize).map(|entry| (entry.slot, entry.since))
    }

    /// Adds one that departs at `since`, which is no earlier than any that was given before.
    pub(crate) fn insert(
        &mut self,
        slot: Slot,
        since: Instant,
        is_down: bool,
        positions: &mut impl Positions,
    ) {
        let position = self.entries.len() as u32;
        self.entries.push(Entry { slot, since, older: self.newest, newer: END });
        match self.entries.get_mut(self.newest as usize) {
            Some(newest) => newest.newer = position,
            None => self.oldest = position,
        }
        self.newest = position;
        positions.place(slot, position);
        if is_down {
            self.swap(position, self.down as u32, positions);
            self.down += 1;
        }
    }

    /// Turns the `Down` one at `position` into a `Left` one; it keeps its age.
    pub(crate) fn turn_left(&mut self, position: u32, positions: &mut impl Positions) {
        debug_assert!((position as usize) < self.down);
        self.down -= 1;
        self.swap(position, self.down as u32, positions);
    }

    /// Removes what stands at `position`.
    pub(crate) fn remove(&mut self, mut position: u32, positions: &mut impl Positions) {
        if (position as usize) < self.down {
            self.turn_left(position, positions);
            position = self.down as u32;
        }
        let last = self.entries.len() as u32 - 1;
        self.swap(position, last, positions);
        let gone = self.entries.pop().expect("a position exists among the departed");
        self.relink(gone.older, |entry| &mut entry.newer, gone.newer);
        self.relink(gone.newer, |entry| &mut entry.older, gone.older);
        if self.newest == last {
            self.newest = gone.older;
        }
        if self.oldest == last {
            self.oldest = gone.newer;
        }
    }

    fn relink(&mut self, at: u32, side: fn(&mut Entry) -> &mut u32, to: u32) {
        if let Some(entry) = self.entries.get_mut(at as usize) {
            *side(entry) = to;
        }
    }

    /// Exchanges two entries and mends the links that lead to them.
    fn swap(&mut self, a: u32, b: u32, positions: &mut impl Positions) {
        if a == b {
            return;
        }
        let moved = |at: u32| match at {
            _ if at == a => b,
            _ if at == b => a,
            _ => at,
        };
        let neighbours = [a, b].map(|at| (self.entries[at as usize].older, self.entries[at as usize].newer));
        self.entries.swap(a as usize, b as usize);
        for (to, (older, newer)) in [b, a].into_iter().zip(neighbours) {
            let entry = &mut self.entries[to as usize];
            (entry.older, entry.newer) = (moved(older), moved(newer));
            positions.place(entry.slot, to);
        }
        for (to, (older, newer)) in [b, a].into_iter().zip(neighbours) {
            self.relink(moved(older), |entry| &mut entry.newer, to);
            self.relink(moved(newer), |entry| &mut entry.older, to);
        }
        self.oldest = moved(self.oldest);
        self.newest = moved(self.newest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use rand::rngs::SmallRng;
    use rand::{RngExt, SeedableRng};

    /// Against a plain list in the order of departure.
    #[test]
    fn ages_and_kinds_survive_any_history() {
        let mut rng = SmallRng::seed_from_u64(11);
        let (mut departed, mut table) = (Departed::new(), BTreeMap::new());
        let mut plain: Vec<(u32, bool)> = Vec::new();
        for step in 0..20_000_u32 {
            match rng.random_range(0..3) {
                0 if plain.len() < 40 => {
                    let is_down = rng.random_bool(0.5);
                    departed.insert(Slot::at(step), Instant::from_micros(step.into()), is_down, &mut table);
                    plain.push((step, is_down));
                }
                1 if !plain.is_empty() => {
                    let (slot, _) = plain.remove(rng.random_range(0..plain.len()));
                    departed.remove(table.remove(&slot).unwrap(), &mut table);
                }
                _ if !plain.is_empty() => {
                    let at = rng.random_range(0..plain.len());
                    if core::mem::take(&mut plain[at].1) {
                        departed.turn_left(table[&plain[at].0], &mut table);
                    }
                }
                _ => {}
            }
            let oldest =
                plain.first().map(|(slot, _)| (Slot::at(*slot), Instant::from_micros((*slot).into())));
            assert_eq!(departed.oldest(), oldest);
            assert_eq!(
                (departed.len(), departed.down()),
                (plain.len(), plain.iter().filter(|p| p.1).count())
            );
            for n in 0..departed.down() {
                let slot = departed.nth_down(n).index();
                assert!(plain.contains(&(slot, true)));
            }
        }
    }
}
