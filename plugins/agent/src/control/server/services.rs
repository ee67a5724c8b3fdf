//! Services: what all offer, what this agent offers, and what becomes of it.

use super::lines::{Gone, Lines, answer};
use super::{problem, read};
use crate::agent::{Agent, Place, Row, ServiceProblem};
use crate::control::api::{Checked, Offered, Remove, Removed, Service, ServiceChange, Services, SetHealth};
use crate::offer::Offer;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Json, Response};
use haulout_services::Health;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All services, or an agent's own, by place.
type Rows = BTreeMap<Place, Row>;

pub(super) async fn list(State(agent): State<Arc<Agent>>) -> Response {
    let (rows, changed_ms) = agent.board.rows();
    let stale = agent.handle.local().stale;
    let services = forms(&agent, &rows, &agent.services.checks().await);
    Json(Services { stale, changed_ms, services }).into_response()
}

pub(super) async fn watch(State(agent): State<Arc<Agent>>) -> Response {
    answer(&agent.clone(), |lines| follow(agent, lines))
}

/// Tells what differs from what was told, whenever the board has changed.
async fn follow(agent: Arc<Agent>, lines: Lines) -> Result<(), Gone> {
    let mut turn = agent.board.watch();
    turn.mark_unchanged();
    let (mut told, _) = agent.board.rows();
    let services = forms(&agent, &told, &agent.services.checks().await);
    lines.put(&ServiceChange::Snapshot { services }).await?;
    while turn.changed().await.is_ok() {
        let (rows, _) = agent.board.rows();
        let none = BTreeMap::new();
        let form = |place: &Place, row: &Row| form(&agent, place, row, &none);
        for (place, row) in &told {
            if !rows.contains_key(place) {
                lines.put(&ServiceChange::Removed { service: form(place, row) }).await?;
            }
        }
        for (place, row) in &rows {
            let service = || form(place, row);
            match told.get(place) {
                None => lines.put(&ServiceChange::Added { service: service() }).await?,
                Some(before) if before.service != row.service => {
                    lines.put(&ServiceChange::Changed { service: service() }).await?;
                }
                Some(_) => {}
            }
        }
        told = rows;
    }
    Ok(())
}

pub(super) async fn add(State(agent): State<Arc<Agent>>, body: Bytes) -> Response {
    let offer: Offer = match read(&body, r#"{"name": "web", "port": 8080}"#) {
        Ok(offer) => offer,
        Err(refused) => return refused,
    };
    let home = agent.handle.local().identity.address().ip();
    match offer.service(home) {
        Err(wrong) => problem(StatusCode::BAD_REQUEST, wrong),
        Ok(service) => match agent.services.add(service.clone(), offer.check).await {
            Ok(()) => offered(&agent, service.instance()).await,
            Err(refused) => refusal(&refused),
        },
    }
}

pub(super) async fn remove(State(agent): State<Arc<Agent>>, body: Bytes) -> Response {
    let Remove { instance } = match read(&body, r#"{"instance": "web"}"#) {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    match agent.services.remove(&instance).await {
        Ok(()) => Json(Removed { removed: instance }).into_response(),
        Err(refused) => refusal(&refused),
    }
}

pub(super) async fn set_health(State(agent): State<Arc<Agent>>, body: Bytes) -> Response {
    let SetHealth { instance, health } = match read(&body, r#"{"instance": "web", "health": "warning"}"#) {
        Ok(request) => request,
        Err(refused) => return refused,
    };
    let health: Health = match health.parse() {
        Ok(health) => health,
        Err(error) => return problem(StatusCode::BAD_REQUEST, format!("{error}, not {health:?}")),
    };
    match agent.services.set_health(&instance, health).await {
        Ok(_) => offered(&agent, &instance).await,
        Err(refused) => refusal(&refused),
    }
}

/// A service of our own, as it is listed.
async fn offered(agent: &Agent, instance: &str) -> Response {
    let place = (agent.handle.local().identity.name().clone(), instance.to_owned());
    let (rows, _) = agent.board.rows();
    match rows.get(&place) {
        Some(row) => {
            let service = form(agent, &place, row, &agent.services.checks().await);
            Json(Offered { service }).into_response()
        }
        // Somebody else took it back in the meantime.
        None => refusal(&ServiceProblem::Unknown(instance.into())),
    }
}

fn refusal(refused: &ServiceProblem) -> Response {
    let status = match refused {
        ServiceProblem::Unknown(_) => StatusCode::NOT_FOUND,
        ServiceProblem::Checked(_) | ServiceProblem::Publish(_) => StatusCode::CONFLICT,
    };
    problem(status, refused.to_string())
}

fn forms(agent: &Agent, rows: &Rows, checks: &BTreeMap<String, Checked>) -> Vec<Service> {
    let mut all: Vec<Service> = rows.iter().map(|(place, row)| form(agent, place, row, checks)).collect();
    all.sort_by(|a, b| (&a.name, &a.instance, &a.member).cmp(&(&b.name, &b.instance, &b.member)));
    all
}

fn form(agent: &Agent, place: &Place, row: &Row, checks: &BTreeMap<String, Checked>) -> Service {
    let (owner, service) = (&place.0, &row.service);
    let own = owner == agent.handle.local().identity.name();
    Service {
        name: service.name().into(),
        instance: service.instance().into(),
        member: owner.to_string(),
        address: service.address().into(),
        port: service.port(),
        protocol: service.protocol().into(),
        version: service.version().into(),
        weight: service.weight(),
        tags: service.tags().map(Into::into).collect(),
        meta: service.meta().map(|(key, value)| (key.into(), value.into())).collect(),
        health: service.health().to_string(),
        since_ms: row.since_ms,
        own,
        checked: if own { checks.get(service.instance()).cloned() } else { None },
    }
}
