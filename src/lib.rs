//! # Haulout: cluster membership as a sans-I/O engine
//!
//! Processes find each other, learn quickly and cheaply who is alive, and agree on it: SWIM with
//! infection-style dissemination, suspicion and Lifeguard. This crate is the protocol and nothing else: it
//! opens no socket, reads no clock, starts no thread, and is `no_std`. A *host* does that for it, such as
//! `haulout-tokio`, or the loop below:
//!
//! ```text
//!   a datagram came ── handle_datagram ─▶ ┌─────────────────┐ ─ poll_transmit ─▶ a datagram to send
//!   its time is up ─── handle_timeout ──▶ │ Engine<S: Spec> │ ─ poll_event ────▶ what changed
//!   the user wants ─── join, leave, … ──▶ │                 │ ─ poll_timeout ──▶ when to wake it
//!                                         └────────┬────────┘
//!                             plugins:  Identity · Codec · Broadcasts
//! ```
//!
//! # The run loop
//! One mutation, then drain. Datagrams that wait in the socket are handed over before a deadline is served.
//!
//! ```no_run
//! use haulout::{Config, Engine, Instant, Renewing};
//! use haulout_codec_serde::PostcardCodec;
//! use std::{net::{SocketAddr, UdpSocket}, time::Duration};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let socket = UdpSocket::bind("10.0.0.5:7946")?;
//! let (epoch, seed) = (1, 0x5eed); // From the clock, see `identity::epoch_from_unix`; from the system.
//! let identity = Renewing::<SocketAddr>::new(socket.local_addr()?, epoch);
//! let mut engine = Engine::new(identity, PostcardCodec, (), Config::lan(), seed)?;
//!
//! let origin = std::time::Instant::now();
//! let now = || Instant::from_micros(origin.elapsed().as_micros() as u64);
//! let mut buf = [0; 8_192];
//! engine.join(now(), "10.0.0.1:7946".parse()?);
//! loop {
//!     while let Some(transmit) = engine.poll_transmit(now(), &mut buf) {
//!         let _ = socket.send_to(&buf[..transmit.len], transmit.to);
//!     }
//!     while let Some(event) = engine.poll_event() {
//!         println!("{event:?}");
//!     }
//!     // All is drained: wait, then one mutation, by a datagram or, if none came in time, by the deadline.
//!     let wait = engine.poll_timeout().map(|at| at.since(now()).max(Duration::from_millis(1)));
//!     socket.set_read_timeout(wait)?;
//!     match socket.recv_from(&mut buf) {
//!         // An error was counted, and changed nothing else: bytes from a network are what they are.
//!         Ok((len, _)) => drop(engine.handle_datagram(now(), &buf[..len])),
//!         Err(_) => engine.handle_timeout(now()),
//!     }
//! }
//! # }
//! ```
//!
//! The same with errors, a flood of datagrams, and an end is `examples/own_loop.rs`.
//!
//! # Where things are
//! [`Engine`] is the face. What it is told is [`Config`], what it tells are [`Event`], [`Member`], [`Stats`].
//!
//! | module | what is in it |
//! | --- | --- |
//! | [`identity`] | who a member is: [`Identity`], its laws, and the stock ones: [`Renewing`], [`Fixed`], [`Named`] |
//! | [`codec`] | how a datagram looks: [`codec::Codec`], header, messages, sections; [`Out`], which it writes to |
//! | [`broadcast`] | what travels along with membership |
//! | [`fingerprint`] | 64 bits for a key or an identity, the same in every language |
//! | `conformance` | the laws of identities and codecs, as tests (feature `conformance`) |
//!
//! Inside, one concept a file, by the papers' names:
//!
//! | part | concept |
//! | --- | --- |
//! | `protocol` | the rules, between `engine/receive` and `engine/transmit`; it moves the parts below |
//! | `members` | the table, by key; the order of probing; the departed |
//! | `dissemination` | which news goes next, and how often still |
//! | `probe`, `suspicion`, `health` | the failure detector (SWIM, Lifeguard) |
//! | `seeds`, `cookie`, `limiter` | joining, and strangers |
//! | `reach` | whom the host has no address for |
//! | `outbox`, `events`, `timers` | datagrams to write, events to read, one deadline of all |
//!
//! Features, none on by default: `serde`, `tracing`, `conformance`.
#![no_std]

extern crate alloc;

pub mod broadcast;
pub mod codec;
mod config;
#[cfg(feature = "conformance")]
pub mod conformance;
mod cookie;
mod digest;
mod dissemination;
mod engine;
mod error;
mod event;
mod events;
mod exchange;
pub mod fingerprint;
mod health;
pub mod identity;
mod limiter;
mod members;
mod out;
mod outbox;
mod probe;
mod protocol;
mod reach;
mod seeds;
mod spec;
mod state;
mod stats;
mod suspicion;
mod time;
mod timers;
mod trace;

pub use config::{Config, GossipConfig, JoinConfig, Limits, ProbeConfig, SuspicionConfig, SyncConfig};
pub use engine::{Engine, Phase, Transmit};
pub use error::{CommandError, ConfigError, DatagramError};
pub use event::{Event, SeedOutcome};
pub use identity::{Fixed, Identity, Name, Named, Renewing};
pub use members::Member;
pub use out::Out;
pub use protocol::Admission;
pub use reach::Reach;
pub use spec::{AddrOf, CodecErrorOf, RouteOf, Spec};
pub use state::State;
pub use stats::{Comparison, Dropped, Gauges, Stats, Traffic};
pub use time::Instant;

/// The examples of the README are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
