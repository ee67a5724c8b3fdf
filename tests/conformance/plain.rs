//! A small codec written by hand: fixed widths, and a frame around each section.

use crate::published;
use crate::toy::{Fault, Key, Toy};
use core::fmt;
use core::num::NonZeroU32;
use haulout::codec::{
    Codec, Header, HeaderRef, Leaves, MAX_HAVE, MAX_SUSPECTERS, Message, MessageKind, MessageRef, Page,
    Plane, Position, Pull, Refusal, Section, SectionRef, Suspecters, Update, Version,
};
use haulout::{Out, State};

/// Keeps every law.
#[derive(Debug)]
pub(crate) struct Plain;

/// The bytes are no datagram.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed")
    }
}

impl core::error::Error for Malformed {}

impl Codec<Toy> for Plain {
    type Error = Malformed;
    type Sections<'a> = Sections<'a>;

    fn put_header(&self, header: HeaderRef<'_, Toy>, out: &mut Out<'_>) -> Result<bool, Malformed> {
        let kind = header.message.number();
        let flags = u8::from(header.cluster.is_some())
            | u8::from(header.dst.is_some()) << 1
            | u8::from(header.cookie.is_some()) << 2;
        Ok(out.put(&[header.version.highest << 4 | header.version.spoken, kind, flags])
            && header.cluster.is_none_or(|cluster| out.put(&cluster.get().to_le_bytes()))
            && header.dst.is_none_or(|dst| out.put(&dst.get().to_le_bytes()))
            && header.cookie.is_none_or(|cookie| out.put(&cookie.to_le_bytes()))
            && put_life(header.source, header.incarnation, out)
            && put_body(header.message, out)?)
    }

    fn put_section(&self, section: SectionRef<'_, Toy>, out: &mut Out<'_>) -> Result<bool, Malformed> {
        Ok(match section {
            SectionRef::Update(update) => {
                let by = if update.state == State::Suspect { update.by } else { &[] };
                let len = 9 + by.len() as u16;
                out.put_u8(1)
                    && out.put(&len.to_le_bytes())
                    && put_life(update.identity, update.incarnation, out)
                    && out.put(&[update.state.number(), by.len() as u8])
                    && by.iter().all(|key| out.put_u8(key.0))
            }
            SectionRef::Unknown { kind, body } => {
                out.put_u8(kind) && out.put(&(body.len() as u16).to_le_bytes()) && out.put(body)
            }
            published => {
                let kind = match published {
                    SectionRef::Manifest(_) => 2,
                    SectionRef::Record(_) => 3,
                    SectionRef::UserEvent(_) => 4,
                    SectionRef::Topic(_) => 5,
                    SectionRef::Custom(_) => 6,
                    _ => return Err(Malformed),
                };
                let mut body = [0; 1_400];
                let mut body = Out::new(&mut body);
                let fits = published::put(published, &mut body)?;
                fits && out.put_u8(kind)
                    && out.put(&(body.len() as u16).to_le_bytes())
                    && out.put(body.written())
            }
        })
    }

    fn decode<'a>(&'a self, datagram: &'a [u8]) -> Result<(Header<Toy>, Sections<'a>), Malformed> {
        let mut bytes = Bytes(datagram);
        let [version, kind, flags] = bytes.array()?;
        let version = Version { spoken: version & 15, highest: version >> 4 };
        if version.spoken == 0 || version.highest < version.spoken || flags > 7 {
            return Err(Malformed);
        }
        let cluster = if flags & 1 != 0 { Some(bytes.nonzero()?) } else { None };
        let dst = if flags & 2 != 0 { Some(bytes.nonzero()?) } else { None };
        let cookie = if flags & 4 != 0 { Some(bytes.u64()?) } else { None };
        let (source, incarnation) = bytes.life()?;
        let message = bytes.body(kind)?;
        let rest = if matches!(message, Message::Unknown(_)) { &[] } else { bytes.0 };
        Ok((Header { version, cluster, dst, cookie, source, incarnation, message }, Sections(Bytes(rest))))
    }
}

fn put_life(toy: &Toy, incarnation: u32, out: &mut Out<'_>) -> bool {
    out.put(&[toy.key.0, toy.place, toy.epoch]) && out.put(&incarnation.to_le_bytes())
}

