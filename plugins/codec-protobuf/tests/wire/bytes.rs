//! Bytes as they are written: what another implementation has to write too.

use crate::support::{
    Node, agent, alive, datagram, frame, header, node, node_bytes, read, section_bytes, sections_in,
};
use core::num::NonZeroU32;
use haulout::codec::{
    Codec, Custom, Header, Manifest, Message, Page, Plane, Position, Record, Section, SectionRef, TopicName,
    Update, UserEvent, Version,
};
use haulout::{Fixed, Identity, Out, State};
use haulout_codec_protobuf::{CodecError, MAX_NODE, ProtobufCodec};

#[test]
fn a_header_is_laid_out_as_the_schema_says() {
    let header = Header {
        version: Version { spoken: 1, highest: 3 },
        cluster: NonZeroU32::new(0x0403_0201),
        dst: NonZeroU32::new(0x0807_0605),
        cookie: Some(0x100f_0e0d_0c0b_0a09),
        source: node(1),
        incarnation: 300,
        message: Message::Ping { number: 0x1211 },
    };
    let mut body = vec![0x08, 1, 0x10, 3, 0x1d, 1, 2, 3, 4, 0x25, 5, 6, 7, 8, 0x29];
    body.extend(9..=16);
    body.push(0x32);
    body.extend(node_bytes(1));
    body.extend([0x38, 0xac, 0x02, 0x42, 3, 0x08, 0x91, 0x24]);
    assert_eq!(datagram(&header, &[]), frame(0x0a, &body));
}

#[test]
fn a_named_node_has_its_name_behind_its_epoch() {
    let bytes = datagram(&header(agent("seal-1"), Message::Gossip), &[]);
    let node = [&node_bytes(1)[1..], &[0x22, 6], b"seal-1"].concat();
    let body = [&[0x08, 1][..], &frame(0x32, &node), &[0x52, 0]].concat();
    assert_eq!(bytes, frame(0x0a, &body));
}

#[test]
fn incarnation_and_state_are_one_stamp() {
    for (state, incarnation, stamp) in [
        (State::Alive, 0, &[][..]),
        (State::Suspect, 0, &[0x10, 1]),
        (State::Down, 15, &[0x10, 122]),
        (State::Left, 16, &[0x10, 0x83, 0x01]),
        (State::Left, u32::MAX, &[0x10, 0xfb, 0xff, 0xff, 0xff, 0x7f]),
    ] {
        let update = Section::Update(Update::new(node(9), incarnation, state));
        let body = [&[0x0a][..], &node_bytes(9), stamp].concat();
        assert_eq!(section_bytes(&update), frame(0x12, &body), "{update:?}");
        assert_eq!(sections_in(&frame(0x12, &body)), Ok(vec![update]));
    }
}

#[test]
fn suspecters_are_keys_without_an_epoch() {
    let mut update = Update::new(node(9), 4, State::Suspect);
    update.by.insert(node(1).addr());
    update.by.insert(node(2).addr());
    let mut body = [&[0x0a][..], &node_bytes(9), &[0x10, 33]].concat();
    for host in [1, 2] {
        body.extend([0x1a, 9, 0x0a, 4, 10, 0, 0, host, 0x10, 0x8a, 0x3e]);
    }
    assert_eq!(section_bytes(&Section::Update(update)), frame(0x12, &body));
}

#[test]
fn suspecters_of_an_update_that_is_no_suspicion_are_neither_written_nor_read() {
    let mut update = Update::new(node(9), 0, State::Alive);
    update.by.insert(node(1).addr());
    assert_eq!(section_bytes(&Section::Update(update)), section_bytes(&alive(9, 0)));
    let body = [&[0x0a][..], &node_bytes(9), &[0x1a, 9, 0x0a, 4, 10, 0, 0, 1, 0x10, 0x8a, 0x3e]].concat();
    assert_eq!(sections_in(&frame(0x12, &body)), Ok(vec![alive(9, 0)]));
}

#[test]
fn what_members_publish_is_laid_out_as_the_schema_says() {
    let key: &[u8] = &[0x0a, 9, 0x0a, 4, 10, 0, 0, 1, 0x10, 0x8a, 0x3e];
    let owner = node(1).addr();
    let manifest = Section::Manifest(Manifest { identity: node(1), life: 7, floor: 300 });
    let body = [&[0x0a][..], &node_bytes(1), &[0x15, 7, 0, 0, 0, 0x18, 0xac, 0x02]].concat();
    assert_eq!(section_bytes(&manifest), frame(0x1a, &body));

    let record = |value| Section::Record(Record { owner, topic: 3, key: b"k", life: 7, version: 1, value });
    let body = [key, &[0x10, 3, 0x1a, 1, b'k', 0x25, 7, 0, 0, 0, 0x28, 1]].concat();
    assert_eq!(section_bytes::<Node>(&record(None)), frame(0x22, &body));
    assert_eq!(section_bytes::<Node>(&record(Some(b""))), frame(0x22, &[&body[..], &[0x32, 0]].concat()));
    assert_eq!(
        section_bytes::<Node>(&record(Some(b"v"))),
        frame(0x22, &[&body[..], &[0x32, 1, b'v']].concat())
    );

    let event = Section::UserEvent(UserEvent {
        origin: owner,
        topic: 3,
        life: 7,
        seq: 1,
        time: 2,
        ttl: Some(0),
        payload: b"p",
    });
    let body = [key, &[0x10, 3, 0x1d, 7, 0, 0, 0, 0x20, 1, 0x28, 2, 0x30, 0, 0x3a, 1, b'p']].concat();
    assert_eq!(section_bytes::<Node>(&event), frame(0x2a, &body));
    let topic = Section::Topic(TopicName { id: 3, name: "t" });
    assert_eq!(section_bytes::<Node>(&topic), frame(0x32, &[0x08, 3, 0x12, 1, b't']));
    let custom = Section::Custom(Custom { topic: 3, payload: b"c" });
    assert_eq!(section_bytes::<Node>(&custom), frame(0x3a, &[0x08, 3, 0x12, 1, b'c']));
}

