//! # Haulout: cluster membership as a sans-I/O engine
#![no_std]

extern crate alloc;

pub mod broadcast;
pub mod codec;
mod config;
/// Checks that a third-party plugin keeps the engine's laws.
#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod event;
pub mod fingerprint;
pub mod identity;
mod out;
mod spec;
mod state;
mod stats;
mod time;

pub use config::{Config, GossipConfig, JoinConfig, Limits, ProbeConfig, SuspicionConfig};
pub use error::{CommandError, ConfigError, DatagramError};
pub use event::{Event, SeedOutcome};
pub use identity::{Fixed, Identity, Name, Named, Renewing};
pub use out::Out;
pub use spec::{AddrOf, CodecErrorOf, RouteOf, Spec};
pub use state::State;
pub use stats::{Dropped, Gauges, Stats, Traffic};
pub use time::Instant;
