//! # Haulout: cluster membership as a sans-I/O engine
#![no_std]

extern crate alloc;

pub mod broadcast;
pub mod codec;
mod config;
/// Checks that a third-party plugin keeps the engine's laws.
#[cfg(feature = "conformance")]
pub mod conformance;
mod cookie;
mod digest;
mod dissemination;
mod engine;
mod error;
mod event;
mod events;
pub mod fingerprint;
mod health;
pub mod identity;
mod limiter;
mod members;
mod out;
mod outbox;
mod probe;
mod protocol;
mod seeds;
mod spec;
mod state;
mod stats;
mod suspicion;
mod time;
mod timers;
mod trace;

pub use config::{Config, GossipConfig, JoinConfig, Limits, ProbeConfig, SuspicionConfig};
pub use engine::{Engine, Phase, Transmit};
pub use error::{CommandError, ConfigError, DatagramError};
pub use event::{Event, SeedOutcome};
pub use identity::{Fixed, Identity, Name, Named, Renewing};
pub use members::Member;
pub use out::Out;
pub use protocol::Admission;
pub use spec::{AddrOf, CodecErrorOf, RouteOf, Spec};
pub use state::State;
pub use stats::{Dropped, Gauges, Stats, Traffic};
pub use time::Instant;
