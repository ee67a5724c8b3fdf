//! A handle: how the rest of a program reads a node and tells it what to do.

use crate::NodeIdentity;
use crate::command::{Command, Work};
use crate::error::{JoinError, LeaveError, ReplaceError, Stopped, SyncError};
use crate::events::{EVENT_BUFFER, Events};
use crate::identity::Routes;
use crate::joins::JoinReport;
use crate::local::{Equal, Local, NodeStats};
use crate::seed::{Seed, SeedError};
use crate::shared::Shared;
use crate::view::MemberView;
use haulout::broadcast::Context;
use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// A node's handle; cheap to clone, and the same from any thread.
///
/// Dropping the last one stops the node without a farewell: its address is free soon after, and the others
/// find it down. Call [`leave`](Handle::leave) first to be listed as left. Streams of events and calls that
/// are under way do not keep it running.
///
/// `B` is the broadcast plugin; with a [`Registry`](haulout::broadcast::Registry) there are
/// [`records`](Handle::records) and [`user_events`](Handle::user_events).
pub struct Handle<I: NodeIdentity, B = ()> {
    pub(crate) commands: mpsc::Sender<Command<I, B>>,
    pub(crate) shared: Arc<Shared<I>>,
    pub(crate) bound: SocketAddr,
    pub(crate) resolver: Routes<I>,
}

impl<I: NodeIdentity, B> Handle<I, B> {
    /// Asks a seed to take us in, and waits for what becomes of each address that it leads to: at most
    /// `join.timeout` after its name is resolved.
    ///
    /// A seed that gave no answer is asked again from time to time, and a host name that leads to no member
    /// is looked up again, until the node leaves; dropping the future changes nothing about that. A node
    /// that has left becomes a member again.
    pub async fn join<S>(&self, seed: S) -> Result<JoinReport, JoinError>
    where
        S: TryInto<Seed, Error: Into<SeedError>>,
    {
        let seed = seed.try_into().map_err(Into::into)?;
        let (reply, answer) = oneshot::channel();
        self.tell(Command::Join { seed, reply: Some(reply) }).await.map_err(|Stopped| JoinError::Stopped)?;
        answer.await.unwrap_or(Err(JoinError::Stopped))
    }

    /// Like [`join`](Handle::join), without waiting for what becomes of it; there are events for that.
    pub async fn add_seed(&self, seed: impl Into<Seed>) -> Result<(), Stopped> {
        self.tell(Command::Join { seed: seed.into(), reply: None }).await
    }

    /// Leaves the cluster and waits until the others were told, or for `timeout`. A few gossip intervals are
    /// enough. Joins that wait are cancelled, names are no longer looked up, and the node stays, dormant,
    /// for another [`join`](Handle::join).
    pub async fn leave(&self, timeout: Duration) -> Result<(), LeaveError> {
        let (reply, left) = oneshot::channel();
        let leaving = async {
            self.tell(Command::Leave { reply }).await.map_err(|Stopped| LeaveError::Stopped)?;
            match left.await {
                Ok(true) => Ok(()),
                Ok(false) => Err(LeaveError::Rejoined),
                Err(_) => Err(LeaveError::Stopped),
            }
        };
        tokio::time::timeout(timeout, leaving).await.unwrap_or(Err(LeaveError::TimedOut))
    }

    /// Takes a newer identity of the same key, with other metadata for example, and tells the cluster.
    pub async fn replace_identity(&self, identity: I) -> Result<(), ReplaceError> {
        let (reply, answer) = oneshot::channel();
        self.tell(Command::Replace { identity, reply }).await.map_err(|Stopped| ReplaceError::Stopped)?;
        answer.await.map_err(|_| ReplaceError::Stopped)?.map_err(ReplaceError::Refused)
    }

    /// Waits until the view is complete: until the node holds what the cluster holds. At once if it is so; the
    /// first of a cluster has nothing to wait for.
    ///
    /// It waits for as long as the node joins, however long no seed answers, and while another process holds
    /// its key: bound it by a timeout where that matters. Dropping the future changes nothing.
    ///
    /// # Errors
    /// The node is dormant and no seed is being looked up for it, or its task has ended.
    pub async fn synced(&self) -> Result<(), SyncError> {
        let (reply, synced) = oneshot::channel();
        self.tell(Command::AwaitSynced { reply }).await.map_err(|Stopped| SyncError::Stopped)?;
        synced.await.unwrap_or(Err(SyncError::Stopped))
    }

