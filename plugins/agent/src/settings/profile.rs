//! The named sets of timings.

use haulout::Config;
use std::str::FromStr;

/// Which timings to start from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// One data centre.
    Lan,
    /// Several regions.
    Wan,
    /// One machine.
    Local,
}

impl Profile {
    /// The engine's configuration for it.
    pub(crate) fn config(self) -> Config {
        match self {
            Self::Lan => Config::lan(),
            Self::Wan => Config::wan(),
            Self::Local => Config::local(),
        }
    }

    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lan => "lan",
            Self::Wan => "wan",
            Self::Local => "local",
        }
    }
}

impl FromStr for Profile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [Self::Lan, Self::Wan, Self::Local]
            .into_iter()
            .find(|profile| profile.name() == text)
            .ok_or_else(|| "lan, wan or local".into())
    }
}
