//! The schema read by its generated types and plain conversions: what the codec has to agree with.

use core::net::SocketAddr;
use core::num::NonZeroU32;
use haulout::codec::{
    Custom, Header, Leaves, MAX_HAVE, MAX_SUSPECTERS, Manifest, Message, Page, Plane, Position, Pull, Record,
    Refusal, Section, Suspecters, TopicName, Update, UserEvent, VERSION, Version,
};
use haulout::{Renewing, State};
use haulout_codec_protobuf::{ProtoIdentity, v1};
use v1::header::Message as Said;

type Node = Renewing<SocketAddr>;

/// What a packet says, its sections in the order of their kinds; `None` if it is refused.
pub(crate) fn of_packet(packet: &v1::Packet) -> Option<(Header<Node>, Vec<Section<'_, Node>>)> {
    let header = header(packet.header.as_ref()?)?;
    if header.version.spoken != VERSION || matches!(header.message, Message::Unknown(_)) {
        return Some((header, Vec::new()));
    }
    let mut sections = Vec::new();
    for it in &packet.updates {
        sections.extend(update(it)?);
    }
    for it in &packet.manifests {
        let identity = identity(it.identity.as_ref())?;
        sections.push(Section::Manifest(Manifest { identity, life: it.life, floor: it.floor }));
    }
    for v1::Record { owner, topic, key: at, life, version, value } in &packet.records {
        let (owner, value) = (key(owner.as_ref())?, value.as_deref());
        let (topic, life, version) = (*topic, *life, *version);
        sections.push(Section::Record(Record { owner, topic, key: at, life, version, value }));
    }
    for v1::UserEvent { origin, topic, life, seq, time, ttl, payload } in &packet.user_events {
        let (origin, topic, life, seq) = (key(origin.as_ref())?, *topic, *life, *seq);
        sections.push(Section::UserEvent(UserEvent {
            origin,
            topic,
            life,
            seq,
            time: *time,
            ttl: *ttl,
            payload,
        }));
    }
    sections.extend(packet.topics.iter().map(|it| Section::Topic(TopicName { id: it.id, name: &it.name })));
    let customs = packet.customs.iter();
    sections.extend(customs.map(|it| Section::Custom(Custom { topic: it.topic, payload: &it.payload })));
    Some((header, sections))
}

