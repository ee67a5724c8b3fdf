//! Bytes as they are written: what another implementation has to write too.

use crate::support::{Node, alive, datagram, header, node, node_bytes, read, updates_in, with_codecs};
use core::num::NonZeroU32;
use haulout::codec::{Codec, Header, Message, Section, SectionRef, Update, Version};
use haulout::{Identity, Out, State};
use haulout_codec_serde::CodecError;

fn section_bytes(codec: &impl Codec<Node, Error = CodecError>, section: SectionRef<'_, Node>) -> Vec<u8> {
    let mut buf = [0; 1400];
    let mut out = Out::new(&mut buf);
    assert_eq!(codec.put_section(section, &mut out), Ok(true));
    out.written().to_vec()
}

#[test]
fn a_header_is_laid_out_as_the_table_says() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let header = Header {
            version: Version { spoken: 1, highest: 3 },
            cluster: NonZeroU32::new(0x0403_0201),
            dst: NonZeroU32::new(0x0807_0605),
            cookie: Some(0x100f_0e0d_0c0b_0a09),
            source: node(1),
            incarnation: 300,
            message: Message::Ping { number: 0x1211 },
        };
        let mut expected = vec![0x31, 0b1110_0001];
        expected.extend(1..=16);
        expected.extend(node_bytes(1));
        expected.extend([0xac, 0x02, 0x11, 0x12]);
        assert_eq!(datagram(codec, &header, &[]), expected);
    }
    with_codecs!(check);
}

#[test]
fn the_lead_byte_holds_state_and_incarnation() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        for (state, incarnation, lead) in [
            (State::Alive, 0, &[0b0000_0000][..]),
            (State::Alive, 30, &[0b0001_1110]),
            (State::Alive, 31, &[0b0001_1111, 31]),
            (State::Suspect, 1, &[0b0010_0001]),
            (State::Down, 2, &[0b0100_0010]),
            (State::Left, 30, &[0b0111_1110]),
            (State::Left, u32::MAX, &[0b0111_1111, 0xff, 0xff, 0xff, 0xff, 0x0f]),
        ] {
            let update = Update::new(node(9), incarnation, state);
            let mut expected = lead.to_vec();
            expected.extend(node_bytes(9));
            if state == State::Suspect {
                expected.push(0);
            }
            let bytes = section_bytes(codec, SectionRef::Update(update.as_ref()));
            assert_eq!(bytes, expected, "{update:?}");
            assert_eq!(updates_in(codec, &bytes), Ok(vec![update]));
        }
    }
    with_codecs!(check);
}

#[test]
fn a_frame_is_kind_length_body() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let bytes = section_bytes(codec, SectionRef::Unknown { kind: 127, body: b"abc" });
        assert_eq!(bytes, [0xff, 3, b'a', b'b', b'c']);
        let body = [7; 200];
        let bytes = section_bytes(codec, SectionRef::Unknown { kind: 2, body: &body });
        assert_eq!(bytes[..3], [0x82, 0xc8, 0x01]);
    }
    with_codecs!(check);
}

#[cfg(feature = "postcard")]
#[test]
fn suspecters_follow_their_count() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let mut update = Update::new(node(9), 4, State::Suspect);
        update.by.insert(node(1).addr());
        update.by.insert(node(2).addr());
        let mut expected = vec![0b0010_0100];
        expected.extend(node_bytes(9));
        expected.extend([2, 0, 10, 0, 0, 1, 0x8a, 0x3e, 0, 10, 0, 0, 2, 0x8a, 0x3e]);
        assert_eq!(section_bytes(codec, SectionRef::Update(update.as_ref())), expected);
    }
    // The family is an enum's number and the port a varint, in postcard's form.
    check(&haulout_codec_serde::PostcardCodec);
}

#[test]
fn suspecters_of_an_update_that_is_no_suspicion_are_not_written() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let mut update = alive(9, 1);
        update.by.insert(node(1).addr());
        let bytes = section_bytes(codec, SectionRef::Update(update.as_ref()));
        assert_eq!(updates_in(codec, &bytes), Ok(vec![alive(9, 1)]));
    }
    with_codecs!(check);
}

#[test]
fn a_datagram_carries_more_sections_than_a_byte_counts() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let updates: Vec<_> = (0..300u32).map(|i| alive(i as u8, i)).collect();
        let bytes = datagram(codec, &header(node(1), Message::Gossip), &updates);
        let (_, sections) = read(codec, &bytes).unwrap();
        assert_eq!(sections, updates.into_iter().map(Section::Update).collect::<Vec<_>>());
    }
    with_codecs!(check);
}

#[test]
fn what_cannot_be_written_is_the_callers_error() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let mut buf = [0; 1400];
        let mut out = Out::new(&mut buf);
        let mut put = |header: &Header<Node>| codec.put_header(header.as_ref(), &mut out);
        let plain = header(node(1), Message::Gossip);
        for (spoken, highest) in [(0, 1), (2, 1), (1, 16)] {
            let header = Header { version: Version { spoken, highest }, ..plain.clone() };
            assert_eq!(put(&header), Err(CodecError::Version { spoken, highest }));
        }
        for kind in [1, 11, 32, 255] {
            assert_eq!(
                put(&Header { message: Message::Unknown(kind), ..plain.clone() }),
                Err(CodecError::Kind)
            );
        }
        let section = SectionRef::Unknown { kind: 128, body: &[] };
        assert_eq!(codec.put_section(section, &mut out), Err(CodecError::Kind));
        let by = [1, 2, 3, 4, 5].map(|host| node(host).addr());
        let update =
            haulout::codec::UpdateRef { identity: &node(9), incarnation: 0, state: State::Suspect, by: &by };
        let section = SectionRef::Update(update);
        assert_eq!(codec.put_section(section, &mut out), Err(CodecError::Suspecters { count: 5 }));
    }
    with_codecs!(check);
}
