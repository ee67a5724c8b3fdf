//! Clusters of golfed identities, in virtual time: what a few bits of epoch, and a table of one's own, do to
//! membership.
#![expect(clippy::unwrap_used, reason = "tests and what they share")]

mod facts;
mod first;
mod kinds;
mod roster;
mod world;
mod wrap;