/// A packet of the same content; sections of one kind keep their order.
pub(crate) fn to_packet(header: &Header<Node>, sections: &[Section<'_, Node>]) -> v1::Packet {
    let mut packet = v1::Packet { header: Some(head(header)), ..v1::Packet::default() };
    for section in sections {
        match section {
            Section::Update(it) => packet.updates.push(v1::Update {
                identity: Some(it.identity.to_message()),
                stamp: u64::from(it.incarnation) * 8 + u64::from(it.state.number()),
                by: it.by.as_slice().iter().map(Node::key_to_message).collect(),
            }),
            Section::Manifest(it) => {
                let identity = Some(it.identity.to_message());
                packet.manifests.push(v1::Manifest { identity, life: it.life, floor: it.floor });
            }
            Section::Record(it) => packet.records.push(v1::Record {
                owner: Some(Node::key_to_message(&it.owner)),
                topic: it.topic,
                key: it.key.into(),
                life: it.life,
                version: it.version,
                value: it.value.map(Into::into),
            }),
            Section::UserEvent(it) => packet.user_events.push(v1::UserEvent {
                origin: Some(Node::key_to_message(&it.origin)),
                topic: it.topic,
                life: it.life,
                seq: it.seq,
                time: it.time,
                ttl: it.ttl,
                payload: it.payload.into(),
            }),
            Section::Topic(it) => packet.topics.push(v1::Topic { id: it.id, name: it.name.into() }),
            Section::Custom(it) => {
                packet.customs.push(v1::Custom { topic: it.topic, payload: it.payload.into() });
            }
            other => panic!("the schema has no {other:?}"),
        }
    }
    packet
}

fn identity(node: Option<&v1::Node>) -> Option<Node> {
    Node::from_message(node?).ok()
}

fn key(node: Option<&v1::Node>) -> Option<SocketAddr> {
    Node::key_from_message(node?).ok()
}

fn header(it: &v1::Header) -> Option<Header<Node>> {
    let highest = if it.highest == 0 { it.version } else { it.highest };
    let (spoken, highest) = (u8::try_from(it.version).ok()?, u8::try_from(highest).ok()?);
    if spoken == 0 || highest < spoken || highest > 15 {
        return None;
    }
    let message = match it.message.as_ref().map(message) {
        None => Message::Unknown(0),
        Some(None) if spoken == VERSION => return None,
        Some(said) => said.unwrap_or(Message::Unknown(0)),
    };
    Some(Header {
        version: Version { spoken, highest },
        cluster: NonZeroU32::new(it.cluster),
        dst: NonZeroU32::new(it.dst),
        cookie: it.cookie,
        source: identity(it.source.as_ref())?,
        incarnation: it.incarnation,
        message,
    })
}

fn message(said: &Said) -> Option<Message<Node>> {
    let number = |number: u32| u16::try_from(number).ok();
    Some(match said {
        Said::Ping(it) => Message::Ping { number: number(it.number)? },
        Said::Ack(it) => Message::Ack { number: number(it.number)? },
        Said::Gossip(_) => Message::Gossip,
        Said::PingReq(it) => Message::PingReq {
            number: number(it.number)?,
            target: key(it.target.as_ref())?,
            route: match &it.route {
                Some(route) => Some(Node::route_from_message(route).ok()?),
                None => None,
            },
        },
        Said::ForwardedAck(it) => Message::ForwardedAck {
            number: number(it.number)?,
            identity: identity(it.identity.as_ref())?,
            incarnation: it.incarnation,
        },
        Said::Nack(it) => Message::Nack { number: number(it.number)? },
        Said::Announce(it) => Message::Announce {
            number: number(it.number)?,
            flags: it.flags.try_into().ok()?,
            padding: it.padding.len().try_into().ok()?,
        },
        Said::Challenge(it) => Message::Challenge { number: number(it.number)?, cookie: it.cookie },
        Said::Feed(it) => Message::Feed { number: number(it.number)?, clock: it.clock },
        Said::Refused(it) => Message::Refused {
            number: number(it.number)?,
            reason: u8::try_from(it.reason).map_or(Refusal::Other, Refusal::from_number),
            cluster: NonZeroU32::new(it.cluster),
            min: it.min.try_into().ok()?,
            max: it.max.try_into().ok()?,
        },
        Said::YouAreDown(_) => Message::YouAreDown,
        Said::Sync(it) => Message::Sync {
            number: number(it.number)?,
            version: it.version.try_into().ok()?,
            members: it.members,
            records: it.records,
            clock: it.clock,
        },
        Said::SyncLeaves(it) => {
            let (number, plane) = (number(it.number)?, plane(it.plane)?);
            let leaves = match it.leaves.len() {
                0 => None,
                256 => Some(Leaves { plane, salt: it.salt, leaves: it.leaves.clone() }),
                _ => return None,
            };
            Message::SyncLeaves { number, leaves }
        }
        Said::SyncPull(it) => {
            let (number, plane) = (number(it.number)?, plane(it.plane)?);
            let (from, until) = (position(plane, it.first), position(plane, it.until));
            let have = Some(&it.have).filter(|have| have.len() <= MAX_HAVE)?.clone();
            Message::SyncPull(Pull { number, plane, back: it.back, from, until, salt: it.salt, have })
        }
        Said::SyncPage(it) => {
            let (number, plane) = (number(it.number)?, plane(it.plane)?);
            let next = it.next.map(|next| position(plane, Some(next)));
            Message::SyncPage(Page { number, plane, from: position(plane, it.first), next })
        }
    })
}

fn plane(number: i32) -> Option<Plane> {
    Plane::from_number(u8::try_from(number).ok()?)
}

fn position(plane: Plane, it: Option<v1::Position>) -> Position {
    let it = it.unwrap_or_default();
    Position { key: it.key, item: if plane == Plane::Members { 0 } else { it.item } }
}

/// None or one: an update of a state that is not known is an unknown section.
fn update(it: &v1::Update) -> Option<Vec<Section<'_, Node>>> {
    let incarnation = u32::try_from(it.stamp >> 3).ok()?;
    let (identity, state) = (identity(it.identity.as_ref())?, State::from_number(it.stamp as u8 & 7));
    if it.by.len() > MAX_SUSPECTERS {
        return None;
    }
    let mut by = Suspecters::new();
    for suspecter in &it.by {
        by.insert(key(Some(suspecter))?);
    }
    let update = state.map(|state| match state {
        State::Suspect => Update { identity, incarnation, state, by },
        _ => Update::new(identity, incarnation, state),
    });
    Some(update.map(Section::Update).into_iter().collect())
}

