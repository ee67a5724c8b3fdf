//! Wall-clock times as the control API gives them: milliseconds of Unix time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds of Unix time.
pub(crate) fn unix_ms(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Now, in milliseconds of Unix time.
pub(crate) fn now_ms() -> u64 {
    unix_ms(SystemTime::now())
}

/// How long ago a time was; nothing if it lies ahead.
pub(crate) fn since_ms(time: u64) -> Duration {
    Duration::from_millis(now_ms().saturating_sub(time))
}
