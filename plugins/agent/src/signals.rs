//! The signals by which a user says that it is enough.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT and SIGTERM, caught from the moment that this was made.
#[derive(Debug)]
pub(crate) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Catches them from now on. Must run within a tokio runtime.
    pub(crate) fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// The name of the next one that comes.
    pub(crate) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }
}

/// Comes back when the user has had enough, or when the terminal is gone.
pub(crate) async fn interrupted() -> &'static str {
    let (Ok(mut signals), Ok(mut hangup)) = (Signals::listen(), signal(SignalKind::hangup())) else {
        return std::future::pending().await;
    };
    tokio::select! {
        name = signals.next() => name,
        _ = hangup.recv() => "SIGHUP",
    }
}
