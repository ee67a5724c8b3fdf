//! # Serde codecs for Haulout
//!
//! [`PostcardCodec`] and [`BincodeCodec`] put any identity on the wire that is, with its key and its
//! route, `Serialize` and `DeserializeOwned`. They share one wire and differ only in the bytes of a serde
//! value; a cluster uses one of them. The wire's table is in this crate's README.
//!
//! Costs: nothing is allocated to write a datagram. Reading allocates what the identities own (nothing,
//! for the stock ones over socket addresses), and a small vector for a suspicion that names suspecters.
//!
//! | feature | gives |
//! | --- | --- |
//! | `postcard` (default) | [`PostcardCodec`] |
//! | `bincode` | [`BincodeCodec`]; its upstream has ended |
#![no_std]
#![cfg_attr(
    not(all(feature = "postcard", feature = "bincode")),
    allow(rustdoc::broken_intra_doc_links, reason = "links to the codec that is switched off")
)]
#![cfg_attr(
    not(any(feature = "postcard", feature = "bincode")),
    allow(dead_code, unused_imports, reason = "a wire without a codec that writes it")
)]

extern crate alloc;

#[cfg(feature = "bincode")]
mod bincode;
mod error;
mod format;
#[cfg(feature = "postcard")]
mod postcard;
mod wire;

#[cfg(feature = "bincode")]
pub use bincode::BincodeCodec;
pub use error::CodecError;
pub use format::SerdeIdentity;
#[cfg(feature = "postcard")]
pub use postcard::PostcardCodec;
pub use wire::{MAX_VALUE, Sections};
