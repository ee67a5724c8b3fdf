//! The agent's log, on standard error.

use crate::settings::{Log, LogFormat};
use std::io::{IsTerminal, stderr};
use tracing_subscriber::Layer;
use tracing_subscriber::fmt::layer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Sets up the log. Once a process; a second call changes nothing.
pub(super) fn start(log: &Log) {
    // A log that nobody reads any more is no reason to fail: errors of writing it are not reported.
    let lines = layer().with_writer(stderr).log_internal_errors(false);
    let colours = stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(colours).with_target(false).boxed(),
        LogFormat::Json => {
            lines.json().flatten_event(true).with_current_span(false).with_span_list(false).boxed()
        }
    };
    let _ = tracing_subscriber::registry().with(lines.with_filter(log.level.0.clone())).try_init();
}
