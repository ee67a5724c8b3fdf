//! Service metadata: what members offer, validated, and a directory of it for any thread.
//!
#![doc = include_str!("../README.md")]
//!
//! # Inside
//!
//! ```text
//!  owner:   ServiceRecords ──put──▶ Engine + Registry ──Published, Withdrawn, Down, …──▶ members
//!
//!  reader:  Engine ──events──▶ Directory::apply ──▶ Store (dashmap: name, tag, owner) ──▶ lookup
//!           Registry ────────▶ Directory::resync ──▶ Queue (one a watch, bounded) ─────▶ Watch
//! ```
//!
//! | part | concept |
//! | --- | --- |
//! | `service`, `health`, `error` | what is said of a service, its bounds, its wire form |
//! | `publish` | the topic, and the verbs of an owner |
//! | `directory` | what readers read, by name, tag and owner; the one that writes it |
//! | `instance`, `instances`, `hashing` | what a look-up finds, and the choice of one of them |
//! | `watch` | what becomes of a service: a stream with a bounded buffer |
//! | `v1` | the generated message |

mod directory;
mod error;
mod hashing;
mod health;
mod instance;
mod instances;
mod publish;
mod service;
pub mod v1;
mod watch;

pub use directory::{Directory, Rejected, WATCH_BUFFER};
pub use error::ServiceError;
pub use health::{Health, UnknownHealth};
pub use instance::Instance;
pub use instances::Instances;
pub use publish::{SERVICES, ServiceRecords};
pub use service::{
    Field, MAX_ADDRESS, MAX_ENCODED, MAX_LABEL, MAX_META, MAX_META_KEY, MAX_META_TOGETHER, MAX_META_VALUE,
    MAX_PROTOCOL, MAX_TAG, MAX_TAGS, MAX_TAGS_TOGETHER, MAX_VERSION, Service, ServiceBuilder,
};
pub use watch::{TimedOut, Watch, WatchEvent};
