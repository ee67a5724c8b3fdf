//! Named events: those that were received, those that come, and sending one.

use super::lines::{Gone, Lines, answer};
use super::{problem, read};
use crate::agent::Agent;
use crate::control::api::{EventLine, Events, SendEvent, Sent};
use crate::named_event::NamedEvent;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use haulout_tokio::PublishError;
use std::sync::Arc;
use std::time::Duration;

pub(super) async fn list(State(agent): State<Arc<Agent>>) -> Response {
    let (events, _) = agent.journal.since(0);
    Json(Events { events }).into_response()
}

pub(super) async fn watch(State(agent): State<Arc<Agent>>) -> Response {
    answer(&agent.clone(), |lines| follow(agent, lines))
}

async fn follow(agent: Arc<Agent>, lines: Lines) -> Result<(), Gone> {
    let mut turn = agent.journal.watch();
    let (kept, _) = agent.journal.since(0);
    // Those before the first that is kept are not missed: nobody was there to read them.
    let mut next = kept.first().map_or(1, |event| event.number);
    loop {
        turn.mark_unchanged();
        let (events, missed) = agent.journal.since(next);
        if missed > 0 {
            lines.put(&EventLine::Missed { missed }).await?;
            next += missed;
        }
        for event in events {
            next = event.number + 1;
            lines.put(&EventLine::Event(event)).await?;
        }
        if turn.changed().await.is_err() {
            return Ok(());
        }
    }
}

pub(super) async fn send(State(agent): State<Arc<Agent>>, body: Bytes) -> Response {
    let request: SendEvent = match read(&body, r#"{"name": "deploy", "payload": "v2"}"#) {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    let event = request.bytes().and_then(|payload| NamedEvent::new(&request.name, payload));
    let event = match event {
        Ok(event) => event,
        Err(wrong) => return problem(StatusCode::BAD_REQUEST, wrong),
    };
    let sent = match request.ttl_ms {
        Some(ttl) => agent.events.send_within(Duration::from_millis(ttl), &event).await,
        None => agent.events.send(&event).await,
    };
    match sent {
        Ok(()) => Json(Sent { sent: true }).into_response(),
        Err(error @ PublishError::Stopped) => problem(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
        Err(error) => problem(StatusCode::CONFLICT, error.to_string()),
    }
}
