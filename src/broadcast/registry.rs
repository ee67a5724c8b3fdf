//! The stock broadcast plugin: typed records and typed user events.
//!
//! | part | concept |
//! | --- | --- |
//! | `topics` | what is registered: numbers, names, types |
//! | `store`, `items` | owners, manifests, records, and their digest |
//! | `others`, `own` | the rules for what others publish, and for what we publish |
//! | `moments`, `windows` | user events, and which are known |
//! | `lanes`, `filling` | what is told next |
//! | `typed` | the handles by which a program publishes and reads |

mod filling;
mod items;
mod lanes;
mod moments;
mod others;
mod own;
mod store;
mod topics;
mod typed;
mod windows;

pub use topics::{Kind, RegistryError, Topics};
pub use typed::{Records, Stored, UserEvents};

use super::{Broadcasts, Change, Context, Digest, Entry, Packet, Round, Topic};
use crate::codec::{Position, Section, SectionRef, TopicName};
use crate::event::Event;
use crate::identity::Identity;
use crate::members::Slot;
use crate::stats::Gauges;
use alloc::vec::Vec;
use filling::{Of, Offer};
use lanes::Turns;
use moments::Moments;
use own::Own;
use store::Store;

/// Typed records and user events.
///
/// Register every topic once, give it to [`Engine::new`](crate::Engine::new), then publish through
/// [`Engine::broadcasts`](crate::Engine::broadcasts) and read through
/// [`Engine::registry`](crate::Engine::registry).
///
/// Topics that are not registered here are stored as they are, told on, and counted, so members with different
/// programs share a cluster.
#[derive(Debug)]
pub struct Registry<I: Identity> {
    topics: Topics,
    store: Store<I>,
    own: Own,
    moments: Moments<I::Addr>,
    turns: Turns,
    scratch: Vec<(Of, Slot, Offer)>,
}

impl<I: Identity> Registry<I> {
    /// A registry without topics.
    pub fn new() -> Self {
        Self {
            topics: Topics::default(),
            store: Store::new(),
            own: Own::default(),
            moments: Moments::new(),
            turns: Turns::default(),
            scratch: Vec::new(),
        }
    }

    /// Registers a topic of records.
    pub fn record<T: 'static>(mut self, topic: Topic<T>) -> Result<Self, RegistryError> {
        self.topics.register(&topic, Kind::Record)?;
        Ok(self)
    }

    /// Registers a topic of user events.
    pub fn event<T: 'static>(mut self, topic: Topic<T>) -> Result<Self, RegistryError> {
        self.topics.register(&topic, Kind::UserEvent)?;
        Ok(self)
    }

    fn hear_topic(&mut self, topic: TopicName<'_>, context: &mut Context<'_, I>) {
        if let Some(ours) = self.topics.hear(context.now(), topic.id, topic.name) {
            context.emit(Event::TopicConflict {
                topic: topic.id,
                ours: ours.into(),
                theirs: topic.name.into(),
            });
        }
    }
}

impl<I: Identity> Default for Registry<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Identity> Broadcasts<I> for Registry<I> {
    fn handle(&mut self, section: Section<'_, I>, context: &mut Context<'_, I>) {
        match section {
            Section::Manifest(manifest) => self.hear_manifest(manifest, context),
            Section::Record(record) => self.hear_record(&record, context),
            Section::UserEvent(event) => {
                if self.topics.find(event.topic).is_none() {
                    context.dropped.unregistered += 1;
                }
                let life = self.own.life(context);
                self.moments.hear(event, life, context);
            }
            Section::Topic(topic) => self.hear_topic(topic, context),
            _ => context.dropped.unkept += 1,
        }
    }

    fn changed(&mut self, change: Change<'_, I>, context: &mut Context<'_, I>) {
        match change {
            Change::Appeared(identity) => self.reveal(identity, context),
            Change::Departed(identity) | Change::Replaced(identity) => self.conceal(identity),
            Change::Forgotten(key) => {
                if let Some(slot) = self.store.find(key) {
                    self.store.forget(slot);
                }
            }
            Change::Renewed => self.own.renewed(&mut self.store, context),
            Change::Alone => {
                let Store { owners, items, manifests, lanes, .. } = &mut self.store;
                manifests.clear(owners);
                lanes.clear(items);
                self.moments.clear();
                self.own.told(&mut self.store);
            }
        }
    }

    fn backlog(&self) -> usize {
        self.store.manifests.len() as usize + self.store.lanes.len() + self.moments.lanes.len()
    }

    fn own_backlog(&self) -> usize {
        self.own.backlog(&self.store) + self.moments.own()
    }

    fn fill(&mut self, packet: &mut dyn Packet<I>, round: &Round<'_, I>) {
        self.fill_packet(packet, round);
        self.own.told(&mut self.store);
    }

    fn put_topics(&self, packet: &mut dyn Packet<I>) {
        for topic in self.topics.iter() {
            if !packet.put(SectionRef::Topic(TopicName { id: topic.id, name: topic.name })) {
                return;
            }
        }
    }

    fn clock(&self) -> u64 {
        self.moments.clock()
    }

    fn hear_clock(&mut self, clock: u64) {
        self.moments.hear_clock(clock);
    }

    fn digest(&self) -> Option<&Digest> {
        Some(self.store.digest())
    }

    fn entries(&self, from: Position, until: Position, out: &mut Vec<Entry>) {
        self.store.entries(from, until, out);
    }

    fn put_entry(&self, entry: &Entry, packet: &mut dyn Packet<I>) -> bool {
        let (owner, item) = self.store.of_entry(entry);
        match item {
            Some(item) => packet.put(SectionRef::Record(item.record(&owner.identity.addr(), owner.life))),
            None => packet.put(SectionRef::Manifest(owner.manifest())),
        }
    }

    fn gauge(&self, gauges: &mut Gauges) {
        gauges.records = self.store.count as u32;
        gauges.owners = self.store.len() as u32;
        gauges.broadcast_backlog = self.backlog() as u32;
        gauges.origins = self.moments.origins() as u32;
    }

    fn check(&self) {
        self.store.check();
    }
}
