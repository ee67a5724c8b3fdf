//! What the agent logs of membership, and what it keeps for the operator.

use super::{Agent, Identity};
use haulout::{Event, SeedOutcome};
use haulout_tokio::Events;
use std::sync::Arc;

/// Follows the events of a node until it stops.
pub(super) async fn watch(agent: Arc<Agent>, mut events: Events<Identity>) {
    while let Some(event) = events.next().await {
        note(&agent, &event);
    }
}

fn note(agent: &Agent, event: &Event<Identity>) {
    match event {
        Event::Conflict { rival } => {
            let mut notices = agent.notices();
            let notice = notices.conflict(rival);
            tracing::error!(rival = %rival.address(), epoch = rival.epoch(), "{}: {}", notice.message, notice.advice);
        }
        Event::Rival { identity } => {
            let mut notices = agent.notices();
            let notice = notices.rival(identity);
            tracing::warn!(rival = %identity.address(), epoch = identity.epoch(), "{}: {}", notice.message, notice.advice);
        }
        Event::Rejoined { .. } | Event::Active => agent.notices().settled(),
        Event::Seed { route, outcome } => seed(*route, *outcome),
        _ => {}
    }
}

fn seed(route: std::net::SocketAddr, outcome: SeedOutcome) {
    match outcome {
        SeedOutcome::Reached => tracing::info!(seed = %route, "joined through a seed"),
        SeedOutcome::Refused { reason, .. } => tracing::warn!(seed = %route, "a seed refused: {reason}"),
        SeedOutcome::NoAnswer => tracing::warn!(seed = %route, "a seed does not answer; it is asked again"),
        SeedOutcome::Myself => tracing::debug!(seed = %route, "a seed is this agent itself"),
        other => tracing::warn!(seed = %route, ?other, "a seed gave an outcome that is not known here"),
    }
}
