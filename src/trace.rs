//! Everything that is told through `tracing`, and nothing where the feature is off.
//!
//! INFO is for changes of membership, DEBUG for what an operator looks at when something is odd.

use crate::event::Event;
use crate::identity::Identity;
use core::time::Duration;

#[cfg(feature = "tracing")]
pub(crate) fn event<I: Identity>(me: &I, event: &Event<I>) {
    match event {
        Event::Suspected { .. } | Event::Refuted { .. } | Event::Seed { .. } | Event::Synced => {
            tracing::debug!(?me, ?event);
        }
        _ => tracing::info!(?me, ?event),
    }
}

#[cfg(feature = "tracing")]
pub(crate) fn stood_still<I: Identity>(me: &I, lateness: Duration) {
    tracing::debug!(?me, ?lateness, "this process stood still");
}

#[cfg(not(feature = "tracing"))]
pub(crate) fn event<I: Identity>(_: &I, _: &Event<I>) {}

#[cfg(not(feature = "tracing"))]
pub(crate) fn stood_still<I: Identity>(_: &I, _: Duration) {}
