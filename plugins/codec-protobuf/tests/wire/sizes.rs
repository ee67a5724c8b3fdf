//! How many bytes things take: what the README says.

use crate::support::{EPOCH, Node, agent, alive, datagram, header, node, section_bytes};
use core::net::SocketAddr;
use haulout::codec::{Codec, DIGEST_VERSION, Header, Message, Section, Update};
use haulout::fingerprint::{destination, label_hash};
use haulout::{Fixed, Identity, Out, State};
use haulout_codec_protobuf::{ProtoIdentity, ProtobufCodec};

fn addressed(message: Message<Node>) -> Header<Node> {
    Header {
        dst: destination(&node(2).addr()),
        cluster: Some(label_hash("production")),
        ..header(node(1), message)
    }
}

#[test]
fn a_ping_takes_at_most_40_bytes() {
    let number = u16::MAX;
    assert_eq!(datagram(&header(node(1), Message::Ping { number }), &[]).len(), 26);
    assert_eq!(datagram(&addressed(Message::Ping { number }), &[]).len(), 36);
    // The highest port, an incarnation, and an epoch until 2034.
    let source = Node::new(([255; 4], u16::MAX).into(), (1 << 28) - 1);
    let longest = Header { source, incarnation: 127, ..addressed(Message::Ping { number }) };
    assert_eq!(datagram(&longest, &[]).len(), 39);
}

#[test]
fn an_update_takes_at_most_22_bytes() {
    let len =
        |incarnation, state| section_bytes(&Section::Update(Update::new(node(7), incarnation, state))).len();
    assert_eq!(len(0, State::Alive), 18);
    for state in [State::Alive, State::Suspect, State::Down, State::Left] {
        assert_eq!(len(15, state), 20);
    }
    let node = Node::new(([255; 4], u16::MAX).into(), (1 << 28) - 1);
    let longest = Section::Update(Update::new(node, 2047, State::Left));
    assert_eq!(section_bytes(&longest).len(), 22);
}

#[test]
fn a_suspecter_takes_11_bytes() {
    let mut update = Update::new(node(7), 0, State::Suspect);
    for host in 1..=4 {
        assert!(update.by.insert(node(host).addr()));
        assert_eq!(section_bytes(&Section::Update(update.clone())).len(), 20 + 11 * usize::from(host));
    }
}

#[test]
fn a_gossip_of_1400_bytes_carries_at_least_60_updates() {
    fn count<I: ProtoIdentity>(header: &Header<I>, update: &Section<'_, I>) -> usize {
        let mut buf = [0; 1400];
        let mut out = Out::new(&mut buf);
        assert_eq!(ProtobufCodec.put_header(header.as_ref(), &mut out), Ok(true));
        let mut count = 0;
        while ProtobufCodec.put_section(update.as_ref(), &mut out) == Ok(true) {
            count += 1;
        }
        count
    }
    assert_eq!(count(&header(node(1), Message::Gossip), &alive(7, 0)), 76);
    assert_eq!(count(&addressed(Message::Gossip), &alive(7, 15)), 68);
    let longest = Node::new(([255; 4], u16::MAX).into(), (1 << 28) - 1);
    let longest = Section::Update(Update::new(longest, 2047, State::Left));
    assert_eq!(count(&addressed(Message::Gossip), &longest), 62);
    let agents = Section::Update(Update::new(agent("seal-1"), 0, State::Alive));
    assert_eq!(count(&header(agent("seal-1"), Message::Gossip), &agents), 52);
}

#[test]
fn other_stock_identities_take_what_their_addresses_need() {
    fn len<I: ProtoIdentity>(identity: I) -> usize {
        section_bytes(&Section::Update(Update::new(identity, 0, State::Alive))).len()
    }
    let v4: SocketAddr = ([10, 0, 0, 1], 7946).into();
    let v6: SocketAddr = "[2001:db8::1]:7946".parse().unwrap();
    assert_eq!(len(Node::new(v6, EPOCH)), 30);
    assert_eq!(len(Fixed::new(v4)), 13);
    assert_eq!(len(Fixed::new("seal-7".to_string())), 12);
    assert_eq!(len(agent("seal-7")), 26);
}

#[test]
fn a_comparison_takes_at_most_64_bytes_and_its_answer_31() {
    let number = u16::MAX;
    let sync = |records, clock| {
        addressed(Message::Sync { number, version: DIGEST_VERSION, members: u64::MAX, records, clock })
    };
    assert_eq!(datagram(&sync(None, 0), &[]).len(), 48);
    assert_eq!(datagram(&sync(Some(u64::MAX), 300), &[]).len(), 60);
    assert_eq!(datagram(&addressed(Message::SyncLeaves { number, leaves: None }), &[]).len(), 37);
}

#[test]
fn an_announce_is_padded_to_any_length() {
    let len =
        |padding| datagram(&header(node(1), Message::Announce { number: 1, flags: 0, padding }), &[]).len();
    assert_eq!(len(0), 24);
    assert_eq!(len(1), 27);
    // The lengths of padding, announce and header take two bytes each.
    assert_eq!(len(232), 261);
}
