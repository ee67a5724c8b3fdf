//! Sections: the fields of a packet beside its header, and the update, which is most of them.

use super::{HEADER, node, published, put_node};
use crate::error::CodecError;
use crate::identity::ProtoIdentity;
use crate::reader::{Part, Reader, Value, each};
use crate::writer::{self, some_bytes, uint};
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use haulout::codec::{MAX_SUSPECTERS, Section, SectionKind, SectionRef, Suspecters, Update, UpdateRef};
use haulout::{Out, State};

const IDENTITY: u32 = 1;
const STAMP: u32 = 2;
const BY: u32 = 3;

/// Low bits of a stamp that are the state; the others are the incarnation.
const STATE_BITS: u32 = 3;

/// The field of a section of this kind.
pub(super) const fn field_of(kind: SectionKind) -> u32 {
    kind.number() as u32 + HEADER
}

/// Appends a section; `Ok(false)` if it does not fit.
pub(crate) fn put<I: ProtoIdentity>(
    section: SectionRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    match section {
        SectionRef::Update(update) => put_update(update, out),
        SectionRef::Manifest(manifest) => published::put_manifest(manifest, out),
        SectionRef::Record(record) => published::put_record(record, out),
        SectionRef::UserEvent(event) => published::put_user_event(event, out),
        SectionRef::Topic(topic) => published::put_topic(topic, out),
        SectionRef::Custom(custom) => published::put_custom(custom, out),
        SectionRef::Unknown { kind, body } if kind != 0 => {
            Ok(some_bytes(u32::from(kind) + HEADER, body, out))
        }
        _ => Err(CodecError::Kind),
    }
}

/// `by` is written with a suspicion only; in other states it means nothing.
fn put_update<I: ProtoIdentity>(update: UpdateRef<'_, I>, out: &mut Out<'_>) -> Result<bool, CodecError> {
    let by = if update.state == State::Suspect { update.by } else { &[] };
    if by.len() > MAX_SUSPECTERS {
        return Err(CodecError::Suspecters { count: by.len() });
    }
    let stamp = u64::from(update.incarnation) << STATE_BITS | u64::from(update.state.number());
    writer::message(field_of(SectionKind::Update), out, |out| {
        if !(put_node(IDENTITY, out, |out| update.identity.put_identity(out))? && uint(STAMP, stamp, out)) {
            return Ok(false);
        }
        for key in by {
            if !put_node(BY, out, |out| I::put_key(key, out))? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

/// The sections of a datagram, read as they are asked for. After an error it is over.
pub struct Sections<'a, I> {
    reader: Reader<'a>,
    of: PhantomData<fn() -> I>,
}

impl<'a, I> Sections<'a, I> {
    pub(super) const fn new(reader: Reader<'a>) -> Self {
        Self { reader, of: PhantomData }
    }
}

impl<I> fmt::Debug for Sections<'_, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sections").field("unread", &self.reader.len()).finish()
    }
}

impl<'a, I: ProtoIdentity> Iterator for Sections<'a, I> {
    type Item = Result<Section<'a, I>, CodecError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let section = loop {
            match self.reader.field() {
                Ok(None) => return None,
                Ok(Some((HEADER, Value::Bytes(_)))) => {}
                Ok(Some((field, value))) => break take(field, value),
                Err(error) => break Err(error),
            }
        };
        if section.is_err() {
            self.reader = Reader::new(&[]);
        }
        Some(section)
    }
}

/// Sections that are not to be read have to be protobuf of the schema all the same, in every version: other
/// runtimes read them with the rest.
pub(super) fn check<I: ProtoIdentity>(datagram: &[u8]) -> Result<(), CodecError> {
    each(datagram, |field, value| match take::<I>(field, value) {
        Err(error) if field != HEADER && error.is_malformed() => Err(error),
        _ => Ok(()),
    })
}

impl<I: ProtoIdentity> FusedIterator for Sections<'_, I> {}

/// A field that is no section has kind 0, and one that a byte cannot name 255.
#[inline]
fn take<I: ProtoIdentity>(field: u32, value: Value<'_>) -> Result<Section<'_, I>, CodecError> {
    let kind = u8::try_from(field - HEADER).unwrap_or(u8::MAX);
    let Value::Bytes(body) = value else {
        let kind = if kind <= SectionKind::Custom.number() { 0 } else { kind };
        return Ok(Section::Unknown { kind, body: &[] });
    };
    if kind == SectionKind::Update.number() {
        return take_update(body);
    }
    Ok(published::take(kind, body)?.unwrap_or(Section::Unknown { kind, body }))
}

/// A state that is not known is no error: newer members may write it.
#[inline]
fn take_update<I: ProtoIdentity>(body: &[u8]) -> Result<Section<'_, I>, CodecError> {
    let (mut identity, mut stamp) = (Part::default(), 0);
    let (mut by, mut count) = (Suspecters::new(), 0);
    each(body, |field, value| {
        match (field, value) {
            (IDENTITY, Value::Bytes(bytes)) => identity.add(bytes)?,
            (STAMP, Value::Varint(value)) => stamp = value,
            (BY, Value::Bytes(bytes)) => {
                count += 1;
                if count > MAX_SUSPECTERS {
                    return Err(CodecError::Suspecters { count });
                }
                // A key that comes twice counts once.
                by.insert(I::take_key(node(bytes)?)?);
            }
            _ => {}
        }
        Ok(())
    })?;
    let identity = I::take_identity(node(identity.require("identity")?)?)?;
    let incarnation = u32::try_from(stamp >> STATE_BITS).map_err(|_| CodecError::Field { name: "stamp" })?;
    let state = stamp & ((1 << STATE_BITS) - 1);
    Ok(match u8::try_from(state).ok().and_then(State::from_number) {
        None => Section::Unknown { kind: SectionKind::Update.number(), body },
        Some(State::Suspect) => Section::Update(Update { identity, incarnation, state: State::Suspect, by }),
        Some(state) => Section::Update(Update::new(identity, incarnation, state)),
    })
}
