//! What newer members send: kinds, states, fields and versions that are not known here.

use crate::support::{Node, alive, gossip_with, node, node_bytes, read, updates_in, with_codecs};
use haulout::State;
use haulout::codec::{Codec, Message, Section, Update, Version};
use haulout_codec_serde::CodecError;

#[test]
fn an_unknown_message_yields_no_sections() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        for kind in (16..=31).chain([0]) {
            let mut bytes = vec![0x11, kind];
            bytes.extend(node_bytes(1));
            bytes.push(5);
            bytes.extend([0xff; 40]);
            let (header, sections) = read(codec, &bytes).unwrap();
            assert_eq!(header.message, Message::Unknown(kind));
            assert_eq!((header.source, header.incarnation), (node(1), 5));
            assert!(sections.is_empty());
        }
    }
    with_codecs!(check);
}

#[test]
fn an_unknown_section_is_given_as_its_bytes_between_known_ones() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let mut bytes = vec![3];
        bytes.extend(node_bytes(7));
        bytes.extend([0xcd, 2, 0xab, 0xcd, 0xcd, 0, 4]);
        bytes.extend(node_bytes(8));
        let bytes = gossip_with(codec, &bytes);
        let (_, sections) = read(codec, &bytes).unwrap();
        assert_eq!(
            sections,
            [
                Section::Update(alive(7, 3)),
                Section::Unknown { kind: 77, body: &[0xab, 0xcd] },
                Section::Unknown { kind: 77, body: &[] },
                Section::Update(alive(8, 4)),
            ]
        );
    }
    with_codecs!(check);
}

/// A framed update: state, incarnation, then these bytes.
fn framed(state: u8, incarnation: u8, rest: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x81, rest.len() as u8 + 2, state, incarnation];
    bytes.extend(rest);
    bytes
}

#[test]
fn a_framed_update_is_read_and_what_follows_its_fields_ignored() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let exact = framed(2, 40, &node_bytes(7));
        assert_eq!(updates_in(codec, &exact), Ok(vec![Update::new(node(7), 40, State::Down)]));

        let mut rest = node_bytes(7);
        rest.extend([0xff; 20]);
        assert_eq!(updates_in(codec, &framed(0, 3, &rest)), Ok(vec![alive(7, 3)]));
    }
    with_codecs!(check);
}

#[cfg(feature = "postcard")]
#[test]
fn a_framed_suspicion_has_its_suspecters() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let mut rest = node_bytes(7);
        rest.extend([1, 0, 10, 0, 0, 1, 0x8a, 0x3e]);
        let mut expected = Update::new(node(7), 3, State::Suspect);
        expected.by.insert(*node(1).address());
        assert_eq!(updates_in(codec, &framed(1, 3, &rest)), Ok(vec![expected]));
    }
    check(&haulout_codec_serde::PostcardCodec);
}

#[test]
fn an_unknown_state_is_an_unknown_section() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let bytes = gossip_with(codec, &framed(4, 0, &node_bytes(7)));
        let (_, sections) = read(codec, &bytes).unwrap();
        assert!(matches!(sections[..], [Section::Unknown { kind: 1, body }] if body.len() == 13));
    }
    with_codecs!(check);
}

#[test]
fn a_framed_update_that_ends_early_is_an_error() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        for len in 0..node_bytes(7).len() {
            let bytes = framed(0, 0, &node_bytes(7)[..len]);
            assert_eq!(updates_in(codec, &bytes), Err(CodecError::Truncated));
        }
        assert_eq!(updates_in(codec, &[0x81, 0]), Err(CodecError::Truncated));
    }
    with_codecs!(check);
}

#[test]
fn of_another_version_the_header_is_read_and_nothing_after_it() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        for (tail, message) in [
            (&[7, 0][..], Message::Ping { number: 7 }),
            (&[7, 0, 0xff, 0xff], Message::Ping { number: 7 }),
            (&[7], Message::Unknown(1)),
        ] {
            let mut bytes = vec![0x22, 1];
            bytes.extend(node_bytes(1));
            bytes.push(5);
            bytes.extend(tail);
            let (header, sections) = read(codec, &bytes).unwrap();
            assert_eq!(header.version, Version { spoken: 2, highest: 2 });
            assert_eq!((header.source, header.message), (node(1), message));
            assert!(sections.is_empty());
        }
    }
    with_codecs!(check);
}
