//! What hostile or broken peers send: always an error, never a panic.

use crate::support::{
    EPOCH, Node, alive, datagram, gossip_with, header, node, node_bytes, read, updates_in, with_codecs,
};
use core::net::SocketAddr;
use haulout::codec::{Codec, Message, Section, SectionRef, Update, Version};
use haulout::{Fixed, Identity, Name, Named, Out, State};
use haulout_codec_serde::{CodecError, MAX_VALUE};

#[test]
fn a_datagram_that_is_none_is_an_error() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        assert_eq!(read(codec, &[]), Err(CodecError::Truncated));
        assert_eq!(read(codec, &[0; 64]), Err(CodecError::Sealed));
        for text in
            ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /v1 HTTP/1.1\r\n\r\n", "HEAD / HTTP/1.0\r\n\r\n"]
        {
            let (highest, spoken) = (text.as_bytes()[0] >> 4, text.as_bytes()[0] & 0x0f);
            assert_eq!(read(codec, text.as_bytes()), Err(CodecError::Version { spoken, highest }));
        }
        assert_eq!(read(codec, &[0xff; 64]), Err(CodecError::Value));
    }
    with_codecs!(check);
}

#[test]
fn a_cut_is_an_error_unless_it_is_between_two_sections() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let mut updates = vec![alive(1, 0), alive(2, 31), Update::new(node(3), 9, State::Suspect)];
        updates[2].by.insert(node(4).addr());
        let header =
            header(node(1), Message::ForwardedAck { number: 1, identity: node(2), incarnation: 300 });
        let ends: Vec<_> = (0..=3).map(|n| datagram(codec, &header, &updates[..n]).len()).collect();
        let whole = datagram(codec, &header, &updates);
        for cut in 0..whole.len() {
            let result = read(codec, &whole[..cut]);
            match ends.iter().position(|&end| end == cut) {
                Some(count) => assert_eq!(result.unwrap().1.len(), count),
                None => assert_eq!(result, Err(CodecError::Truncated), "cut at {cut}"),
            }
        }
    }
    with_codecs!(check);
}

#[test]
fn a_flipped_bit_never_panics_and_never_goes_unnoticed() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let whole = datagram(codec, &header(node(1), Message::Gossip), &[alive(2, 0), alive(3, 31)]);
        let intact = read(codec, &whole).unwrap();
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(read(codec, &bytes), Ok(intact.clone()), "bit {bit} means nothing");
        }
    }
    with_codecs!(check);
}

#[test]
fn a_count_or_length_beyond_the_datagram_is_an_error() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let suspicion = |count: u8| {
            let mut bytes = vec![0b0010_0000];
            bytes.extend(node_bytes(7));
            bytes.push(count);
            bytes
        };
        assert_eq!(updates_in(codec, &suspicion(4)), Err(CodecError::Truncated));
        assert_eq!(updates_in(codec, &suspicion(5)), Err(CodecError::Suspecters { count: 5 }));
        assert_eq!(updates_in(codec, &suspicion(255)), Err(CodecError::Suspecters { count: 255 }));
        // A frame of 2^63 bytes, one of 2^64 - 1, one whose varint never ends.
        let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff];
        assert_eq!(updates_in(codec, &[&[0x82], &huge[..8], &[0x7f]].concat()), Err(CodecError::Truncated));
        assert_eq!(updates_in(codec, &[&[0x82], &huge[..], &[0x01]].concat()), Err(CodecError::Truncated));
        assert_eq!(updates_in(codec, &[&[0x82], &huge[..], &[0x02]].concat()), Err(CodecError::Varint));
        assert_eq!(updates_in(codec, &[0x82; 12]), Err(CodecError::Varint));
    }
    with_codecs!(check);
}

#[test]
fn an_incarnation_over_32_bits_is_an_error_and_a_longer_form_is_not() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let update = |varint: &[u8]| [&[0x1f], varint, &node_bytes(7)].concat();
        assert_eq!(updates_in(codec, &update(&[0xff, 0xff, 0xff, 0xff, 0x1f])), Err(CodecError::Varint));
        assert_eq!(updates_in(codec, &update(&[0x80; 10])), Err(CodecError::Varint));
        assert_eq!(updates_in(codec, &update(&[0x83, 0x00])), Ok(vec![alive(7, 3)]));
        assert_eq!(updates_in(codec, &update(&[0x83, 0x80, 0x80, 0x00])), Ok(vec![alive(7, 3)]));
    }
    with_codecs!(check);
}

#[test]
fn a_suspecter_that_comes_twice_counts_once() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let key = node(1).addr();
        let by = [key, node(2).addr(), key, key];
        let identity = node(9);
        let update =
            haulout::codec::UpdateRef { identity: &identity, incarnation: 0, state: State::Suspect, by: &by };
        let mut buf = [0; 256];
        let mut out = Out::new(&mut buf);
        assert_eq!(codec.put_section(SectionRef::Update(update), &mut out), Ok(true));
        let updates = updates_in(codec, out.written()).unwrap();
        assert_eq!(updates[0].by.as_slice(), [key, node(2).addr()]);
    }
    with_codecs!(check);
}

