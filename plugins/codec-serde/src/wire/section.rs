//! Sections: an update behind its lead byte `0 ss iiiii`, anything else in a frame `1kkkkkkk`.

use super::reader::Reader;
use super::{MAX_VALUE, published, put_value};
use crate::error::CodecError;
use crate::format::{Format, SerdeIdentity};
use core::fmt;
use core::iter::FusedIterator;
use core::marker::PhantomData;
use haulout::codec::{MAX_SUSPECTERS, Section, SectionKind, SectionRef, Suspecters, Update, UpdateRef};
use haulout::{Out, State};

/// The bit of a lead byte that says: a frame, whose kind is in the other bits.
pub(super) const FRAMED: u8 = 0b1000_0000;
/// The incarnation in a lead byte that says: a varint follows.
const LONG: u8 = 31;

/// Appends a section; `Ok(false)` if it does not fit.
pub(crate) fn put<F: Format, I: SerdeIdentity>(
    section: SectionRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    match section {
        SectionRef::Update(update) => put_update::<F, I>(update, out),
        SectionRef::Manifest(manifest) => published::put_manifest::<F, I>(manifest, out),
        SectionRef::Record(record) => published::put_record::<F, I>(record, out),
        SectionRef::UserEvent(event) => published::put_user_event::<F, I>(event, out),
        SectionRef::Topic(topic) => Ok(published::put_topic(topic, out)),
        SectionRef::Custom(custom) => Ok(published::put_custom(custom, out)),
        SectionRef::Unknown { kind, body } if kind < FRAMED => {
            Ok(out.put_u8(FRAMED | kind) && out.put_varint(body.len() as u64) && out.put(body))
        }
        _ => Err(CodecError::Kind),
    }
}

/// `by` is written with a suspicion only; in other states it means nothing.
fn put_update<F: Format, I: SerdeIdentity>(
    update: UpdateRef<'_, I>,
    out: &mut Out<'_>,
) -> Result<bool, CodecError> {
    let short = u8::try_from(update.incarnation).ok().filter(|&incarnation| incarnation < LONG);
    let lead = update.state.number() << 5 | short.unwrap_or(LONG);
    let fits = out.put_u8(lead)
        && (short.is_some() || out.put_varint(update.incarnation.into()))
        && put_value::<F, I>(update.identity, out)?;
    if !fits || update.state != State::Suspect {
        return Ok(fits);
    }
    let count = update.by.len();
    if count > MAX_SUSPECTERS {
        return Err(CodecError::Suspecters { count });
    }
    if !out.put_u8(count as u8) {
        return Ok(false);
    }
    for key in update.by {
        if !put_value::<F, I::Addr>(key, out)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The sections of a datagram, read as they are asked for. After an error it is over.
pub struct Sections<'a, I, F> {
    reader: Reader<'a>,
    of: PhantomData<fn() -> (I, F)>,
}

impl<'a, I, F> Sections<'a, I, F> {
    pub(super) const fn new(reader: Reader<'a>) -> Self {
        Self { reader, of: PhantomData }
    }
}

impl<I, F> fmt::Debug for Sections<'_, I, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sections").field("unread", &self.reader.rest().len()).finish()
    }
}

impl<'a, I: SerdeIdentity, F: Format> Iterator for Sections<'a, I, F> {
    type Item = Result<Section<'a, I>, CodecError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (&lead, rest) = self.reader.rest().split_first()?;
        // Most sections: alive, at an incarnation that fits the lead byte. Written where it stays.
        if lead < LONG
            && let Ok((identity, len)) = F::take(&rest[..rest.len().min(MAX_VALUE)])
            && let Some(rest) = rest.get(len..)
        {
            self.reader = Reader::new(rest);
            let (incarnation, state) = (lead.into(), State::Alive);
            return Some(Ok(Section::Update(Update { identity, incarnation, state, by: Suspecters::new() })));
        }
        Some(take_other::<F, I>(&mut self.reader))
    }
}

impl<I: SerdeIdentity, F: Format> FusedIterator for Sections<'_, I, F> {}

/// Any section; after an error nothing is left to read.
#[inline(never)]
fn take_other<'a, F: Format, I: SerdeIdentity>(
    reader: &mut Reader<'a>,
) -> Result<Section<'a, I>, CodecError> {
    take::<F, I>(reader).inspect_err(|_| *reader = Reader::new(&[]))
}

fn take<'a, F: Format, I: SerdeIdentity>(reader: &mut Reader<'a>) -> Result<Section<'a, I>, CodecError> {
    let lead = reader.u8()?;
    if lead & FRAMED != 0 {
        let len = reader.narrow()?;
        return take_framed::<F, I>(lead & !FRAMED, reader.bytes(len)?);
    }
    let state = State::from_number(lead >> 5).expect("two bits, and each of their values is a state");
    let incarnation = match lead & LONG {
        LONG => reader.narrow()?,
        short => short.into(),
    };
    take_update::<F, I>(state, incarnation, reader).map(Section::Update)
}

/// A state, a kind or a later field that is not known here is no error: newer members may write it.
fn take_framed<F: Format, I: SerdeIdentity>(kind: u8, body: &[u8]) -> Result<Section<'_, I>, CodecError> {
    if kind != SectionKind::Update.number() {
        let published = published::take::<F, I>(kind, body)?;
        return Ok(published.unwrap_or(Section::Unknown { kind, body }));
    }
    let mut reader = Reader::new(body);
    let Some(state) = State::from_number(reader.u8()?) else {
        return Ok(Section::Unknown { kind, body });
    };
    let incarnation = reader.narrow()?;
    take_update::<F, I>(state, incarnation, &mut reader).map(Section::Update)
}

#[inline]
fn take_update<F: Format, I: SerdeIdentity>(
    state: State,
    incarnation: u32,
    reader: &mut Reader<'_>,
) -> Result<Update<I>, CodecError> {
    let identity = reader.value::<F, I>()?;
    let mut by = Suspecters::new();
    if state == State::Suspect {
        let count = usize::from(reader.u8()?);
        if count > MAX_SUSPECTERS {
            return Err(CodecError::Suspecters { count });
        }
        for _ in 0..count {
            // A key that comes twice counts once.
            by.insert(reader.value::<F, I::Addr>()?);
        }
    }
    Ok(Update { identity, incarnation, state, by })
}
