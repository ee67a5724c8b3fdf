//! What an agent offers, as people write it: a service, and how it is checked.
//!
//! One form serves the flag (`web:8080,tag=v2`), the file (a table) and the control API (JSON): each is read into
//! pairs or fields of the same names.

mod read;
#[cfg(test)]
mod tests;

use crate::checks::Check;
use haulout_services::{Health, Service};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// A service to be published, and how it is checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Offer {
    /// What it is called: a DNS label.
    pub(crate) name: String,
    /// Which of the agent's instances it is; as it is called, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<String>,
    /// Where it is; the IP address that the agent advertises, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    /// The port there.
    pub(crate) port: u16,
    /// What is spoken there.
    #[serde(default)]
    pub(crate) protocol: String,
    /// The version of what runs there.
    #[serde(default)]
    pub(crate) version: String,
    /// Its share of the load.
    #[serde(default = "one")]
    pub(crate) weight: u16,
    /// Labels.
    #[serde(default)]
    pub(crate) tags: Vec<String>,
    /// Facts.
    #[serde(default)]
    pub(crate) meta: BTreeMap<String, String>,
    /// How it is checked; not at all, if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) check: Option<Check>,
}

fn one() -> u16 {
    1
}

impl Offer {
    /// What the instance is called.
    pub(crate) fn instance(&self) -> &str {
        self.instance.as_deref().unwrap_or(&self.name)
    }

    /// The service, at `home` if it says no address. One that is checked is critical until a check finds it well.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(crate) fn service(&self, home: IpAddr) -> Result<Service, String> {
        if let Some(problem) = self.check.as_ref().and_then(Check::problem) {
            return Err(problem);
        }
        let address = self.address.clone().unwrap_or_else(|| home.to_string());
        let mut service = Service::builder(&self.name, address, self.port)
            .protocol(&self.protocol)
            .version(&self.version)
            .weight(self.weight)
            .tags(&self.tags)
            .health(if self.check.is_some() { Health::Critical } else { Health::Passing });
        if let Some(instance) = &self.instance {
            service = service.instance(instance);
        }
        for (key, value) in &self.meta {
            service = service.meta(key, value);
        }
        service.build().map_err(|error| error.to_string())
    }
}
