//! The generated types of `haulout.v1`, for tools and for tests; the codec itself makes none of them.
//!
//! They are checked in: `tests/generated.rs` makes them again from `proto/haulout/v1/haulout.proto` and
//! compares.
#![expect(clippy::pedantic, reason = "generated code")]

include!("generated/haulout.v1.rs");
