//! Which user events are known: a sliding window of 64 for each of the four lives of an origin that were heard last.
//!
//! Of a process that crashes again and again, events of older lives still arrive after those of the newest; with
//! room for two lives each such straggler would make the other one forgotten, and its events told again.
//!
//! Bounded: when there is no room for another origin, one that was not heard for a minute makes room, if any
//! of a few looked at was not; else the newcomer's events are dropped. Cost: O(1).

use crate::time::Instant;
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hash};
use core::time::Duration;
use foldhash::quality::SeedableRandomState;
use hashbrown::HashTable;

/// Lives of an origin that are remembered.
const LIVES: usize = 4;
/// How long an origin must have been silent to make room.
const SILENCE: Duration = Duration::from_secs(60);
/// How many are looked at.
const LOOKS: usize = 8;

/// The last events of one life: the highest, and which of the 64 up to it are known.
#[derive(Clone, Copy, Debug)]
struct Window {
    life: u32,
    top: u64,
    known: u64,
}

impl Window {
    /// Notes an event; false if it is known, or too old to say.
    fn note(&mut self, seq: u64) -> bool {
        if seq > self.top {
            self.known = self.known.checked_shl((seq - self.top).min(64) as u32).unwrap_or(0) | 1;
            self.top = seq;
            return true;
        }
        let bit = 1u64.checked_shl((self.top - seq).min(64) as u32).unwrap_or(0);
        let new = bit != 0 && self.known & bit == 0;
        self.known |= bit;
        new
    }
}

#[derive(Debug)]
struct Origin<A> {
    key: A,
    /// A life each, the one heard last first; most have one.
    windows: Vec<Window>,
    heard: Instant,
}

/// The windows of all origins.
#[derive(Debug)]
pub(super) struct Windows<A> {
    origins: Vec<Origin<A>>,
    index: HashTable<usize>,
    hasher: SeedableRandomState,
    hand: usize,
}

/// What is known of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Known {
    /// It was not heard before.
    New,
    /// It was, or it is too old to say.
    Old,
    /// There is no room for its origin.
    Full,
}

impl<A: Clone + Eq + Hash> Windows<A> {
    pub(super) fn new() -> Self {
        Self {
            origins: Vec::new(),
            index: HashTable::new(),
            hasher: SeedableRandomState::with_seed(0, foldhash::SharedSeed::global_fixed()),
            hand: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.origins.len()
    }

    /// Notes an event. `seed` is used while nothing is known; `most` bounds the origins.
    pub(super) fn note(&mut self, now: Instant, key: &A, event: (u32, u64), most: usize, seed: u64) -> Known {
        if self.origins.is_empty() {
            self.hasher = SeedableRandomState::with_seed(seed, foldhash::SharedSeed::global_fixed());
        }
        let Some(at) = self.find(key).or_else(|| self.add(now, key, most)) else { return Known::Full };
        let (life, seq) = event;
        let Origin { windows, heard, .. } = &mut self.origins[at];
        *heard = now;
        if let Some(at) = windows.iter().position(|window| window.life == life) {
            windows[..=at].rotate_right(1);
            return if windows[0].note(seq) { Known::New } else { Known::Old };
        }
        windows.truncate(LIVES - 1);
        windows.reserve_exact(1);
        windows.insert(0, Window { life, top: seq, known: 1 });
        Known::New
    }

    fn find(&self, key: &A) -> Option<usize> {
        self.index.find(self.hasher.hash_one(key), |at| self.origins[*at].key == *key).copied()
    }

    fn add(&mut self, now: Instant, key: &A, most: usize) -> Option<usize> {
        let origin = Origin { key: key.clone(), windows: Vec::new(), heard: now };
        let at = if self.origins.len() < most {
            self.origins.push(origin);
            self.origins.len() - 1
        } else {
            let at = self.silent(now)?;
            let hash = self.hasher.hash_one(&self.origins[at].key);
            if let Ok(entry) = self.index.find_entry(hash, |other| *other == at) {
                entry.remove();
            }
            self.origins[at] = origin;
            at
        };
        let Self { origins, index, hasher, .. } = self;
        index.insert_unique(hasher.hash_one(key), at, |at| hasher.hash_one(&origins[*at].key));
        Some(at)
    }

    fn silent(&mut self, now: Instant) -> Option<usize> {
        (0..LOOKS.min(self.origins.len())).find_map(|_| {
            self.hand = (self.hand + 1) % self.origins.len();
            (now.since(self.origins[self.hand].heard) >= SILENCE).then_some(self.hand)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Instant {
        Instant::from_millis(seconds * 1_000)
    }

    #[test]
    fn each_event_is_new_once_in_whatever_order() {
        let mut windows = Windows::new();
        let mut note = |seq| windows.note(at(1), &"a", (7, seq), 4, 1);
        for seq in [3, 1, 2, 64, 66, 65] {
            assert_eq!(note(seq), Known::New, "{seq}");
            assert_eq!(note(seq), Known::Old, "{seq}");
        }
        // 66 is the highest: 2 lies outside the window, 4 inside.
        assert_eq!((note(2), note(4), note(200), note(66)), (Known::Old, Known::New, Known::New, Known::Old));
        assert_eq!((note(137), note(136)), (Known::New, Known::Old));
        assert_eq!((note(u64::MAX), note(u64::MAX - 63), note(0)), (Known::New, Known::New, Known::Old));
    }

    #[test]
    fn four_lives_do_not_disturb_each_other_and_a_fifth_takes_the_place_of_the_longest_unheard() {
        let mut windows = Windows::new();
        let mut note = |life, seq| windows.note(at(1), &"a", (life, seq), 4, 1);
        for life in 1..=4 {
            assert_eq!((note(life, 9), note(life, 9)), (Known::New, Known::Old), "{life}");
        }
        // A straggler of the first life, so that the second is the longest unheard.
        assert_eq!((note(1, 8), note(5, 1)), (Known::New, Known::New));
        for life in [1, 3, 4] {
            assert_eq!(note(life, 9), Known::Old, "{life}");
        }
        assert_eq!(note(2, 9), Known::New);
    }

    #[test]
    fn an_origin_that_was_silent_makes_room_and_no_other() {
        let mut windows = Windows::new();
        assert_eq!(windows.note(at(1), &"a", (1, 1), 2, 1), Known::New);
        assert_eq!(windows.note(at(50), &"b", (1, 1), 2, 1), Known::New);
        assert_eq!(windows.note(at(60), &"c", (1, 1), 2, 1), Known::Full);
        assert_eq!(windows.note(at(61), &"c", (1, 1), 2, 1), Known::New);
        assert_eq!((windows.note(at(61), &"b", (1, 1), 2, 1), windows.len()), (Known::Old, 2));
    }
}
