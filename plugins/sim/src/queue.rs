//! What is due, in order of time: a calendar of short buckets.
//!
//! A heap of everything costs a logarithm an entry. Most entries lie within two seconds, so they are dropped
//! unsorted into the bucket of their time; only the bucket at hand is a heap. What lies farther waits in a
//! heap of its own. Invariant: entries leave in the order of (time, rank, arrival), whatever their number.
//! Cost: O(1) to add within the horizon, O(log entries of one bucket) to take.

use haulout::Instant;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Width of a bucket in powers of two of microseconds: 512 µs.
const SHIFT: u32 = 9;
/// Buckets: a horizon of 2.1 s.
const BUCKETS: usize = 4_096;

/// An entry: when, in which class, in which order it came, and what.
#[derive(Clone, Copy, Debug)]
struct Entry<T> {
    at: u64,
    /// The rank in the highest bit, the number of the entry below it.
    order: u64,
    what: T,
}

impl<T> Entry<T> {
    fn key(&self) -> (u64, u64) {
        (self.at, self.order)
    }
}

/// Reversed, so that the earliest is the greatest, which a heap gives first.
impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl<T> Eq for Entry<T> {}

/// Which of two things that are due at the same instant comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rank {
    /// Datagrams: hosts drain the socket before they serve deadlines.
    Datagram,
    /// Deadlines.
    Deadline,
}

/// The queue.
#[derive(Debug)]
pub struct Queue<T> {
    /// Entries of the bucket at hand, and whatever was added at or before its time.
    near: BinaryHeap<Entry<T>>,
    buckets: Vec<Vec<Entry<T>>>,
    far: BinaryHeap<Entry<T>>,
    /// The number of the bucket at hand, counted from time zero.
    at_hand: u64,
    /// Entries in `buckets`.
    waiting: usize,
    added: u64,
}

impl<T: Copy> Queue<T> {
    /// An empty queue whose calendar begins at `now`.
    pub fn new(now: Instant) -> Self {
        Self {
            near: BinaryHeap::new(),
            buckets: (0..BUCKETS).map(|_| Vec::new()).collect(),
            far: BinaryHeap::new(),
            at_hand: now.as_micros() >> SHIFT,
            waiting: 0,
            added: 0,
        }
    }

    /// How many things are due.
    pub fn len(&self) -> usize {
        self.near.len() + self.waiting + self.far.len()
    }

    /// Whether nothing is due.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds what is due at `at`.
    pub fn push(&mut self, at: Instant, rank: Rank, what: T) {
        self.added += 1;
        let order = (u64::from(rank == Rank::Deadline) << 63) | self.added;
        self.place(Entry { at: at.as_micros(), order, what });
    }

    /// Takes what is due next, if that is not after `until`.
    pub fn pop(&mut self, until: Instant) -> Option<(Instant, T)> {
        let until = until.as_micros();
        loop {
            if let Some(next) = self.near.peek() {
                if next.at > until {
                    return None;
                }
                let entry = self.near.pop()?;
                return Some((Instant::from_micros(entry.at), entry.what));
            }
            if !self.turn(until >> SHIFT) {
                return None;
            }
        }
    }

    fn place(&mut self, entry: Entry<T>) {
        let bucket = entry.at >> SHIFT;
        if bucket <= self.at_hand {
            self.near.push(entry);
        } else if bucket - self.at_hand < BUCKETS as u64 {
            self.buckets[bucket as usize % BUCKETS].push(entry);
            self.waiting += 1;
        } else {
            self.far.push(entry);
        }
    }

    /// Turns to the next bucket with entries, up to `last`; false if there is none.
    fn turn(&mut self, last: u64) -> bool {
        while self.near.is_empty() {
            if self.at_hand >= last {
                return false;
            }
            self.at_hand = if self.waiting > 0 {
                self.at_hand + 1
            } else {
                // Nothing within the horizon: go to where the farthest-sighted begin, or to the end.
                self.far.peek().map_or(last, |next| (next.at >> SHIFT).clamp(self.at_hand + 1, last))
            };
            let horizon = self.at_hand + BUCKETS as u64;
            while self.far.peek().is_some_and(|next| next.at >> SHIFT < horizon) {
                if let Some(entry) = self.far.pop() {
                    self.place(entry);
                }
            }
            let bucket = &mut self.buckets[self.at_hand as usize % BUCKETS];
            self.waiting -= bucket.len();
            self.near.extend(bucket.drain(..));
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::rngs::SmallRng;
    use rand::{RngExt, SeedableRng};

    fn at(micros: u64) -> Instant {
        Instant::from_micros(micros)
    }

    #[test]
    fn at_one_instant_datagrams_come_before_deadlines_and_each_in_their_order() {
        let mut queue = Queue::new(at(0));
        for (rank, what) in
            [(Rank::Deadline, 'c'), (Rank::Datagram, 'a'), (Rank::Deadline, 'd'), (Rank::Datagram, 'b')]
        {
            queue.push(at(70), rank, what);
        }
        let order: String = std::iter::from_fn(|| queue.pop(at(70))).map(|(_, what)| what).collect();
        assert_eq!(order, "abcd");
        assert!(queue.is_empty());
    }

    #[test]
    fn it_gives_what_a_sorted_list_gives() {
        let mut rng = SmallRng::seed_from_u64(1);
        let (mut queue, mut list, mut now) = (Queue::new(at(5_000)), Vec::new(), 5_000_u64);
        for number in 0..20_000_u32 {
            let span = [300, 4_000, 900_000, 40_000_000][rng.random_range(0..4)];
            let due = now + rng.random_range(0..span);
            queue.push(at(due), Rank::Deadline, number);
            list.push((due, number));
            if number % 3 == 0 {
                list.sort_unstable();
                let until = now + rng.random_range(0..200_000);
                while let Some((due, what)) = queue.pop(at(until)) {
                    assert_eq!((due.as_micros(), what), list.remove(0));
                }
                assert!(list.first().is_none_or(|first| first.0 > until), "nothing that is due stays");
                now = until;
            }
            assert_eq!(queue.len(), list.len());
        }
    }

    #[test]
    fn nothing_is_given_before_its_time() {
        let mut queue = Queue::new(at(0));
        queue.push(at(10_000_000), Rank::Datagram, ());
        assert_eq!(queue.pop(at(9_999_999)), None);
        assert_eq!(queue.pop(at(10_000_000)), Some((at(10_000_000), ())));
    }
}
