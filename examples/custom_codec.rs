//! A codec written by hand: every field at a fixed width, for members that are IPv4 addresses.
//!
//! A codec owns the whole datagram. This one is held against the laws of `Codec` by the conformance kit
//! (round trips, every cut, every flipped bit); then two engines talk in it, in virtual time.
//!
//! ```text
//! cargo run --example custom_codec
//! ```
//!
//! The layout, little-endian:
//!
//! ```text
//! head      version 1 · cookie? 1 bit, kind 7 bits · cluster 4 · dst 4 · cookie? 8 · source 6 · incarnation 4
//! update    0 00 state 2 bits, suspecters 3 bits · address 6 · incarnation 4 · suspecters, 6 each
//! others    1, kind 7 bits · length 2 · body
//! ```

use haulout::codec::{
    Codec, Header, HeaderRef, MAX_SUSPECTERS, Message, MessageKind, MessageRef, Refusal, Section, SectionRef,
    Suspecters, Update, VERSION, Version,
};
use haulout::{Config, ConfigError, Engine, Event, Fixed, Identity, Instant, Out, State, conformance};
use std::collections::VecDeque;
use std::fmt;
use std::iter;
use std::net::{Ipv4Addr, SocketAddrV4};
use std::num::NonZeroU32;

pub(crate) type Id = Fixed<SocketAddrV4>;

pub(crate) fn main() -> Result<(), ConfigError> {
    // `Fixed` cannot renew: equal samples are all that one key can have.
    conformance::codec(&Plain, &[1, 1, 2, 3, 4, 5].map(member));
    println!("the codec keeps its laws; two members talk in it:\n");
    talk().map(|told| println!("\nthey were told {told:?}"))
}

/// The codec. It has no settings.
struct Plain;

/// Why bytes are no datagram: the field that is cut short, or says what nobody writes.
#[derive(Debug)]
struct Malformed(&'static str);

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
        let unknown = if let MessageRef::Unknown(kind) = header.message { kind } else { 0 };
        let kind = header.message.kind().map_or(unknown, MessageKind::number);
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
            _ => Err(Malformed("section")),
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

fn put_message(message: MessageRef<'_, Id>, out: &mut Out<'_>) -> Result<bool, Malformed> {
    Ok(match message {
        MessageRef::Ping { number } | MessageRef::Ack { number } | MessageRef::Nack { number } => {
            out.put(&number.to_le_bytes())
        }
        MessageRef::Gossip | MessageRef::YouAreDown | MessageRef::Unknown(_) => true,
        MessageRef::PingReq { number, target, route } => {
            out.put(&number.to_le_bytes())
                && put_address(*target, out)
                && out.put_u8(route.is_some().into())
                && route.is_none_or(|route| put_address(*route, out))
        }
        MessageRef::ForwardedAck { number, identity, incarnation } => {
            out.put(&number.to_le_bytes()) && put_life(*identity, incarnation, out)
        }
        MessageRef::Announce { number, flags, padding } => {
            out.put(&number.to_le_bytes())
                && out.put_u8(flags)
                && out.put(&padding.to_le_bytes())
                && out.put_zeros(padding.into())
        }
        MessageRef::Challenge { number, cookie: value } | MessageRef::Feed { number, clock: value } => {
            out.put(&number.to_le_bytes()) && out.put(&value.to_le_bytes())
        }
        MessageRef::Refused { number, reason, cluster, min, max } => {
            out.put(&number.to_le_bytes())
                && out.put_u8(reason.number())
                && put_optional(cluster, out)
                && out.put(&[min, max])
        }
        _ => return Err(Malformed("message")),
    })
}

fn take_message(kind: u8, reader: &mut Reader<'_>) -> Result<Message<Id>, Malformed> {
    Ok(match MessageKind::from_number(kind) {
        Some(MessageKind::Ping) => Message::Ping { number: reader.u16()? },
        Some(MessageKind::Ack) => Message::Ack { number: reader.u16()? },
        Some(MessageKind::Nack) => Message::Nack { number: reader.u16()? },
        Some(MessageKind::Gossip) => Message::Gossip,
        Some(MessageKind::YouAreDown) => Message::YouAreDown,
        Some(MessageKind::PingReq) => Message::PingReq {
            number: reader.u16()?,
            target: reader.address()?,
            route: if reader.array()? == [0] { None } else { Some(reader.address()?) },
        },
        Some(MessageKind::ForwardedAck) => {
            let (number, (identity, incarnation)) = (reader.u16()?, reader.life()?);
            Message::ForwardedAck { number, identity, incarnation }
        }
        Some(MessageKind::Announce) => {
            let (number, [flags], padding) = (reader.u16()?, reader.array()?, reader.u16()?);
            reader.bytes(padding.into())?;
            Message::Announce { number, flags, padding }
        }
        Some(MessageKind::Challenge) => Message::Challenge { number: reader.u16()?, cookie: reader.u64()? },
        Some(MessageKind::Feed) => Message::Feed { number: reader.u16()?, clock: reader.u64()? },
        Some(MessageKind::Refused) => {
            let (number, [reason]) = (reader.u16()?, reader.array()?);
            let (cluster, [min, max]) = (NonZeroU32::new(reader.u32()?), reader.array()?);
            Message::Refused { number, reason: Refusal::from_number(reason), cluster, min, max }
        }
        _ => Message::Unknown(kind),
    })
}

/// What follows the head, read as the engine asks for it.
struct Sections<'a>(Reader<'a>);

