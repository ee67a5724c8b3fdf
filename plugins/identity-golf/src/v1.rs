//! The generated type of `haulout.v1` that is about golfed identities.
//!
//! It is checked in: `tests/generated.rs` makes it again from `proto/haulout/v1/golfed_node.proto` and compares.

include!("generated/haulout.v1.rs");
