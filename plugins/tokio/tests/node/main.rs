//! Nodes on real loopback sockets. Nothing sleeps for a fixed time: tests wait for conditions, with deadlines.
#![expect(clippy::unwrap_used, reason = "tests and what they share")]

mod addresses;
mod bytes;
mod conflict;
mod events;
mod joining;
mod leaving;
mod meeting;
mod publishing;
mod resolving;
mod starting;
mod support;
mod syncing;
mod transport;
