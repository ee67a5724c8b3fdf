//! What is refused whole: always an error, never a panic, and never more memory than there are bytes.

use crate::support::{
    Agent, Node, alive, datagram, frame, gossip_with, header, header_with, node, node_bytes, read,
    sections_in, varint,
};
use core::net::SocketAddr;
use haulout::Fixed;
use haulout::codec::{MAX_HAVE, Message};
use haulout_codec_protobuf::{CodecError, InvalidNode, ProtoIdentity};

fn error<I: ProtoIdentity>(bytes: &[u8]) -> CodecError {
    read::<I>(bytes).map(drop).expect_err("it is refused")
}

/// A header with these fields of its source, and a gossip.
fn with_source(fields: &[u8]) -> Vec<u8> {
    let body = [&[0x08, 1][..], &frame(0x32, fields), &[0x52, 0]].concat();
    frame(0x0a, &body)
}

#[test]
fn what_is_no_packet() {
    assert_eq!(error::<Node>(&[]), CodecError::Missing { name: "header" });
    assert_eq!(error::<Node>(&[0; 64]), CodecError::Sealed);
    assert_eq!(error::<Node>(&[0xff; 64]), CodecError::Varint);
    assert_eq!(error::<Node>(&frame(0x12, &[])), CodecError::Missing { name: "header" });
    for text in ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /v1 HTTP/1.1\r\n\r\n", "SSH-2.0-OpenSSH_9.6\r\n"]
    {
        assert!(read::<Node>(text.as_bytes()).is_err(), "{text}");
    }
}

#[test]
fn a_cut_is_an_error_unless_it_is_between_two_sections() {
    let sections = [alive(1, 0), alive(2, 31)];
    let header = header(node(1), Message::ForwardedAck { number: 1, identity: node(2), incarnation: 300 });
    let ends: Vec<_> = (0..=2).map(|n| datagram(&header, &sections[..n]).len()).collect();
    let whole = datagram(&header, &sections);
    for cut in 1..whole.len() {
        match ends.iter().position(|&end| end == cut) {
            Some(count) => assert_eq!(read::<Node>(&whole[..cut]).unwrap().1.len(), count),
            None => assert_eq!(error::<Node>(&whole[..cut]), CodecError::Truncated, "cut at {cut}"),
        }
    }
}

#[test]
fn what_must_be_there_and_is_not() {
    assert_eq!(error::<Node>(&frame(0x0a, &[0x08, 1, 0x52, 0])), CodecError::Missing { name: "source" });
    let missing = |field, bytes: &[u8]| {
        assert_eq!(sections_in(bytes), Err(CodecError::Missing { name: field }), "{field}");
    };
    missing("identity", &[0x12, 2, 0x10, 8]);
    missing("identity", &[0x1a, 2, 0x18, 8]);
    missing("owner", &[0x22, 0]);
    missing("origin", &[0x2a, 0]);
    for (tag, name) in [(0x5a, "target"), (0x62, "identity")] {
        assert_eq!(error::<Node>(&header_with(&[tag, 2, 0x08, 1])), CodecError::Missing { name });
    }
}

#[test]
fn values_that_their_fields_cannot_have() {
    let wide = varint(1 << 16);
    for tag in [0x42, 0x4a, 0x6a, 0x72, 0x7a] {
        let message = frame(tag, &[&[0x08][..], &wide].concat());
        assert_eq!(error::<Node>(&header_with(&message)), CodecError::Field { name: "number" });
    }
    let plane = [&[0xaa, 0x01, 2, 0x10, 2][..], &[0xb2, 0x01, 2, 0x10, 2], &[0xa2, 0x01, 2, 0x10, 2]];
    for message in plane {
        assert_eq!(error::<Node>(&header_with(message)), CodecError::Field { name: "plane" });
    }
    let stamp = [&[0x0a][..], &node_bytes(7), &[0x10], &varint(1 << 35)].concat();
    assert_eq!(sections_in(&frame(0x12, &stamp)), Err(CodecError::Field { name: "stamp" }));
    assert_eq!(sections_in(&frame(0x32, &[0x12, 1, 0xff])), Err(CodecError::Text));
}

