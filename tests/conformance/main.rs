//! The kit passes what is right, and each of its laws has a twin here that breaks it.
#![cfg(feature = "conformance")]

mod broadcasts;
mod codec;
mod faulty;
mod identity;
mod plain;
mod published;
mod stock;
mod toy;
