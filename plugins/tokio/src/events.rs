//! Streams of a node's events.

use crate::buffer::{Subscription, Taken};
use futures_core::Stream;
use haulout::{Event, Identity};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// Events that a consumer may be behind before it loses some, unless it asks for more or less: 1,024.
pub const EVENT_BUFFER: usize = 1_024;

/// The events of a node, from the moment of the call that made it; ends when the node's task does.
///
/// It does not keep the node running. Where the consumer is too slow it finds one
/// [`Event::Lagged`] in the place of what it missed; it then reads
/// [`Handle::members`](crate::Handle::members) anew and goes on: replaying the events that follow, each as
/// "this is so now", leads to what the node holds, whichever of them the listing has seen already.
pub struct Events<I: Identity> {
    pub(crate) subscription: Subscription<Event<I>>,
}

impl<I: Identity> Events<I> {
    /// The next event; `None` once the node has stopped and everything was read. Cancel safe.
    pub async fn next(&mut self) -> Option<Event<I>> {
        self.subscription.next().await.map(told)
    }

    /// The next event if there is one already.
    pub fn try_next(&mut self) -> Option<Event<I>> {
        self.subscription.try_next().map(told)
    }

    /// Only events about members and about this node: records and user events, which may be many, are left
    /// out and do not fill the buffer.
    pub fn without_broadcasts(self) -> Self {
        self.subscription.only(Box::new(|event| {
            !matches!(event, Event::Published { .. } | Event::Withdrawn { .. } | Event::UserEvent { .. })
        }));
        self
    }
}

fn told<I: Identity>(taken: Taken<Event<I>>) -> Event<I> {
    match taken {
        Taken::Item(event) => event,
        Taken::Missed(missed) => Event::Lagged { missed },
    }
}

impl<I: Identity> Stream for Events<I> {
    type Item = Event<I>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event<I>>> {
        self.subscription.poll(cx).map(|taken| taken.map(told))
    }
}

impl<I: Identity> fmt::Debug for Events<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("subscription", &self.subscription).finish()
    }
}