#[test]
fn an_unknown_section_is_the_field_after_its_kind() {
    let section = |kind, body| section_bytes::<Node>(&Section::Unknown { kind, body });
    assert_eq!(section(7, b"abc"), [0x42, 3, b'a', b'b', b'c']);
    assert_eq!(section(127, b""), [0x82, 0x08, 0]);
}

#[test]
fn sections_are_read_in_any_order_and_before_the_header_too() {
    let sections = [alive(2, 0), Section::Topic(TopicName { id: 1, name: "t" }), alive(3, 31)];
    let whole = datagram(&header(node(1), Message::Gossip), &sections);
    let head = datagram(&header(node(1), Message::Gossip), &[]).len();
    let turned = [&whole[head..], &whole[..head]].concat();
    assert_eq!(read::<Node>(&turned), read(&whole));
    assert_eq!(read::<Node>(&whole).unwrap().1, sections);
}

#[test]
fn a_packet_that_is_not_canonical_is_read() {
    let expected = Ok((header(node(1), Message::Ping { number: 7 }), vec![]));
    let node = node_bytes(1);
    // Fields from last to first, a varint of three bytes, a number said twice, a highest version that is the same.
    let body =
        [&[0x42, 4, 0x08, 9, 0x08, 7, 0x38, 0x80, 0x80, 0x00, 0x32][..], &node, &[0x10, 1, 0x08, 1]].concat();
    assert_eq!(read::<Node>(&frame(0x0a, &body)), expected);
    // The header in two parts, and the source in two.
    let (ip, rest) = (&node[1..7], &node[7..]);
    let parts = [
        frame(0x0a, &[&[0x08, 1][..], &frame(0x32, ip), &[0x42, 0]].concat()),
        frame(0x0a, &[&frame(0x32, rest)[..], &[0x42, 2, 0x08, 7]].concat()),
    ];
    assert_eq!(read::<Node>(&parts.concat()), expected);
}

#[test]
fn of_several_messages_the_last_counts() {
    let several = [0x42, 2, 0x08, 7, 0x52, 0, 0x4a, 2, 0x08, 9];
    let bytes = crate::support::header_with(&several);
    assert_eq!(read::<Node>(&bytes).unwrap().0.message, Message::Ack { number: 9 });
}

#[test]
fn in_the_members_plane_a_position_is_its_key_alone() {
    let page = |plane, item| {
        let (from, next) = (Position { key: 1, item }, Some(Position { key: 9, item }));
        header(node(1), Message::SyncPage(Page { number: 7, plane, from, next }))
    };
    let whole = datagram(&page(Plane::Members, 5), &[]);
    assert_eq!(whole, datagram(&page(Plane::Members, 0), &[]));
    let stray = datagram(&page(Plane::Records, 5), &[]);
    let at = stray.windows(2).position(|two| two == [0x10, 1]).expect("the plane is in it");
    let members = [&stray[..at], &[0x10, 0], &stray[at + 2..]].concat();
    assert_eq!(read::<Node>(&members).unwrap().0, page(Plane::Members, 0));
}

#[test]
fn what_cannot_be_written_is_the_callers_error() {
    let mut buf = [0; 1400];
    let mut out = Out::new(&mut buf);
    let mut put = |header: &Header<Node>| ProtobufCodec.put_header(header.as_ref(), &mut out);
    let plain = header(node(1), Message::Gossip);
    for (spoken, highest) in [(0, 1), (2, 1), (1, 16)] {
        let header = Header { version: Version { spoken, highest }, ..plain.clone() };
        let (spoken, highest) = (spoken.into(), highest.into());
        assert_eq!(put(&header), Err(CodecError::Version { spoken, highest }));
    }
    for kind in [1, 15, 57, 255] {
        assert_eq!(put(&Header { message: Message::Unknown(kind), ..plain.clone() }), Err(CodecError::Kind));
    }
    let section: SectionRef<'_, Node> = SectionRef::Unknown { kind: 0, body: &[] };
    assert_eq!(ProtobufCodec.put_section(section, &mut out), Err(CodecError::Kind));
    let by = [1, 2, 3, 4, 5].map(|host| node(host).addr());
    let update =
        haulout::codec::UpdateRef { identity: &node(9), incarnation: 0, state: State::Suspect, by: &by };
    let section = SectionRef::Update(update);
    assert_eq!(ProtobufCodec.put_section(section, &mut out), Err(CodecError::Suspecters { count: 5 }));
    let long = header(Fixed::new("x".repeat(MAX_NODE)), Message::Gossip);
    assert_eq!(ProtobufCodec.put_header(long.as_ref(), &mut out), Err(CodecError::TooLong));
}
