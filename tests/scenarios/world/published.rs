//! What the members of a world publish: notes, which are records, and shouts, which are user events.

use super::people::Peer;
use super::seat::{Member, Seat};
use super::{Mark, World};
use core::time::Duration;
use haulout::broadcast::{Registry, Topic};
use haulout::{CommandError, Event, Identity, Instant};

pub const NOTES: Topic<String> = Topic::new(1, "note");
pub const SHOUTS: Topic<String> = Topic::new(2, "shout");

pub(super) fn registry<I: Identity>() -> Registry<I> {
    Registry::new().record(NOTES).and_then(|registry| registry.event(SHOUTS)).expect("two topics")
}

/// The key of the note that every member puts.
const LIFE: &str = "life";

/// Whether an event is about such a note.
pub(super) fn is_signature<I: Identity>(event: &Event<I>) -> bool {
    matches!(event, Event::Published { key, .. } | Event::Withdrawn { key, .. } if key == LIFE.as_bytes())
}

/// A process puts a note that no other has put.
pub(super) fn sign<I: Peer>(engine: &mut Member<I>, now: Instant, life: u32) {
    let mut notes = engine.broadcasts(now).records(&NOTES).expect("it is registered");
    notes.put(LIFE, &format!("life {life}")).expect("it is within the limits");
}

impl<I: Peer> World<I> {
    /// Whether each of these members holds the note of every other, as it is, or none that has none.
    pub(super) fn notes_agree(&self, seats: &[Seat]) -> bool {
        seats.iter().all(|owner| {
            let (key, note) = (self.key(*owner), self.note(*owner, &self.key(*owner), LIFE));
            self.all_note(seats, &key, LIFE, note.as_deref())
        })
    }

    /// A member puts a note.
    pub fn put(&mut self, seat: Seat, key: &str, value: &str) -> Result<(), CommandError> {
        self.act(seat, |engine, now| {
            engine.broadcasts(now).records(&NOTES).expect("it is registered").put(key, &value.into())
        })
    }

    /// A member removes a note, which is there.
    pub fn remove(&mut self, seat: Seat, key: &str) {
        let removed = self.act(seat, |engine, now| {
            engine.broadcasts(now).records(&NOTES).expect("it is registered").remove(key)
        });
        assert_eq!(removed, Ok(true));
    }

    /// A member sends a shout.
    pub fn shout(&mut self, seat: Seat, text: &str, ttl: Option<Duration>) -> Result<(), CommandError> {
        self.act(seat, |engine, now| {
            let mut shouts = engine.broadcasts(now).events(&SHOUTS).expect("it is registered");
            match ttl {
                Some(ttl) => shouts.send_within(ttl, &text.into()),
                None => shouts.send(&text.into()),
            }
        })
    }

    /// The note that a member holds of an owner.
    pub fn note(&self, at: Seat, owner: &I::Addr, key: &str) -> Option<String> {
        self.member(at).registry().get(&NOTES, owner, key).map(|note| note.expect("notes are text"))
    }

    /// Whether all of these members hold this note of an owner; `None`: none.
    pub fn all_note(&self, seats: &[Seat], owner: &I::Addr, key: &str, note: Option<&str>) -> bool {
        seats.iter().all(|at| self.note(*at, owner, key).as_deref() == note)
    }

    /// The shouts that a member heard since a mark, in their order.
    pub fn heard(&self, seat: Seat, since: Mark) -> Vec<String> {
        let shout = |event: &&Event<I>| match event {
            Event::UserEvent { topic, payload, .. } if *topic == SHOUTS.id() => {
                Some(SHOUTS.decode(payload).expect("shouts are text"))
            }
            _ => None,
        };
        self.events_of(seat, since).iter().filter_map(shout).collect()
    }
}