impl<'a> Iterator for Sections<'a> {
    type Item = Result<Section<'a, Id>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        // After an error it is over.
        let more = !self.0.0.is_empty();
        more.then(|| take_section(&mut self.0).inspect_err(|_| self.0 = Reader(&[])))
    }
}

fn take_section<'a>(reader: &mut Reader<'a>) -> Result<Section<'a, Id>, Malformed> {
    let [lead] = reader.array()?;
    if lead & FRAMED != 0 {
        let len = reader.u16()?;
        return Ok(Section::Unknown { kind: lead & !FRAMED, body: reader.bytes(len.into())? });
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

/// Four bytes, zero for none.
fn put_optional(value: Option<NonZeroU32>, out: &mut Out<'_>) -> bool {
    out.put(&value.map_or(0, NonZeroU32::get).to_le_bytes())
}

fn put_life(identity: Id, incarnation: u32, out: &mut Out<'_>) -> bool {
    put_address(*identity.address(), out) && out.put(&incarnation.to_le_bytes())
}

fn put_address(address: SocketAddrV4, out: &mut Out<'_>) -> bool {
    out.put(&address.ip().octets()) && out.put(&address.port().to_le_bytes())
}

/// Reads from the start of a slice, and never past its end.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (bytes, rest) = self.0.split_at_checked(len).ok_or(Malformed("length"))?;
        self.0 = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (bytes, rest) = self.0.split_first_chunk().ok_or(Malformed("length"))?;
        self.0 = rest;
        Ok(*bytes)
    }

    fn u16(&mut self) -> Result<u16, Malformed> {
        self.array().map(u16::from_le_bytes)
    }
    fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }
    fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    fn life(&mut self) -> Result<(Id, u32), Malformed> {
        Ok((Fixed::new(self.address()?), self.u32()?))
    }

    fn address(&mut self) -> Result<SocketAddrV4, Malformed> {
        let ip = self.array::<4>()?;
        Ok(SocketAddrV4::new(Ipv4Addr::from(ip), self.u16()?))
    }
}

fn member(host: u8) -> Id {
    Fixed::new(SocketAddrV4::new(Ipv4Addr::new(10, 0, 0, host), 7946))
}

/// A second of two engines on a network that takes no time; what they were told.
pub(crate) fn talk() -> Result<Vec<Event<Id>>, ConfigError> {
    let new = |host: u8| Engine::new(member(host), Plain, (), Config::lan(), host.into());
    let mut engines = [new(1)?, new(2)?];
    let (mut now, mut wire, mut events) = (Instant::ZERO, VecDeque::new(), Vec::new());
    engines[0].start(now);
    engines[1].join(now, *member(1).address());
    while now < Instant::from_millis(1_000) {
        // Drain both; then one datagram, or, when none is under way, the next deadline.
        let mut buf = [0; 1_400];
        for engine in &mut engines {
            while let Some(transmit) = engine.poll_transmit(now, &mut buf) {
                wire.push_back((transmit.to, buf[..transmit.len].to_vec()));
            }
            events.extend(iter::from_fn(|| engine.poll_event()));
        }
        if let Some((to, datagram)) = wire.pop_front() {
            show(now, to, &datagram);
            let receiver = engines.iter_mut().find(|engine| engine.identity().route() == to);
            let receiver = receiver.expect("there are but these two");
            receiver.handle_datagram(now, &datagram).expect("what one writes, the other reads");
        } else {
            now = engines.iter().filter_map(Engine::poll_timeout).min().expect("members probe");
            for engine in &mut engines {
                engine.handle_timeout(now);
            }
        }
    }
    Ok(events)
}

/// Prints a datagram, read by the codec itself.
fn show(now: Instant, to: SocketAddrV4, datagram: &[u8]) {
    let Ok((header, sections)) = Plain.decode(datagram) else { return };
    let kind = header.message.kind().map_or_else(String::new, |kind| format!("{kind:?}"));
    let (ms, from, len) = (now.since(Instant::ZERO).as_millis(), header.source, datagram.len());
    println!("{ms:>4} ms  {from} -> {to}  {kind:<9} {len:>3} bytes, updates: {}", sections.count());
}
