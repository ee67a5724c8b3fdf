//! Streams of events, a bounded buffer for each consumer.
//!
//! The node's task never waits for a consumer: when a buffer is full, its older half is dropped and counted,
//! and the consumer finds one `Lagged` before the rest. Half, so that it has room to catch up in.

use futures_core::Stream;
use haulout::{Event, Identity};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

/// Events that a consumer may be behind before it loses some, unless it asks for more or less: 1,024.
pub const EVENT_BUFFER: usize = 1_024;

/// The events of a node, from the moment of the call that made it; ends when the node's task does.
///
/// It does not keep the node running. Where the consumer is too slow it finds one
/// [`Event::Lagged`] in the place of what it missed; it then reads
/// [`Handle::members`](crate::Handle::members) anew and goes on: replaying the events that follow, each as
/// "this is so now", leads to what the node holds, whichever of them the listing has seen already.
pub struct Events<I: Identity> {
    buffer: Arc<Buffer<I>>,
}

impl<I: Identity> Events<I> {
    /// The next event; `None` once the node has stopped and everything was read. Cancel safe.
    pub async fn next(&mut self) -> Option<Event<I>> {
        poll_fn(|cx| self.buffer.poll(cx)).await
    }

    /// The next event if there is one already.
    pub fn try_next(&mut self) -> Option<Event<I>> {
        self.buffer.lock().take()
    }
}

impl<I: Identity> Stream for Events<I> {
    type Item = Event<I>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Event<I>>> {
        self.buffer.poll(cx)
    }
}

impl<I: Identity> fmt::Debug for Events<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.buffer.lock();
        f.debug_struct("Events")
            .field("waiting", &state.queue.len())
            .field("missed", &state.missed)
            .finish_non_exhaustive()
    }
}

/// Every consumer of a node.
pub(crate) struct Subscribers<I: Identity> {
    /// `None` once the node has stopped.
    list: Mutex<Option<Vec<Weak<Buffer<I>>>>>,
}

impl<I: Identity> Subscribers<I> {
    pub(crate) fn new() -> Self {
        Self { list: Mutex::new(Some(Vec::new())) }
    }

    pub(crate) fn subscribe(&self, capacity: usize) -> Events<I> {
        let buffer = Arc::new(Buffer { capacity: capacity.max(2), state: Mutex::new(BufferState::new()) });
        match lock(&self.list).as_mut() {
            Some(list) => list.push(Arc::downgrade(&buffer)),
            None => buffer.close(),
        }
        Events { buffer }
    }

    /// Gives an event to all, and forgets the consumers that are gone.
    pub(crate) fn publish(&self, event: &Event<I>) {
        if let Some(list) = lock(&self.list).as_mut() {
            list.retain(|buffer| buffer.upgrade().map(|buffer| buffer.push(event.clone())).is_some());
        }
    }

    /// Ends all streams, and those that are asked for later.
    pub(crate) fn close(&self) {
        let list = lock(&self.list).take().unwrap_or_default();
        for buffer in list.iter().filter_map(Weak::upgrade) {
            buffer.close();
        }
    }
}

struct Buffer<I: Identity> {
    capacity: usize,
    state: Mutex<BufferState<I>>,
}

struct BufferState<I: Identity> {
    queue: VecDeque<Event<I>>,
    missed: u64,
    closed: bool,
    waker: Option<Waker>,
}

impl<I: Identity> BufferState<I> {
    fn new() -> Self {
        Self { queue: VecDeque::new(), missed: 0, closed: false, waker: None }
    }

    /// What was missed is older than what is queued.
    fn take(&mut self) -> Option<Event<I>> {
        match std::mem::take(&mut self.missed) {
            0 => self.queue.pop_front(),
            missed => Some(Event::Lagged { missed }),
        }
    }
}

impl<I: Identity> Buffer<I> {
    fn lock(&self) -> MutexGuard<'_, BufferState<I>> {
        lock(&self.state)
    }

    fn push(&self, event: Event<I>) {
        let mut state = self.lock();
        if state.queue.len() >= self.capacity {
            let dropped = state.queue.len().div_ceil(2);
            state.queue.drain(..dropped);
            state.missed += dropped as u64;
        }
        state.queue.push_back(event);
        wake(state);
    }

    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        wake(state);
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Event<I>>> {
        let mut state = self.lock();
        match state.take() {
            Some(event) => Poll::Ready(Some(event)),
            None if state.closed => Poll::Ready(None),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

/// Wakes the consumer, outside of the lock.
fn wake<I: Identity>(mut state: MutexGuard<'_, BufferState<I>>) {
    let waker = state.waker.take();
    drop(state);
    if let Some(waker) = waker {
        waker.wake();
    }
}

/// A panic elsewhere leaves what these locks guard in order: nothing under them panics half-way.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use haulout::Renewing;
    use std::net::SocketAddr;

    type Id = Renewing<SocketAddr>;

    fn up(port: u16) -> Event<Id> {
        Event::Up { identity: Renewing::new(([127, 0, 0, 1], port).into(), 1) }
    }

    #[test]
    fn a_consumer_that_lags_finds_one_lagged_and_the_newest() {
        let subscribers = Subscribers::<Id>::new();
        let mut events = subscribers.subscribe(8);
        for port in 1..=100 {
            subscribers.publish(&up(port));
        }
        let Some(Event::Lagged { missed }) = events.try_next() else { panic!("no Lagged") };
        let rest: Vec<_> = std::iter::from_fn(|| events.try_next()).collect();
        assert_eq!(missed as usize + rest.len(), 100);
        assert!(rest.len() >= 4 && rest.iter().all(|event| matches!(event, Event::Up { .. })));
        assert_eq!(rest.last(), Some(&up(100)));
    }

    #[test]
    fn after_lagging_there_is_room_to_catch_up() {
        let subscribers = Subscribers::<Id>::new();
        let mut events = subscribers.subscribe(8);
        for port in 1..=9 {
            subscribers.publish(&up(port));
        }
        assert_eq!(events.try_next(), Some(Event::Lagged { missed: 4 }));
        for port in 10..=12 {
            subscribers.publish(&up(port));
        }
        let rest: Vec<_> = std::iter::from_fn(|| events.try_next()).collect();
        assert_eq!(rest, (5..=12).map(up).collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_stream_ends_when_the_node_does_and_a_dropped_one_is_forgotten() {
        let subscribers = Subscribers::<Id>::new();
        let mut kept = subscribers.subscribe(8);
        drop(subscribers.subscribe(8));
        subscribers.publish(&up(1));
        assert_eq!(lock(&subscribers.list).as_ref().map(Vec::len), Some(1));
        subscribers.close();
        assert_eq!(subscribers.subscribe(8).next().await, None);
        assert_eq!(kept.next().await, Some(up(1)));
        assert_eq!(kept.next().await, None);
    }
}
