//! How a service is made: everything may be said, and is checked at the end.

use super::{Service, check};
use crate::error::ServiceError;
use crate::health::Health;

/// What a [`Service`] is going to be; [`build`](Self::build) checks it.
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build`"]
pub struct ServiceBuilder {
    pub(super) name: String,
    pub(super) instance: Option<String>,
    pub(super) address: String,
    pub(super) port: u32,
    pub(super) protocol: String,
    pub(super) version: String,
    pub(super) weight: u32,
    pub(super) tags: Vec<String>,
    pub(super) meta: Vec<(String, String)>,
    pub(super) health: Health,
}

impl ServiceBuilder {
    pub(super) fn new(name: String, address: String, port: u16) -> Self {
        Self {
            name,
            instance: None,
            address,
            port: port.into(),
            protocol: String::new(),
            version: String::new(),
            weight: 1,
            tags: Vec::new(),
            meta: Vec::new(),
            health: Health::Passing,
        }
    }

    pub(super) fn of(service: &Service) -> Self {
        Self {
            name: service.name().into(),
            instance: Some(service.instance().into()),
            address: service.address().into(),
            port: service.port().into(),
            protocol: service.protocol().into(),
            version: service.version().into(),
            weight: service.weight().into(),
            tags: service.tags().map(Into::into).collect(),
            meta: service.meta().map(|(key, value)| (key.into(), value.into())).collect(),
            health: service.health(),
        }
    }

    /// Which of the instances it is; as the service is called, if nothing is said.
    pub fn instance(mut self, instance: impl Into<String>) -> Self {
        self.instance = Some(instance.into());
        self
    }

    /// Where it is.
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = address.into();
        self
    }

    /// The port there.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port.into();
        self
    }

    /// What is spoken there.
    pub fn protocol(mut self, protocol: impl Into<String>) -> Self {
        self.protocol = protocol.into();
        self
    }

    /// The version of what runs there.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Its share of the load.
    pub fn weight(mut self, weight: u16) -> Self {
        self.weight = weight.into();
        self
    }

    /// Adds a label.
    pub fn tag(mut self, tag: impl Into<String>) -> Self {
        self.tags.push(tag.into());
        self
    }

    /// Adds labels.
    pub fn tags<T: Into<String>>(mut self, tags: impl IntoIterator<Item = T>) -> Self {
        self.tags.extend(tags.into_iter().map(Into::into));
        self
    }

    /// Takes all labels away.
    pub fn no_tags(mut self) -> Self {
        self.tags.clear();
        self
    }

    /// Adds a fact; it replaces one of the same key.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.meta.push((key.into(), value.into()));
        self
    }

    /// Takes all facts away.
    pub fn no_meta(mut self) -> Self {
        self.meta.clear();
        self
    }

    /// How its owner finds it.
    pub fn health(mut self, health: Health) -> Self {
        self.health = health;
        self
    }

    /// The service, if it keeps all bounds; else an error that names the field, what it holds, and the bound.
    pub fn build(self) -> Result<Service, ServiceError> {
        let instance = self.instance.unwrap_or_else(|| self.name.clone());
        Ok(Service {
            port: check::port(self.port)?,
            weight: check::weight(self.weight)?,
            name: check::name(self.name)?,
            instance: check::instance(instance)?,
            address: check::address(self.address)?,
            protocol: check::protocol(self.protocol)?,
            version: check::version(self.version)?,
            tags: check::tags(self.tags)?,
            meta: check::meta(self.meta)?,
            health: Health::from_wire(self.health.to_wire()),
        })
    }
}