    /// Compares the view with that of the member at `address` and pulls what differs, without waiting for the
    /// next comparison or for the outcome of this one. No effect while one is under way, or where no member
    /// is.
    ///
    /// Members do so by themselves, ever more rarely while they find no difference: this is for one who knows
    /// of a reason not to wait, such as a link that is back.
    pub async fn sync_with(&self, address: SocketAddr) -> Result<(), Stopped> {
        self.tell(Command::Compare { peer: address }).await
    }

    /// The last comparison that found another member's view equal to ours; `None` before the first. O(all);
    /// the engine is not asked.
    pub fn last_equal(&self) -> Option<Equal<I>> {
        let (comparison, at) = self.shared.stats(|stats| (stats.engine.last_equal, stats.last_equal_at));
        Some(Equal { with: self.shared.view.find(comparison?.with), at: at? })
    }

    /// The other members, alive or suspect, in no order. O(members); the engine is not asked.
    pub fn members(&self) -> Vec<MemberView<I>> {
        self.shared.view.list(true)
    }

    /// Those that are down or have left and are not forgotten yet, in no order. O(all); the engine is not
    /// asked, and one that it has forgotten may be listed for another second.
    pub fn departed(&self) -> Vec<MemberView<I>> {
        self.shared.view.list(false)
    }

    /// The members to which the resolver knows no way now: they are held and relayed, and not spoken to. None, for
    /// identities whose route is an address. O(members); the engine is not asked.
    pub fn unreachable(&self) -> Vec<MemberView<I>> {
        let mut members = self.members();
        members.retain(|member| self.resolver.resolve(&member.identity.route()).is_none());
        members
    }

    /// What is held under a key, be it a member or departed. O(1); the engine is not asked.
    pub fn member(&self, key: &I::Addr) -> Option<MemberView<I>> {
        self.shared.view.get(key)
    }

    /// Brings the view up to what the engine holds in every field, where an event brings what it is about.
    ///
    /// The difference is small: incarnations that grew in silence. O(all), within the node's task: for
    /// listings that people read, not for a loop.
    pub async fn refresh(&self) -> Result<(), Stopped> {
        let (reply, done) = oneshot::channel();
        self.tell(Command::Refresh { reply }).await?;
        done.await.map_err(|_| Stopped)
    }

    /// This node itself.
    pub fn local(&self) -> Local<I> {
        self.shared.local()
    }

    /// The address that the node's transport listens on, with the port that the system chose.
    pub fn bound(&self) -> SocketAddr {
        self.bound
    }

    /// A stream of events from now on, which may be [`EVENT_BUFFER`] behind. Take it before a listing of
    /// [`members`](Handle::members), and nothing is missed between the two.
    pub fn events(&self) -> Events<I> {
        self.events_with(EVENT_BUFFER)
    }

    /// A stream of events from now on, which may be `buffer` events (at least 2) behind.
    pub fn events_with(&self, buffer: usize) -> Events<I> {
        Events { subscription: self.shared.subscribers.subscribe(buffer, Box::new(|_| true)) }
    }

    /// Lends the broadcast plugin, and what it may ask of its engine, to `f`, within the node's task: for
    /// plugins of your own. What it did is published before this comes back.
    pub async fn publish<R: Send + 'static>(
        &self,
        f: impl FnOnce(&mut B, &mut Context<'_, I>) -> R + Send + 'static,
    ) -> Result<R, Stopped> {
        let (reply, answer) = oneshot::channel();
        let work: Work<I, B> = Box::new(move |plugin, context| {
            let result = f(plugin, context);
            Box::new(move || {
                // Whoever asked may be gone.
                let _ = reply.send(result);
            })
        });
        self.tell(Command::Publish { work }).await?;
        answer.await.map_err(|_| Stopped)
    }

    /// Counters and gauges, as of the last turn of the node's task.
    pub fn stats(&self) -> NodeStats {
        self.shared.stats(Clone::clone)
    }

    /// Lifeguard's local health: 0 is healthy, 8 the worst. It is above zero while this process, or its
    /// network, is too slow to be a good judge of others.
    pub fn health(&self) -> u8 {
        self.shared.stats(|stats| stats.engine.gauges.health)
    }

    pub(crate) async fn tell(&self, command: Command<I, B>) -> Result<(), Stopped> {
        self.commands.send(command).await.map_err(|_| Stopped)
    }
}

impl<I: NodeIdentity, B> Clone for Handle<I, B> {
    fn clone(&self) -> Self {
        Self {
            commands: self.commands.clone(),
            shared: self.shared.clone(),
            bound: self.bound,
            resolver: self.resolver.clone(),
        }
    }
}

impl<I: NodeIdentity, B> fmt::Debug for Handle<I, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("bound", &self.bound)
            .field("local", &self.local())
            .finish_non_exhaustive()
    }
}
