//! The bodies of what members publish. Strings and lists of bytes have their length before them, in two bytes.

use super::codec::{Id, Malformed};
use super::field::{Reader, put_address, put_option};
use haulout::codec::{Custom, Manifest, Record, Section, SectionKind, SectionRef, TopicName, UserEvent};
use haulout::{Fixed, Out};

/// The kind of a section, and its body; `Ok(None)` if it does not fit.
pub(super) fn put_published(
    section: SectionRef<'_, Id>,
    out: &mut Out<'_>,
) -> Result<Option<SectionKind>, Malformed> {
    let (kind, fits) = match section {
        SectionRef::Manifest(manifest) => {
            let fits = put_address(*manifest.identity.address(), out)
                && out.put(&manifest.life.to_le_bytes())
                && out.put(&manifest.floor.to_le_bytes());
            (SectionKind::Manifest, fits)
        }
        SectionRef::Record(record) => {
            let fits = put_address(*record.owner, out)
                && out.put(&record.topic.to_le_bytes())
                && out.put(&record.life.to_le_bytes())
                && out.put(&record.version.to_le_bytes())
                && put_bytes(record.key, out)
                && put_option(record.value, out, put_bytes);
            (SectionKind::Record, fits)
        }
        SectionRef::UserEvent(event) => {
            let fits = put_address(*event.origin, out)
                && out.put(&event.topic.to_le_bytes())
                && out.put(&event.life.to_le_bytes())
                && out.put(&event.seq.to_le_bytes())
                && out.put(&event.time.to_le_bytes())
                && put_option(event.ttl, out, |ttl, out| out.put(&ttl.to_le_bytes()))
                && put_bytes(event.payload, out);
            (SectionKind::UserEvent, fits)
        }
        SectionRef::Topic(topic) => {
            let fits = out.put(&topic.id.to_le_bytes()) && put_bytes(topic.name.as_bytes(), out);
            (SectionKind::Topic, fits)
        }
        SectionRef::Custom(custom) => {
            let fits = out.put(&custom.topic.to_le_bytes()) && put_bytes(custom.payload, out);
            (SectionKind::Custom, fits)
        }
        _ => return Err(Malformed("section")),
    };
    Ok(fits.then_some(kind))
}

/// Reads the body of a section of this kind, to its last byte.
pub(super) fn take_published(kind: u8, body: &[u8]) -> Result<Section<'_, Id>, Malformed> {
    let mut reader = Reader(body);
    let section = if kind == SectionKind::Manifest.number() {
        let identity = Fixed::new(reader.address()?);
        Section::Manifest(Manifest { identity, life: reader.u32()?, floor: reader.u64()? })
    } else if kind == SectionKind::Record.number() {
        let (owner, topic, life, version) = (reader.address()?, reader.u32()?, reader.u32()?, reader.u64()?);
        let (key, value) = (take_bytes(&mut reader)?, reader.option(take_bytes)?);
        Section::Record(Record { owner, topic, key, life, version, value })
    } else if kind == SectionKind::UserEvent.number() {
        let (origin, topic, life, seq, time) =
            (reader.address()?, reader.u32()?, reader.u32()?, reader.u64()?, reader.u64()?);
        let (ttl, payload) = (reader.option(Reader::u32)?, take_bytes(&mut reader)?);
        Section::UserEvent(UserEvent { origin, topic, life, seq, time, ttl, payload })
    } else if kind == SectionKind::Topic.number() {
        let (id, name) = (reader.u32()?, take_bytes(&mut reader)?);
        let name = std::str::from_utf8(name).map_err(|_| Malformed("name"))?;
        Section::Topic(TopicName { id, name })
    } else if kind == SectionKind::Custom.number() {
        Section::Custom(Custom { topic: reader.u32()?, payload: take_bytes(&mut reader)? })
    } else {
        // A later version may know it.
        return Ok(Section::Unknown { kind, body });
    };
    if reader.0.is_empty() { Ok(section) } else { Err(Malformed("length")) }
}

fn put_bytes(bytes: &[u8], out: &mut Out<'_>) -> bool {
    out.put(&(bytes.len() as u16).to_le_bytes()) && out.put(bytes)
}

fn take_bytes<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
    let len = reader.u16()?;
    reader.bytes(len.into())
}
