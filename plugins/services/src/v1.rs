//! The generated types of `haulout.v1` that are about services.
//!
//! They are checked in: `tests/generated.rs` makes them again from `proto/haulout/v1/service.proto` and
//! compares.
#![expect(clippy::pedantic, reason = "generated code, documented by the schema")]

include!("generated/haulout.v1.rs");
