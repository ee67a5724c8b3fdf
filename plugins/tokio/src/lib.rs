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
//!    ▼                   │ │ routes:     Resolver; names: Lookups
//!  Shared ◀──publishes───┘ └ deadline:   Clock
//!  (View, RecordView, Local, NodeStats, streams)
//! ```
//!
//! One task owns the engine. It selects over the transport, the engine's deadline, commands and name
//! look-ups; after each mutation it drains the engine once. What readers see is published to [`Handle`]:
//! no read waits for the task, and the task waits for no reader.

mod batch;
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
mod lookups;
#[cfg(target_os = "linux")]
mod mmsg;
mod record_view;
mod records;
mod seed;
mod shared;
mod task;
mod trace;
mod transport;
mod udp;
mod user_events;
mod view;

pub use batch::{Inbox, Outbox};
pub use builder::{Bind, Builder, NoCodec, NoIdentity, NoTransport, Node};
pub use error::{JoinError, LeaveError, PublishError, ReplaceError, StartError, Stopped, SyncError};
pub use events::{EVENT_BUFFER, Events};
pub use handle::Handle;
pub use haulout::identity::{Direct, Resolver};
pub use identity::IdentityFrom;
pub use joins::JoinReport;
pub use local::{Equal, Local, NodeStats, Sighting, TransportStats};
pub use records::{Record, RecordChange, RecordChanges, Records};
pub use seed::{Seed, SeedError};
pub use transport::Transport;
pub use udp::Udp;
pub use user_events::{Received, UserEventStream, UserEvents};
pub use view::MemberView;

/// What a driver asks of an identity beside [`haulout::Identity`]: that it may be read from any thread.
/// Implemented for every identity of which that is so. Where its route is not a `SocketAddr`, a [`Resolver`]
/// says where datagrams go: see [`Builder::resolved_identity`].
pub trait NodeIdentity:
    haulout::Identity<Addr: Send + Sync, Route: Send + Sync> + Send + Sync + 'static
{
}

impl<I> NodeIdentity for I where
    I: haulout::Identity<Addr: Send + Sync, Route: Send + Sync> + Send + Sync + 'static
{
}
