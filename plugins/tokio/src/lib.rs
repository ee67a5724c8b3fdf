//! The tokio driver: one task owns the engine; handles read what it publishes and send it commands.
//!
#![doc = include_str!("../README.md")]
//!
//! # Inside
//!
//! ```text
//!  Handle ──commands──▶ Task ──────────▶ Engine (sans-I/O)
//!    │                   │ ▲
//!    │ reads             │ │ recv, send: Transport (Udp)
//!    ▼                   │ │ lookups:    Resolver
//!  Shared ◀──publishes───┘ └ deadline:   Clock
//!  (View, RecordView, Local, NodeStats, streams)
//! ```
//!
//! One task owns the engine. It selects over the transport, the engine's deadline, commands and name
//! look-ups; after each mutation it drains the engine once. What readers see is published to [`Handle`]:
//! no read waits for the task, and the task waits for no reader.

mod buffer;
mod builder;
mod clock;
mod command;
mod error;
mod events;
mod handle;
mod identity;
mod joins;
mod local;
mod record_view;
mod records;
mod resolver;
mod seed;
mod shared;
mod task;
mod trace;
mod transport;
mod udp;
mod user_events;
mod view;

pub use builder::{Bind, Builder, NoCodec, NoIdentity, NoTransport, Node};
pub use error::{JoinError, LeaveError, PublishError, ReplaceError, StartError, Stopped, SyncError};
pub use events::{EVENT_BUFFER, Events};
pub use handle::Handle;
pub use identity::IdentityFrom;
pub use joins::JoinReport;
pub use local::{Equal, Local, NodeStats, Sighting, TransportStats};
pub use records::{Record, RecordChange, RecordChanges, Records};
pub use seed::{Seed, SeedError};
pub use transport::Transport;
pub use udp::Udp;
pub use user_events::{Received, UserEventStream, UserEvents};
pub use view::MemberView;

/// What a driver asks of an identity beside [`haulout::Identity`]: that it goes to socket addresses and may
/// be read from any thread. Implemented for every identity that does.
pub trait NodeIdentity:
    haulout::Identity<Route = std::net::SocketAddr, Addr: Send + Sync> + Send + Sync + 'static
{
}

impl<I> NodeIdentity for I where
    I: haulout::Identity<Route = std::net::SocketAddr, Addr: Send + Sync> + Send + Sync + 'static
{
}
