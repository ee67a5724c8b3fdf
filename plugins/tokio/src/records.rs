//! Typed records: what members publish under keys, each its own.
//!
//! Reading asks nobody: it reads what the node's task publishes. Writing encodes at once, and asks the task.

use crate::NodeIdentity;
use crate::buffer::{Subscription, Taken};
use crate::error::PublishError;
use crate::events::EVENT_BUFFER;
use crate::handle::Handle;
use crate::record_view::{Bytes, Change};
use futures_core::Stream;
use haulout::broadcast::{DecodeError, Kind, Registry, Topic};
use haulout::{CommandError, Identity};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

impl<I: NodeIdentity> Handle<I, Registry<I>> {
    /// The records of a topic.
    ///
    /// # Errors
    /// The topic is not registered, or not as one of records of this type.
    pub fn records<T: 'static>(&self, topic: &Topic<T>) -> Result<Records<I, T>, CommandError> {
        self.shared.topics.check(topic, Kind::Record)?;
        Ok(Records { handle: self.clone(), topic: *topic })
    }
}

/// The records of a topic; a handle like any other, which keeps the node running.
///
/// Of the others a node reads what their members put, each for as long as its owner is a member; its own it
/// puts and removes. They outlive a renewal, not a restart.
pub struct Records<I: NodeIdentity, T> {
    handle: Handle<I, Registry<I>>,
    topic: Topic<T>,
}

impl<I: NodeIdentity, T: 'static> Records<I, T> {
    /// Puts a value of our own under a key; it replaces what was there. When this comes back, readers of this
    /// node see it; the others follow within a few gossip intervals.
    ///
    /// # Errors
    /// Those of the engine, with the limit that the key, the value or the number of our records exceeds; or the
    /// node has stopped.
    pub fn put(
        &self,
        key: impl AsRef<[u8]>,
        value: &T,
    ) -> impl Future<Output = Result<(), PublishError>> + Send {
        let (key, value) = (key.as_ref().to_vec(), self.topic.encode(value));
        let handle = &self.handle;
        async move {
            let value = value?;
            let put = handle.publish(move |registry, context| registry.put(&key, &value, context));
            Ok(put.await??)
        }
    }

    /// Removes what we put under a key; false if there is nothing.
    pub fn remove(&self, key: impl AsRef<[u8]>) -> impl Future<Output = Result<bool, PublishError>> + Send {
        let (key, topic) = (key.as_ref().to_vec(), self.topic);
        let handle = &self.handle;
        async move {
            let removed = handle.publish(move |registry, context| registry.remove(&topic, &key, context));
            Ok(removed.await??)
        }
    }

    /// What a member, or we ourselves, put under a key; `None` if there is nothing, or if its owner is no
    /// member. O(log of the owner's records), and decoding; the engine is not asked.
    ///
    /// # Errors
    /// What its owner put there is no value of this topic.
    pub fn get(&self, owner: &I::Addr, key: impl AsRef<[u8]>) -> Option<Result<T, DecodeError>> {
        let value = self.handle.shared.records.get(owner, self.topic.id(), key.as_ref())?;
        Some(self.topic.decode(&value))
    }

    /// All records of the topic, ours among them, in no order of owners. O(all), and decoding; the engine is
    /// not asked.
    pub fn snapshot(&self) -> Vec<Record<I, T>> {
        self.iter().collect()
    }

    /// The same, decoded one by one.
    pub fn iter(&self) -> impl Iterator<Item = Record<I, T>> + use<I, T> {
        let topic = self.topic;
        let all = self.handle.shared.records.list(topic.id());
        all.into_iter().map(move |(owner, key, value)| Record { owner, key, value: topic.decode(&value) })
    }

    /// A stream of what changes from now on, which may be [`EVENT_BUFFER`] behind. Take it before a
    /// [`snapshot`](Self::snapshot), and nothing is missed between the two.
    pub fn changes(&self) -> RecordChanges<I, T> {
        self.changes_with(EVENT_BUFFER)
    }

    /// The same, which may be `buffer` changes (at least 2) behind.
    pub fn changes_with(&self, buffer: usize) -> RecordChanges<I, T> {
        let topic = self.topic.id();
        let wanted = Box::new(move |change: &Change<I::Addr>| change.topic == topic);
        let subscription = self.handle.shared.records.changes.subscribe(buffer, wanted);
        RecordChanges { subscription, topic: self.topic }
    }

    /// The node.
    pub fn handle(&self) -> &Handle<I, Registry<I>> {
        &self.handle
    }
}

impl<I: NodeIdentity, T> Clone for Records<I, T> {
    fn clone(&self) -> Self {
        Self { handle: self.handle.clone(), topic: self.topic }
    }
}

impl<I: NodeIdentity, T> fmt::Debug for Records<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("topic", &self.topic).finish_non_exhaustive()
    }
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record<I: Identity, T> {
    /// The key of the member that put it.
    pub owner: I::Addr,
    /// The key under which it was put.
    pub key: Arc<[u8]>,
    /// Its value, or why it is none.
    pub value: Result<T, DecodeError>,
}

/// What becomes of the records of a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecordChange<I: Identity, T> {
    /// A record is there, or has another value than before.
    Put(Record<I, T>),
    /// A record is gone: its owner removed it, or is no member any more, or is another life of itself.
    Removed {
        /// The key of the member that put it.
        owner: I::Addr,
        /// The key under which it was.
        key: Arc<[u8]>,
    },
    /// The consumer was too slow, and the oldest changes were dropped: read the [`Records::snapshot`] anew.
    Lagged {
        /// How many.
        missed: u64,
    },
}

/// Changes of the records of a topic; ends when the node does, which it does not keep running.
///
/// The node never waits for a consumer. One that is too slow finds one [`RecordChange::Lagged`] in the place of
/// what it missed; it then takes a snapshot and goes on: the changes that follow, each as "this is so now",
/// lead to what the node holds.
pub struct RecordChanges<I: NodeIdentity, T> {
    subscription: Subscription<Change<I::Addr>>,
    topic: Topic<T>,
}

impl<I: NodeIdentity, T> RecordChanges<I, T> {
    /// The next change; `None` once the node has stopped and everything was read. Cancel safe.
    pub async fn next(&mut self) -> Option<RecordChange<I, T>> {
        let taken = self.subscription.next().await?;
        Some(self.read(taken))
    }

    /// The next change if there is one already.
    pub fn try_next(&mut self) -> Option<RecordChange<I, T>> {
        self.subscription.try_next().map(|taken| self.read(taken))
    }

    fn read(&self, taken: Taken<Change<I::Addr>>) -> RecordChange<I, T> {
        let read = |bytes: Bytes| self.topic.decode(&bytes);
        match taken {
            Taken::Missed(missed) => RecordChange::Lagged { missed },
            Taken::Item(Change { owner, key, value: None, .. }) => RecordChange::Removed { owner, key },
            Taken::Item(Change { owner, key, value: Some(value), .. }) => {
                RecordChange::Put(Record { owner, key, value: read(value) })
            }
        }
    }
}

impl<I: NodeIdentity, T> Stream for RecordChanges<I, T> {
    type Item = RecordChange<I, T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.subscription.poll(cx).map(|taken| taken.map(|taken| self.read(taken)))
    }
}

impl<I: NodeIdentity, T> fmt::Debug for RecordChanges<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordChanges")
            .field("topic", &self.topic)
            .field("subscription", &self.subscription)
            .finish()
    }
}
