//! The network: decides what becomes of each datagram, and does nothing itself.
//!
//! It is told who sends how much to whom and when, and says after which delays copies arrive; whoever owns
//! it carries them. It holds no datagram and reads no clock. Its randomness is the caller's generator, so the
//! same seed decides alike. Cost: O(1) a datagram; nothing is drawn for what is switched off.

mod latency;
mod links;

pub use latency::Latency;
pub use links::{Flap, Links};

use crate::scenario::{Rate, Span};
use core::time::Duration;
use haulout::Instant;
use rand::RngExt;
use rand::rngs::SmallRng;
use serde::{Deserialize, Serialize};

/// What the network does to every datagram.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Weather {
    /// How long a datagram is under way. 0.5 to 1.5 ms.
    #[serde(skip_serializing_if = "crate::scenario::is_default")]
    pub latency: Latency,
    /// How many are lost. 0 %.
    #[serde(skip_serializing_if = "crate::scenario::is_default")]
    pub loss: Rate,
    /// How many arrive twice, each copy after a delay of its own. 0 %.
    #[serde(skip_serializing_if = "crate::scenario::is_default")]
    pub duplication: Rate,
    /// How many are held back by up to ten further delays, and are overtaken. 0 %.
    #[serde(skip_serializing_if = "crate::scenario::is_default")]
    pub reordering: Rate,
    /// How many arrive only after `late_by`. 0 %.
    #[serde(skip_serializing_if = "crate::scenario::is_default")]
    pub late: Rate,
    /// How late those are. 15 s.
    #[serde(skip_serializing_if = "is_usual_lateness")]
    pub late_by: Span,
    /// Longer datagrams are lost, in bytes. None.
    #[serde(skip_serializing_if = "crate::scenario::is_default")]
    pub mtu: Option<u32>,
}

impl Default for Weather {
    fn default() -> Self {
        Self {
            latency: Latency::default(),
            loss: Rate::ZERO,
            duplication: Rate::ZERO,
            reordering: Rate::ZERO,
            late: Rate::ZERO,
            late_by: Span::from_secs(15),
            mtu: None,
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_usual_lateness(span: &Span) -> bool {
    *span == Weather::default().late_by
}

/// The delays after which the copies of one datagram arrive: none, one or two.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Copies {
    first: Option<Duration>,
    second: Option<Duration>,
}

impl Iterator for Copies {
    type Item = Duration;

    fn next(&mut self) -> Option<Duration> {
        self.first.take().or_else(|| self.second.take())
    }
}

/// The network's present state.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// What happens to every datagram.
    pub weather: Weather,
    /// What happens between particular seats.
    pub links: Links,
}

impl Network {
    /// A network with this weather and no faults.
    pub fn new(weather: Weather) -> Self {
        Self { weather, links: Links::default() }
    }

    /// Decides about a datagram of `len` bytes that leaves seat `from` for seat `to` at `now`.
    pub fn carry(&self, now: Instant, rng: &mut SmallRng, from: usize, to: usize, len: usize) -> Copies {
        let weather = &self.weather;
        if weather.mtu.is_some_and(|mtu| len > mtu as usize)
            || weather.loss.happens(rng)
            || !self.links.passes(now, rng, from, to)
        {
            return Copies::default();
        }
        let first = Some(self.delay(rng, from, to));
        let second = weather.duplication.happens(rng).then(|| self.delay(rng, from, to));
        Copies { first, second }
    }

    /// No faults between particular seats any more, and the weather is `weather`.
    pub fn heal(&mut self, weather: Weather) {
        self.weather = weather;
        self.links.heal();
    }

    fn delay(&self, rng: &mut SmallRng, from: usize, to: usize) -> Duration {
        let weather = &self.weather;
        let mut delay = weather.latency.draw(rng, from, to);
        if weather.reordering.happens(rng) {
            delay += delay * rng.random_range(1..=10);
        }
        if weather.late.happens(rng) {
            delay += weather.late_by.duration();
        }
        delay
    }
}

#[cfg(test)]
mod tests;
