//! What newer members write: fields, kinds, states and versions that are not known here.

use crate::support::{
    Node, alive, datagram, frame, header, header_with, node, node_bytes, read, sections_in, varint,
};
use haulout::codec::{Header, Message, Refusal, Section, Version};
use haulout_codec_protobuf::CodecError;

/// Fields of every wire type with this number.
fn unknown_fields(number: u64) -> Vec<u8> {
    [
        [varint(number << 3), varint(300)].concat(),
        [varint(number << 3 | 1), vec![7; 8]].concat(),
        [varint(number << 3 | 2), varint(3), b"new".to_vec()].concat(),
        [varint(number << 3 | 3), vec![0x08, 1], varint(number << 3 | 4)].concat(),
        [varint(number << 3 | 5), vec![7; 4]].concat(),
    ]
    .concat()
}

#[test]
fn fields_that_are_not_known_are_read_over_in_every_message() {
    let ping = Ok((header(node(1), Message::Ping { number: 7 }), vec![]));
    let inside = frame(0x42, &[&unknown_fields(9)[..], &[0x08, 7], &unknown_fields(2)].concat());
    assert_eq!(read::<Node>(&header_with(&[inside.clone(), unknown_fields(64)].concat())), ping);
    assert_eq!(read::<Node>(&header_with(&[unknown_fields(2000), inside].concat())), ping);

    let identity = frame(0x0a, &[&unknown_fields(5)[..], &node_bytes(7)[1..], &unknown_fields(77)].concat());
    let update = frame(0x12, &[&identity[..], &unknown_fields(4), &[0x10, 8]].concat());
    assert_eq!(sections_in(&update), Ok(vec![alive(7, 1)]));
}

#[test]
fn a_known_field_of_another_wire_type_is_one_that_is_not_known() {
    let bytes = header_with(&[0x45, 1, 0, 0, 0, 0x40, 5, 0x52, 0]);
    assert_eq!(read::<Node>(&bytes), Ok((header(node(1), Message::Gossip), vec![])));
    // An update as a number is no update, and counted.
    assert_eq!(sections_in(&[0x10, 5]), Ok(vec![Section::Unknown { kind: 0, body: &[] }]));
}

#[test]
fn an_unknown_message_yields_no_sections() {
    for kind in 16..=56 {
        let bytes = header_with(&[varint((kind + 7) << 3 | 2), varint(2), vec![0xff; 2]].concat());
        let bytes = [bytes, frame(0x12, &[0x10, 8])].concat();
        let (head, sections) = read::<Node>(&bytes).unwrap();
        assert_eq!(head, header(node(1), Message::Unknown(kind as u8)));
        assert!(sections.is_empty());
    }
    // None at all is one that is not known; one that is known counts.
    assert_eq!(read::<Node>(&header_with(&[])).unwrap().0.message, Message::Unknown(0));
    let both = header_with(&[0x52, 0, 0xba, 0x01, 0]);
    assert_eq!(read::<Node>(&both).unwrap().0.message, Message::Gossip);
}

#[test]
fn an_unknown_section_is_given_as_its_bytes_between_known_ones() {
    let update = |host| frame(0x12, &[&[0x0a][..], &node_bytes(host)].concat());
    let sections = [update(7), vec![0x42, 2, 0xab, 0xcd], unknown_fields(9), vec![0xfa, 0x7f, 0], update(8)];
    let unknown = |kind, body| Section::Unknown { kind, body };
    assert_eq!(
        sections_in(&sections.concat()),
        Ok(vec![
            alive(7, 0),
            unknown(7, &[0xab, 0xcd]),
            unknown(8, &[]),
            unknown(8, &[]),
            unknown(8, b"new"),
            unknown(8, &[]),
            unknown(8, &[]),
            unknown(u8::MAX, &[]),
            alive(8, 0),
        ])
    );
}

#[test]
fn an_update_of_an_unknown_state_is_an_unknown_section() {
    for state in 4..8 {
        let body = [&[0x0a][..], &node_bytes(7), &[0x10, 8 | state]].concat();
        let sections = sections_in(&frame(0x12, &body)).unwrap();
        assert_eq!(sections, [Section::Unknown { kind: 1, body: &body }]);
    }
}

#[test]
fn a_reason_that_is_not_known_is_another() {
    for reason in [6, 255, 256, 1 << 31] {
        let refused = frame(0x8a, &[]);
        assert_eq!(refused, [0x8a, 0]);
        let body = [&[0x08, 7, 0x10][..], &varint(reason), &[0x20, 2, 0x28, 3]].concat();
        let bytes = header_with(&[&[0x8a, 0x01][..], &varint(body.len() as u64), &body].concat());
        let message = read::<Node>(&bytes).unwrap().0.message;
        assert_eq!(
            message,
            Message::Refused { number: 7, reason: Refusal::Other, cluster: None, min: 2, max: 3 }
        );
    }
}

#[test]
fn of_another_version_the_header_is_read_and_nothing_else_relied_on() {
    let in_version_2 = |message: &[u8]| {
        let body = [&[0x08, 2, 0x10, 5, 0x32][..], &node_bytes(1), message].concat();
        [frame(0x0a, &body), frame(0x12, &[0x10, 8])].concat()
    };
    let version = Version { spoken: 2, highest: 5 };
    let expected = |message| Ok((Header { version, ..header(node(1), message) }, vec![]));
    assert_eq!(
        read::<Node>(&in_version_2(&[0x72, 2, 0x08, 7])),
        expected(Message::Announce { number: 7, flags: 0, padding: 0 })
    );
    // A ping whose number is over its bounds here, and one that is no protobuf in any version.
    assert_eq!(
        read::<Node>(&in_version_2(&[0x42, 4, 0x08, 0x80, 0x80, 0x04])),
        expected(Message::Unknown(1))
    );
    assert_eq!(read::<Node>(&in_version_2(&[0x42, 1, 0xff])), Err(CodecError::Truncated));
    assert_eq!(read::<Node>(&in_version_2(&[])), expected(Message::Unknown(0)));
}

#[test]
fn versions_have_a_floor_and_a_ceiling() {
    for (bytes, spoken, highest) in [
        (&[0x08, 0][..], 0, 0),
        (&[], 0, 0),
        (&[0x08, 16], 16, 16),
        (&[0x08, 1, 0x10, 16], 1, 16),
        (&[0x08, 3, 0x10, 2], 3, 2),
        (&[0x08, 0xff, 0xff, 0xff, 0xff, 0x0f], u32::MAX, u32::MAX),
    ] {
        let body = [bytes, &[0x32], &node_bytes(1), &[0x52, 0]].concat();
        let error = CodecError::Version { spoken, highest };
        assert_eq!(read::<Node>(&frame(0x0a, &body)), Err(error));
    }
    let highest = datagram(
        &Header { version: Version { spoken: 1, highest: 15 }, ..header(node(1), Message::Gossip) },
        &[],
    );
    assert_eq!(read::<Node>(&highest).unwrap().0.version.highest, 15);
}