fn head(header: &Header<Node>) -> v1::Header {
    let Version { spoken, highest } = header.version;
    v1::Header {
        version: spoken.into(),
        highest: if highest == spoken { 0 } else { highest.into() },
        cluster: header.cluster.map_or(0, NonZeroU32::get),
        dst: header.dst.map_or(0, NonZeroU32::get),
        cookie: header.cookie,
        source: Some(header.source.to_message()),
        incarnation: header.incarnation,
        message: said(&header.message),
    }
}

fn said(message: &Message<Node>) -> Option<Said> {
    let located = |at: Position| v1::Position { key: at.key, item: at.item };
    let start = |at: Position| Some(located(at)).filter(|_| at != Position::FIRST);
    Some(match message.clone() {
        Message::Ping { number } => Said::Ping(v1::Ping { number: number.into() }),
        Message::Ack { number } => Said::Ack(v1::Ack { number: number.into() }),
        Message::Gossip => Said::Gossip(v1::Gossip {}),
        Message::PingReq { number, target, route } => Said::PingReq(v1::PingReq {
            number: number.into(),
            target: Some(Node::key_to_message(&target)),
            route: route.map(|route| Node::route_to_message(&route)),
        }),
        Message::ForwardedAck { number, identity, incarnation } => {
            let identity = Some(identity.to_message());
            Said::ForwardedAck(v1::ForwardedAck { number: number.into(), identity, incarnation })
        }
        Message::Nack { number } => Said::Nack(v1::Nack { number: number.into() }),
        Message::Announce { number, flags, padding } => Said::Announce(v1::Announce {
            number: number.into(),
            flags: flags.into(),
            padding: vec![0; padding.into()],
        }),
        Message::Challenge { number, cookie } => {
            Said::Challenge(v1::Challenge { number: number.into(), cookie })
        }
        Message::Feed { number, clock } => Said::Feed(v1::Feed { number: number.into(), clock }),
        Message::Refused { number, reason, cluster, min, max } => Said::Refused(v1::Refused {
            number: number.into(),
            reason: reason.number().into(),
            cluster: cluster.map_or(0, NonZeroU32::get),
            min: min.into(),
            max: max.into(),
        }),
        Message::YouAreDown => Said::YouAreDown(v1::YouAreDown {}),
        Message::Sync { number, version, members, records, clock } => {
            Said::Sync(v1::Sync { number: number.into(), version: version.into(), members, records, clock })
        }
        Message::SyncLeaves { number, leaves } => Said::SyncLeaves(v1::SyncLeaves {
            number: number.into(),
            plane: leaves.as_ref().map_or(0, |leaves| leaves.plane.number().into()),
            salt: leaves.as_ref().map_or(0, |leaves| leaves.salt),
            leaves: leaves.map(|leaves| leaves.leaves).unwrap_or_default(),
        }),
        Message::SyncPull(Pull { number, plane, back, from, until, salt, have }) => {
            let (number, plane) = (number.into(), plane.number().into());
            Said::SyncPull(v1::SyncPull {
                number,
                plane,
                back,
                first: start(from),
                until: start(until),
                salt,
                have,
            })
        }
        Message::SyncPage(Page { number, plane, from, next }) => Said::SyncPage(v1::SyncPage {
            number: number.into(),
            plane: plane.number().into(),
            first: start(from),
            next: next.map(located),
        }),
        _ => return None,
    })
}
