//! The bodies of what members publish, in the small codec: fixed widths, lengths of two bytes.

use crate::plain::{Bytes, Malformed};
use crate::toy::{Fault, Key, Toy};
use haulout::Out;
use haulout::codec::{Custom, Manifest, Record, Section, SectionRef, TopicName, UserEvent};

/// The body of a section other than an update.
pub(crate) fn put(section: SectionRef<'_, Toy>, out: &mut Out<'_>) -> Result<bool, Malformed> {
    Ok(match section {
        SectionRef::Manifest(manifest) => {
            let Toy { key, place, epoch } = manifest.identity;
            out.put(&[key.0, *place, *epoch]) && u32(manifest.life, out) && u64(manifest.floor, out)
        }
        SectionRef::Record(record) => {
            out.put_u8(record.owner.0)
                && u32(record.topic, out)
                && u32(record.life, out)
                && u64(record.version, out)
                && bytes(record.key, out)
                && out.put_u8(record.value.is_some().into())
                && record.value.is_none_or(|value| bytes(value, out))
        }
        SectionRef::UserEvent(event) => {
            out.put_u8(event.origin.0)
                && u32(event.topic, out)
                && u32(event.life, out)
                && u64(event.seq, out)
                && u64(event.time, out)
                && out.put_u8(event.ttl.is_some().into())
                && event.ttl.is_none_or(|ttl| u32(ttl, out))
                && bytes(event.payload, out)
        }
        SectionRef::Topic(topic) => u32(topic.id, out) && bytes(topic.name.as_bytes(), out),
        SectionRef::Custom(custom) => u32(custom.topic, out) && bytes(custom.payload, out),
        _ => return Err(Malformed),
    })
}

/// Reads the body of a section of this kind, to its last byte.
pub(crate) fn take(kind: u8, body: &[u8]) -> Result<Section<'_, Toy>, Malformed> {
    let mut reader = Bytes(body);
    let section = match kind {
        2 => {
            let [key, place, epoch] = reader.array()?;
            let identity = Toy { key: Key(key, Fault::None), place, epoch };
            Section::Manifest(Manifest { identity, life: reader.u32()?, floor: reader.u64()? })
        }
        3 => {
            let owner = Key(reader.array::<1>()?[0], Fault::None);
            let (topic, life, version, key) = (reader.u32()?, reader.u32()?, reader.u64()?, reader.bytes()?);
            let value = if reader.flag()? { Some(reader.bytes()?) } else { None };
            Section::Record(Record { owner, topic, key, life, version, value })
        }
        4 => {
            let origin = Key(reader.array::<1>()?[0], Fault::None);
            let (topic, life, seq, time) = (reader.u32()?, reader.u32()?, reader.u64()?, reader.u64()?);
            let ttl = if reader.flag()? { Some(reader.u32()?) } else { None };
            let payload = reader.bytes()?;
            Section::UserEvent(UserEvent { origin, topic, life, seq, time, ttl, payload })
        }
        5 => {
            let (id, name) = (reader.u32()?, reader.bytes()?);
            Section::Topic(TopicName { id, name: core::str::from_utf8(name).map_err(|_| Malformed)? })
        }
        6 => Section::Custom(Custom { topic: reader.u32()?, payload: reader.bytes()? }),
        kind => return Ok(Section::Unknown { kind, body }),
    };
    if reader.0.is_empty() { Ok(section) } else { Err(Malformed) }
}

fn u32(value: u32, out: &mut Out<'_>) -> bool {
    out.put(&value.to_le_bytes())
}

fn u64(value: u64, out: &mut Out<'_>) -> bool {
    out.put(&value.to_le_bytes())
}

fn bytes(value: &[u8], out: &mut Out<'_>) -> bool {
    out.put(&(value.len() as u16).to_le_bytes()) && out.put(value)
}
