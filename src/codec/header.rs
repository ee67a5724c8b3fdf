//! The head of a datagram: who speaks, to whom, in which cluster and version.

use super::message::{Message, MessageRef};
use crate::identity::Identity;
use core::num::NonZeroU32;

/// The version of the protocol that this engine speaks, and the only one.
pub const VERSION: u8 = 1;

/// Versions of the protocol, 1 to 15 each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Version {
    /// The version that this datagram is written in.
    pub spoken: u8,
    /// The highest version that its sender speaks.
    pub highest: u8,
}

impl Version {
    /// What this engine writes.
    pub const CURRENT: Self = Self { spoken: VERSION, highest: VERSION };
}

/// A decoded header. Its layout is the same in all versions of the protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header<I: Identity> {
    /// Version spoken here, and the sender's highest.
    pub version: Version,
    /// Hash of the cluster's label ([`crate::fingerprint::label_hash`]); `None` where there is none.
    pub cluster: Option<NonZeroU32>,
    /// Low half of the fingerprint of the receiver's key; `None` means whoever is there.
    pub dst: Option<NonZeroU32>,
    /// A cookie that answers a challenge.
    pub cookie: Option<u64>,
    /// Who speaks.
    pub source: I,
    /// The speaker's incarnation.
    pub incarnation: u32,
    /// What is said.
    pub message: Message<I>,
}

/// The borrowing twin of [`Header`]: nothing is cloned to be encoded.
#[derive(Debug)]
pub struct HeaderRef<'a, I: Identity> {
    /// See [`Header::version`].
    pub version: Version,
    /// See [`Header::cluster`].
    pub cluster: Option<NonZeroU32>,
    /// See [`Header::dst`].
    pub dst: Option<NonZeroU32>,
    /// See [`Header::cookie`].
    pub cookie: Option<u64>,
    /// See [`Header::source`].
    pub source: &'a I,
    /// See [`Header::incarnation`].
    pub incarnation: u32,
    /// See [`Header::message`].
    pub message: MessageRef<'a, I>,
}

impl<I: Identity> Clone for HeaderRef<'_, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: Identity> Copy for HeaderRef<'_, I> {}

impl<I: Identity> Header<I> {
    /// The borrowing twin.
    pub fn as_ref(&self) -> HeaderRef<'_, I> {
        HeaderRef {
            version: self.version,
            cluster: self.cluster,
            dst: self.dst,
            cookie: self.cookie,
            source: &self.source,
            incarnation: self.incarnation,
            message: self.message.as_ref(),
        }
    }
}
