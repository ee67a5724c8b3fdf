//! What a handle asks of the node's task.

use crate::error::{JoinError, SyncError};
use crate::joins::JoinReport;
use crate::seed::Seed;
use haulout::broadcast::Context;
use haulout::{CommandError, Identity};
use std::net::SocketAddr;
use tokio::sync::oneshot;

/// Commands that may wait for the task before a handle has to.
pub(crate) const COMMANDS: usize = 64;

pub(crate) type JoinReply = oneshot::Sender<Result<JoinReport, JoinError>>;

pub(crate) type SyncReply = oneshot::Sender<Result<(), SyncError>>;

/// What is done with the broadcast plugin, and how the answer is given once its effects are published.
pub(crate) type Work<I, B> = Box<dyn FnOnce(&mut B, &mut Context<'_, I>) -> Answer + Send>;

pub(crate) type Answer = Box<dyn FnOnce() + Send>;

pub(crate) enum Command<I: Identity, B> {
    Join { seed: Seed, reply: Option<JoinReply> },
    Leave { reply: oneshot::Sender<bool> },
    Replace { identity: I, reply: oneshot::Sender<Result<(), CommandError>> },
    Compare { peer: SocketAddr },
    AwaitSynced { reply: SyncReply },
    Publish { work: Work<I, B> },
    Refresh { reply: oneshot::Sender<()> },
}
