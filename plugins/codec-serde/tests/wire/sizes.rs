//! How many bytes things take.

use crate::support::{EPOCH, Node, alive, datagram, header, node, with_codecs};
use core::net::SocketAddr;
use haulout::codec::{Codec, Header, Message, SectionRef, Update, Version};
use haulout::fingerprint::{destination, label_hash};
use haulout::{Fixed, Identity, Name, Named, Out, State};
use haulout_codec_serde::CodecError;

fn section_len<I: Identity>(codec: &impl Codec<I, Error = CodecError>, update: &Update<I>) -> usize {
    let mut buf = [0; 1400];
    let mut out = Out::new(&mut buf);
    assert_eq!(codec.put_section(SectionRef::Update(update.as_ref()), &mut out), Ok(true));
    out.len()
}

fn fullest_header() -> Header<Node> {
    Header {
        version: Version::CURRENT,
        cluster: Some(label_hash("production")),
        dst: destination(&node(2).addr()),
        cookie: Some(u64::MAX),
        source: node(1),
        incarnation: 0,
        message: Message::Gossip,
    }
}

#[test]
fn a_ping_takes_16_bytes_and_20_with_its_destination() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let mut ping = header(node(1), Message::Ping { number: u16::MAX });
        // version 1, kind 1, source 11, incarnation 1, number 2
        assert_eq!(datagram(codec, &ping, &[]).len(), 16);
        ping.dst = destination(&node(2).addr());
        assert_eq!(datagram(codec, &ping, &[]).len(), 20);
        ping.cluster = Some(label_hash("production"));
        assert_eq!(datagram(codec, &ping, &[]).len(), 24);
        ping.cookie = Some(1);
        assert_eq!(datagram(codec, &ping, &[]).len(), 32);
    }
    with_codecs!(check);
}

#[test]
fn an_update_takes_12_bytes() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        for state in [State::Alive, State::Down, State::Left] {
            for incarnation in [0, 30] {
                assert_eq!(section_len(codec, &Update::new(node(7), incarnation, state)), 12);
            }
        }
        // One more for the count of suspecters; a varint from incarnation 31 on.
        assert_eq!(section_len(codec, &Update::new(node(7), 0, State::Suspect)), 13);
        assert_eq!(section_len(codec, &alive(7, 31)), 13);
        assert_eq!(section_len(codec, &alive(7, 128)), 14);
        assert_eq!(section_len(codec, &alive(7, u32::MAX)), 17);
    }
    with_codecs!(check);
}

#[cfg(feature = "postcard")]
#[test]
fn with_postcard_a_suspecter_takes_7_bytes() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let mut update = Update::new(node(7), 0, State::Suspect);
        for host in 1..=4 {
            assert!(update.by.insert(node(host).addr()));
            // family 1, ip 4, port 2
            assert_eq!(section_len(codec, &update), 13 + 7 * usize::from(host));
        }
    }
    check(&haulout_codec_serde::PostcardCodec);
}

#[test]
fn a_gossip_of_1400_bytes_carries_at_least_110_updates() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let count = |header: &Header<Node>| {
            let mut buf = [0; 1400];
            let mut out = Out::new(&mut buf);
            assert_eq!(codec.put_header(header.as_ref(), &mut out), Ok(true));
            let mut count = 0;
            while codec.put_section(SectionRef::Update(alive(count, 30).as_ref()), &mut out) == Ok(true) {
                count += 1;
            }
            count
        };
        assert_eq!(count(&header(node(1), Message::Gossip)), 115);
        assert_eq!(count(&fullest_header()), 114);
    }
    with_codecs!(check);
}

#[test]
fn other_stock_identities_take_what_their_addresses_need() {
    fn check<C>(codec: &C)
    where
        C: Codec<Node, Error = CodecError>
            + Codec<Fixed<SocketAddr>, Error = CodecError>
            + Codec<Named<SocketAddr>, Error = CodecError>
            + Codec<Fixed<String>, Error = CodecError>,
    {
        let v4: SocketAddr = ([10, 0, 0, 1], 7946).into();
        let v6: SocketAddr = "[2001:db8::1]:7946".parse().unwrap();
        let name = Name::new("seal-7").unwrap();
        assert_eq!(section_len(codec, &Update::new(Node::new(v6, EPOCH), 0, State::Alive)), 1 + 1 + 18 + 4);
        assert_eq!(section_len(codec, &Update::new(Node::new(v4, 0), 0, State::Alive)), 1 + 1 + 6);
        assert_eq!(section_len(codec, &Update::new(Fixed::new(v4), 0, State::Alive)), 1 + 1 + 6);
        assert_eq!(
            section_len(codec, &Update::new(Named::new(name, v4, EPOCH), 0, State::Alive)),
            1 + 1 + 7 + 6 + 4
        );
        assert_eq!(section_len(codec, &Update::new(Fixed::new("seal-7".to_string()), 0, State::Alive)), 9);
    }
    with_codecs!(check);
}

#[test]
fn an_announce_is_padded_to_any_length() {
    fn check(codec: &impl Codec<Node, Error = CodecError>) {
        let announce = |padding| header(node(1), Message::Announce { number: 1, flags: 0, padding });
        assert_eq!(datagram(codec, &announce(0), &[]).len(), 18);
        assert_eq!(datagram(codec, &announce(127), &[]).len(), 18 + 127);
        assert_eq!(datagram(codec, &announce(237), &[]).len(), 256);
    }
    with_codecs!(check);
}
