//! The control API: HTTP and JSON over the agent's control socket.

mod events;
mod lines;
mod services;

use super::api::{self, Join, Joined};
use super::{Listener, guard, view};
use crate::agent::Agent;
use crate::settings::seed;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use axum::routing::{get, post};
use haulout_tokio::{JoinError, JoinReport};
use serde::de::DeserializeOwned;
use std::io;
use std::sync::Arc;
use tokio::task::JoinHandle;

/// Addresses that one request may ask to join.
const MOST_ADDRESSES: usize = 64;
/// What may be asked.
const GET: [&str; 6] =
    [api::MEMBERS, api::INFO, api::SERVICES, api::SERVICES_WATCH, api::EVENTS, api::EVENTS_WATCH];
/// What may be told.
const POST: [&str; 6] =
    [api::JOIN, api::LEAVE, api::SERVICES, api::SERVICES_REMOVE, api::SERVICES_HEALTH, api::EVENTS];
/// Bytes of a request.
const LONGEST_BODY: usize = 64 * 1024;

/// Serves an agent until `stopped` is ready and answers under way are given.
pub(crate) async fn serve(
    listener: Listener,
    agent: Arc<Agent>,
    stopped: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = Router::new()
        .route(api::MEMBERS, get(members))
        .route(api::INFO, get(info))
        .route(api::JOIN, post(join))
        .route(api::LEAVE, post(leave))
        .route(api::SERVICES, get(services::list).post(services::add))
        .route(api::SERVICES_WATCH, get(services::watch))
        .route(api::SERVICES_REMOVE, post(services::remove))
        .route(api::SERVICES_HEALTH, post(services::set_health))
        .route(api::EVENTS, get(events::list).post(events::send))
        .route(api::EVENTS_WATCH, get(events::watch))
        .fallback(nowhere)
        .method_not_allowed_fallback(not_allowed)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(agent);
    match listener {
        Listener::Unix(listener, _file) => {
            let router = guard::against_browsers(router, false);
            axum::serve(listener, router).with_graceful_shutdown(stopped).await
        }
        Listener::Tcp(listener) => {
            let router = guard::against_browsers(router, true);
            axum::serve(listener, router).with_graceful_shutdown(stopped).await
        }
    }
}

async fn members(State(agent): State<Arc<Agent>>) -> Response {
    // For what has grown in silence: incarnations. If the node has stopped, the old ones are as good.
    let _ = agent.handle.refresh().await;
    Json(view::members(&agent)).into_response()
}

async fn info(State(agent): State<Arc<Agent>>) -> Response {
    Json(view::info(&agent)).into_response()
}

async fn join(State(agent): State<Arc<Agent>>, body: Bytes) -> Response {
    let Join { addresses } = match read(&body, r#"{"addresses": ["10.0.0.1:7946"]}"#) {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    if addresses.is_empty() || addresses.len() > MOST_ADDRESSES {
        return problem(StatusCode::BAD_REQUEST, format!("give from 1 to {MOST_ADDRESSES} addresses"));
    }
    let mut seeds = Vec::new();
    for address in addresses {
        match seed::read(&address) {
            Ok(seed) => seeds.push((address, seed)),
            Err(expected) => return problem(StatusCode::BAD_REQUEST, format!("expected: {expected}")),
        }
    }
    // All at once: the slowest decides, not the sum.
    let asked: Vec<(String, JoinHandle<Result<JoinReport, JoinError>>)> = seeds
        .into_iter()
        .map(|(address, seed)| {
            let handle = agent.handle.clone();
            (address, tokio::spawn(async move { handle.join(seed).await }))
        })
        .collect();
    let mut results = Vec::new();
    for (address, report) in asked {
        match report.await {
            Ok(report) => results.extend(view::joined(&agent, &address, report)),
            Err(error) => return problem(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()),
        }
    }
    let reached = results.iter().any(|result| result.outcome == api::JoinOutcome::Reached);
    Json(Joined { reached, results }).into_response()
}

async fn leave(State(agent): State<Arc<Agent>>) -> Response {
    match agent.leave().await {
        Some(left) => Json(left).into_response(),
        None => problem(StatusCode::SERVICE_UNAVAILABLE, "the agent stops already".into()),
    }
}

async fn nowhere() -> Response {
    let (get, post) = (GET.join(", "), POST.join(", "));
    problem(StatusCode::NOT_FOUND, format!("no such path; there are GET {get}, and POST {post}"))
}

async fn not_allowed() -> Response {
    problem(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("GET is for {}, POST for {}", GET.join(", "), POST.join(", ")),
    )
}

/// A request in its form, or the answer that it is none.
#[expect(clippy::result_large_err, reason = "it is the answer")]
fn read<T: DeserializeOwned>(body: &[u8], form: &str) -> Result<T, Response> {
    serde_json::from_slice(body)
        .map_err(|error| problem(StatusCode::BAD_REQUEST, format!("the body is not {form}: {error}")))
}

/// An error in its stable form.
pub(super) fn problem(status: StatusCode, error: String) -> Response {
    (status, Json(api::Error { error })).into_response()
}
