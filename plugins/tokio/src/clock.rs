//! The engine's clock: microseconds since the node was made.
//!
//! It is monotonic and counts while the process is stopped, so that the engine notices a pause.

use haulout::Instant;
use std::time::Duration;

/// Far enough to be never, near enough for tokio's timer.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

#[derive(Clone, Copy, Debug)]
pub(crate) struct Clock {
    origin: tokio::time::Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { origin: tokio::time::Instant::now() }
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::from_micros(u64::try_from(self.origin.elapsed().as_micros()).unwrap_or(u64::MAX))
    }

    /// The same point for tokio's timer, which rounds up to a millisecond.
    pub(crate) fn at(&self, instant: Instant) -> tokio::time::Instant {
        let since = Duration::from_micros(instant.as_micros());
        self.origin.checked_add(since).unwrap_or_else(|| tokio::time::Instant::now() + NEVER)
    }
}
