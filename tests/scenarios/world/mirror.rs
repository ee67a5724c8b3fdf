//! A view rebuilt from events alone, which must equal the engine's at every step.

use haulout::broadcast::Registry;
use haulout::{Event, Identity, Member, State};
use std::collections::HashMap;

/// Records of one owner, by topic and key.
type Notes = HashMap<(u32, Vec<u8>), Vec<u8>>;

/// What somebody who only reads events believes.
#[derive(Clone, Debug)]
pub struct Mirror<I: Identity> {
    held: HashMap<I::Addr, (I, State)>,
    records: HashMap<I::Addr, Notes>,
    /// Something was published or withdrawn since the records were checked.
    stirred: bool,
    suspects: usize,
}

impl<I: Identity> Mirror<I> {
    pub fn new() -> Self {
        Self { held: HashMap::new(), records: HashMap::new(), stirred: false, suspects: 0 }
    }

    /// A copy of what the engine says, as a consumer takes it that has lagged.
    pub fn of<'a>(members: impl Iterator<Item = &'a Member<I>>) -> Self
    where
        I: 'a,
    {
        let held: HashMap<_, _> =
            members.map(|m| (m.identity().addr(), (m.identity().clone(), m.state()))).collect();
        let suspects = held.values().filter(|(_, state)| *state == State::Suspect).count();
        Self { held, suspects, records: HashMap::new(), stirred: false }
    }

    /// Takes the records anew, as a consumer does that has lagged.
    pub fn take_records(&mut self, registry: &Registry<I>) {
        self.records.clear();
        for stored in registry.stored() {
            let of = self.records.entry(stored.owner.addr()).or_default();
            of.insert((stored.topic, stored.key.into()), stored.value.into());
        }
    }

    /// Holds the records that the events gave against those that the registry holds.
    pub fn check_records(&mut self, registry: &Registry<I>) {
        if !core::mem::take(&mut self.stirred) {
            return;
        }
        let mut count = 0;
        for stored in registry.stored() {
            let held = self.records.get(&stored.owner.addr());
            let held = held.and_then(|of| of.get(&(stored.topic, stored.key.to_vec())));
            assert_eq!(held.map(Vec::as_slice), Some(stored.value), "the events give what is stored");
            count += 1;
        }
        let replayed: usize = self.records.values().map(HashMap::len).sum();
        assert_eq!(replayed, count, "the events give no more than what is stored");
    }

    pub fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether nobody is suspected.
    pub fn all_alive(&self) -> bool {
        self.suspects == 0
    }

    pub fn identity(&self, key: &I::Addr) -> Option<&I> {
        self.held.get(key).map(|(identity, _)| identity)
    }

    pub fn state(&self, key: &I::Addr) -> Option<State> {
        self.held.get(key).map(|(_, state)| *state)
    }

    /// Replays an event; an event that does not fit what went before it fails the test.
    pub fn replay(&mut self, event: &Event<I>) {
        match event {
            Event::Up { identity } => {
                let before = self.set(identity, State::Alive);
                assert_eq!(before, None, "Up of somebody who was there");
            }
            Event::Suspected { identity } => {
                let before = self.set(identity, State::Suspect);
                assert_eq!(before, Some((identity.clone(), State::Alive)), "Suspected follows alive");
            }
            Event::Refuted { identity } => {
                let before = self.set(identity, State::Alive);
                assert_eq!(before, Some((identity.clone(), State::Suspect)), "Refuted follows suspect");
            }
            Event::Down { identity } | Event::Left { identity } => {
                self.remove(identity);
                self.records.remove(&identity.addr());
            }
            Event::Published { owner, topic, key, value } => {
                self.stirred = true;
                let of = self.records.entry(owner.clone()).or_default();
                of.insert((*topic, key.clone()), value.clone());
            }
            Event::Withdrawn { owner, topic, key } => {
                self.stirred = true;
                let of = self.records.get_mut(owner);
                let gone = of.and_then(|of| of.remove(&(*topic, key.clone())));
                assert!(gone.is_some(), "Withdrawn of what was there: {event:?}");
            }
            Event::Renewed { old, new } => {
                self.records.remove(&new.addr());
                assert!(old.addr() == new.addr() && old != new, "Renewed keeps the key: {event:?}");
                if let Some((before, _)) = self.set(new, State::Alive) {
                    assert_eq!(&before, old, "Renewed names who was there");
                }
            }
            _ => {}
        }
    }

    /// Whether a view has the same identities in the same states.
    pub fn equals<'a>(&self, members: impl Iterator<Item = &'a Member<I>>) -> bool
    where
        I: 'a,
    {
        let mut count = 0;
        for member in members {
            count += 1;
            match self.held.get(&member.identity().addr()) {
                Some((identity, state)) if identity == member.identity() && *state == member.state() => {}
                _ => return false,
            }
        }
        count == self.held.len()
    }

    fn set(&mut self, identity: &I, state: State) -> Option<(I, State)> {
        let before = self.held.insert(identity.addr(), (identity.clone(), state));
        self.suspects += usize::from(state == State::Suspect);
        self.suspects -= usize::from(matches!(before, Some((_, State::Suspect))));
        before
    }

    fn remove(&mut self, identity: &I) {
        if let Some((before, state)) = self.held.remove(&identity.addr()) {
            assert_eq!(&before, identity, "Down and Left name who was there");
            self.suspects -= usize::from(state == State::Suspect);
        }
    }
}
