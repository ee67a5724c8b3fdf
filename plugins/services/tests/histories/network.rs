//! A network that loses, delays, reorders and parts; seeded.

use rand::RngExt;
use rand::rngs::SmallRng;
use std::collections::BTreeMap;

#[derive(Default)]
pub(crate) struct Network {
    /// In percent.
    pub(crate) loss: u32,
    /// Places with the same number hear each other.
    pub(crate) sides: [u8; 8],
    flights: BTreeMap<(u64, u64), (usize, Vec<u8>)>,
    sent: u64,
}

impl Network {
    pub(crate) fn send(&mut self, rng: &mut SmallRng, now: u64, (from, to): (usize, usize), bytes: Vec<u8>) {
        if self.sides[from] == self.sides[to] && rng.random_range(0..100) >= self.loss {
            self.sent += 1;
            self.flights.insert((now + rng.random_range(200..20_000), self.sent), (to, bytes));
        }
    }

    /// When the next datagram arrives.
    pub(crate) fn next(&self) -> Option<u64> {
        self.flights.keys().next().map(|(at, _)| *at)
    }

    /// Takes the next datagram: where it goes, and what it is.
    pub(crate) fn take(&mut self) -> Option<(usize, Vec<u8>)> {
        self.flights.pop_first().map(|(_, flight)| flight)
    }
}
