//! A member of a later version, both ways: what engines of this version make of it, and it of them.
//!
//! The later member is played: its datagrams are those of this schema with what later schemas may add.

use core::net::SocketAddr;
use haulout::codec::{Codec, Header, Message, Refusal, Section, Update, VERSION, Version};
use haulout::fingerprint::destination;
use haulout::{Config, DatagramError, Engine, Event, Identity, Instant, Out, Renewing, SeedOutcome, State};
use haulout_codec_protobuf::ProtobufCodec;

type Node = Renewing<SocketAddr>;
type Member = Engine<(Node, ProtobufCodec, ())>;

const NOW: Instant = Instant::ZERO;

fn node(host: u8) -> Node {
    Node::new(([10, 0, 0, host], 7946).into(), 28_300_000)
}

fn member(host: u8) -> Member {
    Engine::new(node(host), ProtobufCodec, (), Config::lan(), host.into()).expect("the profile is possible")
}

fn header(source: Node, to: &Node, version: Version, message: Message<Node>) -> Header<Node> {
    let dst = destination(&to.addr());
    Header { version, cluster: None, dst, cookie: None, source, incarnation: 0, message }
}

fn write(header: &Header<Node>, sections: &[Section<'_, Node>]) -> Vec<u8> {
    let mut buf = [0; 1400];
    let mut out = Out::new(&mut buf);
    assert_eq!(ProtobufCodec.put_header(header.as_ref(), &mut out), Ok(true));
    for section in sections {
        assert_eq!(ProtobufCodec.put_section(section.as_ref(), &mut out), Ok(true));
    }
    out.written().to_vec()
}

/// What a member has to send, read.
fn letters(member: &mut Member) -> Vec<(SocketAddr, Header<Node>, Vec<u8>)> {
    let mut buf = [0; 1400];
    let mut letters = Vec::new();
    while let Some(transmit) = member.poll_transmit(NOW, &mut buf) {
        let bytes = &buf[..transmit.len];
        let (header, _) = Codec::<Node>::decode(&ProtobufCodec, bytes).expect("a member's datagram is read");
        letters.push((transmit.to, header, bytes.to_vec()));
    }
    letters
}

fn events(member: &mut Member) -> Vec<Event<Node>> {
    core::iter::from_fn(|| member.poll_event()).collect()
}

/// Two members that know each other, without events.
fn pair() -> (Member, Member) {
    let (mut a, mut b) = (member(1), member(2));
    a.start(NOW);
    b.join(NOW, node(1).addr());
    loop {
        let there = letters(&mut b);
        let back: Vec<_> = there
            .iter()
            .flat_map(|letter| {
                assert_eq!(a.handle_datagram(NOW, &letter.2), Ok(()));
                letters(&mut a)
            })
            .collect();
        for letter in &back {
            assert_eq!(b.handle_datagram(NOW, &letter.2), Ok(()));
        }
        if there.is_empty() && back.is_empty() {
            break;
        }
    }
    assert!(a.member(&node(2).addr()).is_some() && b.member(&node(1).addr()).is_some());
    events(&mut a);
    (a, b)
}

/// An announce of version 2 gets an answer that its sender can read, and is told of as what it is.
#[test]
fn a_later_version_is_turned_away_in_clear_words() {
    let mut old = member(1);
    old.start(NOW);
    let version = Version { spoken: 2, highest: 3 };
    let announce =
        header(node(9), &node(1), version, Message::Announce { number: 77, flags: 0, padding: 200 });
    let announce = write(&Header { dst: None, ..announce }, &[]);
    // Later fields of the header, and sections of which this version knows nothing.
    let body = [&announce[3..], &[0x82, 0x04, 1, 7]].concat();
    let later = [&[0x0a, (body.len() as u8) | 0x80, (body.len() >> 7) as u8][..], &body, &[0x12, 2, 0x10, 8]]
        .concat();

    let error = old.handle_datagram(NOW, &later).expect_err("it is not spoken here");
    assert_eq!(error, DatagramError::Version { spoken: 2, highest: 3 });
    assert_eq!(error.to_string(), "datagram is in protocol version 2 (its sender speaks up to 3)");
    assert_eq!(old.stats().dropped.version, 1);
    let answers = letters(&mut old);
    let [(to, answer, bytes)] = &answers[..] else { panic!("one answer: {answers:?}") };
    assert_eq!((*to, answer.version), (node(9).addr(), Version::CURRENT));
    let (min, max) = (VERSION, VERSION);
    let refused = Message::Refused { number: 77, reason: Refusal::Version, cluster: None, min, max };
    assert_eq!(answer.message, refused);
    assert!(bytes.len() <= 200);
}

/// A joiner of this version that meets a cluster of a later one is told which versions are spoken there.
#[test]
fn a_joiner_of_this_version_is_told_what_a_later_cluster_speaks() {
    let mut joiner = member(1);
    joiner.join(NOW, node(9).addr());
    let number = letters(&mut joiner)
        .iter()
        .find_map(|(_, header, _)| match header.message {
            Message::Announce { number, .. } => Some(number),
            _ => None,
        })
        .expect("it announces itself");
    let message = Message::Refused { number, reason: Refusal::Version, cluster: None, min: 2, max: 3 };
    let refused = write(&header(node(9), &node(1), Version { spoken: 2, highest: 3 }, message), &[]);
    assert_eq!(joiner.handle_datagram(NOW, &refused), Ok(()));
    let told = events(&mut joiner);
    let [Event::Seed { route, outcome }] = &told[..] else { panic!("one outcome: {told:?}") };
    assert_eq!(*route, node(9).addr());
    let versions = (2, 3);
    assert_eq!(*outcome, SeedOutcome::Refused { reason: Refusal::Version, cluster: None, versions });
    assert_eq!(outcome.to_string(), "refused: it speaks another version of the protocol (2 to 3)");
}

/// A later member that speaks version 1 to us, and says what version 1 has no word for: it is alive, what is
/// known counts, the rest is counted.
#[test]
fn a_later_member_that_speaks_this_version_is_understood_as_far_as_it_goes() {
    let (mut old, _) = pair();
    let later = Version { spoken: 1, highest: 2 };
    let before = old.stats().dropped.clone();
    let message = header(node(2), &node(1), later, Message::Unknown(40));
    assert_eq!(old.handle_datagram(NOW, &write(&message, &[])), Ok(()));

    let unknown_state = {
        let update = write(&message, &[Section::Update(Update::new(node(4), 0, State::Left))]);
        let head = write(&message, &[]).len();
        let mut body = update[head + 2..].to_vec();
        *body.last_mut().expect("it has a stamp") = 5;
        body
    };
    let sections = [
        Section::Unknown { kind: 40, body: b"of a later version" },
        Section::Update(Update::new(node(3), 0, State::Alive)),
        Section::Unknown { kind: 1, body: &unknown_state },
    ];
    let gossip = write(&header(node(2), &node(1), later, Message::Gossip), &sections);
    assert_eq!(old.handle_datagram(NOW, &gossip), Ok(()));

    let after = &old.stats().dropped;
    assert_eq!(after.unknown_messages, before.unknown_messages + 1);
    assert_eq!(after.unknown_sections, before.unknown_sections + 2);
    assert_eq!((after.malformed, after.version), (0, 0));
    assert_eq!(events(&mut old), [Event::Up { identity: node(3) }]);
    assert_eq!(old.member(&node(2).addr()).map(haulout::Member::state), Some(State::Alive));
    assert!(old.member(&node(4).addr()).is_none());
}
