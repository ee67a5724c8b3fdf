//! Typed user events: moments that every member hears of at most once.

use crate::NodeIdentity;
use crate::buffer::{Subscription, Taken};
use crate::error::PublishError;
use crate::events::EVENT_BUFFER;
use crate::handle::Handle;
use futures_core::Stream;
use haulout::broadcast::{DecodeError, Kind, Registry, Topic};
use haulout::{CommandError, Event, Identity};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

impl<I: NodeIdentity> Handle<I, Registry<I>> {
    /// The user events of a topic.
    ///
    /// # Errors
    /// The topic is not registered, or not as one of user events of this type.
    pub fn user_events<T: 'static>(&self, topic: &Topic<T>) -> Result<UserEvents<I, T>, CommandError> {
        self.shared.topics.check(topic, Kind::UserEvent)?;
        Ok(UserEvents { handle: self.clone(), topic: *topic })
    }
}

/// The user events of a topic; a handle like any other, which keeps the node running.
pub struct UserEvents<I: NodeIdentity, T> {
    handle: Handle<I, Registry<I>>,
    topic: Topic<T>,
}

impl<I: NodeIdentity, T: 'static> UserEvents<I, T> {
    /// Makes a moment known to every member, ourselves among them, at most once to each. Who joins later does
    /// not hear of it.
    ///
    /// # Errors
    /// Those of the engine: the value is too long, or 64 of ours are still being transmitted; or the node has
    /// stopped.
    pub fn send(&self, value: &T) -> impl Future<Output = Result<(), PublishError>> + Send {
        self.send_for(None, value)
    }

    /// The same, delivered only within `ttl` of now.
    pub fn send_within(
        &self,
        ttl: Duration,
        value: &T,
    ) -> impl Future<Output = Result<(), PublishError>> + Send {
        self.send_for(Some(ttl), value)
    }

    fn send_for(
        &self,
        ttl: Option<Duration>,
        value: &T,
    ) -> impl Future<Output = Result<(), PublishError>> + Send {
        let (value, handle) = (self.topic.encode(value), &self.handle);
        async move {
            let value = value?;
            let sent = handle.publish(move |registry, context| registry.send(value, ttl, context));
            Ok(sent.await??)
        }
    }

    /// A stream of what is received from now on, our own among it, which may be [`EVENT_BUFFER`] behind.
    pub fn stream(&self) -> UserEventStream<I, T> {
        self.stream_with(EVENT_BUFFER)
    }

    /// The same, which may be `buffer` user events (at least 2) behind.
    pub fn stream_with(&self, buffer: usize) -> UserEventStream<I, T> {
        let wanted = self.topic.id();
        let wanted = Box::new(move |event: &Event<I>| match event {
            Event::UserEvent { topic, .. } => *topic == wanted,
            Event::Lagged { .. } => true,
            _ => false,
        });
        let subscription = self.handle.shared.subscribers.subscribe(buffer, wanted);
        UserEventStream { subscription, topic: self.topic }
    }

    /// The node.
    pub fn handle(&self) -> &Handle<I, Registry<I>> {
        &self.handle
    }
}

impl<I: NodeIdentity, T> Clone for UserEvents<I, T> {
    fn clone(&self) -> Self {
        Self { handle: self.handle.clone(), topic: self.topic }
    }
}

impl<I: NodeIdentity, T> fmt::Debug for UserEvents<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserEvents").field("topic", &self.topic).finish_non_exhaustive()
    }
}

/// What a stream of user events holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Received<I: Identity, T> {
    /// A user event.
    UserEvent {
        /// The key of the member that sent it.
        origin: I::Addr,
        /// Its Lamport time: later than that of whatever its sender had heard of before it.
        time: u64,
        /// Its value, or why it is none.
        value: Result<T, DecodeError>,
    },
    /// The consumer was too slow, and the oldest were dropped. There is nowhere to read them.
    Lagged {
        /// How many.
        missed: u64,
    },
}

/// User events of a topic, in the order in which they came; ends when the node does, which it does not keep
/// running.
///
/// The node never waits for a consumer: one that is too slow finds one [`Received::Lagged`] in the place of what
/// it missed.
pub struct UserEventStream<I: NodeIdentity, T> {
    subscription: Subscription<Event<I>>,
    topic: Topic<T>,
}

impl<I: NodeIdentity, T> UserEventStream<I, T> {
    /// The next one; `None` once the node has stopped and everything was read. Cancel safe.
    pub async fn next(&mut self) -> Option<Received<I, T>> {
        let taken = self.subscription.next().await?;
        Some(self.read(taken))
    }

    /// The next one if there is one already.
    pub fn try_next(&mut self) -> Option<Received<I, T>> {
        self.subscription.try_next().map(|taken| self.read(taken))
    }

    fn read(&self, taken: Taken<Event<I>>) -> Received<I, T> {
        match taken {
            Taken::Item(Event::UserEvent { origin, time, payload, .. }) => {
                Received::UserEvent { origin, time, value: self.topic.decode(&payload) }
            }
            Taken::Item(Event::Lagged { missed }) | Taken::Missed(missed) => Received::Lagged { missed },
            Taken::Item(_) => unreachable!("nothing else is wanted"),
        }
    }
}

impl<I: NodeIdentity, T> Stream for UserEventStream<I, T> {
    type Item = Received<I, T>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.subscription.poll(cx).map(|taken| taken.map(|taken| self.read(taken)))
    }
}

impl<I: NodeIdentity, T> fmt::Debug for UserEventStream<I, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UserEventStream")
            .field("topic", &self.topic)
            .field("subscription", &self.subscription)
            .finish()
    }
}
