//! What the node's task publishes and handles read.

use crate::buffer::Subscribers;
use crate::local::{Local, NodeStats, Sighting};
use crate::record_view::RecordView;
use crate::view::View;
use haulout::broadcast::{Registry, Topics};
use haulout::{Engine, Event, Identity, Phase, Spec};
use std::any::Any;
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;

pub(crate) struct Shared<I: Identity> {
    pub(crate) view: View<I>,
    pub(crate) records: RecordView<I>,
    /// What is registered; nothing where the broadcast plugin is no registry.
    pub(crate) topics: Topics,
    pub(crate) subscribers: Subscribers<Event<I>>,
    local: RwLock<Local<I>>,
    stats: RwLock<NodeStats>,
}

impl<I: Identity + 'static> Shared<I> {
    pub(crate) fn new<S: Spec<Identity = I, Broadcasts: 'static>>(engine: &Engine<S>) -> Self {
        let local = Local {
            identity: engine.identity().clone(),
            incarnation: engine.incarnation(),
            phase: engine.phase(),
            stale: engine.is_stale(),
            synced: is_synced(engine),
            conflict: None,
            rival: None,
        };
        Self {
            view: View::new(),
            records: RecordView::new(),
            topics: registry(engine).map(|registry| registry.topics().clone()).unwrap_or_default(),
            subscribers: Subscribers::new(),
            local: RwLock::new(local),
            stats: RwLock::default(),
        }
    }

    pub(crate) fn local(&self) -> Local<I> {
        self.local.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at the counters; they are copied by whoever needs more than one number.
    pub(crate) fn stats<T>(&self, look: impl FnOnce(&NodeStats) -> T) -> T {
        look(&self.stats.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Publishes an event: first what it changed, then the event itself, so that whoever has read it finds
    /// its effect.
    pub(crate) fn follow<S: Spec<Identity = I, Broadcasts: 'static>>(
        &self,
        engine: &Engine<S>,
        event: &Event<I>,
    ) {
        match event {
            Event::Up { identity } | Event::Suspected { identity } | Event::Refuted { identity } => {
                self.follow_member(engine, &identity.addr());
            }
            Event::Down { identity } | Event::Left { identity } | Event::Renewed { new: identity, .. } => {
                let key = identity.addr();
                self.follow_member(engine, &key);
                self.records.forget(&key);
            }
            Event::Published { owner, topic, key, value } => self.records.put(owner, *topic, key, value),
            Event::Withdrawn { owner, topic, key } => self.records.remove(owner, *topic, key),
            Event::Conflict { rival } => self.change(|local| local.conflict = Some(rival.clone())),
            Event::Rival { identity } => {
                let seen = Sighting { identity: identity.clone(), at: SystemTime::now() };
                self.change(|local| local.rival = Some(seen));
            }
            Event::Lagged { .. } => {
                self.follow_all(engine);
                if let Some(registry) = registry(engine) {
                    self.records.follow(registry);
                }
            }
            _ => {}
        }
        self.follow_local(engine);
        self.subscribers.publish(event);
    }

    /// Publishes everything that the engine holds.
    pub(crate) fn follow_all<S: Spec<Identity = I>>(&self, engine: &Engine<S>) {
        engine.members().chain(engine.departed()).for_each(|member| self.view.put(member));
        self.view.retain(|key| engine.member(key).is_some());
        self.follow_local(engine);
    }

    /// Publishes our own side where it has changed.
    pub(crate) fn follow_local<S: Spec<Identity = I>>(&self, engine: &Engine<S>) {
        let (phase, incarnation) = (engine.phase(), engine.incarnation());
        let (stale, synced) = (engine.is_stale(), is_synced(engine));
        let current = {
            let local = self.local.read().unwrap_or_else(PoisonError::into_inner);
            local.phase == phase
                && local.incarnation == incarnation
                && local.stale == stale
                && local.synced == synced
                && local.identity == *engine.identity()
        };
        if current {
            return;
        }
        self.change(|local| {
            local.identity = engine.identity().clone();
            (local.phase, local.incarnation) = (phase, incarnation);
            (local.stale, local.synced) = (stale, synced);
            if phase != Phase::Conflict {
                local.conflict = None;
            }
        });
    }

    /// Publishes the counters.
    pub(crate) fn count(&self, update: impl FnOnce(&mut NodeStats)) {
        update(&mut self.stats.write().unwrap_or_else(PoisonError::into_inner));
    }

    fn follow_member<S: Spec<Identity = I>>(&self, engine: &Engine<S>, key: &I::Addr) {
        match engine.member(key) {
            Some(member) => self.view.put(member),
            None => self.view.remove(key),
        }
    }

    fn change(&self, change: impl FnOnce(&mut Local<I>)) {
        change(&mut self.local.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// The broadcast plugin, if it is a registry: what it holds can be read from it.
fn registry<I: Identity + 'static, S: Spec<Identity = I, Broadcasts: 'static>>(
    engine: &Engine<S>,
) -> Option<&Registry<I>> {
    let plugin: &dyn Any = engine.registry();
    plugin.downcast_ref()
}

/// Whether the view is complete. One that was, and is old, is not.
pub(crate) fn is_synced<S: Spec>(engine: &Engine<S>) -> bool {
    engine.is_synced() && !engine.is_stale()
}
