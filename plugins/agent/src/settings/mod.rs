//! The agent's settings: file, then environment, then flags; later ones win.
//!
//! Values stay as they were written, each with where it was, until all layers are laid. Then the profile
//! is applied, the rest over it, and the whole is checked. So every problem can say where it comes from.

mod env;
mod file;
mod log;
mod problem;
mod profile;
mod schema;
pub(crate) mod seed;
mod sources;
mod value;

pub(crate) use log::{Log, LogFormat};
pub(crate) use problem::{Origin, Problem};
pub(crate) use sources::{Resolved, Sources, check_file};
pub(crate) use value::parse_duration;

use crate::control::Endpoint;
use crate::offer::Offer;
use haulout::{Config, Name};
use haulout_tokio::Seed;
use log::LogLevel;
use profile::Profile;
use std::net::{Ipv4Addr, SocketAddr};

/// What an agent is told at its start.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The member's name; made from host and port where none is given.
    pub(crate) name: Option<Name>,
    /// Where the agent listens.
    pub(crate) bind: SocketAddr,
    /// Where others reach it, if not there.
    pub(crate) advertise: Option<SocketAddr>,
    /// Whom it asks to join.
    pub(crate) seeds: Vec<Seed>,
    /// The cluster's label.
    pub(crate) label: Option<String>,
    /// The timings to start from.
    pub(crate) profile: Profile,
    /// Where it is controlled.
    pub(crate) control: Option<Endpoint>,
    /// What it offers.
    pub(crate) services: Vec<Offer>,
    /// How it logs.
    pub(crate) log: Log,
    /// The engine's configuration.
    pub(crate) config: Config,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            name: None,
            bind: SocketAddr::from((Ipv4Addr::LOCALHOST, seed::DEFAULT_PORT)),
            advertise: None,
            seeds: Vec::new(),
            label: None,
            profile: Profile::Lan,
            control: None,
            services: Vec::new(),
            log: Log { format: LogFormat::Text, level: LogLevel::default() },
            config: Config::lan(),
        }
    }
}

#[cfg(test)]
mod tests;
