//! A service on the wire: the message `haulout.v1.Service`.
//!
//! Invariant: equal services are equal bytes. Cost: O(bytes), and a copy of each text.

use super::{Service, ServiceBuilder};
use crate::error::ServiceError;
use crate::health::Health;
use crate::v1;
use haulout::broadcast::Value;
use prost::Message;

impl Service {
    /// Reads an encoded service, as records carry it.
    ///
    /// [`ServiceError::Malformed`] if the bytes are no such message, else what a builder says of what it holds.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ServiceError> {
        v1::Service::decode(bytes).map_err(|_| ServiceError::Malformed)?.try_into()
    }

    /// The encoded service, as records carry it: at most [`MAX_ENCODED`](super::MAX_ENCODED) bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        v1::Service::from(self).encode_to_vec()
    }
}

impl From<&Service> for v1::Service {
    fn from(service: &Service) -> Self {
        Self {
            name: service.name().into(),
            instance: service.instance().into(),
            address: service.address().into(),
            port: service.port().into(),
            protocol: service.protocol().into(),
            version: service.version().into(),
            weight: (service.weight() != 1).then_some(service.weight().into()),
            tags: service.tags().map(Into::into).collect(),
            meta: service.meta().map(|(key, value)| (key.into(), value.into())).collect(),
            health: service.health().to_wire(),
        }
    }
}

impl TryFrom<v1::Service> for Service {
    type Error = ServiceError;

    fn try_from(message: v1::Service) -> Result<Self, ServiceError> {
        let builder = ServiceBuilder {
            name: message.name,
            instance: Some(message.instance),
            address: message.address,
            port: message.port,
            protocol: message.protocol,
            version: message.version,
            weight: message.weight.unwrap_or(1),
            tags: message.tags,
            meta: message.meta.into_iter().collect(),
            health: Health::from_wire(message.health),
        };
        builder.build()
    }
}

impl Value for Service {
    fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.to_bytes());
    }

    fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        Self::from_bytes(bytes).map_err(|error| error.summary())
    }
}
