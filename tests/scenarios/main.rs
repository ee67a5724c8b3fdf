//! What users of gossip membership reported in the field, held against the engine in virtual time.
//!
//! Every test runs real engines on a seeded network (see [`world`]) and asserts what a user would
//! observe: events, views, datagrams. A failure prints its seed and the command that replays it.
#![allow(missing_docs, unreachable_pub, missing_debug_implementations, reason = "nobody links a test binary")]
#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]

mod world;

mod answering;
mod chaos;
mod commands;
mod detector;
mod figures;
mod identity;
mod joining;
mod leaving;
mod lending;
mod load;
mod moments;
mod packing;
mod partitions;
mod probing;
mod records;
mod renewal;
mod replay;
mod resurrection;
mod rivals;
mod strangers;
mod suspicion;
mod syncing;
mod wire;
