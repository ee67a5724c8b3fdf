//! What a watch has still to give: changes, as long as there is room for them, else a snapshot.
//!
//! Invariant: while it is behind, nothing is queued. Cost: O(1).

use super::WatchEvent;
use crate::instances::Instances;
use core::fmt;
use core::task::{Context, Poll};
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Waker;

pub(crate) struct Queue<A> {
    capacity: usize,
    state: Mutex<State<A>>,
}

struct State<A> {
    position: Position<A>,
    closed: bool,
    waker: Option<Waker>,
}

enum Position<A> {
    /// Nothing was given yet: it begins with a snapshot.
    Start,
    /// It has to give these.
    Following(VecDeque<WatchEvent<A>>),
    /// So many changes did not find room: it goes on with a snapshot.
    Behind(u64),
}

impl<A> Queue<A> {
    /// With room for so many changes, at least one.
    pub(crate) fn new(capacity: usize) -> Self {
        let state = State { position: Position::Start, closed: false, waker: None };
        Self { capacity: capacity.max(1), state: Mutex::new(state) }
    }

    /// Something changed. Whom to wake.
    pub(super) fn push(&self, event: &WatchEvent<A>) -> Option<Waker> {
        let mut state = self.lock();
        match &mut state.position {
            Position::Start => {}
            Position::Behind(missed) => *missed += 1,
            Position::Following(queue) if queue.len() < self.capacity => queue.push_back(event.clone()),
            Position::Following(queue) => state.position = Position::Behind(queue.len() as u64 + 1),
        }
        state.waker.take()
    }

    /// The directory is gone. Whom to wake.
    pub(super) fn close(&self) -> Option<Waker> {
        let mut state = self.lock();
        state.closed = true;
        state.waker.take()
    }

    /// The next event; `None` if it has to catch up first.
    pub(super) fn poll(&self, cx: &mut Context<'_>) -> Option<Poll<Option<WatchEvent<A>>>> {
        let mut state = self.lock();
        let Position::Following(queue) = &mut state.position else { return None };
        if let Some(event) = queue.pop_front() {
            return Some(Poll::Ready(Some(event)));
        }
        if state.closed {
            return Some(Poll::Ready(None));
        }
        if !state.waker.as_ref().is_some_and(|waker| waker.will_wake(cx.waker())) {
            state.waker = Some(cx.waker().clone());
        }
        Some(Poll::Pending)
    }

    /// Goes on with a snapshot. Nothing is pushed during the call.
    pub(crate) fn catch_up(&self, snapshot: impl FnOnce() -> Instances<A>) -> WatchEvent<A> {
        let mut state = self.lock();
        let missed = match &mut state.position {
            Position::Start => 0,
            Position::Behind(missed) => *missed,
            Position::Following(queue) => queue.len() as u64,
        };
        state.position = Position::Following(VecDeque::new());
        WatchEvent::Snapshot { instances: snapshot(), missed }
    }

    /// A panic elsewhere leaves it in order: nothing under this lock panics half-way.
    fn lock(&self) -> MutexGuard<'_, State<A>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<A> fmt::Debug for Queue<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.lock();
        let mut out = f.debug_struct("Queue");
        match &state.position {
            Position::Start => out.field("waiting", &0),
            Position::Following(queue) => out.field("waiting", &queue.len()),
            Position::Behind(missed) => out.field("missed", missed),
        };
        out.field("closed", &state.closed).finish_non_exhaustive()
    }
}
