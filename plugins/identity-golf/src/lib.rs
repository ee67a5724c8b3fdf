//! # Compressed identities for Haulout
//!
//! An identity travels in every datagram, several times, for as long as a cluster lives. This crate declares,
//! checks and measures small ones:
//!
//! | kind | what it is | bytes |
//! | --- | --- | --- |
//! | [`golf_identity!`] | named bit fields of your own in an integer | 1 to 16 |
//! | [`SubnetId`] | a place in a subnet, of which a [`Course`] makes addresses | 2 and more, 4 as a rule |
//! | [`RosterId`] | an index into a shared table of addresses, the [`Roster`] | 1 and more, 2 as a rule |
//! | [`With`] | any of these, and facts of [`golf_facts!`] in the spare bits | as many as the bits need |
//!
//! All are numbers of a fixed count of bytes, [`bits`](Pack), on the wire and in fingerprints; all renew by
//! serial numbers (RFC 1982), so that an epoch of a few bits does what one of 64 does, for as long as nobody
//! misses half of its range of renewals. Which to take is in the repository's `docs/identities.md`.
//!
//! Routes that are no addresses are resolved by the host: [`Course`], [`Roster`] and [`SharedRoster`] are
//! [`Resolver`](haulout::identity::Resolver)s, which `haulout-tokio` takes as they are.
//!
//! `no_std` with `alloc`.
//!
//! | feature | gives |
//! | --- | --- |
//! | `serde` (default) | `Serialize`, `Deserialize` |
//! | `std` (default) | [`SharedRoster`], rosters from files |
//! | `protobuf` | all kinds on the wire of every language, by `haulout-codec-protobuf`: [`v1::GolfedNode`] |
#![no_std]
#![cfg_attr(
    not(all(feature = "std", feature = "protobuf")),
    allow(rustdoc::broken_intra_doc_links, reason = "links to what is off")
)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

mod bits;
mod error;
mod facts;
mod key;
mod layout;
mod macros;
mod number;
mod packed;
#[cfg(feature = "protobuf")]
mod proto;
mod roster;
mod serial;
mod subnet;
mod text;
#[cfg(feature = "protobuf")]
pub mod v1;
#[cfg(feature = "serde")]
mod wire;

pub use bits::Pack;
pub use error::{OutOfRange, ParseError};
pub use facts::{Golfed, With};
pub use key::Key;
pub use layout::{Field, Fields, Layout};
pub use number::{Fits, Number, Value, Width};
#[cfg(feature = "protobuf")]
pub use proto::{NodeFields, ProtoValue};
pub use roster::{Index, Roster, RosterError, RosterId};
#[cfg(feature = "std")]
pub use roster::{LoadError, SharedRoster};
pub use subnet::{Course, CourseError, Network, NetworkError, Spot, SubnetId};

/// What the macros expand to.
#[doc(hidden)]
pub mod __private {
    pub use crate::layout::{compose, field, pick, place, renew, supersedes, width, within};
    pub use crate::number::Number;
    pub use crate::text::{debug_fields, display, read};
    #[cfg(feature = "serde")]
    pub use crate::wire::{deserialize, serialize};
    pub use haulout::Identity;
    pub use haulout::fingerprint::{Canonical, CanonicalSink};
    #[cfg(feature = "serde")]
    pub use serde;

    #[cfg(feature = "protobuf")]
    pub mod proto {
        //! For `ProtoIdentity`.
        pub use crate::proto::{put, take};
        pub use haulout::Out;
        pub use haulout_codec_protobuf::{CodecError, InvalidNode, ProtoIdentity};
    }

    /// The bits of all fields, as far as a `u32` counts.
    pub const fn sum(widths: &[u32]) -> u32 {
        let (mut sum, mut at) = (0_u32, 0);
        while at < widths.len() {
            sum = sum.saturating_add(widths[at]);
            at += 1;
        }
        sum
    }

    /// Calls `route` with the values of a key, whose types it need not name.
    pub fn lead<K>(values: K, route: impl Fn(K) -> core::net::SocketAddr) -> core::net::SocketAddr {
        route(values)
    }
}

/// The example of the README is compiled and run.
#[cfg(all(doctest, feature = "serde", feature = "std"))]
#[doc = include_str!("../README.md")]
struct Readme;
