//! What this agent offers: published, checked, taken back.
//!
//! Invariant: a service is checked by at most one task, which ends before the service is taken back or replaced.

use super::{Board, Identity};
use crate::checks::{Check, Judge};
use crate::clock::now_ms;
use crate::control::api;
use haulout_services::{Health, Service};
use haulout_tokio::{PublishError, Records};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync;
use tokio::task::JoinHandle;

/// What this agent offers.
#[derive(Debug)]
pub(crate) struct Services {
    records: Records<Identity, Service>,
    board: Arc<Board>,
    own: sync::Mutex<BTreeMap<String, Own>>,
}

/// A service of our own.
#[derive(Debug)]
struct Own {
    service: Service,
    checking: Option<Checking>,
}

/// The task that checks a service, and what it found last. Dropping it ends it.
#[derive(Debug)]
struct Checking {
    check: Check,
    last: Arc<Mutex<Option<api::Finding>>>,
    task: JoinHandle<()>,
}

impl Drop for Checking {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Why a service is as it was.
#[derive(Debug)]
pub(crate) enum ServiceProblem {
    /// There is none of this name of instance.
    Unknown(String),
    /// A check says how it is.
    Checked(String),
    /// It could not be published.
    Publish(PublishError),
}

impl fmt::Display for ServiceProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(instance) => {
                write!(
                    f,
                    "this agent offers no service {instance:?}: `haulout services` lists what it offers"
                )
            }
            Self::Checked(instance) => write!(
                f,
                "the health of {instance:?} is what its check finds: to set it yourself, add the service anew \
                 without a check"
            ),
            Self::Publish(error) => error.fmt(f),
        }
    }
}

impl From<PublishError> for ServiceProblem {
    fn from(error: PublishError) -> Self {
        Self::Publish(error)
    }
}

impl Services {
    pub(super) fn new(records: Records<Identity, Service>, board: Arc<Board>) -> Self {
        Self { records, board, own: sync::Mutex::default() }
    }

    /// Offers a service, in the place of the one with the same name of instance, if there is one.
    pub(crate) async fn add(&self, service: Service, check: Option<Check>) -> Result<(), ServiceProblem> {
        let mut own = self.own.lock().await;
        let instance = service.instance().to_owned();
        // Refused, the old one stays as it is, its check with it.
        self.publish(&service).await?;
        if let Some(before) = own.remove(&instance) {
            end(before.checking).await;
            // It may have had the last word.
            self.publish(&service).await?;
        }
        tracing::info!(service = %service, health = %service.health(), "service offered");
        let checking = check.map(|check| self.check(service.clone(), check));
        own.insert(instance, Own { service, checking });
        Ok(())
    }

    /// Takes a service back.
    pub(crate) async fn remove(&self, instance: &str) -> Result<(), ServiceProblem> {
        let mut own = self.own.lock().await;
        let Some(before) = own.remove(instance) else {
            return Err(ServiceProblem::Unknown(instance.into()));
        };
        end(before.checking).await;
        self.records.remove(instance).await?;
        self.board.forget(self.records.handle().local().identity.name(), instance.as_bytes());
        tracing::info!(service = %before.service, "service taken back");
        Ok(())
    }

    /// Says how a service without a check is.
    pub(crate) async fn set_health(&self, instance: &str, health: Health) -> Result<Service, ServiceProblem> {
        let mut all = self.own.lock().await;
        let Some(own) = all.get_mut(instance) else {
            return Err(ServiceProblem::Unknown(instance.into()));
        };
        if own.checking.is_some() {
            return Err(ServiceProblem::Checked(instance.into()));
        }
        let service = own.service.clone().with_health(health);
        self.publish(&service).await?;
        tracing::info!(service = %service, %health, "health set");
        own.service = service.clone();
        Ok(service)
    }

    /// How our own services are checked, and what was found last.
    pub(crate) async fn checks(&self) -> BTreeMap<String, api::Checked> {
        let own = self.own.lock().await;
        let checked = own.iter().filter_map(|(instance, own)| {
            let Checking { check, last, .. } = own.checking.as_ref()?;
            let last = last.lock().unwrap_or_else(PoisonError::into_inner).clone();
            Some((instance.clone(), api::Checked { check: check.clone(), last }))
        });
        checked.collect()
    }

    /// Ends all checks, and the processes that they run.
    pub(crate) async fn stop(&self) {
        for own in self.own.lock().await.values_mut() {
            end(own.checking.take()).await;
        }
    }

    async fn publish(&self, service: &Service) -> Result<(), PublishError> {
        publish(&self.records, &self.board, service).await
    }

    fn check(&self, service: Service, check: Check) -> Checking {
        let last = Arc::new(Mutex::new(None));
        let (records, board) = (self.records.clone(), self.board.clone());
        let task = watch(records, board, service, check.clone(), last.clone());
        Checking { check, last, task: tokio::spawn(task) }
    }
}

async fn publish(
    records: &Records<Identity, Service>,
    board: &Board,
    service: &Service,
) -> Result<(), PublishError> {
    records.put(service.instance(), service).await?;
    // So that whoever asked for it finds it at once.
    let owner = records.handle().local().identity.name().clone();
    board.note(owner, service.instance().as_bytes(), Ok(service.clone()));
    Ok(())
}

/// Waits until a task has really ended.
async fn end(checking: Option<Checking>) {
    if let Some(mut checking) = checking {
        checking.task.abort();
        // That it was ended is no news.
        let _ = (&mut checking.task).await;
    }
}

/// Checks a service for ever, and publishes what becomes of its health.
async fn watch(
    records: Records<Identity, Service>,
    board: Arc<Board>,
    service: Service,
    check: Check,
    last: Arc<Mutex<Option<api::Finding>>>,
) {
    let (mut judge, mut unpublished) = (Judge::new(&check), false);
    loop {
        let finding = check.once(&service).await;
        let changed = judge.hear(&finding);
        let health = judge.health();
        if changed {
            tracing::info!(service = %service, %health, check = %check, "health changed: {}", finding.detail);
        }
        let detail = finding.detail;
        let found = api::Finding { health: finding.health.to_string(), detail, at_ms: now_ms() };
        *last.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        if changed || unpublished {
            let result = publish(&records, &board, &service.clone().with_health(health)).await;
            unpublished = result.is_err();
            if let Err(error) = result {
                tracing::warn!(service = %service, "its health cannot be published: {error}");
            }
        }
        tokio::time::sleep(check.interval()).await;
    }
}
