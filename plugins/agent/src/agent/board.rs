//! What all members offer, and since when, as this agent sees it.
//!
//! One task follows the records; readers copy rows. A reader that wants to follow the board keeps what it has
//! seen and compares when the board has changed: it never lags, it only skips what was there in between.

use super::Identity;
use crate::clock::now_ms;
use haulout::Name;
use haulout::broadcast::DecodeError;
use haulout_services::Service;
use haulout_tokio::{Record, RecordChange, Records};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// The owner's name, and the name of the instance.
pub(crate) type Place = (Name, String);

/// A service on the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The service.
    pub(crate) service: Service,
    /// Since when it has been seen so, in milliseconds of Unix time.
    pub(crate) since_ms: u64,
}

/// The board.
#[derive(Debug)]
pub(crate) struct Board {
    state: Mutex<State>,
    turn: watch::Sender<u64>,
}

#[derive(Debug)]
struct State {
    rows: BTreeMap<Place, Row>,
    changed_ms: u64,
}

impl Board {
    /// An empty board.
    pub(super) fn new() -> Self {
        let state = State { rows: BTreeMap::new(), changed_ms: now_ms() };
        Self { state: Mutex::new(state), turn: watch::Sender::new(0) }
    }

    /// All rows, and when they last changed.
    pub(crate) fn rows(&self) -> (BTreeMap<Place, Row>, u64) {
        let state = self.lock();
        (state.rows.clone(), state.changed_ms)
    }

    /// Wakes whoever waits for it when the board changes.
    pub(crate) fn watch(&self) -> watch::Receiver<u64> {
        self.turn.subscribe()
    }

    /// Follows the records until the node stops.
    pub(super) async fn follow(self: Arc<Self>, records: Records<Identity, Service>) {
        let mut changes = records.changes();
        self.renew(records.iter());
        while let Some(change) = changes.next().await {
            match change {
                RecordChange::Put(Record { owner, key, value, .. }) => self.note(owner, &key, value),
                RecordChange::Removed { owner, key } => self.forget(&owner, &key),
                _ => self.renew(records.iter()),
            }
        }
    }

    /// A service is there, or is another than before. What is none is not listed.
    pub(super) fn note(&self, owner: Name, key: &[u8], value: Result<Service, DecodeError>) {
        match value {
            Ok(service) if service.instance().as_bytes() == key => self.change(|rows| {
                let place = (owner, service.instance().to_owned());
                if rows.get(&place).is_some_and(|row| row.service == service) {
                    return false;
                }
                rows.insert(place, Row { service, since_ms: now_ms() });
                true
            }),
            Ok(_) => self.refuse(&owner, key, "it is under another key than its instance"),
            Err(error) => self.refuse(&owner, key, &error.to_string()),
        }
    }

    /// A service is gone.
    pub(super) fn forget(&self, owner: &Name, key: &[u8]) {
        let Ok(instance) = std::str::from_utf8(key) else { return };
        self.change(|rows| rows.remove(&(owner.clone(), instance.to_owned())).is_some());
    }

    fn refuse(&self, owner: &Name, key: &[u8], why: &str) {
        tracing::debug!(owner = %owner, key = %key.escape_ascii(), "not a service: {why}");
        self.forget(owner, key);
    }

    /// Takes exactly these.
    fn renew(&self, records: impl Iterator<Item = Record<Identity, Service>>) {
        let mut held = Vec::new();
        for Record { owner, key, value, .. } in records {
            held.push((owner.clone(), String::from_utf8_lossy(&key).into_owned()));
            self.note(owner, &key, value);
        }
        held.sort_unstable();
        self.change(|rows| {
            let before = rows.len();
            rows.retain(|place, _| held.binary_search(place).is_ok());
            rows.len() != before
        });
    }

    fn change(&self, change: impl FnOnce(&mut BTreeMap<Place, Row>) -> bool) {
        let mut state = self.lock();
        if change(&mut state.rows) {
            state.changed_ms = now_ms();
            drop(state);
            self.turn.send_modify(|turn| *turn += 1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(port: u16) -> Service {
        Service::builder("web", "10.0.0.1", port).build().unwrap()
    }

    fn rows(board: &Board) -> Vec<(String, u16)> {
        let (rows, _) = board.rows();
        rows.iter().map(|((owner, _), row)| (owner.to_string(), row.service.port())).collect()
    }

    #[test]
    fn the_board_changes_when_something_has_changed() {
        let (board, a) = (Board::new(), Name::new("a").unwrap());
        let turn = board.watch();
        board.note(a.clone(), b"web", Ok(service(1)));
        board.note(a.clone(), b"web", Ok(service(1)));
        assert_eq!(*turn.borrow(), 1);
        board.note(a.clone(), b"web", Ok(service(2)));
        assert_eq!((rows(&board), *turn.borrow()), (vec![("a".into(), 2)], 2));
        board.forget(&a, b"web");
        board.forget(&a, b"web");
        assert_eq!((rows(&board), *turn.borrow()), (vec![], 3));
    }

    #[test]
    fn what_is_no_service_is_not_listed_and_takes_the_place_of_one() {
        let (board, a) = (Board::new(), Name::new("a").unwrap());
        board.note(a.clone(), b"other", Ok(service(1)));
        assert_eq!(rows(&board), []);
        board.note(a.clone(), b"web", Ok(service(1)));
        board.note(a, b"web", Err(DecodeError { topic: 1, problem: "none" }));
        assert_eq!(rows(&board), []);
    }
}
