//! Lifeguard's local health: how far this process trusts itself (Lifeguard §IV-A).
//!
//! A score from 0, healthy, to 8. Probe interval and timeout are stretched by score + 1, so that a slow
//! process waits longer before it accuses. Cost: O(1).

use core::time::Duration;

/// The worst score.
pub(crate) const WORST: u8 = 8;

/// The score.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Health {
    score: u8,
    enabled: bool,
}

impl Health {
    pub(crate) const fn new(enabled: bool) -> Self {
        Self { score: 0, enabled }
    }

    pub(crate) const fn score(self) -> u8 {
        self.score
    }

    /// A probe succeeded.
    pub(crate) fn improve(&mut self) {
        self.score = self.score.saturating_sub(1);
    }

    /// Something went wrong that may be our own fault.
    pub(crate) fn worsen(&mut self, by: u8) {
        if self.enabled {
            self.score = self.score.saturating_add(by).min(WORST);
        }
    }

    /// The interval or timeout as it is now.
    pub(crate) fn stretch(self, base: Duration) -> Duration {
        base * (u32::from(self.score) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_saturates_at_both_ends() {
        let mut health = Health::new(true);
        health.improve();
        assert_eq!(health.stretch(Duration::from_secs(1)), Duration::from_secs(1));
        health.worsen(200);
        assert_eq!((health.score(), health.stretch(Duration::from_secs(1))), (8, Duration::from_secs(9)));
    }

    #[test]
    fn switched_off_it_stays_healthy() {
        let mut health = Health::new(false);
        health.worsen(3);
        assert_eq!(health.score(), 0);
    }
}