#[test]
fn zero_lengths_are_errors_where_something_must_be() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        assert_eq!(updates_in(codec, &[0, 0]), Err(CodecError::Value), "an identity of no bytes");
        assert_eq!(read(codec, &[0x11, 3, 0, 0]), Err(CodecError::Value));
        for (flag, name) in [(0x20, "cluster"), (0x40, "dst")] {
            let bytes = [&[0x11, 3 | flag, 0, 0, 0, 0][..], &node_bytes(1), &[0]].concat();
            assert_eq!(read(codec, &bytes), Err(CodecError::Field { name }));
        }
    }
    with_codecs!(check);
}

#[test]
fn a_field_with_an_impossible_value_is_an_error() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let request = header(node(1), Message::PingReq { number: 1, target: node(2).addr(), route: None });
        let mut bytes = datagram(codec, &request, &[]);
        assert_eq!(bytes.pop(), Some(0));
        bytes.push(2);
        assert_eq!(read(codec, &bytes), Err(CodecError::Field { name: "route" }));
        for (byte, spoken, highest) in [(0x10, 0, 1), (0x12, 2, 1), (0x02, 2, 0)] {
            assert_eq!(read(codec, &[byte, 1]), Err(CodecError::Version { spoken, highest }));
        }
        assert_eq!(Version::CURRENT, Version { spoken: 1, highest: 1 });
    }
    with_codecs!(check);
}

#[test]
fn padding_is_ignored_and_must_be_there() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let announce = header(node(1), Message::Announce { number: 1, flags: 0, padding: 200 });
        let mut bytes = datagram(codec, &announce, &[]);
        let len = bytes.len();
        bytes[len - 200..].fill(0xee);
        assert_eq!(read(codec, &bytes), Ok((announce, vec![])));
        assert_eq!(read(codec, &bytes[..len - 1]), Err(CodecError::Truncated));
    }
    with_codecs!(check);
}

#[test]
fn an_identity_over_128_bytes_is_neither_written_nor_read() {
    fn check<C: Codec<Named<String>, Error = CodecError>>(codec: &C) {
        let named = |addr: usize| Named::new(Name::new(&"n".repeat(64)).unwrap(), "a".repeat(addr), EPOCH);
        let mut buf = [0; 1400];
        let mut out = Out::new(&mut buf);
        let mut put = |identity: &Named<String>| {
            out.truncate(0);
            codec.put_header(header(identity.clone(), Message::Gossip).as_ref(), &mut out)
        };
        // Two lengths, the name, the address's length and the epoch beside it.
        let longest = MAX_VALUE - 1 - 65 - 1 - 4;
        assert_eq!(put(&named(longest)), Ok(true));
        let gossip = header(named(longest), Message::Gossip);
        assert_eq!(read(codec, &datagram(codec, &gossip, &[])), Ok((gossip, vec![])));
        assert_eq!(put(&named(longest + 1)), Err(CodecError::TooLong));
        assert_eq!(put(&named(96)), Err(CodecError::Unserializable), "no address is that long");

        let mut bytes = vec![0x11, 3, 140];
        bytes.extend([b'x'; 140]);
        assert!(matches!(read(codec, &bytes), Err(CodecError::TooLong | CodecError::Value)));
        let short = [&[0x11, 3, 127][..], &[b'x'; 100]].concat();
        assert_eq!(read(codec, &short), Err(CodecError::Truncated));
    }
    with_codecs!(check);
}

#[test]
fn a_key_with_a_forged_length_allocates_nothing_of_it() {
    fn check<C: Codec<Fixed<String>, Error = CodecError>>(codec: &C) {
        // A suspecter that claims 2^62 bytes of text, in the varints of postcard and of bincode.
        let update = Update::new(Fixed::new("a".to_string()), 0, State::Suspect);
        let mut bytes = datagram(codec, &header(Fixed::new("b".to_string()), Message::Gossip), &[update]);
        bytes.pop();
        for length in
            [[0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40], [253, 0, 0, 0, 0, 0, 0, 0, 0x40]]
        {
            let forged = [&bytes[..], &[1], &length].concat();
            assert!(read(codec, &forged).is_err());
        }
    }
    with_codecs!(check);
}

#[test]
fn after_an_error_the_sections_are_over() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let bytes = gossip_with(codec, &[&[0][..], &node_bytes(7), &[0, 0], &[0], &node_bytes(8)].concat());
        let (_, mut sections) = codec.decode(&bytes).unwrap();
        assert_eq!(sections.next(), Some(Ok(Section::Update(alive(7, 0)))));
        assert_eq!(sections.next(), Some(Err(CodecError::Value)));
        assert_eq!(sections.next(), None);
        assert_eq!(node(7).addr(), SocketAddr::from(([10, 0, 0, 7], 7946)));
    }
    with_codecs!(check);
}
