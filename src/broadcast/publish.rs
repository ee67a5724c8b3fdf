//! The verb that publishes: the broadcast plugin, with its engine at hand.

use super::{Broadcasts, Context};
use crate::protocol::Protocol;
use crate::spec::Spec;
use core::fmt;

/// The broadcast plugin of an engine, for one command; see [`Engine::broadcasts`](crate::Engine::broadcasts).
///
/// With a [`Registry`](super::Registry), [`records`](Self::records) and [`events`](Self::events) publish.
pub struct Publish<'e, S: Spec> {
    protocol: &'e mut Protocol<S::Identity, S::Broadcasts>,
}

impl<'e, S: Spec> Publish<'e, S> {
    pub(crate) fn new(protocol: &'e mut Protocol<S::Identity, S::Broadcasts>) -> Self {
        Self { protocol }
    }

    /// Lends the plugin, and what it may ask of its engine: for plugins of your own.
    pub fn with<R>(&mut self, f: impl FnOnce(&mut S::Broadcasts, &mut Context<'_, S::Identity>) -> R) -> R {
        self.protocol.lend(true, f)
    }
}

impl<S: Spec> Drop for Publish<'_, S> {
    fn drop(&mut self) {
        self.protocol.arm_broadcasts();
        self.protocol.settle();
    }
}

impl<S: Spec> fmt::Debug for Publish<'_, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish")
            .field("backlog", &self.protocol.broadcasts.backlog())
            .finish_non_exhaustive()
    }
}
