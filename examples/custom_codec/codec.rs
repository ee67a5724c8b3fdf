//! The codec. Its layout, little-endian:
//!
//! ```text
//! head      version 1 · cookie? 1 bit, kind 7 bits · cluster 4 · dst 4 · cookie? 8 · source 6 · incarnation 4
//! body      by the kind of message, see `message.rs`
//! update    0 00 state 2 bits, suspecters 3 bits · address 6 · incarnation 4 · suspecters, 6 each
//! others    1, kind 7 bits · length 2 · body
//! ```

use super::field::{Reader, put_address, put_life, put_optional};
use super::message::{put_message, take_message};
use super::published::{put_published, take_published};
use haulout::codec::{
    Codec, Header, HeaderRef, MAX_SUSPECTERS, Message, Section, SectionRef, Suspecters, Update, VERSION,
    Version,
};
use haulout::{Fixed, Out, State};
use std::fmt;
use std::net::SocketAddrV4;
use std::num::NonZeroU32;

/// The members that it is for.
pub(crate) type Id = Fixed<SocketAddrV4>;

/// The codec. It has no settings.
pub(super) struct Plain;

/// Why bytes are no datagram: the field that is cut short, or says what nobody writes.
#[derive(Debug)]
pub(super) struct Malformed(pub(super) &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a datagram: bad {}", self.0)
    }
}

impl std::error::Error for Malformed {}

/// In the second byte: a cookie is there. In the first of a section: a frame, not an update.
const COOKIE: u8 = 0x80;
const FRAMED: u8 = 0x80;

impl Codec<Id> for Plain {
    type Error = Malformed;
    type Sections<'a> = Sections<'a>;

    /// `Out` never writes past its end: what does not fit is `false`, and the engine takes it back.
    fn put_header(&self, header: HeaderRef<'_, Id>, out: &mut Out<'_>) -> Result<bool, Malformed> {
        let kind = header.message.number();
        let cookie = if header.cookie.is_some() { COOKIE } else { 0 };
        Ok(out.put(&[header.version.highest << 4 | header.version.spoken, cookie | kind])
            && put_optional(header.cluster, out)
            && put_optional(header.dst, out)
            && header.cookie.is_none_or(|cookie| out.put(&cookie.to_le_bytes()))
            && put_life(*header.source, header.incarnation, out)
            && put_message(header.message, out)?)
    }

    fn put_section(&self, section: SectionRef<'_, Id>, out: &mut Out<'_>) -> Result<bool, Malformed> {
        match section {
            SectionRef::Update(update) => {
                let lead = update.state.number() << 3 | update.by.len() as u8;
                Ok(out.put_u8(lead)
                    && put_life(*update.identity, update.incarnation, out)
                    && update.by.iter().all(|key| put_address(*key, out)))
            }
            SectionRef::Unknown { kind, body } => {
                let len = u16::try_from(body.len()).map_err(|_| Malformed("length"))?;
                Ok(out.put_u8(FRAMED | kind) && out.put(&len.to_le_bytes()) && out.put(body))
            }
            published => {
                let mut body = [0; 1_400];
                let mut body = Out::new(&mut body);
                let Some(kind) = put_published(published, &mut body)? else { return Ok(false) };
                self.put_section(SectionRef::Unknown { kind: kind.number(), body: body.written() }, out)
            }
        }
    }

    fn decode<'a>(&'a self, datagram: &'a [u8]) -> Result<(Header<Id>, Sections<'a>), Malformed> {
        let mut reader = Reader(datagram);
        let [versions, kind] = reader.array()?;
        let version = Version { spoken: versions & 0x0f, highest: versions >> 4 };
        if version.spoken == 0 || version.highest < version.spoken {
            return Err(Malformed("version"));
        }
        let (cluster, dst) = (NonZeroU32::new(reader.u32()?), NonZeroU32::new(reader.u32()?));
        let cookie = if kind & COOKIE != 0 { Some(reader.u64()?) } else { None };
        let (source, incarnation) = reader.life()?;
        let message = match take_message(kind & !COOKIE, &mut reader) {
            // Heads look the same in every version, bodies need not.
            Err(_) if version.spoken != VERSION => Message::Unknown(kind & !COOKIE),
            message => message?,
        };
        // What follows a message that we do not know is not ours to read.
        let legible = version.spoken == VERSION && !matches!(message, Message::Unknown(_));
        let sections = Sections(Reader(if legible { reader.0 } else { &[] }));
        Ok((Header { version, cluster, dst, cookie, source, incarnation, message }, sections))
    }
}

/// What follows the head, read as the engine asks for it.
pub(super) struct Sections<'a>(Reader<'a>);

impl<'a> Iterator for Sections<'a> {
    type Item = Result<Section<'a, Id>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        // After an error it is over.
        let more = !self.0.0.is_empty();
        more.then(|| take_section(&mut self.0).inspect_err(|_| self.0 = Reader(&[])))
    }
}

fn take_section<'a>(reader: &mut Reader<'a>) -> Result<Section<'a, Id>, Malformed> {
    let lead = reader.u8()?;
    if lead & FRAMED != 0 {
        let len = reader.u16()?;
        return take_published(lead & !FRAMED, reader.bytes(len.into())?);
    }
    let state = State::from_number(lead >> 3).ok_or(Malformed("state"))?;
    let count = usize::from(lead & 0b111);
    if count > if state == State::Suspect { MAX_SUSPECTERS } else { 0 } {
        return Err(Malformed("suspecters"));
    }
    let (identity, incarnation) = reader.life()?;
    let mut by = Suspecters::new();
    for _ in 0..count {
        by.insert(reader.address()?);
    }
    Ok(Section::Update(Update { identity, incarnation, state, by }))
}
