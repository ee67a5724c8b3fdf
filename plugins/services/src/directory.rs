//! The services of a cluster, to be read from any thread.
//!
//! One writer at a time, any number of readers. A reader holds the lock of one shard for as long as it takes an
//! `Arc` out of it; a writer holds it for one change. Invariants: what is held is what the applied events say,
//! and by the name and by each tag of a service leads a way to it; within one look-up, all is of one moment.

mod groups;
mod store;
mod writer;

use crate::instance::Instance;
use crate::instances::Instances;
use crate::publish::SERVICES;
use crate::service::Service;
use crate::watch::Watch;
use core::fmt;
use haulout::broadcast::Registry;
use haulout::{Event, Identity};
use std::sync::Arc;

pub use writer::Rejected;
pub(crate) use writer::Shared;

/// Changes that a watch may be behind before it gets a snapshot instead, unless it asks for more or less: 256.
pub const WATCH_BUFFER: usize = 256;

/// The services that members offer, ourselves among them, fed by the events of an engine.
///
/// A handle: clones see and feed the same directory, and may be used from any thread. Only what is visible is
/// in it: a member that is down, or has left, takes its services with it in the moment in which that event is
/// applied, and whoever renews has them back when it has said that they still hold, a moment later.
///
/// # Feeding it
/// Whoever owns the engine gives every event to [`apply`](Self::apply), in order, and, once the engine has none
/// left, looks at [`needs_resync`](Self::needs_resync):
///
/// ```
/// # use haulout::{Engine, Renewing, broadcast::Registry};
/// # use haulout_codec_serde::PostcardCodec;
/// # use haulout_services::Directory;
/// # type Id = Renewing<std::net::SocketAddr>;
/// # fn drain(engine: &mut Engine<(Id, PostcardCodec, Registry<Id>)>, directory: &Directory<Id>) {
/// while let Some(event) = engine.poll_event() {
///     directory.apply(&event);
/// }
/// if directory.needs_resync() {
///     directory.resync(engine.registry());
/// }
/// # }
/// ```
///
/// While our own engine is dormant nothing arrives: the directory then says what was so last, as the engine's
/// members do.
pub struct Directory<I: Identity> {
    shared: Arc<Shared<I::Addr>>,
}

impl<I: Identity> Directory<I> {
    /// An empty directory.
    pub fn new() -> Self {
        Self { shared: Arc::new(Shared::new()) }
    }

    /// Takes an event of the engine; those that say nothing of services, or of their owners, change nothing.
    ///
    /// Cost: O(log instances of the name) for each name, tag and watch of a service that it changes.
    pub fn apply(&self, event: &Event<I>) {
        match event {
            Event::Published { owner, topic, key, value } if *topic == SERVICES.id() => {
                self.shared.change(|writer| writer.publish(owner, key, Service::from_bytes(value)));
            }
            Event::Withdrawn { owner, topic, key } if *topic == SERVICES.id() => {
                self.shared.change(|writer| writer.withdraw(owner, key));
            }
            Event::Down { identity } | Event::Left { identity } => {
                self.shared.change(|writer| writer.withdraw_all(&identity.addr()));
            }
            Event::Renewed { old, .. } => self.shared.change(|writer| writer.withdraw_all(&old.addr())),
            Event::Lagged { .. } => self.shared.change(|writer| *writer.needs_resync = true),
            _ => {}
        }
    }

    /// Whether events were missed since the last [`resync`](Self::resync).
    pub fn needs_resync(&self) -> bool {
        self.shared.needs_resync()
    }

    /// Takes what a registry holds, whatever was held before; watches are told what has changed.
    ///
    /// Drain the engine's events first. Those that are older than this and applied later are not wrong in the
    /// end, but replay what was so once. Cost: O(records) to read, and that of an event for each difference.
    pub fn resync(&self, registry: &Registry<I>) {
        let stored = registry.stored().filter(|stored| stored.topic == SERVICES.id());
        let held = stored
            .map(|stored| (stored.owner.addr(), stored.key.to_vec(), Service::from_bytes(stored.value)))
            .collect();
        self.shared.change(|writer| writer.replace_all(held));
    }

    /// The instances of a service; empty if there are none.
    ///
    /// Cost: O(1), and O(instances) at the first call after a change of one of them.
    pub fn lookup(&self, name: &str) -> Instances<I::Addr> {
        self.shared.store.named(name)
    }

    /// The instances of a service that have a tag; empty if there are none. Cost: as of [`lookup`](Self::lookup).
    pub fn lookup_tagged(&self, name: &str, tag: &str) -> Instances<I::Addr> {
        self.shared.store.tagged(name, tag)
    }

    /// A service of a member. Cost: O(log of the member's services).
    pub fn get(&self, owner: &I::Addr, instance: &str) -> Option<Arc<Instance<I::Addr>>> {
        self.shared.store.get(owner, instance)
    }

    /// The services of a member. Cost: O(them · log them).
    pub fn offered_by(&self, owner: &I::Addr) -> Instances<I::Addr> {
        self.shared.store.offered_by(owner)
    }

    /// All services. What changes during the call may be in it or not. Cost: O(all · log all).
    pub fn all(&self) -> Instances<I::Addr> {
        self.shared.store.all()
    }

    /// The names of all services, in order, with how many instances each has. Cost: O(names · log names).
    pub fn names(&self) -> Vec<(Box<str>, usize)> {
        self.shared.store.names()
    }

    /// How many services there are, of all names. Cost: O(1).
    pub fn len(&self) -> usize {
        self.shared.store.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The records of the topic that are no valid services, and what is wrong with each, in the order of their
    /// owners' canonical bytes and of their keys. They are in no look-up. Waits for a change that is under way.
    /// Cost: O(them · log them).
    pub fn rejected(&self) -> Vec<Rejected<I::Addr>> {
        self.shared.rejected()
    }

    /// What becomes of the instances of a service, from now on, beginning with those that are there.
    pub fn watch(&self, name: &str) -> Watch<I::Addr> {
        self.watch_with(Some(name), WATCH_BUFFER)
    }

    /// The same of all services.
    pub fn watch_all(&self) -> Watch<I::Addr> {
        self.watch_with(None, WATCH_BUFFER)
    }

    /// The same of a service, or of all, with room for so many changes, at least one.
    pub fn watch_with(&self, name: Option<&str>, capacity: usize) -> Watch<I::Addr> {
        self.shared.watch(name, capacity)
    }

    #[cfg(test)]
    pub(crate) fn watches(&self) -> usize {
        self.shared.watches()
    }
}

impl<I: Identity> Default for Directory<I> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I: Identity> Clone for Directory<I> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<I: Identity> fmt::Debug for Directory<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Directory")
            .field("services", &self.len())
            .field("needs_resync", &self.needs_resync())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
