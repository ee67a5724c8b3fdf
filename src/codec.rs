//! The codec plugin: how a datagram looks.
//!
//! The codec owns the whole datagram: a header, then self-delimiting sections. The engine packs by
//! appending sections to an [`Out`] until one does not fit, and takes that one back. When it reads,
//! it decodes the whole datagram before anything changes, so a datagram that does not parse to its
//! last byte changes nothing.

mod header;
mod kind;
mod message;
mod refusal;
mod section;
mod sync;

pub use header::{Header, HeaderRef, VERSION, Version};
pub use kind::MessageKind;
pub use message::{Message, MessageRef};
pub use refusal::Refusal;
pub use section::{
    Custom, MAX_SUSPECTERS, Manifest, ManifestRef, Record, RecordRef, Section, SectionKind, SectionRef,
    Suspecters, TopicName, Update, UpdateRef, UserEvent, UserEventRef,
};
pub use sync::{DIGEST_VERSION, Leaves, LeavesRef, MAX_HAVE, Page, Plane, Position, Pull, PullRef};

use crate::identity::Identity;
use crate::out::Out;

/// Encodes and decodes datagrams.
///
/// # Laws
/// - What was put is decoded to equal values; both calls of `put_*` either append a whole, decodable
///   piece and return `Ok(true)`, or return `Ok(false)` or an error (what they left behind is truncated
///   by the caller).
/// - A datagram that is cut between two sections is a shorter, valid one; every other cut is an error.
/// - A section of a kind that the codec does not know is given as [`Section::Unknown`], a message that it
///   does not know as [`Message::Unknown`]; after one, `Sections` yields nothing.
/// - Equal values give equal bytes, in every buffer in which they fit.
/// - An announce is at least as long as its padding says, and no datagram begins with a zero byte: that is
///   how sealed ones begin.
/// - Hostile bytes give an error, never a panic, and never allocate more than a small multiple of their
///   length.
/// - No allocation a datagram in steady state, identities that own heap memory aside.
///
/// The `conformance` feature checks them, those about allocation aside.
pub trait Codec<I: Identity> {
    /// Why bytes are not a datagram, or a value cannot be put into one.
    type Error: core::error::Error + Send + Sync + 'static;
    /// The sections of a datagram, in their order. After an error it is over.
    type Sections<'a>: Iterator<Item = Result<Section<'a, I>, Self::Error>>
    where
        Self: 'a,
        I: 'a;

    /// Appends the header; `Ok(false)` if it did not fit.
    fn put_header(&self, header: HeaderRef<'_, I>, out: &mut Out<'_>) -> Result<bool, Self::Error>;

    /// Appends one section; `Ok(false)` if it did not fit.
    fn put_section(&self, section: SectionRef<'_, I>, out: &mut Out<'_>) -> Result<bool, Self::Error>;

    /// Reads the header, and gives the sections as an iterator that reads as it goes.
    fn decode<'a>(&'a self, datagram: &'a [u8]) -> Result<(Header<I>, Self::Sections<'a>), Self::Error>;
}
