//! Limits on what is sent unasked: so many a second in all, and one a subject and period.
//!
//! Invariant: memory is bounded by rate times period. Cost: amortised O(1).

use crate::time::Instant;
use alloc::collections::VecDeque;
use core::time::Duration;
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

/// A token bucket that holds one second's worth.
#[derive(Clone, Debug)]
pub(crate) struct Bucket {
    per_second: u64,
    /// In millionths of a token.
    tokens: u64,
    filled: Instant,
}

impl Bucket {
    pub(crate) fn new(per_second: u32) -> Self {
        let per_second = u64::from(per_second);
        Self { per_second, tokens: per_second * 1_000_000, filled: Instant::ZERO }
    }

    /// Takes a token, if there is one.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        let micros = now.since(self.filled).as_micros() as u64;
        self.filled = now;
        let fill = micros.saturating_mul(self.per_second);
        self.tokens = self.tokens.saturating_add(fill).min(self.per_second * 1_000_000);
        let enough = self.tokens >= 1_000_000;
        if enough {
            self.tokens -= 1_000_000;
        }
        enough
    }
}

/// A bucket, and one token a subject and period.
#[derive(Clone, Debug)]
pub(crate) struct Limiter {
    bucket: Bucket,
    period: Duration,
    recent: VecDeque<(Instant, u64)>,
    subjects: HashSet<u64, FixedState>,
}

impl Limiter {
    pub(crate) fn new(per_second: u32, period: Duration) -> Self {
        Self {
            bucket: Bucket::new(per_second),
            period,
            recent: VecDeque::new(),
            subjects: HashSet::default(),
        }
    }

    /// Whether something may be sent now that does not count for its subject.
    pub(crate) fn take_unnamed(&mut self, now: Instant) -> bool {
        self.bucket.take(now)
    }

    /// Whether something may be sent about `subject` now; if so, it counts as sent.
    pub(crate) fn take(&mut self, now: Instant, subject: u64) -> bool {
        while let Some(&(at, old)) = self.recent.front() {
            if now.since(at) < self.period {
                break;
            }
            self.recent.pop_front();
            self.subjects.remove(&old);
        }
        if self.subjects.contains(&subject) || !self.bucket.take(now) {
            return false;
        }
        self.recent.push_back((now, subject));
        self.subjects.insert(subject);
        true
    }
}

/// A bucket in all, and so many a peer, within seconds of the clock.
#[derive(Clone, Debug)]
pub(crate) struct PeerLimiter {
    bucket: Bucket,
    per_peer: u32,
    second: u64,
    counts: HashMap<u32, u32, FixedState>,
}

impl PeerLimiter {
    pub(crate) fn new(per_second: u32, per_peer: u32) -> Self {
        Self { bucket: Bucket::new(per_second), per_peer, second: 0, counts: HashMap::default() }
    }

    /// Whether `peer` may be answered now; if so, it counts as answered.
    pub(crate) fn take(&mut self, now: Instant, peer: u32) -> bool {
        let second = now.as_micros() / 1_000_000;
        if core::mem::replace(&mut self.second, second) != second {
            self.counts.clear();
        }
        let known = self.counts.get(&peer).copied().unwrap_or(0);
        let allowed = known < self.per_peer && self.bucket.take(now);
        if allowed {
            self.counts.insert(peer, known + 1);
        }
        allowed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_a_peer_and_so_many_in_all() {
        let mut limiter = PeerLimiter::new(5, 3);
        let at = Instant::from_millis;
        let taken = |limiter: &mut PeerLimiter, now, peer| (0..9).filter(|_| limiter.take(now, peer)).count();
        assert_eq!(taken(&mut limiter, at(0), 1), 3);
        assert_eq!(taken(&mut limiter, at(0), 2), 2, "five in all");
        assert_eq!(taken(&mut limiter, at(1_000), 1), 3);
    }

    #[test]
    fn one_a_subject_and_period_and_so_many_in_all() {
        let mut limiter = Limiter::new(3, Duration::from_secs(2));
        let at = Instant::from_millis;
        assert!(limiter.take(at(0), 1));
        assert!(!limiter.take(at(1), 1), "the same subject within its period");
        assert!(limiter.take(at(1), 2) && limiter.take(at(1), 3));
        assert!(!limiter.take(at(1), 4), "a fourth within the second");
        assert!(limiter.take(at(400), 4));
        assert!(!limiter.take(at(1_999), 1));
        assert!(limiter.take(at(2_000), 1));
        assert_eq!(limiter.recent.len(), limiter.subjects.len());
    }
}
