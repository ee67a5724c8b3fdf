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
        Event::Up { identity } => {
            tracing::info!(name = %identity.name(), address = %identity.address(), "member up");
        }
        Event::Suspected { identity } => tracing::debug!(name = %identity.name(), "member suspected"),
        Event::Refuted { identity } => tracing::debug!(name = %identity.name(), "member refuted suspicion"),
        Event::Down { identity } => {
            tracing::info!(name = %identity.name(), address = %identity.address(), "member down");
        }
        Event::Left { identity } => {
            tracing::info!(name = %identity.name(), address = %identity.address(), "member left");
        }
        Event::Renewed { old, new } => tracing::info!(
            name = %new.name(), address = %new.address(), epoch = new.epoch(), old_address = %old.address(),
            old_epoch = old.epoch(), "member renewed: it restarted, or came back"
        ),
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
        Event::Rejoined { identity } => {
            agent.notices().settled();
            tracing::info!(epoch = identity.epoch(), "back in the cluster under a new epoch");
        }
        Event::Active => {
            agent.notices().settled();
            tracing::info!("member of a cluster");
        }
        Event::Synced => {
            tracing::info!(members = agent.handle.members().len() + 1, "synced: the view is complete");
        }
        Event::TopicConflict { topic, ours, theirs } => tracing::warn!(
            topic,
            ours,
            theirs,
            "another program uses the number of a topic for something else: its values are \
             not readable here"
        ),
        Event::Lagged { missed } => tracing::warn!(missed, "the log missed changes of membership"),
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
