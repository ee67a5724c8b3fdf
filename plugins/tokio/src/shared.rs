//! What the node's task publishes and handles read.

use crate::events::Subscribers;
use crate::local::{Local, NodeStats, Sighting};
use crate::view::View;
use haulout::{Engine, Event, Identity, Phase, Spec};
use std::sync::{PoisonError, RwLock};
use std::time::SystemTime;

pub(crate) struct Shared<I: Identity> {
    pub(crate) view: View<I>,
    pub(crate) subscribers: Subscribers<I>,
    local: RwLock<Local<I>>,
    stats: RwLock<NodeStats>,
}

impl<I: Identity> Shared<I> {
    pub(crate) fn new<S: Spec<Identity = I>>(engine: &Engine<S>) -> Self {
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
    pub(crate) fn follow<S: Spec<Identity = I>>(&self, engine: &Engine<S>, event: &Event<I>) {
        match event {
            Event::Up { identity }
            | Event::Suspected { identity }
            | Event::Refuted { identity }
            | Event::Down { identity }
            | Event::Left { identity }
            | Event::Renewed { new: identity, .. } => self.follow_member(engine, &identity.addr()),
            Event::Conflict { rival } => self.change(|local| local.conflict = Some(rival.clone())),
            Event::Rival { identity } => {
                let seen = Sighting { identity: identity.clone(), at: SystemTime::now() };
                self.change(|local| local.rival = Some(seen));
            }
            Event::Lagged { .. } => self.follow_all(engine),
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

/// Whether the view is complete. One that was, and is old, is not.
pub(crate) fn is_synced<S: Spec>(engine: &Engine<S>) -> bool {
    engine.is_synced() && !engine.is_stale()
}
