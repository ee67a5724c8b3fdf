//! The broadcast plugin: what travels beside membership.
//!
//! The trait is empty until the typed registry arrives; `()` broadcasts nothing.

use crate::identity::Identity;

/// What a cluster's members tell each other beside who is alive.
pub trait Broadcasts<I: Identity> {}

impl<I: Identity> Broadcasts<I> for () {}
