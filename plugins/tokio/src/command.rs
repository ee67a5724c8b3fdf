//! What a handle asks of the node's task.

use crate::error::{JoinError, SyncError};
use crate::joins::JoinReport;
use crate::seed::Seed;
use haulout::CommandError;
use std::net::SocketAddr;
use tokio::sync::oneshot;

/// Commands that may wait for the task before a handle has to.
pub(crate) const COMMANDS: usize = 64;

pub(crate) type JoinReply = oneshot::Sender<Result<JoinReport, JoinError>>;

pub(crate) type SyncReply = oneshot::Sender<Result<(), SyncError>>;

pub(crate) enum Command<I> {
    Join { seed: Seed, reply: Option<JoinReply> },
    Leave { reply: oneshot::Sender<bool> },
    Replace { identity: I, reply: oneshot::Sender<Result<(), CommandError>> },
    Compare { peer: SocketAddr },
    AwaitSynced { reply: SyncReply },
    Refresh { reply: oneshot::Sender<()> },
}
