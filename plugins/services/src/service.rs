//! What a member says of a service that it offers.
//!
//! Invariant: a [`Service`] keeps all bounds of this module, however it was made, so it always fits the default
//! `limits.value`: a maximal one has at most [`MAX_ENCODED`] bytes.

mod builder;
mod check;
mod wire;

pub use builder::ServiceBuilder;

use crate::health::Health;
use core::fmt;
use core::net::{IpAddr, SocketAddr};
use core::num::NonZeroU16;
use std::collections::{BTreeMap, BTreeSet};

/// Most bytes of an encoded service: 1,024, the default of `limits.value`.
pub const MAX_ENCODED: usize = 1_024;
/// Most bytes of a name and of an instance: 63, as DNS has it.
pub const MAX_LABEL: usize = 63;
/// Most bytes of an address: 253, as DNS has it.
pub const MAX_ADDRESS: usize = 253;
/// Most bytes of a protocol: 32.
pub const MAX_PROTOCOL: usize = 32;
/// Most bytes of a version: 64.
pub const MAX_VERSION: usize = 64;
/// Most tags: 16.
pub const MAX_TAGS: usize = 16;
/// Most bytes of a tag: 32.
pub const MAX_TAG: usize = 32;
/// Most bytes of all tags together: 160.
pub const MAX_TAGS_TOGETHER: usize = 160;
/// Most entries of meta: 16.
pub const MAX_META: usize = 16;
/// Most bytes of a key in meta: 32.
pub const MAX_META_KEY: usize = 32;
/// Most bytes of a value in meta: 128.
pub const MAX_META_VALUE: usize = 128;
/// Most bytes of all keys and values of meta together: 224.
pub const MAX_META_TOGETHER: usize = 224;

/// A service that a member offers, at an address.
///
/// Made by [`Service::builder`], changed by [`to_builder`](Self::to_builder), or read from the wire; its bounds
/// hold in any case.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Service {
    name: Box<str>,
    instance: Box<str>,
    address: Box<str>,
    port: NonZeroU16,
    protocol: Box<str>,
    version: Box<str>,
    weight: u16,
    tags: BTreeSet<Box<str>>,
    meta: BTreeMap<Box<str>, Box<str>>,
    health: Health,
}

impl Service {
    /// Begins a service of this name, at an IP address or host name, at a port. What else there is has a
    /// default: the instance is called as the service, the weight is 1, the health passing, the rest empty.
    pub fn builder(name: impl Into<String>, address: impl Into<String>, port: u16) -> ServiceBuilder {
        ServiceBuilder::new(name.into(), address.into(), port)
    }

    /// A builder that holds what this service is.
    pub fn to_builder(&self) -> ServiceBuilder {
        ServiceBuilder::of(self)
    }

    /// What it is called: a DNS label in lower case, 1 to 63 bytes.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Which of the instances it is: a DNS label in lower case, unique among the services of its owner. It is
    /// the key of the record.
    pub fn instance(&self) -> &str {
        &self.instance
    }

    /// Where it is: an IP address in its shortest form, or a host name in lower case, at most 253 bytes.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address, if it is no host name.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.parse().ok()
    }

    /// The port, 1 to 65,535.
    pub fn port(&self) -> u16 {
        self.port.get()
    }

    /// Address and port, if the address is no host name.
    pub fn socket_addr(&self) -> Option<SocketAddr> {
        Some(SocketAddr::new(self.ip()?, self.port()))
    }

    /// What is spoken there, such as `grpc`; empty if not said. At most 32 bytes.
    pub fn protocol(&self) -> &str {
        &self.protocol
    }

    /// The version of what runs there; empty if not said. At most 64 bytes.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its share of the load, relative to the other instances: 0 to 65,535, 1 by default. With 0 it gets none
    /// as long as another has more.
    pub fn weight(&self) -> u16 {
        self.weight
    }

    /// The labels, in the order of their bytes: at most 16, of 1 to 32 bytes, together at most 160.
    pub fn tags(&self) -> impl ExactSizeIterator<Item = &str> {
        self.tags.iter().map(|tag| &**tag)
    }

    /// Whether it has a label. Cost: O(log of its labels).
    pub fn has_tag(&self, tag: &str) -> bool {
        self.tags.contains(tag)
    }

    /// The facts, in the order of their keys: at most 16, keys of 1 to 32 bytes, values of at most 128,
    /// together at most 224.
    pub fn meta(&self) -> impl ExactSizeIterator<Item = (&str, &str)> {
        self.meta.iter().map(|(key, value)| (&**key, &**value))
    }

    /// The fact under a key. Cost: O(log of its facts).
    pub fn meta_value(&self, key: &str) -> Option<&str> {
        self.meta.get(key).map(|value| &**value)
    }

    /// How its owner finds it.
    pub fn health(&self) -> Health {
        self.health
    }

    /// The same in another state of health.
    pub fn with_health(mut self, health: Health) -> Self {
        self.health = Health::from_wire(health.to_wire());
        self
    }
}

/// `web/web-1 at 10.0.0.5:8080`.
impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, instance, address, port, .. } = self;
        match self.ip() {
            Some(IpAddr::V6(_)) => write!(f, "{name}/{instance} at [{address}]:{port}"),
            _ => write!(f, "{name}/{instance} at {address}:{port}"),
        }
    }
}

/// A part of a [`Service`], as errors name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Field {
    /// [`Service::name`].
    Name,
    /// [`Service::instance`].
    Instance,
    /// [`Service::address`].
    Address,
    /// [`Service::port`].
    Port,
    /// [`Service::protocol`].
    Protocol,
    /// [`Service::version`].
    Version,
    /// [`Service::weight`].
    Weight,
    /// [`Service::tags`].
    Tags,
    /// One of [`Service::tags`].
    Tag,
    /// [`Service::meta`].
    Meta,
    /// A key of [`Service::meta`].
    MetaKey,
    /// A value of [`Service::meta`].
    MetaValue,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Instance => "instance",
            Self::Address => "address",
            Self::Port => "port",
            Self::Protocol => "protocol",
            Self::Version => "version",
            Self::Weight => "weight",
            Self::Tags => "tags",
            Self::Tag => "tag",
            Self::Meta => "meta",
            Self::MetaKey => "meta key",
            Self::MetaValue => "meta value",
        })
    }
}

#[cfg(test)]
mod tests;
