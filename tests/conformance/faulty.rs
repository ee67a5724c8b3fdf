//! The plain codec with one fault.

use crate::plain::{Malformed, Plain, Sections};
use crate::toy::Toy;
use haulout::Out;
use haulout::codec::{Codec, Header, HeaderRef, Message, MessageRef, Section, SectionRef};

/// What a codec does wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    RefusesTheCookie,
    LosesTheCookie,
    LosesTheSuspecters,
    LosesBack,
    ForgetsNext,
    SkipsUnknownSections,
    RefusesUnknownSections,
    CountsSectionsInAByte,
    SectionsAfterUnknownMessage,
    NoPadding,
    BeginsWithZero,
    ReadsSealed,
    ErrorWhenFull,
    ClaimsToFit,
    WantsOneByteMore,
    BytesDependOnRoom,
    TakesBackTheHeader,
    ReadsCutHeaders,
    RefusesTwoSections,
    ReadsCutSections,
    ReadsNothing,
    IgnoresATrailingZero,
    GoesOnAfterErrors,
    NeverEnds,
    DropsAFlag,
    Panics,
}

/// The plain codec, but for this fault.
#[derive(Debug)]
pub(crate) struct Faulty(pub(crate) Fault);

impl Codec<Toy> for Faulty {
    type Error = Malformed;
    type Sections<'a> = FaultySections<'a>;

    fn put_header(&self, mut header: HeaderRef<'_, Toy>, out: &mut Out<'_>) -> Result<bool, Malformed> {
        match self.0 {
            Fault::RefusesTheCookie if header.cookie.is_some() => return Err(Malformed),
            Fault::LosesTheCookie => header.cookie = None,
            _ => {}
        }
        match (self.0, &mut header.message) {
            (Fault::NoPadding, MessageRef::Announce { padding, flags, .. }) if *padding >= 200 => {
                // The number that was asked for, in a field of its own.
                (*flags, *padding) = (0x80 | *flags, *padding - 200);
            }
            (Fault::LosesBack, MessageRef::SyncPull(pull)) => pull.back = false,
            (Fault::ForgetsNext, MessageRef::SyncPage(page)) => page.next = None,
            (Fault::DropsAFlag, MessageRef::Announce { flags, .. }) => *flags &= 0x7f,
            _ => {}
        }
        if self.0 == Fault::BeginsWithZero && !out.put_u8(0) {
            return Ok(false);
        }
        let room = out.remaining();
        let put = Plain.put_header(header, out);
        self.finish(put, room, out)
    }

    fn put_section(&self, section: SectionRef<'_, Toy>, out: &mut Out<'_>) -> Result<bool, Malformed> {
        let (room, start) = (out.remaining(), out.len());
        let put = match section {
            SectionRef::Update(mut update) if self.0 == Fault::LosesTheSuspecters => {
                update.by = &[];
                Plain.put_section(SectionRef::Update(update), out)
            }
            section => Plain.put_section(section, out),
        };
        if self.0 == Fault::TakesBackTheHeader && put == Ok(false) {
            out.truncate(start - 1);
        }
        self.finish(put, room, out)
    }

    fn decode<'a>(&'a self, mut datagram: &'a [u8]) -> Result<(Header<Toy>, FaultySections<'a>), Malformed> {
        let sealed;
        match (self.0, datagram) {
            (Fault::BeginsWithZero, [0, rest @ ..]) => datagram = rest,
            (Fault::ReadsSealed, [0, rest @ ..]) if !rest.is_empty() => {
                sealed = [&[0x11], rest].concat();
                datagram = sealed.leak();
            }
            (Fault::ReadsCutHeaders, bytes) if Plain.decode(bytes).is_err() && bytes.len() > 10 => {
                datagram = [bytes, &[0]].concat().leak();
            }
            (Fault::ReadsNothing, []) => datagram = &[0x11, 3, 0, 1, 1, 1, 0, 0, 0, 0],
            (Fault::Panics, bytes) => assert!(!bytes.is_empty(), "the codec panics"),
            _ => {}
        }
        let (mut header, mut sections) = Plain.decode(datagram)?;
        if let (Fault::NoPadding, Message::Announce { flags, padding, .. }) = (self.0, &mut header.message)
            && *flags & 0x80 != 0
        {
            (*flags, *padding) = (*flags & 0x7f, *padding + 200);
        }
        if self.0 == Fault::SectionsAfterUnknownMessage
            && matches!(header.message, Message::Unknown(_))
            && datagram.len() > 30
        {
            sections = Plain.decode(&[0x11, 3, 0, 1, 1, 1, 0, 0, 0, 0, 100, 0, 0])?.1;
        }
        Ok((header, FaultySections { fault: self.0, sections, count: 0, failed: false }))
    }
}

impl Faulty {
    /// Twists what a `put_*` that had this much room says.
    fn finish(
        &self,
        put: Result<bool, Malformed>,
        room: usize,
        out: &mut Out<'_>,
    ) -> Result<bool, Malformed> {
        match (self.0, &put) {
            (Fault::ErrorWhenFull, Ok(false)) => Err(Malformed),
            (Fault::ClaimsToFit, Ok(false)) => Ok(true),
            (Fault::WantsOneByteMore, Ok(true)) if out.remaining() == 0 => Ok(false),
            (Fault::BytesDependOnRoom, Ok(true)) if room < 100 => {
                let len = out.len();
                out.truncate(len - 1);
                Ok(out.put_u8(0xdd))
            }
            _ => put,
        }
    }
}

/// The sections of the plain codec, but for this fault.
#[derive(Debug)]
pub(crate) struct FaultySections<'a> {
    fault: Fault,
    sections: Sections<'a>,
    count: usize,
    failed: bool,
}

impl<'a> Iterator for FaultySections<'a> {
    type Item = Result<Section<'a, Toy>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        self.count += 1;
        match self.fault {
            Fault::CountsSectionsInAByte if self.count > 255 => return None,
            Fault::IgnoresATrailingZero if self.sections.unread() == [0] => return None,
            Fault::RefusesTwoSections
                if self.count == 3 && !self.failed && self.sections.unread().is_empty() =>
            {
                return Some(Err(Malformed));
            }
            Fault::GoesOnAfterErrors if self.failed => return Some(Err(Malformed)),
            Fault::NeverEnds if self.count > 1 && self.sections.unread().is_empty() => {
                return Some(Ok(Section::Unknown { kind: 100, body: &[] }));
            }
            _ => {}
        }
        let section = self.sections.next()?;
        self.failed = section.is_err();
        match (self.fault, &section) {
            (Fault::SkipsUnknownSections, Ok(Section::Unknown { .. })) => self.next(),
            (Fault::RefusesUnknownSections, Ok(Section::Unknown { .. })) => Some(Err(Malformed)),
            (Fault::ReadsCutSections, Err(_)) => None,
            _ => Some(section),
        }
    }
}
