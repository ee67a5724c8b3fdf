//! Sections of what members publish. Their byte strings are borrowed from the datagram.

use super::section::field_of;
use super::{node, put_node};
use crate::error::CodecError;
use crate::identity::ProtoIdentity;
use crate::reader::{Part, Value, each, text};
use crate::writer::{bytes, fixed32, message, some_bytes, some_uint, uint};
use haulout::Out;
use haulout::codec::{
    Custom, Manifest, ManifestRef, Record, RecordRef, Section, SectionKind, TopicName, UserEvent,
    UserEventRef,
};

/// Fields of a `Manifest`.
mod manifest {
    pub(super) const IDENTITY: u32 = 1;
    pub(super) const LIFE: u32 = 2;
    pub(super) const FLOOR: u32 = 3;
}
/// Fields of a `Record`.
mod record {
    pub(super) const OWNER: u32 = 1;
    pub(super) const TOPIC: u32 = 2;
    pub(super) const KEY: u32 = 3;
    pub(super) const LIFE: u32 = 4;
    pub(super) const VERSION: u32 = 5;
    pub(super) const VALUE: u32 = 6;
}
/// Fields of a `UserEvent`.
mod event {
    pub(super) const ORIGIN: u32 = 1;
    pub(super) const TOPIC: u32 = 2;
    pub(super) const LIFE: u32 = 3;
    pub(super) const SEQ: u32 = 4;
    pub(super) const TIME: u32 = 5;
    pub(super) const TTL: u32 = 6;
    pub(super) const PAYLOAD: u32 = 7;
}
/// Fields of a `Topic`, and of a `Custom`.
mod named {
    pub(super) const TOPIC: u32 = 1;
    pub(super) const BYTES: u32 = 2;
}

pub(super) fn put_manifest<I: ProtoIdentity>(
    put: ManifestRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    message(field_of(SectionKind::Manifest), out, |out| {
        Ok(put_node(manifest::IDENTITY, out, |out| put.identity.put_identity(out))?
            && fixed32(manifest::LIFE, put.life, out)
            && uint(manifest::FLOOR, put.floor, out))
    })
}

pub(super) fn put_record<I: ProtoIdentity>(
    put: RecordRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    message(field_of(SectionKind::Record), out, |out| {
        Ok(put_node(record::OWNER, out, |out| I::put_key(put.owner, out))?
            && uint(record::TOPIC, put.topic, out)
            && bytes(record::KEY, put.key, out)
            && fixed32(record::LIFE, put.life, out)
            && uint(record::VERSION, put.version, out)
            && put.value.is_none_or(|value| some_bytes(record::VALUE, value, out)))
    })
}

pub(super) fn put_user_event<I: ProtoIdentity>(
    put: UserEventRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    message(field_of(SectionKind::UserEvent), out, |out| {
        Ok(put_node(event::ORIGIN, out, |out| I::put_key(put.origin, out))?
            && uint(event::TOPIC, put.topic, out)
            && fixed32(event::LIFE, put.life, out)
            && uint(event::SEQ, put.seq, out)
            && uint(event::TIME, put.time, out)
            && put.ttl.is_none_or(|ttl| some_uint(event::TTL, ttl.into(), out))
            && bytes(event::PAYLOAD, put.payload, out))
    })
}

pub(super) fn put_topic(topic: TopicName<'_>, out: &mut Out<'_>) -> Result<bool, CodecError> {
    put_named(SectionKind::Topic, topic.id, topic.name.as_bytes(), out)
}

pub(super) fn put_custom(custom: Custom<'_>, out: &mut Out<'_>) -> Result<bool, CodecError> {
    put_named(SectionKind::Custom, custom.topic, custom.payload, out)
}

fn put_named(kind: SectionKind, topic: u32, value: &[u8], out: &mut Out<'_>) -> Result<bool, CodecError> {
    message(field_of(kind), out, |out| Ok(uint(named::TOPIC, topic, out) && bytes(named::BYTES, value, out)))
}

