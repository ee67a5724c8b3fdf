//! What members publish: manifests, records, user events, the names of topics (PROTOCOL §7).

use crate::identity::Identity;

/// What an owner says of its records: those of this life, from this version on, are valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest<I> {
    /// The owner, under the identity that it has now.
    pub identity: I,
    /// Drawn at random when the owner's process began.
    pub life: u32,
    /// Records of lower versions are void.
    pub floor: u64,
}

/// The borrowing twin of [`Manifest`].
#[derive(Debug)]
pub struct ManifestRef<'a, I> {
    /// See [`Manifest::identity`].
    pub identity: &'a I,
    /// See [`Manifest::life`].
    pub life: u32,
    /// See [`Manifest::floor`].
    pub floor: u64,
}

/// A value that its owner has put under a key, or, without a value, a tombstone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record<'a, I: Identity> {
    /// The key of the member that put it.
    pub owner: I::Addr,
    /// The number of the topic.
    pub topic: u32,
    /// The key under which it was put.
    pub key: &'a [u8],
    /// The life of the owner in which it was put.
    pub life: u32,
    /// Grows with each change that the owner makes, over all its records.
    pub version: u64,
    /// The encoded value; `None`: it was removed.
    pub value: Option<&'a [u8]>,
}

/// The borrowing twin of [`Record`].
#[derive(Debug)]
pub struct RecordRef<'a, I: Identity> {
    /// See [`Record::owner`].
    pub owner: &'a I::Addr,
    /// See [`Record::topic`].
    pub topic: u32,
    /// See [`Record::key`].
    pub key: &'a [u8],
    /// See [`Record::life`].
    pub life: u32,
    /// See [`Record::version`].
    pub version: u64,
    /// See [`Record::value`].
    pub value: Option<&'a [u8]>,
}

/// A moment that a member made known: delivered at most once to each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserEvent<'a, I: Identity> {
    /// The key of the member that sent it.
    pub origin: I::Addr,
    /// The number of the topic.
    pub topic: u32,
    /// The life of the origin in which it was sent.
    pub life: u32,
    /// Counts the events of that life, from 1.
    pub seq: u64,
    /// Its Lamport time.
    pub time: u64,
    /// How long it is still to be delivered, in milliseconds; `None`: as long as it spreads.
    pub ttl: Option<u32>,
    /// The encoded value.
    pub payload: &'a [u8],
}

/// The borrowing twin of [`UserEvent`].
#[derive(Debug)]
pub struct UserEventRef<'a, I: Identity> {
    /// See [`UserEvent::origin`].
    pub origin: &'a I::Addr,
    /// See [`UserEvent::topic`].
    pub topic: u32,
    /// See [`UserEvent::life`].
    pub life: u32,
    /// See [`UserEvent::seq`].
    pub seq: u64,
    /// See [`UserEvent::time`].
    pub time: u64,
    /// See [`UserEvent::ttl`].
    pub ttl: Option<u32>,
    /// See [`UserEvent::payload`].
    pub payload: &'a [u8],
}

/// What a topic is called where the sender registered it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TopicName<'a> {
    /// The number of the topic.
    pub id: u32,
    /// Its name.
    pub name: &'a str,
}

/// A payload of the user's own, for a broadcast plugin of her own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Custom<'a> {
    /// The number of the topic.
    pub topic: u32,
    /// Any bytes.
    pub payload: &'a [u8],
}

impl<I> Manifest<I> {
    /// The borrowing twin.
    pub fn as_ref(&self) -> ManifestRef<'_, I> {
        ManifestRef { identity: &self.identity, life: self.life, floor: self.floor }
    }
}

impl<I: Identity> Record<'_, I> {
    /// The borrowing twin.
    pub fn as_ref(&self) -> RecordRef<'_, I> {
        let Self { ref owner, topic, key, life, version, value } = *self;
        RecordRef { owner, topic, key, life, version, value }
    }
}

impl<I: Identity> UserEvent<'_, I> {
    /// The borrowing twin.
    pub fn as_ref(&self) -> UserEventRef<'_, I> {
        let Self { ref origin, topic, life, seq, time, ttl, payload } = *self;
        UserEventRef { origin, topic, life, seq, time, ttl, payload }
    }
}

impl<I> Clone for ManifestRef<'_, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for ManifestRef<'_, I> {}

impl<I: Identity> Clone for RecordRef<'_, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: Identity> Copy for RecordRef<'_, I> {}

impl<I: Identity> Clone for UserEventRef<'_, I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I: Identity> Copy for UserEventRef<'_, I> {}
