//! What a simulated member keeps of what is published: all, all without knowing any topic, or nothing.

use super::{MOMENT, RECORD, StockedBroadcasts};
use core::time::Duration;
use haulout::broadcast::{Broadcasts, Change, Context, Digest, Entry, Packet, Registry, Round};
use haulout::codec::{Position, Section};
use haulout::{CommandError, Gauges, Identity};
use serde::{Deserialize, Serialize};

/// What a member keeps.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Keeping {
    /// Everything; both topics are registered, and it publishes.
    #[default]
    All,
    /// Everything, but no topic is registered: it tells others' values on, and publishes nothing.
    Unregistered,
    /// Nothing: it has no registry.
    Nothing,
}

/// A registry, or none.
#[derive(Debug)]
pub enum Kept<I: Identity> {
    /// A registry.
    Registry(Box<Registry<I>>),
    /// None.
    Nothing,
}

impl<I: Identity> Kept<I> {
    /// Puts a value under a key, as [`Registry::put`] does; nothing happens where nothing is kept.
    pub fn put(
        &mut self,
        key: &[u8],
        value: &Vec<u8>,
        context: &mut Context<'_, I>,
    ) -> Result<(), CommandError> {
        match self {
            Self::Registry(registry) => registry.put(key, &RECORD.encode(value)?, context),
            Self::Nothing => Ok(()),
        }
    }

    /// Removes what is under a key, as [`Registry::remove`] does.
    pub fn remove(&mut self, key: &[u8], context: &mut Context<'_, I>) -> Result<bool, CommandError> {
        match self {
            Self::Registry(registry) => registry.remove(&RECORD, key, context),
            Self::Nothing => Ok(false),
        }
    }

    /// Makes a moment known, as [`Registry::send`] does.
    pub fn send(
        &mut self,
        value: &Vec<u8>,
        ttl: Option<Duration>,
        context: &mut Context<'_, I>,
    ) -> Result<(), CommandError> {
        match self {
            Self::Registry(registry) => registry.send(MOMENT.encode(value)?, ttl, context),
            Self::Nothing => Ok(()),
        }
    }

    fn inner(&self) -> &dyn Broadcasts<I> {
        match self {
            Self::Registry(registry) => registry.as_ref(),
            Self::Nothing => &(),
        }
    }

    fn with<R>(&mut self, f: impl FnOnce(&mut dyn Broadcasts<I>) -> R) -> R {
        match self {
            Self::Registry(registry) => f(registry.as_mut()),
            Self::Nothing => f(&mut ()),
        }
    }
}

impl<I: Identity> StockedBroadcasts<I> for Kept<I> {
    fn empty(keeping: Keeping) -> Self {
        let registry = match keeping {
            Keeping::All => Registry::new()
                .record(RECORD)
                .and_then(|it| it.event(MOMENT))
                .expect("two topics that differ"),
            Keeping::Unregistered => Registry::new(),
            Keeping::Nothing => return Self::Nothing,
        };
        Self::Registry(Box::new(registry))
    }
}

impl<I: Identity> Broadcasts<I> for Kept<I> {
    fn handle(&mut self, section: Section<'_, I>, context: &mut Context<'_, I>) {
        self.with(|it| it.handle(section, context));
    }

    fn changed(&mut self, change: Change<'_, I>, context: &mut Context<'_, I>) {
        self.with(|it| it.changed(change, context));
    }

    fn backlog(&self) -> usize {
        self.inner().backlog()
    }

    fn own_backlog(&self) -> usize {
        self.inner().own_backlog()
    }

    fn fill(&mut self, packet: &mut dyn Packet<I>, round: &Round<'_, I>) {
        self.with(|it| it.fill(packet, round));
    }

    fn put_topics(&self, packet: &mut dyn Packet<I>) {
        self.inner().put_topics(packet);
    }

    fn clock(&self) -> u64 {
        self.inner().clock()
    }

    fn hear_clock(&mut self, clock: u64) {
        self.with(|it| it.hear_clock(clock));
    }

    fn digest(&self) -> Option<&Digest> {
        match self {
            Self::Registry(registry) => registry.digest(),
            Self::Nothing => None,
        }
    }

    fn entries(&self, from: Position, until: Position, out: &mut Vec<Entry>) {
        self.inner().entries(from, until, out);
    }

    fn put_entry(&self, entry: &Entry, packet: &mut dyn Packet<I>) -> bool {
        self.inner().put_entry(entry, packet)
    }

    fn gauge(&self, gauges: &mut Gauges) {
        self.inner().gauge(gauges);
    }

    fn check(&self) {
        self.inner().check();
    }
}