/// Reads a body whose kind is one of these; `None` for another kind.
pub(super) fn take<I: ProtoIdentity>(kind: u8, body: &[u8]) -> Result<Option<Section<'_, I>>, CodecError> {
    Ok(Some(if kind == SectionKind::Manifest.number() {
        take_manifest(body)?
    } else if kind == SectionKind::Record.number() {
        take_record(body)?
    } else if kind == SectionKind::UserEvent.number() {
        take_user_event(body)?
    } else if kind == SectionKind::Topic.number() {
        let (id, name) = take_named(body, |bytes| text(bytes).map(drop))?;
        Section::Topic(TopicName { id, name: text(name)? })
    } else if kind == SectionKind::Custom.number() {
        let (topic, payload) = take_named(body, |_| Ok(()))?;
        Section::Custom(Custom { topic, payload })
    } else {
        return Ok(None);
    }))
}

fn take_manifest<I: ProtoIdentity>(body: &[u8]) -> Result<Section<'_, I>, CodecError> {
    let (mut identity, mut life, mut floor) = (Part::default(), 0, 0);
    each(body, |field, value| {
        match (field, value) {
            (manifest::IDENTITY, Value::Bytes(bytes)) => identity.add(bytes)?,
            (manifest::LIFE, Value::Fixed32(value)) => life = value,
            (manifest::FLOOR, Value::Varint(value)) => floor = value,
            _ => {}
        }
        Ok(())
    })?;
    let identity = I::take_identity(node(identity.require("identity")?)?)?;
    Ok(Section::Manifest(Manifest { identity, life, floor }))
}

fn take_record<I: ProtoIdentity>(body: &[u8]) -> Result<Section<'_, I>, CodecError> {
    let (mut owner, mut topic, mut life, mut version) = (Part::default(), 0, 0, 0);
    let (mut key, mut put) = (&[][..], None);
    each(body, |field, value| {
        match (field, value) {
            (record::OWNER, Value::Bytes(bytes)) => owner.add(bytes)?,
            (record::TOPIC, Value::Varint(value)) => topic = value as u32,
            (record::KEY, Value::Bytes(bytes)) => key = bytes,
            (record::LIFE, Value::Fixed32(value)) => life = value,
            (record::VERSION, Value::Varint(value)) => version = value,
            (record::VALUE, Value::Bytes(bytes)) => put = Some(bytes),
            _ => {}
        }
        Ok(())
    })?;
    let owner = I::take_key(node(owner.require("owner")?)?)?;
    Ok(Section::Record(Record { owner, topic, key, life, version, value: put }))
}

fn take_user_event<I: ProtoIdentity>(body: &[u8]) -> Result<Section<'_, I>, CodecError> {
    let (mut origin, mut topic, mut life, mut seq) = (Part::default(), 0, 0, 0);
    let (mut time, mut ttl, mut payload) = (0, None, &[][..]);
    each(body, |field, value| {
        match (field, value) {
            (event::ORIGIN, Value::Bytes(bytes)) => origin.add(bytes)?,
            (event::TOPIC, Value::Varint(value)) => topic = value as u32,
            (event::LIFE, Value::Fixed32(value)) => life = value,
            (event::SEQ, Value::Varint(value)) => seq = value,
            (event::TIME, Value::Varint(value)) => time = value,
            (event::TTL, Value::Varint(value)) => ttl = Some(value as u32),
            (event::PAYLOAD, Value::Bytes(bytes)) => payload = bytes,
            _ => {}
        }
        Ok(())
    })?;
    let origin = I::take_key(node(origin.require("origin")?)?)?;
    Ok(Section::UserEvent(UserEvent { origin, topic, life, seq, time, ttl, payload }))
}

/// A number and bytes, each of which `check` accepts.
fn take_named(
    body: &[u8],
    check: impl Fn(&[u8]) -> Result<(), CodecError>,
) -> Result<(u32, &[u8]), CodecError> {
    let (mut topic, mut last) = (0, &[][..]);
    each(body, |field, value| {
        match (field, value) {
            (named::TOPIC, Value::Varint(value)) => topic = value as u32,
            (named::BYTES, Value::Bytes(bytes)) => {
                check(bytes)?;
                last = bytes;
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok((topic, last))
}