fn put_body(message: MessageRef<'_, Toy>, out: &mut Out<'_>) -> Result<bool, Malformed> {
    let start = |number: u16, out: &mut Out<'_>| out.put(&number.to_le_bytes());
    Ok(match message {
        MessageRef::Ping { number } | MessageRef::Ack { number } | MessageRef::Nack { number } => {
            start(number, out)
        }
        MessageRef::Gossip | MessageRef::YouAreDown | MessageRef::Unknown(_) => true,
        MessageRef::PingReq { number, target, route } => {
            start(number, out)
                && out.put(&[target.0, route.is_some().into()])
                && route.is_none_or(|route| out.put_u8(*route))
        }
        MessageRef::ForwardedAck { number, identity, incarnation } => {
            start(number, out) && put_life(identity, incarnation, out)
        }
        MessageRef::Announce { number, flags, padding } => {
            start(number, out)
                && out.put_u8(flags)
                && out.put(&padding.to_le_bytes())
                && out.put_zeros(padding.into())
        }
        MessageRef::Challenge { number, cookie: value } | MessageRef::Feed { number, clock: value } => {
            start(number, out) && out.put(&value.to_le_bytes())
        }
        MessageRef::Refused { number, reason, cluster, min, max } => {
            start(number, out)
                && out.put(&[reason.number(), min, max])
                && out.put(&cluster.map_or(0, NonZeroU32::get).to_le_bytes())
        }
        MessageRef::Sync { number, version, members, records, clock } => {
            start(number, out)
                && out.put_u8(version)
                && out.put(&members.to_le_bytes())
                && out.put(&clock.to_le_bytes())
                && out.put_u8(records.is_some().into())
                && records.is_none_or(|records| out.put(&records.to_le_bytes()))
        }
        MessageRef::SyncLeaves { number, leaves: None } => start(number, out) && out.put_u8(NO_PLANE),
        MessageRef::SyncLeaves { number, leaves: Some(leaves) } => {
            start(number, out)
                && out.put_u8(leaves.plane.number())
                && out.put(&leaves.salt.to_le_bytes())
                && put_values(leaves.leaves, out)
        }
        MessageRef::SyncPull(pull) => {
            start(pull.number, out)
                && out.put(&[pull.plane.number(), pull.back.into(), pull.have.len() as u8])
                && put_position(pull.plane, pull.from, out)
                && put_position(pull.plane, pull.until, out)
                && out.put(&pull.salt.to_le_bytes())
                && put_values(pull.have, out)
        }
        MessageRef::SyncPage(page) => {
            start(page.number, out)
                && out.put(&[page.plane.number(), page.next.is_some().into()])
                && put_position(page.plane, page.from, out)
                && page.next.is_none_or(|next| put_position(page.plane, next, out))
        }
        _ => return Err(Malformed),
    })
}

/// In the place of a plane: no plane differs.
const NO_PLANE: u8 = 0xff;

/// In the members plane the item is 0, and not written.
fn put_position(plane: Plane, position: Position, out: &mut Out<'_>) -> bool {
    out.put(&position.key.to_le_bytes()) && (plane == Plane::Members || out.put(&position.item.to_le_bytes()))
}

fn put_values(values: &[u32], out: &mut Out<'_>) -> bool {
    values.iter().all(|value| out.put(&value.to_le_bytes()))
}

/// The sections that are left.
#[derive(Debug)]
pub(crate) struct Sections<'a>(Bytes<'a>);

impl<'a> Sections<'a> {
    /// What is not read yet.
    pub(crate) fn unread(&self) -> &'a [u8] {
        self.0.0
    }

    fn section(&mut self) -> Result<Section<'a, Toy>, Malformed> {
        let [kind] = self.0.array()?;
        let len = u16::from_le_bytes(self.0.array()?);
        let body = self.0.take(len.into())?;
        if kind != 1 {
            return published::take(kind, body);
        }
        let mut body = Bytes(body);
        let (identity, incarnation) = body.life()?;
        let [state, count] = body.array()?;
        let state = State::from_number(state).ok_or(Malformed)?;
        if usize::from(count) > if state == State::Suspect { MAX_SUSPECTERS } else { 0 } {
            return Err(Malformed);
        }
        let mut by = Suspecters::new();
        for &key in body.take(count.into())? {
            by.insert(Key(key, Fault::None));
        }
        if body.0.is_empty() {
            Ok(Section::Update(Update { identity, incarnation, state, by }))
        } else {
            Err(Malformed)
        }
    }
}

impl<'a> Iterator for Sections<'a> {
    type Item = Result<Section<'a, Toy>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.0.is_empty() {
            return None;
        }
        let section = self.section();
        if section.is_err() {
            self.0 = Bytes(&[]);
        }
        Some(section)
    }
}

