//! The bodies of framed sections: what members publish.
//!
//! A length comes before its bytes; a value and a time to live are one more than they are, and 0 for none.

use super::reader::Reader;
use super::{MAX_VALUE, put_value};
use crate::error::CodecError;
use crate::format::{Format, SerdeIdentity};
use haulout::Out;
use haulout::codec::{
    Custom, Manifest, ManifestRef, Record, RecordRef, Section, SectionKind, TopicName, UserEvent,
    UserEventRef,
};

/// Bytes of the longest varint.
const MAX_VARINT: usize = 10;
/// Room for an identity or key, a life and three varints.
const HEAD: usize = MAX_VALUE + 4 + 4 * MAX_VARINT;

pub(super) fn put_manifest<F: Format, I: SerdeIdentity>(
    manifest: ManifestRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    let mut head = [0; HEAD];
    let mut head = Out::new(&mut head);
    let fits = put_value::<F, I>(manifest.identity, &mut head)?
        && head.put(&manifest.life.to_le_bytes())
        && head.put_varint(manifest.floor);
    debug_assert!(fits);
    Ok(put_frame(SectionKind::Manifest, [head.written(), &[], &[], &[]], out))
}

pub(super) fn put_record<F: Format, I: SerdeIdentity>(
    record: RecordRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    let (mut head, mut len) = ([0; HEAD], [0; MAX_VARINT]);
    let (mut head, mut len) = (Out::new(&mut head), Out::new(&mut len));
    let fits = put_value::<F, I::Addr>(record.owner, &mut head)?
        && head.put(&record.life.to_le_bytes())
        && head.put_varint(record.topic.into())
        && head.put_varint(record.version)
        && head.put_varint(record.key.len() as u64)
        && len.put_varint(record.value.map_or(0, |value| value.len() as u64 + 1));
    debug_assert!(fits);
    let parts = [head.written(), record.key, len.written(), record.value.unwrap_or_default()];
    Ok(put_frame(SectionKind::Record, parts, out))
}

pub(super) fn put_user_event<F: Format, I: SerdeIdentity>(
    event: UserEventRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    let (mut head, mut len) = ([0; HEAD], [0; 2 * MAX_VARINT]);
    let (mut head, mut len) = (Out::new(&mut head), Out::new(&mut len));
    let fits = put_value::<F, I::Addr>(event.origin, &mut head)?
        && head.put(&event.life.to_le_bytes())
        && head.put_varint(event.topic.into())
        && head.put_varint(event.seq)
        && head.put_varint(event.time)
        && len.put_varint(event.ttl.map_or(0, |ttl| u64::from(ttl) + 1))
        && len.put_varint(event.payload.len() as u64);
    debug_assert!(fits);
    Ok(put_frame(SectionKind::UserEvent, [head.written(), len.written(), event.payload, &[]], out))
}

pub(super) fn put_topic(topic: TopicName<'_>, out: &mut Out<'_>) -> bool {
    put_named(SectionKind::Topic, topic.id, topic.name.as_bytes(), out)
}

pub(super) fn put_custom(custom: Custom<'_>, out: &mut Out<'_>) -> bool {
    put_named(SectionKind::Custom, custom.topic, custom.payload, out)
}

fn put_named(kind: SectionKind, topic: u32, bytes: &[u8], out: &mut Out<'_>) -> bool {
    let mut head = [0; 2 * MAX_VARINT];
    let mut head = Out::new(&mut head);
    let fits = head.put_varint(topic.into()) && head.put_varint(bytes.len() as u64);
    debug_assert!(fits);
    put_frame(kind, [head.written(), bytes, &[], &[]], out)
}

fn put_frame(kind: SectionKind, parts: [&[u8]; 4], out: &mut Out<'_>) -> bool {
    let len: usize = parts.iter().map(|part| part.len()).sum();
    out.put_u8(super::section::FRAMED | kind.number())
        && out.put_varint(len as u64)
        && parts.iter().all(|part| out.put(part))
}

/// Reads a body whose kind is one of these; `None` for another kind.
pub(super) fn take<F: Format, I: SerdeIdentity>(
    kind: u8,
    body: &[u8],
) -> Result<Option<Section<'_, I>>, CodecError> {
    let mut reader = Reader::new(body);
    let reader = &mut reader;
    Ok(Some(if kind == SectionKind::Manifest.number() {
        let (identity, life, floor) = (reader.value::<F, I>()?, reader.u32()?, reader.varint()?);
        Section::Manifest(Manifest { identity, life, floor })
    } else if kind == SectionKind::Record.number() {
        let (owner, life) = (reader.value::<F, I::Addr>()?, reader.u32()?);
        let (topic, version, key) = (reader.narrow()?, reader.varint()?, take_bytes(reader)?);
        let value = match reader.narrow::<usize>()? {
            0 => None,
            len => Some(reader.bytes(len - 1)?),
        };
        Section::Record(Record { owner, topic, key, life, version, value })
    } else if kind == SectionKind::UserEvent.number() {
        let (origin, life) = (reader.value::<F, I::Addr>()?, reader.u32()?);
        let (topic, seq, time) = (reader.narrow()?, reader.varint()?, reader.varint()?);
        let ttl = match reader.varint()? {
            0 => None,
            ttl => Some(u32::try_from(ttl - 1).map_err(|_| CodecError::Varint)?),
        };
        let payload = take_bytes(reader)?;
        Section::UserEvent(UserEvent { origin, topic, life, seq, time, ttl, payload })
    } else if kind == SectionKind::Topic.number() {
        let (id, name) = (reader.narrow()?, take_bytes(reader)?);
        let name = core::str::from_utf8(name).map_err(|_| CodecError::Field { name: "name" })?;
        Section::Topic(TopicName { id, name })
    } else if kind == SectionKind::Custom.number() {
        Section::Custom(Custom { topic: reader.narrow()?, payload: take_bytes(reader)? })
    } else {
        return Ok(None);
    }))
}

fn take_bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], CodecError> {
    let len = reader.narrow()?;
    reader.bytes(len)
}
