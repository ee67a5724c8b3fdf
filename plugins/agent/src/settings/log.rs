//! How an agent logs.

use std::str::FromStr;
use tracing_subscriber::filter::{LevelFilter, Targets};

/// Where the engine's lines come from.
const ENGINE: &str = "haulout::trace";

/// How the agent logs.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    /// Lines for people, or one JSON object a line.
    pub(crate) format: LogFormat,
    /// Which lines.
    pub(crate) level: LogLevel,
}

/// Which lines are logged: a level, or levels by target, such as `info,haulout=debug`.
#[derive(Clone, Debug)]
pub(crate) struct LogLevel(pub(crate) Targets);

impl LogLevel {
    /// One level for everything. The engine says of changes what the agent says better, so up to `info` it
    /// is heard from `warn` on.
    fn plain(targets: Targets) -> Self {
        let verbose = targets.would_enable("haulout", &tracing::Level::DEBUG);
        let quiet = targets.would_enable("haulout", &tracing::Level::INFO) && !verbose;
        Self(if quiet { targets.with_target(ENGINE, LevelFilter::WARN) } else { targets })
    }
}

impl Default for LogLevel {
    fn default() -> Self {
        Self::plain(Targets::new().with_default(LevelFilter::INFO))
    }
}

impl FromStr for LogLevel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected =
            || "error, warn, info, debug, trace or off, or levels by target: \"info,haulout=debug\"".into();
        // A lone word that is no level would be taken for a target of which everything is wanted.
        let known = |part: &str| part.contains('=') || part.parse::<LevelFilter>().is_ok();
        if text.is_empty() || !text.split(',').all(|part| known(part.trim())) {
            return Err(expected());
        }
        let targets: Targets = text.parse().map_err(|_| expected())?;
        Ok(if text.contains('=') { Self(targets) } else { Self::plain(targets) })
    }
}

/// The form of a line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl FromStr for LogFormat {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("text or json".into()),
        }
    }
}
