//! Suspicions: who is accused, by whom, and until when it may answer (Lifeguard §IV-B).
//!
//! A suspicion starts with the longest timeout and is shortened as distinct members confirm it, down to
//! the shortest at [`CONFIRMATIONS`]. Invariant: a member is suspect exactly if it has a suspicion here.
//! Cost: O(log live suspicions) a change, O(1) to peek and to shift all of them.

use crate::codec::Suspecters;
use crate::config::{Config, SuspicionConfig};
use crate::members::Slot;
use crate::time::Instant;
use crate::timers::DeadlineHeap;
use core::time::Duration;
use slab::Slab;

/// K: confirmations that bring a suspicion down to the shortest timeout.
pub(crate) const CONFIRMATIONS: usize = 3;
/// log(C + 1) / log(K + 1) for C = 0 to K = 3, in millionths.
const FALL: [u32; CONFIRMATIONS + 1] = [0, 500_000, 792_481, 1_000_000];

/// Names a suspicion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SuspicionId(u32);

impl SuspicionId {
    /// No suspicion.
    pub(crate) const NONE: Self = Self(u32::MAX);
}

#[derive(Debug)]
struct Suspicion<A> {
    slot: Slot,
    /// On the heap's clock, which stands still while the process does.
    started: Instant,
    by: Suspecters<A>,
}

/// The live suspicions.
#[derive(Debug)]
pub(crate) struct Suspicions<A> {
    all: Slab<Suspicion<A>>,
    deadlines: DeadlineHeap,
    /// How long the process stood still: the heap's clock is that much behind.
    shift: Duration,
}

impl<A: Eq> Suspicions<A> {
    pub(crate) fn new() -> Self {
        Self { all: Slab::new(), deadlines: DeadlineHeap::default(), shift: Duration::ZERO }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Who suspects.
    pub(crate) fn by(&self, id: SuspicionId) -> &[A] {
        self.all.get(id.0 as usize).map_or(&[], |suspicion| suspicion.by.as_slice())
    }

    /// Starts a suspicion in a cluster of `n` members.
    pub(crate) fn start(
        &mut self,
        now: Instant,
        slot: Slot,
        by: Suspecters<A>,
        config: &Config,
        n: usize,
    ) -> SuspicionId {
        let started = self.stood(now);
        let timeout = timeout(config, n, by.len().saturating_sub(1));
        let id = self.all.insert(Suspicion { slot, started, by }) as u32;
        self.deadlines.set(id, started + timeout);
        SuspicionId(id)
    }

    /// Adds suspecters. True if one of them is new, and the deadline moved.
    ///
    /// It moves no further than to now: a deadline in the past would look as if this process had stood still.
    pub(crate) fn confirm(
        &mut self,
        now: Instant,
        id: SuspicionId,
        by: Suspecters<A>,
        config: &Config,
        n: usize,
    ) -> bool {
        let now = self.stood(now);
        let Some(suspicion) = self.all.get_mut(id.0 as usize) else { return false };
        let before = suspicion.by.len();
        for key in by {
            suspicion.by.insert(key);
        }
        if suspicion.by.len() == before {
            return false;
        }
        let timeout = timeout(config, n, suspicion.by.len() - 1);
        let deadline = suspicion.started + timeout;
        self.deadlines.set(id.0, deadline.max(now));
        true
    }

    /// Ends a suspicion.
    pub(crate) fn end(&mut self, id: SuspicionId) {
        self.deadlines.remove(id.0);
        self.all.try_remove(id.0 as usize);
    }

    /// The earliest deadline.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.deadlines.peek().map(|(deadline, _)| deadline + self.shift)
    }

    /// A member whose time is up.
    pub(crate) fn due(&self, now: Instant) -> Option<Slot> {
        let (deadline, id) = self.deadlines.peek()?;
        (deadline + self.shift <= now).then(|| self.all[id as usize].slot)
    }

    /// Moves all deadlines by the time for which the process stood still.
    pub(crate) fn postpone(&mut self, lateness: Duration) {
        self.shift = self.shift.saturating_add(lateness);
    }

