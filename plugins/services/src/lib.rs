//! Service metadata for Haulout.
//!
//! Whatever a member offers is a record of the topic [`SERVICES`]: a [`Service`], which is validated, and on the
//! wire the protobuf message `haulout.v1.Service`.
//!
//! # Inside
//! | part | concept |
//! | --- | --- |
//! | `service`, `health`, `error` | what is said of a service, its bounds, its wire form |
//! | `publish` | the topic, and the verbs of an owner |
//! | `v1` | the generated message |

mod error;
mod health;
mod publish;
mod service;
pub mod v1;

pub use error::ServiceError;
pub use health::{Health, UnknownHealth};
pub use publish::{SERVICES, ServiceRecords};
pub use service::{
    Field, MAX_ADDRESS, MAX_ENCODED, MAX_LABEL, MAX_META, MAX_META_KEY, MAX_META_TOGETHER, MAX_META_VALUE,
    MAX_PROTOCOL, MAX_TAG, MAX_TAGS, MAX_TAGS_TOGETHER, MAX_VERSION, Service, ServiceBuilder,
};
