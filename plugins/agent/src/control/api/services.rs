//! The forms that are about services.

use crate::checks::Check;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// `GET`: what all members offer; `POST`: offer a service, an [`Offer`](crate::offer::Offer).
pub(crate) const SERVICES: &str = "/v1/services";
/// `GET`: the same, then every change, one [`ServiceChange`] a line.
pub(crate) const SERVICES_WATCH: &str = "/v1/services/watch";
/// `POST`: take a service back.
pub(crate) const SERVICES_REMOVE: &str = "/v1/services/remove";
/// `POST`: say how a service is.
pub(crate) const SERVICES_HEALTH: &str = "/v1/services/health";

/// Answer of [`SERVICES`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Services {
    /// Whether the agent is out of the cluster at present, so that the list is old.
    pub(crate) stale: bool,
    /// When the list last changed, in milliseconds of Unix time.
    pub(crate) changed_ms: u64,
    /// By name, instance and member.
    pub(crate) services: Vec<Service>,
}

/// A service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Service {
    /// What it is called.
    pub(crate) name: String,
    /// Which instance it is, unique on its member.
    pub(crate) instance: String,
    /// The member that offers it.
    pub(crate) member: String,
    /// An IP address or a host name.
    pub(crate) address: String,
    /// The port there.
    pub(crate) port: u16,
    /// What is spoken there; may be empty.
    pub(crate) protocol: String,
    /// The version of what runs there; may be empty.
    pub(crate) version: String,
    /// Its share of the load.
    pub(crate) weight: u16,
    /// Labels, sorted.
    pub(crate) tags: Vec<String>,
    /// Facts.
    pub(crate) meta: BTreeMap<String, String>,
    /// `passing`, `warning`, `critical`, or `unknown(N)` for what later versions may say.
    pub(crate) health: String,
    /// Since when this agent has seen it so, in milliseconds of Unix time.
    pub(crate) since_ms: u64,
    /// Whether the agent that answers offers it.
    #[serde(rename = "self")]
    pub(crate) own: bool,
    /// How it is checked; only where it is, and only at the agent that offers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) checked: Option<Checked>,
}

/// How a service is checked, and what was found last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checked {
    /// How.
    #[serde(flatten)]
    pub(crate) check: Check,
    /// What; `null` before the first.
    pub(crate) last: Option<Finding>,
}

/// What one check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Finding {
    /// Of this one check; the service's own health needs several in a row to change.
    pub(crate) health: String,
    /// Why, for people.
    pub(crate) detail: String,
    /// When, in milliseconds of Unix time.
    pub(crate) at_ms: u64,
}

/// A line of [`SERVICES_WATCH`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub(crate) enum ServiceChange {
    /// The first line: all that there is.
    Snapshot {
        /// As [`Services::services`].
        services: Vec<Service>,
    },
    /// One is there that was not.
    Added {
        /// It.
        service: Service,
    },
    /// One is not as it was.
    Changed {
        /// As it is now.
        service: Service,
    },
    /// One is gone, or its member is.
    Removed {
        /// As it was.
        service: Service,
    },
}

/// Answer of a `POST` to [`SERVICES`], and of [`SERVICES_HEALTH`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Offered {
    /// The service as it is now.
    pub(crate) service: Service,
}

/// Request of [`SERVICES_REMOVE`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Remove {
    /// Which instance of this agent.
    pub(crate) instance: String,
}

/// Answer of [`SERVICES_REMOVE`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Removed {
    /// Which instance it was.
    pub(crate) removed: String,
}

/// Request of [`SERVICES_HEALTH`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SetHealth {
    /// Which instance of this agent.
    pub(crate) instance: String,
    /// `passing`, `warning` or `critical`.
    pub(crate) health: String,
}
