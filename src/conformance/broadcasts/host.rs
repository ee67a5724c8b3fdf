//! A plugin without its engine: a table of members, a packet that keeps what it is given.

use crate::broadcast::{Broadcasts, Change, Context, Entry, Packet, Round};
use crate::codec::{Custom, Manifest, Position, Record, Section, SectionRef, TopicName, UserEvent};
use crate::config::Limits;
use crate::event::Event;
use crate::events::Events;
use crate::identity::Identity;
use crate::members::Members;
use crate::state::State;
use crate::stats::Dropped;
use crate::time::Instant;
use alloc::string::String;
use alloc::vec::Vec;
use rand::SeedableRng;
use rand::rngs::SmallRng;

const NOW: Instant = Instant::from_millis(1_000);

/// A section that outlives the packet.
#[derive(Clone, Debug)]
pub(super) enum Kept<I: Identity> {
    Manifest(Manifest<I>),
    /// Owner, topic, key, life, version, value.
    Record(I::Addr, u32, Vec<u8>, u32, u64, Option<Vec<u8>>),
    /// Origin, topic, life, sequence, time, payload.
    UserEvent(I::Addr, u32, u32, u64, u64, Vec<u8>),
    Topic(u32, String),
    Custom(u32, Vec<u8>),
}

impl<I: Identity> Kept<I> {
    fn of(section: SectionRef<'_, I>) -> Option<Self> {
        Some(match section {
            SectionRef::Manifest(m) => {
                Self::Manifest(Manifest { identity: m.identity.clone(), life: m.life, floor: m.floor })
            }
            SectionRef::Record(r) => {
                let value = r.value.map(Into::into);
                Self::Record(r.owner.clone(), r.topic, r.key.into(), r.life, r.version, value)
            }
            SectionRef::UserEvent(e) => {
                Self::UserEvent(e.origin.clone(), e.topic, e.life, e.seq, e.time, e.payload.into())
            }
            SectionRef::Topic(topic) => Self::Topic(topic.id, topic.name.into()),
            SectionRef::Custom(custom) => Self::Custom(custom.topic, custom.payload.into()),
            _ => return None,
        })
    }

    /// Whether it is a manifest or a record of a member.
    pub(super) fn is_of(&self, owner: &I) -> bool {
        match self {
            Self::Manifest(manifest) => owner.is_at(&manifest.identity.addr()),
            Self::Record(of, ..) => owner.is_at(of),
            _ => false,
        }
    }

    fn section(&self) -> Section<'_, I> {
        match self {
            Self::Manifest(manifest) => Section::Manifest(manifest.clone()),
            Self::Record(owner, topic, key, life, version, value) => Section::Record(Record {
                owner: owner.clone(),
                topic: *topic,
                key,
                life: *life,
                version: *version,
                value: value.as_deref(),
            }),
            Self::UserEvent(origin, topic, life, seq, time, payload) => Section::UserEvent(UserEvent {
                origin: origin.clone(),
                topic: *topic,
                life: *life,
                seq: *seq,
                time: *time,
                ttl: None,
                payload,
            }),
            Self::Topic(id, name) => Section::Topic(TopicName { id: *id, name }),
            Self::Custom(topic, payload) => Section::Custom(Custom { topic: *topic, payload }),
        }
    }
}

/// Keeps so many sections, and refuses the rest.
struct Keeper<I: Identity> {
    kept: Vec<Kept<I>>,
    room: usize,
}

impl<I: Identity> Packet<I> for Keeper<I> {
    fn put(&mut self, section: SectionRef<'_, I>) -> bool {
        let fits = self.kept.len() < self.room;
        if fits {
            let kept = Kept::of(section);
            super::law!(
                kept.is_some(),
                "a plugin sends no updates and nothing of unknown kind",
                "{section:?}"
            );
            self.kept.extend(kept);
        }
        fits
    }

    fn room(&self) -> usize {
        if self.kept.len() < self.room { 1_000 } else { 0 }
    }
}

pub(super) struct Host<I: Identity, B> {
    pub(super) plugin: B,
    me: I,
    members: Members<I>,
    limits: Limits,
    rng: SmallRng,
    events: Events<I>,
    dropped: Dropped,
}

impl<I: Identity, B: Broadcasts<I>> Host<I, B> {
    /// A member among others, each of its first identity in the list.
    pub(super) fn new(me: &I, others: &[I], plugin: B) -> Self {
        let rng = SmallRng::seed_from_u64(7);
        let (limits, events) = (Limits::default(), Events::new(10_000));
        let (members, dropped) = (Members::new(1), Dropped::default());
        let mut host = Self { plugin, me: me.clone(), members, limits, rng, events, dropped };
        for other in others {
            if other.addr() != me.addr() && host.members.find(&other.addr()).is_none() {
                host.members.insert(other.clone(), 0);
                host.lend(|plugin, context| plugin.changed(Change::Appeared(other), context));
            }
        }
        host
    }

    pub(super) fn lend<R>(&mut self, f: impl FnOnce(&mut B, &mut Context<'_, I>) -> R) -> R {
        let mut context = Context {
            now: NOW,
            me: &self.me,
            members: &self.members,
            limits: &self.limits,
            relays: true,
            renews: false,
            rng: &mut self.rng,
            events: &mut self.events,
            dropped: &mut self.dropped,
        };
        let result = f(&mut self.plugin, &mut context);
        self.plugin.check();
        result
    }

    pub(super) fn hear(&mut self, sections: &[Kept<I>]) {
        for kept in sections {
            self.lend(|plugin, context| plugin.handle(kept.section(), context));
        }
    }

    /// What the plugin puts into a packet that takes so many sections.
    pub(super) fn fill_all(&mut self, receiver: &I::Addr, room: usize) -> Vec<Kept<I>> {
        let mut packet = Keeper { kept: Vec::new(), room };
        let round = Round { now: NOW, limit: super::LIMIT, receiver, sole: false };
        self.plugin.fill(&mut packet, &round);
        packet.kept
    }

    pub(super) fn entries(&self, from: Position, until: Position) -> Vec<Entry> {
        let mut entries = Vec::new();
        self.plugin.entries(from, until, &mut entries);
        entries
    }

    pub(super) fn put_entry(&self, entry: &Entry, room: usize) -> Vec<Kept<I>> {
        let mut packet = Keeper { kept: Vec::new(), room };
        let put = self.plugin.put_entry(entry, &mut packet);
        super::law!(
            put != packet.kept.is_empty(),
            "`put_entry` says whether the packet took it",
            "it says {put}"
        );
        packet.kept
    }

    pub(super) fn root(&self) -> Option<u64> {
        self.plugin.digest().map(crate::broadcast::Digest::root)
    }

    pub(super) fn events(&mut self) -> Vec<Event<I>> {
        core::iter::from_fn(|| self.events.pop()).collect()
    }

    pub(super) fn depart(&mut self, who: &I) {
        let slot = self.members.find(&who.addr()).expect("it is a member");
        self.members.depart(slot, NOW, State::Down);
        self.lend(|plugin, context| plugin.changed(Change::Departed(who), context));
    }

    pub(super) fn revive(&mut self, who: &I) {
        let slot = self.members.find(&who.addr()).expect("it is departed");
        self.members.revive(slot);
        self.lend(|plugin, context| plugin.changed(Change::Appeared(who), context));
    }
}
