//! A network that loses, doubles, delays, reorders, damages and parts; seeded.

use core::net::SocketAddr;
use rand::RngExt;
use rand::rngs::SmallRng;
use std::collections::BTreeMap;

/// A datagram under way.
pub(crate) struct Flight {
    pub(crate) from: u16,
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

/// How bad it is, in percent.
#[derive(Default)]
pub(crate) struct Network {
    pub(crate) loss: u32,
    pub(crate) doubled: u32,
    pub(crate) late: u32,
    pub(crate) damaged: u32,
    /// Places with the same number hear each other.
    pub(crate) sides: [u8; 16],
    flights: BTreeMap<(u64, u64), Flight>,
    sent: u64,
}

impl Network {
    /// All is well from now on; what is under way still arrives.
    pub(crate) fn heal(&mut self) {
        (self.loss, self.doubled, self.late, self.damaged) = (0, 0, 0, 0);
        self.sides = [0; 16];
    }

    pub(crate) fn send(&mut self, rng: &mut SmallRng, now: u64, flight: Flight) {
        let place = usize::from(flight.to.port() % 100) % 16;
        let apart = self.sides[usize::from(flight.from) % 16] != self.sides[place];
        if apart || rng.random_range(0..100) < self.loss {
            return;
        }
        if rng.random_range(0..100) < self.doubled {
            let Flight { from, to, ref bytes } = flight;
            self.launch(rng, now, Flight { from, to, bytes: bytes.clone() });
        }
        self.launch(rng, now, flight);
    }

    fn launch(&mut self, rng: &mut SmallRng, now: u64, mut flight: Flight) {
        let late = rng.random_range(0..100) < self.late;
        let delay = if late { rng.random_range(0..15_000_000) } else { rng.random_range(200..20_000) };
        if rng.random_range(0..100) < self.damaged {
            damage(rng, &mut flight.bytes);
        }
        self.sent += 1;
        self.flights.insert((now + delay, self.sent), flight);
    }

    /// When the next datagram arrives.
    pub(crate) fn next(&self) -> Option<u64> {
        self.flights.keys().next().map(|(at, _)| *at)
    }

    /// Takes the next datagram that has arrived.
    pub(crate) fn arrived(&mut self, now: u64) -> Option<Flight> {
        if self.next()? > now {
            return None;
        }
        self.flights.pop_first().map(|(_, flight)| flight)
    }
}

/// Flips, cuts, or appends.
fn damage(rng: &mut SmallRng, bytes: &mut Vec<u8>) {
    let at = rng.random_range(0..bytes.len());
    match rng.random_range(0..4) {
        0 => bytes.truncate(at),
        1 => bytes.extend((0..rng.random_range(1..40)).map(|_| rng.random::<u8>())),
        _ => (0..rng.random_range(1..4)).for_each(|_| {
            let at = rng.random_range(0..bytes.len());
            bytes[at] ^= 1 << rng.random_range(0..8);
        }),
    }
}