    fn stood(&self, now: Instant) -> Instant {
        Instant::from_micros(now.as_micros().saturating_sub(self.shift.as_micros() as u64))
    }
}

/// The timeout of a suspicion with `confirmations` beside its originator, in a cluster of `n` members,
/// oneself included: max(min, max − (max − min) · log(C + 1) / log(K + 1)).
fn timeout(config: &Config, n: usize, confirmations: usize) -> Duration {
    let (min, max) = bounds(config, n);
    if !config.suspicion.dynamic || n < CONFIRMATIONS + 2 {
        return min;
    }
    let fall = FALL[confirmations.min(CONFIRMATIONS)];
    max.saturating_sub(max.saturating_sub(min).mul_f64(f64::from(fall) / 1e6))
}

/// The longest that a suspicion lasts: for a member in conflict, how long until its rival is found down.
pub(crate) fn longest(config: &Config, n: usize) -> Duration {
    let (min, max) = bounds(config, n);
    if config.suspicion.dynamic { max } else { min }
}

fn bounds(config: &Config, n: usize) -> (Duration, Duration) {
    let SuspicionConfig { alpha, beta, .. } = config.suspicion;
    let scale = libm::log10(f64::from(n.max(1) as u32)).max(1.0);
    let min = config.probe.interval.mul_f64(f64::from(alpha) * scale);
    (min, min.saturating_mul(beta))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(n: usize, confirmations: usize) -> f64 {
        timeout(&Config::lan(), n, confirmations).as_secs_f64()
    }

    #[test]
    fn the_timeout_falls_with_the_logarithm_of_the_confirmations() {
        // α 3, β 6, log10(100) = 2, 1 s: from 36 s down to 6 s.
        let expected = [36.0, 21.0, 36.0 - 30.0 * 3f64.ln() / 4f64.ln(), 6.0, 6.0];
        for (confirmations, expected) in expected.into_iter().enumerate() {
            assert!((seconds(100, confirmations) - expected).abs() < 0.001, "{confirmations}");
        }
    }

    #[test]
    fn small_clusters_do_not_wait_for_confirmations_that_cannot_come() {
        assert!((seconds(4, 0) - 3.0).abs() < 1e-9);
        assert!((seconds(5, 0) - 18.0).abs() < 1e-9);
    }

    #[test]
    fn without_the_dynamic_timeout_it_is_the_shortest() {
        let mut config = Config::lan();
        config.suspicion.dynamic = false;
        assert_eq!(timeout(&config, 100, 0), Duration::from_secs(6));
    }

    #[test]
    fn a_confirmation_counts_once_and_standing_still_does_not_count() {
        let config = Config::lan();
        let mut suspicions = Suspicions::new();
        let by = |key: u8| {
            let mut by = Suspecters::new();
            by.insert(key);
            by
        };
        let at = Instant::from_millis;
        let id = suspicions.start(at(1_000), Slot::at(7), by(1), &config, 100);
        assert_eq!(suspicions.next(), Some(at(37_000)));
        assert!(!suspicions.confirm(at(1_000), id, by(1), &config, 100));
        assert!(suspicions.confirm(at(1_000), id, by(2), &config, 100));
        assert_eq!(suspicions.next(), Some(at(22_000)));
        suspicions.postpone(Duration::from_secs(60));
        assert_eq!((suspicions.due(at(81_999)), suspicions.due(at(82_000))), (None, Some(Slot::at(7))));
        suspicions.end(id);
        assert_eq!((suspicions.next(), suspicions.by(id).len()), (None, 0));
    }

    #[test]
    fn a_confirmation_that_comes_late_makes_the_deadline_now_and_never_earlier() {
        let config = Config::lan();
        let mut suspicions = Suspicions::new();
        let at = Instant::from_millis;
        suspicions.postpone(Duration::from_secs(5));
        let id = suspicions.start(at(10_000), Slot::at(7), Suspecters::new(), &config, 100);
        for key in 1..=2_u8 {
            let mut by = Suspecters::new();
            by.insert(key);
            assert!(suspicions.confirm(at(40_000), id, by, &config, 100));
        }
        assert_eq!(suspicions.next(), Some(at(40_000)), "21 s after the start is over");
    }
}
