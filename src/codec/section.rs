//! The self-delimiting pieces that follow a header.

mod published;
mod update;

pub use published::{Custom, Manifest, ManifestRef, Record, RecordRef, TopicName, UserEvent, UserEventRef};
pub use update::{MAX_SUSPECTERS, Suspecters, Update, UpdateRef};

use crate::identity::Identity;

/// The kinds of section and their numbers on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum SectionKind {
    /// What is known of a member.
    Update = 1,
    /// An owner's manifest of records.
    Manifest = 2,
    /// A record.
    Record = 3,
    /// A user event.
    UserEvent = 4,
    /// The name of a topic.
    Topic = 5,
    /// A payload of the user's own.
    Custom = 6,
}

impl SectionKind {
    /// The number on the wire.
    pub const fn number(self) -> u8 {
        self as u8
    }
}

/// A decoded section. Byte strings are borrowed from the datagram.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Section<'a, I: Identity> {
    /// Kind 1.
    Update(Update<I>),
    /// Kind 2.
    Manifest(Manifest<I>),
    /// Kind 3.
    Record(Record<'a, I>),
    /// Kind 4.
    UserEvent(UserEvent<'a, I>),
    /// Kind 5.
    Topic(TopicName<'a>),
    /// Kind 6.
    Custom(Custom<'a>),
    /// A kind, or a value of a known kind, that this version does not know: skipped and counted.
    Unknown {
        /// Its number.
        kind: u8,
        /// Its bytes, without the frame.
        body: &'a [u8],
    },
}

/// The borrowing twin of [`Section`].
#[derive(Debug)]
#[non_exhaustive]
pub enum SectionRef<'a, I: Identity> {
    /// Kind 1.
    Update(UpdateRef<'a, I>),
    /// Kind 2.
    Manifest(ManifestRef<'a, I>),
    /// Kind 3.
    Record(RecordRef<'a, I>),
    /// Kind 4.
    UserEvent(UserEventRef<'a, I>),
    /// Kind 5.
    Topic(TopicName<'a>),
    /// Kind 6.
    Custom(Custom<'a>),
    /// A framed section of any kind; an engine never sends it, a test does.
    Unknown {
        /// Its number, 0 to 127.
        kind: u8,
        /// Its bytes, without the frame.
        body: &'a [u8],
    },
}

impl<I: Identity> Section<'_, I> {
    /// The borrowing twin.
    pub fn as_ref(&self) -> SectionRef<'_, I> {
        match self {
            Self::Update(update) => SectionRef::Update(update.as_ref()),
            Self::Manifest(manifest) => SectionRef::Manifest(manifest.as_ref()),
            Self::Record(record) => SectionRef::Record(record.as_ref()),
            Self::UserEvent(event) => SectionRef::UserEvent(event.as_ref()),
            Self::Topic(topic) => SectionRef::Topic(*topic),
            Self::Custom(custom) => SectionRef::Custom(*custom),
            Self::Unknown { kind, body } => SectionRef::Unknown { kind: *kind, body },
        }
    }
}

impl<I: Identity> Clone for SectionRef<'_, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: Identity> Copy for SectionRef<'_, I> {}
