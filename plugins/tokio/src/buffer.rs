//! What streams are made of: a bounded buffer for each consumer, and a list of the consumers.
//!
//! The node's task never waits for a consumer: when a buffer is full, its older half is dropped and counted,
//! and the consumer finds how many before the rest. Half, so that it has room to catch up in. Cost: O(consumers)
//! an item, and a copy of it for each that wants it.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, Waker};

/// What a consumer finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Taken<E> {
    /// The oldest item.
    Item(E),
    /// So many were dropped, which are older than what is left.
    Missed(u64),
}

/// Which items a consumer wants.
pub(crate) type Wanted<E> = Box<dyn Fn(&E) -> bool + Send>;

/// A consumer's end.
pub(crate) struct Subscription<E> {
    buffer: Arc<Buffer<E>>,
}

impl<E> Subscription<E> {
    /// The next item; `None` once the node has stopped and everything was read. Cancel safe.
    pub(crate) async fn next(&self) -> Option<Taken<E>> {
        poll_fn(|cx| self.poll(cx)).await
    }

    /// The next item if there is one already.
    pub(crate) fn try_next(&self) -> Option<Taken<E>> {
        self.buffer.lock().take()
    }

    /// See [`next`](Self::next).
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Taken<E>>> {
        let mut state = self.buffer.lock();
        match state.take() {
            Some(taken) => Poll::Ready(Some(taken)),
            None if state.closed => Poll::Ready(None),
            None => {
                state.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// From now on only these, of what waits as well.
    pub(crate) fn only(&self, wanted: Wanted<E>) {
        let mut state = self.buffer.lock();
        state.queue.retain(&wanted);
        state.wanted = wanted;
    }
}

impl<E> fmt::Debug for Subscription<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.buffer.lock();
        f.debug_struct("Subscription")
            .field("waiting", &state.queue.len())
            .field("missed", &state.missed)
            .finish_non_exhaustive()
    }
}

/// Every consumer of one kind of items.
pub(crate) struct Subscribers<E> {
    /// `None` once the node has stopped.
    list: Mutex<Option<Vec<Weak<Buffer<E>>>>>,
}

impl<E: Clone> Subscribers<E> {
    pub(crate) fn new() -> Self {
        Self { list: Mutex::new(Some(Vec::new())) }
    }

    /// A consumer that may be `capacity` items (at least 2) behind.
    pub(crate) fn subscribe(&self, capacity: usize, wanted: Wanted<E>) -> Subscription<E> {
        let state = BufferState { queue: VecDeque::new(), wanted, missed: 0, closed: false, waker: None };
        let buffer = Arc::new(Buffer { capacity: capacity.max(2), state: Mutex::new(state) });
        match lock(&self.list).as_mut() {
            Some(list) => list.push(Arc::downgrade(&buffer)),
            None => buffer.close(),
        }
        Subscription { buffer }
    }

    /// Gives an item to all who want it, and forgets the consumers that are gone.
    pub(crate) fn publish(&self, item: &E) {
        if let Some(list) = lock(&self.list).as_mut() {
            list.retain(|buffer| buffer.upgrade().map(|buffer| buffer.push(item)).is_some());
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

struct Buffer<E> {
    capacity: usize,
    state: Mutex<BufferState<E>>,
}

struct BufferState<E> {
    queue: VecDeque<E>,
    wanted: Wanted<E>,
    missed: u64,
    closed: bool,
    waker: Option<Waker>,
}

impl<E> BufferState<E> {
    /// What was missed is older than what is queued.
    fn take(&mut self) -> Option<Taken<E>> {
        match std::mem::take(&mut self.missed) {
            0 => self.queue.pop_front().map(Taken::Item),
            missed => Some(Taken::Missed(missed)),
        }
    }
}

impl<E> Buffer<E> {
    fn lock(&self) -> MutexGuard<'_, BufferState<E>> {
        lock(&self.state)
    }

    fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        wake(state);
    }
}

impl<E: Clone> Buffer<E> {
    fn push(&self, item: &E) {
        let mut state = self.lock();
        if !(state.wanted)(item) {
            return;
        }
        if state.queue.len() >= self.capacity {
            let dropped = state.queue.len().div_ceil(2);
            state.queue.drain(..dropped);
            state.missed += dropped as u64;
        }
        state.queue.push_back(item.clone());
        wake(state);
    }
}

/// Wakes the consumer, outside of the lock.
fn wake<E>(mut state: MutexGuard<'_, BufferState<E>>) {
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
    use super::Taken::{Item, Missed};
    use super::*;

    fn rest(events: &Subscription<u16>) -> Vec<Taken<u16>> {
        std::iter::from_fn(|| events.try_next()).collect()
    }

    fn all(subscribers: &Subscribers<u16>) -> Subscription<u16> {
        subscribers.subscribe(8, Box::new(|_| true))
    }

    #[test]
    fn a_consumer_that_lags_finds_how_much_and_then_the_newest() {
        let subscribers = Subscribers::new();
        let events = all(&subscribers);
        (1..=100).for_each(|n| subscribers.publish(&n));
        let Some(Missed(missed)) = events.try_next() else { panic!("nothing missed") };
        let rest = rest(&events);
        assert_eq!(missed as usize + rest.len(), 100);
        assert!(rest.len() >= 4 && rest.iter().all(|taken| matches!(taken, Item(_))));
        assert_eq!(rest.last(), Some(&Item(100)));
    }

    #[test]
    fn after_lagging_there_is_room_to_catch_up() {
        let subscribers = Subscribers::new();
        let events = all(&subscribers);
        (1..=9).for_each(|n| subscribers.publish(&n));
        assert_eq!(events.try_next(), Some(Missed(4)));
        (10..=12).for_each(|n| subscribers.publish(&n));
        assert_eq!(rest(&events), (5..=12).map(Item).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_not_wanted_takes_no_room() {
        let subscribers = Subscribers::new();
        let even = subscribers.subscribe(2, Box::new(|n| n % 2 == 0));
        (1..=5).for_each(|n| subscribers.publish(&n));
        assert_eq!(rest(&even), [Item(2), Item(4)]);
        (6..=9).for_each(|n| subscribers.publish(&n));
        even.only(Box::new(|n| *n > 7));
        assert_eq!(rest(&even), [Item(8)]);
    }

    #[tokio::test]
    async fn a_stream_ends_when_the_node_does_and_a_dropped_one_is_forgotten() {
        let subscribers = Subscribers::new();
        let kept = all(&subscribers);
        drop(all(&subscribers));
        subscribers.publish(&1);
        assert_eq!(lock(&subscribers.list).as_ref().map(Vec::len), Some(1));
        subscribers.close();
        assert_eq!(all(&subscribers).next().await, None);
        assert_eq!(kept.next().await, Some(Item(1)));
        assert_eq!(kept.next().await, None);
    }
}