#[test]
fn leaves_that_are_not_256_and_values_that_are_more_than_240() {
    let message = |tag: u8, body: &[u8]| {
        let body = [&[tag, 0x01][..], &varint(body.len() as u64), body].concat();
        read::<Node>(header_with(&body).leak()).map(|(header, _)| header.message)
    };
    let packed = |tag: u8, count: usize| frame(tag, &vec![7; 4 * count]);
    for count in [1, 255, 257, 2000] {
        let error = Err(CodecError::Field { name: "leaves" });
        assert_eq!(message(0xa2, &packed(0x22, count)), error, "{count}");
    }
    assert_eq!(message(0xaa, &packed(0x3a, MAX_HAVE + 1)), Err(CodecError::Field { name: "have" }));
    assert_eq!(message(0xaa, &frame(0x3a, &[7; 6])), Err(CodecError::Truncated));
    // One by one, or in several packs, they are read as well.
    let single = [0x3d, 7, 7, 7, 7];
    let mixed = [&single[..], &packed(0x3a, 100), &single].concat();
    let Ok(Message::SyncPull(pull)) = message(0xaa, &mixed) else { panic!("it is a pull") };
    assert_eq!(pull.have, [0x0707_0707; 102]);
    assert_eq!(message(0xaa, &single.repeat(MAX_HAVE + 1)), Err(CodecError::Field { name: "have" }));
}

#[test]
fn nodes_that_are_none() {
    type Plain = Fixed<SocketAddr>;
    fn invalid<I: ProtoIdentity>(fields: &[u8], why: &'static str) {
        assert_eq!(error::<I>(&with_source(fields)), CodecError::Node(InvalidNode(why)));
    }
    let ip: &[u8] = &[0x0a, 4, 10, 0, 0, 1];
    invalid::<Node>(&[], "it has no ip");
    invalid::<Node>(&[0x0a, 5, 1, 2, 3, 4, 5], "its ip has neither 4 nor 16 bytes");
    invalid::<Node>(&[ip, &[0x10], &varint(1 << 16)].concat(), "its port is over 65,535");
    invalid::<Node>(&[ip, &[0x22, 1, b'a']].concat(), "it has an epoch or a name too many");
    invalid::<Plain>(&[ip, &[0x18, 1]].concat(), "it has an epoch or a name too many");
    invalid::<Agent>(ip, "its name is none");
    invalid::<Agent>(&[ip, &[0x22, 3], b"a b"].concat(), "its name is none");
    invalid::<Agent>(&[0x22, 1, b'a'], "it has no ip");
    invalid::<Agent>(&[ip, &frame(0x22, &[b'n'; 65])].concat(), "its name is none");
    invalid::<Fixed<String>>(&[ip, &[0x22, 1, b'a']].concat(), "it has an ip, a port or an epoch too many");
    invalid::<Fixed<String>>(&frame(0x22, &[b'n'; 96]), "its name is over 95 bytes");
    assert_eq!(error::<Agent>(&with_source(&[ip, &[0x22, 1, 0xff]].concat())), CodecError::Text);
    let long = [ip, &frame(0xfa, &[]), &[0; 0], &frame(0x2a, &[0; 120])].concat();
    assert_eq!(error::<Node>(&with_source(&long)), CodecError::TooLong);
}

#[test]
fn a_suspicion_by_more_than_four() {
    let by = [0x1a, 9, 0x0a, 4, 10, 0, 0, 1, 0x10, 0x8a, 0x3e].repeat(5);
    let body = [&[0x0a][..], &node_bytes(7), &[0x10, 1], &by].concat();
    assert_eq!(sections_in(&frame(0x12, &body)), Err(CodecError::Suspecters { count: 5 }));
}

#[test]
fn lengths_beyond_the_datagram_and_groups_without_end() {
    let huge = [0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
    assert_eq!(error::<Node>(&gossip_with(&huge)), CodecError::Truncated);
    assert_eq!(error::<Node>(&gossip_with(&[0x80; 11])), CodecError::Varint);
    assert_eq!(error::<Node>(&gossip_with(&[0x0b; 8000])), CodecError::Tag);
    assert_eq!(error::<Node>(&gossip_with(&[0x04])), CodecError::Tag);
}
