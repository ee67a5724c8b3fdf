//! What the driver logs, and how rarely.
//!
//! Whoever sends bytes to the port decides how often something is bad about them; a log must not grow at
//! their pace. Membership changes are logged by the engine.

use haulout::DatagramError;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::Instant;

/// At most one line of each kind in this time.
pub(crate) const QUIET: Duration = Duration::from_secs(10);

/// Lets one line through in [`QUIET`] and counts the rest.
#[derive(Debug, Default)]
struct Throttle {
    last: Option<Instant>,
    held_back: u64,
}

impl Throttle {
    /// How many lines were held back before this one; `None` if it is held back too.
    fn pass(&mut self) -> Option<u64> {
        let now = Instant::now();
        if self.last.is_some_and(|last| now.duration_since(last) < QUIET) {
            self.held_back += 1;
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.held_back))
    }
}

/// The driver's log.
#[derive(Debug, Default)]
pub(crate) struct Log {
    foreign: Throttle,
    ordinary: Throttle,
    transport: Throttle,
}

impl Log {
    /// A datagram was not taken. Those that an operator should look into are warnings; those that come of
    /// restarts and of leaving are not.
    pub(crate) fn refused<E: fmt::Display>(
        &mut self,
        error: &DatagramError<E>,
        from: SocketAddr,
        len: usize,
    ) {
        if matches!(error, DatagramError::Dormant | DatagramError::Misdirected) {
            if let Some(held_back) = self.ordinary.pass() {
                tracing::debug!(%from, len, held_back, "dropped: {error}");
            }
        } else if let Some(held_back) = self.foreign.pass() {
            tracing::warn!(%from, len, held_back, "dropped: {error}");
        }
    }

    /// The transport reported an error.
    pub(crate) fn transport(&mut self, what: &'static str, error: &io::Error) {
        if let Some(held_back) = self.transport.pass() {
            tracing::debug!(held_back, "{what} failed: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_line_passes_in_a_while_and_says_how_many_did_not() {
        let mut throttle = Throttle::default();
        assert_eq!(throttle.pass(), Some(0));
        assert!((0..1_000).all(|_| throttle.pass().is_none()));
        tokio::time::advance(QUIET).await;
        assert_eq!(throttle.pass(), Some(1_000));
        assert_eq!(throttle.pass(), None);
    }
}
