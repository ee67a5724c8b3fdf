//! The named events that this agent has received lately.
//!
//! Each gets a number, so that a reader knows where it stopped and whether it missed some. Cost: O(1) an event, and
//! the last [`KEPT`] in memory.

use super::Identity;
use crate::clock::now_ms;
use crate::control::api;
use crate::named_event::NamedEvent;
use haulout_tokio::{Received, UserEventStream};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// Events that are kept.
pub(crate) const KEPT: usize = 256;

/// The journal.
#[derive(Debug)]
pub(crate) struct Journal {
    state: Mutex<State>,
    turn: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct State {
    kept: VecDeque<api::Event>,
    /// The number of the next one.
    next: u64,
}

impl Journal {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self { state: Mutex::new(State { kept: VecDeque::new(), next: 1 }), turn: watch::Sender::new(0) }
    }

    /// Those with this number or a later one that are kept, oldest first; and how many such are not kept.
    pub(crate) fn since(&self, number: u64) -> (Vec<api::Event>, u64) {
        let state = self.lock();
        let first = state.next - state.kept.len() as u64;
        let kept = state.kept.iter().filter(|event| event.number >= number).cloned().collect();
        (kept, first.saturating_sub(number.max(1)))
    }

    /// Wakes whoever waits for it when there is a new one.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.turn.subscribe()
    }

    /// Follows the events until the node stops.
    pub(super) async fn follow(self: Arc<Self>, mut stream: UserEventStream<Identity, NamedEvent>) {
        while let Some(received) = stream.next().await {
            match received {
                Received::UserEvent { origin, time, value: Ok(event) } => {
                    tracing::info!(name = event.name(), from = %origin, "event");
                    self.note(origin.to_string(), time, &event);
                }
                Received::UserEvent { origin, value: Err(error), .. } => {
                    tracing::debug!(from = %origin, "not an event: {error}");
                }
                Received::Lagged { missed } => self.skip(missed),
                _ => {}
            }
        }
    }

    fn note(&self, from: String, time: u64, event: &NamedEvent) {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        if state.kept.len() == KEPT {
            state.kept.pop_front();
        }
        state.kept.push_back(api::Event::new(number, now_ms(), from, time, event));
        drop(state);
        self.turn.send_modify(|turn| *turn += 1);
    }

    /// So many passed by: what is kept of before them is of no use to whoever counts.
    fn skip(&self, missed: u64) {
        tracing::warn!(missed, "events were missed: this process is too slow");
        let mut state = self.lock();
        state.kept.clear();
        state.next += missed;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(journal: &Journal, since: u64) -> (Vec<u64>, u64) {
        let (kept, missed) = journal.since(since);
        (kept.iter().map(|event| event.number).collect(), missed)
    }

    #[test]
    fn a_reader_knows_where_it_was_and_what_it_missed() {
        let journal = Journal::new();
        assert_eq!(numbers(&journal, 1), (vec![], 0));
        let event = NamedEvent::new("deploy", Vec::new()).unwrap();
        for time in 1..=300 {
            journal.note("a".into(), time, &event);
        }
        assert_eq!(numbers(&journal, 299), (vec![299, 300], 0));
        assert_eq!(numbers(&journal, 301), (vec![], 0));
        let (kept, missed) = numbers(&journal, 11);
        assert_eq!((kept.len(), kept[0], missed), (KEPT, 45, 34));
        journal.skip(5);
        journal.note("a".into(), 306, &event);
        assert_eq!(numbers(&journal, 301), (vec![306], 5));
    }
}
