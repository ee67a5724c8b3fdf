//! Each kind of golfed identity: what it is made of, how it reads, what it refuses, what it costs on the wire.
#![expect(clippy::unwrap_used, reason = "tests and what they share")]

mod declared;
mod facts;
mod laws;
mod packing;
mod roster;
mod samples;
mod subnet;