/// Reads from the start of a slice.
#[derive(Debug)]
pub(crate) struct Bytes<'a>(pub(crate) &'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, len: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn nonzero(&mut self) -> Result<NonZeroU32, Malformed> {
        NonZeroU32::new(u32::from_le_bytes(self.array()?)).ok_or(Malformed)
    }

    fn life(&mut self) -> Result<(Toy, u32), Malformed> {
        let [key, place, epoch] = self.array()?;
        let incarnation = u32::from_le_bytes(self.array()?);
        Ok((Toy { key: Key(key, Fault::None), place, epoch }, incarnation))
    }

    fn body(&mut self, kind: u8) -> Result<Message<Toy>, Malformed> {
        let Some(kind) = MessageKind::from_number(kind) else { return Ok(Message::Unknown(kind)) };
        if matches!(kind, MessageKind::Gossip | MessageKind::YouAreDown) {
            return Ok(if kind == MessageKind::Gossip { Message::Gossip } else { Message::YouAreDown });
        }
        let number = u16::from_le_bytes(self.array()?);
        Ok(match kind {
            MessageKind::Ping => Message::Ping { number },
            MessageKind::Ack => Message::Ack { number },
            MessageKind::Nack => Message::Nack { number },
            MessageKind::PingReq => {
                let [target, flag] = self.array()?;
                let route = if is_set(flag)? { Some(self.array::<1>()?[0]) } else { None };
                Message::PingReq { number, target: Key(target, Fault::None), route }
            }
            MessageKind::ForwardedAck => {
                let (identity, incarnation) = self.life()?;
                Message::ForwardedAck { number, identity, incarnation }
            }
            MessageKind::Announce => {
                let [flags] = self.array()?;
                let padding = u16::from_le_bytes(self.array()?);
                self.take(padding.into())?;
                Message::Announce { number, flags, padding }
            }
            MessageKind::Challenge => Message::Challenge { number, cookie: self.u64()? },
            MessageKind::Feed => Message::Feed { number, clock: self.u64()? },
            MessageKind::Refused => {
                let [reason, min, max] = self.array()?;
                let cluster = NonZeroU32::new(u32::from_le_bytes(self.array()?));
                Message::Refused { number, reason: Refusal::from_number(reason), cluster, min, max }
            }
            kind => self.sync(kind, number)?,
        })
    }

    /// The messages of anti-entropy.
    fn sync(&mut self, kind: MessageKind, number: u16) -> Result<Message<Toy>, Malformed> {
        Ok(match kind {
            MessageKind::Sync => {
                let ([version], members, clock) = (self.array()?, self.u64()?, self.u64()?);
                let [flag] = self.array()?;
                let records = if is_set(flag)? { Some(self.u64()?) } else { None };
                Message::Sync { number, version, members, records, clock }
            }
            MessageKind::SyncLeaves => {
                let [plane] = self.array()?;
                if plane == NO_PLANE {
                    return Ok(Message::SyncLeaves { number, leaves: None });
                }
                let (plane, salt, leaves) = (take_plane(plane)?, self.u64()?, self.values(256)?);
                Message::SyncLeaves { number, leaves: Some(Leaves { plane, salt, leaves }) }
            }
            MessageKind::SyncPull => {
                let [plane, back, count] = self.array()?;
                let (plane, back, count) = (take_plane(plane)?, is_set(back)?, usize::from(count));
                if count > MAX_HAVE {
                    return Err(Malformed);
                }
                let (from, until) = (self.position(plane)?, self.position(plane)?);
                let (salt, have) = (self.u64()?, self.values(count)?);
                Message::SyncPull(Pull { number, plane, back, from, until, salt, have })
            }
            MessageKind::SyncPage => {
                let [plane, more] = self.array()?;
                let plane = take_plane(plane)?;
                let from = self.position(plane)?;
                let next = if is_set(more)? { Some(self.position(plane)?) } else { None };
                Message::SyncPage(Page { number, plane, from, next })
            }
            _ => return Err(Malformed),
        })
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn flag(&mut self) -> Result<bool, Malformed> {
        is_set(self.array::<1>()?[0])
    }

    /// A length of two bytes, then as many.
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Malformed> {
        let len = u16::from_le_bytes(self.array()?);
        self.take(len.into())
    }

    fn position(&mut self, plane: Plane) -> Result<Position, Malformed> {
        let key = self.u64()?;
        let item = if plane == Plane::Members { 0 } else { self.u64()? };
        Ok(Position { key, item })
    }

    fn values(&mut self, count: usize) -> Result<Vec<u32>, Malformed> {
        let (values, _) = self.take(count * 4)?.as_chunks();
        Ok(values.iter().copied().map(u32::from_le_bytes).collect())
    }
}

fn take_plane(plane: u8) -> Result<Plane, Malformed> {
    Plane::from_number(plane).ok_or(Malformed)
}

fn is_set(flag: u8) -> Result<bool, Malformed> {
    match flag {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Malformed),
    }
}
