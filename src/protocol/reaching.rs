//! Members that the host has no address for: held and relayed like any other, and left alone.
//!
//! Nothing is ever sent to one (`Protocol::send` sees to that); the draws here keep probes and comparisons
//! from being spent on it. Cost: O(1), a bounded number of draws.

use super::Protocol;
use crate::broadcast::Broadcasts;
use crate::identity::Identity;
use crate::members::Slot;
use crate::timers::Timer;
use rand::RngExt;

/// Members out of reach that are passed over in one probe interval at most.
const PASSED_OVER: usize = 64;
/// Draws until one is taken that may be out of reach.
const DRAWS: u32 = 8;

impl<I: Identity, B: Broadcasts<I>> Protocol<I, B> {
    /// The next member to probe. Those out of reach are passed over, and counted; after so many of them
    /// there is no probe in this interval.
    pub(super) fn next_in_reach(&mut self) -> Option<Slot> {
        for _ in 0..PASSED_OVER.min(self.members.len()) {
            let slot = self.members.next_to_probe(&mut self.rng)?;
            if self.horizon.reaches(&self.members[slot].identity) {
                return Some(slot);
            }
            self.stats.dropped.unreachable += 1;
        }
        if self.members.len() > 0 {
            self.timers.set(Timer::Probe, self.now + self.config.probe.interval);
        }
        None
    }

    /// A member at random, out of reach only if a few draws find no other. There is one at least.
    pub(super) fn draw_active(&mut self) -> Slot {
        let active = self.members.active();
        let mut drawn = active[self.rng.random_range(0..active.len())];
        for _ in 1..DRAWS {
            if self.horizon.reaches(&self.members[drawn].identity) {
                break;
            }
            drawn = active[self.rng.random_range(0..active.len())];
        }
        drawn
    }
}

#[cfg(test)]
mod tests;
