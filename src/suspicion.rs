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
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use slab::Slab;

/// K: confirmations that bring a suspicion down to the shortest timeout.
pub(crate) const CONFIRMATIONS: usize = 3;
/// log(C + 1) / log(K + 1) for C = 0 to K = 3, in millionths.
const FALL: [u32; CONFIRMATIONS + 1] = [0, 500_000, 792_481, 1_000_000];

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
    /// Where a suspect's is: suspects are few, so members' records are spared the room.
    of: HashMap<Slot, u32, FixedState>,
    deadlines: DeadlineHeap,
    /// How long the process stood still: the heap's clock is that much behind.
    shift: Duration,
}

impl<A: Eq> Suspicions<A> {
    pub(crate) fn new() -> Self {
        Self {
            all: Slab::new(),
            of: HashMap::with_hasher(FixedState::default()),
            deadlines: DeadlineHeap::default(),
            shift: Duration::ZERO,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.all.len()
    }

    /// Who suspects a member.
    pub(crate) fn by(&self, slot: Slot) -> &[A] {
        let suspicion = self.of.get(&slot).and_then(|id| self.all.get(*id as usize));
        suspicion.map_or(&[], |suspicion| suspicion.by.as_slice())
    }

    /// Whether a member has a suspicion.
    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.of.contains_key(&slot)
    }

    /// Starts a suspicion in a cluster of `n` members.
    pub(crate) fn start(&mut self, now: Instant, slot: Slot, by: Suspecters<A>, config: &Config, n: usize) {
        let started = self.stood(now);
        let timeout = timeout(config, n, by.len().saturating_sub(1));
        let id = self.all.insert(Suspicion { slot, started, by }) as u32;
        self.deadlines.set(id, started + timeout);
        self.of.insert(slot, id);
    }

    /// Adds suspecters. True if one of them is new, and the deadline moved.
    ///
    /// It moves no further than to now: a deadline in the past would look as if this process had stood still.
    pub(crate) fn confirm(
        &mut self,
        now: Instant,
        slot: Slot,
        by: Suspecters<A>,
        config: &Config,
        n: usize,
    ) -> bool {
        let now = self.stood(now);
        let Some(&id) = self.of.get(&slot) else { return false };
        let Some(suspicion) = self.all.get_mut(id as usize) else { return false };
        let before = suspicion.by.len();
        for key in by {
            suspicion.by.insert(key);
        }
        if suspicion.by.len() == before {
            return false;
        }
        let timeout = timeout(config, n, suspicion.by.len() - 1);
        let deadline = suspicion.started + timeout;
        self.deadlines.set(id, deadline.max(now));
        true
    }

    /// Ends the suspicion of a member.
    pub(crate) fn end(&mut self, slot: Slot) {
        let Some(id) = self.of.remove(&slot) else { return };
        self.deadlines.remove(id);
        self.all.try_remove(id as usize);
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
        let slot = Slot::at(7);
        suspicions.start(at(1_000), slot, by(1), &config, 100);
        assert_eq!(suspicions.next(), Some(at(37_000)));
        assert!(!suspicions.confirm(at(1_000), slot, by(1), &config, 100));
        assert!(suspicions.confirm(at(1_000), slot, by(2), &config, 100));
        assert_eq!(suspicions.next(), Some(at(22_000)));
        suspicions.postpone(Duration::from_secs(60));
        assert_eq!((suspicions.due(at(81_999)), suspicions.due(at(82_000))), (None, Some(Slot::at(7))));
        suspicions.end(slot);
        assert_eq!((suspicions.next(), suspicions.by(slot).len()), (None, 0));
    }

    #[test]
    fn a_confirmation_that_comes_late_makes_the_deadline_now_and_never_earlier() {
        let config = Config::lan();
        let mut suspicions = Suspicions::new();
        let at = Instant::from_millis;
        suspicions.postpone(Duration::from_secs(5));
        let slot = Slot::at(7);
        suspicions.start(at(10_000), slot, Suspecters::new(), &config, 100);
        for key in 1..=2_u8 {
            let mut by = Suspecters::new();
            by.insert(key);
            assert!(suspicions.confirm(at(40_000), slot, by, &config, 100));
        }
        assert_eq!(suspicions.next(), Some(at(40_000)), "21 s after the start is over");
    }
}
