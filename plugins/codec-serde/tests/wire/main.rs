//! The wire of both codecs: sizes, bytes as they are written, and what hostile or newer peers send.
#![cfg(any(feature = "postcard", feature = "bincode"))]

mod bytes;
mod hostile;
mod newer;
mod sizes;
mod support;
mod sync;
