//! What becomes of a service: a stream, with a bounded buffer for each watch.
//!
//! Invariant: what a watch has given out, each as it says, leads from one snapshot to what the directory held
//! at that moment. A writer never waits for a watch. Cost: O(1) a change; memory O(capacity).

mod queue;
mod watches;

pub(crate) use queue::Queue;
pub(crate) use watches::Watches;

use crate::directory::Shared;
use crate::instance::Instance;
use crate::instances::Instances;
use core::fmt;
use core::hash::Hash;
use core::pin::Pin;
use core::task::{Context, Poll};
use core::time::Duration;
use futures_core::Stream;
use std::future::poll_fn;
use std::sync::{Arc, Weak};
use std::task::{Wake, Waker};
use std::thread::{self, Thread};
use std::time::Instant;

/// What became of a service, or of any, if all are watched.
#[derive(Debug, PartialEq, Eq)]
pub enum WatchEvent<A> {
    /// These are all that there are, whatever was said before: the first thing that is told, and what takes the
    /// place of changes that were missed.
    Snapshot {
        /// All of them.
        instances: Instances<A>,
        /// How many changes were not told; 0 in the first.
        missed: u64,
    },
    /// One is there that was not.
    Added(Arc<Instance<A>>),
    /// One is there in another way: another weight, other tags, another health.
    Changed {
        /// As it was.
        old: Arc<Instance<A>>,
        /// As it is.
        new: Arc<Instance<A>>,
    },
    /// One is gone: taken back by its owner, or gone with it.
    Removed(Arc<Instance<A>>),
}

impl<A> WatchEvent<A> {
    /// The name of the service that it is about.
    pub(crate) fn name(&self) -> Option<&str> {
        match self {
            Self::Snapshot { .. } => None,
            Self::Added(instance) | Self::Removed(instance) => Some(instance.name()),
            Self::Changed { new, .. } => Some(new.name()),
        }
    }
}

impl<A> Clone for WatchEvent<A> {
    fn clone(&self) -> Self {
        match self {
            Self::Snapshot { instances, missed } => {
                Self::Snapshot { instances: instances.clone(), missed: *missed }
            }
            Self::Added(instance) => Self::Added(instance.clone()),
            Self::Changed { old, new } => Self::Changed { old: old.clone(), new: new.clone() },
            Self::Removed(instance) => Self::Removed(instance.clone()),
        }
    }
}

/// What becomes of a service: see [`Directory::watch`](crate::Directory::watch).
///
/// The first thing it gives is a [`WatchEvent::Snapshot`], taken when it is asked for the first time; then come
/// changes, each exactly once and in order. When it is behind by more changes than it has room for, it forgets
/// them, and the next thing it gives is a snapshot of that later moment, which says how many it missed. So
/// whoever keeps what a snapshot says and then does what the changes say holds what the directory held a
/// moment ago, however slow she is.
///
/// It ends when the last handle of the directory is dropped, after the changes that it has still to give; there
/// is no snapshot any more. It is a [`Stream`], and needs no runtime: [`wait`](Self::wait) blocks, [`try_next`](Self::try_next) does not.
pub struct Watch<A: Clone + Eq + Hash> {
    shared: Weak<Shared<A>>,
    name: Option<Box<str>>,
    queue: Arc<Queue<A>>,
}

impl<A: Clone + Eq + Hash> Watch<A> {
    pub(crate) fn new(shared: Weak<Shared<A>>, name: Option<Box<str>>, queue: Arc<Queue<A>>) -> Self {
        Self { shared, name, queue }
    }

    /// The next event; `None` once the directory is gone. Cancel safe.
    pub async fn next(&mut self) -> Option<WatchEvent<A>> {
        poll_fn(|cx| self.poll(cx)).await
    }

    /// The next event if there is one already.
    pub fn try_next(&mut self) -> Option<WatchEvent<A>> {
        match self.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(event) => event,
            Poll::Pending => None,
        }
    }

    /// Blocks this thread until there is an event; `None` once the directory is gone.
    pub fn wait(&mut self) -> Option<WatchEvent<A>> {
        self.block(None).unwrap_or_default()
    }

    /// Blocks this thread for so long at most; [`TimedOut`] if there was no event by then.
    pub fn wait_timeout(&mut self, timeout: Duration) -> Result<Option<WatchEvent<A>>, TimedOut> {
        // A time that no clock reaches is for ever.
        self.block(Instant::now().checked_add(timeout))
    }

    fn block(&mut self, until: Option<Instant>) -> Result<Option<WatchEvent<A>>, TimedOut> {
        let waker = Waker::from(Arc::new(Unpark(thread::current())));
        let mut cx = Context::from_waker(&waker);
        loop {
            if let Poll::Ready(event) = self.poll(&mut cx) {
                return Ok(event);
            }
            match until.map(|until| until.saturating_duration_since(Instant::now())) {
                None => thread::park(),
                Some(Duration::ZERO) => return Err(TimedOut),
                Some(left) => thread::park_timeout(left),
            }
        }
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<WatchEvent<A>>> {
        if let Some(ready) = self.queue.poll(cx) {
            return ready;
        }
        let Some(shared) = self.shared.upgrade() else { return Poll::Ready(None) };
        Poll::Ready(Some(shared.catch_up(self.name.as_deref(), &self.queue)))
    }
}

impl<A: Clone + Eq + Hash> Stream for Watch<A> {
    type Item = WatchEvent<A>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<WatchEvent<A>>> {
        self.poll(cx)
    }
}

impl<A: Clone + Eq + Hash> Drop for Watch<A> {
    fn drop(&mut self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.forget(self.name.as_deref(), &self.queue);
        }
    }
}

impl<A: Clone + Eq + Hash> fmt::Debug for Watch<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("name", &self.name).field("queue", &self.queue).finish_non_exhaustive()
    }
}

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// There was no event in time. The watch is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

impl fmt::Display for TimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing changed in time")
    }
}

impl core::error::Error for TimedOut {}

#[cfg(test)]
mod tests;
